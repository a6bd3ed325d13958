r"""
Fitting models of contracts to how a cohort of customers dwindled.

With :math:`n_t` survivors after :math:`t` renewals, each of which is kept with chance :math:`r_t`, the log-likelihood
of what each customer did is

.. math:: \sum_{t=1}^{T} (n_{t-1} - n_t) \ln (1 - r_t) + n_t \ln r_t

with the retention rates of `valuation.lifetime.contractual` or `valuation.lifetime.contractual_bdw`.
"""

from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import ConvergenceError, DomainError, InputError, MissingDataError
from valuation.lifetime.contractual import SbgParameters
from valuation.lifetime.contractual_bdw import DURATION, BdwParameters, log_kept
from valuation.lifetime.conventions import FloatArray, Range, numbers
from valuation.lifetime.renewals import SHAPE
from valuation.likelihood import Fit, Terms, maximize

__all__ = ["cohort", "fit_bdw", "fit_sbg"]

SBG_POINTS: Final = 3
BDW_POINTS: Final = 4
SURVIVORS: Final = Range(rule="from 0 to 1e15", low=0.0, high=1e15)


def fit_sbg(survivors: npt.ArrayLike) -> Fit[SbgParameters, FloatArray]:
    r"""
    Parameters of the contract renewal model that make the survivors of a cohort most likely.

    .. math:: r_t = \frac{\beta + t - 1}{\alpha + \beta + t - 1}

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
    counts = cohort(survivors, least=SBG_POINTS)
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


def fit_bdw(survivors: npt.ArrayLike) -> Fit[BdwParameters, FloatArray]:
    r"""
    Parameters of the contract renewal model with ageing that make the survivors of a cohort most likely.

    .. math:: r_t = \frac{B(\alpha, \beta + t^c)}{B(\alpha, \beta + (t - 1)^c)}

    Parameters
    ----------
    survivors : array_like, shape (T + 1,)
        Customers of one cohort: all at the start, then those left after each renewal; at least 4 numbers,
        none larger than the one before. [count]

    Returns
    -------
    Fit
        Parameters, standard errors and log-likelihood; its data are the survivors.

    Raises
    ------
    DomainError
        If there are fewer than 4 numbers, one is missing or not from 0 to 1e15, survivors increase, or the cohort is
        empty at the start.
    MissingDataError
        If nobody left: then any loyalty is likely, and the more the likelier.
    ConvergenceError
        If the likelihood has no largest value inside the range of the parameters.
    InputError
        If a value is not a number, or they are not one row of numbers.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, Y. Liu, J. Davin and T. Steenburgh, "'How to Project Customer Retention'
       Revisited: The Role of Duration Dependence," Journal of Interactive Marketing, vol. 43, 2018.

    Examples
    --------
    >>> fit = fit_bdw([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> print(f"{fit.parameters.alpha:.4f} {fit.parameters.beta:.4f} {fit.parameters.c:.4f} {fit.log_likelihood:.2f}")
    0.2143 1.4266 1.7236 -1605.31
    """
    counts = cohort(survivors, least=BDW_POINTS)
    lost = float(counts[0] - counts[-1])
    start = [1.0, 1.0 + counts[1:].sum() / lost, 1.0]
    top = maximize(partial(_bdw_likelihood, counts), start, observations=lost)
    in_range = SHAPE.holds_everywhere(top.parameters[:2]) and DURATION.holds_everywhere(top.parameters[2:])
    if not (top.converged and in_range):
        raise ConvergenceError(
            "the contract renewal model with ageing (BdW) does not settle on these survivors: they do not tell how "
            "much customers differ from how they age"
        )
    alpha, beta, c = top.parameters.tolist()
    return Fit(
        parameters=BdwParameters(alpha=alpha, beta=beta, c=c),
        errors=dict(zip(("alpha", "beta", "c"), top.errors.tolist(), strict=True)),
        log_likelihood=top.log_likelihood,
        n=float(counts[0]),
        converged=True,
        reason=top.reason,
        data=counts,
    )


def cohort(survivors: npt.ArrayLike, *, least: int) -> FloatArray:
    """The survivors, checked."""
    counts = numbers("survivors", survivors)
    if counts.ndim != 1:
        raise InputError(f"survivors must be one row of numbers, not an array of shape {counts.shape}")
    if counts.size < least:
        raise DomainError(f"survivors must be {least} numbers or more, the cohort first, not {counts.size}")
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


def _bdw_likelihood(survivors: FloatArray, shapes: FloatArray) -> Terms:
    """The sum over renewals, by way of the logarithms of the retention rates, with their slopes and curvatures."""
    from scipy.special import digamma, polygamma

    alpha, beta, c = shapes
    lost, kept = -np.diff(survivors), survivors[1:]
    age = np.arange(survivors.size)
    log_age = np.log(np.maximum(age, 1.0))
    power = age**c
    by_c, by_c_twice = power * log_age, power * log_age**2
    mine, all_ = beta + power, alpha + beta + power
    lead, lead_twice = digamma(mine) - digamma(all_), polygamma(1, mine) - polygamma(1, all_)
    minus = -polygamma(1, all_)
    # Of ln Gamma(beta + t^c) - ln Gamma(alpha + beta + t^c); a retention rate is the ratio of two in a row.
    slopes = np.diff(np.stack([-digamma(all_), lead, lead * by_c]))
    curvatures = np.diff(
        np.stack(
            [
                [minus, minus, minus * by_c],
                [minus, lead_twice, lead_twice * by_c],
                [minus * by_c, lead_twice * by_c, lead_twice * by_c**2 + lead * by_c_twice],
            ]
        )
    )
    log_retention = log_kept((alpha, beta, c), age[:-1], np.zeros(age.size - 1))
    left = -np.expm1(log_retention)
    by_slope = kept - lost * np.exp(log_retention) / left
    by_square = -lost * np.exp(log_retention) / left**2
    return Terms(
        value=float(kept @ log_retention + lost @ np.log(left)),
        slope=slopes @ by_slope,
        curvature=curvatures @ by_slope + (slopes * by_square) @ slopes.T,
    )
