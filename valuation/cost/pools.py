"""
Cost to serve: ledger lines traced to customers or pooled by cause, and each pool shared by its driver.

Every amount is an integer number of cents inside, and no cent is lost: for each group of lines
``ledger + services == traced + allocated + unused + unknown customer + unallocated``. What cannot be allocated stays
visible in the last two and in the issues. Identifiers compare as trimmed text, so that 1001 and "1001" are one
customer.

References
----------
.. [1] R. Cooper and R. S. Kaplan, "Profit priorities from activity-based costing," Harvard Business Review, vol. 69,
   no. 3, pp. 130-135, 1991 (why facility-sustaining cost is not pushed to customers).
.. [2] R. S. Kaplan and S. R. Anderson, "Time-driven activity-based costing," Harvard Business Review, vol. 82, no. 11,
   pp. 131-138, 2004 (why unused capacity is kept apart).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.allocation import allocate_units
from valuation.cost.amounts import FloatArray, IntArray, decimal_integers, rate_per_unit
from valuation.cost.capacity import Supply, read_capacity
from valuation.cost.ledger import STAYS_UNALLOCATED, Ledger, read_ledger
from valuation.cost.reconciliation import spread_over_lines
from valuation.cost.service_lines import pass_on
from valuation.cost.services import ServiceMethod
from valuation.cost.statement import OUTCOMES, Charge, CostIssue, CostToServe
from valuation.cost.time_driven import unused_units
from valuation.tables import FAMILIES, GOODS

__all__ = ["cost_to_serve", "driver_rate"]


class _Group(NamedTuple):
    """What the lines have in common that are allocated together."""

    pool: str
    family: str
    driver: str
    treatment: str
    share: float
    avoidable: float
    period: str


@dataclass(frozen=True, slots=True, eq=False)
class _Driver:
    """How much everyone used of a driver, and why that is no basis for an allocation (else "")."""

    weights: npt.NDArray[Any]
    quantity: FloatArray
    problem: str = ""
    culprit: str = ""
    of_period: bool = False
    """Whether only what was used in one period is counted."""
    total: float = np.nan
    """Quantity of everyone, unknown customers included; NaN where it is not known."""


@dataclass(slots=True)
class _Split:
    """One group of ledger lines, split in cents over everyone: known customers first, then unknown ones."""

    traced: IntArray
    shares: IntArray
    driver: _Driver
    unallocated: int = 0
    unused: int = 0
    driver_total: float = np.nan
    practical: float = np.nan
    rate: float = np.nan
    problem: str = ""


@dataclass(slots=True)
class _Books:
    """What the groups add up to."""

    ids: "pd.Index[Any]"
    families: dict[str, IntArray]
    acquisition: IntArray  # cents per known customer, like each family
    avoidable: FloatArray
    periods: dict[str, dict[str, int]] = field(default_factory=dict)
    charges: list[Charge] = field(default_factory=list)
    pools: list[dict[str, object]] = field(default_factory=list)
    accounts: dict[str, dict[str, int]] = field(default_factory=dict)
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


def cost_to_serve(
    pools: pd.DataFrame,
    drivers: pd.DataFrame,
    customer_ids: npt.ArrayLike,
    *,
    capacity: pd.DataFrame | None = None,
    services: pd.DataFrame | None = None,
    service_method: ServiceMethod = "reciprocal",
) -> CostToServe:
    """
    Cost to serve of each customer from ledger pools and driver quantities, exact to the cent.

    Parameters
    ----------
    pools : DataFrame
        Ledger lines: pool, amount [currency, 2 decimals], driver, treatment (one of `TREATMENTS`), family (one of
        `FAMILIES`, or `GOODS`); and, where known, gl_account, acq_share [0..1], avoidable_share [0..1], customer_id and
        period.
    drivers : DataFrame
        customer_id, driver, quantity [driver unit]; the rows of one customer and driver are added up. With a column
        period, a line of a period is shared by the quantities of that period.
    customer_ids : array_like, shape (n,)
        The customers, each once.
    capacity : DataFrame, optional
        pool, practical_minutes and, where it is not the pool's own, driver, whose quantities are the minutes used: such
        a pool charges each minute at the rate of the practical capacity, and the rest is unused.
    services : DataFrame, optional
        pool, to_pool, share [0..1]: pools that serve other pools pass their cost on before anything is allocated.
    service_method : {"reciprocal", "step-down", "direct"}
        What happens to services among them.

    Returns
    -------
    CostToServe
        Costs by customer, their detail, the statements by pool and by account, and the issues.

    Raises
    ------
    DomainError
        If an amount is not in whole cents, a share is outside 0..1, or the shares of `services` are; the message names
        the row. Also if the services have no solution.
    InputError
        If a column is missing, a treatment or family is unknown, an amount is missing, a customer stands twice, or a
        service goes to a pool without lines.

    Notes
    -----
    A line with a customer id is traced to that customer; the other lines of the same pool, driver, treatment, shares,
    family and period are allocated together. Treatments ``sustaining`` and ``unallocated`` keep their lines from
    customers, also lines with a customer id. A pool is left unallocated, and reported, if its driver is blank or has no
    quantity, if a quantity is missing or, summed over the customer's rows, negative, or if its capacity is 0. Customers
    who are not in `customer_ids` take their share like all others; it is shown as cost of unknown customers.

    More minutes used than there are leave a negative unused cost: overtime, or minutes that were estimated too high.

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
    lines = ledger.lines if services is None else pass_on(ledger.lines, services, method=service_method)
    supply = {} if capacity is None else read_capacity(capacity)
    nothing = np.zeros(ledger.known, np.int64)
    books = _Books(
        ledger.ids, {family: nothing.copy() for family in (*FAMILIES, GOODS)}, nothing.copy(), np.zeros(ledger.known)
    )
    periods = {pool: set(found) - {""} for pool, found in lines.groupby("pool")["period"]}
    measured: dict[str, set[str]] = {}
    used: dict[tuple[str, str], _Driver] = {}
    for key, members in lines.groupby(list(_Group._fields), sort=False, dropna=False):
        group = _Group(*cast("tuple[str, str, str, str, float, float, str]", key))
        own = supply.get(group.pool)
        name = group.driver if own is None or not own.driver else own.driver
        if (name, group.period) not in used:
            used[name, group.period] = _driver(name, group.period, ledger)
            measured[name] = set(ledger.driver_periods[ledger.driver_names == name]) - {""}
        group = group._replace(driver=name)
        split = _split(members, group, used[name, group.period], own, len(periods[group.pool] | measured[name]))
        _book_customers(books, split, group)
        _book_pool(books, split, group, members)
        books.issues.extend(_issues(split, group, ledger))
    books.issues.extend(_absent(ledger, [name for name, _ in used if name]))
    return _statement(books)


