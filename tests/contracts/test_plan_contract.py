"""
One plan, one result: the adapter for files and the one for a workbook that is open in Excel, side by side.

Each test makes a workbook, applies plans through one adapter, and reads back through the port and, for the cells
outside of tables, through a reader of its own. `DIFFERENCES` lists all that may differ.
"""

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table, TableColumn, TableFormula

from addin.books.cellxml import Area
from addin.books.file import FileBook
from addin.books.live import LiveBook
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.refresh import plan_refresh
from addin.workbook import Receipt, Workbook, WorkbookError
from tests.addin.books.builders import HEADERS, book, customers, loaded, tampered
from tests.addin.books.test_file import HOSTILE, SHEET, TABLE, VALUES, edited, pnl
from tests.addin.books.test_new_sheets import REFUSED, new_sheets
from tests.addin.conftest import NOW, small_company
from tests.hosts.excel import fake_book
from tests.hosts.excel.fake_book import open_book, shown, xlwings_book
from workbook_templates.catalogue import compose
from workbook_templates.packs import PACKS
from workbook_templates.plan import Cell, CellError, NewSheet, NewTable, Plan, Style, TableWrite

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the open workbook is a fake one, over fake pywin32")

DIFFERENCES: Final[Mapping[str, str]] = {
    "changed_parts": "a file has parts, an open workbook has sheets",
    "caches": "Excel computes: the values of formulas are not written, nor is it said which formulas are gone",
    "date_formats": "Excel gives a cell without a format one when a date is put into it, so it reads as a date",
    "text_cells": "whatever is put into a cell that is formatted as text is a text to Excel, numbers included",
    "formats_of_kept_cells": "a file's cells move with their formats; in Excel contents move and formats stay",
    "calculated": "Excel does not say which columns it fills down: a formula that most rows have is such a column's",
    "ranges": "a file's sheet is written whole; in Excel what is there already is not written, nor named",
    "new_sheets": "the receipt of an open workbook says that Undo leaves a new sheet; a file is undone whole",
    "followers": "charts, validations, pivots and formulas elsewhere that cover a table are Excel's own to look after",
}
"""What may differ between the adapters, each with its reason; nothing else may."""


class Host(Protocol):
    """A workbook through one adapter, with a reader of its own."""

    name: str

    @property
    def port(self) -> Workbook:
        """The adapter, made anew as each command does."""
        ...

    def cells(self, sheet: str) -> dict[str, Any]:
        """The filled cells of a sheet: formulas as formulas, dates as their numbers."""
        ...

    def form(self, sheet: str, cell: str) -> str:
        """The number format of a cell."""
        ...

    def area(self, table: str) -> str:
        """Where a table stands, with header and totals."""
        ...


class FileHost:
    name = "file"

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def port(self) -> FileBook:
        return FileBook(self.path)

    def cells(self, sheet: str) -> dict[str, Any]:
        return shown(open_book(self.path), sheet)

    def form(self, sheet: str, cell: str) -> str:
        return form(open_book(self.path), sheet, cell)

    def area(self, table: str) -> str:
        return str(open_book(self.path).table(table).area)


class LiveHost:
    name = "live"

    def __init__(self, path: Path) -> None:
        self.book = open_book(path)

    @property
    def port(self) -> LiveBook:
        return LiveBook(xlwings_book(self.book))

    def cells(self, sheet: str) -> dict[str, Any]:
        return shown(self.book, sheet)

    def form(self, sheet: str, cell: str) -> str:
        return form(self.book, sheet, cell)

    def area(self, table: str) -> str:
        return str(self.book.table(table).area)


def form(book: fake_book.Workbook, sheet: str, cell: str) -> str:
    place = Area.parse(cell)
    return book.sheet(sheet).form(place.first_row, place.first_column)


def formats(table: fake_book.ListObject) -> list[list[str]]:
    """The number formats of all cells of a table."""
    return [[table.sheet.form(row, column) for column in table.area.columns] for row in table.area.rows]


HOSTS: Final[Mapping[str, type[FileHost] | type[LiveHost]]] = {"file": FileHost, "live": LiveHost}


@pytest.fixture(params=HOSTS)
def adapter(request: pytest.FixtureRequest) -> type[FileHost] | type[LiveHost]:
    """One of the adapters."""
    return HOSTS[request.param]


@pytest.fixture
def host(adapter: type[FileHost] | type[LiveHost], tmp_path: Path) -> Host:
    """A workbook with a table and much around it."""
    return adapter(book(tmp_path / "book.xlsx"))


def columns(host: Host, table: str = "tblPnl") -> dict[str, list[Cell]]:
    return {header: list(cells) for header, cells in host.port.read_table(table).columns.items()}


def outside(host: Host, sheet: str = "P&L") -> dict[str, Any]:
    """The cells that are not in the columns of tblPnl, below its header."""
    return {
        place: value
        for place, value in host.cells(sheet).items()
        if sheet != "P&L" or place[0] not in "BCDEFG" or int(place[1:]) < 5
    }


def with_formulas(path: Path, *, calculated: bool, formula: str = "=C{row}*2+$C$4", rows: Sequence[int] = ()) -> Path:
    """A table at B4 with a column of formulas, in the rows that are given or in all."""
    file = openpyxl.Workbook()
    sheet = file.worksheets[0]
    sheet.title = "P&L"
    data = customers(5)
    sheet["B4"], sheet["C4"], sheet["D4"] = "Customer", "Revenue", "Twice"
    for row in range(5, 10):
        sheet.cell(row, 2, data["Customer"][row - 5])
        sheet.cell(row, 3, data["Revenue"][row - 5])
        if not rows or row in rows:
            sheet.cell(row, 4, formula.format(row=row))
    table = Table(displayName="tblPnl", ref="B4:D9")
    table._initialise_columns()  # type: ignore[attr-defined]  # the stubs leave it out
    for place, column in enumerate(table.tableColumns):
        column.name = str(sheet.cell(4, 2 + place).value)
    if calculated:
        described: TableColumn = table.tableColumns[2]
        described.calculatedColumnFormula = TableFormula(attr_text=formula.format(row=5).removeprefix("="))
    sheet.add_table(table)
    file.save(path)
    return path


