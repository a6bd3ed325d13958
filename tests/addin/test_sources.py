"""Reading transactions from files: what is read, to the last decimal, and what is refused with which words."""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from addin.faults import UserError
from addin.sources import (
    ImportedTransactions,
    SourceError,
    SourceMapping,
    load_mapping,
    read_transactions,
    save_mapping,
)
from valuation.findings import Severity
from valuation.tables import TRANSACTIONS

Columns = dict[str, list[Any]]

LINES = SourceMapping(
    customer="Customer", date="Date", quantity="Quantity", unit_price="Price", document="Invoice", credit_prefix="C"
)
AMOUNTS = SourceMapping(customer="customer", date="date", amount="amount")
SALES: Columns = {
    "Invoice": ["536365", "536365", "C536379", "536414", "A563185", "536370", "536370", "536371"],
    "Item": ["candle", "lamp", "lamp", "?", "Adjust bad debt", "cup", "cup", "loss"],
    "Quantity": [6, 8, -1, 56, 1, 3, 3, -10],
    "Date": [
        datetime(2010, 12, 2, 8, 26),
        datetime(2010, 12, 1, 23, 59, 59),
        datetime(2010, 12, 3),
        datetime(2010, 12, 1, 11, 52),
        datetime(2011, 8, 12, 14, 50),
        datetime(2010, 12, 1, 9, 0),
        datetime(2010, 12, 1, 9, 0),
        datetime(2010, 12, 4, 9, 0),
    ],
    "Price": [2.55, 0.001, 27.5, 0.0, 11062.06, 1.25, 1.25, 0.1],
    "Customer": [17850.0, 17850.0, 14527.0, None, None, 12583.0, 12583.0, 12583.0],
}
DOCUMENTS: Columns = {
    "customer_id": ["17850", "12583", None, "14527", "12583", None],
    "date": [pd.Timestamp(day) for day in ("2010-12-01",) * 3 + ("2010-12-03", "2010-12-04", "2011-08-12")],
    "net_amount": [15.308, 7.5, 0.0, -27.5, -1.0, 11062.06],
    "type": ["sale", "sale", "sale", "credit", "adjustment", "sale"],
    "invoice_no": ["536365", "536370", "536414", "C536379", "536371", "A563185"],
    "lines": [2.0, 2.0, 1.0, 1.0, 1.0, 1.0],
    "zero_price_lines": [0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
    "duplicate_lines": [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
    "duplicate_amount": [0.0, 3.75, 0.0, 0.0, 0.0, 0.0],
}


def write_csv(path: Path, columns: Columns) -> None:
    pd.DataFrame(columns).to_csv(path, index=False)


def write_semicolons(path: Path, columns: Columns) -> None:
    pd.DataFrame(columns).to_csv(path, index=False, sep=";", quoting=1)


def write_parquet(path: Path, columns: Columns) -> None:
    pq.write_table(pa.table(columns), path)


def write_excel(path: Path, columns: Columns) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm", "nan_inf_to_errors": True}) as book:
        sheet = book.add_worksheet()
        for i, (name, cells) in enumerate(columns.items()):
            sheet.write_string(0, i, name)
            for row, cell in enumerate(cells, 1):
                if cell is not None:
                    sheet.write(row, i, cell)


WRITERS = [
    pytest.param(write_csv, ".csv", id="csv"),
    pytest.param(write_semicolons, ".csv", id="semicolons"),
    pytest.param(write_parquet, ".parquet", id="parquet"),
    pytest.param(write_excel, ".xlsx", id="xlsx"),
    pytest.param(write_excel, ".xlsm", id="xlsm"),
]


def read_text(folder: Path, text: str, mapping: SourceMapping = AMOUNTS, **more: Any) -> ImportedTransactions:
    path = folder / "sales.csv"
    path.write_text(text, encoding="utf-8")
    return read_transactions(path, mapping, **more)


def read_rows(folder: Path, *rows: str, header: str = "customer,date,amount", **more: Any) -> ImportedTransactions:
    return read_text(folder, "\n".join((header, *rows)) + "\n", **more)


def kinds(read: ImportedTransactions) -> dict[str, tuple[int, ...]]:
    return {finding.kind: finding.rows for finding in read.findings}


# ---- every kind of file ----


@pytest.mark.parametrize(("write", "ending"), WRITERS)
def test_every_kind_of_file_gives_the_same_documents(
    tmp_path: Path, write: Callable[[Path, Columns], None], ending: str
) -> None:
    path = tmp_path / f"sales{ending}"
    write(path, SALES)
    read = read_transactions(path, LINES)
    assert read.frame.to_dict("list") == DOCUMENTS | {"source": [path.name] * 6}
    assert read.findings == []
    assert dataclasses.asdict(read.totals) == {
        "lines": 8,
        "documents": 4,
        "customers": 3,
        "all_lines": Decimal("11056.368"),
        "identified": Decimal("-5.692"),
        "sales": Decimal("21.808"),
        "credits": Decimal("-27.5"),
        "unknown_customer": Decimal("11062.06"),
        "unreadable_lines": 0,
        "unreadable_amount": Decimal(0),
    }


def test_columns_are_the_contracts(tmp_path: Path) -> None:
    read = read_rows(tmp_path, "A,2025-01-31,5")
    assert set(read.frame) <= {column.name for column in TRANSACTIONS}
    assert "invoice_no" not in read.frame, "there is no such column in the source"
    assert {name: str(kind) for name, kind in read.frame.dtypes.items() if kind != "float64"} == {
        "customer_id": "object",
        "date": "datetime64[s]",
        "type": "object",
        "source": "object",
    }


def test_importing_the_module_does_not_import_duckdb() -> None:
    check = "import sys, addin.sources; sys.exit('duckdb' in sys.modules or 'python_calamine' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_that_excel_writes(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes("customer,date,amount\r\nMüller,2025-01-31,5\r\n".encode(encoding))
    read = read_transactions(path, AMOUNTS)
    assert read.frame["customer_id"].tolist() == ["Müller"]
    assert list(kinds(read)) == (["old encoding"] if encoding == "cp1252" else [])


def test_quoted_fields_keep_marks_and_line_breaks(tmp_path: Path) -> None:
    read = read_rows(tmp_path, '"Smith, ""Jim""\nand sons",2025-01-31,"5"', "#1,2025-02-01,7")
    assert read.frame["customer_id"].tolist() == ['Smith, "Jim"\nand sons', "#1"]


@pytest.mark.parametrize("name", ["sales[1].csv", "sales*.csv", "year=2025.csv", 'it\'s "q"; --.csv'])
def test_file_names_are_taken_to_the_letter(tmp_path: Path, name: str) -> None:
    (tmp_path / "sales1.csv").write_text("customer,date,amount\nWRONG,2025-01-31,1\n")
    (tmp_path / name).write_text("customer,date,amount\nA,2025-01-31,1\n")
    read = read_transactions(tmp_path / name, AMOUNTS)
    assert read.frame[["customer_id", "source"]].to_numpy().tolist() == [["A", name]]


def test_first_worksheet_is_read_even_behind_a_chart(tmp_path: Path) -> None:
    path = tmp_path / "sales.xlsx"
    with xlsxwriter.Workbook(path) as book:
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Data!$C$2:$C$3"})
        book.add_chartsheet().set_chart(chart)
        sheet = book.add_worksheet("Data")
        sheet.write_row(2, 1, ["customer", "date", "amount"])
        sheet.write_row(3, 1, ["A", "2025-01-31", 5])
        book.add_worksheet().write(0, 0, "other")
    assert read_transactions(path, AMOUNTS).frame["net_amount"].tolist() == [5.0]


# ---- exact money ----


def test_tenths_add_up_exactly(tmp_path: Path) -> None:
    read = read_rows(tmp_path, "A,2025-01-31,0.1", "A,2025-01-31,0.2", "A,2025-01-31,-0.3")
    assert read.totals.all_lines == 0
    assert read.frame["net_amount"].tolist() == [0.0]


def test_prices_under_a_cent_survive_many_lines(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    n = 30_000
    write_parquet(path, {"c": ["A"] * n, "d": [date(2025, 1, 31)] * n, "q": [3] * n, "p": [0.001] * n})
    read = read_transactions(path, SourceMapping(customer="c", date="d", quantity="q", unit_price="p"))
    assert str(read.totals.all_lines) == "90.00"
    assert read.frame["net_amount"].tolist() == [90.0]
    assert read.frame["duplicate_lines"].tolist() == [n - 1]


def test_floats_count_by_their_shortest_text(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    prices = pa.array([2.675, 1e-05, 0.1 + 0.2, 33.333333])
    write_parquet(path, {"customer": ["A"] * 4, "date": [date(2025, 1, 31)] * 4, "amount": prices.to_pylist()})
    assert read_transactions(path, AMOUNTS).totals.all_lines == Decimal("36.308343")


def test_frame_holds_the_nearest_float(tmp_path: Path) -> None:
    read = read_rows(tmp_path, "A,2025-01-31,9747747.934", "B,2025-01-31,88888888888.123456")
    assert read.frame["net_amount"].tolist() == [9747747.934, 88888888888.123456]
    assert str(read.totals.all_lines) == "88898636636.057456"


def test_decimals_and_small_floats_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    table = pa.table(
        {
            "customer": pa.array([Decimal("17850.00")], pa.decimal128(10, 2)),
            "date": pa.array([date(2025, 1, 31)]),
            "q": pa.array([Decimal("1.250")], pa.decimal128(8, 3)),
            "p": pa.array([2.55], pa.float32()),
        }
    )
    pq.write_table(table, path)
    read = read_transactions(path, SourceMapping(customer="customer", date="date", quantity="q", unit_price="p"))
    assert read.totals.all_lines == Decimal("3.1875")
    assert read.frame["customer_id"].tolist() == ["17850"]


# ---- customers and documents ----


def test_customer_ids_do_not_depend_on_how_they_were_stored(tmp_path: Path) -> None:
    rows = [f"{id_},2025-01-31,1" for id_ in ("17850", "17850.0", " 17850 ", "\u00a017850", '"17850"')]
    read = read_rows(tmp_path, *rows)
    assert read.frame["customer_id"].tolist() == ["17850"]


def test_ids_that_differ_as_text_stay_apart(tmp_path: Path) -> None:
    read = read_rows(tmp_path, *(f"{id_},2025-01-31,1" for id_ in ("0123", "123", "1.10", "1.1", "a", "A", "007.0")))
    assert read.frame["customer_id"].tolist() == ["007.0", "0123", "1.1", "1.10", "123", "A", "a"]


def test_leading_zeros_of_text_cells_survive(tmp_path: Path) -> None:
    path = tmp_path / "sales.xlsx"
    columns: Columns = {"customer": ["00123", 123], "date": [datetime(2025, 1, 31)] * 2, "amount": [1, 2]}
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for i, (name, cells) in enumerate(columns.items()):
            sheet.write_column(0, i, [name, *cells])
    assert read_transactions(path, AMOUNTS).frame["customer_id"].tolist() == ["00123", "123"]


def test_blank_customers_are_unknown(tmp_path: Path) -> None:
    read = read_rows(
        tmp_path,
        *(f"{id_},2025-01-31,1,I{i}" for i, id_ in enumerate(("", '""', " ", "NaN", "nan", "A"))),
        header="customer,date,amount,invoice",
        mapping=dataclasses.replace(AMOUNTS, document="invoice"),
    )
    assert read.frame["customer_id"].tolist() == [None] * 5 + ["A"]
    assert read.totals.unknown_customer == 5
    assert read.totals.customers == 1
    assert read.totals.documents == 1


def test_nan_of_a_float_column_is_an_unknown_customer(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    write_parquet(path, {"customer": [float("nan"), 1.0], "date": [date(2025, 1, 31)] * 2, "amount": [1.0, 2.0]})
    assert read_transactions(path, AMOUNTS).frame["customer_id"].tolist() == ["1", None]


def test_one_number_for_two_customers_is_two_documents(tmp_path: Path) -> None:
    mapping = dataclasses.replace(AMOUNTS, document="invoice")
    rows = ("B,2025-01-31,1,77", "A,2025-01-31,2,77.0", ",2025-01-31,4,77")
    read = read_rows(tmp_path, *rows, header="customer,date,amount,invoice", mapping=mapping)
    assert read.frame["invoice_no"].tolist() == ["77"] * 3
    assert read.frame["customer_id"].tolist() == ["A", "B", None]


def test_without_numbers_a_customers_day_is_a_document(tmp_path: Path) -> None:
    rows = ("A,2025-01-31 08:00,1", "A,2025-01-31T17:30:00Z,2", "A,2025-02-01,4", ",2025-01-31,8", ",2025-01-31,16")
    read = read_rows(tmp_path, *rows)
    assert read.frame["net_amount"].tolist() == [3.0, 24.0, 4.0]
    assert read.frame["lines"].tolist() == [2.0, 2.0, 1.0]


def test_blank_numbers_are_grouped_by_day_and_noted(tmp_path: Path) -> None:
    rows = ("A,2025-01-31,1,", "A,2025-02-01,2,", "A,2025-02-01,4,", "A,2025-02-01,8,I1")
    mapping = dataclasses.replace(AMOUNTS, document="invoice")
    read = read_rows(tmp_path, *rows, header="customer,date,amount,invoice", mapping=mapping)
    assert read.frame["net_amount"].tolist() == [1.0, 8.0, 6.0]
    assert read.frame["invoice_no"].tolist() == [None, "I1", None]
    assert kinds(read) == {"blank document": (1, 2, 3)}


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [("C", ["sale", "sale", "adjustment", "credit"]), ("", ["sale", "sale", "credit", "sale"])],
)
def test_types(tmp_path: Path, prefix: str, expected: list[str]) -> None:
    rows = ("K,2025-01-01,5,1", "K,2025-01-02,0,2", "K,2025-01-03,-5,3", "K,2025-01-04,5,C4")
    mapping = dataclasses.replace(AMOUNTS, document="no", credit_prefix=prefix)
    read = read_rows(tmp_path, *rows, header="customer,date,amount,no", mapping=mapping)
    assert read.frame["type"].tolist() == expected


def test_duplicates_repeat_another_line_in_all_columns(tmp_path: Path) -> None:
    rows = ("A,2025-01-31,5,x",) * 3 + ("A,2025-01-31,5,y", "A,2025-01-31,5,X", "B,2025-01-31,0,x", "B,2025-01-31,0,x")
    read = read_rows(tmp_path, *rows, header="customer,date,amount,item")
    assert read.frame["net_amount"].tolist() == [25.0, 0.0]
    assert read.frame["duplicate_lines"].tolist() == [2.0, 1.0]
    assert read.frame["duplicate_amount"].tolist() == [10.0, 0.0]
    assert read.frame["zero_price_lines"].tolist() == [0.0, 2.0]


# ---- what cannot be read is found, with its money ----


def test_unreadable_lines_are_found_and_stand_beside_the_totals(tmp_path: Path) -> None:
    rows = (
        "A,2025-01-31,5",
        "A,,7",
        "A,2025-02-30,8",
        "A,pending,9",
        "A,9999-12-31,10",
        "A,2025-01-31,",
        "A,2025-01-31,n/a",
        "A,2025-01-31,1e40",
        "A,2025-01-31,nan",
        "A,2025-01-31,(5)",
        ",,",
        "A,2025-01-31,1_000",
        "A,45000,11",
    )
    read = read_rows(tmp_path, *rows)
    assert kinds(read) == {
        "blank amount": (6, 9),
        "blank date": (2,),
        "blank row": (11,),
        "implausible date": (5,),
        "unreadable amount": (7, 8, 10, 12),
        "unreadable date": (3, 4, 13),
    }
    by_kind = {finding.kind: finding for finding in read.findings}
    assert by_kind["unreadable date"].amounts == (8.0, 9.0, 11.0)
    assert by_kind["unreadable amount"].amounts == ()
    assert "the first is data row 3: '2025-02-30'." in by_kind["unreadable date"].what
    assert "4 rows of sales.csv" in by_kind["unreadable amount"].what
    assert by_kind["blank row"].severity is Severity.NOTE
    assert by_kind["blank date"].column == "date"
    assert read.totals.all_lines == 5
    assert read.totals.lines == 1
    assert read.totals.unreadable_lines == 11
    assert read.totals.unreadable_amount == 7 + 8 + 9 + 10 + 11


def test_blank_price_or_quantity_is_no_nought(tmp_path: Path) -> None:
    rows = ("A,2025-01-31,,5,1", "A,2025-01-31,5,,2", "A,2025-01-31,2,3,3")
    read = read_rows(tmp_path, *rows, header="Customer,Date,Quantity,Price,Invoice", mapping=LINES)
    assert kinds(read) == {"blank amount": (1, 2)}
    assert read.totals.all_lines == 6


def test_error_cells_booleans_and_text_are_no_amounts(tmp_path: Path) -> None:
    path = tmp_path / "sales.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["customer", "date", "amount"])
        for row, value in enumerate([5, True, "five", "7,50 EUR", "6"], 1):
            sheet.write_row(row, 0, ["A", "2025-01-31", value])
        sheet.write_row(6, 0, ["A", "2025-01-31"])
        sheet.write_formula(6, 2, "=NA()", None, "#N/A")
    read = read_transactions(path, AMOUNTS)
    assert read.totals.all_lines == 11
    assert read.totals.unreadable_lines == 4


def test_lines_after_the_as_of_date_are_kept_and_found(tmp_path: Path) -> None:
    read = read_rows(tmp_path, "A,2025-01-31,5", "A,2025-02-01,7", as_of=date(2025, 1, 31))
    (finding,) = read.findings
    assert (finding.kind, finding.severity, finding.rows) == ("future date", Severity.WARNING, (2,))
    assert finding.amounts == (7.0,)
    assert "2025-02-01" in finding.what
    assert read.totals.all_lines == 12


def test_a_file_of_which_no_line_can_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"no line can be read\. 1 row of sales.csv with no date .* data row 1: '45000'"
    ):
        read_rows(tmp_path, "A,45000,5")


# ---- numbers and dates that read two ways ----


@pytest.mark.parametrize("text", ["12,50", "1.234,56", "1,234", "-1,5"])
def test_commas_in_numbers_are_never_guessed(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=rf"'{text}' in column 'amount' \(data row 2\).* say decimal=\",\""):
        read_rows(tmp_path, "A;2025-01-31;1", f"A;2025-01-31;{text}", header="customer;date;amount")


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (",", "12,50", "12.5"),
        (",", "1.234.567,5", "1234567.5"),
        (",", "1.234", "1234"),
        (",", "-7", "-7"),
        (".", "12.50", "12.5"),
        (".", "1,234,567.5", "1234567.5"),
        (".", "1,234", "1234"),
        (".", "1e3", "1000"),
    ],
)
def test_decimal_sign_that_is_said_is_obeyed(tmp_path: Path, decimal: str, text: str, value: str) -> None:
    mapping = dataclasses.replace(AMOUNTS, decimal=decimal)
    read = read_rows(tmp_path, f"A;2025-01-31;{text}", header="customer;date;amount", mapping=mapping)
    assert read.totals.all_lines == Decimal(value)


@pytest.mark.parametrize(("decimal", "text"), [(",", "12.50"), (",", "1,5,5"), (".", "12,50"), (".", "1,23,4")])
def test_numbers_of_the_other_notation_are_found(tmp_path: Path, decimal: str, text: str) -> None:
    mapping = dataclasses.replace(AMOUNTS, decimal=decimal)
    rows = ("A;2025-01-31;1", f"A;2025-01-31;{text}")
    read = read_rows(tmp_path, *rows, header="customer;date;amount", mapping=mapping)
    assert kinds(read) == {"unreadable amount": (2,)}


@pytest.mark.parametrize(
    "text", ["03/04/2025", "31.12.2025", "3 Apr 2025", "Apr 3, 2025", "3-4-25", "03/04/2025 10:00"]
)
def test_other_dates_are_never_guessed(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=rf"the date '{text}' in column 'date' \(data row 2\).* date_format"):
        read_rows(tmp_path, "A;2025-01-31;1", f"A;{text};1", header="customer;date;amount")


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        ("%d/%m/%Y", "03/04/2025"),
        ("%m/%d/%Y", "04/03/2025"),
        ("%d.%m.%y", "3.4.25"),
        ("%d-%b-%Y", "03-Apr-2025"),
        ("%d/%m/%Y %H:%M", "03/04/2025 23:59"),
        ("%Y%m%d", "20250403"),
        ("%Y-%d-%m", "2025-03-04"),
    ],
)
def test_date_format_that_is_said_is_obeyed(tmp_path: Path, date_format: str, text: str) -> None:
    read = read_rows(tmp_path, f"A,{text},1", mapping=dataclasses.replace(AMOUNTS, date_format=date_format))
    assert read.frame["date"].tolist() == [pd.Timestamp(2025, 4, 3)]


