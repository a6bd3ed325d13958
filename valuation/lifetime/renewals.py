"""
What models of contracts share: the doors, the value of a stream of renewals, and the sum where chances to leave differ.

A customer's first contract period is paid for certain; the first renewal comes at its end. A model says how likely each
renewal is and how many discounted payments that makes; what a customer is worth follows in the same way for each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError
from valuation.lifetime.conventions import (
    FINITE,
    HORIZON,
    LARGEST,
    NOT_NEGATIVE,
    RATE,
    Customers,
    FloatArray,
    Range,
    Timing,
    common_shape,
    discount_exponent,
    first_payment_is_certain,
    plain,
    within,
)
from valuation.lifetime.value import discount_factor

__all__ = ["ORDINAL", "RENEWALS", "SHAPE", "RenewalModel", "mixed_payments", "renewal_value", "row_by_row"]

# Below, each customer stays for ever or leaves at once; above, no customer differs from another.
SHAPE: Final = Range(rule="from 1e-6 to 1e6", low=1e-6, high=1e6)
RENEWALS: Final = Range(rule="a whole number, 0 or more", low=0.0, high=LARGEST, whole=True)
ORDINAL: Final = Range(rule="a whole number, 1 or more", low=1.0, high=LARGEST, whole=True)
STEP: Final = 1.0 / 64.0  # of the trapezoid rule
OVERFLOW: Final = 1e9  # logarithm of payments that no shape from 1e-6 to 1e6 brings back to a float


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalModel:
    """What the value of a contract needs of a model; n is the number of a contract period, the first one is 1."""

    retention: Callable[[FloatArray], FloatArray]
    """Chance to renew at the end of period n. [1/period]"""

    payments: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    """Discounted payments from period n on, the first one now and certain, by n, discount rate and horizon. [count]"""

    mean_exists: bool
    """Whether the payments without discounting and end have a mean."""


def renewal_value(
    model: RenewalModel,
    margin: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    horizon: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    contract_period: npt.ArrayLike,
    acquisition_cost: npt.ArrayLike,
) -> FloatArray:
    """Check the arguments of a value under contract at the door, and put it together."""
    m = within("margin", margin, FINITE)
    d = within("discount_rate", discount_rate, RATE)
    h = within("horizon", horizon, HORIZON)
    n = within("contract_period", contract_period, ORDINAL)
    cost = within("acquisition_cost", acquisition_cost, NOT_NEGATIVE)
    exponent = discount_exponent(timing)
    certain = first_payment_is_certain(customers)
    common_shape(margin=m, discount_rate=d, horizon=h, contract_period=n, acquisition_cost=cost)
    if d.ndim == 0 and h.ndim == 0 and np.isinf(h) and (d < 0.0 or (d == 0.0 and not model.mean_exists)):
        raise DomainError(f"discount_rate must be above 0 where the horizon has no end, not {d:.15g}")
    with np.errstate(all="ignore"):
        payments = model.payments(n, d, h) if certain else model.retention(n) * model.payments(n + 1.0, d, h)
        return plain(m * payments * discount_factor(d, exponent) - cost)


def row_by_row(formula: Callable[..., float], *columns: FloatArray) -> FloatArray:
    """Work a formula of single numbers out for each row; rows that are the same only once."""
    spread = np.broadcast_arrays(*columns)
    rows, places = np.unique(np.stack([column.ravel() for column in spread], axis=1), axis=0, return_inverse=True)
    answers = np.array([formula(*row) for row in rows.tolist()], dtype=np.float64)
    return answers[places.ravel()].reshape(spread[0].shape)


def mixed_payments(alpha: float, beta: FloatArray, d: FloatArray, h: FloatArray) -> FloatArray:
    """Discounted number of payments, the first one certain and now, of customers whose chance to leave is a beta."""
    return row_by_row(partial(_mean_payments, alpha), beta, d, h)


def _mean_payments(alpha: float, beta: float, d: float, h: float) -> float:
    """
    Mean, over the chances v to leave, of the geometric sum of ((1 - v) / (1 + d)) ** t, t = 0 ... h - 1.

    It serves every horizon and rate without a difference of large numbers. The hypergeometric function serves the
    endless sum alone, and scipy's is nan at some ordinary values, such as 2F1(1, 404.4; 405.4; 1 / 1.0625).
    """
    if np.isinf(h) and d <= 0.0:
        return (alpha + beta - 1.0) / (alpha - 1.0) if d == 0.0 and alpha > 1.0 else np.nan
    if np.isnan(beta + d + h):
        return np.nan
    # The trapezoid rule in w, with v = 1 / (1 + e^-y) and y = centre + width sinh(w), converges exponentially, because
    # the integrand is analytic and falls off doubly exponentially; dividing by the sum of weights spares B(a, b).
    deviation = np.sqrt(1.0 / alpha + 1.0 / beta)
    width = min(deviation, 1.0)
    # As far as the density falls by 45 powers of e, and on the side of the loyal by as much as their payments weigh.
    most = np.log1p(d) - np.log(d) if np.isinf(h) else np.log(h) - h * min(np.log1p(d), 0.0)
    low = np.arcsinh((9.0 * deviation + (45.0 + min(most, OVERFLOW)) / alpha) / width)
    high = np.arcsinh((9.0 * deviation + 45.0 / beta) / width)
    w = np.arange(-low, high, STEP)
    y = np.log((alpha + 1.0) / (beta + 1.0)) + width * np.sinh(w)
    log_leave, log_stay = -np.logaddexp(0.0, -y), -np.logaddexp(0.0, y)
    log_density = alpha * log_leave + beta * log_stay
    weight = np.exp(log_density - log_density.max()) * np.cosh(w)
    x = (d + np.exp(log_leave)) / (1.0 + d)
    payments = 1.0 / x if np.isinf(h) else np.where(x == 0.0, h, -np.expm1(h * np.log1p(-x)) / x)
    return float(weight @ payments / weight.sum())
