"""Customers who can buy only at certain opportunities, such as a yearly appeal or a monthly box (BG/BB)."""

from dataclasses import replace
from typing import Any

from addin.functions.fits import fitted_block, fitted_columns
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.purchases import (
    BgBbParameters,
    bg_bb_expected_purchases,
    bg_bb_p_alive,
    bg_bb_purchases_of_new,
    bg_bb_residual_purchases,
    fit_bg_bb,
)
from valuation.tables import Column, Kind, Table

FAMILY = "Purchase opportunities"

SHAPES = (
    Column("alpha", Kind.NUMBER, "First parameter of the chance to buy: the larger, the more often"),
    Column("beta", Kind.NUMBER, "Second parameter of the chance to buy: the larger, the more seldom"),
    Column("gamma", Kind.NUMBER, "First parameter of the chance to leave: the larger, the sooner"),
    Column("delta", Kind.NUMBER, "Second parameter of the chance to leave: the larger, the later"),
)
PARAMS = Argument(
    "params",
    Kind.NUMBER,
    "What CV_BGBB_FIT gives, with its header row; or alpha, beta, gamma and delta alone",
    shape=Shape.PARAMETERS,
    table=Table("params", "", "one row", SHAPES),
)
X = Argument("x", Kind.COUNT, "Opportunities that the customer used, the first purchase apart", "count")
TX = Argument("tx", Kind.COUNT, "Which opportunity was the last one used; 0: none", "count")
N = Argument("n", Kind.COUNT, "Opportunities that the customer had since the first purchase", "count")
T = Argument("t", Kind.COUNT, "Opportunities to come", "count")
PURCHASES = Column("purchases", Kind.NUMBER, "Purchases to expect", "count")
CUSTOMER_ERRORS = f"{ROW_ERRORS} #NUM! also where tx is above n, x above tx, or x is 0 and tx is not."


@worksheet_function(
    arguments=(
        *(replace(one, shape=Shape.COLUMN) for one in (X, TX, N)),
        Argument(
            "weight",
            Kind.COUNT,
            "Customers that each row stands for; left out: one",
            "count",
            required=False,
            shape=Shape.COLUMN,
        ),
    ),
    result=Result.TABLE,
    columns=fitted_columns(*SHAPES),
    blank=f"{CALL_ERRORS} #NUM! also where tx is above n, x above tx, or x is 0 and tx is not, or the customers do not "
    "tell who has left from who seldom buys; #N/A also where nobody bought.",
    example=Example(
        ([0, 1, 1, 2, 2, 3], [0, 1, 3, 2, 3, 3], [3, 3, 3, 3, 3, 3], [50, 20, 9, 12, 11, 14]),
        [
            [
                "Alpha",
                "Beta",
                "Gamma",
                "Delta",
                "Alpha error",
                "Beta error",
                "Gamma error",
                "Delta error",
                "Log likelihood",
                "N",
                "Bic",
                "Converged",
                "Reason",
            ],
            [3.3811, 2.128, 0.7925, 1.7238, 5.1732, 2.7215, 0.7657, 2.1871, -199.404, 116, 417.822, True, "settled"],
        ],
    ),
    family=FAMILY,
)
def cv_bgbb_fit(x: ARRAY, tx: ARRAY, n: ARRAY, weight: ARRAY | None, /) -> dict[str, list[Any]]:
    """How often do customers buy at their opportunities, and when do they leave (beta-geometric/beta-binomial)?"""
    return fitted_block(fit_bg_bb(x, tx, n, weight=weight))


@worksheet_function(
    arguments=(PARAMS, X, TX, N),
    result=Result.ROWS,
    columns=(Column("p_alive", Kind.SHARE, "Chance still a customer at the next opportunity", "0-1"),),
    blank=CUSTOMER_ERRORS,
    example=Example(([1.2035, 0.7497, 0.6567, 2.7834], [0, 2, 2], [0, 4, 6], 6), [[0.1081], [0.5897], [0.9304]]),
    family=FAMILY,
)
def cv_bgbb_palive(params: list[float], x: ARRAY, tx: ARRAY, n: ARRAY, /) -> ARRAY:
    """How likely is a customer with certain opportunities to be still one at the next of them (BG/BB)?"""
    return bg_bb_p_alive(_parameters(params), x, tx, n)


@worksheet_function(
    arguments=(PARAMS, X, TX, N, T),
    result=Result.ROWS,
    columns=(PURCHASES,),
    blank=CUSTOMER_ERRORS,
    example=Example(([1.2035, 0.7497, 0.6567, 2.7834], [0, 2, 6], [0, 4, 6], 6, 5), [[0.0729], [1.0576], [3.7526]]),
    family=FAMILY,
)
def cv_bgbb_conditional(params: list[float], x: ARRAY, tx: ARRAY, n: ARRAY, t: ARRAY, /) -> ARRAY:
    """How many purchases are to be expected from a customer at the next opportunities (BG/BB)?"""
    return bg_bb_expected_purchases(_parameters(params), x, tx, n, t=t)


@worksheet_function(
    arguments=(PARAMS, replace(T, help="Opportunities since the first purchase")),
    result=Result.ROWS,
    columns=(PURCHASES,),
    blank=ROW_ERRORS,
    example=Example(([1.2035, 0.7497, 0.6567, 2.7834], [1, 6]), [[0.4985], [2.2202]]),
    family=FAMILY,
)
def cv_bgbb_expected(params: list[float], t: ARRAY, /) -> ARRAY:
    """How many purchases are to be expected from a new customer at the first opportunities (BG/BB)?"""
    return bg_bb_purchases_of_new(_parameters(params), t=t)


@worksheet_function(
    arguments=(
        PARAMS,
        X,
        TX,
        N,
        Argument("rate", Kind.SHARE, "Discount rate from one opportunity to the next", "decimal/period"),
    ),
    result=Result.ROWS,
    columns=(PURCHASES,),
    blank=f"{CUSTOMER_ERRORS} #NUM! too where the sum has no end: at a rate below 0, and at 0 unless gamma is above 1.",
    example=Example(([1.2035, 0.7497, 0.6567, 2.7834], [0, 2, 6], [0, 4, 6], 6, 0.1), [[0.1148], [1.6657], [5.91]]),
    family=FAMILY,
)
def cv_bgbb_dert(params: list[float], x: ARRAY, tx: ARRAY, n: ARRAY, rate: ARRAY, /) -> ARRAY:
    """How many discounted purchases are to come from a customer, at all opportunities ahead (DERT, BG/BB)?"""
    return bg_bb_residual_purchases(_parameters(params), x, tx, n, discount_rate=rate)


def _parameters(params: list[float]) -> BgBbParameters:
    """The parameters, in the order of their columns."""
    alpha, beta, gamma, delta = params
    return BgBbParameters(alpha=alpha, beta=beta, gamma=gamma, delta=delta)
