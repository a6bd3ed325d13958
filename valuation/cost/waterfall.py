"""
The P&L of one customer as a waterfall chart: columns that hang from the running total, with subtotals in between.

A stacked column chart draws it: `base` without fill, then the parts that are seen. Excel stacks positive parts upwards
and negative parts downwards from 0, so that a step which crosses 0 has a part on either side; the part below 0 is a
series of its own, in the colour of the part above.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from valuation.cost.amounts import numbers
from valuation.errors import InputError, MissingDataError

__all__ = ["WATERFALL_STEPS", "waterfall"]

WATERFALL_STEPS: Final[tuple[tuple[str, str], ...]] = (
    ("gross_revenue", "total"),
    ("discounts", "cost"),
    ("returns", "cost"),
    ("net_revenue", "total"),
    ("cogs", "cost"),
    ("goods", "cost"),
    ("gross_margin", "total"),
    ("marketing", "cost"),
    ("sales", "cost"),
    ("order_handling", "cost"),
    ("logistics", "cost"),
    ("support", "cost"),
    ("returns_handling", "cost"),
    ("contribution_before_financing", "total"),
    ("financing", "cost"),
    ("expected_loss", "cost"),
    ("stock_carrying", "cost"),
    ("contribution", "total"),
)
"""The lines of `customer_pnl` in the chart, from left to right; a cost goes down from the running total."""


def waterfall(pnl: "Mapping[str, float] | pd.Series[Any]") -> pd.DataFrame:
    """
    Chart rows of one customer's P&L.

    Parameters
    ----------
    pnl : mapping of str to float, or Series
        The customer's row of `customer_pnl`: a value for each line of `WATERFALL_STEPS`. [currency/period]

    Returns
    -------
    DataFrame
        One row per line of `WATERFALL_STEPS`: step; amount, costs negative; base, the column without fill; total, the
        column of a subtotal; up and down, the part of a rise or a fall above 0; up_below and down_below, its part below
        0, negative; running, the running total after the step. Parts that a step has not are 0. [currency/period]

    Raises
    ------
    InputError
        If a line is not there or not a number.
    MissingDataError
        If a line is missing or infinite: what comes after it has no place to hang from.

    Examples
    --------
    >>> from valuation.cost.pnl import customer_pnl
    >>> pnl = customer_pnl(pd.DataFrame({"gross_revenue": [100.0], "cogs": 70.0, "support": 50.0}))
    >>> steps = waterfall(pnl.iloc[0]).set_index("step")
    >>> steps.loc["support", ["amount", "base", "down", "down_below", "running"]].tolist()
    [-50.0, 0.0, 30.0, -20.0, -20.0]
    """
    names = [name for name, _ in WATERFALL_STEPS]
    absent = [name for name in names if name not in pnl]
    if absent:
        raise InputError(f"pnl must have {', '.join(absent)}")
    lines = numbers([pnl[name] for name in names], "pnl")
    unknown = [name for name, line in zip(names, lines, strict=True) if not np.isfinite(line)]
    if unknown:
        raise MissingDataError(f"{unknown[0]} of this customer is not known")

    is_total = np.array([kind == "total" for _, kind in WATERFALL_STEPS])
    amount = np.where(is_total, lines, 0.0 - lines)
    running = amount.copy()
    for step in np.flatnonzero(~is_total):
        running[step] = running[step - 1] + amount[step]
    before = np.where(is_total, 0.0, np.concatenate(([0.0], running[:-1])))
    low, high = np.minimum(before, running), np.maximum(before, running)
    # Both ends above 0: stand on the lower; both below: hang from the upper; else 0 itself is the base.
    base = np.where(is_total, 0.0, np.maximum(low, 0.0) + np.minimum(high, 0.0))
    above = np.maximum(high, 0.0) - np.maximum(low, 0.0)
    below = np.minimum(low, 0.0) - np.minimum(high, 0.0)
    rises, falls = ~is_total & (running >= before), ~is_total & (running < before)
    columns = {
        "amount": amount,
        "base": base,
        "total": np.where(is_total, amount, 0.0),
        "up": np.where(rises, above, 0.0),
        "down": np.where(falls, above, 0.0),
        "up_below": np.where(rises, below, 0.0),
        "down_below": np.where(falls, below, 0.0),
        "running": running,
    }
    return pd.DataFrame({"step": names, **columns})
