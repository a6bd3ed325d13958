"""
Engagement value of a million customers with 300,000 referrals, both views, against one merge of edges and customers.

Run ``python -m benchmarks.bench_engagement``; with ``--customers 100000`` for a short run. Each time is the best of
several rounds, and both sides of a comparison are timed in the same run. The merge only looks up the lifetime value of
the referred customer; ours looks both ends up, finds cycles and broken shares, values every referral, and adds up both
views. The ids are texts, kept as objects and as pandas' strings, and whole numbers; of influence and ideas there are
30,000 each.
"""

import argparse
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.bench_costing import best, most_memory, show
from valuation.engagement import EngagementValue, edge_faults, engagement_value

SEED = 2026
MANY = 1_000_000
REFERRALS = 0.3  # for each customer
OTHERS = 0.03
ROUNDS = 3
MOST_MERGES = 3.0
MOST_MEMORY = 3072.0  # MiB
KINDS = ("object", "str", "int64")


def tables(customers: int, kind: str) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """A base, and who did what in it: who refers came before who is referred, in an order that no id shows."""
    rng = np.random.default_rng(SEED)
    numbers = rng.permutation(customers)
    ids = pd.Series(numbers) if kind == "int64" else pd.Series([f"C{number:07d}" for number in numbers], dtype=kind)
    referrals, others = int(REFERRALS * customers), int(OTHERS * customers)
    referred = np.sort(rng.choice(np.arange(1, customers), referrals, replace=False))
    referrer = (rng.random(referrals) * referred).astype(np.int64)
    influenced = np.setdiff1d(np.arange(customers), referred)[:others]
    base = pd.DataFrame({"customer_id": ids, "lifetime_value": rng.lognormal(6, 1, customers)})
    came = {
        "referrer_id": ids[referrer].reset_index(drop=True),
        "referred_id": ids[referred].reset_index(drop=True),
        "p_incremental": rng.random(referrals),
        "margin": rng.lognormal(5, 1, referrals),
        "retention": rng.random(referrals),
        "reward": np.full(referrals, 20.0),
        "acq_saving": np.full(referrals, 90.0),
        "evidence": np.array(["measured", "surveyed", "judged"], dtype=object)[rng.integers(0, 3, referrals)],
    }
    influence = {
        "influencer_id": ids[rng.permutation(referred)[:others]].reset_index(drop=True),
        "influenced_id": ids[influenced].reset_index(drop=True),
        "value_with": np.full(others, 500.0),
        "value_without": np.full(others, 400.0),
    }
    ideas = {
        "idea_id": np.arange(others),
        "customer_id": ids[rng.choice(customers, others, replace=False)].reset_index(drop=True),
        "npv": rng.lognormal(8, 1, others),
        "stage_probability": rng.random(others),
        "attribution": rng.random(others),
    }
    edges = {"referrals": came, "influence": influence, "ideas": ideas}
    return base, {name: pd.DataFrame(columns) for name, columns in edges.items()}


def both_views(base: pd.DataFrame, edges: dict[str, pd.DataFrame]) -> EngagementValue:
    return engagement_value(
        base["customer_id"],
        base["lifetime_value"],
        discount_rate=0.1,
        horizon=3,
        referrals=edges["referrals"],
        influence=edges["influence"],
        ideas=edges["ideas"],
    )


def compare(customers: int) -> None:
    for kind in KINDS:
        base, edges = tables(customers, kind)
        referrals = edges["referrals"]
        merging: dict[str, Any] = {"left_on": "referred_id", "right_on": "customer_id", "how": "left"}
        other = own = checking = np.inf
        for _ in range(ROUNDS):  # in turn, so that a busy moment of the machine hits all sides
            seconds, merged = best(lambda: referrals.merge(base, **merging), 1)  # noqa: B023 -- called at once
            other = min(other, seconds)
            seconds, found = best(lambda: both_views(base, edges), 1)  # noqa: B023 -- called at once
            own = min(own, seconds)
            seconds, faults = best(lambda: edge_faults(base["customer_id"], **edges), 1)  # noqa: B023 -- called at once
            checking = min(checking, seconds)
        came = merged.assign(moved=0.5 * merged["p_incremental"] * merged["lifetime_value"])
        gone = came.groupby("referred_id")["moved"].sum().reindex(base["customer_id"], fill_value=0.0).to_numpy()
        got = came.groupby("referrer_id")["moved"].sum().reindex(base["customer_id"], fill_value=0.0).to_numpy()
        heard = base["customer_id"].isin(edges["influence"]["influenced_id"]).to_numpy() * 50.0
        said = base["customer_id"].isin(edges["influence"]["influencer_id"]).to_numpy() * 50.0
        if not np.allclose(found.additive.moved, got - gone + said - heard):
            raise AssertionError("what moves differs from what the merge says")
        show(f"both views, ids as {kind}", own, other, "a merge", MOST_MERGES)
        if len(faults):
            raise AssertionError(f"{len(faults)} faults where there are none")
        show(f"faults of all edges, ids as {kind}", checking, other, "a merge", MOST_MERGES)


def memory(customers: int) -> None:
    """In a process of its own, because a process never gives its highest use back."""
    command = [sys.executable, "-m", "benchmarks.bench_engagement", "--customers", str(customers), "--once"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    before, after, seconds = map(float, done.stdout.split())
    verdict = "" if after <= MOST_MEMORY else "  TOO MUCH"
    print(
        f"{f'both views of {customers:,} customers':46} {seconds:8.4f} s   {after:.0f} MiB at most, {before:.0f} "
        f"before it began (wanted: at most {MOST_MEMORY:g}){verdict}",
        flush=True,
    )


def once(customers: int) -> None:
    """What `memory` measures."""
    base, edges = tables(customers, "object")
    before, start = most_memory(), time.perf_counter()
    both_views(base, edges)
    print(before, most_memory(), time.perf_counter() - start)


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").strip().partition("\n")[0])
    reader.add_argument("--customers", type=int, default=MANY)
    reader.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    wanted = reader.parse_args()
    if wanted.once:
        once(wanted.customers)
        return
    compare(wanted.customers)
    memory(wanted.customers)


if __name__ == "__main__":
    main()
