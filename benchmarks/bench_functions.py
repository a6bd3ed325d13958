"""
What the way from cells to cells costs, against the least that any host could do.

Run ``python -m benchmarks.bench_functions``. All ratios come from one run, the best of several rounds each:

* CV_LTV over a whole sheet column of margins and retention, against list -> array -> list of the same cells;
* the array function alone, against one ``np.power`` over the same rows;
* CV_LTV over columns of which some cells are blank or text, against the clean ones;
* the start of ``call CV_LTV`` in a new interpreter, against ``import numpy, pandas``.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from addin.calls import evaluate
from valuation.lifetime import lifetime_value

ROWS = 1_048_575
ROUNDS = 5
CALL = "from addin.calls import call_json; call_json('CV_LTV', '[1000, 0.8, 0.1]')"


def best(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Seconds of the quickest round."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def bare(margin: list[list[float]], retention: list[list[float]]) -> list[list[float]]:
    """Two columns in, one out, and nothing in between."""
    answer: list[list[float]] = (np.array(margin) + np.array(retention)).tolist()
    return answer


def cells_to_cells() -> tuple[float, float, float]:
    """Seconds of the bare way, of CV_LTV, and of CV_LTV with faulty cells."""
    margin = [[1000.0 + row % 977] for row in range(ROWS)]
    retention = [[(row % 997) / 1000] for row in range(ROWS)]
    least = best(lambda: bare(margin, retention))
    clean = best(lambda: evaluate("CV_LTV", [margin, retention, 0.1]))
    faulty: list[list[Any]] = list(margin)
    faulty[::100] = [[None]] * len(faulty[::100])
    faulty[7::1000] = [["n/a"]] * len(faulty[7::1000])
    return least, clean, best(lambda: evaluate("CV_LTV", [faulty, retention, 0.1]))


def arrays_to_arrays() -> tuple[float, float]:
    """Seconds of one power, and of the lifetime value, over the same rows."""
    margin = 1000.0 + np.arange(ROWS) % 977
    retention = (np.arange(ROWS) % 997) / 1000
    power = best(lambda: np.power(retention, 3.0), 20)
    value = best(
        lambda: lifetime_value(margin, retention, discount_rate=0.1, horizon=3, timing="mid", customers="existing"),
        20,
    )
    return power, value


def start_up() -> tuple[float, float]:
    """Seconds of an interpreter that imports the libraries, and of one that answers a call."""

    def run(code: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    return best(run("import numpy, pandas")), best(run(CALL))


def main() -> None:
    """Print the seconds and their ratios."""
    least, clean, faulty = cells_to_cells()
    print(f"list -> array -> list       {least:7.3f} s")
    print(f"CV_LTV, cells to cells      {clean:7.3f} s   {clean / least:5.2f} times (wanted: at most 3)")
    print(f"the same with faulty cells  {faulty:7.3f} s   {faulty / clean:5.2f} times the clean one")
    power, value = arrays_to_arrays()
    print(f"np.power                    {power:7.4f} s")
    print(f"lifetime_value              {value:7.4f} s   {value / power:5.2f} times (wanted: at most 8)")
    libraries, call = start_up()
    print(f"import numpy, pandas        {libraries:7.3f} s")
    print(f"call CV_LTV                 {call:7.3f} s   {call / libraries:5.2f} times (wanted: below 2)")


if __name__ == "__main__":
    main()
