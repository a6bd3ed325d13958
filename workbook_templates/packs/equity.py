"""Customer equity: the customer base as an asset, with the customers still to be won, and what changed it."""

from dataclasses import replace

from valuation.tables import EQUITY_COHORTS, EQUITY_SEGMENTS, LIFETIME_VALUE
from workbook_templates.layout import Check, Format, Formula, Item, Pack, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, Figure, Name, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.equity_bridge import BRIDGE_CHECKS, BRIDGE_CUSTOMERS_SHEET, BRIDGE_SHEET
from workbook_templates.packs.furniture import (
    HORIZON,
    HORIZON_WORDS,
    added,
    answer,
    head,
    heading,
    money,
    of_total,
    percent,
    totals,
)
from workbook_templates.packs.migration import SNAPSHOTS_SHEET

__all__ = ["EQUITY_PACK"]

SEGMENTS_SHOWN = 5
COHORT_YEARS = 5
SEGMENTS_HEADER = 10
COHORTS_HEADER = SEGMENTS_HEADER + SEGMENTS_SHOWN + 3
ENTERPRISE_ROW = COHORTS_HEADER + COHORT_YEARS + 3
PAGE_WIDTH = len(EQUITY_SEGMENTS.columns)
TODAY_COLUMN, TO_COME_COLUMN, REMARK_COLUMN = 3, 4, 5
SUMS = ("customers", "positive", "negative", "value", "value_unlimited")
STATIC = of_total(EQUITY_SEGMENTS, "value")
TO_COME = of_total(EQUITY_COHORTS, "present_value")
UNLIMITED = of_total(EQUITY_SEGMENTS, "value_unlimited")
YEARS = call("COUNTA", Column(EQUITY_COHORTS, "year"))
TO_COME_KNOWN = call("SUMPRODUCT", call("ISNUMBER", Column(EQUITY_COHORTS, "present_value")) * 1) > 0
CUSTOMERS = of_total(EQUITY_SEGMENTS, "customers")
NOTHING = CUSTOMERS.equals(0)
UNKNOWN = call("SUMPRODUCT", call("ISERROR", Column(LIFETIME_VALUE, "value")) * 1)
NONE_KNOWN = CUSTOMERS <= UNKNOWN
"""Nobody's value is known; where there is nobody too."""

ANSWER = call(
    "IF",
    NOTHING,
    "Nothing to value yet: fill in the inputs and refresh.",
    call(
        "IF",
        NONE_KNOWN,
        "Customer equity cannot be given: values are not known. See Exceptions for what is missing.",
        "The "
        & HORIZON_WORDS
        & " customer equity is "
        & money(STATIC)
        & ": "
        & money(of_total(EQUITY_SEGMENTS, "positive"))
        & " from customers who are worth something and "
        & money(of_total(EQUITY_SEGMENTS, "negative"))
        & " from customers who lose money, if not repriced."
        & call("IF", UNKNOWN > 0, " Customers whose value is not known, in none of the sums: " & UNKNOWN & ".", ""),
    ),
)
SHARE = call(
    "IF",
    call("ISNUMBER", HORIZON),
    "A figure over " & HORIZON & " years is no lifetime: it is " & percent(STATIC / UNLIMITED) & " of the unlimited "
    "one of " & money(UNLIMITED) & ".",
    "The figure has no horizon: it counts all years to come.",
)
WITH_NEW = (
    "With the customers to be won in the next "
    & YEARS
    & " years it would be "
    & money(STATIC + TO_COME)
    & "; they depend on a plan, the others are there."
)
FURTHER = call(
    "IF",
    NONE_KNOWN,
    "",
    call("IFERROR", SHARE & " ", "")
    & call(
        "IF",
        TO_COME_KNOWN,
        call("IF", TO_COME.equals(0), "", WITH_NEW),
        "What customers to be won would add is not known.",
    ),
)

ENTERPRISE: tuple[tuple[str, str, int], ...] = (
    ("fixed_costs_value", "less present value of costs outside cost to serve", -1),
    ("tax_value", "less present value of taxes", -1),
    ("other_assets", "plus assets outside operations", 1),
    ("net_debt", "less net debt", -1),
)
"""Assumption, how a statement names it, and its sign."""
FILLED = call("COUNTA", *(Name(f"cv_{id_}") for id_, _, _ in ENTERPRISE))
LEFT_OUT = (
    "Customer equity stands before unused capacity and before overhead that no customer is charged with: contributions "
    "do not bear them.",
    "It holds neither brands, stock nor buildings, nor customers who are nobody's yet, except those of the plan above.",
    "Cost of winning the customers of today is spent and not taken off; that of the customers to be won is.",
)
READ_EQUITY = (
    "Customer equity: what the customers of today are still expected to contribute over the horizon, in the money of "
    "today.",
    "Gross negative: customers who cost more than they bring. They stay in the sum until they are repriced or leave.",
    "Value of one: of a customer when it is won, over the same horizon, less the cost of winning it. Below nought it "
    "does not pay to win such customers.",
    "It is no asset of the balance sheet: customer relations that a company built itself may not be shown there.",
)


