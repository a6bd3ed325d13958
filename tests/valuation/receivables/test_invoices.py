from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.receivables.builders import AS_OF, Document, on_paper, read
from valuation.errors import DomainError, InputError
from valuation.receivables import financing, open_balance, read_invoices

DAY = np.array(["2025-06-01", "2025-07-01"], dtype="datetime64[D]")


def test_a_credit_note_reduces_its_invoice_from_its_own_date_on() -> None:
    invoice = on_paper(1000, issued=-60, late=None, number="R1")
    credit = Document(issued=-40, due=-40, paid=-40, amount=-400, number="G1", credit_of="R1")
    found = financing(read([invoice, credit]), annual_rate=0.365, months=12)
    # 20 days of 1000, then 10 of 600 until due, 30 of 600 beyond, at a thousandth a day
    assert found.terms_cost == pytest.approx(26.0, rel=1e-14)
    assert found.overdue_cost == pytest.approx(18.0, rel=1e-14)
    assert open_balance(read([invoice, credit])) == 600


def test_a_credit_note_after_payment_stands_alone_until_it_is_settled() -> None:
    invoice = on_paper(1000, issued=-100, late=0, number="R1")
    credit = Document(issued=-40, due=-40, paid=-10, amount=-400, number="G1", credit_of="R1")
    found = financing(read([invoice, credit]), annual_rate=0.365)
    assert found.terms_cost == pytest.approx(30.0 - 12.0, rel=1e-14)
    assert found.overdue_cost == 0
    assert open_balance(read([invoice, credit])) == 0


@pytest.mark.parametrize(
    "credit",
    [
        Document(issued=-40, due=-40, paid=None, amount=-400, number="G1"),
        Document(issued=-40, due=-40, paid=None, amount=-400, number="G1", credit_of="R9"),
        Document(issued=-40, due=-40, paid=None, amount=-400, number="G1", credit_of="R1", customer="B"),
        Document(issued=-40, due=-40, paid=None, amount=-400, number="G1", credit_of="G1"),
    ],
    ids=["names nothing", "names an unknown one", "of another customer", "names itself"],
)
def test_a_credit_note_without_its_invoice_is_a_credit_balance(credit: Document) -> None:
    paid = on_paper(1000, issued=-100, late=35, number="R1")  # paid after the credit note
    assert read([paid, credit]).credits.tolist() == [-1, -1]
    assert open_balance(read([paid, credit])) == -400


def test_an_amount_that_is_not_negative_credits_nothing() -> None:
    seen = read([on_paper(10, number="R1", late=None), on_paper(5, number="R2", late=None, credit_of="R1")])
    assert seen.credits.tolist() == [-1, -1]
    assert open_balance(seen) == 15


def test_a_payment_after_the_as_of_day_has_not_happened() -> None:
    assert open_balance(read([on_paper(10, issued=-10, late=0)])) == 10
    assert open_balance(read([on_paper(10, issued=-30, late=0)])) == 0  # paid on that day


def test_customers_stand_in_order_of_appearance() -> None:
    assert read([on_paper(1, customer="B"), on_paper(1), on_paper(1, customer="B")]).customer_ids.tolist() == ["B", "A"]


def test_pandas_columns_with_missing_dates_are_read() -> None:
    frame = pd.DataFrame(
        {"issued": DAY.astype("datetime64[s]"), "paid": np.array(["2025-06-09", "NaT"], dtype="datetime64[s]")}
    )
    seen = read_invoices(frame["issued"], frame["issued"], frame["paid"], [1.0, 2.0], as_of=AS_OF)
    assert seen.is_open.tolist() == [False, True]


def call(**changed: Any) -> Any:
    given = {"issued": DAY, "due": DAY, "paid": DAY, "amount": [1.0, -2.0], "as_of": AS_OF, **changed}
    columns = [given.pop(name) for name in ("issued", "due", "paid", "amount")]
    return read_invoices(*columns, **given)


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"amount": [1.0]}, InputError, r"one row for each document: issued \(2,\)"),
        ({"amount": [1.0, np.nan]}, InputError, r"amount must be a number, not nan in row 2"),
        ({"amount": [1.0, np.inf]}, DomainError, r"amount must be finite, not inf in row 2"),
        ({"amount": [1.0, "2"]}, InputError, "amount must be numbers"),
        (
            {"issued": np.array(["2025-06-01", "NaT"], dtype="datetime64[D]")},
            InputError,
            "issued must be a date.*row 2",
        ),
        ({"due": np.array(["NaT", "2025-06-01"], dtype="datetime64[D]")}, InputError, "due must be a date.*row 1"),
        ({"due": ["2025-06-01", "2025-06-01"]}, InputError, "due must be dates"),
        ({"as_of": np.datetime64("2025-06-30")}, InputError, "not be after as_of 2025-06-30, not 2025-07-01 in row 2"),
        ({"as_of": None}, InputError, "as_of must be a date"),
        ({"disputed": [1.0, 0.0]}, InputError, "disputed must be True or False"),
        ({"disputed": [True]}, InputError, "one row for each document"),
        ({"customer_ids": ["A", None]}, InputError, "customer_ids must not be blank, not None in row 2"),
        ({"invoice_numbers": ["R", "R"], "credit_of": [None, "R"]}, InputError, "invoice_numbers must each.*row 2"),
        ({"issued": DAY.reshape(2, 1)}, InputError, "one row for each document"),
    ],
)
def test_doors(changed: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(**changed)


def test_numbers_may_repeat_where_no_credit_note_needs_them() -> None:
    assert call(invoice_numbers=["R", "R"]).credits.tolist() == [-1, -1]


def test_disputed_may_be_a_list_of_truths() -> None:
    assert call(disputed=[True, np.False_]).disputed.tolist() == [True, False]
