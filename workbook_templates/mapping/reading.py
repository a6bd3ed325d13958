"""
Reading what a mapping says: rows of the data contract out of a sheet that nobody made for it.

Cells stay cells; what they are worth is decided where all tables are typed and checked. Whole columns are handled at a
time, because a list of customers by months soon has a million cells.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from valuation.tables import NUMERIC_KINDS, TABLES, Kind, Table
from workbook_templates.addresses import address, column_letters
from workbook_templates.mapping.model import Across, ColumnMap, MappingError, TableMap, WorkbookMap
from workbook_templates.mapping.periods import period_ends
from workbook_templates.mapping.views import SheetView, TableView, WorkbookView
from workbook_templates.plan import Cell

__all__ = [
    "MappedRows",
    "Place",
    "Places",
    "cell_text",
    "find_sheet",
    "header_says",
    "periods_across",
    "read_table",
    "read_tables",
    "stacked",
]

_LEVELS: Final = 6
"""Rows that a header may have."""

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a workbook, counted from 1."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"sheet {self.sheet}, {address(self.row, self.column)}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """
    Where the rows of one block came from.

    Attributes
    ----------
    sheet : str
        The sheet.
    rows : ndarray of int, shape (n,)
        The sheet's row of each contract row.
    columns : mapping of str to int
        The sheet's column of each contract column that is read from one.
    periods : ndarray of int, shape (n,), or None
        With periods across: the sheet's column of each contract row's own cell.
    across : tuple of str
        The contract columns that are read there: the period's date and its value.
    """

    sheet: str
    rows: _Ints
    columns: Mapping[str, int]
    periods: _Ints | None = None
    across: tuple[str, ...] = ()

    def place(self, row: int, column: str) -> Place:
        """Give the cell of a contract row (counted from 0) and column; of a column without a cell, the row's first."""
        if self.periods is not None and (column in self.across or column not in self.columns):
            return Place(self.sheet, int(self.rows[row]), int(self.periods[row]))
        at = self.columns.get(column, min(self.columns.values(), default=1))
        return Place(self.sheet, int(self.rows[row]), at)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MappedRows:
    """
    The rows of one contract table.

    Attributes
    ----------
    table : str
        Its name in the contract.
    columns : mapping of str to list of Cell
        Contract column to cells, all of one length.
    blocks : tuple of Places
        Where they came from, block by block.
    notes : tuple of str
        What was left out, in words: places and numbers, no contents.
    """

    table: str
    columns: Mapping[str, list[Cell]]
    blocks: tuple[Places, ...]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(len(block.rows) for block in self.blocks)

    def place(self, row: int, column: str) -> Place:
        """Give the sheet's cell of a row, counted from 0, and a contract column."""
        left = row
        for block in self.blocks:
            if left < len(block.rows):
                return block.place(left, column)
            left -= len(block.rows)
        raise IndexError(f"{self.table} has no row {row}")


def read_tables(book: WorkbookView, mapping: WorkbookMap) -> dict[str, MappedRows]:
    """
    Read all tables of a mapping, by their name in the contract.

    Raises
    ------
    MappingError
        When something is asked that nobody has answered, or the workbook no longer is what the mapping says.
    """
    parts: dict[str, list[MappedRows]] = {}
    for mapped in mapping.tables:
        if mapped.questions:
            raise MappingError(
                f"the mapping asks about {mapped.table} on sheet {mapped.sheet}: {mapped.questions[0]} "
                "Answer it in the mapping and delete the question, or delete the whole entry"
            )
        part = read_table(find_sheet(book.sheets, mapped.sheet), mapped, _contract(mapped.table))
        parts.setdefault(mapped.table, []).append(part)
    return {table: stacked(blocks) for table, blocks in parts.items()}


