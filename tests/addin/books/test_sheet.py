import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from addin.books import sheet as sheet_module
from addin.books.cellxml import Area, CellWriter, escaped, serial, unescaped
from addin.books.file import FileBook
from addin.books.formulas import moved
from addin.books.rewriting import SheetEdit
from addin.books.sheet import SheetStream, formula_places, more_formulas, survey, whole_rows
from addin.workbook import WorkbookError
from tests.addin.books.builders import book, raw_book
from workbook_templates.addresses import address, column_letters, column_number
from workbook_templates.plan import Cell, CellError, Plan

NAMES = '<definedNames><definedName name="here">S!{}</definedName></definedNames>'


def sheet(rows: str, *, head: str = '<dimension ref="A1:B2"/>', tail: str = "") -> bytes:
    return f'<worksheet xmlns="m">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'.encode()


def rewritten(
    data: bytes,
    constants: dict[int, dict[int, Cell]] | None = None,
    caches: dict[int, dict[int, Cell]] | None = None,
    *,
    size: int = 7,
) -> bytes:
    """The sheet with cells written; it is fed in pieces of a few bytes, so that every border is crossed."""

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(data), size):
            yield data[start : start + size]

    found = survey(SheetStream(pieces(), "S"))
    edit = SheetEdit(name="S", found=found, date1904=False, constants=constants or {}, caches=caches or {})
    return b"".join(edit.rewritten(SheetStream(pieces(), "S"), lambda tail: tail))


class TestAddresses:
    @given(st.integers(1, 16384))
    def test_letters_and_numbers_agree(self, column: int) -> None:
        assert column_number(column_letters(column)) == column

    def test_areas(self) -> None:
        area = Area.parse("$B$2:D5")
        assert area == Area(2, 2, 5, 4)
        assert area.holds(5, 4)
        assert not area.holds(6, 4)
        assert area.meets(Area.parse("D5"))
        assert not area.meets(Area.parse("E1:E9"))
        with pytest.raises(ValueError, match="not an area"):
            Area.parse("A:B")


def column(writer: CellWriter, first_row: int, number: int, values: Sequence[Cell], style: str = "") -> list[str]:
    """The cells of one column as they are written."""
    return list(writer.rows(first_row, [writer.column(first_row, number, values, style)]))


COLUMNS_OF_ONE_TYPE = st.one_of(
    st.lists(st.text(st.characters(exclude_categories=[]), max_size=8), min_size=1),
    st.lists(st.text("ab _x0041\n<&%\0", max_size=8), min_size=1),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1),
    st.lists(st.integers(-(10**20), 10**20), min_size=1),
    st.lists(st.dates(dt.date(1904, 1, 1)), min_size=1),
)


