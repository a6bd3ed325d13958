"""Explain a customer: its P&L line by line and every cost as quantity x rate, by native formulas over the results."""

from typing import Literal

from valuation.tables import COST_DETAIL, CUSTOMER_PNL, Table
from workbook_templates.layout import Chart, Format, Formula, Item, NamedCell, Role, Series, Sheet, Stage, Text
from workbook_templates.native import Column, Expr, Figure, Figures, Name, call, const
from workbook_templates.packs.furniture import amount, answer, exactly, floating_bar, head, heading, row_of

__all__ = ["EXPLAIN"]

CHOICE_ROW = 5
ANSWER_ROW = 7
PNL_ROW = 10
TIE_ROW = PNL_ROW + 20
DETAIL_ROW = TIE_ROW + 6
DETAIL_LINES = 40
HELP_ROW = DETAIL_ROW + DETAIL_LINES + 6
"""From here on down stands what only formulas and the chart read."""
PURPOSE = "Why a customer brings what it brings: type its id into the yellow cell, without a refresh."
EXPLAINED = Name("cv_explained_customer")
ID, ROW, NAME = Figure("explained.id"), Figure("explained.row"), Figure("explained.name")

Step = Literal["subtotal", "cost"]
LINES: tuple[tuple[str, Step], ...] = (
    ("gross_revenue", "subtotal"),
    ("discounts", "cost"),
    ("returns", "cost"),
    ("net_revenue", "subtotal"),
    ("cogs", "cost"),
    ("goods", "cost"),
    ("gross_margin", "subtotal"),
    ("marketing", "cost"),
    ("sales", "cost"),
    ("order_handling", "cost"),
    ("logistics", "cost"),
    ("support", "cost"),
    ("returns_handling", "cost"),
    ("contribution_before_financing", "subtotal"),
    ("financing", "cost"),
    ("expected_loss", "cost"),
    ("stock_carrying", "cost"),
    ("contribution", "subtotal"),
)


def _of(table: Table, name: str, row: Expr) -> Expr:
    return call("INDEX", Column(table, name), row)


def _choice() -> tuple[Item, ...]:
    """The id that was typed, or the customer of the last rank, and where the P&L has it."""
    ranks = Column(CUSTOMER_PNL, "profit_rank")
    last = _of(CUSTOMER_PNL, "customer_id", call("MATCH", call("MAX", ranks), ranks, 0))
    return (
        Text(row=CHOICE_ROW, column=1, text="Customer id"),
        NamedCell(row=CHOICE_ROW, column=2, name="cv_explained_customer", format=Format.TEXT, input=True),
        Text(
            row=CHOICE_ROW,
            column=3,
            text="as on Customer P&L; blank shows the customer with the smallest contribution",
            role=Role.REMARK,
        ),
        Text(row=CHOICE_ROW + 1, column=1, text="Shown below"),
        Formula(
            row=CHOICE_ROW + 1,
            column=2,
            key="explained.id",
            expr=call("IFERROR", call("IF", EXPLAINED.equals(""), last & "", EXPLAINED & ""), ""),
            format=Format.GENERAL,
        ),
        Formula(
            row=CHOICE_ROW + 1,
            column=3,
            key="explained.name",
            expr=call("IFERROR", _of(CUSTOMER_PNL, "name", ROW) & "", ""),
            format=Format.GENERAL,
        ),
    )


DETAIL_COST = Figures(tuple(f"detail.{line}.cost" for line in range(1, DETAIL_LINES + 1)))
DETAIL_POOL = Figures(tuple(f"detail.{line}.pool" for line in range(1, DETAIL_LINES + 1)))
LARGEST_COST = call("MAX", DETAIL_COST)
SENTENCE = call(
    "IF",
    call("ISNUMBER", ROW),
    call(
        "IFERROR",
        NAME
        & " brings net revenue of "
        & amount(Figure("explained.net_revenue"))
        & " and a contribution of "
        & amount(Figure("explained.contribution"))
        & call("IFERROR", " (" & call("FIXED", Figure("explained.contribution.part") * 100, 1) & "% of revenue)", "")
        & ": number "
        & _of(CUSTOMER_PNL, "profit_rank", ROW)
        & " of "
        & call("MAX", Column(CUSTOMER_PNL, "profit_rank"))
        & " by contribution."
        & call(
            "IF",
            LARGEST_COST > 0,
            call(
                "IFERROR",
                " Its largest cost is "
                & call("INDEX", DETAIL_POOL, call("MATCH", LARGEST_COST, DETAIL_COST, 0))
                & " with "
                & amount(LARGEST_COST)
                & ".",
                "",
            ),
            "",
        ),
        "The contribution of " & NAME & " is not known: see Exceptions for what is missing.",
    ),
    call(
        "IF",
        ID.equals(""),
        "There is no customer yet: fill in the inputs and refresh.",
        "There is no customer " & ID & " on Customer P&L.",
    ),
)


