"""
Cost to serve: exact allocation, pools and drivers, the customer P&L, and who earns and who consumes the profit.

Money goes in and out as floats; inside, ledger amounts are integer cents, so that what comes out adds up to what
went in.
"""

from valuation.cost.allocation import allocate, allocate_units
from valuation.cost.avoidable import ACTIONS, avoidable_cost, customer_actions
from valuation.cost.concentration import (
    Gini,
    Stobachoff,
    WhaleStatistics,
    gini,
    lorenz_curve,
    lorenz_points,
    stobachoff,
    whale_curve,
    whale_points,
    whale_statistics,
)
from valuation.cost.effort import effort_against_value, effort_by_tier
from valuation.cost.pnl import customer_pnl
from valuation.cost.pools import cost_to_serve, driver_rate
from valuation.cost.reconciliation import Reconciliation, reconcile
from valuation.cost.self_service import Deflection, deflection, self_service_share
from valuation.cost.statement import CostIssue, CostToServe
from valuation.cost.waterfall import WATERFALL_STEPS, waterfall
from valuation.tables import FAMILIES, GOODS, TREATMENTS

__all__ = [
    "ACTIONS",
    "FAMILIES",
    "GOODS",
    "TREATMENTS",
    "WATERFALL_STEPS",
    "CostIssue",
    "CostToServe",
    "Deflection",
    "Gini",
    "Reconciliation",
    "Stobachoff",
    "WhaleStatistics",
    "allocate",
    "allocate_units",
    "avoidable_cost",
    "cost_to_serve",
    "customer_actions",
    "customer_pnl",
    "deflection",
    "driver_rate",
    "effort_against_value",
    "effort_by_tier",
    "gini",
    "lorenz_curve",
    "lorenz_points",
    "reconcile",
    "self_service_share",
    "stobachoff",
    "waterfall",
    "whale_curve",
    "whale_points",
    "whale_statistics",
]
