"""What the packs for the loyalty case, priority and goals say over tables made by hand, full and empty."""

from collections.abc import Sequence

import pytest

from tests.workbook_templates.test_packs import every, shown, table
from valuation.model.plan_defaults import default_panel_plan, default_service_levels
from valuation.tables import (
    CASE_MEASURES,
    HOURS_BY,
    LEVELS,
    PANEL_GROUPS,
    PANEL_MEASURES,
    PANEL_PLAN,
    PURPOSES,
    SERVED_SEGMENTS,
    SERVICE_LEVELS,
    TORNADO_ROWS,
)
from workbook_templates.catalogue import compose
from workbook_templates.layout import TableBlock
from workbook_templates.packs.insight_panel import READING_FORMATS
from workbook_templates.packs.loyalty import FIGURE_FORMATS
from workbook_templates.plan import Cell, CellError
from workbook_templates.planner import TableCells, book

EURO: dict[str, Cell] = {"cv_display_unit": 1000.0, "cv_currency": "EUR"}

# Loyalty case over seven years: differences -540,500 ... 740,034 on a base profit of 1.5 million a year.
DIFFERENCES = (-540_500.0, -209_484.0, 117_002.32, 355_013.44, 501_581.70, 629_096.08, 740_033.59)
TO_YEAR = (-491_364.0, -664_491.0, -576_585.0, -334_106.0, -22_664.0, 332_445.0, 712_198.97)
EQUITY = (5_359_966.0, 6_738_519.0, 8_902_115.0, 9_794_657.0, 10_310_526.0, 10_759_331.0, 11_149_792.0)
FIGURES = (*(712_198.97, -576_585.0, 0.3126, 0.2420, 4.554, 5.064, -749_984.0, 2.0, -0.36, 5_816_459.0, 0.455),)


def _years() -> TableCells:
    rows: list[Sequence[Cell]] = [
        [year, 1.5e6, 1.5e6 + difference, difference, difference / 1.5e6, npv, 5_333_333.0, equity]
        for year, (difference, npv, equity) in enumerate(zip(DIFFERENCES, TO_YEAR, EQUITY, strict=True), start=1)
    ]
    names = "year profit_base profit_program increment increment_share npv_to_year equity_base equity_program"
    return table(names, *rows, *[[None] * 8] * 3)


def _figures() -> TableCells:
    rows: list[list[Cell]] = [[name, figure] for name, figure in zip(CASE_MEASURES, FIGURES, strict=True)]
    return table("measure plan", *rows)


CASE: dict[str, TableCells] = {
    "Loyalty case": _years(),
    "Loyalty figures": _figures(),
    "Loyalty tornado": table(
        "driver low high swing less more",
        ["retention", 56_283.0, 1_429_344.0, 1_373_061.0, -655_916.0, 717_145.0],
        ["investment", 1_255_016.0, 169_382.0, 1_085_634.0, -542_817.0, 542_817.0],
    ),
}


