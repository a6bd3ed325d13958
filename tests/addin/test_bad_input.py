"""Bad content in a workbook: a finding that says where and what to do, and never a silently wrong number."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from addin.creating import create_workbook
from tests.addin.commands import run
from tests.addin.conftest import NO_MODELS, refreshed, small_company
from workbook_templates.catalogue import compose

Capture = pytest.CaptureFixture[str]
Company = dict[str, pd.DataFrame]


@pytest.fixture
def company() -> Company:
    return small_company(8)


def with_all_sheets(path: Path, company: Company) -> Path:
    """Make a workbook with the sheets of all packs that is still to be refreshed."""
    create_workbook(path, compose("customer_value", NO_MODELS), company)
    return path


def check(company: Company, folder: Path, capsys: Capture) -> str:
    path = folder / "model.xlsx"
    create_workbook(path, compose(), company)
    return run(capsys, "check", path).out


def shown(path: Path, sheet: str, cell: str) -> object:
    return openpyxl.load_workbook(path, data_only=True)[sheet][cell].value


def test_error_cells_in_inputs(company: Company, tmp_path: Path, capsys: Capture) -> None:
    path = refreshed(tmp_path / "model.xlsx", company, packs=())
    book = openpyxl.load_workbook(path)
    book["Transactions"]["C8"] = "#REF!"
    book["Transactions"]["C8"].data_type = "e"
    book.save(path)
    outcome = run(capsys, "refresh", path)
    assert outcome.code == 1
    assert "Transactions, net amount, row 8: The cell holds an error value" in outcome.out
    assert shown(path, "Transactions", "C4") == "#REF!"  # the total refuses to skip it
    assert shown(path, "Checks", "A5") == "CHECKS FAILED: see the lines that say ERROR"


def test_empty_tables(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "model.xlsx"
    create_workbook(path, compose(), {})
    outcome = run(capsys, "refresh", path)
    assert outcome.code == 1
    assert "The table has no customers, so there is nothing to value" in outcome.out
    assert shown(path, "Summary", "B13") == 0


def test_one_customer_only(tmp_path: Path, capsys: Capture) -> None:
    path = with_all_sheets(tmp_path / "model.xlsx", small_company(1))
    outcome = run(capsys, "refresh", path)
    assert "1 customers" not in outcome.err
    assert shown(path, "Summary", "B13") == 1
    assert shown(path, "Summary", "F14") in (None, "")  # there is no second best


def test_all_zero_drivers(company: Company, tmp_path: Path, capsys: Capture) -> None:
    company["Drivers"] = company["Drivers"].assign(quantity=0.0)
    path = with_all_sheets(tmp_path / "model.xlsx", company)
    outcome = run(capsys, "refresh", path)
    assert "Nobody has a quantity of the driver, so the pool stays unallocated" in outcome.out
    assert shown(path, "Checks", "D8") == "OK"  # not a cent is lost
    assert float(str(shown(path, "Cost to serve", "G6"))) == 0


def test_unknown_customer_keeps_its_money(company: Company, tmp_path: Path, capsys: Capture) -> None:
    sales = company["Transactions"]
    company["Customers"] = company["Customers"].iloc[1:]
    path = with_all_sheets(tmp_path / "model.xlsx", company)
    outcome = run(capsys, "refresh", path)
    assert "its money is kept apart as 'unknown customer'" in outcome.out
    book = openpyxl.load_workbook(path, data_only=True)
    rows = {row[0]: row[1] for row in book["Checks"].iter_rows(min_col=1, max_col=2, values_only=True) if row[0]}
    first = small_company(8)["Customers"]["customer_id"].iloc[0]
    assert rows["Unknown customer"] == pytest.approx(sales.loc[sales["customer_id"] == first, "net_amount"].sum())
    assert rows["All transactions"] == pytest.approx(sales["net_amount"].sum())


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("Transactions", "net_amount", "1.000,50", "net amount, row 6: Text stands where a number is wanted"),
        ("Transactions", "date", "31/12/2025", "date, row 6: A date is typed as text"),
        ("Transactions", "date", pd.Timestamp("2031-01-01"), "date, row 6: Dated after the as-of date 2025-12-31"),
        ("Transactions", "type", "refund", "type, row 6: The word is not among the choices"),
        ("Drivers", "quantity", -1.0, "quantity, row 6: Must be"),
        ("Drivers", "quantity", None, "quantity, row 6: A cell that is needed is blank"),
        ("Retention", "renewed", 9e9, "More customers stayed than could have left"),
        ("Ledger pools", "acq_share", 35.0, "Type 80% or 0.8, not 80"),
    ],
)
def test_content_that_cannot_be_right(
    company: Company, tmp_path: Path, capsys: Capture, table: str, column: str, value: object, message: str
) -> None:
    frame = company[table].astype({column: object})
    frame[column] = [value, *frame[column].tolist()[1:]]
    company[table] = frame
    assert message in check(company, tmp_path, capsys)


def test_unknown_and_missing_assumptions(company: Company, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "model.xlsx"
    create_workbook(path, compose(), company)
    book = openpyxl.load_workbook(path)
    rows = {book["Assumptions"].cell(row, 1).value: row for row in range(6, 30)}
    book["Assumptions"].cell(rows["discount_rate"], 1).value = "discount"
    book["Assumptions"].cell(rows["horizon"], 3).value = "three"
    book.save(path)
    out = run(capsys, "check", path).out
    assert "No assumption has this id" in out
    assert "the documented default is used: discount_rate" in out
    assert "horizon must be a number, not 'three'" in out


def test_hostile_names_stay_texts(company: Company, tmp_path: Path) -> None:
    hostile = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "=x", "<b>&amp;", "'quoted", "plain"]
    company["Customers"] = company["Customers"].assign(name=hostile)
    path = refreshed(tmp_path / "model.xlsx", company)
    book = openpyxl.load_workbook(path)
    for sheet in ("Customers", "Customer P&L", "Lifetime value", "Segments"):
        cells = [cell for row in book[sheet].iter_rows(min_row=6) for cell in row if cell.value in hostile]
        assert {cell.value for cell in cells} == set(hostile), sheet
        assert all(cell.data_type != "f" for cell in cells)
