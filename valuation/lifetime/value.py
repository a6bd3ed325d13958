"""
What a customer is worth: the present value of the margins still to come.

Two choices decide which of the textbook formulas results [1]_. `timing` says when in its period a
margin arrives, and so by how much it is discounted. `customers` says whether the first payment is certain
("new") or already depends on a renewal ("existing"). At 80% retention and a rate of 10% the six
combinations lie 38% apart, so print the convention beside the number.

References
----------
.. [1] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012.
"""

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError
from valuation.lifetime.conventions import (
    FINITE,
    HORIZON,
    NOT_NEGATIVE,
    PROBABILITY,
    RATE,
    Customers,
    FloatArray,
    Timing,
    common_shape,
    discount_exponent,
    first_payment_is_certain,
    plain,
    within,
)

__all__ = ["lifetime_value", "schedule_value"]

# Up to this many periods multiplying out is quicker than a logarithm and an exponential, and exact at q = 1.
HORNER_PERIODS = 12


def lifetime_value(
    margin: npt.ArrayLike,
    retention_rate: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    horizon: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    growth: npt.ArrayLike = 0.0,
    acquisition_cost: npt.ArrayLike = 0.0,
) -> FloatArray:
    r"""
    Present value of the margins a customer is expected to bring.

    .. math::

        V_h = \sum_{t=1}^{h} m (1+g)^{t-1} \frac{s_t}{(1+d)^{e_t}} - c
            = \frac{m \, s_1}{(1+d)^{e_1}} \cdot \frac{1 - q^h}{1 - q} - c,
        \qquad q = \frac{r (1+g)}{1+d}

    with survival :math:`s_t = r^{t-1}` for new and :math:`r^t` for existing customers, and
    :math:`e_t = t - 1, t - \frac{1}{2}, t` for timing "start", "mid", "end".

    Parameters
    ----------
    margin : array_like
        Contribution of an active customer after cost to serve, before acquisition cost. It may be
        negative, and then so is the value. [currency/period]
    retention_rate : array_like
        Chance to stay from one period to the next. [1/period]
    discount_rate : array_like
        Rate per period, above -1; `rate_per_period` converts an annual one. [1/period]
    horizon : array_like
        Number of periods counted, or ``math.inf``. [periods]
    timing : {"start", "mid", "end"}
        When in its period the margin arrives.
    customers : {"existing", "new"}
        Whether the first payment depends on renewing ("existing", also "atrisk") or is certain
        ("new", also "certain").
    growth : array_like
        Growth of the margin from one period to the next, above -1. [1/period]
    acquisition_cost : array_like
        Paid once, before the first margin. [currency]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together, one float64 where all are single. NaN in the rows whose
        own inputs are missing or out of range, or whose endless sum diverges. [currency]

    Raises
    ------
    DomainError
        If a single value is out of range, or the endless sum of single values diverges.
    InputError
        If a value is not a number, a word is unknown, lengths differ, or a single `horizon` is neither a
        positive whole number nor infinite.

    Notes
    -----
    Excel's NPV counts the first amount at the end of period one: that is timing "end". A sum cut off
    at a horizon is not lifetime value; call it, for example, "3-year customer value".

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012.
    .. [2] S. Gupta and D. R. Lehmann, "Customers as Assets," Journal of Interactive Marketing, vol. 17,
       no. 1, 2003: timing "end", existing customers, without end: m r / (1 + d - r).

    Examples
    --------
    >>> value = lifetime_value(1000, 0.8, discount_rate=0.1, horizon=3, timing="mid", customers="new")
    >>> print(f"{value:.4f}")
    2151.2007

    Two customers without end; the second one's retention was typed as a percentage:

    >>> lifetime_value(
    ...     1000, [0.8, 80], discount_rate=0.1, horizon=float("inf"), timing="end", customers="existing"
    ... ).round(4)
    array([2666.6667,       nan])
    """
    m = within("margin", margin, FINITE)
    r = within("retention_rate", retention_rate, PROBABILITY)
    d = within("discount_rate", discount_rate, RATE)
    h = within("horizon", horizon, HORIZON)
    g = within("growth", growth, RATE)
    cost = within("acquisition_cost", acquisition_cost, NOT_NEGATIVE)
    exponent = discount_exponent(timing)
    certain = first_payment_is_certain(customers)
    shape = common_shape(margin=m, retention_rate=r, discount_rate=d, horizon=h, growth=g, acquisition_cost=cost)
    if h.ndim == 0 and np.isinf(h):
        refuse_divergence(r, d, g)

    with np.errstate(all="ignore"):
        payments = expected_payments(r, d, g, h)
        # In place from here on: at a million rows, fresh arrays cost more than the arithmetic.
        value = payments if payments.shape == shape else np.broadcast_to(payments, shape).copy()
        value *= m
        if not certain:
            value *= r
        if exponent:
            value *= discount_factor(d, exponent)
        if cost.any():
            value -= cost
    return plain(value)


