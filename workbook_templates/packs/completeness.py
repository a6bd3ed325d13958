"""
Completeness: what each extract adds up to, beside the control total that somebody typed from its source.

The sums are those of the sheets as they stand. A row says who prepared and who reviewed the control total, and when.
"""

from collections.abc import Iterable

from valuation.tables import CONTROL_ITEMS, CONTROL_TOTALS, INVOICES, LEDGER_POOLS, TRANSACTIONS
from workbook_templates.layout import Check, Format, Formula, Item, Role, Sheet, Stage, Text
from workbook_templates.native import Column, Expr, Figure, Figures, call
from workbook_templates.packs.furniture import added, answer, count, exactly, head, row_of
from workbook_templates.packs.proof_costs import POOL_NAMES, POOL_NUMBERS
from workbook_templates.packs.proof_facts import AS_OF, either, number, summed

__all__ = ["COMPLETENESS", "COMPLETENESS_CHECK", "POOL_LINES"]

PURPOSE = "Are the extracts complete? Totals and rows against control totals from their sources."
POOL_LINES = 40
"""Ledger pools that there is room for, one by one."""
ITEMS_ROW = 8
POOLS_ROW = ITEMS_ROW + len(CONTROL_ITEMS) + 3
HALF_CENT = 0.005

NET, COGS, BILLED, LEDGER = (
    Column(table, name)
    for table, name in (
        (TRANSACTIONS, "net_amount"),
        (TRANSACTIONS, "cogs"),
        (INVOICES, "amount"),
        (LEDGER_POOLS, "amount"),
    )
)
ISSUED, PAID = Column(INVOICES, "invoice_date"), Column(INVOICES, "paid_date")
OPEN = number(ISSUED) * (ISSUED < AS_OF + 1) * (1 - number(PAID) * (PAID < AS_OF + 1))
DAY = Column(TRANSACTIONS, "date")
YEAR = number(DAY) * (Figure("proof.start") + 1 <= DAY) * (DAY < AS_OF + 1)
EXTRACTS: dict[str, tuple[str, Expr, Expr]] = {
    "sales": ("Transactions, net amount", call("SUM", NET), summed(number(NET))),
    "sales of the twelve months": ("the same, dated in them", summed(YEAR, NET), summed(YEAR * number(NET))),
    "cost of sales": ("Transactions, COGS", call("SUM", COGS), summed(number(COGS))),
    "cost of sales of the twelve months": ("the same, dated in them", summed(YEAR, COGS), summed(YEAR * number(COGS))),
    "invoices": ("Invoices, amount", call("SUM", BILLED), summed(number(BILLED))),
    "open invoices": (
        "the same, issued and not paid by the as-of date",
        summed(OPEN, BILLED),
        summed(OPEN * number(BILLED)),
    ),
}
"""Item to what it is of, its total and its rows."""

COLUMNS: tuple[tuple[str, str], ...] = (
    ("Extract", "amount"),
    ("Control total", "control"),
    ("Difference", "difference"),
    ("Rows", "rows"),
    ("Control rows", "control_rows"),
    ("Difference", "rows_difference"),
    ("Result", "result"),
    ("  Sign-off", "signed"),
    ("Source of the control total", "source"),
    ("Prepared by", "prepared_by"),
    ("Reviewed by", "reviewed_by"),
    ("Reviewed on", "date"),
)
GIVEN_WORDS = "not given"


def _control(at: Expr, name: str) -> Expr:
    return call("INDEX", Column(CONTROL_TOTALS, name), at)


def _shown(at: Expr, name: str) -> Expr:
    """Give what was typed, or nothing."""
    cell = _control(at, name)
    return call("IFERROR", call("IF", cell.equals(""), "", cell), "")


def _line(row: int, key: str, amount: Expr, rows: Expr, found: Expr) -> Iterable[Item]:
    def of(name: str) -> Figure:
        return Figure(f"{key}.{name}")

    at = of("at")
    given = either(call("ISNUMBER", of("control")), call("ISNUMBER", of("control_rows")))
    off = either(
        _off(of("difference"), HALF_CENT),
        _off(of("rows_difference"), HALF_CENT),
    )
    by, other, on = of("prepared_by"), of("reviewed_by"), of("date")
    reviewed = call(
        "IF",
        either(other.equals(""), on.equals("")),
        "not reviewed",
        call("IF", other.equals(by), "not by another person", "signed off"),
    )
    here = call("ISNUMBER", of("amount"))
    expressions: dict[str, tuple[Expr, Format, Role]] = {
        "amount": (amount, Format.CENTS, Role.CALCULATION),
        "control": (_shown(at, "amount"), Format.CENTS, Role.CALCULATION),
        "difference": (_less(of("amount"), of("control")), Format.CENTS, Role.CALCULATION),
        "rows": (rows, Format.COUNT, Role.CALCULATION),
        "control_rows": (_shown(at, "rows"), Format.COUNT, Role.CALCULATION),
        "rows_difference": (_less(of("rows"), of("control_rows")), Format.COUNT, Role.CALCULATION),
        "result": (
            call("IF", here, call("IF", given, call("IF", off, "DIFFERS", "OK"), GIVEN_WORDS), ""),
            Format.GENERAL,
            Role.VERDICT,
        ),
        "signed": (
            call("IF", given, call("IF", by.equals(""), "not prepared", reviewed), ""),
            Format.GENERAL,
            Role.VERDICT,
        ),
        "prepared_by": (_shown(at, "prepared_by"), Format.GENERAL, Role.CALCULATION),
        "reviewed_by": (_shown(at, "reviewed_by"), Format.GENERAL, Role.CALCULATION),
        "date": (_shown(at, "date"), Format.DATE, Role.CALCULATION),
        "source": (_shown(at, "source"), Format.GENERAL, Role.CALCULATION),
    }
    for column, (_, name) in enumerate(COLUMNS, start=2):
        expr, shown, role = expressions[name]
        yield Formula(
            row=row, column=column, key=f"{key}.{name}", expr=call("IFERROR", expr, ""), format=shown, role=role
        )
    yield Formula(row=row, column=HELP_COLUMN, key=f"{key}.at", expr=call("IFERROR", found, ""), format=Format.PLAIN)


