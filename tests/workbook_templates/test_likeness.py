"""A template in other words, in another order and with other looks: what it computes stays the same."""

import html
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook.workbook import Workbook

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import CUSTOMERS, TABLES, TRANSACTIONS, normalise_heading
from workbook_templates.addresses import address, column_letters
from workbook_templates.catalogue import compose
from workbook_templates.layout import Block, Format, Stage, Template
from workbook_templates.likeness import (
    ADDED,
    LONGEST_HEADING,
    Likeness,
    Look,
    PeriodSheet,
    Place,
    added_columns,
    column_headings,
    scaled,
    sheet_names,
    with_decimals,
)
from workbook_templates.likening import laid_out, likened, moved_cells
from workbook_templates.mapping.model import ColumnMap, TableMap
from workbook_templates.plan import Cell
from workbook_templates.planner import TableCells, formula_values
from workbook_templates.writer import draw

TEMPLATE = compose("customer_value", ["concentration"])
REGISTER_ROWS: Sequence[Mapping[str, Cell]] = [{"id": id_, "scope": "all"} for id_ in REGISTER]
CONTENTS: Mapping[str, TableCells] = {
    "Customers": {"customer_id": ["K1", "K2"], "name": ["A", "B"], "segment": ["x", "y"]},
    "Transactions": {"customer_id": ["K1", "K2", "K2"], "net_amount": [10.0, 20.5, -3.0]},
    "Ledger pools": {"pool": ["IT"], "gl_account": ["4100"], "amount": [7.25]},
}
GERMAN = Likeness(
    sheets={"Customers": "Kunden's Liste", "Transactions": "Umsatz 2025", "Assumptions": "Annahmen"},
    headings={
        "Customers": {"customer_id": "Kunden-Nr. [intern]", "name": "Firma", "segment": "Branche #1"},
        "Transactions": {"customer_id": "Kunden-Nr. [intern]", "net_amount": "Umsatz 'netto' @TEUR"},
        "Lifetime value": {"customer_id": "Kunden-Nr. [intern]", "name": "Firma"},
    },
    places={
        "Customers": Place(header_row=8, first_column=2, order=("name", "customer_id", "segment"), added={"Notiz": 5}),
        "Transactions": Place(header_row=5, first_column=1, order=("customer_id", "date", "cogs", "net_amount")),
    },
)


def drawn(likeness: Likeness | None = None, template: Template = TEMPLATE) -> bytes:
    """Draw the template."""
    return draw(template, REGISTER_ROWS, likeness=likeness)


@pytest.fixture(scope="module")
def german() -> bytes:
    return drawn(GERMAN)


@pytest.fixture(scope="module")
def book(german: bytes) -> Workbook:
    return openpyxl.load_workbook(BytesIO(german))


def parts(workbook: bytes) -> dict[str, str]:
    """Give the XML parts of a package."""
    with zipfile.ZipFile(BytesIO(workbook)) as package:
        return {name: package.read(name).decode() for name in package.namelist() if name.endswith(".xml")}


def formulas(workbook: bytes) -> dict[tuple[str, str], str]:
    """Give the text of every formula cell by sheet and address."""
    xml = parts(workbook)
    sheets = re.findall(r'<sheet name="([^"]+)" sheetId="(\d+)"', xml["xl/workbook.xml"])
    return {
        (html.unescape(name), cell): html.unescape(text)
        for name, number in sheets
        for cell, text in re.findall(
            r'<c r="([A-Z]+[0-9]+)"[^>]*><f[^>]*>([^<]*)</f>', xml[f"xl/worksheets/sheet{number}.xml"]
        )
    }


def values_by_key(template: Template) -> dict[str, Cell]:
    """Compute what every formula of a template shows."""
    values = formula_values(template, CONTENTS, {})
    return {key: values[sheet.name, address(at.row, at.column)] for key, (sheet, at) in template.formulas.items()}


