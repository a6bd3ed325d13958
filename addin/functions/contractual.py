"""Customers who renew or leave, and are not all alike: the contract renewal model (sBG), and that with ageing (BdW)."""

from dataclasses import replace
from typing import Any

from addin.functions.fits import fitted_block, fitted_columns
from addin.functions.lifetime import CAC, CUSTOMERS, MARGIN, PERIODS, RATE, TIMING, VALUE
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.lifetime import (
    BdwParameters,
    SbgParameters,
    bdw_residual_lifetime,
    bdw_retention,
    bdw_survival,
    bdw_value,
    fit_bdw,
    fit_sbg,
    sbg_residual_lifetime,
    sbg_retention,
    sbg_survival,
    sbg_value,
)
from valuation.tables import Column, Kind, Table

FAMILY = "Contractual models"

SHAPES = (
    Column("alpha", Kind.NUMBER, "First parameter: the smaller, the more loyal the customers"),
    Column("beta", Kind.NUMBER, "Second parameter: the larger, the more loyal the customers"),
)
PARAMS = Argument(
    "params",
    Kind.NUMBER,
    "What CV_SBG_FIT gives, with its header row; or alpha and beta alone",
    shape=Shape.PARAMETERS,
    table=Table("params", "", "one row", SHAPES),
)
AGEING_SHAPES = (
    *SHAPES,
    Column("c", Kind.NUMBER, "Above 1 each customer gets likelier to leave with age, below 1 less likely"),
)
AGEING_PARAMS = Argument(
    "params",
    Kind.NUMBER,
    "What CV_BDW_FIT gives, with its header row; or alpha, beta and c alone",
    shape=Shape.PARAMETERS,
    table=Table("params", "", "one row", AGEING_SHAPES),
)
SURVIVORS = Argument(
    "survivors",
    Kind.COUNT,
    "Customers of one cohort: all at the start, then those left after each renewal; 3 numbers or more",
    "count",
    shape=Shape.COLUMN,
)
T = Argument("t", Kind.COUNT, "Number of the renewal: 1 is the first", "periods")
N = Argument(
    "n", Kind.COUNT, "Number of the contract period that is about to end; 1: the first renewal is next", "periods"
)
ANY_N = Argument(
    "n",
    Kind.COUNT,
    "Number of the contract period, from 1: of an existing customer the one about to end, of a new one the one to come",
    "periods",
    required=False,
    default=1,
)


@worksheet_function(
    arguments=(SURVIVORS,),
    result=Result.TABLE,
    columns=fitted_columns(*SHAPES, n="Customers at the start"),
    blank=f"{CALL_ERRORS} #NUM! also where survivors increase, are fewer than 3, start with 0, or show no retention "
    "that rises with age; #N/A also where nobody left.",
    example=Example(
        ([1000, 631, 468, 382, 326, 289, 262, 241],),
        [
            ["Alpha", "Beta", "Alpha error", "Beta error", "Log likelihood", "N", "Bic", "Converged", "Reason"],
            [0.70408, 1.18204, 0.0656, 0.15248, -1680.265, 1000, 3374.346, True, "settled"],
        ],
    ),
    family=FAMILY,
)
def cv_sbg_fit(survivors: ARRAY, /) -> dict[str, list[Any]]:
    """Which contract renewal model (shifted beta-geometric) describes how a cohort of customers dwindles?"""
    return fitted_block(fit_sbg(survivors))


@worksheet_function(
    arguments=(PARAMS, Argument("t", Kind.COUNT, "Renewals since the start, 0 or more", "periods")),
    result=Result.ROWS,
    columns=(Column("survival", Kind.SHARE, "Part of the cohort that is still there", "0-1"),),
    blank=ROW_ERRORS,
    example=Example(([0.704, 1.182], [1, 2, 8]), [[0.6267], [0.4738], [0.2201]]),
    family=FAMILY,
)
def cv_sbg_survival(params: list[float], t: ARRAY, /) -> ARRAY:
    """How much of a cohort is left after some renewals, by the contract renewal model (shifted beta-geometric)?"""
    return sbg_survival(_parameters(params), t)


