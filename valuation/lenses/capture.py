"""How much of the value do the customers hold whom a lens puts first?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, refuse_rows
from valuation.errors import InputError, MissingDataError, ZeroDenominatorError
from valuation.lenses.agreement import spearman
from valuation.lenses.top import Ids, lens_notes, score_column, score_table, ties_of, top_rows, wanted

__all__ = ["LensCapture", "lens_capture"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LensCapture:
    """
    Value that the first N customers of each lens hold, beside the most that N can hold.

    Attributes
    ----------
    lenses : DataFrame
        One row per lens: value of its first N [currency], share of all positive value [1], spearman, the correlation
        of its ranking with that by value, NaN where it ranks all the same or fewer than three. [1]
    best_value, best_share : float
        The same of the N most valuable customers. [currency], [1]
    total : float
        Sum of the positive values. [currency]
    notes : tuple of str
        Where a tie at the cut had to be broken.
    """

    lenses: pd.DataFrame
    best_value: float
    best_share: float
    total: float
    notes: tuple[str, ...]


def lens_capture(
    scores: pd.DataFrame | npt.ArrayLike, values: Column, n: int, *, ids: Ids | None = None
) -> LensCapture:
    """
    Share of the value held by the first N customers of each lens.

    Parameters
    ----------
    scores : DataFrame or array_like, shape (k, m)
        Score of each customer (row) in each lens (column), the higher the better; NaN is not ranked. Revenue is a
        lens too.
    values : array_like, shape (k,)
        Value of each customer, losses negative. [currency]
    n : int
        How many come first, at least 1.
    ids : sequence, length k, optional
        The customers, each once; the index of `scores` without. Of equal scores the more valuable one comes first,
        then the smaller id.

    Returns
    -------
    LensCapture
        Value, share and rank correlation by lens, and the best possible.

    Raises
    ------
    DomainError
        If `n` is below 1, or a number is infinite.
    InputError
        If lengths differ, a value is missing, a lens or an id stands twice, or something is not a number.
    MissingDataError
        If there is no lens, or one ranks fewer than `n` customers.
    ZeroDenominatorError
        If nobody has a positive value.

    Notes
    -----
    A loss among the first N lowers what they hold. The share is of the positive values, so that losses elsewhere do
    not raise it.

    Examples
    --------
    >>> scores = pd.DataFrame({"CFO": [9.0, 8.0, 1.0], "CCO": [1.0, 8.0, 9.0]}, index=["A", "B", "C"])
    >>> found = lens_capture(scores, [60.0, 40.0, -20.0], 2)
    >>> found.lenses["share"].to_dict(), found.best_share
    ({'CFO': 1.0, 'CCO': 0.2}, 1.0)
    """
    table = score_table(scores, "scores")
    money = score_column(values, "values")
    n = wanted(n, "n")
    if money.size != len(table):
        raise InputError(f"values must have one row for each customer, {len(table)}, not {money.size}")
    refuse_rows(np.isnan(money), money, InputError, "values must be known")
    if not len(table.columns):
        raise MissingDataError("scores must hold at least 1 lens, not 0")
    total = float(money[money > 0].sum())
    if total <= 0:
        raise ZeroDenominatorError("values must hold one above 0 to have shares")
    ties = ties_of(money, table.index if ids is None else ids, len(table))
    tops = {lens: top_rows(table[lens].to_numpy(), n, ties, str(lens)) for lens in table.columns}
    held = np.array([money[top.rows].sum() for top in tops.values()])
    best = float(money[top_rows(money, n, ties, "values").rows].sum())
    columns = {
        "value": held,
        "share": held / total,
        "spearman": [_spearman_or_nan(table[lens].to_numpy(), money) for lens in table.columns],
    }
    return LensCapture(
        lenses=pd.DataFrame(columns, index=table.columns),
        best_value=best,
        best_share=best / total,
        total=total,
        notes=lens_notes(tops, n, ties),
    )


def _spearman_or_nan(scores: FloatArray, money: FloatArray) -> float:
    """The rank correlation where there is one."""
    try:
        return spearman(scores, money)
    except (MissingDataError, ZeroDenominatorError):
        return float("nan")
