"""Executive lenses: what each officer's statements say of every customer, one answer from all, and who is disputed."""

from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, CALL_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Grid, Result, Shape, worksheet_function
from valuation.errors import InputError, MissingDataError
from valuation.lenses import (
    MEASURES,
    SYNTHESIS_METHODS,
    LensScores,
    SynthesisMethod,
    ahp_weights,
    contested,
    default_statements,
    lens_ranks,
    lens_scores,
    synthesis,
    weigh_items,
)
from valuation.tables import Blank, Column, Kind, Table, normalise_heading
from valuation.tables.schema import optional_column
from workbook_templates.plan import CellError

FAMILY: Final = "Executive lenses"
MONEY: Final = "engagement_value"

MEASURED: Final = Table(
    "table",
    "",
    "one row for each customer",
    (
        Column("customer_id", Kind.ID, "The customer"),
        *(optional_column(name, Kind.NUMBER, one.title.capitalize(), one.unit) for name, one in MEASURES.items()),
    ),
    key=("customer_id",),
    open=Column("", Kind.ANY, "A measure of your own, or anything else", blank=Blank.ALLOWED),
)
STATEMENTS: Final = Table(
    "statements",
    "",
    "one row for each measure of a statement",
    (
        Column("officer", Kind.TEXT, "Whose lens it is"),
        Column("statement", Kind.TEXT, "What the officer says of good customers"),
        Column("measure", Kind.TEXT, "Heading of a column of table"),
        Column("better", Kind.CHOICE, "What is good: high or low numbers", choices=("high", "low")),
        optional_column("weight", Kind.NUMBER, "Of the measure in its statement; blank is 1"),
        optional_column("statement_weight", Kind.NUMBER, "Of the statement in the lens; blank is 1"),
    ),
)
ITEM_WEIGHTS: Final = Table(
    "weights",
    "",
    "one row for each measure whose weight differs",
    (
        Column("measure", Kind.TEXT, "A measure of the statements"),
        Column("weight", Kind.NUMBER, "Its weight wherever it stands; 0 leaves it out"),
    ),
    key=("measure",),
)
LENSES: Final = Table(
    "lens_table",
    "",
    "one row for each customer",
    (Column("customer_id", Kind.ID, "The customer"),),
    key=("customer_id",),
    open=Column("", Kind.NUMBER, "Score in the lens of that name", "0-100", blank=Blank.ALLOWED),
)
LENS_WEIGHTS: Final = Table(
    "weights",
    "",
    "one row for each lens",
    (Column("officer", Kind.TEXT, "The lens"), Column("weight", Kind.NUMBER, "Its weight; all add up to 1")),
    key=("officer",),
)

TABLE_ARGUMENT = Argument(
    "table",
    TABLE,
    "customer_id and a column for each measure, blank where unknown: fit, nps, net_revenue, contribution and others of "
    "the standard statements (left out where nobody knows them), or your own",
    shape=Shape.TABLE,
    table=MEASURED,
)
STATEMENTS_ARGUMENT = Argument(
    "statements",
    TABLE,
    "officer, statement, measure (heading of a column of table), better (high or low); where not 1 weight and "
    "statement_weight. Left out: the standard statements of CCO, CPO, CMO, CRO and CFO",
    required=False,
    shape=Shape.TABLE,
    table=STATEMENTS,
)
LENSES_ARGUMENT = Argument(
    "lens_table",
    TABLE,
    "The answer of CV_LENS_TABLE: customer_id and a column of scores for each lens, blank where there is none",
    "0-100",
    shape=Shape.TABLE,
    table=LENSES,
)
MONEY_ARGUMENT = Argument(
    "money",
    Kind.MONEY,
    "Value of each customer in the order of lens_table, engagement value as a rule; blank where unknown",
    "money",
    required=False,
    shape=Shape.COLUMN,
    blank=Blank.ALLOWED,
)
LENS_ERRORS = (
    "A measure that is blank for a customer is left out of that customer's score; one that is known of fewer than "
    "three customers is left out of all, which the message says. A customer of whom a lens knows nothing has {none}. "
    "One error for the whole call: #N/A with fewer than three customers, or where no measure is known of three; "
    "#VALUE! where text stands instead of a number, a customer or a heading stands twice, or statements name a column "
    "that is not there; #NUM! for a negative weight; an error cell gives that same error."
)
NONE_IN_TABLE = LENS_ERRORS.format(none="a blank cell, and a lens that knows nobody no column")

