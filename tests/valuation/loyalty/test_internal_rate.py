"""Every internal rate is found, and nothing that is none."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.loyalty import internal_rate, internal_rates, net_present_value
from valuation.loyalty.internal_rate import HIGHEST, LOWEST

few = settings(max_examples=min(settings().max_examples, 50))
amounts = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=14).filter(any)


def by_eigenvalues(flows: list[float]) -> list[float]:
    """Rates from NumPy's roots, those that are clearly real and clearly apart."""
    roots = np.roots(np.trim_zeros(np.array(flows)))
    real = roots[np.abs(roots.imag) < 1e-9].real
    return sorted((real[(real > 1 + LOWEST) & (real < 1 + HIGHEST)] - 1.0).tolist())


def nearly_multiple(flows: list[float]) -> bool:
    """Whether roots lie so close together that eigenvalues cannot tell them apart or from complex ones."""
    roots = np.roots(np.trim_zeros(np.array(flows)))
    near = roots[(np.abs(roots.imag) < 1e-3) & (roots.real > 0.005) & (roots.real < 12)]
    edge = np.abs(near[:, None] - np.array([1 + LOWEST, 1 + HIGHEST])).min(initial=1.0) < 1e-6
    apart = np.abs(near[:, None] - near[None, :]) + np.eye(near.size)
    return bool(edge or (apart.size and apart.min() < 1e-3) or (np.abs(near.imag) > 1e-9).any())


@few
@given(amounts)
def test_all_rates_are_those_of_the_eigenvalues(flows: list[float]) -> None:
    found = internal_rates(flows).roots
    if not nearly_multiple(flows):
        assert found == pytest.approx(by_eigenvalues(flows), abs=1e-8)


@few
@given(amounts)
def test_at_an_internal_rate_the_value_is_nought(flows: list[float]) -> None:
    for rate in internal_rates(flows).roots:
        assert LOWEST < rate < HIGHEST
        size = net_present_value(rate, np.abs(flows), timing="start")
        assert abs(net_present_value(rate, flows, timing="start")) <= 1e-9 * size


@few
@given(amounts)
def test_no_change_of_sign_on_a_dense_scan_is_missed(flows: list[float]) -> None:
    scan = np.concatenate([np.linspace(-0.95, 1.0, 400), np.linspace(1.01, 9.9, 300)])
    values = (1.0 + scan[:, None]) ** -np.arange(len(flows)) @ np.array(flows)
    roots = np.array(internal_rates(flows).roots)
    for left in np.flatnonzero(values[:-1] * values[1:] < 0):
        assert ((roots > scan[left] - 1e-9) & (roots < scan[left + 1] + 1e-9)).any()


@few
@given(amounts)
def test_there_are_never_more_than_the_changes_of_sign(flows: list[float]) -> None:
    found = internal_rates(flows)
    signs = [amount > 0 for amount in flows if amount]
    assert found.sign_changes == sum(a != b for a, b in pairwise(signs))
    assert len(found.roots) <= found.sign_changes


@few
@given(amounts, st.floats(0.001, 1e6))
def test_money_has_no_unit(flows: list[float], factor: float) -> None:
    if not nearly_multiple(flows):
        scaled = internal_rates([amount * factor for amount in flows]).roots
        assert scaled == pytest.approx(internal_rates(flows).roots, abs=1e-9)


@pytest.mark.parametrize(
    ("flows", "roots"),
    [
        ([-100, 230, -132], [0.1, 0.2]),
        ([-100, 150, -100], []),
        ([-100, 220, -121], [0.1]),  # touches 0 without crossing
        ([-1000, 3600, -4310, 1716], [0.1, 0.2, 0.3]),
        ([-100, 100], [0.0]),
        ([-100, 50], [-0.5]),
        ([0, 0, -100, 110, 0], [0.1]),
        ([-1, 0, 0, 1000], [9.0]),
        ([-1, 20], []),  # 1900% is looked for by nobody
        ([5, 5], []),
        ([5], []),
        # a pair of roots a fifth of a step apart, by (x - 1/1.1)(x - 1/1.1003)
        ([1.0, -(1.1 + 1.1003), 1.1 * 1.1003], [0.1, 0.1003]),
    ],
)
def test_known_rates(flows: list[float], roots: list[float]) -> None:
    assert internal_rates(flows).roots == pytest.approx(roots, abs=1e-7)


def test_a_triple_root_is_one_rate() -> None:
    (rate,) = internal_rates([-1, 3.3, -3.63, 1.331]).roots
    assert rate == pytest.approx(0.1, abs=1e-4)  # rounding spreads a triple root by its cube root


def test_a_long_list_is_no_harder() -> None:
    # A perpetuity of 1 for 100 yields 1%; after 5000 periods nothing is left to see.
    assert internal_rate([-100] + [1] * 5000) == pytest.approx(0.01, abs=1e-12)
    assert internal_rate([-1] + [0] * 999 + [2]) == pytest.approx(2 ** (1 / 1000) - 1, abs=1e-12)


@pytest.mark.parametrize(
    ("flows", "words"),
    [
        ([-100, 230, -132], "2 internal rates: 0.1, 0.2; take the net present value"),
        ([-100, 150, -100], "no internal rate between -99% and 1000%"),
        ([0, 0], "every cash flow is 0"),
    ],
)
def test_one_rate_is_given_only_where_there_is_one(flows: list[float], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        internal_rate(flows)


def test_one_rate_in_spite_of_three_changes_of_sign() -> None:
    flows = [-100, 60, -10, 90]
    assert internal_rates(flows).sign_changes == 3
    assert net_present_value(internal_rate(flows), flows, timing="end") == pytest.approx(0.0, abs=1e-9)


def test_amounts_are_checked() -> None:
    with pytest.raises(InputError, match="one or more"):
        internal_rates([])
    with pytest.raises(DomainError, match="row 2"):
        internal_rate([-1.0, float("nan")])