class TestReading:
    def test_a_table_reads_as_its_cells(self, host: Host) -> None:
        table = host.port.read_table("TBLPNL")
        assert (table.name, table.sheet, table.first_row, table.first_column, table.rows) == ("tblPnl", "P&L", 5, 2, 5)
        expected = customers(5) | {"Comment": [f"comment {place}" for place in range(5)]}
        assert tuple(table.columns) == HEADERS
        assert columns(host) == expected
        kinds = [{type(cell) for cell in cells} for cells in columns(host).values()]
        assert kinds == [{str}, {float}, {float}, {dt.date}, {bool}, {str}]

    def test_names(self, host: Host) -> None:
        found = host.port.names()
        assert found["all_revenue"] == "'P&L'!$C$5:$C$9"
        assert found["constant"] == "0.5"
        assert host.port.read_name("AS_OF") == dt.date(2024, 1, 31)
        assert host.port.read_name("rate") == 0.1
        with pytest.raises(WorkbookError, match=r"book.xlsx has no name nothing; define it"):
            host.port.read_name("nothing")
        for name in ("constant", "all_revenue"):
            with pytest.raises(WorkbookError, match=f"the name {name} refers to .*, not to one cell"):
                host.port.read_name(name)

    def test_tables(self, host: Host) -> None:
        assert host.port.table_names() == ("tblPnl",)
        with pytest.raises(WorkbookError, match=r"book.xlsx has no table tblNone; its tables: tblPnl"):
            host.port.read_table("tblNone")

    def test_days_times_and_durations(self, adapter: type[FileHost], tmp_path: Path) -> None:
        file = openpyxl.Workbook()
        sheet = file.worksheets[0]
        shown_as = ["yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm", "[h]:mm", "0", '"€" #,##0.00', "yyyy-mm-dd hh:mm"]
        sheet["A1"] = "h"
        for row, (value, form) in enumerate(
            zip([45292, 45292.75, 0.25, 1.5, 45292, 2.5, 45292], shown_as, strict=True), 2
        ):
            sheet.cell(row, 1, value).number_format = form
        sheet.add_table(Table(displayName="tblX", ref="A1:A8"))
        file.save(tmp_path / "t.xlsx")
        assert columns(adapter(tmp_path / "t.xlsx"), "tblX")["h"] == [
            dt.date(2024, 1, 1),
            dt.datetime(2024, 1, 1, 18),
            0.25,
            1.5,
            45292.0,
            2.5,
            dt.date(2024, 1, 1),
        ]


