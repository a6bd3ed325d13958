"""Two measures, each high or low: the four fields they make, and how far each customer is from changing its field."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, IntArray, numbers
from valuation.errors import DomainError, InputError, MissingDataError

__all__ = ["TwoByTwo", "two_by_two"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoByTwo:
    """
    Field of each customer.

    Attributes
    ----------
    field : ndarray of int, shape (n,)
        0 high and high, 1 high and low, 2 low and high, 3 low and low, 4 second measure unknown, 5 first measure
        unknown. What is unknown is never taken for low.
    measures : tuple of two ndarrays
        Both measures as they were read.
    cuts : tuple of two floats
        The cuts in use.
    distances : tuple of two ndarrays
        Measure less cut; NaN where the measure is unknown.
    note : str
        Which cuts are medians, or "".
    """

    field: IntArray
    measures: tuple[FloatArray, FloatArray]
    cuts: tuple[float, float]
    distances: tuple[FloatArray, FloatArray]
    note: str


def two_by_two(measures: Mapping[str, Column], cuts: Mapping[str, float | None]) -> TwoByTwo:
    """Fields of two measures by their cuts, all four by name; a cut of None is the median of those who have both."""
    (first_name, first), (second_name, second) = ((name, numbers(column, name)) for name, column in measures.items())
    if first.ndim != 1 or first.shape != second.shape:
        raise InputError(
            f"{first_name} and {second_name} must be columns of one length, not {first.shape} and {second.shape}"
        )
    known = np.isfinite(first), np.isfinite(second)
    both = known[0] & known[1]
    pairs = zip((first, second), cuts.items(), strict=True)
    first_cut, second_cut = (_cut(column[both], name, cut) for column, (name, cut) in pairs)
    high = np.where(first >= first_cut, 0, 2) + np.where(second >= second_cut, 0, 1)
    medians = [name for name, cut in cuts.items() if cut is None]
    return TwoByTwo(
        field=np.where(known[0], np.where(known[1], high, 4), 5).astype(np.int64, copy=False),
        measures=(first, second),
        cuts=(first_cut, second_cut),
        distances=(_distance(first, known[0], first_cut), _distance(second, known[1], second_cut)),
        note=f"{' and '.join(medians)}: median of {both.sum()} customers, which moves when others do"
        if medians
        else "",
    )


def _cut(column: FloatArray, name: str, cut: float | None) -> float:
    """The cut that was given, or the median."""
    if cut is None:
        if not column.size:
            raise MissingDataError(f"{name} must be given where no customer has both values")
        return float(np.median(column))
    given = numbers(cut, name)
    if given.ndim or np.isnan(given):
        raise InputError(f"{name} must be a number, not {cut}")
    if np.isinf(given):
        raise DomainError(f"{name} must be finite, not {cut}")
    return float(given)


def _distance(column: FloatArray, known: npt.NDArray[np.bool_], cut: float) -> FloatArray:
    """How far above the cut; negative below it."""
    distance = np.full(column.shape, np.nan)
    np.subtract(column, cut, out=distance, where=known)
    return distance
