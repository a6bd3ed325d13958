"""What is seen of a workbook's looks, on small workbooks made for it and on a real one where it is there."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Color, Font, PatternFill

from addin.books.cellstyles import Styles, tinted
from addin.books.looks import Seen, read_looks
from addin.books.outline import Outline
from addin.books.package import Package
from addin.workbook import WorkbookError
from tests.addin.books.features import FEATURES, Feature, fixture, rich
from valuation.assumptions import ASSUMPTIONS as REGISTER
from workbook_templates.catalogue import compose
from workbook_templates.layout import Format, Stage
from workbook_templates.likeness import Look
from workbook_templates.mapping.model import ColumnMap, TableMap, WorkbookMap
from workbook_templates.writer import draw

TEMPLATE = compose()
MODELS = Path(__file__).parents[4] / "shared" / "data" / "models"
NO_MAPPING = WorkbookMap()


def made(write: Callable[[Any], None]) -> bytes:
    """Write a workbook."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream)
    write(book)
    book.close()
    return stream.getvalue()


def seen(data: bytes, mapping: WorkbookMap = NO_MAPPING) -> Seen:
    """Read its looks."""
    return read_looks(data, "model.xlsx", mapping, TEMPLATE)


def changed(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Change or drop parts of a package."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return stream.getvalue()


def model(book: Any, *, coded: bool = True, money: str = "#,##0;[Red]-#,##0") -> None:
    """Write a list under a banner, with typed numbers, formulas and links."""
    look = {"font_name": "Arial", "font_size": 9}
    banner = book.add_format({**look, "font_size": 18, "bold": True, "font_color": "#FFFFFF", "bg_color": "#203040"})
    head = book.add_format({**look, "bold": True, "font_color": "#FFFFFF", "bg_color": "#7F1D1D"})
    text = book.add_format(look)
    typed = book.add_format({**look, "num_format": money, **({"font_color": "#1F4FC8"} if coded else {})})
    own = book.add_format({**look, "num_format": money})
    link = book.add_format({**look, "num_format": money, "font_color": "#006100"})
    share = book.add_format({**look, "num_format": "0.00%"})
    day = book.add_format({**look, "num_format": 'dd"."mm"."yyyy'})
    page = book.add_worksheet("Kunden")
    for column in range(6):
        page.write_blank(0, column, None, banner)
    page.write(0, 0, "Unsere Kunden", banner)
    page.write(1, 0, "Stand heute, in TEUR", text)
    for column, title in enumerate(("Nr.", "Umsatz", "Anteil", "seit", "Region")):
        page.write(3, column, title, head)
    for row in range(4, 10):
        page.write(row, 0, f"K{row}", text)
        page.write_number(row, 1, row * 10, typed)
        page.write_formula(row, 2, f"=B{row + 1}/B11", share, 0.1)
        page.write_number(row, 3, 45000 + row, day)
        page.write(row, 4, "Nord", text)
    page.write_formula(10, 1, "=SUM(B5:B10)", own, 390)
    page.set_column(0, 0, 22)
    page.set_tab_color("#C49A6C")
    page.hide_gridlines(2)
    page.set_zoom(75)
    other = book.add_worksheet("Cockpit")
    for row in range(4):
        other.write_formula(row, 0, f"=Kunden!B{row + 5}", link, 40)


MAPPING = WorkbookMap(
    tables=(
        TableMap(
            table="Customers",
            sheet="Kunden",
            header_row=4,
            first_row=5,
            last_row=10,
            scale=1000.0,
            columns=(
                ColumnMap(column="customer_id", at=1, header="Nr."),
                ColumnMap(column="annual_revenue", at=2, header="Umsatz"),
                ColumnMap(column="first_purchase", at=4, header="seit"),
            ),
        ),
    )
)


class TestLooks:
    def test_fonts_banner_and_headers(self) -> None:
        found = seen(made(model), MAPPING).likeness
        assert (found.font, found.size) == ("Arial", 9.0)
        assert found.title == Look(font="Arial", size=18.0, bold=True, colour="FFFFFF")
        assert (found.banner, found.banner_rows) == ("203040", 1)
        assert found.head == Look(size=9.0, bold=True, colour="FFFFFF", fill="7F1D1D")
        assert found.accent == "203040"

    def test_the_colour_code_of_inputs_formulas_and_links(self) -> None:
        found = seen(made(model), MAPPING).likeness
        assert found.input == Look(colour="1F4FC8")
        assert (found.calculation, found.link) == ("000000", "006100")

    def test_without_a_colour_code_ours_is_kept_and_that_is_said(self) -> None:
        found = seen(made(lambda book: model(book, coded=False)))
        assert found.likeness.input is None
        assert "Inputs: no colour that only typed numbers have; ours are kept." in found.evidence

    def test_number_formats_by_kind(self) -> None:
        found = seen(made(model), MAPPING).likeness
        assert found.formats[Format.MONEY] == found.formats[Format.CENTS] == "#,##0;[Red]-#,##0"
        assert found.formats[Format.NUMBER] == "#,##0.00;[Red]-#,##0.00"
        assert found.formats[Format.PERCENT] == "0.00%"
        assert found.formats[Format.DATE] == 'dd"."mm"."yyyy'

    def test_what_is_typed_in_full_is_shown_in_full(self) -> None:
        found = seen(made(model), MAPPING).likeness
        assert found.columns["Customers", "annual_revenue"] == "#,##0;[Red]-#,##0"
        assert (found.scale, found.unit, found.currency) == (1000.0, "TEUR", "EUR")

    def test_views(self) -> None:
        found = seen(made(model), MAPPING).likeness
        assert found.tabs[Stage.INPUT] == "C49A6C"
        one = seen(made(lambda book: book.add_worksheet().write(0, 0, "x"))).likeness
        assert (one.gridlines, one.zoom, one.tabs[Stage.INPUT]) == (True, 100, "")

    def test_names_order_place_widths_and_their_own_columns(self) -> None:
        found = seen(made(model), MAPPING).likeness
        place = found.places["Customers"]
        assert (place.header_row, place.first_column) == (4, 1)
        assert place.order == ("customer_id", "annual_revenue", "first_purchase")
        assert place.added == {"Anteil": 3, "Region": 5}
        assert found.sheets == {"Customers": "Kunden"}
        assert found.titles == {"Customers": "Unsere Kunden"}
        assert found.widths["Customers", "customer_id"] == pytest.approx(22, abs=1)
        assert found.headings["Lifetime value"] == {"customer_id": "Nr."}
        assert "Assumptions" not in found.headings

    def test_a_block_with_a_question_is_not_looked_at(self) -> None:
        (table,) = MAPPING.tables
        asked = WorkbookMap(
            tables=(
                TableMap(**{name: getattr(table, name) for name in TableMap.__slots__} | {"questions": ("Which?",)}),
            )
        )
        found = seen(made(model), asked).likeness
        assert (found.places, found.sheets, found.headings) == ({}, {}, {})

    @pytest.mark.parametrize(
        ("money", "code", "scale", "currency"),
        [
            ("#,##0,;(#,##0,)", "#,##0;(#,##0)", 1000.0, "EUR"),
            ('#,##0,,"m"', "#,##0", 1_000_000.0, "EUR"),
            ("$#,##0.00_);[Red]($#,##0.00)", "$#,##0.00_);[Red]($#,##0.00)", 1000.0, "USD"),
            ("#,##0 [$€-407]", "#,##0 [$€-407]", 1000.0, "EUR"),
            ("#,##0 [$CHF]", "#,##0 [$CHF]", 1000.0, "CHF"),
        ],
    )
    def test_currency_and_unit_in_formats(self, money: str, code: str, scale: float, currency: str) -> None:
        found = seen(made(lambda book: model(book, money=money)), MAPPING).likeness
        assert found.formats[Format.MONEY] == code
        assert (found.scale, found.currency) == (scale, currency)
        assert not re.search(r"[$€]|CHF", found.formats[Format.UNITS])

    @pytest.mark.parametrize(
        ("words", "scale", "unit", "currency"),
        [
            ("All amounts in EUR thousands", 1000.0, "EUR thousands", "EUR"),
            ("Umsatz in Mio. EUR", 1_000_000.0, "Mio. EUR", "EUR"),
            ("Revenue ($000)", 1000.0, "$000", "USD"),
            ("GBP k", 1000.0, "GBP k", "GBP"),
            ("Umsatz netto (T€)", 1000.0, "T€", "EUR"),
            ("Revenue in USD", 1.0, "", "USD"),
            ("Figures (thousands)", 1000.0, "thousands", ""),
            ("millions of USD", 1_000_000.0, "millions of USD", "USD"),
            ("en milliers d'euros, in milliers EUR", 1000.0, "milliers EUR", "EUR"),
            ("m£", 1_000_000.0, "m£", "GBP"),
            ("Meine Kunden", 1.0, "", ""),
            ("Thousands of customers, miles driven", 1.0, "", ""),
            ("Market shares of 1000 customers", 1.0, "", ""),
        ],
    )
    def test_currency_and_unit_in_words(self, words: str, scale: float, unit: str, currency: str) -> None:
        found = seen(made(lambda book: book.add_worksheet().write(0, 0, words))).likeness
        assert (found.scale, found.unit, found.currency) == (scale, unit, currency)

    def test_evidence_holds_no_contents_of_lists(self) -> None:
        assert not any("K4" in line or "Nord" in line for line in seen(made(model), MAPPING).evidence)


class TestRobust:
    def test_an_empty_workbook(self) -> None:
        found = seen(made(lambda book: book.add_worksheet()))
        assert (found.likeness.font, found.likeness.title, found.likeness.formats) == ("", None, {})

    def test_without_styles_and_theme(self) -> None:
        bare = changed(made(model), lambda name, part: None if re.search("styles|theme", name) else part)
        found = seen(bare, MAPPING).likeness
        assert (found.font, found.size, found.input) == ("Calibri", 11.0, None)
        assert found.places["Customers"].order[0] == "customer_id"

    def test_with_damaged_styles(self) -> None:
        broken = changed(made(model), lambda name, part: b"<styleSheet" if "styles" in name else part)
        assert seen(broken).likeness.font == "Calibri"

    def test_with_indices_that_lead_nowhere(self) -> None:
        def lost(name: str, part: bytes) -> bytes:
            if "styles" in name:
                return re.sub(rb'(fontId|fillId|borderId|numFmtId)="\d+"', rb'\1="9999"', part)
            return re.sub(rb' s="\d+"', b' s="12345"', part) if "sheet1" in name else part

        assert seen(changed(made(model), lost)).likeness.font == "Calibri"

    def test_a_sheet_that_cannot_be_read_is_left_out_and_named(self) -> None:
        def commented(name: str, part: bytes) -> bytes:
            return part.replace(b"<row r", b"<!-- x --><row r", 1) if name.endswith("sheet2.xml") else part

        found = seen(changed(made(model), commented), MAPPING)
        assert any(line.startswith("Sheet Cockpit is left out") for line in found.evidence)
        assert found.likeness.font == "Arial"

    @pytest.mark.parametrize("feature", FEATURES, ids=[feature.name for feature in FEATURES])
    def test_with_any_feature(self, feature: Feature, tmp_path: Path) -> None:
        found = seen(fixture(feature, tmp_path).read_bytes())
        assert found.likeness.font == "Calibri"
        assert found.likeness.formats[Format.MONEY] == "#,##0.00"

    def test_what_was_seen_can_be_drawn(self, tmp_path: Path) -> None:
        found = seen(rich(tmp_path).read_bytes()).likeness
        rows = [{"id": id_, "scope": "all"} for id_ in REGISTER]
        book = openpyxl.load_workbook(BytesIO(draw(TEMPLATE, rows, likeness=found)))
        assert book["Lifetime value"]["A1"].value == "Customer value"

    def test_what_is_no_workbook_is_refused(self) -> None:
        with pytest.raises(WorkbookError, match="not a workbook"):
            seen(b"PK no")


class TestColours:
    """Colours as a package says them: of the theme with a tint, of the palette, of their own."""

    @pytest.mark.parametrize(
        ("colour", "rgb"),
        [
            (Color(rgb="FF2050C8"), "2050C8"),
            (Color(theme=1), "000000"),
            (Color(theme=4), "4F81BD"),
            (Color(theme=4, tint=-0.25), "366092"),
            (Color(theme=4, tint=0.5999938962981048), "B8CCE4"),
            (Color(indexed=12), "0000FF"),
            (Color(indexed=64), "000000"),
            (Color(auto=True), "000000"),
            (Color(theme=99), "000000"),
        ],
    )
    def test_of_a_text(self, colour: Color, rgb: str) -> None:
        book = openpyxl.Workbook()
        cell = book.worksheets[0]["A1"]
        cell.value, cell.font = "x", Font(color=colour)
        cell.fill = PatternFill("solid", fgColor=Color(theme=0))
        stream = BytesIO()
        book.save(stream)
        package = Package(stream.getvalue(), "book.xlsx")
        styles = Styles(package, Outline(package).part)
        found = styles[1]
        # Excel computes tints in 240 steps, so that a channel may differ by one.
        channels = [[int(text[i : i + 2], 16) for i in (0, 2, 4)] for text in (found.colour, rgb)]
        assert channels[0] == pytest.approx(channels[1], abs=1)
        assert found.fill == ""  # white is none

    def test_a_tint_goes_from_black_to_white(self) -> None:
        assert [tinted("808080", tint) for tint in (-1.0, 0.0, 1.0)] == ["000000", "808080", "FFFFFF"]


@pytest.mark.skipif(not MODELS.exists(), reason="needs the models of ../shared/data, which are not in the project")
class TestRealModels:
    def test_novaflow(self) -> None:
        found = seen((MODELS / "novaflow_saas_fpa.xlsx").read_bytes()).likeness
        assert (found.font, found.size, found.figures) == ("Aptos", 10.0, "Aptos Narrow")
        assert (found.banner, found.banner_rows) == ("203040", 2)
        assert found.input == Look(colour="2050C8", fill="FBF5EA")  # the model's key says: blue cells are editable
        assert (found.calculation, found.link) == ("141414", "2E7D4F")
        assert found.formats[Format.MONEY] == r'\$#,##0;"($"#,##0\);\-'
        assert found.formats[Format.UNITS] == r'#,##0;"("#,##0\);\-'
        assert found.formats[Format.PERCENT] == r"0.0%;\(0.0%\);\-"
        assert (found.currency, found.scale, found.gridlines) == ("USD", 1.0, False)

    @pytest.mark.parametrize("name", ["driver_based_revenue", "monthly_variance"])
    def test_models_without_a_colour_code(self, name: str) -> None:
        found = seen((MODELS / f"{name}.xlsx").read_bytes()).likeness
        assert (found.font, found.input, found.banner) == ("Arial", None, "")
        assert found.currency == "USD"
