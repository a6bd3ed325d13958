"""Plans to begin with, for people to edit: service levels by segment, and who is to be heard in the insight panel."""

from typing import Final

import pandas as pd

from valuation.tables import PANEL_GROUPS

__all__ = ["default_panel_plan", "default_service_levels"]

_HOURS: Final = {
    "A": (4.0, 8.0, 24.0, 72.0),
    "B": (8.0, 24.0, 72.0, 120.0),
    "C": (24.0, 72.0, 120.0, 240.0),
    "N": (48.0, 120.0, 240.0, 480.0),
}
"""Hours to solve an issue of each severity, the worst first."""
_FEWEST: Final = (10.0, 5.0, 5.0, 10.0, 5.0)
"""Customers of each group of the panel."""


def default_service_levels() -> pd.DataFrame:
    """
    Give the service levels to begin with.

    Returns
    -------
    DataFrame
        The columns of the table Service levels: segment, severity, hours.

    Notes
    -----
    Project convention: each segment waits about as long as the one before it does for an issue one step less severe.

    Examples
    --------
    >>> default_service_levels().query("severity == 1")["hours"].tolist()
    [4.0, 8.0, 24.0, 48.0]
    """
    rows = [
        (segment, severity, hours)
        for segment, levels in _HOURS.items()
        for severity, hours in enumerate(levels, start=1)
    ]
    return pd.DataFrame(rows, columns=["segment", "severity", "hours"])


def default_panel_plan() -> pd.DataFrame:
    """
    Give the plan of the insight panel to begin with: every group that brings insight has a place.

    Returns
    -------
    DataFrame
        The groups with their fewest customers: stratum, minimum.

    Examples
    --------
    >>> default_panel_plan()["stratum"].tolist()
    ['Fast adopters', 'A', 'B', 'C', 'N']
    """
    return pd.DataFrame({"stratum": PANEL_GROUPS, "minimum": _FEWEST})
