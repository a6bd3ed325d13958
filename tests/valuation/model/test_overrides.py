"""Overrides: the official segment beside the model's, and what all of them together change."""

from typing import Any

import numpy as np
import pytest

from tests.valuation.model.builders import found, kinds, result
from tests.valuation.model.by_margin import CUTS, MARGINS, has_columns, rows, texts, valued
from valuation.findings import Severity
from valuation.model import Results
from valuation.tables import TableData

WANTED = {"Tier methods"}


def overrides(*given: tuple[object, ...]) -> TableData:
    return rows("Overrides", ("customer_id", "segment", "reason", "owner", "expires"), *given)


@pytest.fixture(scope="module")
def results() -> Results:
    table = overrides(
        ("A", " b ", "pays late", "CFO", "2025-12-31"),
        ("B", "A", "reference", "CMO", "2025-12-30"),
        ("C", "A", None, "CMO", "2026-06-30"),
        (None,),
        ("nobody", "A", "reference", "CMO", "2026-06-30"),
        ("D", "gold", "reference", "CMO", "2026-06-30"),
        ("U", "A", "board", "CEO", "2026-06-30"),
        ("C", "B", "reference", None, "2026-06-30"),
        ("C", "B", "reference", "CMO", None),
    )
    found_ = valued(MARGINS | {"U": None, "V": None}, table, wanted=WANTED, **CUTS)
    has_columns(found_, "Override effect", "Segments")
    return found_


def test_an_override_that_is_complete_holds_until_its_last_day(results: Results) -> None:
    segments = result(results, "Segments")
    assert texts(segments["model_segment"]) == ["A", "B", "C", "N", None, None]
    assert texts(segments["segment"]) == ["B", "B", "C", "N", "A", None]


def test_the_override_says_why_by_whom_and_until_when(results: Results) -> None:
    words: list[object] = ["pays late (CFO, until 2025-12-31)", None, None, None, "board (CEO, until 2026-06-30)", None]
    assert texts(result(results, "Segments")["override"]) == words


@pytest.mark.parametrize(
    ("kind", "severity", "column", "at"),
    [
        ("override expired", Severity.NOTE, "customer_id", (2,)),
        ("override not complete", Severity.WARNING, "customer_id", (3, 8, 9)),
        ("override unknown customer", Severity.WARNING, "customer_id", (5,)),
        ("override unknown segment", Severity.ERROR, "segment", (6,)),
    ],
)
def test_what_has_no_effect_is_found(
    results: Results, kind: str, severity: Severity, column: str, at: tuple[int, ...]
) -> None:
    finding = found(results.findings, kind)
    assert (finding.severity, finding.table, finding.column, finding.rows) == (severity, "Overrides", column, at)


def test_two_that_would_both_hold_have_no_effect_but_an_expired_one_is_not_in_the_way() -> None:
    table = overrides(
        ("A", "B", "one", "CFO", "2026-06-30"),
        ("A", "C", "two", "CFO", "2026-06-30"),
        ("B", "A", "one", "CFO", "2025-06-30"),
        ("B", "C", "two", "CFO", "2026-06-30"),
    )
    results = valued(MARGINS, table, **CUTS)
    assert result(results, "Segments")["segment"].tolist() == ["A", "C", "C", "N"]
    assert found(results.findings, "override twice").rows == (1, 2)
    assert found(results.findings, "override expired").rows == (3,)


def test_the_effect_adds_up(results: Results) -> None:
    effect: Any = results.tables["Override effect"].set_index("segment")
    assert effect["model_customers"].tolist() == [1, 1, 1, 1, 2]
    assert effect["customers"].tolist() == [1, 2, 1, 1, 1]
    moved = effect["moved_in"] - effect["moved_out"]
    assert (effect["customers"] - effect["model_customers"]).tolist() == moved.tolist()
    assert (effect["moved_in"].sum(), effect["moved_out"].sum()) == (2, 2)


def test_a_sum_with_an_unknown_value_is_unknown(results: Results) -> None:
    effect: Any = results.tables["Override effect"]
    np.testing.assert_array_equal(effect["model_value"], [100.0, 50.0, 10.0, -5.0, np.nan])
    np.testing.assert_array_equal(effect["value"], [np.nan, 150.0, 10.0, -5.0, np.nan])


def test_money_moves_between_segments_and_none_is_lost() -> None:
    table = overrides(("A", "N", "left soon", "CFO", "2026-06-30"), ("B", "B", "as it is", "CFO", "2026-06-30"))
    results = valued(MARGINS, table, wanted=WANTED, **CUTS)
    effect: Any = results.tables["Override effect"]
    assert effect["model_value"].sum() == effect["value"].sum() == 155.0
    assert effect["value"].tolist() == [0.0, 50.0, 10.0, 95.0, 0.0]
    assert effect["moved_in"].tolist() == [0, 0, 0, 1, 0]


def test_the_model_goes_on_under_an_override() -> None:
    """The band holds by the model's segment of before; what people put there is not the model's."""
    table = overrides(("B", "A", "reference", "CMO", "2026-06-30"))
    first = valued(MARGINS | {"B": 50.0}, table, **CUTS)
    second = valued(MARGINS | {"B": 81.0}, table, last=first.tables, **CUTS)
    segments = result(second, "Segments")
    assert (segments["model_segment"]["B"], segments["segment"]["B"]) == ("B", "A")


@pytest.mark.parametrize("given", [(), ((None,),)])
def test_no_overrides_are_no_finding(given: tuple[tuple[object, ...], ...]) -> None:
    results = valued(MARGINS, *([overrides(*given)] if given else []), **CUTS)
    assert not {kind for kind in kinds(results.findings) if kind.startswith("override")}
    assert result(results, "Segments")["override"].isna().all()
