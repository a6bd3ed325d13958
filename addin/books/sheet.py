"""
One worksheet part as a stream: head, rows, tail. Only the rows that a plan touches are written anew.

Rows and cells are found by pattern, not by a parser, so that what is not touched keeps its bytes and a sheet of a
million rows passes through little memory. What the patterns cannot see rightly (comments, CDATA, other encodings)
is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, NamedTuple, Protocol

from addin.books.cellxml import LAST_COLUMN, LAST_ROW, Area
from addin.books.formulas import moved, read_formula
from addin.workbook import WorkbookError
from workbook_templates.addresses import column_number

__all__ = [
    "FORMULA",
    "FORMULA_CELL",
    "FORMULA_START",
    "PLACE",
    "SHEET_DATA",
    "RawCell",
    "Row",
    "Shared",
    "SheetStream",
    "Survey",
    "Watch",
    "attributes_of",
    "cell_pattern",
    "check_encoding",
    "check_markup",
    "formula_places",
    "more_formulas",
    "survey",
    "whole_elements",
    "whole_rows",
]

SHEET_DATA = re.compile(rb"<((?:\w+:)?)sheetData(?:\s[^>]*?)?(/?)>")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']([0-9]+)[\"']")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s/>])([^>]*?)(?:/>|>(.*?)</(?:\w+:)?f\s*>)", re.DOTALL)
FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]+)[0-9]+[\"'][^>]*>\s*<(?:\w+:)?f[\s/>]")
FORMULA_START = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CELL_START = re.compile(rb"<(?:\w+:)?c[\s/>]")
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s/>]")
PLACE = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([A-Za-z]{1,3})[0-9]")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([^\"']+)[\"']")
_PROTECTION = re.compile(rb"<(?:\w+:)?sheetProtection\s[^>]*?\bsheet\s*=\s*[\"'](?:1|true)[\"']")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*?)/?>")
_BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
MAX_ROW_BYTES: Final = 64 << 20
MAX_HEAD_BYTES: Final = 8 << 20
_SAVE_AGAIN: Final = "open the workbook in Excel, save it, and try again"
MAX_ARRAY_CELLS: Final = 4 << 20
_SLASH: Final = ord("/")
_BANG: Final = ord("!")


class Row(NamedTuple):
    """A row as it stands in the part, its number, and whether the part itself gives the number."""

    number: int
    explicit: bool
    data: bytes


class RawCell(NamedTuple):
    """A cell as it stands in the part."""

    column: int
    data: bytes
    attributes: bytes
    inner: bytes

    @property
    def style(self) -> str:
        """The index of its style, or ""."""
        return attributes_of(self.attributes).get("s", "")

    @property
    def filled(self) -> bool:
        """Whether it holds a value or a formula."""
        return _FILLED.search(self.inner) is not None

    @property
    def has_formula(self) -> bool:
        """Whether it holds a formula."""
        return FORMULA_START.search(self.inner) is not None


class Shared(NamedTuple):
    """The first cell of a shared formula, which alone holds its text."""

    row: int
    column: int
    formula: str

    def at(self, row: int, column: int) -> str:
        """Return the formula as another cell of the group reads it."""
        return moved(self.formula, rows=row - self.row, columns=column - self.column)


def attributes_of(tag: bytes) -> dict[str, str]:
    """Return the attributes that a start tag's text holds, still escaped."""
    return {name.decode(): (double or single).decode() for name, double, single in _ATTRIBUTE.findall(tag)}


def cell_pattern(prefix: bytes) -> re.Pattern[bytes]:
    """Return what finds a row's cells: their attributes, and what stands in them."""
    escaped = re.escape(prefix)
    return re.compile(rb"<" + escaped + rb"c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + escaped + rb"c\s*>)", re.DOTALL)


