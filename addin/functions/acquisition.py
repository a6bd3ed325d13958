"""What winning and keeping customers costs and brings: history, acquisition, retention and activity."""

from typing import Any

import numpy as np

from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.lifetime import (
    acquisition_cost_per_customer,
    choose_method,
    historic_value,
    payback_periods,
    shrunk_retention,
    summarize_activity,
    value_to_cost_ratio,
)
from valuation.tables import Column, Kind
from workbook_templates.plan import CellError

FAMILY = "Acquisition and retention"


@worksheet_function(
    arguments=(
        Argument("dates", Kind.DATE, "Day of each contribution", "date", shape=Shape.COLUMN),
        Argument("amounts", Kind.MONEY, "Each contribution; costs are negative", "money", shape=Shape.COLUMN),
        Argument("as_of", Kind.DATE, "Day of valuation; no contribution is later", "date", shape=Shape.ONE),
        Argument(
            "rate",
            Kind.SHARE,
            "Rate per year at which past money is compounded; 0 adds it up",
            "decimal/year",
            required=False,
            default=0,
            shape=Shape.ONE,
        ),
    ),
    result=Result.SINGLE,
    columns=(Column("value", Kind.MONEY, "What the customer has brought until that day", "money"),),
    blank=f"{CALL_ERRORS} #VALUE! also where a date is after the day of valuation.",
    example=Example(
        (["2023-01-15", "2023-06-30", "2024-06-30", "2025-06-30"], [-400, 300, 500, 700], "2025-12-31", 0.1), 1162.0337
    ),
    family=FAMILY,
)
def cv_ltv_historic(dates: ARRAY, amounts: ARRAY, as_of: np.datetime64, rate: float, /) -> ARRAY:
    """What has a customer brought so far, in today's money?"""
    days = np.timedelta64(1, "D")
    days_ago = as_of.astype("datetime64[D]") - dates.astype("datetime64[D]")
    return historic_value(amounts, days_ago / days, annual_rate=rate)


@worksheet_function(
    arguments=(
        Argument(
            "acq_cost", Kind.MONEY, "Marketing and sales cost of winning, prospects not won included", "money/period"
        ),
        Argument("gross_new", Kind.COUNT, "Customers won in the same period, gross", "customers/period"),
    ),
    result=Result.ROWS,
    columns=(Column("cac", Kind.MONEY, "Cost of winning one customer", "money/customer"),),
    blank=f"{ROW_ERRORS} #DIV/0! where no customer was won.",
    example=Example((38945.19, 2), 19472.595),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda acq_cost, gross_new: (gross_new == 0) & (acq_cost >= 0)},
)
def cv_cac(acq_cost: ARRAY, gross_new: ARRAY, /) -> ARRAY:
    """What does it cost to win one customer?"""
    return acquisition_cost_per_customer(acq_cost, gross_new)


@worksheet_function(
    arguments=(
        Argument("cac", Kind.MONEY, "Cost of winning the customer", "money"),
        Argument("margin", Kind.MONEY, "Contribution of an active customer", "money/period"),
        Argument(
            "retention",
            Kind.SHARE,
            "Chance that the customer stays for another period; 1 leaves leaving out",
            "0-1 per period",
            required=False,
            default=1,
        ),
        Argument(
            "rate", Kind.SHARE, "Discount rate per period; 0 leaves it out", "decimal/period", required=False, default=0
        ),
        Argument(
            "mode",
            Kind.CHOICE,
            "What counts: simple (neither leaving nor discounting), survival (leaving only), discounted (both)",
            required=False,
            default="discounted",
            choices=("simple", "survival", "discounted"),
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("periods", Kind.NUMBER, "Periods until the cost is earned back", "periods"),),
    blank=f"{ROW_ERRORS} #N/A also where the cost is never earned back.",
    example=Example((900, 83.3333333, 0.98157653), 11.9316),
    family=FAMILY,
    front_door=True,
    row_errors={
        CellError.NA: lambda cac, margin, retention, rate, mode: (
            (cac >= 0) & np.isfinite(cac + margin + rate) & (retention >= 0) & (retention <= 1) & (rate > -1)
        )
    },
)
def cv_payback(cac: ARRAY, margin: ARRAY, retention: ARRAY, rate: ARRAY, mode: str, /) -> ARRAY:
    """How many months (or other periods) until a new customer has earned back the cost of winning it?"""
    stays = np.ones_like(retention) if mode == "simple" else retention
    waits = rate if mode == "discounted" else np.zeros_like(rate)
    return payback_periods(cac, margin, retention_rate=stays, discount_rate=waits)


@worksheet_function(
    arguments=(
        Argument("ltv", Kind.MONEY, "Value of a new customer before the cost of winning it", "money"),
        Argument("cac", Kind.MONEY, "Cost of winning the customer", "money"),
    ),
    result=Result.ROWS,
    columns=(Column("ratio", Kind.NUMBER, "Value in multiples of the cost", "times"),),
    blank=f"{ROW_ERRORS} #DIV/0! where the cost is 0.",
    example=Example((2151.2007, 900), 2.3902),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda ltv, cac: (cac == 0) & np.isfinite(ltv)},
)
def cv_ltv_cac(ltv: ARRAY, cac: ARRAY, /) -> ARRAY:
    """How many times its cost of winning is a customer worth?"""
    return value_to_cost_ratio(ltv, cac)


