"""
Cost to serve: ledger lines traced to customers or pooled by cause, and each pool shared by its driver.

Every amount is an integer number of cents inside, and no cent is lost: for each group of lines
``ledger == traced + allocated + unknown customer + unallocated``. What cannot be allocated stays visible in the last
two and in the issues. Identifiers compare as trimmed text, so that 1001 and "1001" are one customer.

References
----------
.. [1] R. Cooper and R. S. Kaplan, "Profit priorities from activity-based costing," Harvard Business Review, vol. 69,
   no. 3, pp. 130-135, 1991 (why facility-sustaining cost is not pushed to customers).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.allocation import allocate_units
from valuation.cost.amounts import FloatArray, IntArray, decimal_integers, rate_per_unit, read_exactly
from valuation.cost.ledger import FAMILIES, STAYS_UNALLOCATED, TREATMENTS, Ledger, read_ledger

__all__ = [
    "FAMILIES",
    "TREATMENTS",
    "CostIssue",
    "CostToServe",
    "Reconciliation",
    "cost_to_serve",
    "driver_rate",
    "reconcile",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """
    Whether the ledger total is accounted for.

    Attributes
    ----------
    difference : float
        Ledger less everything that it was split into. [currency]
    ties : bool
        True when the exact difference is zero.
    """

    difference: float
    ties: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostIssue:
    """
    Something in the pools or drivers that somebody should look at.

    Attributes
    ----------
    kind : str
        ``no driver``, ``zero driver``, ``negative quantity``, ``missing quantity`` (the pool stays unallocated),
        ``unknown customer`` (cost kept apart) or ``no driver quantity`` (a customer whom no driver mentions).
    pool, driver, customer : str
        What it concerns, or "".
    amount : float
        The money concerned, counted in one issue only. [currency]
    """

    kind: str
    pool: str = ""
    driver: str = ""
    customer: str = ""
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CostToServe:
    """
    Cost to serve of each customer, and where every cent of the ledger went.

    Attributes
    ----------
    by_customer : DataFrame
        Index customer_id in the given order; one column per family of `FAMILIES`, then ``cost_to_serve`` (their sum)
        and ``acquisition_cost`` (the part of it that won the customer). [currency]
    detail : DataFrame
        One row per group of lines and customer with a cost: customer_id, pool, family, driver, quantity, rate, cost,
        acquisition_cost. A cost that was traced directly has no driver, quantity or rate.
    pools : DataFrame
        One row per group of lines: pool, family, driver, treatment, ledger, traced, allocated, unknown_customer,
        unallocated, difference (always 0), driver_total, rate.
    issues : list of CostIssue
        What could not be done as asked.
    """

    by_customer: pd.DataFrame
    detail: pd.DataFrame
    pools: pd.DataFrame
    issues: list[CostIssue]


class _Group(NamedTuple):
    """What the lines have in common that are allocated together."""

    pool: str
    family: str
    driver: str
    treatment: str
    share: float


@dataclass(slots=True)
class _Driver:
    """One driver's quantity per customer, as exact integers where they are decimals, or what is wrong with it."""

    weights: npt.NDArray[Any]
    quantity: FloatArray
    problem: str = ""
    culprit: str = ""

    @property
    def total(self) -> float:
        """Quantity of everyone, unknown customers included."""
        return np.nan if self.problem in ("no driver", "missing quantity") else float(self.quantity.sum())


@dataclass(slots=True)
class _Split:
    """One group of ledger lines, split in cents over everyone: known customers first, then unknown ones."""

    ledger: int
    traced: IntArray
    shares: IntArray
    quantity: FloatArray
    unallocated: int = 0
    driver_total: float = np.nan
    rate: float = np.nan
    problem: str = ""


@dataclass(slots=True)
class _Books:
    """What the groups add up to."""

    families: dict[str, IntArray]
    acquisition: IntArray  # cents per known customer, like each family
    detail: list[pd.DataFrame] = field(default_factory=list)
    pools: list[dict[str, object]] = field(default_factory=list)
    issues: list[CostIssue] = field(default_factory=list)


