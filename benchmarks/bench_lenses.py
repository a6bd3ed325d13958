"""
Executive lenses of a million customers: twelve statements and the ranks of five lenses against one rank by pandas.

Run ``python -m benchmarks.bench_lenses``, with ``--customers 100000`` for a short run. Each time is the best of several
rounds, and both sides are timed in the same run: pandas ranks five columns of floats of that length.

The measures are those of the default statements: amounts, shares and rates of 17 digits, counts and answers from 0 to
10 that tie, and one in ten growth rates unknown. The list of contested customers with its reasons is timed beside it.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from valuation.lenses import LensScores, contested, default_statements, lens_ranks, lens_scores, synthesis

SEED = 2026
MANY = 1_000_000
ROUNDS = 3
COLUMNS = 5
MOST_RANKS = 8.0
MOST_LIST = 8.0
COUNTS = ("ideas", "won_referrals", "nps")
UNKNOWN = 0.1


def best(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """Seconds of the quickest round, and the answer."""
    seconds: list[float] = []
    answer = None
    for _ in range(rounds):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def show(what: str, own: float, other: float, most: float) -> None:
    """One row: seconds of both sides, and how many times longer ours takes."""
    verdict = "" if own <= most * other else "  TOO SLOW"
    print(
        f"{what:42} {own:8.4f} s   pandas' rank of {COLUMNS} columns {other:8.4f} s   {own / other:5.2f} times "
        f"(wanted: at most {most:g}){verdict}",
        flush=True,
    )


def measures(customers: int) -> pd.DataFrame:
    """Every measure of the default statements, drawn."""
    rng = np.random.default_rng(SEED)
    names = dict.fromkeys(default_statements()["measure"])
    drawn = {
        name: rng.poisson(2, customers).astype(np.float64) if name in COUNTS else rng.lognormal(3, 1, customers)
        for name in names
    }
    drawn["revenue_growth"][rng.random(customers) < UNKNOWN] = np.nan
    return pd.DataFrame(drawn)


def scored(table: pd.DataFrame) -> tuple[LensScores, pd.DataFrame]:
    """What is timed: scores and ranks."""
    lenses = lens_scores(table, default_statements())
    return lenses, lens_ranks(lenses.scores)


def check(table: pd.DataFrame, lenses: LensScores, ranks: pd.DataFrame) -> None:
    """The same by pandas alone for one lens, from sums of ranks, which are exact."""
    places = table["ontime_share"].rank() + table["contribution"].rank() - 2
    if not np.allclose(lenses.scores["CFO"], places * 50 / (len(table) - 1)):
        raise AssertionError("the scores differ from those of pandas")
    if not np.array_equal(ranks["CFO"], places.rank(ascending=False)):
        raise AssertionError("the ranks differ from those of pandas")


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    reader.add_argument("--customers", type=int, default=MANY)
    customers = reader.parse_args().customers
    table = measures(customers)
    floats = pd.DataFrame(np.random.default_rng(SEED).lognormal(3, 1, (customers, COLUMNS)))
    ranking, _ = best(floats.rank)
    own, (lenses, ranks) = best(lambda: scored(table))
    check(table, lenses, ranks)
    show(f"scores and ranks of {customers:,} customers", own, ranking, MOST_RANKS)
    money = table["lifetime_value"].to_numpy()
    own, _ = best(lambda: synthesis(lenses.scores, method="borda", money=money), rounds=1)
    show("Borda count beside money", own, ranking, MOST_LIST)
    own, listed = best(lambda: contested(lenses.scores, money, items=lenses.items, min_range=customers / 2), rounds=1)
    show(f"{len(listed):,} contested, with reasons", own, ranking, MOST_LIST)


if __name__ == "__main__":
    main()
