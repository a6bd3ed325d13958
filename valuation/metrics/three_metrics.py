"""
The three customer metrics: new customers who remain, revenue per new and per existing customer, existing active ones.

They are Markey's [1]_; the definitions below make them exact so that counts and revenue close in every period.

A **purchase** is a sale of more than nought: credits, trials and adjustments are none. A customer's **first purchase**
is its earliest ever, unless that order was taken back (see `valuation.metrics.first_purchase`). A customer is
**active** on a day if it bought in the months up to it, and after its contract ended if it has. The window is open at
the old end and closed at the new; twelve months before a month's end is a month's end.

References
----------
.. [1] R. Markey, "Are You Undervaluing Your Customers?," Harvard Business Review, vol. 98, no. 1, 2020.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import IntArray, whole_number
from valuation.dates import DateArray, one_date, twelve_months_before
from valuation.errors import DomainError, InputError
from valuation.metrics.classes import EXISTING, INACTIVE, MATURING, NEW, NOT_YET, class_codes
from valuation.metrics.first_purchase import first_purchases
from valuation.metrics.periods import period_bounds
from valuation.metrics.statement_faults import statement_faults
from valuation.metrics.time_line import TimeLine, activity, tenure_starts, time_line
from valuation.metrics.transactions import MICRO, NEVER, BoolArray, Log, Stated, read_log

__all__ = ["TENURES", "Tenure", "ThreeMetrics", "three_metrics"]

Tenure: TypeAlias = Literal["first", "since_reactivation"]
TENURES: Final[tuple[str, ...]] = get_args(Tenure)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThreeMetrics:
    """
    The three metrics of every period, and what they are made of.

    Attributes
    ----------
    frame : DataFrame
        One row for each period: start, end; the counts active_opening, gross_new, reactivated, lost, new_and_lost,
        active_closing, net_adds, net_new_remaining, existing, maturing, existing_active; the money revenue,
        revenue_new, revenue_maturing, revenue_existing, revenue_existing_inactive (a part of the one before),
        revenue_not_customers (of those who are not yet customers), revenue_unknown (without a customer);
        revenue_per_new and revenue_per_existing, NaN without such customers; count_check and revenue_check, which
        are 0.
    customer_id : ndarray, shape (m,)
        The customers.
    first_purchase : ndarray of datetime64[D], shape (m,)
        Their first purchase that counts, NaT without one.
    classes : ndarray of int8, shape (k, m)
        Class code of each customer in each period, see `valuation.metrics.classes`.
    opened, closed : ndarray of bool, shape (k, m)
        Whether it was active on the day before each period, and on its last day.
    inactive_amounts : DataFrame
        Revenue of existing customers who are not active, such as credit notes: period (position, from 0), customer_id,
        net_amount.
    faults : DataFrame
        What customers' statements and transactions contradict each other about: row (of `customers`, from 1), fault,
        what.
    notes : tuple of str
        The rules that decided who remains and who is active.
    """

    frame: pd.DataFrame
    customer_id: npt.NDArray[Any]
    first_purchase: DateArray
    classes: npt.NDArray[np.int8]
    opened: BoolArray
    closed: BoolArray
    inactive_amounts: pd.DataFrame
    faults: pd.DataFrame
    notes: tuple[str, ...]


def three_metrics(
    transactions: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    customers: pd.DataFrame | None = None,
    parents: pd.DataFrame | None = None,
    listed_only: bool = False,
    window_months: int = 12,
    tenure: Tenure = "first",
    alive_at_least: float | None = None,
    as_of: np.datetime64 | dt.date | None = None,
) -> ThreeMetrics:
    """
    Count customers and add up their revenue, period by period.

    Parameters
    ----------
    transactions : DataFrame
        customer_id (blank: without a customer), date, net_amount (credits negative) and optionally type (sale, credit,
        trial or adjustment; blank: a sale if positive).
    periods : DataFrame
        start and end of each period, both days inside, in the order of time; gaps are allowed. Its index becomes that
        of the result.
    customers : DataFrame, optional
        customer_id, and any of first_purchase (the earlier of it and the transactions counts), end_date (of the
        contract, or when the account was closed), contract_type (contractual or transactional; an end date says
        contractual), alive (chance that it is still a customer at the last period's end).
    parents : DataFrame, optional
        customer_id and parent_id: accounts that are counted as one customer. One level: no parent has a parent.
    listed_only : bool
        Whether only those of `customers` are customers; the others' revenue is then without a customer.
    window_months : int
        For how long a purchase makes a customer active, 1 or more. [month]
    tenure : {"first", "since_reactivation"}
        Whether a customer's twelve months as an existing one count from its first purchase ever, or from the first one
        after it had not been active.
    alive_at_least : float, optional
        Who of the new customers of the last period remains is decided, where `alive` is known and there is no contract,
        by this chance. Left out, no probability counts. [0-1]
    as_of : date, optional
        No transaction may be later; the last period's end if left out. [date]

    Returns
    -------
    ThreeMetrics
        See there. A period's *gross new* customers bought for the first time in it. *Existing* ones did so before the
        period, and twelve months or more before its end; *maturing* ones are between the two. *Lost*: active before
        the period, not at its end. *Reactivated*: a customer already before the period but not active then, active at
        its end. *New and lost*: gross new, not active at its end. *Net adds* is active at the end less active before.
        *Net new remaining* are gross new ones still customers at its end: their contract runs, or, without one, they
        are active.

    Raises
    ------
    InputError
        If a column is missing, a date or amount is, a transaction is later than `as_of`, a type is unknown, ids or
        periods are not in order, or parents have parents. The message names the row, counted from 1.
    DomainError
        If `window_months` is less than 1, or a chance not in 0..1.

    Notes
    -----
    With an activity window at least as long as the period, and without contracts' ends or chances, every new customer
    remains: the first metric then says no more than gross new. The notes say so.

    Examples
    --------
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": ["A", "B", "A"],
    ...         "date": pd.to_datetime(["2024-03-01", "2025-02-01", "2025-06-01"]),
    ...         "net_amount": [80.0, 30.0, 90.0],
    ...     }
    ... )
    >>> year = pd.DataFrame({"start": pd.to_datetime(["2025-01-01"]), "end": pd.to_datetime(["2025-12-31"])})
    >>> found = three_metrics(log, year).frame.loc[0]
    >>> print(found["net_new_remaining"], found["revenue_per_new"], found["revenue_per_existing"])
    1 30.0 90.0
    """
    starts, ends = period_bounds(periods)
    months = whole_number(window_months, "window_months")
    if months < 1:
        raise DomainError(f"window_months must be 1 or more, not {months}")
    if tenure not in TENURES:
        raise InputError(f"tenure must be {' or '.join(TENURES)}, not {tenure!r}")
    if alive_at_least is not None and not 0 <= alive_at_least <= 1:
        raise DomainError(f"alive_at_least must be in 0..1, not {alive_at_least}")
    until = ends[-1] if as_of is None else one_date(as_of, "as_of")
    log, stated = read_log(transactions, until, customers=customers, parents=parents, listed_only=listed_only)
    line = time_line(starts, ends, months, log)
    bought = first_purchases(log, stated, line.interval(log.days), line.interval(stated.first))
    first = np.where(bought.day > line.days[-1], NEVER, bought.day)
    since = tenure_starts(log, line, bought, months) if tenure == "since_reactivation" else None
    opened, closed = activity(log, line, bought.counts, stated.end)
    classes = np.zeros((len(ends) + 1, len(log.ids)), dtype=np.int8)  # the last row: in no period
    remaining = np.zeros(len(ends), dtype=np.int64)
    for k, (start, end) in enumerate(zip(starts.astype(np.int64), ends.astype(np.int64), strict=True)):
        year_before = int(twelve_months_before(ends[k]).astype(np.int64))
        codes = class_codes(first, first if since is None else since[k], start, end, year_before)
        codes[(codes == EXISTING) & ~closed[k]] = INACTIVE
        classes[k] = codes
        chance = alive_at_least if k == len(ends) - 1 else None
        remaining[k] = np.count_nonzero((codes == NEW) & _remains(closed[k], stated, int(end), chance))
    frame = _counts(classes[:-1], opened, closed, remaining)
    revenue, inactive = _revenue(log, line, classes)
    frame = pd.concat([frame, revenue], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, by in (("new", "gross_new"), ("existing", "existing_active")):
            counted = frame[by].to_numpy(dtype=np.float64)
            frame[f"revenue_per_{name}"] = frame[f"revenue_{name}"] / np.where(counted > 0, counted, np.nan)
    frame.insert(0, "start", starts.astype("datetime64[s]"))
    frame.insert(1, "end", ends.astype("datetime64[s]"))
    return ThreeMetrics(
        frame=frame.set_axis(periods.index),
        customer_id=log.ids,
        first_purchase=np.where(first < NEVER, first, np.iinfo(np.int64).min).astype("datetime64[D]"),
        classes=classes[:-1],
        opened=opened,
        closed=closed,
        inactive_amounts=inactive,
        faults=statement_faults(log, stated, bought.bought),
        notes=_notes(stated, starts, ends, months, alive_at_least),
    )


def _remains(closed: BoolArray, stated: Stated, end: int, chance: float | None) -> BoolArray:
    """Who is still a customer at the end: by contract, by a chance where that is asked for, or by purchases."""
    by_purchase = closed
    if chance is not None:
        by_purchase = np.where(np.isnan(stated.alive), closed, stated.alive >= chance)
    runs = (stated.end > end) | closed  # who buys after the end of a contract is a customer again
    return np.where(stated.contractual, runs, by_purchase)


def _counts(classes: npt.NDArray[np.int8], opened: BoolArray, closed: BoolArray, remaining: IntArray) -> pd.DataFrame:
    """Customers by what they did, period by period; each count on its own, so that the check checks something."""

    def count(mask: BoolArray) -> IntArray:
        counted: IntArray = np.count_nonzero(mask, axis=1).astype(np.int64)
        return counted

    new, existing = classes == NEW, classes >= EXISTING
    before = ~new & (classes != NOT_YET)
    opening, closing = count(opened), count(closed)
    counts = {
        "active_opening": opening,
        "gross_new": count(new),
        "reactivated": count(before & ~opened & closed),
        "lost": count(opened & ~closed),
        "new_and_lost": count(new & ~closed),
        "active_closing": closing,
        "net_adds": closing - opening,
        "net_new_remaining": remaining,
        "existing": count(existing),
        "maturing": count(classes == MATURING),
        "existing_active": count(classes == EXISTING),
    }
    explained = opening + counts["gross_new"] + counts["reactivated"] - counts["lost"] - counts["new_and_lost"]
    return pd.DataFrame({**counts, "count_check": explained - closing})


def _revenue(log: Log, line: TimeLine, classes: npt.NDArray[np.int8]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Revenue of each period by class of the customer, and the amounts of existing customers who are not active."""
    last, many = classes.shape[0] - 1, classes.shape[1]
    unknown = INACTIVE + 1
    period = line.period[line.interval(log.days)]
    found = np.append(classes.reshape(-1), np.int8(unknown))[
        np.where(log.codes >= 0, period * many + log.codes, classes.size)
    ]
    sums = np.bincount(period * (unknown + 1) + found, weights=log.micros, minlength=(last + 1) * (unknown + 1))
    by_class = sums.reshape(last + 1, unknown + 1)[:-1]
    total = np.bincount(period, weights=log.micros, minlength=last + 1)[:-1]
    frame = {
        "revenue": total,
        "revenue_new": by_class[:, NEW],
        "revenue_maturing": by_class[:, MATURING],
        "revenue_existing": by_class[:, EXISTING] + by_class[:, INACTIVE],
        "revenue_existing_inactive": by_class[:, INACTIVE],
        "revenue_not_customers": by_class[:, NOT_YET],
        "revenue_unknown": by_class[:, unknown],
        "revenue_check": total - by_class.sum(axis=1),
    }
    rows = np.flatnonzero((found == INACTIVE) & (period < last) & (log.micros != 0))
    of_pair = pd.Series(log.micros[rows]).groupby([period[rows], log.codes[rows]]).sum()
    inactive = pd.DataFrame(
        {
            "period": of_pair.index.get_level_values(0).astype(np.int64),
            "customer_id": log.ids[of_pair.index.get_level_values(1).astype(np.int64)],
            "net_amount": of_pair.to_numpy() / MICRO,
        }
    )
    return pd.DataFrame(frame) / MICRO, inactive


def _notes(
    stated: Stated, starts: DateArray, ends: DateArray, months: int, alive_at_least: float | None
) -> tuple[str, ...]:
    """The rules in words."""
    notes = [f"active: a purchase in the {months} months to the period's end"]
    by = ["the contract runs"] if stated.contractual.any() else []
    if alive_at_least is not None and not np.isnan(stated.alive).all():
        by.append(f"chance still a customer at least {alive_at_least:g}")
    notes.append(f"new customers remain where {', else '.join([*by, 'they are active'])}")
    if not by and bool((twelve_months_before(ends, months) < starts).all()):
        notes.append(
            "the activity window is as long as the period, so that every new customer remains: give contract ends, "
            "chances or a shorter window"
        )
    return tuple(notes)
