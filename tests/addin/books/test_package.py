import io
import os
import struct
import zipfile
import zlib
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from addin.books import package as package_module
from addin.books import saving
from addin.books.package import Package, parsed, relationships_part
from addin.books.replacing import replace_file, sync_directory
from addin.books.saving import Draft, deflated
from addin.workbook import WorkbookError
from tests.addin.books.builders import book, compressed_parts, tampered


@pytest.fixture
def simple(tmp_path: Path) -> Path:
    return book(tmp_path / "simple.xlsx")


def opened(path: Path) -> Package:
    return Package(path.read_bytes(), path.name)


def zipped(entries: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return stream.getvalue()


def written(draft: Draft, target: Path) -> Path:
    replace_file(target, draft.pieces())
    return target


class TestOpening:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "x.xlsx is not a workbook"),
            (b"just text", "x.xlsx is not a workbook"),
            (b"PK\x03\x04 cut off", "x.xlsx is not a workbook"),
            (package_module._OLE_MAGIC + bytes(600), "old .xls kind; save it as .xlsx"),
            (
                package_module._OLE_MAGIC + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
                "encrypted with a password",
            ),
            (zipped([("hello.txt", b"hi")]), "is a zip file but not a workbook"),
        ],
    )
    def test_what_is_no_workbook_is_refused(self, data: bytes, message: str) -> None:
        with pytest.raises(WorkbookError, match=message):
            Package(data, "x.xlsx")

    @pytest.mark.parametrize("name", ["xl/../../evil.xml", "xl\\evil.xml", ".."])
    def test_forbidden_names_are_refused(self, simple: Path, name: str) -> None:
        bad = tampered(simple, simple.with_name("bad.xlsx"), {name: b"<x/>"})
        with pytest.raises(WorkbookError, match="forbidden name"):
            opened(bad)

    def test_names_that_differ_only_in_case_are_refused(self, simple: Path) -> None:
        bad = tampered(simple, simple.with_name("bad.xlsx"), {"XL/Workbook.xml": b"<x/>"})
        with pytest.raises(WorkbookError, match=r"holds XL/Workbook.xml twice"):
            opened(bad)

    def test_encrypted_entries_are_refused(self, simple: Path) -> None:
        data = bytearray(simple.read_bytes())
        at = data.index(b"PK\x01\x02")
        data[at + 8] |= 1
        with pytest.raises(WorkbookError, match="is encrypted"):
            Package(bytes(data), "x.xlsx")

    def test_unknown_compression_is_refused(self, simple: Path) -> None:
        data = bytearray(simple.read_bytes())
        at = data.index(b"PK\x01\x02")
        struct.pack_into("<H", data, at + 10, 12)
        with pytest.raises(WorkbookError, match="compressed in a way no workbook is"):
            Package(bytes(data), "x.xlsx")

    def test_zip_bombs_are_refused_before_they_are_unpacked(self, simple: Path) -> None:
        bad = tampered(simple, simple.with_name("bad.xlsx"), {"xl/media/a.bin": bytes(20 << 20)})
        assert bad.stat().st_size < 100_000
        with pytest.raises(WorkbookError, match=r"xl/media/a.bin in bad.xlsx would unpack to 20,971,520 bytes"):
            opened(bad)

    @pytest.mark.parametrize(
        ("limit", "value", "message"),
        [
            ("MAX_PARTS", 3, "more than the 3 a workbook may have"),
            ("MAX_TOTAL_BYTES", 1000, "would unpack to more than 1,000 bytes"),
            ("MAX_PART_BYTES", 1000, "it is not opened"),
        ],
    )
    def test_limits_hold(
        self, simple: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, message: str
    ) -> None:
        monkeypatch.setattr(package_module, limit, value)
        with pytest.raises(WorkbookError, match=message):
            opened(simple)

    def test_damaged_parts_are_named(self, simple: Path) -> None:
        package = opened(simple)
        with pytest.raises(WorkbookError, match=r"lacks its part xl/nowhere.xml"):
            package.read("xl/nowhere.xml")
        data = bytearray(simple.read_bytes())
        entry = package.entry("xl/workbook.xml")
        start = entry.header_offset + 30 + len(entry.filename)
        data[start + 40 : start + 60] = bytes(20)
        with pytest.raises(WorkbookError, match=r"xl/workbook.xml in x.xlsx is damaged"):
            Package(bytes(data), "x.xlsx").read("xl/workbook.xml")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_document_types_are_refused(self, encoding: str) -> None:
        text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
        with pytest.raises(WorkbookError, match="part declares a document type"):
            parsed(text.encode(encoding), "part")

    def test_broken_xml_is_refused(self) -> None:
        with pytest.raises(WorkbookError, match="part is damaged"):
            parsed(b"<a><b></a>", "part")


