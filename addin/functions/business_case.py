"""The loyalty business case: projection, comparison, sensitivities, what must come true, and presets."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.cash_flows import ARRIVAL, FAMILY, RATE
from addin.functions.lifetime import PERIODS
from addin.functions.wording import ARRAY, CALL_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.errors import InputError, MissingDataError
from valuation.loyalty import (
    DRIVER_NAMES,
    PRESETS,
    PURPOSES,
    BusinessCase,
    Drivers,
    compare,
    preset_drivers,
    project,
    required_effect,
    returns_on_spend,
    scenarios,
    stop_rule,
    tornado,
)
from valuation.tables import Blank, Column, Kind, Table

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
    "drivers",
    TABLE,
    f"{COLUMNS_IN_WORDS}; opening_customers in the first row",
    shape=Shape.TABLE,
    table=CASE_DRIVERS,
)
BASE: Final = replace(DRIVERS, name="base", help=f"Without the program, {DRIVERS.help}")
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


def _number(name: str, default: float, help: str, unit: str, *, kind: Kind = Kind.SHARE) -> Argument:
    return Argument(name, kind, help, unit, required=False, default=default, shape=Shape.ONE)


_BASE: Final = [
    ["opening_customers", "retention_rate", "new_customers", "margin", "cost_to_serve", "acquisition_cost"],
    [10000, 0.8, 2000, 300, 100, 250],
]
_PROGRAM: Final = [
    ["retention_rate", "new_customers", "margin", "cost_to_serve", "acquisition_cost", "investment"],
    [0.81, 2000, 290, 100, 250, 450000],
    [0.84, 2050, 290, 92, 245, 250000],
    [0.87, 2150, 290, 82, 235, 150000],
    [None, 2200, None, 75, 230, None],
]
_SEVEN: Final = (7, "end", "last")


@worksheet_function(
    arguments=(
        DRIVERS,
        replace(
            PERIODS, help="Periods to look at, 480 at most", required=True, default=None, choices=(), shape=Shape.ONE
        ),
        RATE,
        EXTEND,
    ),
    result=Result.TABLE,
    columns=(
        Column("period", Kind.COUNT, "Number of the period", "periods"),
        Column("opening", Kind.NUMBER, "Customers at the start", "count"),
        Column("lost", Kind.NUMBER, "Those of them who leave", "count"),
        Column("new", Kind.NUMBER, "Customers won", "count"),
        Column("closing", Kind.NUMBER, "Customers at the end", "count"),
        Column("average", Kind.NUMBER, "Mean of opening and closing", "count"),
        Column("contribution", Kind.MONEY, "Average customers times margin less cost to serve", "money"),
        Column("acquisition", Kind.MONEY, "Cost of winning the new ones", "money"),
        Column("investment", Kind.MONEY, "What the program costs besides", "money"),
        Column("profit", Kind.MONEY, "Contribution less acquisition and investment", "money"),
        Column(
            "customer_equity",
            Kind.MONEY,
            "Value of the closing customers without end, at the drivers of the period",
            "money",
            missing="#N/A",
        ),
        Column(
            "return_on_customer",
            Kind.SHARE,
            "Profit and change of customer equity by opening customer equity",
            "decimal/period",
            missing="#N/A",
        ),
    ),
    blank=f"{ERRORS} Equity is #N/A where its sum has no end, the return where opening equity is not above 0.",
    example=Example(
        (_BASE, 2, 0.1, "last"),
        [
            [
                "Period",
                "Opening",
                "Lost",
                "New",
                "Closing",
                "Average",
                "Contribution",
                "Acquisition",
                "Investment",
                "Profit",
                "Customer equity",
                "Return on customer",
            ],
            [1, 10000, 2000, 2000, 10000, 10000, 2000000, 500000, 0, 1500000, 5333333.3333, 0.28125],
            [2, 10000, 2000, 2000, 10000, 10000, 2000000, 500000, 0, 1500000, 5333333.3333, 0.28125],
        ],
    ),
    family=FAMILY,
)
def cv_case_project(drivers: pd.DataFrame, periods: int, rate: float, extend: Any, /) -> pd.DataFrame:
    """What will these customers bring in the periods ahead, and what will the base be worth?"""
    return project(
        _drivers(drivers, "drivers"),
        opening_customers=_opening(drivers, "drivers"),
        periods=periods,
        discount_rate=rate,
        extend=extend,
    )


@worksheet_function(
    arguments=(BASE, PROGRAM, RATE, *OPTIONS),
    result=Result.TABLE,
    columns=(
        Column("period", Kind.COUNT, "Number of the period", "periods"),
        Column("base_profit", Kind.MONEY, "Profit without the program", "money"),
        Column("program_profit", Kind.MONEY, "Profit with it", "money"),
        Column("increment", Kind.MONEY, "What the program adds", "money"),
        Column("share_of_base", Kind.SHARE, "The same by the base's profit", "decimal", missing="#N/A"),
        Column("cumulative", Kind.MONEY, "Sum of the increments so far", "money"),
        Column(
            "npv_to_period", Kind.MONEY, "Sum of the discounted increments so far", "money", heading="NPV to period"
        ),
        Column("base_equity", Kind.MONEY, "Customer equity at the end without the program", "money", missing="#N/A"),
        Column("program_equity", Kind.MONEY, "Customer equity at the end with it", "money", missing="#N/A"),
        Column("equity_difference", Kind.MONEY, "The difference, in no NPV", "money", missing="#N/A"),
        Column("base_return", Kind.SHARE, "Return on Customer without the program", "decimal/period", missing="#N/A"),
        Column("program_return", Kind.SHARE, "Return on Customer with it", "decimal/period", missing="#N/A"),
    ),
    blank=f"{ERRORS} A base profit of 0 or less has no share. The message holds the verdict; CV_CASE_SUMMARY too.",
    example=Example(
        (_BASE, _PROGRAM[:3], 0.1, 2, "end", "last"),
        [
            [
                "Period",
                "Base profit",
                "Program profit",
                "Increment",
                "Share of base",
                "Cumulative",
                "NPV to period",
                "Base equity",
                "Program equity",
                "Equity difference",
                "Base return",
                "Program return",
            ],
            [
                1,
                1500000,
                959500,
                -540500,
                -0.360333,
                -540500,
                -491363.64,
                5333333.33,
                5359965.52,
                26632.18,
                0.28125,
                0.1849,
            ],
            [
                2,
                1500000,
                1290516,
                -209484,
                -0.139656,
                -749984,
                -664490.91,
                5333333.33,
                6738518.77,
                1405185.44,
                0.28125,
                0.497964,
            ],
        ],
    ),
    family=FAMILY,
)
def cv_case_compare(
    base: pd.DataFrame, program: pd.DataFrame, rate: float, periods: int | None, timing: Any, extend: Any, /
) -> Answer:
    """What does the program change, period by period, in profit and in the value of the customers?"""
    found = compare(_case(base, program, rate, periods, timing, extend))
    return Answer(found.frame, (found.verdict, found.short_verdict))


@worksheet_function(
    arguments=(
        BASE,
        PROGRAM,
        RATE,
        _number("short", 3, "Shorter horizon to show beside the full one", "periods", kind=Kind.COUNT),
        *OPTIONS,
    ),
    result=Result.TABLE,
    columns=(
        Column("measure", Kind.TEXT, "What it is"),
        Column("value", Kind.NUMBER, "How much", missing="#N/A"),
        Column("unit", Kind.TEXT, "In what"),
        Column("words", Kind.TEXT, "What it says"),
    ),
    blank=f"{ERRORS} #N/A in a line: break-even not reached, no internal rate or several of them.",
    example=Example(
        (_BASE, _PROGRAM, 0.1, 3, *_SEVEN),
        [
            ["Measure", "Value", "Unit", "Words"],
            ["Net present value", 712198.97, "money", "Over 7 periods the program gains 712,199 in present value."],
            [
                "Net present value, first 3 periods",
                -576585.33,
                "money",
                "The first 3 periods alone: the program loses 576,585, while the customers are by then worth 3,568,781 above the base; it would be rejected although it pays in the full horizon.",
            ],
            ["Largest dip of earnings", -0.360333, "share of base profit", "The worst period beside the base"],
            ["Trough", 749984, "money", "The most cash that is out"],
            ["Trough reached", 2, "periods", "By the end of this period"],
            ["Break-even", 4.554183, "periods", "Cumulative increments are back at 0 for good"],
            ["Break-even, discounted", 5.063822, "periods", "The same after interest"],
            ["Internal rate of return", 0.312562, "per period", "The only rate"],
            ["Modified internal rate", 0.241987, "per period", "Financed and reinvested at the discount rate"],
            ["Customer equity above base, first 3 periods", 3568781.44, "money", "In no net present value"],
            ["Customer equity above base, end", 5816458.91, "money", "In no net present value"],
        ],
    ),
    family=FAMILY,
)
def cv_case_summary(
    base: pd.DataFrame,
    program: pd.DataFrame,
    rate: float,
    short: int,
    periods: int | None,
    timing: Any,
    extend: Any,
    /,
) -> dict[str, list[Any]]:
    """Does the program pay, when, how deep is the dip, and what does a short horizon hide?"""
    found = compare(_case(base, program, rate, periods, timing, extend), short_horizon=short)
    roots = found.rates.roots
    listed = " and ".join(f"{root:.2%}" for root in roots)
    first = "first period" if found.short_horizon == 1 else f"first {found.short_horizon} periods"
    dip = found.frame["share_of_base"].min()
    lines = (
        ("Net present value", found.npv, "money", found.verdict),
        (f"Net present value, {first}", found.short_npv, "money", found.short_verdict),
        ("Largest dip of earnings", dip, "share of base profit", "The worst period beside the base"),
        ("Trough", found.trough.depth, "money", "The most cash that is out"),
        ("Trough reached", found.trough.period, "periods", "By the end of this period"),
        ("Break-even", found.break_even, "periods", "Cumulative increments are back at 0 for good"),
        ("Break-even, discounted", found.discounted_break_even, "periods", "The same after interest"),
        (
            "Internal rate of return",
            roots[0] if len(roots) == 1 else np.nan,
            "per period",
            f"{len(roots)} rates: {listed}" if len(roots) > 1 else "The only rate" if roots else "There is no rate",
        ),
        ("Modified internal rate", found.mirr, "per period", "Financed and reinvested at the discount rate"),
        (f"Customer equity above base, {first}", found.short_equity_difference, "money", "In no net present value"),
        ("Customer equity above base, end", found.equity_difference, "money", "In no net present value"),
    )
    return dict(zip(("measure", "value", "unit", "words"), map(list, zip(*lines, strict=True)), strict=True))


@worksheet_function(
    arguments=(
        BASE,
        PROGRAM,
        RATE,
        _number("lo", 0.5, "Lower part of the planned effect", "decimal"),
        _number("hi", 1.5, "Higher part of the planned effect", "decimal"),
        _number("rate_step", 0.02, "By how much the discount rate is moved up and down", "decimal/period"),
        *OPTIONS,
    ),
    result=Result.TABLE,
    columns=(
        Column("driver", Kind.TEXT, "What is moved; one at a time"),
        Column("low", Kind.NUMBER, "Part of its effect, or the discount rate", "decimal"),
        Column("high", Kind.NUMBER, "The same on the other side", "decimal"),
        Column("npv_low", Kind.MONEY, "NPV at low", "money", missing="#N/A", heading="NPV at low"),
        Column("npv_high", Kind.MONEY, "NPV at high", "money", missing="#N/A", heading="NPV at high"),
        Column("swing", Kind.MONEY, "Difference of the two, largest first", "money", missing="#N/A"),
    ),
    blank=f"{ERRORS} #N/A where a driver cannot be so: a retention above 1, a cost below 0.",
    example=Example(
        (_BASE, _PROGRAM, 0.1, 0.5, 1.5, 0.02, *_SEVEN),
        [
            ["Driver", "Low", "High", "NPV at low", "NPV at high", "Swing"],
            ["retention rate", 0.5, 1.5, 56282.89, 1429344.07, 1373061.19],
            ["investment", 0.5, 1.5, 1255016.33, 169381.61, 1085634.72],
            ["cost to serve", 0.5, 1.5, 230769.01, 1193628.94, 962859.93],
            ["margin", 0.5, 1.5, 990933.31, 433464.64, 557468.67],
            ["discount rate", 0.12, 0.08, 597392.94, 843371.77, 245978.83],
            ["acquisition cost", 0.5, 1.5, 643454.01, 780943.93, 137489.92],
            ["new customers", 0.5, 1.5, 648646.04, 775751.91, 127105.87],
        ],
    ),
    family=FAMILY,
)
def cv_tornado(
    base: pd.DataFrame,
    program: pd.DataFrame,
    rate: float,
    lo: float,
    hi: float,
    rate_step: float,
    periods: int | None,
    timing: Any,
    extend: Any,
    /,
) -> pd.DataFrame:
    """On which driver does the value of the program hang most?"""
    case = _case(base, program, rate, periods, timing, extend)
    return _in_words(tornado(case, low=lo, high=hi, rate_step=rate_step))


@worksheet_function(
    arguments=(
        BASE,
        PROGRAM,
        RATE,
        _number("part", 0.5, "Part of the good effects that comes true in the second scenario", "decimal"),
        _number("delay", 1, "Periods by which they come late in the third scenario", "periods", kind=Kind.COUNT),
        *OPTIONS,
    ),
    result=Result.TABLE,
    columns=(
        Column("scenario", Kind.TEXT, "Plan, part of the effect, late"),
        Column("npv", Kind.MONEY, "Net present value", "money", heading="NPV"),
        Column("trough", Kind.MONEY, "The most cash that is out", "money"),
        Column("trough_period", Kind.COUNT, "By the end of which period", "periods"),
        Column("break_even", Kind.NUMBER, "Periods until the cash is back", "periods", missing="#N/A"),
        Column("short_npv", Kind.MONEY, "NPV of the first 3 periods", "money", heading="NPV, 3 periods"),
        Column("equity_difference", Kind.MONEY, "Customer equity above base at the end", "money", missing="#N/A"),
    ),
    blank=f"{ERRORS} #N/A where break-even is not reached. Spending is in full and on time in all three: only what "
    "helps (retention, new customers, margin up; costs down) is cut or late.",
    example=Example(
        (_BASE, _PROGRAM, 0.1, 0.5, 1, *_SEVEN),
        [
            ["Scenario", "NPV", "Trough", "Trough period", "Break even", "NPV, 3 periods", "Equity difference"],
            ["plan", 712198.97, 749984, 2, 4.554183, -576585.33, 5816458.91],
            ["part of the effect", -505740.09, 898118.55, 3, "#N/A", -781874.23, 2142285.63],
            ["late", 42643.22, 999984, 3, 6.041944, -863661.91, 5425998.08],
        ],
    ),
    family=FAMILY,
)
def cv_scenario(
    base: pd.DataFrame,
    program: pd.DataFrame,
    rate: float,
    part: float,
    delay: int,
    periods: int | None,
    timing: Any,
    extend: Any,
    /,
) -> pd.DataFrame:
    """What if the program works only in part, or late?"""
    return scenarios(_case(base, program, rate, periods, timing, extend), part=part, delay=delay)


@worksheet_function(
    arguments=(
        BASE,
        PROGRAM,
        RATE,
        Argument("driver", Kind.CHOICE, "Which effect to vary", choices=DRIVER_NAMES, shape=Shape.ONE),
        _number("target_npv", 0, "Net present value to reach", "money", kind=Kind.MONEY),
        *OPTIONS,
    ),
    result=Result.SINGLE,
    columns=(Column("part", Kind.SHARE, "Part of the planned effect that is needed", "decimal"),),
    blank=f"{ERRORS} #N/A also where the program does not change the driver, or no part from 0 to 2 reaches the "
    "target; #NUM! also where several do.",
    example=Example((_BASE, _PROGRAM, 0.1, "retention_rate", 0, *_SEVEN), 0.454943),
    family=FAMILY,
)
def cv_required(
    base: pd.DataFrame,
    program: pd.DataFrame,
    rate: float,
    driver: str,
    target_npv: float,
    periods: int | None,
    timing: Any,
    extend: Any,
    /,
) -> float:
    """What part of a driver's planned effect must come true for the program to pay?"""
    return required_effect(_case(base, program, rate, periods, timing, extend), driver, target_npv)


