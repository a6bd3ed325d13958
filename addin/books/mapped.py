"""
A workbook that a mapping describes, as one of ours: a CFO's own model, or one of ours in the CFO's layout.

It stands in front of the adapter of the program that holds the workbook and translates both ways: what is read gets
the contract's words, what is planned goes where the mapping says. In a workbook that is not ours nothing is written but
the cells that the mapping names, and result tables on sheets of their own.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, count
from typing import Final, Protocol

import pandas as pd

from addin.books.cellxml import Area
from addin.books.matching import identity
from addin.books.places import find_cell, find_sheet
from addin.cells import table_cells
from addin.starting import register, starting_tables
from addin.workbook import RawTable, Receipt, Workbook, WorkbookError
from valuation.tables import ASSUMPTIONS, EXCEPTIONS, LOG, TABLES, Kind, Table
from workbook_templates.addresses import address
from workbook_templates.catalogue import compose, recognise
from workbook_templates.layout import Format, NamedCell, Template, column_format
from workbook_templates.mapping.model import AssumptionMap, ColumnFill, TableMap, WorkbookMap
from workbook_templates.mapping.views import SheetView, WorkbookView
from workbook_templates.packs.furniture import table_width
from workbook_templates.plan import Cell, CellError, NewSheet, NewTable, Plan, Style, TableWrite

__all__ = ["Holder", "MappedBook"]

IDENTITY: Final = "cv_template"
USED: Final = "tblCvUsed"
"""Where a workbook that is not ours keeps how its results were computed."""
ALWAYS: Final = (EXCEPTIONS.name, LOG.name)
HEADER_ROW: Final = 4
TITLE: Final = Style(bold=True, size=14.0)
NOTE: Final = Style(italic=True, colour="595959")
HEADER: Final = Style(bold=True, colour="FFFFFF", fill="44546A", wrap=True)


class Holder(Workbook, Protocol):
    """The adapter that a mapping stands in front of: it also knows which cells hold formulas."""

    def formula_places(self, sheet: str) -> frozenset[tuple[int, int]]:
        """Rows and columns of a sheet's cells that hold formulas."""
        ...


