"""Present value of the margins to come."""

import math
from collections.abc import Sequence
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
    portfolios,
    positive_margins,
    retention_rates,
    timings,
)
from tests.valuation.lifetime.test_golden import expected, golden, golden_cases, golden_inputs, printed
from valuation.errors import DomainError, InputError
from valuation.lifetime import Customers, Timing, lifetime_value, schedule_value

NEVER_ENDING = 900
CONVENTIONS: list[tuple[Timing, Customers]] = [
    ("start", "new"),
    ("mid", "new"),
    ("end", "new"),
    ("start", "existing"),
    ("mid", "existing"),
    ("end", "existing"),
]


def period_by_period(
    margin_of: Sequence[float],
    renewal_of: Sequence[float],
    *,
    discount_rate: float,
    timing: str,
    customers: str,
    acquisition_cost: float = 0.0,
) -> float:
    """Walk through the periods: renew, receive, discount, as a clerk would."""
    still_there = 1.0
    present_values = [-acquisition_cost]
    for period, margin in enumerate(margin_of):
        if customers == "existing":
            still_there *= renewal_of[period]
        years = {"start": period, "mid": period + 0.5, "end": period + 1}[timing]
        present_values.append(margin * still_there / math.pow(1 + discount_rate, years))
        if customers == "new":
            still_there *= renewal_of[period]
    return math.fsum(present_values)


def written_out(
    margin: float, retention_rate: float, *, horizon: float, growth: float = 0.0, **convention: Any
) -> float:
    """The constant case of `period_by_period`; endless means very long."""
    periods = NEVER_ENDING if math.isinf(horizon) else int(horizon)
    margin_of = [margin]
    for _ in range(periods - 1):
        margin_of.append(margin_of[-1] * (1 + growth))
    return period_by_period(margin_of, [retention_rate] * periods, **convention)


def close(value: Any, *, size: float = 0.0) -> Any:
    """Equal up to rounding, on a scale that cancellation cannot shrink."""
    return pytest.approx(value, rel=1e-9, abs=1e-9 * (1.0 + abs(size)))


# Golden


@pytest.mark.parametrize("case", golden_cases("lifetime_value"))
def test_second_way_matches_golden_number(case: dict[str, Any]) -> None:
    assert written_out(**golden_inputs(case)) == expected(case)


@pytest.mark.parametrize("customers", ["new", "existing"])
def test_a_short_horizon_hides_retention(customers: Customers) -> None:
    for row in golden("one_percent_more_retention")[customers]:
        before, after = lifetime_value(
            1000,
            [0.8, 0.808],
            discount_rate=0.1,
            horizon=float(row["horizon"]),
            timing="end",
            customers=customers,
        )
        assert 100 * (after / before - 1) == printed(row["percent"])


def test_matches_gupta_lehmann_margin_multiple() -> None:
    # Gupta and Lehmann (2005): r / (1 + d - r) is 2.5 at retention 80% and a rate of 12%.
    value = lifetime_value(1, 0.8, discount_rate=0.12, horizon=math.inf, timing="end", customers="existing")
    assert value == printed("2.5")


# Second way


@given(
    margin=margins(),
    retention=retention_rates(),
    rate=discount_rates(),
    horizon=horizons(),
    timing=timings(),
    customers=customer_kinds(),
    growth=growth_rates(),
    cost=costs(),
)
def test_agrees_with_the_written_out_sum(
    margin: float,
    retention: float,
    rate: float,
    horizon: int,
    timing: Timing,
    customers: Customers,
    growth: float,
    cost: float,
) -> None:
    choices: dict[str, Any] = {
        "discount_rate": rate,
        "horizon": horizon,
        "timing": timing,
        "customers": customers,
        "growth": growth,
    }
    value = lifetime_value(margin, retention, acquisition_cost=cost, **choices)
    by_hand = written_out(margin, retention, acquisition_cost=cost, **choices)
    assert value == close(by_hand, size=cost)


@given(
    margin=margins(),
    retention=retention_rates(high=0.95),
    rate=discount_rates(low=0.0),
    timing=timings(),
    customers=customer_kinds(),
)
def test_endless_value_agrees_with_a_very_long_sum(
    margin: float, retention: float, rate: float, timing: Timing, customers: Customers
) -> None:
    choices: dict[str, Any] = {"discount_rate": rate, "horizon": math.inf, "timing": timing, "customers": customers}
    assert lifetime_value(margin, retention, **choices) == close(written_out(margin, retention, **choices))


