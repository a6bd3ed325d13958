"""Cost of acquisition, what came back so far, and when it is earned back."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.strategies import discount_rates, margins, positive_margins, retention_rates
from tests.valuation.lifetime.test_golden import expected, golden_cases
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lifetime import (
    acquisition_cost_per_customer,
    historic_value,
    lifetime_value,
    payback_periods,
    rate_per_period,
    value_to_cost_ratio,
)

payments = st.lists(st.tuples(margins(), st.integers(0, 4000)), max_size=15)


def payback_by_waiting(
    acquisition_cost: float, margin: float, *, retention_rate: float, discount_rate: float, patience: int = 3000
) -> float:
    """Collect one period after the other; NaN when patience runs out."""
    open_amount, still_there, discount = acquisition_cost, 1.0, 1.0
    for period in range(patience):
        discount /= 1 + discount_rate
        income = margin * still_there * discount
        if open_amount <= income:
            return period + open_amount / income if open_amount else 0.0
        open_amount -= income
        still_there *= retention_rate
    return math.nan


# Golden


@pytest.mark.parametrize("case", golden_cases("payback_periods"))
def test_waiting_matches_golden_number(case: dict[str, Any]) -> None:
    assert payback_by_waiting(**case["inputs"]) == expected(case)


@pytest.mark.parametrize("case", golden_cases("historic_value"))
def test_year_by_year_matches_golden_number(case: dict[str, Any]) -> None:
    assert compounded(**case["inputs"]) == expected(case)


def compounded(amounts: list[float], days_ago: list[int], *, annual_rate: float) -> float:
    """Whole years by repeated multiplication, the rest of a year by a power."""
    total = []
    for amount, days in zip(amounts, days_ago, strict=True):
        years, rest = divmod(days, 365)
        for _ in range(years):
            amount *= 1 + annual_rate
        total.append(amount * math.pow(1 + annual_rate, rest / 365))
    return math.fsum(total)


# Historic value


@given(received=payments, rate=discount_rates())
def test_historic_value_agrees_with_year_by_year(received: list[tuple[float, int]], rate: float) -> None:
    amounts, days = [amount for amount, _ in received], [day for _, day in received]
    value = historic_value(amounts, days, annual_rate=rate)
    size = compounded([abs(amount) for amount in amounts], days, annual_rate=rate)
    assert value == pytest.approx(compounded(amounts, days, annual_rate=rate), rel=1e-9, abs=1e-9 * (1 + size))


@given(received=payments)
def test_rate_zero_is_the_plain_sum(received: list[tuple[float, int]]) -> None:
    amounts, days = [amount for amount, _ in received], [day for _, day in received]
    assert historic_value(amounts, days, annual_rate=0) == pytest.approx(math.fsum(amounts), abs=1e-6)


def test_historic_value_takes_several_rates() -> None:
    values = historic_value([100, 100], [0, 365], annual_rate=[0.0, 0.1, -1.0])
    assert values[:2] == pytest.approx([200.0, 210.0])
    assert math.isnan(values[2])


def test_nothing_received_is_worth_nothing() -> None:
    assert historic_value([], [], annual_rate=0.1) == 0.0


@pytest.mark.parametrize(
    ("amounts", "days", "error", "message"),
    [
        ([1, 2], [1], InputError, r"lengths differ: amounts \(2,\), days_ago \(1,\)"),
        ([1, 2], [1, -3], InputError, "days_ago, row 2, must be 0 or more, because nothing is received after"),
        ([1, np.nan], [1, 3], DomainError, "amounts, row 2, must be a finite number, not nan"),
        ([1, 2], [np.inf, 3], DomainError, "days_ago, row 1, must be a finite number, not inf"),
        ([[1, 2]], [[1, 3]], InputError, r"amounts must be one customer's list, not an array of shape \(1, 2\)"),
        (["1"], [1], InputError, "amounts must be a number or an array of numbers, not '1'"),
    ],
)
def test_door_of_historic_value(amounts: Any, days: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        historic_value(amounts, days, annual_rate=0.1)


def test_single_faulty_rate_raises() -> None:
    with pytest.raises(DomainError, match="annual_rate must be above -1, not -1"):
        historic_value([1], [1], annual_rate=-1)


# Cost per customer and ratio


def test_cost_times_customers_is_the_cost() -> None:
    cost, won = np.array([900.0, 0.0, 77.0]), np.array([3, 5, 0.5])
    np.testing.assert_allclose(acquisition_cost_per_customer(cost, won) * won, cost)


def test_faulty_rows_leave_the_other_costs_alone() -> None:
    result = acquisition_cost_per_customer([900, np.nan, -1, 900, 900], [3, 3, 3, 0, -1])
    np.testing.assert_array_equal(result, [300, np.nan, np.nan, np.nan, np.nan])
    ratio = value_to_cost_ratio([900, np.nan, 900, -900, 900], [300, 300, 0, 300, -1])
    np.testing.assert_array_equal(ratio, [3, np.nan, np.nan, -3, np.nan])


@pytest.mark.parametrize(
    ("cost", "won", "error", "message"),
    [
        (900, 0, ZeroDenominatorError, "gross_new must not be 0"),
        (900, -1, DomainError, "gross_new must be a finite number, 0 or more, not -1"),
        (-900, 1, DomainError, "cost must be a finite number, 0 or more, not -900"),
        (np.nan, 1, DomainError, "cost must be a finite number, 0 or more, not nan"),
        ([1, 2], [1, 2, 3], InputError, "lengths differ: cost"),
    ],
)
def test_door_of_acquisition_cost(cost: Any, won: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        acquisition_cost_per_customer(cost, won)


@pytest.mark.parametrize(
    ("value", "cost", "error", "message"),
    [
        (900, 0, ZeroDenominatorError, "acquisition_cost must not be 0"),
        ([900, 800], 0, ZeroDenominatorError, "acquisition_cost must not be 0"),
        (900, -1, DomainError, "acquisition_cost must be a finite number, 0 or more, not -1"),
        (np.inf, 1, DomainError, "value must be a finite number, not inf"),
        ([1, 2], [1, 2, 3], InputError, "lengths differ: value"),
    ],
)
def test_door_of_value_to_cost_ratio(value: Any, cost: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        value_to_cost_ratio(value, cost)


def test_negative_value_gives_a_negative_ratio() -> None:
    assert value_to_cost_ratio(-450, 900) == -0.5


# Payback


@given(
    cost=margins(low=0, high=1e4),
    margin=positive_margins(),
    retention=retention_rates(),
    rate=discount_rates(low=-0.05, high=0.5),
)
def test_payback_agrees_with_waiting(cost: float, margin: float, retention: float, rate: float) -> None:
    multiple, shortfall = cost * (1 + rate) / margin, 1 - retention / (1 + rate)
    # Near the edge of never, one rounding moves the answer by periods.
    assume(abs(1 - multiple * shortfall) > 1e-6 and multiple < 1000)
    (periods,) = payback_periods([cost], margin, retention_rate=retention, discount_rate=rate)
    waited = payback_by_waiting(cost, margin, retention_rate=retention, discount_rate=rate)
    assert periods == pytest.approx(waited, rel=1e-8, abs=1e-8, nan_ok=True)


@given(cost=margins(low=0, high=1e4), margin=positive_margins())
def test_simple_payback_is_cost_over_margin(cost: float, margin: float) -> None:
    periods = payback_periods(cost, margin, retention_rate=1, discount_rate=0)
    assert periods == pytest.approx(cost / margin, rel=1e-12)


@given(whole=st.integers(1, 40), retention=retention_rates(low=0.5, high=0.99), rate=discount_rates(low=0.0))
def test_value_at_payback_is_the_cost(whole: int, retention: float, rate: float) -> None:
    cost = lifetime_value(100, retention, discount_rate=rate, horizon=whole, timing="end", customers="new")
    later = lifetime_value(100, retention, discount_rate=rate, horizon=whole + 1, timing="end", customers="new")
    assume(later - cost > 1e-4)
    periods = payback_periods(cost, 100, retention_rate=retention, discount_rate=rate)
    assert periods == pytest.approx(whole, abs=1e-6)


@given(
    costs_of=st.tuples(margins(low=0, high=1e4), margins(low=0, high=1e4)).map(sorted),
    retention=retention_rates(),
    rate=discount_rates(low=0.0),
)
def test_payback_rises_with_the_cost(costs_of: list[float], retention: float, rate: float) -> None:
    soon, late = payback_periods(costs_of, 100, retention_rate=retention, discount_rate=rate)
    assert math.isnan(late) or soon <= late * (1 + 1e-9)


def test_leaving_and_discounting_lengthen_the_payback() -> None:
    monthly = float(rate_per_period(0.1, from_per_year=1, to_per_year=12, kind="effective"))
    periods = payback_periods(900, 1000 / 12, retention_rate=[1, 0.98, 0.98], discount_rate=[0.0, 0.0, monthly])
    assert (np.diff(periods) > 0).all()


@pytest.mark.parametrize("gap", [1e-8, 1e-12, 1e-16])
def test_payback_is_smooth_near_ratio_one(gap: float) -> None:
    periods = payback_periods(250, 100, retention_rate=1 - gap, discount_rate=0)
    assert periods == pytest.approx(2.5, abs=1e-6)


def test_retention_zero_pays_back_from_the_first_margin_or_never() -> None:
    periods = payback_periods([50, 100, 101], 100, retention_rate=0, discount_rate=0)
    np.testing.assert_allclose(periods, [0.5, 1.0, np.nan])


def test_no_cost_is_paid_back_at_once_even_by_a_loss() -> None:
    assert payback_periods(0, -5, retention_rate=0.8, discount_rate=0.1) == 0.0
    assert payback_periods(0, 0, retention_rate=0.8, discount_rate=0.1) == 0.0


@pytest.mark.parametrize(("cost", "margin"), [(900, 0), (900, -10), (5000, 100)])
def test_never_paid_back(cost: float, margin: float) -> None:
    with pytest.raises(MissingDataError, match=f"acquisition_cost {cost} is never paid back by a margin of {margin}"):
        payback_periods(cost, margin, retention_rate=0.8, discount_rate=0.1)
    periods = payback_periods([cost, 100], [margin, 100], retention_rate=0.8, discount_rate=0.0)
    np.testing.assert_array_equal(periods, [np.nan, 1.0])


@pytest.mark.parametrize("cost", [0.0, 900.0])
@pytest.mark.parametrize(
    ("argument", "fault"),
    [
        ("acquisition_cost", -1.0),
        ("margin", np.nan),
        ("margin", np.inf),
        ("retention_rate", 80.0),
        ("discount_rate", -1.0),
    ],
)
def test_faulty_row_leaves_the_other_paybacks_alone(argument: str, fault: float, cost: float) -> None:
    sound = {"acquisition_cost": cost, "margin": 500.0, "retention_rate": 0.8, "discount_rate": 0.1}
    rows: dict[str, Any] = {**sound, argument: np.array([sound[argument], fault])}
    alone = float(payback_periods(**sound))
    np.testing.assert_array_equal(payback_periods(**rows), np.array([alone, np.nan]))


@pytest.mark.parametrize(
    ("argument", "value", "error", "message"),
    [
        ("acquisition_cost", -1, DomainError, "acquisition_cost must be a finite number, 0 or more, not -1"),
        ("margin", math.nan, DomainError, "margin must be a finite number, not nan"),
        ("retention_rate", 98, DomainError, "percent typed as whole number"),
        ("discount_rate", -1, DomainError, "discount_rate must be above -1, not -1"),
        ("margin", "x", InputError, "margin must be a number or an array of numbers, not 'x'"),
        ("margin", [1, 2, 3], InputError, "lengths differ: acquisition_cost"),
    ],
)
def test_door_of_payback(argument: str, value: Any, error: type[Exception], message: str) -> None:
    choices: dict[str, Any] = {
        "acquisition_cost": [900, 900] if "lengths" in message else 900,
        "margin": 83,
        "retention_rate": 0.98,
        "discount_rate": 0.008,
        argument: value,
    }
    with pytest.raises(error, match=message):
        payback_periods(**choices)
