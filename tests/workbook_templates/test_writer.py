"""The empty workbook that is drawn from a template, read back by another program and from its XML."""

import html
import re
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import ASSUMPTIONS, Kind
from workbook_templates.addresses import address, column_letters
from workbook_templates.catalogue import compose
from workbook_templates.layout import Chart, Format, NamedCell, Role, TableBlock, Text, differs_by_row
from workbook_templates.packs import PACKS
from workbook_templates.plan import Cell
from workbook_templates.writer import draw

TEMPLATE = compose("customer_value", list(PACKS))
HOSTILE = ('=HYPERLINK("http://example.com")', "+1", "-1", "@SUM(A1)", "{=1+1}", "http://example.com", "1e5", "<b>&")


def register(**values: Cell) -> Sequence[Mapping[str, Cell]]:
    """Give the rows of the register, with some of their cells."""
    return [{"id": id_, "scope": "all", **values} for id_ in REGISTER]


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw(TEMPLATE, register())


@pytest.fixture(scope="module")
def book(drawn: bytes) -> Workbook:
    return openpyxl.load_workbook(BytesIO(drawn))


def parts(workbook: bytes) -> dict[str, str]:
    """Give the XML parts of a package."""
    with zipfile.ZipFile(BytesIO(workbook)) as package:
        return {
            name: package.read(name).decode("utf-8") for name in package.namelist() if name.endswith((".xml", ".rels"))
        }


def sheet_parts(workbook: bytes) -> dict[str, str]:
    """Give the XML of each sheet by its name, in the order of the workbook."""
    xml = parts(workbook)
    found = re.findall(r'<sheet name="([^"]+)" sheetId="(\d+)"', xml["xl/workbook.xml"])
    return {html.unescape(name): xml[f"xl/worksheets/sheet{number}.xml"] for name, number in found}


def test_the_same_template_gives_the_same_bytes(drawn: bytes) -> None:
    assert draw(compose("customer_value", list(PACKS)), register()) == drawn


def test_sheets_stand_in_order(book: Workbook) -> None:
    assert book.sheetnames == [sheet.name for sheet in TEMPLATE.sheets]
    assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
    assert book.active is book["Summary"]


def test_every_formula_cell_has_exactly_the_text_of_the_layout(drawn: bytes) -> None:
    wanted = {
        (sheet.name, address(formula.row, formula.column)): formula.expr.excel(partial(TEMPLATE.place, on=sheet.name))
        for sheet, formula in TEMPLATE.formulas.values()
    }
    found = {
        (sheet, cell): html.unescape(text)
        for sheet, xml in sheet_parts(drawn).items()
        for cell, text in re.findall(r'<c r="([A-Z]+[0-9]+)"[^>]*><f[^>]*>([^<]*)</f>', xml)
    }
    assert found == wanted
    assert sum(xml.count("<f>") + xml.count("<f ") for xml in sheet_parts(drawn).values()) == len(wanted)


def test_tables_stand_where_the_layout_says_with_their_headings(book: Workbook) -> None:
    for name, (sheet, block) in TEMPLATE.tables.items():
        table = book[sheet.name].tables[block.table.excel_name]
        rows = len(REGISTER) if name == "Assumptions" else block.rows
        last = address(block.row + rows, block.column + len(block.table.columns) - 1)
        assert table.ref == f"{address(block.row, block.column)}:{last}"
        assert table.column_names == [column.title for column in block.table]
        heads = [book[sheet.name].cell(block.row, block.column + i).value for i in range(len(block.table.columns))]
        assert heads == table.column_names


def test_input_columns_refuse_what_they_cannot_hold(book: Workbook) -> None:
    for sheet, block in TEMPLATE.tables.values():
        rules = {
            str(cells): rule for rule in book[sheet.name].data_validations.dataValidation for cells in rule.sqref.ranges
        }
        for position, column in enumerate(block.table, start=block.column):
            checked = column.choices or column.kind in (Kind.DATE, Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.SHARE)
            if not (block.input and checked and column.name not in block.written):
                continue
            first = address(block.row + 1, position)
            rule = next(rule for cells, rule in rules.items() if cells.split(":")[0] == first)
            if column.choices:
                assert (rule.type, rule.formula1) == ("list", f'"{",".join(column.choices)}"')
            else:
                assert rule.type == ("date" if column.kind is Kind.DATE else "decimal")
            assert rule.showErrorMessage
            assert column.help[:40] in rule.error


