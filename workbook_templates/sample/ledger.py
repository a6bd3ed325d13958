"""
What serving the customers costs and what causes it.

The Ledger pools, Trial balance, Service departments and Drivers tables.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import YEARS, BoolArray, FloatArray, IntArray, cents, money, stream, texts
from workbook_templates.sample.planted import BIGGEST_DEAL, LARGEST_ACCOUNT_LOSES_MONEY
from workbook_templates.sample.roster import Roster
from workbook_templates.sample.trading import Trades

__all__ = [
    "LEDGER",
    "control_total",
    "drivers_table",
    "ledger_pools_table",
    "service_departments_table",
    "trial_balance_table",
    "year_revenue",
]


@dataclass(frozen=True, slots=True)
class Pool:
    """A cost pool: what causes it, and where it belongs."""

    name: str
    driver: str | None
    treatment: str
    family: str
    acq_share: float | None = None
    avoidable_share: float | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger account of the twelve months; one with a customer was caused by that one alone."""

    gl_account: str
    pool: str
    name: str
    amount: float
    cost_centre: str
    customer_id: str | None = None


_POOLS = (
    Pool("Freight in", "freight in", "retention", "goods", None, 1.0),
    Pool("Supplier rebates", "supplier rebates", "retention", "goods", None, 1.0),
    Pool("Campaigns", "campaign contacts", "retention", "marketing", 0.3, 0.7),
    Pool("Lead generation", "acquisition hours", "acquisition", "marketing", None, 0.8),
    Pool("Brand", None, "sustaining", "marketing"),
    Pool("Field and inside sales", "sales hours", "retention", "sales", 0.05, 0.35),
    Pool("New business team", "acquisition hours", "acquisition", "sales", None, 0.35),
    Pool("Commissions", None, "acquisition", "sales", None, 1.0),
    Pool("Sales commissions", "commission", "retention", "sales", 0.0, 1.0),
    Pool("Sales management", None, "sustaining", "sales"),
    Pool("Order desk", "order lines", "retention", "order handling", 0.0, 0.6),
    Pool("Invoicing", "documents", "retention", "order handling", 0.0, 0.5),
    Pool("Order systems", None, "sustaining", "order handling"),
    Pool("Warehouse", "order lines", "retention", "logistics", 0.0, 0.5),
    Pool("Carriers", "shipments", "retention", "logistics", 0.0, 1.0),
    Pool("Forwarders", "freight out", "retention", "logistics", 0.0, 1.0),
    Pool("Support team", "support calls", "retention", "support", 0.0, 0.5),
    Pool("Returns desk", "return lines", "retention", "returns", 0.0, 0.6),
    Pool("IT department", None, "retention", "order handling"),
    Pool("Premises and HR", None, "retention", "logistics"),
)
POOLS = {pool.name: pool for pool in _POOLS}
"""
Cost pools by name. IT, premises and HR serve the others (`SERVICES`): their cost is passed on, so that nothing causes
it directly.
"""

LEDGER = (
    Account("501000", "Freight in", "Freight from suppliers", 142_223.64, "PU10"),
    Account("502000", "Supplier rebates", "Rebates of suppliers", -183_755.12, "PU10"),
    Account("611000", "Campaigns", "Mailings and trade fairs", 237_828.71, "MK10"),
    Account("611200", "Campaigns", "Catalogues and samples", 131_721.33, "MK10"),
    Account("612000", "Lead generation", "Lead agencies and directories", 109_914.01, "MK20"),
    Account("613000", "Brand", "Brand advertising", 88_240.00, "MK10"),
    Account("621000", "Field and inside sales", "Salaries of field sales", 690_611.23, "SA10"),
    Account("621500", "Field and inside sales", "Salaries of inside sales", 249_370.58, "SA20"),
    Account("622000", "Field and inside sales", "Cars and travel", 132_521.12, "SA10"),
    Account("623000", "New business team", "Salaries of the new business team", 213_818.67, "SA30"),
    Account("624000", "Commissions", "Commission on the largest contract", 25_301.98, "SA40", BIGGEST_DEAL),
    Account("624500", "Sales commissions", "Commission on documents", 129_755.06, "SA40"),
    Account("629000", "Sales management", "Salaries of sales management", 156_300.00, "SA01"),
    Account("631000", "Order desk", "Salaries of the order desk", 346_618.14, "OH10"),
    Account("632000", "Invoicing", "Salaries and postage of invoicing", 141_984.60, "OH20"),
    Account("639000", "Order systems", "Software of the order desk", 104_880.00, "OH01"),
    Account("641000", "Warehouse", "Wages of the warehouse", 431_354.36, "LO10"),
    Account("642000", "Carriers", "Parcel services", 321_174.89, "LO20"),
    Account("642500", "Carriers", "Packing material", 92_655.84, "LO20"),
    Account("643000", "Carriers", "Rush deliveries of one account", 107_864.98, "LO30", LARGEST_ACCOUNT_LOSES_MONEY),
    Account("644000", "Forwarders", "Forwarding agents", 263_043.37, "LO20"),
    Account("651000", "Support team", "Salaries of the service team", 591_512.66, "SU10"),
    Account("652000", "Support team", "Tools and cars of technicians", 66_161.20, "SU10"),
    Account(
        "653000", "Support team", "Resident technician of one account", 47_025.00, "SU20", LARGEST_ACCOUNT_LOSES_MONEY
    ),
    Account("661000", "Returns desk", "Wages of the returns desk", 136_317.57, "RE10"),
    Account("662000", "Returns desk", "Repackaging and disposal", 100_208.51, "RE10"),
    Account("671000", "IT department", "Salaries of the IT department", 158_420.00, "IT10"),
    Account("672000", "IT department", "Networks and licences", 87_930.35, "IT10"),
    Account("681000", "Premises and HR", "Rent and energy", 203_640.00, "PH10"),
    Account("682000", "Premises and HR", "Human resources and training", 94_515.80, "PH20"),
)
"""
The accounts. Freight in, rebates and commission are the sums of the documents; forwarders charge a little more than the
documents say.
"""