# One driver and one group of lines at a time.


def _driver(name: str, period: str, ledger: Ledger) -> _Driver:
    """Quantities added up per customer, exactly wherever they are decimals of up to 15 digits."""
    everyone = ledger.everyone
    rows = ledger.driver_names == name
    of_period = bool(period) and bool((ledger.driver_periods[rows] != "").any())
    rows = np.flatnonzero(rows & (ledger.driver_periods == period) if of_period else rows)
    codes, quantities, nothing = ledger.driver_codes[rows], ledger.quantities[rows], np.zeros(everyone.size)
    if not name:
        return _Driver(nothing, nothing, "no driver")
    missing = ~np.isfinite(quantities)
    if missing.any():
        return _Driver(nothing, nothing, "missing quantity", str(everyone[codes[np.argmax(missing)]]))
    scaled = decimal_integers(quantities)
    if scaled is None or np.abs(scaled[0]).sum(dtype=np.float64) >= 2**53:
        weights: npt.NDArray[Any] = np.bincount(codes, weights=quantities, minlength=everyone.size)
        quantity, total = weights, float(weights.sum())
    else:  # integers below 2**53 add up exactly in floats
        weights = np.bincount(codes, weights=scaled[0], minlength=everyone.size).astype(np.int64)
        quantity, total = weights / 10.0 ** scaled[1], float(weights.sum() / 10.0 ** scaled[1])
    problem, culprit = "" if weights.any() else "zero driver", ""
    if (weights < 0).any():
        problem, culprit = "negative quantity", str(everyone[np.argmax(weights < 0)])
    return _Driver(weights, quantity, problem, culprit, of_period, total)


