"""Shrinking retention towards a prior, and the ladder of methods."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import retention_rates
from tests.valuation.lifetime.test_golden import expected, golden_cases
from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.lifetime import choose_method, shrunk_retention

counts = st.tuples(st.integers(0, 1000), st.integers(0, 1000)).map(sorted)


def weighted_mean(*, renewed: int, exposed: int, prior_rate: float, prior_weight: float) -> float:
    """Observed and prior rate, each with its share of the evidence, in exact fractions."""
    prior, weight = Fraction(prior_rate), Fraction(prior_weight)
    evidence = weight + exposed
    observed = Fraction(renewed, exposed) * (exposed / evidence) if exposed else Fraction(0)
    return float(prior * (weight / evidence) + observed)


@pytest.mark.parametrize("case", golden_cases("shrunk_retention"))
def test_weighted_mean_matches_golden_number(case: dict[str, Any]) -> None:
    assert weighted_mean(**case["inputs"]) == expected(case)


@given(pair=counts, prior=retention_rates(), weight=st.floats(0.01, 1000))
def test_agrees_with_the_weighted_mean(pair: list[int], prior: float, weight: float) -> None:
    renewed, exposed = pair
    rate = shrunk_retention(renewed, exposed, prior_rate=prior, prior_weight=weight)
    by_hand = weighted_mean(renewed=renewed, exposed=exposed, prior_rate=prior, prior_weight=weight)
    assert rate == pytest.approx(by_hand, rel=1e-12, abs=1e-15)


@given(pair=counts, prior=retention_rates(), weight=st.floats(0.01, 1000))
def test_lies_between_prior_and_observed(pair: list[int], prior: float, weight: float) -> None:
    renewed, exposed = pair
    observed = renewed / exposed if exposed else prior
    rate = shrunk_retention(renewed, exposed, prior_rate=prior, prior_weight=weight)
    assert min(prior, observed) - 1e-12 <= rate <= max(prior, observed) + 1e-12


def test_single_rate_is_a_number_and_equals_the_element() -> None:
    alone = shrunk_retention(8, 9, prior_rate=0.8, prior_weight=20)
    assert isinstance(alone, float)
    assert shrunk_retention([8, 0], [9, 4], prior_rate=0.8, prior_weight=20)[0] == alone


def test_faulty_rows_leave_the_others_alone() -> None:
    rates = shrunk_retention(
        [8, 10, -1, np.nan, 0, 0], [9, 9, 9, 9, 0, np.inf], prior_rate=0.8, prior_weight=[20, 20, 20, 20, 0, 20]
    )
    assert rates[0] == shrunk_retention(8, 9, prior_rate=0.8, prior_weight=20)
    assert np.isnan(rates[1:]).all()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"renewed": 10}, DomainError, "renewed must be at most exposed, 9, not 10"),
        ({"renewed": -1}, DomainError, "renewed must be a finite number, 0 or more, not -1"),
        ({"exposed": np.nan}, DomainError, "exposed must be a finite number, 0 or more, not nan"),
        ({"prior_rate": 80}, DomainError, "prior_rate must be from 0 to 1, not 80; percent typed as whole"),
        ({"prior_weight": -1}, DomainError, "prior_weight must be a finite number, 0 or more, not -1"),
        ({"renewed": 0, "exposed": 0, "prior_weight": 0}, ZeroDenominatorError, "must not both be 0"),
        ({"renewed": "8"}, InputError, "renewed must be a number or an array of numbers, not '8'"),
        ({"renewed": [1, 2], "exposed": [3, 4, 5]}, InputError, "lengths differ: renewed"),
    ],
)
def test_door_of_shrunk_retention(change: dict[str, Any], error: type[Exception], message: str) -> None:
    inputs = {"renewed": 8, "exposed": 9, "prior_rate": 0.8, "prior_weight": 20, **change}
    with pytest.raises(error, match=message):
        shrunk_retention(**inputs)


@pytest.mark.parametrize(
    ("history", "name", "rung", "reason"),
    [
        ({"months": 11}, "prior", 1, "11 months of history is less than 12"),
        ({"events": 9}, "prior", 1, "9 customers lost are fewer than 10"),
        ({"events": 9, "contractual": False}, "prior", 1, "9 events are fewer than 10"),
        ({"months": 23}, "prior", 1, "renewals seen per cohort, 1, are fewer than 2"),
        ({"months": 24}, "cohort", 2, "2 renewals per cohort are fewer than the 3 of the contract model"),
        ({"renewals_per_cohort": 2}, "cohort", 2, "2 renewals per cohort are fewer than the 3"),
        ({"customers": 297}, "cohort", 2, "about 99 customers per cohort are fewer than 100"),
        ({"customers": 300}, "sbg", 3, "3 renewals and about 100 customers per cohort carry the contract"),
        ({"months": 12, "renewals_per_cohort": 12, "customers": 1200}, "sbg", 3, "12 renewals and about 100"),
        ({"contractual": False}, "bgnbd", 4, "5000 customers and 8 mean times between purchases"),
        ({"contractual": False, "customers": 499}, "cohort", 2, "499 customers are fewer than the 500"),
        ({"contractual": False, "events": 29999}, "cohort", 2, "spans 6 mean times between purchases, fewer"),
        ({"contractual": False, "interpurchase_times": 5.5}, "cohort", 2, "spans 5.5 mean times"),
        ({"contractual": False, "interpurchase_times": 6}, "bgnbd", 4, "6 mean times"),
        ({"contractual": False, "months": 13, "customers": 20}, "prior", 1, "renewals seen per cohort, 1,"),
        ({"contractual": np.False_}, "bgnbd", 4, "who is still a customer"),
    ],
)
def test_ladder(history: dict[str, Any], name: str, rung: int, reason: str) -> None:
    method = choose_method(**{"customers": 5000, "events": 40000, "months": 36, "contractual": True, **history})
    assert (method.name, method.rung) == (name, rung)
    assert reason in method.reason


@given(
    customers=st.integers(0, 10000),
    events=st.integers(0, 100000),
    months=st.integers(0, 100),
    contractual=st.booleans(),
)
def test_more_history_never_steps_down(customers: int, events: int, months: int, contractual: bool) -> None:
    now = choose_method(
        customers=customers, events=events, months=months, contractual=contractual, renewals_per_cohort=3
    )
    later = choose_method(
        customers=customers, events=events * 2, months=months * 2, contractual=contractual, renewals_per_cohort=3
    )
    assert later.rung >= now.rung
    assert (now.name == "sbg") <= contractual
    assert (now.name == "bgnbd") <= (not contractual)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"customers": -1}, DomainError, "customers must be a finite number, 0 or more, not -1"),
        ({"events": float("nan")}, DomainError, "events must be a finite number, 0 or more, not nan"),
        ({"months": [12, 24]}, InputError, "months must be one number, not an array"),
        ({"months": "12"}, InputError, "months must be a number or an array of numbers, not '12'"),
        ({"contractual": "yes"}, InputError, "contractual must be true or false, not 'yes'"),
        ({"contractual": 1}, InputError, "contractual must be true or false, not 1"),
        ({"interpurchase_times": -1}, DomainError, "interpurchase_times must be a finite number, 0 or more"),
        ({"renewals_per_cohort": -1}, DomainError, "renewals_per_cohort must be a finite number, 0 or more"),
    ],
)
def test_door_of_choose_method(change: dict[str, Any], error: type[Exception], message: str) -> None:
    inputs = {"customers": 500, "events": 50, "months": 24, "contractual": True, **change}
    with pytest.raises(error, match=message):
        choose_method(**inputs)
