"""The measures that officers' statements name, for every customer, from all tables."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from valuation.cost.self_service import self_service_share
from valuation.lenses import MEASURES
from valuation.model.answers import answers, issues_of_year, per_customer
from valuation.model.history import Base, FloatArray
from valuation.model.profit import Profit
from valuation.model.receivables import paid_on_time
from valuation.settings import Settings
from valuation.tables import IDEAS, ISSUES, REFERRALS, SURVEY, TRANSACTIONS, TableData, complete_frame

__all__ = ["lens_measures"]

MINUTES_PER_HOUR = 60
PER_REVENUE = 1000
MONTHS_COMPARED = 24
DIGITS = 6


def lens_measures(
    base: Base,
    profit: Profit,
    values: pd.DataFrame,
    engagement: "pd.Series[float]",
    settings: Settings,
    tables: Mapping[str, TableData],
) -> pd.DataFrame:
    """
    Measure every customer.

    Parameters
    ----------
    base, profit, settings, tables
        What the steps before read and found.
    values : DataFrame
        Columns of the contract's Lifetime value.
    engagement : Series
        Engagement value of each customer. [currency]

    Returns
    -------
    DataFrame
        One row for each customer; the columns of `valuation.lenses.MEASURES`, then those that people added on Survey.
        NaN where a customer has no such measure.
    """
    said, pnl = answers(base, tables), profit.pnl
    revenue = pnl["net_revenue"].to_numpy(dtype=float)
    found = _support(base, said, revenue, tables) | {
        "fit": said["fit"],
        "nps": said["nps"],
        "ideas": _counts(base, tables, IDEAS.name),
        "won_referrals": _counts(base, tables, REFERRALS.name),
        "revenue_growth": _growth(base),
        "net_revenue": revenue,
        "cts_share": _share(pnl["cost_to_serve"], revenue),
        "sales_cost_share": _share(pnl["sales"], revenue),
        "retention_rate": values["retention_rate"],
        "lifetime_value": values["value"],
        **_deals(base, said, tables),
        "ontime_share": paid_on_time(base, settings, tables),
        "contribution": pnl["contribution"],
        "engagement_value": engagement,
    }
    columns = {name: np.asarray(found[name], dtype=float) for name in MEASURES}
    added = [str(name) for name in said if name not in {column.name for column in SURVEY} and name not in columns]
    own = {name: pd.to_numeric(said[name], errors="coerce").to_numpy(dtype=float) for name in added}
    return pd.DataFrame(columns | own)


def _support(
    base: Base, said: pd.DataFrame, revenue: FloatArray, tables: Mapping[str, TableData]
) -> dict[str, FloatArray]:
    """Give support minutes by revenue and the part that customers solve themselves; without a log neither is known."""
    unknown = np.full(len(base), np.nan)
    log = tables.get(ISSUES.name)
    if log is None or not log.has("opened"):
        return {"support_minutes_per_1000": unknown, "self_service_share": unknown}
    issues = issues_of_year(base, tables)
    minutes = MINUTES_PER_HOUR * per_customer(base, issues["customer_id"], issues["hours"].fillna(0.0))
    asked = per_customer(base, issues["customer_id"], np.ones(len(issues)))
    solved = said["self_resolved"].to_numpy(dtype=float)
    share = unknown.copy()
    known = solved >= 0
    share[known] = self_service_share(solved[known], asked[known])
    return {"support_minutes_per_1000": _share(minutes, revenue / PER_REVENUE), "self_service_share": share}


def _share(part: "pd.Series[float] | FloatArray", whole: FloatArray) -> FloatArray:
    """Divide; nothing is a part of a whole of nought or less."""
    result = np.full(whole.shape, np.nan)
    np.divide(np.asarray(part, dtype=float), whole, out=result, where=whole > 0)
    # Lenses rank by these: where a cost is a typed share of revenue, all are alike but for rounding.
    return result.round(DIGITS)


def _counts(base: Base, tables: Mapping[str, TableData], name: str) -> FloatArray:
    """Count a customer's referrals, or its ideas that were not rejected; without such a table nothing is known."""
    data = tables.get(name)
    column = "referrer_id" if name == REFERRALS.name else "customer_id"
    if data is None or not data.has(column):
        return np.full(len(base), np.nan)
    frame = complete_frame(data, data.table).drop_duplicates(list(data.table.key))
    if name == IDEAS.name:
        counts = frame["stage_probability"] > 0
    else:  # who recommends itself, or somebody who never came, has won nobody
        came = frame["referred_id"]
        counts = came.isin(base.customers["customer_id"]) & (came != frame["referrer_id"])
    return per_customer(base, frame.loc[counts, column], np.ones(int(counts.sum())))


def _growth(base: Base) -> FloatArray:
    """Compare revenue with that of the twelve months before; undefined where none was, or not all is recorded."""
    if base.months < MONTHS_COMPARED:
        return np.full(len(base), np.nan)
    now = base.per_customer("net_amount", base.between(base.start, base.as_of))
    before = base.per_customer("net_amount", base.between(base.prior_start, base.start))
    return _share(now - before, before)


def _deals(base: Base, said: pd.DataFrame, tables: Mapping[str, TableData]) -> dict[str, FloatArray]:
    """Give the largest contract signed, else the largest document; and what commission leaves of the document."""
    own = base.transactions["row"].to_numpy(dtype=np.int64) - 1
    paid = complete_frame(tables.get(TRANSACTIONS.name), TRANSACTIONS, ["commission"])["commission"]
    commission = paid.fillna(0.0).to_numpy(dtype=float)[own] if len(own) else np.zeros(0)
    mask = base.between(base.start, base.as_of) & (base.codes >= 0)
    net = base.transactions["net_amount"].to_numpy(dtype=float)
    largest, after = (_largest(base, amounts, mask) for amounts in (net, net - commission))
    typed = said["largest_deal"].to_numpy(dtype=float)
    return {"largest_deal": np.where(np.isnan(typed), largest, typed), "largest_deal_after_commission": after}


def _largest(base: Base, amounts: FloatArray, mask: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> FloatArray:
    """Give each customer's largest sale; NaN without one."""
    mask = mask & (amounts > 0)
    largest = pd.Series(amounts[mask]).groupby(base.codes[mask]).max().reindex(range(len(base)))
    return np.asarray(largest, dtype=np.float64)
