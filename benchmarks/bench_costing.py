"""
Cost to serve of a million customers: exact allocation against one sort, and time equations against one sum by customer.

Run ``python -m benchmarks.bench_costing``, or with the names of some phases (``allocate``, ``memory``, ``activities``),
and with ``--customers 100000`` for a short run. Each time is the best of several rounds, and both sides of a comparison
are timed in the same run.

A pool is shared exactly to the cent, by drivers of three kinds: counts, minutes with two decimals, and floats of 17
digits (minutes as hours, amounts, shares of revenue). The activities are five for each customer, of five kinds with
nine terms; pandas gets their minutes ready-made and only adds them up.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost import activity_minutes, allocate_units, minutes_by_customer, time_equations

SEED = 2026
MANY = 1_000_000
POOLS = 20
ROWS_PER_CUSTOMER = 5
ROUNDS = 5
MOST_SORTS = 12.0
MOST_SUMS = 4.0
MOST_MEMORY = 1536.0  # MiB
TOTALS = (5_432_107, 12_345_678_901, 10**12 + 7)  # cents

TERMS = [
    ("order", None, 3.0),
    ("order", "lines", 2.0),
    ("order", "new", 15.0),
    ("order", "rush", 10.0),
    ("inquiry", None, 44.0),
    ("return", None, 12.0),
    ("return", "lines", 1.5),
    ("credit check", None, 50.0),
    ("call", "length", 1.0),
]

Draw = Callable[[np.random.Generator, int], npt.NDArray[Any]]
DRIVERS: dict[str, Draw] = {
    "counts": lambda rng, n: rng.poisson(20, n),
    "minutes, 2 decimals": lambda rng, n: np.round(rng.lognormal(3, 1, n), 2),
    "hours, 17 digits": lambda rng, n: rng.integers(1, 5000, n) / 60,
    "floats of 17 digits": lambda rng, n: rng.lognormal(3, 1, n),
    "shares of revenue": lambda rng, n: proportions(rng.lognormal(9, 2, n)),
}


def proportions(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(values / values.sum(), dtype=np.float64)


def best(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """Seconds of the quickest round, and the answer."""
    seconds: list[float] = []
    answer = None
    for _ in range(rounds):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def show(what: str, own: float, other: float, of: str, most: float) -> None:
    """One row: seconds of both sides, and how many times longer ours takes."""
    verdict = "" if own <= most * other else "  TOO SLOW"
    print(
        f"{what:46} {own:8.4f} s   {of} {other:8.4f} s   {own / other:5.1f} times (wanted: at most {most:g}){verdict}",
        flush=True,
    )


def allocate(customers: int) -> None:
    rng = np.random.default_rng(SEED)
    floats = rng.random(customers)
    for name, draw in DRIVERS.items():
        drivers = draw(rng, customers)
        for total in TOTALS:
            sorting, _ = best(lambda: np.argsort(floats))
            own, shares = best(lambda: allocate_units(total, drivers))  # noqa: B023 -- called at once
            if int(shares.sum()) != total:
                raise AssertionError(f"{name}: {shares.sum()} is not {total}")
            show(f"pool of {total / 100:,.2f} by {name}", own, sorting, "a sort", MOST_SORTS)


def memory(customers: int) -> None:
    """All pools in a process of its own, because a process never gives its highest use back."""
    command = [sys.executable, "-m", "benchmarks.bench_costing", "--customers", str(customers), "--share"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    before, after, seconds = map(float, done.stdout.split())
    verdict = "" if after <= MOST_MEMORY else "  TOO MUCH"
    print(
        f"{f'{POOLS} pools over {customers:,}':46} {seconds:8.4f} s   {after:.0f} MiB at most, {before:.0f} before it "
        f"began (wanted: at most {MOST_MEMORY:g}){verdict}",
        flush=True,
    )


def share(customers: int) -> None:
    """What `memory` measures: the drivers of all pools, and everybody's cents of each."""
    rng = np.random.default_rng(SEED)
    kinds = list(DRIVERS.values())
    drivers = [kinds[pool % len(kinds)](rng, customers) for pool in range(POOLS)]
    before, start = most_memory(), time.perf_counter()
    cents = np.empty((POOLS, customers), dtype=np.int64)
    for pool, column in enumerate(drivers):
        cents[pool] = allocate_units(TOTALS[pool % len(TOTALS)], column)
    seconds = time.perf_counter() - start
    print(before, most_memory(), seconds)


def most_memory() -> float:
    """The most that this process has used, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]) / 2**10
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def activities(customers: int) -> None:
    rng = np.random.default_rng(SEED)
    rows = ROWS_PER_CUSTOMER * customers
    equations = time_equations(pd.DataFrame(TERMS, columns=["activity", "attribute", "minutes"]))
    names = np.array(sorted({activity for activity, _, _ in TERMS}), dtype=object)
    done = pd.DataFrame(
        {
            "activity": pd.Series(names[rng.integers(0, names.size, rows)], dtype=object),
            "quantity": np.ones(rows),
            "lines": rng.integers(1, 9, rows).astype(np.float64),
            "new": rng.integers(0, 2, rows).astype(np.float64),
            "rush": rng.integers(0, 2, rows).astype(np.float64),
            "length": np.round(rng.random(rows) * 10, 1),
        }
    )
    who = rng.integers(0, customers, rows)
    ready = pd.DataFrame({"customer": who, "minutes": activity_minutes(equations, done)})
    other, theirs = best(lambda: ready.groupby("customer")["minutes"].sum())
    for how, table in (("texts", done), ("categories", done.astype({"activity": "category"}))):
        own, ours = best(lambda: minutes_by_customer(equations, table, who, customers))  # noqa: B023 -- called at once
        expected = theirs.reindex(range(customers), fill_value=0.0).to_numpy()
        if not np.allclose(ours, expected, rtol=1e-12):
            raise AssertionError("the two sums by customer differ")
        show(f"{rows:,} activities, kept as {how}", own, other, "pandas' sum", MOST_SUMS)


PHASES: dict[str, Callable[[int], None]] = {phase.__name__: phase for phase in (allocate, memory, activities)}


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    reader.add_argument("phases", nargs="*", metavar="phase", help=f"some of {', '.join(PHASES)}; all without any")
    reader.add_argument("--customers", type=int, default=MANY)
    reader.add_argument("--share", action="store_true", help=argparse.SUPPRESS)
    wanted = reader.parse_args()
    if wanted.share:
        share(wanted.customers)
        return
    for phase in wanted.phases or PHASES:
        PHASES[phase](wanted.customers)


if __name__ == "__main__":
    main()
