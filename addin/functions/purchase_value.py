"""What customers without a contract are worth, by any of the purchase models and the spend model."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from addin.functions.purchases import AGE, MODELS, RECORD_ERRORS, TX, X
from addin.functions.spend import FAMILY, MBAR_HELP, SPEND_PARAMS
from addin.functions.wording import ARRAY
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.errors import InputError
from valuation.lifetime import rate_per_period
from valuation.purchases import (
    GammaGammaParameters,
    PurchaseModel,
    discounted_purchases,
    expected_spend,
    residual_value,
)
from valuation.tables import Blank, Column, Kind, Table
from workbook_templates.plan import CellError

BY_WORD: Final = {model.word: model for model in MODELS}
BG_NBD: Final = MODELS[0].word

IN_ALL: Final = ("r", "alpha")
COLUMNS: Final = (
    *(
        replace(column, required=name in IN_ALL)
        for name, column in {column.name: column for model in MODELS for column in model.columns}.items()
    ),
    Column("model", Kind.CHOICE, "The word of its model", required=False, choices=tuple(BY_WORD)),
)
"""What the block of any purchase model may hold."""

PARAMS = Argument(
    "params",
    Kind.NUMBER,
    "What CV_BGNBD_FIT, CV_MBGNBD_FIT, CV_PNBD_FIT or CV_NBD_FIT gives, with its header row; or its parameters alone, "
    "in the unit of tx and age",
    shape=Shape.PARAMETERS,
    table=Table("params", "", "one row", COLUMNS),
)
MODEL = Argument(
    "model",
    Kind.CHOICE,
    "Whose parameters they are; left out, the model that the block names or its headings tell, and of parameters alone "
    "bgnbd",
    required=False,
    choices=tuple(BY_WORD),
    shape=Shape.ONE,
)


@worksheet_function(
    arguments=(
        PARAMS,
        X,
        TX,
        AGE,
        Argument(
            "rate",
            Kind.SHARE,
            "Discount rate per period, the unit of tx and age: for weeks CV_RATE(0.1, 1, 52) makes it of 10% a year",
            "decimal/period",
            shape=Shape.ONE,
        ),
        Argument(
            "periods",
            Kind.COUNT,
            'How many periods to count, in the unit of tx and age, or "inf" for no end',
            "periods",
            required=False,
            default="inf",
            choices=("inf",),
            shape=Shape.ONE,
        ),
        MODEL,
    ),
    result=Result.ROWS,
    columns=(Column("purchases", Kind.NUMBER, "Purchases to expect, discounted to today", "count"),),
    blank=f"{RECORD_ERRORS} Without an end, a rate of 0 or less is #NUM! too. #VALUE! where the block is not of the "
    "model that is asked for.",
    example=Example(
        ([0.553277, 10.57768, 0.60624, 11.668734], [2, 0], [30.4286, 0], 38.8571, 0.0026913, "inf", "pnbd"),
        [[6.5004], [0.4783]],
    ),
    family=FAMILY,
)
def cv_dert(
    params: list[Any], x: ARRAY, tx: ARRAY, age: ARRAY, rate: float, periods: float, model: str | None, /
) -> ARRAY:
    """How many discounted purchases are still to come from a customer without a contract (DERT)?"""
    return discounted_purchases(purchase_model(params, model), x, tx, age, discount_rate=rate, horizon=periods)


@worksheet_function(
    arguments=(
        replace(PARAMS, name="bg", table=Table("bg", "", "one row", COLUMNS)),
        replace(
            SPEND_PARAMS,
            name="gg",
            help=SPEND_PARAMS.help.replace("params", "gg"),
            table=Table("gg", "", "one row", SPEND_PARAMS.table.columns if SPEND_PARAMS.table else ()),
        ),
        X,
        TX,
        AGE,
        Argument("mbar", Kind.MONEY, MBAR_HELP, "money/purchase", blank=Blank.ALLOWED),
        Argument("margin_pct", Kind.SHARE, "Margin as a part of what is spent: 0.3 or 30%", "0-1"),
        Argument(
            "rate_annual",
            Kind.SHARE,
            "Discount rate per year, whatever the unit of tx and age: it is converted",
            "decimal/year",
            shape=Shape.ONE,
        ),
        Argument(
            "years",
            Kind.NUMBER,
            'How many years to count, or "inf" for no end',
            "years",
            required=False,
            default=3,
            choices=("inf",),
            shape=Shape.ONE,
        ),
        Argument(
            "unit_per_year",
            Kind.COUNT,
            "How many of the units of tx and age make a year: 365 for days, 52 for weeks, 12, 4, 2 or 1",
            "periods/year",
            required=False,
            default=52,
            shape=Shape.ONE,
        ),
        Argument(
            "cost",
            Kind.MONEY,
            "Cost to serve a year, for as long as the customer is there",
            "money/year",
            required=False,
            default=0,
        ),
        MODEL,
    ),
    result=Result.ROWS,
    columns=(Column("value", Kind.MONEY, "Present value of the margins to come, less the cost to serve", "money"),),
    blank=f"{RECORD_ERRORS} #N/A also where a customer with repeat purchases has no mean spend; #VALUE! where years x "
    'unit_per_year is no whole number. A value over 3 years is a "3-year customer value", not a lifetime value.',
    example=Example(
        ([0.243, 4.414, 0.793, 2.426], [6.25, 3.74, 15.44], [2, 0], [30.43, 0], 38.86, [22.35, None], 0.3, 0.1),
        [[23.3344], [5.8331]],
    ),
    family=FAMILY,
    row_errors={CellError.NA: lambda bg, gg, x, tx, age, mbar, *terms: (x > 0) & np.isnan(mbar)},
)
def cv_clv_noncontract(
    bg: list[Any],
    gg: list[float],
    x: ARRAY,
    tx: ARRAY,
    age: ARRAY,
    mbar: ARRAY,
    margin_pct: ARRAY,
    rate_annual: float,
    years: float,
    unit_per_year: int,
    cost: ARRAY,
    model: str | None,
    /,
) -> ARRAY:
    """What is a customer without a contract worth over the next years, by how often it buys and what it spends?"""
    p, q, v = gg
    rate = rate_per_period(rate_annual, from_per_year=1, to_per_year=unit_per_year, kind="effective")
    return residual_value(
        purchase_model(bg, model),
        expected_spend(GammaGammaParameters(p=p, q=q, v=v), x, mbar),
        x,
        tx,
        age,
        margin_share=margin_pct,
        discount_rate=float(rate),
        horizon=_whole_periods(years, unit_per_year),
        support=cost / unit_per_year,
    ).value


def purchase_model(params: list[Any], word: str | None) -> PurchaseModel:
    """The model that a block names, else the one of `word`, else the one that its headings tell."""
    if len(params) < len(COLUMNS):
        model = BY_WORD[word or BG_NBD]
        if len(params) != len(model.columns):
            names = ", ".join(column.name for column in model.columns)
            raise InputError(f"the parameters of {model.word} alone are {names}, not {len(params)} numbers")
        return model.read(params)
    block = {column.name: value for column, value in zip(COLUMNS, params, strict=True) if value is not None}
    said = block.get("model", word)
    if word not in (None, said):
        raise InputError(f"the block must be one of {word}, as model says, not one of {said}")
    model = BY_WORD[said or ("pnbd" if "s" in block else BG_NBD)]
    missing = [column.title for column in model.columns if column.name not in block]
    if missing:
        raise InputError(f"the block of {model.word} must have a column '{missing[0]}'")
    return model.read([block[column.name] for column in model.columns])


def _whole_periods(years: float, unit_per_year: int) -> float:
    """The horizon in periods; a third of a year is 4 months, up to rounding."""
    periods = years * unit_per_year
    if np.isinf(periods):
        return periods
    whole = float(round(periods))
    if not (whole >= 1.0 and abs(periods - whole) <= 1e-9 * whole):
        raise InputError(f"years x unit_per_year must be a whole number of periods above 0, not {periods:.15g}")
    return whole
