"""The bridge of customer equity: from its value at the last snapshot to that of today, line by line."""

from typing import Literal

from valuation.tables import BRIDGE_LINES, EQUITY_BRIDGE, EQUITY_BRIDGE_CUSTOMERS, LIFETIME_VALUE
from workbook_templates.layout import (
    Cells,
    Chart,
    Check,
    Format,
    Formula,
    Item,
    Role,
    Series,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import Column, Expr, Figure, Figures, call, const
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import (
    answer,
    floating_bar,
    head,
    heading,
    money,
    of_total,
    result_sheet,
)

__all__ = ["BRIDGE_CHECKS", "BRIDGE_CUSTOMERS_SHEET", "BRIDGE_SHEET"]

LINES = len(BRIDGE_LINES)
HEADER = 8
TIE_ROW = HEADER + LINES + 2
CHART_ROW = TIE_ROW + 5
CHART_ROWS = 22
NOTES_ROW = CHART_ROW + CHART_ROWS + 1
PAGE_WIDTH = len(EQUITY_BRIDGE.columns)
PIECES_COLUMN = PAGE_WIDTH + 2
AMOUNTS = Column(EQUITY_BRIDGE, "amount")
OPENING, CLOSING = (
    call("SUMIF", Column(EQUITY_BRIDGE, "line"), BRIDGE_LINES[key][0], AMOUNTS) for key in ("opening", "closing")
)
NO_BRIDGE = call("SUMPRODUCT", call("ISNUMBER", AMOUNTS) * 1).equals(0)
CHANGES = Figures(tuple(f"bridge.{place}.change" for place in range(1, LINES + 1)))
PIECES = (
    ("label", "Line"),
    ("change", "Change"),
    ("end", "Runs to"),
    ("lift", "Stands on"),
    ("total", "Opening and closing"),
    ("up", "More, above 0"),
    ("up_below", "More, below 0"),
    ("down", "Less, above 0"),
    ("down_below", "Less, below 0"),
)
READ_BRIDGE = (
    "Unwinding of discount, expected contribution and survivor release come with nobody changing anything: time has "
    "passed.",
    "Lost customers: what was expected of them is gone. The line is positive where those who left had cost money.",
    "From expansion to horizon one assumption is changed after the other, in this order, for each customer of both "
    "dates.",
    "Another order would shift money between these lines; it changes neither their total nor any other line.",
    "Nothing is left over: a difference is an error, not rounding. Every customer adds up too, on Equity bridge by "
    "customer.",
)


def _named(place: Expr) -> Expr:
    return call("INDEX", Column(EQUITY_BRIDGE, "line"), place) & ""


def _extreme(which: str) -> Expr:
    """Name the line that adds or takes most, with its amount."""
    most = call(which, CHANGES)
    return _named(call("MATCH", most, CHANGES, 0)) & " (" & money(most) & ")"


CHANGE = CLOSING - OPENING
BRIDGED = (
    "Customer equity went from "
    & money(OPENING)
    & " at the last snapshot to "
    & money(CLOSING)
    & " now, a change of "
    & money(CHANGE)
    & "."
    & call("IF", call("MAX", CHANGES) > 0, " What added most: " & _extreme("MAX") & ".", "")
    & call("IF", call("MIN", CHANGES) < 0, " What took most: " & _extreme("MIN") & ".", "")
)
NO_SNAPSHOT = (
    "There is no earlier snapshot to start from yet, or it was valued by other conventions (then Exceptions says so). "
    "This refresh keeps one; a refresh at a later as-of date shows what has changed."
)
UNKNOWN = "Customer equity cannot be bridged: values are not known. See Exceptions for what is missing."
ANSWER = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(LIFETIME_VALUE, "value")).equals(0),
        "Nothing to bridge yet: fill in the inputs and refresh.",
        call(
            "IF",
            call("SUMPRODUCT", call("ISERROR", AMOUNTS) * 1) > 0,
            UNKNOWN,
            call("IF", NO_BRIDGE, NO_SNAPSHOT, BRIDGED),
        ),
    ),
    UNKNOWN,
)


def _pieces(place: int) -> tuple[Item, ...]:
    """Give what the chart draws of a line: opening and closing stand on the ground, the others on what came before."""
    key = f"bridge.{place}"
    known = call("IFERROR", call("INDEX", AMOUNTS, place) * 1, 0)
    change, end = Figure(f"{key}.change"), Figure(f"{key}.end")
    exprs: dict[str, Expr] = {"label": call("IFERROR", _named(const(place)), "")}
    if place in (1, LINES):
        exprs |= {"end": known, "total": end}
    else:
        start = Figure(f"bridge.{place - 1}.end")
        lift, above, below = floating_bar(start, end)
        exprs |= {
            "change": known,
            "end": start + change,
            "lift": lift,
            "up": (change > 0) * above,
            "up_below": (change > 0) * below,
            "down": (change < 0) * above,
            "down_below": (change < 0) * below,
        }
    return tuple(
        Formula(
            row=HEADER + place,
            column=PIECES_COLUMN + i,
            key=f"{key}.{piece}",
            expr=exprs.get(piece, const(0)),
            format=Format.GENERAL if piece == "label" else Format.MONEY,
        )
        for i, (piece, _) in enumerate(PIECES)
    )