class TestCells:
    @given(COLUMNS_OF_ONE_TYPE, st.sampled_from([1, 997, 1000, 98_765, 999_999]), st.booleans())
    def test_a_column_is_its_cells(self, values: list[Cell], first_row: int, date1904: bool) -> None:
        writer = CellWriter(sheet="S", prefix="x:", date1904=date1904)
        cells = [writer.cell(row, 28, value, "7") for row, value in enumerate(values, first_row)]
        assert column(writer, first_row, 28, values, "7") == cells

    @pytest.mark.parametrize("first_row", [1, 998, 1998])
    def test_rows_hold_the_cells_of_all_columns(self, first_row: int) -> None:
        writer = CellWriter(sheet="S")
        names, numbers = [f"{row}%s" for row in range(2500)], [row / 7 for row in range(2500)]
        columns = [writer.column(first_row, 1, names), writer.column(first_row, 3, numbers, "2")]
        rows = list(writer.rows(first_row, columns))
        assert len(rows) == 2500
        for place in (0, 1, 2, 999, 1000, 1001, 1002, 2499):
            row = first_row + place
            assert rows[place] == writer.cell(row, 1, names[place]) + writer.cell(row, 3, numbers[place], "2")

    @pytest.mark.parametrize(
        ("value", "xml"),
        [
            (None, ""),
            ("", ""),
            (True, '<c r="B2" t="b"><v>1</v></c>'),
            (3, '<c r="B2"><v>3</v></c>'),
            (0.1, '<c r="B2"><v>0.1</v></c>'),
            (1e300, '<c r="B2"><v>1e+300</v></c>'),
            (dt.date(2024, 1, 1), '<c r="B2"><v>45292</v></c>'),
            (dt.datetime(2024, 1, 1, 12), '<c r="B2"><v>45292.5</v></c>'),
            (CellError.NA, '<c r="B2" t="e"><v>#N/A</v></c>'),
            ("#N/A", '<c r="B2" t="inlineStr"><is><t>#N/A</t></is></c>'),
            ("a<b&c", '<c r="B2" t="inlineStr"><is><t>a&lt;b&amp;c</t></is></c>'),
            (" a", '<c r="B2" t="inlineStr"><is><t xml:space="preserve"> a</t></is></c>'),
            ("a\nb", '<c r="B2" t="inlineStr"><is><t xml:space="preserve">a\nb</t></is></c>'),
            ("_x0041_\r", '<c r="B2" t="inlineStr"><is><t>_x005F_x0041__x000D_</t></is></c>'),
        ],
    )
    def test_each_kind_of_value(self, value: Cell, xml: str) -> None:
        writer = CellWriter(sheet="S")
        assert writer.cell(2, 2, value) == xml
        assert column(writer, 2, 2, [value]) == [xml]

    def test_style_and_prefix(self) -> None:
        writer = CellWriter(sheet="S", prefix="x:")
        assert writer.cell(1, 1, None, "4") == '<x:c r="A1" s="4"/>'
        assert column(writer, 1, 1, ["a", "b "], "4") == [
            '<x:c r="A1" s="4" t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c>',
            '<x:c r="A2" s="4" t="inlineStr"><x:is><x:t xml:space="preserve">b </x:t></x:is></x:c>',
        ]
        assert column(writer, 1, 1, [1, 2.5]) == ['<x:c r="A1"><x:v>1</x:v></x:c>', '<x:c r="A2"><x:v>2.5</x:v></x:c>']

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (math.nan, r"P&L!C7: nan cannot stand in a cell: it is not a number"),
            (math.inf, "it is not finite"),
            (-math.inf, "it is not finite"),
            (10**400, "int too large"),
            ("x" * 32_768, "it is longer than 32,767 characters; shorten it"),
            ("😀" * 16_384, "it is longer than 32,767 characters"),
            (dt.date(1899, 12, 31), "it is before 1900, where Excel's calendar begins"),
            (dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "it has a time zone"),
            (object(), "it is a object"),
        ],
    )
    def test_what_no_cell_can_hold_is_refused_with_its_place(self, value: Cell, message: str) -> None:
        writer = CellWriter(sheet="P&L")
        with pytest.raises(WorkbookError, match=message):
            writer.column(7, 3, [value])
        with pytest.raises(WorkbookError, match=message):
            writer.column(7, 3, [value, 1.0, "a"])

    def test_the_longest_texts_are_written(self) -> None:
        writer = CellWriter(sheet="S")
        for text in ("x" * 32_767, "😀" * 16_383 + "x"):
            assert text in writer.cell(1, 1, text)

    def test_numpy_numbers_are_plain_numbers(self) -> None:
        import numpy as np

        assert column(CellWriter(sheet="S"), 1, 1, [np.float64(0.5)]) == ['<c r="A1"><v>0.5</v></c>']

    def test_finite_numbers_with_an_infinite_sum_are_written(self) -> None:
        assert column(CellWriter(sheet="S"), 1, 1, [1.5e308, 1.5e308])[1] == '<c r="A2"><v>1.5e+308</v></c>'

    @given(st.text(st.characters(exclude_categories=[]), max_size=20))
    def test_escapes_are_undone(self, text: str) -> None:
        plain = escaped(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert unescaped(plain) == text

    @given(st.datetimes(dt.datetime(1904, 1, 2), dt.datetime(9999, 12, 31)).map(lambda day: day.replace(microsecond=0)))
    def test_dates_are_read_back_by_openpyxl(self, day: dt.datetime) -> None:
        assert from_excel(serial(day, date1904=False), CALENDAR_WINDOWS_1900) == day
        assert from_excel(serial(day, date1904=True), CALENDAR_MAC_1904) == day

    def test_calendars_begin_where_excel_says(self) -> None:
        assert [serial(day, date1904=False) for day in (dt.date(1900, 1, 1), dt.date(1900, 2, 28))] == [1, 59]
        assert serial(dt.date(1900, 3, 1), date1904=False) == 61
        assert serial(dt.date(1904, 1, 1), date1904=True) == 0
        with pytest.raises(ValueError, match="before 1904"):
            serial(dt.date(1903, 12, 31), date1904=True)


class TestFormulas:
    @pytest.mark.parametrize(
        "formula",
        [
            "A1",
            "$A1+A$1+$A$1",
            "SUM(B2:C9)*2",
            "SUM(B:C)+SUM($B:C)+SUM(3:4)+SUM($3:4)",
            '"A1"&A1&"say ""B2"""',
            "'My A1 sheet'!B2+Sheet1!C3",
            "LOG10(A1)+1E5",
            "tbl[[#This Row],[A1]]*B2",
            "IF(A1>1.5E3,-B2,TRUE)",
            "_xlfn.XLOOKUP(A5,B5:B9,C5:C9)",
            "name1.a2+name_b3+Z26%",
        ],
    )
    @given(rows=st.integers(0, 30), columns=st.integers(0, 4))
    def test_moves_as_openpyxl_does(self, formula: str, rows: int, columns: int) -> None:
        reference = Translator(f"={formula}", "AA40").translate_formula(address(40 + rows, 27 + columns))[1:]
        assert moved(formula, rows=rows, columns=columns) == reference

    def test_references_that_leave_the_sheet_are_errors(self) -> None:
        assert moved("A1+B2", rows=-1) == "#REF!+B1"
        assert moved("SUM(3:4)", rows=-3) == "SUM(#REF!)"
        assert moved("A1:Q2", rows=0, columns=-1) == "#REF!"
        assert moved("SUM(B1:Q2)", rows=-1) == "SUM(#REF!)"

    def test_names_that_look_like_addresses_stay(self) -> None:
        assert moved("ABC1234567+ZZZ1+A1", rows=1) == "ABC1234567+ZZZ1+A2"

    def test_sheets_named_like_cells_stay(self) -> None:
        assert moved("Q1!A1+SUM(Q1:Q4!B1)", rows=1) == "Q1!A2+SUM(Q1:Q4!B2)"


class TestStream:
    def test_nothing_written_keeps_every_byte_of_the_rows(self) -> None:
        rows = (
            '<row r="1" spans="1:2"><c r="A1"><v>1</v></c></row>\n <row r="2"/>'
            '<row r="4"><c r="B4" t="s"><v>0</v></c></row>'
        )
        data = sheet(rows)
        stream = SheetStream([data], "S")
        assert [(row.number, row.data) for row in stream.rows()] == [
            (1, b'<row r="1" spans="1:2"><c r="A1"><v>1</v></c></row>'),
            (2, b'<row r="2"/>'),
            (4, b'<row r="4"><c r="B4" t="s"><v>0</v></c></row>'),
        ]
        assert stream.tail == b"</worksheet>"

    def test_a_cell_in_a_row_that_is_there(self) -> None:
        data = sheet('<row r="2" spans="1:3" ht="30"><c r="A2" s="1"><v>1</v></c><c r="C2" t="s"><v>4</v></c></row>')
        assert (
            b'<row r="2" ht="30"><c r="A2" s="1"><v>5</v></c><c r="B2"><v>6</v></c><c r="C2" t="s"><v>4</v></c></row>'
            in (rewritten(data, {2: {1: 5, 2: 6}}))
        )

    def test_rows_before_between_and_after(self) -> None:
        data = sheet('<row r="2"><c r="A2"><v>1</v></c></row><row r="4"/>')
        after = rewritten(data, {1: {1: 1}, 3: {2: True}, 9: {1: "z"}, 10: {1: None}})
        assert b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">' in after
        assert b'</row><row r="3"><c r="B3" t="b"><v>1</v></c></row><row r="4"/><row r="9">' in after
        assert b"A10" not in after
        assert b'<dimension ref="A1:B10"/>' in after

    @pytest.mark.parametrize(
        "empty", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>", "<sheetData >\n</sheetData>"]
    )
    def test_an_empty_sheet(self, empty: str) -> None:
        data = f'<worksheet xmlns="m">{empty}<pageMargins/></worksheet>'.encode()
        rows = b'<sheetData><row r="3"><c r="A3"><v>1</v></c></row></sheetData>'
        assert rewritten(data, {3: {1: 1}}) == b'<worksheet xmlns="m">' + rows + b"<pageMargins/></worksheet>"

    def test_rows_and_cells_without_addresses(self) -> None:
        data = sheet("<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>")
        after = rewritten(data, {1: {2: 2}})
        assert b'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row>' in after
        assert b'<row r="2"><c><v>4</v></c></row>' in after

    def test_prefixed_elements(self) -> None:
        data = (
            b'<x:worksheet xmlns:x="m"><x:dimension ref="A1"/><x:sheetData><x:row r="1"><x:c r="A1"><x:f>B1</x:f>'
            b"<x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
        )
        after = rewritten(data, {2: {1: "a"}}, {1: {1: 7}})
        assert b'<x:row r="1"><x:c r="A1"><x:f>B1</x:f><x:v>7</x:v></x:c></x:row>' in after
        assert b'<x:row r="2"><x:c r="A2" t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row></x:sheetData>' in after
        assert b'<x:dimension ref="A1:A2"/>' in after

    def test_a_constant_takes_style_but_no_type_or_metadata(self) -> None:
        data = sheet('<row r="1"><c r="A1" s="7" t="str" cm="1" vm="2"><f>B1</f><v>x</v></c></row>')
        assert b'<row r="1"><c r="A1" s="7"><v>2</v></c></row>' in rewritten(data, {1: {1: 2}})

    def test_a_new_cell_takes_its_columns_style(self) -> None:
        data = sheet("", head='<cols><col min="2" max="3" width="9" style="5"/><col min="4" max="4" width="1"/></cols>')
        assert b'<c r="C1" s="5"><v>1</v></c><c r="D1"><v>1</v></c>' in rewritten(data, {1: {3: 1, 4: 1}})

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (sheet("<!-- c --><row r='1'/>"), "something else between its rows"),
            (
                sheet("<row r='1'><c r='A1' t='inlineStr'><is><t><![CDATA[</row>]]></t></is></c></row>"),
                "comment or CDATA",
            ),
            (sheet('<row r="2"/><row r="1"/>'), "row 1 out of order"),
            (sheet('<row r="1048577"/>'), "row 1048577 out of order"),
            (b'<worksheet><sheetData><row r="1">', "is cut off"),
            (b"<worksheet/>", "has no cells part"),
            ("<worksheet><sheetData/></worksheet>".encode("utf-16"), "is not in UTF-8"),
            (b'<?xml version="1.0" encoding="iso-8859-1"?><worksheet><sheetData/></worksheet>', "is not in UTF-8"),
            (b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>', "declares a document type"),
        ],
    )
    def test_what_cannot_be_read_rightly_is_refused(self, data: bytes, message: str) -> None:
        with pytest.raises(WorkbookError, match=message):
            rewritten(data, size=10_000)

    def test_endless_rows_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheet_module, "MAX_ROW_BYTES", 100)
        data = sheet('<row r="1">' + '<c r="A1"><v>1</v></c>' * 9 + "</row>")
        with pytest.raises(WorkbookError, match="sheet S has a row of more than 100 bytes"):
            rewritten(data)
        with pytest.raises(WorkbookError, match="sheet S has a row of more than 100 bytes"):
            list(whole_rows([data.replace(b"</row>", b"")], "S"))

    def test_a_damaged_dimension_is_left_alone(self) -> None:
        data = sheet("", head='<dimension ref="nonsense"/>')
        assert b'<dimension ref="nonsense"/>' in rewritten(data, {1: {1: 1}})


