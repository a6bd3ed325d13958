"""Metrics: new, remaining and existing customers period by period, what they bring, and whether revenue comes again."""

from collections.abc import Mapping
from typing import NamedTuple

from valuation.tables import CUSTOMER_METRICS, FX, PERIODS, Kind
from workbook_templates.layout import (
    Check,
    Format,
    Formula,
    Item,
    Pack,
    Role,
    Sheet,
    Stage,
    Text,
    number_format,
)
from workbook_templates.native import Column, Expr, Figure, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import (
    CURRENCY,
    added,
    answer,
    count,
    head,
    heading,
    input_sheet,
    input_total,
    percent,
    result_sheet,
    row_of,
)

__all__ = ["METRICS_PACK"]

PERIODS_SHOWN = (("month", "Months", 12), ("quarter", "Quarters", 8), ("year", "Years", 3))
"""Kind of period, heading, and how many of them stand on the page."""
NAMES_ROW = 9
FIRST_ROW = NAMES_ROW + 2
LABELS_WIDTH, PERIOD_WIDTH, GAP_WIDTH = 40.0, 10.5, 1.5
SENTENCE_SPAN = 13


class _Bridge(NamedTuple):
    """Columns of which the first ones, added up, less the others make nought in every period."""

    plus: tuple[str, ...]
    less: tuple[str, ...]

    @property
    def difference(self) -> str:
        """Key of the cells that show it."""
        return f"{self.less[-1]}.difference"


CUSTOMER_COUNTS = _Bridge(("opening_active", "gross_new", "reactivated"), ("lost", "new_and_lost", "closing_active"))
CLASSES = _Bridge(("revenue_new", "revenue_maturing", "revenue_existing", "revenue_unknown"), ("revenue",))
TWELVE_MONTHS = _Bridge(
    ("before_12m", "lost_12m", "contraction_12m", "expansion_12m", "reactivated_12m", "new_12m", "fx_12m"),
    ("revenue_12m",),
)


class _Line(NamedTuple):
    """A line of the page: a column of the table, or the difference of a bridge."""

    what: str | _Bridge
    label: str
    role: Role = Role.CALCULATION


DIFFERENCE = "Difference, which must be nought"
PER_CUSTOMER = {
    "revenue_per_new": ("revenue_new", "gross_new"),
    "revenue_per_existing": ("revenue_existing", "existing_active"),
}
"""Line to the two lines of the page that it divides: nobody to divide by is #DIV/0!, what is not known #N/A."""
SECTIONS: tuple[tuple[str, tuple[_Line, ...]], ...] = (
    (
        "Customers",
        (
            _Line("opening_active", "Active at the start"),
            _Line("gross_new", "  plus gross new"),
            _Line("reactivated", "  plus reactivated"),
            _Line("lost", "  less lost"),
            _Line("new_and_lost", "  less new and lost in the same period"),
            _Line("closing_active", "Active at the end", Role.TOTAL),
            _Line(CUSTOMER_COUNTS, DIFFERENCE),
            _Line("net_adds", "Net adds: active at the end less at the start"),
            _Line("net_new_remaining", "Net new remaining: gross new still customers"),
            _Line("existing", "Existing: customers for a year or more"),
            _Line("existing_active", "  of which active: existing active"),
            _Line("maturing", "Maturing: won before the period, under a year"),
        ),
    ),
    (
        "Revenue of the period",
        (
            _Line("revenue_new", "From gross new customers"),
            _Line("revenue_maturing", "From maturing customers"),
            _Line("revenue_existing", "From existing customers"),
            _Line("revenue_unknown", "From others: unknown, or never bought"),
            _Line("revenue", "Net revenue", Role.TOTAL),
            _Line(CLASSES, DIFFERENCE),
            _Line("revenue_constant", "Net revenue at the rates of a year before"),
            _Line("revenue_per_new", "Revenue per new customer"),
            _Line("revenue_per_existing", "Revenue per existing active customer"),
        ),
    ),
    (
        "Revenue of twelve months, from a year before to the end of the period",
        (
            _Line("before_12m", "Twelve months that ended a year before"),
            _Line("lost_12m", "  Lost customers"),
            _Line("contraction_12m", "  Customers who bought less"),
            _Line("expansion_12m", "  Customers who bought more"),
            _Line("reactivated_12m", "  Reactivated customers"),
            _Line("new_12m", "  New customers"),
            _Line("fx_12m", "  Exchange rates"),
            _Line("revenue_12m", "Twelve months to the end", Role.TOTAL),
            _Line(TWELVE_MONTHS, DIFFERENCE),
            _Line("net_retention", "Net revenue retention"),
            _Line("gross_retention", "Gross revenue retention"),
        ),
    ),
)
READ_METRICS = (
    "Gross new: customers whose first purchase ever falls into the period. Revenue per new: what they brought in it, "
    "by their number.",
    "Net new remaining: those of the gross new who are still customers at the end. It is not net adds, which also "
    "takes off the customers lost among all others.",
    "Existing active: customers for a year or more who bought in the last twelve months. Revenue per existing: what "
    "existing customers brought, by the number of those who are active.",
    "Existing, maturing and gross new are three classes: in a month or a quarter some customers are neither new nor a "
    "year old. In a year there are no maturing ones.",
    "Beware: where a purchase within twelve months makes a customer active, whoever was won in a year is active at its "
    "end, so that net new remaining = gross new and says nothing.",
    "Then the dates on which contracts end tell more, or a shorter window: activity_months on Assumptions. The receipt "
    "of the refresh says which rule decided.",
    "Net revenue retention: revenue of a year before, less what was lost or fell, plus what customers of then buy "
    "more, by revenue of a year before. Gross: the same without the more.",
    "Both without new and reactivated customers, and at the rates of a year before. #DIV/0!: there is nobody to divide "
    "by. #N/A: the transactions do not reach back far enough to know it.",
)


