"""
The officers' lenses: each statement scored on the same customers, how far they agree, and what they come to in money.

A lens has the place of its officer on the table Officers. Only current customers are looked at: who is gone, or has not
come yet, is nobody's best customer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from valuation.errors import DomainError, MissingDataError, ZeroDenominatorError
from valuation.findings import Finding, Severity
from valuation.lenses import (
    MEASURES,
    LensScores,
    RankAgreement,
    contested,
    lens_capture,
    lens_ranks,
    lens_scores,
    rank_agreement,
    rank_biased_overlap,
    spearman,
    synthesis,
    top_sets,
    weight_sensitivity,
)
from valuation.model.history import Base, BoolArray, FloatArray
from valuation.model.officers import PLACES, Officers, read_officers, read_statements
from valuation.settings import Settings
from valuation.tables import (
    AGREEMENT,
    ASSUMPTIONS,
    BEST_CUSTOMERS,
    CONTESTED,
    LENS_AGREEMENT,
    LENS_INPUTS,
    LENS_MEASURES,
    LENSES,
    OFFICERS,
    STATEMENTS,
    TableData,
    empty_frame,
)

__all__ = ["lens_tables"]

SHOWN_BEST: Final = 15
SHOWN_CONTESTED: Final = 8
LEAST_CONTESTED: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Looked:
    """The current customers through all lenses."""

    ids: "pd.Series[str]"
    names: "pd.Series[str]"
    segment: "pd.Series[str]"
    money: FloatArray
    revenue: FloatArray
    scores: LensScores
    ranks: pd.DataFrame
    top: int
    sensitivity: "pd.Series[float]"

    @property
    def money_rank(self) -> FloatArray:
        """1 for the largest, equal ones in the order of their rows, so that every rank stands once."""
        ranks = pd.Series(self.money).rank(ascending=False, method="first")
        return np.asarray(ranks, dtype=np.float64)


def lens_tables(
    base: Base,
    current: BoolArray,
    measures: pd.DataFrame,
    segment: "pd.Series[str]",
    settings: Settings,
    tables: Mapping[str, TableData],
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """
    Look at the current customers through every lens.

    Parameters
    ----------
    base : Base
        All customers.
    current : ndarray of bool
        Which of them are customers on the as-of date.
    measures : DataFrame
        As `valuation.model.measures.lens_measures`.
    segment : Series of str
        Official segment of each customer.
    settings, tables
        Assumptions, and the input tables.

    Returns
    -------
    dict of str to DataFrame
        The tables of the lenses by contract name.
    list of Finding
        Rows of Officers and Lens statements that cannot be used, and what could not be computed.
    """
    measured = measures[current].reset_index(drop=True)
    officers, on_officers = read_officers(tables)
    statements, on_statements = read_statements(tables, officers, measured)
    findings = [*on_officers, *on_statements]
    customers = base.customers[current].reset_index(drop=True)
    inputs = measured.assign(customer_id=customers["customer_id"], name=customers["name"])
    shown = {
        LENS_MEASURES.name: _measures_used(statements, measured),
        LENS_INPUTS.name: inputs[[column.name for column in LENS_INPUTS]],
    }
    try:
        scores = lens_scores(measured, statements) if len(statements) else None
    except MissingDataError as error:
        findings.append(_cannot_score(str(error)))
        scores = None
    if scores is None:
        return shown | _nothing(officers), findings
    scores, on_lenses = _with_scores(scores, officers)
    findings += on_lenses
    top = max(1, min(int(settings.number("top_customers")), int(scores.scores.notna().sum().min())))
    money = measured["engagement_value"].to_numpy(dtype=float)
    sensitivity, on_weights = _sensitivity(scores.scores, top, money, customers["customer_id"], settings)
    looked = _Looked(
        ids=customers["customer_id"],
        names=customers["name"],
        segment=segment[current].reset_index(drop=True),
        money=money,
        revenue=measured["net_revenue"].to_numpy(dtype=float),
        scores=scores,
        ranks=lens_ranks(scores.scores),
        top=top,
        sensitivity=sensitivity,
    )
    by_customer, weights, on_weighting = _by_customer(looked, officers)
    agreement = _agreement(looked)
    findings += [*on_weights, *on_weighting]
    return shown | {
        LENSES.name: by_customer,
        LENS_AGREEMENT.name: _by_lens(looked, officers, weights, agreement),
        AGREEMENT.name: _figures(looked, agreement),
        BEST_CUSTOMERS.name: _best(looked, by_customer),
        CONTESTED.name: _contested(looked),
    }, findings


def _cannot_score(why: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind="lenses not scored",
        table=STATEMENTS.name,
        what=f"No lens can be scored: {why}",
        mend="Fill in the tables that the measures come from; Lenses says which",
    )


def _with_scores(scores: LensScores, officers: Officers) -> tuple[LensScores, list[Finding]]:
    """Take out lenses that score nobody: they can neither agree with others nor be weighed."""
    empty = scores.scores.isna().all()
    if not empty.any():
        return scores, []
    finding = Finding(
        severity=Severity.WARNING,
        kind="lens without scores",
        table=OFFICERS.name,
        column="officer",
        rows=tuple(sorted(officers.places[str(name)] for name in scores.scores.columns[empty])),
        what="No measure that counts for this officer is known of at least three customers; the lens is left out",
        mend="Fill in the tables that the measures come from; Lenses says which",
    )
    return replace(scores, scores=scores.scores.loc[:, ~empty]), [finding]


def _measures_used(statements: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Say of each measure that a statement names where it comes from and how many customers have it."""
    rows = []
    for name in dict.fromkeys(statements["measure"]):
        known = MEASURES.get(name)
        count = float(np.isfinite(measured[name].to_numpy(dtype=float)).sum())
        rows.append(
            {
                "measure": name,
                "title": known.title if known else "a measure of your own",
                "unit": known.unit if known else "as on Survey",
                "source": known.source if known else f"Survey: {name}",
                "customers": count,
                "coverage": count / len(measured) if len(measured) else np.nan,
                "missing": known.missing if known else "not compared on it; the other measures of the statement count",
            }
        )
    return pd.DataFrame(rows, columns=[column.name for column in LENS_MEASURES])


