"""Which model describes the customers, and what it foretold: the questions before any value is believed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from addin.functions.acquisition import DAYS_PER_UNIT
from addin.functions.contractual import FAMILY as CONTRACTS
from addin.functions.contractual import SURVIVORS
from addin.functions.purchases import AGE, TWELVE, TX, X
from addin.functions.spend import FAMILY
from addin.functions.wording import ARRAY, CALL_ERRORS
from addin.registry import Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.lifetime import choose_contract_model
from valuation.purchases import choose_purchase_model, last_part, split_purchases
from valuation.purchases.selection import FITS, foretold
from valuation.tables import Column, Kind

COLUMNS = tuple(replace(argument, shape=Shape.COLUMN) for argument in (X, TX, AGE))
MODEL = Column("model", Kind.TEXT, "Its name in the literature")
CHOSEN = Column("chosen", Kind.FLAG, "TRUE: the one to use, if the note does not say otherwise")
BIC = Column(
    "bic",
    Kind.NUMBER,
    "For choosing between models of the same data, parameters counted: less is better",
    missing="#N/A",
)
VISITS = {
    "A": "01-05 01-20 02-02 02-25 03-10 04-02 04-20 05-18 06-22",
    "B": "01-08 01-15 01-29 02-12",
    "C": "01-11 03-15 05-20",
    "D": "01-19 01-25",
    "E": "02-01 02-07 02-16 02-28 03-08 03-30 04-11 05-02 05-30 06-12",
    "F": "02-10",
    "G": "02-14 03-01 03-12",
    "H": "02-20 04-25 06-01",
}
"""Example: days of 2025 on which each customer bought."""
CHECKED = Example(
    (
        [who for who, days in VISITS.items() for _ in days.split()],
        [f"2025-{day}" for days in VISITS.values() for day in days.split()],
        "2025-06-30",
        "2025-03-31",
    ),
    [
        [
            "Model",
            "Foretold",
            "Made",
            "Bias",
            "Mean error",
            "Root mean square error",
            "Correlation",
            "Adjustment",
        ],
        ["NBD", 22.7564, 11, 1.068768, 1.64767, 1.99469, 0.65641, 0.48338],
        ["BG/NBD", 16.385, 11, 0.4896, 1.2547, 1.4298, 0.7367, 0.6713],
        ["MBG/NBD", 16.338, 11, 0.4853, 1.2895, 1.431, 0.731, 0.6733],
        ["Pareto/NBD", 16.759, 11, 0.5235, 1.2866, 1.4424, 0.7314, 0.6564],
    ],
)
NOTE = Column("note", Kind.TEXT, "Why it was or was not chosen")


@worksheet_function(
    arguments=(
        *COLUMNS,
        Argument(
            "unit_per_year",
            Kind.NUMBER,
            "Units of tx and age in a year: 52 for weeks, 365 for days",
            "units/year",
            required=False,
            default=52,
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        MODEL,
        CHOSEN,
        Column("log_likelihood", Kind.NUMBER, "How well it describes the data: the higher, the better", missing="#N/A"),
        BIC,
        Column("converged", Kind.FLAG, "TRUE: the search settled"),
        NOTE,
    ),
    blank=f"{CALL_ERRORS} #NUM! also where a row contradicts itself. Why the model was chosen, and whether there is "
    "enough history to trust any, stands in the message.",
    example=Example(
        TWELVE,
        [
            ["Model", "Chosen", "Log likelihood", "Bic", "Converged", "Note"],
            ["NBD", False, -141.766, 288.501, True, "criterion 20.5 above the best"],
            ["BG/NBD", False, -130.325, 270.59, True, "criterion 2.6 above the best"],
            ["MBG/NBD", True, -129.013, 267.966, True, "chosen"],
            ["Pareto/NBD", False, -129.325, 268.589, True, "criterion 0.6 above the best"],
        ],
    ),
    family=FAMILY,
)
def cv_model_select(x: ARRAY, tx: ARRAY, age: ARRAY, unit_per_year: float, /) -> Answer:
    """Which purchase model describes customers without a contract best, and is there enough history to trust it?"""
    choice = choose_purchase_model(x, tx, age, periods_per_year=unit_per_year, holdout=None)
    rows = [
        {
            "model": each.title,
            "chosen": each is choice.chosen,
            "log_likelihood": np.nan if each.fit is None else each.fit.log_likelihood,
            "bic": np.nan if each.fit is None else each.fit.bic,
            "converged": each.fit is not None and each.fit.converged,
            "note": each.note,
        }
        for each in choice.candidates
    ]
    return Answer(pd.DataFrame(rows), (choice.reason,))


@worksheet_function(
    arguments=(
        Argument("ids", Kind.ID, "Customer of each purchase", shape=Shape.COLUMN),
        Argument(
            "dates", Kind.DATE, "Its date; purchases of one customer on one day are one", "date", shape=Shape.COLUMN
        ),
        Argument("as_of", Kind.DATE, "Day of valuation; later purchases are left out", "date", shape=Shape.ONE),
        Argument(
            "split",
            Kind.DATE,
            "Last day of the first part; left out, the last part is half of the history, at most a year",
            "date",
            required=False,
            shape=Shape.ONE,
        ),
        Argument(
            "unit",
            Kind.CHOICE,
            "Period in which the models count (a year is 365 days); it does not change the answer",
            required=False,
            default="week",
            choices=tuple(DAYS_PER_UNIT),
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        MODEL,
        Column("foretold", Kind.NUMBER, "Purchases foretold for the last part from the first", "count", missing="#N/A"),
        Column("made", Kind.COUNT, "Purchases made in the last part", "count"),
        Column("bias", Kind.SHARE, "Foretold over made, less 1: above 0 it promises too much", "share", missing="#N/A"),
        Column(
            "mean_error", Kind.NUMBER, "Mean distance between foretold and made by customer", "count", missing="#N/A"
        ),
        Column("root_mean_square_error", Kind.NUMBER, "The same, large ones weigh more", "count", missing="#N/A"),
        Column("correlation", Kind.NUMBER, "Between foretold and made over customers", "-1..1", missing="#N/A"),
        Column("adjustment", Kind.NUMBER, "Made over foretold: the factor that would have been right", missing="#N/A"),
    ),
    blank=f"{CALL_ERRORS} #N/A in the row of a model that does not settle on the first part.",
    example=CHECKED,
    family=FAMILY,
)
def cv_model_check(ids: ARRAY, dates: ARRAY, as_of: np.datetime64, split: np.datetime64 | None, unit: str, /) -> Answer:
    """What would each purchase model have foretold for the last part of the history, and what happened?"""
    length = DAYS_PER_UNIT[unit]
    codes, _ = pd.factorize(ids)
    days = dates.astype("datetime64[D]").astype(np.int64).astype(np.float64)
    end = _day(as_of)
    cut = end - last_part(end - float(days.min()), year=DAYS_PER_UNIT["year"]) if split is None else _day(split)
    holdout = split_purchases(codes, days / length, split=cut / length, end=end / length)
    rows = []
    for title, fit in FITS.items():
        check = foretold(fit, holdout)
        rows.append(
            {
                "model": title,
                "foretold": np.nan if check is None else check.expected,
                "made": float(holdout.actual.sum()),
                "bias": np.nan if check is None else check.bias,
                "mean_error": np.nan if check is None else check.mean_absolute_error,
                "root_mean_square_error": np.nan if check is None else check.root_mean_square_error,
                "correlation": np.nan if check is None else check.correlation,
                "adjustment": np.nan if check is None else check.adjustment,
            }
        )
    day = np.datetime64(int(cut), "D")
    return Answer(pd.DataFrame(rows), (f"the first part ends on {day}, with {holdout.customer.size:,} customers",))


@worksheet_function(
    arguments=(SURVIVORS,),
    result=Result.TABLE,
    columns=(
        MODEL,
        CHOSEN,
        Column(
            "log_likelihood", Kind.NUMBER, "How well it describes the cohort: the higher, the better", missing="#N/A"
        ),
        BIC,
        Column(
            "last_error",
            Kind.SHARE,
            "Error at the last renewal when fitted without it, as a part of the survivors",
            "0-1",
            missing="#N/A",
        ),
        NOTE,
    ),
    blank=f"{CALL_ERRORS} #NUM! also where survivors increase or start with 0; #N/A also where nobody left. Why the "
    "model was chosen stands in the message.",
    example=Example(
        ([1000, 869, 743, 653, 593, 551, 517, 491],),
        [
            ["Model", "Chosen", "Log likelihood", "Bic", "Last error", "Note"],
            ["constant", False, -1637.093, 3281.093, 0.095955, "counted"],
            ["sbg", False, -1611.158, 3236.132, 0.021081, "settled"],
            ["bdw", True, -1605.314, 3231.352, 0.004375, "settled"],
        ],
    ),
    family=CONTRACTS,
)
def cv_contract_select(survivors: ARRAY, /) -> Answer:
    """Which model describes how a cohort under contract dwindles: one retention rate, or one that rises with age?"""
    choice = choose_contract_model(survivors)
    rows: list[dict[str, Any]] = [
        {
            "model": each.name,
            "chosen": each.name == choice.name,
            "log_likelihood": np.nan if each.fit is None else each.fit.log_likelihood,
            "bic": np.nan if each.fit is None else each.fit.bic,
            "last_error": each.holdout_error,
            "note": each.reason,
        }
        for each in choice.models
    ]
    return Answer(pd.DataFrame(rows), (choice.reason,))


def _day(date: np.datetime64) -> float:
    """The number of a day."""
    return float(date.astype("datetime64[D]").astype(np.int64))
