"""
The three customer metrics by month, quarter and year of the company's own calendar.

Only periods that are over are shown. Where the transactions do not reach back over the twelve months before a period,
nobody knows who was active then, nor who is new unless Customers says when it first bought, so what rests on it is left
out with a note.
"""

from collections.abc import Mapping
from typing import Final, TypedDict

import numpy as np
import pandas as pd

from valuation.dates import twelve_months_before
from valuation.errors import ValuationError
from valuation.findings import Finding, Severity
from valuation.metrics import GRAINS, revenue_bridges, rolled_up, three_metrics
from valuation.metrics.three_metrics import Tenure
from valuation.model.currency import CONSTANT
from valuation.model.history import Base, FloatArray, first_untold
from valuation.model.periods import fiscal_periods
from valuation.settings import Settings
from valuation.tables import CUSTOMER_METRICS, CUSTOMERS, PERIODS, TRANSACTIONS, TableData, empty_frame

__all__ = ["metrics_table"]

SHOWN: Final = {"month": 36, "quarter": 12, "year": 3}
"""The latest periods that are shown of each grain."""
COUNTED: Final = {
    "active_opening": "opening_active",
    "gross_new": "gross_new",
    "reactivated": "reactivated",
    "lost": "lost",
    "new_and_lost": "new_and_lost",
    "active_closing": "closing_active",
    "net_adds": "net_adds",
    "net_new_remaining": "net_new_remaining",
    "existing": "existing",
    "maturing": "maturing",
    "existing_active": "existing_active",
    "revenue_new": "revenue_new",
    "revenue_maturing": "revenue_maturing",
    "revenue_existing": "revenue_existing",
    "revenue": "revenue",
    "revenue_per_new": "revenue_per_new",
    "revenue_per_existing": "revenue_per_existing",
}
"""Column of `valuation.metrics.three_metrics` to that of the table."""
BRIDGED: Final = {
    "opening": "before_12m",
    "lost": "lost_12m",
    "contraction": "contraction_12m",
    "expansion": "expansion_12m",
    "reactivated": "reactivated_12m",
    "new": "new_12m",
    "fx": "fx_12m",
    "closing": "revenue_12m",
    "net_retention": "net_retention",
    "gross_retention": "gross_retention",
}
"""The same for `valuation.metrics.revenue_bridges`."""
OPENING: Final = ("opening_active", "reactivated", "lost", "net_adds")
"""What cannot be known where the transactions begin less than an activity window before the period."""
CLOSING: Final = ("closing_active", "existing_active", "revenue_per_existing", "net_new_remaining", "new_and_lost")
"""The same less than an activity window before its end."""
CLASSES: Final = (
    *("gross_new", "net_new_remaining", "new_and_lost", "existing", "maturing", "existing_active"),
    *("revenue_new", "revenue_maturing", "revenue_existing", "revenue_per_new", "revenue_per_existing"),
)
"""What cannot be known there, either, if somebody bought of whom Customers does not say when it first did."""
BRIDGE_MONTHS: Final = 24
KNOWN: Final = ("purchase before the first purchase",)
"""Faults that every refresh finds, with this step or without."""
STATED: Final = ("first_purchase", "end_date", "contract_type")


def metrics_table(
    base: Base, parent: "pd.Series[str]", settings: Settings, tables: Mapping[str, TableData]
) -> tuple[pd.DataFrame, list[Finding], tuple[str, ...]]:
    """
    Give Customer metrics.

    Parameters
    ----------
    base : Base
        Customers and transactions; only customers on Customers are counted.
    parent : Series of str
        The account that each belongs to, itself where it stands alone.
    settings : Settings
        The calendar and the activity window.
    tables : mapping of str to TableData
        Periods, where there are any, and Transactions with their amounts at constant rates.

    Returns
    -------
    DataFrame
        Columns of the contract, the latest period first within each grain.
    list of Finding
        What Customers and Transactions say against each other, and periods that cannot be used.
    tuple of str
        The rules by which customers were counted.
    """
    first = base.first_day
    if first is None or first > base.as_of:
        return empty_frame(CUSTOMER_METRICS), [], ()
    periods, findings = fiscal_periods(first, base.as_of, settings, tables)
    try:
        grains = rolled_up(periods)
    except ValuationError as error:
        return empty_frame(CUSTOMER_METRICS), [*findings, _unusable(str(error))], ()
    over = grains["complete"] & (grains["end"].to_numpy().astype("datetime64[D]") <= base.as_of)
    grains = grains[over & (grains["end"].to_numpy().astype("datetime64[D]") >= first)]
    log, untold = _log(base, tables), first_untold(base)
    months = int(settings.number("activity_months"))
    whom: _Whom = {
        "customers": base.customers[list(STATED)].assign(customer_id=np.arange(len(base))),
        "parents": _parents(base, parent) if settings.word("metrics_account") == "parent" else None,
        "listed_only": True,
    }
    tenure: Tenure = "since_reactivation" if settings.word("metrics_tenure") == "reactivation" else "first"
    parts: list[pd.DataFrame] = []
    notes: tuple[str, ...] = ()
    faults = None
    for grain in GRAINS:
        shown = grains[grains["grain"] == grain].tail(SHOWN[grain]).reset_index(drop=True)
        if shown.empty:
            continue
        ends = shown["end"].to_numpy().astype("datetime64[D]")
        # The last year may end long before the as-of date.
        seen = log[log["date"].to_numpy().astype("datetime64[D]") <= ends[-1]]
        try:
            found = three_metrics(log, shown, **whom, window_months=months, tenure=tenure, as_of=base.as_of)
            bridges = revenue_bridges(seen, ends, **whom)
        except ValuationError as error:
            return empty_frame(CUSTOMER_METRICS), [*findings, _uncounted(str(error))], ()
        parts.append(_part(grain, shown, found.frame, bridges, log).pipe(_without_unseen, first, untold, months))
        notes, faults = found.notes, found.faults
    if not parts:
        return empty_frame(CUSTOMER_METRICS), findings, ()
    if faults is not None:
        findings += _faults(base, faults)
    return pd.concat(parts, ignore_index=True)[[column.name for column in CUSTOMER_METRICS]], findings, notes


