"""
What it costs to wait for the customers' money, split into the terms that were granted and the days beyond them.

The rate is one assumption, the short-term borrowing rate. Lifetime values whose cash flows are already discounted for
the same delay must not be charged again.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray
from valuation.dates import twelve_months_before
from valuation.errors import DomainError
from valuation.lifetime.conventions import FINITE, POSITIVE, RATE, common_shape, plain, single, within
from valuation.receivables.invoices import BoolArray, Invoices, receivables

__all__ = ["Financing", "MoneyDays", "financing", "in_window", "invoiced", "money_days", "payment_cost", "window_days"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Financing:
    """
    The receivables of a window and their cost.

    Attributes
    ----------
    average_receivable : float
        Mean over the days of the window. [currency]
    terms_cost : float
        Cost until the due dates. [currency]
    overdue_cost : float
        Cost of the days beyond them. [currency]
    financing_cost : float
        Their sum. [currency]
    """

    average_receivable: float
    terms_cost: float
    overdue_cost: float
    financing_cost: float


class MoneyDays(NamedTuple):
    """Amount times days, for each document, within a window."""

    terms: FloatArray
    """Until the due date. [currency*day]"""
    overdue: FloatArray
    """After it. [currency*day]"""


def payment_cost(
    amounts: npt.ArrayLike, days: npt.ArrayLike, *, annual_rate: npt.ArrayLike, basis: npt.ArrayLike = 365.0
) -> FloatArray:
    r"""
    Cost of waiting for an amount.

    .. math:: a \cdot r \cdot t / \text{basis}

    Parameters
    ----------
    amounts : array_like
        What is waited for; a credit note is negative. [currency]
    days : array_like
        How long; negative for a payment in advance, which saves money. [day]
    annual_rate : array_like
        Borrowing rate, simple interest, above -1. [1/year]
    basis : array_like
        Days that make a year of interest, above 0: 365 or 360. [day/year]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing or out of range.
        [currency]

    Raises
    ------
    DomainError
        If a single value is missing or out of range.
    InputError
        If a value is not a number, or lengths differ.

    Examples
    --------
    >>> print(f"{payment_cost(450000, 74, annual_rate=0.1):.2f}")
    9123.29
    """
    money, waited = within("amounts", amounts, FINITE), within("days", days, FINITE)
    rate, year = within("annual_rate", annual_rate, RATE), within("basis", basis, POSITIVE)
    common_shape(amounts=money, days=waited, annual_rate=rate, basis=year)
    with np.errstate(all="ignore"):
        return plain(money * rate * waited / year)


def financing(invoices: Invoices, *, annual_rate: float, months: int = 12, basis: float = 365.0) -> Financing:
    """
    Average receivable of the months to the as-of day, and its cost by granted terms and delay.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes; those from before the window count where they reach into it.
    annual_rate : float
        Borrowing rate, simple interest, above -1. [1/year]
    months : int
        Length of the window in calendar months, 1 or more. [month]
    basis : float
        Days that make a year of interest, above 0. [day/year]

    Returns
    -------
    Financing
        Average receivable, and cost in two parts.

    Raises
    ------
    DomainError
        If the rate, the basis or the number of months is out of range.
    InputError
        If an argument is not a number.

    Notes
    -----
    An invoice is financed on the days after its date up to the day of payment, or the as-of day while it is open. What
    is paid in advance counts negative, as terms: the customer finances the company. Cost is money times days within the
    window, times rate over basis.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> day = np.array(["2025-06-01"], dtype="datetime64[D]")
    >>> seen = read_invoices(day, day + 30, day + 74, [450000.0], as_of=np.datetime64("2025-12-31"))
    >>> found = financing(seen, annual_rate=0.1)
    >>> print(f"{found.average_receivable:.2f} {found.terms_cost:.2f} {found.overdue_cost:.2f}")
    91232.88 3698.63 5424.66
    """
    per_money_day = single("annual_rate", annual_rate, RATE) / single("basis", basis, POSITIVE)
    found = money_days(invoices, months=months)
    terms, overdue = float(found.terms.sum()), float(found.overdue.sum())
    return Financing(
        average_receivable=(terms + overdue) / window_days(invoices, months=months),
        terms_cost=terms * per_money_day,
        overdue_cost=overdue * per_money_day,
        financing_cost=(terms + overdue) * per_money_day,
    )


def invoiced(invoices: Invoices, *, months: int = 12) -> float:
    """
    What was invoiced in the calendar months to the as-of day, credit notes deducted.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes; those dated in the window count.
    months : int
        Length of the window in calendar months, 1 or more. [month]

    Returns
    -------
    float
        Revenue with sales tax, as far as the amounts have it. [currency]

    Raises
    ------
    DomainError
        If `months` is below 1.
    InputError
        If `months` is not a whole number.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> day = np.array(["2024-12-31", "2025-01-01", "2025-06-01"], dtype="datetime64[D]")
    >>> invoiced(read_invoices(day, day, day, [900.0, 100.0, -20.0], as_of=np.datetime64("2025-12-31")))
    80.0
    """
    return float(invoices.amount[in_window(invoices, months=months)].sum())


def in_window(invoices: Invoices, *, months: int) -> BoolArray:
    """Documents dated in the calendar months to the as-of day."""
    return np.asarray(invoices.issued > invoices.as_of - window_days(invoices, months=months))


def money_days(invoices: Invoices, *, months: int) -> MoneyDays:
    """
    Amount times days of each document within the window, before and after its due date.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.
    months : int
        Length of the window in calendar months, 1 or more. [month]

    Returns
    -------
    MoneyDays
        One row for each document, in the same order.

    Raises
    ------
    DomainError
        If `months` is below 1.
    InputError
        If `months` is not a whole number.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> day = np.array(["2025-06-01"], dtype="datetime64[D]")
    >>> seen = read_invoices(day, day + 30, day + 34, [50.0], as_of=np.datetime64("2025-12-31"))
    >>> money_days(seen, months=12)
    MoneyDays(terms=array([1500.]), overdue=array([200.]))
    """
    opens = invoices.as_of.astype(np.int64) - window_days(invoices, months=months)
    seen = receivables(invoices)
    # Nothing ends after the as-of day, so only the old end of the window cuts.
    start, end = np.maximum(seen.start, opens), np.maximum(seen.end, opens)
    overdue = np.maximum(end - np.maximum(seen.due, start), 0)
    return MoneyDays(terms=seen.amount * (end - start - overdue), overdue=seen.amount * overdue)


def window_days(invoices: Invoices, *, months: int) -> int:
    """
    Days of the calendar months to the as-of day.

    Parameters
    ----------
    invoices : Invoices
        Invoices and credit notes.
    months : int
        Calendar months, 1 or more. [month]

    Returns
    -------
    int
        Length of the window. [day]

    Raises
    ------
    DomainError
        If `months` is below 1.
    InputError
        If `months` is not a whole number.

    Examples
    --------
    >>> from valuation.receivables import read_invoices
    >>> window_days(read_invoices([], [], [], [], as_of=np.datetime64("2024-12-31")), months=12)
    366
    """
    opens = twelve_months_before(invoices.as_of, months)
    if months < 1:
        raise DomainError(f"months must be 1 or more, not {months}")
    return int((invoices.as_of - opens).astype(np.int64))
