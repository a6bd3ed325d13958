"""Open issues by value at risk, service levels, hours, voices, and how many of the key customers stayed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import AS_OF, customers, found, kinds, settings, table, tables
from valuation.findings import Finding, Severity
from valuation.model.history import read_base
from valuation.model.hours import hours_tables
from valuation.model.issues import Customers, Issues, key_retention, queue_tables, read_issues
from valuation.model.snapshots import Earlier
from valuation.model.voice import voice_table
from valuation.tables import TableData

IDS = ("A", "B", "C", "N")
PEOPLE = Customers(
    ids=np.array(IDS, dtype=object),
    names=np.array(["Alpha", "Beta", "Gamma", "Nu"], dtype=object),
    segment=np.array(["A", "B", "C", "N"], dtype=object),
    value=np.array([1000.0, 500.0, 100.0, -50.0]),
    retention_rate=np.array([0.9, 0.8, 0.7, 0.6]),
    current=np.array([True, True, True, True]),
)
COLUMNS = ("issue_id", "customer_id", "opened", "severity", "hours", "closed", "p_loss_now")


class Read(NamedTuple):
    """Issues as the chain reads them."""

    issues: Issues
    findings: list[Finding]

    def queue(self, **assumed: Any) -> pd.DataFrame:
        return self.tables(**assumed)["Issue queue"].set_index("issue_id")

    def tables(self, **assumed: Any) -> dict[str, pd.DataFrame]:
        return queue_tables(self.issues, PEOPLE, AS_OF, settings(**assumed))

    def hours(self, **assumed: Any) -> tuple[pd.DataFrame, pd.Series, list[Finding]]:
        results, findings = hours_tables(self.issues, AS_OF, settings(**assumed))
        return (
            results["Service hours"].set_index("method"),
            results["Service hours by issue"].set_index("issue_id")["served"],
            findings,
        )

    def voice(self, **assumed: Any) -> pd.DataFrame:
        return voice_table(self.issues, PEOPLE, settings(**assumed)).set_index("customer_id")


def read(
    *rows: Sequence[Any],
    levels: TableData | None = None,
    people: Customers = PEOPLE,
    assumed: dict[str, Any] | None = None,
    **more: Any,
) -> Read:
    filled = [(*row, *[None] * (len(COLUMNS) - len(row))) for row in rows]
    data = table("Issues", **dict(zip(COLUMNS, map(list, zip(*filled, strict=True)), strict=True)), **more)
    base = read_base(customers(*people.ids.tolist()), None, AS_OF)
    given = tables(data) | ({} if levels is None else tables(levels))
    return Read(*read_issues(base, people, settings(**(assumed or {})), given))


def levels(*rows: tuple[str, float, float]) -> TableData:
    segment, severity, hours = zip(*rows, strict=True)
    return table("Service levels", segment=list(segment), severity=list(severity), hours=list(hours))


DAY = "2025-12-30T09:00"
LEVELS = levels(("a", 2.0, 8.0), (" B ", 2.0, 24.0), ("C", 2.0, 48.0))


def test_an_issue_closed_before_it_was_opened_is_left_out_and_found() -> None:
    got = read(("1", "A", DAY, 2.0, 1.0), ("2", "A", DAY, 2.0, 1.0, "2025-12-29"), ("3", "A", DAY, 2.0, 1.0, DAY))
    finding = found(got.findings, "closed before opened")
    assert (finding.severity, finding.table, finding.rows) == (Severity.ERROR, "Issues", (2,))
    assert got.issues.frame["issue_id"].tolist() == ["1", "3"]
    assert got.issues.is_open.tolist() == [True, False]


def test_issues_of_later_days_and_without_a_number_are_no_issues_yet() -> None:
    got = read(
        ("1", "A", "2025-12-31T18:00"), ("2", "A", "2026-01-01"), (None, "A", DAY), ("1", "B", DAY), ("4", "A", None)
    )
    assert got.issues.frame["issue_id"].tolist() == ["1"]


def test_an_issue_solved_after_the_as_of_date_is_still_open() -> None:
    assert read(("1", "A", DAY, 2.0, 1.0, "2026-01-02")).issues.is_open.tolist() == [True]


@pytest.mark.parametrize("mode", ["normal", "crisis"])
def test_an_unknown_customer_comes_last_and_is_flagged(mode: str) -> None:
    queue = read(
        ("1", "X", DAY, 1.0, 1.0, None, 0.9),
        ("2", None, DAY, 1.0, 1.0, None, 0.9),
        ("3", "N", DAY, 4.0, 9.0, None, 0.1),
    ).queue(triage_mode=mode)
    assert queue.index.tolist()[0] == "3"
    assert queue["reason"][["1", "2"]].tolist() == ["customer unknown"] * 2
    assert queue["value_at_risk"][["1", "2"]].isna().all()
    assert sorted(queue["rank"]) == [1.0, 2.0, 3.0]


def test_both_modes_stand_side_by_side() -> None:
    """Most at risk for an hour: C; the greatest asset: A."""
    got = read(("a", "A", DAY, 2.0, 10.0, None, 0.1), ("c", "C", DAY, 2.0, 0.5, None, 0.5))
    normal, crisis = got.queue(), got.queue(triage_mode="crisis")
    assert normal.index.tolist() == ["c", "a"]
    assert crisis.index.tolist() == ["a", "c"]
    assert normal["other_rank"].to_dict() == crisis["rank"].to_dict()
    assert normal["per_hour"].tolist() == [100.0, 10.0]
    assert "class A" in crisis["reason"]["a"]


def test_what_must_be_served_comes_first_whatever_the_value() -> None:
    got = read(("a", "A", DAY, 2.0, 1.0, None, 0.5), ("n", "N", DAY, 2.0, 1.0, None, 0.5), must_serve=[None, 1.0])
    assert got.queue().index.tolist() == ["n", "a"]
    assert got.queue(triage_mode="crisis").index.tolist() == ["n", "a"]


@pytest.mark.parametrize(("chance", "risk"), [(1.5, np.nan), (-0.1, np.nan), (None, np.nan), (0.0, 0.0)])
def test_a_chance_that_cannot_be_leaves_the_others_alone(chance: float | None, risk: float) -> None:
    got = read(("1", "A", DAY, 2.0, 1.0, None, chance), ("2", "B", DAY, 2.0, 1.0, None, 0.1))
    np.testing.assert_array_equal(got.issues.frame["value_at_risk"], [risk, 50.0])
    assert len(got.queue()) == 2


@pytest.mark.parametrize("hours", [-1.0, np.inf])
def test_work_that_cannot_be_is_not_known(hours: float) -> None:
    got = read(
        ("1", "A", DAY, 2.0, hours, None, 0.1), ("2", "B", DAY, 2.0, 1.0, None, 0.1), contract_hours=[-4.0, None]
    )
    assert got.queue().index.tolist() == ["2", "1"]
    assert np.isnan(got.queue()["hours"]["1"])
    assert got.hours(service_hours=8.0)[1].tolist()[0] == 1.0


# Service levels.


def test_service_levels_count_by_segment_and_severity() -> None:
    got = read(("a", "A", DAY, 2.0), ("b", "B", DAY, 2.0), ("c", "C", DAY, 1.0), ("x", "X", DAY, 2.0), levels=LEVELS)
    assert got.findings == []
    assert [str(moment) for moment in got.issues.frame["due"]] == [
        "2025-12-30 17:00:00",
        "2025-12-31 09:00:00",
        "NaT",
        "NaT",
    ]
    assert got.issues.frame["status"].tolist()[:2] == ["Open, late", "Open, late"]


def test_a_contract_that_promises_less_time_overrides() -> None:
    got = read(
        ("1", "B", DAY, 2.0), ("2", "B", DAY, 2.0), ("3", "B", DAY, 2.0),
        levels=LEVELS, contract_hours=[4.0, 96.0, None],
    )  # fmt: skip
    assert got.issues.frame["allowed"].tolist() == [4.0, 24.0, 24.0]


def test_unknown_segments_in_service_levels_are_named() -> None:
    got = read(("a", "A", DAY, 2.0), levels=levels(("A", 2.0, 8.0), ("Gold", 2.0, 1.0), ("T1", 1.0, 1.0)))
    finding = found(got.findings, "unknown segment")
    assert (finding.severity, finding.table, finding.rows) == (Severity.WARNING, "Service levels", (2, 3))
    assert got.issues.frame["allowed"].tolist() == [8.0]


def test_the_first_of_two_service_levels_counts_and_a_negative_one_does_not() -> None:
    twice = levels(("A", 2.0, -1.0), ("A", 2.0, 8.0), ("A", 2.0, 4.0))
    assert read(("a", "A", DAY, 2.0), levels=twice).issues.frame["allowed"].tolist() == [8.0]


def test_compliance_counts_the_issues_of_the_twelve_months() -> None:
    got = read(
        ("1", "A", "2025-03-03T09:00", 2.0, 1.0, "2025-03-03T10:00"),
        ("2", "A", "2025-03-03T09:00", 2.0, 1.0, "2025-03-04T10:00"),
        ("3", "A", DAY, 2.0),
        ("4", "A", "2025-12-31T22:00", 2.0),
        ("5", "A", "2024-12-31T09:00", 2.0, 1.0, "2025-01-03"),
        ("6", "A", DAY, 4.0),
        ("7", "B", "2025-03-03T09:00", 2.0, 1.0, "2025-03-03T10:00"),
        levels=LEVELS,
    )
    table_: Any = got.tables()["Service compliance"].set_index("segment")
    assert table_.loc["A"].tolist() == [1.0, 1.0, 1.0, 1.0, 1.0, pytest.approx(1 / 3)]
    assert table_.loc["B", "compliance"] == 1.0
    assert np.isnan(table_.loc["N", "compliance"])


def test_without_service_levels_no_status_is_made_up() -> None:
    got = read(("a", "A", DAY, 2.0))
    assert got.issues.frame["status"].isna().all()
    assert got.tables()["Service compliance"]["unknown"].tolist() == [1.0, 0.0, 0.0, 0.0]


# Hours.

FOUR = (
    ("1", "A", DAY, 2.0, 10.0, None, 0.6),
    ("2", "A", DAY, 2.0, 8.0, None, 0.5),
    ("3", "A", DAY, 2.0, 8.0, None, 0.5),
    ("4", "A", DAY, 2.0, 1.0, None, 0.09),
)
"""The specification's example, a hundredth of its gains: 600, 500, 500 and 90."""


