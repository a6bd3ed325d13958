"""
Hours that count: all of them, or those in which somebody works.

Moments are datetimes to the second, without time zone. Business hours are the same on each working day. All of it is
arithmetic on whole arrays: a working day has so many seconds, and a moment is so many worked seconds after a first day.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.dates import DateArray, dates, moments
from valuation.errors import DomainError, InputError
from valuation.lifetime.conventions import NOT_NEGATIVE, BoolArray, FloatArray, common_shape, known_word, within

__all__ = ["BusinessHours", "Clock", "add_hours", "hours_between"]

_HOUR: Final = 3600  # seconds
_DAY: Final = 24 * _HOUR
_EPOCH: Final = np.datetime64("1970-01-01", "D")
_NEVER: Final = np.datetime64("NaT", "s")
_LONGEST: Final = 1e8  # hours; beyond it a due date leaves the calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHours:
    """
    When somebody works.

    Attributes
    ----------
    start, end : float
        Hours of the day between which somebody works, such as 9 and 17.5; to the second. [hour]
    workdays : str
        Seven characters from Monday on, 1 for a day on which somebody works.
    holidays : tuple of datetime64
        Days on which nobody does.
    """

    start: float = 9.0
    end: float = 17.0
    workdays: str = "1111100"
    holidays: tuple[np.datetime64, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 24:
            raise DomainError(f"business hours must lie within a day, start before end, not {self.start}-{self.end}")
        if len(self.workdays) != 7 or set(self.workdays) - {"0", "1"}:
            raise InputError(f"workdays must be seven of 0 and 1 from Monday on, not {self.workdays!r}")
        if "1" not in self.workdays:
            raise DomainError("workdays must hold a day on which somebody works")
        if np.isnat(dates(np.array(self.holidays, dtype=object), "holidays")).any():
            raise InputError("holidays must be dates, not blank")


Clock: TypeAlias = BusinessHours | Literal["calendar"]
"""Business hours, or "calendar": every hour counts."""


def add_hours(start: npt.ArrayLike, hours: npt.ArrayLike, *, clock: Clock = "calendar") -> DateArray:
    """
    The first moment at which so many hours have passed.

    Parameters
    ----------
    start : array_like of datetime
        When the clock starts; outside business hours it waits until somebody works.
    hours : array_like
        Hours that must pass, counted to the second. [hour]
    clock : BusinessHours or "calendar"
        Which hours count.

    Returns
    -------
    ndarray of datetime64[s], broadcast shape
        The end of a business day rather than the start of the next; NaT where something is missing or out of range.

    Raises
    ------
    DomainError
        If a single number of hours is negative or too large.
    InputError
        If something is not a datetime or a number, or the lengths differ.

    Examples
    --------
    >>> friday = np.datetime64("2025-12-19T15:00")
    >>> print(add_hours(friday, 4.0), add_hours(friday, 4.0, clock=BusinessHours()))
    2025-12-19T19:00:00 2025-12-22T11:00:00
    """
    begun, needed = moments(start, "start"), within("hours", hours, NOT_NEGATIVE)
    if needed.ndim == 0 and needed > _LONGEST:
        raise DomainError(f"hours must be at most {_LONGEST:g}, not {needed}")
    shape = common_shape(start=begun.astype(np.float64), hours=needed)
    begun, needed = np.broadcast_to(begun, shape), np.broadcast_to(needed, shape)
    known = ~np.isnat(begun) & (needed <= _LONGEST)
    seconds = np.rint(np.where(known, needed, 0.0) * _HOUR).astype(np.int64)
    began = np.where(known, begun, _EPOCH.astype("datetime64[s]"))
    after = began + seconds if _is_calendar(clock) else _worked_on(began, seconds, _business(clock))
    return np.where(known, after, _NEVER)


def hours_between(start: npt.ArrayLike, end: npt.ArrayLike, *, clock: Clock = "calendar") -> FloatArray:
    """
    Hours that pass between two moments.

    Parameters
    ----------
    start, end : array_like of datetime
        The moments.
    clock : BusinessHours or "calendar"
        Which hours count.

    Returns
    -------
    ndarray, broadcast shape
        Negative where the end comes first; NaN where a moment is missing. [hour]

    Raises
    ------
    InputError
        If something is not a datetime, or the lengths differ.

    Examples
    --------
    >>> friday, monday = np.datetime64("2025-12-19T15:00"), np.datetime64("2025-12-22T11:00")
    >>> float(hours_between(friday, monday)), float(hours_between(friday, monday, clock=BusinessHours()))
    (68.0, 4.0)
    """
    first, last = moments(start, "start"), moments(end, "end")
    shape = common_shape(start=first.astype(np.float64), end=last.astype(np.float64))
    known = np.broadcast_to(~np.isnat(first) & ~np.isnat(last), shape)
    first, last = (np.where(known, side, _EPOCH.astype("datetime64[s]")) for side in (first, last))
    if _is_calendar(clock):
        seconds = (last - first).astype(np.int64)
    else:
        seconds = _worked_before(last, _business(clock)) - _worked_before(first, _business(clock))
    return np.where(known, seconds / _HOUR, np.nan)


def _is_calendar(clock: Clock) -> bool:
    """Whether every hour counts."""
    return not isinstance(clock, BusinessHours) and known_word("clock", clock, ("calendar",)) == "calendar"


class _Business(NamedTuple):
    """Business hours as NumPy counts them."""

    start: int
    """Of the day. [second]"""
    length: int
    """Of a working day. [second]"""
    days: np.busdaycalendar


def _business(clock: Clock) -> _Business:
    """In seconds, with the days on which somebody works."""
    if not isinstance(clock, BusinessHours):
        raise TypeError("the calendar has no business hours")
    start, end = round(clock.start * _HOUR), round(clock.end * _HOUR)
    off = dates(np.array(clock.holidays, dtype=object), "holidays")
    return _Business(start, end - start, np.busdaycalendar(weekmask=clock.workdays, holidays=off))


def _split(moment: DateArray) -> tuple[DateArray, npt.NDArray[np.int64]]:
    """Day, and seconds into it."""
    day = moment.astype("datetime64[D]")
    return day, (moment - day).astype("timedelta64[s]").astype(np.int64)


def _worked_that_day(moment: DateArray, business: _Business) -> npt.NDArray[np.int64]:
    """Worked seconds of the moment's day before the moment."""
    day, second = _split(moment)
    works: BoolArray = np.is_busday(day, busdaycal=business.days)
    return np.where(works, np.clip(second - business.start, 0, business.length), 0)


def _worked_before(moment: DateArray, business: _Business) -> npt.NDArray[np.int64]:
    """Worked seconds since a first day, negative before it."""
    whole_days = np.busday_count(_EPOCH, moment.astype("datetime64[D]"), busdaycal=business.days)
    return np.asarray(whole_days * business.length + _worked_that_day(moment, business))


def _worked_on(moment: DateArray, seconds: npt.NDArray[np.int64], business: _Business) -> DateArray:
    """The first moment at which so many more seconds were worked."""
    total = _worked_that_day(moment, business) + seconds
    # A day that is used up to its last second is not over: hence the ceiling, and no next morning.
    further_days = np.maximum(-(-total // business.length) - 1, 0)
    first = np.busday_offset(moment.astype("datetime64[D]"), 0, roll="forward", busdaycal=business.days)
    day = np.busday_offset(first, further_days, busdaycal=business.days)
    end = day.astype("datetime64[s]") + (business.start + total - further_days * business.length)
    return np.where(seconds > 0, end, moment)