CELL_FORMS = [
    '<c r="{a}"><v>1</v></c>', '<c r="{a}" s="3"><v>1</v></c>', '<c r="{a}" s="4"/>', '<c r="{a}"/>',
    '<c r="{a}" s="5" t="str"><f>A1&amp;"&lt;/c&gt;"</f><v>x</v></c>',
    '<c r="{a}" t="inlineStr"><is><t>a b</t></is></c>',
    '<c s="6" r="{a}"><v>2</v></c>', "<c r='{a}'><v>3</v></c>", '<c r="{a}"><v>4</v></c >', '<c r="{a}" s="7"></c>',
]  # fmt: skip


class TestConstants:
    """Constants are put into rows in a short way where cells stand as usual, and with a look at all cells elsewhere."""

    @pytest.mark.parametrize(
        ("cells", "constants", "after"),
        [
            ('<c r="A1" s="3"><v>1</v></c><c r="B1"/>', {1: 2}, '<c r="A1" s="3"><v>2</v></c><c r="B1"/>'),
            ('<c r="A1"/><c r="B1" s="3"><f>A1</f></c>', {2: "x"}, '<c r="A1"/><c r="B1" s="3" t="inlineStr">X</c>'),
            ('<c r="A1"/>', {3: 1, 2: 2}, '<c r="A1"/><c r="B1"><v>2</v></c><c r="C1"><v>1</v></c>'),
            ('<c r="A1"/><c r="C1"/>', {2: 2}, '<c r="A1"/><c r="B1"><v>2</v></c><c r="C1"/>'),
            ('<c r="B1" s="3"><v>1</v></c>', {2: None}, '<c r="B1" s="3"/>'),
            ('<c r="A1"/><c r="B1"><v>1</v></c>', {2: None}, '<c r="A1"/>'),
            ('<c r="AB1"/><c r="AC1"/>', {28: 5}, '<c r="AB1"><v>5</v></c><c r="AC1"/>'),
        ],
    )
    def test_cells_in_a_row(self, cells: str, constants: dict[int, Cell], after: str) -> None:
        text = after.replace("X", "<is><t>x</t></is>")
        found = rewritten(sheet(f'<row r="1" spans="1:3" ht="20">{cells}</row>', head=""), {1: constants})
        assert found == sheet(f'<row r="1" ht="20">{text}</row>', head="")

    @given(st.data())
    def test_the_short_way_gives_what_the_long_one_gives(self, data: st.DataObject) -> None:
        columns = sorted(data.draw(st.sets(st.integers(1, 30), max_size=6)))
        forms = data.draw(st.lists(st.sampled_from(CELL_FORMS), min_size=len(columns), max_size=len(columns)))
        cells = "".join(form.format(a=address(2, column)) for form, column in zip(forms, columns, strict=True))
        x = data.draw(st.booleans())
        part = sheet(f'<row r="2" spans="1:30">{cells}</row>')
        if x:
            part = re.sub(rb"<(/?)(?=\w)", rb"<\1x:", part).replace(b"xmlns=", b"xmlns:x=")
        values: st.SearchStrategy[Cell] = st.one_of(st.none(), st.integers(0, 9), st.text("ab <", max_size=3))
        constants = {2: data.draw(st.dictionaries(st.integers(1, 31), values, min_size=1, max_size=4))}
        short = rewritten(part, constants)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SheetEdit, "_spliced", lambda *_: None)
            long = rewritten(part, constants)
        assert held(short) == held(long)

    def test_formulas_that_are_written_over_are_noticed(self) -> None:
        data = sheet('<row r="1"><c r="A1"><f>1</f></c><c r="B1"><v>1</v></c></row>')
        for column, changed in ((1, True), (2, False)):
            stream = SheetStream([data], "S")
            edit = SheetEdit(
                name="S", found=survey(SheetStream([data], "S")), date1904=False, constants={1: {column: 1}}
            )
            list(edit.rewritten(stream, lambda tail: tail))
            assert (edit.formulas_changed, edit.formulas) == (changed, 1 - changed)


