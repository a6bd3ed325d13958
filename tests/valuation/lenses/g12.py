"""The measures of the 12-customer example, under the names of the default statements."""

import json
from pathlib import Path
from typing import Any, Final

import pandas as pd

FOLDER = Path(__file__).parents[2] / "golden"
GOLDEN: Final[dict[str, Any]] = json.loads((FOLDER / "lenses.json").read_text("utf-8"))
CUSTOMERS: Final[list[str]] = GOLDEN["customers"]


def measures() -> pd.DataFrame:
    lens = pd.read_csv(FOLDER / "g12_lens_inputs.csv", dtype={"id": str}).set_index("id")
    books = pd.read_csv(FOLDER / "g12_customers.csv", dtype={"id": str}).set_index("id").loc[lens.index]
    return pd.DataFrame(
        {
            "support_minutes_per_1000": lens["sup_per_k"],
            "self_service_share": lens["selfshare"],
            "fit": lens["fit"],
            "ideas": lens["innov"],
            "revenue_growth": lens["growth"],
            "net_revenue": books["net"],
            "cts_share": lens["cts_pct"],
            "won_referrals": lens["refs"],
            "nps": lens["nps"],
            "sales_cost_share": lens["sales_pct"],
            "retention_rate": books["r"],
            "lifetime_value": lens["cev"] - lens["crv"] - lens["civ"] - lens["ckv"],
            "largest_deal": lens["deal"],
            "ontime_share": lens["ontime"],
            "contribution": books["contrib"],
            "engagement_value": lens["cev"],
        }
    )
