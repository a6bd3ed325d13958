"""
A plan for a workbook that is not ours: columns and cells that its mapping names, and result tables on own sheets.

Nothing else of the plan is written: the rest is meant for sheets that such a workbook does not have.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain, count
from typing import Final

from addin.books.cellxml import Area
from addin.books.matching import identity
from addin.books.places import find_sheet
from addin.workbook import Workbook, WorkbookError
from valuation.tables import EXCEPTIONS, INPUT_TABLES, LOG, TABLES, Kind, Table
from workbook_templates.addresses import address
from workbook_templates.layout import Format, Template, column_format
from workbook_templates.mapping.model import ColumnFill, WorkbookMap
from workbook_templates.mapping.views import SheetView
from workbook_templates.packs.furniture import table_width
from workbook_templates.plan import Cell, CellError, NewSheet, NewTable, Plan, Style, TableWrite

__all__ = ["USED", "ForeignPlan"]

USED: Final = "tblCvUsed"
"""Where such a workbook keeps how its results were computed: what a template has named cells for."""
ALWAYS: Final = (EXCEPTIONS.name, LOG.name)
HEADER_ROW: Final = 4
TITLE: Final = Style(bold=True, size=14.0)
NOTE: Final = Style(italic=True, colour="595959")
HEADER: Final = Style(bold=True, colour="FFFFFF", fill="44546A", wrap=True)
WORDS: Final = (Kind.ID, Kind.TEXT, Kind.CHOICE, Kind.ANY)
WRITTEN: Final = "Written by the refresh: {grain}. How it was computed stands on the sheet Log; do not type into it."


class ForeignPlan:
    """
    What is written of a plan.

    Parameters
    ----------
    book : Workbook
        The workbook.
    template : Template
        Whose plan it is.
    mapping : WorkbookMap
        What is wanted.
    sheets : mapping of str to SheetView
        The workbook's sheets.
    """

    def __init__(
        self, book: Workbook, template: Template, mapping: WorkbookMap, sheets: Mapping[str, SheetView]
    ) -> None:
        self._book = book
        self._template = template
        self._mapping = mapping
        self._sheets = sheets
        self._taken = {name.casefold() for name in sheets}
        self._there = {name.casefold() for name in book.table_names()}

    def of(self, plan: Plan) -> tuple[Plan, tuple[str, ...]]:
        """
        Choose what is written, and where.

        Returns
        -------
        Plan
            For the adapter of the program that holds the workbook.
        tuple of str
            What the user should know.

        Raises
        ------
        WorkbookError
            If the plan writes inputs, or the mapping wants what there is not.
        """
        written = {write.table: write for write in plan.tables}
        self._refuse_inputs(written)
        self._notes: list[str] = []
        self._formats: dict[tuple[str, str], str] = {}
        tables, sheets = [], []
        for name in dict.fromkeys((*self._mapping.results, *ALWAYS)):
            contract = TABLES[name]
            write = written.get(contract.excel_name)
            if write is None:
                self._notes.append(f"the mapping wants {name}, which its packs do not compute; add the pack to it")
            elif contract.excel_name.casefold() in self._there:
                tables.append(write)
            else:
                sheets.append(self._new_sheet(contract, write, plan.names))
        if USED.casefold() in self._there:
            tables.append(TableWrite(table=USED, columns=_used(plan.names), key="Name"))
        cells = dict(chain(*(self._filled(fill, written) for fill in self._mapping.fills), self._figures(plan)))
        plan = Plan(tables=tuple(tables), cells=cells, sheets=tuple(sheets), formats=self._formats)
        return plan, tuple(self._notes)

    def _refuse_inputs(self, written: Collection[str]) -> None:
        for table in INPUT_TABLES:
            if table.excel_name in written:
                raise WorkbookError(
                    f"{table.name} of this workbook stands where its mapping says; add the rows there by hand, "
                    "since nothing is written into a sheet that is not ours"
                )

    # ---- result tables on sheets of their own

    def _new_sheet(self, contract: Table, write: TableWrite, used: Mapping[str, Cell]) -> NewSheet:
        styles = {
            column.title: Style(
                number_format=column_format(column).code, align="left" if column.kind in WORDS else "right"
            )
            for column in contract
        }
        table = NewTable(
            name=contract.excel_name, row=HEADER_ROW, column=1, columns=write.columns, styles=styles, header=HEADER
        )
        tables = (table, _used_table(used, column=len(write.columns) + 2)) if contract is LOG else (table,)
        return NewSheet(
            name=self._free_name(contract.name),
            cells={"A1": contract.name, "A2": WRITTEN.format(grain=contract.grain)},
            styles={"A1": TITLE, "A2": NOTE},
            tables=tables,
            widths=table_width(contract),
            freeze=(HEADER_ROW + 1, 2),
        )

    def _free_name(self, wanted: str) -> str:
        tries = chain((wanted, f"{wanted} (value)"), (f"{wanted} ({i})" for i in count(2)))
        name = next(name for name in tries if name.casefold() not in self._taken)
        self._taken.add(name.casefold())
        return name

    # ---- cells of the CFO's own sheets

    def _filled(self, fill: ColumnFill, written: Mapping[str, TableWrite]) -> Iterator[tuple[tuple[str, str], Cell]]:
        """Fill a column beside a list, row by row in the order of the list."""
        contract = TABLES[fill.result]
        write = written.get(contract.excel_name)
        if write is None or not write.key:
            raise WorkbookError(
                f"the mapping fills sheet {fill.sheet} with {fill.result}, which its packs do not compute or which has "
                "no one row for each id; take another result, or add the pack"
            )
        sheet = self._sheet(fill.sheet)
        column = contract[fill.column]
        by = {
            identity(key): value
            for key, value in zip(write.columns[write.key], write.columns[column.title], strict=True)
        }
        scale = fill.scale if column.kind is Kind.MONEY else 1.0
        formulas = self._book.formula_places(sheet.name)
        totals = {identity(label) for part in self._mapping.tables if part.sheet == fill.sheet for label in part.skip}
        rows = [(row, key) for row, key in _listed(sheet, fill) if key not in totals]
        seen: Counter[str] = Counter()
        kept = 0
        for row, key in rows:
            seen[key] += 1
            if (row, fill.at) in formulas:
                kept += 1
            else:
                # The second row of a customer would count it twice in every sum below.
                value = by.get(key) if seen[key] == 1 else CellError.NA
                place = sheet.name, address(row, fill.at)
                self._dress(place, column_format(column))
                yield place, _scaled(value, scale)
        self._note_fill(fill, rows=rows, by=set(by), seen=seen, kept=kept)
        if fill.first_row > 1 and sheet.cell(fill.first_row - 1, fill.at) is None:
            yield (sheet.name, address(fill.first_row - 1, fill.at)), column.title

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

    def _sheet(self, name: str) -> SheetView:
        found = find_sheet(self._sheets, name)
        if found is None:
            raise WorkbookError(f"the mapping fills sheet {name}, which there is not; give its name as it is now")
        return self._sheets[found]

    def _figures(self, plan: Plan) -> Iterator[tuple[tuple[str, str], Cell]]:
        """Fill single cells with figures of the model."""
        for fill in self._mapping.cells:
            if fill.figure not in self._template.formulas:
                near = ", ".join(get_close_matches(fill.figure, self._template.formulas)) or "base_value, cost_to_serve"
                raise WorkbookError(f"the mapping wants the figure {fill.figure}, which there is not; such as {near}")
            sheet, formula = self._template.formulas[fill.figure]
            value = plan.caches.get((sheet.name, address(formula.row, formula.column)))
            target, place = self._sheet(fill.sheet), Area.parse(fill.cell)
            if (place.first_row, place.first_column) in self._book.formula_places(target.name):
                self._notes.append(f"{target.name}!{fill.cell} holds a formula and was left alone")
            else:
                cell = target.name, address(place.first_row, place.first_column)
                self._dress(cell, formula.format)
                yield cell, _scaled(value, fill.scale)

    def _dress(self, place: tuple[str, str], kind: Format) -> None:
        """Show a number as what it is where its cell does not say how; brackets and dashes are our own sheets' way."""
        if kind not in (Format.GENERAL, Format.TEXT):
            self._formats[place] = (Format.MONEY if kind is Format.CENTS else kind).code.split(";")[0]


def _used_table(used: Mapping[str, Cell], *, column: int) -> NewTable:
    return NewTable(name=USED, row=HEADER_ROW, column=column, columns=_used(used), header=HEADER)


def _used(used: Mapping[str, Cell]) -> dict[str, list[Cell]]:
    """Keep how the results were computed; a day as a text, since the column holds all kinds of cells."""
    values: list[Cell] = [value.isoformat() if isinstance(value, dt.date) else value for value in used.values()]
    return {"Name": list(used), "Value": values}


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
