import json
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from valuation.cost import (
    gini,
    lorenz_curve,
    lorenz_points,
    stobachoff,
    whale_curve,
    whale_points,
    whale_statistics,
)
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError

FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN: dict[str, Any] = json.loads((FOLDER / "cost.json").read_text("utf-8"))["concentration"]
G12 = pd.read_csv(FOLDER / "g12_customers.csv", dtype={"id": str})

# Cents as floats, and floats of any size.
cents = st.integers(-(10**9), 10**9).map(lambda amount: amount / 100)
floats = st.floats(-1e12, 1e12, allow_nan=False)
columns = st.one_of(st.lists(cents, min_size=2, max_size=25), st.lists(floats, min_size=2, max_size=25))
gains = columns.map(lambda values: [abs(value) for value in values]).filter(any)


def golden_values(case: dict[str, Any]) -> list[float]:
    return list(case["values"]) if "values" in case else G12[case["column"]].tolist()


def agrees(value: float, printed: str) -> bool:
    return abs(value - float(printed)) <= 0.5 * 10.0 ** -len(printed.partition(".")[2]) * (1 + 1e-9)


def slow_gini(values: Sequence[float]) -> Fraction:
    """The second way: all pairs, in fractions."""
    exact = [Fraction(value) for value in values]
    pairs = sum((abs(one - other) for one in exact for other in exact), Fraction(0))
    if min(exact) < 0:
        return pairs / (2 * (len(exact) - 1) * sum(map(abs, exact)))
    return pairs / (2 * len(exact) * sum(exact))


def slow_area(values: Sequence[float]) -> Fraction:
    """The second way: trapezoids under the curve, one by one, in fractions."""
    running = list(accumulate(sorted(map(Fraction, values), reverse=True), initial=Fraction(0)))
    strips = [(left + right) / 2 for left, right in pairwise(running)]
    return sum(strips, Fraction(0)) / (len(values) * running[-1])


def close(found: float, exact: Fraction, of: float = 1.0) -> bool:
    return abs(Fraction(found) - exact) <= Fraction(4e-15) * max(Fraction(of), abs(exact))


def size(values: Sequence[float]) -> float:
    return math.fsum(map(abs, values))


# Published and reference numbers.


def test_g12_whale_statistics() -> None:
    found, expected = whale_statistics(G12["contrib"]), GOLDEN["whale"]
    for name in ("total", "peak", "peak_share", "losses"):
        assert agrees(getattr(found, name), expected[name])
    assert (found.peak_customers, found.n) == (expected["peak_customers"], expected["n"])
    assert found.hidden_loss == 37212.30
    assert (found.unprofitable, found.unprofitable_share, found.peak_customer_share) == (4, 4 / 12, 8 / 12)
    # The best 2.4 of 12: C02, C03 and four tenths of C08.
    assert found.top_20_share == pytest.approx((113857.18 + 52501.90 + 0.4 * 33977.72) / 230842.34, rel=1e-14)


def test_g12_whale_curve_runs_from_the_best_to_the_worst() -> None:
    curve = whale_curve(G12["contrib"])
    order = "C02 C03 C08 C04 C01 C09 C06 C12 C11 C10 C07 C05"
    assert " ".join(G12["id"].iloc[curve["position"]]) == order
    assert curve["rank"].tolist() == list(range(1, 13))
    assert curve["cumulative"].iloc[[0, 7, 11]].tolist() == [113857.18, 268054.64, 230842.34]
    assert curve["cumulative_share"].iloc[-1] == 1.0


@pytest.mark.parametrize("case", GOLDEN["gini"], ids=lambda case: case["expected"])
def test_gini_matches_the_reference(case: dict[str, Any]) -> None:
    found = gini(golden_values(case))
    assert agrees(found.value, case["expected"])
    assert found.formula == case["formula"]


@pytest.mark.parametrize("case", GOLDEN["stobachoff"], ids=lambda case: case["index"])
def test_stobachoff_matches_the_reference(case: dict[str, Any]) -> None:
    found = stobachoff(golden_values(case))
    assert agrees(found.area, case["area"])
    assert agrees(found.index, case["index"])


