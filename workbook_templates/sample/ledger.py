"""What serving the customers costs and what causes it: the Ledger pools and Drivers tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import YEARS, BoolArray, FloatArray, IntArray, cents, money, stream, texts
from workbook_templates.sample.planted import BIGGEST_DEAL, LARGEST_ACCOUNT_LOSES_MONEY
from workbook_templates.sample.roster import Roster
from workbook_templates.sample.trading import Trades

__all__ = ["LEDGER", "control_total", "drivers_table", "ledger_pools_table"]


@dataclass(frozen=True, slots=True)
class Line:
    """A ledger account of the twelve months and the pool that it belongs to."""

    pool: str
    gl_account: str
    amount: float
    driver: str | None
    treatment: str
    acq_share: float | None
    family: str
    cost_centre: str
    customer_id: str | None = None


LEDGER = (
    Line("Campaigns", "611000", 244_678.71, "campaign contacts", "retention", 0.3, "marketing", "MK10"),
    Line("Campaigns", "611200", 135_551.81, "campaign contacts", "retention", 0.3, "marketing", "MK10"),
    Line("Lead generation", "612000", 109_914.01, "acquisition hours", "acquisition", None, "marketing", "MK20"),
    Line("Brand", "613000", 88_240.00, None, "sustaining", None, "marketing", "MK10"),
    Line("Field and inside sales", "621000", 846_243.23, "sales hours", "retention", 0.05, "sales", "SA10"),
    Line("Field and inside sales", "621500", 305_570.58, "sales hours", "retention", 0.05, "sales", "SA20"),
    Line("Field and inside sales", "622000", 161_621.12, "sales hours", "retention", 0.05, "sales", "SA10"),
    Line("New business team", "623000", 213_818.67, "acquisition hours", "acquisition", None, "sales", "SA30"),
    Line("Commissions", "624000", 25_301.98, None, "acquisition", None, "sales", "SA40", BIGGEST_DEAL),
    Line("Sales management", "629000", 156_300.00, None, "sustaining", None, "sales", "SA01"),
    Line("Order desk", "631000", 377_894.14, "order lines", "retention", 0.0, "order handling", "OH10"),
    Line("Invoicing", "632000", 200_892.60, "documents", "retention", 0.0, "order handling", "OH20"),
    Line("Order systems", "639000", 104_880.00, None, "sustaining", None, "order handling", "OH01"),
    Line("Warehouse", "641000", 500_354.36, "order lines", "retention", 0.0, "logistics", "LO10"),
    Line("Carriers", "642000", 584_413.89, "shipments", "retention", 0.0, "logistics", "LO20"),
    Line("Carriers", "642500", 92_655.84, "shipments", "retention", 0.0, "logistics", "LO20"),
    Line(
        "Carriers",
        "643000",
        107_864.98,
        "shipments",
        "retention",
        0.0,
        "logistics",
        "LO30",
        LARGEST_ACCOUNT_LOSES_MONEY,
    ),
    Line("Support team", "651000", 540_496.66, "support minutes", "retention", 0.0, "support", "SU10"),
    Line("Support team", "652000", 66_161.20, "support minutes", "retention", 0.0, "support", "SU10"),
    Line(
        "Support team",
        "653000",
        47_025.00,
        "support minutes",
        "retention",
        0.0,
        "support",
        "SU20",
        LARGEST_ACCOUNT_LOSES_MONEY,
    ),
    Line("Unused support capacity", "651900", 103_742.56, None, "unallocated", None, "support", "SU10"),
    Line("Returns desk", "661000", 151_117.57, "return lines", "retention", 0.0, "returns", "RE10"),
    Line("Returns desk", "662000", 111_018.51, "return lines", "retention", 0.0, "returns", "RE10"),
)
"""
The accounts. A line with a customer was caused by that one alone: the rush deliveries and the resident technician of
the largest account, the commission on the biggest deal.
"""

SOURCES = {
    "order lines": "Order system",
    "documents": "Order system",
    "shipments": "Warehouse system",
    "return lines": "Warehouse system",
    "support minutes": "Service desk",
    "sales hours": "Visit reports",
    "acquisition hours": "Visit reports",
    "campaign contacts": "Mailing system",
}


def control_total() -> float:
    """Give the trial balance of the pools, summed in cents."""
    return int(cents(np.array([line.amount for line in LEDGER])).sum()) / 100


def ledger_pools_table() -> pd.DataFrame:
    """Write the Ledger pools table."""
    names = ("pool", "gl_account", "driver", "treatment", "family", "customer_id", "cost_centre")
    frame = pd.DataFrame({name: texts([getattr(line, name) for line in LEDGER]) for name in names})
    frame.insert(2, "amount", [line.amount for line in LEDGER])
    frame.insert(5, "acq_share", np.array([line.acq_share for line in LEDGER], dtype=np.float64))
    return frame


def drivers_table(roster: Roster, trades: Trades, issues: pd.DataFrame) -> pd.DataFrame:
    """Write the Drivers table: counted from the documents and issues of the year, or kept by sales and marketing."""
    counted = _quantities(roster, trades, issues)
    parts = []
    for driver, quantity in counted.items():
        used = np.flatnonzero(quantity > 0)
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": roster.customer_id[used],
                    "driver": texts([driver] * used.size),
                    "quantity": quantity[used],
                    "source": texts([SOURCES[driver]] * used.size),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _quantities(roster: Roster, trades: Trades, issues: pd.DataFrame) -> dict[str, FloatArray]:
    rng = stream("drivers")
    recent = trades.since(YEARS[-1])
    sale, credit = recent & ~trades.credit, recent & trades.credit

    def count(chosen: BoolArray, weight: IntArray | FloatArray) -> FloatArray:
        return np.bincount(trades.who[chosen], weights=weight[chosen], minlength=roster.size).astype(np.float64)

    one = np.ones(trades.who.size)
    shipments = 1 + np.floor(roster["extra_shipments"][trades.who] * 2 * rng.random(trades.who.size) + 0.5)
    minutes = (issues["hours"] * 60).groupby(issues["customer_id"]).sum()
    return {
        "order lines": count(sale, trades.lines),
        "documents": count(recent, one),
        "shipments": count(sale, shipments),
        "return lines": count(credit, trades.lines),
        "support minutes": minutes.reindex(roster.customer_id).fillna(0.0).to_numpy(),
        "sales hours": np.rint(4 * roster["sales_hours"]) / 4,
        "acquisition hours": np.rint(4 * roster["acquisition_hours"]) / 4,
        "campaign contacts": np.rint(roster["contacts"]),
    }


def year_revenue(roster: Roster, trades: Trades) -> FloatArray:
    """Sum up each customer's net revenue of the last year."""
    recent = trades.since(YEARS[-1])
    total = np.bincount(trades.who[recent], weights=trades.net[recent], minlength=roster.size)
    return money(total.astype(np.int64))
