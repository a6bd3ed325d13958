"""
What the measures of agreement share: reading scores, and the first N where some are equal.

A score is better the higher it is; a missing one leaves the customer unranked in that lens. Where customers are equal
at the cut of the first N, the more valuable one comes first, then the smaller id, then the earlier row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, numbers, refuse_rows, whole_number
from valuation.errors import DomainError, InputError, MissingDataError

__all__ = [
    "Ids",
    "RowArray",
    "Ties",
    "Top",
    "lens_notes",
    "score_column",
    "score_pair",
    "score_table",
    "ties_of",
    "top_rows",
    "wanted",
]

Ids: TypeAlias = Sequence[Any] | npt.NDArray[Any] | pd.Index
RowArray: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ties:
    """
    What decides between customers of equal score.

    Attributes
    ----------
    money : ndarray or None
        Value of each customer; the larger comes first, an unknown one last. [currency]
    ids : Index or None
        The customers; the smaller number, or the earlier text, comes first. Without it the earlier row does.
    """

    money: FloatArray | None
    ids: pd.Index | None

    @property
    def words(self) -> str:
        """What decides, for a note."""
        return " and then ".join([*(["value"] if self.money is not None else []), "row" if self.ids is None else "id"])

    def order(self, rows: RowArray) -> RowArray:
        """Sort rows, which rise, by what decides between equals."""
        keys: list[npt.NDArray[Any]] = []
        if self.ids is not None:
            keys.append(_sortable(self.ids[rows]))
        if self.money is not None:
            keys.append(-self.money[rows])  # NaN stays NaN, which sorts last
        return rows[np.lexsort(keys)] if keys else rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Top:
    """
    The first N of a lens.

    Attributes
    ----------
    rows : ndarray of int
        Their rows, from 0, the best first.
    tied : int
        How many customers share the score at the cut where not all of them fit in; 0 where they do.
    """

    rows: RowArray
    tied: int


def score_table(scores: pd.DataFrame | npt.ArrayLike, name: str) -> pd.DataFrame:
    """The table as float64, a row for each customer and a column for each lens; a bare array's are counted from 1."""
    if not isinstance(scores, pd.DataFrame):
        raw: npt.NDArray[Any] = np.asarray(scores) if hasattr(scores, "dtype") else np.array(scores, dtype=object)
        if raw.ndim != 2:
            raise InputError(f"{name} must be a table of customers by lenses, not an array of shape {raw.shape}")
        scores = pd.DataFrame(raw, index=range(1, raw.shape[0] + 1), columns=range(1, raw.shape[1] + 1))
    twice = scores.columns[scores.columns.duplicated()]
    if len(twice):
        raise InputError(f"{name} must name each lens once, not {twice[0]} twice")
    read = {lens: _finite(scores[lens].to_numpy(), f"{name}, lens {lens},") for lens in scores.columns}
    return pd.DataFrame(read, index=scores.index, columns=scores.columns, dtype=np.float64)


def score_column(scores: Column, name: str) -> FloatArray:
    """One score for each customer, NaN where there is none."""
    return _finite(scores, name)


def score_pair(a: Column, b: Column) -> tuple[FloatArray, FloatArray]:
    """Two columns about the same customers."""
    first, second = score_column(a, "a"), score_column(b, "b")
    if first.shape != second.shape:
        raise InputError(f"b must have as many rows as a, not {second.size} for {first.size}")
    return first, second


def wanted(n: int, name: str) -> int:
    """How many come first: a whole number from 1."""
    count = whole_number(n, name)
    if count < 1:
        raise DomainError(f"{name} must be at least 1, not {count}")
    return count


def ties_of(money: Column | None, ids: Ids | None, customers: int) -> Ties:
    """What decides between equals, checked; every id stands once."""
    amounts = None if money is None else _finite(money, "money")
    if amounts is not None and amounts.size != customers:
        raise InputError(f"money must have one row for each customer, {customers}, not {amounts.size}")
    if ids is None:
        return Ties(money=amounts, ids=None)
    names = pd.Index(ids)
    if names.size != customers:
        raise InputError(f"ids must have one row for each customer, {customers}, not {names.size}")
    twice = names.duplicated()
    if twice.any():
        row = int(np.argmax(twice))
        raise InputError(f"{names[row]} stands twice in ids; the second time in row {row + 1}")
    return Ties(money=amounts, ids=names)


def _finite(values: Column, name: str) -> FloatArray:
    """A column of finite or missing numbers."""
    read = numbers(values, name)
    if read.ndim != 1:
        raise InputError(f"{name} must be one column, not of shape {read.shape}")
    refuse_rows(np.isinf(read), read, DomainError, f"{name} must be finite")
    return read


def _sortable(ids: pd.Index) -> npt.NDArray[Any]:
    """Ids as keys of a sort: numbers by size, anything else as text."""
    keys = ids.to_numpy()
    return keys if keys.dtype.kind in "iuf" else keys.astype(np.str_)


# The formulas.


def top_rows(scores: FloatArray, n: int, ties: Ties, name: str) -> Top:
    """Pick the first `n` of those who have a score."""
    ranked = scores[~np.isnan(scores)]
    if ranked.size < n:
        raise MissingDataError(f"{name} must rank at least {n} customers, not {ranked.size}")
    cut = np.partition(ranked, ranked.size - n)[ranked.size - n]
    above, at_cut = np.flatnonzero(scores > cut), np.flatnonzero(scores == cut)
    places = n - above.size
    tied = at_cut.size if places < at_cut.size else 0
    if tied:
        at_cut = ties.order(at_cut)[:places]
    chosen = ties.order(np.sort(np.concatenate([above, at_cut])))
    return Top(rows=chosen[np.argsort(-scores[chosen], kind="stable")], tied=tied)


def lens_notes(tops: dict[Any, Top], n: int, ties: Ties) -> tuple[str, ...]:
    """One note for each lens whose first `n` are not decided by the score alone."""
    return tuple(
        f"{lens}: {top.tied:,} customers share the score at the cut of the top {n:,}; {ties.words} decides"
        for lens, top in tops.items()
        if top.tied
    )
