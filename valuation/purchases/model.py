"""
What every purchase model answers, and how customers come to it.

A customer without a contract is seen as three numbers: how often it bought again (`frequency`, x in the literature),
its age at the last purchase (`recency`, t_x) and its age now (`age`, T). All times of one call are in one unit, the
period; which one is the caller's choice, and only parameters that are times change with it.
"""

from typing import ClassVar, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError
from valuation.lifetime.conventions import (
    LARGEST,
    NOT_NEGATIVE,
    BoolArray,
    FloatArray,
    Range,
    common_shape,
    numbers,
    within,
)

__all__ = ["COUNT", "PARAMETER", "IntArray", "PurchaseModel", "customers", "fit_columns"]

IntArray: TypeAlias = npt.NDArray[np.int64]

COUNT: Final = Range(rule="a whole number, 0 or more", low=0.0, high=LARGEST, whole=True)
PARAMETER: Final = Range(rule="from 1e-9 to 1e9", low=1e-9, high=1e9)


class PurchaseModel(Protocol):
    """
    The formulas of one model, at its parameters; arrays that broadcast, checked before.

    Letters as in the literature: x repeat purchases, t_x age at the last, T age now, t periods to come.
    """

    title: ClassVar[str]
    """What the literature calls it."""

    def log_likelihood(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        """Logarithm of the density of each customer's record."""

    @property
    def scale(self) -> float:
        """What is added to an age so that predictions are analytic in the logarithm of the sum. [periods]"""

    def p_alive(self, x: FloatArray, t_x: FloatArray, T: FloatArray) -> FloatArray:
        """Chance that the customer still buys."""

    def purchases_if_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        """Purchases to expect in the next t periods from customers who still buy: rows x times."""

    def stays_if_alive(self, x: FloatArray, T: FloatArray, t: FloatArray) -> FloatArray:
        """Chance of customers who still buy to do so in t periods: rows x times."""

    def purchases_of_new(self, t: FloatArray) -> FloatArray:
        """Repeat purchases to expect in the first t periods of a customer about whom nothing is known."""

    def count_probabilities(self, t: FloatArray, most: int) -> FloatArray:
        """Chances of 0 ... most repeat purchases in the first t periods, shape (len(t), most + 1)."""

    def draw_ahead(
        self, rng: np.random.Generator, x: FloatArray, t_x: FloatArray, T: FloatArray, t: FloatArray
    ) -> tuple[IntArray, FloatArray]:
        """One possible future: customer and time ahead of each purchase in the next t periods, in no order."""


def customers(
    frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Check customers' records at the door; a row that contradicts itself becomes NaN, one customer alone raises."""
    x, t_x, T = (
        within("frequency", frequency, COUNT),
        within("recency", recency, NOT_NEGATIVE),
        within("age", age, NOT_NEGATIVE),
    )
    shape = common_shape(frequency=x, recency=t_x, age=T)
    with np.errstate(invalid="ignore"):
        wrong = _contradicts(x, t_x, T)
    if not wrong.any():
        return x, t_x, T
    if not shape:
        raise DomainError(_contradiction(float(t_x), float(T)))
    return np.where(wrong, np.nan, x), t_x, T


def fit_columns(**columns: npt.ArrayLike) -> list[FloatArray]:
    """
    Check columns that a fit takes as a whole: equal lengths, nothing missing; the first fault names its row.

    `frequency`, `recency` and `age` must not contradict each other.
    """
    checked = {name: numbers(name, column) for name, column in columns.items()}
    for name, column in checked.items():
        if column.ndim != 1:
            raise InputError(f"{name} must be a column of numbers, not an array of shape {column.shape}")
    if len({column.size for column in checked.values()}) > 1:
        lengths = ", ".join(f"{name} {column.size}" for name, column in checked.items())
        raise InputError(f"lengths differ: {lengths}")
    for name, column in checked.items():
        limits = COUNT if name == "frequency" else NOT_NEGATIVE
        if not limits.holds_everywhere(column):
            row = int(np.argmin(limits.holds(column)))
            refusal = limits.refusal(name, float(column[row]))
            raise type(refusal)(f"{refusal} in row {row + 1}")
    if {"frequency", "recency", "age"} <= checked.keys():
        x, t_x, T = checked["frequency"], checked["recency"], checked["age"]
        wrong = _contradicts(x, t_x, T)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise DomainError(f"{_contradiction(float(t_x[row]), float(T[row]))} in row {row + 1}")
    return list(checked.values())


def _contradicts(x: FloatArray, t_x: FloatArray, T: FloatArray) -> BoolArray:
    """Customers whose last purchase lies ahead, or who have the time of a repeat purchase without one."""
    return np.asarray((t_x > T) | ((x == 0.0) & (t_x > 0.0)))


def _contradiction(t_x: float, T: float) -> str:
    if t_x > T:
        return f"recency must be at most age, {T:.15g}, not {t_x:.15g}"
    return f"recency must be 0 for a customer without repeat purchases, not {t_x:.15g}"
