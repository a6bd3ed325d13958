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

LARGEST_STEP: Final = 2.0  # a parameter grows or shrinks by at most e^2 at a time
MOST_STEPS: Final = 200
SETTLED: Final = 1e-6  # proportional change of the parameters in the last step
NEAR: Final = 1e-3  # change below which the likelihood is too flat to steer by, while its gradient is not
LARGEST: Final = float(np.finfo(np.float64).max)
NOTHING_TO_GAIN: Final = 1e-12
PLAIN: Final = 1e-8  # gain per observation below which a step has led along a plain
PATIENCE: Final = 3  # such steps in a row; near a top the next one settles
FLAT: Final = 1e-12  # curvature, as a share of the largest, that is rounding


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
    Newton's method on the logarithms, with every direction turned uphill and steps halved until they gain. It settles
    in a handful of steps; general-purpose searches take three times as many, and more time between them than a
    likelihood of a few thousand customers takes.

    Examples
    --------
    Seven successes in ten trials of a Poisson rate:

    >>> def poisson(rate):
    ...     return Terms(value=7 * np.log(rate[0]) - 10 * rate[0], slope=7 / rate - 10, curvature=np.diag(-7 / rate**2))
    >>> top = maximize(poisson, [1.0], observations=10)
    >>> print(f"{top.parameters[0]:.3f} +- {top.errors[0]:.3f}, {top.reason}")
    0.700 +- 0.265, settled
    """
    surface = _negative(likelihood, observations)
    logs = np.log(np.asarray(start, dtype=np.float64))
    loss, slope, curvature = surface(logs)
    converged, idle = False, 0
    for _ in range(MOST_STEPS if np.isfinite(loss) else 0):
        powers, directions = np.linalg.eigh(curvature)
        is_bowl = bool(powers[0] > FLAT * powers[-1])
        steepness = np.maximum(np.abs(powers), FLAT * np.abs(powers).max() or FLAT)
        move = -directions @ ((directions.T @ slope) / steepness)
        longest = float(np.abs(move).max())
        if is_bowl and longest < SETTLED:
            # So close to the top that its Hessian and what is left to gain need no other look.
            logs, loss, converged = logs + move, loss + float(slope @ move) / 2.0, True
            break
        gains = bool(-slope @ move * observations > NOTHING_TO_GAIN)
        if not (gains or is_bowl) or idle == PATIENCE:
            break
        move *= min(1.0, LARGEST_STEP / longest)
        # In a shallow bowl rounding hides what a step gains; the gradient still leads to its bottom.
        enough = LARGEST if longest < NEAR or not gains else loss
        following = surface(logs + move)
        while not following[0] < enough and np.abs(move).max() > SETTLED:
            move /= 2.0
            following = surface(logs + move)
        if not following[0] < enough:
            break
        idle = idle + 1 if loss - following[0] < PLAIN else 0
        logs, (loss, slope, curvature) = logs + move, following
    parameters = np.exp(logs)
    return Maximum(
        parameters=parameters,
        errors=parameters * _errors(curvature * observations),
        log_likelihood=-loss * observations,
        converged=converged,
        reason="settled" if converged else "no top: the likelihood does not fall in every direction",
    )


def _negative(
    likelihood: Likelihood, observations: float
) -> Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]:
    """The negative log-likelihood per observation over the logarithms, with gradient and Hessian."""

    def at(logs: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        parameters = np.exp(logs)
        with np.errstate(all="ignore"):  # far from the top terms may overflow
            terms = likelihood(parameters)
        first = parameters * terms.slope
        second = parameters[:, np.newaxis] * terms.curvature * parameters
        second[np.diag_indices_from(second)] += first
        # Nothing is known where a term is no number, so nothing is gained by going there.
        known = np.isfinite(terms.value) and np.isfinite(second).all()
        loss = -terms.value / observations if known else np.inf
        return loss, -first / observations, -second / observations

    return at


def _errors(information: FloatArray) -> FloatArray:
    """Standard errors of the logarithms of the parameters."""
    if not np.isfinite(information).all():
        return np.full(len(information), np.nan)
    powers = np.linalg.eigvalsh(information)
    if not powers[0] > FLAT * powers[-1]:
        return np.full(len(information), np.nan)
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(information))))