_TABLE_EXAMPLE = [
    ["customer_id", "net_revenue", "cts_share", "ontime_share", "contribution"],
    ["A", 900, 0.4, 0.5, 60],
    ["B", 500, 0.1, 0.9, 200],
    ["C", 100, 0.2, 1, None],
]
_STATEMENTS_EXAMPLE = [
    ["officer", "statement", "measure", "better"],
    ["CPO", "buy the most", "net_revenue", "high"],
    ["CPO", "cost the least to serve", "cts_share", "low"],
    ["CFO", "pay on time", "ontime_share", "high"],
]
_LENSES_EXAMPLE = [
    ["customer_id", "CCO", "CRO", "CFO"],
    ["A", 90, 20, 70],
    ["B", 50, 60, 40],
    ["C", 10, 80, None],
]


@worksheet_function(
    arguments=(
        TABLE_ARGUMENT,
        STATEMENTS_ARGUMENT,
        Argument(
            "weights",
            TABLE,
            "measure, weight: another weight for a measure wherever it stands in the statements",
            required=False,
            shape=Shape.TABLE,
            table=ITEM_WEIGHTS,
        ),
    ),
    result=Result.GRID,
    columns=(
        Column("customer_id", Kind.ID, "The customers as given"),
        Column("score", Kind.NUMBER, "Score in each lens: 100 is best of all in everything, 50 the middle", "0-100"),
    ),
    blank=NONE_IN_TABLE,
    example=Example(
        (_TABLE_EXAMPLE, _STATEMENTS_EXAMPLE),
        [["Customer id", "CPO", "CFO"], ["A", 50, 0], ["B", 75, 50], ["C", 25, 100]],
    ),
    family=FAMILY,
)
def cv_lens_table(table: pd.DataFrame, statements: pd.DataFrame | None, weights: pd.DataFrame | None, /) -> Answer:
    """How good is each customer in the eyes of each officer, from 0 to 100?"""
    found = _lenses(table, statements, weights)
    return Answer(_by_lens(table, found.scores), found.notes)


@worksheet_function(
    arguments=(
        TABLE_ARGUMENT,
        Argument("lens", Kind.TEXT, "The officer asked about, such as CFO", shape=Shape.ONE),
        STATEMENTS_ARGUMENT,
    ),
    result=Result.ROWS,
    columns=(Column("score", Kind.NUMBER, "100 is best of all in everything, 50 the middle", "0-100"),),
    blank=LENS_ERRORS.format(none="#N/A"),
    example=Example((_TABLE_EXAMPLE, "CPO", _STATEMENTS_EXAMPLE), [[50], [75], [25]]),
    family=FAMILY,
)
def cv_lens_score(table: pd.DataFrame, lens: str, statements: pd.DataFrame | None, /) -> Answer:
    """How good is each customer in the eyes of one officer, from 0 to 100?"""
    found = _lenses(table, statements)
    names = {normalise_heading(str(name)): str(name) for name in found.scores.columns}
    if normalise_heading(lens) not in names:
        raise InputError(f"lens must be one of {', '.join(names.values())}, not {lens!r}")
    scores = found.scores[names[normalise_heading(lens)]]
    return Answer(scores.astype(object).where(scores.notna(), CellError.NA).to_numpy(), found.notes)


@worksheet_function(
    arguments=(
        TABLE_ARGUMENT,
        STATEMENTS_ARGUMENT,
        Argument(
            "with_money",
            Kind.FLAG,
            f"TRUE adds the rank by the column {MONEY}; leave it out where the ranks go on to an agreement of lenses",
            required=False,
            default=False,
            shape=Shape.ONE,
        ),
    ),
    result=Result.GRID,
    columns=(
        Column("customer_id", Kind.ID, "The customers as given"),
        Column("rank", Kind.NUMBER, "1 for the best in the lens; equal ones share the average of their ranks"),
    ),
    blank=NONE_IN_TABLE,
    example=Example(
        (_TABLE_EXAMPLE, _STATEMENTS_EXAMPLE),
        [["Customer id", "CPO", "CFO"], ["A", 2, 3], ["B", 1, 2], ["C", 3, 1]],
    ),
    family=FAMILY,
    front_door=True,
)
def cv_lens_ranks(table: pd.DataFrame, statements: pd.DataFrame | None, with_money: bool, /) -> Answer:
    """Who are the best customers in the eyes of each officer?"""
    found = _lenses(table, statements)
    ranks = lens_ranks(found.scores)
    if with_money:
        if MONEY not in table:
            raise InputError(f"table must have a column '{MEASURED[MONEY].title}' where the rank by money is wanted")
        ranks = ranks.assign(Money=lens_ranks(table[[MONEY]])[MONEY])
    return Answer(_by_lens(table, ranks), found.notes)


