"""How firm a loyalty business case is: tornado, scenarios, what must come true, and when to stop."""

from typing import Any

import pandas as pd

from addin.functions.case_inputs import (
    BASE,
    BASE_EXAMPLE,
    ERRORS,
    OPTIONS,
    PROGRAM,
    PROGRAM_EXAMPLE,
    SEVEN_PERIODS,
    case_of,
    optional_number,
)
from addin.functions.cash_flows import FAMILY, RATE
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.loyalty import DRIVER_NAMES, required_effect, scenarios, stop_rule, tornado
from valuation.tables import Column, Kind


@worksheet_function(
    arguments=(
        BASE,
        PROGRAM,
        RATE,
        optional_number("lo", 0.5, "Lower part of the planned effect", "decimal"),
        optional_number("hi", 1.5, "Higher part of the planned effect", "decimal"),
        optional_number("rate_step", 0.02, "By how much the discount rate is moved up and down", "decimal/period"),
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
        (BASE_EXAMPLE, PROGRAM_EXAMPLE, 0.1, 0.5, 1.5, 0.02, *SEVEN_PERIODS),
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
    base_case: pd.DataFrame,
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
    found = tornado(case_of(base_case, program, rate, periods, timing, extend), low=lo, high=hi, rate_step=rate_step)
    return found.assign(driver=found["driver"].str.replace("_", " "))


@worksheet_function(
    arguments=(
        BASE,
        PROGRAM,
        RATE,
        optional_number("part", 0.5, "Part of the good effects that comes true in the second scenario", "decimal"),
        optional_number("delay", 1, "Periods by which they come late in the third", "periods", kind=Kind.COUNT),
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
        (BASE_EXAMPLE, PROGRAM_EXAMPLE, 0.1, 0.5, 1, *SEVEN_PERIODS),
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
    base_case: pd.DataFrame,
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
    return scenarios(case_of(base_case, program, rate, periods, timing, extend), part=part, delay=delay)


@worksheet_function(
    arguments=(
        BASE,
        PROGRAM,
        RATE,
        Argument("driver", Kind.CHOICE, "Which effect to vary", choices=DRIVER_NAMES, shape=Shape.ONE),
        optional_number("target_npv", 0, "Net present value to reach", "money", kind=Kind.MONEY),
        *OPTIONS,
    ),
    result=Result.SINGLE,
    columns=(Column("part", Kind.SHARE, "Part of the planned effect that is needed", "decimal"),),
    blank=f"{ERRORS} #N/A also where the program does not change the driver, or no part from 0 to 2 reaches the "
    "target; #NUM! also where several do.",
    example=Example((BASE_EXAMPLE, PROGRAM_EXAMPLE, 0.1, "retention_rate", 0, *SEVEN_PERIODS), 0.454943),
    family=FAMILY,
)
def cv_required(
    base_case: pd.DataFrame,
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
    return required_effect(case_of(base_case, program, rate, periods, timing, extend), driver, target_npv)


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
        (BASE_EXAMPLE, PROGRAM_EXAMPLE, 0.1, *SEVEN_PERIODS),
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
    base_case: pd.DataFrame, program: pd.DataFrame, rate: float, periods: int | None, timing: Any, extend: Any, /
) -> pd.DataFrame:
    """How much of the promised effect must show in each period, or the program should be stopped?"""
    return stop_rule(case_of(base_case, program, rate, periods, timing, extend))
