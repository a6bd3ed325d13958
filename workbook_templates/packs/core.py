"""The core pack: inputs, assumptions, the customer P&L, lifetime value with its horizons, segments, checks and log."""

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import (
    ASSUMPTIONS,
    CUSTOMER_PNL,
    CUSTOMERS,
    DRIVERS,
    EXCEPTIONS,
    HORIZONS,
    LEDGER_POOLS,
    LIFETIME_VALUE,
    LOG,
    POOL_COSTS,
    RETENTION,
    SEGMENTS,
    TRANSACTIONS,
)
from workbook_templates.layout import Format, Formula, Item, Pack, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, Figure, Name, call, const
from workbook_templates.packs.checks import CHECK_LIST, INPUT_TOTALS
from workbook_templates.packs.furniture import head, input_sheet, result_sheet, table_width, totals
from workbook_templates.packs.summary import SUMMARY

__all__ = ["ASSUMPTIONS_HEADER", "CORE"]

ASSUMPTIONS_HEADER = 5


def _assumptions() -> Sheet:
    purpose = "Every choice that moves the numbers: change the yellow values, then refresh."
    return Sheet(
        name="Assumptions",
        purpose=purpose,
        stage=Stage.ASSUMPTIONS,
        items=(
            Text(row=1, column=1, text="Assumptions", role=Role.TITLE),
            Text(row=2, column=1, text=purpose, role=Role.NOTE),
            Text(row=3, column=1, text=SCOPES, role=Role.NOTE),
            TableBlock(
                row=ASSUMPTIONS_HEADER, column=1, table=ASSUMPTIONS, input=True, rows=len(REGISTER), written=("used",)
            ),
        ),
        front=True,
        freeze=(ASSUMPTIONS_HEADER + 1, 3),
        widths=table_width(ASSUMPTIONS) | {1: 24, 2: 42, 3: 30, 4: 22, 7: 46, 8: 22, 10: 30},
    )


SCOPES = (
    "A row with scope 'segment' or 'customer' beats the one for all: copy the row to the end, change scope and value, "
    "and name the segment or customer id in 'Applies to'."
)

LIVE_ROW = 6
HORIZON_ROW = 12
VALUE_HEADER = 21

LIVE_TITLE = "Live: change the horizon or the discount rate on Assumptions and see it here before you refresh"


def _live_value() -> Expr:
    """
    Customer base value by native formulas: m r / (1+d)^e (1 - q^N) / (1 - q) with q = r / (1+d), on the grid.

    The one-period forms are roots of the yearly ones: q over a period is (r / (1+d))^(1/p). Where q is 1 the sum of the
    N p equal terms stands for the quotient, whose divisor is made 1.
    """
    margin, retention = Column(LIFETIME_VALUE, "annual_margin"), Column(LIFETIME_VALUE, "retention_rate")
    rate, horizon, timing = Name("cv_discount_rate"), Name("cv_horizon"), Name("cv_timing")
    grid = call("IF", Name("cv_periods_per_year") >= 1, Name("cv_periods_per_year"), 1)
    exponent = call("IF", timing.equals("start"), 0, call("IF", timing.equals("mid"), 0.5, 1))
    yearly = retention / (rate + 1)
    ratio = yearly ** (const(1) / grid)
    first = margin / grid * ratio * (rate + 1) ** ((1 - exponent) / grid)
    steady = yearly.equals(1)
    finite = call("SUMPRODUCT", first * (1 - yearly**horizon + steady * horizon * grid) / (1 - ratio + steady))
    endless = call("SUMPRODUCT", first / (1 - ratio))
    return call("IF", call("ISNUMBER", horizon), finite, endless)


LIVE_FIGURES: tuple[tuple[str, str, Expr, Format], ...] = (
    ("live.horizon", "Horizon, years", Name("cv_horizon"), Format.GENERAL),
    ("live.rate", "Discount rate", Name("cv_discount_rate"), Format.PERCENT),
    ("live.timing", "Timing", Name("cv_timing"), Format.GENERAL),
    ("live.value", "Customer base value, live", _live_value(), Format.CENTS),
    ("live.refreshed", "At the last refresh", call("SUM", Column(LIFETIME_VALUE, "value")), Format.CENTS),
    ("live.difference", "Difference", Figure("live.value") - Figure("live.refreshed"), Format.CENTS),
)


