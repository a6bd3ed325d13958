"""Priority: what is at risk in an issue, which get the hours and when, whose voice is loud, and whom to ask."""

from valuation.priority.at_risk import value_at_risk
from valuation.priority.clock import BusinessHours, add_hours, hours_between
from valuation.priority.hours import HoursPlan, allocate_hours
from valuation.priority.panel import SMALL_FAST_ADOPTERS, PanelStrata, panel_strata
from valuation.priority.poaching import poaching_exposure
from valuation.priority.readings import Readings, readings
from valuation.priority.sampling import SampleWeights, sample_plan, sample_weights
from valuation.priority.selection import SampleSelection, sample_select
from valuation.priority.service_levels import STATUSES, allowed_hours, breach_ratio, compliance, due, service_status
from valuation.priority.triage import CLASSES, reasons, triage
from valuation.priority.voice import ShareOfVoice, share_of_voice

__all__ = [
    "CLASSES",
    "SMALL_FAST_ADOPTERS",
    "STATUSES",
    "BusinessHours",
    "HoursPlan",
    "PanelStrata",
    "Readings",
    "SampleSelection",
    "SampleWeights",
    "ShareOfVoice",
    "add_hours",
    "allocate_hours",
    "allowed_hours",
    "breach_ratio",
    "compliance",
    "due",
    "hours_between",
    "panel_strata",
    "poaching_exposure",
    "readings",
    "reasons",
    "sample_plan",
    "sample_select",
    "sample_weights",
    "service_status",
    "share_of_voice",
    "triage",
    "value_at_risk",
]
