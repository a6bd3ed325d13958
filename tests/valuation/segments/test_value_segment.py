import math
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError, MissingDataError
from valuation.segments import VALUE_SEGMENTS, value_deciles, value_segment

amounts = st.integers(-30, 60).map(float)
rows = st.lists(st.tuples(st.none() | amounts, st.none() | amounts), min_size=1, max_size=20)
cuts = st.none() | amounts


def slow_segment(customer: tuple[float | None, float | None], cut: tuple[float, float]) -> str:
    """The second way: one customer, plain ifs."""
    current, potential = customer
    if current is None:
        return "Unknown current value"
    if potential is None:
        return "Unknown potential"
    if current >= cut[0]:
        return "Grow" if potential >= cut[1] else "Defend"
    return "Develop" if potential >= cut[1] else "Automate"


@given(rows, cuts, cuts)
def test_equals_the_second_way(table: list[Any], cut_current: float | None, cut_potential: float | None) -> None:
    current, potential = zip(*table, strict=True)
    both = [pair for pair in table if None not in pair]
    if not both and None in (cut_current, cut_potential):
        with pytest.raises(MissingDataError, match="must be given where no customer has both values"):
            value_segment(current, potential, cut_current=cut_current, cut_potential=cut_potential)
        return
    used = (
        median(pair[0] for pair in both) if cut_current is None else cut_current,
        median(pair[1] for pair in both) if cut_potential is None else cut_potential,
    )
    found = value_segment(current, potential, cut_current=cut_current, cut_potential=cut_potential)
    assert found.segment.tolist() == [slow_segment(pair, used) for pair in table]
    assert set(found.segment) <= set(VALUE_SEGMENTS)
    assert (found.cut_current, found.cut_potential) == used
    apart = [math.nan if one is None else one - used[0] for one in current]
    assert found.distance_current == pytest.approx(apart, nan_ok=True)
    assert bool(found.note) == (None in (cut_current, cut_potential))


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=12), st.randoms())
def test_shuffling_customers_shuffles_segments(table: list[Any], random: Any) -> None:
    def segments(of: list[Any]) -> list[str]:
        current, potential = zip(*of, strict=True)
        return list(value_segment(current, potential, cut_current=None, cut_potential=None).segment)

    order = list(range(len(table)))
    random.shuffle(order)
    before = segments(table)
    assert segments([table[place] for place in order]) == [before[place] for place in order]


def test_a_value_on_the_cut_is_high_and_its_distance_is_0() -> None:
    found = value_segment([5.0], [7.0], cut_current=5.0, cut_potential=7.0)
    assert (found.segment[0], found.distance_current[0], found.distance_potential[0]) == ("Grow", 0.0, 0.0)


def test_what_is_infinite_is_unknown() -> None:
    found = value_segment([math.inf, 1.0], [1.0, -math.inf], cut_current=0.0, cut_potential=0.0)
    assert found.segment.tolist() == ["Unknown current value", "Unknown potential"]
    assert math.isnan(found.distance_current[0])


def test_a_median_is_named_in_the_note() -> None:
    found = value_segment([1.0, 2.0, None], [1.0, 2.0, 3.0], cut_current=None, cut_potential=0.0)
    assert found.note == "cut_current: median of 2 customers, which moves when others do"


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InputError, match=r"current and potential must be columns of one length, not \(1,\) and \(2,\)"):
        value_segment([1.0], [1.0, 2.0], cut_current=0.0, cut_potential=0.0)
    with pytest.raises(InputError, match="current and potential must be columns"):
        value_segment(1.0, 1.0, cut_current=0.0, cut_potential=0.0)
    with pytest.raises(InputError, match="cut_current must be a number, not nan"):
        value_segment([1.0], [1.0], cut_current=math.nan, cut_potential=0.0)
    with pytest.raises(DomainError, match="cut_potential must be finite, not inf"):
        value_segment([1.0], [1.0], cut_current=0.0, cut_potential=math.inf)
    with pytest.raises(InputError, match="potential must be numbers, not 'x'"):
        value_segment([1.0], ["x"], cut_current=0.0, cut_potential=0.0)


# Deciles.


@given(st.lists(st.none() | amounts, max_size=40))
def test_deciles_equal_the_second_way(values: list[float | None]) -> None:
    positive = [value for value in values if value is not None and value > 0]
    expected: list[str | None] = []
    for value in values:
        if value is None or value <= 0:
            expected.append(None if value is None else "No value")
        else:
            better = sum(other > value for other in positive)
            expected.append(f"Decile {1 + 10 * better // len(positive)}")
    assert value_deciles(values).tolist() == expected


def test_different_values_fill_the_deciles_evenly() -> None:
    found = value_deciles([float(value) for value in range(1, 41)]).tolist()
    assert found == [f"Decile {number}" for number in range(10, 0, -1) for _ in range(4)]


def test_deciles_are_of_one_column() -> None:
    assert value_deciles([math.inf, 1.0]).tolist() == [None, "Decile 1"]
    with pytest.raises(InputError, match=r"values must be one column, not of shape \(\)"):
        value_deciles(5.0)
