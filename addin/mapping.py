"""
Finding where the tables stand in a workbook, and keeping what was found where people can correct it.

A proposal is never used as it stands while it asks something; what is sure still says why.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from addin.faults import UserError
from addin.workbook import Workbook, WorkbookError
from valuation.tables import CUSTOMERS, RESULT_TABLES, TABLES, TRANSACTIONS, Kind
from workbook_templates.addresses import address, column_letters, column_number
from workbook_templates.mapping.model import (
    AssumptionMap,
    CellFill,
    ColumnFill,
    MappingError,
    TableMap,
    WorkbookMap,
)
from workbook_templates.mapping.proposing import propose
from workbook_templates.mapping.reading import find_sheet, read_table
from workbook_templates.mapping.views import WorkbookView
from workbook_templates.packs import PACKS

__all__ = ["FoundTable", "found_tables", "lacking", "proposal", "questions", "where"]

RESULTS: Final = ("Customer P&L", "Lifetime value", "Segments")
"""Result tables that a workbook gets when nobody says which."""
_TARGET: Final = re.compile(
    r"(?P<what>[^=]+)=\s*(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^'!]+))!(?P<at>[A-Za-z]{1,3}[0-9]*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTable:
    """
    A table of a mapping as people look at it.

    Attributes
    ----------
    mapped : TableMap
        What the mapping says.
    rows : int or None
        How many rows are read there; None when a question stands in the way.
    total : float or None
        What its first column of money adds up to.
    """

    mapped: TableMap
    rows: int | None
    total: float | None


def proposal(
    book: Workbook,
    *,
    packs: Sequence[str] = (),
    results: Sequence[str] = (),
    fills: Iterable[str] = (),
    figures: Iterable[str] = (),
) -> WorkbookMap:
    """
    Find the tables of a workbook.

    Parameters
    ----------
    book : Workbook
        Any workbook.
    packs : sequence of str
        Packs whose results are computed.
    results : sequence of str
        Result tables that get a sheet of their own.
    fills : iterable of str
        Columns beside the customer list to be filled, such as ``Lifetime value:value='Client list'!F``.
    figures : iterable of str
        Cells to be filled, such as ``base_value=Cockpit!B4``.

    Raises
    ------
    WorkbookError
        If it is a workbook of ours, which needs no mapping.
    UserError
        If a pack, a result or a target cannot be meant.
    """
    if "cv_template" in book.names():
        raise WorkbookError("this workbook was made from our template: its tables are known, it needs no mapping")
    for name in packs:
        if name not in PACKS:
            raise UserError(f"no pack '{name}'; there are {', '.join(PACKS)}")
    known = [table.name for table in RESULT_TABLES]
    for name in results:
        if name not in known:
            raise UserError(f"no result '{name}'; there are {', '.join(known)}")
    view = book.view()
    found = propose(view)
    filled = (*found.fills, *(_fill(text, found, view) for text in fills))
    return replace(
        found,
        tables=tuple(_without_filled(table, filled) for table in found.tables),
        packs=tuple(packs),
        results=tuple(results) or RESULTS,
        fills=filled,
        cells=(*found.cells, *(_figure(text, view) for text in figures)),
    )


def _without_filled(table: TableMap, fills: Sequence[ColumnFill]) -> TableMap:
    """Leave out the columns of a list that results are to fill: the next refresh would take them for inputs."""
    filled = {fill.at for fill in fills if (fill.sheet, fill.first_row) == (table.sheet, table.first_row)}
    return replace(table, columns=tuple(column for column in table.columns if column.at not in filled))


def lacking(mapping: WorkbookMap) -> list[str]:
    """Say in words what was not found and customer value cannot do without."""
    names = {table.table for table in mapping.tables}
    columns = {column.column for table in mapping.tables for column in table.columns}
    columns |= {name for table in mapping.tables for name in table.fixed}
    if not names & {CUSTOMERS.name, TRANSACTIONS.name}:
        return ["No list of customers and no sales of customers were found: say in the mapping where they stand."]
    if TRANSACTIONS.name not in names and "annual_revenue" not in columns:
        return [
            "No sales of customers were found: without them nobody has a value. Say in the mapping where they stand."
        ]
    if not columns & {"cogs", "annual_margin"} and all(one.id != "gross_margin_pct" for one in mapping.assumptions):
        return [
            "Nothing says what the goods cost: without it there is no margin and no value. Give the gross margin in "
            'the mapping, as an assumption with the id gross_margin_pct and a cell ("P&L!B5") or a value (0.35).'
        ]
    return []


def questions(mapping: WorkbookMap) -> list[str]:
    """Give everything that somebody must answer, with what it is about."""
    parts: list[tuple[str, TableMap | AssumptionMap]] = [(f"{one.table} ({one.sheet})", one) for one in mapping.tables]
    parts += [(one.id, one) for one in mapping.assumptions]
    return [f"{what}: {question}" for what, part in parts for question in part.questions]


def found_tables(view: WorkbookView, mapping: WorkbookMap) -> list[FoundTable]:
    """
    Read what a mapping says, to be looked at: how many rows, and how much money.

    Raises
    ------
    WorkbookError
        If the mapping does not fit the workbook.
    """
    return [_found(view, mapped) for mapped in mapping.tables]


def _found(view: WorkbookView, mapped: TableMap) -> FoundTable:
    contract = TABLES[mapped.table]
    try:
        rows = read_table(find_sheet(view.sheets, mapped.sheet), replace(mapped, questions=()), contract)
    except MappingError as error:
        if mapped.questions:
            return FoundTable(mapped=mapped, rows=None, total=None)
        raise WorkbookError(f"{view.source}: {error}") from error
    money = next((name for name in rows.columns if contract[name].kind is Kind.MONEY), None)
    numbers = [cell for cell in rows.columns.get(money or "", ()) if type(cell) in (int, float)]
    return FoundTable(mapped=mapped, rows=rows.rows, total=float(sum(numbers)) if money else None)  # type: ignore[arg-type]  # the line above sorted them


# ---- where results go


def _target(text: str, view: WorkbookView) -> tuple[str, str, str]:
    """Read WHAT=SHEET!PLACE; the sheet as the workbook spells it."""
    match = _TARGET.fullmatch(text.strip())
    if match is None:
        raise UserError(f"'{text}' must look like Lifetime value:value=Clients!F or base_value='Our cockpit'!B4")
    try:
        sheet = find_sheet(view.sheets, (match["quoted"] or match["plain"]).replace("''", "'"))
    except MappingError as error:
        raise UserError(str(error)) from error
    return match["what"].strip(), sheet.name, match["at"].upper()


def _fill(text: str, found: WorkbookMap, view: WorkbookView) -> ColumnFill:
    what, sheet, at = _target(text, view)
    result, _, name = (part.strip() for part in what.partition(":"))
    contract = next((table for table in RESULT_TABLES if table.name.casefold() == result.casefold()), None)
    column = contract.column_for(name) if contract is not None else None
    if contract is None or column is None:
        options = ", ".join(one.name for one in contract) if contract else ", ".join(t.name for t in RESULT_TABLES)
        raise UserError(
            f"'{text}': no {'column' if contract else 'result'} '{name if contract else result}'; {options}"
        )
    lists = [one for one in found.tables if one.sheet == sheet and _ids(one)]
    lists.sort(key=lambda one: (one.table != CUSTOMERS.name, one.across is not None))
    if not lists:
        raise UserError(f"'{text}': no list with customers' ids was found on sheet {sheet}; add the fill by hand")
    place = lists[0]
    return ColumnFill(
        result=contract.name,
        column=column.name,
        sheet=sheet,
        key_column=_ids(place),
        first_row=place.first_row,
        last_row=place.last_row,
        at=column_number(re.sub("[0-9]", "", at)),
        scale=place.scale,
    )


def _ids(mapped: TableMap) -> int:
    return next((column.at for column in mapped.columns if column.column == "customer_id"), 0)


def _figure(text: str, view: WorkbookView) -> CellFill:
    what, sheet, at = _target(text, view)
    if at.isalpha():
        raise UserError(f"'{text}' must name one cell, such as {at}4")
    return CellFill(figure=what, sheet=sheet, cell=at)


def where(mapped: TableMap) -> str:
    """Say where a table stands, such as ``Clients!A5:F120``."""
    columns = [column.at for column in mapped.columns]
    if mapped.across is not None:
        columns += [mapped.across.first_column, mapped.across.last_column or mapped.across.first_column]
    first = address(mapped.first_row, min(columns, default=1))
    last = column_letters(max(columns, default=1))
    return f"{mapped.sheet}!{first}:{last}{mapped.last_row or ''}"
