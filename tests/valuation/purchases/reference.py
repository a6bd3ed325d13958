"""
The purchase models a second time: as published or as the integrals that define them, in fifty digits.

Nothing here is fast, and nothing is shared with the formulas that it judges.
"""

import itertools
from collections.abc import Callable
from typing import Any, TypeAlias

from mpmath import MPContext

from valuation.purchases import BgNbdParameters, MbgNbdParameters, NbdParameters, ParetoNbdParameters

__all__ = [
    "Model",
    "by_definition",
    "count_probability",
    "discounted_forever",
    "discounted_sum",
    "expected",
    "expected_of_new",
    "log_likelihood",
    "p_alive",
    "stays",
]

Model: TypeAlias = NbdParameters | BgNbdParameters | MbgNbdParameters | ParetoNbdParameters
Real: TypeAlias = Any
"""A number of fifty digits."""

mp = MPContext()
mp.dps = 50
BESIDE = mp.mpf(10) ** -24
"""The published formulas divide by a - 1 and s - 1; so far from 1 they have lost half of their digits and are right."""


def log_likelihood(model: Model, x: float, t_x: float, T: float) -> Real:
    """Eq. (6) of the BG/NBD paper and its likes; for the Pareto/NBD the integral of note 009."""
    x, t_x, T = _exact(x, t_x, T)
    return mp.log(_still_there(model, x, T) + _gone(model, x, t_x, T)) + _common(model, x)


def p_alive(model: Model, x: float, t_x: float, T: float) -> Real:
    """Share of the likelihood that belongs to customers who are still there."""
    x, t_x, T = _exact(x, t_x, T)
    still = _still_there(model, x, T)
    return still / (still + _gone(model, x, t_x, T))


def expected(model: Model, x: float, t_x: float, T: float, t: float) -> Real:
    """Purchases in the next t periods: eq. (10) of the BG/NBD paper; note 009 on the Pareto/NBD, eq. (41)."""
    return p_alive(model, x, t_x, T) * _if_alive(model, x, T, t)


def expected_of_new(model: Model, t: float) -> Real:
    """Repeat purchases in the first t periods."""
    if isinstance(model, MbgNbdParameters):
        a, b = _exact(model.a, model.b)
        return b / (a + b) * _if_alive(model, 0, 0, t)
    return _if_alive(model, 0, 0, t)


def stays(model: Model, x: float, T: float, t: float) -> Real:
    """Chance that a customer who is still there at T is so t periods later."""
    x, T, t = _exact(x, T, t)
    if isinstance(model, NbdParameters):
        return mp.mpf(1)
    if isinstance(model, ParetoNbdParameters):
        s, beta = _exact(model.s, model.beta)
        return ((beta + T) / (beta + T + t)) ** s
    r, alpha, a, b = _exact(model.r, model.alpha, model.a, model.b)
    return mp.hyp2f1(r + x, a, a + b + x + model.leaves_at_start, -t / (alpha + T))


def count_probability(model: Model, t: float, x: int) -> Real:
    """Chance of x repeat purchases in the first t periods: eq. (8) of the BG/NBD paper."""
    (t,) = _exact(t)
    if isinstance(model, NbdParameters):
        return _nbd(model, t, x)
    if isinstance(model, ParetoNbdParameters):
        s, beta = _exact(model.s, model.beta)

        def left(u: Real) -> Real:
            return _nbd(model, u, x) * s / beta * (beta / (beta + u)) ** (s + 1)

        # As a multiple of some value: the quadrature is content with an absolute error.
        soon = 1 / ((model.r + x + 1) / mp.mpf(model.alpha) + (s + 1) / beta)
        some = left(soon)
        left_before = some * mp.quad(lambda u: left(u) / some, _graded(mp.mpf(0), t, soon))
        return _nbd(model, t, x) * (beta / (beta + t)) ** s + left_before
    a, b = _exact(model.a, model.b)
    chances = x + model.leaves_at_start
    stayed = mp.beta(a, b + chances) / mp.beta(a, b)
    if chances == 0:
        return stayed * _nbd(model, t, x)
    left_at_last = mp.beta(a + 1, b + chances - 1) / mp.beta(a, b)
    return stayed * _nbd(model, t, x) + left_at_last * (1 - mp.fsum(_nbd(model, t, j) for j in range(x)))