def test_dates_against_the_format_are_found(tmp_path: Path) -> None:
    mapping = dataclasses.replace(AMOUNTS, date_format="%d/%m/%Y")
    read = read_rows(tmp_path, "A,03/04/2025,1", "A,04/13/2025,2", "A,2025-04-03,4", mapping=mapping)
    assert kinds(read) == {"unreadable date": (2, 3)}


@pytest.mark.parametrize(("write", "ending"), WRITERS[2:4])
def test_true_dates_need_no_format_and_ignore_one(
    tmp_path: Path, write: Callable[[Path, Columns], None], ending: str
) -> None:
    path = tmp_path / f"sales{ending}"
    write(path, {"customer": ["A"], "date": [datetime(2025, 3, 4, 5, 6)], "amount": [1.0]})
    read = read_transactions(path, dataclasses.replace(AMOUNTS, date_format="%Y-%d-%m"))
    assert read.frame["date"].tolist() == [pd.Timestamp(2025, 3, 4)]


def test_moments_with_a_time_zone_count_by_their_utc_day(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    moment = pa.array([datetime(2025, 1, 31, 23, 30)], pa.timestamp("us", tz="America/New_York"))
    pq.write_table(pa.table({"customer": ["A"], "date": moment, "amount": [1.0]}), path)
    assert read_transactions(path, AMOUNTS).frame["date"].tolist() == [pd.Timestamp(2025, 1, 31)]


# ---- refusals ----


def refusal(path: Path, mapping: SourceMapping = AMOUNTS) -> str:
    with pytest.raises(SourceError) as caught:
        read_transactions(path, mapping)
    return str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "none.csv")
    assert "is not a file" in refusal(tmp_path)
    (tmp_path / "sales.pdf").write_text("x")
    assert (
        refusal(tmp_path / "sales.pdf") == "sales.pdf is none of .csv, .parquet, .xlsx, .xlsm: save it as one of these"
    )


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_empty_files(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"sales{ending}"
    path.touch()
    assert refusal(path) == f"sales{ending} is empty: export it again"


@pytest.mark.parametrize(("write", "ending"), WRITERS)
def test_files_without_rows(tmp_path: Path, write: Callable[[Path, Columns], None], ending: str) -> None:
    path = tmp_path / f"sales{ending}"
    write(path, {"customer": [], "date": [], "amount": []})
    assert "has a header and no rows" in refusal(path)


def test_a_sheet_without_cells(tmp_path: Path) -> None:
    write_excel(tmp_path / "sales.xlsx", {})
    assert "first sheet of sales.xlsx is empty" in refusal(tmp_path / "sales.xlsx")


def test_corrupt_parquet(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    path.write_bytes(b"PK\x03\x04 this is neither")
    assert "sales.parquet cannot be read" in refusal(path)


def test_corrupt_workbook(tmp_path: Path) -> None:
    path = tmp_path / "sales.xlsx"
    path.write_bytes(b"PK\x03\x04 this is neither")
    with pytest.raises(UserError, match=r"sales\.xlsx is not a workbook"):
        read_transactions(path, SourceMapping(customer="customer", date="date", amount="amount"))


def test_workbook_with_a_stray_cell_in_the_far_corner(tmp_path: Path) -> None:
    path = tmp_path / "sales.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["customer", "date", "amount"])
        sheet.write_row(1, 0, ["C1", "2025-01-31", 5])
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(UserError, match="reaches to XFD1048576"):
        read_transactions(path, SourceMapping(customer="customer", date="date", amount="amount"))


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00\xd8x", b"\x00\x81\x00" * 99, b"a" * 200_000, b'"' * 7, b"\xff\xfe", b"\x1f\x8b\x08,\n,"]
)
def test_files_that_are_no_csv(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sales.csv").write_bytes(content)
    assert refusal(tmp_path / "sales.csv").startswith("sales.csv")


def test_truncated_parquet(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    write_parquet(path, SALES)
    path.write_bytes(path.read_bytes()[:-20])
    assert "sales.parquet cannot be read" in refusal(path, LINES)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Secret,2025-01-31,5,6", "Line: 3, Expected Number of Columns: 3 Found: 4"),
        ("Secret,5", "Line: 3, Expected Number of Columns: 3 Found: 2"),
        ('"Secret,2025-01-31,5', "unterminated quote"),
    ],
)
def test_ragged_csv_names_the_line_and_no_customer(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"customer,date,amount\nA,2025-01-31,5\n{line}\n")
    message = refusal(path)
    assert reason in message
    assert "Secret" not in message


def test_missing_column_lists_what_is_there_and_the_closest(tmp_path: Path) -> None:
    write_csv(tmp_path / "sales.csv", SALES)
    message = refusal(tmp_path / "sales.csv", dataclasses.replace(LINES, unit_price="UnitPrice"))
    assert "no column 'UnitPrice', which the mapping names for the unit_price. Did you mean 'Price'?" in message
    assert "Its columns are: 'Invoice', 'Item', 'Quantity', 'Date', 'Price', 'Customer'" in message


def test_missing_column_without_anything_alike(tmp_path: Path) -> None:
    write_csv(tmp_path / "sales.csv", SALES)
    assert "Did you mean" not in refusal(tmp_path / "sales.csv", dataclasses.replace(LINES, customer="zzz"))


def test_column_names_match_without_case_and_spaces(tmp_path: Path) -> None:
    read = read_rows(tmp_path, "A,2025-01-31,5,6", header="CUSTOMER,Da te,a_mount,Amounts")
    assert read.totals.all_lines == 5


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="several columns called 'amount', for the amount"):
        read_rows(tmp_path, "A,2025-01-31,5,6", header="customer,date,amount,amount")
    exact = read_rows(tmp_path, "A,2025-01-31,5,6", header="customer,date,amount,Amount")
    assert exact.totals.all_lines == 5


