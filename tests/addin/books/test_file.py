import datetime as dt
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

from addin.books import reading, stored
from addin.books.file import FileBook
from addin.workbook import Receipt, Workbook, WorkbookError
from tests.addin.books.builders import (
    HEADERS,
    body,
    book,
    cells,
    compressed_parts,
    customers,
    loaded,
    parts,
    raw_book,
    table_xml,
    tampered,
    transposed,
)
from workbook_templates.plan import Cell, CellError, Plan, TableWrite

SHEET, TABLE, WORKBOOK = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml", "xl/workbook.xml"
SUMMARY = "xl/worksheets/sheet3.xml"
CHART = "xl/charts/chart1.xml"
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\ttab\t",
    "  both ends  ",
    "line\nline\r\nline",
    "\x00\x01\x0b\x1f",
    "_x0041_ _x005F_",
    "😀 Ünï çødé \u200b",
    "<&>\"'",
    "]]> &amp; <c r='A1'/>",
    "#NUM",
    "1e5",
    "x" * 32_767,
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return book(tmp_path / "book.xlsx")


def pnl(count: int, **more: Any) -> Plan:
    return Plan(tables=(TableWrite(table="tblPnl", columns=customers(count), **more),))


def xml(path: Path, part: str) -> str:
    return parts(path)[part].decode()


def edited(part: str, old: str, new: str) -> dict[str, Callable[[bytes], bytes]]:
    """A change of a part's text that must find its place."""

    def change(data: bytes) -> bytes:
        assert old.encode() in data, old
        return data.replace(old.encode(), new.encode())

    return {part: change}


def spoiled(path: Path, part: str, old: str, new: str) -> FileBook:
    return FileBook(tampered(path, path.with_name("spoiled" + path.suffix), edited(part, old, new)))


