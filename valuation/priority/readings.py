"""One survey, read four ways: for all customers, for their value, for the best tier alone, and as it came in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, numbers
from valuation.engagement.customers import trimmed
from valuation.errors import InputError, MissingDataError

__all__ = ["Readings", "readings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """
    Means of one score, side by side.

    Attributes
    ----------
    population : float
        Each customer counts the same. [as the score]
    value : float
        Each customer counts by its value, those without value nothing; NaN where nobody has any. [as the score]
    best_tier : float
        Those of the best tier alone, as if nobody else had been asked; NaN where none of them answered. [as the score]
    unweighted : float
        Each answer counts the same. [as the score]
    answers : int
        Number of answers.
    silent : tuple of str
        Strata that were asked and of which nobody answered: no reading speaks for them.
    without_value : int
        Answers of customers whose value is not known; they are not in the reading by value.
    """

    population: float
    value: float
    best_tier: float
    unweighted: float
    answers: int
    silent: tuple[str, ...]
    without_value: int


def readings(scores: Column, strata: npt.ArrayLike, weights: Column, values: Column, *, best_tier: str) -> Readings:
    r"""
    Mean of a score by population, by value, of the best tier, and unweighted.

    With design weights :math:`d_i` of all who were asked, and :math:`R_h` those of stratum h who answered:

    .. math::

        w_i = d_i \sum_{j \in h} d_j \Big/ \sum_{j \in R_h} d_j; \qquad
        \bar{y} = \frac{\sum w_i y_i}{\sum w_i}; \qquad
        \bar{y}_V = \frac{\sum w_i \max(0, v_i) \, y_i}{\sum w_i \max(0, v_i)}

    Parameters
    ----------
    scores : array_like, shape (n,)
        Answer of each customer who was asked; NaN: no answer. [any scale]
    strata : array_like of str, shape (n,)
        Stratum of each.
    weights : array_like, shape (n,)
        For how many customers each stands, above 0; see `sample_weights`. [1]
    values : array_like, shape (n,)
        Value of each customer. [currency]
    best_tier : str
        Stratum of the best tier.

    Returns
    -------
    Readings
        The means, and who is not in them.

    Raises
    ------
    InputError
        If a weight is not above 0, a stratum is blank, lengths differ, or something is not a number.
    MissingDataError
        If nobody answered.

    Notes
    -----
    Who did not answer is spoken for by those of the same stratum; no weight is borrowed from another stratum.

    Examples
    --------
    >>> found = readings(
    ...     [4.0, 3.0, np.nan, 5.0], ["T1", "T2", "T2", "T3"], [2, 10, 10, 20], [900.0, 50.0, 50.0, 10.0],
    ...     best_tier="T1",
    ... )
    >>> [round(one, 3) for one in (found.population, found.value, found.best_tier, found.unweighted)]
    [4.0, 3.733, 4.0, 4.0]
    """
    names = trimmed(strata)
    score, weight, value = (
        numbers(column, name) for column, name in ((scores, "scores"), (weights, "weights"), (values, "values"))
    )
    if names.ndim != 1 or not names.shape == score.shape == weight.shape == value.shape:
        raise InputError(
            f"scores, strata, weights and values must be columns of one length, not {score.shape}, {names.shape}, "
            f"{weight.shape} and {value.shape}"
        )
    if (names == "").any():
        raise InputError(f"strata must not be blank, as in row {int(np.argmax(names == '')) + 1}")
    bad = ~((weight > 0) & np.isfinite(weight))
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"weights must be finite and above 0, not {weight[row]} in row {row + 1}")
    answered = np.isfinite(score)
    if not answered.any():
        raise MissingDataError("scores must have at least one answer")
    groups, stratum = np.unique(names.astype(str), return_inverse=True)
    asked = np.bincount(stratum, weights=weight)
    heard = np.bincount(stratum[answered], weights=weight[answered], minlength=groups.size)
    with np.errstate(divide="ignore"):
        factor = asked / heard
    score, stratum, value = score[answered], stratum[answered], value[answered]
    spoken = weight[answered] * factor[stratum]
    best = groups[stratum] == best_tier.strip()
    known = np.isfinite(value)
    worth = np.where(known, np.maximum(0.0, value), 0.0)
    worth = worth / (worth.max() or 1.0)  # products of huge values stay finite
    return Readings(
        population=_mean(score, spoken),
        value=_mean(score, spoken * worth),
        best_tier=_mean(score[best], spoken[best]),
        unweighted=float(score.mean()),
        answers=int(answered.sum()),
        silent=tuple(groups[heard == 0].tolist()),
        without_value=int((~known).sum()),
    )


def _mean(score: FloatArray, weight: FloatArray) -> float:
    """Weighted mean; NaN where nobody has a weight."""
    largest = weight.max(initial=0.0)
    return float(np.average(score, weights=weight / largest)) if largest > 0 else float("nan")
