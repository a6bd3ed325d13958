"""
How one cell is written in a worksheet part: addresses, texts, dates, and columns of values at speed.

Texts are inline strings, so that the shared strings stay as they are and no text can become a formula.
"""

import datetime as dt
import math
import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from addin.workbook import WorkbookError
from workbook_templates.addresses import address, column_letters, column_number
from workbook_templates.plan import Cell, CellError

__all__ = [
    "LAST_COLUMN",
    "LAST_ROW",
    "Area",
    "AreaError",
    "CellWriter",
    "ColumnCells",
    "escaped",
    "serial",
    "spelled",
    "unescaped",
    "xml_escaped",
]

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
LONGEST_TEXT: Final = 32_767

_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")  # not in XML, or (CR) changed by its parsers
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_NOT_PLAIN = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_PLAIN_PAIRS: Final = ("\n\n", "\n ", " \n", "  ", "_x")  # blank cells, spaces that XML drops, escapes
_EDGE_SPACE = re.compile(r"^[ \t\n]|[ \t\n]$|[\t\n]|  ")
_EPOCH: Final = dt.datetime(1899, 12, 30)  # cells have no time zone
_FIRST_1904: Final = 1462  # serial of 1904-01-01 in the 1900 system
_NO_LEAP_DAY: Final = 61  # serial of 1900-03-01; Excel counts a 29 February 1900 before it
_ROW: Final = "\0"  # stands for the row's number in a pattern; no part can hold it
_PATTERN_ROWS: Final = 1000


class AreaError(WorkbookError, ValueError):
    """A text is not an area of cells."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, both corners included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @classmethod
    def parse(cls, text: str) -> "Area":
        """
        Read ``A5:H45`` or ``B7``; dollar signs are ignored.

        Examples
        --------
        >>> str(Area.parse("$A$5:H45"))
        'A5:H45'
        """
        first, _, last = text.strip().partition(":")
        start, end = _ADDRESS.fullmatch(first), _ADDRESS.fullmatch(last or first)
        if start is None or end is None:
            raise AreaError(f"{text[:60]!r} is not an area of cells; if a workbook says so, it is damaged")
        return cls(int(start[2]), column_number(start[1]), int(end[2]), column_number(end[1]))

    def __str__(self) -> str:
        return f"{address(self.first_row, self.first_column)}:{address(self.last_row, self.last_column)}"

    @property
    def columns(self) -> range:
        """Numbers of its columns."""
        return range(self.first_column, self.last_column + 1)

    @property
    def rows(self) -> range:
        """Numbers of its rows."""
        return range(self.first_row, self.last_row + 1)

    def meets(self, other: "Area") -> bool:
        """Whether the two share a cell."""
        return (
            self.first_row <= other.last_row
            and other.first_row <= self.last_row
            and self.first_column <= other.last_column
            and other.first_column <= self.last_column
        )

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies in it."""
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column

    def down_to(self, last_row: int) -> "Area":
        """Return the same area with another last row."""
        return Area(self.first_row, self.first_column, last_row, self.last_column)


def xml_escaped(text: str) -> str:
    """Escape what XML itself reads."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def spelled(text: str) -> str:
    r"""
    Write a text without the characters that XML cannot hold.

    They become ``_xHHHH_``, so a text that already looks like that needs its underscore spelled too.

    Examples
    --------
    >>> spelled("a<b\r _x0041_")
    'a<b_x000D_ _x005F_x0041_'
    """
    return _HIDDEN.sub(lambda match: f"_x{ord(match.group()):04X}_", _LOOKS_ESCAPED.sub("_x005F_", text))


def escaped(text: str) -> str:
    r"""
    Write a text as a worksheet part holds it.

    Examples
    --------
    >>> escaped("a<b\r _x0041_")
    'a&lt;b_x000D_ _x005F_x0041_'
    """
    return xml_escaped(spelled(text))


def unescaped(text: str) -> str:
    """Undo the ``_xHHHH_`` of `spelled`."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def serial(value: dt.date, *, date1904: bool) -> int | float:
    """
    Return the number by which a sheet stores a date or a date with time.

    Raises
    ------
    ValueError
        Before the system's first day, or with a time zone.

    Examples
    --------
    >>> serial(dt.date(2024, 1, 1), date1904=False), serial(dt.date(1900, 1, 1), date1904=False)
    (45292, 1)
    """
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            raise ValueError("has a time zone, which a cell cannot hold")
        passed = value - _EPOCH
        days: int | float = passed.days + (passed.seconds + passed.microseconds / 1e6) / 86_400
    else:
        days = (value - _EPOCH.date()).days
    if days < (_FIRST_1904 if date1904 else 2):
        raise ValueError(f"is before {1904 if date1904 else 1900}, where Excel's calendar begins")
    if date1904:
        return days - _FIRST_1904
    return days - 1 if days < _NO_LEAP_DAY else days


