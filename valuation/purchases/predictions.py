"""
What to expect from customers without a contract, by any of the purchase models.

The answers for a million customers are worked out for each number of repeat purchases at a few ages, because they are
smooth functions of the age.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError
from valuation.lifetime.conventions import (
    HORIZON,
    NOT_NEGATIVE,
    RATE,
    FloatArray,
    Range,
    common_shape,
    plain,
    single,
    within,
)
from valuation.purchases.discounting import Rule, alive_rule, purchase_rule
from valuation.purchases.model import PurchaseModel, customers
from valuation.purchases.reduced import levels, rows_by_level
from valuation.purchases.smooth import at_many

__all__ = [
    "discounted_periods_alive",
    "discounted_purchases",
    "expected_purchases",
    "expected_purchases_of_new",
    "log_likelihood",
    "p_alive",
    "purchase_count_probabilities",
]

MOST_COUNTS = Range(rule="a whole number from 0 to 100,000", low=0.0, high=100_000.0, whole=True)
LONGEST = 1_000_000


def log_likelihood(
    params: PurchaseModel, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
) -> FloatArray:
    """
    Logarithm of the density of each customer's purchases.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    frequency : array_like
        Repeat purchases. [count]
    recency : array_like
        Age at the last purchase. [periods]
    age : array_like
        Time since the first purchase. [periods]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN where a customer's own inputs are missing, out of range or
        contradict each other. [1]

    Raises
    ------
    DomainError
        If a single customer's inputs are out of range or contradict each other.
    InputError
        If a value is not a number, or lengths differ.

    Examples
    --------
    >>> from valuation.purchases import BgNbdParameters
    >>> cdnow = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> log_likelihood(cdnow, [0, 2], [0, 30.43], [38.86, 38.86]).round(4)
    array([-0.5547, -9.4586])
    """
    x, t_x, T = customers(frequency, recency, age)
    with np.errstate(all="ignore"):
        return plain(_row_by_row(params.log_likelihood, x, t_x, T))


def p_alive(params: PurchaseModel, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> FloatArray:
    """
    Chance that each customer still buys.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    frequency : array_like
        Repeat purchases. [count]
    recency : array_like
        Age at the last purchase. [periods]
    age : array_like
        Time since the first purchase. [periods]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN where a customer's own inputs are missing, out of range or
        contradict each other. [1]

    Raises
    ------
    DomainError
        If a single customer's inputs are out of range or contradict each other.
    InputError
        If a value is not a number, or lengths differ.

    Notes
    -----
    In the BG/NBD it is 1 without a repeat purchase, because nobody leaves before. More purchases and a long silence
    make it less, not more.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "Computing P(alive) Using the BG/NBD Model," note 021, 2008.

    Examples
    --------
    >>> from valuation.purchases import BgNbdParameters
    >>> cdnow = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> p_alive(cdnow, [0, 2, 7, 7], [0, 30.43, 37, 10], 38.86).round(4)
    array([1.    , 0.7266, 0.8854, 0.0037])
    """
    x, t_x, T = customers(frequency, recency, age)
    with np.errstate(all="ignore"):
        return plain(_row_by_row(params.p_alive, x, t_x, T))


def expected_purchases(
    params: PurchaseModel, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike, *, t: npt.ArrayLike
) -> FloatArray:
    """
    Purchases to expect from each customer in the next `t` periods.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    frequency : array_like
        Repeat purchases. [count]
    recency : array_like
        Age at the last purchase. [periods]
    age : array_like
        Time since the first purchase. [periods]
    t : array_like
        Time to come. [periods]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN where a customer's own inputs are missing, out of range or
        contradict each other. [count]

    Raises
    ------
    DomainError
        If a single value is out of range or a single customer's inputs contradict each other.
    InputError
        If a value is not a number, or lengths differ.

    Notes
    -----
    It grows with `t`, ever more slowly, and in the BG/NBD without a limit where a is at most 1.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your Customers' the Easy Way: An Alternative to the
       Pareto/NBD Model," Marketing Science, vol. 24, no. 2, 2005. Eq. (10).

    Examples
    --------
    >>> from valuation.purchases import BgNbdParameters
    >>> cdnow = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> expected_purchases(cdnow, [0, 2, 7, 7], [0, 30.43, 37, 10], 38.86, t=39).round(3)
    array([0.195, 1.226, 4.604, 0.019])
    """
    x, t_x, T = customers(frequency, recency, age)
    ahead = within("t", t, NOT_NEGATIVE)
    common_shape(frequency=x, recency=t_x, age=T, t=ahead)
    with np.errstate(all="ignore"):
        if ahead.ndim == 0:
            return plain(_ahead(params, x, t_x, T, Rule(times=ahead.reshape(1), weights=np.ones(1))))

        def each(x: FloatArray, t_x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
            return params.p_alive(x, t_x, T) * params.purchases_if_alive(x, T, t[:, np.newaxis])[:, 0]

        return plain(_row_by_row(each, x, t_x, T, ahead))


def expected_purchases_of_new(params: PurchaseModel, *, t: npt.ArrayLike) -> FloatArray:
    """
    Repeat purchases to expect in the first `t` periods of a new customer.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    t : array_like
        Time since the first purchase. [periods]

    Returns
    -------
    ndarray or float64
        Shape of `t`; NaN where it is missing or out of range. [count]

    Raises
    ------
    DomainError
        If a single `t` is negative or not finite.
    InputError
        If a value is not a number.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your Customers' the Easy Way: An Alternative to the
       Pareto/NBD Model," Marketing Science, vol. 24, no. 2, 2005. Eq. (9).

    Examples
    --------
    >>> from valuation.purchases import BgNbdParameters
    >>> cdnow = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> expected_purchases_of_new(cdnow, t=[0, 39, 78]).round(3)
    array([0.   , 1.197, 1.861])
    """
    with np.errstate(all="ignore"):
        return plain(_row_by_row(params.purchases_of_new, within("t", t, NOT_NEGATIVE)))


def purchase_count_probabilities(params: PurchaseModel, *, t: npt.ArrayLike, most: int) -> FloatArray:
    """
    Chances that a new customer makes 0 ... `most` repeat purchases in the first `t` periods.

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    t : array_like, shape () or (n,)
        Time since the first purchase. [periods]
    most : int
        The largest count, at most 100,000. [count]

    Returns
    -------
    ndarray, shape (most + 1,) or (n, most + 1)
        NaN where `t` is missing or out of range. [1]

    Raises
    ------
    DomainError
        If a single `t` is negative or not finite, or `most` is out of range.
    InputError
        If a value is not a number, or `t` has more than one dimension.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your Customers' the Easy Way: An Alternative to the
       Pareto/NBD Model," Marketing Science, vol. 24, no. 2, 2005. Eq. (8).

    Examples
    --------
    >>> from valuation.purchases import BgNbdParameters
    >>> cdnow = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> purchase_count_probabilities(cdnow, t=39, most=3).round(3)
    array([0.574, 0.199, 0.085, 0.046])
    """
    times = within("t", t, NOT_NEGATIVE)
    count = int(single("most", most, MOST_COUNTS))
    if times.ndim > 1:
        raise InputError(f"t must be one number or a column, not an array of shape {times.shape}")
    given = np.atleast_1d(times)
    known = np.isfinite(given)
    answer = np.full((given.size, count + 1), np.nan)
    with np.errstate(all="ignore"):
        answer[known] = params.count_probabilities(given[known], count)
    return answer[0] if times.ndim == 0 else answer


def discounted_purchases(
    params: PurchaseModel,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    discount_rate: float,
    horizon: float,
) -> FloatArray:
    r"""
    Discounted residual purchases of each customer; without end they are known as DERT.

    .. math:: \sum_{k=1}^{h} \frac{E[Y(k)] - E[Y(k - 1)]}{(1 + d)^{k - 1/2}}, \qquad
        \text{without end} \int_0^\infty (1 + d)^{-t} \, dE[Y(t)]

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    frequency : array_like
        Repeat purchases. [count]
    recency : array_like
        Age at the last purchase. [periods]
    age : array_like
        Time since the first purchase. [periods]
    discount_rate : float
        Rate per period, above -1; convert an annual one first. [1/period]
    horizon : float
        Whole periods counted, or ``math.inf``. [periods]

    Returns
    -------
    ndarray or float64
        Shape of the customers' inputs broadcast together; NaN where they are missing, out of range or contradict each
        other. [count]

    Raises
    ------
    DomainError
        If the rate is out of range, not above 0 where there is no end, or a single customer's inputs are out of range
        or contradict each other.
    InputError
        If a value is not a number, lengths differ, or the horizon is neither a positive whole number nor infinite.

    Notes
    -----
    Increments are discounted, each from the middle of its period; without end every purchase from its own moment, which
    differs by less than the square of the rate. Residual purchases without discounting have no limit in the BG/NBD
    where a is at most 1.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis,"
       Journal of Marketing Research, vol. 42, no. 4, pp. 415-430, 2005.

    Examples
    --------
    The first customer of the CDNOW sample, at 15% a year, in weeks:

    >>> from valuation.purchases import ParetoNbdParameters
    >>> cdnow = ParetoNbdParameters(r=0.553277, alpha=10.57768, s=0.60624, beta=11.668734)
    >>> rate = 1.15 ** (1 / 52) - 1
    >>> dert = discounted_purchases(cdnow, 2, 30.4286, 38.8571, discount_rate=rate, horizon=float("inf"))
    >>> print(f"{dert:.4f}")
    6.5004
    """
    x, t_x, T = customers(frequency, recency, age)
    rate, periods = _rate_and_horizon(discount_rate, horizon)
    with np.errstate(all="ignore"):
        return plain(_ahead(params, x, t_x, T, purchase_rule(rate, periods)))


def discounted_periods_alive(
    params: PurchaseModel,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    discount_rate: float,
    horizon: float,
) -> FloatArray:
    r"""
    Discounted periods in which each customer is still there: what a cost of one per period alive is worth today.

    .. math:: \sum_{k=1}^{h} \frac{P(\text{alive at } k - 1/2)}{(1 + d)^{k - 1/2}}, \qquad
        \text{without end} \int_0^\infty (1 + d)^{-t} P(\text{alive at } t) \, dt

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    frequency : array_like
        Repeat purchases. [count]
    recency : array_like
        Age at the last purchase. [periods]
    age : array_like
        Time since the first purchase. [periods]
    discount_rate : float
        Rate per period, above -1. [1/period]
    horizon : float
        Whole periods counted, or ``math.inf``. [periods]

    Returns
    -------
    ndarray or float64
        Shape of the customers' inputs broadcast together; NaN where they are missing, out of range or contradict each
        other. [periods]

    Raises
    ------
    DomainError
        As `discounted_purchases`.
    InputError
        As `discounted_purchases`.

    Examples
    --------
    >>> from valuation.purchases import NbdParameters
    >>> loyal = discounted_periods_alive(
    ...     NbdParameters(r=1, alpha=1), 2, 5, 9, discount_rate=0.1, horizon=float("inf")
    ... )
    >>> print(f"{loyal:.4f}")
    10.4921
    """
    x, t_x, T = customers(frequency, recency, age)
    rate, periods = _rate_and_horizon(discount_rate, horizon)
    rule = alive_rule(rate, periods)
    with np.errstate(all="ignore"):
        return plain(_ahead(params, x, t_x, T, rule, alive=True))


def _rate_and_horizon(discount_rate: float, horizon: float) -> tuple[float, float]:
    """Both checked; without an end the discount rate alone keeps the sum finite."""
    rate, periods = single("discount_rate", discount_rate, RATE), single("horizon", horizon, HORIZON)
    if LONGEST < periods < np.inf:
        raise DomainError(f"horizon must be at most {LONGEST:,} periods, or without an end, not {periods:.15g}")
    if np.isinf(periods) and not rate > 0.0:
        raise DomainError(f"discount_rate must be above 0 where the horizon has no end, not {rate:.15g}")
    return rate, periods


def _ahead(
    params: PurchaseModel, x: FloatArray, t_x: FloatArray, T: FloatArray, rule: Rule, *, alive: bool = False
) -> FloatArray:
    """What lies ahead by a rule: purchases, or the chance to be there."""
    ahead = params.stays_if_alive if alive else params.purchases_if_alive

    def by_age(x: float, T: FloatArray) -> FloatArray:
        return ahead(np.full(T.size, x), T, rule.times[np.newaxis, :]) @ rule.weights

    def if_alive(x: FloatArray, T: FloatArray) -> FloatArray:
        counts, count_codes = levels(x)
        ages, age_codes = levels(T, ordered=False)
        order = np.argsort(ages)  # the answers must not depend on the order of the customers, not in their last bit
        if counts.size * ages.size <= x.size:
            # All pairs are fewer than the customers: worked out once, and looked up.
            columns = [partial(by_age, some) for some in counts.tolist()]
            table = np.empty((ages.size, counts.size))
            table[order] = at_many(
                lambda T: np.column_stack([of(T) for of in columns]), ages[order], shift=params.scale
            )
            return np.asarray(table.ravel()[age_codes * counts.size + count_codes])
        ages, age_codes = ages[order], np.argsort(order)[age_codes]
        answer = np.empty(x.size)
        for some, rows in rows_by_level(x):
            mine = age_codes[rows]
            present = np.bincount(mine, minlength=ages.size) > 0
            at_age = np.empty(ages.size)
            at_age[present] = at_many(partial(by_age, some), ages[present], shift=params.scale)
            answer[rows] = at_age[mine]
        return answer

    def each(x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        answer = if_alive(x, T)
        answer *= params.p_alive(x, t_x, T)
        return answer

    return _row_by_row(each, x, t_x, T)


def _row_by_row(formula: Callable[..., FloatArray], *columns: FloatArray) -> FloatArray:
    """Apply a formula of columns to the rows that have all their numbers; the others are NaN."""
    rows = np.broadcast_arrays(*columns)
    known = np.logical_and.reduce([np.isfinite(column) for column in rows])
    if known.size and known.all():
        return formula(*(column.ravel() for column in rows)).reshape(known.shape)
    answer = np.full(known.shape, np.nan)
    if known.any():
        answer[known] = formula(*(column[known] for column in rows))
    return answer
