"""Cost to serve in depth: service departments, the time that activities take, and ledger lines that name a customer."""

from typing import Final

import numpy as np
import pandas as pd

from addin.functions.cost import FAMILY
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Grid, Result, Shape, worksheet_function
from valuation.cost import (
    SERVICE_METHODS,
    ServiceMethod,
    activity_minutes,
    allocate_services,
    capacity_rate,
    time_driven_cost,
    time_equations,
    trace_cost,
)
from valuation.errors import InputError, MissingDataError
from valuation.tables import Blank, Column, Kind, Table
from valuation.tables.schema import optional_column
from workbook_templates.plan import CellError

TERMS: Final = Table(
    "terms",
    "",
    "one row for each term of a time equation",
    (
        Column("attribute", Kind.TEXT, "What makes it longer; blank for the base time", blank=Blank.ALLOWED),
        Column("minutes", Kind.NUMBER, "Minutes for each unit of it", "minutes"),
        Column("activity", Kind.TEXT, "Whose equation it belongs to", required=False),
    ),
)
ATTRIBUTES: Final = Table(
    "attributes",
    "",
    "one row for each case, or for the cases of a month together",
    (
        Column("activity", Kind.TEXT, "What was done", required=False),
        Column("quantity", Kind.NUMBER, "How many times", "count", required=False, blank=Blank.ALLOWED),
        optional_column("customer_id", Kind.ANY, "For whom"),
    ),
    open=Column("", Kind.NUMBER, "How many, or 1 and 0", "any unit", blank=Blank.ALLOWED),
)
LINES: Final = Table(
    "ledger_lines",
    "",
    "one row for each ledger line",
    (
        Column("customer_id", Kind.ID, "Whom the cost was for; blank where nobody is named", blank=Blank.ALLOWED),
        Column("amount", Kind.MONEY, "Cost, in whole cents", "money"),
    ),
)
COST = Argument("cost", Kind.MONEY, "Cost of the people and what they work with", "money/period")
PRACTICAL = Argument(
    "practical_minutes", Kind.NUMBER, "Minutes they can really work; 80-85% of those paid as a rule", "minutes/period"
)

_TERMS_EXAMPLE = [["attribute", "minutes"], [None, 3], ["lines", 2], ["new", 15], ["rush", 10]]


@worksheet_function(
    arguments=(
        Argument("amounts", Kind.MONEY, "Own cost of each service pool, in whole cents", "money", shape=Shape.COLUMN),
        Argument(
            "shares",
            Kind.SHARE,
            "What each service pool (column) uses of the row's service; 0 where a pool meets itself",
            "0-1",
            shape=Shape.MATRIX,
        ),
        Argument(
            "final_shares",
            Kind.SHARE,
            "What each customer, segment or other pool (column) uses of the row's service; with shares a row sums to 1",
            "0-1",
            shape=Shape.MATRIX,
        ),
        Argument(
            "method",
            Kind.CHOICE,
            "reciprocal (services count as they were used), step-down (pools are closed from the first to the last) or "
            "direct (services between the pools do not count)",
            required=False,
            default="reciprocal",
            choices=SERVICE_METHODS,
            shape=Shape.ONE,
        ),
    ),
    result=Result.GRID,
    columns=(
        Column("pool", Kind.TEXT, "In the order of amounts; at last the sum of each column"),
        Column(
            "amount",
            Kind.MONEY,
            "The pool's own amount; what of it ends on each object, which adds up to it; and the pool's total with the "
            "services it received, part of which it charges on",
            "money",
        ),
    ),
    blank=f"{CALL_ERRORS} #NUM! also where a row of shares and final_shares does not sum to 1, or where pools serve "
    "only each other and nobody bears the cost in the end.",
    example=Example(
        ([100000, 60000], [[0, 0.1], [0.2, 0]], [[0.5, 0.4], [0.3, 0.5]]),
        [
            ["Pool", "Own amount", "Object 1", "Object 2", "With services"],
            ["Pool 1", 100000, 54081.63, 45918.37, 114285.71],
            ["Pool 2", 60000, 24489.8, 35510.2, 71428.57],
            ["Total", 160000, 78571.43, 81428.57, 185714.29],
        ],
    ),
    family=FAMILY,
)
def cv_allocate_reciprocal(amounts: ARRAY, shares: ARRAY, final_shares: ARRAY, method: ServiceMethod, /) -> Grid:
    """Who bears the cost of departments that serve each other, such as IT and personnel?"""
    costs = allocate_services(amounts, shares, final_shares, method=method)
    pools, objects = costs.flow_units.shape
    rows = np.column_stack([costs.flow_units.sum(axis=1) / 100.0, costs.flows, costs.totals])
    sums = np.concatenate([[costs.final_units.sum() / 100.0], costs.final, [costs.totals.sum()]])
    return Grid(
        [*(f"Pool {number}" for number in range(1, pools + 1)), "Total"],
        ["Own amount", *(f"Object {number}" for number in range(1, objects + 1)), "With services"],
        np.vstack([rows, sums]),
    )