@given(
    periods=st.lists(st.tuples(margins(), retention_rates()), min_size=1, max_size=20),
    rate=discount_rates(),
    timing=timings(),
    customers=customer_kinds(),
    cost=costs(),
)
def test_schedule_agrees_with_the_walk_through_the_periods(
    periods: list[tuple[float, float]], rate: float, timing: Timing, customers: Customers, cost: float
) -> None:
    margin_of, renewal_of = zip(*periods, strict=True)
    choices: dict[str, Any] = {
        "discount_rate": rate,
        "timing": timing,
        "customers": customers,
        "acquisition_cost": cost,
    }
    value = schedule_value(margin_of, renewal_of, **choices)
    largest = max(abs(margin) for margin in margin_of) * 1.25 ** len(periods)
    assert value == close(period_by_period(margin_of, renewal_of, **choices), size=largest + cost)


# Laws


@given(
    margin=margins(),
    factor=st.floats(-10, 10),
    retention=retention_rates(),
    rate=discount_rates(),
    horizon=horizons(),
    timing=timings(),
    customers=customer_kinds(),
)
def test_value_scales_with_margin(
    margin: float,
    factor: float,
    retention: float,
    rate: float,
    horizon: int,
    timing: Timing,
    customers: Customers,
) -> None:
    once, scaled = lifetime_value(
        [margin, factor * margin],
        retention,
        discount_rate=rate,
        horizon=horizon,
        timing=timing,
        customers=customers,
    )
    assert scaled == close(factor * once, size=once)


@given(
    margin=positive_margins(),
    pair=st.tuples(retention_rates(), retention_rates()).map(sorted),
    rate=discount_rates(),
    horizon=horizons(),
    timing=timings(),
    customers=customer_kinds(),
)
def test_value_rises_with_retention(
    margin: float, pair: list[float], rate: float, horizon: int, timing: Timing, customers: Customers
) -> None:
    low, high = lifetime_value(margin, pair, discount_rate=rate, horizon=horizon, timing=timing, customers=customers)
    assert low <= high * (1 + 1e-12)


@given(
    margin=positive_margins(),
    retention=retention_rates(),
    pair=st.tuples(discount_rates(), discount_rates()).map(sorted),
    horizon=horizons(),
    timing=timings(),
    customers=customer_kinds(),
)
def test_value_falls_with_the_discount_rate(
    margin: float, retention: float, pair: list[float], horizon: int, timing: Timing, customers: Customers
) -> None:
    low, high = lifetime_value(
        margin, retention, discount_rate=pair, horizon=horizon, timing=timing, customers=customers
    )
    assert high <= low * (1 + 1e-12)


@given(
    margin=positive_margins(),
    retention=retention_rates(high=0.99),
    rate=discount_rates(low=0.0),
    horizon=horizons(),
    timing=timings(),
    customers=customer_kinds(),
)
def test_finite_value_is_the_endless_one_less_its_tail(
    margin: float, retention: float, rate: float, horizon: int, timing: Timing, customers: Customers
) -> None:
    finite, endless = lifetime_value(
        margin, retention, discount_rate=rate, horizon=[horizon, math.inf], timing=timing, customers=customers
    )
    ratio = retention / (1 + rate)
    assert finite == close(endless * (1 - ratio**horizon), size=endless)


def test_value_grows_to_the_endless_one() -> None:
    values = lifetime_value(
        1000, 0.8, discount_rate=0.1, horizon=[1, 2, 5, 20, 100, math.inf], timing="end", customers="new"
    )
    assert (np.diff(values) > 0).all()
    assert values[-2] == pytest.approx(values[-1], rel=1e-12)


@given(
    margin=margins(),
    retention=retention_rates(),
    rate=discount_rates(),
    horizon=horizons(),
    customers=customer_kinds(),
    growth=growth_rates(),
)
def test_timing_moves_the_value_by_half_periods(
    margin: float, retention: float, rate: float, horizon: int, customers: Customers, growth: float
) -> None:
    def at(timing: Timing) -> float:
        return float(
            lifetime_value(
                margin,
                retention,
                discount_rate=rate,
                horizon=horizon,
                timing=timing,
                customers=customers,
                growth=growth,
            )
        )

    assert at("mid") == close(at("end") * math.sqrt(1 + rate))
    assert at("start") == close(at("end") * (1 + rate))