def find_sheet(sheets: Sequence[SheetView], name: str) -> SheetView:
    """
    Find a sheet by its name; case and blanks at the ends make no difference where only one fits.

    Raises
    ------
    MappingError
        When there is none; the message lists those that there are.
    """
    fitting = [sheet for sheet in sheets if sheet.name == name]
    fitting = fitting or [sheet for sheet in sheets if _folded(sheet.name) == _folded(name)]
    if len(fitting) != 1:
        there = ", ".join(sheet.name for sheet in sheets)
        raise MappingError(
            f"the mapping reads sheet {name}, which the workbook {'has twice' if fitting else 'does not have'} "
            f"(it has: {there}); give the right name in the mapping"
        )
    return fitting[0]


def stacked(parts: Sequence[MappedRows]) -> MappedRows:
    """Put the blocks of one table below one another; what a block does not have is blank in its rows."""
    names = dict.fromkeys(chain.from_iterable(part.columns for part in parts))
    blank: list[Cell] = [None]
    return MappedRows(
        table=parts[0].table,
        columns={
            name: [*chain.from_iterable(part.columns.get(name, blank * part.rows) for part in parts)] for name in names
        },
        blocks=tuple(chain.from_iterable(part.blocks for part in parts)),
        notes=tuple(chain.from_iterable(part.notes for part in parts)),
    )


def read_table(sheet: SheetView, mapped: TableMap, contract: Table) -> MappedRows:
    """
    Read one block of a contract table.

    Parameters
    ----------
    sheet : SheetView
        The sheet that the mapping names.
    mapped : TableMap
        Where the block stands.
    contract : Table
        Its table; `scale` and `sign` go to numbers in columns of money, and to nothing else.

    Returns
    -------
    MappedRows
        Rows without any mapped cell and rows to be skipped are left out; with periods across, so are blank cells and
        amounts of 0.

    Raises
    ------
    MappingError
        When the sheet no longer is what the mapping says, with the cell, what it says and what it should say.
    """
    _check_columns(mapped, contract)
    mapped = _located(sheet, mapped)
    for column in mapped.columns:
        if mapped.header_row and not header_says(sheet, mapped.header_row, column.at, column.header):
            raise _moved(sheet, mapped, column)
    block = _Block(sheet, mapped, contract)
    if mapped.across is None:
        return block.down()
    return block.across(mapped.across)


def _contract(table: str) -> Table:
    if table not in TABLES:
        raise MappingError(f"the mapping names table {table}, which the data contract does not have; correct it")
    return TABLES[table]


def _check_columns(mapped: TableMap, contract: Table) -> None:
    """A mapping from anywhere may name columns twice, or such as there are none."""
    across = (mapped.across.date, mapped.across.value) if mapped.across else ()
    names = [*(column.column for column in mapped.columns), *across, *mapped.fixed]
    for name in names:
        _kind(contract, name)
        if names.count(name) > 1:
            raise MappingError(
                f"the mapping of {mapped.table} on sheet {mapped.sheet} gives {name} more than once; keep one"
            )


def _kind(contract: Table, column: str) -> Kind:
    try:
        return contract[column].kind
    except KeyError:
        allowed = ", ".join(each.name for each in contract)
        raise MappingError(
            f"the mapping gives {contract.name} a column {column}, which it does not have; use one of: {allowed}"
        ) from None


# --- What stands where


def cell_text(cell: Cell) -> str:
    """
    Give a header cell's text; one that is a number or a date reads as in a mapping.

    Examples
    --------
    >>> cell_text(2026.0), cell_text("  Net   amount "), cell_text(None)
    ('2026', 'Net amount', '')
    """
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).split())