class MappedBook:
    """
    A workbook with a mapping as an `addin.workbook.Workbook`.

    Parameters
    ----------
    book : Holder
        The workbook as its program holds it.
    view : WorkbookView
        All its cells.
    mapping : WorkbookMap
        What they mean.

    Raises
    ------
    WorkbookError
        If the mapping asks something that nobody has answered, or does not fit the workbook.
    """

    def __init__(self, book: Holder, view: WorkbookView, mapping: WorkbookMap) -> None:
        self.book = book
        self._view = view
        self._mapping = mapping
        self._sheets = {sheet.name: sheet for sheet in view.sheets}
        own = book.names().get(IDENTITY)
        self._ours = own is not None
        self.template: Template = recognise(own.strip().strip('"')) if own else compose(packs=mapping.packs)
        self._contracts = {block.table.excel_name.casefold(): block.table for _, block in self.template.tables.values()}
        self._there = {name.casefold() for name in book.table_names()}
        self.notes: tuple[str, ...] = ()
        self._refuse_questions()

    def _refuse_questions(self) -> None:
        """What is not sure is asked, never guessed."""
        asked = [(table.table, table.questions) for table in self._mapping.tables]
        asked += [(assumption.id, assumption.questions) for assumption in self._mapping.assumptions]
        for what, questions in asked:
            if questions:
                raise WorkbookError(
                    f"the mapping of {self._view.source} asks about {what}: {questions[0]} "
                    "Answer it in the mapping and delete the question, or delete the whole entry"
                )

    # ---- reading

    def table_names(self) -> tuple[str, ...]:
        """Names of the template's tables, wherever their rows stand, and of all others in the workbook."""
        ours = [block.table.excel_name for _, block in self.template.tables.values()]
        return (*ours, *(name for name in self.book.table_names() if name.casefold() not in self._contracts))

    def read_table(self, name: str) -> RawTable:
        """Read a whole table, under the contract's headings; `WorkbookError` when it is not there."""
        contract = self._contracts.get(name.casefold())
        if contract is None:
            return self.book.read_table(name)
        parts = [part for part in self._mapping.tables if part.table == contract.name]
        if parts:
            return self._mapped(contract, parts)
        if name.casefold() in self._there:
            return self._in_our_words(contract, self.book.read_table(name))
        return self._begun(contract)

    def _mapped(self, contract: Table, parts: Sequence[TableMap]) -> RawTable:
        """Read a table from where the mapping says that it stands."""
        raise NotImplementedError

    def _in_our_words(self, contract: Table, raw: RawTable) -> RawTable:
        """Give a table of ours that stands under the CFO's headings the contract's."""
        words = {_folded(theirs): contract[name].title for name, theirs in self._headings(contract).items()}
        return replace(raw, columns={words.get(_folded(head), head): cells for head, cells in raw.columns.items()})

    def _headings(self, contract: Table) -> Mapping[str, str]:
        return self._mapping.headings.get(contract.name, {})

    def _begun(self, contract: Table) -> RawTable:
        """Give a table that the workbook lacks as a new workbook of ours has it."""
        if contract is ASSUMPTIONS:
            columns = self._register
        else:
            frame = self._starting.get(contract.name)
            columns = dict(table_cells(frame, contract)) if frame is not None else {}
        columns = {column.title: columns.get(column.name) or [None] for column in contract}
        return RawTable(name=contract.excel_name, sheet=contract.name, first_row=1, first_column=1, columns=columns)

    @cached_property
    def _starting(self) -> Mapping[str, pd.DataFrame]:
        return starting_tables({})

    @cached_property
    def _register(self) -> dict[str, list[Cell]]:
        values = {given.id: self._assumed(given) for given in self._mapping.assumptions}
        source = {given.id: f"mapping: {given.cell or 'typed'}" for given in self._mapping.assumptions}
        entries = register(None, values, source=source)
        return {column.name: [entry.get(column.name) for entry in entries] for column in ASSUMPTIONS}

    def _assumed(self, given: AssumptionMap) -> Cell:
        """Give the value of an assumption, from its cell if it has one."""
        if not given.cell:
            return given.value
        names = {**self._view.names, given.cell: self._view.names.get(given.cell, given.cell)}
        place = find_cell(names, self._sheet_named, given.cell, self._view.source)
        value = self._sheets[place.sheet].cell(place.row, place.column)
        if given.scale != 1 and isinstance(value, int | float) and not isinstance(value, bool):
            return value * given.scale
        return value

    def _sheet_named(self, name: str) -> str | None:
        return find_sheet(self._sheets, name)

    def names(self) -> Mapping[str, str]:
        """Names of the workbook, and the template's identity."""
        return {IDENTITY: f'"{self.template.identity}"', **self.book.names()}

    def read_name(self, name: str) -> Cell:
        """Read the cell that a name refers to; in a workbook that is not ours, what the last refresh kept for it."""
        return self.book.read_name(name) if self._ours else self._used.get(name)

    @cached_property
    def _used(self) -> dict[str, Cell]:
        if USED.casefold() not in self._there:
            return {}
        name, value = self.book.read_table(USED).columns.values()
        days = {
            item.name for _, item in self.template.items() if isinstance(item, NamedCell) and item.format is Format.DATE
        }
        return {
            key: dt.date.fromisoformat(cell) if key in days and isinstance(cell, str) else cell
            for key, cell in zip(name, value, strict=True)
            if isinstance(key, str)
        }

    # ---- writing

    def apply(self, plan: Plan) -> Receipt:
        """Write what the mapping wants of a plan, or nothing."""
        translated, notes = self.translated(plan)
        receipt = self.book.apply(translated)
        return replace(receipt, notes=(*notes, *receipt.notes))

    def translated(self, plan: Plan) -> tuple[Plan, tuple[str, ...]]:
        """
        Say a plan in the workbook's words.

        Returns
        -------
        Plan
            For the adapter of the program that holds the workbook.
        tuple of str
            What the user should know.
        """
        return self._worded(plan) if self._ours else _Foreign(self, plan).plan()

    def _worded(self, plan: Plan) -> tuple[Plan, tuple[str, ...]]:
        """Translate headings and names of sheets; rows that the mapping reads elsewhere go into the table of ours."""
        sheets = self._mapping.sheets
        written = {write.table.casefold() for write in plan.tables}
        elsewhere = [self._contracts[name] for name in self._wide() if name not in written]
        copies = (self._copied(contract) for contract in elsewhere)
        return (
            replace(
                plan,
                tables=tuple(self._in_their_words(write) for write in chain(plan.tables, copies)),
                cells={(sheets.get(sheet, sheet), cell): value for (sheet, cell), value in plan.cells.items()},
                caches={(sheets.get(sheet, sheet), cell): value for (sheet, cell), value in plan.caches.items()},
            ),
            (),
        )

    def _wide(self) -> list[str]:
        mapped = (TABLES[part.table].excel_name.casefold() for part in self._mapping.tables)
        return [name for name in dict.fromkeys(mapped) if name in self._there]

    def _copied(self, contract: Table) -> TableWrite:
        raw = self.read_table(contract.excel_name)
        return TableWrite(table=contract.excel_name, columns=raw.columns)

    def _in_their_words(self, write: TableWrite) -> TableWrite:
        contract = self._contracts.get(write.table.casefold())
        headings = self._headings(contract) if contract is not None else {}
        if contract is None or not headings:
            return write
        words = {contract[name].title: theirs for name, theirs in headings.items()}
        return replace(
            write,
            columns={words.get(head, head): cells for head, cells in write.columns.items()},
            key=words.get(write.key, write.key),
        )


