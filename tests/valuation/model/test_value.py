"""Customer value: the projection base, the horizons, who is worth nothing, and what cannot be known."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from tests.valuation.model.builders import (
    WHOLE_CHAIN,
    assumptions,
    customers,
    found,
    kinds,
    result,
    table,
    tables,
    transactions,
    value,
)
from valuation.findings import Severity
from valuation.lifetime import lifetime_value
from valuation.model import Results, value_base
from valuation.model.value import HORIZON_YEARS
from valuation.tables import HORIZONS, LIFETIME_VALUE, TableData

AS_OF_DATE = pd.Timestamp("2025-12-31")
VALUES = ["value", *HORIZON_YEARS]


def typed_customers(*margins: float | None, **columns: list[object]) -> TableData:
    """Customers of whom a yearly margin was typed: the shortest way to a projection base."""
    ids = [f"C{i}" for i in range(len(margins))]
    return table("Customers", customer_id=ids, annual_margin=margins, **columns)


def chances(*rates: float) -> TableData:
    ids = [f"C{i}" for i in range(len(rates))]
    return table("Retention", customer_id=ids, probability=rates)


def values(own: TableData, *parts: TableData, **assumed: object) -> Any:
    frame = result(value(own, assumptions(as_of=AS_OF_DATE, sales_cost=0.0, **assumed), *parts), "Lifetime value")
    assert list(frame.reset_index()) == [column.name for column in LIFETIME_VALUE]
    return frame


def horizons(results: Results) -> Any:
    frame = results.tables["Horizons"]
    assert list(frame) == [column.name for column in HORIZONS]
    return frame.set_index("horizon")


# Horizons.


def test_every_horizon_is_the_textbook_sum() -> None:
    row = values(typed_customers(1000.0), chances(0.8)).loc["C0"]
    published = [762.7701, 1720.9606, 2227.7721, 2681.0424, 2796.8236]  # specification A2, mid/atrisk
    assert row[list(HORIZON_YEARS)].tolist() == pytest.approx(published, abs=5e-5)
    assert row["value"] == row["value_3"]


@pytest.mark.parametrize(("horizon", "column"), [(1.0, "value_1"), (10.0, "value_10"), ("inf", "value_unlimited")])
def test_the_chosen_horizon_is_the_one_of_its_column(horizon: object, column: str) -> None:
    row = values(typed_customers(1000.0), chances(0.8), horizon=horizon).loc["C0"]
    assert row["value"] == row[column]


@pytest.mark.parametrize("timing", ["start", "mid", "end"])
def test_timing_is_that_of_the_register(timing: str) -> None:
    row = values(typed_customers(1000.0), chances(0.8), timing=timing).loc["C0"]
    published = {"start": 1804.9587, "mid": 1720.9606, "end": 1640.8715}  # specification A2
    assert row["value"] == pytest.approx(published[timing], abs=5e-5)


@pytest.mark.parametrize("grid", [1, 2, 4, 12])
def test_a_finer_grid_is_the_written_out_sum_over_its_periods(grid: int) -> None:
    row = values(typed_customers(1200.0), chances(0.7), periods_per_year=float(grid)).loc["C0"]
    expected = sum(1200.0 / grid * 0.7 ** (t / grid) / 1.1 ** ((t - 0.5) / grid) for t in range(1, 3 * grid + 1))
    assert row["value"] == pytest.approx(expected, rel=1e-12)


def test_horizon_table_adds_up_the_customer_table() -> None:
    inputs = tables(
        typed_customers(1000.0, -50.0, 300.0, 7.0, status=[None, None, "lost", "prospect"]),
        chances(0.8, 0.9, 0.5, 0.5),
        assumptions(as_of=AS_OF_DATE, sales_cost=0.0, periods_per_year=4.0),
    )
    results = value_base(inputs)
    by_customer, by_horizon = results.tables["Lifetime value"], horizons(results)
    assert list(by_horizon.index) == ["1 year", "3 years", "5 years", "10 years", "unlimited"]
    assert by_horizon["value"].tolist() == pytest.approx([by_customer[c].sum() for c in HORIZON_YEARS], rel=1e-13)
    assert by_horizon["increment"].cumsum().tolist() == pytest.approx(by_horizon["value"].tolist())
    assert by_horizon["share"].tolist() == pytest.approx((by_horizon["value"] / by_horizon["value"].iloc[-1]).tolist())


def test_longer_horizons_may_change_the_order() -> None:
    results = value(
        typed_customers(1000.0, 600.0), chances(0.6, 0.9), assumptions(as_of=AS_OF_DATE, sales_cost=0.0, horizon=1.0)
    )
    assert result(results, "Lifetime value")["value_rank"].tolist() == [1.0, 2.0]
    assert horizons(results)["rank_correlation"].iloc[0] == -1.0


# Endless.


def test_endless_values_are_missing_and_found_and_finite_ones_stand() -> None:
    inputs = (typed_customers(100.0, 100.0), chances(0.5, 1.0))
    results = value(*inputs, assumptions(as_of=AS_OF_DATE, sales_cost=0.0, discount_rate=0.0))
    frame = result(results, "Lifetime value")
    assert frame.loc["C1", ["value", "value_3", "value_10"]].tolist() == [300.0, 300.0, 1000.0]
    assert math.isnan(frame.loc["C1", "value_unlimited"])
    assert frame.loc["C0", "value_unlimited"] == 100.0
    finding = found(results.findings, "value has no limit")
    assert (finding.severity, finding.table, finding.rows) == (Severity.WARNING, "Customers", (2,))
    assert np.isnan(horizons(results)["value"].iloc[-1])
    assert horizons(results)["share"].isna().all()


def test_an_endless_value_is_an_error_where_it_is_the_chosen_one() -> None:
    inputs = (typed_customers(100.0), chances(1.0))
    results = value(*inputs, assumptions(as_of=AS_OF_DATE, sales_cost=0.0, discount_rate=0.0, horizon="inf"))
    assert math.isnan(result(results, "Lifetime value").loc["C0", "value"])
    assert found(results.findings, "value has no limit").severity is Severity.ERROR


def test_a_negative_rate_can_be_endless_below_certainty() -> None:
    inputs = (typed_customers(100.0), chances(0.97))
    results = value(*inputs, assumptions(as_of=AS_OF_DATE, sales_cost=0.0, discount_rate=-0.05))
    assert "not below 1 + the discount rate" in found(results.findings, "value has no limit").what


# The projection base.


def test_base_is_the_run_rate_without_one_offs() -> None:
    sales = transactions(
        ("A", "2025-03-01", 100.0), ("A", "2025-04-01", 400.0), cogs=[60.0, 300.0], one_off=[0.0, 1.0]
    )  # fmt: skip
    pools = table(
        "Ledger pools", pool=["sales"], gl_account=["1"], amount=[30.0], driver=["h"], treatment=["retention"],
        acq_share=[0.5],
    )  # fmt: skip
    hours = table("Drivers", customer_id=["A"], driver=["h"], quantity=[1.0])
    results = value(customers("A"), sales, pools, hours, assumptions(as_of=AS_OF_DATE))
    assert result(results, "Lifetime value").loc["A", "annual_margin"] == 40.0 - 30.0 + 15.0
    assert result(results, "Customer P&L").loc["A", "run_rate_contribution"] == 140.0 - 15.0


@pytest.mark.parametrize(
    ("first", "expected"),
    [("2015-01-01", 600.0 / 3), ("2024-01-20", 600.0 / 2), ("2024-06-10", 600.0 / (19 / 12)), ("2025-06-01", 600.0)],
)
def test_the_average_counts_the_years_as_a_customer(first: str, expected: float) -> None:
    own = customers("A", first_purchase=[first])
    sales = transactions(("A", "2025-06-01", 600.0), ("X", "2022-01-01", 1.0), cogs=[0.0, 0.0])
    assert values(own, sales).loc["A", "average_margin"] == pytest.approx(expected)


def test_the_average_does_not_reach_before_the_first_transaction() -> None:
    own = customers("A", first_purchase=["2015-01-01"])
    sales = transactions(("A", "2024-01-01", 100.0), ("A", "2025-06-01", 500.0), cogs=[0.0, 0.0])
    assert values(own, sales).loc["A", "average_margin"] == 300.0


def test_the_average_leaves_out_one_offs_and_takes_the_present_cost() -> None:
    sales = transactions(
        ("A", "2023-06-01", 100.0), ("A", "2024-06-01", 900.0), ("A", "2025-06-01", 200.0),
        cogs=[0.0] * 3, one_off=[0.0, 1.0, 0.0],
    )  # fmt: skip
    frame = values(customers("A", first_purchase=["2020-01-01"]), sales, support_cost=0.1)
    assert frame.loc["A", "average_margin"] == pytest.approx(300.0 / (31 / 12) - 20.0)


def test_day_one_average_is_what_was_typed() -> None:
    assert values(typed_customers(300.0, first_purchase=["2015-01-01"]))["average_margin"].tolist() == [300.0]


# Who is worth nothing.


def test_lost_ended_silent_and_prospects_are_worth_nothing_though_they_cost() -> None:
    own = table(
        "Customers",
        customer_id=["lost", "ended", "silent", "prospect", "stays"],
        status=["lost", None, None, "prospect", None],
        end_date=[None, "2025-06-30", None, None, None],
        first_purchase=["2020-01-01"] * 3 + [None, "2020-01-01"],
    )
    sales = transactions(
        ("lost", "2025-03-01", 50.0), ("stays", "2025-03-01", 50.0), ("stays", "2024-03-01", 50.0), cogs=[0.0] * 3
    )
    pools = table(
        "Ledger pools", pool=["support"], gl_account=["1"], amount=[50.0], driver=["h"], treatment=["retention"]
    )
    hours = table("Drivers", customer_id=list(own.frame["customer_id"]), driver=["h"] * 5, quantity=[1.0] * 5)
    results = value(own, sales, pools, hours, assumptions(as_of=AS_OF_DATE))
    frame = result(results, "Lifetime value")
    assert (frame.loc[["lost", "ended", "silent", "prospect"], VALUES] == 0).all().all()
    assert not np.signbit(frame.loc[["silent", "prospect"], VALUES].to_numpy()).any()
    assert frame.loc["stays", "value"] > 0
    assert result(results, "Customer P&L")["support"].tolist() == [10.0] * 5
    assert frame["annual_margin"].tolist() == [40.0, -10.0, -10.0, 0.0, 40.0]
    assert frame["note"].tolist() == [
        *["no longer a customer: no future value"] * 3,
        "not yet a customer: no value",
        "",
    ]


def test_costs_unknown_make_a_customer_worth_an_unknown_amount_unless_it_is_gone() -> None:
    own = customers("A", "B", "C", status=[None, "lost", None])
    sales = transactions(*((id_, "2025-03-01", 100.0) for id_ in "ABC"), cogs=[None, None, 40.0])
    results = value(own, sales, assumptions(as_of=AS_OF_DATE, sales_cost=0.0))
    frame = result(results, "Lifetime value")
    assert frame.loc["A", [*VALUES, "annual_margin", "value_rank"]].isna().all()
    assert frame.loc["A", "note"] == "costs or revenue unknown: no value"
    assert (frame.loc["B", [*VALUES, "annual_margin"]] == 0).all()
    assert frame.loc["C", "value"] > 0
    assert horizons(results)[["value", "increment", "share"]].isna().all().all()
    assert "cost of goods unknown" in kinds(results.findings)


def test_a_customer_that_loses_money_is_shown_as_if_not_repriced() -> None:
    frame = values(typed_customers(-100.0, 100.0))
    assert frame["note"].tolist() == ["loses money: value if not repriced", ""]
    assert frame["value"].iloc[0] == -frame["value"].iloc[1]


def test_a_young_customer_says_that_its_year_is_not_full() -> None:
    own = customers("A", "B", first_purchase=["2025-01-01", "2024-12-31"])
    sales = transactions(("A", "2025-01-01", 5.0), ("B", "2025-01-01", 5.0), cogs=[0.0, 0.0])
    assert values(own, sales)["note"].tolist() == [
        "customer for less than twelve months: a part of a year counts as a year",
        "",
    ]


# Grades.


def test_typed_or_missing_costs_are_graded_c_whatever_the_retention() -> None:
    measured = table("Retention", customer_id=["A"], renewed=[50.0], exposed=[60.0])
    sales = transactions(("A", "2025-03-01", 100.0), cogs=[40.0])
    pools = table(
        "Ledger pools", pool=["support"], gl_account=["1"], amount=[1.0], driver=["h"], treatment=["retention"]
    )
    hours = table("Drivers", customer_id=["A"], driver=["h"], quantity=[1.0])
    own = customers("A")
    assert result(value(own, sales, measured, pools, hours), "Lifetime value")["grade"].tolist() == ["A"]
    assert result(value(own, sales, measured), "Lifetime value")["grade"].tolist() == ["C"]
    assert values(own, sales, measured)["grade"].tolist() == ["C"]


def test_a_first_value_on_day_one_is_graded_c() -> None:
    """A customer list with a yearly margin and three typed factors: no transactions, no ledger."""
    own = table("Customers", customer_id=["A", "B"], annual_revenue=[1000.0, 500.0], annual_margin=[400.0, 20.0])
    assumed = assumptions(as_of=AS_OF_DATE, marketing_cost=0.02, sales_cost=0.06, support_cost=0.03)
    results = value(own, assumed)
    frame = result(results, "Lifetime value")
    assert frame["annual_margin"].tolist() == pytest.approx([290.0, -35.0])
    expected = lifetime_value(290.0, 0.8, discount_rate=0.1, horizon=3, timing="mid", customers="existing")
    assert frame.loc["A", "value"] == pytest.approx(float(expected))
    assert frame["grade"].tolist() == ["C", "C"]
    assert not [finding for finding in results.findings if finding.severity is Severity.ERROR]


# Laws.


@WHOLE_CHAIN
@given(
    portfolio=strategies.portfolios(),
    rate=strategies.discount_rates(low=0.0),
    timing=strategies.timings(),
    grid=st.sampled_from([1.0, 2.0, 4.0, 12.0]),
    horizon=st.integers(1, 20),
)
def test_value_is_the_formula_on_the_grid(
    portfolio: list[tuple[float, float]], rate: float, timing: str, grid: float, horizon: int
) -> None:
    margins, stays = zip(*portfolio, strict=True)
    frame = values(
        typed_customers(*margins),
        chances(*stays),
        discount_rate=rate,
        timing=timing,
        periods_per_year=grid,
        horizon=float(horizon),
    )
    exponent = {"start": 1.0, "mid": 0.5, "end": 0.0}[timing]
    periods = np.arange(1, horizon * grid + 1)
    for (margin, stay), number in zip(portfolio, frame["value"], strict=True):
        discounted = stay ** (periods / grid) / (1 + rate) ** ((periods - exponent) / grid)
        assert number == pytest.approx(margin / grid * discounted.sum(), rel=1e-9, abs=1e-6)


@WHOLE_CHAIN
@given(portfolio=strategies.portfolios(least=2), at=st.integers(1, 11))
def test_splitting_the_base_adds_up(portfolio: list[tuple[float, float]], at: int) -> None:
    def base_value(part: list[tuple[float, float]]) -> float:
        if not part:
            return 0.0
        margins, stays = zip(*part, strict=True)
        return float(values(typed_customers(*margins), chances(*stays))["value"].sum())

    whole = base_value(portfolio)
    size = sum(abs(margin) for margin, _ in portfolio)
    assert base_value(portfolio[:at]) + base_value(portfolio[at:]) == pytest.approx(whole, rel=1e-9, abs=1e-9 * size)


@WHOLE_CHAIN
@given(portfolio=strategies.portfolios(), scale=st.sampled_from([0.01, 1000.0]))
def test_scaling_money_scales_values_and_keeps_the_order(portfolio: list[tuple[float, float]], scale: float) -> None:
    margins, stays = zip(*portfolio, strict=True)
    plain = values(typed_customers(*margins), chances(*stays))
    scaled = values(typed_customers(*(margin * scale for margin in margins)), chances(*stays))
    np.testing.assert_allclose(scaled[VALUES], plain[VALUES] * scale, rtol=1e-9, atol=1e-5)
