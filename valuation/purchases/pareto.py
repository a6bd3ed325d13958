r"""
Customers who may leave at any time, unseen: the Pareto/NBD.

Each customer buys at a steady rate and leaves at a steady rate, both its own; over all customers each of the two
follows a gamma distribution. Everything that is difficult about the model is one integral over the time of leaving,

.. math:: G(t) = s \int_t^\infty (\alpha + u)^{-(r + x)} (\beta + u)^{-(s + 1)} \, du ,

which is a smooth function of t for each x. Its classical form is a difference of hypergeometric functions that overflow
and cancel; a mean over the logarithm of the time beyond t does neither.

References
----------
.. [1] D. C. Schmittlein, D. G. Morrison and R. Colombo, "Counting Your Customers: Who Are They and What Will They Do
   Next?" Management Science, vol. 33, no. 1, pp. 1-24, 1987.
.. [2] P. S. Fader and B. G. S. Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions," note 009,
   2005.
"""

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from valuation.lifetime.conventions import FloatArray, single
from valuation.likelihood import Likelihood, Terms
from valuation.purchases.model import PARAMETER, IntArray
from valuation.purchases.nbd import count_chances, log_purchase_rate, poisson_times
from valuation.purchases.reduced import ReducedPurchases, distinct_pairs, rows_by_level
from valuation.purchases.smooth import DIGITS, QUARTER_TURN, at_many, line_nodes

__all__ = ["ParetoNbdParameters", "pareto_likelihood"]

NEGLIGIBLE = DIGITS + 7.0
ENTRIES = np.triu_indices(4)
"""Rows and columns of a symmetric 4 x 4 matrix, each entry once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoNbdParameters:
    """Purchase rates have mean r / alpha, rates of leaving s / beta."""

    r: float
    """Shape of the purchase rates: the smaller, the more customers differ. [1]"""

    alpha: float
    """Scale of the purchase rates. [periods]"""

    s: float
    """Shape of the rates of leaving. [1]"""

    beta: float
    """Scale of the rates of leaving. [periods]"""

    title: ClassVar[str] = "Pareto/NBD"

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        for field in fields(self):
            single(field.name, getattr(self, field.name), PARAMETER)

    def log_likelihood(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        still = -self.s * np.log1p(T / self.beta)
        return log_purchase_rate(self.r, self.alpha, x, T) + still + np.logaddexp(0.0, self._log_odds(x, t_x, T))

    @property
    def scale(self) -> float:
        return min(self.alpha, self.beta)

    def p_alive(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return np.asarray(1.0 / (1.0 + np.exp(self._log_odds(x, t_x, T))))

    def _log_odds(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        """Logarithm of the odds that the customer left between the last purchase and today."""
        x, t_x, T = np.broadcast_arrays(x, t_x, T)
        tail = self._log_tail(np.concatenate([x.ravel(), x.ravel()]), np.concatenate([t_x.ravel(), T.ravel()]))
        at_last, now = (part.reshape(x.shape) for part in np.split(tail, 2))
        # As multiples of the same; in logarithms, because a long silence of a busy customer overflows.
        at_last = at_last + (self.r + x) * np.log1p((T - t_x) / (self.alpha + t_x))
        at_last += self.s * np.log1p((T - t_x) / (self.beta + t_x))
        with np.errstate(divide="ignore"):
            return np.asarray(at_last + np.log(-np.expm1(np.minimum(now - at_last, 0.0))))

    def _log_tail(self, x: FloatArray, t: FloatArray) -> FloatArray:
        """Logarithm of G(t) as a multiple of its integrand's (alpha + t) ** -(r + x) * (beta + t) ** -s; at most 0."""
        x_pairs, t_pairs, which = distinct_pairs(x, t)
        answer = np.empty(x_pairs.size)
        for value, rows in rows_by_level(x_pairs):
            tail = _Tail(self.r + value, self.alpha, self.s, self.beta)
            answer[rows] = at_many(tail.log_multiple, t_pairs[rows], shift=self.scale)
        return answer[which]

    def purchases_if_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        longest = np.log1p(t / (self.beta + T)[:, np.newaxis])
        gone = 1.0 - self.s
        years = longest if gone == 0.0 else np.expm1(gone * longest) / gone
        return np.asarray(((self.r + x) * (self.beta + T) / (self.alpha + T))[:, np.newaxis] * years)

    def stays_if_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        stays = np.exp(-self.s * np.log1p(t / (self.beta + T)[:, np.newaxis]))
        return np.broadcast_to(stays, np.broadcast(x[:, np.newaxis], stays).shape)

    def purchases_of_new(self, t: FloatArray) -> FloatArray:
        zero = np.zeros(1)
        return np.asarray(self.purchases_if_alive(zero, zero, t[np.newaxis, :])[0])

    def count_probabilities(self, t: FloatArray, most: int) -> FloatArray:
        return np.array([self._counts(time, most) for time in t.tolist()]).reshape(t.size, most + 1)

    def _counts(self, t: float, most: int) -> FloatArray:
        """Those still there at t, and those who left at some u before: the NBD at t, and its mean over u."""
        from scipy.special import expit

        x = np.arange(most + 1.0)
        if t == 0.0:
            return np.where(x == 0.0, 1.0, 0.0)
        # Trapezoid rule over the log-odds of u in t; counts peak sharply where both they and r or s are large, and off
        # the line they grow by as many powers of e as they peak, times the square of the angle over 2.
        peaked = most * (self.r + self.s) / (most + self.r + self.s)
        strip = QUARTER_TURN / 2.0 if peaked == 0.0 else min(QUARTER_TURN / 2.0, np.sqrt(2.0 * DIGITS / peaked))
        step = 2.0 * np.pi * strip / (DIGITS + peaked * strip**2 / 2.0)
        soon = min(self.alpha / (self.r + 1.0), self.beta / (self.s + 1.0), t)
        place = np.arange(np.log(soon / t) - DIGITS, np.log(most + 1.0) + DIGITS, step)
        u = t * expit(place)
        left = step * u * expit(-place) * self.s / (self.beta + u) * np.exp(-self.s * np.log1p(u / self.beta))
        stayed = np.exp(-self.s * np.log1p(t / self.beta))
        counts = count_chances(self.r, self.alpha, np.append(u, t), most)
        return np.asarray(np.append(left, stayed) @ counts)

    def draw_ahead(
        self, rng: np.random.Generator, x: FloatArray, t_x: FloatArray, T: FloatArray, t: FloatArray
    ) -> tuple[IntArray, FloatArray]:
        alive = rng.random(x.size) < self.p_alive(x, t_x, T)
        rate = rng.gamma(self.r + x) / (self.alpha + T)
        leaving = rng.gamma(np.full(x.size, self.s)) / (self.beta + T)
        with np.errstate(divide="ignore"):
            stays = rng.exponential(size=x.size) / leaving
        return poisson_times(rng, np.where(alive, rate, 0.0), np.minimum(t, stays))


