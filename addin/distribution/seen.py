"""
What a workbook shows, sheet by sheet: the only things that a copy is ever made of.

Read as values, so that a copy is written from what is named here and not by taking things away from a file. What is
not named here (comments, pictures, caches, links, macros, connections, properties) cannot come along.
"""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from addin.books.cellxml import Area, unescaped
from addin.books.outline import Outline
from addin.books.package import Package, parsed
from addin.books.places import TablePart
from addin.books.sheet import FORMULA, Row, Shared, SheetStream, attributes_of, survey
from addin.workbook import WorkbookError
from workbook_templates.addresses import column_number
from workbook_templates.plan import Cell, CellError

__all__ = ["SeenBook", "SeenCell", "SeenSheet", "read_book"]

_VALUE: Final = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>(.*?)</(?:\w+:)?v\s*>", re.DOTALL)
_TEXT: Final = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>(.*?)</(?:\w+:)?t\s*>", re.DOTALL)
_PHONETIC: Final = re.compile(rb"<(?:\w+:)?rPh[\s>].*?</(?:\w+:)?rPh\s*>", re.DOTALL)
_PLAIN_CELL: Final = re.compile(
    r"<c r=\"([A-Z]{1,3})[0-9]+\"(?: s=\"([0-9]+)\")?(?: t=\"(s|n|inlineStr)\")?"
    r"(?:/>|><v>([^<]*)</v></c>|><is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is></c>)"
)
_ROW_TAG: Final = re.compile(rb"<(?:\w+:)?row\s*([^>]*?)/?>")
_TRUE: Final = ("1", "true")
_MOST_SHARED: Final = 256 << 20
_MOST_RETURNED: Final = 64 << 20

_LEFT_OUT: Final = (
    ("vbaproject", "macros"),
    ("activex", "form controls"),
    ("ctrlprops", "form controls"),
    ("customui", "a ribbon of its own"),
    ("externallinks", "links to other workbooks"),
    ("connections", "connections and queries"),
    ("querytables", "connections and queries"),
    ("xl/model", "the data model"),
    ("pivottables", "pivot tables"),
    ("pivotcache", "caches of pivot tables"),
    ("slicer", "slicers"),
    ("timeline", "slicers"),
    ("threadedcomments", "comments"),
    ("comments", "comments"),
    ("persons", "comments"),
    ("media/", "pictures"),
    ("embeddings", "embedded objects"),
    ("customxml", "custom XML"),
    ("printersettings", "printer settings"),
    ("revisions", "the change history"),
    ("thumbnail", "the preview picture"),
    ("docprops", "document properties"),
    ("xl/richdata", "linked data types"),
    ("_xmlsignatures", "signatures"),
)


class SeenCell(NamedTuple):
    """A cell: the index of its style, what it shows, and its formula without equals sign or ""."""

    style: str
    value: Cell
    formula: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSheet:
    """
    A worksheet.

    Attributes
    ----------
    state : {"visible", "hidden", "veryHidden"}
        Whether its tab shows.
    cells : mapping of int to mapping of int to SeenCell
        By row and column.
    heights : mapping of int to str
        Rows whose height was set.
    hidden_rows, hidden_columns : frozenset of int
        What the sender has hidden.
    head, tail : element
        What the part says before and after its cells.
    """

    name: str
    part: str
    state: str
    cells: Mapping[int, Mapping[int, SeenCell]]
    heights: Mapping[int, str]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    arrays: tuple[Area, ...]
    head: etree._Element
    tail: etree._Element


@dataclass(frozen=True, kw_only=True)
class SeenBook:
    """A workbook as it is seen: its sheets in order, its tables by folded name, and what else the file holds."""

    path: Path
    package: Package
    outline: Outline
    sheets: Mapping[str, SeenSheet]
    left_out: tuple[str, ...]
    others: tuple[str, ...] = field(default=())

    @property
    def tables(self) -> Mapping[str, TablePart]:
        """Excel tables by folded name."""
        return self.outline.tables

    def tables_on(self, sheet: str) -> list[TablePart]:
        """Give the tables of a sheet."""
        return [table for table in self.outline.tables.values() if table.sheet == sheet]