@worksheet_function(
    arguments=(BASE, PROGRAM, RATE, *OPTIONS),
    result=Result.TABLE,
    columns=(
        Column("period", Kind.COUNT, "Decided at its start", "periods"),
        Column("npv_to_go", Kind.MONEY, "What going on as planned is worth from there", "money", heading="NPV to go"),
        Column("stop_below", Kind.SHARE, "Least part of the planned effect to go on", "decimal", missing="#N/A"),
        Column("stop_if_retention_below", Kind.SHARE, "Retention of that period at this part", "0-1", missing="#N/A"),
        Column("stop_if_cost_above", Kind.MONEY, "Cost to serve of that period at this part", "money", missing="#N/A"),
    ),
    blank=f"{ERRORS} 0 where going on pays whatever the effect, #N/A where it does not even pay as planned. What was "
    "spent before does not count.",
    example=Example(
        (_BASE, _PROGRAM, 0.1, *_SEVEN),
        [
            ["Period", "NPV to go", "Stop below", "Stop if retention below", "Stop if cost above"],
            [1, 712198.97, 0.683421, 0.806834, 100],
            [2, 1272797.28, 0.458567, 0.818343, 96.331461],
            [3, 1410584.46, 0.371625, 0.826014, 93.31075],
            [4, 1147285.88, 0.39029, 0.82732, 90.242739],
            [5, 777375.29, 0.447194, 0.831304, 88.820156],
            [6, 426579.63, 0.529582, 0.837071, 86.760448],
            [7, 144234.46, 0.656936, 0.845986, 83.576592],
        ],
    ),
    family=FAMILY,
)
def cv_stop_rule(
    base: pd.DataFrame, program: pd.DataFrame, rate: float, periods: int | None, timing: Any, extend: Any, /
) -> pd.DataFrame:
    """How much of the promised effect must show in each period, or the program should be stopped?"""
    return stop_rule(_case(base, program, rate, periods, timing, extend))


