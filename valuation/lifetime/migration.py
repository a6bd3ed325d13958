r"""
Customers who move between segments: value, base and payback by a table of chances (Markov chain).

Row i of the table holds the chances to be in each segment one period later, for a customer who is in segment i now.
What a row lacks to 1 is the chance to leave for good. The chances depend on the segment alone, not on how the customer
came there; where history matters, as with recency, it must be in the definition of the segments [1]_.

`customers` says which payment is the first. "new" (also "certain") is contractual timing: a period is paid for by those
who are in the segment at its start, so that everybody's first payment is certain. "existing" (also "atrisk") is
transactional timing: the move comes first, and those pay who are in the segment after it. With one segment these are
the two conventions of `lifetime_value`. Margin and cost of a period arrive together, as `timing` says.

References
----------
.. [1] P. E. Pfeifer and R. L. Carraway, "Modeling Customer Relationships as Markov Chains," Journal of Interactive
   Marketing, vol. 14, no. 2, pp. 43-55, 2000.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lifetime.conventions import (
    FINITE,
    HORIZON,
    NOT_NEGATIVE,
    PROBABILITY,
    RATE,
    Customers,
    FloatArray,
    Range,
    Timing,
    discount_exponent,
    first_payment_is_certain,
    numbers,
    single,
)
from valuation.lifetime.value import discount_factor

__all__ = ["MarkovProjection", "markov_payback", "markov_projection", "markov_value"]

MOST_PERIODS: Final = 10_000
LIMITED: Final = Range(
    rule="a whole number of periods from 1 to 10000", low=1.0, high=MOST_PERIODS, whole=True, error=InputError
)
ROUNDING: Final = 1e-9  # by which chances that were rounded may sum to more than 1
LONGEST: Final = 1e12  # discounted periods to come, beyond which rounding alone keeps the sum from being endless


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkovProjection:
    """A customer base period by period; row 0 is today, row t the period t."""

    segments: FloatArray
    """Shape (h + 1, n): customers of each segment at the end of the period. [count]"""

    acquired: FloatArray
    """Shape (h + 1,): new customers. [count]"""

    left: FloatArray
    """Shape (h + 1,): customers who left for good. [count]"""

    customers: FloatArray
    """Shape (h + 1,): customers at the end, those before plus the acquired less those who left. [count]"""

    margin: FloatArray
    """Shape (h + 1,): margin of those who pay in the period. [currency]"""

    cost: FloatArray
    """Shape (h + 1,): cost of marketing, sales and support for them. [currency]"""

    acquisition_cost: FloatArray
    """Shape (h + 1,): cost of winning the new customers. [currency]"""

    contribution: FloatArray
    """Shape (h + 1,): margin less both costs, not discounted. [currency]"""

    discounted: FloatArray
    """Shape (h + 1,): the same discounted to today. [currency]"""

    cumulative: FloatArray
    """Shape (h + 1,): sum of the discounted contributions so far. [currency]"""

    of_base: FloatArray
    """Shape (h + 1,): the part of it that comes from the customers of today. [currency]"""


def markov_value(
    transition: npt.ArrayLike,
    margin: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    horizon: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    cost: npt.ArrayLike = 0.0,
) -> FloatArray:
    r"""
    Present value of one customer of each segment, who may move to others.

    .. math::

        V_h = (1+d)^{-e} \, A \sum_{t=0}^{h-1} \left(\frac{P}{1+d}\right)^t (m - c), \qquad
        V_\infty = (1+d)^{-e} \, A \left(I - \frac{P}{1+d}\right)^{-1} (m - c)

    with :math:`A = I` for new and :math:`A = P` for existing customers, and :math:`e = 0, \frac{1}{2}, 1` for timing
    "start", "mid", "end".

    Parameters
    ----------
    transition : array_like, shape (n, n)
        Chances to move from the row's segment to the column's in a period; what a row lacks to 1 leaves. [1/period]
    margin : array_like, shape () or (n,)
        Contribution of an active customer of each segment; it may be negative. [currency/period]
    discount_rate : array_like, shape ()
        Rate per period, above -1. [1/period]
    horizon : array_like, shape ()
        Number of periods counted, or ``math.inf``. [periods]
    timing : {"start", "mid", "end"}
        When in its period the money arrives.
    customers : {"existing", "new"}
        Whether the move comes before the first payment ("existing", also "atrisk": transactional timing) or the first
        payment is certain ("new", also "certain": contractual timing).
    cost : array_like, shape () or (n,)
        Marketing, sales and support for a customer of each segment. [currency/period]

    Returns
    -------
    ndarray, shape (n,)
        Value of a customer who is in that segment now. [currency]

    Raises
    ------
    DomainError
        If a number is out of range, a row of `transition` sums to more than 1, or the endless sum diverges.
    InputError
        If a value is not a number, a word is unknown, `transition` is not square, another argument has not one number
        for each segment, or `horizon` is neither a positive whole number nor infinite.

    Notes
    -----
    A customer's value depends on every segment that he can reach, so that one faulty number leaves no answer at all.
    Chances that sum to more than 1 by no more than 1e-9 are scaled to 1.

    References
    ----------
    .. [1] P. E. Pfeifer and R. L. Carraway, "Modeling Customer Relationships as Markov Chains," Journal of Interactive
       Marketing, vol. 14, no. 2, 2000.

    Examples
    --------
    Regular and occasional customers:

    >>> chances = [[0.7, 0.2], [0.1, 0.6]]
    >>> markov_value(
    ...     chances, [300, 100], discount_rate=0.1, horizon=3, timing="mid", customers="new", cost=[20, 10]
    ... ).round(2)
    array([583.42, 212.52])
    """
    chances = _chances(transition)
    contribution = _contribution(margin, cost, len(chances))
    d = np.asarray(single("discount_rate", discount_rate, RATE))
    h = single("horizon", horizon, HORIZON)
    exponent = discount_exponent(timing)
    certain = first_payment_is_certain(customers)
    with np.errstate(all="ignore"):
        if np.isinf(h):
            values = _endless_sum(chances, contribution, float(d))
        else:
            values = _limited_sum(chances / (1.0 + d), contribution, int(h))
        if not certain:
            values = chances @ values
        return values * discount_factor(d, exponent)


def markov_projection(
    transition: npt.ArrayLike,
    counts: npt.ArrayLike,
    margin: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    horizon: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    cost: npt.ArrayLike = 0.0,
    acquired: npt.ArrayLike = 0.0,
    acquisition_cost: npt.ArrayLike = 0.0,
) -> MarkovProjection:
    """
    Customers, money and discounted value of a base in the periods ahead, with new customers in each.

    Parameters
    ----------
    transition : array_like, shape (n, n)
        Chances to move from the row's segment to the column's in a period; what a row lacks to 1 leaves. [1/period]
    counts : array_like, shape () or (n,)
        Customers of each segment today. [count]
    margin : array_like, shape () or (n,)
        Contribution of an active customer of each segment; it may be negative. [currency/period]
    discount_rate : array_like, shape ()
        Rate per period, above -1. [1/period]
    horizon : array_like, shape ()
        Number of periods, from 1 to 10,000. [periods]
    timing : {"start", "mid", "end"}
        When in its period the money arrives.
    customers : {"existing", "new"}
        Whether the customers of today move before their first payment ("existing", also "atrisk") or after it ("new",
        also "certain").
    cost : array_like, shape () or (n,)
        Marketing, sales and support for a customer of each segment. [currency/period]
    acquired : array_like, shape () or (n,)
        New customers of each segment in every period. [count/period]
    acquisition_cost : array_like, shape () or (n,)
        Cost of winning one of them, paid at the start of the period. [currency]

    Returns
    -------
    MarkovProjection
        Row 0 is today and has no money.

    Raises
    ------
    DomainError
        If a number is out of range, or a row of `transition` sums to more than 1.
    InputError
        If a value is not a number, a word is unknown, `transition` is not square, another argument has not one number
        for each segment, or `horizon` is not a whole number from 1 to 10,000.

    Notes
    -----
    The first payment of new customers is certain and in the period in which they were won, whatever `customers` says of
    those of today. Where the move comes first, they move for the first time in the period after.

    References
    ----------
    .. [1] P. E. Pfeifer and R. L. Carraway, "Modeling Customer Relationships as Markov Chains," Journal of Interactive
       Marketing, vol. 14, no. 2, 2000.

    Examples
    --------
    >>> chances = [[0.7, 0.2], [0.1, 0.6]]
    >>> ahead = markov_projection(
    ...     chances, [100, 300], [300, 100], discount_rate=0.1, horizon=2, timing="mid", customers="existing"
    ... )
    >>> ahead.segments.round(2)
    array([[100., 300.],
           [100., 200.],
           [ 90., 140.]])
    >>> ahead.cumulative.round(2)
    array([    0.  , 47673.13, 83211.28])
    """
    chances = _chances(transition)
    n = len(chances)
    today = _by_segment("counts", counts, NOT_NEGATIVE, n)
    m = _by_segment("margin", margin, FINITE, n)
    c = _by_segment("cost", cost, NOT_NEGATIVE, n)
    new = _by_segment("acquired", acquired, NOT_NEGATIVE, n)
    price = _by_segment("acquisition_cost", acquisition_cost, NOT_NEGATIVE, n)
    d = np.asarray(single("discount_rate", discount_rate, RATE))
    periods = int(single("horizon", horizon, LIMITED))
    exponent = discount_exponent(timing)
    certain = first_payment_is_certain(customers)
    with np.errstate(all="ignore"):
        paying, segments = _walk(chances, today, new, periods, certain=certain)
        paying_today, _ = _walk(chances, today, np.zeros(n), periods, certain=certain)
        starts = np.arange(periods, dtype=np.float64)
        factor = discount_factor(d, exponent + starts)
        winning = np.full(periods, new @ price)
        served = paying @ m - paying @ c
        discounted = served * factor - winning * discount_factor(d, starts)
        movers = paying if certain else segments[:-1]
        return MarkovProjection(
            segments=segments,
            acquired=_from_today(np.full(periods, new.sum())),
            left=_from_today(movers @ np.maximum(1.0 - chances.sum(axis=1), 0.0)),
            customers=segments.sum(axis=1),
            margin=_from_today(paying @ m),
            cost=_from_today(paying @ c),
            acquisition_cost=_from_today(winning),
            contribution=_from_today(served - winning),
            discounted=_from_today(discounted),
            cumulative=_from_today(np.cumsum(discounted)),
            of_base=_from_today(np.cumsum(paying_today @ (m - c) * factor)),
        )


def markov_payback(
    transition: npt.ArrayLike,
    margin: npt.ArrayLike,
    acquired: npt.ArrayLike,
    *,
    acquisition_cost: npt.ArrayLike,
    discount_rate: npt.ArrayLike,
    timing: Timing,
    cost: npt.ArrayLike = 0.0,
) -> int:
    """
    First period by whose end a cohort of new customers has earned back what winning it cost.

    Parameters
    ----------
    transition : array_like, shape (n, n)
        Chances to move from the row's segment to the column's in a period; what a row lacks to 1 leaves. [1/period]
    margin : array_like, shape () or (n,)
        Contribution of an active customer of each segment; it may be negative. [currency/period]
    acquired : array_like, shape () or (n,)
        New customers of each segment; only the mix matters. [count]
    acquisition_cost : array_like, shape () or (n,)
        Cost of winning one of them, paid before the first margin. [currency]
    discount_rate : array_like, shape ()
        Rate per period, above -1; 0 leaves discounting out. [1/period]
    timing : {"start", "mid", "end"}
        When in its period the money arrives.
    cost : array_like, shape () or (n,)
        Marketing, sales and support for a customer of each segment. [currency/period]

    Returns
    -------
    int
        Number of the period; 0 where winning the customers cost nothing. [periods]

    Raises
    ------
    MissingDataError
        If the cost is not earned back within 10,000 periods.
    ZeroDenominatorError
        If there are no new customers.
    DomainError
        If a number is out of range, or a row of `transition` sums to more than 1.
    InputError
        If a value is not a number, a word is unknown, `transition` is not square, or another argument has not one
        number for each segment.

    Notes
    -----
    The customers are new: their first payment is certain. Whole periods are counted; `payback_periods` interpolates,
    but knows no segments. Where a segment brings losses, a cohort may earn its cost back and fall below it again later.

    References
    ----------
    .. [1] P. E. Pfeifer and R. L. Carraway, "Modeling Customer Relationships as Markov Chains," Journal of Interactive
       Marketing, vol. 14, no. 2, 2000.

    Examples
    --------
    >>> chances = [[0.7, 0.2], [0.1, 0.6]]
    >>> markov_payback(
    ...     chances, [300, 100], [10, 30], acquisition_cost=250, discount_rate=0.1, timing="mid", cost=[20, 10]
    ... )
    3
    """
    chances = _chances(transition)
    n = len(chances)
    contribution = _contribution(margin, cost, n)
    paying = _by_segment("acquired", acquired, NOT_NEGATIVE, n)
    price = _by_segment("acquisition_cost", acquisition_cost, NOT_NEGATIVE, n)
    d = np.asarray(single("discount_rate", discount_rate, RATE))
    exponent = discount_exponent(timing)
    if not paying.any():
        raise ZeroDenominatorError("acquired must not all be zero")
    with np.errstate(all="ignore"):
        factors = discount_factor(d, exponent + np.arange(MOST_PERIODS, dtype=np.float64))
        balance = -(paying @ price)
        for period, factor in enumerate(factors.tolist()):
            if balance >= 0.0:
                return period
            balance += paying @ contribution * factor
            paying = paying @ chances
    raise MissingDataError(f"acquisition_cost is not earned back within {MOST_PERIODS} periods")


# At the door.


def _chances(transition: npt.ArrayLike) -> FloatArray:
    """The table of chances, checked, no row of which sums to more than 1."""
    chances = numbers("transition", transition)
    if chances.ndim != 2 or chances.shape[0] != chances.shape[1] or not chances.size:
        shape = " x ".join(map(str, chances.shape)) or "one number"
        raise InputError(f"transition must be a square table, a row and a column for each segment, not {shape}")
    for row, column in np.argwhere(~PROBABILITY.holds(chances)).tolist():
        place = f"transition from segment {row + 1} to segment {column + 1}"
        raise PROBABILITY.refusal(place, float(chances[row, column]))
    total = chances.sum(axis=1)
    for row in np.flatnonzero(total > 1.0 + ROUNDING).tolist():
        raise DomainError(f"row {row + 1} of transition must sum to 1 at most, not to {total[row]:.15g}")
    return np.asarray(chances / np.maximum(total, 1.0)[:, np.newaxis])


def _by_segment(name: str, values: npt.ArrayLike, limits: Range, n: int) -> FloatArray:
    """One number for each segment, checked; a single one counts for all."""
    given = numbers(name, values)
    if given.shape not in ((), (n,)):
        raise InputError(f"{name} must be one number for each of {n} segments, not {given.size} of them")
    each = np.broadcast_to(given, n)
    for segment in np.flatnonzero(~limits.holds(each)).tolist():
        raise limits.refusal(f"{name} of segment {segment + 1}", float(each[segment]))
    return each


def _contribution(margin: npt.ArrayLike, cost: npt.ArrayLike, n: int) -> FloatArray:
    """Margin less cost of each segment."""
    return np.asarray(_by_segment("margin", margin, FINITE, n) - _by_segment("cost", cost, NOT_NEGATIVE, n))


# The formulas: money m of each segment, chances P, and Q = P / (1 + d).


def _limited_sum(Q: FloatArray, m: FloatArray, h: int) -> FloatArray:
    """(I + Q + ... + Q^(h-1)) m, by doubling the number of terms: as many steps as `h` has binary digits."""
    total, power = m, Q
    for digit in f"{h:b}"[1:]:
        total, power = total + power @ total, power @ power
        if digit == "1":
            total, power = m + Q @ total, Q @ power
    return total


def _endless_sum(P: FloatArray, m: FloatArray, d: float) -> FloatArray:
    """(I - Q)^-1 m; segments from which no money is ever reached are worth nothing, whether they end or not."""
    value, paying = np.zeros(len(P)), _reaches_money(P, m)
    if not paying.any():
        return value
    among = P[np.ix_(paying, paying)]
    # (1 + d) I - P, its diagonal in an order that keeps every digit where retention is near 1 and the rate is small.
    gap = np.where(np.eye(len(among), dtype=np.bool_), 1.0 - among + d, -among)
    try:
        periods, value[paying] = np.linalg.solve(gap, np.stack([np.ones(len(among)), m[paying]], axis=1)).T
    except np.linalg.LinAlgError:
        periods = np.array(np.inf)
    # The spectral radius of Q is below 1 exactly where the expected number of periods to come is positive everywhere.
    if not ((periods > 0.0) & (periods < LONGEST)).all():
        raise DomainError(
            f"the endless sum diverges: customers with money to come leave too seldom for a discount_rate of {d:.15g}"
        )
    return np.asarray(value * (1.0 + d))


def _reaches_money(P: FloatArray, m: FloatArray) -> npt.NDArray[np.bool_]:
    """Segments with money, and those from which a customer may get to one, in however many moves."""
    reaches = m != 0.0
    for _ in range(len(P)):
        reaches = reaches | (P @ reaches > 0.0)
    return np.asarray(reaches)


def _walk(
    P: FloatArray, today: FloatArray, new: FloatArray, periods: int, *, certain: bool
) -> tuple[FloatArray, FloatArray]:
    """Customers by segment who pay in each period, and those at the end of each, today first."""
    paying, ends = [], [today]
    for _ in range(periods):
        paying.append((ends[-1] if certain else ends[-1] @ P) + new)
        ends.append(paying[-1] @ P if certain else paying[-1])
    return np.stack(paying), np.stack(ends)


def _from_today(periods: FloatArray) -> FloatArray:
    """A column of the periods, under a 0 for today."""
    return np.concatenate([[0.0], periods])
