"""What a customer base brings, period by period, under given drivers, and what it is worth at the end of each."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.equity import return_on_customer
from valuation.lifetime import lifetime_value
from valuation.lifetime.conventions import NOT_NEGATIVE, RATE, FloatArray, single
from valuation.loyalty.drivers import DRIVER_NAMES, Drivers, Extend, aligned

__all__ = [
    "closing_customers",
    "closing_equity",
    "opening_equity",
    "profits",
    "project",
    "projected",
]


def project(
    drivers: Drivers,
    *,
    opening_customers: float,
    periods: int,
    discount_rate: float,
    extend: Extend = "error",
) -> pd.DataFrame:
    r"""
    Customers, profit and customer equity of each period.

    .. math::

        N_t = N_{t-1} r_t + a_t, \qquad
        \text{profit}_t = \frac{N_{t-1} + N_t}{2} (m_t - s_t) - a_t c_t - I_t, \qquad
        E_t = N_t \frac{(m_t - s_t) r_t}{1 + d - r_t}

    Parameters
    ----------
    drivers : Drivers
        Retention r, new customers a, margin m, cost to serve s, acquisition cost c, investment I.
    opening_customers : float
        Customers at the start of the first period. [count]
    periods : int
        Number of periods. [periods]
    discount_rate : float
        Rate per period, above -1, for customer equity. [1/period]
    extend : {"error", "last"}
        What becomes of a vector that is shorter than the periods: refused, or its last value goes on.

    Returns
    -------
    DataFrame, one row for each period
        period, opening, lost, new, closing, average [count]; contribution, acquisition, investment, profit,
        customer_equity [currency]; return_on_customer [1/period]. Equity is NaN where it has no end (retention 1 at a
        rate of 0), the return where the opening equity is not above 0.

    Raises
    ------
    DomainError
        If a number is out of range.
    InputError
        If a vector has not one value for each period, or a word is unknown.

    Notes
    -----
    Customers lost and won count for half a period. Customer equity is that of customers who must renew before they pay
    (existing), paid at the end of each period, without end, at that period's drivers: the value if nothing changed any
    more. The first period's opening equity takes the same drivers. The averaging is a convention of this project.

    References
    ----------
    .. [1] S. Gupta and D. R. Lehmann, "Customers as Assets," Journal of Interactive Marketing, vol. 17, no. 1, 2003.
    .. [2] D. Peppers and M. Rogers, "Return on Customer," Currency/Doubleday, 2005.

    Examples
    --------
    >>> steady = Drivers(retention_rate=0.8, new_customers=2000, margin=300, cost_to_serve=100, acquisition_cost=250)
    >>> project(steady, opening_customers=10_000, periods=2, discount_rate=0.1)[["closing", "profit"]]
       closing     profit
    0  10000.0  1500000.0
    1  10000.0  1500000.0
    """
    table = aligned(drivers, periods, extend)
    start = single("opening_customers", opening_customers, NOT_NEGATIVE)
    rate = single("discount_rate", discount_rate, RATE)
    return pd.DataFrame(projected(table, start, rate, opening_equity(table, start, rate)))


def projected(
    table: FloatArray, opening_customers: float, discount_rate: float, equity_before: float
) -> dict[str, npt.NDArray[Any]]:
    """The columns of a projection, from drivers in an array of shape (6, n) and a given opening equity."""
    retention, new, margin, service, price, investment = table
    ends = closing_customers(table, opening_customers)
    opening = np.concatenate([[opening_customers], ends[:-1]])
    average = (opening + ends) / 2.0
    profit = profits(table, opening_customers)
    equity = closing_equity(table, ends, discount_rate)
    return {
        "period": np.arange(1, len(ends) + 1),
        "opening": opening,
        "lost": opening * (1.0 - retention),
        "new": new,
        "closing": ends,
        "average": average,
        "contribution": average * (margin - service),
        "acquisition": new * price,
        "investment": investment,
        "profit": profit,
        "customer_equity": equity,
        "return_on_customer": return_on_customer(profit, np.concatenate([[equity_before], equity[:-1]]), equity),
    }


def closing_customers(tables: FloatArray, opening_customers: FloatArray | float) -> FloatArray:
    """Customers at the end of each period, shape (..., n), from drivers of shape (..., 6, n)."""
    retention, new = (tables[..., DRIVER_NAMES.index(name), :] for name in ("retention_rate", "new_customers"))
    ends = np.empty(retention.shape)
    customers: FloatArray | float = opening_customers
    for t in range(retention.shape[-1]):
        customers = customers * retention[..., t] + new[..., t]
        ends[..., t] = customers
    return ends


def profits(tables: FloatArray, opening_customers: FloatArray | float) -> FloatArray:
    """Profit of each period, shape (..., n), from drivers of shape (..., 6, n)."""
    _, new, margin, service, price, investment = np.moveaxis(tables, -2, 0)
    ends = closing_customers(tables, opening_customers)
    before = np.broadcast_to(np.asarray(opening_customers), ends.shape[:-1])[..., np.newaxis]
    opening = np.concatenate([before, ends[..., :-1]], axis=-1)
    return np.asarray((opening + ends) / 2.0 * (margin - service) - new * price - investment)


def closing_equity(table: FloatArray, customers: FloatArray, discount_rate: float) -> FloatArray:
    """Value of the customers at the end of each period, at its own drivers."""
    retention, _, margin, service, _, _ = table
    each = lifetime_value(
        margin - service,
        retention,
        discount_rate=discount_rate,
        horizon=math.inf,
        timing="end",
        customers="existing",
    )
    return np.asarray(customers * each)


def opening_equity(table: FloatArray, opening_customers: float, discount_rate: float) -> float:
    """Value of the customers before the first period, at its drivers."""
    first = table[:, :1]
    return float(closing_equity(first, np.array([opening_customers]), discount_rate)[0])
