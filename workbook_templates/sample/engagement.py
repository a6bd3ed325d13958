"""What customers bring besides what they buy: the Referrals, Influence and Ideas tables."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import FloatArray, TextArray, stream, texts
from workbook_templates.sample.planted import (
    ADVOCATE,
    BIGGEST_DEAL,
    CONTESTED,
    FAST_ADOPTER,
    LEAN_MEDIUM_ACCOUNTS,
    LOYAL_CUSTOMER,
    NO_SUPPORT_CUSTOMER,
    ONLINE_BUYER,
    PERFECT_FIT,
    REFERRED_BY_ADVOCATE,
    REFERRED_BY_CONTESTED,
    SELF_HELPERS,
    UNDERVALUED,
    VULNERABLE,
)
from workbook_templates.sample.roster import STILL_HERE, Roster

__all__ = ["ideas_table", "influence_table", "referrals_table"]

REFERRALS = 64
IDEAS = 46


@dataclass(frozen=True, slots=True)
class PlantedReferral:
    """A referral that was not drawn: days from the word to the first purchase, and what it is worth."""

    referrer_id: str
    referred_id: str
    days: int
    p_incremental: float
    reward: float
    acq_saving: float
    evidence: str


PLANTED_REFERRALS = (
    *(
        PlantedReferral(CONTESTED, referred, days, chance, 100.0, 1_400.0, "measured")
        for referred, days, chance in zip(REFERRED_BY_CONTESTED, (31, 44, 62), (0.85, 0.9, 0.8), strict=True)
    ),
    PlantedReferral(NO_SUPPORT_CUSTOMER, "C1147", 40, 0.7, 0.0, 600.0, "surveyed"),
    PlantedReferral("C0429", "C0718", 25, 0.75, 250.0, 500.0, "surveyed"),
    PlantedReferral("C0539", "C0813", 18, 0.3, 0.0, 450.0, "judged"),
)
"""Beside those of the advocate; the last three share the customer who came with another referrer."""
SHARES = {
    ("C0724", "C1147"): 0.6,
    (NO_SUPPORT_CUSTOMER, "C1147"): 0.4,
    ("C0991", "C0718"): 0.5,
    ("C0429", "C0718"): 0.3,
}
"""Part of the customer who came that each of two referrers is credited with; the third pair shares equally."""
MARGINS_STATED, RETENTIONS_STATED = 7, 3
"""Referrals whose margin somebody knows better than the model does, and those of them with a chance to stay."""
KNOWN_BY = ("measured", "measured", "surveyed", "surveyed", "judged", "judged", None)
"""How a drawn referral is known."""


@dataclass(frozen=True, slots=True)
class Influence:
    """A customer on whose word another one acts, and the value of the other one with it and without."""

    influencer_id: str
    influenced_id: str
    with_: float
    without: float
    evidence: str | None
    share: float = np.nan


UNMEASURED = (np.nan, np.nan)
INFLUENCES = (
    Influence(ADVOCATE, "C0237", 17_700, 13_900, "measured"),
    Influence(ADVOCATE, "C0497", 16_500, 14_100, "measured"),
    Influence(ADVOCATE, "C0448", 12_300, 10_800, "surveyed"),
    Influence(ADVOCATE, "P-0007", 6_400, 2_100, "surveyed"),
    Influence(FAST_ADOPTER, "C0528", 25_700, 21_400, "measured"),
    Influence(FAST_ADOPTER, "C0819", 21_100, 18_700, "measured"),
    Influence(FAST_ADOPTER, "C0499", 9_800, 8_900, "surveyed"),
    Influence(LOYAL_CUSTOMER, "C0348", 49_600, 44_200, "surveyed"),
    Influence(LOYAL_CUSTOMER, "C0290", 40_100, 36_300, "surveyed"),
    Influence(LOYAL_CUSTOMER, "C0253", 63_600, 54_100, "measured", 0.5),
    Influence(LEAN_MEDIUM_ACCOUNTS[1], "C0253", 63_600, 54_100, "measured", 0.3),
    Influence(LOYAL_CUSTOMER, "P-0012", 28_500, 19_000, "judged"),
    Influence(LOYAL_CUSTOMER, "P-0019", 14_000, 9_500, None),
    Influence(PERFECT_FIT, "C0074", 48_200, 41_500, "measured", 0.6),
    Influence("C0371", "C0074", 48_200, 41_500, "measured", 0.4),
    Influence(PERFECT_FIT, "C0443", 36_000, 31_200, "surveyed"),
    Influence(PERFECT_FIT, "C0220", 25_800, 24_100, "judged"),
    Influence(PERFECT_FIT, "P-0023", 31_000, 17_500, "judged"),
    Influence(NO_SUPPORT_CUSTOMER, "C0472", 43_100, 39_600, "surveyed"),
    Influence(NO_SUPPORT_CUSTOMER, "C0565", 21_500, 20_200, "judged"),
    Influence(SELF_HELPERS[0], "C0436", 17_100, 15_300, "measured"),
    Influence(SELF_HELPERS[1], "C0594", 14_100, 13_200, "measured"),
    Influence(SELF_HELPERS[2], "C0738", 13_100, 12_000, "measured"),
    Influence(SELF_HELPERS[2], "C0439", 12_100, 11_300, None),
    Influence(SELF_HELPERS[5], "C0035", *UNMEASURED, None),
    Influence(SELF_HELPERS[6], "C0252", *UNMEASURED, None),
    Influence(LEAN_MEDIUM_ACCOUNTS[1], "C0236", 25_000, 23_400, "judged"),
    Influence(VULNERABLE, "C0338", 23_600, 26_900, "surveyed"),
    Influence(CONTESTED, "C0430", 33_000, 27_600, "measured"),
    Influence(ONLINE_BUYER, "C0430", 33_000, 27_600, "measured"),
    Influence(CONTESTED, "C0678", 25_300, 21_900, "measured"),
    Influence(CONTESTED, "C0943", 8_700, 6_900, "measured"),
    Influence(CONTESTED, "C1131", 7_500, 6_200, "measured"),
    Influence(CONTESTED, "P-0031", 5_200, 1_600, "measured"),
    Influence(CONTESTED, "P-0034", 4_400, 1_500, "measured"),
    Influence(UNDERVALUED[0], "C0098", *UNMEASURED, None),
    Influence(BIGGEST_DEAL, "P-0040", *UNMEASURED, None),
)
"""
The value with the influence is the value as it is: that of a customer is its customer value, to the hundred. P- are
people who are not customers. An unhappy customer keeps others from buying; where nobody has measured it, it is blank.
"""


@dataclass(frozen=True, slots=True)
class PlantedIdea:
    """An idea of a planted customer."""

    customer_id: str
    npv: float
    stage_probability: float
    attribution: float
    evidence: str
    in_plan: float = 0.0


PLANTED_IDEAS = (
    PlantedIdea(FAST_ADOPTER, 165_000, 1.0, 0.5, "measured"),
    PlantedIdea(FAST_ADOPTER, 120_000, 1.0, 0.6, "measured", in_plan=1.0),
    PlantedIdea(FAST_ADOPTER, 88_000, 0.8, 0.75, "surveyed"),
    PlantedIdea(FAST_ADOPTER, 54_000, 0.6, 1.0, "judged"),
    PlantedIdea(FAST_ADOPTER, 30_000, 0.0, 1.0, "judged"),
    PlantedIdea(PERFECT_FIT, 26_000, 1.0, 0.4, "surveyed"),
    PlantedIdea(LOYAL_CUSTOMER, 42_000, 0.8, 0.3, "surveyed"),
)
LATER_IDEAS = (
    PlantedIdea(CONTESTED, 38_000, 1.0, 0.5, "measured"),
    PlantedIdea(CONTESTED, 24_000, 0.6, 0.5, "judged"),
)
"""Numbered after those that are drawn."""
IN_PLAN = 0.5
"""Part of the drawn ideas that are built which the plan counts already."""


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
    drawn = pd.DataFrame(
        {
            "referrer_id": texts([referrer for referrer, _ in pairs]),
            "referred_id": texts([referred for _, referred in pairs]),
            "date": start - rng.integers(3, 18, count).astype("timedelta64[D]"),
            "type": kind,
            "p_incremental": np.round(np.where(kind == 1, 0.7, 0.1) + 0.25 * rng.random(count), 2),
            "reward": np.array([0.0, 100.0, 250.0])[rng.integers(0, 3, count)],
            "acq_saving": 50.0 * rng.integers(8, 40, count),
            "evidence": _how_known(count, sure=len(REFERRED_BY_ADVOCATE)),
        }
    )
    drawn = _with_known_margins(drawn, roster, [place[referred] for _, referred in pairs])
    planted = pd.DataFrame(
        {
            "referrer_id": texts([referral.referrer_id for referral in PLANTED_REFERRALS]),
            "referred_id": texts([referral.referred_id for referral in PLANTED_REFERRALS]),
            "date": first[[place[referral.referred_id] for referral in PLANTED_REFERRALS]]
            - np.array([referral.days for referral in PLANTED_REFERRALS]).astype("timedelta64[D]"),
            "type": [1.0 if referral.p_incremental >= 0.5 else 2.0 for referral in PLANTED_REFERRALS],
            "p_incremental": [referral.p_incremental for referral in PLANTED_REFERRALS],
            "reward": [referral.reward for referral in PLANTED_REFERRALS],
            "acq_saving": [referral.acq_saving for referral in PLANTED_REFERRALS],
            "evidence": texts([referral.evidence for referral in PLANTED_REFERRALS]),
        }
    )
    frame = pd.concat([drawn, planted], ignore_index=True)
    both = zip(frame["referrer_id"], frame["referred_id"], strict=True)
    frame["share"] = [SHARES.get(pair, np.nan) for pair in both]
    return frame.sort_values(["date", "referred_id", "referrer_id"], kind="stable", ignore_index=True)


def _how_known(count: int, sure: int) -> TextArray:
    """Draw how each referral is known; the first ones, the advocate's, were measured."""
    picks = stream("referral evidence").integers(0, len(KNOWN_BY), count)
    return texts(["measured" if row < sure else KNOWN_BY[pick] for row, pick in enumerate(picks)])


