"""
The two-sided value matrix: a customer's value to the company against the value the customer derives.

A customer of great value who gets little for it is about to leave; one who gets much and pays little is money on the
table. The field's names for the four quadrants are Stars, Vulnerable, Free riders and Lost causes [1]_; "free rider"
blames the customer for what the company leaves on the table, so that the names here are others.

References
----------
.. [1] S. Gupta and D. R. Lehmann, Managing Customers as Investments, Wharton School Publishing, 2005.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, numbers
from valuation.errors import DomainError, InputError
from valuation.segments.scores import WeightedScore, item_weights, weighted_score
from valuation.segments.tiers import LabelArray
from valuation.segments.two_by_two import two_by_two

__all__ = ["QUADRANTS", "Quadrant", "ValueMatrix", "value_derived_index", "value_matrix"]

_BEST_NPS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadrant:
    """
    One quadrant of the matrix, or what stands for it where a value is unknown.

    Attributes
    ----------
    name : str
        What it is called.
    wording : str
        Its customers in the executives' words; "" where a value is unknown.
    action : str
        What to do.
    """

    name: str
    wording: str
    action: str


QUADRANTS: Final = (
    Quadrant(
        name="Ideal",
        wording="ideal customers",
        action="protect, co-develop, first in crisis",
    ),
    Quadrant(
        name="Vulnerable",
        wording="strategically valuable, but do not value the products",
        action="outcome repair, sponsor, retention plan",
    ),
    Quadrant(
        name="Overlooked",
        wording="leaving money on the table, open for poaching",
        action="develop, price, monitor competitors",
    ),
    Quadrant(
        name="Low priority",
        wording="lesser-value customers",
        action="self-service, reprice, exit",
    ),
    Quadrant(name="Unknown value derived", wording="", action="find out what the customer gets"),
    Quadrant(name="Unknown value", wording="", action="find out what the customer is worth"),
)
"""By value to the company and value derived: high and high, high and low, low and high, low and low; then unknown."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValueMatrix:
    """
    Quadrant of each customer.

    Attributes
    ----------
    quadrant, wording, action : ndarray of str, shape (n,)
        The customer's entry of `QUADRANTS`.
    cut_v, cut_u : float
        The cuts in use. [currency], [unit of the value derived]
    distance_v, distance_u : ndarray, shape (n,)
        Value less cut; NaN where the value is unknown. [currency], [unit of the value derived]
    summary : DataFrame
        Index quadrant, all of `QUADRANTS`; customers, their number; value, the sum of their value to the company as far
        as it is known. [currency]
    note : str
        Which cuts are medians, or "".
    """

    quadrant: LabelArray
    wording: LabelArray
    action: LabelArray
    cut_v: float
    cut_u: float
    distance_v: FloatArray
    distance_u: FloatArray
    summary: pd.DataFrame
    note: str


