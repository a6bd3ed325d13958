"""Money on the table: what customers buy elsewhere, what that is worth, and what a competitor could take."""

from collections.abc import Mapping
from typing import cast

import numpy as np
import pandas as pd

from valuation.lifetime import Timing
from valuation.model.answers import answers
from valuation.model.history import Base, BoolArray, FloatArray
from valuation.model.profit import Profit
from valuation.priority import poaching_exposure
from valuation.segments import Headroom, headroom
from valuation.settings import Settings
from valuation.tables import MONEY_ON_TABLE, TableData

__all__ = ["customer_headroom", "money_on_table"]


def customer_headroom(
    base: Base, profit: Profit, values: pd.DataFrame, settings: Settings, tables: Mapping[str, TableData]
) -> Headroom:
    """Value what each customer buys elsewhere and could buy here; unknown without wallet or share within reach."""
    wallet = answers(base, tables)["wallet"].to_numpy(dtype=float)
    target = settings.number("wallet_target_share")
    revenue = profit.pnl["net_revenue"].to_numpy(dtype=float)
    share = np.full(len(base), np.nan)
    np.divide(profit.pnl["run_rate_contribution"].to_numpy(dtype=float), revenue, out=share, where=revenue > 0)
    return headroom(
        np.maximum(revenue, 0.0),
        np.where(wallet > 0, wallet, np.nan),
        target_share=np.full(len(base), target),
        margin_share=np.where(share <= 1, share, np.nan),
        retention=values["retention_rate"].to_numpy(dtype=float),
        discount_rate=settings.number("discount_rate"),
        horizon=settings.number("horizon"),
        timing=cast(Timing, settings.word("timing")),
    )


def money_on_table(
    base: Base,
    values: pd.DataFrame,
    room: Headroom,
    revenue: FloatArray,
    segment: "pd.Series[str]",
    quadrant: "pd.Series[str]",
    current: BoolArray,
    tables: Mapping[str, TableData],
) -> pd.DataFrame:
    """
    Give Money on the table, the largest exposure first, then the largest headroom.

    Parameters
    ----------
    base, tables
        Customers, and Survey with wallets and chances of being poached.
    values : DataFrame
        Columns of the contract's Lifetime value.
    room : Headroom
        Of every customer.
    revenue : ndarray
        Net revenue of the twelve months. [currency]
    segment, quadrant : Series
        Official segment by position; quadrant of the value matrix by customer id.
    current : ndarray of bool
        Who is a customer now.
    """
    said = answers(base, tables)
    wallet, chance = (said[name].to_numpy(dtype=float) for name in ("wallet", "p_poach"))
    value = values["value"].to_numpy(dtype=float)
    worth = np.nan_to_num(np.asarray(room.present_value, dtype=float))
    frame = pd.DataFrame(
        {
            "customer_id": base.customers["customer_id"],
            "name": base.customers["name"],
            "segment": segment.to_numpy(dtype=object),
            "quadrant": quadrant.reindex(base.customers["customer_id"]).to_numpy(dtype=object),
            "net_revenue": revenue,
            "wallet": wallet,
            "share_of_wallet": room.share_of_wallet,
            "headroom_revenue": room.revenue,
            "headroom_margin": room.annual_margin,
            "headroom_value": room.present_value,
            "value": value,
            "p_poach": chance,
            "exposure": poaching_exposure(chance, value, worth),
            "note": room.flag,
        }
    )
    columns = [column.name for column in MONEY_ON_TABLE]
    shown: pd.DataFrame = frame.loc[current & (~np.isnan(wallet) | ~np.isnan(chance)), columns]
    return shown.sort_values(["exposure", "headroom_value"], ascending=False, kind="stable", ignore_index=True)
