import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import ACTIONS, avoidable_cost, customer_actions
from valuation.errors import DomainError, InputError

G12 = pd.read_csv(Path(__file__).parents[2] / "golden" / "g12_customers.csv", dtype={"id": str}).set_index("id")
POOLS = ["marketing", "sales", "order", "logistics", "support", "returns"]
AMOUNTS = ["contribution", "stranded_cost", "drop_effect", "price_rise", "reprice_effect", "break_even_loss_chance"]

money = st.integers(-(10**8), 10**8).map(lambda cents: cents / 100)
positive = st.integers(0, 10**8).map(lambda cents: cents / 100)
customers = st.lists(st.tuples(positive, money, positive, st.floats(0, 1), positive), min_size=1, max_size=12)


def columns(rows: list[tuple[float, ...]]) -> list[Any]:
    """Net revenue, gross margin, cost to serve, its avoidable part, charges."""
    revenue, margin, cost, share, charges = (np.array(column) for column in zip(*rows, strict=True))
    return [revenue, margin, cost, cost * share, charges]


def g12(customer: str, support: float, other: float, *, largest_rise: float = 0.1) -> Any:
    """One customer, its cost of support and its other costs avoidable in part."""
    row = G12.loc[customer]
    shares = [support if pool == "support" else other for pool in POOLS]
    goes = avoidable_cost(row[POOLS].to_numpy(dtype=float)[np.newaxis], shares)[0]
    charges = row["fin"] + row["ecl"]
    return customer_actions(row["net"], row["gm"], row["cts"], goes, charges, largest_rise=largest_rise).iloc[0]


# Worked by hand from the 12 customers: C05 has revenue 22,500.00, margin 10,125.00, cost 32,875.62 (support 22,000.00)
# and charges 277.40 + 33.29 = 310.69, so that it loses 23,061.31: a price rise of 102.5 % would be needed.


def test_a_loss_maker_whose_cost_stays_is_kept() -> None:
    # 20 % of support is avoidable, 4,400.00: 28,475.62 stays, and -10,125.00 + 4,400.00 + 310.69 = -5,414.31.
    found = g12("C05", support=0.2, other=0.0)
    assert found[AMOUNTS[:3]].tolist() == pytest.approx([-23061.31, 28475.62, -5414.31], abs=0.005)
    assert found["price_rise"] == pytest.approx(1.02495, abs=5e-6)
    assert found["reprice_effect"] == pytest.approx(23061.31, abs=0.005)
    assert found["break_even_loss_chance"] == pytest.approx(23061.31 / 28475.62)
    assert found["action"] == "keep"
    assert found["reason"] == (
        "a price rise of 102.5% would be needed; dropping would cost 5,414.31, since 28,475.62 of the cost stays: "
        "serve at less cost"
    )


def test_a_loss_maker_whose_cost_goes_is_dropped() -> None:
    # 90 % of support, 19,800.00: dropping adds 9,985.69, a rise of 10 % only 2,250.00.
    found = g12("C05", support=0.9, other=0.0)
    assert found["drop_effect"] == pytest.approx(9985.69, abs=0.005)
    assert found["break_even_loss_chance"] == 1.0  # more is lost than stays: losing the customer does no harm
    assert (found["action"], found["reason"]) == (
        "drop",
        "a price rise of 102.5% would be needed; dropping adds 9,985.69, although 13,075.62 of the cost stays",
    )


def test_the_largest_rise_is_tried_first_where_it_brings_more() -> None:
    # Half of support, 11,000.00: dropping adds 1,185.69, less than the 2,250.00 of a rise of 10 %.
    found = g12("C05", support=0.5, other=0.0)
    assert found["drop_effect"] == pytest.approx(1185.69, abs=0.005)
    assert (found["action"], found["reason"]) == (
        "reprice",
        "a rise of 10.0% brings 2,250.00; if the customer leaves, 1,185.69",
    )


def test_a_small_rise_ends_a_small_loss() -> None:
    # C11 loses 4,169.33 on 120,000.00; of its cost of 41,921.66 30 % goes and 29,345.16 stays.
    found = g12("C11", support=0.3, other=0.3)
    assert found["stranded_cost"] == pytest.approx(29345.16, abs=0.005)
    assert found["price_rise"] == pytest.approx(0.034744, abs=5e-7)
    assert found["break_even_loss_chance"] == pytest.approx(0.14208, abs=5e-6)
    assert (found["action"], found["reason"]) == (
        "reprice",
        "a price rise of 3.5% ends the loss; it pays unless the chance of losing the customer by it is above 14.2%",
    )
    assert g12("C11", support=1.0, other=1.0)["reason"] == (
        "a price rise of 3.5% ends the loss; even losing the customer by it would not cost"
    )