class _Period(NamedTuple):
    """A period of the page, found on Metric periods by its key."""

    kind: str
    ago: int
    column: int

    @property
    def key(self) -> str:
        return f"{self.kind} {self.ago}"

    def figure(self, name: str) -> str:
        """Give the key of its formula cell for a line."""
        return f"metrics.{self.kind}.{self.ago}.{name}"

    def shown(self, expr: Expr) -> Expr:
        """Show nothing where there is no such period."""
        return call("IF", Figure(self.figure("at")).equals(""), "", expr)

    def of(self, name: str) -> Expr:
        """Look up a column of the table."""
        return call("INDEX", Column(CUSTOMER_METRICS, name), Figure(self.figure("at")))


def _periods() -> tuple[tuple[_Period, ...], ...]:
    """Give the periods of the page by kind, the oldest at the left."""
    groups, column = [], 2
    for kind, _, several in PERIODS_SHOWN:
        groups.append(tuple(_Period(kind, several - 1 - place, column + place) for place in range(several)))
        column += several + 1
    return tuple(groups)


GROUPS = _periods()
SHOWN = tuple(period for group in GROUPS for period in group)
LAST_COLUMN = SHOWN[-1].column
LINES_AND_HEADINGS = sum(len(lines) + 2 for _, lines in SECTIONS)
READ_ROW = FIRST_ROW + LINES_AND_HEADINGS + 1
PLACES_ROW = READ_ROW + len(READ_METRICS) + 1


def _heads() -> tuple[Item, ...]:
    """Name the periods above their columns, with the day on which they end."""
    items: list[Item] = []
    for (_, title, several), group in zip(PERIODS_SHOWN, GROUPS, strict=True):
        text = f"Last {several} {title.lower()}"
        items.append(
            Text(row=NAMES_ROW - 1, column=group[0].column, text=text, role=Role.HEADING, span=len(group)),
        )
    for period in SHOWN:
        for row, name, expr, number in (
            (NAMES_ROW, "period", period.of("period") & "", Format.GENERAL),
            (NAMES_ROW + 1, "end", period.of("end"), Format.DATE),
        ):
            items.append(
                Formula(
                    row=row,
                    column=period.column,
                    key=period.figure(name),
                    expr=period.shown(expr),
                    format=number,
                    role=Role.COLUMN_NAME,
                )
            )
    return (*items, Text(row=NAMES_ROW + 1, column=1, text="To the end of", role=Role.NOTE))


