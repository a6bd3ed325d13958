"""
The same ledger costed three ways: by revenue, by activity drivers, and by time and practical capacity.

Costs in proportion to revenue say that every customer is as dear as its size. The difference to what customers really
used shows who is subsidised by whom, and the pool that makes most of it says why.

References
----------
.. [1] R. Cooper and R. S. Kaplan, "Profit priorities from activity-based costing," Harvard Business Review, vol. 69,
   no. 3, pp. 130-135, 1991.
.. [2] R. S. Kaplan and S. R. Anderson, "Time-driven activity-based costing," Harvard Business Review, vol. 82, no. 11,
   pp. 131-138, 2004.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.allocation import allocate_units
from valuation.cost.amounts import FloatArray, IntArray, numbers
from valuation.cost.ledger import STAYS_UNALLOCATED
from valuation.cost.pools import cost_to_serve
from valuation.cost.services import ServiceMethod
from valuation.cost.statement import CostToServe
from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.tables import GOODS

__all__ = ["compare_costings"]

CHARGED = ["traced", "allocated", "unknown_customer"]
MOST_DECIMALS = 4
"""Decimals of a percentage, where two differ in the last of them only."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pool:
    """One pool: what it costs, and what each known customer is charged by volume and by time, in cents."""

    name: str
    words: str
    amount: int
    charged: int
    unused: int
    volume: IntArray
    time: IntArray


def compare_costings(
    pools: pd.DataFrame,
    drivers: pd.DataFrame,
    customer_ids: npt.ArrayLike,
    net_revenue: npt.ArrayLike,
    *,
    capacity: pd.DataFrame | None = None,
    services: pd.DataFrame | None = None,
    service_method: ServiceMethod = "reciprocal",
) -> pd.DataFrame:
    """
    Cost to serve of each customer by volume, by activity, and by time, exact to the cent.

    Parameters
    ----------
    pools, drivers, customer_ids
        As for `cost_to_serve`.
    net_revenue : array_like, shape (n,)
        Net revenue of each customer; below 0 it counts 0, and a customer whose revenue is not known takes no part.
        [currency/period]
    capacity, services, service_method
        As for `cost_to_serve`; capacity concerns the time-driven costing only.

    Returns
    -------
    DataFrame
        Index customer_id in the given order; ``volume_based`` (what each pool charges to these customers, traced lines
        included, in proportion to net revenue), ``activity_based`` (each pool by its own driver, without capacity),
        ``time_driven`` (with capacity), ``shift`` (time-driven less volume-based) [currency], and ``why``: the pool
        that contributes most to the shift, in words; "" without a shift. By volume and shift are NaN where the revenue
        is not known.

    Raises
    ------
    DomainError
        As `cost_to_serve`, or if a revenue is infinite.
    InputError
        As `cost_to_serve`, or if `net_revenue` is not one number for each customer.
    ZeroDenominatorError
        If there is cost to share out, and no customer has a net revenue above 0.

    Notes
    -----
    Cost that belongs to the goods is no cost to serve, and is in none of the three. By volume and by activity the same
    money is shared, that of the known customers, pool by pool; by time it is less by what is unused.

    Examples
    --------
    >>> pools = pd.DataFrame({
    ...     "pool": ["Desk"], "amount": [100.00], "driver": "minutes", "treatment": "retention", "family": "sales",
    ... })
    >>> drivers = pd.DataFrame({"customer_id": ["A", "B"], "driver": "minutes", "quantity": [60, 20]})
    >>> capacity = pd.DataFrame({"pool": ["Desk"], "practical_minutes": [100]})
    >>> compared = compare_costings(pools, drivers, ["A", "B"], [1000, 4000], capacity=capacity)
    >>> compared.drop(columns="why").loc["A"].tolist()  # volume_based, activity_based, time_driven, shift
    [20.0, 75.0, 60.0, 40.0]
    >>> compared["why"]["A"]
    'Desk: 75.0% of the minutes, 20.0% of the revenue; 20.0% of its cost is unused capacity'
    """
    activity = cost_to_serve(pools, drivers, customer_ids, services=services, service_method=service_method)
    timed = activity
    if capacity is not None:
        timed = cost_to_serve(
            pools, drivers, customer_ids, capacity=capacity, services=services, service_method=service_method
        )
    revenue = _revenue(net_revenue, len(timed.by_customer))
    billed = np.maximum(np.nan_to_num(revenue), 0.0)
    known = {name: _cents(groups, ["traced", "allocated"]) for name, groups in _groups(activity).groupby("pool")}
    compared = [
        _pool(name, groups, timed, known[name], billed) for name, groups in _groups(timed).groupby("pool", sort=False)
    ]
    volume = np.sum([pool.volume for pool in compared], axis=0, dtype=np.int64) * np.ones(revenue.size, np.int64)
    time = np.sum([pool.time for pool in compared], axis=0, dtype=np.int64) * np.ones(revenue.size, np.int64)
    unknown = np.isnan(revenue)
    return pd.DataFrame(
        {
            "volume_based": np.where(unknown, np.nan, volume / 100.0),
            "activity_based": activity.by_customer["cost_to_serve"],
            "time_driven": timed.by_customer["cost_to_serve"],
            "shift": np.where(unknown, np.nan, (time - volume) / 100.0),
            "why": _reasons(compared, np.where(unknown, 0, time - volume), billed),
        },
        index=timed.by_customer.index,
    )