def _pnl_line(row: int, name: str, step: Step, before: str) -> tuple[Item, ...]:
    """One line of the P&L: amount, part of net revenue, and the pieces of its column in the chart."""
    key = f"explained.{name}"
    role = Role.TOTAL if step == "subtotal" else Role.CALCULATION
    value = Figure(key)
    title = CUSTOMER_PNL[name].title
    items: list[Item] = [
        Text(row=row, column=1, text=title if step == "subtotal" else f"  less {title}", role=Role.LABEL),
        Formula(
            row=row,
            column=2,
            key=key,
            expr=call("IFERROR", _of(CUSTOMER_PNL, name, ROW), ""),
            format=Format.EXACT,
            role=role,
        ),
        Formula(
            row=row,
            column=3,
            key=f"{key}.part",
            expr=call("IFERROR", value / Figure("explained.net_revenue"), ""),
            format=Format.PERCENT,
            role=role,
        ),
    ]
    start, end = Figure(f"{key}.start"), Figure(f"{key}.end")
    lift, above, below = floating_bar(start, end)
    known = call("IFERROR", value * 1, 0)
    pieces: tuple[tuple[str, Expr], ...] = (
        ("label", const(title)),
        ("start", const(0) if step == "subtotal" else Figure(f"{before}.end")),
        ("end", known if step == "subtotal" else start - known),
        ("lift", const(0) if step == "subtotal" else lift),
        ("subtotal", end if step == "subtotal" else const(0)),
        ("above", const(0) if step == "subtotal" else above),
        ("below", const(0) if step == "subtotal" else below),
    )
    items += [
        Formula(
            row=HELP_ROW + 2 + row - PNL_ROW,
            column=1 + i,
            key=f"{key}.{piece}",
            expr=expr,
            format=Format.GENERAL if piece == "label" else Format.EXACT,
        )
        for i, (piece, expr) in enumerate(pieces)
    ]
    return tuple(items)


PIECES = ("Line", "From", "To", "Lift", "Subtotal", "Cost above 0", "Cost below 0")


def _pnl() -> tuple[Item, ...]:
    items: list[Item] = [
        Text(row=PNL_ROW - 1, column=1, text="P&L of the twelve months", role=Role.HEADING),
        Text(row=PNL_ROW - 1, column=2, text="Amount", role=Role.HEADING, right=True),
        Text(row=PNL_ROW - 1, column=3, text="% of net revenue", role=Role.HEADING, right=True),
        Text(row=HELP_ROW, column=1, text="What the chart draws", role=Role.NOTE),
        *(
            Text(row=HELP_ROW + 1, column=1 + i, text=text, role=Role.HEADING, right=i > 0)
            for i, text in enumerate(PIECES)
        ),
    ]
    before = ""
    for row, (name, step) in enumerate(LINES, start=PNL_ROW):
        items += _pnl_line(row, name, step, before)
        before = f"explained.{name}"
    return tuple(items)


def _waterfall() -> Chart:
    first, last = (f"explained.{LINES[i][0]}" for i in (0, -1))
    drawn = (("Lift", "lift"), ("Subtotal", "subtotal"), ("Cost", "above"), ("Cost below 0", "below"))
    return Chart(
        row=PNL_ROW - 1,
        column=4,
        title="From revenue to contribution",
        kind="stacked",
        series=tuple(
            Series(
                name=name,
                categories=(f"{first}.label", f"{last}.label"),
                values=(f"{first}.{piece}", f"{last}.{piece}"),
                invisible=piece == "lift",
            )
            for name, piece in drawn
        ),
        category_title="",
        value_title="",
        category_format=Format.GENERAL,
        value_format=Format.MONEY,
        width=740,
        height=460,
    )


OWN = Column(COST_DETAIL, "customer_id").equals(ID)


def _ties() -> tuple[Item, ...]:
    """The P&L of the customer against its lines in Cost detail."""
    charged = Figure("explained.charged")
    lines: tuple[tuple[str, str, Expr], ...] = (
        (
            "explained.charged",
            "Cost to serve and freight in less rebates, P&L",
            call(
                "IFERROR",
                _of(CUSTOMER_PNL, "cost_to_serve", ROW) + _of(CUSTOMER_PNL, "goods", ROW),
                0,
            ),
        ),
        ("explained.shown", "The costs below", Figure("detail.all")),
        (
            "explained.difference",
            "Difference",
            call("IF", Figure("detail.first").equals(0), 0, call("ROUND", charged - Figure("explained.shown"), 6)),
        ),
    )
    items: list[Item] = [heading(TIE_ROW - 1, "Do the costs below tie to the P&L?", span=3)]
    for row, (key, label, expr) in enumerate(lines, start=TIE_ROW):
        items += [
            Text(row=row, column=1, text=label),
            Formula(row=row, column=2, key=key, expr=expr, format=Format.EXACT),
        ]
    verdict = call("IF", call("ABS", Figure("explained.difference")) <= CENT, "ties", "ERROR: does not tie")
    untold = "no cost detail"
    items.append(
        Formula(
            row=TIE_ROW + 2,
            column=3,
            key="explained.ties",
            expr=call("IF", Figure("detail.first").equals(0), untold, verdict),
            format=Format.GENERAL,
            role=Role.VERDICT,
        )
    )
    return tuple(items)


