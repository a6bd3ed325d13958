"""Receivables: who pays when, what waiting for the money costs, and what of it may be lost."""

from valuation.tables import AGEING, RECEIVABLES
from workbook_templates.layout import (
    BodyColumn,
    Chart,
    Check,
    Format,
    Pack,
    Role,
    Series,
    Sheet,
    Stage,
    TableBlock,
    Text,
)
from workbook_templates.native import Column, Expr, Figure, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.furniture import amount, answer, head, heading, of_total, table_width, total, totals
from workbook_templates.packs.officers import INVOICES_SHEET, INVOICES_TOTAL

__all__ = ["RECEIVABLES_PACK", "RECEIVABLES_SHEET"]

AGEING_HEADER = 9
BUCKETS = 5
CHART_COLUMN = 7
ACCOUNTS_HEADER = 26
ACCOUNT_SUMS = tuple(column.name for column in RECEIVABLES if column.unit == "currency")


def _percent(part: Expr, whole: Expr) -> Expr:
    return call("FIXED", part / whole * 100, 0) & "%"


OPEN, OVERDUE = (Figure(f"tblReceivables.{name}") for name in ("open_amount", "overdue_amount"))
SENTENCE = call(
    "IFERROR",
    call(
        "IF",
        call("COUNTA", Column(RECEIVABLES, "bill_to")).equals(0),
        "No invoices yet: fill in Invoices and refresh.",
        "Customers owe "
        & amount(OPEN)
        & ", of which "
        & amount(OVERDUE)
        & call("IFERROR", " (" & _percent(OVERDUE, OPEN) & ")", "")
        & " is past due and "
        & amount(Figure("tblReceivables.disputed_amount"))
        & " disputed. Waiting for their money costs "
        & amount(Figure("tblReceivables.financing"))
        & " in the twelve months; "
        & amount(Figure("tblReceivables.expected_loss"))
        & " is expected to be lost.",
    ),
    "The receivables cannot be summed up: see Exceptions.",
)


def _receivables() -> Sheet:
    purpose = "Who pays when, what waiting for the money costs, and what of it may be lost."
    buckets = BodyColumn(table=AGEING, column="bucket")
    return Sheet(
        name="Receivables",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Receivables", "Receivables", purpose),
            answer("receivables.answer", SENTENCE),
            heading(AGEING_HEADER - 2, "Open at the as-of date, by days past due", span=5),
            Text(row=AGEING_HEADER - 1, column=1, text="Total", role=Role.TOTAL),
            *(
                total(AGEING, name, AGEING_HEADER - 1, column)
                for name, column in (("open_amount", 2), ("exposure", 3), ("expected_loss", 5))
            ),
            TableBlock(row=AGEING_HEADER, column=1, table=AGEING, input=False, rows=BUCKETS),
            Chart(
                row=AGEING_HEADER - 2,
                column=CHART_COLUMN,
                title="Open amount by days past due",
                kind="column",
                series=(
                    Series(
                        name="Open amount",
                        categories=buckets,
                        values=BodyColumn(table=AGEING, column="open_amount"),
                    ),
                ),
                category_title="Days past due",
                value_title="",
                category_format=Format.GENERAL,
                value_format=Format.MONEY,
                width=760,
                height=320,
            ),
            heading(ACCOUNTS_HEADER - 2, "By account that pays"),
            *totals(RECEIVABLES, ACCOUNT_SUMS, ACCOUNTS_HEADER - 1),
            TableBlock(row=ACCOUNTS_HEADER, column=1, table=RECEIVABLES, input=False),
        ),
        freeze=(6, 3),
        widths=table_width(RECEIVABLES) | {1: 18, 2: 30, 5: 20},
    )


RECEIVABLES_SHEET = _receivables()
"""Shared with the pack for evidence, which rebuilds what it charges."""

CHECKS = (
    Check(
        "ageing",
        "Ageing = open amounts of all accounts",
        of_total(AGEING, "open_amount") - of_total(RECEIVABLES, "open_amount"),
        CENT,
        LIVE,
    ),
)

RECEIVABLES_PACK = Pack(
    name="receivables",
    purpose="Who pays on time, what terms and late payment cost, and what may be lost",
    sheets=(INVOICES_SHEET, RECEIVABLES_SHEET),
    checks=CHECKS,
    totals=(INVOICES_TOTAL,),
)
