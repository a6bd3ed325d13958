"""Distributing: what a copy holds, what it cannot hold, and that the recipients' results add up to the group's."""

import csv
import hashlib
import json
import math
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

from addin.books.file import FileBook
from addin.distribution.sending import Distribution
from addin.faults import UserError
from tests.addin.books.builders import book, cells, loaded, parts, tampered
from tests.addin.commands import run
from tests.addin.distribution.company import NAMES, OWNERS, model, sent, words_in
from tests.hosts.validators import audit
from workbook_templates.plan import Plan

NORTH = {"K-1001", "K-1002"}
SOUTH = {"K-1003", "K-1004", "17"}
FOREIGN_TO_NORTH = [text for id_ in NAMES.keys() - NORTH - {"17"} for text in (id_, NAMES[id_])]


def column(path: Path, sheet: str, heading: str) -> list[object]:
    """A column of the table whose heading this is, as openpyxl reads it."""
    rows = [list(row) for row in loaded(path)[sheet].iter_rows(values_only=True)]
    header = next(i for i, row in enumerate(rows) if heading in row)
    place = rows[header].index(heading)
    return [row[place] for row in rows[header + 1 :] if row[place] is not None]


def replaced(mark: str, more: str, *, after: bool = False) -> Callable[[bytes], bytes]:
    """Put something before the first of a mark in a part, or after it."""

    def change(data: bytes) -> bytes:
        assert mark.encode() in data
        text = mark + more if after else more + mark
        return data.replace(mark.encode(), text.encode(), 1)

    return change


def test_each_recipient_gets_their_own_customers_and_no_others(north: Path, south: Path) -> None:
    for sheet in ("Customers", "Customer P&L", "Lifetime value", "Segments"):
        assert set(column(north, sheet, "Customer id")) == NORTH
        assert set(column(south, sheet, "Customer id")) == SOUTH
    assert set(column(north, "Transactions", "Customer id")) == NORTH
    assert len(column(north, "Transactions", "Customer id")) == 8


def test_no_word_of_another_recipient_is_anywhere_in_the_package(north: Path) -> None:
    everything = words_in(north)
    assert [text for text in FOREIGN_TO_NORTH if text.casefold() in everything] == []
    assert "boris south" not in everything
    assert "alderbrook foundry" in everything