def driver_rate(pool_cost: npt.ArrayLike, driver_total: npt.ArrayLike) -> FloatArray:
    """
    Cost of one unit of a driver: pool cost over driver total.

    Parameters
    ----------
    pool_cost : array_like
        Cost of the pool. [currency/period]
    driver_total : array_like
        Total quantity of its driver, above 0. [driver unit/period]

    Returns
    -------
    ndarray, broadcast shape
        NaN in a row whose own numbers are missing or out of range. [currency/driver unit]

    Raises
    ------
    DomainError
        If a single `driver_total` is negative or a single argument is infinite.
    InputError
        If an argument is not numeric, a single one is NaN, or the shapes do not fit.
    ZeroDenominatorError
        If a single `driver_total` is 0.

    Examples
    --------
    >>> driver_rate([120000.0, 500.0], [120000, 0]).tolist()
    [1.0, nan]
    """
    return rate_per_unit(pool_cost, driver_total, names=("pool_cost", "driver_total"))


def reconcile(
    ledger_total: float | Decimal,
    *,
    allocated: float | Decimal,
    unused: float | Decimal,
    unallocated: float | Decimal,
) -> Reconciliation:
    """
    Compare the ledger with what it was split into, in exact decimals.

    Parameters
    ----------
    ledger_total : float, int or Decimal
        Total of the pools. [currency]
    allocated : float, int or Decimal
        Cost charged to customers, traced cost and unknown customers included. [currency]
    unused : float, int or Decimal
        Cost of unused capacity; negative for overtime. [currency]
    unallocated : float, int or Decimal
        Cost that stays with the company. [currency]

    Returns
    -------
    Reconciliation
        The exact difference, and whether it is zero.

    Raises
    ------
    DomainError
        If an amount is infinite.
    InputError
        If an amount is not a number.

    Notes
    -----
    Imputed items, such as a charge for late payment, are not in the ledger and do not belong here.
    An amount that is not in whole cents is read to 15 digits, as Excel shows it.

    Examples
    --------
    >>> reconcile(436971.07, allocated=409971.07, unused=27000.00, unallocated=0)
    Reconciliation(difference=0.0, ties=True)
    """
    parts = {"allocated": allocated, "unused": unused, "unallocated": unallocated}
    difference = _amount(ledger_total, "ledger_total") - sum(_amount(part, name) for name, part in parts.items())
    return Reconciliation(difference=float(difference), ties=difference == 0)


def cost_to_serve(pools: pd.DataFrame, drivers: pd.DataFrame, customer_ids: npt.ArrayLike) -> CostToServe:
    """
    Cost to serve of each customer from ledger pools and driver quantities, exact to the cent.

    Parameters
    ----------
    pools : DataFrame
        Ledger lines: pool, amount [currency, 2 decimals], driver, treatment (one of `TREATMENTS`), family (one of
        `FAMILIES`); and, where known, gl_account, acq_share [0..1] and customer_id.
    drivers : DataFrame
        customer_id, driver, quantity [driver unit]; the rows of one customer and driver are added up.
    customer_ids : array_like, shape (n,)
        The customers, each once.

    Returns
    -------
    CostToServe
        Costs by customer, their detail, the statement by pool, and the issues.

    Raises
    ------
    DomainError
        If an amount is not in whole cents or an acq_share is outside 0..1; the message names the row.
    InputError
        If a column is missing, a treatment or family is unknown, an amount is missing, or a customer stands twice.

    Notes
    -----
    A line with a customer id is traced to that customer; the other lines of the same pool, driver, treatment, share and
    family are allocated together. Treatments ``sustaining`` and ``unallocated`` keep their lines from customers, also
    lines with a customer id. A pool is left unallocated, and reported, if its driver is blank or has no quantity, or if
    a quantity is missing or, summed over the customer's rows, negative. Customers who are not in `customer_ids` take
    their share like all others; it is shown as cost of unknown customers.

    Treatment ``acquisition`` wins customers with all of its cost, other lines with their acq_share, blank counting 0.
    Each cost is split by it in whole cents, half a cent going to the larger part. A blank family is the pool's name.

    Examples
    --------
    >>> pools = pd.DataFrame({
    ...     "pool": ["Dispatch", "Dispatch"], "gl_account": ["6100", "6110"], "amount": [90.00, 10.00],
    ...     "driver": "parcels", "treatment": "retention", "acq_share": None, "family": "logistics",
    ...     "customer_id": None,
    ... })
    >>> drivers = pd.DataFrame({"customer_id": ["A", "B", "C"], "driver": "parcels", "quantity": [1, 1, 1]})
    >>> cost_to_serve(pools, drivers, ["A", "B", "C"]).by_customer["logistics"].tolist()
    [33.34, 33.33, 33.33]
    """
    ledger = read_ledger(pools, drivers, customer_ids)
    books = _Books({family: np.zeros(ledger.known, np.int64) for family in FAMILIES}, np.zeros(ledger.known, np.int64))
    used: dict[str, _Driver] = {}
    for key, members in ledger.lines.groupby(list(_Group._fields), sort=False):
        group = _Group(*cast("tuple[str, str, str, str, float]", key))
        if group.driver not in used:
            used[group.driver] = _driver(group.driver, ledger)
        split = _split(members, group, used[group.driver])
        _book_customers(books, split, group, ledger.ids)
        _book_pool(books, split, group)
        books.issues.extend(_issues(split, group, used[group.driver], ledger))
    books.issues.extend(_absent(ledger, [name for name in used if name]))
    return _statement(books, ledger.ids)


