"""
Fitting the contract renewal model (shifted beta-geometric) to how a cohort of customers dwindled.

The likelihood of what each customer did is a matter of logarithms alone, once it is written with the retention rates of
`valuation.lifetime.contractual` instead of the chances to leave at a certain time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import ConvergenceError, DomainError, InputError, MissingDataError
from valuation.lifetime.contractual import SHAPE, SbgParameters
from valuation.lifetime.conventions import FloatArray, Range, numbers

__all__ = ["SbgFit", "fit_sbg"]

LEAST_POINTS: Final = 3
SURVIVORS: Final = Range(rule="from 0 to 1e15", low=0.0, high=1e15)
COARSE: Final = 1e-6  # gradient at which the search hands over to Newton's method
FINAL_STEPS: Final = 4
SETTLED: Final = 1e-6  # relative change of the parameters in the last step


@dataclass(frozen=True, slots=True, kw_only=True)
class SbgFit:
    """Parameters fitted to one cohort, and how well the data determine them."""

    parameters: SbgParameters
    """Where the likelihood is largest."""

    alpha_error: float
    """Standard error of alpha, from the Hessian. [1]"""

    beta_error: float
    """Standard error of beta, from the Hessian. [1]"""

    log_likelihood: float
    """At the parameters, of the customers' times of leaving. [1]"""

    n: float
    """Customers at the start. [count]"""

    converged: bool
    """Whether the search settled; `fit_sbg` raises where it did not."""


def fit_sbg(survivors: npt.ArrayLike) -> SbgFit:
    r"""
    Parameters of the contract renewal model that make the survivors of a cohort most likely.

    With :math:`n_t` survivors after :math:`t` renewals, each of which is kept with chance :math:`r_t`:

    .. math:: \sum_{t=1}^{T} (n_{t-1} - n_t) \ln (1 - r_t) + n_t \ln r_t, \qquad
        r_t = \frac{\beta + t - 1}{\alpha + \beta + t - 1}

    Parameters
    ----------
    survivors : array_like, shape (T + 1,)
        Customers of one cohort: all at the start, then those left after each renewal; at least 3 numbers,
        none larger than the one before. [count]

    Returns
    -------
    SbgFit
        Parameters, standard errors and log-likelihood.

    Raises
    ------
    DomainError
        If there are fewer than 3 numbers, one is missing or not from 0 to 1e15, survivors increase, or the cohort is
        empty at the start.
    MissingDataError
        If nobody left: then any loyalty is likely, and the more the likelier.
    ConvergenceError
        If the likelihood has no largest value inside the range of the parameters, as where retention does not rise
        with age.
    InputError
        If a value is not a number, or they are not one row of numbers.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "How to Project Customer Retention," Journal of Interactive
       Marketing, vol. 21, no. 1, 2007.

    Examples
    --------
    >>> fit = fit_sbg([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> print(f"{fit.parameters.alpha:.3f} {fit.parameters.beta:.3f} {fit.log_likelihood:.2f}")
    0.704 1.182 -1680.27
    """
    counts = _cohort(survivors)
    # Imported here, because a worksheet with other functions need not wait for it.
    from scipy.optimize import minimize

    lost = counts[0] - counts[-1]
    left = counts / lost  # in units of the customers lost, so that few losses are found as well as many
    # On logarithms the parameters stay positive, and the search takes steps in proportion.
    search = minimize(
        _loss,
        np.log([1.0, 1.0 + left[1:].sum()]),
        args=(left,),
        jac=_loss_slope,
        hess=_loss_curvature,
        method="trust-exact",
        options={"gtol": COARSE, "max_trust_radius": 2.0},
    )
    # The likelihood is too flat at its top to steer by; its gradient is not, and settles in a step or two.
    logs, step = search.x, np.full(2, np.inf)
    for _ in range(FINAL_STEPS):
        curvature = _loss_curvature(logs, left)
        if not np.linalg.eigvalsh(curvature)[0] > 0.0:
            break  # a saddle or a plain, no top
        step = np.linalg.solve(curvature, _loss_slope(logs, left))
        if not np.abs(step).max() < 1.0:
            break
        logs = logs - step
    shapes = np.exp(logs)
    if not (np.abs(step).max() < SETTLED and SHAPE.holds(shapes).all()):
        raise ConvergenceError(
            "the contract renewal model (sBG) does not settle on these survivors: it needs a retention that rises with "
            "age, by degrees; where it does not, a constant retention rate describes them"
        )
    alpha, beta = shapes.tolist()
    alpha_error, beta_error = np.sqrt(np.diag(np.linalg.inv(-_curvature(shapes, left))) / lost).tolist()
    return SbgFit(
        parameters=SbgParameters(alpha=alpha, beta=beta),
        alpha_error=alpha_error,
        beta_error=beta_error,
        log_likelihood=float(-lost * _loss(logs, left)),
        n=float(counts[0]),
        converged=True,
    )


