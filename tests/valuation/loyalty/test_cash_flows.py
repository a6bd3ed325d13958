"""Present value, modified rate, break-even and trough."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.loyalty.example import present_value
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.loyalty import Trough, break_even, modified_internal_rate, net_present_value, trough

amounts = st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=12)
rates = st.floats(-0.5, 2.0)


@given(amounts)
def test_at_a_rate_of_nought_the_value_is_the_sum(flows: list[float]) -> None:
    assert net_present_value(0.0, flows, timing="mid") == pytest.approx(sum(flows))


@given(amounts, rates, st.sampled_from([("start", 0.0), ("mid", 0.5), ("end", 1.0)]))
def test_the_value_is_the_written_out_sum(flows: list[float], rate: float, timing: tuple[str, float]) -> None:
    word, first = timing
    found = net_present_value(rate, flows, timing=word)  # type: ignore[arg-type]
    assert found == pytest.approx(present_value(flows, rate, first), rel=1e-9, abs=1e-6)


def test_excels_npv_discounts_the_first_amount() -> None:
    # Microsoft's example of NPV: 10% on -10,000, 3,000, 4,200, 6,800 is 1,188.44.
    assert net_present_value(0.1, [-10_000, 3_000, 4_200, 6_800], timing="end") == pytest.approx(1188.44, abs=0.005)


def test_excels_mirr() -> None:
    # Microsoft's example of MIRR: 10% and 12% on -120,000, 39,000, 30,000, 21,000, 37,000, 46,000 is 12.61%.
    flows = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]
    assert modified_internal_rate(flows, finance_rate=0.1, reinvest_rate=0.12) == pytest.approx(0.1261, abs=0.00005)


@given(amounts, rates, rates)
def test_the_modified_rate_takes_what_is_paid_to_what_comes_back(flows: list[float], paid: float, back: float) -> None:
    if min(flows) >= 0 or max(flows) <= 0:
        with pytest.raises(ZeroDenominatorError, match="money that is paid"):
            modified_internal_rate(flows, finance_rate=paid, reinvest_rate=back)
        return
    rate = modified_internal_rate(flows, finance_rate=paid, reinvest_rate=back)
    n = len(flows)
    start = -sum(amount / (1 + paid) ** t for t, amount in enumerate(flows) if amount < 0)
    end = sum(amount * (1 + back) ** (n - 1 - t) for t, amount in enumerate(flows) if amount > 0)
    assert start * (1 + rate) ** (n - 1) == pytest.approx(end, rel=1e-9)


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([-100, 50, 100], 2.5),
        ([-100, 100], 2.0),
        ([-100, 150, -100, 200], 3.25),  # dips twice: the crossing in period 2 does not hold
        ([50, -20], 0.0),
        ([0, -10, 0, 20], 3.5),
        ([-0.3, 0.1, 0.2], 3.0),  # the sum is 2.8e-17 or less, not quite 0
    ],
)
def test_break_even_is_where_the_sum_stays_at_nought_or_more(flows: list[float], expected: float) -> None:
    assert break_even(flows) == pytest.approx(expected)


def test_discounting_makes_it_later() -> None:
    assert break_even([-100, 60, 60], discount_rate=0.1) > break_even([-100, 60, 60])
    # discounted 0.1 from the end of each period: -90.909, 49.587, 45.079
    assert break_even([-100, 60, 60], discount_rate=0.1) == pytest.approx(2 + 41.32231405 / 45.07888805)
    # within a period the timing scales all amounts alike
    assert break_even([-100, 60, 60], discount_rate=0.1, timing="mid") == pytest.approx(
        break_even([-100, 60, 60], discount_rate=0.1, timing="end")
    )


@given(amounts)
def test_from_break_even_on_the_sum_is_never_negative(flows: list[float]) -> None:
    sums = np.cumsum(flows)
    try:
        periods = break_even(flows)
    except MissingDataError:
        assert sums[-1] < 0 or not any(flows)
        return
    assert (sums[math.ceil(periods) - 1 if periods else 0 :] >= 0).all()
    whole = int(periods)
    if periods:
        before = sums[whole - 1] if whole else 0.0
        after = sums[whole] if whole < len(sums) else 0.0
        assert before + (periods - whole) * (after - before) == pytest.approx(0.0, abs=1e-6)
        assert sums[: math.ceil(periods) - 1][-1] < 0


@pytest.mark.parametrize(("flows", "words"), [([-100, 50], "50.00 is still out"), ([0, 0], "nothing to break even")])
def test_break_even_may_not_be_reached(flows: list[float], words: str) -> None:
    with pytest.raises(MissingDataError, match=words):
        break_even(flows)


@given(amounts)
def test_the_trough_is_the_lowest_sum(flows: list[float]) -> None:
    found = trough(flows)
    sums = [0.0, *np.cumsum(flows).tolist()]
    assert found.depth == -min(sums)
    assert found.period == sums.index(min(sums))


def test_without_a_dip_there_is_no_trough() -> None:
    assert trough([10, 20]) == Trough(depth=0.0, period=0)


@pytest.mark.parametrize(
    ("flows", "error", "words"),
    [
        ([], InputError, "one or more"),
        ([[1, 2], [3, 4]], InputError, "one list of amounts"),
        (["a"], InputError, "cash_flows must be a number"),
        ([1, math.nan], DomainError, "cash_flows, row 2, must be a finite number"),
        ([math.inf], DomainError, "cash_flows, row 1"),
    ],
)
def test_amounts_are_checked(flows: object, error: type[Exception], words: str) -> None:
    for call in (
        lambda: net_present_value(0.1, flows, timing="end"),  # type: ignore[arg-type]
        lambda: break_even(flows),  # type: ignore[arg-type]
        lambda: trough(flows),  # type: ignore[arg-type]
        lambda: modified_internal_rate(flows, finance_rate=0, reinvest_rate=0),  # type: ignore[arg-type]
    ):
        with pytest.raises(error, match=words):
            call()


def test_rates_and_words_are_checked() -> None:
    with pytest.raises(DomainError, match="discount_rate must be above -1, not -1"):
        net_present_value(-1.0, [1.0], timing="end")
    with pytest.raises(DomainError, match="finance_rate must be above -1"):
        modified_internal_rate([-1.0, 2.0], finance_rate=-2.0, reinvest_rate=0.1)
    with pytest.raises(DomainError, match="reinvest_rate must be above -1"):
        modified_internal_rate([-1.0, 2.0], finance_rate=0.1, reinvest_rate=-2.0)
    with pytest.raises(InputError, match="timing must be one of"):
        net_present_value(0.1, [1.0], timing="begin")  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="no finite sum"):
        net_present_value(-0.99, [1.0] * 400, timing="end")
    with pytest.raises(DomainError, match="no finite answer"):
        modified_internal_rate([-1e300] + [1e300] * 3, finance_rate=0.0, reinvest_rate=1e10)
