"""
In a real Excel on Windows, only with ``-m excel``, after ``customer-value install``: formulas are typed and cells read.

Each example of the registry is placed into cells, so that ranges, dates and omitted arguments arrive as Excel sends
them; what Excel shows is compared with the cells that the call gives without Excel.
"""

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from addin.books.file import FileBook
from addin.calls import evaluate
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.refresh import plan_refresh
from addin.registry import Argument, Function, functions
from addin.userfiles import PROJECT
from addin.workbook import Workbook
from tests.addin.books.test_file import HOSTILE
from tests.addin.conftest import NOW, small_company
from valuation.tables import Kind
from workbook_templates.catalogue import compose
from workbook_templates.plan import CellError, Plan, TableWrite

pytestmark = [
    pytest.mark.excel,
    pytest.mark.skipif(sys.platform != "win32", reason="worksheet functions need Excel on Windows"),
]

ERROR_TYPES = {
    CellError.DIV0: 2,
    CellError.VALUE: 3,
    CellError.REF: 4,
    CellError.NAME: 5,
    CellError.NUM: 6,
    CellError.NA: 7,
}
"""What ERROR.TYPE says."""


@pytest.fixture(scope="module")
def app() -> Iterator[Any]:
    """An Excel of its own; automation does not load what is in XLSTART."""
    import xlwings as xw

    program = xw.App(visible=False, add_book=False)
    try:
        program.books.open(Path(program.startup_path) / f"{PROJECT}.xlam")
        yield program
    finally:
        program.kill()


@pytest.fixture(scope="module")
def book(app: Any) -> Any:
    """A new workbook."""
    return app.books.add()


@pytest.fixture
def sheet(book: Any) -> Any:
    """A fresh sheet."""
    return book.sheets.add()


def rows_of(value: Any) -> list[list[Any]]:
    """Cells of an example as rows."""
    rows = value if isinstance(value, list) else [value]
    return [row if isinstance(row, list) else [row] for row in rows]


def typed(argument: Argument, cell: Any) -> Any:
    """A cell as it is typed: ISO dates are dates in a workbook, texts keep their look."""
    if isinstance(cell, str):
        if argument.kind == Kind.DATE or (len(cell) == 10 and cell[4] == cell[7] == "-"):
            return dt.datetime.fromisoformat(cell)
        return cell if cell in list(CellError) else f"'{cell}"
    return cell


def put(sheet: Any, function: Function, args: Sequence[Any]) -> str:
    """Put the arguments into cells and give the formula over them."""
    places, column = [], 20
    for argument, given in zip(function.arguments, args, strict=False):
        rows = [[typed(argument, cell) for cell in row] for row in rows_of(given)]
        area = sheet.range((1, column)).resize(len(rows), len(rows[0]))
        area.value = rows
        places.append(area.address)
        column += len(rows[0]) + 1
    return f"={function.name}({','.join(places)})"


def shown(sheet: Any, height: int, width: int) -> list[list[Any]]:
    """What stands in the cells from A1; error values as text."""
    return [list(row) for row in sheet.range((1, 1)).resize(height, width).options(ndim=2, err_to_str=True).value]


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)
def test_the_example_spills_as_it_does_without_excel(sheet: Any, function: Function) -> None:
    expected = evaluate(function.name, function.example.args, iso_dates=True).cells
    sheet.range("A1").formula2 = put(sheet, function, function.example.args)
    for row, line in zip(shown(sheet, len(expected), len(expected[0])), expected, strict=True):
        for cell, value in zip(row, line, strict=True):
            if isinstance(value, float):
                assert cell == pytest.approx(value, rel=1e-12)
            elif isinstance(value, dt.date):
                assert cell.date() == value
            else:
                assert (cell or "") == (value if value is not None else "")


@pytest.mark.parametrize("error", ERROR_TYPES)
def test_an_error_that_goes_in_comes_out_as_that_error(sheet: Any, error: CellError) -> None:
    sheet.range("B1").value = error.value
    sheet.range("A1").formula2 = "=CV_LTV(B1,0.8,0.1)"
    sheet.range("A2").formula2 = "=ERROR.TYPE(A1)"
    assert sheet.range("A2").value == ERROR_TYPES[error]


def test_errors_inside_a_spill_are_errors_and_a_sum_stumbles_over_them(sheet: Any) -> None:
    sheet.range("B1").value = [[1000], [None], ["text"]]
    sheet.range("A1").formula2 = "=CV_LTV(B1:B3,0.8,0.1)"
    sheet.range("C1").formula2 = "=ERROR.TYPE(A2)"
    sheet.range("C2").formula2 = "=ERROR.TYPE(A3)"
    sheet.range("C3").formula2 = "=ISERROR(SUM(A1#))"
    assert sheet.range("C1:C3").value == [7, 3, True]


