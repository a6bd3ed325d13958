"""
Reading a sheet's cells, column by column.

A part is read in pieces of whole rows. Most pieces of a large sheet are regular: in every row the same columns hold the
same kind of cell. What the first piece shows becomes one pattern for such a row, which takes whole pieces apart at
once; a piece that it does not cover to the last byte is read cell by cell. Nothing is laid out as a rectangle, so that
a cell in the far corner costs no more than any other.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from addin.books.cellxml import LAST_COLUMN, LAST_ROW, Area
from addin.books.outline import Outline
from addin.books.package import Package
from addin.books.sheet import PLACE, SHEET_DATA, attributes_of, cell_pattern, check_markup, whole_rows
from addin.books.stored import SHARED, Stored, decoded, plain_text, text_of
from addin.workbook import WorkbookError
from workbook_templates.addresses import address, column_letters, column_number
from workbook_templates.plan import Cell

__all__ = ["Grid", "Reader"]

MAX_CELLS: Final = 50_000_000
AHEAD_BYTES: Final = 4 << 20  # a part of more than this is unpacked in a thread while its cells are read
PIECE_BYTES: Final = 1 << 16  # what is looked at again after a larger piece has not been regular
REGULAR_BYTES: Final = 1 << 14  # a shorter piece is not worth a pattern
MAX_REGULAR_COLUMNS: Final = 200

_ROW_NUMBER = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([0-9]{1,9})[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<")
_INLINE = re.compile(rb"<(?:\w+:)?is(?:\s[^>]*)?>(.*)</(?:\w+:)?is\s*>", re.DOTALL)
_PLACED = re.compile(rb"\s+r\s*=\s*[\"']([A-Za-z]{1,3})[0-9]{1,7}[\"']")
_PLAIN_LOOK = re.compile(rb"((?: s=\"[0-9]+\")?)(?: t=\"(\w+)\")?")
_PLAIN_INNER = re.compile(rb"(?:<f[^<]*</f>|<f[^>]*/>)?<v>[^<]*</v>|<is><t(?: xml:space=\"preserve\")?>[^<]*</t></is>")
_BLANK_CELL: Final = rb"(?: s=\"[0-9]+\")?/>"


# ---- what was read


class _Run(NamedTuple):
    """Cells of one column, from the top down."""

    rows: Sequence[int]
    cells: Sequence[Cell]


class Grid:
    """A sheet's cells by row and column, counted from 1."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._runs: dict[int, list[_Run]] = {}

    def add(self, column: int, rows: Sequence[int], cells: Sequence[Cell]) -> None:
        """Add cells of a column, all of them below those that are there."""
        self._runs.setdefault(column, []).append(_Run(rows, cells))

    def cell(self, row: int, column: int) -> Cell:
        """Return one cell."""
        return self.column(Area(row, column, row, column), column)[0]

    def rows(self) -> list[list[Cell]]:
        """Return all cells, row by row, from the first that holds something."""
        used = self._used()
        return [] if used is None else [list(cells) for cells in zip(*self.columns(used), strict=True)]

    def rows_from_a1(self) -> list[list[Cell]]:
        """Return all cells, row by row, from A1."""
        used = self._used()
        if used is None:
            return []
        above: list[list[Cell]] = [[] for _ in range(used.first_row - 1)]
        area = Area(used.first_row, 1, used.last_row, used.last_column)
        return above + [list(cells) for cells in zip(*self.columns(area), strict=True)]

    def _used(self) -> Area | None:
        """Return the area of the cells that hold something."""
        filled = [
            (row, column)
            for column, runs in self._runs.items()
            for run in runs
            for row in (_first_filled(run), _last_filled(run))
            if row is not None
        ]
        if not filled:
            return None
        rows, columns = zip(*filled, strict=True)
        return Area(min(rows), min(columns), max(rows), max(columns))

    def columns(self, area: Area) -> list[list[Cell]]:
        """
        Return the columns of an area, blanks where the sheet ends.

        Raises
        ------
        WorkbookError
            When it has more cells than memory should be spent on.
        """
        if len(area.rows) * len(area.columns) > MAX_CELLS:
            raise WorkbookError(
                f"{self._where} reaches to {column_letters(area.last_column)}{area.last_row}, which is more than "
                f"{MAX_CELLS:,} cells; delete the far empty rows or columns and save it"
            )
        return [self.column(area, column) for column in area.columns]

    def column(self, area: Area, column: int) -> list[Cell]:
        """Return a column of an area, blanks where the sheet ends."""
        first, last = area.first_row, area.last_row
        found: list[Cell] = [None] * (last + 1 - first)
        for rows, cells in self._runs.get(column, ()):
            start, end = bisect_left(rows, first), bisect_right(rows, last)
            if start == end:
                continue
            if rows[end - 1] - rows[start] == end - 1 - start:
                found[rows[start] - first : rows[end - 1] + 1 - first] = cells[start:end]
            else:
                for place in range(start, end):
                    found[rows[place] - first] = cells[place]
        return found


