"""
Imported transactions into a workbook's input tables: the plan.

Importing a source again replaces its rows; what came from other sources, and everything about customers that are
there already, stays. The formulas' values follow, so the result sheets say at once that they are stale.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from addin.cells import table_cells
from addin.contents import Contents
from addin.settings import set_assumptions
from addin.sources import ImportedTransactions
from valuation.tables import ASSUMPTIONS, CUSTOMERS, TRANSACTIONS, Table
from workbook_templates.plan import Cell, Plan
from workbook_templates.planner import TableCells, formula_values, table_write

__all__ = ["ImportPlan", "plan_import"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportPlan:
    """What an import will write, and what it replaces and adds."""

    plan: Plan
    replaced: int
    added: int
    new_customers: int
    as_of: dt.date | None


def plan_import(contents: Contents, imported: ImportedTransactions, settings: Mapping[str, Cell]) -> ImportPlan:
    """
    Plan the new input tables.

    Parameters
    ----------
    contents : Contents
        The workbook as it is.
    imported : ImportedTransactions
        What was read from the source.
    settings : mapping of str to Cell
        Assumptions given by hand; without an as-of date among them the latest transaction gives it.

    Raises
    ------
    SettingError
        If a setting cannot be used.
    """
    source = imported.frame["source"].iloc[0] if len(imported.frame) else None
    before = contents.cells[TRANSACTIONS.name]
    filled = _filled(before)
    sources = before.get("source", [None] * len(before["date"]))
    kept = [i for i in filled if source is None or sources[i] != source]
    transactions = _stacked(TRANSACTIONS, before, kept, table_cells(imported.frame, TRANSACTIONS))
    customers, new_customers = _customers(contents, transactions)
    as_of = _latest(transactions["date"])
    if "as_of" not in settings and as_of is not None:
        settings = {**settings, "as_of": as_of}
    changed, cells = set_assumptions(contents, settings)
    inputs: dict[str, TableCells] = {TRANSACTIONS.name: transactions, CUSTOMERS.name: customers}
    tables = {**changed.cells, **inputs}
    return ImportPlan(
        plan=Plan(
            tables=tuple(table_write(name, columns) for name, columns in inputs.items()),
            cells=cells,
            caches=formula_values(contents.template, tables, contents.names),
        ),
        replaced=len(filled) - len(kept),
        added=len(imported.frame),
        new_customers=new_customers,
        as_of=_as_of(tables[ASSUMPTIONS.name]),
    )


def _filled(cells: TableCells) -> list[int]:
    """Give the rows that are not blank from end to end."""
    return [i for i, row in enumerate(zip(*cells.values(), strict=True)) if any(cell is not None for cell in row)]


def _stacked(table: Table, before: TableCells, kept: Sequence[int], more: TableCells) -> dict[str, list[Cell]]:
    """Put new rows under kept ones; a column that one of them lacks is blank there."""
    rows = len(next(iter(more.values()), ()))
    blank: list[Cell] = [None] * rows
    return {
        column.name: [*(before[column.name][i] for i in kept), *more.get(column.name, blank)]
        for column in table
        if column.name in before
    }


def _customers(contents: Contents, transactions: TableCells) -> tuple[dict[str, list[Cell]], int]:
    """Add the customers that are not on the list yet, each with the date of its first sale; a credit note is none."""
    before = contents.cells[CUSTOMERS.name]
    known = set(contents.inputs[CUSTOMERS.name].frame["customer_id"].dropna())
    first: dict[str, dt.date] = {}
    rows = zip(*(transactions[name] for name in ("customer_id", "date", "net_amount")), strict=True)
    for id_, date, amount in rows:
        if isinstance(id_, str) and id_ not in known:
            sold = isinstance(amount, float) and amount > 0
            first[id_] = min(first.get(id_, NEVER), _day(date) if sold else NEVER)
    ids = sorted(first)
    dates: list[Cell] = [None if first[id_] == NEVER else first[id_] for id_ in ids]
    return _stacked(CUSTOMERS, before, _filled(before), {"customer_id": ids, "first_purchase": dates}), len(ids)


NEVER = dt.date.max


def _day(cell: Cell) -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    return cell if isinstance(cell, dt.date) else NEVER


def _latest(dates: Sequence[Cell]) -> dt.date | None:
    days = [_day(cell) for cell in dates if isinstance(cell, dt.date)]
    return max(days, default=None)


def _as_of(register: TableCells) -> dt.date | None:
    pairs = dict(zip(register["id"], register["value"], strict=True))
    value = pairs.get("as_of")
    return _day(value) if isinstance(value, dt.date) else None
