"""Laws of all that officers add: refreshing again, the order of rows, and the unit of money change nothing else."""

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.valuation.model.builders import Tables, assumptions, from_frame, table, tables
from tests.valuation.model.by_margin import AS_OF
from valuation.lenses import default_statements
from valuation.model import value_base
from valuation.tables import TABLES

WANTED = {"Engagement value", "Lens scores", "Tier methods", "Value matrix", "Snapshots"}
FEW = settings(max_examples=2, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""Each example runs the whole chain twice or more, with all that officers add; a seed has nothing to shrink."""
OFFICERS = ("CCO", "CPO", "CMO", "CRO", "CFO")
ORDERED_BY_SIZE = {"Best customers", "Value matrix points", "Movers"}
RANKS = ["money_rank", "weighted_rank", "borda_rank", "top_share", "best_rank", "worst_rank"]
seeds = st.integers(0, 10_000)


def company(seed: int, *, money: float = 1.0, mixed: bool = False, **assumed: Any) -> Tables:
    """Make up customers and what officers know of them; `mixed` gives the same in another order of rows."""
    rng = np.random.default_rng(seed)
    n = 8
    ids = [f"C{i}" for i in range(n)]
    margin = np.where(rng.random(n) < 0.15, np.nan, rng.normal(80.0, 100.0, n)) * money
    some = rng.permutation(n)[:5]
    own = {"customer_id": ids, "annual_margin": margin, "annual_revenue": rng.uniform(100.0, 300.0, n) * money}
    frames: dict[str, dict[str, Any]] = {
        "Customers": own | {"needs_segment": rng.choice(["care", "speed"], n).tolist()},
        "Retention": {"customer_id": ids, "probability": rng.uniform(0.5, 0.9, n)},
        "Referrals": {
            "referrer_id": [ids[min(pair)] for pair in zip(some, some[::-1] + 1, strict=True)],
            "referred_id": [ids[i] for i in some],
            "type": rng.integers(1, 3, 5).astype(float),
            "acq_saving": rng.uniform(0.0, 50.0, 5) * money,
        },
        "Influence": {
            "influencer_id": [ids[i] for i in some],
            "influenced_id": ["new", *(ids[i] for i in some[:4])],
            "value_with": rng.uniform(50.0, 90.0, 5) * money,
            "value_without": rng.uniform(10.0, 50.0, 5) * money,
        },
        "Ideas": {
            "idea_id": ["1", "2", "3", "4", "5"],
            "customer_id": [ids[i] for i in some],
            "npv": rng.normal(20.0, 20.0, 5) * money,
            "stage_probability": rng.random(5),
            "attribution": rng.random(5),
        },
        "Survey": {
            "customer_id": ids,
            "fit": rng.random(n),
            "nps": rng.uniform(0.0, 10.0, n),
            "adoption_days": rng.uniform(0.0, 200.0, n),
            "wallet": rng.uniform(300.0, 900.0, n) * money,
        },
        "Overrides": {
            "customer_id": ids[:3],
            "segment": ["A", "C", "gold"],
            "reason": ["r", "r", "r"],
            "owner": ["o", None, "o"],
            "expires": np.array(["2025-12-31"] * 3, dtype="datetime64[s]"),
        },
    }
    given_ = []
    for name, columns in frames.items():
        frame = pd.DataFrame(columns)
        given_.append(
            from_frame(name, frame.iloc[rng.permutation(len(frame))].reset_index(drop=True) if mixed else frame)
        )
    return tables(
        *given_,
        table("Officers", officer=list(OFFICERS), weight=[0.2] * 5),
        from_frame("Lens statements", default_statements()),
        assumptions(
            **{"as_of": AS_OF, "sales_cost": 0.1, "top_customers": 3.0, "wallet_target_share": 0.8, "weight_step": 0.25}
            | {"value_tier_a": 150.0 * money, "value_tier_b": 60.0 * money}
            | assumed
        ),
    )


@FEW
@given(seeds, seeds, st.booleans())
def test_refreshing_twice_changes_nothing(before: int, now: int, later: bool) -> None:
    """Over a snapshot of another date, and over a final one of the same date that says something else."""
    old: dict[str, Any] = {"as_of": pd.Timestamp("2024-12-31")} if later else {}
    earlier = value_base(company(before, closed_through=AS_OF, **old), wanted=WANTED)
    first = value_base(company(now), last=earlier.tables, wanted=WANTED)
    second = value_base(company(now), last=first.tables, wanted=WANTED)
    for name, frame in first.tables.items():
        pd.testing.assert_frame_equal(frame, second.tables[name])
    assert (first.findings, first.notes, first.moves) == (second.findings, second.notes, second.moves)
    assert first.tables["Snapshot dates"]["state"].tolist()[0] == "final"


@FEW
@given(seeds)
def test_the_order_of_rows_changes_nothing_but_their_order(seed: int) -> None:
    there, back = (value_base(company(seed, mixed=mixed), wanted=WANTED).tables for mixed in (False, True))
    del there["Contested customers"]  # where no value is known, equal ones stand in the order of their rows
    for name, frame in there.items():
        other = back[name]
        if "customer_id" in frame and name not in ORDERED_BY_SIZE:
            frame, other = (one.sort_values("customer_id", ignore_index=True) for one in (frame, other))
        pd.testing.assert_frame_equal(frame, other, rtol=1e-9, obj=name)


@FEW
@given(seeds)
def test_another_unit_of_money_scales_values_and_leaves_ranks(seed: int) -> None:
    plain, scaled = (value_base(company(seed, money=money), wanted=WANTED).tables for money in (1.0, 1000.0))
    for name in ("Engagement value", "Engagement summary", "Segments", "Snapshots", "Needs P&L", "Override effect"):
        money = [column.name for column in TABLES[name] if column.unit.startswith("currency")]
        np.testing.assert_allclose(scaled[name][money], plain[name][money] * 1000.0, rtol=1e-9, atol=0.01)
    for name, columns in (
        ("Segments", ["segment", "model_segment", "engagement_tier", "growth_segment"]),
        ("Engagement value", ["engagement_rank", "value_rank", "advocacy"]),
        ("Lens scores", [*RANKS, "champion", "sceptic"]),
        ("Value matrix", ["quadrant"]),
        ("Tier methods", ["a", "b", "c", "n", "unknown"]),
        ("Best customers", ["customer_id"]),
        ("Contested customers", ["customer_id", "reason"]),
    ):
        pd.testing.assert_frame_equal(scaled[name][columns], plain[name][columns])