def _drawn() -> tuple[Item, ...]:
    return (
        Text(row=HEADER - 1, column=PIECES_COLUMN, text="What the chart draws", role=Role.NOTE),
        *(
            Text(row=HEADER, column=PIECES_COLUMN + i, text=title, role=Role.HEADING, right=i > 0)
            for i, (_, title) in enumerate(PIECES)
        ),
        *(item for place in range(1, LINES + 1) for item in _pieces(place)),
    )


def _waterfall() -> Chart:
    def column(piece: str) -> Cells:
        return f"bridge.1.{piece}", f"bridge.{LINES}.{piece}"

    drawn: tuple[tuple[str, Literal["", "good", "poor"]], ...] = (
        ("lift", ""),
        ("total", ""),
        ("up", "good"),
        ("up_below", "good"),
        ("down", "poor"),
        ("down_below", "poor"),
    )
    titles = dict(PIECES)
    return Chart(
        row=CHART_ROW,
        column=1,
        title="From the customer equity of the last snapshot to that of today",
        kind="stacked",
        series=tuple(
            Series(
                name=titles[piece],
                categories=column("label"),
                values=column(piece),
                invisible=piece == "lift",
                tone=tone,
            )
            for piece, tone in drawn
        ),
        category_title="",
        value_title="",
        category_format=Format.GENERAL,
        value_format=Format.MONEY,
        width=1000,
        height=20 * (CHART_ROWS - 1),
    )


def _ties() -> tuple[Item, ...]:
    """Set the lines against the closing, and the closing against Lifetime value."""
    lines: tuple[tuple[str, str, Expr, str], ...] = (
        ("bridge.sum", "All lines from the opening on", of_total(EQUITY_BRIDGE, "amount") - CLOSING, "added up"),
        (
            "bridge.difference",
            "Closing less all lines",
            call("ROUND", CLOSING - Figure("bridge.sum"), 6),
            "nought, or something is wrong",
        ),
        (
            "bridge.value",
            "Closing less the total of Lifetime value",
            call("IF", NO_BRIDGE, 0, call("ROUND", CLOSING - of_total(LIFETIME_VALUE, "value"), 6)),
            "nought too",
        ),
    )
    items: list[Item] = []
    for row, (key, label, expr, remark) in enumerate(lines, start=TIE_ROW):
        items += [
            Text(row=row, column=1, text=label),
            Formula(row=row, column=2, key=key, expr=expr, format=Format.CENTS),
            Text(row=row, column=3, text=remark, role=Role.REMARK),
        ]
    return tuple(items)


def _bridge() -> Sheet:
    purpose = "What changed the value of the customer base since the last snapshot, line by line and without a rest."
    return Sheet(
        name="Equity bridge",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Equity bridge", "Bridge of customer equity", purpose),
            answer("bridge.answer", ANSWER, span=PAGE_WIDTH),
            heading(HEADER - 1, "From the last snapshot to now", span=PAGE_WIDTH),
            TableBlock(row=HEADER, column=1, table=EQUITY_BRIDGE, input=False, rows=LINES, reading=True),
            *_drawn(),
            *_ties(),
            heading(CHART_ROW - 1, "The same as a chart", span=PAGE_WIDTH),
            _waterfall(),
            heading(NOTES_ROW - 1, "How to read this", span=PAGE_WIDTH),
            *(Text(row=row, column=1, text=text, role=Role.NOTE) for row, text in enumerate(READ_BRIDGE, NOTES_ROW)),
        ),
        freeze=(6, 1),
        widths={1: 38, 2: 18, 3: 14, 4: 72, 5: 3, PIECES_COLUMN: 26}
        | dict.fromkeys(range(PIECES_COLUMN + 1, PIECES_COLUMN + len(PIECES)), 18),
        one_page=True,
        printed=PAGE_WIDTH,
    )


BRIDGE_CHECKS = (
    Check(
        "equity_bridge",
        "Equity bridge: all lines from the opening on = closing",
        of_total(EQUITY_BRIDGE, "amount") - 2 * CLOSING,
        CENT,
        LIVE,
    ),
    Check(
        "equity_closing",
        "Equity bridge: closing = customer value of all on Lifetime value",
        call("IF", NO_BRIDGE, 0, CLOSING - of_total(LIFETIME_VALUE, "value")),
        CENT,
        LIVE,
    ),
    Check(
        "equity_customers",
        "Equity bridge by customer: nothing is left over; all together are the bridge",
        call("SUMPRODUCT", call("ABS", Column(EQUITY_BRIDGE_CUSTOMERS, "residual")))
        + call("ABS", of_total(EQUITY_BRIDGE_CUSTOMERS, "closing") - CLOSING),
        CENT,
        LIVE,
    ),
)

BRIDGE_SHEET = _bridge()
BRIDGE_CUSTOMERS_SHEET = result_sheet(
    EQUITY_BRIDGE_CUSTOMERS,
    "Bridge of customer equity by customer",
    "What changed the value of each customer since the last snapshot, the largest change first.",
    sums=(*BRIDGE_LINES, "residual"),
)