@worksheet_function(
    arguments=(PARAMS, T),
    result=Result.ROWS,
    columns=(Column("retention", Kind.SHARE, "Chance that those still there renew", "0-1 per period"),),
    blank=f"{ROW_ERRORS} Retention rises with age because the less loyal leave first, whatever is done for loyalty.",
    example=Example(([0.704, 1.182], [1, 2, 7]), [[0.6267], [0.7561], [0.9107]]),
    family=FAMILY,
)
def cv_sbg_retention(params: list[float], t: ARRAY, /) -> ARRAY:
    """Which share of those still there makes a renewal, by the contract renewal model (shifted beta-geometric)?"""
    return sbg_retention(_parameters(params), t)


@worksheet_function(
    arguments=(PARAMS, RATE, N),
    result=Result.ROWS,
    columns=(Column("periods", Kind.NUMBER, "Payments to expect, discounted to today", "periods"),),
    blank=f"{ROW_ERRORS} #NUM! also where the sum has no end: at a rate below 0, and at 0 unless alpha is above 1.",
    example=Example(([0.668, 3.806], 0.1, [1, 2, 5]), [[5.4149], [5.9018], [6.8971]]),
    family=FAMILY,
)
def cv_sbg_derl(params: list[float], rate: ARRAY, n: ARRAY, /) -> ARRAY:
    """How many discounted payments are to come from a customer who is about to make the n-th renewal (DERL)?"""
    return sbg_residual_lifetime(_parameters(params), discount_rate=rate, contract_period=n)


@worksheet_function(
    arguments=(
        PARAMS,
        MARGIN,
        RATE,
        PERIODS,
        TIMING,
        CUSTOMERS,
        ANY_N,
        CAC,
    ),
    result=Result.ROWS,
    columns=(VALUE,),
    blank=f'{ROW_ERRORS} #NUM! also where the sum has no end. A value over 3 years is a "3-year customer value", not a '
    "lifetime value.",
    example=Example(([0.668, 3.806], 1000, 0.1, "inf", "start", "new"), 5922.5964),
    family=FAMILY,
)
def cv_sbg_ltv(
    params: list[float],
    margin: ARRAY,
    rate: ARRAY,
    periods: ARRAY,
    timing: Any,
    customers: Any,
    n: ARRAY,
    cac: ARRAY,
    /,
) -> ARRAY:
    """What is a customer under contract worth, whose retention rises with age (contract renewal model)?"""
    return sbg_value(
        margin,
        _parameters(params),
        discount_rate=rate,
        horizon=periods,
        timing=timing,
        customers=customers,
        contract_period=n,
        acquisition_cost=cac,
    )


@worksheet_function(
    arguments=(replace(SURVIVORS, help=SURVIVORS.help.replace("3 numbers", "4 numbers")),),
    result=Result.TABLE,
    columns=fitted_columns(*AGEING_SHAPES, n="Customers at the start"),
    blank=f"{CALL_ERRORS} #NUM! also where survivors increase, are fewer than 4, start with 0, or do not tell ageing "
    "from differences between customers; #N/A also where nobody left.",
    example=Example(
        ([1000, 869, 743, 653, 593, 551, 517, 491],),
        [
            [
                "Alpha",
                "Beta",
                "C",
                "Alpha error",
                "Beta error",
                "C error",
                "Log likelihood",
                "N",
                "Bic",
                "Converged",
                "Reason",
            ],
            [0.21425, 1.42657, 1.72356, 0.05958, 0.38141, 0.30104, -1605.314, 1000, 3231.352, True, "settled"],
        ],
    ),
    family=FAMILY,
)
def cv_bdw_fit(survivors: ARRAY, /) -> dict[str, list[Any]]:
    """Which contract renewal model with ageing (beta-discrete-Weibull) describes how a cohort dwindles?"""
    return fitted_block(fit_bdw(survivors))


