"""
Segments of a million customers: tiers by five bases, the value matrix and the stage of life against five rankings.

Run ``python -m benchmarks.bench_segments``, or with the names of some phases (``segments``, ``memory``), and with
``--customers 100000`` for a short run. Each time is the best of several rounds, and both sides of the comparison are
timed in the same run: ours, all of it together, and one pandas ``rank`` over the five columns.

By every base the customers are tiered twice: by the bounds alone, and with the band that keeps the tier of the last
refresh. Values have decimals, one in a hundred is missing, and one customer in twenty had no tier yet.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.bench_costing import best, most_memory, show
from valuation.segments import keep_tier, lifecycle_stage, tier_absolute, value_derived_index, value_matrix

SEED = 2026
MANY = 1_000_000
BASES = ("revenue", "contribution", "strategic", "lifetime", "engagement")
BOUNDS = (20_000.0, 5_000.0, 1_000.0)
TIERS = ("Tier 1", "Tier 2", "Tier 3", "Tier 4")
AS_OF = np.datetime64("2025-12-31")
MOST_RANKS = 4.0
MOST_MEMORY = 3072.0  # MiB

Drawn = dict[str, Any]


def customers(many: int) -> Drawn:
    """What is known of the customers."""
    rng = np.random.default_rng(SEED)
    bases = {name: _with_gaps(rng, np.round(rng.lognormal(8, 2, many) - 500, 2)) for name in BASES}
    before = np.array([*TIERS, None], dtype=object)
    tenure = rng.integers(0, 4000, many)
    silence = (tenure * rng.random(many)).astype(np.int64)
    days = {"first_purchase": tenure, "last_purchase": silence}
    return {
        "bases": bases,
        "previous": {
            name: before[np.where(rng.random(many) < 0.05, len(TIERS), rng.integers(0, len(TIERS), many))]
            for name in BASES
        },
        "fit": _with_gaps(rng, np.round(rng.random(many), 2)),
        "nps": _with_gaps(rng, rng.integers(0, 11, many).astype(np.float64)),
        "adoption_days": _with_gaps(rng, rng.integers(0, 400, many).astype(np.float64)),
        "life": {
            **{name: AS_OF - ago.astype("timedelta64[D]") for name, ago in days.items()},
            "median_gap": np.round(rng.random(many) * 200, 1),
            "purchases": rng.integers(1, 40, many),
            "revenue_12m": np.round(rng.lognormal(6, 1, many), 2),
            "revenue_prior_12m": np.round(rng.lognormal(6, 1, many), 2),
            "lapsed_before": rng.random(many) < 0.1,
        },
    }


def _with_gaps(rng: np.random.Generator, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    values[rng.random(values.size) < 0.01] = np.nan
    return values


def tiers(drawn: Drawn) -> list[Any]:
    return [tier_absolute(values, BOUNDS, labels=TIERS) for values in drawn["bases"].values()]


def kept_tiers(drawn: Drawn) -> list[Any]:
    return [
        keep_tier(values, drawn["previous"][name], BOUNDS, labels=TIERS, band=0.05)
        for name, values in drawn["bases"].items()
    ]


def matrix(drawn: Drawn) -> Any:
    derived = value_derived_index(drawn["fit"], drawn["nps"], drawn["adoption_days"])
    return value_matrix(drawn["bases"]["engagement"], derived.score, cut_v=None, cut_u=None)


def stages(drawn: Drawn) -> Any:
    return lifecycle_stage(**drawn["life"], as_of=AS_OF)


WORK: dict[str, Callable[[Drawn], Any]] = {
    "tiers by five bases": tiers,
    "tiers kept, by five bases": kept_tiers,
    "value matrix, with the index": matrix,
    "stage of life": stages,
}


def together(drawn: Drawn) -> list[Any]:
    return [work(drawn) for work in WORK.values()]


def segments(many: int) -> None:
    drawn = customers(many)
    table = pd.DataFrame(drawn["bases"])
    ranking, _ = best(table.rank)
    for name, work in WORK.items():
        own, _ = best(lambda: work(drawn))  # noqa: B023 -- called at once
        show(name, own, ranking, "five rankings", MOST_RANKS)
    own, _ = best(lambda: together(drawn))
    show(f"all of it, {many:,} customers", own, ranking, "five rankings", MOST_RANKS)


def memory(many: int) -> None:
    """All of it in a process of its own, because a process never gives its highest use back."""
    command = [sys.executable, "-m", "benchmarks.bench_segments", "--customers", str(many), "--alone"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    before, after, seconds = map(float, done.stdout.split())
    verdict = "" if after <= MOST_MEMORY else "  TOO MUCH"
    print(
        f"{f'all of it, {many:,} customers':46} {seconds:8.4f} s   {after:.0f} MiB at most, {before:.0f} before it "
        f"began (wanted: at most {MOST_MEMORY:g}){verdict}",
        flush=True,
    )


def alone(many: int) -> None:
    """What `memory` measures, every result being kept."""
    drawn = customers(many)
    before, start = most_memory(), time.perf_counter()
    kept = together(drawn)
    print(before, most_memory(), (time.perf_counter() - start) * bool(kept))


PHASES: dict[str, Callable[[int], None]] = {phase.__name__: phase for phase in (segments, memory)}


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