class TestBody:
    @pytest.mark.parametrize("count", [0, 1, 3, 5, 6, 40])
    @pytest.mark.parametrize("totals", [False, True])
    def test_any_number_of_rows(self, adapter: type[FileHost], tmp_path: Path, count: int, totals: bool) -> None:
        host: Host = adapter(book(tmp_path / "book.xlsx", totals=totals))
        before = outside(host)
        host.port.apply(pnl(count))
        last = 4 + max(count, 1)
        expected = customers(count) if count else {header: [None] for header in customers(0)}
        assert {header: cells for header, cells in columns(host).items() if header != "Comment"} == expected
        assert host.area("tblPnl") == f"B4:G{last + totals}"
        assert outside(host) == before
        below = {place: value for place, value in host.cells("P&L").items() if place[0] in "BCDEFG"}
        if totals:
            assert below[f"B{last + 1}"] == "Total"
            assert below[f"C{last + 1}"] == "=SUBTOTAL(109,[Revenue])"
        assert not [place for place in below if int(place[1:]) > last + totals]
        assert host.port.names()["all_revenue"] == f"'P&L'!$C$5:$C${last}"

    @pytest.mark.parametrize("count", [3, 20])
    def test_totals_over_addresses_grow(self, adapter: type[FileHost], tmp_path: Path, count: int) -> None:
        changes = edited(SHEET, "SUBTOTAL(109,[Revenue])", "SUM(C5:C9)+C10*0+$I$5+C5")
        path = tampered(book(tmp_path / "book.xlsx", totals=True), tmp_path / "totals.xlsx", changes)
        host: Host = adapter(path)
        stood = host.cells("P&L")
        before = LiveHost(path).port.before(pnl(count))
        host.port.apply(pnl(count))
        last = 4 + count
        assert host.cells("P&L")[f"C{last + 1}"] == f"=SUM(C5:C{last})+C{last + 1}*0+$I$5+C5"
        host.port.apply(before)
        assert host.cells("P&L") == stood

    def test_new_rows_take_the_formats_of_the_first(self, host: Host) -> None:
        host.port.apply(pnl(30))
        assert {host.form("P&L", f"C{row}") for row in range(5, 35)} == {"#,##0.00"}
        assert {host.form("P&L", f"E{row}") for row in range(5, 35)} == {"yyyy-mm-dd"}

    def test_formats_survive_a_body_without_rows(self, host: Host) -> None:
        host.port.apply(pnl(0))
        host.port.apply(pnl(3))
        assert host.form("P&L", "C7") == "#,##0.00"
        assert columns(host)["Since"] == customers(3)["Since"]

    def test_headers_match_whatever_their_case_and_blanks(self, host: Host) -> None:
        write = TableWrite(table="tblpnl", columns={" customer ": ["a"], "KEY\n account": [True]})
        host.port.apply(Plan(tables=(write,)))
        assert list(columns(host).values()) == [
            ["a"], [0.0], [0.0], [dt.date(2024, 1, 31)], [True], ["comment 0"],
        ]  # fmt: skip

    def test_values_of_all_kinds_come_back(self, host: Host) -> None:
        values: list[Cell] = [
            None, True, False, 0, -1, 10**15, 0.1 + 0.2, -1e-300, 1.7e308, "text", "", "007", "TRUE", "1-2", "'abc",
            "31 Jan 2024", *CellError,
        ]  # fmt: skip
        host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Share": values}),)))
        read = columns(host)["Share"]
        assert read == [None if value == "" else value for value in values]
        assert [type(value) for value in read[-7:]] == [CellError] * 7
        assert [type(value) for value in read[1:3]] == [bool, bool]
        held = host.cells("P&L")
        assert [held[f"D{row}"] for row in range(21, 28)] == list(CellError)

    def test_dates_stay_dates(self, host: Host) -> None:
        moment = dt.datetime(2024, 2, 29, 23, 59, 59)
        days: list[Cell] = [dt.date(2024, 2, 29), moment, None, dt.datetime(2024, 3, 1)]
        host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Since": days}),)))
        assert columns(host)["Since"] == [*days[:3], dt.date(2024, 3, 1)]
        assert host.form("P&L", "E8") == "yyyy-mm-dd"

    def test_dates_without_a_format(self, host: Host) -> None:
        """DIFFERENCES: date_formats."""
        host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Share": [dt.date(2024, 1, 1)] * 2}),)))
        assert columns(host)["Share"] == ([45292.0] * 2 if host.name == "file" else [dt.date(2024, 1, 1)] * 2)

    def test_hostile_texts_stay_texts(self, host: Host) -> None:
        write = TableWrite(table="tblPnl", columns={"Customer": HOSTILE, "Comment": HOSTILE[::-1]}, key="Customer")
        before = outside(host)
        host.port.apply(Plan(tables=(write,)))
        assert columns(host)["Customer"] == HOSTILE
        assert columns(host)["Comment"] == HOSTILE[::-1]
        assert outside(host) == before
        held = host.cells("P&L")
        assert [held[f"B{5 + place}"] for place in range(len(HOSTILE))] == HOSTILE

    def test_user_texts_that_look_like_input_stay_texts_when_they_move(self, host: Host) -> None:
        texts: list[Cell] = ["=1+1", "007", "'quoted", "1-2", "+2"]
        host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Comment": texts}),)))
        keys: list[Cell] = [f"C{place:03d}" for place in (4, 3, 2, 1, 0)]
        host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Customer": keys}, key="Customer"),)))
        assert columns(host)["Comment"] == texts[::-1]

    @pytest.mark.parametrize("value", ["007", 5.0, "'abc", "=1+1", dt.date(2024, 1, 1), True])
    def test_cells_that_are_formatted_as_text(self, adapter: type[FileHost], tmp_path: Path, value: Cell) -> None:
        """DIFFERENCES: text_cells."""
        path = tmp_path / "text.xlsx"
        file = openpyxl.Workbook()
        sheet = file.worksheets[0]
        sheet["A1"], sheet["A2"] = "h", "x"
        sheet["A2"].number_format = "@"
        sheet.add_table(Table(displayName="tblX", ref="A1:A2"))
        file.save(path)
        host: Host = adapter(path)
        host.port.apply(Plan(tables=(TableWrite(table="tblX", columns={"h": [value] * 3}),)))
        as_text = {5.0: "5", dt.date(2024, 1, 1): "45292", True: "TRUE"}
        as_number: dict[Cell, Cell] = {dt.date(2024, 1, 1): 45292.0}
        expected = (
            value if isinstance(value, str) else (as_text if host.name == "live" else as_number).get(value, value)
        )
        assert columns(host, "tblX")["h"] == [expected] * 3

    def test_the_same_plan_twice_changes_nothing_more(self, adapter: type[FileHost], tmp_path: Path) -> None:
        for count in (0, 2, 5, 17):
            for totals in (False, True):
                host: Host = adapter(book(tmp_path / f"{count}{totals}.xlsx", totals=totals))
                plan = pnl(count, key="Customer")
                host.port.apply(plan)
                once = host.cells("P&L")
                assert host.port.apply(plan) == Receipt()
                assert host.cells("P&L") == once

    def test_filters_are_cleared(self, adapter: type[FileHost], tmp_path: Path) -> None:
        filters = (
            '<autoFilter ref="B4:G9"><filterColumn colId="0"><filters><filter val="C001"/></filters></filterColumn>'
            '<sortState ref="B5:G9"><sortCondition ref="C5:C9"/></sortState></autoFilter>'
        )
        changed = tampered(
            book(tmp_path / "book.xlsx"), tmp_path / "f.xlsx", edited(TABLE, '<autoFilter ref="B4:G9"/>', filters)
        )
        host: Host = adapter(changed)
        assert host.port.apply(pnl(6)).notes == (
            "tblPnl: its filter was cleared, so that all rows show",
            "tblPnl: its sort order was cleared; rows stand in the order of the refresh",
        )
        assert host.port.apply(pnl(6)).notes == ()