class TestLoyaltyCase:
    def test_in_words(self) -> None:
        cells = every(CASE, **EURO)
        assert cells["loyalty.answer"] == (
            "The program lowers profit by 36% in year 1, has paid back after 4.6 years (5.1 with interest), and is "
            "worth EUR 712 thousand over 7 years (net present value)."
        )
        assert cells["loyalty.three_years"] == (
            "Over three years alone it looks like EUR -577 thousand and would be turned down. The customers are by "
            "then worth EUR 3,569 thousand above what they would be without it, and at the end EUR 5,816 thousand "
            "above."
        )
        assert cells["loyalty.rests_on"] == (
            "Most depends on retention: between EUR 56 thousand and EUR 1,429 thousand. It pays from 46% of the "
            "planned effect on."
        )

    def test_a_program_of_which_all_is_lost(self) -> None:
        years = {**CASE["Loyalty case"], "increment_share": [None] * 10}
        figures = table(
            "measure plan",
            ["NPV", -5000.0],
            ["NPV, three years", 1000.0],
            ["Break-even, years", None],
            ["Break-even discounted, years", None],
            ["Customer equity gained", None],
        )
        cells = every({"Loyalty case": years, "Loyalty figures": figures}, cv_loyalty_case="Club", **EURO)
        assert cells["loyalty.answer"] == (
            "Club lowers profit by EUR 541 thousand in year 1, does not pay back within 7 years, and costs EUR 5 "
            "thousand over 7 years (net present value)."
        )
        assert cells["loyalty.three_years"] == (
            "Over three years alone it looks like EUR 1 thousand and would be taken up."
        )

    def test_a_program_that_never_costs_more_than_it_has_brought(self) -> None:
        years = {
            **CASE["Loyalty case"],
            "increment": [1.0, *DIFFERENCES[1:], *[None] * 3],
            "increment_share": [0.0] * 10,
        }
        figures = table("measure plan", ["NPV", 5000.0], ["Break-even, years", 0.0])
        assert shown({"Loyalty case": years, "Loyalty figures": figures}, "loyalty.answer", **EURO) == (
            "The program raises profit by 0% in year 1, has never cost more than it has brought, and is worth EUR 5 "
            "thousand over 7 years (net present value)."
        )

    def test_a_value_that_is_not_known(self) -> None:
        said = shown({**CASE, "Loyalty figures": table("measure plan", ["NPV", None])}, "loyalty.answer")
        assert said == "What the case is worth is not known: see Exceptions for what is missing."

    def test_the_reverse_in_words(self) -> None:
        cases = table(
            "case first_year third_year_npv npv equity_change",
            ["Club", -540_500.0, -576_585.0, 712_199.0, 5_816_459.0],
            ["Cut service", 100_000.0, 60_000.0, -220_000.0, -700_000.0],
            ["Add a fee", 300_000.0, 150_000.0, -90_000.0, -650_000.0],
            [None] * 5,
        )
        cells = every({"Cases compared": cases}, **EURO)
        assert cells["reverse.answer"] == (
            "The quickest profit is Add a fee: the first year is EUR 300 thousand above the base, and the customers "
            "are in the end worth EUR 650 thousand below it. Most for the customer base does Club: the first year is "
            "EUR 541 thousand below the base, and the customers are worth EUR 5,816 thousand above it."
        )
        assert cells["reverse.traded"] == (
            "Cases that raise the first year's profit and lower what the customers are worth: 2 of 3. Cases that lose "
            "over three years and pay over all: 1."
        )

    def test_money_spent_on_customers_side_by_side(self) -> None:
        spend = table(
            "purpose name spend value_created return_per_unit net",
            ["retain", "Account managers", 100.0, 350.0, 3.5, 250.0],
            ["retain", "Rebates", 100.0, 150.0, 1.5, 50.0],
            ["acquire", "Trade fairs", 300.0, 240.0, 0.8, -60.0],
        )
        cells = every({"Returns on spend": spend})
        assert cells["returns.answer"] == (
            "Each unit of money spent adds customer value of 3.50 with Account managers (retain), the most, and of "
            "0.80 with Trade fairs (acquire), the least. Below 1 it costs more than it adds."
        )
        found = {
            purpose: [cells[f"returns.{purpose}{name}"] for name in (".spend", "", ".net")] for purpose in PURPOSES
        }
        assert found == {
            "acquire": [300.0, 0.8, -60.0],
            "retain": [200.0, 2.5, 300.0],
            "develop": [0.0, "", 0.0],
        }
        unknown: TableCells = {**spend, "value_created": [350.0, CellError.NA, 240.0]}
        cells = every({"Returns on spend": unknown})
        assert (cells["returns.retain.value_created"], cells["returns.retain"]) == ("not known", "")


QUEUE = table(
    "issue_id customer_id name value_at_risk status reason",
    ["I3", "C03", "North", 50_000.0, "Open, late", "27,000 for an hour"],
    ["I1", "C01", None, 40_000.0, "Open, in time", "8,000 for an hour"],
    ["I2", "C02", None, None, None, "customer unknown"],
)


