"""What a refresh says about itself."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from valuation.model import changes

NAN = float("nan")
Cells = Mapping[Any, object]


def frame(column: str, cells: Cells) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(cells), "name": "Secret Ltd", column: list(cells.values())})


def said(
    before: Cells,
    after: Cells,
    was: Cells | None = None,
    now: Cells | None = None,
) -> list[str]:
    values = (frame("value", before), frame("value", after))
    return changes(*values, frame("segment", was or {}), frame("segment", now or {}))


def test_first_refresh() -> None:
    assert said({}, {"A": 1000.0, "B": 500.4}) == ["First refresh: 2 customers, base value 1,500."]
    assert said({None: NAN}, {"A": 1000.0}) == ["First refresh: 1 customer, base value 1,000."]
    nothing = pd.DataFrame()
    assert changes(nothing, frame("value", {"A": NAN}), nothing, nothing) == [
        "First refresh: 1 customer, base value unknown."
    ]


def test_nothing_changed() -> None:
    same = {"A": 1000.0, "B": -5.0}
    assert said(same, same, {"A": "A", "B": "N"}, {"A": "A", "B": "N"}) == [
        "The base value stays at 995.",
        "No customer changes segment.",
    ]
    assert said({"A": 0.1 + 0.2}, {"A": 0.3}) == ["The base value stays at 0."]


def test_movers_by_size_and_by_id() -> None:
    before = {"A": 1000.0, "B": 500.0, "C": 10.0, "D": 1.0, "E": 7.0}
    after = {"A": 900.0, "B": 800.0, "C": 15.0, "D": 3.0, "E": 7.0}
    words = said(before, after)
    assert words == [
        "The base value goes from 1,518 to 1,725, +207 (+13.6%).",
        "4 customers' values change; the most: B +300, A -100, C +5.",
    ]
    assert "Secret" not in " ".join(words)


def test_who_came_and_who_went_counts_from_nought() -> None:
    assert said({"A": 10.0, "B": 5.0}, {"A": 10.0, "C": 2.0, "D": 1.0}) == [
        "The base value goes from 15 to 13, -2 (-13.3%). 2 customers came, 1 went.",
        "3 customers' values change; the most: B -5, C +2, D +1.",
    ]
    assert said({"A": 10.0}, {"A": 10.0, "B": 0.0}) == ["The base value stays at 10. 1 customer came, 0 went."]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"A": 10.0, "B": 5.0}, {"A": 10.0, "B": NAN}, "goes from 15 to unknown (1 customer without a value)."),
        ({"A": 10.0, "B": NAN}, {"A": 10.0, "B": 5.0}, "goes from unknown to 15."),
        ({"A": NAN, "B": None}, {"A": NAN, "B": NAN}, "stays unknown (2 customers without a value)."),
    ],
)
def test_a_total_that_leaves_customers_out_is_not_given(before: Cells, after: Cells, expected: str) -> None:
    assert said(before, after) == [f"The base value {expected}"]


def test_a_loss_that_shrinks_is_a_rise() -> None:
    assert said({"A": -100.0}, {"A": -50.0})[0] == "The base value goes from -100 to -50, +50 (+50.0%)."
    assert said({"A": 0.0}, {"A": 50.0}) == [
        "The base value goes from 0 to 50, +50.",
        "1 customer's value changes; the most: A +50.",
    ]


def test_segment_routes_are_counted() -> None:
    was = {"A": "A", "B": "B", "C": "B", "D": None, "E": "N", "F": "A"}
    now = {"A": "B", "B": "A", "C": "A", "D": "A", "E": "N", "G": "A"}
    same = {"A": 1.0}
    assert said(same, same, was, now)[-1] == "Segments: 1 from A to B, 2 from B to A."


def test_doubled_rows_of_an_edited_sheet_do_no_harm() -> None:
    before = pd.DataFrame({"customer_id": ["A", "A", None], "value": [1.0, 5.0, 9.0]})
    segments = pd.DataFrame({"customer_id": ["A", "A"], "segment": ["A", "B"]})
    assert changes(before, frame("value", {"A": 1.0}), segments, frame("segment", {"A": "A"})) == [
        "The base value stays at 1.",
        "No customer changes segment.",
    ]
