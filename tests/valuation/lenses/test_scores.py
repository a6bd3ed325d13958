import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from tests.valuation.lenses.g12 import CUSTOMERS, GOLDEN, measures
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lenses import MEASURES, default_statements, lens_ranks, lens_scores, weigh_items
from valuation.lenses.ranking import mid_ranks

FEWER = settings(max_examples=min(settings().max_examples, 12))
WORDS = ["officer", "statement", "measure", "better"]

cells = st.one_of(st.none(), st.integers(-4, 4).map(float))
tables = st.integers(3, 12).flatmap(
    lambda n: st.fixed_dictionaries({name: st.lists(cells, min_size=n, max_size=n) for name in "abc"})
)
weights = st.sampled_from([None, 0.0, 0.5, 1.0, 3.0])


def stated(*rows: tuple[Any, ...]) -> pd.DataFrame:
    names = [*WORDS, "weight", "statement_weight"]
    width = max(map(len, rows))
    return pd.DataFrame([(*row, *[None] * (width - len(row))) for row in rows], columns=names[:width], dtype=object)


TWO_LENSES = stated(
    ("CFO", "one", "a", "high", 2.0, 1.0),
    ("CFO", "one", "b", "low", None, None),
    ("CFO", "two", "c", "high", None, 3.0),
    ("CRO", "one", "a", "low", None, None),
    ("CRO", "two", "c", "high", None, None),
)


def slowly(table: dict[str, list[float | None]], rows: pd.DataFrame) -> dict[str, list[float | None]]:
    """The definition written out, customer by customer."""

    def item(measure: str, better: str, customer: int) -> float | None:
        own, column = table[measure][customer], [value for value in table[measure] if value is not None]
        if own is None or len(column) < 3:
            return None
        sign = 1 if better == "high" else -1
        below = sum(sign * value < sign * own for value in column)
        return 100 * (below + (column.count(own) - 1) / 2) / (len(column) - 1)

    def mean(pairs: list[tuple[float | None, float]]) -> float | None:
        known = [(value, weight) for value, weight in pairs if value is not None and weight > 0]
        return sum(v * w for v, w in known) / sum(w for _, w in known) if known else None

    def weight(value: Any) -> float:
        return 1.0 if value is None or math.isnan(value) else float(value)

    items: list[tuple[Any, ...]] = list(rows.itertuples(index=False, name=None))
    found: dict[str, list[float | None]] = {}
    for officer in dict.fromkeys(one[0] for one in items):
        mine = [one for one in items if one[0] == officer]
        found[officer] = []
        for customer in range(len(table["a"])):
            parts = []
            for statement in dict.fromkeys(one[1] for one in mine):
                its = [one for one in mine if one[1] == statement]
                said = [weight(one[5]) for one in its if one[5] is not None]
                parts.append((mean([(item(one[2], one[3], customer), weight(one[4])) for one in its]), said[:1] or [1]))
            found[officer].append(mean([(value, float(own[0])) for value, own in parts]))
    return found


def scored(table: dict[str, Any], rows: pd.DataFrame = TWO_LENSES) -> pd.DataFrame | None:
    """Scores, or None where no measure counts for anybody."""
    try:
        return lens_scores(pd.DataFrame(table, dtype=float), rows).scores
    except MissingDataError:
        return None


# Published numbers.


def test_the_standard_statements_give_the_scores_of_the_example() -> None:
    found = lens_scores(measures(), default_statements())
    assert found.notes == ()
    assert found.scores.index.tolist() == CUSTOMERS
    for officer, expected in GOLDEN["scores"]["expected"].items():
        assert found.scores[officer].tolist() == pytest.approx(expected, abs=1e-9)
    for officer, printed in GOLDEN["printed"]["expected"].items():
        assert [f"{score:.2f}" for score in found.scores[officer]] == printed


def test_their_ranks_are_those_of_the_example() -> None:
    ranks = lens_ranks(lens_scores(measures(), default_statements()).scores)
    assert {name: ranks[name].tolist() for name in ranks} == GOLDEN["ranks"]["expected"]