class TestPriority:
    def test_the_queue_in_words(self) -> None:
        tables = {"Issue queue": QUEUE}
        names: dict[str, Cell] = {"cv_triage_mode": "normal"}
        beginning = (
            "Open issues: 3, late by their service level: 1. They put customer value of EUR 90 thousand at risk. To be "
            "solved first: I3, North (27,000 for an hour). "
        )
        assert shown(tables, "queue.answer", **names, **EURO) == (
            beginning + "Order: the most value at risk for an hour of work first."
        )
        crisis = shown(tables, "queue.answer", **{**names, "cv_triage_mode": "crisis"}, **EURO)
        assert crisis == beginning + "Order of a crisis: the greatest assets first."

    def test_nothing_to_solve(self) -> None:
        assert shown({"Issues": {"issue_id": ["I1"]}}, "queue.answer") == "No issue is open."

    def test_key_customers_in_words(self) -> None:
        kept = table(
            "segment customers kept retention value_retention expected value_at_risk",
            ["A", 52.0, 50.0, 50 / 52, 0.97, 0.91, 50_000.0],
            ["B", 10.0, 5.0, 0.5, 0.5, 0.5, 0.0],
        )
        assert shown({"Key customer retention": kept}, "queue.key_customers", **EURO) == (
            "Of the 52 customers in segment A at the last snapshot 96% stayed (97% of their value). Of the value in "
            "segment A now 91% is expected to be there in a year; its open issues put EUR 50 thousand at risk."
        )
        first = {**kept, "retention": [None, None]}
        assert str(shown({"Key customer retention": first}, "queue.key_customers")).startswith("Of the value in")

    def test_hours_in_words(self) -> None:
        methods = table(
            "method issues hours saved gap shortage",
            ["greedy", 2.0, 11.0, 59_000.0, 0.41, 0.0],
            ["exact", 2.0, 16.0, 100_000.0, 0.0, 0.0],
            ["divisible", 2.75, 16.0, 102_500.0, 0.0, 0.0],
        )
        tables = {"Service hours": methods, "Service hours by issue": {"issue_id": ["a", "b", "c", "d"]}}
        names: dict[str, Cell] = {"cv_service_hours": 16.0, "cv_hours_method": "exact"}
        assert shown(tables, "hours.answer", **names, **EURO) == (
            "The method on Assumptions (exact) uses 16.0 of 16.0 hours, serves 2 of 4 issues and saves customer value "
            "of EUR 100 thousand. Going by value for an hour alone (greedy) would save EUR 59 thousand, 41.0% below "
            "the most that these hours could save."
        )
        short = {"Service hours": {**methods, "shortage": [2.5, 2.5, 2.5]}}
        assert shown(short, "hours.answer", **names) == (
            "What must be served takes 2.5 hours more than there are: find them first."
        )
        assert str(shown(tables, "hours.answer")).startswith("No hours to share out yet")
        assert str(shown({}, "hours.answer", **names)).startswith(("Nothing to share out", "The hours cannot"))

    def test_voices_in_words(self) -> None:
        voices = table(
            "issues voice_share value_share flag",
            [44.0, 0.55, 0.0, "over-voiced"],
            [30.0, 0.375, 0.071, "over-voiced"],
            [6.0, 0.075, 0.929, "under-voiced"],
        )
        assert shown({"Share of voice": voices}, "voice.answer") == (
            "Over-voiced: 2 customers, with 93% of the issues and 7% of the value. Under-voiced: 1, with 8% of the "
            "issues and 93% of the value. A flag is no verdict: weigh opinions, do not delete them."
        )

    def test_the_panel_in_words(self) -> None:
        groups = table("stratum planned answered", ["A", 1.0, 1.0], ["C", 2.0, 1.0])
        rows: list[list[Cell]] = [
            [name, figure]
            for name, figure in zip(PANEL_MEASURES, (3.6494, 4.05, None, 3.7683, 52.73, 1.138), strict=True)
        ]
        tables = {
            "Panel groups": groups,
            "Panel readings": table("measure figure", *rows),
            "Insight panel": {"customer_id": ["1", "2", "3"]},
        }
        assert shown(tables, "panel.answer") == (
            "Of 3 customers in the panel 2 have answered. Would recommend us, from 0 to 10: 3.6 by all customers, 4.1 "
            "by value; by segment A alone: not known. The answers are worth as much as 53 that all counted the same."
        )
        silent = {**tables, "Panel groups": {**groups, "answered": [0.0, 0.0]}}
        assert str(shown(silent, "panel.answer")).endswith("Ask them, and put their answers on Survey.")

    def test_money_in_words(self) -> None:
        money = table(
            "customer_id name wallet headroom_revenue headroom_value exposure",
            ["C12", "Feld", 40_000.0, 12_000.0, 10_121.18, 5_060.59],
            ["C01", None, None, None, None, 12_600.0],
            ["C03", None, 45_000.0, 0.0, 0.0, None],
        )
        assert shown({"Money on the table": money}, "money.answer", **EURO) == (
            "With 1 of 2 customers whose wallet is estimated there is room for revenue of EUR 12 thousand a year, "
            "worth EUR 10 thousand. Competitors may win what is worth EUR 18 thousand by expectation; most at Feld. "
            "The wallet is an estimate."
        )