class TestUserColumns:
    def test_they_follow_their_key(self, host: Host) -> None:
        written: dict[str, list[Cell]] = {"Customer": ["C004", "new", "C001"], "Revenue": [4.0, 9.0, 1.0]}
        receipt = host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns=written, key="customer"),)))
        read = columns(host)
        assert read["Comment"] == ["comment 4", None, "comment 1"]
        assert read["Share"] == [0.5, None, 0.125]
        assert read["Since"] == [customers(5)["Since"][4], None, customers(5)["Since"][1]]
        gone = "tblPnl: Customer C000 is no longer in the table; its 'Comment' was 'comment 0' and has been taken out"
        assert gone in receipt.notes
        assert len(receipt.notes) == 3 * 4

    def test_the_notes_are_the_same_word_for_word(self, tmp_path: Path) -> None:
        written: dict[str, list[Cell]] = {"Customer": ["C004", "new", "C001"]}
        plan = Plan(tables=(TableWrite(table="tblPnl", columns=written, key="customer"),))
        notes = [host(book(tmp_path / f"{name}.xlsx")).port.apply(plan).notes for name, host in HOSTS.items()]
        assert notes[0] == notes[1]

    def test_without_a_key_they_stay_in_their_row(self, host: Host) -> None:
        receipt = host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Customer": ["x", "y"]}),)))
        assert columns(host)["Comment"] == ["comment 0", "comment 1"]
        assert "tblPnl: row 7 is no longer in the table; its 'Comment' was 'comment 2' and has been taken out" in (
            receipt.notes
        )
        host.port.apply(pnl(4))
        assert columns(host)["Comment"] == ["comment 0", "comment 1", None, None]

    def test_a_key_that_comes_twice_keeps_its_order(self, host: Host) -> None:
        keys: dict[str, list[Cell]] = {"Customer": ["a", "a", "b", None, 7]}
        host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns=keys),)))
        back: dict[str, list[Cell]] = {"Customer": ["7", None, "b", "a", "a", "a"]}
        receipt = host.port.apply(Plan(tables=(TableWrite(table="tblPnl", columns=back, key="Customer"),)))
        assert columns(host)["Comment"] == ["comment 4", None, "comment 2", "comment 0", "comment 1", None]
        assert any("Customer (blank) is no longer" in note and "comment 3" in note for note in receipt.notes)

    def test_no_rows_report_everything(self, host: Host) -> None:
        assert len(host.port.apply(pnl(0, key="Customer")).notes) == 5
        assert host.port.apply(pnl(3, key="Customer")).notes == ()

    @pytest.mark.parametrize("formula", ["=C{row}*2+$C$4", "=tblPnl[[#This Row],[Revenue]]*2"])
    def test_a_calculated_column_is_filled_down(self, adapter: type[FileHost], tmp_path: Path, formula: str) -> None:
        host: Host = adapter(with_formulas(tmp_path / "f.xlsx", calculated=True, formula=formula))
        for keys in (["C002", "new", "C000"], ["C000", "a", "b", "c", "d", "e", "f"], [], ["C001", "z"]):
            write = TableWrite(table="tblPnl", columns={"Customer": list(keys)}, key="Customer")
            receipt = host.port.apply(Plan(tables=(write,)))
            last = 4 + max(1, len(keys))
            held = {place: value for place, value in host.cells("P&L").items() if place[0] == "D"}
            assert held == {"D4": "Twice"} | {f"D{row}": formula.format(row=row) for row in range(5, last + 1)}
            assert not [note for note in receipt.notes if "'Twice'" in note]

    def test_formulas_of_some_rows_move_with_them(self, adapter: type[FileHost], tmp_path: Path) -> None:
        host: Host = adapter(with_formulas(tmp_path / "f.xlsx", calculated=False, rows=(6, 8)))
        write = TableWrite(table="tblPnl", columns={"Customer": ["C003", "C001", "new"]}, key="Customer")
        host.port.apply(Plan(tables=(write,)))
        held = host.cells("P&L")
        assert [held.get(f"D{row}") for row in range(5, 8)] == ["=C5*2+$C$4", "=C6*2+$C$4", None]

    def test_formulas_in_all_rows(self, adapter: type[FileHost], tmp_path: Path) -> None:
        """DIFFERENCES: calculated."""
        host: Host = adapter(with_formulas(tmp_path / "f.xlsx", calculated=False))
        write = TableWrite(table="tblPnl", columns={"Customer": ["C003", "new"]}, key="Customer")
        host.port.apply(Plan(tables=(write,)))
        held = host.cells("P&L")
        assert held["D5"] == "=C5*2+$C$4"
        assert held.get("D6") == (None if host.name == "file" else "=C6*2+$C$4")

    def test_formats_of_cells_that_move(self, adapter: type[FileHost], tmp_path: Path) -> None:
        """DIFFERENCES: formats_of_kept_cells."""
        path = book(tmp_path / "book.xlsx")
        file = loaded(path)
        file["P&L"]["G6"].number_format = "0.000"
        file.save(path)
        host: Host = adapter(path)
        write = TableWrite(table="tblPnl", columns={"Customer": ["C001", "C000"]}, key="Customer")
        host.port.apply(Plan(tables=(write,)))
        assert columns(host)["Comment"] == ["comment 1", "comment 0"]
        assert host.form("P&L", "G5" if host.name == "file" else "G6") == "0.000"


