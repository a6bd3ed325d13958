"""Collecting: what recipients filled in is taken, conflicts are shown, what was not sent is refused with a reason."""

import datetime as dt
import io
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest

from addin.books.file import FileBook
from addin.distribution.returns import Collection, collect
from addin.faults import UserError
from tests.addin.books.builders import cells, tampered
from tests.addin.commands import run
from tests.addin.distribution.company import NOW, OWNERS, model, sent
from workbook_templates.plan import Cell, Plan

LATER = NOW + dt.timedelta(days=20)
Edits = Mapping[tuple[str, str], object]


class Case:
    """A workbook that was distributed by owner, and a folder for what comes back."""

    def __init__(self, folder: Path) -> None:
        self.workbook, self.out, self.back = folder / "model.xlsx", folder / "out", folder / "back"

    @classmethod
    def made(cls, source: Path, folder: Path, **asked: object) -> "Case":
        """Distribute a copy of a workbook; what the sender keeps goes into the folder `home` of its own."""
        case = cls(folder)
        case.back.mkdir()
        shutil.copy(source, case.workbook)
        with pytest.MonkeyPatch.context() as patch:
            for name in ("HOME", "USERPROFILE"):
                patch.setenv(name, str(folder / "home"))
            sent(case.workbook, case.out, **({"by": "owner", "due": "2026-02-15"} | asked))
        return case

    def returns(self, recipient: str, edits: Edits, name: str = "") -> Path:
        """Fill cells in as a spreadsheet program would, which rewrites the whole file."""
        book = openpyxl.load_workbook(self.out / f"{recipient}.xlsx")
        for (sheet, address), value in edits.items():
            cell = book[sheet][address]
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # whatever it looks like
        path = self.back / (name or f"{recipient}.xlsx")
        book.save(path)
        return path

    def collect(self, **how: object) -> Collection:
        """Bring them in."""
        return collect(self.back, self.workbook, now=LATER, **how)  # type: ignore[arg-type]  # a test's own words

    def now(self, sheet: str, address: str) -> object:
        """A cell of the workbook."""
        return cells(self.workbook, sheet).get(address)

    def write(self, sheet: str, address: str, value: Cell) -> None:
        """Somebody works on the workbook in the meantime."""
        FileBook(self.workbook).apply(Plan(cells={(sheet, address): value}))


