"""The customer P&L: the waterfall, costs unknown, one-offs, and day one without transactions."""

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import (
    AS_OF,
    customers,
    found,
    kinds,
    settings,
    table,
    tables,
    transactions,
)
from valuation.findings import Severity
from valuation.model.accounts import accounts_of
from valuation.model.history import read_base
from valuation.model.profit import Profit, customer_profit
from valuation.model.receivables import read_receivables
from valuation.settings import Settings, read_settings
from valuation.tables import CUSTOMER_PNL, TableData


def profit(own: TableData, *parts: TableData, assumed: Settings | None = None) -> Profit:
    given = tables(*parts)
    base = read_base(own, given.get("Transactions"), AS_OF)
    assumed = assumed or settings(sales_cost=0.0)
    result = customer_profit(
        base, assumed, given, read_receivables(base, accounts_of(base, assumed, given), assumed, given)
    )
    assert list(result.pnl) == [column.name for column in CUSTOMER_PNL]
    return result


def line(result: Profit, *columns: str) -> list[list[float]]:
    return [result.pnl[column].tolist() for column in columns]


def day_one(*rows: tuple[float | None, float | None]) -> TableData:
    revenue, margin = zip(*rows, strict=True)
    ids = [f"C{i}" for i in range(len(rows))]
    return table("Customers", customer_id=ids, annual_revenue=revenue, annual_margin=margin)


# Revenue and cost of goods.


def test_only_the_twelve_months_count() -> None:
    sales = transactions(
        ("A", "2024-12-31", 1.0), ("A", "2025-01-01", 10.0), ("A", "2025-12-31", 100.0), ("A", "2026-01-01", 1000.0),
        cogs=[0.0] * 4,
    )  # fmt: skip
    assert line(profit(customers("A"), sales), "net_revenue", "contribution") == [[110.0], [110.0]]


def test_returned_in_full_is_exactly_nought() -> None:
    sales = transactions(*(("A", "2025-03-01", amount) for amount in (0.1, 0.2, -0.3)), cogs=[0.1, 0.2, -0.3])
    assert line(profit(customers("A"), sales), "net_revenue", "gross_margin", "contribution") == [[0.0], [0.0], [0.0]]


def test_net_negative_revenue_and_no_revenue_are_kept() -> None:
    sales = transactions(("A", "2025-03-01", -5.0), cogs=[-2.0])
    assert line(profit(customers("A", "B"), sales), "net_revenue", "contribution") == [[-5.0, 0.0], [-3.0, 0.0]]


def test_costs_unknown_stop_the_pnl_at_revenue() -> None:
    result = profit(customers("A", "B"), transactions(("A", "2025-03-01", 100.0)))
    np.testing.assert_array_equal(line(result, "net_revenue"), [[100.0, 0.0]])
    np.testing.assert_array_equal(
        line(result, "cogs", "gross_margin", "contribution", "run_rate_contribution"), [[np.nan, 0.0]] * 4
    )
    finding = found(result.findings, "cost of goods unknown")
    assert (finding.severity, finding.table, finding.column, finding.rows) == (
        Severity.ERROR,
        "Transactions",
        "cogs",
        (),
    )


def test_part_of_the_cost_of_goods_unknown_names_the_rows() -> None:
    sales = transactions(
        ("A", None, 1.0),
        ("A", "2025-03-01", 100.0),
        ("A", "2025-03-02", 100.0),
        ("B", "2025-03-02", 50.0),
        ("A", "2024-03-02", 50.0),
        ("X", "2025-03-02", 50.0),
        cogs=[None, 60.0, None, 20.0, None, None],
    )
    result = profit(customers("A", "B"), sales)
    np.testing.assert_array_equal(line(result, "contribution"), [[np.nan, 30.0]])
    assert found(result.findings, "cost of goods unknown").rows == (3,)
    assert result.typed.tolist() == [True, True]


