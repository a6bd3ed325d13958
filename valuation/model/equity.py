"""
Customers as an asset: customer equity today, with customers still to be won, and how it came from the last snapshot.

The bridge compares values only where both dates were valued alike: with another timing or grid it is not drawn.
"""

from typing import Final, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.dates import twelve_months_before
from valuation.equity import RollForward, dynamic_equity, return_on_customer, roll_forward
from valuation.errors import ValuationError
from valuation.findings import Finding, Severity
from valuation.lifetime import Timing
from valuation.model.average import AverageCustomer
from valuation.model.history import FloatArray
from valuation.model.snapshots import CURRENT, LEFT, TO_COME, Earlier, Snapshot
from valuation.model.tiers import SEGMENT_LABELS
from valuation.model.value import worth
from valuation.settings import Settings
from valuation.tables import (
    BRIDGE_LINES,
    EQUITY_BRIDGE,
    EQUITY_BRIDGE_CUSTOMERS,
    EQUITY_COHORTS,
    EQUITY_SEGMENTS,
    SNAPSHOT_DATES,
    empty_frame,
)

__all__ = ["COHORT_YEARS", "bridge_tables", "equity_tables", "return_since"]

COHORT_YEARS: Final = 5
WITHOUT: Final = "without segment"
STATUS: Final = {CURRENT: "active", LEFT: "lost", TO_COME: "prospect"}
"""As snapshots call it to how `valuation.equity` does."""
DAYS_PER_YEAR, MONTHS_PER_YEAR = 365, 12


def equity_tables(
    segment: npt.NDArray[np.object_], values: pd.DataFrame, average: AverageCustomer, settings: Settings
) -> dict[str, pd.DataFrame]:
    """
    Give Customer equity by segment, and that of the customers still to be won.

    Parameters
    ----------
    segment : ndarray of str or None
        Official segment of each customer.
    values : DataFrame
        Columns of the contract's Lifetime value.
    average : AverageCustomer
        What a customer still to be won is taken to be like.
    settings : Settings
        The assumptions.
    """
    value, unlimited = (values[name].to_numpy(dtype=float) for name in ("value", "value_unlimited"))
    named = np.where(pd.isna(segment), WITHOUT, segment)
    rows = []
    for label in (*SEGMENT_LABELS, WITHOUT):
        of_segment = named == label
        own = value[of_segment]
        rows.append(
            {
                "segment": label,
                "customers": float(of_segment.sum()),
                "positive": own[own > 0].sum(),
                "negative": own[own < 0].sum(),
                "value": np.nansum(own),
                "value_unlimited": unlimited[of_segment & ~np.isnan(value)].sum(),
            }
        )
    return {
        EQUITY_SEGMENTS.name: pd.DataFrame(rows),
        EQUITY_COHORTS.name: _cohorts(float(np.nansum(value)), average, settings),
    }


def _cohorts(static: float, average: AverageCustomer, settings: Settings) -> pd.DataFrame:
    """Value the customers of the next years, each year's at its end."""
    each = np.nan
    if average.known:
        margin, retention = np.array([average.margin - average.cost_to_serve]), np.array([average.retention_rate])
        years = settings.number("horizon")
        each = worth(margin, retention, settings, years=years, customers="new").item() - average.acquisition_cost
    with_them = np.full(COHORT_YEARS + 1, np.nan)
    if np.isfinite(each):
        with_them = np.array(
            [
                dynamic_equity(
                    static,
                    [average.new_customers] * years,
                    value_new=each,
                    acquisition_cost=0.0,
                    discount_rate=settings.number("discount_rate"),
                ).total
                for years in range(COHORT_YEARS + 1)
            ]
        )
    return pd.DataFrame(
        {
            "year": np.arange(1.0, COHORT_YEARS + 1),
            "new_customers": average.new_customers,
            "value_each": each,
            "present_value": np.diff(with_them),
            "cumulative": with_them[1:],
        }
    )


