"""
How a customer pays: days late, share on time, days to pay.

Each invoice counts with its amount less its credit notes. An invoice that is still open counts as if it were paid on
the as-of day: leaving it out is the classic way to flatter the worst payer.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray
from valuation.errors import ZeroDenominatorError
from valuation.lifetime.conventions import FINITE, POSITIVE, common_shape, plain, within
from valuation.receivables.invoices import Invoices, net_amounts

__all__ = [
    "PaymentBehaviour",
    "days_sales_outstanding",
    "days_to_pay",
    "on_time_share",
    "payment_behaviour",
    "weighted_days_late",
]

_DAY = np.timedelta64(1, "D")


class PaymentBehaviour(NamedTuple):
    """What each document adds to the sums behind the measures; all amounts, or amounts times days."""

    amount: FloatArray
    """Net of credit notes. [currency]"""
    late: FloatArray
    """Times days late. [currency*day]"""
    to_pay: FloatArray
    """Times days from invoice to payment. [currency*day]"""
    on_time: FloatArray
    """Paid by the due date. [currency]"""
    decided: FloatArray
    """Paid, or past due: not open before its due date. [currency]"""


def payment_behaviour(invoices: Invoices) -> PaymentBehaviour:
    """
    What each document adds to the measures of payment behaviour.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.

    Returns
    -------
    PaymentBehaviour
        One row for each document; sums of rows, divided, are the measures.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> day = np.array(["2025-11-01"], dtype="datetime64[D]")
    >>> found = payment_behaviour(read_invoices(day, day + 30, day + 34, [50.0], as_of=np.datetime64("2025-12-31")))
    >>> found.late.tolist(), found.to_pay.tolist()
    ([200.0], [1700.0])
    """
    amount, is_open = net_amounts(invoices), invoices.is_open
    end = np.where(is_open, invoices.as_of, invoices.paid)
    past_due = (end - invoices.due) / _DAY
    return PaymentBehaviour(
        amount=amount,
        late=amount * np.maximum(past_due, 0.0),
        to_pay=amount * ((end - invoices.issued) / _DAY),
        on_time=np.where(~is_open & (past_due <= 0), amount, 0.0),
        decided=np.where(is_open & (past_due <= 0), 0.0, amount),
    )


def weighted_days_late(invoices: Invoices) -> float:
    r"""
    Days by which payment comes late, on average over the money.

    .. math:: \sum_i a_i \max(0, \text{paid}_i - \text{due}_i) \Big/ \sum_i a_i

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.

    Returns
    -------
    float
        An early payment counts 0 days; an open invoice counts up to the as-of day. [day]

    Raises
    ------
    ZeroDenominatorError
        If nothing was invoiced.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> due = np.array(["2025-10-01", "2025-10-01", "2025-12-01"], dtype="datetime64[D]")
    >>> paid = np.array(["2025-10-01", "2025-10-21", "NaT"], dtype="datetime64[D]")
    >>> seen = read_invoices(due - 30, due, paid, [1000.0, 2000.0, 500.0], as_of=np.datetime64("2025-12-31"))
    >>> round(weighted_days_late(seen), 4)
    15.7143
    """
    found = payment_behaviour(invoices)
    return _ratio(found.late, found.amount, "nothing was invoiced, so there are no days late")


def on_time_share(invoices: Invoices) -> float:
    """
    Share of the money that was paid by its due date.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.

    Returns
    -------
    float
        Paid by the due date, over all that was paid or is past due. [0..1]

    Raises
    ------
    ZeroDenominatorError
        If nothing was paid and nothing is past due.

    Notes
    -----
    Of an invoice that is open and not yet due nobody knows whether it will be paid on time; it counts neither way.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> due = np.array(["2025-10-01", "2025-10-01", "2025-12-01"], dtype="datetime64[D]")
    >>> paid = np.array(["2025-10-01", "2025-10-21", "NaT"], dtype="datetime64[D]")
    >>> seen = read_invoices(due - 30, due, paid, [1000.0, 2000.0, 500.0], as_of=np.datetime64("2025-12-31"))
    >>> round(on_time_share(seen), 6)
    0.285714
    """
    found = payment_behaviour(invoices)
    return _ratio(found.on_time, found.decided, "nothing was paid or is past due, so there is no share on time")


def days_to_pay(invoices: Invoices) -> float:
    r"""
    Days from invoice to payment, on average over the money: days sales outstanding, seen from the payments.

    .. math:: \sum_i a_i (\text{paid}_i - \text{invoiced}_i) \Big/ \sum_i a_i

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.

    Returns
    -------
    float
        An early payment lowers it, a payment before the invoice counts negative days; an open invoice counts up to the
        as-of day. [day]

    Raises
    ------
    ZeroDenominatorError
        If nothing was invoiced.

    Notes
    -----
    `days_sales_outstanding` also moves when sales grow or shrink. Here an open invoice counts fewer days than it will
    have taken in the end.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> day = np.array(["2025-10-01", "2025-11-01"], dtype="datetime64[D]")
    >>> paid = np.array(["2025-10-11", "2025-12-01"], dtype="datetime64[D]")
    >>> days_to_pay(read_invoices(day, day + 30, paid, [100.0, 300.0], as_of=np.datetime64("2025-12-31")))
    25.0
    """
    found = payment_behaviour(invoices)
    return _ratio(found.to_pay, found.amount, "nothing was invoiced, so there are no days to pay")


def days_sales_outstanding(balance: npt.ArrayLike, revenue: npt.ArrayLike, *, days: npt.ArrayLike) -> FloatArray:
    r"""
    Days of sales that the receivables stand for: the balance sheet's definition.

    .. math:: \text{balance} / \text{revenue} \times \text{days}

    Parameters
    ----------
    balance : array_like
        Receivables at the end of the period. [currency]
    revenue : array_like
        What was invoiced in the period, above 0, with sales tax if the balance has it. [currency]
    days : array_like
        Length of the period, above 0. [day]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing or out of range. [day]

    Raises
    ------
    DomainError
        If a single value is missing, infinite or, `balance` aside, negative, or `days` is 0.
    InputError
        If a value is not a number, or lengths differ.
    ZeroDenominatorError
        If a single `revenue` is 0.

    Examples
    --------
    >>> print(f"{days_sales_outstanding(91232.88, 450000, days=365):.2f}")
    74.00
    """
    sold = np.asarray(revenue)
    if sold.ndim == 0 and sold.dtype.kind in "iuf" and sold == 0:
        raise ZeroDenominatorError("revenue must not be 0")
    owed, sales = within("balance", balance, FINITE), within("revenue", revenue, POSITIVE)
    length = within("days", days, POSITIVE)
    common_shape(balance=owed, revenue=sales, days=length)
    with np.errstate(all="ignore"):
        return plain(owed / sales * length)


def _ratio(top: FloatArray, bottom: FloatArray, otherwise: str) -> float:
    """The quotient of two sums."""
    total = float(bottom.sum())
    if total == 0:
        raise ZeroDenominatorError(otherwise)
    return float(top.sum()) / total
