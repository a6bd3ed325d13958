"""
Customers without a contract: how often they will buy, and whether they still do.

There are four purchase models, and all of them have the same functions over the block of their fit. A block carries the
word of its model, so that another model's functions refuse it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.fits import fitted_block, fitted_columns
from addin.functions.spend import FAMILY, X_HELP
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.purchases import (
    BgNbdParameters,
    MbgNbdParameters,
    NbdParameters,
    ParetoNbdParameters,
    PurchaseFit,
    PurchaseModel,
    expected_purchases,
    expected_purchases_of_new,
    fit_bg_nbd,
    fit_mbg_nbd,
    fit_nbd,
    fit_pareto_nbd,
    p_alive,
    purchase_count_probabilities,
)
from valuation.tables import Column, Kind, Table

__all__ = ["AGE", "MODELS", "RECORD_ERRORS", "TX", "Model", "X"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """One purchase model as the sheet has it."""

    word: str
    """What its functions, its block and the argument `model` call it."""

    parameters: type[PurchaseModel]
    """What the mathematics takes."""

    fit: Callable[[ARRAY, ARRAY, ARRAY], PurchaseFit[Any]]
    """From repeat purchases, tx and age."""

    columns: tuple[Column, ...]
    """Its parameters, in their order."""

    assumes: str
    """What it takes for true, in finance's words."""

    fitted: tuple[list[float], list[float], list[float]]
    """Example: parameters, their errors, log-likelihood and BIC of the fit to the customers of `TWELVE`."""

    published: list[float]
    """Example: parameters for the customers of the music shop CDNOW, in weeks."""

    answers: dict[str, list[float]]
    """Example: what the functions answer with them."""

    caution: str = ""
    """What to know about the chance that a customer still buys."""

    @property
    def title(self) -> str:
        """What the literature calls it."""
        return self.parameters.title

    def read(self, params: list[Any]) -> PurchaseModel:
        """Give the parameters from the cells of a block, or from bare numbers."""
        return self.parameters(**{column.name: number for column, number in zip(self.columns, params, strict=False)})

    @property
    def params(self) -> Argument:
        """The argument for the block of its fit."""
        *most, last = (column.name for column in self.columns)
        said = Column("model", Kind.CHOICE, "Its word", required=False, choices=(self.word,))
        return Argument(
            "params",
            Kind.NUMBER,
            f"What {self.name('FIT')} gives, with its header row; or {', '.join(most)} and {last} alone, in the unit "
            "of the other times",
            shape=Shape.PARAMETERS,
            table=Table("params", "", "one row", (*self.columns, said)),
        )

    def name(self, function: str) -> str:
        """Give the name of one of its functions."""
        return f"CV_{self.word.upper()}_{function}"

    def asks(self, question: str) -> str:
        """Give the question that one of its functions answers."""
        return f"{question}, if {self.assumes} ({self.title})?"


RATES = (
    Column("r", Kind.NUMBER, "Shape of the purchase rates: the smaller, the more the customers differ"),
    Column("alpha", Kind.NUMBER, "Scale of the purchase rates: r / alpha purchases a period on average", "periods"),
)
CHANCES = (
    Column("a", Kind.NUMBER, "First shape of the chances to leave: a / (a + b) at each purchase on average"),
    Column("b", Kind.NUMBER, "Second shape of the chances to leave"),
)
LIFETIMES = (
    Column("s", Kind.NUMBER, "Shape of the rates of leaving: the smaller, the more the customers differ"),
    Column("beta", Kind.NUMBER, "Scale of the rates of leaving: s / beta leave in a period on average", "periods"),
)

TWELVE: Final = (
    [2, 7, 0, 1, 6, 0, 1, 20, 1, 16, 1, 2],
    [6, 34, 0, 6, 13, 0, 1, 27, 2, 35, 1, 4],
    [38, 37, 30, 30, 34, 32, 28, 30, 29, 37, 29, 34],
)
"""Example: repeat purchases, tx and age."""