def held(part: bytes) -> list[tuple[int, str, bytes]]:
    """The cells of a sheet that say anything: column, style and content."""
    stream = SheetStream([part], "S")
    cells = [cell for row in stream.rows() for cell in stream.cells(row)]
    return [(cell.column, cell.style, cell.inner) for cell in cells if cell.style or cell.inner]


class TestFormulaPlaces:
    def places(self, rows: str) -> set[str]:
        return {address(*place) for place in formula_places(SheetStream([sheet(rows)], "S"))}

    @pytest.mark.parametrize(
        ("rows", "places"),
        [
            ('<row r="1"><c r="A1"><v>1</v></c></row>', ""),
            ('<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="2"><f>1</f><v>1</v></c><c r="C1"/></row>', "B1"),
            ('<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1</f></c></row><row r="2"><c r="A2">'
             '<f t="shared" si="0"/></c></row>', "A1 A2"),
            ('<row r="3"><c r="B3"><f t="array" ref="B3:C4">X</f></c></row><row r="4"><c r="B4"><v>1</v></c>'
             '<c r="D4"><f>1</f></c></row>', "B3 C3 B4 C4 D4"),
            ('<row r="3"><c r="B3"><f t="dataTable" ref="B3:B4" r1="A1"/></c></row>', "B3 B4"),
            ("<row><c><v>1</v></c><c><f>1</f></c></row>", "B1"),
            ('<row r="1"><c r="A1" t="str"><f>"array"</f><v>array</v></c></row>', "A1"),
        ],
    )  # fmt: skip
    def test_cells_that_formulas_fill(self, rows: str, places: str) -> None:
        assert self.places(rows) == set(places.split())

    def test_arrays_without_measure_are_refused(self) -> None:
        rows = '<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f></c></row>'
        with pytest.raises(WorkbookError, match="array formulas of sheet S reach over 17,179,869,184 cells"):
            self.places(rows)

    def test_of_a_workbook(self, tmp_path: Path) -> None:
        found = FileBook(book(tmp_path / "book.xlsx"))
        assert found.sheet_names() == ("P&L", "Inputs", "Summary")
        assert found.formula_places("summary") == {(1, 2), (2, 2)}
        assert found.formula_places("Inputs") == frozenset()
        with pytest.raises(WorkbookError, match=r"book.xlsx has no sheet Gone; its sheets: P&L, Inputs, Summary"):
            found.formula_places("Gone")