def discounted_forever(model: Model, x: float, t_x: float, T: float, discount_rate: float) -> Real:
    """Every residual purchase discounted from its own moment, by integration over what the models start from."""
    alive = p_alive(model, x, t_x, T)
    x, T, discount_rate = _exact(x, T, discount_rate)
    r, alpha = _exact(model.r, model.alpha)
    force, k = mp.log(1 + discount_rate), r + x
    if isinstance(model, NbdParameters):
        return alive * k / (alpha + T) / force
    if isinstance(model, ParetoNbdParameters):
        s, beta = _exact(model.s, model.beta)
        z = force * (beta + T)
        return alive * k / (alpha + T) / force * z**s * mp.exp(z) * mp.gammainc(1 - s, z)
    a, b = _exact(model.a, model.b)
    b += x + model.leaves_at_start

    # What purchases at rate lambda bring if each is the last with chance p: lambda / (lambda p + force).
    def bring(p: Real) -> Real:
        return k / p * _scaled_exponential_integral(k + 1, (alpha + T) * force / p)

    with mp.workdps(25):
        return alive * _mean_over_chances(a, b, bring)


def discounted_sum(model: Model, x: float, t_x: float, T: float, *, discount_rate: float, horizon: int) -> Real:
    """Increments of the expectation, each discounted from the middle of its period."""
    (rate,) = _exact(discount_rate)
    total = [_if_alive(model, x, T, period) for period in range(horizon + 1)]
    increments = [after - before for before, after in itertools.pairwise(total)]
    present = mp.fsum(gain / (1 + rate) ** (period + mp.mpf(1) / 2) for period, gain in enumerate(increments))
    return p_alive(model, x, t_x, T) * present


def by_definition(model: Model, x: int, t_x: float, T: float) -> Real:
    """Log-likelihood as a mean over customers' own rates and chances, each a customer of known habits."""
    t_x, T = _exact(t_x, T)

    def record(rate: Real, until: Real) -> Real:
        return rate**x * mp.exp(-rate * until)

    if isinstance(model, NbdParameters):
        return mp.log(_mean_over_rates(model.r, model.alpha, lambda rate: record(rate, T)))
    if isinstance(model, ParetoNbdParameters):

        def stayed_until(u: Real) -> Real:
            return _mean_over_rates(model.s, model.beta, lambda rate: mp.exp(-rate * u))

        def left_at(u: Real) -> Real:
            buys = _mean_over_rates(model.r, model.alpha, lambda rate: record(rate, u))
            return buys * _mean_over_rates(model.s, model.beta, lambda rate: rate * mp.exp(-rate * u))

        still = _mean_over_rates(model.r, model.alpha, lambda rate: record(rate, T)) * stayed_until(T)
        return mp.log(still + mp.quad(left_at, [t_x, T], maxdegree=4))

    def buys_until(u: Real) -> Real:
        return _mean_over_rates(model.r, model.alpha, lambda rate: record(rate, u))

    a, b = _exact(model.a, model.b)
    chances = x + model.leaves_at_start
    still = _mean_over_chances(a, b, lambda p: (1 - p) ** chances)
    left = _mean_over_chances(a, b, lambda p: p * (1 - p) ** (chances - 1)) if chances else 0
    return mp.log(still * buys_until(T) + left * buys_until(t_x))


def _exact(*values: float) -> list[Real]:
    return [mp.mpf(value) for value in values]


def _common(model: Model, x: Real) -> Real:
    """Logarithm of what all parts of a likelihood share."""
    r, alpha = _exact(model.r, model.alpha)
    shared = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha)
    if isinstance(model, ParetoNbdParameters):
        s, beta = _exact(model.s, model.beta)
        return shared + s * mp.log(beta)
    return shared


def _still_there(model: Model, x: Real, T: Real) -> Real:
    r, alpha = _exact(model.r, model.alpha)
    record = (alpha + T) ** -(r + x)
    if isinstance(model, NbdParameters):
        return record
    if isinstance(model, ParetoNbdParameters):
        s, beta = _exact(model.s, model.beta)
        return record * (beta + T) ** -s
    a, b = _exact(model.a, model.b)
    return record * mp.beta(a, b + x + model.leaves_at_start) / mp.beta(a, b)


