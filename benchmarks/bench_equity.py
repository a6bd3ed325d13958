"""
Roll-forward of a million customers against one power of as many numbers, and the join of snapshots against pandas.

Run ``python -m benchmarks.bench_equity``, or with the names of some phases (``rolling``, ``joining``), and with
``--customers 100000`` for a short run. Each time is the best of several rounds, and both sides of a comparison are
timed in the same run, by turns.

Of the customers of the opening one in ten is lost, as many are won, and the closing stands in another order. Every
assumption changes for most of those who stay. Horizons are all endless, all of three years, or mixed. The join is by
text ids, that of pandas an outer merge of the same two tables.
"""

import argparse
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.bench_costing import best, show
from valuation.equity import aligned, roll_forward_aligned

SEED = 2026
MANY = 1_000_000
ROUNDS = 5
MOST_POWERS = 60.0
MOST_MERGES = 2.0

Horizons = Callable[[np.random.Generator, int], npt.NDArray[np.float64]]
HORIZONS: dict[str, Horizons] = {
    "endless": lambda rng, n: np.full(n, np.inf),
    "three years": lambda rng, n: np.full(n, 3.0),
    "mixed horizons": lambda rng, n: rng.choice([1.0, 3.0, 10.0, np.inf], n),
}


def snapshots(many: int, horizons: Horizons) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables of that many rows."""
    rng = np.random.default_rng(SEED)
    opening = np.arange(many)
    closing = rng.permutation(np.arange(many) + many // 10)
    return _snapshot(rng, opening, horizons), _snapshot(rng, closing, horizons)


def _snapshot(rng: np.random.Generator, numbers: npt.NDArray[np.int64], horizons: Horizons) -> pd.DataFrame:
    n = numbers.size
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:07}" for number in numbers.tolist()],
            "status": rng.choice(np.array(["active", "lost", "prospect"], dtype=object), n, p=[0.96, 0.02, 0.02]),
            "gross_margin": rng.lognormal(6, 1, n),
            "cost_to_serve": rng.lognormal(5, 1, n),
            "retention_rate": rng.uniform(0.5, 0.98, n),
            "discount_rate": rng.choice([0.08, 0.10, 0.12], n),
            "horizon": horizons(rng, n),
        }
    )


def rolling(many: int) -> None:
    rng = np.random.default_rng(SEED)
    base, exponent = rng.uniform(0.5, 1.0, many), rng.uniform(0.5, 10.0, many)
    for name, horizons in HORIZONS.items():
        both = aligned(*snapshots(many, horizons))
        for words, years, grid in (("a year", 1.0, 1), ("a quarter by months", 0.25, 12)):
            own, power = by_turns(
                lambda: roll_forward_aligned(both, timing="mid", elapsed=years, periods_per_year=grid),  # noqa: B023 -- called at once
                lambda: np.power(base, exponent),
            )
            show(f"{name}, {words}", own, power, "one power", MOST_POWERS)


def joining(many: int) -> None:
    given = snapshots(many, HORIZONS["endless"])
    kinds = {"ids as pandas texts": str, "ids as Python texts": object}
    for name, kind in kinds.items():
        opening, closing = (table.astype({"customer_id": kind}) for table in given)
        own, merge = by_turns(
            lambda: aligned(opening, closing),  # noqa: B023 -- called at once
            lambda: opening.merge(closing, how="outer", on="customer_id"),  # noqa: B023
        )
        show(f"the join, {name}", own, merge, "one merge", MOST_MERGES)


def by_turns(ours: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the quickest round of both, on a machine that may have other things to do."""
    rounds = [(best(ours, 1)[0], best(other, 1)[0]) for _ in range(ROUNDS)]
    own, theirs = zip(*rounds, strict=True)
    return min(own), min(theirs)


PHASES: dict[str, Callable[[int], None]] = {phase.__name__: phase for phase in (rolling, joining)}


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    reader.add_argument("phases", nargs="*", metavar="phase", help=f"some of {', '.join(PHASES)}; all without any")
    reader.add_argument("--customers", type=int, default=MANY)
    wanted = reader.parse_args()
    for phase in wanted.phases or PHASES:
        PHASES[phase](wanted.customers)


if __name__ == "__main__":
    main()