@worksheet_function(
    arguments=(
        BASE,
        Argument("preset", Kind.CHOICE, "What the program does", choices=tuple(PRESETS), shape=Shape.ONE),
        Argument(
            "amount",
            Kind.MONEY,
            "By how much money moves in every period: per customer for service and fees, in all for an investment",
            "money/period",
            shape=Shape.ONE,
        ),
        Argument(
            "retention_effect",
            Kind.SHARE,
            "By how much retention has moved in the end, positive: 0.04 takes 80% to 76% or 84%",
            "0-1 per period",
            shape=Shape.ONE,
        ),
        _number("ramp", 2, "Periods over which it moves, from the second period on", "periods", kind=Kind.COUNT),
        CASE_PERIODS,
        EXTEND,
    ),
    result=Result.TABLE,
    columns=tuple(replace(column, blank=Blank.STOP, required=True) for column in DRIVER_COLUMNS),
    blank=f"{ERRORS} #NUM! also where a driver would be impossible. Give the table to CV_CASE_COMPARE as its program.",
    example=Example(
        (_BASE, "cut service", 20, 0.04, 2, 3, "last"),
        [
            ["Retention rate", "New customers", "Margin", "Cost to serve", "Acquisition cost", "Investment"],
            [0.8, 2000, 300, 80, 250, 0],
            [0.78, 2000, 300, 80, 250, 0],
            [0.76, 2000, 300, 80, 250, 0],
        ],
    ),
    family=FAMILY,
)
def cv_case_preset(
    base: pd.DataFrame,
    preset: str,
    amount: float,
    retention_effect: float,
    ramp: int,
    periods: int | None,
    extend: Any,
    /,
) -> dict[str, Any]:
    """What would the drivers be if service were cut, a fee added, or the reverse?"""
    given = _drivers(base, "base")
    made = preset_drivers(
        preset,
        given,
        size=amount,
        retention_effect=retention_effect,
        ramp=ramp,
        periods=_longest(given) if periods is None else periods,
        extend=extend,
    )
    return {name: getattr(made, name) for name in DRIVER_NAMES}