def header_says(sheet: SheetView, row: int, column: int, header: str) -> bool:
    """
    Tell whether a header stands above a column.

    Parameters
    ----------
    sheet : SheetView
        The sheet.
    row : int
        The last row of the header.
    column : int
        The column.
    header : str
        Its levels joined by " / ", the upper ones first; an upper level may stand left of the column, over several.
        Upper and lower case and blanks make no difference; "" goes with everything.
    """
    rest = _folded(header)
    for level in range(_LEVELS):
        if not rest:
            return True
        if row - level < 1:
            return False
        said = _folded(cell_text(_covering(sheet, row - level, column)))
        if not said and level:
            said = _folded(cell_text(_left_of(sheet, row - level, column)))
        if rest == said:
            return True
        if said and rest.endswith(f" / {said}"):
            rest = rest.removesuffix(f" / {said}")
    return False


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _covering(sheet: SheetView, row: int, column: int) -> Cell:
    """Give what a cell shows: in a merged one, what its upper left corner holds."""
    cell = sheet.cell(row, column)
    if cell is None or cell == "":
        for area in sheet.merges:
            if area.first_row <= row <= area.last_row and area.first_column <= column <= area.last_column:
                return sheet.cell(area.first_row, area.first_column)
    return cell


def _left_of(sheet: SheetView, row: int, column: int) -> Cell:
    """Give the next cell to the left that is not blank."""
    there = (sheet.cell(row, left) for left in range(column - 1, 0, -1))
    return next((cell for cell in there if cell is not None and cell != ""), None)


def _moved(sheet: SheetView, mapped: TableMap, column: ColumnMap) -> MappingError:
    """Say what a header should be and is, and where it went."""
    row = mapped.header_row
    found = cell_text(_covering(sheet, row, column.at))
    elsewhere = [
        address(row, other) for other in range(1, sheet.width + 1) if header_says(sheet, row, other, column.header)
    ]
    where = f", which stands in {' and '.join(elsewhere[:3])} now" if elsewhere else ""
    return MappingError(
        f"sheet {sheet.name}: {address(row, column.at)} {_says(found)}, but the mapping of {mapped.table} expects "
        f"{column.header!r} there for {column.column}{where}; put the column or the mapping right"
    )


def _says(found: str) -> str:
    return f"says {found!r}" if found else "is blank"


def _located(sheet: SheetView, mapped: TableMap) -> TableMap:
    """Give an Excel table's block where the table stands now; its columns go by their headers."""
    if not mapped.excel_table:
        return mapped
    table = next((each for each in sheet.tables if each.name.casefold() == mapped.excel_table.casefold()), None)
    if table is None:
        there = ", ".join(each.name for each in sheet.tables) or "none"
        raise MappingError(
            f"the mapping reads the Excel table {mapped.excel_table}, which sheet {sheet.name} does not have "
            f"(its tables: {there}); give the right name in the mapping"
        )
    area = table.area
    header = area.first_row + table.header_rows - 1 if table.header_rows else 0
    columns = tuple(
        replace(column, at=_found(sheet, table, header, column.header, column.at)) for column in mapped.columns
    )
    across = mapped.across
    if across is not None:
        first = _found(sheet, table, header, across.heading, across.first_column)
        last = min(across.last_column or area.last_column, area.last_column)
        across = replace(across, row=header or across.row, first_column=first, last_column=last)
    return replace(
        mapped,
        columns=columns,
        across=across,
        header_row=header,
        first_row=area.first_row + table.header_rows,
        last_row=area.last_row - table.totals_rows,
    )


def _found(sheet: SheetView, table: TableView, row: int, header: str, at: int) -> int:
    """Give the column of an Excel table that has a header, or `at` where none or several have."""
    if not row or not header:
        return at
    area = table.area
    fitting = [
        column
        for column in range(area.first_column, area.last_column + 1)
        if _folded(cell_text(sheet.cell(row, column))) == _folded(header)
    ]
    return fitting[0] if len(fitting) == 1 else at


# --- Reading


def _is_blank(cell: Cell) -> bool:
    return cell is None or (type(cell) is str and not cell.strip())


def _blanks(cells: Sequence[Cell]) -> _Mask:
    return np.fromiter(map(_is_blank, cells), dtype=np.bool_, count=len(cells))


