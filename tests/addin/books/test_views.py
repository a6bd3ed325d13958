"""A workbook's file as the search for tables sees it: all that is known about its cells, and nothing invented."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles.numbers import BUILTIN_FORMATS

from addin.books import views
from addin.books.file import FileBook
from addin.workbook import WorkbookError
from tests.addin.books.builders import book, parts, raw_book, tampered
from workbook_templates.mapping.views import Rectangle, SheetView, TableView, WorkbookView
from workbook_templates.plan import CellError

MODELS = Path(__file__).resolve().parents[4] / "shared" / "data" / "models"


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> WorkbookView:
    """A sheet of every feature, one that is hidden, one that is empty, a chart sheet."""
    path = tmp_path_factory.mktemp("views") / "model.xlsx"
    file = xlsxwriter.Workbook(path)
    sheet, lists, empty = (file.add_worksheet(name) for name in ("Plan ", "Lists", "Empty"))
    bold = file.add_format({"bold": True})
    sheet.merge_range("C3:E3", "2026", bold)
    sheet.write_row("C4", ["Jan", "Feb", "Mar"], bold)
    sheet.write_number("C5", 1200.5, file.add_format({"num_format": '#,##0.0,"k"'}))
    sheet.write_number("D5", 0.08, file.add_format({"num_format": 10}))
    sheet.write_formula("E5", "=C5*2", file.add_format({"num_format": "yyyy-mm-dd"}), 46023)
    sheet.write_formula("E6", "=NA()", None, "#N/A")
    sheet.write_boolean("C6", True)
    lists.hide()
    lists.write_string("A1", "=1+1")
    lists.add_table(
        "B2:C5", {"name": "tblSizes", "columns": [{"header": "Size"}, {"header": "Share"}], "total_row": True}
    )
    chart = file.add_chart({"type": "column"})
    chart.add_series({"values": "='Plan '!$C$5:$E$5"})
    file.add_chartsheet("Chart").set_chart(chart)
    empty.set_column("A:A", 20)
    file.define_name("rate", "='Plan '!$D$5")
    file.define_name("'Plan '!local", "='Plan '!$D$5")
    file.close()
    return FileBook(path).view()


def sheet(view: WorkbookView, name: str) -> SheetView:
    return next(sheet for sheet in view.sheets if sheet.name == name)


class TestWorkbook:
    def test_worksheets_in_the_order_of_their_tabs(self, view: WorkbookView) -> None:
        assert view.source == "model.xlsx"
        assert [(sheet.name, sheet.hidden) for sheet in view.sheets] == [
            ("Plan ", False),
            ("Lists", True),
            ("Empty", False),
        ]

    def test_names_of_the_whole_workbook(self, view: WorkbookView) -> None:
        assert view.names == {"rate": "'Plan '!$D$5"}

    def test_tables_stand_on_their_sheet(self, view: WorkbookView) -> None:
        table = TableView(name="tblSizes", area=Rectangle(2, 2, 5, 3), header_rows=1, totals_rows=1)
        assert [sheet.tables for sheet in view.sheets] == [(), (table,), ()]


class TestCells:
    def test_rows_are_counted_from_a1(self, view: WorkbookView) -> None:
        plan = sheet(view, "Plan ")
        assert plan.rows[:2] == [[], []]
        assert plan.rows[3] == [None, None, "Jan", "Feb", "Mar"]
        assert plan.cell(5, 3) == 1200.5
        assert plan.width == 5

    def test_what_formulas_and_texts_hold(self, view: WorkbookView) -> None:
        plan = sheet(view, "Plan ")
        assert plan.cell(5, 5) == dt.date(2026, 1, 1)
        assert plan.cell(6, 5) is CellError.NA
        assert plan.cell(6, 3) is True
        assert sheet(view, "Lists").cell(1, 1) == "=1+1"

    def test_an_empty_sheet(self, view: WorkbookView) -> None:
        empty = sheet(view, "Empty")
        assert list(empty.rows) == []
        assert empty.number_format(1, 1) == "General"

    def test_places_of_formulas(self, view: WorkbookView) -> None:
        assert sheet(view, "Plan ").formulas == {(5, 5), (6, 5)}
        assert sheet(view, "Lists").formulas == frozenset()

    def test_merged_cells(self, view: WorkbookView) -> None:
        assert [sheet.merges for sheet in view.sheets] == [(Rectangle(3, 3, 3, 5),), (), ()]

    @pytest.mark.parametrize(
        ("place", "code"),
        [
            ((5, 3), '#,##0.0,"k"'),
            ((5, 4), "0.00%"),
            ((5, 5), "yyyy-mm-dd"),
            ((4, 3), "General"),
            ((99, 99), "General"),
        ],
    )
    def test_number_formats(self, view: WorkbookView, place: tuple[int, int], code: str) -> None:
        assert sheet(view, "Plan ").number_format(*place) == code


def test_of_a_large_sheet_the_first_rows_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.xlsx"
    file = xlsxwriter.Workbook(path)
    large = file.add_worksheet()
    percent = file.add_format({"num_format": "0%"})
    for row in range(6):
        large.write_formula(row, 0, "=1", percent, 1)
    large.merge_range("B5:C6", "x")
    file.close()
    monkeypatch.setattr(views, "MANY_CELLS", 11)
    monkeypatch.setattr(views, "FIRST_ROWS", 2)
    (seen,) = FileBook(path).view().sheets
    assert seen.formulas == {(1, 1), (2, 1)}
    assert [seen.number_format(row, 1) for row in (1, 2, 3)] == ["0%", "0%", "General"]
    assert seen.merges == (Rectangle(5, 2, 6, 3),)
    assert len(seen.rows) == 6


def test_merged_cells_are_found_wherever_the_part_is_cut() -> None:
    part = b"<w><x:sheetData><x:row/></x:sheetData ><x:mergeCells><x:mergeCell ref='A1:B2'/></x:mergeCells></w>"
    for size in (1, 3, 7, len(part)):
        chunks = [part[at : at + size] for at in range(0, len(part), size)]
        assert views._merges(chunks, "S") == (Rectangle(1, 1, 2, 2),)
    assert views._merges([b"<w><sheetData /><mergeCell ref='A1:B2'/></w>"], "S") == (Rectangle(1, 1, 2, 2),)


class TestSpoiltFiles:
    def test_without_styles_everything_is_general(self, tmp_path: Path) -> None:
        cells = (
            '<worksheet xmlns="MAIN"><sheetData><row r="1"><c r="A1" s="1"><v>1</v></c></row></sheetData></worksheet>'
        )
        (seen,) = FileBook(raw_book(tmp_path / "a.xlsx", cells)).view().sheets
        assert (seen.rows, seen.number_format(1, 1)) == ([[1.0]], "General")

    def test_merged_cells_that_are_none(self, tmp_path: Path) -> None:
        spoilt = raw_book(tmp_path / "a.xlsx", '<worksheet xmlns="MAIN"><sheetData/><mergeCell ref="?"/></worksheet>')
        with pytest.raises(WorkbookError, match="sheet S has merged cells that are none"):
            FileBook(spoilt).view()

    def test_a_style_that_is_not_there_is_general(self, tmp_path: Path) -> None:
        whole = book(tmp_path / "a.xlsx")
        data = parts(whole)["xl/worksheets/sheet1.xml"].replace(b'r="C5" s="', b'r="C5" s="99')
        assert (
            FileBook(tampered(whole, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": data}))
            .view()
            .sheets[0]
            .number_format(5, 3)
            == "General"
        )


@pytest.mark.skipif(not MODELS.is_dir(), reason="the models that others made are not here")
@pytest.mark.parametrize("name", ["driver_based_revenue", "monthly_variance", "novaflow_saas_fpa"])
def test_models_that_others_made_read_as_openpyxl_reads_them(name: str) -> None:
    """An independent reader agrees on formulas, merges, tables and number formats."""
    path = MODELS / f"{name}.xlsx"
    seen = FileBook(path).view()
    peer = openpyxl.load_workbook(path)
    assert [sheet.name for sheet in seen.sheets] == [sheet.title for sheet in peer.worksheets]
    for ours, theirs in zip(seen.sheets, peer.worksheets, strict=True):
        cells = [cell for row in theirs.iter_rows() for cell in row if cell.value is not None]
        formulas = {(cell.row, cell.column) for cell in cells if cell.data_type == "f"}
        assert ours.formulas >= formulas
        assert {Rectangle(*area) for area in ours.merges} == {
            Rectangle(area.min_row, area.min_col, area.max_row, area.max_col) for area in theirs.merged_cells.ranges
        }
        assert {table.name for table in ours.tables} == {table.displayName for table in theirs.tables.values()}
        for cell in cells[:500]:
            if cell.number_format not in BUILTIN_FORMATS.values():  # which everybody writes in another way
                assert ours.number_format(cell.row, cell.column) == cell.number_format
            if cell.data_type == "s":
                assert str(ours.cell(cell.row, cell.column)).strip() == str(cell.value).strip()
