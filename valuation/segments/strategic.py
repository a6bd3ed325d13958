"""
Strategic value: what people judge a customer to be worth beyond its money, and which judgements have gone stale.

Where the same thing is known in money (referrals, influence, ideas), money is better: ratings are opinions, and each
needs somebody who owns it, a date, and evidence.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, numbers
from valuation.dates import dates, one_date, twelve_months_before
from valuation.errors import InputError
from valuation.segments.scores import WeightedScore, item_weights, weighted_score
from valuation.segments.tiers import LabelArray

__all__ = ["stale_ratings", "strategic_value"]

_BEST_RATING: Final = 5.0


def strategic_value(ratings: npt.ArrayLike | pd.DataFrame, weights: Column | Mapping[str, float]) -> WeightedScore:
    r"""
    Strategic value of each customer from its ratings.

    .. math:: 100 \sum_j w_j \, \frac{\text{rating}_{ij}}{5} \Big/ \sum_j w_j

    where :math:`j` runs over the criteria that the customer is rated by.

    Parameters
    ----------
    ratings : array_like or DataFrame, shape (n, k)
        One row per customer, one column per criterion, each from 0 to 5; NaN or None where not rated. [1]
    weights : array_like, shape (k,), or mapping of str to float
        Weight of each criterion, 0 or more, in the order of the columns; of a DataFrame also by name of the column. [1]

    Returns
    -------
    WeightedScore
        From 0 to 100; NaN where a rating is out of range, or no criterion with a weight is rated.

    Raises
    ------
    DomainError
        If a weight is negative or infinite.
    InputError
        If ratings are not rows of criteria, something is not a number, or the weights are not those of the criteria.
    ZeroDenominatorError
        If all weights are 0.

    Notes
    -----
    A criterion that is not rated is left out, and the other weights count for more. It does not count as 0, which would
    say that the customer had been rated and found to be worth nothing.

    Examples
    --------
    >>> found = strategic_value([[5, 4, 0], [3, None, None]], [2, 1, 1])
    >>> found.score.tolist(), found.n_used.tolist()
    ([70.0, 60.0], [3, 1])
    """
    if isinstance(weights, Mapping):
        weights = _by_name(ratings, weights)
    given = numbers(ratings.to_numpy() if isinstance(ratings, pd.DataFrame) else ratings, "ratings")
    if given.ndim != 2:
        raise InputError(f"ratings must be rows of criteria, not of shape {given.shape}")
    relative = item_weights(weights, given.shape[1])
    out_of_range = np.asarray(((given < 0) | (given > _BEST_RATING)).any(axis=1))
    return weighted_score(list(given.T / _BEST_RATING), relative, out_of_range)


def stale_ratings(
    rated_on: npt.ArrayLike, owner: npt.ArrayLike, evidence: npt.ArrayLike, *, as_of: np.datetime64
) -> LabelArray:
    """
    What is wrong with the paper behind each rating, in words.

    Parameters
    ----------
    rated_on : array_like of datetime64, shape (n,)
        Day of the rating; NaT for none.
    owner, evidence : array_like of str, shape (n,)
        Who stands for the rating, and what it rests on; None, NaN or blank text for none.
    as_of : datetime64
        The day for which the question is asked.

    Returns
    -------
    ndarray of str, shape (n,)
        The faults, joined by ``"; "``; "" for a rating without any.

    Raises
    ------
    InputError
        If the lengths differ, `as_of` is missing, or something else than a date stands for one.

    Notes
    -----
    The twelve calendar months to `as_of` are counted as in `valuation.dates.twelve_months_before`, like those without a
    purchase: to 2025-12-31 they start after 2024-12-31, and a rating of that day is stale.

    Examples
    --------
    >>> rated = np.array(["2025-03-01", "2024-12-31", "NaT"], dtype="datetime64[D]")
    >>> owner, evidence = ["sales", "sales", ""], ["case study", "survey", "survey"]
    >>> stale_ratings(rated, owner, evidence, as_of=np.datetime64("2025-12-31")).tolist()
    ['', 'not rated in the 12 months to 2025-12-31', 'no date; no owner']
    """
    days, day = dates(rated_on, "rated_on"), one_date(as_of, "as_of")
    missing = {"owner": _is_blank(owner), "evidence": _is_blank(evidence)}
    for name, column in missing.items():
        if days.ndim != 1 or column.shape != days.shape:
            raise InputError(f"{name} must have one row per rating, {days.shape}, not {column.shape}")
    faults = [
        (np.isnat(days), "no date"),
        (days <= twelve_months_before(day), f"not rated in the 12 months to {day}"),
        (days > day, f"rated after {day}"),
        *((column, f"no {name}") for name, column in missing.items()),
    ]
    words = [
        "; ".join(text for place, (_, text) in enumerate(faults) if code >> place & 1)
        for code in range(2 ** len(faults))
    ]
    codes = np.zeros(days.shape, dtype=np.intp)
    for place, (holds, _) in enumerate(faults):
        codes |= holds.astype(np.intp) << place
    return np.array(words, dtype=object)[codes]


def _by_name(ratings: npt.ArrayLike | pd.DataFrame, weights: Mapping[str, float]) -> list[float]:
    """Weights in the order of the columns that they name."""
    if not isinstance(ratings, pd.DataFrame):
        raise InputError("weights by name need ratings with names: a DataFrame")
    criteria = ratings.columns.tolist()
    if len(set(criteria)) < len(criteria) or set(criteria) != set(weights):
        raise InputError(f"weights must be those of the criteria, {criteria}, not {list(weights)}")
    return [weights[criterion] for criterion in criteria]


def _is_blank(texts: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Where nothing, or nothing but spaces, is written."""
    cells = np.asarray(texts, dtype=object)
    empty = [isinstance(cell, str) and not cell.strip() for cell in cells.ravel().tolist()]
    return np.asarray(pd.isna(cells) | np.array(empty, dtype=np.bool_).reshape(cells.shape))
