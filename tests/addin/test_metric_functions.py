"""What the functions of the customer metrics say beside their numbers."""

import re
from typing import Any

import pytest

from addin.calls import evaluate
from workbook_templates.plan import CellError

DOCUMENTS: list[list[Any]] = [
    ["Customer ID", "Date", "Net amount", "Type"],
    ["A", "2020-03-01", 80, "sale"],
    ["B", "2020-12-01", 20, None],
    ["B", "2025-06-01", 90, None],
    ["A", "2025-02-01", -30, "credit"],
    ["C", "2025-04-01", 10, None],
    ["C", "2025-04-20", -10, None],
]
YEAR = ("2025-01-01", "2025-12-31")


def ask(name: str, *args: Any) -> Any:
    return evaluate(name, args, iso_dates=True)


def test_credits_of_inactive_customers_are_counted_and_mentioned() -> None:
    reply = ask("CV_REV_PER_EXISTING", DOCUMENTS, *YEAR)
    assert reply.cells == [[60.0]]
    assert "revenue of existing customers holds amounts of 1 customers who are not active" in reply.message


def test_nobody_new_has_no_revenue_per_new_customer() -> None:
    reply = ask("CV_REV_PER_NEW", DOCUMENTS, *YEAR)
    assert (reply.cells, reply.message) == ([[CellError.DIV0]], "there is no new customer in the period")
    measures = {row[0]: row[1] for row in ask("CV_THREE_METRICS", DOCUMENTS, *YEAR).cells}
    assert measures["Revenue per new customer"] is CellError.DIV0
    assert measures["Gross new customers"] == 0


def test_contradictions_are_named_by_row_and_no_more_than_three() -> None:
    known: list[list[Any]] = [["customer_id", "first_purchase"], ["A", "2021-01-01"], ["B", "2021-01-01"]]
    message = ask("CV_GROSS_NEW", DOCUMENTS, *YEAR, known).message
    assert "row 1 of ends: there is a purchase before the stated first one; the earlier one counts" in message
    known += [["C", "2026-01-01"], ["D", "2022-01-01"], ["E", "2022-01-01"]]
    assert "and 2 more" in ask("CV_GROSS_NEW", DOCUMENTS, *YEAR, known).message


def test_the_message_says_by_which_rule_new_customers_remain() -> None:
    assert "so that every new customer remains" in ask("CV_NET_NEW_REMAINING", DOCUMENTS, *YEAR).message
    assert (
        "where the contract runs"
        in ask("CV_NET_NEW_REMAINING", DOCUMENTS, *YEAR, [["customer_id", "end_date"], ["C", "2025-12-31"]]).message
    )


@pytest.mark.parametrize(
    ("change", "cell", "words"),
    [
        ({2: "2025-05-31"}, CellError.VALUE, "date must not be after 2025-05-31.*row 3"),
        ({1: "2026-01-01"}, CellError.VALUE, "periods must not end before they start"),
        ({4: 0}, CellError.NUM, "window_months must be 1 or more"),
        ({6: 50}, CellError.NUM, "alive_at_least must be in"),
    ],
)
def test_what_cannot_be_counted_is_refused(change: dict[int, Any], cell: CellError, words: str) -> None:
    args: list[Any] = [DOCUMENTS, *YEAR, None, None, None, None]
    for place, value in change.items():
        args[place] = value
    reply = ask("CV_GROSS_NEW", *args)
    assert reply.cells == [[cell]]
    assert re.search(words, reply.message)
