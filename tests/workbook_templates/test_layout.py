"""What every template must hold to, whichever packs are chosen."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import given

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.model import value_base
from valuation.tables import LENSES, POOL_COSTS, TABLES, Kind, TableData, normalise_heading
from workbook_templates.addresses import address, column_letters
from workbook_templates.catalogue import compose
from workbook_templates.layout import (
    Block,
    BodyColumn,
    Chart,
    Format,
    Formula,
    Item,
    LiveFormula,
    NamedCell,
    Pack,
    Role,
    Series,
    Sheet,
    Stage,
    TableBlock,
    Template,
    Text,
    column_format,
    number_format,
)
from workbook_templates.native import Figures, const
from workbook_templates.packs import PACKS
from workbook_templates.sample import sample_company
from workbook_templates.sheetmath import FUNCTIONS

OPTIONAL = [name for name in PACKS if name != "core"]
# Two packs can get into each other's way by a name or a place on Checks: every pair shows it. The rest of
# what a pack holds to is looked at alone, and among all. All subsets would be 256 templates.
PAIRS = tuple(combinations(OPTIONAL, 2))
CHOICES = [(), *((name,) for name in OPTIONAL), tuple(OPTIONAL)]


def composed(choices: Iterable[tuple[str, ...]]) -> dict[str, Template]:
    """Make a template of each choice of packs."""
    return {"+".join(("core", *packs)): compose("customer_value", packs) for packs in choices}


TEMPLATES = composed(CHOICES)
PAIRED = composed(PAIRS)

every_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
every_pair_too = pytest.mark.parametrize("template", [*TEMPLATES.values(), *PAIRED.values()], ids=[*TEMPLATES, *PAIRED])


def formulas(template: Template) -> Iterator[tuple[Sheet, Formula, str]]:
    """Give every formula cell with its sheet and text."""
    for sheet, item in template.items():
        if isinstance(item, Formula):
            yield sheet, item, item.expr.excel(template.place)


def bare(text: str) -> str:
    """Take the constant texts out of a formula."""
    return re.sub(r'"(?:[^"]|"")*"', '""', text)


class TestNames:
    @every_pair_too
    def test_what_is_found_by_name_is_there_once(self, template: Template) -> None:
        items = list(template.items())
        for names in (
            [item.key for _, item in items if isinstance(item, Formula)],
            [item.table.name for _, item in items if isinstance(item, TableBlock)],
            [item.table.excel_name.casefold() for _, item in items if isinstance(item, TableBlock)]
            + [item.name.casefold() for _, item in items if isinstance(item, NamedCell)]
            + [assumption.cell_name.casefold() for assumption in REGISTER.values()]
            + ["cv_template"],
            [sheet.name.casefold() for sheet in template.sheets],
        ):
            assert [name for name, times in Counter(names).items() if times > 1] == []

    @every_template
    def test_sheets_have_names_that_excel_takes(self, template: Template) -> None:
        for sheet in template.sheets:
            assert 0 < len(sheet.name) <= 31
            assert not re.search(r"[\[\]:*?/\\]|^'|'$", sheet.name)
            assert sheet.name.casefold() != "history"

    @every_template
    def test_defined_names_are_valid_and_no_addresses(self, template: Template) -> None:
        names = [item.name for _, item in template.items() if isinstance(item, NamedCell)]
        names += [block.table.excel_name for _, block in template.tables.values()]
        names += [assumption.cell_name for assumption in REGISTER.values()]
        for name in names:
            assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]{0,254}", name), name
            assert not re.fullmatch(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*", name), name

    @every_template
    def test_tables_have_a_contract_and_headings_that_differ(self, template: Template) -> None:
        for name, (_, block) in template.tables.items():
            assert TABLES[name] is block.table
            headings = [normalise_heading(column.title) for column in block.table]
            assert len(set(headings)) == len(headings)
            assert set(block.written) <= {column.name for column in block.table}
            assert block.rows >= 1


class TestPlaces:
    @every_pair_too
    def test_nothing_lies_over_anything_else(self, template: Template) -> None:
        for sheet in template.sheets:
            taken: dict[tuple[int, int], Item] = {}
            for item in sheet.items:
                area = area_of(item, sheet)
                for row in range(area.top, area.bottom + 1):
                    for column in range(area.left, area.right + 1):
                        assert (row, column) not in taken, (sheet.name, address(row, column), item, taken[row, column])
                        taken[row, column] = item

    @every_template
    def test_below_a_table_stands_nothing_unless_its_length_is_fixed(self, template: Template) -> None:
        for sheet in template.sheets:
            for block in sheet.items:
                if isinstance(block, TableBlock) and block.table.name not in FIXED_LENGTH:
                    area = area_of(block, sheet)
                    below = [item for item in sheet.items if area_of(item, sheet).top > area.bottom]
                    assert below == [], sheet.name

    def test_tables_of_fixed_length_are_that_long(self) -> None:
        company = sample_company()
        inputs = {name: TableData(table=TABLES[name], frame=frame) for name, frame in company.items()}
        everything = compose(packs=list(PACKS))
        results = value_base(inputs, wanted=everything.tables)
        for name in FIXED_LENGTH:
            assert len(results.tables[name]) == everything.tables[name][1].rows

    @every_template
    def test_every_sheet_can_be_reached_and_links_lead_somewhere(self, template: Template) -> None:
        links = [item.text for _, item in template.items() if isinstance(item, Text) and item.role is Role.LINK]
        assert sorted(map(str, links)) == sorted(sheet.name for sheet in template.sheets if sheet.name != "Index")

    @every_template
    def test_the_answer_comes_first_and_the_log_last(self, template: Template) -> None:
        names = [sheet.name for sheet in template.sheets]
        assert (names[0], names[1], names[-1]) == ("Summary", "Index", "Log")
        stages = [sheet.stage for sheet in template.sheets]
        assert stages == sorted(stages)

    def test_six_sheets_stand_in_front(self) -> None:
        for template in TEMPLATES.values():
            front = {sheet.name for sheet in template.sheets if sheet.front}
            assert front == {"Summary", "Assumptions", "Customer P&L", "Lifetime value", "Segments", "Checks"}

    @every_template
    def test_result_sheets_say_how_fresh_they_are_and_by_which_convention(self, template: Template) -> None:
        for sheet in template.sheets:
            if sheet.stage is Stage.RESULT:
                assert {f"{sheet.name}.status", f"{sheet.name}.convention"} <= set(template.formulas)


class TestFormulas:
    @every_template
    def test_only_functions_that_have_a_twin_and_none_of_ours(self, template: Template) -> None:
        """That LibreOffice has them too is shown by `tests.hosts.test_expressions`."""
        for _, item, text in formulas(template):
            called = set(re.findall(r"([A-Za-z_.][A-Za-z0-9_.]*)\(", bare(text)))
            assert called <= set(FUNCTIONS), item.key
            assert "CV_" not in bare(text), item.key

    @every_pair_too
    def test_formulas_refer_to_what_is_there(self, template: Template) -> None:
        tables = {block.table.excel_name: block.table for _, block in template.tables.values()}
        names = {item.name for _, item in template.items() if isinstance(item, NamedCell)}
        names |= {assumption.cell_name for assumption in REGISTER.values()}
        for _, item, text in formulas(template):  # a key that is not there raises
            for table, heading in re.findall(r"(\w+)\[((?:'.|[^\[\]'])+)\]", bare(text)):
                assert re.sub(r"'(.)", r"\1", heading) in [column.title for column in tables[table]], item.key
            assert set(re.findall(r"\bcv_\w+", bare(text))) <= names, item.key

    @every_template
    def test_formulas_fit_into_a_cell(self, template: Template) -> None:
        for _, item, text in formulas(template):
            assert not item.expr.wide, item.key
            assert len(text) <= 8192, item.key
            depths = [0]
            for sign in bare(text):
                depths.append(depths[-1] + (sign == "(") - (sign == ")"))
            assert max(depths) <= 64, item.key

    @every_template
    def test_criteria_are_read_alike_in_every_language(self, template: Template) -> None:
        """A comma is the decimal sign of half of Europe, where Excel would not read ``"<=0.5"``."""
        for _, item, text in formulas(template):
            assert not re.search(r'"[<>=]+[0-9]*\.[0-9]', text), item.key

    @every_template
    def test_columns_of_figures_stand_one_under_the_other(self, template: Template) -> None:
        found = 0
        for item in (item for _, item in template.items() if isinstance(item, Formula)):
            for part in parts(item.expr):
                if isinstance(part, Figures):
                    found += 1
                    cells = [template.formulas[key] for key in part.keys]
                    assert len({(sheet.name, formula.column) for sheet, formula in cells}) == 1
                    rows = [formula.row for _, formula in cells]
                    assert rows == list(range(rows[0], rows[0] + len(rows)))
        assert found

    @every_template
    def test_charts_draw_columns_of_figures_or_of_tables_of_fixed_length(self, template: Template) -> None:
        for sheet, item in template.items():
            for cells in (cells for series in series_of(item) for cells in (series.categories, series.values)):
                if isinstance(cells, BodyColumn):
                    assert cells.table.name in FIXED_LENGTH
                    assert template.tables[cells.table.name][0].name == sheet.name
                    assert cells.column in {column.name for column in cells.table}
                else:
                    ends = [template.formulas[key] for key in cells]
                    assert [end.name for end, _ in ends] == [sheet.name] * 2
                    assert ends[0][1].column == ends[1][1].column
                    assert ends[0][1].row < ends[1][1].row

    @every_template
    def test_colour_scales_lie_over_columns_of_tables_of_fixed_length(self, template: Template) -> None:
        for _, block in template.tables.values():
            assert not block.heat or block.table.name in FIXED_LENGTH
            for heat in block.heat:
                first = [column.name for column in block.table].index(heat.columns[0])
                names = [column.name for column in block.table][first : first + len(heat.columns)]
                assert names == list(heat.columns)

    @every_template
    def test_headings_that_fade_have_a_formula_above_them(self, template: Template) -> None:
        for sheet, block in template.tables.values():
            above = {item.column for item in sheet.items if isinstance(item, Formula) and item.row == block.row - 1}
            places = {column.name: place for place, column in enumerate(block.table, start=block.column)}
            assert {places[name] for name in block.fading} <= above

    @every_template
    def test_no_formula_stands_in_a_cell_formatted_as_text(self, template: Template) -> None:
        assert [item.key for _, item, _ in formulas(template) if item.format is Format.TEXT] == []


FIXED_LENGTH = (
    "Horizons",
    "Reconciliation",
    "Purchase models",
    "Purchase intervals",
    "Purchase tracking",
    "Purchase frequency",
    "Horizons by model",
    "P&L by period",
    "Ageing",
    "Concentration measures",
    "Concentration curve",
    "Effort by segment",
    "Engagement summary",
    "Lens agreement",
    "Agreement",
    "Best customers",
    "Contested customers",
    "Tier methods",
    "Override effect",
    "Value matrix quadrants",
    "Value matrix points",
    "Migration",
    "Migration summary",
    "Customer equity",
    "Customer equity to come",
    "Equity bridge",
    "Loyalty case",
    "Loyalty figures",
    "Loyalty tornado",
    "Stop rule",
    "Service compliance",
    "Key customer retention",
    "Service hours",
    "Panel groups",
    "Panel readings",
)


def series_of(item: Item) -> tuple[Series, ...]:
    return item.series if isinstance(item, Chart) else ()


class Area(NamedTuple):
    """A rectangle of cells, ends included."""

    top: int
    left: int
    bottom: int
    right: int


def area_of(item: Item, sheet: Sheet) -> Area:
    """Give the cells that an item takes."""
    match item:
        case TableBlock():
            rows = len(REGISTER) if item.table.name == "Assumptions" else item.rows
            return Area(item.row, item.column, item.row + rows, item.column + len(item.table.columns) - 1)
        case Block():
            return Area(item.row, item.column, item.row + len(item.rows), item.column + len(item.head) - 1)
        case Chart():
            right, left = item.column, item.width
            while (left := left - pixels((sheet.widths or {}).get(right, 8.43))) > 0:
                right += 1
            return Area(item.row, item.column, item.row + -(-item.height // 20) - 1, right)
        case Text() | Formula():
            return Area(item.row, item.column, item.row, item.column + item.span - 1)
        case NamedCell():
            return Area(item.row, item.column, item.row, item.column)
        case LiveFormula():
            height, width = len(item.cells), len(item.cells[0])
            return Area(item.row, item.column, item.row + height - 1, item.column + width - 1)


def pixels(width: float) -> int:
    """Give the width of a column in pixels."""
    return int(width * 7 + 5)


def parts(expr: object) -> Iterator[object]:
    """Go through an expression."""
    yield expr
    for name in ("left", "right"):
        if hasattr(expr, name):
            yield from parts(getattr(expr, name))
    for argument in getattr(expr, "arguments", ()):
        yield from parts(argument)


class TestAddresses:
    @pytest.mark.parametrize(
        ("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
    )
    def test_letters(self, column: int, letters: str) -> None:
        assert column_letters(column) == letters

    @given(column=st.integers(1, 16384))
    def test_letters_count_in_base_26_without_nought(self, column: int) -> None:
        number = 0
        for letter in column_letters(column):
            number = number * 26 + ord(letter) - ord("A") + 1
        assert number == column

    def test_address(self) -> None:
        assert (address(7, 2), address(7, 2, absolute=True)) == ("B7", "$B$7")

    def test_a_sheet_name_is_quoted(self) -> None:
        sheet = Sheet(name="It's", purpose="", stage=Stage.LOG, items=(figure("x", row=2),))
        template = Template(id="t", version=1, packs=(Pack(name="p", purpose="", sheets=(sheet,)),))
        assert template.place("x") == "'It''s'!$A$2"


def figure(key: str, *, row: int) -> Formula:
    """Make a formula cell."""
    return Formula(row=row, column=1, key=key, expr=const(1))


def test_the_price_of_a_unit_shows_fractions_of_a_cent() -> None:
    assert column_format(POOL_COSTS["rate"]) is Format.RATE
    assert column_format(POOL_COSTS["driver_total"]) is Format.NUMBER
    assert column_format(POOL_COSTS["ledger"]) is Format.CENTS


def test_ranks_and_scores_are_no_amounts() -> None:
    assert column_format(LENSES["rank_1"]) is Format.GENERAL  # 2.5 where two share a rank, else whole
    assert column_format(LENSES["score_1"]) is Format.SCORE
    assert column_format(LENSES["money_rank"]) is Format.COUNT


def test_every_kind_has_a_number_format() -> None:
    formats: Mapping[Kind, Format] = {kind: number_format(kind) for kind in Kind}
    assert formats[Kind.DATE] is Format.DATE
    assert formats[Kind.ID] is Format.TEXT  # 00123 keeps its noughts
    assert formats[Kind.ANY] is Format.GENERAL


def test_identity_names_template_version_and_packs() -> None:
    assert TEMPLATES["core"].identity == "customer_value/3/core"