class TestOurOwnLayout:
    def test_the_default_is_our_layout_to_the_byte(self) -> None:
        assert drawn(Likeness()) == drawn()

    def test_the_default_leaves_the_template_alone(self) -> None:
        assert likened(TEMPLATE, Likeness()) is TEMPLATE

    def test_the_same_likeness_gives_the_same_bytes(self, german: bytes) -> None:
        assert drawn(GERMAN) == german


class TestWords:
    def test_sheets_have_their_names_in_the_order_of_the_template(self, book: Workbook) -> None:
        names = [GERMAN.sheets.get(sheet.name, sheet.name) for sheet in TEMPLATE.sheets]
        assert book.sheetnames == names

    def test_formulas_say_the_headings_with_their_signs_escaped(self, german: bytes) -> None:
        laid = likened(TEMPLATE, GERMAN)
        sheet, total = laid.formulas["tblTransactions.net_amount"]
        text = formulas(german)[sheet.name, address(total.row, total.column)]
        assert text == "ROUND(SUM(tblTransactions[Umsatz ''netto'' '@TEUR]),6)"
        assert any("tblCustomers[Kunden-Nr. '[intern']]" in text for text in formulas(german).values())

    def test_every_formula_stands_where_and_says_what_the_layout_says(self, german: bytes) -> None:
        laid = likened(TEMPLATE, GERMAN)
        assert formulas(german) == {
            (sheet.name, address(at.row, at.column)): at.expr.excel(partial(laid.place, on=sheet.name))
            for sheet, at in laid.formulas.values()
        }

    def test_formulas_compute_the_same(self) -> None:
        assert values_by_key(likened(TEMPLATE, GERMAN)) == values_by_key(TEMPLATE)

    def test_links_names_and_charts_lead_to_the_renamed_sheets(self, german: bytes, book: Workbook) -> None:
        index = book["Index"]
        links = {cell.value: cell.hyperlink.location for row in index for cell in row if cell.hyperlink}
        assert links["Kunden's Liste"] == "'Kunden''s Liste'!A1"
        assert set(links) == set(book.sheetnames)
        assert book.defined_names["cv_discount_rate"].attr_text.startswith("'Annahmen'!")
        quoted = {text.split("!")[0] for text in re.findall(r"<c:f>([^<]+)</c:f>", "".join(parts(german).values()))}
        assert {name.strip("'").replace("''", "'") for name in quoted} <= set(book.sheetnames)

    def test_a_note_says_what_a_renamed_column_is(self, book: Workbook) -> None:
        laid = likened(TEMPLATE, GERMAN).tables["Customers"][1]
        comment = book["Kunden's Liste"].cell(laid.row, laid.column + 1).comment
        assert comment is not None
        assert comment.text.startswith("Customer id: The customer's id")

    def test_what_colours_mean_is_said_without_naming_ours(self, book: Workbook) -> None:
        words = {cell.value for row in book["Index"] for cell in row}
        assert {"Input", "Calculation", "Link", "Result"} <= words
        assert not any("yellow" in str(cell.value).lower() for sheet in book for row in sheet for cell in row)

    def test_two_sheets_of_one_name_are_refused(self) -> None:
        with pytest.raises(ValueError, match="two sheets would be called 'segments'"):
            likened(TEMPLATE, Likeness(sheets={"Customers": "segments"}))

    def test_two_columns_of_one_heading_are_refused(self) -> None:
        with pytest.raises(ValueError, match="two columns of Customers would have one heading"):
            likened(TEMPLATE, Likeness(headings={"Customers": {"name": "customer ID"}}))