class TestRefusals:
    def refused(self, host: Host, plan: Plan, message: str) -> None:
        before = {sheet: host.cells(sheet) for sheet in ("P&L", "Inputs", "Summary")}
        with pytest.raises(WorkbookError, match=message):
            host.port.apply(plan)
        assert {sheet: host.cells(sheet) for sheet in before} == before

    @pytest.mark.parametrize(
        ("write", "message"),
        [
            (TableWrite(table="tblNo", columns={"a": [1]}), "has no table tblNo"),
            (
                TableWrite(table="tblPnl", columns={"Profit": [1]}),
                r"on sheet P&L has no column 'Profit' \(it has: Cust",
            ),
            (TableWrite(table="tblPnl", columns={}), "writes no column of table tblPnl"),
            (TableWrite(table="tblPnl", columns={"Revenue": [1], "revenue": [1]}), "column 'revenue' of .* twice"),
            (TableWrite(table="tblPnl", columns={"Revenue": [1], "Share": []}), "differ in length"),
            (TableWrite(table="tblPnl", columns={"Revenue": [1]}, key="Customer"), "as key .* does not write it"),
            (TableWrite(table="tblPnl", columns={"Revenue": range(1_048_573)}), "rows and end in row 1,048,577"),
            (TableWrite(table="tblPnl", columns={"Revenue": [float("nan")]}), "P&L!C5: nan cannot stand in a cell"),
            (TableWrite(table="tblPnl", columns={"Revenue": [1.0, float("inf")]}), "P&L!C6: inf cannot .* not finite"),
            (TableWrite(table="tblPnl", columns={"Revenue": [1.0, "x" * 32_768]}), "P&L!C6: .* longer than 32,767"),
            (TableWrite(table="tblPnl", columns={"Since": [dt.date(1899, 1, 1)]}), "P&L!E5: .* is before 1900"),
        ],
    )
    def test_what_the_plan_cannot_mean(self, host: Host, write: TableWrite, message: str) -> None:
        self.refused(host, Plan(tables=(write,)), message)

    def test_one_table_twice(self, host: Host) -> None:
        self.refused(host, Plan(tables=pnl(1).tables * 2), "writes table tblPnl twice")

    @pytest.mark.parametrize("value", [float("nan"), "x" * 32_768])
    def test_cells_that_cannot_be(self, host: Host, value: Cell) -> None:
        self.refused(host, Plan(cells={("Inputs", "B9"): value}), "Inputs!B9: .* cannot stand in a cell")
        self.refused(host, Plan(names={"rate": value}), "Inputs!B3: .* cannot stand in a cell")

    def test_sheets_and_cells_that_are_not_there(self, host: Host) -> None:
        self.refused(host, Plan(cells={("Gone", "B9"): 1}), "there is no sheet Gone, whose cell B9 is to be written")
        for place in ("B7:B8", "XFE1", "A1048577", "rubbish", "A0"):
            self.refused(host, Plan(cells={("Inputs", place): 1}), "not the address of one cell")
            self.refused(host, Plan(caches={("Inputs", place): 1}), "not the address of one cell")

    def test_full_cells_below(self, adapter: type[FileHost], tmp_path: Path) -> None:
        changes = edited(SHEET, "</sheetData>", '<row r="12"><c r="G12"><v>1</v></c></row></sheetData>')
        host: Host = adapter(tampered(book(tmp_path / "book.xlsx"), tmp_path / "full.xlsx", changes))
        self.refused(host, pnl(8), "needs rows down to 12, but P&L!G12 below it is not empty; move what stands there")
        host.port.apply(pnl(7))

    @pytest.mark.parametrize("area", ["B6:C6", "G9:G12", "F20:I20"])
    def test_merged_cells(self, adapter: type[FileHost], tmp_path: Path, area: str) -> None:
        merge = f'</sheetData><mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'
        host: Host = adapter(
            tampered(book(tmp_path / "book.xlsx"), tmp_path / "merged.xlsx", edited(SHEET, "</sheetData>", merge))
        )
        self.refused(host, pnl(20), f"meets merged cells at P&L!{area}; remove them and try again")

    def test_array_formulas(self, adapter: type[FileHost], tmp_path: Path) -> None:
        array = '<row r="15"><c r="C15"><f t="array" ref="C15:D16">1</f></c></row></sheetData>'
        host: Host = adapter(
            tampered(book(tmp_path / "book.xlsx"), tmp_path / "array.xlsx", edited(SHEET, "</sheetData>", array))
        )
        self.refused(host, Plan(cells={("P&L", "D16"): 1}), r"P&L!D16 lies in an array .* \(C15:D16\), which")
        self.refused(host, pnl(20), r"(P&L!C15 below it is not empty|meets an array formula or data table at P&L!C15)")

    def test_array_formulas_that_reach_into_a_table(self, adapter: type[FileHost], tmp_path: Path) -> None:
        path = book(tmp_path / "book.xlsx")
        file = loaded(path)
        file["P&L"]["A6"] = ArrayFormula("A6:B7", "=1")
        file.save(path)
        self.refused(adapter(path), pnl(5), "meets an array formula or data table at P&L!A6:B7; remove them")

    def test_a_blank_table_without_a_header_is_not_run_over(self, adapter: type[FileHost], tmp_path: Path) -> None:
        path = two_tables(tmp_path / "two.xlsx", "D1:E2")
        file = loaded(path)
        file.worksheets[0].add_table(Table(displayName="tblC", ref="B7:C8", headerRowCount=0))
        file.save(path)
        with pytest.raises(WorkbookError, match=r"tblA on sheet Sheet needs A2:B7, where table tblC stands \(B7:C8\)"):
            adapter(path).port.apply(two(6, 1))

    def test_headers_of_tables(self, host: Host) -> None:
        self.refused(
            host, Plan(cells={("P&L", "C4"): "Sales"}), "P&L!C4 is a header of table tblPnl, which formulas know"
        )
        self.refused(host, Plan(cells={("P&L", "G4"): None}), "P&L!G4 is a header of table tblPnl")
        host.port.apply(Plan(cells={("P&L", "C4"): "Revenue", ("P&L", "H4"): "Sales", ("P&L", "C3"): "above"}))
        assert [host.cells("P&L")[cell] for cell in ("C3", "C4", "H4")] == ["above", "Revenue", "Sales"]

    def test_cells_under_merged_cells(self, adapter: type[FileHost], tmp_path: Path) -> None:
        merges = '<mergeCells count="2"><mergeCell ref="K2:L2"/><mergeCell ref="K4:L9"/></mergeCells>'
        changes = edited(SHEET, "</sheetData>", f"</sheetData>{merges}")
        host: Host = adapter(tampered(book(tmp_path / "book.xlsx"), tmp_path / "merged.xlsx", changes))
        hidden = {("P&L", f"K{row}"): row for row in range(1, 6)}
        self.refused(host, Plan(cells=hidden), "P&L!K5 is hidden under the merged cells K4:L9; write K4 instead")
        self.refused(host, Plan(cells={("P&L", "L2"): 1}), "P&L!L2 is hidden under the merged cells K2:L2; write K2")
        host.port.apply(Plan(cells={("P&L", f"K{row}"): row for row in range(1, 5)}))
        assert host.cells("P&L")["K4"] == 4

    def test_names_and_cells_inside_a_table(self, host: Host) -> None:
        plan = Plan(tables=pnl(20).tables, cells={("P&L", "B12"): 1})
        self.refused(host, plan, "P&L!B12 lies inside table tblPnl, which is written anew; write it with the table")

    @pytest.mark.parametrize("second", ["A6:B8", "B6:C8"])
    def test_tables_that_would_collide(self, adapter: type[FileHost], tmp_path: Path, second: str) -> None:
        host: Host = adapter(two_tables(tmp_path / "two.xlsx", second))
        with pytest.raises(WorkbookError, match=r"tblA on sheet Sheet needs (A2:B6, where table tblB|rows down to 6)"):
            host.port.apply(two(5, 1))

    def test_protected_sheets(self, adapter: type[FileHost], tmp_path: Path) -> None:
        protection = '</sheetData><sheetProtection password="83AF" sheet="1"/>'
        host: Host = adapter(
            tampered(book(tmp_path / "book.xlsx"), tmp_path / "p.xlsx", edited(SHEET, "</sheetData>", protection))
        )
        for plan in (pnl(9), Plan(cells={("P&L", "K1"): 1})):
            self.refused(host, plan, "sheet P&L is protected, so nobody may write to it; take the protection")


