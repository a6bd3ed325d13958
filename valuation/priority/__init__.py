"""Priority: what is at risk in an issue, which issues get the hours, in which order, and by when."""

from valuation.priority.at_risk import value_at_risk
from valuation.priority.clock import BusinessHours, add_hours, hours_between
from valuation.priority.hours import HoursPlan, allocate_hours
from valuation.priority.service_levels import (
    STATUSES,
    allowed_hours,
    breach_ratio,
    compliance,
    due,
    service_status,
)
from valuation.priority.triage import CLASSES, reasons, triage

__all__ = [
    "CLASSES",
    "STATUSES",
    "BusinessHours",
    "HoursPlan",
    "add_hours",
    "allocate_hours",
    "allowed_hours",
    "breach_ratio",
    "compliance",
    "due",
    "hours_between",
    "reasons",
    "service_status",
    "triage",
    "value_at_risk",
]