@worksheet_function(
    arguments=(
        Argument(
            "plans",
            TABLE,
            "One row for each sum: purpose (acquire, retain, develop), spend, effect (cost of winning one customer; "
            "retention added, 0.02 for 2 points; margin added for each customer)",
            shape=Shape.TABLE,
            table=Table(
                "plans",
                "",
                "one row for each sum to spend",
                (
                    Column("purpose", Kind.CHOICE, "What it is spent on", choices=tuple(PURPOSES)),
                    Column("spend", Kind.MONEY, "Money spent once", "money"),
                    Column("effect", Kind.NUMBER, "Cost of winning one; retention added; margin added"),
                ),
            ),
        ),
        Argument("customers", Kind.COUNT, "Present customers", "count", shape=Shape.ONE),
        Argument("margin", Kind.MONEY, "Contribution after cost to serve", "money/period", shape=Shape.ONE),
        Argument("retention", Kind.SHARE, "Retention without the spend", "0-1 per period", shape=Shape.ONE),
        RATE,
        replace(PERIODS, shape=Shape.ONE),
        ARRIVAL,
    ),
    result=Result.TABLE,
    columns=(
        Column("purpose", Kind.TEXT, "What it is spent on"),
        Column("spend", Kind.MONEY, "Money spent", "money"),
        Column("value", Kind.MONEY, "Value created", "money"),
        Column("return_per_unit", Kind.NUMBER, "Value by spend", "money per unit of money"),
        Column("net", Kind.MONEY, "Value less spend", "money"),
        Column("payback", Kind.NUMBER, "Periods until the money is back, undiscounted", "periods", missing="#N/A"),
        Column("words", Kind.TEXT, "The payback in words"),
    ),
    blank=f"{CALL_ERRORS} #N/A in a line where the money is not back within the periods. Present customers must renew "
    "before they pay, new ones pay at once; a short horizon favours acquiring.",
    example=Example(
        (
            [
                ["purpose", "spend", "effect"],
                ["acquire", 100000, 250],
                ["retain", 100000, 0.02],
                ["develop", 100000, 10],
            ],
            10000,
            200,
            0.8,
            0.1,
            "inf",
        ),
        [
            ["Purpose", "Spend", "Value", "Return per unit", "Net", "Payback", "Words"],
            ["acquire", 100000, 266666.67, 2.666667, 166666.67, 1.3125, "in period 2"],
            ["retain", 100000, 523809.52, 5.238095, 423809.52, 1.925926, "in period 2"],
            ["develop", 100000, 266666.67, 2.666667, 166666.67, 1.3125, "in period 2"],
        ],
    ),
    family=FAMILY,
)
def cv_spend_returns(
    plans: pd.DataFrame,
    customers: float,
    margin: float,
    retention: float,
    rate: float,
    periods: float,
    timing: Any,
    /,
) -> dict[str, Any]:
    """What does a unit of money bring that is spent on acquiring, retaining or developing customers?"""
    if not len(plans):
        raise MissingDataError("plans has no rows")
    found = returns_on_spend(
        plans["purpose"].tolist(),
        plans["spend"].to_numpy(),
        plans["effect"].to_numpy(),
        customers=customers,
        margin=margin,
        retention_rate=retention,
        discount_rate=rate,
        horizon=periods,
        timing=timing,
    )
    words = [
        "not within the periods" if np.isnan(back) else f"in period {int(np.ceil(back))}" for back in found["payback"]
    ]
    return {**found.to_dict("list"), "words": words}


