"""
How the cost to serve came about, for those who audit it: by account, capacity, service, customer and way of costing.

Without ledger pools the tables are empty; typed factors need no explanation.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from valuation.cost import CostToServe
from valuation.cost.comparison import compare_costings
from valuation.cost.service_lines import service_shares
from valuation.cost.services import ServiceMethod, service_comparison
from valuation.model.history import Base
from valuation.model.ledger import UsableLedger, account_balances
from valuation.model.profit import IMPUTED, Profit
from valuation.settings import Settings
from valuation.tables import (
    ACCOUNT_COSTS,
    CAPACITY,
    CAPACITY_USE,
    COST_DETAIL,
    COSTING_COMPARE,
    SERVICE_METHODS,
    TRIAL_BALANCE,
    Table,
    TableData,
    complete_frame,
    empty_frame,
)

__all__ = ["MOST_DETAIL", "costing_tables"]

MOST_DETAIL: Final = 200_000
"""Rows of Cost detail above which the table stays empty, since a workbook of that size helps nobody."""


def costing_tables(
    base: Base, profit: Profit, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Give the result tables of a costing by contract name, and notes on what they leave out."""
    ledger, source = profit.costs.ledger, profit.costs.source
    if ledger is None or source is None:
        names = (ACCOUNT_COSTS, CAPACITY_USE, SERVICE_METHODS, COST_DETAIL, COSTING_COMPARE)
        return {table.name: empty_frame(table) for table in names}, ()
    note = (
        f"Cost detail would have {ledger.charged:,} rows and is left out; CV_EXPLAIN shows the costs of one customer."
    )
    return {
        ACCOUNT_COSTS.name: _accounts(ledger, tables.get(TRIAL_BALANCE.name)),
        CAPACITY_USE.name: _capacity_use(ledger, source, tables.get(CAPACITY.name)),
        SERVICE_METHODS.name: _service_methods(source),
        COST_DETAIL.name: _detail(ledger),
        COSTING_COMPARE.name: _compare(base, profit, source, settings),
    }, ((note,) if ledger.charged > MOST_DETAIL else ())


