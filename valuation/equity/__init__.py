"""
Customer equity: the customer base as an asset, and how its value moves from one date to the next.

These are management measures, not defined by IFRS or GAAP and unaudited; print the convention beside the number.
"""

from valuation.equity.assets import CustomerEquity, DynamicEquity, customer_equity, dynamic_equity, enterprise_bridge
from valuation.equity.returns import return_on_customer
from valuation.equity.roll_forward import LINES, MOVEMENTS, STEPS, RollForward, roll_forward, roll_forward_aligned
from valuation.equity.snapshots import STATUSES, AlignedSnapshots, Snapshot, aligned

__all__ = [
    "LINES",
    "MOVEMENTS",
    "STATUSES",
    "STEPS",
    "AlignedSnapshots",
    "CustomerEquity",
    "DynamicEquity",
    "RollForward",
    "Snapshot",
    "aligned",
    "customer_equity",
    "dynamic_equity",
    "enterprise_bridge",
    "return_on_customer",
    "roll_forward",
    "roll_forward_aligned",
]
