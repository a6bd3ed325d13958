"""
The ledger pools of a workbook with all that their costing needs, and what is wrong with them.

A line that is not clear is not allocated, and stays in the statement.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from valuation.cost import CostToServe, cost_to_serve
from valuation.cost.capacity import read_capacity
from valuation.cost.ledger import STAYS_UNALLOCATED, texts_of
from valuation.cost.services import ServiceMethod
from valuation.errors import DomainError
from valuation.findings import Finding, Severity
from valuation.model.drivers import month_ends, read_drivers
from valuation.model.history import Base
from valuation.settings import Settings
from valuation.tables import (
    CAPACITY,
    DRIVERS,
    FAMILIES,
    GOODS,
    LEDGER_POOLS,
    SERVICE_DEPARTMENTS,
    TRIAL_BALANCE,
    TableData,
    complete_frame,
)

__all__ = ["UsableLedger", "account_balances", "cost_ledger", "read_usable_ledger", "untied"]

NO_POOL = "(no pool)"
NOISE = 1e-6
"""What an amount may be off whole cents as a sum of floats. [currency]"""
CENT = 0.005
SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UsableLedger:
    """
    What a costing is made from.

    Attributes
    ----------
    pools : DataFrame
        Lines with an amount, completed; the index is the row on Ledger pools, counted from 1.
    drivers : DataFrame
        customer_id, driver, quantity, period.
    capacity, services : DataFrame or None
        Rows of Capacity and Service departments that can be used.
    customer_ids : ndarray of str, shape (n,)
        The customers.
    """

    pools: pd.DataFrame
    drivers: pd.DataFrame
    capacity: pd.DataFrame | None
    services: pd.DataFrame | None
    customer_ids: "np.ndarray[tuple[int], np.dtype[np.object_]]"

    @property
    def shared(self) -> pd.DataFrame:
        """The lines that are shared out."""
        kept: pd.DataFrame = self.pools[_is_shared(self.pools)]
        return kept

    def cost(self, *, costing: str, service_method: str) -> CostToServe:
        """Cost the ledger by time and capacity ("time-driven"), or by the drivers of the pools alone."""
        return cost_to_serve(
            self.pools,
            self.drivers,
            self.customer_ids,
            capacity=self.capacity if costing == "time-driven" else None,
            services=self.services,
            service_method=cast(ServiceMethod, service_method),
        )


def read_usable_ledger(
    base: Base, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[UsableLedger, list[Finding]]:
    """Read the pools, what they were caused by, and what they can do; with what had to be done to them."""
    pools, findings = _usable_pools(tables[LEDGER_POOLS.name], settings)
    capacity, of_capacity = _usable_capacity(tables.get(CAPACITY.name), pools)
    services, of_services = _usable_services(tables.get(SERVICE_DEPARTMENTS.name), pools)
    wanted = {*_words(pools["driver"]), *([] if capacity is None else _words(capacity["driver"]))}
    drivers = read_drivers(base, tables, wanted)
    usable = UsableLedger(
        pools=pools,
        drivers=drivers.rows,
        capacity=capacity,
        services=services,
        customer_ids=base.customers["customer_id"].to_numpy(),
    )
    idle = _periods_without_cost(usable, settings, tables.get(DRIVERS.name))
    return usable, [*findings, *of_capacity, *of_services, *drivers.findings, *idle]


def cost_ledger(usable: UsableLedger, settings: Settings) -> tuple[CostToServe, UsableLedger, list[Finding]]:
    """Cost the ledger as the assumptions say; services that have no solution are left out, and found."""
    how = {"costing": settings.word("costing"), "service_method": settings.word("service_method")}
    problem: list[Finding] = []
    try:
        costs = usable.cost(**how)
    except DomainError as error:
        problem = [
            Finding(
                severity=Severity.ERROR,
                kind="services without a solution",
                table=SERVICE_DEPARTMENTS.name,
                column="share",
                what=f"The cost of service pools cannot be passed on, so it stays with them: {error}",
                mend="Let every service pool reach a pool that serves customers, or choose another service_method",
            )
        ]
        usable = replace(usable, services=None)
        costs = usable.cost(**how)
    return costs, usable, [*problem, *_issue_findings(costs, usable.pools, _capacity_used(usable, settings))]


def _capacity_used(usable: UsableLedger, settings: Settings) -> pd.DataFrame | None:
    return usable.capacity if settings.word("costing") == "time-driven" else None


def _is_shared(pools: pd.DataFrame) -> pd.Series:
    """Tell which lines go to customers by a driver: those that name nobody, and do not stay with the company."""
    return pools["customer_id"].isna() & ~pools["treatment"].isin(STAYS_UNALLOCATED)


def _words(column: pd.Series) -> list[str]:
    """The words of a column, each once."""
    return sorted({str(word).strip() for word in column.dropna()} - {""})


# The lines.


def _usable_pools(ledger: TableData, settings: Settings) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Complete the lines that have an amount, and say what had to be done; the index is the row counted from 1.

    A blank family is the pool's own name. A line that is not clear is not allocated. Amounts are in whole cents.
    """
    frame = complete_frame(ledger, LEDGER_POOLS)
    frame = frame.set_axis(frame.index + 1)[np.isfinite(frame["amount"].to_numpy(dtype=float))]
    amount = frame["amount"].to_numpy(dtype=float)
    pool = frame["pool"].astype(object).where(frame["pool"].notna(), NO_POOL)
    family = frame["family"].astype(object).where(frame["family"].notna(), pool.str.strip().str.casefold())
    treatment, share = frame["treatment"].astype(object), frame["acq_share"].to_numpy(dtype=float)
    stays = treatment.isin(STAYS_UNALLOCATED)
    no_family = ~family.isin([*FAMILIES, GOODS])
    unclear = ((no_family | treatment.isna()) & ~stays).to_numpy(dtype=bool)
    avoidable = frame["avoidable_share"].to_numpy(dtype=float)
    usable = frame.assign(
        pool=pool,
        family=family.where(~no_family, None),
        treatment=treatment.where(~unclear, "unallocated"),
        acq_share=np.where((share >= 0) & (share <= 1), share, 0.0),
        avoidable_share=np.where((avoidable >= 0) & (avoidable <= 1), avoidable, settings.number("avoidable_share")),
        amount=np.round(amount, 2),
        period=month_ends(frame["period"]),
    )
    off_cents = np.abs(amount - np.round(amount, 2)) > NOISE
    return usable, [
        *_pool_finding(
            frame[unclear],
            severity=Severity.ERROR,
            kind="pool without family or treatment",
            column="family",
            what="It is not clear where the cost belongs, so it stays unallocated",
            mend="Pick a family and a treatment from the lists",
        ),
        *_pool_finding(
            frame[off_cents],
            severity=Severity.WARNING,
            kind="amount not in whole cents",
            column="amount",
            what="The amount has fractions of a cent; it is rounded",
            mend="Enter the amount as it is in the ledger",
        ),
    ]