def test_the_second_ways_match_the_reference_too() -> None:
    for case in GOLDEN["gini"]:
        assert agrees(float(slow_gini(golden_values(case))), case["expected"])
    for case in GOLDEN["stobachoff"]:
        assert agrees(float(slow_area(golden_values(case))), case["area"])


# The second way on any numbers.


@given(columns.filter(any))
def test_gini_equals_the_sum_over_all_pairs(values: list[float]) -> None:
    assert close(gini(values).value, slow_gini(values))


@given(columns)
def test_stobachoff_equals_the_trapezoids(values: list[float]) -> None:
    total = sum(map(Fraction, values), Fraction(0))
    # Where gains and losses nearly cancel, decimals read as such and binary fractions are no longer the same total.
    assume(total > 0 and float(total) >= 1e-3 * size(values))
    found, area = stobachoff(values), slow_area(values)
    assert close(found.area, area, of=1e3)
    assert close(found.index, (area - Fraction(1, 2)) / area)


@given(columns)
def test_the_running_total_is_within_a_rounding_of_the_exact_one(values: list[float]) -> None:
    descending = sorted(values, reverse=True)
    cumulative = whale_curve(values)["cumulative"]
    for count, found in enumerate(cumulative, start=1):
        exact = math.fsum(descending[:count])
        assert found == pytest.approx(exact, rel=1e-15, abs=1e-16 * size(values))


def test_a_long_column_adds_up_without_drift() -> None:
    values = np.random.default_rng(3).normal(0.0, 1.0, 200_000) * 1e6
    exact = math.fsum(values.tolist())
    assert whale_statistics(values).total == pytest.approx(exact, rel=1e-15)
    cents_alone = np.full(100_001, 0.1)
    assert whale_curve(cents_alone)["cumulative"].iloc[-1] == 10000.1


def test_decimals_cancel_to_nothing() -> None:
    # In binary 0.1 + 0.2 - 0.3 leaves 2.8e-17, of which everybody would have a huge share.
    assert whale_statistics([0.1, 0.2, -0.3]).total == 0.0


# Laws.


@given(columns)
def test_the_curve_ends_at_the_total_and_peaks_at_the_sum_of_the_gains(values: list[float]) -> None:
    found, curve = whale_statistics(values), whale_curve(values)["cumulative"]
    assert found.total == curve.iloc[-1]
    slack = 1e-15 * size(values)
    assert found.total == pytest.approx(math.fsum(values), rel=1e-15, abs=slack)
    assert found.peak == max(curve.max(), 0.0)
    assert found.peak == pytest.approx(math.fsum(value for value in values if value > 0), rel=1e-15)
    assert found.losses == pytest.approx(math.fsum(value for value in values if value < 0), rel=1e-15)
    assert found.hidden_loss == -found.losses
    assert found.peak - found.hidden_loss == pytest.approx(found.total, rel=1e-15, abs=slack)


