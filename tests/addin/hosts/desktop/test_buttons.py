"""A press of a button, over a stand-in for xlwings' objects that does only what buttons need."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import xlwings as xw

from addin import ribbon
from addin.desk import Desk
from addin.faults import UserError
from addin.hosts.desktop import buttons
from addin.hosts.desktop.buttons import ExcelDesk, press
from addin.ribbon import Command
from addin.userfiles import log_file
from addin.workbook import LiveWorkbook
from workbook_templates.plan import CellError

pytestmark = pytest.mark.usefixtures("home")

NAME = "Lumbredorf Electrical"


class FakeRange:
    """A block of cells: formulas as they are typed, values as they show."""

    def __init__(self, sheet: "FakeSheet", row: int, column: int, formulas: Any, values: Any) -> None:
        self.sheet, self.row, self.column = sheet, row, column
        self._formulas, self._values = formulas, values
        self.api = SimpleNamespace()

    @property
    def formula2(self) -> Any:
        return self._formulas

    @formula2.setter
    def formula2(self, text: str) -> None:
        if "refuse" in text:
            raise RuntimeError("0x800A03EC")
        self.sheet.book.done.append(("formula", self.sheet.name, self.row, self.column, text))

    @property
    def formula(self) -> Any:
        return self._formulas

    def options(self, **_: object) -> Any:
        return SimpleNamespace(value=self._values)

    def select(self) -> None:
        self.sheet.book.done.append(("select", self.sheet.name, self.row, self.column))
        self.sheet.book.app.selection = self

    def __getitem__(self, place: tuple[int, int]) -> "FakeRange":
        down, right = place
        formula = self._formulas if isinstance(self._formulas, str) else self._formulas[down][right]
        cell = FakeRange(self.sheet, self.row + down, self.column + right, formula, None)
        if self.sheet.spilled.get((cell.row, cell.column)):
            cell.api = SimpleNamespace(Address="own", SpillParent=SimpleNamespace(Address="other"))
        return cell


class FakeSheet:
    """A sheet with one block of cells that are used."""

    def __init__(self, book: "FakeBook", name: str) -> None:
        self.book, self.name, self.impl = book, name, SimpleNamespace(activate=self.activate)
        self.used_range = FakeRange(self, 1, 1, "", [[None]])
        self.spilled: dict[tuple[int, int], bool] = {}

    def activate(self) -> None:
        self.book.done.append(("activate", self.name))
        self.book.sheets.active = self

    def range(self, address: str) -> FakeRange:
        return FakeRange(self, int(address[1:]), ord(address[0]) - 64, "", None)

    def copy(self, after: "FakeSheet") -> "FakeSheet":
        if self.name == "Broken":
            raise RuntimeError("protected")
        copied = FakeSheet(after.book, self.name)
        after.book.sheets.insert(after.book.sheets.index(after) + 1, copied)
        return copied

    def delete(self) -> None:
        self.book.sheets.remove(self)


class FakeSheets(list[FakeSheet]):
    """Sheets by place or name."""

    active: FakeSheet

    def __getitem__(self, key: Any) -> Any:
        return next(one for one in self if one.name == key) if isinstance(key, str) else super().__getitem__(key)


class FakeApp:
    """Excel, which answers every box with the same button."""

    def __init__(self, book: "FakeBook") -> None:
        self.selection: FakeRange | None = None
        self.status_bar: str | bool = False
        self.screen_updating = False
        self.answer = "yes"
        self.boxes: list[tuple[str, str, str]] = []
        self.books = SimpleNamespace(open=lambda path: FakeBook(path, ("Invoices", "Issues", "Broken")))
        self._book = book

    def alert(self, prompt: str, title: str, buttons: str) -> str:
        assert self.screen_updating, "a box over a window that is not drawn"
        self.boxes.append((title, prompt, buttons))
        return self.answer


class FakeBook:
    """A workbook in front of the user."""

    def __init__(self, fullname: str, sheets: tuple[str, ...] = ("Summary", "Checks")) -> None:
        self._fullname = fullname
        self.done: list[tuple[object, ...]] = []
        self.app = FakeApp(self)
        self.sheets = FakeSheets()
        self.sheets.extend(FakeSheet(self, name) for name in sheets)
        self.sheets.active = self.sheets[0]
        self.app.selection = FakeRange(self.sheets[0], 3, 2, "=A1", 5.0)
        self.names = {"cv_template": SimpleNamespace(refers_to='="customer_value/1/core"')}
        self.api = SimpleNamespace(FullName=fullname)
        self.impl = SimpleNamespace(activate=lambda: self.done.append(("activate book",)))

    @property
    def fullname(self) -> str:
        if "://" in self._fullname:
            raise xw.XlwingsError("no local copy")
        return self._fullname

    def to_pdf(self, path: str, include: list[str]) -> None:
        if "locked" in path:
            raise RuntimeError("in use")
        self.done.append(("pdf", path, include))

    def close(self) -> None:
        self.done.append(("close",))


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> FakeBook:
    """The workbook from which buttons are pressed."""
    fake = FakeBook("/finance/model.xlsx")

    @contextmanager
    def quiet(app: FakeApp) -> Iterator[None]:
        fake.done.append(("quiet",))
        yield
        fake.done.append(("loud",))

    monkeypatch.setattr(xw.Book, "caller", lambda: fake)
    monkeypatch.setattr(buttons, "LiveBook", lambda _: "live")
    monkeypatch.setattr(buttons, "open_live", lambda book: book)
    monkeypatch.setattr(buttons, "quiet", quiet)
    return fake


def command(monkeypatch: pytest.MonkeyPatch, run: Any) -> None:
    """Put one command onto the ribbon."""
    one = Command(id="Test", label="A test", group="G", icon="Help", tip="Tests.", run=run)
    monkeypatch.setattr(ribbon, "COMMANDS", (one,))


def test_command_gets_workbook_desk_and_file(book: FakeBook, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[Any] = []
    command(monkeypatch, lambda *given: got.append(given))
    path = "C:\\Übersicht 'März'\\\U0001f4c8.csv"
    press("Test", path.encode("utf-16-be").hex())
    press("Test")
    ((live, desk, first), (_, _, second)) = got
    assert live == "live"
    assert isinstance(desk, ExcelDesk)
    assert (first, second) == (Path(path), None)


def test_sheet_selection_and_status_bar_are_as_before(book: FakeBook, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = book.app.selection

    def run(_: LiveWorkbook, desk: Desk, __: Path | None) -> None:
        desk.progress("Reading")
        assert book.app.status_bar == "Customer Value: Reading ..."
        book.sheets[1].activate()
        book.app.selection = None

    command(monkeypatch, run)
    press("Test")
    assert book.sheets.active.name == "Summary"
    assert book.app.selection is selection
    assert book.app.status_bar is False
    assert book.done[0] == ("quiet",)
    assert book.done[-1] == ("loud",)


def test_selection_that_cannot_be_given_back_spoils_nothing(book: FakeBook, monkeypatch: pytest.MonkeyPatch) -> None:
    command(monkeypatch, lambda _, desk, __: desk.tell("A test", "done"))
    monkeypatch.setattr(FakeRange, "select", lambda _: 1 / 0)
    press("Test")
    assert [text for _, text, _ in book.app.boxes] == ["done"]
    assert "not given back" in log_file().read_text(encoding="utf-8")


def test_what_is_shown_on_purpose_stays(book: FakeBook, monkeypatch: pytest.MonkeyPatch) -> None:
    command(monkeypatch, lambda _, desk, __: desk.show("Checks", "B7"))
    press("Test")
    assert book.sheets.active.name == "Checks"
    assert (book.app.selection.row, book.app.selection.column) == (7, 2)  # type: ignore[union-attr]


def test_a_fault_of_the_users_is_a_message(book: FakeBook, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> None:
        raise UserError("select a cell first")

    command(monkeypatch, run)
    press("Test")
    assert book.app.boxes == [("A test", "Select a cell first.", "ok")]
    assert book.app.status_bar is False
    assert not log_file().exists()


def test_a_mistake_of_ours_is_a_message_and_logged_without_data(
    book: FakeBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object) -> None:
        raise KeyError(NAME)

    command(monkeypatch, run)
    press("Test")
    ((title, text, _),) = book.app.boxes
    assert title == "A test"
    assert "mistake in the program; the log has the details" in text
    logged = log_file().read_text(encoding="utf-8")
    assert "Test failed" in logged
    assert "KeyError" in logged
    assert NAME not in logged


def test_a_button_that_python_does_not_know_is_a_message(book: FakeBook) -> None:
    press("ClosePeriod")
    assert "There is no command 'ClosePeriod'" in book.app.boxes[0][1]


def test_every_real_command_can_be_pressed_by_its_id(book: FakeBook) -> None:
    for one in ribbon.COMMANDS:
        assert ribbon.find(one.id) is one


# The desk.


def desk_of(book: FakeBook) -> ExcelDesk:
    return ExcelDesk(cast(xw.Book, book))


def test_questions_are_yes_or_no(book: FakeBook) -> None:
    desk = desk_of(book)
    assert desk.confirm("Title", "Go on?")
    book.app.answer = "no"
    assert not desk.confirm("Title", "Go on?")
    assert book.app.boxes[0] == ("Title", "Go on?", "yes_no")
    assert book.app.screen_updating is False


def test_long_messages_are_cut_at_the_end_of_a_line(book: FakeBook) -> None:
    desk_of(book).tell("Title", "\n".join(f"line {i}" for i in range(1000)))
    text = book.app.boxes[0][1]
    assert len(text) <= 1000
    assert text.splitlines()[-1] == "..."
    assert all(line.startswith("line ") for line in text.splitlines()[:-1])


@pytest.mark.parametrize(
    ("name", "identity", "location"),
    [
        ("/finance/model.xlsx", "/finance/model.xlsx", Path("/finance/model.xlsx")),
        ("Book1", "", None),
        ("https://firm.sharepoint.com/model.xlsx", "https://firm.sharepoint.com/model.xlsx", None),
    ],
)
def test_where_a_workbook_lives(name: str, identity: str, location: Path | None) -> None:
    desk = desk_of(FakeBook(name))
    assert (desk.identity(), desk.location()) == (identity, location)


@pytest.mark.parametrize(
    ("formula", "value", "cell"),
    [("", None, None), ('=""', None, ""), ("=NA()", "#N/A", CellError.NA), ("x", "x", "x"), ("5", 5.0, 5.0)],
)
def test_selected_cell(book: FakeBook, formula: str, value: object, cell: object) -> None:
    book.app.selection = FakeRange(book.sheets[0], 3, 2, formula, value)
    # one cell out of the selection, which is itself
    FakeRange.__getitem__, kept = (lambda self, _: self), FakeRange.__getitem__  # type: ignore[method-assign]
    try:
        assert desk_of(book).selected() == ("Summary", 3, 2, cell)
    finally:
        FakeRange.__getitem__ = kept  # type: ignore[method-assign]


def test_nothing_selected_is_said(book: FakeBook) -> None:
    book.app.selection = None
    with pytest.raises(UserError, match="select a cell first"):
        desk_of(book).selected()


def test_refusals_of_excel_are_said_in_words(book: FakeBook) -> None:
    desk = desk_of(book)
    with pytest.raises(UserError, match="sheet Nowhere cannot be shown"):
        desk.show("Nowhere")
    with pytest.raises(UserError, match="Excel does not take the formula"):
        desk.write_formula("=refuse(")
    with pytest.raises(UserError, match="may be protected"):
        desk.enter_formula("Summary", "A1", "=refuse(")
    with pytest.raises(UserError, match=r"locked\.pdf cannot be written"):
        desk.export_pdf(Path("locked.pdf"), ["Summary"])
    with pytest.raises(UserError, match="none of the sheets Nowhere"):
        desk.export_pdf(Path("x.pdf"), ["Nowhere"])


def test_only_sheets_that_are_there_are_exported(book: FakeBook) -> None:
    desk_of(book).export_pdf(Path("x.pdf"), ["Checks", "Segments"])
    assert book.done == [("pdf", "x.pdf", ["Checks"])]


def test_formulas_are_read_where_they_stand(book: FakeBook) -> None:
    sheet = book.sheets[0]
    texts = (("=CV_LTV(1)", "=CV_LTV(1)", "5"), ("=SUM(A1)", "=a text", "=[1]!CV_SUM(A1)"))
    values = [[1.0, 2.0, 5.0], ["#N/A", "=a text", "#NAME?"]]
    sheet.used_range = FakeRange(sheet, 2, 2, texts, values)
    sheet.spilled = {(2, 3): True}
    book.sheets[1].used_range = FakeRange(book.sheets[1], 1, 1, "=A1", [[0.0]])
    assert desk_of(book).formulas() == {
        "Summary": [
            ("B2", "=CV_LTV(1)", 1.0),
            ("B3", "=SUM(A1)", CellError.NA),
            ("D3", "=[1]!CV_SUM(A1)", CellError.NAME),
        ],
        "Checks": [("A1", "=A1", 0.0)],
    }


def test_sheets_are_copied_behind_another_and_the_template_renamed(book: FakeBook) -> None:
    desk = desk_of(book)
    desk.add_sheets(Path("x.xlsx"), ["Invoices", "Issues"], after="Summary", identity="customer_value/1/core+officers")
    assert [sheet.name for sheet in book.sheets] == ["Summary", "Invoices", "Issues", "Checks"]
    assert book.names["cv_template"].refers_to == '="customer_value/1/core+officers"'


def test_sheets_that_cannot_all_be_added_are_taken_away(book: FakeBook) -> None:
    desk = desk_of(book)
    with pytest.raises(UserError, match="sheets cannot be added"):
        desk.add_sheets(Path("x.xlsx"), ["Invoices", "Broken"], after="Renamed", identity="other")
    assert [sheet.name for sheet in book.sheets] == ["Summary", "Checks"]
    assert book.names["cv_template"].refers_to == '="customer_value/1/core"'


def test_page_is_opened_in_the_browser(book: FakeBook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []

    def first_time_only(address: str) -> bool:
        opened.append(address)
        return len(opened) == 1

    monkeypatch.setattr(webbrowser, "open", first_time_only)
    desk = desk_of(book)
    desk.open_page(tmp_path / "help.html")
    assert opened == [(tmp_path / "help.html").as_uri()]
    with pytest.raises(UserError, match=r"open .* yourself"):
        desk.open_page(tmp_path / "help.html")