@given(margin=margins(), retention=retention_rates(), rate=discount_rates(), horizon=horizons(), timing=timings())
def test_existing_customer_is_worth_retention_times_a_new_one(
    margin: float, retention: float, rate: float, horizon: int, timing: Timing
) -> None:
    def worth(customers: Customers) -> float:
        return float(
            lifetime_value(margin, retention, discount_rate=rate, horizon=horizon, timing=timing, customers=customers)
        )

    assert worth("existing") == close(retention * worth("new"))
    assert worth("existing") == worth("atrisk")
    assert worth("new") == worth("certain")


@given(margin=margins(), rate=discount_rates(low=0.01), horizon=horizons(high=200))
def test_retention_one_is_an_annuity(margin: float, rate: float, horizon: int) -> None:
    value = lifetime_value(margin, 1, discount_rate=rate, horizon=horizon, timing="end", customers="new")
    assert value == close(margin * (1 - (1 + rate) ** -horizon) / rate)


@given(margin=margins(), retention=retention_rates(high=0.99), horizon=horizons(high=200), timing=timings())
def test_rate_zero_is_a_plain_sum(margin: float, retention: float, horizon: int, timing: Timing) -> None:
    value = lifetime_value(margin, retention, discount_rate=0, horizon=horizon, timing=timing, customers="new")
    assert value == close(margin * sum(retention**period for period in range(horizon)))


@pytest.mark.parametrize("horizon", [1, 3, 12, 13, 1000])
def test_ratio_one_counts_the_periods(horizon: int) -> None:
    assert lifetime_value(10, 1, discount_rate=0, horizon=horizon, timing="mid", customers="new") == 10 * horizon


@pytest.mark.parametrize("rate", [1e-15, -1e-15, 1e-12, 1e-9])
def test_no_digits_are_lost_near_ratio_one(rate: float) -> None:
    value = lifetime_value(1, 1, discount_rate=rate, horizon=100, timing="start", customers="new")
    assert value == pytest.approx(100 - 4950 * rate, rel=1e-13)


def test_no_digits_are_lost_in_an_endless_value_near_ratio_one() -> None:
    value = lifetime_value(1, 1, discount_rate=1e-10, horizon=math.inf, timing="end", customers="new")
    assert value == pytest.approx(1e10, rel=1e-14)


@pytest.mark.parametrize(("timing", "customers"), CONVENTIONS)
def test_retention_zero_leaves_the_first_payment_only(timing: Timing, customers: Customers) -> None:
    value = lifetime_value(1000, 0, discount_rate=0.1, horizon=[1, 3, 40, math.inf], timing=timing, customers=customers)
    first = 1000 / 1.1 ** {"start": 0, "mid": 0.5, "end": 1}[timing] if customers == "new" else 0.0
    assert value == pytest.approx([first] * 4)


@given(
    customers_of=portfolios(),
    rate=discount_rates(),
    horizon=horizons(),
    timing=timings(),
    customers=customer_kinds(),
)
def test_single_value_is_the_element_of_the_array(
    customers_of: list[tuple[float, float]], rate: float, horizon: int, timing: Timing, customers: Customers
) -> None:
    choices: dict[str, Any] = {"discount_rate": rate, "timing": timing, "customers": customers}
    margin, retention = np.array(customers_of).T
    together = lifetime_value(margin, retention, horizon=horizon, **choices)
    by_row = lifetime_value(margin, retention, horizon=np.full(len(margin), horizon), **choices)
    for row, (m, r) in enumerate(customers_of):
        alone = lifetime_value(m, r, horizon=horizon, **choices)
        assert isinstance(alone, float)
        assert together[row] == pytest.approx(alone, rel=1e-12, abs=1e-12)
        assert by_row[row] == close(alone)


@given(customers_of=portfolios(least=2), shuffle=st.randoms(use_true_random=False))
def test_shuffling_customers_shuffles_values(customers_of: list[tuple[float, float]], shuffle: Any) -> None:
    order = list(range(len(customers_of)))
    shuffle.shuffle(order)
    margin, retention = np.array(customers_of).T
    choices: dict[str, Any] = {"discount_rate": 0.1, "horizon": 3, "timing": "mid", "customers": "existing"}
    values = lifetime_value(margin, retention, **choices)
    shuffled = lifetime_value(margin[order], retention[order], **choices)
    np.testing.assert_allclose(shuffled, values[order], rtol=1e-14)


