"""
Opens, reads and writes every hostile workbook, and says what came of it: a line of JSON for each, run by its test.

`python -m tests.addin.books.hostile FOLDER MEGABYTES SECONDS` takes all files of a folder in the order of their names,
after it has set the limits of its own process.
"""

import contextlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from addin.books.file import FileBook
from addin.books.inspection import findings
from addin.workbook import WorkbookError
from workbook_templates.plan import Plan, TableWrite

PLAN = Plan(
    tables=(TableWrite(table="T", columns={"Name": ["=1+1", "b"], "Value": [1.0, 2.0]}, key="Name"),),
    names={"rate": 0.2},
    cells={("S", "H9"): "text"},
)


def tried(path: Path) -> list[str]:
    """Do all that the product does with a workbook; what it says when it refuses."""
    try:
        book = FileBook(path)
    except WorkbookError as refusal:
        return [str(refusal)]
    steps: tuple[Callable[[], object], ...] = (
        lambda: book.read_table("T"),
        book.first_sheet,
        book.names,
        lambda: book.read_name("rate"),
        lambda: findings(book.package),
        lambda: book.apply(PLAN, path.parent / "out" / "out.xlsx"),
    )
    said = []
    for step in steps:
        try:
            step()
        except WorkbookError as refusal:
            said.append(str(refusal))
    return said


def peak() -> float:
    """The largest memory of this process since `forget_peak`, or of its life where the system cannot forget. [MB]"""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def main(folder: Path, megabytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for path in sorted(folder.glob("*.xlsx")):
        forget_peak()
        start = time.process_time()
        try:
            said = tried(path)
        except BaseException as fault:  # any other fault is what is looked for
            said = [f"FAULT {type(fault).__name__}: {fault}"[:500]]
        found = {"file": path.stem, "said": said, "seconds": time.process_time() - start, "peak": peak()}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
