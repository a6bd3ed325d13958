"""
What is in a workbook that one should know before trusting it: links, macros, queries, objects, hidden sheets.

All of it is looked at and reported; nothing is followed, fetched or run.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from addin.books.cellxml import unescaped
from addin.books.outline import Outline
from addin.books.package import Package
from addin.books.places import TablePart
from addin.books.sheet import check_markup, whole_rows
from addin.books.stored import decoded

_ARCHIVER: Final = "__MACOSX/"  # what the Mac's archiver leaves beside the files of a package
__all__ = ["Contents", "SheetFacts", "contents", "findings"]

_HIDDEN: Final = {"hidden": "hidden", "veryHidden": "very hidden"}
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>([^<]*)</")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*[\"']([^\"']+)[\"']")
_PROTECTION = re.compile(rb"<(?:\w+:)?sheetProtection[\s/>]")
_DDE = re.compile(r"(?:^|[^\w\"'])'?[A-Za-z_][\w.]*'?\|'?[^|!]*'?!")
_FAR_CALLS = re.compile(
    r"(?<![\w.])(?:_xlfn\.)?(WEBSERVICE|RTD|CALL|REGISTER(?:\.ID)?|EXEC|IMAGE|SQL\.REQUEST)\s*\(", re.IGNORECASE
)
_LINK_FORMULA = re.compile(r"(?<![\w.])HYPERLINK\s*\(", re.IGNORECASE)
_STRINGS = re.compile(r'"(?:[^"]|"")*"')
_BY_TYPE: Final = (
    ("vbaproject", "macros (VBA)"),
    ("macrosheet", "sheets with macros of the old kind (Excel 4)"),
    ("intlmacrosheet", "sheets with macros of the old kind (Excel 4)"),
    ("dialogsheet", "dialog sheets"),
    ("activex", "ActiveX controls"),
    ("oleobject", "embedded objects"),
    ("webextension", "add-ins from the web"),
)
_BY_NAME: Final = (
    ("xl/embeddings/", "embedded objects"),
    ("xl/activex/", "ActiveX controls"),
    ("xl/querytables/", "tables fed by a query"),
    ("xl/model/", "a data model"),
    ("customui/", "buttons on the ribbon of its own"),
    ("_xmlsignatures/sig", "signatures"),
    ("xl/vbaproject.bin", "macros (VBA)"),
)


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """A worksheet: its name, the area that it says it uses, formulas, and whether it is hidden or protected."""

    name: str
    area: str
    state: str
    formulas: int
    protected: bool
    far_calls: Counter[str]


@dataclass(frozen=True, slots=True)
class Contents:
    """
    What a workbook holds.

    Attributes
    ----------
    parts : Counter of str
        Number of parts by the folder and kind of part.
    sheets : tuple of SheetFacts
        Its worksheets.
    tables : tuple of TablePart
        Its Excel tables.
    names : mapping of str to str
        Names that hold in the whole workbook.
    findings : tuple of str
        What one should know, a sentence each.
    """

    parts: Counter[str]
    sheets: tuple[SheetFacts, ...]
    tables: tuple[TablePart, ...]
    names: dict[str, str]
    findings: tuple[str, ...]


def contents(package: Package) -> Contents:
    """
    List what a workbook holds.

    Raises
    ------
    WorkbookError
        When a part that has to be read is damaged or hostile.
    """
    outline = Outline(package)
    sheets = tuple(_sheets(package, outline))
    return Contents(
        parts=Counter(_kind(package, name) for name in package.parts()),
        sheets=sheets,
        tables=tuple(outline.tables.values()),
        names=outline.names(),
        findings=tuple(_findings(package, outline, sheets)),
    )


def findings(package: Package) -> tuple[str, ...]:
    """
    Say what is in a workbook that one should know before trusting it.

    Returns
    -------
    tuple of str
        Macros, links to other files and to the web, queries, embedded objects, controls, DDE, hidden sheets and
        names, signatures; empty when there is nothing of the kind.

    Raises
    ------
    WorkbookError
        When a part that has to be read is damaged or hostile.
    """
    return contents(package).findings


def _kind(package: Package, name: str) -> str:
    kind = package.content_type(name).rpartition(".")[2].removesuffix("+xml")
    return kind or name.rpartition(".")[2] or "without a kind"


# ---- sheets


def _sheets(package: Package, outline: Outline) -> Iterator[SheetFacts]:
    states = {
        element.get("name", ""): _HIDDEN.get(element.get("state", ""), "")
        for element in outline.root.iterfind("{*}sheets/{*}sheet")
    }
    for name, part in outline.sheets.items():
        far: Counter[str] = Counter()
        formulas, protected, area = 0, False, ""
        where = f"sheet {name} of {package.source}"
        for piece in whole_rows(package.chunks(part), name):
            check_markup(piece, where)
            dimension = _DIMENSION.search(piece) if not area else None
            area = dimension[1].decode(errors="replace") if dimension else area
            protected = protected or (b"sheetProtection" in piece and _PROTECTION.search(piece) is not None)
            for text in _FORMULA.findall(piece) if b"f" in piece else ():
                formulas += 1
                far.update(_far_calls(_stored_formula(text)))
        yield SheetFacts(name, area, states.get(name, ""), formulas, protected, far)


def _stored_formula(data: bytes) -> str:
    try:
        return decoded(data.decode(errors="replace"))
    except ValueError:  # an entity that XML does not know
        return data.decode(errors="replace")


def _far_calls(text: str) -> list[str]:
    """Name what a formula does beyond computing."""
    found = [f"formulas that call {call.upper()}" for call in _FAR_CALLS.findall(text)]
    if _LINK_FORMULA.search(text):
        found.append("formulas that make links (HYPERLINK)")
    if "|" in text and _DDE.search(_STRINGS.sub('""', text)):
        found.append("formulas that talk to other programs (DDE)")
    return found


# ---- what one should know


def _findings(package: Package, outline: Outline, sheets: tuple[SheetFacts, ...]) -> Iterator[str]:
    parts: dict[str, set[str]] = {}
    for part in package.parts():
        kind, lower = package.content_type(part).lower(), part.lower()
        for mark, what in _BY_TYPE:
            if mark in kind:
                parts.setdefault(what, set()).add(lower)
        for start, what in _BY_NAME:
            if lower.startswith(start) and not lower.endswith(".rels"):
                parts.setdefault(what, set()).add(lower)
        if lower.startswith("customxml/") and b"DataMashup" in _beginning(package, part):
            parts.setdefault("queries (Power Query)", set()).add(lower)
    yield from (f"{what}: {len(found)}" for what, found in sorted(parts.items()))
    yield from _connections(package)
    yield from _links(package)
    for kind, count in sorted(_outside(package).items()):
        yield f"links out of the workbook ({kind}): {count}"
    far = sum((sheet.far_calls for sheet in sheets), Counter())
    yield from (f"{what}: {count}" for what, count in sorted(far.items()))
    for state in _HIDDEN.values():
        hidden = [sheet.name for sheet in sheets if sheet.state == state]
        if hidden:
            yield f"{state} sheets: {', '.join(hidden)}"
    names = list(outline.root.iterfind("{*}definedNames/{*}definedName"))
    hidden_names = sum(name.get("hidden") in ("1", "true") for name in names)
    if hidden_names:
        yield f"hidden names: {hidden_names}"
    calls = Counter(call for name in names for call in _far_calls(name.text or ""))
    yield from (f"names with {what}: {count}" for what, count in sorted(calls.items()))
    automatic = sum(
        name.get("name", "").lower().startswith(("_xlnm.auto_", "auto_open", "auto_close")) for name in names
    )
    if automatic:
        yield f"names that run a macro on opening or closing: {automatic}"


def _beginning(package: Package, part: str) -> bytes:
    """Return the first piece of a part; Power Query's is written in UTF-16."""
    return next(package.chunks(part), b"")[:4096].replace(b"\0", b"")


