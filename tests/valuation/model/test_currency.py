"""Amounts in another currency: converted where there is a rate, else kept out of every sum and listed."""

from typing import Any

import numpy as np
import pytest

from tests.valuation.model.builders import customers, found, settings, table, tables, transactions
from valuation.findings import Severity
from valuation.model.currency import CONSTANT, in_one_currency
from valuation.model.customer_metrics import metrics_table
from valuation.model.history import read_base
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


# Conversion at the rates on FX.


def rates(*rows: tuple[str | None, str | None, float | None]) -> TableData:
    currency, end, average = zip(*rows, strict=True)
    return table("FX", currency=list(currency), period_end=list(end), average_rate=list(average))


def dollars(*days: str, currency: str = "USD", **columns: list[float]) -> TableData:
    return transactions(*(("A", day, 100.0) for day in days), currency=[currency] * len(days), **columns)


NOVEMBER = (("USD", "2024-11-30", 0.95), ("usd ", "2025-11-15", 0.90))
"""The month of a rate is that in which its day lies."""


def test_every_amount_of_a_row_is_converted_at_the_average_rate_of_its_period() -> None:
    sales = dollars("2025-11-03", "2024-11-03", gross_amount=[120.0, 120.0], discount=[20.0, 20.0], cogs=[40.0, 40.0])
    kept, findings = in_one_currency(tables(sales, rates(*NOVEMBER)), settings(currency="EUR"))
    frame = kept["Transactions"].frame
    assert frame[["net_amount", "gross_amount", "discount", "cogs"]].to_numpy().tolist() == [
        [90.0, 108.0, 18.0, 36.0],
        [95.0, 114.0, 19.0, 38.0],
    ]
    # At the rate of a year before; where there is none, at its own.
    assert frame[CONSTANT].tolist() == [95.0, 95.0]
    finding = found(findings, "converted")
    assert (finding.severity, finding.table) == (Severity.NOTE, "Transactions")
    assert "2 amounts were converted to EUR" in finding.what
    assert amounts(sales) == [100.0, 100.0]


def test_an_amount_without_a_rate_is_kept_out_with_its_money() -> None:
    sales = dollars("2025-11-03", "2025-12-03")
    kept, findings = in_one_currency(tables(sales, rates(*NOVEMBER)), settings(currency="EUR"))
    np.testing.assert_array_equal(amounts(kept["Transactions"]), [90.0, np.nan])
    finding = found(findings, "another currency")
    assert (finding.severity, finding.rows, finding.amounts) == (Severity.ERROR, (2,), (100.0,))
    assert "FX has no rate for it" in finding.what


def test_pools_and_invoices_are_converted_too() -> None:
    pools = table("Ledger pools", pool=["P"], amount=[10.0], period=["2025-11-30"], currency=["USD"])
    invoices = table(
        "Invoices", customer_id=["A"], invoice_no=["1"], invoice_date=["2025-11-30"], due_date=["2025-12-30"],
        amount=[20.0], currency=["USD"],
    )  # fmt: skip
    kept, _ = in_one_currency(tables(pools, invoices, rates(*NOVEMBER)), settings(currency="EUR"))
    assert amounts(kept["Ledger pools"], "amount") == [9.0]
    assert amounts(kept["Invoices"], "amount") == [18.0]


@pytest.mark.parametrize("row", [("USD", None, 0.9), (None, "2025-11-30", 0.9), ("CHF", "2025-11-30", 0.9)])
def test_rates_of_nothing_change_nothing(row: tuple[str | None, str | None, float | None]) -> None:
    sales = dollars("2025-11-03")
    without, alone = in_one_currency(tables(sales), settings(currency="EUR"))
    beside, findings = in_one_currency(tables(sales, rates(row)), settings(currency="EUR"))
    np.testing.assert_array_equal(amounts(without["Transactions"]), amounts(beside["Transactions"]))
    assert findings == alone


def test_rates_that_cannot_be_true_are_named_by_their_rows() -> None:
    given = rates(
        ("USD", None, 0.5),
        ("USD", "2025-11-30", 0.9),
        ("USD", "2025-11-10", 0.8),
        ("USD", "2025-12-31", 0.0),
        ("EUR", "2025-11-30", 1.1),
        ("USD", "2025-10-31", np.inf),
    )
    kept, findings = in_one_currency(tables(dollars("2025-11-03", "2025-12-03"), given), settings(currency="EUR"))
    np.testing.assert_array_equal(amounts(kept["Transactions"]), [90.0, np.nan])
    wrong = [finding for finding in findings if finding.kind == "rate that cannot be used"]
    assert [(finding.severity, finding.table, finding.rows) for finding in wrong] == [
        (Severity.ERROR, "FX", (4, 6)),
        (Severity.ERROR, "FX", (5,)),
        (Severity.ERROR, "FX", (3,)),
    ]


def test_exchange_rates_are_a_line_of_the_revenue_bridge_of_their_own() -> None:
    sales = transactions(
        ("A", "2023-01-05", 1.0), ("A", "2024-11-03", 100.0), ("A", "2025-11-03", 100.0),
        currency=["EUR", "USD", "USD"],
    )  # fmt: skip
    assumed = settings(currency="EUR")
    usable, _ = in_one_currency(tables(customers("A"), sales, rates(*NOVEMBER)), assumed)
    base = read_base(usable["Customers"], usable["Transactions"], np.datetime64("2025-12-31"))
    frame, _, _ = metrics_table(base, base.customers["customer_id"], assumed, usable)
    year: Any = frame.set_index("key").loc["year 0"]
    assert year[["revenue", "revenue_constant"]].tolist() == [90.0, 95.0]
    assert year[["before_12m", "expansion_12m", "contraction_12m", "fx_12m", "revenue_12m"]].tolist() == pytest.approx(
        [95.0, 0.0, 0.0, -5.0, 90.0]
    )
    assert year["net_retention"] == 1.0