def test_every_standard_measure_is_explained_and_money_is_in_no_lens() -> None:
    named = set(default_statements()["measure"])
    assert named | {"engagement_value", "largest_deal_after_commission"} == set(MEASURES)
    assert "engagement_value" not in named
    assert all(one.title and one.unit and one.source and one.missing for one in MEASURES.values())


def test_editing_the_standard_statements_leaves_the_next_reader_alone() -> None:
    mine = default_statements()
    mine.loc[0, "measure"] = "nps"
    assert default_statements().loc[0, "measure"] == "support_minutes_per_1000"


# A second way.


@FEWER
@given(tables, st.lists(weights, min_size=5, max_size=5), st.lists(weights, min_size=4, max_size=4))
def test_scores_equal_the_definition_written_out(
    table: dict[str, list[float | None]], of_items: list[float | None], of_statements: list[float | None]
) -> None:
    rows = TWO_LENSES.assign(
        weight=pd.Series(of_items, dtype=object),
        statement_weight=pd.Series([of_statements[place] for place in (0, 0, 1, 2, 3)], dtype=object),
    )
    found, expected = scored(table, rows), slowly(table, rows)
    if found is None:
        assert all(score is None for scores in expected.values() for score in scores)
    else:
        for officer, scores in expected.items():
            assert found[officer].tolist() == pytest.approx(
                [math.nan if score is None else score for score in scores], nan_ok=True
            )


@given(st.lists(st.one_of(st.just(math.nan), st.floats()), max_size=30))
def test_mid_ranks_equal_those_of_scipy(values: list[float]) -> None:
    column = np.array(values, dtype=np.float64)
    known = np.isfinite(column)
    assert mid_ranks(column)[known].tolist() == rankdata(column[known]).tolist()
    assert np.isnan(mid_ranks(column)[~known]).all()


# Laws.


@FEWER
@given(tables)
def test_only_the_order_of_a_measure_counts(table: dict[str, list[float | None]]) -> None:
    found = scored(table)
    moved = {
        "a": [None if value is None else math.exp(value) for value in table["a"]],
        "b": [None if value is None else 1000.0 + value for value in table["b"]],
        "c": [None if value is None else 5.0 * value**3 for value in table["c"]],
    }
    again = scored(moved)
    assert (found is None) == (again is None)
    if found is not None and again is not None:
        pd.testing.assert_frame_equal(found, again)


@FEWER
@given(tables, st.randoms())
def test_shuffling_customers_shuffles_scores_and_ranks(table: dict[str, list[float | None]], random: Any) -> None:
    order = list(range(len(table["a"])))
    random.shuffle(order)
    found, shuffled = scored(table), scored({name: [column[row] for row in order] for name, column in table.items()})
    if found is not None and shuffled is not None:
        assert np.array_equal(found.to_numpy()[order], shuffled.to_numpy(), equal_nan=True)
        assert np.array_equal(lens_ranks(found).to_numpy()[order], lens_ranks(shuffled).to_numpy(), equal_nan=True)


@FEWER
@given(tables)
def test_high_and_low_add_up_to_100(table: dict[str, list[float | None]]) -> None:
    turned = TWO_LENSES.assign(better=["low", "high", "low", "high", "low"])
    found, opposite = scored(table), scored(table, turned)
    if found is not None and opposite is not None:
        sums = (found + opposite).to_numpy()
        assert sums[~np.isnan(sums)] == pytest.approx(100.0)


@FEWER
@given(tables)
def test_scores_lie_between_0_and_100_and_full_columns_average_50(table: dict[str, list[float | None]]) -> None:
    full = {name: [0.0 if value is None else value for value in column] for name, column in table.items()}
    found = scored(full)
    assert found is not None
    assert ((found >= 0) & (found <= 100)).all(axis=None)
    assert found.mean().tolist() == pytest.approx([50.0, 50.0])


@pytest.mark.parametrize("factor", [0.001, 7.0, 1e307])
def test_the_unit_of_weights_does_not_matter(factor: float) -> None:
    table = {"a": [1.0, 2.0, 5.0], "b": [4.0, 1.0, 0.0], "c": [0.0, 9.0, 1.0]}
    heavier = TWO_LENSES.assign(
        weight=[2.0 * factor, factor, factor, factor, factor],
        statement_weight=[factor, math.nan, 3.0 * factor, factor, factor],
    )
    found, again = scored(table), scored(table, heavier)
    assert found is not None
    assert again is not None
    pd.testing.assert_frame_equal(found, again)


