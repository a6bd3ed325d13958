import math
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.lenses.golden import GOLDEN, MONEY, SCORES, printed
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lenses import weight_grid, weight_sensitivity

few = settings(max_examples=min(settings().max_examples, 25))
score = st.none() | st.integers(0, 9)


def slow_sensitivity(rows: Any, n: int, steps: int, money: Any) -> tuple[list[Fraction | None], int]:
    """The second way: fractions, one set of weights after the other; and in how many sets there is a tie."""
    lenses = len(rows[0])
    sets = [one for one in product(range(steps + 1), repeat=lenses) if sum(one) == steps]
    times, tied = [0] * len(rows), 0
    for weights in sets:
        scores: dict[int, Fraction] = {}
        for row, cells in enumerate(rows):
            total = sum(w for w, cell in zip(weights, cells, strict=True) if cell is not None)
            if total:
                value = sum(w * cell for w, cell in zip(weights, cells, strict=True) if cell is not None)
                scores[row] = Fraction(value, total)
        order = sorted(scores, key=lambda row: (-scores[row], -money[row], row))
        tied += len(order) > n and scores[order[n - 1]] == scores[order[n]]
        for row in order[:n]:
            times[row] += 1
    ranked = [any(cell is not None for cell in cells) for cells in rows]
    return [Fraction(t, len(sets)) if known else None for t, known in zip(times, ranked, strict=True)], tied


def test_shares_match_the_specification() -> None:
    expected, found = GOLDEN["weights"], weight_sensitivity(SCORES, 3, money=MONEY)
    assert found.sets == expected["sets"]
    for customer, percent in expected["percent"].items():
        assert printed(found.share[customer], percent, scale=100)
    assert found.share.drop(index=list(expected["percent"])).eq(0).all()
    assert found.share.sum() == pytest.approx(3)


@few
@given(st.integers(2, 4), st.sampled_from([1, 2, 5]), st.data())
def test_shares_equal_the_written_out_count(lenses: int, steps: int, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(*[score] * lenses), min_size=1, max_size=12))
    rows.append((5,) * lenses)
    n = data.draw(st.integers(1, sum(any(cell is not None for cell in cells) for cells in rows)))
    money = data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    found = weight_sensitivity(rows, n, step=1 / steps, money=money)
    expected, tied = slow_sensitivity(rows, n, steps, money)
    assert found.share.tolist() == pytest.approx(
        [math.nan if one is None else float(one) for one in expected], nan_ok=True
    )
    assert found.tied == tied


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("places", [0, 6])
@pytest.mark.parametrize("n", [1, 20])
def test_leaving_out_the_weaker_customers_changes_nothing(missing: float, places: int, n: int) -> None:
    rng = np.random.default_rng(7)
    scores = (rng.random((3000, 1)) + rng.random((3000, 4))).round(places) * 50
    scores[rng.random(scores.shape) < missing] = math.nan
    money = rng.permutation(3000).astype(float)
    found = weight_sensitivity(scores, n, step=0.2, money=money).share.to_numpy()
    grid, times = weight_grid(4, 0.2), np.zeros(3000)
    for weights in grid:
        total = np.where(np.isnan(scores), 0.0, weights).sum(axis=1)
        with np.errstate(invalid="ignore"):
            weighted = np.where(total > 0, np.nansum(scores * weights, axis=1) / total, -math.inf)
        times[np.lexsort([-money, -weighted.round(9)])[:n]] += 1
    expected = np.where(np.isnan(scores).all(axis=1), math.nan, times / len(grid))
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_order_of_rows_and_the_unit_of_scores_do_not_matter() -> None:
    whole = weight_sensitivity(SCORES, 3, money=MONEY).share
    turned = weight_sensitivity(SCORES.iloc[::-1], 3, money=MONEY[::-1]).share
    pd.testing.assert_series_equal(turned.iloc[::-1], whole)
    pd.testing.assert_series_equal(weight_sensitivity(SCORES / 7 - 20, 3, money=MONEY).share, whole)


def test_who_leads_every_lens_comes_first_whatever_the_weights() -> None:
    found = weight_sensitivity([[9.0, 9.0], [1.0, 8.0], [8.0, 1.0]], 1)
    assert found.share.to_dict() == {1: 1.0, 2: 0.0, 3: 0.0}
    assert found.tied == 0
    assert found.notes == ()


def test_a_tie_is_broken_and_reported() -> None:
    table = pd.DataFrame({"CFO": [1.0, 1.0], "CRO": [1.0, 1.0]}, index=["B", "A"])
    found = weight_sensitivity(table, 1, step=0.5)
    assert found.share.to_dict() == {"B": 0.0, "A": 1.0}
    assert found.notes == ("customers are equal at the cut for 3 of 3 sets of weights; id decides",)
    assert weight_sensitivity(table, 1, step=0.5, money=[2.0, 1.0]).share["B"] == 1
    assert weight_sensitivity(table, 1, step=0.5, ids=[2, 10]).share.to_dict() == {2: 1.0, 10: 0.0}


def test_a_lens_that_ranks_nobody_is_left_out_and_named() -> None:
    found = weight_sensitivity(SCORES.assign(CEO=math.nan), 3, money=MONEY)
    pd.testing.assert_series_equal(found.share, weight_sensitivity(SCORES, 3, money=MONEY).share)
    assert found.notes[0] == "CEO is left out because it ranks nobody"


@pytest.mark.parametrize(("lenses", "step", "sets"), [(1, 0.1, 1), (2, 1.0, 2), (5, 0.1, 1001), (3, 1 / 3, 10)])
def test_the_grid_is_even_and_complete(lenses: int, step: float, sets: int) -> None:
    grid = weight_grid(lenses, step)
    assert grid.shape == (sets, lenses) == np.unique(grid, axis=0).shape
    np.testing.assert_allclose(grid.sum(axis=1), 1)
    np.testing.assert_allclose(grid / step, (grid / step).round(), atol=1e-9)


@pytest.mark.parametrize("step", [0.0, -0.1, 0.3, 2.0])
def test_a_step_divides_1(step: float) -> None:
    with pytest.raises(DomainError, match=r"step must be 1 over a whole number, such as 0\.1, not"):
        weight_grid(3, step)


def test_weights_need_lenses_customers_and_a_bounded_grid() -> None:
    with pytest.raises(DomainError, match=r"step must make at most 20,000 sets .*; 0\.01 makes 4,598,126 for 5"):
        weight_sensitivity(SCORES, 3, step=0.01)
    with pytest.raises(MissingDataError, match="at least 2 lenses with scores, not 1"):
        weight_sensitivity(SCORES[["CFO"]], 3)
    with pytest.raises(MissingDataError, match="scores must rank at least 12 customers, not 11"):
        weight_sensitivity(SCORES, 12)
    with pytest.raises(DomainError, match="n_top must be at least 1, not 0"):
        weight_sensitivity(SCORES, 0)
    with pytest.raises(InputError, match="scores, lens CFO, must be numbers, not True"):
        weight_sensitivity(pd.DataFrame({"CFO": [True, 1.0], "CRO": [1.0, 2.0]}, dtype=object), 1)
