"""
Engagement value: what each customer is worth by what it buys and by what it moves others to do.

A referral whose margin or chance to stay is not typed takes those of the customer who came. What is paid or saved once
counts in the twelve months in which it was; who has left since brings nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.engagement import (
    EngagementValue,
    clv_crv_segment,
    edge_faults,
    engagement_value,
    knowledge_value,
)
from valuation.findings import Finding, Severity
from valuation.model.history import Base, BoolArray, FloatArray
from valuation.settings import Settings
from valuation.tables import (
    ENGAGEMENT,
    ENGAGEMENT_SUMMARY,
    IDEAS,
    INFLUENCE,
    REFERRALS,
    Table,
    TableData,
    complete_frame,
)

__all__ = ["Engagement", "customer_engagement"]

EDGES: Final = {"referrals": REFERRALS, "influence": INFLUENCE, "ideas": IDEAS}
"""Name of the tables of edges in `valuation.engagement` to their contract."""
ONCE: Final = ("reward", "acq_saving")
NO_FAULTS: Final = pd.DataFrame(columns=["table", "row", "fault", "what"])
FOUND_BEFORE: Final = ("blank id", "out of range", "unknown word", "twice")
"""Faults that the checks of the inputs find already."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Engagement:
    """
    The engagement value by customer and in sum.

    Attributes
    ----------
    by_customer : DataFrame
        Columns of the contract's Engagement value, in the order of the customers.
    summary : DataFrame
        Columns of the contract's Engagement summary.
    findings : list of Finding
        Referrals, influences and ideas that cannot count.
    """

    by_customer: pd.DataFrame
    summary: pd.DataFrame
    findings: list[Finding]


def customer_engagement(
    base: Base,
    values: pd.DataFrame,
    left: BoolArray,
    current: BoolArray,
    settings: Settings,
    tables: Mapping[str, TableData],
) -> Engagement:
    """
    Add what customers move others to do to what they are worth themselves.

    Parameters
    ----------
    base, settings, tables
        What the steps before read.
    values : DataFrame
        Columns of the contract's Lifetime value.
    left, current : ndarray of bool
        Who is no customer any more; who is one.
    """
    ids = base.customers["customer_id"]
    frames = {
        "referrals": _referrals(base, values, left, tables),
        "influence": _filled(INFLUENCE, tables),
        "ideas": _filled(IDEAS, tables),
    }
    endless = _endless(frames["referrals"], settings)
    faults = edge_faults(ids, **frames) if any(map(len, frames.values())) else NO_FAULTS
    clean = {
        name: frame[~(np.isin(np.arange(1, len(frame) + 1), faults.loc[faults["table"] == name, "row"]))]
        for name, frame in frames.items()
    }
    clean["referrals"] = clean["referrals"].drop(index=frames["referrals"].index[endless], errors="ignore")
    lifetime = values["value"].to_numpy(dtype=float)
    found = engagement_value(
        ids,
        lifetime,
        discount_rate=settings.number("discount_rate"),
        horizon=settings.number("horizon"),
        **clean,
        deduct_reward_type2=settings.word("deduct_reward") == "yes",
        transfer_share=settings.number("referral_transfer"),
        prospects_in_equity=settings.word("prospects_in_equity") == "yes",
    )
    return Engagement(
        by_customer=_by_customer(base, values, current, found),
        summary=_summary(found, _ideas_outside(clean["ideas"], ids, lifetime)),
        findings=[*_findings(frames, faults), *_without_limit(frames["referrals"], endless)],
    )


# The edges.


def _filled(table: Table, tables: Mapping[str, TableData]) -> pd.DataFrame:
    """Give the rows that are not blank from end to end; the index is the position in the table."""
    frame = complete_frame(tables.get(table.name), table)
    return frame[frame.notna().any(axis=1)]


def _referrals(base: Base, values: pd.DataFrame, left: BoolArray, tables: Mapping[str, TableData]) -> pd.DataFrame:
    """Complete the referrals by what is known of the customers who came."""
    frame = _filled(REFERRALS, tables)
    place = pd.Index(base.customers["customer_id"]).get_indexer(pd.Index(frame["referred_id"]))
    known = place >= 0
    typed = frame["margin"].notna().to_numpy(dtype=bool)

    def of_referred(column: str) -> FloatArray:
        found = np.full(len(frame), np.nan)
        found[known] = values[column].to_numpy(dtype=float)[place[known]]
        return found

    retention = frame["retention"].to_numpy(dtype=float)
    days = frame["date"].to_numpy().astype("datetime64[D]")
    of_year = (days > base.start) & (days <= base.as_of)  # without a date, nobody knows that it was
    return frame.assign(
        margin=np.where(typed, frame["margin"].to_numpy(dtype=float), of_referred("annual_margin")),
        # The margin of Lifetime value is one after marketing.
        marketing=np.where(typed, frame["marketing"].to_numpy(dtype=float), 0.0),
        retention=np.where(np.isnan(retention), of_referred("retention_rate"), retention),
        lost=_at(left, place),
        **{name: np.where(of_year, frame[name].to_numpy(dtype=float), 0.0) for name in ONCE},
    )


def _at(flags: BoolArray, place: "npt.NDArray[np.intp]") -> BoolArray:
    """Look flags up; a place that is none has none."""
    return np.append(flags, False)[place]