def two_tables(path: Path, second: str) -> Path:
    """A sheet with tblA at A1:B3 and tblB elsewhere."""
    file = openpyxl.Workbook()
    sheet = file.worksheets[0]
    for name, ref in (("tblA", "A1:B3"), ("tblB", second)):
        for place, cell in enumerate(sheet[ref][0]):
            cell.value = "xy"[place]
        sheet[ref][1][0].value = name
        sheet.add_table(Table(displayName=name, ref=ref))
    file.save(path)
    return path


def two(first: int, second: int) -> Plan:
    return Plan(
        tables=(
            TableWrite(table="tblA", columns={"x": list(range(first)), "y": ["a"] * first}),
            TableWrite(table="tblB", columns={"y": ["b"] * second, "x": list(range(second))}),
        )
    )


@pytest.mark.parametrize(("first", "second"), [(5, 3), (3, 50), (0, 0), (1, 2)])
@pytest.mark.parametrize("place", ["D1:E3", "C2:D9"])
def test_tables_side_by_side(adapter: type[FileHost], tmp_path: Path, first: int, second: int, place: str) -> None:
    host: Host = adapter(two_tables(tmp_path / "two.xlsx", place))
    host.port.apply(two(first, second))
    blank: list[Cell] = [None]
    assert columns(host, "tblA")["x"] == (list(range(first)) or blank)
    assert columns(host, "tblB") == {"x": list(range(second)) or blank, "y": ["b"] * second or blank}
    assert host.port.apply(two(first, second)) == Receipt()


class TestNamesAndCells:
    def test_named_cells_get_constants(self, host: Host) -> None:
        host.port.apply(Plan(names={"AS_OF": dt.date(2025, 6, 30), "rate": 0.12}))
        assert (host.port.read_name("as_of"), host.port.read_name("rate")) == (dt.date(2025, 6, 30), 0.12)
        assert [host.form("Inputs", cell) for cell in ("B2", "B3")] == ["yyyy-mm-dd", "#,##0.00"]
        host.port.apply(Plan(names={"rate": None}))
        assert host.port.read_name("rate") is None

    @pytest.mark.parametrize("value", ["=1+1", "007", CellError.NUM, True, "inf", "x" * 9_000, 3, None])
    def test_cells_get_constants(self, host: Host, value: Cell) -> None:
        places = [("inputs", "B7"), ("Inputs", "$B$8"), ("Inputs", "D7"), ("Summary", "B2")]
        host.port.apply(Plan(cells=dict.fromkeys(places, value)))
        held = host.cells("Inputs") | {"S": host.cells("Summary").get("B2")}
        assert [held.get(place) for place in ("B7", "B8", "D7", "S")] == [value] * 4

    def test_cells_beside_a_table_that_changes(self, host: Host) -> None:
        host.port.apply(Plan(tables=pnl(30).tables, cells={("P&L", "I20"): "beside", ("P&L", "B36"): "below"}))
        held = host.cells("P&L")
        assert (held["I20"], held["B36"], held["B34"]) == ("beside", "below", "C029")
        assert columns(host)["Customer"] == customers(30)["Customer"]

    def test_cells_without_a_number_format_can_get_one(self, host: Host) -> None:
        """Cells that exist or not, in a row with others or alone; those with a format of their own keep it."""
        places = [("P&L", "A5"), ("P&L", "I5"), ("P&L", "I6"), ("P&L", "K40"), ("Inputs", "B2"), ("inputs", "$B$3")]
        stood = host.form("Inputs", "B2"), host.form("Inputs", "B3")
        formats = dict.fromkeys(places, "0.0%") | {("P&L", "I5"): "yyyy-mm-dd"}
        host.port.apply(Plan(cells={**dict.fromkeys(places, 0.5), ("P&L", "I7"): 0.5}, formats=formats))
        forms = {place: host.form("P&L", place) for place in ("A5", "I5", "I6", "I7", "K40")}
        assert forms == {"A5": "0.0%", "I5": "yyyy-mm-dd", "I6": "0.0%", "I7": "General", "K40": "0.0%"}
        assert (host.form("Inputs", "B2"), host.form("Inputs", "B3")) == stood
        host.port.apply(Plan(cells={("P&L", "A5"): 7}, formats={("P&L", "A5"): "0.00"}))
        assert host.form("P&L", "A5") == "0.0%"

    def test_days_in_cells_without_a_number_format(self, host: Host) -> None:
        place = ("P&L", "K5")
        host.port.apply(Plan(cells={place: dt.date(2025, 6, 30)}, formats={place: "dd/mm/yyyy"}))
        assert host.form("P&L", "K5") == "dd/mm/yyyy"

    def test_the_receipt_names_what_changed(self, host: Host) -> None:
        """DIFFERENCES: changed_parts."""
        changed = host.port.apply(Plan(names={"rate": 0.5})).changed_parts
        assert changed[0] == ("xl/worksheets/sheet2.xml" if host.name == "file" else "Inputs")

    def test_nothing_is_nothing(self, host: Host) -> None:
        assert host.port.apply(Plan()) == Receipt()

    def test_caches(self, host: Host) -> None:
        """DIFFERENCES: caches."""
        receipt = host.port.apply(Plan(caches={("Summary", "B1"): 99.5, ("Summary", "A1"): 1, ("Gone", "B1"): 2}))
        assert host.cells("Summary") == {"A1": "Summary", "B1": "=SUM(tblPnl[Revenue])", "B2": '="a"'}
        assert len(receipt.notes) == (2 if host.name == "file" else 0)


