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
from valuation.cost.waterfall import WATERFALL_STEPS, waterfall

__all__ = [
    "ACTIONS",
    "FAMILIES",
    "TREATMENTS",
    "WATERFALL_STEPS",
    "CostIssue",
    "CostToServe",
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
    "driver_rate",
    "effort_against_value",
    "effort_by_tier",
    "gini",
    "lorenz_curve",
    "lorenz_points",
    "reconcile",
    "stobachoff",
    "waterfall",
    "whale_curve",
    "whale_points",
    "whale_statistics",
]
