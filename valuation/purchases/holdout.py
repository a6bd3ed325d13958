"""
May a purchase model be trusted? What it expected against what happened.

The history is cut in two: the model is fitted to the first part and foretells the second. Besides, the fitted model is
compared with what it was fitted to: how many bought how often, and how purchases came in over time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lifetime.conventions import FINITE, FloatArray, single
from valuation.purchases.model import IntArray, PurchaseModel, fit_columns
from valuation.purchases.predictions import (
    MOST_COUNTS,
    expected_purchases,
    expected_purchases_of_new,
    purchase_count_probabilities,
)
from valuation.purchases.reduced import levels

__all__ = [
    "FrequencyTable",
    "Holdout",
    "HoldoutCheck",
    "Tracking",
    "check_holdout",
    "conditional_table",
    "frequency_table",
    "last_part",
    "split_purchases",
    "track_purchases",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holdout:
    """Customers as they were known at the split, and what they bought after it; arrays of shape (n,)."""

    customer: IntArray
    """Who it is, as given."""

    frequency: FloatArray
    """Repeat purchases until the split. [count]"""

    recency: FloatArray
    """Age at the last purchase until the split. [periods]"""

    age: FloatArray
    """Age at the split. [periods]"""

    actual: FloatArray
    """Purchases after the split. [count]"""

    length: float
    """Time from the split to the end. [periods]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutCheck:
    """How a model's expectation compares with the purchases after the split."""

    expected: float
    """Purchases that the model expected. [count]"""

    actual: float
    """Purchases that were made. [count]"""

    bias: float
    """Expected over actual, less 1: above 0 the model promises too much; NaN without a purchase. [1]"""

    mean_absolute_error: float
    """Mean over customers of the distance between expected and actual. [count]"""

    root_mean_square_error: float
    """Root of the mean of its square. [count]"""

    correlation: float
    """Between expected and actual over customers; NaN where either is constant. [1]"""

    adjustment: float
    """Actual over expected: what predictions would have to be multiplied by. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tracking:
    """Repeat purchases of all customers by period; arrays of shape (periods,)."""

    end: FloatArray
    """When each period ends. [periods]"""

    actual: FloatArray
    """Repeat purchases made in it. [count]"""

    expected: FloatArray
    """Repeat purchases that the model expects in it. [count]"""

    @property
    def actual_cumulative(self) -> FloatArray:
        """Repeat purchases made until its end. [count]"""
        return np.cumsum(self.actual)

    @property
    def expected_cumulative(self) -> FloatArray:
        """Repeat purchases expected until its end. [count]"""
        return np.cumsum(self.expected)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrequencyTable:
    """By repeat purchases, 0 ... most, where the last row holds all who bought as often or more; shape (most + 1,)."""

    frequency: IntArray
    """Repeat purchases. [count]"""

    customers: FloatArray
    """How many customers there are. [count]"""

    actual: FloatArray
    """What was observed: customers, or mean purchases after the split. [count]"""

    expected: FloatArray
    """What the model expects of the same. [count]"""


def last_part(span: float, *, year: float) -> float:
    """
    How much of a history to hold back: half of it, at most a year, which holds every season once.

    Parameters
    ----------
    span : float
        Length of the history. [periods]
    year : float
        Length of a year. [periods]

    Returns
    -------
    float
        A whole number. [periods]

    Examples
    --------
    >>> last_part(546, year=365), last_part(1100, year=365)
    (273.0, 365.0)
    """
    return min(float(year), float(np.floor(span / 2.0)))


def split_purchases(customer: npt.ArrayLike, time: npt.ArrayLike, *, split: float, end: float) -> Holdout:
    """
    Cut the purchases of all customers in two.

    Parameters
    ----------
    customer : array_like of int, shape (n,)
        Who bought; purchases of one customer at one time are one.
    time : array_like, shape (n,)
        When, on one clock for all customers. [periods]
    split : float
        Last moment of the first part, on that clock. [periods]
    end : float
        Last moment of all, on that clock; purchases after it are left out. [periods]

    Returns
    -------
    Holdout
        One row for each customer whose first purchase is not after the split, in the order of their numbers.

    Raises
    ------
    DomainError
        If the split is not before the end, or a time is missing or not finite.
    InputError
        If lengths differ.
    MissingDataError
        If nobody bought until the split.

    Examples
    --------
    >>> parts = split_purchases([1, 1, 1, 2, 2], [0, 3, 9, 2, 2], split=5, end=10)
    >>> parts.frequency, parts.recency, parts.age, parts.actual
    (array([1., 0.]), array([3., 0.]), array([5., 3.]), array([1., 0.]))
    """
    cut, last = single("split", split, FINITE), single("end", end, FINITE)
    if not cut < last:
        raise DomainError(f"split must be before end, {last:.15g}, not {cut:.15g}")
    who, when = _visits(customer, time)
    who, when = who[when <= last], when[when <= last]
    early = when <= cut
    known, first, until = np.unique(who[early], return_index=True, return_counts=True)
    if not known.size:
        raise MissingDataError(f"nobody bought until the split at {cut:.15g}")
    start = when[early][first]  # the times of one customer ascend
    place = np.searchsorted(known, who[~early])
    later = np.minimum(place, known.size - 1)
    after = later[known[later] == who[~early]]
    return Holdout(
        customer=known,
        frequency=until.astype(np.float64) - 1.0,
        recency=when[early][first + until - 1] - start,
        age=cut - start,
        actual=np.bincount(after, minlength=known.size).astype(np.float64),
        length=last - cut,
    )


def check_holdout(params: PurchaseModel, holdout: Holdout) -> HoldoutCheck:
    """
    Compare what a model, fitted until the split, expected after it with what happened.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model, in the unit of the holdout.
    holdout : Holdout
        From `split_purchases`.

    Returns
    -------
    HoldoutCheck
        Totals and errors by customer.

    Examples
    --------
    >>> from valuation.purchases import NbdParameters
    >>> parts = split_purchases([1, 1, 1, 2, 2], [0, 3, 9, 2, 2], split=5, end=10)
    >>> check = check_holdout(NbdParameters(r=1, alpha=10), parts)
    >>> print(f"{check.expected:.3f} {check.actual:.0f} {check.bias:+.1%}")
    1.051 1 +5.1%
    """
    expected = expected_purchases(params, holdout.frequency, holdout.recency, holdout.age, t=holdout.length)
    total, made = float(expected.sum()), float(holdout.actual.sum())
    off = expected - holdout.actual
    varies = expected.size > 1 and np.ptp(expected) > 0.0 and np.ptp(holdout.actual) > 0.0
    return HoldoutCheck(
        expected=total,
        actual=made,
        bias=total / made - 1.0 if made else np.nan,
        mean_absolute_error=float(np.abs(off).mean()),
        root_mean_square_error=float(np.sqrt((off * off).mean())),
        correlation=float(np.corrcoef(expected, holdout.actual)[0, 1]) if varies else np.nan,
        adjustment=made / total if total else np.nan,
    )


def conditional_table(params: PurchaseModel, holdout: Holdout, *, most: int) -> FrequencyTable:
    """
    Mean purchases after the split by repeat purchases before it, expected and actual.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model, in the unit of the holdout.
    holdout : Holdout
        From `split_purchases`.
    most : int
        Repeat purchases from which customers are taken together, at most 100,000. [count]

    Returns
    -------
    FrequencyTable
        Means are NaN where there is no customer.

    Raises
    ------
    DomainError
        If `most` is out of range.
    """
    last = int(single("most", most, MOST_COUNTS))
    expected = expected_purchases(params, holdout.frequency, holdout.recency, holdout.age, t=holdout.length)
    group = np.minimum(holdout.frequency, last).astype(np.int64)
    customers = np.bincount(group, minlength=last + 1).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return FrequencyTable(
            frequency=np.arange(last + 1),
            customers=customers,
            actual=np.bincount(group, holdout.actual, last + 1) / customers,
            expected=np.bincount(group, expected, last + 1) / customers,
        )


def frequency_table(
    params: PurchaseModel, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike, *, most: int
) -> FrequencyTable:
    """
    How many customers bought again how often, and how many the fitted model makes it.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    frequency : array_like, shape (n,)
        Repeat purchases. [count]
    recency : array_like, shape (n,)
        Age at the last purchase. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]
    most : int
        Repeat purchases from which customers are taken together, at most 100,000. [count]

    Returns
    -------
    FrequencyTable
        Numbers of customers.

    Raises
    ------
    DomainError
        If a customer's inputs are missing or out of range, or `most` is out of range.
    InputError
        If a value is not a number, or lengths differ.

    Examples
    --------
    >>> from valuation.purchases import NbdParameters
    >>> table = frequency_table(NbdParameters(r=0.5, alpha=10), [0, 0, 1, 4], [0, 0, 3, 9], [10, 10, 10, 10], most=2)
    >>> table.actual, table.expected.round(2)
    (array([2., 1., 1.]), array([2.83, 0.71, 0.46]))
    """
    last = int(single("most", most, MOST_COUNTS))
    x, _, T = fit_columns(frequency=frequency, recency=recency, age=age)
    group = np.minimum(x, last).astype(np.int64)
    actual = np.bincount(group, minlength=last + 1).astype(np.float64)
    ages, codes = levels(T)
    chances = purchase_count_probabilities(params, t=ages, most=last)
    chances[:, last] = 1.0 - chances[:, :last].sum(axis=1)
    return FrequencyTable(
        frequency=np.arange(last + 1),
        customers=actual,
        actual=actual,
        expected=np.bincount(codes, minlength=ages.size) @ chances,
    )


def track_purchases(
    params: PurchaseModel, customer: npt.ArrayLike, time: npt.ArrayLike, *, ends: npt.ArrayLike
) -> Tracking:
    """
    Repeat purchases by period, made and expected, of all customers from their first purchase on.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    customer : array_like of int, shape (n,)
        Who bought; purchases of one customer at one time are one.
    time : array_like, shape (n,)
        When, on one clock for all customers. [periods]
    ends : array_like, shape (periods,)
        When each period ends, on that clock, ascending; the first begins with the first purchase of all. [periods]

    Returns
    -------
    Tracking
        By period.

    Raises
    ------
    DomainError
        If `ends` do not ascend or are not finite, or a time is missing or not finite.
    InputError
        If lengths differ.

    Examples
    --------
    >>> from valuation.purchases import NbdParameters
    >>> track = track_purchases(NbdParameters(r=1, alpha=10), [1, 1, 1, 2, 2], [0, 3, 9, 2, 4], ends=[5, 10])
    >>> track.actual_cumulative, track.expected_cumulative
    (array([2., 3.]), array([0.8, 1.8]))
    """
    bounds = np.asarray(ends, dtype=np.float64)
    if bounds.ndim != 1 or not bounds.size or not (np.isfinite(bounds).all() and (np.diff(bounds) > 0.0).all()):
        raise DomainError("ends must be a column of times that ascend")
    who, when = _visits(customer, time)
    is_first = np.append(True, who[1:] != who[:-1]) if who.size else np.array([], dtype=np.bool_)
    starts, codes = levels(when[is_first])
    cohort = np.bincount(codes, minlength=starts.size)
    ages = np.maximum(bounds[:, np.newaxis] - starts, 0.0)
    cumulative = expected_purchases_of_new(params, t=ages.ravel()).reshape(ages.shape) @ cohort
    period = np.searchsorted(bounds, when[~is_first], side="left")
    actual = np.bincount(period, minlength=bounds.size + 1)[: bounds.size].astype(np.float64)
    return Tracking(end=bounds, actual=actual, expected=np.diff(cumulative, prepend=0.0))


def _visits(customer: npt.ArrayLike, time: npt.ArrayLike) -> tuple[IntArray, FloatArray]:
    """Customers and times, each pair once, in the order of both."""
    who, when = np.asarray(customer), np.asarray(time, dtype=np.float64)
    if who.shape != when.shape or who.ndim != 1:
        raise InputError(f"lengths differ: customer {who.shape}, time {when.shape}")
    if not np.isfinite(when).all():
        raise DomainError(f"time must be a finite number, not missing in row {int(np.argmin(np.isfinite(when))) + 1}")
    order = np.lexsort((when, who))
    who, when = who[order].astype(np.int64), when[order]
    new = np.append(True, (who[1:] != who[:-1]) | (when[1:] != when[:-1])) if who.size else np.array([], dtype=np.bool_)
    return who[new], when[new]