def _sensitivity(
    scores: pd.DataFrame, top: int, money: FloatArray, ids: "pd.Series[str]", settings: Settings
) -> tuple["pd.Series[float]", list[Finding]]:
    """Try all weightings; with a single lens there is nothing to weigh."""
    unknown = pd.Series(np.nan, index=scores.index)
    if scores.shape[1] < 2:
        return unknown, []
    worth = None if np.isnan(money).any() else money
    try:
        found = weight_sensitivity(
            scores, top, step=settings.number("weight_step"), money=worth, ids=ids.to_numpy(dtype=object)
        )
    except DomainError as error:
        return unknown, [
            Finding(
                severity=Severity.WARNING,
                kind="weights not tried",
                table=ASSUMPTIONS.name,
                column="value",
                what=f"weight_step: {error}",
                mend="Set a step such as 0.1 or 0.2",
            )
        ]
    return pd.Series(found.share.to_numpy(dtype=float), index=scores.index), []


def _by_customer(looked: _Looked, officers: Officers) -> tuple[pd.DataFrame, "pd.Series[float]", list[Finding]]:
    """Give the table Lens scores, the weights that it uses, and what was made of those that were typed."""
    scores = looked.scores.scores
    weights = {str(name): officers.weights[str(name)] for name in scores}
    found = []
    if not sum(weights.values()) > 0:
        weights = dict.fromkeys(weights, 1.0)
        found.append("all weights of officers with a lens are nought; all count alike")
    weighted = synthesis(scores, weights, method="weighted")
    # All alike, and unlike only since somebody has no lens, need no finding of their own.
    found += weighted.notes if set(weights.values()) != {1.0} else ()
    borda = synthesis(scores, method="borda")
    ranks = looked.ranks.to_numpy(dtype=float)
    known = np.isfinite(ranks)
    several = known.sum(axis=1) > 1
    best, worst = (np.where(known, ranks, end) for end in (np.inf, -np.inf))
    named = looked.ranks.columns.to_numpy(dtype=object)
    frame = pd.DataFrame(
        {
            "customer_id": looked.ids,
            "name": looked.names,
            "engagement_value": looked.money,
            "money_rank": looked.money_rank,
            "weighted_score": weighted.table["score"].to_numpy(dtype=float),
            "weighted_rank": weighted.table["rank"].to_numpy(dtype=float),
            "borda": borda.table["score"].to_numpy(dtype=float),
            "borda_rank": borda.table["rank"].to_numpy(dtype=float),
            "top_share": looked.sensitivity.to_numpy(dtype=float),
            "best_rank": np.where(known.any(axis=1), best.min(axis=1), np.nan),
            "worst_rank": np.where(known.any(axis=1), worst.max(axis=1), np.nan),
            "champion": np.where(several, named[best.argmin(axis=1)], None),
            "sceptic": np.where(several, named[worst.argmax(axis=1)], None),
            **officers.columns("rank", looked.ranks),
            **officers.columns("score", scores),
        }
    )
    frame["rank_range"] = frame["worst_rank"] - frame["best_rank"]
    findings = [
        Finding(
            severity=Severity.WARNING,
            kind="weights of officers",
            table=OFFICERS.name,
            column="weight",
            what=f"Weighted score: {note}",
            mend="Let the weights add up to 100%",
        )
        for note in found
    ]
    return frame[[column.name for column in LENSES]], weighted.weights, findings


