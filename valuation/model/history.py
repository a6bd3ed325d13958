"""
What each customer bought and when: the transactions, seen from the as-of date.

Money is summed in whole millionths, so a sum of decimals is the decimal sum, whatever the order of the rows.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.dates import twelve_months_before
from valuation.tables import CUSTOMERS, TRANSACTIONS, Table, TableData, empty_frame

__all__ = ["Base", "History", "latest_date", "read_base", "read_history"]

FloatArray = npt.NDArray[np.float64]
DateArray = npt.NDArray[np.datetime64]
MICRO = 1e6
NO_DATE = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """
    The customers and transactions that can be used.

    Attributes
    ----------
    customers : pandas.DataFrame
        One row for each usable customer, all columns of the contract.
    transactions : pandas.DataFrame
        Rows with a date and an amount, all columns of the contract and `code`: position of the customer in
        `customers`, -1 for an unknown customer.
    as_of : datetime64[D]
        End of the twelve months.
    start, prior_start, three_years : datetime64[D]
        The windows' open ends: twelve, twenty-four and thirty-six months before `as_of`.
    """

    customers: pd.DataFrame
    transactions: pd.DataFrame
    as_of: np.datetime64
    start: np.datetime64
    prior_start: np.datetime64
    three_years: np.datetime64

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def ids(self) -> pd.Index:
        """Customer ids in the order of the sheet."""
        ids: pd.Index = pd.Index(self.customers["customer_id"])
        return ids

    def between(self, start: np.datetime64 | None, end: np.datetime64) -> npt.NDArray[np.bool_]:
        """Mask the transactions after `start` up to and including `end`."""
        dates = self.transactions["date"].to_numpy().astype("datetime64[D]")
        return dates <= end if start is None else (dates > start) & (dates <= end)

    def per_customer(self, column: str, mask: npt.NDArray[np.bool_]) -> FloatArray:
        """Sum a money column by customer; a customer with a missing amount in the mask gets NaN."""
        usable = mask & (self.transactions["code"].to_numpy() >= 0)
        codes = self.transactions["code"].to_numpy()[usable]
        micros = np.rint(self.transactions[column].to_numpy(dtype=float)[usable] * MICRO)
        return np.bincount(codes, weights=micros, minlength=len(self)) / MICRO


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """
    Purchases by customer, arrays of shape (n,). A purchase is a day with a positive net amount.

    Attributes
    ----------
    first_purchase, last_purchase : ndarray of datetime64[D]
        NaT where there is none.
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
    """

    first_purchase: DateArray
    last_purchase: DateArray
    purchases: FloatArray
    purchases_12m: FloatArray
    median_gap: FloatArray
    active_12m: npt.NDArray[np.bool_]
    active_prior: npt.NDArray[np.bool_]
    lapsed_before: npt.NDArray[np.bool_]


def latest_date(data: TableData | None) -> np.datetime64 | None:
    """Give the date of the latest transaction, if there is any."""
    if data is None or "date" not in data.frame or not data.frame["date"].notna().any():
        return None
    return np.datetime64(data.frame["date"].max(), "D")


def read_base(customers: TableData | None, transactions: TableData | None, as_of: np.datetime64) -> Base:
    """Keep what can be used: customers with an id of their own, transactions with a date and an amount."""
    own = _all_columns(customers, CUSTOMERS)
    own = own[own["customer_id"].notna() & ~own.duplicated("customer_id")].reset_index(drop=True)
    own["name"] = own["name"].where(own["name"].notna(), own["customer_id"])  # a report must name everybody
    sales = _all_columns(transactions, TRANSACTIONS)
    sales = sales[sales["date"].notna() & sales["net_amount"].notna()].reset_index(drop=True)
    sales["code"] = pd.Index(own["customer_id"]).get_indexer(pd.Index(sales["customer_id"]))
    start, prior, three = (twelve_months_before(as_of, months=months) for months in (12, 24, 36))
    return Base(
        customers=own, transactions=_waterfall(sales), as_of=as_of, start=start, prior_start=prior, three_years=three
    )


def _all_columns(data: TableData | None, table: Table) -> pd.DataFrame:
    """Lay what was read over its contract, so that every column is there."""
    empty = empty_frame(table)
    if data is None or data.frame.empty:
        return empty
    frame = data.frame.copy()
    for column in empty:
        if column not in frame:
            frame[column] = pd.Series(np.nan if empty[column].dtype == float else None, index=frame.index).astype(
                empty[column].dtype
            )
    return frame[list(empty)]


def _waterfall(sales: pd.DataFrame) -> pd.DataFrame:
    """
    Complete type, gross amount, discount and returns, so that gross less discount less returns is the net amount.

    Without a gross amount a credit is all returns and anything else is all gross. The net amount always counts.
    """
    net = sales["net_amount"].to_numpy(dtype=float)
    kind = sales["type"].where(sales["type"].notna(), np.where(net < 0, "credit", "sale"))
    credit = (kind == "credit").to_numpy(dtype=bool)
    gross = sales["gross_amount"].to_numpy(dtype=float)
    unknown = np.isnan(gross)
    gross = np.where(unknown, np.where(credit, 0.0, net), gross)
    discount = np.where(unknown, 0.0, np.nan_to_num(sales["discount"].to_numpy(dtype=float)))
    returns = np.round(gross - discount - net, 6)
    return sales.assign(type=kind, gross_amount=gross, discount=discount, returns=returns)


def read_history(base: Base) -> History:
    """Summarise each customer's purchases up to the as-of date."""
    sales = base.transactions
    bought = (sales["code"].to_numpy() >= 0) & (sales["net_amount"].to_numpy() > 0) & base.between(None, base.as_of)
    days = sales["date"].to_numpy().astype("datetime64[D]")[bought]
    visits = pd.DataFrame({"code": sales["code"].to_numpy()[bought], "day": days}).drop_duplicates()
    visits = visits.sort_values(["code", "day"])
    codes, day = visits["code"].to_numpy(), visits["day"].to_numpy().astype("datetime64[D]")
    n = len(base)

    def count(mask: npt.NDArray[np.bool_]) -> FloatArray:
        return np.bincount(codes[mask], minlength=n).astype(float)

    recent, prior = day > base.start, (day > base.prior_start) & (day <= base.start)
    purchases_12m, purchases_prior = count(recent), count(prior)
    earlier = count(day <= base.prior_start)
    first, last = _extremes(codes, day, n)
    known_first = base.customers["first_purchase"].to_numpy().astype("datetime64[D]")
    return History(
        first_purchase=np.where(np.isnat(known_first), first, known_first),
        last_purchase=last,
        purchases=count(np.ones(len(codes), dtype=bool)),
        purchases_12m=purchases_12m,
        median_gap=_median_gaps(codes, day, n),
        active_12m=purchases_12m > 0,
        active_prior=purchases_prior > 0,
        lapsed_before=(earlier > 0) & (purchases_prior == 0),
    )


def _extremes(codes: npt.NDArray[np.intp], day: DateArray, n: int) -> tuple[DateArray, DateArray]:
    """Give the first and the last day of each customer; rows are sorted by customer and day."""
    first, last = np.full(n, NO_DATE), np.full(n, NO_DATE)
    first[codes[::-1]] = day[::-1]  # the earliest day is assigned last
    last[codes] = day
    return first, last


def _median_gaps(codes: npt.NDArray[np.intp], day: DateArray, n: int) -> FloatArray:
    gaps = np.diff(day).astype("timedelta64[D]").astype(float)
    own = np.diff(codes) == 0
    medians = pd.Series(gaps[own]).groupby(codes[1:][own]).median()
    return medians.reindex(range(n)).to_numpy(dtype=float)
