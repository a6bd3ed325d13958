"""
Workbooks of Excel's full height: writing a result table, one cell on another sheet, reading, and the package check.

Each figure is a ratio against a peer in the same run, every run in a process of its own:
`python -m benchmarks.bench_workbooks write|one-cell|read|check [ROWS]`. Seconds of processor stand beside those of the
clock, for a machine that is busy with other things. `read` also takes fastexcel and polars as
peers where they are installed (`uv pip install --target DIR fastexcel polars pyarrow`, then PYTHONPATH=DIR); nothing
in the product needs them.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
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


def template(path: Path, *, formula: bool = True) -> None:
    """A workbook with an empty table of these columns, and a sheet with one named cell and, if wanted, a formula."""
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
        if formula:
            inputs.write_formula("B3", "=rate*2", None, 0.2)
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


def one_cell_ours(folder: Path, rows: int) -> Callable[[], object]:
    from addin.books.file import FileBook
    from workbook_templates.plan import Plan

    path = large(folder, rows)
    return lambda: FileBook(path).apply(Plan(names={"rate": 0.2}), folder / "out.xlsx")


def one_cell_ours_without_formula(folder: Path, rows: int) -> Callable[[], object]:
    """No formula anywhere: the large sheet has to be looked through to know that nothing needs computing."""
    from addin.books.file import FileBook
    from workbook_templates.plan import Plan

    path = large(folder, rows, formula=False)
    return lambda: FileBook(path).apply(Plan(names={"rate": 0.2}), folder / "out.xlsx")


def one_cell_openpyxl(folder: Path, rows: int) -> Callable[[], object]:
    import openpyxl

    path = large(folder, rows)

    def work() -> None:
        book = openpyxl.load_workbook(path)
        book["Inputs"]["B2"] = 0.2
        book.save(folder / "peer.xlsx")

    return work


def read_ours(folder: Path, rows: int) -> Callable[[], object]:
    from addin.books.file import FileBook

    path = large(folder, rows)
    return lambda: FileBook(path).read_table("tblResult")


def read_fastexcel(folder: Path, rows: int) -> Callable[[], object]:
    fastexcel = import_module("fastexcel")
    path = large(folder, rows)
    return lambda: fastexcel.read_excel(path).load_sheet(0).to_arrow()


def read_fastexcel_lists(folder: Path, rows: int) -> Callable[[], object]:
    work = read_fastexcel(folder, rows)
    return lambda: work().to_pydict()  # type: ignore[attr-defined]  # an Arrow table


def read_polars(folder: Path, rows: int) -> Callable[[], object]:
    polars = import_module("polars")
    path = large(folder, rows)
    return lambda: polars.read_excel(path)


def read_calamine(folder: Path, rows: int) -> Callable[[], object]:
    import python_calamine

    path = large(folder, rows)
    return lambda: python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("Result").to_python()


def check(folder: Path, rows: int) -> Callable[[], object]:
    from addin.books.package import Package

    data = large(folder, rows).read_bytes()
    return lambda: Package(data, "large.xlsx")


def large(folder: Path, rows: int, *, formula: bool = True) -> Path:
    """The workbook with the table filled, made once for a folder."""
    path = folder / f"large_{rows}{'' if formula else '_values'}.xlsx"
    if not path.exists():
        from addin.books.file import FileBook
        from workbook_templates.plan import Plan, TableWrite

        template(path, formula=formula)
        FileBook(path).apply(Plan(tables=(TableWrite(table="tblResult", columns=table(rows)),)))
    return path


CASES: Final[dict[str, Callable[[Path, int], Callable[[], object]]]] = {
    "write: FileBook": write_ours,
    "write: XlsxWriter": write_xlsxwriter,
    "one cell: FileBook": one_cell_ours,
    "one cell: no formula": one_cell_ours_without_formula,
    "one cell: openpyxl": one_cell_openpyxl,
    "read: FileBook": read_ours,
    "read: fastexcel, Arrow": read_fastexcel,
    "read: fastexcel, lists": read_fastexcel_lists,
    "read: polars": read_polars,
    "read: python-calamine": read_calamine,
    "check": check,
}


def peak() -> float:
    """The largest memory of this process. [MB]"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def run_case(case: str, folder: Path, rows: int) -> None:
    work = CASES[case](folder, rows)
    start, before = time.perf_counter(), os.times()
    kept = work()
    wall, after = time.perf_counter() - start, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    del kept
    print(json.dumps({"wall": wall, "cpu": cpu, "mb": peak()}))


