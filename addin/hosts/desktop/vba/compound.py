"""
Compound files, [MS-CFB] version 3: streams in storages, in one file that is made of sectors of 512 bytes.

The file is written whole: the streams in the order given, the directory, and last the table that chains the sectors.
It holds no times, and the same input gives the same bytes.
"""

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = ["Tree", "compound_file"]

Tree: TypeAlias = Mapping[str, "bytes | Tree"]
"""A storage: its streams are bytes, its storages are mappings of their own."""

SECTOR_BYTES: Final = 512
MINI_SECTOR_BYTES: Final = 64
MINI_STREAM_CUTOFF: Final = 4096
MOST_TABLE_SECTORS: Final = 109  # as many as the header has room for
MOST_NAME: Final = 31

_FREE: Final = 0xFFFF_FFFF
_END_OF_CHAIN: Final = 0xFFFF_FFFE
_TABLE_SECTOR: Final = 0xFFFF_FFFD
_NO_ENTRY: Final = 0xFFFF_FFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1

_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_VERSION: Final = (0x3E, 3, 0xFFFE, 9, 6)  # minor, major, byte order, and the two sizes of sectors as powers of 2
_HEADER: Final = struct.Struct("<8s16x5H6x9I")
_ENTRY: Final = struct.Struct("<64sHBBIII16xI16xIQ")
_NUMBERS_PER_SECTOR: Final = SECTOR_BYTES // 4
_FORBIDDEN: Final = re.compile(r"[/\\:!]")


@dataclass(slots=True, kw_only=True)
class _Entry:
    """One entry of the directory; those it points to are numbers of entries."""

    name: str
    kind: int
    content: bytes = b""
    colour: int = _BLACK
    left: int = _NO_ENTRY
    right: int = _NO_ENTRY
    child: int = _NO_ENTRY
    start: int = 0
    size: int = 0

    def written(self) -> bytes:
        """The entry as it stands in the directory."""
        name = (self.name + "\0").encode("utf-16-le")
        links = (self.left, self.right, self.child)
        return _ENTRY.pack(name, len(name), self.kind, self.colour, *links, 0, self.start, self.size)


_UNUSED_ENTRY: Final = _ENTRY.pack(b"", 0, 0, 0, _NO_ENTRY, _NO_ENTRY, _NO_ENTRY, 0, 0, 0)


class _Sectors:
    """Sectors of one size, with the table that says which one comes after each."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()
        self.following: list[int] = []

    def put(self, data: bytes) -> int:
        """Add data in sectors of its own and return the number of the first."""
        if not data:
            return _END_OF_CHAIN
        first, count = len(self.following), -(-len(data) // self.size)
        self.data += data.ljust(count * self.size, b"\0")
        self.following += [*range(first + 1, first + count), _END_OF_CHAIN]
        return first


def compound_file(tree: Tree) -> bytes:
    r"""
    Write a compound file.

    Parameters
    ----------
    tree : mapping
        Names of streams and storages to bytes and mappings.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ValueError
        If a name is empty, too long, holds one of ``/ \ : !`` or stands twice in one storage, case aside; or if the
        file would be larger than its header can describe, which is about 7 MB.
    """
    root = _Entry(name="Root Entry", kind=_ROOT)
    entries = [root]
    _add_members(entries, root, tree)
    sectors, mini_sectors = _Sectors(SECTOR_BYTES), _Sectors(MINI_SECTOR_BYTES)
    for entry in entries:
        if entry.kind == _STREAM:
            place = sectors if len(entry.content) >= MINI_STREAM_CUTOFF else mini_sectors
            entry.start, entry.size = place.put(entry.content), len(entry.content)
    root.start, root.size = sectors.put(bytes(mini_sectors.data)), len(mini_sectors.data)
    mini_table = _table(mini_sectors.following)
    first_of_mini_table = sectors.put(mini_table)
    first_of_directory = sectors.put(_directory(entries))
    table = _allocation_table(sectors)
    header = _header(
        table_sectors=range(len(sectors.following), len(sectors.following) + len(table) // SECTOR_BYTES),
        directory=first_of_directory,
        mini_table=first_of_mini_table,
        mini_table_sectors=len(mini_table) // SECTOR_BYTES,
    )
    return header + sectors.data + table


def _header(*, table_sectors: range, directory: int, mini_table: int, mini_table_sectors: int) -> bytes:
    """The first sector, 2.2: where everything else begins, and the sectors of the table of all sectors."""
    fields = (0, len(table_sectors), directory, 0, MINI_STREAM_CUTOFF, mini_table, mini_table_sectors, _END_OF_CHAIN, 0)
    places = [*table_sectors, *[_FREE] * (MOST_TABLE_SECTORS - len(table_sectors))]
    return _HEADER.pack(_MAGIC, *_VERSION, *fields) + struct.pack(f"<{MOST_TABLE_SECTORS}I", *places)


def _add_members(entries: list[_Entry], storage: _Entry, tree: Tree) -> None:
    """Add what a storage holds, and make it the storage's search tree."""
    numbers = []
    for name, content in tree.items():
        if not 1 <= _units(name) <= MOST_NAME or _FORBIDDEN.search(name):
            raise ValueError(
                f"{name!r} cannot be a name in a compound file: 1 to {MOST_NAME} characters, none of / \\ : !"
            )
        numbers.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name=name, kind=_STREAM, content=content))
        else:
            member = _Entry(name=name, kind=_STORAGE)
            entries.append(member)
            _add_members(entries, member, content)
    keys = {number: _sort_key(entries[number].name) for number in numbers}
    if len(set(keys.values())) < len(numbers):
        raise ValueError(f"two names in {storage.name!r} are the same, case aside: {', '.join(tree)}")
    storage.child = _linked(entries, sorted(numbers, key=keys.__getitem__), red_level=_red_level(len(numbers)))