GOALS = table(
    "goal goal_id level status attainment pace behind through",
    ["Customer equity", "ce", "company", "amber", 0.25, 0.5, 2.0, "CFO (A. Roth)"],
    ["  CFO", "cfo", "executive", "red", 0.0, 0.5, None, "Days late (A. Roth)"],
    ["    Days late", "late", "manager", "red", 0.0, 0.5, None, None],
    ["    Fit", "fit", "team", None, None, None, None, None],
    ["Return on Customer", "roc", "company", "red", -0.1, 0.5, 1.0, "retention (S. Kern)"],
    ["Net adds", "net", "company", "green", 0.9, 0.5, None, None],
)


class TestGoals:
    def test_in_words(self) -> None:
        cells = every({"Goal cascade": GOALS})
        assert cells["goals.answer"] == "Of 6 goals 1 are green, 1 amber and 3 red; how 1 stand is not known."
        assert cells["goals.behind"] == (
            "Of the company's goals furthest behind is Return on Customer (red): -10% of the way in 50% of the time, "
            "held back most by retention (S. Kern)."
        )

    def test_counts_by_level(self) -> None:
        cells = every({"Goal cascade": GOALS})
        counts = {
            status: [cells[f"goals.{status}.{level}"] for level in LEVELS] + [cells[f"goals.{status}"]]
            for status in ("green", "amber", "red", "not known")
        }
        assert counts == {
            "green": [1.0, 0.0, 0.0, 0.0, 1.0],
            "amber": [1.0, 0.0, 0.0, 0.0, 1.0],
            "red": [1.0, 1.0, 1.0, 0.0, 3.0],
            "not known": [0.0, 0.0, 0.0, 1.0, 1.0],
        }

    def test_no_goal_of_the_company_is_behind(self) -> None:
        on_time = {**GOALS, "behind": [None] * 6}
        assert shown({"Goal cascade": on_time}, "goals.behind") == "No goal of the company is known to be behind."


@pytest.mark.parametrize("pack", ["loyalty", "priority", "goals"])
def test_empty_sheets_hold_no_errors_and_say_what_to_fill_in(pack: str) -> None:
    template = compose(packs=[pack])
    filled = book(template, {}, {})
    assert [key for key in template.formulas if isinstance(filled.figure(key), CellError)] == []
    answers = [key for key in template.formulas if key.endswith(".answer") and key.split(".")[0] in ANSWERS[pack]]
    assert {key.split(".")[0] for key in answers} == ANSWERS[pack]
    for key in answers:
        assert "fill in" in str(filled.figure(key))


ANSWERS = {
    "loyalty": {"loyalty", "reverse", "returns"},
    "priority": {"queue", "hours", "voice", "panel", "money"},
    "goals": {"goals"},
}


def test_every_row_of_a_table_of_different_figures_has_a_format() -> None:
    assert len(FIGURE_FORMATS) == len(CASE_MEASURES)
    assert len(READING_FORMATS) == len(PANEL_MEASURES)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Loyalty tornado", range(TORNADO_ROWS)),
        ("Service compliance", SERVED_SEGMENTS),
        ("Key customer retention", SERVED_SEGMENTS),
        ("Service hours", HOURS_BY),
        ("Panel groups", PANEL_GROUPS),
    ],
)
def test_tables_have_a_row_for_each_of_their_names(name: str, rows: Sequence[object]) -> None:
    block = compose(packs=["loyalty", "priority"]).tables[name][1]
    assert isinstance(block, TableBlock)
    assert block.rows == len(rows)


def test_plans_to_begin_with_are_those_of_their_tables() -> None:
    levels, plan = default_service_levels(), default_panel_plan()
    assert set(levels) <= {column.name for column in SERVICE_LEVELS}
    assert set(plan) <= {column.name for column in PANEL_PLAN}
    assert not levels.duplicated(["segment", "severity"]).any()
    assert levels["segment"].drop_duplicates().tolist() == list(SERVED_SEGMENTS)
    by_segment = levels.pivot_table(index="segment", columns="severity", values="hours")
    assert (by_segment.diff().dropna() > 0).all(axis=None)
    assert (by_segment.T.diff().dropna() > 0).all(axis=None)
    assert plan["stratum"].tolist() == list(PANEL_GROUPS)