def test_a_customer_without_revenue_has_no_price_to_raise() -> None:
    # C10 is lost and costs 4,185.75, of which support is 600.00.
    found = g12("C10", support=1.0, other=0.0)
    assert found[["price_rise", "reprice_effect", "break_even_loss_chance"]].isna().all()
    assert (found["action"], found["reason"]) == (
        "drop",
        "no price rise can end the loss; dropping adds 600.00, although 3,585.75 of the cost stays",
    )
    nothing = g12("C10", support=0.0, other=0.0)
    assert (nothing["action"], nothing["reason"]) == (
        "keep",
        "no price rise can end the loss; dropping would cost 0.00, since 4,185.75 of the cost stays: "
        "serve at less cost",
    )


def test_who_contributes_is_kept() -> None:
    # C02 contributes 113,857.18; dropping would add to that loss the half of 68,516.53 that stays.
    found = g12("C02", support=0.5, other=0.5)
    assert found["drop_effect"] == pytest.approx(-113857.18 - 34258.265, abs=0.005)
    assert found[["price_rise", "reprice_effect"]].tolist() == [0.0, 0.0]
    assert math.isnan(found["break_even_loss_chance"])
    assert found["action"] == "keep"
    assert found["reason"].startswith("contributes 113,857.18; dropping would cost 148,115.4")


def test_sums_that_leave_a_last_digit_are_no_loss() -> None:
    found = customer_actions(1.0, 0.3, 0.1 + 0.2, 0.1 + 0.2, largest_rise=0.1).iloc[0]
    assert found["contribution"] < 0
    assert (found["action"], found["reason"]) == ("keep", "contributes 0.00; dropping would cost 0.00")
    # An avoidable cost that was added up in another order than the cost.
    assert customer_actions(1.0, 0.1, 0.3, 0.1 + 0.2, largest_rise=0.1)["stranded_cost"][0] == 0.0


# The second way: the profit of a company that has two customers, before and after.


@given(customers)
def test_effects_are_what_the_company_earns_more(rows: list[tuple[float, ...]]) -> None:
    revenue, margin, cost, goes, charges = columns(rows)
    found = customer_actions(revenue, margin, cost, goes, charges, largest_rise=0.1)
    for row in range(len(rows)):
        others = 1000.0
        before = others + margin[row] - cost[row] - charges[row]
        without = others - (cost[row] - goes[row])
        slack = 1e-13 * (abs(margin[row]) + cost[row] + charges[row] + others)
        assert found["drop_effect"][row] == pytest.approx(without - before, abs=slack)
        assert found["contribution"][row] == pytest.approx(before - others, abs=slack)
        rise = found["price_rise"][row]
        if rise > 0:
            after = others + (margin[row] + rise * revenue[row]) - cost[row] - charges[row]
            assert after == pytest.approx(others, abs=slack)
            assert found["reprice_effect"][row] == pytest.approx(after - before, abs=slack)
            chance = found["break_even_loss_chance"][row]
            assert 0.0 < chance <= 1.0
            expected = (1 - chance) * after + chance * without
            if chance < 1:
                assert expected == pytest.approx(before, abs=2 * slack)
            else:
                assert expected >= before - 2 * slack


# Laws.


@given(customers, st.floats(0, 1))
def test_the_rules_hold(rows: list[tuple[float, ...]], largest_rise: float) -> None:
    given_columns = columns(rows)
    found = customer_actions(*given_columns, largest_rise=largest_rise)
    assert set(found["action"]) <= set(ACTIONS)
    for row in found.assign(most=largest_rise * given_columns[0]).to_dict("records"):
        if row["action"] == "drop":
            assert row["drop_effect"] > max(0.0, row["most"])
            assert row["contribution"] < 0
            assert not row["price_rise"] <= largest_rise
        if row["action"] == "reprice":
            assert row["contribution"] < 0
            assert row["price_rise"] <= largest_rise or 0 < row["drop_effect"] <= row["most"]
        # Dropping never beats what a price rise brings, and never brings more than the loss itself.
        assert row["drop_effect"] <= -row["contribution"] + 1e-7


@given(customers)
def test_a_larger_avoidable_part_makes_dropping_better_and_repricing_safer(rows: list[tuple[float, ...]]) -> None:
    revenue, margin, cost, goes, charges = columns(rows)
    less = customer_actions(revenue, margin, cost, goes / 2, charges, largest_rise=0.1)
    more = customer_actions(revenue, margin, cost, goes, charges, largest_rise=0.1)
    assert (more["drop_effect"] >= less["drop_effect"]).all()
    known = more["break_even_loss_chance"].notna()
    chance = "break_even_loss_chance"
    assert (more[chance][known] >= less[chance][known]).all()
    np.testing.assert_array_equal(more["price_rise"], less["price_rise"])


@given(customers, st.integers(-8, 8))
def test_the_unit_of_money_does_not_matter(rows: list[tuple[float, ...]], power: int) -> None:
    unit = 2.0**power
    given_columns = columns(rows)
    found = customer_actions(*given_columns, largest_rise=0.1)
    scaled = customer_actions(*[unit * column for column in given_columns], largest_rise=0.1)
    assert scaled["action"].tolist() == found["action"].tolist()
    for name in AMOUNTS:
        factor = 1.0 if name in ("price_rise", "break_even_loss_chance") else unit
        np.testing.assert_array_equal(scaled[name], factor * found[name])


