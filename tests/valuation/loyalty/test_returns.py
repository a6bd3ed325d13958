"""Acquiring, retaining and developing side by side."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.loyalty import returns_on_spend

GIVEN: dict[str, Any] = {
    "customers": 10_000,
    "margin": 200.0,
    "retention_rate": 0.8,
    "discount_rate": 0.1,
    "horizon": math.inf,
    "timing": "end",
}


def shown(purpose: str, spend: float, effect: float, **change: Any) -> dict[str, Any]:
    (row,) = returns_on_spend([purpose], [spend], [effect], **GIVEN | change).to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_the_three_formulas_without_end() -> None:
    # end: new m / (1 + d - r), existing m r / (1 + d - r)  (Gupta and Lehmann, 2003)
    assert shown("acquire", 1e5, 250)["value"] == pytest.approx(400 * 200 / 0.3)
    assert shown("retain", 1e5, 0.02)["value"] == pytest.approx(10_000 * 200 * (0.82 / 0.28 - 0.8 / 0.3))
    assert shown("develop", 1e5, 10)["value"] == pytest.approx(10_000 * 10 * 0.8 / 0.3)


@settings(max_examples=min(settings().max_examples, 40))
@given(
    st.sampled_from([("acquire", 250.0), ("retain", 0.05), ("develop", 7.0)]),
    st.floats(0.0, 0.9),
    st.integers(1, 12),
    st.floats(-0.1, 0.5),
)
def test_the_value_is_that_of_year_after_year(
    plan: tuple[str, float], retention: float, horizon: int, rate: float
) -> None:
    purpose, effect = plan
    found = shown(purpose, 1e5, effect, retention_rate=retention, horizon=horizon, discount_rate=rate)
    value, chance, lifted = 0.0, 1.0, 1.0
    for year in range(1, horizon + 1):
        if purpose == "acquire":
            money = 400 * 200 * chance
        chance *= retention
        lifted *= retention + effect
        if purpose == "retain":
            money = 10_000 * 200 * (lifted - chance)
        elif purpose == "develop":
            money = 10_000 * effect * chance
        value += money / (1 + rate) ** year
    assert found["value"] == pytest.approx(value, rel=1e-9, abs=1e-6)
    assert found["net"] == pytest.approx(value - 1e5, rel=1e-9, abs=1e-6)
    assert found["return_per_unit"] == pytest.approx(value / 1e5, rel=1e-9, abs=1e-9)


def test_a_short_horizon_hides_retention() -> None:
    plans = (["acquire", "retain"], [1e5, 1e5], [250, 0.011])
    short = returns_on_spend(*plans, **GIVEN | {"horizon": 1})["return_per_unit"]
    full = returns_on_spend(*plans, **GIVEN)["return_per_unit"]
    assert short[0] > short[1]
    assert full[1] > full[0]


def test_payback_counts_the_money_of_each_period() -> None:
    assert shown("acquire", 1e5, 250)["payback"] == pytest.approx(1 + 20_000 / 64_000)
    assert math.isnan(shown("acquire", 1e5, 5000)["payback"])
    assert math.isnan(shown("acquire", 1e5, 250, horizon=1)["payback"])


def test_a_margin_below_nought_makes_retention_a_loss() -> None:
    assert shown("retain", 1e5, 0.02, margin=-50.0)["value"] < 0


@pytest.mark.parametrize(
    ("arguments", "change", "error", "words"),
    [
        ((["keep"], [1], [1]), {}, InputError, "purpose, row 1, must be one of"),
        (([], [], []), {}, InputError, "for each of 0 purposes"),
        ((["acquire"], [1, 2], [1]), {}, InputError, "spend must be one number for each of 1 purposes, not 2"),
        ((["acquire"] * 1001, [1], [1]), {}, InputError, "purposes must be 1000 at most, not 1001"),
        ((["acquire"], [0], [1]), {}, DomainError, "spend, row 1, must be a finite number above 0"),
        ((["retain", "acquire"], [1, 1], [0.1, 0]), {}, DomainError, "effect, row 2, must be a finite number above 0"),
        ((["develop"], [1], [math.nan]), {}, DomainError, "effect, row 1, must be a finite number"),
        (
            (["retain"], [1], [2]),
            {},
            DomainError,
            "retention_rate with the effect of retain must be from 0 to 1, not 2.8",
        ),
        ((["acquire"], [1], [1]), {"horizon": 0}, InputError, "horizon must be"),
        ((["acquire"], [1], [1]), {"timing": "now"}, InputError, "timing must be one of"),
        ((["acquire"], [1], [1]), {"retention_rate": 80}, DomainError, "percent typed"),
        ((["acquire"], [1], [1]), {"retention_rate": 1.0, "discount_rate": 0.0}, DomainError, "diverges"),
    ],
)
def test_what_is_spent_is_checked(
    arguments: tuple[Any, Any, Any], change: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        returns_on_spend(*arguments, **GIVEN | change)
