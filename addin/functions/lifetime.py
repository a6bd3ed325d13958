"""What customers are worth over time: rates, value and horizon."""

from typing import Any

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.lifetime import (
    horizon_for_share,
    horizon_share,
    horizon_table,
    lifetime_value,
    rate_per_period,
    schedule_value,
)
from valuation.tables import Column, Kind

FAMILY = "Lifetime value"

MARGIN = Argument(
    "margin", Kind.MONEY, "Contribution of an active customer, after cost to serve, before acquisition", "money/period"
)
RETENTION = Argument("retention", Kind.SHARE, "Chance that the customer stays for another period", "0-1 per period")
RATE = Argument("rate", Kind.SHARE, "Discount rate per period; CV_RATE converts an annual one", "decimal/period")
PERIODS = Argument(
    "periods",
    Kind.COUNT,
    'How many periods to count, or "inf" for no end',
    "periods",
    required=False,
    default=3,
    choices=("inf",),
)
TIMING = Argument(
    "timing",
    Kind.CHOICE,
    "When in its period the margin arrives",
    required=False,
    default="mid",
    choices=("start", "mid", "end"),
    shape=Shape.ONE,
)
CUSTOMERS = Argument(
    "customers",
    Kind.CHOICE,
    "existing (or atrisk): the next payment depends on renewing; new (or certain): the first payment is certain",
    required=False,
    default="existing",
    choices=("existing", "new", "atrisk", "certain"),
    shape=Shape.ONE,
)
GROWTH = Argument(
    "growth", Kind.SHARE, "Growth of the margin from period to period", "decimal/period", required=False, default=0
)
CAC = Argument("cac", Kind.MONEY, "Cost of winning the customer, deducted once", "money", required=False, default=0)
VALUE = Column("value", Kind.MONEY, "Present value of the margins to come", "money")