def test_where_all_are_equal_everybody_is_in_the_middle() -> None:
    found = scored({"a": [7.0] * 4, "b": [7.0] * 4, "c": [0.0] * 4})
    assert found is not None
    assert (found == 50.0).all(axis=None)
    assert (lens_ranks(found) == 2.5).all(axis=None)


def test_scores_that_differ_in_noise_alone_share_a_rank() -> None:
    third = 100.0 / 3.0
    scores = pd.DataFrame({"CFO": [third + 1e-14, 50.0, third, third - 1e-14]})
    assert len(set(scores["CFO"])) == 4
    assert lens_ranks(scores)["CFO"].tolist() == [3.0, 1.0, 3.0, 3.0]


# What is missing.


def test_a_customer_of_whom_nothing_is_known_has_no_score_and_no_rank() -> None:
    found = lens_scores(
        pd.DataFrame({"a": [3.0, None, 1.0, 2.0], "b": [1.0, None, 3.0, 4.0], "c": [None, None, 0.0, 1.0]}),
        stated(("CFO", "one", "a", "high"), ("CRO", "one", "b", "low")),
    )
    assert found.scores.loc[1].isna().all()
    assert lens_ranks(found.scores).loc[1].isna().all()
    assert lens_ranks(found.scores)["CFO"].tolist() == pytest.approx([1.0, math.nan, 3.0, 2.0], nan_ok=True)
    assert found.notes == ("customers without a score, no measure of them being known: CFO (1), CRO (1)",)


def test_a_measure_that_few_have_is_left_out_and_named() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [None, None, None], "c": [5.0, None, math.inf]})
    rows = stated(("CFO", "one", "a", "high"), ("CFO", "one", "b", "high"), ("CRO", "two", "c", "high"))
    found = lens_scores(table, rows)
    assert found.scores["CFO"].tolist() == [0.0, 50.0, 100.0]
    assert found.scores["CRO"].isna().all()
    assert found.used["known"].tolist() == [3, 0, 1]
    assert found.used["used"].tolist() == [True, False, False]
    assert found.notes == (
        "left out, being known of fewer than 3 customers: b (0), c (1)",
        "no measure counts in the lens of CRO",
    )


def test_a_row_of_weight_0_does_not_count() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 1.0, 2.0]})
    found = lens_scores(table, stated(("CFO", "one", "a", "high", 1, None), ("CFO", "two", "b", "high", 1, 0)))
    assert found.scores["CFO"].tolist() == [0.0, 50.0, 100.0]
    assert found.items["CFO", "two", "b"].isna().all()
    assert found.used["used"].tolist() == [True, False]


def test_items_and_statements_stand_in_the_order_of_the_table() -> None:
    found = lens_scores(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 1.0, 2.0], "c": [1.0, 3.0, 2.0]}), TWO_LENSES)
    assert list(found.items) == list(TWO_LENSES[WORDS[:3]].itertuples(index=False, name=None))
    assert list(found.statements) == [("CFO", "one"), ("CFO", "two"), ("CRO", "one"), ("CRO", "two")]
    assert found.items["CFO", "one", "b"].tolist() == [0.0, 100.0, 50.0]
    assert found.statements["CFO", "one"].tolist() == pytest.approx([0.0, 200 / 3, 250 / 3])


# Doors.


@pytest.mark.parametrize("customers", [0, 1, 2])
def test_fewer_than_three_customers_cannot_be_compared(customers: int) -> None:
    table = pd.DataFrame({"a": [1.0, 2.0][:customers]})
    with pytest.raises(MissingDataError, match=f"those of at least 3 customers, not {customers}"):
        lens_scores(table, stated(("CFO", "one", "a", "high")))


def test_some_measure_must_count() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, None], "b": [1.0, 2.0, 3.0]})
    with pytest.raises(MissingDataError, match="known of at least 3 customers; none is: a, b"):
        lens_scores(table, stated(("CFO", "one", "a", "high", 1), ("CFO", "one", "b", "high", 0)))


