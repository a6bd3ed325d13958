"""Backups of workbook files, and the undo that puts one back."""

import datetime as dt
import errno
import os
import shutil
import stat
from pathlib import Path

import pytest

from addin import backups
from addin.backups import Backup, BackupError, keeping, put_back
from addin.books.file import FileBook
from addin.books.replacing import replace_workbook
from addin.userfiles import folder
from addin.workbook import WorkbookError
from tests.addin.books.builders import book, customers
from tests.addin.commands import run
from workbook_templates.plan import Plan, TableWrite

Capture = pytest.CaptureFixture[str]
NOON = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without the backups of other tests."""
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("USERPROFILE", str(place))
    return place


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "model.xlsx"
    place.write_bytes(b"one")
    return place


def change(path: Path, content: bytes, *, what: str = "refresh", minute: int = 0) -> None:
    """What a command does that gives a workbook new content."""
    replace_workbook(path.resolve(), [content], keep=keeping(what, now=NOON + dt.timedelta(minutes=minute)))


def undo(path: Path, *, number: int | None = None, force: bool = False) -> Backup:
    found = next(one for one in backups.backups(path) if number in (None, one.number))
    put_back(path, found, force=force, keep=keeping("undo"))
    return found


class TestKeeping:
    def test_the_former_file_is_kept_whole_and_dated(self, path: Path) -> None:
        change(path, b"two")
        (kept,) = backups.backups(path)
        assert kept.path.read_bytes() == b"one"
        assert (kept.number, kept.at, kept.what) == (1, NOON, "refresh")
        assert kept.path.name.startswith("000001.20260131T120000Z.refresh.")
        assert kept.path.suffix == ".xlsx"
        assert kept.path.parent.name.startswith("model.")

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
    def test_nobody_else_may_look(self, path: Path, home: Path) -> None:
        path.chmod(0o644)
        change(path, b"two")
        (kept,) = backups.backups(path)
        assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
        for place in (kept.path.parent, kept.path.parent.parent, folder()):
            assert place.is_relative_to(home)
            assert stat.S_IMODE(place.stat().st_mode) == 0o700

    def test_nothing_of_it_lies_beside_the_workbook(self, path: Path, tmp_path: Path) -> None:
        change(path, b"two")
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["home", "model.xlsx"]

    def test_a_link_and_its_file_have_the_same_backups(self, path: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.xlsx"
        link.symlink_to(path)
        change(link, b"two")
        assert backups.backups(link) == backups.backups(path) != []

    def test_workbooks_of_one_name_have_their_own(self, path: Path, tmp_path: Path) -> None:
        other = tmp_path / "other" / "model.xlsx"
        other.parent.mkdir()
        other.write_bytes(b"another")
        change(other, b"changed")
        change(path, b"two")
        assert [kept.path.read_bytes() for kept in backups.backups(path)] == [b"one"]
        assert [kept.path.read_bytes() for kept in backups.backups(other)] == [b"another"]

    def test_the_last_ten_are_kept(self, path: Path) -> None:
        for step in range(13):
            change(path, b"%d" % step, minute=step)
        assert [kept.number for kept in backups.backups(path)] == list(range(13, 3, -1))

    def test_the_oldest_go_when_all_take_too_much_room(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = tmp_path / "other.xlsx"
        other.write_bytes(b"x" * 60)
        change(other, b"small", minute=1)
        path.write_bytes(b"y" * 60)
        monkeypatch.setattr(backups, "MOST_BYTES", 100)
        change(path, b"z" * 200, minute=2)
        assert backups.backups(other) == []
        assert len(backups.backups(path)) == 1
        change(path, b"end", minute=3)
        (kept,) = backups.backups(path)
        assert kept.path.read_bytes() == b"z" * 200  # too large, and yet the last one of its workbook

    def test_a_disk_without_room_stops_the_command(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*arguments: object) -> str:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(backups, "_copied", full)
        with pytest.raises(
            BackupError, match=r"model.xlsx was not written and is as it was.*free space there, or use --no"
        ):
            change(path, b"two")
        assert path.read_bytes() == b"one"

    def test_a_file_where_the_folder_should_be_stops_the_command(self, path: Path) -> None:
        folder().mkdir()
        (folder() / "backups").write_text("not a folder")
        with pytest.raises(BackupError, match="make that folder writable, or use --no-backup"):
            change(path, b"two")
        assert path.read_bytes() == b"one"

    def test_what_a_killed_run_left_is_overwritten(self, path: Path) -> None:
        change(path, b"two")
        place = backups.backups(path)[0].path.parent
        (place / "unfinished.tmp").write_bytes(b"half of a much longer file")
        change(path, b"three")
        assert [kept.path.read_bytes() for kept in backups.backups(path)] == [b"two", b"one"]
        assert not (place / "unfinished.tmp").exists()


class TestPuttingBack:
    def test_undo_and_undo_again(self, path: Path) -> None:
        change(path, b"two")
        for content in (b"one", b"two", b"one"):
            undo(path)
            assert path.read_bytes() == content
            assert len(backups.backups(path)) == 1

    def test_an_older_one_by_its_number(self, path: Path) -> None:
        for step, content in enumerate((b"two", b"three", b"four")):
            change(path, content, minute=step)
        undo(path, number=1)
        assert path.read_bytes() == b"one"
        assert {kept.path.read_bytes() for kept in backups.backups(path)} == {b"two", b"three", b"four"}
        undo(path)
        assert path.read_bytes() == b"four"

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
    def test_the_workbook_keeps_its_rights(self, path: Path) -> None:
        path.chmod(0o640)
        change(path, b"two")
        undo(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_somebodys_later_work_is_not_lost(self, path: Path) -> None:
        change(path, b"two")
        path.write_bytes(b"somebody's work")
        with pytest.raises(WorkbookError, match=r"model.xlsx was changed after .* use --force \(the present file is"):
            undo(path)
        assert path.read_bytes() == b"somebody's work"
        undo(path, force=True)
        assert path.read_bytes() == b"one"
        undo(path)
        assert path.read_bytes() == b"somebody's work"

    def test_a_deleted_workbook_comes_back_by_force(self, path: Path) -> None:
        change(path, b"two")
        path.unlink()
        with pytest.raises(WorkbookError, match=r"was deleted or moved after .* use --force$"):
            undo(path)
        undo(path, force=True)
        assert path.read_bytes() == b"one"

    def test_a_change_that_never_came_about_is_no_step(self, path: Path) -> None:
        """A run that is killed after its backup and before it replaces the workbook leaves the backup behind."""
        change(path, b"two")
        keeping("refresh")(path, "0" * 64)
        assert [kept.number for kept in backups.backups(path)] == [1]
        undo(path)
        assert path.read_bytes() == b"one"

    def test_an_undo_that_was_killed_before_its_end_is_an_undo(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change(path, b"two")
        with monkeypatch.context() as patched:
            patched.setattr(backups, "_delete", lambda path: None)
            undo(path)
        undo(path)
        assert path.read_bytes() == b"two"
        undo(path)
        assert path.read_bytes() == b"one"

    def test_a_damaged_backup_is_not_put_back(self, path: Path) -> None:
        change(path, b"two")
        (kept,) = backups.backups(path)
        kept.path.write_bytes(b"onf")
        with pytest.raises(BackupError, match="is damaged; delete it, and see --list"):
            undo(path)
        kept.path.unlink()
        with pytest.raises(BackupError, match="cannot be read"):
            put_back(path, kept, force=True, keep=None)
        assert path.read_bytes() == b"two"

    def test_a_workbook_that_is_open_is_not_replaced(self, path: Path) -> None:
        change(path, b"two")
        (path.parent / "~$model.xlsx").write_bytes(b"somebody")
        with pytest.raises(WorkbookError, match="is open in Excel"):
            undo(path)
        assert path.read_bytes() == b"two"
        assert len(backups.backups(path)) == 1

    def test_a_workbook_saved_at_the_last_moment_stays(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        change(path, b"two")

        def saved(backup: Backup) -> bytes:
            path.write_bytes(b"saved")
            return b"one"

        monkeypatch.setattr(backups, "_content", saved)
        with pytest.raises(WorkbookError, match="was changed meanwhile; run this again"):
            undo(path)
        assert path.read_bytes() == b"saved"


class TestFileBook:
    def test_is_kept_before_it_is_replaced(self, tmp_path: Path) -> None:
        path = book(tmp_path / "book.xlsx")
        before = path.read_bytes()
        plan = Plan(tables=(TableWrite(table="tblPnl", columns=customers(9)),))
        FileBook(path).apply(plan, keep=keeping("refresh"))
        (kept,) = backups.backups(path)
        assert kept.path.read_bytes() == before
        assert kept.after == backups.digest_of(path)
        undo(path)
        assert path.read_bytes() == before

    def test_nothing_is_kept_when_nothing_changes(self, tmp_path: Path) -> None:
        path = book(tmp_path / "book.xlsx")
        FileBook(path).apply(Plan(), keep=keeping("refresh"))
        assert backups.backups(path) == []

    def test_another_file_is_kept_too(self, tmp_path: Path) -> None:
        path, out = book(tmp_path / "book.xlsx"), tmp_path / "out.xlsx"
        plan = Plan(tables=(TableWrite(table="tblPnl", columns=customers(9)),))
        FileBook(path).apply(plan, out, keep=keeping("refresh"))
        assert backups.backups(out) == backups.backups(path) == []
        out.write_bytes(b"somebody's file")
        FileBook(path).apply(plan, out, keep=keeping("refresh"))
        assert [kept.path.read_bytes() for kept in backups.backups(out)] == [b"somebody's file"]


class TestCommands:
    @pytest.fixture
    def copy(self, core_file: Path, tmp_path: Path) -> Path:
        return Path(shutil.copy(core_file, tmp_path / "model.xlsx"))

    def test_a_refresh_is_taken_back_and_redone(self, copy: Path, capsys: Capture) -> None:
        before = copy.read_bytes()
        assert run(capsys, "refresh", copy, "--set", "horizon=5").code == 0
        after = copy.read_bytes()
        outcome = run(capsys, "undo", copy)
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.startswith("model.xlsx is as it was before the refresh of 2")
        assert f"To go back to what it was until now: customer-value undo {copy}" in outcome.out
        assert copy.read_bytes() == before
        assert "is as it was before the undo of 2" in run(capsys, "undo", copy).out
        assert copy.read_bytes() == after

    def test_the_list(self, copy: Path, capsys: Capture) -> None:
        assert run(capsys, "undo", copy, "--list").out == "There is no backup of model.xlsx.\n"
        run(capsys, "refresh", copy)
        run(capsys, "refresh", copy, "--set", "horizon=5")
        lines = run(capsys, "undo", copy, "--list").out.splitlines()
        assert [line.split()[:4] for line in lines[2:4]] == [[n, "before", "the", "refresh"] for n in ("2", "1")]
        assert lines[-1].startswith("They lie in ")
        assert run(capsys, "undo", copy, "--number", "1").code == 0

    def test_into_another_file(self, copy: Path, capsys: Capture, tmp_path: Path) -> None:
        before, out = copy.read_bytes(), tmp_path / "former.xlsx"
        run(capsys, "refresh", copy)
        after = copy.read_bytes()
        outcome = run(capsys, "undo", copy, "--out", out)
        assert outcome.out.startswith(f"{out} is model.xlsx as it was before the refresh of 2")
        assert (out.read_bytes(), copy.read_bytes()) == (before, after)
        assert len(backups.backups(copy)) == 1

    def test_what_cannot_be_undone(self, copy: Path, capsys: Capture) -> None:
        outcome = run(capsys, "undo", copy)
        assert outcome.code == 2
        assert "there is no backup of model.xlsx" in outcome.err
        run(capsys, "refresh", copy)
        assert "there is no backup 7 of model.xlsx; see --list" in run(capsys, "undo", copy, "--number", 7).err

    def test_without_a_backup(self, copy: Path, capsys: Capture) -> None:
        assert run(capsys, "refresh", copy, "--no-backup").code == 0
        assert backups.backups(copy) == []
        run(capsys, "refresh", copy)
        outcome = run(capsys, "undo", copy, "--no-backup")
        assert "To go back" not in outcome.out
        assert backups.backups(copy) == []

    def test_a_backup_that_cannot_be_made_stops_the_refresh(self, copy: Path, capsys: Capture) -> None:
        before = copy.read_bytes()
        folder().mkdir()
        (folder() / "backups").write_text("not a folder")
        outcome = run(capsys, "refresh", copy)
        assert outcome.code == 2
        assert "model.xlsx was not written and is as it was" in outcome.err
        assert copy.read_bytes() == before
        assert run(capsys, "refresh", copy, "--no-backup").code == 0

    def test_an_import_is_taken_back(self, copy: Path, capsys: Capture, tmp_path: Path) -> None:
        before = copy.read_bytes()
        sales = tmp_path / "sales.csv"
        sales.write_text("Customer,Date,Net\nC1,2024-03-01,100.5\n", encoding="utf-8")
        options = ("--customer", "Customer", "--date", "Date", "--amount", "Net")
        assert run(capsys, "import", sales, copy, *options, "--out", tmp_path / "out.xlsx").code == 0
        assert copy.read_bytes() == before
        assert run(capsys, "import", sales, copy, *options).code == 0
        assert copy.read_bytes() != before
        assert "before the import of" in run(capsys, "undo", copy).out
        assert copy.read_bytes() == before
