"""
Run a command again and again in processes of its own, killed before its first step, its second, and so on.

Called by `test_failure`, as a program, because it forks: everything is imported once, and each child is killed by
SIGKILL at one step. A step is a call that changes something on the disk, or half of a write.
"""

import contextlib
import datetime as dt
import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# what a command imports as it runs is imported here once
import addin.backups
import addin.books.recalculation
import addin.commands.model
import addin.importing
import addin.refresh
import addin.report
from addin.books.file import FileBook
from addin.cli import main
from addin.contents import read_contents
from addin.refresh import plan_refresh
from addin.settings import parse_settings, set_assumptions

SETTINGS = ["horizon=5"]
STEPS = ("open", "write", "fsync", "chmod", "fchmod", "replace", "rename", "unlink", "mkdir", "truncate", "ftruncate")
NOW = dt.datetime(2026, 2, 28, tzinfo=dt.UTC)


class Frozen(dt.datetime):
    """A clock that stands, so that equal runs write equal bytes."""

    @classmethod
    def now(cls, tz: Any = None) -> "Frozen":
        return cls.fromtimestamp(NOW.timestamp(), tz)


class Stopper:
    """Counts steps and kills this process at one of them."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.done = 0

    def step(self, name: str, call: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        if name == "open" and not arguments[1] & (os.O_CREAT | os.O_DIRECTORY):
            return call(*arguments, **options)
        self.done += 1
        if self.done == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        if name == "write":
            self.done += 1
            if self.done == self.at:
                call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)


def run(arguments: list[str], stop_at: int = 0, planned: addin.refresh.Refresh | None = None) -> int:
    """Run a command in a child; gives its exit code, or minus the number of the signal that ended it."""
    child = os.fork()
    if child == 0:
        if planned is not None:
            addin.refresh.plan_refresh = lambda *_, **__: planned
        stopper = Stopper(stop_at)
        for name in STEPS:
            setattr(os, name, partial(stopper.step, name, getattr(os, name)))
        sys.argv = ["customer-value", *arguments]
        code = 70
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                main()
                code = 0
            except SystemExit as stop:
                code = int(stop.code or 0)
            finally:
                os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def files(folder: Path) -> dict[str, str]:
    """All files below a folder, with the SHA-256 of each."""
    return {
        str(path.relative_to(folder)): addin.backups.digest_of(path) for path in folder.rglob("*") if path.is_file()
    }


def kill_everywhere(workbook: Path, folder: Path, before: list[list[str]], command: list[str]) -> None:
    """Print, for each step, what a killed run left, and for what was not seen yet, what the next run made of it."""
    addin.report.console.file = addin.report.progress.file = io.StringIO()
    for module in (addin.commands.model, addin.backups):
        module.dt = SimpleNamespace(datetime=Frozen, UTC=dt.UTC)  # type: ignore[attr-defined]
    place, start = folder / "run", folder / "start"
    (place / "home").mkdir(parents=True)
    os.environ["HOME"] = str(place / "home")
    path = place / "model.xlsx"
    shutil.copy(workbook, path)
    for earlier in before:
        assert run([*earlier[:1], str(path), *earlier[1:]]) == 0
    shutil.copytree(place, start)
    contents, cells = set_assumptions(read_contents(FileBook(path)), parse_settings(SETTINGS))
    planned = plan_refresh(contents, now=NOW, settings=cells)  # once, and not for every step
    seen = []
    for stop_at in range(1, 10_000):
        shutil.rmtree(place)
        shutil.copytree(start, place)
        code = run([*command[:1], str(path), *command[1:]], stop_at, planned)
        report: dict[str, Any] = {"code": code, "left": files(place)}
        if report["left"] not in seen:
            seen.append(report["left"])
            report |= {"again": run([*command[:1], str(path), *command[1:]]), "then": files(place)}
        print(json.dumps(report), flush=True)  # noqa: T201  # read by the test
        if code != -signal.SIGKILL:
            return


if __name__ == "__main__":
    kill_everywhere(Path(sys.argv[1]), Path(sys.argv[2]), *map(json.loads, sys.argv[3:]))
