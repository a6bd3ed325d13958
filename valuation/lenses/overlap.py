"""
Overlap of the customers that lenses put first.

References
----------
.. [1] W. Webber, A. Moffat and J. Zobel, "A similarity measure for indefinite rankings," ACM Transactions on
   Information Systems, vol. 28, no. 4, article 20, 2010 (extrapolated point estimate).
.. [2] M. Corsi and J. Urbano, "The treatment of ties in rank-biased overlap," Proceedings of the 47th International ACM
   SIGIR Conference, 2024 (compares the paper's own treatment of ties with breaking them).
.. [3] P. Jaccard, "The distribution of the flora in the alpine zone," New Phytologist, vol. 11, no. 2, pp. 37-50, 1912.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, read_exactly
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lenses.ranking import first_place
from valuation.lenses.top import (
    Ids,
    RowArray,
    lens_notes,
    score_pair,
    score_table,
    ties_of,
    top_rows,
    wanted,
)

__all__ = [
    "OVERLAP_KINDS",
    "OverlapKind",
    "TieRule",
    "TopOverlap",
    "TopSets",
    "rank_biased_overlap",
    "top_overlap",
    "top_sets",
]

OverlapKind: TypeAlias = Literal["share", "jaccard"]
TieRule: TypeAlias = Literal["broken", "shared"]
OVERLAP_KINDS: Final[tuple[OverlapKind, ...]] = get_args(OverlapKind)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopOverlap:
    """
    How many of the first N of two lenses are the same.

    Attributes
    ----------
    value : float
        Common customers over N, or over all that one of the two puts first (Jaccard). [1]
    common : ndarray of int
        Rows of the common customers, from 0, rising.
    notes : tuple of str
        Where a tie at the cut had to be broken.
    """

    value: float
    common: RowArray
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopSets:
    """
    The first N customers of every lens, and what they have in common.

    Attributes
    ----------
    lenses : mapping of lens to tuple
        Ids of its first N, the best first.
    in_all : tuple
        Ids that every lens puts first, in the order of the rows.
    in_any : tuple
        Ids that at least one puts first, in the order of the rows.
    share : DataFrame
        Common customers of every two lenses over N. [1]
    jaccard : DataFrame
        The same over all that one of the two puts first. [1]
    notes : tuple of str
        Where a tie at the cut had to be broken.
    """

    lenses: Mapping[Hashable, tuple[Hashable, ...]]
    in_all: tuple[Hashable, ...]
    in_any: tuple[Hashable, ...]
    share: pd.DataFrame
    jaccard: pd.DataFrame
    notes: tuple[str, ...]


def top_overlap(
    a: Column,
    b: Column,
    n: int,
    *,
    kind: OverlapKind = "share",
    money: Column | None = None,
    ids: Ids | None = None,
) -> TopOverlap:
    r"""
    Overlap of the first N customers of two lenses.

    .. math:: \text{share} = |A \cap B| / N; \qquad \text{jaccard} = |A \cap B| / |A \cup B|

    Parameters
    ----------
    a, b : array_like, shape (k,)
        Score of each customer, the higher the better; NaN is not ranked.
    n : int
        How many come first, at least 1.
    kind : {"share", "jaccard"}
        What the common ones are counted against.
    money : array_like, shape (k,), optional
        Value of each customer: of equal scores the more valuable one comes first. [currency]
    ids : sequence, length k, optional
        The customers, each once: of equal scores and values the smaller id comes first; the earlier row without.

    Returns
    -------
    TopOverlap
        The overlap, the common rows, and a note for each tie at the cut.

    Raises
    ------
    DomainError
        If `n` is below 1, or a number is infinite.
    InputError
        If lengths differ, `kind` is unknown, an id stands twice, or something is not a number.
    MissingDataError
        If a lens ranks fewer than `n` customers.

    Examples
    --------
    >>> top_overlap([9.0, 8.0, 7.0, 1.0], [9.0, 1.0, 7.0, 8.0], 2).value
    0.5
    """
    first, second = score_pair(a, b)
    n = wanted(n, "n")
    if kind not in OVERLAP_KINDS:
        raise InputError(f"kind must be one of {', '.join(OVERLAP_KINDS)}, not {kind!r}")
    ties = ties_of(money, ids, first.size)
    tops = {name: top_rows(column, n, ties, name) for name, column in (("a", first), ("b", second))}
    common = np.intersect1d(tops["a"].rows, tops["b"].rows, assume_unique=True)
    return TopOverlap(
        value=common.size / (n if kind == "share" else 2 * n - common.size),
        common=common,
        notes=lens_notes(tops, n, ties),
    )


def top_sets(
    scores: pd.DataFrame | npt.ArrayLike, n: int, *, money: Column | None = None, ids: Ids | None = None
) -> TopSets:
    """
    The first N customers of every lens: who is in all of them, in any, and the overlap of every two.

    Parameters
    ----------
    scores : DataFrame or array_like, shape (k, m)
        Score of each customer (row) in each lens (column), the higher the better; NaN is not ranked.
    n : int
        How many come first, at least 1.
    money : array_like, shape (k,), optional
        Value of each customer: of equal scores the more valuable one comes first. [currency]
    ids : sequence, length k, optional
        The customers, each once; the index of `scores` without, or the numbers of the rows from 1.

    Returns
    -------
    TopSets
        Customers by lens, in all, in any, and the overlaps.

    Raises
    ------
    DomainError
        If `n` is below 1, or a number is infinite.
    InputError
        If lengths differ, a lens or an id stands twice, or something is not a number.
    MissingDataError
        If there is no lens, or one ranks fewer than `n` customers.

    Examples
    --------
    >>> scores = pd.DataFrame({"CFO": [9.0, 8.0, 1.0], "CRO": [9.0, 2.0, 5.0]}, index=["A", "B", "C"])
    >>> found = top_sets(scores, 2)
    >>> found.in_all, found.in_any
    (('A',), ('A', 'B', 'C'))
    """
    table = score_table(scores, "scores")
    n = wanted(n, "n")
    if not len(table.columns):
        raise MissingDataError("scores must hold at least 1 lens, not 0")
    ties = ties_of(money, table.index if ids is None else ids, len(table))
    tops = {lens: top_rows(table[lens].to_numpy(), n, ties, str(lens)) for lens in table.columns}
    names = table.index if ties.ids is None else ties.ids
    rows, times = np.unique(np.concatenate([top.rows for top in tops.values()]), return_counts=True)
    chosen = np.array([np.isin(rows, top.rows) for top in tops.values()], dtype=np.int64)
    common = chosen @ chosen.T
    return TopSets(
        lenses={lens: tuple(names[top.rows]) for lens, top in tops.items()},
        in_all=tuple(names[rows[times == len(tops)]]),
        in_any=tuple(names[rows]),
        share=pd.DataFrame(common / n, table.columns, table.columns),
        jaccard=pd.DataFrame(common / (2 * n - common), table.columns, table.columns),
        notes=lens_notes(tops, n, ties),
    )


def rank_biased_overlap(
    a: Column,
    b: Column,
    *,
    p: float = 0.9,
    ties: TieRule = "broken",
    money: Column | None = None,
    ids: Ids | None = None,
) -> float:
    r"""
    Agreement of two rankings that counts most at the top: extrapolated rank-biased overlap.

    .. math::

        RBO = A_k\, p^k + \frac{1 - p}{p} \sum_{d=1}^{k} A_d\, p^d; \qquad
        A_d = \frac{2 X_d}{|S_{:d}| + |T_{:d}|}

    where X_d customers are among the first d of both, and k is the number of customers.

    Parameters
    ----------
    a, b : array_like, shape (k,)
        Score of each customer, the higher the better; a customer whom one lens does not rank (NaN) is left out.
    p : float
        How deep a reader looks, between 0 and 1: with 0.9 the first ten places carry 86 percent of the weight. [1]
    ties : {"broken", "shared"}
        Equal scores: one after the other, by money, then id, then row; or all at the first of their places, so that a
        depth may hold more than d customers, as in the paper. Without ties both are the same.
    money : array_like, shape (k,), optional
        Value of each customer: of equal scores the more valuable one comes first. [currency]
    ids : sequence, length k, optional
        The customers, each once: of equal scores and values the smaller id comes first; the earlier row without.

    Returns
    -------
    float
        From 0 to 1 for the same ranking. [1]

    Raises
    ------
    DomainError
        If `p` is not between 0 and 1, or a number is infinite.
    InputError
        If lengths differ, `ties` is unknown, an id stands twice, or something is not a number.
    MissingDataError
        If no customer is ranked in both.

    References
    ----------
    Refs. [1] and [2] of this module.

    Examples
    --------
    >>> round(rank_biased_overlap([3.0, 2.0, 1.0], [3.0, 1.0, 2.0], p=0.5), 6)
    0.875
    """
    first, second = score_pair(a, b)
    if not 0 < read_exactly(p, "p") < 1:
        raise DomainError(f"p must be between 0 and 1, not {p}")
    if ties not in get_args(TieRule):
        raise InputError(f"ties must be one of {', '.join(get_args(TieRule))}, not {ties!r}")
    breaking = ties_of(money, ids, first.size)
    both = np.flatnonzero(~(np.isnan(first) | np.isnan(second)))
    if not both.size:
        raise MissingDataError("a and b must both rank at least 1 customer, not 0")
    if ties == "shared":
        return _overlap(first_place(first[both]), first_place(second[both]), float(p))
    order = breaking.order(both)
    return _overlap(_broken(first[order]), _broken(second[order]), float(p))


def _broken(scores: FloatArray) -> RowArray:
    """Places of the scores, equal ones in the order given."""
    places = np.empty(scores.size, dtype=np.intp)
    places[np.argsort(-scores, kind="stable")] = np.arange(1, scores.size + 1)
    return places


def _overlap(first: RowArray, second: RowArray, p: float) -> float:
    """Ref. [1] of two complete rankings, which agree fully at their last depth."""
    n = first.size
    depth = np.arange(1, n + 1)
    common, in_first, in_second = (
        np.cumsum(np.bincount(places, minlength=n + 1)[1:]) for places in (np.maximum(first, second), first, second)
    )
    weights = p**depth
    # Weights of a few customers sum to 1 only up to the last digit.
    return min(1.0, float(weights[-1] + (1 - p) / p * (2 * common / (in_first + in_second) @ weights)))
