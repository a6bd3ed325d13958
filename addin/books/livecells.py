"""
Cells of a workbook that is open in a program, as xlwings reads and writes them.

What is assigned to a cell is typed input: "=1+1" becomes a formula, "007" a number, "1-2" a day. So every text gets an
apostrophe in front, which Excel takes off and keeps as the cell's mark for "this is a text"; without it only a list of
what the user's language reads as numbers, months or truth values could tell which texts are safe.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from addin.books.cellxml import CellWriter, serial
from addin.books.formulas import moved
from workbook_templates.plan import Cell, CellError

__all__ = [
    "Computed",
    "Content",
    "Outgoing",
    "check_cells",
    "common_formula",
    "contents",
    "outgoing",
    "read_rows",
    "same",
]

AS_TEXT: Final = "@"
"""The number format of a cell in which everything that is typed stays a text."""

LONGEST_IN_BLOCK: Final = 8_000
"""Characters of a text that is written together with others: longer ones in arrays have failed in several versions."""

_EPOCH: Final = dt.datetime(1899, 12, 30)
_FIRST_YEAR: Final = dt.datetime(1900, 1, 1)
_NO_LEAP_DAY: Final = dt.date(1900, 3, 1)  # Excel counts a 29 February 1900, COM's dates do not
_DAY: Final = dt.timedelta(days=1)
_ERROR_FACILITY: Final = 0x800A0000
_ERRORS: Final = {error.value: error for error in CellError}
_PLAIN: Final = frozenset({float, bool, type(None)})


@dataclass(frozen=True, slots=True)
class Computed:
    """A formula, with its equals sign."""

    formula: str


Content = Cell | Computed
"""What stands in a cell: a constant, or a formula."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """
    A column as it is assigned.

    Attributes
    ----------
    values : list
        What each cell is given.
    entered : bool
        Whether the cells must be entered as formulas are: some are formulas, or error values, whose English names only
        that way are understood in every language.
    single : tuple of (int, str)
        Place and text of cells that are written one by one.
    """

    values: list[Any]
    entered: bool
    single: tuple[tuple[int, str], ...]


# ---- reading


def read_rows(rows: Sequence[Sequence[object]]) -> list[list[Cell]]:
    """
    Give the rows of a block, read with ``ndim=2`` and ``err_to_str=True``, as cells.

    Examples
    --------
    >>> read_rows([["#N/A", "", Decimal("2.5")], [dt.datetime(2024, 1, 31), dt.datetime(1899, 12, 30, 6), 7]])
    [[<CellError.NA: '#N/A'>, None, 2.5], [datetime.date(2024, 1, 31), 0.25, 7.0]]
    """
    return [[cell if type(cell) in _PLAIN else _cell(cell) for cell in row] for row in rows]  # type: ignore[misc]


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        if not value:
            return None
        return _ERRORS.get(value, value) if value[0] == "#" else value
    if isinstance(value, dt.datetime):
        return _moment(value.replace(tzinfo=None))
    if isinstance(value, Decimal):  # a cell that shows a currency
        return float(value)
    if type(value) is int:
        if value & 0xFFFF0000 == _ERROR_FACILITY:
            return CellError.VALUE  # #SPILL! and the like, which a plan has no word for
        return float(value)
    return value  # type: ignore[return-value]  # a float or a truth value


def _moment(value: dt.datetime) -> Cell:
    """
    Times of day and short durations are numbers to Excel; only days have a type of their own in a plan.

    A day comes as a fraction, so what is less than a millisecond means nothing.
    """
    odd = value.microsecond % 1000
    value += dt.timedelta(microseconds=(1000 if odd >= 500 else 0) - odd)
    if value < _FIRST_YEAR:
        return (value - _EPOCH) / _DAY
    return value.date() if value.time() == dt.time() else value


def contents(values: Sequence[Sequence[Cell]], formulas: Sequence[Sequence[object]]) -> list[list[Content]]:
    """
    Tell formulas from constants.

    A program gives a constant's own text as its formula, so a text such as "=1+1" looks like one; but it shows itself.
    """
    return [
        [
            Computed(formula) if isinstance(formula, str) and formula[:1] == "=" and formula != value else value
            for value, formula in zip(shown, entered, strict=True)
        ]
        for shown, entered in zip(values, formulas, strict=True)
    ]


def same(one: Sequence[Content], other: Sequence[Content]) -> bool:
    """Whether two columns hold the same; an empty text is a blank, and a truth value is no number."""
    return len(one) == len(other) and all(
        (isinstance(a, bool) == isinstance(b, bool) and a == b) or (a in (None, "") and b in (None, ""))
        for a, b in zip(one, other, strict=True)
    )


def common_formula(column: Sequence[Content]) -> str:
    """
    Give the formula that most cells of a column hold, as it reads in the first; "" when there is none.

    That is what makes a calculated column: a program does not say which columns it fills down, and a user may have
    put another value into some of its rows.

    Examples
    --------
    >>> common_formula([Computed("=C5*2"), Computed("=C6*2"), 7.0])
    '=C5*2'
    """
    found = Counter(
        moved(content.formula, rows=-place) for place, content in enumerate(column) if isinstance(content, Computed)
    )
    formula, count = found.most_common(1)[0] if found else ("", 0)
    return formula if 2 * count > len(column) and "#REF!" not in formula else ""


# ---- writing


def check_cells(sheet: str, first_row: int, column: int, values: Sequence[Cell]) -> None:
    """Refuse what no cell can hold, with the address at which it would stand."""
    writer = CellWriter(sheet=sheet)
    if not {str, bool, type(None)}.issuperset(map(type, values)) or any(len(text) > 8_000 for text in _texts(values)):
        for row, value in enumerate(values, first_row):
            writer.content(row, column, value)


def _texts(values: Sequence[Cell]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def outgoing(column: Sequence[Content], number_format: str) -> Outgoing:
    """
    Give a column as it is assigned to cells of one number format.

    Parameters
    ----------
    column : sequence of Content
        Constants that were checked, and formulas.
    number_format : str
        Where it is ``@``, texts need no mark, but a first apostrophe of their own must be doubled all the same.
    """
    entered = any(isinstance(content, Computed | CellError) for content in column)
    plain = number_format == AS_TEXT
    values, single = [], []
    for place, content in enumerate(column):
        value = _assigned(content, plain=plain)
        if isinstance(value, str) and len(value) > LONGEST_IN_BLOCK and not isinstance(content, Computed):
            single.append((place, value))
            value = None
        values.append(value)
    return Outgoing(values, entered, tuple(single))


def _assigned(content: Content, *, plain: bool) -> Any:
    """One cell as it is assigned."""
    if isinstance(content, Computed):
        return content.formula
    if isinstance(content, CellError):
        return content.value
    if isinstance(content, str):
        marked = content and not (plain and content[0] != "'")
        return (f"'{content}" if marked else content) or None
    if isinstance(content, bool) or content is None:
        return content
    if isinstance(content, dt.date):
        day = content.date() if isinstance(content, dt.datetime) else content
        return float(serial(content, date1904=False)) if day < _NO_LEAP_DAY else content
    return float(content)  # whole numbers beyond 31 bits do not travel
