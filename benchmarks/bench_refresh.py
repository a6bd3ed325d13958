"""
The refresh of the sample company against the time that openpyxl needs to read the workbook and XlsxWriter to write
its result tables, in the same run: `python -m benchmarks.bench_refresh`.
"""

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import openpyxl
import xlsxwriter

from addin.books.file import FileBook
from addin.contents import read_contents
from addin.creating import create_workbook
from addin.refresh import plan_refresh, results_of
from workbook_templates.catalogue import compose
from workbook_templates.packs import PACKS
from workbook_templates.plan import Plan
from workbook_templates.sample import sample_company

RUNS = 5
BOUND = 3.0
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peer(path: Path, plan: Plan, folder: Path) -> None:
    """Read every cell with openpyxl, and write the result tables with XlsxWriter."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass
    book.close()
    with xlsxwriter.Workbook(str(folder / "peer.xlsx")) as written:
        for write in plan.tables:
            page = written.add_worksheet(write.table)
            for column, (title, cells) in enumerate(write.columns.items()):
                page.write(0, column, title)
                for row, cell in enumerate(cells, start=1):
                    page.write(row, column, cell)


def stages(path: Path) -> dict[str, float]:
    """Time the four steps of one refresh; planning is what is left after the valuation in it."""
    start = time.perf_counter()
    book = FileBook(path)
    contents = read_contents(book)
    read = time.perf_counter()
    valuing = seconds(lambda: results_of(contents))
    before_plan = time.perf_counter()
    refresh = plan_refresh(contents, now=NOW)
    planned = time.perf_counter()
    book.apply(refresh.plan)
    applied = time.perf_counter()
    return {
        "reading": read - start,
        "valuing": valuing,
        "planning": planned - before_plan - valuing,
        "applying": applied - planned,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "sample.xlsx"
        create_workbook(path, compose("customer_value", list(PACKS)), sample_company())
        stages(path)  # warm: imports, caches
        plan = plan_refresh(read_contents(FileBook(path)), now=NOW).plan
        runs, peers = [], []
        for _ in range(RUNS):
            runs.append(stages(path))
            peers.append(seconds(lambda: peer(path, plan, folder)))
    ratios = [sum(run.values()) / other for run, other in zip(runs, peers, strict=True)]
    print(f"refresh / (openpyxl read + XlsxWriter write): {median(ratios):.2f} (bound {BOUND}), runs {ratios}")
    total = median(sum(run.values()) for run in runs)
    for stage in runs[0]:
        print(f"  {stage:9s} {median(run[stage] for run in runs) / total:6.1%}")
    print(f"  refresh {total:.2f} s, peer {median(peers):.2f} s")


if __name__ == "__main__":
    main()
