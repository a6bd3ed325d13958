"""LibreOffice with a workbook open, driven by the tests: formulas are typed, cells read, and macros call back."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.hosts.libreoffice import SOFFICE

__all__ = ["MISSING", "Session", "opened"]

BRIDGE: Final = Path(__file__).with_name("office_bridge.py")
Rows = list[list[Any]]
Answer = Callable[[str, list[Any]], Rows]
"""Name and arguments of a call to rows; an exception is a failed call."""


@cache
def _python_with_uno() -> str:
    """Find a Python that has LibreOffice's module; it need not be the one that runs the tests."""
    beside = Path(SOFFICE).resolve().parent / "python" if SOFFICE else None
    for candidate in (sys.executable, "/usr/bin/python3", shutil.which("python3"), beside):
        if candidate and Path(candidate).exists():
            done = subprocess.run([candidate, "-c", "import uno"], capture_output=True, check=False)
            if done.returncode == 0:
                return str(candidate)
    return ""


MISSING: Final = (
    "soffice is not on PATH: install LibreOffice Calc to run these tests"
    if SOFFICE is None
    else ""
    if _python_with_uno()
    else "no Python here can import uno: install python3-uno to run these tests"
)
"""Why these tests cannot run here, or ""."""


class Session:
    """A workbook that is open; everything happens on its first sheet."""

    def __init__(self, bridge: "subprocess.Popen[str]", answer: Answer) -> None:
        self._bridge = bridge
        self._answer = answer
        self.sheets: list[str] = self._until("sheets")

    def put(self, area: str, rows: Sequence[Sequence[Any]]) -> None:
        """Fill cells with numbers and texts."""
        self._order(do="put", area=area, rows=rows)

    def formula(self, area: str, text: str) -> Rows:
        """Type an array formula into a range and read what it shows."""
        return self._order(do="formula", area=area, text=text)

    def cell(self, area: str, text: str) -> Any:
        """Type a formula into one cell and read what it shows."""
        return self._order(do="formula in a cell", area=area, text=text)[0][0]

    def read(self, area: str) -> Rows:
        """Read cells."""
        return self._order(do="read", area=area)

    def clear(self) -> None:
        """Empty the sheet."""
        self._order(do="clear")

    def stop(self) -> None:
        """Close the workbook and the program."""
        self._send({"do": "stop"})
        self._bridge.wait(30)

    def _order(self, **order: Any) -> Rows:
        self._send(order)
        return list(self._until("rows"))

    def _send(self, message: dict[str, Any]) -> None:
        assert self._bridge.stdin is not None
        self._bridge.stdin.write(json.dumps(message) + "\n")
        self._bridge.stdin.flush()

    def _until(self, wanted: str) -> Any:
        """Answer the calls of macros until the order is done."""
        assert self._bridge.stdout is not None
        for line in self._bridge.stdout:
            message = json.loads(line)
            if wanted in message:
                return message[wanted]
            try:
                self._send({"rows": self._answer(message["call"], message["args"])})
            except Exception as error:
                self._send({"failure": str(error)})
        raise AssertionError("LibreOffice or the bridge to it has stopped")


@contextmanager
def opened(workbook: Path, folder: Path, answer: Answer) -> Iterator[Session]:
    """Open a workbook with its macros allowed; the program is gone afterwards, whatever happens."""
    assert SOFFICE is not None
    pipe = f"customer_value_{os.getpid()}_{workbook.stem}"
    options = ["--headless", "--norestore", "--nologo", "--nodefault", f"--accept=pipe,name={pipe};urp"]
    profile = f"-env:UserInstallation={(folder / 'live profile').as_uri()}"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    office = subprocess.Popen([SOFFICE, *options, profile], start_new_session=True, **quiet)
    bridge = subprocess.Popen(
        [_python_with_uno(), str(BRIDGE), pipe, workbook.as_uri()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        session = Session(bridge, answer)
        yield session
        session.stop()
        office.wait(30)
    finally:
        bridge.kill()
        with suppress(ProcessLookupError):
            os.killpg(office.pid, signal.SIGKILL)  # the program itself is a child of what was started
        for process in (bridge, office):
            process.wait()
        for stream in (bridge.stdin, bridge.stdout):
            if stream is not None:
                stream.close()
