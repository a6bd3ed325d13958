"""
Cost to serve by customer: from ledger pools and drivers if there are any, else from typed factors.

Whatever is wrong with the pools, their money stays in the statement: what cannot be given to customers is unallocated
and a finding.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost import CostToServe, cost_to_serve
from valuation.findings import Finding, Severity
from valuation.model.history import Base, BoolArray, FloatArray
from valuation.settings import Settings
from valuation.tables import DRIVERS, LEDGER_POOLS, POOL_COSTS, TableData, empty_frame

__all__ = ["FAMILY_LINES", "Costs", "costs_of_customers"]

FAMILY_LINES = {
    "marketing": "marketing",
    "sales": "sales",
    "order handling": "order_handling",
    "logistics": "logistics",
    "support": "support",
    "returns": "returns_handling",
}
"""Family of a pool to line of the customer P&L."""
FACTORS = {"marketing": "marketing_cost", "sales": "sales_cost", "support": "support_cost"}
NO_POOL = "(no pool)"
NOISE = 1e-6
"""What an amount may be off whole cents as a sum of floats. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Costs:
    """
    Cost to serve of each customer.

    Attributes
    ----------
    lines : dict of str to ndarray, shape (n,)
        Line of the customer P&L to its cost. [currency]
    acquisition : ndarray, shape (n,)
        Part of it that was spent on winning the customer. [currency]
    share_of_revenue : ndarray, shape (n,)
        Typed cost of one unit of net revenue; 0 with a ledger. [1]
    measured : ndarray of bool, shape (n,)
        Whether the costs come from a ledger.
    pools : pandas.DataFrame
        Columns of the contract's Cost to serve.
    findings : list of Finding
        What the costing could not do as asked.
    """

    lines: dict[str, FloatArray]
    acquisition: FloatArray
    share_of_revenue: FloatArray
    measured: BoolArray
    pools: pd.DataFrame = field(default_factory=lambda: empty_frame(POOL_COSTS))
    findings: list[Finding] = field(default_factory=list)


def costs_of_customers(
    base: Base, settings: Settings, tables: Mapping[str, TableData], net_revenue: FloatArray
) -> Costs:
    """
    Give every customer its cost to serve.

    Parameters
    ----------
    base, settings, tables
        The customers, the assumptions, and the input tables Ledger pools and Drivers.
    net_revenue : ndarray, shape (n,)
        That of the twelve months, NaN where it is not known. [currency]
    """
    ledger = tables.get(LEDGER_POOLS.name)
    if ledger is not None and ledger.has("amount"):
        return _ledger_costs(base, ledger, tables.get(DRIVERS.name))
    return _factor_costs(base, settings, net_revenue)


def _ledger_costs(base: Base, ledger: TableData, drivers: TableData | None) -> Costs:
    pools, findings = _usable_pools(ledger)
    costs = cost_to_serve(pools, _usable_drivers(drivers), base.customers["customer_id"].to_numpy())
    return Costs(
        lines={line: costs.by_customer[family].to_numpy(dtype=float) for family, line in FAMILY_LINES.items()},
        acquisition=costs.by_customer["acquisition_cost"].to_numpy(dtype=float),
        share_of_revenue=np.zeros(len(base)),
        measured=np.ones(len(base), dtype=bool),
        pools=costs.pools[[column.name for column in POOL_COSTS]].reset_index(drop=True),
        findings=[*findings, *_issue_findings(costs, pools)],
    )