def _cohort(survivors: npt.ArrayLike) -> FloatArray:
    """The survivors, checked."""
    counts = numbers("survivors", survivors)
    if counts.ndim != 1:
        raise InputError(f"survivors must be one row of numbers, not an array of shape {counts.shape}")
    if counts.size < LEAST_POINTS:
        raise DomainError(f"survivors must be {LEAST_POINTS} numbers or more, the cohort first, not {counts.size}")
    for count in counts[~SURVIVORS.holds(counts)]:
        raise SURVIVORS.refusal("survivors", float(count))
    if counts[0] == 0.0:
        raise DomainError("survivors must start with a cohort of customers, not with 0")
    rises = np.flatnonzero(np.diff(counts) > 0.0)
    if rises.size:
        before, after = counts[rises[0] : rises[0] + 2]
        raise DomainError(f"survivors must not increase, as from {before:.15g} to {after:.15g}")
    if counts[-1] == counts[0]:
        raise MissingDataError("survivors must fall: without any loss there is no telling how loyal they are")
    return counts


# The log-likelihood per customer lost is ln(alpha) + sum kept_t ln(beta + t - 1) - due_t ln(alpha + beta + t - 1).


def _loss(logs: FloatArray, left: FloatArray) -> float:
    """Negative log-likelihood, of the logarithms of the parameters."""
    alpha, beta = np.exp(logs)
    age = np.arange(left.size - 1)
    kept, due = left[1:] @ np.log(beta + age), left[:-1] @ np.log(alpha + beta + age)
    return float(due - kept - logs[0])


def _loss_slope(logs: FloatArray, left: FloatArray) -> FloatArray:
    """Gradient of `_loss`."""
    shapes = np.exp(logs)
    return np.asarray(-shapes * _slope(shapes, left))


def _loss_curvature(logs: FloatArray, left: FloatArray) -> FloatArray:
    """Hessian of `_loss`."""
    shapes = np.exp(logs)
    second = np.outer(shapes, shapes) * _curvature(shapes, left)
    return np.asarray(-second - np.diag(shapes * _slope(shapes, left)))


def _slope(shapes: FloatArray, left: FloatArray) -> FloatArray:
    """Gradient of the log-likelihood."""
    alpha, beta = shapes
    age = np.arange(left.size - 1)
    common = left[:-1] @ (1.0 / (alpha + beta + age))
    return np.array([1.0 / alpha - common, left[1:] @ (1.0 / (beta + age)) - common])


def _curvature(shapes: FloatArray, left: FloatArray) -> FloatArray:
    """Hessian of the log-likelihood."""
    alpha, beta = shapes
    age = np.arange(left.size - 1)
    common = left[:-1] @ (alpha + beta + age) ** -2.0
    return np.asarray(common - np.diag([alpha**-2.0, left[1:] @ (beta + age) ** -2.0]))
