"""
The changes that can be tried on a customer P&L, and what each does to prices, sales and quantities.

A change multiplies what the changes before it left. Only new minutes add to a quantity: those of an activity are known
apart from what else takes time, and shrink with the quantity when sales are lost.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray, IntArray, read_exactly
from valuation.errors import DomainError

__all__ = [
    "CHARGED_DIRECTLY",
    "BoolArray",
    "Change",
    "Documents",
    "DriverChange",
    "Levels",
    "OrderChange",
    "PriceChange",
    "ServiceChange",
    "TimeChange",
    "change_title",
]

BoolArray: TypeAlias = npt.NDArray[np.bool_]

CHARGED_DIRECTLY: Final = ""
"""Stands for the driver of what is charged to one customer directly, which only follows the sales."""

_MICRO: Final = 1e6  # sums of documents are whole millionths, so that three times 0.1 are no more than 0.3


class Documents(NamedTuple):
    """The sales documents of the period: the place of their customer, and their value. [currency]"""

    customers: IntArray
    values: FloatArray


@dataclass(slots=True)
class Levels:
    """
    What is left of prices, sales and quantities after some changes; arrays of shape (n,), 1 where nothing changed.

    Attributes
    ----------
    price, sales : ndarray
        Price, and the part of the sales that is kept.
    names : frozenset of str
        All drivers, and `CHARGED_DIRECTLY`.
    quantities : dict of str to ndarray
        Driver to the factor of its quantity.
    added : dict of str to ndarray
        Driver to what comes to its quantity before the factor. [driver unit]
    costs : dict of (str, str) to ndarray
        ("pool" or "family", name) to the factor of its cost.
    minutes : dict of (str, ...) to ndarray
        Term of a time equation to its minutes. [minutes]
    documents : Documents
        At the new prices, small ones put together.
    """

    price: FloatArray
    sales: FloatArray
    names: frozenset[str]
    documents: Documents
    quantities: dict[str, FloatArray] = field(default_factory=dict)
    added: dict[str, FloatArray] = field(default_factory=dict)
    costs: dict[tuple[str, str], FloatArray] = field(default_factory=dict)
    minutes: dict[tuple[str, ...], FloatArray] = field(default_factory=dict)

    @classmethod
    def unchanged(cls, n: int, names: Iterable[str], documents: Documents) -> "Levels":
        """Where all changes start."""
        return cls(np.ones(n), np.ones(n), frozenset(names), documents)

    def use(self, driver: str, factor: FloatArray) -> None:
        """Multiply the quantity of a driver."""
        self.quantities[driver] = self.quantities.get(driver, 1.0) * factor

    def lose(self, lost: FloatArray, *, but: Iterable[str] = ()) -> None:
        """Lose a share of the sales, and of the quantities of all drivers but some."""
        if lost.any():
            self.sales = self.sales * (1.0 - lost)
            for driver in self.names.difference(but):
                self.use(driver, 1.0 - lost)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriverChange:
    """
    More or less of a driver.

    Attributes
    ----------
    driver : str
        Its name.
    value : float
        -0.2 for 20% less; -1 or more. [1]
    scope : ndarray of bool, shape (n,)
        Whom it concerns.
    """

    driver: str
    value: float
    scope: BoolArray

    def __post_init__(self) -> None:
        _at_least(self.value, -1.0, "value")

    def apply(self, levels: Levels) -> None:
        """Multiply the quantity of those concerned."""
        levels.use(self.driver, np.where(self.scope, 1.0 + self.value, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeChange:
    """
    New minutes in one term of a time equation; what a minute costs stays.

    Attributes
    ----------
    term : tuple of str
        Driver, activity and attribute of the term.
    counts : ndarray, shape (n,)
        What the minutes are multiplied by, summed over the customer's activities. [count]
    before, minutes : float
        Minutes now, and those to try. [minutes]
    scope : ndarray of bool, shape (n,)
        Whom it concerns.
    """

    term: tuple[str, ...]
    counts: FloatArray
    before: float
    minutes: float
    scope: BoolArray

    def __post_init__(self) -> None:
        read_exactly(self.before, "before")
        read_exactly(self.minutes, "minutes")

    @property
    def driver(self) -> str:
        """The driver whose minutes these are."""
        return self.term[0]

    def apply(self, levels: Levels) -> None:
        """Add what the new minutes take more than those in force."""
        old = levels.minutes.get(self.term, np.full(self.scope.size, float(self.before)))
        new = np.where(self.scope, float(self.minutes), old)
        levels.minutes[self.term] = new
        levels.added[self.driver] = levels.added.get(self.driver, 0.0) + (new - old) * self.counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceChange:
    """
    More or less service: the cost of one pool or of one family, also what is charged directly.

    Attributes
    ----------
    of : {"pool", "family"}
        What `name` names.
    name : str
        The pool or the family.
    value : float
        -0.2 for 20% less; -1 or more. [1]
    scope : ndarray of bool, shape (n,)
        Whom it concerns.
    """

    of: str
    name: str
    value: float
    scope: BoolArray

    def __post_init__(self) -> None:
        _at_least(self.value, -1.0, "value")

    def apply(self, levels: Levels) -> None:
        """Multiply the cost of those concerned."""
        key = (self.of, self.name)
        levels.costs[key] = levels.costs.get(key, 1.0) * np.where(self.scope, 1.0 + self.value, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceChange:
    """
    Higher or lower prices, and the part of the sales that is lost by them.

    Attributes
    ----------
    value : float
        0.05 for 5% more; -1 or more. [1]
    scope : ndarray of bool, shape (n,)
        Whom it concerns.
    lost_share : float
        Part of the sales that is lost, 0..1. [1]
    """

    value: float
    scope: BoolArray
    lost_share: float = 0.0

    def __post_init__(self) -> None:
        _at_least(self.value, -1.0, "value")
        _share(self.lost_share)

    def apply(self, levels: Levels) -> None:
        """Raise the price of what is still sold; documents get fewer, and dearer."""
        factor = np.where(self.scope, 1.0 + self.value, 1.0)
        levels.price = levels.price * factor
        customers, values = levels.documents
        levels.documents = Documents(customers, values * factor[customers])
        levels.lose(np.where(self.scope, float(self.lost_share), 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderChange:
    """
    A smallest order: smaller ones are put together, and a part of their value is lost.

    Attributes
    ----------
    drivers : tuple of str
        Drivers that count orders; their quantities follow the number of a customer's documents.
    minimum : float
        The smallest order that is taken, above 0. [currency]
    scope : ndarray of bool, shape (n,)
        Whom it concerns.
    lost_share : float
        Part of the value of smaller documents that is lost, 0..1. [1]

    Notes
    -----
    A customer's documents under the minimum become as few as their value makes orders of the minimum, the last one
    being smaller. A document without value is left as it is.
    """

    drivers: tuple[str, ...]
    minimum: float
    scope: BoolArray
    lost_share: float = 0.0

    def __post_init__(self) -> None:
        if read_exactly(self.minimum, "minimum") <= 0:
            raise DomainError(f"minimum must be above 0, not {self.minimum:g}")
        _share(self.lost_share)

    def apply(self, levels: Levels) -> None:
        """Put small documents together; what is lost of the sales is lost of everything but orders."""
        n, (customers, values) = self.scope.size, levels.documents
        small = self.scope[customers] & (values > 0) & (values < self.minimum)
        micros = np.rint(values * _MICRO)
        under = np.bincount(customers[small], weights=micros[small], minlength=n)
        kept = np.rint(under * (1.0 - self.lost_share)).astype(np.int64)
        orders = -(-kept // max(round(self.minimum * _MICRO), 1))
        before = np.bincount(customers, minlength=n)
        after = before - np.bincount(customers[small], minlength=n) + orders
        sold = np.bincount(customers, weights=np.maximum(micros, 0.0), minlength=n)
        lost, fewer = np.zeros(n), np.ones(n)
        np.divide(under * self.lost_share, sold, out=lost, where=sold > 0)
        np.divide(after, before, out=fewer, where=before > 0)
        levels.lose(lost, but=self.drivers)
        for driver in self.drivers:
            levels.use(driver, fewer)
        who = np.repeat(np.arange(n), orders)
        merged = (kept / _MICRO)[who] / orders[who]
        levels.documents = Documents(np.append(customers[~small], who), np.append(values[~small], merged))


def change_title(
    change: str,
    name: str,
    attribute: str,
    value: float,
    scope: str,
    applies_to: str,
    lost_share: float,
) -> str:
    """
    Say in a few words what a row of changes tries.

    Parameters
    ----------
    change, name, attribute, scope, applies_to : str
        The words of the row, "" where they are blank.
    value, lost_share : float
        Its numbers, NaN where they are missing. [see the change; 1]

    Returns
    -------
    str
        What, by how much, and for whom.

    Examples
    --------
    >>> change_title("driver", "parcels", "", -0.2, "segment", "A", 0.0)
    'driver parcels -20%, segment A'
    """
    sizes = {"minimum order": f"{value:,.10g}", "time equation": f"{value:,.10g} minutes"}
    size = "" if math.isnan(value) else sizes.get(change, f"{value * 100:+,.10g}%")
    title = " ".join(filter(None, (change, name, attribute, size)))
    if lost_share > 0:
        title += f", {lost_share * 100:.10g}% lost"
    return f"{title}, {scope} {applies_to}" if scope not in ("", "all") else title


Change: TypeAlias = DriverChange | TimeChange | ServiceChange | PriceChange | OrderChange


def _at_least(value: float, low: float, name: str) -> None:
    if read_exactly(value, name) < low:
        raise DomainError(f"{name} must be at least {low:g}, not {value:g}")


def _share(lost_share: float) -> None:
    if not 0 <= read_exactly(lost_share, "lost_share") <= 1:
        raise DomainError(f"lost_share must be from 0 to 1, not {lost_share:g}")
