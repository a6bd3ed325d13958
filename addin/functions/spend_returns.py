"""What a unit of money brings, by what it is spent on."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from addin.functions.cash_flows import ARRIVAL, FAMILY, RATE
from addin.functions.lifetime import PERIODS
from addin.functions.wording import CALL_ERRORS
from addin.registry import TABLE, Argument, Example, Result, Shape, worksheet_function
from valuation.errors import MissingDataError
from valuation.loyalty import PURPOSES, returns_on_spend
from valuation.tables import Column, Kind, Table


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
) -> pd.DataFrame:
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
    return found.assign(words=words)
