"""
Writing a package: changed parts compressed anew, all others copied as they are, the file replaced at once.

The container is written here rather than by `zipfile`, because `zipfile` cannot copy an entry without inflating it,
and because equal input must give equal bytes.
"""

import hashlib
import os
import secrets
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from addin.books.package import CONTENT_TYPES, MAX_PART_BYTES, Package, relationships_part, serialized
from addin.workbook import WorkbookError

__all__ = ["Deflated", "Draft", "deflated", "replace_file"]

MAX_FILE_BYTES: Final = 0xFFFF_FFFF  # beyond it the container would need zip64, which no workbook does
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
        self._changes: dict[str, Deflated] = {}
        self._removed: set[str] = set()

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the parts whose content differs from the package's, in its order."""
        return tuple(
            entry.filename
            for entry in self.package.entries
            if entry.filename in self._changes or entry.filename in self._removed
        )

    def put(self, part: str, chunks: Iterable[bytes]) -> None:
        """Give a part of the package new content; equal content counts as no change."""
        content = deflated(chunks)
        entry = self.package.entry(part)
        same = (content.crc, content.size) == (entry.CRC, entry.file_size)
        if not same or content.digest != _digest(self.package.chunks(part)):
            self._changes[entry.filename] = content

    def put_xml(self, part: str, root: etree._Element) -> None:
        """Give a part of the package a parsed tree as its new content."""
        self.put(part, (serialized(root),))

    def edit_xml(self, part: str, edit: Callable[[etree._Element], None]) -> None:
        """Change a parsed part; it keeps its bytes when the change comes to nothing."""
        root = self.package.xml(part)
        before = etree.tostring(root)
        edit(root)
        if etree.tostring(root) != before:
            self.put_xml(part, root)

    def drop(self, part: str, *, of: str) -> None:
        """Take a part out, with the relationship that part `of` has to it and with its content type."""
        package = self.package
        self._removed.add(package.entry_name(part))
        ids = {link.id for link in package.relationships(of) if link.target.lower() == part.lower()}
        links = package.xml(relationships_part(of))
        for element in list(links.iterchildren("{*}Relationship")):
            if element.get("Id") in ids:
                links.remove(element)
        self.put_xml(relationships_part(of), links)
        types = package.xml(CONTENT_TYPES)
        for element in list(types.iterchildren("{*}Override")):
            if element.get("PartName", "").lstrip("/").lower() == part.lower():
                types.remove(element)
        self.put_xml(CONTENT_TYPES, types)

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Write the container: every entry in its old place, then the directory."""
        directory = []
        offset = 0
        for entry in self.package.entries:
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


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = hashlib.blake2b()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def replace_file(target: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Write a file beside the target, make sure it is on the disk, then put it in the target's place in one step."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _sync_directory(folder: Path) -> None:
    """Make the new name survive a power cut; Windows has no such call, and some network drives refuse it."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