def test_input_headings_say_what_they_want(book: Workbook) -> None:
    for sheet, block in TEMPLATE.tables.values():
        for position, column in enumerate(block.table, start=block.column):
            comment = book[sheet.name].cell(block.row, position).comment
            if block.input and column.name not in block.written:
                assert comment is not None
                assert column.help in comment.text
            else:
                assert comment is None


def test_every_assumption_has_its_name_its_note_and_its_words(book: Workbook) -> None:
    _, block = TEMPLATE.tables["Assumptions"]
    column = block.column + [c.name for c in ASSUMPTIONS].index("value")
    sheet = book["Assumptions"]
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    for row, assumption in enumerate(REGISTER.values(), start=block.row + 1):
        target = f"'Assumptions'!{address(row, column, absolute=True)}"
        assert book.defined_names[assumption.cell_name].attr_text.replace("'", "") == target.replace("'", "")
        note = sheet.cell(row, column).comment
        assert note is not None
        assert assumption.help in note.text
        if assumption.wanted == "word":
            assert rules[address(row, column)] == f'"{",".join(assumption.words)}"'


def test_names_point_at_their_cells(book: Workbook) -> None:
    named = [(sheet, item) for sheet, item in TEMPLATE.items() if isinstance(item, NamedCell)]
    for sheet, item in named:
        sheet_name, _, cell = book.defined_names[item.name].attr_text.rpartition("!")
        assert (sheet_name.strip("'"), cell) == (sheet.name, address(item.row, item.column, absolute=True))
    assert book.defined_names["cv_template"].attr_text == f'"{TEMPLATE.identity}"'
    lists = {f"{item.name}_list" for _, item in named if item.choices is not None}
    ours = lists | {item.name for _, item in named} | {a.cell_name for a in REGISTER.values()} | {"cv_template"}
    assert set(book.defined_names) == ours


def test_links_lead_to_their_sheets(book: Workbook) -> None:
    for sheet, item in TEMPLATE.items():
        if isinstance(item, Text) and item.role is Role.LINK:
            link = book[sheet.name].cell(item.row, item.column).hyperlink
            assert link is not None
            assert link.location == f"'{item.text}'!A1"


@pytest.fixture(scope="module")
def hostile() -> bytes:
    """Draw a workbook whose first assumptions hold one of those texts each."""
    rows = register()
    given = [{**row, "value": text, "source": text} for row, text in zip(rows, HOSTILE, strict=False)]
    return draw(TEMPLATE, [*given, *rows[len(given) :]])


def test_a_text_is_never_a_formula_a_link_or_a_number(drawn: bytes, hostile: bytes) -> None:
    _, block = TEMPLATE.tables["Assumptions"]
    sheet = openpyxl.load_workbook(BytesIO(hostile))["Assumptions"]
    for row, text in enumerate(HOSTILE, start=block.row + 1):
        for name in ("value", "source"):
            cell = sheet.cell(row, block.column + [c.name for c in ASSUMPTIONS].index(name))
            assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)
    before, after = sheet_parts(drawn), sheet_parts(hostile)
    assert {name: part.count("<f>") for name, part in after.items()} == {
        name: part.count("<f>") for name, part in before.items()
    }


def test_nothing_in_it_runs_or_looks_elsewhere(drawn: bytes) -> None:
    xml = parts(drawn)
    assert not [name for name in xml if "vba" in name or "externalLink" in name or "connections" in name]
    assert not [text for text in xml.values() if 'TargetMode="External"' in text]
    assert not [name for name in xml if "calcChain" in name]


def test_the_clock_appears_nowhere(drawn: bytes) -> None:
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", "".join(parts(drawn).values()))) == {"2026-01-01T00:00:00Z"}


