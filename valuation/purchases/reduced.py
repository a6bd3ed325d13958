"""
Many customers as few rows: equal customers stand once, with their number.

All models depend on a customer through (x, t_x, T) alone, and many terms of a likelihood on x or T alone. What is
sorted here does not depend on the order of the customers, so that fits don't either.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuation.lifetime.conventions import FloatArray
from valuation.purchases.model import IntArray

__all__ = ["ReducedPurchases", "distinct_pairs", "levels", "reduce_purchases", "rows_by_level"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReducedPurchases:
    """Distinct customers in the order of x, t_x and T; each of the three as positions in its own sorted levels."""

    frequency_levels: FloatArray
    """Distinct repeat purchases. [count]"""

    recency_levels: FloatArray
    """Distinct ages at the last purchase. [periods]"""

    age_levels: FloatArray
    """Distinct ages. [periods]"""

    frequency_codes: IntArray
    """Positions in the levels, shape (rows,)."""

    recency_codes: IntArray
    """Positions in the levels, shape (rows,)."""

    age_codes: IntArray
    """Positions in the levels, shape (rows,)."""

    weight: FloatArray
    """Customers of each row. [count]"""

    @property
    def n(self) -> float:
        """Customers. [count]"""
        return float(self.weight.sum())

    @property
    def frequency(self) -> FloatArray:
        """Repeat purchases of each row. [count]"""
        return self.frequency_levels[self.frequency_codes]

    @property
    def recency(self) -> FloatArray:
        """Age at the last purchase of each row. [periods]"""
        return self.recency_levels[self.recency_codes]

    @property
    def age(self) -> FloatArray:
        """Age of each row. [periods]"""
        return self.age_levels[self.age_codes]

    @property
    def frequency_weights(self) -> FloatArray:
        """Customers with each level of repeat purchases. [count]"""
        return np.asarray(np.bincount(self.frequency_codes, self.weight, len(self.frequency_levels)), dtype=np.float64)

    @property
    def age_weights(self) -> FloatArray:
        """Customers of each level of age. [count]"""
        return np.asarray(np.bincount(self.age_codes, self.weight, len(self.age_levels)), dtype=np.float64)

    @property
    def age_purchases(self) -> FloatArray:
        """Repeat purchases of the customers of each level of age. [count]"""
        return np.asarray(
            np.bincount(self.age_codes, self.weight * self.frequency, len(self.age_levels)), dtype=np.float64
        )

    @property
    def share_without_repeats(self) -> float:
        """Share of the customers who bought once only. [1]"""
        return float(self.weight[self.frequency == 0.0].sum() / self.n)


def levels(values: FloatArray, *, ordered: bool = True) -> tuple[FloatArray, IntArray]:
    """Distinct values, sorted unless the order does not matter, and the position of each value in them."""
    if values.size:
        with np.errstate(invalid="ignore"):  # what is too large for an integer is told by the comparison below
            whole = values.astype(np.int64)
        lowest = int(whole.min())
        if int(whole.max()) - lowest <= values.size and np.array_equal(whole, values):
            # Whole numbers close together are counted.
            whole -= lowest
            counts = np.bincount(whole)
            present = np.flatnonzero(counts)
            position = np.zeros(counts.size, dtype=np.int64)
            position[present] = np.arange(present.size)
            return (present + lowest).astype(np.float64), position[whole]
    # Hashing is several times faster than sorting.
    codes, distinct = pd.factorize(values, sort=ordered)
    return np.asarray(distinct, dtype=np.float64), codes.astype(np.int64, copy=False)


def rows_by_level(values: FloatArray) -> Iterator[tuple[float, IntArray]]:
    """Each distinct value, in order, with the rows that have it."""
    if values.size and (values == values[0]).all():
        yield float(values[0]), np.arange(values.size)
        return
    distinct, codes = levels(values)
    # Short integers are sorted by their digits.
    order = np.argsort(codes.astype(np.min_scalar_type(distinct.size)), kind="stable")
    bounds = np.append(0, np.cumsum(np.bincount(codes, minlength=distinct.size))).tolist()
    for value, start, stop in zip(distinct.tolist(), bounds[:-1], bounds[1:], strict=True):
        yield value, order[start:stop]


def reduce_purchases(x: FloatArray, t_x: FloatArray, T: FloatArray) -> ReducedPurchases:
    """Count equal customers; the columns are checked and of one length."""
    x_levels, x_codes = levels(x)
    T_levels, T_codes = levels(T)
    # Without repeat purchases a customer is its age alone, and most customers are often such.
    again = np.flatnonzero(x)
    T_again = T_codes[again]
    ages = np.bincount(T_codes, minlength=len(T_levels)) - np.bincount(T_again, minlength=len(T_levels))
    t_levels, t_codes = levels(t_x[again])
    if again.size < x.size:
        t_levels, t_codes = _with_nought(t_levels, t_codes)
    # One integer for a customer sorts several times faster than three columns, a short one faster still.
    span = len(x_levels) * len(t_levels) * len(T_levels)
    key = (x_codes[again] * len(t_levels) + t_codes) * len(T_levels) + T_again
    key = np.sort(key.astype(np.int32) if span < 2**31 else key)
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if key.size else np.array([], dtype=np.int64)
    rest, age = np.divmod(key[first], len(T_levels))
    frequency, recency = np.divmod(rest, len(t_levels))
    present = np.flatnonzero(ages)
    nought = np.zeros(present.size, dtype=np.int64)
    return ReducedPurchases(
        frequency_levels=x_levels,
        recency_levels=t_levels,
        age_levels=T_levels,
        frequency_codes=np.append(nought, frequency),
        recency_codes=np.append(nought, recency),
        age_codes=np.append(present, age),
        weight=np.append(ages[present], np.diff(np.append(first, key.size))).astype(np.float64),
    )


def _with_nought(distinct: FloatArray, codes: IntArray) -> tuple[FloatArray, IntArray]:
    """Levels that have 0, the first of them."""
    if distinct.size and distinct[0] == 0.0:
        return distinct, codes
    return np.append(0.0, distinct), codes + 1


def distinct_pairs(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Distinct pairs of two columns, sorted, and the position of each row's pair in them."""
    (first_levels, first_codes), (second_levels, second_codes) = levels(first), levels(second)
    keys = first_codes * len(second_levels) + second_codes
    which, distinct = pd.factorize(keys, sort=True)
    return (
        first_levels[distinct // len(second_levels)],
        second_levels[distinct % len(second_levels)],
        which.astype(np.int64, copy=False),
    )
