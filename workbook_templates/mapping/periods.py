"""
Headings of periods that lie across a sheet: which of them are periods, and the last day of each.

A heading says its period alone (Jan-26, FY28, a date) or only its place in a row of them (Jan, M0, Year 1); the second
sort counts on from the one before, so that January after December is the next year's.
"""

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from workbook_templates.mapping.model import Headings, MappingError
from workbook_templates.plan import Cell, CellError

__all__ = ["Recognised", "period_ends", "recognise_headings"]

_MONTHS: Final = (
    "january januar janner janvier enero januari",
    "february februar feber fevrier febrero februari pebruari",
    "march marz maerz mrz mars marzo maart mrt maret",
    "april avril abril",
    "may mai mayo mei",
    "june juni juin junio",
    "july juli juillet julio",
    "august aout agosto augustus agustus ags agt",
    "september septembre septiembre setiembre",
    "october oktober octobre octubre",
    "november novembre noviembre nopember",
    "december dezember decembre diciembre desember",
)
_FISCAL: Final = frozenset(["fy", "fye", "gj", "bj", "ej", "ex"])
_YEAR_WORDS: Final = _FISCAL | frozenset(
    ["y", "yr", "year", "jahr", "an", "annee", "ano", "jaar", "tahun", "thn", "th", "exercice", "ejercicio"]
)
_QUARTER_WORDS: Final = frozenset(
    [
        "q",
        "qtr",
        "qtl",
        "quarter",
        "quartal",
        "t",
        "trim",
        "trimestre",
        "k",
        "kw",
        "kwartaal",
        "tw",
        "triwulan",
        "kuartal",
    ]
)
_PERIOD_WORDS: Final = frozenset(["p", "per", "period", "periode", "periodo"])
_MONTH_WORDS: Final = _PERIOD_WORDS | frozenset(
    ["m", "mo", "mth", "mon", "month", "monat", "mois", "mes", "maand", "mnd", "bulan", "bln"]
)
_WEEK_WORDS: Final = frozenset(["w", "wk", "week", "woche", "kw", "cw", "semaine", "sem", "semana", "minggu"])
# Words beside a period that do not change which one it is: 2028E, Jan actual, Budget FY28.
_STATUS: Final = frozenset(
    [
        "a",
        "act",
        "actual",
        "actuals",
        "b",
        "bud",
        "budget",
        "e",
        "est",
        "estimate",
        "f",
        "fc",
        "fcst",
        "forecast",
        "plan",
        "ist",
        "soll",
        "real",
        "reel",
        "prevu",
        "prognose",
        "realisasi",
        "anggaran",
        "werkelijk",
        "begroting",
    ]
)
_PUNCTUATION: Final = re.compile(r"[\w\s\-–./'’,()]*")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_DAY: Final = dt.timedelta(days=1)
_NO_TIME: Final = dt.timedelta()
_MOST: Final = 600
"""Periods that a heading may count up to."""