@worksheet_function(
    arguments=(
        LENSES_ARGUMENT,
        Argument(
            "weights",
            TABLE,
            "officer, weight: all lenses, adding up to 1 (else they are brought to 1); left out, all weigh the same",
            required=False,
            shape=Shape.TABLE,
            table=LENS_WEIGHTS,
        ),
        Argument(
            "method",
            Kind.CHOICE,
            "weighted (mean of the scores), borda (points for everybody ranked below, each lens once) or money",
            required=False,
            default="weighted",
            choices=SYNTHESIS_METHODS,
            shape=Shape.ONE,
        ),
        MONEY_ARGUMENT,
    ),
    result=Result.TABLE,
    columns=(
        Column("rank", Kind.NUMBER, "1 for the best; equal ones share the average of their ranks"),
        Column("customer_id", Kind.ID, "The best first"),
        Column("score", Kind.NUMBER, "Mean of the scores, points, or money"),
        Column("money_rank", Kind.NUMBER, "Rank by money, where it is given"),
        Column("difference", Kind.NUMBER, "Places by which the score puts the customer above the rank by money"),
    ),
    blank=f"{CALL_ERRORS} A blank score is left out of the customer's mean, and of the points that could be had. A "
    "customer without any comes last, with blanks. #VALUE! also where a lens has no weight or a weight no lens; "
    "#DIV/0! where all weights are 0.",
    example=Example(
        (_LENSES_EXAMPLE, [["officer", "weight"], ["CCO", 0.2], ["CRO", 0.3], ["CFO", 0.5]], "weighted", [1, 9, 5]),
        [
            ["Rank", "Customer id", "Score", "Money rank", "Difference"],
            [1, "A", 59, 3, 2],
            [2, "C", 52, 2, 0],
            [3, "B", 48, 1, -2],
        ],
    ),
    family=FAMILY,
)
def cv_synthesis(
    lens_table: pd.DataFrame,
    weights: pd.DataFrame | None,
    method: SynthesisMethod,
    money: ARRAY | None,
    /,
) -> Answer:
    """Who are the best customers when all lenses count, and who would not be by money?"""
    scores = _scores(lens_table)
    shares = None
    if weights is not None:
        names = {normalise_heading(str(name)): name for name in scores.columns}
        officers = [names.get(normalise_heading(officer), officer) for officer in weights["officer"]]
        shares = dict(zip(officers, weights["weight"], strict=True))
    found = synthesis(scores, shares, method=method, money=money)
    ordered = found.table.assign(customer_id=scores.index).reindex(
        columns=["rank", "customer_id", "score", "money_rank", "difference"]
    )
    return Answer(ordered.sort_values("rank", kind="stable"), found.notes)


