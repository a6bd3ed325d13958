"""Needs segments: who belongs where, who answers for them, and a P&L that ties to that of the customers."""

from typing import Any

import numpy as np
import pytest

from tests.valuation.model.builders import found, kinds, result
from tests.valuation.model.by_margin import MARGINS, has_columns, rows, texts, valued
from valuation.findings import Severity
from valuation.model import Results
from valuation.model.needs import MONEY, NO_NEEDS
from valuation.tables import TableData

WANTED = {"Tier methods"}
ALSO: dict[str, list[object]] = {
    "segment": ["large", "small", "large", None, "odd"],
    "needs_segment": [None, None, "speed", "nobody's", None],
}
MARGINS_5: dict[str, float | None] = MARGINS | {"E": 7.0}


def needs(*given: tuple[object, ...]) -> TableData:
    return rows("Needs segments", ("needs_segment", "segment", "owner"), *given)


NEEDS = needs(
    ("care", "large", "Ann"),
    (None,),
    ("price", "small", "Bob"),
    ("price", "tiny", "Cem"),
    ("speed", None, "Dua"),
    ("speed", "large", "Dua"),
    ("nothing yet", "future", "Eva"),
)


@pytest.fixture(scope="module")
def results() -> Results:
    found_ = valued(MARGINS_5, NEEDS, wanted=WANTED, also=ALSO, sales_cost=0.1)
    has_columns(found_, "Needs P&L")
    return found_


def test_the_own_one_goes_before_that_of_the_segment(results: Results) -> None:
    assert texts(result(results, "Segments")["needs_segment"]) == ["care", "price", "speed", "nobody's", None]


@pytest.mark.parametrize(
    ("kind", "severity", "table", "column", "at"),
    [
        ("segment with two needs", Severity.ERROR, "Needs segments", "segment", (6,)),
        ("needs segment with several owners", Severity.ERROR, "Needs segments", "owner", (3, 4)),
        ("needs segment without owner", Severity.WARNING, "Customers", "needs_segment", (4,)),
    ],
)
def test_what_does_not_fit_is_found(
    results: Results, kind: str, severity: Severity, table: str, column: str, at: tuple[int, ...]
) -> None:
    finding = found(results.findings, kind)
    assert (finding.severity, finding.table, finding.column, finding.rows) == (severity, table, column, at)


def test_each_has_one_owner_or_none(results: Results) -> None:
    frame: Any = results.tables["Needs P&L"].set_index("needs_segment")
    assert dict(zip(frame.index, texts(frame["owner"]), strict=True)) == {
        "care": "Ann",
        "price": None,
        "speed": "Dua",
        "nobody's": None,
        NO_NEEDS: None,
        "nothing yet": "Eva",
    }
    assert frame["customers"].to_dict() == {
        "care": 1,
        "price": 1,
        "speed": 1,
        "nobody's": 1,
        NO_NEEDS: 1,
        "nothing yet": 0,
    }


def test_the_largest_contribution_comes_first_and_those_without_customers_last(results: Results) -> None:
    frame = results.tables["Needs P&L"]
    assert frame["needs_segment"].tolist() == ["care", "price", "speed", NO_NEEDS, "nobody's", "nothing yet"]
    assert frame["contribution"].iloc[:5].is_monotonic_decreasing
    assert (frame[[*MONEY, "value"]].iloc[5] == 0.0).all()


def test_the_pnl_ties_to_that_of_the_customers(results: Results) -> None:
    frame, pnl = results.tables["Needs P&L"], results.tables["Customer P&L"]
    for column in MONEY:
        assert frame[column].sum() == pytest.approx(pnl[column].sum(), abs=1e-6), column
    assert frame["value"].sum() == pytest.approx(results.tables["Lifetime value"]["value"].sum())
    assert frame["customers"].sum() == len(pnl)


def test_an_unknown_cost_makes_its_sums_unknown_and_no_others() -> None:
    results = valued(MARGINS_5 | {"A": None}, NEEDS, wanted=WANTED, also=ALSO)
    frame: Any = results.tables["Needs P&L"].set_index("needs_segment")
    assert frame.loc["care", ["contribution", "value"]].isna().all()
    assert frame.loc["care", "net_revenue"] == 100.0
    assert frame.drop(index="care")[["contribution", "value"]].notna().all().all()


@pytest.mark.parametrize("parts", [(), (needs((None,)),)])
def test_without_needs_segments_all_stand_together(parts: tuple[TableData, ...]) -> None:
    results = valued(MARGINS, *parts, wanted=WANTED)
    frame = results.tables["Needs P&L"]
    assert frame[["needs_segment", "customers", "value"]].to_numpy().tolist() == [[NO_NEEDS, 4.0, 155.0]]
    assert not {kind for kind in kinds(results.findings) if "needs" in kind}


def test_nobody_to_serve() -> None:
    frame = valued({}, NEEDS, wanted=WANTED).tables["Needs P&L"]
    assert frame["needs_segment"].tolist() == ["care", "price", "speed", "nothing yet"]
    np.testing.assert_array_equal(frame["customers"], 0.0)