class _Foreign:
    """A plan for a workbook that is not ours: columns and cells that the mapping names, and result tables."""

    def __init__(self, mapped: MappedBook, plan: Plan) -> None:
        self._mapped = mapped
        self._plan = plan
        self._mapping = mapped._mapping
        self._written = {write.table: write for write in plan.tables}
        self._notes: list[str] = []
        self._names = {sheet.name.casefold() for sheet in mapped._view.sheets}

    def plan(self) -> tuple[Plan, tuple[str, ...]]:
        there = self._mapped._there
        tables, sheets = [], []
        for name in dict.fromkeys((*self._mapping.results, *ALWAYS)):
            contract = TABLES[name]
            write = self._written.get(contract.excel_name)
            if write is None:
                self._notes.append(f"the mapping wants {name}, which the packs in it do not compute")
            elif contract.excel_name.casefold() in there:
                tables.append(write)
            else:
                sheets.append(self._new_sheet(contract, write))
        if USED.casefold() in there:
            tables.append(TableWrite(table=USED, columns=self._used(), key="Name"))
        cells = dict(chain(*(self._filled(fill) for fill in self._mapping.fills), self._figures()))
        return Plan(tables=tuple(tables), cells=cells, sheets=tuple(sheets)), tuple(self._notes)

    # ---- result tables on sheets of their own

    def _new_sheet(self, contract: Table, write: TableWrite) -> NewSheet:
        styles = {
            column.title: Style(
                number_format=column_format(column).value, align="left" if column.kind in _WORDS else "right"
            )
            for column in contract
        }
        table = NewTable(
            name=contract.excel_name, row=HEADER_ROW, column=1, columns=write.columns, styles=styles, header=HEADER
        )
        tables = (table, self._used_table(len(write.columns) + 2)) if contract is LOG else (table,)
        return NewSheet(
            name=self._free_name(contract.name),
            cells={"A1": contract.name, "A2": _WRITTEN.format(grain=contract.grain)},
            styles={"A1": TITLE, "A2": NOTE},
            tables=tables,
            widths=table_width(contract),
            freeze=(HEADER_ROW + 1, 2),
        )

    def _free_name(self, wanted: str) -> str:
        tries = chain((wanted, f"{wanted} (value)"), (f"{wanted} ({i})" for i in count(2)))
        name = next(name for name in tries if name.casefold() not in self._names)
        self._names.add(name.casefold())
        return name

    def _used_table(self, column: int) -> NewTable:
        return NewTable(name=USED, row=HEADER_ROW, column=column, columns=self._used(), header=HEADER)

    def _used(self) -> dict[str, list[Cell]]:
        """Keep how the results were computed; a day as a text, since the column holds all kinds of cells."""
        values = self._plan.names.values()
        return {
            "Name": list(self._plan.names),
            "Value": [value.isoformat() if isinstance(value, dt.date) else value for value in values],
        }

    # ---- cells of the CFO's own sheets

    def _filled(self, fill: ColumnFill) -> Iterator[tuple[tuple[str, str], Cell]]:
        """Fill a column beside a list, row by row in the order of the list."""
        contract = TABLES[fill.result]
        write = self._written.get(contract.excel_name)
        sheet = self._mapped._sheets.get(fill.sheet)
        if write is None or sheet is None:
            what = f"no sheet {fill.sheet}" if sheet is None else f"no result {fill.result}"
            raise WorkbookError(f"the mapping fills {fill.sheet} with {fill.result}, but there is {what}; correct it")
        column = contract[fill.column]
        by = {
            identity(key): value
            for key, value in zip(write.columns[write.key], write.columns[column.title], strict=True)
        }
        scale = fill.scale if column.kind is Kind.MONEY else 1.0
        formulas = self._mapped.book.formula_places(fill.sheet)
        rows = list(_listed(sheet, fill))
        seen: Counter[str] = Counter()
        kept = 0
        for row, key in rows:
            seen[key] += 1
            if (row, fill.at) in formulas:
                kept += 1
            else:
                # The second row of a customer would count it twice in every sum below.
                value = by.get(key) if seen[key] == 1 else CellError.NA
                yield (fill.sheet, address(row, fill.at)), _scaled(value, scale)
        self._note_fill(fill, rows=rows, by=set(by), seen=seen, kept=kept)
        if fill.first_row > 1 and sheet.cell(fill.first_row - 1, fill.at) is None:
            yield (fill.sheet, address(fill.first_row - 1, fill.at)), column.title

    def _note_fill(
        self, fill: ColumnFill, *, rows: Sequence[tuple[int, str]], by: set[str], seen: Counter[str], kept: int
    ) -> None:
        what = f"{fill.result}, {fill.column.replace('_', ' ')} on {fill.sheet}"
        lacking = len(by - seen.keys())
        told = (
            (kept, "cells hold a formula and were left alone"),
            (lacking, "of the results are for ids that the list does not have"),
            (sum(key not in by for key in seen), "ids of the list have no result"),
            (sum(times - 1 for times in seen.values()), "rows repeat an id: they show #N/A"),
        )
        self._notes += [f"{what}: {number:,} {words}" for number, words in told if number]

    def _figures(self) -> Iterator[tuple[tuple[str, str], Cell]]:
        """Fill single cells with figures of the model."""
        template = self._mapped.template
        for fill in self._mapping.cells:
            if fill.figure not in template.formulas:
                known = ", ".join(sorted(template.formulas)[:20])
                raise WorkbookError(f"the mapping wants the figure {fill.figure}, which there is not; such as {known}")
            sheet, formula = template.formulas[fill.figure]
            value = self._plan.caches.get((sheet.name, address(formula.row, formula.column)))
            place = Area.parse(fill.cell)
            if (place.first_row, place.first_column) in self._mapped.book.formula_places(fill.sheet):
                self._notes.append(f"{fill.sheet}!{fill.cell} holds a formula and was left alone")
            else:
                yield (fill.sheet, fill.cell), _scaled(value, fill.scale)


_WORDS: Final = (Kind.ID, Kind.TEXT, Kind.CHOICE, Kind.ANY)
_WRITTEN: Final = "Written by the refresh: {grain}. How it was computed stands on the sheet Log; do not type into it."


def _listed(sheet: SheetView, fill: ColumnFill) -> Iterator[tuple[int, str]]:
    """Go down a list of ids, to its last row or to the first blank one."""
    last = fill.last_row or len(sheet.rows)
    for row in range(fill.first_row, last + 1):
        key = identity(sheet.cell(row, fill.key_column))
        if key:
            yield row, key
        elif fill.last_row is None:
            return


def _scaled(value: Cell, scale: float) -> Cell:
    if scale == 1 or isinstance(value, bool | CellError) or not isinstance(value, int | float):
        return value
    return value / scale


def _folded(heading: str) -> str:
    return " ".join(heading.casefold().split())
