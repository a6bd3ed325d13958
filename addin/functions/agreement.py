"""How far the executives' lenses agree: rankings, first customers, weights, and the value that each lens finds."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, CALL_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Grid, Result, Shape, worksheet_function
from valuation.errors import InputError, MissingDataError
from valuation.lenses import (
    OVERLAP_KINDS,
    OverlapKind,
    lens_capture,
    rank_agreement,
    rank_biased_overlap,
    spearman,
    top_overlap,
    weight_sensitivity,
)
from valuation.tables import Blank, Column, Kind, Table
from workbook_templates.plan import CellError

FAMILY: Final = "Executive lenses"

LENSES: Final = Table(
    "lenses",
    "",
    "one row for each customer, one column for each lens",
    (Column("customer_id", Kind.ID, "The customer, each once; the numbers of the rows if left out", required=False),),
    open=Column("", Kind.NUMBER, "Score; blank where the lens does not rank the customer", blank=Blank.ALLOWED),
)
SCORES: Final = Argument(
    "lens_table",
    TABLE,
    "customer_id and a column of scores for each lens, the higher the better (CV_LENS_TABLE); blank: not ranked",
    shape=Shape.TABLE,
    table=LENSES,
)
N: Final = Argument("n", Kind.COUNT, "How many customers come first", "count", shape=Shape.ONE)
FIRST: Final = Argument(
    "a",
    Kind.NUMBER,
    "Scores of one lens, the higher the better; blank: not ranked",
    shape=Shape.COLUMN,
    blank=Blank.ALLOWED,
)
SECOND: Final = replace(FIRST, name="b", help="Scores of the other lens for the same customers")
MONEY: Final = Argument(
    "money",
    Kind.MONEY,
    "Value of each customer, the larger first among equal scores; the earlier row without",
    "money",
    required=False,
    shape=Shape.COLUMN,
    blank=Blank.ALLOWED,
)
FEW: Final = "#N/A also with fewer than two lenses that tell customers apart, or three customers whom all of them rank."

_SCORES: Final = [
    ["Customer id", "CCO", "CRO", "CFO"],
    ["A", 95, 40, 85],
    ["B", 75, 75, 80],
    ["C", 65, 80, 50],
    ["D", 20, 50, 10],
]


def _by_customer(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Scores by lens under the customers' ids, or under the numbers of the rows."""
    if table.empty:
        raise MissingDataError(f"{name} has no rows below its header")
    if "customer_id" not in table:
        return table.set_index(pd.RangeIndex(1, len(table) + 1))
    twice = table["customer_id"].duplicated().to_numpy()
    if twice.any():
        row = int(np.argmax(twice))
        raise InputError(f"{table['customer_id'].iloc[row]} stands twice in {name}; the second time in row {row + 1}")
    return table.set_index("customer_id")


def _refuse_blank(a: ARRAY, b: ARRAY) -> None:
    """A column without any number is missing; one that lacks some is not."""
    for name, column in (("a", a), ("b", b)):
        if np.isnan(column).all():
            raise MissingDataError(f"{name} is blank")


