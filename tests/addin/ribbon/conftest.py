"""A workbook in a file that can tell what stood in it, and a desk that remembers what it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from addin.books.file import FileBook
from addin.ribbon import find
from addin.workbook import RawTable
from workbook_templates.addresses import column_number
from workbook_templates.packs import PACKS
from workbook_templates.plan import Cell, Plan, TableWrite

CHECKS = len(PACKS["core"].checks)
"""Of the workbook that most commands run on."""

CHECKS_OF_WHOLE = sum(len(pack.checks) for pack in PACKS.values() if pack.name != "models")
"""Of the workbook with all sheets that can be added."""


class OpenBook(FileBook):
    """A file that stands for a workbook which is open."""

    def before(self, plan: Plan) -> Plan:
        return Plan(
            tables=tuple(map(self._table_before, plan.tables)),
            names={name: self.read_name(name) for name in plan.names},
            cells={place: self._cell_at(*place) for place in plan.cells},
            caches={place: self._cell_at(*place) for place in plan.caches},
        )

    def _table_before(self, write: TableWrite) -> TableWrite:
        columns = self.read_table(write.table).columns
        return replace(write, columns={heading: columns[heading] for heading in write.columns})

    def _cell_at(self, sheet: str, address: str) -> Cell:
        letters = address.rstrip("0123456789")
        return self._cell(sheet, int(address.removeprefix(letters)), column_number(letters))


@dataclass
class FakeDesk:
    """Says yes unless told otherwise; keeps everything it was asked."""

    book: Path | None
    yes: bool = True
    address: str = ""
    selection: tuple[str, int, int, Cell] = ("Sheet1", 1, 1, None)
    sheets: Mapping[str, list[tuple[str, str, Cell]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    done: list[tuple[object, ...]] = field(default_factory=list)

    def identity(self) -> str:
        return str(self.book) if self.book else self.address

    def location(self) -> Path | None:
        return self.book

    def progress(self, what: str) -> None:
        pass

    def confirm(self, title: str, text: str) -> bool:
        self.asked.append(text)
        return self.yes

    def tell(self, title: str, text: str) -> None:
        self.told.append(text)

    def selected(self) -> tuple[str, int, int, Cell]:
        return self.selection

    def show(self, sheet: str, address: str = "A1") -> None:
        self.done.append(("show", sheet))

    def write_formula(self, text: str) -> None:
        self.done.append(("write", text))

    def open_workbook(self, path: Path) -> None:
        self.done.append(("open", path))

    def open_page(self, path: Path) -> None:
        self.done.append(("page", path))

    def export_pdf(self, path: Path, sheets: Sequence[str]) -> None:
        self.done.append(("pdf", path, list(sheets)))

    def add_sheets(self, path: Path, sheets: Sequence[str], *, after: str, identity: str) -> None:
        self.done.append(("sheets", FileBook(path).table_names(), list(sheets), after, identity))

    def formulas(self) -> dict[str, list[tuple[str, str, Cell]]]:
        return dict(self.sheets)

    def enter_formula(self, sheet: str, address: str, text: str) -> None:
        self.done.append(("enter", sheet, address, text))


@dataclass
class Bench:
    """An open workbook with its desk, on which commands are run."""

    path: Path
    desk: FakeDesk

    @property
    def book(self) -> OpenBook:
        return OpenBook(self.path)

    def run(self, id_: str, file: Path | None = None) -> FakeDesk:
        """Run a command on a fresh reading of the file, and give what it did since the last one."""
        self.desk.asked, self.desk.told, self.desk.done = [], [], []
        find(id_).run(self.book, self.desk, file)
        return self.desk

    def table(self, name: str) -> RawTable:
        return self.book.read_table(name)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own for each test."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    return folder


@pytest.fixture
def bench(core_copy: Path) -> Bench:
    """A refreshed workbook of forty customers with the core pack, which has all tables that the commands look at."""
    return Bench(core_copy, FakeDesk(core_copy))


@pytest.fixture
def whole(small_copy: Path) -> Bench:
    """The same with the sheets of all packs, for what is said of all of them."""
    return Bench(small_copy, FakeDesk(small_copy))


@pytest.fixture
def empty(empty_file: Path) -> Bench:
    """A workbook of the core pack without data."""
    return Bench(empty_file, FakeDesk(empty_file))


@pytest.fixture
def foreign(tmp_path: Path) -> Bench:
    """A workbook that is not one of ours."""
    import xlsxwriter

    path = tmp_path / "foreign.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Sheet1").write("A1", 1)
    return Bench(path, FakeDesk(path))
