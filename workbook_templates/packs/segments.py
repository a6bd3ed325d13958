"""Segments: tiers side by side, needs, the two-sided value matrix, and who moved since the last snapshot."""

from functools import reduce

from valuation.tables import (
    CUSTOMER_PNL,
    MIGRATION,
    MIGRATION_SUMMARY,
    MOVERS,
    NEEDS,
    NEEDS_PNL,
    OVERRIDE_EFFECT,
    OVERRIDES,
    RATINGS,
    SEGMENTS,
    SNAPSHOT_DATES,
    SNAPSHOTS,
    TIER_METHODS,
    VALUE_MATRIX,
    VALUE_MATRIX_POINTS,
    VALUE_MATRIX_SUMMARY,
    Table,
)
from workbook_templates.layout import (
    BodyColumn,
    Chart,
    Check,
    Format,
    Formula,
    InputTotal,
    Item,
    NamedCell,
    Pack,
    Role,
    Series,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import Column, Expr, Figure, Name, call, const
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import (
    answer,
    count,
    head,
    heading,
    input_sheet,
    input_total,
    money,
    of_total,
    result_sheet,
    row_of,
    table_width,
)
from workbook_templates.packs.officers import SURVEY_SHEET, SURVEY_TOTAL

__all__ = ["MIGRATION_FIGURES", "MIGRATION_FORMATS", "QUADRANTS", "SEGMENTS_PACK", "SEGMENT_ROWS"]


def _added(first: Expr, *more: Expr) -> Expr:
    return reduce(lambda total, term: total + term, more, first)


def _empty(table: Table) -> Expr:
    return call("COUNTA", Column(table, table.columns[0].name)).equals(0)


# ------------------------------------------------------------------------------------------------------------- Tiers

SEGMENT_ROWS = ("A", "B", "C", "N", "without segment")
EFFECT_HEADER = 8
METHODS = 20
METHODS_HEADER = EFFECT_HEADER + len(SEGMENT_ROWS) + 4


def _segment(name: str, segment: str) -> Expr:
    return call("INDEX", Column(OVERRIDE_EFFECT, name), row_of(OVERRIDE_EFFECT, "segment", segment))


MOVED = of_total(OVERRIDE_EFFECT, "moved_in")
TIERED = call(
    "IFERROR",
    call(
        "IF",
        of_total(OVERRIDE_EFFECT, "customers").equals(0),
        "Nothing to tier yet: fill in the inputs and refresh.",
        "Customers in official segment A: "
        & count(_segment("customers", "A"))
        & ", worth "
        & money(_segment("value", "A"))
        & "; in B: "
        & count(_segment("customers", "B"))
        & ", worth "
        & money(_segment("value", "B"))
        & "; in C: "
        & count(_segment("customers", "C"))
        & "; in N: "
        & count(_segment("customers", "N"))
        & ". "
        & call(
            "IF",
            MOVED.equals(0),
            "No override is in force.",
            "Customers whom an override puts elsewhere than the model does: " & count(MOVED) & ".",
        ),
    ),
    "The tiers cannot be summed up: values are not known.",
)


def _tiers() -> Sheet:
    purpose = "Every way to tier the customers side by side, and what overrides change."
    return Sheet(
        name="Tiers",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Tiers", "Tiers and overrides", purpose),
            answer("tiers.answer", TIERED, span=7),
            heading(EFFECT_HEADER - 1, "The official segment, by the model and with overrides", span=7),
            TableBlock(row=EFFECT_HEADER, column=1, table=OVERRIDE_EFFECT, input=False, rows=len(SEGMENT_ROWS)),
            heading(METHODS_HEADER - 2, "By every basis and way to cut", span=12),
            Text(row=METHODS_HEADER - 1, column=1, text=ABOUT_CUTS, role=Role.NOTE),
            TableBlock(row=METHODS_HEADER, column=1, table=TIER_METHODS, input=False, rows=METHODS),
        ),
        freeze=(6, 3),
        widths=table_width(TIER_METHODS) | {1: 26, 2: 32, 3: 18, 4: 18, 5: 18, 6: 12, 7: 12, 10: 14, 11: 18},
    )


ABOUT_CUTS = "Absolute cuts stay until somebody changes them; all others move when other customers change."


# ------------------------------------------------------------------------------------------------------- Needs P&L