def _agreement(looked: _Looked) -> RankAgreement | None:
    try:
        return rank_agreement(looked.ranks)
    except MissingDataError:  # one lens, or fewer than three customers in all of them
        return None


def _by_lens(
    looked: _Looked, officers: Officers, weights: "pd.Series[float]", agreement: RankAgreement | None
) -> pd.DataFrame:
    """Give the table Lens agreement: a row for each place, blank where there is no officer."""
    scores, ids = looked.scores.scores, looked.ids.to_numpy(dtype=object)
    rows: list[dict[str, object]] = [{} for _ in PLACES]
    for name, place in officers.places.items():
        rows[place - 1] = {"officer": name}
        if name not in scores:
            continue
        rows[place - 1] |= {"weight": weights[name], **_with_money(scores[name], looked.money, ids)}
        if agreement is not None:
            rows[place - 1] |= {"w_without": agreement.without.get(name, np.nan)}
            rows[place - 1] |= {
                f"agrees_{officers.places[str(other)]}": value for other, value in agreement.spearman.loc[name].items()
            }
    frame = pd.DataFrame(rows).reindex(columns=[column.name for column in LENS_AGREEMENT])
    frame = frame.astype({name: float for name in frame if name != "officer"})
    if np.isfinite(looked.money).all():
        together = scores.assign(**{_MONEY: looked.money})
        common = top_sets(together, looked.top, money=looked.money, ids=ids).share[_MONEY]
        frame["overlap"] = frame["officer"].map(common).astype(float)
        try:
            held = lens_capture(scores, looked.money, looked.top, ids=ids).lenses["share"]
            frame["capture"] = frame["officer"].map(held).astype(float)
        except ZeroDenominatorError:  # nobody has a value above nought
            pass
    return frame.astype({"officer": object})


_MONEY: Final = "(money)"


def _with_money(
    scores: "pd.Series[float]", money: FloatArray, ids: "np.typing.NDArray[np.object_]"
) -> dict[str, float]:
    """How far a lens ranks as money does: everywhere alike, and the top counting most."""
    try:
        return {
            "with_money": spearman(scores, money),
            "top_weighted": rank_biased_overlap(scores, money, p=TOP_WEIGHT, money=money, ids=ids),
        }
    except (MissingDataError, ZeroDenominatorError):  # too few, or all alike
        return {"with_money": np.nan, "top_weighted": np.nan}


TOP_WEIGHT: Final = 0.9
"""Of each further rank in the rank-biased overlap: the first ten make up most of it."""


FIGURES: Final = (
    ("Kendall's W", "1 = all officers rank alike, 0 = no agreement at all"),
    ("Chi-square", "Test of W; an approximation for more than seven customers"),
    ("Degrees of freedom", "Customers compared less one"),
    ("Chance of this by accident", "Small says that they do not disagree at random; it does not say that they agree"),
    ("Mean agreement of two lenses", "Spearman: 1 = the same order, 0 = none in common, -1 = opposite"),
    ("Customers compared", "Those whom every lens ranks"),
    ("Lenses compared", "Those that rank some customers above others"),
    ("Among the best in every lens", "Customers"),
    ("Among the best in any lens", "Customers"),
    ("Among the best whatever the weights", "Customers"),
    ("Value held by the best in money", "Of all positive engagement value: the most that so many customers can hold"),
    ("Value held by the largest by revenue", "The same of as many customers with the largest net revenue"),
)


