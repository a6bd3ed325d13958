"""
Purchase models against lifetimes on the same customers, each side in its own environment, and against the machine.

Run ``python -m benchmarks.bench_purchases``, or with the names of some phases (``fit``, ``pareto``, ``predict``,
``value``, ``summary``, ``memory``, ``floor``), and with ``--customers 100000`` for a short run. lifetimes is installed
on the first run, and stays in the cache.

The customers are simulated: BG/NBD in weeks, ages even from 1 to 728 days, purchases on whole days, of which one a day
counts. Both sides get the same columns in memory; each time is the best of several rounds. Fits are compared at the
log-likelihood of their parameters, worked out in one way for both, predictions number by number.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tests.cdnow import cohort
from valuation.lifetime import summarize_activity
from valuation.purchases import (
    BgNbdParameters,
    GammaGammaParameters,
    ParetoNbdParameters,
    PurchaseModel,
    expected_purchases,
    expected_spend,
    fit_bg_nbd,
    fit_pareto_nbd,
    log_likelihood,
    residual_value,
)

PEER = Path(__file__).with_name("purchases_peer.py")
PEER_PACKAGE = "lifetimes==0.11.3"
TRUE = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)  # per week
SPEND = GammaGammaParameters(p=6.25, q=3.744, v=15.443)
SEED = 20051
DAYS_PER_WEEK, LONGEST = 7, 728
WEEKS_PER_MONTH = 4.345  # the peer's month, for its weekly data
MONTHS, MONTHLY_RATE = 12, 0.01
AHEAD = 52.0
DAY_0 = np.datetime64("2020-01-01")
ROUNDS = 5
ENOUGH = 1.0  # seconds
MANY = 1_000_000
SAME = 1e-6  # proportion by which log-likelihoods may differ
MOST_MEMORY = 1024.0  # MiB

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """Simulated customers in weeks, and their transactions in days since the first of anybody."""

    frequency: FloatArray
    recency: FloatArray
    age: FloatArray
    monetary_value: FloatArray
    customer: IntArray
    day: IntArray
    amount: FloatArray

    @property
    def columns(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        return self.frequency, self.recency, self.age


@cache
def simulated(customers: int) -> Base:
    """Purchases of all customers at once: the next one of each, until all have left or the time is over."""
    rng = np.random.default_rng(SEED)
    age = rng.integers(1, LONGEST + 1, customers)
    rate = rng.gamma(TRUE.r, 1.0 / TRUE.alpha, customers) / DAYS_PER_WEEK
    leaves = rng.beta(TRUE.a, TRUE.b, customers)
    who, when = np.arange(customers), np.zeros(customers)
    found = [(who, when)]
    while who.size:
        when = when + rng.exponential(1.0, who.size) / np.maximum(rate[who], 1e-300)
        who, when = who[when <= age[who]], when[when <= age[who]]
        found.append((who, when))
        stays = rng.random(who.size) >= leaves[who]
        who, when = who[stays], when[stays]
    customer = np.concatenate([who for who, _ in found])
    day = (LONGEST - age)[customer] + np.floor(np.concatenate([when for _, when in found])).astype(np.int64)
    spend_rate = rng.gamma(SPEND.q, 1.0 / SPEND.v, customers)
    amount = rng.gamma(SPEND.p, size=customer.size) / spend_rate[customer]
    mixed = rng.permutation(customer.size)
    customer, day, amount = customer[mixed], day[mixed], amount[mixed]
    rows = summarized(customer, day, amount, days_per_period=DAYS_PER_WEEK)
    return Base(
        frequency=rows["frequency"].to_numpy(dtype=np.float64),
        recency=rows["recency"].to_numpy(),
        age=rows["age"].to_numpy(),
        monetary_value=np.nan_to_num(rows["monetary_value"].to_numpy()),
        customer=customer,
        day=day,
        amount=amount,
    )


def summarized(customer: IntArray, day: IntArray, amount: FloatArray, *, days_per_period: float) -> pd.DataFrame:
    return summarize_activity(customer, DAY_0 + day, amount, as_of=DAY_0 + LONGEST, days_per_period=days_per_period)


def best(work: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """Seconds of the quickest round, of which short ones get more, and the answer."""
    seconds: list[float] = []
    answer = None
    while len(seconds) < rounds or sum(seconds) < ENOUGH:
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def peer(task: str, rounds: int, **inputs: Any) -> tuple[float, Any]:
    """The same from lifetimes, in an environment and a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "inputs.npz", Path(folder) / "answer.npy"
        np.savez(source, **inputs)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        environment = ["uv", "run", "--quiet", "--no-project", "--isolated", "--with", PEER_PACKAGE]
        command = [*environment, "--python", version, "python", "-W", "ignore", str(PEER)]
        done = subprocess.run(
            [*command, task, str(source), str(target), str(rounds)], check=True, stdout=subprocess.PIPE, text=True
        )
        return float(done.stdout), np.load(target)


