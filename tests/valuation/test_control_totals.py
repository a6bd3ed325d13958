"""Extracts against their control totals, over small tables made by hand."""

import numpy as np
import pandas as pd
import pytest

from valuation.control_totals import Extract, control_findings, extract_of
from valuation.findings import Finding, Severity
from valuation.tables import TABLES, TableData, complete_frame

AS_OF = np.datetime64("2025-12-31")


def table(name: str, **columns: list[object]) -> TableData:
    frame = complete_frame(TableData(table=TABLES[name], frame=pd.DataFrame(columns)), TABLES[name])
    dates = {c.name: frame[c.name].astype("datetime64[s]") for c in TABLES[name] if c.kind == "date"}
    return TableData(table=TABLES[name], frame=frame.assign(**dates))


TABLES_READ = {
    "Transactions": table(
        "Transactions",
        customer_id=["A", "B", None, "A"],
        date=["2024-12-31", "2025-01-01", "2025-12-31", None],
        net_amount=[10.0, 20.1, 0.2, 5.0],
        cogs=[6.0, None, 0.1, 1.0],
    ),
    "Invoices": table(
        "Invoices",
        customer_id=["A", "A", "B", "B"],
        invoice_date=["2025-11-01", "2025-12-01", "2026-01-01", "2025-12-30"],
        paid_date=["2025-12-31", "2026-01-02", None, None],
        amount=[1.0, 2.0, 4.0, 8.0],
    ),
    "Ledger pools": table("Ledger pools", pool=["Desk", "Vans", "Desk"], amount=[1.1, 5.0, 2.2]),
}


@pytest.mark.parametrize(
    ("item", "pool", "amount", "rows"),
    [
        ("sales", "", 35.3, 4),
        ("sales of the twelve months", "", 20.3, 2),
        ("cost of sales", "", 7.1, 3),
        ("cost of sales of the twelve months", "", 0.1, 1),
        ("invoices", "", 15.0, 4),
        ("open invoices", "", 10.0, 2),
        ("ledger pool", "Desk", 3.3, 2),
        ("ledger pool", "Planes", 0.0, 0),
    ],
)
def test_what_an_extract_adds_up_to(item: str, pool: str, amount: float, rows: int) -> None:
    assert extract_of(item, TABLES_READ, as_of=AS_OF, pool=pool) == Extract(amount, rows)


def found(**columns: list[object]) -> list[Finding]:
    return list(control_findings({**TABLES_READ, "Control totals": table("Control totals", **columns)}, as_of=AS_OF))


def test_totals_that_tie_are_no_finding() -> None:
    assert found(item=["sales", "ledger pool"], pool=[None, "Desk"], amount=[35.3, 3.3], rows=[4.0, None]) == []


def test_money_or_rows_that_are_missing_are_found() -> None:
    (finding,) = found(item=["sales", "invoices", "open invoices"], amount=[35.31, 15.0, None], rows=[4.0, 5.0, 2.0])
    assert (finding.kind, finding.severity, finding.rows) == ("extract not complete", Severity.ERROR, (1, 2))
    assert finding.amounts == (-0.01, 0.0)


def test_a_total_of_nothing_is_found() -> None:
    (finding,) = found(
        item=["ledger pool", "ledger pool", "sales", None],
        pool=["Planes", None, "Desk", None],
        amount=[1.0, 2.0, 3.0, 4.0],
    )
    assert (finding.kind, finding.rows) == ("control total of nothing", (1, 2, 3))


def test_who_prepares_does_not_review() -> None:
    (finding,) = found(item=["invoices"], amount=[15.0], prepared_by=["A"], reviewed_by=["A"])
    assert (finding.kind, finding.severity) == ("reviewed by who prepared it", Severity.WARNING)


def test_without_control_totals_nothing_is_found() -> None:
    assert list(control_findings(TABLES_READ, as_of=AS_OF)) == []
