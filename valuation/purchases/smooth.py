"""
Two ways to work out a smooth function: at few places for many, and as a mean over a distribution.

Both converge exponentially because the formulas of the purchase models are analytic in the logarithm of what they
depend on, as far as a quarter turn from the real axis. The number of nodes follows from that, not from trials.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.polynomial import chebyshev

from valuation.lifetime.conventions import FloatArray

__all__ = ["at_many", "beta_nodes", "line_nodes"]

INTERPOLATED: Final = 30.0  # the same for an interpolation: 1e-13
QUARTER_TURN: Final = np.pi / 2.0
DIGITS: Final = 38.0  # powers of e: a little more than a float64 resolves


def at_many(function: Callable[[FloatArray], FloatArray], places: FloatArray, *, shift: float = 0.0) -> FloatArray:
    """
    Give a function that is analytic in the logarithm of shift + place at many places.

    Where that is cheaper it is worked out at Chebyshev nodes and interpolated. `function` takes shape (n,) and gives
    (n,) or (n, k); so does this.
    """
    logs = np.log(shift + places)
    middle, half = (logs.max() + logs.min()) / 2.0, (logs.max() - logs.min()) / 2.0
    if half == 0.0:
        return np.repeat(function(places[:1]), places.size, axis=0)
    height = QUARTER_TURN / half
    degree = int(INTERPOLATED / np.log(height + np.hypot(1.0, height)))
    if degree + 1 >= places.size:
        return function(places)
    nodes = chebyshev.chebpts1(degree + 1)
    values = function(np.exp(middle + half * nodes) - shift)
    weights = chebyshev.chebvander(nodes, degree) * (2.0 / (degree + 1))
    weights[:, 0] /= 2.0
    return np.asarray(chebyshev.chebval((logs - middle) / half, weights.T @ values).T)


def line_nodes(*, low: float, high: float, center: float, width: float, curved: float) -> tuple[FloatArray, FloatArray]:
    """
    Nodes and weights of the trapezoid rule for an integral over the whole line.

    The integrand is negligible outside `low` ... `high` and changes its course at the scale of `width` around `center`,
    and again no farther than `curved` from it. A hyperbolic sine sets the nodes apart, so that long tails take few.
    """
    w_strip = min(QUARTER_TURN / float(np.hypot(width, curved)), 1.0)
    step = 2.0 * np.pi * w_strip / DIGITS
    w = np.arange(np.arcsinh((low - center) / width), np.arcsinh((high - center) / width) + step, step)
    return center + width * np.sinh(w), step * width * np.cosh(w)


def beta_nodes(a: float, b: float, *, growth: float, curved: float) -> tuple[FloatArray, FloatArray]:
    """
    Nodes and weights of a mean over the beta distribution of a chance p; the weights add up to 1.

    Parameters
    ----------
    a, b : float
        Shapes. [1]
    growth : float
        Powers of e by which what is averaged may grow towards small p. [1]
    curved : float
        Magnitude of the logarithm of p within which what is averaged changes its course. [1]

    Returns
    -------
    log_p, weight : ndarray, shape (n,)
        Logarithms of the nodes [1], and weights [1].
    """
    deviation = float(np.sqrt(1.0 / a + 1.0 / b))
    center = float(np.log((a + 1.0) / (b + 1.0)))
    below, above = 9.0 * deviation + (DIGITS + 7.0 + growth) / a, 9.0 * deviation + (DIGITS + 7.0) / b
    y, spacing = line_nodes(
        low=center - below,
        high=center + above,
        center=center,
        width=min(deviation, 1.0),
        curved=min(abs(center) + curved, max(below, above)),
    )
    log_density = -a * np.logaddexp(0.0, -y) - b * np.logaddexp(0.0, y)
    weight = spacing * np.exp(log_density - log_density.max())
    return -np.logaddexp(0.0, -y), weight / weight.sum()
