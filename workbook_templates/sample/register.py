"""What somebody has to decide, estimate or try: the Assumptions, Retention and What if tables."""

import datetime as dt

import numpy as np
import pandas as pd

from valuation.assumptions import ASSUMPTIONS
from workbook_templates.sample.draws import (
    AS_OF,
    YEARS,
    BoolArray,
    FloatArray,
    dates,
    day_of,
    stream,
    texts,
    year_bounds,
)
from workbook_templates.sample.ledger import control_total
from workbook_templates.sample.plans import LOYALTY_PROGRAM, PANEL_SIZE
from workbook_templates.sample.planted import (
    LARGEST_ACCOUNT_LOSES_MONEY,
    LOYAL_CUSTOMER,
    RECENT_WIN,
    SLOW_PAYER,
    VULNERABLE,
)
from workbook_templates.sample.roster import SEGMENTS, STILL_HERE, Roster
from workbook_templates.sample.trading import Trades

__all__ = ["assumptions_table", "retention_table", "what_if_table"]

QUARTER_CLOSED = dt.datetime(2025, 9, 30)
"""The quarter before the as-of date."""

VALUES: dict[str, tuple[object, str, str]] = {
    "as_of": (AS_OF, "Last day of the financial year", "Head of controlling"),
    "currency": ("EUR", "Reporting currency of the group", "CFO"),
    "horizon": (3.0, "Decision of the finance committee", "CFO"),
    "discount_rate": (0.10, "Cost of capital, treasury memo", "CFO"),
    "discount_rate_basis": ("pre-tax, nominal", "Cost of capital, treasury memo", "CFO"),
    "timing": ("mid", "Margins arrive through the year", "Head of controlling"),
    "periods_per_year": (1.0, "Yearly grid, as in the budget", "Head of controlling"),
    "retention_prior": (0.82, "Industry association, yearly survey", "Head of sales"),
    "retention_prior_weight": (20.0, "Judgement", "Head of controlling"),
    "gross_margin_pct": (0.36, "Budget, mean of all product groups", "Head of controlling"),
    "marketing_cost": (0.02, "Budget", "Head of marketing"),
    "sales_cost": (0.06, "Budget", "Head of sales"),
    "support_cost": (0.03, "Budget", "Head of support"),
    "ledger_control_total": (control_total(), "Trial balance, accounts 501000 to 682000", "Head of controlling"),
    "costing": ("time-driven", "Decision of the finance committee", "CFO"),
    "service_method": ("reciprocal", "IT, premises and HR serve each other", "Head of controlling"),
    "avoidable_share": (0.5, "Judgement, for pools that state nothing", "Head of controlling"),
    "borrowing_rate": (0.055, "Credit line of the house bank", "Treasurer"),
    "financing_booked": ("no", "Interest is not in the pools", "Head of controlling"),
    "credit_loss_booked": ("no", "Provisions are not in the pools", "Head of controlling"),
    "stock_carrying_booked": ("no", "Rent of the warehouse aside, not in the pools", "Head of controlling"),
    "stock_carrying_rate": (0.14, "Credit line, insurance and shrinkage of the stocktaking", "Treasurer"),
    "loss_given_default": (0.6, "Mean of the last ten insolvencies", "Treasurer"),
    "loss_rate_current": (0.002, "Losses of the last five years by age", "Treasurer"),
    "loss_rate_30": (0.008, "Losses of the last five years by age", "Treasurer"),
    "loss_rate_60": (0.025, "Losses of the last five years by age", "Treasurer"),
    "loss_rate_90": (0.07, "Losses of the last five years by age", "Treasurer"),
    "loss_rate_over_90": (0.25, "Losses of the last five years by age", "Treasurer"),
    "deflection_rate": (0.35, "Survey among users of the help pages", "Head of support"),
    "value_account": ("parent", "Groups negotiate as one", "Head of sales"),
    "receivables_account": ("bill-to", "Whom the reminders go to", "Treasurer"),
    "cost_account": ("ship-to", "The customer id on documents and drivers", "Head of controlling"),
    "value_tier_a": (20_000.0, "Decision of the finance committee", "CFO"),
    "value_tier_b": (5_000.0, "Decision of the finance committee", "CFO"),
    "revenue_tier_a": (25_000.0, "Decision of the finance committee", "CFO"),
    "revenue_tier_b": (8_000.0, "Decision of the finance committee", "CFO"),
    "profit_tier_a": (9_000.0, "Decision of the finance committee", "CFO"),
    "profit_tier_b": (2_500.0, "Decision of the finance committee", "CFO"),
    "segment_basis": ("engagement", "Decision of the finance committee", "CFO"),
    "top_customers": (10.0, "The list that the board looks at", "CFO"),
    "company_cut": (20_000.0, "Lowest value of segment A", "CFO"),
    "customer_cut": (70.0, "A little above the median of the survey", "Head of product"),
    "wallet_target_share": (0.6, "Share held with the customers of longest standing", "Head of sales"),
    "contribution_cut": (9_000.0, "Lowest contribution of tier A", "CFO"),
    "potential_cut": (15_000.0, "Below this a visit does not pay", "Head of sales"),
    "closed_through": (QUARTER_CLOSED, "Closing of the third quarter", "Head of controlling"),
    "fiscal_year_end_month": (12.0, "Articles of association", "CFO"),
    "fiscal_pattern": ("month", "Calendar of closings", "Head of controlling"),
    "activity_months": (12.0, "As in the report to the board", "Head of controlling"),
    "fixed_costs_value": (3_494_000.0, "Sustaining pools of the ledger, without end at 10%", "Head of controlling"),
    "tax_value": (4_257_000.0, "30% of customer equity without limit less fixed costs", "Head of controlling"),
    "other_assets": (650_000.0, "Balance sheet, flat above the old shop", "Head of controlling"),
    "net_debt": (3_900_000.0, "Balance sheet, credit line less cash", "Treasurer"),
    "case_years": (7.0, "Life of the service contracts", "CFO"),
    "loyalty_case": (LOYALTY_PROGRAM, "Proposal to the board", "Head of sales"),
    "reverse_size": (0.1, "The cut that was asked for in the budget round", "CFO"),
    "reverse_retention": (0.03, "Customers lost after the fee of 2021", "Head of sales"),
    "triage_mode": ("normal", "Rule of the support desk", "Head of support"),
    "service_hours": (46.0, "Two people until the next refresh: four tenths of what is open", "Head of support"),
    "hours_method": ("exact", "Rule of the support desk", "Head of support"),
    "hours_floor_a": (10.0, "Nobody is left alone", "Head of support"),
    "hours_floor_c": (4.0, "Nobody is left alone", "Head of support"),
    "hours_floor_n": (6.0, "Nobody is left alone", "Head of support"),
    "voice_ratio": (2.0, "Rule of the support desk", "Head of support"),
    "voice_chance": (0.01, "Rule of the support desk", "Head of support"),
    "panel_size": (float(PANEL_SIZE), "What product management can interview in a quarter", "Head of product"),
    "panel_seed": ("2025Q4", "The quarter", "Head of product"),
    "fast_adopter_share": (0.25, "The quickest quarter", "Head of product"),
    "lead_user_cut": (8.0, "Interviews of product management", "Head of product"),
}
"""Value, source and owner of each assumption that somebody has set for all; the others keep their default."""

