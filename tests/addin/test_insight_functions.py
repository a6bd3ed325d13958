"""What the functions of insight and goals add to the mathematics: rows that fail alone, notes, errors."""

from typing import Any

import pytest

from addin.calls import evaluate
from workbook_templates.plan import CellError

PLAN: list[list[Any]] = [["Stratum", "N", "note"], ["A", 1.0, "x"], [2.0, 1.0, None]]
HEADER = [
    "Goal id",
    "Parent id",
    "Level",
    "Owner",
    "Weight",
    "Rollup",
    "Baseline",
    "Baseline date",
    "Target",
    "Target date",
    "Actual",
]


def goal(name: str, parent: str | None, owner: str | None, actual: float | None, **more: Any) -> list[Any]:
    level = "executive" if parent else "company"
    return [name, parent, level, owner, 0.5, more.get("rollup"), 0.0, 45658.0, 100.0, 46022.0, actual]


def test_a_customer_whose_value_is_blank_has_no_voice_and_takes_none() -> None:
    reply = evaluate("CV_VOICE", [[[30.0], [5.0], [30.0]], [[10.0], [None], [-3.0]]])
    assert reply.cells == [
        [0.5, 1.0, 0.5, 1.0, "under-voiced"],
        [CellError.NA] * 5,
        [0.5, 0.0, "no value", 0.0, "over-voiced"],
    ]
    assert reply.message == "1 of 3 rows have no value; the first is row 2: values is blank"


def test_no_issue_and_no_value_are_errors_of_the_call() -> None:
    assert evaluate("CV_VOICE", [[[0.0], [0.0]], [[1.0], [2.0]]]).cells == [[CellError.NA]]
    assert evaluate("CV_VOICE", [[[1.0], [0.0]], [[-1.0], [0.0]]]).cells == [[CellError.DIV0]]


def test_a_plan_that_cannot_be_says_which_strata() -> None:
    reply = evaluate("CV_SAMPLE_PLAN", [[[40.0], [160.0]], 8.0, 5.0])
    assert reply.cells == [[CellError.NUM]]
    assert reply.message == "minima must add up to at most n, 8, not 10: lower those of strata 1, 2"
    assert evaluate("CV_SAMPLE_PLAN", [[[40.0], [160.0]], 8.0, None, None, 0.0]).cells == [[CellError.DIV0]]


def test_customers_are_drawn_and_a_blank_one_fails_alone() -> None:
    reply = evaluate("CV_SAMPLE_SELECT", [["K1", None, "K2", 7.0], ["A", "A", "A", 2.0], PLAN, 2025.0])
    flags = [row[0] for row in reply.cells]
    assert flags[1] is CellError.NA
    assert {flags[0], flags[2]} == {False, True}
    assert flags[3] is True


@pytest.mark.parametrize(
    ("args", "cell", "words"),
    [
        ((["K1", "K1"], ["A", "A"], PLAN, "s"), CellError.VALUE, "that of row 2 stands in row 1 too"),
        ((["K1", "K2"], ["A", "B"], PLAN, "s"), CellError.NA, "not B in row 2"),
        ((["K1"], ["A"], PLAN, "s"), CellError.NUM, "plan of 2 must be from 0 to its 0 customers, not 1"),
        (
            (["K1"], ["A"], [*PLAN[:1], ["A", 0.5, None]], "s"),
            CellError.VALUE,
            "must be a whole number, not 0.5 in row 1",
        ),
        ((["K1"], ["A"], [*PLAN, ["A", 1.0, None]], "s"), CellError.VALUE, "A stands twice in plan"),
    ],
)
def test_a_draw_that_cannot_be_is_refused(args: tuple[Any, ...], cell: CellError, words: str) -> None:
    reply = evaluate("CV_SAMPLE_SELECT", args)
    assert reply.cells == [[cell]]
    assert words in (reply.message or "")


