"""The two-sided value matrix: customers by their value to the company and by the value they get from it."""

from valuation.tables import VALUE_MATRIX, VALUE_MATRIX_POINTS, VALUE_MATRIX_SUMMARY
from workbook_templates.layout import (
    BodyColumn,
    Chart,
    Format,
    Formula,
    Item,
    NamedCell,
    Role,
    Series,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import Column, Expr, Figure, Name, call, const
from workbook_templates.packs.furniture import answer, count, head, heading, money, of_total, row_of

__all__ = ["QUADRANTS", "VALUE_MATRIX_SHEET"]

QUADRANTS = ("Ideal", "Vulnerable", "Overlooked", "Low priority", "Unknown value derived", "Unknown value")
POINTS = 200
ABOUT_POINTS = f"The {POINTS} customers with the largest values, gains and losses"
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


VALUE_MATRIX_SHEET = _value_matrix()
