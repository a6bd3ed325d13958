"""
Cost to serve: exact allocation, pools and drivers, and the customer P&L.

Money goes in and out as floats; inside, ledger amounts are integer cents, so that what comes out adds up to what
went in.
"""

from valuation.cost.allocation import allocate, allocate_units
from valuation.cost.pnl import customer_pnl
from valuation.cost.pools import cost_to_serve, driver_rate
from valuation.cost.reconciliation import Reconciliation, reconcile
from valuation.cost.statement import CostIssue, CostToServe
from valuation.tables import FAMILIES, GOODS, TREATMENTS

__all__ = [
    "FAMILIES",
    "GOODS",
    "TREATMENTS",
    "CostIssue",
    "CostToServe",
    "Reconciliation",
    "allocate",
    "allocate_units",
    "cost_to_serve",
    "customer_pnl",
    "driver_rate",
    "reconcile",
]
