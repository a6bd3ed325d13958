"""
The sample company: three years of an invented supplier of workshop and maintenance goods, with a small service team.

No customer, name or figure is real. The tables tie to each other as a real company's do, and each claim about "the
best customers" has customers who stand for it; `planted` names them. The same tables come out of every call.
"""

import pandas as pd

from valuation.tables import INPUT_TABLES
from workbook_templates.sample.contracted import as_contracted
from workbook_templates.sample.controls import control_totals_table
from workbook_templates.sample.engagement import ideas_table, influence_table, referrals_table
from workbook_templates.sample.extras import document_extras
from workbook_templates.sample.goals import goals_table
from workbook_templates.sample.ledger import (
    drivers_table,
    ledger_pools_table,
    service_departments_table,
    trial_balance_table,
    year_revenue,
)
from workbook_templates.sample.officers import officers_table, statements_table
from workbook_templates.sample.payments import hierarchy_table, invoices_table
from workbook_templates.sample.plans import (
    customer_spend_table,
    fx_table,
    loyalty_drivers_table,
    panel_plan_table,
    periods_table,
    service_levels_table,
)
from workbook_templates.sample.register import assumptions_table, retention_table, what_if_table
from workbook_templates.sample.roster import build_roster
from workbook_templates.sample.steering import needs_table, overrides_table, ratings_table
from workbook_templates.sample.trading import customers_table, trade, transactions_table
from workbook_templates.sample.voices import issues_table, survey_table
from workbook_templates.sample.work import activities_table, capacity_table, time_equations_table

__all__ = ["sample_company"]


def sample_company() -> dict[str, pd.DataFrame]:
    """
    Make the tables of the sample company.

    Returns
    -------
    dict of str to DataFrame
        For each input table of the contract, by its name: a frame with its columns, in their kinds; those that people
        add to an open table come last.

    Examples
    --------
    >>> sorted(sample_company())[:3]
    ['Activities', 'Assumptions', 'Capacity']
    """
    roster = build_roster()
    trades = trade(roster)
    revenue = year_revenue(roster, trades)
    customers = customers_table(roster, trades)
    issues = issues_table(roster)
    frames = {
        "Customers": customers,
        "Transactions": transactions_table(roster, trades, document_extras(roster, trades)),
        "Ledger pools": ledger_pools_table(),
        "Drivers": drivers_table(roster, trades, issues),
        "Retention": retention_table(roster, trades, revenue),
        "Assumptions": assumptions_table(),
        "Service departments": service_departments_table(),
        "Capacity": capacity_table(),
        "Activities": activities_table(roster, trades, issues),
        "Time equations": time_equations_table(),
        "Trial balance": trial_balance_table(),
        "Hierarchy": hierarchy_table(),
        "What if": what_if_table(),
        "Invoices": invoices_table(roster, trades),
        "Issues": issues,
        "Referrals": referrals_table(roster, customers),
        "Influence": influence_table(),
        "Ideas": ideas_table(roster, revenue),
        "Survey": survey_table(roster, revenue),
        "Officers": officers_table(),
        "Lens statements": statements_table(),
        "Strategic ratings": ratings_table(roster),
        "Overrides": overrides_table(),
        "Needs segments": needs_table(),
        "Periods": periods_table(),
        "FX": fx_table(),
        "Loyalty drivers": loyalty_drivers_table(),
        "Customer spend": customer_spend_table(),
        "Service levels": service_levels_table(),
        "Panel plan": panel_plan_table(),
        "Goals": goals_table(),
    }
    frames["Control totals"] = control_totals_table(frames)
    return {table.name: as_contracted(table, frames[table.name]) for table in INPUT_TABLES}
