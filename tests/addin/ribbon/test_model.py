"""The group Model."""

import json
from pathlib import Path

import pytest

from addin.books.file import FileBook
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.faults import UserError
from addin.refresh import check_lines
from addin.sources import SourceError, SourceMapping, save_mapping
from addin.workbook import WorkbookError
from tests.addin.conftest import small_company
from tests.addin.ribbon.conftest import Bench, FakeDesk
from valuation.tables import ISSUES
from workbook_templates.catalogue import compose
from workbook_templates.layout import Pack
from workbook_templates.packs import PACKS
from workbook_templates.packs.furniture import input_sheet
from workbook_templates.packs.officers import INVOICES_SHEET
from workbook_templates.planner import formula_values

LINES = """\
Customer,Date,Net,Invoice
C0001,2026-02-03,100.50,R1
C9999,2026-02-04,20.25,R2
C9999,2026-02-05,-5.25,G3
,2026-02-06,7.00,R4
"""
MAPPING = SourceMapping(customer="Customer", date="Date", amount="Net", document="Invoice", credit_prefix="G")
OTHER = SourceMapping(customer="Kunde", date="Datum", amount="Netto")


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "february.csv"
    path.write_text(LINES)
    return path


# New model.


def test_new_model_is_empty_on_no(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    bench.desk.yes = False
    desk = bench.run("NewModel", path)
    contents = read_contents(FileBook(path))
    assert [pack.name for pack in contents.template.packs] == ["core"]
    assert not contents.inputs["Customers"].filled.any()
    assert desk.done == [("open", path)]
    assert "press Refresh all" in desk.told[0]


def test_new_model_holds_the_refreshed_sample_on_yes(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The whole sample company takes a minute, and is refreshed by the tests of the demo.
    monkeypatch.setattr("workbook_templates.sample.sample_company", small_company)
    path = tmp_path / "new.xlsx"
    desk = bench.run("NewModel", path)
    contents = read_contents(FileBook(path))
    assert contents.inputs["Customers"].filled.sum() == 40
    lines = check_lines(contents.template, formula_values(contents.template, contents.cells, contents.names))
    assert all(line.passed for line in lines)
    assert desk.done == [("open", path)]


def test_new_model_works_in_front_of_any_workbook(foreign: Bench, tmp_path: Path) -> None:
    foreign.desk.yes = False
    assert foreign.run("NewModel", tmp_path / "new.xlsx").done


def test_new_model_never_replaces_a_file(bench: Bench) -> None:
    before = bench.path.read_bytes()
    with pytest.raises(WorkbookError, match="is there already"):
        bench.run("NewModel", bench.path)
    assert bench.path.read_bytes() == before
    assert bench.desk.done == []


@pytest.mark.parametrize("id_", ["NewModel", "LoadMonth", "BoardPack"])
def test_a_file_that_was_not_picked_ends_the_command(bench: Bench, id_: str) -> None:
    desk = bench.run(id_)
    assert (desk.asked, desk.told, desk.done) == ([], [], [])


# Load month.


def test_month_is_loaded_with_the_only_mapping(bench: Bench, sales: Path) -> None:
    save_mapping(bench.path, "erp", MAPPING)
    before = bench.table("tblTransactions").rows
    desk = bench.run("LoadMonth", sales)
    asked = desk.asked[0]
    assert "february.csv, read with the mapping 'erp'" in asked
    assert "4 lines, 3 documents of known customers" in asked
    assert "Net amount 122.500000, of which known customers 115.500000" in asked or "Net amount 122.5" in asked
    assert "0 rows of an earlier import are replaced by" in asked
    assert "1 new customer." in asked
    assert bench.table("tblTransactions").rows > before
    assert "press Refresh all" in desk.told[0]


def test_month_that_is_not_wanted_is_not_loaded(bench: Bench, sales: Path) -> None:
    save_mapping(bench.path, "erp", MAPPING)
    before = bench.path.read_bytes()
    bench.desk.yes = False
    desk = bench.run("LoadMonth", sales)
    assert bench.path.read_bytes() == before
    assert desk.told == []


def test_load_is_undone(whole: Bench, sales: Path) -> None:
    save_mapping(whole.path, "erp", MAPPING)
    before = {name: raw.columns for name, raw in read_contents(whole.book).raw.items()}
    whole.run("LoadMonth", sales)
    assert "Take back 'Load month (february.csv)'" in whole.run("UndoRefresh").asked[0]
    assert {name: raw.columns for name, raw in read_contents(whole.book).raw.items()} == before


def test_without_a_mapping_it_is_said_how_to_save_one(bench: Bench, sales: Path) -> None:
    with pytest.raises(UserError, match=r"customer-value import february.csv copy.xlsx .*--save-mapping NAME"):
        bench.run("LoadMonth", sales)


def test_of_several_mappings_the_one_that_fits_is_used(bench: Bench, sales: Path) -> None:
    save_mapping(bench.path, "shop", OTHER)
    save_mapping(bench.path, "erp", MAPPING)
    assert "mapping 'erp'" in bench.run("LoadMonth", sales).asked[0]


def test_several_mappings_that_fit_are_named(bench: Bench, sales: Path) -> None:
    save_mapping(bench.path, "erp", MAPPING)
    save_mapping(bench.path, "crm", MAPPING)
    with pytest.raises(UserError, match=r"fits several saved mappings \(erp, crm\).*--mapping NAME"):
        bench.run("LoadMonth", sales)


def test_several_mappings_none_of_which_fits_are_named_with_the_reason(bench: Bench, sales: Path) -> None:
    save_mapping(bench.path, "shop", OTHER)
    save_mapping(bench.path, "till", OTHER)
    with pytest.raises(UserError, match=r"(?s)no saved mapping fits february.csv:\nshop: .*Kunde.*\ntill: "):
        bench.run("LoadMonth", sales)


@pytest.mark.parametrize("content", ["[", "[1]", json.dumps({"erp": {"customer": 1}})])
def test_damaged_mappings_are_said(bench: Bench, sales: Path, content: str) -> None:
    bench.path.with_name("copy.mappings.json").write_text(content)
    with pytest.raises(SourceError, match=r"copy\.mappings\.json"):
        bench.run("LoadMonth", sales)


def test_mapping_of_a_workbook_at_an_address_lies_in_the_users_folder(bench: Bench, sales: Path, home: Path) -> None:
    bench.desk.book, bench.desk.address = None, "https://firm.sharepoint.com/sites/finance/Base%20model.xlsx"
    place = home / ".customer_value"
    with pytest.raises(UserError, match=f"looked for in {place}"):
        bench.run("LoadMonth", sales)
    place.mkdir()
    save_mapping(place / "Base model.xlsx", "erp", MAPPING)
    assert "mapping 'erp'" in bench.run("LoadMonth", sales).asked[0]


# Insert template sheet.


INPUTS = Pack(
    name="inputs",
    purpose="What two officers know",
    sheets=(INVOICES_SHEET, input_sheet(ISSUES, "Support officer: who needs how much support?")),
)
"""A pack of sheets to fill in and nothing else, as those are that can be added."""


@pytest.fixture
def inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACKS, INPUTS.name, INPUTS)


@pytest.mark.usefixtures("inputs")
def test_lacking_sheets_are_drawn_and_handed_over(empty: Bench) -> None:
    desk = empty.run("InsertTemplateSheet")
    assert "Add the sheets Invoices, Issues?" in desk.asked[0]
    ((what, tables, sheets, after, identity),) = desk.done
    assert what == "sheets"
    assert isinstance(tables, tuple)
    assert "tblInvoices" in tables
    assert (sheets, after) == (["Invoices", "Issues"], "Retention")
    assert identity == "customer_value/3/core+inputs"
    assert "Index has no lines" in desk.told[0]


@pytest.mark.usefixtures("inputs")
def test_sheets_that_are_not_wanted_are_not_added(empty: Bench) -> None:
    empty.desk.yes = False
    desk = empty.run("InsertTemplateSheet")
    assert (desk.told, desk.done) == ([], [])


def test_workbook_that_has_everything_is_told_so(whole: Bench) -> None:
    desk = whole.run("InsertTemplateSheet")
    present = ", ".join(name for name in PACKS if name != "models")
    assert f"has all sheets that can be added to it: {present}." in desk.told[0]
    assert "Only a new workbook has the pack models" in desk.told[0]
    assert desk.done == []


@pytest.mark.usefixtures("inputs")
def test_sheets_that_cannot_be_added_are_named(tmp_path: Path) -> None:
    path = tmp_path / "inputs.xlsx"
    create_workbook(path, compose(packs=["inputs"]), {})
    desk = Bench(path, FakeDesk(path)).run("InsertTemplateSheet")
    assert "can be added to it: core, inputs.\nOnly a new workbook has the pack costing: " in desk.told[0]
    assert "\nOnly a new workbook has the pack models: " in desk.told[0]


@pytest.mark.usefixtures("inputs")
def test_a_sheet_that_another_pack_has_brought_is_not_added_again(tmp_path: Path) -> None:
    path = tmp_path / "receivables.xlsx"
    create_workbook(path, compose(packs=["receivables"]), {})
    desk = Bench(path, FakeDesk(path)).run("InsertTemplateSheet")
    assert "Add the sheets Issues?" in desk.asked[0]
    ((_, _, sheets, after, identity),) = desk.done
    assert (sheets, after) == (["Issues"], "Invoices")
    assert identity == "customer_value/3/core+receivables+inputs"


@pytest.mark.usefixtures("inputs")
def test_a_table_of_that_name_keeps_sheets_out(empty: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    names = empty.book.table_names()
    monkeypatch.setattr(FileBook, "table_names", lambda _: (*names, "TBLINVOICES"))
    with pytest.raises(UserError, match="has a table tblInvoices already"):
        empty.run("InsertTemplateSheet")


def test_fake_desk_is_a_desk() -> None:
    from addin.desk import Desk

    desk: Desk = FakeDesk(None)
    assert desk.location() is None