def bridge_tables(
    earlier: Earlier | None, today: Snapshot, as_of: np.datetime64, names: "pd.Series[str]", settings: Settings
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """
    Give the Equity bridge from the last snapshot to today, and by customer; empty lines where there is none.

    Parameters
    ----------
    earlier : Earlier or None
        The last snapshot.
    today : Snapshot
        What the customers are now.
    as_of : datetime64[D]
        Today.
    names : Series
        Names of today's customers by id.
    settings : Settings
        The assumptions.

    Returns
    -------
    dict of str to DataFrame
        The tables by contract name.
    list of Finding
        Why there is no bridge, or whose value is known at one date only.
    """
    if earlier is None:
        return _nothing(), []
    fault = _incomparable(earlier, today)
    if fault:
        return _nothing(), [_no_bridge(earlier, fault)]
    try:
        rolled = roll_forward(
            _terms(earlier.customers.reset_index(), earlier.facts),
            _terms(today.customers, pd.Series(dict(today.facts))),
            timing=cast(Timing, settings.word("timing")),
            elapsed=years_between(earlier.as_of, as_of),
            periods_per_year=int(settings.number("periods_per_year")),
        )
    except ValuationError as error:
        return _nothing(), [_no_bridge(earlier, str(error))]
    return _drawn(rolled, names), _known_once(rolled)


def return_since(earlier: Earlier | None, today: Snapshot, as_of: np.datetime64, pnl: pd.DataFrame) -> float:
    """
    Return on Customer since the last snapshot, for a year; NaN without one, or where equity was nought or less.

    The profit of that time is taken to be its part of the twelve months' contribution.
    """
    if earlier is None:
        return np.nan
    years = years_between(earlier.as_of, as_of)
    opening, closing = (float(frame["value"].astype(float).sum()) for frame in (earlier.customers, today.customers))
    profit = years * float(pnl["contribution"].sum(min_count=1))
    return return_on_customer(profit, opening, closing).item() / years if opening > 0 and years else np.nan


def years_between(earlier: np.datetime64, later: np.datetime64) -> float:
    """Count the years between two dates: whole months where it is so many of them, else days."""
    months = int((later.astype("datetime64[M]") - earlier.astype("datetime64[M]")).astype(int))
    if twelve_months_before(later, months=months) == earlier:
        return months / MONTHS_PER_YEAR
    return float((later - earlier).astype(int)) / DAYS_PER_YEAR


def _incomparable(earlier: Earlier, today: Snapshot) -> str:
    """Say why values of two dates cannot be compared; "" where they can."""
    for name, what in (("timing", "timing of margins"), ("periods_per_year", "grid")):
        then, now = earlier.facts[name], today.facts[name]
        if pd.isna(then) or then != now:
            shown = "not recorded" if pd.isna(then) else then
            return f"the {what} was another one ({shown}; now {now})"
    if pd.isna(earlier.facts["discount_rate"]) or earlier.customers["status"].isna().any():
        return "it does not say by which rate, or who was a customer"
    return ""


def _terms(customers: pd.DataFrame, facts: pd.Series) -> pd.DataFrame:
    """Give a snapshot in the terms of the roll-forward."""
    horizon = facts["horizon"]
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "status": customers["status"].map(STATUS),
            "gross_margin": (customers["annual_margin"] + customers["cost_to_serve"]).astype(float),
            "cost_to_serve": customers["cost_to_serve"].astype(float),
            "retention_rate": customers["retention_rate"].astype(float),
            "discount_rate": float(facts["discount_rate"]),
            "horizon": np.inf if pd.isna(horizon) else float(horizon),
        }
    )


def _lines(**figures: FloatArray) -> pd.DataFrame:
    """Give the lines with what is known of them."""
    frame = pd.DataFrame(
        {
            "line": [title for title, _ in BRIDGE_LINES.values()],
            "meaning": [meaning for _, meaning in BRIDGE_LINES.values()],
        }
    )
    names = [column.name for column in EQUITY_BRIDGE]
    numbers = {name: float for name in names if name not in frame}
    return frame.assign(**figures).reindex(columns=names).astype(numbers)


def _nothing() -> dict[str, pd.DataFrame]:
    return {EQUITY_BRIDGE.name: _lines(), EQUITY_BRIDGE_CUSTOMERS.name: empty_frame(EQUITY_BRIDGE_CUSTOMERS)}


def _drawn(rolled: RollForward, names: "pd.Series[str]") -> dict[str, pd.DataFrame]:
    keys = list(BRIDGE_LINES)
    amounts = rolled.lines.set_index("line")["amount"].reindex(keys).to_numpy(dtype=float)
    frame = rolled.customers
    concerned = frame[keys].fillna(0.0) != 0.0
    change = (frame["closing"].fillna(0.0) - frame["opening"].fillna(0.0)).abs()
    # Of customers who are all gone the names found are blank numbers, which take no text.
    named = frame["customer_id"].map(names).astype(object)
    listed = frame.assign(name=named.where(named.notna(), frame["customer_id"]), change=change)
    listed = listed[concerned.any(axis=1)].sort_values("change", ascending=False, kind="stable", ignore_index=True)
    return {
        EQUITY_BRIDGE.name: _lines(amount=amounts, customers=concerned.sum().to_numpy(dtype=float)),
        EQUITY_BRIDGE_CUSTOMERS.name: listed[[column.name for column in EQUITY_BRIDGE_CUSTOMERS]],
    }


def _no_bridge(earlier: Earlier, why: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind="no equity bridge",
        table=SNAPSHOT_DATES.name,
        what=f"Customer equity cannot be bridged from the snapshot of {earlier.as_of}: {why}",
        mend="Refresh that date again by today's conventions, or let the next snapshot be the first to compare with",
    )


def _known_once(rolled: RollForward) -> list[Finding]:
    once = rolled.not_known
    if once.empty:
        return []
    return [
        Finding(
            severity=Severity.WARNING,
            kind="value known at one date only",
            table=EQUITY_BRIDGE.name,
            what=f"The value of {len(once):,} customers is not known at both dates; what is known of them stands in a "
            "line of its own",
            mend="Fill in what is missing for these customers",
        )
    ]
