import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.segments import RfmScores, rfm_scores

GOLDEN_FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN: dict[str, Any] = json.loads((GOLDEN_FOLDER / "segments.json").read_text("utf-8"))["rfm"]
CUSTOMERS = pd.read_csv(GOLDEN_FOLDER / "g12_customers.csv", dtype={"id": str}).set_index("id")

columns = st.lists(st.tuples(*(st.integers(0, 20).map(float) for _ in range(3))), min_size=5, max_size=30)


def scores_of(rows: list[tuple[float, float, float]], bins: int) -> list[tuple[int, ...]]:
    found = rfm_scores(*np.array(rows, dtype=np.float64).reshape(-1, 3).T, bins=bins)
    return list(zip(found.recency.tolist(), found.frequency.tolist(), found.monetary.tolist(), strict=True))


def g12() -> RfmScores:
    active = CUSTOMERS[CUSTOMERS["net"] > 0]
    days = (pd.Timestamp("2025-12-31") - pd.to_datetime(active["last"])).dt.days
    return rfm_scores(days, active["lines"], active["net"], bins=5)


@pytest.mark.parametrize(("customer", "expected"), GOLDEN["expected"].items())
def test_matches_the_specification(customer: str, expected: list[int]) -> None:
    row = CUSTOMERS.index[CUSTOMERS["net"] > 0].get_loc(customer)
    found = g12()
    assert [found.recency[row], found.frequency[row], found.monetary[row]] == expected
    assert (found.bins, found.note) == (5, "")


@given(columns, st.integers(1, 5))
def test_equals_the_written_out_rule(rows: list[tuple[float, float, float]], bins: int) -> None:
    n = len(rows)
    expected = []
    for days, count, spend in rows:
        worse = [
            sum(other[0] > days for other in rows),
            sum(other[1] < count for other in rows),
            sum(other[2] < spend for other in rows),
        ]
        expected.append(tuple(min(bins, 1 + bins * number // n) for number in worse))
    assert scores_of(rows, bins) == expected


@given(columns, st.permutations(range(5)))
def test_shuffling_customers_shuffles_the_scores(rows: list[tuple[float, float, float]], order: list[int]) -> None:
    first = rows[:5]
    shuffled = [first[row] for row in order]
    assert scores_of(shuffled, 5) == [scores_of(first, 5)[row] for row in order]


def test_identical_customers_have_identical_scores() -> None:
    assert scores_of([(5.0, 2.0, 9.0)] * 7, 5) == [(1, 1, 1)] * 7


def test_a_row_that_cannot_be_scored_is_zero_and_not_compared_with() -> None:
    rows = [(1.0, 9.0, 9.0), (9.0, 1.0, -1.0), (5.0, 5.0, 5.0)]
    for bad in ((math.nan, 1.0, 1.0), (1.0, math.inf, 1.0), (-1.0, 1.0, 1.0), (1.0, -1.0, 1.0)):
        found = scores_of([rows[0], bad, *rows[1:]], 3)
        assert found == [scores_of(rows, 3)[0], (0, 0, 0), *scores_of(rows, 3)[1:]]


def test_fewer_customers_than_bins_have_fewer_bins_and_a_note() -> None:
    found = rfm_scores([1.0, 2.0], [2.0, 1.0], [1.0, 2.0], bins=5)
    assert (found.bins, found.note) == (2, "2 bins instead of 5: only 2 customers could be scored")
    assert found.recency.tolist() == [2, 1]


def test_nobody_has_no_score() -> None:
    found = rfm_scores([math.nan], [1.0], [1.0], bins=5)
    assert (found.bins, found.recency.tolist()) == (0, [0])


def test_bins_are_a_whole_number_from_1() -> None:
    with pytest.raises(DomainError, match="bins must be at least 1, not 0"):
        rfm_scores([1.0], [1.0], [1.0], bins=0)
    with pytest.raises(InputError, match=r"bins must be a whole number, not 2\.5"):
        rfm_scores([1.0], [1.0], [1.0], bins=2.5)  # type: ignore[arg-type]


def test_lengths_and_kinds_are_checked() -> None:
    with pytest.raises(InputError, match=r"monetary must have one row per customer, \(2,\), not \(1,\)"):
        rfm_scores([1.0, 2.0], [1.0, 2.0], [1.0], bins=2)
    with pytest.raises(InputError, match="frequency must be numbers, not '1'"):
        rfm_scores([1.0], ["1"], [1.0], bins=1)
    with pytest.raises(InputError, match=r"recency_days must have one row per customer, \(\), not \(\)"):
        rfm_scores(1.0, 1.0, 1.0, bins=1)
