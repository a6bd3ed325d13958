"""
A new body for an Excel table: its columns found by header, what users added kept with its row.

`TableEdit` is made from the plan, looks at the old rows while the sheet is surveyed, and then writes the new ones.
"""

import datetime as dt
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from addin.books.cellxml import LAST_ROW, Area, xml_escaped
from addin.books.formulas import moved
from addin.books.growth import Growth
from addin.books.outline import TablePart
from addin.books.rewriting import SheetEdit, expanded, own_formula, transplanted, without_value
from addin.books.sheet import RawCell, Survey
from addin.workbook import RawTable, WorkbookError
from workbook_templates.addresses import address
from workbook_templates.plan import Cell, TableWrite

__all__ = ["TableEdit", "resized"]

_ROWS_AT_ONCE: Final = 2048


class TableEdit:
    """
    The replacement of one table's body.

    Parameters
    ----------
    table : TablePart
        The table as it stands.
    write : TableWrite
        What it gets.
    """

    def __init__(self, table: TablePart, write: TableWrite) -> None:
        self.table = table
        self._where = f"table {table.name} on sheet {table.sheet}"
        self._written = self._match_columns(write)
        self._key = self._match_key(write)
        self._keys: Sequence[Cell] = write.columns[_same_header(write.key, write.columns)] if write.key else ()
        # Excel tables have at least one row; without data it is blank
        self.rows = max(1, self._check_lengths(write))
        self._data_rows = write.rows
        self.last_body_row = table.body.first_row + self.rows - 1
        self.last_written = self.last_body_row + table.totals_rows
        self.area = table.body.down_to(max(table.area.last_row, self.last_written))
        self.unhide = False
        self._kept = [column for column in table.area.columns if column not in self._written]
        self._old_cells: dict[int, dict[int, RawCell]] = {}
        self._formula_rows: dict[int, int] = {}  # a row, for each kept column, whose cell holds the column's formula
        self._first: Mapping[int, RawCell] = {}
        self._totals: Mapping[int, RawCell] = {}
        self._survey = Survey()
        self._sources: list[int | None] = []
        self._check_table()

    @property
    def keeps_columns(self) -> bool:
        """Whether the table has columns that the plan does not write."""
        return bool(self._kept)

    @property
    def growth(self) -> Growth:
        """How the table's rows change."""
        return Growth(self.table, self.last_body_row)

    # ---- what the plan asks for

    def _match_columns(self, write: TableWrite) -> dict[int, Sequence[Cell]]:
        """Find the sheet's column of every column written."""
        if not write.columns:
            raise WorkbookError(f"the plan writes no column of {self._where}")
        there = {_folded(header): place for place, header in enumerate(self.table.columns)}
        matched: dict[int, Sequence[Cell]] = {}
        for header, values in write.columns.items():
            place = there.get(_folded(header))
            if place is None:
                have = ", ".join(self.table.columns)
                raise WorkbookError(f"{self._where} has no column {header!r} (it has: {have}); restore the header")
            column = self.table.area.first_column + place
            if column in matched:
                raise WorkbookError(f"the plan writes column {header!r} of {self._where} twice")
            matched[column] = values
        return matched

    def _match_key(self, write: TableWrite) -> str:
        """Return the key's header as the table spells it."""
        if not write.key:
            return ""
        if not _same_header(write.key, write.columns):
            raise WorkbookError(f"the plan names {write.key!r} as key of {self._where} but does not write it")
        return _same_header(write.key, self.table.columns)

    def _check_lengths(self, write: TableWrite) -> int:
        lengths = {header: len(values) for header, values in write.columns.items()}
        if len(set(lengths.values())) > 1:
            raise WorkbookError(f"the plan's columns for {self._where} differ in length: {lengths}")
        return write.rows

    def _check_table(self) -> None:
        if self.table.source != "worksheet":
            raise WorkbookError(
                f"{self._where} is filled by a query or an XML map, whose next refresh would overwrite what is "
                "written; use a table without a query"
            )
        if self.last_written > LAST_ROW:
            raise WorkbookError(
                f"{self._where} would need {self.rows:,} rows and end in row {self.last_written:,}; a sheet has "
                f"{LAST_ROW:,}. Write fewer rows"
            )

    # ---- what the sheet shows

    def wants(self, row: int) -> bool:
        """Whether the survey should show it this row."""
        body, end = self.table.body, self.table.area.last_row
        if row == body.first_row or end < row <= self.last_written:
            return True
        return (self.keeps_columns and body.first_row < row <= body.last_row) or body.last_row < row <= end

    def see(self, row: int, cells: Mapping[int, RawCell]) -> None:
        """Look at a row before anything changes."""
        body, end = self.table.body, self.table.area.last_row
        if row == body.first_row:
            self._first = cells
        if row > end:
            self._refuse_filled(row, cells)
        elif row > body.last_row:
            self._totals = {column: cell for column, cell in cells.items() if column in body.columns}
        else:
            self._old_cells[row] = {column: cells[column] for column in self._kept if column in cells}
            for column, cell in self._old_cells[row].items():
                if column not in self._formula_rows and cell.has_formula:
                    self._formula_rows[column] = row

    def _refuse_filled(self, row: int, cells: Mapping[int, RawCell]) -> None:
        for column in self.table.area.columns:
            if column in cells and cells[column].filled:
                raise WorkbookError(
                    f"{self._where} needs rows down to {self.last_written}, but "
                    f"{self.table.sheet}!{address(row, column)} below it is not empty; move what stands there"
                )

    def check(self, found: Survey, others: Sequence[tuple[TablePart, Area]]) -> None:
        """Refuse what the new body would damage: arrays, merged cells, other tables."""
        self._survey = found
        sheet = self.table.sheet
        for what, areas in (("an array formula or data table", found.arrays), ("merged cells", found.merges)):
            for area in areas:
                if area.meets(self.area):
                    raise WorkbookError(f"{self._where} meets {what} at {sheet}!{area}; remove them and try again")
        for other, area in others:
            if other.part != self.table.part and area.meets(self.area):
                raise WorkbookError(
                    f"{self._where} needs {self.area}, where table {other.name} stands ({area}); "
                    "move that table to the right or to another sheet"
                )

    # ---- what users added

    def follow(self, before: RawTable | None) -> tuple[str, ...]:
        """
        Decide from which old row the kept cells of each new row come.

        Returns
        -------
        tuple of str
            A note for every text or value that has lost its row.
        """
        first = self.table.body.first_row
        old_rows = self.table.body.rows
        if before is None:
            self._sources = []
            return ()
        if not self._key:
            self._sources = [first + place if first + place in old_rows else None for place in range(self.rows)]
            if not self._data_rows:
                self._sources = [None]
        else:
            self._sources = self._by_key(before.columns[self._key])
        lost = sorted(set(old_rows) - {row for row in self._sources if row is not None})
        return tuple(note for row in lost for note in self._orphans(row, before))

    def _by_key(self, old_keys: Sequence[Cell]) -> list[int | None]:
        """Match new rows to old ones by key; the second row of a key takes the second old one."""
        waiting: dict[str, deque[int]] = {}
        for row, key in enumerate(old_keys, self.table.body.first_row):
            waiting.setdefault(_identity(key), deque()).append(row)
        waiting.pop("", None)
        nothing: deque[int] = deque()
        sources: list[int | None] = []
        for key in self._keys:
            rows = waiting.get(_identity(key), nothing)
            sources.append(rows.popleft() if rows else None)
        return sources or [None]

    def _orphans(self, row: int, before: RawTable) -> list[str]:
        """Report the kept cells of a row that is gone."""
        place = row - self.table.body.first_row
        cells = self._old_cells.get(row, {})
        notes = []
        for column, cell in sorted(cells.items()):
            index = column - self.table.area.first_column
            filled_down = cell.has_formula and self.table.formulas[index]
            if not cell.filled or filled_down:
                continue
            header = self.table.columns[index]
            value = before.columns[header][place]
            key = before.columns[self._key][place] if self._key else None
            which = f"{self._key} {_text(key)}" if self._key else f"row {row}"
            notes.append(
                f"{self.table.name}: {which} is no longer in the table; its {header!r} was {_text(value)!r} "
                "and has been taken out"
            )
        return notes

    # ---- what is written

    def runs(self, edit: SheetEdit) -> Iterator[bytes]:
        """Yield the new cells of each row, as the sheet's writer asks for them."""
        for start in range(0, self.rows, _ROWS_AT_ONCE):
            count = min(_ROWS_AT_ONCE, self.rows - start)
            columns = [self._column(edit, column, start, count) for column in self.table.area.columns]
            for cells in zip(*columns, strict=True):
                yield "".join(cells).encode()
        if self.table.totals_rows:
            yield b"".join(self._total(edit, cell, self.last_written) for _, cell in sorted(self._totals.items()))

    def _column(self, edit: SheetEdit, column: int, start: int, count: int) -> list[str]:
        first = self.table.body.first_row + start
        style = self._style(column)
        if column not in self._written:
            return [self._kept_cell(edit, column, start + place, style) for place in range(count)]
        values: Sequence[Cell] = self._written[column][start : start + count] if self._data_rows else (None,)
        return edit.writer.column(first, column, values, style)

    def _style(self, column: int) -> str:
        cell = self._first.get(column)
        return cell.style if cell is not None else self._survey.column_styles.get(column, "")

    def _kept_cell(self, edit: SheetEdit, column: int, place: int, style: str) -> str:
        row = self.table.body.first_row + place
        source = self._sources[place] if place < len(self._sources) else None
        if source is not None:
            cell = self._old_cells.get(source, {}).get(column)
            data = expanded(cell, source, row, self._survey.shared, edit.writer.prefix) if cell is not None else b""
        else:
            data = self._filled_down(edit, column, row, style)
        return edit.fresh(row, column, data).decode()

    def _filled_down(self, edit: SheetEdit, column: int, row: int, style: str) -> bytes:
        """Return the cell that Excel would put into a new row: the column's formula, or a blank."""
        formula = self.table.formulas[column - self.table.area.first_column]
        prefix = edit.writer.prefix
        if not formula:
            return edit.writer.cell(row, column, None, style).encode()
        source = self._formula_rows.get(column)
        if source is not None:
            cell = self._old_cells[source][column]
            return without_value(expanded(cell, source, row, self._survey.shared, prefix))
        if moved(formula, rows=1) != formula:  # no cell says for which row its references are meant
            return edit.writer.cell(row, column, None, style).encode()
        attributes = f' r="{address(row, column)}"' + (f' s="{style}"' if style else "")
        return f"<{prefix}c{attributes}><{prefix}f>{xml_escaped(formula)}</{prefix}f></{prefix}c>".encode()

    def _total(self, edit: SheetEdit, cell: RawCell, row: int) -> bytes:
        """Return a cell of the totals row in its new row; its references over the body grow."""
        formula = own_formula(cell, self.table.area.last_row, self._survey.shared)
        grown = formula and self.growth.totals_formula(formula)
        return edit.fresh(row, cell.column, transplanted(cell, row, grown, edit.writer.prefix))


