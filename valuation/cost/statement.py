"""Where every cent of the ledger went: by customer, by pool, by ledger account, and one by one."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray

__all__ = ["DETAIL", "OUTCOMES", "Charge", "CostIssue", "CostToServe"]

OUTCOMES: Final = ("traced", "allocated", "unused", "unknown_customer", "unallocated")
"""What can become of a cost; with the transfers between pools they add up to the ledger."""
DETAIL: Final = (
    "customer_id",
    "pool",
    "family",
    "period",
    "driver",
    "quantity",
    "driver_total",
    "rate",
    "cost",
    "acquisition_cost",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostIssue:
    """
    Something in the pools or drivers that somebody should look at.

    Attributes
    ----------
    kind : str
        ``no driver``, ``zero driver``, ``negative quantity``, ``missing quantity``, ``no capacity`` (the pool stays
        unallocated), ``overtime`` (more minutes used than there are), ``unknown customer`` (cost kept apart) or ``no
        driver quantity`` (a customer whom no driver mentions).
    pool, driver, customer, period : str
        What it concerns, or "".
    amount : float
        The money concerned, counted in one issue only. [currency]
    """

    kind: str
    pool: str = ""
    driver: str = ""
    customer: str = ""
    amount: float = 0.0
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Charge:
    """
    One group of ledger lines charged to customers.

    Attributes
    ----------
    pool, family, period, driver : str
        What was charged; a cost traced directly has no driver.
    rows : ndarray of int, shape (n,)
        Places of the customers who bear a part of it.
    quantity : ndarray, shape (n,)
        What they used; NaN for a traced cost. [driver unit]
    driver_total, rate : float
        What everybody used, and the cost of one unit; NaN for a traced cost.
    avoidable : float
        Part of the cost that would go away with what causes it, 0..1; NaN where nobody says. [1]
    cents, acquisition : ndarray of int, shape (n,)
        Their cost, and the part of it that won them. [cent]
    """

    pool: str
    family: str
    period: str
    driver: str
    rows: IntArray
    quantity: FloatArray
    driver_total: float
    rate: float
    avoidable: float
    cents: IntArray
    acquisition: IntArray

    def frame(self, ids: "pd.Index[Any]", chosen: IntArray | slice) -> pd.DataFrame:
        """The charge of the chosen ones of its customers, in the columns of the detail."""
        rows = self.rows[chosen]
        columns: dict[str, Any] = {
            "customer_id": ids[rows],
            "pool": self.pool,
            "family": self.family,
            "period": self.period,
            "driver": self.driver,
            "quantity": self.quantity[chosen],
            "driver_total": self.driver_total,
            "rate": self.rate,
            "cost": self.cents[chosen] / 100.0,
            "acquisition_cost": self.acquisition[chosen] / 100.0,
        }
        return pd.DataFrame(columns, index=range(rows.size))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CostToServe:
    """
    Cost to serve of each customer, and where every cent of the ledger went.

    Attributes
    ----------
    by_customer : DataFrame
        Index customer_id in the given order; one column per family of `FAMILIES`, then ``cost_to_serve`` (their sum),
        ``acquisition_cost`` (the part of it that won the customer), ``goods`` (what belongs to the goods) and
        ``avoidable_cost`` (the part of cost to serve without acquisition cost that would go away with the customer, NaN
        where a pool does not say). [currency]
    by_period : DataFrame
        Index period ("" for cost that is not kept by period), one column per family and ``goods``: the cost of all
        known customers. [currency]
    pools : DataFrame
        One row per group of lines: pool, family, period, driver, treatment, ledger, services (received from other
        pools, negative when passed on), the `OUTCOMES`, difference (always 0), driver_total, practical, rate.
    accounts : DataFrame
        One row per ledger account: gl_account, ledger, the `OUTCOMES`, difference (always 0).
    issues : list of CostIssue
        What could not be done as asked.
    charges : list of Charge
        What `detail` lists.
    """

    by_customer: pd.DataFrame
    by_period: pd.DataFrame
    pools: pd.DataFrame
    accounts: pd.DataFrame
    issues: list[CostIssue]
    charges: list[Charge] = field(repr=False)

    @property
    def charged(self) -> int:
        """Number of rows of the whole detail."""
        return sum(charge.rows.size for charge in self.charges)

    def detail(self, customer: object = None) -> pd.DataFrame:
        """
        Every cost of every customer, or of one: one row per group of lines and customer with a cost.

        Returns
        -------
        DataFrame
            customer_id, pool, family, period, driver, quantity, driver_total, rate, cost, acquisition_cost. A cost that
            was traced directly has no driver, quantity or rate.
        """
        ids = self.by_customer.index
        if customer is None:
            parts = [charge.frame(ids, slice(None)) for charge in self.charges]
        else:
            place = ids.get_loc(customer)
            parts = [charge.frame(ids, np.flatnonzero(charge.rows == place)) for charge in self.charges]
        parts = [part for part in parts if len(part)]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(DETAIL))
