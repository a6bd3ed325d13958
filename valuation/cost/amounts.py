"""
Numbers as people read them: a float stands for its shortest decimal, so 0.1 is one tenth exactly.

Checked before they are cast, because a cast turns booleans, dates and texts into numbers without a word.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from operator import index
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError, ZeroDenominatorError

__all__ = [
    "MOST_PLACES",
    "Column",
    "FloatArray",
    "IntArray",
    "decimal_integers",
    "numbers",
    "rate_per_unit",
    "raw_array",
    "read_exactly",
    "refuse_rows",
    "whole_cents",
    "whole_number",
    "whole_units",
]

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
Column: TypeAlias = npt.ArrayLike | Sequence[float | Decimal | Fraction | None]

MOST_PLACES: Final = 9
_FIFTEEN_DIGITS: Final = 1e15  # up to here a decimal survives the way through float64 and back
_REAL: Final = (int, float, Decimal, Fraction, np.integer, np.floating)


def raw_array(values: Column, name: str) -> npt.NDArray[Any]:
    """Values as an array, uncast: a list goes through objects, since NumPy makes two floats of [True, 0.5]."""
    raw = np.asarray(values) if hasattr(values, "dtype") else np.array(values, dtype=object)
    if raw.dtype.kind not in "iufO":
        raise InputError(f"{name} must be numbers, not {raw.dtype}")
    return raw


def numbers(values: Column, name: str) -> FloatArray:
    """Numbers as float64, missing ones as NaN; texts, dates, booleans and ragged lists are refused."""
    raw = raw_array(values, name)
    if raw.dtype.kind != "O":
        return raw.astype(np.float64)
    cells = [_number_or_nan(value, name) for value in raw.ravel().tolist()]
    return np.array(cells, dtype=np.float64).reshape(raw.shape)


def decimal_integers(values: FloatArray) -> tuple[IntArray, int] | None:
    """Finite decimals as integers, and the least power of ten (0..9) they were multiplied by; None if there is none."""
    if values.size and np.abs(values).max() >= _FIFTEEN_DIGITS:
        return None
    if values.size > 1000 and decimal_integers(values[:1000]) is None:
        return None  # spares ten passes over a long column that cannot succeed
    pending, places = values, -1
    while pending.size or places < 0:
        places += 1
        if places > MOST_PLACES:
            return None
        # Division rounds correctly, so that equality says: this is the float nearest to that decimal.
        scaled = np.rint(pending * 10.0**places)
        pending = pending[(scaled / 10.0**places != pending) | (np.abs(scaled) >= _FIFTEEN_DIGITS)]
    scaled = np.rint(values * 10.0**places)
    if values.size and np.abs(scaled).max() >= _FIFTEEN_DIGITS:
        return None
    return scaled.astype(np.int64), places


def whole_units(amount: float | Decimal, *, places: int, name: str) -> int:
    """An amount in units of ``10**-places``; noise beyond a float's 15th digit is not held against it."""
    if not 0 <= whole_number(places, "places") <= MOST_PLACES:
        raise DomainError(f"places must be in 0..{MOST_PLACES}, not {places}")
    units = read_exactly(amount, name) * 10**places
    if units.denominator != 1 and isinstance(amount, float | np.floating):
        units = Fraction(f"{float(amount):.15g}") * 10**places
    if units.denominator != 1:
        raise DomainError(f"{name} must be a whole number of units at {places} places, not {amount}")
    return int(units.numerator)


def whole_cents(amounts: Column, name: str) -> IntArray:
    """Amounts as whole cents, column-wise if they are in cents and one by one if they are not."""
    values = numbers(amounts, name)
    scaled = decimal_integers(values) if np.isfinite(values).all() else None
    if scaled is not None and scaled[1] <= 2:
        return scaled[0] * np.int64(10 ** (2 - scaled[1]))
    cells = enumerate(raw_array(amounts, name).tolist(), 1)
    return np.array([whole_units(cell, places=2, name=f"{name}, row {row},") for row, cell in cells], dtype=np.int64)


def rate_per_unit(cost: npt.ArrayLike, total: npt.ArrayLike, *, names: tuple[str, str]) -> FloatArray:
    """Cost over a total above 0; a single bad argument raises, a bad row is NaN."""
    costs, totals = numbers(cost, names[0]), numbers(total, names[1])
    for name, value in zip(names, (costs, totals), strict=True):
        if value.ndim == 0:
            read_exactly(float(value), name)
    if totals.ndim == 0 and totals < 0:
        raise DomainError(f"{names[1]} must not be negative, not {totals}")
    if totals.ndim == 0 and totals == 0:
        raise ZeroDenominatorError(f"{names[1]} must not be 0")
    try:
        costs, totals = np.broadcast_arrays(costs, totals)
    except ValueError:
        raise InputError(f"{names[0]} and {names[1]} must fit, not {costs.shape} and {totals.shape}") from None
    rate = np.full(costs.shape, np.nan)
    np.divide(costs, totals, out=rate, where=(totals > 0) & np.isfinite(totals) & np.isfinite(costs))
    return rate


def read_exactly(value: float | Decimal | Fraction, name: str) -> Fraction:
    """The decimal that a number stands for, as a fraction; anything but a finite number is refused."""
    if isinstance(value, bool) or not isinstance(value, _REAL):
        raise InputError(f"{name} must be a number, not {value!r}")
    if isinstance(value, int | np.integer):
        return Fraction(int(value))
    if isinstance(value, Fraction):
        return value
    decimal = value if isinstance(value, Decimal) else Decimal(str(value))
    if decimal.is_nan():
        raise InputError(f"{name} must be a number, not {value}")
    if decimal.is_infinite():
        raise DomainError(f"{name} must be finite, not {value}")
    return Fraction(decimal)


def whole_number(value: Any, name: str) -> int:
    """An integer of Python or NumPy, not a boolean."""
    if isinstance(value, bool | np.bool_):
        raise InputError(f"{name} must be a whole number, not {value}")
    try:
        return int(index(value))
    except TypeError:
        raise InputError(f"{name} must be a whole number, not {value!r}") from None


def refuse_rows(bad: npt.NDArray[Any], values: npt.NDArray[Any], error: type[Exception], rule: str) -> None:
    """Raise for the first bad row, counted from 1 as people do."""
    if bad.any():
        row = int(np.argmax(bad))
        raise error(f"{rule}, not {values[row]} in row {row + 1}")


def _number_or_nan(value: Any, name: str) -> float:
    """One cell of a mixed column; None and pandas' NA are missing."""
    if value is None or type(value).__name__ == "NAType":
        return math.nan
    if isinstance(value, bool) or not isinstance(value, _REAL):
        raise InputError(f"{name} must be numbers, not {value!r}")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