@given(columns.filter(any), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(values: list[float], random: Any) -> None:
    shuffled = random.sample(values, len(values))
    assert gini(shuffled) == gini(values)
    assert repr(whale_statistics(shuffled)) == repr(whale_statistics(values))  # as text: NaN is not itself
    np.testing.assert_array_equal(whale_points(shuffled), whale_points(values))
    np.testing.assert_array_equal(lorenz_points(shuffled), lorenz_points(values))
    if whale_statistics(values).total > 0:
        assert stobachoff(shuffled) == stobachoff(values)


# Numbers below the normal ones lose digits when they are scaled.
normal = columns.map(lambda values: [value if abs(value) > 1e-290 else 0.0 for value in values]).filter(any)


@given(normal, st.integers(-20, 20))
def test_the_unit_of_money_does_not_matter(values: list[float], power: int) -> None:
    scaled = [value * 2.0**power for value in values]
    assert gini(scaled) == gini(values)
    assert gini([7.3 * value for value in values]).value == pytest.approx(gini(values).value, abs=1e-14)


@given(normal.map(lambda values: [abs(value) for value in values]), st.floats(1e-3, 1e3))
def test_the_unit_of_money_does_not_change_shares_and_index(values: list[float], unit: float) -> None:
    scaled = [value * unit for value in values]
    assert stobachoff(scaled).index == pytest.approx(stobachoff(values).index, abs=1e-14)
    shares = whale_curve(values)["cumulative_share"].to_numpy()
    np.testing.assert_allclose(whale_curve(scaled)["cumulative_share"], shares, rtol=1e-14)


@given(st.floats(1e-300, 1e12), st.integers(2, 50))
def test_equal_customers_have_no_concentration(value: float, n: int) -> None:
    assert gini([value] * n).value == 0.0
    assert gini([-value] * n).value == 0.0
    assert stobachoff([value] * n).index == 0.0
    assert stobachoff([value] * n).area == 0.5


@given(columns.filter(any))
def test_gini_stays_within_0_and_1(values: list[float]) -> None:
    found = gini(values)
    assert 0.0 <= found.value <= 1.0
    assert (found.formula == "plain") == (min(values) >= 0)


@given(gains)
def test_next_to_no_loss_makes_the_normalised_gini_n_over_n_less_1_times_the_plain_one(values: list[float]) -> None:
    n = len(values) + 1
    assume(max(values) > 1e-200)
    plain, normalised = gini([*values, 0.0]), gini([*values, -1e-300])
    assert normalised.formula == "normalised for losses"
    assert normalised.value == pytest.approx(plain.value * n / (n - 1), rel=1e-14)


@given(gains)
def test_without_losses_gini_and_stobachoff_say_the_same(values: list[float]) -> None:
    plain = gini(values).value
    assert stobachoff(values).index == pytest.approx(plain / (1 + plain), rel=1e-14, abs=1e-15)


@given(gains)
def test_area_under_the_lorenz_curve_gives_gini(values: list[float]) -> None:
    shares = np.concatenate(([0.0], lorenz_curve(values)["cumulative_share"]))
    area = float(((shares[1:] + shares[:-1]) / 2).mean())
    assert 1 - 2 * area == pytest.approx(gini(values).value, abs=1e-14)


@given(st.lists(cents, min_size=2, max_size=25).filter(lambda values: len(set(values)) == len(values)))
def test_lorenz_is_the_whale_from_the_other_end(values: list[float]) -> None:
    whale, lorenz = whale_curve(values), lorenz_curve(values)
    assert lorenz["position"].tolist() == whale["position"].tolist()[::-1]
    assert lorenz["value"].tolist() == whale["contribution"].tolist()[::-1]


@given(columns, st.integers(2, 60))
def test_points_lie_on_the_curve(values: list[float], points: int) -> None:
    found, curve = whale_points(values, points), whale_curve(values)
    assert len(found) == points
    assert found["customer_share"].iloc[[0, -1]].tolist() == [0.0, 1.0]
    assert found["cumulative"].iloc[0] == 0.0
    assert found["cumulative"].iloc[-1] == curve["cumulative"].iloc[-1]
    n = len(values)
    corners = np.concatenate(([0.0], curve["cumulative"]))
    between = np.interp(found["customer_share"] * n, np.arange(n + 1), corners)
    # The share of customers is rounded; between two customers that moves a point by as much of their difference.
    np.testing.assert_allclose(found["cumulative"], between, rtol=1e-13, atol=1e-13 * size(values) + 1e-300)


@given(columns, st.integers(1, 4))
def test_points_on_customers_are_exact(values: list[float], steps: int) -> None:
    n = len(values)
    found = whale_points(values, n * steps + 1)["cumulative"].iloc[::steps]
    assert found.tolist() == [0.0, *whale_curve(values)["cumulative"]]
    assert found.max() == whale_statistics(values).peak


@given(columns)
def test_equal_customers_keep_their_order(values: list[float]) -> None:
    twice = [*values, *values]
    curve = whale_curve(twice)
    for _, same in curve.groupby("contribution"):
        assert same["position"].is_monotonic_increasing
    assert sorted(curve["position"]) == list(range(len(twice)))


# Totals without shares.


@pytest.mark.parametrize("values", [[5.0, -5.0], [5.0, -8.0], [0.0, 0.0], [-1.0, -2.0]])
def test_a_total_of_0_or_less_has_amounts_but_no_shares(values: list[float]) -> None:
    found = whale_statistics(values)
    gained = sum(value for value in values if value > 0)
    assert (found.total, found.peak, found.hidden_loss) == (sum(values), gained, gained - sum(values))
    assert np.isnan([found.peak_share, found.hidden_loss_share, found.top_20_share]).all()
    for table in (whale_curve(values), whale_points(values), lorenz_curve(values), lorenz_points(values)):
        assert table["cumulative_share"].isna().all()
        assert table["cumulative"].notna().all()
        assert table["cumulative"].iloc[-1] == sum(values)
    with pytest.raises(ZeroDenominatorError, match="contributions must add up to more than 0 to have shares"):
        stobachoff(values)


def test_gini_of_losses_answers_without_a_positive_total() -> None:
    assert gini([5.0, -8.0]).value == 1.0
    assert gini([-1.0, -2.0]).value == pytest.approx(1 / 3)
    with pytest.raises(ZeroDenominatorError, match="values must not all be 0"):
        gini([0.0, 0.0, 0.0])


def test_no_loss_is_not_minus_nothing() -> None:
    found = whale_statistics([1.0, 2.0])
    assert math.copysign(1.0, found.hidden_loss) == 1.0
    assert (found.losses, found.unprofitable, found.peak_customers) == (0.0, 0, 2)


def test_amounts_of_any_size_keep_their_gini() -> None:
    for unit in (2.0**1020, 2.0**-1074):
        assert gini([unit, 2 * unit, 3 * unit, 4 * unit]).value == 0.25
    assert stobachoff([0.5, -0.5, 5e-324]).index == 1.0


# Doors.

every = pytest.mark.parametrize(
    "call", [whale_curve, whale_statistics, whale_points, lorenz_curve, lorenz_points, gini, stobachoff]
)


@every
def test_a_missing_amount_is_refused_by_its_row(call: Callable[[Any], object]) -> None:
    with pytest.raises(InputError, match=r"must be known, not nan in row 2"):
        call([1.0, math.nan, 3.0])
    with pytest.raises(InputError, match=r"must be known, not nan in row 3"):
        call([1.0, 2.0, None])


@every
def test_an_infinite_amount_is_refused_by_its_row(call: Callable[[Any], object]) -> None:
    with pytest.raises(DomainError, match=r"must be finite, not -inf in row 3"):
        call([1.0, 2.0, -math.inf])


@every
def test_amounts_too_large_to_add_up_are_refused(call: Callable[[Any], object]) -> None:
    with pytest.raises(DomainError, match="the amounts must not be too large to add up"):
        call([1e308, 1e308, 1e308])


@every
@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_customer_is_too_few(call: Callable[[Any], object], values: list[float]) -> None:
    with pytest.raises(MissingDataError, match=f"must hold at least 2 customers, not {len(values)}"):
        call(values)


@every
def test_texts_and_blocks_are_no_column(call: Callable[[Any], object]) -> None:
    with pytest.raises(InputError, match="must be numbers, not 'n/a'"):
        call([1.0, "n/a"])
    with pytest.raises(InputError, match=r"must be one column, not an array of shape \(2, 2\)"):
        call([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("call", [whale_points, lorenz_points])
def test_a_curve_has_both_its_ends(call: Callable[..., object]) -> None:
    with pytest.raises(DomainError, match="points must be at least 2, not 1"):
        call([1.0, 2.0], 1)
    with pytest.raises(InputError, match=r"points must be a whole number, not 2\.5"):
        call([1.0, 2.0], 2.5)


def test_the_callers_array_is_left_alone() -> None:
    values = np.array([3.0, -1.0, 2.0])
    for call in (whale_statistics, whale_points, lorenz_points, gini, stobachoff):
        call(values)
    assert values.tolist() == [3.0, -1.0, 2.0]
