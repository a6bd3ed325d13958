"""
Workbooks of Excel's full height: writing a result table, one cell on another sheet, reading, and the package check.

Each figure is a ratio against a peer in the same run, every run in a process of its own:
`python -m benchmarks.bench_workbooks write|one-cell|read|check [ROWS]`. `read` also takes fastexcel and polars as
peers where they are installed (`uv pip install --target DIR fastexcel polars pyarrow`, then PYTHONPATH=DIR); nothing
in the product needs them.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

FULL: Final = 1_048_575  # rows below a header
HEADERS: Final = ("Customer", "Name", "Region", "Since", "Orders", "Revenue", "Cost", "Margin", "P alive", "Value")
TEXTS, DAY, WHOLE = 3, 3, 4
REGIONS: Final = ("North", "South", "East", "West", "Asia & Pacific", "Americas")
WRITE_BOUND, WRITE_MEMORY, CELL_BOUND, READ_BOUND, CHECK_BOUND = 4.0, 600.0, 100.0, 1.3, 0.10


# ---- the table


def table(rows: int) -> dict[str, list[Any]]:
    """Columns of values as a refresh holds them: lists of Python objects."""
    import numpy as np

    rng = np.random.default_rng(8)
    days = [dt.date(2018, 1, 1) + dt.timedelta(days=place) for place in range(2_900)]
    revenue = np.round(rng.lognormal(7, 1.2, rows), 2)
    cost = np.round(revenue * rng.uniform(0.4, 1.1, rows), 2)
    columns: list[list[Any]] = [
        [f"C{place:07d}" for place in range(rows)],
        [f"Customer {place} Ltd" for place in range(rows)],
        [REGIONS[place] for place in rng.integers(0, len(REGIONS), rows).tolist()],
        [days[place] for place in rng.integers(0, len(days), rows).tolist()],
        rng.integers(1, 400, rows).tolist(),
        revenue.tolist(),
        cost.tolist(),
        (revenue - cost).tolist(),
        rng.uniform(0, 1, rows).tolist(),
        rng.lognormal(6, 2, rows).tolist(),
    ]
    return dict(zip(HEADERS, columns, strict=True))


def template(path: Path) -> None:
    """A workbook with an empty table of these columns, and a sheet with one named cell and one formula."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet, inputs = book.add_worksheet("Result"), book.add_worksheet("Inputs")
        sheet.add_table(0, 0, 1, len(HEADERS) - 1, {"name": "tblResult", "columns": [{"header": h} for h in HEADERS]})
        for column in range(len(HEADERS)):
            look = day if column == DAY else money if column > WHOLE else None
            sheet.write_blank(1, column, None, look)
        inputs.write_number("B2", 0.1)
        book.define_name("rate", "=Inputs!$B$2")


# ---- what is measured, each in a process of its own


def write_ours(folder: Path, rows: int) -> Callable[[], object]:
    from addin.books.file import FileBook
    from workbook_templates.plan import Plan, TableWrite

    path = folder / "ours.xlsx"
    template(path)
    plan = Plan(tables=(TableWrite(table="tblResult", columns=table(rows)),))
    return lambda: FileBook(path).apply(plan)


def write_xlsxwriter(folder: Path, rows: int) -> Callable[[], object]:
    import xlsxwriter

    columns = table(rows)

    def work() -> None:
        with xlsxwriter.Workbook(str(folder / "peer.xlsx"), {"constant_memory": True}) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            money = book.add_format({"num_format": "#,##0.00"})
            sheet = book.add_worksheet("Result")
            for column, header in enumerate(HEADERS):
                sheet.write_string(0, column, header)
            for row, cells in enumerate(zip(*columns.values(), strict=True), start=1):
                for column in range(TEXTS):
                    sheet.write_string(row, column, cells[column])
                sheet.write_datetime(row, DAY, cells[DAY], day)
                sheet.write_number(row, WHOLE, cells[WHOLE])
                for column in range(WHOLE + 1, len(cells)):
                    sheet.write_number(row, column, cells[column], money)

    return work


CASES: Final[dict[str, Callable[[Path, int], Callable[[], object]]]] = {
    "write ours": write_ours,
    "write XlsxWriter": write_xlsxwriter,
}


def measured(case: str, folder: Path, rows: int) -> dict[str, float]:
    """Run one case in a fresh process: seconds, seconds of processor, and the largest memory of the process in MB."""
    command = [sys.executable, "-m", "benchmarks.bench_workbooks", "case", case, str(folder), str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    print(f"  {case:22} {found['wall']:8.2f} s  {found['cpu']:8.2f} s of processor  {found['mb']:6.0f} MB")
    return found


def run_case(case: str, folder: Path, rows: int) -> None:
    import resource

    work = CASES[case](folder, rows)
    start, before = time.perf_counter(), os.times()
    work()
    wall, after = time.perf_counter() - start, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    print(json.dumps({"wall": wall, "cpu": cpu, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    if sys.argv[1] == "case":
        run_case(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        for case in sys.argv[3:]:
            measured(case, Path(sys.argv[1]), int(sys.argv[2]))
