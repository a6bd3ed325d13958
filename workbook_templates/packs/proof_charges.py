"""The proof of what is imputed to a customer: waiting for its money, expected loss, and stock held for it."""

from collections.abc import Iterable

from valuation.tables import CUSTOMER_PNL, HIERARCHY, INVOICES
from workbook_templates.layout import Format
from workbook_templates.native import Column, Expr, Figure, Name, call, const, once
from workbook_templates.packs.furniture import added
from workbook_templates.packs.proof_facts import (
    AS_OF,
    BORROWING_RATE,
    START,
    assumed,
    number,
    of_customer,
    ours,
    own,
    positive,
    scoped,
    summed,
    told,
)

__all__ = ["CHARGES", "charge_facts"]

YEAR_DAYS = 365
_ISSUED, _DUE, _PAID, _AMOUNT, _CREDIT_OF = (
    Column(INVOICES, name) for name in ("invoice_date", "due_date", "paid_date", "amount", "credit_of")
)
_OWN = once(own(INVOICES) * number(_ISSUED) * number(_DUE) * number(_AMOUNT) * (_ISSUED < AS_OF + 1))
_OPEN = once(1 - number(_PAID) * (_PAID < AS_OF + 1))
_END = _OPEN * AS_OF + (1 - _OPEN) * _PAID
_MONEY_DAYS = (positive(_END - START) - positive(_ISSUED - START)) * _AMOUNT
_PAST_DUE = once((_AMOUNT >= 0) * (AS_OF - _DUE))
"""Days past due; what the company owes never is."""
BUCKETS = (
    ("current", -1_000_000, 0),
    ("30", 0, 30),
    ("60", 30, 60),
    ("90", 60, 90),
    ("over_90", 90, 1_000_000),
)
"""Loss rate, and the days past due that it holds for: after the first, up to the second."""
_SHARED = Name("cv_receivables_account").differs("customer")
_OTHERS = summed(own(HIERARCHY) * Column(HIERARCHY, "bill_to").differs("") * (1 - own(HIERARCHY, "bill_to"))) + summed(
    own(HIERARCHY, "bill_to") * (1 - own(HIERARCHY))
)


def charge_facts() -> Iterable[tuple[str, str, Expr, Format]]:
    """Give what Invoices says of the customer."""
    yield "money_days", "Amount x days in the twelve months", summed(_OWN, _MONEY_DAYS), Format.CENTS
    yield "credited", "Credit notes for an invoice", summed(_OWN * (_AMOUNT < 0) * _CREDIT_OF.differs("")), Format.PLAIN
    currency = Column(INVOICES, "currency")
    foreign = currency.differs("") * currency.differs(Figure("proof.reporting"))
    yield "foreign_invoices", "Invoices in another currency", summed(_OWN * foreign), Format.PLAIN
    yield "shared_account", "Accounts in common with others", call("IF", _SHARED, _OTHERS, 0), Format.PLAIN
    for key, after, until in BUCKETS:
        in_bucket = (after < _PAST_DUE) * (until >= _PAST_DUE)
        yield f"open_{key}", f"Open, loss rate {key}", summed(_OWN * _OPEN * in_bucket, _AMOUNT), Format.CENTS


_CREDITED = Figure("proof.credited") + Figure("proof.foreign_invoices") > 0


def _unless_booked(id_: str, expr: Expr) -> Expr:
    return told(call("IF", Name(f"cv_{id_}").equals("yes"), 0, expr))


def _financing() -> Expr:
    cost = call("ROUND", Figure("proof.money_days") * BORROWING_RATE / YEAR_DAYS, 2)
    return _unless_booked("financing_booked", call("IF", _CREDITED, ours(CUSTOMER_PNL, "financing"), cost))


_CHANCE, _LOST = scoped("default_probability"), scoped("loss_given_default")
_STATED = call("ISNUMBER", _CHANCE)
_TAKEN_LOSS = call("IF", _CREDITED, True, call("IF", _STATED, False, Figure("proof.shared_account") > 0))


def _expected_loss() -> Expr:
    average = Figure("proof.money_days") / (AS_OF - START)
    stated = call("ROUND", positive(average) * _CHANCE * _LOST, 2)
    first, *more = (
        positive(Figure(f"proof.open_{key}")) * call("IF", call("ISNUMBER", rate), rate, 0)
        for key, rate in ((key, Name(f"cv_loss_rate_{key}")) for key, _, _ in BUCKETS)
    )
    by_age = call("ROUND", added(first, *more), 2)
    loss = call("IF", _STATED, stated, by_age)
    return _unless_booked("credit_loss_booked", call("IF", _TAKEN_LOSS, ours(CUSTOMER_PNL, "expected_loss"), loss))


def _stock() -> Expr:
    rate = assumed("stock_carrying_rate")
    held = of_customer("stock_value") * number(of_customer("stock_value"))
    cost = positive(held) * call("IF", call("ISNUMBER", rate), rate, BORROWING_RATE)
    return _unless_booked("stock_carrying_booked", call("ROUND", cost, 2))


_FROM_INVOICES, _TAKEN_OVER = (
    "re-performed from Invoices",
    "taken over from Customer P&L: credit notes for invoices, or another currency",
)
CHARGES: dict[str, tuple[Expr, Expr, Expr]] = {
    "financing": (_financing(), call("IF", _CREDITED, _TAKEN_OVER, _FROM_INVOICES), _CREDITED),
    "expected_loss": (
        _expected_loss(),
        call(
            "IF",
            _CREDITED,
            _TAKEN_OVER,
            call("IF", _TAKEN_LOSS, "taken over from Customer P&L: shares an account with others", _FROM_INVOICES),
        ),
        _TAKEN_LOSS,
    ),
    "stock_carrying": (_stock(), const("re-performed from Customers"), const(False)),
}
"""Line of the P&L to the amount rebuilt, how, and whether it is taken over."""
