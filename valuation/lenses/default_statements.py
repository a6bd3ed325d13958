"""
What five officers say about their best customers, as rows to begin with, and the measures that the rows name.

A sixth voice, that of the chief executive who asks for the one answer, is no row: its measure is money itself,
`engagement_value`, against which the lenses are compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pandas as pd

__all__ = ["MEASURES", "Measure", "default_statements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """
    A number that is known of each customer.

    Attributes
    ----------
    title : str
        What finance calls it.
    unit : str
        Its unit.
    source : str
        Where it comes from.
    missing : str
        What a blank means.
    """

    title: str
    unit: str
    source: str
    missing: str


_LEFT_OUT: Final = "not compared on it; the other measures of the statement count"
_ALONE: Final = "the statement says nothing of the customer; the officer's other statements count"
_UNKNOWN_COST: Final = "cost unknown, which is not a cost of 0; the other measures of the statement count"

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "support_minutes_per_1000": Measure(
            title="support minutes per 1,000 of net revenue",
            unit="minutes",
            source="Issues: hours, by the net revenue of Customer P&L",
            missing=_ALONE,
        ),
        "self_service_share": Measure(
            title="questions solved without us",
            unit="0-1",
            source="Survey: self_resolved, and Issues: tickets",
            missing=_ALONE,
        ),
        "fit": Measure(
            title="must-have requirements met",
            unit="0-1",
            source="Survey: fit",
            missing=_ALONE,
        ),
        "ideas": Measure(
            title="ideas adopted",
            unit="count",
            source="Ideas: those that were built or tried out",
            missing=_LEFT_OUT,
        ),
        "revenue_growth": Measure(
            title="revenue growth",
            unit="decimal/year",
            source="Transactions: net revenue of the last twelve months by that of the twelve before, less 1",
            missing="no revenue the year before, so no growth rate; the other measures of the statement count",
        ),
        "net_revenue": Measure(
            title="net revenue",
            unit="currency/year",
            source="Customer P&L: net_revenue",
            missing=_LEFT_OUT,
        ),
        "cts_share": Measure(
            title="cost to serve by net revenue",
            unit="of net revenue",
            source="Customer P&L: cost_to_serve by net_revenue",
            missing=_UNKNOWN_COST,
        ),
        "won_referrals": Measure(
            title="customers won by referral",
            unit="count",
            source="Referrals: customers who came by this one",
            missing=_LEFT_OUT,
        ),
        "nps": Measure(
            title="NPS answer",
            unit="0-10",
            source="Survey: nps",
            missing=_LEFT_OUT,
        ),
        "sales_cost_share": Measure(
            title="sales cost by net revenue",
            unit="of net revenue",
            source="Customer P&L: sales by net_revenue",
            missing=_UNKNOWN_COST,
        ),
        "retention_rate": Measure(
            title="chance to stay a year",
            unit="0-1/year",
            source="Lifetime value: retention_rate",
            missing=_LEFT_OUT,
        ),
        "lifetime_value": Measure(
            title="customer value",
            unit="currency",
            source="Lifetime value: value",
            missing=_LEFT_OUT,
        ),
        "largest_deal": Measure(
            title="largest contract signed",
            unit="currency",
            source="Survey: largest_deal, else the largest document of the period on Transactions",
            missing=_ALONE,
        ),
        "largest_deal_after_commission": Measure(
            title="largest document, after its commission",
            unit="currency",
            source="Transactions: net_amount less commission, the largest of the period",
            missing=_ALONE,
        ),
        "ontime_share": Measure(
            title="money paid on time",
            unit="0-1",
            source="Invoices: what was paid by the due date",
            missing=_ALONE,
        ),
        "contribution": Measure(
            title="customer contribution",
            unit="currency/year",
            source="Customer P&L: contribution",
            missing=_ALONE,
        ),
        "engagement_value": Measure(
            title="customer engagement value",
            unit="currency",
            source="customer value plus the value of referrals, influence and knowledge",
            missing="no place in the order by money",
        ),
    }
)
"""Name to measure; `engagement_value` is the money that the lenses are compared with, and in none of them."""

_IDEAS: Final = "bring ideas and grow"
_ROWS: Final = (
    ("CCO", "need no support", "support_minutes_per_1000", "low"),
    ("CCO", "help themselves in our community", "self_service_share", "high"),
    ("CPO", "find that our product fits", "fit", "high"),
    ("CPO", _IDEAS, "ideas", "high"),
    ("CPO", _IDEAS, "revenue_growth", "high"),
    ("CPO", "buy the most and cost the least to serve", "net_revenue", "high"),
    ("CPO", "buy the most and cost the least to serve", "cts_share", "low"),
    ("CMO", _IDEAS, "ideas", "high"),
    ("CMO", _IDEAS, "revenue_growth", "high"),
    ("CMO", "win us new customers", "won_referrals", "high"),
    ("CMO", "win us new customers", "nps", "high"),
    ("CMO", "buy without any cost of sales", "sales_cost_share", "low"),
    ("CRO", "keep coming back, cheap to sell to", "retention_rate", "high"),
    ("CRO", "keep coming back, cheap to sell to", "sales_cost_share", "low"),
    ("CRO", "keep coming back, cheap to sell to", "lifetime_value", "high"),
    ("CRO", "sign the biggest deals", "largest_deal", "high"),
    ("CFO", "pay on time", "ontime_share", "high"),
    ("CFO", "are the most profitable", "contribution", "high"),
)


def default_statements() -> pd.DataFrame:
    """
    Give the statements to begin with: rows for people to edit.

    Returns
    -------
    DataFrame
        officer, statement, measure (of `MEASURES`), better (``high`` or ``low``), weight of the measure in its
        statement, statement_weight of the statement in the lens: all 1.

    Notes
    -----
    A statement that two officers share, such as ideas and growth, has rows for both.

    Examples
    --------
    >>> default_statements().query("officer == 'CFO'")[["statement", "measure"]].to_dict("list")
    {'statement': ['pay on time', 'are the most profitable'], 'measure': ['ontime_share', 'contribution']}
    """
    rows = pd.DataFrame(_ROWS, columns=["officer", "statement", "measure", "better"], dtype=object)
    return rows.assign(weight=1.0, statement_weight=1.0)
