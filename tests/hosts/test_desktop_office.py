"""
The generated macros run by LibreOffice: formula, wrapper, the real xlwings engine, cell.

The workbook has our own modules as they are built, but for their branches for Mac. In the place of xlwings' module,
which LibreOffice cannot compile, stands a bridge to this process. LibreOffice 7.4 shows an error value of Basic as a
text in the cell, so that it is one is asked inside Basic.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from addin.calls import evaluate
from addin.hosts.desktop import packaging
from addin.hosts.desktop.vba import module_from_file
from addin.hosts.desktop.wrappers import wrapper_module
from addin.registry import Argument, Example, Function, functions
from tests.hosts.excel import com
from tests.hosts.office import MISSING, Session, opened
from valuation.tables import Kind
from workbook_templates.plan import CellError

pytestmark = [pytest.mark.office, pytest.mark.skipif(bool(MISSING), reason=MISSING)]

MODULES = Path(packaging.__file__).parent / "modules"
STUBS = Path(__file__).with_name("office_modules")
RIBBON = '<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"/>'
NUMBERS = {
    CellError.NULL: 2000,
    CellError.DIV0: 2007,
    CellError.VALUE: 2015,
    CellError.REF: 2023,
    CellError.NAME: 2029,
    CellError.NUM: 2036,
    CellError.NA: 2042,
}
ERROR_TEXTS = {error: f"Error {number}" for error, number in NUMBERS.items()}
SERIAL_ZERO = dt.date(1899, 12, 30)


def workbook() -> bytes:
    """Our own modules as they are built, over stand-ins for xlwings' module and for the probes' sake."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.add_worksheet("Sheet")
    ours = [(MODULES / name).read_text(encoding="cp1252") for name in ("CvErrors.bas", "CvPython.bas", "CvRibbon.bas")]
    stubs = [path.read_text(encoding="cp1252") for path in sorted(STUBS.iterdir())]
    texts = [wrapper_module(functions()), *map(for_libreoffice, ours), *stubs]
    modules = [module_from_file(text) for text in texts]
    return packaging.with_macros(stream.getvalue(), ".xlsm", modules, RIBBON, functions())


def for_libreoffice(text: str) -> str:
    """Take the branches for Windows, as its compiler would, and the types that LibreOffice does not know."""
    text = re.sub(r"#If Mac Then\n.*?#Else\n(.*?) *#End If\n", r"\1", text, flags=re.DOTALL)
    text = re.sub(r" *#If Not Mac Then\n(.*?) *#End If\n", r"\1", text, flags=re.DOTALL)
    for ours, theirs in (
        ("As IRibbonControl", "As Object"),
        ("%VERSION%", "0.0"),
        ("Private Function CvHex", "Function CvHex"),
    ):
        text = text.replace(ours, theirs)
    return text


calls: list[list[Any]] = []
objections: list[str] = []
"""What the engine will say against the version of the add-in."""


def answer(name: str, args: list[Any]) -> list[list[Any]]:
    """What the real engine answers to the arguments as LibreOffice has them."""
    if name == "RunPython":
        calls.append(args)
        return [[""]]
    if name == "cv_objection":
        return [[objections.pop() if objections else ""]]
    if name == "CV_LTV" and args[0] == "broken":
        raise ConnectionError("Python cannot be reached")
    calls.append(args)
    sheet = com.Book().Worksheets(1)
    given: list[Any] = []
    for place, one in enumerate(args):
        if one == "\0missing":
            given.append(...)
        elif isinstance(one, list):
            rows = [[None if cell == "" else cell for cell in row] for row in one]
            given.append(sheet.put(f"{'ABCDEFGHIJ'[place]}{1 + 1000 * place}", rows))
        else:
            given.append(one)
    rows = com.call("addin.hosts.desktop.udfs", name, *given)
    return [[serial(cell) for cell in row] for row in rows]


def serial(cell: Any) -> Any:
    """A date as LibreOffice has it."""
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    return (cell - SERIAL_ZERO).days if isinstance(cell, dt.date) else cell


@pytest.fixture(scope="module")
def starts() -> list[str]:
    """What the first calls came to: with settings beside the workbook, with another version, and then."""
    return []


@pytest.fixture(scope="module")
def open_session(tmp_path_factory: pytest.TempPathFactory, starts: list[str]) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("macros")
    path = folder / "macros.xlsm"
    path.write_bytes(workbook())
    settings = folder / "customer_value.conf"
    settings.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTOMER_VALUE_TEST", str(folder))
        with opened(path, folder, answer) as office:
            office.cell("A1", "=CV_CAC(90000;100)")
            starts.append(office.cell("A2", "=CV_LASTERROR()"))
            settings.unlink()
            objections.append("of another version")
            office.cell("A1", "=CV_CAC(90000;100)")
            starts.append(office.cell("A2", "=CV_LASTERROR()"))
            starts.append(f"{office.cell('A1', '=CV_CAC(90000;100)'):g}")
            yield office


@pytest.fixture
def session(open_session: Session) -> Session:
    open_session.clear()
    return open_session


def rows_of(given: Any) -> list[list[Any]]:
    rows = given if isinstance(given, list) else [given]
    return [row if isinstance(row, list) else [row] for row in rows]


def cells_of(argument: Argument, given: Any) -> list[list[Any]]:
    """An argument of an example as LibreOffice's cells: dates by their serial numbers, blanks as empty texts."""
    dated = argument.kind == Kind.DATE or argument.table is not None

    def cell(value: Any) -> Any:
        if isinstance(value, str) and dated:
            try:
                return float((dt.date.fromisoformat(value) - SERIAL_ZERO).days)
            except ValueError:
                return value
        return "" if value is None else float(value) if isinstance(value, bool | int) else value

    return [[cell(value) for value in row] for row in rows_of(given)]


