"""
The customer P&L of the twelve months: revenue from transactions or typed, and its cost to serve.

Costs unknown are not costs zero: without cost of goods and without an assumed margin, a P&L stops at revenue.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from valuation.cost import customer_pnl
from valuation.findings import Finding, Severity
from valuation.model.costs import Costs, costs_of_customers
from valuation.model.history import Base, BoolArray, FloatArray
from valuation.model.receivables import Receivables, borrowing_rate
from valuation.settings import Settings
from valuation.tables import CUSTOMER_PNL, CUSTOMERS, POOL_COSTS, TRANSACTIONS, TableData, empty_frame

__all__ = ["IMPUTED", "Profit", "customer_profit", "with_estimated_cogs"]

REVENUE_LINES = ("gross_revenue", "discounts", "returns", "net_revenue", "cogs")
PLACES = 6
"""Decimals of a sum of money: noise beyond them is not a loss or a profit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profit:
    """
    The P&L by customer and how good its evidence is.

    Attributes
    ----------
    pnl : pandas.DataFrame
        Columns of the contract's Customer P&L, in the order of the customers.
    costs : Costs
        Where the cost to serve comes from.
    projected_margin : ndarray, shape (n,)
        Net revenue less cost of goods sold of the twelve months, without documents flagged as one-offs. [currency/year]
    projected_cost : ndarray, shape (n,)
        What else belongs to the goods, cost to serve and imputed charges, without the cost of winning, and without
        typed cost on one-offs. [currency/year]
    margin_36m : ndarray, shape (n,)
        Gross margin of the thirty-six months without one-offs; for day-one customers that of one year. [currency]
    typed : ndarray of bool, shape (n,)
        Whether something typed, or nothing, stands for a measured cost in the customer's contribution.
    findings : list of Finding
        What the P&L could not do as asked.
    """

    pnl: pd.DataFrame
    costs: Costs
    projected_margin: FloatArray
    projected_cost: FloatArray
    margin_36m: FloatArray
    typed: BoolArray
    findings: list[Finding] = field(default_factory=list)

    @property
    def pools(self) -> pd.DataFrame:
        """Columns of the contract's Cost to serve."""
        if self.costs.ledger is None:
            return empty_frame(POOL_COSTS)
        return self.costs.ledger.pools[[column.name for column in POOL_COSTS]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _DayOne:
    """What was typed for customers without transactions; NaN where it is not known. [currency/year]"""

    revenue: FloatArray
    margin: FloatArray


def customer_profit(
    base: Base, settings: Settings, tables: Mapping[str, TableData], receivables: Receivables
) -> Profit:
    """Compute the P&L of each customer for the twelve months to the as-of date."""
    blank = base.transactions["cogs"].isna().to_numpy()
    base = with_estimated_cogs(base, settings)
    year = base.between(base.start, base.as_of)
    day_one = _day_one(base, settings)
    costs = costs_of_customers(
        base, settings, tables, np.where(base.day_one, day_one.revenue, base.per_customer("net_amount", year))
    )
    pnl = _pnl(base, year, day_one, costs, _charges(base, settings, receivables))
    one_off = base.transactions["one_off"].to_numpy(dtype=float) > 0
    three_years = base.between(base.three_years, base.as_of)
    running = pnl["goods"] + pnl["cost_to_serve"] - pnl["acquisition_cost"] + pnl[list(IMPUTED)].sum(axis=1)
    goods_margin = (pnl["gross_margin"] + pnl["goods"]).to_numpy(dtype=float)
    return Profit(
        pnl=pnl,
        costs=costs,
        projected_margin=_rounded(goods_margin - _gross_margin(base, year & one_off)),
        projected_cost=_rounded(running.to_numpy(dtype=float) - _typed_cost_of(base, year, one_off, costs)),
        margin_36m=np.where(base.day_one, day_one.margin, _gross_margin(base, three_years & ~one_off)),
        typed=_customers_of(base, blank & year) | base.day_one | ~costs.measured,
        findings=[*costs.findings, *_unknown(base, blank, year, pnl, costs)],
    )


def with_estimated_cogs(base: Base, settings: Settings) -> Base:
    """Estimate blank cost of goods by the assumed margin."""
    sales = base.transactions
    margin = np.append(settings.by_customer("gross_margin_pct", base.customers), settings.number("gross_margin_pct"))
    estimate = sales["net_amount"].to_numpy(dtype=float) * (1 - margin[base.codes])  # code -1 takes the appended value
    cogs = sales["cogs"].to_numpy(dtype=float)
    return replace(base, transactions=sales.assign(cogs=np.where(np.isnan(cogs), estimate, cogs)))


def _day_one(base: Base, settings: Settings) -> _DayOne:
    """Complete what was typed: of revenue and margin, one gives the other by the assumed margin."""
    revenue = base.customers["annual_revenue"].to_numpy(dtype=float)
    margin = base.customers["annual_margin"].to_numpy(dtype=float)
    share = settings.by_customer("gross_margin_pct", base.customers)
    from_margin = np.full(len(base), np.nan)
    np.divide(margin, share, out=from_margin, where=share > 0)
    return _DayOne(
        revenue=np.where(np.isnan(revenue), from_margin, revenue),
        margin=np.where(np.isnan(margin), revenue * share, margin),
    )


IMPUTED = {
    "financing": "financing_booked",
    "expected_loss": "credit_loss_booked",
    "stock_carrying": "stock_carrying_booked",
}
"""Line of the P&L that is not in the ledger, to the assumption that says it is."""


def _charges(base: Base, settings: Settings, receivables: Receivables) -> dict[str, FloatArray]:
    """Impute what the ledger does not hold, in whole cents; what is booked there is not charged twice."""
    rate = settings.number("stock_carrying_rate")
    rate = borrowing_rate(settings) if np.isnan(rate) else rate
    stock = np.nan_to_num(base.customers["stock_value"].to_numpy(dtype=float))
    charges = {
        "financing": receivables.financing,
        "expected_loss": receivables.expected_loss,
        "stock_carrying": np.round(np.maximum(stock, 0.0) * rate, 2),
    }
    return {
        line: np.zeros(len(base)) if settings.word(IMPUTED[line]) == "yes" else charge
        for line, charge in charges.items()
    }


def _pnl(base: Base, year: BoolArray, day_one: _DayOne, costs: Costs, charges: dict[str, FloatArray]) -> pd.DataFrame:
    """Lay out the waterfall; revenue that is not known stays blank beside a margin that is."""
    known = ~(base.day_one & np.isnan(day_one.revenue))
    # A typed margin without revenue stands for it until the waterfall is done, and is blanked again.
    gross = np.where(known, day_one.revenue, day_one.margin)
    lines = {
        "gross_revenue": np.where(base.day_one, gross, base.per_customer("gross_amount", year)),
        "discounts": base.per_customer("discount", year),
        "returns": base.per_customer("returns", year),
        "cogs": np.where(base.day_one, gross - day_one.margin, base.per_customer("cogs", year)),
    }
    pnl = customer_pnl(pd.DataFrame(lines | costs.lines | charges | {"acquisition_cost": costs.acquisition}))
    pnl = pnl.round(PLACES)
    for column in REVENUE_LINES:
        pnl[column] = pnl[column].where(known)
    pnl["customer_id"] = base.customers["customer_id"]
    pnl["name"] = base.customers["name"]
    # Equal contributions rank in the order of their rows, so that every rank stands once.
    pnl["profit_rank"] = pnl["contribution"].rank(ascending=False, method="first")
    return pnl[[column.name for column in CUSTOMER_PNL]]


def _gross_margin(base: Base, mask: BoolArray) -> FloatArray:
    """Net revenue less cost of goods sold, of the masked transactions."""
    return base.per_customer("net_amount", mask) - base.per_customer("cogs", mask)


def _typed_cost_of(base: Base, year: BoolArray, one_off: BoolArray, costs: Costs) -> FloatArray:
    """What the typed shares of revenue charge for the one-offs; what a ledger charges for them is not known."""
    net, without = base.per_customer("net_amount", year), base.per_customer("net_amount", year & ~one_off)
    return np.asarray(costs.share_of_revenue * (np.maximum(net, 0.0) - np.maximum(without, 0.0)))


def _rounded(amounts: FloatArray) -> FloatArray:
    return np.round(amounts, PLACES)


def _customers_of(base: Base, mask: BoolArray) -> BoolArray:
    """Mask the customers of the masked transactions."""
    codes = base.codes[mask]
    return np.bincount(codes[codes >= 0], minlength=len(base)) > 0


def _unknown(base: Base, blank: BoolArray, year: BoolArray, pnl: pd.DataFrame, costs: Costs) -> Iterator[Finding]:
    """Find what keeps a P&L from reaching contribution, at the cells where it can be mended."""
    # Where the ledger does not tie, what belongs to the goods is missing too, which is a finding of its own.
    stops = (pnl["gross_margin"].isna() & pnl["goods"].notna()).to_numpy()
    bought = stops & ~base.day_one
    if bought.any():
        at = blank & year & (base.codes >= 0) & bought[base.codes]
        rows = tuple(base.transactions["row"].to_numpy()[at].tolist())
        yield _stop(
            TRANSACTIONS.name,
            "cogs",
            () if blank.all() else rows,  # the whole column, said once
            kind="cost of goods unknown",
            what=f"Cost of goods unknown: the P&L of {bought.sum():,} customers stops at revenue, their value is #N/A",
            mend="Fill in COGS, or set gross_margin_pct on Assumptions (or --set gross_margin_pct=0.35)",
        )
    without_margin = stops & base.day_one
    if without_margin.any():
        yield _stop(
            CUSTOMERS.name,
            "annual_margin",
            tuple(base.rows[without_margin].tolist()),
            kind="cost of goods unknown",
            what="Yearly revenue without a margin: the P&L stops at revenue and the value is #N/A",
            mend="Enter the yearly margin, or set gross_margin_pct on Assumptions (or --set gross_margin_pct=0.35)",
        )
    without_revenue = base.day_one & ~stops & ~costs.measured & pnl["contribution"].isna().to_numpy()
    if without_revenue.any():
        yield _stop(
            CUSTOMERS.name,
            "annual_revenue",
            tuple(base.rows[without_revenue].tolist()),
            kind="revenue unknown",
            what="The typed costs are shares of a revenue that is not known, so cost to serve and value are #N/A",
            mend="Enter the yearly revenue, set gross_margin_pct, or type the costs as money (in their unit)",
        )


def _stop(table: str, column: str, rows: tuple[int, ...], *, kind: str, what: str, mend: str) -> Finding:
    return Finding(severity=Severity.ERROR, kind=kind, table=table, column=column, rows=rows, what=what, mend=mend)
