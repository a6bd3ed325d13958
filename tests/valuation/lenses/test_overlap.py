import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.lenses.golden import GOLDEN, MONEY, SCORES, printed
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lenses import rank_biased_overlap, top_overlap, top_sets

few = settings(max_examples=min(settings().max_examples, 25))
pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=15)


def test_first_three_match_the_specification() -> None:
    expected, found = GOLDEN["top"], top_sets(SCORES, 3, money=MONEY)
    assert {lens: " ".join(sorted(map(str, ids))) for lens, ids in found.lenses.items()} == expected["lenses"]
    assert found.in_all == (expected["in_all"],)
    assert len(found.in_any) == expected["union"]
    assert found.notes == ()
    for first, second, value in expected["jaccard"]:
        assert printed(float(found.jaccard.loc[first, second]), value)
        assert printed(top_overlap(SCORES[first], SCORES[second], 3, kind="jaccard").value, value)


@few
@given(pairs, st.data())
def test_overlap_equals_the_written_out_sets(rows: list[tuple[int, int]], data: st.DataObject) -> None:
    n = data.draw(st.integers(1, len(rows)))
    money = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    firsts = [
        set(sorted(range(len(rows)), key=lambda row: (-rows[row][lens], -money[row], row))[:n]) for lens in (0, 1)
    ]
    a, b = np.array(rows, dtype=np.float64).T
    found = top_overlap(a, b, n, money=money)
    assert found.common.tolist() == sorted(firsts[0] & firsts[1])
    assert found.value == len(firsts[0] & firsts[1]) / n
    jaccard = top_overlap(a, b, n, kind="jaccard", money=money).value
    assert jaccard == len(firsts[0] & firsts[1]) / len(firsts[0] | firsts[1])
    table = top_sets(np.column_stack([a, b]), n, money=money)
    assert table.in_any == tuple(row + 1 for row in sorted(firsts[0] | firsts[1]))
    assert table.share.loc[1, 2] == found.value
    assert table.jaccard.loc[1, 2] == jaccard
    assert np.diag(table.share).tolist() == [1.0, 1.0]


def test_a_tie_at_the_cut_goes_to_money_then_id_and_is_reported() -> None:
    table = pd.DataFrame({"CFO": [5.0, 5.0, 5.0, 9.0], "CRO": [4.0, 3.0, 2.0, 1.0]}, index=["D", "C", "B", "A"])
    found = top_sets(table, 2, money=[1.0, 1.0, math.nan, 0.0])
    assert found.lenses["CFO"] == ("A", "C")
    assert found.notes == ("CFO: 3 customers share the score at the cut of the top 2; value and then id decides",)
    assert top_sets(table, 2, ids=[30, 4, 100, 1]).lenses["CFO"] == (1, 4)
    assert top_overlap(table["CFO"], table["CRO"], 2).notes == (
        "a: 3 customers share the score at the cut of the top 2; row decides",
    )
    # Where all of them fit in, nothing was decided.
    assert top_overlap(table["CFO"], table["CRO"], 4).notes == ()


def test_the_order_of_rows_does_not_matter_with_ids() -> None:
    table = SCORES.round(-1)
    before, after = top_sets(table, 4), top_sets(table.iloc[::-1], 4)
    assert before.lenses == after.lenses
    assert before.share.equals(after.share)


def test_an_unranked_customer_is_not_among_the_first() -> None:
    assert top_overlap([math.nan, 1.0, 2.0], [3.0, 1.0, 2.0], 2).common.tolist() == [2]
    with pytest.raises(MissingDataError, match="a must rank at least 3 customers, not 2"):
        top_overlap([math.nan, 1.0, 2.0], [3.0, 1.0, 2.0], 3)
    with pytest.raises(MissingDataError, match="scores must hold at least 1 lens, not 0"):
        top_sets(pd.DataFrame(index=["A"]), 1)


