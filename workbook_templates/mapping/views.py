"""A workbook as the search for tables sees it: cells with what can be known about them, no program that holds it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from workbook_templates.plan import Cell

__all__ = ["Rectangle", "SheetView", "TableView", "WorkbookView"]


class Rectangle(NamedTuple):
    """Cells of a sheet, both corners included, counted from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """
    An Excel table.

    Attributes
    ----------
    area : Rectangle
        Header, body and totals.
    header_rows, totals_rows : int
        How many of its rows they take.
    source : str
        "worksheet", or what feeds it from outside.
    """

    name: str
    area: Rectangle
    header_rows: int = 1
    totals_rows: int = 0
    source: str = "worksheet"


def _general(row: int, column: int) -> str:
    return "General"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """
    One worksheet.

    Attributes
    ----------
    rows : sequence of sequence of Cell
        Cells from A1; rows may differ in length. A formula's cell holds its cached value.
    merges : tuple of Rectangle
        Merged cells; the upper left one holds the value.
    tables : tuple of TableView
        Excel tables.
    formulas : frozenset of (int, int)
        Rows and columns of cells with a formula.
    number_format : callable
        The number format code of a cell by row and column.
    hidden : bool
        Whether the sheet is hidden.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: tuple[Rectangle, ...] = ()
    tables: tuple[TableView, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    number_format: Callable[[int, int], str] = _general
    hidden: bool = False

    def cell(self, row: int, column: int) -> Cell:
        """Give one cell; outside of what is there it is blank."""
        if not 1 <= row <= len(self.rows) or column < 1:
            return None
        line = self.rows[row - 1]
        return line[column - 1] if column <= len(line) else None

    @property
    def width(self) -> int:
        """Number of columns of its longest row."""
        return max(map(len, self.rows), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookView:
    """
    A workbook.

    Attributes
    ----------
    source : str
        Name of its file, for messages.
    sheets : tuple of SheetView
        In the order of the tabs.
    names : mapping of str to str
        Workbook-level defined names and what they refer to, without a leading equals sign.
    """

    source: str
    sheets: tuple[SheetView, ...]
    names: Mapping[str, str] = field(default_factory=dict)
