"""The base as an asset: published figures, sums written out, and what is refused."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import costs, discount_rates, margins
from valuation.equity import customer_equity, dynamic_equity, enterprise_bridge, return_on_customer
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError

# Three-year residual values of the twelve customers of the reference data, at 10%, mid-period.
G12 = (
    *(47_492.77, 258_481.25, 124_096.71, 43_773.83, -31_419.35, 9_848.44),
    *(3_416.09, 111_693.22, 6_265.86, 0.0, -5_961.93, 10_121.18),
)


def test_gross_and_net_are_those_of_the_reference_data() -> None:
    equity = customer_equity(G12)
    # Twelve values rounded to the cent.
    assert (equity.positive, equity.negative, equity.net) == pytest.approx(
        (615_189.35, -37_381.28, 577_808.07), abs=12 * 0.005
    )
    assert (equity.n, equity.unknown) == (12, 0)


@given(st.lists(margins() | st.just(math.nan)))
def test_equity_adds_up(values: list[float]) -> None:
    equity = customer_equity(np.array(values))
    known = [value for value in values if not math.isnan(value)]
    assert equity.net == pytest.approx(math.fsum(known), abs=1e-6)
    assert equity.negative <= 0.0 <= equity.positive
    assert (equity.n, equity.unknown) == (len(known), len(values) - len(known))


def test_cohorts_to_come_are_worth_what_was_published() -> None:
    static = customer_equity([300 * 0.8 / 0.3] * 1000).net
    assert f"{static:.2f}" == "800000.00"
    equity = dynamic_equity(static, [200] * 5, value_new=1000, acquisition_cost=250, discount_rate=0.1)
    assert f"{equity.future:.2f}" == "568618.02"
    assert f"{equity.total:.2f}" == "1368618.02"


@given(st.lists(st.integers(0, 1000), max_size=20), margins(), costs(), discount_rates())
def test_cohorts_are_discounted_one_by_one(counts: list[int], worth: float, cost: float, rate: float) -> None:
    equity = dynamic_equity(5.0, counts, value_new=worth, acquisition_cost=cost, discount_rate=rate)
    terms = [count * (worth - cost) / (1 + rate) ** k for k, count in enumerate(counts, 1)]
    assert equity.future == pytest.approx(math.fsum(terms), rel=1e-9, abs=1e-6)
    assert equity.total == 5.0 + equity.future


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"new_per_period": [1, None]}, MissingDataError, "new_per_period must be known, not nan in row 2"),
        ({"new_per_period": [1, -2]}, DomainError, "new_per_period must be 0 or more, not -2.0 in row 2"),
        ({"new_per_period": [[1], [2]]}, InputError, "new_per_period must be one column"),
        ({"new_per_period": [1e308] * 3, "value_new": 1e9}, DomainError, "too large"),
        ({"discount_rate": -1}, DomainError, "discount_rate must be above -1"),
        ({"acquisition_cost": -1}, DomainError, "acquisition_cost must be"),
        ({"static": math.inf}, DomainError, "static must be a finite number"),
    ],
)
def test_cohorts_out_of_range_are_refused(changes: dict[str, Any], error: type[Exception], words: str) -> None:
    good: dict[str, Any] = {
        "static": 0,
        "new_per_period": [1],
        "value_new": 1,
        "acquisition_cost": 0,
        "discount_rate": 0.1,
    }
    with pytest.raises(error, match=words):
        dynamic_equity(**(good | changes))


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(DomainError, match="residual_values must be finite, not inf in row 2"):
        customer_equity([1.0, math.inf])
    with pytest.raises(InputError, match="residual_values must be numbers"):
        customer_equity(["much"])


@given(margins(), costs(), margins(), costs(), margins())
def test_the_bridge_adds_up(equity: float, fixed: float, tax: float, assets: float, debt: float) -> None:
    table = enterprise_bridge(equity, fixed_costs=fixed, tax=tax, non_operating_assets=assets, net_debt=debt)
    lines = dict(zip(table["line"], table["amount"], strict=True))
    assert lines["operating_value"] == pytest.approx(
        lines["customer_equity"] + lines["fixed_costs"] + lines["tax"], abs=1e-6
    )
    assert lines["shareholder_value"] == pytest.approx(equity - fixed - tax + assets - debt, abs=1e-6)
    assert lines["fixed_costs"] <= 0 <= lines["non_operating_assets"]


def test_a_negative_cost_in_the_bridge_is_refused() -> None:
    with pytest.raises(DomainError, match="fixed_costs must be a finite number, 0 or more, not -5"):
        enterprise_bridge(1, fixed_costs=-5, tax=0, non_operating_assets=0, net_debt=0)


def test_the_return_counts_profit_and_growth() -> None:
    assert return_on_customer(50, 1000, 1100) == pytest.approx(0.15)
    found = return_on_customer([50, 50, 50, np.nan], [1000, 0, -10, 10], [900, 5, 5, 5])
    np.testing.assert_allclose(found, [-0.05, np.nan, np.nan, np.nan])


@given(margins(), costs().filter(bool), margins())
def test_a_return_of_nothing_is_a_change_that_eats_the_profit(profit: float, opening: float, closing: float) -> None:
    found = return_on_customer(profit, opening, closing)
    assert found * opening == pytest.approx(profit + closing - opening, rel=1e-9, abs=1e-6)


def test_a_return_needs_a_base_above_nothing() -> None:
    with pytest.raises(ZeroDenominatorError, match="opening must not be 0"):
        return_on_customer(1, 0, 1)
    with pytest.raises(DomainError, match=r"opening must be above 0, .* not -5"):
        return_on_customer(1, -5, 1)
    with pytest.raises(InputError, match="lengths differ"):
        return_on_customer([1, 2], [1, 2, 3], 1)
