r"""
What changes of drivers, times, service, prices and smallest orders do to the customer P&L and to the company's profit.

Rates stand: a customer who uses :math:`q'` instead of :math:`q` of a pool's driver at the rate :math:`r` is charged
:math:`\Delta C = (q' - q)\, r` more. The ledger does not change at once: of that cost only the avoidable share
:math:`a` of the pool comes or goes, and the rest is paid as before. With the margin :math:`M` and the charges :math:`F`
that follow revenue:

.. math::

    \begin{aligned}
    \Delta P &= \Delta M - \Delta C - \Delta F && \text{customer contribution} \\
    S &= -(1 - a)\, \Delta C && \text{stranded: saved for customers, but not for the company} \\
    \Delta G &= \Delta P - S && \text{profit of the company}
    \end{aligned}

Stranded cost is negative where more is used of what is paid anyway.

References
----------
.. [1] R. Cooper and R. S. Kaplan, "Profit priorities from activity-based costing," Harvard Business Review, vol. 69,
   no. 3, pp. 130-135, 1991 (changes of activity become profit only when spending is cut, or the capacity used).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from valuation.cost.amounts import FloatArray
from valuation.cost.statement import Charge
from valuation.cost.what_if_changes import (
    CHARGED_DIRECTLY,
    BoolArray,
    Change,
    Documents,
    DriverChange,
    Levels,
    OrderChange,
    ServiceChange,
    TimeChange,
)
from valuation.errors import DomainError, InputError
from valuation.tables import GOODS

__all__ = ["Effect", "Standing", "Totals", "what_if"]

_PLACES: Final = 6  # of a sum of money
_NOISE: Final = 1e-9  # of a quantity: what sums of decimals may be below 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """
    Where all changes start, arrays of shape (n,).

    Attributes
    ----------
    revenue, cogs : ndarray
        Net revenue and cost of goods sold; NaN where it is not known. [currency]
    imputed : ndarray
        Charges in proportion to revenue, such as financing. [currency]
    charges : sequence of Charge
        What a costing charges, in places from 0 to ``n - 1``.
    typed : ndarray
        Cost to serve in proportion to sales, where there is no costing. [currency]
    typed_avoidable : float
        Part of it that would go away with the sales, 0..1; NaN where nobody says. [1]
    documents : Documents
        Sales documents, for smallest orders.
    """

    revenue: FloatArray
    cogs: FloatArray
    imputed: FloatArray
    charges: Sequence[Charge]
    typed: FloatArray
    typed_avoidable: float
    documents: Documents

    @property
    def drivers(self) -> frozenset[str]:
        """Drivers by which something is charged."""
        return frozenset(charge.driver for charge in self.charges) - {CHARGED_DIRECTLY}

    @property
    def families(self) -> frozenset[str]:
        """Families of which something is charged."""
        return frozenset(charge.family for charge in self.charges)

    @property
    def pools(self) -> frozenset[str]:
        """Pools of which something is charged."""
        return frozenset(charge.pool for charge in self.charges)

    def family_or_pool(self, name: str) -> tuple[str, str] | None:
        """Tell which one a name means, as ("family" or "pool", name): a family before a pool of the same name."""
        for of, word, known in (
            ("family", name, self.families),
            ("pool", name, self.pools),
            ("family", name.casefold(), self.families),
        ):
            if word in known:
                return of, word
        return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effect:
    """
    What changes for each customer, arrays of shape (n,); NaN where it is not known. [currency]

    Attributes
    ----------
    revenue, cogs, goods, cost_to_serve, imputed : ndarray
        Change of the line of the P&L; a cost above 0 is more cost.
    stranded : ndarray
        Cost that stays with the company although the customer no longer bears it; NaN where something changes of which
        nobody says how much is avoidable.
    """

    revenue: FloatArray
    cogs: FloatArray
    goods: FloatArray
    cost_to_serve: FloatArray
    imputed: FloatArray
    stranded: FloatArray

    @property
    def cost(self) -> FloatArray:
        """Change of what the costing charges."""
        return self.goods + self.cost_to_serve

    @property
    def margin(self) -> FloatArray:
        """Change of gross margin."""
        return self.revenue - self.cogs - self.goods

    @property
    def contribution(self) -> FloatArray:
        """Change of contribution."""
        return self.margin - self.cost_to_serve - self.imputed

    @property
    def profit(self) -> FloatArray:
        """Change of the company's profit."""
        return self.contribution - self.stranded

    @property
    def concerned(self) -> BoolArray:
        """Customers of whom anything changes."""
        lines = (self.revenue, self.cogs, self.goods, self.cost_to_serve, self.imputed)
        return np.asarray(np.any([line != 0 for line in lines], axis=0), dtype=np.bool_)

    def totals(self) -> "Totals":
        """Sum up over the customers of whom the effect is known."""
        known = ~np.isnan(self.contribution)
        unknown = int((self.concerned & ~known).sum())
        nothing_known = unknown > 0 and unknown == int(self.concerned.sum())

        def total(values: FloatArray) -> float:
            return math.nan if nothing_known else round(float(values[known].sum()), _PLACES)

        return Totals(
            customers=int(self.concerned.sum()),
            unknown=unknown,
            revenue=total(self.revenue),
            cogs=total(self.cogs),
            cost=total(self.cost),
            imputed=total(self.imputed),
            contribution=total(self.contribution),
            stranded=total(self.stranded),
            profit=total(self.profit),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """
    What changes for all customers together. [currency]

    Attributes
    ----------
    customers, unknown : int
        Customers of whom anything changes, and those among them of whom the effect is not known. [count]
    revenue, cogs, cost, imputed, contribution, stranded, profit : float
        As in `Effect`, without the unknown ones; NaN if it is known of nobody.
    """

    customers: int
    unknown: int
    revenue: float
    cogs: float
    cost: float
    imputed: float
    contribution: float
    stranded: float
    profit: float

    def notes(self) -> Iterator[str]:
        """What the numbers of a row do not show."""
        if self.cogs and not math.isnan(self.cogs):
            yield f"cost of goods {self.cogs:+,.2f}"
        if self.imputed and not math.isnan(self.imputed):
            yield f"charges for financing and expected loss follow revenue: {self.imputed:+,.2f}"
        if self.unknown:
            yield f"customers left out because revenue or cost is not known: {self.unknown:,}"
        if math.isnan(self.stranded) and not math.isnan(self.contribution):
            yield "stranded cost is not known without avoidable_share"


def what_if(standing: Standing, changes: Sequence[Change]) -> Effect:
    """
    Effect of all changes together on each customer, and on the profit of the company.

    Parameters
    ----------
    standing : Standing
        The customer P&L as it is.
    changes : sequence of Change
        `DriverChange`, `TimeChange`, `ServiceChange`, `PriceChange` or `OrderChange`, in their order.

    Returns
    -------
    Effect
        Change of each line of the P&L.

    Raises
    ------
    DomainError
        If new minutes make the quantity of a customer negative.
    InputError
        If nothing is charged by the driver of a change, or to a pool or family; or if a scope does not fit the
        customers.

    Notes
    -----
    Changes compound in their order, so that the effect of two is not the sum of the effects of each.

    Lost sales take the customer's revenue (with its credit notes), cost of goods, charges that follow revenue, and
    whatever a costing charges along in proportion. To lose all of them is to lose the customer: the change of profit is
    then the effect of dropping in `valuation.cost.customer_actions`. A price changes revenue and the charges that
    follow it, not the quantities, also not those of a driver that counts revenue. A smallest order also changes the
    number of orders. Rates, and what others are charged, stand.

    A charge in cents follows its quantity in proportion: it is the rate times the quantity to the cent, and nothing is
    left of it when the quantity is 0.

    Examples
    --------
    >>> nothing = np.zeros(2)
    >>> dispatch = Charge(
    ...     pool="Dispatch", family="logistics", period="", driver="parcels", rows=np.array([0, 1]),
    ...     quantity=np.array([10.0, 30.0]), driver_total=40.0, rate=2.5, avoidable=0.4, cents=np.array([2500, 7500]),
    ...     acquisition=np.array([0, 0]),
    ... )
    >>> standing = Standing(
    ...     revenue=np.array([100.0, 300.0]), cogs=np.array([60.0, 180.0]), imputed=nothing, charges=[dispatch],
    ...     typed=nothing, typed_avoidable=np.nan, documents=Documents(np.array([], int), np.array([])),
    ... )
    >>> fewer = DriverChange(driver="parcels", value=-0.2, scope=np.array([True, True]))
    >>> effect = what_if(standing, [fewer])
    >>> effect.cost_to_serve.tolist(), effect.stranded.tolist(), effect.profit.tolist()
    ([-5.0, -15.0], [3.0, 9.0], [2.0, 6.0])
    """
    n = standing.revenue.size
    levels = Levels.unchanged(n, standing.drivers | {CHARGED_DIRECTLY}, standing.documents)
    for change in changes:
        _check(standing, change)
        change.apply(levels)
    turnover = levels.price * levels.sales
    goods, cost_to_serve = np.zeros(n), _change(standing.typed, levels.sales)
    stranded = _stays(cost_to_serve, standing.typed_avoidable)
    for charge in standing.charges:
        change_of_cost = _change_of_charge(charge, levels)
        if change_of_cost is not None:
            (goods if charge.family == GOODS else cost_to_serve)[:] += change_of_cost
            stranded += _stays(change_of_cost, charge.avoidable)
    return Effect(
        revenue=_change(standing.revenue, turnover),
        cogs=_change(standing.cogs, levels.sales),
        goods=goods,
        cost_to_serve=cost_to_serve,
        imputed=_change(standing.imputed, turnover),
        stranded=stranded,
    )


def _check(standing: Standing, change: Change) -> None:
    """Refuse what concerns nothing that is charged."""
    if change.scope.shape != standing.revenue.shape:
        raise InputError(f"scope must be one for each customer, {standing.revenue.shape}, not {change.scope.shape}")
    match change:
        case DriverChange() | TimeChange():
            named, known, what = {change.driver}, standing.drivers, "driver"
        case OrderChange():
            named, known, what = set(change.drivers), standing.drivers, "drivers"
        case ServiceChange():
            named, what = {change.name}, change.of
            known = standing.pools if what == "pool" else standing.families
        case _:
            return
    if not named <= known:
        listed = ", ".join(sorted(known)) or "none"
        raise InputError(f"{what} must be among {listed}, not {', '.join(sorted(named - known))}")


def _change(amount: FloatArray, factor: FloatArray) -> FloatArray:
    """What a factor does to an amount; nothing happens to one that is not known, unless the factor changes it."""
    return np.where(factor == 1.0, 0.0, amount * factor - amount)


def _stays(change_of_cost: FloatArray, avoidable: float) -> FloatArray:
    """The part of a change of cost that does not reach the company."""
    return np.where(change_of_cost == 0.0, 0.0, change_of_cost * (avoidable - 1.0))


def _change_of_charge(charge: Charge, levels: Levels) -> FloatArray | None:
    """Change of a charge by customer; None if nothing of it changes."""
    factors = (
        levels.costs.get(("pool", charge.pool)),
        levels.costs.get(("family", charge.family)),
        levels.quantities.get(charge.driver),
    )
    found, added = [factor for factor in factors if factor is not None], levels.added.get(charge.driver)
    if added is None and not found:
        return None
    factor, rows, cost = np.prod([np.ones(levels.price.size), *found], axis=0), charge.rows, charge.cents / 100.0
    change, own = np.zeros(factor.size), factor[rows]
    if added is not None:
        # Whoever has no cost has no quantity either, or one too small for a cent of it.
        change = np.maximum(added, 0.0) * charge.rate * factor
        with_added = 1.0 + added[rows] / charge.quantity
        if (with_added < -_NOISE).any():
            raise DomainError(f"new minutes must not make the quantity of {charge.driver} negative")
        own = own * np.maximum(with_added, 0.0)
    change[rows] = cost * own - cost
    return change