def test_overlap_checks_its_choices() -> None:
    with pytest.raises(DomainError, match="n must be at least 1, not 0"):
        top_overlap([1.0], [1.0], 0)
    with pytest.raises(InputError, match=r"n must be a whole number, not 1\.5"):
        top_overlap([1.0], [1.0], 1.5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="kind must be one of share, jaccard, not 'dice'"):
        top_overlap([1.0], [1.0], 1, kind="dice")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="money must have one row for each customer, 1, not 2"):
        top_overlap([1.0], [1.0], 1, money=[1.0, 2.0])
    with pytest.raises(InputError, match="ids must have one row for each customer, 2, not 1"):
        top_overlap([1.0, 2.0], [1.0, 2.0], 1, ids=["A"])
    with pytest.raises(InputError, match="A stands twice in ids; the second time in row 3"):
        top_overlap([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1, ids=["A", "B", "A"])


# Rank-biased overlap.


def slow_overlap(a: Any, b: Any, p: float, *, shared: bool) -> float:
    """The second way: sets at every depth, as the definition says."""
    n = len(a)

    def first(scores: Any, depth: int) -> set[int]:
        if shared:
            return {row for row in range(n) if sum(other > scores[row] for other in scores) < depth}
        return set(sorted(range(n), key=lambda row: (-scores[row], row))[:depth])

    total = 0.0
    for depth in range(1, n + 1):
        one, two = first(a, depth), first(b, depth)
        agreement = 2 * len(one & two) / (len(one) + len(two))
        total += agreement * p**depth
    return agreement * p**n + (1 - p) / p * total


@pytest.mark.parametrize(("first", "second", "expected"), GOLDEN["rbo"]["cases"])
def test_rank_biased_overlap_matches_the_specification(first: str, second: str, expected: str) -> None:
    assert printed(rank_biased_overlap(SCORES[first], SCORES[second]), expected)
    assert printed(rank_biased_overlap(SCORES[first], SCORES[second], money=MONEY), expected)
    assert printed(slow_overlap(SCORES[first].tolist(), SCORES[second].tolist(), 0.9, shared=False), expected)


@few
@given(pairs, st.sampled_from([0.1, 0.5, 0.9, 0.99]), st.booleans())
def test_rank_biased_overlap_equals_the_sum_over_sets(rows: list[tuple[int, int]], p: float, shared: bool) -> None:
    a, b = np.array(rows, dtype=np.float64).T
    found = rank_biased_overlap(a, b, p=p, ties="shared" if shared else "broken")
    assert found == pytest.approx(slow_overlap(a, b, p, shared=shared), abs=1e-12)
    assert 0 <= found <= 1
    assert rank_biased_overlap(a, a, p=p) == pytest.approx(1)
    assert rank_biased_overlap(b, a, p=p, ties="shared" if shared else "broken") == pytest.approx(found)


@few
@given(st.permutations(range(9)), st.sampled_from([0.3, 0.9]))
def test_without_ties_both_rules_are_the_same(order: list[int], p: float) -> None:
    a, b = np.arange(9.0), np.array(order, dtype=np.float64)
    assert rank_biased_overlap(a, b, p=p) == pytest.approx(rank_biased_overlap(a, b, p=p, ties="shared"), abs=1e-15)


def test_the_top_counts_most() -> None:
    a = np.arange(10.0, 0, -1)
    top, bottom = a.copy(), a.copy()
    top[[0, 1]], bottom[[8, 9]] = top[[1, 0]], bottom[[9, 8]]
    assert rank_biased_overlap(a, top) < rank_biased_overlap(a, bottom) < 1


def test_equal_scores_go_by_money_and_id() -> None:
    a, b = [2.0, 2.0, 1.0], [3.0, 1.0, 2.0]
    assert rank_biased_overlap(a, b, money=[9.0, 1.0, 5.0]) > rank_biased_overlap(a, b, money=[1.0, 9.0, 5.0])
    assert rank_biased_overlap(a, b, ids=["A", "B", "C"]) > rank_biased_overlap(a, b, ids=["B", "A", "C"])


def test_unranked_customers_are_left_out() -> None:
    nan = math.nan
    assert rank_biased_overlap([nan, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, nan]) == rank_biased_overlap([3, 2], [2, 3])
    with pytest.raises(MissingDataError, match="must both rank at least 1 customer, not 0"):
        rank_biased_overlap([nan, 1.0], [1.0, nan])


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 90.0])
def test_p_is_between_0_and_1(p: float) -> None:
    with pytest.raises(DomainError, match="p must be between 0 and 1"):
        rank_biased_overlap([1.0], [1.0], p=p)


def test_the_rule_for_ties_is_known() -> None:
    with pytest.raises(InputError, match="ties must be one of broken, shared, not 'random'"):
        rank_biased_overlap([1.0], [1.0], ties="random")  # type: ignore[arg-type]