def _first_filled(run: _Run) -> int | None:
    return next((row for row, cell in zip(run.rows, run.cells, strict=True) if cell is not None), None)


def _last_filled(run: _Run) -> int | None:
    backwards = zip(reversed(run.rows), reversed(run.cells), strict=True)
    return next((row for row, cell in backwards if cell is not None), None)


# ---- sheets


class Reader:
    """
    Reads the sheets of one workbook, each once.

    Parameters
    ----------
    package : Package
        The workbook.
    outline : Outline
        Its sheets.
    """

    def __init__(self, package: Package, outline: Outline) -> None:
        self._package = package
        self._stored = Stored(package, outline.part, date1904=outline.date1904)
        self._grids: dict[str, Grid] = {}

    def grid(self, sheet: str, part: str) -> Grid:
        """Return a sheet's cells."""
        if sheet not in self._grids:
            large = self._package.entry(part).file_size > AHEAD_BYTES
            chunks = self._package.chunks(part)
            reading = _SheetReading(self._stored, sheet, self._package.source)
            self._grids[sheet] = reading.read(_unpacked_ahead(chunks) if large else chunks)
        return self._grids[sheet]


def _unpacked_ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack the next chunks in a thread while the present one is worked on."""
    with ThreadPoolExecutor(1) as worker:
        waiting = deque(worker.submit(next, chunks, b"") for _ in range(4))
        while chunk := waiting.popleft().result():
            waiting.append(worker.submit(next, chunks, b""))
            yield chunk


@dataclass
class _Shape:
    """What the cells of a column of regular rows look like: styles that read alike, type, and how the text is read."""

    kind: str
    day: bool
    inline: bool
    formulas: bool = False
    styles: set[bytes] = field(default_factory=set)

    def pattern(self, letters: str) -> bytes:
        """Return the pattern of the column's cell, which may be missing or blank."""
        styles = b"|".join(sorted(self.styles))
        kind = f' t="{self.kind}"'.encode() if self.kind else b""
        formula = rb"(?:<f[^<]*</f>|<f[^>]*/>)?" if self.formulas else b""
        text = (
            rb"<is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is>"
            if self.inline
            else formula + rb"<v>(" + _CHARACTERS[self.kind] + rb")</v>"
        )
        return rb'(?:<c r="%s\1"(?:(?:%s)%s>%s</c>|%s))?' % (letters.encode(), styles, kind, text, _BLANK_CELL)


_CHARACTERS: Final = {
    "": rb"[-+.0-9eE]*",
    "n": rb"[-+.0-9eE]*",
    SHARED: rb"[0-9]*",
    "b": rb"[01]?",
    "str": rb"[^<]*",
    "inlineStr": rb"[^<]*",
}


