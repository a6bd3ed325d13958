"""
Hostile workbooks, each built from a sound one: what attackers, broken programs and broken disks make of a file.

An attack says how its file is made and what a user is told of it. Where `message` is "", the file does no harm and
is read and written like any other.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Final

import xlsxwriter

from tests.addin.books.builders import table_xml

__all__ = ["ATTACKS", "FLIPS", "Attack", "sound", "written"]

Change = bytes | Callable[[bytes], bytes] | None
MEGABYTE: Final = 1 << 20
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET, WORKBOOK, TYPES = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"
LINKS, SHEET_LINKS = "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet1.xml.rels"
STRINGS, STYLES, TABLE = "xl/sharedStrings.xml", "xl/styles.xml", "xl/tables/table1.xml"
OTHERS: Final = ("_rels/.rels", "xl/comments1.xml", "xl/drawings/drawing1.xml", "xl/drawings/vmlDrawing1.vml")
PARTS: Final = (TYPES, WORKBOOK, LINKS, SHEET, SHEET_LINKS, STRINGS, STYLES, TABLE, *OTHERS, "xl/charts/chart1.xml")
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Attack:
    """A hostile file and what a user is told of it, as a pattern; "" when it does no harm."""

    build: Callable[[], bytes]
    message: str = ""


@cache
def sound() -> bytes:
    """A workbook with a table T at A1:B4, shared texts, a name, a comment and a chart."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("S")
        sheet.add_table("A1:B4", {"name": "T", "columns": [{"header": "Name"}, {"header": "Value"}]})
        for row in range(1, 4):
            sheet.write_string(row, 0, f"name {row}")
            sheet.write_number(row, 1, row)
        sheet.write_number("D1", 0.1)
        sheet.write_formula("D2", "=D1*2", None, 0.2)
        sheet.write_comment("D1", "a comment")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=S!$B$2:$B$4"})
        sheet.insert_chart("F2", chart)
        book.define_name("rate", "=S!$D$1")
    return stream.getvalue()


# ---- containers


@dataclass(frozen=True)
class Entry:
    """An entry as the container states it; `local_*` is what its own header says where that differs."""

    name: bytes
    data: bytes
    size: int
    crc: int
    method: int = zipfile.ZIP_DEFLATED
    flags: int = 0
    local_name: bytes | None = None
    local_size: int | None = None
    offset: int | None = None


def packed(name: str, data: bytes) -> Entry:
    machine = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Entry(name.encode(), machine.compress(data) + machine.flush(), len(data), zlib.crc32(data))


def container(entries: list[Entry]) -> bytes:
    """Write a zip file that says what the entries say, true or not."""
    body, directory = io.BytesIO(), io.BytesIO()
    for entry in entries:
        offset = body.tell() if entry.offset is None else entry.offset
        name = entry.name if entry.local_name is None else entry.local_name
        size = entry.size if entry.local_size is None else entry.local_size
        shared = (entry.flags, entry.method, 0, 0x21, entry.crc, len(entry.data))
        if entry.offset is None:
            body.write(struct.pack("<4sHHHHHLLLHH", b"PK\x03\x04", 20, *shared, size, len(name), 0) + name + entry.data)
        central = struct.pack(
            "<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 20, 20, *shared, entry.size, len(entry.name), *[0] * 5, offset
        )
        directory.write(central + entry.name)
    start, index = body.tell(), directory.getvalue()
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(index), start, 0)
    return body.getvalue() + index + end


def entries() -> list[Entry]:
    with zipfile.ZipFile(io.BytesIO(sound())) as file:
        return [packed(name, file.read(name)) for name in file.namelist()]


def with_entry(*more: Entry) -> bytes:
    return container([*entries(), *more])


def with_changed(part: str, **changes: object) -> bytes:
    return container([replace(entry, **changes) if entry.name == part.encode() else entry for entry in entries()])  # type: ignore[arg-type]  # fields by name