def _sixteen_bit_length(text: str) -> int:
    """Count a text's characters as Excel does: an emoji is two."""
    return len(text) if len(text) * 2 <= LONGEST_TEXT else len(text.encode("utf-16-le", "surrogatepass")) // 2


class CellWriter:
    """
    Writes cells of one sheet.

    Parameters
    ----------
    sheet : str
        The sheet's name, for messages.
    prefix : str
        Namespace prefix of the sheet's elements, with its colon, or "".
    date1904 : bool
        Whether the workbook counts days from 1904.
    """

    def __init__(self, *, sheet: str, prefix: str = "", date1904: bool = False) -> None:
        self._sheet = sheet
        self._date1904 = date1904
        self.prefix = prefix
        self._close = f"</{prefix}c>"
        self._text = f"<{prefix}is><{prefix}t>"
        self._spaced_text = f'<{prefix}is><{prefix}t xml:space="preserve">'
        self._text_end = f"</{prefix}t></{prefix}is>{self._close}"
        self._last_pattern = self._thousand_rows = ""

    def cell(self, row: int, column: int, value: Cell, style: str = "") -> str:
        """Write a constant; a blank without a style is nothing at all."""
        start = f'<{self.prefix}c r="{column_letters(column)}{row}"{_style(style)}'
        if value is None or value == "":
            return f"{start}/>" if style else ""
        kind, text = self.content(row, column, value)
        if kind != "str":
            kind = f' t="{kind}"' if kind else ""
            return f"{start}{kind}><{self.prefix}v>{text}</{self.prefix}v>{self._close}"
        opening = self._spaced_text if _EDGE_SPACE.search(str(value)) else self._text
        return f'{start} t="inlineStr">{opening}{text}{self._text_end}'

    def content(self, row: int, column: int, value: Cell) -> tuple[str, str]:
        """
        Return a value's type and its escaped text, as a formula's cached value states them.

        Raises
        ------
        WorkbookError
            For what no cell can hold: NaN, infinity, a text that is too long, a date before the calendar begins.
        """
        try:
            return _content(value, date1904=self._date1904)
        except (ValueError, OverflowError) as error:
            where = f"{self._sheet}!{address(row, column)}"
            raise WorkbookError(f"{where}: {_shown(value)} cannot stand in a cell: it {error}") from error

    def rows(self, first_row: int, columns: Sequence["ColumnCells"]) -> Iterator[str]:
        """
        Write the cells of rows, all columns of one row in one string.

        Parameters
        ----------
        first_row : int
            The first row's number.
        columns : sequence of ColumnCells
            At least one, in the order of the sheet, all of one length.

        Notes
        -----
        Python's own formatting fills a pattern for each row. The patterns of a thousand rows differ from those of the
        next in the leading digits of the row's number alone, so they are made by one replacement.
        """
        pattern = "".join(column.pattern for column in columns)
        values = zip(*(column.values for column in columns), strict=True)
        row, end = first_row, first_row + len(columns[0].values)
        while row < end:
            count = min(_PATTERN_ROWS - row % _PATTERN_ROWS, end - row)
            yield from map(operator.mod, self._patterns(pattern, row, count), values)
            row += count

    def _patterns(self, pattern: str, row: int, count: int) -> list[str]:
        """Return the patterns of some of the rows that begin with the same thousand, each with its row's number."""
        thousand, place = divmod(row, _PATTERN_ROWS)
        if not thousand or count < _PATTERN_ROWS // 10:
            return [pattern.replace(_ROW, str(number)) for number in range(row, row + count)]
        if self._last_pattern != pattern:
            numbers = (f"{_ROW}{number:03}" for number in range(_PATTERN_ROWS))
            self._last_pattern = pattern
            self._thousand_rows = "\n".join(pattern.replace(_ROW, number) for number in numbers)
        return self._thousand_rows.replace(_ROW, str(thousand)).split("\n")[place : place + count]

    def column(self, first_row: int, column: int, values: Sequence[Cell], style: str = "") -> "ColumnCells":
        """
        Say how the cells of a column are written, row by row; columns of one type take a short way.

        Raises
        ------
        WorkbookError
            As `content` does, with the address of the cell.
        """
        start, end = (
            f'<{self.prefix}c r="{column_letters(column)}{_ROW}"{_style(style)}'.replace("%", "%%"),
            self._close,
        )
        kinds = set(map(type, values))
        if kinds <= {int, float} and _all_finite(values):
            return ColumnCells(f"{start}><{self.prefix}v>%r</{self.prefix}v>{end}", values)
        if kinds == {str} and (texts := _plain_texts(values)):  # type: ignore[arg-type]  # all are str
            return ColumnCells(f'{start} t="inlineStr">{self._text}%s{self._text_end}', texts)
        if kinds == {dt.date} and (days := self._days(values)):  # type: ignore[arg-type]  # all are dates
            return ColumnCells(f"{start}><{self.prefix}v>%r</{self.prefix}v>{end}", days)
        return ColumnCells.ready([self.cell(row, column, value, style) for row, value in enumerate(values, first_row)])

    def _days(self, days: Sequence[dt.date]) -> list[int] | None:
        """Return the serials of days, or None when one lies where the calendars differ or begin."""
        zero = _EPOCH.toordinal()
        numbers = [day.toordinal() - zero for day in days]
        if min(numbers) < (_FIRST_1904 if self._date1904 else _NO_LEAP_DAY):
            return None
        return [number - _FIRST_1904 for number in numbers] if self._date1904 else numbers


