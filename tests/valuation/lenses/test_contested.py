import math
from statistics import pstdev
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.lenses.g12 import GOLDEN, measures
from valuation.errors import DomainError, InputError
from valuation.lenses import LensScores, contested, default_statements, lens_ranks, lens_scores

FEWER = settings(max_examples=min(settings().max_examples, 20))
SCORES = pd.DataFrame({"CCO": [90.0, 50.0, 10.0], "CRO": [20.0, 60.0, 80.0]}, index=["A", "B", "C"])

scores = st.one_of(st.none(), st.integers(0, 4).map(float))
grids = st.lists(st.lists(scores, min_size=3, max_size=3), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def lenses() -> LensScores:
    return lens_scores(measures(), default_statements())


def test_the_list_is_that_of_the_example(lenses: LensScores) -> None:
    golden = GOLDEN["contested"]
    found = contested(lenses.scores, measures()["engagement_value"], min_range=golden["min_range"], items=lenses.items)
    assert found.index.tolist() == list(golden["expected"])
    for customer, (range_, *extremes) in golden["expected"].items():
        row = found.loc[customer]
        assert f"{row['range']:.1f}" == range_
        if extremes:
            champion, best, sceptic, worst = extremes
            assert (row["champion"], row["sceptic"]) == (champion, sceptic)
            assert (row[f"rank_{champion}"], row[f"rank_{sceptic}"]) == (float(best), float(worst))
    assert found["money_rank"].to_dict() == {"C04": 5, "C01": 4, "C12": 7, "C11": 10, "C09": 8}


def test_the_reason_is_the_widest_gap_between_items_of_the_two_lenses(lenses: LensScores) -> None:
    reasons = contested(lenses.scores, min_range=5, items=lenses.items)["reason"]
    assert reasons["C04"] == "CRO: sign the biggest deals (rank 10 of 11) against CCO: need no support (rank 1 of 11)"
    assert reasons["C12"] == (
        "CRO: sign the biggest deals (rank 11 of 11) against CMO: win us new customers (NPS answer, rank 1.5 of 11)"
    )


@FEWER
@given(grids, st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_the_list_equals_one_made_customer_by_customer(grid: list[list[float | None]], least: float) -> None:
    table = pd.DataFrame(grid, columns=["a", "b", "c"], dtype=float)
    money = [float((-1) ** row * row * 10) for row in range(len(grid))]
    found = contested(table, money, min_range=least)
    ranks = lens_ranks(table)
    expected: list[tuple[float, float, int]] = []
    for row in range(len(grid)):
        known = [rank for rank in ranks.iloc[row].tolist() if not math.isnan(rank)]
        if len(known) >= 2 and max(known) - min(known) >= least:
            span = max(known) - min(known)
            expected.append((-span * abs(money[row]), -span, row))
            line = found.loc[row]
            assert (line["range"], line["sd"]) == (span, pytest.approx(pstdev(known)))
            assert ranks[str(line["champion"])][row] == min(known)
            assert ranks[str(line["sceptic"])][row] == max(known)
            assert line["reason"].startswith(f"{line['sceptic']} (rank ")
    assert found.index.tolist() == [row for *_, row in sorted(expected)]


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_the_unit_of_money_does_not_matter(lenses: LensScores, factor: float) -> None:
    money = measures()["engagement_value"]
    names = ["range", "champion", "sceptic", "money_rank", "reason"]
    found = contested(lenses.scores, money, min_range=0)[names]
    pd.testing.assert_frame_equal(found, contested(lenses.scores, factor * money, min_range=0)[names])
    pd.testing.assert_frame_equal(found[:4], contested(lenses.scores, money, min_range=0, most=4)[names])


def test_customers_without_a_known_value_come_last_and_without_money_the_range_decides() -> None:
    table = pd.DataFrame({"a": [9.0, 7.0, 5.0, 3.0], "b": [0.0, 6.0, 2.0, 8.0]})
    assert contested(table, min_range=0).index.tolist() == [0, 3, 1, 2]
    found = contested(table, [math.nan, 5.0, 1.0, 2.0], min_range=0)
    assert found["stake"].iloc[:3].tolist() == sorted(found["stake"].iloc[:3], reverse=True)
    assert found.index[-1] == 0
    assert found.loc[0, ["money", "money_rank", "stake"]].isna().all()


def test_a_lens_without_items_is_named_alone() -> None:
    columns = pd.MultiIndex.from_tuples([("CRO", "sign the biggest deals", "largest_deal")])
    items = pd.DataFrame([[0.0], [50.0], [100.0]], index=SCORES.index, columns=columns)
    found = contested(SCORES, min_range=2, items=items)["reason"]
    assert found["A"] == "CRO: sign the biggest deals (rank 3 of 3) against CCO (rank 1 of 3)"
    unknown = contested(SCORES, min_range=2, items=items * math.nan)["reason"]
    assert unknown["A"] == "CRO (rank 3 of 3) against CCO (rank 1 of 3)"


def test_a_measure_of_ones_own_is_named_by_its_heading() -> None:
    columns = pd.MultiIndex.from_tuples([("CRO", "fill our plant", "tons_shipped"), ("CRO", "fill our plant", "fit")])
    items = pd.DataFrame([[0.0, 50.0], [50.0, 50.0], [100.0, 50.0]], index=SCORES.index, columns=columns)
    assert contested(SCORES, min_range=2, items=items)["reason"]["A"] == (
        "CRO: fill our plant (tons shipped, rank 3 of 3) against CCO (rank 1 of 3)"
    )


def test_nobody_contested_is_an_empty_list() -> None:
    found = contested(SCORES, min_range=99)
    assert found.empty
    assert {"rank_CCO", "rank_CRO", "range", "champion", "reason"} <= set(found.columns)
    assert contested(SCORES[["CCO"]], min_range=0).empty


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"min_range": -1}, DomainError, "min_range must not be negative, not -1"),
        ({"min_range": math.nan}, InputError, "min_range must be a number, not nan"),
        ({"min_range": "1"}, InputError, "min_range must be numbers, not '1'"),
        ({"min_range": 0, "money": [1.0]}, InputError, "money must have as many rows as scores, not 1 for 3"),
        ({"min_range": 0, "items": SCORES}, InputError, "items must be those of the scores"),
    ],
)
def test_bad_arguments_are_refused(more: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        contested(SCORES, **more)
