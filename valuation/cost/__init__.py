"""
Cost to serve: exact allocation, pools and drivers, service departments, capacity, and the customer P&L.

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
from valuation.cost.services import (
    SERVICE_METHODS,
    ServiceCosts,
    ServiceMethod,
    allocate_services,
    service_comparison,
    service_costs,
)
from valuation.cost.time_driven import (
    TimeDrivenCost,
    TimeEquations,
    activity_minutes,
    capacity_rate,
    minutes_by_customer,
    time_driven_cost,
    time_equations,
    unused_units,
)
from valuation.cost.tracing import TracedCost, trace_cost

__all__ = [
    "FAMILIES",
    "SERVICE_METHODS",
    "TREATMENTS",
    "CostIssue",
    "CostToServe",
    "Reconciliation",
    "ServiceCosts",
    "ServiceMethod",
    "TimeDrivenCost",
    "TimeEquations",
    "TracedCost",
    "activity_minutes",
    "allocate",
    "allocate_services",
    "allocate_units",
    "capacity_rate",
    "cost_to_serve",
    "customer_pnl",
    "driver_rate",
    "minutes_by_customer",
    "reconcile",
    "service_comparison",
    "service_costs",
    "time_driven_cost",
    "time_equations",
    "trace_cost",
    "unused_units",
]