class SheetStream:
    """
    A worksheet part, read once from front to back.

    `head` and `prefix` are there from the start, `tail` after `rows` has come to its end.
    """

    def __init__(self, chunks: Iterable[bytes], name: str) -> None:
        self.name = name
        self._chunks = iter(chunks)
        self._rest, self._empty = b"", False
        self.head, self.prefix = self._read_head()
        self.tail = b""

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order."""
        if self._empty:
            self.tail = self._rest + b"".join(self._chunks)
            return
        opening, closing = b"<" + self.prefix + b"row", b"</" + self.prefix + b"row"
        end = b"</" + self.prefix + b"sheetData"
        buffer, position, number = self._rest, 0, 0
        while True:
            start = buffer.find(b"<", position)
            stop = self._end_of_row(buffer, start, closing)
            if stop and buffer.startswith(opening, start):
                item = self._row(buffer[start:stop], number)
                number, position = item.number, stop
                yield item
            elif stop and buffer.startswith(end, start):
                self.tail = buffer[stop:] + b"".join(self._chunks)
                return
            elif stop:
                raise self._error("holds something else between its rows")
            else:
                chunk = next(self._chunks, None)
                if chunk is None:
                    raise self._error("is cut off")
                buffer, position = buffer[position:] + chunk, 0
                _check_size(len(buffer), f"sheet {self.name}")

    def _end_of_row(self, buffer: bytes, start: int, closing: bytes) -> int:
        """Return where the row or tag that begins at `start` ends, 0 when the buffer ends before."""
        tag_end = buffer.find(b">", start) if start >= 0 else -1
        if tag_end < 0:
            return 0
        if buffer[tag_end - 1] == _SLASH or buffer[start + 1] == _SLASH or buffer[start + 1] == _BANG:
            return tag_end + 1
        close = buffer.find(closing, tag_end)
        return buffer.find(b">", close) + 1 if close >= 0 else 0

    def cells(self, row: Row) -> Iterator[RawCell]:
        """Yield the cells of a row."""
        column = 0
        for match in self._cell.finditer(row.data, row.data.index(b">")):
            attributes = match[1]
            place = PLACE.search(attributes)
            column = column_number(place[1].decode()) if place else column + 1
            yield RawCell(column, match.group(), attributes, match[2] or b"")

    def _read_head(self) -> tuple[bytes, bytes]:
        buffer, match = b"", None
        for chunk in self._chunks:
            buffer += chunk
            if match := SHEET_DATA.search(buffer, 0, MAX_HEAD_BYTES):
                break
            if len(buffer) > MAX_HEAD_BYTES:
                raise self._error("has far too much before its cells")
        check_encoding(buffer, f"sheet {self.name}")
        if match is None:
            raise self._error("has no cells part")
        head, prefix = buffer[: match.start()], match[1]
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise WorkbookError(f"sheet {self.name} declares a document type; do not trust this workbook")
        self._rest, self._empty = buffer[match.end() :], bool(match[2])
        self._cell = cell_pattern(prefix)
        return head, prefix

    def _row(self, data: bytes, previous: int) -> Row:
        if b"<!" in data:
            raise self._error("holds a comment or CDATA")
        given = _ROW_NUMBER.search(data, 0, data.index(b">"))
        number = int(given[1]) if given else previous + 1
        if number <= previous or number > LAST_ROW:
            raise self._error(f"has its row {number} out of order")
        return Row(number, given is not None, data)

    def _error(self, what: str) -> WorkbookError:
        return WorkbookError(f"sheet {self.name} {what}; open the workbook in Excel, save it, and try again")


class Watch(Protocol):
    """Who wants to see some rows while a sheet is surveyed, and which cells it will own."""

    @property
    def area(self) -> Area:
        """All cells that it will write or clear."""
        ...

    @property
    def last_written(self) -> int:
        """The last row that it will write."""
        ...

    def wants(self, row: int) -> bool:
        """Whether it wants to see the row."""
        ...

    def see(self, row: int, cells: Mapping[int, RawCell]) -> None:
        """Look at the row's cells by column."""
        ...


@dataclass
class Survey:
    """What one pass over a sheet found out; `last_row` is the last one that keeps a cell whatever the blocks do."""

    prefix: str = ""
    last_row: int = 0
    shared: dict[str, Shared] = field(default_factory=dict)
    arrays: list[Area] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    protected: bool = False
    column_styles: dict[int, str] = field(default_factory=dict)


def survey(stream: SheetStream, watches: Sequence[Watch] = ()) -> Survey:
    """Pass over a sheet once, before anything is decided."""
    found = Survey(prefix=stream.prefix.decode(), column_styles=_column_styles(stream.head))
    floor = max((watch.last_written for watch in watches), default=0)
    for row in stream.rows():
        wanting = [watch for watch in watches if watch.wants(row.number)]
        special = b"shared" in row.data or b"array" in row.data or b"dataTable" in row.data
        below = row.number > floor and _CELL_START.search(row.data)
        if below and not watches:
            found.last_row = row.number
        if not (wanting or special or (below and watches)):
            continue
        cells = {cell.column: cell for cell in stream.cells(row)}
        if special:
            _note_formulas(found, row.number, cells)
        for watch in wanting:
            watch.see(row.number, cells)
        if below and any(not any(watch.area.holds(row.number, column) for watch in watches) for column in cells):
            found.last_row = row.number
    found.merges = [Area.parse(ref.decode(errors="replace")) for ref in _MERGE.findall(stream.tail)]
    found.protected = _PROTECTION.search(stream.tail) is not None
    return found


def _column_styles(head: bytes) -> dict[int, str]:
    """Return the style of each column that has one: cells that are not there yet show it."""
    styles = {}
    for tag in _COLUMN.findall(head):
        column = attributes_of(tag)
        first, last, style = (column.get(name, "") for name in ("min", "max", "style"))
        if style not in ("", "0") and first.isdecimal() and last.isdecimal():
            styles.update(dict.fromkeys(range(int(first), min(int(last), LAST_COLUMN) + 1), style))
    return styles


