"""
The chain from input tables to result tables: history, profit, value, segments, reconciliation.

Each step is one module and takes what the steps before it gave; `value_base` runs them in order.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from valuation.checks import PAST_DATES, check_inputs
from valuation.findings import Finding, Severity
from valuation.model.accounts import accounts_of
from valuation.model.changes import changes
from valuation.model.concentration import concentration_tables
from valuation.model.costing import costing_tables
from valuation.model.currency import in_one_currency
from valuation.model.effort import effort_tables
from valuation.model.history import Base, contradictions, latest_date, read_base, read_history
from valuation.model.ledger import cost_ledger, read_usable_ledger
from valuation.model.profit import customer_profit
from valuation.model.purchases import purchase_tables
from valuation.model.receivables import read_receivables
from valuation.model.reconcile import negative_customers, reconcile_transactions
from valuation.model.segment import customer_segments
from valuation.model.value import customer_value
from valuation.model.views import pnl_by_group, pnl_by_period
from valuation.model.what_if import what_if_tables
from valuation.settings import Settings, read_settings
from valuation.tables import (
    AGEING,
    CONCENTRATION,
    COST_DETAIL,
    EFFORT,
    MODEL_VALUE,
    PNL_GROUPS,
    PNL_PERIODS,
    RECEIVABLES,
    WHAT_IF_CHANGES,
    TableData,
)

__all__ = ["Results", "changes", "cost_detail", "value_base"]

NO_DATE_AT_ALL = np.datetime64("1900-01-01", "D")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Results:
    """
    All result tables, and what to know about them.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Contract name to the table's columns.
    settings : Settings
        The assumptions that were used.
    as_of : datetime64[D]
        The as-of date that was used.
    findings : list of Finding
        What is wrong with the inputs, the gravest first.
    notes : tuple of str
        What to know about the methods.
    """

    tables: dict[str, pd.DataFrame]
    settings: Settings
    as_of: np.datetime64
    findings: list[Finding]
    notes: tuple[str, ...]


def value_base(
    tables: Mapping[str, TableData], *, previous_segments: Mapping[str, str], wanted: Collection[str] = ()
) -> Results:
    """
    Value the customer base.

    Parameters
    ----------
    tables : mapping of str to TableData
        The input tables by contract name; only Customers or Transactions are needed for any answer.
    previous_segments : mapping of str to str
        Customer id to official segment at the last refresh.
    wanted : collection of str
        Result tables by contract name that are to be given beside those of the core; tables that come about together
        are given together. Invoices are charged for only if Receivables is among them.

    Returns
    -------
    Results
        Always: what cannot be computed is missing in the tables and explained in the findings.
    """
    read = _read(tables)
    settings, as_of, usable, base = read.settings, read.as_of, read.usable, read.base
    history = read_history(base)
    accounts = accounts_of(base, settings, usable)
    # Charges that no sheet shows, from invoices that no check watches, would come as a surprise.
    invoices = usable if RECEIVABLES.name in wanted else {}
    receivables = read_receivables(base, accounts, settings, invoices)
    profit = customer_profit(base, settings, usable, receivables)
    value = customer_value(base, history, profit, settings, tables)
    segments, cuts = customer_segments(base, history, profit.pnl, value.values, settings, previous_segments)
    findings = [
        *read.findings,
        *check_inputs(tables, as_of=as_of),
        *accounts.findings,
        *receivables.findings,
        *contradictions(base, history),
        *negative_customers(base),
        *profit.findings,
        *value.findings,
        *cuts,
    ]
    more: dict[str, pd.DataFrame] = {}
    notes = list(value.notes)
    if PNL_GROUPS.name in wanted:
        more |= {
            PNL_GROUPS.name: pnl_by_group(base, profit, accounts),
            PNL_PERIODS.name: pnl_by_period(base, profit, settings),
        }
    if COST_DETAIL.name in wanted:
        costing, remarks = costing_tables(base, profit, settings, usable)
        more |= costing
        notes += remarks
    if RECEIVABLES.name in wanted:
        more |= {RECEIVABLES.name: receivables.accounts, AGEING.name: receivables.ageing}
    if CONCENTRATION.name in wanted:
        more |= concentration_tables(profit.pnl)
    if EFFORT.name in wanted:
        more |= effort_tables(base, profit, value.values["value"], segments["segment"], settings, usable)
    if WHAT_IF_CHANGES.name in wanted:
        tried, without_effect = what_if_tables(base, profit, settings, usable)
        more |= tried
        findings += without_effect
    if MODEL_VALUE.name in wanted:
        models, remark = purchase_tables(base, history, profit, value, settings)
        more |= models
        notes.append(remark)
    return Results(
        tables={
            "Customer P&L": profit.pnl,
            "Cost to serve": profit.pools,
            "Lifetime value": value.values,
            "Horizons": value.horizons,
            "Segments": segments,
            "Reconciliation": reconcile_transactions(base, tables.get("Transactions")),
            **more,
        },
        settings=settings,
        as_of=as_of,
        findings=sorted(findings, key=lambda finding: -finding.severity),
        notes=tuple(notes),
    )


def cost_detail(tables: Mapping[str, TableData], customer_id: str) -> pd.DataFrame:
    """
    Explain the cost to serve of one customer, as the model comes to it.

    Parameters
    ----------
    tables : mapping of str to TableData
        The input tables by contract name, Ledger pools among them.
    customer_id : str
        A customer that is on Customers.

    Returns
    -------
    DataFrame
        As `valuation.cost.CostToServe.detail`: each cost with its driver, quantity and rate.
    """
    read = _read(tables)
    ledger, _ = read_usable_ledger(read.base, read.settings, read.usable)
    costs, _, _ = cost_ledger(ledger, read.settings)
    return costs.detail(customer_id)


class _Read(NamedTuple):
    """The inputs as all steps use them, and what was wrong with them so far."""

    settings: Settings
    as_of: np.datetime64
    usable: Mapping[str, TableData]
    base: Base
    findings: list[Finding]


def _read(tables: Mapping[str, TableData]) -> _Read:
    """Read assumptions, as-of date, customers and transactions, amounts in another currency taken out."""
    settings, findings = read_settings(tables.get("Assumptions"))
    as_of, assumed = _as_of(settings, tables)
    usable, foreign = in_one_currency(tables, settings)
    base = read_base(usable.get("Customers"), usable.get("Transactions"), as_of)
    return _Read(settings, as_of, usable, base, [*findings, *assumed, *foreign])


def _as_of(settings: Settings, tables: Mapping[str, TableData]) -> tuple[np.datetime64, list[Finding]]:
    """Give the as-of date: the one set, else the latest transaction, else the latest of all dates that are past."""
    as_of = settings.date("as_of")
    if as_of is not None:
        return as_of, []
    latest = latest_date(tables.get("Transactions"))
    severity, where = Severity.NOTE, "the latest transaction"
    if latest is None:
        others = [latest_date(tables.get(name), column) for name, column in PAST_DATES.items()]
        latest = max((date for date in others if date is not None), default=NO_DATE_AT_ALL)
        severity, where = Severity.WARNING, "the latest date in the inputs"
    return latest, [
        Finding(
            severity=severity,
            kind="as-of date not set",
            table="Assumptions",
            column="value",
            what=f"The as-of date is blank, so {where} stands in: {latest}",
            mend="Set as_of to the last day of the twelve months",
        )
    ]