@pytest.mark.parametrize(("capacity", "greedy", "exact"), [(16.0, 590, 1000), (17.0, 1090, 1090), (18.0, 1090, 1100)])
def test_greedy_exact_and_bound_as_published(capacity: float, greedy: float, exact: float) -> None:
    methods, served, findings = read(*FOUR).hours(service_hours=capacity)
    assert methods["saved"][["greedy", "exact"]].tolist() == pytest.approx([greedy, exact])
    assert methods["saved"]["divisible"] >= exact
    assert (methods["hours"] <= capacity + 1e-9).all()
    assert methods["gap"]["divisible"] == pytest.approx(0.0)
    assert served.isin([0.0, 1.0]).all()
    assert findings == []


def test_without_hours_to_share_out_there_is_a_note_and_no_plan() -> None:
    methods, served, findings = read(*FOUR).hours()
    assert methods["note"].tolist() == ["Fill in service_hours on Assumptions"] * 3
    assert methods["saved"].isna().all()
    assert served.isna().all()
    assert findings == []


def test_hours_that_do_not_suffice_for_duties_are_found() -> None:
    duties = read(*FOUR, must_serve=[1.0, 1.0, None, None])
    methods, served, findings = duties.hours(service_hours=12.0)
    finding = found(findings, "hours do not suffice")
    assert (finding.severity, finding.table) == (Severity.WARNING, "Assumptions")
    assert "takes 6 hours more" in finding.what
    assert methods["shortage"].tolist() == [6.0] * 3
    assert served[["1", "2"]].tolist() == [1.0, 1.0]