class TestReading:
    def test_parts_are_found_whatever_their_case(self, simple: Path) -> None:
        package = opened(simple)
        assert package.read("XL/WORKBOOK.XML") == package.read("/xl/workbook.xml")
        assert package.content_type("xl/Workbook.xml").endswith("sheet.main+xml")
        assert package.content_type("xl/nowhere.rels").endswith("relationships+xml")

    def test_relationships_resolve(self, simple: Path) -> None:
        package = opened(simple)
        assert [link.target for link in package.relationships("") if link.kind == "officeDocument"] == [
            "xl/workbook.xml"
        ]
        assert {link.target for link in package.relationships("xl/worksheets/sheet1.xml")} == {"xl/tables/table1.xml"}
        assert package.relationships("xl/styles.xml") == ()
        assert relationships_part("a.xml") == "_rels/a.xml.rels"

    def test_external_targets_are_left_out(self, simple: Path) -> None:
        links = (
            '<Relationships><Relationship Id="a" Type="t/x" Target="http://example.com" TargetMode="External"/>'
            '<Relationship Id="b" Type="t/x" Target="..\\y.xml"/></Relationships>'
        )
        changed = tampered(simple, simple.with_name("links.xlsx"), {"xl/_rels/styles.xml.rels": links.encode()})
        assert opened(changed).relationships("xl/styles.xml") == (package_module.Relationship("b", "x", "y.xml"),)


