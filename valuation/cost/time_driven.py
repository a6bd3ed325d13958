"""
Time-driven activity-based costing: what capacity costs a minute, what activities cost by it, what was not used.

Capacity is paid for whether it is used or not. Its cost is divided by the minutes that people can really work, so that
customers pay for the minutes that they take, and the cost of idle minutes stays visible instead of making everybody
dearer.

References
----------
.. [1] R. S. Kaplan and S. R. Anderson, "Time-driven activity-based costing," Harvard Business Review, vol. 82, no. 11,
   pp. 131-138, 2004.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from valuation.cost.allocation import allocate_units
from valuation.cost.amounts import (
    Column,
    FloatArray,
    rate_per_unit,
    raw_array,
    read_exactly,
    refuse_rows,
    whole_number,
    whole_units,
)
from valuation.errors import DomainError, InputError, ZeroDenominatorError

__all__ = ["TimeDrivenCost", "capacity_rate", "time_driven_cost", "unused_units"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeDrivenCost:
    """
    Cost of the capacity that was used, by activity, and of what was not.

    Attributes
    ----------
    rate : float
        Cost of a minute. [currency/minute]
    minutes : ndarray, shape (n,)
        Minutes of each activity. [minutes]
    cost : ndarray, shape (n,)
        Cost of each activity, in whole cents; with `unused_cost` they sum to the cost of the capacity. [currency]
    unit_cost : ndarray, shape (n,)
        Rate times unit minutes. [currency]
    used_minutes, unused_minutes : float
        Sum of the minutes, and what is left of the practical capacity. [minutes]
    used_cost, unused_cost : float
        Cost of both, in whole cents; the second is negative where more was used than there is. [currency]
    utilisation : float
        Used minutes over practical ones. [1]
    warning : str
        Says so where more was used than there is; else "".
    """

    rate: float
    minutes: FloatArray
    cost: FloatArray
    unit_cost: FloatArray
    used_minutes: float
    unused_minutes: float
    used_cost: float
    unused_cost: float
    utilisation: float
    warning: str = ""


def capacity_rate(cost: npt.ArrayLike, practical_minutes: npt.ArrayLike) -> FloatArray:
    """
    Cost of one minute of capacity: cost supplied over practical minutes.

    Parameters
    ----------
    cost : array_like
        Cost of the people and what they work with. [currency/period]
    practical_minutes : array_like
        Minutes that they can really work, 80 to 85% of those paid as a rule; above 0. [minutes/period]

    Returns
    -------
    ndarray, broadcast shape
        NaN in a row whose own numbers are missing or out of range. [currency/minute]

    Raises
    ------
    DomainError
        If single `practical_minutes` are negative or a single argument is infinite.
    InputError
        If an argument is not numeric, a single one is NaN, or the shapes do not fit.
    ZeroDenominatorError
        If single `practical_minutes` are 0.

    Examples
    --------
    >>> capacity_rate([560000.0, 500.0], [700000, 0]).tolist()
    [0.8, nan]
    """
    return rate_per_unit(cost, practical_minutes, names=("cost", "practical_minutes"))


def time_driven_cost(
    cost: float | Decimal, practical_minutes: float | Decimal, unit_minutes: Column, quantities: Column
) -> TimeDrivenCost:
    """
    Cost of a capacity by the activities that used it, and of what nobody used.

    Parameters
    ----------
    cost : float, int or Decimal
        Cost of the capacity, in whole cents. [currency/period]
    practical_minutes : float, int or Decimal
        Minutes that can really be worked, above 0. [minutes/period]
    unit_minutes : array_like, shape (n,)
        Minutes that each activity takes once. [minutes]
    quantities : array_like, shape (n,)
        How many times each was done. [count/period]

    Returns
    -------
    TimeDrivenCost
        Used cost, unused cost and utilisation.

    Raises
    ------
    DomainError
        If practical minutes, unit minutes or a quantity is negative or infinite, or `cost` is not in whole cents.
    InputError
        If a number is missing or none, or the columns are not of one length.
    ZeroDenominatorError
        If `practical_minutes` is 0.

    Notes
    -----
    Every number stands for its shortest decimal. The unused cost is rounded to the cent, half a cent away from zero;
    the rest is used, and shared by minutes so that it adds up. More minutes than there are leave a negative unused cost
    (overtime, or times that are estimated too long) with a warning: it is not cut off at 0.

    Examples
    --------
    >>> desk = time_driven_cost(560000, 700000, [8, 44, 50], [49000, 1400, 2500])
    >>> desk.cost.tolist(), desk.used_cost, desk.unused_cost
    ([313600.0, 49280.0, 100000.0], 462880.0, 97120.0)
    """
    units = whole_units(cost, places=2, name="cost")
    practical = _practical(practical_minutes)
    each, times = (_exact_column(c, n) for c, n in ((unit_minutes, "unit_minutes"), (quantities, "quantities")))
    if len(each) != len(times):
        raise InputError(f"unit_minutes and quantities must be of one length, not {len(each)} and {len(times)}")
    minutes = [one * count for one, count in zip(each, times, strict=True)]
    used = sum(minutes, Fraction(0))
    unused = unused_units(units, practical, used)
    nothing = np.zeros(len(minutes), dtype=np.int64)
    shares = allocate_units(units - unused, minutes) if used else nothing
    rate = Fraction(units, 100) / practical
    warning = ""
    if used > practical:
        warning = (
            f"{float(used):,.15g} minutes were used of {float(practical):,.15g}: the unused cost is negative, which "
            "means overtime, or times that are estimated too long"
        )
    return TimeDrivenCost(
        rate=float(rate),
        minutes=np.array([float(one) for one in minutes]),
        cost=shares / 100.0,
        unit_cost=np.array([float(rate * one) for one in each]),
        used_minutes=float(used),
        unused_minutes=float(practical - used),
        used_cost=(units - unused) / 100.0,
        unused_cost=unused / 100.0,
        utilisation=float(used / practical),
        warning=warning,
    )


def unused_units(cost_units: int, practical: float | Decimal | Fraction, used: float | Decimal | Fraction) -> int:
    """
    The part of a capacity's cost that nobody used.

    Parameters
    ----------
    cost_units : int
        Cost of the capacity in units of money, such as cents. [unit]
    practical : float, int, Decimal or Fraction
        Minutes that can really be worked, above 0. [minutes]
    used : float, int, Decimal or Fraction
        Minutes that were used. [minutes]

    Returns
    -------
    int
        Cost times the idle part of the minutes, to the unit, half a unit away from zero; of the opposite sign to the
        cost where more was used than there is. [unit]

    Raises
    ------
    DomainError
        If `practical` is negative or a number is infinite.
    InputError
        If `cost_units` is not a whole number, or one of the others is not a number.
    ZeroDenominatorError
        If `practical` is 0.

    Examples
    --------
    >>> unused_units(12_000_000, 120_000, 93_000)
    2700000
    """
    units, minutes = whole_number(cost_units, "cost_units"), _practical(practical)
    exact = units * (minutes - read_exactly(used, "used")) / minutes
    rounded = int(abs(exact) + Fraction(1, 2))
    return -rounded if exact < 0 else rounded


def _practical(minutes: float | Decimal | Fraction) -> Fraction:
    """Minutes that there are to use."""
    exact = read_exactly(minutes, "practical_minutes")
    if exact < 0:
        raise DomainError(f"practical_minutes must not be negative, not {minutes}")
    if exact == 0:
        raise ZeroDenominatorError("practical_minutes must not be 0")
    return exact


def _exact_column(values: Column, name: str) -> list[Fraction]:
    """A column of decimals, none negative."""
    raw = raw_array(values, name)
    if raw.ndim != 1:
        raise InputError(f"{name} must be one column, not of shape {raw.shape}")
    exact = [read_exactly(cell, f"{name}, row {row},") for row, cell in enumerate(raw.tolist(), 1)]
    refuse_rows(
        np.array([value < 0 for value in exact], dtype=np.bool_), raw, DomainError, f"{name} must not be negative"
    )
    return exact
