"""What customers say and do for us: the Issues, Survey, Referrals and Ideas tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import (
    AS_OF_DAY,
    YEARS,
    FloatArray,
    dates,
    numbered,
    spread,
    stream,
    texts,
    whole,
    year_bounds,
)
from workbook_templates.sample.planted import (
    ADVOCATE,
    FAST_ADOPTER,
    LOYAL_CUSTOMER,
    PERFECT_FIT,
    REFERRED_BY_ADVOCATE,
    VULNERABLE,
)
from workbook_templates.sample.plants import PLANTS
from workbook_templates.sample.roster import Roster

__all__ = ["ideas_table", "issues_table", "referrals_table", "survey_table"]

HOURS = (0.25, 0.4, 0.7, 1.4, 2.6, 4.5, 8.5, 14.0, 22.0)
"""Work on an issue."""
DAYS_TO_SOLVE = (0.0, 0.0, 1.0, 2.0, 6.0, 15.0, 40.0, 80.0, 120.0)
SEVERITIES = (0.05, 0.22, 0.65)
"""Cumulated shares of severity 1, 2 and 3; the others are 4."""
LOSS_BY_SEVERITY = np.array([0.14, 0.07, 0.025, 0.008])
"""Chance to lose the customer over an unsolved issue."""
ANSWERED = 0.62
REFERRALS = 64
IDEAS = 46
OPEN_COMPLAINTS = ((VULNERABLE, 4), (LOYAL_CUSTOMER, 1))
"""Planted customers with severe issues that are still open, and how many."""


@dataclass(frozen=True, slots=True)
class PlantedIdea:
    """An idea of a planted customer."""

    customer_id: str
    npv: float
    stage_probability: float
    attribution: float
    evidence: str


PLANTED_IDEAS = (
    PlantedIdea(FAST_ADOPTER, 165_000, 1.0, 0.5, "measured"),
    PlantedIdea(FAST_ADOPTER, 120_000, 1.0, 0.6, "measured"),
    PlantedIdea(FAST_ADOPTER, 88_000, 0.8, 0.75, "surveyed"),
    PlantedIdea(FAST_ADOPTER, 54_000, 0.6, 1.0, "judged"),
    PlantedIdea(FAST_ADOPTER, 30_000, 0.0, 1.0, "judged"),
    PlantedIdea(PERFECT_FIT, 26_000, 1.0, 0.4, "surveyed"),
    PlantedIdea(LOYAL_CUSTOMER, 42_000, 0.8, 0.3, "surveyed"),
)


def issues_table(roster: Roster) -> pd.DataFrame:
    """Write the issues of the last year, by date; the latest ones are still open."""
    rng = stream("issues")
    start, end = year_bounds(YEARS[-1])
    who = np.repeat(np.arange(roster.size), whole(rng, roster["issues"]))
    stays = np.where(roster.last < start, end, np.minimum(roster.last, end))  # who has gone may still call
    comes = np.clip(roster.first, start, stays)
    opened = (comes[who] + np.floor(rng.random(who.size) * (stays - comes + 1)[who])).astype(np.int64)
    severity = 1 + np.searchsorted(SEVERITIES, rng.random(who.size))
    quarters = np.rint(4 * spread(rng, who.size, HOURS) * roster["issue_hours"][who])
    closed = opened + np.floor(spread(rng, who.size, DAYS_TO_SOLVE)).astype(np.int64)
    now = LOSS_BY_SEVERITY[severity - 1] * (0.5 + rng.random(who.size))
    frame = pd.DataFrame(
        {
            "customer_id": roster.customer_id[who],
            "opened": opened,
            "severity": severity.astype(np.float64),
            "hours": np.maximum(1, quarters) / 4,
            "closed": closed,
            "p_loss_now": np.round(now, 3),
            "p_loss_served": np.round(now * (0.1 + 0.3 * rng.random(who.size)), 3),
            "must_serve": ((severity == 1) & (rng.random(who.size) < 0.2)).astype(np.float64),
        }
    ).sort_values(["opened", "customer_id"], kind="stable", ignore_index=True)
    for customer, count in OPEN_COMPLAINTS:
        last = frame.index[frame["customer_id"] == customer][-count:]
        frame.loc[last, ["severity", "p_loss_now", "p_loss_served", "closed"]] = (1.0, 0.25, 0.05, AS_OF_DAY + 9)
    closed = frame["closed"].to_numpy().astype(np.int64)
    frame["opened"] = dates(frame["opened"].to_numpy())
    frame["closed"] = dates(closed, known=closed <= AS_OF_DAY)
    frame.insert(0, "issue_id", numbered("T25-", len(frame), 4))
    return frame


def survey_table(roster: Roster, revenue: FloatArray) -> pd.DataFrame:
    """Write the answers of those who bought this year and answered; planted customers all did."""
    rng = stream("survey")
    planted = np.isin(roster.customer_id.astype(str), [cid for plant in PLANTS for cid in plant.ids])
    answered = ((rng.random(roster.size) < ANSWERED) | planted) & (revenue > 0)
    unsaid = (rng.random((roster.size, 2)) < 0.08) & ~planted[:, None]
    wallet = np.rint(revenue / roster["wallet_share"] / 500) * 500
    frame = pd.DataFrame(
        {
            "customer_id": roster.customer_id,
            "fit": np.round(roster["fit"], 2),
            "nps": np.where(unsaid[:, 0], np.nan, roster["nps"]),
            "adoption_days": roster["adoption_days"],
            "self_resolved": roster["self_resolved"],
            "wallet": np.where(unsaid[:, 1], np.nan, np.maximum(500, wallet)),
        }
    )
    return frame[answered].reset_index(drop=True)


def referrals_table(roster: Roster, customers: pd.DataFrame) -> pd.DataFrame:
    """Write who brought whom: somebody who came in the three years, by one who was a customer before."""
    rng = stream("referrals")
    first = customers["first_purchase"].to_numpy()
    came = np.flatnonzero(first >= np.datetime64("2023-01-20"))
    came = came[~np.isin(roster.customer_id[came].astype(str), REFERRED_BY_ADVOCATE)]
    came = came[np.argsort(rng.random(came.size), kind="stable")][:REFERRALS]
    older = np.flatnonzero((first < np.datetime64("2023-01-01")) & (roster.customer_id != ADVOCATE))
    pairs = [(ADVOCATE, cid) for cid in REFERRED_BY_ADVOCATE]
    pairs += list(
        zip(roster.customer_id[older[rng.integers(0, older.size, came.size)]], roster.customer_id[came], strict=True)
    )
    count = len(pairs)
    kind = np.where(rng.random(count) < 0.6, 1.0, 2.0)
    kind[: len(REFERRED_BY_ADVOCATE)] = 1.0
    place = {cid: position for position, cid in enumerate(roster.customer_id)}
    start = first[[place[referred] for _, referred in pairs]]
    frame = pd.DataFrame(
        {
            "referrer_id": texts([referrer for referrer, _ in pairs]),
            "referred_id": texts([referred for _, referred in pairs]),
            "date": start - rng.integers(3, 18, count).astype("timedelta64[D]"),
            "type": kind,
            "p_incremental": np.round(np.where(kind == 1, 0.7, 0.1) + 0.25 * rng.random(count), 2),
            "reward": np.array([0.0, 100.0, 250.0])[rng.integers(0, 3, count)],
            "acq_saving": 50.0 * rng.integers(8, 40, count),
        }
    )
    return frame.sort_values(["date", "referred_id"], kind="stable", ignore_index=True)


def ideas_table(roster: Roster, revenue: FloatArray) -> pd.DataFrame:
    """Write the ideas; one in three was given by two customers, who share it."""
    rng = stream("ideas")
    givers = roster.customer_id[np.flatnonzero(revenue > 0)]
    rows: list[tuple[str, float, float, str, float, str]] = []
    stages = (0.0, 0.0, 0.1, 0.3, 0.6, 1.0)
    for number in range(len(PLANTED_IDEAS) + 1, len(PLANTED_IDEAS) + IDEAS + 1):
        npv, stage = 500.0 * int(rng.integers(4, 70)), stages[int(rng.integers(0, len(stages)))]
        together = rng.random() < 1 / 3
        pair = givers[rng.integers(0, givers.size // 2)], givers[rng.integers(givers.size // 2, givers.size)]
        evidence = ("measured", "surveyed", "judged", "judged")[int(rng.integers(0, 4))]
        for giver, part in zip(pair, (0.5, 0.3) if together else (0.6,), strict=False):
            rows.append((f"I-{number:03d}", npv, stage, giver, part, evidence))
    planted = [
        (f"I-{number:03d}", idea.npv, idea.stage_probability, idea.customer_id, idea.attribution, idea.evidence)
        for number, idea in enumerate(PLANTED_IDEAS, start=1)
    ]
    names = ("idea_id", "npv", "stage_probability", "customer_id", "attribution", "evidence")
    frame = pd.DataFrame(planted + rows, columns=list(names))
    return frame.astype({"idea_id": object, "customer_id": object, "evidence": object})
