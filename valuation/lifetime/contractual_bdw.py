r"""
Contracts of customers who are not all alike and who change with age: the beta-discrete-Weibull model (BdW).

In the contract renewal model (sBG, `valuation.lifetime.contractual`) each customer keeps its chance to leave for ever.
Here it rises (c above 1) or falls (c below 1) with the customer's age, so that :math:`S(t) = E[q^{t^c}]` over
customers' chances q to make the first renewal; c = 1 is the sBG. Many a cohort loses few customers at first and
more later; the sBG then projects too little.

The sums to no end have no closed form. Their first terms are added up; from there on the terms change so little from
one to the next that an integral with Gregory's end corrections stands for the rest. Survival is worked out from ratios,
never from differences of large logarithms, so that small parameters and old customers lose no digits.

References
----------
.. [1] P. S. Fader, B. G. S. Hardie, Y. Liu, J. Davin and T. Steenburgh, "'How to Project Customer Retention'
   Revisited: The Role of Duration Dependence," Journal of Interactive Marketing, vol. 43, pp. 1-16, 2018.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.lifetime.conventions import Customers, FloatArray, Range, Timing, plain, single, within
from valuation.lifetime.renewals import ORDINAL, RENEWALS, SHAPE, RenewalModel, renewal_value, row_by_row

__all__ = [
    "DURATION",
    "BdwParameters",
    "bdw_discounted_lifetime",
    "bdw_residual_lifetime",
    "bdw_retention",
    "bdw_survival",
    "bdw_value",
    "log_kept",
]

DURATION: Final = Range(rule="from 0.01 to 100", low=0.01, high=100.0)
HUGE: Final = 600.0  # logarithm of an age above which only its power counts
FIRST_TERMS: Final = 2048  # that are added up one by one
MOST_TERMS: Final = 2**17  # the same, where each is larger than the one before
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
GREGORY: Final = (1 / 2, -1 / 12, 1 / 24, -19 / 720, 3 / 160, -863 / 60480)
GONE: Final = 45.0  # powers of e after which a term is nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class BdwParameters:
    """The beta distribution of the chance to leave at the first renewal, and how it changes with age."""

    alpha: float
    """First shape, from 1e-6 to 1e6. [1]"""

    beta: float
    """Second shape, from 1e-6 to 1e6. [1]"""

    c: float
    """Duration dependence, from 0.01 to 100: above 1 each customer gets likelier to leave with age. [1]"""

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        single("alpha", self.alpha, SHAPE)
        single("beta", self.beta, SHAPE)
        single("c", self.c, DURATION)


def bdw_survival(params: BdwParameters, t: npt.ArrayLike) -> FloatArray:
    r"""
    Share of a cohort that is still there after `t` renewals.

    .. math:: S(t) = \frac{B(\alpha, \beta + t^c)}{B(\alpha, \beta)}

    Parameters
    ----------
    params : BdwParameters
        Of the contract renewal model with ageing.
    t : array_like
        Renewals since the start, a whole number. [periods]

    Returns
    -------
    ndarray or float64
        Shape of `t`; NaN where it is missing or out of range. [1]

    Raises
    ------
    DomainError
        If a single `t` is not a whole number, 0 or more.
    InputError
        If a value is not a number.

    References
    ----------
    .. [1] P. S. Fader et al., "'How to Project Customer Retention' Revisited," Journal of Interactive Marketing,
       vol. 43, 2018.

    Examples
    --------
    >>> bdw_survival(BdwParameters(alpha=0.2593, beta=1.7225, c=1.5844), [0, 1, 4, 12]).round(4)
    array([1.    , 0.8692, 0.593 , 0.3889])
    """
    renewals = within("t", t, RENEWALS)
    with np.errstate(all="ignore"):
        return plain(np.exp(log_kept(_shapes(params), np.zeros_like(renewals), np.log(renewals))))


def bdw_retention(params: BdwParameters, t: npt.ArrayLike) -> FloatArray:
    r"""
    Chance that those who are still there make the `t`-th renewal.

    .. math:: r_t = \frac{S(t)}{S(t - 1)} = \frac{B(\alpha, \beta + t^c)}{B(\alpha, \beta + (t - 1)^c)}

    Parameters
    ----------
    params : BdwParameters
        Of the contract renewal model with ageing.
    t : array_like
        Which renewal: 1 is the first. [periods]

    Returns
    -------
    ndarray or float64
        Shape of `t`; NaN where it is missing or out of range. [1/period]

    Raises
    ------
    DomainError
        If a single `t` is not a whole number, 1 or more.
    InputError
        If a value is not a number.

    Notes
    -----
    Where c is above 1, it may fall at first, as customers age, and rises later, as the less loyal have left.

    References
    ----------
    .. [1] P. S. Fader et al., "'How to Project Customer Retention' Revisited," Journal of Interactive Marketing,
       vol. 43, 2018.

    Examples
    --------
    >>> bdw_retention(BdwParameters(alpha=0.2593, beta=1.7225, c=1.5844), [1, 2, 12]).round(4)
    array([0.8692, 0.8536, 0.9658])
    """
    renewal = within("t", t, ORDINAL)
    with np.errstate(all="ignore"):
        return plain(_retention(params, renewal))


def bdw_discounted_lifetime(params: BdwParameters, *, discount_rate: npt.ArrayLike) -> FloatArray:
    r"""
    Discounted expected lifetime of a new customer (DEL), paying at the start of each period.

    .. math:: \sum_{t=0}^{\infty} \frac{S(t)}{(1+d)^t}

    Parameters
    ----------
    params : BdwParameters
        Of the contract renewal model with ageing.
    discount_rate : array_like
        Rate per period, above 0; 0 is enough where alpha times c is above 1. [1/period]

    Returns
    -------
    ndarray or float64
        Shape of `discount_rate`; NaN where it is missing or out of range, or the sum diverges. [periods]

    Raises
    ------
    DomainError
        If a single rate is out of range or the sum diverges.
    InputError
        If a value is not a number.

    References
    ----------
    .. [1] P. S. Fader et al., "'How to Project Customer Retention' Revisited," Journal of Interactive Marketing,
       vol. 43, 2018.

    Examples
    --------
    >>> base = BdwParameters(alpha=0.2593, beta=1.7226, c=1.5844)
    >>> print(f"{bdw_discounted_lifetime(base, discount_rate=0.1):.2f}")
    5.99
    """
    return bdw_value(
        1.0, params, discount_rate=discount_rate, horizon=np.inf, timing="start", customers="new", contract_period=1
    )


def bdw_residual_lifetime(
    params: BdwParameters, *, discount_rate: npt.ArrayLike, contract_period: npt.ArrayLike
) -> FloatArray:
    r"""
    Discounted expected residual lifetime (DERL) of a customer just before the n-th renewal.

    .. math:: \sum_{t=n}^{\infty} \frac{S(t)}{S(n-1)} \frac{1}{(1+d)^{t-n}}

    Parameters
    ----------
    params : BdwParameters
        Of the contract renewal model with ageing.
    discount_rate : array_like
        Rate per period, above 0; 0 is enough where alpha times c is above 1. [1/period]
    contract_period : array_like
        Number n of the contract period that is about to end, the first one is 1. [periods]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing or out of range, or
        whose sum diverges. [periods]

    Raises
    ------
    DomainError
        If a single value is out of range or the sum diverges.
    InputError
        If a value is not a number, or lengths differ.

    References
    ----------
    .. [1] P. S. Fader et al., "'How to Project Customer Retention' Revisited," Journal of Interactive Marketing,
       vol. 43, 2018.

    Examples
    --------
    >>> base = BdwParameters(alpha=0.2593, beta=1.7226, c=1.5844)
    >>> bdw_residual_lifetime(base, discount_rate=0.1, contract_period=[1, 5]).round(2)
    array([5.49, 7.32])
    """
    return bdw_value(
        1.0,
        params,
        discount_rate=discount_rate,
        horizon=np.inf,
        timing="start",
        customers="existing",
        contract_period=contract_period,
    )


def bdw_value(
    margin: npt.ArrayLike,
    params: BdwParameters,
    *,
    discount_rate: npt.ArrayLike,
    horizon: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    contract_period: npt.ArrayLike,
    acquisition_cost: npt.ArrayLike = 0.0,
) -> FloatArray:
    r"""
    Present value of the margins of a customer under contract, whose chance to leave changes with age.

    .. math:: V_h = \sum_{t=1}^{h} m \frac{s_t}{(1+d)^{e_t}} - c

    with :math:`s_t` and :math:`e_t` as in `sbg_value`, of this model's survival.

    Parameters
    ----------
    margin : array_like
        Contribution of an active customer after cost to serve, before acquisition cost. [currency/period]
    params : BdwParameters
        Of the contract renewal model with ageing.
    discount_rate : array_like
        Rate per period, above -1. [1/period]
    horizon : array_like
        Number of periods counted, or ``math.inf``. [periods]
    timing : {"start", "mid", "end"}
        When in its period the margin arrives.
    customers : {"existing", "new"}
        Whether the first payment depends on the next renewal ("existing", also "atrisk") or is certain ("new", also
        "certain").
    contract_period : array_like
        Number n of the customer's contract period, the first one is 1: for existing customers the one that is about
        to end, for new ones the one that is about to begin. [periods]
    acquisition_cost : array_like
        Paid once, before the first margin. [currency]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together. NaN in the rows whose own inputs are missing or out of range, or
        whose endless sum diverges. [currency]

    Raises
    ------
    DomainError
        If a single value is out of range, or the endless sum of a single rate diverges: at a rate below 0, and at 0
        unless alpha times c is above 1.
    InputError
        If a value is not a number, a word is unknown, lengths differ, or a single `horizon` is neither a positive
        whole number nor infinite.

    References
    ----------
    .. [1] P. S. Fader et al., "'How to Project Customer Retention' Revisited," Journal of Interactive Marketing,
       vol. 43, 2018.
    .. [2] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012.

    Examples
    --------
    A customer just before the first renewal, and one just before the fifth:

    >>> base = BdwParameters(alpha=0.2593, beta=1.7226, c=1.5844)
    >>> bdw_value(
    ...     1000, base, discount_rate=0.1, horizon=3, timing="mid", customers="existing", contract_period=[1, 5]
    ... ).round(2)
    array([1987.82, 2264.39])
    """
    return renewal_value(
        RenewalModel(
            retention=partial(_retention, params),
            payments=lambda n, d, h: row_by_row(partial(_payments, params), n, d, h),
            mean_exists=params.alpha * params.c > 1.0,
        ),
        margin,
        discount_rate=discount_rate,
        horizon=horizon,
        timing=timing,
        customers=customers,
        contract_period=contract_period,
        acquisition_cost=acquisition_cost,
    )


def log_kept(shapes: tuple[float, float, float], made: npt.ArrayLike, log_more: npt.ArrayLike) -> FloatArray:
    """
    Logarithm of the share of those who made so many renewals that makes more: ln S(made + more) - ln S(made).

    The shapes are alpha, beta and c; the fit tries them in places where they are no parameters.
    Those who made renewals are as new ones with a larger beta and with s^c added to it, where s^c is the
    difference of two powers; it is worked out from their ratio. The logarithm of `more` may be too large for `more` to
    be a float.
    """
    made, y = np.asarray(made, dtype=np.float64), np.asarray(log_more, dtype=np.float64)
    (alpha, beta, c), log_made = shapes, np.log(made)
    growth = c * np.logaddexp(0.0, y - log_made)  # logarithm of ((made + more) / made)^c
    log_base = np.minimum(c * log_made, HUGE / 2.0)  # beyond, only the ratio counts
    log_added = np.where(made == 0.0, c * y, log_base + growth + np.log(-np.expm1(-growth)))
    base, added = beta + np.exp(log_base), np.exp(np.minimum(log_added, HUGE))
    # Gamma(b + s) / Gamma(b) over Gamma(a + b + s) / Gamma(a + b) is symmetric in a and s: rise by the smaller one.
    least, most = np.minimum(alpha, added), np.maximum(alpha, added)
    beyond = alpha * np.maximum(log_added - HUGE, 0.0)
    return np.asarray(_log_rising(base, least) - _log_rising(base + most, least) - beyond)


SHIFT: Final = 16
STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)


def _log_rising(z: FloatArray, m: FloatArray) -> FloatArray:
    """Logarithm of Gamma(z + m) / Gamma(z), exact to the last digits for small m as well as for large z."""
    far = z + SHIFT
    nearby = sum((np.log1p(m / (z + k)) for k in range(SHIFT)), np.zeros_like(far))
    return np.asarray(
        (far - 0.5) * np.log1p(m / far) + m * np.log(far + m) - m + _stirling(far + m) - _stirling(far) - nearby
    )


def _stirling(z: FloatArray) -> FloatArray:
    """What Stirling's formula leaves of ln Gamma, for z from 16 on."""
    inverse = 1.0 / z
    return np.asarray(inverse * np.polynomial.polynomial.polyval(inverse * inverse, STIRLING))