def show(what: str, own: float, other: float, bound: float, agreement: str) -> None:
    """One row: seconds of both sides, how many times quicker, and whether the answers are the same."""
    ratio = other / own
    verdict = "" if ratio >= bound else "  TOO SLOW"
    print(
        f"{what:42} {own:9.4f} s   lifetimes {other:8.3f} s   {ratio:6.1f} times (wanted: at least {bound:g})"
        f"   {agreement}{verdict}",
        flush=True,
    )


def largest_difference(own: FloatArray, other: FloatArray) -> str:
    """How far two answers are apart, as words."""
    return f"largest difference {np.max(np.abs(own - other) / np.maximum(np.abs(other), 1e-12)):.0e}"


def same_likelihood(
    own: PurchaseModel, other: PurchaseModel, columns: tuple[FloatArray, FloatArray, FloatArray]
) -> str:
    """Log-likelihoods of both fits, as words."""
    ours, theirs = (float(log_likelihood(params, *columns).sum()) for params in (own, other))
    # The higher one is the better fit.
    verdict = "" if ours >= theirs - SAME * abs(theirs) else "  WORSE"
    return f"log-likelihood {ours:.4f}, {theirs:.4f}{verdict}"


def fit(customers: int) -> None:
    data = cohort()
    cdnow = (data.frequency, data.recency, data.age)
    cases = [("2,357 of CDNOW", cdnow, 20.0), ("100,000", simulated(100_000).columns, 50.0)]
    if customers > 100_000:
        cases.append((f"{customers:,}", simulated(customers).columns, 80.0))
    for name, columns, bound in cases:
        own, ours = best(partial(fit_bg_nbd, *columns))
        inputs = dict(zip(("frequency", "recency", "age"), columns, strict=True))
        other, values = peer("fit_bg_nbd", 2, **inputs)
        theirs = BgNbdParameters(**dict(zip(("r", "alpha", "a", "b"), values.tolist(), strict=True)))
        show(f"BG/NBD fit, {name}", own, other, bound, same_likelihood(ours.parameters, theirs, columns))


def pareto(customers: int) -> None:
    columns = simulated(min(customers, 100_000)).columns
    own, ours = best(lambda: fit_pareto_nbd(*columns), 3)
    other, values = peer("fit_pareto_nbd", 1, **dict(zip(("frequency", "recency", "age"), columns, strict=True)))
    theirs = ParetoNbdParameters(**dict(zip(("r", "alpha", "s", "beta"), values.tolist(), strict=True)))
    name = f"Pareto/NBD fit, {len(columns[0]):,}"
    show(name, own, other, 20.0, same_likelihood(ours.parameters, theirs, columns))


def predict(customers: int) -> None:
    base = simulated(customers)
    own, ours = best(lambda: expected_purchases(TRUE, *base.columns, t=AHEAD))
    other, theirs = peer("expected_purchases", 3, t=AHEAD, **given(base))
    name = f"purchases in {AHEAD:.0f} weeks, {customers:,}"
    show(name, own, other, 12.0, largest_difference(ours, theirs))


def value(customers: int) -> None:
    base = simulated(customers)
    own, ours = best(lambda: twelve_months(base))
    other, theirs = peer(
        "customer_value",
        1,
        monetary_value=base.monetary_value,
        spend=[SPEND.p, SPEND.q, SPEND.v],
        discount_rate=MONTHLY_RATE,
        **given(base),
    )
    # The peer has the money at the end of a month, we have it in the middle.
    later = ours * (1.0 + MONTHLY_RATE) ** -0.5
    name = f"value of {MONTHS} months, {customers:,}"
    show(name, own, other, 120.0, largest_difference(later, theirs))


def twelve_months(base: Base) -> FloatArray:
    """Value in months, which are what the peer discounts by."""
    params = BgNbdParameters(r=TRUE.r, alpha=TRUE.alpha / WEEKS_PER_MONTH, a=TRUE.a, b=TRUE.b)
    return residual_value(
        params,
        expected_spend(SPEND, base.frequency, base.monetary_value),
        base.frequency,
        base.recency / WEEKS_PER_MONTH,
        base.age / WEEKS_PER_MONTH,
        margin_share=1.0,
        discount_rate=MONTHLY_RATE,
        horizon=MONTHS,
    ).value


