"""One official segment for each customer: cuts that stay, the band around them, and the stages of life."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.model.builders import (
    WHOLE_CHAIN,
    assumptions,
    customers,
    found,
    kinds,
    result,
    table,
    transactions,
    value,
)
from valuation.findings import Severity
from valuation.model import Results
from valuation.tables import SEGMENTS, TableData

AS_OF = pd.Timestamp("2025-12-31")
CUTS: dict[str, Any] = {"value_tier_a": 1000.0, "value_tier_b": 100.0}


def run(*margins: float | None, previous: dict[str, str] | None = None, **assumed: object) -> Results:
    """Value customers by a typed margin, over one year, undiscounted, with the chance to stay: value is the margin."""
    ids = [f"C{i}" for i in range(len(margins))]
    own = table("Customers", customer_id=ids, annual_margin=margins, annual_revenue=margins)
    stay = table("Retention", customer_id=ids, probability=[1.0] * len(ids))
    base: dict[str, object] = {"as_of": AS_OF, "horizon": 1.0, "discount_rate": 0.0, "sales_cost": 0.0}
    return value(own, stay, assumptions(**(base | assumed)), previous=previous)


def segments(*margins: float | None, previous: dict[str, str] | None = None, **assumed: object) -> list[object]:
    frame = run(*margins, previous=previous, **assumed).tables["Segments"]
    assert list(frame) == [column.name for column in SEGMENTS]
    return [None if pd.isna(label) else label for label in frame["segment"]]


# Cuts.


def test_cuts_are_lower_bounds_and_values_at_or_below_nought_have_none() -> None:
    assert segments(1000.0, 999.99, 100.0, 99.99, 0.0, -5.0, None, **CUTS) == ["A", "B", "B", "C", "N", "N", "N"]


def test_an_unknown_value_has_no_segment() -> None:
    sales = transactions(("A", "2025-03-01", 5.0))
    frame = value(customers("A"), sales, assumptions(as_of=AS_OF)).tables["Segments"]
    assert pd.isna(frame.loc[0, ["segment", "profit_tier", "value", "distance_to_cut"]]).all()
    assert frame.loc[0, "revenue_tier"] == "A"


def test_distance_is_to_the_lower_cut_of_the_own_segment() -> None:
    frame = run(1250.0, 130.0, 40.0, -1.0, **CUTS).tables["Segments"]
    np.testing.assert_array_equal(frame["distance_to_cut"], [250.0, 30.0, 40.0, np.nan])


def test_without_cuts_the_pareto_cuts_of_the_day_stand_in_and_say_so() -> None:
    results = run(60.0, 30.0, 8.0, 2.0, -5.0)
    assert results.tables["Segments"]["segment"].tolist() == ["A", "A", "B", "C", "N"]
    finding = found(results.findings, "cuts not set")
    assert finding.severity is Severity.NOTE
    assert "value_tier_a, value_tier_b, revenue_tier_a" in finding.what


def test_one_cut_that_is_set_bounds_the_one_that_is_not() -> None:
    assert segments(60.0, 30.0, 8.0, 2.0, value_tier_a=50.0) == ["A", "B", "B", "C"]
    assert segments(60.0, 30.0, 8.0, 2.0, value_tier_a=5.0) == ["A", "A", "A", "C"]
    assert segments(60.0, 30.0, 8.0, 2.0, value_tier_b=1.0) == ["A", "A", "B", "B"]
    assert segments(60.0, 30.0, 8.0, 2.0, value_tier_b=55.0) == ["A", "C", "C", "C"]


def test_cuts_out_of_order_are_swapped_and_found() -> None:
    results = run(1000.0, 100.0, 5.0, value_tier_a=100.0, value_tier_b=1000.0)
    assert results.tables["Segments"]["segment"].tolist() == ["A", "B", "C"]
    assert "value" in found(results.findings, "cuts out of order").what


def test_nobody_with_a_value_needs_no_cuts() -> None:
    assert segments(-5.0, 0.0) == ["N", "N"]
    assert segments() == []


def test_tiers_by_revenue_and_profit_stand_beside() -> None:
    own = table("Customers", customer_id=["A", "B"], annual_revenue=[100.0, 10.0], annual_margin=[-5.0, 9.0])
    cuts = {f"{basis}_tier_{cut}": at for basis in ("revenue", "profit") for cut, at in (("a", 50.0), ("b", 5.0))}
    frame = result(value(own, assumptions(as_of=AS_OF, sales_cost=0.0, **cuts)), "Segments")
    assert frame["revenue_tier"].tolist() == ["A", "B"]
    assert frame["profit_tier"].tolist() == ["N", "B"]


# The band.


def test_a_customer_changes_segment_only_beyond_the_band() -> None:
    before = {"C0": "B", "C1": "B", "C2": "A", "C3": "A"}
    assert segments(1049.0, 1051.0, 951.0, 949.0, previous=before, **CUTS) == ["B", "A", "A", "B"]
    assert segments(1049.0, 951.0, previous=before, tier_band=0.0, **CUTS) == ["A", "B"]


def test_segments_that_have_no_cut_hold_nobody() -> None:
    before = {"C0": "N", "C1": "gold", "C2": "", "C9": "A"}
    assert segments(1001.0, 1001.0, 1001.0, previous=before, **CUTS) == ["A", "A", "A"]


@WHOLE_CHAIN
@given(
    st.lists(st.integers(-100, 2000).map(float), max_size=12),
    st.lists(st.sampled_from(["A", "B", "C", "N"]), min_size=12, max_size=12),
    st.booleans(),
)
def test_refreshing_twice_changes_nothing(margins: list[float], before: list[str], cuts: bool) -> None:
    assumed: dict[str, Any] = dict(CUTS) if cuts else {}
    first = run(*margins, previous={f"C{i}": label for i, label in enumerate(before)}, **assumed).tables["Segments"]
    again = dict(zip(first["customer_id"], first["segment"], strict=True))
    second = run(*margins, previous=again, **assumed).tables["Segments"]
    pd.testing.assert_frame_equal(first, second)


@WHOLE_CHAIN
@given(st.permutations([1500.0, 1000.0, 400.0, 99.0, 0.0, -3.0]))
def test_order_of_rows_does_not_matter(margins: list[float]) -> None:
    there = segments(1500.0, 1000.0, 400.0, 99.0, 0.0, -3.0)
    assert sorted(zip(margins, segments(*margins), strict=True), key=lambda pair: -pair[0]) == list(
        zip([1500.0, 1000.0, 400.0, 99.0, 0.0, -3.0], there, strict=True)
    )


# Stages and scores.


def stages(own: TableData, *rows: tuple[str, str, float]) -> Any:
    return result(value(own, transactions(*rows), assumptions(as_of=AS_OF)), "Segments")


def test_customers_whose_purchases_lie_before_the_first_transaction_have_lapsed() -> None:
    own = customers("old", "to come", "buys", first_purchase=["2015-01-01", None, "2015-01-01"])
    frame = stages(own, ("buys", "2023-06-01", 5.0), ("buys", "2025-11-01", 5.0))
    assert frame["lifecycle"].tolist() == ["Lapsed", "Prospect", "Reactivated"]
    assert frame["lifecycle_rule"].iloc[0] == "no purchase in the 12 months to 2025-12-31"


def test_only_credits_are_a_customer_of_old_and_only_trials_none_yet() -> None:
    frame = stages(customers("credit", "trial"), ("credit", "2025-06-01", -5.0), ("trial", "2025-06-01", 0.0))
    assert frame["lifecycle"].tolist() == ["Lapsed", "Prospect"]


def test_scores_are_for_customers_who_have_bought() -> None:
    own = customers("A", "B", "C", "D")
    rows = [("A", "2025-12-30", 50.0), ("A", "2025-11-30", 50.0), ("B", "2025-06-01", 10.0), ("C", "2025-01-05", 5.0)]
    results = value(own, transactions(*rows), assumptions(as_of=AS_OF))
    frame = result(results, "Segments")
    np.testing.assert_array_equal(frame["days_since_last"], [1.0, 213.0, 360.0, np.nan])
    np.testing.assert_array_equal(frame["purchase_days"], [2.0, 1.0, 1.0, 0.0])
    np.testing.assert_array_equal(frame["recency_score"], [3.0, 2.0, 1.0, np.nan])
    np.testing.assert_array_equal(frame["monetary_score"], [3.0, 2.0, 1.0, np.nan])
    assert "3 bins instead of 5" in found(results.findings, "few customers for scores").what


@pytest.mark.parametrize("rows", [[], [("A", "2025-06-01", -5.0)]])
def test_nobody_to_score_is_no_finding(rows: list[tuple[str, str, float]]) -> None:
    results = value(customers("A"), transactions(*rows), assumptions(as_of=AS_OF))
    assert "few customers for scores" not in kinds(results.findings)
