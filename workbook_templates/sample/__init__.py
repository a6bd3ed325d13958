"""
The sample company: three years of an invented supplier of workshop and maintenance goods, with a small service team.

No customer, name or figure is real. The tables tie to each other as a real company's do, and each claim about "the
best customers" has customers who stand for it; `planted` names them. The same tables come out of every call.
"""

import pandas as pd

from valuation.tables import INPUT_TABLES, NUMERIC_KINDS, Kind, Table
from workbook_templates.sample.ledger import drivers_table, ledger_pools_table, year_revenue
from workbook_templates.sample.payments import invoices_table
from workbook_templates.sample.register import assumptions_table, retention_table
from workbook_templates.sample.roster import build_roster
from workbook_templates.sample.trading import customers_table, trade, transactions_table
from workbook_templates.sample.voices import ideas_table, issues_table, referrals_table, survey_table

__all__ = ["sample_company"]


def sample_company() -> dict[str, pd.DataFrame]:
    """
    Make the tables of the sample company.

    Returns
    -------
    dict of str to DataFrame
        For each input table of the contract, by its name: a frame with its columns, in their kinds.

    Examples
    --------
    >>> sorted(sample_company())[:3]
    ['Assumptions', 'Customers', 'Drivers']
    """
    roster = build_roster()
    trades = trade(roster)
    revenue = year_revenue(roster, trades)
    customers = customers_table(roster, trades)
    issues = issues_table(roster)
    frames = {
        "Customers": customers,
        "Transactions": transactions_table(roster, trades),
        "Ledger pools": ledger_pools_table(),
        "Drivers": drivers_table(roster, trades, issues),
        "Retention": retention_table(roster, trades, revenue),
        "Assumptions": assumptions_table(),
        "Invoices": invoices_table(roster, trades),
        "Issues": issues,
        "Referrals": referrals_table(roster, customers),
        "Ideas": ideas_table(roster, revenue),
        "Survey": survey_table(roster, revenue),
    }
    return {table.name: _as_contracted(table, frames[table.name]) for table in INPUT_TABLES if table.name in frames}


def _as_contracted(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Put the columns into the contract's order and kinds; a blank text is None."""
    return pd.DataFrame({c.name: _as_kind(c.kind, frame[c.name]) for c in table if c.name in frame})


def _as_kind(kind: Kind, column: pd.Series) -> pd.Series:
    if kind in NUMERIC_KINDS or kind is Kind.DATE:
        return column
    # pandas 3 would make its own kind of text of them, whose blank is NaN
    cells = [None if blank else cell for cell, blank in zip(column, column.isna(), strict=True)]
    return pd.Series(cells, dtype=object)
