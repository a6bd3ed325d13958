"""Every finding about the inputs: its kind, its rows as people count them, how grave it is, and its money."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from tests.valuation.model.builders import AS_OF, customers, found, kinds, misread, table, tables, transactions
from valuation.checks import MISREAD, PAST_DATES, check_inputs
from valuation.findings import Finding, Severity
from valuation.tables import INPUT_TABLES, TABLES, Fault, Kind, TableData, empty_frame

OWN = customers("A", "B", segment=["s", "t"])
SALES = transactions(("A", "2025-03-01", 10.0))


def check(*parts: TableData) -> list[Finding]:
    """Check these tables beside a customer list and a document, without the columns that they lack."""
    findings = check_inputs(tables(OWN, SALES) | tables(*parts), as_of=AS_OF)
    return [finding for finding in findings if finding.kind != "column missing"]


def cell(finding: Finding) -> tuple[str, str, tuple[int, ...], Severity]:
    return finding.table, finding.column, finding.rows, finding.severity


def test_sound_inputs_have_no_finding() -> None:
    assert check() == []


# Columns.


def test_a_column_that_has_to_be_there_is_missed() -> None:
    less = table("Transactions", customer_id=["A"], date=["2025-03-01"])
    (missing,) = [f for f in check_inputs(tables(OWN, less), as_of=AS_OF) if (f.table, f.column)[1] == "net_amount"]
    assert (missing.kind, missing.severity) == ("column missing", Severity.ERROR)
    assert missing.what == "The table has no column 'Net amount'"


def test_a_missing_column_whose_blanks_are_allowed_is_only_a_warning() -> None:
    ids_only = customers("A")
    severities = {
        f.column: f.severity for f in check_inputs(tables(ids_only, SALES), as_of=AS_OF) if f.table == "Customers"
    }
    assert severities == dict.fromkeys(["name", "first_purchase", "status"], Severity.WARNING)


@pytest.mark.parametrize("name", [t.name for t in INPUT_TABLES])
def test_a_full_header_without_rows_misses_no_column(name: str) -> None:
    empty = TableData(table=TABLES[name], frame=empty_frame(TABLES[name]))
    assert "column missing" not in kinds(check_inputs({name: empty}, as_of=AS_OF))


# Cells.


@pytest.mark.parametrize("fault", list(MISREAD))
def test_a_cell_that_was_misread_is_an_error_at_its_row(fault: Fault) -> None:
    data = transactions(("A", "2025-03-01", 1.0), ("A", "2025-03-01", None), ("A", "2025-03-01", None))
    data = misread(data, "net_amount", {2: fault, 3: Fault.ERROR})
    rows = (2, 3) if fault is Fault.ERROR else (2,)
    kind, what, mend = MISREAD[fault]
    finding = found(check(data), kind)
    assert cell(finding) == ("Transactions", "net_amount", rows, Severity.ERROR)
    assert (finding.what, finding.mend) == (what, mend)


def test_every_fault_but_a_blank_has_its_words() -> None:
    assert set(MISREAD) == set(Fault) - {Fault.NONE, Fault.BLANK}


def test_blanks_follow_the_policy_of_their_column() -> None:
    data = transactions(
        ("A", "2025-03-01", 1.0),
        (None, None, 2.0),
        (None, None, None),
        cogs=[None, 1.0, None],
        discount=[None, 0.5, None],
        lines=[None, 1.0, None],
    )
    blanks = {f.column: cell(f)[2:] for f in check(data) if f.kind == "blank"}
    assert blanks == {
        "date": ((2,), Severity.ERROR),
        "cogs": ((1,), Severity.NOTE),
        "discount": ((1,), Severity.NOTE),
    }


def test_a_column_that_nobody_fills_in_is_no_oversight_unless_it_is_needed() -> None:
    data = transactions(("A", None, 1.0), ("A", None, 1.0), (None, None, None), cogs=[None] * 3)
    blanks = {f.column: f.rows for f in check(data) if f.kind == "blank"}
    assert blanks == {"date": (1, 2)}


# Ranges.


def test_percent_typed_as_whole_number_is_told_from_other_numbers_out_of_range() -> None:
    data = table(
        "Retention", customer_id=["A", "B", "A", "B"], segment=[None] * 4, probability=[0.8, 80.0, 100.5, -0.1]
    )
    findings = check(data)
    percent, other = found(findings, "percent typed as whole number"), found(findings, "out of range")
    assert cell(percent) == ("Retention", "probability", (2,), Severity.ERROR)
    assert (percent.what, percent.mend) == ("Must be from 0 to 1; the first is 80", "Type 80% or 0.8, not 80")
    assert cell(other) == ("Retention", "probability", (3, 4), Severity.ERROR)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (table("Drivers", customer_id=["A"], driver=["h"], quantity=[-2.0]), "Must be 0 or more; the first is -2"),
        (table("Issues", customer_id=["A"], severity=[7.0]), "Must be from 1 to 4; the first is 7"),
        (transactions(("A", "2025-03-01", float("inf"))), "Must be a finite number; the first is inf"),
    ],
    ids=["below", "between", "infinite"],
)
def test_numbers_out_of_range_say_the_range(data: TableData, rule: str) -> None:
    assert found(check(data), "out of range").what == rule


def test_only_shares_can_be_percents() -> None:
    assert "percent typed as whole number" not in kinds(check(table("Issues", customer_id=["A"], severity=[7.0])))


# Doubles.


def test_the_second_row_of_a_key_is_left_out() -> None:
    doubled = customers("A", "B", "A", None, None)  # type: ignore[arg-type]
    assert cell(found(check(doubled), "duplicate")) == ("Customers", "customer_id", (3,), Severity.ERROR)
    pairs = table("Drivers", customer_id=["A", "A", "A"], driver=["h", "k", "h"], quantity=[1.0] * 3)
    finding = found(check(pairs), "duplicate")
    assert (finding.rows, finding.what) == (
        (3,),
        "The same customer id and driver stands further up; this row is left out",
    )


def test_retention_has_one_row_for_everybody_each_segment_and_each_customer() -> None:
    data = table(
        "Retention",
        customer_id=["A", "A", None, None, None, None, None],
        segment=["s", None, "s", "s", None, None, None],
        probability=[0.5, 0.6, 0.7, 0.8, 0.9, 0.95, None],
    )
    assert found(check(data), "duplicate").rows == (2, 4, 6)
    alone = table("Retention", segment=["s", "s"], probability=[0.5, 0.6])
    assert found(check(alone), "duplicate").rows == (2,)


def test_doubles_of_the_register_are_left_to_the_settings() -> None:
    data = table("Assumptions", id=["horizon", "horizon"], value=[1.0, 2.0], scope=["all", "all"])
    assert "duplicate" not in kinds(check(data))


# Dates.


@pytest.mark.parametrize("name", list(PAST_DATES))
def test_what_has_not_happened_yet_is_found(name: str) -> None:
    column = PAST_DATES[name]
    data = table(name, **{column: ["2025-12-31", "2026-01-01", None]})
    finding = found(check(data), "future date")
    assert cell(finding) == (name, column, (2,), Severity.ERROR)
    assert finding.what == "Dated after the as-of date 2025-12-31; it has not happened yet"


def test_the_last_second_of_the_as_of_date_is_past() -> None:
    data = transactions(("A", "2025-12-31T23:59:59", 1.0), ("A", "2026-01-01T00:00:00", 7.0))
    finding = found(check(data), "future date")
    assert (finding.rows, finding.amounts) == ((2,), (7.0,))


def test_transactions_that_end_before_the_twelve_months_are_a_warning() -> None:
    old = transactions(("A", "2024-12-31", 1.0))
    assert found(check(old), "no recent transactions").severity is Severity.WARNING
    assert "no recent transactions" not in kinds(check(transactions(("A", "2025-01-01", 1.0))))
    assert "no recent transactions" not in kinds(check(transactions()))


# Who is meant.


def test_unknown_and_missing_customers_of_transactions_keep_their_money() -> None:
    data = transactions(
        ("A", "2025-03-01", 1.0), ("X", "2025-03-01", 2.0), (None, "2025-03-01", 3.0), ("Y", "2025-03-01", None),
        (None, None, None),
    )  # fmt: skip
    findings = check(data)
    unknown, nobody = found(findings, "unknown customer"), found(findings, "no customer")
    assert cell(unknown) == ("Transactions", "customer_id", (2, 4), Severity.WARNING)
    assert unknown.amounts == (2.0, 0.0)
    assert cell(nobody) == ("Transactions", "customer_id", (3,), Severity.WARNING)
    assert nobody.amounts == (3.0,)


def test_an_id_that_was_misread_is_not_also_missing() -> None:
    data = misread(transactions((None, "2025-03-01", 3.0)), "customer_id", {1: Fault.DATE})
    assert kinds(check(data)) == {"date in number"}


def test_transactions_without_amounts_still_name_unknown_customers() -> None:
    data = table("Transactions", customer_id=["X", None], date=["2025-03-01", "2025-03-01"])
    assert found(check(data), "unknown customer").amounts == ()
    assert "no customer" not in kinds(check(data))


@pytest.mark.parametrize(
    ("name", "columns", "column"),
    [
        ("Drivers", {"customer_id": ["A", "X"]}, "customer_id"),
        ("Ledger pools", {"customer_id": [None, "X"]}, "customer_id"),
        ("Retention", {"customer_id": [None, "X"], "probability": [0.5, 0.5]}, "customer_id"),
        ("Invoices", {"customer_id": ["A", "X"]}, "customer_id"),
        ("Issues", {"customer_id": ["A", "X"]}, "customer_id"),
        ("Ideas", {"customer_id": ["A", "X"]}, "customer_id"),
        ("Survey", {"customer_id": ["A", "X"]}, "customer_id"),
        ("Assumptions", {"scope": ["all", "customer"], "applies_to": ["X", "X"]}, "applies_to"),
    ],
)
def test_ids_that_are_not_on_customers_are_found_everywhere(
    name: str, columns: dict[str, Sequence[object]], column: str
) -> None:
    assert cell(found(check(table(name, **columns)), "unknown customer")) == (name, column, (2,), Severity.WARNING)


@pytest.mark.parametrize(
    ("name", "columns", "column"),
    [
        ("Retention", {"segment": ["s", "x"], "probability": [0.5, 0.5]}, "segment"),
        ("Assumptions", {"scope": ["segment", "segment"], "applies_to": ["t", "x"]}, "applies_to"),
    ],
)
def test_segments_that_no_customer_has_are_found(name: str, columns: dict[str, Sequence[object]], column: str) -> None:
    finding = found(check(table(name, **columns)), "unknown segment")
    assert cell(finding) == (name, column, (2,), Severity.WARNING)
    assert finding.what == "The segment is not on Customers; the row has no effect"


def test_without_customers_that_alone_is_said() -> None:
    for parts in ([], [customers()], [customers(None)]):  # type: ignore[arg-type]
        findings = check_inputs(tables(SALES, *parts), as_of=AS_OF)
        assert found(findings, "no customers").severity is Severity.ERROR
        assert "unknown customer" not in kinds(findings)


# Money.


def test_odd_documents_are_noted_with_their_money() -> None:
    data = transactions(
        *(("A", "2025-03-01", amount) for amount in (5.0, 6.0, 7.0)),
        zero_price_lines=[1.0, 0.0, None],
        duplicate_lines=[0.0, 2.0, None],
        duplicate_amount=[0.0, 4.5, None],
        type=["sale", "sale", "adjustment"],
    )
    findings = check(data)
    expected = {"zero price": ((1,), (5.0,)), "repeated lines": ((2,), (4.5,)), "adjustment": ((3,), (7.0,))}
    for kind, (rows, amounts) in expected.items():
        finding = found(findings, kind)
        assert (finding.rows, finding.amounts, finding.severity) == (rows, amounts, Severity.NOTE)


def test_amounts_that_do_not_tie_are_an_error() -> None:
    data = transactions(
        *(("A", "2025-03-01", amount) for amount in (90.0, 90.0, 90.004, 90.0)),
        gross_amount=[100.0, 100.0, 100.0, None],
        discount=[10.0, None, 10.0, 5.0],
    )
    finding = found(check(data), "amounts do not tie")
    assert (finding.rows, finding.amounts, finding.severity) == ((2,), (90.0,), Severity.ERROR)


def test_neither_transactions_nor_typed_revenue_is_an_error() -> None:
    alone = customers("A")
    assert found(check_inputs(tables(alone), as_of=AS_OF), "no revenue").severity is Severity.ERROR
    assert "no revenue" in kinds(check_inputs(tables(alone, transactions(("A", None, 5.0))), as_of=AS_OF))
    for column in ("annual_revenue", "annual_margin"):
        typed = customers("A", **{column: [5.0]})
        assert "no revenue" not in kinds(check_inputs(tables(typed), as_of=AS_OF))


# Retention.


def test_counts_that_cannot_be_and_rows_that_say_nothing_have_no_effect() -> None:
    data = table(
        "Retention",
        customer_id=["A", "B", None, None, None, None],
        segment=[None, None, "s", "t", None, None],
        renewed=[9.0, None, 0.0, 5.0, None, 8.0],
        exposed=[8.0, 5.0, 0.0, 6.0, None, None],
        probability=[None, None, None, None, None, 0.5],
    )
    findings = check(data)
    assert cell(found(findings, "more renewed than exposed"))[2:] == ((1,), Severity.ERROR)
    assert cell(found(findings, "retention without evidence"))[2:] == ((2, 3), Severity.WARNING)


# All of it.


def test_the_gravest_comes_first() -> None:
    data = transactions(("X", None, 5.0), ("A", "2025-03-01", 5.0), type=["adjustment", "sale"])
    severities = [finding.severity for finding in check(data)]
    assert severities == sorted(severities, reverse=True)
    assert set(severities) == set(Severity)


def test_every_finding_says_what_to_do_and_has_money_for_each_row() -> None:
    frame = pd.DataFrame({"customer_id": ["A", "A", None, "X"], "net_amount": [1.0, np.nan, 3.0, 4.0]})
    faults = {"date": np.array([1, 5, 1, 1], dtype=np.int8), "net_amount": np.array([0, 2, 0, 0], dtype=np.int8)}
    data = TableData(table=TABLES["Transactions"], frame=frame.assign(date=np.datetime64("NaT", "s")), faults=faults)
    findings = check_inputs(tables(customers("A", "A"), data), as_of=AS_OF)
    assert len(findings) > 5
    for finding in findings:
        assert finding.what
        assert finding.mend
        assert finding.table in TABLES
        assert len(finding.amounts) in (0, len(finding.rows))
        assert not finding.column or TABLES[finding.table][finding.column].kind in Kind