SCOPED: tuple[tuple[str, str, str, float, str, str], ...] = (
    ("retention_prior", "segment", "Online", 0.74, "Web shop statistics", "Head of sales"),
    ("retention_prior", "segment", "Public sector", 0.9, "Framework contracts run for years", "Head of sales"),
    ("retention_prior", "customer", RECENT_WIN, 0.88, "Two-year framework agreed", "Key account manager"),
    ("default_probability", "customer", SLOW_PAYER, 0.06, "Credit agency, report of October", "Treasurer"),
    ("default_probability", "customer", LARGEST_ACCOUNT_LOSES_MONEY, 0.008, "Credit agency, rating", "Treasurer"),
)
"""Assumption, scope, what it applies to, value, source, owner."""

TYPED_RETENTION = {LOYAL_CUSTOMER: 0.97, VULNERABLE: 0.72}
"""Chance to stay that somebody who knows the customer has typed."""
CONTRACTS_LISTED = 30

CHANGES: tuple[tuple[str, str | None, str | None, float, str, str | None, float | None], ...] = (
    ("driver", "shipments", None, -0.2, "all", None, None),
    ("time equation", "call", "visits", 300.0, "all", None, None),
    ("price", None, None, 0.02, "segment", "Small trade", 0.03),
    ("minimum order", None, None, 150.0, "all", None, 0.25),
)
"""
Fewer deliveries, help by video before anybody drives there, dearer for small trade, no more tiny orders: the change,
what it is of, the attribute, the value, whom it concerns, the part of the sales concerned that is lost.
"""


