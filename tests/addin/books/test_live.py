import datetime as dt
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from addin.books import live as live_module
from addin.books.cellxml import Area
from addin.books.live import LiveBook, quiet
from addin.books.livecells import read_rows
from addin.books.liveranges import Cells
from addin.contents import read_contents
from addin.workbook import LiveWorkbook, WorkbookError
from tests.addin.books.builders import book, customers
from tests.addin.books.test_file import pnl
from tests.hosts.excel import fake_book
from tests.hosts.excel.com import ComError
from tests.hosts.excel.fake_book import MANUAL, SOURCE_QUERY, Workbook, excel_error, open_book, shown, xlwings_book
from tests.hosts.excel.typed import Content
from workbook_templates.plan import Cell, CellError, NewSheet, NewTable, Plan, Style, TableWrite

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the open workbook is a fake one, over fake pywin32")

SHEETS = ("P&L", "Inputs", "Summary")


@pytest.fixture
def fake(tmp_path: Path) -> Workbook:
    return open_book(book(tmp_path / "book.xlsx", totals=True))


def live(fake: Workbook) -> LiveBook:
    return LiveBook(xlwings_book(fake))


def stands(fake: Workbook) -> dict[str, Any]:
    """Everything that a plan might change."""
    cells: dict[str, Any] = {sheet: shown(fake, sheet) for sheet in SHEETS}
    table = fake.table("tblPnl")
    return cells | {"table": (str(table.area), table.totals), "names": {name.name: name.refers for name in fake.names}}


def settings(fake: Workbook) -> list[object]:
    """Everything of Excel itself that a macro may have switched off."""
    app = fake.app
    switches = app.ScreenUpdating, app.EnableEvents, app.DisplayAlerts, app.StatusBar, app.calculation
    return [*switches, app.AutoCorrect.AutoExpandListRange, app.selection, fake.active]


PLAN = Plan(
    tables=pnl(12, key="Customer").tables,
    names={"rate": "=1"},
    cells={("Inputs", "B7"): "007", ("Inputs", "B8"): 1.0, ("P&L", "I20"): CellError.NA},
)


def test_it_is_a_live_workbook(fake: Workbook) -> None:
    def port(workbook: LiveWorkbook) -> tuple[str, ...]:
        return workbook.table_names()

    assert port(live(fake)) == ("tblPnl",)


class TestCalls:
    def test_a_sample_workbook_is_read_with_one_call_a_table(self, small_file: Path) -> None:
        fake = open_book(small_file)
        workbook = live(fake)
        contents = read_contents(workbook)
        assert fake.calls["Range.Value"] == len(contents.raw) + len(contents.names)
        assert fake.calls["Range.Formula2"] == 0
        assert sum(fake.calls.values()) < 50 * len(contents.raw)

    def test_a_table_is_written_with_one_call(self, fake: Workbook) -> None:
        live(fake).apply(Plan(tables=pnl(9, key="Customer").tables))
        writes = {name: count for name, count in fake.calls.items() if name.startswith("Range.") and name.endswith("=")}
        assert writes == {"Range.Value=": 1}
        assert fake.calls["Application.Calculate"] == 1

    def test_cells_that_stand_together_are_written_together(self, fake: Workbook) -> None:
        live(fake).apply(Plan(cells={("Inputs", f"B{row}"): float(row) for row in (9, 8, 7, 12)}))
        assert fake.calls["Range.Value="] == 2

    def test_what_is_there_already_is_not_written(self, fake: Workbook) -> None:
        live(fake).apply(PLAN)
        fake.calls.clear()
        assert live(fake).apply(PLAN).changed_parts == ()
        assert not [name for name in fake.calls if name.startswith(("Range.V", "Range.F")) and name.endswith("=")]

    def test_error_values_and_formulas_are_entered_in_english(self, fake: Workbook) -> None:
        live(fake).apply(Plan(cells={("Inputs", "B7"): CellError.NA}))
        assert (fake.calls["Range.Value="], fake.calls["Range.Formula2="]) == (0, 1)


