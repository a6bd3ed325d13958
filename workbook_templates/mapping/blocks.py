"""
Blocks on a sheet: what stands together, where its header is, and what stands above it.

A sheet is cut at blank rows and blank columns, again and again. What is cut apart belongs together when the lower part
has no header of its own and goes on with the columns of the upper one (a blank row under the header, sections), or
when the right part is only numbers of the left one's rows (a blank column between labels and periods).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from workbook_templates.mapping.periods import recognise_headings
from workbook_templates.mapping.synonyms import is_known, score_header
from workbook_templates.mapping.views import Rectangle, SheetView, TableView
from workbook_templates.plan import Cell, CellError

__all__ = ["Block", "find_blocks", "is_blank", "is_number", "is_text", "period_runs"]

_HEADER_DEPTH: Final = 12
"""Rows of a block in which its header is looked for."""
_SAMPLE: Final = 40
_WIDEST_GAP: Final = 3
"""Blank rows that may stand between a header and its data, or between sections."""
_LONGEST_BODY: Final = 200
"""Rows in which a second header is looked for."""

Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    What stands together on a sheet.

    Attributes
    ----------
    sheet : SheetView
        Where it stands.
    area : Rectangle
        Header and body, without the titles above.
    header_row : int
        The last row of the header; 0 without any.
    levels : tuple of int
        All rows of the header, from above.
    headers : tuple of tuple of str
        Header of each column of the area, from its upper to its lowest level.
    first_row, last_row : int
        The body.
    open : bool
        Whether the body ends at a blank row and has none in it, so that it may grow.
    titles : tuple of str
        What stands above it.
    excel_table : str
        Name of the Excel table that it is, or "".
    """

    sheet: SheetView
    area: Rectangle
    header_row: int
    levels: tuple[int, ...]
    headers: tuple[tuple[str, ...], ...]
    first_row: int
    last_row: int
    open: bool = True
    titles: tuple[str, ...] = ()
    excel_table: str = ""

    @property
    def columns(self) -> range:
        """Its columns on the sheet."""
        return range(self.area.first_column, self.area.last_column + 1)

    def header(self, column: int) -> tuple[str, ...]:
        """Give the header of a column of the sheet."""
        return self.headers[column - self.area.first_column]

    def body(self, column: int) -> list[Cell]:
        """Give the cells of a column."""
        place = column - 1
        lines = self.sheet.rows[self.first_row - 1 : self.last_row]
        return [line[place] if place < len(line) else None for line in lines]

    def sampled(self, most: int) -> Sequence[int]:
        """Give all rows of the body, or the first ones and some of the others."""
        rows = range(self.first_row, self.last_row + 1)
        if len(rows) <= most:
            return rows
        return [*rows[: most // 2], *rows[most // 2 :: max(1, len(rows) // (most // 2))]]


def is_blank(value: Cell) -> bool:
    """Tell whether a cell shows nothing."""
    return value is None or (value.__class__ is str and not value.strip())


def is_text(value: Cell) -> bool:
    """Tell whether a cell holds a text."""
    return value.__class__ is str and bool(value.strip())


def is_number(value: Cell) -> bool:
    """Tell whether a cell holds a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def find_blocks(sheet: SheetView) -> list[Block]:
    """
    Find the blocks of a sheet, Excel tables first, then from above and from the left.

    Parameters
    ----------
    sheet : SheetView
        The sheet.

    Returns
    -------
    list of Block
        Titles are none of them; they are with the block under them.
    """
    tables = [block for table in sheet.tables if (block := _table_block(sheet, table))]
    rows = _without(sheet.rows, [table.area for table in sheet.tables])
    whole = Rectangle(1, 1, len(rows), sheet.width)
    leaves = [part for region in _cut(rows, whole) for part in _at_headers(rows, region)]
    titles = [leaf for leaf in leaves if _is_title(rows, leaf)]
    found = [*tables, *(_block(sheet, rows, leaf) for leaf in leaves if leaf not in titles)]
    return [replace(block, titles=(*_above(rows, block, titles, found), *block.titles)) for block in found]


# --- cutting ----------------------------------------------------------------------------------------------------------


def _without(rows: Rows, areas: Sequence[Rectangle]) -> Rows:
    """Blank out what belongs to Excel tables."""
    if not areas:
        return rows
    kept = list(rows)
    for area in areas:
        for place in range(area.first_row - 1, min(area.last_row, len(kept))):
            line = list(kept[place])
            left, right = area.first_column - 1, min(area.last_column, len(line))
            line[left:right] = [None] * max(0, right - left)
            kept[place] = line
    return kept


def _cell(rows: Rows, row: int, column: int) -> Cell:
    line = rows[row - 1]
    return line[column - 1] if column <= len(line) else None


def _cells(rows: Rows, row: int, part: Rectangle) -> list[tuple[int, Cell]]:
    """Give what a row holds between two columns, each with its column."""
    line = rows[row - 1][part.first_column - 1 : part.last_column]
    return [
        (column, value)
        for column, value in enumerate(line, part.first_column)
        if value is not None and not is_blank(value)
    ]


def _is_filled(rows: Rows, row: int, part: Rectangle) -> bool:
    line = rows[row - 1]
    if part.first_column > 1 or part.last_column < len(line):
        line = line[part.first_column - 1 : part.last_column]
    return any(value is not None and not is_blank(value) for value in line)


def _runs(marks: Sequence[bool], start: int) -> list[tuple[int, int]]:
    """Give first and last place of each run of true marks."""
    runs: list[tuple[int, int]] = []
    for place, mark in enumerate(marks, start):
        if mark and runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        elif mark:
            runs.append((place, place))
    return runs


def _cut(rows: Rows, part: Rectangle, depth: int = 0) -> Iterator[Rectangle]:
    """Cut a part of a sheet at blank rows and columns until nothing more comes apart."""
    filled = [_is_filled(rows, row, part) for row in range(part.first_row, part.last_row + 1)]
    bands = _joined_bands(rows, part, _runs(filled, part.first_row))
    for first, last in bands:
        band = Rectangle(first, part.first_column, last, part.last_column)
        strips = _strips(rows, band)
        if len(strips) == 1:
            tight = Rectangle(first, strips[0][0], last, strips[0][1])
            if len(bands) == 1 or depth > 8:
                yield tight
            else:
                yield from _cut(rows, tight, depth + 1) if tight != part else [tight]
        else:
            for left, right in strips:
                yield from _cut(rows, Rectangle(first, left, last, right), depth + 1)


def _joined_bands(rows: Rows, part: Rectangle, bands: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Put together bands of rows of which the lower one goes on with the columns of the upper one."""
    joined: list[tuple[int, int]] = []
    columns: set[int] = set()
    """Columns of the widest row of what is put together so far."""
    for first, last in bands:
        start = _first_wide(rows, part, first, last)
        widest = {column for column, _ in start}
        if (
            joined
            and first - joined[-1][1] <= _WIDEST_GAP + 1
            and len(columns) > 1
            and (
                (not start and last - first < 2 and len(columns) > 2)
                or (
                    bool(start)
                    and not _is_header_like(start)
                    and len(widest & columns) >= 0.8 * len(widest)
                    and (len(columns) < 4 or _width(rows, part, first, last) >= 0.5 * len(columns))
                )
            )
        ):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
            columns = set()
        for row in range(first, min(last, first + _HEADER_DEPTH) + 1):
            here = {column for column, _ in _cells(rows, row, part)}
            columns = max(columns, here, key=len)
    return joined


def _first_wide(rows: Rows, part: Rectangle, first: int, last: int) -> list[tuple[int, Cell]]:
    """Give the cells of the first row with more than one: titles of sections have one."""
    for row in range(first, min(last, first + _HEADER_DEPTH) + 1):
        cells = _cells(rows, row, part)
        if len(cells) > 1:
            return cells
    return []


def _width(rows: Rows, part: Rectangle, first: int, last: int) -> int:
    """Give the number of cells in the widest of the first rows."""
    return max(len(_cells(rows, row, part)) for row in range(first, min(last, first + _HEADER_DEPTH) + 1))


def _is_year(value: Cell) -> bool:
    return is_number(value) and 1980 <= float(value) <= 2100 and float(value).is_integer()  # type: ignore[arg-type]


def _is_header_like(cells: Sequence[tuple[int, Cell]]) -> bool:
    """Tell whether a row's cells can be headers: texts and periods only."""
    values = [value for _, value in cells]
    others = [value for value in values if not is_text(value)]
    if not others or all(map(_is_year, values)):  # years over months have a row of their own
        return True
    if not all(_is_year(value) or not is_number(value) for value in others) or any(
        isinstance(value, bool | CellError) for value in others
    ):
        numbers = [value for value in others if is_number(value)]
        if len(numbers) < 3 or len(numbers) != len(others) or len(numbers) < len(values) - 3:
            return False
    return len(others) >= 2 and sum(map(len, period_runs(values))) >= min(3, len(others))


def _strips(rows: Rows, band: Rectangle) -> list[tuple[int, int]]:
    """Cut a band at blank columns, and put together again labels and numbers that a blank column keeps apart."""
    sample = _spread(band.first_row, band.last_row)
    columns = range(band.first_column, band.last_column + 1)
    filled: dict[int, set[int]] = {column: set() for column in columns}
    for row in sample:
        for column, _ in _cells(rows, row, band):
            filled[column].add(row)
    runs = _runs([bool(filled[column]) for column in columns], band.first_column)
    strips: list[tuple[int, int]] = []
    for left, right in runs:
        if strips and left - strips[-1][1] <= 3 and _goes_on(rows, filled, strips[-1], (left, right)):
            strips[-1] = (strips[-1][0], right)
        else:
            strips.append((left, right))
    return strips or [(band.first_column, band.first_column)]


def _goes_on(rows: Rows, filled: dict[int, set[int]], left: tuple[int, int], right: tuple[int, int]) -> bool:
    """Tell whether columns at the right are more of the rows at the left: numbers without labels of their own."""
    rows_left = set().union(*(filled[column] for column in range(left[0], left[1] + 1)))
    rows_right = set().union(*(filled[column] for column in range(right[0], right[1] + 1)))
    both = len(rows_left & rows_right)
    if both < 0.8 * len(rows_right) or both < 0.4 * len(rows_left):
        return False
    if right[0] == right[1] or left[0] == left[1]:
        return True
    lead = [_cell(rows, row, right[0]) for row in sorted(filled[right[0]])][1:]
    numbers = sum(is_number(value) or isinstance(value, CellError) for value in lead)
    head = _cell(rows, min(filled[right[0]]), right[0])
    return bool(lead) and numbers >= 0.7 * len(lead) and not (is_text(head) and _is_label_word(str(head)))


def _is_label_word(text: str) -> bool:
    return (
        score_header("Customers", "customer_id", (text,)) > 0 or score_header("Ledger pools", "gl_account", (text,)) > 0
    )


def _spread(first: int, last: int) -> list[int]:
    """Give the first rows, the last ones and some between."""
    if last - first < 2 * _SAMPLE:
        return list(range(first, last + 1))
    step = (last - first) // _SAMPLE
    return sorted({*range(first, first + _SAMPLE), *range(first, last + 1, step), *range(last - 4, last + 1)})


def _at_headers(rows: Rows, part: Rectangle) -> list[Rectangle]:
    """Cut a part where a second header stands right under the rows of a first table."""
    starts = [part.first_row]
    for row in range(part.first_row + 1, min(part.last_row, part.first_row + _LONGEST_BODY)):
        cells = _cells(rows, row, part)
        if len(cells) < 2 or (is_number(cells[-1][1]) and not _is_year(cells[-1][1])):
            continue
        if len(cells) > 3 and not is_number(cells[-1][1]) and _is_period_row(cells) and _has_numbers(rows, row, part):
            starts.append(row)
            continue
        if not all(is_text(value) for _, value in cells):
            continue
        if not any(is_number(value) for _, value in _cells(rows, row - 1, part)):
            continue
        known = sum(is_known(str(value)) for _, value in cells)
        if known >= 2 and known >= 0.7 * len(cells):
            starts.append(row)
    ends = [start - 1 for start in starts[1:]] + [part.last_row]
    return [
        Rectangle(first, part.first_column, last, part.last_column) for first, last in zip(starts, ends, strict=True)
    ]


def _is_period_row(cells: Sequence[tuple[int, Cell]]) -> bool:
    """Tell whether a row is headings of periods that are no numbers, with hardly anything else."""
    values = [value for _, value in cells]
    if (
        any(is_number(value) for value in values)
        or not _may_be_periods(tuple(values[-3:]))
        or not _is_header_like(cells)
    ):
        return False
    return sum(map(len, period_runs(values))) >= max(3, 0.7 * len(values))


def period_runs(values: Sequence[Cell]) -> list[tuple[int, ...]]:
    """
    Find periods among headings: places of each run of them.

    Several runs stand side by side where the first period comes again, such as sales of all months, then their cost.
    """
    recognised = recognise_headings(values)
    if recognised is not None:
        return [recognised.places]
    days = [place for place, value in enumerate(values) if isinstance(value, dt.date)]
    again = [place for place in days if values[place] == values[days[0]]]
    if len(again) < 2:
        return []
    runs = []
    for start, end in zip(again, [*again[1:], len(values)], strict=True):
        part = recognise_headings(values[start:end])
        if part is None:
            return []
        runs.append(tuple(start + place for place in part.places))
    return runs


@lru_cache(maxsize=10_000)
def _may_be_periods(values: tuple[Cell, ...]) -> bool:
    """Tell quickly of most cells that they are no periods."""
    if any(is_text(value) and len(str(value)) > 14 for value in values):
        return False
    return recognise_headings(values) is not None


def _has_numbers(rows: Rows, row: int, part: Rectangle) -> bool:
    """Tell whether rows of data stand above a row, so that it is not the header of what is cut already."""
    above = range(max(part.first_row, row - _HEADER_DEPTH), row)
    return any(is_number(value) and not _is_year(value) for line in above for _, value in _cells(rows, line, part))


# --- titles -----------------------------------------------------------------------------------------------------------


def _is_title(rows: Rows, part: Rectangle) -> bool:
    """Tell whether a part is only words about what stands under it."""
    if part.last_row - part.first_row > 8:
        return False
    for row in range(part.first_row, part.last_row + 1):
        cells = _cells(rows, row, part)
        if len(cells) > 2 or not all(is_text(value) for _, value in cells):
            return False
        if len(cells) == 2 and (part.last_row > part.first_row + 1 or all(is_known(str(value)) for _, value in cells)):
            return False
    return part.last_column - part.first_column < 2 or part.last_row - part.first_row < 3


def _above(rows: Rows, block: Block, titles: Sequence[Rectangle], blocks: Sequence[Block]) -> tuple[str, ...]:
    """Give the titles over a block that are not another one's, and those at the top of the sheet."""
    said: list[str] = []
    for title in titles:
        if title.last_row >= block.area.first_row:
            continue
        between = any(
            title.last_row < other.area.first_row
            and other.area.last_row < block.area.first_row
            and other.area.first_column <= block.area.last_column
            and block.area.first_column <= other.area.last_column
            for other in blocks
        )
        beside = title.first_column > block.area.last_column or any(
            other.area.first_column <= title.first_column <= other.area.last_column
            and title.last_row < other.area.first_row
            for other in blocks
            if other is not block and not block.area.first_column <= title.first_column <= block.area.last_column
        )
        top = title.first_row <= 4
        if (between or beside) and not top:
            continue
        for row in range(title.first_row, title.last_row + 1):
            said.extend(str(value).strip() for _, value in _cells(rows, row, title))
    return tuple(said)


# --- headers ----------------------------------------------------------------------------------------------------------


def _table_block(sheet: SheetView, table: TableView) -> Block | None:
    """Make the block of an Excel table: where its header is, is known."""
    area = table.area
    first, last = area.first_row + table.header_rows, area.last_row - table.totals_rows
    if last < first:
        return None
    header_row = first - 1 if table.header_rows else 0
    levels = (header_row,) if header_row else ()
    return Block(
        sheet=sheet,
        area=area,
        header_row=header_row,
        levels=levels,
        headers=_headers(sheet, sheet.rows, area, levels),
        first_row=first,
        last_row=last,
        excel_table=table.name,
    )


def _block(sheet: SheetView, rows: Rows, part: Rectangle) -> Block:
    """Find header and body of a part."""
    titles: list[str] = []
    wide = part.last_column - part.first_column + 1
    first = part.first_row
    while first < part.last_row:  # titles that stand right on the block
        cells = _cells(rows, first, part)
        if len(cells) > (2 if wide >= 5 else 1) or not all(is_text(value) for _, value in cells) or wide == 1:
            break
        if any(_is_group(sheet, first, column, part) for column, _ in cells):
            break
        if len(cells) > 1 and cells[0][0] > part.first_column:
            break  # a level of the header over some columns: the corner is blank
        titles.extend(str(value).strip() for _, value in cells)
        first += 1
    part = part._replace(first_row=first)
    levels = _header_rows(sheet, rows, part)
    body = (levels[-1] + 1) if levels else first
    while body < part.last_row and not _is_filled(rows, body, part):
        body += 1
    last = _end_of_body(rows, part, body)
    gaps = any(not _is_filled(rows, row, part) for row in range((levels[-1] + 1) if levels else body, last + 1))
    below = last < len(rows) and any(
        _is_filled(rows, row, part) for row in range(last + 1, min(last + 2, len(rows) + 1))
    )
    return Block(
        sheet=sheet,
        area=part._replace(last_row=max(last, first)),
        header_row=levels[-1] if levels else 0,
        levels=levels,
        headers=_headers(sheet, rows, part, levels),
        first_row=body,
        last_row=last,
        open=not gaps and not below,
        titles=tuple(titles),
    )


def _end_of_body(rows: Rows, part: Rectangle, body: int) -> int:
    """Leave out notes under a block: single texts after a blank row."""
    last = part.last_row
    wide = part.last_column - part.first_column >= 2
    while wide and last > body:
        cells = _cells(rows, last, part)
        if len(cells) > 1 or not all(is_text(value) for _, value in cells):
            break
        last -= 1
    if last == part.last_row:
        return last
    return last if not _is_filled(rows, last + 1, part) else part.last_row


def _is_group(sheet: SheetView, row: int, column: int, part: Rectangle) -> bool:
    """Tell whether a cell is merged over some columns of a block, but not over all of them."""
    merge = _merge_at(sheet, row, column)
    if merge is None or merge.first_column == merge.last_column:
        return False
    return (
        merge.last_column - merge.first_column < part.last_column - part.first_column - 1
        or merge.first_column > part.first_column
    )


def _merge_at(sheet: SheetView, row: int, column: int) -> Rectangle | None:
    for merge in sheet.merges:
        if merge.first_row <= row <= merge.last_row and merge.first_column <= column <= merge.last_column:
            return merge
    return None


def _header_rows(sheet: SheetView, rows: Rows, part: Rectangle) -> tuple[int, ...]:
    """Find the rows of the header: the one that differs most from what is under it, those above and units below."""
    depth = min(part.last_row, part.first_row + _HEADER_DEPTH)
    best, most = 0, 0.0
    kinds = _kinds(rows, part)
    for row in range(part.first_row, depth + 1):
        cells = _cells(rows, row, part)
        if not cells or (row == part.last_row and part.last_row > part.first_row):
            continue
        if not _is_header_like(cells):
            narrow = len(cells) <= 2 and part.last_column - part.first_column >= 3  # what a report was run with
            if len(cells) > 1 and not narrow and not all(is_text(value) or _is_year(value) for _, value in cells):
                break
            continue
        score = _header_score(cells, kinds, part)
        if score > most:
            best, most = row, score
    if not best:
        return ()
    levels = [best]
    while levels[0] > part.first_row and len(levels) < 3:
        cells = _cells(rows, levels[0] - 1, part)
        if not cells or (not _is_header_like(cells) and not all(is_text(v) or _is_year(v) for _, v in cells)):
            break
        merged = any(_is_group(sheet, levels[0] - 1, column, part) for column, _ in cells)
        pair = len(cells) == 2 and cells[1][0] == cells[0][0] + 1 and part.last_column - part.first_column >= 3
        if (len(cells) < 2 or pair) and not merged:
            break
        levels.insert(0, levels[0] - 1)
    while levels[-1] < part.last_row - 1:
        cells = _cells(rows, levels[-1] + 1, part)
        texts = [column for column, value in cells if is_text(value)]
        if not cells or len(texts) < len(cells) or not any(kinds.get(column) == "number" for column in texts):
            break
        if sum(kinds.get(column) in ("number", "date") for column in texts) < 0.5 * len(texts):
            break
        levels.append(levels[-1] + 1)
    return tuple(levels)


def _header_score(cells: Sequence[tuple[int, Cell]], kinds: dict[int, str], part: Rectangle) -> float:
    """Score a row as a header: known words, texts or periods over numbers, no word twice."""
    values = [value for _, value in cells]
    known = sum(is_known(str(value)) for value in values if is_text(value))
    contrast = sum(kinds.get(column) in ("number", "date") for column, value in cells if is_text(value))
    others = [value for value in values if not is_text(value)]
    periods = 0
    if others:
        periods = sum(map(len, period_runs(values)))
    if (
        contrast + periods == 0
        and known < 2
        and not (known == 1 == len(values) == part.last_column - part.first_column + 1)
    ):
        return 0.0
    if contrast + periods < 0.2 * len(values) and known < 0.4 * len(values):
        return 0.0
    if len(values) == 1 and part.last_column > part.first_column and not known:
        return 0.0
    distinct = len({str(value).strip().casefold() for value in values}) / len(values)
    return (2.0 * known + contrast + periods) * distinct


def _kinds(rows: Rows, part: Rectangle) -> dict[int, str]:
    """Tell what most cells of each column are, by the lower part of the block."""
    sample = _spread(part.first_row, part.last_row)
    counts: dict[int, list[int]] = {}
    for row in sample[1:] if len(sample) < 6 else sample[len(sample) // 3 :]:
        for column, value in _cells(rows, row, part):
            count = counts.setdefault(column, [0, 0, 0])
            count[0 if is_text(value) else 1 if is_number(value) else 2] += 1
    names = ("text", "number", "date")
    return {column: names[count.index(max(count))] for column, count in counts.items()}


def _headers(sheet: SheetView, rows: Rows, part: Rectangle, levels: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    """Read the header of each column, upper levels spread over the columns that they stand over."""
    lines = [_level(sheet, rows, part, row, row == levels[-1]) for row in levels]
    headers = []
    for place in range(part.last_column - part.first_column + 1):
        said: list[str] = []
        for line in lines:
            if line[place] and line[place] not in said:
                said.append(line[place])
        headers.append(tuple(said))
    return tuple(headers)


def _level(sheet: SheetView, rows: Rows, part: Rectangle, row: int, lowest: bool) -> list[str]:
    """Read one row of a header; what is merged, or stands over several columns, is said of each of them."""
    line: list[str] = []
    spread = ""
    for column in range(part.first_column, part.last_column + 1):
        value = _cell(rows, row, column)
        merge = _merge_at(sheet, row, column) if sheet.merges else None
        if merge is not None:
            value = sheet.cell(merge.first_row, merge.first_column)
        text = "" if is_blank(value) else _shown(value)
        if text:
            spread = text if merge is None else ""
        elif spread and not lowest and not is_blank(_cell(rows, row + 1, column)):
            text = spread
        else:
            spread = ""
        if text and not lowest and merge is None and spread and is_blank(_cell(rows, row + 1, column)):
            spread = ""  # a header of its own, not one over others
        line.append(text)
    return line


def _shown(value: Cell) -> str:
    """Write a header cell as a text."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())
