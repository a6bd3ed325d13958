"""
Which purchase model, and may it be trusted?

All models are fitted to the same customers. The Bayesian information criterion says which describes them best for the
number of its parameters; where several are as good, the one that foretold the second part of the history best is
chosen. Whether there are enough customers and purchases for any of them is another question, answered first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from valuation.errors import ConvergenceError, MissingDataError
from valuation.lifetime import Method, choose_method
from valuation.lifetime.conventions import POSITIVE, FloatArray, single
from valuation.likelihood import Fit
from valuation.purchases.fitting import IDENTIFIED, PurchaseFit, fit_bg_nbd, fit_mbg_nbd, fit_nbd, fit_pareto_nbd
from valuation.purchases.holdout import Holdout, HoldoutCheck, check_holdout
from valuation.purchases.model import fit_columns
from valuation.purchases.nbd import NbdParameters

__all__ = ["Candidate", "PurchaseModelChoice", "choose_purchase_model", "foretold"]

FITS: Final[dict[str, Callable[..., PurchaseFit[Any]]]] = {
    "NBD": fit_nbd,
    "BG/NBD": fit_bg_nbd,
    "MBG/NBD": fit_mbg_nbd,
    "Pareto/NBD": fit_pareto_nbd,
}
AS_GOOD: Final = 10.0
"""Difference of the criterion up to which the evidence is not very strong (Kass and Raftery 1995)."""
MONTHS_PER_YEAR: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """One model in the choice."""

    title: str
    """Its name in the literature."""

    fit: PurchaseFit[Any] | None
    """
    Fitted to the whole history; None where there is nothing to fit.

    Only one that settled, and that tells who left if it has dropout, can be chosen.
    """

    check: HoldoutCheck | None
    """What it foretold when fitted to the first part of the history; None without one."""

    note: str
    """Why it was or was not chosen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PurchaseModelChoice:
    """All models, and the one to use."""

    candidates: tuple[Candidate, ...]
    """In the order of their number of parameters."""

    chosen: Candidate | None
    """The one to use; None where no model settles."""

    reason: str
    """Why, for a reader who is no statistician."""

    method: Method
    """What the length of the history carries; a purchase model only on the last rung."""

    @property
    def trusted(self) -> bool:
        """Whether a value over years may rest on it: it knows that customers leave, and there is enough history."""
        knows = self.chosen is not None and self.chosen.title != NbdParameters.title
        return knows and self.method.name == "bgnbd"


def choose_purchase_model(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    periods_per_year: float,
    holdout: Holdout | None,
) -> PurchaseModelChoice:
    """
    Fit all purchase models and choose one.

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Repeat purchases in the whole history. [count]
    recency : array_like, shape (n,)
        Age at the last purchase. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]
    periods_per_year : float
        Length of the periods, which the rule for enough history needs: 365 for days, 52 for weeks. [periods/year]
    holdout : Holdout or None
        The same history cut in two, in the same periods; None where it is too short for that.

    Returns
    -------
    PurchaseModelChoice
        Also where no model can be trusted: it says so.

    Raises
    ------
    InputError
        If a column holds no numbers, or lengths differ.
    DomainError
        If a value is missing, out of range or contradicts the others; the message names its row.

    References
    ----------
    .. [1] R. E. Kass and A. E. Raftery, "Bayes Factors," Journal of the American Statistical Association, vol. 90, no.
       430, pp. 773-795, 1995.

    Examples
    --------
    >>> weeks = [0, 0, 1, 1, 3, 9, 6], [0, 0, 2, 25, 8, 30, 9], [30, 35, 30, 35, 32, 31, 34]
    >>> choice = choose_purchase_model(*weeks, periods_per_year=52, holdout=None)
    >>> choice.chosen.title, choice.trusted
    ('MBG/NBD', False)
    """
    year = single("periods_per_year", periods_per_year, POSITIVE)
    x, t_x, T = fit_columns(frequency=frequency, recency=recency, age=age)
    method = _enough(x, t_x, T, year)
    fits = {title: _try(fit, x, t_x, T) for title, fit in FITS.items()}
    checks = {title: foretold(fit, holdout) for title, fit in FITS.items()}
    settled = _settled(fits)
    best = min(settled, key=lambda title: settled[title].bic, default="")
    as_good = [title for title in settled if settled[title].bic - settled[best].bic <= AS_GOOD]
    chosen = min(as_good, key=lambda title: _error(checks[title], settled[title]), default="")
    candidates = {
        title: Candidate(
            title=title,
            fit=fit if isinstance(fit := fits[title], Fit) else None,
            check=checks[title],
            note=_note(title, fits[title], settled, best, chosen, checks),
        )
        for title in FITS
    }
    return PurchaseModelChoice(
        candidates=tuple(candidates.values()),
        chosen=candidates.get(chosen),
        reason=_reason(candidates, chosen, best, as_good, method),
        method=method,
    )


