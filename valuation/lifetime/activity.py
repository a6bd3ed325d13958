"""
From a list of transactions to one row per customer: how often, how recently, for how long, how much.

The rows feed the purchase models: `frequency` is x, `recency` t_x and `age` T in the literature [1]_. Several
purchases on one day are one, because the models count visits; returns are not purchases.

References
----------
.. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your Customers' the Easy Way: An Alternative to the
   Pareto/NBD Model," Marketing Science, vol. 24, no. 2, pp. 275-284, 2005.
"""

import datetime
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.errors import InputError
from valuation.ids import customer_codes
from valuation.lifetime.conventions import POSITIVE, BoolArray, FloatArray, numbers, single

__all__ = ["summarize_activity"]

IntArray: TypeAlias = npt.NDArray[np.int64]
ObjectArray: TypeAlias = npt.NDArray[Any]


def summarize_activity(
    customer_id: npt.ArrayLike,
    date: npt.ArrayLike,
    amount: npt.ArrayLike,
    *,
    as_of: datetime.date | np.datetime64,
    days_per_period: float,
) -> pd.DataFrame:
    r"""
    Frequency, recency, age and monetary value of each customer's purchases.

    With the distinct purchase days :math:`\tau_0 < \dots < \tau_x` of a customer, what was spent on them
    :math:`z_0, \dots, z_x`, and :math:`D` days per period:

    .. math::

        t_x = \frac{\tau_x - \tau_0}{D}, \qquad T = \frac{\text{as of} - \tau_0}{D}, \qquad
        \bar z = \frac{1}{x} \sum_{j=1}^{x} z_j

    Parameters
    ----------
    customer_id : array_like, shape (n,)
        Number or text per transaction. Text is trimmed, and in a column that holds both, 1001 and
        "1001" are the same customer.
    date : array_like, shape (n,)
        Dates as datetime64; the time of day is ignored. [date]
    amount : array_like, shape (n,)
        Amount of the transaction. Rows of 0 or less are no purchases and are left out. [currency]
    as_of : date or datetime64
        Day of valuation; no transaction is later. [date]
    days_per_period : float
        Length of the period in which recency and age are counted, for example 7 for weeks. [days/period]

    Returns
    -------
    DataFrame
        One row per customer with a purchase, sorted by id: `customer_id`, `frequency` (repeat purchase days
        [count]), `recency` (age at the last purchase [periods]), `age` (since the first purchase
        [periods]), `monetary_value` (mean of the repeat purchase days, NaN without one [currency]).

    Raises
    ------
    InputError
        If lengths differ, a column is of the wrong kind, an id, date or amount is missing, or a date
        lies after `as_of`; the message names the row, counted from 1.
    DomainError
        If `days_per_period` is not above 0.

    Notes
    -----
    The first purchase day counts neither in `frequency` nor in `monetary_value`.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value," note 025, 2013.

    Examples
    --------
    >>> table = summarize_activity(
    ...     ["A", "B", "A", "A"],
    ...     np.array(["2025-01-01", "2025-01-10", "2025-01-15", "2025-01-15"], dtype="datetime64[D]"),
    ...     [100.0, 50.0, 20.0, 30.0],
    ...     as_of=np.datetime64("2025-01-29"),
    ...     days_per_period=7,
    ... )
    >>> print(table.to_string(index=False))
    customer_id  frequency  recency      age  monetary_value
              A          1      2.0 4.000000            50.0
              B          0      0.0 2.714286             NaN
    """
    length = single("days_per_period", days_per_period, POSITIVE)
    last_day = _last_day(as_of)
    ids = _column("customer_id", customer_id)
    days = _days(date)
    amounts = _amounts(amount)
    if not len(ids) == len(days) == len(amounts):
        raise InputError(f"lengths differ: customer_id {len(ids)}, date {len(days)}, amount {len(amounts)}")
    late = days > last_day
    if late.any():
        row = int(np.argmax(late))
        raise InputError(f"date must not be after as_of {last_day}, not {days[row]} in row {row + 1}")
    codes, names = customer_codes(ids)
    _refuse_missing("customer_id", codes < 0)

    purchase = amounts > 0.0
    customer, day, spent = _purchase_days(codes[purchase], days[purchase].astype(np.int64), amounts[purchase])
    return _summary(names, customer, day, spent, as_of=int(last_day.astype(np.int64)), days_per_period=length)