def test_a_stratum_of_which_nobody_answered_is_named() -> None:
    reply = evaluate("CV_SAMPLE_WEIGHT", [[[40.0], [160.0], [0.0], [5.0]], [[5.0], [0.0], [0.0], [6.0]]])
    assert [row[0] for row in reply.cells] == [8.0, CellError.DIV0, 0.0, CellError.NUM]
    assert reply.message == (
        "2 of 4 rows have no value; the first is row 2: the numbers are out of range; "
        "nobody speaks for the customers of row 2"
    )


def test_headroom_comes_with_its_reason_and_goes_into_the_risk() -> None:
    reply = evaluate("CV_HEADROOM", [[[12.0], [90.0], [1.0]], [[40.0], [80.0], [0.0]], 0.6, 0.4, 0.9, 0.1])
    assert [row[4] for row in reply.cells] == [
        "",
        "share of wallet above 1: the wallet is estimated too low",
        "wallet missing, or not above 0",
    ]
    assert reply.cells[2][0] is CellError.NUM
    risk = evaluate("CV_POACH_RISK", [0.5, -7.0, reply.cells[0][0]])
    assert risk.cells == [[pytest.approx(reply.cells[0][0] / 2)]]  # type: ignore[operator]


def test_a_goal_to_keep_is_told_from_one_without_dates() -> None:
    rows: list[list[Any]] = [[0.9, 0.9, 0.0], [0.9, 0.9, 1.0], [0.8, 0.8, 0.82], [45658.0, 45658.0, None]]
    reply = evaluate("CV_GOAL_STATUS", [*rows, [46022.0, 46022.0, 46022.0], 45839.0, [0.1, None, None]])
    assert reply.cells[:2] == [["green", 1.0, 1.0], [CellError.DIV0, CellError.NUM, CellError.NUM]]
    assert reply.cells[2][0] is CellError.NA
    late = evaluate("CV_GOAL_STATUS", [0.0, 1.0, 0.5, 46022.0, 45658.0, 45839.0])
    assert late.cells[0][0] is CellError.NUM
    assert "target_date must be after baseline_date" in (late.message or "")


def test_attainment_of_a_goal_to_keep_is_a_division_by_zero() -> None:
    reply = evaluate("CV_ATTAINMENT", [[[1.0], [0.0]], [[1.0], [10.0]], [[1.0], [-5.0]]])
    assert reply.cells == [[CellError.DIV0], [-0.5]]
    assert "a goal to keep is judged by its band" in (reply.message or "")


def test_the_cascade_shows_violations_in_their_rows_and_in_words() -> None:
    top = goal("top", None, "CEO", None, rollup="children")
    top[6] = top[8] = None
    table = [HEADER, goal("a", "top", "CFO", 50.0), top, goal("b", "top", None, 60.0), goal("c", "x", "CRO", None)]
    reply = evaluate("CV_CASCADE", [table, 45839.0])
    header, *cells = reply.cells
    lines = {line[0]: dict(zip(header, line, strict=True)) for line in cells}
    assert list(lines) == ["top", "a", "b", "c"]
    assert lines["a"]["Attainment"] == 0.5
    assert lines["a"]["Status"] == "green"
    assert lines["b"]["Attainment"] is lines["b"]["Status"] is lines["b"]["Pace"] is CellError.VALUE
    assert lines["b"]["Violation"] == "missing owner"
    assert lines["top"]["Attainment"] is lines["top"]["Status"] is CellError.NA
    assert lines["c"]["Row"] == 4
    assert "unknown parent in row 4: name a goal of the table" in (reply.message or "")
    assert "missing owner in row 3: name one person" in (reply.message or "")


def test_many_violations_are_counted() -> None:
    reply = evaluate("CV_CASCADE", [[HEADER, *(goal(f"G{row}", None, None, 1.0) for row in range(1, 9))], 45839.0])
    assert reply.message == "missing owner in rows 1, 2, 3 and 5 more: name one person"
    assert len(evaluate("CV_CASCADE", [[HEADER, goal("a", None, "x", 1.0)], 45839.0, False]).cells) == 1