def schedule_value(
    margins: npt.ArrayLike,
    retention_rates: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    acquisition_cost: npt.ArrayLike = 0.0,
) -> FloatArray:
    r"""
    Present value of margins and retention rates that differ from period to period.

    .. math:: V = \sum_{t=1}^{h} \frac{m_t \, s_t}{(1+d)^{e_t}} - c

    with :math:`s_t = r_1 \cdots r_t` for existing and :math:`r_1 \cdots r_{t-1}` for new customers.

    Parameters
    ----------
    margins : array_like, shape (..., h)
        Contribution of an active customer in each period; the last axis is the period. [currency/period]
    retention_rates : array_like, shape (..., h)
        The renewals ahead, in their order. An existing customer's first one comes before the first payment,
        a new customer's after it, so that a new customer's last one is not needed but still checked.
        [1/period]
    discount_rate : array_like, shape (...)
        Rate per period, above -1. [1/period]
    timing : {"start", "mid", "end"}
        When in its period the margin arrives.
    customers : {"existing", "new"}
        Whether the first payment depends on renewing or is certain.
    acquisition_cost : array_like, shape (...)
        Paid once, before the first margin. [currency]

    Returns
    -------
    ndarray or float64, shape (...)
        One value per customer; NaN where any of the customer's own values is missing or out of range.
        [currency]

    Raises
    ------
    DomainError
        If a single value is out of range.
    InputError
        If a value is not a number, a word is unknown, lengths differ, or there is no period.

    Notes
    -----
    Neither vector is repeated or cut to fit the other one.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012.

    Examples
    --------
    A price step in year two and a contract that ends after year three:

    >>> value = schedule_value(
    ...     [1000, 1100, 1100], [0.8, 0.9, 0.0], discount_rate=0.1, timing="end", customers="new"
    ... )
    >>> print(f"{value:.2f}")
    2231.40
    """
    m = within("margins", margins, FINITE)
    r = within("retention_rates", retention_rates, PROBABILITY)
    d = within("discount_rate", discount_rate, RATE)
    cost = within("acquisition_cost", acquisition_cost, NOT_NEGATIVE)
    exponent = discount_exponent(timing)
    certain = first_payment_is_certain(customers)
    periods = number_of_periods(m, r)
    common_shape(margins=m[..., 0], retention_rates=r[..., 0], discount_rate=d, acquisition_cost=cost)

    with np.errstate(all="ignore"):
        survival = np.cumprod(r, axis=-1)
        if certain:
            # A missing last renewal is at fault although no payment depends on it.
            first = np.where(np.isnan(survival[..., -1:]), np.nan, 1.0)
            survival = np.concatenate([first, survival[..., :-1]], axis=-1)
        factors = discount_factor(d[..., np.newaxis], exponent + np.arange(periods, dtype=np.float64))
        return plain((m * survival * factors).sum(axis=-1) - cost)


def number_of_periods(margins: FloatArray, retention_rates: FloatArray) -> int:
    """Length of the last axis, which both vectors must share."""
    if margins.ndim == 0 or retention_rates.ndim == 0:
        raise InputError("margins and retention_rates must have a last axis of periods, not be single numbers")
    periods, renewals = int(margins.shape[-1]), int(retention_rates.shape[-1])
    if periods == 0 or periods != renewals:
        raise InputError(
            f"margins and retention_rates must cover the same periods, one or more, not {periods} and {renewals}"
        )
    return periods


def discount_factor(d: FloatArray, exponent: float | FloatArray) -> FloatArray:
    """(1 + d)^-exponent, through the logarithm because NumPy's nan ** 0 is 1."""
    return np.asarray(np.exp(-exponent * np.log1p(d)))


def discount_gap(r: FloatArray, d: FloatArray, g: FloatArray) -> FloatArray:
    """(1 + d)(1 - q), in an order that keeps every digit when retention is 1 and the rate small."""
    gap = 1.0 - r + d
    return np.asarray(gap - r * g if g.any() else gap)


def log_ratio(r: FloatArray, d: FloatArray, g: FloatArray) -> FloatArray:
    """Natural logarithm of q, exact for small q where log1p(q - 1) is not; -inf at retention 0."""
    return np.asarray(np.log(r) + (np.log1p(g) - np.log1p(d)))


def refuse_divergence(r: FloatArray, d: FloatArray, g: FloatArray) -> None:
    """Raise if the ratio of the geometric series is single and not below 1."""
    gap = discount_gap(r, d, g)
    if gap.ndim == 0 and gap <= 0.0:
        raise DomainError(
            "the endless sum diverges: retention*(1+growth) >= 1+rate, "
            f"with retention_rate {r:.15g}, growth {g:.15g} and discount_rate {d:.15g}"
        )


def expected_payments(r: FloatArray, d: FloatArray, g: FloatArray, h: FloatArray) -> FloatArray:
    """Discounted number of payments, 1 + q + ... + q^(h-1), the first one counting as 1."""
    if h.ndim:
        return np.where(np.isinf(h), endless_payments(r, d, g), limited_payments(r, d, g, h))
    if np.isinf(h):
        return endless_payments(r, d, g)
    if h <= HORNER_PERIODS:
        return horner_payments(r * ((1.0 + g) / (1.0 + d)), int(h))
    return limited_payments(r, d, g, h)


def endless_payments(r: FloatArray, d: FloatArray, g: FloatArray) -> FloatArray:
    """1 / (1 - q), NaN where the series diverges."""
    gap = discount_gap(r, d, g)
    converges = gap > 0.0
    return np.asarray((1.0 + d) / (gap if converges.all() else np.where(converges, gap, np.nan)))


def limited_payments(r: FloatArray, d: FloatArray, g: FloatArray, h: FloatArray) -> FloatArray:
    """(q^h - 1) / (q - 1) in its stable form, with the annuity limit h at q = 1."""
    excess = discount_gap(r, d, g) / -(1.0 + d)  # q - 1
    payments = np.expm1(np.log1p(excess) * h) / excess
    at_one = excess == 0.0
    return np.where(at_one, h, payments) if at_one.any() else np.asarray(payments)


def horner_payments(q: FloatArray, h: int) -> FloatArray:
    """1 + q (1 + q (1 + ...)) with h terms."""
    # One period needs no q, but a row whose q is missing must show it.
    payments = np.asarray(1.0 + (q if h > 1 else 0.0 * q))
    for _ in range(h - 2):
        payments *= q
        payments += 1.0
    return payments
