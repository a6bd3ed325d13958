"""The 12-customer example, as far as priority needs it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from valuation.priority import value_at_risk

FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN: dict[str, Any] = json.loads((FOLDER / "priority.json").read_text("utf-8"))
HOURS: dict[str, Any] = GOLDEN["hours"]
TRIAGE: dict[str, Any] = GOLDEN["triage"]
ENGAGEMENT: dict[str, float] = json.loads((FOLDER / "engagement.json").read_text("utf-8"))["g12"]["ranking_value"]


def example_issues() -> pd.DataFrame:
    """The six issues, with the classes by engagement value of the same customers."""
    tiers = json.loads((FOLDER / "segments.json").read_text("utf-8"))["pareto"]["cases"]
    by_engagement = next(case["expected"] for case in tiers if case["basis"] == "engagement value")
    class_of = {customer: name for name, customers in by_engagement.items() for customer in customers.split()}
    customers = list(TRIAGE["customer"].values())
    values = np.array([ENGAGEMENT[customer] for customer in customers])
    return pd.DataFrame(
        {
            "issue_id": list(TRIAGE["customer"]),
            "value_at_risk": value_at_risk(values, list(TRIAGE["loss_now"].values()), 0.0),
            "hours": [float(hours) for hours in TRIAGE["hours"].values()],
            "severity": 2,
            "opened": np.datetime64("2025-12-30T09:00"),
            "value_class": [class_of[customer] for customer in customers],
        }
    )
