"""
Fiscal calendars: calendar months, or years of 52 and 53 whole weeks cut into months of four and five.

A year is named after the calendar year of the month in which it nominally ends.
"""

import datetime as dt
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import whole_number
from valuation.dates import DateArray, one_date
from valuation.errors import DomainError, InputError

__all__ = ["PATTERNS", "WEEKDAYS", "YEAR_ENDS", "Pattern", "Weekday", "YearEnd", "fiscal_calendar"]

Pattern: TypeAlias = Literal["month", "4-4-5", "4-5-4", "5-4-4"]
Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
YearEnd: TypeAlias = Literal["last", "nearest"]

PATTERNS: Final[tuple[str, ...]] = get_args(Pattern)
WEEKDAYS: Final[tuple[str, ...]] = get_args(Weekday)
YEAR_ENDS: Final[tuple[str, ...]] = get_args(YearEnd)

_DAY: Final = np.timedelta64(1, "D")
_EPOCHS_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday


def fiscal_calendar(
    first: np.datetime64 | dt.date,
    last: np.datetime64 | dt.date,
    *,
    year_end_month: int = 12,
    pattern: Pattern = "month",
    weekday: Weekday = "saturday",
    year_end: YearEnd = "last",
) -> pd.DataFrame:
    """
    All periods of a fiscal calendar that touch a span of days.

    Parameters
    ----------
    first, last : date or datetime64
        First and last day of the span. [date]
    year_end_month : int
        Month in which the fiscal year ends. [1-12]
    pattern : {"month", "4-4-5", "4-5-4", "5-4-4"}
        Calendar months, or the weeks of the three periods of each quarter. In a year of 53 weeks the last period is
        one week longer.
    weekday : str
        Day of the week on which a year of weeks ends, in English. Unused with calendar months.
    year_end : {"last", "nearest"}
        Whether a year of weeks ends on the last such day of its month, or on the one nearest to the month's end, which
        may be up to three days into the next month. Unused with calendar months.

    Returns
    -------
    DataFrame
        One row for each period, in order: period, quarter, year (labels), start, end (both days are inside). Labels are
        2025-12, 2025 Q4 and 2025 for calendar months of a calendar year; FY2025 P12, FY2025 Q4 and FY2025 otherwise.

    Raises
    ------
    InputError
        If a date is none, a word is unknown, or `year_end_month` is not a whole number.
    DomainError
        If `first` is after `last`, or `year_end_month` is not in 1..12.

    Notes
    -----
    The two rules for the end of a year of weeks are those of US tax law [1]_.

    References
    ----------
    .. [1] 26 CFR 1.441-2, "Election of taxable year consisting of 52-53 weeks," (a)(1).

    Examples
    --------
    >>> days = np.datetime64("2025-12-20"), np.datetime64("2026-01-05")
    >>> print(fiscal_calendar(*days, pattern="4-4-5")[["period", "quarter", "start", "end"]].to_string(index=False))
        period   quarter      start        end
    FY2025 P12 FY2025 Q4 2025-11-23 2025-12-27
    FY2026 P01 FY2026 Q1 2025-12-28 2026-01-24
    """
    begin, finish = one_date(first, "first"), one_date(last, "last")
    month = whole_number(year_end_month, "year_end_month")
    _refuse_unknown("pattern", pattern, PATTERNS)
    _refuse_unknown("weekday", weekday, WEEKDAYS)
    _refuse_unknown("year_end", year_end, YEAR_ENDS)
    if not 1 <= month <= 12:
        raise DomainError(f"year_end_month must be in 1..12, not {month}")
    if begin > finish:
        raise DomainError(f"first must not be after last, not {begin} and {finish}")
    # One year more at either end: a year of weeks may begin and end in another one than its name says.
    years = np.arange(int(str(begin)[:4]) - 1, int(str(finish)[:4]) + 3)
    ends = _year_ends(years, month)
    if pattern == "month":
        period_ends = _month_ends(years, month)
    else:
        ends = _on_weekday(ends, WEEKDAYS.index(weekday), nearest=year_end == "nearest")
        period_ends = _week_ends(ends, pattern)
    starts: DateArray = np.concatenate([period_ends[:1], period_ends[:-1] + _DAY])
    whole = np.arange(period_ends.size) >= 12  # the first year only says where the second begins
    wanted = whole & (starts <= finish) & (period_ends >= begin)
    plain = pattern == "month" and month == 12
    place = np.flatnonzero(wanted)
    return _labelled(years[place // 12], place % 12 + 1, starts[wanted], period_ends[wanted], plain=plain)


def _labelled(
    years: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64], starts: DateArray, ends: DateArray, *, plain: bool
) -> pd.DataFrame:
    """Periods with the names that people call them."""
    pairs = list(zip(years.tolist(), numbers.tolist(), strict=True))
    before = "" if plain else "FY"
    return pd.DataFrame(
        {
            "period": [f"{year}-{number:02d}" if plain else f"FY{year} P{number:02d}" for year, number in pairs],
            "quarter": [f"{before}{year} Q{(number + 2) // 3}" for year, number in pairs],
            "year": [f"{before}{year}" for year, _ in pairs],
            "start": starts.astype("datetime64[s]"),
            "end": ends.astype("datetime64[s]"),
        }
    )


def _month_ends(years: npt.NDArray[np.int64], month: int) -> DateArray:
    """Last days of the twelve calendar months of each year."""
    last = (years - 1970) * 12 + month  # months since 1970-01 to the one after the year's end
    months = last[:, np.newaxis] + np.arange(-11, 1)
    next_months: DateArray = months.ravel().astype("datetime64[M]").astype("datetime64[D]")
    return next_months - _DAY


def _year_ends(years: npt.NDArray[np.int64], month: int) -> DateArray:
    """Last day of the year-end month of each year."""
    return _month_ends(years, month)[11::12]


def _on_weekday(ends: DateArray, weekday: int, *, nearest: bool) -> DateArray:
    """The last such weekday up to each day, or the nearest one."""
    latest = ends + np.timedelta64(3 if nearest else 0, "D")
    back = (latest.astype(np.int64) + _EPOCHS_WEEKDAY - weekday) % 7
    found: DateArray = latest - back.astype("timedelta64[D]")
    return found


def _week_ends(year_ends: DateArray, pattern: str) -> DateArray:
    """Last days of the twelve periods of each year; a 53rd week is in the last one."""
    weeks = np.cumsum([int(digit) for digit in pattern.split("-")] * 4)
    begins: DateArray = np.concatenate([year_ends[:1] - np.timedelta64(364, "D"), year_ends[:-1]])
    ends: DateArray = begins[:, np.newaxis] + (7 * weeks).astype("timedelta64[D]")
    ends[:, -1] = year_ends
    return ends.ravel()


def _refuse_unknown(name: str, word: object, choices: tuple[str, ...]) -> None:
    if word not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, not {word!r}")
