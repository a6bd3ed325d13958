"""
What is wrong with the inputs of a costing is found at its place, and no money is lost on the way.

Every case goes through the whole chain: the finding's severity, table and rows, and what became of the ledger.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import AS_OF, assumptions, customers, found, result, table, tables, transactions
from valuation.cost.statement import OUTCOMES
from valuation.findings import Finding, Severity
from valuation.model import Results, value_base
from valuation.tables import TableData

SALES = transactions(("A", "2025-03-01", 1000.0), ("B", "2025-03-01", 500.0), cogs=[400.0, 200.0])
NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR


def used(*rows: tuple[str | None, float | None], driver: str = "minutes") -> TableData:
    who, quantity = zip(*rows, strict=True)
    return table("Drivers", customer_id=who, driver=[driver] * len(rows), quantity=quantity)


def pools(**columns: list[Any]) -> TableData:
    usual: dict[str, list[Any]] = {
        "pool": ["Desk", "IT"],
        "gl_account": ["6100", "6200"],
        "amount": [120.0, 60.0],
        "driver": ["minutes", "seats"],
        "treatment": ["retention", "retention"],
        "family": ["support", "support"],
    }
    return table("Ledger pools", **(usual | columns))


GOOD = used(("A", 60.0), ("B", 30.0))


def services(*rows: tuple[str, str, float]) -> TableData:
    return table("Service departments", **dict(zip(("pool", "to_pool", "share"), zip(*rows, strict=True), strict=True)))


def capacity(minutes: float) -> TableData:
    return table("Capacity", pool=["Desk"], practical_minutes=[minutes])


def invoices(**columns: list[Any]) -> TableData:
    day = ["2025-03-01"] * len(columns["customer_id"])
    return table("Invoices", **{"invoice_date": day, "due_date": day, **columns})


class Case(NamedTuple):
    """Tables that are wrong, what is found and where, and the costs of A and B and by outcome where they are sure."""

    parts: tuple[TableData, ...]
    kind: str
    severity: Severity
    table: str
    rows: tuple[int, ...]
    costs: tuple[float, float] = (80.0, 40.0)
    outcomes: dict[str, float] = {"unallocated": 60.0}  # noqa: RUF012 - read only: IT has no quantities
    assumed: dict[str, object] = {}  # noqa: RUF012 - read only


CASES = {
    "all-zero driver": Case(
        (used(("A", 0.0), ("B", 0.0)),),
        *("zero driver", WARNING, "Ledger pools", (1, 2)),
        costs=(0.0, 0.0),
        outcomes={"unallocated": 180.0},
    ),
    "negative driver": Case(
        (used(("A", 60.0), ("B", -30.0)),),
        *("out of range", ERROR, "Drivers", (2,)),
        costs=(120.0, 0.0),
    ),
    "driver that is not known": Case(
        (used(("A", 60.0), ("B", None)),),
        *("blank", ERROR, "Drivers", (2,)),
        costs=(120.0, 0.0),
    ),
    "driver rows of an unknown customer": Case(
        (used(("A", 60.0), ("X", 60.0)),),
        *("cost of unknown customers", WARNING, "Ledger pools", ()),
        costs=(60.0, 0.0),
        outcomes={"unallocated": 60.0, "unknown_customer": 60.0},
    ),
    "pool without driver": Case(
        (pools(driver=["minutes", None]),),
        *("no driver", WARNING, "Ledger pools", (2,)),
    ),
    "pool without family": Case(
        (pools(family=["support", None]),),
        *("pool without family or treatment", ERROR, "Ledger pools", (2,)),
    ),
    "no practical capacity": Case(
        (capacity(0.0),),
        *("no capacity", WARNING, "Ledger pools", (1,)),
        costs=(0.0, 0.0),
        outcomes={"unallocated": 180.0},
    ),
    "more minutes used than supplied": Case(
        (capacity(45.0),),
        *("overtime", WARNING, "Ledger pools", (1,)),
        costs=(160.0, 80.0),
        outcomes={"unallocated": 60.0, "unused": -120.0},
    ),
    "capacity of a pool that there is not": Case(
        (table("Capacity", pool=["Bar"], practical_minutes=[1.0]),),
        *("capacity of an unknown pool", ERROR, "Capacity", (1,)),
    ),
    "shares that do not sum to one": Case(
        (services(("IT", "Desk", 0.9)),),
        *("shares do not add up to 100%", ERROR, "Service departments", (1,)),
    ),
    "services in a circle": Case(
        (services(("IT", "Desk", 1.0), ("Desk", "IT", 1.0)),),
        *("services without a solution", ERROR, "Service departments", ()),
    ),
    "pools that do not tie in total": Case(
        (),
        *("ledger does not tie", ERROR, "Ledger pools", ()),
        costs=(np.nan, np.nan),
        assumed={"ledger_control_total": 200.0},
    ),
    "an account that does not tie": Case(
        (table("Trial balance", gl_account=["6100", "6200"], amount=[120.0, 61.0]),),
        *("account does not tie", ERROR, "Trial balance", (2,)),
        costs=(np.nan, np.nan),
    ),
    "credit note without invoice": Case(
        (invoices(customer_id=["A"], invoice_no=["1"], amount=[-50.0]),),
        *("credit note without invoice", WARNING, "Invoices", (1,)),
    ),
    "payment before the invoice": Case(
        (invoices(customer_id=["A"], invoice_no=["1"], amount=[50.0], paid_date=["2025-02-01"]),),
        *("paid before invoiced", NOTE, "Invoices", (1,)),
    ),
    "currencies mixed in the ledger": Case(
        (pools(amount=[120.0, 60.0], currency=["EUR", "USD"]),),
        *("another currency", ERROR, "Ledger pools", (2,)),
        outcomes={},
        assumed={"currency": "EUR"},
    ),
    "currencies mixed in the sales": Case(
        (
            transactions(
                *(("A", "2025-03-01", 1000.0), ("B", "2025-03-01", 500.0)), cogs=[400.0, 200.0], currency=["EUR", "USD"]
            ),
        ),
        *("another currency", ERROR, "Transactions", (2,)),
        assumed={"currency": "EUR"},
    ),
    "an equation below nought": Case(
        (
            pools(driver=["minutes", "time"]),
            table("Time equations", driver=["time"], activity=["call"], minutes=[-1.0]),
            table("Activities", customer_id=["A"], activity=["call"], quantity=[1.0]),
        ),
        *("negative minutes", ERROR, "Time equations", ()),
    ),
}


def run(case: Case) -> Results:
    register = assumptions(as_of=pd.Timestamp(AS_OF), **case.assumed)
    inputs = tables(customers("A", "B"), SALES, pools(), GOOD, register, *case.parts)
    return value_base(inputs, wanted={"Receivables"})


@pytest.mark.parametrize("name", CASES)
def test_it_is_found_at_its_place_and_no_money_is_lost(name: str) -> None:
    case = CASES[name]
    results = run(case)
    finding: Finding = found(results.findings, case.kind)
    assert (finding.severity, finding.table, finding.rows) == (case.severity, case.table, case.rows)
    assert finding.what
    assert finding.mend
    statement, pnl = results.tables["Cost to serve"], result(results, "Customer P&L")
    amounts = next((part for part in case.parts if part.table.name == "Ledger pools"), pools()).frame["amount"]
    kept_out = sum(finding.amounts) if finding.kind == "another currency" and finding.table == "Ledger pools" else 0.0
    assert statement["ledger"].sum() + kept_out == amounts.sum()
    assert (statement["difference"] == 0).all()
    outcomes = {outcome: statement[outcome].sum() for outcome in OUTCOMES}
    assert sum(outcomes.values()) == statement["ledger"].sum()
    rest = {outcome: amount for outcome, amount in outcomes.items() if outcome != "allocated" and amount}
    assert rest == case.outcomes
    np.testing.assert_array_equal(pnl["cost_to_serve"], case.costs)
    if not np.isnan(case.costs[0]):
        assert pnl["cost_to_serve"].sum() == outcomes["allocated"]


def test_foreign_sales_stay_in_the_reconciliation() -> None:
    lines = run(CASES["currencies mixed in the sales"]).tables["Reconciliation"].set_index("line")["amount"]
    assert lines[["All transactions", "Known customers", "Rows that cannot be used"]].tolist() == [
        1500.0,
        1000.0,
        500.0,
    ]


def test_customers_with_no_driver_cost_nothing_and_are_noted() -> None:
    results = value_base(tables(customers("A", "B", "C"), SALES, pools(), GOOD))
    assert result(results, "Customer P&L")["cost_to_serve"].tolist() == [80.0, 40.0, 0.0]
    finding = found(results.findings, "customer without a driver")
    assert (finding.severity, finding.table, finding.rows) == (Severity.NOTE, "Customers", (3,))


def test_a_ledger_that_does_not_tie_is_one_finding_and_no_other() -> None:
    results = run(CASES["pools that do not tie in total"])
    errors = [finding.kind for finding in results.findings if finding.severity is Severity.ERROR]
    assert errors == ["ledger does not tie"]
    assert result(results, "Lifetime value")["value"].isna().all()