MODELS: Final = (
    Model(
        word="bgnbd",
        parameters=BgNbdParameters,
        fit=fit_bg_nbd,
        columns=(*RATES, *CHANCES),
        assumes="customers may leave after each repeat purchase",
        fitted=([1.04, 3.049, 0.3009, 0.4524], [0.5798, 2.143, 0.2333, 0.4793], [-130.3251, 270.5899]),
        published=[0.243, 4.414, 0.793, 2.426],
        answers={
            "EXPECTED": [1.1967, 1.8605],
            "CONDITIONAL": [1.226, 0.1951],
            "PALIVE": [0.7266, 1.0],
            "PROBABILITY": [0.5738, 0.1994, 0.0854, 0.1414],
        },
        caution=" It is 1 for all who bought once only: in this model nobody leaves before the first repeat purchase.",
    ),
    Model(
        word="mbgnbd",
        parameters=MbgNbdParameters,
        fit=fit_mbg_nbd,
        columns=(*RATES, *CHANCES),
        assumes="customers may leave after each purchase, the first one too",
        fitted=([11.04, 25.83, 0.7576, 1.958], [12.76, 30.52, 0.5332, 1.882], [-129.013, 267.9656]),
        published=[0.525, 6.183, 0.891, 1.614],
        answers={
            "EXPECTED": [1.183, 1.8048],
            "CONDITIONAL": [1.263, 0.154],
            "PALIVE": [0.7062, 0.3897],
            "PROBABILITY": [0.5825, 0.1828, 0.0869, 0.1478],
        },
    ),
    Model(
        word="pnbd",
        parameters=ParetoNbdParameters,
        fit=fit_pareto_nbd,
        columns=(*RATES, *LIFETIMES),
        assumes="customers may leave at any time",
        fitted=([6.163, 18.13, 0.8235, 6.088], [6.806, 19.06, 0.6908, 8.367], [-129.3246, 268.5888]),
        published=[0.553, 10.578, 0.606, 11.669],
        answers={
            "EXPECTED": [1.213, 1.9094],
            "CONDITIONAL": [1.4551, 0.1071],
            "PALIVE": [0.8692, 0.2953],
            "PROBABILITY": [0.5936, 0.1656, 0.0825, 0.1583],
        },
    ),
    Model(
        word="nbd",
        parameters=NbdParameters,
        fit=fit_nbd,
        columns=RATES,
        assumes="nobody ever leaves",
        fitted=([0.6886, 4.803], [0.3249, 2.882], [-141.7658, 288.5015]),
        published=[0.385, 12.072],
        answers={
            "EXPECTED": [1.2438, 2.4876],
            "CONDITIONAL": [1.8263, 0.2948],
            "PROBABILITY": [0.5739, 0.1687, 0.0892, 0.1682],
        },
    ),
)

X = Argument("x", Kind.COUNT, X_HELP, "count")
TX = Argument(
    "tx",
    Kind.NUMBER,
    "Time from the first to the last purchase; 0 without repeat purchases. All times of a model are in one unit, such "
    "as weeks",
    "periods",
)
AGE = Argument(
    "age",
    Kind.NUMBER,
    "Time from the first purchase to the day of valuation (T in the literature), in the unit of tx",
    "periods",
)
AHEAD = Argument("t", Kind.NUMBER, "Time to come, in the unit of tx and age", "periods")
SINCE = Argument(
    "t", Kind.NUMBER, "Time since the first purchase, in the unit of tx and age of the fitted customers", "periods"
)
RECORD_ERRORS = f"{ROW_ERRORS} #NUM! also where tx is after age, or above 0 without repeat purchases."


def _declare_fit(model: Model) -> None:
    parameters, errors, (likelihood, bic) = model.fitted
    columns = (
        *fitted_columns(*model.columns),
        Column("share_without_repeats", Kind.SHARE, "Part of the customers who bought once only", "0-1"),
        Column("model", Kind.TEXT, "The word of the model, for functions that take the block"),
    )

    @worksheet_function(
        name=model.name("FIT"),
        help=model.asks("Which purchase model describes these customers"),
        arguments=tuple(replace(argument, shape=Shape.COLUMN) for argument in (X, TX, AGE)),
        result=Result.TABLE,
        columns=columns,
        blank=f"{CALL_ERRORS} The message names the row. #NUM! also where tx is after age, or above 0 without repeat "
        "purchases, or customers do not differ; #N/A also with fewer than 2 customers, or where nobody bought again.",
        example=Example(
            TWELVE,
            [
                [column.title for column in columns],
                [*parameters, *errors, likelihood, 12, bic, True, "settled", 0.166667, model.word],
            ],
        ),
        family=FAMILY,
    )
    def fit(x: ARRAY, tx: ARRAY, age: ARRAY, /) -> dict[str, list[Any]]:
        found = model.fit(x, tx, age)
        return {
            **fitted_block(found),
            "share_without_repeats": [found.data.share_without_repeats],
            "model": [model.word],
        }


