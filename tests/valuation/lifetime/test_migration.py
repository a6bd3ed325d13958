"""Customers who move between segments."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.strategies import costs, customer_kinds, discount_rates, horizons, margins, retention_rates, timings
from tests.valuation.lifetime.test_golden import golden, printed
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lifetime import (
    Customers,
    MarkovProjection,
    Timing,
    lifetime_value,
    markov_payback,
    markov_projection,
    markov_value,
    payback_periods,
)

CHANCES = [[0.7, 0.2], [0.1, 0.6]]
NOW: dict[str, Any] = {"timing": "start", "customers": "new"}
WHEN = {"start": 0.0, "mid": 0.5, "end": 1.0}


def chains(*, leaving: int = 0) -> SearchStrategy[list[list[float]]]:
    """Chances between one to four segments; `leaving` parts of each row, or more, leave."""

    def row(parts: list[int]) -> list[float]:
        whole = sum(parts) + leaving
        return [part / whole for part in parts[1:]] if whole else [0.0] * (len(parts) - 1)

    def table(n: int) -> SearchStrategy[list[list[float]]]:
        parts = st.lists(st.integers(0, 20), min_size=n + 1, max_size=n + 1)
        return st.lists(parts.map(row), min_size=n, max_size=n)

    return st.integers(1, 4).flatmap(table)


def for_each(chances: list[list[float]], numbers: SearchStrategy[float], data: st.DataObject) -> list[float]:
    return data.draw(st.lists(numbers, min_size=len(chances), max_size=len(chances)))


def moved(there: list[float], chances: list[list[float]]) -> list[float]:
    return [sum(there[i] * chances[i][j] for i in range(len(there))) for j in range(len(there))]


def value_by_walking(
    chances: list[list[float]],
    margin: list[float],
    cost: list[float],
    segment: int,
    *,
    discount_rate: float,
    horizon: int,
    timing: str,
    customers: str,
) -> float:
    """Follow one customer, as shares of a customer in each segment, from period to period."""
    there, value = [float(other == segment) for other in range(len(chances))], 0.0
    for period in range(horizon):
        if period or customers == "existing":
            there = moved(there, chances)
        money = sum(share * (m - c) for share, m, c in zip(there, margin, cost, strict=True))
        value += money / (1 + discount_rate) ** (period + WHEN[timing])
    return value


# Golden


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in golden("migration")])
def test_matches_reference_calculation(case: dict[str, Any]) -> None:
    buys = [0.3, 0.2, 0.15, 0.05]
    chances = np.diag([1 - chance for chance in buys[:-1]], 1)
    chances[:, 0] += buys
    values = markov_value(chances, [40, 0, 0, 0], cost=4, discount_rate=0.2, horizon=float(case["horizon"]), **NOW)
    for value, text in zip(values.tolist(), case["expected"], strict=True):
        assert value == printed(text)


# Second way


@given(
    chances=chains(),
    rate=discount_rates(),
    horizon=horizons(high=30),
    timing=timings(),
    customers=customer_kinds(),
    data=st.data(),
)
def test_agrees_with_walking_through_the_periods(
    chances: list[list[float]],
    rate: float,
    horizon: int,
    timing: Timing,
    customers: Customers,
    data: st.DataObject,
) -> None:
    margin, cost = for_each(chances, margins(), data), for_each(chances, costs(), data)
    choices: dict[str, Any] = {
        "discount_rate": rate,
        "horizon": horizon,
        "timing": timing,
        "customers": customers,
    }
    values = markov_value(chances, margin, cost=cost, **choices)
    size = sum(map(abs, margin)) + sum(cost)
    for segment, value in enumerate(values.tolist()):
        by_hand = value_by_walking(chances, margin, cost, segment, **choices)
        assert value == pytest.approx(by_hand, rel=1e-9, abs=1e-12 * size / (1 + min(rate, 0)) ** (horizon + 1))


@given(chances=chains(leaving=1), timing=timings(), customers=customer_kinds(), data=st.data())
def test_the_linear_solve_is_the_sum_of_the_series(
    chances: list[list[float]], timing: Timing, customers: Customers, data: st.DataObject
) -> None:
    margin = for_each(chances, margins(), data)
    endless = markov_value(chances, margin, discount_rate=0.05, horizon=math.inf, timing=timing, customers=customers)
    for segment, value in enumerate(endless.tolist()):
        by_hand = value_by_walking(
            chances,
            margin,
            [0.0] * len(margin),
            segment,
            discount_rate=0.05,
            horizon=600,
            timing=timing,
            customers=customers,
        )
        assert value == pytest.approx(by_hand, rel=1e-9, abs=1e-6)


@given(
    chances=chains(),
    rate=discount_rates(low=0.0),
    horizon=horizons(high=12),
    timing=timings(),
    customers=customer_kinds(),
    data=st.data(),
)
def test_projection_agrees_with_walking_through_the_periods(
    chances: list[list[float]],
    rate: float,
    horizon: int,
    timing: Timing,
    customers: Customers,
    data: st.DataObject,
) -> None:
    people = st.integers(0, 10_000).map(float)
    margin, cost = for_each(chances, margins(), data), for_each(chances, costs(), data)
    counts, new = for_each(chances, people, data), for_each(chances, people, data)
    price = for_each(chances, costs(), data)
    ahead = markov_projection(
        chances,
        counts,
        margin,
        discount_rate=rate,
        horizon=horizon,
        timing=timing,
        customers=customers,
        cost=cost,
        acquired=new,
        acquisition_cost=price,
    )
    there, value = counts, 0.0
    assert ahead.segments[0].tolist() == counts
    size = sum(map(abs, margin)) + sum(cost) + sum(price)
    for period in range(1, horizon + 1):
        if customers == "existing":
            there = moved(there, chances)
        paying = [a + b for a, b in zip(there, new, strict=True)]
        there = paying if customers == "existing" else moved(paying, chances)
        earned = math.fsum(p * m for p, m in zip(paying, margin, strict=True))
        spent = math.fsum(p * c for p, c in zip(paying, cost, strict=True))
        won = math.fsum(p * c for p, c in zip(new, price, strict=True))
        value += (earned - spent) / (1 + rate) ** (period - 1 + WHEN[timing]) - won / (1 + rate) ** (period - 1)
        near: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9 * size * (1 + sum(counts) + horizon * sum(new))}
        assert ahead.segments[period].tolist() == pytest.approx(there, rel=1e-9, abs=1e-9)
        assert ahead.margin[period] == pytest.approx(earned, **near)
        assert ahead.cost[period] == pytest.approx(spent, **near)
        assert ahead.acquisition_cost[period] == pytest.approx(won, **near)
        assert ahead.contribution[period] == pytest.approx(earned - spent - won, **near)
        assert ahead.cumulative[period] == pytest.approx(value, **near)


@given(chances=chains(), rate=discount_rates(low=0.0), timing=timings(), data=st.data())
def test_payback_is_where_the_projection_of_the_cohort_reaches_its_cost(
    chances: list[list[float]], rate: float, timing: Timing, data: st.DataObject
) -> None:
    margin = for_each(chances, st.integers(-20, 100).map(float), data)
    cohort = for_each(chances, st.integers(1, 100).map(float), data)
    price = data.draw(st.integers(0, 300))
    ahead = markov_projection(chances, cohort, margin, discount_rate=rate, horizon=60, timing=timing, customers="new")
    gained = ahead.cumulative - price * sum(cohort)
    assume(np.abs(gained[1:]).min() > 1e-6)
    reached = np.flatnonzero(gained >= 0)
    assume(reached.size)
    period = markov_payback(chances, margin, cohort, acquisition_cost=price, discount_rate=rate, timing=timing)
    assert period == reached[0]


@given(
    retention=retention_rates(low=0.3),
    rate=discount_rates(low=0.0, high=0.3),
    price=st.integers(1, 250),
)
def test_payback_of_one_segment_is_that_of_one_customer(retention: float, rate: float, price: int) -> None:
    alone = payback_periods([price], 100, retention_rate=retention, discount_rate=rate).item()
    assume(alone == alone and alone < 1000 and abs(alone - round(alone)) > 1e-6)
    period = markov_payback([[retention]], 100, 7, acquisition_cost=price, discount_rate=rate, timing="end")
    assert period == math.ceil(alone)


# Laws


@given(
    retention=retention_rates(),
    margin=margins(),
    rate=discount_rates(low=1e-6),
    horizon=horizons() | st.just(math.inf),
    timing=timings(),
    customers=customer_kinds(),
)
def test_one_segment_is_one_customer_of_constant_retention(
    retention: float, margin: float, rate: float, horizon: float, timing: Timing, customers: Customers
) -> None:
    choices: dict[str, Any] = {
        "discount_rate": rate,
        "horizon": horizon,
        "timing": timing,
        "customers": customers,
    }
    (value,) = markov_value([[retention]], [margin], **choices)
    assert value == pytest.approx(lifetime_value(margin, retention, **choices), rel=1e-9)


def test_atrisk_and_certain_are_existing_and_new() -> None:
    choices: dict[str, Any] = {"discount_rate": 0.1, "horizon": 3, "timing": "mid"}
    for one, other in (("atrisk", "existing"), ("certain", "new")):
        values = [markov_value(CHANCES, [300, 100], customers=word, **choices) for word in (one, other)]  # type: ignore[arg-type]
        assert values[0].tolist() == values[1].tolist()


@given(chances=chains(leaving=1), factor=st.floats(-3, 3), horizon=st.just(math.inf) | horizons(), data=st.data())
def test_value_is_linear_in_the_margins(
    chances: list[list[float]], factor: float, horizon: float, data: st.DataObject
) -> None:
    first, second = np.array(for_each(chances, margins(), data)), np.array(for_each(chances, margins(), data))
    one, other, both = (
        markov_value(chances, margin, discount_rate=0.1, horizon=horizon, **NOW)
        for margin in (first, second, first + factor * second)
    )
    assert both == pytest.approx(one + factor * other, rel=1e-9, abs=1e-5)


@given(chances=chains(), horizon=st.just(math.inf) | horizons(), customers=customer_kinds(), data=st.data())
def test_renaming_the_segments_renames_the_values(
    chances: list[list[float]], horizon: float, customers: Customers, data: st.DataObject
) -> None:
    margin = np.array(for_each(chances, margins(), data))
    order = np.array(data.draw(st.permutations(range(len(chances)))))
    choices: dict[str, Any] = {
        "discount_rate": 0.1,
        "horizon": horizon,
        "timing": "mid",
        "customers": customers,
    }
    values = markov_value(chances, margin, **choices)
    shuffled = markov_value(np.array(chances)[np.ix_(order, order)], margin[order], **choices)
    assert shuffled == pytest.approx(values[order], rel=1e-9, abs=1e-5)


@given(chances=chains(), rate=discount_rates(low=0.05), data=st.data())
def test_a_long_horizon_is_the_endless_one(chances: list[list[float]], rate: float, data: st.DataObject) -> None:
    margin = for_each(chances, margins(), data)
    long, endless = (
        markov_value(chances, margin, discount_rate=rate, horizon=horizon, **NOW) for horizon in (10**12, math.inf)
    )
    assert long == pytest.approx(endless, rel=1e-9, abs=1e-5)


@given(chances=chains(), near=horizons(high=20), far=horizons(high=20), data=st.data())
def test_two_horizons_add_up(chances: list[list[float]], near: int, far: int, data: st.DataObject) -> None:
    margin = for_each(chances, margins(), data)
    first, second, both = (
        markov_value(chances, margin, discount_rate=0.1, horizon=horizon, **NOW) for horizon in (near, far, near + far)
    )
    later = np.linalg.matrix_power(np.array(chances) / 1.1, near) @ second
    assert both == pytest.approx(first + later, rel=1e-9, abs=1e-5)


@given(chances=chains(), customers=customer_kinds(), data=st.data())
def test_customers_are_those_before_plus_the_new_less_the_lost(
    chances: list[list[float]], customers: Customers, data: st.DataObject
) -> None:
    people = st.integers(0, 10_000).map(float)
    ahead = markov_projection(
        chances,
        for_each(chances, people, data),
        0,
        discount_rate=0.1,
        horizon=8,
        timing="mid",
        customers=customers,
        acquired=for_each(chances, people, data),
    )
    assert np.diff(ahead.customers) == pytest.approx((ahead.acquired - ahead.left)[1:], abs=1e-7)
    assert (ahead.left >= 0).all()


@given(customers=customer_kinds(), counts=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)))
def test_nobody_is_lost_where_the_rows_sum_to_one(customers: Customers, counts: tuple[int, int]) -> None:
    chances = [[0.9, 0.1], [1 / 3, 2 / 3]]
    ahead = projection(counts=counts, transition=chances, horizon=50, customers=customers, acquired=0)
    assert ahead.customers == pytest.approx(np.full(51, sum(counts)), rel=1e-12)
    assert ahead.left == pytest.approx(np.zeros(51), abs=1e-6)


def projection(**changes: Any) -> MarkovProjection:
    choices: dict[str, Any] = {
        "transition": CHANCES,
        "counts": [100, 300],
        "margin": [300, 100],
        "discount_rate": 0.1,
        "horizon": 6,
        "timing": "mid",
        "customers": "existing",
        "cost": [20, 10],
        "acquired": [10, 30],
        "acquisition_cost": 250,
        **changes,
    }
    return markov_projection(**choices)


@pytest.mark.parametrize("timing", ["start", "mid", "end"])
@pytest.mark.parametrize("customers", ["existing", "new"])
def test_the_projection_is_worth_its_base_and_its_cohorts(timing: Timing, customers: Customers) -> None:
    ahead = projection(timing=timing, customers=customers)
    choices: dict[str, Any] = {"discount_rate": 0.1, "timing": timing, "cost": [20, 10]}
    base = [100, 300] @ markov_value(CHANCES, [300, 100], horizon=6, customers=customers, **choices)
    cohorts = sum(
        ([10, 30] @ markov_value(CHANCES, [300, 100], horizon=6 - k, customers="new", **choices) - 250 * 40) / 1.1**k
        for k in range(6)
    )
    assert ahead.of_base[-1] == pytest.approx(base, rel=1e-12)
    assert ahead.cumulative[-1] == pytest.approx(base + cohorts, rel=1e-12)
    assert np.diff(ahead.cumulative) == pytest.approx(ahead.discounted[1:], rel=1e-9)


def test_today_has_customers_and_no_money() -> None:
    ahead = projection()
    assert ahead.customers[0] == 400
    for series in (ahead.acquired, ahead.left, ahead.margin, ahead.cost, ahead.cumulative, ahead.of_base):
        assert series.shape == (7,)
        assert series[0] == 0.0


def test_one_number_counts_for_all_segments() -> None:
    choices: dict[str, Any] = {"discount_rate": 0.1, "horizon": 3, **NOW}
    one = markov_value(CHANCES, [300, 100], cost=20, **choices)
    assert one.tolist() == markov_value(CHANCES, [300, 100], cost=[20, 20], **choices).tolist()


# Endless sums


def test_a_segment_of_the_lost_that_brings_nothing_may_last_for_ever() -> None:
    chances = [[0.8, 0.2], [0.0, 1.0]]
    values = markov_value(chances, [100, 0], discount_rate=0.0, horizon=math.inf, **NOW)
    assert values.tolist() == pytest.approx([500.0, 0.0])
    assert not markov_value(chances, [50, 50], cost=50, discount_rate=0.0, horizon=math.inf, **NOW).any()


def test_a_rate_below_zero_has_a_value_where_enough_customers_leave() -> None:
    (value,) = markov_value([[0.8]], [100], discount_rate=-0.1, horizon=math.inf, **NOW)
    assert value == pytest.approx(100 * 0.9 / 0.1)


@pytest.mark.parametrize(
    ("transition", "rate"),
    [
        ([[1.0]], 0.0),
        ([[0.8]], -0.2),
        ([[0.8]], -0.3),
        ([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.6, 0.1, 0.3]], 0.0),
        ([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.6, 0.1, 0.3]], -0.1),
        ([[0.0, 1.0], [1.0, 0.0]], -0.5),
        ([[0.5, 0.1], [0.0, 1.0]], 0.0),
    ],
)
def test_a_sum_without_end_is_refused(transition: list[list[float]], rate: float) -> None:
    message = f"the endless sum diverges: .* leave too seldom for a discount_rate of {rate:g}"
    with pytest.raises(DomainError, match=message):
        markov_value(transition, [100.0] * len(transition), discount_rate=rate, horizon=math.inf, **NOW)
    finite = markov_value(transition, [100.0] * len(transition), discount_rate=rate, horizon=5, **NOW)
    assert np.isfinite(finite).all()


@given(chances=chains(), rate=st.floats(-0.3, 0.3), data=st.data())
def test_a_sum_is_refused_exactly_where_the_spectral_radius_says_so(
    chances: list[list[float]], rate: float, data: st.DataObject
) -> None:
    radius = max(abs(np.linalg.eigvals(np.array(chances)))) / (1 + rate)
    assume(abs(radius - 1) > 1e-3)
    try:
        values = markov_value(chances, [1.0] * len(chances), discount_rate=rate, horizon=math.inf, **NOW)
    except DomainError:
        assert radius > 1
    else:
        assert radius < 1
        assert (values >= 1 - 1e-9).all()


# Doors


def test_chances_that_were_rounded_up_are_scaled_to_one() -> None:
    # At so low a rate, what the first row has too much would otherwise be a third of the value.
    chances = [[0.5, 0.5 + 5e-10], [0.5, 0.5]]
    values = markov_value(chances, [1, 1], discount_rate=1e-9, horizon=math.inf, **NOW)
    assert values.tolist() == pytest.approx([1e9, 1e9], rel=1e-5)


VALUE_DOORS: list[tuple[dict[str, Any], type[Exception], str]] = [
    (
        {"transition": [[0.7, 0.4], [0.1, 0.6]]},
        DomainError,
        r"row 1 of transition must sum to 1 at most, not to 1\.1",
    ),
    (
        {"transition": [[0.7, 0.3], [0.5, 0.5 + 2e-9]]},
        DomainError,
        r"row 2 of transition must sum to 1 at most, not to 1\.000000002",
    ),
    (
        {"transition": [[0.7, 0.2], [10, 60]]},
        DomainError,
        "transition from segment 2 to segment 1 must be from 0 to 1, not 10; percent typed as whole number",
    ),
    ({"transition": [[0.7, -0.2], [0, 0]]}, DomainError, "transition from segment 1 to segment 2 must be from 0 to 1"),
    (
        {"transition": [[0.7, math.nan], [0, 0]]},
        DomainError,
        "from segment 1 to segment 2 must be from 0 to 1, not nan",
    ),
    ({"transition": [[0.7, 0.2]]}, InputError, "transition must be a square table, .* not 1 x 2"),
    ({"transition": 0.7}, InputError, "transition must be a square table, .* not one number"),
    ({"transition": []}, InputError, "transition must be a square table, .* not 0"),
    ({"transition": [[True]]}, InputError, "transition must be a number or an array of numbers, not True"),
    ({"margin": [300]}, InputError, "margin must be one number for each of 2 segments, not 1 of them"),
    ({"margin": [300, math.nan]}, DomainError, "margin of segment 2 must be a finite number, not nan"),
    ({"cost": [1, 2, 3]}, InputError, "cost must be one number for each of 2 segments, not 3 of them"),
    ({"cost": [20, -1]}, DomainError, "cost of segment 2 must be a finite number, 0 or more, not -1"),
    ({"discount_rate": -1}, DomainError, "discount_rate must be above -1, not -1"),
    ({"horizon": 0}, InputError, "horizon must be a positive whole number"),
    ({"timing": "contractual"}, InputError, "timing must be one of"),
    ({"customers": "transactional"}, InputError, "customers must be one of"),
]


@pytest.mark.parametrize(("change", "error", "message"), VALUE_DOORS)
def test_door_of_the_value(change: dict[str, Any], error: type[Exception], message: str) -> None:
    choices: dict[str, Any] = {
        "transition": CHANCES,
        "margin": [300, 100],
        "discount_rate": 0.1,
        "horizon": 3,
        "timing": "mid",
        "customers": "new",
        **change,
    }
    with pytest.raises(error, match=message):
        markov_value(**choices)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"counts": [100]}, InputError, "counts must be one number for each of 2 segments"),
        ({"counts": [100, -1]}, DomainError, "counts of segment 2 must be a finite number, 0 or more, not -1"),
        ({"acquired": [-5, 0]}, DomainError, "acquired of segment 1 must be a finite number, 0 or more, not -5"),
        ({"acquisition_cost": [1, -2]}, DomainError, "acquisition_cost of segment 2 must be"),
        ({"horizon": math.inf}, InputError, "horizon must be a whole number of periods from 1 to 10000, not inf"),
        ({"horizon": 10_001}, InputError, "horizon must be a whole number of periods from 1 to 10000, not 10001"),
        ({"horizon": 2.5}, InputError, "horizon must be a whole number of periods from 1 to 10000, not 2.5"),
        ({"discount_rate": [0.1, 0.2]}, InputError, "discount_rate must be one number, not an array"),
    ],
)
def test_door_of_the_projection(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        projection(**change)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"acquired": [0, 0]}, ZeroDenominatorError, "acquired must not all be zero"),
        ({"acquisition_cost": 5000}, MissingDataError, "acquisition_cost is not earned back within 10000 periods"),
        ({"margin": [-1, -1]}, MissingDataError, "not earned back"),
        ({"acquisition_cost": -1}, DomainError, "acquisition_cost of segment 1 must be"),
        ({"timing": "now"}, InputError, "timing must be one of"),
    ],
)
def test_door_of_the_payback(change: dict[str, Any], error: type[Exception], message: str) -> None:
    choices: dict[str, Any] = {
        "transition": CHANCES,
        "margin": [300, 100],
        "acquired": [10, 30],
        "acquisition_cost": 250,
        "discount_rate": 0.1,
        "timing": "mid",
        **change,
    }
    with pytest.raises(error, match=message):
        markov_payback(**choices)


def test_customers_who_cost_nothing_to_win_have_paid_back_at_once() -> None:
    assert markov_payback(CHANCES, [-5, 1], [1, 1], acquisition_cost=0, discount_rate=0.1, timing="end") == 0