def repeated(head: bytes, block: bytes, times: int, tail: bytes, name: str = SHEET) -> bytes:
    """A part with one block many times over, made without ever having it whole."""

    def piece(data: bytes, how: int) -> bytes:
        machine = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return machine.compress(data) + machine.flush(how)

    data = piece(head, zlib.Z_FULL_FLUSH) + piece(block, zlib.Z_FULL_FLUSH) * times + piece(tail, zlib.Z_FINISH)
    crc = zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    big = Entry(name.encode(), data, len(head) + len(block) * times + len(tail), zlib.crc32(tail, crc))
    return container([big if entry.name == big.name else entry for entry in entries()])


def changed(changes: Mapping[str, Change]) -> bytes:
    """The sound workbook with parts replaced, added, or (None) left out."""
    found = {entry.name.decode(): entry for entry in entries()}
    for name, change in changes.items():
        before = zlib.decompress(found[name].data, -zlib.MAX_WBITS) if name in found else b""
        after = change(before) if callable(change) else change
        if after is None:
            del found[name]
        else:
            assert after != before, f"{name} is as it was"
            found[name] = packed(name, after)
    return container(list(found.values()))


def swapped(part: str, old: str, new: str | bytes) -> bytes:
    """The sound workbook with a text of one part exchanged, wherever it stands."""
    return changed({part: lambda data: data.replace(old.encode(), new if isinstance(new, bytes) else new.encode())})


# ---- what a part holds


def with_type(data: bytes, coding: str = "utf-8") -> bytes:
    """A part with a document type that declares an entity."""
    text = data.decode().partition("?>")[2] if data.startswith(b"<?xml") else data.decode()
    return (
        f'<?xml version="1.0" encoding="{coding}"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{text}'.encode(
            coding
        )
    )


def laughs(data: bytes) -> bytes:
    levels = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    declared = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><workbook'.encode()
    return data.replace(b"<workbook", declared).replace(b'name="S"', b'name="&l9;"')


def rows(text: str) -> bytes:
    """The sound workbook with other rows in place of its own."""
    return changed(
        {SHEET: lambda data: data[: data.index(b"<row")] + text.encode() + data[data.index(b"</sheetData>") :]}
    )


def tail(text: str) -> bytes:
    return swapped(SHEET, "</sheetData>", f"</sheetData>{text}")


def table(text: str) -> bytes:
    return changed({TABLE: text.replace("MAIN", "http://schemas.openxmlformats.org/spreadsheetml/2006/main").encode()})


def name(text: str) -> bytes:
    return swapped(WORKBOOK, "S!$D$1", text)


def text(length: int) -> bytes:
    """Text that no compressor makes a five-hundredth of."""
    return random.Random(1).randbytes(length // 100).hex().encode() * 50


def cut(share: float) -> bytes:
    return sound()[: int(len(sound()) * share)]


FLIPS: Final = 150


def flipped(seed: int) -> bytes:
    """The sound workbook with up to eight bytes changed: of the container, or of what a part holds."""
    chance = random.Random(seed)
    if seed % 2:
        data = bytearray(sound())
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data)

    def spoil(part: bytes) -> bytes:
        data = bytearray(part)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] ^= chance.randint(1, 255)
        return bytes(data) + b" "

    return changed({chance.choice(PARTS): spoil})


AREAS: Final = '<conditionalFormatting sqref="%s"><cfRule priority="1"/></conditionalFormatting>'
NOT_TRUSTED, DAMAGED, TYPE_DECLARED = "do not trust", "damaged|cut off|not a workbook|lacks", "declares a document type"
NOT_OPENED, CELL = "it is not opened|far too much before its cells", r"its cell [A-Z]+[0-9]+ "
ZEROS: Final = partial(packed, data=bytes(20 * MEGABYTE))

