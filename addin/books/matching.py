"""
What the write of a table means, whichever program holds the table.

Columns are found by header, rows by key; what cannot be written is refused in words, and what users added and has lost
its row is noted.
"""

import datetime as dt
import unicodedata
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from addin.books.cellxml import LAST_ROW, Area
from addin.books.growth import Growth
from addin.books.places import TablePart
from addin.workbook import WorkbookError
from workbook_templates.addresses import address
from workbook_templates.plan import Cell, TableWrite

__all__ = [
    "ARRAYS",
    "MERGES",
    "TableMatch",
    "cleared_filter",
    "cleared_order",
    "identity",
    "refuse_header",
    "refuse_in_array",
    "refuse_in_table",
    "refuse_protected",
    "refuse_under_merge",
]

ARRAYS = "an array formula or data table"
MERGES = "merged cells"


class TableMatch:
    """
    A table and what it gets.

    Parameters
    ----------
    table : TablePart
        The table as it stands.
    write : TableWrite
        What it gets.

    Attributes
    ----------
    written : dict of int to sequence of Cell
        The sheet's column to its new cells.
    kept : list of int
        Columns that the plan does not write.
    key : str
        Header of the key as the table spells it, or "".
    rows, data_rows : int
        Rows of the new body, and how many of them the plan fills: a table has at least one.
    last_body_row, last_written : int
        Where the new body ends, and the totals under it.
    area : Area
        All cells that are the table's before or after, without the header.

    Raises
    ------
    WorkbookError
        If the plan cannot mean this table.
    """

    def __init__(self, table: TablePart, write: TableWrite) -> None:
        self.table = table
        self.where = f"table {table.name} on sheet {table.sheet}"
        self.written = self._match_columns(write)
        self.key = self._match_key(write)
        self._keys: Sequence[Cell] = write.columns[_same_header(write.key, write.columns)] if write.key else ()
        # Excel tables have at least one row; without data it is blank
        self.rows = max(1, self._check_lengths(write))
        self.data_rows = write.rows
        self.last_body_row = table.body.first_row + self.rows - 1
        self.last_written = self.last_body_row + table.totals_rows
        self.area = table.body.down_to(max(table.area.last_row, self.last_written))
        self.kept = [column for column in table.area.columns if column not in self.written]
        self._check_table()

    @property
    def growth(self) -> Growth:
        """How the table's rows change."""
        return Growth(self.table, self.last_body_row)

    def header(self, column: int) -> str:
        """Return the header of a column of the sheet."""
        return self.table.columns[column - self.table.area.first_column]

    # ---- what the plan asks for

    def _match_columns(self, write: TableWrite) -> dict[int, Sequence[Cell]]:
        """Find the sheet's column of every column written."""
        if not write.columns:
            raise WorkbookError(f"the plan writes no column of {self.where}")
        there = {_folded(header): place for place, header in enumerate(self.table.columns)}
        matched: dict[int, Sequence[Cell]] = {}
        for header, values in write.columns.items():
            place = there.get(_folded(header))
            if place is None:
                have = ", ".join(self.table.columns)
                raise WorkbookError(f"{self.where} has no column {header!r} (it has: {have}); restore the header")
            column = self.table.area.first_column + place
            if column in matched:
                raise WorkbookError(f"the plan writes column {header!r} of {self.where} twice")
            matched[column] = values
        return matched

    def _match_key(self, write: TableWrite) -> str:
        """Return the key's header as the table spells it."""
        if not write.key:
            return ""
        if not _same_header(write.key, write.columns):
            raise WorkbookError(f"the plan names {write.key!r} as key of {self.where} but does not write it")
        return _same_header(write.key, self.table.columns)

    def _check_lengths(self, write: TableWrite) -> int:
        lengths = {header: len(values) for header, values in write.columns.items()}
        if len(set(lengths.values())) > 1:
            raise WorkbookError(f"the plan's columns for {self.where} differ in length: {lengths}")
        return write.rows

    def _check_table(self) -> None:
        if self.table.source != "worksheet":
            raise WorkbookError(
                f"{self.where} is filled by a query or an XML map ({self.table.area}), whose next refresh would "
                "overwrite what is written; use a table without a query"
            )
        if self.last_written > LAST_ROW:
            raise WorkbookError(
                f"{self.where} would need {self.rows:,} rows and end in row {self.last_written:,}; a sheet has "
                f"{LAST_ROW:,}. Write fewer rows"
            )

    # ---- what the sheet does not allow

    def refuse_filled(self, row: int, column: int) -> None:
        """Refuse to write over a cell below the table."""
        raise WorkbookError(
            f"{self.where} needs rows down to {self.last_written}, but "
            f"{self.table.sheet}!{address(row, column)} below it is not empty; move what stands there"
        )

    def refuse_meeting(self, what: str, areas: Iterable[Area]) -> None:
        """Refuse a body that meets `ARRAYS` or `MERGES`."""
        for area in areas:
            if area.meets(self.area):
                raise WorkbookError(
                    f"{self.where} meets {what} at {self.table.sheet}!{area}; remove them and try again"
                )

    def refuse_overlap(self, others: Iterable[tuple[str, Area]]) -> None:
        """Refuse a body that reaches into another table; each comes by name with all rows it has before or after."""
        for other, area in others:
            if other != self.table.name and area.meets(self.area):
                raise WorkbookError(
                    f"{self.where} needs {self.area}, where table {other} stands ({area}); "
                    "move that table to the right or to another sheet"
                )

    # ---- what users added

    def sources(self, old_keys: Sequence[Cell]) -> list[int | None]:
        """
        Decide from which old row the kept cells of each new row come.

        Parameters
        ----------
        old_keys : sequence of Cell
            The key's cells as they stand; not looked at when rows have no key.
        """
        if self.key:
            return self._by_key(old_keys)
        if not self.data_rows:
            return [None]
        first, old_rows = self.table.body.first_row, self.table.body.rows
        return [first + place if first + place in old_rows else None for place in range(self.rows)]

    def _by_key(self, old_keys: Sequence[Cell]) -> list[int | None]:
        """Match new rows to old ones by key; the second row of a key takes the second old one."""
        waiting: dict[str, deque[int]] = {}
        for row, key in enumerate(old_keys, self.table.body.first_row):
            waiting.setdefault(identity(key), deque()).append(row)
        waiting.pop("", None)
        nothing: deque[int] = deque()
        sources: list[int | None] = []
        for key in self._keys:
            rows = waiting.get(identity(key), nothing)
            sources.append(rows.popleft() if rows else None)
        return sources or [None]

    def lost(self, sources: Sequence[int | None]) -> list[int]:
        """Old rows that no new row comes from."""
        return sorted(set(self.table.body.rows) - {row for row in sources if row is not None})

    def orphan_note(self, row: int, column: int, before: Mapping[str, Sequence[Cell]]) -> str:
        """Say which kept cell has lost its row."""
        place, header = row - self.table.body.first_row, self.header(column)
        which = f"{self.key} {_text(before[self.key][place])}" if self.key else f"row {row}"
        return (
            f"{self.table.name}: {which} is no longer in the table; its {header!r} was "
            f"{_text(before[header][place])!r} and has been taken out"
        )


