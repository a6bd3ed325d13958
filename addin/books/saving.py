"""
Writing a package: changed parts compressed anew, all others copied as they are.

The container is written here rather than by `zipfile`, because `zipfile` cannot copy an entry without inflating it,
and because equal input must give equal bytes.
"""

import hashlib
import os
import posixpath
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final, NamedTuple

from lxml import etree

from addin.books.package import CONTENT_TYPES, MAX_PART_BYTES, Package, parsed, relationships_part, serialized
from addin.workbook import WorkbookError

__all__ = ["Deflated", "Draft", "deflated"]

MAX_FILE_BYTES: Final = 0xFFFF_FFFF  # beyond it the container would need zip64, which no workbook does
_LINKS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_LINKS_TYPE: Final = "application/vnd.openxmlformats-package.relationships+xml"
BLOCK_BYTES: Final = 1 << 20  # compressed apart from the others, so that processors share the work
WINDOW_BYTES: Final = 1 << 15  # how far back deflate looks
WORKERS: Final = min(os.cpu_count() or 1, 4)
_FLAG_UTF8: Final = 0x800
_FLAGS_KEPT: Final = 0x6  # the compression level hints; sizes stand in our headers, so no data descriptor
_LOCAL: Final = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL: Final = struct.Struct("<4sBBHHHHHLLLHHHHHLL")
_END: Final = struct.Struct("<4sHHHHLLH")


class Deflated(NamedTuple):
    """The new content of a part, ready for the container: one raw deflate stream in pieces."""

    crc: int
    size: int
    digest: bytes
    pieces: Sequence[bytes]


def deflated(chunks: Iterable[bytes]) -> Deflated:
    """
    Compress chunks into one raw deflate stream.

    Blocks of one size are compressed in threads while the next ones are made, each with the end of the one before as
    its dictionary: the bytes are the same however many processors there are.
    """
    digest = hashlib.blake2b()
    crc = size = 0
    out: list[bytes] = []
    waiting: deque[Future[bytes]] = deque()
    before, held = b"", b""
    # a pool starts its threads when there is work: a part of one block costs none
    with ThreadPoolExecutor(WORKERS) as pool:
        for block in _blocks(chunks):
            if size:
                waiting.append(pool.submit(_deflated_block, held, before, last=False))
                before = held[-WINDOW_BYTES:]
            if len(waiting) > 2 * WORKERS:
                out.append(waiting.popleft().result())
            crc, size, held = zlib.crc32(block, crc), size + len(block), block
            digest.update(block)
            if size > MAX_PART_BYTES:
                raise WorkbookError(f"a part of the workbook would grow to {size:,} bytes; Excel could not open it")
        end = _deflated_block(held, before, last=True)
        out += [done.result() for done in waiting]
    return Deflated(crc, size, digest.digest(), (*out, end))


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut the content into blocks of one size, wherever its chunks end; the last is shorter."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        while len(rest) >= BLOCK_BYTES:
            yield rest[:BLOCK_BYTES]
            rest = rest[BLOCK_BYTES:]
    if rest:
        yield rest


def _deflated_block(block: bytes, before: bytes, *, last: bool) -> bytes:
    # memory level 9 is a little faster; the level is zlib's own compromise
    settings = (6, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY)
    machine = zlib.compressobj(*settings, before) if before else zlib.compressobj(*settings)
    return machine.compress(block) + machine.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


@dataclass(slots=True)
class _Entry:
    """One entry of the container that is being written."""

    info: zipfile.ZipInfo
    crc: int
    size: int
    pieces: Sequence[bytes | memoryview]
    method: int

    @property
    def packed_size(self) -> int:
        """How many bytes it takes in the container, its headers aside."""
        return sum(map(len, self.pieces))

    def headers(self, offset: int) -> tuple[bytes, bytes]:
        """Return the local and the central header."""
        info = self.info
        name, flags = _encoded_name(info)
        year, month, day, hour, minute, second = info.date_time
        time = hour << 11 | minute << 5 | second // 2
        date = (year - 1980) << 9 | month << 5 | day
        shared = (flags, self.method, time, date, self.crc, self.packed_size, self.size, len(name))
        local = _LOCAL.pack(b"PK\x03\x04", 20, *shared, 0)
        central = _CENTRAL.pack(
            b"PK\x01\x02", 20, info.create_system, 20, *shared, 0, 0, 0, info.internal_attr, info.external_attr, offset
        )
        return local + name, central + name


def _encoded_name(info: zipfile.ZipInfo) -> tuple[bytes, int]:
    flags = info.flag_bits & _FLAGS_KEPT
    try:
        return info.filename.encode("ascii"), flags
    except UnicodeEncodeError:
        return info.filename.encode("utf-8"), flags | _FLAG_UTF8


