"""
What each customer bought and when: the transactions, seen from the as-of date.

Money is summed in whole millionths, so a sum of decimals is the decimal sum, whatever the order of the rows. What is
dated after the as-of date has not happened yet.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.dates import DateArray, twelve_months_before
from valuation.findings import Finding, Severity
from valuation.tables import CUSTOMERS, TRANSACTIONS, TableData, complete_frame

__all__ = [
    "MICRO",
    "Base",
    "BoolArray",
    "FloatArray",
    "History",
    "IntArray",
    "contradictions",
    "first_untold",
    "latest_date",
    "months_until",
    "read_base",
    "read_history",
]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MICRO = 1e6
NO_DATE = np.datetime64("NaT", "D")
MONEY = ("net_amount", "gross_amount", "discount", "returns", "cogs")
USED = ("customer_id", "date", "type", "one_off", *MONEY)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """
    The customers and transactions that can be used.

    Attributes
    ----------
    customers : pandas.DataFrame
        One row for each usable customer, all columns of the contract.
    rows : ndarray of int, shape (n,)
        Row of each customer in the table as it was read, counted from 1.
    transactions : pandas.DataFrame
        Rows with a date and an amount: the columns `USED`, completed; `code`, the position of the customer in
        `customers`, -1 for an unknown customer; and `row`, as in `rows`.
    day_one : ndarray of bool, shape (n,)
        Customers without any transaction whose yearly revenue or margin was typed instead.
    as_of : datetime64[D]
        End of the twelve months.
    start, prior_start, three_years : datetime64[D]
        The windows' open ends: twelve, twenty-four and thirty-six months before `as_of`.
    """

    customers: pd.DataFrame
    rows: IntArray
    transactions: pd.DataFrame
    day_one: BoolArray
    as_of: np.datetime64
    start: np.datetime64
    prior_start: np.datetime64
    three_years: np.datetime64

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def codes(self) -> IntArray:
        """Position of the customer of each transaction, -1 for an unknown one."""
        return self.transactions["code"].to_numpy(dtype=np.int64)

    @property
    def days(self) -> DateArray:
        """Day of each transaction."""
        return self.transactions["date"].to_numpy().astype("datetime64[D]")

    @property
    def first_day(self) -> np.datetime64 | None:
        """Day of the earliest transaction, known customer or not; None without transactions."""
        days = self.days
        return days.min() if days.size else None

    @property
    def months(self) -> int:
        """Calendar months from the earliest transaction to the as-of date, the first one counted in full."""
        first = self.first_day
        return 0 if first is None else max(int(months_until(self.as_of, first)), 0)

    def between(self, start: np.datetime64 | None, end: np.datetime64) -> BoolArray:
        """Mask the transactions after `start` up to and including `end`."""
        days = self.days
        return np.asarray(days <= end if start is None else (days > start) & (days <= end))

    def per_customer(self, column: str, mask: BoolArray) -> FloatArray:
        """Sum a money column by customer; a customer with a missing amount in the mask gets NaN."""
        codes = self.codes
        usable = mask & (codes >= 0)
        micros = np.rint(self.transactions[column].to_numpy(dtype=float)[usable] * MICRO)
        return np.bincount(codes[usable], weights=micros, minlength=len(self)) / MICRO


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """
    Purchases by customer up to the as-of date, arrays of shape (n,).

    A purchase is a day with a sale above nought. Credit notes, trials, adjustments and free goods are none.

    Attributes
    ----------
    first_purchase : ndarray of datetime64[D]
        The earlier of the first purchase seen and the one on Customers; NaT where there is neither.
    last_purchase : ndarray of datetime64[D]
        The last purchase seen; NaT where none was.
    purchases : ndarray
        Days with a purchase, ever. [count]
    purchases_12m : ndarray
        In the twelve months. [count]
    median_gap : ndarray
        Median of the days between purchases; NaN with fewer than two purchases. [days]
    active_12m, active_prior : ndarray of bool
        Bought in the twelve months, in the twelve months before them.
    lapsed_before : ndarray of bool
        Had bought earlier, but not in the twelve months before these.
    credited : ndarray of bool
        Has a credit note, and so must have bought at some time.
    silent : ndarray of bool
        Not one purchase in the twelve months, where one would have been seen: there are documents of the customer, or
        the transactions cover the twelve months and the first purchase was not within them.
    """

    first_purchase: DateArray
    last_purchase: DateArray
    purchases: FloatArray
    purchases_12m: FloatArray
    median_gap: FloatArray
    active_12m: BoolArray
    active_prior: BoolArray
    lapsed_before: BoolArray
    credited: BoolArray
    silent: BoolArray


def latest_date(data: TableData | None, column: str = "date") -> np.datetime64 | None:
    """Give the latest date in a column, if there is any."""
    if data is None or not data.has(column):
        return None
    return np.datetime64(data.frame[column].max(), "D")


def months_until(end: np.datetime64, start: np.datetime64 | DateArray) -> npt.NDArray[np.int64]:
    """Count calendar months from the month of `start` to the last one that is over at `end`."""
    months: npt.NDArray[np.int64] = (
        (end + np.timedelta64(1, "D")).astype("datetime64[M]") - start.astype("datetime64[M]")
    ).astype(int)
    return months


def read_base(customers: TableData | None, transactions: TableData | None, as_of: np.datetime64) -> Base:
    """Keep what can be used: customers with an id of their own, transactions with a date and an amount."""
    own = complete_frame(customers, CUSTOMERS)
    own = own[own["customer_id"].notna() & ~own.duplicated("customer_id")]
    own = own.assign(name=own["name"].where(own["name"].notna(), own["customer_id"]))
    sales = complete_frame(transactions, TRANSACTIONS, USED)
    usable = sales["date"].notna() & np.isfinite(sales["net_amount"])
    sales = sales if usable.all() else sales[usable]
    code = pd.Index(own["customer_id"]).get_indexer(pd.Index(sales["customer_id"]))
    bought = np.bincount(code[code >= 0], minlength=len(own)) > 0
    typed = own[["annual_revenue", "annual_margin"]].notna().any(axis=1).to_numpy()
    start, prior, three = (twelve_months_before(as_of, months=months) for months in (12, 24, 36))
    return Base(
        customers=own.reset_index(drop=True),
        rows=own.index.to_numpy(dtype=np.int64) + 1,
        transactions=_waterfall(sales).assign(code=code, row=sales.index + 1).reset_index(drop=True),
        day_one=np.asarray(~bought & typed),
        as_of=as_of,
        start=start,
        prior_start=prior,
        three_years=three,
    )


def _waterfall(sales: pd.DataFrame) -> pd.DataFrame:
    """
    Complete type, gross amount, discount and returns, so that gross less discount less returns is the net amount.

    The net amount always counts. Without a gross amount it is made of the other three; a credit note of which only the
    net amount is known is all returns. What does not tie shows in returns, and is a finding.
    """
    net = sales["net_amount"].to_numpy(dtype=float)
    given = sales["type"].to_numpy(dtype=object)
    kind = np.where(sales["type"].isna(), np.where(net < 0, "credit", "sale").astype(object), given)
    gross = sales["gross_amount"].to_numpy(dtype=float)
    discount = np.nan_to_num(sales["discount"].to_numpy(dtype=float))
    returns = sales["returns"].to_numpy(dtype=float)
    all_returned = (kind == "credit") & np.isnan(returns)
    composed = np.where(all_returned, 0.0, net + discount + np.nan_to_num(returns))
    gross = np.where(np.isnan(gross), composed, gross)
    returns = np.round(gross - discount - net, 6)
    return sales.assign(type=kind, gross_amount=gross, discount=discount, returns=returns)


def read_history(base: Base) -> History:
    """Summarise each customer's purchases up to the as-of date."""
    sales, n = base.transactions, len(base)
    seen = base.between(None, base.as_of) & (base.codes >= 0)
    sold = (sales["type"] == "sale").to_numpy(dtype=bool) & (sales["net_amount"].to_numpy() > 0)
    codes, day = _visits(base.codes, base.days, seen & sold)

    def count(mask: BoolArray) -> FloatArray:
        return np.bincount(codes[mask], minlength=n).astype(float)

    purchases_12m = count(day > base.start)
    purchases_prior = count((day > base.prior_start) & (day <= base.start))
    first, last = _extremes(codes, day, n)
    known_first = base.customers["first_purchase"].to_numpy().astype("datetime64[D]")
    first = np.fmin(first, np.where(known_first > base.as_of, NO_DATE, known_first))
    # A pause shows only where the transactions cover it: before them, a typed first purchase proves nothing.
    earlier = (count(day <= base.prior_start) > 0) | ((base.months >= 24) & (first <= base.prior_start))
    documents = np.bincount(base.codes[seen], minlength=n) > 0
    credit = seen & (sales["type"] == "credit").to_numpy(dtype=bool)
    expected = documents | ((base.months >= 12) & ~(first > base.start) & ~base.day_one)
    return History(
        first_purchase=first,
        last_purchase=last,
        purchases=count(np.ones(len(codes), dtype=bool)),
        purchases_12m=purchases_12m,
        median_gap=_median_gaps(codes, day, n),
        active_12m=purchases_12m > 0,
        active_prior=purchases_prior > 0,
        lapsed_before=earlier & (purchases_prior == 0),
        credited=np.bincount(base.codes[credit], minlength=n) > 0,
        silent=expected & (purchases_12m == 0),
    )