class _SheetReading:
    """One pass over one sheet."""

    def __init__(self, stored: Stored, sheet: str, source: str) -> None:
        self._stored = stored
        self._sheet = sheet
        self._where = f"sheet {sheet} of {source}"
        self._grid = Grid(self._where)
        self._last_row = 0
        self._count = 0
        self._prefix = b""
        self._shapes: dict[int, _Shape] = {}
        self._regular: re.Pattern[bytes] | None = None
        self._readers: dict[bytes, tuple[str, Callable[[bytes], Cell]]] = {}
        self._days = _Days(stored)

    def read(self, chunks: Iterator[bytes]) -> Grid:
        """Read the part to its end."""
        begun = ended = False
        for given in whole_rows(chunks, self._sheet):
            piece = given
            check_markup(piece, self._where)
            if ended or not piece:
                continue  # what stands behind the cells is unpacked too, so that damage is seen
            if not begun:
                match = SHEET_DATA.search(piece)
                if match is None:
                    raise WorkbookError(f"{self._where} has no cells part; open the workbook in Excel and save it")
                begun, ended = True, bool(match[2])
                self._begin(match[1])
                piece = b"" if ended else piece[match.end() :]
            end = piece.find(self._end)
            if end >= 0:
                piece, ended = piece[:end], True
            self._piece(piece)
        if not ended:
            raise WorkbookError(f"{self._where} is cut off; open the workbook in Excel and save it again")
        return self._grid

    def _begin(self, prefix: bytes) -> None:
        self._prefix = prefix
        self._end = b"</" + prefix + b"sheetData"
        escaped = re.escape(prefix)
        self._row = re.compile(
            rb"<" + escaped + rb"row(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + escaped + rb"row\s*>)", re.DOTALL
        )
        self._cell = cell_pattern(prefix)

    def _piece(self, piece: bytes) -> None:
        try:
            if not self._read_regular(piece):
                for smaller in self._smaller(piece):
                    if not self._read_regular(smaller):
                        self._read_cells(smaller)
        except UnicodeDecodeError as error:
            raise WorkbookError(f"{self._where} is not in UTF-8; open the workbook in Excel and save it") from error
        if self._count > MAX_CELLS:
            raise WorkbookError(f"{self._where} holds more than {MAX_CELLS:,} cells; it is not opened")

    def _smaller(self, piece: bytes) -> Iterator[bytes]:
        """Cut a piece where rows end."""
        end = b"</" + self._prefix + b"row>"
        start = 0
        while start < len(piece):
            cut = piece.find(end, start + PIECE_BYTES)
            stop = len(piece) if cut < 0 else cut + len(end)
            yield piece[start:stop]
            start = stop

    # ---- cell by cell

    def _read_cells(self, piece: bytes) -> None:
        """Read any piece, and learn what its cells look like."""
        columns: dict[int, tuple[list[int], list[Cell]]] = {}
        seen: dict[tuple[int, bytes], tuple[int, bytes]] = {}
        for match in self._row.finditer(piece):
            given = _ROW_NUMBER.search(match[1])
            row, column = int(given[1]) if given else self._last_row + 1, 0
            if not self._last_row < row <= LAST_ROW:
                raise WorkbookError(f"{self._where} has its row {row} out of order; open and save it in Excel")
            self._last_row = row
            if match[2] is None:
                continue
            for attributes, inner in self._cell.findall(match[2]):
                place = _PLACED.match(attributes)
                if place:  # as all programs write it: the address first
                    column, look = column_number(place[1].decode()), attributes[place.end() :]
                else:
                    found = PLACE.search(attributes)
                    column, look = column_number(found[1].decode()) if found else column + 1, attributes
                if column > LAST_COLUMN:
                    raise WorkbookError(f"{self._where} has a cell right of its last column; open and save it in Excel")
                if not inner:
                    continue
                seen[column, look] = row, inner
                value = self._value(row, column, look, inner)
                if value is not None:
                    rows, cells = columns.setdefault(column, ([], []))
                    if rows and rows[-1] == row:
                        raise WorkbookError(f"{self._where} has its cell {address(row, column)} twice; do not trust it")
                    rows.append(row)
                    cells.append(value)
        for column, (rows, cells) in columns.items():
            self._grid.add(column, rows, cells)
            self._count += len(cells)
        if len(piece) >= REGULAR_BYTES and not self._prefix:
            self._learn(seen)

    def _value(self, row: int, column: int, look: bytes, inner: bytes) -> Cell:
        read = self._readers.get(look)
        if read is None:
            given = attributes_of(look)
            read = self._readers[look] = given.get("t", ""), self._stored.reader(given.get("t", ""), given.get("s", ""))
        kind, reader = read
        text = (_INLINE if kind == "inlineStr" else _VALUE).search(inner)
        if text is None or not text[1]:
            return None
        try:
            return reader(text[1])
        except UnicodeDecodeError:
            raise
        except ValueError as error:
            raise WorkbookError(
                f"{self._where} cannot be read: its cell {address(row, column)} {error}; put that right in Excel and "
                "save it"
            ) from error

    # ---- piece by piece

    def _learn(self, seen: Mapping[tuple[int, bytes], tuple[int, bytes]]) -> None:
        """Note what the filled cells of each column look like; of two kinds, the lower one is the rule."""
        learned = False
        for (column, look), (_, inner) in sorted(seen.items(), key=lambda item: item[1][0]):
            match, plain = _PLAIN_LOOK.fullmatch(look), _PLAIN_INNER.fullmatch(inner)
            if match is None or plain is None or (match[2] or b"").decode() not in _CHARACTERS:
                continue
            style, kind = match[1], (match[2] or b"").decode()
            day = kind in ("", "n") and self._stored.shows_days(style[4:-1].decode())
            shape = self._shapes.get(column)
            if shape is None or (shape.kind, shape.day) != (kind, day):
                if len(self._shapes) > MAX_REGULAR_COLUMNS:
                    return
                shape = self._shapes[column] = _Shape(kind, day, inner.startswith(b"<is>"))
            if style not in shape.styles or (not shape.formulas and inner.startswith(b"<f")):
                shape.styles.add(style)
                shape.formulas = shape.formulas or inner.startswith(b"<f")
                learned = True
        if learned:
            self._regular = self._pattern()

    def _pattern(self) -> re.Pattern[bytes]:
        cells = b"".join(shape.pattern(column_letters(column)) for column, shape in sorted(self._shapes.items()))
        return re.compile(rb'\s*<row r="([0-9]+)"[^>]*>' + cells + rb"</row>\s*")

    def _read_regular(self, piece: bytes) -> bool:
        """Take a piece of regular rows apart; nothing is kept when it is not regular to the last byte."""
        if self._regular is None or len(piece) < REGULAR_BYTES:
            return False
        found: list[bytes | None] = self._regular.split(piece)
        stride = len(self._shapes) + 2  # what stands between the rows, the row's number, the cells
        if any(found[0::stride]) or len(found) == 1:
            return False
        rows: Sequence[int] = list(map(int, found[1::stride]))  # type: ignore[arg-type]  # every row has a number
        together = range(rows[0], rows[0] + len(rows))
        if rows == list(together):
            rows = together
        elif any(row >= below for row, below in pairwise(rows)):
            return False
        if rows[0] <= self._last_row or rows[-1] > LAST_ROW:
            return False
        try:
            columns = [
                (column, self._column(shape, found[place::stride]))
                for place, (column, shape) in enumerate(sorted(self._shapes.items()), 2)
            ]
        except (ValueError, IndexError):
            return False  # cell by cell, the fault gets its address
        for column, cells in columns:
            self._grid.add(column, rows, cells)
            self._count += len(cells)
        self._last_row = rows[-1]
        return True

    def _column(self, shape: _Shape, texts: Sequence[bytes | None]) -> list[Cell]:
        if shape.kind in ("inlineStr", "str"):
            return _texts(texts)
        if shape.day:
            return list(map(self._days.__getitem__, texts))
        if shape.kind == SHARED:
            strings = self._stored.strings
            return [strings[int(text)] if text else None for text in texts]
        if shape.kind == "b":
            return [text == b"1" if text else None for text in texts]
        return _numbers(texts)