def resized(root: etree._Element, growth: Growth) -> tuple[str, ...]:
    """Give a table part its new size and clear its filters; the notes say which."""
    table = growth.table
    root.set("ref", str(table.area.down_to(growth.last_row + table.totals_rows)))
    notes = []
    holders = [root]
    for automatic in root.iterchildren("{*}autoFilter"):
        automatic.set("ref", str(table.area.down_to(growth.last_row)))
        holders.append(automatic)
    if _cleared(holders, "filterColumn"):
        notes.append(f"{table.name}: its filter was cleared, so that all rows show")
    if _cleared(holders, "sortState"):
        notes.append(f"{table.name}: its sort order was cleared; rows stand in the order of the refresh")
    return tuple(notes)


def _cleared(holders: Sequence[etree._Element], tag: str) -> bool:
    found = [(holder, element) for holder in holders for element in holder.iterchildren(f"{{*}}{tag}")]
    for holder, element in found:
        holder.remove(element)
    return bool(found)


def _folded(header: str) -> str:
    """Return a header as matching sees it: upper case, line breaks and doubled blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", header).casefold().split())


def _same_header(header: str, headers: Sequence[str] | Mapping[str, object]) -> str:
    return next((other for other in headers if _folded(other) == _folded(header)), "")


def _identity(key: Cell) -> str:
    """Return a key as matching sees it: a number and the same digits as text are one customer."""
    if key is None:
        return ""
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    if isinstance(key, dt.datetime) and key.time() == dt.time():
        return key.date().isoformat()
    return unicodedata.normalize("NFKC", str(key)).strip()


def _text(value: Cell) -> str:
    return "(blank)" if value is None else _identity(value)
