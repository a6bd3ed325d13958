"""
Calendar arithmetic that finance means: months, not 30 days, and a month's end stays a month's end.

Windows are open at the old end and closed at the new: "in the twelve months to 2025-12-31" starts after 2024-12-31.
"""

import datetime as dt
from typing import TypeAlias, overload

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError

__all__ = ["DateArray", "dates", "moments", "one_date", "one_moment", "twelve_months_before"]

DateArray: TypeAlias = npt.NDArray[np.datetime64]

_DAY = np.timedelta64(1, "D")


@overload
def twelve_months_before(as_of: np.datetime64 | dt.date, months: int = ...) -> np.datetime64: ...
@overload
def twelve_months_before(as_of: DateArray, months: int = ...) -> DateArray: ...
def twelve_months_before(as_of: np.datetime64 | dt.date | DateArray, months: int = 12) -> np.datetime64 | DateArray:
    """
    The date so many calendar months earlier, a month's end staying one.

    Parameters
    ----------
    as_of : datetime64, date, or ndarray of datetime64
        The closed, new end of a window.
    months : int
        Length of the window, 0 or more. [month]

    Returns
    -------
    datetime64[D] or ndarray of datetime64[D]
        The open, old end of the window; NaT where a date of the array is missing.

    Raises
    ------
    DomainError
        If `months` is negative.
    InputError
        If `as_of` is not a date, or `months` is not a whole number.

    Notes
    -----
    The end of February 2025 leads to the end of February 2024, the 29th. Excel's EDATE gives the 28th, and a purchase
    on the 29th would then fall into the windows of two years. A day that the earlier month does not have becomes its
    last day, as with EDATE.

    Examples
    --------
    >>> print(twelve_months_before(np.datetime64("2025-02-28")))
    2024-02-29
    >>> print(twelve_months_before(np.datetime64("2024-02-29")))
    2023-02-28
    >>> print(twelve_months_before(np.datetime64("2025-03-30"), months=1))
    2025-02-28
    """
    if isinstance(months, bool | np.bool_) or not isinstance(months, int | np.integer):
        raise InputError(f"months must be a whole number, not {months!r}")
    if months < 0:
        raise DomainError(f"months must be 0 or more, not {months}")
    if isinstance(as_of, np.ndarray):
        return _months_before(dates(as_of, "as_of"), int(months))
    day = np.array([one_date(as_of, "as_of")])
    return np.datetime64(_months_before(day, int(months))[0], "D")


def dates(values: npt.ArrayLike, name: str) -> DateArray:
    """Dates as datetime64[D], missing ones as NaT; texts and numbers are refused, since both are ambiguous."""
    return _in_unit(values, name).astype("datetime64[D]")


def moments(values: npt.ArrayLike, name: str) -> DateArray:
    """The same with the time of day, as datetime64[s]."""
    return _in_unit(values, name).astype("datetime64[s]")


def one_date(value: object, name: str) -> np.datetime64:
    """A date that has to be there, such as the as-of date; a time of day is dropped."""
    day: np.datetime64 = one_moment(value, name).astype("datetime64[D]")
    return day


def one_moment(value: object, name: str) -> np.datetime64:
    """A moment that has to be there."""
    moment = _moment_or_nat(value, name)
    if np.isnat(moment):
        raise InputError(f"{name} must be a date, not {value!r}")
    return moment


def _in_unit(values: npt.ArrayLike, name: str) -> DateArray:
    """A column of dates, as finely as it holds them."""
    raw = np.asarray(values)
    if raw.dtype.kind == "O":
        cells = [_moment_or_nat(cell, name) for cell in raw.ravel().tolist()]
        return np.array(cells, dtype="datetime64[s]").reshape(raw.shape)
    if raw.dtype.kind != "M" and raw.size:
        raise InputError(f"{name} must be dates, not {raw.dtype}")
    return raw if raw.size else raw.astype("datetime64[s]")


def _moment_or_nat(value: object, name: str) -> np.datetime64:
    """One cell of a mixed column."""
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return np.datetime64("NaT", "s")
    if isinstance(value, np.datetime64):
        moment: np.datetime64 = value.astype("datetime64[s]")
        return moment
    if isinstance(value, dt.datetime):
        return np.datetime64(value.replace(tzinfo=None, microsecond=0), "s")
    if isinstance(value, dt.date):
        return np.datetime64(value, "s")
    raise InputError(f"{name} must be dates, not {value!r}")


def _months_before(days: DateArray, months: int) -> DateArray:
    """The month-end rule, date by date."""
    month = days.astype("datetime64[M]")
    target = month - np.timedelta64(months, "M")
    last = (target + np.timedelta64(1, "M")).astype("datetime64[D]") - _DAY
    is_month_end = (days + _DAY).astype("datetime64[M]") != month
    same_day = target.astype("datetime64[D]") + (days - month.astype("datetime64[D]"))
    earlier: DateArray = np.where(is_month_end, last, np.minimum(same_day, last))
    return earlier