def _with_known_margins(drawn: pd.DataFrame, roster: Roster, referred: list[int]) -> pd.DataFrame:
    """Add yearly margin, marketing and chance to stay, which are known of a few; the others take the model's."""
    rng = stream("referral margins")
    revenue, here = roster["revenue"][referred], roster.last[referred] == STILL_HERE
    worth = np.flatnonzero((drawn["referrer_id"] != ADVOCATE).to_numpy() & here & (revenue > 8_000))
    stated = worth[np.argsort(rng.random(worth.size), kind="stable")][:MARGINS_STATED]
    margin, marketing, retention = (np.full(len(drawn), np.nan) for _ in range(3))
    margin[stated] = 100 * np.rint(0.0018 * revenue[stated])
    marketing[stated] = 10 * np.rint(0.0015 * revenue[stated])
    retention[stated[:RETENTIONS_STATED]] = np.round(0.8 + 0.15 * rng.random(RETENTIONS_STATED), 2)
    return drawn.assign(margin=margin, marketing=marketing, retention=retention)


def influence_table() -> pd.DataFrame:
    """Write who acts on whose word."""
    return pd.DataFrame(
        {
            "influencer_id": texts([edge.influencer_id for edge in INFLUENCES]),
            "influenced_id": texts([edge.influenced_id for edge in INFLUENCES]),
            "share": [edge.share for edge in INFLUENCES],
            "value_with": [float(edge.with_) for edge in INFLUENCES],
            "value_without": [float(edge.without) for edge in INFLUENCES],
            "evidence": texts([edge.evidence for edge in INFLUENCES]),
        }
    )


