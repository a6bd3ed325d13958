"""Ledger lines that carry a customer's id: cost that needs no driver, because somebody wrote down whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, refuse_rows, whole_cents
from valuation.cost.ledger import TextArray, texts_of
from valuation.errors import InputError

__all__ = ["TracedCost", "trace_cost"]

_Ids: TypeAlias = npt.ArrayLike | Sequence[object]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TracedCost:
    """
    Cost of the ledger lines by the customer whom they name; the three amounts sum to the lines, to the cent.

    Attributes
    ----------
    cost : ndarray, shape (n,)
        Cost of each customer, 0 without a line; NaN for a blank id. [currency]
    other_lines, untraced_lines : int
        Number of lines that name somebody else, and of those that name nobody. [count]
    other_cost, untraced_cost : float
        Their cost. [currency]
    """

    cost: FloatArray
    other_lines: int
    other_cost: float
    untraced_lines: int
    untraced_cost: float


def trace_cost(customer_ids: _Ids, line_ids: _Ids, amounts: Column) -> TracedCost:
    """
    Cost of the ledger lines that name each customer.

    Parameters
    ----------
    customer_ids : array_like, shape (n,)
        The customers, each once.
    line_ids : array_like, shape (m,)
        Customer of each ledger line, blank where it names none.
    amounts : array_like, shape (m,)
        Amount of each line, in whole cents. [currency]

    Returns
    -------
    TracedCost
        Cost by customer, and what is left.

    Raises
    ------
    DomainError
        If an amount is not in whole cents or is infinite; the message names the row.
    InputError
        If an amount is missing or none, a customer stands twice, or the columns are not of one length.

    Notes
    -----
    Ids compare as trimmed text, so that 1001 and "1001" are one customer.

    Examples
    --------
    >>> traced = trace_cost(["A", "B"], ["A", None, "A", "C"], [10.10, 5.00, 0.20, 7.00])
    >>> traced.cost.tolist(), traced.other_cost, traced.untraced_cost
    ([10.3, 0.0], 7.0, 5.0)
    """
    wanted, named = _texts(customer_ids, "customer_ids"), _texts(line_ids, "line_ids")
    cents = whole_cents(amounts, "amounts")
    if cents.shape != named.shape:
        raise InputError(f"amounts must be one for each of {named.size} lines, not of shape {cents.shape}")
    known = wanted != ""
    twice = pd.Index(wanted).duplicated() & known
    refuse_rows(twice, wanted, InputError, "customer_ids must each be there once")
    places = pd.Index(wanted[known]).get_indexer(pd.Index(named))
    has_place, nobody = places >= 0, named == ""
    sums = np.zeros(int(known.sum()), dtype=np.int64)
    np.add.at(sums, places[has_place], cents[has_place])
    cost = np.full(wanted.size, np.nan)
    cost[known] = sums / 100.0
    others = ~has_place & ~nobody
    return TracedCost(
        cost=cost,
        other_lines=int(others.sum()),
        other_cost=int(cents[others].sum()) / 100,
        untraced_lines=int(nobody.sum()),
        untraced_cost=int(cents[nobody].sum()) / 100,
    )


def _texts(values: _Ids, name: str) -> TextArray:
    """Ids as trimmed texts; a blank is ""."""
    cells = np.asarray(values, dtype=object)
    if cells.ndim != 1:
        raise InputError(f"{name} must be one column, not of shape {cells.shape}")
    return texts_of(cells)
