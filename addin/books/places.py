"""Where things stand in a workbook, and how they are found by name: the same in a file and in front of a user."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from addin.books.cellxml import LAST_COLUMN, LAST_ROW, Area
from addin.workbook import WorkbookError
from workbook_templates.addresses import column_number

__all__ = ["CellPlace", "TablePart", "find_cell", "find_sheet", "find_table", "one_cell"]

_ONE_CELL: Final = re.compile(r"=?(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Za-z]{1,3}\$?[0-9]+)")
_ADDRESS: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_Table = TypeVar("_Table")


class CellPlace(NamedTuple):
    """Where a cell stands."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class TablePart:
    """
    An Excel table as its workbook describes it.

    Attributes
    ----------
    part : str
        What tells it from the workbook's other tables: the part of the file, or the folded name.
    area : Area
        Header, body and totals.
    source : str
        "worksheet", or what feeds the table from outside: "queryTable" or "xml".
    columns : tuple of str
        Headers.
    formulas : tuple of str
        For each column the formula that Excel fills down, or "".
    """

    name: str
    sheet: str
    part: str
    area: Area
    header_rows: int
    totals_rows: int
    source: str
    columns: tuple[str, ...]
    formulas: tuple[str, ...]

    @property
    def body(self) -> Area:
        """The rows between header and totals."""
        area = self.area
        first, last = area.first_row + self.header_rows, area.last_row - self.totals_rows
        return Area(first, area.first_column, last, area.last_column)


def find_table(tables: Mapping[str, _Table], names: Iterable[str], name: str, source: str) -> _Table:
    """
    Find a table by its name, upper or lower case.

    Parameters
    ----------
    tables : mapping of str to table
        By folded name.
    names : iterable of str
        How the tables are written, for the message.
    name, source : str
        The table that is looked for, and the workbook.
    """
    table = tables.get(name.casefold())
    if table is None:
        raise WorkbookError(f"{source} has no table {name}; its tables: {', '.join(sorted(names)) or 'none'}")
    return table


def find_sheet(sheets: Iterable[str], name: str) -> str | None:
    """Return a worksheet's name as the workbook spells it, or None."""
    return next((sheet for sheet in sheets if sheet.casefold() == name.casefold()), None)


def find_cell(names: Mapping[str, str], sheet_of: Callable[[str], str | None], name: str, source: str) -> CellPlace:
    """
    Find the one cell that a name refers to.

    Parameters
    ----------
    names : mapping of str to str
        What the workbook's names refer to.
    sheet_of : callable
        Gives a sheet's name as the workbook spells it, or None.
    name, source : str
        The name that is looked for, and the workbook.
    """
    refers = next((text for key, text in names.items() if key.casefold() == name.casefold()), None)
    if refers is None:
        raise WorkbookError(f"{source} has no name {name}; define it for the cell that is meant")
    match = _ONE_CELL.fullmatch(refers)
    sheet = match and sheet_of((match[1] or match[2]).replace("''", "'"))
    place = Area.parse(match[3]) if match else None
    if not sheet or place is None or not (1 <= place.last_row <= LAST_ROW and place.last_column <= LAST_COLUMN):
        raise WorkbookError(f"the name {name} refers to {refers}, not to one cell; let it refer to one cell")
    return CellPlace(sheet, place.first_row, place.first_column)


def one_cell(sheet: str, text: str) -> tuple[int, int]:
    """Read the address of one cell that a plan names."""
    match = _ADDRESS.fullmatch(text.strip())
    row, column = (int(match[2]), column_number(match[1])) if match else (0, 0)
    if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
        raise WorkbookError(f"the plan names {text!r} on sheet {sheet}, which is not the address of one cell")
    return row, column
