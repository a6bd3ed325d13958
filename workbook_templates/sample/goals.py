"""
What the company has set out to reach for its customers by the end of 2026: the Goals table.

Half of the time is over. Most goals are about half-way, three are behind the time, and one has hardly moved. Where
the workbook knows the measure nothing is typed as the actual.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import dates, day_of, texts

__all__ = ["GOALS", "Goal", "goals_table"]

START, END = dt.date(2025, 1, 1), dt.date(2026, 12, 31)


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal: whom it serves, whose view it comes from, where it starts and where it is to be."""

    id: str
    serves: str | None
    level: str
    lens: str | None
    measure: str
    unit: str
    baseline: float
    target: float
    owner: str
    weight: float
    actual: float = float("nan")
    actual_date: dt.date | None = None
    rollup: str = "own"
    band: float = float("nan")


GOALS: Final = (
    Goal("G01", None, "company", None, "customer_equity", "EUR", 8_000_000, 9_400_000, "CEO", 0.5),
    Goal("G02", None, "company", None, "return_on_customer", "per year", 0.45, 0.55, "CEO", 0.5, rollup="own"),
    Goal("G03", "G02", "executive", "CFO", "contribution", "EUR/year", 3_600_000, 4_400_000, "CFO", 0.5),
    Goal("G04", "G02", "executive", "CCO", "support_minutes_per_1000", "minutes per 1,000 EUR", 16, 11, "CCO", 0.3),
    Goal("G05", "G02", "executive", "CMO", "payback_months", "months", 12, 7, "CMO", 0.2),
    Goal("G06", "G01", "executive", "CRO", "retention_rate", "of customers", 0.82, 0.85, "CRO", 0.5),
    Goal("G07", "G01", "executive", "CPO", "fit", "of requirements", 0.73, 0.80, "CPO", 0.3),
    Goal("G08", "G01", "executive", "CMO", "referral_value", "EUR", 500_000, 760_000, "CMO", 0.2),
    Goal("G09", "G03", "manager", "CFO", "days_late", "days", 16, 6, "Treasurer", 0.4),
    Goal("G10", "G03", "manager", "CRO", "sales_cost_share", "of net revenue", 0.062, 0.052, "Head of sales", 0.6),
    Goal("G11", "G04", "manager", "CCO", "self_service_share", "of questions", 0.58, 0.70, "Head of support", 0.6),
    Goal(
        "G12",
        "G04",
        "team",
        "CCO",
        "Calls solved at the first attempt",
        "of calls",
        0.61,
        0.75,
        "Head of night support",
        0.4,
        actual=0.652,
    ),
    Goal("G13", "G06", "manager", "CRO", "residual_value", "EUR", 8_100_000, 9_300_000, "Head of key accounts", 0.4),
    Goal("G14", "G06", "manager", "CCO", "value_at_risk_a", "EUR", 450_000, 300_000, "Head of support", 0.3),
    Goal(
        "G15",
        "G06",
        "manager",
        "CRO",
        "existing_active_customers",
        "customers",
        733,
        733,
        "Head of inside sales",
        0.3,
        band=15,
    ),
    Goal("G16", "G07", "manager", "CPO", "knowledge_value", "EUR", 280_000, 480_000, "Head of product", 1.0),
    Goal(
        "G17",
        "G13",
        "team",
        "CRO",
        "revenue_per_existing_customer",
        "EUR/year",
        32_200,
        36_500,
        "Head of field sales",
        0.6,
    ),
    Goal(
        "G18",
        "G13",
        "team",
        "CRO",
        "Visits of segment A with an agreed plan",
        "of customers",
        0.20,
        0.80,
        "Head of account planning",
        0.4,
        actual=0.23,
        actual_date=dt.date(2025, 9, 30),
    ),
)
"""The cascade, each goal below the one that it serves."""


def goals_table() -> pd.DataFrame:
    """Write the Goals table."""
    counted = [goal.actual_date for goal in GOALS]
    every = np.ones(len(GOALS), dtype=np.int64)
    return pd.DataFrame(
        {
            "goal_id": texts([goal.id for goal in GOALS]),
            "parent_id": texts([goal.serves for goal in GOALS]),
            "level": texts([goal.level for goal in GOALS]),
            "lens": texts([goal.lens for goal in GOALS]),
            "measure": texts([goal.measure for goal in GOALS]),
            "unit": texts([goal.unit for goal in GOALS]),
            "baseline": [float(goal.baseline) for goal in GOALS],
            "baseline_date": dates(day_of(START) * every),
            "target": [float(goal.target) for goal in GOALS],
            "target_date": dates(day_of(END) * every),
            "actual": [goal.actual for goal in GOALS],
            "actual_date": dates(
                np.array([0 if day is None else day_of(day) for day in counted]),
                known=np.array([day is not None for day in counted]),
            ),
            "owner": texts([goal.owner for goal in GOALS]),
            "weight": [goal.weight for goal in GOALS],
            "rollup": texts([goal.rollup for goal in GOALS]),
            "band": [float(goal.band) for goal in GOALS],
        }
    )
