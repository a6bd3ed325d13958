"""
The customer P&L of the twelve months: revenue from transactions, cost to serve from the ledger or from typed factors.

Costs unknown are not costs zero: without cost of goods and without an assumed margin, a P&L stops at revenue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost import CostToServe, cost_to_serve, customer_pnl
from valuation.findings import Finding, Severity
from valuation.model.history import Base, FloatArray
from valuation.settings import Settings
from valuation.tables import CUSTOMER_PNL, DRIVERS, LEDGER_POOLS, POOL_COSTS, TableData, empty_frame

__all__ = ["Profit", "customer_profit"]

FAMILY_LINES = {
    "marketing": "marketing",
    "sales": "sales",
    "order handling": "order_handling",
    "logistics": "logistics",
    "support": "support",
    "returns": "returns_handling",
}
FACTORS = {"marketing": "marketing_cost", "sales": "sales_cost", "support": "support_cost"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profit:
    """
    The P&L by customer and how good its evidence is.

    Attributes
    ----------
    pnl : pandas.DataFrame
        Columns of the contract's Customer P&L, in the order of the customers.
    pools : pandas.DataFrame
        Columns of the contract's Cost to serve.
    one_off_margin : ndarray, shape (n,)
        Gross margin of documents flagged as one-offs, which the projection leaves out. [currency]
    margin_36m : ndarray, shape (n,)
        Gross margin of the thirty-six months. [currency]
    typed : ndarray of bool, shape (n,)
        Whether a typed assumption stands for a measured cost in the customer's contribution.
    findings : list of Finding
        What the costing could not do as asked.
    """

    pnl: pd.DataFrame
    pools: pd.DataFrame
    one_off_margin: FloatArray
    margin_36m: FloatArray
    typed: npt.NDArray[np.bool_]
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Costs:
    lines: dict[str, FloatArray]
    acquisition: FloatArray
    pools: pd.DataFrame
    typed: npt.NDArray[np.bool_]
    findings: list[Finding]


def customer_profit(base: Base, settings: Settings, tables: Mapping[str, TableData]) -> Profit:
    """Compute the P&L of each customer for the twelve months to the as-of date."""
    base, estimated = _with_cogs(base, settings)
    year = base.between(base.start, base.as_of)
    day_one = _day_one(base)
    revenue = {
        "gross_revenue": base.per_customer("gross_amount", year),
        "discounts": base.per_customer("discount", year),
        "returns": base.per_customer("returns", year),
        "cogs": base.per_customer("cogs", year),
    }
    typed_revenue = base.customers["annual_revenue"].to_numpy(dtype=float)
    typed_margin = base.customers["annual_margin"].to_numpy(dtype=float)
    assumed = typed_revenue * settings.by_customer("gross_margin_pct", base.customers)
    margin = np.where(np.isnan(typed_margin), assumed, typed_margin)
    # Where only a margin is typed, it stands for revenue until the waterfall is done, and revenue is blanked again.
    gross = np.where(np.isnan(typed_revenue), margin, typed_revenue)
    revenue["gross_revenue"] = np.where(day_one, gross, revenue["gross_revenue"])
    revenue["cogs"] = np.where(day_one, gross - margin, revenue["cogs"])
    net = revenue["gross_revenue"] - revenue["discounts"] - revenue["returns"]
    revenue_known = ~(day_one & np.isnan(typed_revenue))
    costs = _costs(base, settings, tables, np.where(revenue_known, net, np.nan))
    pnl = customer_pnl(pd.DataFrame(revenue | costs.lines | {"acquisition_cost": costs.acquisition}))
    for column in ("gross_revenue", "discounts", "returns", "net_revenue", "cogs"):
        pnl[column] = pnl[column].where(revenue_known)
    pnl["customer_id"] = base.customers["customer_id"]
    pnl["name"] = base.customers["name"]
    pnl["profit_rank"] = _rank(pnl["contribution"].to_numpy(dtype=float))
    one_off = base.transactions["one_off"].fillna(0).to_numpy(dtype=float) > 0
    three_years = base.between(base.three_years, base.as_of)
    return Profit(
        pnl=pnl[[column.name for column in CUSTOMER_PNL]],
        pools=costs.pools,
        one_off_margin=_gross_margin(base, year & one_off),
        margin_36m=np.where(day_one, margin, _gross_margin(base, three_years & ~one_off)),
        typed=estimated | day_one | costs.typed,
        findings=costs.findings + _cost_unknown(base, pnl["cogs"].isna().to_numpy() & revenue_known),
    )


def _with_cogs(base: Base, settings: Settings) -> tuple[Base, npt.NDArray[np.bool_]]:
    """Estimate blank cost of goods by the assumed margin, and tell which customers are concerned."""
    sales = base.transactions
    code = sales["code"].to_numpy()
    blank = sales["cogs"].isna().to_numpy()
    margin = np.append(settings.by_customer("gross_margin_pct", base.customers), settings.number("gross_margin_pct"))
    estimate = sales["net_amount"].to_numpy(dtype=float) * (1 - margin[code])  # code -1 takes the appended value
    cogs: npt.NDArray[Any] = np.where(blank, estimate, sales["cogs"].to_numpy(dtype=float))
    estimated = np.zeros(len(base), dtype=bool)
    estimated[code[blank & (code >= 0) & base.between(base.start, base.as_of)]] = True
    return replace(base, transactions=sales.assign(cogs=cogs)), estimated


def _gross_margin(base: Base, mask: npt.NDArray[np.bool_]) -> FloatArray:
    return base.per_customer("net_amount", mask) - base.per_customer("cogs", mask)


def _day_one(base: Base) -> npt.NDArray[np.bool_]:
    """Customers without any transaction, whose yearly revenue or margin was typed instead."""
    code = base.transactions["code"].to_numpy()
    bought = np.bincount(code[code >= 0], minlength=len(base)) > 0
    typed = base.customers[["annual_revenue", "annual_margin"]].notna().any(axis=1).to_numpy()
    return np.asarray(~bought & typed)


def _rank(values: FloatArray) -> FloatArray:
    """Rank 1 for the largest; equal values in the order of their rows, so that every rank stands once."""
    ranks = pd.Series(values).rank(ascending=False, method="first")
    return np.asarray(ranks, dtype=np.float64)


def _costs(base: Base, settings: Settings, tables: Mapping[str, TableData], net: FloatArray) -> _Costs:
    """Take cost to serve from the ledger if there is one, else from the typed factors."""
    ledger = tables.get("Ledger pools")
    if ledger is not None and ledger.has("pool", "amount"):
        return _ledger_costs(base, ledger, tables.get("Drivers"))
    return _factor_costs(base, settings, net)


def _ledger_costs(base: Base, ledger: TableData, drivers: TableData | None) -> _Costs:
    pools, unclear = _usable_pools(ledger)
    costs = cost_to_serve(pools, _usable_drivers(drivers), base.customers["customer_id"].to_numpy())
    return _Costs(
        lines={line: costs.by_customer[family].to_numpy(dtype=float) for family, line in FAMILY_LINES.items()},
        acquisition=costs.by_customer["acquisition_cost"].to_numpy(dtype=float),
        pools=costs.pools[[column.name for column in POOL_COSTS]].reset_index(drop=True),
        typed=np.zeros(len(base), dtype=bool),
        findings=unclear + _issue_findings(costs),
    )


def _usable_pools(ledger: TableData) -> tuple[pd.DataFrame, list[Finding]]:
    """Complete the pools: the family is the pool's own name where it is blank; an unclear line is not allocated."""
    frame = ledger.frame.reindex(columns=[column.name for column in LEDGER_POOLS])
    frame = frame[frame["pool"].notna() & frame["amount"].notna()].copy()
    own_name = frame["pool"].str.strip().str.casefold()
    family = frame["family"].where(frame["family"].notna(), own_name)
    no_family, no_treatment = ~family.isin(list(FAMILY_LINES)), frame["treatment"].isna()
    unclear = (no_family | no_treatment) & ~frame["treatment"].isin(["sustaining", "unallocated"])
    frame["family"] = family.where(~no_family, "support")
    frame["treatment"] = frame["treatment"].where(~unclear, "unallocated")
    rows = tuple((frame.index[unclear] + 1).tolist())
    if not rows:
        return frame, []
    finding = Finding(
        severity=Severity.ERROR,
        kind="pool without family or treatment",
        table="Ledger pools",
        column="family",
        rows=rows,
        what="It is not clear where the cost belongs, so it stays unallocated",
        mend="Pick a family and a treatment from the lists",
        amounts=tuple(frame.loc[unclear, "amount"].tolist()),
    )
    return frame, [finding]


