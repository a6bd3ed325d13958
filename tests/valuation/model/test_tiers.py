"""Tiers by five bases and four ways of cutting, and cuts that cannot hold as they stand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import found, settings
from tests.valuation.model.by_margin import CUTS, MARGINS, has_columns, rows, texts, valued
from valuation.findings import Severity
from valuation.model import Results
from valuation.model.tiers import BASES, METHODS, cut_findings, cuts_of, put_into_tiers, tier_methods

FIVE: dict[str, float | None] = {"A": 100.0, "B": 50.0, "C": 40.0, "D": 7.0, "E": 3.0}
COLUMNS = ["cut_a", "cut_b", "a", "b", "c", "n", "unknown"]


def methods(results: Results) -> Any:
    has_columns(results, "Tier methods")
    frame: Any = results.tables["Tier methods"].set_index(["basis", "method"])
    assert list(frame.index) == [(title, method) for title, _ in BASES.values() for method in METHODS]
    return frame


@pytest.fixture(scope="module")
def five() -> Any:
    own = rows("Strategic ratings", ("customer_id", "reference"), ("A", 5.0), ("B", 3.0), ("C", 0.0), ("X", 5.0))
    referrals = rows("Referrals", ("referrer_id", "referred_id", "type"), ("E", "A", 1.0))
    return methods(valued(FIVE, own, referrals, wanted={"Tier methods"}, **CUTS))


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("absolute", [80, 20, 1, 2, 2, 0, 0]),
        ("ranks", [100, 40, 1, 2, 2, 0, 0]),  # the best fifth, and the rest of the better half
        ("Pareto", [40, 40, 3, 0, 2, 0, 0]),  # 190 of 200 are 95%: nobody is left for B
        ("natural breaks", [100, 40, 1, 2, 2, 0, 0]),  # 3 and 7, 40 and 50, 100
    ],
)
def test_customer_value_cut_in_four_ways(five: Any, method: str, expected: list[float]) -> None:
    row = five.loc[("Customer value", method)]
    assert row[COLUMNS].tolist() == expected
    assert row["a_share"] == (190 / 200 if method == "Pareto" else 0.5)


def test_each_basis_has_its_own_amounts(five: Any) -> None:
    # E is worth 103 with the customer whom it brought.
    assert five.loc[("Engagement value", "absolute"), COLUMNS].tolist() == [80, 20, 2, 2, 1, 0, 0]
    # Rated 100, 60 and 0 of 100, the others not at all.
    assert five.loc[("Strategic value", "absolute"), COLUMNS].tolist() == [70, 40, 1, 1, 0, 1, 2]
    for basis in ("Net revenue", "Contribution"):
        assert five.loc[(basis, "natural breaks"), COLUMNS].tolist() == [100, 40, 1, 2, 2, 0, 0]


def test_every_customer_is_counted_once_by_every_method(five: Any) -> None:
    assert (five[["a", "b", "c", "n", "unknown"]].sum(axis=1) == 5).all()
    assert five.loc[("Engagement value", "absolute"), "same_as_official"] == 1.0
    assert five.loc[("Customer value", "absolute"), "same_as_official"] == 0.8
    assert five["same_as_official"].between(0, 1).all()


def test_values_at_or_below_nought_are_in_no_tier_but_in_n() -> None:
    frame = methods(valued({"A": -1.0, "B": -2.0, "C": 0.0}, wanted={"Tier methods"}))
    for basis in ("Contribution", "Customer value", "Engagement value"):
        rows_ = frame.loc[basis]
        assert (rows_[["a", "b", "c", "n", "unknown"]].to_numpy() == [0, 0, 0, 3, 0]).all()
        assert rows_[["cut_a", "cut_b", "a_share"]].isna().all().all()
        assert set(rows_["note"]) == {"nobody has a value above nought"}
    assert set(frame.loc["Strategic value", "note"]) == {"nobody's value is known"}


def test_unknown_values_are_in_no_tier_not_in_n() -> None:
    frame = methods(valued(MARGINS | {"E": None}, wanted={"Tier methods"}, **CUTS))
    assert frame.loc[("Customer value", "absolute"), COLUMNS].tolist() == [80, 20, 1, 1, 1, 1, 1]
    nobody = methods(valued(dict.fromkeys(MARGINS), wanted={"Tier methods"}))
    assert nobody.loc["Customer value", "unknown"].tolist() == [4] * 4
    assert set(nobody.loc["Customer value", "note"]) == {"nobody's value is known"}


@pytest.mark.parametrize("amounts", [[5.0, 5.0, 5.0], [5.0, 3.0, 3.0], [5.0, -3.0, np.nan]])
def test_fewer_different_values_than_classes_have_no_natural_breaks(amounts: list[float]) -> None:
    values = np.array(amounts)
    frame: Any = tier_methods(
        {"lifetime": values}, put_into_tiers(values, cuts_of("lifetime", values, settings())), settings()
    )
    row = frame.set_index("method").loc["natural breaks"]
    assert row["note"] == "too few different values to cut"
    assert row[["cut_a", "cut_b", "a_share"]].isna().all()
    assert row["n"] == (values <= 0).sum()
    others = frame[frame["method"] != "natural breaks"]
    assert others["a_share"].notna().all()


def test_three_different_values_are_three_classes() -> None:
    values = np.array([1.0, 5.0, 9.0])
    frame: Any = tier_methods({"lifetime": values}, np.array(["A", "B", "C"], dtype=object), settings())
    row = frame.set_index("method").loc["natural breaks"]
    assert row[["cut_a", "cut_b", "a", "b", "c"]].tolist() == [9.0, 5.0, 1, 1, 1]
    assert row["same_as_official"] == pytest.approx(1 / 3)


def test_cuts_that_contradict_each_other_are_swapped_and_named() -> None:
    wrong = settings(value_tier_a=1.0, value_tier_b=2.0, profit_tier_a=5.0, profit_tier_b=6.0, revenue_tier_a=3.0)
    finding = found(list(cut_findings(wrong, 4)), "cuts out of order")
    assert (finding.severity, finding.table, finding.column) == (Severity.ERROR, "Assumptions", "value")
    assert finding.what.endswith("taken the other way round: value, profit")
    assert cuts_of("engagement", np.array([9.0]), wrong) == (2.0, 1.0)
    note = found(list(cut_findings(wrong, 4)), "cuts not set")
    assert note.what.endswith("stand in: revenue_tier_b")


def test_without_customers_blank_cuts_are_no_finding() -> None:
    assert not list(cut_findings(settings(), 0))


def test_a_band_holds_on_to_tiers_that_have_a_cut_alone() -> None:
    amounts = np.array([98.0, 98.0, 98.0, 98.0])
    before = np.array(["A", "B", "N", None], dtype=object)
    tiers = put_into_tiers(
        amounts, cuts_of("lifetime", amounts, settings(value_tier_a=100.0, value_tier_b=95.0)), before, 0.05
    )
    # Held in A; in B by value; N and newcomers go by the cuts alone.
    assert texts(pd.Series(tiers, dtype=object)) == ["A", "B", "B", "B"]