@worksheet_function(
    arguments=(
        LENSES_ARGUMENT,
        Argument(
            "min_range",
            Kind.NUMBER,
            "Lists those whose best and worst rank are at least so far apart",
            "ranks",
            required=False,
            default=1,
            shape=Shape.ONE,
        ),
        MONEY_ARGUMENT,
        Argument(
            "table",
            TABLE,
            "The measures that the lenses came from, as for CV_LENS_TABLE: the reasons then name them",
            required=False,
            shape=Shape.TABLE,
            table=MEASURED,
        ),
        Argument(
            STATEMENTS_ARGUMENT.name,
            TABLE,
            "The statements that the lenses came from, as for CV_LENS_TABLE",
            required=False,
            shape=Shape.TABLE,
            table=STATEMENTS,
        ),
    ),
    result=Result.GRID,
    columns=(
        Column("customer_id", Kind.ID, "The customer with most at stake first: range times money"),
        Column(
            "value",
            Kind.ANY,
            "Rank in each lens; range and standard deviation of the ranks; champion and sceptic, the lenses with the "
            "best and the worst; money, its rank and the stake; and the reason in words",
        ),
    ),
    blank=f"{CALL_ERRORS} #N/A also where nobody's ranks are so far apart. Without money the widest range comes first. "
    "A customer whom fewer than two lenses know is not listed.",
    example=Example(
        (_LENSES_EXAMPLE, 2, [1, 9, 5]),
        [
            [
                *("Customer id", "CCO", "CRO", "CFO", "Range", "SD", "Champion", "Sceptic"),
                *("Money", "Money rank", "Stake", "Reason"),
            ],
            ["C", 3, 1, None, 2, 1, "CRO", "CCO", 5, 2, 10, "CCO (rank 3 of 3) against CRO (rank 1 of 3)"],
            ["A", 1, 3, 1, 2, 0.942809, "CCO", "CRO", 1, 3, 2, "CRO (rank 3 of 3) against CCO (rank 1 of 3)"],
        ],
    ),
    family=FAMILY,
)
def cv_contested(
    lens_table: pd.DataFrame,
    min_range: float,
    money: ARRAY | None,
    table: pd.DataFrame | None,
    statements: pd.DataFrame | None,
    /,
) -> Answer:
    """About which customers do the officers disagree most, and over what?"""
    scores, items = _scores(lens_table), None
    notes: tuple[str, ...] = ()
    if table is not None:
        lenses = _lenses(table, statements)
        items, notes = lenses.items.set_axis(table["customer_id"]).reindex(scores.index), lenses.notes
    found = contested(scores, money, min_range=min_range, items=items)
    if found.empty:
        raise MissingDataError(f"nobody has ranks that are at least {min_range:g} apart")
    headings = [*scores.columns, "Range", "SD", "Champion", "Sceptic", "Money", "Money rank", "Stake", "Reason"]
    return Answer(Grid(found.index.tolist(), headings, found.to_numpy(dtype=object), missing=None), notes)


@worksheet_function(
    arguments=(
        Argument(
            "comparisons",
            Kind.NUMBER,
            "How many times as important the row's lens is as the column's, 1 to 9; 1/3 for a third as important",
            shape=Shape.MATRIX,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("weight", Kind.SHARE, "Weight of each row; all add up to 1", "0-1"),),
    blank=f"{CALL_ERRORS} #NUM! also where two opposite numbers are not reciprocal, or where the comparisons "
    "contradict each other: a consistency ratio of 0.1 or above. #VALUE! also where they are not square.",
    example=Example(([[1, 2, 6], [0.5, 1, 3], [0.17, 0.33, 1]],), [[0.6], [0.3], [0.1]]),
    family=FAMILY,
)
def cv_ahp_weights(comparisons: ARRAY, /) -> Answer:
    """What weights follow from comparing the lenses two by two (analytic hierarchy process)?"""
    found = ahp_weights(comparisons)
    return Answer(found.weights, (f"consistency ratio {found.consistency_ratio:.2g}; below 0.1 is consistent enough",))


def _lenses(table: pd.DataFrame, statements: pd.DataFrame | None, weights: pd.DataFrame | None = None) -> LensScores:
    """Scores by the statements given, or by the standard ones of which some measures may not be there."""
    rows = default_statements() if statements is None else statements
    rows = rows.assign(measure=[_column_named(name, table) for name in rows["measure"]])
    if statements is None:
        standard = dict.fromkeys(rows["measure"])
        table = table.reindex(columns=list(dict.fromkeys([*table.columns, *standard])))
    if weights is not None:
        names = [_column_named(name, table) for name in weights["measure"]]
        rows = weigh_items(rows, dict(zip(names, weights["weight"], strict=True)))
    return lens_scores(table, rows)


def _column_named(name: str, table: pd.DataFrame) -> str:
    """The column that people mean, whatever its capitals and spaces."""
    known = MEASURED.column_for(name)
    wanted = normalise_heading(known.name if known is not None else name)
    there: dict[str, Any] = {normalise_heading(str(column)): column for column in table.columns}
    return str(there.get(wanted, name))


def _scores(lens_table: pd.DataFrame) -> pd.DataFrame:
    """The lenses alone, by customer."""
    return lens_table.set_index("customer_id")


def _by_lens(table: pd.DataFrame, numbers: pd.DataFrame) -> Grid:
    """Customers down and lenses across, blank where there is no number; a lens that knows nobody has no column."""
    shown = numbers.dropna(axis="columns", how="all")
    return Grid(table["customer_id"].tolist(), shown.columns.tolist(), shown.to_numpy(dtype=np.float64), missing=None)