def test_a_copy_has_values_and_none_of_the_parts_that_may_hide_something(north: Path) -> None:
    found = parts(north)
    allowed = ("xl/worksheets/", "xl/tables/", "xl/drawings/drawing", "xl/drawings/_rels", "xl/charts/chart")
    exact = {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
    assert {name for name in found if not name.startswith(allowed)} == exact | {"xl/theme/theme1.xml"}
    text = b"".join(found.values())
    for what in (b"<f>", b"<f ", b"sharedStrings", b"TargetMode", b"Cache", b"hidden", b"extLst", b"uid="):
        assert what not in text


def test_figures_in_words_are_those_of_the_recipients_customers(company_file: Path, north: Path) -> None:
    shown, whole = (cells(path, "Summary", formulas=False) for path in (north, company_file))
    row = next(key[1:] for key, value in whole.items() if value == "Customers" and key.startswith("A"))
    assert (whole[f"B{row}"], shown[f"B{row}"]) == (6, 2)
    assert "not shown" in shown.values()  # the company's unused capacity
    assert not any(str(value).startswith("Up to date") for value in shown.values())


def test_ranks_count_the_recipients_own_customers(south: Path) -> None:
    assert set(column(south, "Customer P&L", "Profit rank")) == {1, 2, 3}


def test_a_parent_of_another_recipient_is_blanked(company_file: Path, south: Path) -> None:
    assert column(company_file, "Customers", "Parent id") == ["K-1001"]
    assert column(south, "Customers", "Parent id") == []


def test_sheets_about_the_whole_company_are_left_out_and_listed(
    by_owner: tuple[Path, Distribution], north: Path
) -> None:
    sheets = loaded(north).sheetnames
    assert sheets[0] == "Read me"
    assert {"Ledger pools", "Cost to serve", "Checks", "Log"}.isdisjoint(sheets)
    note = next(note for note in by_owner[1].notes if "whole company" in note)
    assert all(name in note for name in ("Ledger pools", "Checks", "Log", "tblHorizons"))


def test_the_index_leads_to_the_sheets_that_are_there(north: Path) -> None:
    index = loaded(north)["Index"]
    links = {cell.value: cell.hyperlink.location for row in index.iter_rows() for cell in row if cell.hyperlink}
    assert links["Customer P&L"] == "'Customer P&L'!$A$1"
    assert "Checks" not in {cell.value for row in index.iter_rows() for cell in row}


def test_keep_shows_a_sheet_and_drop_leaves_one_out(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path / "out", by="owner", keep=["Ledger pools"], drop=["Drivers"])
    copy = loaded(tmp_path / "out" / "Anna North.xlsx")
    assert "Drivers" not in copy.sheetnames
    assert set(column(tmp_path / "out" / "Anna North.xlsx", "Ledger pools", "Pool")) == {"Support", "Sales"}


def test_recipients_results_and_what_is_in_no_file_are_the_groups(by_owner: tuple[Path, Distribution]) -> None:
    manifest = by_owner[1].manifest
    assert [entry.recipient for entry in manifest.files] == ["Anna North", "Boris South"]
    assert manifest.customers_left_out == 1
    assert manifest.left_out["Net revenue"] == 20_000
    assert [entry.totals["Net revenue"] for entry in manifest.files] == [12_000, 52_000]
    for measure, amount in manifest.group.items():
        together = math.fsum(entry.totals[measure] for entry in manifest.files) + manifest.left_out[measure]
        assert together == pytest.approx(amount, abs=0.005)
    assert manifest.group["Net revenue"] == 84_000


def test_customers_without_an_owner_are_reported(by_owner: tuple[Path, Distribution]) -> None:
    assert any("1 customers have no 'owner' and are in no file" in note for note in by_owner[1].notes)


def test_manifest_tells_programs_and_people_what_was_sent(by_owner: tuple[Path, Distribution]) -> None:
    folder = by_owner[0]
    entry = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"][0]
    assert entry["sha256"] == hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest()
    assert (entry["issue"], entry["customers"], entry["due"]) == (1, 2, "2026-03-01")
    assert entry["sent_at"] == "2026-02-01T12:00:00+00:00"
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows] == ["File", "Anna North.xlsx", "Boris South.xlsx", "In no file", "Group"]


def test_a_copy_says_what_it_is_for_whom_and_from_when(by_owner: tuple[Path, Distribution], north: Path) -> None:
    shown = cells(north, "Read me")
    lines = {shown[f"A{row}"]: shown.get(f"B{row}") for row in range(3, 13)}
    assert lines["For"] == "Anna North"
    assert lines["Results as of"] == "2025-11-15"
    assert lines["File id"] == by_owner[1].written[0].file_id
    assert lines["Template"] == "customer_value/3/core"


def test_a_long_line_of_read_me_has_room(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path, by="owner", ask=("Customers:owner",), return_to="the controller of the region, " * 10)
    page = loaded(tmp_path / "Anna North.xlsx")["Read me"]
    (long,) = (row for row in range(3, 14) if len(str(page.cell(row, 2).value)) > 200)
    assert page.row_dimensions[long].height == 60
    assert page.row_dimensions[3].height is None, "one line needs no height of its own"


def test_files_that_are_there_are_not_overwritten(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path / "out", by="owner")
    before = (tmp_path / "out" / "Anna North.xlsx").read_bytes()
    with pytest.raises(UserError, match=r"Anna North\.xlsx is there already; add --replace"):
        sent(workbook, tmp_path / "out", by="owner")
    assert (tmp_path / "out" / "Anna North.xlsx").read_bytes() == before
    sent(workbook, tmp_path / "out", by="owner", replace=True)
    assert (tmp_path / "out" / "Anna North.xlsx").read_bytes() != before  # another file id, and issue 2


