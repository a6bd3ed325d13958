"""
Customer value: what the twelve months' contribution is worth when each customer stays with its own chance.

The projection base is the run-rate contribution without one-offs. The chance to stay comes from the best evidence
there is: the customer's own record, its segment, everybody, or the prior; each says which and is graded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.dates import twelve_months_before
from valuation.findings import Finding, Severity
from valuation.lifetime import (
    Customers,
    Timing,
    choose_method,
    horizon_table,
    lifetime_value,
    rate_per_period,
    shrunk_retention,
)
from valuation.model.history import Base, FloatArray, History
from valuation.model.profit import Profit
from valuation.settings import Settings
from valuation.tables import HORIZONS, LIFETIME_VALUE, TableData

__all__ = ["HORIZON_YEARS", "Value", "customer_value"]

HORIZON_YEARS = {"value_1": 1.0, "value_3": 3.0, "value_5": 5.0, "value_10": 10.0, "value_unlimited": np.inf}
TextArray = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Value:
    """
    The value by customer and by horizon.

    Attributes
    ----------
    values : pandas.DataFrame
        Columns of the contract's Lifetime value, in the order of the customers.
    horizons : pandas.DataFrame
        Columns of the contract's Horizons.
    notes : tuple of str
        What the user should know about how it was computed.
    findings : list of Finding
        Horizons without an end that have no value.
    """

    values: pd.DataFrame
    horizons: pd.DataFrame
    notes: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Retention:
    """Chance to stay for a year, with its origin and grade by customer."""

    rate: FloatArray
    basis: TextArray
    grade: TextArray

    def use(self, mask: npt.NDArray[np.bool_], rate: npt.ArrayLike, basis: object, grade: object) -> "_Retention":
        """Replace it where the mask holds."""
        return _Retention(
            rate=np.where(mask, rate, self.rate),
            basis=np.where(mask, np.asarray(basis, dtype=object), self.basis),
            grade=np.where(mask, np.asarray(grade, dtype=object), self.grade),
        )


def customer_value(
    base: Base, history: History, profit: Profit, settings: Settings, tables: Mapping[str, TableData]
) -> Value:
    """Value each customer over the chosen horizon and over 1, 3, 5, 10 and unlimited years."""
    gone = _gone(base, history)
    retention, note = _retention(base, history, settings, tables, gone)
    run_rate = profit.pnl["run_rate_contribution"].to_numpy(dtype=float)
    margin = np.where(_prospects(base), 0.0, run_rate - profit.one_off_margin)
    values = pd.DataFrame({"customer_id": base.customers["customer_id"], "name": base.customers["name"]})
    values["annual_margin"] = margin
    values["average_margin"] = _average_margin(base, history, profit, margin)
    values["retention_rate"] = retention.rate
    values["retention_basis"] = retention.basis
    values["value"] = _value(margin, retention.rate, settings, settings.number("horizon"))
    for column, years in HORIZON_YEARS.items():
        values[column] = _value(margin, retention.rate, settings, years)
    values["value_rank"] = values["value"].rank(ascending=False, method="first")
    values["grade"] = np.where(profit.typed, "C", retention.grade)
    values["note"] = _notes(base, history, margin, gone)
    return Value(
        values=values[[column.name for column in LIFETIME_VALUE]],
        horizons=_horizons(margin, retention.rate, settings),
        notes=(note,) if note else (),
        findings=_endless(values),
    )


def _value(margin: FloatArray, retention: FloatArray, settings: Settings, years: float) -> FloatArray:
    """Value of existing customers on the grid of the workbook."""
    return lifetime_value(*_on_grid(margin, retention, settings), horizon=_periods(settings, years), **_how(settings))


def _on_grid(margin: FloatArray, retention: FloatArray, settings: Settings) -> tuple[FloatArray, FloatArray]:
    """Turn yearly margin and retention into those of one period."""
    grid = int(settings.number("periods_per_year"))
    return margin / grid, rate_per_period(retention, from_per_year=1, to_per_year=grid, kind="retention")


def _periods(settings: Settings, years: float) -> float:
    return years * settings.number("periods_per_year")


class _Convention(TypedDict):
    discount_rate: float
    timing: Timing
    customers: Customers


def _how(settings: Settings) -> _Convention:
    """Give the convention that all values of a workbook share."""
    grid = int(settings.number("periods_per_year"))
    rate = rate_per_period(settings.number("discount_rate"), from_per_year=1, to_per_year=grid, kind="effective")
    return {"discount_rate": float(rate), "timing": cast(Timing, settings.word("timing")), "customers": "existing"}


def _prospects(base: Base) -> npt.NDArray[np.bool_]:
    return np.asarray(base.customers["status"] == "prospect", dtype=bool)


def _gone(base: Base, history: History) -> npt.NDArray[np.bool_]:
    """
    Customers that have no future margin to count: lost, ended, or silent for twelve months.

    Silence tells nothing about a customer under contract, nor about one that never had a transaction here.
    """
    customers = base.customers
    ended = customers["end_date"].to_numpy().astype("datetime64[D]") <= base.as_of
    lost = np.asarray(customers["status"] == "lost", dtype=bool)
    contractual = np.asarray(customers["contract_type"] == "contractual", dtype=bool)
    silent = ~np.isnat(history.last_purchase) & ~history.active_12m & ~contractual
    return np.asarray(ended | lost | silent)


def _retention(
    base: Base,
    history: History,
    settings: Settings,
    tables: Mapping[str, TableData],
    gone: npt.NDArray[np.bool_],
) -> tuple[_Retention, str]:
    """Choose each customer's chance to stay: the more particular evidence wins."""
    n = len(base)
    prior = settings.by_customer("retention_prior", base.customers)
    weight = settings.number("retention_prior_weight")
    result = _Retention(
        rate=prior, basis=np.full(n, "prior (assumption)", dtype=object), grade=np.full(n, "C", dtype=object)
    )
    result, note = _pooled(result, base, history, prior, weight)
    evidence = tables.get("Retention")
    if evidence is not None and not evidence.frame.empty:
        result = _recorded(result, base, evidence.frame, prior, weight)
    everyone_gone = gone | _prospects(base)
    return result.use(everyone_gone, 0.0, np.where(gone, "no longer a customer", "not yet a customer"), "A"), note