@given(customers_of=portfolios(least=2), cut=st.integers(0, 12))
def test_splitting_a_portfolio_adds_up(customers_of: list[tuple[float, float]], cut: int) -> None:
    margin, retention = np.array(customers_of).T
    choices: dict[str, Any] = {"discount_rate": 0.1, "horizon": 5, "timing": "end", "customers": "new"}

    def worth(part: slice) -> float:
        return float(lifetime_value(margin[part], retention[part], **choices).sum())

    size = float(np.abs(margin).sum())
    assert worth(slice(None)) == close(worth(slice(None, cut)) + worth(slice(cut, None)), size=size)


@given(margin=margins(), retention=retention_rates(), rate=discount_rates(), horizon=horizons(high=30))
def test_constant_schedule_is_the_constant_value(margin: float, retention: float, rate: float, horizon: int) -> None:
    for timing, customers in CONVENTIONS:
        schedule = schedule_value(
            [margin] * horizon, [retention] * horizon, discount_rate=rate, timing=timing, customers=customers
        )
        constant = lifetime_value(
            margin, retention, discount_rate=rate, horizon=horizon, timing=timing, customers=customers
        )
        assert schedule == close(constant)


def test_acquisition_cost_is_paid_once_and_undiscounted() -> None:
    free, paid = lifetime_value(
        1000,
        0.8,
        discount_rate=0.1,
        horizon=3,
        timing="mid",
        customers="new",
        acquisition_cost=[0, 900],
    )
    assert free - paid == pytest.approx(900)


def test_integers_do_not_make_integer_money() -> None:
    value = lifetime_value(np.array([1000]), np.array([1]), discount_rate=0.1, horizon=3, timing="end", customers="new")
    assert value.dtype == np.float64
    assert value[0] == pytest.approx(2486.851990984222)


def test_inputs_are_left_as_they_were() -> None:
    margin, retention = np.array([1000.0, np.nan]), np.array([0.8, 80.0])
    lifetime_value(margin, retention, discount_rate=0.1, horizon=3, timing="mid", customers="existing")
    np.testing.assert_array_equal(margin, [1000.0, np.nan])
    np.testing.assert_array_equal(retention, [0.8, 80.0])


# Doors


@pytest.mark.parametrize("horizon", [1, 2, 3, 12, 13, 36, math.inf])
@pytest.mark.parametrize(("timing", "customers"), CONVENTIONS)
@pytest.mark.parametrize(
    ("argument", "fault"),
    [
        ("margin", np.nan),
        ("margin", np.inf),
        ("retention_rate", 80.0),
        ("retention_rate", np.nan),
        ("discount_rate", -1.0),
        ("discount_rate", np.nan),
        ("growth", -1.5),
        ("growth", np.nan),
        ("acquisition_cost", -1.0),
        ("acquisition_cost", np.nan),
    ],
)
def test_faulty_row_leaves_the_others_alone(
    argument: str, fault: float, timing: Timing, customers: Customers, horizon: float
) -> None:
    sound: dict[str, Any] = {
        "margin": 1000.0,
        "retention_rate": 0.8,
        "discount_rate": 0.1,
        "growth": 0.02,
        "acquisition_cost": 5.0,
        "horizon": horizon,
        "timing": timing,
        "customers": customers,
    }
    rows = {**sound, argument: np.array([sound[argument], fault, sound[argument]])}
    value = lifetime_value(**rows)
    alone = float(lifetime_value(**sound))
    np.testing.assert_allclose(value, np.array([alone, np.nan, alone]), rtol=1e-12)


def test_faulty_horizon_in_a_row_is_missing() -> None:
    value = lifetime_value(
        1000, 0.8, discount_rate=0.1, horizon=[3, 0, 2.5, np.nan, math.inf], timing="end", customers="new"
    )
    assert np.isnan(value).tolist() == [False, True, True, True, False]


@pytest.mark.parametrize(("retention", "rate", "growth"), [(1.0, 0.0, 0.0), (1.0, -0.1, 0.0), (0.9, 0.0, 0.2)])
def test_endless_sum_that_diverges(retention: float, rate: float, growth: float) -> None:
    choices: dict[str, Any] = {
        "discount_rate": rate,
        "horizon": math.inf,
        "timing": "end",
        "customers": "new",
        "growth": growth,
    }
    with pytest.raises(DomainError, match=r"diverges: retention\*\(1\+growth\) >= 1\+rate"):
        lifetime_value(1000, retention, **choices)
    value = lifetime_value(1000, [retention, 0.5], **choices)
    assert np.isnan(value).tolist() == [True, False]
    finite, endless = lifetime_value(1000, retention, **{**choices, "horizon": [3, math.inf]})
    assert math.isfinite(finite)
    assert math.isnan(endless)