def _visits(codes: IntArray, days: DateArray, mask: BoolArray) -> tuple[IntArray, DateArray]:
    """Give the distinct pairs of customer and day, sorted by both."""
    codes, number = codes[mask], days[mask].astype(np.int64)
    if not codes.size:
        return codes, days[mask]
    # One integer for each pair sorts several times faster than two columns, and faster than np.unique hashes.
    earliest = number.min()
    span = number.max() - earliest + 1
    key = np.sort(codes * span + (number - earliest))
    key = key[np.append(True, np.diff(key) > 0)]
    return key // span, (key % span + earliest).astype("datetime64[D]")


def _extremes(codes: IntArray, day: DateArray, n: int) -> tuple[DateArray, DateArray]:
    """Give the first and the last day of each customer; rows are sorted by customer and day."""
    first, last = np.full(n, NO_DATE), np.full(n, NO_DATE)
    first[codes[::-1]] = day[::-1]  # the earliest day is assigned last
    last[codes] = day
    return first, last


def _median_gaps(codes: IntArray, day: DateArray, n: int) -> FloatArray:
    """Give the median of the days between each customer's purchases; rows are sorted by customer and day."""
    gaps = np.diff(day).astype("timedelta64[D]").astype(float)
    own = np.diff(codes) == 0
    medians = pd.Series(gaps[own]).groupby(codes[1:][own]).median()
    return medians.reindex(range(n)).to_numpy(dtype=float)