def _gone(model: Model, x: Real, t_x: Real, T: Real) -> Real:
    r, alpha = _exact(model.r, model.alpha)
    if isinstance(model, NbdParameters):
        return mp.mpf(0)
    if isinstance(model, ParetoNbdParameters):
        s, beta = _exact(model.s, model.beta)

        # As a share of its largest value: the quadrature is content with an absolute error.
        def left_at(u: Real) -> Real:
            return ((alpha + t_x) / (alpha + u)) ** (r + x) * ((beta + t_x) / (beta + u)) ** (s + 1)

        soon = 1 / ((r + x) / (alpha + t_x) + (s + 1) / (beta + t_x))
        largest = (alpha + t_x) ** -(r + x) * (beta + t_x) ** -(s + 1)
        return s * largest * mp.quad(left_at, _graded(t_x, T, soon))
    a, b = _exact(model.a, model.b)
    chances = x + model.leaves_at_start
    if chances == 0:
        return mp.mpf(0)
    return (alpha + t_x) ** -(r + x) * mp.beta(a + 1, b + chances - 1) / mp.beta(a, b)


def _if_alive(model: Model, x: float, T: float, t: float) -> Real:
    x, T, t = _exact(x, T, t)
    r, alpha = _exact(model.r, model.alpha)
    if isinstance(model, NbdParameters):
        return (r + x) / (alpha + T) * t
    if isinstance(model, ParetoNbdParameters):
        s, beta = _exact(model.s, model.beta)
        s += BESIDE if s == 1 else 0
        return (r + x) * (beta + T) / (alpha + T) / (s - 1) * (1 - ((beta + T) / (beta + T + t)) ** (s - 1))
    a, b = _exact(model.a, model.b)
    a += BESIDE if a == 1 else 0
    z, c = t / (alpha + T + t), a + b + x - 1 + model.leaves_at_start
    # By Euler's transformation where the function is smaller by it: fifty digits are too few for the larger one.
    try:
        if a > r + x:
            return c / (a - 1) * (1 - (1 - z) ** (r + x) * mp.hyp2f1(r + x, c + 1 - a, c, z))
        return c / (a - 1) * (1 - (1 - z) ** (a - 1) * mp.hyp2f1(c - r - x, a - 1, c, z))
    except ValueError:  # the function gives some extreme parameters up

        def until_last(p: Real) -> Real:
            return (1 - (1 + p * t / (alpha + T)) ** -(r + x)) / p

        return _mean_over_chances(a, b + x + model.leaves_at_start, until_last)


def _nbd(model: Model, t: Real, x: int) -> Real:
    r, alpha = _exact(model.r, model.alpha)
    return mp.rf(r, x) / mp.factorial(x) * (alpha / (alpha + t)) ** r * (t / (alpha + t)) ** x


def _mean_over_rates(shape: float, scale: float, value: Callable[[Real], Real]) -> Real:
    """Mean of a value over gamma distributed rates; the logarithm of the rate takes the pole at 0 away."""
    k, theta = _exact(shape, scale)

    def integrand(log_rate: Real) -> Real:
        rate = mp.exp(log_rate)
        return mp.exp(k * mp.log(theta * rate) - theta * rate) * value(rate)

    return mp.quad(integrand, mp.linspace(-120 / min(k, 1), 12, 12)) / mp.gamma(k)


def _mean_over_chances(a: Real, b: Real, value: Callable[[Real], Real]) -> Real:
    """Mean of a value over beta distributed chances, in logits and in panels that are finer near the peak."""

    def integrand(logit: Real) -> Real:
        p = 1 / (1 + mp.exp(-logit))
        return mp.exp(a * mp.log(p) - b * mp.log(1 + mp.exp(logit)) - height) * value(p)

    peak, width = mp.log(a / b), mp.sqrt(1 / a + 1 / b)
    height = -a * mp.log(1 + b / a) - b * mp.log(1 + a / b)
    below = _graded(mp.mpf(0), 12 * width + 90 / a, min(width, mp.mpf(1)))
    above = _graded(mp.mpf(0), 12 * width + 90 / b, min(width, mp.mpf(1)))
    edges = [peak - step for step in reversed(below)] + [peak + step for step in above[1:]]
    return mp.quad(integrand, edges, method="gauss-legendre") * mp.exp(height) / mp.beta(a, b)


def _scaled_exponential_integral(n: Real, z: Real) -> Real:
    """Integral of exp(-z v) (1 + v) ** -n over v above 0; by a continued fraction where that is short."""
    if z + n < 40:
        return mp.exp(z) * mp.expint(n, z)
    rest = mp.mpf(0)
    for term in range(60, 0, -1):
        rest = term * (n + term - 1) / (z + n + 2 * term - rest)
    return 1 / (z + n - rest)


def _graded(start: Real, end: Real, first: Real) -> list[Real]:
    """Edges of panels, each one and a half times as wide as the one before."""
    edges, width = [start], first
    while edges[-1] + width < end:
        edges.append(edges[-1] + width)
        width *= mp.mpf(3) / 2
    return [*edges, end]
