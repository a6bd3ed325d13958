"""What a mapping may say: names of the data contract, and rows, columns and factors that can be."""

import difflib
import json
import math
import re
from collections.abc import Callable, Collection, Iterator
from typing import Final

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import INPUT_TABLES, RESULT_TABLES, TABLES
from workbook_templates.addresses import column_number
from workbook_templates.mapping.model import (
    AssumptionMap,
    CellFill,
    ColumnFill,
    MappingError,
    TableMap,
    WorkbookMap,
)
from workbook_templates.packs import PACKS

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "Path", "check_mapping", "nearest"]

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384

Path = tuple[str | int, ...]
"""Names of a mapping's fields and places in them counted from 0, such as ("tables", 0, "columns", 2, "at")."""

_INPUTS: Final = tuple(table.name for table in INPUT_TABLES)
_RESULTS: Final = tuple(table.name for table in RESULT_TABLES)
_ADDRESS: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_Problem = tuple[Path, str]


def check_mapping(mapping: WorkbookMap, place: Callable[[Path], str]) -> None:
    """
    Refuse a mapping that names something that is not there, or a row, column or factor that cannot be.

    Parameters
    ----------
    mapping : WorkbookMap
        The mapping as it was written down.
    place : callable
        Gives the words for where its writer finds a part of it.

    Raises
    ------
    MappingError
        With the place of the first fault, what is allowed there, and the nearest name to a misspelt one.
    """
    for path, problem in _problems(mapping):
        raise MappingError(f"{place(path)}: {problem}")


def nearest(word: str, allowed: Collection[str]) -> str:
    """
    Say what a name should have been.

    Examples
    --------
    >>> nearest("Custmers", ["Customers", "Drivers"])
    'did you mean "Customers"?'
    >>> nearest("Sales", ["Customers", "Drivers"])
    'use one of: Customers, Drivers'
    """
    by_fold = {name.casefold(): name for name in allowed}
    close = difflib.get_close_matches(word.strip().casefold(), by_fold, n=1, cutoff=0.6)
    return f'did you mean "{by_fold[close[0]]}"?' if close else f"use one of: {', '.join(allowed)}"


def _problems(mapping: WorkbookMap) -> Iterator[_Problem]:
    for index, table in enumerate(mapping.tables):
        yield from _table(("tables", index), table)
    for index, assumption in enumerate(mapping.assumptions):
        yield from _assumption(("assumptions", index), assumption)
    for index, fill in enumerate(mapping.fills):
        yield from _fill(("fills", index), fill)
    for index, cell in enumerate(mapping.cells):
        yield from _cell(("cells", index), cell)
    for index, result in enumerate(mapping.results):
        yield from _named(("results", index), "result table", result, _RESULTS)
    for index, pack in enumerate(mapping.packs):
        yield from _named(("packs", index), "pack", pack, PACKS)
    for name, headings in mapping.headings.items():
        yield from _named(("headings", name), "table", name, TABLES)
        for column in headings:
            yield from _column(("headings", name, column), name, column)


def _table(path: Path, table: TableMap) -> Iterator[_Problem]:
    yield from _named((*path, "table"), "input table", table.table, _INPUTS)
    yield from _sheet(path, table.sheet)
    yield from _between((*path, "header_row"), table.header_row, 0, MAX_ROWS)
    yield from _between((*path, "first_row"), table.first_row, max(table.header_row + 1, 1), MAX_ROWS)
    if table.last_row is not None:
        yield from _between((*path, "last_row"), table.last_row, table.first_row, MAX_ROWS)
    yield from _scale(path, table.scale)
    if table.sign not in (1, -1):
        yield (*path, "sign"), f"must be 1 or -1, not {table.sign}"
    yield from _share(path, table.confidence)
    for index, column in enumerate(table.columns):
        here = (*path, "columns", index)
        yield from _column((*here, "column"), table.table, column.column)
        yield from _between((*here, "at"), column.at, 1, MAX_COLUMNS)
        yield from _share(here, column.confidence)
    for column_ in table.fixed:
        yield from _column((*path, "fixed", column_), table.table, column_)
    if across := table.across:
        here = (*path, "across")
        yield from _column((*here, "date"), table.table, across.date)
        yield from _column((*here, "value"), table.table, across.value)
        yield from _between((*here, "row"), across.row, 1, MAX_ROWS)
        yield from _between((*here, "first_column"), across.first_column, 1, MAX_COLUMNS)
        if across.last_column is not None:
            yield from _between((*here, "last_column"), across.last_column, across.first_column, MAX_COLUMNS)


def _assumption(path: Path, assumption: AssumptionMap) -> Iterator[_Problem]:
    yield from _named((*path, "id"), "assumption", assumption.id, REGISTER)
    if bool(assumption.cell) == (assumption.value is not None):
        yield path, f"give {assumption.id} either a cell or a value"
    yield from _scale(path, assumption.scale)
    yield from _share(path, assumption.confidence)


def _fill(path: Path, fill: ColumnFill) -> Iterator[_Problem]:
    yield from _named((*path, "result"), "result table", fill.result, _RESULTS)
    yield from _column((*path, "column"), fill.result, fill.column)
    yield from _sheet(path, fill.sheet)
    yield from _between((*path, "key_column"), fill.key_column, 1, MAX_COLUMNS)
    yield from _between((*path, "at"), fill.at, 1, MAX_COLUMNS)
    if fill.at == fill.key_column:
        yield (*path, "at"), "the column with the ids cannot be the one that is filled"
    yield from _between((*path, "first_row"), fill.first_row, 1, MAX_ROWS)
    if fill.last_row is not None:
        yield from _between((*path, "last_row"), fill.last_row, fill.first_row, MAX_ROWS)
    yield from _scale(path, fill.scale)


def _cell(path: Path, cell: CellFill) -> Iterator[_Problem]:
    if not cell.figure:
        yield (*path, "figure"), "give the figure of the model that goes there"
    yield from _sheet(path, cell.sheet)
    match = _ADDRESS.fullmatch(cell.cell)
    if not match or column_number(match[1]) > MAX_COLUMNS or int(match[2]) > MAX_ROWS:
        yield (*path, "cell"), f"must be the address of one cell, such as B4, not {_quoted(cell.cell)}"
    yield from _scale(path, cell.scale)


def _named(path: Path, what: str, name: str, allowed: Collection[str]) -> Iterator[_Problem]:
    if name not in allowed:
        yield path, f"there is no {what} {_quoted(name)}; {nearest(name, allowed)}"


def _column(path: Path, table: str, column: str) -> Iterator[_Problem]:
    contract = TABLES.get(table)
    if contract is None or (contract.open is not None and column.strip()):
        return
    yield from _named(path, f"column of {table} called", column, [each.name for each in contract])


def _sheet(path: Path, sheet: str) -> Iterator[_Problem]:
    if not sheet.strip():
        yield (*path, "sheet"), "give the name of the sheet"


def _between(path: Path, number: int, low: int, high: int) -> Iterator[_Problem]:
    if not low <= number <= high:
        yield path, f"must be from {low} to {high}, not {number}"


def _scale(path: Path, scale: float) -> Iterator[_Problem]:
    if not math.isfinite(scale) or scale <= 0:
        yield (*path, "scale"), f"must be a number above 0, such as 1000 for amounts in thousands, not {scale}"


def _share(path: Path, confidence: float) -> Iterator[_Problem]:
    if not 0 <= confidence <= 1:
        yield (*path, "confidence"), f"must be from 0 to 1, not {confidence}"


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