def _usable_drivers(drivers: TableData | None) -> pd.DataFrame:
    if drivers is None:
        return empty_frame(DRIVERS)
    frame = drivers.frame.reindex(columns=[column.name for column in DRIVERS])
    usable = frame["customer_id"].notna() & frame["driver"].notna() & (frame["quantity"] >= 0)
    return frame[usable & ~frame.duplicated(["customer_id", "driver"])]


COST_ISSUES = {
    "zero driver": ("The driver has no quantity, so the pool stays unallocated", "Enter quantities on Drivers"),
    "blank driver": (
        "The pool has no driver, so it stays unallocated",
        "Name a driver, or set the treatment to unallocated",
    ),
    "unknown customer": ("Customers that are not on Customers caused cost; it is kept apart", "Add the customers"),
}


def _issue_findings(costs: CostToServe) -> list[Finding]:
    """Turn what the allocation could not do into findings; a customer without drivers is nothing to mend."""
    findings = []
    for issue in costs.issues:
        if issue.kind in COST_ISSUES:
            what, mend = COST_ISSUES[issue.kind]
            named = ", ".join(text for text in (issue.pool, issue.driver) if text)
            findings.append(
                Finding(
                    severity=Severity.WARNING,
                    kind=issue.kind,
                    table="Ledger pools",
                    column="driver",
                    what=f"{named}: {what}",
                    mend=mend,
                    amounts=(issue.amount,),
                )
            )
    return findings


