"""Weighted scores from 0 to 100: what a customer lacks is left out, and the other weights count for more."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, IntArray, numbers
from valuation.errors import DomainError, InputError, ZeroDenominatorError

__all__ = ["WeightedScore", "item_weights", "weighted_score"]

_PLACES: Final = 12  # 78 is 78, whatever the 16th digit says: a score is compared with round cuts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedScore:
    """
    Score of each customer, and on how much it rests.

    Attributes
    ----------
    score : ndarray, shape (n,)
        From 0 to 100; NaN where nothing is known, or something is out of range. [1]
    n_used : ndarray of int, shape (n,)
        Items that the score rests on: those that are known and have a weight; 0 where there is no score. [count]
    """

    score: FloatArray
    n_used: IntArray


def item_weights(weights: Column, items: int) -> FloatArray:
    """Weights of so many items, checked, the largest one being 1 so that no sum of them is too large."""
    given = numbers(weights, "weights")
    if given.ndim != 1 or given.size != items:
        raise InputError(f"weights must be one for each of {items} items, not of shape {given.shape}")
    if np.isnan(given).any():
        raise InputError(f"weights must be known, not {given.tolist()}")
    if (given < 0).any() or np.isinf(given).any():
        raise DomainError(f"weights must be finite and 0 or more, not {given.tolist()}")
    if not given.any():
        raise ZeroDenominatorError("weights must not all be 0")
    return np.asarray(given / given.max(), dtype=np.float64)


def weighted_score(parts: list[FloatArray], weights: FloatArray, refused: npt.NDArray[np.bool_]) -> WeightedScore:
    """100 times the weighted mean of the parts (0 to 1, NaN for unknown); none in the rows that are refused."""
    points, whole = np.zeros(refused.shape), np.zeros(refused.shape)
    n_used = np.zeros(refused.shape, dtype=np.int64)
    # Column by column, so that both sums are rounded alike and no score exceeds 100.
    for part, weight in zip(parts, weights.tolist(), strict=True):
        known = ~np.isnan(part)
        points += weight * np.where(known, part, 0.0)
        whole += weight * known
        n_used += known & (weight > 0)
    score = np.full(refused.shape, np.nan)
    scored = (n_used > 0) & ~refused
    np.divide(100 * points, whole, out=score, where=scored)
    return WeightedScore(score=np.round(score, _PLACES), n_used=np.where(scored, n_used, 0))