NEEDS_SUMS = ("customers", *(column.name for column in NEEDS_PNL if column.unit == "currency"))


def _needs_answer() -> Expr:
    contribution = Column(NEEDS_PNL, "contribution")

    def of(row: Expr, name: str) -> Expr:
        return call("INDEX", Column(NEEDS_PNL, name), row)

    best, worst = (call("MATCH", call(which, contribution), contribution, 0) for which in ("MAX", "MIN"))
    return call(
        "IFERROR",
        call(
            "IF",
            _empty(NEEDS_PNL),
            "No needs segments yet: fill in Needs segments and refresh.",
            "Of "
            & count(call("COUNTA", Column(NEEDS_PNL, "needs_segment")))
            & " needs segments "
            & of(best, "needs_segment")
            & " contributes most ("
            & money(of(best, "contribution"))
            & ") and "
            & of(worst, "needs_segment")
            & " least ("
            & money(of(worst, "contribution"))
            & ").",
        ),
        "The needs segments cannot be compared: costs are not known.",
    )


# ------------------------------------------------------------------------------------------------------ Value matrix

QUADRANTS = ("Ideal", "Vulnerable", "Overlooked", "Low priority", "Unknown value derived", "Unknown value")
POINTS = 200
SUMMARY_HEADER = 8
CUTS_ROW = SUMMARY_HEADER + len(QUADRANTS) + 2
MATRIX_CHART = CUTS_ROW + 4
CHART_ROWS = 26
MATRIX_HEADER = MATRIX_CHART + CHART_ROWS + 3
POINTS_COLUMN = len(VALUE_MATRIX.columns) + 2
FIGURES_COLUMN = POINTS_COLUMN + len(VALUE_MATRIX_POINTS.columns) + 1
CLOUDS = (
    ("ideal", "Ideal"),
    ("vulnerable", "Vulnerable"),
    ("overlooked", "Overlooked"),
    ("low_priority", "Low priority"),
)
COMPANY_CUT, CUSTOMER_CUT = Name("cv_used_company_cut"), Name("cv_used_customer_cut")
MOST = 100.0


def _quadrant(name: str, quadrant: str) -> Expr:
    return call("INDEX", Column(VALUE_MATRIX_SUMMARY, name), row_of(VALUE_MATRIX_SUMMARY, "quadrant", quadrant))


def _worth(quadrant: str) -> Expr:
    return count(_quadrant("customers", quadrant)) & call(
        "IFERROR", " (worth " & money(_quadrant("value", quadrant)) & ")", ""
    )


MATRIX_ANSWER = call(
    "IFERROR",
    call(
        "IF",
        of_total(VALUE_MATRIX_SUMMARY, "customers").equals(0),
        "Nothing to place yet: fill in Survey and refresh.",
        _worth("Ideal")
        & " customers are ideal. "
        & _worth("Vulnerable")
        & " are valuable to us and get too little from us: they may leave. "
        & _worth("Overlooked")
        & " get much and leave money on the table. "
        & _worth("Low priority")
        & " come last. What "
        & count(_quadrant("customers", "Unknown value derived"))
        & " get from us is not known.",
    ),
    "The quadrants cannot be summed up: see Exceptions for what is missing.",
)

POINT_COLUMNS = tuple(Column(VALUE_MATRIX_POINTS, name) for name, _ in CLOUDS)
# Ends of the two cut lines, then the places of the four words: x, y.
TOP, BOTTOM = Figure("matrix.cut.customer.top.y"), Figure("matrix.cut.customer.bottom.y")
TO_THE_LEFT, TO_THE_RIGHT = CUSTOMER_CUT / 2, (CUSTOMER_CUT + MOST) / 2
LINES: tuple[tuple[str, str, Expr, Expr], ...] = (
    ("cut.customer.bottom", "Cut, value to the customer", CUSTOMER_CUT + 0, call("MIN", *POINT_COLUMNS, COMPANY_CUT)),
    ("cut.customer.top", "", CUSTOMER_CUT + 0, call("MAX", *POINT_COLUMNS, COMPANY_CUT)),
    ("cut.company.left", "Cut, value to the company", const(0), COMPANY_CUT + 0),
    ("cut.company.right", "", const(MOST), COMPANY_CUT + 0),
    ("word.ideal", "Ideal", TO_THE_RIGHT, TOP),
    ("word.vulnerable", "Vulnerable", TO_THE_LEFT, TOP),
    ("word.overlooked", "Overlooked", TO_THE_RIGHT, BOTTOM),
    ("word.low_priority", "Low priority", TO_THE_LEFT, BOTTOM),
)


