import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import customer_pnl
from valuation.errors import InputError

GOLDEN_FOLDER = Path(__file__).parents[2] / "golden"
G12: dict[str, Any] = json.loads((GOLDEN_FOLDER / "cost.json").read_text("utf-8"))["g12"]
CUSTOMERS = pd.read_csv(GOLDEN_FOLDER / "g12_customers.csv", dtype={"id": str}).set_index("id")
HALF_A_CENT = 0.005

# Line of the P&L, column of g12_customers.csv. Its "ret" are returned goods, its "returns" the cost of handling them.
INPUTS = {
    "gross_revenue": "gross",
    "discounts": "disc",
    "returns": "ret",
    "cogs": "cogs",
    "marketing": "marketing",
    "sales": "sales",
    "order_handling": "order",
    "logistics": "logistics",
    "support": "support",
    "returns_handling": "returns",
    "financing": "fin",
    "expected_loss": "ecl",
}
RESULTS = {
    "net_revenue": "net",
    "gross_margin": "gm",
    "cost_to_serve": "cts",
    "contribution_before_financing": "contrib_ledger",
    "contribution": "contrib",
}
COSTS = list(INPUTS)[1:]


def g12() -> pd.DataFrame:
    table = pd.DataFrame({line: CUSTOMERS[column] for line, column in INPUTS.items()})
    table["acquisition_cost"] = [float(G12["acquisition"].get(customer, 0)) for customer in table.index]
    return table


@pytest.mark.parametrize("line", [*INPUTS, *RESULTS])
def test_g12_agrees_to_the_cent_in_every_row(line: str) -> None:
    expected = CUSTOMERS[{**INPUTS, **RESULTS}[line]]
    np.testing.assert_allclose(customer_pnl(g12())[line], expected, rtol=0, atol=HALF_A_CENT)


def test_g12_run_rate_agrees_to_the_cent_in_every_row() -> None:
    expected = [float(G12["run_rate"][customer]) for customer in CUSTOMERS.index]
    np.testing.assert_allclose(customer_pnl(g12())["run_rate_contribution"], expected, rtol=0, atol=HALF_A_CENT)


@pytest.mark.parametrize(("line", "expected"), G12["totals"].items())
def test_g12_totals(line: str, expected: str) -> None:
    assert abs(customer_pnl(g12())[line].sum() - float(expected)) < HALF_A_CENT


def test_g12_percentages() -> None:
    pnl = customer_pnl(g12())
    for customer, expected in G12["contribution_pct"].items():
        assert abs(pnl["contribution_pct"][customer] - float(expected)) < 0.0005


def test_a_lost_customer_still_costs_but_has_no_percentage() -> None:
    lost = customer_pnl(g12()).loc["C10"]
    assert lost["contribution"] == -4185.75
    assert lost[["cost_to_serve_pct", "contribution_pct"]].isna().all()


amounts = st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)
rows = st.lists(st.fixed_dictionaries(dict.fromkeys([*INPUTS, "acquisition_cost"], amounts)), min_size=1, max_size=5)


@given(rows)
def test_contribution_is_revenue_less_every_cost(table: list[dict[str, float]]) -> None:
    found = customer_pnl(pd.DataFrame(table))
    for row, given_row in enumerate(table):
        expected = given_row["gross_revenue"] - math.fsum(given_row[cost] for cost in COSTS)
        assert found["contribution"][row] == pytest.approx(expected, abs=1e-6)
        run_rate = expected + given_row["acquisition_cost"]
        assert found["run_rate_contribution"][row] == pytest.approx(run_rate, abs=1e-6)


@given(rows)
def test_shuffling_customers_shuffles_the_lines(table: list[dict[str, float]]) -> None:
    frame = pd.DataFrame(table)
    pd.testing.assert_frame_equal(customer_pnl(frame.iloc[::-1]), customer_pnl(frame).iloc[::-1])


def test_a_missing_column_counts_zero() -> None:
    pnl = customer_pnl(pd.DataFrame({"gross_revenue": [100.0], "cogs": [60.0]}, index=["A"]))
    assert pnl[["discounts", "support", "acquisition_cost"]].iloc[0].tolist() == [0.0, 0.0, 0.0]
    assert pnl[["contribution", "run_rate_contribution", "contribution_pct"]].iloc[0].tolist() == [40.0, 40.0, 0.4]


BELOW_GROSS_MARGIN = [
    "gross_margin",
    "cost_to_serve",
    "contribution_before_financing",
    "contribution",
    "run_rate_contribution",
    "cost_to_serve_pct",
    "contribution_pct",
]


def test_unknown_costs_are_not_costs_of_zero() -> None:
    pnl = customer_pnl(g12().drop(columns="cogs"))
    assert pnl[["cogs", *BELOW_GROSS_MARGIN]].isna().all(axis=None)
    assert pnl["net_revenue"].tolist() == CUSTOMERS["net"].tolist()
    assert pnl["support"].tolist() == CUSTOMERS["support"].tolist()


def test_an_unknown_cost_leaves_the_other_rows_alone() -> None:
    table = g12()
    table.loc["C02", "cogs"] = math.nan
    found, whole = customer_pnl(table), customer_pnl(g12())
    assert found.loc["C02", BELOW_GROSS_MARGIN].isna().all()
    pd.testing.assert_frame_equal(found.drop("C02"), whole.drop("C02"))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_missing_number_reaches_only_what_depends_on_it(bad: float) -> None:
    table = g12()
    table.loc["C02", "financing"] = bad
    found, whole = customer_pnl(table), customer_pnl(g12())
    assert found.loc["C02", ["financing", "contribution", "run_rate_contribution"]].isna().all()
    ledger = "contribution_before_financing"
    assert found[ledger].tolist() == whole[ledger].tolist()
    pd.testing.assert_frame_equal(found.drop("C02"), whole.drop("C02"))


def test_credits_may_exceed_sales() -> None:
    pnl = customer_pnl(pd.DataFrame({"gross_revenue": [10.0], "returns": [30.0], "cogs": [0.0]}))
    assert pnl[["net_revenue", "contribution", "contribution_pct"]].iloc[0].tolist() == [-20.0, -20.0, 1.0]


def test_whole_numbers_give_money_with_decimals() -> None:
    assert (customer_pnl(pd.DataFrame({"gross_revenue": [3], "cogs": [1]})).dtypes == np.float64).all()


def test_an_empty_table_gives_an_empty_statement() -> None:
    assert len(customer_pnl(g12().iloc[:0])) == 0


def test_gross_revenue_has_to_be_there() -> None:
    with pytest.raises(InputError, match="table must have a column gross_revenue, not only cogs"):
        customer_pnl(pd.DataFrame({"cogs": [1.0]}))


def test_texts_are_no_amounts() -> None:
    with pytest.raises(InputError, match="discounts must be numbers, not 'n/a'"):
        customer_pnl(pd.DataFrame({"gross_revenue": [1.0], "discounts": ["n/a"]}))
    with pytest.raises(InputError, match="gross_revenue must be numbers, not bool"):
        customer_pnl(pd.DataFrame({"gross_revenue": [True]}))


def test_a_column_stands_once() -> None:
    twice = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["gross_revenue", "cogs", "cogs"])
    with pytest.raises(InputError, match="table must have one column cogs, not 2"):
        customer_pnl(twice)
