"""Who moved since the last snapshot, and why: the customer itself, a cut, or an override."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.by_margin import CUTS, has_columns, rows, texts, valued
from valuation.model import Results

NEXT = pd.Timestamp("2026-12-31")
WANTED = {"Snapshots"}
OVERRIDE = ("customer_id", "segment", "reason", "owner", "expires")
BEFORE: dict[str, float | None] = {
    "stays": 200.0,
    "in band": 100.0,
    "fell": 100.0,
    "rose": 10.0,
    "cut": 70.0,
    "both": 70.0,
    "from N": -5.0,
    "put": 100.0,
    "was put": 100.0,
    "gone": 30.0,
    "unknown": 30.0,
    "was unknown": None,
}
NOW: dict[str, float | None] = {
    "stays": 210.0,
    "in band": 58.0,
    "fell": 30.0,
    "rose": 30.0,
    "cut": 70.0,
    "both": 100.0,
    "from N": 20.5,
    "put": 100.0,
    "was put": 100.0,
    "unknown": None,
    "was unknown": 30.0,
    "new": 5.0,
}
LOWER: dict[str, Any] = CUTS | {"value_tier_a": 60.0}


def people(margins: dict[str, float | None]) -> dict[str, list[str]]:
    return {"name": [f"Secret {id_} Ltd" for id_ in margins]}


@pytest.fixture(scope="module")
def before() -> Results:
    put = rows("Overrides", OVERRIDE, ("was put", "B", "late payer", "CFO", "2026-06-30"))
    return valued(BEFORE, put, wanted=WANTED, also=people(BEFORE), **CUTS)


@pytest.fixture(scope="module")
def results(before: Results) -> Results:
    put = rows("Overrides", OVERRIDE, ("put", "C", "no references", "CRO", "2027-06-30"))
    found = valued(NOW, put, wanted=WANTED, last=before.tables, also=people(NOW), as_of=NEXT, **LOWER)
    has_columns(found, "Migration", "Migration summary", "Movers")
    return found


@pytest.fixture(scope="module")
def movers(results: Results) -> Any:
    return results.tables["Movers"].set_index("customer_id")


def test_all_who_moved_are_listed_and_nobody_else(movers: Any) -> None:
    assert set(movers.index) == {*BEFORE, *NOW} - {"stays", "in band"}
    assert movers["segment_before"].map(str).str.cat(movers["segment"].map(str)).to_dict() == {
        "fell": "AB",
        "rose": "CB",
        "cut": "BA",
        "both": "BA",
        "from N": "NB",
        "put": "AC",
        "was put": "BA",
        "gone": "Bnan",
        "unknown": "Bnan",
        "was unknown": "nanB",
        "new": "nanC",
    }


def test_causes(movers: Any) -> None:
    assert dict(zip(movers.index, texts(movers["cause"]), strict=True)) == {
        "fell": "the customer",
        "rose": "the customer",
        "cut": "the cut",
        "both": "both",
        "from N": "the customer",
        "put": "an override",
        "was put": "an override",
        **dict.fromkeys(("gone", "unknown", "was unknown", "new")),
    }


def test_reasons_name_amounts_cuts_and_overrides(movers: Any) -> None:
    assert movers["reason"].to_dict() == {
        "fell": "value fell from 100 to 30, below the cut of 60 by more than the band of 5%",
        "rose": "value rose from 10 to 30, above the cut of 20 by more than the band of 5%",
        "cut": "the cut fell from 80 to 60; value 70 did not move past it",
        "both": "value rose from 70 to 100, and the cut fell from 80 to 60",
        # Who comes from N had no tier that a band could hold: 20.5 is above 20, if not by 5%.
        "from N": "value rose from -5 to 20.50, not below the cut of 0",
        "put": "override: no references (CRO, until 2027-06-30)",
        "was put": "the override of then no longer holds",
        "gone": "in no tier now",
        "new": "in no tier before",
        "unknown": "the value is not known now",
        "was unknown": "the value was not known then",
    }


def test_directions_and_changes(movers: Any) -> None:
    assert movers["direction"].to_dict() == {
        "fell": "down",
        "rose": "up",
        "cut": "up",
        "both": "up",
        "from N": "up",
        "put": "down",
        "was put": "up",
        "gone": "gone",
        "unknown": "gone",
        "was unknown": "new",
        "new": "new",
    }
    assert {id_: None if np.isnan(change) else change for id_, change in movers["change"].items()} == {
        "fell": -70.0,
        "rose": 20.0,
        "cut": 0.0,
        "both": 30.0,
        "from N": 25.5,
        "put": 0.0,
        "was put": 0.0,
        "gone": -30.0,
        "unknown": None,
        "was unknown": None,
        "new": 5.0,
    }


def test_the_largest_change_comes_first_and_unknown_ones_last(movers: Any) -> None:
    sizes = movers["change"].abs()
    assert sizes.dropna().is_monotonic_decreasing
    assert sizes.isna().tolist() == [False] * 9 + [True] * 2


def test_counts_add_up_to_the_customers_of_both_dates(before: Results, results: Results) -> None:
    matrix: Any = results.tables["Migration"].set_index("segment")
    counts = matrix[["to_a", "to_b", "to_c", "to_n", "to_out"]]
    for side, sums in ((before, counts.sum(axis=1)), (results, counts.sum(axis=0))):
        official = side.tables["Segments"]["segment"].value_counts()
        assert sums.tolist()[:4] == [float(official.get(label, 0)) for label in "ABCN"]
    assert counts.to_numpy().sum() == len({*BEFORE, *NOW})
    assert counts.loc["none"].tolist() == [0, 1, 1, 0, 0]
    assert counts["to_out"].tolist() == [0, 2, 0, 0, 0]
    shares = matrix[["share_a", "share_b", "share_c", "share_n", "share_out"]].sum(axis=1)
    assert shares.tolist() == pytest.approx([1.0] * 5)
    known = sum(value for value in NOW.values() if value is not None)
    lost = 30.0 + 30.0  # of who is gone, or not known any more, the value of then
    assert matrix.filter(like="value_").to_numpy().sum() == pytest.approx(known + lost)


def test_the_summary_counts_the_movers(results: Results) -> None:
    figures = results.tables["Migration summary"].set_index("measure")["figure"]
    assert figures["Stayed"] == 2 / 9
    counted = ("Moved up", "Moved down", "New", "Gone")
    assert figures[[*counted]].tolist() == [5, 2, 2, 2]
    by = ("Moved by themselves", "Moved by the cut", "Moved by both", "Moved by an override")
    assert figures[[*by]].tolist() == [3, 1, 1, 2]


def test_words_give_numbers_causes_and_the_largest_by_id_never_by_name(results: Results) -> None:
    assert results.moves == (
        "Against 2025-12-31 (draft): 2 of 9 customers stay in their segment, 5 move up, 2 down; 2 are new and 2 in no "
        "segment any more.",
        "What moved them: 3 by the customer, 1 by the cut, 1 by both, 2 by an override.",
        "The largest: fell from A to B (value fell from 100 to 30, below the cut of 60 by more than the band of 5%"
        "); both from B to A (value rose from 70 to 100, and the cut fell from 80 to 60); from N from N to B "
        "(value rose from -5 to 20.50, not below the cut of 0).",
    )
    assert "Secret" not in " ".join(results.moves)


def test_another_basis_and_convention_are_said(before: Results) -> None:
    moves = valued(
        BEFORE, wanted=WANTED, last=before.tables, as_of=NEXT, segment_basis="lifetime", horizon=2.0, **CUTS
    ).moves
    assert [move for move in moves if "which moves values too" in move] == [
        f"The convention was another one then ({before.settings.convention()}; now "
        f"{before.settings.convention().replace('1 years', '2 years')}), which moves values too.",
        "The basis of the segment was another one then (engagement; now lifetime), which moves values too.",
    ]


def test_what_was_not_recorded_is_said_so(before: Results) -> None:
    dates = before.tables["Snapshot dates"].assign(convention=None, basis=None)
    moves = valued(BEFORE, wanted=WANTED, last=before.tables | {"Snapshot dates": dates}, as_of=NEXT, **CUTS).moves
    assert sum("another one then (not recorded; now" in move for move in moves) == 2


def test_blank_cuts_move_with_the_others() -> None:
    first = valued({"A": 60.0, "B": 30.0, "C": 8.0, "D": 2.0}, wanted=WANTED)
    now: dict[str, float | None] = {"A": 600.0, "B": 30.0, "C": 8.0, "D": 2.0}
    movers = valued(now, wanted=WANTED, last=first.tables, as_of=NEXT).tables["Movers"].set_index("customer_id")
    assert movers["cause"].to_dict() == {"B": "the cut", "C": "the cut"}
    assert movers["reason"]["B"] == "the cut rose from 30 to 600; value 30 did not move past it"


def test_without_any_cut_no_cause_is_made_up() -> None:
    first = valued({"A": -1.0, "B": -2.0}, wanted=WANTED)
    results = valued({"A": 10.0, "B": -2.0}, wanted=WANTED, last=first.tables, as_of=NEXT)
    movers = results.tables["Movers"]
    assert texts(movers["cause"]) == [None]
    assert movers[["customer_id", "direction", "reason"]].to_numpy().tolist() == [["A", "up", ""]]
    assert len(results.moves) == 1


def test_labels_that_are_none_of_ours_are_no_segment(before: Results) -> None:
    kept = before.tables["Snapshots"]
    last = before.tables | {"Snapshots": kept.assign(segment="gold", model_segment="gold")}
    results = valued({"stays": 200.0}, wanted=WANTED, last=last, as_of=NEXT, **CUTS)
    assert results.tables["Movers"]["direction"].tolist() == ["new"]