def _pooled(
    result: _Retention, base: Base, history: History, prior: FloatArray, weight: float
) -> tuple[_Retention, str]:
    """Use the part of last year's buyers that bought again this year, when there is enough history for it."""
    exposed = history.active_prior
    renewed = exposed & history.active_12m
    months = _months_of_history(base)
    method = choose_method(
        customers=len(base), events=int(exposed.sum() - renewed.sum()), months=months, contractual=False
    )
    if months < 24 or method.name == "prior" or not exposed.any():
        return result, f"Retention: prior, because {method.reason}" if len(base) else ""
    rate = shrunk_retention(float(renewed.sum()), float(exposed.sum()), prior_rate=prior, prior_weight=weight)
    basis = f"all customers: {renewed.sum()} of {exposed.sum()} bought again"
    return result.use(np.ones(len(base), dtype=bool), rate, basis, "B"), f"Retention: {basis}"


def _months_of_history(base: Base) -> int:
    """Count the whole months from the first transaction to the as-of date."""
    if base.transactions.empty:
        return 0
    first = base.transactions["date"].to_numpy().astype("datetime64[D]").min()
    span = (base.as_of + 1).astype("datetime64[M]") - first.astype("datetime64[M]")
    return max(int(span.astype(int)), 0)


def _recorded(result: _Retention, base: Base, evidence: pd.DataFrame, prior: FloatArray, weight: float) -> _Retention:
    """Lay the rows of the Retention table over the pooled rate: everybody, then segments, then customers."""
    rows = evidence.reindex(columns=["customer_id", "segment", "renewed", "exposed", "probability"])
    everybody = rows["customer_id"].isna() & rows["segment"].isna()
    keys = base.customers.assign(everybody="all")
    for level, mask, column, who in (
        ("everybody", everybody, "everybody", "all customers"),
        ("segment", rows["customer_id"].isna() & ~everybody, "segment", "segment"),
        ("customer_id", rows["customer_id"].notna(), "customer_id", "own record"),
    ):
        at_level = rows[mask].assign(everybody="all").drop_duplicates(level)
        at = pd.Index(at_level[level]).get_indexer(pd.Index(keys[column]))
        # position -1 is in no index, so a customer without a row gets blanks
        result = _lay(result, at_level.reset_index(drop=True).reindex(at), at >= 0, prior, weight, who)
    return result


