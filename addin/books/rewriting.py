"""
Writing a worksheet part anew, row by row: blocks of cells, single constants, and cached values of formulas.

Rows that nothing touches pass through as they are. Styles stay with their cells; a new cell takes its column's.
"""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from addin.books.cellxml import Area, CellWriter
from addin.books.formulas import moved, read_formula, written_formula
from addin.books.sheet import (
    FORMULA,
    FORMULA_CELL,
    FORMULA_START,
    PLACE,
    RawCell,
    Row,
    Shared,
    SheetStream,
    Survey,
    attributes_of,
)
from workbook_templates.addresses import address, column_letters, column_number
from workbook_templates.plan import Cell

__all__ = ["Block", "SheetEdit", "expanded", "own_formula", "transplanted", "without_value"]

_SPANS = re.compile(rb"\sspans\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'](?:1|true)[\"']")
_FIRST_PLACE = re.compile(rb"[<:]c r=\"([A-Z]{1,3})[0-9]")
_CELL_START = re.compile(rb"<(?:\w+:)?c[\s/>]")
_DIMENSION = re.compile(rb"(<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*[\"'])([^\"']+)([\"'])")
_DROPPED_WITH_VALUE: Final = {"t", "vm"}  # the type and the rich value of the cache that goes
_GROUP_ATTRIBUTES: Final = {"t", "si", "ref"}
_BLOCK_BYTES: Final = 1 << 20
_ADDRESS = re.compile(rb"(?:^|\s)r\s*=\s*(?:\"[^\"]*\"|'[^']*')")


class Block(Protocol):
    """A rectangle of a sheet that gets new cells in all its rows."""

    @property
    def area(self) -> Area:
        """All cells it owns: what it writes and what it clears."""
        ...

    @property
    def last_written(self) -> int:
        """Its last row with new cells; those below are cleared."""
        ...

    @property
    def unhide(self) -> bool:
        """Whether its rows become visible."""
        ...

    def runs(self, edit: "SheetEdit") -> Iterator[bytes]:
        """Yield the new cells of each row, from the first to `last_written`."""
        ...


