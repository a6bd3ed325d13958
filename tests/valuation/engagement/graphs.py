"""Bases with edges that keep every rule, and the same values by loops."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

__all__ = ["Base", "bases", "looped_additive", "looped_referrals"]

LEVELS = [None, "measured", "Surveyed", "judged"]


@dataclass(frozen=True)
class Base:
    ids: list[str]
    lifetime_value: list[float]
    referrals: pd.DataFrame
    influence: pd.DataFrame
    ideas: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        return {"referrals": self.referrals, "influence": self.influence, "ideas": self.ideas}


@st.composite
def bases(draw: st.DrawFn) -> Base:
    """Up to twelve customers; who refers came before who is referred, so that there is no cycle."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(2, 12))
    ids = [f"C{number:02d}" for number in rng.permutation(n)]
    value = [math.nan if rng.random() < 0.1 else float(amount) for amount in rng.integers(-500, 5000, n)]
    pairs = [(i, j) for j in range(n) for i in range(j) if rng.random() < 0.4]
    referred = [pair for pair in pairs if rng.random() < 0.6]
    shared = {j: rng.random() < 0.5 for j in range(n)}
    came = [
        {
            "referrer_id": ids[i],
            "referred_id": ids[j],
            "type": float(rng.integers(1, 3)),
            "p_incremental": None if rng.random() < 0.5 else float(rng.random()),
            "share": float(rng.random()) / n if shared[j] else None,
            "margin": float(rng.integers(-100, 1000)),
            "marketing": float(rng.integers(0, 50)) if rng.random() < 0.5 else None,
            "retention": float(rng.random()),
            "reward": float(rng.integers(0, 100)),
            "acq_saving": float(rng.integers(0, 100)),
            "evidence": LEVELS[int(rng.integers(0, 4))],
            "lost": bool(rng.random() < 0.2),
            "realised": float(rng.integers(0, 100)),
        }
        for i, j in referred
    ]
    others = [pair for pair in pairs if pair not in referred]
    heard = [(ids[i], ids[j]) for i, j in others] + [(ids[i], f"P{i}") for i in range(n) if rng.random() < 0.3]
    influence = [
        {
            "influencer_id": i,
            "influenced_id": j,
            "share": None,
            "value_with": None if rng.random() < 0.1 else float(rng.integers(0, 500)),
            "value_without": float(rng.integers(0, 500)),
            "evidence": LEVELS[int(rng.integers(0, 4))],
        }
        for i, j in heard
    ]
    ideas = [
        {
            "idea_id": idea,
            "customer_id": ids[i],
            "npv": float(rng.integers(0, 9000)),
            "stage_probability": float(rng.random()),
            "attribution": float(rng.random()) / n,
            "in_plan": float(rng.integers(0, 2)),
        }
        for idea in range(3)
        for i in range(n)
        if rng.random() < 0.3
    ]
    return Base(ids, value, table(came, REFERRALS), table(influence, INFLUENCE), table(ideas, IDEAS))


REFERRALS = [
    *("referrer_id", "referred_id", "type", "p_incremental", "share", "margin", "marketing", "retention", "reward"),
    *("acq_saving", "evidence", "lost", "realised"),
]
INFLUENCE = ["influencer_id", "influenced_id", "share", "value_with", "value_without", "evidence"]
IDEAS = ["idea_id", "customer_id", "npv", "stage_probability", "attribution", "in_plan"]


def table(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).astype(object)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): (None if pd.isna(cell) else cell) for name, cell in row.items()} for row in frame.to_dict("records")
    ]


def share_of(rows: list[dict[str, Any]], row: dict[str, Any], target: str) -> float:
    alike = [other for other in rows if other[target] == row[target]]
    return 1.0 / len(alike) if row["share"] is None else row["share"]


def chance_of(row: dict[str, Any]) -> float:
    return row["p_incremental"] if row["p_incremental"] is not None else {1.0: 1.0, 2.0: 0.0}[row["type"]]


def looped_referrals(base: Base, rate: float, periods: int) -> dict[str, float]:
    """Referral value, period by period."""
    found = dict.fromkeys(base.ids, 0.0)
    rows = rows_of(base.referrals)
    for row in rows:
        share = share_of(rows, row, "referred_id")
        if row["lost"]:
            found[row["referrer_id"]] += share * row["realised"]
            continue
        once = (row["acq_saving"] - row["reward"]) / (1 + rate)
        type_1, survival = once, 1.0
        for period in range(1, periods + 1):
            type_1 += (row["margin"] - (row["marketing"] or 0.0)) * survival / (1 + rate) ** period
            survival *= row["retention"]
        chance = chance_of(row)
        found[row["referrer_id"]] += share * (chance * type_1 + (1 - chance) * once)
    return found


def looped_additive(base: Base, part: float, prospects_in_equity: bool) -> tuple[dict[str, float], float, float]:
    """Additive value of the customers whose lifetime value is known, equity and outside."""
    worth = {i: v for i, v in zip(base.ids, base.lifetime_value, strict=True) if not math.isnan(v)}
    found, outside = dict(worth), 0.0
    rows = rows_of(base.referrals)
    for row in rows:
        giver, taker = row["referred_id"], row["referrer_id"]
        if giver in worth and taker in worth and not row["lost"]:
            moved = part * share_of(rows, row, "referred_id") * chance_of(row) * worth[giver]
            found[giver] -= moved
            found[taker] += moved
    rows = rows_of(base.influence)
    for row in rows:
        giver, taker = row["influenced_id"], row["influencer_id"]
        if row["value_with"] is None or taker not in worth:
            continue
        effect = share_of(rows, row, "influenced_id") * (row["value_with"] - row["value_without"])
        if giver in worth:
            found[giver] -= part * effect
            found[taker] += part * effect
        elif giver not in base.ids and not prospects_in_equity:
            found[taker] += effect
            outside += effect
    for row in rows_of(base.ideas):
        if not row["in_plan"] and row["customer_id"] in worth:
            effect = row["npv"] * row["stage_probability"] * row["attribution"]
            found[row["customer_id"]] += effect
            outside += effect
    return found, sum(worth.values()), outside
