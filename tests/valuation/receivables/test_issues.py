import numpy as np
import pytest

from tests.valuation.receivables.builders import Document, on_paper, read
from valuation.errors import InputError
from valuation.findings import Severity
from valuation.receivables import invoice_issues

SOUND = [
    on_paper(100, number="R1"),
    on_paper(100, number="R2", late=None),
    Document(issued=-50, due=-50, paid=-50, amount=-100, number="G1", credit_of="R2"),
    Document(issued=-50, due=-50, paid=-50, amount=10, number="R3"),
    Document(issued=-5, due=-5, paid=0, amount=10),
]


def test_sound_documents_have_no_issue() -> None:
    assert invoice_issues(read(SOUND)) == []


@pytest.mark.parametrize(
    ("kind", "severity", "column", "odd"),
    [
        ("paid before invoiced", Severity.NOTE, "paid_date", Document(issued=-50, due=-50, paid=-51, amount=7)),
        ("paid after the as-of date", Severity.WARNING, "paid_date", Document(issued=-5, due=-5, paid=1, amount=7)),
        ("due before invoiced", Severity.WARNING, "due_date", Document(issued=-50, due=-51, paid=-50, amount=7)),
        (
            "credit note without invoice",
            Severity.WARNING,
            "credit_of",
            Document(issued=-50, due=-60, paid=-50, amount=-7, credit_of="R9"),
        ),
        (
            "credited invoice on an invoice",
            Severity.WARNING,
            "credit_of",
            Document(issued=-50, due=-50, paid=-50, amount=7, credit_of="R1"),
        ),
    ],
)
def test_each_kind_of_issue(kind: str, severity: Severity, column: str, odd: Document) -> None:
    (issue,) = invoice_issues(read([*SOUND, odd, odd]))
    assert (issue.kind, issue.severity, issue.table, issue.column) == (kind, severity, "Invoices", column)
    assert issue.rows == (6, 7)
    assert issue.amounts == (odd.amount, odd.amount)


def test_credit_notes_above_their_invoice_are_shown_at_the_invoice() -> None:
    more = Document(issued=-40, due=-40, paid=None, amount=-0.01, credit_of="R2")
    (issue,) = invoice_issues(read([*SOUND, more]))
    assert (issue.kind, issue.rows, issue.amounts) == ("credit above invoice", (2,), (100.0,))


def test_a_tiny_rest_of_a_sum_of_cents_is_no_issue() -> None:
    thirds = [Document(issued=-9, due=-9, paid=None, amount=-0.1, credit_of="R1") for _ in range(3)]
    assert invoice_issues(read([on_paper(0.3, number="R1", late=None), *thirds])) == []


def test_rows_are_those_of_the_table() -> None:
    seen = read([*SOUND, Document(issued=-50, due=-51, paid=-50, amount=7)])
    (issue,) = invoice_issues(seen, rows=np.array([2, 4, 6, 8, 10, 12]))
    assert issue.rows == (12,)
    with pytest.raises(InputError, match="rows must be one for each document"):
        invoice_issues(seen, rows=[1, 2])
