"""Goals: attainment, pace and status, and the cascade from the company to its teams."""

from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.errors import MissingDataError
from valuation.goals import attainment, cascade, goal_status
from valuation.tables import Blank, Column, Kind, Table
from valuation.tables.schema import optional_column
from workbook_templates.plan import CellError

FAMILY: Final = "Goals"
_MOST_NOTED: Final = 3

GOALS: Final = Table(
    "goals",
    "",
    "one row for each goal",
    (
        Column("goal_id", Kind.ID, "The goal", blank=Blank.ALLOWED),
        Column("parent_id", Kind.ID, "The goal that it serves; blank: none", blank=Blank.ALLOWED),
        Column("level", Kind.TEXT, "company, executive, manager or team", blank=Blank.ALLOWED),
        optional_column("lens", Kind.TEXT, "The officer who asks for it"),
        optional_column("measure", Kind.TEXT, "What it is measured by"),
        optional_column("unit", Kind.TEXT, "Unit of the measure"),
        Column("baseline", Kind.NUMBER, "Where the measure was", "unit", blank=Blank.ALLOWED),
        Column("baseline_date", Kind.DATE, "When", blank=Blank.ALLOWED),
        Column("target", Kind.NUMBER, "Where it is to be", "unit", blank=Blank.ALLOWED),
        Column("target_date", Kind.DATE, "By when", blank=Blank.ALLOWED),
        Column("actual", Kind.NUMBER, "Where it is", "unit", blank=Blank.ALLOWED),
        optional_column("actual_date", Kind.DATE, "When that was measured"),
        Column("owner", Kind.TEXT, "One person", blank=Blank.ALLOWED),
        optional_column("weight", Kind.NUMBER, "Part of the goal that it serves; together 1", "0-1"),
        optional_column("rollup", Kind.TEXT, "own: its own measure; children: the mean of those that serve it"),
        optional_column("band", Kind.NUMBER, "For a goal to keep: how far from its target it may be", "unit"),
    ),
)

_MEASURED: Final = (
    Argument("baseline", Kind.NUMBER, "Where the measure was", "any unit"),
    Argument("target", Kind.NUMBER, "Where it is to be; lower than the baseline where less is better", "same unit"),
    Argument("actual", Kind.NUMBER, "Where it is", "same unit"),
)


@worksheet_function(
    arguments=_MEASURED,
    result=Result.ROWS,
    columns=(Column("attainment", Kind.NUMBER, "Part of the way that is done; below 0 and above 1 are shown", "1"),),
    blank=f"{ROW_ERRORS} #DIV/0! where the target is the baseline: a goal to keep has a band (see CV_GOAL_STATUS).",
    example=Example(([0.80, 100], [0.85, 80], [0.83, 95]), [[0.6], [0.25]]),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda baseline, target, actual: baseline == target},
)
def cv_attainment(baseline: ARRAY, target: ARRAY, actual: ARRAY, /) -> ARRAY:
    """How much of the way from baseline to target is done?"""
    return attainment(baseline, target, actual)