def _pool_finding(
    lines: pd.DataFrame, *, severity: Severity, kind: str, column: str, what: str, mend: str
) -> Iterator[Finding]:
    if len(lines):
        yield Finding(
            severity=severity,
            kind=kind,
            table=LEDGER_POOLS.name,
            column=column,
            rows=tuple(lines.index.tolist()),
            what=what,
            mend=mend,
            amounts=tuple(lines["amount"].tolist()),
        )


# Capacity and services.


def _usable_capacity(data: TableData | None, pools: pd.DataFrame) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Keep rows with minutes, of pools that there are; a pool has one driver of its minutes."""
    if data is None or not data.has("pool", "practical_minutes"):
        return None, []
    frame = complete_frame(data, CAPACITY)
    frame = frame.set_axis(frame.index + 1)
    minutes = frame["practical_minutes"].to_numpy(dtype=float)
    frame = frame[
        frame["pool"].notna() & (minutes >= 0) & np.isfinite(minutes) & ~frame.duplicated(["pool", "resource"])
    ]
    pool = frame["pool"].str.strip()
    known = pool.isin(pools["pool"].str.strip())
    driver = frame["driver"].astype(object).where(frame["driver"].notna(), "").astype(str).str.strip()
    first = driver.where(driver != "").groupby(pool).transform("first")
    other = (driver != "") & (driver != first)
    over = (frame["practical_minutes"] > frame["theoretical_minutes"]).to_numpy(dtype=bool)
    used = frame.assign(pool=pool, driver=first.fillna(""))[known]
    return (used if len(used) else None), [
        *_row_finding(
            CAPACITY.name,
            "pool",
            frame.index[~known],
            kind="capacity of an unknown pool",
            what="No line on Ledger pools has this pool; the row has no effect",
            mend="Correct the word here or on Ledger pools",
        ),
        *_row_finding(
            CAPACITY.name,
            "driver",
            frame.index[other],
            kind="two drivers for one pool",
            what="Another row of the pool names another driver, which counts",
            mend="Name one driver for all resources of a pool",
        ),
        *_row_finding(
            CAPACITY.name,
            "practical_minutes",
            frame.index[over],
            severity=Severity.WARNING,
            kind="more practical than theoretical minutes",
            what="Nobody can work more minutes than are paid for",
            mend="Correct the minutes",
        ),
    ]


def _usable_services(data: TableData | None, pools: pd.DataFrame) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Keep the services only if all of them can be used: a part of them would charge too much to the others."""
    if data is None or not data.has("pool", "to_pool", "share"):
        return None, []
    frame = complete_frame(data, SERVICE_DEPARTMENTS)
    frame = frame.set_axis(frame.index + 1)
    filled = frame[frame.notna().any(axis=1)]
    pool, to = (
        filled[name].astype(object).where(filled[name].notna(), "").astype(str).str.strip()
        for name in ("pool", "to_pool")
    )
    share = filled["share"].to_numpy(dtype=float)
    known = set(pools.loc[_is_shared(pools), "pool"].str.strip())
    total = pd.Series(np.nan_to_num(share), index=filled.index).groupby(pool).transform("sum")
    wrong = {
        "service to an unknown pool": (
            ~(pool.isin(known) & to.isin(known | set(pool))).to_numpy(dtype=bool),
            "No line on Ledger pools that is shared out has this pool",
            "Correct the word here or on Ledger pools",
        ),
        "service to itself": ((pool == to).to_numpy(dtype=bool), "A pool cannot serve itself", "Delete the row"),
        "shares do not add up to 100%": (
            ~(np.abs(total.to_numpy(dtype=float) - 1.0) <= SUM_TOLERANCE) | ~((share >= 0) & (share <= 1)),
            "The shares of a pool must add up to 100%",
            "Correct the shares",
        ),
    }
    findings = [
        finding
        for kind, (mask, what, mend) in wrong.items()
        for finding in _row_finding(
            SERVICE_DEPARTMENTS.name,
            "share" if "shares" in kind else "to_pool",
            filled.index[mask],
            kind=kind,
            what=f"{what}; no cost of service pools is passed on until it is mended",
            mend=mend,
        )
    ]
    usable = pd.DataFrame({"pool": pool, "to_pool": to, "share": share})
    return (None if findings or usable.empty else usable), findings


