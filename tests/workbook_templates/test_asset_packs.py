"""What the packs of customers as an asset say over small tables made by hand: three metrics, equity and its bridge."""

from itertools import pairwise

import pytest

from tests.workbook_templates.test_packs import BRIDGE_AMOUNTS, EQUITY, METRICS, SOUND, Tables, every, shown, table
from valuation.tables import BRIDGE_LINES, CUSTOMER_METRICS
from workbook_templates.packs.metrics import PERIODS_SHOWN, SECTIONS
from workbook_templates.plan import Cell, CellError

LINES = len(BRIDGE_LINES)


class TestCustomerMetrics:
    def test_each_figure_stands_under_its_period(self) -> None:
        cells = every({"Customer metrics": METRICS})
        names = [line.what for _, lines in SECTIONS for line in lines if isinstance(line.what, str)]
        for row, period in enumerate(("month.0", "month.1", "year.0")):
            assert cells[f"metrics.{period}.period"] == METRICS["period"][row]
            assert [cells[f"metrics.{period}.{name}"] for name in names] == [METRICS[name][row] for name in names]

    def test_every_figure_of_the_table_stands_on_the_page(self) -> None:
        names = [line.what for _, lines in SECTIONS for line in lines if isinstance(line.what, str)]
        about = {"key", "period", "start", "end", "note"}
        assert sorted(names) == sorted(column.name for column in CUSTOMER_METRICS if column.name not in about)

    def test_a_period_that_is_not_there_is_blank(self) -> None:
        cells = every({"Customer metrics": METRICS})
        missing = [cell for key, cell in cells.items() if key.startswith(("metrics.quarter.", "metrics.month.2."))]
        assert missing
        assert set(missing) == {""}

    def test_differences_are_shown(self) -> None:
        wrong = {**METRICS, "lost": [1.0, 1.0, 3.0], "revenue": [125.0, 130.5, 1540.5]}
        cells = every({"Customer metrics": wrong})
        assert (
            cells["metrics.month.0.closing_active.difference"],
            cells["metrics.year.0.closing_active.difference"],
        ) == (
            0.0,
            -2.0,
        )
        assert cells["metrics.month.1.revenue.difference"] == -0.5
        assert cells["metrics.year.0.revenue_12m.difference"] == 0.0

    def test_the_answer_is_about_the_last_year(self) -> None:
        cells = every({"Customer metrics": METRICS}, cv_currency="EUR")
        assert cells["metrics.answer"] == (
            "In 2025 customers won: 2, of whom 2 remain. Of 10 existing customers 9 are active. A new customer "
            "brought EUR 109, an existing one EUR 147 (1.4 times that). Of the revenue of a year before 99% came again "
            "from the same customers (net revenue retention)."
        )
        assert cells["metrics.note"] == "By contracts that end."

    def test_without_a_year_it_is_about_the_last_month(self) -> None:
        short = {name: cells[:1] for name, cells in METRICS.items()}
        assert shown({"Customer metrics": short}, "metrics.answer") == (
            "In 2025-12 customers won: 0, of whom 0 remain. Of 10 existing customers 9 are active. An existing "
            "customer brought 11. Of the revenue of a year before 99% came again from the same customers (net revenue "
            "retention)."
        )

    def test_periods_run_from_the_oldest_to_the_newest(self) -> None:
        rows = [[f"{kind} {ago}", f"{kind}{ago}"] for kind, _, several in PERIODS_SHOWN for ago in range(several)]
        cells = every({"Customer metrics": table("key period", *rows)})
        for kind, _, several in PERIODS_SHOWN:
            assert [cells[f"metrics.{kind}.{ago}.period"] for ago in range(several)] == [
                f"{kind}{ago}" for ago in range(several)
            ]


FILLED: dict[str, Cell] = {
    "cv_fixed_costs_value": 100.0,
    "cv_tax_value": 40.0,
    "cv_other_assets": 15.0,
    "cv_net_debt": 0.0,
}


