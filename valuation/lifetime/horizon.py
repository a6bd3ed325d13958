"""
How many periods to count, and what a short horizon leaves out.

Three years are a pragmatic choice, not a lifetime: at 80% retention and a rate of 10% they show 62% of the
endless value, and they hide most of what better retention is worth. The functions here say how much of
the endless value a horizon shows, and whether a longer one would change only the size of the values or
the order of the customers too: those lead to different decisions.

None of the shares depends on timing, on the first payment, or on the margin: all three scale every horizon
alike [1]_.

References
----------
.. [1] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012.
.. [2] P. S. Fader and B. G. S. Hardie, "What's Wrong With This CLV Formula?," 2014.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.errors import InputError
from valuation.lifetime.conventions import (
    HORIZON,
    JUST_ABOVE_ZERO,
    PROBABILITY,
    RATE,
    Customers,
    FloatArray,
    Range,
    Timing,
    common_shape,
    numbers,
    plain,
    within,
)
from valuation.lifetime.value import lifetime_value, log_ratio, refuse_divergence

__all__ = ["HorizonTable", "horizon_for_share", "horizon_share", "horizon_table"]

OPEN_SHARE = Range(
    rule="between 0 and 1, both excluded",
    low=JUST_ABOVE_ZERO,
    high=float(np.nextafter(1.0, 0.0)),
    hint_percent=True,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HorizonTable:
    """What the same customers are worth at one horizon after the other."""

    horizons: FloatArray
    """Shape (h,), ascending. [periods]"""

    values: FloatArray
    """Shape (n, h): value of each customer at each horizon. [currency]"""

    total: FloatArray
    """Shape (h,): sum of the customers whose inputs are in order; NaN where one of them is endless. [currency]"""

    increment: FloatArray
    """Shape (h,): total less the total of the horizon before it, the first one less nothing. [currency]"""

    share: FloatArray
    """Shape (h,): total as a share of the endless total; NaN where that does not exist. [1]"""

    rank: FloatArray
    """Shape (n, h): 1 is the most valuable customer; ties share the mean rank, NaN values have none. [1]"""

    rank_correlation: FloatArray
    """Shape (h,): Spearman's coefficient with the next horizon; NaN for the last and for constants. [1]"""


def horizon_share(
    retention_rate: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    horizon: npt.ArrayLike,
    growth: npt.ArrayLike = 0.0,
) -> FloatArray:
    r"""
    Share of the endless value that a horizon shows.

    .. math:: \frac{V_h}{V_\infty} = 1 - q^h, \qquad q = \frac{r (1+g)}{1+d}

    Parameters
    ----------
    retention_rate : array_like
        Chance to stay from one period to the next. [1/period]
    discount_rate : array_like
        Rate per period, above -1. [1/period]
    horizon : array_like
        Number of periods counted, or ``math.inf``. [periods]
    growth : array_like
        Growth of the margin from one period to the next, above -1. [1/period]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together, one float64 where all are single. NaN in the rows whose own
        inputs are missing or out of range, or whose endless value does not exist. [1]

    Raises
    ------
    DomainError
        If a single value is out of range, or the endless sum of single values diverges.
    InputError
        If a value is not a number, lengths differ, or a single `horizon` is neither a positive whole number
        nor infinite.

    Notes
    -----
    The value before acquisition cost is meant: that cost is paid whatever the horizon.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012.

    Examples
    --------
    >>> horizon_share(0.8, discount_rate=0.1, horizon=[1, 3, 10]).round(4)
    array([0.2727, 0.6153, 0.9586])
    """
    h = within("horizon", horizon, HORIZON)
    log_q = _log_ratio_of_convergent(retention_rate, discount_rate, growth, horizon=h)
    with np.errstate(all="ignore"):
        return plain(-np.expm1(h * log_q))