def _apart(bridge: _Bridge, of: Mapping[str, Expr]) -> Expr:
    """Give the difference of a bridge."""
    difference = added(*(of[name] for name in bridge.plus))
    for name in bridge.less:
        difference = difference - of[name]
    return difference


def _cell(period: _Period, line: _Line, row: int) -> Formula:
    """Give one figure of one period."""
    if isinstance(line.what, str):
        name, expr = line.what, period.of(line.what)
        if name in PER_CUSTOMER:
            amount, customers = PER_CUSTOMER[name]
            expr = Figure(period.figure(amount)) / Figure(period.figure(customers))
        kind = CUSTOMER_METRICS[name].kind
    else:
        name = line.what.difference
        figures = {part: Figure(period.figure(part)) for part in (*line.what.plus, *line.what.less)}
        expr, kind = call("IFERROR", call("ROUND", _apart(line.what, figures), 6), ""), Kind.MONEY
    return Formula(
        row=row,
        column=period.column,
        key=period.figure(name),
        expr=period.shown(expr),
        format=Format.MONEY if kind is Kind.MONEY else number_format(kind),
        role=line.role,
    )


def _page() -> tuple[Item, ...]:
    items: list[Item] = []
    row = FIRST_ROW
    for title, lines in SECTIONS:
        items.append(heading(row, title, span=LAST_COLUMN))
        for at, line in enumerate(lines, start=row + 1):
            role = Role.NOTE if line.label == DIFFERENCE else Role.LABEL
            items.append(Text(row=at, column=1, text=line.label, role=Role.TOTAL if line.role is Role.TOTAL else role))
            items += [_cell(period, line, at) for period in SHOWN]
        row += len(lines) + 2
    return tuple(items)


def _places() -> tuple[Item, ...]:
    """Where Metric periods has each period; of use to the formulas alone."""
    items: list[Item] = [Text(row=PLACES_ROW, column=1, text="Row of Metric periods", role=Role.NOTE)]
    for period in SHOWN:
        items.append(
            Formula(
                row=PLACES_ROW,
                column=period.column,
                key=period.figure("at"),
                expr=call("IFERROR", row_of(CUSTOMER_METRICS, "key", period.key), ""),
                format=Format.PLAIN,
            )
        )
    month, quarter, year = (Figure(group[-1].figure("at")) for group in GROUPS)
    latest = call("IF", year.equals(""), call("IF", quarter.equals(""), month, quarter), year)
    return (
        *items,
        Text(row=PLACES_ROW + 1, column=1, text="  of the sentence above", role=Role.NOTE),
        Formula(row=PLACES_ROW + 1, column=2, key="metrics.latest", expr=latest, format=Format.PLAIN),
    )


def _latest(name: str) -> Expr:
    """Give a figure of the last complete year; where there is none yet of the quarter, else of the month."""
    return call("INDEX", Column(CUSTOMER_METRICS, name), Figure("metrics.latest"))


NO_PERIODS = call("COUNTA", Column(CUSTOMER_METRICS, "key")).equals(0)


def _each(new: Expr, existing: Expr) -> Expr:
    """Say what a new and an existing customer bring; one of the two may be unknown."""
    both = (
        " A new customer brought "
        & CURRENCY
        & count(new)
        & ", an existing one "
        & CURRENCY
        & count(existing)
        & call("IF", call("AND", new > 0, existing > 0), " (" & call("FIXED", existing / new, 1) & " times that)", "")
        & "."
    )
    alone = call("IFERROR", " An existing customer brought " & CURRENCY & count(existing) & ".", "")
    return call("IFERROR", both, alone)