def _row_finding(
    table: str,
    column: str,
    rows: "pd.Index[int]",
    *,
    kind: str,
    what: str,
    mend: str,
    severity: Severity = Severity.ERROR,
) -> Iterator[Finding]:
    if len(rows):
        yield Finding(
            severity=severity,
            kind=kind,
            table=table,
            column=column,
            rows=tuple(rows.tolist()),
            what=what,
            mend=mend,
        )


# What the costing could not do.

POOL_ISSUES = {
    "zero driver": (
        "Nobody has a quantity of the driver, so the pool stays unallocated",
        "Enter quantities on Drivers",
    ),
    "no driver": (
        "The pool has no driver, so it stays unallocated",
        "Name a driver, or set the treatment to unallocated",
    ),
    "missing quantity": (
        "A customer's quantity of the driver is not known, so the pool stays unallocated",
        "Complete the quantities on Drivers or Activities",
    ),
    "no capacity": (
        "The pool's practical capacity is 0, so it stays unallocated",
        "Correct the minutes on Capacity",
    ),
    "overtime": (
        "More minutes were used than the practical capacity has: overtime, or minutes estimated too high; the "
        "difference shows as negative unused cost",
        "Correct the minutes on Capacity or Time equations, or accept it",
    ),
}


def _issue_findings(costs: CostToServe, pools: pd.DataFrame, capacity: pd.DataFrame | None) -> Iterator[Finding]:
    """Turn what the allocation could not do into findings; a customer without drivers is nothing to mend."""
    groups = _allocated_together(pools, capacity)
    for kind, (what, mend) in POOL_ISSUES.items():
        named = {(issue.pool, issue.driver, issue.period) for issue in costs.issues if issue.kind == kind}
        yield from _pool_finding(
            pools[_is_shared(pools) & groups.isin(named)],
            severity=Severity.WARNING,
            kind=kind,
            column="driver",
            what=what,
            mend=mend,
        )
    unknown = [issue for issue in costs.issues if issue.kind == "unknown customer"]
    if unknown:
        customers = len({issue.customer for issue in unknown})
        yield Finding(
            severity=Severity.WARNING,
            kind="cost of unknown customers",
            table=LEDGER_POOLS.name,
            what=f"{customers:,} customers that are not on Customers caused cost; it is kept apart",
            mend="Add them to Customers, or correct their ids on Drivers and Ledger pools",
            amounts=(round(sum(issue.amount for issue in unknown), 2),),
        )


