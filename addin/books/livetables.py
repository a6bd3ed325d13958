"""Tables of a workbook that is open in a program: found, read, given a new body, and put back as they were."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from addin.books.cellxml import Area
from addin.books.formulas import moved
from addin.books.livecells import Computed, Content, check_cells, common_formula, same
from addin.books.liveranges import Cells, area_of, array_around, is_missing, native
from addin.books.matching import ARRAYS, MERGES, TableMatch, cleared_filter, cleared_order
from addin.books.places import TablePart
from addin.books.remarks import comments_stay
from workbook_templates.addresses import address
from workbook_templates.plan import Cell, TableWrite

__all__ = ["LiveTable", "TableChange"]

_SOURCE_RANGE: Final = 1
"""XlListObjectSourceType.xlSrcRange: what is not filled from elsewhere."""


class LiveTable:
    """
    A table as it stands.

    Parameters
    ----------
    cells : Cells
        The workbook's cells.
    sheet : str
        Where it stands.
    table : xlwings.Table
        The table.
    """

    def __init__(self, cells: Cells, sheet: str, table: Any) -> None:
        self.cells, self.sheet, self.table = cells, sheet, table
        self.name: str = table.display_name

    def read(self) -> tuple[TablePart, list[list[Cell]]]:
        """Read the table in one call: what it is, and the rows of its body and totals."""
        area = area_of(self.table.range)
        headers = bool(self.table.show_headers)
        rows = self.cells.values(self.sheet, area)
        columns = map(str, rows[0]) if headers else (column.name for column in self.table.columns)
        part = TablePart(
            name=self.name,
            sheet=self.sheet,
            part=self.name.casefold(),
            area=area,
            header_rows=int(headers),
            totals_rows=int(bool(self.table.show_totals)),
            source="worksheet" if native(self.table, "SourceType", _SOURCE_RANGE) == _SOURCE_RANGE else "other",
            columns=tuple(columns),
            formulas=(),  # no program says them; see common_formula
        )
        return part, rows[part.header_rows :]

    def contents(self, part: TablePart, rows: Sequence[Sequence[Cell]]) -> list[list[Content]]:
        """Read the formulas of the rows that `read` gave."""
        area = part.area
        below = Area(part.body.first_row, area.first_column, area.last_row, area.last_column)
        return self.cells.contents(part.sheet, below, rows)

    def where(self) -> tuple[str, Area]:
        """Name the table and its area, without reading a cell."""
        return self.name, area_of(self.table.range)


def by_column(part: TablePart, rows: Sequence[Sequence[Any]]) -> dict[int, list[Any]]:
    """Turn the rows of a body, totals left out, into columns of the sheet."""
    body = rows[: len(part.body.rows)]
    return {column: [row[place] for row in body] for place, column in enumerate(part.area.columns)}


class TableChange(TableMatch):
    """
    The replacement of one table's body, and the way back.

    Parameters
    ----------
    found : LiveTable
        The table; it is read now.
    write : TableWrite
        What it gets.
    """

    def __init__(self, found: LiveTable, write: TableWrite) -> None:
        part, rows = found.read()
        super().__init__(part, write)
        self._found, self._cells = found, found.cells
        self._values: Mapping[int, list[Cell]] = by_column(part, rows)
        entered = found.contents(part, rows)
        self._before: Mapping[int, list[Content]] = by_column(part, entered)
        self._totals: list[Content] = entered[-1] if part.totals_rows else []
        self.notes: list[str] = []
        self._new: dict[int, Sequence[Content]] = {
            **{column: cells if self.data_rows else (None,) for column, cells in self.written.items()},
            **self._moved_along(),
        }

    @property
    def moves(self) -> bool:
        """Whether the body ends in another row."""
        return self.last_body_row != self.table.body.last_row

    @cached_property
    def _changed(self) -> dict[int, Sequence[Content]]:
        """The columns in which anything becomes different; all of them when rows come or go."""
        return {
            column: cells for column, cells in self._new.items() if self.moves or not same(self._before[column], cells)
        }

    @property
    def changes(self) -> bool:
        """Whether anything of the body becomes different."""
        return bool(self._changed)

    # ---- checking

    def check(self, others: Iterable[tuple[str, Area]]) -> None:
        """Refuse what the new body would damage, and what no cell can hold."""
        sheet, body = self.table.sheet, self.table.body
        self._refuse_below()
        array = self._cells.first(sheet, self.area, lambda cells: cells.has_array)
        if array is not None:
            self.refuse_meeting(ARRAYS, [array_around(array)])
        merged = self._cells.first(sheet, self.area, lambda cells: cells.merge_cells)
        if merged is not None:
            self.refuse_meeting(MERGES, [area_of(merged.merge_area)])
        self.refuse_overlap(others)
        for column, values in self.written.items():
            check_cells(sheet, body.first_row, column, values)

    def _refuse_below(self) -> None:
        end = self.table.area.last_row
        if self.last_written <= end:
            return
        area = self.table.area
        below = Area(end + 1, area.first_column, self.last_written, area.last_column)
        for row, entered in zip(below.rows, self._cells.formulas(self.table.sheet, below), strict=True):
            for column, text in zip(below.columns, entered, strict=True):
                if text not in (None, ""):
                    self.refuse_filled(row, column)

    # ---- what users added

    def _moved_along(self) -> dict[int, list[Content]]:
        """Give the kept columns in the order of the new rows, and note what has lost its row."""
        if not self.kept:
            return {}
        by_header = {self.header(column): cells for column, cells in self._values.items()}
        sources = self.sources(by_header[self.key] if self.key else ())
        common = {column: common_formula(self._before[column]) for column in self.kept}
        for row in self.lost(sources):
            for column in self.kept:
                content = self._before[column][row - self.table.body.first_row]
                filled_down = isinstance(content, Computed) and bool(common[column])
                if content is not None and not filled_down:
                    self.notes.append(self.orphan_note(row, column, by_header))
        return {column: self._in_order(column, sources, common[column]) for column in self.kept}

    def _in_order(self, column: int, sources: Sequence[int | None], common: str) -> list[Content]:
        old, first = self._before[column], self.table.body.first_row
        cells: list[Content] = []
        for place, source in enumerate(sources):
            if source is None:
                cells.append(Computed(moved(common, rows=place)) if common else None)
                continue
            content = old[source - first]
            if isinstance(content, Computed):
                content = Computed(moved(content.formula, rows=place - (source - first)))
            cells.append(content)
        return cells

    # ---- writing

    def write(self) -> None:
        """Give the table its new body; what fails half way is for `restore` to put right."""
        self._show_all()
        if not self.changes:
            return
        sheet, body = self.table.sheet, self.table.body
        if self.moves:
            self._resize(self.last_body_row, clear_to=self.table.area.last_row)
        if self.last_body_row > body.last_row:
            self._cells.spread_formats(sheet, body, list(self.written), self.last_body_row)
            last = Area(body.last_row, body.first_column, body.last_row, body.last_column)
            self._cells.spread_formats(sheet, last, self.kept, self.last_body_row)
        self._cells.write(sheet, body.first_row, self._changed)
        self._write_totals(self.last_written, [self._total(content) for content in self._totals])
        self.notes += comments_stay(self.table, self._commented())

    def restore(self) -> None:
        """Put the table back as it was read, whatever `write` has done of it."""
        if not self.changes:
            return
        if area_of(self._found.table.range) != self.table.area or self._totals:
            self._resize(self.table.body.last_row, clear_to=self.area.last_row)
        self._cells.write(self.table.sheet, self.table.body.first_row, self._before)
        self._write_totals(self.table.area.last_row, self._totals)

    def _resize(self, last_body_row: int, *, clear_to: int) -> None:
        """
        Let the body end in another row, and clear the rows down to one that the table has left.

        The totals row is taken away meanwhile: Excel keeps what it holds, and puts it back below the body.
        """
        area, table = self.table.area, self._found.table
        if self._totals:
            table.show_totals = False
        table.resize(self._cells.range(self.table.sheet, area.down_to(last_body_row)))
        if clear_to > last_body_row:
            left = Area(last_body_row + 1, area.first_column, clear_to, area.last_column)
            self._cells.clear(self.table.sheet, left)
        if self._totals:
            table.show_totals = True

    def _total(self, content: Content) -> Content:
        """A cell of the totals row in its new row; its references over the body grow."""
        if not isinstance(content, Computed):
            return content
        return Computed(self.growth.totals_formula(content.formula))

    def _write_totals(self, row: int, wanted: Sequence[Content]) -> None:
        """Correct the totals row where it is not what it should be."""
        if not wanted:
            return
        area = self.table.area
        there = self._cells.contents(self.table.sheet, Area(row, area.first_column, row, area.last_column))[0]
        wrong = {
            column: [content]
            for column, content, now in zip(area.columns, wanted, there, strict=True)
            if not same([content], [now])
        }
        self._cells.write(self.table.sheet, row, wrong)

    def _show_all(self) -> None:
        """Clear filters, which would hide new rows, and a sort order, which no longer holds."""
        table = self._found.table
        if any(criterion.type != "none" for criterion in table.autofilter.criteria):
            table.autofilter.clear()
            self.notes.append(cleared_filter(self.table))
        order = native(table, "Sort", None)
        if order is not None and order.SortFields.Count:
            order.SortFields.Clear()
            self.notes.append(cleared_order(self.table))

    def _commented(self) -> set[str]:
        """Cells of the body with notes or comments."""
        sheet, body = self._cells.sheet(self.table.sheet), self.table.body
        places = [at for kind in ("notes", "comments") for at in _remarks(sheet, kind)]
        return {address(row, column) for row, column in places if body.holds(row, column)}


def _remarks(sheet: Any, kind: str) -> list[tuple[int, int]]:
    """Where a sheet has notes or comments; not every version of every program knows both."""
    try:
        cells = [remark.location for remark in getattr(sheet, kind)]
    except Exception as error:
        if is_missing(error):
            return []
        raise
    return [(cell.row, cell.column) for cell in cells]
