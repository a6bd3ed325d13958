"""
Which model of contracts a cohort carries: one retention rate, the contract renewal model, or that with ageing.

The models are nested: one retention rate is the contract renewal model (sBG) of customers who are all alike, and that
is the one with ageing (BdW) of customers who do not age. A larger model always comes closer to the data, so that the
Bayesian information criterion decides, which asks a price for each parameter. What the models would have said before
the last renewal is shown beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, ValuationError
from valuation.lifetime.contractual import sbg_survival
from valuation.lifetime.contractual_bdw import bdw_survival
from valuation.lifetime.contractual_fit import cohort, fit_bdw, fit_sbg
from valuation.lifetime.conventions import PROBABILITY, FloatArray, Range, single
from valuation.lifetime.retention import SBG_COHORT_SIZE, SBG_RENEWALS
from valuation.likelihood import Fit

__all__ = [
    "ConstantRetention",
    "ContractChoice",
    "ContractModel",
    "choose_contract_model",
    "fit_constant_retention",
]

ModelName: TypeAlias = Literal["constant", "sbg", "bdw"]

TITLES: Final[Mapping[ModelName, str]] = {
    "constant": "one retention rate",
    "sbg": "the contract renewal model (sBG)",
    "bdw": "the contract renewal model with ageing (BdW)",
}
HELD_OUT: Final = Range(rule="a whole number, 1 or more", low=1.0, high=1e9, whole=True)
CLEAR: Final = 2.0  # lead in BIC below which two models are as good as each other


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantRetention:
    """One chance to renew, for every customer at every age."""

    retention_rate: float
    """From 0 to 1. [1/period]"""

    def __post_init__(self) -> None:
        """Refuse what is no chance."""
        single("retention_rate", self.retention_rate, PROBABILITY)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContractModel:
    """How one model describes the cohort."""

    name: ModelName
    """"constant", "sbg" or "bdw"."""

    fit: Fit[Any, FloatArray] | None
    """What was fitted, or None where the model does not settle on these survivors."""

    gain: float
    """Log-likelihood above that of one retention rate; NaN without a fit. [1]"""

    holdout_error: float
    """
    Mean distance of the survivors that were held out from what the model makes of the rest, in parts of them; NaN where
    the rest is too short to fit, or nobody was left. [1]
    """

    reason: str
    """Why the search ended."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContractChoice:
    """The model to use, and the others beside it."""

    name: ModelName
    """"constant", "sbg" or "bdw"."""

    reason: str
    """Why this one, for a reader who is no statistician."""

    models: tuple[ContractModel, ...]
    """All three, the one with fewest parameters first."""

    @property
    def chosen(self) -> ContractModel:
        """The model to use."""
        return next(model for model in self.models if model.name == self.name)


def fit_constant_retention(survivors: npt.ArrayLike) -> Fit[ConstantRetention, FloatArray]:
    r"""
    The one retention rate that makes the survivors of a cohort most likely.

    .. math:: r = \frac{\sum_{t=1}^{T} n_t}{\sum_{t=1}^{T} n_{t-1}}

    Parameters
    ----------
    survivors : array_like, shape (T + 1,)
        Customers of one cohort: all at the start, then those left after each renewal; at least 2 numbers,
        none larger than the one before. [count]

    Returns
    -------
    Fit
        Retention rate, standard error and log-likelihood; its data are the survivors.

    Raises
    ------
    DomainError
        If there are fewer than 2 numbers, one is missing or not from 0 to 1e15, survivors increase, or the cohort is
        empty at the start.
    MissingDataError
        If nobody left.
    InputError
        If a value is not a number, or they are not one row of numbers.

    Examples
    --------
    >>> fit = fit_constant_retention([1000, 800, 640])
    >>> print(f"{fit.parameters.retention_rate:.3f} +- {fit.errors['retention_rate']:.4f}")
    0.800 +- 0.0094
    """
    from scipy.special import xlog1py, xlogy

    counts = cohort(survivors, least=2)
    due, kept = float(counts[:-1].sum()), float(counts[1:].sum())
    rate = kept / due
    return Fit(
        parameters=ConstantRetention(retention_rate=rate),
        errors={"retention_rate": float(np.sqrt(rate * (1.0 - rate) / due))},
        log_likelihood=float(xlogy(kept, rate) + xlog1py(due - kept, -rate)),
        n=float(counts[0]),
        converged=True,
        reason="counted",
        data=counts,
    )


