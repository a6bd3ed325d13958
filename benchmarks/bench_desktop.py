"""
What our layer costs in a formula on the desktop, against xlwings alone: the real engine over stand-ins for Excel.

Run ``python -m benchmarks.bench_desktop``. All ratios come from one run, the best of several rounds each:

* CV_LTV over three cells, against a bare xlwings function over the same mathematics;
* 100,000 rows of 5 columns in and out, against a bare xlwings function that gives its block back: with xlwings' own
  conversion of cells, and with none (``raw``), where only the stand-ins' work is left;
* the import of the module with our functions, against ``import numpy, pandas``.

Between processes a real Excel adds the same to both sides, so there the ratios are smaller.
"""

import subprocess
import sys
import types
from collections.abc import Callable
from typing import Any, Final

import numpy.typing as npt
import xlwings as xw

from addin.registry import Argument, Example, Result, Shape, worksheet_function
from benchmarks.bench_functions import best
from tests.hosts.excel import com
from valuation.lifetime import lifetime_value
from valuation.tables import Column, Kind

UDFS: Final = "addin.hosts.desktop.udfs"
BARE: Final = "benchmarks.bare_functions"
ROWS, COLUMNS, SCALAR_CALLS = 100_000, 5, 300
NAMES = ("a_column", "b_column", "c_column", "d_column", "e_column")
Columns = tuple[npt.NDArray[Any], ...]


@worksheet_function(
    name="CV_BENCH_BLOCK",
    arguments=tuple(Argument(name, Kind.NUMBER, "A column", shape=Shape.ROWS) for name in NAMES),
    result=Result.ROWS,
    columns=tuple(Column(name, Kind.NUMBER, "The same column") for name in NAMES),
    blank="",
    example=Example((1, 2, 3, 4, 5), [[1, 2, 3, 4, 5]]),
    family="Benchmark",
)
def cv_bench_block(*columns: npt.NDArray[Any]) -> Columns:
    """Five columns in, the same five out: what is left is our layer."""
    return columns


def bare_functions() -> types.ModuleType:
    """Functions as somebody writes them who has only xlwings."""
    module = types.ModuleType(BARE)
    module.__file__ = __file__

    @xw.func
    def scalar(margin: float, retention: float, rate: float) -> float:
        value = lifetime_value(margin, retention, discount_rate=rate, horizon=3, timing="mid", customers="existing")
        return float(value)

    @xw.func
    @xw.arg("block", ndim=2)
    def converted(block: Any) -> Any:
        return block

    @xw.func
    @xw.arg("block", "raw")
    @xw.ret("raw")
    def raw(block: Any) -> Any:
        return block

    module.__dict__.update(scalar=scalar, converted=converted, raw=raw)
    sys.modules[BARE] = module
    return module


def main() -> None:
    """Print the seconds and their ratios."""
    with com.desktop() as engine:
        bare_functions()
        com.load(UDFS)
        server, caller = engine.com_server.XLPython(), com.Book().Worksheets(1).Range("Z1")

        def call(module: str, function: str, *given: Any) -> Any:
            variants = tuple(getattr(one, "_oleobj_", one) for one in given)
            return server.CallUDF(module, function, variants, caller.Worksheet.Parent, caller._oleobj_)

        scalars(call)
        blocks(call)
    imports()


def scalars(call: Callable[..., Any]) -> None:
    """A formula over three cells; what it leaves out arrives as missing, as from the wrapper."""
    sheet = com.Book().Worksheets(1)
    cells = [sheet.put(f"{column}1", [[cell]]) for column, cell in zip("ABC", (1000.0, 0.8, 0.1), strict=True)]
    left_out = [com.MISSING] * 5

    def many(*given: Any) -> Callable[[], Any]:
        return lambda: [call(*given) for _ in range(SCALAR_CALLS)]

    bare = best(many(BARE, "scalar", *cells), 15) / SCALAR_CALLS
    ours = best(many(UDFS, "CV_LTV", *cells, *left_out), 15) / SCALAR_CALLS
    print(f"bare xlwings, three cells   {bare * 1e6:7.1f} µs")
    print(f"CV_LTV                      {ours * 1e6:7.1f} µs  {ours / bare:5.2f} times (wanted: at most 1.5)")


def blocks(call: Callable[..., Any]) -> None:
    """100,000 x 5 cells: in one range for the bare functions, in a range for each column for ours."""
    sheet = com.Book().Worksheets(1)
    rows = [[1000.0 + (row * 7 + column) % 977 for column in range(COLUMNS)] for row in range(ROWS)]
    block = sheet.put("A1", rows)
    columns = [com.Block(sheet, 1, column, ROWS, 1) for column in range(1, COLUMNS + 1)]
    for one in (block, *columns):
        one.Value  # noqa: B018 -- the stand-in builds it once; a real Excel has it
    converted, raw = best(lambda: call(BARE, "converted", block)), best(lambda: call(BARE, "raw", block))
    ours = best(lambda: call(UDFS, "CV_BENCH_BLOCK", *columns))
    print(f"bare xlwings, converted     {converted:7.3f} s")
    print(f"bare xlwings, raw           {raw:7.3f} s")
    print(f"our layer                   {ours:7.3f} s   {ours / converted:5.2f} times converted (wanted: at most 2)")


def imports() -> None:
    """Set-up, in a new interpreter."""

    def run(code: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    libraries, module = best(run("import numpy, pandas")), best(run(f"import {UDFS}"))
    print(f"import numpy, pandas        {libraries:7.3f} s")
    print(f"import of our functions     {module:7.3f} s   {module / libraries:5.2f} times (wanted: at most 1.5)")
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, {UDFS}; print('scipy' in sys.modules)"], check=True, capture_output=True
    )
    print(f"SciPy loaded by it: {loaded.stdout.decode().strip()}")


if __name__ == "__main__":
    main()