def refuse_in_table(tables: Iterable[TableMatch], sheet: str, row: int, column: int, *, name: str = "") -> None:
    """Refuse to write a cell of a table that is written anew; `name` is the name that refers to the cell, if any."""
    for match in tables:
        if match.table.sheet == sheet and match.area.holds(row, column):
            place = f"{sheet}!{address(row, column)}"
            inside = f"inside table {match.table.name}, which is written anew"
            if name:
                raise WorkbookError(
                    f"the name {name} refers to {place} {inside}; let the name refer to a cell outside the table"
                )
            raise WorkbookError(f"{place} lies {inside}; write it with the table, or use a cell outside the table")


def refuse_in_array(sheet: str, row: int, column: int, array: Area) -> None:
    """Refuse to write a cell of an array formula."""
    raise WorkbookError(
        f"{sheet}!{address(row, column)} lies in an array formula or data table ({array}), "
        "which cannot be changed in part; use another cell, or take the formula out"
    )


def refuse_under_merge(sheet: str, row: int, column: int, area: Area) -> None:
    """Refuse to write a cell that merged cells hide: only the first of them shows."""
    if (row, column) != (area.first_row, area.first_column):
        raise WorkbookError(
            f"{sheet}!{address(row, column)} is hidden under the merged cells {area}; "
            f"write {address(area.first_row, area.first_column)} instead, or take the merging off"
        )


def refuse_header(sheet: str, row: int, column: int, table: str) -> None:
    """Refuse to write another header of a table, which must say what the workbook calls the column."""
    raise WorkbookError(
        f"{sheet}!{address(row, column)} is a header of table {table}, which formulas know by its name; "
        "rename the column in Excel, or use another cell"
    )


def refuse_protected(sheet: str) -> NoReturn:
    """Refuse to write to a protected sheet: whoever protected it meant everybody."""
    raise WorkbookError(
        f"sheet {sheet} is protected, so nobody may write to it; "
        "take the protection off (Review > Unprotect Sheet) and try again"
    )


def cleared_filter(table: TablePart) -> str:
    """Say that a filter is gone."""
    return f"{table.name}: its filter was cleared, so that all rows show"


def cleared_order(table: TablePart) -> str:
    """Say that a sort order is gone."""
    return f"{table.name}: its sort order was cleared; rows stand in the order of the refresh"


def _folded(header: str) -> str:
    """Return a header as matching sees it: upper case, line breaks and doubled blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", header).casefold().split())


def _same_header(header: str, headers: Sequence[str] | Mapping[str, object]) -> str:
    return next((other for other in headers if _folded(other) == _folded(header)), "")


def identity(key: Cell) -> str:
    """Return a key as matching sees it: a number and the same digits as text are one customer."""
    if key is None:
        return ""
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    if isinstance(key, dt.datetime) and key.time() == dt.time():
        return key.date().isoformat()
    return unicodedata.normalize("NFKC", str(key)).strip()


def _text(value: Cell) -> str:
    return "(blank)" if value is None else identity(value)
