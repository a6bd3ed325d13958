"""
A mapping as a sheet of the workbook: one table, a row for each thing, which people correct in place.

Rows of one block of cells carry its number, so that sorting and filtering do no harm. Dates are written as texts such
as 2026-01-31, which every program leaves alone, and read as either.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.assumptions import Wanted
from valuation.tables import TABLES, Kind
from workbook_templates.addresses import address, column_letters, column_number
from workbook_templates.mapping.checking import Path, check_mapping, nearest
from workbook_templates.mapping.model import (
    Across,
    AssumptionMap,
    CellFill,
    ColumnFill,
    ColumnMap,
    Headings,
    MappingError,
    TableMap,
    WorkbookMap,
)
from workbook_templates.mapping.reading import cell_text
from workbook_templates.plan import Cell, CellError, NewSheet, NewTable, Style

__all__ = ["MAPPING_SHEET", "MAPPING_TABLE", "mapping_sheet", "read_mapping_sheet"]

MAPPING_SHEET: Final = "Mapping"
MAPPING_TABLE: Final = "tblMapping"

BLOCK, WHAT, TABLE, COLUMN = "Block", "What", "Contract table", "Contract column"
SHEET, CELLS, HEADER, VALUE = "Sheet", "Cells", "Header", "Value"
SCALE, CONFIDENCE, ASK, WHY = "Scale", "Confidence", "Answer needed", "Why"
_COLUMNS: Final[Mapping[str, float]] = {
    BLOCK: 7,
    WHAT: 13,
    TABLE: 17,
    COLUMN: 19,
    SHEET: 20,
    CELLS: 18,
    HEADER: 26,
    VALUE: 22,
    SCALE: 8,
    CONFIDENCE: 11,
    ASK: 50,
    WHY: 60,
}
_TOP: Final = (
    "Mapping: where the tables of the data contract stand in this workbook",
    "Correct what is wrong; the next refresh reads this table. Rows with the same block number belong together.",
    "A refresh stops where an answer is needed: correct what is asked about, then clear the question.",
)
_HEADER_ROW: Final = 5

_ROWS = re.compile(r"(?:rows?\s*)?(\d{1,7})(?:\s*(?:to|[-–:])\s*(\d{1,7})|(\s+on))?", re.IGNORECASE)
_LETTERS = re.compile(r"(?:ids\s+in\s+)?(?:column\s*)?\$?([A-Z]{1,3})", re.IGNORECASE)
_RANGE = re.compile(
    r"\$?([A-Z]{1,3})\$?(\d{1,7})(?:\s*(?:to|[-–:])\s*\$?([A-Z]{1,3})\$?(\d{1,7})|\s+on)?", re.IGNORECASE
)
_ON_SHEET = re.compile(r"'((?:[^']|'')+)'!(.+)", re.DOTALL)


def mapping_sheet(mapping: WorkbookMap, name: str = MAPPING_SHEET) -> NewSheet:
    """
    Lay a mapping out as a sheet; `read_mapping_sheet` gives an equal one back from its table.

    Raises
    ------
    MappingError
        When a fixed value is blank or an error value.
    """
    rows = [*_rows(mapping)]
    table = NewTable(
        name=MAPPING_TABLE,
        row=_HEADER_ROW,
        column=1,
        columns={column: [row.get(column) for row in rows] for column in _COLUMNS},
        styles={
            CONFIDENCE: Style(number_format="0%"),
            ASK: Style(fill="FFF2CC", wrap=True),
            WHY: Style(wrap=True),
        },
    )
    return NewSheet(
        name=name,
        cells={address(row, 1): line for row, line in enumerate(_TOP, 1)},
        styles={"A1": Style(bold=True, size=14)},
        tables=(table,),
        widths=dict(enumerate(_COLUMNS.values(), 1)),
        freeze=(_HEADER_ROW + 1, 3),
    )


def read_mapping_sheet(columns: Mapping[str, Sequence[Cell]], first_row: int = 1) -> WorkbookMap:
    """
    Read the table of a mapping's sheet.

    Parameters
    ----------
    columns : mapping of str to sequence of Cell
        Its columns by their headings; further ones that people added are not looked at.
    first_row : int
        The sheet's row in which they begin, for messages.

    Raises
    ------
    MappingError
        When a row says something that a mapping cannot; the message names the row, what is allowed and,
        for a name misspelt, which one is near.
    """
    reading = _Reading(_entries(columns, first_row))
    mapping = reading.mapping()
    check_mapping(mapping, reading.place)
    return mapping


# --- Writing

_Row = Mapping[str, Cell]


def _rows(mapping: WorkbookMap) -> Iterator[_Row]:
    for number, table in enumerate(mapping.tables, 1):
        for row in _table_rows(table):
            yield {BLOCK: number, TABLE: table.table, SHEET: table.sheet, **row}
    for assumption in mapping.assumptions:
        sheet, cell = _parted(assumption.cell)
        value = _written(assumption.id, assumption.value) if assumption.value is not None else None
        yield {
            WHAT: "assumption",
            COLUMN: assumption.id,
            SHEET: sheet,
            CELLS: cell,
            VALUE: value,
            **_scaled(assumption.scale),
            **_judged(assumption),
        }
    for fill in mapping.fills:
        last = f"to {address(fill.last_row, fill.at)}" if fill.last_row is not None else "on"
        yield {
            WHAT: "fill",
            TABLE: fill.result,
            COLUMN: fill.column,
            SHEET: fill.sheet,
            CELLS: f"{address(fill.first_row, fill.at)} {last}",
            VALUE: f"ids in column {column_letters(fill.key_column)}",
            **_scaled(fill.scale),
        }
    for one in mapping.cells:
        yield {WHAT: "fill cell", COLUMN: one.figure, SHEET: one.sheet, CELLS: one.cell, **_scaled(one.scale)}
    yield from ({WHAT: "result", TABLE: result} for result in mapping.results)
    yield from ({WHAT: "pack", VALUE: pack} for pack in mapping.packs)
    yield from ({WHAT: "sheet name", SHEET: theirs, VALUE: ours} for ours, theirs in mapping.sheets.items())
    for table_name, headings in mapping.headings.items():
        for column, heading in headings.items():
            yield {WHAT: "heading", TABLE: table_name, COLUMN: column, HEADER: heading}
    yield from ({WHAT: "not used", WHY: words} for words in mapping.not_used)


def _table_rows(table: TableMap) -> Iterator[_Row]:
    last = "on" if table.last_row is None else f"to {table.last_row}"
    yield {WHAT: "table", CELLS: f"rows {table.first_row} {last}", **_scaled(table.scale), **_judged(table)}
    if table.header_row:
        yield {WHAT: "header row", CELLS: f"row {table.header_row}"}
    if table.excel_table:
        yield {WHAT: "excel table", VALUE: table.excel_table}
    if table.sign != 1:
        yield {WHAT: "sign", VALUE: table.sign}
    for column in table.columns:
        yield {
            WHAT: "column",
            COLUMN: column.column,
            CELLS: f"column {column_letters(column.at)}",
            HEADER: column.header or None,
            CONFIDENCE: column.confidence,
            WHY: _joined(column.evidence),
        }
    if across := table.across:
        last = "on" if across.last_column is None else f"to {address(across.row, across.last_column)}"
        yield {
            WHAT: "periods",
            COLUMN: across.date,
            CELLS: f"{address(across.row, across.first_column)} {last}",
            HEADER: across.heading or None,
            VALUE: across.headings.value,
        }
        yield {WHAT: "amounts", COLUMN: across.value}
        if across.first_period is not None:
            yield {WHAT: "first period", VALUE: across.first_period.isoformat()}
    for name, value in table.fixed.items():
        yield {WHAT: "fixed", COLUMN: name, VALUE: _written(name, value)}
    for label in table.skip:
        yield {WHAT: "skip", VALUE: label}


def _parted(cell: str) -> tuple[str | None, str | None]:
    """Part 'Inputs'!C5 into sheet and cell if they make up the same again: Excel takes a first quote for its own."""
    match = _ON_SHEET.fullmatch(cell)
    if match is not None:
        sheet = match[1].replace("''", "'")
        if _on_sheet(sheet, match[2]) == cell:
            return sheet, match[2]
    return None, cell or None


def _on_sheet(sheet: str, cell: str) -> str:
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"


def _scaled(scale: float) -> _Row:
    return {SCALE: scale} if scale != 1 else {}


def _judged(mapped: TableMap | AssumptionMap) -> _Row:
    return {CONFIDENCE: mapped.confidence, ASK: _joined(mapped.questions), WHY: _joined(mapped.evidence)}


def _joined(lines: Sequence[str]) -> str | None:
    return "\n".join(lines) or None


def _written(name: str, value: Cell) -> Cell:
    if value is None or isinstance(value, CellError):
        raise MappingError(f"the mapping gives {name} the value {value}; give one that is a number, a date or a text")
    return value.isoformat() if isinstance(value, dt.date) else value


# --- Reading


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row of the table, its number and what is in it."""

    number: int
    cells: Mapping[str, Cell]

    def fault(self, problem: str) -> MappingError:
        return MappingError(f"row {self.number}: {problem}")

    @property
    def what(self) -> str:
        return self.name(WHAT).casefold()

    def text(self, column: str) -> str:
        """A text as it stands, blanks at its ends included."""
        cell = self.cells[column]
        return cell if isinstance(cell, str) and not isinstance(cell, CellError) else cell_text(cell)

    def name(self, column: str) -> str:
        return self.text(column).strip()

    def lines(self, column: str) -> tuple[str, ...]:
        return tuple(line for line in self.text(column).split("\n") if line.strip())

    def number_in(self, column: str, usual: float) -> float:
        cell = self.cells[column]
        if cell is None or cell == "":
            return usual
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            raise self.fault(f"{column} must be a number, not {cell!r}")
        return float(cell)

    def match(self, pattern: re.Pattern[str], column: str, *examples: str) -> re.Match[str]:
        text = self.name(column)
        found = pattern.fullmatch(text)
        if found is None:
            raise self.fault(f"{column} must read like {' or '.join(map(repr, examples))}, not {text!r}")
        return found

    def column_in(self, column: str, example: str) -> int:
        return column_number(self.match(_LETTERS, column, example)[1])

    def value(self, *, as_date: bool) -> Cell:
        """The value, a date where one is meant."""
        cell = self.cells[VALUE]
        if as_date and isinstance(cell, str) and not isinstance(cell, CellError):
            return _date(cell.strip()) or cell
        return cell


