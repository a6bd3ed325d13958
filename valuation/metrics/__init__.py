"""
The three customer metrics, period by period, in the company's own calendar and currency.

New customers who remain, revenue per new and per existing customer, and existing active customers; the bridges that
show that counts and revenue add up; and how much of last year's revenue its customers still bring.
"""

from valuation.metrics.bridges import revenue_bridges
from valuation.metrics.classes import CLASSES, EXISTING, INACTIVE, MATURING, NEW, NOT_YET, customer_class
from valuation.metrics.currency import Converted, converted, converted_in_full
from valuation.metrics.fiscal_calendar import PATTERNS, WEEKDAYS, YEAR_ENDS, fiscal_calendar
from valuation.metrics.periods import GRAINS, checked_periods, rolled_up
from valuation.metrics.recon import MOVEMENTS, customer_recon, customers_of
from valuation.metrics.retained import (
    RevenueBridge,
    gross_revenue_retention,
    net_revenue_retention,
    revenue_bridge,
)
from valuation.metrics.three_metrics import TENURES, ThreeMetrics, three_metrics

__all__ = [
    "CLASSES",
    "EXISTING",
    "GRAINS",
    "INACTIVE",
    "MATURING",
    "MOVEMENTS",
    "NEW",
    "NOT_YET",
    "PATTERNS",
    "TENURES",
    "WEEKDAYS",
    "YEAR_ENDS",
    "Converted",
    "RevenueBridge",
    "ThreeMetrics",
    "checked_periods",
    "converted",
    "converted_in_full",
    "customer_class",
    "customer_recon",
    "customers_of",
    "fiscal_calendar",
    "gross_revenue_retention",
    "net_revenue_retention",
    "revenue_bridge",
    "revenue_bridges",
    "rolled_up",
    "three_metrics",
]