class _Block:
    """The rows of a sheet from a block's first one on, by column."""

    def __init__(self, sheet: SheetView, mapped: TableMap, contract: Table) -> None:
        self._sheet, self._mapped, self._contract = sheet, mapped, contract
        self._first = mapped.first_row
        self._lines = sheet.rows[self._first - 1 : mapped.last_row]
        self._read: dict[int, list[Cell]] = {}
        self._masks: dict[int, _Mask] = {}
        self._kinds = {column.column: _kind(contract, column.column) for column in mapped.columns}

    def down(self) -> MappedRows:
        """Read records below one another."""
        places = {column.column: column.at for column in self._mapped.columns}
        if not places:
            raise MappingError(
                f"the mapping of {self._mapped.table} on sheet {self._sheet.name} names no column; add one, or drop it"
            )
        kept, notes = self._rows([*places.values()])
        columns = {name: self._taken(name, at, kept) for name, at in places.items()}
        return self._result(columns, Places(sheet=self._sheet.name, rows=kept + self._first, columns=places), notes)

    def across(self, across: Across) -> MappedRows:
        """Read a row for each cell below a heading that is a period."""
        periods = periods_across(self._sheet, self._mapped, across)
        places = {column.column: column.at for column in self._mapped.columns}
        kept, notes = self._rows([*places.values(), *periods])
        amounts = np.empty((len(kept), len(periods)), dtype=np.object_)
        there = np.empty(amounts.shape, dtype=np.bool_)
        noughts = 0
        scaled = self._scaling(_kind(self._contract, across.value))
        for index, at in enumerate(periods):
            cells = _picked(self._column(at), kept)
            zero = np.fromiter((type(cell) in _NUMBERS and cell == 0 for cell in cells), np.bool_, len(cells))
            noughts += int(zero.sum())
            there[:, index] = ~(zero | self._blank(at)[kept])
            amounts[:, index] = scaled(cells)
        line, period = np.nonzero(there)
        columns: dict[str, list[Cell]] = {}
        for name, at in places.items():
            values = np.empty(len(kept), dtype=np.object_)
            values[:] = self._taken(name, at, kept)
            columns[name] = values[line].tolist()
        ends = np.empty(len(periods), dtype=np.object_)
        ends[:] = [*periods.values()]
        columns[across.date] = ends[period].tolist()
        columns[across.value] = amounts[there].tolist()
        notes += self._following(across)
        if noughts:
            notes.append(f"{self._where()}: amounts of 0, which are left out: {noughts:,}")
        came_from = Places(
            sheet=self._sheet.name,
            rows=kept[line] + self._first,
            columns=places,
            periods=np.array([*periods], dtype=np.int64)[period],
            across=(across.date, across.value),
        )
        return self._result(columns, came_from, notes)

    def _following(self, across: Across) -> list[str]:
        """Say when the next column is a period too: a month that was added is not to be missed in silence."""
        if across.last_column is None:
            return []
        place = across.last_column + 1
        try:
            found = periods_across(self._sheet, self._mapped, replace(across, last_column=place))
        except MappingError:
            return []
        if place not in found:
            return []
        return [
            f"{self._where()}: {address(across.row, place)} is a period as well, which is not read; if it is to be, "
            f'say last_column = "{column_letters(place)}" in the mapping'
        ]

    def _result(self, columns: dict[str, list[Cell]], places: Places, notes: list[str]) -> MappedRows:
        fixed: dict[str, list[Cell]] = {name: [cell] * len(places.rows) for name, cell in self._mapped.fixed.items()}
        return MappedRows(table=self._mapped.table, columns=columns | fixed, blocks=(places,), notes=tuple(notes))

    def _where(self) -> str:
        return f"{self._mapped.table} on sheet {self._sheet.name}"

    def _column(self, at: int) -> list[Cell]:
        if at not in self._read:
            place = at - 1
            self._read[at] = [line[place] if place < len(line) else None for line in self._lines]
        return self._read[at]

    def _blank(self, at: int) -> _Mask:
        if at not in self._masks:
            self._masks[at] = _blanks(self._column(at))
        return self._masks[at]

    def _taken(self, name: str, at: int, kept: _Ints) -> list[Cell]:
        """Give a contract column: a merged cell of words goes for all its rows, an amount of money is scaled."""
        cells = self._column(at)
        kind = self._kinds[name]
        if kind not in NUMERIC_KINDS:
            cells = self._filled_down(cells, at)
        return self._scaling(kind)(_picked(cells, kept))

    def _filled_down(self, cells: list[Cell], at: int) -> list[Cell]:
        tall = [area for area in self._sheet.merges if area.last_row > area.first_row >= self._first]
        for area in (area for area in tall if area.first_column <= at <= area.last_column):
            last = min(area.last_row, self._first + len(cells) - 1)
            filled = [self._sheet.cell(area.first_row, area.first_column)] * (last + 1 - area.first_row)
            cells = [*cells[: area.first_row - self._first], *filled, *cells[last + 1 - self._first :]]
        return cells

    def _scaling(self, kind: Kind) -> Callable[[list[Cell]], list[Cell]]:
        factor = self._mapped.scale * self._mapped.sign
        if kind is not Kind.MONEY or factor == 1:
            return lambda cells: cells
        return lambda cells: [cell * factor if type(cell) in _NUMBERS else cell for cell in cells]  # type: ignore[operator]

    def _rows(self, columns: Sequence[int]) -> tuple[_Ints, list[str]]:
        """Choose the rows that hold data, counted from 0: no blank ones, none to be skipped, none after the end."""
        blank: _Mask = np.logical_and.reduce([self._blank(at) for at in columns])
        skipped = self._skipped(columns, blank)
        end = self._end(blank & ~skipped)
        kept = np.nonzero(~(blank | skipped)[:end])[0].astype(np.int64)
        notes = []
        if count := int(skipped[:end].sum()):
            notes.append(f"{self._where()}: rows of totals or titles that are skipped: {count:,}")
        notes += self._below(end, columns)
        return kept, notes

    def _label_columns(self, columns: Sequence[int], words: set[int]) -> list[int]:
        """Columns in which labels of totals and titles stand: words that are read, and what is left of the numbers."""
        left = first = min(columns)
        while left > 1 and not self._blank(left - 1).all():  # a blank column parts blocks that stand side by side
            left -= 1
        numbers = [at for at in columns if at not in words]
        return sorted(words | {*range(left, min(numbers, default=first))})

    def _skipped(self, columns: Sequence[int], blank: _Mask) -> _Mask:
        """Find the rows that carry a label to skip; refuse when a label is nowhere in the block or right below it."""
        labels = {_folded(label): label for label in self._mapped.skip}
        mask = np.zeros(len(self._lines), dtype=np.bool_)
        if not labels:
            return mask
        words = {column.at for column in self._mapped.columns if self._kinds[column.column] not in NUMERIC_KINDS}
        ids = [column.at for column in self._mapped.columns if self._kinds[column.column] is Kind.ID]
        nameless = np.logical_and.reduce([self._blank(at) for at in ids]) if ids else np.ones_like(mask)
        first_rows: dict[str, int] = {}
        for at in self._label_columns(columns, words):
            cells = self._column(at)
            hits = np.fromiter((type(c) is str and _folded(c) in labels for c in cells), np.bool_, len(cells))
            if at not in words:
                hits &= nameless  # beside a row with an id, the label belongs to another block
            for row in np.nonzero(hits)[0].tolist():
                label = _folded(str(cells[row]))
                first_rows[label] = min(row, first_rows.get(label, row))
            mask |= hits
        end = self._end(blank & ~mask)
        below = {_folded(cell) for cell in chain(*self._sheet.rows[self._first - 1 + end :][:2]) if type(cell) is str}
        for folded, label in labels.items():
            if first_rows.get(folded, end) >= end and folded not in below:
                # a total that is called otherwise now would be read as one more customer
                raise MappingError(
                    f"sheet {self._sheet.name}: the mapping of {self._mapped.table} skips rows that say {label!r}, but "
                    f"no row from {self._first} to {self._first + end} does; put in what the row is called now, or "
                    "take the label out if the row is gone"
                )
        return mask

    def _end(self, ending: _Mask) -> int:
        """Give the number of rows down to the first that ends the block."""
        if self._mapped.last_row is None and ending.any():
            return int(np.argmax(ending))
        return len(ending)

    def _below(self, end: int, columns: Sequence[int]) -> Iterator[str]:
        """Tell when two rows like those of the block stand right below its end."""
        start = self._first - 1 + end
        rows = self._sheet.rows
        while start < len(rows) and all(_is_blank(self._sheet.cell(start + 1, at)) for at in columns):
            start += 1
        pair = range(start + 1, start + 3)
        if end and all(self._alike(row, columns) for row in pair):
            yield (
                f"{self._where()}: rows from {start + 1} on look like more of the same, but are not read, because the "
                f"block ends in row {self._first + end - 1}; if they belong to it, close the gap or correct the mapping"
            )

    def _alike(self, row: int, columns: Sequence[int]) -> bool:
        """Tell whether a row has cells of the same types as the block's first row, in every mapped column."""
        kinds = [(type(self._sheet.cell(row, at)), type(self._sheet.cell(self._first, at))) for at in columns]
        return all(here is there for here, there in kinds)