@given(customers)
def test_one_customer_alone_is_the_row_of_many(rows: list[tuple[float, ...]]) -> None:
    given_columns = columns(rows)
    found = customer_actions(*given_columns, largest_rise=0.1)
    for row in range(len(rows)):
        alone = customer_actions(*[column[row] for column in given_columns], largest_rise=0.1)
        pd.testing.assert_frame_equal(alone, found.iloc[[row]].reset_index(drop=True))


@given(
    st.lists(st.lists(positive, min_size=3, max_size=3), min_size=1, max_size=8),
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_avoidable_cost_is_the_sum_over_the_pools(costs: list[list[float]], shares: list[float]) -> None:
    for found, row in zip(avoidable_cost(costs, shares), costs, strict=True):
        exact = math.fsum(cost * share for cost, share in zip(row, shares, strict=True))
        assert found == pytest.approx(exact, rel=1e-14)
        assert 0.0 <= found <= sum(row) * (1 + 1e-15)


# Rows without an answer, and doors.


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_a_row_that_lacks_a_number_stays_empty_and_leaves_the_others_alone(place: int, bad: float | None) -> None:
    whole = [[1000.0, 1000.0], [300.0, 300.0], [400.0, 400.0], [250.0, 250.0], [5.0, 5.0]]
    broken: list[list[Any]] = [list(column) for column in whole]
    broken[place][1] = bad
    found = customer_actions(*broken, largest_rise=0.2)
    assert found.loc[1, AMOUNTS].isna().all()
    assert found["action"].tolist() == ["reprice", None]
    assert found["reason"].iloc[1] is None
    pd.testing.assert_frame_equal(found.iloc[[0]], customer_actions(*whole, largest_rise=0.2).iloc[[0]])


@pytest.mark.parametrize("goes", [-1.0, 400.01])
def test_an_avoidable_cost_out_of_range_has_no_answer(goes: float) -> None:
    found = customer_actions([1000.0] * 2, 300.0, 400.0, [goes, 400.0], largest_rise=0.2)
    assert found["drop_effect"].isna().tolist() == [True, False]
    assert found["action"].tolist() == [None, "reprice"]
    with pytest.raises(DomainError, match=rf"avoidable_cost must be from 0 to cost_to_serve, 400, not {goes:g}"):
        customer_actions(1000.0, 300.0, 400.0, goes, largest_rise=0.2)


def test_nobody_gives_an_empty_table() -> None:
    assert len(customer_actions([], [], [], [], [], largest_rise=0.1)) == 0


def test_doors_of_the_actions() -> None:
    with pytest.raises(DomainError, match=r"largest_rise must be from 0 to 1, not -0\.1"):
        customer_actions(1.0, 1.0, 1.0, 1.0, largest_rise=-0.1)
    with pytest.raises(DomainError, match="largest_rise must be from 0 to 1, not 10"):
        customer_actions(1.0, 1.0, 1.0, 1.0, largest_rise=10)
    with pytest.raises(DomainError, match="largest_rise must be finite, not inf"):
        customer_actions(1.0, 1.0, 1.0, 1.0, largest_rise=math.inf)
    with pytest.raises(InputError, match="gross_margin must be a number, not nan"):
        customer_actions(1.0, math.nan, 1.0, 1.0, largest_rise=0.1)
    with pytest.raises(DomainError, match="net_revenue must be finite, not inf"):
        customer_actions(math.inf, 1.0, 1.0, 1.0, largest_rise=0.1)
    with pytest.raises(InputError, match="the columns must have one length"):
        customer_actions([1.0, 2.0], [1.0, 2.0, 3.0], 1.0, 1.0, largest_rise=0.1)
    with pytest.raises(InputError, match="there must be one row for each customer"):
        customer_actions([[1.0, 2.0]], 1.0, 1.0, 1.0, largest_rise=0.1)
    with pytest.raises(InputError, match="cost_to_serve must be numbers, not 'x'"):
        customer_actions([1.0], [1.0], ["x"], [1.0], largest_rise=0.1)


def test_doors_of_the_avoidable_cost() -> None:
    with pytest.raises(DomainError, match=r"avoidable_shares must be from 0 to 1, not 1\.5"):
        avoidable_cost([[1.0, 2.0]], [0.5, 1.5])
    with pytest.raises(DomainError, match="avoidable_shares must be from 0 to 1, not nan"):
        avoidable_cost([[1.0, 2.0]], [0.5, math.nan])
    with pytest.raises(InputError, match="avoidable_shares must be one for each pool of costs"):
        avoidable_cost([[1.0, 2.0]], [0.5])
    assert np.isnan(avoidable_cost([[1.0, math.inf], [math.nan, 1.0]], [0.5, 0.5])).all()