# ---- the comparisons


@dataclass(frozen=True)
class Run:
    """Seconds on the clock, seconds of processor, and the largest memory of the process in MB."""

    wall: float
    cpu: float
    mb: float


def measured(case: str, folder: Path, rows: int) -> Run:
    """Run one case in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.bench_workbooks", "case", case, str(folder), str(rows)]
    run = Run(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    print(f"  {case:24} {rows:9,} rows {run.wall:8.2f} s {run.cpu:8.2f} s of processor {run.mb:6.0f} MB", flush=True)
    return run


def verdict(what: str, ratio: float, bound: float, *, least: bool) -> None:
    held = ratio >= bound if least else ratio <= bound
    print(f"{what}: {ratio:.2f}, bound {'at least' if least else 'at most'} {bound:g}: {'PASS' if held else 'FAIL'}")


def write(folder: Path, rows: int) -> None:
    ours, peer = measured("write: FileBook", folder, rows), measured("write: XlsxWriter", folder, rows)
    verdict("times as fast as XlsxWriter in constant memory", peer.wall / ours.wall, WRITE_BOUND, least=True)
    print(f"  (of processor time: {peer.cpu / ours.cpu:.2f})")
    verdict("largest memory, the values among it [MB]", ours.mb, WRITE_MEMORY, least=False)


def one_cell(folder: Path, rows: int) -> None:
    tenth = rows // 10
    for size in (tenth, rows):
        large(folder, size)
        large(folder, size, formula=False)
    peer = measured("one cell: openpyxl", folder, tenth)
    for case in ("one cell: FileBook", "one cell: no formula"):
        same, full = measured(case, folder, tenth), measured(case, folder, rows)
        verdict(f"{case}: times as fast as openpyxl, both at a tenth", peer.wall / same.wall, CELL_BOUND, least=True)
        ratio = 10 * peer.wall / full.wall
        verdict(f"{case}: times as fast as ten times openpyxl at a tenth", ratio, CELL_BOUND, least=True)
        print(f"  (of processor time: {peer.cpu / same.cpu:.0f}, {10 * peer.cpu / full.cpu:.0f})")


def read(folder: Path, rows: int) -> None:
    large(folder, rows)
    peers = ["read: python-calamine"]
    if find_spec("fastexcel"):
        peers += ["read: fastexcel, Arrow", "read: fastexcel, lists"]
    if find_spec("polars"):
        peers += ["read: polars"]
    runs = {case: [measured(case, folder, rows)] for case in ("read: FileBook", *peers)}
    for case in reversed(runs):
        runs[case].append(measured(case, folder, rows))
    best = {case: min(run.wall for run in found) for case, found in runs.items()}
    ours = best.pop("read: FileBook")
    fastest = min(best, key=lambda case: best[case])
    verdict(f"times the seconds of the fastest ({fastest})", ours / best[fastest], READ_BOUND, least=False)
    cpu = {case: min(run.cpu for run in found) for case, found in runs.items()}
    print(f"  (of processor time: {cpu['read: FileBook'] / cpu[fastest]:.2f})")
    if "read: fastexcel, lists" in best:
        print(f"  (to lists of Python values both: {ours / best['read: fastexcel, lists']:.2f})")


def check_share(folder: Path, rows: int) -> None:
    large(folder, rows)
    checked, whole = measured("check", folder, rows), measured("read: FileBook", folder, rows)
    verdict("the check's share of a read", checked.wall / whole.wall, CHECK_BOUND, least=False)


COMMANDS: Final = {"write": write, "one-cell": one_cell, "read": read, "check": check_share}


def main(command: str, rows: int = FULL) -> None:
    with tempfile.TemporaryDirectory() as name:
        COMMANDS[command](Path(name), rows)


if __name__ == "__main__":
    if sys.argv[1] == "case":
        run_case(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main(sys.argv[1], *map(int, sys.argv[2:]))
