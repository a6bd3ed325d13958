import json
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.segments import keep_tier, pareto_bounds, tier_absolute, tier_pareto, tier_quantile

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "segments.json").read_text("utf-8"))
PARETO: dict[str, Any] = GOLDEN["pareto"]
TIERS = ["T1", "T2", "T3"]

amounts = st.integers(-50, 200).map(float)
columns = st.lists(amounts, min_size=3, max_size=30)
bounds = st.lists(st.integers(-20, 150).map(float), min_size=2, max_size=2).map(lambda pair: sorted(pair, reverse=True))


def by_label(customers: list[str], labels: Any) -> dict[str, str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for customer, label in zip(customers, labels, strict=True):
        groups[label].append(customer)
    return {label: " ".join(sorted(members)) for label, members in groups.items()}


# Absolute cuts.


@given(columns, bounds)
def test_absolute_tiers_equal_the_written_out_rule(values: list[float], cuts: list[float]) -> None:
    expected = ["T1" if value >= cuts[0] else "T2" if value >= cuts[1] else "T3" for value in values]
    assert tier_absolute(values, cuts, labels=TIERS).tolist() == expected


def test_a_missing_value_has_no_tier_and_leaves_the_others_alone() -> None:
    found = tier_absolute([math.nan, 5.0, math.inf, None], [1.0], labels=["T1", "T2"])
    assert found.tolist() == [None, "T1", None, None]


def test_a_single_value_is_tiered_or_refused() -> None:
    assert tier_absolute(5.0, [1.0], labels=["T1", "T2"]).item() == "T1"
    with pytest.raises(InputError, match="values must be a number, not nan"):
        tier_absolute(math.nan, [1.0], labels=["T1", "T2"])
    with pytest.raises(DomainError, match="values must be finite, not inf"):
        tier_absolute(math.inf, [1.0], labels=["T1", "T2"])


def test_no_bound_is_one_tier() -> None:
    assert tier_absolute([1.0, -1.0], [], labels=["T1"]).tolist() == ["T1", "T1"]


def test_bounds_do_not_rise() -> None:
    with pytest.raises(DomainError, match=r"bounds must not rise, as \[1\.0, 2\.0\] do"):
        tier_absolute([1.0], [1.0, 2.0], labels=TIERS)


def test_bounds_are_numbers() -> None:
    with pytest.raises(InputError, match="bounds must be a row of numbers"):
        tier_absolute([1.0], [math.nan], labels=["T1", "T2"])
    with pytest.raises(InputError, match="bounds must be a row of numbers"):
        tier_absolute([1.0], 5.0, labels=["T1", "T2"])
    with pytest.raises(InputError, match="bounds must be numbers, not '5'"):
        tier_absolute([1.0], ["5"], labels=["T1", "T2"])
    with pytest.raises(InputError, match="values must be numbers, not 'n/a'"):
        tier_absolute(["n/a"], [1.0], labels=["T1", "T2"])


def test_labels_are_different_texts_one_more_than_bounds() -> None:
    with pytest.raises(InputError, match="labels must be one more than bounds, not 2 for 2"):
        tier_absolute([1.0], [2.0, 1.0], labels=["T1", "T2"])
    with pytest.raises(InputError, match="labels must differ"):
        tier_absolute([1.0], [1.0], labels=["T1", "T1"])
    with pytest.raises(InputError, match="labels must be texts"):
        tier_absolute([1.0], [1.0], labels=["T1", 2])  # type: ignore[list-item]


# Quantiles.


@given(columns)
def test_quantile_tiers_equal_the_written_out_rule(values: list[float]) -> None:
    if len(set(values)) < 3:
        with pytest.raises(DomainError, match="distinct"):
            tier_quantile(values, [0.8, 0.3], labels=TIERS)
        return
    expected = []
    for value in values:
        twice = sum((other < value) * 2 + (other == value) for other in values)
        share = twice / (2 * len(values))
        expected.append("T1" if share >= 0.8 else "T2" if share >= 0.3 else "T3")
    assert tier_quantile(values, [0.8, 0.3], labels=TIERS).tolist() == expected


@given(columns.filter(lambda values: len(set(values)) >= 3), st.floats(0.1, 100), st.floats(-100, 100))
def test_quantile_tiers_depend_on_ranks_only(values: list[float], scale: float, shift: float) -> None:
    before = tier_quantile(values, [0.8, 0.3], labels=TIERS)
    moved = np.round(np.array(values) * scale, 9) + round(shift)
    if len(np.unique(moved)) == len(set(values)):
        assert tier_quantile(moved, [0.8, 0.3], labels=TIERS).tolist() == before.tolist()


def test_a_missing_value_is_not_counted_in_the_quantiles() -> None:
    whole = tier_quantile([1.0, 2.0, 3.0, 4.0], [0.5], labels=["T1", "T2"]).tolist()
    found = tier_quantile([1.0, 2.0, math.nan, 3.0, 4.0], [0.5], labels=["T1", "T2"]).tolist()
    assert found == [*whole[:2], None, *whole[2:]]


def test_quantiles_need_enough_customers_and_values() -> None:
    with pytest.raises(DomainError, match="values must be at least 3 for 3 tiers, not 2"):
        tier_quantile([1.0, 2.0, math.nan], [0.8, 0.3], labels=TIERS)
    with pytest.raises(DomainError, match="values must hold at least 3 distinct ones for 3 tiers, not 2"):
        tier_quantile([1.0, 2.0, 2.0, 1.0], [0.8, 0.3], labels=TIERS)


@pytest.mark.parametrize("cuts", [[1.0, 0.5], [0.5, 0.0], [80.0, 30.0]])
def test_quantile_cuts_are_between_0_and_1(cuts: list[float]) -> None:
    with pytest.raises(DomainError, match="cuts must be between 0 and 1"):
        tier_quantile([1.0, 2.0, 3.0], cuts, labels=TIERS)


def test_values_are_one_column() -> None:
    with pytest.raises(InputError, match=r"values must be one column, not of shape \(1, 3\)"):
        tier_quantile([[1.0, 2.0, 3.0]], [0.8, 0.3], labels=TIERS)


# Pareto classes.


@pytest.mark.parametrize("case", PARETO["cases"], ids=lambda case: case["basis"])
def test_pareto_matches_the_specification(case: dict[str, Any]) -> None:
    values = list(case["values"].values())
    labels = tier_pareto(values, PARETO["cuts"], labels="ABC", no_value_label="N")
    assert by_label(list(case["values"]), labels) == case["expected"]
    assert by_label(list(case["values"]), slow_pareto(values, PARETO["cuts"])) == case["expected"]


def slow_pareto(values: list[float], cuts: list[float]) -> list[str]:
    """The second way: whole numbers of cents and a loop."""
    cents = [round(value * 100) for value in values]
    whole = sum(value for value in cents if value > 0)
    labels = []
    for value in cents:
        before = sum(other for other in cents if other > max(value, 0))
        passed = sum(before * 100 >= round(cut * 100) * whole for cut in cuts)
        labels.append("ABC"[passed] if value > 0 else "N")
    return labels


@given(st.lists(st.integers(-500, 2000).map(lambda tenths: tenths / 10), min_size=3, max_size=30))
def test_pareto_equals_the_second_way(values: list[float]) -> None:
    assert tier_pareto(values, [0.8, 0.95], labels="ABC", no_value_label="N").tolist() == slow_pareto(
        values, [0.8, 0.95]
    )


@given(columns)
def test_equal_values_have_equal_classes_and_larger_ones_no_worse(values: list[float]) -> None:
    labels = tier_pareto(values, [0.8, 0.95], labels="ABC", no_value_label="N").tolist()
    ranked = sorted(zip(values, labels, strict=True), key=lambda pair: -pair[0])
    assert [label for _, label in ranked] == sorted(labels)
    assert len(set(ranked)) == len(set(values))


@given(columns)
def test_pareto_bounds_reproduce_the_classes(values: list[float]) -> None:
    if max(values) <= 0:
        with pytest.raises(DomainError, match="values must hold one above 0"):
            pareto_bounds(values, [0.8, 0.95])
        return
    cuts = pareto_bounds(values, [0.8, 0.95])
    expected = tier_pareto(values, [0.8, 0.95], labels="ABC", no_value_label="N").tolist()
    assert tier_absolute(values, cuts, labels="ABCN").tolist() == expected


def test_an_empty_class_has_the_bound_of_the_class_above() -> None:
    assert pareto_bounds([97.0, 3.0], [0.8, 0.95]).tolist() == [97.0, 97.0, 3.0]


def test_without_any_value_all_have_the_label_for_none() -> None:
    assert tier_pareto([0.0, -1.0, -2.0], [0.8, 0.95], labels="ABC", no_value_label="N").tolist() == ["N", "N", "N"]


def test_a_missing_value_has_no_class() -> None:
    found = tier_pareto([9.0, math.nan, 1.0, 1.0], [0.8, 0.95], labels="ABC", no_value_label="N")
    assert found.tolist() == ["A", None, "B", "B"]


def test_pareto_needs_enough_customers() -> None:
    with pytest.raises(DomainError, match="values must be at least 3 for 3 tiers, not 2"):
        tier_pareto([1.0, 2.0], [0.8, 0.95], labels="ABC", no_value_label="N")


def test_pareto_cuts_rise_between_0_and_1() -> None:
    with pytest.raises(DomainError, match=r"cuts must not fall, as \[0\.95, 0\.8\] do"):
        pareto_bounds([1.0], [0.95, 0.8])
    with pytest.raises(DomainError, match="cuts must be between 0 and 1"):
        pareto_bounds([1.0], [0.8, 95.0])
    with pytest.raises(InputError, match="cuts must be a row of numbers"):
        pareto_bounds([1.0], [math.nan])
    with pytest.raises(InputError, match="labels must be one more than cuts, not 2 for 2"):
        tier_pareto([1.0, 2.0, 3.0], [0.8, 0.95], labels="AB", no_value_label="N")


# Keeping the tier.


def slow_keep(value: float, before: str, cuts: list[float], band: float) -> str:
    """The second way: walk up or down while the value is clear of the next bound."""
    place = TIERS.index(before)
    start = place
    while place > 0 and value > cuts[place - 1] + band * abs(cuts[place - 1]):
        place -= 1
    while place == start and place < 2 and value < cuts[place] - band * abs(cuts[place]):
        place += 1
        start = place
    return TIERS[place]


@given(
    st.lists(st.tuples(amounts, st.sampled_from(TIERS)), min_size=1, max_size=20),
    bounds,
    st.sampled_from([0.0, 0.05, 0.5]),
)
def test_keeping_equals_the_second_way(rows: list[tuple[float, str]], cuts: list[float], band: float) -> None:
    values, before = [value for value, _ in rows], [label for _, label in rows]
    expected = [slow_keep(value, label, cuts, band) for value, label in rows]
    assert keep_tier(values, before, cuts, labels=TIERS, band=band).tolist() == expected


@given(columns, bounds, st.sampled_from([0.0, 0.05, 0.5]))
def test_the_tier_of_the_bounds_themselves_is_kept(values: list[float], cuts: list[float], band: float) -> None:
    now = tier_absolute(values, cuts, labels=TIERS)
    assert keep_tier(values, now, cuts, labels=TIERS, band=band).tolist() == now.tolist()


def test_the_tier_changes_only_beyond_the_band() -> None:
    before = ["T2", "T2", "T1", "T1"]
    found = keep_tier([105.0, 105.01, 95.0, 94.99], before, [100.0], labels=["T1", "T2"], band=0.05)
    assert found.tolist() == ["T2", "T1", "T1", "T2"]


def test_a_negative_bound_has_a_band_of_its_size() -> None:
    before = ["T2", "T2", "T1", "T1"]
    found = keep_tier([-95.0, -94.0, -105.0, -106.0], before, [-100.0], labels=["T1", "T2"], band=0.05)
    assert found.tolist() == ["T2", "T1", "T1", "T2"]


def test_a_customer_without_previous_tier_goes_by_the_bounds() -> None:
    before = np.array([None, "", math.nan, "T2"], dtype=object)
    found = keep_tier([101.0, 99.0, 101.0, math.nan], before, [100.0], labels=["T1", "T2"], band=0.05)
    assert found.tolist() == ["T1", "T2", "T1", None]


def test_a_previous_tier_is_known_and_of_the_same_shape() -> None:
    with pytest.raises(InputError, match="previous must be one of T1, T2, not 'Gold'"):
        keep_tier([1.0], ["Gold"], [1.0], labels=["T1", "T2"], band=0.05)
    with pytest.raises(InputError, match=r"previous must have the shape of values, \(1,\), not \(2,\)"):
        keep_tier([1.0], ["T1", "T2"], [1.0], labels=["T1", "T2"], band=0.05)


@pytest.mark.parametrize("band", [-0.1, 1.0, 5.0, math.nan])
def test_a_band_is_a_part(band: float) -> None:
    with pytest.raises(DomainError, match="band must be at least 0 and below 1"):
        keep_tier([1.0], ["T1"], [1.0], labels=["T1", "T2"], band=band)


@pytest.mark.parametrize("cell", [3, True, [1], {"a": 1}])
def test_a_previous_tier_is_a_text_even_where_the_others_are_missing(cell: object) -> None:
    before = np.empty(4, dtype=object)
    before[:] = [None, pd.NA, "T1", cell]
    with pytest.raises(InputError, match="previous must be one of T1, T2, not "):
        keep_tier([1.0] * 4, before, [1.0], labels=["T1", "T2"], band=0.05)


def test_previous_tiers_may_be_texts_or_categories_of_pandas() -> None:
    for before in (pd.Series(["T2", None], dtype="string"), pd.Categorical(["T2", None])):
        assert keep_tier([104.0, 104.0], before, [100.0], labels=["T1", "T2"], band=0.05).tolist() == ["T2", "T1"]
