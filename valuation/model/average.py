"""The average customer of today: what the loyalty case and the customers still to be won are computed from."""

from dataclasses import dataclass

import numpy as np

from valuation.findings import Finding, Severity
from valuation.model.history import Base, BoolArray, FloatArray, History, first_untold
from valuation.model.profit import Profit
from valuation.settings import Settings

__all__ = ["AverageCustomer", "average_customer", "won_unknown"]


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
            np.isfinite(
                [self.margin, self.cost_to_serve, self.retention_rate, self.new_customers, self.acquisition_cost]
            ).all()
            and self.customers
        )


def average_customer(
    base: Base, history: History, profit: Profit, retention: FloatArray, current: BoolArray, settings: Settings
) -> AverageCustomer:
    """
    Average the current customers; typed assumptions on customers to be won go before what is found.

    Nobody won is no cost of winning: then it is 0 if nothing was spent on it, and not known if something was. Where the
    transactions reach back less than twelve months before the year, who first appears in it may be a customer of old.
    """
    margin, cost = profit.projected_margin[current], profit.projected_cost[current]
    known = ~np.isnan(margin + cost)
    new, each = settings.number("new_customers"), settings.number("acquisition_cost")
    won = _won(base, history)
    if np.isnan(each):
        spent = float(profit.pnl["acquisition_cost"].sum(skipna=True))
        each = spent / won if won > 0 else (np.nan if spent else 0.0)
    return AverageCustomer(
        customers=float(current.sum()),
        margin=_mean(margin[known]),
        cost_to_serve=_mean(cost[known]),
        retention_rate=_mean(retention[current]),
        new_customers=won if np.isnan(new) else new,
        acquisition_cost=each,
    )


def _won(base: Base, history: History) -> float:
    """Count the customers won in the twelve months; NaN where some of them may have bought before."""
    first_day, untold = base.first_day, first_untold(base)
    if first_day is not None and base.prior_start < first_day - np.timedelta64(1, "D") and untold <= base.as_of:
        return np.nan
    return float(((history.first_purchase > base.start) & (history.first_purchase <= base.as_of)).sum())


def won_unknown(average: AverageCustomer) -> list[Finding]:
    """Say that the plan lacks the customers to be won, or what winning one costs."""
    if not np.isnan(average.new_customers + average.acquisition_cost):
        return []
    return [
        Finding(
            severity=Severity.WARNING,
            kind="customers to be won not known",
            table="Assumptions",
            column="value",
            what="How many customers are won in a year, or what winning one costs, is not known: the transactions "
            "begin less than a year before the twelve months, or nobody was won although money was spent on it",
            mend="Fill in new_customers and acquisition_cost, or the first purchase of every customer on Customers",
        )
    ]


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else np.nan
