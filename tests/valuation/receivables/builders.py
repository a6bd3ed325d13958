"""Documents for the tests: a few by hand, many by hypothesis, and a slow reference that goes day by day."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
from hypothesis import strategies as st

from valuation.receivables import Invoices, read_invoices

GOLDEN_FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN: dict[str, Any] = json.loads((GOLDEN_FOLDER / "receivables.json").read_text("utf-8"))

AS_OF: Final = np.datetime64("2025-12-31")
WINDOW: Final = 365


@dataclass(frozen=True)
class Document:
    """One document; days are counted from the as-of day, so that the past is negative."""

    issued: int
    due: int
    paid: int | None
    amount: float
    number: str | None = None
    credit_of: str | None = None
    customer: str = "A"
    disputed: bool = False

    @property
    def settled(self) -> bool:
        return self.paid is not None and self.paid <= 0

    @property
    def end(self) -> int:
        return self.paid if self.paid is not None and self.paid <= 0 else 0


def read(documents: Sequence[Document], *, shift: int = 0) -> Invoices:
    as_of = AS_OF + shift
    return read_invoices(
        np.array([as_of + document.issued for document in documents], dtype="datetime64[D]"),
        np.array([as_of + document.due for document in documents], dtype="datetime64[D]"),
        np.array([None if document.paid is None else as_of + document.paid for document in documents], dtype=object),
        [document.amount for document in documents],
        as_of=as_of,
        disputed=np.array([document.disputed for document in documents], dtype=bool),
        customer_ids=[document.customer for document in documents],
        invoice_numbers=np.array([document.number for document in documents], dtype=object),
        credit_of=np.array([document.credit_of for document in documents], dtype=object),
    )


def on_paper(amount: float, *, terms: int = 30, late: int | None = 0, issued: int = -100, **more: Any) -> Document:
    """An invoice that is paid so many days late, or open."""
    due = issued + terms
    return Document(issued=issued, due=due, paid=None if late is None else due + late, amount=amount, **more)


# What hypothesis draws. Amounts are whole and even: sums are exact, and so are halves.


@st.composite
def documents(draw: st.DrawFn, *, least: int = 0) -> list[Document]:
    found = []
    for place in range(draw(st.integers(least, 7))):
        issued = draw(st.integers(-800, 0))
        paid = draw(st.none() | st.integers(-60, 150))
        found.append(
            Document(
                issued=issued,
                due=issued + draw(st.integers(-5, 60)),
                paid=None if paid is None else issued + paid,
                amount=2 * draw(st.integers(0, 5000)),
                number=f"R{place}",
                customer=draw(st.sampled_from("AB")),
                disputed=draw(st.booleans()),
            )
        )
    for place in range(draw(st.integers(0, 5))):
        names = draw(st.none() | st.sampled_from(["unknown", *(document.number for document in found)]))
        issued = draw(st.integers(-800, 0))
        paid = draw(st.none() | st.integers(-20, 90))
        found.append(
            Document(
                issued=issued,
                due=issued,
                paid=None if paid is None else issued + paid,
                amount=-2 * draw(st.integers(1, 3000)),
                number=f"G{place}",
                credit_of=names,
                customer=draw(st.sampled_from("AB")),
            )
        )
    return draw(st.permutations(found))


def halves(found: Sequence[Document]) -> list[Document]:
    """Every document that no credit note names cut in two; numbers of halves are their own."""
    named = {document.credit_of for document in found}
    cut: list[Document] = []
    for document in found:
        if document.number in named:
            cut.append(document)
        else:
            half = replace(document, amount=document.amount / 2)
            cut += [half, replace(half, number=f"{document.number}/2")]
    return cut


# The reference.


def invoice_of(credit: Document, found: Sequence[Document]) -> Document | None:
    """The invoice that a credit note credits."""
    for document in found:
        if credit.amount < 0 and document.number == credit.credit_of is not None:
            return document if document.amount >= 0 and document.customer == credit.customer else None
    return None


def day_by_day(found: Sequence[Document], *, window: int = WINDOW) -> tuple[float, float]:
    """Amount times days within terms, and overdue: every evening of the window, document by document."""
    terms = overdue = Fraction(0)
    for day in range(1 - window, 1):
        for document in found:
            owed, late = evening(document, found, day)
            terms, overdue = (terms, overdue + owed) if late else (terms + owed, overdue)
    return float(terms), float(overdue)


def evening(document: Document, found: Sequence[Document], day: int) -> tuple[Fraction, bool]:
    """What a document adds to the receivables of one day, and whether that is overdue."""
    amount = Fraction(document.amount)
    if document.amount < 0:
        invoice = invoice_of(document, found)
        if invoice is not None and document.issued <= invoice.end:
            return Fraction(0), False  # it has reduced its invoice
        if document.issued < day <= document.end:
            return amount, False
        return (-amount if document.end < day <= document.issued else Fraction(0)), False
    credits = [one for one in found if invoice_of(one, found) is document and one.issued <= document.end]
    if document.issued < day <= document.end:
        amount += sum((Fraction(one.amount) for one in credits if one.issued < day), Fraction(0))
        return amount, day > document.due
    if document.end < day <= document.issued:  # paid in advance
        return -(amount + sum((Fraction(one.amount) for one in credits), Fraction(0))), False
    return Fraction(0), False


def open_on_the_day(document: Document, found: Sequence[Document]) -> tuple[Fraction, int]:
    """What is left of a document on the as-of day, and its days past due."""
    if document.amount < 0:
        invoice = invoice_of(document, found)
        applied = invoice is not None and document.issued <= invoice.end
        return Fraction(0) if applied or document.settled else Fraction(document.amount), 0
    credits = sum(Fraction(one.amount) for one in found if invoice_of(one, found) is document)
    return Fraction(0) if document.settled else Fraction(document.amount) + credits, -document.due


def payment(found: Sequence[Document]) -> list[tuple[Fraction, Document]]:
    """The invoices with what they count."""
    return [
        (
            max(
                Fraction(0),
                Fraction(document.amount)
                + sum((Fraction(one.amount) for one in found if invoice_of(one, found) is document), Fraction(0)),
            ),
            document,
        )
        for document in found
        if document.amount >= 0
    ]