def _date(text: str) -> dt.date | dt.datetime | None:
    for read in (dt.date.fromisoformat, dt.datetime.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _entries(columns: Mapping[str, Sequence[Cell]], first_row: int) -> list[_Entry]:
    folded = {" ".join(heading.split()).casefold(): cells for heading, cells in columns.items()}
    missing = [column for column in _COLUMNS if column.casefold() not in folded]
    if missing:
        raise MappingError(f"{MAPPING_TABLE} has no column {missing[0]!r} any more; put its heading back")
    cells = {column: folded[column.casefold()] for column in _COLUMNS}
    rows = (dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True))
    return [
        _Entry(number, row)
        for number, row in enumerate(rows, first_row)
        if any(cell is not None and cell != "" for cell in row.values())
    ]


@dataclass(slots=True)
class _Table:
    """The rows of one block."""

    entry: _Entry
    parts: dict[str, list[_Entry]] = field(default_factory=dict)

    def of(self, what: str) -> list[_Entry]:
        return self.parts.get(what, [])

    def one(self, what: str) -> _Entry | None:
        """The only row of a kind, if there is one."""
        entries = self.of(what)
        if len(entries) > 1:
            raise entries[1].fault(f"block {self.entry.name(BLOCK)} has a second row {what!r}; keep one")
        return entries[0] if entries else None