SERVICES = {
    "IT department": {
        "Premises and HR": 0.08,
        "Campaigns": 0.04,
        "Field and inside sales": 0.20,
        "Order desk": 0.22,
        "Invoicing": 0.16,
        "Warehouse": 0.16,
        "Support team": 0.14,
    },
    "Premises and HR": {
        "IT department": 0.07,
        "Field and inside sales": 0.18,
        "Order desk": 0.10,
        "Invoicing": 0.05,
        "Warehouse": 0.38,
        "Support team": 0.14,
        "Returns desk": 0.08,
    },
}
"""Pool that serves to the pools that it serves and their parts: tickets and licences; floor space and people."""

SOURCES = {
    "order lines": "Order system",
    "documents": "Order system",
    "shipments": "Warehouse system",
    "return lines": "Warehouse system",
    "support calls": "Service desk",
    "sales hours": "Visit reports",
    "acquisition hours": "Visit reports",
    "campaign contacts": "Mailing system",
}


def control_total() -> float:
    """Give the trial balance of the pools, summed in cents."""
    return int(cents(np.array([account.amount for account in LEDGER])).sum()) / 100


def ledger_pools_table() -> pd.DataFrame:
    """Write the Ledger pools table."""
    pools = [POOLS[account.pool] for account in LEDGER]
    # What one customer alone has caused would go with it.
    avoidable = [
        1.0 if account.customer_id else pool.avoidable_share for account, pool in zip(LEDGER, pools, strict=True)
    ]
    return pd.DataFrame(
        {
            "pool": texts([account.pool for account in LEDGER]),
            "gl_account": texts([account.gl_account for account in LEDGER]),
            "amount": [account.amount for account in LEDGER],
            "driver": texts([pool.driver for pool in pools]),
            "treatment": texts([pool.treatment for pool in pools]),
            "acq_share": np.array([pool.acq_share for pool in pools], dtype=np.float64),
            "family": texts([pool.family for pool in pools]),
            "customer_id": texts([account.customer_id for account in LEDGER]),
            "cost_centre": texts([account.cost_centre for account in LEDGER]),
            "avoidable_share": np.array(avoidable, dtype=np.float64),
        }
    )


def trial_balance_table() -> pd.DataFrame:
    """Write the Trial balance table: the accounts of the pools, in their order."""
    return pd.DataFrame(
        {
            "gl_account": texts([account.gl_account for account in LEDGER]),
            "name": texts([account.name for account in LEDGER]),
            "amount": [account.amount for account in LEDGER],
        }
    )


def service_departments_table() -> pd.DataFrame:
    """Write the Service departments table."""
    rows = [(pool, to_pool, share) for pool, served in SERVICES.items() for to_pool, share in served.items()]
    return pd.DataFrame(rows, columns=["pool", "to_pool", "share"]).astype({"pool": object, "to_pool": object})


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
    calls = issues.groupby("customer_id").size()
    return {
        "order lines": count(sale, trades.lines),
        "documents": count(recent, one),
        "shipments": count(sale, shipments),
        "return lines": count(credit, trades.lines),
        "support calls": calls.reindex(roster.customer_id).fillna(0.0).to_numpy(),
        "sales hours": np.rint(4 * roster["sales_hours"]) / 4,
        "acquisition hours": np.rint(4 * roster["acquisition_hours"]) / 4,
        "campaign contacts": np.rint(roster["contacts"]),
    }


def year_revenue(roster: Roster, trades: Trades) -> FloatArray:
    """Sum up each customer's net revenue of the last year."""
    recent = trades.since(YEARS[-1])
    total = np.bincount(trades.who[recent], weights=trades.net[recent], minlength=roster.size)
    return money(total.astype(np.int64))