def _amount(value: float | Decimal, name: str) -> Fraction:
    """An amount as an exact fraction, its float noise removed if it is not in cents."""
    exact = read_exactly(value, name)
    if (exact * 100).denominator != 1 and isinstance(value, float | np.floating):
        return read_exactly(float(f"{float(value):.15g}"), name)
    return exact


# One driver and one group of lines at a time.


def _driver(name: str, ledger: Ledger) -> _Driver:
    """Quantities added up per customer, exactly wherever they are decimals of up to 15 digits."""
    everyone = ledger.everyone
    rows = np.flatnonzero(ledger.driver_names == name)
    codes, quantities, nothing = ledger.driver_codes[rows], ledger.quantities[rows], np.zeros(everyone.size)
    if not name:
        return _Driver(nothing, nothing, "no driver")
    missing = ~np.isfinite(quantities)
    if missing.any():
        return _Driver(nothing, nothing, "missing quantity", str(everyone[codes[np.argmax(missing)]]))
    scaled = decimal_integers(quantities)
    if scaled is None or np.abs(scaled[0]).sum(dtype=np.float64) >= 2**53:
        weights: npt.NDArray[Any] = np.bincount(codes, weights=quantities, minlength=everyone.size)
        quantity = weights
    else:  # integers below 2**53 add up exactly in floats
        weights = np.bincount(codes, weights=scaled[0], minlength=everyone.size).astype(np.int64)
        quantity = weights / 10.0 ** scaled[1]
    if (weights < 0).any():
        return _Driver(weights, quantity, "negative quantity", str(everyone[np.argmax(weights < 0)]))
    return _Driver(weights, quantity, "" if weights.any() else "zero driver")


def _split(members: pd.DataFrame, group: _Group, driver: _Driver) -> _Split:
    """Trace the lines that name a customer, allocate the rest."""
    cents, codes = members["cents"].to_numpy(dtype=np.int64), members["code"].to_numpy(dtype=np.int64)
    nobody = np.zeros(driver.quantity.size, np.int64)
    split = _Split(int(cents.sum()), nobody.copy(), nobody, driver.quantity)
    if group.treatment in STAYS_UNALLOCATED:
        split.unallocated = split.ledger
        return split
    traces = codes >= 0
    np.add.at(split.traced, codes[traces], cents[traces])
    if traces.all():
        return split
    pooled = int(cents[~traces].sum())
    split.driver_total = driver.total
    if driver.problem:
        split.unallocated, split.problem = pooled, driver.problem
        return split
    split.shares = allocate_units(pooled, driver.weights)
    split.rate = pooled / 100.0 / driver.total
    return split


def _acquisition_part(cents: IntArray, share: float) -> IntArray:
    """The share of each amount in whole cents; half a cent goes to the larger part, if equal to acquisition."""
    part, whole = Decimal(str(share)).as_integer_ratio()
    # Products stay below 2**63 while the share has at most nine decimals; beyond, Python's integers.
    size = np.abs(cents).astype(object if whole > 10**9 else np.int64)
    units = size // whole
    rest = (size - units * whole) * part
    more = rest // whole
    remainder = rest - more * whole
    up = (2 * remainder > whole) | ((2 * remainder == whole) & (2 * part >= whole))
    acquisition: IntArray = (np.sign(cents) * (units * part + more + up)).astype(np.int64)
    return acquisition