def _figures(looked: _Looked | None, agreement: RankAgreement | None) -> pd.DataFrame:
    """Give the table Agreement, what cannot be computed missing."""
    values = np.full(len(FIGURES), np.nan)
    if agreement is not None:
        values[:7] = (
            *(agreement.w, agreement.chi2, agreement.df, agreement.p_value, agreement.mean_spearman),
            *(agreement.customers, agreement.judges),
        )
    if looked is not None:
        sets = top_sets(looked.scores.scores, looked.top, ids=looked.ids.to_numpy(dtype=object))
        certain = looked.sensitivity.notna().any()
        always = float((looked.sensitivity >= 1).sum()) if certain else np.nan
        values[7:] = (len(sets.in_all), len(sets.in_any), always, *_held(looked))
    names, meanings = zip(*FIGURES, strict=True)
    return pd.DataFrame({"measure": names, "figure": values, "meaning": meanings}, columns=[c.name for c in AGREEMENT])


def _held(looked: _Looked) -> tuple[float, float]:
    """Part of the value that the best in money hold, and that the largest by revenue do."""
    if not np.isfinite(looked.money).all():
        return np.nan, np.nan
    revenue = pd.DataFrame({"revenue": looked.revenue})
    try:
        found = lens_capture(revenue, looked.money, looked.top, ids=looked.ids.to_numpy(dtype=object))
    except (MissingDataError, ZeroDenominatorError):  # revenue is known of too few; nobody has a value above nought
        return np.nan, np.nan
    return found.best_share, float(found.lenses["share"].iloc[0])


def _best(looked: _Looked, by_customer: pd.DataFrame) -> pd.DataFrame:
    """Give the best in money with their ranks in all lenses; as many rows as the page has."""
    ranked = by_customer.assign(segment=looked.segment.to_numpy(dtype=object)).dropna(subset=["money_rank"])
    best = ranked.sort_values("money_rank")[[column.name for column in BEST_CUSTOMERS]]
    return best.reset_index(drop=True).reindex(range(SHOWN_BEST))


def _contested(looked: _Looked) -> pd.DataFrame:
    """Give those on whom the officers disagree most, by what is at stake; as many rows as the page has."""
    money = looked.money if np.isfinite(looked.money).all() else None
    found = contested(
        looked.scores.scores, money, min_range=LEAST_CONTESTED, items=looked.scores.items, most=SHOWN_CONTESTED
    )
    at = found.index.to_numpy()
    frame = pd.DataFrame(
        {
            "customer_id": looked.ids.to_numpy(dtype=object)[at],
            "name": looked.names.to_numpy(dtype=object)[at],
            "engagement_value": looked.money[at],
            "money_rank": looked.money_rank[at],
            "rank_range": found["range"].to_numpy(dtype=float),
            "champion": found["champion"].to_numpy(dtype=object),
            "sceptic": found["sceptic"].to_numpy(dtype=object),
            "reason": found["reason"].to_numpy(dtype=object),
        },
        columns=[column.name for column in CONTESTED],
    )
    return frame.reindex(range(SHOWN_CONTESTED))


def _nothing(officers: Officers) -> dict[str, pd.DataFrame]:
    """Give the tables without any score, those of a fixed length as long as ever."""
    lenses = pd.DataFrame({"officer": pd.Series(None, index=PLACES, dtype=object)})
    lenses.loc[list(officers.places.values()), "officer"] = list(officers.places)
    return {
        LENSES.name: empty_frame(LENSES),
        LENS_AGREEMENT.name: lenses.reindex(columns=[c.name for c in LENS_AGREEMENT]).reset_index(drop=True),
        AGREEMENT.name: _figures(None, None),
        BEST_CUSTOMERS.name: empty_frame(BEST_CUSTOMERS).reindex(range(SHOWN_BEST)),
        CONTESTED.name: empty_frame(CONTESTED).reindex(range(SHOWN_CONTESTED)),
    }
