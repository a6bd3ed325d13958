"""The loyalty business case: projection, comparison with doing nothing, and ready-made programs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from addin.functions.case_inputs import (
    BASE,
    BASE_EXAMPLE,
    CASE_PERIODS,
    DRIVER_COLUMNS,
    DRIVERS,
    ERRORS,
    EXTEND,
    OPTIONS,
    PROGRAM,
    PROGRAM_EXAMPLE,
    SEVEN_PERIODS,
    case_of,
    drivers_of,
    longest,
    opening_of,
    optional_number,
)
from addin.functions.cash_flows import FAMILY, RATE
from addin.functions.lifetime import PERIODS
from addin.registry import Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.loyalty import DRIVER_NAMES, PRESETS, compare, preset_drivers, project
from valuation.tables import Blank, Column, Kind


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
        (BASE_EXAMPLE, 2, 0.1, "last"),
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
def cv_case_project(case_drivers: pd.DataFrame, periods: int, rate: float, extend: Any, /) -> pd.DataFrame:
    """What will these customers bring in the periods ahead, and what will the base be worth?"""
    return project(
        drivers_of(case_drivers, "case_drivers"),
        opening_customers=opening_of(case_drivers, "case_drivers"),
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
        (BASE_EXAMPLE, PROGRAM_EXAMPLE[:3], 0.1, 2, "end", "last"),
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
    base_case: pd.DataFrame, program: pd.DataFrame, rate: float, periods: int | None, timing: Any, extend: Any, /
) -> Answer:
    """What does the program change, period by period, in profit and in the value of the customers?"""
    found = compare(case_of(base_case, program, rate, periods, timing, extend))
    return Answer(found.frame, (found.verdict, found.short_verdict))


@worksheet_function(
    arguments=(
        BASE,
        PROGRAM,
        RATE,
        optional_number("short", 3, "Shorter horizon to show beside the full one", "periods", kind=Kind.COUNT),
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
        (BASE_EXAMPLE, PROGRAM_EXAMPLE, 0.1, 3, *SEVEN_PERIODS),
        [
            ["Measure", "Value", "Unit", "Words"],
            ["Net present value", 712198.97, "money", "Over 7 periods the program gains 712,199 in present value."],
            [
                "Net present value, first 3 periods",
                -576585.33,
                "money",
                "The first 3 periods alone: the program loses 576,585, while the customers are by then worth 3,568,781 "
                "above the base; it would be rejected although it pays in the full horizon.",
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
    base_case: pd.DataFrame,
    program: pd.DataFrame,
    rate: float,
    short: int,
    periods: int | None,
    timing: Any,
    extend: Any,
    /,
) -> dict[str, list[Any]]:
    """Does the program pay, when, how deep is the dip, and what does a short horizon hide?"""
    found = compare(case_of(base_case, program, rate, periods, timing, extend), short_horizon=short)
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
        optional_number(
            "ramp", 2, "Periods over which it moves, from the second period on", "periods", kind=Kind.COUNT
        ),
        CASE_PERIODS,
        EXTEND,
    ),
    result=Result.TABLE,
    columns=tuple(replace(column, blank=Blank.STOP, required=True) for column in DRIVER_COLUMNS),
    blank=f"{ERRORS} #NUM! also where a driver would be impossible. Give the table to CV_CASE_COMPARE as its program.",
    example=Example(
        (BASE_EXAMPLE, "cut service", 20, 0.04, 2, 3, "last"),
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
    base_case: pd.DataFrame,
    preset: str,
    amount: float,
    retention_effect: float,
    ramp: int,
    periods: int | None,
    extend: Any,
    /,
) -> dict[str, Any]:
    """What would the drivers be if service were cut, a fee added, or the reverse?"""
    given = drivers_of(base_case, "base_case")
    made = preset_drivers(
        preset,
        given,
        size=amount,
        retention_effect=retention_effect,
        ramp=ramp,
        periods=longest(given) if periods is None else periods,
        extend=extend,
    )
    return {name: getattr(made, name) for name in DRIVER_NAMES}