def assumptions_table() -> pd.DataFrame:
    """Write the Assumptions table: the whole register, and the exceptions for segments and customers."""
    rows: list[tuple[object, ...]] = []
    for id_, entry in ASSUMPTIONS.items():
        value, source, owner = VALUES.get(id_, (entry.default, "Default of the model", "Head of controlling"))
        rows.append((id_, entry.title, value, entry.unit, "all", None, source, owner))
        for scoped, scope, applies_to, own_value, own_source, own_owner in SCOPED:
            if scoped == id_:
                rows.append((id_, entry.title, own_value, entry.unit, scope, applies_to, own_source, own_owner))
    names = ("id", "name", "value", "unit", "scope", "applies_to", "source", "owner")
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    frame["as_of"] = dates(np.full(len(frame), day_of(AS_OF.date())))
    frame["used"] = texts([None] * len(frame))
    return frame


def retention_table(roster: Roster, trades: Trades, revenue: FloatArray) -> pd.DataFrame:
    """Write the Retention table: counted for each segment, known for the largest customers with a contract."""
    rng = stream("retention")
    before, after = (_bought(roster, trades, year) for year in YEARS[-2:])
    segments = [s.name for s in SEGMENTS]
    exposed = [int((before & (roster.segment == name)).sum()) for name in segments]
    renewed = [int((before & after & (roster.segment == name)).sum()) for name in segments]
    running = np.flatnonzero((roster.contract == "contractual") & (revenue > 0) & (roster.last == STILL_HERE))
    largest = running[np.argsort(-revenue[running], kind="stable")][:CONTRACTS_LISTED]
    ids = roster.customer_id[largest]
    chance = np.round(0.80 + 0.16 * rng.random(ids.size), 2)
    chance = np.array([TYPED_RETENTION.get(cid, drawn) for cid, drawn in zip(ids, chance, strict=True)])
    ends = day_of(AS_OF.date()) + 30 * rng.integers(2, 25, ids.size)
    blank = np.full(ids.size, np.nan)
    return pd.DataFrame(
        {
            "customer_id": texts([None] * len(segments) + list(ids)),
            "segment": texts(segments + [None] * ids.size),
            "renewed": np.concatenate((renewed, blank)),
            "exposed": np.concatenate((exposed, blank)),
            "probability": np.concatenate((np.full(len(segments), np.nan), chance)),
            "contract_end": dates(
                np.concatenate((np.zeros(len(segments), dtype=np.int64), ends)),
                known=np.arange(len(segments) + ids.size) >= len(segments),
            ),
        }
    )


def what_if_table() -> pd.DataFrame:
    """Write the What if table."""
    names = ("change", "name", "attribute", "value", "scope", "applies_to", "lost_share")
    frame = pd.DataFrame(CHANGES, columns=list(names), dtype=object)
    return frame.astype({"value": float, "lost_share": float})


def _bought(roster: Roster, trades: Trades, year: int) -> BoolArray:
    """Tell who bought in a year."""
    start, end = year_bounds(year)
    bought = np.zeros(roster.size, dtype=bool)
    bought[trades.who[~trades.credit & (trades.day >= start) & (trades.day <= end)]] = True
    return bought
