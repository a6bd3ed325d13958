"""Customers who move between segments (Markov chain): their value, the base in the periods ahead, and payback."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from addin.functions.lifetime import PERIODS, TIMING, VALUE
from addin.functions.wording import ARRAY, CALL_ERRORS
from addin.registry import Argument, Example, Grid, Result, Shape, worksheet_function
from valuation.errors import InputError
from valuation.lifetime import (
    Customers,
    markov_payback,
    markov_projection,
    markov_value,
)
from valuation.tables import Column, Kind

FAMILY = "Segment migration"

FIRST: Final[Mapping[str, Customers]] = {"transactional": "existing", "contractual": "new"}

TRANSITION = Argument(
    "transition",
    Kind.SHARE,
    "Chances to move in a period, from the row's segment to the column's; what a row lacks to 1 leaves for good",
    "0-1 per period",
    shape=Shape.MATRIX,
)
MARGIN = Argument(
    "margin",
    Kind.MONEY,
    "Contribution of an active customer of each segment, in the order of the rows of transition",
    "money/period",
    shape=Shape.COLUMN,
)
RATE = Argument(
    "rate",
    Kind.SHARE,
    "Discount rate per period; CV_RATE converts an annual one",
    "decimal/period",
    shape=Shape.ONE,
)
LIMITED = replace(PERIODS, help="How many periods to show, 10000 at most", choices=(), shape=Shape.ONE)
COUNTS = Argument("counts", Kind.COUNT, "Customers of each segment today", "count", shape=Shape.COLUMN)
COST = Argument(
    "cost",
    Kind.MONEY,
    "Marketing, sales and support for a customer, as a positive number: one for all segments, or one for each",
    "money/period",
    required=False,
    shape=Shape.COLUMN,
)
ACQUIRED = Argument(
    "acquired",
    Kind.COUNT,
    "New customers of each segment in every period",
    "count/period",
    required=False,
    shape=Shape.COLUMN,
)
PRICE = Argument(
    "cac",
    Kind.MONEY,
    "Cost of winning one customer: one for all segments, or one for each",
    "money",
    required=False,
    shape=Shape.COLUMN,
)
FIRST_MOVE = Argument(
    "timing",
    Kind.CHOICE,
    "transactional: the move comes first, those in the segment after it pay; contractual: those in it at the start of "
    "the period pay, the first payment is certain",
    required=False,
    default="transactional",
    choices=tuple(FIRST),
    shape=Shape.ONE,
)
ARRIVAL = replace(TIMING, name="arrival", help="When in its period the money arrives, for discounting")

ERRORS = (
    f"{CALL_ERRORS} #NUM! also where a row of transition sums to more than 1; #VALUE! also where it is not square or "
    "an argument has not one number for each segment."
)

_CHANCES = [[0.7, 0.2], [0.1, 0.6]]


@worksheet_function(
    arguments=(TRANSITION, MARGIN, RATE, replace(PERIODS, shape=Shape.ONE), COST, FIRST_MOVE, ARRIVAL),
    result=Result.ROWS,
    columns=(replace(VALUE, help="Present value of a customer who is in that segment now"),),
    blank=f"{ERRORS} #NUM! also where the sum has no end. With one segment and no cost it is CV_LTV: transactional is "
    "its existing customer, contractual its new one. SUMPRODUCT with the counts is the value of the base.",
    example=Example((_CHANCES, [300, 100], 0.1, "inf", [20, 10]), [[719.0167], [315.808]]),
    family=FAMILY,
)
def cv_markov_ltv(
    transition: ARRAY, margin: ARRAY, rate: float, periods: float, cost: ARRAY | None, timing: str, arrival: Any, /
) -> ARRAY:
    """What is a customer of each segment worth, who may move to other segments (Markov chain)?"""
    return markov_value(
        transition,
        margin,
        discount_rate=rate,
        horizon=periods,
        timing=arrival,
        customers=FIRST[timing],
        cost=_each_or_all(cost),
    )


@worksheet_function(
    arguments=(TRANSITION, COUNTS, MARGIN, RATE, LIMITED, COST, ACQUIRED, PRICE, FIRST_MOVE, ARRIVAL),
    result=Result.TABLE,
    columns=(
        Column("period", Kind.COUNT, "0 is today", "periods"),
        Column("acquired", Kind.NUMBER, "New customers", "count"),
        Column("left", Kind.NUMBER, "Customers who left for good", "count"),
        Column("customers", Kind.NUMBER, "Customers at the end: those before, plus acquired, less left", "count"),
        Column("margin", Kind.MONEY, "Margin of those who pay in the period", "money"),
        Column("cost", Kind.MONEY, "Marketing, sales and support for them", "money"),
        Column("acquisition_cost", Kind.MONEY, "Cost of winning the new ones, at the start of the period", "money"),
        Column("contribution", Kind.MONEY, "Margin less both costs", "money"),
        Column("discounted", Kind.MONEY, "The same, discounted to today", "money"),
        Column("cumulative", Kind.MONEY, "Sum of the discounted contributions so far", "money"),
        Column("of_base", Kind.MONEY, "Part of that sum from the customers of today: value of the base", "money"),
    ),
    blank=f"{ERRORS} New customers pay in the period in which they are won, whatever timing says of those of today.",
    example=Example(
        (_CHANCES, [100, 300], [300, 100], 0.1, 2, [20, 10], [10, 30], 250),
        [
            [
                "Period",
                "Acquired",
                "Left",
                "Customers",
                "Margin",
                "Cost",
                "Acquisition cost",
                "Contribution",
                "Discounted",
                "Cumulative",
                "Of base",
            ],
            [0, 0, 0, 400, 0, 0, 0, 0, 0, 0, 0],
            [1, 40, 100, 340, 56000, 4500, 10000, 41500, 39103.32, 39103.32, 43859.28],
            [2, 40, 80, 300, 52000, 4100, 10000, 37900, 32428.05, 71531.38, 76623.72],
        ],
    ),
    family=FAMILY,
)
def cv_markov_project(
    transition: ARRAY,
    counts: ARRAY,
    margin: ARRAY,
    rate: float,
    periods: float,
    cost: ARRAY | None,
    acquired: ARRAY | None,
    cac: ARRAY | None,
    timing: str,
    arrival: Any,
    /,
) -> dict[str, Any]:
    """What do the customers of today and those to be won bring in the periods ahead, by moving between segments?"""
    ahead = markov_projection(
        transition,
        counts,
        margin,
        discount_rate=rate,
        horizon=periods,
        timing=arrival,
        customers=FIRST[timing],
        cost=_each_or_all(cost),
        acquired=0.0 if acquired is None else acquired,
        acquisition_cost=_each_or_all(cac),
    )
    return {
        "period": range(len(ahead.customers)),
        "acquired": ahead.acquired,
        "left": ahead.left,
        "customers": ahead.customers,
        "margin": ahead.margin,
        "cost": ahead.cost,
        "acquisition_cost": ahead.acquisition_cost,
        "contribution": ahead.contribution,
        "discounted": ahead.discounted,
        "cumulative": ahead.cumulative,
        "of_base": ahead.of_base,
    }


@worksheet_function(
    arguments=(
        TRANSITION,
        COUNTS,
        LIMITED,
        ACQUIRED,
        Argument(
            "labels",
            Kind.TEXT,
            "Names of the segments; Segment 1, Segment 2 and so on if left out",
            required=False,
            shape=Shape.COLUMN,
        ),
        FIRST_MOVE,
    ),
    result=Result.GRID,
    columns=(
        Column("period", Kind.COUNT, "0 is today", "periods"),
        Column("customers", Kind.NUMBER, "Customers of the column's segment at the end of the row's period", "count"),
    ),
    blank=f"{ERRORS} Where timing is contractual, new customers may move in the period in which they are won.",
    example=Example(
        (_CHANCES, [100, 300], 2, None, ["Regular", "Occasional"]),
        [["Period", "Regular", "Occasional"], [0, 100, 300], [1, 100, 200], [2, 90, 140]],
    ),
    family=FAMILY,
)
def cv_markov_base(
    transition: ARRAY,
    counts: ARRAY,
    periods: float,
    acquired: ARRAY | None,
    labels: ARRAY | None,
    timing: str,
    /,
) -> Grid:
    """How many customers will each segment have in the periods ahead?"""
    ahead = markov_projection(
        transition,
        counts,
        0.0,
        discount_rate=0.0,
        horizon=periods,
        timing="end",
        customers=FIRST[timing],
        acquired=0.0 if acquired is None else acquired,
    )
    rows, n = ahead.segments.shape
    names = [f"Segment {number + 1}" for number in range(n)] if labels is None else labels.tolist()
    if len(names) != n:
        raise InputError(f"labels must be one for each of {n} segments, not {len(names)} of them")
    return Grid(range(rows), names, ahead.segments)


@worksheet_function(
    arguments=(
        TRANSITION,
        MARGIN,
        RATE,
        replace(ACQUIRED, help="New customers of each segment; only the mix matters", unit="count", required=True),
        replace(PRICE, required=True),
        COST,
        ARRIVAL,
    ),
    result=Result.SINGLE,
    columns=(Column("period", Kind.COUNT, "First period by whose end the cost of winning is earned back", "periods"),),
    blank=f"{ERRORS} #N/A also where the cost is not earned back within 10000 periods; #DIV/0! where there are no new "
    "customers. The first payment of new customers is certain. A rate of 0 leaves discounting out.",
    example=Example((_CHANCES, [300, 100], 0.1, [10, 30], 250, [20, 10]), 3),
    family=FAMILY,
)
def cv_markov_payback(
    transition: ARRAY, margin: ARRAY, rate: float, acquired: ARRAY, cac: ARRAY, cost: ARRAY | None, arrival: Any, /
) -> int:
    """In which period have new customers, who may move between segments, earned back what winning them cost?"""
    return markov_payback(
        transition,
        margin,
        acquired,
        acquisition_cost=_each_or_all(cac),
        discount_rate=rate,
        timing=arrival,
        cost=_each_or_all(cost),
    )


def _each_or_all(numbers: ARRAY | None) -> Any:
    """One number for each segment, one for all, or 0 where the argument was left out."""
    if numbers is None:
        return 0.0
    return numbers[0] if numbers.size == 1 else numbers
