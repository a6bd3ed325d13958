"""
A workbook that is open in front of its user, through xlwings.

Everything is read and checked before the first write, and what was read puts everything back when a write fails.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import xlwings as xw

from addin.books.additions import placed
from addin.books.cellxml import Area
from addin.books.livecells import Computed, Content, check_cells, same
from addin.books.liveranges import GENERAL, Cells, area_of, array_around, native
from addin.books.livesheets import SheetAddition, refuse_locked_structure
from addin.books.livetables import LiveTable, TableChange, by_column
from addin.books.liveviews import formula_places, sheet_view
from addin.books.matching import (
    TableMatch,
    refuse_header,
    refuse_in_array,
    refuse_in_table,
    refuse_protected,
    refuse_under_merge,
)
from addin.books.places import CellPlace, find_cell, find_table, one_cell
from addin.books.ranges import joined, named_ranges
from addin.workbook import RawTable, Receipt, WorkbookError
from workbook_templates.addresses import address
from workbook_templates.mapping.views import WorkbookView
from workbook_templates.plan import Cell, Plan, TableWrite

__all__ = ["LiveBook", "quiet"]

log = logging.getLogger(__name__)

_PRINT_AREA: Final = "!Print_Area"
_QUIET: Final[Mapping[str, Any]] = {
    "screen_updating": False,
    "enable_events": False,
    "display_alerts": False,
    "calculation": "manual",
}


@contextmanager
def quiet(app: xw.App) -> Iterator[None]:
    """
    Let the program neither draw, compute, ask nor run macros on events, and give all back whatever happens.

    The status bar is given back too; it may be written in between.
    """
    with ExitStack() as stack:
        stack.callback(setattr, app, "status_bar", app.status_bar)
        for name, value in _QUIET.items():
            stack.callback(setattr, app, name, getattr(app, name))
            setattr(app, name, value)
        yield


@contextmanager
def _tables_keep_their_size(app: xw.App) -> Iterator[None]:
    """Keep a cell that is written beside a table from becoming part of it; xlwings does not have that switch."""
    settings = native(app, "AutoCorrect", None)
    with ExitStack() as stack:
        if settings is not None:
            stack.callback(setattr, settings, "AutoExpandListRange", settings.AutoExpandListRange)
            settings.AutoExpandListRange = False
        yield


class LiveBook:
    """
    A workbook open in Excel as an `addin.workbook.LiveWorkbook`.

    Parameters
    ----------
    book : xlwings.Book
        The workbook. Where its tables and names are is looked up once: make an adapter for each command.
    """

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._cells = Cells(book)
        self._tables: dict[str, LiveTable] = {}
        self._names: Mapping[str, str] = {}

    # ---- reading

    def table_names(self) -> tuple[str, ...]:
        """Names of all Excel tables in the workbook."""
        sheets = self._cells.sheets().items()
        found = [LiveTable(self._cells, name, table) for name, sheet in sheets for table in sheet.tables]
        self._tables = {table.name.casefold(): table for table in found}
        return tuple(table.name for table in found)

    def read_table(self, name: str) -> RawTable:
        """Read a whole table; `WorkbookError` when it is not there."""
        part, rows = self._table(name).read()
        columns = by_column(part, rows)
        return RawTable(
            name=part.name,
            sheet=part.sheet,
            first_row=part.body.first_row,
            first_column=part.body.first_column,
            columns=dict(zip(part.columns, columns.values(), strict=True)),
        )

    def _table(self, name: str) -> LiveTable:
        if name.casefold() not in self._tables:
            self.table_names()
        return find_table(self._tables, (table.name for table in self._tables.values()), name, self._book.name)

    def names(self) -> Mapping[str, str]:
        """Workbook-level defined names and what they refer to, without a leading equals sign."""
        self._names = {text: refers for text, refers, _ in self._all_names() if "!" not in text}
        return self._names

    def _all_names(self) -> list[tuple[str, str, xw.Name]]:
        """Names, what they refer to, and their handles; one that holds on a single sheet has the sheet in front."""
        return [(name.name, (name.refers_to or "").removeprefix("="), name) for name in self._book.names]

    def read_name(self, name: str) -> Cell:
        """Read the cell that a defined name refers to; `WorkbookError` when there is no such cell."""
        place = self._place(name)
        return self._cells.values(place.sheet, _one(place))[0][0]

    def _place(self, name: str) -> CellPlace:
        return find_cell(self._names or self.names(), self._cells.find_sheet, name, self._book.name)

    def view(self) -> WorkbookView:
        """Give all cells of all sheets with what is known about them."""
        sheets = tuple(sheet_view(self._cells, name) for name in self._cells.sheets())
        return WorkbookView(source=self._book.name, sheets=sheets, names=self.names())

    def formula_places(self, sheet: str) -> frozenset[tuple[int, int]]:
        """Rows and columns of a sheet's cells that hold formulas."""
        return formula_places(self._cells, sheet)

    # ---- writing

    def apply(self, plan: Plan) -> Receipt:
        """
        Write everything in the plan, or nothing.

        Cached values need no writing: the program computes.

        Raises
        ------
        WorkbookError
            When something in the plan cannot be written; nothing has been. Or when a write failed on the way: what
            had been written is put back, and the message says whether all of it could be.
        """
        change = self._change(plan)
        app = self._book.app
        with quiet(app), _tables_keep_their_size(app):
            change.write()
            unfinished = _computed(app)
        self._names = {}
        ranges = named_ranges(change.written, list(self._cells.sheets()))
        return Receipt(changed_parts=change.changed_sheets, ranges=ranges, notes=(*change.notes, *unfinished))

    def before(self, plan: Plan) -> Plan:
        """
        Read what stands now where a plan writes: applied later, it takes the plan back.

        A table comes with all its columns of constants; formulas that users added stay with their rows. No plan takes
        a sheet away: new sheets stay, as the receipt of `apply` says.
        """
        tables = [self._table_before(write) for write in plan.tables]
        cells = self._constants(plan.cells)
        return Plan(
            tables=tuple(write for write in tables if write.columns),
            names={name: self.read_name(name) for name in plan.names},
            cells={
                (place.sheet, _text(place)): value
                for run in _runs(cells)
                for place, value in zip(run.places, self._column(run), strict=True)
            },
        )

    def _table_before(self, write: TableWrite) -> TableWrite:
        part, rows = self._table(write.table).read()
        match = TableMatch(part, write)
        values, entered = by_column(part, rows), by_column(part, self._table(part.name).contents(part, rows))
        stands = {
            match.header(column): cells
            for column, cells in values.items()
            if column in match.written or not any(isinstance(cell, Computed) for cell in entered[column])
        }
        if len(part.body.rows) == 1 and all(cells == [None] for cells in stands.values()):
            stands = {header: [] for header in stands}
        return TableWrite(table=part.name, columns=stands, key=match.key)

    def _column(self, run: "_Run") -> list[Cell]:
        return [row[0] for row in self._cells.values(run.sheet, run.area)]

    def _change(self, plan: Plan) -> "_Change":
        """Read everything that the plan replaces, and refuse what cannot be written."""
        self.table_names()  # tables may have come since
        tables: list[TableChange] = []
        for write in plan.tables:
            found = self._table(write.table)
            if any(found.name == table.table.name for table in tables):
                raise WorkbookError(f"the plan writes table {found.name} twice")
            tables.append(TableChange(found, write))
        constants: dict[CellPlace, Cell] = {}
        for name, value in plan.names.items():
            place = self._place(name)
            refuse_in_table(tables, *place, name=name)
            constants[place] = value
        for place, value in self._constants(plan.cells).items():
            refuse_in_table(tables, *place)
            constants[place] = value
        for sheet, text in plan.caches:
            one_cell(sheet, text)
        runs = _runs(constants)
        self._refuse_protected([*(table.table.sheet for table in tables), *(run.sheet for run in runs)])
        for table in tables:
            table.check(self._others(table.table.sheet, tables))
        for run in runs:
            self._check(run)
        sheets = self._additions(plan)
        before = [[row[0] for row in self._cells.contents(run.sheet, run.area)] for run in runs]
        self._refuse_headers(runs, before)
        changed = [(run, stood) for run, stood in zip(runs, before, strict=True) if not same(stood, run.values)]
        return _Change(self._cells, tables, changed, self._dressings(plan), self._name_moves(tables), sheets)

    def _dressings(self, plan: Plan) -> list["_Dressing"]:
        """Find the cells without a number format among those that are to get one."""
        found = []
        for code in dict.fromkeys(plan.formats.values()):
            wanted = {place: plan.cells[place] for place in plan.formats if plan.formats[place] == code}
            for run in _runs(self._constants(wanted)):
                found += [_Dressing(run.sheet, area, code) for area in self._cells.unformatted(run.sheet, run.area)]
        return found

    def _additions(self, plan: Plan) -> list[SheetAddition]:
        """Check the new sheets, the way each is to be added with it."""
        if not plan.sheets:
            return []
        refuse_locked_structure(self._book)
        names = [*(table.name for table in self._tables.values())]
        names += [text.rpartition("!")[2] for text, _, _ in self._all_names()]
        found = placed(plan.sheets, taken_sheets=self._cells.sheets(), taken_names=names, source=self._book.name)
        additions = [SheetAddition(self._book, self._cells, sheet) for sheet in found]
        for addition in additions:
            addition.check()
        return additions

    def _constants(self, cells: Mapping[tuple[str, str], Cell]) -> dict[CellPlace, Cell]:
        """Find the cells that a plan names."""
        found: dict[CellPlace, Cell] = {}
        for (sheet, text), value in cells.items():
            name = self._cells.find_sheet(sheet)
            if name is None:
                raise WorkbookError(f"there is no sheet {sheet}, whose cell {text} is to be written; restore it")
            found[CellPlace(name, *one_cell(sheet, text))] = value
        return found

    def _refuse_protected(self, sheets: list[str]) -> None:
        for sheet in dict.fromkeys(sheets):
            if native(self._cells.sheet(sheet), "ProtectContents", False):
                refuse_protected(sheet)

    def _others(self, sheet: str, changes: list[TableChange]) -> list[tuple[str, Area]]:
        """Return the sheet's tables, each with all rows it has before or after the plan."""
        last = {change.table.name: change.area.last_row for change in changes}
        found = [table.where() for table in self._tables.values() if table.sheet == sheet]
        return [(name, area.down_to(max(area.last_row, last.get(name, 0)))) for name, area in found]

    def _check(self, run: "_Run") -> None:
        check_cells(run.sheet, run.area.first_row, run.area.first_column, run.values)
        array = self._cells.first(run.sheet, run.area, lambda cells: cells.has_array)
        if array is not None:
            refuse_in_array(run.sheet, array.row, array.column, array_around(array))
        self._refuse_hidden(run.sheet, run.area)

    def _refuse_headers(self, runs: list["_Run"], before: list[list[Content]]) -> None:
        """Refuse other headers for tables: Excel would rename their columns, and formulas with them."""
        written = {run.sheet for run in runs}
        tables = [table for table in self._tables.values() if table.sheet in written and table.table.show_headers]
        heads = [(table, area.down_to(area.first_row)) for table in tables for _, area in (table.where(),)]
        for run, stands in zip(runs, before, strict=True):
            for table, head in heads:
                if table.sheet == run.sheet and head.meets(run.area):  # a run is one column: they share one cell
                    place = head.first_row - run.area.first_row
                    if run.values[place] != stands[place]:
                        refuse_header(*run.places[place], table.name)

    def _refuse_hidden(self, sheet: str, area: Area) -> None:
        """Refuse cells that merged cells hide; the first of such cells may be written."""
        while (cell := self._cells.first(sheet, area, lambda cells: cells.merge_cells)) is not None:
            refuse_under_merge(sheet, cell.row, cell.column, area_of(cell.merge_area))
            if cell.row == area.last_row:
                return
            area = Area(cell.row + 1, area.first_column, area.last_row, area.last_column)

    def _name_moves(self, tables: list[TableChange]) -> list["_NameMove"]:
        """Find the names over a table's body, which are to reach as far as it will."""
        growths = [table.growth for table in tables if table.moves]
        found = []
        for text, refers, name in self._all_names() if growths else []:
            follows = refers
            for growth in growths:
                follows = (growth.print_area if text.endswith(_PRINT_AREA) else growth.formula)(follows)
            if follows != refers:
                found.append(_NameMove(name, f"={refers}", f"={follows}"))
        return found