ONE = ("CFO", "one", "a", "high")


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        (stated(ONE, ("CFO", "one", "z", "high")), InputError, "a column of measures, not 'z' in row 2 of statements"),
        (stated(ONE, ("CFO", "two", "a", "up")), InputError, "better must be high or low, not 'up' in row 2"),
        (stated(ONE, (None, "two", "a", "low")), InputError, "officer must be a text, not None in row 2"),
        (stated(ONE, ("CFO", " ", "a", "low")), InputError, "statement must be a text, not ' ' in row 2"),
        (stated(ONE, ("CFO", "two", 7, "low")), InputError, "measure must be a text, not 7 in row 2"),
        (stated(ONE, ("CFO", "one", "a", "low")), InputError, "a stands twice in a statement of CFO: row 2"),
        (stated((*ONE, 1), ("CFO", "two", "a", "low", -2)), DomainError, "weight must be 0 or more .* not -2 in row 2"),
        (stated((*ONE, math.inf)), DomainError, "weight must be 0 or more and finite, not inf in row 1"),
        (stated((*ONE, "2")), InputError, "weight must be numbers, not '2' in row 1 of statements"),
        (
            stated((*ONE, 1, 2), ("CFO", "one", "b", "low", 1, -1)),
            DomainError,
            "statement_weight must be 0 or more .* not -1 in row 2",
        ),
        (
            stated((*ONE, 1, 2), ("CFO", "one", "b", "low", 1, 3)),
            InputError,
            "statement_weight must be the same in all rows of a statement, not 3 after 2 in row 2",
        ),
        (stated(ONE).drop(columns="better"), InputError, "there is no better"),
        (stated(ONE).iloc[:0], InputError, "statements must have at least one row"),
        (
            stated(ONE).set_axis(["officer", "officer", "measure", "better"], axis=1),
            InputError,
            "there is no statement",
        ),
    ],
)
def test_a_bad_statement_names_its_row(rows: pd.DataFrame, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        lens_scores(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0]}), rows)


@pytest.mark.parametrize("bad", ["n/a", True, pd.Timestamp("2025-12-31")])
def test_a_measure_is_numbers(bad: Any) -> None:
    table = pd.DataFrame({"a": pd.Series([1.0, bad, 3.0], dtype=object)})
    with pytest.raises(InputError, match=r"a must be numbers, not .* in row 2"):
        lens_scores(table, stated(ONE))


def test_a_measure_stands_once() -> None:
    with pytest.raises(InputError, match="measures must have each column once; a stands twice"):
        lens_scores(pd.DataFrame([[1.0, 2.0]] * 3, columns=["a", "a"]), stated(ONE))
    with pytest.raises(InputError, match="statements must have each column once; better stands twice"):
        lens_scores(pd.DataFrame({"a": [1.0] * 3}), pd.concat([stated(ONE), stated(ONE)[["better"]]], axis=1))


def test_scores_given_by_hand_are_numbers_in_one_column_for_each_lens() -> None:
    with pytest.raises(InputError, match="scores must have a column for at least one lens"):
        lens_ranks(pd.DataFrame(index=[0, 1]))
    with pytest.raises(InputError, match="CFO must be numbers, not 'good' in row 2"):
        lens_ranks(pd.DataFrame({"CFO": [1.0, "good"]}))
    assert lens_ranks(pd.DataFrame({"CFO": [1.0, math.inf, 2.0]}))["CFO"].tolist() == pytest.approx(
        [2.0, math.nan, 1.0], nan_ok=True
    )


def test_other_weights_reach_a_measure_wherever_it_stands() -> None:
    rows = weigh_items(default_statements(), {"ideas": 3.0})
    assert rows.loc[rows["measure"] == "ideas", "weight"].tolist() == [3.0, 3.0]
    assert (rows.loc[rows["measure"] != "ideas", "weight"] == 1.0).all()
    with pytest.raises(InputError, match="measures that a statement names, not 'idea'"):
        weigh_items(default_statements(), {"idea": 3.0})
