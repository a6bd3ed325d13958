"""The same commands on a workbook that is open in Excel: a fake one, under xlwings' real engine."""

from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from addin.books.live import LiveBook
from addin.contents import read_contents
from addin.hosts.desktop.buttons import press
from addin.ribbon import find
from addin.sources import save_mapping
from tests.addin.ribbon.conftest import FakeDesk
from tests.addin.ribbon.test_model import LINES, MAPPING
from tests.hosts.excel.com import desktop
from tests.hosts.excel.fake_book import (
    AUTOMATIC,
    Collection,
    Range,
    Workbook,
    Worksheet,
    open_book,
    shown,
    xlwings_book,
)
from valuation.tables import ASSUMPTIONS
from workbook_templates.addresses import address
from workbook_templates.plan import Plan


@pytest.fixture
def book(core_copy: Path) -> Workbook:
    """A refreshed workbook of forty customers with the core pack, open in Excel."""
    return open_book(core_copy)


@pytest.fixture(scope="module")
def kept(small_file: Path) -> Workbook:
    """The same with all packs, opened once for the commands that leave it as it is."""
    return open_book(small_file)


def live(book: Workbook) -> LiveBook:
    """An adapter as each press of a button makes one."""
    return LiveBook(xlwings_book(book))


def cells(book: Workbook) -> dict[str, dict[str, Any]]:
    """Everything that stands in the workbook."""
    return {sheet.name: shown(book, sheet.name) for sheet in book.sheets}


def assume_one_year(book: Workbook) -> None:
    """Type another horizon into Assumptions."""
    contents = read_contents(live(book))
    raw = contents.raw[ASSUMPTIONS.name]
    row = raw.first_row + list(raw.columns["Id"]).index("horizon")
    column = raw.first_column + list(raw.columns).index("Value")
    live(book).apply(Plan(cells={(raw.sheet, address(row, column)): 1.0}))


def test_refresh_undo_and_redo(book: Workbook, tmp_path: Path) -> None:
    desk = FakeDesk(tmp_path / "model.xlsx")
    with desktop():
        assume_one_year(book)
        stale = cells(book)
        find("RefreshAll").run(live(book), desk, None)
        fresh = cells(book)
        assert "1-year customer value" in desk.told[0]
        assert fresh != stale

        find("UndoRefresh").run(live(book), desk, None)
        assert cells(book) == stale
        find("UndoRefresh").run(live(book), desk, None)
        assert cells(book) == fresh


def test_load_and_undo(book: Workbook, tmp_path: Path) -> None:
    workbook, sales = tmp_path / "model.xlsx", tmp_path / "february.csv"
    sales.write_text(LINES)
    save_mapping(workbook, "erp", MAPPING)
    desk = FakeDesk(workbook)
    with desktop():
        before = cells(book)
        find("LoadMonth").run(live(book), desk, sales)
        assert cells(book) != before
        find("UndoRefresh").run(live(book), desk, None)
        assert cells(book) == before


@pytest.mark.parametrize("id_", ["RefreshAll", "LoadMonth", "UndoRefresh"])
def test_no_writes_nothing(kept: Workbook, tmp_path: Path, id_: str) -> None:
    workbook, sales = tmp_path / "model.xlsx", tmp_path / "february.csv"
    sales.write_text(LINES)
    save_mapping(workbook, "erp", MAPPING)
    with desktop():
        before = cells(kept)
        find(id_).run(live(kept), FakeDesk(workbook, yes=False), sales)
        assert cells(kept) == before


@pytest.mark.parametrize("id_", ["Check", "Explain", "Compare", "BoardPack", "Settings", "Insert_CV_LTV"])
def test_commands_that_only_read_write_nothing(kept: Workbook, tmp_path: Path, id_: str) -> None:
    customer = kept.table("tblCustomers").area
    desk = FakeDesk(tmp_path / "model.xlsx", selection=("Notes", 1, 1, None))
    if id_ == "Explain":
        desk.selection = ("Customers", customer.first_row + 1, customer.first_column, None)
    with desktop():
        before = cells(kept)
        find(id_).run(live(kept), desk, tmp_path / "pack.pdf")
        assert cells(kept) == before
    assert desk.told or desk.done


def test_a_press_leaves_excel_as_it_was(book: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    boxes: list[str] = []

    def alert(_: xw.App, prompt: str, title: str, buttons: str) -> str:
        assert book.app.ScreenUpdating
        boxes.append(prompt)
        return "yes"

    active: list[str] = []
    monkeypatch.setattr(xw.App, "alert", alert)
    # what this fake lacks of Excel's object model
    monkeypatch.setattr(Collection, "Parent", book, raising=False)
    monkeypatch.setattr(Worksheet, "Activate", lambda sheet: active.append(sheet.name), raising=False)
    monkeypatch.setattr(Range, "Select", lambda cells: active.append(cells.Address), raising=False)
    with desktop():
        assume_one_year(book)
        monkeypatch.setattr(xw.Book, "caller", lambda: xlwings_book(book))
        press("RefreshAll")
        press("Explain")
        assert read_contents(live(book)).names["cv_used_horizon"] == 1
    question, report, fault = boxes
    assert question.endswith("Write the results?")
    assert "never saved, so the change cannot be undone" in report  # the fake's path is none on this machine
    assert fault.startswith("Select a row of a table with customers")
    assert active == ["Summary", "$A$1"] * 2
    app = book.app
    assert (app.ScreenUpdating, app.EnableEvents, app.DisplayAlerts, app.Calculation) == (True, True, True, AUTOMATIC)
    assert app.StatusBar is False