def test_headings_of_results_turn_red_when_stale(book: Workbook) -> None:
    stale = TEMPLATE.place("stale").replace("'", "")
    for sheet, block in TEMPLATE.tables.values():
        rules = [
            (str(formatting.sqref), rule.formula[0].replace("'", ""))
            for formatting in book[sheet.name].conditional_formatting
            for rule in formatting.rules
            if rule.type == "expression"
        ]
        last = address(block.row, block.column + len(block.table.columns) - 1)
        area = f"{address(block.row, block.column)}:{last}"
        assert ((area, stale) in rules) is not block.input


def test_a_cell_that_readers_fill_in_looks_like_an_input(book: Workbook) -> None:
    named = [(sheet, item) for sheet, item in TEMPLATE.items() if isinstance(item, NamedCell)]
    filled = {item.name for sheet, item in named if book[sheet.name].cell(item.row, item.column).fill.fill_type}
    asked = {"cv_explained_customer", "cv_proof_customer"}
    assert filled == {item.name for _, item in named if item.input} == asked


def test_a_customer_is_picked_from_the_list_of_customers(book: Workbook) -> None:
    (rule,) = [rule for rule in book["Proof"].data_validations.dataValidation if rule.type == "list"]
    assert (str(rule.sqref), rule.formula1, rule.errorStyle) == ("B5", "cv_proof_customer_list", "warning")
    assert book.defined_names["cv_proof_customer_list"].value == "tblCustomers[Customer id]"


def test_lifting_columns_of_a_stacked_chart_are_invisible(drawn: bytes) -> None:
    charts = [text for name, text in parts(drawn).items() if name.startswith("xl/charts/chart")]
    stacked = [text for text in charts if '<c:grouping val="stacked"/>' in text and '<c:barDir val="col"/>' in text]
    wanted = [item for _, item in TEMPLATE.items() if isinstance(item, Chart) and item.kind == "stacked"]
    assert len(stacked) == len(wanted) > 0
    for text, chart in zip(stacked, wanted, strict=True):
        drawn_as = [
            ("<c:spPr><a:noFill/>" in series, "<a:solidFill>" in series)
            for series in re.findall(r"<c:ser>.*?</c:ser>", text)
        ]
        assert drawn_as == [(series.invisible, not series.invisible) for series in chart.series]
        assert '<c:overlap val="100"/>' in text
        assert "<c:legend>" not in text


def test_bars_lie_to_both_sides_of_nought_the_first_on_top(drawn: bytes) -> None:
    charts = [text for name, text in parts(drawn).items() if name.startswith("xl/charts/chart")]
    [bars] = [text for text in charts if '<c:barDir val="bar"/>' in text]
    categories, values = (re.findall(rf"<c:{axis}>.*?</c:{axis}>", bars, re.DOTALL)[0] for axis in ("catAx", "valAx"))
    assert '<c:orientation val="maxMin"/>' in categories
    assert '<c:tickLblPos val="low"/>' in categories
    assert "<c:majorGridlines>" not in categories
    assert '<c:orientation val="minMax"/>' in values
    assert "<c:majorGridlines>" in values
    assert '<c:overlap val="100"/>' in bars


def test_words_for_how_something_stands_have_their_colours(book: Workbook) -> None:
    sheet, block = TEMPLATE.tables["Goal cascade"]
    place = block.column + [column.name for column in block.table].index("status")
    rules = {
        str(rules.sqref): [rule.formula for rule in rules.rules] for rules in book[sheet.name].conditional_formatting
    }
    assert rules[address(block.row + 1, place)] == [['"green"'], ['"amber"'], ['"red"']]


def test_rows_of_different_numbers_have_a_format_each(book: Workbook) -> None:
    for sheet, block in TEMPLATE.tables.values():
        if not block.formats:
            continue
        assert len(block.formats) == block.rows
        rules = {
            str(area.sqref): rule.dxf.numFmt.formatCode
            for area in book[sheet.name].conditional_formatting
            for rule in area.rules
            if rule.dxf is not None and rule.dxf.numFmt is not None
        }
        for position, column in enumerate(block.table, start=block.column):
            for row, number in enumerate(block.formats, start=block.row + 1):
                assert rules.get(address(row, position)) == (number.code if differs_by_row(column) else None)
        assert any(differs_by_row(column) for column in block.table)


