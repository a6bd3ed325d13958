from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.receivables.builders import GOLDEN, GOLDEN_FOLDER, Document, on_paper, read
from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.receivables import days_sales_outstanding, days_to_pay, on_time_share, payment_cost, weighted_days_late

CASE: dict[str, Any] = GOLDEN["days_late"]


def case(*, with_open: bool = True) -> list[Document]:
    found = [
        on_paper(amount, late=late, issued=-CASE["open_days_past_due"] - 30)
        for amount, late in zip(CASE["amounts"], CASE["days_late"], strict=True)
    ]
    return [document for document in found if with_open or document.paid is not None]


def test_days_late_match_the_specification() -> None:
    assert f"{weighted_days_late(read(case())):.4f}" == CASE["weighted_days_late"]
    assert f"{weighted_days_late(read(case(with_open=False))):.4f}" == CASE["without_the_open_one"]


def test_the_share_on_time_matches_the_specification() -> None:
    assert f"{on_time_share(read(case())):.6f}" == CASE["on_time_share"]


def test_the_cost_of_the_days_late_matches_the_specification() -> None:
    days = weighted_days_late(read(case()))
    assert f"{payment_cost(sum(CASE['amounts']), days, annual_rate=CASE['annual_rate']):.4f}" == CASE["cost"]


def test_early_payment_counts_no_days_late_but_shortens_the_days_to_pay() -> None:
    seen = read([on_paper(100, late=-10), on_paper(100, late=10)])
    assert (weighted_days_late(seen), days_to_pay(seen)) == (5, 30)


def test_payment_in_advance_counts_negative_days_to_pay_and_no_days_late() -> None:
    seen = read([Document(issued=-50, due=-50, paid=-60, amount=100)])
    assert (weighted_days_late(seen), days_to_pay(seen), on_time_share(seen)) == (0, -10, 1)


def test_what_is_open_and_not_yet_due_is_neither_on_time_nor_late() -> None:
    not_due = on_paper(700, issued=-10, late=None)
    assert on_time_share(read([on_paper(100, late=0), on_paper(300, late=1), not_due])) == 0.25
    assert on_time_share(read([on_paper(100, late=0), on_paper(300, issued=-31, late=None), not_due])) == 0.25
    assert weighted_days_late(read([on_paper(300, late=10), not_due])) == 3


def test_an_invoice_due_on_the_as_of_day_is_not_late() -> None:
    seen = read([on_paper(100, issued=-30, late=None)])
    assert weighted_days_late(seen) == 0
    with pytest.raises(ZeroDenominatorError):
        on_time_share(seen)


def test_credit_notes_take_weight_from_their_invoice_and_have_none() -> None:
    late = on_paper(1000, late=10, number="R1")
    credit = Document(issued=-90, due=-90, paid=-90, amount=-700, credit_of="R1")
    alone = Document(issued=-90, due=-90, paid=None, amount=-5000)
    assert weighted_days_late(read([late, on_paper(700, late=0), credit, alone])) == 3
    assert on_time_share(read([late, on_paper(700, late=0), credit, alone])) == 0.7


def test_a_credit_above_its_invoice_leaves_no_weight() -> None:
    late = on_paper(1000, late=10, number="R1")
    credit = Document(issued=-90, due=-90, paid=-90, amount=-1700, credit_of="R1")
    assert weighted_days_late(read([late, credit, on_paper(1, late=4)])) == 4


@pytest.mark.parametrize("measure", [weighted_days_late, on_time_share, days_to_pay])
@pytest.mark.parametrize("found", [[], [on_paper(0)], [on_paper(-5)]], ids=["none", "of nought", "credit alone"])
def test_without_invoices_there_is_no_measure(measure: Any, found: list[Document]) -> None:
    with pytest.raises(ZeroDenominatorError, match="nothing was"):
        measure(read(found))


def test_days_sales_outstanding_gives_back_the_days_of_g12() -> None:
    customers = pd.read_csv(GOLDEN_FOLDER / "g12_customers.csv")
    customers = customers[customers["net"] > 0]
    found = days_sales_outstanding(customers["ar"], customers["net"], days=365)
    assert found == pytest.approx(customers["dso"].to_numpy(), rel=1e-12)


def test_rows_without_revenue_have_no_days() -> None:
    found = days_sales_outstanding([10.0, 10.0, np.nan, 20.0], [0.0, -5.0, 10.0, 40.0], days=30)
    assert np.array_equal(found, [np.nan, np.nan, np.nan, 15.0], equal_nan=True)


@pytest.mark.parametrize(
    ("args", "days", "error", "words"),
    [
        ((1, 0), 365, ZeroDenominatorError, "revenue must not be 0"),
        ((1, -2), 365, DomainError, "revenue must be a finite number above 0, not -2"),
        ((np.nan, 2), 365, DomainError, "balance must be a finite number"),
        ((1, 2), 0, DomainError, "days must be a finite number above 0"),
        (("1", 2), 365, InputError, "balance must be a number"),
        (([1, 2], [1, 2, 3]), 365, InputError, "lengths differ"),
    ],
)
def test_days_sales_outstanding_doors(args: Any, days: float, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        days_sales_outstanding(*args, days=days)
