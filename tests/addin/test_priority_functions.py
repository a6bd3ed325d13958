"""Worksheet functions of priority: what their cells and messages say beyond the examples."""

from typing import Any

import pytest

from addin.calls import Reply, evaluate
from workbook_templates.plan import CellError

HEADINGS = ["issue_id", "value", "opened", "severity", "hours", "p_loss_now"]
ALLOWED: list[list[Any]] = [["tier", "Severity 1", "Severity 2"], ["T1", 4, None], ["T2", 8, 24]]


def answer(name: str, *args: Any) -> Reply:
    return evaluate(name, args, iso_dates=True)


def triage(rows: list[list[Any]], *more: str, as_of: str = "2025-12-31", mode: str = "normal") -> Reply:
    return answer("CV_TRIAGE", [[*HEADINGS, *more], *rows], as_of, mode)


def test_a_duty_whose_gain_is_blank_is_served_and_saves_nothing_known() -> None:
    reply = answer("CV_ALLOCATE_HOURS", [[None], [None], [9]], [[1], [2], [3]], 4, "greedy", [[True], [None], [False]])
    assert reply.cells[1] == [1, 1, 1, 0, None, None, None]
    assert reply.cells[2] == [2, *[CellError.NA] * 3, None, None, None]
    assert reply.cells[-1] == ["All", 2, 4, 9, 9, 0, 0]
    assert reply.message == "1 issues whose gain or hours are missing are not planned"


def test_a_shortage_leaves_the_rest_open() -> None:
    reply = answer("CV_ALLOCATE_HOURS", [[5], [9]], [[6], [1]], 4, None, [[True], [False]])
    assert reply.cells[2][1:4] == [CellError.NA] * 3
    assert reply.cells[-1] == ["All", 1, 6, 5, CellError.NA, CellError.NA, 2]
    assert reply.message is not None
    assert "takes 2 hours more than there are" in reply.message


def test_a_negative_capacity_is_out_of_range() -> None:
    reply = answer("CV_ALLOCATE_HOURS", [[5]], [[6]], -1)
    assert reply.cells == [[CellError.NUM]]
    assert reply.message == "capacity must be a finite number, 0 or more, not -1"


def test_issues_that_are_not_known_come_last_and_are_counted() -> None:
    reply = triage(
        [
            ["I1", None, "2025-12-30", 2, 1, 0.5],
            ["I2", 10, "2025-12-30", 2, 1, None],
            ["I3", 10, "2025-12-30", 2, 1, 0.5],
        ]
    )
    assert [row[1] for row in reply.cells] == ["Issue", "I3", "I1", "I2"]
    assert reply.cells[2][2:] == [CellError.NA, "customer unknown"]
    assert reply.message == "2 issues come last, because their customer, value at risk or hours are not known"


def test_issues_stand_as_they_stood_that_day() -> None:
    rows = [
        ["I1", 100, "2025-12-20", 2, 1, 0.5, "2025-12-21", None, None],
        ["I2", 100, "2025-12-20", 2, 1, 0.5, "2026-01-01", None, 220],
        ["I3", 100, "2025-12-20", 2, 1, 0.5, None, 0.2, 24],
    ]
    reply = triage(rows, "closed", "p_loss_served", "allowed_hours")
    assert reply.cells[1:] == [
        [1, "I3", 30, "30 at risk per hour, 1000% over its time"],
        [2, "I2", 50, "50 at risk per hour, 20% over its time"],
    ]


def test_a_chance_out_of_range_names_its_row() -> None:
    reply = triage([["I1", 10, "2025-12-30", 2, 1, 0.5], ["I2", 10, "2025-12-30", 2, 1, 50]])
    assert reply.cells == [[CellError.NUM]]
    assert reply.message == "p_loss_now must be from 0 to 1, not 50.0 in row 2"


def test_a_crisis_needs_classes() -> None:
    reply = triage([["I1", 10, "2025-12-30", 2, 1, 0.5]], mode="crisis")
    assert reply.cells == [[CellError.VALUE]]
    assert reply.message == "issues must have a column 'value_class' for mode 'crisis'"


def test_a_tier_that_is_not_in_the_table_fails_alone() -> None:
    reply = answer("CV_SLA", [["T1"], ["T9"], ["T1"], ["T2"]], [[1], [1], [2], [2]], ALLOWED)
    assert reply.cells == [[4], [CellError.NA], [CellError.NA], [24]]
    assert (
        reply.message == "2 of 4 rows have no value; the first is row 2: table has no hours for tier T9 and severity 1"
    )
    assert answer("CV_SLA", "T9", 1, ALLOWED).cells == [[CellError.NA]]


@pytest.mark.parametrize(("clock", "due"), [("calendar", 46010.625 + 4 / 24), ("business", 46013.375 + 2 / 24)])
def test_a_due_moment_is_a_serial_number(clock: str, due: float) -> None:
    reply = answer("CV_SLA_DUE", "2025-12-19 15:00", [[4], [-1]], clock)
    assert reply.cells == [[pytest.approx(due)], [CellError.NUM]]


def test_holidays_move_a_due_moment() -> None:
    given = ("2025-12-19 15:00", 4, "business", 9, 17)
    assert answer("CV_SLA_DUE", *given, [["2025-12-22"], ["2025-12-23"]]).cells == [[pytest.approx(46015.375 + 2 / 24)]]
    assert answer("CV_SLA_DUE", *given, None, "1111110").cells == [[pytest.approx(46011.375 + 2 / 24)]]


def test_an_issue_that_contradicts_itself_fails_alone() -> None:
    opened, due = [["2025-12-02"], ["2025-12-02"], ["2026-02-01"], ["2025-12-02"]], "2025-12-03"
    closed = [["2025-12-01"], ["2025-12-03"], [None], [None]]
    reply = answer("CV_SLA_STATUS", opened, due, closed, "2025-12-02")
    assert reply.cells == [[CellError.VALUE], ["Open, in time"], [CellError.VALUE], ["Open, in time"]]
    assert reply.message is not None
    assert "row 1: closed must not be before opened" in reply.message
    alone = answer("CV_SLA_STATUS", "2025-12-02", due, "2025-12-01", "2025-12-31")
    assert alone.cells == [[CellError.VALUE]]


def test_what_has_no_status_is_not_counted() -> None:
    reply = answer("CV_SLA_COMPLIANCE", [["T1"], ["T2"], [None]], [["Open, in time"], [None], ["Met"]])
    assert reply.cells[1:] == [["T1", 0, 0, 1, 0, 1, CellError.DIV0], ["All", 0, 0, 1, 0, 1, CellError.DIV0]]
    assert reply.message == "2 issues without tier or status are not counted"


def test_an_error_among_the_statuses_is_the_answer() -> None:
    reply = answer("CV_SLA_COMPLIANCE", [["T1"], ["T2"]], [["Met"], ["#VALUE!"]])
    assert reply.cells == [[CellError.VALUE]]
    assert reply.message is not None
    assert "row 2 of status" in reply.message
