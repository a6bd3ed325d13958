import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.valuation.lenses.golden import GOLDEN, LENSES, SCORES, printed
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lenses import rank_agreement, spearman

few = settings(max_examples=min(settings().max_examples, 25))


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Scores of a few customers, with ties and without a constant lens."""
    customers, lenses = draw(st.integers(3, 12)), draw(st.integers(2, 5))
    column = st.lists(st.integers(0, 6), min_size=customers, max_size=customers).filter(lambda c: len(set(c)) > 1)
    return np.array([draw(column) for _ in range(lenses)], dtype=np.float64).T


def test_agreement_matches_the_specification() -> None:
    expected, found = GOLDEN["agreement"], rank_agreement(SCORES)
    for name in ("w", "chi2", "p_value", "mean_spearman"):
        assert printed(getattr(found, name), expected[name])
    for name in ("ties", "judges", "customers", "outlier"):
        assert getattr(found, name) == expected[name]
    assert found.df == 10
    for first, second, value in expected["spearman"]:
        assert printed(found.spearman.loc[first, second], value)
        assert printed(spearman(SCORES[first], SCORES[second]), value)
    for lens, value in expected["without"].items():
        assert printed(found.without[lens], value)
    assert found.excluded == found.notes == ()


def test_correlations_match_the_reference_to_every_digit() -> None:
    expected = pd.DataFrame(GOLDEN["spearman"]["matrix"], LENSES, LENSES)
    pd.testing.assert_frame_equal(rank_agreement(SCORES).spearman, expected, rtol=1e-12)


def test_ties_match_the_specification() -> None:
    found = rank_agreement(np.array(GOLDEN["small"]["ranks"]).T)
    assert found.ties == GOLDEN["small"]["ties"]
    assert printed(found.w, GOLDEN["small"]["w"])


@few
@given(tables())
def test_agreement_equals_scipy(table: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    found = rank_agreement(table)
    customers, lenses = table.shape
    correlations = [stats.spearmanr(table[:, i], table[:, j]).statistic for i, j in combinations(range(lenses), 2)]
    assert found.mean_spearman == pytest.approx(np.mean(correlations), abs=1e-12)
    assert found.chi2 == pytest.approx(lenses * (customers - 1) * found.w)
    if customers >= 3 and lenses >= 3:
        # SciPy takes the customers one by one; its statistic is corrected for ties.
        theirs = stats.friedmanchisquare(*table)
        assert found.chi2 == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
        assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-9)


@few
@given(tables())
def test_agreement_stays_within_its_range_and_depends_on_ranks_only(
    table: np.ndarray[Any, np.dtype[np.float64]],
) -> None:
    found = rank_agreement(table)
    assert 0 <= found.w <= 1
    assert 0 <= found.p_value <= 1
    rows = np.random.default_rng(1).permutation(len(table))
    for moved in (np.exp(table), 3 * table - 7, -table, table[rows], table[:, ::-1]):
        again = rank_agreement(moved)
        assert again.w == pytest.approx(found.w, abs=1e-12)
        assert again.ties == found.ties


@few
@given(tables())
def test_leaving_a_lens_out_is_agreement_of_the_others(table: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    found = rank_agreement(table)
    if table.shape[1] == 2:
        assert found.without.isna().all()
        assert found.outlier is None
        return
    for place, lens in enumerate(found.without.index):
        assert found.without[lens] == pytest.approx(rank_agreement(np.delete(table, place, axis=1)).w, abs=1e-12)
    if found.outlier is None:
        assert found.without.max() <= found.w + 1e-12
    else:
        assert found.without.idxmax() == found.outlier


@pytest.mark.parametrize("lenses", [2, 3, 5])
def test_identical_rankings_agree_in_full(lenses: int) -> None:
    found = rank_agreement(np.tile(np.arange(7.0), (lenses, 1)).T)
    assert found.w == found.mean_spearman == 1


def test_two_opposed_rankings_do_not_agree() -> None:
    found = rank_agreement(np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]]).T)
    assert found.w == 0
    assert found.mean_spearman == -1
    assert found.p_value == 1


def test_without_ties_the_mean_correlation_follows_from_w() -> None:
    table = np.array([np.random.default_rng(seed).permutation(9).astype(float) for seed in range(4)]).T
    found = rank_agreement(table)
    assert found.mean_spearman == pytest.approx((4 * found.w - 1) / 3)


def test_a_constant_lens_is_left_out_and_named() -> None:
    table = SCORES.assign(CEO=5.0)
    found = rank_agreement(table)
    assert found.w == rank_agreement(SCORES).w
    assert found.excluded == ("CEO",)
    assert found.spearman["CEO"].isna().all()
    assert found.spearman.loc["CEO"].isna().all()
    assert list(found.without.index) == list(LENSES)
    assert found.notes == ("CEO is left out because it ranks all customers the same",)


def test_customers_whom_a_lens_does_not_rank_are_left_out_and_the_others_ranked_anew() -> None:
    table = SCORES.copy()
    table.loc["C04", "CPO"] = math.nan
    found = rank_agreement(table)
    assert found.w == rank_agreement(SCORES.drop(index="C04")).w
    assert found.customers == 10
    assert found.notes == ("1 customers are left out because a lens does not rank them",)


def test_agreement_needs_two_lenses_and_three_customers() -> None:
    with pytest.raises(MissingDataError, match="at least 3 customers that every lens ranks, not 2"):
        rank_agreement([[1.0, 2.0], [2.0, 1.0], [3.0, math.nan]])
    with pytest.raises(MissingDataError, match="at least 2 lenses that tell customers apart, not 1"):
        rank_agreement([[1, 2], [2, 2], [3, 2]])
    with pytest.raises(MissingDataError, match="at least 3 customers that every lens ranks, not 0"):
        rank_agreement(pd.DataFrame({"CFO": [], "CRO": []}))


def test_a_table_is_a_table_of_numbers() -> None:
    with pytest.raises(InputError, match=r"ranks must be a table of customers by lenses, not an array of shape \(3,\)"):
        rank_agreement([1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="ranks, lens CFO, must be numbers, not 'best'"):
        rank_agreement(pd.DataFrame({"CFO": [1, "best", 3], "CRO": [1, 2, 3]}))
    with pytest.raises(InputError, match="ranks must name each lens once, not CFO twice"):
        rank_agreement(pd.DataFrame([[1.0, 2.0]] * 3, columns=["CFO", "CFO"]))
    with pytest.raises(DomainError, match="ranks, lens CFO, must be finite, not inf in row 2"):
        rank_agreement(pd.DataFrame({"CFO": [1, math.inf, 3], "CRO": [1, 2, 3]}))


# Spearman.


@few
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=30))
def test_spearman_equals_scipy(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs, dtype=np.float64).T
    if len(set(a)) == 1 or len(set(b)) == 1:
        with pytest.raises(ZeroDenominatorError, match="must not rank all customers the same"):
            spearman(a, b)
        return
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
    assert spearman(a, b) == spearman(np.exp(a), b)
    assert spearman(a, a) == 1
    assert spearman(a, -a) == -1


def test_pairs_with_a_missing_number_are_left_out() -> None:
    assert spearman([1, 2, None, 3, 9], [1, 3, 5, 2, None]) == 0.5


def test_spearman_needs_pairs() -> None:
    with pytest.raises(MissingDataError, match="at least 3 pairs of numbers, not 2"):
        spearman([1, 2, None], [1, 2, 3])
    with pytest.raises(InputError, match="b must have as many rows as a, not 2 for 3"):
        spearman([1, 2, 3], [1, 2])
    with pytest.raises(InputError, match=r"a must be one column, not of shape \(1, 3\)"):
        spearman([[1, 2, 3]], [1, 2, 3])
    with pytest.raises(ZeroDenominatorError, match="b must not rank all customers the same, as 7 does"):
        spearman([1, 2, 3], [7, 7, 7])