def _revenue(net_revenue: npt.ArrayLike, count: int) -> FloatArray:
    """One number for each customer, NaN where it is not known."""
    revenue = numbers(net_revenue, "net_revenue")
    if revenue.shape != (count,):
        raise InputError(f"net_revenue must be one number for each of {count} customers, not of shape {revenue.shape}")
    if np.isinf(revenue).any():
        raise DomainError("net_revenue must be finite")
    return revenue


def _groups(costs: CostToServe) -> pd.DataFrame:
    """The groups of ledger lines that go to customers as cost to serve."""
    stays = costs.pools["treatment"].isin(STAYS_UNALLOCATED) | (costs.pools["family"] == GOODS)
    kept: pd.DataFrame = costs.pools[~stays]
    return kept


def _cents(groups: pd.DataFrame, columns: list[str]) -> int:
    return int(np.rint(groups[columns].to_numpy(dtype=float) * 100).sum())


def _pool(name: object, groups: pd.DataFrame, costs: CostToServe, shared: int, billed: FloatArray) -> _Pool:
    """What one pool charges by time, and by volume, where the cents to share are given."""
    time = np.zeros(billed.size, np.int64)
    charges = [charge for charge in costs.charges if charge.pool == name and charge.family != GOODS]
    for charge in charges:
        time[charge.rows] += charge.cents
    if shared and not billed.any():
        raise ZeroDenominatorError("net_revenue must be above 0 for some customer")
    drivers = sorted({charge.driver for charge in charges})
    return _Pool(
        name=str(name),
        words=(drivers[0] or "cost charged directly") if len(drivers) == 1 else "cost",
        amount=_cents(groups, ["ledger", "services"]),
        charged=_cents(groups, CHARGED),
        unused=_cents(groups, ["unused"]),
        volume=allocate_units(shared, billed) if shared else np.zeros(billed.size, np.int64),
        time=time,
    )


# Why.


def _reasons(pools: list[_Pool], shift: IntArray, billed: FloatArray) -> "npt.NDArray[np.object_]":
    """For each customer the pool whose difference goes furthest in the direction of the shift, in words."""
    furthest, which = np.zeros(shift.size, np.int64), np.full(shift.size, -1, np.int64)
    for place, pool in enumerate(pools):
        contribution = np.sign(shift) * (pool.time - pool.volume)
        better = contribution > furthest
        furthest[better], which[better] = contribution[better], place
    words = np.full(shift.size, "", object)
    revenue = billed / billed.sum() if billed.any() else billed
    for place, pool in enumerate(pools):
        rows = np.flatnonzero(which == place)
        used = pool.time[rows] / pool.charged if pool.charged else np.full(rows.size, np.nan)
        words[rows] = [_sentence(pool, *of) for of in zip(used.tolist(), revenue[rows].tolist(), strict=True)]
    return words


def _sentence(pool: _Pool, used: float, revenue: float) -> str:
    """How much of the pool a customer used, beside how much it bought."""
    if np.isnan(used):
        return f"{pool.name}: charged to nobody, {revenue:.1%} of the revenue"
    places = next((n for n in range(1, MOST_DECIMALS) if f"{used:.{n}%}" != f"{revenue:.{n}%}"), MOST_DECIMALS)
    words = f"{pool.name}: {used:.{places}%} of the {pool.words}, {revenue:.{places}%} of the revenue"
    if pool.unused and pool.amount:
        part = pool.unused / pool.amount
        words += f"; {part:.1%} of its cost is unused capacity" if part > 0 else f"; overtime adds {-part:.1%}"
    return words