_SHRUNK: dict[str, Any] = {
    "arguments": (
        Argument("renewed", Kind.COUNT, "Customers (or contracts) that stayed", "count"),
        Argument("exposed", Kind.COUNT, "Customers (or contracts) that could have left", "count"),
        Argument("prior_rate", Kind.SHARE, "Retention to expect before counting", "0-1 per period"),
        Argument("prior_weight", Kind.NUMBER, "How many renewals that expectation counts for, such as 20", "count"),
    ),
    "result": Result.ROWS,
    "columns": (Column("retention", Kind.SHARE, "Chance to stay for another period", "0-1 per period"),),
    "blank": f"{ROW_ERRORS} #DIV/0! where nothing was counted and the expectation has no weight.",
    "example": Example((8, 9, 0.8, 20), 0.827586),
    "family": FAMILY,
    "row_errors": {
        CellError.DIV0: lambda renewed, exposed, prior_rate, prior_weight: (
            (exposed + prior_weight == 0) & (renewed == 0) & (prior_rate >= 0) & (prior_rate <= 1)
        )
    },
}


@worksheet_function(name="CV_RETENTION", front_door=True, **_SHRUNK)
@worksheet_function(name="CV_RETENTION_SHRUNK", **_SHRUNK)
def cv_retention(renewed: ARRAY, exposed: ARRAY, prior_rate: ARRAY, prior_weight: ARRAY, /) -> ARRAY:
    """What chance to stay should be assumed when only a few renewals have been seen?"""
    return shrunk_retention(renewed, exposed, prior_rate=prior_rate, prior_weight=prior_weight)


@worksheet_function(
    arguments=(
        Argument("n_customers", Kind.COUNT, "Customers in the history", "count", shape=Shape.ONE),
        Argument(
            "n_events",
            Kind.COUNT,
            "With contracts the customers lost, without them the purchases",
            "count",
            shape=Shape.ONE,
        ),
        Argument("months", Kind.COUNT, "Length of the history", "months", shape=Shape.ONE),
        Argument("contractual", Kind.FLAG, "TRUE if leaving is announced (a contract ends)", shape=Shape.ONE),
    ),
    result=Result.TABLE,
    columns=(
        Column("method", Kind.TEXT, "prior, cohort, sbg or bgnbd"),
        Column("reason", Kind.TEXT, "Why this one and not the next"),
        Column("rung", Kind.COUNT, "Step of the ladder", "1-4"),
    ),
    blank=CALL_ERRORS,
    example=Example(
        (40, 3, 9, True),
        [
            ["Method", "Reason", "Rung"],
            ["prior", "9 months of history is less than 12: use a prior or pooled retention and a 3-year horizon.", 1],
        ],
    ),
    family=FAMILY,
)
def cv_method(n_customers: float, n_events: float, months: float, contractual: bool, /) -> dict[str, list[Any]]:
    """Which way of estimating retention does the history carry?"""
    method = choose_method(customers=n_customers, events=n_events, months=months, contractual=contractual)
    return {"method": [method.name], "reason": [method.reason], "rung": [method.rung]}


DAYS_PER_UNIT = {"day": 1, "week": 7, "year": 365}


@worksheet_function(
    arguments=(
        Argument("ids", Kind.ID, "Customer of each transaction", shape=Shape.COLUMN),
        Argument("dates", Kind.DATE, "Its date", "date", shape=Shape.COLUMN),
        Argument("amounts", Kind.MONEY, "Its amount; rows of 0 or less are no purchases", "money", shape=Shape.COLUMN),
        Argument("as_of", Kind.DATE, "Day of valuation; no transaction is later", "date", shape=Shape.ONE),
        Argument(
            "unit",
            Kind.CHOICE,
            "Period in which recency and age are counted (a year is 365 days)",
            required=False,
            default="week",
            choices=tuple(DAYS_PER_UNIT),
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("customer_id", Kind.ID, "Customer"),
        Column("frequency", Kind.COUNT, "Repeat purchase days: all but the first (x)", "count"),
        Column("recency", Kind.NUMBER, "Time from first to last purchase (t_x)", "units"),
        Column("age", Kind.NUMBER, "Time from first purchase to the day of valuation (T)", "units"),
        Column(
            "monetary_value", Kind.MONEY, "Mean spend per repeat purchase day; blank without one", "money", missing=""
        ),
    ),
    blank=f"{CALL_ERRORS} #VALUE! also where a date is after the day of valuation.",
    example=Example(
        (
            ["A", "B", "A", "A"],
            ["2025-01-01", "2025-01-10", "2025-01-15", "2025-01-15"],
            [100, 50, 20, 30],
            "2025-01-29",
        ),
        [
            ["Customer id", "Frequency", "Recency", "Age", "Monetary value"],
            ["A", 1, 2, 4, 50],
            ["B", 0, 0, 2.714286, None],
        ],
    ),
    family=FAMILY,
)
def cv_rfm_summary(ids: ARRAY, dates: ARRAY, amounts: ARRAY, as_of: np.datetime64, unit: str, /) -> Answer:
    """How often, how recently, for how long and for how much has each customer bought?"""
    summary = summarize_activity(ids, dates, amounts, as_of=as_of, days_per_period=DAYS_PER_UNIT[unit])
    left_out = int((amounts <= 0).sum())
    return Answer(summary, (f"{left_out} rows of 0 or less are no purchases",) if left_out else ())
