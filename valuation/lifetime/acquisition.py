"""
What winning a customer cost, what the customer has brought so far, and when the cost is earned back.

Total value is historic value plus residual value. The cost of acquisition belongs to the decision to
win a customer; afterwards it is sunk and never deducted from residual value. Numerator and denominator of
a ratio of value to cost stand on the same horizon and the same margin.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lifetime.conventions import (
    FINITE,
    NOT_NEGATIVE,
    PROBABILITY,
    RATE,
    FloatArray,
    Range,
    common_shape,
    numbers,
    plain,
    within,
)
from valuation.lifetime.value import log_ratio

__all__ = ["acquisition_cost_per_customer", "historic_value", "payback_periods", "value_to_cost_ratio"]

DAYS_PER_YEAR: Final = 365.0

NO_GROWTH: Final = np.asarray(0.0)


def historic_value(amounts: npt.ArrayLike, days_ago: npt.ArrayLike, *, annual_rate: npt.ArrayLike) -> FloatArray:
    r"""
    What one customer has brought so far, compounded to the day of valuation.

    .. math:: \sum_i a_i (1 + d)^{\tau_i / 365}

    Parameters
    ----------
    amounts : array_like, shape (k,)
        Contributions received, costs negative. [currency]
    days_ago : array_like, shape (k,)
        Days from each contribution to the day of valuation, 0 or more. [days]
    annual_rate : array_like
        Effective rate per year of 365 days, above -1; 0 gives the nominal sum. [1/year]

    Returns
    -------
    ndarray or float64
        Shape of `annual_rate`; NaN where that rate is missing or out of range. [currency]

    Raises
    ------
    InputError
        If a value is not a number, lengths differ, or a contribution lies after the day of valuation; the
        message names the row, counted from 1.
    DomainError
        If an amount or a number of days is missing or not finite, or a single rate is out of range. A sum has no
        rows that could fail alone.

    Notes
    -----
    Compounding is annual; Excel's XNPV discounts with the same days/365.

    References
    ----------
    .. [1] S. G. Kellison, "The Theory of Interest," 3rd ed., McGraw-Hill, 2009, ch. 1.

    Examples
    --------
    >>> print(f"{historic_value([-400, 300, 500], [730, 365, 0], annual_rate=0.1):.2f}")
    346.00
    """
    received = _complete("amounts", amounts, FINITE)
    days = _complete("days_ago", days_ago, DAYS_AGO)
    if received.shape != days.shape:
        raise InputError(f"lengths differ: amounts {received.shape}, days_ago {days.shape}")
    d = within("annual_rate", annual_rate, RATE)
    with np.errstate(all="ignore"):
        # Through the logarithm: NumPy's nan ** 0 is 1.
        growth = np.exp(np.log1p(d)[..., np.newaxis] * (days / DAYS_PER_YEAR))
        return plain((received * growth).sum(axis=-1))


def acquisition_cost_per_customer(cost: npt.ArrayLike, gross_new: npt.ArrayLike) -> FloatArray:
    r"""
    Cost of winning one customer (CAC).

    .. math:: \text{cost} / \text{gross new customers}

    Parameters
    ----------
    cost : array_like
        Marketing and sales cost of winning customers, prospects not won included. [currency]
    gross_new : array_like
        Customers won in the same period, before any that left: gross, not net. [customers]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing, out of
        range, or without a new customer. [currency/customer]

    Raises
    ------
    DomainError
        If a single value is missing or negative.
    ZeroDenominatorError
        If a single `gross_new` is 0.
    InputError
        If a value is not a number, or lengths differ.

    References
    ----------
    .. [1] R. C. Blattberg and J. Deighton, "Manage Marketing by the Customer Equity Test," Harvard Business
       Review, July-August 1996.

    Examples
    --------
    >>> print(f"{acquisition_cost_per_customer(90_000, 100):.2f}")
    900.00
    """
    spent = within("cost", cost, NOT_NEGATIVE)
    won = _not_zero("gross_new", within("gross_new", gross_new, NOT_NEGATIVE))
    common_shape(cost=spent, gross_new=won)
    with np.errstate(all="ignore"):
        return plain(spent / won)


def payback_periods(
    acquisition_cost: npt.ArrayLike,
    margin: npt.ArrayLike,
    *,
    retention_rate: npt.ArrayLike,
    discount_rate: npt.ArrayLike,
) -> FloatArray:
    r"""
    Periods until the expected margins have earned back the cost of acquisition.

    The smallest :math:`n + f`, with :math:`n` whole periods and a part :math:`0 \le f < 1` of the next,
    for which

    .. math::

        \sum_{t=1}^{n} \frac{m \, r^{t-1}}{(1+d)^t} + f \, \frac{m \, r^n}{(1+d)^{n+1}} = c

    Parameters
    ----------
    acquisition_cost : array_like
        Paid once, before the first margin. [currency]
    margin : array_like
        Contribution of an active customer. [currency/period]
    retention_rate : array_like
        Chance to stay from one period to the next; 1 leaves customers' leaving out. [1/period]
    discount_rate : array_like
        Rate per period, above -1; 0 leaves discounting out. With retention 1 that is the simple payback,
        cost / margin. [1/period]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together. NaN in the rows whose own inputs are missing or out of
        range, or that never pay back. [periods]

    Raises
    ------
    MissingDataError
        If all inputs are single and the cost is never paid back.
    DomainError
        If a single value is out of range.
    InputError
        If a value is not a number, or lengths differ.

    Notes
    -----
    The convention: the customer is new, so that the first margin is certain; margins are discounted from the end
    of their period; within a period the money comes in evenly, so that the last, broken period is
    interpolated in a straight line.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012: the
       sum is that of timing "end", new customers.

    Examples
    --------
    A cost of 900 against 1000 a year, in months, at 80% annual retention:

    >>> months = payback_periods(900, 1000 / 12, retention_rate=0.8 ** (1 / 12), discount_rate=0.0)
    >>> print(f"{months:.4f}")
    11.9316
    """
    c = within("acquisition_cost", acquisition_cost, NOT_NEGATIVE)
    m = within("margin", margin, FINITE)
    r = within("retention_rate", retention_rate, PROBABILITY)
    d = within("discount_rate", discount_rate, RATE)
    shape = common_shape(acquisition_cost=c, margin=m, retention_rate=r, discount_rate=d)
    with np.errstate(all="ignore"):
        periods = _periods_to_earn(c * (1.0 + d) / m, log_ratio(r, d, NO_GROWTH))
        # Nothing to earn back is earned back at once, but a fault elsewhere in the row still shows.
        periods = np.where(c == 0.0, 0.0 * (m + r + d), np.where(m > 0.0, periods, np.nan))
    if shape == () and np.isnan(periods):
        raise MissingDataError(f"the acquisition_cost {c:.15g} is never paid back by a margin of {m:.15g}")
    return plain(periods)


def value_to_cost_ratio(value: npt.ArrayLike, acquisition_cost: npt.ArrayLike) -> FloatArray:
    r"""
    Value of a customer in multiples of the cost of winning one (LTV:CAC).

    .. math:: V / c

    Parameters
    ----------
    value : array_like
        Value of a new customer before acquisition cost, on a stated horizon; a negative one gives a
        negative ratio. [currency]
    acquisition_cost : array_like
        Cost of winning the customer, above 0. [currency]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing, out of range,
        or without a cost. [1]

    Raises
    ------
    ZeroDenominatorError
        If a single `acquisition_cost` is 0.
    DomainError
        If a single value is out of range.
    InputError
        If a value is not a number, or lengths differ.

    Notes
    -----
    Revenue divided by churn, often called LTV, is neither a margin nor discounted: not comparable.

    References
    ----------
    .. [1] S. Gupta and D. R. Lehmann, "Managing Customers as Investments," Wharton School Publishing, 2005.

    Examples
    --------
    >>> print(f"{value_to_cost_ratio(2151.2007, 900):.4f}")
    2.3902
    """
    worth = within("value", value, FINITE)
    cost = _not_zero("acquisition_cost", within("acquisition_cost", acquisition_cost, NOT_NEGATIVE))
    common_shape(value=worth, acquisition_cost=cost)
    with np.errstate(all="ignore"):
        return plain(worth / cost)


DAYS_AGO: Final = Range(
    rule="0 or more, because nothing is received after the day of valuation",
    low=0.0,
    high=FINITE.high,
    error=InputError,
)


def _complete(name: str, value: npt.ArrayLike, limits: Range) -> FloatArray:
    """Return a vector in which every row is in order; a sum over rows cannot leave one out."""
    values = np.atleast_1d(numbers(name, value))
    if values.ndim != 1:
        raise InputError(f"{name} must be one customer's list, not an array of shape {values.shape}")
    wrong = np.flatnonzero(~limits.holds(values))
    if wrong.size:
        row = int(wrong[0])
        if np.isfinite(values[row]):
            raise limits.refusal(f"{name}, row {row + 1},", float(values[row]))
        raise DomainError(f"{name}, row {row + 1}, must be {FINITE.rule}, not {values[row]}")
    return values


def _not_zero(name: str, values: FloatArray) -> FloatArray:
    """Return the denominators with NaN for 0; a single 0 raises."""
    if values.ndim == 0 and values == 0.0:
        raise ZeroDenominatorError(f"{name} must not be 0: there is nothing to divide by")
    return np.where(values == 0.0, np.nan, values)


def _periods_to_earn(multiple: FloatArray, log_q: FloatArray) -> FloatArray:
    """
    Periods until 1 + q + q^2 + ... reaches the multiple of the first payment; NaN if it never does.

    Without rounding to whole periods that is N = ln(1 - multiple (1 - q)) / ln q. The fraction of N
    counts equal ratios; (1 - q^f) / (1 - q) turns it into equal amounts of money.
    """
    smooth = np.log1p(multiple * np.expm1(log_q)) / log_q
    whole = np.floor(smooth)
    periods = whole + np.expm1((smooth - whole) * log_q) / np.expm1(log_q)
    # Within the first period, and at q = 1, money comes in evenly; this also covers q = 0.
    even = np.where((multiple <= 1.0) | (log_q == 0.0), multiple, periods)
    return np.where(np.isfinite(even) & ~np.isnan(log_q), even, np.nan)