def _factor_costs(base: Base, settings: Settings, net: FloatArray) -> _Costs:
    """Apply the typed factors: a share of net revenue, or money for each customer and year when the unit says so."""
    nothing = np.zeros(len(base))
    lines = dict.fromkeys(FAMILY_LINES.values(), nothing)
    typed = np.zeros(len(base), dtype=bool)
    for line, id_ in FACTORS.items():
        factor = settings.by_customer(id_, base.customers)
        per_revenue = "revenue" in settings.units.get(id_, "of net revenue")
        cost = factor * net if per_revenue else np.where(np.nan_to_num(net, nan=1.0) != 0, factor, 0.0)
        lines[line] = np.where(np.isnan(factor), 0.0, cost)
        typed |= ~np.isnan(factor)
    findings = [] if typed.any() or not len(base) else [NO_COST_TO_SERVE]
    return _Costs(lines=lines, acquisition=nothing, pools=empty_frame(POOL_COSTS), typed=typed, findings=findings)


NO_COST_TO_SERVE = Finding(
    severity=Severity.WARNING,
    kind="no cost to serve",
    table="Ledger pools",
    what="There are no ledger pools and no typed factors: contribution is gross margin, before any cost to serve",
    mend="Enter ledger pools and drivers, or set marketing_cost, sales_cost and support_cost on Assumptions",
)


def _cost_unknown(base: Base, unknown: npt.NDArray[np.bool_]) -> list[Finding]:
    if not unknown.any():
        return []
    return [
        Finding(
            severity=Severity.ERROR,
            kind="cost of goods unknown",
            table="Transactions",
            column="cogs",
            what=f"{unknown.sum()} customers have no cost of goods: their P&L stops at revenue and their value is #N/A",
            mend="Fill in COGS, or set gross_margin_pct on Assumptions (or --set gross_margin_pct=0.35)",
        )
    ]
