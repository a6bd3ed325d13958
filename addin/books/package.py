"""The zip container of a workbook: judged by its directory before anything is parsed, then read part by part."""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from lxml import etree

from addin.workbook import WorkbookError

__all__ = ["CONTENT_TYPES", "MAX_PART_BYTES", "Package", "Relationship", "parsed", "relationships_part", "serialized"]

MAX_PARTS: Final = 20_000
MAX_PART_BYTES: Final = 2 << 30
MAX_TOTAL_BYTES: Final = 4 << 30
MAX_RATIO: Final = 500
RATIO_FREE_BYTES: Final = 1 << 20  # small parts may be as repetitive as they like
MAX_XML_BYTES: Final = 64 << 20  # of a part that is parsed whole; a tree takes several times as much
MAX_PROLOG_BYTES: Final = 1 << 16

CONTENT_TYPES: Final = "[Content_Types].xml"
CHUNK: Final = 1 << 20
_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_FLAG_ENCRYPTED: Final = 0x1
_FLAG_SIZES_FOLLOW: Final = 0x8
_FLAG_UTF8: Final = 0x800
_LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
_HEAD_BYTES: Final = 1 << 12
_ZIP64: Final = 0xFFFF_FFFF
_XML_ENDINGS: Final = (".xml", ".rels", ".vml")
_ROOT_START: Final = re.compile(rb"<[^?!]")
_DOCUMENT_TYPE: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_STRANGE_NAME: Final = re.compile(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:|(?:^|/)\.\.(?:/|$)")
_TRANSPORT = str.maketrans("\\", "/")


class Relationship(NamedTuple):
    """An internal relationship of a part: its id, the last word of its type, and the part it leads to."""

    id: str
    kind: str
    target: str


def parsed(data: bytes, where: str) -> etree._Element:
    """Parse a small part; a document type or an entity declaration is refused, whatever it says."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise WorkbookError(f"{where} declares a document type, which no spreadsheet program writes; do not trust it")
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise WorkbookError(f"{where} is damaged: {error}; open the workbook in Excel and save it again") from error
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that the byte search above does not see
        raise WorkbookError(f"{where} declares a document type, which no spreadsheet program writes; do not trust it")
    return root


def serialized(root: etree._Element) -> bytes:
    """Write a parsed part back."""
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)


class Package:
    """
    An opened package.

    The whole file is held in memory: what was checked is what is read, and no open handle stands in the way when the
    file is replaced (Windows).
    """

    def __init__(self, data: bytes, source: str) -> None:
        self.source = source
        self.data = data
        self._zip = _opened(data, source)
        self.entries = tuple(self._zip.infolist())
        self._by_name = _checked(self.entries, source)
        self._check_places()
        if CONTENT_TYPES.lower() not in self._by_name:
            raise WorkbookError(f"{source} is a zip file but not a workbook; give an .xlsx or .xlsm file")
        self._check_prologs()
        self._types, self._default_types = self._content_types()

    def has(self, part: str) -> bool:
        """Whether the part is there; names do not tell upper from lower case."""
        return part.lower() in self._by_name

    def entry_name(self, part: str) -> str:
        """Return the part's name as the container spells it."""
        return self.entry(part).filename

    def parts(self) -> tuple[str, ...]:
        """Names of all parts, in the order of the container."""
        return tuple(entry.filename.lstrip("/") for entry in self.entries)

    def read(self, part: str) -> bytes:
        """Read a part whole."""
        return b"".join(self.chunks(part))

    def chunks(self, part: str) -> Iterator[bytes]:
        """Read a part as a stream."""
        entry = self.entry(part)
        try:
            with self._zip.open(entry) as stream:
                size = 0
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    yield chunk
            if size != entry.file_size:
                raise zipfile.BadZipFile(f"it has {size:,} bytes, not {entry.file_size:,}")
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
            raise WorkbookError(
                f"{part} in {self.source} is damaged ({error}); open the workbook in Excel and save it again"
            ) from error

    def xml(self, part: str) -> etree._Element:
        """Parse a small part."""
        size = self.entry(part).file_size
        if size > MAX_XML_BYTES:
            raise WorkbookError(f"{part} in {self.source} has {size:,} bytes, far more than it needs; it is not opened")
        return parsed(self.read(part), f"{part} in {self.source}")

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """Relationships of a part that stay inside the package; "" asks for those of the package itself."""
        rels = relationships_part(part)
        if not self.has(rels):
            return ()
        found = []
        for element in self.xml(rels).iterchildren("{*}Relationship"):
            target = element.get("Target", "").translate(_TRANSPORT)
            if element.get("TargetMode") != "External" and target:
                resolved = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
                kind = element.get("Type", "").rsplit("/", 1)[-1]
                found.append(Relationship(element.get("Id", ""), kind, resolved))
        return tuple(found)

    def content_type(self, part: str) -> str:
        """Return the content type of a part, or "" when the package names none."""
        name = part.lstrip("/").lower()
        return self._types.get(name) or self._default_types.get(name.rpartition(".")[2], "")

    def raw(self, entry: zipfile.ZipInfo) -> memoryview:
        """Return the entry's bytes as they stand in the container, still compressed."""
        start = entry.header_offset + self._header_size(entry)
        return memoryview(self.data)[start : start + entry.compress_size]

    def _header_size(self, entry: zipfile.ZipInfo) -> int:
        """Return how long the entry's own header is, which must say what the directory says."""
        if not self.data.startswith(b"PK\x03\x04", entry.header_offset) or (
            entry.header_offset + _LOCAL.size > len(self.data)
        ):
            raise WorkbookError(f"{entry.filename} in {self.source} is damaged; open and save the workbook in Excel")
        name_size: int
        extra_size: int
        _, _, flags, method, _, _, _, packed, size, name_size, extra_size = _LOCAL.unpack_from(
            self.data, entry.header_offset
        )
        start = entry.header_offset + _LOCAL.size
        coding = "utf-8" if entry.flag_bits & _FLAG_UTF8 else "cp437"
        name = self.data[start : start + name_size].decode(coding, "replace")
        stated = not flags & _FLAG_SIZES_FOLLOW and _ZIP64 not in (packed, size)
        if (
            name != entry.orig_filename
            or method != entry.compress_type
            or (stated and (packed, size) != (entry.compress_size, entry.file_size))
        ):
            raise WorkbookError(
                f"the directory of {self.source} says something else of {entry.filename} than the part itself; "
                "do not trust it"
            )
        return _LOCAL.size + name_size + extra_size

    def _check_places(self) -> None:
        """Refuse entries that lie over each other or beyond the file: a small file could hold any number of them."""
        end = 0
        for entry in sorted(self.entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end:
                raise WorkbookError(f"{entry.filename} in {self.source} lies over another part; do not trust it")
            end = entry.header_offset + self._header_size(entry) + entry.compress_size
            if end > len(self.data):
                raise WorkbookError(f"{entry.filename} in {self.source} is cut off; copy the workbook anew")

    def _check_prologs(self) -> None:
        """Refuse a document type in any XML part, also in those that nobody here parses."""
        for entry in self.entries:
            if entry.filename.lower().endswith(_XML_ENDINGS):
                head = self._head(entry)
                root = _ROOT_START.search(head)
                if _DOCUMENT_TYPE.search(head, 0, root.start() if root else len(head)):
                    raise WorkbookError(
                        f"{entry.filename} in {self.source} declares a document type, which no spreadsheet program "
                        "writes; do not trust it"
                    )

    def _head(self, entry: zipfile.ZipInfo) -> bytes:
        """Return the beginning of a part as if it were ASCII; what is damaged shows when the part is read."""
        raw = self.raw(entry)[:_HEAD_BYTES]
        try:
            packed = entry.compress_type == zipfile.ZIP_DEFLATED
            head = zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, MAX_PROLOG_BYTES) if packed else bytes(raw)
        except zlib.error:
            return b""
        return head.replace(b"\0", b"") if b"\0" in head[:8] else head  # UTF-16 and UTF-32

    def entry(self, part: str) -> zipfile.ZipInfo:
        """Return the directory entry of a part."""
        entry = self._by_name.get(part.lstrip("/").lower())
        if entry is None:
            raise WorkbookError(f"{self.source} lacks its part {part}; open it in Excel and save it again")
        return entry

    def _content_types(self) -> tuple[dict[str, str], dict[str, str]]:
        root = self.xml(CONTENT_TYPES)
        overrides = {
            element.get("PartName", "").lstrip("/").lower(): element.get("ContentType", "")
            for element in root.iterchildren("{*}Override")
        }
        defaults = {
            element.get("Extension", "").lower(): element.get("ContentType", "")
            for element in root.iterchildren("{*}Default")
        }
        return overrides, defaults


def relationships_part(part: str) -> str:
    """
    Return the name of the part that holds another part's relationships.

    Examples
    --------
    >>> relationships_part("xl/workbook.xml")
    'xl/_rels/workbook.xml.rels'
    """
    return posixpath.join(posixpath.dirname(part), "_rels", posixpath.basename(part) + ".rels")


def _opened(data: bytes, source: str) -> zipfile.ZipFile:
    if data.startswith(_OLE_MAGIC):
        if _ENCRYPTED_STREAM in data:
            raise WorkbookError(f"{source} is encrypted with a password; save a copy without a password and give that")
        raise WorkbookError(f"{source} is a workbook of the old .xls kind; save it as .xlsx and give that")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as error:
        raise WorkbookError(f"{source} is not a workbook ({error}); give an .xlsx or .xlsm file") from error


def _checked(entries: tuple[zipfile.ZipInfo, ...], source: str) -> dict[str, zipfile.ZipInfo]:
    """Judge the package by its directory alone, and index the entries by lower-case name."""
    if len(entries) > MAX_PARTS:
        raise WorkbookError(f"{source} holds {len(entries):,} parts, more than the {MAX_PARTS:,} a workbook may have")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise WorkbookError(f"{source} would unpack to more than {MAX_TOTAL_BYTES:,} bytes; it is not opened")
    index: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        _check_entry(entry, source)
        name = entry.filename.lstrip("/").lower()
        if name in index:
            raise WorkbookError(f"{source} holds {entry.filename} twice (case aside); open and save it in Excel")
        index[name] = entry
    return index


def _check_entry(entry: zipfile.ZipInfo, source: str) -> None:
    """Refuse an entry that no spreadsheet program writes."""
    name = entry.filename
    if entry.flag_bits & _FLAG_ENCRYPTED:
        raise WorkbookError(f"{source} is encrypted ({name}); save a copy without a password and give that")
    # zipfile turns backslashes into slashes on Windows and ends names at a NUL; orig_filename is what the file says
    if _STRANGE_NAME.search(entry.orig_filename):
        raise WorkbookError(f"{source} holds a part with a forbidden name, {entry.orig_filename!r}; do not trust it")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise WorkbookError(f"{name} in {source} is compressed in a way no workbook is; open and save it in Excel")
    bomb = entry.file_size > RATIO_FREE_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
    if entry.file_size > MAX_PART_BYTES or bomb:
        raise WorkbookError(f"{name} in {source} would unpack to {entry.file_size:,} bytes; it is not opened")
