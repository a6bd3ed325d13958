"""The two-sided value matrix: cuts typed or of the day, and what is unknown is never low."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import from_frame, result, tables
from tests.valuation.model.by_margin import AS_OF, MARGINS, has_columns, rows, texts, valued
from valuation.findings import Severity
from valuation.model import Results, value_base
from valuation.tables import TableData

TYPED: dict[str, Any] = {"company_cut": 40.0, "customer_cut": 60.0}


def placed(margins: dict[str, float | None], *parts: TableData, **assumed: Any) -> Results:
    results = valued(margins, *parts, wanted={"Value matrix"}, **assumed)
    has_columns(results, "Value matrix", "Value matrix quadrants", "Value matrix points")
    assert len(results.tables["Value matrix points"]) == 200
    return results


def fits(**fit: float | None) -> TableData:
    return from_frame("Survey", pd.DataFrame({"customer_id": list(fit), "fit": list(fit.values())}))


def test_typed_cuts_are_used_without_a_note() -> None:
    results = placed(MARGINS, fits(A=0.6, B=0.59, C=0.9, D=0.1), **TYPED)
    matrix = result(results, "Value matrix")
    assert matrix["quadrant"].tolist() == ["Ideal", "Vulnerable", "Overlooked", "Low priority"]
    assert matrix["company_distance"].tolist() == [60.0, 10.0, -30.0, -45.0]
    assert matrix["customer_distance"].tolist() == pytest.approx([0.0, -1.0, 30.0, -50.0])
    assert results.cuts == TYPED
    assert "company_cut" not in {word for f in results.findings for word in f.what.replace(",", " ").split()}


def test_without_cuts_the_medians_of_the_day_stand_in_and_a_note_says_so() -> None:
    results = placed(MARGINS | {"E": 70.0}, fits(A=0.9, B=0.5, C=0.7, D=0.2, E=0.1), customer_cut=30.0)
    assert results.cuts == {"company_cut": 50.0, "customer_cut": 30.0}
    (note,) = [f for f in results.findings if f.kind == "cuts not set" and "median" in f.what]
    assert (note.severity, note.table, note.column) == (Severity.NOTE, "Assumptions", "value")
    assert note.what.endswith("stands in: company_cut")
    summary = results.tables["Value matrix quadrants"].set_index("quadrant")
    assert summary["customers"].tolist() == [2, 1, 1, 1, 0, 0]
    assert summary["value"].tolist() == [150.0, 70.0, 10.0, -5.0, 0.0, 0.0]
    assert summary["net_revenue"].tolist() == [150.0, 70.0, 10.0, 5.0, 0.0, 0.0]


def test_what_a_customer_gets_is_unknown_never_low() -> None:
    results = placed(MARGINS | {"E": None, "F": None}, fits(A=0.9, B=None, E=0.1), **TYPED)
    matrix = result(results, "Value matrix")
    unknown = "Unknown value derived"
    assert matrix["quadrant"].tolist() == ["Ideal", *[unknown] * 3, "Unknown value", "Unknown value"]
    assert matrix["action"].tolist()[1] == "find out what the customer gets"
    assert matrix["customer_distance"].isna().tolist() == [False, True, True, True, False, True]
    summary: Any = results.tables["Value matrix quadrants"].set_index("quadrant")
    assert summary.loc[unknown, ["customers", "value"]].tolist() == [3, 55.0]
    assert summary.loc["Unknown value", "customers"] == 2
    assert np.isnan(summary.loc["Unknown value", "value"])
    assert texts(results.tables["Value matrix points"]["customer_id"])[:2] == ["A", None]


@pytest.mark.parametrize("margins", [MARGINS, {}])
def test_with_one_side_all_unknown_nobody_is_placed(margins: dict[str, float | None]) -> None:
    results = placed(margins)
    assert not {"Ideal", "Vulnerable", "Overlooked", "Low priority"} & set(result(results, "Value matrix")["quadrant"])
    assert np.isnan(list(results.cuts.values())).all()
    assert results.tables["Value matrix points"].isna().all().all()
    assert results.tables["Value matrix quadrants"]["customers"].sum() == len(margins)


def test_points_stand_in_the_column_of_their_quadrant() -> None:
    points = placed(MARGINS, fits(A=0.6, B=0.59, C=0.9, D=0.1), **TYPED).tables["Value matrix points"][:4]
    assert points["customer_id"].tolist() == ["A", "B", "C", "D"]
    series = points[["ideal", "vulnerable", "overlooked", "low_priority"]].to_numpy()
    np.testing.assert_array_equal(np.diag(series), [100.0, 50.0, 10.0, -5.0])
    assert np.isfinite(series).sum() == 4


def test_of_many_customers_the_chart_shows_the_largest_gains_and_losses() -> None:
    margins: dict[str, float | None] = {f"C{i}": float(i - 20) for i in range(250)}
    results = placed(margins, fits(**dict.fromkeys(margins, 0.5)), **TYPED)
    points = results.tables["Value matrix points"]
    assert points["customer_id"].notna().all()
    amounts = points[["ideal", "vulnerable", "overlooked", "low_priority"]].sum(axis=1).abs()
    assert amounts.is_monotonic_decreasing
    assert (amounts.iloc[0], amounts.iloc[-1]) == (229.0, 30.0)


def test_only_current_customers_are_placed() -> None:
    columns = ("customer_id", "annual_margin", "status")
    own = rows("Customers", columns, ("A", 9.0, "active"), ("B", 8.0, "lost"), ("C", 7.0, "prospect"))
    results = value_base(tables(own, rows("Assumptions", ("id", "value"), ("as_of", AS_OF))), wanted={"Value matrix"})
    assert results.tables["Value matrix"]["customer_id"].tolist() == ["A"]