class TestFormulaCells:
    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (2.5, b'<c r="A1" s="3" cm="1"><f>B1</f><v>2.5</v></c>'),
            (True, b'<c r="A1" s="3" cm="1" t="b"><f>B1</f><v>1</v></c>'),
            ("a & b", b'<c r="A1" s="3" cm="1" t="str"><f>B1</f><v>a &amp; b</v></c>'),
            (None, b'<c r="A1" s="3" cm="1" t="str"><f>B1</f><v></v></c>'),
            (CellError.DIV0, b'<c r="A1" s="3" cm="1" t="e"><f>B1</f><v>#DIV/0!</v></c>'),
            (dt.date(2024, 1, 1), b'<c r="A1" s="3" cm="1"><f>B1</f><v>45292</v></c>'),
        ],
    )
    def test_a_cache_changes_and_the_formula_stays(self, value: Cell, cell: bytes) -> None:
        data = sheet('<row r="1"><c r="A1" s="3" t="str" cm="1" vm="2"><f>B1</f><v>old</v></c></row>')
        assert cell in rewritten(data, caches={1: {1: value}})

    def test_shared_and_array_formulas_keep_theirs_too(self) -> None:
        rows = (
            '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1*2</f><v>1</v></c></row>'
            '<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c></row>'
            '<row r="3"><c r="A3"><f t="array" ref="A3:A4">B1:B2</f><v>1</v></c></row>'
        )
        after = rewritten(sheet(rows), caches={1: {1: 5}, 2: {1: 6}, 3: {1: 7}})
        assert b'<f t="shared" ref="A1:A2" si="0">B1*2</f><v>5</v>' in after
        assert b'<f t="shared" si="0"/><v>6</v>' in after
        assert b'<f t="array" ref="A3:A4">B1:B2</f><v>7</v>' in after

    def test_overwriting_the_first_of_a_shared_formula_gives_the_others_their_own(self) -> None:
        rows = (
            '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1&lt;$C$1</f><v>1</v></c></row>'
            '<row r="2"><c r="A2" s="2"><f t="shared" si="0"/><v>1</v></c></row>'
            '<row r="3"><c r="A3"><f t="shared" si="0"/><v>1</v></c>'
            '<c r="B3"><f t="shared" ref="B3:B4" si="1">C3</f></c></row>'
        )
        after = rewritten(sheet(rows), {1: {1: 9}})
        assert b'<c r="A1"><v>9</v></c>' in after
        assert b'<c r="A2" s="2"><f>B2&lt;$C$1</f><v>1</v></c>' in after
        assert b"<f>B3&lt;$C$1</f>" in after
        assert b'<f t="shared" ref="B3:B4" si="1">C3</f>' in after

    @pytest.mark.parametrize(
        ("pieces", "count"),
        [
            ([b"<c><", b"f>1</f></c></row><row><c><f>2</f></c></r", b"ow>"], 2),
            ([b"<c><x:f", b' t="array">1'], 1),
            ([b"<c><formula>", b"<foo>"], 0),
        ],
    )
    def test_formulas_are_counted_across_pieces(self, pieces: list[bytes], count: int) -> None:
        assert [more_formulas(pieces, "S", than=limit) for limit in range(3)] == [count > limit for limit in range(3)]

    def test_formulas_are_counted_no_further_than_need_be(self) -> None:
        def pieces() -> Iterator[bytes]:
            yield b"<row><c><f>1</f></c></row>"
            raise AssertionError("not needed")

        assert more_formulas(pieces(), "S", than=0)

    def test_part_of_an_array_is_refused(self, tmp_path: Path) -> None:
        rows = '<row r="1"><c r="A1"><f t="array" ref="A1:A3">B1:B3</f><v>1</v></c></row>'
        path = raw_book(
            tmp_path / "a.xlsx", sheet(rows).decode().replace('"m"', '"MAIN"'), workbook=NAMES.format("$A$2")
        )
        with pytest.raises(WorkbookError, match="S!A2 lies in an array formula or data table"):
            FileBook(path).apply(Plan(names={"here": 1}))


def test_a_sheet_that_comes_in_one_piece_is_read_however_large_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_module, "MAX_HEAD_BYTES", 200)
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 50))
    assert len(list(SheetStream((sheet(rows),), "S").rows())) == 49
    with pytest.raises(WorkbookError, match="far too much before its cells"):
        SheetStream((sheet("", head=" " * 300),), "S")
