"""Receivables in cells: what blanks mean, which error a fault gives, and what the message says."""

from typing import Any

import pytest

from addin.calls import evaluate
from tests.addin.test_calls import only
from workbook_templates.plan import CellError

DIV0, NA, NUM, VALUE = CellError.DIV0, CellError.NA, CellError.NUM, CellError.VALUE


def down(*cells: Any) -> list[list[Any]]:
    """A range of one column."""
    return [[cell] for cell in cells]


AS_OF = 46022.0  # 2025-12-31
INVOICED, DUE = down(45901, 45901, 45962), down(45931, 45931, 45992)
PAID, AMOUNTS = down(45931, 45951, None), down(1000, 2000, 500)
INVOICES = [INVOICED, DUE, PAID, AMOUNTS, AS_OF]
SHEET = [
    ["Customer id", "Invoice no", "Invoice date", "Due date", "Paid date", "Amount", "Credit of", "Disputed"],
    ["A", "R1", 45901, 45931, 45931, 1000, None, None],
    ["B", "R2", 45962, 45992, None, 600, None, True],
    ["B", "G3", 45972, 45972, None, -100, "R2", None],
]


def test_days_late_weigh_the_money_and_count_what_is_open() -> None:
    assert only(evaluate("CV_DAYS_LATE", INVOICES)) == pytest.approx((2000 * 20 + 500 * 30) / 3500)


def test_the_two_ways_to_days_sales_outstanding() -> None:
    ranges = [INVOICED, PAID, AMOUNTS, AS_OF]
    assert only(evaluate("CV_DSO", ranges)) == pytest.approx((1000 * 30 + 2000 * 50 + 500 * 60) / 3500)
    assert only(evaluate("CV_DSO", [*ranges, "balance"])) == pytest.approx(500 / 3500 * 365)


@pytest.mark.parametrize("name", ["CV_DAYS_LATE", "CV_ONTIME_SHARE", "CV_DSO"])
def test_an_invoice_after_the_as_of_day_names_its_row(name: str) -> None:
    args = [INVOICED, DUE, PAID, AMOUNTS, 45950.0]
    reply = evaluate(name, [args[0], *args[2:]] if name == "CV_DSO" else args)
    assert reply.cells == [[VALUE]]
    assert reply.message == "issued must not be after as_of 2025-10-20, not 2025-11-01 in row 3"


@pytest.mark.parametrize("name", ["CV_DAYS_LATE", "CV_ONTIME_SHARE", "CV_DSO"])
def test_nothing_invoiced_has_nothing_to_divide_by(name: str) -> None:
    args = [INVOICED, DUE, PAID, down(0, 0, -5), AS_OF]
    assert evaluate(name, [args[0], *args[2:]] if name == "CV_DSO" else args).cells == [[DIV0]]


def test_ranges_in_the_wrong_places_are_refused() -> None:
    reply = evaluate("CV_DSO", [INVOICED, DUE, PAID, AMOUNTS])
    assert reply.cells == [[VALUE]]
    assert reply.message == "as_of must be one cell, not 3 x 1 cells"


def test_financing_of_one_invoice_is_its_payment_cost() -> None:
    split = evaluate("CV_FINANCING_COST", [45800, 45830, 45874, 450000, AS_OF, 0.1, 12, 365, False]).cells[0]
    cost = only(evaluate("CV_PAYMENT_COST", [450000, 74, 0.1]))
    assert split == pytest.approx([450000 * 74 / 365, cost * 30 / 74, cost * 44 / 74, cost])


def test_ageing_takes_other_edges_and_keeps_the_total() -> None:
    reply = evaluate("CV_AGEING", [DUE, down(None, None, None), AMOUNTS, AS_OF, down(29, 90), False])
    assert reply.cells == [["current", 0, 0], ["1-29 days", 0, 0], ["30-90 days", 1, 500], ["over 90 days", 2, 3000]]


@pytest.mark.parametrize(("edges", "error"), [(down(60, 30), NUM), (down(0, 30), NUM), (down(30.5), VALUE)])
def test_edges_that_do_not_rise_are_refused(edges: Any, error: CellError) -> None:
    assert evaluate("CV_AGEING", [DUE, PAID, AMOUNTS, AS_OF, edges]).cells == [[error]]


def test_the_matrix_takes_the_amounts_of_the_ageing() -> None:
    aged = evaluate("CV_AGEING", [DUE, PAID, AMOUNTS, AS_OF, None, False]).cells
    amounts = [[row[2]] for row in aged]
    assert only(evaluate("CV_ECL_MATRIX", [amounts, down(0, 0.1, 0.2, 0.3, 0.4)])) == 50
    assert evaluate("CV_ECL_MATRIX", [amounts, down(0, 0.1)]).cells == [[VALUE]]
    assert evaluate("CV_ECL_MATRIX", [amounts, down(0, 10, 0.2, 0.3, 0.4)]).cells == [[NUM]]


def test_a_bad_chance_fails_in_its_row() -> None:
    reply = evaluate("CV_ECL", [100, down(0.5, 50, None, 0.1), 0.5])
    assert reply.cells == [[25], [NUM], [NA], [5]]
    assert reply.message is not None
    assert "default_probability must be from 0 to 1, not 50; percent typed as whole number?" in reply.message


def test_nobody_asking_has_no_share() -> None:
    reply = evaluate("CV_SELF_SERVICE_SHARE", [down(1, 0, -1), down(3, 0, 3)])
    assert reply.cells == [[0.25], [NA], [NUM]]
    assert only(evaluate("CV_DEFLECTION", [1200, 0.35, 18])) == pytest.approx(7560)


def test_receivables_by_customer_net_credit_notes_and_show_what_is_disputed() -> None:
    reply = evaluate("CV_RECEIVABLES", [SHEET, AS_OF, 0.1, down(0, 0.1, 0.2, 0.3, 0.4)])
    a, b = (dict(zip(reply.cells[0], row, strict=True)) for row in reply.cells[1:])
    assert (a["Customer id"], a["Open balance"], a["Days late"], a["Expected loss"]) == ("A", 0, 0, 0)
    assert (b["Open balance"], b["Disputed balance"], b["1-30 days"], b["Expected loss"]) == (500, 500, 500, 50)
    assert b["Days to pay"] == 60
    assert reply.message is None


def test_receivables_need_neither_payments_nor_loss_rates() -> None:
    sheet = [["customer_id", "invoice_date", "due_date", "amount"], ["A", 45901, 45931, -100]]
    reply = evaluate("CV_RECEIVABLES", [sheet, AS_OF, 0.1])
    row = dict(zip(*reply.cells, strict=True))
    assert (row["Days to pay"], row["On time share"], row["Expected loss"]) == (DIV0, DIV0, None)
    assert (row["Open balance"], row["Current"], row["Exposure"]) == (-100, -100, 0)
    assert reply.message == "credit note without invoice (row 1)"


def test_contradictions_in_the_invoices_are_in_the_message() -> None:
    odd = [["C", f"R{row}", 45901, 45900, 45899, 5, "R1", None] for row in range(10, 17)]
    late = ["C", "R20", 45901, 45931, 46030, 5, None, None]
    reply = evaluate("CV_RECEIVABLES", [[*SHEET, *odd, late], AS_OF, 0.1])
    assert reply.message == (
        "paid before invoiced (row 4, 5, 6, 7, 8 and 2 more); paid after the as-of date (row 11); "
        "due before invoiced (row 4, 5, 6, 7, 8 and 2 more); and 1 more"
    )