class TestSettings:
    @pytest.mark.parametrize("fails", [False, True])
    def test_quiet_gives_everything_back(self, fake: Workbook, fails: bool) -> None:
        app = fake.app
        app.calculation, app.StatusBar, app.EnableEvents = MANUAL, "mine", False
        before = settings(fake)
        with pytest.raises(ZeroDivisionError) if fails else nullcontext(), quiet(xlwings_book(fake).app):
            assert [app.ScreenUpdating, app.EnableEvents, app.DisplayAlerts, app.calculation] == [False] * 3 + [MANUAL]
            app.StatusBar = "working"
            if fails:
                raise ZeroDivisionError
        assert settings(fake) == before

    def test_one_that_cannot_be_given_back_does_not_stop_the_others(
        self, fake: Workbook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = settings(fake)
        entered = quiet(xlwings_book(fake).app)
        entered.__enter__()
        monkeypatch.setattr(fake_book, "AUTOMATIC", 0)  # Excel refuses that mode now
        with pytest.raises(Exception, match="Calculation"):
            entered.__exit__(None, None, None)
        assert settings(fake)[:4] == before[:4]

    @pytest.mark.parametrize("mode", [MANUAL, fake_book.AUTOMATIC])
    def test_a_plan_leaves_excel_as_it_was(self, fake: Workbook, mode: int) -> None:
        fake.app.calculation = mode
        before = settings(fake)
        live(fake).apply(PLAN)
        assert settings(fake) == before
        assert fake.app.computed == 1
        assert not [name for name in fake.calls if name.endswith(("Select", "Activate", "PasteSpecial", "Copy"))]


class TestFailures:
    @pytest.mark.parametrize("count", [12, 2])
    def test_a_write_that_fails_on_the_way_is_taken_back(self, tmp_path: Path, count: int) -> None:
        path = book(tmp_path / "book.xlsx", totals=True)
        plan = Plan(tables=pnl(count, key="Customer").tables, names=PLAN.names, cells=PLAN.cells)
        message = (
            r"^Excel refused to write \(a dialog is open\); everything is as it was. "
            "Leave the cell that is being edited, and try again$"
        )
        writes = writes_of(open_book(path), plan)
        assert {"ShowTotals", "Resize", "Value", "Formula2"} <= set(writes)
        for failing in range(len(writes)):
            fake = open_book(path)
            before, switches = stands(fake), settings(fake)
            fake.trouble = failing_once(failing)
            with pytest.raises(WorkbookError, match=message):
                live(fake).apply(plan)
            assert stands(fake) == before
            assert settings(fake) == switches

    def test_when_the_way_back_fails_too_that_is_said(self, fake: Workbook) -> None:
        def refuse(what: str, area: Area) -> None:
            if what in ("Value", "Formula2"):
                raise excel_error("no")

        fake.trouble = refuse
        with pytest.raises(WorkbookError, match=r"refused to write \(no\); not everything .* without saving it"):
            live(fake).apply(PLAN)

    def test_names_that_fail_are_taken_back(self, fake: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
        before = stands(fake)

        def refuse(name: object, refers: str) -> None:
            raise excel_error("no name")

        monkeypatch.setattr(live_module, "_refer", refuse)
        with pytest.raises(WorkbookError, match="no name"):
            live(fake).apply(PLAN)
        monkeypatch.undo()
        assert stands(fake) == before

    def test_computing_that_stops_takes_nothing_back(self, fake: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(_: object) -> None:
            raise excel_error("interrupted")

        monkeypatch.setattr(fake_book.Application, "Calculate", stop)
        assert live(fake).apply(PLAN).notes == ("Excel did not finish computing; press F9",)
        assert live(fake).read_table("tblPnl").rows == 12

    @pytest.mark.parametrize("member", ["ProtectContents", "CommentsThreaded"])
    def test_other_errors_are_not_taken_for_missing_properties(
        self, fake: Workbook, monkeypatch: pytest.MonkeyPatch, member: str
    ) -> None:
        monkeypatch.setattr(fake_book.Worksheet, member, property(raising(excel_error("busy"))))
        before = stands(fake)
        with pytest.raises(Exception, match="busy"):
            live(fake).apply(PLAN)
        assert stands(fake) == before


def writes_of(fake: Workbook, plan: Plan) -> list[str]:
    """The writes that a plan takes when nothing fails."""
    counted: list[str] = []
    fake.trouble = lambda what, area: counted.append(what)
    live(fake).apply(plan)
    return counted


def failing_once(at: int) -> Callable[[str, Area], None]:
    """Trouble with one write, and none before or after."""
    asked: list[str] = []

    def trouble(what: str, area: Area) -> None:
        asked.append(what)
        if len(asked) == at + 1:
            raise excel_error("a dialog is open")

    return trouble


class TestNewSheets:
    SHEET = NewSheet(
        name="New",
        cells={"A1": "=1", "B1": 2.0},
        styles={
            "A1": Style(bold=True, italic=True, font="Arial", size=9, colour="0000FF"),
            "B1": Style(fill="FFFFCC", align="right", wrap=True, number_format="0.0"),
        },
        tables=(NewTable(name="tblNew", row=3, column=2, columns={"a": [1.0, 2.0]}, header=Style(italic=True)),),
        widths={1: 20, 3: 7.5},
        freeze=(4, 2),
    )

    def test_looks(self, fake: Workbook) -> None:
        live(fake).apply(Plan(sheets=(self.SHEET,)))
        sheet = fake.sheet("New")
        assert sheet.looks == {
            (1, 1): {
                "Font.Name": "Arial",
                "Font.Size": 9,
                "Font.Bold": True,
                "Font.Italic": True,
                "Font.Color": 0xFF0000,
            },
            (1, 2): {"Interior.Color": 0xCCFFFF, "HorizontalAlignment": -4152, "WrapText": True},
            (3, 2): {"Font.Italic": True},
        }
        assert (sheet.widths, sheet.frozen) == ({1: 20, 3: 7.5}, (4, 2))
        assert (sheet.tables[0].look, sheet.tables[0].ShowTableStyleRowStripes) == ("TableStyleLight1", False)

    def test_pages(self, fake: Workbook) -> None:
        live(fake).apply(Plan(sheets=(self.SHEET,)))
        page = vars(fake.sheet("New").page)
        assert {name: page[name] for name in ("Orientation", "Zoom", "FitToPagesWide", "FitToPagesTall")} == {
            "Orientation": 2, "Zoom": False, "FitToPagesWide": 1, "FitToPagesTall": False,
        }  # fmt: skip
        row = self.SHEET.tables[0].row
        assert (page["PrintTitleRows"], page["RightFooter"]) == (f"${row}:${row}", "Page &P of &N")

    def test_without_a_printer_a_sheet_comes_all_the_same(
        self, fake: Workbook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuses(_: Any) -> None:
            raise OSError("no printer")

        monkeypatch.setattr(type(fake.sheets[0]), "PageSetup", property(refuses))
        live(fake).apply(Plan(sheets=(self.SHEET,)))
        assert fake.sheet("New").frozen == (4, 2)

    def test_the_users_sheet_stays_in_front_and_all_others_in_order(self, fake: Workbook) -> None:
        fake.active = fake.sheet("Inputs")
        before = settings(fake)
        live(fake).apply(Plan(sheets=(self.SHEET, NewSheet(name="Two"))))
        assert settings(fake) == before
        assert [sheet.name for sheet in fake.sheets] == [*SHEETS, "New", "Two"]

    def test_a_write_that_fails_on_the_way_is_taken_back(self, tmp_path: Path) -> None:
        path = book(tmp_path / "book.xlsx")
        plan = Plan(names=PLAN.names, cells=PLAN.cells, sheets=(self.SHEET, NewSheet(name="Two", cells={"A1": 1})))
        writes = writes_of(open_book(path), plan)
        assert {"Add", "Name", "look", "NumberFormat", "ListObjects.Add"} <= set(writes)
        for failing in range(len(writes)):
            fake = open_book(path)
            before, switches = stands(fake), settings(fake)
            fake.trouble = failing_once(failing)
            with pytest.raises(WorkbookError, match=r"a dialog is open.; everything is as it was"):
                live(fake).apply(plan)
            assert stands(fake) == before
            assert settings(fake) == switches
            assert [sheet.name for sheet in fake.sheets] == [*SHEETS]

    def test_no_sheet_goes_when_the_first_look_fails(self, fake: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
        workbook = live(fake)
        change = workbook._change(Plan(sheets=(self.SHEET,)))
        monkeypatch.setattr(fake_book.Worksheet, "Name", property(raising(excel_error("busy"))))
        with pytest.raises(Exception, match="busy"):
            change.write()
        assert len(fake.sheets) == len(SHEETS)

    def test_a_program_without_windows(self, fake: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(Workbook, "Windows")
        monkeypatch.delattr(Workbook, "ProtectStructure")
        live(fake).apply(Plan(sheets=(self.SHEET,)))
        assert shown(fake, "New") == {"A1": "=1", "B1": 2.0, "B3": "a", "B4": 1.0, "B5": 2.0}

    def test_what_no_cell_can_hold_is_refused_before_the_first_write(self, fake: Workbook) -> None:
        for sheet in (
            NewSheet(name="New", cells={"B2": float("nan")}),
            NewSheet(name="New", tables=(NewTable(name="t_", row=1, column=2, columns={"a": [float("inf")]}),)),
        ):
            with pytest.raises(WorkbookError, match=r"New!B2: .* cannot stand in a cell"):
                live(fake).apply(Plan(names={"rate": 9.0}, sheets=(sheet,)))
        assert not [name for name in fake.calls if name.endswith("=")]

    def test_what_stood_before_has_no_word_for_them(self, fake: Workbook) -> None:
        assert live(fake).before(Plan(sheets=(self.SHEET,))) == Plan()


class TestRefusals:
    def test_tables_that_are_fed_from_outside(self, fake: Workbook) -> None:
        fake.table("tblPnl").source = SOURCE_QUERY
        with pytest.raises(WorkbookError, match="tblPnl on sheet P&L is filled by a query or an XML map"):
            live(fake).apply(PLAN)

    def test_nothing_is_written_when_the_last_thing_cannot_be(self, fake: Workbook) -> None:
        before = stands(fake)
        with pytest.raises(WorkbookError, match="Inputs!Z9"):
            live(fake).apply(Plan(tables=PLAN.tables, cells={("Inputs", "Z9"): float("nan")}))
        assert stands(fake) == before
        assert not [name for name in fake.calls if name.endswith("=")]

    def test_other_protected_sheets_do_not_matter(self, fake: Workbook) -> None:
        fake.sheet("Summary").protected = True
        live(fake).apply(PLAN)


class TestPrograms:
    @pytest.mark.parametrize("says", [AttributeError("Formula2"), ComError(-2147352570, "Unknown name.", None, None)])
    def test_an_excel_without_spilling_formulas(
        self, fake: Workbook, monkeypatch: pytest.MonkeyPatch, says: Exception
    ) -> None:
        monkeypatch.setattr(fake_book.Range, "Formula2", property(raising(says)))
        monkeypatch.setattr(fake_book.Worksheet, "CommentsThreaded", property(raising(says)))
        live(fake).apply(PLAN)
        assert fake.calls["Range.Formula="]
        assert shown(fake, "P&L")["I20"] is CellError.NA

    def test_a_program_with_nothing_but_what_xlwings_has(self, fake: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
        expected = open_book_like(fake)
        live(expected).apply(PLAN)
        for owner, name in (
            (fake_book.Worksheet, "ProtectContents"),
            (fake_book.ListObject, "SourceType"),
            (fake_book.ListObject, "Sort"),
        ):
            monkeypatch.delattr(owner, name)
        del fake.app.AutoCorrect
        live(fake).apply(PLAN)
        assert stands(fake) == stands(expected)


def raising(error: Exception) -> Callable[[object], object]:
    """A getter of a property that is not there."""

    def get(_: object) -> object:
        raise error

    return get


def open_book_like(fake: Workbook) -> Workbook:
    """The same workbook once more."""
    return open_book(Path(fake.sheets[0].book.path))


class TestReading:
    @pytest.mark.parametrize(
        ("area", "given", "rows"),
        [
            (Area(1, 1, 1, 1), "=1", [["=1"]]),
            (Area(1, 1, 1, 2), ["a", "b"], [["a", "b"]]),
            (Area(1, 1, 2, 1), ["a", "b"], [["a"], ["b"]]),
            (Area(1, 1, 2, 2), (("a", "b"), ("c", "d")), [["a", "b"], ["c", "d"]]),
        ],
    )
    def test_formulas_come_in_several_shapes(
        self, fake: Workbook, monkeypatch: pytest.MonkeyPatch, area: Area, given: object, rows: list[list[str]]
    ) -> None:
        """A Mac gives a row or a column as a flat list."""
        cells = Cells(xlwings_book(fake))
        monkeypatch.setattr(fake_book.Range, "Formula2", property(lambda _: given))
        assert cells.formulas("Inputs", area) == rows

    def test_error_values_that_a_plan_has_no_word_for(self) -> None:
        assert read_rows([[-2146826243, 5, 2.0, ""]]) == [[CellError.VALUE, 5.0, 2.0, None]]

    def test_a_table_without_headers(self, tmp_path: Path) -> None:
        path = tmp_path / "bare.xlsx"
        file = openpyxl.Workbook()
        file.worksheets[0]["A1"], file.worksheets[0]["A2"] = 1, 2
        table = Table(displayName="tblX", ref="A1:A2", headerRowCount=0)
        file.worksheets[0].add_table(table)
        file.save(path)
        fake = open_book(path)
        fake.table("tblX").column_names = ["h"]
        workbook = live(fake)
        assert workbook.read_table("tblX").columns == {"h": [1.0, 2.0]}
        workbook.apply(Plan(tables=(TableWrite(table="tblX", columns={"h": [3.0, 4.0, 5.0]}),)))
        assert shown(fake, "Sheet") == {"A1": 3.0, "A2": 4.0, "A3": 5.0}

    def test_sheets_and_tables_that_came_meanwhile_are_found(self, fake: Workbook) -> None:
        workbook = live(fake)
        workbook.table_names()
        sheet = fake_book.Worksheet(fake, "New")
        sheet.cells[1, 1] = Content("h")
        sheet.tables.append(fake_book.ListObject(sheet, "tblNew", Area(1, 1, 2, 1), headers=True, totals=False))
        fake.sheets.append(sheet)
        assert workbook.read_table("tblNew").columns == {"h": [None]}


class TestBefore:
    def test_it_holds_all_constants(self, fake: Workbook) -> None:
        before = live(fake).before(PLAN)
        assert [*before.tables[0].columns] == [*customers(0), "Comment"]
        assert before.tables[0].key == "Customer"
        assert before.names == {"rate": 0.1}
        assert before.cells == {("Inputs", "B7"): None, ("Inputs", "B8"): None, ("P&L", "I20"): None}
        assert before.caches == {}

    def test_it_reads_only(self, fake: Workbook) -> None:
        stood = stands(fake)
        live(fake).before(PLAN)
        assert stands(fake) == stood
        assert not [name for name in fake.calls if name.endswith("=")]

    def test_a_blank_body_is_no_rows(self, fake: Workbook) -> None:
        live(fake).apply(pnl(0, key="Customer"))
        before = live(fake).before(PLAN)
        assert {len(cells) for cells in before.tables[0].columns.values()} == {0}

    def test_formulas_in_columns_that_are_written_become_what_they_show(self, fake: Workbook) -> None:
        fake.sheet("P&L").cells[5, 3] = Content(7.0, formula="=3+4")
        before = live(fake).before(PLAN)
        assert before.tables[0].columns["Revenue"][0] == 7.0

    def test_taking_back_twice_is_doing_again(self, fake: Workbook) -> None:
        workbook = live(fake)
        back = workbook.before(PLAN)
        workbook.apply(PLAN)
        done, again = stands(fake), live(fake).before(back)
        live(fake).apply(back)
        live(fake).apply(again)
        assert stands(fake) == done


def test_comments_that_stay_are_named(fake: Workbook) -> None:
    fake.sheet("P&L").notes = [(6, 3), (6, 1)]
    note = "tblPnl: comments stay at their cells (P&L!C6), whichever row is there now; check them"
    assert note in live(fake).apply(PLAN).notes
    assert live(fake).apply(PLAN).notes == ()


def test_a_name_that_followed_by_itself_is_left_alone(fake: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(name for name in fake.names if name.name == "all_revenue")
    resize = fake_book.ListObject.Resize

    def follow(table: fake_book.ListObject, cells: fake_book.Range) -> None:
        resize(table, cells)
        name.refers = f"='P&L'!$C$5:$C${cells.area.last_row}"

    monkeypatch.setattr(fake_book.ListObject, "Resize", follow)
    live(fake).apply(PLAN)
    assert name.refers == "='P&L'!$C$5:$C$16"
    assert fake.calls["DefinedName.RefersTo="] == 0


def test_print_areas_follow(fake: Workbook) -> None:
    area = fake_book.DefinedName(fake, "'P&L'!Print_Area", "='P&L'!$A$1:$I$10")
    fake.names.append(area)
    live(fake).apply(PLAN)
    assert area.refers == "='P&L'!$A$1:$I$17"


def test_texts_in_cells_of_different_formats(fake: Workbook) -> None:
    fake.sheet("P&L").formats[5, 2] = "@"
    texts: list[Cell] = ["007", "008", "'9"]
    live(fake).apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Customer": texts}),)))
    assert list(live(fake).read_table("tblPnl").columns["Customer"]) == texts


def test_a_column_with_long_texts_and_days(fake: Workbook) -> None:
    texts: list[Cell] = ["=" + "x" * 20_000, "short", dt.date(1900, 2, 1)]
    live(fake).apply(Plan(tables=(TableWrite(table="tblPnl", columns={"Comment": texts}),)))
    held = shown(fake, "P&L")
    assert [held[f"G{row}"] for row in (5, 6, 7)] == [texts[0], "short", 32.0]