class TestPlaces:
    def test_columns_lie_in_order_from_their_place_and_further_ones_at_the_right(self, book: Workbook) -> None:
        table = book["Kunden's Liste"].tables["tblCustomers"]
        assert table.ref.startswith("B8:")
        assert table.column_names[:3] == ["Firma", "Kunden-Nr. [intern]", "Branche #1"]
        assert table.column_names[-1] == "Notiz"
        rest = [c.title for c in CUSTOMERS if c.name not in ("name", "customer_id", "segment")]
        assert table.column_names[3:-1] == rest

    def test_a_total_stands_above_its_column(self) -> None:
        laid = likened(TEMPLATE, GERMAN)
        _, total = laid.formulas["tblTransactions.net_amount"]
        assert (total.row, total.column) == (4, 4)  # the fourth in that order; in ours it is the third

    def test_columns_that_they_do_not_have_are_folded_away(self, book: Workbook) -> None:
        columns = book["Kunden's Liste"].column_dimensions
        last = 2 + len(CUSTOMERS.columns)
        assert [columns[letter].hidden for letter in "BCD"] == [False] * 3
        assert columns["E"].hidden
        assert columns["E"].outlineLevel == 1
        assert not columns[column_letters(last)].hidden

    @pytest.mark.parametrize(
        ("header_row", "total_row", "texts"), [(1, 1, 0), (2, 1, 0), (3, 2, 1), (4, 3, 2), (5, 4, 3), (9, 8, 3)]
    )
    def test_lines_above_a_header_are_left_out_where_there_is_no_room(
        self, header_row: int, total_row: int, texts: int
    ) -> None:
        place = Place(header_row=header_row, first_column=1, order=("customer_id",))
        laid = likened(TEMPLATE, Likeness(places={"Transactions": place}))
        sheet, block = laid.tables["Transactions"]
        assert block.row == max(header_row, 2)  # its total needs a row
        assert laid.formulas["tblTransactions.net_amount"][1].row == total_row
        rows = [item.row for item in sheet.items if item is not block and item.row < total_row]
        assert rows == [1, 2, 3][:texts]

    def test_moved_cells_tell_where_each_formula_went(self, german: bytes) -> None:
        moved = moved_cells(TEMPLATE, likened(TEMPLATE, GERMAN))
        assert moved["Transactions", "C4"] == ("Umsatz 2025", "D4")
        assert moved["Summary", "A3"] == ("Summary", "A3")
        assert set(moved.values()) == set(formulas(german))

    def test_a_workbook_says_itself_how_it_is_laid_out(self, book: Workbook) -> None:
        tables = {}
        for name, (sheet, block) in TEMPLATE.tables.items():
            page = book[GERMAN.sheets.get(sheet.name, sheet.name)]
            table = page.tables[block.table.excel_name]
            first = page[table.ref.split(":")[0]]
            if block.input:
                tables[name] = first.row, first.column, tuple(table.column_names)
        again = laid_out(TEMPLATE, GERMAN.sheets, GERMAN.headings, tables)
        assert moved_cells(TEMPLATE, again) == moved_cells(TEMPLATE, likened(TEMPLATE, GERMAN))


