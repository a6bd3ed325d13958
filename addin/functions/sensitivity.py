"""What moves the value of a customer: elasticities, the effect of a change, and a table of two drivers."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from addin.functions.lifetime import CAC, CUSTOMERS, FAMILY, GROWTH, MARGIN, PERIODS, RATE, RETENTION, TIMING
from addin.functions.wording import ARRAY, CALL_ERRORS
from addin.registry import Answer, Argument, Example, Grid, Result, Shape, worksheet_function
from valuation.errors import InputError
from valuation.lifetime import lifetime_value, value_elasticities, value_sensitivity
from valuation.tables import Column, Kind
from workbook_templates.plan import CellError

MOST_CELLS: Final = 1_000_000
NO_VALUE = "#NUM! stands where a retention is above 1 or a rate is -1 or less, or the sum has no end"

DRIVER = Column("driver", Kind.TEXT, "Retention, margin, discount rate or acquisition cost")


def _one(argument: Argument) -> Argument:
    return replace(argument, shape=Shape.ONE)


@worksheet_function(
    arguments=(_one(MARGIN), _one(RETENTION), _one(RATE), _one(CAC)),
    result=Result.TABLE,
    columns=(
        DRIVER,
        Column(
            "elasticity",
            Kind.NUMBER,
            "By how many percent the value after cac changes when the driver rises by 1 percent of itself",
            "% per %",
        ),
    ),
    blank=f"{CALL_ERRORS} #NUM! also where the sum has no end; #DIV/0! where the value after cac is 0. Counted are "
    "existing customers without end, who pay at the end of each period.",
    example=Example(
        (1000, 0.8, 0.1, 900),
        [
            ["Driver", "Elasticity"],
            ["retention", 5.5346],
            ["margin", 1.5094],
            ["discount rate", -0.5031],
            ["acquisition cost", -0.5094],
        ],
    ),
    family=FAMILY,
)
def cv_ltv_elasticity(margin: float, retention: float, rate: float, cac: float, /) -> dict[str, list[Any]]:
    """By how many percent does the unlimited value change when retention, margin, rate or cac rises by one percent?"""
    found = value_elasticities(margin, retention, discount_rate=rate, acquisition_cost=cac)
    return {
        "driver": ["retention", "margin", "discount rate", "acquisition cost"],
        "elasticity": [found.retention, found.margin, found.discount_rate, found.acquisition_cost],
    }


@worksheet_function(
    arguments=(
        _one(MARGIN),
        _one(RETENTION),
        _one(RATE),
        replace(CAC, required=True, default=None, shape=Shape.ONE),
        _one(PERIODS),
        Argument(
            "shock",
            Kind.SHARE,
            "The change: 0.01 is 1 percent of the driver (80% becomes 80.8%), and 1 percentage point (80% becomes 81%)",
            "decimal",
            required=False,
            default=0.01,
            shape=Shape.ONE,
        ),
        TIMING,
        CUSTOMERS,
        _one(GROWTH),
    ),
    result=Result.TABLE,
    columns=(
        DRIVER,
        Column("given", Kind.NUMBER, "The driver as it is"),
        Column("value", Kind.MONEY, "Value after cac as it is", "money"),
        Column("relative", Kind.NUMBER, "The driver times 1 + shock", heading="Relative change to"),
        Column("relative_effect", Kind.MONEY, "What the value gains", "money", heading="Relative change, money"),
        Column(
            "relative_share", Kind.SHARE, "The same by the value", "decimal", heading="Relative change, share of value"
        ),
        Column("points", Kind.NUMBER, "The rate plus shock; blank for money", heading="Percentage points to"),
        Column("points_effect", Kind.MONEY, "What the value gains", "money", heading="Percentage points, money"),
        Column(
            "points_share", Kind.SHARE, "The same by the value", "decimal", heading="Percentage points, share of value"
        ),
    ),
    blank=f"{CALL_ERRORS} A change that takes retention above 1 gives #NUM! in its own cells; a share of a value of 0 "
    "is #DIV/0!; shares have the sign of the money. Percentage points are for rates only, blank for money.",
    example=Example(
        (1000, 0.8, 0.1, 900, "inf", 0.01, "end"),
        [
            [
                "Driver",
                "Given",
                "Value",
                "Relative change to",
                "Relative change, money",
                "Relative change, share of value",
                "Percentage points to",
                "Percentage points, money",
                "Percentage points, share of value",
            ],
            ["retention", 0.8, 1766.6667, 0.808, 100.4566, 0.056862, 0.81, 126.4368, 0.071568],
            ["margin", 1000, 1766.6667, 1010, 26.6667, 0.015094, None, None, None],
            ["discount rate", 0.1, 1766.6667, 0.101, -8.8594, -0.005015, 0.11, -86.0215, -0.048691],
            ["acquisition cost", 900, 1766.6667, 909, -9.0, -0.005094, None, None, None],
        ],
    ),
    family=FAMILY,
)
def cv_ltv_sens(
    margin: float,
    retention: float,
    rate: float,
    cac: float,
    periods: float,
    shock: float,
    timing: Any,
    customers: Any,
    growth: float,
    /,
) -> Answer:
    """What does one percent more retention, margin, rate or cac do to a customer's value, and what one point more?"""
    found = value_sensitivity(
        margin,
        retention,
        discount_rate=rate,
        acquisition_cost=cac,
        horizon=periods,
        timing=timing,
        customers=customers,
        shock=shock,
        growth=growth,
    )
    is_rate = (~np.isnan(found.points)).tolist()

    def by_rate(cells: Iterable[Any]) -> list[Any]:
        return [cell if rate else None for cell, rate in zip(cells, is_rate, strict=True)]

    columns = {
        "driver": found.drivers,
        "given": found.given,
        "value": [found.value] * len(found.drivers),
        "relative": found.relative,
        "relative_effect": _effects(found.relative_effect),
        "relative_share": _shares(found.relative_effect, found.relative_share),
        "points": found.points,
        "points_effect": by_rate(_effects(found.points_effect)),
        "points_share": by_rate(_shares(found.points_effect, found.points_share)),
    }
    lost = np.isnan(found.relative_effect).any() or np.isnan(found.points_effect[is_rate]).any()
    return Answer(columns, (NO_VALUE,) if lost else ())


