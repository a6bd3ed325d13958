import json
import math
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.segments import NaturalBreaks, natural_breaks, tier_absolute, tier_natural

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "segments.json").read_text("utf-8"))
FEW = settings(max_examples=min(settings().max_examples, 50))
FEWER = settings(max_examples=20)

money = st.integers(-300, 300).map(lambda tenths: tenths / 10)
heavy = st.floats(0.0, 12.0).map(lambda power: round(10.0**power, 2))
far = st.integers(-40, 40).map(lambda small: 1e9 + small / 8)
# No decimals, and apart far enough for sums of squares in twice the working precision to differ.
floats = st.floats(-1e3, 1e3).map(lambda value: round(value * 2**30) / 2**30)
columns = st.one_of(
    *(st.lists(kind, min_size=3, max_size=11) for kind in (money, heavy, far, floats, money | far, heavy | floats)),
    st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.7]), min_size=3, max_size=11),
)


def scatter(values: list[Fraction]) -> Fraction:
    mean = sum(values, Fraction()) / len(values)
    return sum(((value - mean) ** 2 for value in values), Fraction())


def exact(values: list[float]) -> list[Fraction]:
    """Decimals as they are read where all are, otherwise the floats themselves."""
    decimals = [Fraction(repr(value)) for value in values]
    if all((value * 10**9).denominator == 1 for value in decimals):
        return decimals
    return [Fraction(value) for value in values]


def brute_force(values: list[float], classes: int) -> tuple[list[float], Fraction]:
    """All ways to cut the distinct values; of equally good ones the highest bounds, the best class first."""
    ranked = sorted(values)
    numbers = exact(ranked)
    places = [place for place in range(1, len(ranked)) if ranked[place] > ranked[place - 1]]
    solutions = []
    for cuts in combinations(places, classes - 1):
        within = sum((scatter(numbers[a:b]) for a, b in pairwise([0, *cuts, len(ranked)])), Fraction())
        solutions.append((within, [-ranked[cut] for cut in reversed(cuts)]))
    within, bounds = min(solutions)
    return [-bound for bound in bounds], within


def within_classes(values: npt.NDArray[np.float64], breaks: NaturalBreaks) -> float:
    place = np.searchsorted(breaks.bounds[::-1], values, side="right")
    classes = [values[place == one] for one in range(breaks.bounds.size + 1)]
    return math.fsum(float(np.sum((one - one.mean()) ** 2)) for one in classes)


def fisher(values: npt.NDArray[np.float64], classes: int) -> float:
    """Fisher's dynamic programme as he wrote it: every start of every class."""
    ranked = np.sort(values)
    n = ranked.size
    cost = np.full((n + 1, n + 1), np.inf)
    for start in range(n):
        mean = spread = 0.0
        for count, value in enumerate(ranked[start:], 1):
            step = value - mean
            mean += step / count
            spread += step * (value - mean)
            cost[start, start + count] = spread
    best = cost[0]
    for _ in range(classes - 1):
        best = (best[:, None] + cost).min(axis=0)
    return float(best[n])


@pytest.mark.parametrize("case", GOLDEN["natural_breaks"]["cases"], ids=lambda case: case["basis"])
def test_matches_the_specification(case: dict[str, Any]) -> None:
    values = np.array(case["values"])
    found = natural_breaks(values, len(case["classes"]))
    place = np.searchsorted(found.bounds[::-1], values, side="right")
    classes = [values[place == one] for one in range(len(case["classes"]))]
    assert [[one.min(), one.max()] for one in classes] == case["classes"]
    assert round(found.goodness_of_variance_fit, 6) == float(case["goodness_of_variance_fit"])
    assert found.sizes.tolist() == [one.size for one in classes][::-1]


@FEW
@given(columns, st.integers(1, 5))
def test_equals_brute_force_in_exact_fractions(values: list[float], classes: int) -> None:
    if len(set(values)) < classes:
        with pytest.raises(DomainError, match=f"for {classes} classes"):
            natural_breaks(values, classes)
        return
    found = natural_breaks(values, classes)
    bounds, within = brute_force(values, classes)
    assert found.bounds.tolist() == bounds
    whole = scatter(exact(values))
    assert found.goodness_of_variance_fit == pytest.approx(float(1 - within / whole) if whole else 1.0, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 5, 8])
