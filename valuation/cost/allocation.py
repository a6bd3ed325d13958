"""
Sharing a whole amount so that the parts sum to it exactly, and the reading of numbers that this needs.

A float stands for the decimal that a person reads, its shortest `repr`: 0.1 is one tenth, not the binary
fraction nearest to it. The method is the largest remainder (Hamilton) with one rule for ties, and the answer is
always that of exact arithmetic. Three ways lead to it, from the fastest to the slowest: 64-bit integers; floats
with an error bound, and exact integers for the rows where the bound leaves a doubt; Python's own integers for all.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
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
from valuation.cost.shortest import LARGEST, SMALLEST, shortest_decimals
from valuation.errors import DomainError, InputError, ZeroDenominatorError

__all__ = ["allocate", "allocate_each", "allocate_units"]

# Of a share in float64: 2**-53 each for a decimal as float, for the factor, and for their product.
_RELATIVE_ERROR: Final = 2.0**-51
_MODULO: Final = 2**50  # totals below it can be shared by 64-bit arithmetic
_BLOCK: Final = 2**18  # shares computed at once, so that many totals take little memory


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


def allocate_each(totals: IntArray, drivers: Column) -> IntArray:
    """
    Several totals, each shared as `allocate_units` shares it, in proportion to the same drivers.

    Parameters
    ----------
    totals : ndarray of int64, shape (k,)
        Units to share, of either sign. [unit]
    drivers : array_like, shape (n,)
        Weights, as for `allocate_units`. [driver unit]

    Returns
    -------
    ndarray of int64, shape (k, n)
        Units of each row, for each total. [unit]

    Raises
    ------
    DomainError
        If a driver is negative or infinite.
    InputError
        If a driver is not a number.
    ZeroDenominatorError
        If no driver is above zero.

    Examples
    --------
    >>> allocate_each(np.array([5, -1]), [1, 1, 1]).tolist()
    [[2, 2, 1], [-1, 0, 0]]
    """
    weights, amounts = _driver_weights(drivers), np.abs(totals)
    whole = _whole_weights(weights)
    shares = np.empty((totals.size, weights.size), dtype=np.int64)
    rows = max(1, _BLOCK // weights.size)
    for start in range(0, totals.size, rows):
        block = slice(start, start + rows)
        if whole is not None and amounts[block].max() < _MODULO:
            shares[block] = _shares_modulo_each(amounts[block], whole)
        else:
            shares[block] = [_shares(total, weights) for total in amounts[block].tolist()]
    return shares * np.sign(totals)[:, np.newaxis]


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
    """The fastest of the three ways that can take these numbers."""
    whole = _whole_weights(weights)
    if whole is not None and total < _MODULO:
        return _shares_modulo(total, whole)
    positive = weights > 0
    taken = weights[positive]
    if weights.dtype == object or total >= 2**62 or taken.max() > LARGEST or taken.min() < SMALLEST:
        return _shares_of_integers(total, weights)
    shares = np.zeros(weights.size, dtype=np.int64)
    shares[positive] = _shares_refined(total, taken)
    return shares


def _whole_weights(weights: npt.NDArray[Any]) -> IntArray | None:
    """Weights as integers whose sum is below 2**60, if 64 bits can hold them."""
    scaled = decimal_integers(weights) if weights.dtype == np.float64 else None
    whole = weights if scaled is None else scaled[0]
    return whole if whole.dtype == np.int64 and whole.sum(dtype=np.float64) < 2**60 else None


def _shares_modulo(total: int, weights: IntArray) -> IntArray:
    """Shares by 64-bit arithmetic, for a total below 2**50 and a sum of weights below 2**61."""
    shares, remainders = _divided(np.int64(total), weights)
    return shares + _largest(remainders, weights, total - int(shares.sum()))


def _shares_modulo_each(totals: IntArray, weights: IntArray) -> IntArray:
    """Shares of several totals by 64-bit arithmetic, shape (totals, weights)."""
    in_line = np.argsort(-weights, kind="stable")  # ties go to the larger weight, then to the earlier row
    shares, remainders = _divided(totals[:, np.newaxis], weights[in_line])
    rank = np.argsort(np.argsort(-remainders, axis=1, kind="stable"), axis=1)
    shares += rank < (totals - shares.sum(axis=1))[:, np.newaxis]
    return shares[:, np.argsort(in_line)]


def _divided(total: IntArray | np.int64, weights: IntArray) -> tuple[IntArray, IntArray]:
    """Whole shares and what remains of each, in parts of the sum of weights; 64-bit arithmetic that may wrap around."""
    whole = int(weights.sum())
    # Three roundings of a number below 2**50 err by less than 1/2: the guess is off by at most one ...
    shares: IntArray = np.floor(weights * (total / whole)).astype(np.int64)
    # ... so the true remainder lies between -whole and 2 * whole, and its last 64 bits are all of it.
    wrapped = weights.view(np.uint64) * total.view(np.uint64) - shares.view(np.uint64) * np.uint64(whole)
    remainders: IntArray = wrapped.view(np.int64)
    correction = (remainders >= whole).astype(np.int64) - (remainders < 0)
    return shares + correction, remainders - correction * whole


@dataclass(frozen=True, slots=True, eq=False)
class _Exact:
    """Weights above zero as exact decimals, ``digits / 10**places``; one row costs time only when it is asked for."""

    digits: IntArray
    places: IntArray
    most_places: int
    total: int  # the sum, like every weight below, in units of the last of the most places

    @classmethod
    def of(cls, weights: npt.NDArray[Any]) -> "_Exact":
        """Read floats as their shortest decimals, integers as they are."""
        is_float = weights.dtype == np.float64
        digits, places = shortest_decimals(weights) if is_float else (weights, np.zeros(weights.size, np.int64))
        first, most = int(places.min()), int(places.max())
        total = 0
        for shift in (0, 21, 42):  # sums of 21 bits are exact in floats up to 2**32 rows
            part = (digits >> shift) & (2**21 - 1)
            sums = np.bincount(places - first, weights=part, minlength=most - first + 1)
            for place in np.flatnonzero(sums).tolist():
                total += (int(sums[place]) << shift) * 10 ** (most - first - place)
        return cls(digits, places, most, total)

    def distinct(self, weights: npt.NDArray[Any], rows: IntArray) -> tuple[list[int], IntArray]:
        """The different weights among some rows, and which of them each row has."""
        _, first, inverse = np.unique(weights[rows], return_index=True, return_inverse=True)
        some = rows[first]
        pairs = zip(self.digits[some].tolist(), self.places[some].tolist(), strict=True)
        return [digits * 10 ** (self.most_places - places) for digits, places in pairs], inverse


def _shares_refined(total: int, weights: npt.NDArray[Any]) -> IntArray:
    """Shares by float64 with error bounds, and by integers in the few rows where the bounds leave a doubt."""
    exact = _Exact.of(weights)
    approximate = weights * float(total * Fraction(10) ** exact.most_places / exact.total)
    error = approximate * _RELATIVE_ERROR + 2.0**-1000
    floors = np.floor(approximate)
    remainders = approximate - floors
    shares: IntArray = floors.astype(np.int64)
    rows = np.flatnonzero((remainders < error) | (remainders > 1.0 - error))
    if rows.size:  # on which side of a whole number?
        found, inverse = exact.distinct(weights, rows)
        parts = [divmod(total * weight, exact.total) for weight in found]
        shares[rows] = np.array([quotient for quotient, _ in parts], dtype=np.int64)[inverse]
        remainders[rows] = np.array([remainder / exact.total for _, remainder in parts])[inverse]
        error[rows] = 2.0**-53
    left = total - int(shares.sum())
    if left:
        low, high = remainders - error, remainders + error
        # The smallest remainder that gets a unit is at least the one, at most the other.
        least, most = (np.partition(bound, bound.size - left)[bound.size - left] for bound in (low, high))
        certain = low > most
        shares += certain
        rows = np.flatnonzero(~certain & (high >= least))
        shares[_first_in_line(total, exact, weights, rows)[: left - int(np.count_nonzero(certain))]] += 1
    return shares


def _first_in_line(total: int, exact: _Exact, weights: npt.NDArray[Any], rows: IntArray) -> IntArray:
    """Rows from the largest remainder to the smallest; ties in the order of weights, then of rows."""
    found, inverse = exact.distinct(weights, rows)
    queue = sorted(
        range(len(found)), key=lambda place: (total * found[place] % exact.total, found[place]), reverse=True
    )
    place_in_queue = np.empty(len(found), dtype=np.int64)
    place_in_queue[queue] = np.arange(len(found))
    return rows[np.argsort(place_in_queue[inverse], kind="stable")]


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
