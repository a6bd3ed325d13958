"""
What the proof knows of the customer who is picked: who it is, which documents are its own, and what holds for it.

A part that only formulas read stands in a block of its own, beside the print area of the sheet.
"""

from collections.abc import Iterable

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import ASSUMPTIONS, CUSTOMER_PNL, CUSTOMERS, LIFETIME_VALUE, TRANSACTIONS, Table
from workbook_templates.layout import Format, Formula, Item, Role, Text
from workbook_templates.native import Column, Expr, Figure, Name, call, const, once
from workbook_templates.packs.furniture import added, exactly, row_of

__all__ = [
    "AS_OF",
    "BORROWING_RATE",
    "CREDIT",
    "DAY",
    "FACTS",
    "FACTS_COLUMN",
    "ID",
    "IN_YEAR",
    "KNOWN",
    "NET",
    "NOT_KNOWN",
    "OWN",
    "PAST",
    "PICKED",
    "SALE",
    "START",
    "YEAR",
    "Fact",
    "all_of",
    "assumed",
    "either",
    "facts",
    "number",
    "of_customer",
    "ours",
    "own",
    "positive",
    "scoped",
    "summed",
    "told",
]

PICKED = Name("cv_proof_customer")
ID, KNOWN = Figure("proof.id"), call("ISNUMBER", Figure("proof.row"))
NOT_KNOWN = "not known"
"""What stands in the place of an amount that nobody can know, such as a margin without cost."""
FACTS_COLUMN = 18
"""From here on stands what only formulas read."""

AS_OF, START = Name("cv_used_as_of"), Figure("proof.start")
DAY, NET, TYPE = (Column(TRANSACTIONS, name) for name in ("date", "net_amount", "type"))


def number(expr: Expr) -> Expr:
    """1 where it is a number, 0 elsewhere."""
    return call("ISNUMBER", expr) * 1


def summed(mask: Expr, *columns: Expr) -> Expr:
    """Sum a column over the rows of a mask; what is no number counts as 0."""
    return call("SUMPRODUCT", mask * 1, *columns)


def positive(expr: Expr) -> Expr:
    """Give what is above nought."""
    return (expr > 0) * expr


def either(*conditions: Expr) -> Expr:
    """Tell whether one of some conditions holds."""
    first, *more = (condition * 1 for condition in conditions)
    return added(first, *more) > 0


def all_of(*conditions: Expr) -> Expr:
    """Tell whether all of some conditions hold."""
    return call("AND", *conditions)


def _not(condition: Expr) -> Expr:
    return condition.equals(const(False))


def own(table: Table, name: str = "customer_id") -> Expr:
    """Mark the customer's rows, whether its id is a text there or a number."""
    return once((Column(table, name) & "").equals(ID))


OWN = own(TRANSACTIONS)
USABLE = once(number(DAY) * number(NET))
IN_YEAR = once((DAY >= START + 1) * (DAY < AS_OF + 1) * USABLE)
"""Documents of anybody in the twelve months."""
YEAR, PAST = once(OWN * IN_YEAR), once(OWN * (DAY < AS_OF + 1) * USABLE)
SALE = once(TYPE.equals("sale") + TYPE.equals("") * (NET >= 0))
CREDIT = once(TYPE.equals("credit") + TYPE.equals("") * (NET < 0))
BOUGHT = once(PAST * SALE * (NET > 0))


def _of(table: Table, name: str, row: str) -> Expr:
    return call("INDEX", Column(table, name), Figure(row))


def of_customer(name: str) -> Expr:
    """Give what Customers says of the customer."""
    return _of(CUSTOMERS, name, "proof.at")


def ours(table: Table, name: str) -> Expr:
    """Give our result for the customer, or the words that it is not known."""
    row = "proof.row" if table is CUSTOMER_PNL else "proof.value_row"
    found = call("IFERROR", _of(table, name, row), NOT_KNOWN)
    blank = call("IFERROR", _of(table, name, row) & "", NOT_KNOWN).equals("")
    return told(call("IF", blank, NOT_KNOWN, found))