# From cells to a case.


def _case(
    base: pd.DataFrame, program: pd.DataFrame, rate: float, periods: int | None, timing: Any, extend: Any
) -> BusinessCase:
    """Both tables as one case; the opening customers are the base's."""
    opening = _opening(base, "base")
    other = program[OPENING].dropna() if OPENING in program else pd.Series(dtype=float)
    if len(other) and other.iloc[0] != opening:
        raise InputError(
            f"program must start with the {OPENING} of base, {opening:.15g}, not {other.iloc[0]:.15g}; leave them out "
            "there"
        )
    sides = _drivers(base, "base"), _drivers(program, "program")
    return BusinessCase(
        base=sides[0],
        program=sides[1],
        opening_customers=opening,
        periods=max(map(_longest, sides)) if periods is None else periods,
        discount_rate=rate,
        timing=timing,
        extend=extend,
    )


def _drivers(frame: pd.DataFrame, name: str) -> Drivers:
    """The columns without the blanks below them; a blank above a value is missing."""
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
            raise MissingDataError(f"row {row} of {name}, {driver}, is blank" if len(frame) else f"{name} has no rows")
        vectors[driver] = values[:filled]
    return Drivers(**vectors)


def _opening(frame: pd.DataFrame, name: str) -> float:
    """The customers at the start, from the first row."""
    if OPENING not in frame:
        raise InputError(f"{name} must have a column '{OPENING}'")
    first = frame[OPENING].head(1)
    if first.isna().all():
        raise MissingDataError(f"row 1 of {name}, {OPENING}, is blank")
    return float(first.iloc[0])


def _longest(drivers: Drivers) -> int:
    """Periods of the longest vector."""
    return max(np.asarray(getattr(drivers, name)).size for name in DRIVER_NAMES)


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """The names of the drivers as they read."""
    return frame.assign(driver=frame["driver"].str.replace("_", " "))