class TestLooks:
    def test_fonts_colours_and_views_are_theirs(self) -> None:
        likeness = Likeness(
            font="Aptos",
            size=10.0,
            head=Look(bold=True, colour="FFFFFF", fill="7F1D1D"),
            title=Look(font="Georgia", size=15.0, bold=True, colour="FFFFFF"),
            input=Look(colour="2050C8", fill="FBF5EA"),
            banner="203040",
            banner_rows=2,
            gridlines=True,
            zoom=70,
            tabs=dict.fromkeys(Stage, "C49A6C") | {Stage.LOG: ""},
        )
        book = openpyxl.load_workbook(BytesIO(drawn(likeness)))
        page = book["Customers"]
        title, head, body = page["A1"], page["A5"], page["A6"]
        assert (title.font.name, title.font.sz, title.font.color.rgb) == ("Georgia", 15, "FFFFFFFF")
        assert title.fill.fgColor.rgb == page["A2"].fill.fgColor.rgb == "FF203040"
        assert (head.font.name, head.font.color.rgb, head.fill.fgColor.rgb) == ("Aptos", "FFFFFFFF", "FF7F1D1D")
        assert (body.font.sz, body.font.color.rgb, body.fill.fgColor.rgb) == (10, "FF2050C8", "FFFBF5EA")
        assert page.sheet_view.showGridLines is not False
        assert page.sheet_view.zoomScale == 70
        tab = page.sheet_properties.tabColor
        assert tab is not None
        assert tab.rgb == "FFC49A6C"
        assert book["Log"].sheet_properties.tabColor is None

    def test_parts_are_headed_in_the_accent_where_they_have_no_headings_of_parts(self) -> None:
        page = openpyxl.load_workbook(BytesIO(drawn(Likeness(accent="7F1D1D"))))["Index"]
        heading = next(cell for cell in page["A"] if cell.value == "Open first")
        assert heading.font.color.rgb == heading.border.bottom.color.rgb == "FF7F1D1D"

    def test_money_is_shown_in_the_unit_on_results_and_in_full_on_inputs(self) -> None:
        likeness = Likeness(scale=1000.0, unit="TEUR", formats={Format.CENTS: "#,##0.0;-#,##0.0"})
        book = openpyxl.load_workbook(BytesIO(drawn(likeness)))
        _, block = TEMPLATE.tables["Lifetime value"]
        place = [column.name for column in block.table].index("value")
        result = book["Lifetime value"].cell(block.row + 1, block.column + place)
        assert result.number_format == "#,##0.0,;-#,##0.0,"
        assert str(book["Lifetime value"]["A2"].value).endswith("Amounts in TEUR.")
        assert book["Transactions"]["C6"].number_format == "#,##0;-#,##0"
        counts = [column.name for column in block.table].index("value_rank")
        assert not book["Lifetime value"].cell(block.row + 1, block.column + counts).number_format.endswith(",")

    def test_amounts_on_summary_are_not_divided_twice(self) -> None:
        likeness = Likeness(scale=1000.0)
        assert likeness.code(Format.UNITS, Stage.SUMMARY) == Format.UNITS.code
        assert likeness.code(Format.EXACT, Stage.RESULT) == Format.EXACT.code

    def test_a_total_is_shown_like_the_column_below_it(self) -> None:
        likeness = Likeness(columns={("Transactions", "net_amount"): "#,##0,"}, scale=1000.0, unit="TEUR")
        page = openpyxl.load_workbook(BytesIO(drawn(likeness)))["Transactions"]
        assert page["C4"].number_format == page["C6"].number_format == "#,##0,"
        assert page["C5"].comment is not None
        assert "shown in TEUR, typed in full" in page["C5"].comment.text


PERIODS = PeriodSheet(
    table="Transactions",
    name="Monate",
    title="Umsatz je Kunde",
    block=Block(
        row=4,
        column=1,
        head=("Kunden-Nr.", "=1+1"),
        rows=(("K1", 5.0), ("=cmd|' /C calc'!A0", None)),
        formats=("@", "#,##0.0"),
        head_formats=("@", "General"),
        labels=1,
    ),
)


class TestPeriods:
    @pytest.fixture(scope="class")
    @classmethod
    def wide(cls) -> Workbook:
        return openpyxl.load_workbook(BytesIO(drawn(Likeness(periods=(PERIODS,)))))

    def test_the_sheet_stands_before_the_one_that_it_fills(self, wide: Workbook) -> None:
        names = wide.sheetnames
        assert names.index("Monate") + 1 == names.index("Transactions")
        assert "Monate" in [cell.value for row in wide["Index"] for cell in row]

    def test_it_holds_the_block_where_it_stood_and_texts_stay_texts(self, wide: Workbook) -> None:
        rows = [[cell.value for cell in row] for row in wide["Monate"]["A4:B6"]]
        assert rows == [["Kunden-Nr.", "=1+1"], ["K1", 5], ["=cmd|' /C calc'!A0", None]]
        assert {cell.data_type for row in wide["Monate"]["A4:B6"] for cell in row} == {"s", "n"}
        assert wide["Monate"]["B5"].number_format == "#,##0.0"

    def test_the_table_says_who_fills_it_and_is_no_input(self, wide: Workbook) -> None:
        page = wide["Transactions"]
        assert page["A3"].value == "The refresh fills this sheet from 'Monate': type there, not here."
        assert page["A6"].fill.fill_type is None
        assert not page.data_validations.dataValidation


