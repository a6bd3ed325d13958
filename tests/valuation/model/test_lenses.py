"""The officers' lenses: who has a lens, which statements count, and what can be said where little is known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import found, from_frame, kinds, result
from tests.valuation.model.by_margin import MARGINS, has_columns, rows, texts, valued
from valuation.findings import Severity
from valuation.model import Results
from valuation.tables import TableData

TABLES = ("Lens measures", "Lens scores", "Lens agreement", "Agreement", "Best customers", "Contested customers")
NPS: dict[str, float | None] = {"A": 2.0, "B": 9.0, "C": 7.0, "D": 4.0}
OPPOSED = (("CFO", "bring money", "lifetime_value", "high"), ("CCO", "praise us", "nps", "high"))
"""By value A B C D, by praise B C D A."""


def looked(*parts: TableData, margins: dict[str, float | None] = MARGINS, **more: Any) -> Results:
    results = valued(margins, *parts, wanted={"Lens scores"}, **more)
    has_columns(results, *TABLES)
    assert [len(results.tables[name]) for name in TABLES[2:]] == [8, 12, 15, 8]
    return results


def officers(*given: tuple[str | None, float | None]) -> TableData:
    return rows("Officers", ("officer", "weight"), *given)


def statements(*given: tuple[object, ...]) -> TableData:
    return rows("Lens statements", ("officer", "statement", "measure", "better", "weight", "statement_weight"), *given)


def survey(nps: dict[str, float | None] = NPS, **own: list[float | None]) -> TableData:
    columns: dict[str, list[Any]] = {"customer_id": list(nps), "nps": list(nps.values()), **own}
    return from_frame("Survey", pd.DataFrame(columns))


def figures(results: Results) -> Any:
    return results.tables["Agreement"].set_index("measure")["figure"]


ENDED: dict[str, float | None] = {"A": 9.0, "B": 8.0, "C": 7.0, "D": 6.0, "E": 5.0}
TWO = officers(("CFO", 0.75), ("CCO", 0.25))


@pytest.fixture(scope="module")
def opposed() -> Results:
    return looked(TWO, statements(*OPPOSED), survey(), top_customers=2.0)


# Scores and ranks.


def test_scores_ranks_and_weights(opposed: Results) -> None:
    lenses = result(opposed, "Lens scores")
    third = 100 / 3
    assert lenses["score_1"].tolist() == pytest.approx([100.0, 2 * third, third, 0.0])
    assert lenses["score_2"].tolist() == pytest.approx([0.0, 100.0, 2 * third, third])
    assert lenses["weighted_score"].tolist() == pytest.approx([75.0, 75.0, 125 / 3, 25 / 3])
    assert lenses["weighted_rank"].tolist() == [1.5, 1.5, 3.0, 4.0]
    assert lenses["borda"].tolist() == [3.0, 5.0, 3.0, 1.0]
    assert lenses["money_rank"].tolist() == [1, 2, 3, 4]
    assert lenses[["best_rank", "worst_rank", "rank_range"]].to_numpy().tolist() == [
        *([1, 4, 3], [1, 2, 1], [2, 3, 1], [3, 4, 1])
    ]
    assert lenses["champion"].tolist() == ["CFO", "CCO", "CCO", "CCO"]
    assert lenses["sceptic"].tolist() == ["CCO", "CFO", "CFO", "CFO"]
    assert lenses[[f"rank_{place}" for place in range(3, 9)]].isna().all().all()
    # Of eleven weightings, B is among the best two by all, A while the CFO has most of the weight.
    assert lenses["top_share"]["B"] == 1.0
    assert lenses["top_share"].sum() == pytest.approx(2.0)


def test_agreement_with_each_other_and_with_money(opposed: Results) -> None:
    by_lens: Any = opposed.tables["Lens agreement"]
    assert texts(by_lens["officer"]) == ["CFO", "CCO", *[None] * 6]
    assert by_lens["weight"].tolist()[:2] == [0.75, 0.25]
    assert by_lens["with_money"].tolist()[:2] == pytest.approx([1.0, -0.2])
    assert by_lens["capture"].tolist()[:2] == pytest.approx([150 / 160, 60 / 160])
    assert by_lens["overlap"].tolist()[:2] == [1.0, 0.5]
    assert by_lens["agrees_2"].tolist()[:2] == pytest.approx([-0.2, 1.0])
    assert figures(opposed)[["Among the best in every lens", "Among the best in any lens"]].tolist() == [1, 3]
    assert figures(opposed)["Mean agreement of two lenses"] == pytest.approx(-0.2)


def test_contested_customers_by_what_is_at_stake(opposed: Results) -> None:
    contested: Any = opposed.tables["Contested customers"]
    assert texts(contested["customer_id"]) == ["A", "B", "C", "D", *[None] * 4]
    assert contested["reason"][0] == "CCO: praise us (rank 4 of 4) against CFO: bring money (rank 1 of 4)"


def test_a_customer_that_no_lens_knows_is_ranked_by_money_alone() -> None:
    three: dict[str, float | None] = {"A": 2.0, "B": 9.0, "C": 7.0, "D": None}
    fit: list[float | None] = [0.9, 0.5, 0.1, None]
    table_ = statements(("CFO", "fit", "fit", "high"), ("CCO", "praise", "nps", "high"))
    results = looked(TWO, table_, survey(three, fit=fit))
    of_d = result(results, "Lens scores").loc["D"]
    known = ["customer_id", "name", "engagement_value", "money_rank"]
    assert of_d["money_rank"] == 4
    assert of_d.drop([name for name in known if name in of_d]).isna().all()
    assert figures(results)["Customers compared"] == 3
    assert texts(results.tables["Best customers"]["customer_id"])[:4] == ["A", "B", "C", "D"]


def test_where_all_are_alike_each_scores_fifty_and_nothing_is_made_up() -> None:
    alike: dict[str, float | None] = dict.fromkeys(MARGINS, 5.0)
    results = looked(TWO, statements(*OPPOSED), survey(alike), margins=alike)
    lenses = result(results, "Lens scores")
    assert lenses[["score_1", "score_2", "weighted_score"]].to_numpy().tolist() == [[50.0] * 3] * 4
    assert lenses["money_rank"].tolist() == [1, 2, 3, 4]
    assert figures(results)["Kendall's W"] != 1.0
    assert results.tables["Lens agreement"]["with_money"].isna().all()
    assert results.tables["Contested customers"]["customer_id"].isna().all()


def test_lost_customers_and_prospects_are_in_no_lens() -> None:
    status = [None, "lost", "prospect", "active", "active"]
    own = rows(
        "Customers",
        ("customer_id", "annual_margin", "annual_revenue", "status"),
        *((id_, margin, margin, word) for (id_, margin), word in zip(ENDED.items(), status, strict=True)),
    )
    results = looked(own, TWO, statements(*OPPOSED), survey(ENDED), margins=ENDED)
    assert list(result(results, "Lens scores").index) == ["A", "D", "E"]
    assert results.tables["Lens measures"]["customers"].tolist() == [3, 3]
    assert results.tables["Lens measures"]["coverage"].tolist() == [1.0, 1.0]


def test_a_measure_of_ones_own_is_a_column_of_survey() -> None:
    results = looked(
        officers(("CFO", 1.0)),
        statements(("CFO", "come often", "visits", "low")),
        survey(visits=[4.0, 3.0, 2.0, None]),
    )
    assert result(results, "Lens scores")["score_1"].tolist() == pytest.approx([0.0, 50.0, 100.0, np.nan], nan_ok=True)
    line = results.tables["Lens measures"].iloc[0]
    assert line[["measure", "source", "customers", "coverage"]].tolist() == ["visits", "Survey: visits", 3, 0.75]


# What is not known.


def test_without_costs_lenses_that_need_none_still_look() -> None:
    results = looked(TWO, statements(*OPPOSED[1:]), survey(), margins=dict.fromkeys(MARGINS))
    lenses = result(results, "Lens scores")
    assert lenses["rank_2"].tolist() == [4, 1, 2, 3]
    assert lenses[["engagement_value", "money_rank"]].isna().all().all()
    assert results.tables["Lens agreement"][["with_money", "capture", "overlap"]].isna().all().all()
    assert results.tables["Best customers"].isna().all().all()


def test_a_lens_that_scores_nobody_is_left_out_and_found() -> None:
    """Without Survey nobody's praise is known: the refresh must not stop."""
    results = looked(officers((None, None), ("CFO", 0.5), ("CCO", 0.5)), statements(*OPPOSED))
    finding = found(results.findings, "lens without scores")
    assert (finding.severity, finding.table, finding.column) == (Severity.WARNING, "Officers", "officer")
    assert finding.rows == (3,)
    lenses = result(results, "Lens scores")
    assert lenses["rank_2"].tolist() == [1, 2, 3, 4]
    assert lenses["weighted_rank"].tolist() == [1, 2, 3, 4]
    assert lenses["rank_3"].isna().all()
    by_lens = results.tables["Lens agreement"]
    assert texts(by_lens["officer"])[:3] == [None, "CFO", "CCO"]
    assert by_lens["weight"].tolist()[:3] == pytest.approx([np.nan, 1.0, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("margins", "why"),
    [({"A": 5.0, "B": 1.0}, "at least 3 customers, not 2"), ({}, "at least 3 customers, not 0")],
)
def test_fewer_than_three_customers_are_not_compared(margins: dict[str, float | None], why: str) -> None:
    results = looked(TWO, statements(*OPPOSED), margins=margins)
    assert why in found(results.findings, "lenses not scored").what
    assert len(results.tables["Lens scores"]) == 0
    assert texts(results.tables["Lens agreement"]["officer"])[:3] == ["CFO", "CCO", None]
    assert figures(results).isna().all()


def test_no_measure_known_of_three_is_found() -> None:
    few: dict[str, float | None] = {"A": 2.0, "B": 9.0}
    results = looked(officers(("CCO", 1.0)), statements(*OPPOSED[1:]), survey(few))
    assert "nps" in found(results.findings, "lenses not scored").what
    assert results.tables["Lens measures"]["customers"].tolist() == [2]


def test_a_single_officer_agrees_with_nobody() -> None:
    results = looked(officers(("CFO", 1.0)), statements(*OPPOSED[:1]))
    lenses = result(results, "Lens scores")
    assert lenses["weighted_rank"].tolist() == lenses["rank_1"].tolist() == [1, 2, 3, 4]
    assert lenses[["top_share", "champion", "sceptic"]].isna().all().all()
    assert figures(results)[["Kendall's W", "Among the best whatever the weights"]].isna().all()
    assert results.tables["Contested customers"]["customer_id"].isna().all()


@pytest.mark.parametrize("parts", [(TWO,), (officers((None, None)), statements((None,)))])
def test_without_officers_or_statements_there_is_nothing_to_find(parts: tuple[TableData, ...]) -> None:
    results = looked(*parts)
    assert len(results.tables["Lens scores"]) == 0
    assert not {kind for kind in kinds(results.findings) if "lens" in kind or "officer" in kind}


# Rows that cannot be used.


def test_statements_that_cannot_be_used_are_found_and_the_others_count() -> None:
    results = looked(
        TWO,
        statements(
            OPPOSED[0],
            ("CXO", "praise us", "nps", "high"),
            ("CCO", "something", "nosuch", "high"),
            (None, None, None, None),
            (*OPPOSED[1], None, 2.0),
            ("CCO", "praise us", "fit", "high", None, 1.0),
            ("CFO", "negative", "nps", "high", -1.0),
            ("CFO", "bring money", "lifetime_value", "low"),
            ("CCO", "spend", "net_revenue", "high"),
            ("CCO", "incomplete", "net_revenue", None),
        ),
        survey(),
    )
    for kind, column, at in (
        ("officer unknown", "officer", (2,)),
        ("measure unknown", "measure", (3,)),
        ("weights differ", "statement_weight", (5, 6)),
    ):
        finding = found(results.findings, kind)
        assert (finding.severity, finding.table) == (Severity.ERROR, "Lens statements")
        assert (finding.column, finding.rows) == (column, at)
    assert results.tables["Lens measures"]["measure"].tolist() == ["lifetime_value", "net_revenue"]
    lenses = result(results, "Lens scores")
    assert lenses[["rank_1", "rank_2"]].to_numpy().tolist() == [[1, 1], [2, 2], [3, 3], [4, 4]]


def test_weights_of_measures_and_statements_count() -> None:
    table_ = statements(
        ("CFO", "mix", "lifetime_value", "high", 3.0, 2.0),
        ("CFO", "mix", "nps", "high", None, 2.0),
        ("CFO", "praise", "nps", "high"),
        ("CFO", "not yet", "fit", "high", 0.0),
    )
    scores = result(looked(officers(("CFO", 1.0)), table_, survey()), "Lens scores")["score_1"]
    # Of 100 and 0: (3/4 * 100) in two thirds of the lens.
    assert scores["A"] == pytest.approx(50.0)


def test_an_officer_in_the_ninth_row_has_no_column() -> None:
    names = [f"O{row}" for row in range(1, 10)]
    results = looked(
        officers(*((name, 0.1) for name in names)),
        statements(*((name, "s", "lifetime_value", "high") for name in names)),
        weight_step=0.5,
    )
    finding = found(results.findings, "too many officers")
    assert (finding.severity, finding.table, finding.rows) == (Severity.ERROR, "Officers", (9,))
    assert found(results.findings, "officer unknown").rows == (9,)
    assert results.tables["Lens agreement"]["officer"].tolist() == names[:8]
    assert figures(results)["Kendall's W"] == pytest.approx(1.0)


def test_a_blank_row_between_officers_keeps_their_places() -> None:
    given = officers(("CFO", 0.75), (None, None), ("CCO", 0.25), ("CFO", 0.1))
    results = looked(given, statements(*OPPOSED), survey())
    lenses = result(results, "Lens scores")
    assert lenses["rank_1"].tolist() == [1, 2, 3, 4]
    assert lenses["rank_2"].isna().all()
    assert lenses["rank_3"].tolist() == [4, 1, 2, 3]
    by_lens = results.tables["Lens agreement"]
    assert texts(by_lens["officer"])[:4] == ["CFO", None, "CCO", None]
    assert by_lens["agrees_3"].tolist()[:3] == pytest.approx([-0.2, np.nan, 1.0], nan_ok=True)


# Weights of officers.


@pytest.mark.parametrize(
    ("weights", "used", "said"),
    [
        ((None, None), (0.5, 0.5), None),
        ((0.4, None), (1.0, 0.0), "weights add up to 0.4 and were brought to 1"),
        ((0.0, 0.0), (0.5, 0.5), "all weights of officers with a lens are nought; all count alike"),
        ((5.0, 1.0), (0.0, 1.0), None),  # out of range, which the checks of the inputs find
    ],
)
def test_weights(weights: tuple[float | None, float | None], used: tuple[float, float], said: str | None) -> None:
    results = looked(officers(("CFO", weights[0]), ("CCO", weights[1])), statements(*OPPOSED), survey())
    assert tuple(results.tables["Lens agreement"]["weight"][:2]) == used
    if said is None:
        assert "weights of officers" not in kinds(results.findings)
    else:
        finding = found(results.findings, "weights of officers")
        assert (finding.table, finding.column) == ("Officers", "weight")
        assert said in finding.what


def test_a_step_of_weights_that_does_not_divide_one_is_found_and_the_rest_stands() -> None:
    results = looked(TWO, statements(*OPPOSED), survey(), weight_step=0.3)
    finding = found(results.findings, "weights not tried")
    assert (finding.table, finding.column) == ("Assumptions", "value")
    assert "weight_step: step must be 1 over a whole number" in finding.what
    assert result(results, "Lens scores")["top_share"].isna().all()
    assert np.isnan(figures(results)["Among the best whatever the weights"])
    assert np.isfinite(figures(results)["Kendall's W"])


def test_more_of_the_best_than_customers_are_all_of_them() -> None:
    results = looked(TWO, statements(*OPPOSED), survey(), top_customers=10.0)
    assert result(results, "Lens scores")["top_share"].tolist() == [1.0] * 4
    assert figures(results)[["Among the best in every lens", "Among the best in any lens"]].tolist() == [4, 4]
