"""Insight: whom to hear and whom to ask, and what is lost where nobody listens."""

from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.errors import InputError
from valuation.priority import poaching_exposure, sample_plan, sample_select, sample_weights, share_of_voice
from valuation.segments import headroom
from valuation.tables import Blank, Column, Kind, Table
from workbook_templates.plan import CellError

FAMILY: Final = "Insight"
NO_VALUE: Final = "no value"

PLAN: Final = Table(
    "plan",
    "",
    "one row for each stratum",
    (
        Column("stratum", Kind.ID, "Name of the stratum"),
        Column("n", Kind.COUNT, "How many to draw, as CV_SAMPLE_PLAN says", "count"),
    ),
    key=("stratum",),
)


@worksheet_function(
    arguments=(
        Argument(
            "issues",
            Kind.COUNT,
            "Number of issues of each customer, without those about safety or law, which are no matter of value",
            "count",
            shape=Shape.ROWS,
        ),
        Argument("values", Kind.MONEY, "Value of each customer", "money", shape=Shape.ROWS),
        Argument(
            "ratio",
            Kind.NUMBER,
            "How many times its share of value a share of issues must be to count as over-voiced",
            "times",
            required=False,
            default=2,
            shape=Shape.ONE,
        ),
        Argument(
            "alpha",
            Kind.SHARE,
            "How unlikely it must be that so many issues are chance",
            "0-1",
            required=False,
            default=0.01,
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("voice_share", Kind.SHARE, "Part of all issues", "0-1"),
        Column("value_share", Kind.SHARE, "Part of all positive value", "0-1"),
        Column("index", Kind.NUMBER, f'Voice by value; "{NO_VALUE}" where there is none'),
        Column("p", Kind.SHARE, "Chance of so many issues or more, if they came in proportion to value", "0-1"),
        Column(
            "flag", Kind.TEXT, "over-voiced; under-voiced (half or less, among those who bring 95% of value); or ''"
        ),
    ),
    blank=f"{ROW_ERRORS} Such a customer counts in no share. #N/A for the whole call where there is no issue, #DIV/0! "
    "where nobody has a value. A flag is no verdict: weight opinions, do not delete them.",
    example=Example(
        ([[620], [180], [440]], [[47000], [265000], [-31000]]),
        [
            [0.5, 0.1506, 3.3191, 0, "over-voiced"],
            [0.1452, 0.8494, 0.1709, 1, "under-voiced"],
            [0.3548, 0, "no value", 0, "over-voiced"],
        ],
    ),
    family=FAMILY,
)
def cv_voice(issues: ARRAY, values: ARRAY, ratio: float, alpha: float, /) -> tuple[ARRAY, ...]:
    """Who is louder, or quieter, than its value explains?"""
    found = share_of_voice(issues, values, ratio=ratio, alpha=alpha)
    index = np.where(np.isinf(found.index), NO_VALUE, found.index.astype(object))
    return found.voice_share, found.value_share, index, found.p, found.flag


@worksheet_function(
    arguments=(
        Argument("sizes", Kind.COUNT, "Number of customers in each stratum", "count", shape=Shape.COLUMN),
        Argument("n", Kind.COUNT, "Size of the sample", "count", shape=Shape.ONE),
        Argument(
            "min",
            Kind.COUNT,
            "Least number of each stratum, or one cell for all; a smaller stratum is asked whole",
            "count",
            required=False,
            default=0,
            shape=Shape.COLUMN,
        ),
        Argument(
            "max",
            Kind.COUNT,
            "Most of each stratum, or one cell for all; blank: no limit",
            "count",
            required=False,
            shape=Shape.COLUMN,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "sd",
            Kind.NUMBER,
            "Standard deviation of what is asked, in each stratum: those who differ more are asked more (Neyman); in "
            "proportion to sizes if left out",
            "as the answers",
            required=False,
            shape=Shape.COLUMN,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("n_h", Kind.COUNT, "How many to ask in each stratum; together n", "count"),),
    blank=f"{CALL_ERRORS} #NUM! also where the minima exceed n or a maximum, or there are too few customers.",
    example=Example(
        ([[40], [160], [600], [50]], 60, [[5], [5], [10], [10]], [[15], [None], [None], [None]]),
        [[5], [7], [38], [10]],
    ),
    family=FAMILY,
)
def cv_sample_plan(sizes: ARRAY, n: int, min: ARRAY, max: ARRAY | None, sd: ARRAY | None, /) -> ARRAY:
    """How many customers of each tier or group are to be asked, so that small ones are heard too?"""
    return sample_plan(sizes, n, minimum=min, maximum=max, spread=sd)


@worksheet_function(
    arguments=(
        Argument("ids", Kind.ID, "The customers, each once", shape=Shape.ROWS),
        Argument("strata", Kind.ID, "Stratum of each: its tier or group", shape=Shape.ROWS),
        Argument(
            "plan",
            TABLE,
            "How many of each: stratum, n",
            "count",
            shape=Shape.TABLE,
            table=PLAN,
        ),
        Argument("seed", Kind.ID, 'Name of the draw, such as "2025Q4"; another name draws others', shape=Shape.ONE),
    ),
    result=Result.ROWS,
    columns=(
        Column("selected", Kind.FLAG, "TRUE for those to ask"),
        Column("place", Kind.COUNT, "Place in the stratum: who comes next when somebody does not answer", "count"),
    ),
    blank=f"{ROW_ERRORS} One error for the whole call: #VALUE! where an id stands twice, #N/A where a stratum is not "
    "in the plan, #NUM! where it asks more than there are. The same seed draws the same customers on every machine.",
    example=Example(
        (
            [["C01"], ["C02"], ["C03"], ["C04"], ["C05"]],
            [["A"], ["A"], ["A"], ["A"], ["A"]],
            [["stratum", "n"], ["A", 2]],
            "2025Q4",
        ),
        [[True, 1], [False, 4], [True, 2], [False, 5], [False, 3]],
    ),
    family=FAMILY,
)
def cv_sample_select(ids: ARRAY, strata: ARRAY, plan: pd.DataFrame, seed: str, /) -> tuple[ARRAY, ARRAY]:
    """Which customers are to be asked, drawn so that anybody can draw the same ones again?"""
    known = np.array([None not in pair for pair in zip(ids, strata, strict=True)], dtype=np.bool_)
    counts = dict(zip(plan["stratum"].tolist(), _whole(plan["n"]), strict=True))
    drawn = sample_select(ids[known], strata[known], counts, seed=seed)
    selected, place = np.full(ids.size, None, dtype=object), np.full(ids.size, np.nan)
    selected[known], place[known] = drawn.selected, drawn.place
    return selected, place


@worksheet_function(
    arguments=(
        Argument("sizes", Kind.COUNT, "Number of customers in each stratum", "count", shape=Shape.ROWS),
        Argument("sampled", Kind.COUNT, "Number of those who answered", "count", shape=Shape.ROWS),
    ),
    result=Result.ROWS,
    columns=(
        Column("weight", Kind.NUMBER, "For how many customers each answer speaks"),
        Column(
            "n_eff",
            Kind.NUMBER,
            "Size of an unweighted sample that is as precise (Kish); the same in each row",
            "count",
        ),
        Column("deff", Kind.NUMBER, "Answers by that size (design effect); the same in each row"),
    ),
    blank=f"{ROW_ERRORS} #DIV/0! in a stratum of which nobody answered: no other one speaks for it, and the message "
    "says so. #NUM! where more answered than there are.",
    example=Example(
        ([[40], [160], [600], [50]], [[5], [7], [38], [10]]),
        [[8, 52.73, 1.138], [22.8571, 52.73, 1.138], [15.7895, 52.73, 1.138], [5, 52.73, 1.138]],
    ),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda sizes, sampled: (sampled == 0) & (sizes > 0)},
)
def cv_sample_weight(sizes: ARRAY, sampled: ARRAY, /) -> Answer:
    """For how many customers does each answer of a sample speak, and how precise is it?"""
    found = sample_weights(sizes, sampled)
    columns = (found.weight, *(np.full(sizes.size, one) for one in (found.n_effective, found.design_effect)))
    silent = ", ".join(map(str, found.silent))
    return Answer(columns, (f"nobody speaks for the customers of row {silent}",) if silent else ())


@worksheet_function(
    arguments=(
        Argument("revenue", Kind.MONEY, "Net revenue of each customer", "money/period"),
        Argument(
            "wallet",
            Kind.MONEY,
            "All that the customer spends on what you sell, here and elsewhere: an estimate: keep source and date",
            "money/period",
        ),
        Argument("target_share", Kind.SHARE, "Part of the wallet that can be had", "0-1"),
        Argument("margin_pct", Kind.SHARE, "Contribution by net revenue; it may be negative", "0-1"),
        Argument("retention", Kind.SHARE, "Chance to stay from one period to the next", "0-1/period"),
        Argument("rate", Kind.NUMBER, "Discount rate per period", "0-1/period"),
        Argument(
            "periods",
            Kind.NUMBER,
            'Periods counted; "inf" for no end',
            "periods",
            required=False,
            default=3,
            choices=("inf",),
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("present_value", Kind.MONEY, "Present value of the margin left on the table, at mid-period", "money"),
        Column("revenue", Kind.MONEY, "Revenue up to the target share of the wallet", "money/period"),
        Column("margin", Kind.MONEY, "What that revenue would bring", "money/period"),
        Column("share_of_wallet", Kind.SHARE, "Revenue by wallet", "0-1"),
        Column("flag", Kind.TEXT, "Why there is no headroom, or that the wallet cannot be right; or ''"),
    ),
    blank=f"{ROW_ERRORS} #NUM! also where the wallet is not above 0. The value is that of CV_LTV for existing "
    "customers, so that it may be added to it; INDEX(..., 1, 1) takes it alone.",
    example=Example((12000, 40000, 0.6, 0.395114, 0.9, 0.1), [[10121.18, 12000, 4741.37, 0.3, ""]]),
    family=FAMILY,
)
def cv_headroom(
    revenue: ARRAY,
    wallet: ARRAY,
    target_share: ARRAY,
    margin_pct: ARRAY,
    retention: ARRAY,
    rate: ARRAY,
    periods: ARRAY,
    /,
) -> tuple[Any, ...]:
    """How much money of each customer is left on the table, and what is it worth?"""
    found = headroom(
        revenue,
        wallet,
        target_share=target_share,
        margin_share=margin_pct,
        retention=retention,
        discount_rate=rate,
        horizon=periods,
        timing="mid",
    )
    return found.present_value, found.revenue, found.annual_margin, found.share_of_wallet, found.flag


@worksheet_function(
    arguments=(
        Argument("p_poach", Kind.SHARE, "Chance that a competitor takes the customer", "0-1"),
        Argument("rlv", Kind.MONEY, "Residual lifetime value; below 0 it counts nothing", "money"),
        Argument("headroom_pv", Kind.MONEY, "Present value of its headroom, as CV_HEADROOM says", "money"),
    ),
    result=Result.ROWS,
    columns=(Column("exposure", Kind.MONEY, "Value that is expected to be lost to competitors", "money"),),
    blank=ROW_ERRORS,
    example=Example((0.25, 10121.18, 10121.18), 5060.59),
    family=FAMILY,
)
def cv_poach_risk(p_poach: ARRAY, rlv: ARRAY, headroom_pv: ARRAY, /) -> ARRAY:
    """How much value is open to poaching by competitors, in what each customer brings and in what it could bring?"""
    return poaching_exposure(p_poach, rlv, headroom_pv)


def _whole(counts: "pd.Series[float]") -> list[int]:
    """Counts as whole numbers."""
    whole = counts.to_numpy() % 1 == 0
    if not whole.all():
        row = int(np.argmin(whole))
        raise InputError(f"n of the plan must be a whole number, not {counts.iloc[row]} in row {row + 1}")
    return [int(count) for count in counts]
