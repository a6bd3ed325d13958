"""The worked example to its last digit, the projection in a loop, and the laws of a comparison."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.loyalty.example import (
    BASE,
    GOLDEN,
    PROGRAM,
    agrees,
    as_mapping,
    case,
    present_value,
    walk,
)
from valuation.errors import DomainError, InputError
from valuation.loyalty import Drivers, compare, project

FOUND = compare(case())
few = settings(max_examples=min(settings().max_examples, 25))


def vectors(low: float, high: float, n: int = 4) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(low, high), min_size=n, max_size=n)


programs = st.fixed_dictionaries(
    {
        "retention_rate": vectors(0.0, 0.98),
        "new_customers": vectors(0, 5000),
        "margin": vectors(-100, 500),
        "cost_to_serve": vectors(0, 300),
        "acquisition_cost": vectors(0, 500),
        "investment": vectors(0, 1e6),
    }
)


@pytest.mark.parametrize("column", ["increment", "cumulative", "npv_to_period", "program_equity", "program_return"])
def test_the_worked_example_by_period(column: str) -> None:
    for value, printed in zip(FOUND.frame[column], GOLDEN[column], strict=True):
        assert agrees(value, printed)


def test_the_worked_example_beside_its_base() -> None:
    for value, printed in zip(FOUND.frame["share_of_base"], GOLDEN["percent_of_base"], strict=True):
        assert agrees(100 * value, printed)
    assert (FOUND.frame["base_profit"] - 1_500_000).abs().max() < 1e-6
    assert all(agrees(value, GOLDEN["base_equity"]) for value in FOUND.frame["base_equity"])
    assert all(agrees(value, GOLDEN["base_return"]) for value in FOUND.frame["base_return"])


def test_the_worked_example_in_sum() -> None:
    assert agrees(FOUND.trough.depth, GOLDEN["trough"])
    assert FOUND.trough.period == GOLDEN["trough_period"]
    assert agrees(FOUND.break_even, GOLDEN["break_even"])
    assert agrees(FOUND.discounted_break_even, GOLDEN["discounted_break_even"])
    assert agrees(FOUND.npv, GOLDEN["npv"])
    assert agrees(compare(case(timing="mid")).npv, GOLDEN["npv_mid"])
    (rate,) = FOUND.rates.roots
    assert agrees(100 * rate, GOLDEN["irr_percent"])
    assert agrees(100 * FOUND.mirr, GOLDEN["mirr_percent"])


def test_three_years_hide_what_seven_show() -> None:
    assert agrees(FOUND.short_npv, GOLDEN["short_npv"])
    assert agrees(FOUND.short_equity_difference / 1e6, GOLDEN["short_equity_difference_millions"])
    assert FOUND.verdict == "Over 7 periods the program gains 712,199 in present value."
    assert FOUND.short_verdict == (
        "The first 3 periods alone: the program loses 576,585, while the customers are by then worth 3,568,781 above "
        "the base; it would be rejected although it pays in the full horizon."
    )


@few
@given(programs)
def test_the_projection_is_that_of_a_loop(drivers: dict[str, Any]) -> None:
    found = project(Drivers(**drivers), opening_customers=1000, periods=4, discount_rate=0.1)
    for row, plain in zip(found.to_dict("records"), walk(drivers, 1000.0, 4), strict=True):
        for name, value in plain.items():
            assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-5)


@few
@given(programs, st.floats(0.0, 1e5))
def test_customers_and_money_add_up(drivers: dict[str, Any], opening: float) -> None:
    found = project(Drivers(**drivers), opening_customers=opening, periods=4, discount_rate=0.1)
    assert np.allclose(found["opening"] - found["lost"] + found["new"], found["closing"])
    assert np.allclose(found["contribution"] - found["acquisition"] - found["investment"], found["profit"])
    assert found["opening"].tolist()[1:] == found["closing"].tolist()[:-1]
    before = found["customer_equity"].shift().iloc[1:]
    positive = before > 1e-6
    gain = (found["profit"] + found["customer_equity"]).iloc[1:] - before
    assert np.allclose(found["return_on_customer"].iloc[1:][positive] * before[positive], gain[positive])


@few
@given(programs)
def test_a_program_that_changes_nothing_changes_nothing(drivers: dict[str, Any]) -> None:
    same = Drivers(**drivers)
    found = compare(case(base=same, program=same, periods=4, extend="error"))
    assert not found.frame["increment"].any()
    assert found.npv == 0.0
    assert math.isnan(found.break_even)
    assert math.isnan(found.discounted_break_even)
    assert math.isnan(found.mirr)
    assert found.rates.roots == ()
    assert found.equity_difference == 0.0


@few
@given(programs, programs)
def test_undiscounted_the_value_is_the_sum_and_sides_swap_signs(one: dict[str, Any], other: dict[str, Any]) -> None:
    sides = {"base": Drivers(**one), "program": Drivers(**other), "periods": 4, "extend": "error"}
    found = compare(case(**sides, discount_rate=0.0))
    assert found.npv == pytest.approx(found.frame["increment"].sum(), rel=1e-9, abs=1e-4)
    swapped = compare(case(**sides | {"base": sides["program"], "program": sides["base"]}, discount_rate=0.0))
    assert swapped.npv == pytest.approx(-found.npv, rel=1e-9, abs=1e-4)


@few
@given(programs, programs, st.floats(-0.3, 1.0))
def test_the_value_is_that_of_two_loops(one: dict[str, Any], other: dict[str, Any], rate: float) -> None:
    found = compare(
        case(base=Drivers(**one), program=Drivers(**other), periods=4, extend="error", discount_rate=rate, timing="mid")
    )
    increments = [b["profit"] - a["profit"] for a, b in zip(walk(one, 1e4, 4), walk(other, 1e4, 4), strict=True)]
    assert found.npv == pytest.approx(present_value(increments, rate, 0.5), rel=1e-9, abs=1e-3)


def test_the_example_in_a_loop() -> None:
    base, program = walk(as_mapping(BASE), 1e4, 7), walk(as_mapping(PROGRAM), 1e4, 7)
    for row, printed in enumerate(GOLDEN["increment"]):
        assert agrees(program[row]["profit"] - base[row]["profit"], printed)
        assert program[row]["customer_equity"] == pytest.approx(FOUND.frame["program_equity"][row], rel=1e-9)


def test_a_quick_profit_shows_its_price() -> None:
    worse = Drivers(
        retention_rate=[0.8, 0.75, 0.7], new_customers=2000, margin=300, cost_to_serve=80, acquisition_cost=250
    )
    found = compare(case(program=worse, periods=8))
    assert found.frame["increment"][0] > 0
    assert found.short_npv > 0 > found.npv
    assert found.equity_difference < 0
    assert found.short_verdict.endswith("it would be accepted although it loses in the full horizon.")
    short = compare(case(program=worse, periods=3))
    assert short.short_verdict.endswith("below the base; earnings rise at the cost of the customer base.")


def test_the_short_horizon_is_cut_to_the_case() -> None:
    found = compare(case(periods=7), short_horizon=1)
    assert found.short_verdict.startswith("The first 1 period alone")
    assert compare(case(periods=7), short_horizon=20).short_npv == FOUND.npv


def test_what_has_no_end_or_no_base_is_unknown() -> None:
    given = {"new_customers": 0, "margin": 100, "acquisition_cost": 0}
    forever = Drivers(retention_rate=1.0, cost_to_serve=0, **given)
    found = project(forever, opening_customers=10, periods=2, discount_rate=0.0)
    assert found["customer_equity"].isna().all()
    assert found["return_on_customer"].isna().all()
    loss = Drivers(retention_rate=0.8, cost_to_serve=150, **given)
    found = project(loss, opening_customers=10, periods=2, discount_rate=0.1)
    assert (found["customer_equity"] < 0).all()
    assert found["return_on_customer"].isna().all()
    beside = compare(case(base=loss, program=forever, periods=2, discount_rate=0.0))
    assert beside.frame["share_of_base"].isna().all()
    assert "worth" not in beside.short_verdict


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (
            {"retention_rate": [0.8, 85]},
            DomainError,
            r"retention_rate in period 2 must be from 0 to 1, not 85; percent",
        ),
        ({"retention_rate": 1.2}, DomainError, r"retention_rate must be from 0 to 1, not 1.2"),
        ({"cost_to_serve": -1}, DomainError, r"cost_to_serve must be a finite number, 0 or more"),
        ({"margin": [1, math.nan]}, DomainError, r"margin in period 2 must be a finite number, not nan"),
        ({"margin": [[1, 2]]}, InputError, r"one number or one list"),
        ({"margin": []}, InputError, r"one number or one list"),
        ({"margin": ["a"]}, InputError, r"margin must be a number"),
    ],
)
def test_drivers_are_checked(change: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Drivers(**GOLDEN["base"] | change)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (
            {"extend": "error"},
            InputError,
            'retention_rate must have a value for each of 7 periods, not 3; extend="last"',
        ),
        ({"periods": 2}, InputError, "for each of 2 periods, not 3$"),
        ({"periods": 0}, DomainError, "periods must be a whole number of periods from 1 to 480"),
        ({"periods": 2.5}, DomainError, "periods must be a whole number"),
        ({"extend": "zero"}, InputError, "extend must be one of"),
        ({"timing": "late"}, InputError, "timing must be one of"),
        ({"discount_rate": -1}, DomainError, "discount_rate must be above -1"),
        ({"opening_customers": -1}, DomainError, "opening_customers must be"),
    ],
)
def test_a_case_is_checked(change: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        case(**change)


def test_the_short_horizon_is_checked() -> None:
    with pytest.raises(DomainError, match="short_horizon must be a whole number"):
        compare(case(), short_horizon=0)