class _Days(dict[bytes | None, Cell]):
    """Days by what stands for them; a table has few."""

    def __init__(self, stored: Stored) -> None:
        super().__init__()
        self._read: Callable[[bytes], Cell] = stored.day

    def __missing__(self, text: bytes | None) -> Cell:
        day = self._read(text) if text else None
        if len(self) < 100_000:
            self[text] = day
        return day


def _numbers(texts: Sequence[bytes | None]) -> list[Cell]:
    if None in texts or b"" in texts:
        found: list[Cell] = [float(text) if text else None for text in texts]
        total = math.fsum(cell for cell in found if isinstance(cell, float))
    else:
        numbers = list(map(float, texts))  # type: ignore[arg-type]  # none is None
        found, total = numbers, sum(numbers)  # type: ignore[assignment]  # every number is a cell
    if not math.isfinite(total):
        raise ValueError("a number is too large")
    return found


def _texts(texts: Sequence[bytes | None]) -> list[Cell]:
    filled = [text for text in texts if text]
    joined = decoded(b"\n".join([b"", *filled, b""]).decode())
    if joined.count("\n") != len(filled) + 1 or "\r" in joined:  # one of them has line ends of its own
        return [text_of(b"<t>" + text + b"</t>") if text else None for text in texts]
    cells: list[Cell] = joined.split("\n")[1:-1]  # type: ignore[assignment]  # every text is a cell
    if "\n#" in joined:
        cells = [plain_text(cell) for cell in cells]  # type: ignore[arg-type]  # all are texts
    if len(filled) == len(texts):
        return cells
    following = iter(cells)
    return [next(following) if text else None for text in texts]