def first_untold(base: Base) -> np.datetime64:
    """Give the first purchase seen of customers whose first one ever is not on Customers; NaT without any such."""
    bought = (base.codes >= 0) & (base.transactions["net_amount"].to_numpy(dtype=float) > 0)
    stated = base.customers["first_purchase"].notna().to_numpy(dtype=bool)
    bought[bought] = ~stated[base.codes[bought]]
    return base.days[bought].min() if bought.any() else np.datetime64("NaT", "D")


def contradictions(base: Base, history: History) -> Iterator[Finding]:
    """Find customers whose row on Customers is at odds with their transactions."""
    stated = base.customers["first_purchase"].to_numpy().astype("datetime64[D]")
    yield from _at_odds(
        base,
        stated > history.first_purchase,
        kind="first purchase after a transaction",
        column="first_purchase",
        what="There is a purchase before this date; the earlier one counts",
        mend="Correct the date, or clear it",
    )
    yield from _at_odds(
        base,
        np.asarray(base.customers["status"] == "prospect", dtype=bool) & (history.purchases > 0),
        kind="prospect with purchases",
        column="status",
        what="The status says that the customer never bought, but there are purchases; they count",
        mend="Correct the status, or clear it",
    )


def _at_odds(base: Base, mask: BoolArray, *, kind: str, column: str, what: str, mend: str) -> Iterator[Finding]:
    if mask.any():
        yield Finding(
            severity=Severity.WARNING,
            kind=kind,
            table="Customers",
            column=column,
            rows=tuple(base.rows[mask].tolist()),
            what=what,
            mend=mend,
        )
