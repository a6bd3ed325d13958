"""
Discounting what comes period by period: the same sum, or integral, at a few well chosen times.

Purchases and chances to be still there are smooth functions of the time to come, so that a sum over a thousand days is
a Gauss sum over a dozen times to all digits.
"""

from dataclasses import dataclass

import numpy as np

from valuation.lifetime.conventions import FloatArray
from valuation.purchases.smooth import DIGITS, QUARTER_TURN

__all__ = ["Rule", "alive_rule", "purchase_rule"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """Times to come and the weight of what is true at each; a present value is their scalar product."""

    times: FloatArray
    """Shape (n,). [periods]"""

    weights: FloatArray
    """Shape (n,)."""


def purchase_rule(discount_rate: float, horizon: float) -> Rule:
    """
    Discounted purchases from expected purchases up to some times.

    Each purchase counts at the middle of its period, over `horizon` whole periods; without end at its own moment.
    """
    force = np.log1p(discount_rate)
    if np.isinf(horizon):
        # By parts, the integral of exp(-force t) dE(t) is that of force exp(-force t) E(t).
        units, weights = _endless(power=2)
        return Rule(times=units / force, weights=weights)
    # By parts as well: each increment's two ends, gathered by time.
    times = np.arange(1.0, horizon + 1.0)
    factor = np.exp(-force * (times - 0.5))
    weights = -np.expm1(-force) * factor
    weights[-1] = factor[-1]
    last = Rule(times=times[-1:], weights=weights[-1:])
    before = _thinned(times[:-1], weights[:-1])
    return Rule(times=np.append(before.times, last.times), weights=np.append(before.weights, last.weights))


def alive_rule(discount_rate: float, horizon: float) -> Rule:
    """Discounted periods alive from the chance to be alive at some times; a period counts by its middle."""
    force = np.log1p(discount_rate)
    if np.isinf(horizon):
        units, weights = _endless(power=1)
        return Rule(times=units / force, weights=weights / force)
    times = np.arange(0.5, horizon)
    return _thinned(times, np.exp(-force * times))


def _endless(*, power: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of the trapezoid rule for exp(-u) f(u) du over the logarithm of u; f falls as u^(power - 1)."""
    step = 2.0 * np.pi * QUARTER_TURN / DIGITS
    y = np.arange(-DIGITS / power - 2.0, 4.0, step)
    return np.exp(y), step * np.exp(y - np.exp(y))


def _thinned(times: FloatArray, weights: FloatArray) -> Rule:
    """
    Gauss rule for a weighted sum over times, in their logarithms; the sum itself if that is shorter.

    What lies ahead is a mean of falling exponentials of the time, and these stay bounded a quarter turn around time 0,
    not around an earlier moment.
    """
    if times.size < 2 or not weights.any():
        return Rule(times=times, weights=weights)
    logs = np.log(times)
    middle, half = (logs[-1] + logs[0]) / 2.0, (logs[-1] - logs[0]) / 2.0
    height = QUARTER_TURN / half
    size = int(DIGITS / (2.0 * np.log(height + np.hypot(1.0, height)))) + 2
    if size >= times.size:
        return Rule(times=times, weights=weights)
    nodes, gauss = _gauss((logs - middle) / half, np.abs(weights), size)
    return Rule(times=np.exp(middle + half * nodes), weights=gauss * np.sign(weights[0]))


def _gauss(places: FloatArray, weights: FloatArray, size: int) -> tuple[FloatArray, FloatArray]:
    """
    Nodes and weights that give a weighted sum of any polynomial of degree below 2 size.

    Lanczos' recurrence for the polynomials that are orthogonal in the sum, orthogonalised anew in each step; their
    roots are eigenvalues.
    """
    from scipy.linalg import eigh_tridiagonal

    total = weights.sum()
    basis = np.zeros((size, places.size))
    basis[0] = np.sqrt(weights / total)
    diagonal, beside = np.empty(size), np.empty(size - 1)
    for step in range(size):
        ahead = places * basis[step]
        diagonal[step] = ahead @ basis[step]
        if step == size - 1:
            break
        for _ in range(2):
            ahead -= (basis[: step + 1] @ ahead) @ basis[: step + 1]
        beside[step] = np.linalg.norm(ahead)
        basis[step + 1] = ahead / beside[step]
    nodes, vectors = eigh_tridiagonal(diagonal, beside)
    return np.asarray(nodes, dtype=np.float64), np.asarray(total * vectors[0] ** 2)