class TestReceiptRanges:
    def test_cells_that_were_written(self, host: Host) -> None:
        cells: dict[tuple[str, str], Cell] = {("Inputs", f"{letter}{row}"): row for letter in "DE" for row in (7, 8, 9)}
        cells |= {("P&L", "I20"): "x", ("P&L", "I2"): "y", ("Summary", "B2"): 1, ("Inputs", "E11"): 2}
        ranges = host.port.apply(Plan(tables=pnl(7).tables, names={"rate": 2.0}, cells=cells)).ranges
        assert ranges == (
            "'P&L'!I2", "'P&L'!B5:G11", "'P&L'!I20", "Inputs!B3", "Inputs!D7:E9", "Inputs!E11", "Summary!B2",
        )  # fmt: skip

    def test_rows_that_a_table_has_left_are_among_them(self, host: Host) -> None:
        assert host.port.apply(pnl(2)).ranges == ("'P&L'!B5:G9",)

    def test_what_is_there_already(self, host: Host) -> None:
        """DIFFERENCES: ranges."""
        plan = Plan(names={"rate": 0.1}, cells={("Inputs", "D7"): 1})
        assert host.port.apply(plan).ranges == (("Inputs!B3", "Inputs!D7") if host.name == "file" else ("Inputs!D7",))
        assert host.port.apply(plan).ranges == ()


class TestNewSheets:
    DAY: Final = Style(number_format="yyyy-mm-dd")
    SHEET: Final = NewSheet(
        name="O'Hara & 😀",
        cells={"A1": "=1+1", "B1": dt.date(2024, 1, 31), "C1": 2.5, "D1": True, "E1": CellError.NUM, "F1": None},
        styles={"B1": DAY, "C1": Style(number_format="0.0"), "H8": Style(fill="FFFF00")},
        tables=(
            NewTable(
                name="tblNew",
                row=3,
                column=1,
                columns={"Id": ["007", "1-2", "'x"], "=a": [1, 2.5, None], "Day": [dt.date(2024, 1, 31)] * 3},
                styles={"=a": Style(number_format="#,##0.00"), "Day": DAY},
            ),
            NewTable(name="tblBlank", row=3, column=5, columns={"a": []}),
        ),
    )

    def test_it_holds_what_the_plan_says(self, host: Host) -> None:
        host.port.apply(Plan(sheets=(self.SHEET,)))
        name = self.SHEET.name
        assert host.cells(name) == {
            "A1": "=1+1", "B1": 45322.0, "C1": 2.5, "D1": True, "E1": CellError.NUM,
            "A3": "Id", "B3": "=a", "C3": "Day", "E3": "a",
            "A4": "007", "B4": 1.0, "C4": 45322.0, "A5": "1-2", "B5": 2.5, "C5": 45322.0, "A6": "'x", "C6": 45322.0,
        }  # fmt: skip
        assert columns(host, "tblNew") == self.SHEET.tables[0].columns
        assert columns(host, "tblBlank") == {"a": [None]}
        forms = {cell: host.form(name, cell) for cell in ("A4", "B1", "B3", "B4", "B6", "C1", "C4")}
        assert forms == {
            "A4": "General", "B1": "yyyy-mm-dd", "B3": "General", "B4": "#,##0.00", "B6": "#,##0.00", "C1": "0.0",
            "C4": "yyyy-mm-dd",
        }  # fmt: skip
        assert [host.area(table) for table in ("tblNew", "tblBlank")] == ["A3:C6", "E3:E4"]

    def test_the_rest_stays(self, host: Host) -> None:
        before = {sheet: host.cells(sheet) for sheet in ("P&L", "Inputs", "Summary")}
        host.port.apply(Plan(sheets=(self.SHEET,)))
        assert {sheet: host.cells(sheet) for sheet in before} == before
        assert host.port.table_names() == ("tblPnl", "tblNew", "tblBlank")

    def test_the_receipt(self, host: Host) -> None:
        """DIFFERENCES: new_sheets."""
        plan = Plan(cells={("Inputs", "D7"): 1}, sheets=(NewSheet(name="Two", cells={"B2": 1}), self.SHEET))
        receipt = host.port.apply(plan)
        quoted = "'O''Hara & 😀'"
        assert receipt.ranges == (
            "Inputs!D7", "Two!B2", f"{quoted}!A1:F1", f"{quoted}!A3:C6", f"{quoted}!E3:E4",
        )  # fmt: skip
        notes = tuple(
            f"sheet {name} was added; Undo leaves it where it is, delete it if you do not want it"
            for name in ("Two", self.SHEET.name)
        )
        assert receipt.notes == (() if host.name == "file" else notes)

    def test_days_are_shown_as_days(self, host: Host) -> None:
        moment = dt.datetime(2024, 1, 31, 6)
        columns: dict[str, list[Cell]] = {"Day": [dt.date(2024, 1, 31), None], "Moment": [moment, moment], "n": [1, 2]}
        table = NewTable(name="tblDays", row=3, column=1, columns=columns)
        host.port.apply(Plan(sheets=(NewSheet(name="Days", cells={"A1": dt.date(2024, 1, 31)}, tables=(table,)),)))
        forms = {cell: host.form("Days", cell) for cell in ("A1", "A4", "B4", "C4")}
        assert forms == {"A1": "yyyy-mm-dd", "A4": "yyyy-mm-dd", "B4": "yyyy-mm-dd hh:mm", "C4": "General"}

    def test_hostile_texts_stay_texts(self, host: Host) -> None:
        heads = [text for text in HOSTILE if len(text) < 256]
        table = NewTable(name="tblH", row=3, column=1, columns=dict.fromkeys(heads, HOSTILE))
        cells: dict[str, Cell] = {f"Z{row}": text for row, text in enumerate(HOSTILE, 1)}
        host.port.apply(Plan(sheets=(NewSheet(name="=1+1", cells=cells, tables=(table,)),)))
        assert columns(host, "tblH") == dict.fromkeys(heads, HOSTILE)
        held = host.cells("=1+1")
        assert [held[f"Z{row}"] for row in range(1, len(HOSTILE) + 1)] == HOSTILE

    def test_its_tables_can_be_refreshed(self, host: Host) -> None:
        host.port.apply(Plan(sheets=(self.SHEET,)))
        new: dict[str, list[Cell]] = {"Id": list("abcde"), "=a": [1.0] * 5, "Day": [dt.date(2025, 1, 1)] * 5}
        host.port.apply(Plan(tables=(TableWrite(table="tblNew", columns=new),)))
        assert columns(host, "tblNew") == new
        assert host.form(self.SHEET.name, "B8") == "#,##0.00"

    @pytest.mark.parametrize("name", REFUSED)
    def test_what_cannot_be(self, host: Host, name: str) -> None:
        plan, message = REFUSED[name]
        TestRefusals().refused(host, plan, message)

    def test_a_plan_that_was_applied(self, host: Host) -> None:
        host.port.apply(Plan(sheets=(self.SHEET,)))
        with pytest.raises(WorkbookError, match=r"book.xlsx has a sheet O'Hara & 😀 already"):
            host.port.apply(Plan(sheets=(self.SHEET,)))

    def test_a_locked_structure(self, adapter: type[FileHost], tmp_path: Path) -> None:
        lock = '<workbookProtection lockStructure="1"/><bookViews>'
        changes = edited("xl/workbook.xml", "<bookViews>", lock)
        host: Host = adapter(tampered(book(tmp_path / "book.xlsx"), tmp_path / "locked.xlsx", changes))
        with pytest.raises(WorkbookError, match=r"the structure of locked.xlsx is protected, so it takes no new sheet"):
            host.port.apply(Plan(sheets=(self.SHEET,)))
        host.port.apply(Plan(names={"rate": 1.0}))