def test_numbers_are_coloured_from_good_to_poor(book: Workbook) -> None:
    scales = {
        (sheet.title, str(area.sqref)): rule.colorScale
        for sheet in book.worksheets
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.type == "colorScale"
    }
    ranks, agreement = (scales["Best customers", cells] for cells in ("G12:N26", "H31:O38"))
    assert len(scales) == sum(len(block.heat) for _, block in TEMPLATE.tables.values()) == 2
    assert [stop.type for stop in ranks.cfvo] == ["min", "percentile", "max"]
    assert [(stop.type, float(stop.val)) for stop in agreement.cfvo] == [("num", -1.0), ("num", 0.0), ("num", 1.0)]
    colours = [[colour.rgb for colour in scale.color] for scale in (ranks, agreement)]
    assert colours[0] == colours[1][::-1]  # of ranks the low ones are good, of agreement the high ones


def test_headings_of_lenses_that_nobody_has_fade(book: Workbook) -> None:
    rules = {
        str(area.sqref): area.rules[0].formula
        for area in book["Best customers"].conditional_formatting
        if area.rules[0].type == "expression"
    }
    assert rules["G11"] == ['$G$10=""']
    assert rules["N30"] == ['$N$29=""']


def test_a_table_for_reading_has_no_buttons_and_no_cents(book: Workbook) -> None:
    reading = [(sheet, block) for sheet, block in TEMPLATE.tables.values() if block.reading]
    assert reading
    for sheet, block in reading:
        assert book[sheet.name].tables[block.table.excel_name].autoFilter is None
        for position, column in enumerate(block.table, start=block.column):
            if column.kind is Kind.MONEY:
                assert book[sheet.name].cell(block.row + 1, position).number_format == Format.MONEY.code


def test_points_have_markers_cut_lines_none_and_words_stand_in_their_place(drawn: bytes) -> None:
    charts = [text for name, text in parts(drawn).items() if name.startswith("xl/charts/chart")]
    (points,) = (text for text in charts if 'val="lineMarker"' in text and "VULNERABLE" in text)
    series = re.findall(r"<c:ser>.*?</c:ser>", points)
    assert [re.findall(r'<c:symbol val="(\w+)"/>', text) for text in series] == [
        *(["circle"], ["diamond"], ["triangle"], ["square"]),
        *(["none"], ["none"], ["none"]),
    ]
    assert ["<c:dLbls>" in text for text in series] == [False] * 6 + [True]
    assert re.findall(r"<a:t>([A-Z ]+)</a:t>", series[-1]) == ["IDEAL", "VULNERABLE", "OVERLOOKED", "LOW PRIORITY"]
    assert '<c:legendEntry><c:idx val="6"/><c:delete val="1"/></c:legendEntry>' in points
    assert '<c:max val="100.0"/><c:min val="0"/>' in points


def test_what_is_printed_ends_with_a_column(book: Workbook) -> None:
    for sheet in TEMPLATE.sheets:
        area = book[sheet.name].print_area
        last = sheet.printed and column_letters(sheet.printed)
        assert area == (f"'{sheet.name}'!$A$1:${last}$1048575" if last else "")


def test_a_sentence_that_something_does_not_tie_is_red(book: Workbook) -> None:
    sheet, answer = TEMPLATE.formulas["reconciled.answer"]
    rules = [
        rule
        for area in book[sheet.name].conditional_formatting
        if str(area.sqref) == address(answer.row, answer.column)
        for rule in area.rules
    ]
    assert [(rule.text, rule.dxf.font.color.rgb) for rule in rules] == [("DOES NOT TIE", "FF9C0006")]


def test_printing(book: Workbook) -> None:
    for sheet in TEMPLATE.sheets:
        page = book[sheet.name]
        assert page.page_setup.orientation == "landscape"
        assert page.sheet_properties.pageSetUpPr is not None
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToWidth in (None, 1)
        blocks = [item for item in sheet.items if isinstance(item, TableBlock)]
        assert not blocks or page.freeze_panes is not None or sheet.freeze == (1, 1)
