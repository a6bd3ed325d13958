"""
The six drivers of a loyalty case, by period: what a program is, compared with doing nothing.

The formulas take them as one array of shape (..., 6, n), in the order of `DRIVER_NAMES`: so that a hundred variants of
a case cost hardly more than one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.errors import InputError
from valuation.lifetime.conventions import (
    FINITE,
    NOT_NEGATIVE,
    PROBABILITY,
    RATE,
    FloatArray,
    Range,
    Timing,
    discount_exponent,
    known_word,
    numbers,
    single,
)

__all__ = ["DRIVER_NAMES", "LIMITS", "BusinessCase", "Drivers", "Extend", "aligned", "whole_number"]

Extend: TypeAlias = Literal["error", "last"]
"""What becomes of a vector that is shorter than the periods: refused, or its last value goes on."""

LIMITS: Final[Mapping[str, Range]] = {
    "retention_rate": PROBABILITY,
    "new_customers": NOT_NEGATIVE,
    "margin": FINITE,
    "cost_to_serve": NOT_NEGATIVE,
    "acquisition_cost": NOT_NEGATIVE,
    "investment": NOT_NEGATIVE,
}
DRIVER_NAMES: Final = tuple(LIMITS)

PERIODS: Final = Range(rule="a whole number of periods from 1 to 480", low=1.0, high=480.0, whole=True)
"""Forty years by month: no plan says anything beyond."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drivers:
    """
    What decides the profit of a customer base, each as one number for all periods or a vector with one for each.

    Attributes
    ----------
    retention_rate : array_like
        Part of the customers at the start of a period who are there at its end. [1/period]
    new_customers : array_like
        Customers won in the period. [count/period]
    margin : array_like
        Contribution of a customer before cost to serve, after what prices and fees give back. [currency/period]
    cost_to_serve : array_like
        Cost of serving a customer, a positive number. [currency/period]
    acquisition_cost : array_like
        Cost of winning one customer, a positive number. [currency]
    investment : array_like
        What the program costs besides, a positive number. [currency/period]

    Raises
    ------
    DomainError
        If a number is out of range or missing; a retention above 1 may be a percentage.
    InputError
        If a value is not a number or not one list.
    """

    retention_rate: npt.ArrayLike
    new_customers: npt.ArrayLike
    margin: npt.ArrayLike
    cost_to_serve: npt.ArrayLike
    acquisition_cost: npt.ArrayLike
    investment: npt.ArrayLike = 0.0

    def __post_init__(self) -> None:
        """Check every number and keep it as float64."""
        for field in fields(self):
            object.__setattr__(self, field.name, _checked(field.name, getattr(self, field.name)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BusinessCase:
    """
    A program beside what happens without it, on the same customers, periods and rate.

    Attributes
    ----------
    base, program : Drivers
        Without and with the program.
    opening_customers : float
        Customers at the start of the first period, the same in both. [count]
    periods : int
        Periods looked at. [periods]
    discount_rate : float
        Rate per period, above -1. [1/period]
    timing : {"start", "mid", "end"}
        When in its period money arrives.
    extend : {"error", "last"}
        What becomes of a vector shorter than the periods: refused, or its last value goes on.

    Raises
    ------
    DomainError
        If a number is out of range.
    InputError
        If a vector has not one value for each period, or a word is unknown.
    """

    base: Drivers
    program: Drivers
    opening_customers: float
    periods: int
    discount_rate: float
    timing: Timing
    extend: Extend = "error"

    def __post_init__(self) -> None:
        """Check what both sides share."""
        single("opening_customers", self.opening_customers, NOT_NEGATIVE)
        single("discount_rate", self.discount_rate, RATE)
        discount_exponent(self.timing)
        for drivers in (self.base, self.program):
            aligned(drivers, self.periods, self.extend)

    @property
    def pair(self) -> tuple[FloatArray, FloatArray]:
        """The drivers of both sides, each as an array of shape (6, periods)."""
        return aligned(self.base, self.periods, self.extend), aligned(self.program, self.periods, self.extend)


def aligned(drivers: Drivers, periods: int, extend: Extend) -> FloatArray:
    """
    Give the drivers as one array with a column for each period.

    Parameters
    ----------
    drivers : Drivers
        The drivers.
    periods : int
        Number of periods. [periods]
    extend : {"error", "last"}
        Whether the last value of a shorter vector goes on. A single number always holds for all periods.

    Returns
    -------
    ndarray, shape (6, periods)
        In the order of `DRIVER_NAMES`.

    Raises
    ------
    InputError
        If a vector is longer than the periods, or shorter and `extend` is "error".
    """
    known_word("extend", extend, ("error", "last"))
    n = whole_number("periods", periods)
    table = np.empty((len(DRIVER_NAMES), n))
    for row, name in zip(table, DRIVER_NAMES, strict=True):
        values = getattr(drivers, name)
        if values.ndim and (values.size > n or (values.size < n and extend == "error")):
            shorter = '; extend="last" lets its last value go on' if values.size < n else ""
            raise InputError(f"{name} must have a value for each of {n} periods, not {values.size}{shorter}")
        row[: values.size] = values
        row[values.size :] = values.flat[-1]
    return table


def whole_number(name: str, value: int) -> int:
    """Give a number of periods, checked."""
    return int(single(name, value, PERIODS))


def _checked(name: str, values: npt.ArrayLike) -> FloatArray:
    """One number, or one vector; nothing in it missing or out of range."""
    given = numbers(name, values)
    if given.ndim > 1 or not given.size:
        raise InputError(f"{name} must be one number or one list of them, not an array of shape {given.shape}")
    for place in np.flatnonzero(~LIMITS[name].holds(given)).tolist():
        where = f"{name} in period {place + 1}" if given.ndim else name
        raise LIMITS[name].refusal(where, float(given.flat[place]))
    return given
