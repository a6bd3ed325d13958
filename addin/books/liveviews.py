"""A workbook that is open in a program as the search for tables sees it."""

from functools import partial
from typing import Any, Final

from addin.books.cellxml import Area
from addin.books.liveranges import Cells, area_of, native
from addin.books.livetables import LiveTable
from workbook_templates.mapping.views import Rectangle, SheetView, TableView
from workbook_templates.plan import Cell

__all__ = ["formula_places", "sheet_view"]

_VISIBLE: Final = True


def sheet_view(cells: Cells, name: str) -> SheetView:
    """
    Read a sheet in two calls and a few for its tables.

    Number formats are read cell by cell when somebody asks. Merged cells are not known: what they leave blank is.
    """
    sheet = cells.sheet(name)
    used = area_of(sheet.used_range)
    values = cells.values(name, used)
    left: list[Cell] = [None] * (used.first_column - 1)
    rows: list[list[Cell]] = [[] for _ in range(used.first_row - 1)]
    rows += [[*left, *row] for row in values]
    return SheetView(
        name=name,
        rows=rows,
        tables=tuple(_table(LiveTable(cells, name, table)) for table in sheet.tables),
        formulas=formula_places(cells, name, used),
        number_format=partial(_number_format, cells, name),
        hidden=getattr(sheet, "visible", _VISIBLE) is False,
    )


def formula_places(cells: Cells, name: str, area: Area | None = None) -> frozenset[tuple[int, int]]:
    """Rows and columns of a sheet's cells that hold formulas, or are computed by one that spills into them."""
    used = area or area_of(cells.sheet(name).used_range)
    entered = cells.formulas(name, used)
    return frozenset(
        (row, column)
        for row, line in zip(used.rows, entered, strict=True)
        for column, text in zip(used.columns, line, strict=True)
        if isinstance(text, str) and text.startswith("=")
    )


def _number_format(cells: Cells, name: str, row: int, column: int) -> str:
    return str(cells.range(name, Area(row, column, row, column)).number_format or "General")


def _table(table: LiveTable) -> TableView:
    name, area = table.where()
    listed: Any = table.table
    return TableView(
        name=name,
        area=Rectangle(area.first_row, area.first_column, area.last_row, area.last_column),
        header_rows=int(bool(listed.show_headers)),
        totals_rows=int(bool(listed.show_totals)),
        source="worksheet" if native(listed, "SourceType", 1) == 1 else "other",
    )
