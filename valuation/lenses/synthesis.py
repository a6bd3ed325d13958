"""
One answer from all lenses, and how it differs from the order by money.

Money comes first: support, sales effort, payment, churn, referrals and ideas all are terms of engagement value, so its
order is an answer in which nothing counts twice. Scores are for what has no price yet. They count what is correlated
as often as it is mentioned: a customer who is cheap to serve pleases several officers at once, which is why scores
never replace money.

References
----------
.. [1] J.-C. de Borda, "Memoire sur les elections au scrutin," Histoire de l'Academie royale des sciences, 1781.
.. [2] T. L. Saaty, "A scaling method for priorities in hierarchical structures," Journal of Mathematical Psychology,
   vol. 15, no. 3, pp. 234-281, 1977 (weights from comparisons in pairs; the ratio of consistency).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, numbers
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lenses.ranking import mid_ranks, ranks_from_best
from valuation.lenses.scores import lens_ranks, score_columns

__all__ = [
    "SYNTHESIS_METHODS",
    "AhpWeights",
    "Synthesis",
    "SynthesisMethod",
    "ahp_weights",
    "money_column",
    "synthesis",
]

SynthesisMethod: TypeAlias = Literal["weighted", "borda", "money"]
SYNTHESIS_METHODS: Final[tuple[SynthesisMethod, ...]] = get_args(SynthesisMethod)

_NEAR: Final = 1e-9
_RANDOM_INDEX: Final = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)  # by size; Saaty [2]
_MOST_COMPARED: Final = len(_RANDOM_INDEX) - 1
_LARGEST_RATIO: Final = 0.1
_ROUNDED: Final = 0.05  # 0.17 stands for 1/6, 0.14 for 1/7: what is typed with two decimals is still a reciprocal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Synthesis:
    """
    One order of all customers.

    Attributes
    ----------
    table : DataFrame
        One row per customer as given: score, in the unit of the method; rank, 1 for the best. If money is known also
        money [currency]; money_rank; and difference, the places by which the score puts the customer above its place
        by money. NaN where there is nothing to go by.
    weights : Series
        Weight of each lens, adding up to 1. [1]
    notes : tuple of str
        What was made of the weights.
    """

    table: pd.DataFrame
    weights: "pd.Series[float]"
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AhpWeights:
    """
    Weights from comparisons in pairs.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        In the order of the comparisons, adding up to 1. [1]
    consistency_ratio : float
        How far the comparisons contradict each other: 0 not at all, 1 as much as random ones. [1]
    """

    weights: FloatArray
    consistency_ratio: float


def synthesis(
    scores: pd.DataFrame,
    weights: "Mapping[str, float] | pd.Series[float] | None" = None,
    *,
    method: SynthesisMethod,
    money: Column | None = None,
) -> Synthesis:
    r"""
    Order the customers by all lenses together, or by money.

    .. math::

        \text{weighted: } \frac{\sum_j w_j \, l_{ij}}{\sum_j w_j}; \quad
        \text{Borda: } \sum_j (n - r_{ij}) \quad \text{(where all lenses know the customer)}

    Parameters
    ----------
    scores : DataFrame
        One row per customer and a column for each lens. [0-100]
    weights : mapping of str to float, optional
        Weight of each lens, of all of them; equal ones if left out. Used by ``weighted`` alone. [1]
    method : {"weighted", "borda", "money"}
        Mean of the scores by weight; points for those who are ranked below, every lens counting once; or money itself.
    money : array_like, shape (n,), optional
        Value of each customer, engagement value as a rule. [currency]

    Returns
    -------
    Synthesis
        Score and rank of each customer, beside the rank by money.

    Raises
    ------
    DomainError
        If a weight is negative or infinite.
    InputError
        If a score is not a number; if `weights` names an unknown lens or lacks one; if `money` has another length, or
        is left out where it is the method; if the method is unknown.
    ZeroDenominatorError
        If all weights are 0.

    Notes
    -----
    A lens that does not know a customer is left out of that customer's mean, and of the points that the customer could
    have had: those of the others count for it. Equal ranks share their points.

    Examples
    --------
    >>> scores = pd.DataFrame({"CCO": [90.0, 20.0, 60.0], "CFO": [40.0, 80.0, 50.0]}, index=["A", "B", "C"])
    >>> synthesis(scores, {"CCO": 0.25, "CFO": 0.75}, method="weighted").table["score"].tolist()
    [52.5, 65.0, 52.5]
    >>> synthesis(scores, method="borda", money=[5.0, 9.0, 1.0]).table["difference"].tolist()
    [0.0, -1.0, 1.0]
    """
    if method not in _METHODS:
        raise InputError(f"method must be one of {', '.join(SYNTHESIS_METHODS)}, not {method!r}")
    lenses = score_columns(scores)
    shares, notes = _shares(weights, [str(name) for name in lenses.columns])
    values = None if money is None else money_column(money, len(lenses))
    if method == "money" and values is None:
        raise InputError("money must be given where it is the method")
    if method != "weighted" and np.ptp(shares) > 0:
        notes = (*notes, f"weights are not used by the method {method}")
    column = _METHODS[method](lenses, shares, values)
    table = pd.DataFrame({"score": column}, index=lenses.index)
    table["rank"] = mid_ranks(-column) if method == "money" else ranks_from_best(table)["score"]
    if values is not None:
        table = table.assign(money=values, money_rank=mid_ranks(-values))
        table["difference"] = table["money_rank"] - table["rank"]
    return Synthesis(table=table, weights=pd.Series(shares, index=lenses.columns, name="weight"), notes=notes)


def ahp_weights(comparisons: npt.ArrayLike) -> AhpWeights:
    r"""
    Weights from what is more important than what, and by how much, if the answers do not contradict each other.

    .. math::

        A w = \lambda_{\max} w; \quad
        \text{ratio} = \frac{\lambda_{\max} - n}{(n - 1) \, R_n}

    with :math:`R_n` the mean of random answers.

    Parameters
    ----------
    comparisons : array_like, shape (n, n)
        How many times as important the row is as the column, from 1 to 9, and the reciprocal on the other side of the
        diagonal; up to 10 rows. What rounding leaves between a number and its reciprocal is split evenly. [1]

    Returns
    -------
    AhpWeights
        Weights and the ratio of consistency.

    Raises
    ------
    DomainError
        If a comparison is not above 0 and finite, or two opposite ones are not reciprocal; if there are more than 10
        rows; if the ratio of consistency is 0.1 or above.
    InputError
        If the comparisons are not a square of numbers.
    MissingDataError
        If a comparison is missing.

    Examples
    --------
    >>> found = ahp_weights([[1, 2, 6], [1 / 2, 1, 3], [1 / 6, 1 / 3, 1]])
    >>> found.weights.round(6).tolist(), abs(round(found.consistency_ratio, 6))
    ([0.6, 0.3, 0.1], 0.0)
    """
    matrix = _read_comparisons(comparisons)
    values, vectors = np.linalg.eig(matrix)
    largest = int(np.argmax(values.real))
    weights = np.abs(vectors[:, largest].real)
    size = len(matrix)
    # Rounding can leave the root of consistent answers a hair below their number.
    excess = max(float(values[largest].real) - size, 0.0)
    ratio = excess / ((size - 1) * _RANDOM_INDEX[size]) if size > 2 else 0.0
    if ratio >= _LARGEST_RATIO:
        raise DomainError(
            f"comparisons must not contradict each other: their consistency ratio must be below {_LARGEST_RATIO:g}, "
            f"not {ratio:.2g}"
        )
    return AhpWeights(weights=weights / weights.sum(), consistency_ratio=ratio)


# At the door.


def money_column(money: Column, customers: int) -> FloatArray:
    """
    Read the value of each customer.

    Parameters
    ----------
    money : array_like, shape (n,)
        Value of each customer. [currency]
    customers : int
        Number of customers there are scores of.

    Returns
    -------
    ndarray, shape (n,)
        NaN where the value is missing or infinite. [currency]

    Raises
    ------
    InputError
        If the lengths differ, or a value is not a number.
    """
    values = numbers(money, "money")
    if values.shape != (customers,):
        raise InputError(f"money must have as many rows as scores, not {values.size} for {customers}")
    return np.where(np.isfinite(values), values, np.nan)


def _shares(
    weights: "Mapping[str, float] | pd.Series[float] | None", lenses: list[str]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Weights in the order of the lenses, adding up to 1, and what was done to them."""
    if weights is None:
        return np.full(len(lenses), 1.0 / len(lenses)), ()
    given: dict[Any, Any] = dict(weights.items())
    unknown = [name for name in given if name not in lenses]
    absent = [name for name in lenses if name not in given]
    if unknown:
        raise InputError(f"weights must be those of {', '.join(lenses)}, not of {unknown[0]}")
    if absent:
        raise InputError(f"weights must name every lens; there is none for {absent[0]}")
    read = numbers([given[name] for name in lenses], "weights")
    for name, weight in zip(lenses, read.tolist(), strict=True):
        if np.isnan(weight):
            raise InputError(f"weights must be known; that of {name} is missing")
        if weight < 0 or np.isinf(weight):
            raise DomainError(f"weights must be 0 or more and finite, not {weight:g} for {name}")
    if not read.any():
        raise ZeroDenominatorError("weights must not all be 0")
    shares = read / read.max()  # the sum of very large weights would be infinite
    shares = shares / shares.sum()
    with np.errstate(over="ignore"):
        total = read.sum()
    if abs(total - 1.0) <= _NEAR:
        return shares, ()
    return shares, (f"weights add up to {total:g} and were brought to 1",)


