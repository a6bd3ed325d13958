"""What in the invoices somebody should look at."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from valuation.errors import InputError
from valuation.findings import Finding, Severity
from valuation.receivables.invoices import BoolArray, Invoices, sums

__all__ = ["invoice_issues"]

_TABLE = "Invoices"


def invoice_issues(invoices: Invoices, *, rows: npt.ArrayLike | None = None) -> list[Finding]:
    """
    Find dates and credit notes that contradict each other; the documents count all the same.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.
    rows : array_like of int, shape (n,), optional
        Row of each document in its table, counted from 1; their order, if left out.

    Returns
    -------
    list of Finding
        For the table Invoices; kinds ``paid before invoiced``, ``paid after the as-of date``, ``due before invoiced``,
        ``credit note without invoice``, ``credit above invoice`` and ``credited invoice on an invoice``.

    Raises
    ------
    InputError
        If there is not one row number for each document.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> day = np.array(["2025-11-01"], dtype="datetime64[D]")
    >>> seen = read_invoices(day, day - 1, day + 9, [100.0], as_of=np.datetime64("2025-12-31"))
    >>> [(issue.kind, issue.rows) for issue in invoice_issues(seen)]
    [('due before invoiced', (1,))]
    """
    number = np.arange(1, invoices.amount.size + 1) if rows is None else np.asarray(rows)
    if number.shape != invoices.amount.shape:
        raise InputError(f"rows must be one for each document: {number.shape}, documents {invoices.amount.shape}")
    return list(_issues(invoices, number))


def _issues(invoices: Invoices, number: npt.NDArray[np.int64]) -> Iterator[Finding]:
    """Each kind of issue, with all the rows that have it."""
    is_invoice, paid = invoices.is_invoice, invoices.paid
    for severity, kind, column, mask, what, mend in (
        (
            Severity.NOTE,
            "paid before invoiced",
            "paid_date",
            is_invoice & (paid < invoices.issued),
            "Paid before the date of the invoice; it counts as paid in advance",
            "Nothing, if it was paid in advance",
        ),
        (
            Severity.WARNING,
            "paid after the as-of date",
            "paid_date",
            paid > invoices.as_of,
            f"Paid after the as-of date {invoices.as_of}; it counts as open",
            "Correct the date, or move the as-of date on Assumptions",
        ),
        (
            Severity.WARNING,
            "due before invoiced",
            "due_date",
            is_invoice & (invoices.due < invoices.issued),
            "Due before the date of the invoice; all the time to its payment counts as overdue",
            "Correct one of the dates",
        ),
        (
            Severity.WARNING,
            "credit note without invoice",
            "credit_of",
            ~is_invoice & (invoices.credits < 0),
            "The credit note names no invoice of this customer that is here; it stands alone as a credit balance",
            "Enter the number of the invoice, if the table has it",
        ),
        (
            Severity.WARNING,
            "credit above invoice",
            "amount",
            _above_invoice(invoices),
            "The credit notes of this invoice are more than its amount; the rest is a credit balance",
            "Correct the amounts, or the number of the invoice that is credited",
        ),
        (
            Severity.WARNING,
            "credited invoice on an invoice",
            "credit_of",
            is_invoice & invoices.names_invoice,
            "Names an invoice that it credits, but its amount is not negative; it counts as an invoice",
            "Enter a credit note with a negative amount, or clear the number",
        ),
    ):
        found = np.flatnonzero(mask)
        if found.size:
            yield Finding(
                severity=severity,
                kind=kind,
                table=_TABLE,
                column=column,
                rows=tuple(number[found].tolist()),
                what=what,
                mend=mend,
                amounts=tuple(invoices.amount[found].tolist()),
            )


def _above_invoice(invoices: Invoices) -> BoolArray:
    """Invoices whose credit notes are more than their amount, by half a cent or more: sums of cents are not exact."""
    found = invoices.credits >= 0
    credited = sums(invoices.amount[found], invoices.credits[found], invoices.amount.size)
    above: BoolArray = invoices.is_invoice & (credited + invoices.amount <= -0.005)
    return above