def ideas_table(roster: Roster, revenue: FloatArray) -> pd.DataFrame:
    """Write the ideas; one in three was given by two customers, who share it."""
    rng, plan = stream("ideas"), stream("ideas in the plan")
    givers = roster.customer_id[np.flatnonzero(revenue > 0)]
    rows: list[tuple[str, float, float, str, float, float, str]] = []
    stages = (0.0, 0.0, 0.1, 0.3, 0.6, 1.0)
    first = len(PLANTED_IDEAS) + 1
    for number in range(first, first + IDEAS):
        npv, stage = 500.0 * int(rng.integers(4, 70)), stages[int(rng.integers(0, len(stages)))]
        together = rng.random() < 1 / 3
        pair = givers[rng.integers(0, givers.size // 2)], givers[rng.integers(givers.size // 2, givers.size)]
        evidence = ("measured", "surveyed", "judged", "judged")[int(rng.integers(0, 4))]
        in_plan = float(plan.random() < IN_PLAN and stage == 1)
        for giver, part in zip(pair, (0.5, 0.3) if together else (0.6,), strict=False):
            rows.append((f"I-{number:03d}", npv, stage, giver, part, in_plan, evidence))
    rows = [*_planted(PLANTED_IDEAS, 1), *rows, *_planted(LATER_IDEAS, first + IDEAS)]
    names = ("idea_id", "npv", "stage_probability", "customer_id", "attribution", "in_plan", "evidence")
    frame = pd.DataFrame(rows, columns=list(names))
    return frame.astype({"idea_id": object, "customer_id": object, "evidence": object})


def _planted(ideas: Iterable[PlantedIdea], start: int) -> list[tuple[str, float, float, str, float, float, str]]:
    return [
        (f"I-{n:03d}", i.npv, i.stage_probability, i.customer_id, i.attribution, i.in_plan, i.evidence)
        for n, i in enumerate(ideas, start=start)
    ]
