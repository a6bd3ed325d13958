import json
import math
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.segments import QUADRANTS, value_derived_index, value_matrix

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "segments.json").read_text("utf-8"))
MATRIX: dict[str, Any] = GOLDEN["matrix"]
CUSTOMERS: list[str] = list(MATRIX["inputs"])
FIT, NPS, DAYS, VALUE = zip(*MATRIX["inputs"].values(), strict=True)

amounts = st.none() | st.integers(-30, 60).map(float)
rows = st.lists(st.tuples(amounts, amounts), min_size=1, max_size=20)


# The index.


def test_the_index_matches_the_specification() -> None:
    found = value_derived_index(FIT, NPS, DAYS)
    assert [f"{score:.2f}" for score in found.score] == list(MATRIX["derived"].values())
    assert found.n_used.tolist() == [3] * len(CUSTOMERS)


def test_the_index_of_a_round_number_is_that_number() -> None:
    assert value_derived_index([0.88], [8.0], [90.0]).score[0] == 78.0


parts = st.tuples(
    st.none() | st.integers(0, 100).map(lambda percent: percent / 100),
    st.none() | st.integers(0, 10).map(float),
    st.none() | st.integers(0, 400).map(float),
)


@given(st.lists(parts, min_size=1, max_size=10))
def test_the_index_equals_the_second_way(table: list[Any]) -> None:
    expected = []
    for fit, nps, days in table:
        points = [(5, fit and fit * 100), (3, nps and nps * 10), (2, days if days is None else 100 * (1 - days / 180))]
        known = [(weight, max(0.0, point)) for weight, point in points if point is not None]
        whole = sum(weight for weight, _ in known)
        expected.append(sum(weight * point for weight, point in known) / whole if known else math.nan)
    found = value_derived_index(*zip(*table, strict=True))
    assert found.score == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert found.n_used.tolist() == [sum(part is not None for part in row) for row in table]


def test_a_part_out_of_range_spoils_its_row_only() -> None:
    found = value_derived_index([1.0, 88.0, 0.5, 0.5], [10.0, 8.0, 11.0, 5.0], [0.0, 9.0, 9.0, -1.0]).score
    assert found.tolist() == pytest.approx([100.0, math.nan, math.nan, math.nan], nan_ok=True)


def test_what_is_never_adopted_counts_nothing() -> None:
    assert value_derived_index([1.0], [10.0], [math.inf]).score[0] == 80.0


def test_weights_and_window_may_be_others() -> None:
    found = value_derived_index([0.5], [10.0], [45.0], weights=(1, 0, 1), adoption_window=90.0)
    assert (found.score[0], found.n_used[0]) == (50.0, 2)


def test_bad_arguments_of_the_index_are_refused() -> None:
    with pytest.raises(InputError, match=r"must be columns of one length, not \(1,\), \(2,\) and \(1,\)"):
        value_derived_index([1.0], [1.0, 2.0], [1.0])
    for window in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(DomainError, match="adoption_window must be finite and above 0"):
            value_derived_index([1.0], [1.0], [1.0], adoption_window=window)
    with pytest.raises(ZeroDenominatorError, match="weights must not all be 0"):
        value_derived_index([1.0], [1.0], [1.0], weights=(0, 0, 0))
    with pytest.raises(InputError, match="weights must be one for each of 3 items"):
        value_derived_index([1.0], [1.0], [1.0], weights=(1, 1))


# The matrix.


def test_the_matrix_matches_the_specification() -> None:
    found = value_matrix(VALUE, value_derived_index(FIT, NPS, DAYS).score, cut_v=None, cut_u=None)
    assert (f"{found.cut_v:.2f}", f"{found.cut_u:.2f}") == (MATRIX["cut_v"], MATRIX["cut_u"])
    groups = {
        name: " ".join(one for one, quadrant in zip(CUSTOMERS, found.quadrant, strict=True) if quadrant == name)
        for name in MATRIX["expected"]
    }
    assert groups == MATRIX["expected"]
    # C06 and C04 are the medians themselves.
    assert found.distance_v[CUSTOMERS.index("C06")] == found.distance_u[CUSTOMERS.index("C04")] == 0.0
    assert found.summary["customers"].tolist() == [4, 2, 2, 3, 0, 0]
    assert found.summary["value"].sum() == pytest.approx(sum(VALUE))


def slow_quadrant(customer: tuple[float | None, float | None], cut_v: float, cut_u: float) -> str:
    """The second way: one customer, plain ifs."""
    value, derived = customer
    if value is None:
        return "Unknown value"
    if derived is None:
        return "Unknown value derived"
    if value >= cut_v:
        return "Ideal" if derived >= cut_u else "Vulnerable"
    return "Overlooked" if derived >= cut_u else "Low priority"


@given(rows, amounts, amounts)
def test_equals_the_second_way(table: list[Any], cut_v: float | None, cut_u: float | None) -> None:
    values, derived = zip(*table, strict=True)
    both = [pair for pair in table if None not in pair]
    if not both and None in (cut_v, cut_u):
        with pytest.raises(MissingDataError, match="must be given where no customer has both values"):
            value_matrix(values, derived, cut_v=cut_v, cut_u=cut_u)
        return
    found = value_matrix(values, derived, cut_v=cut_v, cut_u=cut_u)
    cut_v = median(value for value, _ in both) if cut_v is None else cut_v
    cut_u = median(one for _, one in both) if cut_u is None else cut_u
    expected = [slow_quadrant(pair, cut_v, cut_u) for pair in table]
    assert found.quadrant.tolist() == expected
    by_name = {quadrant.name: quadrant for quadrant in QUADRANTS}
    assert found.action.tolist() == [by_name[name].action for name in expected]
    assert found.wording.tolist() == [by_name[name].wording for name in expected]
    for name, row in found.summary.iterrows():
        mine = [value for value, quadrant in zip(values, expected, strict=True) if quadrant == name]
        assert row["customers"] == len(mine)
        assert row["value"] == pytest.approx(sum(value for value in mine if value is not None))


def test_adding_customers_does_not_move_others_with_absolute_cuts() -> None:
    few = value_matrix([90.0, 5.0], [80.0, 20.0], cut_v=50.0, cut_u=60.0)
    more = value_matrix([90.0, 5.0, 1e6], [80.0, 20.0, 1e6], cut_v=50.0, cut_u=60.0)
    assert more.quadrant.tolist()[:2] == few.quadrant.tolist()
    assert few.note == ""


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="value_to_company and value_to_customer must be columns of one length"):
        value_matrix([1.0], [1.0, 2.0], cut_v=0.0, cut_u=0.0)
    with pytest.raises(InputError, match="cut_u must be a number, not nan"):
        value_matrix([1.0], [1.0], cut_v=0.0, cut_u=math.nan)
    with pytest.raises(DomainError, match="cut_v must be finite, not inf"):
        value_matrix([1.0], [1.0], cut_v=math.inf, cut_u=0.0)
