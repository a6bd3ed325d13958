"""
The port: what a refresh needs of a workbook, whichever program holds it.

Two adapters fill it: `addin.books.file` (an .xlsx or .xlsm file, without Excel) and a live Excel workbook.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from addin.faults import UserError
from workbook_templates.mapping.views import WorkbookView
from workbook_templates.plan import Cell, Plan

__all__ = ["LiveWorkbook", "Place", "RawTable", "Receipt", "Workbook", "WorkbookError"]


class WorkbookError(UserError):
    """The workbook cannot be read or written; the message says where, why and what to do."""


class Place(NamedTuple):
    """Where something stands, as people see it: sheet, row, and column unless the whole row is meant."""

    sheet: str
    row: int
    column: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """
    The body of an Excel table, or of what a mapping reads as one, as the cells hold it.

    Attributes
    ----------
    name, sheet : str
        The table's name and the sheet it stands on.
    first_row, first_column : int
        Where the first cell of the body stands, counted from 1.
    columns : mapping of str to sequence of Cell
        Header text to cells, in the order of the sheet. A blank cell is None; so is an empty text.
    origin : callable or None
        Where the cell of a row (from 0) and heading stands, if the rows do not follow each other on one sheet.
    """

    name: str
    sheet: str
    first_row: int
    first_column: int
    columns: Mapping[str, Sequence[Cell]]
    origin: Callable[[int, str], Place] | None = None

    def place(self, row: int, heading: str = "") -> Place:
        """Say where a row (from 0) stands, and which of its cells is the one under a heading."""
        if self.origin is not None:
            return self.origin(row, heading)
        column = next((i for i, name in enumerate(self.columns, self.first_column) if name == heading), None)
        return Place(self.sheet, self.first_row + row, column)

    @property
    def rows(self) -> int:
        """Number of body rows."""
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """
    What applying a plan did.

    Attributes
    ----------
    changed_parts : tuple of str
        Parts of the file that changed.
    ranges : tuple of str
        Cells that were written, as ``'Customer P&L'!A5:H45``; cached values of formulas are not among them.
    notes : tuple of str
        What the user should know, such as a filter that was cleared.
    """

    changed_parts: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Workbook(Protocol):
    """A workbook that can be read and can take a plan."""

    def table_names(self) -> tuple[str, ...]:
        """Names of all Excel tables in the workbook."""
        ...

    def read_table(self, name: str) -> RawTable:
        """Read a whole table; `WorkbookError` when it is not there."""
        ...

    def names(self) -> Mapping[str, str]:
        """Workbook-level defined names and what they refer to, without a leading equals sign."""
        ...

    def read_name(self, name: str) -> Cell:
        """Read the cell that a defined name refers to; `WorkbookError` when there is no such cell."""
        ...

    def view(self) -> WorkbookView:
        """Give all cells of all sheets with what is known about them, for a mapping to find and read tables in."""
        ...

    def formula_places(self, sheet: str) -> frozenset[tuple[int, int]]:
        """Rows and columns of a sheet's cells that hold formulas, or are computed by one that spills into them."""
        ...

    def apply(self, plan: Plan) -> Receipt:
        """Write everything in the plan, or nothing."""
        ...


class LiveWorkbook(Workbook, Protocol):
    """A workbook that is open in front of its user, whose program forgets its own undo when an add-in writes."""

    def before(self, plan: Plan) -> Plan:
        """Read what stands now where a plan writes: applied later, it takes the plan back."""
        ...
