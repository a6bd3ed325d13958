r"""
Natural breaks: classes of customers such that values differ as little as possible within a class.

The breaks minimise the within-class sum of squares, exactly, among all ways to cut the sorted values (Fisher's
criterion; "Jenks" in map making):

.. math:: \sum_{c} \sum_{i \in c} (v_i - \bar v_c)^2

Fisher's dynamic programme compares each value with each other one. This one gives the same answer for a million values
in about the time of a few sorts, because most places for a cut can be ruled out together:

* The values are collapsed to distinct ones with counts, so that equal values cannot be cut apart.
* For each cut, the places are grouped in boxes of neighbours. The scatter of the values *between* two boxes, which lie
  in one class wherever in the boxes its two cuts are, is a lower bound for the scatter of that class, since a part of a
  class never scatters more than the whole. The dynamic programme over boxes, forwards from the smallest value and
  backwards from the largest, thus gives for every box a lower bound of all solutions that have this cut in it.
* Any solution is an upper bound. A box whose lower bound is above it holds no cut of an optimum and is dropped; the
  others are split, until every box is one place. The bounds then are the true values of all places left, and the last
  forward pass is Fisher's dynamic programme on them. Dropping boxes never drops an optimum, and so the answer is exact
  whatever the upper bound was; a good one only makes it quick.
* Each step of the programme is the search of row minima in a Monge array: for places :math:`a \le b, c \le d` the
  scatter :math:`s` obeys :math:`s(a, c) + s(b, d) \le s(a, d) + s(b, c)`, with :math:`s = 0` where the end is not above
  the start. Row minima then move in one direction, and halving finds them in :math:`O(n \log n)` for n places. So even
  where nothing can be ruled out, the time grows as :math:`k n \log n`, never as the square.

Sums are in twice the working precision, and decimals of up to nine places are counted as whole units, so that far and
narrow classes (a million and one, a million and two) are told apart and ties between decimals are ties.

References
----------
.. [1] W. D. Fisher, "On grouping for maximum homogeneity," Journal of the American Statistical Association, vol. 53,
   no. 284, pp. 789-798, 1958.
.. [2] G. F. Jenks, "The data model concept in statistical mapping," International Yearbook of Cartography, vol. 7,
   pp. 186-190, 1967.
.. [3] A. Aggarwal, M. M. Klawe, S. Moran, P. Shor and R. Wilber, "Geometric applications of a matrix-searching
   algorithm," Algorithmica, vol. 2, pp. 195-208, 1987.
.. [4] H. Wang and M. Song, "Ckmeans.1d.dp: optimal k-means clustering in one dimension by dynamic programming," The R
   Journal, vol. 3, no. 2, pp. 29-33, 2011.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, IntArray, decimal_integers, whole_number
from valuation.errors import DomainError
from valuation.segments.double_double import (
    Pair,
    add,
    exact_product,
    exact_sum,
    prefix_sums,
    quotient,
    square,
    subtract,
)
from valuation.segments.tiers import LabelArray, checked_labels, checked_values, tier_absolute

__all__ = ["NaturalBreaks", "natural_breaks", "tier_natural"]

_BOXES: Final = 1024  # about as many for each cut, until every box is one place
_POLISHING: Final = 50  # steps at most that improve an upper bound
_ROUNDING: Final = 2.0**-98  # of the sum of squares, for each value: more than pairs of floats round off


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NaturalBreaks:
    """
    Classes of values that differ as little as possible within a class.

    Attributes
    ----------
    bounds : ndarray, shape (k - 1,)
        The smallest value of each class but the last, from the best class down, for `tier_absolute`. [currency]
    goodness_of_variance_fit : float
        Share of the sum of squares about the mean that is between classes; 1 where no two values of a class differ. [1]
    sizes : ndarray of int, shape (k,)
        Customers of each class, from the best down. [count]
    """

    bounds: FloatArray
    goodness_of_variance_fit: float
    sizes: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """Of the distinct values in rising order, sums of the first 0, 1, ..., n."""

    values: FloatArray
    count: FloatArray
    first: Pair
    second: Pair
    measure: FloatArray
    """Rises from value to value as classes do: half by number, half by the two thirds power of the gaps."""

    @property
    def tolerance(self) -> float:
        """The difference of two sums of squares that is rounding."""
        return _ROUNDING * self.values.size * float(self.second[0][-1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Boxes:
    """Places for one cut, as runs of neighbours in rising order; a cut at place p has p values below it."""

    low: IntArray
    high: IntArray


def natural_breaks(values: Column, classes: int) -> NaturalBreaks:
    r"""
    Natural breaks of values: the exact optimum of Fisher's criterion.

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer; a missing or infinite one is left out. [currency]
    classes : int
        Number of classes k, at least 1. [1]

    Returns
    -------
    NaturalBreaks
        Bounds, fit and class sizes.

    Raises
    ------
    DomainError
        If `classes` is below 1, or above the number of customers or of distinct values.
    InputError
        If `values` is not one column of numbers, or `classes` no whole number.

    Notes
    -----
    Equal values are never cut apart. Among equally good solutions the one with the highest bounds is chosen, first for
    the best class, then for the next: the best class is as small as it can be. Sums of squares count as equal when they
    differ by less than the rounding in twice the working precision, about :math:`10^{-29}` of the sum of squares about
    the middle value for each distinct value.

    The breaks follow the values: they move when *other* customers change. To keep them, use the bounds in
    `tier_absolute`.

    Examples
    --------
    >>> breaks = natural_breaks([450.0, 387.0, 200.0, 174.0, 120.0, 95.0, 34.0, 12.0], 3)
    >>> breaks.bounds.tolist(), breaks.sizes.tolist()
    ([387.0, 120.0], [2, 3, 3])
    >>> round(breaks.goodness_of_variance_fit, 4)
    0.9489
    """
    given = checked_values(values, ndim=1)
    k = whole_number(classes, "classes")
    if k < 1:
        raise DomainError(f"classes must be at least 1, not {k}")
    ranked = np.sort(given[np.isfinite(given)])
    if ranked.size < k:
        raise DomainError(f"values must be at least {k} for {k} classes, not {ranked.size}")
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    if starts.size < k:
        raise DomainError(f"values must hold at least {k} distinct ones for {k} classes, not {starts.size}")
    sums = _sums(ranked[starts], np.diff(starts, append=ranked.size))
    cuts = _best_cuts(sums, k)
    edges = np.concatenate([[0], starts[cuts], [ranked.size]])
    return NaturalBreaks(
        bounds=ranked[starts[cuts]][::-1],
        goodness_of_variance_fit=_fit(sums, cuts),
        sizes=np.diff(edges)[::-1].astype(np.int64),
    )


def tier_natural(values: Column, *, labels: Sequence[str]) -> LabelArray:
    """
    Tier by natural breaks: as many tiers as labels.

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer. [currency]
    labels : sequence of str, length k
        Names of the tiers from the best down.

    Returns
    -------
    ndarray of str, shape (n,)
        Labels; None where the value is missing or infinite.

    Raises
    ------
    DomainError
        If there are fewer customers, or fewer distinct values, than labels, or no label.
    InputError
        If the labels do not differ, or something is not a number.

    Examples
    --------
    >>> tier_natural([9.0, 1.0, 2.0, 11.0, float("nan")], labels=["T1", "T2"]).tolist()
    ['T1', 'T2', 'T2', 'T1', None]
    """
    names = checked_labels(labels)
    return tier_absolute(values, natural_breaks(values, len(names)).bounds, labels=names)


# Sums and the scatter of a run of values.


def _sums(distinct: FloatArray, counts: IntArray) -> _Sums:
    """Prefix sums of values about the middle one, in units in which the largest is near 1."""
    whole = decimal_integers(distinct)
    points = distinct if whole is None else whole[0].astype(np.float64)
    _, exponent = np.frexp(np.abs(points).max())
    points = np.ldexp(points, -exponent)  # a power of two: exact, and squares cannot overflow
    centred, rounded_off = exact_sum(points, -points[points.size // 2])
    if not rounded_off.any():  # else a small value would lose digits
        points = centred
    weights = counts.astype(np.float64)
    weighted = exact_product(points, weights)
    squares = exact_product(points, weighted[0])
    return _Sums(
        values=points,
        count=np.concatenate([[0.0], np.cumsum(weights)]),
        first=prefix_sums(weighted),
        second=prefix_sums((squares[0], squares[1] + points * weighted[1])),
        measure=_measure(points),
    )


def _measure(points: FloatArray) -> FloatArray:
    """Optimal classes lie as the cube root of the density does, which is 1 by the gap; no bound depends on it."""
    spread = np.concatenate([[0.0], np.cumsum(np.square(np.cbrt(np.diff(points)))), [0.0]])
    spread[-1] = spread[-2]
    number = np.linspace(0.0, 1.0, spread.size)
    return np.asarray(spread / spread[-1] + number if spread[-1] else number, dtype=np.float64)


def _scatter(sums: _Sums, start: IntArray, end: IntArray) -> Pair:
    """Sum of squares about their mean of the values from place `start` to before `end`; 0 if that is none."""
    customers = sums.count[end] - sums.count[start]
    total = subtract(_at(sums.first, end), _at(sums.first, start))
    squares = subtract(_at(sums.second, end), _at(sums.second, start))
    high, low = subtract(squares, quotient(square(total), np.where(end > start, customers, 1.0)))
    scattered = (end > start + 1) & (high > 0)
    return np.where(scattered, high, 0.0), np.where(scattered, low, 0.0)


def _at(pair: Pair, places: IntArray) -> Pair:
    """A pair at some places."""
    return pair[0][places], pair[1][places]


def _edges(sums: _Sums, cuts: IntArray) -> IntArray:
    """The cuts between the first place and the last."""
    return np.concatenate([[0], cuts, [sums.values.size]])


def _within(sums: _Sums, cuts: IntArray) -> Pair:
    """Within-class sum of squares."""
    edges = _edges(sums, cuts)
    high, low = prefix_sums(_scatter(sums, edges[:-1], edges[1:]))
    return high[-1:], low[-1:]


def _fit(sums: _Sums, cuts: IntArray) -> float:
    """Goodness of variance fit."""
    whole = float(_within(sums, cuts[:0])[0][0])
    return 1.0 - float(_within(sums, cuts)[0][0]) / whole if whole else 1.0


# The search.


def _best_cuts(sums: _Sums, classes: int) -> IntArray:
    """Places of the best cuts, rising: boxes are dropped or split until each is one place."""
    n = sums.values.size
    if classes == 1:
        return np.zeros(0, dtype=np.int64)
    # A cut leaves at least one value for each class on both sides.
    whole = [_Boxes(low=np.array([cut]), high=np.array([n - classes + cut])) for cut in range(1, classes)]
    boxes = [_split(sums, one) for one in whole]
    best: Pair = (np.array([np.inf]), np.zeros(1))
    while True:
        forward, path = _forward(sums, boxes)
        if all((one.low == one.high).all() for one in boxes):
            return _highest_of_the_best(sums, boxes, forward)
        best = min(best, _polished(sums, path), key=lambda pair: (pair[0][0], pair[1][0]))
        backward = _backward(sums, boxes)
        boxes = [
            _split(sums, _kept(one, subtract(add(ahead, behind), best)[0] <= sums.tolerance))
            for one, ahead, behind in zip(boxes, forward, backward, strict=True)
        ]


def _forward(sums: _Sums, boxes: list[_Boxes]) -> tuple[list[Pair], IntArray]:
    """For each box the least scatter below it, by lower bounds; and the low ends of the best chain of boxes."""
    least = [_scatter(sums, np.zeros_like(boxes[0].low), boxes[0].low)]
    origins: list[IntArray] = []
    ends = [*(one.low for one in boxes[1:]), np.array([sums.values.size])]
    for one, end in zip(boxes, ends, strict=True):
        value, origin = _least_below(sums, least[-1], one.high, end)
        least.append(value)
        origins.append(origin)
    path = np.zeros(len(boxes), dtype=np.int64)
    place = 0
    for cut in range(len(boxes) - 1, -1, -1):
        place = origins[cut][place]
        path[cut] = boxes[cut].low[place]
    return least[:-1], path


def _backward(sums: _Sums, boxes: list[_Boxes]) -> list[Pair]:
    """For each box the least scatter above it, by lower bounds."""
    last = boxes[-1].high
    least = [_scatter(sums, last, np.full_like(last, sums.values.size))]
    for one, after in reversed(list(pairwise(boxes))):
        least.append(_least_above(sums, least[-1], one.high, after.low))
    return least[::-1]


def _least_below(sums: _Sums, below: Pair, start: IntArray, end: IntArray) -> tuple[Pair, IntArray]:
    """For each end of a class the least of what lies below its start and its own scatter, and which start that is."""

    def entry(row: IntArray, column: IntArray) -> Pair:
        return add(_at(below, column), _scatter(sums, start[column], end[row]))

    return _row_minima(entry, end.size, start.size)


def _least_above(sums: _Sums, above: Pair, start: IntArray, end: IntArray) -> Pair:
    """For each start of a class the least of its own scatter and what lies above its end."""

    def entry(row: IntArray, column: IntArray) -> Pair:
        return add(_at(above, column), _scatter(sums, start[row], end[column]))

    return _row_minima(entry, start.size, end.size)[0]


def _row_minima(entry: Callable[[IntArray, IntArray], Pair], rows: int, columns: int) -> tuple[Pair, IntArray]:
    """Minimum of each row of a Monge array, and a column where it is: every second row lies between its neighbours'."""
    high, low = np.empty(rows), np.empty(rows)
    where = np.empty(rows, dtype=np.int64)
    step = 1 << rows.bit_length()
    while step := step // 2:
        row = np.arange(step - 1, rows, 2 * step)
        bounded = np.concatenate([[0], where[row[1:] - step]])
        last = np.append(where, columns - 1)[np.minimum(row + step, rows)]
        length = last - bounded + 1
        starts = np.cumsum(length) - length
        which = np.repeat(np.arange(row.size), length)
        column = np.arange(which.size) + (bounded - starts)[which]
        found = entry(row[which], column)
        high[row] = np.minimum.reduceat(found[0], starts)
        rest = np.where(found[0] == high[row][which], found[1], np.inf)
        low[row] = np.minimum.reduceat(rest, starts)
        least = np.flatnonzero(rest == low[row][which])
        where[row[which[least]]] = column[least]
    return (high, low), where


