"""What the costing functions say in their notes, and how one faulty row or table is told from another."""

from typing import Any

import pytest

from addin.calls import evaluate
from workbook_templates.plan import CellError

AMOUNTS = [100000, 60000]
AMONG = [[0, 0.1], [0.2, 0]]
FINAL = [[0.5, 0.4], [0.3, 0.5]]
TERMS: list[list[Any]] = [
    ["activity", "attribute", "minutes"],
    ["order", None, 3],
    ["order", "New customer", 15],
    ["call", None, 4],
]


@pytest.mark.parametrize(
    ("method", "total"),
    [("reciprocal", [78571.43, 81428.57]), ("step-down", [76250, 83750]), ("direct", [78055.56, 81944.44])],
)
def test_every_row_and_column_of_a_service_table_adds_up(method: str, total: list[float]) -> None:
    cells: Any = evaluate("CV_ALLOCATE_RECIPROCAL", [AMOUNTS, AMONG, FINAL, method]).cells
    assert cells[-1][:4] == ["Total", 160000, *total]
    for row in cells[1:]:
        assert round(row[2] + row[3], 2) == row[1]
    for column in range(1, 5):
        assert round(cells[1][column] + cells[2][column], 2) == round(cells[3][column], 2)


def test_service_pools_in_a_circle_have_no_answer() -> None:
    reply = evaluate("CV_ALLOCATE_RECIPROCAL", [AMOUNTS, [[0, 1], [1, 0]], [[0], [0]]])
    assert reply.cells == [[CellError.NUM]]
    assert reply.message == (
        "the service pool in row 1 must reach an operating pool in the end, not only service pools in a circle"
    )


def test_time_equations_are_found_by_activity_and_blanks_stay_in_their_row() -> None:
    cases = [
        ["customer_id", "Activity", "new_customer", "quantity"],
        ["A", "order", 1, 1],
        [7, "order", None, 1],
        [None, "call", None, 2],
        ["C", "call", None, None],
    ]
    reply = evaluate("CV_TDABC_TIME", [TERMS, cases])
    assert reply.cells == [[18], [CellError.NA], [8], [CellError.NA]]
    assert reply.message == "2 of 4 rows lack a number that their time equation needs; the first is row 2"


@pytest.mark.parametrize(
    ("cases", "cell", "message"),
    [
        (
            [["activity", "new_customer"], ["order", "yes"]],
            CellError.VALUE,
            "row 1 of attributes, new_customer is text where a number is wanted",
        ),
        (
            [["activity", "new_customer"], ["visit", 1]],
            CellError.VALUE,
            "activity must have a time equation, but visit has none, in row 1",
        ),
        ([["activity"], ["order"]], CellError.VALUE, "activities must have a column New customer, which the time "),
        ([["new_customer"], [1]], CellError.VALUE, "attributes must have a column 'Activity', because terms name act"),
        (
            [["activity", "new_customer"], ["order", -1]],
            CellError.NUM,
            "minutes must not be negative, not -12.0 in row 1",
        ),
        ([["activity", "new_customer"], [None, 1]], CellError.NA, "row 1 of attributes, Activity is blank"),
    ],
)
def test_wrong_cases_are_named(cases: list[list[Any]], cell: CellError, message: str) -> None:
    reply = evaluate("CV_TDABC_TIME", [TERMS, cases])
    assert reply.cells == [[cell]]
    assert message in (reply.message or "")


def test_overtime_comes_with_a_note() -> None:
    reply = evaluate("CV_TDABC", [100, 60, [45, 30], [1, 1], False])
    assert [row[3] for row in reply.cells] == [75, 50, 125, -25, 100]
    assert (reply.message or "").startswith("75 minutes were used of 60: the unused cost is negative")


def test_no_practical_minutes_are_an_empty_denominator() -> None:
    assert evaluate("CV_TDABC", [100, 0, [1], [1]]).cells == [[CellError.DIV0]]
    assert evaluate("CV_TDABC_RATE", [[[100], [100]], [[0], [50]]]).cells == [[CellError.DIV0], [2]]


def test_traced_lines_of_others_are_noted_and_a_blank_id_fails_alone() -> None:
    lines = [["Customer ID", "amount", "memo"], ["A", 10.1, "x"], [None, 5, 1], ["A", 0.2, None], ["C", 7, None]]
    reply = evaluate("CV_TRACE", [[["A"], [None], ["B"]], lines])
    assert reply.cells == [[10.3], [CellError.NA], [0]]
    assert reply.message is not None
    assert "lines of other customers: 1, together 7.00; lines without a customer: 1, together 5.00" in reply.message


def test_a_customer_cannot_be_traced_twice() -> None:
    reply = evaluate("CV_TRACE", [[["A"], ["a"], ["A"]], [["customer_id", "amount"], ["A", 1]]])
    assert reply.cells == [[CellError.VALUE]]
    assert reply.message == "customer_ids must each be there once, not A in row 3"
