"""New sheets in a workbook that is open in a program: looks first, then values, then the tables over them."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from addin.books.additions import TABLE_STYLE, PlacedSheet, PlacedTable
from addin.books.cellxml import Area
from addin.books.livecells import check_cells
from addin.books.liveranges import Cells, native
from addin.books.ranges import joined
from addin.workbook import WorkbookError
from workbook_templates.layout import A4, PAGE_FOOTER, PAGE_HEADER
from workbook_templates.plan import Cell, Style

__all__ = ["SheetAddition", "refuse_locked_structure"]

log = logging.getLogger(__name__)

LANDSCAPE: Final = 2
"""Excel's number for it."""


def refuse_locked_structure(book: Any) -> None:
    """Refuse new sheets in a workbook whose structure its owner has locked."""
    if native(book, "ProtectStructure", False):
        raise WorkbookError(
            f"the structure of {book.name} is protected, so it takes no new sheet; "
            "take the protection off (Review > Protect Workbook) and try again"
        )


class SheetAddition:
    """
    A sheet that is put behind the last worksheet, and the way back.

    Parameters
    ----------
    book : xlwings.Book
        The workbook.
    cells : Cells
        Its cells.
    placed : PlacedSheet
        The sheet, checked.
    """

    def __init__(self, book: Any, cells: Cells, placed: PlacedSheet) -> None:
        self._book, self._cells, self.placed = book, cells, placed
        self._there: set[str] | None = None  # unknown: nothing was added yet
        self._in_front: Any = None

    @property
    def note(self) -> str:
        """What the user should know: a plan, and so an undo, has no word for taking a sheet away."""
        return f"sheet {self.placed.name} was added; Undo leaves it where it is, delete it if you do not want it"

    def check(self) -> None:
        """Refuse what no cell can hold."""
        name = self.placed.name
        for (row, column), value in self.placed.cells.items():
            check_cells(name, row, column, [value])
        for table in self.placed.tables:
            for column, values in zip(table.area.columns, table.table.columns.values(), strict=True):
                check_cells(name, table.area.first_row, column, [table.headers[column - table.area.first_column]])
                check_cells(name, table.area.first_row + 1, column, values)

    def write(self) -> None:
        """Add the sheet; what fails half way is for `restore` to put right. The user's sheet is in front again."""
        book, placed = self._book, self.placed
        self._there = {sheet.name for sheet in book.sheets}
        self._in_front = book.sheets.active
        sheet = book.sheets.add(after=book.sheets[len(book.sheets) - 1])
        sheet.name = placed.name
        self._cells.sheets()
        for style, area in _styled(placed):
            _dress(self._cells.range(placed.name, area), style)
        for area in joined(placed.cells):
            self._cells.write(placed.name, area.first_row, _columns(placed.cells, area))
        for table in placed.tables:
            self._put(sheet, table)
        for column, width in placed.sheet.widths.items():
            sheet.range((1, column)).column_width = width
        self._freeze(*placed.sheet.freeze)
        self._set_page(sheet)
        self._look_back()

    def restore(self) -> None:
        """Take away what `write` has added."""
        if self._there is None:
            return
        for sheet in [sheet for sheet in self._book.sheets if sheet.name not in self._there]:
            sheet.delete()
        self._cells.sheets()
        self._look_back()

    def _look_back(self) -> None:
        """Show the sheet that was in front; xlwings would bring the whole program to the front with it."""
        activate = native(self._in_front, "Activate", None)
        if activate is not None:
            activate()

    def _put(self, sheet: Any, table: PlacedTable) -> None:
        area = table.area
        body = [list(values) or [None] for values in table.table.columns.values()]
        columns = [[header, *values] for header, values in zip(table.headers, body, strict=True)]
        self._cells.write(self.placed.name, area.first_row, dict(zip(area.columns, columns, strict=True)))
        cells = self._cells.range(self.placed.name, area)
        added = sheet.tables.add(source=cells, name=table.table.name, table_style_name=TABLE_STYLE)
        added.show_table_style_row_stripes = False

    def _set_page(self, sheet: Any) -> None:
        """Let it print as the sheets of our own workbooks, if it can: Excel refuses that without a printer."""
        try:
            page = native(sheet, "PageSetup", None)
            if page is not None:
                page.Orientation, page.PaperSize = LANDSCAPE, A4
                page.Zoom, page.FitToPagesWide, page.FitToPagesTall = False, 1, False
                page.LeftHeader, page.RightHeader = _left_and_right(PAGE_HEADER)
                page.LeftFooter, page.RightFooter = _left_and_right(PAGE_FOOTER)
                if row := self.placed.title_row:
                    page.PrintTitleRows = f"${row}:${row}"
        except Exception:
            log.exception("the page of sheet %s could not be set up", self.placed.name)

    def _freeze(self, row: int, column: int) -> None:
        """Keep rows and columns in sight; only the window that shows the sheet can, and xlwings does not have it."""
        windows = native(self._book, "Windows", None) if (row, column) != (1, 1) else None
        if windows is not None:
            window = windows(1)
            window.SplitRow, window.SplitColumn = row - 1, column - 1
            window.FreezePanes = True


def _columns(cells: Mapping[tuple[int, int], Cell], area: Area) -> dict[int, Sequence[Cell]]:
    return {column: [cells[row, column] for row in area.rows] for column in area.columns}


def _styled(placed: PlacedSheet) -> Iterator[tuple[Style, Area]]:
    """Yield areas of one look each."""
    by_style: dict[Style, list[tuple[int, int]]] = {}
    for place, style in placed.styles.items():
        by_style.setdefault(style, []).append(place)
    for style, places in by_style.items():
        yield from ((style, area) for area in joined(places))
    for table in placed.tables:
        area = table.area
        yield table.table.header, area.down_to(area.first_row)
        for column, header in zip(area.columns, table.headers, strict=True):
            yield table.style(header), Area(area.first_row + 1, column, area.last_row, column)


def _dress(cells: Any, style: Style) -> None:
    """Give cells their looks; what a style leaves empty stays as it is."""
    if style.number_format != "General":
        cells.number_format = style.number_format
    font = {"name": style.font, "size": style.size, "bold": style.bold, "italic": style.italic}
    for attribute, value in font.items():
        if value:
            setattr(cells.font, attribute, value)
    if style.colour:
        cells.font.color = _rgb(style.colour)
    if style.fill:
        cells.color = _rgb(style.fill)
    if style.align:
        cells.horizontal_alignment = style.align
    if style.wrap:
        cells.wrap_text = True


def _left_and_right(text: str) -> list[str]:
    """Take a line of a page apart, as Excel's own properties want it."""
    return text.removeprefix("&L").split("&R")


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour))
