"""What customers tell us: the Issues and Survey tables."""

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
    whole,
    year_bounds,
)
from workbook_templates.sample.planted import (
    FAST_ADOPTER,
    LARGEST_ACCOUNT_LOSES_MONEY,
    LOYAL_CUSTOMER,
    PERFECT_FIT,
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
            "largest_deal": [CONTRACTS_SIGNED.get(cid, np.nan) for cid in roster.customer_id],
            BETA_TESTS: _beta_tests(roster),
        }
    )
    return frame[answered].reset_index(drop=True)


def _beta_tests(roster: Roster) -> FloatArray:
    """Count the tests that a customer took part in: those who adopt early are asked most often."""
    early = np.clip(1 - roster["adoption_days"] / 120, 0, 1)
    tests = np.floor(4 * early * stream("beta tests").random(roster.size))
    return np.where(roster.customer_id == FAST_ADOPTER, 5.0, tests)