class TestCustomerEquity:
    def test_the_answer(self) -> None:
        cells = every(SOUND, cv_used_horizon=3.0, cv_currency="EUR")
        assert cells["equity.answer"] == (
            "The 3-year customer equity is EUR 270: EUR 320 from customers who are worth something and EUR -50 from "
            "customers who lose money, if not repriced."
        )
        assert cells["equity.further"] == (
            "A figure over 3 years is no lifetime: it is 50% of the unlimited one of EUR 540. With the customers to be "
            "won in the next 2 years it would be EUR 328; they depend on a plan, the others are there."
        )

    def test_without_a_horizon_and_without_customers_to_come(self) -> None:
        alone = {**SOUND, "Customer equity to come": {}}
        cells = every(alone, cv_used_horizon="inf")
        assert str(cells["equity.answer"]).startswith("The unlimited customer equity")
        assert cells["equity.further"] == "The figure has no horizon: it counts all years to come."
        assert (cells["equity.to_come"], cells["equity.to_come.enterprise"]) == ("", "")

    def test_the_value_of_the_enterprise_waits_for_all_its_parts(self) -> None:
        cells = every(SOUND, **FILLED)
        assert (cells["equity.today.enterprise"], cells["equity.to_come.enterprise"]) == (145.0, 202.5)
        cells = every(SOUND, **{**FILLED, "cv_net_debt": None})
        assert (cells["equity.today.tax_value"], cells["equity.today.net_debt"]) == (40.0, "")
        assert (cells["equity.today.enterprise"], cells["equity.to_come.enterprise"]) == ("", "")
        assert str(cells["equity.filled"]).startswith("Shown when all four are filled in")

    def test_unknown_values_are_said(self) -> None:
        segments = {**EQUITY["Customer equity"], "value": [CellError.NA] * 5}
        cells = every({**SOUND, "Customer equity": segments})
        assert str(cells["equity.answer"]).startswith("Customer equity cannot be given")


def bridge(*amounts: Cell) -> Tables:
    """Make a bridge of the amounts of its lines."""
    return {**SOUND, "Equity bridge": {**EQUITY["Equity bridge"], "amount": amounts}}


class TestEquityBridge:
    def test_the_answer(self) -> None:
        cells = every(SOUND, cv_currency="EUR")
        assert cells["bridge.answer"] == (
            "Customer equity went from EUR 100 at the last snapshot to EUR 270 now, a change of EUR 170. What added "
            "most: New customers (EUR 200). What took most: Lost customers (EUR -90)."
        )
        assert [cells[f"bridge.{key}"] for key in ("sum", "difference", "value")] == [270.0, 0.0, 0.0]

    def test_without_a_snapshot_it_says_so(self) -> None:
        cells = every(bridge(*[None] * LINES))
        assert str(cells["bridge.answer"]).startswith("There is no earlier snapshot to start from yet")
        assert [cells[f"bridge.{key}"] for key in ("sum", "difference", "value")] == [0.0, 0.0, 0.0]
        none = every({**SOUND, "Equity bridge": {}, "Equity bridge by customer": {}})
        assert none["bridge.answer"] == cells["bridge.answer"]
        assert none["check.equity_bridge"] == none["check.equity_closing"] == none["check.equity_customers"] == "OK"

    def test_unknown_values_are_said(self) -> None:
        answer = shown(bridge(100.0, CellError.NA, *[0.0] * (LINES - 3), CellError.NA), "bridge.answer")
        assert str(answer).startswith("Customer equity cannot be bridged")

    @pytest.mark.parametrize(
        "changes",
        [BRIDGE_AMOUNTS, tuple(-amount for amount in BRIDGE_AMOUNTS), (-20.0, 50.0, -60.0, 10.0, *[0.0] * (LINES - 5))],
    )
    def test_the_waterfall_stands_on_the_running_total(self, changes: tuple[float, ...]) -> None:
        """Each bar covers exactly what lies between the running total before and after its line."""
        cells = every(bridge(*changes, sum(changes)))
        running = [sum(changes[:place]) for place in range(1, LINES)]

        def piece(place: int, *names: str) -> float:
            return sum(float(str(cells[f"bridge.{place}.{name}"])) for name in names)

        for place, (before, after) in enumerate(pairwise(running), start=2):
            lift = piece(place, "lift")
            above, below = (piece(place, *names) for names in (("up", "down"), ("up_below", "down_below")))
            low, high = (
                (min(lift, 0) + below, max(lift, 0) + above) if lift == 0 else sorted((lift, lift + above + below))
            )
            assert (low, high) == pytest.approx((min(before, after), max(before, after))) or before == after
            risen = piece(place, "up") - piece(place, "up_below")
            assert risen == pytest.approx(max(after - before, 0))
        assert [piece(place, "total") for place in (1, LINES)] == pytest.approx([changes[0], sum(changes)])


def test_an_empty_workbook_says_so_without_error_cells() -> None:
    cells = every({})
    own = {key: cell for key, cell in cells.items() if key.startswith(("metrics.", "equity.", "bridge."))}
    assert [key for key, cell in own.items() if isinstance(cell, CellError)] == []
    assert [str(own[f"{name}.answer"]).partition(":")[0] for name in ("metrics", "equity", "bridge")] == [
        "Nothing to count yet",
        "Nothing to value yet",
        "Nothing to bridge yet",
    ]