def _units(name: str) -> int:
    """Length of a name as the format counts it."""
    return len(name.encode("utf-16-le")) // 2


def _sort_key(name: str) -> tuple[int, bytes]:
    """Order of names in a directory, 2.6.4: the shorter first, then by code unit in upper case, one for one."""
    upper = "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in name)
    return _units(name), upper.encode("utf-16-be")


def _red_level(count: int) -> int:
    """Which level of a balanced tree is red, if one is: the lowest where it is not full, 0 for none."""
    levels = count.bit_length()
    return 0 if count == 2**levels - 1 else levels


def _linked(entries: list[_Entry], ordered: Sequence[int], *, red_level: int, level: int = 1) -> int:
    """
    Link entries into a balanced search tree and return its root.

    All levels but the lowest are full, so with that one red every way down meets as many black entries.
    """
    if not ordered:
        return _NO_ENTRY
    middle = len(ordered) // 2
    entry = entries[ordered[middle]]
    entry.colour = _RED if level == red_level else _BLACK
    entry.left = _linked(entries, ordered[:middle], red_level=red_level, level=level + 1)
    entry.right = _linked(entries, ordered[middle + 1 :], red_level=red_level, level=level + 1)
    return ordered[middle]


def _directory(entries: Sequence[_Entry]) -> bytes:
    """The directory, with unused entries to the end of its last sector."""
    written = b"".join(entry.written() for entry in entries)
    return written + _UNUSED_ENTRY * (-len(written) % SECTOR_BYTES // _ENTRY.size)


def _table(numbers: Sequence[int]) -> bytes:
    """Numbers of sectors, with free ones to the end of the table's last sector."""
    padding = [_FREE] * (-len(numbers) % _NUMBERS_PER_SECTOR)
    return struct.pack(f"<{len(numbers) + len(padding)}I", *numbers, *padding)


def _allocation_table(sectors: _Sectors) -> bytes:
    """The table of all sectors, which comes after them and counts its own sectors too."""
    count = -(-len(sectors.following) // (_NUMBERS_PER_SECTOR - 1))
    if count > MOST_TABLE_SECTORS:
        most = MOST_TABLE_SECTORS * (_NUMBERS_PER_SECTOR - 1) * SECTOR_BYTES
        raise ValueError(
            f"the streams and their directory take {len(sectors.data):,} bytes; a compound file without DIFAT sectors, "
            f"the only kind written here, has room for {most:,}"
        )
    return _table([*sectors.following, *[_TABLE_SECTOR] * count])