class ColumnCells(NamedTuple):
    """
    The cells of a column: how each is written, and what is different in each.

    Attributes
    ----------
    pattern : str
        A pattern of Python's ``%`` with one place for the value; NUL stands for the row's number.
    values : sequence
        What the pattern takes, row by row.
    """

    pattern: str
    values: Sequence[object]

    @classmethod
    def ready(cls, cells: Sequence[str]) -> "ColumnCells":
        """Take cells that are written already."""
        return cls("%s", cells)


def _plain_texts(texts: Sequence[str]) -> Sequence[str] | None:
    """Escape texts together, or return None when one of them needs more than XML's own escapes, or is blank."""
    joined = "\n".join(["", *texts, ""])
    if (
        joined.count("\n") != len(texts) + 1
        or any(pair in joined for pair in _NOT_PLAIN_PAIRS)
        or _NOT_PLAIN.search(joined)
        or max(map(len, texts)) * 2 > LONGEST_TEXT
    ):
        return None
    escaped_together = xml_escaped(joined)
    return texts if len(escaped_together) == len(joined) else escaped_together.split("\n")[1:-1]


def _style(style: str) -> str:
    return f' s="{style}"' if style else ""


def _all_finite(numbers: Sequence[Cell]) -> bool:
    """Whether a sum says that all are finite; a false alarm only costs time."""
    try:
        return math.isfinite(sum(numbers))  # type: ignore[arg-type]  # the caller looked at the types
    except OverflowError:
        return False


def _content(value: Cell, *, date1904: bool) -> tuple[str, str]:
    """Return type and text of a value; ValueError says what is wrong, after the word "it"."""
    if isinstance(value, CellError):
        return "e", value.value
    if value is None:
        return "str", ""
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, str):
        if _sixteen_bit_length(value) > LONGEST_TEXT:
            raise ValueError(f"is longer than {LONGEST_TEXT:,} characters; shorten it")
        return "str", escaped(value)
    if value != value:  # NaN and pandas' NaT alone differ from themselves
        raise ValueError("is not a number")
    if isinstance(value, dt.date):
        return "", repr(serial(value, date1904=date1904))
    if not isinstance(value, int | float):
        raise ValueError(f"is a {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError("is not finite")
    # int.__str__ and float.__repr__: a NumPy number's own repr names its type
    return "", int.__str__(value) if isinstance(value, int) else float.__repr__(value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