@dataclass
class SheetEdit:
    """
    All writes to one sheet.

    Attributes
    ----------
    constants, caches : dict of int to dict of int to Cell
        Row and column of a cell to the constant that replaces it, or to the cached value of its formula.
    formats : mapping of (int, int) to str
        Row and column of a constant to the number format that it gets if its cell has none.
    numbered : callable
        Gives the number of the cell format that is like another one and has a number format.
    blocks : list of Block
        Rectangles with new cells; they share no cell.
    found : Survey
        What the survey found.
    formulas : int
        Set while writing: how many formula cells the sheet has.
    formulas_changed : bool
        Set while writing: whether a formula cell came, went or moved.
    cached : set of (int, int)
        Set while writing: formula cells that were given their value.
    """

    name: str
    found: Survey
    date1904: bool
    constants: dict[int, dict[int, Cell]] = field(default_factory=dict)
    caches: dict[int, dict[int, Cell]] = field(default_factory=dict)
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    numbered: Callable[[str, str], str] = lambda style, code: style
    blocks: list[Block] = field(default_factory=list)
    formulas: int = 0
    formulas_changed: bool = False
    cached: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.writer = CellWriter(sheet=self.name, prefix=self.found.prefix, date1904=self.date1904)
        self._cell_end = f"</{self.found.prefix}c>".encode()
        self._new_tag, self._end = f'<{self.found.prefix}row r="%d">'.encode(), f"</{self.found.prefix}row>".encode()
        self._formula_mark = f"<{self.found.prefix}f".encode()  # may begin another tag too: only a first, quick look

    def rewritten(self, stream: SheetStream, follow: Callable[[bytes], bytes]) -> Iterator[bytes]:
        """Yield the new part in chunks; `follow` brings what stands after the rows up to date."""
        self._runs = [(block, block.runs(self)) for block in self.blocks]
        self._expanded = self._groups_to_expand()
        yield self._head(stream.head)
        yield b"<" + stream.prefix + b"sheetData>"
        waiting: list[bytes] = []
        size = 0
        for piece in self._rows(stream):
            waiting.append(piece)
            size += len(piece)
            if size > _BLOCK_BYTES:
                yield self._counted(waiting)
                waiting, size = [], 0
        yield self._counted(waiting)
        yield b"</" + stream.prefix + b"sheetData>"
        yield follow(stream.tail)

    def _counted(self, pieces: list[bytes]) -> bytes:
        joined = b"".join(pieces)
        if self._formula_mark in joined:
            self.formulas += len(FORMULA_START.findall(joined))
        return joined

    def _rows(self, stream: SheetStream) -> Iterator[bytes]:
        """Merge the rows that are there with those that are written."""
        wanted = self._written_rows()
        following = next(wanted, None)
        for row in stream.rows():
            while following is not None and following < row.number:
                yield self._new_row(following)
                following = next(wanted, None)
            if following == row.number:
                following = next(wanted, None)
            yield self._row(stream, row)
        while following is not None:
            yield self._new_row(following)
            following = next(wanted, None)

    def _written_rows(self) -> Iterator[int]:
        spans: list[Iterable[int]] = [range(block.area.first_row, block.last_written + 1) for block in self.blocks]
        previous = 0
        for row in heapq.merge(sorted(self.constants), *spans):
            if row != previous:
                yield row
            previous = row

    def _new_row(self, number: int) -> bytes:
        cells = self._block_cells(number)
        if number in self.constants:
            cells += self._constants(number, {})
        joined = cells[0][1] if len(cells) == 1 else b"".join(text for _, text in sorted(cells))
        if self._formula_mark in joined and FORMULA_START.search(joined):
            self.formulas_changed = True
        return self._new_tag % number + joined + self._end if joined else b""

    def _row(self, stream: SheetStream, row: Row) -> bytes:
        number = row.number
        blocks = [block for block in self.blocks if number in block.area.rows]
        shares = bool(self._expanded) and b"shared" in row.data
        if not (blocks or shares or number in self.constants or number in self.caches):
            return row.data if row.explicit else _numbered(row)
        if not (blocks or shares or number in self.caches) and (spliced := self._spliced(row)) is not None:
            return spliced
        # most rows of a table hold nothing else: then there is no need to look at their cells
        alone = len(blocks) == 1 and number not in self.constants and _within(row.data, blocks[0].area)
        present = {} if alone else {cell.column: cell for cell in stream.cells(row)}
        if not (blocks or shares or number in self.constants or self._has_fresh(number, present)):
            return row.data if row.explicit else _numbered(row)
        written = self._block_cells(number) + self._constants(number, present)
        gone = {column for block in blocks for column in block.area.columns} | set(self.constants.get(number, ()))
        kept = [(cell.column, self._kept(number, cell)) for cell in present.values() if cell.column not in gone]
        cells = b"".join(text for _, text in sorted(kept + written))
        self._compare_formulas(row.data, cells)
        tag = _open_tag(row, unhide=any(block.unhide for block in blocks))
        if not cells and not attributes_of(tag).keys() - {"r"}:
            return b""
        return tag + cells + self._end

    def _spliced(self, row: Row) -> bytes | None:
        """
        Put the constants of a row in their places without a look at its other cells.

        None when the cells do not stand as programs usually write them, or when one must go between others.
        """
        data, opening = row.data, f"<{self.writer.prefix}c ".encode()
        closing = self._cell_end
        if not row.explicit or not data.endswith(self._end) or data.count(closing[:-1]) != data.count(closing):
            return None
        last = data.rfind(opening)
        end_column = _FIRST_PLACE.match(data, last + len(opening) - 3) if last >= 0 else None
        if end_column is None or _CELL_START.search(data, last + 1):
            return None
        behind = column_number(end_column[1].decode())
        pieces, position = [], data.index(b">") + 1
        pieces.append(_SPANS.sub(b"", data[:position]))
        for column, value in sorted(self.constants[row.number].items()):
            start = data.find(b'%sr="%s%d"' % (opening, column_letters(column).encode(), row.number), position)
            if start < 0 and column <= behind:
                return None
            style, stop = self.found.column_styles.get(column, ""), len(data) - len(self._end)
            if start < 0:
                start = stop
            else:
                style, stop, formula = self._cell_span(data, start)
                self.formulas_changed |= formula
            pieces += [data[position:start], self._constant(row.number, column, value, style)]
            position = stop
        return b"".join(pieces) + data[position:]

    def _cell_span(self, data: bytes, start: int) -> tuple[str, int, bool]:
        """Return the style of a cell that begins somewhere, where it ends, and whether it holds a formula."""
        tag_end = data.index(b">", start)
        style = attributes_of(data[start:tag_end]).get("s", "")
        if data[tag_end - 1 : tag_end] == b"/":
            return style, tag_end + 1, False
        stop = data.index(self._cell_end, tag_end) + len(self._cell_end)
        return style, stop, FORMULA_START.search(data, tag_end, stop) is not None

    def _has_fresh(self, row: int, present: Mapping[int, RawCell]) -> bool:
        """Whether a formula of the row gets a value."""
        return any(column in present and present[column].has_formula for column in self.caches.get(row, ()))

    def _compare_formulas(self, before: bytes, after: bytes) -> None:
        if self._formula_mark in before or self._formula_mark in after:
            self.formulas_changed |= FORMULA_CELL.findall(before) != FORMULA_CELL.findall(after)

    def _block_cells(self, row: int) -> list[tuple[int, bytes]]:
        return [
            (block.area.first_column, next(runs))
            for block, runs in self._runs
            if block.area.first_row <= row <= block.last_written
        ]

    def _constants(self, row: int, present: Mapping[int, RawCell]) -> list[tuple[int, bytes]]:
        cells = []
        for column, value in self.constants.get(row, {}).items():
            style = present[column].style if column in present else self.found.column_styles.get(column, "")
            cells.append((column, self._constant(row, column, value, style)))
        return cells

    def _constant(self, row: int, column: int, value: Cell, style: str) -> bytes:
        code = self.formats.get((row, column))
        return self.writer.cell(row, column, value, self.numbered(style, code) if code else style).encode()

    def _kept(self, row: int, cell: RawCell) -> bytes:
        """Return a cell that stays, with the new value of its formula, or with a formula of its own."""
        data = cell.data
        if self._expanded or not PLACE.search(cell.attributes):
            data = expanded(cell, row, row, self._expanded, self.found.prefix)
        return self.fresh(row, cell.column, data)

    def fresh(self, row: int, column: int, data: bytes) -> bytes:
        """Return a cell that stands at an address with the cached value that the plan has for its formula, if any."""
        given = self.caches.get(row)
        if given is None or column not in given or not FORMULA.search(data):
            return data
        self.cached.add((row, column))
        return with_cache(data, row, column, given[column], self.writer)

    def _groups_to_expand(self) -> dict[str, Shared]:
        """Shared formulas whose first cell, the one with the text, is overwritten or moved."""
        return {
            group: shared
            for group, shared in self.found.shared.items()
            if shared.column in self.constants.get(shared.row, ())
            or any(block.area.holds(shared.row, shared.column) for block in self.blocks)
        }

    def _head(self, head: bytes) -> bytes:
        """Return the head with the used area that it states brought up to date."""
        match = _DIMENSION.search(head)
        try:
            used = Area.parse(match[2].decode()) if match else None
        except ValueError:
            used = None
        if match is None or used is None:
            return head
        areas = [used, *(block.area for block in self.blocks)]
        areas += [Area(row, column, row, column) for row, cells in self.constants.items() for column in cells]
        last_rows = [
            self.found.last_row,
            used.first_row,
            *(block.last_written for block in self.blocks),
            *self.constants,
        ]
        total = Area(
            min(area.first_row for area in areas),
            min(area.first_column for area in areas),
            max(last_rows),
            max(area.last_column for area in areas),
        )
        return head[: match.start(2)] + str(total).encode() + head[match.end(2) :]