def horizon_for_share(
    retention_rate: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    share: npt.ArrayLike,
    growth: npt.ArrayLike = 0.0,
) -> FloatArray:
    r"""
    Number of periods after which a share of the endless value is shown, not rounded.

    .. math:: h = \frac{\ln(1 - p)}{\ln q}, \qquad q = \frac{r (1+g)}{1+d}

    Parameters
    ----------
    retention_rate : array_like
        Chance to stay from one period to the next. [1/period]
    discount_rate : array_like
        Rate per period, above -1. [1/period]
    share : array_like
        Share of the endless value, above 0 and below 1. [1]
    growth : array_like
        Growth of the margin from one period to the next, above -1. [1/period]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together, one float64 where all are single; round up for whole
        periods. 0 at retention 0, the limit. NaN in the rows whose own inputs are missing or out of range,
        or whose endless value does not exist. [periods]

    Raises
    ------
    DomainError
        If a single value is out of range, or the endless sum of single values diverges.
    InputError
        If a value is not a number, or lengths differ.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012.

    Examples
    --------
    >>> print(f"{horizon_for_share(0.8, discount_rate=0.1, share=0.95):.2f}")
    9.41
    """
    p = within("share", share, OPEN_SHARE)
    log_q = _log_ratio_of_convergent(retention_rate, discount_rate, growth, share=p)
    with np.errstate(all="ignore"):
        return plain(np.log1p(-p) / log_q)


def horizon_table(
    margin: npt.ArrayLike,
    retention_rate: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    horizons: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    growth: npt.ArrayLike = 0.0,
) -> HorizonTable:
    """
    Value, increment, share and ranking of the same customers at several horizons.

    Parameters
    ----------
    margin : array_like, shape (n,)
        Contribution of an active customer. [currency/period]
    retention_rate : array_like, shape (n,)
        Chance to stay from one period to the next. [1/period]
    discount_rate : array_like, shape (n,)
        Rate per period, above -1. [1/period]
    horizons : array_like, shape (h,)
        Numbers of periods, each larger than the one before; the last may be ``math.inf``. [periods]
    timing : {"start", "mid", "end"}
        When in its period the margin arrives.
    customers : {"existing", "new"}
        Whether the first payment depends on renewing or is certain.
    growth : array_like, shape (n,)
        Growth of the margin from one period to the next, above -1. [1/period]

    Returns
    -------
    HorizonTable
        Single inputs count as one customer. A customer whose inputs are missing or out of range is left out
        of the totals. A sound customer whose endless value diverges is not: then the endless total,
        and with it every share, is NaN.

    Raises
    ------
    DomainError
        If a single value is out of range, or the endless sum of single values diverges.
    InputError
        If a value is not a number, a word is unknown, lengths differ, there are several axes, or `horizons`
        is not an ascending list of positive whole numbers.

    Notes
    -----
    Rank correlations near 1 mean "same order, different size"; lower ones mean that the horizon decides
    who the best customers are.

    References
    ----------
    .. [1] C. Spearman, "The Proof and Measurement of Association between Two Things," American Journal of
       Psychology, vol. 15, no. 1, pp. 72-101, 1904.

    Examples
    --------
    A large customer who leaves soon and a smaller one who stays: who is worth more depends on the horizon.

    >>> table = horizon_table(
    ...     [1000, 600], [0.6, 0.9], discount_rate=0.1, horizons=[1, 3, 10], timing="end", customers="existing"
    ... )
    >>> table.total.round(2)
    array([1036.36, 2226.45, 3534.24])
    >>> table.rank
    array([[1., 2., 2.],
           [2., 1., 1.]])
    """
    periods = _ascending(horizons)

    def values_at(horizon: float, retention: npt.ArrayLike) -> FloatArray:
        return lifetime_value(
            margin,
            retention,
            discount_rate=discount_rate,
            horizon=horizon,
            timing=timing,
            customers=customers,
            growth=growth,
        )

    columns = [np.atleast_1d(values_at(float(horizon), retention_rate)) for horizon in periods]
    if columns[0].ndim != 1:
        raise InputError(f"horizon_table takes one row per customer, not arrays of shape {columns[0].shape}")
    values = np.stack(columns, axis=-1)
    # As an array, retention gives NaN and not an error where the endless sum diverges.
    endless = columns[-1] if math.isinf(periods[-1]) else values_at(math.inf, np.atleast_1d(retention_rate))

    sound = ~np.isnan(values[:, 0])
    if math.isinf(periods[0]):
        sound = ~np.isnan(values_at(1.0, np.atleast_1d(retention_rate)))
    with np.errstate(all="ignore"):  # a rate next to nothing leaves gains and losses without end, whose sum is none
        total = values[sound].sum(axis=0)
        endless_total = endless[sound].sum()
        share = np.where(endless_total == 0.0, np.nan, total / endless_total)
    rank = _rank_down(values)
    return HorizonTable(
        horizons=periods,
        values=values,
        total=total,
        increment=np.diff(total, prepend=0.0),
        share=share,
        rank=rank,
        rank_correlation=_correlation_with_next(rank),
    )


