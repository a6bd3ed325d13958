"""Receivables: how customers pay, what waiting for their money costs, and what of it may be lost."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.findings import Finding
from valuation.receivables import (
    AGEING_EDGES,
    ageing,
    ageing_labels,
    days_sales_outstanding,
    days_to_pay,
    expected_credit_loss,
    financing,
    invoice_issues,
    invoiced,
    on_time_share,
    open_balance,
    payment_cost,
    provision_matrix,
    read_invoices,
    receivables_by_customer,
    weighted_days_late,
    window_days,
)
from valuation.tables import INVOICES, Blank, Column, Kind

FAMILY = "Receivables"

INVOICED = Argument("inv_dates", Kind.DATE, "Date of each invoice", "date", shape=Shape.ROWS)
DUE = Argument("due_dates", Kind.DATE, "When each invoice is due", "date", shape=Shape.ROWS)
PAID = Argument(
    "paid_dates",
    Kind.DATE,
    "When each invoice was paid; blank while it is open",
    "date",
    shape=Shape.ROWS,
    blank=Blank.ALLOWED,
)
AMOUNTS = Argument(
    "amounts",
    Kind.MONEY,
    "Amount of each invoice, with sales tax where that is financed; a credit note is negative",
    "money",
    shape=Shape.ROWS,
)
AS_OF = Argument(
    "as_of", Kind.DATE, "The day as of which the invoices are seen; none is later", "date", shape=Shape.ONE
)
RATE = Argument("rate", Kind.SHARE, "Borrowing rate per year, simple interest", "decimal/year", shape=Shape.ONE)
MONTHS = Argument(
    "months",
    Kind.COUNT,
    "Length of the time to that day that counts, in calendar months",
    "months",
    required=False,
    default=12,
    shape=Shape.ONE,
)
BASIS = Argument(
    "basis",
    Kind.NUMBER,
    "Days that make a year of interest: 365 or 360",
    "days/year",
    required=False,
    default=365,
    shape=Shape.ONE,
)
FUTURE = "#VALUE! also where an invoice is dated after that day, with its row in the message."
MOST_ISSUES = 3
MOST_ROWS = 5
OPTIONAL_COLUMNS = ("invoice_no", "paid_date", "disputed", "credit_of")

INVOICE_TABLE = replace(
    INVOICES,
    name="invoices",
    columns=(
        *(INVOICES[name] for name in ("customer_id", "invoice_date", "due_date", "amount")),
        *(replace(INVOICES[name], required=False, blank=Blank.ALLOWED) for name in OPTIONAL_COLUMNS),
    ),
    key=(),
)

_DATES = (["2025-09-01", "2025-09-01", "2025-11-01"], ["2025-10-01", "2025-10-01", "2025-12-01"])
_PAID = ["2025-10-01", "2025-10-21", None]
_OWED = [1000, 2000, 500]


@worksheet_function(
    arguments=(INVOICED, DUE, PAID, AMOUNTS, AS_OF),
    result=Result.SINGLE,
    columns=(Column("days_late", Kind.NUMBER, "Days late, each invoice counting with its amount", "days"),),
    blank=f"{CALL_ERRORS} A blank payment date is no fault: the invoice is open and late up to that day. #DIV/0! where "
    f"nothing was invoiced. {FUTURE}",
    example=Example((*_DATES, _PAID, _OWED, "2025-12-31"), 15.7143),
    family=FAMILY,
)
def cv_days_late(
    inv_dates: ARRAY, due_dates: ARRAY, paid_dates: ARRAY, amounts: ARRAY, as_of: np.datetime64, /
) -> float:
    """How many days late does a customer pay, on average over the money?"""
    return weighted_days_late(read_invoices(inv_dates, due_dates, paid_dates, amounts, as_of=as_of))


@worksheet_function(
    arguments=(INVOICED, DUE, PAID, AMOUNTS, AS_OF),
    result=Result.SINGLE,
    columns=(Column("on_time_share", Kind.SHARE, "Paid by its due date, of all that was paid or is past due", "0-1"),),
    blank=f"{CALL_ERRORS} A blank payment date is no fault: the invoice is open, and counts once it is past due. "
    f"#DIV/0! where nothing was paid and nothing is past due. {FUTURE}",
    example=Example((*_DATES, _PAID, _OWED, "2025-12-31"), 0.285714),
    family=FAMILY,
)
def cv_ontime_share(
    inv_dates: ARRAY, due_dates: ARRAY, paid_dates: ARRAY, amounts: ARRAY, as_of: np.datetime64, /
) -> float:
    """Which share of the money does a customer pay on time?"""
    return on_time_share(read_invoices(inv_dates, due_dates, paid_dates, amounts, as_of=as_of))


@worksheet_function(
    arguments=(
        INVOICED,
        PAID,
        AMOUNTS,
        AS_OF,
        Argument(
            "method",
            Kind.CHOICE,
            "collection: days from invoice to payment, each invoice counting with its amount; balance: open balance "
            "over what was invoiced in twelve months, in days",
            required=False,
            default="collection",
            choices=("collection", "balance"),
            shape=Shape.ONE,
        ),
    ),
    result=Result.SINGLE,
    columns=(Column("dso", Kind.NUMBER, "Days sales outstanding", "days"),),
    blank=f"{CALL_ERRORS} A blank payment date is no fault: the invoice is open and counts up to that day. A payment "
    f"before the invoice counts negative days. #DIV/0! where nothing was invoiced. {FUTURE}",
    example=Example((_DATES[0], _PAID, _OWED, "2025-12-31"), 45.714286),
    family=FAMILY,
)
def cv_dso(inv_dates: ARRAY, paid_dates: ARRAY, amounts: ARRAY, as_of: np.datetime64, method: str, /) -> float:
    """After how many days does a customer's money come in?"""
    invoices = read_invoices(inv_dates, inv_dates, paid_dates, amounts, as_of=as_of)
    if method == "collection":
        return days_to_pay(invoices)
    days = window_days(invoices, months=12)
    return float(days_sales_outstanding(open_balance(invoices), invoiced(invoices, months=12), days=days))