def _within(row: bytes, area: Area) -> bool:
    """Whether the first and the last cell of a row, and so all of them, lie in an area's columns."""
    last = max(row.rfind(b"<c "), row.rfind(b":c "))
    ends = (_FIRST_PLACE.search(row), _FIRST_PLACE.search(row, last - 1 if last > 0 else 0))
    return all(end is not None and column_number(end[1].decode()) in area.columns for end in ends)


def _numbered(row: Row) -> bytes:
    """Return a row that had no number with one, since rows before it may come or go."""
    return re.sub(rb"row(?=[\s/>])", b'row r="%d"' % row.number, row.data, count=1)


def _open_tag(row: Row, *, unhide: bool) -> bytes:
    """Return a row's start tag without the spans, which need not hold any more."""
    data = row.data if row.explicit else _numbered(row)
    tag = _SPANS.sub(b"", data[: data.index(b">") + 1])
    if unhide:
        tag = _HIDDEN.sub(b"", tag)
    return tag[:-2].rstrip() + b">" if tag.endswith(b"/>") else tag


def with_address(cell: RawCell, row: int) -> bytes:
    """Return a cell with the address of its column in a row."""
    place = b' r="' + address(row, cell.column).encode() + b'"'
    name_end = re.match(rb"<(?:\w+:)?c", cell.data).end()  # type: ignore[union-attr]  # it is a cell
    return (
        cell.data[:name_end] + place + _ADDRESS.sub(b"", cell.attributes) + cell.data[name_end + len(cell.attributes) :]
    )


