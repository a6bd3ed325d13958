import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gmean

from tests.valuation.lenses.g12 import GOLDEN, measures
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lenses import SYNTHESIS_METHODS, ahp_weights, default_statements, lens_scores, synthesis

FEWER = settings(max_examples=min(settings().max_examples, 20))
SCORES = pd.DataFrame({"CCO": [90.0, 50.0, 10.0], "CFO": [20.0, 60.0, 80.0]}, index=["A", "B", "C"])
WEIGHTS = GOLDEN["weighted"]["weights"]

whole = st.integers(0, 5).map(float)
grids = st.integers(2, 8).flatmap(lambda n: st.lists(st.lists(whole, min_size=3, max_size=3), min_size=n, max_size=n))


@pytest.fixture(scope="module")
def lenses() -> pd.DataFrame:
    return lens_scores(measures(), default_statements()).scores


# Published numbers.


def test_weighted_scores_and_their_order_are_those_of_the_example(lenses: pd.DataFrame) -> None:
    found = synthesis(lenses, WEIGHTS, method="weighted", money=measures()["engagement_value"])
    expected = GOLDEN["weighted"]["expected"]
    assert {name: f"{score:.2f}" for name, score in found.table["score"].items()} == expected
    assert found.table["rank"].sort_values().index.tolist() == list(expected)
    assert found.notes == ()
    # "C01: money rank 4, weighted 8th; C12: money 7, weighted 3rd"
    assert list(found.table.loc["C01", ["rank", "money_rank", "difference"]]) == [8, 4, -4]
    assert list(found.table.loc["C12", ["rank", "money_rank", "difference"]]) == [3, 7, 4]


def test_the_borda_count_is_that_of_the_example(lenses: pd.DataFrame) -> None:
    found = synthesis(lenses, method="borda")
    expected = {name: float(points) for name, points in GOLDEN["borda"]["expected"].items()}
    assert found.table["score"].to_dict() == pytest.approx(expected, abs=1e-9)
    assert found.table["rank"].sort_values().index.tolist() == list(expected)


def test_the_order_by_money_is_that_of_the_example(lenses: pd.DataFrame) -> None:
    found = synthesis(lenses, method="money", money=measures()["engagement_value"])
    assert found.table["rank"].sort_values().index.tolist() == GOLDEN["money"]["expected"]
    assert (found.table["difference"] == 0).all()


def test_weights_from_comparisons_are_those_that_saaty_printed() -> None:
    golden = GOLDEN["comparisons"]
    rows = [[float(Fraction(cell)) for cell in row.split()] for row in golden["rows"]]
    found = ahp_weights(rows)
    assert [f"{weight:.3f}" for weight in found.weights] == golden["weights"]
    assert f"{len(rows) + found.consistency_ratio * 5 * 1.24:.2f}" == golden["root"]


# A second way.


@FEWER
@given(grids)
def test_borda_counts_those_who_are_beaten_and_half_of_those_who_are_equal(grid: list[list[float]]) -> None:
    found = synthesis(pd.DataFrame(grid), method="borda").table["score"].tolist()
    beaten = [
        sum((own[lens] > other[lens]) + (own[lens] == other[lens]) / 2 for other in grid for lens in range(3)) - 1.5
        for own in grid
    ]
    assert found == pytest.approx(beaten, abs=1e-9)


@given(st.lists(st.floats(0.1, 1.0), min_size=1, max_size=10))
def test_consistent_comparisons_give_back_the_weights(weights: list[float]) -> None:
    given_ = np.array(weights, dtype=np.float64)
    found = ahp_weights(given_[:, np.newaxis] / given_)
    assert found.weights == pytest.approx(given_ / given_.sum())
    assert found.consistency_ratio == pytest.approx(0.0, abs=1e-9)