ANSWER = call(
    "IF",
    NO_PERIODS,
    "Nothing to count yet: fill in the inputs and refresh.",
    call(
        "IFERROR",
        "In "
        & _latest("period")
        & " customers won: "
        & count(_latest("gross_new"))
        & ", of whom "
        & count(_latest("net_new_remaining"))
        & " remain. Of "
        & count(_latest("existing"))
        & " existing customers "
        & count(_latest("existing_active"))
        & " are active."
        & _each(_latest("revenue_per_new"), _latest("revenue_per_existing"))
        & call(
            "IFERROR",
            " Of the revenue of a year before "
            & percent(_latest("net_retention"))
            & " came again from the same customers (net revenue retention).",
            "",
        ),
        "Who was active is not known: the transactions do not reach back far enough.",
    ),
)
NOTE = call("IF", NO_PERIODS, "", call("IFERROR", _latest("note") & "", ""))


def _metrics() -> Sheet:
    purpose = "How many customers are won, remain and go on buying, and what new and existing ones bring."
    gaps = {group[-1].column + 1: GAP_WIDTH for group in GROUPS[:-1]}
    return Sheet(
        name="Customer metrics",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Customer metrics", "The three customer metrics", purpose),
            answer("metrics.answer", ANSWER, span=SENTENCE_SPAN),
            Formula(row=6, column=1, key="metrics.note", expr=NOTE, format=Format.GENERAL, role=Role.NOTE),
            *_heads(),
            *_page(),
            heading(READ_ROW - 1, "How to read this", span=LAST_COLUMN),
            *(Text(row=row, column=1, text=text, role=Role.NOTE) for row, text in enumerate(READ_METRICS, READ_ROW)),
            *_places(),
        ),
        freeze=(FIRST_ROW, 2),
        widths={1: LABELS_WIDTH} | {period.column: PERIOD_WIDTH for period in SHOWN} | gaps,
        one_page=True,
        printed=LAST_COLUMN,
    )


def _every_period(bridge: _Bridge) -> Expr:
    """Add up the differences of the periods on the page, whatever their signs, and that of all periods together."""
    figures = [Figure(period.figure(bridge.difference)) for period in SHOWN]
    shown = added(*(call("IFERROR", call("ABS", figure), 0) for figure in figures))
    known = {name: _where_known(bridge.plus[0], name) for name in (*bridge.plus, *bridge.less)}
    return shown + call("ABS", _apart(bridge, known))


def _where_known(known: str, name: str) -> Expr:
    """Sum a column over the periods in which another one is known."""
    numbers = Column(CUSTOMER_METRICS, known)
    return added(*(call("SUMIF", numbers, sign, Column(CUSTOMER_METRICS, name)) for sign in (">=0", "<0")))


CHECKS = (
    Check(
        "metric_counts",
        "Customer metrics: active at the start + new + reactivated - lost = at the end",
        _every_period(CUSTOMER_COUNTS),
        0,
        LIVE,
    ),
    Check(
        "metric_classes",
        "Customer metrics: revenue of new, maturing, existing, others = net revenue",
        _every_period(CLASSES),
        CENT,
        LIVE,
    ),
    Check(
        "metric_bridge",
        "Customer metrics: revenue of a year before and its changes = revenue now",
        _every_period(TWELVE_MONTHS),
        CENT,
        LIVE,
    ),
)


METRICS_PACK = Pack(
    name="metrics",
    purpose="New, remaining and existing customers by month, quarter and year, their revenue, and revenue retention",
    sheets=(
        input_sheet(PERIODS, "Your fiscal calendar, where the assumptions cannot make it."),
        input_sheet(FX, "Exchange rates, where transactions are in foreign currencies."),
        _metrics(),
        result_sheet(
            CUSTOMER_METRICS,
            "Customer metrics by period",
            "Every month, quarter and year that is over, as Customer metrics shows the last of them.",
            sums=(),
            name="Metric periods",
            printed="existing_active",
        ),
    ),
    checks=CHECKS,
    totals=(
        input_total(
            "cv_used_periods", PERIODS, call("COUNTA", *(Column(PERIODS, name) for name in ("quarter", "year")))
        ),
        input_total("cv_used_fx", FX),
    ),
)