@worksheet_function(
    arguments=(AGEING_PARAMS, Argument("t", Kind.COUNT, "Renewals since the start, 0 or more", "periods")),
    result=Result.ROWS,
    columns=(Column("survival", Kind.SHARE, "Part of the cohort that is still there", "0-1"),),
    blank=ROW_ERRORS,
    example=Example(([0.2593, 1.7225, 1.5844], [1, 4, 12]), [[0.8692], [0.593], [0.3889]]),
    family=FAMILY,
)
def cv_bdw_survival(params: list[float], t: ARRAY, /) -> ARRAY:
    """How much of a cohort is left after some renewals, by the contract renewal model with ageing (BdW)?"""
    return bdw_survival(_ageing_parameters(params), t)


@worksheet_function(
    arguments=(AGEING_PARAMS, T),
    result=Result.ROWS,
    columns=(Column("retention", Kind.SHARE, "Chance that those still there renew", "0-1 per period"),),
    blank=f"{ROW_ERRORS} Retention may fall at first, as customers age, and rises later, as the less loyal have left.",
    example=Example(([0.2593, 1.7225, 1.5844], [1, 2, 12]), [[0.8692], [0.8536], [0.9658]]),
    family=FAMILY,
)
def cv_bdw_retention(params: list[float], t: ARRAY, /) -> ARRAY:
    """Which share of those still there makes a renewal, by the contract renewal model with ageing (BdW)?"""
    return bdw_retention(_ageing_parameters(params), t)


@worksheet_function(
    arguments=(AGEING_PARAMS, RATE, N),
    result=Result.ROWS,
    columns=(Column("periods", Kind.NUMBER, "Payments to expect, discounted to today", "periods"),),
    blank=f"{ROW_ERRORS} #NUM! also where the sum has no end: at a rate below 0, and at 0 unless alpha times c is "
    "above 1.",
    example=Example(([0.2593, 1.7226, 1.5844], 0.1, [1, 2, 5]), [[5.4941], [5.8533], [7.3178]]),
    family=FAMILY,
)
def cv_bdw_derl(params: list[float], rate: ARRAY, n: ARRAY, /) -> ARRAY:
    """How many discounted payments will a customer make, by the contract renewal model with ageing (DERL, BdW)?"""
    return bdw_residual_lifetime(_ageing_parameters(params), discount_rate=rate, contract_period=n)


@worksheet_function(
    arguments=(AGEING_PARAMS, MARGIN, RATE, PERIODS, TIMING, CUSTOMERS, ANY_N, CAC),
    result=Result.ROWS,
    columns=(VALUE,),
    blank=f'{ROW_ERRORS} #NUM! also where the sum has no end. A value over 3 years is a "3-year customer value", not a '
    "lifetime value.",
    example=Example(([0.2593, 1.7226, 1.5844], 1000, 0.1, "inf", "start", "new"), 5994.6735),
    family=FAMILY,
)
def cv_bdw_ltv(
    params: list[float],
    margin: ARRAY,
    rate: ARRAY,
    periods: ARRAY,
    timing: Any,
    customers: Any,
    n: ARRAY,
    cac: ARRAY,
    /,
) -> ARRAY:
    """What is a customer under contract worth, whose chance to leave changes with age (BdW)?"""
    return bdw_value(
        margin,
        _ageing_parameters(params),
        discount_rate=rate,
        horizon=periods,
        timing=timing,
        customers=customers,
        contract_period=n,
        acquisition_cost=cac,
    )


def _parameters(params: list[float]) -> SbgParameters:
    """The parameters, in the order of their columns."""
    alpha, beta = params
    return SbgParameters(alpha=alpha, beta=beta)


def _ageing_parameters(params: list[float]) -> BdwParameters:
    """The parameters, in the order of their columns."""
    alpha, beta, c = params
    return BdwParameters(alpha=alpha, beta=beta, c=c)
