"""
Natural breaks of a million customers: the exact optimum against one sort, and against kmeans1d where it is installed.

Run ``python -m benchmarks.bench_natural_breaks``, with ``--customers 100000`` for a short run. Each time is the best of
several rounds, and both sides of a comparison are timed in the same run. The values are drawn from a lognormal, a
uniform and a heavy-tailed distribution, and a lognormal in whole cents, which has repeated values. kmeans1d (C++) is no
dependency; where it is found, its within-class sum of squares is compared, too.
"""

import argparse
import importlib
import importlib.util
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from valuation.cost.amounts import FloatArray
from valuation.segments import natural_breaks

SEED = 2026
MANY = 1_000_000
CLASSES = (3, 5, 10)
ROUNDS = 3
MOST = 2.0  # times as long as the compiled library
SAME = 1e-9

Draw = Callable[[np.random.Generator, int], FloatArray]
VALUES: dict[str, Draw] = {
    "lognormal": lambda rng, n: rng.lognormal(8.0, 1.5, n),
    "uniform": lambda rng, n: rng.uniform(0.0, 1e5, n),
    "heavy-tailed": lambda rng, n: 100.0 * rng.pareto(1.1, n),
    "money with cents": lambda rng, n: np.round(rng.lognormal(8.0, 1.5, n), 2),
}


def best(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """Seconds of the quickest round, and the answer."""
    seconds: list[float] = []
    answer = None
    for _ in range(rounds):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def within(values: FloatArray, place: Any) -> float:
    """Within-class sum of squares."""
    return float(sum(np.square(one - one.mean()).sum() for one in (values[place == c] for c in np.unique(place))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=MANY)
    n = parser.parse_args().customers
    peer = importlib.import_module("kmeans1d") if importlib.util.find_spec("kmeans1d") else None
    if peer is None:
        print("kmeans1d is not installed: no comparison with it")
    for name, draw in VALUES.items():
        values = draw(np.random.default_rng(SEED), n)
        sort, _ = best(partial(np.sort, values))
        for classes in CLASSES:
            own, found = best(partial(natural_breaks, values, classes))
            line = f"{name:18} k={classes:<3} {own:7.3f} s   {own / sort:6.1f} sorts"
            if peer is not None:
                other, answer = best(partial(peer.cluster, values, classes), rounds=1)
                ratio = own / other
                theirs = within(values, np.asarray(answer.clusters))
                ours = within(values, np.searchsorted(found.bounds[::-1], values, side="right"))
                line += f"   kmeans1d {other:7.3f} s   {ratio:5.2f} times (wanted: at most {MOST:g})"
                line += "" if ratio <= MOST else "  TOO SLOW"
                line += "" if ours <= theirs * (1.0 + SAME) else "  WORSE FIT"
            print(line, flush=True)


if __name__ == "__main__":
    main()
