"""The average customer of today: what the loyalty case and the customers still to be won are computed from."""

from dataclasses import dataclass

import numpy as np

from valuation.model.history import Base, BoolArray, FloatArray, History
from valuation.model.profit import Profit
from valuation.settings import Settings

__all__ = ["AverageCustomer", "average_customer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageCustomer:
    """
    What a customer brings on average, and how many come in a year; NaN where it is not known.

    Attributes
    ----------
    customers : float
        Customers today. [count]
    margin : float
        Gross margin of the projection base of those whose costs are known. [currency/year]
    cost_to_serve : float
        Cost to serve in it. [currency/year]
    retention_rate : float
        Chance to stay, every customer counting alike. [1/year]
    new_customers : float
        Customers won in a year. [count/year]
    acquisition_cost : float
        Cost of winning one. [currency]
    """

    customers: float
    margin: float
    cost_to_serve: float
    retention_rate: float
    new_customers: float
    acquisition_cost: float

    @property
    def known(self) -> bool:
        """Whether a plan can be made of it."""
        return bool(
            np.isfinite([self.margin, self.cost_to_serve, self.retention_rate, self.acquisition_cost]).all()
            and self.customers
        )


def average_customer(
    base: Base, history: History, profit: Profit, retention: FloatArray, current: BoolArray, settings: Settings
) -> AverageCustomer:
    """
    Average the current customers; typed assumptions on customers to be won go before what is found.

    Nobody won is no cost of winning: then it is 0 if nothing was spent on it, and not known if something was.
    """
    margin, cost = profit.projected_margin[current], profit.projected_cost[current]
    known = ~np.isnan(margin + cost)
    won = np.asarray((history.first_purchase > base.start) & (history.first_purchase <= base.as_of))
    new, each = settings.number("new_customers"), settings.number("acquisition_cost")
    if np.isnan(each):
        spent = float(profit.pnl["acquisition_cost"].sum(skipna=True))
        each = spent / won.sum() if won.any() else (np.nan if spent else 0.0)
    return AverageCustomer(
        customers=float(current.sum()),
        margin=_mean(margin[known]),
        cost_to_serve=_mean(cost[known]),
        retention_rate=_mean(retention[current]),
        new_customers=float(won.sum()) if np.isnan(new) else new,
        acquisition_cost=each,
    )


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else np.nan
