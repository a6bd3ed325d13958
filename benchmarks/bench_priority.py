"""
Priority: the order of a hundred thousand issues against one pandas ``sort_values``, and the exact plan of hours.

Run ``python -m benchmarks.bench_priority``, or with the names of some phases (``order``, ``clocks``, ``plans``), and
with ``--issues 10000`` for a short run. Each time is the best of several rounds; both sides of a comparison are timed
in the same run. The peer sorts the issues by four keys. Amounts have two decimals; one customer in a hundred is
unknown, one issue in ten is late; in the harder half of the plans gain hardly differs from hours, which leaves an exact
choice the most to try.
"""

import argparse
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.bench_costing import best, show
from valuation.priority import BusinessHours, add_hours, allocate_hours, hours_between, triage

SEED = 2026
MANY = 100_000
MOST_SORTS = 6.0
PLANNED = 200
MOST_SECONDS = 2.0
FOUR_KEYS = ["must_serve", "value_at_risk", "severity", "opened"]


def issues(many: int) -> pd.DataFrame:
    """Open and closed issues in no order."""
    rng = np.random.default_rng(SEED)
    value = np.round(rng.lognormal(7, 2, many), 2)
    value[rng.random(many) < 0.3] = 0.0
    value[rng.random(many) < 0.01] = np.nan
    late = np.where(rng.random(many) < 0.1, np.round(rng.exponential(1, many), 2), 0.0)
    opened = np.datetime64("2025-10-01T00:00", "s") + rng.integers(0, 90 * 86_400, many).astype("timedelta64[s]")
    closed = np.where(rng.random(many) < 0.05, opened + np.timedelta64(1, "D"), np.datetime64("NaT", "s"))
    return pd.DataFrame(
        {
            "issue_id": [f"I{number}" for number in rng.permutation(many).tolist()],
            "value_at_risk": value,
            "hours": rng.integers(0, 40, many) / 4,
            "severity": rng.integers(1, 5, many).astype(np.float64),
            "opened": opened,
            "closed": closed,
            "must_serve": (rng.random(many) < 0.02).astype(np.float64),
            "breach_ratio": late,
            "value_class": np.array(["A", "B", "C", "N"], dtype=object)[rng.integers(0, 4, many)],
        }
    )


def order(many: int) -> None:
    drawn = issues(many)
    days = drawn.assign(opened=drawn["opened"].astype("datetime64[s]").dt.floor("D"), value_at_risk=0.0, breach_ratio=0)
    sorting, _ = best(lambda: drawn.sort_values(FOUR_KEYS))
    for name, table, mode in (
        ("normal", drawn, "normal"),
        ("crisis", drawn, "crisis"),
        ("normal, most issues alike but for their id", days, "normal"),
    ):
        own, _ = best(lambda: triage(table, mode=mode))  # type: ignore[arg-type] # noqa: B023 -- called at once
        show(f"order of {many:,} issues, {name}", own, sorting, "one sort by four keys", MOST_SORTS)


def clocks(many: int) -> None:
    drawn = issues(many)
    sorting, _ = best(lambda: drawn.sort_values(FOUR_KEYS))
    office = BusinessHours(holidays=(np.datetime64("2025-12-25"), np.datetime64("2025-12-26")))
    opened, hours = drawn["opened"].to_numpy(), drawn["hours"].to_numpy()
    ends = add_hours(opened, hours, clock=office)
    own, _ = best(lambda: add_hours(opened, hours, clock=office))
    show(f"{many:,} due moments in business hours", own, sorting, "one sort by four keys", MOST_SORTS)
    own, _ = best(lambda: hours_between(opened, ends, clock=office))
    show(f"{many:,} times passed in business hours", own, sorting, "one sort by four keys", MOST_SORTS)


def plans(many: int) -> None:
    rng = np.random.default_rng(SEED)
    for unit, steps in (("quarters", 4), ("minutes", 60), ("seconds", 3600)):
        hours = rng.integers(steps // 4, 12 * steps, PLANNED) / steps
        capacity = round(float(hours.sum()) / 3)
        gains = {
            "any gains": np.round(rng.lognormal(7, 1, PLANNED), 2),
            "gains like hours": np.round(hours * 100 + rng.integers(0, 1000, PLANNED) / 10, 2),
        }
        for name, gain in gains.items():
            took, plan = best(lambda: allocate_hours(gain, hours, capacity, mode="exact"))  # noqa: B023 -- at once
            verdict = "" if took <= MOST_SECONDS else "  TOO SLOW"
            print(
                f"{f'exact plan of {PLANNED} issues in {unit}, {name}':60} {took:8.4f} s   gap {plan.gap:.2e} "
                f"(wanted: at most {MOST_SECONDS:g} s){verdict}",
                flush=True,
            )
    drawn = issues(many)
    own, _ = best(lambda: allocate_hours(drawn["value_at_risk"].to_numpy(), drawn["hours"].to_numpy(), many / 10))
    sorting, _ = best(lambda: drawn.sort_values(FOUR_KEYS))
    show(f"greedy plan of {many:,} issues", own, sorting, "one sort by four keys", MOST_SORTS)


PHASES: Mapping[str, Callable[[int], Any]] = {phase.__name__: phase for phase in (order, clocks, plans)}


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    reader.add_argument("phases", nargs="*", metavar="phase", help=f"some of {', '.join(PHASES)}; all without any")
    reader.add_argument("--issues", type=int, default=MANY)
    wanted = reader.parse_args()
    for phase in wanted.phases or PHASES:
        PHASES[phase](wanted.issues)


if __name__ == "__main__":
    main()
