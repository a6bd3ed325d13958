"""Goals: from the company's down to the teams', how far each is on its way, and through whom one is behind."""

from valuation.tables import GOAL_CASCADE, GOALS, LEVELS
from workbook_templates.layout import Check, Format, Formula, Item, Pack, Role, Sheet, Text
from workbook_templates.native import Column, Expr, call
from workbook_templates.packs.explained import Sentence, explained_sheet, first_row_below
from workbook_templates.packs.furniture import added, count, input_sheet, input_total, percent, row_of, told_apart

__all__ = ["GOALS_PACK"]

STATUSES = ("green", "amber", "red")
UNKNOWN = "not known"


def _with(status: str) -> Expr:
    return call("COUNTIF", Column(GOAL_CASCADE, "status"), status)


ALL = call("COUNTA", Column(GOAL_CASCADE, "goal_id"))
NOT_KNOWN = ALL - added(*map(_with, STATUSES))
FURTHEST = row_of(GOAL_CASCADE, "behind", 1)


def _furthest(name: str) -> Expr:
    return call("INDEX", Column(GOAL_CASCADE, name), FURTHEST)


STANDING = call(
    "IFERROR",
    call(
        "IF",
        ALL.equals(0),
        "No goals yet: fill in Goals and refresh.",
        "Of "
        & count(ALL)
        & " goals "
        & count(_with("green"))
        & " are green, "
        & count(_with("amber"))
        & " amber and "
        & count(_with("red"))
        & " red"
        & call("IF", NOT_KNOWN > 0, "; how " & count(NOT_KNOWN) & " stand is not known", "")
        & ".",
    ),
    "How the goals stand cannot be told: see Exceptions for what is missing.",
)
BEHIND = call(
    "IF",
    ALL.equals(0),
    "",
    call(
        "IFERROR",
        "Of the company's goals furthest behind is "
        & call("SUBSTITUTE", _furthest("goal"), "  ", "")
        & " ("
        & _furthest("status")
        & "): "
        & percent(_furthest("attainment"))
        & " of the way in "
        & percent(_furthest("pace"))
        & " of the time"
        & call("IF", _furthest("through").equals(""), "", ", held back most by " & _furthest("through"))
        & ".",
        "No goal of the company is known to be behind.",
    ),
)
READ = (
    "Attainment: part of the way from baseline to target, for goals that are to fall as well. Pace: part of the time "
    "that is over.",
    "Green: at most 10 points behind the pace; amber: at most 25; red: further. To keep a baseline: green within its "
    "band, else red.",
    "A goal counts by its own measure, or as the weighted mean of those that serve it (rollup on Goals), never both.",
    "Actual: from this workbook where the measure is one of its own, else as typed.",
)
COUNTS = len(STATUSES) + 2
"""Rows of the counts, their headings included."""


def _counts(row: int) -> tuple[Item, ...]:
    """Count the goals of each level by how they stand."""
    items: list[Item] = [Text(row=row, column=1, text="How many goals stand where", role=Role.HEADING, span=6)]
    items += [
        Text(row=row + 1, column=column, text=level, right=True)
        for column, level in enumerate((*LEVELS, "all"), start=2)
    ]
    for at, status in enumerate((*STATUSES, UNKNOWN), start=row + 2):
        items.append(Text(row=at, column=1, text=status))
        for column, level in enumerate(LEVELS, start=2):
            here = Column(GOAL_CASCADE, "level").equals(level)
            stands = Column(GOAL_CASCADE, "status").equals("" if status == UNKNOWN else status)
            items.append(_counted(at, column, f"goals.{status}.{level}", call("SUMPRODUCT", here * stands)))
        everywhere = NOT_KNOWN if status == UNKNOWN else _with(status)
        items.append(_counted(at, len(LEVELS) + 2, f"goals.{status}", everywhere))
    return tuple(items)


def _counted(row: int, column: int, key: str, expr: Expr) -> Formula:
    return Formula(row=row, column=column, key=key, expr=expr, format=Format.COUNT)


def _goal_cascade() -> Sheet:
    said = (Sentence("goals.answer", STANDING), Sentence("goals.behind", BEHIND))
    return explained_sheet(
        GOAL_CASCADE,
        "Goal cascade",
        "How far the company's goals are on their way, and through whom one is behind.",
        said,
        READ,
        span=9,
        more=_counts(first_row_below(said, READ)),
        gap=COUNTS + 2,
        lights=("status",),
        printed=[column.name for column in GOAL_CASCADE].index("violation") + 1,
        widths={1: 44, 2: 13, 3: 13, 4: 26, 5: 13, 8: 16, 9: 16, 10: 16, 11: 16, 12: 10, 13: 40, 14: 40}
        | {15: 20, 16: 24, 17: 24},
    )


GOALS_PACK = Pack(
    name="goals",
    purpose="Goals from the company down to the teams, how far they are, and through whom one is behind",
    sheets=(
        input_sheet(GOALS, "What each level wants to reach with customers, by when, and who answers for it."),
        _goal_cascade(),
    ),
    checks=(
        Check(
            "goals",
            "Goals: every one has an owner, a place in the cascade and weights that add up to 100%",
            call("COUNTA", Column(GOAL_CASCADE, "violation")),
            0,
            "Correct on Goals what Goal cascade says beside the row",
        ),
    ),
    totals=(
        input_total(
            "cv_used_goals",
            GOALS,
            call("COUNTA", *(Column(GOALS, column.name) for column in GOALS))
            + told_apart(GOALS, "level", LEVELS)
            + told_apart(GOALS, "rollup", ("own", "children")),
        ),
    ),
)
