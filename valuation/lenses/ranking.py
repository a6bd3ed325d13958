"""Average ranks of a column, and the orders that scores and money give."""

from typing import Final

import numpy as np
import pandas as pd

from valuation.cost.amounts import FloatArray

__all__ = ["mid_ranks", "ranks_from_best"]

_NOISE: Final = 1e-12


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
    with np.errstate(over="ignore"):  # a step from the lowest float to the highest is one all the same
        steps = np.diff(ordered) > tolerance
    starts = np.concatenate(([0], np.flatnonzero(steps) + 1))
    ends = np.append(starts[1:], ordered.size)
    ranks[known[order]] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks


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
