"""Elasticities, and the effect of a change in one driver."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.strategies import (
    costs,
    customer_kinds,
    discount_rates,
    growth_rates,
    horizons,
    margins,
    positive_margins,
    retention_rates,
    timings,
)
from tests.valuation.lifetime.test_golden import golden, printed
from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.lifetime import (
    Customers,
    Timing,
    ValueSensitivity,
    lifetime_value,
    value_elasticities,
    value_sensitivity,
)

ENDLESS: dict[str, Any] = {"horizon": math.inf, "timing": "end", "customers": "existing"}


def named(key: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in golden(key)]


def sensitivity(margin: float = 1000, retention: float = 0.8, **changes: Any) -> ValueSensitivity:
    choices = {"discount_rate": 0.1, "acquisition_cost": 0.0, "shock": 0.01, **ENDLESS, **changes}
    return value_sensitivity(margin, retention, **choices)


# Golden


@pytest.mark.parametrize("case", named("elasticities"))
def test_elasticities_match_golden_numbers(case: dict[str, Any]) -> None:
    found = value_elasticities(**case["inputs"])
    for driver, text in case["expected"].items():
        assert getattr(found, driver) == printed(text)


@pytest.mark.parametrize("case", named("sensitivities"))
def test_effects_match_golden_numbers(case: dict[str, Any]) -> None:
    found = sensitivity(horizon=float(case["horizon"]), customers=case["customers"])
    shares = found.relative_share if case["change"] == "relative" else found.points_share
    assert shares[found.drivers.index(case["driver"])] == printed(case["expected"])


@pytest.mark.parametrize("customers", ["new", "existing"])
def test_a_short_horizon_hides_retention(customers: str) -> None:
    for row in golden("one_percent_more_retention")[customers]:
        found = sensitivity(horizon=float(row["horizon"]), customers=customers)
        assert 100 * found.relative_share[0] == printed(row["percent"])


# Second way


def value_by_addition(drivers: dict[str, float], *, horizon: int, timing: str, customers: str, growth: float) -> float:
    """The sum written out, payment by payment."""
    value, there, margin = -drivers["acquisition cost"], 1.0, drivers["margin"]
    for period in range(horizon):
        if period or customers == "existing":
            there *= drivers["retention"]
        when = period + {"start": 0.0, "mid": 0.5, "end": 1.0}[timing]
        value += there * margin / (1 + drivers["discount rate"]) ** when
        margin *= 1 + growth
    return value


@given(
    margin=margins(),
    retention=retention_rates(high=0.9),
    rate=discount_rates(low=-0.1),
    cost=costs(),
    horizon=horizons(high=20),
    timing=timings(),
    customers=customer_kinds(),
    growth=growth_rates(),
    shock=st.floats(-0.1, 0.1),
)
def test_effects_agree_with_the_written_out_sum(
    margin: float,
    retention: float,
    rate: float,
    cost: float,
    horizon: int,
    timing: Timing,
    customers: Customers,
    growth: float,
    shock: float,
) -> None:
    assume(retention + shock >= 0)
    choices: dict[str, Any] = {"horizon": horizon, "timing": timing, "customers": customers, "growth": growth}
    found = value_sensitivity(margin, retention, discount_rate=rate, acquisition_cost=cost, shock=shock, **choices)
    drivers = {"retention": retention, "margin": margin, "discount rate": rate, "acquisition cost": cost}
    before = value_by_addition(drivers, **choices)
    size = 1e-9 * (1.0 + cost + abs(value_by_addition(drivers | {"acquisition cost": 0.0}, **choices)))
    assert found.value == pytest.approx(before, abs=size)
    for place, (driver, given_) in enumerate(drivers.items()):
        assert found.drivers[place] == driver
        assert found.given[place] == given_
        after = value_by_addition(drivers | {driver: given_ * (1 + shock)}, **choices)
        assert found.relative_effect[place] == pytest.approx(after - before, abs=2 * size)
        if driver in ("retention", "discount rate"):
            after = value_by_addition(drivers | {driver: given_ + shock}, **choices)
            assert found.points_effect[place] == pytest.approx(after - before, abs=4 * size)


# Laws


@given(
    margin=positive_margins(),
    retention=retention_rates(low=0.01, high=0.95),
    rate=st.floats(0.01, 1.0),
    part=st.floats(0.0, 0.9),
)
def test_elasticity_is_the_effect_of_a_tiny_change(margin: float, retention: float, rate: float, part: float) -> None:
    cost = part * lifetime_value(margin, retention, discount_rate=rate, **ENDLESS)
    found = value_elasticities(margin, retention, discount_rate=rate, acquisition_cost=cost)
    # The mean of a change up and a change down: what is left of the curvature is of third order.
    up, down = (
        sensitivity(margin, retention, discount_rate=rate, acquisition_cost=cost, shock=shock)
        for shock in (1e-4, -1e-4)
    )
    slopes = (up.relative_share - down.relative_share) / 2e-4
    expected = [found.retention, found.margin, found.discount_rate, found.acquisition_cost]
    assert slopes == pytest.approx(expected, rel=1e-3, abs=1e-6)


@given(margin=positive_margins(), retention=retention_rates(low=0.01), rate=st.floats(0.01, 1.0), cost=costs())
def test_elasticities_of_margin_and_cost_sum_to_one(margin: float, retention: float, rate: float, cost: float) -> None:
    value = float(lifetime_value(margin, retention, discount_rate=rate, **ENDLESS))
    assume(abs(value - cost) > 1e-3 * (value + cost))
    found = value_elasticities(margin, retention, discount_rate=rate, acquisition_cost=cost)
    assert found.margin + found.acquisition_cost == pytest.approx(1.0, rel=1e-9)


def test_more_of_what_is_good_is_more_and_of_what_costs_less() -> None:
    found = sensitivity(acquisition_cost=900)
    assert (np.sign(found.relative_effect) == [1, 1, -1, -1]).all()
    assert (np.sign(found.points_effect[[0, 2]]) == [1, -1]).all()
    assert found.relative_effect[3] == pytest.approx(-9.0, rel=1e-9)


def test_a_relative_change_and_a_point_are_kept_apart() -> None:
    found = sensitivity()
    assert found.relative.tolist() == pytest.approx([0.808, 1010.0, 0.101, 0.0])
    assert found.points[[0, 2]].tolist() == pytest.approx([0.81, 0.11])
    assert np.isnan(found.points[[1, 3]]).all()
    assert np.isnan(found.points_effect[[1, 3]]).all()


def test_shares_have_the_sign_of_the_money() -> None:
    found = sensitivity(acquisition_cost=5000)
    assert found.value < 0
    assert (np.sign(found.relative_share) == np.sign(found.relative_effect)).all()
    assert found.points_share[0] == pytest.approx(found.points_effect[0] / -found.value)


# Doors


def test_a_retention_above_one_has_no_value_and_is_not_clipped() -> None:
    found = sensitivity(retention=0.995)
    assert np.isnan(found.relative_effect).tolist() == [True, False, False, False]
    assert np.isnan(found.points_effect).tolist() == [True, True, False, True]
    assert found.points[0] == pytest.approx(1.005)
    assert np.isnan(sensitivity(retention=0.995, shock=0.001).relative_effect).tolist() == [False] * 4


def test_a_changed_sum_without_end_has_no_value() -> None:
    found = sensitivity(retention=0.9, discount_rate=-0.095)
    assert np.isnan(found.relative_effect).tolist() == [True, False, False, False]


def test_a_share_of_nothing_is_missing() -> None:
    found = sensitivity(margin=0)
    assert found.relative_effect.tolist() == [0.0] * 4
    assert np.isnan(found.relative_share).all()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"margin": math.inf}, DomainError, "margin must be a finite number, not inf"),
        ({"retention": 80}, DomainError, "retention_rate must be from 0 to 1, not 80; percent typed as whole number"),
        ({"retention": [0.8, 0.9]}, InputError, "retention_rate must be one number, not an array of shape"),
        ({"discount_rate": -1}, DomainError, "discount_rate must be above -1, not -1"),
        ({"acquisition_cost": -1}, DomainError, "acquisition_cost must be a finite number, 0 or more, not -1"),
        ({"shock": 1}, DomainError, "shock must be between -1 and 1, both excluded: 0.01 for 1%, not 1"),
        ({"shock": 5}, DomainError, "not 5; percent typed as whole number"),
        ({"horizon": 2.5}, InputError, "horizon must be a positive whole number"),
        ({"timing": "now"}, InputError, "timing must be one of"),
        ({"customers": "old"}, InputError, "customers must be one of"),
        ({"growth": -2}, DomainError, "growth must be above -1, not -2"),
        ({"retention": 1.0, "discount_rate": 0.0}, DomainError, "the endless sum diverges"),
    ],
)
def test_door_of_the_sensitivity(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        sensitivity(**change)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"margin": "1000"}, InputError, "margin must be a number"),
        ({"retention_rate": 1.2}, DomainError, "retention_rate must be from 0 to 1, not 1.2"),
        ({"discount_rate": -0.2}, DomainError, "the endless sum diverges"),
        ({"acquisition_cost": math.nan}, DomainError, "acquisition_cost must be a finite number, 0 or more, not nan"),
        ({"margin": 0}, ZeroDenominatorError, "the value less acquisition_cost must not be 0, as 0 less 0 is"),
        ({"retention_rate": 0.5, "discount_rate": 0.5, "acquisition_cost": 500}, ZeroDenominatorError, "500 less 500"),
    ],
)
def test_door_of_the_elasticities(change: dict[str, Any], error: type[Exception], message: str) -> None:
    inputs = {"margin": 1000, "retention_rate": 0.8, "discount_rate": 0.1, "acquisition_cost": 0, **change}
    with pytest.raises(error, match=message):
        value_elasticities(**inputs)