@worksheet_function(
    arguments=(
        replace(
            SCORES,
            name="rank_table",
            help="customer_id and a column of ranks or scores for each lens, all in one direction; blank: not ranked",
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("w", Kind.SHARE, "Agreement 0-100% (Kendall's W): 1 where all lenses rank alike", "0-1", heading="W"),
        Column("chi2", Kind.NUMBER, "Its test statistic (Friedman)"),
        Column("df", Kind.COUNT, "Degrees of freedom", "count", heading="DF"),
        Column(
            "p_value",
            Kind.SHARE,
            "Chance of such a W without any agreement; a small one does not mean that all agree",
            "0-1",
            heading="p",
        ),
        Column("ties", Kind.NUMBER, "Sum over ties of t^3 - t (T)", heading="T"),
        Column("judges", Kind.COUNT, "Lenses compared", "count", heading="Lenses"),
        Column("customers", Kind.COUNT, "Customers compared: those whom all lenses rank", "count"),
        Column("mean_spearman", Kind.NUMBER, "Mean rank correlation of two lenses, -1 to 1"),
        Column("outlier", Kind.TEXT, "The lens that stands apart: without it the others agree most", missing="#N/A"),
        Column("w_without", Kind.SHARE, "W of the others without it", "0-1", missing="#N/A", heading="W without"),
    ),
    blank=f"{CALL_ERRORS} {FEW} A lens that ranks all customers the same is left out; the message names it.",
    example=Example(
        (_SCORES,),
        [
            ["W", "Chi2", "DF", "p", "T", "Lenses", "Customers", "Mean spearman", "Outlier", "W without"],
            [0.3778, 3.4, 3, 0.334, 0, 3, 4, 0.0667, "CRO", 1],
        ],
    ),
    family=FAMILY,
)
def cv_kendall_w(rank_table: pd.DataFrame, /) -> Answer:
    """Do the executives rank the same customers first (Kendall's W), and who of them stands apart?"""
    found = rank_agreement(_by_customer(rank_table, "rank_table"))
    line = {name: [getattr(found, name)] for name in ("w", "chi2", "df", "p_value", "ties", "judges", "customers")}
    outlier = found.outlier
    without = None if outlier is None else float(found.without.max())
    return Answer(
        pd.DataFrame({**line, "mean_spearman": [found.mean_spearman], "outlier": [outlier], "w_without": [without]}),
        found.notes,
    )


@worksheet_function(
    arguments=(
        Argument("a", Kind.NUMBER, "One number for each customer", shape=Shape.COLUMN, blank=Blank.ALLOWED),
        Argument(
            "b", Kind.NUMBER, "The other one; a blank leaves the pair out", shape=Shape.COLUMN, blank=Blank.ALLOWED
        ),
    ),
    result=Result.SINGLE,
    columns=(Column("spearman", Kind.NUMBER, "1 for the same ranking, -1 for the opposite"),),
    blank=f"{CALL_ERRORS} #N/A also with fewer than three pairs; #DIV/0! where all numbers of a column are equal.",
    example=Example(([[95], [75], [65], [20]], [[40], [75], [80], [50]]), -0.4),
    family=FAMILY,
)
def cv_spearman(a: ARRAY, b: ARRAY, /) -> float:
    """How alike do two numbers rank the customers (Spearman)?"""
    _refuse_blank(a, b)
    return spearman(a, b)


@worksheet_function(
    arguments=(replace(SCORES, name="table"),),
    result=Result.GRID,
    columns=(
        Column("lens", Kind.TEXT, "One lens"),
        Column("spearman", Kind.NUMBER, "Rank correlation with the column's lens: 1 the same, -1 the opposite"),
    ),
    blank=f"{CALL_ERRORS} {FEW} #DIV/0! in the row and column of a lens that ranks all customers the same.",
    example=Example(
        (_SCORES,),
        [["Lens", "CCO", "CRO", "CFO"], ["CCO", 1, -0.4, 1], ["CRO", -0.4, 1, -0.4], ["CFO", 1, -0.4, 1]],
    ),
    family=FAMILY,
)
def cv_lens_spearman(table: pd.DataFrame, /) -> Answer:
    """How alike do every two lenses rank the customers?"""
    found = rank_agreement(_by_customer(table, "table"))
    cells = found.spearman.to_numpy().astype(object)
    cells[found.spearman.isna().to_numpy()] = CellError.DIV0
    return Answer(Grid(found.spearman.index, found.spearman.columns, cells), found.notes)


@worksheet_function(
    arguments=(
        FIRST,
        SECOND,
        N,
        Argument(
            "kind",
            Kind.CHOICE,
            "share: common customers by n; jaccard: by all whom one of the two puts first",
            required=False,
            default="share",
            choices=OVERLAP_KINDS,
            shape=Shape.ONE,
        ),
        MONEY,
    ),
    result=Result.SINGLE,
    columns=(Column("overlap", Kind.SHARE, "1: the same customers come first", "0-1"),),
    blank=f"{CALL_ERRORS} #N/A also where a lens ranks fewer than n customers. The message tells where equal scores "
    "had to be told apart.",
    example=Example(([[95], [75], [65], [20]], [[40], [75], [80], [50]], 2), 0.5),
    family=FAMILY,
)
def cv_topn_overlap(a: ARRAY, b: ARRAY, n: int, kind: OverlapKind, money: ARRAY | None, /) -> Answer:
    """How many of the first n customers do two lenses have in common?"""
    _refuse_blank(a, b)
    found = top_overlap(a, b, n, kind=kind, money=money)
    return Answer(found.value, found.notes)


@worksheet_function(
    arguments=(
        FIRST,
        SECOND,
        Argument(
            "p",
            Kind.SHARE,
            "How deep one looks: with 0.9 the first ten customers carry 86 percent of the weight",
            "0-1",
            required=False,
            default=0.9,
            shape=Shape.ONE,
        ),
        MONEY,
    ),
    result=Result.SINGLE,
    columns=(Column("overlap", Kind.SHARE, "1: the same ranking; the top counts most", "0-1"),),
    blank=f"{CALL_ERRORS} #N/A also where no customer is ranked in both. Equal scores come one after the other; the "
    "message gives the answer that counts them as one place, where it differs.",
    example=Example(([[95], [75], [65], [20]], [[40], [75], [80], [50]], 0.9), 0.828),
    family=FAMILY,
)
def cv_rbo(a: ARRAY, b: ARRAY, p: float, money: ARRAY | None, /) -> Answer:
    """How alike do two lenses rank the customers, the first ones counting most (rank-biased overlap)?"""
    _refuse_blank(a, b)
    found = rank_biased_overlap(a, b, p=p, money=money)
    shared = rank_biased_overlap(a, b, p=p, ties="shared")
    differs = not np.isclose(found, shared, rtol=1e-12, atol=0.0)
    return Answer(found, (f"{shared:.6g} with equal scores at one place",) if differs else ())


@worksheet_function(
    arguments=(
        SCORES,
        replace(N, required=False, default=3),
        Argument(
            "step_size",
            Kind.SHARE,
            "Distance of the weights tried, 1 over a whole number; for five lenses 0.1 makes 1,001 sets",
            "0-1",
            required=False,
            default=0.1,
            shape=Shape.ONE,
        ),
        MONEY,
    ),
    result=Result.TABLE,
    columns=(
        Column("customer_id", Kind.ID, "The customer, or the number of the row, as given"),
        Column(
            "share",
            Kind.SHARE,
            "Share of the sets of weights for which the customer is among the first n; 1: whatever the weights",
            "0-1",
            missing="#N/A",
        ),
    ),
    blank=f"{CALL_ERRORS} #N/A also with fewer than two lenses or n customers, and for a customer whom no lens ranks; "
    "#NUM! also if step_size makes more than 20,000 sets. Where a score is blank, the other lenses take its weight.",
    example=Example(
        (_SCORES, 2, 0.5),
        [["Customer id", "Share"], ["A", 0.5], ["B", 1], ["C", 0.5], ["D", 0]],
    ),
    family=FAMILY,
)
def cv_weight_sensitivity(lens_table: pd.DataFrame, n: int, step_size: float, money: ARRAY | None, /) -> Answer:
    """Which customers come first whatever the weights of the lenses?"""
    found = weight_sensitivity(_by_customer(lens_table, "lens_table"), n, step=step_size, money=money)
    table = pd.DataFrame({"customer_id": found.share.index, "share": found.share.to_numpy()})
    return Answer(table, (f"{found.sets:,} sets of weights", *found.notes))


@worksheet_function(
    arguments=(
        replace(SCORES, name="lens_scores"),
        Argument("values", Kind.MONEY, "Value of each customer, losses negative", "money", shape=Shape.COLUMN),
        N,
    ),
    result=Result.TABLE,
    columns=(
        Column("lens", Kind.TEXT, "The lens; at last the best that n customers can hold"),
        Column("value", Kind.MONEY, "Value of its first n customers", "money"),
        Column("share", Kind.SHARE, "The same as a share of all positive value", "0-1"),
        Column("spearman", Kind.NUMBER, "Rank correlation of the lens with value, -1 to 1", missing="#DIV/0!"),
    ),
    blank=f"{CALL_ERRORS} #N/A also where a lens ranks fewer than n customers; #DIV/0! where nobody has a positive "
    "value, and as correlation of a lens that ranks all customers the same, or fewer than three.",
    example=Example(
        (_SCORES, [[60], [100], [50], [-10]], 2),
        [
            ["Lens", "Value", "Share", "Spearman"],
            ["CCO", 160, 0.7619, 0.8],
            ["CRO", 150, 0.7143, 0],
            ["CFO", 160, 0.7619, 0.8],
            ["Best possible", 160, 0.7619, 1],
        ],
    ),
    family=FAMILY,
)
def cv_lens_capture(lens_scores: pd.DataFrame, values: ARRAY, n: int, /) -> Answer:
    """How much of the value do the first n customers of each lens hold?"""
    found = lens_capture(_by_customer(lens_scores, "lens_scores"), values, n)
    best: dict[str, Any] = {"value": found.best_value, "share": found.best_share, "spearman": 1.0}
    table = pd.concat([found.lenses, pd.DataFrame(best, index=["Best possible"])])
    return Answer(table.rename_axis("lens").reset_index(), found.notes)