CENT = 0.005


def _detail_line(line: int) -> tuple[Item, ...]:
    """One cost: a customer's rows of Cost detail stand one under the other; a row of somebody else is not shown."""
    key = f"detail.{line}"
    at = Figure(f"{key}.at")
    place = Figure("detail.first") + (line - 1)
    found = call("IF", _of(COST_DETAIL, "customer_id", place).equals(ID), place, "")
    here = call("IF", call("AND", Figure("detail.first") > 0, const(line) <= Figure("detail.count")), found, "")

    def shown(expr: Expr) -> Expr:
        return call("IF", at.equals(""), "", expr)

    driver, period = _of(COST_DETAIL, "driver", at), _of(COST_DETAIL, "period", at)
    quantity, rate = (_of(COST_DETAIL, name, at) for name in ("quantity", "rate"))
    direct = driver.equals("")
    columns: tuple[tuple[int, str, Expr, Format], ...] = (
        (1, "pool", _of(COST_DETAIL, "pool", at) & call("IF", period.equals(""), "", ", " & period), Format.GENERAL),
        (2, "driver", call("IF", direct, "charged directly", driver), Format.GENERAL),
        (3, "quantity", call("IF", direct, "", quantity), Format.NUMBER),
        (4, "rate", call("IF", direct, "", rate), Format.RATE),
        (5, "product", call("IF", direct, "", quantity * rate), Format.EXACT),
        (6, "cost", _of(COST_DETAIL, "cost", at), Format.EXACT),
    )
    row = DETAIL_ROW + line
    return (
        *(
            Formula(row=row, column=column, key=f"{key}.{name}", expr=shown(expr), format=number)
            for column, name, expr, number in columns
        ),
        Formula(row=row, column=7, key=f"{key}.at", expr=call("IFERROR", here, ""), format=Format.PLAIN),
    )


HEADINGS = ("Cost pool", "Driver", "Quantity", "Rate", "Quantity x rate", "Cost, in whole cents", "Row of Cost detail")


def _detail() -> tuple[Item, ...]:
    below = DETAIL_ROW + DETAIL_LINES + 1
    own_cost = call("SUMPRODUCT", OWN * Column(COST_DETAIL, "cost"))
    return (
        Text(row=DETAIL_ROW - 1, column=1, text="Each cost: quantity x rate", role=Role.HEADING),
        *(
            Text(row=DETAIL_ROW, column=i, text=text, role=Role.HEADING, right=i > 2)
            for i, text in enumerate(HEADINGS, start=1)
        ),
        *(item for line in range(1, DETAIL_LINES + 1) for item in _detail_line(line)),
        Text(row=below, column=1, text=f"Further costs than {DETAIL_LINES} (see Cost detail)"),
        Formula(
            row=below,
            column=6,
            key="detail.further",
            expr=call("ROUND", Figure("detail.all") - call("SUM", DETAIL_COST), 6),
            format=Format.EXACT,
        ),
        Text(row=below + 1, column=1, text="Total", role=Role.TOTAL),
        Formula(
            row=below + 1,
            column=6,
            key="detail.all",
            expr=call("IF", ID.equals(""), 0, own_cost),
            format=Format.EXACT,
            role=Role.TOTAL,
        ),
    )


def _places() -> tuple[Item, ...]:
    """Where the tables have the customer; of use to the formulas alone."""
    row = HELP_ROW + 2 + len(LINES) + 1
    first = call("IFERROR", row_of(COST_DETAIL, "customer_id", exactly(ID)), 0)
    places: tuple[tuple[str, str, Expr], ...] = (
        ("explained.row", "Row of Customer P&L", call("IFERROR", row_of(CUSTOMER_PNL, "customer_id", exactly(ID)), "")),
        ("detail.first", "First row of Cost detail", call("IF", ID.equals(""), 0, first)),
        ("detail.count", "Rows of Cost detail", call("IF", ID.equals(""), 0, call("SUMPRODUCT", OWN * 1))),
    )
    items: list[Item] = []
    for i, (key, label, expr) in enumerate(places):
        items += [
            Text(row=row + i, column=1, text=label, role=Role.NOTE),
            Formula(row=row + i, column=2, key=key, expr=expr, format=Format.PLAIN),
        ]
    return tuple(items)


EXPLAIN = Sheet(
    name="Explain a customer",
    purpose=PURPOSE,
    stage=Stage.RESULT,
    items=(
        *head("Explain a customer", "Explain a customer", PURPOSE),
        *_choice(),
        answer("explained.answer", SENTENCE, row=ANSWER_ROW),
        *_pnl(),
        _waterfall(),
        *_ties(),
        *_detail(),
        *_places(),
    ),
    freeze=(ANSWER_ROW + 1, 1),
    widths={1: 44, 2: 22, 3: 20, 4: 18, 5: 20, 6: 22, 7: 22, 8: 22},
)