@dataclass(frozen=True, slots=True)
class _Run:
    """Cells that stand one under the other, and their new values."""

    places: list[CellPlace]
    values: list[Cell]

    @property
    def sheet(self) -> str:
        return self.places[0].sheet

    @property
    def area(self) -> Area:
        first, last = self.places[0], self.places[-1]
        return Area(first.row, first.column, last.row, last.column)


@dataclass(frozen=True, slots=True)
class _Dressing:
    """Cells that have no number format and get one."""

    sheet: str
    area: Area
    code: str


@dataclass(frozen=True, slots=True)
class _NameMove:
    """A name that is to refer to other rows, as formulas."""

    name: xw.Name
    old: str
    new: str


class _Change:
    """Everything that one plan does to a workbook, step by step, with the way back of each step."""

    def __init__(
        self,
        cells: Cells,
        tables: list[TableChange],
        runs: list[tuple[_Run, list[Content]]],
        dressings: list[_Dressing],
        names: list[_NameMove],
        sheets: list[SheetAddition],
    ) -> None:
        self._cells = cells
        self._tables = tables
        self._runs = runs
        self._dressings = dressings
        self._names = names
        self._sheets = sheets

    @property
    def changed_sheets(self) -> tuple[str, ...]:
        """Sheets that get something else than they had, and those that are new."""
        return tuple(self.written)

    @property
    def written(self) -> dict[str, list[Area]]:
        """The areas that get something else than they had, by sheet."""
        found: dict[str, list[Area]] = {}
        for table in self._tables:
            if table.changes:
                found.setdefault(table.table.sheet, []).append(table.area)
        cells: dict[str, list[tuple[int, int]]] = {}
        for run, _ in self._runs:
            cells.setdefault(run.sheet, []).extend((place.row, place.column) for place in run.places)
        for sheet, places in cells.items():
            found.setdefault(sheet, []).extend(joined(places))
        return found | {addition.placed.name: addition.placed.areas for addition in self._sheets}

    @property
    def notes(self) -> list[str]:
        """What the user should know."""
        notes = [note for table in self._tables for note in table.notes]
        return [*notes, *(addition.note for addition in self._sheets)]

    def write(self) -> None:
        """Take all steps, or none."""
        back: list[Callable[[], None]] = []
        try:
            for step, way_back in self._steps():
                back.append(way_back)  # first, since a step may fail half way
                step()
        except Exception as error:  # whatever the program between us and the cells raises
            log.exception("a write failed")
            whole = _taken_back(back)
            raise WorkbookError(
                f"Excel refused to write ({_reason(error)}); "
                + (
                    "everything is as it was. Leave the cell that is being edited, and try again"
                    if whole
                    else "not everything could be put back: close the workbook without saving it"
                )
            ) from error

    def _steps(self) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
        for table in self._tables:
            yield table.write, table.restore
        for one in self._dressings:  # before the values: Excel would give days a format by itself
            cells = self._cells.range(one.sheet, one.area)
            yield partial(setattr, cells, "number_format", one.code), partial(setattr, cells, "number_format", GENERAL)
        for run, before in self._runs:
            yield partial(self._write, run, run.values), partial(self._write, run, before)
        for addition in self._sheets:
            yield addition.write, addition.restore
        for move in self._names:
            yield partial(_refer, move.name, move.new), partial(_refer, move.name, move.old)

    def _write(self, run: _Run, cells: Sequence[Content]) -> None:
        self._cells.write(run.sheet, run.area.first_row, {run.area.first_column: cells})


