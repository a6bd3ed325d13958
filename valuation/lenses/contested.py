"""
Contested customers: whom one officer would keep and another would let go, and over what.

A mean of ranks would hide them. They are listed with the two lenses that are furthest apart and the two numbers behind
it, the ones with most at stake first.
"""

from typing import Any, Final

import numpy as np
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, IntArray, numbers
from valuation.errors import DomainError, InputError
from valuation.lenses.default_statements import MEASURES
from valuation.lenses.ranking import mid_ranks
from valuation.lenses.scores import lens_ranks
from valuation.lenses.synthesis import money_column

__all__ = ["contested"]

_FEWEST: Final = 2
_LEVELS: Final = 3


def contested(
    scores: pd.DataFrame,
    money: Column | None = None,
    *,
    min_range: float,
    items: pd.DataFrame | None = None,
    most: int | None = None,
) -> pd.DataFrame:
    """
    List the customers about whom the lenses disagree.

    Parameters
    ----------
    scores : DataFrame
        One row per customer and a column for each lens. [0-100]
    money : array_like, shape (n,), optional
        Value of each customer, engagement value as a rule. [currency]
    min_range : float
        The list holds those whose ranks are at least so far apart. [ranks]
    items : DataFrame, optional
        Items of `LensScores`: what the reasons are taken from. Without it they name the lenses alone.
    most : int, optional
        Length of the list; all without it. Reasons take longer than everything else.

    Returns
    -------
    DataFrame
        Index as in `scores`, from the largest stake down, where it is equal or unknown from the widest range. rank_X
        for each lens X, 1 for the best; range, worst rank less best; sd of the ranks; champion and sceptic, the lenses
        with the best and the worst rank, the first of equal ones; money [currency]; money_rank; stake, range times
        absolute money; and reason: the item on which the sceptic thinks least of the customer and the one on which the
        champion thinks most. Customers whom fewer than two lenses know are not listed.

    Raises
    ------
    DomainError
        If `min_range` is negative.
    InputError
        If a score is not a number, `min_range` is none, `money` has another length, or `items` has other customers.

    Notes
    -----
    The standard deviation is that of all lenses, not of a sample of them (divided by their number). A rank counts among
    the customers whom the lens, or the item, knows.

    Examples
    --------
    >>> scores = pd.DataFrame({"CCO": [90.0, 20.0, 60.0], "CRO": [10.0, 80.0, 50.0]}, index=["A", "B", "C"])
    >>> found = contested(scores, [300.0, 500.0, 900.0], min_range=1)
    >>> found[["range", "champion", "sceptic", "stake"]].to_dict("list")
    {'range': [2.0, 2.0], 'champion': ['CRO', 'CCO'], 'sceptic': ['CCO', 'CRO'], 'stake': [1000.0, 600.0]}
    >>> found["reason"]["B"]
    'CCO (rank 3 of 3) against CRO (rank 1 of 3)'
    """
    least = numbers(min_range, "min_range")
    if least.ndim or np.isnan(least):
        raise InputError(f"min_range must be a number, not {min_range!r}")
    if least < 0:
        raise DomainError(f"min_range must not be negative, not {min_range:g}")
    ranks = lens_ranks(scores)
    if items is not None and not (items.columns.nlevels == _LEVELS and items.index.equals(ranks.index)):
        raise InputError("items must be those of the scores, customer by customer")
    value = np.full(len(ranks), np.nan) if money is None else money_column(money, len(ranks))
    given = ranks.to_numpy(dtype=np.float64)
    spans = _spans(given)
    rows = np.flatnonzero((np.isfinite(given).sum(axis=1) >= _FEWEST) & (spans >= least))
    stake = spans[rows] * np.abs(value[rows])
    # unknown stakes come last; lexsort is stable and takes the last key first
    rows = rows[np.lexsort((-spans[rows], -np.where(np.isnan(stake), -1.0, stake)))][:most]
    champion, sceptic = _extremes(given[rows])
    names = ranks.columns.to_numpy(dtype=object)
    table = ranks.iloc[rows].add_prefix("rank_").rename_axis(columns=None)
    return table.assign(
        range=spans[rows],
        sd=table.std(axis=1, ddof=0),
        champion=names[champion],
        sceptic=names[sceptic],
        money=value[rows],
        money_rank=mid_ranks(-value)[rows],
        stake=spans[rows] * np.abs(value[rows]),
        reason=_reasons(ranks, items, rows, champion, sceptic),
    )


