"""The button Map layout, on a workbook that nobody here laid out."""

from pathlib import Path

import pytest

from addin.opening import open_live, sheet_mapping
from addin.ribbon import find
from addin.workbook import WorkbookError
from tests.addin.cfo import cfo_workbook
from tests.addin.ribbon.conftest import Bench, FakeDesk


@pytest.fixture
def own(tmp_path: Path) -> Bench:
    path = cfo_workbook(tmp_path / "plan.xlsx")
    return Bench(path, FakeDesk(path))


def test_it_puts_what_it_found_on_a_sheet(own: Bench) -> None:
    desk = own.run("MapLayout")
    assert "Customers: Kundenliste !A6:E, 12 rows" in desk.asked[0]
    assert "question" in desk.asked[0]
    assert ("show", "Mapping") in desk.done
    assert "press Refresh all" in desk.told[0]
    found = sheet_mapping(own.book)
    assert found is not None
    assert {table.table for table in found.tables} == {"Customers", "Transactions", "Ledger pools"}


def test_no_leaves_the_workbook_alone(own: Bench) -> None:
    before = own.path.read_bytes()
    own.desk.yes = False
    own.run("MapLayout")
    assert own.path.read_bytes() == before


def test_a_second_time_it_shows_the_sheet(own: Bench) -> None:
    own.run("MapLayout")
    before = own.path.read_bytes()
    desk = own.run("MapLayout")
    assert "has a mapping already" in desk.told[0]
    assert own.path.read_bytes() == before


def test_refresh_stops_at_its_questions(own: Bench) -> None:
    own.run("MapLayout")
    with pytest.raises(WorkbookError, match="the mapping asks about"):
        find("RefreshAll").run(open_live(own.book), own.desk, None)