class TestOpening:
    def test_it_is_a_workbook(self, path: Path) -> None:
        def port(workbook: Workbook) -> tuple[str, ...]:
            return workbook.table_names()

        assert port(FileBook(str(path))) == ("tblPnl",)

    def test_missing_files_and_folders(self, tmp_path: Path) -> None:
        with pytest.raises(WorkbookError, match=r"there is no file .*none.xlsx; check the name"):
            FileBook(tmp_path / "none.xlsx")
        with pytest.raises(WorkbookError, match="is a folder; give the workbook in it"):
            FileBook(tmp_path)

    def test_unreadable_files(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(self: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(WorkbookError, match=r"cannot be read \(Permission denied\); check your rights"):
            FileBook(path)

    def test_other_office_files(self, path: Path, tmp_path: Path) -> None:
        types = "[Content_Types].xml"
        with pytest.raises(WorkbookError, match="is an Office file but not a workbook"):
            spoiled(path, types, "spreadsheetml.sheet.main+xml", "wordprocessingml.document.main+xml")
        with pytest.raises(WorkbookError, match="is an Office file but not a workbook"):
            FileBook(tampered(path, tmp_path / "b.xlsx", {"_rels/.rels": None}))
        with pytest.raises(WorkbookError, match="binary workbook"):
            spoiled(path, "_rels/.rels", "xl/workbook.xml", "xl/workbook.bin")

    def test_a_document_type_in_any_part_is_refused(self, path: Path) -> None:
        with pytest.raises(WorkbookError, match=r"xl/workbook.xml in spoiled.xlsx declares a document type"):
            spoiled(path, WORKBOOK, "<workbook", '<!DOCTYPE x [<!ENTITY a "b">]><workbook')
        with pytest.raises(WorkbookError, match=r"xl/worksheets/sheet1.xml in spoiled.xlsx declares a document type"):
            spoiled(path, SHEET, "<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet')

    def test_a_damaged_table_part_is_named(self, path: Path) -> None:
        with pytest.raises(WorkbookError, match=r"xl/tables/table1.xml in spoiled.xlsx is damaged: 'nonsense'"):
            spoiled(path, TABLE, 'ref="B4:G9" total', 'ref="nonsense" total')
        with pytest.raises(WorkbookError, match="6 headers for 2 columns"):
            spoiled(path, TABLE, 'ref="B4:G9" total', 'ref="B4:C9" total')


class TestReading:
    def test_a_table_reads_as_its_cells(self, path: Path) -> None:
        table = FileBook(path).read_table("TBLPNL")
        assert (table.name, table.sheet, table.first_row, table.first_column, table.rows) == ("tblPnl", "P&L", 5, 2, 5)
        assert tuple(table.columns) == HEADERS
        expected = customers(5) | {"Comment": [f"comment {place}" for place in range(5)]}
        assert {header: list(column) for header, column in table.columns.items()} == expected

    def test_every_kind_of_cell(self, tmp_path: Path) -> None:
        rows = (
            '<row r="1"><c r="A1" t="inlineStr"><is><t>h</t></is></c></row>'
            '<row r="2"><c r="A2" t="e"><v>#DIV/0!</v></c></row>'
            '<row r="3"><c r="A3" t="inlineStr"><is><t>#N/A</t></is></c></row>'
            '<row r="4"><c r="A4" t="str"><f>""</f><v></v></c></row>'
            '<row r="5"><c r="A5" t="b"><v>1</v></c></row>'
            '<row r="6"><c r="A6"><v>7</v></c></row>'
            '<row r="7"><c t="e" r="A7"><f>B1</f><v>#NAME?</v></c></row>'
            '<row r="8"><c r="A8" t="inlineStr"><is><t>_x0041__x000D_#x</t></is></c></row>'
            "<row><c><v>2.5</v></c></row>"
            '<row r="11"><c r="C11"><v>1</v></c></row>'
        )
        path = raw_book(
            tmp_path / "a.xlsx",
            f'<worksheet xmlns="MAIN"><sheetData>{rows}</sheetData></worksheet>',
            table=table_xml("A1:A12", ["h"]),
        )
        assert list(FileBook(path).read_table("tblX").columns["h"]) == [
            CellError.DIV0,
            CellError.NA,
            None,
            True,
            7.0,
            CellError.NAME,
            "A\r#x",
            2.5,
            None,
            None,
            None,
        ]

    def test_days_times_and_durations(self, tmp_path: Path) -> None:
        path = tmp_path / "t.xlsx"
        file = openpyxl.Workbook()
        sheet = file.worksheets[0]
        for row, (value, form) in enumerate(
            [(45292, "yyyy-mm-dd"), (45292.75, "yyyy-mm-dd hh:mm"), (0.25, "hh:mm"), (1.5, "[h]:mm"), (45292, "0")], 1
        ):
            sheet.cell(row, 1, value).number_format = form
            file.defined_names.add(DefinedName(f"n{row}", attr_text=f"Sheet!$A${row}"))
        file.save(path)
        found = FileBook(path)
        assert [found.read_name(f"n{row}") for row in range(1, 6)] == [
            dt.date(2024, 1, 1),
            dt.datetime(2024, 1, 1, 18),
            0.25,
            1.5,
            45292.0,
        ]

    def test_names(self, path: Path) -> None:
        found = FileBook(path)
        assert found.names()["all_revenue"] == "'P&L'!$C$5:$C$9"
        assert found.names()["constant"] == "0.5"
        assert found.read_name("AS_OF") == dt.date(2024, 1, 31)
        assert found.read_name("rate") == 0.1
        with pytest.raises(WorkbookError, match=r"book.xlsx has no name nothing; define it"):
            found.read_name("nothing")
        for name in ("constant", "all_revenue"):
            with pytest.raises(WorkbookError, match=f"the name {name} refers to .*, not to one cell"):
                found.read_name(name)

    def test_a_missing_table_is_named_with_those_that_are_there(self, path: Path) -> None:
        with pytest.raises(WorkbookError, match=r"book.xlsx has no table tblNone; its tables: tblPnl"):
            FileBook(path).read_table("tblNone")

    def test_each_sheet_is_read_once(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        found = FileBook(path)
        first = found.read_table("tblPnl")
        monkeypatch.setattr(reading, "whole_rows", None)
        assert found.read_table("tblPnl") == first

    @pytest.mark.parametrize(
        "rows",
        [
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            '<row r="1"><c r="A1"/><c s="1" t="n" r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048575"/><row><c r="XFD1048576"><v>1</v></c></row>',
        ],
    )
    def test_far_cells_are_no_rectangle(self, tmp_path: Path, rows: str) -> None:
        """What they span is laid out only on demand, and then refused."""
        path = raw_book(
            tmp_path / "far.xlsx",
            f'<worksheet xmlns="MAIN"><sheetData>{rows}</sheetData></worksheet>',
            table=table_xml("A1:A2", ["h"]),
        )
        assert list(FileBook(path).read_table("tblX").columns["h"]) == [None]
        with pytest.raises(WorkbookError, match=r"sheet S of far.xlsx reaches to XFD1048576, .* 50,000,000 cells"):
            FileBook(path).first_sheet()

    @pytest.mark.parametrize(
        ("cell", "message"),
        [
            (' t="e"><v>#NEWER!</v>', "holds an error that is not known, '#NEWER!'"),
            (' t="s"><v>99999</v>', "refers to the shared text '99999', of"),
            (' t="s"><v>-1</v>', "refers to the shared text '-1', of"),
            ("><v>1_000</v>", "holds '1_000', which is no number"),
            ("><v>nan</v>", "holds 'nan', which is no number"),
            ("><v>1e999</v>", "holds '1e999', which is no number"),
            (' t="b"><v>yes</v>', "holds 'yes', which is neither true nor false"),
            (' t="d"><v>soon</v>', "holds 'soon', which is no day"),
            (' t="x"><v>1</v>', "is of an unknown type"),
            (' t="str"><v>&#xFFFFFF;</v>', "holds a character that XML does not know"),
            (' t="str"><v>&unknown;</v>', "holds a character that XML does not know"),
        ],
    )
    def test_what_no_cell_holds_is_refused_with_its_place(self, path: Path, cell: str, message: str) -> None:
        found = spoiled(path, SHEET, "><v>4002</v>", cell)
        with pytest.raises(
            WorkbookError, match=f"sheet P&L of spoiled.xlsx cannot be read: its cell C9 {message}.*put"
        ):
            found.read_table("tblPnl")

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('<row r="9"', '<row r="3"', "has its row 3 out of order"),
            ('<row r="9"', '<row r="1048577"', "has its row 1048577 out of order"),
            ('"C9"', '"B9"', "has its cell B9 twice"),
            ('"G9"', '"XFE9"', "has a cell right of its last column"),
            ("</sheetData>", "", "is cut off"),
            ("<sheetData>", "<sheet>", "has no cells part"),
            ("<sheetData>", "<sheetData><!-- -->", "holds a comment or CDATA"),
            ("<sheetData>", "<!DOCTYPE a><sheetData>", "declares a document type"),
            ("UTF-8", "UTF-16", "is not in UTF-8"),
        ],
    )
    def test_damaged_sheets_are_refused(self, path: Path, old: str, new: str, message: str) -> None:
        with pytest.raises(WorkbookError, match=f"sheet P&L of spoiled.xlsx {message}"):
            spoiled(path, SHEET, old, new).read_table("tblPnl")

    def test_shared_texts(self, tmp_path: Path) -> None:
        texts = (
            "<si><t>a &amp; b</t></si><si/><si><t/></si><si><r><t>rich </t></r><r><rPr/><t>text</t></r></si>"
            '<si><t xml:space="preserve"> c </t><rPh sb="0" eb="1"><t>reading</t></rPh></si><si><t>_xD83D__xDE00_'
            "&#8364;</t></si><si><t>two\r\nlines</t></si>"
        )
        cells = "".join(
            f'<row r="{place + 2}"><c r="A{place + 2}" t="s"><v>{place}</v></c></row>' for place in range(7)
        )
        path = raw_book(
            tmp_path / "a.xlsx",
            f'<worksheet xmlns="MAIN"><sheetData>{cells}</sheetData></worksheet>',
            table=table_xml("A1:A8", ["h"]),
        )
        links = "xl/_rels/workbook.xml.rels"
        link = b'<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'

        def with_texts(text: str) -> list[object]:
            changes: dict[str, bytes | Callable[[bytes], bytes] | None] = {
                links: lambda data: data.replace(b"</Relationships>", link),
                "xl/sharedStrings.xml": text.encode(),
            }
            return list(FileBook(tampered(path, tmp_path / "b.xlsx", changes)).read_table("tblX").columns["h"])

        expected = ["a & b", None, None, "rich text", " c ", "😀€", "two\nlines"]
        assert with_texts(f'<sst xmlns="m">{texts}</sst>') == expected
        assert (
            with_texts(f"<x:sst>{texts.replace('</', '</x:').replace('<', '<x:').replace('<x:/x:', '</x:')}</x:sst>")
            == expected
        )
        for text, message in (
            (texts, "is cut off"),
            (f"<!DOCTYPE a><sst>{texts}</sst>", "declares a document type"),
            ("<sst><si><t>&x;</t></si></sst>", "is damaged: a text holds a character that XML does not know"),
        ):
            with pytest.raises(WorkbookError, match=rf"xl/sharedStrings.xml in b.xlsx {message}"):
                with_texts(text)


def test_texts_without_end_are_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MAX_STRINGS", 3)
    with pytest.raises(WorkbookError, match=r"xl/sharedStrings.xml in book.xlsx holds more than 3 texts"):
        FileBook(path).read_table("tblPnl")


def typed(rows: int) -> dict[str, list[Any]]:
    """Columns of every kind, with what is apt to go wrong in each."""
    return {
        "Text": [f"row {row} & more" for row in range(rows)],
        "Lines": ["a\nb" if row % 7 == 0 else None if row % 5 == 0 else f"x{row}" for row in range(rows)],
        "Number": [row / 7 for row in range(rows)],
        "Gaps": [None if row % 3 else float(row) for row in range(rows)],
        "Day": [dt.date(2024, 1, 31) + dt.timedelta(days=row % 900) for row in range(rows)],
        "Time": [dt.datetime(2024, 1, 1, 12, 0, 1) + dt.timedelta(minutes=row) for row in range(rows)],
        "Truth": [row % 2 == 0 for row in range(rows)],
        "Mixed": [
            CellError.NA if row == rows // 2 else "#VALUE" if row % 100 == 0 else float(row) for row in range(rows)
        ],
        "Far": [float(row) if row == rows - 1 else None for row in range(rows)],
    }


class TestLargeSheets:
    """Pieces of regular rows are taken apart at once; that must not show."""

    @pytest.fixture
    def large(self, tmp_path: Path) -> Path:
        path = tmp_path / "large.xlsx"
        headers = list(typed(1))
        with xlsxwriter.Workbook(str(path)) as file:
            sheet = file.add_worksheet()
            sheet.add_table(0, 0, 1, len(headers) - 1, {"name": "t", "columns": [{"header": h} for h in headers]})
            day, moment = (file.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
            sheet.write_blank(1, headers.index("Day"), None, day)
            sheet.write_blank(1, headers.index("Time"), None, moment)
        return path

    def test_what_is_written_comes_back(self, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        columns = typed(3000)
        FileBook(large).apply(Plan(tables=(TableWrite(table="t", columns=columns),)))
        at_once = FileBook(large).read_table("t")
        assert {name: list(cells) for name, cells in at_once.columns.items()} == columns
        monkeypatch.setattr(reading, "REGULAR_BYTES", 1 << 30)
        assert FileBook(large).read_table("t") == at_once

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('<c r="C2900"><v>', '<c r="C2900"><v>--'),
            ('<c r="D2900"', '<c r="C2900"'),
            ('<row r="2900"', '<row r="2899"'),
            ('<row r="2900">', '<row r="2900"><!-- -->'),
        ],
    )
    def test_faults_in_regular_rows_are_found(self, large: Path, old: str, new: str) -> None:
        FileBook(large).apply(Plan(tables=(TableWrite(table="t", columns=typed(3000)),)))
        with pytest.raises(WorkbookError, match=r"2900|2899|comment"):
            spoiled(large, SHEET, old, new).read_table("t")

    def test_most_of_it_is_read_at_once(self, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        columns = {name: cells for name, cells in typed(9000).items() if name != "Mixed"}
        FileBook(large).apply(Plan(tables=(TableWrite(table="t", columns=columns),)))
        sizes: list[int] = []
        cell_by_cell = reading._SheetReading._read_cells

        def counted(self: reading._SheetReading, piece: bytes) -> None:
            sizes.append(len(piece))
            cell_by_cell(self, piece)

        monkeypatch.setattr(reading._SheetReading, "_read_cells", counted)
        FileBook(large).read_table("t")
        assert sum(sizes) < 0.2 * len(parts(large)[SHEET])


class TestBody:
    @pytest.mark.parametrize("count", [0, 1, 3, 5, 6, 40])
    @pytest.mark.parametrize("totals", [False, True])
    def test_any_number_of_rows(self, tmp_path: Path, count: int, totals: bool) -> None:
        path = book(tmp_path / "book.xlsx", totals=totals)
        before = cells(path, "P&L")
        FileBook(path).apply(pnl(count))
        last = 4 + max(count, 1)
        expected = transposed(customers(count)) or [[None] * 5]
        assert body(path, "P&L", f"B5:F{last}") == expected
        assert f'ref="B4:G{last + totals}"' in xml(path, TABLE)
        after = cells(path, "P&L")
        inside = {f"{column}{row}" for column in "BCDEFG" for row in range(5, 46)}
        assert {place: value for place, value in before.items() if place not in inside} == {
            place: value for place, value in after.items() if place not in inside
        }
        if totals:
            assert after[f"B{last + 1}"] == "Total"
            assert after[f"C{last + 1}"] == "=SUBTOTAL(109,[Revenue])"
        assert not {place for place in after if place in inside and int(place[1:]) > last + totals}

    def test_untouched_parts_keep_their_bytes(self, path: Path) -> None:
        before = compressed_parts(path)
        receipt = FileBook(path).apply(pnl(9))
        after = compressed_parts(path)
        assert set(receipt.changed_parts) == {SHEET, TABLE, WORKBOOK, CHART}
        assert list(before) == list(after)
        assert {name for name in before if before[name] != after[name]} == set(receipt.changed_parts)

    def test_the_same_number_of_rows_changes_the_sheet_alone(self, path: Path) -> None:
        plan = Plan(tables=(TableWrite(table="tblPnl", columns={"Revenue": [1.0] * 5}),))
        assert FileBook(path).apply(plan).changed_parts == (SHEET,)

    def test_headers_match_whatever_their_case_and_blanks(self, path: Path) -> None:
        write = TableWrite(table="tblpnl", columns={" customer ": ["a"], "KEY\n account": [True]})
        FileBook(path).apply(Plan(tables=(write,)))
        assert body(path, "P&L", "B5:G5") == [["a", 0, 0, dt.date(2024, 1, 31), True, "comment 0"]]

    def test_new_rows_take_the_styles_of_the_first(self, path: Path) -> None:
        FileBook(path).apply(pnl(30))
        sheet = loaded(path)["P&L"]
        assert {sheet.cell(row, 3).number_format for row in range(5, 35)} == {"#,##0.00"}
        assert {sheet.cell(row, 5).number_format for row in range(5, 35)} == {"yyyy-mm-dd"}
        assert sheet.row_dimensions[5].height == 30

    def test_styles_survive_a_body_without_rows(self, path: Path) -> None:
        FileBook(path).apply(pnl(0))
        FileBook(path).apply(pnl(3))
        assert loaded(path)["P&L"]["C7"].number_format == "#,##0.00"

    def test_the_used_area_is_stated_rightly(self, path: Path) -> None:
        for count, last in ((30, 34), (2, 9), (7, 11)):
            FileBook(path).apply(pnl(count))
            assert f'<dimension ref="A4:I{last}"/>' in xml(path, SHEET)

    def test_values_of_all_kinds_come_back(self, path: Path) -> None:
        values: list[Cell] = [
            None, True, False, 0, -1, 10**15, 0.1 + 0.2, -1e-300, 1.7e308, "text", "", dt.date(2024, 2, 29),
            dt.datetime(2024, 2, 29, 23, 59, 59), *CellError,
        ]  # fmt: skip
        FileBook(path).apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Share": values}),)))
        read = [row[0] for row in body(path, "P&L", f"D5:D{4 + len(values)}")]
        expected = [None if value == "" else value for value in values]
        expected[11:13] = [45351, 45351.99998842592]
        assert read == expected
        again = FileBook(path).read_table("tblPnl").columns["Share"]
        assert list(again) == expected
        assert [type(value) for value in again[-7:]] == [CellError] * 7

    def test_hostile_texts_stay_texts(self, path: Path) -> None:
        write = TableWrite(table="tblPnl", columns={"Customer": HOSTILE, "Comment": HOSTILE[::-1]}, key="Customer")
        FileBook(path).apply(Plan(tables=(write,)))
        last = 4 + len(HOSTILE)
        assert [row[0] for row in body(path, "P&L", f"B5:B{last}")] == HOSTILE
        sheet = loaded(path)["P&L"]
        assert {sheet.cell(row, column).data_type for row in range(5, last + 1) for column in (2, 7)} == {"s"}
        assert list(FileBook(path).read_table("tblPnl").columns["Comment"]) == HOSTILE[::-1]
        assert "<f>" not in xml(path, SHEET).replace("<f>C5*2</f>", "")

    def test_the_1904_calendar(self, path: Path) -> None:
        found = spoiled(path, WORKBOOK, "<workbookPr ", '<workbookPr date1904="1" ')
        found.apply(pnl(2))
        assert body(found.path, "P&L", "E5:E6") == [[dt.date(2024, 1, 31)], [dt.date(2024, 2, 1)]]
        assert list(found.read_table("tblPnl").columns["Since"]) == [dt.date(2024, 1, 31), dt.date(2024, 2, 1)]

    def test_the_same_plan_twice_gives_the_same_bytes(self, tmp_path: Path) -> None:
        for count in (0, 2, 5, 17):
            for totals in (False, True):
                path = book(tmp_path / f"{count}{totals}.xlsx", totals=totals)
                plan = pnl(count, key="Customer")
                FileBook(path).apply(plan)
                once = path.read_bytes()
                copy = tmp_path / "copy.xlsx"
                assert FileBook(path).apply(plan, copy) == Receipt()
                assert FileBook(path).apply(plan) == Receipt()
                assert copy.read_bytes() == once == path.read_bytes()

    def test_a_sheet_written_by_hand(self, tmp_path: Path) -> None:
        """Prefixed elements, no addresses, a header row alone in the part, no dimension."""
        rows = (
            "<x:row><x:c t='inlineStr'><x:is><x:t>h</x:t></x:is></x:c><x:c/></x:row><x:row/>"
            "<x:row><x:c/><x:c/><x:c><x:v>3</x:v></x:c></x:row>"
        )
        path = raw_book(
            tmp_path / "hand.xlsx",
            f'<x:worksheet xmlns:x="MAIN"><x:sheetData>{rows}</x:sheetData></x:worksheet>',
            table=table_xml("A1:B3", ["h", "i"]),
        )
        FileBook(path).apply(Plan(tables=(TableWrite(table="tblX", columns={"h": [1.0, "b", None, True]}),)))
        assert cells(path, "S") == {"A1": "h", "A2": 1, "A3": "b", "C3": 3, "A5": True}
        assert list(FileBook(path).read_table("tblX").columns["h"]) == [1.0, "b", None, True]


class TestWhatHangsOnTheTable:
    @pytest.mark.parametrize("count", [1, 3, 40])
    @pytest.mark.parametrize("totals", [False, True])
    def test_references_over_the_body_follow(self, tmp_path: Path, count: int, totals: bool) -> None:
        path = book(tmp_path / "book.xlsx", totals=totals)
        FileBook(path).apply(pnl(count))
        last = 4 + count
        sheet = xml(path, SHEET)
        for area in (f"B5:B{last}", f"C5:C{last}", f"C5:G{last}"):
            assert f'sqref="{area}"' in sheet
        assert f"<xm:sqref>C5:C{last}</xm:sqref>" in sheet
        assert f'<autoFilter ref="B4:G{last}"/>' in xml(path, TABLE)
        assert FileBook(path).names()["all_revenue"] == f"'P&L'!$C$5:$C${last}"
        chart = xml(path, CHART)
        assert f"'P&amp;L'!$C$5:$C${last}" in chart
        assert f"'P&amp;L'!$B$5:$B${last}" in chart

    def test_they_follow_out_of_a_single_row(self, tmp_path: Path) -> None:
        path = book(tmp_path / "book.xlsx", rows=1)
        assert 'sqref="B5"' in xml(path, SHEET)
        FileBook(path).apply(pnl(4))
        assert 'sqref="B5:B8"' in xml(path, SHEET)
        assert FileBook(path).names()["all_revenue"] == "'P&L'!$C$5:$C$8"

    @pytest.mark.parametrize(
        "text",
        [
            "'P&amp;L'!$C$6:$C$9",
            "'P&amp;L'!$C$5:$H$9",
            "Inputs!$C$5:$C$9",
            "'P&amp;L'!$C$5",
            "&quot;'P&amp;L'!C5:C9&quot;",
        ],
    )
    def test_other_references_stay(self, path: Path, text: str) -> None:
        found = spoiled(path, WORKBOOK, "'P&amp;L'!$C$5:$C$9", text)
        before = found.names()["all_revenue"]
        found.apply(pnl(20))
        assert found.names()["all_revenue"] == before

    def test_names_within_formulas_and_with_headers_follow(self, path: Path) -> None:
        found = spoiled(path, WORKBOOK, "'P&amp;L'!$C$5:$C$9", "SUM('p&amp;l'!B4:C9,Inputs!B4:C9)")
        found.apply(pnl(20))
        assert found.names()["all_revenue"] == "SUM('p&l'!B4:C24,Inputs!B4:C9)"

    def test_a_print_area_that_ended_with_the_table_follows(self, path: Path) -> None:
        name = '<definedName name="_xlnm.Print_Area" localSheetId="0">'
        area = f"{name}'P&amp;L'!$A$1:$I$9</definedName><definedName name=\"all"
        found = spoiled(path, WORKBOOK, '<definedName name="all', area)
        found.apply(pnl(20))
        assert f"{name}'P&amp;L'!$A$1:$I$24</definedName>" in xml(found.path, WORKBOOK)

    @pytest.mark.parametrize("source", ['name="tblPnl"', 'ref="B4:G9" sheet="P&amp;L"'])
    def test_pivot_tables_are_refreshed_on_opening(self, path: Path, source: str) -> None:
        part = "xl/pivotCache/pivotCacheDefinition1.xml"
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.pivotCacheDefinition+xml"
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        cache = (
            f'<pivotCacheDefinition xmlns="{main}"><cacheSource type="worksheet"><worksheetSource {source}/>'
            "</cacheSource></pivotCacheDefinition>"
        )
        changed = tampered(
            path,
            path.with_name("pivot.xlsx"),
            edited("[Content_Types].xml", "</Types>", f'<Override PartName="/{part}" ContentType="{kind}"/></Types>')
            | {part: lambda _: cache.encode()},
        )
        FileBook(changed).apply(pnl(20))
        after = xml(changed, part)
        assert 'refreshOnLoad="1"' in after
        assert ("B4:G24" in after) == ("ref" in source)

    def test_filters_are_cleared_and_rows_shown(self, path: Path) -> None:
        filters = (
            '<autoFilter ref="B4:G9"><filterColumn colId="0"><filters><filter val="C001"/></filters></filterColumn>'
            '<sortState ref="B5:G9"><sortCondition ref="C5:C9"/></sortState></autoFilter>'
        )
        changed = tampered(
            path,
            path.with_name("filtered.xlsx"),
            edited(TABLE, '<autoFilter ref="B4:G9"/>', filters) | edited(SHEET, '<row r="6"', '<row r="6" hidden="1"'),
        )
        receipt = FileBook(changed).apply(pnl(6))
        assert receipt.notes == (
            "tblPnl: its filter was cleared, so that all rows show",
            "tblPnl: its sort order was cleared; rows stand in the order of the refresh",
        )
        assert "hidden" not in xml(changed, SHEET)
        assert "filterColumn" not in xml(changed, TABLE)
        assert "sortState" not in xml(changed, TABLE)

    def test_totals_over_addresses_grow(self, tmp_path: Path) -> None:
        path = book(tmp_path / "book.xlsx", totals=True)
        found = spoiled(path, SHEET, "SUBTOTAL(109,[Revenue])", "SUM(C5:C9)+C10*0+$I$5+C5")
        found.apply(pnl(20))
        assert cells(found.path, "P&L")["C25"] == "=SUM(C5:C24)+C25*0+$I$5+C5"

    def test_comments_and_formulas_with_addresses_that_stay_behind_are_named(self, path: Path, tmp_path: Path) -> None:
        part, link = "xl/comments1.xml", "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
        comment = b'<comments><commentList><comment ref="C6"/><comment ref="A6"/></commentList></comments>'
        end = "</Relationships>"
        changes: dict[str, Any] = {part: lambda _: comment}
        changes |= edited(
            "xl/worksheets/_rels/sheet1.xml.rels", end, f'<Relationship Id="c" Type="{link}" Target="/{part}"/>{end}'
        )
        changes |= edited(SHEET, "<f>C5*2</f>", "<f>SUM(C5:C9)+Inputs!C5</f>")
        changes |= edited("xl/worksheets/sheet3.xml", '<f>"a"</f>', "<f>SUM('P&amp;L'!$D$4:$D$9)</f>")
        found = FileBook(tampered(path, tmp_path / "behind.xlsx", changes))
        moved = "tblPnl: comments stay at their cells (P&L!C6), whichever row is there now; check them"
        addresses = (
            "tblPnl: it now ends in row 10, but P&L!I6, Summary!B2 cover it by addresses down to row 9; "
            "write tblPnl[...] there instead"
        )
        assert found.apply(pnl(6)).notes == (moved, addresses)
        assert found.apply(pnl(6)).notes == ()
        assert found.apply(pnl(6, key="Customer")).notes == ()

    def test_totals_and_shorter_tables_leave_no_formula_behind(self, tmp_path: Path) -> None:
        found = spoiled(book(tmp_path / "book.xlsx", totals=True), SHEET, "SUBTOTAL(109,[Revenue])", "SUM(C5:C9)")
        assert found.apply(pnl(6)).notes == ()
        assert not [note for note in found.apply(pnl(3)).notes if "addresses" in note]


class TestUserColumns:
    def test_they_follow_their_key(self, path: Path) -> None:
        columns: dict[str, list[Cell]] = {"Customer": ["C004", "new", "C001"], "Revenue": [4.0, 9.0, 1.0]}
        write = TableWrite(table="tblPnl", columns=columns, key="customer")
        receipt = FileBook(path).apply(Plan(tables=(write,)))
        read = FileBook(path).read_table("tblPnl").columns
        assert list(read["Comment"]) == ["comment 4", None, "comment 1"]
        assert list(read["Share"]) == [0.5, None, 0.125]
        assert (
            "tblPnl: Customer C000 is no longer in the table; its 'Comment' was 'comment 0' and has been taken out"
            in (receipt.notes)
        )
        assert len([note for note in receipt.notes if "'Comment'" in note]) == 3
        assert (
            "tblPnl: Customer C000 is no longer in the table; its 'Since' was '2024-01-31' and has been taken out"
            in (receipt.notes)
        )

    def test_without_a_key_they_stay_in_their_row(self, path: Path) -> None:
        plan = Plan(tables=(TableWrite(table="tblPnl", columns={"Customer": ["x", "y"]}),))
        receipt = FileBook(path).apply(plan)
        assert list(FileBook(path).read_table("tblPnl").columns["Comment"]) == ["comment 0", "comment 1"]
        assert "tblPnl: row 7 is no longer in the table; its 'Comment' was 'comment 2' and has been taken out" in (
            receipt.notes
        )
        FileBook(path).apply(pnl(4))
        assert list(FileBook(path).read_table("tblPnl").columns["Comment"]) == ["comment 0", "comment 1", None, None]

    def test_blank_cells_are_dropped_without_a_word(self, path: Path) -> None:
        FileBook(path).apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Comment": [""] * 5}),)))
        assert FileBook(path).apply(pnl(2, key="Customer")).notes == ()

    def test_no_rows_report_everything(self, path: Path) -> None:
        notes = FileBook(path).apply(pnl(0, key="Customer")).notes
        assert len(notes) == 5
        assert FileBook(path).apply(pnl(3, key="Customer")).notes == ()

    def test_a_key_that_comes_twice_keeps_its_order(self, path: Path) -> None:
        keys: dict[str, list[Cell]] = {"Customer": ["a", "a", "b", None, 7]}
        FileBook(path).apply(Plan(tables=(TableWrite(table="tblPnl", columns=keys),)))
        back: dict[str, list[Cell]] = {"Customer": ["7", None, "b", "a", "a", "a"]}
        receipt = FileBook(path).apply(Plan(tables=(TableWrite(table="tblPnl", columns=back, key="Customer"),)))
        comments = FileBook(path).read_table("tblPnl").columns["Comment"]
        assert list(comments) == ["comment 4", None, "comment 2", "comment 0", "comment 1", None]
        assert any("Customer (blank) is no longer" in note and "comment 3" in note for note in receipt.notes)

    def test_formulas_move_with_their_row(self, path: Path) -> None:
        found = self.with_formulas(path)
        write = TableWrite(table="tblPnl", columns={"Customer": ["C002", "C000", "new"]}, key="Customer")
        receipt = found.apply(Plan(tables=(write,)))
        after = cells(found.path, "P&L")
        assert [after[f"G{row}"] for row in (5, 6)] == ["=C5*2+$C$4", "=C6*2+$C$4"]
        assert "G7" not in after
        assert any("'Comment' was '4.0'" in note or "'Comment' was '4'" in note for note in receipt.notes)
        assert 't="shared"' not in xml(found.path, SHEET)

    def test_a_calculated_column_is_filled_down(self, path: Path) -> None:
        found = self.with_formulas(path, calculated="C5*2+$C$4")
        write = TableWrite(table="tblPnl", columns={"Customer": ["C002", "new", "C000"]}, key="Customer")
        receipt = found.apply(Plan(tables=(write,), caches={("P&L", "G6"): 6.5}))
        after, values = cells(found.path, "P&L"), cells(found.path, "P&L", formulas=False)
        assert [after[f"G{row}"] for row in (5, 6, 7)] == ["=C5*2+$C$4", "=C6*2+$C$4", "=C7*2+$C$4"]
        assert [values.get(f"G{row}") for row in (5, 6, 7)] == [4, 6.5, 4]
        assert not [note for note in receipt.notes if "'Comment'" in note]

    @pytest.mark.parametrize(("formula", "filled"), [("tblPnl[[#This Row],[Revenue]]*2", True), ("C5*2", False)])
    def test_a_calculated_column_without_a_cell(self, path: Path, formula: str, filled: bool) -> None:
        column = '<tableColumn id="6" name="Comment" dataDxfId="0"'
        text = xml(path, TABLE)
        column = text[text.index('<tableColumn id="6"') : text.index("/>", text.index('<tableColumn id="6"'))]
        new = f"{column}><calculatedColumnFormula>{formula}</calculatedColumnFormula></tableColumn>"
        found = spoiled(path, TABLE, f"{column}/>", new)
        found.apply(pnl(6, key="Customer"))
        assert cells(found.path, "P&L").get("G10") == (f"={formula}" if filled else None)

    @staticmethod
    def with_formulas(path: Path, calculated: str = "") -> FileBook:
        """The comments become a shared formula, as Excel writes it for a column filled down."""
        text = xml(path, SHEET)
        for row in range(5, 10):
            start = text.index(f'<c r="G{row}"')
            end = text.index("</c>", start) + 4
            inner = '<f t="shared" ref="G5:G9" si="3">C5*2+$C$4</f>' if row == 5 else '<f t="shared" si="3"/>'
            text = f'{text[:start]}<c r="G{row}">{inner}<v>4</v></c>{text[end:]}'
        changes: dict[str, bytes | Callable[[bytes], bytes] | None] = {SHEET: text.encode()}
        if calculated:
            table = xml(path, TABLE)
            start = table.index('<tableColumn id="6"')
            end = table.index("/>", start)
            new = f"{table[start:end]}><calculatedColumnFormula>{calculated}</calculatedColumnFormula></tableColumn>"
            changes[TABLE] = (table[:start] + new + table[end + 2 :]).encode()
        return FileBook(tampered(path, path.with_name("formulas.xlsx"), changes))


class TestRefusals:
    def refused(self, found: FileBook, plan: Plan, message: str) -> None:
        before = found.path.read_bytes()
        with pytest.raises(WorkbookError, match=message):
            found.apply(plan)
        assert found.path.read_bytes() == before
        assert not [entry for entry in found.path.parent.iterdir() if entry.suffix == ".tmp"]

    @pytest.mark.parametrize(
        ("write", "message"),
        [
            (TableWrite(table="tblNo", columns={"a": [1]}), "has no table tblNo"),
            (
                TableWrite(table="tblPnl", columns={"Profit": [1]}),
                r"table tblPnl on sheet P&L has no column 'Profit' \(it has: Customer, Revenue,",
            ),
            (TableWrite(table="tblPnl", columns={}), "writes no column of table tblPnl"),
            (
                TableWrite(table="tblPnl", columns={"Revenue": [1], "revenue": [1]}),
                "writes column 'revenue' of .* twice",
            ),
            (TableWrite(table="tblPnl", columns={"Revenue": [1], "Share": []}), "differ in length"),
            (
                TableWrite(table="tblPnl", columns={"Revenue": [1]}, key="Customer"),
                "'Customer' as key .* does not write it",
            ),
            (
                TableWrite(table="tblPnl", columns={"Revenue": range(1_048_573)}),
                "1,048,573 rows and end in row 1,048,577",
            ),
            (TableWrite(table="tblPnl", columns={"Revenue": [float("nan")]}), "P&L!C5: nan cannot stand in a cell"),
            (TableWrite(table="tblPnl", columns={"Revenue": [1.0, "x" * 32_768]}), "P&L!C6: .* longer than 32,767"),
        ],
    )
    def test_what_the_plan_cannot_mean(self, path: Path, write: TableWrite, message: str) -> None:
        self.refused(FileBook(path), Plan(tables=(write,)), message)

    def test_one_table_twice(self, path: Path) -> None:
        self.refused(FileBook(path), Plan(tables=pnl(1).tables * 2), "writes table tblPnl twice")

    def test_full_cells_below(self, path: Path) -> None:
        found = spoiled(path, SHEET, "</sheetData>", '<row r="12"><c r="G12"><v>1</v></c></row></sheetData>')
        self.refused(found, pnl(8), "needs rows down to 12, but P&L!G12 below it is not empty; move what stands there")
        found.apply(pnl(7))

    @pytest.mark.parametrize("area", ["B6:C6", "G9:G12", "F20:I20"])
    def test_merged_cells(self, path: Path, area: str) -> None:
        merge = f'</sheetData><mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'
        self.refused(spoiled(path, SHEET, "</sheetData>", merge), pnl(20), f"meets merged cells at P&L!{area}")

    @pytest.mark.parametrize("kind", ["array", "dataTable"])
    def test_array_formulas(self, path: Path, kind: str) -> None:
        cell = f'<row r="6"><c r="A6"><f t="{kind}" ref="A6:B7">1</f></c></row></sheetData>'
        text = xml(path, SHEET)
        start = text.index('<row r="6"')
        row = text[start : text.index("</row>", start) + 6]
        found = spoiled(path, SHEET, row, cell.removesuffix("</sheetData>"))
        self.refused(found, pnl(5), "meets an array formula or data table at P&L!A6:B7")

    @pytest.mark.parametrize("kind", ["queryTable", "xml"])
    def test_tables_that_are_fed_from_outside(self, path: Path, kind: str) -> None:
        found = spoiled(path, TABLE, "<table ", f'<table tableType="{kind}" ')
        self.refused(found, pnl(5), "is filled by a query or an XML map")

    def test_a_name_inside_a_table(self, path: Path) -> None:
        found = spoiled(path, WORKBOOK, "Inputs!$B$3", "'P&amp;L'!$B$12")
        plan = Plan(tables=pnl(20).tables, names={"rate": 1})
        self.refused(found, plan, "the name rate refers to P&L!B12 inside table tblPnl")

    @pytest.mark.parametrize("place", ["B7:B8", "XFE1", "A1048577", "rubbish", "A0"])
    def test_a_cache_without_a_cell(self, path: Path, place: str) -> None:
        self.refused(FileBook(path), Plan(caches={("Summary", place): 1}), "not the address of one cell")


class TestSeveralTables:
    def two(self, tmp_path: Path, second: str) -> Path:
        path = tmp_path / "two.xlsx"
        file = openpyxl.Workbook()
        sheet = file.worksheets[0]
        for name, ref in (("tblA", "A1:B3"), ("tblB", second)):
            table = Table(displayName=name, ref=ref)
            for place, cell in enumerate(sheet[ref][0]):
                cell.value = "xy"[place]
            sheet[ref][1][0].value = name
            sheet.add_table(table)
        file.save(path)
        return path

    @staticmethod
    def plan(first: int, second: int) -> Plan:
        return Plan(
            tables=(
                TableWrite(table="tblA", columns={"x": list(range(first)), "y": ["a"] * first}),
                TableWrite(table="tblB", columns={"y": ["b"] * second, "x": list(range(second))}),
            )
        )

    @pytest.mark.parametrize(("first", "second"), [(5, 3), (3, 50), (0, 0), (1, 2)])
    @pytest.mark.parametrize("place", ["D1:E3", "C2:D9"])
    def test_side_by_side(self, tmp_path: Path, first: int, second: int, place: str) -> None:
        path = self.two(tmp_path, place)
        FileBook(path).apply(self.plan(first, second))
        found = FileBook(path)
        blank: list[Cell] = [None]
        assert list(found.read_table("tblA").columns["x"]) == (list(range(first)) or blank)
        assert list(found.read_table("tblB").columns["x"]) == (list(range(second)) or blank)
        assert list(found.read_table("tblB").columns["y"]) == (["b"] * second or blank)
        once = path.read_bytes()
        assert FileBook(path).apply(self.plan(first, second)) == Receipt()
        assert path.read_bytes() == once

    def test_stacked_with_room_between(self, tmp_path: Path) -> None:
        path = self.two(tmp_path, "A6:B8")
        FileBook(path).apply(self.plan(4, 9))
        found = FileBook(path)
        assert list(found.read_table("tblA").columns["x"]) == [0, 1, 2, 3]
        assert list(found.read_table("tblB").columns["x"]) == list(range(9))

    @pytest.mark.parametrize("second", ["A6:B8", "B6:C8"])
    def test_stacked_that_would_collide(self, tmp_path: Path, second: str) -> None:
        path = self.two(tmp_path, second)
        with pytest.raises(WorkbookError, match=r"tblA on sheet Sheet needs (A2:B6, where table tblB|rows down to 6)"):
            FileBook(path).apply(self.plan(5, 1))


class TestNamesAndCaches:
    def test_named_cells_beside_a_table_that_changes(self, path: Path) -> None:
        found = spoiled(path, WORKBOOK, "Inputs!$B$3", "'P&amp;L'!$I$20")
        found.apply(Plan(tables=pnl(30).tables, names={"rate": "beside"}))
        assert cells(found.path, "P&L")["I20"] == "beside"
        found.apply(Plan(tables=pnl(2).tables, names={"rate": None}))
        assert "I20" not in cells(found.path, "P&L")
        assert body(found.path, "P&L", "B5:F6") == transposed(customers(2))

    def test_named_cells_get_constants(self, path: Path) -> None:
        receipt = FileBook(path).apply(Plan(names={"AS_OF": dt.date(2025, 6, 30), "rate": 0.12}))
        assert receipt.changed_parts[0] == "xl/worksheets/sheet2.xml"
        found = FileBook(path)
        assert (found.read_name("as_of"), found.read_name("rate")) == (dt.date(2025, 6, 30), 0.12)
        sheet = loaded(path)["Inputs"]
        assert (sheet["B2"].number_format, sheet["B3"].number_format) == ("yyyy-mm-dd", "#,##0.00")

    def test_caches_are_what_readers_without_an_engine_see(self, path: Path) -> None:
        caches: dict[tuple[str, str], Cell] = {("summary", "B1"): 99.5, ("Summary", "$B$2"): "b", ("P&L", "I6"): 4}
        receipt = FileBook(path).apply(Plan(caches=caches))
        assert receipt.notes == ()
        assert cells(path, "Summary", formulas=False) == {"A1": "Summary", "B1": 99.5, "B2": "b"}
        assert cells(path, "Summary")["B1"] == "=SUM(tblPnl[Revenue])"
        assert cells(path, "P&L", formulas=False)["I6"] == 4

    def test_a_formula_that_the_user_replaced_is_left_alone(self, path: Path) -> None:
        before = path.read_bytes()
        caches: dict[tuple[str, str], Cell] = {("Summary", "A1"): 1, ("Summary", "Z9"): 1, ("Gone", "B1"): 2}
        receipt = FileBook(path).apply(Plan(caches=caches))
        assert receipt.notes == (
            "there is no sheet Gone; the value of its formula B1 was not written",
            "Summary!A1 holds no formula any more; it was left as it is",
            "Summary!Z9 holds no formula any more; it was left as it is",
        )
        assert path.read_bytes() == before

    @pytest.mark.parametrize("more", [{}, {("P&L", "I6"): 2.0}])
    def test_excel_computes_on_opening_unless_every_formula_got_its_value(
        self, path: Path, more: dict[tuple[str, str], Cell]
    ) -> None:
        found = spoiled(path, WORKBOOK, ' fullCalcOnLoad="1"', "")
        caches: dict[tuple[str, str], Cell] = {("Summary", "B1"): 1.5, ("Summary", "B2"): "b"}
        found.apply(Plan(caches=caches | more))
        assert ("fullCalcOnLoad" in xml(found.path, WORKBOOK)) == (not more)

    def test_a_workbook_without_a_setting_gets_one_in_its_place(self, path: Path) -> None:
        text = xml(path, WORKBOOK)
        setting = text[text.index("<calcPr") : text.index("/>", text.index("<calcPr")) + 2]
        found = spoiled(path, WORKBOOK, setting, "")
        found.apply(pnl(3))
        assert '</definedNames><calcPr fullCalcOnLoad="1"/>' in xml(found.path, WORKBOOK)

    def test_nothing_changed_needs_no_computing(self, path: Path) -> None:
        FileBook(path).apply(pnl(5))
        found = spoiled(path, WORKBOOK, ' fullCalcOnLoad="1"', "")
        assert found.apply(pnl(5)) == found.apply(Plan()) == Receipt()

    def with_chain(self, path: Path) -> Path:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
        link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
        chain = b'<calcChain><c r="I6" i="1"/></calcChain>'
        changes: dict[str, Any] = {"xl/calcChain.xml": chain}
        changes |= edited(
            "[Content_Types].xml", "</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{kind}"/></Types>'
        )
        end = "</Relationships>"
        changes |= edited(
            "xl/_rels/workbook.xml.rels", end, f'<Relationship Id="c" Type="{link}" Target="calcChain.xml"/>{end}'
        )
        return tampered(path, path.with_name("chain.xlsx"), changes)

    def test_the_calculation_chain_stays_while_it_is_true(self, path: Path) -> None:
        chained = self.with_chain(path)
        FileBook(chained).apply(Plan(tables=pnl(9).tables, caches={("P&L", "I6"): 8}, names={"rate": 3}))
        assert "xl/calcChain.xml" in parts(chained)

    def test_the_calculation_chain_goes_when_a_formula_goes(self, path: Path) -> None:
        chained = self.with_chain(path)
        changed = tampered(chained, path.with_name("x.xlsx"), edited(WORKBOOK, "Inputs!$B$3", "'P&amp;L'!$I$6"))
        FileBook(changed).apply(Plan(names={"rate": 3}))
        after = parts(changed)
        assert "xl/calcChain.xml" not in after
        assert b"calcChain" not in after["[Content_Types].xml"] + after["xl/_rels/workbook.xml.rels"]
        assert cells(changed, "P&L")["I6"] == 3


class TestTarget:
    def test_out_leaves_the_workbook_alone(self, path: Path, tmp_path: Path) -> None:
        before = path.read_bytes()
        out = tmp_path / "out.xlsx"
        FileBook(path).apply(pnl(9), out)
        assert path.read_bytes() == before
        assert FileBook(out).read_table("tblPnl").rows == 9

    def test_macros_keep_their_bytes(self, tmp_path: Path) -> None:
        path = book(tmp_path / "macros.xlsm", macros=True)
        before = compressed_parts(path)["xl/vbaProject.bin"]
        FileBook(path).apply(pnl(9))
        assert compressed_parts(path)["xl/vbaProject.bin"] == before
        with pytest.raises(WorkbookError, match=r"out.xlsx must end in .xlsm"):
            FileBook(path).apply(pnl(9), tmp_path / "out.xlsx")

    @pytest.mark.parametrize(("lock", "program"), [("~$book.xlsx", "Excel"), (".~lock.book.xlsx#", "LibreOffice")])
    def test_an_open_workbook_is_not_replaced(self, path: Path, tmp_path: Path, lock: str, program: str) -> None:
        (tmp_path / lock).write_bytes(b"someone")
        with pytest.raises(WorkbookError, match=f"book.xlsx is open in {program} .* or use --out"):
            FileBook(path).apply(pnl(9))
        FileBook(path).apply(pnl(9), tmp_path / "out.xlsx")

    def test_read_only_files_and_folders(self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path.chmod(0o444)
        with pytest.raises(WorkbookError, match=r"book.xlsx is read-only; allow writing to it, or use --out"):
            FileBook(path).apply(pnl(9))
        path.chmod(0o644)
        found = FileBook(path)
        monkeypatch.setattr(os, "access", lambda place, mode: Path(place).is_file())
        with pytest.raises(WorkbookError, match=r"the folder .* is not writable; use --out"):
            found.apply(pnl(9))

    def test_targets_that_cannot_be(self, path: Path, tmp_path: Path) -> None:
        found = FileBook(path)
        with pytest.raises(WorkbookError, match="there is no folder"):
            found.apply(pnl(9), tmp_path / "none" / "out.xlsx")
        (tmp_path / "folder.xlsx").mkdir()
        with pytest.raises(WorkbookError, match="is a folder; give a file name"):
            found.apply(pnl(9), tmp_path / "folder.xlsx")

    def test_a_workbook_saved_meanwhile_is_not_overwritten(self, path: Path) -> None:
        found = FileBook(path)
        path.write_bytes(path.read_bytes() + b"\0")
        with pytest.raises(WorkbookError, match=r"book.xlsx was changed or moved after it had been read"):
            found.apply(pnl(9))
        path.unlink()
        with pytest.raises(WorkbookError, match="was changed or moved"):
            found.apply(pnl(9))

    def test_a_link_stays_a_link(self, path: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.xlsx"
        link.symlink_to(path)
        FileBook(link).apply(pnl(9))
        assert link.is_symlink()
        assert FileBook(path).read_table("tblPnl").rows == 9

    def test_a_write_that_fails_leaves_the_workbook_whole(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = path.read_bytes()
        found = FileBook(path)

        def refuse(*arguments: object) -> None:
            raise PermissionError(13, "Permission denied")

        for name in ("replace", "fsync"):
            monkeypatch.setattr(os, name, refuse)
            with pytest.raises(
                WorkbookError, match=r"cannot be written \(Permission denied\); close it in every program"
            ):
                found.apply(pnl(9))
            monkeypatch.undo()
            assert path.read_bytes() == before
            assert [entry.name for entry in tmp_path.iterdir()] == ["book.xlsx"]

    def test_the_book_shows_what_was_written(self, path: Path) -> None:
        found = FileBook(path)
        assert found.read_table("tblPnl").rows == 5
        found.apply(pnl(9))
        assert found.read_table("tblPnl").rows == 9
        found.apply(pnl(2))
        assert found.read_table("tblPnl").rows == 2

    def test_a_signature_is_noted(self, path: Path) -> None:
        signed = tampered(path, path.with_name("signed.xlsx"), {"_xmlsignatures/sig1.xml": b"<s/>"})
        note = "the workbook was signed; its signature is no longer valid, sign it again"
        assert note in FileBook(signed).apply(pnl(9)).notes

    def test_values_of_formulas_on_a_protected_sheet_are_written(self, path: Path) -> None:
        protection = edited(SUMMARY, "</sheetData>", '</sheetData><sheetProtection password="83AF" sheet="1"/>')
        changed = tampered(path, path.with_name("protected.xlsx"), protection)
        FileBook(changed).apply(Plan(caches={("Summary", "B1"): 7.0}))
        assert cells(changed, "Summary", formulas=False)["B1"] == 7
        assert "<sheetProtection" in xml(changed, SUMMARY)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.sampled_from(CellError),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_only_the_body_changes_and_it_is_right(tmp_path: Path, data: st.DataObject) -> None:
    rows, totals = data.draw(st.integers(1, 8)), data.draw(st.booleans())
    path = book(tmp_path / "book.xlsx", rows=rows, totals=totals)
    count = data.draw(st.integers(0, 12))
    headers = data.draw(st.lists(st.sampled_from(["Revenue", "Share", "Comment"]), unique=True))
    columns = {header: data.draw(st.lists(VALUES, min_size=count, max_size=count)) for header in headers}
    columns["Customer"] = data.draw(st.permutations([f"C{place:03d}" for place in range(12)]))[:count]
    keyed = data.draw(st.booleans())
    before = {sheet: cells(path, sheet) for sheet in ("P&L", "Inputs", "Summary")}
    old = FileBook(path).read_table("tblPnl").columns
    write = TableWrite(table="tblPnl", columns=columns, key="Customer" if keyed else "")
    FileBook(path).apply(Plan(tables=(write,)))
    once = path.read_bytes()

    last = 4 + max(count, 1)
    place_of = dict(zip("BCDEFG", HEADERS, strict=True))
    after = {sheet: cells(path, sheet) for sheet in before}
    assert {sheet: after[sheet] for sheet in ("Inputs", "Summary")} == {
        sheet: before[sheet] for sheet in ("Inputs", "Summary")
    }
    outside = {place: value for place, value in before["P&L"].items() if place[0] in "AI" or int(place[1:]) < 5}
    assert outside == {place: value for place, value in after["P&L"].items() if place[0] in "AI" or int(place[1:]) < 5}
    for column, header in place_of.items():
        read = [row[0] for row in body(path, "P&L", f"{column}5:{column}{last}")]
        if header in columns:
            assert read == ([None if value == "" else value for value in columns[header]] or [None])
        else:
            sources = [int(str(key)[1:]) for key in columns["Customer"]] if keyed else list(range(count))
            kept = [old[header][source] if source < rows else None for source in sources] or [None]
            assert read == kept
    assert not [place for place in after["P&L"] if place[0] in "BCDEFG" and int(place[1:]) > last + totals]
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
    assert FileBook(path).apply(Plan(tables=(write,))) == Receipt()
    assert path.read_bytes() == once
