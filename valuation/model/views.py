"""The customer P&L seen otherwise: by segment and parent account, and by quarter."""

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.dates import twelve_months_before
from valuation.model.accounts import Accounts
from valuation.model.costs import FAMILY_LINES
from valuation.model.history import Base
from valuation.model.profit import IMPUTED, Profit, with_estimated_cogs
from valuation.settings import Settings
from valuation.tables import CUSTOMER_PNL, PNL_GROUPS, PNL_PERIODS

__all__ = ["pnl_by_group", "pnl_by_period", "sum_by_group"]

MONEY: Final = tuple(column.name for column in CUSTOMER_PNL if column.unit == "currency")
REVENUE: Final = {"gross_revenue": "gross_amount", "discounts": "discount", "returns": "returns", "cogs": "cogs"}
"""Line of the P&L to the column of Transactions."""
SUBTOTALS: Final = {
    "net_revenue": ("gross_revenue", ("discounts", "returns")),
    "gross_margin": ("net_revenue", ("cogs", "goods")),
    "contribution_before_financing": ("gross_margin", ("cost_to_serve",)),
    "contribution": ("contribution_before_financing", tuple(IMPUTED)),
}
"""Subtotal to what it starts from and what is taken off."""
QUARTERS: Final = ("quarter_1", "quarter_2", "quarter_3", "quarter_4")


def pnl_by_group(base: Base, profit: Profit, accounts: Accounts) -> pd.DataFrame:
    """Sum the P&L by segment and by parent account; customers without a segment are a group of their own."""
    pnl = profit.pnl
    segment = base.customers["segment"].reset_index(drop=True)
    levels = {"segment": segment.where(segment.notna(), "(no segment)"), "parent": accounts.parent}
    parts = []
    for level, group in levels.items():
        frame = sum_by_group(pnl[list(MONEY)], group.to_numpy(dtype=object))
        frame = frame.assign(level=level, group=frame.index)
        parts.append(frame.sort_values("contribution", ascending=False, kind="stable"))
    both = pd.concat(parts, ignore_index=True).round(6)
    revenue = both["net_revenue"].where(both["net_revenue"] != 0)
    both["cost_to_serve_pct"] = both["cost_to_serve"] / revenue
    both["contribution_pct"] = both["contribution"] / revenue
    return both[[column.name for column in PNL_GROUPS]]


def sum_by_group(money: pd.DataFrame, group: "npt.NDArray[np.object_]") -> pd.DataFrame:
    """Sum columns of customers by group, and count the customers; with anybody's unknown, a sum is unknown."""
    groups = money.groupby(group)
    # A sum that leaves somebody's unknown cost out would look right.
    sums = groups.sum(min_count=1).mask(money.isna().groupby(group).any())
    return sums.assign(customers=groups.size().astype(float))


def pnl_by_period(base: Base, profit: Profit, settings: Settings) -> pd.DataFrame:
    """
    Give the P&L of all customers by quarter.

    Revenue and cost of goods are dated; cost to serve is where the ledger keeps it by period. What is known for the
    twelve months alone stands apart, and a quarter whose costs are not known has no contribution.
    """
    base = with_estimated_cogs(base, settings)
    ends = [twelve_months_before(base.as_of, months=months) for months in (12, 9, 6, 3, 0)]
    total = profit.pnl[list(MONEY)].sum(skipna=False)
    lines = {name: np.full(len(QUARTERS), np.nan) for name in MONEY}
    for name, column in REVENUE.items():
        quarters = [base.between(start, end) for start, end in pairwise(ends)]
        lines[name] = np.array([base.per_customer(column, quarter).sum() for quarter in quarters])
    lines |= _costs(profit, np.array(ends))
    lines["cost_to_serve"] = np.sum([lines[line] for line in FAMILY_LINES.values() if line != "goods"], axis=0)
    for name in (*IMPUTED, "acquisition_cost"):
        if total[name] == 0:
            lines[name] = np.zeros(len(QUARTERS))
    for name, (start, less) in SUBTOTALS.items():
        lines[name] = lines[start] - np.sum([lines[other] for other in less], axis=0)
    lines["run_rate_contribution"] = lines["contribution"] + lines["acquisition_cost"]
    frame = pd.DataFrame([lines[name] for name in MONEY], columns=list(QUARTERS)).round(6)
    frame["line"] = [CUSTOMER_PNL[name].title for name in MONEY]
    frame["twelve_months"] = total.to_numpy(dtype=float)
    frame["not_by_period"] = (frame["twelve_months"] - frame[list(QUARTERS)].fillna(0.0).sum(axis=1)).round(6)
    return frame[[column.name for column in PNL_PERIODS]]


def _costs(profit: Profit, ends: "np.ndarray[tuple[int], np.dtype[np.datetime64]]") -> dict[str, np.ndarray]:
    """The cost of each family by quarter; missing where any of it is not kept by period."""
    ledger = profit.costs.ledger
    lines = {line: np.zeros(len(QUARTERS)) for line in FAMILY_LINES.values()}
    if ledger is None:
        return {line: np.where(profit.pnl[line].sum() == 0, 0.0, np.nan) + zeros for line, zeros in lines.items()}
    for period, costs in ledger.by_period.iterrows():
        quarter = np.searchsorted(ends, np.datetime64(str(period)[:10], "D")) - 1 if str(period) else -1
        for family, line in FAMILY_LINES.items():
            if 0 <= quarter < len(QUARTERS):
                lines[line][quarter] += costs[family]
            elif costs[family] != 0:
                lines[line] += np.nan
    return lines
