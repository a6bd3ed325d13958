import datetime as dt
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl.workbook.defined_name import DefinedName

from addin.books import styles as styles_module
from addin.books.file import FileBook
from addin.books.inspection import findings
from addin.books.package import Package
from addin.workbook import WorkbookError
from tests.addin.books.builders import (
    book,
    cells,
    compressed_parts,
    decoded,
    loaded,
    parts,
    raw_book,
    table_xml,
    tampered,
)
from tests.addin.books.test_file import HOSTILE, VALUES, edited, pnl
from tests.hosts.libreoffice import SOFFICE, recalculate
from tests.hosts.validators import SDK_MISSING, audit, sdk
from workbook_templates.addresses import address
from workbook_templates.plan import Cell, CellError, NewSheet, NewTable, Plan, Style

TYPES, WORKBOOK, LINKS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
DAY, MONEY = Style(number_format="yyyy-mm-dd"), Style(number_format='#,##0.00 "€"', align="right")
INPUT = Style(colour="0000FF", fill="FFFFCC", bold=True, font="Arial", size=9.5, wrap=True)
CUSTOMERS = NewTable(
    name="tblCustomers",
    row=4,
    column=2,
    columns={
        "Customer": ["C001", "=1+1", "_x0041_"],
        "Revenue": [1.5, 2, None],
        "Since": [dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2025, 1, 1)],
        "Key": [True, False, CellError.NA],
    },
    styles={"Revenue": MONEY, "Since": DAY},
    header=Style(bold=True, fill="DDDDDD"),
)
SHEET = NewSheet(
    name="Result",
    cells={"B2": "Customers as of", "C2": dt.date(2024, 12, 31), "G9": "+1"},
    styles={"B2": INPUT, "C2": DAY, "H1": INPUT},
    tables=(CUSTOMERS, NewTable(name="tblEmpty", row=4, column=8, columns={"a": [], "b": []})),
    widths={1: 2.5, 2: 30},
    freeze=(5, 3),
)
PLAN = Plan(sheets=(SHEET,))
NEW = {
    "xl/worksheets/sheet4.xml",
    "xl/worksheets/_rels/sheet4.xml.rels",
    "xl/tables/table2.xml",
    "xl/tables/table3.xml",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return book(tmp_path / "book.xlsx")


def one_sheet(**more: Any) -> Plan:
    """A plan with one sheet of one cell, unless told otherwise."""
    return Plan(sheets=(NewSheet(**({"name": "New", "cells": {"A1": 1}} | more)),))


def values(path: Path, sheet: str) -> dict[str, Any]:
    """The filled cells as openpyxl reads them; none of them may be a formula."""
    cells = [cell for row in loaded(path)[sheet].iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.value != cell.value]
    return {cell.coordinate: decoded(cell.value) for cell in cells}


class TestPackage:
    def test_all_other_parts_keep_their_bytes(self, path: Path) -> None:
        before, packed = parts(path), compressed_parts(path)
        receipt = FileBook(path).apply(PLAN)
        after = parts(path)
        assert {TYPES, WORKBOOK, LINKS, STYLES} | NEW == set(receipt.changed_parts)
        assert {name for name in after if after[name] != before.get(name)} == set(receipt.changed_parts)
        untouched = before.keys() - set(receipt.changed_parts)
        assert {name: compressed_parts(path)[name] for name in untouched} == {name: packed[name] for name in untouched}
        assert list(after)[: len(before)] == list(before)

    def test_a_sheet_without_looks_leaves_the_styles_alone(self, path: Path) -> None:
        assert STYLES not in FileBook(path).apply(one_sheet()).changed_parts

    def test_the_same_plan_gives_the_same_bytes(self, path: Path, tmp_path: Path) -> None:
        outs = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
        for out in outs:
            FileBook(path).apply(PLAN, out=out)
        assert outs[0].read_bytes() == outs[1].read_bytes()

    def test_sheets_that_are_there_keep_their_places(self, path: Path) -> None:
        FileBook(path).apply(PLAN)
        found = FileBook(path)
        assert found.sheet_names() == ("P&L", "Inputs", "Summary", "Result")
        assert loaded(path).active.title == "P&L"  # type: ignore[union-attr]  # there is one
        assert re.findall(r'sheetId="(\d+)"', parts(path)[WORKBOOK].decode()) == ["1", "2", "3", "4"]

    def test_it_prints_on_pages_as_wide_as_the_sheet_that_begin_with_the_header(self, path: Path) -> None:
        FileBook(path).apply(Plan(sheets=(SHEET, NewSheet(name="O'Hara", cells={"A1": 1}, tables=SHEET.tables[:0]))))
        sheet, plain = (loaded(path)[name] for name in ("Result", "O'Hara"))
        for one in (sheet, plain):
            page = one.page_setup
            assert (page.orientation, page.paperSize, page.fitToWidth, page.fitToHeight) == ("landscape", 9, None, 0)
            assert one.sheet_properties.pageSetUpPr is not None
            assert one.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.print_title_rows, plain.print_title_rows) == ("$4:$4", None)
        assert b"RPage &amp;P of &amp;N</oddFooter>" in parts(path)["xl/worksheets/sheet4.xml"]

    def test_titles_of_pages_join_the_names_that_are_there(self, path: Path, tmp_path: Path) -> None:
        bare = tampered(
            path, tmp_path / "bare.xlsx", {WORKBOOK: lambda xml: re.sub(b"<definedNames.*</definedNames>", b"", xml)}
        )
        for one in (path, bare):
            names = FileBook(one).names()
            FileBook(one).apply(Plan(sheets=(replace(SHEET, name="O'Hara"),)))
            assert loaded(one)["O'Hara"].print_title_rows == "$4:$4"
            assert FileBook(one).names() == names

    def test_with_everything_else_that_a_plan_can_do(self, path: Path) -> None:
        plan = Plan(tables=pnl(9).tables, names={"rate": 0.5}, cells={("Summary", "B2"): 1}, sheets=(SHEET,))
        receipt = FileBook(path).apply(plan)
        assert receipt.ranges == (
            "'P&L'!B5:G13", "Inputs!B3", "Summary!B2", "Result!B2:C2", "Result!B4:E7", "Result!H4:I5", "Result!G9",
        )  # fmt: skip
        assert FileBook(path).read_table("tblPnl").rows == 9
        assert FileBook(path).read_table("tblCustomers").rows == 3
        assert audit(path) == []

    def test_a_dropped_calculation_chain_and_a_new_sheet_go_together(self, path: Path, tmp_path: Path) -> None:
        chain = (
            '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="B2" i="3"/></calcChain>'
        )
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        added: dict[str, Any] = {"xl/calcChain.xml": chain.encode()}
        changed = tampered(
            path,
            tmp_path / "chain.xlsx",
            added
            | edited(TYPES, "</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{kind}"/></Types>')
            | edited(
                LINKS,
                "</Relationships>",
                f'<Relationship Id="rId77" Type="{office}/calcChain" Target="calcChain.xml"/></Relationships>',
            ),
        )
        FileBook(changed).apply(Plan(cells={("Summary", "B2"): 1}, sheets=(SHEET,)))
        after = parts(changed)
        assert "xl/calcChain.xml" not in after
        assert b"calcChain" not in after[TYPES] + after[LINKS]
        assert FileBook(changed).sheet_names()[-1] == "Result"

    def test_part_names_that_something_belongs_to_are_not_taken(self, path: Path, tmp_path: Path) -> None:
        stale: dict[str, Any] = {
            "xl/worksheets/SHEET4.xml": b"<x/>",
            "xl/worksheets/_rels/sheet5.xml.rels": b"<x/>",
            "xl/tables/table2.xml": b"<x/>",
        }
        override = '<Override PartName="/xl/worksheets/sheet6.xml" ContentType="text/plain"/></Types>'
        changed = tampered(path, tmp_path / "stale.xlsx", stale | edited(TYPES, "</Types>", override))
        receipt = FileBook(changed).apply(one_sheet(tables=(NewTable(name="t_", row=3, column=1, columns={"a": [1]}),)))
        assert {"xl/worksheets/sheet6.xml", "xl/tables/table3.xml"} <= set(receipt.changed_parts)
        assert parts(changed)[TYPES].decode().count("sheet6.xml") == 1
        assert FileBook(changed).read_table("t_").columns == {"a": [1.0]}

    def test_a_part_whose_type_is_the_default_is_not_listed(self, path: Path, tmp_path: Path) -> None:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
        changed = tampered(
            path,
            tmp_path / "default.xlsx",
            edited(TYPES, 'Extension="xml" ContentType="application/xml"', f'Extension="xml" ContentType="{kind}"'),
        )
        FileBook(changed).apply(PLAN)
        assert b"sheet4.xml" not in parts(changed)[TYPES]
        assert b"table3.xml" in parts(changed)[TYPES]
        assert FileBook(changed).sheet_names()[-1] == "Result"

    def test_sheet_numbers_at_their_end(self, path: Path, tmp_path: Path) -> None:
        changed = tampered(path, tmp_path / "n.xlsx", edited(WORKBOOK, 'sheetId="2"', 'sheetId="65534"'))
        FileBook(changed).apply(Plan(sheets=(NewSheet(name="A"), NewSheet(name="B"))))
        numbers = re.findall(r'sheetId="(\d+)"', parts(changed)[WORKBOOK].decode())
        assert numbers == ["1", "65534", "3", "2", "4"]

    def test_macros_stay(self, tmp_path: Path) -> None:
        path = book(tmp_path / "macros.xlsm", macros=True)
        before = compressed_parts(path)["xl/vbaProject.bin"]
        FileBook(path).apply(PLAN)
        assert compressed_parts(path)["xl/vbaProject.bin"] == before
        assert FileBook(path).sheet_names()[-1] == "Result"


class TestContent:
    def test_openpyxl_reads_what_was_written(self, path: Path) -> None:
        FileBook(path).apply(PLAN)
        day = dt.datetime
        assert values(path, "Result") == {
            "B2": "Customers as of", "C2": day(2024, 12, 31), "G9": "+1",
            "B4": "Customer", "C4": "Revenue", "D4": "Since", "E4": "Key", "H4": "a", "I4": "b",
            "B5": "C001", "C5": 1.5, "D5": day(2024, 1, 31), "E5": True,
            "B6": "=1+1", "C6": 2, "D6": day(2024, 2, 29), "E6": False,
            "B7": "_x0041_", "D7": day(2025, 1, 1), "E7": "#N/A",
        }  # fmt: skip
        tables: dict[str, Any] = dict(loaded(path)["Result"].tables)
        assert {name: table.ref for name, table in tables.items()} == {"tblCustomers": "B4:E7", "tblEmpty": "H4:I5"}
        assert [column.name for column in tables["tblCustomers"].tableColumns] == [
            "Customer",
            "Revenue",
            "Since",
            "Key",
        ]

    def test_looks(self, path: Path) -> None:
        FileBook(path).apply(PLAN)
        sheet = loaded(path)["Result"]
        head, given, money, plain = sheet["B4"], sheet["H1"], sheet["C7"], sheet["B5"]
        assert (given.font.name, given.font.size, given.font.bold, given.font.color.rgb) == (
            "Arial",
            9.5,
            True,
            "FF0000FF",
        )
        assert (given.fill.fgColor.rgb, given.fill.fill_type, given.alignment.wrap_text) == ("FFFFFFCC", "solid", True)
        assert (head.font.bold, head.font.name, head.fill.fgColor.rgb) == (True, "Calibri", "FFDDDDDD")
        assert (money.number_format, money.alignment.horizontal, money.font.bold) == ('#,##0.00 "€"', "right", False)
        assert {cell.number_format for cell in sheet["D"][4:7]} == {"yyyy-mm-dd"}
        assert (plain.number_format, plain.has_style) == ("General", False)
        assert {letter: column.width for letter, column in sheet.column_dimensions.items()} == {"A": 2.5, "B": 30}
        assert sheet.freeze_panes == "C5"
        assert sheet.calculate_dimension() == "B1:I9"

    @pytest.mark.parametrize(("freeze", "cell"), [((1, 1), None), ((2, 1), "A2"), ((1, 2), "B1"), ((40, 9), "I40")])
    def test_what_stays_in_sight(self, path: Path, freeze: tuple[int, int], cell: str | None) -> None:
        FileBook(path).apply(one_sheet(freeze=freeze))
        assert loaded(path)["New"].freeze_panes == cell
        assert audit(path) == []

    def test_hostile_texts_stay_texts(self, path: Path) -> None:
        heads = [text for text in HOSTILE if len(text) < 256]
        table = NewTable(name="tblH", row=3, column=1, columns=dict.fromkeys(heads, HOSTILE))
        cells: dict[str, Cell] = {f"Z{row}": text for row, text in enumerate(HOSTILE, 1)}
        FileBook(path).apply(one_sheet(cells=cells, tables=(table,)))
        found = FileBook(path).read_table("tblH")
        assert found.columns == dict.fromkeys(heads, HOSTILE)
        held = values(path, "New")
        assert [held[f"Z{row}"] for row in range(1, len(HOSTILE) + 1)] == [
            text.replace("\r\n", "\r\n") for text in HOSTILE
        ]
        assert audit(path) == []

    @pytest.mark.parametrize(
        "name", ["O'Hara & Söhne", "😀 <b>", '"quoted"', "=1+1", "x" * 31, "R1C1", " blank", "😀" * 15]
    )
    def test_names_of_sheets(self, path: Path, name: str) -> None:
        FileBook(path).apply(one_sheet(name=name))
        assert FileBook(path).sheet_names()[-1] == name == loaded(path).sheetnames[-1]
        assert audit(path) == []

    def test_a_table_that_is_new_can_be_refreshed(self, path: Path) -> None:
        found = FileBook(path)
        found.apply(PLAN)
        columns: dict[str, list[Cell]] = {"a": [1, 2, 3], "b": ["x"] * 3}
        found.apply(Plan(tables=(type(pnl(1).tables[0])(table="tblEmpty", columns=columns),)))
        assert FileBook(path).read_table("tblEmpty").columns == columns

    def test_dates_of_1904(self, tmp_path: Path) -> None:
        file = openpyxl.Workbook()
        file.epoch = dt.datetime(1904, 1, 1)
        file.save(tmp_path / "mac.xlsx")
        FileBook(tmp_path / "mac.xlsx").apply(PLAN)
        assert values(tmp_path / "mac.xlsx", "Result")["C2"] == dt.datetime(2024, 12, 31)


class TestStyles:
    def test_they_are_only_appended(self, path: Path) -> None:
        before = parts(path)[STYLES]
        FileBook(path).apply(PLAN)
        old, new = etree.fromstring(before), etree.fromstring(parts(path)[STYLES])
        assert [one.tag for one in old] == [one.tag for one in new]
        for was, now in zip(old, new, strict=True):
            assert [etree.tostring(one) for one in was] == [etree.tostring(one) for one in now][: len(was)]
            assert now.get("count") in (None, str(len(now)))

    def test_looks_that_are_there_are_used_again(self, path: Path) -> None:
        found = FileBook(path)
        found.apply(PLAN)
        again = found.apply(Plan(sheets=(NewSheet(name="Again", styles=SHEET.styles, cells=SHEET.cells),)))
        assert STYLES not in again.changed_parts

    def test_extensions_and_comments_stay(self, path: Path, tmp_path: Path) -> None:
        extension = '<extLst><ext uri="{x}" xmlns:y="urn:y"><y:z a="1"/></ext></extLst></styleSheet>'
        changed = tampered(path, tmp_path / "ext.xlsx", edited(STYLES, "</styleSheet>", "<!-- ours -->" + extension))
        FileBook(changed).apply(PLAN)
        text = parts(changed)[STYLES].decode()
        assert "<!-- ours -->" in text
        assert '<ext xmlns:y="urn:y" uri="{x}"><y:z a="1"/></ext></extLst></styleSheet>' in text

    @pytest.mark.parametrize(
        "styles",
        [
            "",
            '<numFmts count="1"><numFmt numFmtId="300" formatCode="0.0"/></numFmts><cellStyles count="0"/>',
            "<fonts/><fills><fill><patternFill patternType='none'/></fill></fills><cellXfs/><dxfs/>",
        ],
    )
    def test_a_styles_part_that_says_little(self, path: Path, tmp_path: Path, styles: str) -> None:
        root = f'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{styles}</styleSheet>'
        root_xml = etree.fromstring(root)
        numbers = styles_module.append_styles(root_xml, [INPUT, DAY, Style()], "book")
        assert (numbers[Style()], sorted(numbers.values())) == ("", ["", "1", "2"])
        tags = [etree.QName(one).localname for one in root_xml]
        order = ["numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"]
        assert tags == [tag for tag in order if tag in tags]
        assert {"fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles"} <= set(tags)
        fills = root_xml.find("{*}fills")
        assert fills is not None
        assert [one[0].get("patternType") for one in fills] == ["none", "gray125", "solid"]

    def test_numbers_of_formats_go_on(self) -> None:
        given = '<numFmts count="1"><numFmt numFmtId="300" formatCode="0.0"/></numFmts>'
        root = etree.fromstring(f'<styleSheet xmlns="urn:x">{given}</styleSheet>')
        codes = ["0.0", "0.000", "0%", "@", '"a&b"']
        styles_module.append_styles(root, [Style(number_format=code) for code in codes], "book")
        formats = root.find("{*}cellXfs")
        assert formats is not None
        assert [one.get("numFmtId") for one in formats] == ["0", "300", "301", "9", "49", "302"]

    def test_a_default_of_its_own_is_what_is_left_empty(self) -> None:
        root = etree.fromstring(
            '<styleSheet xmlns="urn:x"><fonts><font><sz val="8"/><name val="X"/></font><font><i/><sz val="9"/>'
            '<name val="Y"/><scheme val="minor"/></font></fonts><cellXfs><xf numFmtId="4" fontId="1" fillId="0" '
            'borderId="7" xfId="3" quotePrefix="1"><alignment vertical="top"/><protection locked="0"/></xf></cellXfs>'
            "</styleSheet>"
        )
        styles_module.append_styles(root, [Style(bold=True), Style(align="center"), Style(font="Z")], "book")
        fonts, formats = root.find("{*}fonts"), root.find("{*}cellXfs")
        assert fonts is not None
        assert formats is not None
        assert [[etree.QName(one).localname for one in font] for font in fonts][2:] == [
            ["b", "i", "sz", "name", "scheme"],
            ["i", "sz", "name"],
        ]
        assert [dict(one.attrib) for one in formats][1] == {
            "numFmtId": "4", "fontId": "2", "fillId": "0", "borderId": "7", "xfId": "3", "applyFont": "1",
        }  # fmt: skip
        assert [dict(one[0].attrib) for one in formats][2] == {"vertical": "top", "horizontal": "center"}

    def test_too_many_formats(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(styles_module, "MOST_FORMATS", 4)
        before = path.read_bytes()
        with pytest.raises(WorkbookError, match=r"book.xlsx has 7 cell formats .* and Excel takes 4; delete styles"):
            FileBook(path).apply(PLAN)
        assert path.read_bytes() == before


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
BARE = '<worksheet xmlns="MAIN"><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>'


def prefixed(data: bytes) -> bytes:
    """Give every element of the main namespace the prefix x."""
    text = re.sub(r"<(/?)(?=[a-zA-Z]+[\s/>])", r"<\1x:", data.decode())
    return text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"').encode()


def strict(data: bytes) -> bytes:
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return data.replace(MAIN.encode(), STRICT.encode()).replace(
        office, b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    )


class TestOtherWorkbooks:
    def test_one_without_styles(self, tmp_path: Path) -> None:
        path = raw_book(tmp_path / "bare.xlsx", BARE)
        before = audit(path)
        receipt = FileBook(path).apply(PLAN)
        assert STYLES in receipt.changed_parts
        assert loaded(path)["Result"]["H1"].fill.fgColor.rgb == "FFFFFFCC"
        assert loaded(path)["S"]["A1"].font.name == "Calibri"
        # texts are inline on purpose, so that shared strings keep their bytes; here there are none to begin with
        assert [found for found in audit(path) if found not in before and "inline-string" not in found] == []
        FileBook(path).apply(Plan(sheets=(NewSheet(name="More", cells={"A1": 1}, styles={"A1": MONEY}),)))
        assert [part for part in parts(path) if "styles" in part] == [STYLES]

    def test_one_without_styles_gets_none_for_nothing(self, tmp_path: Path) -> None:
        path = raw_book(tmp_path / "bare.xlsx", BARE)
        assert STYLES not in FileBook(path).apply(one_sheet()).changed_parts

    def test_prefixed_elements(self, path: Path, tmp_path: Path) -> None:
        changes: dict[str, bytes | Callable[[bytes], bytes] | None] = dict.fromkeys((WORKBOOK, STYLES), prefixed)
        changed = tampered(path, tmp_path / "x.xlsx", changes)
        FileBook(changed).apply(PLAN)
        after = parts(changed)
        assert b'<x:sheet name="Result" sheetId="4" r:id="rId' in after[WORKBOOK]
        assert not re.search(rb"<(?!x:|\?|/)", after[STYLES])
        assert values(changed, "Result") == values(applied(path), "Result")
        assert loaded(changed)["Result"]["H1"].font.name == "Arial"
        assert audit(changed) == []

    def test_strict_workbooks(self, path: Path, tmp_path: Path) -> None:
        names = [name for name in parts(path) if name.endswith((".xml", ".rels")) and "docProps" not in name]
        changes: dict[str, bytes | Callable[[bytes], bytes] | None] = dict.fromkeys(names, strict)
        changed = tampered(path, tmp_path / "strict.xlsx", changes)
        FileBook(changed).apply(PLAN)
        after = parts(changed)
        assert all(MAIN.encode() not in after[name] for name in after)
        assert all(b"schemas.openxmlformats.org/officeDocument" not in after[name] for name in (*NEW, WORKBOOK, LINKS))
        assert STRICT.encode() in after["xl/worksheets/sheet4.xml"]
        assert (
            FileBook(changed).read_table("tblCustomers").columns
            == FileBook(applied(path)).read_table("tblCustomers").columns
        )

    def test_absolute_targets_and_another_folder(self, path: Path, tmp_path: Path) -> None:
        file = loaded(path)
        file.save(tmp_path / "absolute.xlsx")  # openpyxl writes absolute ones
        assert b'Target="/xl/worksheets/sheet1.xml"' in parts(tmp_path / "absolute.xlsx")[LINKS]
        FileBook(tmp_path / "absolute.xlsx").apply(PLAN)
        assert FileBook(tmp_path / "absolute.xlsx").read_table("tblCustomers").rows == 3

    def test_a_workbook_part_at_the_root(self, tmp_path: Path) -> None:
        path = raw_book(tmp_path / "raw.xlsx", BARE)
        moves = {
            WORKBOOK: "book.xml",
            LINKS: "_rels/book.xml.rels",
            "xl/worksheets/sheet1.xml": "worksheets/sheet1.xml",
        }
        held = parts(path)
        changes: dict[str, Any] = {new: held[old] for old, new in moves.items()} | dict.fromkeys(moves)
        changes[TYPES] = held[TYPES].replace(b"/xl/workbook.xml", b"/book.xml").replace(b"/xl/", b"/")
        changes["_rels/.rels"] = held["_rels/.rels"].replace(b"xl/workbook.xml", b"book.xml")
        changed = tampered(path, tmp_path / "root.xlsx", changes)
        receipt = FileBook(changed).apply(PLAN)
        assert {"worksheets/sheet2.xml", "styles.xml", "tables/table1.xml"} <= set(receipt.changed_parts)
        expected = parts(applied(path))
        for name in ("worksheets/sheet2.xml", "styles.xml", "tables/table1.xml", "worksheets/_rels/sheet2.xml.rels"):
            assert parts(changed)[name] == expected[f"xl/{name}"]

    def test_a_table_that_has_a_high_number(self, tmp_path: Path) -> None:
        sheet = BARE.replace("<worksheet", '<worksheet xmlns:r="OFFICE"').replace(
            "</sheetData>", '</sheetData><tableParts count="1"><tablePart r:id="rId1"/></tableParts>'
        )
        table = table_xml("A1:A2", ["7"]).replace(' id="1" name="tblX"', ' id="41" name="tblX"')
        path = raw_book(tmp_path / "t.xlsx", sheet, table=table)
        FileBook(path).apply(PLAN)
        ids = [
            re.search(rb'<table [^>]*?\bid="(\d+)"', data) for name, data in parts(path).items() if "tables/" in name
        ]
        assert [found and found[1] for found in ids] == [b"41", b"42", b"43"]


def applied(path: Path) -> Path:
    """A copy of the workbook with the new sheet."""
    out = path.with_name("applied.xlsx")
    FileBook(path).apply(PLAN, out=out)
    return out


def table(name: str = "tblNew", **more: Any) -> Plan:
    """A plan with one table."""
    given: dict[str, Any] = {"name": name, "row": 3, "column": 1, "columns": {"a": [1]}}
    return one_sheet(tables=(NewTable(**(given | more)),))


REFUSED: Mapping[str, tuple[Plan, str]] = {
    "taken": (one_sheet(name="INPUTS"), r"book.xlsx has a sheet INPUTS already; rename or delete it"),
    "twice": (Plan(sheets=(NewSheet(name="a"), NewSheet(name="A"))), "has a sheet A already"),
    "long": (one_sheet(name="x" * 32), "is longer than 31 characters; choose another name"),
    "long emoji": (one_sheet(name="😀" * 16), "is longer than 31 characters"),
    "blank": (one_sheet(name=" "), "a sheet cannot be called ' ': the name is blank"),
    **{f"with {sign}": (one_sheet(name=f"a{sign}b"), "holds one of") for sign in "\\/?*:[]\n\x00\ud800"},
    "quote": (one_sheet(name="'a"), "begins or ends with an apostrophe"),
    "quote at the end": (one_sheet(name="a'"), "begins or ends with an apostrophe"),
    "history": (one_sheet(name="History"), "is kept by Excel for itself"),
    "table taken": (table("TBLPNL"), "has a table or a name TBLPNL already; rename or delete it"),
    "name taken": (table("Rate"), "has a table or a name Rate already"),
    "table twice": (
        Plan(sheets=(*table().sheets, NewSheet(name="Two", tables=table("TblNew").sheets[0].tables))),
        "has a table or a name TblNew already",
    ),
    **{
        f"table {name}": (table(name), "a table cannot be called")
        for name in ("", "A1", "r1c1", "R", "1a", "a b", "a-b", "x" * 256, "tab1")
    },
    "no column": (table(columns={}), "the plan gives table tblNew on the new sheet New no column"),
    "lengths": (table(columns={"a": [1], "b": []}), "on the new sheet New differ in length: {'a': 1, 'b': 0}"),
    "blank header": (table(columns={"": [1]}), "cannot have a column ''"),
    "header twice": (table(columns={"a": [1], "A": [1]}), "cannot have a column 'A'"),
    "long header": (table(columns={"x" * 256: [1]}), "at most 255 characters"),
    "style of nothing": (table(styles={"b": DAY}), "gives column 'b' of table tblNew .* no such column"),
    "too far down": (table(row=1_048_576), "to row 1,048,577"),
    "too far right": (table(column=16_385), "column 16,385; a sheet has"),
    "nowhere": (table(row=0), "from row 0"),
    "cell in a table": (
        one_sheet(cells={"A4": 1}, tables=table().sheets[0].tables),
        r"gives New!A4 a value or a style of its own, but it lies in table tblNew \(A3:A4\)",
    ),
    "style in a table": (one_sheet(styles={"A3": DAY}, tables=table().sheets[0].tables), "gives New!A3 a value or"),
    "tables over one another": (
        one_sheet(tables=(*table().sheets[0].tables, *table("tblB", row=4).sheets[0].tables)),
        r"puts tables tblNew \(A3:A4\) and tblB \(A4:A5\) of the new sheet New over one another",
    ),
    "no cell": (one_sheet(cells={"A1:B2": 1}), "the plan names 'A1:B2' on sheet New, which is not the address"),
    "no cell to style": (one_sheet(styles={"XFE1": DAY}), "not the address of one cell"),
    **{
        f"style {number}": (one_sheet(styles={"A1": style}), "styles cells of the new sheet New with .* does not take")
        for number, style in zip(
            count(),
            [
                Style(colour="red"), Style(fill="#FFFFFF"), Style(size=0), Style(size=500), Style(number_format=""),
                Style(number_format="0" * 256), Style(font="a\x00"), Style(align="top"),  # type: ignore[arg-type]
            ],
        )
    },
    "width": (one_sheet(widths={1: 256}), "makes column 1 of the new sheet New 256 characters wide"),
    "width of nothing": (one_sheet(widths={0: 5}), "columns go from 1 to 16,384"),
    "freeze": (one_sheet(freeze=(0, 1)), "freezes the new sheet New at row 0"),
    "value": (one_sheet(cells={"B2": float("nan")}), "New!B2: nan cannot stand in a cell"),
    "value in a table": (table(columns={"a": [1, "x" * 32_768]}), "New!A5: .* longer than 32,767"),
}  # fmt: skip


class TestRefusals:
    @pytest.mark.parametrize("name", REFUSED)
    def test_what_cannot_be(self, path: Path, name: str) -> None:
        plan, message = REFUSED[name]
        before = path.read_bytes()
        with pytest.raises(WorkbookError, match=message):
            FileBook(path).apply(plan)
        assert path.read_bytes() == before

    def test_a_plan_that_was_applied(self, path: Path) -> None:
        FileBook(path).apply(PLAN)
        with pytest.raises(WorkbookError, match="has a sheet Result already"):
            FileBook(path).apply(PLAN)

    def test_names_of_single_sheets_and_chart_sheets_are_taken(self, tmp_path: Path) -> None:
        file = openpyxl.Workbook()
        file.create_chartsheet("Chart")
        file.worksheets[0].defined_names["local"] = DefinedName("local", attr_text="Sheet!$A$1")
        file.save(tmp_path / "c.xlsx")
        for plan, message in ((one_sheet(name="chart"), "has a sheet chart"), (table("Local"), "or a name Local")):
            with pytest.raises(WorkbookError, match=message):
                FileBook(tmp_path / "c.xlsx").apply(plan)

    def test_a_locked_structure(self, path: Path, tmp_path: Path) -> None:
        lock = '<workbookProtection lockStructure="1"/><bookViews>'
        changed = tampered(path, tmp_path / "locked.xlsx", edited(WORKBOOK, "<bookViews>", lock))
        with pytest.raises(
            WorkbookError, match=r"the structure of locked.xlsx is protected.*Review > Protect Workbook"
        ):
            FileBook(changed).apply(PLAN)
        assert FileBook(changed).apply(Plan(names={"rate": 0.5})).notes == ()


class TestOwner:
    @pytest.mark.parametrize("plan", [PLAN, Plan(names={"rate": 0.5})])
    def test_wishes_that_a_change_does_not_keep_are_said(self, path: Path, tmp_path: Path, plan: Plan) -> None:
        final = (
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt='
            '"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property name="_MarkAsFinal" '
            'pid="2" fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"><vt:bool>true</vt:bool></property></Properties>'
        )
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        link = (
            f'<Relationship Id="rId9" Type="{office}/custom-properties" Target="docProps/custom.xml"/></Relationships>'
        )
        changes: dict[str, Any] = {"docProps/custom.xml": final.encode(), "_xmlsignatures/origin.sigs": b""}
        changes |= edited("_rels/.rels", "</Relationships>", link)
        changes |= edited(WORKBOOK, "<workbookPr", '<fileSharing readOnlyRecommended="1"/><workbookPr')
        found = FileBook(tampered(path, tmp_path / "final.xlsx", changes))
        assert found.apply(plan).notes == (
            "the workbook was signed; its signature is no longer valid, sign it again",
            "the workbook asks to be opened read-only; it was changed all the same, and still asks",
            "the workbook is marked as final; it was changed all the same, and keeps the mark",
        )
        assert found.apply(Plan()).notes == ()


class TestOthers:
    """Programs and validators that others wrote."""

    def test_validators_find_nothing(self, path: Path) -> None:
        FileBook(path).apply(PLAN)
        assert audit(path) == []

    @pytest.mark.skipif(bool(SDK_MISSING), reason=SDK_MISSING)
    @pytest.mark.parametrize("plain", [False, True])
    def test_the_sdk_has_no_objection(self, path: Path, tmp_path: Path, plain: bool) -> None:
        found = raw_book(tmp_path / "bare.xlsx", BARE) if plain else path
        FileBook(found).apply(PLAN)
        assert sdk(found) == []

    @pytest.mark.office
    @pytest.mark.skipif(SOFFICE is None, reason="soffice is not on PATH: install LibreOffice Calc to run this test")
    def test_libreoffice_opens_it(self, path: Path, tmp_path: Path) -> None:
        names = [name for name in parts(path) if name.endswith((".xml", ".rels")) and "docProps" not in name]
        bare = raw_book(tmp_path / "bare.xlsx", BARE)
        x = tampered(path, tmp_path / "x.xlsx", dict.fromkeys((WORKBOOK, STYLES), prefixed))
        s = tampered(path, tmp_path / "strict.xlsx", dict.fromkeys(names, strict))
        books = [path, bare, x, s]
        for one in books:
            FileBook(one).apply(PLAN)
        saved = recalculate(books, tmp_path / "lo")
        # LibreOffice makes formulas of truth values and of error values, so what they show is compared
        expected = {place: decoded(value) for place, value in cells(path, "Result", formulas=False).items()}
        for one in books:
            assert cells(saved[one], "Result", formulas=False) == expected, one
            assert loaded(saved[one])["Result"].tables["tblCustomers"].ref == "B4:E7"


LETTERS = st.text(string.ascii_letters + string.digits + "äß😀 =+-@'&<>_\t\n", min_size=1, max_size=12)


@st.composite
def new_sheets(draw: st.DrawFn) -> NewSheet:
    tables, column = [], 1
    for number in range(draw(st.integers(0, 2))):
        headers = draw(st.lists(LETTERS, min_size=1, max_size=3, unique_by=str.casefold))
        rows, first = draw(st.integers(0, 5)), draw(st.integers(1, 6))
        body = {head: draw(st.lists(VALUES, min_size=rows, max_size=rows)) for head in headers}
        tables.append(NewTable(name=f"tblNew_{number}", row=first, column=column, columns=body))
        column += len(headers) + draw(st.integers(0, 2))
    places = st.tuples(st.integers(1, 9), st.integers(column, column + 3))
    looks = st.sampled_from([INPUT, MONEY, Style(), Style(italic=True)])
    cells_beside = draw(st.dictionaries(places, VALUES, max_size=6))
    styled = draw(st.dictionaries(places, looks, max_size=4))
    return NewSheet(
        name="New",
        cells={address(*place): value for place, value in cells_beside.items()},
        styles={address(*place): style for place, style in styled.items()},
        tables=tuple(tables),
        freeze=draw(places),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(sheet=new_sheets())
def test_any_sheet_reads_back_exactly(tmp_path: Path, sheet: NewSheet) -> None:
    path = raw_book(tmp_path / "any.xlsx", BARE)
    before = compressed_parts(path)["xl/worksheets/sheet1.xml"]
    FileBook(path).apply(Plan(sheets=(sheet,)))
    expected = dict(sheet.cells)
    for one in sheet.tables:
        for column, (header, body) in enumerate(one.columns.items(), one.column):
            expected |= {address(row, column): value for row, value in enumerate([header, *body], one.row)}
    found = loaded(path)["New"]
    read = {cell.coordinate: cell for row in found.iter_rows() for cell in row if cell.value is not None}
    assert {place: as_read(cell) for place, cell in read.items()} == {
        place: as_given(value) for place, value in expected.items() if value not in (None, "")
    }
    for one in sheet.tables:
        last = address(one.row + max(1, *map(len, one.columns.values())), one.column + len(one.columns) - 1)
        assert found.tables[one.name].ref == f"{address(one.row, one.column)}:{last}"
        assert tuple(FileBook(path).read_table(one.name).columns) == tuple(one.columns)
    assert compressed_parts(path)["xl/worksheets/sheet1.xml"] == before


def as_read(cell: Any) -> tuple[str, object]:
    """A cell's type and value."""
    value = decoded(cell.value)
    return cell.data_type if cell.data_type in "be" else type(value).__name__.replace("int", "float"), value


def as_given(value: Cell) -> tuple[str, object]:
    """What a cell without a format shows of a value."""
    if isinstance(value, CellError):
        return "e", value.value
    if isinstance(value, bool):
        return "b", value
    if isinstance(value, dt.datetime):
        return "float", (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    if isinstance(value, dt.date):
        return "float", (value - dt.date(1899, 12, 30)).days
    return type(value).__name__.replace("int", "float"), value


def test_titles_of_pages_are_nothing_that_one_should_know(path: Path) -> None:
    FileBook(path).apply(Plan(sheets=(replace(SHEET, name="P&L (2)"),)))
    found = findings(Package(path.read_bytes(), path.name))
    assert not [finding for finding in found if "cannot be read" in finding]