def _endless(referrals: pd.DataFrame, settings: Settings) -> BoolArray:
    """Without a horizon, a chance to stay that is not below 1 + the discount rate has no value, if margins count."""
    stays = referrals["retention"].to_numpy(dtype=float) >= 1 + settings.number("discount_rate")
    kind, chance = (referrals[name].to_numpy(dtype=float) for name in ("type", "p_incremental"))
    brings_margin = np.where(np.isnan(chance), kind == 1, chance > 0) & ~referrals["lost"].to_numpy(dtype=bool)
    return np.asarray(stays & brings_margin & np.isinf(settings.number("horizon")))


def _findings(frames: Mapping[str, pd.DataFrame], faults: pd.DataFrame) -> list[Finding]:
    """Say which rows do not count, and why; what the checks of the inputs say already is not said again."""
    faults = faults.drop_duplicates(["table", "row", "fault"])
    # A number is only missed in a row with which nothing else is wrong.
    faults = faults[(faults["fault"] != "missing number") | ~faults.duplicated(["table", "row"], keep=False)]
    said = faults["fault"].isin(FOUND_BEFORE) | ((faults["table"] == "ideas") & (faults["fault"] == "unknown customer"))
    findings = []
    for (name, fault), rows in faults[~said].groupby(["table", "fault"], sort=False):
        at = frames[str(name)].index.to_numpy()[rows["row"].to_numpy(dtype=int) - 1] + 1
        findings.append(
            Finding(
                severity=Severity.WARNING if fault in ("unknown customer", "missing number") else Severity.ERROR,
                kind=str(fault),
                table=EDGES[str(name)].name,
                rows=tuple(at.tolist()),
                what=f"The row is left out: {rows['what'].iloc[0]}",
                mend="Correct the row, or delete it",
            )
        )
    return findings


def _without_limit(referrals: pd.DataFrame, endless: BoolArray) -> list[Finding]:
    if not endless.any():
        return []
    return [
        Finding(
            severity=Severity.WARNING,
            kind="value has no limit",
            table=REFERRALS.name,
            column="retention",
            rows=tuple((referrals.index.to_numpy()[endless] + 1).tolist()),
            what="Without a horizon the value of the customer who came is endless; the row is left out",
            mend="Check the retention and the discount rate, or choose a horizon",
        )
    ]


def _ideas_outside(ideas: pd.DataFrame, ids: "pd.Series[str]", lifetime: FloatArray) -> float:
    """Value the ideas that are not in the plan, of customers whose own value is known."""
    by_customer = knowledge_value(ideas[ideas["in_plan"].fillna(0.0) != 1], ids).by_customer
    return float(by_customer[~np.isnan(lifetime)].sum())


# The results.


def _by_customer(base: Base, values: pd.DataFrame, current: BoolArray, found: EngagementValue) -> pd.DataFrame:
    part = found.customers.reset_index(drop=True)
    advocacy = np.full(len(base), None, dtype=object)
    own, brought = part["lifetime_value"].to_numpy(dtype=float), part["crv"].to_numpy(dtype=float)
    advocacy[current] = clv_crv_segment(own[current], brought[current]).segment
    ranking = part["ranking_value"].to_numpy(dtype=float)
    frame = pd.DataFrame(
        {
            "customer_id": base.customers["customer_id"],
            "name": base.customers["name"],
            "value": own,
            "referral_value": brought,
            "influence_value": part["civ"],
            "knowledge_value": part["ckv"],
            "engagement_value": ranking,
            # Equal values rank in the order of their rows, so that every rank stands once.
            "engagement_rank": part["ranking_value"].rank(ascending=False, method="first"),
            "value_rank": values["value_rank"],
            "additive_value": part["additive_value"],
            "outside_value": part["outside_value"],
            "judged_share": part["judged_share"],
            "advocacy": advocacy,
            "note": np.where(part["civ"].isna(), "influence not measured: not counted", ""),
        }
    )
    return frame[[column.name for column in ENGAGEMENT]]


def _summary(found: EngagementValue, ideas_outside: float) -> pd.DataFrame:
    """Sum up; a total that leaves customers out would look right."""
    part, additive = found.customers, found.additive
    whole = 0.0 if part["lifetime_value"].notna().all() else np.nan
    lines = (
        ("Customer base value", additive.equity + whole, "Sum of the customer values: what the base is worth"),
        (
            "Moved between customers",
            float(part["moved"].clip(lower=0.0).sum()) + whole,
            "From customers who were brought or influenced to those who did it; changes no total",
        ),
        ("Influence on prospects", additive.outside - ideas_outside, "Outside the base: nobody's customer value yet"),
        ("Ideas outside the plan", ideas_outside, "Outside the base: margins that no customer value contains"),
        ("Additive total", additive.equity + additive.outside + whole, "The base and what lies outside it"),
        ("Additive values by customer", additive.total + whole, "The same by customer; must be equal"),
        ("Referral value", float(part["crv"].sum()), "Of customers who were brought; counted again in their own value"),
        ("Influence value", float(part["civ"].sum()), "Where it was measured"),
        ("Knowledge value", float(part["ckv"].sum()), "Of ideas, whether in the plan or not"),
        (
            "Engagement values, overlapping",
            found.overlapping_total + whole,
            "To rank customers by; counts the same money more than once, so it is NOT the value of the base",
        ),
        *(
            (level.capitalize(), found.evidence[level], f"Referral, influence and knowledge value that is {level}")
            for level in found.evidence
        ),
    )
    return pd.DataFrame(lines, columns=[column.name for column in ENGAGEMENT_SUMMARY])
