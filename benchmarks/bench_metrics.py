"""
The three customer metrics of 36 months on five million transactions, against one sum by customer and month.

Run ``python -m benchmarks.bench_metrics``, or with the names of some phases (``numbers``, ``texts``, ``bridges``,
``memory``), and with ``--rows 500000`` for a short run. Each time is the best of several rounds, and both sides of the
comparison are timed in the same run: ours, and one pandas ``groupby(["customer_id", "month"]).sum()`` on the same rows.

There are ten rows for each customer, over five years; one in twenty is a credit note, and one customer in ten has a
contract that ended.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.bench_costing import best, most_memory, show
from valuation.metrics import ThreeMetrics, fiscal_calendar, revenue_bridges, three_metrics

SEED = 2026
MANY = 5_000_000
ROWS_EACH = 10
FIRST_DAY = np.datetime64("2021-01-01")
DAYS = 1826
PERIODS = fiscal_calendar(np.datetime64("2023-01-01"), np.datetime64("2025-12-31"))
MOST_SUMS = 5.0
MOST_MEMORY = 1536.0  # MiB above what the rows themselves take


def transactions(many: int) -> pd.DataFrame:
    """The rows, customers being numbers."""
    rng = np.random.default_rng(SEED)
    dates = FIRST_DAY + rng.integers(0, DAYS, many).astype("timedelta64[D]")
    amounts = np.round(rng.lognormal(4, 1, many), 2) * np.where(rng.random(many) < 0.05, -1, 1)
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, max(many // ROWS_EACH, 1), many),
            "date": dates.astype("datetime64[s]"),
            "net_amount": amounts,
        }
    )


def customers(log: pd.DataFrame) -> pd.DataFrame:
    """Ends of the contracts that ended."""
    rng = np.random.default_rng(SEED + 1)
    many = int(log["customer_id"].max()) + 1
    ended = FIRST_DAY + rng.integers(0, DAYS, many).astype("timedelta64[D]")
    ended[rng.random(many) < 0.9] = np.datetime64("NaT")
    return pd.DataFrame({"customer_id": np.arange(many), "end_date": ended.astype("datetime64[s]")})


def as_texts(log: pd.DataFrame) -> pd.DataFrame:
    return log.assign(customer_id=("C" + log["customer_id"].astype(str).str.zfill(7)).astype(object))


def by_month(log: pd.DataFrame) -> Callable[[], object]:
    """One sum by customer and month; finding the months is not timed."""
    table = log.assign(month=log["date"].to_numpy().astype("datetime64[M]").astype(np.int64))
    return lambda: table.groupby(["customer_id", "month"])["net_amount"].sum()


def compare(name: str, log: pd.DataFrame, known: pd.DataFrame) -> None:
    one_sum, _ = best(by_month(log))
    for words, work in (
        ("", lambda: three_metrics(log, PERIODS)),
        (", with contract ends", lambda: three_metrics(log, PERIODS, customers=known)),
        (", since reactivation", lambda: three_metrics(log, PERIODS, tenure="since_reactivation")),
    ):
        own, _ = best(work)
        show(f"{name}{words}, {len(log):,} rows", own, one_sum, "one sum", MOST_SUMS)


def numbers(many: int) -> None:
    log = transactions(many)
    compare("36 months, ids are numbers", log, customers(log))


def texts(many: int) -> None:
    log = transactions(many)
    compare("36 months, ids are texts", as_texts(log), as_texts(customers(log)))


def bridges(many: int) -> None:
    log = transactions(many)
    one_sum, _ = best(by_month(log))
    own, _ = best(lambda: revenue_bridges(log, PERIODS["end"].to_numpy()))
    show(f"36 bridges of retained revenue, {many:,} rows", own, one_sum, "one sum", MOST_SUMS)


def memory(many: int) -> None:
    """The metrics in a process of their own, because a process never gives its highest use back."""
    command = [sys.executable, "-m", "benchmarks.bench_metrics", "--rows", str(many), "--alone"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    before, after, seconds = map(float, done.stdout.split())
    verdict = "" if after - before <= MOST_MEMORY else "  TOO MUCH"
    print(
        f"{f'36 months, {many:,} rows':46} {seconds:8.4f} s   {after:.0f} MiB at most, {before:.0f} before it began "
        f"(wanted: at most {MOST_MEMORY:g} more){verdict}",
        flush=True,
    )


def alone(many: int) -> None:
    """What `memory` measures."""
    log = transactions(many)
    before, start = most_memory(), time.perf_counter()
    kept: ThreeMetrics = three_metrics(log, PERIODS)
    print(before, most_memory(), (time.perf_counter() - start) * bool(len(kept.frame)))


PHASES: dict[str, Callable[[int], None]] = {phase.__name__: phase for phase in (numbers, texts, bridges, memory)}


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    reader.add_argument("phases", nargs="*", metavar="phase", help=f"some of {', '.join(PHASES)}; all without any")
    reader.add_argument("--rows", type=int, default=MANY)
    reader.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    wanted = reader.parse_args()
    if wanted.alone:
        alone(wanted.rows)
        return
    for phase in wanted.phases or PHASES:
        PHASES[phase](wanted.rows)


if __name__ == "__main__":
    main()
