"""
Effort against value: does each customer, or each tier, get the share of service that its value deserves?

Shares are of the sum of the positive amounts, the money that is there to be shared. Customers who bring value add up to
100 percent of it; one who loses money has a negative share, which says how much of what the others bring is lost on
that customer. Shares of the net total would do the opposite: they grow without end as losses eat the total, and turn
their sign when it falls below 0, so that the best customers would seem to have negative value.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, numbers, refuse_rows
from valuation.errors import DomainError, InputError

__all__ = ["effort_against_value", "effort_by_tier"]


def effort_against_value(cost: Column, value: Column) -> pd.DataFrame:
    r"""
    Share of the effort against share of the value of each customer.

    .. math::

        e_i = \frac{c_i}{\sum_j \max(c_j, 0)}; \quad v_i = \frac{x_i}{\sum_j \max(x_j, 0)}; \quad
        \text{ratio} = \frac{e_i}{v_i}; \quad \text{difference} = e_i - v_i

    Parameters
    ----------
    cost : array_like, shape (n,)
        Cost to serve of each customer; a credit is negative. [currency/period]
    value : array_like, shape (n,)
        Value of each customer: contribution, lifetime value or another. [currency]

    Returns
    -------
    DataFrame
        One row per customer: cost, value; effort_share and value_share, NaN if nobody has a positive amount; ratio,
        above 1 for more effort than value deserves, NaN for a customer without positive value; difference of the two
        shares, in shares: 0.03 is 3 percentage points. [1]

    Raises
    ------
    DomainError
        If an amount is infinite, or they are too large to add up.
    InputError
        If the lengths differ, or an amount is missing or not a number; the message names the row.

    Notes
    -----
    A ratio to a negative value would turn its sign: the costliest loss-maker would look best. For those customers the
    difference speaks; it can be compared over all customers. Differences add up to the share of value that losses take
    away (less credits), and to 0 without losses.

    Examples
    --------
    >>> effort_against_value([20.0, 60.0, 20.0], [80.0, 20.0, -10.0]).round(2)[["ratio", "difference"]].to_dict("list")
    {'ratio': [0.25, 3.0, nan], 'difference': [-0.6, 0.4, 0.3]}
    """
    costs, values = _pair(cost, value)
    return _compared(pd.DataFrame({"cost": costs, "value": values}), costs, values)


def effort_by_tier(cost: Column, value: Column, tiers: npt.ArrayLike) -> pd.DataFrame:
    """
    Share of the effort against share of the value of each tier.

    Parameters
    ----------
    cost : array_like, shape (n,)
        Cost to serve of each customer; a credit is negative. [currency/period]
    value : array_like, shape (n,)
        Value of each customer. [currency]
    tiers : array_like of str, shape (n,)
        Tier, segment or other group of each customer.

    Returns
    -------
    DataFrame
        Index tier, from the largest value per customer down, equal ones by name; customers, their number; then as in
        `effort_against_value`. The shares of a tier are the sums of its customers' shares.

    Raises
    ------
    DomainError
        If an amount is infinite, or they are too large to add up.
    InputError
        If the lengths differ, an amount is missing or not a number, or a customer has no tier; the message names the
        row.

    Examples
    --------
    >>> effort_by_tier([20.0, 60.0, 20.0], [80.0, 20.0, -10.0], ["A", "B", "B"])["value_share"].to_dict()
    {'A': 0.8, 'B': 0.1}
    """
    costs, values = _pair(cost, value)
    labels = np.asarray(tiers, dtype=object)
    if labels.shape != costs.shape:
        raise InputError(f"tiers must be as many as cost, not {labels.size} for {costs.size}")
    refuse_rows(np.asarray(pd.isna(labels)), labels, InputError, "tiers must be known")
    groups = pd.DataFrame({"customers": 1, "cost": costs, "value": values}).groupby(labels.astype(str))
    summed = groups.sum()
    summed["per_customer"] = summed["value"] / summed["customers"]
    ordered = summed.sort_values("per_customer", ascending=False, kind="stable").drop(columns="per_customer")
    return _compared(ordered.rename_axis("tier"), costs, values)


def _pair(cost: Column, value: Column) -> tuple[FloatArray, FloatArray]:
    """Both columns, checked."""
    costs, values = numbers(cost, "cost"), numbers(value, "value")
    if costs.ndim != 1 or costs.shape != values.shape:
        raise InputError(f"cost and value must be columns of one length, not {costs.shape} and {values.shape}")
    for name, column in (("cost", costs), ("value", values)):
        refuse_rows(np.isnan(column), column, InputError, f"{name} must be known")
        refuse_rows(np.isinf(column), column, DomainError, f"{name} must be finite")
    return costs, values


def _compared(table: pd.DataFrame, costs: FloatArray, values: FloatArray) -> pd.DataFrame:
    """The table with shares of what the customers have, their ratio and their difference."""
    effort = _shares(table["cost"].to_numpy(dtype=np.float64), costs)
    worth = _shares(table["value"].to_numpy(dtype=np.float64), values)
    ratio = np.full(effort.shape, np.nan)
    np.divide(effort, worth, out=ratio, where=worth > 0)
    return table.assign(effort_share=effort, value_share=worth, ratio=ratio, difference=effort - worth)


def _shares(amounts: FloatArray, of: FloatArray) -> FloatArray:
    """Shares of the sum of the positive amounts, NaN where there is none."""
    with np.errstate(over="ignore"):
        whole = np.sort(np.maximum(of, 0.0)).sum()  # sorted, so that the order of the rows does not matter
    if not np.isfinite(whole):
        raise DomainError("the amounts must not be too large to add up")
    return amounts / whole if whole > 0 else np.full(amounts.shape, np.nan)
