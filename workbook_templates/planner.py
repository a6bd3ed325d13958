"""
From cells to the plan: what every formula cell of a template shows, given the tables and the named cells.

The values come from the formulas' Python twins, so a reader without a calculation engine sees what Excel would.
"""

from collections.abc import Mapping, Sequence

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import ASSUMPTIONS, TABLES, Table
from workbook_templates.addresses import address
from workbook_templates.layout import NamedCell, Template
from workbook_templates.native import Book
from workbook_templates.plan import Cell, TableWrite

__all__ = ["TableCells", "assumption_cells", "book", "formula_values", "table_write"]

TableCells = Mapping[str, Sequence[Cell]]
"""Column name of the contract to cells, all columns of one length."""


def table_write(name: str, cells: TableCells, table: Table | None = None) -> TableWrite:
    """Plan the new body of a table of the contract, which may have other headings than there."""
    table = table or TABLES[name]
    key = table[table.key[0]].title if len(table.key) == 1 else ""
    return TableWrite(table=table.excel_name, columns=_by_heading(table, cells), key=key)


def assumption_cells(register: TableCells) -> dict[str, Cell]:
    """Give the named cells of the register: the values for scope all, the upper one where an id stands twice."""
    found: dict[str, Cell] = {}
    columns = (register.get(name, ()) for name in ("id", "scope", "value"))
    for id_, scope, value in zip(*columns, strict=True):
        if isinstance(id_, str) and scope in (None, "all"):
            found.setdefault(id_, value)
    return {assumption.cell_name: found.get(assumption.id) for assumption in REGISTER.values()}


def formula_values(
    template: Template, tables: Mapping[str, TableCells], names: Mapping[str, Cell]
) -> dict[tuple[str, str], Cell]:
    """
    Compute every formula cell.

    Parameters
    ----------
    template : Template
        The layout with its formulas.
    tables : mapping of str to TableCells
        Contents by contract name; a table that is not given is empty.
    names : mapping of str to Cell
        Contents of named cells; one that is not given is blank.

    Returns
    -------
    dict of (str, str) to Cell
        Sheet and address to value.
    """
    filled = book(template, tables, names)
    return {
        (sheet.name, address(formula.row, formula.column)): filled.figure(key)
        for key, (sheet, formula) in template.formulas.items()
    }


def book(template: Template, tables: Mapping[str, TableCells], names: Mapping[str, Cell]) -> Book:
    """Give what a template's formulas refer to; each is computed when it is asked for."""
    contents = {
        block.table.excel_name: _by_heading(block.table, _complete(block.table, tables.get(name, {})))
        for name, (_, block) in template.tables.items()
    }
    blank: dict[str, Cell] = {item.name: None for _, item in template.items() if isinstance(item, NamedCell)}
    named = blank | assumption_cells(tables.get(ASSUMPTIONS.name, {})) | dict(names)
    return Book(
        tables=contents, names=named, figures={key: formula.expr for key, (_, formula) in template.formulas.items()}
    )


def _complete(table: Table, cells: TableCells) -> TableCells:
    """Give every column of the contract: one that is not there is blank, and so is the one row of an empty table."""
    rows = len(next(iter(cells.values()), ()))
    blank = [None] * max(rows, 1)
    return {column.name: cells.get(column.name, blank) if rows else blank for column in table}


def _by_heading(table: Table, cells: TableCells) -> dict[str, Sequence[Cell]]:
    return {table[name].title: column for name, column in cells.items()}