@worksheet_function(
    arguments=(COST, PRACTICAL),
    result=Result.ROWS,
    columns=(Column("rate", Kind.NUMBER, "Cost of one minute", "money/minute"),),
    blank=f"{ROW_ERRORS} #DIV/0! where there are no practical minutes.",
    example=Example((560000, 700000), 0.8),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda cost, practical_minutes: (practical_minutes == 0) & np.isfinite(cost)},
)
def cv_tdabc_rate(cost: ARRAY, practical_minutes: ARRAY, /) -> ARRAY:
    """What does a minute of a team's time cost?"""
    return capacity_rate(cost, practical_minutes)


@worksheet_function(
    arguments=(
        Argument(
            "terms",
            TABLE,
            "The time equation: attribute (blank for the base time), minutes; where there are several, activity",
            shape=Shape.TABLE,
            table=TERMS,
        ),
        Argument(
            "attributes",
            TABLE,
            "One row for each case: a column of numbers under the name of each attribute; where known quantity (else "
            "1), and activity if terms name activities",
            shape=Shape.TABLE,
            table=ATTRIBUTES,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("minutes", Kind.NUMBER, "How long the row's cases take", "minutes"),),
    blank="#N/A in a row that lacks the quantity or an attribute that its equation names. The rest gives one error for "
    "the whole call: #VALUE! where text stands instead of a number, a column is missing or an activity has no "
    "equation, #N/A where there are no rows, #NUM! where a row would take less than no time; an error cell gives that "
    "same error.",
    example=Example(
        (_TERMS_EXAMPLE, [["Lines", "New", "Rush"], [5, 0, 1], [1, 1, 0]]),
        [[23], [20]],
    ),
    family=FAMILY,
)
def cv_tdabc_time(terms: pd.DataFrame, attributes: pd.DataFrame, /) -> Answer:
    """How long does a case take, by a base time and what makes it longer?"""
    if terms.empty:
        raise MissingDataError("terms has no rows below its header")
    if "activity" not in terms:
        terms, attributes = terms.assign(activity="the case"), attributes.assign(activity="the case")
    elif "activity" not in attributes:
        raise InputError("attributes must have a column 'Activity', because terms name activities")
    minutes = activity_minutes(time_equations(terms), attributes)
    if not minutes.size:
        raise MissingDataError("attributes has no rows below its header")
    unknown = np.flatnonzero(np.isnan(minutes))
    if not unknown.size:
        return Answer(minutes)
    cells = minutes.astype(object)
    cells[unknown] = CellError.NA
    note = f"{unknown.size} of {minutes.size} rows lack a number that their time equation needs; the first is row "
    return Answer(cells, (f"{note}{unknown[0] + 1}",))


@worksheet_function(
    arguments=(
        Argument(COST.name, COST.kind, f"{COST.help}, in whole cents", COST.unit, shape=Shape.ONE),
        Argument(PRACTICAL.name, PRACTICAL.kind, PRACTICAL.help, PRACTICAL.unit, shape=Shape.ONE),
        Argument("unit_times", Kind.NUMBER, "Minutes that each activity takes once", "minutes", shape=Shape.COLUMN),
        Argument("quantities", Kind.NUMBER, "How many times each was done", "count/period", shape=Shape.COLUMN),
    ),
    result=Result.TABLE,
    columns=(
        Column("activity", Kind.TEXT, "In the order given; then what was used, what was not, and both together"),
        Column("minutes", Kind.NUMBER, "Unit time times quantity", "minutes"),
        Column("utilisation", Kind.SHARE, "Part of the practical minutes", "0-1"),
        Column("cost", Kind.MONEY, "Cost of the minutes; activities add up to used, used and unused to all", "money"),
        Column("unit_cost", Kind.MONEY, "Cost of doing it once; blank in the sums", "money"),
    ),
    blank=f"{CALL_ERRORS} #DIV/0! where there are no practical minutes. If more minutes were used than there are, the "
    "unused cost is negative, and the message says so.",
    example=Example(
        (560000, 700000, [8, 44, 50], [49000, 1400, 2500]),
        [
            ["Activity", "Minutes", "Utilisation", "Cost", "Unit cost"],
            ["Activity 1", 392000, 0.56, 313600, 6.4],
            ["Activity 2", 61600, 0.088, 49280, 35.2],
            ["Activity 3", 125000, 0.1786, 100000, 40],
            ["Used", 578600, 0.8266, 462880, None],
            ["Unused", 121400, 0.1734, 97120, None],
            ["Total", 700000, 1, 560000, None],
        ],
    ),
    family=FAMILY,
)
def cv_tdabc(cost: float, practical_minutes: float, unit_times: ARRAY, quantities: ARRAY, /) -> Answer:
    """What do a team's activities cost by the minutes they take, and what does its idle time cost?"""
    result = time_driven_cost(cost, practical_minutes, unit_times, quantities)
    sums = np.array([result.used_minutes, result.unused_minutes, practical_minutes])
    minutes = np.concatenate([result.minutes, sums])
    numbers = range(1, result.minutes.size + 1)
    table = {
        "activity": [*(f"Activity {number}" for number in numbers), "Used", "Unused", "Total"],
        "minutes": minutes,
        "utilisation": minutes / practical_minutes,
        "cost": [*result.cost.tolist(), result.used_cost, result.unused_cost, cost],
        "unit_cost": [*result.unit_cost.tolist(), None, None, None],
    }
    return Answer(table, (result.warning,) if result.warning else ())


@worksheet_function(
    arguments=(
        Argument("ids", Kind.ID, "The customers, each once", shape=Shape.ROWS),
        Argument(
            "ledger_lines",
            TABLE,
            "Ledger lines: customer_id (blank where nobody is named), amount (money, two decimals)",
            shape=Shape.TABLE,
            table=LINES,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("cost", Kind.MONEY, "Cost of the lines that name the customer; 0 without one", "money"),),
    blank="#N/A where an id is blank. The rest gives one error for the whole call: #N/A where an amount is blank, "
    "#VALUE! where it is text, a column is missing or a customer stands twice in ids, #NUM! where an amount is not in "
    "whole cents; an error cell gives that same error. What other customers and nobody were charged is in the message.",
    example=Example(
        (
            [["A"], ["B"], ["D"]],
            [["customer_id", "amount"], ["A", 10.1], [None, 5], ["A", 0.2], ["B", 7]],
        ),
        [[10.3], [7], [0]],
    ),
    family=FAMILY,
)
def cv_trace(ids: ARRAY, ledger_lines: pd.DataFrame, /) -> Answer:
    """What cost does the ledger itself charge to each customer?"""
    traced = trace_cost(ids, ledger_lines["customer_id"], ledger_lines["amount"])
    left = (
        (traced.other_lines, traced.other_cost, "lines of other customers"),
        (traced.untraced_lines, traced.untraced_cost, "lines without a customer"),
    )
    notes = [f"{which}: {lines:,}, together {cost:,.2f}" for lines, cost, which in left if lines]
    return Answer(traced.cost, tuple(notes))