@pytest.mark.parametrize("shape", ["lognormal", "uniform", "heavy", "normal", "ties", "negative", "clusters"])
def test_equals_fishers_programme_when_boxes_are_dropped(
    shape: str, classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valuation.segments.breaks._BOXES", 16)  # so that 400 values are many
    rng = np.random.default_rng(7)
    n = 400
    values = {
        "lognormal": rng.lognormal(8.0, 2.0, n),
        "uniform": rng.uniform(0.0, 1.0, n),
        "heavy": rng.pareto(0.6, n),
        "normal": rng.normal(0.0, 1.0, n),
        "ties": rng.integers(0, 60, n).astype(np.float64),
        "negative": -rng.lognormal(8.0, 2.0, n),
        "clusters": np.repeat(np.arange(20.0) * 1000.0, 20) + rng.normal(0.0, 1.0, n),
    }[shape]
    found = natural_breaks(values, classes)
    assert within_classes(values, found) == pytest.approx(fisher(values, classes), rel=1e-9)


def test_a_long_column_is_as_good_as_any_neighbour() -> None:
    values = np.random.default_rng(11).lognormal(8.0, 0.7, 30_000)
    found = natural_breaks(values, 4)
    best, ranked = within_classes(values, found), np.sort(values)
    for cut in range(3):
        place = int(np.searchsorted(ranked, found.bounds[cut]))
        for step in (-20, -1, 1, 20):
            bounds = found.bounds.copy()
            bounds[cut] = ranked[place + step]
            moved = NaturalBreaks(bounds=bounds, goodness_of_variance_fit=0.0, sizes=found.sizes)
            assert within_classes(values, moved) >= best


def test_far_and_narrow_classes_are_told_apart() -> None:
    offset = 2.0**50
    values = [0.0, offset + 1.0, offset + 2.0, offset + 4.0, -offset]
    assert natural_breaks(values, 4).bounds.tolist() == [offset + 4.0, offset + 1.0, 0.0]
    huge = [-1.7e308, -1.6e308, 1.0, 1.6e308, 1.7e308]
    assert natural_breaks(huge, 3).sizes.tolist() == [2, 1, 2]


def test_among_equally_good_breaks_the_best_class_is_the_smallest() -> None:
    assert natural_breaks([0.1, 0.2, 0.3], 2).bounds.tolist() == [0.3]
    assert natural_breaks([1.0, 2.0, 3.0, 4.0], 3).bounds.tolist() == [4.0, 3.0]


@FEWER
@given(columns, st.integers(1, 4), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing_but_sizes(values: list[float], classes: int, random: Any) -> None:
    if len(set(values)) < classes:
        return
    found = natural_breaks(values, classes)
    shuffled = values * 3
    random.shuffle(shuffled)
    again = natural_breaks(shuffled, classes)
    assert again.bounds.tolist() == found.bounds.tolist()
    assert again.sizes.tolist() == (found.sizes * 3).tolist()


@FEWER
@given(columns)
def test_more_classes_fit_better_and_as_many_as_values_fit_wholly(values: list[float]) -> None:
    fits = [natural_breaks(values, k).goodness_of_variance_fit for k in range(1, len(set(values)) + 1)]
    assert fits[0] == (0.0 if len(set(values)) > 1 else 1.0)
    assert fits[-1] == 1.0
    assert all(later >= earlier for earlier, later in pairwise(fits))


@FEWER
@given(columns)
def test_everyone_has_one_tier_and_ties_are_never_split(values: list[float]) -> None:
    if len(set(values)) < 2:
        return
    labels = tier_natural(values, labels=["T1", "T2"]).tolist()
    assert set(labels) == {"T1", "T2"}
    assert len(set(zip(values, labels, strict=True))) == len(set(values))
    found = natural_breaks(values, 2)
    assert [labels.count("T1"), labels.count("T2")] == found.sizes.tolist()
    assert tier_absolute(values, found.bounds, labels=["T1", "T2"]).tolist() == labels


def test_a_missing_value_is_left_out_and_has_no_tier() -> None:
    values = [9.0, math.nan, 1.0, 2.0, 11.0, math.inf, None]
    assert natural_breaks(values, 2).sizes.tolist() == [2, 2]
    assert tier_natural(values, labels=["T1", "T2"]).tolist() == ["T1", None, "T2", "T2", "T1", None, None]


def test_there_are_customers_and_distinct_values_for_every_class() -> None:
    with pytest.raises(DomainError, match="values must be at least 3 for 3 classes, not 2"):
        natural_breaks([1.0, 2.0, math.nan], 3)
    with pytest.raises(DomainError, match="values must hold at least 3 distinct ones for 3 classes, not 2"):
        natural_breaks([1.0, 2.0, 2.0, 1.0], 3)
    with pytest.raises(DomainError, match="classes must be at least 1, not 0"):
        natural_breaks([1.0], 0)
    with pytest.raises(InputError, match=r"classes must be a whole number, not 2\.5"):
        natural_breaks([1.0], 2.5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"values must be one column, not of shape \(1, 2\)"):
        natural_breaks([[1.0, 2.0]], 1)
    with pytest.raises(InputError, match="labels must differ"):
        tier_natural([1.0, 2.0], labels=["T1", "T1"])
