"""Amounts in another currency: kept out of every sum, and listed with their money."""

from typing import Any

import numpy as np
import pytest

from tests.valuation.model.builders import found, settings, table, tables, transactions
from valuation.findings import Severity
from valuation.model.currency import in_one_currency
from valuation.tables import TableData


def sales(*currencies: str | None) -> TableData:
    rows = [("A", "2025-03-01", float(10**place)) for place in range(len(currencies))]
    return transactions(*rows, currency=list(currencies))


def amounts(data: TableData, column: str = "net_amount") -> list[Any]:
    return data.frame[column].tolist()


def test_amounts_of_another_currency_are_taken_out_and_found() -> None:
    given = tables(sales("EUR", "usd", None, " eur ", "USD"))
    kept, findings = in_one_currency(given, settings(currency="EUR"))
    np.testing.assert_array_equal(amounts(kept["Transactions"]), [1.0, np.nan, 100.0, 1000.0, np.nan])
    finding = found(findings, "another currency")
    assert (finding.severity, finding.table, finding.column) == (Severity.ERROR, "Transactions", "currency")
    assert (finding.rows, finding.amounts) == ((2, 5), (10.0, 10000.0))
    assert "The amount is not in EUR" in finding.what
    assert amounts(given["Transactions"]) == [1.0, 10.0, 100.0, 1000.0, 10000.0]


def test_without_a_reporting_currency_the_commonest_one_counts() -> None:
    kept, _ = in_one_currency(tables(sales("USD", "EUR", "USD", None)), settings())
    np.testing.assert_array_equal(amounts(kept["Transactions"]), [1.0, np.nan, 100.0, 1000.0])


@pytest.mark.parametrize("currencies", [("EUR", "eur "), (None, None), ("EUR", None)])
def test_one_currency_changes_nothing(currencies: tuple[str | None, ...]) -> None:
    given = tables(sales(*currencies))
    kept, findings = in_one_currency(given, settings())
    assert kept == given
    assert findings == []


def test_every_table_of_money_is_looked_at() -> None:
    day = ["2025-03-01"] * 2
    invoices = table(
        "Invoices", customer_id=["A", "A"], invoice_no=["1", "2"], invoice_date=day, due_date=day, amount=[1.0, 2.0],
        currency=["EUR", "CHF"],
    )  # fmt: skip
    pools = table("Ledger pools", pool=["P", "P"], amount=[3.0, 4.0], currency=["GBP", "EUR"])
    kept, findings = in_one_currency(tables(invoices, pools), settings(currency="eur"))
    np.testing.assert_array_equal(amounts(kept["Invoices"], "amount"), [1.0, np.nan])
    np.testing.assert_array_equal(amounts(kept["Ledger pools"], "amount"), [np.nan, 4.0])
    assert [(finding.table, finding.rows) for finding in findings] == [("Ledger pools", (1,)), ("Invoices", (2,))]