def _computed(app: xw.App) -> tuple[str, ...]:
    """Let the program compute what depends on the writes; one that is interrupted takes none of them back."""
    try:
        app.calculate()
    except Exception:
        log.exception("computing stopped")
        return ("Excel did not finish computing; press F9",)
    return ()


def _refer(name: xw.Name, refers: str) -> None:
    if name.refers_to != refers:  # the program may have let it follow by itself
        name.refers_to = refers


def _taken_back(back: list[Callable[[], None]]) -> bool:
    """Go back step by step, the last one first, as far as possible; whether all of it was."""
    whole = True
    for way_back in reversed(back):
        try:
            way_back()
        except Exception:
            log.exception("a write could not be taken back")
            whole = False
    return whole


def _reason(error: Exception) -> str:
    """What the program itself says, which COM hides in a tuple within the error."""
    details = error.args[2] if len(error.args) > 2 else None
    said = details[2] if isinstance(details, tuple) and len(details) > 2 else None
    return str(said or error)


def _runs(constants: Mapping[CellPlace, Cell]) -> list[_Run]:
    """Put cells together that stand one under the other."""
    runs: list[_Run] = []
    for place in sorted(constants, key=lambda place: (place.sheet, place.column, place.row)):
        last = runs[-1].places[-1] if runs else None
        if last is not None and place == CellPlace(last.sheet, last.row + 1, last.column):
            runs[-1].places.append(place)
            runs[-1].values.append(constants[place])
        else:
            runs.append(_Run([place], [constants[place]]))
    return runs


def _one(place: CellPlace) -> Area:
    return Area(place.row, place.column, place.row, place.column)


def _text(place: CellPlace) -> str:
    return address(place.row, place.column)
