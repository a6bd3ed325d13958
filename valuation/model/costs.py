"""
Cost to serve by customer: from ledger pools and drivers if there are any, else from typed factors.

Whatever is wrong with the pools, their money stays in the statement: what cannot be given to customers is unallocated
and a finding. If the pools do not tie to the trial balance, no customer has a cost at all: a wrong one would look
right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from valuation.cost import CostToServe
from valuation.findings import Finding, Severity
from valuation.model.history import Base, BoolArray, FloatArray
from valuation.model.ledger import UsableLedger, cost_ledger, read_usable_ledger, untied
from valuation.settings import Settings
from valuation.tables import CUSTOMERS, LEDGER_POOLS, TableData

__all__ = ["FAMILY_LINES", "Costs", "costs_of_customers"]

FAMILY_LINES = {
    "marketing": "marketing",
    "sales": "sales",
    "order handling": "order_handling",
    "logistics": "logistics",
    "support": "support",
    "returns": "returns_handling",
    "goods": "goods",
}
"""Family of a pool to line of the customer P&L."""
FACTORS = {"marketing": "marketing_cost", "sales": "sales_cost", "support": "support_cost"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Costs:
    """
    Cost to serve of each customer.

    Attributes
    ----------
    lines : dict of str to ndarray, shape (n,)
        Line of the customer P&L to its cost; NaN where the pools do not tie to the trial balance. [currency]
    acquisition : ndarray, shape (n,)
        Part of it that was spent on winning the customer. [currency]
    avoidable : ndarray, shape (n,)
        Part of the rest that would go away with the customer; NaN where nobody says. [currency]
    share_of_revenue : ndarray, shape (n,)
        Typed cost of one unit of net revenue; 0 with a ledger. [1]
    measured : ndarray of bool, shape (n,)
        Whether the costs come from a ledger.
    ledger : CostToServe or None
        The costing of the ledger, where there is one.
    source : UsableLedger or None
        What it was made from.
    findings : list of Finding
        What the costing could not do as asked.
    """

    lines: dict[str, FloatArray]
    acquisition: FloatArray
    avoidable: FloatArray
    share_of_revenue: FloatArray
    measured: BoolArray
    ledger: CostToServe | None = None
    source: UsableLedger | None = None
    findings: list[Finding] = field(default_factory=list)


def costs_of_customers(
    base: Base, settings: Settings, tables: Mapping[str, TableData], net_revenue: FloatArray
) -> Costs:
    """
    Give every customer its cost to serve.

    Parameters
    ----------
    base, settings, tables
        The customers, the assumptions, and the input tables of costs and drivers.
    net_revenue : ndarray, shape (n,)
        That of the twelve months, NaN where it is not known. [currency]
    """
    ledger = tables.get(LEDGER_POOLS.name)
    if ledger is not None and ledger.has("amount"):
        return _ledger_costs(base, settings, tables)
    return _factor_costs(base, settings, net_revenue)


def _ledger_costs(base: Base, settings: Settings, tables: Mapping[str, TableData]) -> Costs:
    usable, findings = read_usable_ledger(base, settings, tables)
    costs, usable, more = cost_ledger(usable, settings)
    gaps = untied(usable, settings, tables)
    # A cost that leaves a part of the ledger out would look right.
    stop = np.nan if any(gap.severity is Severity.ERROR for gap in gaps) else 0.0

    def of_customers(column: str) -> FloatArray:
        return costs.by_customer[column].to_numpy(dtype=float) + stop

    return Costs(
        lines={line: of_customers(family) for family, line in FAMILY_LINES.items()},
        acquisition=of_customers("acquisition_cost"),
        avoidable=of_customers("avoidable_cost"),
        share_of_revenue=np.zeros(len(base)),
        measured=np.ones(len(base), dtype=bool),
        ledger=costs,
        source=usable,
        findings=[*gaps, *findings, *more, *_without_driver(base, costs)],
    )


def _without_driver(base: Base, costs: CostToServe) -> Iterator[Finding]:
    """Find customers whom nothing charges; perhaps their quantities were forgotten."""
    absent = {issue.customer for issue in costs.issues if issue.kind == "no driver quantity"}
    mask = base.customers["customer_id"].isin(absent).to_numpy(dtype=bool)
    if mask.any():
        yield Finding(
            severity=Severity.NOTE,
            kind="customer without a driver",
            table=CUSTOMERS.name,
            column="customer_id",
            rows=tuple(base.rows[mask].tolist()),
            what=f"No driver and no ledger line mentions {mask.sum():,} customers, so serving them costs nothing",
            mend="Nothing, if they caused no cost; else enter their quantities on Drivers",
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
        avoidable=np.sum(list(lines.values()), axis=0) * settings.number("avoidable_share"),
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
