"""
A new body for an Excel table: its columns found by header, what users added kept with its row.

`TableEdit` is made from the plan, looks at the old rows while the sheet is surveyed, and then writes the new ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from addin.books.cellxml import Area, ColumnCells, xml_escaped
from addin.books.formulas import moved
from addin.books.growth import Growth
from addin.books.matching import ARRAYS, MERGES, TableMatch, cleared_filter, cleared_order
from addin.books.places import TablePart
from addin.books.rewriting import SheetEdit, expanded, own_formula, transplanted, without_value
from addin.books.sheet import RawCell, Survey
from addin.workbook import RawTable
from workbook_templates.addresses import address
from workbook_templates.plan import Cell, TableWrite

__all__ = ["TableEdit", "resized"]

_ROWS_AT_ONCE: Final = 1000  # as many as `CellWriter.rows` has patterns for at a time


class TableEdit(TableMatch):
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
        super().__init__(table, write)
        self.unhide = False
        self._old_cells: dict[int, dict[int, RawCell]] = {}
        self._formula_rows: dict[int, int] = {}  # a row, for each kept column, whose cell holds the column's formula
        self._first: Mapping[int, RawCell] = {}
        self._totals: Mapping[int, RawCell] = {}
        self._survey = Survey()
        self._sources: list[int | None] = []

    @property
    def keeps_columns(self) -> bool:
        """Whether the table has columns that the plan does not write."""
        return bool(self.kept)

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
            self._old_cells[row] = {column: cells[column] for column in self.kept if column in cells}
            for column, cell in self._old_cells[row].items():
                if column not in self._formula_rows and cell.has_formula:
                    self._formula_rows[column] = row

    def _refuse_filled(self, row: int, cells: Mapping[int, RawCell]) -> None:
        for column in self.table.area.columns:
            if column in cells and cells[column].filled:
                self.refuse_filled(row, column)

    def check(self, found: Survey, others: Sequence[tuple[str, Area]]) -> None:
        """Refuse what the new body would damage: arrays, merged cells, other tables."""
        self._survey = found
        self.refuse_meeting(ARRAYS, found.arrays)
        self.refuse_meeting(MERGES, found.merges)
        self.refuse_overlap(others)

    # ---- what users added

    def follow(self, before: RawTable | None) -> tuple[str, ...]:
        """
        Decide from which old row the kept cells of each new row come.

        Returns
        -------
        tuple of str
            A note for every text or value that has lost its row.
        """
        if before is None:
            self._sources = []
            return ()
        self._sources = self.sources(before.columns[self.key] if self.key else ())
        return tuple(note for row in self.lost(self._sources) for note in self._orphans(row, before))

    def _orphans(self, row: int, before: RawTable) -> list[str]:
        """Report the kept cells of a row that is gone."""
        return [
            self.orphan_note(row, column, before.columns)
            for column, cell in sorted(self._old_cells.get(row, {}).items())
            if cell.filled and not (cell.has_formula and self.table.formulas[column - self.table.area.first_column])
        ]

    # ---- what is written

    def runs(self, edit: SheetEdit) -> Iterator[bytes]:
        """Yield the new cells of each row, as the sheet's writer asks for them."""
        row, end = self.table.body.first_row, self.table.body.first_row + self.rows
        while row < end:
            count = min(_ROWS_AT_ONCE - row % _ROWS_AT_ONCE, end - row)
            columns = [self._column(edit, column, row, count) for column in self.table.area.columns]
            for cells in edit.writer.rows(row, columns):
                yield cells.encode()
            row += count
        if self.table.totals_rows:
            yield b"".join(self._total(edit, cell, self.last_written) for _, cell in sorted(self._totals.items()))

    def _column(self, edit: SheetEdit, column: int, first: int, count: int) -> ColumnCells:
        style, start = self._style(column), first - self.table.body.first_row
        if column not in self.written:
            return ColumnCells.ready([self._kept_cell(edit, column, start + place, style) for place in range(count)])
        values: Sequence[Cell] = self.written[column][start : start + count] if self.data_rows else (None,)
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
        notes.append(cleared_filter(table))
    if _cleared(holders, "sortState"):
        notes.append(cleared_order(table))
    return tuple(notes)


def _cleared(holders: Sequence[etree._Element], tag: str) -> bool:
    found = [(holder, element) for holder in holders for element in holder.iterchildren(f"{{*}}{tag}")]
    for holder, element in found:
        holder.remove(element)
    return bool(found)