def _split(members: pd.DataFrame, group: _Group, driver: _Driver, supply: Supply | None, periods: int) -> _Split:
    """Trace the lines that name a customer, allocate the rest."""
    cents, codes = members["cents"].to_numpy(dtype=np.int64), members["code"].to_numpy(dtype=np.int64)
    nobody = np.zeros(driver.quantity.size, np.int64)
    split = _Split(nobody.copy(), nobody, driver)
    if group.treatment in STAYS_UNALLOCATED:
        split.unallocated = int(cents.sum())
        return split
    traces = codes >= 0
    np.add.at(split.traced, codes[traces], cents[traces])
    pooled = int(cents[~traces].sum())
    if pooled == 0:
        return split
    split.driver_total = driver.total
    problem = driver.problem
    if supply is not None:
        # Capacity is that of the year; a period has its part of it where its minutes are known.
        split.practical = supply.practical / periods if driver.of_period else supply.practical
        if problem == "zero driver" and split.practical > 0:
            split.unused, split.rate = pooled, pooled / 100.0 / split.practical  # nobody used a minute of it
            return split
        problem = problem or ("" if split.practical > 0 else "no capacity")
    if problem:
        split.unallocated, split.problem = pooled, problem
        return split
    split.rate = pooled / 100.0 / driver.total
    if supply is not None:
        split.unused = unused_units(pooled, split.practical, driver.total)
        split.rate = pooled / 100.0 / split.practical
    split.shares = allocate_units(pooled - split.unused, driver.weights)
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


def _book_customers(books: _Books, split: _Split, group: _Group) -> None:
    """Add a group's costs to those of the known customers, traced ones and allocated ones apart."""
    known = books.acquisition.size
    unmeasured = np.full(known, np.nan)
    for cost, driver, quantity, total, rate in (
        (split.traced[:known], "", unmeasured, np.nan, np.nan),
        (split.shares[:known], group.driver, split.driver.quantity[:known], split.driver_total, split.rate),
    ):
        rows = np.flatnonzero(cost)
        if not rows.size:
            continue
        acquisition = _acquisition_part(cost, group.share)
        books.families[group.family] += cost
        if group.family != GOODS:
            books.acquisition += acquisition
            serving = cost[rows] - acquisition[rows]
            books.avoidable[rows] += np.where(serving == 0, 0.0, serving * (group.avoidable / 100.0))
        period = books.periods.setdefault(group.period, dict.fromkeys((*FAMILIES, GOODS), 0))
        period[group.family] += int(cost.sum())
        books.charges.append(
            Charge(
                pool=group.pool,
                family=group.family,
                period=group.period,
                driver=driver,
                rows=rows,
                quantity=quantity[rows],
                driver_total=total,
                rate=rate,
                avoidable=group.avoidable,
                cents=cost[rows],
                acquisition=acquisition[rows],
            )
        )


def _book_pool(books: _Books, split: _Split, group: _Group, members: pd.DataFrame) -> None:
    """Add a group to the statements by pool and by account, with differences that are computed, not assumed."""
    known = books.acquisition.size
    cents, own = members["cents"].to_numpy(dtype=np.int64), (members["origin"] == "").to_numpy(dtype=bool)
    by_outcome = {
        "traced": int(split.traced[:known].sum()),
        "allocated": int(split.shares[:known].sum()),
        "unused": split.unused,
        "unknown_customer": int(split.traced[known:].sum()) + int(split.shares[known:].sum()),
        "unallocated": split.unallocated,
    }
    ledger, services = int(cents[own].sum()), int(cents[~own].sum())
    amounts = {
        "ledger": ledger,
        "services": services,
        **by_outcome,
        "difference": ledger + services - sum(by_outcome.values()),
    }
    words = {name: getattr(group, name) for name in ("pool", "family", "period", "driver", "treatment")}
    money = {name: amount / 100 for name, amount in amounts.items()}
    measures = {"driver_total": split.driver_total, "practical": split.practical, "rate": split.rate}
    books.pools.append({**words, **money, **measures})
    for account, of_line, line, is_own in zip(
        members["gl_account"], _by_line(members, split, known), cents.tolist(), own.tolist(), strict=True
    ):
        entry = books.accounts.setdefault(account, dict.fromkeys(("ledger", *OUTCOMES), 0))
        entry["ledger"] += line if is_own else 0
        for outcome, part in zip(OUTCOMES, of_line, strict=True):
            entry[outcome] += part