def _enterprise() -> tuple[Item, ...]:
    """Set customer equity against the value of the enterprise, as far as its other parts are filled in."""
    top = ENTERPRISE_ROW
    items: list[Item] = [
        heading(top - 1, "Against the value of the enterprise: a reasonableness check only", span=PAGE_WIDTH),
        Text(row=top, column=TODAY_COLUMN, text="Customers of today", role=Role.COLUMN_NAME, right=True),
        Text(row=top, column=TO_COME_COLUMN, text="With those to be won", role=Role.COLUMN_NAME, right=True),
        Text(row=top + 1, column=1, text="Customer equity"),
    ]
    complete = FILLED.equals(len(ENTERPRISE))
    for column, kind, equity in (
        (TODAY_COLUMN, "today", call("IF", NONE_KNOWN, "", STATIC)),
        (TO_COME_COLUMN, "to_come", call("IF", TO_COME_KNOWN, STATIC + TO_COME, "")),
    ):
        key = f"equity.{kind}"
        parts = added(Figure(key), *(Figure(f"{key}.{id_}") * sign for id_, _, sign in ENTERPRISE))
        missing = call("IF", complete, Figure(key).equals(""), True)
        exprs = (
            ("", equity, Role.CALCULATION),
            *((f".{id_}", _filled(id_), Role.CALCULATION) for id_, _, _ in ENTERPRISE),
            (".enterprise", call("IF", missing, "", parts), Role.TOTAL),
        )
        items += [
            Formula(row=top + i, column=column, key=key + line, expr=expr, role=role)
            for i, (line, expr, role) in enumerate(exprs, start=1)
        ]
    items += [Text(row=top + i, column=1, text=f"  {label}") for i, (_, label, _) in enumerate(ENTERPRISE, start=2)]
    return (
        *items,
        Text(
            row=top + len(ENTERPRISE) + 2,
            column=1,
            text="Value of the equity that would follow",
            role=Role.TOTAL,
            span=TODAY_COLUMN - 1,
        ),
        Formula(
            row=top + len(ENTERPRISE) + 3,
            column=1,
            key="equity.filled",
            expr=call("IF", complete, WITHIN, WANTED),
            format=Format.GENERAL,
            role=Role.NOTE,
        ),
    )


def _filled(id_: str) -> Expr:
    name = Name(f"cv_{id_}")
    return call("IF", name.equals(""), "", name)


WANTED = "Shown when all four are filled in on Assumptions, with 0 where there is nothing."
WITHIN = (
    "Beside a price or a market value it tells whether the assumptions are sensible; a horizon of a few years leaves "
    "out what comes later."
)
LEFT_OUT_ROW = ENTERPRISE_ROW + len(ENTERPRISE) + 6
READ_ROW = LEFT_OUT_ROW + len(LEFT_OUT) + 2


def _totals() -> tuple[Item, ...]:
    """Give the totals of all segments, without cents as the rows below them."""
    return tuple(
        replace(item, format=Format.MONEY) if isinstance(item, Formula) else item
        for item in totals(EQUITY_SEGMENTS, SUMS, SEGMENTS_HEADER - 1)
    )


def _equity() -> Sheet:
    purpose = "What the customer base is worth, as an asset: the customers of today, and those still to be won."
    return Sheet(
        name="Customer equity",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Customer equity", "Customer equity", purpose),
            answer("equity.answer", ANSWER, span=PAGE_WIDTH),
            answer("equity.further", FURTHER, row=6, span=PAGE_WIDTH),
            heading(SEGMENTS_HEADER - 2, "Customers of today, by official segment", span=PAGE_WIDTH),
            *_totals(),
            TableBlock(
                row=SEGMENTS_HEADER,
                column=1,
                table=EQUITY_SEGMENTS,
                input=False,
                rows=SEGMENTS_SHOWN,
                reading=True,
            ),
            heading(COHORTS_HEADER - 1, "Customers still to be won, by year", span=PAGE_WIDTH),
            TableBlock(
                row=COHORTS_HEADER, column=1, table=EQUITY_COHORTS, input=False, rows=COHORT_YEARS, reading=True
            ),
            *_enterprise(),
            heading(LEFT_OUT_ROW - 1, "What is not in it", span=PAGE_WIDTH),
            *(Text(row=row, column=1, text=text, role=Role.NOTE) for row, text in enumerate(LEFT_OUT, LEFT_OUT_ROW)),
            heading(READ_ROW - 1, "How to read this", span=PAGE_WIDTH),
            *(Text(row=row, column=1, text=text, role=Role.NOTE) for row, text in enumerate(READ_EQUITY, READ_ROW)),
        ),
        freeze=(7, 1),
        widths={1: 26} | dict.fromkeys(range(2, PAGE_WIDTH + 1), 22),
        one_page=True,
        printed=PAGE_WIDTH,
    )


LAST_CUMULATIVE = call("INDEX", Column(EQUITY_COHORTS, "cumulative"), YEARS)
CHECKS = (
    Check(
        "equity_segments",
        "Customer equity: positive and negative of all segments = Lifetime value",
        call(
            "IF",
            call("COUNTA", Column(EQUITY_SEGMENTS, "segment")).equals(0),
            0,
            call("ABS", STATIC - of_total(LIFETIME_VALUE, "value"))
            + call("ABS", of_total(EQUITY_SEGMENTS, "positive") + of_total(EQUITY_SEGMENTS, "negative") - STATIC),
        ),
        CENT,
        LIVE,
    ),
    Check(
        "equity_to_come",
        "Customer equity with customers to be won: the last year = today + all years",
        call("IF", TO_COME_KNOWN, LAST_CUMULATIVE - STATIC - TO_COME, 0),
        CENT,
        LIVE,
    ),
    *BRIDGE_CHECKS,
)

EQUITY_PACK = Pack(
    name="equity",
    purpose="The customer base as an asset: customer equity, customers to be won, the bridge from the last snapshot",
    sheets=(_equity(), BRIDGE_SHEET, BRIDGE_CUSTOMERS_SHEET, SNAPSHOTS_SHEET),
    checks=CHECKS,
)