@pytest.fixture(scope="session")
def asked_customers(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a case that asks about customers, for tests to copy."""
    folder = tmp_path_factory.mktemp("asked_customers")
    Case.made(company_file, folder, ask=["Customers:must_serve,status,end_date,owner"])
    return folder


@pytest.fixture
def case(asked_customers: Path, tmp_path: Path) -> Case:
    return Case(shutil.copytree(asked_customers, tmp_path, dirs_exist_ok=True))


# Customers stand in rows 6 to 11 of the workbook; Anna's are the first two of them and of her copy.
MUST_SERVE, STATUS, END_DATE, OWNER = "K", "D", "E", "J"


def test_what_only_the_recipient_changed_is_taken(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{MUST_SERVE}7"): 1, ("Customers", f"{END_DATE}6"): dt.date(2026, 5, 1)})
    found = case.collect()
    assert found.taken == {"Anna North.xlsx": 2}
    assert (found.conflicts, found.refusals) == ((), ())
    assert case.now("Customers", f"{MUST_SERVE}7") == 1
    assert case.now("Customers", f"{END_DATE}6") == dt.datetime(2026, 5, 1)


def test_rows_go_by_their_customer_wherever_they_stand(case: Case) -> None:
    case.returns("Boris South", {("Customers", f"{STATUS}6"): "lost"})  # K-1003, third in the workbook
    case.collect()
    assert case.now("Customers", "A8") == "K-1003"
    assert case.now("Customers", f"{STATUS}8") == "lost"
    assert case.now("Customers", f"{STATUS}6") is None


def test_what_both_have_changed_is_shown_and_left(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{STATUS}6"): "lost"})
    case.write("Customers", f"{STATUS}6", "active")
    (conflict,) = case.collect().conflicts
    assert (conflict.sheet, conflict.row, conflict.column) == ("Customers", "K-1001", "Status")
    assert (conflict.sent, conflict.returned, conflict.now) == (None, "lost", "active")
    assert case.now("Customers", f"{STATUS}6") == "active"


@pytest.mark.parametrize(("resolve", "status"), [("theirs", "lost"), ("ours", "active")])
def test_somebody_decides(case: Case, resolve: str, status: str) -> None:
    case.returns("Anna North", {("Customers", f"{STATUS}6"): "lost"})
    case.write("Customers", f"{STATUS}6", "active")
    assert case.collect(resolve=resolve).conflicts == ()
    assert case.now("Customers", f"{STATUS}6") == status


def test_the_same_change_on_both_sides_is_no_conflict(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{STATUS}6"): "lost"})
    case.write("Customers", f"{STATUS}6", "lost")
    assert case.collect().conflicts == ()


def test_collecting_twice_changes_nothing_more(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{MUST_SERVE}7"): 1})
    case.collect()
    before = case.workbook.read_bytes()
    assert case.collect().conflicts == ()
    assert case.workbook.read_bytes() == before


def test_a_dry_run_writes_nothing(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{MUST_SERVE}7"): 1})
    before = case.workbook.read_bytes()
    assert case.collect(dry_run=True).taken == {"Anna North.xlsx": 1}
    assert case.workbook.read_bytes() == before


def test_a_text_stays_a_text(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{OWNER}6"): '=HYPERLINK("http://x")'})
    case.collect()
    assert case.now("Customers", f"{OWNER}6") == '=HYPERLINK("http://x")'
    sheet = openpyxl.load_workbook(case.workbook)["Customers"]
    assert sheet[f"{OWNER}6"].data_type == "s"


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (f"{STATUS}6", "gone", "is not one of active, lost, prospect"),
        (f"{MUST_SERVE}6", "yes", "is not a number"),
        (f"{END_DATE}6", "soon", "is not a date"),
    ],
)
def test_what_a_column_cannot_hold_is_not_taken(case: Case, place: str, value: object, why: str) -> None:
    case.returns("Anna North", {("Customers", place): value, ("Customers", f"{MUST_SERVE}7"): 1})
    found = case.collect()
    assert [refusal.why for refusal in found.refusals] == [why]
    assert found.taken == {"Anna North.xlsx": 1}


def test_cells_that_were_not_asked_for_are_not_taken(case: Case) -> None:
    case.returns("Anna North", {("Customers", "B6"): "Somebody else", ("Customers", f"{MUST_SERVE}7"): 1})
    found = case.collect()
    assert any("that were not asked for have changed" in note for note in found.notes)
    assert case.now("Customers", "B6") == "Alderbrook Foundry"


def test_a_row_that_the_recipient_has_no_right_to_is_not_taken(case: Case) -> None:
    case.returns("Anna North", {("Customers", "A6"): "K-1003", ("Customers", f"{STATUS}6"): "lost"})
    found = case.collect()
    assert [refusal.why for refusal in found.refusals] == ["the row is not there any more; it stays in the workbook"]
    assert case.now("Customers", f"{STATUS}8") is None


def test_the_tracker_says_who_has_answered(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{MUST_SERVE}7"): 1})
    case.collect()
    shown = cells(case.workbook, "Distribution")
    assert [shown[f"{letter}5"] for letter in "ACFGI"] == ["Anna North", 1, "returned", 1, 1]
    assert shown["H5"].date() == LATER.date()
    assert [shown["A6"], shown["F6"]] == ["Boris South", "late"]


def test_a_file_without_an_entry_is_blank(case: Case) -> None:
    case.returns("Anna North", {})
    case.collect()
    assert cells(case.workbook, "Distribution")["F5"] == "blank"


# ---- tables with rows to come, and tables that several recipients fill in


@pytest.fixture(scope="session")
def asked_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a case that asks for new rows, and for a table that everybody gets; for tests to copy."""
    folder = tmp_path_factory.mktemp("asked_rows")
    source = model(tmp_path_factory.mktemp("more") / "model.xlsx", OWNERS, ("segments", "priority"))
    Case.made(source, folder, ask=["Overrides", "Service levels:hours"])
    return folder


@pytest.fixture
def shared_case(asked_rows: Path, tmp_path: Path) -> Case:
    return Case(shutil.copytree(asked_rows, tmp_path, dirs_exist_ok=True))


def override(customer: str, segment: str = "A") -> Edits:
    row = {"A": customer, "B": segment, "C": "contract", "D": "Anna", "E": dt.date(2026, 12, 31)}
    return {("Overrides", f"{letter}6"): value for letter, value in row.items()}


def test_new_rows_are_added_once(shared_case: Case) -> None:
    shared_case.returns("Anna North", override("K-1001"))
    assert shared_case.collect().added == {"Anna North.xlsx": 1}
    assert [shared_case.now("Overrides", f"{letter}6") for letter in "ABC"] == ["K-1001", "A", "contract"]
    assert shared_case.collect().added == {}
    assert shared_case.now("Overrides", "A7") is None


def test_rows_of_several_recipients_stand_below_each_other(shared_case: Case) -> None:
    shared_case.returns("Anna North", override("K-1001"))
    shared_case.returns("Boris South", override("K-1003", "B"))
    shared_case.collect()
    assert [shared_case.now("Overrides", f"A{row}") for row in (6, 7, 8)] == ["K-1001", "K-1003", None]


def test_a_new_row_for_another_recipients_customer_is_refused(shared_case: Case) -> None:
    shared_case.returns("Anna North", override("K-1003"))
    (refusal,) = shared_case.collect().refusals
    assert refusal.why == "a new row is for a customer who is not the recipient's"
    assert shared_case.now("Overrides", "A6") is None


def test_two_recipients_who_want_a_cell_differently_are_a_conflict(shared_case: Case) -> None:
    shared_case.returns("Anna North", {("Service levels", "C6"): 5})
    shared_case.returns("Boris South", {("Service levels", "C6"): 6, ("Service levels", "C7"): 20})
    found = shared_case.collect(resolve="theirs")
    assert {(conflict.file, conflict.returned) for conflict in found.conflicts} == {
        ("Anna North.xlsx", 5),
        ("Boris South.xlsx", 6),
    }
    assert (shared_case.now("Service levels", "C6"), shared_case.now("Service levels", "C7")) == (4, 20)


def test_anonymous_copies_come_back_to_the_right_customer(company_file: Path, tmp_path: Path) -> None:
    case = Case.made(company_file, tmp_path, ask=["Customers:must_serve"], anonymise=True)
    shown = cells(case.out / "Boris South.xlsx", "Customers")
    assert shown["A6"] != "K-1003"
    case.returns("Boris South", {("Customers", f"{MUST_SERVE}6"): 1})
    case.collect()
    assert case.now("Customers", f"{MUST_SERVE}8") == 1


# ---- files that are not what was sent


def first_sheet(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode())

    return change


def refused(case: Case) -> str:
    found = case.collect()
    assert found.taken == {}
    (refusal,) = found.refusals
    assert refusal.where == "the file"
    return refusal.why


def sent_file(case: Case) -> Path:
    return case.out / "Anna North.xlsx"


def spoiled(case: Case, part: str, old: str, new: str) -> None:
    tampered(sent_file(case), case.back / "a.xlsx", {part: first_sheet(old, new)})


SPOILS: dict[str, tuple[Callable[[Case], object], str]] = {
    "no workbook": (lambda case: (case.back / "a.xlsx").write_bytes(b"hello"), "is not a workbook"),
    "another workbook": (lambda case: shutil.copy(case.workbook, case.back / "a.xlsx"), "is no copy that was made by"),
    "a document type": (
        lambda case: spoiled(case, "xl/workbook.xml", "<workbook ", "<!DOCTYPE x []><workbook "),
        "declares a document type",
    ),
    "another recipient's name": (
        lambda case: spoiled(case, "xl/worksheets/sheet1.xml", ">Anna North<", ">Boris South<"),
        "says on its first sheet what was not sent",
    ),
    "another period": (
        lambda case: spoiled(case, "xl/worksheets/sheet1.xml", ">2025-11-15<", ">2024-12-31<"),
        "says on its first sheet what was not sent",
    ),
    "another column": (
        lambda case: spoiled(case, "xl/tables/table2.xml", 'name="Status"', 'name="State"'),
        "has other columns in tblCustomers than were sent",
    ),
    "no table": (
        lambda case: spoiled(case, "xl/tables/table2.xml", "tblCustomers", "tblOthers"),
        "lacks the table tblCustomers",
    ),
    "old kind of file": (lambda case: shutil.copy(sent_file(case), case.back / "a.xls"), "is not an .xlsx file"),
    "macros": (lambda case: shutil.copy(sent_file(case), case.back / "a.xlsm"), "is not an .xlsx file"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_file_that_is_not_what_was_sent_is_refused(case: Case, spoil: str) -> None:
    make, why = SPOILS[spoil]
    make(case)
    assert why in refused(case)


def test_an_unknown_file_id_is_refused(case: Case, home: Path) -> None:
    case.returns("Anna North", {})
    shutil.rmtree(home / ".customer_value" / "distribution" / "sent")
    assert "has a file id that was not sent" in refused(case)


def test_an_older_issue_is_recognised(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{MUST_SERVE}7"): 1}, name="old.xlsx")
    sent(case.workbook, case.out, by="owner", only="Anna North", ask=["Customers:must_serve"])
    assert "is of issue 1, which issue 2 has replaced" in refused(case)


def test_two_returns_of_one_copy_are_refused(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{MUST_SERVE}7"): 1})
    case.returns("Anna North", {}, name="Anna North (1).xlsx")
    found = case.collect()
    assert found.taken == {}
    assert len(found.refusals) == 2


def test_a_copy_of_another_period_is_refused(case: Case) -> None:
    case.returns("Anna North", {})
    FileBook(case.workbook).apply(Plan(names={"cv_used_as_of_text": "2026-03-31"}))
    assert "is of the period to 2025-11-15, this workbook to 2026-03-31" in refused(case)


def test_a_bomb_is_refused_before_it_is_unpacked(case: Case) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/worksheets/sheet1.xml", b" " * (8 << 20))
    (case.back / "a.xlsx").write_bytes(stream.getvalue())
    assert "would unpack to" in refused(case)


def test_a_workbook_that_lacks_what_was_sent_is_left_alone(case: Case) -> None:
    case.returns("Anna North", {("Customers", f"{MUST_SERVE}7"): 1})
    part = "xl/tables/table2.xml"
    broken = tampered(case.workbook, case.workbook.with_name("b.xlsx"), {part: first_sheet("Must serve", "Duty")})
    shutil.move(broken, case.workbook)
    with pytest.raises(UserError, match="lacks the column Must serve of tblCustomers, which was sent; restore it"):
        case.collect()


def test_command_shows_conflicts_and_gives_1(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.returns("Anna North", {("Customers", f"{STATUS}6"): "lost", ("Customers", f"{MUST_SERVE}7"): 1})
    case.write("Customers", f"{STATUS}6", "active")
    done = run(capsys, "collect", case.back, case.workbook)
    assert done.code == 1
    assert "1 cells taken" in done.out
    assert "K-1001" in done.out
    assert "Alderbrook" not in done.out
    assert run(capsys, "collect", case.back, case.workbook, "--theirs").code == 0
    assert run(capsys, "collect", case.back, case.workbook, "--theirs", "--ours").code == 2


def test_undo_takes_a_collect_back(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    before = case.workbook.read_bytes()
    case.returns("Anna North", {("Customers", f"{MUST_SERVE}7"): 1})
    assert run(capsys, "collect", case.back, case.workbook).code == 0
    assert case.workbook.read_bytes() != before
    assert run(capsys, "undo", case.workbook).code == 0
    assert case.workbook.read_bytes() == before


def test_command_without_a_folder_is_misuse(workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "collect", tmp_path / "nowhere", workbook)
    assert (done.code, "there is no folder" in done.err) == (2, True)