def _figures_of_chart() -> tuple[Item, ...]:
    items: list[Item] = [
        Text(row=SUMMARY_HEADER - 1, column=FIGURES_COLUMN, text="For the chart", role=Role.HEADING, span=3),
        Text(row=SUMMARY_HEADER, column=FIGURES_COLUMN + 1, text="Customer", role=Role.NOTE, right=True),
        Text(row=SUMMARY_HEADER, column=FIGURES_COLUMN + 2, text="Company", role=Role.NOTE, right=True),
    ]
    for row, (key, title, x, y) in enumerate(LINES, start=SUMMARY_HEADER + 1):
        items += [
            Text(row=row, column=FIGURES_COLUMN, text=title),
            Formula(row=row, column=FIGURES_COLUMN + 1, key=f"matrix.{key}.x", expr=x, format=Format.SCORE),
            Formula(row=row, column=FIGURES_COLUMN + 2, key=f"matrix.{key}.y", expr=y, format=Format.MONEY),
        ]
    return tuple(items)


def _between(name: str, first: str, last: str, *, labels: tuple[str, ...] = ()) -> Series:
    """Draw a line between two figures, or words at several."""
    return Series(
        name=name,
        categories=(f"matrix.{first}.x", f"matrix.{last}.x"),
        values=(f"matrix.{first}.y", f"matrix.{last}.y"),
        joined=not labels,
        labels=labels,
    )


def _matrix_chart() -> Chart:
    clouds = tuple(
        Series(
            name=title,
            categories=BodyColumn(table=VALUE_MATRIX_POINTS, column="value_to_customer"),
            values=BodyColumn(table=VALUE_MATRIX_POINTS, column=name),
        )
        for name, title in CLOUDS
    )
    return Chart(
        row=MATRIX_CHART,
        column=1,
        title="Value to the company against value to the customer",
        kind="points",
        series=(
            *clouds,
            _between("Cut, value to the customer", "cut.customer.bottom", "cut.customer.top"),
            _between("Cut, value to the company", "cut.company.left", "cut.company.right"),
            _between(
                "Quadrants", "word.ideal", "word.low_priority", labels=tuple(title.upper() for _, title in CLOUDS)
            ),
        ),
        category_title="Value to the customer, 0-100",
        value_title="Value to the company",
        category_format=Format.PLAIN,
        value_format=Format.MONEY,
        category_most=MOST,
        width=1080,
        height=CHART_ROWS * 20,
    )


def _value_matrix() -> Sheet:
    purpose = (
        "Customers by their value to the company and by the value they get from it: whom to protect, mend, develop."
    )
    widths = {1: 26, 2: 46, 3: 18, 4: 18, 5: 26, 6: 44, 7: 18, 8: 18, 9: 3}
    return Sheet(
        name="Value matrix",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Value matrix", "Two-sided value matrix", purpose),
            answer("matrix.answer", MATRIX_ANSWER),
            heading(SUMMARY_HEADER - 1, "By quadrant", span=6),
            TableBlock(
                row=SUMMARY_HEADER, column=1, table=VALUE_MATRIX_SUMMARY, input=False, rows=len(QUADRANTS), reading=True
            ),
            Text(row=CUTS_ROW, column=1, text="High value to the company from"),
            NamedCell(row=CUTS_ROW, column=3, name=COMPANY_CUT.name, format=Format.MONEY),
            Text(row=CUTS_ROW + 1, column=1, text="High value to the customer from"),
            NamedCell(row=CUTS_ROW + 1, column=3, name=CUSTOMER_CUT.name, format=Format.SCORE),
            heading(MATRIX_CHART - 1, ABOUT_POINTS, span=6),
            _matrix_chart(),
            heading(MATRIX_HEADER - 1, "By customer", span=8),
            TableBlock(row=MATRIX_HEADER, column=1, table=VALUE_MATRIX, input=False),
            TableBlock(row=SUMMARY_HEADER, column=POINTS_COLUMN, table=VALUE_MATRIX_POINTS, input=False, rows=POINTS),
            *_figures_of_chart(),
        ),
        freeze=(6, 1),
        widths=widths
        | {POINTS_COLUMN + i: 18 for i in range(len(VALUE_MATRIX_POINTS.columns))}
        | {FIGURES_COLUMN - 1: 3, FIGURES_COLUMN: 28, FIGURES_COLUMN + 1: 12, FIGURES_COLUMN + 2: 18},
        printed=len(VALUE_MATRIX.columns),
    )