def _kept(boxes: _Boxes, keep: npt.NDArray[np.bool_]) -> _Boxes:
    """Some of the boxes."""
    return _Boxes(low=boxes.low[keep], high=boxes.high[keep])


def _split(sums: _Sums, boxes: _Boxes) -> _Boxes:
    """Each box in equal parts of the measure, at least in halves; single places where there are few."""
    width = boxes.high - boxes.low + 1
    if width.sum() <= _BOXES:
        edges = np.repeat(boxes.low - np.cumsum(width) + width, width) + np.arange(width.sum())
    else:
        parts = max(2, _BOXES // width.size)
        below, above = sums.measure[boxes.low], sums.measure[boxes.high + 1]
        steps = np.arange(1, parts) / parts
        inner = np.searchsorted(sums.measure, below[:, None] + (above - below)[:, None] * steps).ravel()
        # Halves by number keep the rounds few whatever the measure is.
        edges = np.unique(np.concatenate([boxes.low, boxes.low + width // 2, inner]))
    parent = np.searchsorted(boxes.low, edges, side="right") - 1
    inside = edges <= boxes.high[parent]
    edges, parent = edges[inside], parent[inside]
    return _Boxes(low=edges, high=np.minimum(np.append(edges[1:], sums.values.size) - 1, boxes.high[parent]))


def _polished(sums: _Sums, cuts: IntArray) -> Pair:
    """Within-class sum of squares of a solution near these cuts: values go to the nearest class mean."""
    cuts = _apart(cuts, sums.values.size)
    best = _within(sums, cuts)
    for _ in range(_POLISHING):
        edges = _edges(sums, cuts)
        means = np.diff(sums.first[0][edges]) / np.diff(sums.count[edges])
        moved = _apart(np.searchsorted(sums.values, (means[1:] + means[:-1]) / 2.0), sums.values.size)
        found = _within(sums, moved)
        if (found[0][0], found[1][0]) >= (best[0][0], best[1][0]):
            break
        cuts, best = moved, found
    return best


def _apart(cuts: IntArray, n: int) -> IntArray:
    """Cuts with at least one value between two of them, and at both ends."""
    order = np.arange(cuts.size)
    rising = np.maximum.accumulate(np.maximum(cuts, 1) - order) + order
    return np.minimum(rising, n - cuts.size + order)


def _highest_of_the_best(sums: _Sums, boxes: list[_Boxes], forward: list[Pair]) -> IntArray:
    """From the best class down, the highest place from which the optimum can still be reached."""
    cuts = np.zeros(len(boxes), dtype=np.int64)
    rest: Pair = (np.zeros(1), np.zeros(1))
    least: Pair | None = None
    end = sums.values.size
    for cut in range(len(boxes) - 1, -1, -1):
        places = boxes[cut].low
        open_ = places < end
        places = places[open_]
        above = add(rest, _scatter(sums, places, np.full_like(places, end)))
        total = add((forward[cut][0][open_], forward[cut][1][open_]), above)
        if least is None:
            best = np.lexsort((total[1], total[0]))[:1]
            least = _at(total, best)
        chosen = np.flatnonzero(subtract(total, least)[0] <= sums.tolerance)[-1:]
        rest, end = _at(above, chosen), int(places[chosen[0]])
        cuts[cut] = end
    return cuts
