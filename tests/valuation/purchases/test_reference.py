"""Every answer of every model against a second way, in fifty digits: on published cases first, then on any."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.lifetime.test_golden import printed
from tests.valuation.purchases import reference
from tests.valuation.purchases.models import CDNOW, models, proportions, records
from valuation.purchases import (
    BgNbdParameters,
    NbdParameters,
    ParetoNbdParameters,
    discounted_periods_alive,
    discounted_purchases,
    expected_purchases,
    expected_purchases_of_new,
    log_likelihood,
    p_alive,
    purchase_count_probabilities,
)

PUBLISHED = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
BTYD = ParetoNbdParameters(r=0.5629966, alpha=12.5590370, s=0.4081095, beta=10.5148048)
KNOWN = [(0, 0.0, 38.86), (2, 30.43, 38.86), (7, 37.0, 38.86), (7, 10.0, 38.86)]


def agrees(reference_value: Any, rel: float = 1e-10) -> Any:
    return pytest.approx(float(reference_value), rel=rel, abs=1e-280)


# The second way itself


def test_reference_gives_the_published_numbers() -> None:
    assert float(reference.expected(PUBLISHED, 2, 30.43, 38.86, 39)) == printed("1.226028")
    assert float(reference.p_alive(PUBLISHED, 7, 10, 38.86)) == printed(".003687")
    assert float(reference.expected_of_new(PUBLISHED, 39)) == printed("1.196723")
    rate = math.expm1(0.0027)
    assert float(reference.discounted_forever(BTYD, 7, 35, 77.86, rate)) == printed("1.864183328")
    busy = ParetoNbdParameters(r=0.5143, alpha=2.8845, s=0.2856, beta=14.1087)
    assert float(reference.log_likelihood(busy, 221, 103.42857, 103.57143)) == pytest.approx(
        -61.58464856172922, abs=1e-13
    )


@pytest.mark.parametrize("model", CDNOW[:3], ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("record", KNOWN[1::2])
def test_reference_is_a_mean_over_customers_of_known_habits(model: Any, record: tuple[int, float, float]) -> None:
    assert float(reference.by_definition(model, *record)) == agrees(reference.log_likelihood(model, *record), 1e-14)


def test_nobody_counts_twice_in_the_reference() -> None:
    for model in CDNOW[:3]:
        total = sum(float(reference.count_probability(model, 10.0, x)) for x in range(60))
        assert total == pytest.approx(1.0, abs=1e-4)
        mean = sum(x * float(reference.count_probability(model, 10.0, x)) for x in range(60))
        assert mean == pytest.approx(float(reference.expected_of_new(model, 10.0)), rel=1e-2)


# Published cases


@pytest.mark.parametrize("model", CDNOW, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("record", KNOWN)
def test_known_customers(model: Any, record: tuple[int, float, float]) -> None:
    assert log_likelihood(model, *record) == agrees(reference.log_likelihood(model, *record), 1e-13)
    assert p_alive(model, *record) == agrees(reference.p_alive(model, *record), 1e-13)
    assert expected_purchases(model, *record, t=39) == agrees(reference.expected(model, *record, 39), 1e-13)
    year = discounted_purchases(model, *record, discount_rate=0.0027, horizon=52)
    assert year == agrees(reference.discounted_sum(model, *record, discount_rate=0.0027, horizon=52), 1e-12)
    endless = discounted_purchases(model, *record, discount_rate=0.0027, horizon=math.inf)
    assert endless == agrees(reference.discounted_forever(model, *record, 0.0027), 1e-12)


# Any case


@given(model=models(), record=records(), t=proportions(0.1, 1e3))
def test_any_customer(model: Any, record: tuple[int, float, float], t: float) -> None:
    assert log_likelihood(model, *record) == pytest.approx(
        float(reference.log_likelihood(model, *record)), rel=1e-12, abs=1e-9
    )
    assert p_alive(model, *record) == agrees(reference.p_alive(model, *record))
    assert expected_purchases(model, *record, t=t) == agrees(reference.expected(model, *record, t))
    assert expected_purchases_of_new(model, t=t) == agrees(reference.expected_of_new(model, t))


@given(model=models(), t=proportions(0.1, 1e3), x=st.integers(0, 12))
@settings(max_examples=30)
def test_any_count(model: Any, t: float, x: int) -> None:
    chance = purchase_count_probabilities(model, t=t, most=x)[x]
    assert chance == pytest.approx(float(reference.count_probability(model, t, x)), rel=1e-9, abs=1e-280)


@given(model=models(), record=records(), rate=st.floats(-0.01, 0.3), horizon=st.integers(1, 12))
@settings(max_examples=20)
def test_any_horizon(model: Any, record: tuple[int, float, float], rate: float, horizon: int) -> None:
    worth = discounted_purchases(model, *record, discount_rate=rate, horizon=horizon)
    assert worth == agrees(reference.discounted_sum(model, *record, discount_rate=rate, horizon=horizon))
    periods = discounted_periods_alive(model, *record, discount_rate=rate, horizon=horizon)
    there = [
        float(reference.stays(model, record[0], record[2], k + 0.5)) / (1 + rate) ** (k + 0.5) for k in range(horizon)
    ]
    alive = float(reference.p_alive(model, *record))
    assert periods == pytest.approx(alive * sum(there), rel=1e-9, abs=1e-13 * alive)


@pytest.mark.parametrize("model", CDNOW, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("rate", [-1e-3, 0.0, 1e-4, 0.02])
def test_a_thousand_periods_added_up(model: Any, rate: float) -> None:
    # Fewer times than periods are looked at; here all of them are.
    record, periods = (7, 37.0, 38.86), np.arange(1, 1001)
    ahead = np.append(0.0, expected_purchases(model, *record, t=periods))
    added_up = (np.diff(ahead) / (1 + rate) ** (periods - 0.5)).sum()
    worth = discounted_purchases(model, *record, discount_rate=rate, horizon=1000)
    assert worth == pytest.approx(added_up, rel=1e-11)


@pytest.mark.parametrize("model", CDNOW, ids=lambda model: type(model).__name__)
def test_time_alive_without_end_is_the_integral_of_the_chance_to_stay(model: Any) -> None:
    force, record = math.log1p(0.0027), (2, 30.43, 38.86)

    def present(t: Any) -> Any:
        return reference.mp.exp(-force * t) * reference.stays(model, 2, 38.86, t)

    with reference.mp.workdps(20):
        area = reference.mp.quad(present, [0, 10, 100, 1000, 3000, 20_000])
    worth = discounted_periods_alive(model, *record, discount_rate=0.0027, horizon=math.inf)
    assert worth == agrees(reference.p_alive(model, *record) * area)


def test_a_shape_of_exactly_1_is_a_limit() -> None:
    for a in (1.0, 1.0 - 1e-9, 1.0 + 1e-15):
        model = BgNbdParameters(r=0.243, alpha=4.414, a=a, b=2.426)
        assert expected_purchases(model, 2, 30.43, 38.86, t=39) == pytest.approx(1.1021367860, rel=1e-8)


@given(shape=proportions(0.01, 100), scale=proportions(0.01, 100), record=records())
def test_nbd_alive_for_certain(shape: float, scale: float, record: tuple[int, float, float]) -> None:
    model = NbdParameters(r=shape, alpha=scale)
    assert p_alive(model, *record) == 1.0
    assert expected_purchases(model, *record, t=5) == pytest.approx(5 * (shape + record[0]) / (scale + record[2]))
