"""What waiting for the customers' money costs, by customer and by account that pays."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import (
    AS_OF,
    assumptions,
    customers,
    found,
    kinds,
    result,
    settings,
    table,
    tables,
    transactions,
    value,
)
from valuation.findings import Severity
from valuation.model.accounts import accounts_of
from valuation.model.history import read_base
from valuation.model.receivables import Receivables, borrowing_rate, read_receivables
from valuation.settings import Settings
from valuation.tables import AGEING, RECEIVABLES, TableData

OWN = customers("A", "B", "C")
MATRIX = {
    "loss_rate_current": 0.01,
    "loss_rate_30": 0.1,
    "loss_rate_60": 0.2,
    "loss_rate_90": 0.3,
    "loss_rate_over_90": 0.5,
}


def invoices(*rows: tuple[str, str, str, str | None, float], **columns: list[Any]) -> TableData:
    names = ("customer_id", "invoice_date", "due_date", "paid_date", "amount")
    given = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    numbers = [f"N{place}" for place in range(len(rows))]
    return table("Invoices", **{"invoice_no": numbers, **given, **columns})


def receivables(*parts: TableData, assumed: Settings | None = None) -> Receivables:
    given, assumed = tables(*parts), assumed or settings(borrowing_rate=0.1)
    base = read_base(OWN, None, AS_OF)
    read = read_receivables(base, accounts_of(base, assumed, given), assumed, given)
    assert list(read.accounts) == [column.name for column in RECEIVABLES]
    assert list(read.ageing) == [column.name for column in AGEING]
    return read


TEN_DAYS = ("A", "2025-03-01", "2025-03-05", "2025-03-11", 3650.0)


def test_financing_is_amount_times_days_times_rate() -> None:
    """3,650.00 for 10 of 365 days at 10%: 10.00."""
    read = receivables(invoices(TEN_DAYS))
    assert read.financing.tolist() == [10.0, 0.0, 0.0]
    assert read.accounts[["bill_to", "financing", "open_amount"]].to_numpy().tolist() == [["A", 10.0, 0.0]]


def test_the_discount_rate_stands_in_for_the_borrowing_rate() -> None:
    assert borrowing_rate(settings(discount_rate=0.2)) == 0.2
    assert receivables(invoices(TEN_DAYS), assumed=settings(discount_rate=0.2)).financing.tolist() == [20.0, 0.0, 0.0]


def test_expected_loss_by_days_past_due() -> None:
    owed = invoices(
        ("A", "2025-12-01", "2026-01-31", None, 1000.0),
        ("A", "2025-11-01", "2025-12-01", None, 100.0),
        ("B", "2025-01-01", "2025-01-31", None, 50.0),
    )
    read = receivables(owed, assumed=settings(**MATRIX))
    assert read.expected_loss.tolist() == [20.0, 25.0, 0.0]  # 1,000 x 1% + 100 x 10%; 50 x 50%
    ageing = read.ageing.set_index("bucket")
    assert ageing["open_amount"].tolist() == ageing["exposure"].tolist() == [1000.0, 100.0, 0.0, 0.0, 50.0]
    assert ageing["expected_loss"].tolist() == [10.0, 10.0, 0.0, 0.0, 25.0]


def test_a_chance_of_default_beats_the_matrix_for_whom_it_is_set() -> None:
    """A owes 3,650.00 on average for 10 of 365 days: 100.00 x 2% x 50%."""
    owed = invoices(TEN_DAYS, ("B", "2025-11-01", "2025-12-01", None, 100.0))
    assumed = settings(("default_probability", 0.02, "customer", "A"), **MATRIX, loss_given_default=0.5)
    assert receivables(owed, assumed=assumed).expected_loss.tolist() == [1.0, 10.0, 0.0]


def test_a_bill_to_is_charged_for_its_netted_balance_and_its_customers_share_that() -> None:
    """A credit note stands among what is not yet due, and is set off there."""
    payer = table("Hierarchy", customer_id=["A", "B", "C"], bill_to=["P", "P", "P"])
    owed = invoices(
        ("A", "2025-12-01", "2026-01-31", None, 1000.0),
        ("B", "2025-12-01", "2025-12-01", None, -400.0),
        ("C", "2025-12-01", "2026-01-31", None, 3000.0),
    )
    read = receivables(owed, payer, assumed=settings(**MATRIX))
    assert read.expected_loss.tolist() == [9.0, 0.0, 27.0]  # 3,600 x 1%, as 1,000 to 3,000
    (account,) = read.accounts.to_dict("records")
    assert (account["bill_to"], account["open_amount"], account["expected_loss"]) == ("P", 3600.0, 36.0)
    alone = receivables(owed, payer, assumed=settings(**MATRIX, receivables_account="customer"))
    assert alone.expected_loss.tolist() == [10.0, 0.0, 30.0]
    assert sorted(alone.accounts["bill_to"]) == ["A", "B", "C"]


def test_an_account_in_credit_costs_nobody_anything() -> None:
    payer = table("Hierarchy", customer_id=["A", "B"], bill_to=["P", "P"])
    owed = invoices(("A", "2025-12-01", "2026-01-31", None, 100.0), ("B", "2025-11-01", "2025-12-01", None, -140.0))
    read = receivables(owed, payer, assumed=settings(**MATRIX))
    assert read.expected_loss.tolist() == [0.0, 0.0, 0.0]
    assert read.ageing["exposure"].sum() == 0.0
    assert read.ageing["open_amount"].sum() == -40.0


def test_accounts_add_up_to_the_customers_and_to_the_ageing() -> None:
    owed = invoices(
        TEN_DAYS, ("B", "2025-11-01", "2025-12-01", None, 100.0), ("C", "2025-10-01", "2025-10-31", None, 70.0)
    )
    read = receivables(owed, assumed=settings(**MATRIX, borrowing_rate=0.1))
    assert read.accounts["expected_loss"].sum() == read.expected_loss.sum()
    assert read.accounts["financing"].sum() == read.financing.sum()
    assert read.accounts["open_amount"].sum() == read.ageing["open_amount"].sum() == 170.0
    assert read.accounts["financing"].is_monotonic_decreasing


def test_documents_that_cannot_be_used_are_left_out() -> None:
    owed = invoices(
        TEN_DAYS,
        ("Z", *TEN_DAYS[1:]),
        ("A", "2026-01-01", "2026-01-31", None, 99.0),
        TEN_DAYS,
        TEN_DAYS,
        invoice_no=["1", "2", "3", "1", None],
        due_date=["2025-03-05", "2025-03-05", "2026-01-31", "2025-03-05", None],
    )
    assert receivables(owed).financing.tolist() == [10.0, 0.0, 0.0]


def test_no_invoices_cost_nothing_and_no_rates_are_a_note() -> None:
    none = receivables()
    assert (none.financing.tolist(), none.expected_loss.tolist(), none.findings) == ([0.0] * 3, [0.0] * 3, [])
    noted = found(receivables(invoices(TEN_DAYS)).findings, "no loss rates")
    assert (noted.severity, noted.table) == (Severity.NOTE, "Assumptions")
    scoped = settings(("default_probability", 0.02, "customer", "A"))
    assert "no loss rates" not in kinds(receivables(invoices(TEN_DAYS), assumed=scoped).findings)
    assert "no loss rates" not in kinds(receivables(invoices(TEN_DAYS), assumed=settings(**MATRIX)).findings)


def test_rows_of_findings_are_those_of_the_sheet() -> None:
    owed = invoices(
        ("Z", "2025-11-01", "2025-12-01", None, 100.0),
        ("A", "2025-11-01", "2025-12-01", "2025-10-01", 100.0),
        ("A", "2025-11-01", "2025-12-01", None, -100.0),
    )
    read = receivables(owed)
    assert found(read.findings, "paid before invoiced").rows == (2,)
    assert found(read.findings, "credit note without invoice").rows == (3,)


@pytest.mark.parametrize("booked", ["no", "yes"])
def test_what_is_booked_in_the_pools_is_not_charged_again(booked: str) -> None:
    owed = invoices(TEN_DAYS, ("A", "2025-11-01", "2025-12-01", None, 100.0))
    register = assumptions(
        as_of=pd.Timestamp(AS_OF),
        borrowing_rate=0.1,
        financing_booked=booked,
        credit_loss_booked=booked,
        stock_carrying_booked=booked,
        **MATRIX,
    )
    sales = transactions(("A", "2025-03-01", 1000.0), cogs=[400.0])
    own = customers("A", stock_value=[500.0])
    pnl: Any = result(value(own, sales, owed, register, wanted={"Receivables"}), "Customer P&L").loc["A"]
    charges = pnl[["financing", "expected_loss", "stock_carrying"]]
    assert charges.tolist() == ([0.0, 0.0, 0.0] if booked == "yes" else [11.64, 10.0, 50.0])
    assert pnl["contribution_before_financing"] == 600.0
    assert pnl["contribution"] == pytest.approx(600.0 - charges.sum(), abs=1e-9)
    assert np.isfinite(pnl["run_rate_contribution"])
