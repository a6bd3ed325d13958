"""Snapshots: a draft until its period is closed, then final; what changes after that stands beside it as restated."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import found, kinds, segmented
from tests.valuation.model.by_margin import AS_OF, CUTS, MARGINS, has_columns, valued
from valuation.findings import Severity
from valuation.model import Results
from valuation.model.snapshots import EDITION, Snapshot, earlier_snapshot, keep_snapshot

NEXT = pd.Timestamp("2026-12-31")
TABLES = ("Snapshots", "Snapshot dates", "Migration", "Migration summary", "Movers")
Tables = Mapping[str, pd.DataFrame]


def refresh(last: Tables | None = None, margins: Mapping[str, float | None] = MARGINS, **assumed: Any) -> Results:
    results = valued(margins, wanted={"Snapshots"}, last=last or {}, **(CUTS | assumed))
    has_columns(results, *TABLES)
    return results


def states(results: Results) -> list[tuple[int, str, float]]:
    """Give year, state and base value of each snapshot."""
    dates: Any = results.tables["Snapshot dates"]
    return [(one.as_of.year, one.state, one.value) for one in dates.itertuples()]


def unchanged(before: Results, after: Results) -> None:
    assert set(before.tables) == set(after.tables)
    for name, frame in before.tables.items():
        pd.testing.assert_frame_equal(frame, after.tables[name])
    assert (before.findings, before.moves, before.notes) == (after.findings, after.moves, after.notes)


@pytest.fixture(scope="module")
def first() -> Results:
    return refresh()


@pytest.fixture(scope="module")
def closed(first: Results) -> Results:
    return refresh(first.tables, closed_through=AS_OF)


@pytest.fixture(scope="module")
def restated(closed: Results) -> Results:
    return refresh(closed.tables, MARGINS | {"C": 90.0, "B": 51.0}, closed_through=AS_OF)


@pytest.fixture(scope="module")
def later(restated: Results) -> Results:
    return refresh(restated.tables, as_of=NEXT, closed_through=AS_OF)


def test_the_first_refresh_makes_a_draft_of_every_customer(first: Results) -> None:
    assert states(first) == [(2025, "draft", 155.0)]
    kept = first.tables["Snapshots"]
    assert kept["customer_id"].tolist() == list(MARGINS)
    assert kept["segment"].tolist() == ["A", "B", "C", "N"]
    facts = first.tables["Snapshot dates"].iloc[0]
    assert (facts["edition"], facts["customers"], facts["cut_a"], facts["cut_b"]) == (EDITION, 4, 80.0, 20.0)
    assert (facts["basis"], facts["convention"]) == ("engagement", first.settings.convention())
    assert first.moves == ("There is no earlier snapshot to compare with; this one is the first.",)
    assert first.tables["Migration summary"]["figure"].isna().all()
    assert len(first.tables["Migration"]) == 5
    assert len(first.tables["Movers"]) == 0


def test_the_same_date_replaces_its_draft(first: Results) -> None:
    again = refresh(first.tables, {"A": 90.0, "E": 5.0})
    assert states(again) == [(2025, "draft", 95.0)]
    assert again.tables["Snapshots"]["customer_id"].tolist() == ["A", "E"]


def test_closing_the_period_makes_the_draft_final(closed: Results) -> None:
    assert states(closed) == [(2025, "final", 155.0)]
    assert set(closed.tables["Snapshots"]["state"]) == {"final"}
    assert "closed period changed" not in kinds(closed.findings)


def test_a_period_that_is_not_closed_stays_a_draft(first: Results) -> None:
    assert states(refresh(first.tables, closed_through=pd.Timestamp("2025-12-30"))) == [(2025, "draft", 155.0)]


def test_what_was_final_stays_final_without_the_assumption(closed: Results) -> None:
    assert states(refresh(closed.tables)) == [(2025, "final", 155.0)]


def test_a_later_change_keeps_the_final_snapshot_and_adds_the_restated_one(restated: Results) -> None:
    assert states(restated) == [(2025, "final", 155.0), (2025, "restated", 236.0)]
    kept = restated.tables["Snapshots"].set_index(["state", "customer_id"])
    assert kept["value"].loc["final"].tolist() == [100.0, 50.0, 10.0, -5.0]
    assert kept["value"].loc["restated"].tolist() == [100.0, 51.0, 90.0, -5.0]
    finding = found(restated.findings, "closed period changed")
    assert (finding.severity, finding.table, finding.amounts) == (Severity.WARNING, "Snapshot dates", (81.0,))
    assert "differ for 2 customers (base value 155.00 then, 236.00 now)" in finding.what


def test_a_change_below_half_a_cent_restates_nothing(closed: Results) -> None:
    assert states(refresh(closed.tables, MARGINS | {"A": 100.004}, closed_through=AS_OF)) == [(2025, "final", 155.0)]


def test_customers_who_came_or_went_since_are_counted_as_differing(closed: Results) -> None:
    changed = refresh(closed.tables, {"A": 100.0, "B": 50.0, "C": 10.0, "E": -5.0}, closed_through=AS_OF)
    finding = found(changed.findings, "closed period changed")
    assert "differ for 2 customers (base value 155.00 then, 155.00 now)" in finding.what


def test_a_value_that_became_known_is_a_change_without_an_amount() -> None:
    unknown = refresh(None, MARGINS | {"A": None}, closed_through=AS_OF)
    finding = found(refresh(unknown.tables, closed_through=AS_OF).findings, "closed period changed")
    assert "differ for 1 customers (base value not known then, 155.00 now)" in finding.what
    assert finding.amounts == ()


def test_an_input_that_is_put_back_takes_the_restatement_away(restated: Results) -> None:
    back = refresh(restated.tables, closed_through=AS_OF)
    assert states(back) == [(2025, "final", 155.0)]
    assert "closed period changed" not in kinds(back.findings)


def test_another_change_replaces_the_restatement(restated: Results) -> None:
    other = refresh(restated.tables, MARGINS | {"A": 200.0}, closed_through=AS_OF)
    assert states(other) == [(2025, "final", 155.0), (2025, "restated", 255.0)]


def test_refreshing_again_changes_nothing(first: Results, closed: Results, restated: Results) -> None:
    unchanged(first, refresh(first.tables))
    unchanged(closed, refresh(closed.tables, closed_through=AS_OF))
    unchanged(restated, refresh(restated.tables, MARGINS | {"C": 90.0, "B": 51.0}, closed_through=AS_OF))


def test_refreshing_a_later_date_again_changes_nothing(later: Results) -> None:
    unchanged(later, refresh(later.tables, as_of=NEXT, closed_through=AS_OF))


def test_a_new_date_adds_to_those_that_are_kept(later: Results) -> None:
    assert states(later) == [(2025, "final", 155.0), (2025, "restated", 236.0), (2026, "draft", 155.0)]
    assert len(later.tables["Snapshots"]) == 12


def test_an_earlier_date_may_be_added_later(first: Results) -> None:
    before = pd.Timestamp("2024-12-31")
    both = refresh(first.tables, {"A": 1.0}, as_of=before)
    assert states(both) == [(2024, "draft", 1.0), (2025, "draft", 155.0)]
    assert "no earlier snapshot" in both.moves[0]
    assert refresh(both.tables).moves[0].startswith("Against 2024-12-31 (draft):")


def test_closing_closes_all_drafts_up_to_the_date(first: Results) -> None:
    both = refresh(first.tables, as_of=NEXT, closed_through=NEXT)
    assert states(both) == [(2025, "final", 155.0), (2026, "final", 155.0)]


def test_the_best_of_the_latest_earlier_date_is_compared_with(
    first: Results, closed: Results, restated: Results, later: Results
) -> None:
    for last, day, state in (
        (first, "2025-12-31", "draft"),
        (closed, "2025-12-31", "final"),
        (restated, "2025-12-31", "restated"),
        (later, "2026-12-31", "draft"),
    ):
        earlier, _ = earlier_snapshot(last.tables, np.datetime64("2027-12-31"))
        assert earlier is not None
        assert (str(earlier.as_of), earlier.state) == (day, state)
    assert earlier_snapshot(later.tables, np.datetime64("2025-12-31")) == (None, [])
    assert later.moves[0].startswith("Against 2025-12-31 (restated):")
    assert later.tables["Movers"]["customer_id"].tolist() == ["C"]


def test_the_band_holds_by_the_snapshot_before_not_by_todays_own_draft(first: Results) -> None:
    margins = MARGINS | {"A": 78.0}
    held = refresh(first.tables, margins, as_of=NEXT)
    assert held.tables["Segments"]["model_segment"].tolist()[0] == "A"
    alone = refresh(first.tables, margins)
    assert alone.tables["Segments"]["model_segment"].tolist()[0] == "B"


def test_where_no_snapshots_are_kept_the_last_segments_hold() -> None:
    margins, last = MARGINS | {"A": 78.0}, segmented({"A": "A"})
    assert valued(margins, last=last, **CUTS).tables["Segments"]["model_segment"].tolist()[0] == "A"
    assert refresh(last, margins).tables["Segments"]["model_segment"].tolist()[0] == "B"


@pytest.mark.parametrize(("edition", "shown"), [(EDITION + 1.0, "edition 2"), (np.nan, "edition ?")])
def test_a_snapshot_of_another_edition_is_compared_with_and_found(first: Results, edition: float, shown: str) -> None:
    last = first.tables | {"Snapshot dates": first.tables["Snapshot dates"].assign(edition=edition)}
    earlier, findings = earlier_snapshot(last, np.datetime64(NEXT, "D"))
    finding = found(findings, "snapshot of another edition")
    assert earlier is not None
    assert (finding.severity, finding.table, finding.column) == (Severity.WARNING, "Snapshot dates", "edition")
    assert shown in finding.what


def test_blank_and_garbled_rows_are_no_snapshots(first: Results) -> None:
    kept, dates = first.tables["Snapshots"], first.tables["Snapshot dates"]
    odd = pd.DataFrame(
        {
            "as_of": [pd.NaT, AS_OF, AS_OF, AS_OF],
            "state": ["draft", "odd", None, "draft"],
            "customer_id": ["X", "Y", "Z", None],
        }
    )
    last = {
        "Snapshots": pd.concat([odd, kept], ignore_index=True),
        "Snapshot dates": pd.concat([odd.iloc[:3].drop(columns="customer_id"), dates], ignore_index=True),
    }
    later = refresh(last, as_of=NEXT)
    assert states(later) == [(2025, "draft", 155.0), (2026, "draft", 155.0)]
    assert later.tables["Snapshots"]["customer_id"].tolist() == [*MARGINS, *MARGINS]
    assert len(later.tables["Movers"]) == 0


def test_customers_twice_in_a_snapshot_count_once(first: Results) -> None:
    kept = first.tables["Snapshots"]
    last = first.tables | {"Snapshots": pd.concat([kept, kept.assign(segment="C")], ignore_index=True)}
    earlier, _ = earlier_snapshot(last, np.datetime64(NEXT, "D"))
    assert earlier is not None
    assert earlier.customers["segment"].to_dict() == {"A": "A", "B": "B", "C": "C", "D": "N"}


def test_snapshots_without_dates_and_dates_without_snapshots(first: Results) -> None:
    no_dates = refresh({"Snapshots": first.tables["Snapshots"]}, as_of=NEXT)
    assert "no earlier snapshot" in no_dates.moves[0]
    assert len(no_dates.tables["Snapshots"]) == 8
    no_rows = refresh({"Snapshot dates": first.tables["Snapshot dates"]}, as_of=NEXT)
    assert no_rows.tables["Movers"]["direction"].tolist() == ["new"] * 4


def test_a_snapshot_lacking_columns_is_compared_as_far_as_it_goes(first: Results) -> None:
    less = {name: first.tables[name].drop(columns=["segment_value", "cut_a"], errors="ignore") for name in TABLES[:2]}
    later = refresh(less, MARGINS | {"A": 5.0}, as_of=NEXT)
    movers = later.tables["Movers"]
    assert movers["customer_id"].tolist() == ["A"]
    assert movers[["value_before", "change", "cause"]].isna().all().all()


@pytest.mark.parametrize(("column", "typed"), [("cut_a", -1.0), ("cut_b", 1e300), ("cut_b", -1.0)])
def test_cuts_that_were_typed_over_and_cannot_be_are_not_known(first: Results, column: str, typed: float) -> None:
    dates = first.tables["Snapshot dates"].assign(**{column: typed})
    movers = refresh(first.tables | {"Snapshot dates": dates}, MARGINS | {"A": 5.0}, as_of=NEXT).tables["Movers"]
    assert movers["customer_id"].tolist() == ["A"]
    assert movers["cause"].isna().all()


def test_a_base_without_customers_has_a_snapshot_too() -> None:
    empty = refresh(None, {})
    assert states(empty) == [(2025, "draft", 0.0)]
    unchanged(empty, refresh(empty.tables, {}))
    assert refresh(empty.tables, as_of=NEXT).tables["Movers"]["direction"].tolist() == ["new"] * 4


def test_a_sheet_that_fills_up_is_told_before_it_is_full() -> None:
    many = 900_001
    rows = pd.DataFrame({"as_of": pd.Timestamp("2025-09-30"), "state": "final", "customer_id": range(many)})
    dates = pd.DataFrame({"as_of": [pd.Timestamp("2025-09-30")], "state": ["final"]})
    today = Snapshot(customers=rows[:1].drop(columns=["as_of", "state"]), facts={})
    last = {"Snapshots": rows, "Snapshot dates": dates}
    _, findings = keep_snapshot(last, today, as_of=np.datetime64("2025-12-31"), closed_through=None)
    assert [finding.kind for finding in findings] == ["snapshots fill the sheet"]