def given(base: Base) -> dict[str, Any]:
    """Customers and parameters for the peer's predictions."""
    params = [TRUE.r, TRUE.alpha, TRUE.a, TRUE.b]
    return {"frequency": base.frequency, "recency": base.recency, "age": base.age, "params": params}


def summary(customers: int) -> None:
    base = simulated(customers)
    transactions = (base.customer, base.day, base.amount)
    own, ours = best(lambda: summarized(*transactions, days_per_period=1), 3)
    other, theirs = peer("summary", 1, id=base.customer, day=base.day, amount=base.amount, as_of=LONGEST)
    rows = ours[["frequency", "recency", "age", "monetary_value"]].fillna(0.0).to_numpy()
    name = f"{len(base.day):,} transactions to {customers:,}"
    show(name, own, other, 4.0, largest_difference(rows, theirs))


def memory(customers: int) -> None:
    """Fit and score in a process of its own, because a process never gives its highest use back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.npy"
        base = simulated(customers)
        np.save(path, np.stack([*base.columns, base.monetary_value]))
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.bench_purchases", "--score", str(path)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    before, after = map(float, done.stdout.split())
    verdict = "" if after <= MOST_MEMORY else "  TOO MUCH"
    name = f"memory to fit and score {customers:,}"
    print(
        f"{name:42} {after:9.0f} MiB at most, {before:.0f} before it began (wanted: at most {MOST_MEMORY:g}){verdict}",
        flush=True,
    )


def score(path: str) -> None:
    """What `memory` measures."""
    frequency, recency, age, monetary_value = np.load(path)
    before = most_memory()
    params = fit_bg_nbd(frequency, recency, age).parameters
    expected_purchases(params, frequency, recency, age, t=AHEAD)
    residual_value(
        params,
        expected_spend(SPEND, frequency, monetary_value),
        frequency,
        recency,
        age,
        margin_share=0.3,
        discount_rate=0.002,
        horizon=AHEAD,
    )
    print(before, most_memory())


def most_memory() -> float:
    """The most that this process has used, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # what the next line tells starts, on Linux, with what the parent used
        return float(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]) / 2**10
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def floor(customers: int) -> None:
    """The least a fit can do: sort the customers to find equal ones, and go over those twice."""
    base = simulated(customers)
    x, t_x, T = (
        np.rint(column * days).astype(np.int64)
        for column, days in zip(base.columns, (1, DAYS_PER_WEEK, DAYS_PER_WEEK), strict=True)
    )

    def pack_and_sort() -> IntArray:
        key: IntArray = np.sort((x * (LONGEST + 1) + t_x) * (LONGEST + 1) + T)
        distinct: IntArray = key[np.append(True, key[1:] != key[:-1])]
        return distinct

    sorting, key = best(pack_and_sort)
    rest, age = np.divmod(key[key >= (LONGEST + 1) ** 2], LONGEST + 1)
    bought, last = np.divmod(rest, LONGEST + 1)
    k, silence = TRUE.r + bought, np.log((TRUE.alpha + age) / (TRUE.alpha + last))
    passing, _ = best(lambda: np.log1p(np.exp(k * silence)).sum())
    least = sorting + 2.0 * passing
    own, _ = best(lambda: fit_bg_nbd(*base.columns))
    name = f"floor of a fit, {customers:,}"
    print(
        f"{name:42} {least:9.4f} s   a sort of {sorting:.4f} s and two passes of {passing:.4f} s over {len(k):,} rows; "
        f"the BG/NBD fit takes {own / least:.1f} times that",
        flush=True,
    )


PHASES: dict[str, Callable[[int], None]] = {
    phase.__name__: phase for phase in (fit, pareto, predict, value, summary, memory, floor)
}


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    reader.add_argument("phases", nargs="*", metavar="phase", help=f"some of {', '.join(PHASES)}; all without any")
    reader.add_argument("--customers", type=int, default=MANY)
    reader.add_argument("--score", help=argparse.SUPPRESS)
    wanted = reader.parse_args()
    if wanted.score:
        score(wanted.score)
        return
    for phase in wanted.phases or PHASES:
        PHASES[phase](wanted.customers)


if __name__ == "__main__":
    main()