def _book_customers(books: _Books, split: _Split, group: _Group, ids: "pd.Index[Any]") -> None:
    """Add a group's costs to those of the known customers, traced ones and allocated ones in their own rows."""
    known = books.acquisition.size
    unmeasured = np.full(known, np.nan)
    for cost, driver, quantity, rate in (
        (split.traced[:known], "", unmeasured, np.nan),
        (split.shares[:known], group.driver, split.quantity[:known], split.rate),
    ):
        rows = np.flatnonzero(cost)
        if not rows.size:
            continue
        acquisition = _acquisition_part(cost, group.share)
        books.families[group.family] += cost
        books.acquisition += acquisition
        columns = {
            "customer_id": ids[rows],
            "pool": group.pool,
            "family": group.family,
            "driver": driver,
            "quantity": quantity[rows],
            "rate": rate,
            "cost": cost[rows] / 100.0,
            "acquisition_cost": acquisition[rows] / 100.0,
        }
        books.detail.append(pd.DataFrame(columns))


def _book_pool(books: _Books, split: _Split, group: _Group) -> None:
    """Add a group to the statement by pool, with a difference that is computed, not assumed."""
    known = books.acquisition.size
    traced, allocated = int(split.traced[:known].sum()), int(split.shares[:known].sum())
    unknown = int(split.traced[known:].sum()) + int(split.shares[known:].sum())
    cents = {
        "ledger": split.ledger,
        "traced": traced,
        "allocated": allocated,
        "unknown_customer": unknown,
        "unallocated": split.unallocated,
        "difference": split.ledger - traced - allocated - unknown - split.unallocated,
    }
    words = {"pool": group.pool, "family": group.family, "driver": group.driver, "treatment": group.treatment}
    money = {name: amount / 100 for name, amount in cents.items()}
    books.pools.append({**words, **money, "driver_total": split.driver_total, "rate": split.rate})


def _issues(split: _Split, group: _Group, driver: _Driver, ledger: Ledger) -> Iterable[CostIssue]:
    """Why a pool stayed unallocated, and the cost of each unknown customer."""
    pool, name = group.pool, group.driver
    if split.problem:
        left = split.unallocated / 100
        yield CostIssue(kind=split.problem, pool=pool, driver=name, customer=driver.culprit, amount=left)
    strangers = ledger.everyone[ledger.known :]
    unknown = split.traced[ledger.known :] + split.shares[ledger.known :]
    for row in np.flatnonzero(unknown):
        customer, amount = str(strangers[row]), int(unknown[row]) / 100
        yield CostIssue(kind="unknown customer", pool=pool, driver=name, customer=customer, amount=amount)


def _absent(ledger: Ledger, drivers: list[str]) -> list[CostIssue]:
    """Customers whom neither a line nor a row of a driver in use mentions; their cost is 0, perhaps by mistake."""
    lines = ledger.lines["code"].to_numpy(dtype=np.int64)
    absent = np.ones(ledger.everyone.size, dtype=np.bool_)
    absent[lines[lines >= 0]] = False
    absent[ledger.driver_codes[np.isin(ledger.driver_names, drivers)]] = False
    customers = ledger.everyone[: ledger.known]
    return [CostIssue(kind="no driver quantity", customer=name) for name in customers[absent[: ledger.known]]]


def _statement(books: _Books, ids: "pd.Index[Any]") -> CostToServe:
    """The result tables, in money."""
    by_customer = pd.DataFrame({family: cents / 100.0 for family, cents in books.families.items()}, index=ids)
    by_customer["cost_to_serve"] = np.sum(list(books.families.values()), axis=0) / 100.0
    by_customer["acquisition_cost"] = books.acquisition / 100.0
    columns = ["customer_id", "pool", "family", "driver", "quantity", "rate", "cost", "acquisition_cost"]
    detail = pd.concat(books.detail, ignore_index=True) if books.detail else pd.DataFrame(columns=columns)
    money = ["ledger", "traced", "allocated", "unknown_customer", "unallocated", "difference"]
    statement = ["pool", "family", "driver", "treatment", *money, "driver_total", "rate"]
    pools = pd.DataFrame(books.pools, columns=statement)
    return CostToServe(by_customer=by_customer, detail=detail, pools=pools, issues=books.issues)