@worksheet_function(
    arguments=(
        Argument("rate", Kind.SHARE, "The rate to convert", "decimal per period given"),
        Argument("from_per_year", Kind.COUNT, "Periods a year of that rate: 1, 2, 4, 12, 52 or 365", "periods/year"),
        Argument("to_per_year", Kind.COUNT, "Periods a year of the rate wanted", "periods/year"),
        Argument(
            "kind",
            Kind.CHOICE,
            "effective (interest that compounds), nominal (quoted without compounding), retention or churn",
            required=False,
            default="effective",
            choices=("effective", "nominal", "retention", "churn"),
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("rate", Kind.SHARE, "The same rate for the other period", "decimal per period wanted"),),
    blank=ROW_ERRORS,
    example=Example((0.8, 1, 12, "retention"), 0.98157653),
    family=FAMILY,
)
def cv_rate(rate: ARRAY, from_per_year: ARRAY, to_per_year: ARRAY, kind: Any, /) -> ARRAY:
    """What is an annual rate per month, or a monthly churn per year?"""
    return rate_per_period(rate, from_per_year=from_per_year, to_per_year=to_per_year, kind=kind)


@worksheet_function(
    arguments=(MARGIN, RETENTION, RATE, PERIODS, TIMING, CUSTOMERS, GROWTH, CAC),
    result=Result.ROWS,
    columns=(VALUE,),
    blank=f'{ROW_ERRORS} A value over 3 years is a "3-year customer value", not a lifetime value.',
    example=Example((1000, 0.8, 0.1), 1720.9606),
    family=FAMILY,
    front_door=True,
)
def cv_ltv(
    margin: ARRAY,
    retention: ARRAY,
    rate: ARRAY,
    periods: ARRAY,
    timing: Any,
    customers: Any,
    growth: ARRAY,
    cac: ARRAY,
    /,
) -> ARRAY:
    """What is a customer worth over the next years, at a steady margin and retention?"""
    return lifetime_value(
        margin,
        retention,
        discount_rate=rate,
        horizon=periods,
        timing=timing,
        customers=customers,
        growth=growth,
        acquisition_cost=cac,
    )


@worksheet_function(
    arguments=(
        Argument("margins", Kind.MONEY, "One margin for each period, in order", "money/period", shape=Shape.COLUMN),
        Argument(
            "retentions", Kind.SHARE, "One retention for each period, in order", "0-1 per period", shape=Shape.COLUMN
        ),
        Argument("rate", Kind.SHARE, "Discount rate per period", "decimal/period", shape=Shape.ONE),
        TIMING,
        CUSTOMERS,
        Argument(
            "cac",
            Kind.MONEY,
            "Cost of winning the customer, deducted once",
            "money",
            required=False,
            default=0,
            shape=Shape.ONE,
        ),
    ),
    result=Result.SINGLE,
    columns=(VALUE,),
    blank=CALL_ERRORS,
    example=Example(([1000, 1100, 1100], [0.8, 0.9, 0], 0.1, "end", "new"), 2231.40),
    family=FAMILY,
)
def cv_ltv_schedule(
    margins: ARRAY, retentions: ARRAY, rate: float, timing: Any, customers: Any, cac: float, /
) -> ARRAY:
    """What is a customer worth whose margin and retention differ from period to period?"""
    return schedule_value(
        margins, retentions, discount_rate=rate, timing=timing, customers=customers, acquisition_cost=cac
    )


@worksheet_function(
    arguments=(
        MARGIN,
        RETENTION,
        RATE,
        Argument(
            "horizons",
            Kind.COUNT,
            'Numbers of periods, ascending; the last may be "inf"',
            "periods",
            choices=("inf",),
            shape=Shape.COLUMN,
        ),
        TIMING,
        CUSTOMERS,
        GROWTH,
    ),
    result=Result.TABLE,
    columns=(
        Column("horizon", Kind.ANY, "Number of periods", "periods"),
        Column("value", Kind.MONEY, "Value of all these customers", "money"),
        Column("increment", Kind.MONEY, "More than at the horizon before", "money"),
        Column("share", Kind.SHARE, "Part of the unlimited value", "0-1", missing="#N/A"),
        Column(
            "rank_correlation",
            Kind.NUMBER,
            "Same order of customers as at the next horizon: 1 = the same",
            "-1..1",
            missing="#N/A",
        ),
    ),
    blank=f"{CALL_ERRORS} #N/A in share where the unlimited value does not exist, in rank correlation where there is "
    "no next horizon or only one customer.",
    example=Example(
        (1000, 0.8, 0.1, [1, 3, 10, "inf"]),
        [
            ["Horizon", "Value", "Increment", "Share", "Rank correlation"],
            [1, 762.7701, 762.7701, 0.272727, "#N/A"],
            [3, 1720.9606, 958.1905, 0.615327, "#N/A"],
            [10, 2681.0424, 960.0818, 0.958603, "#N/A"],
            ["inf", 2796.8236, 115.7812, 1, "#N/A"],
        ],
    ),
    family=FAMILY,
    front_door=True,
)
def cv_ltv_horizon(
    margin: ARRAY,
    retention: ARRAY,
    rate: ARRAY,
    horizons: ARRAY,
    timing: Any,
    customers: Any,
    growth: ARRAY,
    /,
) -> pd.DataFrame:
    """What changes when the horizon is extended: the value, and the order of the customers?"""
    table = horizon_table(
        margin, retention, discount_rate=rate, horizons=horizons, timing=timing, customers=customers, growth=growth
    )
    lost = np.flatnonzero(np.isnan(table.values[:, 0]))
    if lost.size:
        # A total that leaves a customer out is no total; alone, that customer raises with words.
        m, r, d, g = (np.broadcast_to(each, len(table.values))[lost[0]] for each in (margin, retention, rate, growth))
        horizon_table(m, r, discount_rate=d, horizons=horizons, timing=timing, customers=customers, growth=g)
    shown = ["inf" if np.isinf(horizon) else float(horizon) for horizon in table.horizons]
    return pd.DataFrame(
        {
            "horizon": pd.Series(shown, dtype=object),
            "value": table.total,
            "increment": table.increment,
            "share": table.share,
            "rank_correlation": table.rank_correlation,
        }
    )


@worksheet_function(
    arguments=(
        RETENTION,
        RATE,
        Argument("periods", Kind.COUNT, 'How many periods are counted, or "inf"', "periods", choices=("inf",)),
        GROWTH,
    ),
    result=Result.ROWS,
    columns=(Column("share", Kind.SHARE, "Part of the unlimited value", "0-1"),),
    blank=f"{ROW_ERRORS} #NUM! also where the unlimited value does not exist.",
    example=Example((0.8, 0.1, 3), 0.615327),
    family=FAMILY,
)
def cv_horizon_share(retention: ARRAY, rate: ARRAY, periods: ARRAY, growth: ARRAY, /) -> ARRAY:
    """How much of a customer's unlimited value does a horizon show?"""
    return horizon_share(retention, discount_rate=rate, horizon=periods, growth=growth)


@worksheet_function(
    arguments=(
        RETENTION,
        RATE,
        Argument("share", Kind.SHARE, "Part of the unlimited value to be shown", "above 0, below 1"),
        GROWTH,
    ),
    result=Result.ROWS,
    columns=(Column("periods", Kind.NUMBER, "Periods needed; round up for whole ones", "periods"),),
    blank=f"{ROW_ERRORS} #NUM! also where the unlimited value does not exist.",
    example=Example((0.8, 0.1, 0.95), 9.4071),
    family=FAMILY,
)
def cv_horizon_for(retention: ARRAY, rate: ARRAY, share: ARRAY, growth: ARRAY, /) -> ARRAY:
    """How long must the horizon be to show, say, 95% of the unlimited value?"""
    return horizon_for_share(retention, discount_rate=rate, share=share, growth=growth)
