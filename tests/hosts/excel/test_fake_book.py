import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings as xw
from openpyxl.worksheet.table import Table

from addin.books.cellxml import Area
from tests.addin.books.builders import book as made
from tests.hosts.excel.com import ComError
from tests.hosts.excel.fake_book import Workbook, excel_error, open_book, shown, xlwings_book
from tests.hosts.excel.typed import typed
from workbook_templates.plan import CellError


@pytest.fixture
def fake(tmp_path: Path) -> Workbook:
    return open_book(made(tmp_path / "book.xlsx"))


@pytest.fixture
def sheet(fake: Workbook) -> Any:
    return xlwings_book(fake).sheets["P&L"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("007", 7.0), (" 1,234.5 ", 1234.5), ("-2", -2.0), ("$5", 5.0), ("50%", 0.5), ("1e5", 100_000.0), (".5", 0.5),
        ("true", True), ("#n/a", CellError.NA), ("'007", "007"), ("''x", "'x"), ("a", "a"), ("C001", "C001"),
        ("7 up", "7 up"), ("1-2-3-4", "1-2-3-4"), ("#NUM", "#NUM"),
    ],
)  # fmt: skip
def test_typed_texts(text: str, value: object) -> None:
    found = typed(text)
    assert (found.value, type(found.value), found.formula) == (value, type(value), "")


@pytest.mark.parametrize("text", ["1-2", "3/4", "2024-01-31", "31 Jan 2024", "Mar 5", "10:30", "5-May"])
def test_typed_days(text: str) -> None:
    assert typed(text).day


@pytest.mark.parametrize(
    ("text", "formula"), [("=1+1", "=1+1"), ("+1+1", "=+1+1"), ("-a", "=-a"), ("@SUM(1)", "=SUM(1)")]
)
def test_typed_formulas(text: str, formula: str) -> None:
    assert typed(text).formula == formula


def test_xlwings_reads_and_writes_it(fake: Workbook, sheet: Any) -> None:
    block = sheet.range("B4:G5").options(ndim=2).value
    assert block[1] == ["C000", 0.0, 0.0, dt.datetime(2024, 1, 31), True, "comment 0"]
    sheet.range("K1").value = [["=1+1", "007"], [None, dt.date(2024, 1, 1)]]
    assert shown(fake, "P&L") | {"K1": "=1+1", "L1": 7.0, "L2": 45292.0} == shown(fake, "P&L")
    assert fake.sheet("P&L").form(2, 12) == "m/d/yyyy"
    assert "K2" not in shown(fake, "P&L")
    sheet.range("K1:L2").clear_contents()
    assert "K1" not in shown(fake, "P&L")


def test_currency_is_decimal_and_formulas_are_told_by_their_texts(fake: Workbook, sheet: Any) -> None:
    sheet.range("K1").number_format = '"€" 0.00'
    sheet.range("K1").value = 2.5
    assert sheet.range("K1").api.Value == Decimal("2.5")
    sheet.range("K2").value = "'=1+1"
    assert sheet.range("K2").formula2 == sheet.range("K2").value == "=1+1"


def test_text_cells_take_everything_as_text(fake: Workbook, sheet: Any) -> None:
    sheet.range("K1:K4").number_format = "@"
    sheet.range("K1").value = [["=1+1"], [5], [True], ["''x"]]
    assert [shown(fake, "P&L")[f"K{row}"] for row in range(1, 5)] == ["=1+1", "5", "TRUE", "'x"]
    assert sheet.range("K1:L4").number_format is None


def test_what_excel_refuses(fake: Workbook, sheet: Any) -> None:
    table = sheet.tables["tblPnl"]
    for cells in ("B5:G9", "K4:L9", "B4:G4"):
        with pytest.raises(ComError):
            table.resize(sheet.range(cells))
    with pytest.raises(ComError):
        sheet.range("A1").value = "x" * 32_768
    with pytest.raises(ComError):
        sheet.range("B5").autofill(sheet.range("B6:B9"), "fill_formats")
    with pytest.raises(AssertionError):
        sheet.range("A1:B2").impl.raw_value = [[1]]
    with pytest.raises(TypeError):
        sheet.range("A1").impl.raw_value = 2**40
    fake.sheet("P&L").arrays.append(Area(1, 11, 2, 12))
    with pytest.raises(ComError):
        sheet.range("K1").value = 1
    fake.sheet("P&L").protected = True
    with pytest.raises(ComError):
        sheet.range("A1").value = 1


def test_tables_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    file = openpyxl.Workbook()
    for row, name in ((1, "tblA"), (5, "tblB")):
        file.worksheets[0].cell(row, 1, "h")
        file.worksheets[0].add_table(Table(displayName=name, ref=f"A{row}:A{row + 1}"))
    file.save(path)
    sheet = xlwings_book(open_book(path)).sheets[0]
    sheet.tables["tblA"].resize(sheet.range("A1:A4"))
    with pytest.raises(ComError):
        sheet.tables["tblA"].resize(sheet.range("A1:A5"))


def test_calls_are_counted(fake: Workbook, sheet: Any) -> None:
    cells = sheet.range("B5:G9")
    fake.calls.clear()
    _ = cells.value
    assert fake.calls["Range.Value"] == 1
    cells.value = 1
    assert fake.calls["Range.Value="] == 1


def test_trouble_is_asked_first(fake: Workbook, sheet: Any) -> None:
    def refuse(what: str, area: Area) -> None:
        raise excel_error(f"{what} {area}")

    fake.trouble = refuse
    with pytest.raises(ComError) as caught:
        sheet.range("A1").value = 1
    assert caught.value.args[2][2] == "Value A1:A1"
    assert isinstance(xlwings_book(fake), xw.Book)
