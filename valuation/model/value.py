"""
Customer value: what the twelve months' contribution is worth when each customer stays with its own chance.

The projection base is the run-rate contribution without one-offs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.lifetime import Customers, Timing, horizon_table, lifetime_value, rate_per_period
from valuation.model.history import Base, BoolArray, FloatArray, History, months_until
from valuation.model.profit import Profit
from valuation.model.retention import chance_to_stay, gone, prospects
from valuation.settings import Settings
from valuation.tables import CUSTOMERS, HORIZONS, LIFETIME_VALUE, TableData

__all__ = ["HORIZON_YEARS", "Value", "customer_value", "worth"]

HORIZON_YEARS = {"value_1": 1.0, "value_3": 3.0, "value_5": 5.0, "value_10": 10.0, "value_unlimited": np.inf}
MONTHS_PER_YEAR = 12
MOST_YEARS = 3
"""Years that the average margin looks back."""

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


def customer_value(
    base: Base, history: History, profit: Profit, settings: Settings, tables: Mapping[str, TableData]
) -> Value:
    """Value each customer over the chosen horizon and over 1, 3, 5, 10 and unlimited years."""
    retention, note = chance_to_stay(base, history, settings, tables)
    left, to_come = gone(base, history), prospects(base, history)
    margin = _margin(profit, left, to_come)
    # Who has no future has no value, whatever is known about the past.
    future = np.where(left | to_come, 0.0, margin)
    values = pd.DataFrame({"customer_id": base.customers["customer_id"], "name": base.customers["name"]})
    values["annual_margin"] = margin
    values["average_margin"] = _average_margin(base, history, profit, to_come)
    values["retention_rate"] = retention.rate
    values["retention_basis"] = retention.basis
    values["value"] = worth(future, retention.rate, settings, years=settings.number("horizon"))
    for column, years in HORIZON_YEARS.items():
        values[column] = worth(future, retention.rate, settings, years=years)
    # Equal values rank in the order of their rows, so that every rank stands once.
    values["value_rank"] = values["value"].rank(ascending=False, method="first")
    values["grade"] = np.where(profit.typed, "C", retention.grade)
    values["note"] = _notes(base, history, margin, left, to_come)
    return Value(
        values=values[[column.name for column in LIFETIME_VALUE]],
        horizons=_horizons(future, retention.rate, settings),
        notes=(note,) if note else (),
        findings=_endless(base, values, settings),
    )


def _margin(profit: Profit, left: BoolArray, to_come: BoolArray) -> FloatArray:
    """Give the projection base; nothing is projected for who is gone, so that costs unknown do not matter there."""
    margin = profit.projected_margin - profit.projected_cost
    return np.where(to_come | (left & np.isnan(margin)), 0.0, margin)


def worth(
    margin: FloatArray, retention: FloatArray, settings: Settings, *, years: float, customers: Customers = "existing"
) -> FloatArray:
    """
    Value yearly margins over some years on the grid of the workbook.

    Parameters
    ----------
    margin : ndarray
        Margin of a customer. [currency/year]
    retention : ndarray
        Chance to stay. [1/year]
    settings : Settings
        Rate, timing and grid.
    years : float
        Horizon, inf for no end. [years]
    customers : {"existing", "new"}
        Whether the first margin depends on staying.
    """
    return lifetime_value(
        *_on_grid(margin, retention, settings),
        horizon=_periods(settings, years),
        **_how(settings) | {"customers": customers},
    )


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


def _average_margin(base: Base, history: History, profit: Profit, to_come: BoolArray) -> FloatArray:
    """
    Average the yearly gross margin over up to three years, less the present cost to serve.

    A customer counts from the month of its first purchase, and nobody from before the first transaction in the
    workbook. Less than a year counts as one.
    """
    first = np.fmax(history.first_purchase, np.datetime64("NaT", "D") if base.first_day is None else base.first_day)
    years = months_until(base.as_of, np.fmax(first, base.three_years)) / MONTHS_PER_YEAR
    years = np.where(base.day_one, 1.0, np.clip(years, 1, MOST_YEARS))
    return np.where(to_come, 0.0, profit.margin_36m / years - profit.projected_cost)


def _notes(base: Base, history: History, margin: FloatArray, left: BoolArray, to_come: BoolArray) -> TextArray:
    """Say what a reader of the row must know; the gravest comes last and stays."""
    notes = np.full(len(base), "", dtype=object)
    notes[history.first_purchase > base.start] = (
        "customer for less than twelve months: a part of a year counts as a year"
    )
    notes[margin < 0] = "loses money: value if not repriced"
    notes[np.isnan(margin)] = "costs or revenue unknown: no value"
    notes[left] = "no longer a customer: no future value"
    notes[to_come] = "not yet a customer: no value"
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


def _endless(base: Base, values: pd.DataFrame, settings: Settings) -> list[Finding]:
    """Find customers whose value grows without end."""
    mask = (values["value_unlimited"].isna() & values["value_3"].notna()).to_numpy(dtype=bool)
    if not mask.any():
        return []
    chosen = np.isinf(settings.number("horizon"))
    return [
        Finding(
            severity=Severity.ERROR if chosen else Severity.WARNING,
            kind="value has no limit",
            table=CUSTOMERS.name,
            column="customer_id",
            rows=tuple(base.rows[mask].tolist()),
            what="Without a horizon the value is endless: the chance to stay is not below 1 + the discount rate",
            mend="Check the retention and the discount rate, or choose a horizon",
        )
    ]
