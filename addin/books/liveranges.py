"""
Blocks of cells of a workbook that is open in a program: read in one call, written in one call a run of columns.

Nothing in here imports xlwings; it is handed its objects. xlwings' own interface is used wherever it has one, so that
the same code serves every program that xlwings reaches; `native` is the only way to ask for more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, Final

from addin.books.cellxml import Area
from addin.books.livecells import Content, Outgoing, contents, outgoing, read_rows
from addin.books.places import find_sheet
from workbook_templates.plan import Cell

__all__ = ["GENERAL", "Cells", "area_of", "array_around", "is_missing", "native"]

GENERAL: Final = "General"
"""The number format of cells that have none."""
_UNKNOWN: Final = (-2147352570, -2147352573)
"""DISP_E_UNKNOWNNAME and DISP_E_MEMBERNOTFOUND: what COM answers where Python would raise AttributeError."""


def is_missing(error: Exception) -> bool:
    """Whether an error says that a program does not know a property, rather than that it refuses something."""
    return isinstance(error, AttributeError | NotImplementedError) or getattr(error, "hresult", 0) in _UNKNOWN


def native(thing: Any, name: str, otherwise: Any) -> Any:
    """
    Read a property that xlwings does not have from the program's own object.

    Parameters
    ----------
    thing : xlwings object
        A sheet, table or range.
    name : str
        The property, as COM calls it.
    otherwise : object
        The answer of a program that has no such property; it refuses in its own words what it does not allow.
    """
    try:
        return getattr(thing.api, name)
    except Exception as error:
        if is_missing(error):
            return otherwise
        raise


def area_of(cells: Any) -> Area:
    """Where a range stands."""
    rows, columns = cells.shape
    return Area(cells.row, cells.column, cells.row + rows - 1, cells.column + columns - 1)


def array_around(cell: Any) -> Area:
    """Where the array formula stands that a cell belongs to, or the cell when the program does not say."""
    whole = native(cell, "CurrentArray", None)
    return Area.parse(whole.Address) if whole is not None else area_of(cell)


class Cells:
    """
    The cells of a workbook, by sheet and area.

    Parameters
    ----------
    book : xlwings.Book
        The workbook.
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self._sheets: dict[str, Any] = {}

    def sheets(self) -> dict[str, Any]:
        """Look up the sheets by name, once more."""
        self._sheets = {sheet.name: sheet for sheet in self._book.sheets}
        return self._sheets

    def sheet(self, name: str) -> Any:
        """Give a sheet by its name as the workbook spells it."""
        return (self._sheets if name in self._sheets else self.sheets())[name]

    def find_sheet(self, name: str) -> str | None:
        """Return a sheet's name as the workbook spells it, or None."""
        return find_sheet(self._sheets, name) or find_sheet(self.sheets(), name)

    def range(self, sheet: str, area: Area) -> Any:
        """Give the range of an area."""
        return self.sheet(sheet).range((area.first_row, area.first_column), (area.last_row, area.last_column))

    # ---- reading

    def values(self, sheet: str, area: Area) -> list[list[Cell]]:
        """Read the rows of an area."""
        return read_rows(self.range(sheet, area).options(ndim=2, err_to_str=True).value)

    def contents(self, sheet: str, area: Area, values: Sequence[Sequence[Cell]] | None = None) -> list[list[Content]]:
        """Read the rows of an area, formulas as formulas; values that were read before are not read again."""
        shown = self.values(sheet, area) if values is None else values
        return contents(shown, self.formulas(sheet, area))

    def formulas(self, sheet: str, area: Area) -> list[list[Any]]:
        """Read what has been entered, row by row: formulas, and constants as texts."""
        found = getattr(self.range(sheet, area), self._entered)
        if not isinstance(found, list | tuple):
            return [[found]]
        if found and isinstance(found[0], list | tuple):
            return [list(row) for row in found]
        return [list(found)] if len(area.rows) == 1 else [[one] for one in found]

    @cached_property
    def _entered(self) -> str:
        """
        Name the property that formulas go through.

        Where formulas can spill, writing them through the older one would make each of them give one value only.
        """
        try:
            _ = self._book.sheets[0].range((1, 1)).formula2
        except Exception as error:
            if is_missing(error):  # Excel before 2020
                return "formula"
            raise
        return "formula2"

    def first(self, sheet: str, area: Area, is_special: Callable[[Any], bool | None]) -> Any | None:
        """
        Find a cell that is special: merged, or in an array.

        Parameters
        ----------
        sheet : str
            The sheet.
        area : Area
            Where to look.
        is_special : callable
            Says of a range whether all of it is (True), none of it (False), or some of it (None).
        """
        if is_special(self.range(sheet, area)) is False:
            return None
        while len(area.rows) > 1 or len(area.columns) > 1:
            half, rest = _halves(area)
            area = rest if is_special(self.range(sheet, half)) is False else half
        return self.range(sheet, area)

    def unformatted(self, sheet: str, area: Area) -> list[Area]:
        """Find the cells of a column that have no number format of their own."""
        code = self.range(sheet, area).number_format
        if code is not None or len(area.rows) == 1:
            return [area] if code == GENERAL else []
        return [found for half in _halves(area) for found in self.unformatted(sheet, half)]

    # ---- writing

    def write(self, sheet: str, first_row: int, columns: Mapping[int, Sequence[Content]]) -> None:
        """
        Write columns of one length, those that stand side by side in one call.

        Parameters
        ----------
        sheet : str
            The sheet.
        first_row : int
            Where the columns begin.
        columns : mapping of int to sequence of Content
            Column of the sheet to its cells.
        """
        given = {column: self._outgoing(sheet, first_row, column, cells) for column, cells in sorted(columns.items())}
        for run in _side_by_side(given):
            rows = [list(row) for row in zip(*(given[column].values for column in run), strict=True)]
            cells = self.range(sheet, Area(first_row, run[0], first_row + len(rows) - 1, run[-1]))
            setattr(cells, self._entered if given[run[0]].entered else "value", rows)
        for column, out in given.items():
            for place, text in out.single:
                self.range(sheet, Area(first_row + place, column, first_row + place, column)).value = text

    def _outgoing(self, sheet: str, first_row: int, column: int, cells: Sequence[Content]) -> Outgoing:
        """Only texts depend on the format that they meet."""
        if not any(isinstance(cell, str) for cell in cells):
            return outgoing(cells, "")
        area = Area(first_row, column, first_row + len(cells) - 1, column)
        return outgoing(cells, self.range(sheet, area).number_format or "")

    def clear(self, sheet: str, area: Area) -> None:
        """Leave nothing of cells that are no longer a table's, formats included."""
        cells = self.range(sheet, area)
        cells.clear_contents()
        cells.clear_formats()

    def spread_formats(self, sheet: str, source: Area, columns: Sequence[int], last_row: int) -> None:
        """Give the rows below a row its formats."""
        for run in _runs(columns):
            first = Area(source.first_row, run[0], source.first_row, run[-1])
            self.range(sheet, first).autofill(self.range(sheet, first.down_to(last_row)), "fill_formats")


def _halves(area: Area) -> tuple[Area, Area]:
    if len(area.rows) > 1:
        middle = (area.first_row + area.last_row) // 2
        return area.down_to(middle), Area(middle + 1, area.first_column, area.last_row, area.last_column)
    middle = (area.first_column + area.last_column) // 2
    row = area.first_row
    return Area(row, area.first_column, row, middle), Area(row, middle + 1, row, area.last_column)


def _side_by_side(given: Mapping[int, Outgoing]) -> Iterator[list[int]]:
    """Runs of columns that are written in the same way."""
    for _, group in groupby(sorted(given), key=lambda column: given[column].entered):
        yield from _runs(list(group))


def _runs(columns: Sequence[int]) -> Iterator[list[int]]:
    """Split columns where one is missing."""
    for _, group in groupby(enumerate(sorted(columns)), key=lambda pair: pair[1] - pair[0]):
        yield [column for _, column in group]
