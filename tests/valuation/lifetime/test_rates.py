"""Rates for other lengths of period."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import PERIODS_PER_YEAR, discount_rates, retention_rates
from tests.valuation.lifetime.test_golden import expected, golden_cases
from valuation.errors import DomainError, InputError
from valuation.lifetime import rate_per_period
from valuation.lifetime.rates import RateKind

per_year = st.sampled_from(PERIODS_PER_YEAR)
kinds: st.SearchStrategy[RateKind] = st.sampled_from(["effective", "nominal", "retention", "churn"])


def by_powers(rate: float, from_per_year: int, to_per_year: int, kind: str) -> float:
    """The textbook's powers, without logarithms."""
    power = from_per_year / to_per_year
    if kind == "nominal":
        return float(rate * from_per_year) / to_per_year
    if kind == "effective":
        return float((1 + rate) ** power) - 1
    if kind == "retention":
        return float(rate**power)
    return 1 - float((1 - rate) ** power)


@pytest.mark.parametrize("case", golden_cases("rate_per_period"))
def test_second_way_matches_golden_number(case: dict[str, Any]) -> None:
    assert by_powers(**case["inputs"]) == expected(case)


@given(rate=retention_rates(), given_=per_year, wanted=per_year, kind=kinds)
def test_agrees_with_powers(rate: float, given_: int, wanted: int, kind: RateKind) -> None:
    result = rate_per_period(rate, from_per_year=given_, to_per_year=wanted, kind=kind)
    assert result == pytest.approx(by_powers(rate, given_, wanted, kind), rel=1e-9, abs=1e-12)


@given(rate=discount_rates(), given_=per_year, wanted=per_year)
def test_there_and_back_is_the_same_rate(rate: float, given_: int, wanted: int) -> None:
    there = rate_per_period(rate, from_per_year=given_, to_per_year=wanted, kind="effective")
    back = rate_per_period(there, from_per_year=wanted, to_per_year=given_, kind="effective")
    assert back == pytest.approx(rate, rel=1e-9, abs=1e-15)


@given(parts=st.integers(0, 1024), given_=per_year, wanted=per_year)
def test_retention_and_churn_stay_complements(parts: int, given_: int, wanted: int) -> None:
    rate = parts / 1024  # so that 1 - rate is exact
    stay = rate_per_period(rate, from_per_year=given_, to_per_year=wanted, kind="retention")
    leave = rate_per_period(1 - rate, from_per_year=given_, to_per_year=wanted, kind="churn")
    assert stay + leave == pytest.approx(1.0, abs=1e-12)


@given(rate=retention_rates(), periods=per_year, kind=kinds)
def test_same_length_of_period_is_the_same_rate(rate: float, periods: int, kind: RateKind) -> None:
    assert rate_per_period(rate, from_per_year=periods, to_per_year=periods, kind=kind) == rate


def test_effective_rate_compounds_back_to_the_year() -> None:
    monthly = rate_per_period(0.10, from_per_year=1, to_per_year=12, kind="effective")
    balance = np.float64(1.0)
    for _ in range(12):
        balance = balance * (1 + float(monthly))
    assert balance == pytest.approx(1.10, rel=1e-14)


def test_a_tiny_rate_keeps_its_digits() -> None:
    daily = rate_per_period(1e-14, from_per_year=1, to_per_year=365, kind="effective")
    assert daily == pytest.approx(1e-14 / 365, rel=1e-12)


@pytest.mark.parametrize(("kind", "rate"), [("retention", 0.0), ("retention", 1.0), ("churn", 0.0), ("churn", 1.0)])
def test_certainties_stay_certain(kind: RateKind, rate: float) -> None:
    assert rate_per_period(rate, from_per_year=1, to_per_year=12, kind=kind) == rate


def test_broadcasts_and_single_equals_element() -> None:
    table = rate_per_period([[0.1], [0.2]], from_per_year=1, to_per_year=[1, 12, 365], kind="effective")
    assert table.shape == (2, 3)
    assert table[1, 1] == rate_per_period(0.2, from_per_year=1, to_per_year=12, kind="effective")


@pytest.mark.parametrize("kind", ["effective", "nominal", "retention", "churn"])
def test_faulty_rows_leave_the_others_alone(kind: RateKind) -> None:
    result = rate_per_period([0.1, np.nan, 1.0, np.inf, 1.0], from_per_year=[1, 1, 1, 1, 7], to_per_year=12, kind=kind)
    assert np.isnan(result).tolist() == [False, True, False, True, True]
    assert result[0] == rate_per_period(0.1, from_per_year=1, to_per_year=12, kind=kind)


@pytest.mark.parametrize(
    ("rate", "kind", "rule"),
    [
        (-1.0, "effective", "rate must be above -1, not -1"),
        (np.nan, "nominal", "rate must be a finite number, not nan"),
        (80.0, "retention", "rate must be from 0 to 1, not 80; percent typed as whole number"),
        (-0.1, "churn", "rate must be from 0 to 1, not -0.1"),
    ],
)
def test_single_rate_out_of_range_raises(rate: float, kind: RateKind, rule: str) -> None:
    with pytest.raises(DomainError, match=rule):
        rate_per_period(rate, from_per_year=1, to_per_year=12, kind=kind)


@pytest.mark.parametrize("periods", [0, 3, 360, np.nan])
def test_unknown_number_of_periods_raises(periods: float) -> None:
    with pytest.raises(DomainError, match="from_per_year must be one of 1, 2, 4, 12, 52, 365, not"):
        rate_per_period(0.1, from_per_year=periods, to_per_year=12, kind="effective")
    with pytest.raises(DomainError, match="to_per_year must be one of"):
        rate_per_period(0.1, from_per_year=12, to_per_year=periods, kind="effective")


@pytest.mark.parametrize("kind", ["compound", "", 1, None, ["effective"]])
def test_unknown_kind_raises(kind: Any) -> None:
    with pytest.raises(InputError, match='kind must be one of "effective", "nominal", "retention", "churn", not'):
        rate_per_period(0.1, from_per_year=1, to_per_year=12, kind=kind)


def test_lengths_that_differ_raise() -> None:
    with pytest.raises(InputError, match="lengths differ: rate"):
        rate_per_period([0.1, 0.2], from_per_year=[1, 1, 1], to_per_year=12, kind="effective")
