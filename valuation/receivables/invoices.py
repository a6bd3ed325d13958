"""
Invoices and credit notes as arrays, and what they leave to be paid on each day.

Amounts are what the customer owes, sales tax included; a credit note is negative. A credit note that names an invoice
of the same customer, and is dated no later than its payment, reduces that invoice from its own date on: it shares the
invoice's due date and end. Any other credit note stands alone: the company owes it from its date until it is settled,
and since the company owes it, it is never past due.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray, numbers, refuse_rows
from valuation.dates import DateArray, dates, one_date
from valuation.errors import DomainError, InputError

__all__ = ["BoolArray", "Invoices", "Receivables", "net_amounts", "read_invoices", "receivables", "sums"]

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Invoices:
    """
    Invoices and credit notes as they stand on one day, checked by `read_invoices`.

    Attributes
    ----------
    issued, due, paid : ndarray of datetime64[D], shape (n,)
        Date of the document, when it is due, when it was paid as entered; NaT in `paid` while it is open.
    amount : ndarray, shape (n,)
        Amount to be paid; negative for a credit note. [currency]
    as_of : datetime64[D]
        The day as of which they are seen.
    disputed : ndarray of bool, shape (n,)
        Whether the customer disputes it.
    credits : ndarray of int, shape (n,)
        For a credit note the position of the invoice that it credits, -1 where there is none.
    names_invoice : ndarray of bool, shape (n,)
        Whether the document says that it credits an invoice, known or not.
    customer : ndarray of int, shape (n,)
        Position in `customer_ids`.
    customer_ids : Index
        The customers in order of appearance; one blank if none were given.
    """

    issued: DateArray
    due: DateArray
    paid: DateArray
    amount: FloatArray
    as_of: np.datetime64
    disputed: BoolArray
    credits: IntArray
    names_invoice: BoolArray
    customer: IntArray
    customer_ids: "pd.Index[Any]"

    @property
    def is_open(self) -> BoolArray:
        """Documents not paid by the as-of day; a later payment has not happened yet."""
        return np.asarray(~(self.paid <= self.as_of))

    @property
    def is_invoice(self) -> BoolArray:
        """Documents that are no credit notes."""
        return np.asarray(self.amount >= 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Receivables:
    """
    What each document adds to the receivables, and from when to when.

    Attributes
    ----------
    start, due, end : ndarray of int, shape (n,)
        First day, due day and last day, the as-of day while it is open. [days since 1970-01-01]
    amount : ndarray, shape (n,)
        As in `Invoices`. [currency]
    is_open, disputed : ndarray of bool, shape (n,)
        Whether it is still to be paid, and disputed: for a credit note that reduces an invoice, as the invoice is.
    """

    start: IntArray
    due: IntArray
    end: IntArray
    amount: FloatArray
    is_open: BoolArray
    disputed: BoolArray

    @property
    def open_amount(self) -> FloatArray:
        """What is still to be paid, 0 where nothing is. [currency]."""
        return np.where(self.is_open, self.amount, 0.0)


def read_invoices(
    issued: npt.ArrayLike,
    due: npt.ArrayLike,
    paid: npt.ArrayLike,
    amount: npt.ArrayLike,
    *,
    as_of: np.datetime64,
    disputed: npt.ArrayLike | None = None,
    customer_ids: npt.ArrayLike | None = None,
    invoice_numbers: npt.ArrayLike | None = None,
    credit_of: npt.ArrayLike | None = None,
) -> Invoices:
    """
    Read invoices and credit notes, and find the invoice of each credit note.

    Parameters
    ----------
    issued, due : array_like of datetime64, shape (n,)
        Date of each document, and when it is due.
    paid : array_like of datetime64, shape (n,)
        When it was paid; NaT while it is open. A payment after `as_of` has not happened yet.
    amount : array_like, shape (n,)
        Amount to be paid, sales tax included; negative for a credit note. [currency]
    as_of : datetime64
        The day as of which they are seen; no document is later.
    disputed : array_like of bool, shape (n,), optional
        Whether the customer disputes it; none are, if left out.
    customer_ids : array_like, shape (n,), optional
        Whose document it is; all are one customer's, if left out.
    invoice_numbers, credit_of : array_like, shape (n,), optional
        Number of each document, and for a credit note the number of the invoice that it credits, None where it has
        none. Numbers compare as they are.

    Returns
    -------
    Invoices
        The documents, checked.

    Raises
    ------
    DomainError
        If an amount is infinite; the message names the row, counted from 1.
    InputError
        If lengths differ, a date, amount or customer is missing or of the wrong kind, a document is dated after
        `as_of`, or a number stands twice; the message names the row.

    Notes
    -----
    A credit note for an unknown invoice, another credit note or another customer's invoice stands alone.

    Examples
    --------
    >>> day = np.array(["2025-11-01", "2025-11-20"], dtype="datetime64[D]")
    >>> read_invoices(
    ...     day, day, [None, None], [100.0, -20.0], as_of=np.datetime64("2025-12-31"), invoice_numbers=["R1", "G1"],
    ...     credit_of=[None, "R1"],
    ... ).credits.tolist()
    [-1, 0]
    """
    today = one_date(as_of, "as_of")
    columns = {"issued": dates(issued, "issued"), "due": dates(due, "due"), "paid": dates(paid, "paid")}
    money = numbers(amount, "amount")
    flags = _flags(disputed, money.size)
    ids = np.full(money.size, "", dtype=object) if customer_ids is None else np.asarray(customer_ids, dtype=object)
    numbered = np.full(money.size, None) if invoice_numbers is None else np.asarray(invoice_numbers, dtype=object)
    names = np.full(money.size, None) if credit_of is None else np.asarray(credit_of, dtype=object)
    optional = {"disputed": flags, "customer_ids": ids, "invoice_numbers": numbered, "credit_of": names}
    _refuse_unequal({**columns, "amount": money, **optional})
    for name in ("issued", "due"):
        refuse_rows(np.isnat(columns[name]), columns[name], InputError, f"{name} must be a date")
    refuse_rows(np.isnan(money), money, InputError, "amount must be a number")
    refuse_rows(np.isinf(money), money, DomainError, "amount must be finite")
    refuse_rows(columns["issued"] > today, columns["issued"], InputError, f"issued must not be after as_of {today}")
    codes, known = pd.factorize(ids)
    refuse_rows(codes < 0, ids, InputError, "customer_ids must not be blank")
    return Invoices(
        **columns,
        amount=money,
        as_of=today,
        disputed=flags,
        credits=_credited(numbered, names, money, codes),
        names_invoice=np.asarray(~pd.isna(names), dtype=np.bool_),
        customer=codes,
        customer_ids=pd.Index(known, name="customer_id"),
    )


def receivables(invoices: Invoices) -> Receivables:
    """
    What each document adds to the receivables, and from when to when.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.

    Returns
    -------
    Receivables
        One row for each document, in the same order.

    Notes
    -----
    A document paid before its date ends before it starts: the customer lends to the company.

    Examples
    --------
    >>> day = np.array(["2025-11-01", "2025-11-20"], dtype="datetime64[D]")
    >>> seen = receivables(read_invoices(day, day, [None, day[1]], [100.0, -20.0], as_of=np.datetime64("2025-12-31"),
    ...                                  invoice_numbers=["R1", "G1"], credit_of=[None, "R1"]))
    >>> float(seen.open_amount.sum())
    80.0
    """
    as_of = _day_number(invoices.as_of)
    is_open, disputed = invoices.is_open, invoices.disputed.copy()
    start, due = _day_number(invoices.issued), _day_number(invoices.due)
    end = np.where(is_open, as_of, _day_number(invoices.paid))
    reduces = np.flatnonzero(invoices.credits >= 0)
    reduces = reduces[start[reduces] <= end[invoices.credits[reduces]]]
    invoice = invoices.credits[reduces]
    due[~invoices.is_invoice] = as_of  # owed by the company: never past due
    start[reduces] = np.maximum(start[reduces], start[invoice])
    due[reduces], end[reduces] = due[invoice], end[invoice]
    is_open[reduces], disputed[reduces] = is_open[invoice], disputed[invoice]
    return Receivables(start=start, due=due, end=end, amount=invoices.amount, is_open=is_open, disputed=disputed)


def net_amounts(invoices: Invoices) -> FloatArray:
    """
    Amount of each invoice less all credit notes that name it, at least 0; 0 for the credit notes themselves.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.

    Returns
    -------
    ndarray, shape (n,)
        How much each document counts where payment behaviour is measured. [currency]

    Examples
    --------
    >>> day = np.array(["2025-11-01", "2025-11-20"], dtype="datetime64[D]")
    >>> net_amounts(read_invoices(day, day, day, [100.0, -20.0], as_of=np.datetime64("2025-12-31"),
    ...                           invoice_numbers=["R1", "G1"], credit_of=[None, "R1"])).tolist()
    [80.0, 0.0]
    """
    found = invoices.credits >= 0
    credited = sums(invoices.amount[found], invoices.credits[found], invoices.amount.size)
    return np.where(invoices.is_invoice, np.maximum(invoices.amount + credited, 0.0), 0.0)


def sums(values: npt.NDArray[Any], groups: npt.NDArray[Any], count: int) -> FloatArray:
    """The sum of the values in each of so many groups."""
    return np.asarray(np.bincount(groups, weights=values, minlength=count), dtype=np.float64)


def _credited(numbered: npt.NDArray[Any], names: npt.NDArray[Any], amount: FloatArray, customer: IntArray) -> IntArray:
    """The position of the invoice that each credit note credits, or -1."""
    credits = np.full(amount.size, -1, dtype=np.int64)
    asks = np.flatnonzero((amount < 0) & ~pd.isna(names))
    if not asks.size:
        return credits
    has_number = np.flatnonzero(~pd.isna(numbered))
    index = pd.Index(numbered[has_number])
    twice = np.zeros(amount.size, dtype=np.bool_)
    twice[has_number] = index.duplicated()
    refuse_rows(twice, numbered, InputError, "invoice_numbers must each be there once")
    place = index.get_indexer(pd.Index(names[asks]))
    asks, invoice = asks[place >= 0], has_number[place[place >= 0]]
    fits = (amount[invoice] >= 0) & (customer[invoice] == customer[asks])
    credits[asks[fits]] = invoice[fits]
    return credits


def _flags(values: npt.ArrayLike | None, rows: int) -> BoolArray:
    """True or False in every row."""
    if values is None:
        return np.zeros(rows, dtype=np.bool_)
    raw: npt.NDArray[Any] = np.asarray(values)
    if raw.dtype.kind == "O" and all(isinstance(value, bool | np.bool_) for value in raw.ravel()):
        raw = raw.astype(np.bool_)
    if raw.dtype.kind != "b" and raw.size:
        raise InputError(f"disputed must be True or False, not {raw.dtype}")
    return raw.astype(np.bool_)


def _refuse_unequal(columns: dict[str, npt.NDArray[Any]]) -> None:
    """One row per document in every column."""
    shapes = {name: column.shape for name, column in columns.items()}
    if len(set(shapes.values())) > 1 or len(shapes["amount"]) != 1:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise InputError(f"columns must have one row for each document: {listed}")


def _day_number(days: Any) -> IntArray:
    """Dates as days since 1970-01-01, which subtract and compare faster."""
    return np.asarray(days, dtype="datetime64[D]").astype(np.int64)
