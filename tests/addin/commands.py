"""Running a command as a user would, in this process."""

import sys
from typing import NamedTuple

import pytest

from addin import report
from addin.cli import main

__all__ = ["Outcome", "run"]


class Outcome(NamedTuple):
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Outcome:
    """Run ``customer-value`` with arguments."""
    before = sys.argv
    sys.argv = ["customer-value", *map(str, arguments)]
    # rich keeps the streams that it was made with; give it those of this test
    report.console.file, report.progress.file = sys.stdout, sys.stderr
    try:
        main()
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.argv = before
    captured = capsys.readouterr()
    return Outcome(code, captured.out, captured.err)