class _Tail:
    """The integral G beyond some times, for one number of purchases; k is r + x."""

    def __init__(self, k: float, alpha: float, s: float, beta: float) -> None:
        self.k, self.alpha, self.s, self.beta = k, alpha, s, beta

    def _leaving(self, t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Logarithm of G's multiple; log(alpha + u) and log(beta + u) at nodes u; and their weights, sum 1 for a t."""
        k, s = self.k, self.s
        log_alpha, log_beta = np.log(self.alpha + t), np.log(self.beta + t)
        # Time beyond t in units of how soon the integrand falls.
        log_unit = -np.logaddexp(np.log(k) - log_alpha, np.log(s + 1.0) - log_beta)
        curved = float((np.maximum(log_alpha, log_beta) - log_unit).max())
        y, spacing = line_nodes(
            low=-NEGLIGIBLE, high=curved + NEGLIGIBLE / (k + s), center=0.0, width=1.0, curved=curved
        )
        log_beyond = log_unit[:, np.newaxis] + y
        alpha_u = np.logaddexp(log_alpha[:, np.newaxis], log_beyond)
        beta_u = np.logaddexp(log_beta[:, np.newaxis], log_beyond)
        # Relative to the integrand at t, so that nothing underflows.
        fall = k * (log_alpha[:, np.newaxis] - alpha_u) + s * (log_beta[:, np.newaxis] - beta_u)
        weight = spacing * np.exp(fall + log_beyond - beta_u)
        total = weight.sum(axis=1)
        return np.log(s * total), alpha_u, beta_u, weight / total[:, np.newaxis]

    def log_multiple(self, t: FloatArray) -> FloatArray:
        """Logarithm of G(t) (alpha + t) ** k (beta + t) ** s."""
        return self._leaving(t)[0]

    def derivatives(self, t: FloatArray) -> FloatArray:
        """
        Logarithm of the multiple, then the derivatives of G by r, alpha, s and beta, each divided by G.

        Shape (n, 15): the value, four first derivatives, ten second ones in the order of `ENTRIES`.
        """
        log_multiple, alpha_u, beta_u, weight = self._leaving(t)
        k, s = self.k, self.s
        per_alpha, per_beta = np.exp(-alpha_u), np.exp(-beta_u)
        first = np.stack([-alpha_u, -k * per_alpha, 1.0 / s - beta_u, -(s + 1.0) * per_beta])
        second = (first * weight).transpose(1, 0, 2) @ first.transpose(1, 2, 0)
        second[:, 0, 1] -= (weight * per_alpha).sum(axis=1)
        second[:, 1, 1] += k * (weight * per_alpha**2).sum(axis=1)
        second[:, 2, 2] -= 1.0 / s**2
        second[:, 2, 3] -= (weight * per_beta).sum(axis=1)
        second[:, 3, 3] += (s + 1.0) * (weight * per_beta**2).sum(axis=1)
        return np.column_stack([log_multiple, (first * weight).sum(axis=2).T, second[:, *ENTRIES]])


def pareto_likelihood(data: ReducedPurchases) -> Likelihood:
    """
    Log-likelihood of the Pareto/NBD with its derivatives.

    A row's density is a sum of three terms, each a function of x and one time: still there today, G at the last
    purchase, and less G today. So a row needs three weights, and the integrals are worked out once for each x and time.
    """
    from scipy.special import gammaln, psi, zeta

    x_levels, n_x, n, weight = data.frequency_levels, data.frequency_weights, data.n, data.weight
    x_rows, T_rows = data.frequency, data.age
    x_pairs, t_pairs, pair = distinct_pairs(np.tile(x_rows, 2), np.concatenate([data.recency, T_rows]))
    at_last, now = np.split(pair, 2)
    stretches = list(rows_by_level(x_pairs))

    def likelihood(parameters: FloatArray) -> Terms:
        r, alpha, s, beta = parameters
        nearest = min(alpha, beta)
        table = np.empty((x_pairs.size, 15))
        for x, rows in stretches:
            table[rows] = at_many(_Tail(r + x, alpha, s, beta).derivatives, t_pairs[rows], shift=nearest)
        # Logarithm of (alpha + t) ** -k (beta + t) ** -s: the first term today, the unit of G at both times.
        k = r + x_pairs
        log_alpha, log_beta = np.log(alpha + t_pairs), np.log(beta + t_pairs)
        unit = -k * log_alpha - s * log_beta
        log_G = table[:, 0] + unit
        still = np.column_stack([-log_alpha, -k / (alpha + t_pairs), -log_beta, -s / (beta + t_pairs)])

        # As shares of the density, which none of the three terms exceeds: a long silence overflows otherwise.
        level = np.maximum(unit[now], log_G[at_last])
        last, today, here = (np.exp(term - level) for term in (log_G[at_last], log_G[now], unit[now]))
        density = here + (last - today)
        share_last, share_now, share_still = last / density, -today / density, here / density
        value = weight @ (level + np.log(density))
        G_first = table[:, 1:5]
        first = share_last[:, None] * G_first[at_last] + share_now[:, None] * G_first[now]
        first += share_still[:, None] * still[now]

        size = x_pairs.size
        on_G = np.bincount(at_last, weight * share_last, size) + np.bincount(now, weight * share_now, size)
        on_still = np.bincount(now, weight * share_still, size)
        curvature = np.zeros((4, 4))
        curvature[ENTRIES] = on_G @ table[:, 5:]
        curvature += np.triu((still * on_still[:, None]).T @ still)
        curvature[0, 1] -= on_still @ (1.0 / (alpha + t_pairs))
        curvature[1, 1] += on_still @ (k / (alpha + t_pairs) ** 2)
        curvature[2, 3] -= on_still @ (1.0 / (beta + t_pairs))
        curvature[3, 3] += on_still @ (s / (beta + t_pairs) ** 2)
        curvature -= np.triu((first * weight[:, None]).T @ first)

        value += n_x @ (gammaln(r + x_levels) - gammaln(r)) + n * (r * np.log(alpha) + s * np.log(beta))
        slope = weight @ first
        slope += [n_x @ (psi(r + x_levels) - psi(r)) + n * np.log(alpha), n * r / alpha, n * np.log(beta), n * s / beta]
        curvature[0, 0] += n_x @ (zeta(2, r + x_levels) - zeta(2, r))
        curvature[0, 1] += n / alpha
        curvature[1, 1] -= n * r / alpha**2
        curvature[2, 3] += n / beta
        curvature[3, 3] -= n * s / beta**2
        curvature = curvature + np.triu(curvature, 1).T
        return Terms(value=float(value), slope=slope, curvature=curvature)

    return likelihood
