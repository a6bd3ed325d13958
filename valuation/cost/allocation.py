"""
Sharing a whole amount so that the parts sum to it exactly, and the reading of numbers that this needs.

A float stands for the decimal that a person reads, its shortest `repr`: 0.1 is one tenth, not the binary
fraction nearest to it. The method is the largest remainder (Hamilton) with one rule for ties, and the answer is
always that of exact arithmetic. Three ways lead to it, from the fastest to the slowest: 64-bit integers; floats
with an error bound, accepted only when the bound leaves no doubt; Python's own integers.
"""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import (
    Column,
    FloatArray,
    IntArray,
    decimal_integers,
    raw_array,
    read_exactly,
    refuse_rows,
    whole_number,
    whole_units,
)
from valuation.errors import DomainError, InputError, ZeroDenominatorError

__all__ = ["allocate", "allocate_units"]

_RELATIVE_ERROR: Final = 2.0**-44  # of a share in float64; the bound that can be proved is below 2**-46


def allocate(total: float | Decimal, drivers: Column, *, places: int) -> FloatArray:
    """
    Money shared in proportion to drivers, summing exactly to the total.

    Parameters
    ----------
    total : float, int or Decimal
        The amount to share, of either sign. [currency]
    drivers : array_like, shape (n,)
        Use of the cost's cause by each customer, none negative. [driver unit]
    places : int
        Decimals of the smallest unit of money: 2 for cents, 0 for whole currency. [1]

    Returns
    -------
    ndarray, shape (n,)
        Each share; counted in units of ``10**-places`` they sum to the total exactly. [currency]

    Raises
    ------
    DomainError
        If `total` is not a whole number of units, if a driver is negative or infinite, or if `places` is not in 0..9.
    InputError
        If `total` or a driver is not a number.
    ZeroDenominatorError
        If no driver is above zero.

    Notes
    -----
    Rounding each share by itself, as a spreadsheet does, gives 33.33 three times for 100.00 and loses a cent. Twelve
    monthly allocations do not add up to the allocation of the year, by cents: allocate the finest grain and sum.
    A float total may carry the noise of a sum in its 16th digit: it is then read to 15 digits, as Excel shows it.

    Examples
    --------
    >>> allocate(100.00, [1, 1, 1], places=2).tolist()
    [33.34, 33.33, 33.33]
    """
    return allocate_units(whole_units(total, places=places, name="total"), drivers) / 10.0**places


def allocate_units(total_units: int, drivers: Column) -> IntArray:
    r"""
    Whole units (cents) shared in proportion to drivers, summing exactly to the total.

    .. math:: q_i = \lfloor T d_i / S \rfloor, \qquad r_i = T d_i - q_i S, \qquad S = \sum_j d_j

    The :math:`T - \sum q_i` units that are left go to the largest :math:`r_i`, one each; among equal ones to the larger
    driver, then to the earlier row.

    Parameters
    ----------
    total_units : int
        Units to share; a negative total is shared as its absolute value and negated. [unit]
    drivers : array_like, shape (n,)
        Weights, none negative: numbers of any kind, a float standing for its shortest decimal. [driver unit]

    Returns
    -------
    ndarray of int64, shape (n,)
        Units of each row; each is within one unit of the exact share. [unit]

    Raises
    ------
    DomainError
        If a driver is negative or infinite, or if the total does not fit into 63 bits.
    InputError
        If the total is not a whole number, or a driver is not a number.
    ZeroDenominatorError
        If no driver is above zero.

    Notes
    -----
    Reordering the rows can move a unit only between exactly equal drivers.

    References
    ----------
    .. [1] M. L. Balinski and H. P. Young, *Fair Representation: Meeting the Ideal of One Man, One Vote*, 2nd ed.,
       Brookings, 2001, ch. 3 (Hamilton's method).

    Examples
    --------
    >>> allocate_units(5, [1, 1, 1]).tolist()
    [2, 2, 1]
    >>> allocate_units(-10000, [0.1, 0.1, 0.1]).tolist()
    [-3334, -3333, -3333]
    """
    total = whole_number(total_units, "total_units")
    if abs(total) >= 2**63:
        raise DomainError(f"total_units must fit into 63 bits, not {total}")
    shares = _shares(abs(total), _driver_weights(drivers))
    return -shares if total < 0 else shares


# The drivers, read and checked.


def _driver_weights(drivers: Column) -> npt.NDArray[Any]:
    """Weights as int64, float64 or (when neither holds them) Python integers, with at least one above zero."""
    raw = raw_array(drivers, "drivers")
    if raw.ndim != 1:
        raise InputError(f"drivers must be one column, not of shape {raw.shape}")
    if raw.dtype.kind == "O" or raw.dtype == np.uint64:
        weights = _mixed_weights(raw.tolist())
    elif raw.dtype.kind in "iu":
        weights = raw.astype(np.int64)
    else:
        # A shorter float reads as its own shortest decimal, which the cast alone would lengthen.
        weights = (raw.astype("U") if raw.dtype.itemsize < 8 else raw).astype(np.float64)
    if weights.dtype == np.float64:
        refuse_rows(np.isnan(weights), weights, InputError, "drivers must be numbers")
        refuse_rows(np.isinf(weights), weights, DomainError, "drivers must be finite")
    refuse_rows(weights < 0, raw, DomainError, "drivers must not be negative")
    if not weights.any():
        raise ZeroDenominatorError("drivers must not all be zero")
    return weights