class TestSettling:
    def test_a_sheet_of_ours_gives_way_to_one_of_theirs(self) -> None:
        found = sheet_names(TEMPLATE, {"Customers": "Summary"}, taken=["Log", "segments"])
        assert found == {
            "Customers": "Summary",
            "Summary": "Summary (value)",
            "Log": "Log (value)",
            "Segments": "Segments (value)",
        }

    def test_a_column_of_ours_gives_way_to_one_of_theirs(self) -> None:
        found = column_headings(CUSTOMERS, {"customer_id": "Name", "owner": "Betreuer\n (intern)", "segment": "name"})
        assert found == {"customer_id": "Name", "name": "Name (2)", "owner": "Betreuer (intern)"}

    def test_a_heading_that_is_too_long_for_formulas_is_not_used(self) -> None:
        assert column_headings(CUSTOMERS, {"name": "x" * (LONGEST_HEADING + 1)}) == {}

    @given(
        st.dictionaries(st.sampled_from([column.name for column in TRANSACTIONS]), st.text(max_size=100), max_size=9)
    )
    def test_headings_are_always_apart(self, wanted: dict[str, str]) -> None:
        settled = column_headings(TRANSACTIONS, wanted)
        titles = [normalise_heading(settled.get(column.name, column.title)) for column in TRANSACTIONS]
        assert len(set(titles)) == len(titles)
        assert all(titles)

    @settings(max_examples=25)
    @given(
        st.dictionaries(
            st.sampled_from(["customer_id", "net_amount", "date"]), st.text(min_size=1, max_size=40), min_size=1
        ),
        st.permutations([column.name for column in TRANSACTIONS]),
    )
    def test_other_words_and_another_order_compute_the_same(self, wanted: dict[str, str], order: list[str]) -> None:
        likeness = Likeness(
            headings={"Transactions": column_headings(TRANSACTIONS, wanted)},
            places={"Transactions": Place(header_row=6, first_column=3, order=tuple(order))},
        )
        assert values_by_key(likened(TEMPLATE, likeness)) == values_by_key(TEMPLATE)

    def test_their_own_columns_are_those_beside_the_mapped_ones(self) -> None:
        cells: list[Cell] = ["Nr.", "Region", None, "Firma", "Status", "Notiz", None, "far away"]
        mapped = TableMap(
            table="Customers",
            sheet="s",
            header_row=1,
            first_row=2,
            columns=(
                ColumnMap(column="customer_id", at=1, header="Nr."),
                ColumnMap(column="name", at=4, header="Firma"),
            ),
        )
        found = added_columns(
            lambda row, column: cells[column - 1] if column <= len(cells) else None, mapped, CUSTOMERS
        )
        assert found == {"Region": 2, "Notiz": 6}  # Status is a column of the contract, which nobody mapped


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("#,##0", "#,##0,"),
        ('_-* #,##0 "€"_-;-* #,##0 "€"_-;_-* "-" "€"_-', '_-* #,##0, "€"_-;-* #,##0, "€"_-;_-* "-" "€"_-'),
        ("General", "#,##0,"),
        ("0.00;[Red]-0.00", "0.00,;[Red]-0.00,"),
        ('"a;0";0', '"a;0";0,'),
    ],
)
def test_a_format_in_thousands(code: str, shown: str) -> None:
    assert scaled(code, 1000) == shown
    assert scaled(code, 1) == code


def test_a_format_has_its_decimals_where_digits_are() -> None:
    assert with_decimals('_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_)', 1) == '_(* #,##0.0_);_(* (#,##0.0);_(* "-"??_)'


def test_the_likeness_of_a_table_keeps_its_contract() -> None:
    table = likened(TEMPLATE, GERMAN).tables["Customers"][1].table
    assert {column.name for column in table if not column.name.startswith(ADDED)} == {
        column.name for column in TABLES["Customers"]
    }
    assert replace(table, columns=CUSTOMERS.columns) == CUSTOMERS