def _declare_expected(model: Model) -> None:
    @worksheet_function(
        name=model.name("EXPECTED"),
        help=model.asks("How many repeat purchases does a new customer make in some time"),
        arguments=(model.params, SINCE),
        result=Result.ROWS,
        columns=(Column("purchases", Kind.NUMBER, "Repeat purchases to expect since the first purchase", "count"),),
        blank=ROW_ERRORS,
        example=_example(model, "EXPECTED", [39, 78]),
        family=FAMILY,
    )
    def expected(params: list[Any], t: ARRAY, /) -> ARRAY:
        return expected_purchases_of_new(model.read(params), t=t)


def _declare_conditional(model: Model) -> None:
    @worksheet_function(
        name=model.name("CONDITIONAL"),
        help=model.asks("How many purchases will a customer make in the time to come"),
        arguments=(model.params, X, TX, AGE, AHEAD),
        result=Result.ROWS,
        columns=(Column("purchases", Kind.NUMBER, "Purchases to expect in the time to come", "count"),),
        blank=RECORD_ERRORS,
        example=_example(model, "CONDITIONAL", [2, 0], [30.43, 0], 38.86, 39),
        family=FAMILY,
    )
    def conditional(params: list[Any], x: ARRAY, tx: ARRAY, age: ARRAY, t: ARRAY, /) -> ARRAY:
        return expected_purchases(model.read(params), x, tx, age, t=t)


def _declare_p_alive(model: Model) -> None:
    @worksheet_function(
        name=model.name("PALIVE"),
        help=model.asks("What is the chance that a customer still buys"),
        arguments=(model.params, X, TX, AGE),
        result=Result.ROWS,
        columns=(Column("p_alive", Kind.SHARE, "Chance that the customer still buys", "0-1"),),
        blank=RECORD_ERRORS + model.caution,
        example=_example(model, "PALIVE", [2, 0], [30.43, 0], 38.86),
        family=FAMILY,
    )
    def alive(params: list[Any], x: ARRAY, tx: ARRAY, age: ARRAY, /) -> ARRAY:
        return p_alive(model.read(params), x, tx, age)


def _declare_probability(model: Model) -> None:
    @worksheet_function(
        name=model.name("PROBABILITY"),
        help=model.asks("How likely does a new customer make no, one, two or more repeat purchases in some time"),
        arguments=(
            model.params,
            replace(SINCE, shape=Shape.ONE),
            Argument(
                "most",
                Kind.COUNT,
                "Largest number of repeat purchases with a row of its own; all above share the last row",
                "count",
                required=False,
                default=10,
                shape=Shape.ONE,
            ),
        ),
        result=Result.TABLE,
        columns=(
            Column("count", Kind.ANY, 'Repeat purchases since the first purchase, or "more"', "count"),
            Column("probability", Kind.SHARE, "Chance of as many", "0-1"),
        ),
        blank=CALL_ERRORS,
        example=Example(
            (model.published, 39, 2),
            [["Count", "Probability"], *map(list, zip([0, 1, 2, "more"], model.answers["PROBABILITY"], strict=True))],
        ),
        family=FAMILY,
    )
    def probability(params: list[Any], t: float, most: int, /) -> pd.DataFrame:
        chances = purchase_count_probabilities(model.read(params), t=t, most=most)
        rest = max(1.0 - float(chances.sum()), 0.0)  # where there is next to none, rounding leaves less
        counts = pd.Series([*range(chances.size), "more"], dtype=object)
        return pd.DataFrame({"count": counts, "probability": np.append(chances, rest)})


def _example(model: Model, function: str, *given: Any) -> Example:
    """A call with published parameters, and its answers in a column."""
    return Example((model.published, *given), [[answer] for answer in model.answers[function]])


for _model in MODELS:
    _declare_fit(_model)
    _declare_expected(_model)
    _declare_conditional(_model)
    if _model.parameters is not NbdParameters:  # there everybody is alive for ever
        _declare_p_alive(_model)
    _declare_probability(_model)
