"""What customers tell us: the Issues and Survey tables."""

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import (
    AS_OF_DAY,
    YEARS,
    FloatArray,
    TextArray,
    blanked,
    dates,
    numbered,
    spread,
    stream,
    texts,
    whole,
    year_bounds,
)
from workbook_templates.sample.planted import (
    FAST_ADOPTER,
    LARGEST_ACCOUNT_LOSES_MONEY,
    LOYAL_CUSTOMER,
    PERFECT_FIT,
    SAFETY_REPORT,
    UNDERVALUED,
    VULNERABLE,
)
from workbook_templates.sample.plants import PLANTS
from workbook_templates.sample.roster import Roster

__all__ = ["issues_table", "survey_table"]

HOURS = (0.25, 0.4, 0.7, 1.4, 2.6, 4.5, 8.5, 14.0, 22.0)
"""Work on an issue."""
DAYS_TO_SOLVE = (0.0, 0.0, 1.0, 2.0, 6.0, 15.0, 40.0, 80.0, 120.0)
SEVERITIES = (0.05, 0.22, 0.65)
"""Cumulated shares of severity 1, 2 and 3; the others are 4."""
LOSS_BY_SEVERITY = np.array([0.14, 0.07, 0.025, 0.008])
"""Chance to lose the customer over an unsolved issue."""
ANSWERED = 0.62
OPEN_COMPLAINTS = ((VULNERABLE, 4), (LOYAL_CUSTOMER, 1))
"""Planted customers with severe issues that are still open, and how many."""
CONTRACT_HOURS = {LARGEST_ACCOUNT_LOSES_MONEY: 48.0, VULNERABLE: 24.0, LOYAL_CUSTOMER: 12.0}
"""Hours by contract until a severe issue has to be solved."""
SEVERE = 2
SAFETY = 0.02
"""Part of the severe issues that are about safety."""
CONTRACTS_SIGNED = {
    LARGEST_ACCOUNT_LOSES_MONEY: 385_000.0,
    VULNERABLE: 348_000.0,
    LOYAL_CUSTOMER: 212_000.0,
    "C0933": 174_000.0,
    "C1026": 96_000.0,
    "C0371": 82_000.0,
    PERFECT_FIT: 58_000.0,
}
"""Largest contract of the year, of customers under contract whose contracts are larger than any single document."""
BETA_TESTS = "beta tests"
"""A measure that the company adds to the survey: tests of new products that the customer took part in."""
EARLY, TOOK_UP = 75.0, 0.8
"""Days within which somebody adopts early, and the part of those whose new technology is known."""
TECHNOLOGY = (
    "Sensors on machines that order wear parts",
    "Spare parts from the 3D printer",
    "Torque tools that log every screw",
    "Cabinets that count what is taken out",
    "Orders by scanner straight from the shelf",
    "Electric service vans",
    "Upkeep planned from the building model",
)
INTERVIEWED, JUDGED = 0.35, 1 / 3
"""Parts of those who answered whom product management has interviewed, and whose poaching sales has judged."""
LEAD_USER = (0.0, 1.0, 2.0, 4.0, 6.0, 7.5, 8.5, 9.0, 9.5)
"""How far somebody is ahead of the market, against `EARLY` adopters, who are two points further."""
POACHED = {FAST_ADOPTER: 0.15, VULNERABLE: 0.35} | dict.fromkeys(UNDERVALUED, 0.25)
"""Chance that a competitor wins a planted customer."""


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
    return frame.assign(contract_hours=_contract_hours(frame), exempt=_exempt(frame))


def _contract_hours(issues: pd.DataFrame) -> "pd.Series[float]":
    return issues["customer_id"].map(CONTRACT_HOURS).where(issues["severity"] <= SEVERE)


def _exempt(issues: pd.DataFrame) -> FloatArray:
    """Tell which issues are about safety: a few severe ones, and the last of the planted customer."""
    drawn = stream("safety").random(len(issues)) < SAFETY
    safety = (issues["severity"] <= SEVERE).to_numpy() & drawn
    safety[issues.index[issues["customer_id"] == SAFETY_REPORT][-1]] = True
    return safety.astype(np.float64)


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
            "largest_deal": [CONTRACTS_SIGNED.get(cid, np.nan) for cid in roster.customer_id],
            "lead_user": _lead_user(roster),
            "technology": _technology(roster),
            "p_poach": _poached(roster),
            BETA_TESTS: _beta_tests(roster),
        }
    )
    return frame[answered].reset_index(drop=True)


def _beta_tests(roster: Roster) -> FloatArray:
    """Count the tests that a customer took part in: those who adopt early are asked most often."""
    early = np.clip(1 - roster["adoption_days"] / 120, 0, 1)
    tests = np.floor(4 * early * stream("beta tests").random(roster.size))
    return np.where(roster.customer_id == FAST_ADOPTER, 5.0, tests)


def _lead_user(roster: Roster) -> FloatArray:
    """Score how far ahead of the market those are whom product management has interviewed."""
    rng = stream("lead users")
    score = spread(rng, roster.size, LEAD_USER) + 2.0 * (roster["adoption_days"] <= EARLY)
    asked = np.where(rng.random(roster.size) < INTERVIEWED, np.minimum(10.0, np.round(score, 1)), np.nan)
    return np.where(roster.customer_id == FAST_ADOPTER, 9.0, asked)


def _technology(roster: Roster) -> TextArray:
    """Name what early adopters took up, where it is known."""
    rng = stream("technology")
    what = texts([TECHNOLOGY[n] for n in rng.integers(0, len(TECHNOLOGY), roster.size)])
    known = (roster["adoption_days"] <= EARLY) & (rng.random(roster.size) < TOOK_UP)
    return blanked(what, known | (roster.customer_id == FAST_ADOPTER))


def _poached(roster: Roster) -> FloatArray:
    """Judge the chance to lose a customer to a competitor, for a third: the worse the product fits, the more."""
    rng = stream("poaching")
    chance = np.round(np.clip(0.32 - 0.3 * roster["fit"] + 0.12 * rng.random(roster.size), 0.02, 0.6), 2)
    judged = np.where(rng.random(roster.size) < JUDGED, chance, np.nan)
    return np.array([POACHED.get(cid, drawn) for cid, drawn in zip(roster.customer_id, judged, strict=True)])