@worksheet_function(
    arguments=(
        Argument("amounts", Kind.MONEY, "What is waited for", "money"),
        Argument("days", Kind.NUMBER, "How long; negative for a payment in advance", "days"),
        replace(RATE, shape=Shape.EACH),
        replace(BASIS, shape=Shape.EACH),
    ),
    result=Result.ROWS,
    columns=(Column("cost", Kind.MONEY, "Cost of waiting", "money"),),
    blank=ROW_ERRORS,
    example=Example((450000, 74, 0.1), 9123.29),
    family=FAMILY,
)
def cv_payment_cost(amounts: ARRAY, days: ARRAY, rate: ARRAY, basis: ARRAY, /) -> ARRAY:
    """What does it cost to wait for a payment?"""
    return payment_cost(amounts, days, annual_rate=rate, basis=basis)


COST_COLUMNS = (
    Column("average_receivable", Kind.MONEY, "Mean of what was to be paid over the days of the window", "money"),
    Column("terms_cost", Kind.MONEY, "Cost until the due dates: the terms that were granted", "money"),
    Column("overdue_cost", Kind.MONEY, "Cost of the days beyond them", "money"),
    Column("financing_cost", Kind.MONEY, "Sum of the two", "money"),
)


@worksheet_function(
    arguments=(INVOICED, DUE, PAID, AMOUNTS, AS_OF, RATE, MONTHS, BASIS),
    result=Result.TABLE,
    columns=COST_COLUMNS,
    blank=f"{CALL_ERRORS} A blank payment date is no fault: the invoice is open up to that day. A payment before the "
    f"invoice lowers the cost. {FUTURE}",
    example=Example(
        (["2025-06-01"], ["2025-07-01"], ["2025-08-14"], [450000], "2025-12-31", 0.1),
        [
            ["Average receivable", "Terms cost", "Overdue cost", "Financing cost"],
            [91232.88, 3698.63, 5424.66, 9123.29],
        ],
    ),
    family=FAMILY,
)
def cv_financing_cost(
    inv_dates: ARRAY,
    due_dates: ARRAY,
    paid_dates: ARRAY,
    amounts: ARRAY,
    as_of: np.datetime64,
    rate: float,
    months: int,
    basis: float,
    /,
) -> dict[str, list[float]]:
    """What does waiting for a customer's money cost, until it is due and beyond?"""
    invoices = read_invoices(inv_dates, due_dates, paid_dates, amounts, as_of=as_of)
    found = financing(invoices, annual_rate=rate, months=months, basis=basis)
    return {column.name: [getattr(found, column.name)] for column in COST_COLUMNS}


