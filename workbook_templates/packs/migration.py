"""Migration: who changed segment since the last snapshot, and the snapshots it is seen by."""

from valuation.tables import MIGRATION, MIGRATION_SUMMARY, MOVERS, SEGMENTS, SNAPSHOT_DATES, SNAPSHOTS
from workbook_templates.layout import Check, Format, NamedCell, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, Name, call
from workbook_templates.packs.checks import LIVE
from workbook_templates.packs.furniture import added, answer, head, heading, row_of, table_width

__all__ = ["MIGRATION_CHECKS", "MIGRATION_FIGURES", "MIGRATION_FORMATS", "MIGRATION_SHEET", "SNAPSHOTS_SHEET"]

MIGRATION_HEADER = 8
MIGRATION_COLUMN = 2
STATES = ("a", "b", "c", "n", "out")
FROM = ("A", "B", "C", "N", "none")
MIGRATION_FIGURES = (
    "Stayed",
    "Moved up",
    "Moved down",
    "New",
    "Gone",
    "Weighted kappa",
    "Population stability",
    "Moved by themselves",
    "Moved by the cut",
    "Moved by both",
    "Moved by an override",
)
"""The rows of the summary, in their order."""
MIGRATION_FORMATS = (Format.PERCENT, *[Format.COUNT] * 4, Format.RATIO, Format.RATIO, *[Format.COUNT] * 4)
MIGRATION_SUMMARY_HEADER = MIGRATION_HEADER + len(FROM) + 3
MOVERS_HEADER = MIGRATION_SUMMARY_HEADER + len(MIGRATION_FIGURES) + 3
MOVES = Name("cv_used_moves")
MOVES_ROW = MIGRATION_SUMMARY_HEADER
NOTES_COLUMN = MIGRATION_COLUMN + len(MIGRATION.columns) + 1
SNAPSHOTS_HEADER = 7
SNAPSHOTS_COLUMN = len(SNAPSHOT_DATES.columns) + 2


def _migration() -> Sheet:
    purpose = "Who changed segment since the last snapshot, and whether the customer or the cut moved."
    return Sheet(
        name="Migration",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Migration", "Migration between segments", purpose),
            answer(
                "migration.answer",
                call("IF", MOVES.equals(""), "There is no earlier snapshot to compare with yet.", MOVES),
                span=17,
                lines=4,
            ),
            heading(MIGRATION_HEADER - 1, "From the segment at the last snapshot to the one now", span=17),
            TableBlock(row=MIGRATION_HEADER, column=MIGRATION_COLUMN, table=MIGRATION, input=False, rows=len(FROM)),
            heading(MIGRATION_SUMMARY_HEADER - 1, "In figures", span=17),
            TableBlock(
                row=MIGRATION_SUMMARY_HEADER,
                column=MIGRATION_COLUMN,
                table=MIGRATION_SUMMARY,
                input=False,
                rows=len(MIGRATION_FIGURES),
                formats=MIGRATION_FORMATS,
            ),
            Text(row=MOVES_ROW, column=NOTES_COLUMN, text="In words, as found by the refresh", role=Role.NOTE),
            NamedCell(row=MOVES_ROW + 1, column=NOTES_COLUMN, name=MOVES.name, format=Format.TEXT),
            heading(MOVERS_HEADER - 1, "Who moved, the largest change first", span=17),
            TableBlock(row=MOVERS_HEADER, column=1, table=MOVERS, input=False),
        ),
        freeze=(6, 3),
        widths={1: 14, 2: 30, 3: 13, 4: 13, 5: 13}
        | dict.fromkeys((6, 7, 8), 16)
        | {9: 20, 10: 13, 11: 13, 12: 13}
        | dict.fromkeys(range(13, 18), 18)
        | {NOTES_COLUMN: 30},
        printed=NOTES_COLUMN - 2,
    )


def _snapshots() -> Sheet:
    purpose = "What was known of each customer at each as-of date: kept by the refresh, and never changed once final."
    widths = table_width(SNAPSHOT_DATES) | {
        SNAPSHOTS_COLUMN - 1 + place: width for place, width in table_width(SNAPSHOTS).items()
    }
    return Sheet(
        name="Snapshots",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Snapshots", "Snapshots", purpose),
            heading(SNAPSHOTS_HEADER - 1, "Dates that are kept", span=len(SNAPSHOT_DATES.columns)),
            TableBlock(row=SNAPSHOTS_HEADER, column=1, table=SNAPSHOT_DATES, input=False),
            Text(
                row=SNAPSHOTS_HEADER - 1,
                column=SNAPSHOTS_COLUMN,
                text="Customers at each date",
                role=Role.HEADING,
                span=len(SNAPSHOTS.columns),
            ),
            TableBlock(row=SNAPSHOTS_HEADER, column=SNAPSHOTS_COLUMN, table=SNAPSHOTS, input=False),
        ),
        freeze=(SNAPSHOTS_HEADER + 1, 1),
        widths=widths | {4: 18, 7: 24, SNAPSHOTS_COLUMN - 1: 3},
    )


def _moved(name: str) -> Expr:
    return call("INDEX", Column(MIGRATION_SUMMARY, "figure"), row_of(MIGRATION_SUMMARY, "measure", name))


def _to(states: tuple[str, ...], rows: tuple[str, ...]) -> Expr:
    """Count customers by where they are now and where they were."""
    return added(
        *(
            call("SUMIF", Column(MIGRATION, "segment"), row, Column(MIGRATION, f"to_{state}"))
            for row in rows
            for state in states
        )
    )


STAYED = added(*(_to((state,), (row,)) for state, row in zip(STATES[:-1], FROM[:-1], strict=True)))
MIGRATION_CHECKS = (
    Check(
        "migration",
        "Migration: customers at the last snapshot = stayed, moved and gone",
        call(
            "IF",
            _to(STATES, FROM).equals(0),
            0,
            _to(STATES, FROM[:-1]) - STAYED - _moved("Moved up") - _moved("Moved down") - _moved("Gone"),
        ),
        0,
        LIVE,
    ),
    Check(
        "migration_now",
        "Migration: customers now in each segment = the official segments",
        call(
            "IF",
            _to(STATES, FROM).equals(0),
            0,
            added(
                *(
                    call(
                        "ABS",
                        _to((state,), FROM) - call("COUNTIF", Column(SEGMENTS, "segment"), segment),
                    )
                    for state, segment in zip(STATES[:-1], FROM[:-1], strict=True)
                )
            ),
        ),
        0,
        LIVE,
    ),
)

MIGRATION_SHEET = _migration()
SNAPSHOTS_SHEET = _snapshots()
