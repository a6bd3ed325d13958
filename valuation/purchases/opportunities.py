"""Customers with opportunities to buy, at the door: whole numbers that must not contradict each other."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError
from valuation.lifetime.conventions import BoolArray, FloatArray, Range, common_shape, within
from valuation.purchases.model import COUNT, IntArray, fit_columns

__all__ = ["GroupedOpportunities", "grouped_opportunities", "opportunity_customers"]

OPPORTUNITIES: Final = Range(rule="a whole number from 0 to 100000", low=0.0, high=1e5, whole=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupedOpportunities:
    """Distinct customers, in the order of opportunities, purchases and the last purchase; each shape (rows,)."""

    frequency: IntArray
    """Opportunities used. [count]"""

    recency: IntArray
    """Which opportunity was the last one used, 0 for none. [count]"""

    opportunities: IntArray
    """Opportunities had. [count]"""

    weight: FloatArray
    """Customers of each row. [count]"""

    @property
    def n(self) -> float:
        """Customers. [count]"""
        return float(self.weight.sum())


def grouped_opportunities(
    frequency: npt.ArrayLike, recency: npt.ArrayLike, opportunities: npt.ArrayLike, weight: npt.ArrayLike | None
) -> GroupedOpportunities:
    """The customers, checked and counted; the first fault names its row."""
    columns = {"frequency": frequency, "recency": recency, "opportunities": opportunities}
    x, t_x, n, *given = fit_columns(**columns, **({} if weight is None else {"weight": weight}))
    for name, column, limits in (("recency", t_x, COUNT), ("opportunities", n, OPPORTUNITIES)):
        if not limits.holds_everywhere(column):
            row = int(np.argmin(limits.holds(column)))
            raise DomainError(f"{limits.refusal(name, float(column[row]))} in row {row + 1}")
    wrong = _contradicts(x, t_x, n)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DomainError(f"{_contradiction(float(x[row]), float(t_x[row]), float(n[row]))} in row {row + 1}")
    rows, places = np.unique(np.stack([n, x, t_x], axis=1).astype(np.int64), axis=0, return_inverse=True)
    counts = np.bincount(places.ravel(), given[0] if given else None, len(rows)).astype(np.float64)
    kept = counts > 0.0
    return GroupedOpportunities(
        frequency=rows[kept, 1], recency=rows[kept, 2], opportunities=rows[kept, 0], weight=counts[kept]
    )


def opportunity_customers(
    frequency: npt.ArrayLike, recency: npt.ArrayLike, opportunities: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Check customers at the door; a row that contradicts itself becomes NaN, one customer alone raises."""
    x, t_x = within("frequency", frequency, COUNT), within("recency", recency, COUNT)
    n = within("opportunities", opportunities, OPPORTUNITIES)
    shape = common_shape(frequency=x, recency=t_x, opportunities=n)
    with np.errstate(invalid="ignore"):
        wrong = _contradicts(x, t_x, n)
    if wrong.any() and not shape:
        raise DomainError(_contradiction(float(x), float(t_x), float(n)))
    return np.where(wrong, np.nan, x), t_x, n


def _contradicts(x: FloatArray, t_x: FloatArray, n: FloatArray) -> BoolArray:
    """Customers whose last purchase lies ahead, who bought more often than they could, or never but at some time."""
    return np.asarray((t_x > n) | (x > t_x) | ((x == 0.0) & (t_x > 0.0)))


def _contradiction(x: float, t_x: float, n: float) -> str:
    if t_x > n:
        return f"recency must be at most opportunities, {n:.15g}, not {t_x:.15g}"
    if x > t_x:
        return f"frequency must be at most recency, {t_x:.15g}, not {x:.15g}"
    return f"recency must be 0 for a customer without purchases, not {t_x:.15g}"