_PARTS: Final = (
    *("header row", "excel table", "sign", "column", "periods", "amounts", "first period", "fixed", "skip"),
)
_OTHERS: Final = ("assumption", "fill", "fill cell", "result", "pack", "sheet name", "heading", "not used")
_KINDS: Final = ("table", *_PARTS, *_OTHERS)


class _Reading:
    """Puts the rows together, and remembers which row said what."""

    def __init__(self, entries: Sequence[_Entry]) -> None:
        self._said: dict[Path, _Entry] = {}
        self._by_kind: dict[str, list[_Entry]] = {}
        for entry in entries:
            if entry.what not in _KINDS:
                raise entry.fault(f"What says {entry.name(WHAT)!r}; {nearest(entry.name(WHAT), _KINDS)}")
            self._by_kind.setdefault(entry.what, []).append(entry)

    def place(self, path: Path) -> str:
        """Name the row in which a part of the mapping was said."""
        for end in range(len(path), 0, -1):
            if (entry := self._said.get(path[:end])) is not None:
                return f"row {entry.number}"
        return MAPPING_TABLE

    def mapping(self) -> WorkbookMap:
        sheets = {entry.text(VALUE): entry.text(SHEET) for entry in self._by_kind.get("sheet name", ())}
        headings: dict[str, dict[str, str]] = {}
        for entry in self._by_kind.get("heading", ()):
            table, column = entry.name(TABLE), entry.name(COLUMN)
            self._said["headings", table] = self._said["headings", table, column] = entry
            headings.setdefault(table, {})[column] = entry.text(HEADER)
        return WorkbookMap(
            tables=tuple(self._table(index, table) for index, table in enumerate(self._blocks())),
            assumptions=self._each("assumption", "assumptions", _assumption),
            fills=self._each("fill", "fills", _fill),
            cells=self._each("fill cell", "cells", _cell_fill),
            results=self._each("result", "results", lambda entry: entry.name(TABLE)),
            packs=self._each("pack", "packs", lambda entry: entry.name(VALUE)),
            sheets=sheets,
            headings=headings,
            not_used=self._each("not used", "not_used", lambda entry: entry.text(WHY)),
        )

    def _each(self, what: str, name: str, made: Callable[[_Entry], Any]) -> tuple[Any, ...]:
        entries = self._by_kind.get(what, [])
        self._said |= {(name, index): entry for index, entry in enumerate(entries)}
        return tuple(made(entry) for entry in entries)

    def _blocks(self) -> list[_Table]:
        """Gather the rows of each block; in a block they keep their order."""
        blocks: dict[str, _Table] = {}
        for entry in self._by_kind.get("table", ()):
            block = entry.name(BLOCK)
            if block in blocks:
                raise entry.fault(
                    f"block {block or 'without a number'} has a second row 'table'; give it its own number"
                )
            blocks[block] = _Table(entry)
        for what in _PARTS:
            for entry in self._by_kind.get(what, ()):
                block = entry.name(BLOCK)
                if block not in blocks:
                    raise entry.fault(f"there is no row 'table' with the block number {block!r}; correct the number")
                blocks[block].parts.setdefault(what, []).append(entry)
        return [*blocks.values()]

    def _table(self, index: int, table: _Table) -> TableMap:
        entry, path = table.entry, ("tables", index)
        self._said[path] = entry
        rows = entry.match(_ROWS, CELLS, "rows 5 to 20", "rows 5 on")
        header, excel_table, sign = (table.one(what) for what in ("header row", "excel table", "sign"))
        columns = table.of("column")
        name = entry.name(TABLE)
        self._said |= {(*path, "columns", number): column for number, column in enumerate(columns)}
        self._said |= {(*path, "fixed", each.name(COLUMN)): each for each in table.of("fixed")}
        return TableMap(
            table=name,
            sheet=entry.text(SHEET),
            header_row=int(header.match(_ROWS, CELLS, "row 4")[1]) if header else 0,
            first_row=int(rows[1]),
            last_row=int(rows[2]) if rows[2] else None if rows[3] else int(rows[1]),
            columns=tuple(_column(column) for column in columns),
            across=self._across(path, table),
            excel_table=excel_table.text(VALUE) if excel_table else "",
            fixed={
                each.name(COLUMN): each.value(as_date=_holds_dates(name, each.name(COLUMN)))
                for each in table.of("fixed")
            },
            skip=tuple(each.text(VALUE) for each in table.of("skip")),
            scale=entry.number_in(SCALE, 1.0),
            sign=_sign(sign) if sign else 1,
            confidence=entry.number_in(CONFIDENCE, 1.0),
            evidence=entry.lines(WHY),
            questions=entry.lines(ASK),
        )

    def _across(self, path: Path, table: _Table) -> Across | None:
        periods, amounts, first = (table.one(what) for what in ("periods", "amounts", "first period"))
        if periods is None:
            if (alone := amounts or first) is not None:
                raise alone.fault(f"block {alone.name(BLOCK)} has no row 'periods' that it could go with; add one")
            return None
        if amounts is None:
            raise periods.fault(
                f"block {periods.name(BLOCK)} has no row 'amounts'; add one with the column that they fill"
            )
        self._said |= {(*path, "across"): periods, (*path, "across", "value"): amounts}
        area = periods.match(_RANGE, CELLS, "C4 to N4", "C4 on")
        if area[4] and area[4] != area[2]:
            raise periods.fault(f"Cells must be headings in one row, not {area[0]!r}")
        kind = periods.name(VALUE).casefold()
        words = [word.value for word in Headings]
        if kind not in words:
            raise periods.fault(f"Value must be one of {', '.join(words)}, not {kind!r}")
        return Across(
            row=int(area[2]),
            first_column=column_number(area[1]),
            last_column=_last(area, column_number(area[3] or area[1])),
            headings=Headings(kind),
            date=periods.name(COLUMN),
            value=amounts.name(COLUMN),
            first_period=_day(first) if first else None,
            heading=periods.text(HEADER),
        )


