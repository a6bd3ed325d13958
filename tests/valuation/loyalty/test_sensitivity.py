"""Tornado, scenarios, the part that must come true, and the rule for stopping."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.loyalty.example import BASE, GOLDEN, PROGRAM, agrees, as_mapping, case, in_period, walk
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.loyalty import DRIVER_NAMES, Drivers, compare, required_effect, scenarios, stop_rule, tornado
from valuation.loyalty.sensitivity import shares_where

SHOWN: Any = tornado(case()).set_index("driver")
few = settings(max_examples=min(settings().max_examples, 25))


def scaled(driver: str, part: float, periods: int = 7) -> Drivers:
    """The program with one effect scaled, one period after the other."""
    values = as_mapping(PROGRAM) | {"investment": [450e3, 250e3, 150e3]}
    before = in_period(getattr(BASE, driver), 0)
    values[driver] = [before + part * (in_period(values[driver], t) - before) for t in range(periods)]
    return Drivers(**values)


@pytest.mark.parametrize("driver", list(GOLDEN["tornado"]))
def test_the_tornado_of_the_worked_example(driver: str) -> None:
    low, high = GOLDEN["tornado"][driver]
    assert agrees(SHOWN.loc[driver, "npv_low"], low)
    assert agrees(SHOWN.loc[driver, "npv_high"], high)


def test_the_largest_swing_comes_first() -> None:
    assert list(SHOWN.index)[:3] == ["retention_rate", "investment", "cost_to_serve"]
    assert agrees(SHOWN.loc["retention_rate", "swing"], GOLDEN["retention_swing"])
    assert SHOWN["swing"].is_monotonic_decreasing
    assert SHOWN.loc["discount_rate", "low"] == pytest.approx(0.12)


@few
@given(st.sampled_from(DRIVER_NAMES), st.floats(0.0, 1.5))
def test_each_bar_is_a_case_of_its_own(driver: str, part: float) -> None:
    shown: Any = tornado(case(), low=part, high=1.0).set_index("driver")
    assert shown.loc[driver, "npv_low"] == pytest.approx(compare(case(program=scaled(driver, part))).npv, abs=1e-4)
    assert shown.loc[driver, "npv_high"] == pytest.approx(compare(case()).npv, abs=1e-4)


def test_without_the_effect_all_of_it_is_gone() -> None:
    one = Drivers(**GOLDEN["base"] | {"cost_to_serve": 90})
    shown: Any = tornado(case(program=one), low=0.0).set_index("driver")
    assert list(shown.index) == ["cost_to_serve", "discount_rate"]
    assert shown.loc["cost_to_serve", "npv_low"] == pytest.approx(0.0, abs=1e-6)


def test_what_a_driver_cannot_be_has_no_value() -> None:
    bold = Drivers(**GOLDEN["base"] | {"retention_rate": 0.95, "cost_to_serve": 20})
    shown: Any = tornado(case(program=bold)).set_index("driver")
    assert math.isnan(shown.loc["retention_rate", "npv_high"])
    assert math.isnan(shown.loc["cost_to_serve", "npv_high"])
    assert np.isfinite(shown["npv_low"]).all()
    shown = tornado(case(discount_rate=-0.99)).set_index("driver")
    assert math.isnan(shown.loc["discount_rate", "npv_high"])


def test_the_tornado_is_checked() -> None:
    with pytest.raises(DomainError, match="low must be a finite number, 0 or more"):
        tornado(case(), low=-0.5)
    with pytest.raises(DomainError, match="rate_step must be a finite number"):
        tornado(case(), rate_step=math.inf)


def test_a_scenario_cuts_or_delays_what_helps_and_spends_the_rest() -> None:
    half = {
        "retention_rate": [0.805, 0.82, 0.835],
        "new_customers": [2000, 2025, 2075, 2100],
        "margin": 290,
        "cost_to_serve": [100, 96, 91, 87.5],
        "acquisition_cost": [250, 247.5, 242.5, 240],
        "investment": [450e3, 250e3, 150e3],
    }
    late = {
        "retention_rate": [0.8, 0.81, 0.84, 0.87],
        "new_customers": [2000, 2000, 2050, 2150, 2200],
        "margin": 290,
        "cost_to_serve": [100, 100, 92, 82, 75],
        "acquisition_cost": [250, 250, 245, 235, 230],
        "investment": [450e3, 250e3, 150e3],
    }
    found = scenarios(case())
    assert found["scenario"].tolist() == ["plan", "part of the effect", "late"]
    for row, program in enumerate([as_mapping(PROGRAM), half, late]):
        plain = compare(case(program=Drivers(**program)))
        assert found["npv"][row] == pytest.approx(plain.npv)
        assert found["trough"][row] == pytest.approx(plain.trough.depth)
        assert found["trough_period"][row] == plain.trough.period
        assert found["break_even"][row] == pytest.approx(plain.break_even, nan_ok=True)
        assert found["short_npv"][row] == pytest.approx(plain.short_npv)
        assert found["equity_difference"][row] == pytest.approx(plain.equity_difference)


def test_all_of_the_effect_is_the_plan_and_a_long_delay_leaves_the_cost() -> None:
    found = scenarios(case(), part=1.0, delay=7)
    assert found["npv"][1] == pytest.approx(found["npv"][0])
    none = scenarios(case(), part=0.0)["npv"][1]
    assert found["npv"][2] == pytest.approx(none)


def test_scenarios_are_checked() -> None:
    with pytest.raises(DomainError, match="part must be"):
        scenarios(case(), part=-1)
    with pytest.raises(DomainError, match="delay must be a whole number"):
        scenarios(case(), delay=0)
    with pytest.raises(DomainError, match="retention_rate in period 1 of a scenario must be from 0 to 1"):
        scenarios(case(), part=50)


def test_the_part_of_retention_that_is_needed() -> None:
    part = required_effect(case(), "retention_rate")
    assert agrees(100 * part, GOLDEN["required_retention_percent"])
    assert compare(case(program=scaled("retention_rate", part))).npv == pytest.approx(0.0, abs=1e-4)


@few
@given(st.sampled_from(DRIVER_NAMES), st.floats(0.0, 1.3))
def test_the_part_that_gives_a_value_is_found_again(driver: str, part: float) -> None:
    target = compare(case(program=scaled(driver, part))).npv
    assert required_effect(case(), driver, target) == pytest.approx(part, abs=1e-8)


def test_a_part_may_not_be_there() -> None:
    with pytest.raises(
        MissingDataError, match=r"from 0 to 2 reaches an NPV of 9,000,000.00: it is 574,709.06 without the effect"
    ):
        required_effect(case(), "acquisition_cost", 9e6)
    with pytest.raises(MissingDataError, match="does not change investment"):
        required_effect(case(program=BASE), "investment")
    with pytest.raises(InputError, match="driver must be one of"):
        required_effect(case(), "price")


def test_several_parts_are_listed() -> None:
    # The loss of period 1 grows with r, the gain of period 2 with r and its square: 0.1 and 17/30 are worth the same.
    base = Drivers(retention_rate=[0.1, 0.1], new_customers=0, margin=[-100, 60], cost_to_serve=0, acquisition_cost=0)
    program = Drivers(
        retention_rate=[0.9, 0.9], new_customers=0, margin=[-100, 60], cost_to_serve=0, acquisition_cost=0
    )
    given = case(base=base, program=program, periods=2, extend="error", discount_rate=0.0)
    with pytest.raises(
        DomainError, match=r"several parts of the effect of retention_rate reach an NPV of 0\.00: 0, 0\.58333"
    ):
        required_effect(given, "retention_rate")


def test_shares_are_found_where_a_curve_crosses() -> None:
    assert shares_where(lambda p: (p - 0.1234567) * (p - 0.9), 1.0) == pytest.approx([0.1234567, 0.9])
    assert shares_where(lambda p: p - 0.5, 1.0) == [0.5]
    assert shares_where(lambda p: p + 1, 1.0) == []
    assert shares_where(lambda p: 0 * p, 1.0) == [0.0]


def worth_to_go(part: float, start: int) -> float:
    """Going on less stopping, at a checkpoint, one period after the other."""
    effects = {driver: scaled(driver, part) for driver in ("retention_rate", "cost_to_serve")}
    plan: dict[str, Any] = as_mapping(PROGRAM) | {name: getattr(d, name) for name, d in effects.items()}
    there = walk(plan, 1e4, start)[-1]["closing"] if start else 1e4
    ahead = {name: [in_period(values, t) for t in range(start, 7)] for name, values in plan.items()}
    going_on, stopped = walk(ahead, there, 7 - start), walk(as_mapping(BASE), there, 7 - start)
    return sum(
        (a["profit"] - b["profit"]) / 1.1 ** (t + 1) for t, (a, b) in enumerate(zip(going_on, stopped, strict=True))
    )


def test_the_rule_for_stopping_is_where_going_on_is_worth_nothing() -> None:
    found = stop_rule(case())
    assert found["period"].tolist() == list(range(1, 8))
    for start, row in enumerate(found.to_dict("records")):
        assert row["npv_to_go"] == pytest.approx(worth_to_go(1.0, start))
        assert worth_to_go(row["stop_below"], start) == pytest.approx(0.0, abs=1e-3)
        assert worth_to_go(row["stop_below"] + 0.01, start) > 0 > worth_to_go(row["stop_below"] - 0.01, start)
        planned = in_period(PROGRAM.retention_rate, start)
        assert row["stop_if_retention_below"] == pytest.approx(0.8 + row["stop_below"] * (planned - 0.8))
        saved = 100 - in_period(PROGRAM.cost_to_serve, start)
        assert row["stop_if_cost_above"] == pytest.approx(100 - row["stop_below"] * saved)


def test_at_the_beginning_going_on_is_the_case() -> None:
    assert stop_rule(case())["npv_to_go"][0] == pytest.approx(compare(case()).npv)


def test_a_program_that_never_pays_is_always_stopped_and_a_free_one_never() -> None:
    waste = Drivers(**GOLDEN["base"] | {"retention_rate": 0.81, "investment": 1e7})
    assert stop_rule(case(program=waste))["stop_below"].isna().all()
    free = Drivers(**GOLDEN["base"] | {"retention_rate": 0.81, "margin": 310})
    assert (stop_rule(case(program=free))["stop_below"] == 0.0).all()
    assert (stop_rule(case(program=BASE))["stop_below"] == 0.0).all()