def _connections(package: Package) -> Iterator[str]:
    for part in package.parts():
        if package.content_type(part).lower().endswith("connections+xml"):
            found = [element.get("name", "") for element in package.xml(part).iterfind("{*}connection")]
            yield f"connections to data: {', '.join(unescaped(name) for name in found) or 'none'}"


def _links(package: Package) -> Iterator[str]:
    """Find the links to other workbooks, and those to other programs, which stand in parts of the same kind."""
    books = 0
    for part in package.parts():
        if package.content_type(part).lower().endswith("externallink+xml"):
            root = package.xml(part)
            books += sum(1 for _ in root.iterchildren("{*}externalBook"))
            for element in root.iterchildren("{*}ddeLink"):
                yield f"a link to another program (DDE): {element.get('ddeService', '')}|{element.get('ddeTopic', '')}"
            for element in root.iterchildren("{*}oleLink"):
                yield f"a link to another program (OLE): {element.get('progId', '')}"
    if books:
        yield f"links to other workbooks: {books}"


def _outside(package: Package) -> Counter[str]:
    """Count the relationships that lead out of the package, by kind."""
    found: Counter[str] = Counter()
    for part in package.parts():
        if part.lower().endswith(".rels") and not part.startswith(_ARCHIVER):
            for element in package.xml(part).iterchildren("{*}Relationship"):
                if element.get("TargetMode") == "External":
                    found[element.get("Type", "").rsplit("/", 1)[-1] or "of no kind"] += 1
    return found
