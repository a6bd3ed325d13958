"""
Opens, reads and writes every hostile workbook, and says what came of it: a line of JSON for each, run by its test.

`python -m tests.addin.books.hostile FOLDER MEGABYTES SECONDS` sets the limits of its own process first.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from addin.books.file import FileBook
from addin.books.inspection import findings
from addin.workbook import WorkbookError
from tests.addin.books.attacks import ATTACKS, FLIPS, flipped
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
        lambda: book.apply(PLAN, path.with_name("out.xlsx")),
    )
    said = []
    for step in steps:
        try:
            step()
        except WorkbookError as refusal:
            said.append(str(refusal))
    return said


def peak() -> float:
    """The largest memory of this process so far. [MB]"""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(folder: Path, megabytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    path = folder / "attack.xlsx"
    builds = {name: attack.build for name, attack in ATTACKS.items()}
    for seed in range(FLIPS):
        builds[f"flip {seed}"] = lambda seed=seed: flipped(seed)  # type: ignore[misc]  # bound now
    for name, build in builds.items():
        path.write_bytes(build())
        before, start = peak(), time.process_time()
        try:
            said = tried(path)
        except BaseException as fault:  # any other fault is what is looked for
            said = [f"FAULT {type(fault).__name__}: {fault}"[:500]]
        took = time.process_time() - start
        print(json.dumps({"name": name, "said": said, "seconds": took, "grown": peak() - before}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
