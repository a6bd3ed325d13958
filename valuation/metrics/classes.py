"""What a customer is at the end of a period: new, maturing, existing, or not yet one."""

import datetime as dt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import IntArray
from valuation.dates import DateArray, dates, one_date, twelve_months_before
from valuation.errors import DomainError

__all__ = ["CLASSES", "EXISTING", "INACTIVE", "MATURING", "NEW", "NOT_YET", "class_codes", "customer_class"]

NOT_YET, NEW, MATURING, EXISTING, INACTIVE = range(5)
"""Codes of the classes; the last is an existing customer who is not active."""

CLASSES: Final = ("not yet", "new", "maturing", "existing", "existing")
"""Words for the codes."""


def customer_class(
    first: npt.ArrayLike, start: np.datetime64 | dt.date, end: np.datetime64 | dt.date
) -> npt.NDArray[Any]:
    """
    Class of each customer in a period, by its first purchase.

    Parameters
    ----------
    first : array_like of dates, shape (n,)
        First purchase ever. [date]
    start, end : date or datetime64
        First and last day of the period. [date]

    Returns
    -------
    ndarray of str, shape (n,)
        "new": first bought in the period. "existing": before it, and at least twelve months before its end.
        "maturing": before it, but less than twelve months before its end. "not yet": after it. None where the first
        purchase is missing.

    Raises
    ------
    InputError
        If something is not a date.
    DomainError
        If `start` is after `end`.

    Notes
    -----
    In a period of twelve months nobody is maturing; in a shorter one, revenue does not add up without this class. That
    new customers go by the period and existing ones by the year is Markey's [1]_; the third class is a project
    convention. Twelve months before a month's end is a month's end.

    References
    ----------
    .. [1] R. Markey, "Are You Undervaluing Your Customers?," Harvard Business Review, vol. 98, no. 1, 2020.

    Examples
    --------
    >>> bought = np.array(["2024-12-31", "2025-01-01", "2025-11-02"], dtype="datetime64[D]")
    >>> customer_class(bought, np.datetime64("2025-10-01"), np.datetime64("2025-12-31")).tolist()
    ['existing', 'maturing', 'new']
    """
    days = dates(first, "first")
    begin, finish = one_date(start, "start"), one_date(end, "end")
    if begin > finish:
        raise DomainError(f"start must not be after end, not {begin} and {finish}")
    codes = class_codes(days, days, begin, finish, twelve_months_before(finish))
    words = np.array(CLASSES, dtype=object)[codes]
    words[np.isnat(days)] = None
    return words


def class_codes(
    first: DateArray | IntArray, since: DateArray | IntArray, start: Any, end: Any, year_before: Any
) -> npt.NDArray[np.int8]:
    """Codes of the classes, from first purchases and from when tenure counts; all as dates or all as day numbers."""
    codes = np.full(first.shape, MATURING, dtype=np.int8)
    codes[since <= year_before] = EXISTING
    codes[first >= start] = NEW
    codes[first > end] = NOT_YET
    return codes