def test_hours_kept_for_a_segment_are_spent_on_it() -> None:
    both = read(("a", "A", DAY, 2.0, 4.0, None, 0.9), ("n", "C", DAY, 2.0, 4.0, None, 0.1))
    assert both.hours(service_hours=4.0)[1].to_dict() == {"a": 1.0, "n": 0.0}
    assert both.hours(service_hours=4.0, hours_floor_c=4.0)[1].to_dict() == {"a": 0.0, "n": 1.0}


@pytest.mark.parametrize("method", ["greedy", "exact", "divisible"])
def test_the_method_on_assumptions_is_the_one_that_is_served(method: str) -> None:
    methods, served, _ = read(*FOUR).hours(service_hours=16.0, hours_method=method)
    gains = pd.Series({"1": 600.0, "2": 500.0, "3": 500.0, "4": 90.0})
    assert (served * gains).sum() == pytest.approx(methods["saved"][method])


@pytest.mark.parametrize("capacity", [-1.0, 0.0])
def test_hours_below_nought_are_told_and_none_are_a_plan_of_nothing(capacity: float) -> None:
    methods, served, _ = read(*FOUR).hours(service_hours=capacity)
    assert methods["note"].str.len().gt(0).all() == (capacity < 0)
    assert served.isna().all() == (capacity < 0)


def test_no_open_issues_make_empty_tables() -> None:
    solved = read(("1", "A", DAY, 2.0, 1.0, DAY))
    assert len(solved.queue()) == 0
    methods, served, findings = solved.hours(service_hours=8.0)
    assert methods["saved"].tolist() == [0.0] * 3
    assert (len(served), findings) == (0, [])


# Voices.


