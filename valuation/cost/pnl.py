"""
The customer P&L: from gross revenue down to what a customer contributes.

Costs are positive numbers and are subtracted. Contribution before financing ties to the ledger; the charges
below it (late payment, expected loss, stock held) are imputed, unless an account says that they were booked.

References
----------
.. [1] R. S. Kaplan and V. G. Narayanan, "Measuring and managing customer profitability," Journal of Cost Management,
   vol. 15, no. 5, pp. 5-15, 2001.
"""

from typing import Final

import numpy as np
import pandas as pd

from valuation.cost.amounts import FloatArray, numbers
from valuation.errors import InputError

__all__ = ["customer_pnl"]

_DEDUCTIONS: Final = ("discounts", "returns")
_COST_TO_SERVE: Final = ("marketing", "sales", "order_handling", "logistics", "support", "returns_handling")
_IMPUTED: Final = ("financing", "expected_loss", "stock_carrying")
_OPTIONAL: Final = (*_DEDUCTIONS, "goods", *_COST_TO_SERVE, *_IMPUTED, "acquisition_cost")


def customer_pnl(table: pd.DataFrame) -> pd.DataFrame:
    r"""
    The P&L waterfall of each customer.

    .. math::

        \text{gross} - \text{discounts} - \text{returns} = \text{net revenue}; \quad
        - \text{cogs} - \text{goods} = \text{gross margin}; \quad
        - \text{cost to serve} - \text{imputed charges} = \text{contribution}

    Parameters
    ----------
    table : DataFrame
        One row per customer: gross_revenue; and where known discounts, returns, cogs, goods (freight in less supplier
        rebates), the six families marketing, sales, order_handling, logistics, support, returns_handling, then the
        imputed charges financing, expected_loss, stock_carrying, and acquisition_cost, the part of the six that won
        the customer. [currency/period]

    Returns
    -------
    DataFrame
        Index of `table`; the input lines in the order of the waterfall with net_revenue, gross_margin, cost_to_serve,
        contribution_before_financing, contribution and run_rate_contribution (contribution without the acquisition
        cost) among them [currency/period]; cost_to_serve_pct and contribution_pct of net revenue, NaN where that is
        0. [1]

    Raises
    ------
    InputError
        If gross_revenue is missing, or a line holds something other than numbers.

    Notes
    -----
    A missing column is 0, with one exception: costs unknown are not costs zero. Without cogs, in the whole table or in
    one row, everything from gross margin down to the percentages is NaN; the input lines stay. A missing or infinite
    number in another line leaves NaN in the lines of that row that depend on it. Negative net revenue, credits
    exceeding sales, is allowed.

    Examples
    --------
    >>> pnl = customer_pnl(pd.DataFrame({"gross_revenue": [520.0], "discounts": 70.0, "cogs": 292.0, "support": 31.0}))
    >>> pnl[["net_revenue", "gross_margin", "contribution"]].to_dict("records")
    [{'net_revenue': 450.0, 'gross_margin': 158.0, 'contribution': 127.0}]
    """
    if "gross_revenue" not in table.columns:
        raise InputError(f"table must have a column gross_revenue, not only {', '.join(map(str, table.columns))}")
    lines = {name: _line(table, name, absent=0.0) for name in _OPTIONAL}
    lines |= {name: _line(table, name, absent=np.nan) for name in ("gross_revenue", "cogs")}
    net_revenue = lines["gross_revenue"] - _total(lines, _DEDUCTIONS)
    gross_margin = net_revenue - lines["cogs"] - lines["goods"]
    known = ~np.isnan(lines["cogs"])
    cost_to_serve = np.where(known, _total(lines, _COST_TO_SERVE), np.nan)
    before_financing = gross_margin - cost_to_serve
    contribution = before_financing - _total(lines, _IMPUTED)
    columns = {
        "gross_revenue": lines["gross_revenue"],
        **{name: lines[name] for name in _DEDUCTIONS},
        "net_revenue": net_revenue,
        "cogs": lines["cogs"],
        "goods": lines["goods"],
        "gross_margin": gross_margin,
        **{name: lines[name] for name in _COST_TO_SERVE},
        "cost_to_serve": cost_to_serve,
        "contribution_before_financing": before_financing,
        **{name: lines[name] for name in _IMPUTED},
        "contribution": contribution,
        "acquisition_cost": lines["acquisition_cost"],
        "run_rate_contribution": contribution + lines["acquisition_cost"],
        "cost_to_serve_pct": _share_of(cost_to_serve, net_revenue),
        "contribution_pct": _share_of(contribution, net_revenue),
    }
    return pd.DataFrame(columns, index=table.index)


def _line(table: pd.DataFrame, name: str, *, absent: float) -> FloatArray:
    """One line of the waterfall; infinite amounts count as missing."""
    if name not in table.columns:
        return np.full(len(table), absent)
    values = numbers(table[name], name)
    if values.ndim != 1:
        raise InputError(f"table must have one column {name}, not {values.shape[1]}")
    return np.where(np.isfinite(values), values, np.nan)


def _total(lines: dict[str, FloatArray], names: tuple[str, ...]) -> FloatArray:
    """Sum of several lines."""
    total: FloatArray = np.sum([lines[name] for name in names], axis=0, dtype=np.float64)
    return total


def _share_of(amount: FloatArray, net_revenue: FloatArray) -> FloatArray:
    """Part of net revenue, NaN where there is none."""
    share = np.full(amount.shape, np.nan)
    np.divide(amount, net_revenue, out=share, where=net_revenue != 0)
    return share
