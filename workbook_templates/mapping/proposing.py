"""
The search: which of a workbook's cells are which table of the data contract.

It never guesses silently. What is sure by words and by cells is proposed with its evidence; what is not has a question
in words, and a confidence below `SURE`; what is nothing of the contract is listed with the reason.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from valuation.tables import RESULT_TABLES, TABLES
from workbook_templates.addresses import address
from workbook_templates.mapping.blocks import Block, find_blocks, is_text
from workbook_templates.mapping.by_period import table_by_period
from workbook_templates.mapping.labels import assumptions_in, named_ranges, start_dates
from workbook_templates.mapping.lists import driver_tables, list_table
from workbook_templates.mapping.matching import Setting, candidates
from workbook_templates.mapping.model import SURE, MappingError, TableMap, WorkbookMap
from workbook_templates.mapping.reading import read_table
from workbook_templates.mapping.seen import ASKED, Seen, company_lines, look, setting_of
from workbook_templates.mapping.synonyms import join_levels, listed
from workbook_templates.mapping.views import SheetView, WorkbookView

__all__ = ["propose"]

_WRITTEN: Final = frozenset(table.excel_name.casefold() for table in RESULT_TABLES)


def propose(view: WorkbookView) -> WorkbookMap:
    """
    Propose a mapping for a workbook.

    Parameters
    ----------
    view : WorkbookView
        The workbook.

    Returns
    -------
    WorkbookMap
        Tables and assumptions, each with confidence and evidence; whatever has a confidence below `SURE` has a
        question. Every block is used once, or listed in `not_used` with the reason.
    """
    blocks = [block for sheet in view.sheets if not _holds_results(sheet) for block in find_blocks(sheet)]
    starts = start_dates(view, blocks)
    names = named_ranges(view)
    seen = [look(block, starts, names) for block in blocks]
    ids = _customer_ids(seen)
    tables: list[TableMap] = []
    not_used: list[str] = []
    free: list[Block] = []
    for each in seen:
        setting = setting_of(each, ids)
        made, why = _table(each, setting)
        tables.extend(made)
        if not made:
            free.append(each.block)
            if why:
                not_used.append(f"{each.where}: {why}")
    tables = [_settled(_tried(view, table)) for table in _compared(tables, seen)]
    across = {id(each.block) for each in seen if each.periods is not None}
    assumptions = assumptions_in(view, free, lambda block: id(block) in across)
    return WorkbookMap(tables=tuple(tables), assumptions=tuple(assumptions), not_used=tuple(not_used))


def _holds_results(sheet: SheetView) -> bool:
    """Tell whether an earlier refresh has written the sheet: results are no inputs of the next one."""
    return any(table.name.casefold() in _WRITTEN for table in sheet.tables)


def _customer_ids(seen: Sequence[Seen]) -> frozenset[str]:
    """Give the ids of the block that is most clearly a customer list."""
    best: tuple[float, frozenset[str]] = (0.0, frozenset())
    for each in seen:
        if each.periods is not None and not each.block.excel_table:
            continue
        likely = candidates(each.block, each.columns, setting_of(each, frozenset()))
        if likely and likely[0].table.name == "Customers":
            at = likely[0].at("customer_id")
            facts = next(facts for facts in each.columns if facts.at == at)
            if len(facts.repeated) <= 0.1 * len(facts.keys) and likely[0].fit > best[0]:
                best = (likely[0].fit, frozenset(facts.keys))
    return best[1]


def _table(seen: Seen, setting: Setting) -> tuple[list[TableMap], str]:
    """Make the table of a block, or say why there is none."""
    if not seen.columns:
        return [], ""
    if seen.periods is not None:
        made, why = table_by_period(seen, seen.periods, setting)
        if made is not None:
            return [made], ""
        if why:
            return [], why
    likely = candidates(seen.block, seen.columns, setting)
    if not likely:
        return [], _reason(seen)
    best = likely[0]
    if best.table.name in ("Customers", "Transactions") and (matrix := driver_tables(seen, best)):
        return matrix, ""
    if best.table.name in ("Ledger pools", "Trial balance", "Capacity"):
        named = [facts for facts in seen.columns if facts.at in (best.at("gl_account"), best.at("pool"))]
        if company_lines(named) >= 0.25:
            return [], _reason(seen)
    made_tables = [list_table(seen, best)]
    other = next(
        (each for each in likely[1:] if {each.table.name, best.table.name} == {"Invoices", "Transactions"}), None
    )
    if other is not None and not other.questions and not best.questions:
        amounts = {candidate.at("amount") or candidate.at("net_amount") for candidate in (best, other)}
        if len(amounts) == 2:
            made_tables.append(list_table(seen, other))
    return made_tables, ""


def _reason(seen: Seen) -> str:
    """Say why a block is not used; labels with single values are looked at for assumptions and need no reason."""
    if len(seen.columns) == 1 and seen.columns[0].share("text") > 0.5:
        return ""
    if not seen.block.header_row and len(seen.columns) <= 4 and seen.columns[0].share("text") > 0.5:
        return "labels with values, among which assumptions were looked for"
    heads = [join_levels(facts.header) for facts in seen.columns if facts.header][:6]
    said = f" (its header: {', '.join(heads)})" if heads else ""
    lines = [
        str(value).strip()
        for value in seen.columns[0].sample
        if is_text(value) and listed("company_lines", "words", str(value))
    ]
    if len(lines) >= 2:
        return f"lines of the company as a whole ({', '.join(lines[:4])}), not of customers"
    return f"no table of the data contract is recognised in it{said}"


def _compared(tables: Sequence[TableMap], seen: Sequence[Seen]) -> list[TableMap]:
    """Ask where several blocks would be the same table and may hold the same rows."""
    by_table: dict[str, list[int]] = {}
    for number, table in enumerate(tables):
        by_table.setdefault(table.table, []).append(number)
    made = list(tables)
    for name, numbers in by_table.items():
        drivers = {tables[number].fixed.get("driver") for number in numbers}
        if len(numbers) < 2 or (None not in drivers and len(drivers) == len(numbers)):
            continue  # each driver in a column of its own
        for number in numbers:
            others = [tables[other] for other in numbers if other != number]
            if all(_continued(tables[number], other, seen) for other in others):
                continue
            if name != "Customers" and all(_adds_up(tables[number], other, seen) for other in others):
                continue
            places = ", ".join(dict.fromkeys(_place_of(other) for other in others))
            asked = (
                f"{_place_of(tables[number])} looks like {name}, and so does {places}: which counts, or do they add up?"
            )
            made[number] = replace(made[number], questions=(*made[number].questions, asked))
    return made


def _place_of(table: TableMap) -> str:
    first = min((column.at for column in table.columns), default=1)
    return f"sheet {table.sheet}, {address(table.header_row or table.first_row, first)}"


def _continued(one: TableMap, other: TableMap, seen: Sequence[Seen]) -> bool:
    """Tell whether one block goes on with the other under the same header, further down the sheet."""
    columns = [{(column.column, column.at, column.header) for column in table.columns} for table in (one, other)]
    if one.sheet != other.sheet or columns[0] != columns[1] or (one.across is None) != (other.across is None):
        return False
    keys = [_keys(table, seen) for table in (one, other)]
    return one.table != "Customers" or keys[0].isdisjoint(keys[1])


def _adds_up(one: TableMap, other: TableMap, seen: Sequence[Seen]) -> bool:
    """Tell whether two blocks have rows of different customers or times, so that they add up."""
    keys = [_keys(table, seen) for table in (one, other)]
    alike = {column.header for column in one.columns} == {column.header for column in other.columns}
    if alike and keys[0] and keys[1] and keys[0].isdisjoint(keys[1]):
        return True
    if one.across is not None or other.across is not None:
        return False
    spans = [_span(table, seen) for table in (one, other)]
    if spans[0] is None or spans[1] is None:
        return False
    return spans[0][1] < spans[1][0] or spans[1][1] < spans[0][0]


def _keys(table: TableMap, seen: Sequence[Seen]) -> frozenset[str]:
    at = next((column.at for column in table.columns if column.column == "customer_id"), None)
    for each in seen:
        if (each.block.sheet.name, each.block.first_row) == (table.sheet, table.first_row):
            facts = next((facts for facts in each.columns if facts.at == at), None)
            if facts is not None:
                return frozenset(facts.keys)
    return frozenset()


def _span(table: TableMap, seen: Sequence[Seen]) -> tuple[dt.date, dt.date] | None:
    names = ("date", "invoice_date", "period", "opened")
    at = next((column.at for column in table.columns if column.column in names), None)
    for each in seen:
        block = each.block
        if (
            at is not None
            and block.sheet.name == table.sheet
            and block.first_row == table.first_row
            and at in block.columns
        ):
            days = [
                value.date() if isinstance(value, dt.datetime) else value
                for row in range(block.first_row, block.last_row + 1)
                if isinstance(value := block.sheet.cell(row, at), dt.date)
            ]
            return (min(days), max(days)) if days else None
    return None


def _tried(view: WorkbookView, table: TableMap) -> TableMap:
    """Try to read a block that has rows to skip: a label that is not found where it is looked for is asked about."""
    if table.questions or not (table.skip or table.across):
        return table
    sheet = next(sheet for sheet in view.sheets if sheet.name == table.sheet)
    try:
        read_table(sheet, table, TABLES[table.table])
    except MappingError as error:
        return replace(table, questions=(str(error),))
    return table


def _settled(table: TableMap) -> TableMap:
    """Make confidence and questions agree: below SURE something is asked, and what is asked is below SURE."""
    if table.questions:
        return replace(table, confidence=min(table.confidence, ASKED))
    if table.confidence < SURE:
        weakest = min(table.columns, key=lambda column: column.confidence)
        asked = f'{_place_of(table)}: is the column "{weakest.header}" really {weakest.column}?'
        return replace(table, questions=(asked,))
    return table