def area(row: int, column: int, rows: list[list[Any]]) -> str:
    def letters(number: int) -> str:
        return (letters((number - 1) // 26) if number > 26 else "") + chr(65 + (number - 1) % 26)

    return f"{letters(column)}{row}:{letters(column + len(rows[0]) - 1)}{row + len(rows) - 1}"


def has_error_cells(example: Example) -> bool:
    """LibreOffice has no way to type an error value as a constant."""
    return any(cell in list(CellError) for given in example.args for row in rows_of(given) for cell in row)


OWN_TESTS = ("CV_LASTERROR",)
EXAMPLES = [
    function for function in functions() if function.name not in OWN_TESTS and not has_error_cells(function.example)
]


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda function: function.name)
def test_the_example_computes_from_cells(session: Session, function: Function) -> None:
    column, places = 40, []  # past the widest answer
    for argument, given in zip(function.arguments, function.example.args, strict=False):
        rows = cells_of(argument, given)
        places.append(area(1, column, rows))
        session.put(places[-1], rows)
        column += len(rows[0]) + 1
    expected = evaluate(function.name, function.example.args, iso_dates=True).cells
    shown = session.formula(area(1, 1, expected), f"={function.name}({';'.join(places)})")
    for row, line in zip(shown, expected, strict=True):
        for cell, value in zip(row, line, strict=True):
            if isinstance(value, float):
                assert cell == pytest.approx(value, rel=1e-12)
            elif isinstance(value, CellError):
                assert cell == ERROR_TEXTS[value]
            else:
                assert cell == ("" if value is None else serial(value))


def test_a_change_of_an_input_is_followed(session: Session) -> None:
    session.put("A1:A1", [[1000.0]])
    before = session.cell("B1", "=CV_LTV(A1;0.8;0.1)")
    session.put("A1:A1", [[2000.0]])
    assert session.read("B1:B1") == [[pytest.approx(2 * before)]]


def test_arguments_left_out_at_the_end_take_their_defaults(session: Session) -> None:
    # One that is left out between others reaches Basic as 0 here; Excel says that it is missing.
    assert session.cell("B1", "=CV_LTV(1000;0.8;0.1)") == pytest.approx(1720.960574307747)


def test_the_answer_of_one_function_goes_into_another(session: Session) -> None:
    session.put("A1:A3", [[250.0], [100.0], [50.0]])
    assert session.cell("B1", '=CV_SUM(CV_LTV(A1:A3;1;0;1;"start"))') == pytest.approx(400.0)


@pytest.mark.parametrize("error", NUMBERS)
def test_the_mark_becomes_an_error_value_alone_and_in_arrays(session: Session, error: CellError) -> None:
    number = NUMBERS[error]
    assert session.cell("A1", f'=PROBE_SCALAR("{error.value}")') == f"10:{number}"
    assert session.cell("A2", f'=PROBE_ROW("{error.value}")') == f"5 10:{number} 8 11"
    assert session.cell("A3", f'=PROBE_BLOCK("{error.value}")') == f"5 10:{number} 8 8"


def test_a_text_without_the_mark_stays_a_text(session: Session) -> None:
    assert session.cell("A1", '=PROBE_PLAIN("#N/A")') == "8"
    assert session.cell("A2", '=PROBE_PLAIN("")') == "8"


def test_an_unknown_code_is_a_value_error(session: Session) -> None:
    assert session.cell("A1", '=PROBE_SCALAR("#SPILL!")') == "10:2015"


def test_a_call_without_an_answer_is_a_value_error_and_its_reason_is_kept(session: Session) -> None:
    assert session.cell("A1", '=PROBE_FAILURE("no Python")') == "10:2015 CV_TEST: no Python"
    assert session.cell("A2", '=CV_LTV("broken";0.8;0.1)') == ERROR_TEXTS[CellError.VALUE]
    assert session.cell("A3", "=CV_LASTERROR()") == "CV_LTV: Python cannot be reached"


def test_an_error_that_python_explains_is_newer_than_a_failure_to_reach_it(session: Session) -> None:
    assert session.cell("A1", "=PROBE_AFTER_ERROR()") == "<>"
    assert session.cell("A2", "=CV_LTV(1000;2;0.1)") == ERROR_TEXTS[CellError.NUM]
    assert "retention_rate must be from 0 to 1" in session.cell("A3", "=CV_LASTERROR()")


def test_a_whole_column_ends_with_the_sheets_cells(session: Session) -> None:
    session.put("A1:A3", [[1.0], [2.0], [3.5]])
    assert session.cell("C1", "=CV_SUM(A:A)") == 6.5
    assert 3 <= len(calls[-1][0]) < 2000


@pytest.mark.usefixtures("open_session")
def test_settings_beside_a_workbook_are_refused_before_python_is_started(starts: list[str]) -> None:
    assert starts[0].startswith("CV_CAC: a file customer_value.conf stands beside the workbook macros.xlsm")


@pytest.mark.usefixtures("open_session")
def test_an_add_in_of_another_version_says_so(starts: list[str]) -> None:
    assert starts[1:] == ["CV_CAC: of another version", "900"]


def test_a_button_runs_its_command_in_python(session: Session) -> None:
    assert session.cell("A1", '=PROBE_PRESS("RefreshAll")') == "pressed"
    ((command,),) = calls[-1:]
    assert command == "from addin.hosts.desktop.buttons import press; press('RefreshAll', '')"


@pytest.mark.parametrize("path", ["", "C:\\Data\\it's \u00e4 \u20ac.csv"])
def test_a_path_travels_as_digits(session: Session, path: str) -> None:
    digits = session.cell("A1", f'=CVHEX("{path}")')
    assert bytes.fromhex(digits).decode("utf-16-be") == path