def test_exempt_issues_are_never_weighed_against_value() -> None:
    rows = [(str(number), "N" if number < 20 else "A", DAY) for number in range(40)]
    loud = read(*rows).voice()
    assert loud["flag"]["N"] == "over-voiced"
    spared = read(*rows, exempt=[1.0 if number < 20 else None for number in range(40)]).voice()
    assert spared["flag"]["N"] == ""
    assert spared["issues"].to_dict() == {"A": 20.0, "B": 0.0, "C": 0.0, "N": 0.0}


def test_voice_shares_are_of_known_customers_and_add_up() -> None:
    voice = read(("1", "A", DAY), ("2", "X", DAY), ("3", "B", DAY), ("4", "B", "2024-05-05")).voice()
    assert voice["voice_share"].sum() == pytest.approx(1.0)
    assert voice["value_share"].sum() == pytest.approx(1.0)
    assert voice["issues"].sum() == 2


def test_nobody_who_spoke_makes_no_table() -> None:
    assert len(read(("1", "X", DAY)).voice()) == 0


# Key customers.


def earlier(**status: tuple[str, str, float]) -> Earlier:
    """A snapshot of id to status, segment and value."""
    frame = pd.DataFrame.from_dict(status, orient="index", columns=["status", "segment", "value"])
    return Earlier(
        as_of=np.datetime64("2024-12-31"),
        state="final",
        customers=frame.rename_axis("customer_id"),
        facts=pd.Series(dtype=object),
    )


def test_key_retention_is_of_the_segment_at_the_last_snapshot() -> None:
    issues = read(("1", "A", DAY, 2.0, 1.0, None, 0.1), ("2", "A", DAY, 2.0, 1.0, "2025-12-31", 0.5)).issues
    then = earlier(
        A=("current", "B", 300.0), G=("current", "A", 900.0), B=("current", "A", 100.0), N=("left", "A", 5.0)
    )
    kept: Any = key_retention(issues, PEOPLE, then).set_index("segment")
    assert kept.loc["A", ["customers", "kept", "retention", "value_retention"]].tolist() == [2.0, 1.0, 0.5, 0.1]
    assert kept.loc["B", ["customers", "kept", "retention", "value_retention"]].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert kept.loc["C", "customers"] == 0
    assert np.isnan(kept.loc["C", "retention"])
    # Open issues and the chance to stay are those of today's segment.
    assert kept["value_at_risk"].tolist() == [100.0, 0.0, 0.0, 0.0]
    assert kept["expected"].tolist()[:3] == pytest.approx([0.9, 0.8, 0.7])
    assert np.isnan(kept.loc["N", "expected"])


def test_without_a_snapshot_nobody_knows_who_stayed() -> None:
    kept = key_retention(read(("1", "A", DAY)).issues, PEOPLE, None)
    assert kept["customers"].tolist() == [1.0] * 4
    assert kept[["kept", "retention", "value_retention"]].isna().all().all()


def test_a_snapshot_whose_values_are_worth_nothing_has_no_retention_by_value() -> None:
    then = earlier(A=("current", "N", -5.0))
    kept: Any = key_retention(read(("1", "A", DAY)).issues, PEOPLE, then).set_index("segment")
    assert kept.loc["N", "retention"] == 1.0
    assert np.isnan(kept.loc["N", "value_retention"])


def test_a_finding_for_each_kind_of_fault_only() -> None:
    got = read(("1", "A", DAY, 2.0, 1.0, "2025-01-01"), levels=levels(("Gold", 1.0, 1.0)))
    assert kinds(got.findings) == {"closed before opened", "unknown segment"}


def test_business_hours_count_on_working_days_alone() -> None:
    # Nine hours from a Friday: on the same morning by the calendar, on Monday by business hours.
    def due(**assumed: Any) -> pd.Timestamp:
        found = read(("1", "A", "2025-12-19", 1.0, 1.0), levels=levels(("A", 1.0, 9.0)), assumed=assumed)
        return pd.Timestamp(found.issues.frame["due"].iloc[0])

    assert due() == pd.Timestamp("2025-12-19 09:00")
    assert due(service_clock="business") == pd.Timestamp("2025-12-22 10:00")
    assert due(service_clock="business", business_start=8.0, business_end=18.0) == pd.Timestamp("2025-12-19 17:00")


def test_business_hours_that_cannot_be_are_a_finding() -> None:
    found = read(
        ("1", "A", "2025-12-19", 1.0, 1.0),
        levels=levels(("A", 1.0, 9.0)),
        assumed={"service_clock": "business", "business_start": 18.0, "business_end": 9.0},
    )
    assert [finding.kind for finding in found.findings] == ["business hours that cannot be"]