def choose_contract_model(survivors: npt.ArrayLike, *, holdout: int = 1) -> ContractChoice:
    """
    The model of contracts that suits a cohort, by the Bayesian information criterion.

    Parameters
    ----------
    survivors : array_like, shape (T + 1,)
        Customers of one cohort: all at the start, then those left after each renewal; at least 2 numbers,
        none larger than the one before. [count]
    holdout : int
        How many of the last renewals to hold out, to see what the models would have said of them. It has no part in
        the choice. [periods]

    Returns
    -------
    ContractChoice
        Also where a model does not settle, which is a reason against it. Below 3 renewals or 100 customers it is one
        retention rate.

    Raises
    ------
    DomainError
        If there are fewer than 2 numbers, one is missing or not from 0 to 1e15, survivors increase, the cohort is
        empty at the start, or `holdout` is not a whole number from 1 to the number of renewals.
    MissingDataError
        If nobody left: then any loyalty is likely, and the more the likelier.
    InputError
        If a value is not a number, or they are not one row of numbers.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, Y. Liu, J. Davin and T. Steenburgh, "'How to Project Customer Retention'
       Revisited: The Role of Duration Dependence," Journal of Interactive Marketing, vol. 43, 2018.
    .. [2] G. Schwarz, "Estimating the Dimension of a Model," Annals of Statistics, vol. 6, no. 2, 1978.

    Examples
    --------
    >>> choice = choose_contract_model([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> choice.name
    'bdw'
    >>> for model in choice.models:
    ...     print(f"{model.name:8} {model.fit.bic:.1f} {model.gain:.1f} {model.holdout_error:.2%}")
    constant 3281.1 0.0 9.60%
    sbg      3236.1 25.9 2.11%
    bdw      3231.4 31.8 0.44%
    """
    counts = cohort(survivors, least=2)
    held = int(single("holdout", holdout, HELD_OUT))
    if held >= counts.size:
        raise DomainError(f"holdout must be at most the number of renewals, {counts.size - 1}, not {held}")
    constant = fit_constant_retention(counts)
    models = tuple(_described(name, counts, held, constant.log_likelihood) for name in TITLES)
    bics = {model.name: model.fit.bic for model in models if model.fit is not None}
    lacks = _too_short(counts) or ("" if len(bics) > 1 else _unsettled(models))
    if lacks:
        alike = f"use {TITLES['constant']}, {constant.parameters.retention_rate:.1%} per period"
        return ContractChoice(name="constant", reason=f"{lacks}: {alike}.", models=models)
    return ContractChoice(name=min(bics, key=bics.__getitem__), reason=_in_words(bics, models), models=models)


FITS: Final[Mapping[ModelName, Callable[[npt.ArrayLike], Fit[Any, FloatArray]]]] = {
    "constant": fit_constant_retention,
    "sbg": fit_sbg,
    "bdw": fit_bdw,
}
SURVIVAL: Final[Mapping[ModelName, Callable[[Any, FloatArray], FloatArray]]] = {
    "constant": lambda params, t: np.asarray(params.retention_rate**t),
    "sbg": sbg_survival,
    "bdw": bdw_survival,
}


def _described(name: ModelName, counts: FloatArray, held: int, without: float) -> ContractModel:
    """One row of the comparison."""
    fit, reason = _attempt(name, counts)
    earlier, _ = _attempt(name, counts[:-held])
    error = np.nan
    if earlier is not None and counts[-1] > 0.0:
        ages = np.arange(counts.size - held, counts.size, dtype=np.float64)
        forecast = counts[0] * SURVIVAL[name](earlier.parameters, ages)
        error = float(np.abs(forecast / counts[-held:] - 1.0).mean())
    gain = np.nan if fit is None else fit.log_likelihood - without
    return ContractModel(name=name, fit=fit, gain=gain, holdout_error=error, reason=reason)


def _attempt(name: ModelName, counts: FloatArray) -> tuple[Fit[Any, FloatArray] | None, str]:
    """A fit, or why there is none."""
    try:
        fit = FITS[name](counts)
    except ValuationError as refusal:
        return None, str(refusal)
    return fit, fit.reason


def _too_short(counts: FloatArray) -> str:
    """What the cohort lacks to carry more than one retention rate."""
    if counts.size - 1 < SBG_RENEWALS:
        return f"{counts.size - 1} renewals are fewer than the {SBG_RENEWALS} of the contract renewal models"
    if counts[0] < SBG_COHORT_SIZE:
        return f"{counts[0]:g} customers are fewer than the {SBG_COHORT_SIZE} of the contract renewal models"
    return ""


def _unsettled(models: tuple[ContractModel, ...]) -> str:
    """Which models do not settle."""
    titles = [TITLES[model.name] for model in models if model.fit is None]
    return f"{' and '.join(titles)} {'do' if len(titles) > 1 else 'does'} not settle" if titles else ""


def _in_words(bics: Mapping[ModelName, float], models: tuple[ContractModel, ...]) -> str:
    """Why the model with the lowest BIC is the one to use, and what speaks against it."""
    best, second, *_ = sorted(bics, key=bics.__getitem__)
    lead = bics[second] - bics[best]
    words = [
        _unsettled(models),
        f"{TITLES[best]} has the lowest BIC, {'by little, ' if lead < CLEAR else ''}{lead:.1f} below {TITLES[second]}",
    ]
    rows = {model.name: model for model in models}
    if best != "constant":
        words.append(f"its log-likelihood is {rows[best].gain:.1f} above that of {TITLES['constant']}")
    missed = {name: row.holdout_error for name, row in rows.items() if np.isfinite(row.holdout_error)}
    if missed:
        closest = min(missed, key=missed.__getitem__)
        words.append(f"{TITLES[closest]} came closest to what was held out, within {missed[closest]:.1%}")
    return f"{'; '.join(filter(None, words))}."