class _Whom(TypedDict):
    """Who is counted."""

    customers: pd.DataFrame
    parents: pd.DataFrame | None
    listed_only: bool


def _parents(base: Base, parent: "pd.Series[str]") -> pd.DataFrame:
    """Give the accounts that belong to another one, by position; a parent may stand on no list."""
    codes, _ = pd.factorize(pd.concat([base.customers["customer_id"], parent], ignore_index=True))
    own, above = codes[: len(base)], codes[len(base) :]
    return pd.DataFrame({"customer_id": own[own != above], "parent_id": above[own != above]})


def _log(base: Base, tables: Mapping[str, TableData]) -> pd.DataFrame:
    """
    Give the transactions up to the as-of date, with what they would have been at the rates of a year before.

    Customers stand by their position, and types as categories, because texts take many times as long; the position -1
    is on no list.
    """
    rows = base.transactions[base.days <= base.as_of]
    log = rows[["code", "date", "net_amount", "type"]].rename(columns={"code": "customer_id"})
    log = log.astype({"type": "category"})
    data = tables.get(TRANSACTIONS.name)
    if data is None or CONSTANT not in data.frame:
        return log.assign(constant_amount=log["net_amount"])
    return log.assign(constant_amount=data.frame[CONSTANT].to_numpy(dtype=float)[rows["row"].to_numpy() - 1])


def _part(
    grain: str, shown: pd.DataFrame, counts: pd.DataFrame, bridges: pd.DataFrame, log: pd.DataFrame
) -> pd.DataFrame:
    """Lay the periods of one grain out as the table has them, the latest first."""
    frame = pd.DataFrame(
        {
            "key": [f"{grain} {ago}" for ago in range(len(shown) - 1, -1, -1)],
            "period": shown["period"],
            "start": shown["start"],
            "end": shown["end"],
            **{name: counts[key].to_numpy(dtype=float) for key, name in COUNTED.items()},
            "revenue_unknown": (counts["revenue_unknown"] + counts["revenue_not_customers"]).to_numpy(dtype=float),
            "revenue_constant": _constant(shown, log),
            **{name: bridges[key].to_numpy(dtype=float) for key, name in BRIDGED.items()},
            "note": "",
        }
    )
    return frame.iloc[::-1].reset_index(drop=True)


def _constant(shown: pd.DataFrame, log: pd.DataFrame) -> FloatArray:
    """Sum each period's amounts at the rates of a year before."""
    ends = shown["end"].to_numpy().astype("datetime64[D]")
    days = log["date"].to_numpy().astype("datetime64[D]")
    place = np.searchsorted(ends, days)
    inside = place < len(ends)
    inside &= days >= shown["start"].to_numpy().astype("datetime64[D]")[np.minimum(place, len(ends) - 1)]
    amounts = log["constant_amount"].to_numpy(dtype=float)[inside]
    return np.bincount(place[inside], weights=amounts, minlength=len(ends)).astype(np.float64)


def _without_unseen(frame: pd.DataFrame, first: np.datetime64, untold: np.datetime64, months: int) -> pd.DataFrame:
    """Leave out what rests on purchases from before the first transaction."""
    starts, ends = (frame[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    eve = first - np.timedelta64(1, "D")
    opening = twelve_months_before(np.asarray(starts - np.timedelta64(1, "D")), months=months) < eve
    closing = twelve_months_before(ends, months=months) < eve
    unclassed = (twelve_months_before(np.asarray(starts - np.timedelta64(1, "D"))) < eve) & (untold <= ends)
    bridge = twelve_months_before(ends, months=BRIDGE_MONTHS) < eve
    frame = frame.copy()
    frame.loc[opening, list(OPENING)] = np.nan
    frame.loc[closing, list(CLOSING)] = np.nan
    frame.loc[unclassed, list(CLASSES)] = np.nan
    frame.loc[bridge, list(BRIDGED.values())] = np.nan
    frame.loc[bridge, "note"] = f"transactions begin on {first}: what rests on earlier purchases is left out"
    return frame


def _unusable(why: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind="periods that cannot be used",
        table=PERIODS.name,
        what=f"Periods cannot be put together to quarters and years: {why}",
        mend="Correct the columns quarter and year, or empty the table",
    )


def _uncounted(why: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind="customers that cannot be counted",
        table=CUSTOMERS.name,
        what=f"Customer metrics cannot be counted: {why}",
        mend="Correct the accounts on Hierarchy or Customers, or count customers (metrics_account on Assumptions)",
    )


def _faults(base: Base, faults: pd.DataFrame) -> list[Finding]:
    """Name the customers whose statement and transactions do not agree, by kind."""
    return [
        Finding(
            severity=Severity.WARNING,
            kind=str(kind),
            table=CUSTOMERS.name,
            rows=tuple(base.rows[of_kind["row"].to_numpy(dtype=int) - 1].tolist()),
            what=str(of_kind["what"].iloc[0]),
            mend="Correct the date on Customers, or the transactions",
        )
        for kind, of_kind in faults[~faults["fault"].isin(KNOWN)].groupby("fault", sort=False)
    ]