class Draft:
    """Changes to a package: compressed as they come, written all at once or not at all."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.stale = False  # whether formulas wait for a program that computes them
        self._changes: dict[str, Deflated] = {}
        self._removed: set[str] = set()
        self._added: dict[str, zipfile.ZipInfo] = {}
        self._texts: dict[str, bytes] = {}  # what parsed parts say now, so that one edit follows another

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the parts whose content differs from the package's, in its order; then those that are new."""
        there = (entry.filename for entry in self.package.entries)
        return (*(name for name in there if name in self._changes or name in self._removed), *self._added)

    def put(self, part: str, chunks: Iterable[bytes]) -> None:
        """Give a part of the package new content; equal content counts as no change."""
        content = deflated(chunks)
        entry = self.package.entry(part)
        same = (content.crc, content.size) == (entry.CRC, entry.file_size)
        if same and content.digest == _digest(self.package.chunks(part)):
            self._changes.pop(entry.filename, None)
        else:
            self._changes[entry.filename] = content

    def put_xml(self, part: str, root: etree._Element) -> None:
        """Give a part a parsed tree as its new content."""
        text = serialized(root)
        self._texts[part.lower()] = text
        if part in self._added:
            self._changes[part] = deflated((text,))
        else:
            self.put(part, (text,))

    def xml(self, part: str) -> etree._Element:
        """Parse a small part as it is after the edits so far."""
        text = self._texts.get(part.lower())
        return self.package.xml(part) if text is None else parsed(text, f"{part} in {self.package.source}")

    def edit_xml(self, part: str, edit: Callable[[etree._Element], None]) -> None:
        """Change a parsed part; it keeps its bytes when the change comes to nothing."""
        root = self.xml(part)
        before = etree.tostring(root)
        edit(root)
        if etree.tostring(root) != before:
            self.put_xml(part, root)

    def is_free(self, part: str) -> bool:
        """Whether a part can be added: neither it nor relationships of its name are there."""
        names = (part.lower(), relationships_part(part).lower())
        added = {name.lower() for name in self._added}
        return not any(self.package.has(name) or name in added for name in names)

    def add(self, part: str, chunks: Iterable[bytes], content_type: str) -> None:
        """Put a new part behind those that are there, and say of what type it is."""
        info = zipfile.ZipInfo(part)  # of 1980, as Excel dates all: equal input gives equal bytes
        info.create_system = info.external_attr = 0
        self._added[part] = info
        self._changes[part] = deflated(chunks)
        if self.package.content_type(part) != content_type:
            self.edit_xml(CONTENT_TYPES, partial(_override, part=part, content_type=content_type))

    def add_xml(self, part: str, root: etree._Element, content_type: str) -> None:
        """Put a new part with the content of a parsed tree behind those that are there."""
        text = serialized(root)
        self._texts[part.lower()] = text
        self.add(part, (text,), content_type)

    def relate(self, of: str, kind: str, target: str) -> str:
        """
        Let one part lead to another.

        Parameters
        ----------
        of : str
            The part that gets the relationship; a part without any gets a list of them.
        kind : str
            The relationship's type in full.
        target : str
            The part it leads to.

        Returns
        -------
        str
            The relationship's id.
        """
        links = relationships_part(of)
        if not self.package.has(links) and links not in self._added:
            self.add_xml(links, etree.fromstring(f'<Relationships xmlns="{_LINKS}"/>'), _LINKS_TYPE)
        root = self.xml(links)
        taken = {element.get("Id") for element in root.iterchildren("{*}Relationship")}
        free = next(name for number in count(1) if (name := f"rId{number}") not in taken)
        path = posixpath.relpath(f"/{target}", f"/{posixpath.dirname(of)}")
        link = etree.SubElement(root, f"{{{etree.QName(root).namespace}}}Relationship", Id=free, Type=kind, Target=path)
        link.tail = None
        self.put_xml(links, root)
        return free

    def drop(self, part: str, *, of: str) -> None:
        """Take a part out, with the relationship that part `of` has to it and with its content type."""
        package = self.package
        self._removed.add(package.entry_name(part))
        ids = {link.id for link in package.relationships(of) if link.target.lower() == part.lower()}
        self.edit_xml(relationships_part(of), partial(_without_links, ids=ids))
        self.edit_xml(CONTENT_TYPES, partial(_without_type, part=part))

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Write the container: every entry in its old place, then the new ones and the directory."""
        directory = []
        offset = 0
        for entry in (*self.package.entries, *self._added.values()):
            if entry.filename in self._removed:
                continue
            written = self._entry(entry)
            local, central = written.headers(offset)
            directory.append(central)
            offset += len(local) + written.packed_size
            if offset > MAX_FILE_BYTES:
                raise WorkbookError("the workbook would grow past 4 GB; Excel could not open it")
            yield local
            yield from written.pieces
        index = b"".join(directory)
        yield index
        yield _END.pack(b"PK\x05\x06", 0, 0, len(directory), len(directory), len(index), offset, 0)

    def _entry(self, info: zipfile.ZipInfo) -> _Entry:
        new = self._changes.get(info.filename)
        if new is None:
            return _Entry(info, info.CRC, info.file_size, (self.package.raw(info),), info.compress_type)
        return _Entry(info, new.crc, new.size, new.pieces, zipfile.ZIP_DEFLATED)


def _override(root: etree._Element, *, part: str, content_type: str) -> None:
    """State the type of a part in place of what is stated of its name."""
    _without_type(root, part=part)
    tag = f"{{{etree.QName(root).namespace}}}Override"
    etree.SubElement(root, tag, PartName=f"/{part}", ContentType=content_type)


def _without_type(root: etree._Element, *, part: str) -> None:
    for element in list(root.iterchildren("{*}Override")):
        if element.get("PartName", "").lstrip("/").lower() == part.lower():
            root.remove(element)


def _without_links(root: etree._Element, *, ids: Collection[str]) -> None:
    for element in list(root.iterchildren("{*}Relationship")):
        if element.get("Id") in ids:
            root.remove(element)


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
