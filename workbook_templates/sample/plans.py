"""What the company plans for its customers: a loyalty program, money to spend, service levels and an insight panel."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from valuation.tables import FX, PERIODS, empty_frame
from workbook_templates.sample.draws import texts

__all__ = [
    "LOYALTY_PROGRAM",
    "PANEL_SIZE",
    "QUICK_PROFIT",
    "customer_spend_table",
    "fx_table",
    "loyalty_drivers_table",
    "panel_plan_table",
    "periods_table",
    "service_levels_table",
]

BLANK: Final = float("nan")
LOYALTY_PROGRAM: Final = "Care and keep"
"""
A fixed contact, free returns within a month and self-service: dear for two years, and more customers stay.

Every figure is a change of the base that the model finds, which is not the same with every choice of packs; with all of
them 856 customers, of whom 83.7% stay, bring a margin of 10,393 and cost 5,199 to serve.
"""
QUICK_PROFIT: Final = "Close the help desk at night"
"""The same the other way round: 119 less cost to serve at once, and from the second year on fewer customers stay."""
YEARS: Final = 7
DRIVERS: Final[Mapping[str, Mapping[str, Sequence[float]]]] = {
    LOYALTY_PROGRAM: {
        "retention_rate": (0.005, 0.016, 0.028, 0.028, 0.028, 0.028, 0.028),
        "margin": (-123.0,) * YEARS,
        "cost_to_serve": (-4.0, -99.0, -209.0, -259.0, -259.0, -259.0, -259.0),
        "investment": (330_000.0, 210_000.0, 120_000.0, 100_000.0, 100_000.0, 100_000.0, 100_000.0),
    },
    QUICK_PROFIT: {
        "retention_rate": (BLANK, -0.015, -0.025, -0.025, -0.025, -0.025, -0.025),
        "cost_to_serve": (-119.0,) * YEARS,
    },
}
"""By case and driver; what a case leaves alone is blank."""

SPEND: Final = (
    ("acquire", "Field sales to new customers", 352_000.0, 47.0, BLANK, BLANK),
    ("acquire", "Search advertising for the web shop", 118_000.0, 70.0, BLANK, BLANK),
    ("acquire", "Rewards for referrals", 52_000.0, 18.0, BLANK, BLANK),
    ("retain", "Fixed contact for the best accounts", 160_000.0, 330.0, 0.03, BLANK),
    ("retain", "Welcome calls in the first ninety days", 24_000.0, 135.0, 0.04, BLANK),
    ("develop", "Bundles offered with every order", 90_000.0, 250.0, BLANK, 420.0),
    ("develop", "Training days at the customer's", 35_000.0, 60.0, BLANK, 850.0),
)
"""Purpose, name, spend of a year, customers won or reached, gain in retention, gain in yearly margin."""

HOURS: Final[Mapping[str, tuple[float, float, float, float]]] = {
    "A": (8.0, 24.0, 48.0, 96.0),
    "B": (24.0, 48.0, 72.0, 120.0),
    "C": (24.0, 72.0, 120.0, 168.0),
    "N": (48.0, 96.0, 168.0, 240.0),
}
"""Hours until an issue has to be solved, by value segment and severity from 1 to 4."""

PANEL_SIZE: Final = 60
PANEL: Final = (
    ("Fast adopters", 12.0, BLANK),
    ("A", 8.0, 15.0),
    ("B", 8.0, BLANK),
    ("C", 8.0, BLANK),
    ("N", BLANK, BLANK),
)
"""Group, fewest and most places: the panel is not to hear segment A alone, nor the most numerous group alone."""


def periods_table() -> pd.DataFrame:
    """Leave the Periods table empty: the fiscal year is the calendar year."""
    return empty_frame(PERIODS)


def fx_table() -> pd.DataFrame:
    """Leave the FX table empty: the company trades in its reporting currency alone."""
    return empty_frame(FX)


def loyalty_drivers_table() -> pd.DataFrame:
    """Write the Loyalty drivers table; the base is left to the model, and so is what a case does not change."""
    unchanged = (BLANK,) * YEARS
    names = ("retention_rate", "new_customers", "margin", "cost_to_serve", "acquisition_cost", "investment")
    cases = [
        pd.DataFrame(
            {
                "case": texts([case] * YEARS),
                "year": np.arange(1.0, YEARS + 1),
                "given_as": texts(["change"] * YEARS),
                **{name: drivers.get(name, unchanged) for name in names},
            }
        )
        for case, drivers in DRIVERS.items()
    ]
    return pd.concat(cases, ignore_index=True)


def customer_spend_table() -> pd.DataFrame:
    """Write the Customer spend table; what is spent on winning customers is the cost of winning of the year."""
    return pd.DataFrame(SPEND, columns=["purpose", "name", "spend", "customers", "retention_gain", "margin_gain"])


def service_levels_table() -> pd.DataFrame:
    """Write the Service levels table."""
    rows = [(segment, float(severity), h) for segment, by in HOURS.items() for severity, h in enumerate(by, start=1)]
    return pd.DataFrame(rows, columns=["segment", "severity", "hours"])


def panel_plan_table() -> pd.DataFrame:
    """Write the Panel plan table; how far opinions differ within a group is not known."""
    return pd.DataFrame(PANEL, columns=["stratum", "minimum", "maximum"]).assign(spread=BLANK)