def _in_order(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    return frame[[column.name for column in table]].reset_index(drop=True)


def _accounts(ledger: CostToServe, trial_balance: TableData | None) -> pd.DataFrame:
    """The statement by ledger account beside the trial balance; an account that is on one side only shows."""
    balances = account_balances(trial_balance)
    own = ledger.accounts.set_index("gl_account")
    accounts = [*own.index, *(account for account in balances.index if account not in own.index)]
    frame = own.reindex(accounts).fillna(0.0)
    frame["trial_balance"] = balances.reindex(accounts)
    frame["not_in_pools"] = (frame["trial_balance"] - frame["ledger"]).round(2)
    return _in_order(frame.rename_axis("gl_account").reset_index(), ACCOUNT_COSTS)


def _capacity_use(ledger: CostToServe, source: UsableLedger, capacity: TableData | None) -> pd.DataFrame:
    """Minutes and money of each pool with a capacity."""
    pools = ledger.pools[ledger.pools["practical"].notna()]
    if pools.empty or source.capacity is None:
        return empty_frame(CAPACITY_USE)
    paid = complete_frame(capacity, CAPACITY, ["pool", "theoretical_minutes"])
    theoretical = paid.groupby(paid["pool"].str.strip())["theoretical_minutes"].sum(min_count=1)
    practical = source.capacity.groupby("pool")["practical_minutes"].sum()
    minutes = source.drivers.groupby(source.drivers["driver"].str.strip())["quantity"].sum()
    money = pools.groupby("pool", sort=False)[["ledger", "services", "traced", "unused", "unallocated"]].sum()
    frame = pd.DataFrame(
        {
            "driver": pools.groupby("pool", sort=False)["driver"].first(),
            "theoretical": theoretical.reindex(money.index),
            "practical": practical.reindex(money.index),
            "unused_cost": money["unused"],
            "used_cost": money["ledger"] + money["services"] - money["traced"] - money["unused"] - money["unallocated"],
        }
    )
    frame["used"] = frame["driver"].map(minutes).fillna(0.0)
    frame["unused"] = frame["practical"] - frame["used"]
    able = frame["practical"] > 0
    for name, amount in (("utilisation", frame["used"]), ("rate", frame["used_cost"] + frame["unused_cost"])):
        frame[name] = (amount / frame["practical"].where(able)).astype(float)
    frame[["used_cost", "unused_cost"]] = frame[["used_cost", "unused_cost"]].round(2)
    frame["note"] = np.select(
        [~able, frame["unused"] < 0, frame["theoretical"].isna()],
        ["no capacity: the pool stays unallocated", "more used than there is: overtime or too high minutes", ""],
        "",
    )
    return _in_order(frame.rename_axis("pool").reset_index(), CAPACITY_USE)


def _service_methods(source: UsableLedger) -> pd.DataFrame:
    """What each pool costs after services, by the three methods."""
    if source.services is None:
        return empty_frame(SERVICE_METHODS)
    givers, takers, shares = service_shares(source.services)
    order = [*givers, *takers]
    cents = (source.shared["amount"] * 100).round().groupby(source.shared["pool"].str.strip()).sum()
    amounts = (cents.reindex(order).fillna(0.0) / 100).to_numpy(dtype=float)
    found = service_comparison(amounts, np.vstack([shares, np.zeros((len(takers), len(order)))]))
    frame = found.rename(columns={"step-down": "step_down"})
    frame["pool"] = [order[place] for place in frame.index]
    methods = frame[["reciprocal", "step_down", "direct"]]
    frame["largest_gap"] = (methods.max(axis=1) - methods.min(axis=1)).round(2)
    return _in_order(frame, SERVICE_METHODS)


def _detail(ledger: CostToServe) -> pd.DataFrame:
    if ledger.charged > MOST_DETAIL:
        return empty_frame(COST_DETAIL)
    detail = ledger.detail().astype({"quantity": float, "driver_total": float, "rate": float})
    # Explain a customer finds a customer's rows one under the other.
    detail = detail.sort_values("customer_id", kind="stable")
    return _in_order(detail, COST_DETAIL)


def _compare(base: Base, profit: Profit, source: UsableLedger, settings: Settings) -> pd.DataFrame:
    """Three costings of the same ledger, and what the two ends of them say of each customer."""
    pnl = profit.pnl
    net_revenue = pnl["net_revenue"].to_numpy(dtype=float)
    if not (net_revenue > 0).any():
        return empty_frame(COSTING_COMPARE)  # nothing to cost by volume on
    method: ServiceMethod = settings.word("service_method")  # type: ignore[assignment]
    found = compare_costings(
        source.pools,
        source.drivers,
        source.customer_ids,
        np.nan_to_num(net_revenue),
        capacity=source.capacity,
        services=source.services,
        service_method=method,
    )
    before = (pnl["gross_margin"] - pnl[list(IMPUTED)].sum(axis=1)).to_numpy(dtype=float)
    frame = pd.DataFrame(
        {
            "customer_id": base.customers["customer_id"],
            "name": base.customers["name"],
            "net_revenue": pnl["net_revenue"],
            **{
                name: found[name].to_numpy(dtype=float)
                for name in ("volume_based", "activity_based", "time_driven", "shift")
            },
            "why": found["why"].to_numpy(dtype=object),
        }
    )
    frame["shift_pct"] = frame["shift"] / frame["net_revenue"].where(frame["net_revenue"] > 0)
    frame["shift_rank"] = frame["shift"].abs().rank(ascending=False, method="first")
    frame["contribution_volume"] = np.round(before - frame["volume_based"], 2)
    frame["contribution_time"] = np.round(before - frame["time_driven"], 2)
    volume, time = frame["contribution_volume"], frame["contribution_time"]
    frame["turns"] = np.select([(volume >= 0) & (time < 0), (volume < 0) & (time >= 0)], ["loss", "profit"], "")
    return _in_order(frame, COSTING_COMPARE)
