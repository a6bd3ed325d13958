"""From the customers active before a period to those active at its end: the bridge, and what became of each."""

from typing import Final

import numpy as np
import pandas as pd

from valuation.cost.amounts import whole_number
from valuation.errors import MissingDataError
from valuation.metrics.classes import CLASSES, NEW, NOT_YET
from valuation.metrics.three_metrics import ThreeMetrics

__all__ = ["MOVEMENTS", "customer_recon", "customers_of"]

MOVEMENTS: Final = ("", "stayed", "gross new", "reactivated", "lost", "new and lost")

_BRIDGE: Final = (
    ("active_opening", "Active before the period", 1),
    ("gross_new", "Gross new", 1),
    ("reactivated", "Reactivated", 1),
    ("lost", "Lost", -1),
    ("new_and_lost", "New and lost", -1),
    ("active_closing", "Active at the end", 1),
    ("count_check", "Check (0)", 1),
)


def customer_recon(metrics: ThreeMetrics, period: int = -1) -> pd.DataFrame:
    """
    Bridge from the customers active before a period to those active at its end.

    Parameters
    ----------
    metrics : ThreeMetrics
        As `three_metrics` gives them.
    period : int
        Position of the period, the last one if left out.

    Returns
    -------
    DataFrame
        line and customers (what is lost is negative): the lines up to "Active at the end" add up to it, and the check
        is 0.

    Raises
    ------
    MissingDataError
        If there is no such period.

    Examples
    --------
    >>> from valuation.metrics.three_metrics import three_metrics
    >>> log = pd.DataFrame({"customer_id": ["A"], "date": pd.to_datetime(["2025-03-01"]), "net_amount": [80.0]})
    >>> year = pd.DataFrame({"start": pd.to_datetime(["2025-01-01"]), "end": pd.to_datetime(["2025-12-31"])})
    >>> customer_recon(three_metrics(log, year))["customers"].tolist()
    [0, 1, 0, 0, 0, 1, 0]
    """
    counts = metrics.frame.iloc[_place(metrics, period)]
    return pd.DataFrame(
        {
            "line": [line for _, line, _ in _BRIDGE],
            "customers": [sign * int(counts[name]) for name, _, sign in _BRIDGE],
        }
    )


def customers_of(metrics: ThreeMetrics, period: int = -1) -> pd.DataFrame:
    """
    What each customer is in a period, and what it did to the bridge.

    Parameters
    ----------
    metrics : ThreeMetrics
        As `three_metrics` gives them.
    period : int
        Position of the period, the last one if left out.

    Returns
    -------
    DataFrame
        customer_id, first_purchase, class (new, maturing or existing), active (at the end), movement (stayed, gross
        new, reactivated, lost, new and lost; "" of those active neither before nor at the end). One row for each
        customer who had bought by the end, sorted by id.

    Raises
    ------
    MissingDataError
        If there is no such period.
    """
    k = _place(metrics, period)
    codes = metrics.classes[k]
    who = np.flatnonzero(codes != NOT_YET)
    codes, opened, closed = codes[who], metrics.opened[k][who], metrics.closed[k][who]
    is_new = codes == NEW
    movement = np.select([is_new & closed, is_new, opened & closed, closed, opened], [2, 5, 1, 3, 4], default=0)
    return pd.DataFrame(
        {
            "customer_id": metrics.customer_id[who],
            "first_purchase": metrics.first_purchase[who].astype("datetime64[s]"),
            "class": np.array(CLASSES, dtype=object)[codes],
            "active": closed,
            "movement": np.array(MOVEMENTS, dtype=object)[movement],
        }
    )


def _place(metrics: ThreeMetrics, period: int) -> int:
    """Position of a period that is there, counted from the front."""
    many = len(metrics.frame)
    place = whole_number(period, "period")
    if not -many <= place < many:
        raise MissingDataError(f"there is no period {place}; there are {many}")
    return place % many
