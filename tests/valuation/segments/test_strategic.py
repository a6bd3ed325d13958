import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.segments import stale_ratings, strategic_value

AS_OF = np.datetime64("2025-12-31")

ratings = st.none() | st.integers(0, 10).map(lambda halves: halves / 2)
weights = st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any)
tables = st.lists(st.lists(ratings, min_size=3, max_size=3), min_size=1, max_size=8)


def slow_score(row: list[float | None], weight: list[int]) -> tuple[float, int]:
    """The second way: one customer, whole numbers."""
    rated = [(round(2 * one), w) for one, w in zip(row, weight, strict=True) if one is not None and w]
    whole = sum(w for _, w in rated)
    return (10 * sum(one * w for one, w in rated) / whole if rated else math.nan), len(rated)


@given(tables, weights)
def test_equals_the_second_way(table: list[Any], weight: list[int]) -> None:
    found = strategic_value(table, weight)
    expected = [slow_score(row, weight) for row in table]
    assert found.score == pytest.approx([score for score, _ in expected], rel=1e-12, nan_ok=True)
    assert found.n_used.tolist() == [used for _, used in expected]


@given(tables, weights, st.floats(1e-6, 1e6))
def test_only_the_proportion_of_the_weights_counts(table: Any, weight: list[int], scale: float) -> None:
    scaled = strategic_value(table, [scale * one for one in weight])
    assert scaled.score == pytest.approx(strategic_value(table, weight).score, rel=1e-9, nan_ok=True)


@given(tables, weights)
def test_a_score_lies_between_the_worst_and_the_best_rating(table: Any, weight: list[int]) -> None:
    found = strategic_value(table, weight).score
    values = np.array(table, dtype=np.float64) * 20
    for score, row in zip(found.tolist(), values, strict=True):
        if not math.isnan(score):
            assert np.nanmin(row) - 1e-9 <= score <= np.nanmax(row) + 1e-9
            assert 0 <= score <= 100


def test_all_fives_are_exactly_a_hundred_whatever_the_weights() -> None:
    assert strategic_value([[5.0] * 4] * 2, [0.1, 0.2, 0.3, 1e300]).score.tolist() == [100.0, 100.0]


def test_a_rating_out_of_range_spoils_its_row_only() -> None:
    found = strategic_value([[5.0, 5.0], [6.0, 5.0], [-1.0, 5.0], [math.inf, 5.0], [0.0, 0.0]], [1, 1])
    assert found.score.tolist() == pytest.approx([100, math.nan, math.nan, math.nan, 0], nan_ok=True)
    assert found.n_used.tolist() == [2, 0, 0, 0, 2]


def test_a_customer_rated_only_where_nothing_counts_has_no_score() -> None:
    assert math.isnan(strategic_value([[5.0, math.nan]], [0, 1]).score[0])


def test_weights_may_go_by_name() -> None:
    table = pd.DataFrame({"reference": [5, None], "market access": [0, 4]})
    found = strategic_value(table, {"market access": 1.0, "reference": 3.0})
    assert found.score.tolist() == [75.0, 80.0]
    assert strategic_value(table, [3.0, 1.0]).score.tolist() == [75.0, 80.0]
    with pytest.raises(InputError, match=r"weights must be those of the criteria, \['reference', 'market access'\]"):
        strategic_value(table, {"reference": 1.0})
    with pytest.raises(InputError, match="weights by name need ratings with names"):
        strategic_value([[1.0]], {"reference": 1.0})


def test_nobody_has_no_score() -> None:
    assert strategic_value(np.zeros((0, 2)), [1, 1]).score.tolist() == []


def test_bad_weights_and_ratings_are_refused() -> None:
    with pytest.raises(DomainError, match=r"weights must be finite and 0 or more, not \[1\.0, -1\.0\]"):
        strategic_value([[1, 2]], [1, -1])
    with pytest.raises(DomainError, match="weights must be finite and 0 or more"):
        strategic_value([[1, 2]], [1, math.inf])
    with pytest.raises(ZeroDenominatorError, match="weights must not all be 0"):
        strategic_value([[1, 2]], [0, 0])
    with pytest.raises(InputError, match="weights must be known"):
        strategic_value([[1, 2]], [1, None])
    with pytest.raises(InputError, match=r"weights must be one for each of 2 items, not of shape \(3,\)"):
        strategic_value([[1, 2]], [1, 1, 1])
    with pytest.raises(InputError, match=r"ratings must be rows of criteria, not of shape \(2,\)"):
        strategic_value([1, 2], [1, 1])
    with pytest.raises(InputError, match="ratings must be numbers, not '5'"):
        strategic_value(np.array([["5", 2]], dtype=object), [1, 1])
    with pytest.raises(InputError, match="ratings must be numbers, not True"):
        strategic_value([[True, 2]], [1, 1])


def flags(day: str, owner: Any = "sales", evidence: Any = "case", as_of: Any = AS_OF) -> str:
    found: str = stale_ratings(np.array([day], dtype="datetime64[D]"), [owner], [evidence], as_of=as_of)[0]
    return found


@pytest.mark.parametrize(
    ("day", "owner", "evidence", "words"),
    [
        ("2025-01-01", "sales", "case", ""),
        ("2025-12-31", "sales", "case", ""),
        ("2024-12-31", "sales", "case", "not rated in the 12 months to 2025-12-31"),
        ("2026-01-01", "sales", "case", "rated after 2025-12-31"),
        ("NaT", "sales", "case", "no date"),
        ("2025-06-01", None, "case", "no owner"),
        ("2025-06-01", "sales", "  ", "no evidence"),
        ("2020-06-01", math.nan, "", "not rated in the 12 months to 2025-12-31; no owner; no evidence"),
        ("NaT", "", pd.NA, "no date; no owner; no evidence"),
    ],
)
def test_a_rating_says_what_its_paper_lacks(day: str, owner: Any, evidence: Any, words: str) -> None:
    assert flags(day, owner, evidence) == words


def test_the_twelve_months_keep_the_end_of_february() -> None:
    leap = np.datetime64("2025-02-28")
    assert flags("2024-02-29", as_of=leap) == "not rated in the 12 months to 2025-02-28"
    assert flags("2024-03-01", as_of=leap) == ""


def test_ratings_and_their_paper_are_of_one_length() -> None:
    days = np.array(["2025-01-01"], dtype="datetime64[D]")
    with pytest.raises(InputError, match=r"owner must have one row per rating, \(1,\), not \(2,\)"):
        stale_ratings(days, ["a", "b"], ["c"], as_of=AS_OF)
    with pytest.raises(InputError, match="as_of must be a date"):
        stale_ratings(days, ["a"], ["c"], as_of=np.datetime64("NaT", "D"))
    assert stale_ratings(days[:0], [], [], as_of=AS_OF).tolist() == []