def _periods_without_cost(usable: UsableLedger, settings: Settings, data: TableData | None) -> Iterator[Finding]:
    """Find typed quantities of a period in which no line has that driver: they bear no cost."""
    typed = complete_frame(data, DRIVERS, ["driver", "period", "quantity"])
    names, when = texts_of(typed["driver"]), texts_of(month_ends(typed["period"]))
    lines: dict[str, set[str]] = {}
    pools = usable.pools[usable.pools["customer_id"].isna()]
    for _, driver, period in _allocated_together(pools, _capacity_used(usable, settings)):
        lines.setdefault(driver, set()).add(period)
    by_period = set(names[when != ""])
    idle = [
        name in by_period and name in lines and "" not in lines[name] and period not in lines[name]
        for name, period in zip(names.tolist(), when.tolist(), strict=True)
    ]
    yield from _row_finding(
        DRIVERS.name,
        "period",
        pd.Index(np.flatnonzero(idle) + 1),
        severity=Severity.WARNING,
        kind="quantity of a period without cost",
        what="No line on Ledger pools has this driver in this period, so the quantity bears no cost",
        mend="Give the lines and the quantities the same periods, or neither a period",
    )


def _allocated_together(pools: pd.DataFrame, capacity: pd.DataFrame | None) -> "pd.Series[Any]":
    """Pool, driver and period of each line, as issues name them: a pool's capacity may have a driver of its own."""
    pool, driver, period = (texts_of(pools[name]).tolist() for name in ("pool", "driver", "period"))
    own = {} if capacity is None else {name: supply.driver for name, supply in read_capacity(capacity).items()}
    keys = [(name, own.get(name) or cause, when) for name, cause, when in zip(pool, driver, period, strict=True)]
    return pd.Series(keys, index=pools.index, dtype=object)


# The trial balance.


def untied(usable: UsableLedger, settings: Settings, tables: Mapping[str, TableData]) -> list[Finding]:
    """Find where the pools do not tie to the trial balance, in total and by account; none if they do."""
    cents = np.rint(usable.pools["amount"].to_numpy(dtype=float) * 100)
    total, control = cents.sum() / 100, settings.number("ledger_control_total")
    findings = []
    if abs(total - control) > CENT:
        findings.append(
            Finding(
                severity=Severity.ERROR,
                kind="ledger does not tie",
                table=LEDGER_POOLS.name,
                column="amount",
                what=f"The pools add up to {total:,.2f} and the trial balance says {control:,.2f}: {STOPS}",
                mend="Complete the pools, or correct ledger_control_total on Assumptions",
                amounts=(round(total - control, 2),),
            )
        )
    return [*findings, *_untied_accounts(usable, tables.get(TRIAL_BALANCE.name))]


STOPS = "no customer gets a cost until they tie"


def account_balances(data: TableData | None) -> pd.Series:
    """The balance of each account on Trial balance. [currency]"""
    frame = complete_frame(data, TRIAL_BALANCE, ["gl_account", "amount"]).dropna()
    balances: pd.Series = frame.drop_duplicates("gl_account").set_index("gl_account")["amount"].astype(float)
    return balances


def _untied_accounts(usable: UsableLedger, data: TableData | None) -> Iterator[Finding]:
    balances = account_balances(data)
    if balances.empty or data is None:
        return
    cents = (usable.pools["amount"] * 100).round().groupby(usable.pools["gl_account"]).sum()
    difference = balances - (cents / 100).reindex(balances.index, fill_value=0.0)
    off = difference[difference.abs() > CENT]
    known = complete_frame(data, TRIAL_BALANCE, ["gl_account", "amount"]).dropna()
    first = known[known["gl_account"].isin(off.index) & ~known.duplicated("gl_account")].index.to_numpy()
    rows = first + 1
    if len(rows):
        yield Finding(
            severity=Severity.ERROR,
            kind="account does not tie",
            table=TRIAL_BALANCE.name,
            column="amount",
            rows=tuple(rows.tolist()),
            what=f"Ledger pools does not have the balance of the account: {STOPS}",
            mend="Complete Ledger pools, or correct the balance",
            amounts=tuple(off.reindex(data.frame["gl_account"].iloc[rows - 1]).round(2).tolist()),
        )
    missing = sorted({str(account) for account in usable.pools["gl_account"].dropna()} - set(balances.index))
    if missing:
        shown = ", ".join(missing[:3])
        yield Finding(
            severity=Severity.WARNING,
            kind="account not on the trial balance",
            table=TRIAL_BALANCE.name,
            column="gl_account",
            what=f"{len(missing):,} accounts of Ledger pools are not on Trial balance ({shown}): nothing confirms them",
            mend="Add their balances",
        )
