"""
What a workbook of ours holds: its template, the tables of the data contract and the named cells.

Read once for every command; the adapters give cells, `addin.cells` makes typed tables of them, and findings get the
sheet and row that people see.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from addin.cells import read_table_data
from addin.workbook import RawTable, Workbook, WorkbookError
from valuation.findings import Finding, Severity
from valuation.tables import INPUT_TABLES, SEGMENTS, SNAPSHOT_DATES, SNAPSHOTS, TableData
from workbook_templates.addresses import address
from workbook_templates.catalogue import UnknownTemplateError, recognise
from workbook_templates.layout import NamedCell, Template
from workbook_templates.plan import Cell
from workbook_templates.planner import TableCells

__all__ = ["Contents", "Located", "read_contents"]

COMPARED_WITH = (SEGMENTS, SNAPSHOTS, SNAPSHOT_DATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A finding's row as people see it: sheet, row and column, with its money."""

    finding: Finding
    sheet: str
    row: int | None
    cell: str
    amount: float | None
    customer_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contents:
    """
    A workbook as it was read.

    Attributes
    ----------
    template : Template
        What it was made from.
    raw : mapping of str to RawTable
        Every table of the template, by contract name.
    inputs : mapping of str to TableData
        The input tables, typed.
    last : mapping of str to DataFrame
        Result tables of the last refresh that the next one compares with, typed.
    cells : mapping of str to TableCells
        The same cells by contract columns, for the formulas' twins.
    names : mapping of str to Cell
        The cells with a name of the template: those that a refresh fills, and those that readers do.
    """

    template: Template
    raw: Mapping[str, RawTable]
    inputs: Mapping[str, TableData]
    last: Mapping[str, pd.DataFrame]
    cells: Mapping[str, TableCells]
    names: Mapping[str, Cell]

    def locate(self, finding: Finding) -> Iterator[Located]:
        """
        Give every row of a finding its place on a sheet.

        One without rows stands for the whole table; so does a note without money, however many rows it has.
        """
        raw = self.raw.get(finding.table)
        if raw is None or not finding.rows or (finding.severity is Severity.NOTE and not finding.amounts):
            amount = finding.amounts[0] if finding.amounts else None
            yield Located(
                finding=finding, sheet=self._sheet(finding), row=None, cell="", amount=amount, customer_id=None
            )
            return
        ids = self.cells.get(finding.table, {}).get("customer_id")
        heading = self._heading(raw, finding)
        amounts = finding.amounts or (None,) * len(finding.rows)
        for row, amount in zip(finding.rows, amounts, strict=True):
            place = raw.place(row - 1, heading)
            yield Located(
                finding=finding,
                sheet=place.sheet,
                row=place.row,
                cell=address(place.row, place.column) if place.column else "",
                amount=amount,
                customer_id=_text(ids[row - 1]) if ids is not None and row <= len(ids) else None,
            )

    def _sheet(self, finding: Finding) -> str:
        raw = self.raw.get(finding.table)
        return raw.sheet if raw else finding.table

    def _heading(self, raw: RawTable, finding: Finding) -> str:
        """Find the heading of a finding's column on the sheet; "" when it has none."""
        if finding.table not in self.template.tables:
            return ""
        table = self.template.tables[finding.table][1].table
        columns = ((heading, table.column_for(heading)) for heading in raw.columns)
        return next(
            (heading for heading, column in columns if column is not None and column.name == finding.column), ""
        )


def read_contents(workbook: Workbook) -> Contents:
    """
    Read everything that a command needs.

    Raises
    ------
    WorkbookError
        If the workbook was not made from one of our templates, or lacks one of its tables.
    """
    template = _template(workbook)
    present = {name.casefold() for name in workbook.table_names()}
    raw: dict[str, RawTable] = {}
    for name, (sheet, block) in template.tables.items():
        if block.table.excel_name.casefold() not in present:
            raise WorkbookError(
                f"the table {block.table.excel_name} (sheet '{sheet.name}') is missing; "
                "take it from a fresh workbook (customer-value new), or restore a copy"
            )
        raw[name] = workbook.read_table(block.table.excel_name)
    inputs = {table.name: read_table_data(raw[table.name], table) for table in INPUT_TABLES if table.name in raw}
    named = [item.name for _, item in template.items() if isinstance(item, NamedCell)]
    return Contents(
        template=template,
        raw=raw,
        inputs=inputs,
        last={
            table.name: read_table_data(raw[table.name], table).frame for table in COMPARED_WITH if table.name in raw
        },
        cells={name: _by_column(template, name, table) for name, table in raw.items()},
        names={name: workbook.read_name(name) for name in named},
    )


def _template(workbook: Workbook) -> Template:
    identity = workbook.names().get("cv_template")
    if identity is None:
        raise WorkbookError(
            "this workbook was not made from one of our templates (it has no name 'cv_template'); "
            "find the tables in it with: customer-value map FILE, or make one of ours with: customer-value new FILE"
        )
    try:
        return recognise(identity.strip().strip('"'))
    except UnknownTemplateError as error:
        raise WorkbookError(f"{error}; make a fresh workbook with: customer-value new FILE") from None


def _by_column(template: Template, name: str, raw: RawTable) -> TableCells:
    """Rename a table's columns from headings to contract names."""
    table = template.tables[name][1].table
    found: dict[str, object] = {}
    for heading, cells in raw.columns.items():
        column = table.column_for(heading)
        if column is not None:
            found.setdefault(column.name, cells)
    return found  # type: ignore[return-value]


def _text(cell: Cell) -> str | None:
    if cell is None:
        return None
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)