def told(expr: Expr) -> Expr:
    """Show nothing while nobody is picked, and words in the place of an error."""
    return call("IF", KNOWN, call("IFERROR", expr, NOT_KNOWN), "")


def assumed(id_: str) -> Expr:
    """Give an assumption for all; a blank takes its default, or is an empty text where there is none."""
    cell, default = Name(f"cv_{id_}"), REGISTER[id_].default
    return call("IF", call("ISNUMBER", cell), cell, "" if default is None else default)


def scoped(id_: str) -> Expr:
    """Give the value of an assumption that holds for the customer: its own, else its segment's, else that for all."""
    return Figure(f"proof.{id_}")


_BORROWING = assumed("borrowing_rate")
BORROWING_RATE = call("IF", call("ISNUMBER", _BORROWING), _BORROWING, assumed("discount_rate"))
SCOPED = (
    "gross_margin_pct",
    "retention_prior",
    "default_probability",
    "loss_given_default",
    "marketing_cost",
    "sales_cost",
    "support_cost",
)
_ID, _SCOPE, _TO, _VALUE = (Column(ASSUMPTIONS, name) for name in ("id", "scope", "applies_to", "value"))


def _scoped(id_: str) -> Expr:
    rows = _ID.equals(id_) * number(_VALUE)
    of_customer_ = rows * _SCOPE.equals("customer") * (_TO & "").equals(ID)
    of_segment = rows * _SCOPE.equals("segment") * (_TO & "").equals(Figure("proof.segment"))
    for_all = assumed(id_)
    for mask in (of_segment, of_customer_):
        for_all = call("IF", summed(mask) > 0, summed(mask, _VALUE) / summed(mask), for_all)
    return for_all


def _start() -> Expr:
    """The day before the twelve months, the end of a month staying one."""
    year = call("IF", call("EOMONTH", AS_OF, 0).equals(AS_OF), call("EOMONTH", AS_OF, -12), call("EDATE", AS_OF, -12))
    return call("IF", call("ISNUMBER", AS_OF), year, "")


CURRENCIES = Column(TRANSACTIONS, "currency")
_FIRST_NAMED = call("INDEX", CURRENCIES, call("MATCH", "?*", CURRENCIES, 0))
REPORTING = call("IF", Name("cv_currency").equals(""), call("IFERROR", _FIRST_NAMED, ""), Name("cv_currency"))
FOREIGN = once(CURRENCIES.differs("") * CURRENCIES.differs(Figure("proof.reporting")))

STATED = call("ISNUMBER", Figure("proof.first")) * 1 * (Figure("proof.first") < AS_OF + 1)
FIRST_DAY = Figure("proof.first_day")
A_YEAR_SEEN = all_of(FIRST_DAY > 0, call("EOMONTH", AS_OF + 1, -12) + 1 > FIRST_DAY)
AFTER_START = (
    Figure("proof.has_first").equals(const(True))
    * Figure("proof.bought_before").equals(0)
    * (1 - STATED * (Figure("proof.first") < START + 1))
)
SILENT = (
    either(
        Figure("proof.documents") > 0,
        A_YEAR_SEEN * 1 * (1 - AFTER_START) * (1 - Figure("proof.day_one") * 1) > 0,
    )
    * 1
    * Figure("proof.bought_year").equals(0)
)
NO_SIGN = (
    Figure("proof.status").equals("")
    * (1 - Figure("proof.day_one") * 1)
    * Figure("proof.credits").equals(0)
    * (1 - Figure("proof.has_first") * 1)
)
ENDED = call("ISNUMBER", Figure("proof.end")) * 1 * (Figure("proof.end") < AS_OF + 1)

Fact = tuple[str, str, Expr, Format]
"""Key, label, formula and format of a cell that only formulas read."""

