"""
Where a likelihood is largest, how sharply, and why the search ended.

Every model of this package has positive parameters and writes its log-likelihood with gradient and Hessian, in one pass
over the data. The search takes them on logarithms, so that parameters stay positive and steps are proportions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Fit", "Likelihood", "Maximum", "Terms", "maximize"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
Parameters = TypeVar("Parameters", bound=Any)
Data = TypeVar("Data")

COARSE: Final = 1e-5  # gradient per observation at which the search hands over to Newton's method
FINAL_STEPS: Final = 6
SETTLED: Final = 1e-6  # proportional change of the parameters in the last step
LARGEST_STEP: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """A log-likelihood at one place, for k parameters."""

    value: float
    """Log-likelihood of all observations. [1]"""

    slope: FloatArray
    """Gradient by the parameters, shape (k,)."""

    curvature: FloatArray
    """Hessian by the parameters, shape (k, k)."""


Likelihood: TypeAlias = Callable[[FloatArray], Terms]
"""From parameters, shape (k,), to the log-likelihood there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """Where a search ended."""

    parameters: FloatArray
    """Shape (k,)."""

    errors: FloatArray
    """Standard errors from the Hessian, shape (k,); NaN where the data do not determine a parameter."""

    log_likelihood: float
    """At the parameters. [1]"""

    converged: bool
    """Whether it is a top: the gradient is gone and every direction leads down."""

    reason: str
    """Why the search ended, in words."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit(Generic[Parameters, Data]):
    """Parameters fitted to data, and how well the data determine them."""

    parameters: Parameters
    """Where the likelihood is largest."""

    errors: Mapping[str, float]
    """Standard error of each parameter by its name; NaN where the data do not determine it."""

    log_likelihood: float
    """Of all customers, at the parameters. [1]"""

    n: float
    """Customers. [count]"""

    converged: bool
    """Whether the search settled."""

    reason: str
    """Why the search ended, and what to know about the answer."""

    data: Data
    """What the fit used of the data: equal customers stand once, with their number."""

    @property
    def values(self) -> FloatArray:
        """The parameters in their order, shape (k,)."""
        return np.array([getattr(self.parameters, field.name) for field in fields(self.parameters)])

    @property
    def bic(self) -> float:
        """Bayesian information criterion: less is better. [1]"""
        return float(len(self.values) * np.log(self.n) - 2.0 * self.log_likelihood)


def maximize(likelihood: Likelihood, start: npt.ArrayLike, *, observations: float) -> Maximum:
    """
    Search the parameters that make the observations most likely.

    Parameters
    ----------
    likelihood : callable
        Log-likelihood with gradient and Hessian; it may be NaN far from its top.
    start : array_like, shape (k,)
        Where to begin; all above 0.
    observations : float
        Number of observations, which scales the gradient. [count]

    Returns
    -------
    Maximum
        Also where there is no top: then it says so.

    Notes
    -----
    A trust-region search comes near the top; Newton's method finishes, because close to it the likelihood is too flat
    to steer by while its gradient is not.

    Examples
    --------
    Seven successes in ten trials of a Poisson rate:

    >>> def poisson(rate):
    ...     return Terms(value=7 * np.log(rate[0]) - 10 * rate[0], slope=7 / rate - 10, curvature=np.diag(-7 / rate**2))
    >>> top = maximize(poisson, [1.0], observations=10)
    >>> print(f"{top.parameters[0]:.3f} +- {top.errors[0]:.3f}, {top.reason}")
    0.700 +- 0.265, settled
    """
    # Imported here, because a worksheet with other functions need not wait for it.
    from scipy.optimize import minimize

    surface = _Surface(likelihood, observations)
    found = minimize(
        surface.loss,
        np.log(np.asarray(start, dtype=np.float64)),
        jac=surface.slope,
        hess=surface.curvature,
        method="trust-exact",
        options={"gtol": COARSE, "max_trust_radius": LARGEST_STEP},
    )
    logs, step = found.x, np.inf
    for _ in range(FINAL_STEPS):
        curvature = surface.curvature(logs)
        if step < SETTLED or not _is_bowl(curvature):
            break
        move = np.linalg.solve(curvature, surface.slope(logs))
        step = float(np.abs(move).max())
        if not step < 1.0:
            break
        logs = logs - move
    parameters = np.exp(logs)
    converged = step < SETTLED
    return Maximum(
        parameters=parameters,
        errors=parameters * _errors(surface.curvature(logs) * observations),
        log_likelihood=-surface.loss(logs) * observations,
        converged=converged,
        reason="settled" if converged else "no top: the likelihood does not fall in every direction",
    )


class _Surface:
    """The negative log-likelihood per observation over the logarithms, worked out once for each place."""

    def __init__(self, likelihood: Likelihood, observations: float) -> None:
        self.likelihood = likelihood
        self.observations = observations
        self.place: FloatArray = np.array([])
        self.terms = Terms(value=np.nan, slope=self.place, curvature=self.place)

    def at(self, logs: FloatArray) -> tuple[FloatArray, Terms]:
        if not np.array_equal(logs, self.place):
            self.place = logs.copy()
            with np.errstate(all="ignore"):  # far from the top terms may overflow
                self.terms = self.likelihood(np.exp(logs))
        return np.exp(logs), self.terms

    def loss(self, logs: FloatArray) -> float:
        value = self.at(logs)[1].value
        return -value / self.observations if np.isfinite(value) else np.inf

    def slope(self, logs: FloatArray) -> FloatArray:
        parameters, terms = self.at(logs)
        return np.asarray(-parameters * terms.slope / self.observations)

    def curvature(self, logs: FloatArray) -> FloatArray:
        parameters, terms = self.at(logs)
        second = np.outer(parameters, parameters) * terms.curvature + np.diag(parameters * terms.slope)
        return np.asarray(-second / self.observations)


def _is_bowl(curvature: FloatArray) -> bool:
    """Whether every direction leads up, by more than rounding."""
    powers = np.linalg.eigvalsh(curvature)
    return bool(powers[0] > 1e-12 * powers[-1])


def _errors(information: FloatArray) -> FloatArray:
    """Standard errors of the logarithms of the parameters."""
    if not _is_bowl(information):
        return np.full(len(information), np.nan)
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(information))))