CONTAINERS: Final = {
    "encrypted": Attack(lambda: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "encrypted with a password"),
    "old kind": Attack(lambda: OLE + bytes(2000), "of the old .xls kind"),
    "empty": Attack(lambda: b"", "is not a workbook"),
    "no zip": Attack(lambda: b"<html>not found</html>", "is not a workbook"),
    "zip without parts": Attack(lambda: container([]), "is a zip file but not a workbook"),
    "bomb by ratio": Attack(lambda: with_entry(ZEROS("xl/media/image1.bin")), NOT_OPENED),
    "bomb by one part": Attack(lambda: with_entry(Entry(b"xl/a.bin", b"x" * 9, (2 << 30) + 1, 0)), NOT_OPENED),
    "bomb by total": Attack(
        lambda: with_entry(*(Entry(f"xl/{n}.bin".encode(), b"x" * 4_000_000, 1_900_000_000, 0) for n in range(3))),
        "would unpack to more than 4,294,967,296 bytes",
    ),
    "zip within a zip": Attack(lambda: with_entry(packed("xl/embeddings/a.zip", sound()), packed("b.zip", sound()))),
    "parts over each other": Attack(
        lambda: with_entry(*(replace(entries()[0], name=b"xl/again.xml", offset=0) for _ in range(1))), NOT_TRUSTED
    ),
    "one part over the next": Attack(
        lambda: container(
            [
                replace(entries()[0], data=container(entries()[:1])),
                *entries()[1:],
                replace(entries()[0], name=b"xl/a", offset=49),
            ]
        ),
        NOT_TRUSTED + "|damaged",
    ),
    "sizes too small": Attack(lambda: with_changed(WORKBOOK, size=100, local_size=100), DAMAGED),
    "sizes too large": Attack(lambda: with_changed(WORKBOOK, size=9000, local_size=9000), DAMAGED),
    "two sizes": Attack(lambda: with_changed(WORKBOOK, local_size=100), NOT_TRUSTED),
    "two names": Attack(lambda: with_changed(WORKBOOK, local_name=b"xl/workbook.exe"), NOT_TRUSTED),
    "wrong checksum": Attack(lambda: with_changed(WORKBOOK, crc=1), DAMAGED),
    "wrong checksum of a sheet": Attack(lambda: with_changed(SHEET, crc=1), DAMAGED),
    "stored as compressed": Attack(lambda: with_changed(SHEET, method=0), DAMAGED),
    "beyond the end": Attack(lambda: with_entry(Entry(b"xl/a.xml", b"", 9, 0, offset=1 << 31)), DAMAGED),
    "part twice": Attack(lambda: with_entry(packed(WORKBOOK, b"<workbook/>")), "twice"),
    "part twice but for case": Attack(lambda: with_entry(packed("XL/WorkBook.xml", b"<workbook/>")), "twice"),
    "70,000 parts": Attack(lambda: zipped_many(70_000), "more than the 20,000"),
    "encrypted part": Attack(lambda: with_changed(SHEET, flags=1), "is encrypted"),
    "unknown compression": Attack(lambda: with_changed(SHEET, method=93), "compressed in a way no workbook is"),
    **{
        f"name {path!r}": Attack(lambda path=path: with_entry(packed(path, b"<x/>")), "forbidden name")  # type: ignore[misc]  # bound now
        for path in (
            "../evil.xml",
            "xl/../../evil.xml",
            "xl\\evil.xml",
            "C:/evil.xml",
            "xl/a\0.xml",
            "xl/a\n.xml",
            "..",
        )
    },
    "name of 60,000 letters": Attack(lambda: with_entry(packed("x" * 60_000, b"<x/>"))),
    **{f"cut at {share:.0%}": Attack(partial(cut, share), DAMAGED) for share in (0.01, 0.3, 0.6, 0.9, 0.99, 0.999)},
}