def _effects(effects: ARRAY) -> list[Any]:
    """An effect, or that the changed driver has none."""
    return [CellError.NUM if np.isnan(effect) else effect for effect in effects]


def _shares(effects: ARRAY, shares: ARRAY) -> list[Any]:
    """A share, or why there is none: no effect, or no value to compare it with."""
    return [
        CellError.NUM if np.isnan(effect) else CellError.DIV0 if np.isnan(share) else share
        for effect, share in zip(effects, shares, strict=True)
    ]


@worksheet_function(
    arguments=(
        _one(MARGIN),
        Argument("retentions", Kind.SHARE, "Retentions to go down the table", "0-1 per period", shape=Shape.COLUMN),
        Argument("rates", Kind.SHARE, "Discount rates to go across the table", "decimal/period", shape=Shape.COLUMN),
        _one(PERIODS),
        TIMING,
        CUSTOMERS,
        _one(GROWTH),
        _one(CAC),
    ),
    result=Result.GRID,
    columns=(
        Column("retention", Kind.SHARE, "As given", "0-1 per period", heading="Retention down, rate across"),
        Column("value", Kind.MONEY, "Value at the retention of the row and the rate of the column, after cac", "money"),
    ),
    blank=f"{CALL_ERRORS} A retention or a rate out of range, and a sum without end, give #NUM! in their own cells.",
    example=Example(
        (1000, [0.7, 0.8, 0.9], [[0.08, 0.1, 0.12]]),
        [
            ["Retention down, rate across", 0.08, 0.1, 0.12],
            [0.7, 1393.1182, 1362.4271, 1333.2106],
            [0.8, 1762.4099, 1720.9606, 1681.5562],
            [0.9, 2189.1198, 2134.653, 2082.9326],
        ],
    ),
    family=FAMILY,
)
def cv_ltv_grid(
    margin: float,
    retentions: ARRAY,
    rates: ARRAY,
    periods: float,
    timing: Any,
    customers: Any,
    growth: float,
    cac: float,
    /,
) -> Answer:
    """What is a customer worth at each of several retentions and discount rates?"""
    if retentions.size * rates.size > MOST_CELLS:
        raise InputError(
            f"retentions and rates must make {MOST_CELLS} cells at most, not {retentions.size} x {rates.size}"
        )
    values = lifetime_value(
        margin,
        retentions[:, np.newaxis],
        discount_rate=rates[np.newaxis, :],
        horizon=periods,
        timing=timing,
        customers=customers,
        growth=growth,
        acquisition_cost=cac,
    )
    return Answer(Grid(retentions, rates, values), () if np.isfinite(values).all() else (NO_VALUE,))
