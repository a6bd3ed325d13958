"""
Which customers come first whatever the weights of the lenses?

Every set of weights on an even grid is tried, in place of the random ones of stochastic multicriteria analysis: the
same inputs always give the same answer, and a share of 100 percent means every set of the grid.

References
----------
.. [1] R. Lahdelma, J. Hokkanen and P. Salminen, "SMAA - stochastic multiobjective acceptability analysis," European
   Journal of Operational Research, vol. 106, no. 1, pp. 137-143, 1998.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from math import comb, inf
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, IntArray, read_exactly
from valuation.errors import DomainError, MissingDataError
from valuation.lenses.top import Ids, RowArray, score_table, ties_of, wanted

__all__ = ["WeightSensitivity", "weight_grid", "weight_sensitivity"]

BoolArray: TypeAlias = npt.NDArray[np.bool_]

_FEWEST_LENSES: Final = 2
_MOST_SETS: Final = 20_000
_NOISE: Final = 1e-12  # weighted scores that differ by less, of the largest score, are the same
_PROBES: Final = 0.5  # step of the few sets of weights that find strong customers
_STRONG: Final = 64
_CELLS: Final = 2**19  # weighted scores at a time: small enough for a processor's cache


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightSensitivity:
    """
    How often each customer is among the first N.

    Attributes
    ----------
    share : Series
        Share of the sets of weights, by customer; NaN for one whom no lens ranks. [1]
    sets : int
        How many sets of weights were tried.
    tied : int
        In how many of them customers were equal at the cut.
    notes : tuple of str
        Who was left out, and how ties were broken.
    """

    share: "pd.Series[float]"
    sets: int
    tied: int
    notes: tuple[str, ...]


class _Group(NamedTuple):
    """Customers whom the same lenses rank."""

    rows: RowArray
    weights: FloatArray
    """The grid with the weights of the other lenses passed on to these, one row for each set."""
    silent: BoolArray
    """Sets that give these lenses no weight."""

    def weighted(self, filled: FloatArray) -> FloatArray:
        """Weighted scores of some of these customers (rows) by set of weights."""
        found: FloatArray = filled @ self.weights.T
        if self.silent.any():
            found[:, self.silent] = -inf
        return found


def weight_grid(lenses: int, step: float) -> FloatArray:
    """
    All sets of weights on an even grid.

    Parameters
    ----------
    lenses : int
        How many weights a set has, at least 1.
    step : float
        Distance of the grid, 1 over a whole number, such as 0.1. [1]

    Returns
    -------
    ndarray, shape (sets, lenses)
        Weights from 0 to 1, each row with the sum 1. [1]

    Raises
    ------
    DomainError
        If 1 is not a multiple of `step`, or there are more than 20,000 sets.
    InputError
        If a number is not one.

    Examples
    --------
    >>> weight_grid(2, 0.5).tolist()
    [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]
    >>> len(weight_grid(5, 0.1))
    1001
    """
    lenses = wanted(lenses, "lenses")
    size = read_exactly(step, "step")
    steps = round(1 / size) if 0 < size <= 1 else 0
    # a third is typed as 0.3333, or comes from a formula
    if not steps or abs(float(size) * steps - 1) > 1e-3:
        raise DomainError(f"step must be 1 over a whole number, such as 0.1, not {step}")
    sets = comb(steps + lenses - 1, lenses - 1)
    if sets > _MOST_SETS:
        raise DomainError(
            f"step must make at most {_MOST_SETS:,} sets of weights; {step} makes {sets:,} for {lenses} lenses"
        )
    # Each set is a way to put bars between so many steps.
    bars = np.array(list(combinations(range(steps + lenses - 1), lenses - 1)), dtype=np.int64).reshape(sets, lenses - 1)
    grid: FloatArray = (np.diff(bars, axis=1, prepend=-1, append=steps + lenses - 1) - 1) / steps
    return grid


def weight_sensitivity(
    scores: pd.DataFrame | npt.ArrayLike,
    n_top: int,
    *,
    step: float = 0.1,
    money: Column | None = None,
    ids: Ids | None = None,
) -> WeightSensitivity:
    """
    Share of the sets of weights for which each customer is among the first N by weighted score.

    Parameters
    ----------
    scores : DataFrame or array_like, shape (n, m)
        Score of each customer (row) in each lens (column), all on one scale, the higher the better. Where a customer
        has none (NaN), the weights of the lenses that rank the customer are scaled up to 1.
    n_top : int
        How many come first, at least 1.
    step : float
        Distance of the grid of weights, 1 over a whole number. [1]
    money : array_like, shape (n,), optional
        Value of each customer: of equal scores the more valuable one comes first. [currency]
    ids : sequence, length n, optional
        The customers, each once; the index of `scores` without.

    Returns
    -------
    WeightSensitivity
        Shares by customer, the number of sets, and in how many a tie was broken.

    Raises
    ------
    DomainError
        If `n_top` is below 1, `step` does not divide 1 or makes too many sets, or a number is infinite.
    InputError
        If lengths differ, a lens or an id stands twice, or something is not a number.
    MissingDataError
        If there are fewer than two lenses, or fewer than `n_top` customers with a score.

    Notes
    -----
    Shares sum to `n_top` where every customer has a score in every lens. Only those customers are compared in full who
    can come first for some set: nearly all others are below `n_top` stronger ones in every lens.

    References
    ----------
    Ref. [1] of this module.

    Examples
    --------
    >>> scores = pd.DataFrame({"CFO": [90.0, 50.0, 20.0], "CRO": [80.0, 30.0, 100.0]}, index=["A", "B", "C"])
    >>> weight_sensitivity(scores, 1, step=0.25).share.to_dict()
    {'A': 0.8, 'B': 0.0, 'C': 0.2}
    """
    table = score_table(scores, "scores")
    n = wanted(n_top, "n_top")
    ties = ties_of(money, table.index if ids is None else ids, len(table))
    told = table.notna().any().to_numpy()
    absent = [str(lens) for lens in table.columns[~told]]
    lenses = int(told.sum())
    if lenses < _FEWEST_LENSES:
        raise MissingDataError(f"scores must hold at least 2 lenses with scores, not {lenses}")
    values = table.to_numpy()[:, told]
    ranked = ~np.isnan(values).all(axis=1)
    if ranked.sum() < n:
        raise MissingDataError(f"scores must rank at least {n} customers, not {ranked.sum()}")
    grid = weight_grid(lenses, step)
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    noise = _NOISE * float(np.abs(filled).max())
    rows = ties.order(_contenders(filled, known, n, grid, noise))
    times, tied = _times_first(filled[rows], known[rows], n, grid, noise)
    share = np.where(ranked, 0.0, np.nan)
    share[rows] = times / len(grid)
    notes = [f"{lens} is left out because it ranks nobody" for lens in absent]
    if tied:
        words = f"customers are equal at the cut for {tied:,} of {len(grid):,} sets of weights"
        notes.append(f"{words}; {ties.words} decides")
    names = table.index if ties.ids is None else ties.ids
    return WeightSensitivity(
        share=pd.Series(share, names, dtype=np.float64), sets=len(grid), tied=tied, notes=tuple(notes)
    )


def _contenders(filled: FloatArray, known: BoolArray, n: int, grid: FloatArray, noise: float) -> RowArray:
    """Rows, rising, of all customers who can be among the first n for some set of the grid, and few others."""
    strong, possible = _probed(filled, known, n, noise)
    # The n-th best of some is not above the n-th best of all; it is -inf where fewer have a score at all.
    cut = np.array([_cut(one, n) for one in _by_set(filled[strong], known[strong], grid)])
    cut = np.maximum(cut - 2 * noise, np.finfo(np.float64).min)
    at_once = max(1, _CELLS // len(grid))
    reach = np.zeros(len(filled), dtype=np.bool_)
    for group in _groups(known, np.flatnonzero(possible), grid):
        for start in range(0, group.rows.size, at_once):
            rows = group.rows[start : start + at_once]
            reach[rows] = (group.weighted(filled[rows]) >= cut).any(axis=1)
    return np.flatnonzero(reach)


def _probed(filled: FloatArray, known: BoolArray, n: int, noise: float) -> tuple[RowArray, BoolArray]:
    """Rows of customers who are strong for a few sets of weights, and who is not below n of them in every lens."""
    customers, lenses = filled.shape
    complete: BoolArray = np.asarray(known.all(axis=1))
    possible: BoolArray = np.asarray(known.any(axis=1))
    most = min(customers, n + _STRONG)
    strong: list[RowArray] = []
    # Those whose worst score is best leave the fewest above them.
    worst = np.where(complete, filled.min(axis=1), -inf)
    for one in chain([worst], _by_set(filled, known, weight_grid(lenses, _PROBES))):
        best = np.argpartition(one, customers - most)[customers - most :]
        strong.append(best)
        first = best[complete[best]]
        if first.size >= n:
            first = first[np.argpartition(one[first], first.size - n)[first.size - n :]]
            # Below n complete customers in every lens is below them whatever the weights.
            floor = filled[first].min(axis=0) - 2 * noise
            possible = np.logical_and(possible, ~complete | (filled >= floor).any(axis=1))
    return np.unique(np.concatenate(strong)), possible


def _groups(known: BoolArray, rows: RowArray, grid: FloatArray) -> Iterator[_Group]:
    """The customers of these rows, by the lenses that rank them."""
    code = np.zeros(rows.size, dtype=np.intp)
    for lens in known[rows].T:
        code = np.unique(2 * code + lens, return_inverse=True)[1]
    order = np.argsort(code, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
        weights = grid * known[rows[members[0]]]
        total = weights.sum(axis=1, keepdims=True)
        scaled = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
        yield _Group(rows[members], scaled, total[:, 0] == 0)


def _by_set(filled: FloatArray, known: BoolArray, grid: FloatArray) -> Iterator[FloatArray]:
    """Weighted scores of all customers for one set of weights after the other; -inf for those without a score."""
    complete = known.all()
    by_lens, given = np.ascontiguousarray(filled.T), known.T.astype(np.float64)
    for weights in grid:
        total = weights @ by_lens
        if complete:
            yield total
        else:
            weight = weights @ given
            yield np.divide(total, weight, out=np.full(total.shape, -inf), where=weight > 0)


def _cut(weighted: FloatArray, n: int) -> float:
    """The n-th best."""
    place = max(weighted.size - n, 0)
    return float(np.partition(weighted, place)[place])


def _times_first(filled: FloatArray, known: BoolArray, n: int, grid: FloatArray, noise: float) -> tuple[IntArray, int]:
    """For how many sets each customer is among the first n, and how many leave that to the order of equal ones."""
    times, tied = np.zeros(len(filled), dtype=np.int64), 0
    for weighted in _by_set(filled, known, grid):
        cut = _cut(weighted, n)
        above = weighted > cut + noise
        equal = np.flatnonzero((weighted >= cut - noise) & ~above & (weighted > -inf))
        places = n - int(above.sum())
        tied += equal.size > places
        times += above
        times[equal[:places]] += 1
    return times, tied
