"""What the functions of the loyalty business case take: two tables of drivers by period, and how they are read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.cash_flows import ARRIVAL
from addin.functions.wording import ARRAY, CALL_ERRORS
from addin.registry import TABLE, Argument, Shape
from valuation.errors import InputError, MissingDataError
from valuation.loyalty import DRIVER_NAMES, BusinessCase, Drivers
from valuation.tables import Blank, Column, Kind, Table

__all__ = [
    "BASE",
    "BASE_EXAMPLE",
    "CASE_PERIODS",
    "DRIVERS",
    "DRIVER_COLUMNS",
    "ERRORS",
    "EXTEND",
    "OPTIONS",
    "PROGRAM",
    "PROGRAM_EXAMPLE",
    "SEVEN_PERIODS",
    "case_of",
    "drivers_of",
    "longest",
    "opening_of",
    "optional_number",
]

OPENING: Final = "opening_customers"


def _by_period(name: str, kind: Kind, help: str, unit: str, *, required: bool = True) -> Column:
    return Column(name, kind, help, unit, required=required, blank=Blank.ALLOWED)


DRIVER_COLUMNS: Final = (
    _by_period("retention_rate", Kind.SHARE, "Part of the customers who stay", "0-1 per period"),
    _by_period("new_customers", Kind.COUNT, "Customers won", "count/period"),
    _by_period("margin", Kind.MONEY, "Contribution of a customer before cost to serve", "money/period"),
    _by_period("cost_to_serve", Kind.MONEY, "Cost of serving a customer, positive", "money/period"),
    _by_period("acquisition_cost", Kind.MONEY, "Cost of winning one customer, positive", "money"),
    _by_period("investment", Kind.MONEY, "What the program costs besides, positive", "money/period", required=False),
)
CASE_DRIVERS: Final = Table(
    "drivers",
    "",
    "one row for each period",
    (
        *DRIVER_COLUMNS,
        _by_period(OPENING, Kind.COUNT, "Customers at the start, in the first row", "count", required=False),
    ),
)
COLUMNS_IN_WORDS: Final = (
    "one row for each period: retention_rate, new_customers, margin, cost_to_serve, acquisition_cost, [investment]"
)
DRIVERS: Final = Argument(
    "case_drivers",
    TABLE,
    f"{COLUMNS_IN_WORDS}; opening_customers in the first row",
    shape=Shape.TABLE,
    table=CASE_DRIVERS,
)
BASE: Final = replace(DRIVERS, name="base_case", help=f"Without the program, {DRIVERS.help}")
PROGRAM: Final = replace(
    DRIVERS, name="program", help=f"With the program, {COLUMNS_IN_WORDS}; it starts with the customers of base"
)
CASE_PERIODS: Final = Argument(
    "periods",
    Kind.COUNT,
    "Periods to look at, 480 at most; left out, as many as the longer table has rows",
    "periods",
    required=False,
    shape=Shape.ONE,
)
EXTEND: Final = Argument(
    "extend",
    Kind.CHOICE,
    "error: a column must have a value for each period; last: its last value goes on",
    required=False,
    default="error",
    choices=("error", "last"),
    shape=Shape.ONE,
)
OPTIONS: Final = (CASE_PERIODS, ARRIVAL, EXTEND)
ERRORS: Final = (
    f"{CALL_ERRORS} #VALUE! also where a column has no value for each period and extend is not last; #NUM! also where "
    "retention is above 1."
)


def optional_number(name: str, default: float, help: str, unit: str, *, kind: Kind = Kind.SHARE) -> Argument:
    """One number that may be left out."""
    return Argument(name, kind, help, unit, required=False, default=default, shape=Shape.ONE)


BASE_EXAMPLE: Final = [
    ["opening_customers", "retention_rate", "new_customers", "margin", "cost_to_serve", "acquisition_cost"],
    [10000, 0.8, 2000, 300, 100, 250],
]
PROGRAM_EXAMPLE: Final = [
    ["retention_rate", "new_customers", "margin", "cost_to_serve", "acquisition_cost", "investment"],
    [0.81, 2000, 290, 100, 250, 450000],
    [0.84, 2050, 290, 92, 245, 250000],
    [0.87, 2150, 290, 82, 235, 150000],
    [None, 2200, None, 75, 230, None],
]
SEVEN_PERIODS: Final = (7, "end", "last")


def case_of(
    base: pd.DataFrame, program: pd.DataFrame, rate: float, periods: int | None, timing: Any, extend: Any
) -> BusinessCase:
    """Both tables as one case; the opening customers are the base's."""
    opening = opening_of(base, "base_case")
    other = program[OPENING].dropna() if OPENING in program else pd.Series(dtype=float)
    if len(other) and other.iloc[0] != opening:
        raise InputError(
            f"program must start with the {OPENING} of base_case, {opening:.15g}, not {other.iloc[0]:.15g}; leave it "
            "out there"
        )
    sides = drivers_of(base, "base_case"), drivers_of(program, "program")
    return BusinessCase(
        base=sides[0],
        program=sides[1],
        opening_customers=opening,
        periods=max(map(longest, sides)) if periods is None else periods,
        discount_rate=rate,
        timing=timing,
        extend=extend,
    )


def drivers_of(frame: pd.DataFrame, name: str) -> Drivers:
    """The columns without the blanks below them; a blank above a value is missing."""
    if not len(frame):
        raise MissingDataError(f"{name} has no rows")
    columns: Mapping[str, ARRAY] = {
        driver: frame[driver].to_numpy(dtype=np.float64) for driver in DRIVER_NAMES if driver in frame
    }
    vectors: dict[str, Any] = {}
    for driver, values in columns.items():
        given = ~np.isnan(values)
        filled = int(given.nonzero()[0][-1]) + 1 if given.any() else 0
        if not filled and driver == "investment":
            continue
        if not given[:filled].all() or not filled:
            row = int(given.argmin()) + 1
            raise MissingDataError(f"row {row} of {name}, {driver}, is blank")
        vectors[driver] = values[:filled]
    return Drivers(**vectors)


def opening_of(frame: pd.DataFrame, name: str) -> float:
    """The customers at the start, from the first row."""
    if OPENING not in frame:
        raise InputError(f"{name} must have a column '{OPENING}'")
    first = frame[OPENING].head(1)
    if first.isna().all():
        raise MissingDataError(f"row 1 of {name}, {OPENING}, is blank")
    return float(first.iloc[0])


def longest(drivers: Drivers) -> int:
    """Periods of the longest vector."""
    return max(np.asarray(getattr(drivers, name)).size for name in DRIVER_NAMES)
