"""
Concentration: how much of the profit comes from how few customers, and how much of it others consume.

The whale curve adds customers up from the best down: it rises to the sum of all gains, its peak, and falls back to the
total by the losses of those who cost more than they bring. The Lorenz curve adds them up from the smallest. Gini and
Stobachoff put one number on the distance from a curve to customers who are all equal.

Missing and infinite amounts are refused, since a share of an unknown total is unknown. Amounts that are decimals, such
as cents, are added up exactly, all others in twice the precision of a float: the order of the rows does not matter.
A total of 0 or less has no shares: they are NaN, while the amounts stay.

References
----------
.. [1] R. S. Kaplan and V. G. Narayanan, "Measuring and managing customer profitability," Journal of Cost Management,
   vol. 15, no. 5, pp. 5-15, 2001 (whale curve).
.. [2] E. Raffinetti, E. Siletti, and A. Vernizzi, "On the Gini coefficient normalization when attributes with negative
   values are considered," Statistical Methods & Applications, vol. 24, no. 3, pp. 507-521, 2015.
.. [3] K. Storbacka, "Segmentation based on customer profitability - retrospective analysis of retail bank customer
   bases," Journal of Marketing Management, vol. 13, no. 5, pp. 479-492, 1997 (Stobachoff curve and index).
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, IntArray, decimal_integers, numbers, refuse_rows, whole_number
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError

__all__ = [
    "Gini",
    "Stobachoff",
    "WhaleStatistics",
    "gini",
    "lorenz_curve",
    "lorenz_points",
    "stobachoff",
    "whale_curve",
    "whale_points",
    "whale_statistics",
]

_FEWEST: Final = 2
_TOP: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class WhaleStatistics:
    """
    What the whale curve says in numbers; shares of the total are NaN where that is 0 or less.

    Attributes
    ----------
    n : int
        Number of customers.
    total : float
        What they contribute together. [currency/period]
    peak : float
        What those contribute who do not lose money: the sum of all gains. [currency/period]
    peak_share : float
        Peak over total. [1]
    peak_customers : int
        Number of customers who contribute more than 0: where the curve has its peak.
    peak_customer_share : float
        The same as a share of all customers. [1]
    losses : float
        Sum of the negative contributions, 0 or below. [currency/period]
    hidden_loss : float
        Peak less total: what the losses take away from the gains. [currency/period]
    hidden_loss_share : float
        Hidden loss over total. [1]
    unprofitable : int
        Number of customers who contribute less than 0.
    unprofitable_share : float
        The same as a share of all customers. [1]
    top_20_share : float
        Share of the total that the best 20 percent of the customers bring; between two customers in proportion. [1]
    """

    n: int
    total: float
    peak: float
    peak_share: float
    peak_customers: int
    peak_customer_share: float
    losses: float
    hidden_loss: float
    hidden_loss_share: float
    unprofitable: int
    unprofitable_share: float
    top_20_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gini:
    """
    A Gini coefficient, and the formula that gave it.

    Attributes
    ----------
    value : float
        0 where all are equal; towards 1 the more a few have. [1]
    formula : str
        ``plain``, or ``normalised for losses`` where a value is negative.
    """

    value: float
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stobachoff:
    """
    The Stobachoff index, and the area that it comes from.

    Attributes
    ----------
    area : float
        Area under the whale curve, both axes as shares; 0.5 where all customers are equal. [1]
    index : float
        Part of that area that lies above the line of equality: 0 where all are equal, towards 1 the more a few
        customers subsidise the others. [1]
    """

    area: float
    index: float


class _Spread(NamedTuple):
    """What the coefficients are made of, all in the same unit."""

    differences: float  # sum of |x_i - x_j| over the pairs i < j
    absolute: float
    total: float


def whale_curve(contributions: Column) -> pd.DataFrame:
    """
    Customers from the best contribution down, added up one by one.

    Parameters
    ----------
    contributions : array_like, shape (n,)
        Contribution of each customer, at least two. [currency/period]

    Returns
    -------
    DataFrame
        One row per customer, equal ones in the order given: rank (from 1); position, the row in `contributions` (from
        0); contribution; cumulative, the sum down to this row [currency/period]; cumulative_share of the total, NaN if
        the total is 0 or less; customer_share, the share of customers down to this row. [1]

    Raises
    ------
    DomainError
        If a contribution is infinite, or they are too large to add up.
    InputError
        If a contribution is missing or not a number; the message names the row.
    MissingDataError
        If there are fewer than two customers.

    Examples
    --------
    >>> whale_curve([30.0, -10.0, 80.0])[["position", "cumulative", "cumulative_share"]].to_dict("list")
    {'position': [2, 0, 1], 'cumulative': [80.0, 110.0, 100.0], 'cumulative_share': [0.8, 1.1, 1.0]}
    """
    given = _amounts(contributions, "contributions")
    return _curve(given, _descending(given), "contribution")


def whale_statistics(contributions: Column) -> WhaleStatistics:
    """
    The peak of the whale curve, what is lost after it, and who loses it.

    Parameters
    ----------
    contributions : array_like, shape (n,)
        Contribution of each customer, at least two. [currency/period]

    Returns
    -------
    WhaleStatistics
        Amounts, numbers of customers and shares.

    Raises
    ------
    DomainError
        If a contribution is infinite, or they are too large to add up.
    InputError
        If a contribution is missing or not a number; the message names the row.
    MissingDataError
        If there are fewer than two customers.

    Examples
    --------
    >>> found = whale_statistics([30.0, -10.0, 80.0])
    >>> found.peak, found.peak_customers, found.hidden_loss
    (110.0, 2, 10.0)
    """
    given = _amounts(contributions, "contributions")
    ordered = given[_descending(given)]
    n, gains, unprofitable = ordered.size, int((ordered > 0).sum()), int((ordered < 0).sum())
    running = _running_total(ordered)
    losses = float(_running_total(ordered[n - unprofitable :])[-1]) if unprofitable else 0.0
    total, peak = float(running[-1]), float(running[gains - 1]) if gains else 0.0
    top = float(_between(ordered, running, *divmod(_TOP * n, 1.0)))
    return WhaleStatistics(
        n=n,
        total=total,
        peak=peak,
        peak_share=_share(peak, total),
        peak_customers=gains,
        peak_customer_share=gains / n,
        losses=losses,
        hidden_loss=0.0 - losses,
        hidden_loss_share=_share(0.0 - losses, total),
        unprofitable=unprofitable,
        unprofitable_share=unprofitable / n,
        top_20_share=_share(top, total),
    )


def whale_points(contributions: Column, points: int = 101) -> pd.DataFrame:
    """
    The whale curve at equally spaced shares of customers, for a chart whose length does not change.

    Parameters
    ----------
    contributions : array_like, shape (n,)
        Contribution of each customer, at least two. [currency/period]
    points : int
        Number of points, both ends included, at least two; 101 are one for each percent.

    Returns
    -------
    DataFrame
        One row per point, from 0 to all customers: customer_share [1], cumulative [currency/period], cumulative_share
        of the total, NaN if the total is 0 or less. [1]

    Raises
    ------
    DomainError
        If a contribution is infinite, they are too large to add up, or `points` is below two.
    InputError
        If a contribution is missing or not a number, or `points` is not a whole number.
    MissingDataError
        If there are fewer than two customers.

    Notes
    -----
    The curve runs straight from customer to customer, so that a point between two of them lies on it. The peak is a
    corner and can fall between two points: draw it from peak_customer_share and peak_share of `whale_statistics`.

    Examples
    --------
    >>> whale_points([30.0, -10.0, 80.0], points=4)["cumulative"].tolist()
    [0.0, 80.0, 110.0, 100.0]
    """
    given = _amounts(contributions, "contributions")
    return _points(given[_descending(given)], points)


def lorenz_curve(values: Column) -> pd.DataFrame:
    """
    Customers from the smallest value up, added up one by one.

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer, at least two. [currency]

    Returns
    -------
    DataFrame
        One row per customer, as in `whale_curve`: rank, position, value, cumulative, cumulative_share, customer_share.

    Raises
    ------
    DomainError
        If a value is infinite, or they are too large to add up.
    InputError
        If a value is missing or not a number; the message names the row.
    MissingDataError
        If there are fewer than two customers.

    Notes
    -----
    The curve starts at (0, 0), which is not a row. With negative values it runs below 0 first.

    Examples
    --------
    >>> lorenz_curve([4.0, 1.0, 3.0, 2.0])["cumulative_share"].tolist()
    [0.1, 0.3, 0.6, 1.0]
    """
    given = _amounts(values, "values")
    return _curve(given, np.argsort(given, kind="stable"), "value")


def lorenz_points(values: Column, points: int = 101) -> pd.DataFrame:
    """
    The Lorenz curve at equally spaced shares of customers, for a chart whose length does not change.

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer, at least two. [currency]
    points : int
        Number of points, both ends included, at least two.

    Returns
    -------
    DataFrame
        As in `whale_points`. The line of equality is customer_share against itself.

    Raises
    ------
    DomainError
        If a value is infinite, they are too large to add up, or `points` is below two.
    InputError
        If a value is missing or not a number, or `points` is not a whole number.
    MissingDataError
        If there are fewer than two customers.

    Examples
    --------
    >>> lorenz_points([4.0, 1.0, 3.0, 2.0], points=3)["cumulative_share"].tolist()
    [0.0, 0.3, 1.0]
    """
    return _points(np.sort(_amounts(values, "values")), points)


def gini(values: Column) -> Gini:
    r"""
    How unequal values are: 0 where all are equal, towards 1 the more a few have.

    .. math::

        G = \frac{\sum_{i<j} |x_i - x_j|}{n \sum_i x_i}; \qquad
        G^{*} = \frac{\sum_{i<j} |x_i - x_j|}{(n - 1) \sum_i |x_i|} \text{ if a value is negative}

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer, at least two. [currency]

    Returns
    -------
    Gini
        The coefficient, and which formula gave it.

    Raises
    ------
    DomainError
        If a value is infinite, or they are too large to add up.
    InputError
        If a value is missing or not a number; the message names the row.
    MissingDataError
        If there are fewer than two customers.
    ZeroDenominatorError
        If all values are 0.

    Notes
    -----
    With losses the plain coefficient can exceed 1 and compares with nothing; the second formula (ref. [2] of this
    module) stays within 0..1 and also answers where the total is 0 or less. Without losses it would be n / (n - 1)
    times the plain one, so that the two are not to be compared with each other in small groups.

    Examples
    --------
    >>> gini([1.0, 2.0, 3.0, 4.0])
    Gini(value=0.25, formula='plain')
    >>> round(gini([-10.0, 0.0, 20.0, 50.0]).value, 5)
    0.83333
    """
    given = _amounts(values, "values")
    ordered = np.sort(given)
    spread = _spread(ordered)
    if spread.absolute == 0:
        raise ZeroDenominatorError("values must not all be 0")
    if ordered[0] < 0:
        # Two sums of the same terms can leave one and the same number a last digit above itself.
        normalised = min(1.0, spread.differences / ((given.size - 1) * spread.absolute))
        return Gini(value=normalised, formula="normalised for losses")
    return Gini(value=spread.differences / (given.size * spread.absolute), formula="plain")


def stobachoff(contributions: Column) -> Stobachoff:
    r"""
    How much a few customers subsidise the others: the Stobachoff index.

    .. math::

        A = \tfrac12 + \frac{\sum_{i<j} |x_i - x_j|}{2 n \sum_i x_i}; \qquad
        \text{index} = \frac{A - \tfrac12}{A}

    Parameters
    ----------
    contributions : array_like, shape (n,)
        Contribution of each customer, at least two. [currency/period]

    Returns
    -------
    Stobachoff
        Area under the whale curve, and the part of it above the line of equality.

    Raises
    ------
    DomainError
        If a contribution is infinite, or they are too large to add up.
    InputError
        If a contribution is missing or not a number; the message names the row.
    MissingDataError
        If there are fewer than two customers.
    ZeroDenominatorError
        If the total is 0 or less: the curve has no shares, and the area under it no meaning.

    Notes
    -----
    The area is that of the trapezoids from customer to customer, starting at (0, 0); the formula above is their sum.
    Without losses index = G / (1 + G), where G is the plain Gini coefficient: both say the same.

    Examples
    --------
    >>> stobachoff([50.0, 30.0, 20.0, 0.0, -10.0, -30.0])
    Stobachoff(area=1.25, index=0.6)
    """
    given = _amounts(contributions, "contributions")
    spread = _spread(np.sort(given))
    if spread.total <= 0:
        raise ZeroDenominatorError("contributions must add up to more than 0 to have shares")
    equal = given.size * spread.total
    # The index without the area, which grows without end as the total falls to 0.
    index = spread.differences / (spread.differences + equal)
    return Stobachoff(area=0.5 + spread.differences / (2.0 * equal), index=index)


def _amounts(values: Column, name: str) -> FloatArray:
    """The column, checked: at least two finite numbers."""
    given = numbers(values, name)
    if given.ndim != 1:
        raise InputError(f"{name} must be one column, not an array of shape {given.shape}")
    refuse_rows(np.isnan(given), given, InputError, f"{name} must be known")
    refuse_rows(np.isinf(given), given, DomainError, f"{name} must be finite")
    if given.size < _FEWEST:
        raise MissingDataError(f"{name} must hold at least {_FEWEST} customers, not {given.size}")
    return given


def _descending(given: FloatArray) -> npt.NDArray[np.intp]:
    """From the largest down, equal ones in the order given."""
    return np.argsort(-given, kind="stable")


def _curve(given: FloatArray, order: npt.NDArray[np.intp], name: str) -> pd.DataFrame:
    """Customers in that order, added up."""
    rank = np.arange(1, given.size + 1)
    ordered = given[order]
    running = _running_total(ordered)
    columns = {
        "rank": rank,
        "position": order,
        name: ordered,
        "cumulative": running,
        "cumulative_share": _shares(running),
        "customer_share": rank / given.size,
    }
    return pd.DataFrame(columns)


def _points(ordered: FloatArray, points: int) -> pd.DataFrame:
    """The curve of these customers, in this order, at equally spaced shares of them."""
    if whole_number(points, "points") < 2:
        raise DomainError(f"points must be at least 2, not {points}")
    running = _running_total(ordered)
    steps = np.arange(points)
    # In whole numbers, so that a point that falls on a customer is exactly that customer's.
    whole, rest = np.divmod(steps * ordered.size, points - 1)
    cumulative = _between(ordered, running, whole, rest / (points - 1))
    columns = {
        "customer_share": steps / (points - 1),
        "cumulative": cumulative,
        "cumulative_share": _shares(cumulative),
    }
    return pd.DataFrame(columns)


def _between(ordered: FloatArray, running: FloatArray, whole: IntArray | float, part: FloatArray | float) -> FloatArray:
    """The curve after so many whole customers, and part of the next one."""
    place = np.asarray(whole, dtype=np.intp)
    before = np.concatenate(([0.0], running))[place]
    following = np.concatenate((ordered, [0.0]))[place]
    between: FloatArray = before + part * following
    return between


def _running_total(ordered: FloatArray) -> FloatArray:
    """Sums down to each row: exact for decimals, in twice the precision of a float otherwise."""
    scaled = decimal_integers(ordered)
    if scaled is not None and np.abs(scaled[0]).sum(dtype=np.float64) < 2.0**53:
        exact: FloatArray = np.cumsum(scaled[0]) / 10.0 ** scaled[1]
        return exact
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.cumsum(ordered)
        # What each addition rounded away (Knuth's two-sum), added up beside the total and put back.
        before = np.concatenate(([0.0], total[:-1]))
        added = total - before
        lost = (before - (total - added)) + (ordered - added)
        running: FloatArray = total + np.cumsum(lost)
    if not np.isfinite(running).all():
        raise DomainError("the amounts must not be too large to add up")
    return running


def _spread(ordered: FloatArray) -> _Spread:
    """The sums that the coefficients need, of values from the smallest up."""
    # A power of two changes no digit, and keeps the sums of very large and very small values in range.
    exponent = int(np.frexp(np.abs(ordered[[0, -1]]).max())[1])
    scaled = np.ldexp(ordered, -exponent)
    half = ordered.size // 2
    # Largest against smallest, second largest against second smallest ...: no term is negative, so nothing cancels.
    weights = np.arange(ordered.size - 1, 0, -2, dtype=np.float64)
    gaps = scaled[::-1][:half] - scaled[:half]
    total = float(np.ldexp(_running_total(ordered)[-1], -exponent))
    return _Spread(float((weights * gaps).sum()), float(np.abs(scaled).sum()), total)


def _shares(amounts: FloatArray) -> FloatArray:
    """Shares of the last one, the total; NaN where that is 0 or less."""
    return amounts / amounts[-1] if amounts[-1] > 0 else np.full(amounts.shape, np.nan)


def _share(amount: float, total: float) -> float:
    """Part of a total, NaN where that is 0 or less."""
    return amount / total if total > 0 else float("nan")
