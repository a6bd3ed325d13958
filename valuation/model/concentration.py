"""How unevenly profit and revenue are spread over the customers: the whale curve, and measures with their meaning."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from valuation.cost.concentration import gini, lorenz_points, stobachoff, whale_points, whale_statistics
from valuation.errors import MissingDataError, ZeroDenominatorError
from valuation.model.history import FloatArray
from valuation.tables import CONCENTRATION, CONCENTRATION_CURVE

__all__ = ["concentration_tables"]

POINTS = 101


def concentration_tables(pnl: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the tables of Concentration by contract name, for the customers whose contribution is known."""
    contribution, revenue = (pnl[name].dropna().to_numpy(dtype=float) for name in ("contribution", "net_revenue"))
    return {
        CONCENTRATION.name: _measures(contribution, revenue),
        CONCENTRATION_CURVE.name: _curve(contribution, revenue),
    }


def _curve(contribution: FloatArray, revenue: FloatArray) -> pd.DataFrame:
    """The curves at each hundredth of the customers; missing with fewer than two."""
    share = np.linspace(0.0, 1.0, POINTS)
    frame = pd.DataFrame({"share_of_customers": share, "equal": share})
    nothing = pd.DataFrame(np.nan, index=range(POINTS), columns=["cumulative", "cumulative_share"])
    whale = whale_points(contribution, POINTS) if contribution.size > 1 else nothing
    frame["contribution"], frame["contribution_share"] = whale["cumulative"], whale["cumulative_share"]
    for name, amounts in (("revenue_share", revenue), ("contribution_lorenz", contribution)):
        frame[name] = lorenz_points(amounts, POINTS)["cumulative_share"] if amounts.size > 1 else np.nan
    return frame[[column.name for column in CONCENTRATION_CURVE]]


def _measures(contribution: FloatArray, revenue: FloatArray) -> pd.DataFrame:
    """The measures, each for both amounts; what has no answer is missing."""
    rows = [
        (title, *(_attempt(measure, amounts) for amounts in (contribution, revenue)), meaning)
        for title, measure, meaning in MEASURES
    ]
    return pd.DataFrame(rows, columns=[column.name for column in CONCENTRATION])


def _attempt(measure: Callable[[FloatArray], float], amounts: FloatArray) -> float:
    try:
        return float(measure(amounts))
    except (MissingDataError, ZeroDenominatorError):
        return np.nan


MEASURES: tuple[tuple[str, Callable[[FloatArray], float], str], ...] = (
    ("Customers", lambda amounts: amounts.size, "How many have a known amount"),
    ("Total", lambda amounts: whale_statistics(amounts).total, "All of them together"),
    (
        "Peak",
        lambda amounts: whale_statistics(amounts).peak,
        "Those above 0 together: what there would be without losses",
    ),
    ("Peak, share of total", lambda amounts: whale_statistics(amounts).peak_share, "1 = nobody loses money"),
    ("Customers at the peak", lambda amounts: whale_statistics(amounts).peak_customers, "How many are above 0"),
    ("Losses", lambda amounts: whale_statistics(amounts).losses, "Those below 0 together"),
    ("Customers below 0", lambda amounts: whale_statistics(amounts).unprofitable, "How many lose money"),
    (
        "Customers below 0, share",
        lambda amounts: whale_statistics(amounts).unprofitable_share,
        "Part of all customers",
    ),
    ("Best fifth, share of total", lambda amounts: whale_statistics(amounts).top_20_share, "What the best 20% bring"),
    (
        "Gini",
        lambda amounts: gini(amounts).value,
        "0 = all equal, 1 = one has everything; made for losses where there are any",
    ),
    ("Stobachoff", lambda amounts: stobachoff(amounts).index, "0 = all equal; near 1 = few customers carry the others"),
)
