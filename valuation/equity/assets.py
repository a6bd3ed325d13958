"""
The customer base as an asset: what it is worth today, with the customers to come, and beside the company's value.

Customer equity is a management measure. It stands before unused capacity and before overhead that no customer is
charged with, since customer contributions do; the bridge deducts those costs. Customer relationships that a company
built itself may not be recognised as an intangible asset (IAS 38, paragraphs 63-64), acquired ones are (IFRS 3).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, numbers, refuse_rows
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lifetime.conventions import FINITE, NOT_NEGATIVE, RATE, single

__all__ = ["CustomerEquity", "DynamicEquity", "customer_equity", "dynamic_equity", "enterprise_bridge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEquity:
    """
    The residual values of today's customers, those that are lost money apart.

    Attributes
    ----------
    positive, negative : float
        Sum of the values above and of those below 0. [currency]
    net : float
        Both together. [currency]
    n : int
        Customers with a value. [count]
    unknown : int
        Customers without one, who are in no sum. [count]
    """

    positive: float
    negative: float
    net: float
    n: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicEquity:
    """
    Customer equity with the cohorts to come.

    Attributes
    ----------
    static : float
        Of today's customers. [currency]
    future : float
        Of the customers to be won, after what winning them costs. [currency]
    total : float
        Both together. [currency]
    """

    static: float
    future: float
    total: float


def customer_equity(residual_values: Column) -> CustomerEquity:
    """
    Static customer equity: the sum of the residual values of the customers of today.

    Parameters
    ----------
    residual_values : array_like, shape (n,)
        Value of each customer's margins still to come, without the cost of winning it, which is sunk; NaN where
        unknown. [currency]

    Returns
    -------
    CustomerEquity
        Gross positive, gross negative and net.

    Raises
    ------
    DomainError
        If a value is infinite.
    InputError
        If a value is not a number, or the values are no column.

    References
    ----------
    .. [1] T. Wiesel, B. Skiera and J. Villanueva, "Customer Equity: An Integral Part of Financial Reporting," Journal
       of Marketing, vol. 72, no. 2, pp. 1-14, 2008.

    Examples
    --------
    >>> customer_equity([900.0, -50.0, None])
    CustomerEquity(positive=900.0, negative=-50.0, net=850.0, n=2, unknown=1)
    """
    values = _vector(residual_values, "residual_values")
    known = values[~np.isnan(values)]
    positive, negative = float(known[known > 0].sum()), float(known[known < 0].sum())
    return CustomerEquity(
        positive=positive,
        negative=negative,
        net=positive + negative,
        n=known.size,
        unknown=values.size - known.size,
    )


def dynamic_equity(
    static: float,
    new_per_period: Column,
    *,
    value_new: float,
    acquisition_cost: float,
    discount_rate: float,
) -> DynamicEquity:
    r"""
    Dynamic customer equity: with the customers that will be won in the periods ahead.

    .. math:: E = E_0 + \sum_{k=1}^{K} \frac{n_k (V - c)}{(1+d)^k}

    Parameters
    ----------
    static : float
        Customer equity of today's customers. [currency]
    new_per_period : array_like, shape (K,)
        Customers won in each period ahead, the next one first. [count]
    value_new : float
        Value of a new customer at the time it is won. [currency]
    acquisition_cost : float
        Cost of winning one. [currency]
    discount_rate : float
        Rate per period, above -1. [1/period]

    Returns
    -------
    DynamicEquity
        Of today's customers, of those to come, and in all.

    Raises
    ------
    DomainError
        If a number is out of range.
    InputError
        If a value is not a number, or the customers to come are no column.
    MissingDataError
        If the number of a period is missing.

    Notes
    -----
    A cohort is won at the end of its period, so that the first one is discounted once already.

    References
    ----------
    .. [1] J. Villanueva and D. M. Hanssens, "Customer Equity: Measurement, Management and Research Opportunities,"
       Foundations and Trends in Marketing, vol. 1, no. 1, 2007.

    Examples
    --------
    >>> equity = dynamic_equity(800_000, [200] * 5, value_new=1000, acquisition_cost=250, discount_rate=0.1)
    >>> print(f"{equity.future:.2f} {equity.total:.2f}")
    568618.02 1368618.02
    """
    today = single("static", static, FINITE)
    counts = _vector(new_per_period, "new_per_period")
    refuse_rows(np.isnan(counts), counts, MissingDataError, "new_per_period must be known")
    refuse_rows(counts < 0, counts, DomainError, "new_per_period must be 0 or more")
    gain = single("value_new", value_new, FINITE) - single("acquisition_cost", acquisition_cost, NOT_NEGATIVE)
    rate = single("discount_rate", discount_rate, RATE)
    with np.errstate(over="ignore", invalid="ignore"):
        factors = np.exp(-np.arange(1, counts.size + 1) * np.log1p(rate))
        future = float((counts * factors).sum() * gain)
    if not np.isfinite(future):
        raise DomainError("the value of the customers to come is too large to be a number")
    return DynamicEquity(static=today, future=future, total=today + future)


def enterprise_bridge(
    equity: float, *, fixed_costs: float, tax: float, non_operating_assets: float, net_debt: float
) -> pd.DataFrame:
    """
    From customer equity to a value of the company, as a check of reasonableness and no more.

    Parameters
    ----------
    equity : float
        Customer equity, static or dynamic. [currency]
    fixed_costs : float
        Present value of the costs that no customer is charged with, 0 or more. [currency]
    tax : float
        Present value of the taxes on these margins and costs; negative for a tax asset. [currency]
    non_operating_assets : float
        Assets that the customers' margins do not depend on, 0 or more. [currency]
    net_debt : float
        Debt less cash; negative if there is more cash. [currency]

    Returns
    -------
    DataFrame
        Columns line and amount [currency]. What is deducted is negative; `operating_value` is the sum of the lines
        above it, and `shareholder_value` that of all of them.

    Raises
    ------
    DomainError
        If a number is out of range.
    InputError
        If a value is not a number.

    References
    ----------
    .. [1] D. M. McCarthy, P. S. Fader and B. G. S. Hardie, "Valuing Subscription-Based Businesses Using Publicly
       Disclosed Customer Data," Journal of Marketing, vol. 81, no. 1, pp. 17-35, 2017.
    .. [2] D. M. McCarthy and P. S. Fader, "Customer-Based Corporate Valuation for Publicly Traded Noncontractual
       Firms," Journal of Marketing Research, vol. 55, no. 5, pp. 617-635, 2018.

    Examples
    --------
    >>> bridge = enterprise_bridge(1000.0, fixed_costs=300, tax=150, non_operating_assets=40, net_debt=90)
    >>> print(bridge.to_string(index=False, header=False))
         customer_equity 1000.0
             fixed_costs -300.0
                     tax -150.0
         operating_value  550.0
    non_operating_assets   40.0
                net_debt  -90.0
       shareholder_value  500.0
    """
    base = single("equity", equity, FINITE)
    fixed = single("fixed_costs", fixed_costs, NOT_NEGATIVE)
    due = single("tax", tax, FINITE)
    assets = single("non_operating_assets", non_operating_assets, NOT_NEGATIVE)
    debt = single("net_debt", net_debt, FINITE)
    operating = base - fixed - due
    amounts = {
        "customer_equity": base,
        "fixed_costs": 0.0 - fixed,
        "tax": 0.0 - due,
        "operating_value": operating,
        "non_operating_assets": assets,
        "net_debt": 0.0 - debt,
        "shareholder_value": operating + assets - debt,
    }
    return pd.DataFrame({"line": list(amounts), "amount": list(amounts.values())})


def _vector(values: Column | npt.ArrayLike, name: str) -> FloatArray:
    """One column of numbers, none of them infinite."""
    column = np.atleast_1d(numbers(values, name))
    if column.ndim != 1:
        raise InputError(f"{name} must be one column, not of shape {column.shape}")
    refuse_rows(np.isinf(column), column, DomainError, f"{name} must be finite")
    return column