def _note_formulas(found: Survey, row: int, cells: Mapping[int, RawCell]) -> None:
    for cell in cells.values():
        formula = FORMULA.search(cell.inner)
        if formula is None:
            continue
        attributes = attributes_of(formula[1])
        kind = attributes.get("t")
        if kind == "shared" and formula[2]:
            found.shared[attributes.get("si", "")] = Shared(row, cell.column, read_formula(formula[2]))
        elif kind in ("array", "dataTable") and "ref" in attributes:
            found.arrays.append(Area.parse(attributes["ref"]))


def formula_places(stream: SheetStream) -> frozenset[tuple[int, int]]:
    """
    Find the cells that formulas fill, those over which an array formula or data table reaches among them.

    Returns
    -------
    frozenset of (int, int)
        Rows and columns.

    Raises
    ------
    WorkbookError
        If array formulas reach over more cells than can be listed.
    """
    found = Survey()
    places: set[tuple[int, int]] = set()
    for row in stream.rows():
        formulas = len(FORMULA_START.findall(row.data))
        letters = FORMULA_CELL.findall(row.data) if formulas else []
        if len(letters) == formulas and b"array" not in row.data and b"dataTable" not in row.data:
            places.update((row.number, column_number(one.decode())) for one in letters)
        else:
            cells = {cell.column: cell for cell in stream.cells(row)}
            places.update((row.number, column) for column, cell in cells.items() if cell.has_formula)
            _note_formulas(found, row.number, cells)
    reach = sum(len(array.rows) * len(array.columns) for array in found.arrays)
    if reach > MAX_ARRAY_CELLS:
        raise WorkbookError(
            f"array formulas of sheet {stream.name} reach over {reach:,} cells, more than {MAX_ARRAY_CELLS:,}; "
            "let them fill fewer"
        )
    return frozenset(places.union(*(product(array.rows, array.columns) for array in found.arrays)))


def more_formulas(chunks: Iterable[bytes], sheet: str, *, than: int) -> bool:
    """Whether a worksheet part has more formula cells than so many; it is read no further than it takes to know."""
    count, rest, mark = 0, b"", b""
    for chunk in chunks:
        text = rest + chunk
        cut = max(text.rfind(b"<"), 0)  # a tag may lie across two chunks
        rest = text[cut:]
        _check_size(len(rest), f"sheet {sheet}")
        if not mark and (match := SHEET_DATA.search(text)):
            mark = b"<" + match[1] + b"f"
        if mark in text:  # a first, quick look: most large sheets have no formula
            count += len(FORMULA_START.findall(text, 0, cut))
        if count > than:
            return True
    return count + len(FORMULA_START.findall(rest)) > than


def whole_rows(chunks: Iterable[bytes], sheet: str) -> Iterator[bytes]:
    """Cut a worksheet part where rows end, so that no cell lies across two pieces."""
    return whole_elements(chunks, "row", f"sheet {sheet}")


def whole_elements(chunks: Iterable[bytes], tag: str, where: str) -> Iterator[bytes]:
    """Cut a part behind the last end tag of each chunk; what stands after the very last is a piece of its own."""
    end, prefixed_end = f"</{tag}>".encode(), f":{tag}>".encode()
    held: list[bytes] = []  # without an end tag; the last one may hold the beginning of one
    for chunk in chunks:
        text = held.pop() + chunk if held else chunk
        cut = text.rfind(end) + len(end)
        if cut < len(end):  # only a part with prefixes is searched twice
            cut = text.rfind(prefixed_end) + len(prefixed_end)
        if cut < len(end):
            held += text[: -len(end)], text[-len(end) :]
            _check_size(sum(map(len, held)), where)
        else:
            yield b"".join([*held, text[:cut]])
            held = [text[cut:]]
    yield b"".join(held)


def check_markup(data: bytes, where: str) -> None:
    """Refuse what the patterns cannot see rightly: other encodings, document types, comments, CDATA."""
    check_encoding(data, where)
    if b"!" not in data or b"<!" not in data:  # one byte is found far sooner than two
        return
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise WorkbookError(f"{where} declares a document type; do not trust this workbook")
    raise WorkbookError(f"{where} holds a comment or CDATA; {_SAVE_AGAIN}")


def check_encoding(data: bytes, where: str) -> None:
    """Refuse a part that does not begin as UTF-8."""
    encoding = _ENCODING.search(data[:200])
    if data[:2] in _BYTE_ORDER_MARKS or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")):
        raise WorkbookError(f"{where} is not in UTF-8; {_SAVE_AGAIN}")


def _check_size(waiting: int, where: str) -> None:
    """A row without an end would fill the memory."""
    if waiting > MAX_ROW_BYTES:
        raise WorkbookError(f"{where} has a row of more than {MAX_ROW_BYTES:,} bytes; it is not opened")
