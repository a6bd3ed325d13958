"""What is still to be paid, by days past due."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from valuation.cost.amounts import FloatArray, IntArray, whole_number
from valuation.errors import DomainError, InputError
from valuation.receivables.invoices import Invoices, Receivables, receivables, sums

__all__ = ["AGEING_EDGES", "Ageing", "ageing", "ageing_labels", "buckets", "open_balance"]

AGEING_EDGES: Final = (30, 60, 90)
"""Last day past due of each bucket after the current one; the last bucket has no end."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ageing:
    """
    The open balance by days past due.

    Attributes
    ----------
    labels : tuple of str, length k
        ``current``, ``1-30 days`` and so on, ``over 90 days``.
    amount : ndarray, shape (k,)
        Open in each bucket, credit notes deducted; adds up to the open balance. [currency]
    documents : ndarray of int, shape (k,)
        Open invoices and credit notes. [count]
    disputed : ndarray, shape (k,)
        Part of the amount that is disputed. [currency]
    """

    labels: tuple[str, ...]
    amount: FloatArray
    documents: IntArray
    disputed: FloatArray


def ageing(invoices: Invoices, *, edges: Sequence[int] = AGEING_EDGES) -> Ageing:
    """
    Open balance on the as-of day, by days past due.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.
    edges : sequence of int
        Last day past due of each bucket after the current one, rising from 1 or more. [day]

    Returns
    -------
    Ageing
        One bucket more than edges for what is past due, and one for what is not.

    Raises
    ------
    DomainError
        If an edge is below 1, or they do not rise.
    InputError
        If there is no edge, or one is not a whole number.

    Notes
    -----
    On its due date an invoice is current. A credit note that stands alone is current too: the company owes it.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> due = np.array(["2026-01-15", "2025-12-01", "2025-08-01"], dtype="datetime64[D]")
    >>> seen = read_invoices(due - 30, due, [None] * 3, [700.0, 200.0, 90.0], as_of=np.datetime64("2025-12-31"))
    >>> found = ageing(seen)
    >>> dict(zip(found.labels, found.amount.tolist()))
    {'current': 700.0, '1-30 days': 200.0, '31-60 days': 0.0, '61-90 days': 0.0, 'over 90 days': 90.0}
    """
    labels, seen = ageing_labels(edges), receivables(invoices)
    bucket, count = buckets(seen, invoices, edges=edges), len(labels)
    money = seen.open_amount
    return Ageing(
        labels=labels,
        amount=sums(money, bucket, count),
        documents=np.bincount(bucket[seen.is_open], minlength=count),
        disputed=sums(np.where(seen.disputed, money, 0.0), bucket, count),
    )


def open_balance(invoices: Invoices) -> float:
    """
    What is still to be paid on the as-of day, credit notes deducted.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.

    Returns
    -------
    float
        Negative for a credit balance. [currency]

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> day = np.array(["2025-11-01", "2025-12-01"], dtype="datetime64[D]")
    >>> open_balance(read_invoices(day, day, [day[1], None], [100.0, 40.0], as_of=np.datetime64("2025-12-31")))
    40.0
    """
    return float(receivables(invoices).open_amount.sum())


def ageing_labels(edges: Sequence[int]) -> tuple[str, ...]:
    """
    What the buckets are called.

    Parameters
    ----------
    edges : sequence of int
        As in `ageing`. [day]

    Returns
    -------
    tuple of str
        One for what is not past due, one for each edge, one for what is beyond.

    Raises
    ------
    DomainError
        If an edge is below 1, or they do not rise.
    InputError
        If there is no edge, or one is not a whole number.

    Examples
    --------
    >>> ageing_labels((30, 60))
    ('current', '1-30 days', '31-60 days', 'over 60 days')
    """
    last = [whole_number(edge, "edges") for edge in edges]
    if not last:
        raise InputError("edges must hold at least one number of days")
    before = [0, *last[:-1]]
    for low, high in zip(before, last, strict=True):
        if high <= low:
            raise DomainError(f"edges must rise, starting at 1 or more, not {', '.join(map(str, last))}")
    spans = (f"{low + 1}-{high} days" for low, high in zip(before, last, strict=True))
    return ("current", *spans, f"over {last[-1]} days")


def buckets(seen: Receivables, invoices: Invoices, *, edges: Sequence[int]) -> IntArray:
    """
    Which bucket each document belongs to, if it is open.

    Parameters
    ----------
    seen : Receivables
        What the documents add to the receivables.
    invoices : Invoices
        The documents.
    edges : sequence of int
        As in `ageing`. [day]

    Returns
    -------
    ndarray of int, shape (n,)
        Position in `ageing_labels`.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> due = np.array(["2025-12-31", "2025-12-30"], dtype="datetime64[D]")
    >>> found = read_invoices(due, due, [None, None], [1.0, 1.0], as_of=np.datetime64("2025-12-31"))
    >>> buckets(receivables(found), found, edges=(30, 60)).tolist()
    [0, 1]
    """
    days_past_due = invoices.as_of.astype(np.int64) - seen.due
    found: IntArray = np.searchsorted(np.array([0, *edges]), days_past_due, side="left").astype(np.int64)
    return found