ABOUT_POINTS = f"The {POINTS} customers with the largest values, gains and losses"


# --------------------------------------------------------------------------------------------------------- Migration

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


def _moved(name: str) -> Expr:
    return call("INDEX", Column(MIGRATION_SUMMARY, "figure"), row_of(MIGRATION_SUMMARY, "measure", name))


def _to(states: tuple[str, ...], rows: tuple[str, ...]) -> Expr:
    """Count customers by where they are now and where they were."""
    return _added(
        *(
            call("SUMIF", Column(MIGRATION, "segment"), row, Column(MIGRATION, f"to_{state}"))
            for row in rows
            for state in states
        )
    )


STAYED = _added(*(_to((state,), (row,)) for state, row in zip(STATES[:-1], FROM[:-1], strict=True)))

# --------------------------------------------------------------------------------------------------------- Snapshots

SNAPSHOTS_HEADER = 7
SNAPSHOTS_COLUMN = len(SNAPSHOT_DATES.columns) + 2


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


# ------------------------------------------------------------------------------------------------------------ the pack

CHECKS = (
    Check(
        "official",
        "Every customer counted once by official segment, and once by the model's",
        call(
            "IF",
            of_total(OVERRIDE_EFFECT, "customers").equals(0),
            0,
            call("ABS", of_total(OVERRIDE_EFFECT, "customers") - call("COUNTA", Column(SEGMENTS, "customer_id")))
            + call(
                "ABS", of_total(OVERRIDE_EFFECT, "model_customers") - call("COUNTA", Column(SEGMENTS, "customer_id"))
            ),
        ),
        0,
        LIVE,
    ),
    Check(
        "needs",
        "Needs segments: net revenue, contribution and value of all = customer P&L and value",
        call(
            "IF",
            _empty(NEEDS_PNL),
            0,
            call("ABS", of_total(NEEDS_PNL, "net_revenue") - of_total(CUSTOMER_PNL, "net_revenue"))
            + call("ABS", of_total(NEEDS_PNL, "contribution") - of_total(CUSTOMER_PNL, "contribution"))
            + call("ABS", of_total(NEEDS_PNL, "value") - of_total(SEGMENTS, "value")),
        ),
        CENT,
        LIVE,
    ),
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
            _added(
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


def _words(table: Table, name: str, words: tuple[str, ...]) -> Expr:
    """Tell words of an input apart, so that another word in their place is seen."""
    return _added(*(call("COUNTIF", Column(table, name), word) * place for place, word in enumerate(words, start=1)))


SEGMENTS_PACK = Pack(
    name="segments",
    purpose="Tiers by every basis, needs segments, the two-sided value matrix, and who moved since the last snapshot",
    sheets=(
        SURVEY_SHEET,
        input_sheet(RATINGS, "What customers are worth to the strategy beyond their money."),
        input_sheet(OVERRIDES, "Where somebody answers for another segment than the model's."),
        input_sheet(NEEDS, "Customers by what they need from us, each with one owner."),
        _tiers(),
        result_sheet(
            NEEDS_PNL,
            "Needs P&L",
            "The P&L of each needs segment, with the one person who answers for it.",
            sums=NEEDS_SUMS,
            more=(answer("needs.answer", _needs_answer()),),
            widths={1: 26, 2: 26},
        ),
        _value_matrix(),
        _migration(),
        _snapshots(),
    ),
    checks=CHECKS,
    totals=(
        SURVEY_TOTAL,
        input_total("cv_used_ratings", RATINGS),
        input_total("cv_used_overrides", OVERRIDES, _words(OVERRIDES, "segment", SEGMENT_ROWS[:4])),
        InputTotal(
            "cv_used_needs",
            "Needs segments, filled cells",
            call("COUNTA", *(Column(NEEDS, column.name) for column in NEEDS)),
            Format.COUNT,
        ),
    ),
)
