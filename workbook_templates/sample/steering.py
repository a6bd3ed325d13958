"""What people decide about single customers and segments: Strategic ratings, Overrides and Needs segments."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from valuation.tables import CRITERIA
from workbook_templates.sample.draws import FloatArray, TextArray, dates, day_of, stream, texts
from workbook_templates.sample.planted import (
    ADVOCATE,
    BIG_RETURNER,
    BIGGEST_DEAL,
    CONTESTED,
    COSTLY_TO_DROP,
    DISCOUNT_HUNTERS,
    FAST_ADOPTER,
    LARGEST_ACCOUNT_LOSES_MONEY,
    LATE_PAYER,
    LOYAL_CUSTOMER,
    ONLINE_BUYER,
    PERFECT_FIT,
    VULNERABLE,
)
from workbook_templates.sample.roster import STILL_HERE, Roster

__all__ = ["NEEDS_OF", "needs_table", "overrides_table", "ratings_table"]

RATED = 40
RATINGS: Mapping[str, tuple[int, int, int, int, int]] = MappingProxyType(
    {
        VULNERABLE: (5, 2, 5, 3, 4),
        LARGEST_ACCOUNT_LOSES_MONEY: (3, 1, 2, 1, 2),
        LOYAL_CUSTOMER: (5, 4, 3, 2, 5),
        PERFECT_FIT: (5, 3, 4, 3, 5),
        FAST_ADOPTER: (3, 5, 1, 5, 5),
        ADVOCATE: (4, 2, 2, 2, 4),
        CONTESTED: (3, 4, 3, 2, 3),
        BIGGEST_DEAL: (4, 2, 5, 2, 3),
        LATE_PAYER: (2, 1, 2, 2, 2),
    }
)
"""By `CRITERIA`, of customers who stand for something; the others that are rated are the largest."""
NO_EVIDENCE, STALE = BIG_RETURNER, DISCOUNT_HUNTERS[0]
"""Rated without saying why; rated longer ago than twelve months."""
STALE_SINCE = dt.date(2024, 9, 12)
EVIDENCE = (
    "Account plan 2025",
    "Visits of other customers in the year",
    "Joint development agreement",
    "Sector study of marketing",
    "Interview with its purchasing",
)
RATERS = ("Head of sales", "Head of product", "Key account manager")

OVERRIDES = (
    (
        COSTLY_TO_DROP,
        "C",
        "Most of its cost would stay if it left: kept while its prices are negotiated",
        "CFO",
        dt.date(2026, 6, 30),
    ),
    (BIGGEST_DEAL, "A", "Follow-up of the deal of June expected", "Head of sales", dt.date(2025, 10, 31)),
    (DISCOUNT_HUNTERS[1], "B", None, "Head of sales", dt.date(2026, 3, 31)),
)
"""In force; expired; and without a reason, so that it has no effect: customer, segment, reason, owner, last day."""

UPTIME, UPKEEP, PROOF, SELF_SERVE = "Uptime", "Upkeep in one hand", "Tender and proof", "Simple and quick"
DEVELOP = "Joint development"
NEEDS = (
    (UPTIME, "Manufacturing", "Head of key accounts", "The part on the day, and one person to call; no bundles"),
    (UPKEEP, "Facilities", "Head of service", "One contract for all sites and one invoice; no single parts"),
    (PROOF, "Public sector", "Head of tenders", "Fixed prices and papers that stand up to an audit; no promotions"),
    (SELF_SERVE, "Small trade", "Head of inside sales", "Order in a minute, delivery tomorrow; no visits"),
    (SELF_SERVE, "Online", "Head of inside sales", "Order in a minute, delivery tomorrow; no visits"),
    (DEVELOP, None, "Head of product", "To try what is new first, and a say in it; no finished catalogue"),
)
"""Needs segment, the customers' segment that has these needs, owner, and the needs."""
NEEDS_OF: Mapping[str, str] = MappingProxyType(
    {
        FAST_ADOPTER: DEVELOP,
        PERFECT_FIT: DEVELOP,
        LOYAL_CUSTOMER: DEVELOP,
        "C0933": DEVELOP,
        ONLINE_BUYER: UPKEEP,
    }
)
"""Customers whose needs are not those of their segment."""


def ratings_table(roster: Roster) -> pd.DataFrame:
    """Write the Strategic ratings: of the largest customers, and of some that stand for something."""
    rng = stream("ratings")
    here = (roster.last == STILL_HERE) & ~roster.prospect & ~np.isin(roster.customer_id.astype(str), list(RATINGS))
    largest = np.argsort(np.where(here, -roster["revenue"], np.inf), kind="stable")[: RATED - len(RATINGS)]
    rows = np.sort(np.concatenate((largest, np.flatnonzero(np.isin(roster.customer_id.astype(str), list(RATINGS))))))
    ids = roster.customer_id[rows]
    days = day_of(dt.date(2025, 2, 3)) + rng.integers(0, 300, ids.size)
    days[ids == STALE] = day_of(STALE_SINCE)
    evidence = texts([EVIDENCE[n] for n in rng.integers(0, len(EVIDENCE), ids.size)])
    evidence[ids == NO_EVIDENCE] = None
    owner = texts([RATERS[n] for n in rng.integers(0, len(RATERS), ids.size)])
    ratings = _rated(ids, rng)
    columns = {name: ratings[:, place] for place, name in enumerate(CRITERIA)}
    return pd.DataFrame(
        {"customer_id": ids, **columns, "evidence": evidence, "owner": owner, "rated_on": dates(days)},
    )


def _rated(ids: TextArray, rng: np.random.Generator) -> FloatArray:
    """Draw ratings of whole points, a few of them blank; those of planted customers are what they are."""
    drawn = rng.integers(0, 6, (ids.size, len(CRITERIA))).astype(np.float64)
    drawn[rng.random(drawn.shape) < 0.06] = np.nan
    for row, cid in enumerate(ids):
        if cid in RATINGS:
            drawn[row] = RATINGS[cid]
    return drawn


def overrides_table() -> pd.DataFrame:
    """Write the Overrides table."""
    frame = pd.DataFrame(OVERRIDES, columns=["customer_id", "segment", "reason", "owner", "expires"], dtype=object)
    frame["expires"] = dates(np.array([day_of(day) for day in frame["expires"]]))
    return frame


def needs_table() -> pd.DataFrame:
    """Write the Needs segments table."""
    return pd.DataFrame(NEEDS, columns=["needs_segment", "segment", "owner", "need"], dtype=object)
