"""What the functions of customer equity show, and what they say beside it."""

from typing import Any

import pytest

from addin.calls import evaluate
from workbook_templates.plan import CellError

HEADER = ["customer_id", "status", "gross_margin", "cost_to_serve", "Retention", "discount rate", "horizon"]
BEFORE: list[list[Any]] = [
    HEADER,
    ["A", "active", 1500.0, 500.0, 0.8, 0.1, "inf"],
    ["B", "active", 900.0, 300.0, 0.9, 0.1, 3.0],
]
AFTER: list[list[Any]] = [
    HEADER,
    ["B", "active", 900.0, 360.0, None, 0.1, 3.0],
    ["A", "active", 1500.0, 500.0, 0.9, 0.12, "INF"],
]


def test_the_basis_is_repeated() -> None:
    reply = evaluate("CV_CUSTOMER_EQUITY", [[[1.0], [-3.0]], "3 years, mid-period", False])
    assert reply.cells == [[1.0, -3.0, -2.0, 2]]
    assert reply.message is not None
    assert reply.message.startswith("basis: 3 years, mid-period; management measure, not defined by IFRS")


def test_a_blank_number_is_told_apart_and_the_order_is_said() -> None:
    order = [["Rate"], ["retention"], ["margin"], ["cost_to_serve"], ["horizon"]]
    reply = evaluate("CV_ROLLFORWARD", [BEFORE, AFTER, order, 1.0, "end"])
    lines = {str(name): float(str(amount)) for name, amount in reply.cells[1:]}
    assert lines["Valued at one date only"] < 0
    assert lines["Retention"] == pytest.approx(1000 * (0.9 / 0.22 - 0.8 / 0.32))
    assert lines["Check: closing less the lines above"] == pytest.approx(0.0, abs=1e-9)
    assert reply.message is not None
    assert reply.message.startswith(
        "1 customers have no value at one of the dates, because a number is blank; 1 stayed"
    )
    assert "in the order rate, retention, margin, cost_to_serve, horizon" in reply.message


def test_each_customer_adds_up_and_an_unknown_value_is_an_error() -> None:
    reply = evaluate("CV_ROLLFORWARD_CUSTOMERS", [BEFORE, AFTER, None, 1.0, "end"])
    header, first, second = reply.cells
    assert [first[0], first[1], second[0], second[1]] == ["A", "stayed", "B", "not known"]
    closing = header.index("Closing value")
    assert second[closing] is CellError.NA
    numbers = [float(str(cell)) for cell in first[2:closing]]
    assert sum(numbers) == pytest.approx(float(str(first[closing])))


@pytest.mark.parametrize(
    ("table", "cell", "words"),
    [
        ([HEADER, ["A", "gone", *BEFORE[1][2:]]], CellError.VALUE, "opening.status must be one of active"),
        ([*BEFORE, BEFORE[1]], CellError.VALUE, "opening.customer_id must be there once, but is again in row 3"),
        ([HEADER[:-1], BEFORE[1][:-1]], CellError.VALUE, "opening_table must have a column 'Horizon'"),
        ([HEADER, ["A", "active", 1.0, 1.0, 80.0, 0.1, 3.0]], CellError.NUM, "percent typed as whole number"),
        ([HEADER, ["Z", *BEFORE[1][1:]]], CellError.VALUE, "share no customer_id"),
    ],
)
def test_a_bad_table_says_where(table: list[list[Any]], cell: CellError, words: str) -> None:
    reply = evaluate("CV_ROLLFORWARD", [table, AFTER])
    assert reply.cells == [[cell]]
    assert words in str(reply.message)


def test_a_row_without_a_base_fails_alone() -> None:
    reply = evaluate("CV_RETURN_ON_CUSTOMER", [[[50.0]] * 3, [[1000.0], [0.0], [-1.0]], [[1100.0]] * 3])
    assert reply.cells == [[0.15], [CellError.DIV0], [CellError.NUM]]
