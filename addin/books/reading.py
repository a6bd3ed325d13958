"""
Reading a sheet's cells: calamine for speed, one look at the XML for what calamine cannot do.

calamine keeps the whole used rectangle and stops the process when that does not fit into memory, so the rectangle is
measured first. It also gives a blank for an error cell, so errors are collected on the way.
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import python_calamine

from addin.books.cellxml import Area
from addin.books.sheet import whole_rows
from addin.workbook import WorkbookError
from workbook_templates.addresses import column_letters, column_number
from workbook_templates.plan import Cell, CellError

__all__ = ["Grid", "Reader"]

MAX_CELLS: Final = 50_000_000

_PLACE = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})[0-9]")
_PLACE_ROW = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br\s*=\s*[\"'][A-Za-z]{1,3}([0-9]{1,7})")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br\s*=\s*[\"']([0-9]{1,9})")
_ROW_START = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*?\bt\s*=\s*[\"']e[\"'])[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]+)[\"'][^>]*>"
    rb"(?:(?!</(?:\w+:)?c\s*>).)*?<(?:\w+:)?v[^>]*>([^<]*)<",
    re.DOTALL,
)
_ERROR_MARK = re.compile(rb"t\s*=\s*[\"']e[\"']")
_ERRORS: Final = {error.value: error for error in CellError}
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Extents:
    """The last row and column that a sheet's XML names, and its errors by column and row."""

    rows: int
    columns: int
    errors: Mapping[int, Mapping[int, CellError]]


def extents(chunks: Iterable[bytes], sheet: str) -> Extents:
    """Measure a worksheet part without building anything."""
    rows = columns = started = 0
    errors: dict[int, dict[int, CellError]] = {}
    for text in whole_rows(chunks, sheet):
        letters = set(_PLACE.findall(text))
        columns = max([columns, *(column_number(found.decode()) for found in letters)])
        started += len(_ROW_START.findall(text))
        named = {*_ROW.findall(text), *_PLACE_ROW.findall(text)}
        rows = max([rows, *map(int, named)])
        if not _ERROR_MARK.search(text):
            continue
        for column, row, code in _ERROR_CELL.findall(text):
            if code.decode() in _ERRORS:
                errors.setdefault(column_number(column.decode()), {})[int(row)] = _ERRORS[code.decode()]
    return Extents(max(rows, started), columns, errors)


class Grid:
    """A sheet's cells by row and column, counted from 1."""

    def __init__(
        self, rows: list[list[Any]], start: tuple[int, int], errors: Mapping[int, Mapping[int, CellError]]
    ) -> None:
        self._rows = rows
        self._first_row, self._first_column = start[0] + 1, start[1] + 1
        self._errors = errors

    def cell(self, row: int, column: int) -> Cell:
        """Return one cell."""
        return self.column(Area(row, column, row, column), column)[0]

    def rows(self) -> list[list[Cell]]:
        """Return all cells, row by row, from the first that holds something."""
        rows = [[value if type(value) is float else _KINDS[type(value)](value) for value in row] for row in self._rows]
        for column, errors in self._errors.items():
            for row, error in errors.items():
                rows[row - self._first_row][column - self._first_column] = error
        return rows

    def rows_from_a1(self) -> list[list[Cell]]:
        """Return all cells, row by row, from A1."""
        left: list[Cell] = [None] * (self._first_column - 1)
        above: list[list[Cell]] = [[] for _ in range(self._first_row - 1)]
        return above + ([[*left, *row] for row in self.rows()] if left else self.rows())

    def column(self, area: Area, column: int) -> list[Cell]:
        """Return a column of an area, blanks where the sheet ends."""
        place = column - self._first_column
        first, last = area.first_row - self._first_row, area.last_row - self._first_row
        there = range(max(first, 0), min(last + 1, len(self._rows)))
        cells: list[Cell] = [None] * (last + 1 - first)
        if place >= 0:
            for index in there:
                line = self._rows[index]
                if place < len(line):
                    value = line[place]
                    cells[index - first] = value if type(value) is float else _KINDS[type(value)](value)
        for row, error in self._errors.get(column, {}).items():
            if area.first_row <= row <= area.last_row:
                cells[row - area.first_row] = error
        return cells


def _text(value: str) -> Cell:
    if not value:
        return None
    return _ERRORS.get(value, value) if value[0] == "#" else value


def _same(value: Any) -> Cell:
    return value  # type: ignore[no-any-return]  # the table below says of which type


# A time of day or a duration is a number to Excel; only days have a type of their own in a plan.
_KINDS: Final[Mapping[type, Callable[[Any], Cell]]] = {
    str: _text,
    bool: _same,
    int: float,
    float: _same,
    dt.date: _same,
    dt.datetime: _same,
    dt.time: lambda value: (dt.datetime.combine(dt.date.min, value) - dt.datetime.min) / _DAY,
    dt.timedelta: lambda value: value / _DAY,
}


class Reader:
    """Reads the sheets of one workbook, each once."""

    def __init__(self, data: bytes, source: str, chunks: Callable[[str], Iterable[bytes]]) -> None:
        self._data = data
        self._source = source
        self._chunks = chunks
        self._book: python_calamine.CalamineWorkbook | None = None
        self._grids: dict[str, Grid] = {}

    def grid(self, sheet: str, part: str) -> Grid:
        """Return a sheet's cells."""
        if sheet not in self._grids:
            found = extents(self._chunks(part), sheet)
            if found.rows * found.columns > MAX_CELLS:
                raise WorkbookError(
                    f"sheet {sheet} of {self._source} reaches to {column_letters(found.columns)}{found.rows}, which is "
                    f"more than {MAX_CELLS:,} cells; delete the far empty rows or columns and save it"
                )
            self._grids[sheet] = self._read(sheet, found)
        return self._grids[sheet]

    def _read(self, sheet: str, found: Extents) -> Grid:
        try:
            if self._book is None:
                self._book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(self._data))
            cells = self._book.get_sheet_by_name(sheet)
            return Grid(cells.to_python(), cells.start or (0, 0), found.errors)
        except (python_calamine.CalamineError, ValueError, OSError) as error:
            raise WorkbookError(
                f"sheet {sheet} of {self._source} cannot be read ({error}); put that right in Excel and save it"
            ) from error