def own_formula(cell: RawCell, row: int, groups: Mapping[str, Shared]) -> str | None:
    """Return the formula of a cell as it reads there; None when a group that is not given holds it, or it has none."""
    match = FORMULA.search(cell.inner)
    if match is None:
        return None
    attributes = attributes_of(match[1])
    if attributes.get("t") == "shared":
        group = groups.get(attributes.get("si", ""))
        return group and group.at(row, cell.column)
    return None if match[2] is None else read_formula(match[2])


def transplanted(cell: RawCell, target: int, formula: str | None, prefix: str) -> bytes:
    """Return a cell as it stands in another row, with a formula of its own when one is given."""
    data = with_address(cell, target)
    match = FORMULA.search(data)
    if match is None or formula is None:
        return data
    attributes = attributes_of(match[1])
    if match[2] is not None and attributes.get("t") != "shared" and read_formula(match[2]) == formula:
        return data
    others = "".join(f' {name}="{given}"' for name, given in attributes.items() if name not in _GROUP_ATTRIBUTES)
    own = f"<{prefix}f{others}>{written_formula(formula)}</{prefix}f>".encode()
    return data[: match.start()] + own + data[match.end() :]


def expanded(cell: RawCell, row: int, target: int, groups: Mapping[str, Shared], prefix: str) -> bytes:
    """
    Return a cell moved to another row, its formula moved along as in a sort.

    A formula that one of the groups shares becomes the cell's own.
    """
    formula = own_formula(cell, row, groups)
    return transplanted(cell, target, formula and moved(formula, rows=target - row), prefix)


def with_cache(data: bytes, row: int, column: int, value: Cell, writer: CellWriter) -> bytes:
    """Return a formula cell with a new cached value; the formula and the style stay."""
    formula = FORMULA.search(data)
    assert formula is not None  # callers ask for formula cells only
    attributes = attributes_of(data[: data.index(b">")])
    kind, text = writer.content(row, column, value)
    attributes = {name: given for name, given in attributes.items() if name not in _DROPPED_WITH_VALUE}
    attributes["r"] = f"{column_letters(column)}{row}"
    if kind:
        attributes["t"] = kind
    prefix = writer.prefix
    tag = "".join(f' {name}="{given}"' for name, given in attributes.items())
    return f"<{prefix}c{tag}>".encode() + formula.group() + f"<{prefix}v>{text}</{prefix}v></{prefix}c>".encode()


def without_value(data: bytes) -> bytes:
    """Return a formula cell without its cached value, which was another row's."""
    formula = FORMULA.search(data)
    assert formula is not None
    tag = data[: data.index(b">")]
    kept = b"".join(
        f' {name}="{given}"'.encode() for name, given in attributes_of(tag).items() if name not in _DROPPED_WITH_VALUE
    )
    name_end = re.match(rb"<(?:\w+:)?c", data).end()  # type: ignore[union-attr]  # it is a cell
    end = data[data.rindex(b"</") :]
    return data[:name_end] + kept + b">" + formula.group() + end