class TestWayBack:
    """What stood before is a plan like any other, so either adapter can take a change back."""

    PLANS: Final = [
        pnl(0, key="Customer"),
        pnl(3),
        pnl(5, key="Customer"),
        pnl(12, key="Customer"),
        Plan(tables=(TableWrite(table="tblPnl", columns={"Customer": ["C004", "n", "C001"]}, key="Customer"),)),
        Plan(names={"rate": "x", "as_of": None}, cells={("Inputs", "A2"): "=1", ("Inputs", "K9"): 5.0}),
        Plan(tables=pnl(2).tables, names={"rate": 2.0}, cells={("P&L", "K5"): "007"}),
    ]

    @pytest.mark.parametrize("plan", PLANS)
    @pytest.mark.parametrize("totals", [False, True])
    def test_it_restores(self, adapter: type[FileHost], tmp_path: Path, plan: Plan, totals: bool) -> None:
        path = book(tmp_path / "book.xlsx", totals=totals)
        before = LiveHost(path).port.before(plan)
        host: Host = adapter(path)
        stood = {sheet: host.cells(sheet) for sheet in ("P&L", "Inputs", "Summary")}
        host.port.apply(plan)
        host.port.apply(before)
        assert {sheet: host.cells(sheet) for sheet in stood} == stood
        assert host.area("tblPnl") == f"B4:G{9 + totals}"

    def test_formulas_of_users_are_left_out_and_stay(self, adapter: type[FileHost], tmp_path: Path) -> None:
        path = with_formulas(tmp_path / "f.xlsx", calculated=True)
        plan = Plan(tables=(TableWrite(table="tblPnl", columns={"Customer": ["C003", "n"]}, key="Customer"),))
        before = LiveHost(path).port.before(plan)
        assert [*before.tables[0].columns] == ["Customer", "Revenue"]
        host: Host = adapter(path)
        stood = host.cells("P&L")
        host.port.apply(plan)
        host.port.apply(before)
        assert host.cells("P&L") == stood


def test_a_whole_refresh_gives_the_same_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "model.xlsx"
    create_workbook(path, compose("customer_value", list(PACKS)), small_company())
    live, file = LiveHost(path), FileHost(path)
    plans = [plan_refresh(read_contents(host.port), now=NOW).plan for host in (live, file)]
    assert plans[0] == plans[1]
    for host in (live, file):
        host.port.apply(plans[0])
    written, ports = open_book(path), (live.port, file.port)
    assert ports[0].table_names() == ports[1].table_names()
    for table in ports[1].table_names():
        assert ports[0].read_table(table) == ports[1].read_table(table), table
        assert live.book.table(table).area == written.table(table).area
        assert formats(live.book.table(table)) == formats(written.table(table)), table
    assert live.port.names() == file.port.names()
    assert read_contents(live.port).names == read_contents(file.port).names
    assert live.port.apply(plans[0]) == file.port.apply(plans[0]) == Receipt()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)
@given(data=st.data())
def test_any_plan_gives_the_same_cells(tmp_path: Path, data: st.DataObject) -> None:
    rows, totals = data.draw(st.integers(1, 8)), data.draw(st.booleans())
    path = book(tmp_path / "book.xlsx", rows=rows, totals=totals)
    count = data.draw(st.integers(0, 12))
    headers = data.draw(st.lists(st.sampled_from(["Revenue", "Share", "Comment"]), unique=True))
    written = {header: data.draw(st.lists(VALUES, min_size=count, max_size=count)) for header in headers}
    written["Customer"] = data.draw(st.permutations([f"C{place:03d}" for place in range(12)]))[:count]
    key = "Customer" if data.draw(st.booleans()) else ""
    plan = Plan(
        tables=(TableWrite(table="tblPnl", columns=written, key=key),),
        names={"rate": data.draw(VALUES)},
        cells={("Inputs", f"D{row}"): data.draw(VALUES) for row in range(data.draw(st.integers(0, 4)))[1:]},
    )
    live, file = LiveHost(path), FileHost(path)
    before, stood = live.port.before(plan), live.cells("P&L")
    receipts = live.port.apply(plan), file.port.apply(plan)
    assert receipts[0].notes == receipts[1].notes
    for sheet in ("P&L", "Inputs", "Summary"):
        assert live.cells(sheet) == file.cells(sheet)
    assert live.port.names() == file.port.names()
    live.port.apply(before)
    assert live.cells("P&L") == stood


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=20)
@given(sheet=new_sheets())
def test_any_new_sheet_gives_the_same_cells(tmp_path: Path, sheet: NewSheet) -> None:
    path = book(tmp_path / "book.xlsx")
    live, file = LiveHost(path), FileHost(path)
    plan = Plan(sheets=(sheet,))
    assert live.port.apply(plan).ranges == file.port.apply(plan).ranges
    assert live.cells(sheet.name) == file.cells(sheet.name)
    written = open_book(path)
    for table in sheet.tables:
        assert live.port.read_table(table.name) == file.port.read_table(table.name)
        assert live.book.table(table.name).area == written.table(table.name).area
        assert formats(live.book.table(table.name)) == formats(written.table(table.name))
