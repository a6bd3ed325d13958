"""
Cost to serve: exact allocation, pools and drivers, and the customer P&L.

Money goes in and out as floats; inside, ledger amounts are integer cents, so that what comes out adds up to what
went in.
"""

from valuation.cost.allocation import allocate, allocate_units
from valuation.cost.pnl import customer_pnl
from valuation.cost.pools import (
    FAMILIES,
    TREATMENTS,
    CostIssue,
    CostToServe,
    Reconciliation,
    cost_to_serve,
    driver_rate,
    reconcile,
)
from valuation.cost.self_service import Deflection, deflection, self_service_share

__all__ = [
    "FAMILIES",
    "TREATMENTS",
    "CostIssue",
    "CostToServe",
    "Deflection",
    "Reconciliation",
    "allocate",
    "allocate_units",
    "cost_to_serve",
    "customer_pnl",
    "deflection",
    "driver_rate",
    "reconcile",
    "self_service_share",
]
