"""The spend model (Gamma-Gamma): what customers spend at a purchase, known by few purchases or many."""

from typing import Any

import numpy as np

from addin.functions.fits import fitted_block, fitted_columns
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.purchases import GammaGammaParameters, expected_spend, fit_gamma_gamma
from valuation.tables import Blank, Column, Kind, Table
from workbook_templates.plan import CellError

FAMILY = "Purchases without contract"

SHAPES = (
    Column("p", Kind.NUMBER, "First parameter: the larger, the more alike one customer's purchases are"),
    Column("q", Kind.NUMBER, "Second parameter: the larger, the more alike the customers are"),
    Column("v", Kind.NUMBER, "Scale, in money; gamma in the literature", "money"),
)
SPEND_PARAMS = Argument(
    "params",
    Kind.NUMBER,
    "What CV_GG_FIT gives, with its header row; or p, q and v alone",
    shape=Shape.PARAMETERS,
    table=Table("params", "", "one row", SHAPES),
)
X_HELP = "Repeat purchases: days with a purchase, without the first"
MBAR_HELP = "Mean spend of the repeat purchases; may be blank where there are none"


@worksheet_function(
    arguments=(
        Argument("x", Kind.COUNT, X_HELP, "count", shape=Shape.COLUMN),
        Argument("mbar", Kind.MONEY, MBAR_HELP, "money/purchase", shape=Shape.COLUMN, blank=Blank.ALLOWED),
    ),
    result=Result.TABLE,
    columns=(
        *fitted_columns(*SHAPES, n="Customers used: with repeat purchases and a mean spend above 0"),
        Column(
            "correlation",
            Kind.NUMBER,
            "Of frequency and mean spend: the model takes it for 0; beyond 0.30 that is doubtful; #N/A where all are "
            "alike",
            missing="#N/A",
        ),
        Column(
            "left_out", Kind.COUNT, "Customers without repeat purchases, or with a mean spend of 0 or less", "count"
        ),
    ),
    blank=f"{CALL_ERRORS} #NUM! also where all customers spend the same; #N/A also with fewer than 2 customers who can "
    "be used, and where one with repeat purchases has no mean spend.",
    example=Example(
        ([1, 2, 3, 1, 4, 0, 2], [20, 35, 60, 45, 30, None, 80]),
        [
            [
                *("P", "Q", "V", "P error", "Q error", "V error", "Log likelihood", "N", "Bic", "Converged", "Reason"),
                *("Correlation", "Left out"),
            ],
            [
                *(6.4145, 10.1588, 65.817, 11.64, 15.85, 219.7, -25.8516, 6, 57.0785, True),
                *("settled; customers left out: 1 without repeat purchases", 0.0781, 1),
            ],
        ],
    ),
    family=FAMILY,
)
def cv_gg_fit(x: ARRAY, mbar: ARRAY, /) -> dict[str, list[Any]]:
    """Which spend model (Gamma-Gamma) describes how customers differ in what they spend at a purchase?"""
    fit = fit_gamma_gamma(x, mbar)
    return {**fitted_block(fit), "correlation": [fit.data.correlation], "left_out": [fit.data.left_out]}


@worksheet_function(
    arguments=(
        SPEND_PARAMS,
        Argument("x", Kind.COUNT, X_HELP, "count"),
        Argument("mbar", Kind.MONEY, MBAR_HELP, "money/purchase", blank=Blank.ALLOWED),
    ),
    result=Result.ROWS,
    columns=(Column("spend", Kind.MONEY, "Spend to expect at each purchase to come", "money/purchase"),),
    blank=f"{ROW_ERRORS} #NUM! also where the expectation is endless: with q of 1 or less, for customers with few "
    "repeat purchases or none.",
    example=Example(([6.25, 3.74, 15.44], [2, 1, 0], [22.35, 11.77, None]), [[24.6637], [18.9169], [35.219]]),
    family=FAMILY,
    row_errors={CellError.NA: lambda params, x, mbar: (x > 0) & np.isnan(mbar)},
)
def cv_gg_spend(params: list[float], x: ARRAY, mbar: ARRAY, /) -> ARRAY:
    """What will a customer spend at a purchase, by its own purchases so far and those of all (Gamma-Gamma)?"""
    p, q, v = params
    return expected_spend(GammaGammaParameters(p=p, q=q, v=v), x, mbar)