@pytest.mark.parametrize(
    ("argument", "value", "error", "message"),
    [
        ("margin", np.nan, DomainError, "margin must be a finite number, not nan"),
        ("retention_rate", 80, DomainError, "percent typed as whole number"),
        ("discount_rate", -1.2, DomainError, "discount_rate must be above -1, not -1.2"),
        ("growth", -1, DomainError, "growth must be above -1, not -1"),
        ("acquisition_cost", -5, DomainError, "acquisition_cost must be a finite number, 0 or more, not -5"),
        ("horizon", 2.5, InputError, "horizon must be a positive whole number of periods or math.inf, not 2.5"),
        ("horizon", True, InputError, "horizon must be a number or an array of numbers, not True"),
        ("margin", "1000", InputError, "margin must be a number or an array of numbers, not '1000'"),
        ("margin", [1, 2, 3], InputError, r"lengths differ: margin \(3,\), retention_rate \(2,\)"),
        ("timing", "middle", InputError, 'timing must be one of "start", "mid", "end", not \'middle\''),
        ("customers", "old", InputError, 'customers must be one of "existing", "new", "atrisk", "certain", not'),
    ],
)
def test_door_of_lifetime_value(argument: str, value: Any, error: type[Exception], message: str) -> None:
    choices: dict[str, Any] = {
        "margin": 1000,
        "retention_rate": [0.8, 0.9] if "lengths" in message else 0.8,
        "discount_rate": 0.1,
        "horizon": 3,
        "timing": "mid",
        "customers": "existing",
        argument: value,
    }
    with pytest.raises(error, match=message):
        lifetime_value(**choices)


def test_schedule_takes_one_row_per_customer() -> None:
    value = schedule_value(
        [[1000.0, 1000.0], [500.0, 500.0], [1000.0, math.nan]],
        [0.8, 0.9],
        discount_rate=[0.1, 0.2, 0.1],
        timing="end",
        customers="existing",
    )
    assert value[:2] == pytest.approx([800 / 1.1 + 720 / 1.21, 400 / 1.2 + 360 / 1.44])
    assert math.isnan(value[2])


@pytest.mark.parametrize("customers", ["new", "existing"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_schedule_with_a_faulty_renewal_is_missing(customers: Customers, position: int) -> None:
    renewals = np.full((2, 3), 0.8)
    renewals[1, position] = 80
    value = schedule_value(np.full((2, 3), 100.0), renewals, discount_rate=0.1, timing="end", customers=customers)
    assert np.isnan(value).tolist() == [False, True]


def test_schedule_after_the_end_of_the_contract_is_nothing() -> None:
    value = schedule_value([100, 100, 100], [1, 0, 1], discount_rate=0, timing="end", customers="new")
    assert value == 200


@pytest.mark.parametrize(
    ("given_margins", "given_renewals", "message"),
    [
        (1000, [0.8], "must have a last axis of periods, not be single numbers"),
        ([1000], 0.8, "must have a last axis of periods, not be single numbers"),
        ([1000, 1000], [0.8], "must cover the same periods, one or more, not 2 and 1"),
        ([], [], "must cover the same periods, one or more, not 0 and 0"),
        (np.ones((2, 3)), np.ones((4, 3)), "lengths differ: margins"),
        ([1000, "x"], [0.8, 0.8], "margins must be a number or an array of numbers"),
    ],
)
def test_door_of_schedule_value(given_margins: Any, given_renewals: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        schedule_value(given_margins, given_renewals, discount_rate=0.1, timing="end", customers="new")


def test_schedule_with_a_single_faulty_rate_raises() -> None:
    with pytest.raises(DomainError, match="discount_rate must be above -1, not -2"):
        schedule_value([1000], [0.8], discount_rate=-2, timing="end", customers="new")


@given(retention=retention_rates(), rate=discount_rates(), growth=growth_rates())
def test_endless_value_exists_exactly_where_the_ratio_is_below_one(
    retention: float, rate: float, growth: float
) -> None:
    ratio = retention * (1 + growth) / (1 + rate)
    assume(abs(ratio - 1) > 1e-9 or (retention == 1 and growth == rate))
    value = lifetime_value(
        1, [retention], discount_rate=rate, horizon=math.inf, timing="start", customers="new", growth=growth
    )
    assert math.isnan(value[0]) == (ratio >= 1)
