"""Whatever goes wrong as a workbook is written: the old file or the new one is there, whole, and it is said which."""

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from addin import backups
from addin.books import replacing
from addin.books.file import FileBook
from addin.books.replacing import replace_file, replace_workbook
from addin.workbook import WorkbookError
from tests.addin.books.builders import book, customers
from tests.addin.commands import run
from workbook_templates.plan import Plan, TableWrite

Capture = pytest.CaptureFixture[str]
POSIX = pytest.mark.skipif(os.name == "nt", reason="forks, and kills by SIGKILL")
PLAN = Plan(tables=(TableWrite(table="tblPnl", columns=customers(9)),))
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "books" / "model.xlsx"
    place.parent.mkdir()
    place.write_bytes(b"old")
    return place


def beside(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir() if entry != path)


def failing(number: int, **more: object) -> Callable[..., Any]:
    def fail(*arguments: object, **options: object) -> Any:
        error = OSError(number, os.strerror(number))
        for name, value in more.items():
            setattr(error, name, value)
        raise error

    return fail


class TestKilled:
    """SIGKILL at every step; between the steps nothing changes on the disk."""

    def steps(self, source: Path, folder: Path, before: list[list[str]], command: list[str]) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.addin.killing", source, folder, json.dumps(before), json.dumps(command)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    @POSIX
    def test_a_refresh(self, core_file: Path, tmp_path: Path) -> None:
        steps = self.steps(core_file, tmp_path, [], ["refresh", "--set", "horizon=5"])
        old, new = backups.digest_of(core_file), steps[-1]["left"]["model.xlsx"]
        assert [step["code"] for step in steps] == [-9] * (len(steps) - 1) + [0]
        assert len(steps) > 25
        assert [step["left"]["model.xlsx"] for step in steps] == sorted(
            (step["left"]["model.xlsx"] for step in steps), key=[old, new].index
        )
        for step in steps:
            kept = [digest for name, digest in step["left"].items() if "/backups/" in name and ".tmp" not in name]
            assert kept in ([], [old])
            assert kept or step["left"]["model.xlsx"] == old  # nothing is replaced before it is kept
            if "again" in step:
                assert step["again"] == 0
                left = [name for name in step["then"] if name != "model.xlsx" and not name.endswith(".xlsx")]
                assert left == []
        assert sum("again" in step for step in steps) > 8

    @POSIX
    def test_an_undo(self, core_file: Path, tmp_path: Path) -> None:
        steps = self.steps(core_file, tmp_path, [["refresh", "--set", "horizon=5"]], ["undo"])
        old, new = steps[0]["left"]["model.xlsx"], backups.digest_of(core_file)
        assert [step["code"] for step in steps] == [-9] * (len(steps) - 1) + [0]
        assert steps[-1]["left"]["model.xlsx"] == new != old
        for step in steps:
            assert step["left"]["model.xlsx"] in (old, new)
            if "again" in step:
                assert step["again"] == 0
                assert {step["left"]["model.xlsx"], step["then"]["model.xlsx"]} == {old, new}
                assert all(name.endswith(".xlsx") for name in step["then"])