def _usable_pools(ledger: TableData) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Complete the lines that have an amount, and say what had to be done; the index is the row counted from 1.

    A blank family is the pool's own name. A line that is not clear is not allocated. Amounts are in whole cents.
    """
    frame = ledger.frame.reindex(columns=[column.name for column in LEDGER_POOLS])
    frame = frame.set_axis(pd.RangeIndex(1, len(frame) + 1))[np.isfinite(ledger.frame["amount"].to_numpy(dtype=float))]
    amount = frame["amount"].to_numpy(dtype=float)
    pool = frame["pool"].astype(object).where(frame["pool"].notna(), NO_POOL)
    family = frame["family"].astype(object).where(frame["family"].notna(), pool.str.strip().str.casefold())
    treatment, share = frame["treatment"].astype(object), frame["acq_share"].to_numpy(dtype=float)
    stays = treatment.isin(["sustaining", "unallocated"])
    no_family = ~family.isin(list(FAMILY_LINES))
    unclear = ((no_family | treatment.isna()) & ~stays).to_numpy(dtype=bool)
    usable = frame.assign(
        pool=pool,
        family=family.where(~no_family, None),
        treatment=treatment.where(~unclear, "unallocated"),
        acq_share=np.where((share >= 0) & (share <= 1), share, 0.0),
        amount=np.round(amount, 2),
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


def _usable_drivers(drivers: TableData | None) -> pd.DataFrame:
    """Keep rows with a customer, a driver and a quantity of nought or more, the first of each pair."""
    if drivers is None:
        return empty_frame(DRIVERS)
    frame = drivers.frame.reindex(columns=[column.name for column in DRIVERS])
    quantity = frame["quantity"].to_numpy(dtype=float)
    usable = frame["customer_id"].notna() & frame["driver"].notna() & (quantity >= 0) & np.isfinite(quantity)
    kept: pd.DataFrame = frame[usable & ~frame.duplicated(["customer_id", "driver"])]
    return kept


POOL_ISSUES = {
    "zero driver": (
        "Nobody has a quantity of the driver, so the pool stays unallocated",
        "Enter quantities on Drivers",
    ),
    "no driver": (
        "The pool has no driver, so it stays unallocated",
        "Name a driver, or set the treatment to unallocated",
    ),
}


def _issue_findings(costs: CostToServe, pools: pd.DataFrame) -> Iterator[Finding]:
    """Turn what the allocation could not do into findings; a customer without drivers is nothing to mend."""
    driver = pools["driver"].astype(object).where(pools["driver"].notna(), "").astype(str).str.strip()
    pooled = pools["treatment"].isin(["retention", "acquisition"]) & pools["customer_id"].isna()
    for kind, (what, mend) in POOL_ISSUES.items():
        named = {issue.driver for issue in costs.issues if issue.kind == kind}
        yield from _pool_finding(
            pools[pooled & driver.isin(sorted(named))],
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


def _factor_costs(base: Base, settings: Settings, net_revenue: FloatArray) -> Costs:
    """
    Apply the typed factors: a share of net revenue, or money for each customer and year when the unit says so.

    Credits larger than sales cost nothing to serve. Money is for customers with any revenue, known or not.
    """
    billed = np.maximum(net_revenue, 0.0)
    serving = np.isnan(net_revenue) | (net_revenue != 0)
    lines = {line: np.zeros(len(base)) for line in FAMILY_LINES.values()}
    total_share, typed = np.zeros(len(base)), np.zeros(len(base), dtype=bool)
    for line, id_ in FACTORS.items():
        factor = settings.by_customer(id_, base.customers)
        given = ~np.isnan(factor)
        factor = np.where(given, factor, 0.0)
        if settings.is_share_of_revenue(id_):
            # a factor of nought costs nothing, known revenue or not
            lines[line] = np.where(factor == 0, 0.0, factor * billed)
            total_share += factor
        else:
            lines[line] = np.where(serving, factor, 0.0)
        typed |= given
    return Costs(
        lines=lines,
        acquisition=np.zeros(len(base)),
        share_of_revenue=total_share,
        measured=np.zeros(len(base), dtype=bool),
        findings=_no_cost_to_serve(~typed),
    )


def _no_cost_to_serve(mask: npt.NDArray[np.bool_]) -> list[Finding]:
    if not mask.any():
        return []
    who = "all customers" if mask.all() else f"{mask.sum():,} customers"
    return [
        Finding(
            severity=Severity.WARNING,
            kind="no cost to serve",
            table=LEDGER_POOLS.name,
            what=f"No ledger pools and no typed factors for {who}: contribution is gross margin, before cost to serve",
            mend="Enter ledger pools and drivers, or set marketing_cost, sales_cost and support_cost on Assumptions",
        )
    ]