def _mixed_weights(cells: list[Any]) -> npt.NDArray[Any]:
    """A column of objects: floats if all are floats or small integers, else integers in one scale."""
    kinds = {type(cell) for cell in cells}
    if float in kinds and kinds <= {int, float} and all(abs(cell) < 2**53 for cell in cells if type(cell) is int):
        return np.array(cells, dtype=np.float64)
    exact = [read_exactly(cell, f"drivers, row {row},") for row, cell in enumerate(cells, 1)]
    weights = np.array(_common_scale(value.as_integer_ratio() for value in exact), dtype=object)
    return weights.astype(np.int64) if all(abs(weight) < 2**62 for weight in weights) else weights


def _common_scale(ratios: Iterable[tuple[int, int]]) -> list[int]:
    """Ratios multiplied by their least common denominator."""
    pairs = list(ratios)
    scale = math.lcm(*{denominator for _, denominator in pairs})
    return [numerator * (scale // denominator) for numerator, denominator in pairs]


# The allocation, for a total >= 0 and checked weights.


def _shares(total: int, weights: npt.NDArray[Any]) -> IntArray:
    """The fastest of the three ways that is certain to be exact."""
    scaled = decimal_integers(weights) if weights.dtype == np.float64 else None
    whole = weights if scaled is None else scaled[0]
    if whole.dtype == np.int64 and total < 2**50 and whole.sum(dtype=np.float64) < 2**60:
        return _shares_modulo(total, whole)
    if weights.dtype != object:
        certain = _shares_certified(total, weights)
        if certain is not None:
            return certain
    return _shares_of_integers(total, weights)


def _shares_modulo(total: int, weights: IntArray) -> IntArray:
    """Shares by 64-bit arithmetic that may wrap around, for ``total < 2**50`` and a sum of weights below 2**61."""
    whole = int(weights.sum())
    # Three roundings of a number below 2**50 err by less than 1/2: the guess is off by at most one ...
    shares: IntArray = np.floor(weights * (total / whole)).astype(np.int64)
    # ... so the true remainder lies between -whole and 2 * whole, and its last 64 bits are all of it.
    wrapped = weights.view(np.uint64) * np.uint64(total) - shares.view(np.uint64) * np.uint64(whole)
    remainders = wrapped.view(np.int64)
    correction = (remainders >= whole).astype(np.int64) - (remainders < 0)
    shares += correction
    remainders -= correction * whole
    shares += _largest(remainders, weights, total - int(shares.sum()))
    return shares


def _shares_certified(total: int, weights: npt.NDArray[Any]) -> IntArray | None:
    """Shares by float64, or None when its errors could have changed the answer."""
    positive = weights[weights > 0]
    if positive.max() > 1e290 or positive.min() < 1e-290:
        return None
    # Relative errors: a decimal as float 1, the pairwise sum below 64, three operations 3, in units of 2**-53.
    exact = weights * (total / float(weights.sum(dtype=np.float64)))
    error = exact * _RELATIVE_ERROR + 2.0**-1000
    if error.max() > 0.125:
        return None
    # A share within its error of a whole number counts as that number; its remainder is then about 0, perhaps below.
    floors = np.floor(exact + error)
    remainders = exact - floors
    left = total - int(floors.sum(dtype=np.int64))
    if not 0 <= left < weights.size:
        return None
    chosen = _largest(remainders, weights, left)
    if not _is_certain(chosen, remainders, error, weights):
        return None
    shares: IntArray = floors.astype(np.int64) + chosen
    return shares


def _is_certain(
    chosen: npt.NDArray[np.bool_], remainders: FloatArray, error: FloatArray, weights: npt.NDArray[Any]
) -> bool:
    """Whether exact remainders, anywhere within the errors, would choose the same rows."""
    low, high = remainders - error, remainders + error
    others = ~chosen
    # A share that is really just below its whole number has a remainder near 1 and must be first in line.
    if high.max(where=others, initial=-np.inf) >= 1 + low.min():
        return False
    if not chosen.any():
        return True
    last = weights[chosen & (remainders == remainders.min(where=chosen, initial=np.inf))][0]
    # Rows whose weight equals that of the last chosen one tie with it exactly; the order of rows decided there.
    unequal = weights != last
    lowest, highest = low.min(where=chosen, initial=np.inf), high.max(where=others & unequal, initial=-np.inf)
    lowest_unequal = low.min(where=chosen & unequal, initial=np.inf)
    return bool(lowest > max(0.0, highest) and lowest_unequal > high.max(where=others, initial=-np.inf))


def _shares_of_integers(total: int, weights: npt.NDArray[Any]) -> IntArray:
    """Shares by Python's integers: always exact, and slow."""
    listed = weights.tolist()
    if weights.dtype == np.float64:
        listed = _common_scale(Decimal(repr(weight)).as_integer_ratio() for weight in listed)
    whole = sum(listed)
    products = [total * weight for weight in listed]
    shares = np.array([product // whole for product in products], dtype=np.int64)
    left = total - int(shares.sum())
    rank = sorted(range(len(listed)), key=lambda row: (products[row] % whole, listed[row]), reverse=True)
    shares[rank[:left]] += 1  # a reversed sort is stable too: equal rows keep their order
    return shares


def _largest(remainders: npt.NDArray[Any], weights: npt.NDArray[Any], count: int) -> npt.NDArray[np.bool_]:
    """Mark the `count` largest remainders; ties go to the larger weight, then to the earlier row."""
    if count == 0:
        return np.zeros(remainders.size, dtype=np.bool_)
    cut = np.partition(remainders, remainders.size - count)[remainders.size - count]
    chosen: npt.NDArray[np.bool_] = remainders > cut
    ties = np.flatnonzero(remainders == cut)
    missing = count - int(np.count_nonzero(chosen))
    chosen[ties[np.argsort(-weights[ties], kind="stable")[:missing]]] = True
    return chosen