def _spans(ranks: FloatArray) -> FloatArray:
    """Worst rank less best, NaN without any."""
    known = np.isfinite(ranks)
    worst = np.where(known, ranks, -np.inf).max(axis=1)
    best = np.where(known, ranks, np.inf).min(axis=1)
    return np.where(known.any(axis=1), worst - best, np.nan)


def _extremes(ranks: FloatArray) -> tuple[IntArray, IntArray]:
    """Places of the best and of the worst rank, the first of equal ones."""
    known = np.isfinite(ranks)
    best = np.where(known, ranks, np.inf).argmin(axis=1)
    worst = np.where(known, ranks, -np.inf).argmax(axis=1)
    return best, worst


def _reasons(
    ranks: pd.DataFrame, items: pd.DataFrame | None, rows: IntArray, champion: IntArray, sceptic: IntArray
) -> list[str]:
    """Over what the two lenses disagree, for each row; pair by pair, since few pairs share out many rows."""
    reasons = np.empty(rows.size, dtype=object)
    pairs = np.unique(np.column_stack([sceptic, champion]), axis=0) if rows.size else np.empty((0, 2), dtype=np.int64)
    for against, for_ in pairs.tolist():
        here = np.flatnonzero((sceptic == against) & (champion == for_))
        low = _words(ranks, items, against, rows[here], best=False)
        high = _words(ranks, items, for_, rows[here], best=True)
        reasons[here] = [f"{one} against {other}" for one, other in zip(low, high, strict=True)]
    return [str(reason) for reason in reasons]


def _words(ranks: pd.DataFrame, items: pd.DataFrame | None, lens: int, rows: IntArray, *, best: bool) -> list[str]:
    """What a lens says of these customers: the item where they are best or worst, or their rank in the lens."""
    officer = ranks.columns[lens]
    of_lens = ranks.iloc[:, lens].to_numpy(dtype=np.float64)
    words = _ranked(f"{officer} (rank", of_lens[rows], np.isfinite(of_lens).sum())
    places = [] if items is None else np.flatnonzero(items.columns.get_level_values(0) == officer).tolist()
    if items is None or not places:
        return words
    percentiles = items.iloc[:, places].to_numpy(dtype=np.float64)
    known = np.isfinite(percentiles).sum(axis=0)
    of_rows = percentiles[rows]
    blind = -np.inf if best else np.inf
    filled = np.where(np.isfinite(of_rows), of_rows, blind)
    chosen = filled.argmax(axis=1) if best else filled.argmin(axis=1)
    labels = _labels(items.columns[places].tolist())
    for place, label in enumerate(labels):
        here = np.flatnonzero((chosen == place) & np.isfinite(of_rows[:, place]))
        # a percentile of n customers lies on a grid of half ranks
        rank = np.rint(2.0 * (1.0 + (100.0 - of_rows[here, place]) / 100.0 * (known[place] - 1))) / 2.0
        for row, text in zip(here.tolist(), _ranked(label, rank, known[place]), strict=True):
            words[row] = text
    return words


def _labels(columns: list[Any]) -> list[str]:
    """Officer and statement, and the measure where the statement has several."""
    statements = [statement for _, statement, _ in columns]
    labels = []
    for officer, statement, measure in columns:
        title = MEASURES[measure].title if measure in MEASURES else str(measure).replace("_", " ")
        several = statements.count(statement) > 1
        labels.append(f"{officer}: {statement} ({f'{title}, ' if several else ''}rank")
    return labels


def _ranked(label: str, ranks: FloatArray, known: int) -> list[str]:
    """The label with each rank after it."""
    return [f"{label} {f'{rank:.1f}'.removesuffix('.0')} of {known})" for rank in ranks.tolist()]