@POSIX
def test_everything_is_on_the_disk_before_the_next_step_relies_on_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a power cut, after which only what was synced is there, leaves the old or the new workbook too."""
    done: list[str] = []
    names: dict[int, str] = {}
    opened, synced, replaced = os.open, os.fsync, os.replace

    def open_(name: Any, *arguments: Any) -> int:
        handle = opened(name, *arguments)
        names[handle] = Path(name).name
        return handle

    def fsync(handle: int) -> None:
        done.append(f"sync {names[handle]}")
        synced(handle)

    def replace(source: Any, target: Any) -> None:
        done.append(f"rename {Path(source).name}")
        replaced(source, target)

    replace_workbook(path, [b"first"], keep=backups.keeping("refresh"))
    place = backups.backups(path)[0].path.parent.name
    for name, recorder in (("open", open_), ("fsync", fsync), ("replace", replace)):
        monkeypatch.setattr(os, name, recorder)
    replace_workbook(path, [b"second"], keep=backups.keeping("refresh"))
    assert done == [
        "sync .model.xlsx.customer-value.tmp",
        "sync unfinished.tmp",
        "rename unfinished.tmp",
        f"sync {place}",
        "rename .model.xlsx.customer-value.tmp",
        "sync books",
    ]


class TestLeftovers:
    def test_those_of_a_killed_run_go(self, path: Path) -> None:
        (path.parent / ".model.xlsx.customer-value.tmp").write_bytes(b"half")
        (path.parent / ".model.xlsx.customer-value.lock").touch()
        replace_file(path, [b"new"])
        assert (path.read_bytes(), beside(path)) == (b"new", [])

    def test_those_of_others_stay(self, path: Path) -> None:
        others = [".model.xlsx.1a2b3c4d.tmp", ".other.xlsx.customer-value.tmp", "model.xlsx.tmp"]
        for name in others:
            (path.parent / name).write_bytes(b"not ours")
        replace_file(path, [b"new"])
        assert beside(path) == sorted(others)


class TestTwoAtOnce:
    def test_the_second_is_refused_while_the_first_writes(self, path: Path) -> None:
        refused = []

        def pieces() -> Any:
            yield b"first"
            with pytest.raises(WorkbookError, match=r"model.xlsx is being written by another run .*; wait until it is"):
                replace_workbook(path, [b"second"])
            refused.append(path.read_bytes())

        replace_workbook(path, pieces())
        assert refused == [b"old"]
        assert (path.read_bytes(), beside(path)) == (b"first", [])

    def test_a_result_of_older_inputs_is_refused(self, tmp_path: Path) -> None:
        path = book(tmp_path / "book.xlsx")
        first, second = FileBook(path), FileBook(path)
        first.apply(PLAN)
        done = path.read_bytes()
        with pytest.raises(WorkbookError, match="was changed or moved after it had been read; run this again"):
            second.apply(PLAN)
        assert path.read_bytes() == done

    def test_many_at_once_one_wins(self, tmp_path: Path) -> None:
        path = book(tmp_path / "book.xlsx")
        before = path.read_bytes()
        outcomes: list[str] = []
        ready = threading.Barrier(4)

        def attempt(found: FileBook) -> None:
            ready.wait()
            try:
                found.apply(PLAN, keep=backups.keeping("refresh"))
                outcomes.append("done")
            except WorkbookError as error:
                outcomes.append(str(error))

        threads = [threading.Thread(target=attempt, args=(FileBook(path),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("done") == 1
        assert all("another run" in text or "run this again" in text for text in outcomes if text != "done")
        assert FileBook(path).read_table("tblPnl").rows == 9
        assert [kept.path.read_bytes() for kept in backups.backups(path)] == [before]
        assert beside(path) == []

    @POSIX
    def test_a_lock_whose_file_was_deleted_is_taken_anew(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The holder deletes the file between another run's opening and locking it."""
        lock, tries = path.with_name(".model.xlsx.customer-value.lock"), []

        def late(handle: int) -> None:
            tries.append(handle)
            if len(tries) == 1:
                lock.unlink()

        monkeypatch.setattr(replacing, "_lock_handle", late)
        replace_file(path, [b"new"])
        assert (len(tries), path.read_bytes(), beside(path)) == (2, b"new", [])

    def test_where_there_are_no_locks_the_unfinished_file_is_one(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(replacing, "_lock_handle", failing(errno.ENOLCK))
        replace_file(path, [b"new"])
        assert (path.read_bytes(), beside(path)) == (b"new", [])
        unfinished = path.with_name(".model.xlsx.customer-value.tmp")
        unfinished.write_bytes(b"of another run")
        with pytest.raises(WorkbookError, match=r"if none runs any more, delete .model.xlsx.customer-value.tmp"):
            replace_file(path, [b"newer"])
        assert (path.read_bytes(), unfinished.read_bytes()) == (b"new", b"of another run")

    def test_a_lock_that_fails_otherwise_is_said(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(replacing, "_lock_handle", failing(errno.EIO))
        with pytest.raises(WorkbookError, match=r"cannot be written \(.*\).*; it is as it was"):
            replace_workbook(path, [b"new"])


class TestRefused:
    @pytest.mark.parametrize("name", ["write", "fsync"])
    def test_a_disk_that_is_full(self, path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setattr(os, name, failing(errno.ENOSPC))
        with pytest.raises(
            WorkbookError,
            match=r"cannot be written \(No space left on device\); free space on its disk.*; it is as it was",
        ):
            replace_workbook(path, [b"new"])
        assert (path.read_bytes(), beside(path)) == (b"old", [])

    @POSIX
    def test_a_disk_that_fills_up_under_a_refresh(self, core_file: Path, tmp_path: Path) -> None:
        """A limit on the size of files stops the write in its middle, as the end of a disk would."""
        path = Path(shutil.copy(core_file, tmp_path / "model.xlsx"))
        before = path.read_bytes()
        text = (
            "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
            "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); sys.argv[0] = 'customer-value'; "
            "from addin.cli import main; main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", text, "refresh", path], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert done.returncode == 2
        assert "model.xlsx cannot be written (File too large); free space on its disk" in done.stderr
        assert (path.read_bytes(), beside(path)) == (before, [])

    def test_on_windows_a_file_that_is_held_for_a_moment(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        replace = os.replace
        pauses: list[float] = []
        refusals = [32, 5]

        def held(*arguments: Any) -> None:
            if refusals:
                failing(errno.EACCES, winerror=refusals.pop())()
            replace(*arguments)

        monkeypatch.setattr(os, "replace", held)
        monkeypatch.setattr(time, "sleep", pauses.append)
        replace_workbook(path, [b"new"])
        assert (path.read_bytes(), pauses) == (b"new", [0.05, 0.1])

    def test_on_windows_a_file_that_stays_held(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pauses: list[float] = []
        monkeypatch.setattr(os, "replace", failing(errno.EACCES, winerror=32))
        monkeypatch.setattr(time, "sleep", pauses.append)
        with pytest.raises(WorkbookError, match=r"close it in every program, or use --out .*; it is as it was"):
            replace_workbook(path, [b"new"])
        assert (path.read_bytes(), beside(path), len(pauses)) == (b"old", [], 5)

    def test_a_workbook_that_is_opened_while_it_is_refreshed(self, path: Path) -> None:
        lock = path.with_name("~$model.xlsx")

        def pieces() -> Any:
            yield b"new"
            lock.write_bytes(b"somebody")

        with pytest.raises(
            WorkbookError, match=r"is open in Excel \(~\$model.xlsx stands beside it\).*delete that file"
        ):
            replace_workbook(path, pieces())
        assert (path.read_bytes(), beside(path)) == (b"old", ["~$model.xlsx"])

    @pytest.mark.parametrize(("late", "state"), [(False, "is as it was"), (True, "is the new one, whole")])
    def test_stopped_by_its_user(self, path: Path, monkeypatch: pytest.MonkeyPatch, late: bool, state: str) -> None:
        replace = os.replace

        def stopped(*arguments: Any) -> None:
            if late:
                replace(*arguments)
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "replace", stopped)
        with pytest.raises(WorkbookError, match=f"stopped; model.xlsx {state}"):
            replace_workbook(path, [b"new"])
        assert (path.read_bytes(), beside(path)) == (b"new" if late else b"old", [])

    @POSIX
    def test_a_confidential_file_is_so_while_it_is_written(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path.chmod(0o640)
        modes = []
        monkeypatch.setattr(os, "fsync", lambda handle: modes.append(os.fstat(handle).st_mode & 0o777))
        replace_file(path, [b"new"])
        assert modes[0] == 0o600
        assert path.stat().st_mode & 0o777 == 0o640


class TestReceipt:
    def test_says_what_changed(self, core_file: Path, tmp_path: Path, capsys: Capture) -> None:
        path = Path(shutil.copy(core_file, tmp_path / "model.xlsx"))
        outcome = run(capsys, "refresh", path, "--set", "horizon=5", "--receipt", tmp_path / "receipt.json")
        assert outcome.code == 0
        content = json.loads((tmp_path / "receipt.json").read_text(encoding="utf-8"))
        assert content["workbook"] == "model.xlsx"
        assert f"{len(content['parts'])} parts of model.xlsx changed: {', '.join(content['parts'])}." in outcome.out
        run(capsys, "refresh", path, "--receipt", tmp_path / "receipt.txt")
        lines = (tmp_path / "receipt.txt").read_text(encoding="utf-8").splitlines()
        assert lines[0] == "Workbook\tmodel.xlsx"
        assert any(line.startswith("Part\txl/worksheets/") for line in lines)

    def test_a_receipt_that_cannot_be_written(self, core_file: Path, tmp_path: Path, capsys: Capture) -> None:
        path = Path(shutil.copy(core_file, tmp_path / "model.xlsx"))
        outcome = run(capsys, "refresh", path, "--receipt", tmp_path / "none" / "receipt.txt")
        assert outcome.code == 2
        assert "model.xlsx is written, but its receipt" in outcome.err