class TestWriting:
    def test_untouched_entries_keep_their_compressed_bytes(self, simple: Path, tmp_path: Path) -> None:
        draft = Draft(opened(simple))
        draft.put("xl/styles.xml", [b"<styles/>"])
        target = written(draft, tmp_path / "out.xlsx")
        before, after = compressed_parts(simple), compressed_parts(target)
        assert list(before) == list(after)
        assert {name for name in before if before[name] != after[name]} == {"xl/styles.xml"} == set(draft.changed)
        with zipfile.ZipFile(target) as file:
            assert file.testzip() is None
            assert file.read("xl/styles.xml") == b"<styles/>"

    def test_a_copy_of_a_copy_has_the_same_bytes(self, simple: Path, tmp_path: Path) -> None:
        first = written(Draft(opened(simple)), tmp_path / "first.xlsx")
        second = written(Draft(opened(first)), tmp_path / "second.xlsx")
        assert first.read_bytes() == second.read_bytes()

    def test_entries_keep_their_times(self, simple: Path, tmp_path: Path) -> None:
        draft = Draft(opened(simple))
        draft.put("xl/styles.xml", [b"<styles/>"])
        target = written(draft, tmp_path / "out.xlsx")
        with zipfile.ZipFile(simple) as old, zipfile.ZipFile(target) as new:
            assert [entry.date_time for entry in old.infolist()] == [entry.date_time for entry in new.infolist()]

    def test_streamed_and_stored_entries_survive(self, tmp_path: Path, simple: Path) -> None:
        """Entries with a data descriptor (sizes after the data) and entries that are not compressed."""
        source = tmp_path / "streamed.xlsx"
        with zipfile.ZipFile(simple) as old, source.open("wb") as stream:
            unseekable = _Unseekable(stream)
            with zipfile.ZipFile(unseekable, "w", zipfile.ZIP_STORED) as new:  # type: ignore[call-overload]  # a bare writer
                for name in old.namelist():
                    new.writestr(name, old.read(name))
        target = written(Draft(opened(source)), tmp_path / "out.xlsx")
        with zipfile.ZipFile(simple) as old, zipfile.ZipFile(target) as new:
            assert new.testzip() is None
            assert {name: old.read(name) for name in old.namelist()} == {
                name: new.read(name) for name in new.namelist()
            }

    def test_equal_content_is_no_change(self, simple: Path) -> None:
        package = opened(simple)
        draft = Draft(package)
        draft.put("xl/styles.xml", [package.read("xl/styles.xml")])
        draft.edit_xml("xl/workbook.xml", lambda root: None)
        assert draft.changed == ()

    def test_a_dropped_part_takes_its_relationship_and_content_type_along(self, simple: Path, tmp_path: Path) -> None:
        draft = Draft(opened(simple))
        draft.drop("xl/tables/table1.xml", of="xl/worksheets/sheet1.xml")
        after = opened(written(draft, tmp_path / "out.xlsx"))
        assert not after.has("xl/tables/table1.xml")
        assert after.relationships("xl/worksheets/sheet1.xml") == ()
        assert b"table1" not in after.read("[Content_Types].xml")

    def test_one_edit_follows_another(self, simple: Path, tmp_path: Path) -> None:
        def put(root: etree._Element, word: str) -> None:
            root.set("word", root.get("word", "") + word)

        def take_back(root: etree._Element) -> None:
            del root.attrib["word"]

        draft = Draft(opened(simple))
        for word in ("a", "b"):
            draft.edit_xml("xl/styles.xml", partial(put, word=word))
        assert draft.xml("xl/styles.xml").get("word") == "ab"
        assert draft.changed == ("xl/styles.xml",)
        draft.edit_xml("xl/styles.xml", take_back)
        assert "word" not in draft.xml("xl/styles.xml").attrib

    def test_a_change_that_is_taken_back_is_none(self, simple: Path) -> None:
        package = opened(simple)
        draft = Draft(package)
        draft.put("xl/styles.xml", [b"<styles/>"])
        draft.put("xl/styles.xml", [package.read("xl/styles.xml")])
        assert draft.changed == ()

    def test_new_parts_stand_behind_those_that_are_there(self, simple: Path, tmp_path: Path) -> None:
        draft = Draft(opened(simple))
        assert not draft.is_free("XL/styles.xml")
        assert not draft.is_free("xl/workbook.xml")
        for number in (1, 2):
            part = f"custom/item{number}.xml"
            assert draft.is_free(part)
            draft.add(part, [b"<item/>"], "application/item+xml")
            assert not draft.is_free(part.upper())
        assert [draft.relate("custom/item1.xml", "urn:kind", f"custom/item{number}.xml") for number in (1, 2)] == [
            "rId1",
            "rId2",
        ]
        before, after = opened(simple), opened(written(draft, tmp_path / "out.xlsx"))
        assert after.parts()[: len(before.parts())] == before.parts()
        assert after.content_type("custom/item2.xml") == "application/item+xml"
        assert [link.target for link in after.relationships("custom/item1.xml")] == [
            "custom/item1.xml",
            "custom/item2.xml",
        ]
        new = set(after.parts()) - set(before.parts())
        assert new == {"custom/item1.xml", "custom/item2.xml", "custom/_rels/item1.xml.rels"}

    def test_too_much_is_not_written(self, simple: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        draft = Draft(opened(simple))
        monkeypatch.setattr(saving, "MAX_FILE_BYTES", 2000)
        with pytest.raises(WorkbookError, match="grow past 4 GB"):
            list(draft.pieces())
        monkeypatch.setattr(saving, "MAX_PART_BYTES", 10)
        with pytest.raises(WorkbookError, match="would grow to 11 bytes"):
            deflated([b"12345678901"])


class TestCompressing:
    DATA = os.urandom(1 << 16) * 50 + b"the end"

    @pytest.mark.parametrize("size", [1000, 1 << 20, 7 << 20])
    def test_equal_content_gives_equal_bytes(self, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
        """However it comes in pieces, and however many processors there are."""
        whole = deflated([self.DATA])
        monkeypatch.setattr(saving, "WORKERS", 1)
        pieces = [self.DATA[at : at + size] for at in range(0, len(self.DATA), size)]
        assert deflated(pieces) == whole

    @pytest.mark.parametrize("length", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, len(DATA)])
    def test_it_is_one_stream(self, length: int) -> None:
        data = self.DATA[:length]
        packed = deflated([data])
        assert zlib.decompress(b"".join(packed.pieces), -zlib.MAX_WBITS) == data
        assert (packed.crc, packed.size) == (zlib.crc32(data), length)

    def test_blocks_see_what_went_before(self) -> None:
        """Random bytes that come again every 16 KB are written out once, not once for each block."""
        assert sum(map(len, deflated([os.urandom(1 << 14) * 256]).pieces)) < 60_000


class _Unseekable:
    """A stream that can only be written to, which makes zipfile put sizes after the data."""

    def __init__(self, stream: io.BufferedWriter) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        return self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()


class TestReplacing:
    def test_mode_is_kept(self, tmp_path: Path) -> None:
        target = tmp_path / "a.xlsx"
        target.write_bytes(b"old")
        target.chmod(0o640)
        replace_file(target, [b"new"])
        assert target.read_bytes() == b"new"
        assert target.stat().st_mode & 0o777 == 0o640

    def test_nothing_is_left_of_a_write_that_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        target = tmp_path / "a.xlsx"
        target.write_bytes(b"old")

        def broken() -> object:
            yield b"half"
            raise RuntimeError("power cut")

        with pytest.raises(RuntimeError):
            replace_file(target, broken())  # type: ignore[arg-type]  # a generator that breaks
        monkeypatch.setattr(os, "replace", _refuse)
        with pytest.raises(PermissionError):
            replace_file(target, [b"new"])
        assert target.read_bytes() == b"old"
        assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]

    def test_a_folder_that_cannot_be_synced_is_no_failure(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "open", _refuse)
        sync_directory(tmp_path)
        monkeypatch.undo()
        monkeypatch.setattr(os, "fsync", _refuse)
        sync_directory(tmp_path)
        monkeypatch.undo()
        monkeypatch.delattr(os, "O_DIRECTORY")
        sync_directory(tmp_path)


def _refuse(*arguments: object, **options: object) -> None:
    raise PermissionError(13, "Permission denied")
