"""
The loyalty business case: decisions that depress earnings now and pay later, and those that do the reverse.

A case is a program beside what happens without it, as drivers by period. Everything follows from the difference of
profits: the dip, the break-even, the present value, the internal rates, what each driver decides, what must at least
come true. All of it are management measures, not defined by IFRS or GAAP.
"""

from valuation.loyalty.cash_flows import Trough, break_even, modified_internal_rate, net_present_value, trough
from valuation.loyalty.comparison import CaseComparison, compare
from valuation.loyalty.drivers import DRIVER_NAMES, BusinessCase, Drivers
from valuation.loyalty.internal_rate import InternalRates, internal_rate, internal_rates
from valuation.loyalty.presets import PRESETS, Preset, preset_drivers
from valuation.loyalty.projection import project
from valuation.loyalty.returns import PURPOSES, returns_on_spend
from valuation.loyalty.sensitivity import required_effect, scenario_drivers, scenarios, tornado
from valuation.loyalty.stop_rule import stop_rule

__all__ = [
    "DRIVER_NAMES",
    "PRESETS",
    "PURPOSES",
    "BusinessCase",
    "CaseComparison",
    "Drivers",
    "InternalRates",
    "Preset",
    "Trough",
    "break_even",
    "compare",
    "internal_rate",
    "internal_rates",
    "modified_internal_rate",
    "net_present_value",
    "preset_drivers",
    "project",
    "required_effect",
    "returns_on_spend",
    "scenario_drivers",
    "scenarios",
    "stop_rule",
    "tornado",
    "trough",
]