def test_only_one_recipient_is_issued_again_and_the_others_stay(workbook: Path, tmp_path: Path) -> None:
    first = sent(workbook, tmp_path / "out", by="owner").manifest
    again = sent(workbook, tmp_path / "out", by="owner", only="anna north").manifest
    assert [(entry.recipient, entry.issue) for entry in again.files] == [("Anna North", 2), ("Boris South", 1)]
    assert again.files[1] == first.files[1]
    assert again.files[0].file == "Anna North_issue_2.xlsx"
    assert again.files[0].file_id != first.files[0].file_id


def test_the_workbook_keeps_a_tracker_that_goes_into_no_copy(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path / "out", by="owner", due="2026-03-01")
    shown = cells(workbook, "Distribution")
    assert [shown["A5"], shown["F5"], shown["A6"]] == ["Anna North", "sent", "Boris South"]
    sent(workbook, tmp_path / "again", values_only=True)
    assert "Distribution" not in loaded(tmp_path / "again" / "model.xlsx").sheetnames


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"by": "region"}, "tblCustomers has no column 'region', it has Customer id, Name"),
        ({"by": "end_date"}, "is blank; fill it in, or leave --by out"),
        ({"by": "owner", "only": "Nobody"}, "there is no recipient 'Nobody'; there are Anna North, Boris South"),
        ({"drop": ["Sumary"]}, "there is no sheet 'Sumary'"),
        ({"ask": ["Orders"]}, "there is no input table 'Orders' to ask for"),
        ({"ask": ["Transactions"]}, "Transactions has no key that tells its rows apart"),
        ({"ask": ["Customers:colour"]}, "Customers has no column 'colour' to ask for"),
        ({"ask": ["Customers:customer_id"]}, "'Customer id' tells the rows of Customers apart"),
    ],
)
def test_what_is_not_there_is_said(workbook: Path, tmp_path: Path, asked: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        sent(workbook, tmp_path / "out", **asked)
    assert not (tmp_path / "out").exists()


def test_a_customer_of_two_recipients_is_refused(tmp_path: Path) -> None:
    path = model(tmp_path / "model.xlsx", OWNERS)
    with zipfile.ZipFile(path) as file:
        sheet = next(name for name in file.namelist() if b">K-1001<" in file.read(name) and "sheet4" in name)
    tampered(path, tmp_path / "twice.xlsx", {sheet: lambda data: data.replace(b">K-1003<", b">K-1001<")})
    with pytest.raises(UserError, match="Customers, row 8: the customer of this row has another 'Owner'"):
        sent(tmp_path / "twice.xlsx", tmp_path / "out", by="owner")


SHEET, BOOK = "xl/worksheets/sheet4.xml", "xl/workbook.xml"  # Customers
FOREIGN_CACHE = "<c:strCache><c:ptCount val='1'/><c:pt idx='0'><c:v>Corvane Logistics</c:v></c:pt></c:strCache>"
PLANTED: dict[str, bytes | Callable[[bytes], bytes]] = {
    "docProps/core.xml": replaced("</cp:coreProperties>", "<cp:keywords>Corvane Logistics</cp:keywords>"),
    "docProps/custom.xml": b"<Properties><property name='deal'>K-1004</property></Properties>",
    "customXml/item1.xml": b"<deal customer='K-1004'/>",
    "xl/comments1.xml": replaced("</commentList>", "<comment ref='A6'><text><t>not K-1004</t></text></comment>"),
    "xl/threadedComments/threadedComment1.xml": b"<ThreadedComments><text>K-1003</text></ThreadedComments>",
    "xl/persons/person.xml": b"<personList><person displayName='Corvane Logistics'/></personList>",
    "xl/pivotCache/pivotCacheDefinition1.xml": b"<pivotCacheDefinition><s v='K-1003'/></pivotCacheDefinition>",
    "xl/externalLinks/externalLink1.xml": b"<externalLink><v>Corvane Logistics</v></externalLink>",
    "xl/connections.xml": b"<connections><connection name='K-1003'/></connections>",
    "xl/revisions/revisionLog1.xml": b"<revisions><nc><t>K-1003</t></nc></revisions>",
    "xl/printerSettings/printerSettings1.bin": "Corvane Logistics".encode("utf-16-le"),
    "docProps/thumbnail.jpeg": b"Corvane Logistics",
    "xl/sharedStrings.xml": replaced("</sst>", "<si><t>Corvane Logistics</t></si>"),
    "xl/drawings/drawing1.xml": replaced('descr="', "Corvane Logistics ", after=True),
    "xl/charts/chart1.xml": replaced("</c:numRef>", FOREIGN_CACHE),
    "xl/styles.xml": replaced("</cellStyles>", "<cellStyle name='K-1003' xfId='0'/>"),
    BOOK: replaced("</definedNames>", '<definedName name="list">{"K-1003";"Corvane Logistics"}</definedName>'),
    SHEET: replaced(
        "</sheetData>",
        "<row r='900' hidden='1'><c r='A900' t='inlineStr'><is><t>K-1003</t></is></c></row>"
        "<row r='901'><c r='AA901' t='inlineStr'><is><t>Corvane Logistics</t></is></c></row>",
    ),
}


def test_what_is_planted_into_the_workbook_is_in_no_copy(company_file: Path, tmp_path: Path) -> None:
    spoiled = tampered(company_file, tmp_path / "spoiled.xlsx", PLANTED)
    done = sent(spoiled, tmp_path / "out", by="owner")
    assert done.refused == {}
    copy = tmp_path / "out" / "Anna North.xlsx"
    everything = words_in(copy)
    assert [text for text in FOREIGN_TO_NORTH if text.casefold() in everything] == []
    assert not any("Corvane".encode("utf-16-le") in data for data in parts(copy).values())
    note = next(note for note in done.notes if note.startswith("not in any copy"))
    kinds = ("comments", "caches of pivot tables", "links to other workbooks", "custom XML", "change history")
    assert [kind for kind in kinds if kind not in note] == []


def test_customers_whose_ids_look_like_cells_are_no_leak(tmp_path: Path) -> None:
    source = tmp_path / "own.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (("Customer id", "Region"), ("A2", "North"), ("A1", "South"), ("B77", "South")):
        sheet.append(row)
    sheet.add_table(Table(displayName="tblAccounts", ref="A1:B4"))
    made.save(source)
    assert sent(source, tmp_path / "out", by="Region").refused == {}


def test_a_hidden_column_is_emptied(company_file: Path, tmp_path: Path) -> None:
    hide = replaced('<col min="2" max="2"', ' hidden="1"', after=True)
    hidden = tampered(company_file, tmp_path / "hidden.xlsx", {SHEET: hide})
    sent(hidden, tmp_path / "out", by="owner")
    copy = tmp_path / "out" / "Anna North.xlsx"
    assert column(copy, "Customers", "Name") == []
    assert set(column(copy, "Customers", "Customer id")) == NORTH


# ---- copies for everybody


def test_a_whole_copy_keeps_its_formulas_and_says_the_same(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path / "out")
    copy = tmp_path / "out" / "model.xlsx"
    for sheet in ("Summary", "Customer P&L", "Checks"):
        assert cells(copy, sheet) == cells(workbook, sheet)
        assert cells(copy, sheet, formulas=False) == cells(workbook, sheet, formulas=False)


def test_values_only_turns_every_formula_into_what_it_shows(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path / "out", values_only=True)
    copy = tmp_path / "out" / "model.xlsx"
    assert cells(copy, "Summary") == cells(workbook, "Summary", formulas=False)
    assert set(loaded(copy).defined_names) == {
        f"cv_copy_{name}" for name in ("recipient", "as_of", "template", "file", "issue")
    }


def test_formulas_over_a_dropped_sheet_become_values(workbook: Path, tmp_path: Path) -> None:
    done = sent(workbook, tmp_path / "out", drop=["Checks"])
    copy = tmp_path / "out" / "model.xlsx"
    assert cells(copy, "Summary")["A3"] == "Up to date with its inputs."
    assert "'Checks'!" not in str(cells(copy, "Summary"))
    assert any("read what is not in the copy and became values" in note for note in done.notes)


def test_any_workbook_is_copied_without_macros_and_links(tmp_path: Path) -> None:
    source = book(tmp_path / "own.xlsm", macros=True)
    done = sent(source, tmp_path / "out")
    copy = tmp_path / "out" / "own.xlsx"
    assert not any("vba" in name.lower() for name in parts(copy))
    assert b"macroEnabled" not in parts(copy)["[Content_Types].xml"]
    assert cells(copy, "P&L") == cells(source, "P&L")
    assert cells(copy, "Summary")["B1"] == "=SUM(tblPnl[Revenue])"
    assert any("macros" in note for note in done.notes)


def test_another_workbook_is_parted_by_a_column_of_its_table(tmp_path: Path) -> None:
    source = tmp_path / "own.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Accounts"
    sheet["A1"] = "Accounts by region"
    for row in (("Account", "Name", "Region"), ("A-77", "Alderbrook", "North"), ("A-78", "Birchwell", "South")):
        sheet.append(row)
    sheet.add_table(Table(displayName="tblAccounts", ref="A2:C4"))
    sheet["E3"] = "Birchwell is late"
    made.create_sheet("Notes")["A1"] = "anything"
    made.save(source)
    done = sent(source, tmp_path / "out", by="Region")
    assert [entry.customers for entry in done.written] == [1, 1]
    north = cells(tmp_path / "out" / "North.xlsx", "Accounts")
    assert north == {
        "A1": "Accounts by region",
        "A2": "Account",
        "B2": "Name",
        "C2": "Region",
        "A3": "A-77",
        "B3": "Alderbrook",
        "C3": "North",
    }
    assert "Notes" not in loaded(tmp_path / "out" / "North.xlsx").sheetnames


def test_array_formulas_stay_what_they_are(tmp_path: Path) -> None:
    source = tmp_path / "own.xlsx"
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = 2, 3
    sheet["B1"] = ArrayFormula("B1", "=SUM(A1:A2*A1:A2)")
    made.save(source)
    sent(source, tmp_path / "out")
    copied = loaded(tmp_path / "out" / "own.xlsx")["Sheet"]["B1"].value
    assert (copied.ref, copied.text) == ("B1:B1", "=SUM(A1:A2*A1:A2)")


def test_hidden_rows_and_sheets_stay_out(tmp_path: Path) -> None:
    source = book(tmp_path / "own.xlsx")
    sheet = "xl/worksheets/sheet1.xml"
    tampered(
        source,
        tmp_path / "hidden.xlsx",
        {
            sheet: lambda data: data.replace(b'<row r="6"', b'<row r="6" hidden="1"'),
            "xl/workbook.xml": lambda data: data.replace(b'name="Inputs"', b'name="Inputs" state="hidden"'),
        },
    )
    done = sent(tmp_path / "hidden.xlsx", tmp_path / "out")
    copy = tmp_path / "out" / "hidden.xlsx"
    assert "Inputs" not in loaded(copy).sheetnames
    assert column(copy, "P&L", "Customer") == ["C000", "C002", "C003", "C004"]
    assert any("1 hidden rows were left out" in note for note in done.notes)


# ---- under neutral labels


def test_anonymised_copies_name_nobody(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path / "out", anonymise=True)
    copy = tmp_path / "out" / "model.xlsx"
    everything = words_in(copy)
    hidden = [*NAMES.values(), *(id_ for id_ in NAMES if id_ != "17"), "Anna North", "Boris South", "Retail", "Trade"]
    assert [text for text in hidden if text.casefold() in everything] == []
    assert sorted(map(str, column(copy, "Customers", "Name"))) == [f"Customer {n:04d}" for n in range(1, 7)]
    assert len({*column(copy, "Customers", "Customer id")}) == 6
    assert set(column(copy, "Customers", "Segment")) == {"Segment 1", "Segment 2"}


def test_labels_stay_the_same_and_go_by_the_senders_key(workbook: Path, tmp_path: Path, home: Path) -> None:
    def labels(folder: str) -> list[object]:
        sent(workbook, tmp_path / folder, anonymise=True)
        copy = tmp_path / folder / "model.xlsx"
        return [*column(copy, "Customers", "Customer id"), *column(copy, "Customers", "Name")]

    first = labels("one")
    assert labels("two") == first
    kept = home / ".customer_value" / "distribution" / "pseudonyms.json"
    assert kept.stat().st_mode & 0o077 == 0
    kept.unlink()
    assert set(labels("three")).isdisjoint(first[:6])


# ---- laws


@settings(max_examples=6, deadline=None)
@given(owners=st.lists(st.sampled_from(["Anna", "Boris", "../C\u00e4sar", "=cmd", None]), min_size=6, max_size=6))
def test_files_are_disjoint_and_together_the_group(
    company_file: Path, tmp_path_factory: pytest.TempPathFactory, owners: list[str | None]
) -> None:
    assume(any(owners))
    folder = tmp_path_factory.mktemp("law")
    path = Path(shutil.copy(company_file, folder / "model.xlsx"))
    whose = dict(zip(NAMES, owners, strict=True))
    FileBook(path).apply(Plan(cells={("Customers", f"J{row}"): owner for row, owner in enumerate(owners, start=6)}))
    done: Distribution = sent(path, folder / "out", by="owner")
    seen: list[object] = []
    for entry in done.written:
        copy = folder / "out" / entry.file
        assert copy.parent == folder / "out"
        found = column(copy, "Customer P&L", "Customer id")
        assert {whose[str(id_)] for id_ in found} == {entry.recipient}
        text = words_in(copy)
        others = [id_ for id_ in NAMES if id_ not in found and id_ != "17"]
        assert not [word for id_ in others for word in (id_, NAMES[id_]) if word.casefold() in text]
        seen += found
    assert len(seen) == len(set(seen)) == sum(owner is not None for owner in owners)
    assert set(seen) == {id_ for id_, owner in whose.items() if owner is not None}


# ---- the command


def test_command_prints_the_sums_and_no_customer(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(capsys, "distribute", workbook, "--to", tmp_path / "out", "--by", "owner")
    assert done.code == 0
    assert "Group" in done.out
    assert "84,000" in done.out
    assert not any(name in done.out for name in NAMES.values())


def test_command_refuses_a_copy_that_would_show_another_customer(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FileBook(workbook).apply(Plan(cells={("Customers", "H6"): "like Corvane\u00a0 LOGISTICS, but smaller"}))
    done = run(capsys, "distribute", workbook, "--to", tmp_path / "out", "--by", "owner")
    assert done.code == 1
    assert "Refused the copy for Anna North" in done.out
    assert "Corvane" not in done.out
    assert [path.name for path in (tmp_path / "out").glob("*.xlsx")] == ["Boris South.xlsx"]


def test_copies_are_valid_files(workbook: Path, tmp_path: Path) -> None:
    sent(workbook, tmp_path / "out", by="owner", ask=["Customers:must_serve"])
    sent(workbook, tmp_path / "whole")
    paths = (tmp_path / "out" / "Anna North.xlsx", tmp_path / "whole" / "model.xlsx")
    for path in paths:
        # texts stand in the cells, so that no other recipient's can be left in a list of shared ones
        assert [error for error in audit(path) if "inline-string" not in error] == []