def test_blank_cost_of_goods_is_estimated_by_the_margin_of_the_narrowest_scope() -> None:
    sales = transactions(
        ("A", "2025-03-01", 100.0), ("A", "2025-03-02", 100.0), ("B", "2025-03-02", 100.0), ("C", "2025-03-02", 100.0),
        cogs=[10.0, None, None, 70.0],
    )  # fmt: skip
    own = customers("A", "B", "C", segment=["s", None, None])
    assumed = settings(("gross_margin_pct", 0.2, "segment", "s"), gross_margin_pct=0.35)
    pools = table(
        "Ledger pools", pool=["support"], gl_account=["1"], amount=[1.0], driver=["h"], treatment=["retention"]
    )
    hours = table("Drivers", customer_id=["A"], driver=["h"], quantity=[1.0])
    result = profit(own, sales, pools, hours, assumed=assumed)
    assert line(result, "cogs") == [[90.0, 65.0, 70.0]]
    assert result.typed.tolist() == [True, True, False]
    assert kinds(result.findings) == {"customer without a driver"}


def test_estimates_outside_the_twelve_months_leave_the_grade_alone() -> None:
    sales = transactions(("A", "2024-03-01", 100.0), ("A", "2025-03-01", 100.0), cogs=[None, 50.0])
    pools = table(
        "Ledger pools", pool=["support"], gl_account=["1"], amount=[1.0], driver=["h"], treatment=["retention"]
    )
    hours = table("Drivers", customer_id=["A"], driver=["h"], quantity=[1.0])
    assert profit(customers("A"), sales, pools, hours, assumed=settings(gross_margin_pct=0.3)).typed.tolist() == [False]


def test_cost_to_serve_of_customers_without_revenue_is_visible() -> None:
    pools = table(
        "Ledger pools", pool=["support"], gl_account=["1"], amount=[8.0], driver=["h"], treatment=["retention"]
    )
    hours = table("Drivers", customer_id=["A", "B"], driver=["h", "h"], quantity=[1.0, 3.0])
    own = customers("A", "B", status=["lost", "prospect"])
    assert line(profit(own, pools, hours), "support", "contribution") == [[2.0, 6.0], [-2.0, -6.0]]


def test_acquisition_cost_is_added_back_in_the_run_rate() -> None:
    pools = table(
        "Ledger pools",
        pool=["sales"],
        gl_account=["1"],
        amount=[10.0],
        driver=["h"],
        treatment=["retention"],
        acq_share=[0.25],
    )
    hours = table("Drivers", customer_id=["A"], driver=["h"], quantity=[1.0])
    result = profit(customers("A"), pools, hours)
    assert line(result, "contribution", "acquisition_cost", "run_rate_contribution") == [[-10.0], [2.5], [-7.5]]
    assert result.projected_cost.tolist() == [7.5]


def test_every_rank_stands_once_and_unknown_has_none() -> None:
    sales = transactions(
        ("A", "2025-03-01", 5.0), ("B", "2025-03-01", 5.0), ("C", "2025-03-01", 9.0), ("D", "2025-03-01", 9.0),
        cogs=[0.0, 0.0, 0.0, None],
    )  # fmt: skip
    np.testing.assert_array_equal(
        line(profit(customers("A", "B", "C", "D"), sales), "profit_rank"), [[2.0, 3.0, 1.0, np.nan]]
    )


# One-offs.


def test_one_offs_are_in_the_pnl_and_not_in_the_projection() -> None:
    sales = transactions(
        ("A", "2025-03-01", 100.0), ("A", "2025-04-01", 400.0), ("A", "2024-04-01", 70.0), ("A", "2024-05-01", 30.0),
        cogs=[60.0, 300.0, 20.0, 10.0],
        one_off=[None, 1.0, 1.0, 0.0],
    )  # fmt: skip
    result = profit(customers("A"), sales, assumed=settings(sales_cost=0.1))
    assert line(result, "net_revenue", "gross_margin", "sales") == [[500.0], [140.0], [50.0]]
    # a typed share of revenue is not charged for revenue that is not projected
    assert (result.projected_margin.tolist(), result.projected_cost.tolist()) == ([40.0], [10.0])
    assert result.margin_36m.tolist() == [60.0]


def test_a_one_off_that_hides_credits_saves_only_what_was_charged() -> None:
    sales = transactions(
        ("A", "2025-03-01", -100.0), ("A", "2025-04-01", 400.0), cogs=[0.0, 0.0], one_off=[0.0, 1.0]
    )  # fmt: skip
    result = profit(customers("A"), sales, assumed=settings(sales_cost=0.1))
    assert line(result, "sales") == [[30.0]]
    assert result.projected_cost.tolist() == [0.0]


# Day one.


