"""
A workbook that a mapping describes, as one of ours: a CFO's own model, or one of ours in the CFO's layout.

It stands in front of the adapter of the program that holds the workbook and translates both ways: what is read gets
the contract's words, what is planned goes where the mapping says. In a workbook that is not ours nothing is written but
the cells that the mapping names, and result tables on sheets of their own.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Final, Generic, TypeVar

import pandas as pd

from addin.books.file import FileBook
from addin.books.foreign import USED, ForeignPlan
from addin.books.places import find_cell, find_sheet
from addin.books.recalculation import Recalculate
from addin.books.replacing import Keep
from addin.cells import table_cells
from addin.starting import register, starting_tables
from addin.workbook import LiveWorkbook, Place, RawTable, Receipt, Workbook, WorkbookError
from valuation.tables import ASSUMPTIONS, CUSTOMERS, TABLES, TRANSACTIONS, Table
from workbook_templates.catalogue import compose, recognise
from workbook_templates.layout import Format, NamedCell, Template
from workbook_templates.likening import laid_out, moved_cells
from workbook_templates.mapping.model import AssumptionMap, MappingError, WorkbookMap
from workbook_templates.mapping.reading import MappedRows, read_tables
from workbook_templates.mapping.views import SheetView, WorkbookView
from workbook_templates.plan import Cell, Plan, TableWrite

__all__ = ["MappedBook", "MappedFile", "MappedLive"]

IDENTITY: Final = "cv_template"
DISPLAY_UNIT: Final = "display_unit"
_Held = TypeVar("_Held", bound=Workbook)


class MappedBook(Generic[_Held]):
    """
    A workbook with a mapping as an `addin.workbook.Workbook`.

    Parameters
    ----------
    book : Workbook
        The workbook as its program holds it.
    mapping : WorkbookMap
        What its cells mean. Reading and writing stop with a `WorkbookError` while it asks something that nobody has
        answered, and when it does not fit the workbook.
    """

    def __init__(self, book: _Held, mapping: WorkbookMap) -> None:
        self.book = book
        self._mapping = mapping
        own = book.names().get(IDENTITY)
        self._ours = own is not None
        self.template: Template = recognise(own.strip().strip('"')) if own else compose(packs=mapping.packs)
        self._contracts = {block.table.excel_name.casefold(): block.table for _, block in self.template.tables.values()}

    @property
    def _there(self) -> set[str]:
        return {name.casefold() for name in self.book.table_names()}

    @cached_property
    def _view(self) -> WorkbookView:
        return self.book.view()

    @cached_property
    def _sheets(self) -> Mapping[str, SheetView]:
        return {sheet.name: sheet for sheet in self._view.sheets}

    def _refuse_questions(self) -> None:
        """What is not sure is asked, never guessed, and never left out without a word."""
        asked = [(table.table, table.questions) for table in self._mapping.tables]
        asked += [(assumption.id, assumption.questions) for assumption in self._mapping.assumptions]
        for what, questions in asked:
            if questions:
                raise WorkbookError(
                    f"the mapping asks about {what}: {questions[0]} "
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
        if contract.name in self._rows:
            return self._mapped(contract, self._rows[contract.name])
        if name.casefold() in self._there:
            return self._in_our_words(contract, self.book.read_table(name))
        return self._begun(contract)

    def _mapped(self, contract: Table, rows: MappedRows) -> RawTable:
        """Give a table from where the mapping says that it stands; required columns that it lacks are blank."""
        blank: list[Cell] = [None] * max(rows.rows, 1)
        names = {column.title: column.name for column in contract if column.required or column.name in rows.columns}

        def origin(row: int, heading: str) -> Place:
            if not rows.rows:
                return Place(contract.name, row + 1, None)
            place = rows.place(row, names.get(heading, ""))
            return Place(place.sheet, place.row, place.column if heading in names else None)

        return RawTable(
            name=contract.excel_name,
            sheet=rows.blocks[0].sheet if rows.blocks else contract.name,
            first_row=1,
            first_column=1,
            columns={title: rows.columns.get(name) or blank for title, name in names.items()},
            origin=origin,
        )

    @cached_property
    def _rows(self) -> Mapping[str, MappedRows]:
        self._refuse_questions()
        if not (self._ours or self._mapping.tables):
            raise WorkbookError(
                "the mapping says of no table where it stands; it needs the customers' sales, or a list of customers "
                "with their margin"
            )
        try:
            return read_tables(self._view, self._mapping)
        except MappingError as error:
            raise WorkbookError(f"{self._view.source}: {error}") from error

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
        elif contract is CUSTOMERS:
            columns = {"customer_id": self._buyers()}
        else:
            frame = self._starting.get(contract.name)
            columns = dict(table_cells(frame, contract)) if frame is not None else {}
        blank: list[Cell] = [None] * max(map(len, columns.values()), default=1)
        columns = {column.title: columns.get(column.name) or blank for column in contract}
        return RawTable(name=contract.excel_name, sheet=contract.name, first_row=1, first_column=1, columns=columns)

    @cached_property
    def _starting(self) -> Mapping[str, pd.DataFrame]:
        return starting_tables({})

    def _buyers(self) -> list[Cell]:
        """List the customers of a workbook that has no list of them: everybody who bought."""
        return list(dict.fromkeys(id_ for id_ in self._sold("customer_id") if id_ is not None))

    def _sold(self, column: str) -> Sequence[Cell]:
        rows = self._rows.get(TRANSACTIONS.name)
        return rows.columns.get(column, ()) if rows is not None else ()

    @cached_property
    def _register(self) -> dict[str, list[Cell]]:
        days = [day for day in self._sold("date") if isinstance(day, dt.date)]
        values: dict[str, Cell] = {DISPLAY_UNIT: 1.0} | ({"as_of": max(days)} if days else {})
        source = {DISPLAY_UNIT: "figures go into cells in full", "as_of": "mapping: the last day with sales"}
        for given in self._mapping.assumptions:
            if given.id == DISPLAY_UNIT:
                raise WorkbookError(f"the mapping sets {DISPLAY_UNIT}; take it out, and give each fill a scale instead")
            values[given.id] = self._assumed(given)
            source[given.id] = f"mapping: {given.cell or 'typed'}"
        entries = register(None, values, source=source)
        return {column.name: [entry.get(column.name) for entry in entries] for column in ASSUMPTIONS}

    def _assumed(self, given: AssumptionMap) -> Cell:
        """Give the value of an assumption, from its cell if it has one."""
        if not given.cell:
            return given.value
        names = {**self._view.names, given.cell: self._view.names.get(given.cell, given.cell)}
        try:
            place = find_cell(names, self._sheet_named, given.cell, self._view.source)
        except WorkbookError as error:
            raise WorkbookError(
                f"the mapping takes {given.id} from {given.cell}, which is no cell of {self._view.source} (its sheets: "
                f"{', '.join(self._sheets)}); correct it in the mapping, such as 'Assumptions'!B4"
            ) from error
        value = self._sheets[place.sheet].cell(place.row, place.column)
        if value is None:
            raise WorkbookError(
                f"the mapping takes {given.id} from {given.cell}, which is blank; type the value there, or take the "
                "assumption out of the mapping to use its default"
            )
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
        return self._told(self.book.apply(translated), notes)

    def _told(self, receipt: Receipt, notes: Sequence[str]) -> Receipt:
        told = replace(receipt, notes=(*self.reading_notes, *notes, *receipt.notes))
        for read in ("_view", "_sheets", "_rows", "_register", "_used", "_moved"):  # the workbook is another one now
            self.__dict__.pop(read, None)
        return told

    def view(self) -> WorkbookView:
        """Give all cells of all sheets with what is known about them."""
        return self._view

    def formula_places(self, sheet: str) -> frozenset[tuple[int, int]]:
        """Rows and columns of a sheet's cells that hold formulas."""
        return self.book.formula_places(sheet)

    @property
    def reading_notes(self) -> tuple[str, ...]:
        """Say what the mapping left out."""
        return tuple(chain.from_iterable(rows.notes for rows in self._rows.values()))

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
        if self._ours:
            return self._worded(plan), ()
        return ForeignPlan(self.book, self.template, self._mapping, self._sheets).of(plan)

    def _worded(self, plan: Plan) -> Plan:
        """Translate headings and names of sheets; rows that the mapping reads elsewhere go into the table of ours."""
        sheets = self._mapping.sheets
        written = {write.table.casefold() for write in plan.tables}
        copies = (self._copied(self._contracts[name]) for name in self._wide() if name not in written)
        return replace(
            plan,
            tables=tuple(self._in_their_words(write) for write in chain(plan.tables, copies)),
            cells={(sheets.get(sheet, sheet), cell): value for (sheet, cell), value in plan.cells.items()},
            caches={self._moved.get(place, place): value for place, value in plan.caches.items()},
        )

    @cached_property
    def _moved(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """Tell where the template's formula cells stand in a workbook that was made like another one."""
        inputs = [block.table for _, block in self.template.tables.values() if block.input]
        tables = {}
        for table in (table for table in inputs if table.excel_name.casefold() in self._there):
            raw = self.book.read_table(table.excel_name)
            tables[table.name] = raw.first_row - 1, raw.first_column, tuple(raw.columns)
        laid = laid_out(self.template, self._mapping.sheets, self._mapping.headings, tables)
        return moved_cells(self.template, laid)

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


class MappedFile(MappedBook[FileBook]):
    """A workbook in a file, with its mapping."""

    def apply(
        self,
        plan: Plan,
        out: Path | None = None,
        *,
        keep: Keep | None = None,
        recalculate: Recalculate | None = None,
    ) -> Receipt:
        """Write what the mapping wants of a plan, or nothing, as `FileBook.apply` does."""
        translated, notes = self.translated(plan)
        return self._told(self.book.apply(translated, out, keep=keep, recalculate=recalculate), notes)


class MappedLive(MappedBook[LiveWorkbook]):
    """A workbook that is open in front of its user, with its mapping."""

    def before(self, plan: Plan) -> Plan:
        """Read what stands now where a plan writes: applied later, it takes the plan back."""
        return self.book.before(self.translated(plan)[0])


def _folded(heading: str) -> str:
    return " ".join(heading.casefold().split())