FACTS: tuple[Fact, ...] = (
    ("row", "Row of Customer P&L", row_of(CUSTOMER_PNL, "customer_id", exactly(ID)), Format.PLAIN),
    ("value_row", "Row of Lifetime value", row_of(LIFETIME_VALUE, "customer_id", exactly(ID)), Format.PLAIN),
    (
        "at",
        "Row of Customers",
        call("IFERROR", row_of(CUSTOMERS, "customer_id", exactly(ID)), row_of(CUSTOMERS, "customer_id", ID * 1)),
        Format.PLAIN,
    ),
    ("start", "Day before the twelve months", _start(), Format.DATE),
    ("reporting", "Reporting currency", REPORTING, Format.GENERAL),
    ("foreign", "Documents in another currency", summed(OWN * FOREIGN), Format.PLAIN),
    ("foreign_all", "The same of anybody", summed(FOREIGN), Format.PLAIN),
    ("first_day", "Earliest document of all", call("MIN", DAY), Format.DATE),
    ("segment", "Segment on Customers", of_customer("segment") & "", Format.GENERAL),
    ("status", "Status", of_customer("status") & "", Format.GENERAL),
    ("contract", "Contract", of_customer("contract_type") & "", Format.GENERAL),
    (
        "end",
        "End of the contract",
        call("IF", number(of_customer("end_date")) > 0, of_customer("end_date"), ""),
        Format.DATE,
    ),
    (
        "first",
        "First purchase on Customers",
        call("IF", number(of_customer("first_purchase")) > 0, of_customer("first_purchase"), ""),
        Format.DATE,
    ),
    ("all_documents", "Documents ever", summed(OWN * USABLE), Format.PLAIN),
    ("documents", "Documents to the as-of date", summed(PAST), Format.PLAIN),
    ("bought", "Sales to the as-of date", summed(BOUGHT), Format.PLAIN),
    ("bought_year", "Sales in the twelve months", summed(BOUGHT * IN_YEAR), Format.PLAIN),
    ("bought_before", "Sales before", summed(BOUGHT * (DAY < START + 1)), Format.PLAIN),
    ("credits", "Credit notes", summed(PAST * CREDIT), Format.PLAIN),
    (
        "day_one",
        "Typed revenue or margin alone",
        all_of(
            Figure("proof.all_documents").equals(0),
            number(of_customer("annual_revenue")) + number(of_customer("annual_margin")) > 0,
        ),
        Format.GENERAL,
    ),
    ("has_first", "Has bought", either(Figure("proof.bought") > 0, STATED > 0), Format.GENERAL),
    (
        "prospect",
        "Not yet a customer",
        all_of(either(Figure("proof.status").equals("prospect"), NO_SIGN > 0), Figure("proof.bought").equals(0)),
        Format.GENERAL,
    ),
    (
        "gone",
        "No longer a customer",
        all_of(
            _not(Figure("proof.prospect")),
            either(
                ENDED > 0,
                Figure("proof.status").equals("lost"),
                SILENT * Figure("proof.contract").differs("contractual") > 0,
            ),
        ),
        Format.GENERAL,
    ),
    *((id_, REGISTER[id_].title, _scoped(id_), Format.GENERAL) for id_ in SCOPED),
)


def facts(row: int, lines: Iterable[Fact]) -> tuple[Item, ...]:
    """Lay out what only formulas read, from a row on: key, label, formula and format of each."""
    items: list[Item] = [
        Text(row=row - 2, column=FACTS_COLUMN, text="What the formulas find about the customer", role=Role.NOTE)
    ]
    for at, (key, label, expr, number_format) in enumerate(lines, start=row):
        items += [
            Text(row=at, column=FACTS_COLUMN, text=label, role=Role.NOTE),
            Formula(
                row=at,
                column=FACTS_COLUMN + 1,
                key=f"proof.{key}",
                expr=call("IFERROR", expr, ""),
                format=number_format,
            ),
        ]
    return tuple(items)
