"""
Fitting the contract renewal model (shifted beta-geometric) to how a cohort of customers dwindled.

The likelihood of what each customer did is a matter of logarithms alone, once it is written with the retention rates of
`valuation.lifetime.contractual` instead of the chances to leave at a certain time.
"""

from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import ConvergenceError, DomainError, InputError, MissingDataError
from valuation.lifetime.contractual import SHAPE, SbgParameters
from valuation.lifetime.conventions import FloatArray, Range, numbers
from valuation.likelihood import Fit, Terms, maximize

__all__ = ["fit_sbg"]

LEAST_POINTS: Final = 3
SURVIVORS: Final = Range(rule="from 0 to 1e15", low=0.0, high=1e15)


def fit_sbg(survivors: npt.ArrayLike) -> Fit[SbgParameters, FloatArray]:
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
    Fit
        Parameters, standard errors and log-likelihood; its data are the survivors.

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
    lost = float(counts[0] - counts[-1])
    # Counted in customers lost, so that few losses are found as well as many.
    start = [1.0, 1.0 + counts[1:].sum() / lost]
    top = maximize(partial(_sbg_likelihood, counts), start, observations=lost)
    if not (top.converged and SHAPE.holds_everywhere(top.parameters)):
        raise ConvergenceError(
            "the contract renewal model (sBG) does not settle on these survivors: it needs a retention that rises with "
            "age, by degrees; where it does not, a constant retention rate describes them"
        )
    alpha, beta = top.parameters.tolist()
    return Fit(
        parameters=SbgParameters(alpha=alpha, beta=beta),
        errors=dict(zip(("alpha", "beta"), top.errors.tolist(), strict=True)),
        log_likelihood=top.log_likelihood,
        n=float(counts[0]),
        converged=True,
        reason=top.reason,
        data=counts,
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


def _sbg_likelihood(survivors: FloatArray, shapes: FloatArray) -> Terms:
    """Sum of lost ln(alpha) + kept_t ln(beta + t - 1) - due_t ln(alpha + beta + t - 1)."""
    alpha, beta = shapes
    due, kept, age = survivors[:-1], survivors[1:], np.arange(survivors.size - 1)
    lost, stay, either = due[0] - kept[-1], beta + age, alpha + beta + age
    all_due, all_due_twice = due @ (1.0 / either), due @ either**-2.0
    return Terms(
        value=float(lost * np.log(alpha) + kept @ np.log(stay) - due @ np.log(either)),
        slope=np.array([lost / alpha - all_due, kept @ (1.0 / stay) - all_due]),
        curvature=all_due_twice - np.diag([lost / alpha**2.0, kept @ stay**-2.0]),
    )