def _by_line(members: pd.DataFrame, split: _Split, known: int) -> list[list[int]]:
    """What became of each line of a group, by outcome: a traced line by itself, the others in proportion."""
    cents, codes = members["cents"].tolist(), members["code"].tolist()
    keeps = members["treatment"].iloc[0] in STAYS_UNALLOCATED
    pooled = [place for place, code in enumerate(codes) if code < 0 or keeps]
    shares = (
        int(split.shares[:known].sum()),
        split.unused,
        int(split.shares[known:].sum()),
        split.unallocated,
    )
    spread = iter(spread_over_lines([cents[place] for place in pooled], shares))
    traced = (
        [amount, 0, 0, 0, 0] if code < known else [0, 0, 0, amount, 0]
        for amount, code in zip(cents, codes, strict=True)
    )
    of_pooled = set(pooled)
    return [[0, *next(spread)] if place in of_pooled else by_hand for place, by_hand in enumerate(traced)]


def _issues(split: _Split, group: _Group, ledger: Ledger) -> Iterable[CostIssue]:
    """Why a pool stayed unallocated, overtime, and the cost of each unknown customer."""
    of_group = partial(CostIssue, pool=group.pool, driver=group.driver, period=group.period)
    if split.problem:
        yield of_group(kind=split.problem, customer=split.driver.culprit, amount=split.unallocated / 100)
    elif split.driver_total > split.practical:
        yield of_group(kind="overtime", amount=split.unused / 100)
    strangers = ledger.everyone[ledger.known :]
    unknown = split.traced[ledger.known :] + split.shares[ledger.known :]
    for row in np.flatnonzero(unknown):
        yield of_group(kind="unknown customer", customer=str(strangers[row]), amount=int(unknown[row]) / 100)


def _absent(ledger: Ledger, drivers: list[str]) -> list[CostIssue]:
    """Customers whom neither a line nor a row of a driver in use mentions; their cost is 0, perhaps by mistake."""
    lines = ledger.lines["code"].to_numpy(dtype=np.int64)
    absent = np.ones(ledger.everyone.size, dtype=np.bool_)
    absent[lines[lines >= 0]] = False
    absent[ledger.driver_codes[np.isin(ledger.driver_names, drivers)]] = False
    customers = ledger.everyone[: ledger.known]
    return [CostIssue(kind="no driver quantity", customer=name) for name in customers[absent[: ledger.known]]]


def _statement(books: _Books) -> CostToServe:
    """The result tables, in money."""
    by_customer = pd.DataFrame({family: books.families[family] / 100.0 for family in FAMILIES}, index=books.ids)
    by_customer["cost_to_serve"] = np.sum([books.families[family] for family in FAMILIES], axis=0) / 100.0
    by_customer["acquisition_cost"] = books.acquisition / 100.0
    by_customer[GOODS] = books.families[GOODS] / 100.0
    by_customer["avoidable_cost"] = books.avoidable
    periods: Mapping[str, Mapping[str, int]] = books.periods
    return CostToServe(
        by_customer=by_customer,
        by_period=pd.DataFrame(
            [{family: cents / 100 for family, cents in period.items()} for period in periods.values()],
            index=pd.Index(list(periods), name="period", dtype=object),
            columns=[*FAMILIES, GOODS],
        ),
        pools=pd.DataFrame(books.pools, columns=POOL_COLUMNS),
        accounts=_accounts(books.accounts),
        issues=books.issues,
        charges=books.charges,
    )


POOL_COLUMNS = [
    *("pool", "family", "period", "driver", "treatment", "ledger", "services"),
    *OUTCOMES,
    *("difference", "driver_total", "practical", "rate"),
]


def _accounts(accounts: Mapping[str, Mapping[str, int]]) -> pd.DataFrame:
    """The statement by ledger account, in the order of the ledger."""
    rows = [
        {
            "gl_account": account,
            **{name: cents / 100 for name, cents in entry.items()},
            "difference": (entry["ledger"] - sum(entry[outcome] for outcome in OUTCOMES)) / 100,
        }
        for account, entry in accounts.items()
    ]
    return pd.DataFrame(rows, columns=["gl_account", "ledger", *OUTCOMES, "difference"])