def value_matrix(
    value_to_company: Column, value_to_customer: Column, *, cut_v: float | None, cut_u: float | None
) -> ValueMatrix:
    """
    Quadrant by value to the company and value to the customer.

    Parameters
    ----------
    value_to_company : array_like, shape (n,)
        Value of each customer, such as its engagement value. [currency]
    value_to_customer : array_like, shape (n,)
        Value that the customer derives: its measured benefit less the price, or else `value_derived_index`.
        [currency, or 0 to 100]
    cut_v, cut_u : float or None
        From where on a value is high, inclusive. None asks for the median of the customers who have both values.

    Returns
    -------
    ValueMatrix
        Quadrants, actions, distances and sums. Where a value is missing or infinite it is unknown, and never taken for
        low.

    Raises
    ------
    DomainError
        If a cut is infinite.
    InputError
        If the lengths differ, or something is not a number.
    MissingDataError
        If a median is asked for and no customer has both values.

    Notes
    -----
    Median cuts put half of the customers above, whatever happens, and of an odd number the middle one is always high:
    for reports over time keep absolute cuts. The distance says how near to a cut a customer stands.

    References
    ----------
    .. [1] S. Gupta and D. R. Lehmann, Managing Customers as Investments, Wharton School Publishing, 2005.

    Examples
    --------
    >>> found = value_matrix([90.0, 80.0, 5.0, 4.0, 70.0], [80.0, 20.0, 90.0, 10.0, None], cut_v=50.0, cut_u=60.0)
    >>> found.quadrant.tolist()
    ['Ideal', 'Vulnerable', 'Overlooked', 'Low priority', 'Unknown value derived']
    >>> found.distance_v.tolist(), found.summary["value"].to_dict()["Ideal"]
    ([40.0, 30.0, -45.0, -46.0, 20.0], 90.0)
    """
    found = two_by_two(
        {"value_to_company": value_to_company, "value_to_customer": value_to_customer},
        {"cut_v": cut_v, "cut_u": cut_u},
    )
    names = [quadrant.name for quadrant in QUADRANTS]
    value = found.measures[0]
    summary = pd.DataFrame(
        {
            "customers": np.bincount(found.field, minlength=len(names)),
            "value": np.bincount(found.field, np.where(np.isfinite(value), value, 0.0), minlength=len(names)),
        },
        index=pd.Index(names, name="quadrant"),
    )
    return ValueMatrix(
        quadrant=np.array(names, dtype=object)[found.field],
        wording=np.array([quadrant.wording for quadrant in QUADRANTS], dtype=object)[found.field],
        action=np.array([quadrant.action for quadrant in QUADRANTS], dtype=object)[found.field],
        cut_v=found.cuts[0],
        cut_u=found.cuts[1],
        distance_v=found.distances[0],
        distance_u=found.distances[1],
        summary=summary,
        note=found.note,
    )


def value_derived_index(
    fit: Column,
    nps: Column,
    adoption_days: Column,
    *,
    weights: Column = (0.5, 0.3, 0.2),
    adoption_window: float = 180.0,
) -> WeightedScore:
    r"""
    Value that the customer derives, as an index, for where it is not measured in money.

    .. math::

        U = \frac{100}{w_1 + w_2 + w_3}
        \left(w_1 \, \text{fit} + w_2 \, \frac{\text{nps}}{10} + w_3 \left(1 - \frac{\min(d, D)}{D}\right)\right)

    Parameters
    ----------
    fit : array_like, shape (n,)
        Share of the customer's requirements that the product meets, 0 to 1. [1]
    nps : array_like, shape (n,)
        Its answer whether it would recommend the company, 0 to 10. [1]
    adoption_days : array_like, shape (n,)
        Days from sale to use, 0 or more; ``math.inf`` where it is not used at all. [day]
    weights : array_like, shape (3,)
        Weights of the three, 0 or more. The default is the project's own; no study gives one. [1]
    adoption_window : float
        Days :math:`D` from which on adoption counts nothing. [day]

    Returns
    -------
    WeightedScore
        From 0 to 100. A part that is missing is left out and the other weights count for more; NaN where nothing is
        known or a part is out of range.

    Raises
    ------
    DomainError
        If a weight is negative or infinite, or the window not above 0.
    InputError
        If the lengths differ, the weights are not three, or something is not a number.
    ZeroDenominatorError
        If all weights are 0.

    Examples
    --------
    >>> found = value_derived_index([0.88, 0.9, None], [8.0, None, None], [90.0, 18.0, None])
    >>> found.score.round(2).tolist(), found.n_used.tolist()
    ([78.0, 90.0, nan], [3, 2, 0])
    """
    columns = {"fit": fit, "nps": nps, "adoption_days": adoption_days}
    met, answer, days = (numbers(column, name) for name, column in columns.items())
    if met.ndim != 1 or not met.shape == answer.shape == days.shape:
        raise InputError(
            "fit, nps and adoption_days must be columns of one length, "
            f"not {met.shape}, {answer.shape} and {days.shape}"
        )
    window = numbers(adoption_window, "adoption_window")
    if window.ndim or not 0 < window < np.inf:
        raise DomainError(f"adoption_window must be finite and above 0, not {adoption_window}")
    relative = item_weights(weights, len(columns))
    out_of_range = (met < 0) | (met > 1) | (answer < 0) | (answer > _BEST_NPS) | (days < 0)
    parts = [met, answer / _BEST_NPS, 1 - np.minimum(days, window) / window]
    return weighted_score(parts, relative, out_of_range)
