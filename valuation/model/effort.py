"""What a customer takes against what it is worth, and what dropping or repricing it would do to profit."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from valuation.cost.avoidable import customer_actions
from valuation.cost.effort import effort_against_value
from valuation.cost.self_service import deflection, self_service_share
from valuation.model.answers import answers, issues_of_year, per_customer
from valuation.model.history import Base, FloatArray
from valuation.model.profit import IMPUTED, Profit
from valuation.model.tiers import LABELS
from valuation.settings import Settings
from valuation.tables import EFFORT, EFFORT_TIERS, TableData

__all__ = ["effort_tables"]

NO_TIER: Final = "none"


def effort_tables(
    base: Base,
    profit: Profit,
    value: "pd.Series[float]",
    segment: "pd.Series[str]",
    settings: Settings,
    tables: Mapping[str, TableData],
) -> dict[str, pd.DataFrame]:
    """Give the tables of Effort and value by contract name; `value` and `segment` are those of the customers."""
    pnl = profit.pnl
    cost, worth = pnl["cost_to_serve"].to_numpy(dtype=float), value.to_numpy(dtype=float)
    known = np.isfinite(cost) & np.isfinite(worth)
    shares = pd.DataFrame(np.nan, index=range(len(base)), columns=["effort_share", "value_share", "difference"])
    if known.any():
        found = effort_against_value(cost[known], worth[known])
        shares.loc[known] = found[list(shares)].to_numpy()
    running = np.maximum(cost - pnl["acquisition_cost"].to_numpy(dtype=float), 0.0)
    actions = customer_actions(
        pnl["net_revenue"].to_numpy(dtype=float),
        pnl["gross_margin"].to_numpy(dtype=float),
        running,
        np.clip(profit.costs.avoidable, 0.0, running),
        pnl[list(IMPUTED)].sum(axis=1).to_numpy(dtype=float),
        largest_rise=settings.number("largest_price_rise"),
    )
    frame = pd.DataFrame(
        {
            "customer_id": base.customers["customer_id"],
            "name": base.customers["name"],
            "tier": segment.where(segment.isin(LABELS), NO_TIER).to_numpy(dtype=object),
            "cost_to_serve": cost,
            "value": worth,
            "effort_share": shares["effort_share"],
            "value_share": shares["value_share"],
            "gap": shares["difference"],
            "contribution": pnl["contribution"],
            "avoidable_cost": profit.costs.avoidable,
            "stranded_cost": actions["stranded_cost"],
            "effect_of_dropping": actions["drop_effect"],
            "price_rise": actions["price_rise"],
            "breakeven_loss": actions["break_even_loss_chance"],
            "action": actions["action"],
            "why": actions["reason"],
            **_self_service(base, pnl, settings, tables),
        }
    )
    money = ["avoidable_cost", "stranded_cost", "effect_of_dropping"]
    frame[money] = frame[money].round(2)
    return {EFFORT.name: frame[[column.name for column in EFFORT]], EFFORT_TIERS.name: _by_tier(frame)}


def _by_tier(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum up by segment, all segments in their order whether anybody is in them or not."""
    order = [*LABELS, NO_TIER]
    sums = frame.groupby("tier")[["cost_to_serve", "value", "effort_share", "value_share", "gap"]].sum()
    table = sums.reindex(order).fillna(0.0)
    table["customers"] = frame["tier"].value_counts().reindex(order).fillna(0.0).astype(float)
    return table.rename_axis("tier").reset_index()[[column.name for column in EFFORT_TIERS]]


def _self_service(
    base: Base, pnl: pd.DataFrame, settings: Settings, tables: Mapping[str, TableData]
) -> dict[str, FloatArray]:
    """Which part of their questions customers solve themselves, and what support that saves."""
    found = answers(base, tables)["self_resolved"].to_numpy(dtype=float)
    issues = issues_of_year(base, tables)
    asked = per_customer(base, issues["customer_id"], np.ones(len(issues)))
    # The cost of an issue is that of all support, over all issues.
    support, total = pnl["support"].sum(), float(len(issues))
    unit_cost = support / total if total > 0 else np.nan
    rate = settings.number("deflection_rate")
    known = np.isfinite(found) & (found >= 0)
    share, saving = np.full(len(base), np.nan), np.full(len(base), np.nan)
    share[known] = self_service_share(found[known], asked[known])
    if np.isfinite(rate) and np.isfinite(unit_cost):
        saving[known] = np.round(deflection(found[known], rate, unit_cost).saving, 2)
    return {"self_service_share": share, "self_service_saving": saving}
