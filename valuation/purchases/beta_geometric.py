"""
Customers who may leave right after a purchase: the BG/NBD and the MBG/NBD.

Each customer buys at a steady rate of its own and after each purchase leaves with a chance of its own; rates follow a
gamma, chances a beta distribution. In the BG/NBD nobody leaves before the first repeat purchase, so that who bought
once looks immortal; in the MBG/NBD customers may also leave right after the first purchase.

References
----------
.. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your Customers' the Easy Way: An Alternative to the
   Pareto/NBD Model," Marketing Science, vol. 24, no. 2, pp. 275-284, 2005.
.. [2] E. P. Batislam, M. Denizel and A. Filiztekin, "Empirical Validation and Comparison of Models for Customer Base
   Analysis," International Journal of Research in Marketing, vol. 24, no. 3, pp. 201-209, 2007.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from valuation.lifetime.conventions import FloatArray, single
from valuation.likelihood import Likelihood, Terms
from valuation.purchases.model import PARAMETER, IntArray
from valuation.purchases.nbd import count_chances, log_purchase_rate, nbd_likelihood, poisson_times
from valuation.purchases.reduced import ReducedPurchases, rows_by_level
from valuation.purchases.smooth import at_many, beta_nodes

__all__ = ["BetaGeometricParameters", "BgNbdParameters", "MbgNbdParameters", "beta_geometric_likelihood"]

CHUNK = 8192  # rows that stay in the processor's cache
MOST_LOYAL = 1e-15  # chance to leave below which nobody does
RAREST = -300.0  # logarithm of a chance to leave that is as good as none, and has a reciprocal


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaGeometricParameters:
    """What BG/NBD and MBG/NBD share: purchase rates have mean r / alpha, chances to leave a / (a + b)."""

    r: float
    """Shape of the purchase rates: the smaller, the more customers differ. [1]"""

    alpha: float
    """Scale of the purchase rates. [periods]"""

    a: float
    """First shape of the chances to leave after a purchase. [1]"""

    b: float
    """Second shape of the chances to leave after a purchase. [1]"""

    title: ClassVar[str]

    leaves_at_start: ClassVar[int] = 0
    """Chances to leave before the first repeat purchase: a customer with x of these has had x + leaves_at_start."""

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        for field in fields(self):
            single(field.name, getattr(self, field.name), PARAMETER)

    def log_likelihood(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        from scipy.special import betaln

        chances = x + self.leaves_at_start
        stayed = betaln(self.a, self.b + chances) - betaln(self.a, self.b)
        return log_purchase_rate(self.r, self.alpha, x, T) + stayed + np.logaddexp(0.0, self._log_odds(x, t_x, T))

    @property
    def scale(self) -> float:
        return self.alpha

    def p_alive(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        # The odds of `_log_odds` in place, stretch by stretch: scoring a million customers is mostly this.
        x, t_x, T = np.broadcast_arrays(x, t_x, T)
        answer = np.empty(x.shape)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            for start in range(0, len(answer), 4 * CHUNK):
                some = slice(start, start + 4 * CHUNK)
                bought = x[some]
                odds = np.log1p((T[some] - t_x[some]) / (self.alpha + t_x[some]))
                odds *= self.r + bought
                np.exp(odds, out=odds)
                odds *= self.a / (bought + (self.b + self.leaves_at_start - 1.0))
                if not self.leaves_at_start:
                    odds[bought == 0.0] = 0.0
                odds += 1.0
                np.divide(1.0, odds, out=answer[some])
        return answer

    def _log_odds(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        """Logarithm of the odds that the customer left after the last purchase."""
        last = self.b + x + (self.leaves_at_start - 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(self.a / last) + (self.r + x) * np.log1p((T - t_x) / (self.alpha + t_x))
        return np.where(x + self.leaves_at_start == 0.0, -np.inf, odds)

    def purchases_if_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        return self._by_frequency(self._purchases, x, t / (self.alpha + T)[:, np.newaxis])

    def stays_if_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        return self._by_frequency(self._stays, x, t / (self.alpha + T)[:, np.newaxis])

    def _by_frequency(
        self, mean: Callable[[float, float, FloatArray], FloatArray], x: FloatArray, share: FloatArray
    ) -> FloatArray:
        """A mean over the chances to leave, for rows of shares; customers with as many purchases share its nodes."""
        answer = np.zeros(share.shape)
        for value, rows in rows_by_level(x):
            answer[rows] = mean(self.r + value, self.b + value + self.leaves_at_start, share[rows])
        return answer

    def purchases_of_new(self, t: FloatArray) -> FloatArray:
        if not self.leaves_at_start:
            return self._purchases(self.r, self.b, t / self.alpha)
        return self.b / (self.a + self.b) * self._purchases(self.r, self.b + 1.0, t / self.alpha)

    def _purchases(self, k: float, b: float, share: FloatArray) -> FloatArray:
        r"""
        Mean of (1 - (1 + p tau)^-k) / p over chances p to leave from the beta distribution of a and b.

        tau, the `share`, is t / (alpha + T) and k is r + x. The hypergeometric function loses digits near a = 1 and
        fails where parameters are large; this mean has neither a difference nor a pole.
        """
        answer = np.zeros(share.shape)
        ahead = share > 0.0
        if ahead.any():
            tau = share[ahead]
            log_p, weight = self._chances(k, b, tau, growth=float(np.log1p(k * tau.max())))
            p = np.exp(np.maximum(log_p, RAREST))
            rate = weight / p
            answer[ahead] = np.exp(at_many(lambda some: np.log(-np.expm1(_log_stays(k, p, some)) @ rate), tau))
        return answer

    def _stays(self, k: float, b: float, share: FloatArray) -> FloatArray:
        """Mean of (1 + p tau)^-k over the same chances: still there after `share`."""
        answer = np.ones(share.shape)
        ahead = share > 0.0
        if ahead.any():
            tau = share[ahead]
            log_p, weight = self._chances(k, b, tau, growth=float(k * np.log1p(tau.max())))
            # Not its logarithm: a chance may underflow.
            p = np.exp(log_p)
            answer[ahead] = np.maximum(at_many(lambda some: np.exp(_log_stays(k, p, some)) @ weight, tau), 0.0)
        return answer

    def _chances(self, k: float, b: float, tau: FloatArray, *, growth: float) -> tuple[FloatArray, FloatArray]:
        """Nodes for a mean over the chances to leave of what turns where p is between 1 / (k tau) and 1 / tau."""
        turns = np.log([tau.min(), tau.max(), k * tau.min(), k * tau.max()])
        return beta_nodes(self.a, b, growth=growth, curved=float(np.abs(turns).max()))

    def count_probabilities(self, t: FloatArray, most: int) -> FloatArray:
        from scipy.special import betainc, betaln

        x = np.arange(most + 1.0)
        chances = x + self.leaves_at_start
        stays = np.exp(betaln(self.a, self.b + chances) - betaln(self.a, self.b))
        leaves = np.where(chances == 0.0, 0.0, stays * self.a / (self.b + chances - 1.0))
        share = t[:, np.newaxis] / (self.alpha + t[:, np.newaxis])
        reached = np.where(x == 0.0, 1.0, betainc(np.maximum(x, 1.0), self.r, share))
        return np.asarray(stays * count_chances(self.r, self.alpha, t, most) + leaves * reached)

    def draw_ahead(
        self, rng: np.random.Generator, x: FloatArray, t_x: FloatArray, T: FloatArray, t: FloatArray
    ) -> tuple[IntArray, FloatArray]:
        alive = rng.random(x.size) < self.p_alive(x, t_x, T)
        rate = rng.gamma(self.r + x) / (self.alpha + T)
        leaves = rng.beta(self.a, self.b + x + self.leaves_at_start)
        last = rng.geometric(np.clip(leaves, MOST_LOYAL, 1.0))
        customer, time = poisson_times(rng, np.where(alive, rate, 0.0), t)
        order = np.lexsort((time, customer))
        customer, time = customer[order], time[order]
        number = np.arange(customer.size) - np.searchsorted(customer, customer)
        stays = number < last[customer]
        return customer[stays], time[stays]


@dataclass(frozen=True, slots=True, kw_only=True)
class BgNbdParameters(BetaGeometricParameters):
    """Parameters of the BG/NBD: nobody leaves before the first repeat purchase."""

    title: ClassVar[str] = "BG/NBD"


@dataclass(frozen=True, slots=True, kw_only=True)
class MbgNbdParameters(BetaGeometricParameters):
    """Parameters of the MBG/NBD: customers may leave right after the first purchase."""

    title: ClassVar[str] = "MBG/NBD"
    leaves_at_start: ClassVar[int] = 1


def _log_stays(k: float, p: FloatArray, tau: FloatArray) -> FloatArray:
    """Logarithm of (1 + p tau)^-k for each tau and p."""
    return np.asarray(-k * np.log1p(tau[:, np.newaxis] * p))


def beta_geometric_likelihood(data: ReducedPurchases, *, leaves_at_start: int) -> Likelihood:
    """
    Log-likelihood of a beta-geometric model with its derivatives.

    Only the odds to have left depend on whole rows, and only where there was a chance to leave.
    """
    from scipy.special import betaln, psi, zeta

    purchase_rate = nbd_likelihood(data)
    x_levels, n_x = data.frequency_levels, data.frequency_weights
    chances = x_levels + leaves_at_start
    first = int(np.searchsorted(data.frequency_codes, np.searchsorted(chances, 0.0, side="right")))
    x_codes, t_codes, T_codes = data.frequency_codes[first:], data.recency_codes[first:], data.age_codes[first:]
    weight = data.weight[first:]

    def likelihood(parameters: FloatArray) -> Terms:
        r, alpha, a, b = parameters
        bought = purchase_rate(parameters[:2])
        stayed = n_x @ (betaln(a, b + chances) - betaln(a, b))
        slope_all = n_x @ (psi(a + b) - psi(a + b + chances))
        slope_b = n_x @ (psi(b + chances) - psi(b)) + slope_all
        curve_all = n_x @ (zeta(2, a + b) - zeta(2, a + b + chances))
        curve_b = n_x @ (zeta(2, b + chances) - zeta(2, b)) + curve_all

        value, slope, curvature = 0.0, np.zeros(4), np.zeros((4, 4))
        log_t, log_T = np.log(alpha + data.recency_levels), np.log(alpha + data.age_levels)
        per_t, per_T = 1.0 / (alpha + data.recency_levels), 1.0 / (alpha + data.age_levels)
        per_b = 1.0 / np.maximum(b + chances - 1.0, 1e-300)
        level = np.log(a * per_b)
        for start in range(0, len(weight), CHUNK):
            some = slice(start, start + CHUNK)
            xs, ts, Ts = x_codes[some], t_codes[some], T_codes[some]
            k = r + x_levels[xs]
            t, T, last = per_t[ts], per_T[Ts], per_b[xs]
            d_r, d_q = log_T[Ts] - log_t[ts], T - t
            odds = level[xs] + k * d_r
            small = np.exp(-np.abs(odds))
            gone = np.where(odds > 0.0, 1.0, small) / (1.0 + small)
            left = weight[some] * gone
            value += float(weight[some] @ (np.maximum(odds, 0.0) + np.log1p(small)))
            rows = np.stack([d_r, k * d_q, np.full(k.size, 1.0 / a), -last])
            slope += rows @ left
            curvature += (rows * (left * (1.0 - gone))) @ rows.T
            curvature[0, 1] += left @ d_q
            curvature[1, 1] -= left @ (k * (T + t) * d_q)
            curvature[3, 3] += left @ (last * last)
            curvature[2, 2] -= left.sum() / (a * a)
        curvature[1, 0] = curvature[0, 1]
        slope += np.concatenate([bought.slope, [slope_all, slope_b]])
        curvature[:2, :2] += bought.curvature
        curvature[2:, 2:] += [[curve_all, curve_all], [curve_all, curve_b]]
        return Terms(value=bought.value + float(stayed) + value, slope=slope, curvature=curvature)

    return likelihood