def test_typed_revenue_and_margin_make_a_pnl() -> None:
    result = profit(day_one((1000.0, 400.0)), assumed=settings(marketing_cost=0.02, sales_cost=0.06, support_cost=0.03))
    assert line(result, "gross_revenue", "net_revenue", "cogs", "gross_margin", "cost_to_serve", "contribution") == [
        [1000.0],
        [1000.0],
        [600.0],
        [400.0],
        [110.0],
        [290.0],
    ]
    assert (result.typed.tolist(), result.margin_36m.tolist()) == ([True], [400.0])
    assert result.findings == []


def test_the_assumed_margin_completes_what_was_typed() -> None:
    result = profit(day_one((1000.0, None), (None, 400.0)), assumed=settings(gross_margin_pct=0.4, sales_cost=0.1))
    assert line(result, "net_revenue", "gross_margin", "contribution") == [[1000.0] * 2, [400.0] * 2, [300.0] * 2]


def test_a_margin_without_revenue_needs_costs_in_money() -> None:
    register = table("Assumptions", id=["sales_cost"], value=[40.0], unit=["EUR per customer"], scope=["all"])
    result = profit(day_one((None, 400.0)), assumed=read_settings(register)[0])
    assert line(result, "gross_margin", "contribution") == [[400.0], [360.0]]
    np.testing.assert_array_equal(line(result, "gross_revenue", "net_revenue", "cogs"), [[np.nan]] * 3)
    assert result.findings == []


def test_a_share_of_a_revenue_that_is_not_known_is_a_finding() -> None:
    own = table(
        "Customers", customer_id=["A", None, "B"], annual_margin=[1.0, None, 400.0], annual_revenue=[9, None, None]
    )
    result = profit(own, assumed=settings(sales_cost=0.1))
    np.testing.assert_array_equal(line(result, "gross_margin", "contribution"), [[1.0, 400.0], [0.1, np.nan]])
    finding = found(result.findings, "revenue unknown")
    assert (finding.table, finding.column, finding.rows) == ("Customers", "annual_revenue", (3,))


def test_a_revenue_without_margin_is_a_finding() -> None:
    result = profit(day_one((None, 400.0), (1000.0, None)), assumed=settings(sales_cost=0.0))
    np.testing.assert_array_equal(line(result, "net_revenue", "contribution"), [[np.nan, 1000.0], [400.0, np.nan]])
    finding = found(result.findings, "cost of goods unknown")
    assert (finding.table, finding.rows) == ("Customers", (2,))


def test_what_was_typed_gives_way_to_transactions() -> None:
    own = table("Customers", customer_id=["A", "B"], annual_revenue=[1000.0, 1000.0], annual_margin=[400.0, 400.0])
    result = profit(own, transactions(("A", "2023-03-01", 5.0), cogs=[1.0]))
    assert line(result, "net_revenue") == [[0.0, 1000.0]]


# Laws.


def test_money_in_another_unit_gives_the_same_pnl_in_that_unit() -> None:
    amounts = [100.0, -30.0, 12.5]
    cogs = [50.0, -10.0, 3.25]
    days = ["2025-03-01", "2025-04-01", "2025-05-01"]

    def at(scale: float) -> pd.DataFrame:
        rows = [("A", day, amount * scale) for day, amount in zip(days, amounts, strict=True)]
        sales = transactions(*rows, cogs=[cost * scale for cost in cogs])
        return profit(customers("A"), sales, assumed=settings(sales_cost=0.06)).pnl

    numbers = [column.name for column in CUSTOMER_PNL if column.unit == "currency"]
    np.testing.assert_allclose(at(1000.0)[numbers], 1000.0 * at(1.0)[numbers], rtol=1e-9)


def test_nobody_has_an_empty_pnl() -> None:
    result = profit(table("Customers", customer_id=[]), transactions(("X", "2025-03-01", 5.0)))
    assert len(result.pnl) == 0
    assert result.typed.size == 0


@pytest.mark.parametrize("amounts", [[0.0], [0.0, 0.0]])
def test_free_goods_without_cost_of_goods_leave_costs_unknown(amounts: list[float]) -> None:
    sales = transactions(*(("A", "2025-03-01", amount) for amount in amounts))
    assert np.isnan(profit(customers("A"), sales).pnl["contribution"]).all()