@given(st.floats(1 / 9, 9), st.floats(1 / 9, 9), st.floats(0.9, 1.1))
def test_of_three_the_weights_are_geometric_means_of_the_rows(one: float, two: float, noise: float) -> None:
    three = two / one * noise
    rows = np.array([[1.0, one, two], [1 / one, 1.0, three], [1 / two, 1 / three, 1.0]])
    means = gmean(rows, axis=1)
    assert ahp_weights(rows).weights == pytest.approx(means / means.sum())


# Laws.


@FEWER
@given(grids, st.lists(st.floats(0.1, 1), min_size=3, max_size=3))
def test_a_weighted_score_lies_between_the_lenses_and_scales_with_them(
    grid: list[list[float]], weights: list[float]
) -> None:
    scores = pd.DataFrame(grid, columns=["a", "b", "c"])
    of = dict(zip("abc", weights, strict=True))
    found = synthesis(scores, of, method="weighted").table["score"]
    assert (found >= scores.min(axis=1) - 1e-12).all()
    assert (found <= scores.max(axis=1) + 1e-12).all()
    twice = synthesis(2.0 * scores, {name: 3.0 * weight for name, weight in of.items()}, method="weighted")
    assert twice.table["score"].tolist() == pytest.approx((2.0 * found).tolist())


@pytest.mark.parametrize("method", SYNTHESIS_METHODS)
def test_shuffling_customers_shuffles_the_answer(lenses: pd.DataFrame, method: Any) -> None:
    money = measures()["engagement_value"]
    found = synthesis(lenses, method=method, money=money).table
    again = synthesis(lenses.iloc[::-1], method=method, money=money.iloc[::-1]).table
    pd.testing.assert_frame_equal(found.iloc[::-1], again)


def test_opposite_lenses_leave_everybody_equal() -> None:
    scores = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [4.0, 3.0, 2.0, 1.0]})
    for method in ("weighted", "borda"):
        assert (synthesis(scores, method=method).table["rank"] == 2.5).all()


# What is missing.


def test_a_lens_that_does_not_know_a_customer_is_left_out_of_the_mean() -> None:
    scores = SCORES.assign(CMO=[math.nan, 100.0, 0.0])
    found = synthesis(scores, {"CCO": 0.2, "CFO": 0.3, "CMO": 0.5}, method="weighted").table["score"]
    assert found["A"] == pytest.approx((0.2 * 90 + 0.3 * 20) / 0.5)


def test_points_that_could_not_be_had_do_not_count_against_a_customer() -> None:
    first_of_all = pd.DataFrame({"a": [9.0, 5.0, 1.0, 0.0], "b": [None, 5.0, 1.0, 0.0]})
    found = synthesis(first_of_all, method="borda").table
    assert found["score"].tolist() == pytest.approx([6.0, (2 + 2) / 5 * 6, (1 + 1) / 5 * 6, 0.0])
    alone = pd.DataFrame({"a": [9.0, 5.0, 1.0], "b": [7.0, None, None]})
    assert synthesis(alone, method="borda").table["score"].tolist() == [4.0, 2.0, 0.0]


@pytest.mark.parametrize("method", ["weighted", "borda"])
def test_a_customer_whom_no_lens_knows_has_no_rank(method: Any) -> None:
    scores = pd.concat([SCORES, pd.DataFrame({"CCO": [math.nan], "CFO": [math.nan]}, index=["D"])])
    found = synthesis(scores, method=method, money=[1.0, 2.0, None, 9.0]).table
    assert found.loc["D", ["score", "rank", "difference"]].isna().all()
    assert found.loc["D", "money_rank"] == 1.0
    assert found.loc["C", ["money", "money_rank", "difference"]].isna().all()
    assert found.drop(index="D")["score"].equals(synthesis(SCORES, method=method).table["score"])


# Weights.


def test_weights_are_brought_to_1_and_that_is_said() -> None:
    found = synthesis(SCORES, {"CCO": 1.0, "CFO": 3.0}, method="weighted")
    assert found.weights.to_dict() == {"CCO": 0.25, "CFO": 0.75}
    assert found.notes == ("weights add up to 4 and were brought to 1",)
    assert synthesis(SCORES, {"CCO": 1e308, "CFO": 1e308}, method="weighted").weights.tolist() == [0.5, 0.5]


