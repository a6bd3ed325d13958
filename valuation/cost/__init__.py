"""
Cost to serve: allocation to the cent, pools, services and capacity, the customer P&L, and who earns the profit.

Money goes in and out as floats; inside, ledger amounts are integer cents, so that what comes out adds up to what
went in.
"""

from valuation.cost.activities import TimeEquations, activity_minutes, minutes_by_customer, time_equations
from valuation.cost.allocation import allocate, allocate_units
from valuation.cost.avoidable import ACTIONS, avoidable_cost, customer_actions
from valuation.cost.comparison import compare_costings
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
from valuation.cost.services import (
    SERVICE_METHODS,
    ServiceCosts,
    ServiceMethod,
    allocate_services,
    service_comparison,
    service_costs,
)
from valuation.cost.statement import CostIssue, CostToServe
from valuation.cost.time_driven import TimeDrivenCost, capacity_rate, time_driven_cost, unused_units
from valuation.cost.tracing import TracedCost, trace_cost
from valuation.cost.waterfall import WATERFALL_STEPS, waterfall
from valuation.cost.what_if import Effect, Standing, Totals, what_if
from valuation.cost.what_if_changes import (
    Change,
    Documents,
    DriverChange,
    OrderChange,
    PriceChange,
    ServiceChange,
    TimeChange,
    change_title,
)
from valuation.tables import FAMILIES, GOODS, TREATMENTS

__all__ = [
    "ACTIONS",
    "FAMILIES",
    "GOODS",
    "SERVICE_METHODS",
    "TREATMENTS",
    "WATERFALL_STEPS",
    "Change",
    "CostIssue",
    "CostToServe",
    "Deflection",
    "Documents",
    "DriverChange",
    "Effect",
    "Gini",
    "OrderChange",
    "PriceChange",
    "Reconciliation",
    "ServiceChange",
    "ServiceCosts",
    "ServiceMethod",
    "Standing",
    "Stobachoff",
    "TimeChange",
    "TimeDrivenCost",
    "TimeEquations",
    "Totals",
    "TracedCost",
    "WhaleStatistics",
    "activity_minutes",
    "allocate",
    "allocate_services",
    "allocate_units",
    "avoidable_cost",
    "capacity_rate",
    "change_title",
    "compare_costings",
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
    "minutes_by_customer",
    "reconcile",
    "self_service_share",
    "service_comparison",
    "service_costs",
    "stobachoff",
    "time_driven_cost",
    "time_equations",
    "trace_cost",
    "unused_units",
    "waterfall",
    "whale_curve",
    "whale_points",
    "whale_statistics",
    "what_if",
]