HOSTILE = ["rowid", 'a"; DROP TABLE raw; --', "c0", "{price} $path", "'); ATTACH 'x.db'; --", "[x] 'y' é"]


@pytest.mark.parametrize(("write", "ending"), WRITERS)
def test_hostile_column_names_are_only_names(
    tmp_path: Path, write: Callable[[Path, Columns], None], ending: str
) -> None:
    names = HOSTILE
    path = tmp_path / f"sales{ending}"
    write(path, dict(zip(names, SALES.values(), strict=True)))
    mapping = SourceMapping(
        document=names[0], quantity=names[2], date=names[3], unit_price=names[4], customer=names[5], credit_prefix="C"
    )
    read = read_transactions(path, mapping)
    assert read.frame.to_dict("list") == DOCUMENTS | {"source": [path.name] * 6}
    assert list(tmp_path.iterdir()) == [path]


def test_hostile_values_are_only_values(tmp_path: Path) -> None:
    mapping = dataclasses.replace(AMOUNTS, document="no", credit_prefix="'; DROP TABLE lines; --")
    read = read_rows(
        tmp_path, "A,2025-01-31,5,'; DROP TABLE lines; --1", header="customer,date,amount,no", mapping=mapping
    )
    assert read.frame["type"].tolist() == ["credit"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"customer": "", "date": "d", "amount": "a"}, "columns of the customer and of the date"),
        ({"customer": "c", "date": "d"}, "either the column of the amount, or both quantity and unit_price"),
        ({"customer": "c", "date": "d", "quantity": "q"}, "either the column of the amount"),
        ({"customer": "c", "date": "d", "amount": "a", "unit_price": "p"}, "either the column of the amount"),
        ({"customer": "c", "date": "d", "amount": "a", "credit_prefix": "C"}, "credit_prefix needs"),
        ({"customer": "c", "date": "d", "amount": "a", "date_format": "%d.%m."}, "with a year"),
        ({"customer": "c", "date": "d", "amount": "a", "date_format": "%Q %Y"}, "written like %d"),
        ({"customer": "c", "date": "d", "amount": "a", "date_format": "%Y%"}, "written like %d"),
        ({"customer": "c", "date": "d", "amount": "a", "decimal": ";"}, 'decimal must be "." or ","'),
    ],
)
def test_mappings_check_themselves(values: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        SourceMapping(**values)


def test_decimal_sign_is_for_csv_only(tmp_path: Path) -> None:
    write_parquet(tmp_path / "sales.parquet", SALES)
    assert "decimal is for CSV files only" in refusal(
        tmp_path / "sales.parquet", dataclasses.replace(LINES, decimal=",")
    )


# ---- laws ----

MONEY = st.decimals(min_value=-99_999, max_value=99_999, places=3)
LINE = st.tuples(
    st.sampled_from(["", "17850", "17850.0", "0123", "B"]),
    st.dates(date(2024, 1, 1), date(2024, 1, 5)),
    st.integers(-20, 20),
    MONEY,
    st.sampled_from(["", "1", "2", "C3", "A4"]),
)


def read_lines(path: Path, lines: Sequence[tuple[object, ...]]) -> ImportedTransactions:
    text = "\n".join(",".join(map(str, line)) for line in lines)
    path.write_text(f"Customer,Date,Quantity,Price,Invoice\n{text}\n")
    return read_transactions(path, LINES)


@given(lines=st.lists(LINE, min_size=1, max_size=30), data=st.data())
def test_totals_reconcile_and_row_order_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "law.csv"
    read = read_lines(path, lines)
    totals, frame = read.totals, read.frame
    assert totals.all_lines == sum(line[2] * line[3] for line in lines)
    assert totals.sales + totals.credits == totals.identified
    assert totals.identified + totals.unknown_customer == totals.all_lines
    assert frame["net_amount"].sum() == pytest.approx(float(totals.all_lines), abs=1e-6)
    assert frame["lines"].sum() == totals.lines == len(lines)
    assert frame["zero_price_lines"].sum() == sum(line[3] == 0 for line in lines)
    assert frame["duplicate_lines"].sum() == len(lines) - len(set(map(str, lines)))
    assert frame["customer_id"].notna().sum() == totals.documents
    assert frame["customer_id"].nunique() == totals.customers
    again = read_lines(path, data.draw(st.permutations(lines)))
    assert again.totals == totals
    pd.testing.assert_frame_equal(again.frame, frame)


# ---- mappings kept beside the workbook ----


def test_mappings_are_kept_readably_and_found_again(tmp_path: Path) -> None:
    book = tmp_path / "value.xlsx"
    save_mapping(book, "web shop", LINES)
    save_mapping(book, "till", AMOUNTS)
    save_mapping(book, "till", dataclasses.replace(AMOUNTS, date_format="%d.%m.%Y", decimal=","))
    assert load_mapping(book, "web shop") == LINES
    assert load_mapping(str(book), "till").decimal == ","
    (path,) = tmp_path.iterdir()
    assert path.name == "value.mappings.json"
    assert json.loads(path.read_text(encoding="utf-8"))["till"] == {
        "customer": "customer",
        "date": "date",
        "amount": "amount",
        "date_format": "%d.%m.%Y",
        "decimal": ",",
    }


def test_unknown_mapping_lists_the_known_ones(tmp_path: Path) -> None:
    book = tmp_path / "value.xlsx"
    with pytest.raises(SourceError, match=r"no mapping called 'till' in value\.mappings\.json; it knows: none"):
        load_mapping(book, "till")
    save_mapping(book, "web shop", LINES)
    with pytest.raises(SourceError, match="it knows: 'web shop'"):
        load_mapping(book, "till")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "must hold names with their mappings"),
        ('{"till": []}', "must have customer and date"),
        ('{"till": {"customer": "c"}}', "must have customer and date"),
        ('{"till": {"customer": "c", "date": "d", "cell": "A1"}}', "and only"),
        ('{"till": {"customer": "c", "date": "d", "amount": 3}}', "texts only"),
        ('{"till": {"customer": "c", "date": "d"}}', "either the column of the amount"),
    ],
)
def test_mappings_that_somebody_broke(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "value.mappings.json").write_text(content)
    with pytest.raises(SourceError, match=message):
        load_mapping(tmp_path / "value.xlsx", "till")


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "value.mappings.json"
    path.write_text("{")
    with pytest.raises(SourceError, match="correct it, or delete it"):
        save_mapping(tmp_path / "value.xlsx", "till", AMOUNTS)
    assert path.read_text() == "{"


