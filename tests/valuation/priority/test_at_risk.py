"""What is at risk in an issue."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import margins, retention_rates
from tests.valuation.priority.examples import ENGAGEMENT, TRIAGE
from valuation.errors import DomainError, InputError
from valuation.priority import value_at_risk


def test_value_at_risk_matches_the_12_customer_example() -> None:
    for issue, customer in TRIAGE["customer"].items():
        found = value_at_risk(ENGAGEMENT[customer], TRIAGE["loss_now"][issue], 0.0)
        # 265,481.25 x 0.02 lies between two cents.
        assert found == pytest.approx(float(TRIAGE["value_at_risk"][issue]), abs=0.00501)


@given(margins(), retention_rates(), retention_rates())
def test_value_at_risk_is_the_difference_of_two_expected_losses(value: float, now: float, served: float) -> None:
    loss_now, loss_served = (max(value, 0) * chance for chance in (now, served))
    assert value_at_risk(value, now, served) == pytest.approx(loss_now - loss_served, abs=1e-9)
    assert value_at_risk(value, now, served) == -value_at_risk(value, served, now)


@given(margins(low=-1e6, high=0), st.floats(0, 1))
def test_nothing_is_at_risk_with_a_customer_of_no_value(value: float, now: float) -> None:
    assert math.copysign(1.0, float(value_at_risk(value, 0.0, now))) == 1.0


def test_a_row_that_is_missing_or_out_of_range_fails_alone() -> None:
    found = value_at_risk([100.0, math.nan, 100.0, 100.0], [0.5, 0.5, 1.5, math.nan], 0.2)
    assert found == pytest.approx([30.0, math.nan, math.nan, math.nan], nan_ok=True)


def test_serving_that_makes_it_worse_is_shown() -> None:
    assert value_at_risk(100.0, 0.2, 0.5) == pytest.approx(-30)


def test_doors() -> None:
    with pytest.raises(DomainError, match="loss_now must be from 0 to 1, not 20; percent typed as whole number"):
        value_at_risk(100.0, 20.0, 0.0)
    with pytest.raises(InputError, match="lengths differ"):
        value_at_risk([1.0, 2.0], [0.1, 0.2, 0.3], 0.0)