def test_weights_that_a_method_does_not_use_are_named() -> None:
    found = synthesis(SCORES, pd.Series({"CCO": 0.25, "CFO": 0.75}), method="borda")
    assert found.notes == ("weights are not used by the method borda",)
    assert synthesis(SCORES, {"CCO": 0.5, "CFO": 0.5}, method="borda").notes == ()


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ({"CCO": 0.5, "CFO": 0.4, "CMO": 0.1}, InputError, "weights must be those of CCO, CFO, not of CMO"),
        ({"CCO": 1.0}, InputError, "weights must name every lens; there is none for CFO"),
        ({"CCO": 1.5, "CFO": -0.5}, DomainError, r"weights must be 0 or more and finite, not -0\.5 for CFO"),
        ({"CCO": 1.5, "CFO": math.inf}, DomainError, "not inf for CFO"),
        ({"CCO": 1.5, "CFO": None}, InputError, "weights must be known; that of CFO is missing"),
        ({"CCO": 1.5, "CFO": "1"}, InputError, "weights must be numbers, not '1'"),
        ({"CCO": 0.0, "CFO": 0.0}, ZeroDenominatorError, "weights must not all be 0"),
    ],
)
def test_weights_are_those_of_the_lenses(weights: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        synthesis(SCORES, weights, method="weighted")


# Other doors.


def test_the_method_and_the_money_are_checked() -> None:
    with pytest.raises(InputError, match="method must be one of weighted, borda, money, not 'mean'"):
        synthesis(SCORES, method="mean")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="money must be given where it is the method"):
        synthesis(SCORES, method="money")
    with pytest.raises(InputError, match="money must have as many rows as scores, not 2 for 3"):
        synthesis(SCORES, method="borda", money=[1.0, 2.0])


SCHOOLS = [
    [1, 4, 3, 1, 3, 4],
    [1 / 4, 1, 7, 3, 1 / 5, 1],
    [1 / 3, 1 / 7, 1, 1 / 5, 1 / 5, 1 / 6],
    [1, 1 / 3, 5, 1, 1, 1 / 3],
    [1 / 3, 5, 5, 1, 1, 3],
    [1 / 4, 1, 6, 3, 1 / 3, 1],
]


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        (SCHOOLS, DomainError, r"consistency ratio must be below 0\.1, not 0\.2"),
        ([[1, 2]], InputError, r"as many columns as rows, not shape \(1, 2\)"),
        (1.0, InputError, "as many columns as rows"),
        (np.ones((11, 11)), DomainError, "at most 10 things, not 11"),
        ([[1, None], [1, 1]], MissingDataError, "there is none in row 1, column 2"),
        ([[1, 0], [1, 1]], DomainError, "above 0 and finite, not 0 in row 1, column 2"),
        ([[1, 2], [2, 1]], DomainError, "reciprocal of the opposite one, not 2 in row 1, column 2"),
        ([[2, 1], [1, 1]], DomainError, "reciprocal of the opposite one, not 2 in row 1, column 1"),
    ],
)
def test_comparisons_that_say_nothing_are_refused(rows: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ahp_weights(rows)


@pytest.mark.parametrize("times", range(1, 10))
def test_a_reciprocal_may_be_typed_with_two_decimals(times: int) -> None:
    found = ahp_weights([[1.0, float(times)], [round(1 / times, 2), 1.0]]).weights
    assert found[0] / found[1] == pytest.approx(times, rel=0.025)


def test_comparisons_of_any_size_are_read_without_a_warning() -> None:
    with pytest.raises(DomainError, match="reciprocal of the opposite one"):
        ahp_weights([[1.4e154]])
    assert ahp_weights([[1.0, 1e200], [1e-200, 1.0]]).weights.tolist() == pytest.approx([1.0, 1e-200])