HELP_COLUMN = len(COLUMNS) + 3
"""What only formulas read: the row of Control totals."""


def _less(left: Expr, right: Expr) -> Expr:
    return call("IF", call("ISNUMBER", right), call("ROUND", left - right, 6), "")


def _off(difference: Expr, tolerance: float) -> Expr:
    return call("IF", call("ISNUMBER", difference), call("ABS", difference) > tolerance, False)


def _headings(row: int, title: str) -> Iterable[Item]:
    yield Text(row=row, column=1, text=title, role=Role.HEADING)
    for column, (text, name) in enumerate(COLUMNS, start=2):
        right = column <= 8 or name == "date"
        yield Text(row=row, column=column, text=text, role=Role.HEADING, right=right)


def _items() -> Iterable[Item]:
    yield from _headings(ITEMS_ROW - 1, "Sales, cost of sales and receivables")
    for row, item in enumerate(CONTROL_ITEMS, start=ITEMS_ROW):
        what, amount, rows = EXTRACTS[item]
        yield Text(row=row, column=1, text=f"{item.capitalize()} ({what})")
        yield from _line(row, f"complete.{item}", amount, rows, row_of(CONTROL_TOTALS, "item", item))
    yield from _headings(POOLS_ROW - 1, "Ledger pools")
    for line in range(1, POOL_LINES + 1):
        key = f"complete.pool.{line}"
        row, name = POOLS_ROW + 2 + line - 1, Figure(f"{key}.name")
        named = call("INDEX", POOL_NAMES, call("MATCH", line, POOL_NUMBERS, 0))
        yield Formula(row=row, column=1, key=f"{key}.name", expr=call("IFERROR", named, ""), format=Format.GENERAL)
        mine = Column(LEDGER_POOLS, "pool").equals(name)
        yield from _line(
            row,
            key,
            call("IF", name.equals(""), "", summed(mine, LEDGER)),
            call("IF", name.equals(""), "", summed(mine * number(LEDGER))),
            call("IF", name.equals(""), "", row_of(CONTROL_TOTALS, "pool", exactly(name))),
        )
    shown = Figures(tuple(f"complete.pool.{line}.amount" for line in range(1, POOL_LINES + 1)))
    for row, key, label, expr in (
        (POOLS_ROW, "complete.ledger", "All ledger pools", call("SUM", LEDGER)),
        (
            POOLS_ROW + 1,
            "complete.further",
            "  of which without a line below",
            call("SUM", LEDGER) - call("SUM", shown),
        ),
    ):
        yield Text(row=row, column=1, text=label, role=Role.TOTAL)
        yield Formula(
            row=row,
            column=2,
            key=key,
            expr=call("IFERROR", call("ROUND", expr, 6), ""),
            format=Format.CENTS,
            role=Role.TOTAL,
        )


ALL_LINES = (
    tuple(f"complete.{item}" for item in CONTROL_ITEMS),
    tuple(f"complete.pool.{line}" for line in range(1, POOL_LINES + 1)),
)


def _counted(name: str, word: str) -> Expr:
    first, *more = (call("COUNTIF", Figures(tuple(f"{key}.{name}" for key in keys)), word) for keys in ALL_LINES)
    return added(first, *more)


AGREE, DIFFER, MISSING, SIGNED = (
    _counted(name, word)
    for name, word in (("result", "OK"), ("result", "DIFFERS"), ("result", GIVEN_WORDS), ("signed", "signed off"))
)
WITHOUT = call("IF", MISSING.equals(0), "", count(MISSING) & " extracts have none. ")
SIGNED_WORDS = count(SIGNED) & " of " & count(AGREE + DIFFER) & " are signed off by a second person."
SENTENCE = call(
    "IF",
    (AGREE + DIFFER).equals(0),
    "No control totals yet: fill in Control totals from the systems that the extracts come from.",
    call(
        "IF",
        DIFFER.equals(0),
        "All " & count(AGREE) & " control totals agree, in money and in rows. " & WITHOUT & SIGNED_WORDS,
        "DOES NOT TIE: "
        & count(DIFFER)
        & " of "
        & count(AGREE + DIFFER)
        & " extracts differ. "
        & WITHOUT
        & SIGNED_WORDS,
    ),
)
COMPLETENESS = Sheet(
    name="Completeness",
    purpose=PURPOSE,
    stage=Stage.CHECK,
    items=(
        *head("Completeness", "Completeness of the extracts", PURPOSE, value=False),
        answer("complete.answer", SENTENCE, span=9),
        *_items(),
    ),
    freeze=(6, 2),
    widths={1: 58} | dict.fromkeys(range(2, 8), 16) | {8: 12, 9: 22, 10: 52, 11: 22, 12: 22, 13: 14, 15: 8},
    one_page=True,
    printed=len(COLUMNS) + 1,
)

COMPLETENESS_CHECK = Check(
    "completeness",
    "Extracts = control totals, in money and in rows, where they are given (number that differ)",
    DIFFER,
    0,
    "Look at Completeness: load the extract again, or correct the control total",
)