def _lay(
    result: _Retention,
    rows: pd.DataFrame,
    found: npt.NDArray[np.bool_],
    prior: FloatArray,
    weight: float,
    who: str,
) -> _Retention:
    """Use the rows of one level where they were found: a stated chance first, else counts drawn towards the prior."""
    chance = rows["probability"].to_numpy(dtype=float)
    renewed, exposed = rows["renewed"].to_numpy(dtype=float), rows["exposed"].to_numpy(dtype=float)
    counted = found & ~np.isnan(renewed) & ~np.isnan(exposed) & (renewed <= exposed)
    grade = "A" if who == "own record" else "B"
    rates = shrunk_retention(
        np.where(counted, renewed, 0.0), np.where(counted, exposed, 1.0), prior_rate=prior, prior_weight=weight
    )
    words = [
        f"{who}: {r:.0f} of {e:.0f} stayed" if ok else "" for r, e, ok in zip(renewed, exposed, counted, strict=True)
    ]
    result = result.use(counted, rates, words, grade)
    stated = found & (chance >= 0) & (chance <= 1)
    return result.use(stated, chance, f"{who}: stated chance", grade)


def _average_margin(base: Base, history: History, profit: Profit, margin: FloatArray) -> FloatArray:
    """
    Average the yearly gross margin over up to three years, less the present cost to serve.

    A customer counts from its first purchase, and nobody from before the first transaction in the workbook.
    """
    start = max(base.three_years, _first_day(base))
    first = np.maximum(np.where(np.isnat(history.first_purchase), start, history.first_purchase), start)
    years = (base.as_of - first).astype("timedelta64[D]").astype(float) / 365
    own_cost = profit.pnl["gross_margin"].to_numpy(dtype=float) - profit.one_off_margin - margin
    return profit.margin_36m / np.clip(np.round(years), 1, 3) - own_cost


def _first_day(base: Base) -> np.datetime64:
    if base.transactions.empty:
        return base.three_years
    return base.transactions["date"].to_numpy().astype("datetime64[D]").min()  # type: ignore[no-any-return]


def _notes(base: Base, history: History, margin: FloatArray, gone: npt.NDArray[np.bool_]) -> TextArray:
    """Say what a reader of the row must know."""
    young = history.first_purchase > twelve_months_before(base.as_of, months=12)
    notes = np.full(len(base), "", dtype=object)
    notes[young] = "customer for less than twelve months: a part of a year counts as a year"
    notes[margin < 0] = "loses money: value if not repriced"
    notes[gone] = "no longer a customer: no future value"
    return notes


def _horizons(margin: FloatArray, retention: FloatArray, settings: Settings) -> pd.DataFrame:
    """Show what extending the horizon changes: value, share of the unlimited one, and order of the customers."""
    years = np.array(list(HORIZON_YEARS.values()))
    table = horizon_table(
        *_on_grid(margin, retention, settings), horizons=years * settings.number("periods_per_year"), **_how(settings)
    )
    frame = pd.DataFrame(
        {
            "horizon": ["unlimited" if np.isinf(y) else f"{y:g} year" + "s" * int(y > 1) for y in years],
            "value": table.total,
            "increment": table.increment,
            "share": table.share,
            "rank_correlation": table.rank_correlation,
        }
    )
    if np.isnan(margin).any():  # a total that leaves customers out would look right
        frame[["value", "increment", "share"]] = np.nan
    return frame[[column.name for column in HORIZONS]]


def _endless(values: pd.DataFrame) -> list[Finding]:
    mask = values["value_unlimited"].isna() & values["value_3"].notna()
    if not mask.any():
        return []
    return [
        Finding(
            severity=Severity.WARNING,
            kind="value has no limit",
            table="Lifetime value",
            column="value_unlimited",
            rows=tuple((np.flatnonzero(mask) + 1).tolist()),
            what="The value is endless: the chance to stay is 100% and the discount rate not above 0%",
            mend="Check the retention or the discount rate",
        )
    ]