def _last(area: re.Match[str], last: int) -> int | None:
    """Give the end of a range, None where it goes on."""
    return None if area[0].casefold().endswith("on") and not area[3] else last


def _holds_dates(table: str, column: str) -> bool:
    contract = TABLES.get(table)
    return contract is not None and any(each.name == column and each.kind is Kind.DATE for each in contract)


def _day(entry: _Entry) -> dt.date:
    day = entry.value(as_date=True)
    if not isinstance(day, dt.date):
        raise entry.fault(f"Value must be a date such as 2026-01-31, not {entry.text(VALUE)!r}")
    return day.date() if isinstance(day, dt.datetime) else day


def _sign(entry: _Entry) -> int:
    sign = entry.number_in(VALUE, 1.0)
    if sign not in (1, -1):
        raise entry.fault(f"Value must be 1 or -1, not {entry.text(VALUE)}")
    return int(sign)


def _column(entry: _Entry) -> ColumnMap:
    return ColumnMap(
        column=entry.name(COLUMN),
        at=entry.column_in(CELLS, "column C"),
        header=entry.text(HEADER),
        confidence=entry.number_in(CONFIDENCE, 1.0),
        evidence=entry.lines(WHY),
    )


def _assumption(entry: _Entry) -> AssumptionMap:
    id_, sheet, cell = entry.name(COLUMN), entry.text(SHEET), entry.text(CELLS)
    known = REGISTER.get(id_)
    value = entry.value(as_date=known is not None and known.wanted == Wanted.DATE)
    return AssumptionMap(
        id=id_,
        cell=_on_sheet(sheet, cell) if sheet and cell else cell,
        value=None if value == "" else value,
        scale=entry.number_in(SCALE, 1.0),
        confidence=entry.number_in(CONFIDENCE, 1.0),
        evidence=entry.lines(WHY),
        questions=entry.lines(ASK),
    )


def _fill(entry: _Entry) -> ColumnFill:
    area = entry.match(_RANGE, CELLS, "F5 to F20", "F5 on")
    if area[3] and column_number(area[3]) != column_number(area[1]):
        raise entry.fault(f"Cells must be in one column, not {area[0]!r}")
    return ColumnFill(
        result=entry.name(TABLE),
        column=entry.name(COLUMN),
        sheet=entry.text(SHEET),
        key_column=entry.column_in(VALUE, "ids in column A"),
        first_row=int(area[2]),
        last_row=_last(area, int(area[4] or area[2])),
        at=column_number(area[1]),
        scale=entry.number_in(SCALE, 1.0),
    )


def _cell_fill(entry: _Entry) -> CellFill:
    figure, sheet, cell = entry.text(COLUMN), entry.text(SHEET), entry.name(CELLS)
    return CellFill(figure=figure, sheet=sheet, cell=cell, scale=entry.number_in(SCALE, 1.0))