def test_table_columns_currency_whole_columns_and_results_of_other_functions(sheet: Any) -> None:
    sheet.range("E1").value = [["Margin", "Stay"], [1000, 0.8], [500, 0.9]]
    sheet.tables.add(sheet.range("E1:F3"), name="tblTyped")
    sheet.range("E2:E3").number_format = "$#,##0.00"
    expected = [row[0] for row in evaluate("CV_LTV", [[[1000], [500]], [[0.8], [0.9]], 0.1]).cells]
    for formula in (
        "=CV_LTV(tblTyped[Margin],tblTyped[Stay],0.1)",
        "=CV_LTV(tblTyped[Margin]*1,tblTyped[Stay],0.1)",
        "=INDEX(CV_LTV(tblTyped[Margin],tblTyped[Stay],0.1),{1;2})",
    ):
        sheet.range("A1").formula2 = formula
        assert sheet.range("A1:A2").value == pytest.approx(expected)
    sheet.range("H5").value = [[1], [2]]
    sheet.range("A5").formula2 = "=CV_SUM(H:H)"
    assert sheet.range("A5").value == 3


def test_omitted_arguments_take_their_defaults(sheet: Any) -> None:
    sheet.range("A1").formula2 = '=CV_LTV(1000,0.8,0.1,,"end")'
    assert sheet.range("A1").value == pytest.approx(1640.871525169046)


def test_a_range_of_several_areas_is_refused(sheet: Any) -> None:
    sheet.range("B1").value = [[1], [2], [3]]
    sheet.range("A1").formula2 = "=ERROR.TYPE(CV_SUM((B1,B3)))"
    assert sheet.range("A1").value == ERROR_TYPES[CellError.VALUE]


def test_a_change_of_an_input_is_followed(sheet: Any) -> None:
    sheet.range("B1").value = 1000
    sheet.range("A1").formula2 = "=CV_LTV(B1,0.8,0.1)"
    before = sheet.range("A1").value
    sheet.range("B1").value = 2000
    assert sheet.range("A1").value == pytest.approx(2 * before)


# A workbook that is open, through the live adapter.


def tables_of(workbook: Workbook) -> dict[str, dict[str, list[Any]]]:
    """Everything that stands in tables."""
    return {
        name: {heading: list(cells) for heading, cells in workbook.read_table(name).columns.items()}
        for name in workbook.table_names()
    }


@pytest.fixture
def opened(app: Any, tmp_path: Path) -> Iterator[tuple[Any, Path]]:
    """The workbook of a small company, open in Excel, and the same one as a file."""
    paths = [tmp_path / "open.xlsx", tmp_path / "file.xlsx"]
    for path in paths:
        create_workbook(path, compose("customer_value"), small_company())
    workbook = app.books.open(paths[0])
    yield workbook, paths[1]
    workbook.close()


def test_a_refresh_in_excel_is_that_of_a_file_and_can_be_taken_back(opened: tuple[Any, Path]) -> None:
    from addin.books.live import LiveBook

    workbook, path = opened
    file = FileBook(path)
    plan = plan_refresh(read_contents(file), now=NOW).plan
    file.apply(plan)
    stood = tables_of(LiveBook(workbook))
    before = LiveBook(workbook).before(plan)
    LiveBook(workbook).apply(plan)
    assert tables_of(LiveBook(workbook)) == tables_of(FileBook(path))
    LiveBook(workbook).apply(before)
    assert tables_of(LiveBook(workbook)) == stood


def test_native_formulas_in_excel_show_what_their_twins_say(opened: tuple[Any, Path]) -> None:
    from addin.books.live import LiveBook

    workbook, _ = opened
    refresh = plan_refresh(read_contents(LiveBook(workbook)), now=NOW)
    LiveBook(workbook).apply(refresh.plan)
    for (name, place), value in refresh.formulas.items():
        cell = workbook.sheets[name].range(place).options(err_to_str=True).value
        expected = pytest.approx(value, rel=1e-9, abs=1e-6) if isinstance(value, float) else value or None
        assert cell == expected, f"{name}!{place}"


def test_texts_that_look_like_something_else_stay_texts(opened: tuple[Any, Path]) -> None:
    from addin.books.live import LiveBook

    workbook, _ = opened
    names = [text for text in HOSTILE if "\x00" not in text]
    write = TableWrite(
        table="tblCustomers", columns={"Customer id": [f"0{place}" for place in range(len(names))], "Name": names}
    )
    LiveBook(workbook).apply(Plan(tables=(write,)))
    found = LiveBook(workbook).read_table("tblCustomers").columns
    assert list(found["Customer id"]) == [f"0{place}" for place in range(len(names))]
    assert list(found["Name"]) == names
