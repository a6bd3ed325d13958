"""What the packs' formulas say over small tables made by hand: a customer explained, answers, checks, stale inputs."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from valuation.dates import twelve_months_before
from valuation.model.concentration import MEASURES
from valuation.tables import BRIDGE_LINES, CUSTOMER_PNL
from workbook_templates.catalogue import compose
from workbook_templates.packs import PACKS
from workbook_templates.packs.best_customers import BEST
from workbook_templates.packs.concentration import MEASURE_FORMATS
from workbook_templates.packs.engagement import FIGURES
from workbook_templates.packs.explain import DETAIL_LINES, LINES
from workbook_templates.packs.migration import MIGRATION_FIGURES, MIGRATION_FORMATS
from workbook_templates.packs.value_matrix import QUADRANTS
from workbook_templates.plan import Cell, CellError
from workbook_templates.planner import TableCells, book

ALL = compose("customer_value", list(PACKS))
Tables = Mapping[str, TableCells]


def shown(tables: Tables, key: str, **names: Cell) -> Cell:
    """Give the value of a formula cell by its key."""
    return book(ALL, tables, names).figure(key)


def every(tables: Tables, **names: Cell) -> dict[str, Cell]:
    """Give the values of all formula cells by their keys."""
    filled = book(ALL, tables, names)
    return {key: filled.figure(key) for key in ALL.formulas}


def table(names: str, *rows: Sequence[Cell]) -> TableCells:
    """Make a table of rows."""
    return dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))


PNL = table(
    "customer_id name profit_rank gross_revenue discounts returns net_revenue cogs goods gross_margin "
    "marketing sales order_handling logistics support returns_handling cost_to_serve "
    "contribution_before_financing financing expected_loss stock_carrying contribution",
    [
        *("7", "Seven", 1.0, 1000.0, 100.0, 0.0, 900.0, 400.0, -20.0, 520.0),
        *(0.0, 0.0, 0.0, 0.0, 30.0, 0.0, 30.0, 490.0, 9.0, 1.0, 0.0, 480.0),
    ],
    [
        *("a*", "Star", 3.0, 100.0, 0.0, 10.0, 90.0, 50.0, 0.0, 40.0),
        *(0.0, 0.0, 0.0, 60.0, 40.0, 0.0, 100.0, -60.0, 5.0, 0.0, 5.0, -70.0),
    ],
    [
        *("ab", "Other", 2.0, 10.0, 0.0, 0.0, 10.0, 10.0, 0.0, 0.0),
        *(0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 5.0, -5.0, 0.0, 0.0, 0.0, -5.0),
    ],
)
DETAIL = table(
    "customer_id pool family period driver quantity driver_total rate cost acquisition_cost",
    ["7", "Desk", "support", None, "minutes", 12.0, 30.0, 2.5, 30.0, 0.0],
    ["7", "Rebates", "goods", None, None, None, None, None, -20.0, 0.0],
    ["a*", "Desk", "support", None, "minutes", 16.0, 30.0, 2.5, 40.0, 0.0],
    ["a*", "Vans", "logistics", "2025-12-31", "stops", 3.0, 3.0, 20.0, 60.0, 0.0],
    ["ab", "Desk", "support", None, "minutes", 2.0, 30.0, 2.5, 5.0, 0.0],
)
COMPANY: Tables = {"Customer P&L": PNL, "Cost detail": DETAIL}


class TestExplain:
    def test_without_a_choice_it_is_the_customer_of_the_last_rank(self) -> None:
        cells = every(COMPANY)
        assert (cells["explained.id"], cells["explained.name"]) == ("a*", "Star")
        assert str(cells["explained.answer"]) == (
            "Star brings net revenue of 90.00 and a contribution of -70.00 (-77.8% of revenue): number 3 of 3 by "
            "contribution. Its largest cost is Vans, 2025-12-31 with 60.00."
        )

    @pytest.mark.parametrize("typed", ["7", 7.0])
    def test_an_id_may_be_typed_as_a_number(self, typed: Cell) -> None:
        cells = every(COMPANY, cv_explained_customer=typed)
        assert [cells[f"explained.{name}"] for name, _ in LINES] == [PNL[name][0] for name, _ in LINES]
        assert cells["explained.cogs.part"] == pytest.approx(400 / 900)

    def test_each_cost_is_quantity_times_rate_and_ties_to_the_pnl(self) -> None:
        cells = every(COMPANY, cv_explained_customer="a*")
        columns = ("pool", "driver", "quantity", "rate", "product", "cost")
        assert [cells[f"detail.1.{name}"] for name in columns] == ["Desk", "minutes", 16.0, 2.5, 40.0, 40.0]
        assert [cells[f"detail.2.{name}"] for name in columns] == ["Vans, 2025-12-31", "stops", 3.0, 20.0, 60.0, 60.0]
        assert [cells[f"detail.3.{name}"] for name in columns] == [""] * 6
        assert (cells["detail.further"], cells["detail.all"]) == (0.0, 100.0)
        assert (cells["explained.charged"], cells["explained.difference"], cells["explained.ties"]) == (
            100.0,
            0.0,
            "ties",
        )

    def test_a_cost_charged_directly_has_no_quantity(self) -> None:
        cells = every(COMPANY, cv_explained_customer="7")
        columns = ("pool", "driver", "quantity", "rate", "product", "cost")
        assert [cells[f"detail.2.{name}"] for name in columns] == ["Rebates", "charged directly", "", "", "", -20.0]
        assert cells["explained.difference"] == 0.0

    def test_a_cost_that_is_missing_does_not_tie(self) -> None:
        short = {name: [*cells[:3], *cells[4:]] for name, cells in DETAIL.items()}
        cells = every({**COMPANY, "Cost detail": short})
        assert (cells["explained.difference"], cells["explained.ties"]) == (60.0, "ERROR: does not tie")

    def test_of_a_table_in_another_order_no_strange_row_is_shown(self) -> None:
        mixed = {name: [cells[i] for i in (2, 0, 1, 3, 4)] for name, cells in DETAIL.items()}
        cells = every({**COMPANY, "Cost detail": mixed})
        assert [cells[f"detail.{line}.cost"] for line in (1, 2)] == [40.0, ""]
        assert (cells["detail.further"], cells["detail.all"], cells["explained.ties"]) == (60.0, 100.0, "ties")

    def test_more_costs_than_lines_are_summed_up(self) -> None:
        rows = [["7", "Pool", "support", None, "d", 1.0, 1.0, 1.0, 1.0, 0.0]] * (DETAIL_LINES + 3)
        cells = every({**COMPANY, "Cost detail": table(" ".join(DETAIL), *rows)}, cv_explained_customer="7")
        assert (cells[f"detail.{DETAIL_LINES}.cost"], cells["detail.further"]) == (1.0, 3.0)
        assert cells["detail.all"] == DETAIL_LINES + 3

    def test_an_unknown_customer_and_an_empty_workbook(self) -> None:
        assert (
            shown(COMPANY, "explained.answer", cv_explained_customer="b") == "There is no customer b on Customer P&L."
        )
        empty = every({})
        assert str(empty["explained.answer"]).startswith("There is no customer yet")
        assert (empty["detail.count"], empty["detail.all"], empty["explained.ties"]) == (0.0, 0.0, "no cost detail")
        assert not [key for key, cell in empty.items() if key.startswith("detail.") and isinstance(cell, CellError)]

    def test_unknown_costs_are_said(self) -> None:
        unknown = {**PNL, "contribution": [CellError.NA] * 3, "profit_rank": [CellError.NA] * 3}
        cells = every({**COMPANY, "Customer P&L": unknown}, cv_explained_customer="7")
        assert str(cells["explained.answer"]).startswith("The contribution of Seven is not known")
        assert (cells["explained.contribution"], cells["explained.contribution.end"]) == ("", 0.0)

    @pytest.mark.parametrize("customer", ["7", "a*", "ab"])
    def test_the_waterfall_stands_on_the_running_total(self, customer: str) -> None:
        """Each column covers exactly what lies between the running total before and after its line."""
        cells = every(COMPANY, cv_explained_customer=customer)
        row = list(PNL["customer_id"]).index(customer)
        running = 0.0
        for name, step in LINES:
            amount = float(str(PNL[name][row]))
            before, running = (0.0, amount) if step == "subtotal" else (running, running - amount)
            lift, result, above, below = (
                float(str(cells[f"explained.{name}.{piece}"])) for piece in ("lift", "subtotal", "above", "below")
            )
            covered = sorted([0.0, result]) if step == "subtotal" else [min(lift, 0) + below, max(lift, 0) + above]
            if step == "cost" and before * running >= 0:
                covered = sorted([lift, lift + above + below])
            assert covered == pytest.approx(sorted([before, running]))

    def test_its_lines_are_the_pnl_from_top_to_bottom(self) -> None:
        left_out = {"customer_id", "name", "cost_to_serve", "acquisition_cost", "run_rate_contribution", "profit_rank"}
        assert [name for name, _ in LINES] == [column.name for column in CUSTOMER_PNL if column.name not in left_out]


LEDGER: Tables = {
    "Ledger pools": {"amount": [100.0, 23.45]},
    "Cost to serve": table(
        "pool ledger services traced allocated unused unknown_customer unallocated difference practical",
        ["Desk", 100.0, 0.0, 10.0, 60.0, 20.0, 5.0, 5.0, 0.0, 480.0],
        ["Rent", 23.45, 0.0, 0.0, 0.0, 0.0, 0.0, 23.45, 0.0, None],
    ),
    "Ledger accounts": table("gl_account difference not_in_pools", ["1", 0.0, 0.0], ["2", 0.0, 0.0]),
}


class TestReconciliation:
    def test_every_cent_is_accounted_for(self) -> None:
        assert shown(LEDGER, "reconciled.answer") == (
            "Every cent of 123.45 is accounted for: traced 10.00, allocated 60.00, unused 20.00, unknown customers "
            "5.00, unallocated 28.45."
        )

    def test_what_does_not_tie_is_said(self) -> None:
        lacking = {**LEDGER, "Ledger pools": {"amount": [100.0, 24.45]}}
        assert str(shown(lacking, "reconciled.answer")).startswith("DOES NOT TIE: 1.00 of the ledger went nowhere")
        accounts = {**LEDGER, "Ledger accounts": table("gl_account not_in_pools", ["1", 5.0], ["2", -5.0])}
        assert str(shown(accounts, "reconciled.answer")).endswith("their pools differ by 10.00.")

    def test_nothing_yet(self) -> None:
        assert str(shown({}, "reconciled.answer")).startswith("Nothing to account for yet")


CONTRIBUTION, REVENUE = (CUSTOMER_PNL[name].title for name in ("contribution", "net_revenue"))
SOUND: dict[str, TableCells] = {
    **LEDGER,
    **COMPANY,
    "Capacity use": table(
        "pool used_cost unused_cost unused practical used", ["Desk", 65.0, 20.0, 100.0, 480.0, 380.0]
    ),
    "Costing compare": table(
        "customer_id volume_based activity_based time_driven shift_pct turns",
        ["7", 100.0, 50.0, 30.0, -0.05, ""],
        ["a*", 50.0, 110.0, 100.0, 0.5, "loss"],
        ["ab", 15.0, 5.0, 5.0, None, ""],
    ),
    "P&L by period": table("line twelve_months", [REVENUE, 1000.0], [CONTRIBUTION, 405.0]),
    "P&L by group": table(
        "level group net_revenue contribution",
        ["segment", "S", 1000.0, 405.0],
        ["parent", "7", 900.0, 480.0],
        ["parent", "a*", 100.0, -75.0],
    ),
    "Receivables": table("bill_to open_amount", ["7", 80.0], ["a*", 20.0]),
    "Ageing": table("bucket open_amount", ["not yet due", 70.0], ["1-30 days", 30.0]),
    "Concentration curve": table("share_of_customers contribution", [0.0, 0.0], [0.5, 480.0], [1.0, 405.0]),
    "Effort and value": table("customer_id cost_to_serve", ["7", 30.0], ["a*", 100.0], ["ab", 5.0]),
    "Effort by segment": table("tier cost_to_serve", ["A", 30.0], ["none", 105.0]),
    "What-if P&L": table(
        "customer_id contribution_now contribution_then change", ["7", 480.0, 500.0, 20.0], ["a*", -75.0, -75.0, 0.0]
    ),
}
SOUND |= {
    "Lifetime value": {"value": [300.0, -50.0, 20.0]},
    "Engagement value": table(
        "customer_id name value referral_value influence_value knowledge_value engagement_value additive_value "
        "outside_value",
        ["7", "Seven", 300.0, 40.0, CellError.NA, 10.0, 350.0, 330.0, 10.0],
        ["a*", "Star", -50.0, 0.0, 5.0, 0.0, -45.0, -45.0, 5.0],
        ["ab", "Other", 20.0, 0.0, 0.0, 0.0, 20.0, 0.0, 0.0],
    ),
    "Officers": table(
        "officer weight signed_by signed_on",
        ["CCO", 0.4, "Support", dt.date(2025, 12, 1)],
        ["CFO", 0.6, None, None],
    ),
    "Lens scores": table(
        "customer_id engagement_value money_rank", ["a*", -45.0, 3.0], ["7", 350.0, 1.0], ["ab", 20.0, 2.0]
    ),
    "Best customers": table(
        "money_rank customer_id name engagement_value top_share",
        [1.0, "7", "Seven", 350.0, 1.0],
        [2.0, "ab", None, 20.0, 0.4],
        *[[None] * 5] * (BEST - 2),
    ),
    "Agreement": table(
        "measure figure", ["Kendall's W", 0.74], ["Among the best whatever the weights", 1.0], ["Lenses compared", 2.0]
    ),
    "Lens agreement": table("officer w_without", ["CCO", 0.5], ["CFO", 0.86]),
    "Contested customers": table("name champion sceptic rank_range", ["Star", "CCO", "CFO", 6.5]),
    "Segments": table("customer_id segment value", ["7", "A", 300.0], ["a*", "N", -50.0], ["ab", "C", 20.0]),
    "Override effect": table(
        "segment model_customers customers value moved_in",
        ["A", 1.0, 1.0, 350.0, 0.0],
        ["B", 1.0, 0.0, 0.0, 0.0],
        ["C", 0.0, 1.0, 20.0, 1.0],
        ["N", 1.0, 1.0, -45.0, 0.0],
        ["without segment", 0.0, 0.0, 0.0, 0.0],
    ),
    "Needs P&L": table(
        "needs_segment net_revenue contribution value",
        ["Trade", 900.0, 480.0, 300.0],
        ["none", 100.0, -75.0, -30.0],
    ),
    "Migration": table(
        "segment to_a to_b to_c to_n to_out",
        ["A", 1.0, 0.0, 0.0, 0.0, 1.0],
        ["B", 0.0, 0.0, 1.0, 0.0, 0.0],
        ["C", 0.0, 0.0, 0.0, 0.0, 0.0],
        ["N", 0.0, 0.0, 0.0, 0.0, 0.0],
        ["none", 0.0, 0.0, 0.0, 1.0, 0.0],
    ),
    "Migration summary": table(
        "measure figure", ["Stayed", 0.5], ["Moved up", 0.0], ["Moved down", 1.0], ["New", 1.0], ["Gone", 1.0]
    ),
}
METRIC_COLUMNS = (
    "key period end opening_active gross_new reactivated lost new_and_lost closing_active net_adds net_new_remaining "
    "existing maturing existing_active revenue_new revenue_maturing revenue_existing revenue_unknown revenue "
    "revenue_constant revenue_per_new revenue_per_existing before_12m lost_12m contraction_12m expansion_12m "
    "reactivated_12m new_12m fx_12m revenue_12m net_retention gross_retention note"
)
METRICS = table(
    METRIC_COLUMNS,
    [
        *("month 0", "2025-12", dt.date(2025, 12, 31), 11.0, 0.0, 1.0, 1.0, 0.0, 11.0, 0.0, 0.0, 10.0, 2.0, 9.0),
        *(0.0, 20.0, 100.0, 5.0, 125.0, 125.0, CellError.DIV0, 100 / 9),
        *(1000.0, -80.0, -50.0, 120.0, 30.0, 217.0, 3.0, 1240.0, 0.99, 0.87, ""),
    ],
    [
        *("month 1", "2025-11", dt.date(2025, 11, 30), 10.0, 2.0, 0.0, 1.0, 0.0, 11.0, 1.0, 2.0, 9.0, 0.0, 9.0),
        *(40.0, 0.0, 90.0, 0.0, 130.0, 130.0, 20.0, 10.0),
        *(0.0, 0.0, 0.0, 0.0, 0.0, 130.0, 0.0, 130.0, CellError.NA, CellError.NA, ""),
    ],
    [
        *("year 0", "2025", dt.date(2025, 12, 31), 9.0, 2.0, 1.0, 1.0, 0.0, 11.0, 2.0, 2.0, 10.0, 0.0, 9.0),
        *(217.0, 0.0, 1323.5, 0.0, 1540.5, 1540.5, 108.5, 1323.5 / 9),
        *(1000.0, -80.0, -50.0, 120.0, 30.0, 217.0, 303.5, 1540.5, 0.99, 0.87, "By contracts that end."),
    ],
)
BRIDGE_AMOUNTS = (100.0, 10.0, -30.0, -90.0, 15.0, 40.0, -20.0, -5.0, 8.0, -3.0, 0.0, 200.0, 50.0, -5.0)
EQUITY: Tables = {
    "Customer equity": table(
        "segment customers positive negative value value_unlimited",
        ["A", 1.0, 300.0, 0.0, 300.0, 500.0],
        ["B", 0.0, 0.0, 0.0, 0.0, 0.0],
        ["C", 1.0, 20.0, 0.0, 20.0, 60.0],
        ["N", 1.0, 0.0, -50.0, -50.0, -20.0],
        ["without segment", 0.0, 0.0, 0.0, 0.0, 0.0],
    ),
    "Customer equity to come": table(
        "year new_customers value_each present_value cumulative",
        [1.0, 10.0, 3.3, 30.0, 300.0],
        [2.0, 10.0, 3.3, 27.5, 327.5],
    ),
    "Equity bridge": table(
        "line amount customers meaning",
        *(
            [title, amount, 3.0, meaning]
            for (title, meaning), amount in zip(
                BRIDGE_LINES.values(), (*BRIDGE_AMOUNTS, sum(BRIDGE_AMOUNTS)), strict=True
            )
        ),
    ),
    "Equity bridge by customer": table("customer_id closing residual", ["7", 300.0, 0.0], ["ab", -30.0, 0.0]),
}
SOUND |= {"Customer metrics": METRICS, **EQUITY}
SOUND |= {
    "Loyalty case": table(
        "year profit_base profit_program increment cumulative npv_to_year",
        [1.0, 100.0, 60.0, -40.0, -40.0, -36.0],
        [2.0, 100.0, 190.0, 90.0, 50.0, 39.0],
        [None] * 6,
    ),
    "Loyalty figures": table("measure plan", ["NPV", 39.0], ["NPV, three years", 39.0]),
    "Issues": table(
        "issue_id opened closed hours",
        ["I1", dt.date(2025, 12, 1), None, 6.0],
        ["I2", dt.date(2025, 11, 1), dt.date(2025, 12, 31), 1.0],
        ["I3", dt.date(2025, 12, 31), dt.date(2026, 1, 1), 2.0],
        ["I4", dt.date(2026, 1, 1), None, 2.0],
    ),
    "Issue queue": table("issue_id rank", ["I3", 1.0], ["I1", 2.0]),
    "Service hours": table(
        "method hours shortage", ["greedy", 8.0, 0.0], ["exact", 16.0, 0.0], ["divisible", 16.0, None]
    ),
    "Share of voice": table("issues voice_share", [3.0, 0.75], [1.0, 0.25]),
    "Insight panel": table("customer_id stratum", ["7", "A"], ["a*", "C"], ["ab", "C"]),
    "Panel groups": table("stratum planned", ["A", 1.0], ["C", 2.0]),
    "Goal cascade": table("goal_id violation", ["g", None], ["h", None]),
    "Control totals": table("item amount", ["sales", 0.0]),
}
AT: Mapping[str, Cell] = {"cv_used_as_of": dt.date(2025, 12, 31), "cv_service_hours": 16.0}
"""Named cells that the checks of sound tables refer to."""
PACK_CHECKS = [check.key for name, pack in PACKS.items() if name != "core" for check in pack.checks]


class TestChecks:
    def test_sound_tables_pass(self) -> None:
        cells = every(SOUND, **AT)
        assert {key: cells[f"check.{key}"] for key in PACK_CHECKS} == dict.fromkeys(PACK_CHECKS, "OK")

    def test_tables_that_are_not_there_pass(self) -> None:
        cells = every({"Customer P&L": PNL})
        assert {key: cells[f"check.{key}"] for key in PACK_CHECKS} == dict.fromkeys(PACK_CHECKS, "OK")

    @pytest.mark.parametrize(
        ("key", "table_name", "column"),
        [
            ("accounts", "Ledger accounts", "not_in_pools"),
            ("account_differences", "Ledger accounts", "difference"),
            ("detail", "Cost detail", "cost"),
            ("costings", "Costing compare", "volume_based"),
            ("costings", "Costing compare", "activity_based"),
            ("costings", "Costing compare", "time_driven"),
            ("capacity", "Capacity use", "used_cost"),
            ("capacity", "Capacity use", "unused_cost"),
            ("periods", "P&L by period", "twelve_months"),
            ("groups", "P&L by group", "contribution"),
            ("groups", "P&L by group", "net_revenue"),
            ("ageing", "Ageing", "open_amount"),
            ("ageing", "Receivables", "open_amount"),
            ("whale", "Concentration curve", "contribution"),
            ("effort", "Effort and value", "cost_to_serve"),
            ("effort", "Effort by segment", "cost_to_serve"),
            ("what_if", "What-if P&L", "contribution_now"),
            ("what_if", "What-if P&L", "change"),
            ("additive", "Engagement value", "additive_value"),
            ("additive", "Engagement value", "outside_value"),
            ("additive", "Lifetime value", "value"),
            ("engagement_parts", "Engagement value", "engagement_value"),
            ("engagement_parts", "Engagement value", "influence_value"),
            ("engagement_parts", "Engagement value", "knowledge_value"),
            ("officer_weights", "Officers", "weight"),
            ("best_customers", "Best customers", "engagement_value"),
            ("best_customers", "Lens scores", "engagement_value"),
            ("official", "Override effect", "customers"),
            ("official", "Override effect", "model_customers"),
            ("needs", "Needs P&L", "net_revenue"),
            ("needs", "Needs P&L", "contribution"),
            ("needs", "Needs P&L", "value"),
            ("migration", "Migration summary", "figure"),
            ("migration_now", "Migration", "to_c"),
            ("migration_now", "Migration", "to_n"),
            ("metric_classes", "Customer metrics", "revenue_unknown"),
            ("metric_classes", "Customer metrics", "revenue"),
            ("metric_counts", "Customer metrics", "gross_new"),
            ("metric_counts", "Customer metrics", "closing_active"),
            ("metric_bridge", "Customer metrics", "before_12m"),
            ("metric_bridge", "Customer metrics", "fx_12m"),
            ("metric_bridge", "Customer metrics", "revenue_12m"),
            ("equity_segments", "Customer equity", "positive"),
            ("equity_segments", "Customer equity", "value"),
            ("equity_segments", "Lifetime value", "value"),
            ("equity_to_come", "Customer equity to come", "present_value"),
            ("equity_to_come", "Customer equity to come", "cumulative"),
            ("equity_bridge", "Equity bridge", "amount"),
            ("equity_closing", "Lifetime value", "value"),
            ("equity_customers", "Equity bridge by customer", "residual"),
            ("equity_customers", "Equity bridge by customer", "closing"),
            ("loyalty_cumulative", "Loyalty case", "increment"),
            ("loyalty_cumulative", "Loyalty case", "cumulative"),
            ("loyalty_cumulative", "Loyalty case", "profit_program"),
            ("loyalty_npv", "Loyalty case", "npv_to_year"),
            ("service_hours", "Service hours", "hours"),
            ("voice", "Share of voice", "voice_share"),
            ("panel", "Panel groups", "planned"),
            ("completeness", "Control totals", "amount"),
        ],
    )
    def test_a_cent_too_much_is_found(self, key: str, table_name: str, column: str) -> None:
        cells = list(SOUND[table_name][column])
        last = max(place for place, cell in enumerate(cells) if cell is not None)
        cells[last] = float(str(cells[last])) + 0.01
        wrong = {**SOUND, table_name: {**SOUND[table_name], column: cells}}
        assert shown(wrong, f"check.{key}", **AT) == "ERROR"

    @pytest.mark.parametrize(
        ("key", "table_name", "rows"),
        [
            ("issue_queue", "Issue queue", table("issue_id", ["I3"])),
            ("issue_queue", "Issue queue", table("issue_id", ["I3"], ["I1"], ["I2"])),
            ("panel", "Insight panel", table("customer_id", ["7"], ["ab"])),
            ("goals", "Goal cascade", table("goal_id violation", ["g", None], ["h", "no owner"])),
        ],
    )
    def test_a_row_too_many_or_too_few_is_found(self, key: str, table_name: str, rows: TableCells) -> None:
        assert shown({**SOUND, table_name: rows}, f"check.{key}", **AT) == "ERROR"

    def test_duties_may_take_more_hours_than_there_are(self) -> None:
        short = table("method hours shortage", ["greedy", 20.0, 4.0], ["exact", 20.0, 4.0], ["divisible", 20.0, 4.0])
        assert shown({**SOUND, "Service hours": short}, "check.service_hours", **AT) == "OK"

    def test_best_customers_may_share_the_last_rank(self) -> None:
        shared = table(
            "customer_id engagement_value money_rank", ["7", 350.0, 1.0], ["ab", 20.0, 2.0], ["a*", 20.0, 2.0]
        )
        assert shown({**SOUND, "Lens scores": shared}, "check.best_customers") == "OK"

    def test_weights_that_are_all_left_out_count_equally(self) -> None:
        blank = {**SOUND["Officers"], "weight": [None, None]}
        assert shown({**SOUND, "Officers": blank}, "check.officer_weights") == "OK"

    def test_every_check_of_a_pack_is_tried(self) -> None:
        tests = (TestChecks.test_a_cent_too_much_is_found, TestChecks.test_a_row_too_many_or_too_few_is_found)
        tried = {case[0] for test in tests for mark in getattr(test, "pytestmark", ()) for case in mark.args[1]}
        assert tried == set(PACK_CHECKS)

    def test_a_costing_by_activity_is_held_against_its_own_column(self) -> None:
        register: TableCells = {"id": ["costing"], "scope": ["all"], "value": ["activity-based"], "used": [None]}
        assert shown({**SOUND, "Assumptions": register}, "check.costings.difference") == 30.0


class TestStale:
    @pytest.mark.parametrize(
        ("name", "column"),
        [
            ("Service departments", "share"),
            ("Capacity", "practical_minutes"),
            ("Activities", "quantity"),
            ("Time equations", "minutes"),
            ("Trial balance", "amount"),
            ("Hierarchy", "customer_id"),
            ("Invoices", "amount"),
            ("What if", "value"),
            ("Referrals", "margin"),
            ("Influence", "value_with"),
            ("Ideas", "npv"),
            ("Issues", "hours"),
            ("Survey", "fit"),
            ("Officers", "weight"),
            ("Lens statements", "weight"),
            ("Strategic ratings", "growth"),
            ("Overrides", "expires"),
            ("Needs segments", "owner"),
            ("Periods", "start"),
            ("Periods", "quarter"),
            ("FX", "average_rate"),
            ("Loyalty drivers", "margin"),
            ("Customer spend", "spend"),
            ("Service levels", "hours"),
            ("Panel plan", "minimum"),
            ("Goals", "target"),
            ("Goals", "parent_id"),
        ],
    )
    def test_a_changed_input_makes_results_stale(self, name: str, column: str) -> None:
        tables: Tables = {name: {column: [0.5]}}
        cells = every(tables)
        assert cells["stale"] is True
        kept = {total.name: cells[f"input.{i}"] for i, total in enumerate(ALL.totals)}
        assert shown(tables, "stale", **kept) is False

    @pytest.mark.parametrize(
        ("name", "column", "before", "after"),
        [
            ("Referrals", "evidence", "judged", "measured"),
            ("Ideas", "evidence", "measured", "surveyed"),
            ("Influence", "evidence", None, "measured"),
            ("Lens statements", "better", "low", "high"),
            ("Overrides", "segment", "A", "C"),
            ("Loyalty drivers", "case", "plan", "base"),
            ("Customer spend", "purpose", "acquire", "retain"),
            ("Service levels", "segment", "A", "B"),
            ("Panel plan", "stratum", "Fast adopters", "A"),
            ("Goals", "rollup", "own", "children"),
            ("Goals", "level", "manager", "team"),
        ],
    )
    def test_so_does_another_word(self, name: str, column: str, before: Cell, after: Cell) -> None:
        cells = every({name: {column: [before]}})
        kept = {total.name: cells[f"input.{i}"] for i, total in enumerate(ALL.totals)}
        assert shown({name: {column: [before]}}, "stale", **kept) is False
        assert shown({name: {column: [after]}}, "stale", **kept) is True


@pytest.mark.parametrize("as_of", ["2025-12-31", "2025-06-30", "2024-02-29", "2025-11-30", "2025-05-15", "2026-02-28"])
def test_quarters_end_where_the_model_ends_them(as_of: str) -> None:
    cells = every({}, cv_used_as_of=dt.date.fromisoformat(as_of))
    ends = [twelve_months_before(np.datetime64(as_of), months=months) for months in (9, 6, 3, 0)]
    days = [float((end - np.datetime64("1899-12-30")).astype(int)) for end in ends]
    assert [cells[f"quarter.{quarter}"] for quarter in range(1, 5)] == days


def test_measures_have_a_format_each() -> None:
    assert len(MEASURE_FORMATS) == len(MEASURES)
    assert len(MIGRATION_FORMATS) == len(MIGRATION_FIGURES)


class TestOfficers:
    def test_their_names_stand_above_their_lenses(self) -> None:
        cells = every(SOUND)
        for prefix in ("lens_scores.rank", "lens_scores.score", "best_customers.rank", "best_customers.agrees"):
            assert [cells[f"{prefix}_{place}"] for place in range(1, 9)] == ["CCO", "CFO", *[""] * 6]

    def test_who_has_not_signed(self) -> None:
        assert shown(SOUND, "lenses.unsigned") == "Not signed yet: CFO."
        assert shown({}, "lenses.unsigned") == "No officers yet: list them with their weights and statements."
        signed = {**SOUND["Officers"], "signed_by": ["x", "y"], "signed_on": [dt.date(2025, 12, 1)] * 2}
        assert shown({"Officers": signed}, "lenses.unsigned") == "All officers have signed."
        undated = {**signed, "signed_on": [None, None]}
        assert shown({"Officers": undated}, "lenses.unsigned") == "Not signed yet: CCO, CFO."

    def test_weights_in_words(self) -> None:
        assert str(shown(SOUND, "lenses.weights")).startswith("The weights add up to 100%")
        heavy = {**SOUND["Officers"], "weight": [0.4, 0.7]}
        assert shown({"Officers": heavy}, "lenses.weights") == "ERROR: the weights add up to 110.0%, not 100%."

    def test_the_best_in_words(self) -> None:
        cells = every(SOUND, **REGISTER_NAMES)
        assert cells["best_customers.answer"] == (
            "Our best customers in money, by what they buy and what they move others to do: Seven, ab. They hold 370, "
            "100% of all that is worth something."
        )
        assert cells["best_customers.weights"] == (
            "Whatever weight each officer gets, 1 customer is among the 10 best: Seven."
        )
        assert cells["best_customers.agreement"] == (
            "The officers agree strongly (Kendall's W 0.74, from 0 to 1); CFO stands furthest apart. Most contested is "
            "Star: CCO ranks it 6.5 places better than CFO does."
        )

    @pytest.mark.parametrize(("w", "words"), [(0.71, "agree strongly"), (0.5, "agree in part"), (0.29, "hardly agree")])
    def test_how_far_they_agree(self, w: float, words: str) -> None:
        figures = table("measure figure", ["Kendall's W", w])
        said = str(shown({**SOUND, "Agreement": figures}, "best_customers.agreement"))
        assert said.startswith(f"The officers {words} (Kendall's W {w:.2f}")

    def test_nobody_is_always_among_the_best(self) -> None:
        figures = table("measure figure", ["Kendall's W", 0.5], ["Among the best whatever the weights", 0.0])
        said = shown({**SOUND, "Agreement": figures}, "best_customers.weights", **REGISTER_NAMES)
        assert said == "Nobody is among the 10 best by every weighting of the officers."

    def test_without_results_nothing_is_said(self) -> None:
        cells = every({})
        assert str(cells["best_customers.answer"]).startswith("No best customers yet")
        assert cells["best_customers.weights"] == cells["best_customers.agreement"] == ""

    def test_the_one_lens_too_few_to_agree(self) -> None:
        figures = table("measure figure", ["Kendall's W", CellError.NA])
        said = str(shown({**SOUND, "Agreement": figures}, "best_customers.agreement"))
        assert said.startswith("How far the officers agree cannot be measured yet")


REGISTER_NAMES: Mapping[str, Cell] = {"cv_top_customers": 10.0}


class TestEngagement:
    def test_what_others_do_because_of_customers_in_words(self) -> None:
        amounts = dict.fromkeys(FIGURES, 0.0) | {
            "Customer base value": 270.0,
            "Additive total": 285.0,
            "Moved between customers": 20.0,
            "Referral value": 40.0,
            "Influence value": 5.0,
            "Knowledge value": 10.0,
            "Measured": 40.0,
            "Surveyed": 5.0,
            "Judged": 15.0,
        }
        rows: list[list[Cell]] = [[name, value] for name, value in amounts.items()]
        summary = table("measure amount", *rows)
        cells = every({**SOUND, "Engagement summary": summary})
        assert cells["engagement.answer"] == (
            "Beside what they buy, customers are worth 40 by referral, 5 by influence and 10 by ideas; 25% of this is "
            "judged, not measured or surveyed."
        )
        assert cells["engagement.once"] == (
            "Counted once, it adds 15 to the customer base value of 270; 20 only moves from customers to those who "
            "brought them. Seven brings most by referral (40). Seven brings most by ideas (10)."
        )

    def test_influence_that_was_not_measured_is_not_counted(self) -> None:
        assert shown(SOUND, "engagement.influence") == 5.0


class TestSegments:
    def test_tiers_in_words(self) -> None:
        assert shown(SOUND, "tiers.answer") == (
            "Customers in official segment A: 1, worth 350; in B: 0, worth 0; in C: 1; in N: 1. Customers whom an "
            "override puts elsewhere than the model does: 1."
        )

    def test_needs_in_words(self) -> None:
        assert shown(SOUND, "needs.answer") == (
            "Of 2 needs segments Trade contributes most (480) and none least (-75)."
        )

    def test_moves_in_words_are_those_of_the_refresh(self) -> None:
        assert shown({}, "migration.answer") == "There is no earlier snapshot to compare with yet."
        assert shown({}, "migration.answer", cv_used_moves="Two move up.") == "Two move up."

    def test_the_matrix_in_words(self) -> None:
        rows: list[list[Cell]] = [[name, count, 100.0 * count] for count, name in enumerate(QUADRANTS, start=1)]
        rows[-1][2] = CellError.NA
        assert shown({"Value matrix quadrants": table("quadrant customers value", *rows)}, "matrix.answer") == (
            "1 (worth 100) customers are ideal. 2 (worth 200) are valuable to us and get too little from us: they may "
            "leave. 3 (worth 300) get much and leave money on the table. 4 (worth 400) come last. What 5 get from us "
            "is not known."
        )

    def test_cut_lines_and_words_lie_in_the_chart(self) -> None:
        points = table("value_to_customer ideal low_priority", [90.0, 500.0, None], [20.0, None, -40.0])
        cells = every({"Value matrix points": points}, cv_used_company_cut=100.0, cv_used_customer_cut=60.0)
        at = {
            key.removeprefix("matrix."): cell
            for key, cell in cells.items()
            if key.startswith(("matrix.cut", "matrix.w"))
        }
        assert [(at[f"cut.customer.{end}.x"], at[f"cut.customer.{end}.y"]) for end in ("bottom", "top")] == [
            (60.0, -40.0),
            (60.0, 500.0),
        ]
        assert [(at[f"cut.company.{end}.x"], at[f"cut.company.{end}.y"]) for end in ("left", "right")] == [
            (0.0, 100.0),
            (100.0, 100.0),
        ]
        assert (at["word.ideal.x"], at["word.ideal.y"]) == (80.0, 500.0)
        assert (at["word.low_priority.x"], at["word.low_priority.y"]) == (30.0, -40.0)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (
            "capacity.answer",
            "79.2% of the minutes that can be worked are used. What is not used costs 20.00 and is charged to nobody; "
            "0 of 1 pools work overtime.",
        ),
        (
            "compare.answer",
            "By time instead of by volume, the cost of 2 of 3 customers moves by more than 1% of revenue; 1 turn from "
            "profit to loss, 0 from loss to profit.",
        ),
        (
            "receivables.answer",
            "Customers owe 100.00, of which 0.00 (0%) is past due and 0.00 disputed. Waiting for their money costs "
            "0.00 in the twelve months; 0.00 is expected to be lost.",
        ),
        (
            "what_if.answer",
            "With all changes the contribution of all customers rises by 20.00, from 405.00 to 425.00. 1 customers "
            "bring more, 0 less; 1 lose money now, 1 then.",
        ),
    ],
)
def test_answers(key: str, sentence: str) -> None:
    assert shown(SOUND, key) == sentence


MEASURED: TableCells = table(
    "measure contribution",
    ["Customers", 1200.0],
    ["Peak", 500.0],
    ["Losses", -95.0],
    ["Customers below 0", 2.0],
    ["Best fifth, share of total", 1.17],
)


def test_concentration_in_words() -> None:
    rest = "2 of 1,200 customers lose 95.00; without these losses there would be 500.00."
    assert shown({"Concentration measures": MEASURED}, "concentration.answer") == (
        f"The best fifth of the customers brings 117% of the contribution. {rest}"
    )
    loss: TableCells = {**MEASURED, "contribution": [*MEASURED["contribution"][:-1], CellError.NA]}
    assert shown({"Concentration measures": loss}, "concentration.answer") == (
        f"All customers together bring no contribution. {rest}"
    )
    unknown: TableCells = {**MEASURED, "contribution": [0.0, *[CellError.NA] * 4]}
    assert str(shown({"Concentration measures": unknown}, "concentration.answer")).startswith("Contribution cannot be")


def test_effort_in_words() -> None:
    effort = table(
        "customer_id action effect_of_dropping", ["7", "keep", -10.0], ["a*", "drop", 40.0], ["ab", None, CellError.NA]
    )
    tiers = table("tier effort_share value_share", ["A", 0.25, 0.75])
    assert shown({"Effort and value": effort, "Effort by segment": tiers}, "effort.answer") == (
        "Segment A takes 25% of the cost to serve and holds 75% of the value. To reprice: 0 customers; to drop: 1, "
        "which would change profit by 40.00. For 1 customers it is not known which cost would go away."
    )
