"""
Sums in twice the working precision: a number is a pair of floats, the second of which holds what the first rounds off.

Within-class sums of squares are small differences of large sums; in 53 digits they can vanish, in 106 they do not.

References
----------
.. [1] T. J. Dekker, "A floating-point technique for extending the available precision," Numerische Mathematik, vol. 18,
   pp. 224-242, 1971.
.. [2] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product," SIAM Journal on Scientific Computing, vol. 26,
   no. 6, pp. 1955-1988, 2005. Algorithm 4.4.
"""

from typing import Final, TypeAlias

import numpy as np

from valuation.cost.amounts import FloatArray

__all__ = ["Pair", "add", "exact_product", "exact_sum", "prefix_sums", "quotient", "square", "subtract"]

Pair: TypeAlias = tuple[FloatArray, FloatArray]

_SPLITTER: Final = 2.0**27 + 1


def exact_sum(a: FloatArray, b: FloatArray) -> Pair:
    """Rounded sum of two floats, and what the rounding took."""
    total = a + b
    of_b = total - a
    return total, (a - (total - of_b)) + (b - of_b)


def exact_product(a: FloatArray, b: FloatArray) -> Pair:
    """Rounded product of two floats, and what the rounding took."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def add(a: Pair, b: Pair) -> Pair:
    """Sum of two pairs."""
    high, low = exact_sum(a[0], b[0])
    return _normal(high, low + (a[1] + b[1]))


def subtract(a: Pair, b: Pair) -> Pair:
    """Difference of two pairs."""
    high, low = exact_sum(a[0], -b[0])
    return _normal(high, low + (a[1] - b[1]))


def square(a: Pair) -> Pair:
    """Square of a pair."""
    high, low = exact_product(a[0], a[0])
    return _normal(high, low + 2.0 * a[0] * a[1])


def quotient(a: Pair, b: FloatArray) -> Pair:
    """A pair divided by a float."""
    high = a[0] / b
    product, rounded_off = exact_product(high, b)
    return _normal(high, (((a[0] - product) - rounded_off) + a[1]) / b)


def prefix_sums(terms: Pair) -> Pair:
    """Sums of the first 0, 1, ..., n terms."""
    high = np.concatenate([[0.0], np.cumsum(terms[0])])
    _, rounded_off = exact_sum(high[:-1], terms[0])
    return _normal(high, np.concatenate([[0.0], np.cumsum(rounded_off + terms[1])]))


def _halves(a: FloatArray) -> Pair:
    """A float as two of half its digits, whose products are exact."""
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def _normal(high: FloatArray, low: FloatArray) -> Pair:
    """The same pair with nothing in the second float that the first could hold."""
    total = high + low
    return total, low - (total - high)