def read_book(path: Path, data: bytes | None = None, *, wanted: Collection[str] | None = None) -> SeenBook:
    """
    Read everything that a workbook shows.

    Parameters
    ----------
    path : Path
        The file.
    data : bytes, optional
        Its content, where it is not written yet.
    wanted : collection of str, optional
        The only sheets that are read, where the others are of no interest; a large one of them is refused.

    Raises
    ------
    WorkbookError
        When the file is not a workbook, is damaged or hostile.
    """
    try:
        data = path.read_bytes() if data is None else data
    except OSError as error:
        raise WorkbookError(f"{path} cannot be read ({error.strerror or error}); check the name") from error
    package = Package(data, path.name)
    outline = Outline(package)
    texts = _shared_strings(package, outline, _MOST_SHARED if wanted is None else _MOST_RETURNED)
    states = {
        element.get("name", ""): element.get("state", "visible")
        for element in outline.root.iterfind("{*}sheets/{*}sheet")
    }
    sheets = {
        name: _sheet(package, name, part, states.get(name, "visible"), texts)
        for name, part in outline.sheets.items()
        if wanted is None or _is_wanted(package, name, part, wanted)
    }
    return SeenBook(
        path=path,
        package=package,
        outline=outline,
        sheets=sheets,
        left_out=_left_out(package),
        others=tuple(name for name in states if name not in outline.sheets),
    )


def _is_wanted(package: Package, name: str, part: str, wanted: Collection[str]) -> bool:
    if name not in wanted:
        return False
    size = package.entry(part).file_size
    if size > _MOST_RETURNED:
        raise WorkbookError(f"sheet {name} of {package.source} has {size:,} bytes, far more than was sent")
    return True


def _left_out(package: Package) -> tuple[str, ...]:
    parts = [part.lower() for part in package.parts()]
    found = {what for sign, what in _LEFT_OUT if any(sign in part for part in parts)}
    return tuple(sorted(found))


def _shared_strings(package: Package, outline: Outline, most: int) -> list[str]:
    links = package.relationships(outline.part)
    part = next((link.target for link in links if link.kind == "sharedStrings" and package.has(link.target)), None)
    if part is None:
        return []
    if package.entry(part).file_size > most:
        raise WorkbookError(f"{package.source} holds more than {most:,} bytes of texts; it is not read")
    return [unescaped("".join(_runs(item))) for item in package.xml(part).iterchildren("{*}si")]


def _runs(item: etree._Element) -> Iterator[str]:
    """Give the texts of a shared string, without those that say how it is spoken."""
    for child in item.iterchildren("{*}t", "{*}r"):
        text = child if etree.QName(child).localname == "t" else child.find("{*}t")
        if text is not None:
            yield text.text or ""


def _sheet(package: Package, name: str, part: str, state: str, texts: list[str]) -> SeenSheet:
    data = package.read(part)
    shared: Mapping[str, Shared] = {}
    arrays: tuple[Area, ...] = ()
    if any(word in data for word in (b"shared", b"array", b"dataTable")):
        found = survey(SheetStream((data,), name))
        shared, arrays = found.shared, tuple(found.arrays)
    stream = SheetStream((data,), name)
    cells: dict[int, dict[int, SeenCell]] = {}
    heights: dict[int, str] = {}
    hidden: set[int] = set()
    for row in stream.rows():
        attributes = _row_attributes(row)
        if attributes.get("customHeight") in _TRUE and "ht" in attributes:
            heights[row.number] = attributes["ht"]
        if attributes.get("hidden") in _TRUE:
            hidden.add(row.number)
        cells[row.number] = _plain_cells(row, texts) or dict(_cells(stream, row, texts, shared))
    ends = _ends(stream)
    return SeenSheet(
        name=name,
        part=part,
        state=state,
        cells=cells,
        heights=heights,
        hidden_rows=frozenset(hidden),
        hidden_columns=frozenset(_hidden_columns(ends[0])),
        arrays=arrays,
        head=ends[0],
        tail=ends[1],
    )


