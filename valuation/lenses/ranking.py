"""Ranks of a column, equal ones sharing the average of their places or all at the first of them."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray

__all__ = ["Ranked", "average_ranks", "first_place", "mid_ranks", "ranks_from_best"]

_NOISE: Final = 1e-12
Places = npt.NDArray[np.intp]


class Ranked(NamedTuple):
    """Ranks, and the sum of t^3 - t over the groups of t equal scores."""

    ranks: FloatArray
    ties: float


def mid_ranks(values: FloatArray, *, tolerance: float = 0.0) -> FloatArray:
    """
    Rank the finite values from the smallest, equal ones sharing the average of their ranks.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Missing and infinite ones are not ranked.
    tolerance : float
        Neighbours that differ by no more are equal.

    Returns
    -------
    ndarray, shape (n,)
        1 for the smallest; NaN where there is no rank.

    Examples
    --------
    >>> mid_ranks(np.array([7.0, np.nan, 5.0, 7.0])).tolist()
    [2.5, nan, 1.0, 2.5]
    """
    ranks = np.full(values.shape, np.nan)
    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return ranks
    column = values[known]
    order = np.argsort(column)
    ordered = column[order]
    start, size = _runs(ordered, tolerance)
    ranks[known[order]] = np.repeat(start + (size + 1) / 2, size)
    return ranks


def average_ranks(scores: FloatArray) -> Ranked:
    """Rank each score, none missing: 1 for the highest, equal ones sharing the average of their ranks."""
    order = np.argsort(-scores)
    start, size = _runs(scores[order])
    ranks = np.empty(scores.size)
    ranks[order] = np.repeat(start + (size + 1) / 2, size)
    groups = size[size > 1].astype(np.float64)  # a million cubed, many times, does not fit into 64 bits
    return Ranked(ranks, float((groups**3 - groups).sum()))


def first_place(scores: FloatArray) -> Places:
    """Place of each score, none missing: 1 for the highest, equal ones all at the first of their places."""
    order = np.argsort(-scores)
    start, size = _runs(scores[order])
    places = np.empty(scores.size, dtype=np.intp)
    places[order] = np.repeat(start + 1, size)
    return places


def _runs(ordered: FloatArray, tolerance: float = 0.0) -> tuple[Places, Places]:
    """Where each run of equal values starts, counted from 0, and how long it is."""
    if not ordered.size:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    with np.errstate(over="ignore"):  # a step from the lowest float to the highest is one all the same
        steps = np.abs(np.diff(ordered)) > tolerance
    start = np.concatenate(([0], np.flatnonzero(steps) + 1))
    return start, np.diff(np.append(start, ordered.size))


def ranks_from_best(scores: pd.DataFrame) -> pd.DataFrame:
    """
    Rank each column of scores, 1 for the highest.

    Scores that differ in noise alone, a millionth of a millionth of the largest, are equal: the mean of 20 and 40 may
    not be, to the last bit, that of 10 and 50. Rounding would not do, since noise can lie across its edge.

    Parameters
    ----------
    scores : DataFrame of float
        One row per customer.

    Returns
    -------
    DataFrame
        As `scores`; NaN where a score is missing or infinite.
    """
    given = scores.to_numpy(dtype=np.float64).T
    ranks = np.empty(given.shape)
    for place, column in enumerate(given):
        largest = np.abs(column).max(initial=0.0, where=np.isfinite(column))
        ranks[place] = mid_ranks(-column, tolerance=_NOISE * largest)
    return pd.DataFrame(ranks.T, index=scores.index, columns=scores.columns, copy=False)