def _shapes(params: BdwParameters) -> tuple[float, float, float]:
    """The parameters in their order."""
    return params.alpha, params.beta, params.c


def _retention(params: BdwParameters, renewal: FloatArray) -> FloatArray:
    """Chance to make a renewal, checked before."""
    return np.asarray(np.exp(log_kept(_shapes(params), renewal - 1.0, np.zeros_like(renewal))))


def _payments(params: BdwParameters, n: float, d: float, h: float) -> float:
    """Discounted number of payments from contract period n on, the first one certain and now."""
    no_mean = d < 0.0 or (d == 0.0 and params.alpha * params.c <= 1.0)
    if np.isnan(n + d + h) or (np.isinf(h) and no_mean):
        return np.nan
    made, force = n - 1.0, np.log1p(d)

    def log_terms(y: FloatArray) -> FloatArray:
        kept = log_kept(_shapes(params), np.full_like(y, made), y)
        return kept - force * np.exp(y) if force else kept

    def terms(s: npt.ArrayLike) -> FloatArray:
        return np.asarray(np.exp(log_terms(np.log(s))))

    growing = force < -1.0 / 64.0
    if h <= (MOST_TERMS if growing else 2 * FIRST_TERMS):
        return float(terms(np.arange(h)).sum())
    first, last = float(FIRST_TERMS), h - 1.0
    end = _end(params, made, force) if np.isinf(h) or force > 0.0 else np.inf
    edges = _edges(params.c, force, np.log(first), min(end, np.log(last)))
    half = np.diff(edges)[:, None] / 2.0
    y = edges[:-1, None] + half * (1.0 + NODES)
    total = terms(np.arange(first)).sum() + (half * WEIGHTS * np.exp(y + log_terms(y))).sum()
    total += _end_correction(terms(first + np.arange(len(GREGORY))))
    if np.isfinite(h):
        return float(total + _end_correction(terms(last - np.arange(len(GREGORY)))))
    if force:
        return float(total)
    # From here on survival is a power of the number of renewals.
    log_age = np.logaddexp(np.log(made), end)
    return float(total + np.exp(log_age + log_terms(np.array(end))) / (params.alpha * params.c - 1.0))


def _end(params: BdwParameters, made: float, force: float) -> float:
    """Logarithm of the number of renewals after which nothing is left, or without discounting only a power."""
    if force:
        return float(np.logaddexp(np.log(FIRST_TERMS), np.log(GONE) - np.log(force)))
    simple = np.log(1e17 * (1.0 + params.alpha) * (1.0 + params.alpha + params.beta))
    return float(max(np.log(FIRST_TERMS + made), simple / params.c))


def _edges(c: float, force: float, low: float, high: float) -> FloatArray:
    """Bounds of intervals, in logarithms of the number of renewals, in each of which the terms are smooth."""
    widest = min(0.35 / min(c, 1.0), 4.0)
    edges = [low]
    while edges[-1] < high:
        calm = np.log1p(16.0 / abs(force) * np.exp(-edges[-1])) if force else np.inf
        edges.append(min(edges[-1] + min(widest, calm), high))
    return np.array(edges)


def _end_correction(inwards: FloatArray) -> float:
    """What the terms at one end of a sum add to the integral, by their differences (Gregory)."""
    return float(sum(weight * np.diff(inwards, order)[0] for order, weight in enumerate(GREGORY)))
