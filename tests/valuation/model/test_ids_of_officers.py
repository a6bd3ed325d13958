"""Ids typed as a number here and as text there meet in the tables of the officers, as cells are read."""

import datetime as dt
from typing import Any

import pytest

from addin.cells import read_table_data
from addin.workbook import RawTable
from tests.valuation.model.builders import found, kinds, result, tables
from tests.valuation.model.by_margin import AS_OF, rows, texts
from valuation.model import Results, value_base
from valuation.tables import TABLES, TableData


def read(name: str, **columns: list[Any]) -> TableData:
    """Read columns of cells as they stand on a sheet."""
    raw = RawTable(name=TABLES[name].excel_name, sheet=name, first_row=2, first_column=1, columns=columns)
    return read_table_data(raw, TABLES[name])


TODAY = dt.datetime(2025, 12, 31)
IDS: list[Any] = [1001, "1002", 1003.0, " A7 "]


@pytest.fixture(scope="module")
def results() -> Results:
    return value_base(
        tables(
            read("Customers", customer_id=IDS, annual_margin=[100, 50, 10, 5], annual_revenue=[100, 50, 10, 5]),
            read("Retention", customer_id=["1001 ", 1002, "1003", "A7"], probability=[1, 1, 1, 1]),
            read("Referrals", referrer_id=["1001 "], referred_id=[1002.0], date=[TODAY], type=[1]),
            read("Influence", influencer_id=[" 1002"], influenced_id=["1003"], value_with=[9], value_without=[4]),
            read("Ideas", idea_id=[1], customer_id=["A7"], npv=[8], stage_probability=[0.5], attribution=[1]),
            read("Survey", customer_id=["1001", 1002, " 1003 ", "A7"], nps=[1, 2, 3, 4], fit=[0.1, 0.2, 0.3, 0.4]),
            read("Strategic ratings", customer_id=["1003 "], reference=[5]),
            read(
                "Overrides",
                customer_id=[1003, "1002 "],
                segment=["a", "C "],
                reason=["r", "r"],
                owner=["o", "o"],
                expires=[TODAY, TODAY],
            ),
            read("Officers", officer=["CFO ", "CCO"], weight=[0.5, 0.5]),
            read(
                "Lens statements",
                officer=["CFO", " CCO"],
                statement=["s", "t"],
                measure=["lifetime_value ", "nps"],
                better=["High", "high"],
            ),
            rows(
                "Assumptions",
                ("id", "value"),
                *(("as_of", AS_OF), ("horizon", 1.0), ("discount_rate", 0.0), ("sales_cost", 0.0)),
                *(("value_tier_a", 80.0), ("value_tier_b", 20.0)),
            ),
        ),
        wanted={"Engagement value", "Lens scores", "Value matrix", "Snapshots"},
    )


def test_nobody_is_a_stranger(results: Results) -> None:
    assert not {kind for kind in kinds(results.findings) if "unknown" in kind}
    assert list(result(results, "Segments").index) == ["1001", "1002", "1003", "A7"]


def test_referrals_influence_and_ideas_meet(results: Results) -> None:
    engagement = result(results, "Engagement value")
    parts = engagement[["referral_value", "influence_value", "knowledge_value"]]
    assert parts.to_numpy().tolist() == [[50, 0, 0], [0, 5, 0], [0, 0, 0], [0, 0, 4]]


def test_survey_ratings_and_overrides_meet(results: Results) -> None:
    segments = result(results, "Segments")
    assert texts(segments["segment"]) == ["A", "C", "A", "C"]
    assert texts(segments["model_segment"]) == ["A", "B", "C", "C"]
    assert segments["strategic_value"]["1003"] == 100.0
    # Fit counts 5 parts, praise 3.
    given = [100 * (5 * fit + 3 * nps / 10) / 8 for fit, nps in ((0.1, 1), (0.2, 2), (0.3, 3), (0.4, 4))]
    assert result(results, "Value matrix")["value_to_customer"].tolist() == pytest.approx(given)


def test_words_of_officers_meet(results: Results) -> None:
    lenses = result(results, "Lens scores")
    assert lenses["rank_1"].tolist() == [1, 2, 3, 4]
    assert lenses["rank_2"].tolist() == [4, 3, 2, 1]


def test_the_same_id_written_twice_is_a_duplicate() -> None:
    own = read("Customers", customer_id=[1001, "1001 "], annual_margin=[1, 2])
    assert found(value_base(tables(own)).findings, "duplicate").rows == (2,)