_Order = tuple[int, int, int]
_ORDERS: Final[Mapping[str, _Order]] = {"day first": (2, 1, 0), "month first": (2, 0, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """
    What a row of headings turned out to be.

    Attributes
    ----------
    headings : Headings
        Of which kind they are.
    places : tuple of int
        Which of them are periods, counted from 0.
    first_missing : bool
        Whether they do not say which period the first one is, so that it must be given.
    doubt : str
        What somebody should confirm, in words, or "".
    """

    headings: Headings
    places: tuple[int, ...]
    first_missing: bool = False
    doubt: str = ""


class _Mark(NamedTuple):
    """A period as a number: counted from year 0 in its own unit, or its place in a row of them."""

    number: int
    alone: bool
    doubt: str = ""


def period_ends(headings: Sequence[Cell], kind: Headings, first: dt.date | None = None) -> list[dt.date | None]:
    """
    Give the last day of the period that each heading means.

    Parameters
    ----------
    headings : sequence of Cell, shape (n,)
        From the first period to the right.
    kind : Headings
        What they are; what is of another kind, such as the year's total among months, is no period.
    first : date, optional
        Last day of the first period: needed where the headings do not say it, and otherwise moves periods whose
        year does not end in December. Dates need none.

    Returns
    -------
    list of date or None, shape (n,)
        None where a heading is no period.

    Raises
    ------
    MappingError
        When the headings need a first period and there is none.

    Examples
    --------
    >>> [str(end) for end in period_ends(["Dec", "Jan", "Total"], Headings.MONTH, dt.date(2025, 12, 31))]
    ['2025-12-31', '2026-01-31', 'None']
    >>> [str(end) for end in period_ends(["1Q26", "2Q26"], Headings.QUARTER)]
    ['2026-03-31', '2026-06-30']
    """
    if kind is Headings.DATE:
        return _ends_of_dates(_dates(headings)[0])
    marks = [_mark(heading, kind) for heading in headings]
    numbers, alone = _counted(marks, _CYCLES[kind])
    start = next((number for number in numbers if number is not None), None)
    if start is None:
        return [None] * len(numbers)
    if not alone and first is None:
        shown = next(heading for heading, number in zip(headings, numbers, strict=True) if number is not None)
        raise MappingError(
            f"the headings from {shown} on do not say which {kind.value} they begin with; "
            "give the last day of the first one"
        )
    if first is None:
        return [None if number is None else _end(number, kind) for number in numbers]
    return [None if number is None else _later(first, number - start, kind) for number in numbers]


def recognise_headings(headings: Sequence[Cell]) -> Recognised | None:
    """
    Find out whether headings are periods.

    Parameters
    ----------
    headings : sequence of Cell
        Cells side by side; blanks, totals and other texts between the periods make no difference.

    Returns
    -------
    Recognised or None
        None when fewer than two of them are periods of one kind, in order.
    """
    found = [candidate for kind in Headings if (candidate := _candidate(headings, kind))]
    return max(found, key=lambda one: (len(one[0].places), one[1]), default=(None,))[0]


def _candidate(headings: Sequence[Cell], kind: Headings) -> tuple[Recognised, bool] | None:
    """Try one kind: what it would be, and whether its periods follow one another without a gap."""
    if kind is Headings.DATE:
        days, doubt = _dates(headings)
        places = tuple(place for place, day in enumerate(days) if day is not None)
        apart = {later - earlier for earlier, later in pairwise(day for day in days if day is not None)}
        if len(places) < 2 or not (min(apart) > _NO_TIME or max(apart) < _NO_TIME) or apart == {7 * _DAY}:
            return None
        return Recognised(headings=kind, places=places, doubt=doubt), True
    marks = [_mark(heading, kind) for heading in headings]
    numbers, alone = _counted(marks, _CYCLES[kind])
    places = tuple(place for place, number in enumerate(numbers) if number is not None)
    steps = {later - earlier for earlier, later in pairwise(number for number in numbers if number is not None)}
    if len(places) < 2 or not (min(steps) > 0 or max(steps) < 0):
        return None
    even = steps in ({1}, {-1})
    begins = numbers[places[0]]
    assert begins is not None
    if any(_is_number(headings[place]) for place in places) and (
        not even or len(places) < 3 or not (alone or begins <= 0)
    ):
        return None  # amounts that happen to read like years or counts
    if kind is Headings.WEEK and all(isinstance(headings[place], dt.date) for place in places) and not even:
        return None
    doubts = [mark.doubt for mark in marks if mark is not None and mark.doubt]
    if not even:
        doubts.append(f"the headings do not follow one another {kind.value} by {kind.value}")
    return Recognised(
        headings=kind, places=places, first_missing=not alone, doubt="; ".join(dict.fromkeys(doubts))
    ), even


def _counted(marks: Sequence[_Mark | None], cycle: int) -> tuple[list[int | None], bool]:
    """Number the periods of a row, those without a year on from the one before, and say whether any has a year."""
    numbers: list[int | None] = []
    before: int | None = None
    alone = False
    for mark in marks:
        if mark is None:
            numbers.append(None)
            continue
        number = mark.number
        if (
            mark.alone and not alone and before is not None
        ):  # Nov, Dec, Jan 26: the first ones belong to the year before
            years = (number - 1 - before) // cycle * cycle
            numbers = [None if earlier is None else earlier + years for earlier in numbers]
        if not mark.alone and before is not None and number <= before:
            number += ((before - number) // cycle + 1) * cycle
        alone = alone or mark.alone
        numbers.append(number)
        before = number
    return numbers, alone


# Periods of a year; weeks and years themselves do not come round.
_CYCLES: Final[Mapping[Headings, int]] = {
    Headings.MONTH: 12,
    Headings.QUARTER: 4,
    Headings.YEAR: _MOST,
    Headings.WEEK: 52,
}
_LENGTHS: Final[Mapping[Headings, int]] = {Headings.MONTH: 1, Headings.QUARTER: 3, Headings.YEAR: 12}


def _end(number: int, kind: Headings) -> dt.date:
    """Last day of a period that is counted from year 0 (weeks: from day 1)."""
    if kind is Headings.WEEK:
        return dt.date.fromordinal(number * 7)  # day 7 of the calendar was a Sunday
    return _month_end((number + 1) * _LENGTHS[kind] - 1)


def _later(first: dt.date, count: int, kind: Headings) -> dt.date:
    """Last day of the period so many after the first."""
    if kind is Headings.WEEK:
        return first + 7 * count * _DAY
    return _month_end(first.year * 12 + first.month - 1 + count * _LENGTHS[kind])


def _month_end(month: int) -> dt.date:
    """Last day of a month that is counted from year 0."""
    year, place = divmod(month, 12)
    return dt.date(year, place + 1, calendar.monthrange(year, place + 1)[1])


def _ends_of_dates(days: Sequence[dt.date | None]) -> list[dt.date | None]:
    """Last days of months, or of quarters and years given by first days; days where a month has several."""
    there = [day for day in days if day is not None]
    months = [day.year * 12 + day.month - 1 for day in there]
    if len(set(months)) < len(months):
        return list(days)
    steps = {abs(later - earlier) for earlier, later in pairwise(months)}
    length = steps.pop() if len(steps) == 1 and all(day.day == 1 for day in there) else 1
    return [None if day is None else _month_end(day.year * 12 + day.month + length - 2) for day in days]


def _is_number(heading: Cell) -> bool:
    return isinstance(heading, int | float) and not isinstance(heading, bool)


def _words(heading: Cell) -> list[str] | None:
    """Split a heading into words and numbers, without accents, case and punctuation; None when it is no such text."""
    if _is_number(heading):
        assert isinstance(heading, int | float)
        return [str(int(heading))] if 0 <= heading < 10**8 and heading == int(heading) else None
    if not isinstance(heading, str) or isinstance(heading, CellError) or len(heading) > 40:
        return None
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", heading.casefold()) if not unicodedata.combining(sign)
    )
    if not _PUNCTUATION.fullmatch(plain):
        return None  # a share or a change of a period, such as "FY28 %", is not the period
    words: list[str] = _WORD.findall(plain)
    return [word for word in words if word not in _STATUS]


def _month(word: str) -> int | None:
    """Give the number of a month from its name or the first three letters or more, in six languages."""
    if len(word) < 3:
        return None
    exact = [number for number, names in enumerate(_MONTHS, 1) if word in names.split()]
    begun = {number for number, names in enumerate(_MONTHS, 1) for name in names.split() if name.startswith(word)}
    return exact[0] if exact else begun.pop() if len(begun) == 1 else None


def _year(word: str, *, short: bool = True) -> int | None:
    """Give a year of four digits, or of two."""
    if not word.isdecimal():
        return None
    if len(word) == 4 and 1950 <= int(word) <= 2100:
        return int(word)
    if short and len(word) == 2:
        return int(word) + (2000 if int(word) < 80 else 1900)
    return None


def _mark(heading: Cell, kind: Headings) -> _Mark | None:
    """Read one heading as a period of a kind."""
    if isinstance(heading, dt.date):
        return _Mark(_NUMBERS[kind](heading), alone=True)
    words = _words(heading)
    return next(_READ[kind](words), None) if words else None


def _number(word: str, most: int) -> int | None:
    return int(word) if word.isdecimal() and len(word) <= 3 and int(word) <= most else None


def _in_year(words: list[str], names: frozenset[str], most: int) -> Iterator[_Mark]:
    """Read "Q1", "1Q", "Q1 26", "2026 Q1" and their like; fiscal years raise a doubt."""
    fiscal = [word for word in words if word in _FISCAL]
    doubt = "fiscal years may not end in December" if fiscal else ""
    rest = [word for word in words if word not in _FISCAL]
    named = [place for place, word in enumerate(rest) if word in names]
    if len(named) != 1 or not 2 <= len(rest) <= 3:
        return
    name = rest[named[0]]
    if name in _PERIOD_WORDS:
        doubt = doubt or "periods of the books may not be months of the calendar"
    numbers = [word for word in rest if word != name]
    if len(numbers) == 1:
        if (count := _number(numbers[0], most)) is not None:
            yield _Mark(count - 1, alone=False, doubt=doubt)
        return
    year_first = _year(numbers[0], short=False)
    year = _year(numbers[1]) if year_first is None else year_first
    number = _number(numbers[0] if year_first is None else numbers[1], most)
    if year is not None and number:
        yield _Mark(year * most + number - 1, alone=True, doubt=doubt)


def _months(words: list[str]) -> Iterator[_Mark]:
    fiscal = any(word in _FISCAL for word in words)
    doubt = "fiscal years may not end in December" if fiscal else ""
    rest = [word for word in words if word not in _FISCAL]
    if len(rest) == 1:
        word = rest[0]
        if name := _month(word):
            yield _Mark(name - 1, alone=False, doubt=doubt)
        elif len(word) == 6 and word.isdecimal():
            year, number = _year(word[:4]), int(word[4:])
            if year and 1 <= number <= 12:
                yield _Mark(year * 12 + number - 1, alone=True)
        elif (count := _number(word, 60)) is not None and not fiscal:
            yield _Mark(count - 1, alone=False, doubt="the headings are bare numbers; do they count months")
    if len(rest) == 2:
        first, second = rest
        named, year = _month(first), _year(second)  # only a month's name takes a year of two digits: Jan-26
        if not (named and year):
            word, full = (first, second) if _year(second, short=False) else (second, first)
            named, year = _month(word) or _number(word, 12), _year(full, short=False)
        if named and year:
            yield _Mark(year * 12 + named - 1, alone=True, doubt=doubt)
        if rest[0] in _MONTH_WORDS and (count := _number(rest[1], _MOST)) is not None:
            books = "periods of the books may not be months of the calendar" if rest[0] in _PERIOD_WORDS else ""
            yield _Mark(count - 1, alone=False, doubt=doubt or books)
    yield from _in_year(words, _MONTH_WORDS, 12)


def _years(words: list[str]) -> Iterator[_Mark]:
    named = [word for word in words if word in _YEAR_WORDS]
    rest = [word for word in words if word not in _YEAR_WORDS]
    fiscal = any(word in _FISCAL for word in named)
    doubt = "fiscal years may not end in December" if fiscal else ""
    if len(named) > 1:
        return
    if len(rest) == 2:  # 2027/28 ends in 2028
        begun, ended = _year(rest[0], short=fiscal), _year(rest[1])
        if begun and ended == begun + 1:
            yield _Mark(ended, alone=True, doubt="fiscal years may not end in December")
    if len(rest) == 1:
        if year := _year(rest[0], short=fiscal):
            yield _Mark(year, alone=True, doubt=doubt)
        elif named and (count := _number(rest[0], _MOST)) is not None:
            yield _Mark(count - 1, alone=False)


def _weeks(words: list[str]) -> Iterator[_Mark]:
    for mark in _in_year(words, _WEEK_WORDS, 53):
        if mark.alone:
            year, week = divmod(mark.number, 53)
            if week < 52 or dt.date(year, 12, 28).isocalendar().week == 53:
                yield _Mark(dt.date.fromisocalendar(year, week + 1, 7).toordinal() // 7, alone=True)
        else:
            yield mark


_READ: Final[Mapping[Headings, Callable[[list[str]], Iterator[_Mark]]]] = {
    Headings.MONTH: _months,
    Headings.QUARTER: lambda words: _in_year(words, _QUARTER_WORDS, 4),
    Headings.YEAR: _years,
    Headings.WEEK: _weeks,
}
_NUMBERS: Final[Mapping[Headings, Callable[[dt.date], int]]] = {
    Headings.MONTH: lambda day: day.year * 12 + day.month - 1,
    Headings.QUARTER: lambda day: day.year * 4 + (day.month - 1) // 3,
    Headings.YEAR: lambda day: day.year,
    Headings.WEEK: lambda day: (day.toordinal() + 6) // 7,
}


def _dates(headings: Sequence[Cell]) -> tuple[list[dt.date | None], str]:
    """Give the days of date cells and of texts that are dates, and a doubt when the texts can be read in two ways."""
    texts = [() if isinstance(heading, dt.date) else tuple(_words(heading) or ()) for heading in headings]
    readings = {name: [_text_date(words, order) for words in texts] for name, order in _ORDERS.items()}
    chosen, other = sorted(readings, key=lambda name: _months_in(readings[name]), reverse=True)
    doubt = ""
    if readings[chosen] != readings[other] and _months_in(readings[chosen]) == _months_in(readings[other]):
        doubt = f"the dates are texts that are read {chosen}, but could be {other}"
    days = [_day(heading) or text for heading, text in zip(headings, readings[chosen], strict=True)]
    return days, doubt


def _months_in(days: Sequence[dt.date | None]) -> int:
    return len({(day.year, day.month) for day in days if day is not None})


def _day(heading: Cell) -> dt.date | None:
    """Give a date cell's day."""
    if isinstance(heading, dt.datetime):
        return heading.date()
    return heading if isinstance(heading, dt.date) else None


def _text_date(words: tuple[str, ...], order: _Order) -> dt.date | None:
    """Read year, month and day from a text; a year in front and a month's name leave no choice."""
    if len(words) < 3 or (len(words) > 3 and not all(word in ("t", "00", "000", "0") for word in words[3:])):
        return None
    words = words[:3]
    if _year(words[0], short=False):
        order = (0, 1, 2)
    elif _month(words[0]):
        order = (2, 0, 1)
    elif _month(words[1]):
        order = (2, 1, 0)
    year = _year(words[order[0]])
    month = _month(words[order[1]]) or _number(words[order[1]], 12)
    day = _number(words[order[2]], 31)
    try:
        return dt.date(year, month, day) if year and month and day else None
    except ValueError:
        return None
