"""What the invoices say of each customer, in one table."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray
from valuation.lifetime.conventions import POSITIVE, RATE, single
from valuation.receivables.ageing import AGEING_EDGES, ageing_labels, buckets
from valuation.receivables.credit_loss import provision_matrix
from valuation.receivables.financing import in_window, money_days, window_days
from valuation.receivables.invoices import Invoices, receivables, sums
from valuation.receivables.lateness import payment_behaviour

__all__ = ["receivables_by_customer"]


def receivables_by_customer(
    invoices: Invoices,
    *,
    annual_rate: float,
    loss_rates: npt.ArrayLike | None,
    months: int = 12,
    basis: float = 365.0,
    edges: Sequence[int] = AGEING_EDGES,
) -> pd.DataFrame:
    """
    How each customer pays, what waiting for it costs, and what it still owes.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes with their customers.
    annual_rate : float
        Borrowing rate, simple interest, above -1. [1/year]
    loss_rates : array_like, shape (k,), or None
        Part of each bucket of `edges` that is expected to be lost; None where it is not known. [0..1]
    months : int
        Length in calendar months of the window for financing and for what was invoiced. [month]
    basis : float
        Days that make a year of interest, above 0. [day/year]
    edges : sequence of int
        Last day past due of each bucket after the current one, rising from 1 or more. [day]

    Returns
    -------
    DataFrame
        Index customer_id in order of appearance. invoices and credit_notes [count]; invoiced: all documents dated in
        the window; average_receivable [currency]; days_to_pay and days_late [day] and on_time_share [0..1], NaN where
        there is nothing to divide by; terms_cost, overdue_cost and their sum financing_cost; open_balance,
        overdue_balance and disputed_balance, credit notes deducted; one column of `ageing_labels` for each bucket,
        adding up to the open balance; exposure, the open balance if it is positive; expected_loss, NaN without loss
        rates. [currency]

    Raises
    ------
    DomainError
        If the rate, the basis, the number of months, an edge or a loss rate is out of range.
    InputError
        If an argument is of the wrong kind, or there is not one loss rate for each bucket.

    Notes
    -----
    Payment behaviour is measured over all the invoices given, financing within the window. The expected loss takes each
    bucket by itself; from chance and loss of default it is `expected_credit_loss` of the exposure.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> due = np.array(["2025-10-01", "2025-10-01", "2025-12-01"], dtype="datetime64[D]")
    >>> paid = np.array(["2025-10-01", "2025-10-21", "NaT"], dtype="datetime64[D]")
    >>> seen = read_invoices(
    ...     due - 30, due, paid, [1000.0, 2000.0, 500.0], as_of=np.datetime64("2025-12-31"),
    ...     customer_ids=["A", "B", "B"],
    ... )
    >>> found = receivables_by_customer(seen, annual_rate=0.1, loss_rates=[0.005, 0.02, 0.1, 0.3, 0.5])
    >>> found[["days_late", "on_time_share", "open_balance", "expected_loss"]].to_dict("index")["B"]
    {'days_late': 22.0, 'on_time_share': 0.0, 'open_balance': 500.0, 'expected_loss': 10.0}
    """
    per_money_day = single("annual_rate", annual_rate, RATE) / single("basis", basis, POSITIVE)
    labels, window = ageing_labels(edges), window_days(invoices, months=months)
    seen, pays, days = receivables(invoices), payment_behaviour(invoices), money_days(invoices, months=months)

    def total(values: npt.NDArray[np.float64] | npt.NDArray[np.bool_]) -> FloatArray:
        return sums(values, invoices.customer, invoices.customer_ids.size)

    aged = _by_bucket(invoices, seen.open_amount, buckets(seen, invoices, edges=edges), len(labels))
    money, terms, overdue = seen.open_amount, total(days.terms), total(days.overdue)
    amount, open_balance = total(pays.amount), total(money)
    columns = {
        "invoices": total(invoices.is_invoice).astype(np.int64),
        "credit_notes": total(~invoices.is_invoice).astype(np.int64),
        "invoiced": total(np.where(in_window(invoices, months=months), invoices.amount, 0.0)),
        "average_receivable": (terms + overdue) / window,
        "days_to_pay": _ratio(total(pays.to_pay), amount),
        "days_late": _ratio(total(pays.late), amount),
        "on_time_share": _ratio(total(pays.on_time), total(pays.decided)),
        "terms_cost": terms * per_money_day,
        "overdue_cost": overdue * per_money_day,
        "financing_cost": (terms + overdue) * per_money_day,
        "open_balance": open_balance,
        "overdue_balance": aged[:, 1:].sum(axis=1),
        "disputed_balance": total(np.where(seen.disputed, money, 0.0)),
        **{label: aged[:, place] for place, label in enumerate(labels)},
        "exposure": np.maximum(open_balance, 0.0),
        "expected_loss": np.nan if loss_rates is None else provision_matrix(aged, loss_rates),
    }
    return pd.DataFrame(columns, index=invoices.customer_ids)


def _by_bucket(invoices: Invoices, money: FloatArray, bucket: npt.NDArray[np.int64], count: int) -> FloatArray:
    """Open money by customer and bucket."""
    customers = invoices.customer_ids.size
    return sums(money, invoices.customer * count + bucket, customers * count).reshape(customers, count)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """The quotient, NaN where there is nothing to divide by."""
    quotient = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=quotient, where=bottom != 0)
    return quotient
