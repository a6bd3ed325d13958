"""A workbook's file as the search for tables sees it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Final

from addin.books.cellstyles import Styles
from addin.books.cellxml import Area
from addin.books.outline import Outline
from addin.books.package import Package
from addin.books.places import TablePart
from addin.books.reading import Reader
from addin.books.sheet import FORMULA_START, Row, SheetStream
from addin.workbook import WorkbookError
from workbook_templates.mapping.views import Rectangle, SheetView, TableView, WorkbookView
from workbook_templates.plan import Cell

__all__ = ["workbook_view"]

MANY_CELLS: Final = 200_000
FIRST_ROWS: Final = 200
"""Of a sheet with many cells, formulas and number formats are known of so many rows."""

_HIDDEN: Final = ("hidden", "veryHidden")
_DATA_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData(?:\s[^>]*)?/>")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([^\"']+)[\"']")
_LONGEST_TAG: Final = 1024
_GENERAL: Final = "General"


def workbook_view(package: Package, outline: Outline, reader: Reader) -> WorkbookView:
    """
    View a workbook's file: the cells of all its worksheets, and what is known about them.

    Raises
    ------
    WorkbookError
        When a sheet cannot be read.
    """
    styles = Styles(package, outline.part)
    hidden = {
        element.get("name", "")
        for element in outline.root.iterfind("{*}sheets/{*}sheet")
        if element.get("state") in _HIDDEN
    }
    tables: dict[str, list[TableView]] = {}
    for table in outline.tables.values():
        tables.setdefault(table.sheet, []).append(_table(table))
    sheets = []
    for name, part in outline.sheets.items():
        rows = reader.grid(name, part).rows_from_a1()
        looks = _Looks(package, styles, name, part, last_row=_last_known(rows))
        sheets.append(
            SheetView(
                name=name,
                rows=rows,
                merges=_merges(package.chunks(part), name),
                tables=tuple(tables.get(name, ())),
                formulas=looks.formulas(),
                number_format=looks.number_format,
                hidden=name in hidden,
            )
        )
    return WorkbookView(source=package.source, sheets=tuple(sheets), names=outline.names())


def _last_known(rows: Sequence[Sequence[Cell]]) -> int:
    return len(rows) if sum(map(len, rows)) <= MANY_CELLS else FIRST_ROWS


def _table(table: TablePart) -> TableView:
    return TableView(
        name=table.name,
        area=_rectangle(table.area),
        header_rows=table.header_rows,
        totals_rows=table.totals_rows,
        source=table.source,
    )


def _rectangle(area: Area) -> Rectangle:
    return Rectangle(area.first_row, area.first_column, area.last_row, area.last_column)


def _merges(chunks: Iterable[bytes], sheet: str) -> tuple[Rectangle, ...]:
    """Find merged cells, which stand behind the rows."""
    references = _MERGE.findall(b"".join(_after_rows(chunks)))
    try:
        return tuple(_rectangle(Area.parse(reference.decode())) for reference in references)
    except ValueError as error:
        raise WorkbookError(
            f"sheet {sheet} has merged cells that are none ({error}); open the workbook in Excel and save it again"
        ) from error


def _after_rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    before: bytes | None = b""
    for chunk in chunks:
        if before is None:
            yield chunk
            continue
        text = before + chunk
        if end := _DATA_END.search(text):
            before = None
            yield text[end.end() :]
        else:
            before = text[-_LONGEST_TAG:]


class _Looks:
    """What the XML of a sheet says about its cells, down to a row."""

    def __init__(self, package: Package, styles: Styles, sheet: str, part: str, *, last_row: int) -> None:
        self._package, self._styles, self._sheet, self._part = package, styles, sheet, part
        self._last_row = last_row

    def formulas(self) -> frozenset[tuple[int, int]]:
        """Places of formulas."""
        return frozenset(
            (row.number, cell.column)
            for stream, row in self._rows()
            if FORMULA_START.search(row.data)
            for cell in stream.cells(row)
            if cell.has_formula
        )

    def number_format(self, row: int, column: int) -> str:
        """Give the code of a cell's number format."""
        return self._styles.number_format(self._style_of.get((row, column), 0))

    @cached_property
    def _style_of(self) -> Mapping[tuple[int, int], int]:
        """Index of each cell's style; only asked for by those who look at formats."""
        return {
            (row.number, cell.column): int(cell.style)
            for stream, row in self._rows()
            for cell in stream.cells(row)
            if cell.style.isdecimal()
        }

    def _rows(self) -> Iterator[tuple[SheetStream, Row]]:
        stream = SheetStream(self._package.chunks(self._part), self._sheet)
        return ((stream, row) for row in takewhile(lambda row: row.number <= self._last_row, stream.rows()))