def zipped_many(count: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for place in range(count):
            file.writestr(zipfile.ZipInfo(f"xl/{place}"), b"")
    return stream.getvalue()


MARKUP: Final = {
    f"document type in {part} as {coding}": Attack(
        lambda part=part, coding=coding: changed({part: lambda data: with_type(data, coding)}),  # type: ignore[misc]  # bound now
        TYPE_DECLARED,
    )
    for part in PARTS
    for coding in ("utf-8", "utf-16")
} | {
    "billion laughs": Attack(lambda: changed({WORKBOOK: laughs}), TYPE_DECLARED),
    "document type behind much white space": Attack(
        lambda: changed({WORKBOOK: lambda data: data.replace(b"<workbook", b" " * 200_000 + b"<!DOCTYPE x><workbook")}),
        TYPE_DECLARED,
    ),
    "a hundred thousand levels": Attack(
        lambda: swapped(WORKBOOK, "<sheets>", "<a>" * 100_000 + "</a>" * 100_000 + "<sheets>"), "damaged"
    ),
    "levels in a sheet": Attack(lambda: rows("<row><c>" + "<is>" * 100_000 + "</c></row>")),
    "attribute of 40 MB": Attack(
        lambda: swapped(WORKBOOK, "<sheets>", b'<sheets x="' + text(40 * MEGABYTE) + b'">'), "damaged|attribute"
    ),
    "attribute of 10 MB in a sheet": Attack(
        lambda: swapped(SHEET, "<sheetData>", b'<sheetData x="' + text(10 * MEGABYTE) + b'">'), NOT_OPENED
    ),
    "workbook part of 80 MB": Attack(
        lambda: swapped(WORKBOOK, "<sheets>", b"<!--" + text(80 * MEGABYTE) + b"--><sheets>"), NOT_OPENED
    ),
    "comment among the rows": Attack(lambda: rows("<!-- <row> --><row><c><v>1</v></c></row>"), "comment or CDATA"),
    "CDATA in a cell": Attack(lambda: rows('<row><c t="str"><v><![CDATA[=1+1]]></v></c></row>'), "comment or CDATA"),
    "unknown entity": Attack(lambda: rows('<row><c t="str"><v>&xxe;</v></c></row>'), "XML does not know"),
    "not UTF-8": Attack(lambda: swapped(SHEET, "<v>1</v>", b"<v>\xff\xfe</v>"), CELL + "|UTF-8"),
}

CELLS: Final = {
    "far corner": Attack(
        lambda: rows('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "more than 50,000,000 cells",
    ),
    "one cell of 2 GB": Attack(
        lambda: repeated(b"<worksheet><sheetData><row><c><v>", text(MEGABYTE), 2040, b"</v></c></row></sheetData>"),
        NOT_OPENED,
    ),
    "shared texts without number": Attack(
        lambda: repeated(b"<sst>", (b"<si><t>%s</t></si>" % text(200)) * 5000, 10, b"", name=STRINGS), "cut off"
    ),
    "ten million shared texts": Attack(
        lambda: repeated(b"<sst>", b"<si/>" * 200_000, 51, b"</sst>", name=STRINGS), NOT_OPENED
    ),
    "a shared text of 70 MB": Attack(
        lambda: repeated(b"<sst><si><t>", text(MEGABYTE), 70, b"</t></si></sst>", name=STRINGS), NOT_OPENED
    ),
    "1,048,577 rows": Attack(lambda: rows('<row r="1048576"/><row/>'), "out of order"),
    "row 0": Attack(lambda: rows('<row r="0"><c><v>1</v></c></row>'), "out of order"),
    "row 99999999999": Attack(lambda: rows('<row r="99999999999"><c><v>1</v></c></row>'), "out of order"),
    "rows backwards": Attack(lambda: rows('<row r="3"/><row r="2"/>'), "out of order"),
    "column ZZZ": Attack(lambda: rows('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), "right of its last column"),
    "shared text -1": Attack(lambda: rows('<row><c t="s"><v>-1</v></c></row>'), CELL),
    "shared text 2^64": Attack(lambda: rows('<row><c t="s"><v>18446744073709551616</v></c></row>'), CELL),
    "style 2^64": Attack(lambda: rows('<row><c s="18446744073709551616"><v>1</v></c></row>')),
    "number of a million digits": Attack(lambda: rows(f"<row><c><v>{'9' * 1_000_000}</v></c></row>"), CELL),
    "number beyond all numbers": Attack(lambda: rows("<row><c><v>1e309</v></c></row>"), CELL),
    "day beyond all days": Attack(lambda: rows('<row><c s="1"><v>1e300</v></c></row>')),
    "type of a cell": Attack(lambda: rows('<row><c t="macro"><v>1</v></c></row>'), CELL),
    "200,000 areas": Attack(lambda: tail(AREAS % " ".join(f"A{n}" for n in range(200_000)))),
    "50,000 merged areas": Attack(
        lambda: tail("<mergeCells>" + '<mergeCell ref="Z9:Z99"/>' * 50_000 + "</mergeCells>")
    ),
    "merged area of nonsense": Attack(lambda: tail('<mergeCells><mergeCell ref="nonsense"/></mergeCells>'), "nonsense"),
    "columns of nonsense": Attack(
        lambda: swapped(SHEET, "<sheetData>", '<cols><col min="-5" max="99999999" style="7"/></cols><sheetData>')
    ),
    "columns without end": Attack(lambda: swapped(SHEET, "<sheetData>", '<cols><col style="7"/></cols><sheetData>')),
    "shared formula without group": Attack(lambda: swapped(SHEET, "<f>", '<f t="shared" ref="D2:D9">')),
    "array of nonsense": Attack(lambda: swapped(SHEET, "<f>", '<f t="array" ref="nonsense">'), "nonsense"),
}

LINKED: Final = {
    "sheet that is the workbook": Attack(
        lambda: swapped(LINKS, "worksheets/sheet1.xml", "workbook.xml"), "no cells part|out of"
    ),
    "sheet that is not there": Attack(lambda: swapped(LINKS, "worksheets/sheet1.xml", "worksheets/no.xml"), DAMAGED),
    "sheet outside the package": Attack(
        lambda: swapped(LINKS, '"worksheets/sheet1.xml"', '"http://evil.example/s.xml" TargetMode="External"'),
        "no table T",
    ),
    "sheet above the root": Attack(lambda: swapped(LINKS, "worksheets/sheet1.xml", "../../../etc/passwd"), DAMAGED),
    "table that is its sheet": Attack(lambda: swapped(SHEET_LINKS, "../tables/table1.xml", "sheet1.xml"), DAMAGED),
    "workbook that is itself": Attack(
        lambda: swapped("_rels/.rels", "xl/workbook.xml", "_rels/.rels"), "not a workbook"
    ),
    "no workbook": Attack(lambda: changed({WORKBOOK: None}), "not a workbook"),
    "no relationships": Attack(lambda: changed({"_rels/.rels": None}), "not a workbook"),
    "no styles": Attack(lambda: changed({STYLES: None})),
    "table beyond the sheet": Attack(lambda: swapped(TABLE, "A1:B4", "A1:B1048577"), DAMAGED),
    "table right of the sheet": Attack(lambda: swapped(TABLE, "A1:B4", "ZZY1:ZZZ4"), DAMAGED),
    "table upside down": Attack(lambda: swapped(TABLE, "A1:B4", "A4:B1"), DAMAGED),
    "table of row 0": Attack(lambda: swapped(TABLE, "A1:B4", "A0:B4"), DAMAGED),
    "table of the whole sheet": Attack(
        lambda: table(table_xml("A1:XFD1048576", [f"h{n}" for n in range(16_384)], name="T")), "50,000,000 cells"
    ),
    "table with more headers than rows": Attack(
        lambda: swapped(TABLE, 'ref="A1:B4"', 'ref="A1:B4" headerRowCount="9"'), DAMAGED
    ),
    "table with -1 headers": Attack(lambda: swapped(TABLE, 'ref="A1:B4"', 'ref="A1:B4" headerRowCount="-1"'), DAMAGED),
    "table with nonsense headers": Attack(
        lambda: swapped(TABLE, 'ref="A1:B4"', 'ref="A1:B4" headerRowCount="x"'), DAMAGED
    ),
    "table with equal headers": Attack(lambda: swapped(TABLE, '"Value"', '"Name"'), "Name|Value"),
    "name that is itself": Attack(lambda: name("rate"), "not to one cell"),
    "name of many": Attack(lambda: name("S!$A$1," * 100_000), "not to one cell"),
    "name beyond the sheet": Attack(lambda: name("S!$XFE$1048577"), "not to one cell|beyond|address"),
    "name of nothing": Attack(lambda: name("S!#REF!"), "not to one cell"),
}

ATTACKS: Final[Mapping[str, Attack]] = {"sound": Attack(sound)} | CONTAINERS | MARKUP | CELLS | LINKED


def written(folder: Path) -> list[str]:
    """Write all hostile files into a folder, numbered in the order of their names, which are returned."""
    builds = {name: attack.build for name, attack in ATTACKS.items()}
    builds |= {f"flip {seed}": partial(flipped, seed) for seed in range(FLIPS)}
    for place, build in enumerate(builds.values()):
        (folder / f"{place:03}.xlsx").write_bytes(build())
    return list(builds)