def _lifetime_value() -> Sheet:
    purpose = "What each customer is worth over a horizon; a sum over a few years is not a lifetime, and says so."
    live: list[Item] = [Text(row=LIVE_ROW, column=1, text=LIVE_TITLE, role=Role.HEADING, span=8)]
    for column, (key, title, expr, number) in enumerate(LIVE_FIGURES, start=3):
        live += [
            Text(row=LIVE_ROW + 1, column=column, text=title, role=Role.NOTE, right=True),
            Formula(row=LIVE_ROW + 2, column=column, key=key, expr=expr, format=number),
        ]
    return Sheet(
        name="Lifetime value",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Lifetime value", "Customer value", purpose),
            *live,
            Text(row=HORIZON_ROW - 1, column=1, text="What extending the horizon changes", role=Role.HEADING, span=8),
            TableBlock(row=HORIZON_ROW, column=3, table=HORIZONS, input=False, rows=5),
            Text(row=VALUE_HEADER - 2, column=1, text="By customer", role=Role.HEADING, span=8),
            *totals(LIFETIME_VALUE, VALUE_SUMS, VALUE_HEADER - 1),
            TableBlock(row=VALUE_HEADER, column=1, table=LIFETIME_VALUE, input=False),
        ),
        front=True,
        freeze=(5, 3),
        widths=table_width(LIFETIME_VALUE) | {3: 22, 4: 22, 5: 18, 6: 34, 7: 24},
    )


VALUE_SUMS = (
    "annual_margin",
    "average_margin",
    "value",
    "value_1",
    "value_3",
    "value_5",
    "value_10",
    "value_unlimited",
)

PNL_SUMS = tuple(column.name for column in CUSTOMER_PNL if column.unit == "currency")
POOL_SUMS = tuple(column.name for column in POOL_COSTS if column.unit == "currency")


def _log() -> Sheet:
    purpose = "One line for each refresh; the only place where the clock appears."
    return Sheet(
        name="Log",
        purpose=purpose,
        stage=Stage.LOG,
        items=(
            Text(row=1, column=1, text="Log", role=Role.TITLE),
            Text(row=2, column=1, text=purpose, role=Role.NOTE),
            TableBlock(row=ASSUMPTIONS_HEADER, column=1, table=LOG, input=False),
        ),
        freeze=(ASSUMPTIONS_HEADER + 1, 1),
        widths=table_width(LOG),
    )


CORE = Pack(
    name="core",
    purpose="Customer P&L, customer value, segments and checks, from customers, transactions and ledger pools",
    sheets=(
        SUMMARY,
        _assumptions(),
        input_sheet(CUSTOMERS, "Who the customers are."),
        input_sheet(TRANSACTIONS, "What they bought; an import fills this sheet.", sums=("net_amount",)),
        input_sheet(LEDGER_POOLS, "What serving them costs, from the ledger.", sums=("amount",)),
        input_sheet(DRIVERS, "How much of each cost driver a customer used.", sums=("quantity",)),
        input_sheet(RETENTION, "How many customers stayed, where you know it."),
        result_sheet(
            CUSTOMER_PNL,
            "Customer P&L",
            "What each customer contributes after the cost to serve it, over the twelve months to the as-of date.",
            sums=PNL_SUMS,
            front=True,
        ),
        result_sheet(POOL_COSTS, "Cost to serve by pool", "Where every cent of the ledger pools went.", sums=POOL_SUMS),
        _lifetime_value(),
        result_sheet(
            SEGMENTS,
            "Segments",
            "One official segment for each customer, with tiers, stage and buying scores beside it.",
            sums=("value",),
            front=True,
            printed="engagement_tier",
        ),
        result_sheet(
            EXCEPTIONS,
            "Exceptions",
            "What was found in the inputs, row by row, with its money: nothing is dropped.",
            sums=(),
        ),
        _log(),
    ),
    checks=CHECK_LIST,
    totals=INPUT_TOTALS,
)