def _summary(
    names: ObjectArray, customer: IntArray, day: IntArray, spent: FloatArray, *, as_of: int, days_per_period: float
) -> pd.DataFrame:
    """Reduce purchase days, sorted by customer and day, to one row per customer."""
    first = _starts(customer)
    last = np.append(first[1:], len(customer))[: len(first)] - 1
    frequency = last - first
    # Without the first day from the start: subtracting it from a total would cost digits.
    repeat_spent = spent.copy()
    repeat_spent[first] = 0.0
    monetary_value = np.add.reduceat(repeat_spent, first) / np.where(frequency > 0, frequency, np.nan)
    return pd.DataFrame(
        {
            "customer_id": names[customer[first]],
            "frequency": frequency,
            "recency": (day[last] - day[first]) / days_per_period,
            "age": (as_of - day[first]) / days_per_period,
            "monetary_value": monetary_value,
        }
    )


def _purchase_days(codes: IntArray, days: IntArray, amounts: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Merge purchases of one customer on one day, sorted by customer and day."""
    if not len(codes):
        return codes, days, amounts
    # One integer per customer and day sorts several times faster than two columns.
    earliest = int(days.min())
    span = int(days.max()) - earliest + 1
    key, order = _sorted(codes * span + (days - earliest))
    start = _starts(key)
    merged = key[start]
    return merged // span, merged % span + earliest, np.add.reduceat(amounts[order], start)


def _sorted(key: IntArray) -> tuple[IntArray, IntArray]:
    """Keys of 0 or more in their order, and the rows they come from; equal ones stay as they were."""
    bits = len(key).bit_length()
    if int(key.max()) >> (62 - bits):
        order = np.argsort(key, kind="stable").astype(np.int64, copy=False)
        return key[order], order
    # Key and row in one integer sort twice as fast as rows by their keys.
    packed = np.sort((key << bits) | np.arange(len(key)))
    return packed >> bits, packed & ((1 << bits) - 1)


def _starts(ordered: IntArray) -> IntArray:
    """Positions at which a new value begins in a sorted array."""
    begins = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return np.flatnonzero(begins).astype(np.int64, copy=False)


def _last_day(as_of: object) -> np.datetime64:
    """Return the day of valuation without its time."""
    known: Any = as_of
    if not isinstance(known, datetime.date | np.datetime64) or pd.isna(known):
        raise InputError(f"as_of must be a date, not {as_of!r}")
    if isinstance(known, datetime.datetime):
        known = known.date()  # a time zone would be converted, and might change the day
    return np.datetime64(known, "D")


def _days(date: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
    """Return the column of dates as whole days."""
    raw: ObjectArray = np.asarray(date)
    if raw.ndim != 1 or (raw.dtype.kind != "M" and raw.size):
        raise InputError(f"date must be a column of datetime64, not {raw.dtype} of shape {raw.shape}")
    days = raw.astype("datetime64[D]")
    _refuse_missing("date", np.isnat(days))
    return days


def _amounts(amount: npt.ArrayLike) -> FloatArray:
    """Return the column of amounts."""
    amounts = numbers("amount", amount)
    if amounts.ndim != 1:
        raise InputError(f"amount must be a column, not of shape {amounts.shape}")
    _refuse_missing("amount", ~np.isfinite(amounts))
    return amounts


def _column(name: str, values: npt.ArrayLike) -> "pd.Series[Any]":
    """Return ids as a pandas column, the form that keeps numbers and text in one list apart."""
    try:
        return values if isinstance(values, pd.Series) else pd.Series(values)
    except ValueError as not_a_column:
        raise InputError(f"{name} must be a column of numbers or texts") from not_a_column


def _refuse_missing(name: str, missing: BoolArray) -> None:
    """Name the first row in which a value is missing."""
    if missing.any():
        raise InputError(f"{name} is missing in row {int(np.argmax(missing)) + 1}")
