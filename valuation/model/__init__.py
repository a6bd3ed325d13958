"""
The chain from input tables to result tables: history, profit, value, segments, reconciliation.

Each step is one module and takes what the steps before it gave; `value_base` runs them in order.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from valuation.checks import PAST_DATES, check_inputs
from valuation.findings import Finding, Severity
from valuation.model.accounts import accounts_of
from valuation.model.changes import changes
from valuation.model.currency import in_one_currency
from valuation.model.engagement import customer_engagement
from valuation.model.history import Base, contradictions, latest_date, read_base, read_history
from valuation.model.ledger import cost_ledger, read_usable_ledger
from valuation.model.profit import customer_profit
from valuation.model.receivables import read_receivables
from valuation.model.reconcile import negative_customers, reconcile_transactions
from valuation.model.retention import gone, prospects
from valuation.model.segment import customer_segments
from valuation.model.snapshots import earlier_snapshot
from valuation.model.steps import STEPS, Before, Found
from valuation.model.value import customer_value
from valuation.settings import Settings, read_settings
from valuation.tables import (
    RECEIVABLES,
    SEGMENTS,
    SNAPSHOTS,
    TableData,
    empty_frame,
)

__all__ = ["Results", "changes", "cost_detail", "value_base"]

NOTHING: Final[Mapping[str, pd.DataFrame]] = MappingProxyType({})
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
    moves : tuple of str
        Who moved since the last snapshot and why, in words; empty where snapshots are not kept.
    cuts : dict of str to float
        Cuts of the value matrix in use: company_cut [currency], customer_cut [points]; empty where there is none.
    """

    tables: dict[str, pd.DataFrame]
    settings: Settings
    as_of: np.datetime64
    findings: list[Finding]
    notes: tuple[str, ...]
    moves: tuple[str, ...] = ()
    cuts: dict[str, float] = field(default_factory=dict)


def value_base(
    tables: Mapping[str, TableData],
    *,
    last: Mapping[str, pd.DataFrame] = NOTHING,
    wanted: Collection[str] = (),
) -> Results:
    """
    Value the customer base.

    Parameters
    ----------
    tables : mapping of str to TableData
        The input tables by contract name; only Customers or Transactions are needed for any answer.
    last : mapping of str to DataFrame
        Result tables of the last refresh by contract name, for what is compared with them: Snapshots and Snapshot
        dates, or without these Segments.
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
    left = gone(base, history)
    current = ~left & ~prospects(base, history)
    engagement = customer_engagement(base, value.values, left, current, settings, usable)
    before = _before(last, as_of, wanted)
    segments = customer_segments(
        base,
        history,
        profit,
        value.values,
        engagement.by_customer["engagement_value"],
        settings,
        usable,
        before.segments,
    )
    found = Found(
        settings=settings,
        usable=usable,
        base=base,
        history=history,
        accounts=accounts,
        receivables=receivables,
        profit=profit,
        value=value,
        left=left,
        current=current,
        engagement=engagement,
        segments=segments,
        last=last,
        before=before,
    )
    parts = [step(found) for name, step in STEPS.items() if name in wanted]
    findings = [
        *read.findings,
        *check_inputs(tables, as_of=as_of),
        *accounts.findings,
        *receivables.findings,
        *contradictions(base, history),
        *negative_customers(base),
        *profit.findings,
        *value.findings,
        *engagement.findings,
        *before.findings,
        *segments.findings,
        *(finding for part in parts for finding in part.findings),
    ]
    core = {
        "Customer P&L": profit.pnl,
        "Cost to serve": profit.pools,
        "Lifetime value": value.values,
        "Horizons": value.horizons,
        "Segments": segments.frame,
        "Reconciliation": reconcile_transactions(base, tables.get("Transactions")),
    }
    return Results(
        tables=core | {name: table for part in parts for name, table in part.tables.items()},
        settings=settings,
        as_of=as_of,
        # Two steps that read the same table find the same.
        findings=sorted(dict.fromkeys(findings), key=lambda finding: -finding.severity),
        notes=(*value.notes, *(note for part in parts for note in part.notes)),
        moves=tuple(move for part in parts for move in part.moves),
        cuts={name: cut for part in parts for name, cut in part.cuts.items()},
    )


def _before(last: Mapping[str, pd.DataFrame], as_of: np.datetime64, wanted: Collection[str]) -> Before:
    """Find what to compare with; where snapshots are kept, what the same date was before does not count."""
    if SNAPSHOTS.name not in wanted:
        segments = last.get(SEGMENTS.name, empty_frame(SEGMENTS)).dropna(subset=["customer_id"])
        return Before(None, _segments(segments.drop_duplicates("customer_id").set_index("customer_id")), [])
    snapshot, findings = earlier_snapshot(last, as_of)
    return Before(snapshot, {} if snapshot is None else _segments(snapshot.customers), findings)


def _segments(by_customer: pd.DataFrame) -> dict[str, str]:
    return {str(id_): str(segment) for id_, segment in by_customer["model_segment"].dropna().items()}


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