def _plain_cells(row: Row, texts: list[str]) -> dict[int, SeenCell] | None:
    """Read a row of values in the form that most programs write; None when something in it is different."""
    text = row.data.decode("utf-8")
    start = text.index(">") + 1
    found: dict[int, SeenCell] = {}
    for match in _PLAIN_CELL.finditer(text, start):
        if match.start() != start:
            return None
        start = match.end()
        letters, style, kind, value, inline = match.groups()
        if value is not None:
            try:
                shown: Cell = texts[int(value)] or None if kind == "s" else float(value)
            except (ValueError, IndexError):
                return None
        elif inline and ("&" in inline or "_x" in inline):
            shown = unescaped(html.unescape(inline)) or None
        else:
            shown = inline or None
        found[_column(letters)] = SeenCell(style or "", shown)
    return found if text[start:] == "</row>" else None


@cache
def _column(letters: str) -> int:
    return column_number(letters)


def _row_attributes(row: Row) -> dict[str, str]:
    match = _ROW_TAG.match(row.data)
    return attributes_of(match[1]) if match else {}


def _cells(
    stream: SheetStream, row: Row, texts: list[str], shared: Mapping[str, Shared]
) -> Iterator[tuple[int, SeenCell]]:
    for cell in stream.cells(row):
        attributes = attributes_of(cell.attributes)
        match = FORMULA.search(cell.inner) if b"f" in cell.inner else None
        formula = _formula(match, shared, row.number, cell.column) if match else ""
        inner = cell.inner if match is None else cell.inner[: match.start()] + cell.inner[match.end() :]
        value = _value(inner, attributes.get("t", "n"), texts, f"{stream.name}, row {row.number}")
        yield cell.column, SeenCell(attributes.get("s", ""), value, formula)


def _formula(match: re.Match[bytes], shared: Mapping[str, Shared], row: int, column: int) -> str:
    attributes = attributes_of(match[1])
    text = html.unescape((match[2] or b"").decode())
    if not text and attributes.get("t") == "shared" and attributes.get("si") in shared:
        text = shared[attributes["si"]].at(row, column)
    return text or " "  # a formula that cannot be written again is one all the same


def _value(inner: bytes, kind: str, texts: list[str], where: str) -> Cell:
    if kind == "inlineStr":
        return _decoded(b"".join(_TEXT.findall(_PHONETIC.sub(b"", inner)))) or None
    match = _VALUE.search(inner)
    if match is None:
        return None
    text = _decoded(match[1])
    try:
        match kind:
            case "s":
                return texts[int(text)] or None
            case "b":
                return text.strip() in _TRUE
            case "e":
                return CellError(text)
            case "str":
                return text or None
            case "d":
                return text or None
            case _:
                return float(text) if text else None
    except (ValueError, IndexError):
        raise WorkbookError(f"a cell of sheet {where} cannot be read; open the workbook in Excel and save it") from None


def _decoded(data: bytes) -> str:
    return unescaped(html.unescape(data.decode("utf-8")))


def _ends(stream: SheetStream) -> tuple[etree._Element, etree._Element]:
    """Parse what stands before and after the cells, each as a worksheet of its own."""
    close = b"</" + stream.prefix + b"worksheet>"
    opening = re.search(rb"<" + re.escape(stream.prefix) + rb"worksheet[^>]*>", stream.head)
    if opening is None:
        raise WorkbookError(f"sheet {stream.name} has no beginning; open the workbook in Excel and save it")
    head = re.sub(rb"<" + re.escape(stream.prefix) + rb"sheetData[^>]*>\s*$", b"", stream.head)
    return parsed(head + close, f"sheet {stream.name}"), parsed(opening[0] + stream.tail, f"sheet {stream.name}")


def _hidden_columns(head: etree._Element) -> Iterator[int]:
    for column in head.iterfind("{*}cols/{*}col"):
        if column.get("hidden") in _TRUE:
            yield from range(int(column.get("min", "1")), min(int(column.get("max", "1")), 16_384) + 1)