def test_saving_refuses_a_blank_name_and_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="needs a name"):
        save_mapping(tmp_path / "value.xlsx", " ", AMOUNTS)
    with pytest.raises(SourceError, match="cannot be written"):
        save_mapping(tmp_path / "none" / "value.xlsx", "till", AMOUNTS)


# ---- the real thing ----


def real_data() -> Path:
    given = os.environ.get("CUSTOMER_VALUE_DATA")
    repository = Path(__file__).resolve().parents[2]
    return (Path(given) if given else repository.parent / "shared" / "data") / "online_retail.parquet"


@pytest.mark.skipif(not real_data().is_file(), reason="no online_retail.parquet; CUSTOMER_VALUE_DATA names its folder")
def test_online_retail_reconciles_to_the_last_decimal() -> None:
    mapping = SourceMapping(
        customer="CustomerID",
        date="InvoiceDate",
        quantity="Quantity",
        unit_price="UnitPrice",
        document="InvoiceNo",
        credit_prefix="C",
    )
    read = read_transactions(real_data(), mapping)
    totals = read.totals
    assert read.findings == []
    assert (totals.lines, totals.documents, totals.customers) == (541_909, 22_190, 4_372)
    assert str(totals.all_lines) == "9747747.934"
    assert str(totals.identified) == "8300065.814"
    assert str(totals.sales) == "8911407.904"
    assert str(totals.credits) == "-611342.09"
    assert str(totals.unknown_customer) == "1447682.12"
    frame = read.frame
    assert frame["lines"].sum() == 541_909
    assert frame["zero_price_lines"].sum() == 2_515
    assert frame["duplicate_lines"].sum() == 5_268
    bad_debt = frame[frame["invoice_no"].str.startswith("A")]
    assert bad_debt["net_amount"].tolist() == [11062.06, -11062.06, -11062.06]
    assert bad_debt["type"].tolist() == ["sale", "adjustment", "adjustment"]
    assert bad_debt["customer_id"].isna().all()
