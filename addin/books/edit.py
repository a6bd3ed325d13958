"""Applying a plan to a package: which parts change, and what the user should know about it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from lxml import etree

from addin.books.additions import PlacedSheet, placed
from addin.books.cellxml import Area
from addin.books.growth import Growth, follow_in_charts, follow_in_names, follow_in_pivots, follow_in_tail
from addin.books.matching import refuse_header, refuse_in_array, refuse_in_table, refuse_protected, refuse_under_merge
from addin.books.newsheets import add_sheets, refuse_locked_structure
from addin.books.outline import Outline, recalculated_on_load
from addin.books.package import Package
from addin.books.places import one_cell
from addin.books.ranges import joined, named_ranges
from addin.books.remarks import comments_left_behind, formulas_left_behind
from addin.books.rewriting import SheetEdit
from addin.books.saving import Draft
from addin.books.sheet import SheetStream, more_formulas, survey
from addin.books.styles import numbered
from addin.books.tables import TableEdit, resized
from addin.workbook import RawTable, WorkbookError
from workbook_templates.addresses import address
from workbook_templates.plan import Cell, Plan

__all__ = ["Edited", "edited"]

_TRUE: Final = ("1", "true")


class Edited(NamedTuple):
    """
    What became of a package.

    Attributes
    ----------
    draft : Draft
        The package with its changes.
    notes : tuple of str
        Notes for the receipt.
    ranges : tuple of str
        Cells that were written.
    """

    draft: Draft
    notes: tuple[str, ...]
    ranges: tuple[str, ...]


@dataclass
class _SheetPlan:
    """What one sheet gets."""

    tables: list[TableEdit] = field(default_factory=list)
    constants: dict[int, dict[int, Cell]] = field(default_factory=dict)
    caches: dict[int, dict[int, Cell]] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)


def edited(
    package: Package,
    outline: Outline,
    plan: Plan,
    read_table: Callable[[str], RawTable],
    read_cell: Callable[[str, int, int], Cell],
) -> Edited:
    """
    Work out a package's new parts.

    Parameters
    ----------
    package : Package
        The workbook as it is; nothing in it changes.
    outline : Outline
        Its sheets, tables and names.
    plan : Plan
        What is written.
    read_table : callable
        Reads a table's old cells; asked only for tables with columns that the plan does not write.
    read_cell : callable
        Reads a cell by sheet, row and column; a sheet whose formulas show what the plan says already is left alone.
    """
    work = _Edit(package, outline, read_table, read_cell)
    work.place(plan)
    work.write_sheets()
    work.follow_tables()
    work.note_what_stays()
    work.settle_calculation()
    work.add_sheets()
    work.note_what_the_owner_said()
    return Edited(work.draft, tuple(work.notes), work.ranges())


class _Edit:
    def __init__(
        self,
        package: Package,
        outline: Outline,
        read_table: Callable[[str], RawTable],
        read_cell: Callable[[str, int, int], Cell],
    ) -> None:
        self.draft = Draft(package)
        self.notes: list[str] = []
        self._package = package
        self._outline = outline
        self._read_table = read_table
        self._read_cell = read_cell
        self._sheets: dict[str, _SheetPlan] = {}
        self._written: dict[str, SheetEdit] = {}
        self._right_already: dict[str, int] = {}
        self._growths: list[Growth] = []
        self._formats: dict[tuple[str, str], str] = {}
        self._new: tuple[PlacedSheet, ...] = ()

    # ---- where everything goes

    def place(self, plan: Plan) -> None:
        """Sort the plan's writes by sheet."""
        seen: set[str] = set()
        for write in plan.tables:
            edit = TableEdit(self._outline.table(write.table), write)
            if edit.table.part in seen:
                raise WorkbookError(f"the plan writes table {edit.table.name} twice")
            seen.add(edit.table.part)
            self._sheet(edit.table.sheet).tables.append(edit)
        for name, value in plan.names.items():
            place = self._outline.cell(name)
            refuse_in_table(self._sheet(place.sheet).tables, *place, name=name)
            self._sheet(place.sheet).constants.setdefault(place.row, {})[place.column] = value
        self._place_constants(plan.cells, plan.formats)
        for (sheet, text), value in plan.caches.items():
            self._place_cache(sheet, text, value)
        if plan.sheets:
            source = self._package.source
            refuse_locked_structure(self._outline, source)
            taken, names = self._outline.all_sheets(), self._outline.taken_names()
            self._new = placed(plan.sheets, taken_sheets=taken, taken_names=names, source=source)

    def _sheet(self, name: str) -> _SheetPlan:
        return self._sheets.setdefault(name, _SheetPlan())

    def _place_constants(self, given: Mapping[tuple[str, str], Cell], formats: Mapping[tuple[str, str], str]) -> None:
        """Place what may be a column of thousands of cells."""
        names: dict[str, str] = {}
        for (sheet, text), value in given.items():
            if sheet not in names:
                found = self._outline.sheet(sheet)
                if found is None:
                    raise WorkbookError(f"there is no sheet {sheet}, whose cell {text} is to be written; restore it")
                names[sheet] = found
            row, column = one_cell(sheet, text)
            target = self._sheet(names[sheet])
            if target.tables:
                refuse_in_table(target.tables, names[sheet], row, column)
            target.constants.setdefault(row, {})[column] = value
            if (sheet, text) in formats:
                target.formats[row, column] = formats[sheet, text]

    def _place_cache(self, sheet: str, text: str, value: Cell) -> None:
        found = self._outline.sheet(sheet)
        if found is None:
            self.notes.append(f"there is no sheet {sheet}; the value of its formula {text} was not written")
            return
        row, column = one_cell(sheet, text)
        self._sheet(found).caches.setdefault(row, {})[column] = value

    # ---- sheets

    def write_sheets(self) -> None:
        """Write every sheet anew that gets something new."""
        for name, sheet in self._sheets.items():
            if self._shows_already(name, sheet):
                self._right_already[name] = sum(map(len, sheet.caches.values()))
                continue
            edit = self._prepared(name, sheet)
            growths = [table.growth for table in sheet.tables]
            part = self._outline.sheets[name]
            follow = partial(follow_in_tail, growths=growths)
            self.draft.put(part, edit.rewritten(self._stream(name, part), follow))
            self._written[name] = edit
            self._note_missed_caches(edit)

    def _shows_already(self, name: str, sheet: _SheetPlan) -> bool:
        """Whether a sheet gets nothing but values that its formulas show; a large input sheet then costs nothing."""
        if sheet.tables or sheet.constants:
            return False
        return all(
            _same_value(self._read_cell(name, row, column), value)
            for row, cells in sheet.caches.items()
            for column, value in cells.items()
        )

    def _stream(self, name: str, part: str) -> SheetStream:
        return SheetStream(self._package.chunks(part), name)

    def _prepared(self, name: str, sheet: _SheetPlan) -> SheetEdit:
        """Survey a sheet, check everything, and decide what goes where."""
        found = survey(self._stream(name, self._outline.sheets[name]), sheet.tables)
        for table in sheet.tables:
            table.check(found, self._other_tables(name))
            table.unhide = self._package.xml(table.table.part).find(".//{*}filterColumn") is not None
            self.notes += table.follow(self._read_table(table.table.name) if table.keeps_columns else None)
        self._refuse_headers(name, sheet)
        for refuse, areas in ((refuse_in_array, found.arrays), (refuse_under_merge, found.merges)):
            for row, column, area in _held(sheet.constants, areas):
                refuse(name, row, column, area)
        if found.protected and (sheet.tables or sheet.constants):
            refuse_protected(name)
        return SheetEdit(
            name=name,
            found=found,
            date1904=self._outline.date1904,
            constants=sheet.constants,
            caches=sheet.caches,
            formats=sheet.formats,
            numbered=self._numbered,
            blocks=list(sheet.tables),
        )

    def _numbered(self, style: str, code: str) -> str:
        """Give the number of a cell format with a number format; it is appended where there is none like it."""
        if (style, code) not in self._formats:
            found = [style]
            if part := self._outline.styles():
                self.draft.edit_xml(part, lambda root: found.append(numbered(root, style, code, self._package.source)))
            self._formats[style, code] = found[-1]
        return self._formats[style, code]

    def _refuse_headers(self, name: str, sheet: _SheetPlan) -> None:
        """Refuse constants over the headers of tables, which would no longer say what their columns are called."""
        for table in self._outline.tables.values():
            area, cells = table.area, sheet.constants.get(table.area.first_row, {})
            if table.sheet == name and table.header_rows:
                for column in area.columns if cells else ():
                    if column in cells and cells[column] != table.columns[column - area.first_column]:
                        refuse_header(name, area.first_row, column, table.name)

    def _other_tables(self, sheet: str) -> list[tuple[str, Area]]:
        """Return the sheet's tables, each with all rows it has before or after the plan."""
        edits = {edit.table.part: edit for edit in self._sheets[sheet].tables}
        taken = []
        for table in self._outline.tables.values():
            if table.sheet == sheet:
                edit = edits.get(table.part)
                last = max(table.area.last_row, edit.last_written if edit else 0)
                taken.append((table.name, table.area.down_to(last)))
        return taken

    def _note_missed_caches(self, edit: SheetEdit) -> None:
        wanted = {(row, column) for row, cells in edit.caches.items() for column in cells}
        for row, column in sorted(wanted - edit.cached):
            self.notes.append(f"{edit.name}!{address(row, column)} holds no formula any more; it was left as it is")

    # ---- what hangs on a table

    def follow_tables(self) -> None:
        """Resize the tables, and let names, charts and pivots follow."""
        self._growths = growths = [edit.growth for sheet in self._sheets.values() for edit in sheet.tables]
        for growth in growths:
            self.draft.edit_xml(growth.table.part, partial(self._resize, growth=growth))
        if growths:
            follow_in_charts(self.draft, growths)
            follow_in_pivots(self.draft, growths)

    def note_what_stays(self) -> None:
        """Say what does not follow a table whose sheet was written anew."""
        parts = self.draft.changed
        changed = {name for name in self._written if self._package.entry_name(self._outline.sheets[name]) in parts}
        growths = [growth for growth in self._growths if growth.table.sheet in changed]
        for growth in growths:
            self.notes += comments_left_behind(self._package, self._outline, growth)
        self.notes += formulas_left_behind(self._package, self._outline, growths)

    def _resize(self, root: etree._Element, *, growth: Growth) -> None:
        self.notes += resized(root, growth)

    # ---- calculation

    def settle_calculation(self) -> None:
        """
        Keep what the workbook says about its formulas true.

        The calculation chain is a list of all formula cells: it goes as soon as one came, went or moved (Excel makes
        a new one, but calls a wrong one damage). Excel is told to compute everything on opening when something
        changed and any formula cell of the workbook did not get its value from the plan.
        """
        self.draft.stale = stale = bool(self.draft.changed) and self._has_stale_formula()
        self.draft.edit_xml(self._outline.part, partial(self._settle_workbook, stale=stale))
        chain = self._outline.calculation_chain()
        if chain is not None and any(edit.formulas_changed for edit in self._written.values()):
            self.draft.drop(chain, of=self._outline.part)

    def _settle_workbook(self, root: etree._Element, *, stale: bool) -> None:
        follow_in_names(root, self._growths)
        if stale:
            recalculated_on_load(root)

    def _has_stale_formula(self) -> bool:
        """Whether some formula cell did not get its value from the plan."""
        if any(edit.formulas > len(edit.cached) for edit in self._written.values()):
            return True
        others = [item for item in self._outline.sheets.items() if item[0] not in self._written]
        others.sort(key=lambda item: self._package.entry(item[1]).file_size)  # most often a small one tells
        return any(
            more_formulas(self._package.chunks(part), name, than=self._right_already.get(name, 0))
            for name, part in others
        )

    # ---- new sheets, and what is said in the end

    def add_sheets(self) -> None:
        """Put the new sheets behind those that are there; no formula sees them yet."""
        add_sheets(self.draft, self._outline, self._new)

    def note_what_the_owner_said(self) -> None:
        """Say which of the owner's wishes for the workbook a change does not keep."""
        if not self.draft.changed:
            return
        if any("_xmlsignatures/" in part for part in self._package.parts()):
            self.notes.append("the workbook was signed; its signature is no longer valid, sign it again")
        sharing = self._outline.root.find("{*}fileSharing")
        if sharing is not None and sharing.get("readOnlyRecommended") in _TRUE:
            self.notes.append("the workbook asks to be opened read-only; it was changed all the same, and still asks")
        if self._is_final():
            self.notes.append("the workbook is marked as final; it was changed all the same, and keeps the mark")

    def _is_final(self) -> bool:
        """Whether its owner has marked it as final, which Excel does by a property."""
        return any(
            one.get("name") == "_MarkAsFinal" and (one.findtext("{*}bool") or "").strip() in _TRUE
            for link in self._package.relationships("")
            if link.kind == "custom-properties" and self._package.has(link.target)
            for one in self._package.xml(link.target).iterchildren("{*}property")
        )

    def ranges(self) -> tuple[str, ...]:
        """Name the cells that were written on sheets that have changed."""
        changed, written = self.draft.changed, {sheet.name: sheet.areas for sheet in self._new}
        for name in self._written:
            if self._package.entry_name(self._outline.sheets[name]) in changed:
                sheet = self._sheets[name]
                cells = joined((row, column) for row, cells in sheet.constants.items() for column in cells)
                written[name] = [*(table.area for table in sheet.tables), *cells]
        return named_ranges(written, [*self._outline.sheets, *(sheet.name for sheet in self._new)])


def _held(cells: Mapping[int, Collection[int]], areas: Iterable[Area]) -> Iterator[tuple[int, int, Area]]:
    """Yield the cells that lie in one of some areas."""
    rows = sorted(cells)
    for area in areas:
        for row in rows[bisect_left(rows, area.first_row) : bisect_right(rows, area.last_row)]:
            yield from ((row, column, area) for column in cells[row] if column in area.columns)


def _same_value(shown: Cell, value: Cell) -> bool:
    """Whether a cell shows a value; a reader cannot tell an empty text from a blank."""
    if shown is None or value is None:
        return shown in (None, "") and value in (None, "")
    return isinstance(shown, bool) == isinstance(value, bool) and shown == value
