"""
Agreement of five lenses over a million customers, against one pandas rank of the same five columns in the same run.

Run ``python -m benchmarks.bench_weight_grid``, or with the names of some phases (``agreement``, ``grid``, ``memory``),
and with ``--customers 100000`` for a short run. Each time is the best of several rounds.

The grid of weights stands apart: its 1,001 sets of weights are as many rankings of everybody. It is timed on lenses
that have something in common, on lenses that have not, with whole points that make ties, and with blanks.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.bench_costing import best, most_memory
from valuation.lenses import lens_capture, rank_agreement, rank_biased_overlap, top_sets, weight_sensitivity

SEED = 2026
MANY = 1_000_000
LENSES = ("CCO", "CPO", "CMO", "CRO", "CFO")
ROUNDS = 3
TOP = 3


def lenses(customers: int, common: float) -> pd.DataFrame:
    """Scores from 0 to 100 that share a part."""
    rng = np.random.default_rng(SEED)
    own = rng.random((customers, len(LENSES)))
    return pd.DataFrame(100 * (common * rng.random((customers, 1)) + (1 - common) * own), columns=LENSES)


def with_blanks(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.mask(np.random.default_rng(SEED).random(scores.shape) < 0.1)


GRIDS: dict[str, Callable[[int], pd.DataFrame]] = {
    "lenses with a common part": lambda n: lenses(n, 0.4),
    "lenses without": lambda n: lenses(n, 0.0),
    "whole points": lambda n: lenses(n, 0.4).round(),
    "a tenth blank": lambda n: with_blanks(lenses(n, 0.4)),
}


def show(what: str, own: float, other: float) -> None:
    print(f"{what:46} {own:8.3f} s   pandas' rank {other:7.3f} s   {own / other:6.2f} times", flush=True)


def agreement(customers: int) -> None:
    scores = lenses(customers, 0.4)
    money = scores["CFO"] - 30
    ranking, _ = best(scores.rank, ROUNDS)
    work: dict[str, Callable[[], object]] = {
        "Kendall's W, correlations, outlier": lambda: rank_agreement(scores),
        "rank-biased overlap of two": lambda: rank_biased_overlap(scores["CFO"], scores["CRO"]),
        "first 100 of each and their overlap": lambda: top_sets(scores, 100, money=money),
        "value captured by the first 100": lambda: lens_capture(scores, money, 100),
    }
    for what, call in work.items():
        show(what, best(call, ROUNDS)[0], ranking)


def grid(customers: int) -> None:
    for what, make in GRIDS.items():
        scores = make(customers)
        ranking, _ = best(scores.rank, ROUNDS)
        seconds, found = best(lambda: weight_sensitivity(scores, TOP), ROUNDS)  # noqa: B023 -- called at once
        show(f"{found.sets:,} sets of weights, {what}", seconds, ranking)


def memory(customers: int) -> None:
    """In a process of its own, because a process never gives its highest use back."""
    command = [sys.executable, "-m", "benchmarks.bench_weight_grid", "--customers", str(customers), "--alone"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    before, after = map(float, done.stdout.split())
    print(f"{'memory of the grid':46} {after:.0f} MiB at most, {before:.0f} before it began", flush=True)


def alone(customers: int) -> None:
    """What `memory` measures."""
    scores = lenses(customers, 0.4)
    before = most_memory()
    weight_sensitivity(scores, TOP)
    print(before, most_memory())


PHASES: dict[str, Callable[[int], None]] = {phase.__name__: phase for phase in (agreement, grid, memory)}


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    reader.add_argument("phases", nargs="*", metavar="phase", help=f"some of {', '.join(PHASES)}; all without any")
    reader.add_argument("--customers", type=int, default=MANY)
    reader.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    wanted = reader.parse_args()
    if wanted.alone:
        alone(wanted.customers)
        return
    for phase in wanted.phases or PHASES:
        PHASES[phase](wanted.customers)


if __name__ == "__main__":
    main()
