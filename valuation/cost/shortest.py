"""
The decimals that floats stand for, a million at a time.

A float stands for its shortest decimal, its `repr`. Here the same digits are found by arithmetic on whole columns: a
product of two floats and its rounding error are both floats (Dekker), so that a value times a power of ten is known to
far more digits than it has. A row in which this leaves any doubt is asked for its `repr`.

References
----------
.. [1] T. J. Dekker, "A floating-point technique for extending the available precision," Numerische Mathematik, vol. 18,
   pp. 224-242, 1971, sec. 5 (exact products).
.. [2] G. L. Steele and J. L. White, "How to print floating-point numbers accurately," Proc. PLDI, pp. 112-126, 1990
   (shortest decimals).
"""

from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray, IntArray

__all__ = ["LARGEST", "SMALLEST", "shortest_decimals"]

SMALLEST: Final = 1e-280
LARGEST: Final = 1e280

_CHUNK: Final = 16_384  # rows whose intermediate results stay in the processor's cache
_DIGITS: Final = 17  # enough for any float
_DOUBT: Final = 1e-6  # in units of the 17th digit; what is neglected here is below 1e-12 of one
_SPLITTER: Final = 2.0**27 + 1.0


def shortest_decimals(values: FloatArray) -> tuple[IntArray, IntArray]:
    """Integers of up to 17 digits, and the powers of ten to divide them by; for values in `SMALLEST` to `LARGEST`."""
    digits, places = np.empty(values.size, np.int64), np.empty(values.size, np.int64)
    doubtful = np.empty(values.size, np.bool_)
    for start in range(0, values.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        digits[part], places[part], doubtful[part] = _chunk(values[part])
    rows = np.flatnonzero(doubtful)
    if rows.size:
        found, inverse = np.unique(values[rows], return_inverse=True)
        exact = [Decimal(repr(value)).as_tuple() for value in found.tolist()]
        digits[rows] = np.array([int("".join(map(str, one.digits))) for one in exact], dtype=np.int64)[inverse]
        places[rows] = np.array([-int(one.exponent) for one in exact], dtype=np.int64)[inverse]
    return digits, places


def _chunk(values: FloatArray) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_]]:
    """Digits, places, and the rows in doubt."""
    places = (_DIGITS - 1) - np.floor(np.log10(values)).astype(np.int64)
    power, power_head, power_tail, power_rest = _POWERS[:, places - _FIRST]
    scaled, error = _product(values, power, power_head, power_tail)
    error += values * power_rest
    doubtful = (scaled < 1e16) | (scaled >= 1e17)  # the logarithm was rounded to a whole number
    whole = scaled.astype(np.int64)  # above 2**53 every float is one
    gap = np.spacing(values) * (0.5 * power)  # any decimal nearer than that reads as this float, none farther away
    last = np.rint(error)
    digits = whole + last.astype(np.int64)
    doubtful |= np.abs(np.abs(error - last) - 0.5) < _DOUBT
    # Below a power of two floats stand closer by half, so that a rounded decimal may belong to the one before.
    closer = np.where(np.frexp(values)[0] == 0.5, 0.5 * gap, gap)
    # The gap is from 0.5 to 11: several decimals of 16 digits may lie inside it, and one of 15 or fewer.
    for unit in (10, 100):
        tail = whole % unit
        offset = tail + error
        steps = np.rint(offset / unit)
        distance = np.abs(offset - unit * steps)
        digits = np.where(distance < gap, whole - tail + unit * steps.astype(np.int64), digits)
        doubtful |= (distance > closer - _DOUBT) & (distance < gap + _DOUBT)
        doubtful |= np.abs(distance - 0.5 * unit) < _DOUBT
    return digits, places, doubtful


def _product(a: FloatArray, b: FloatArray, b_head: FloatArray, b_tail: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A product and its rounding error."""
    shifted = a * _SPLITTER
    head = shifted - (shifted - a)
    tail = a - head
    product = a * b
    return product, ((head * b_head - product) + head * b_tail + tail * b_head) + tail * b_tail


_FIRST: Final = -264


def _powers() -> FloatArray:
    """Powers of ten as a float, its two halves, and what the float lacks."""
    rows = []
    for exponent in range(_FIRST, 300):
        exact = Fraction(10) ** exponent
        power = float(exact)
        head = power * _SPLITTER - (power * _SPLITTER - power)
        rows.append((power, head, power - head, float(exact - Fraction(power))))
    return np.array(rows).T.copy()


_POWERS: Final = _powers()