@worksheet_function(
    arguments=(
        *(Argument(one.name, one.kind, one.help, one.unit) for one in _MEASURED),
        Argument(
            "baseline_date",
            Kind.DATE,
            "When it was at its baseline; blank for a goal to keep",
            "date",
            required=True,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "target_date",
            Kind.DATE,
            "When it is to be at its target; blank for a goal to keep",
            "date",
            blank=Blank.ALLOWED,
        ),
        Argument("as_of", Kind.DATE, "The day for which it is asked", "date", shape=Shape.ONE),
        Argument(
            "band",
            Kind.NUMBER,
            "For a goal to keep, whose target is its baseline: how far from it the actual may be, either way",
            "same unit",
            required=False,
            blank=Blank.ALLOWED,
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("status", Kind.TEXT, "green: up to 0.10 behind pace; amber: up to 0.25; red: more"),
        Column("attainment", Kind.NUMBER, "Part of the way that is done; of a goal to keep 1 in its band, else 0", "1"),
        Column("pace", Kind.SHARE, "Part of the time that has passed; of a goal to keep 1", "0-1"),
    ),
    blank=f"{ROW_ERRORS} #DIV/0! where the target is the baseline and there is no band; #NUM! where the target date is "
    "not after the baseline date, #N/A where one of them is blank.",
    example=Example(
        ([0.80, 100], [0.85, 80], [0.83, 95], ["2025-01-01"] * 2, ["2025-12-31"] * 2, "2025-10-01"),
        [["amber", 0.6, 0.75], ["red", 0.25, 0.75]],
    ),
    family=FAMILY,
    row_errors={
        CellError.NA: lambda baseline, target, actual, begun, due, as_of, band: np.isnat(begun) | np.isnat(due),
        CellError.DIV0: lambda baseline, target, actual, begun, due, as_of, band: baseline == target,
    },
)
def cv_goal_status(
    baseline: ARRAY,
    target: ARRAY,
    actual: ARRAY,
    baseline_date: ARRAY,
    target_date: ARRAY,
    as_of: np.datetime64,
    band: ARRAY | None,
    /,
) -> tuple[Any, Any, Any]:
    """Is each goal on pace: green, amber or red?"""
    found = goal_status(
        baseline,
        target,
        actual,
        baseline_date=baseline_date,
        target_date=target_date,
        as_of=as_of,
        band=band,
    )
    return found.status, found.attainment, found.pace


@worksheet_function(
    arguments=(
        Argument(
            "table",
            TABLE,
            "goal_id, parent_id, level, owner, baseline, baseline_date, target, target_date, actual; where known lens, "
            "measure, unit, actual_date, weight, rollup (own or children), band",
            "one unit in each row",
            shape=Shape.TABLE,
            table=GOALS,
        ),
        Argument("as_of", Kind.DATE, "The day for which it is asked", "date", shape=Shape.ONE),
    ),
    result=Result.TABLE,
    columns=(
        Column("goal_id", Kind.ID, "Every goal is followed by those that serve it", heading="Goal"),
        Column("depth", Kind.COUNT, "0 at the top", "steps"),
        Column("level", Kind.TEXT, "company, executive, manager or team"),
        Column("measure", Kind.TEXT, "What it is measured by"),
        Column("owner", Kind.TEXT, "Who answers for it"),
        Column(
            "attainment",
            Kind.NUMBER,
            "Part of the way that is done: by its own measure, or the mean of those that serve it",
            "1",
            missing="#N/A",
        ),
        Column("pace", Kind.SHARE, "Part of the time that has passed", "0-1", missing="#N/A"),
        Column("status", Kind.TEXT, "green, amber or red", missing="#N/A"),
        Column("row", Kind.COUNT, "Row of the goal in the table given", "count"),
        Column("violation", Kind.TEXT, "What is wrong with the row, or ''"),
    ),
    blank="#VALUE! for a goal with a violation, which is named; #N/A for one whose numbers or dates are blank, or that "
    "is the mean of goals of which one has none. One error for the whole call: #VALUE! where a column is missing or "
    "text stands instead of a number; an error cell gives that same error.",
    example=Example(
        (
            [
                [
                    "goal_id",
                    "parent_id",
                    "level",
                    "owner",
                    "weight",
                    "rollup",
                    "baseline",
                    "baseline_date",
                    "target",
                    "target_date",
                    "actual",
                ],
                ["equity", None, "company", "CEO", None, "children", None, None, None, None, None],
                ["retention", "equity", "executive", "CRO", 0.75, "own", 0.8, "2025-01-01", 0.85, "2025-12-31", 0.83],
                ["cost", "equity", "executive", "CFO", 0.25, "own", 100, "2025-01-01", 80, "2025-12-31", 95],
            ],
            "2025-07-02",
        ),
        [
            ["Goal", "Depth", "Level", "Measure", "Owner", "Attainment", "Pace", "Status", "Row", "Violation"],
            ["equity", 0, "company", "", "CEO", 0.5125, 0.5, "green", 1, ""],
            ["retention", 1, "executive", "", "CRO", 0.6, 0.5, "green", 2, ""],
            ["cost", 1, "executive", "", "CFO", 0.25, 0.5, "amber", 3, ""],
        ],
    ),
    family=FAMILY,
)
def cv_cascade(table: pd.DataFrame, as_of: np.datetime64, /) -> Answer:
    """How far are all goals, from those of teams up to the company's, and what is wrong with how they hang together?"""
    if table.empty:
        raise MissingDataError("goals has no rows below its header")
    found = cascade(table, as_of=as_of)
    tree = found.tree
    columns: dict[str, Any] = {str(name): tree[name] for name in tree}
    for name in ("attainment", "pace", "status"):
        pairs = zip(tree[name], tree["violation"], strict=True)
        columns[name] = [CellError.VALUE if violation else value for value, violation in pairs]
    notes = [
        f"{one.kind} in row{'s' * (len(one.rows) > 1)} {', '.join(map(str, one.rows[:_MOST_NOTED]))}"
        + (f" and {len(one.rows) - _MOST_NOTED:,} more" if len(one.rows) > _MOST_NOTED else "")
        + f": {one.mend}"
        for one in found.findings
    ]
    return Answer(columns, tuple(notes))