def _log_ratio_of_convergent(
    retention_rate: npt.ArrayLike, discount_rate: npt.ArrayLike, growth: npt.ArrayLike, **other: FloatArray
) -> FloatArray:
    """Logarithm of q where q < 1; NaN in the rows where the endless value does not exist, an error if all is single."""
    r = within("retention_rate", retention_rate, PROBABILITY)
    d = within("discount_rate", discount_rate, RATE)
    g = within("growth", growth, RATE)
    common_shape(retention_rate=r, discount_rate=d, growth=g, **other)
    refuse_divergence(r, d, g)
    with np.errstate(all="ignore"):
        log_q = log_ratio(r, d, g)
        return np.where(log_q < 0.0, log_q, np.nan)


def _ascending(horizons: npt.ArrayLike) -> FloatArray:
    """Return the list of horizons, which all customers share and which must therefore be right."""
    values = np.atleast_1d(numbers("horizons", horizons))
    if values.ndim != 1 or values.size == 0:
        raise InputError(f"horizons must be a list of one horizon or more, not of shape {values.shape}")
    wrong = ~HORIZON.holds(values)
    if wrong.any():
        raise HORIZON.refusal("each of horizons", float(values[wrong][0]))
    if not (values[1:] > values[:-1]).all():
        raise InputError(f"horizons must ascend, not {values.tolist()}")
    return values.copy()


def _rank_down(values: FloatArray) -> FloatArray:
    """Rank each column from the largest value, with mean ranks for ties and NaN for NaN."""
    rank = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        known = ~np.isnan(values[:, column])
        rank[known, column] = _mean_ranks(-values[known, column])
    return rank


def _mean_ranks(values: FloatArray) -> FloatArray:
    """Rank from the smallest value, equal values sharing their mean rank; importing SciPy's takes half a refresh."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    mean: FloatArray = np.cumsum(count) - (count - 1) / 2
    return mean[place]


def _correlation_with_next(rank: FloatArray) -> FloatArray:
    """Spearman's coefficient of each column of ranks with the column after it."""
    correlation = np.full(rank.shape[1], np.nan)
    for column in range(rank.shape[1] - 1):
        pair = rank[:, column : column + 2]
        ranked = ~np.isnan(pair)
        pair = pair[ranked.all(axis=1)]
        if (ranked[:, 0] != ranked[:, 1]).any():
            # Rows ranked in one column only left gaps, which a second ranking closes.
            pair = np.column_stack([_mean_ranks(pair[:, 0]), _mean_ranks(pair[:, 1])])
        if len(pair) >= 2:
            correlation[column] = _pearson(pair[:, 0], pair[:, 1])
    return correlation


def _pearson(x: FloatArray, y: FloatArray) -> float:
    """Pearson's coefficient, exactly 1 for equal vectors, NaN where one is constant."""
    x, y = x - x.mean(), y - y.mean()
    spread = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / spread if spread else math.nan