def _enough(x: FloatArray, t_x: FloatArray, T: FloatArray, year: float) -> Method:
    """What the history carries, by the ladder of `choose_method`."""
    between = t_x.sum() / x.sum() if x.sum() else np.inf
    span = float(T.max(initial=0.0))
    return choose_method(
        customers=x.size,
        events=float(x.sum()),
        months=span / year * MONTHS_PER_YEAR,
        contractual=False,
        interpurchase_times=span / between if between > 0.0 else np.inf,
    )


def _try(fit: Callable[..., PurchaseFit[Any]], *columns: FloatArray) -> PurchaseFit[Any] | str:
    """The fit, or why there is none."""
    try:
        return fit(*columns)
    except (ConvergenceError, MissingDataError) as reason:
        return str(reason)


def _settled(fits: dict[str, PurchaseFit[Any] | str]) -> dict[str, PurchaseFit[Any]]:
    """Models with a top; of those with dropout only such as describe the customers better than the NBD."""
    settled = {title: fit for title, fit in fits.items() if isinstance(fit, Fit) and fit.converged}
    without = settled["NBD"].log_likelihood + IDENTIFIED if "NBD" in settled else -np.inf
    return {title: fit for title, fit in settled.items() if title == "NBD" or fit.log_likelihood > without}


def foretold(fit: Callable[..., PurchaseFit[Any]], holdout: Holdout | None) -> HoldoutCheck | None:
    """What the model, fitted to the first part of the history, foretold of the second."""
    if holdout is None:
        return None
    early = _try(fit, holdout.frequency, holdout.recency, holdout.age)
    return None if isinstance(early, str) else check_holdout(early.parameters, holdout)


def _error(check: HoldoutCheck | None, fit: PurchaseFit[Any]) -> tuple[float, float]:
    """What decides between models that describe the history as well: the error after the split, then the criterion."""
    return (np.inf if check is None else check.mean_absolute_error, fit.bic)


def _note(
    title: str,
    fit: PurchaseFit[Any] | str,
    settled: dict[str, PurchaseFit[Any]],
    best: str,
    chosen: str,
    checks: dict[str, HoldoutCheck | None],
) -> str:
    """What to say of one model."""
    if isinstance(fit, str):
        return fit
    if title not in settled:
        return fit.reason
    words = "chosen" if title == chosen else f"criterion {fit.bic - settled[best].bic:.1f} above the best"
    return f"{words}; {fit.reason}" if fit.reason != "settled" else words


def _reason(candidates: dict[str, Candidate], chosen: str, best: str, as_good: list[str], method: Method) -> str:
    """Why the model was chosen, and whether the history carries it."""
    if not chosen:
        return f"no purchase model settles on these customers: {candidates['NBD'].note}"
    words = f"{chosen} describes the purchases best for its number of parameters"
    if len(as_good) > 1:
        others = " and ".join(title for title in as_good if title != chosen)
        check = candidates[chosen].check
        if check is not None:
            words = f"{chosen} and {others} describe the purchases as well; {chosen} foretold the last part best"
        else:
            words = f"{chosen} describes the purchases best, {others} hardly worse"
    if chosen == "NBD":
        words += "; the data do not tell who left, and no value over years can rest on a model in which nobody leaves"
    if method.name != "bgnbd":
        words += f"; too little history to trust a purchase model: {method.reason}"
    return words