_NUMBERS: Final = (float, int)
_Item = TypeVar("_Item")


def _picked(cells: list[_Item], kept: _Ints) -> list[_Item]:
    if len(kept) == len(cells):
        return cells
    return [cells[index] for index in kept.tolist()]


def periods_across(sheet: SheetView, mapped: TableMap, across: Across) -> dict[int, dt.date]:
    """
    Give the columns of periods and their last days.

    Raises
    ------
    MappingError
        If the headings are not as the mapping says, or two columns are for one period.
    """
    last = across.last_column or sheet.width
    headings = [_covering(sheet, across.row, at) for at in range(across.first_column, last + 1)]
    if across.last_column is None and across.first_period is not None:
        # Headings that count on would take another block to the right for the following year.
        headings = headings[: next((place for place, cell in enumerate(headings) if _is_blank(cell)), len(headings))]
    start = address(across.row, across.first_column)
    found = cell_text(headings[0]) if headings else ""
    if across.heading and _folded(found) != _folded(across.heading):
        raise MappingError(
            f"sheet {sheet.name}: {start} {_says(found)}, but the mapping of {mapped.table} expects "
            f"{across.heading!r} there as its first period; put the sheet or the mapping right"
        )
    try:
        ends = period_ends(headings, across.headings, across.first_period)
    except MappingError as error:
        raise MappingError(f"sheet {sheet.name}, row {across.row}: {error} (first_period) in the mapping") from error
    if not ends or ends[0] is None:
        raise MappingError(
            f"sheet {sheet.name}: {start} {_says(found)}, which is no {across.headings.value}, but the mapping of "
            f"{mapped.table} has its first period there; put the sheet or the mapping right"
        )
    periods = {across.first_column + place: end for place, end in enumerate(ends) if end is not None}
    columns: dict[dt.date, int] = {}
    for at, end in periods.items():
        if end in columns:
            raise MappingError(
                f"sheet {sheet.name}: columns {column_letters(columns[end])} and {column_letters(at)} are both for the "
                f"period to {end}; say in the mapping of {mapped.table} in which column its periods end"
            )
        columns[end] = at
    return periods