def _read_comparisons(comparisons: npt.ArrayLike) -> FloatArray:
    """A square of positive numbers, each the reciprocal of the one opposite."""
    given = numbers(comparisons, "comparisons")
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not given.size:
        raise InputError(f"comparisons must have as many columns as rows, not shape {given.shape}")
    if len(given) > _MOST_COMPARED:
        raise DomainError(f"comparisons must be of at most {_MOST_COMPARED} things, not {len(given)}")
    for (row, column), value in np.ndenumerate(given):
        place = f"in row {row + 1}, column {column + 1} of comparisons"
        if np.isnan(value):
            raise MissingDataError(f"a comparison must be known; there is none {place}")
        if not 0 < value < np.inf:
            raise DomainError(f"a comparison must be above 0 and finite, not {value:g} {place}")
        if abs(float(value) * float(given[column, row]) - 1.0) > _ROUNDED:
            raise DomainError(f"a comparison must be the reciprocal of the opposite one, not {value:g} {place}")
    return np.sqrt(given) / np.sqrt(given.T)  # the quotient itself may be too large


# The formulas.


def _weighted(lenses: pd.DataFrame, shares: FloatArray, _: FloatArray | None) -> FloatArray:
    """Mean of the lenses that know the customer."""
    given = lenses.to_numpy(dtype=np.float64)
    known = np.isfinite(given)
    weight = known @ shares
    mean = np.full(len(given), np.nan)
    np.divide(np.where(known, given, 0.0) @ shares, weight, out=mean, where=weight > 0)
    return mean


def _borda(lenses: pd.DataFrame, _: FloatArray, __: FloatArray | None) -> FloatArray:
    """Points over those the customer could have had, times those of a customer whom all lenses know."""
    ranks = lens_ranks(lenses).to_numpy(dtype=np.float64)
    known = np.isfinite(ranks)
    ranked = known.sum(axis=0)
    points = np.where(known, ranked - ranks, 0.0).sum(axis=1)
    possible = known @ np.maximum(ranked - 1, 0)
    most = int(known.any(axis=1).sum() - 1) * int((ranked > 0).sum())
    score = np.full(len(ranks), np.nan)
    np.divide(points * most, possible, out=score, where=possible > 0)
    return score


def _money(_: pd.DataFrame, __: FloatArray, money: FloatArray | None) -> FloatArray:
    """Money as it is."""
    return np.asarray(money, dtype=np.float64)


_METHODS: Final[Mapping[str, Callable[[pd.DataFrame, FloatArray, FloatArray | None], FloatArray]]] = {
    "weighted": _weighted,
    "borda": _borda,
    "money": _money,
}
