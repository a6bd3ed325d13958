"""Service levels: allowed hours, due moments on two clocks, status and compliance."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.priority import (
    STATUSES,
    BusinessHours,
    add_hours,
    allowed_hours,
    breach_ratio,
    compliance,
    due,
    hours_between,
    service_status,
)

few = settings(max_examples=min(settings().max_examples, 20))
TABLE = pd.DataFrame({1: [4.0, 8.0], 2: [8.0, 24.0]}, index=["T1", "T2"])
FRIDAY = np.datetime64("2025-12-19T15:00", "s")
NEVER = np.datetime64("NaT", "s")
MINUTE = np.timedelta64(1, "m")

minutes = st.integers(0, 12 * 24 * 60).map(lambda passed: np.datetime64("2025-12-18T00:00", "s") + passed * MINUTE)
offices = st.builds(
    BusinessHours,
    start=st.sampled_from([0.0, 8.0, 8.5]),
    end=st.sampled_from([12.25, 17.0, 24.0]),
    workdays=st.sampled_from(["1111100", "1111111", "0010010"]),
    holidays=st.sampled_from([(), (np.datetime64("2025-12-25"), np.datetime64("2025-12-26"))]),
)


def works(moment: np.datetime64, office: BusinessHours) -> bool:
    """Whether somebody works in the minute that starts then."""
    at = pd.Timestamp(moment)
    hour = at.hour + at.minute / 60
    off = {pd.Timestamp(day).date() for day in office.holidays}
    return office.start <= hour < office.end and office.workdays[at.weekday()] == "1" and at.date() not in off


def minute_by_minute(start: np.datetime64, needed: int, office: BusinessHours) -> np.datetime64:
    """The end of the last minute that is needed."""
    moment = start
    while needed:
        needed -= works(moment, office)
        moment += MINUTE
    return moment


# The business clock.


@few
@given(minutes, st.integers(0, 30 * 60), offices)
def test_the_business_clock_is_that_of_a_loop_over_minutes(
    start: np.datetime64, needed: int, office: BusinessHours
) -> None:
    assert add_hours(start, needed / 60, clock=office) == minute_by_minute(start, needed, office)


@few
@given(minutes, minutes, offices)
def test_hours_between_are_those_of_a_loop_over_minutes(
    first: np.datetime64, last: np.datetime64, office: BusinessHours
) -> None:
    early, late = min(first, last), max(first, last)
    counted = sum(works(moment, office) for moment in np.arange(early, late, MINUTE))
    assert hours_between(early, late, clock=office) == pytest.approx(counted / 60)
    assert hours_between(late, early, clock=office) == pytest.approx(-counted / 60)


@few
@given(minutes, st.integers(0, 2000), st.integers(0, 2000), offices)
def test_hours_add_up(start: np.datetime64, one: int, two: int, office: BusinessHours) -> None:
    for clock in ("calendar", office):
        end = add_hours(start, (one + two) / 60, clock=clock)
        assert add_hours(add_hours(start, one / 60, clock=clock), two / 60, clock=clock) == end
        assert hours_between(start, end, clock=clock) == pytest.approx((one + two) / 60)


@few
@given(minutes, st.integers(0, 5000))
def test_business_hours_round_the_clock_are_calendar_hours(start: np.datetime64, needed: int) -> None:
    always = BusinessHours(start=0.0, end=24.0, workdays="1111111")
    assert add_hours(start, needed / 60, clock=always) == add_hours(start, needed / 60)


def test_a_deadline_is_the_end_of_a_day_rather_than_the_next_morning() -> None:
    office = BusinessHours()
    assert add_hours(FRIDAY, 2.0, clock=office) == np.datetime64("2025-12-19T17:00")
    assert add_hours(np.datetime64("2025-12-20T10:00"), 0.0, clock=office) == np.datetime64("2025-12-20T10:00")
    assert add_hours(np.datetime64("2025-12-20T10:00"), 0.5, clock=office) == np.datetime64("2025-12-22T09:30")


def test_holidays_are_skipped() -> None:
    office = BusinessHours(holidays=(np.datetime64("2025-12-22"), np.datetime64("2025-12-23")))
    assert add_hours(FRIDAY, 3.0, clock=office) == np.datetime64("2025-12-24T10:00")


def test_dates_of_every_kind_are_moments() -> None:
    given_ = np.array([dt.date(2025, 12, 19), dt.datetime(2025, 12, 19, 8), pd.Timestamp("2025-12-19"), None, FRIDAY])
    found = add_hours(given_, 1.0)
    assert [str(moment)[:16] for moment in found] == [
        "2025-12-19T01:00",
        "2025-12-19T09:00",
        "2025-12-19T01:00",
        "NaT",
        "2025-12-19T16:00",
    ]


def test_what_is_missing_has_no_deadline() -> None:
    office = BusinessHours()
    for clock in ("calendar", office):
        found = add_hours([FRIDAY, NEVER, FRIDAY, FRIDAY], [1.0, 1.0, math.nan, 1e30], clock=clock)
        assert np.isnat(found).tolist() == [False, True, True, True]
        assert np.isnan(hours_between([FRIDAY, NEVER], FRIDAY, clock=clock)).tolist() == [False, True]


# Allowed hours and due moments.


def test_hours_are_those_of_tier_and_severity() -> None:
    assert allowed_hours(["T2", "T1", "T1", "T3", None], [2, 1, 3, 1, 1], TABLE) == pytest.approx(
        [24, 4, math.nan, math.nan, math.nan], nan_ok=True
    )


def test_a_contract_counts_where_it_is_stricter() -> None:
    found = allowed_hours(["T2", "T2", "T2", "T9"], [2, 2, 2, 2], TABLE, contract_hours=[6.0, 99.0, math.nan, 6.0])
    assert found == pytest.approx([6, 24, 24, math.nan], nan_ok=True)


def test_due_is_the_same_in_two_steps() -> None:
    opened = np.array([FRIDAY, FRIDAY, NEVER])
    office = BusinessHours()
    found = due(opened, ["T1", "T9", "T1"], [1, 1, 1], TABLE, clock=office)
    assert found[0] == np.datetime64("2025-12-22T11:00")
    assert np.isnat(found[1:]).all()


def test_breach_ratio_counts_from_the_due_moment_on() -> None:
    hours = np.array([4.0, 2.0, 1.0, 0.0, math.nan])
    found = breach_ratio(FRIDAY, hours, as_of=FRIDAY + np.timedelta64(3, "h"))
    assert found == pytest.approx([0, 0.5, 2, math.nan, math.nan], nan_ok=True)
    office = breach_ratio(FRIDAY, hours, as_of=FRIDAY + np.timedelta64(3, "h"), clock=BusinessHours())
    assert office == pytest.approx([0, 0, 1, math.nan, math.nan], nan_ok=True)


# Status and compliance.


def test_every_status() -> None:
    hour = np.timedelta64(1, "h")
    closed = np.array([FRIDAY + hour, FRIDAY + 2 * hour, FRIDAY + 3 * hour, NEVER, NEVER, FRIDAY + 90 * hour])
    limit = np.array([FRIDAY + 2 * hour] * 3 + [FRIDAY + 50 * hour, FRIDAY + 2 * hour, FRIDAY + 91 * hour])
    found = service_status(FRIDAY, limit, closed, as_of=FRIDAY + 24 * hour)
    assert found.tolist() == ["Met", "Met", "Breached", "Open, in time", "Open, late", "Open, in time"]


def test_a_row_that_contradicts_itself_fails_alone() -> None:
    hour = np.timedelta64(1, "h")
    opened = np.array([FRIDAY, FRIDAY, FRIDAY + 99 * hour, NEVER, FRIDAY])
    closed = np.array([FRIDAY - hour, FRIDAY, NEVER, NEVER, NEVER])
    limit = np.array([FRIDAY + hour] * 4 + [NEVER])
    assert service_status(opened, limit, closed, as_of=FRIDAY).tolist() == [None, "Met", None, None, None]


def test_an_issue_of_the_as_of_day_is_open() -> None:
    day = FRIDAY.astype("datetime64[D]")
    assert service_status(FRIDAY, FRIDAY + 60, NEVER, as_of=day).item() == "Open, in time"


@few
@given(st.lists(st.tuples(st.sampled_from(["A", "B", None]), st.sampled_from([None, *STATUSES])), max_size=30))
def test_compliance_counts_each_issue_once(rows: list[tuple[str | None, str | None]]) -> None:
    tiers, states = [row[0] for row in rows], [row[1] for row in rows]
    found = compliance(tiers, states)
    for tier, counted in found.iterrows():
        mine = [state for name, state in rows if name == tier and state]
        assert counted["issues"] == len(mine)
        decided = [state for state in mine if state != "Open, in time"]
        expected = decided.count("Met") / len(decided) if decided else math.nan
        assert counted["compliance"] == pytest.approx(expected, nan_ok=True)
    assert found["issues"].sum() == sum(1 for tier, state in rows if tier and state)


def test_doors() -> None:
    with pytest.raises(DomainError, match="business hours must lie within a day, start before end, not 17-9"):
        BusinessHours(start=17, end=9)
    with pytest.raises(InputError, match="workdays must be seven of 0 and 1"):
        BusinessHours(workdays="11111")
    with pytest.raises(DomainError, match="workdays must hold a day"):
        BusinessHours(workdays="0000000")
    with pytest.raises(InputError, match="holidays must be dates"):
        BusinessHours(holidays=(np.datetime64("NaT"),))
    with pytest.raises(InputError, match="clock must be one of"):
        add_hours(FRIDAY, 1.0, clock="business")  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="hours must be at most"):
        add_hours(FRIDAY, 1e12)
    with pytest.raises(InputError, match="start must be dates, not <U4"):
        add_hours(["2025"], 1.0)
    with pytest.raises(InputError, match="start must be dates, not float64"):
        add_hours(np.array([1.0]), 1.0)
    with pytest.raises(InputError, match="as_of must be a date"):
        breach_ratio(FRIDAY, 1.0, as_of=NEVER)
    with pytest.raises(InputError, match="table must hold each tier and each severity once"):
        allowed_hours(["T1"], [1], TABLE.set_axis(["T1", "T1"]))
    with pytest.raises(DomainError, match="table must hold hours of 0 or more, not -4"):
        allowed_hours(["T1"], [1], -TABLE)
    with pytest.raises(InputError, match="tier and severity must be columns of one length"):
        allowed_hours(["T1"], [1, 2], TABLE)
    with pytest.raises(InputError, match="closed must not be before opened"):
        service_status(FRIDAY, FRIDAY, FRIDAY - 60, as_of=FRIDAY)
    with pytest.raises(InputError, match="opened must not be after as_of"):
        service_status(FRIDAY, FRIDAY, NEVER, as_of=np.datetime64("2025-12-18"))
    with pytest.raises(InputError, match=r"status must be one of .* not 'Done' in row 2"):
        compliance(["A", "A"], ["Met", "Done"])
    with pytest.raises(InputError, match="tier and status must be columns of one length"):
        compliance(["A"], ["Met", "Met"])
