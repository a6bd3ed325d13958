import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import effort_against_value, effort_by_tier
from valuation.errors import DomainError, InputError

amounts = st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)
rows = st.lists(st.tuples(amounts, amounts, st.sampled_from("ABC")), min_size=1, max_size=20).filter(
    lambda table: any(row[0] > 0 for row in table) and any(row[1] > 0 for row in table)
)


def shares(values: list[float]) -> list[Fraction]:
    """The second way: fractions of the sum of what is above 0."""
    exact = list(map(Fraction, values))
    return [value / sum(max(one, Fraction(0)) for one in exact) for value in exact]


def test_worked_by_hand() -> None:
    # Value above 0 is 80 + 20 = 100, cost 100: shares are the amounts as percentages.
    found = effort_against_value([20.0, 60.0, 20.0], [80.0, 20.0, -10.0])
    assert found["effort_share"].tolist() == [0.2, 0.6, 0.2]
    assert found["value_share"].tolist() == [0.8, 0.2, -0.1]
    assert found["ratio"].iloc[:2].tolist() == pytest.approx([0.25, 3.0])
    assert math.isnan(found["ratio"].iloc[2])
    assert found["difference"].tolist() == pytest.approx([-0.6, 0.4, 0.3])


def test_tiers_stand_in_the_order_of_value_per_customer() -> None:
    found = effort_by_tier([20, 60, 20, 5], [80, 20, -10, 5], ["Gold", "Tin", "Tin", "Iron"])
    # Gold 80, Iron 5 and Tin (20 - 10) / 2 = 5 per customer: equal ones by name.
    assert found.index.tolist() == ["Gold", "Iron", "Tin"]
    assert found["customers"].tolist() == [1, 1, 2]
    assert found["cost"].tolist() == [20.0, 5.0, 80.0]
    assert found["value_share"].tolist() == pytest.approx([80 / 105, 5 / 105, 10 / 105])
    assert found["ratio"].tolist() == pytest.approx([20 / 80, 5 / 5, 80 / 10])


@given(rows)
def test_equals_the_second_way(table: list[tuple[float, float, str]]) -> None:
    costs, values, _ = map(list, zip(*table, strict=True))
    found = effort_against_value(costs, values)
    for row, (effort, worth) in enumerate(zip(shares(costs), shares(values), strict=True)):
        assert found["effort_share"][row] == pytest.approx(float(effort), rel=1e-14)
        assert found["value_share"][row] == pytest.approx(float(worth), rel=1e-14)
        assert found["difference"][row] == pytest.approx(
            float(effort - worth), abs=1e-15 * float(abs(effort) + abs(worth))
        )
        if worth > 0:
            assert found["ratio"][row] == pytest.approx(float(effort / worth), rel=1e-14)
        else:
            assert math.isnan(found["ratio"][row])


@given(rows)
def test_a_tier_has_the_shares_of_its_customers(table: list[tuple[float, float, str]]) -> None:
    costs, values, tiers = map(list, zip(*table, strict=True))
    each, found = effort_against_value(costs, values), effort_by_tier(costs, values, tiers)
    assert found["customers"].sum() == len(table)
    for tier in found.index:
        members = [row for row, own in enumerate(tiers) if own == tier]
        for column in ("effort_share", "value_share", "difference"):
            shares_of = each[column][members]
            # 20 additions, each within half a last digit of what has been added up.
            assert found[column][tier] == pytest.approx(
                math.fsum(shares_of), abs=1e-14 * math.fsum(shares_of.abs()) + 1e-15
            )
    per_customer = (found["value"] / found["customers"]).tolist()
    assert per_customer == sorted(per_customer, reverse=True)


@given(rows)
def test_gains_share_everything_and_differences_add_up_to_what_is_lost(table: list[tuple[float, float, str]]) -> None:
    costs, values, _ = map(list, zip(*table, strict=True))
    found = effort_against_value(costs, values)
    worth = found["value_share"]
    assert math.fsum(worth[worth > 0]) == pytest.approx(1.0, rel=1e-14)
    credits, losses = (
        math.fsum(share for share in found[name] if share < 0) for name in ("effort_share", "value_share")
    )
    slack = 1e-15 * (2.0 - credits - losses)
    assert math.fsum(found["difference"]) == pytest.approx(credits - losses, abs=slack * len(table))


@given(rows, st.floats(1e-3, 1e3))
def test_the_unit_of_money_does_not_matter(table: list[tuple[float, float, str]], unit: float) -> None:
    costs, values, _ = map(np.array, zip(*table, strict=True))
    names = ["effort_share", "value_share", "ratio"]
    found = effort_against_value(unit * costs, 3.0 * values)[names]
    np.testing.assert_allclose(found, effort_against_value(costs, values)[names], rtol=1e-14)


@given(rows, st.randoms(use_true_random=False))
def test_shuffling_customers_shuffles_the_shares(table: list[tuple[float, float, str]], random: Any) -> None:
    order = random.sample(range(len(table)), len(table))
    costs, values, _ = map(np.array, zip(*table, strict=True))
    shuffled = effort_against_value(costs[order], values[order])
    np.testing.assert_array_equal(shuffled, effort_against_value(costs, values).iloc[order])


def test_where_nobody_brings_value_there_are_no_shares_of_it() -> None:
    found = effort_against_value([1.0, 3.0], [0.0, -2.0])
    assert found["effort_share"].tolist() == [0.25, 0.75]
    assert found[["value_share", "ratio", "difference"]].isna().all(axis=None)
    assert effort_against_value([0.0, 0.0], [1.0, 1.0])["effort_share"].isna().all()


def by_tier(cost: Any, value: Any) -> object:
    return effort_by_tier(cost, value, ["A", "B"])


@pytest.mark.parametrize("call", [effort_against_value, by_tier])
def test_doors(call: Callable[[Any, Any], object]) -> None:
    with pytest.raises(InputError, match="cost must be known, not nan in row 2"):
        call([1.0, None], [1.0, 2.0])
    with pytest.raises(DomainError, match="value must be finite, not inf in row 1"):
        call([1.0, 2.0], [math.inf, 2.0])
    with pytest.raises(DomainError, match="the amounts must not be too large to add up"):
        call([1.0, 2.0], [1e308, 1e308])
    with pytest.raises(InputError, match=r"must be columns of one length, not \(2,\) and \(3,\)"):
        call([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match=r"must be columns of one length, not \(\) and \(\)"):
        call(1.0, 2.0)
    with pytest.raises(InputError, match="value must be numbers, not 'x'"):
        call([1.0, 2.0], [1.0, "x"])


def test_every_customer_has_a_tier() -> None:
    with pytest.raises(InputError, match="tiers must be as many as cost, not 1 for 2"):
        effort_by_tier([1.0, 2.0], [1.0, 2.0], ["A"])
    with pytest.raises(InputError, match="tiers must be known, not None in row 2"):
        effort_by_tier([1.0, 2.0], [1.0, 2.0], np.array(["A", None]))