@worksheet_function(
    arguments=(
        DUE,
        PAID,
        AMOUNTS,
        replace(AS_OF, help="The day as of which the balance is seen"),
        Argument(
            "edges",
            Kind.COUNT,
            "Last day past due of each bucket; left out, 30, 60 and 90",
            "days",
            required=False,
            shape=Shape.COLUMN,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("past_due", Kind.TEXT, "Days past due"),
        Column("documents", Kind.COUNT, "Open invoices and credit notes", "count"),
        Column("amount", Kind.MONEY, "Open balance; credit notes are deducted from what is current", "money"),
    ),
    blank=f"{CALL_ERRORS} A blank payment date is no fault: the invoice is open. #NUM! also where the edges do not "
    "rise.",
    example=Example(
        (
            ["2026-01-15", "2025-12-01", "2025-08-01", "2025-11-01"],
            [None, None, None, "2025-11-05"],
            [700, 400, 200, 900],
            "2025-12-31",
        ),
        [
            ["Past due", "Documents", "Amount"],
            ["current", 1, 700],
            ["1-30 days", 1, 400],
            ["31-60 days", 0, 0],
            ["61-90 days", 0, 0],
            ["over 90 days", 1, 200],
        ],
    ),
    family=FAMILY,
)
def cv_ageing(
    due_dates: ARRAY, paid_dates: ARRAY, amounts: ARRAY, as_of: np.datetime64, edges: ARRAY | None, /
) -> dict[str, Any]:
    """How much of the open balance is how long past due?"""
    # The dates of the invoices do not matter here; at the latest they were written when they are seen.
    written = np.minimum(due_dates.astype("datetime64[D]"), as_of.astype("datetime64[D]"))
    invoices = read_invoices(written, due_dates, paid_dates, amounts, as_of=as_of)
    last = AGEING_EDGES if edges is None else [int(edge) if edge.is_integer() else edge for edge in edges.tolist()]
    found = ageing(invoices, edges=last)
    return {"past_due": list(found.labels), "documents": found.documents, "amount": found.amount}


@worksheet_function(
    arguments=(
        Argument("exposure", Kind.MONEY, "What the customer owes; a negative balance counts 0", "money"),
        Argument("pd", Kind.SHARE, "Chance that the customer does not pay", "0-1"),
        Argument("lgd", Kind.SHARE, "Part that is then lost", "0-1"),
    ),
    result=Result.ROWS,
    columns=(Column("ecl", Kind.MONEY, "Expected credit loss", "money"),),
    blank=ROW_ERRORS,
    example=Example((31232.88, 0.06, 0.6), 1124.38),
    family=FAMILY,
)
def cv_ecl(exposure: ARRAY, pd: ARRAY, lgd: ARRAY, /) -> ARRAY:
    """How much of what a customer owes must be expected to be lost?"""
    return expected_credit_loss(exposure, pd, lgd)


@worksheet_function(
    arguments=(
        Argument(
            "ageing_amounts",
            Kind.MONEY,
            "Open balance by days past due; a negative one counts 0",
            "money",
            shape=Shape.COLUMN,
        ),
        Argument("loss_rates", Kind.SHARE, "Part of each that is expected to be lost", "0-1", shape=Shape.COLUMN),
    ),
    result=Result.SINGLE,
    columns=(Column("ecl", Kind.MONEY, "Expected credit loss", "money"),),
    blank=CALL_ERRORS,
    example=Example(([100000, 40000, 15000, 5000], [0.005, 0.02, 0.1, 0.45]), 5050),
    family=FAMILY,
)
def cv_ecl_matrix(ageing_amounts: ARRAY, loss_rates: ARRAY, /) -> float:
    """How much must be expected to be lost, by days past due (IFRS 9 provision matrix)?"""
    return float(provision_matrix(ageing_amounts, loss_rates))


BUCKETS = ageing_labels(AGEING_EDGES)
CUSTOMER_COLUMNS = (
    Column("customer_id", Kind.ID, "The customer"),
    Column("invoices", Kind.COUNT, "Invoices", "count"),
    Column("credit_notes", Kind.COUNT, "Credit notes", "count"),
    Column("invoiced", Kind.MONEY, "Invoiced in the window, credit notes deducted", "money"),
    COST_COLUMNS[0],
    Column("days_to_pay", Kind.NUMBER, "Days from invoice to payment", "days", missing="#DIV/0!"),
    Column("days_late", Kind.NUMBER, "Days past due at payment", "days", missing="#DIV/0!"),
    Column("on_time_share", Kind.SHARE, "Paid by the due date, of all paid or past due", "0-1", missing="#DIV/0!"),
    *COST_COLUMNS[1:],
    Column("open_balance", Kind.MONEY, "Still to be paid, credit notes deducted", "money"),
    Column("overdue_balance", Kind.MONEY, "Part of it that is past due", "money"),
    Column("disputed_balance", Kind.MONEY, "Part of it that is disputed", "money"),
    Column(BUCKETS[0], Kind.MONEY, "Part of it that is not past due", "money"),
    *(
        Column(label, Kind.MONEY, f"Part of it that is {label} past due", "money", heading=label)
        for label in BUCKETS[1:]
    ),
    Column("exposure", Kind.MONEY, "The open balance, 0 if it is negative", "money"),
    Column("expected_loss", Kind.MONEY, "Expected credit loss; blank without loss rates", "money"),
)


@worksheet_function(
    arguments=(
        Argument(
            "invoices",
            TABLE,
            "customer_id, invoice_date, due_date, amount (a credit note negative); where known paid_date, invoice_no, "
            "credit_of (the invoice of a credit note), disputed",
            shape=Shape.TABLE,
            table=INVOICE_TABLE,
        ),
        AS_OF,
        RATE,
        Argument(
            "loss_rates",
            Kind.SHARE,
            "Part that is expected to be lost of what is current, 1-30, 31-60, 61-90 and over 90 days past due",
            "0-1",
            required=False,
            shape=Shape.COLUMN,
        ),
        MONTHS,
        BASIS,
    ),
    result=Result.TABLE,
    columns=CUSTOMER_COLUMNS,
    blank=f"{CALL_ERRORS} A blank payment date is no fault: the invoice is open. What contradicts itself is in the "
    f"message. #VALUE! also where a column is missing. {FUTURE}",
    example=Example(
        (
            [
                ["customer_id", "invoice_no", "invoice_date", "due_date", "paid_date", "amount", "credit_of"],
                ["A", "R1", "2025-09-01", "2025-10-01", "2025-10-01", 1000, None],
                ["B", "R2", "2025-09-01", "2025-10-01", "2025-10-21", 2000, None],
                ["B", "R3", "2025-11-01", "2025-12-01", None, 600, None],
                ["B", "G4", "2025-11-11", "2025-11-11", None, -100, "R3"],
            ],
            "2025-12-31",
            0.1,
            [0.005, 0.02, 0.1, 0.3, 0.5],
        ),
        [
            [
                *("Customer id", "Invoices", "Credit notes", "Invoiced", "Average receivable", "Days to pay"),
                *("Days late", "On time share", "Terms cost", "Overdue cost", "Financing cost", "Open balance"),
                *("Overdue balance", "Disputed balance", "Current", *BUCKETS[1:], "Exposure", "Expected loss"),
            ],
            ["A", 1, 0, 1000, 82.1918, 30, 0, 1, 8.2192, 0, 8.2192, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ["B", 2, 1, 2500, 358.9041, 52, 22, 0, 20.8219, 15.0685, 35.8904, 500, 500, 0, 0, 500, 0, 0, 0, 500, 10],
        ],
    ),
    family=FAMILY,
)
def cv_receivables(
    invoices: pd.DataFrame, as_of: np.datetime64, rate: float, loss_rates: ARRAY | None, months: int, basis: float, /
) -> Answer:
    """How does each customer pay, what does waiting cost, and what may be lost?"""
    table = invoices.reindex(columns=[column.name for column in INVOICE_TABLE])
    documents = read_invoices(
        table["invoice_date"],
        table["due_date"],
        table["paid_date"].to_numpy(dtype="datetime64[s]"),
        table["amount"],
        as_of=as_of,
        disputed=(table["disputed"].astype(np.float64) > 0).to_numpy(),
        customer_ids=table["customer_id"],
        invoice_numbers=table["invoice_no"],
        credit_of=table["credit_of"],
    )
    found = receivables_by_customer(
        documents, annual_rate=rate, loss_rates=loss_rates, months=months, basis=basis, edges=AGEING_EDGES
    )
    return Answer(found.reset_index(), tuple(_notes(invoice_issues(documents))))


def _notes(issues: Sequence[Finding]) -> Iterable[str]:
    """What contradicts itself in the invoices, the first few of it."""
    for issue in issues[:MOST_ISSUES]:
        rows, more = ", ".join(map(str, issue.rows[:MOST_ROWS])), len(issue.rows) - MOST_ROWS
        yield f"{issue.kind} (row {rows}{f' and {more} more' if more > 0 else ''})"
    if len(issues) > MOST_ISSUES:
        yield f"and {len(issues) - MOST_ISSUES} more"
