"""
Customers who never leave: the negative binomial model (NBD). Every model with dropout has to be better than this.

Each customer buys at a steady rate of its own, and the rates of all customers follow a gamma distribution.

References
----------
.. [1] A. S. C. Ehrenberg, "The Pattern of Consumer Purchases," Applied Statistics, vol. 8, no. 1, pp. 26-41, 1959.
"""

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from valuation.lifetime.conventions import FloatArray, single
from valuation.likelihood import Likelihood, Terms
from valuation.purchases.model import PARAMETER, IntArray
from valuation.purchases.reduced import ReducedPurchases

__all__ = ["NbdParameters", "count_chances", "log_purchase_rate", "nbd_likelihood", "poisson_times"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NbdParameters:
    """The gamma distribution of purchase rates; its mean is r / alpha."""

    r: float
    """Shape: the smaller, the more customers differ. [1]"""

    alpha: float
    """Scale. [periods]"""

    title: ClassVar[str] = "NBD"

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        for field in fields(self):
            single(field.name, getattr(self, field.name), PARAMETER)

    def log_likelihood(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        return log_purchase_rate(self.r, self.alpha, x, T)

    @property
    def scale(self) -> float:
        return self.alpha

    def p_alive(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        return np.ones(np.broadcast(x, t_x, T).shape)

    def purchases_if_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        return ((self.r + x) / (self.alpha + T))[:, np.newaxis] * t

    def stays_if_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        return np.ones(np.broadcast(x[:, np.newaxis], T[:, np.newaxis], t).shape)

    def purchases_of_new(self, t: FloatArray) -> FloatArray:
        return self.r / self.alpha * t

    def count_probabilities(self, t: FloatArray, most: int) -> FloatArray:
        return count_chances(self.r, self.alpha, t, most)

    def draw_ahead(
        self, rng: np.random.Generator, x: FloatArray, t_x: FloatArray, T: FloatArray, t: FloatArray
    ) -> tuple[IntArray, FloatArray]:
        rate = rng.gamma(self.r + x) / (self.alpha + T)
        return poisson_times(rng, rate, t)


def poisson_times(rng: np.random.Generator, rate: FloatArray, t: FloatArray) -> tuple[IntArray, FloatArray]:
    """Customer and time of each purchase at a steady rate until t."""
    customer = np.repeat(np.arange(rate.size), rng.poisson(rate * t))
    return customer, rng.random(customer.size) * t[customer]


def log_purchase_rate(r: float, alpha: float, x: FloatArray, T: FloatArray) -> FloatArray:
    """Logarithm of the density of x purchases at certain times until T, at a rate from the gamma distribution."""
    from scipy.special import gammaln

    return np.asarray(gammaln(r + x) - gammaln(r) - r * np.log1p(T / alpha) - x * np.log(alpha + T))


def count_chances(r: float, alpha: float, t: FloatArray, most: int) -> FloatArray:
    """Chances of 0 ... most purchases until t, shape (len(t), most + 1); exact too where t is next to nothing."""
    from scipy.special import gammaln, xlogy

    x = np.arange(most + 1.0)
    ways = gammaln(r + x) - gammaln(r) - gammaln(x + 1.0)
    till, share = t[:, np.newaxis], t[:, np.newaxis] / (alpha + t[:, np.newaxis])
    return np.asarray(np.exp(ways - r * np.log1p(till / alpha) + xlogy(x, share)))


def nbd_likelihood(data: ReducedPurchases) -> Likelihood:
    """Sum of `log_purchase_rate` over all customers, with its derivatives; the levels of x and T are all it needs."""
    from scipy.special import gammaln, psi, zeta

    n, x, n_x = data.n, data.frequency_levels, data.frequency_weights
    T, n_T, purchases_T = data.age_levels, data.age_weights, data.age_purchases

    def likelihood(parameters: FloatArray) -> Terms:
        r, alpha = parameters
        rest = alpha + T
        powers = r * n_T + purchases_T
        value = n_x @ (gammaln(r + x) - gammaln(r)) - r * (n_T @ np.log1p(T / alpha)) - purchases_T @ np.log(rest)
        slope_r = n_x @ (psi(r + x) - psi(r)) - n_T @ np.log1p(T / alpha)
        across = n / alpha - n_T @ (1.0 / rest)
        curvature = [
            [n_x @ (zeta(2, r + x) - zeta(2, r)), across],
            [across, powers @ rest**-2.0 - n * r / alpha**2],
        ]
        return Terms(
            value=float(value),
            slope=np.array([slope_r, n * r / alpha - powers @ (1.0 / rest)]),
            curvature=np.array(curvature),
        )

    return likelihood
