"""
What only some workbooks want: steps after those of every workbook, each found by a table that it gives.

A step takes what was found so far and gives tables that come about together, with findings, notes and sentences.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding
from valuation.model.accounts import Accounts
from valuation.model.average import AverageCustomer, average_customer, won_unknown
from valuation.model.concentration import concentration_tables
from valuation.model.costing import costing_tables
from valuation.model.customer_metrics import metrics_table
from valuation.model.effort import effort_tables
from valuation.model.engagement import Engagement
from valuation.model.equity import bridge_tables, equity_tables, return_since
from valuation.model.goals import goal_table, workbook_measures
from valuation.model.headroom import customer_headroom, money_on_table
from valuation.model.history import Base, BoolArray, History
from valuation.model.hours import hours_tables
from valuation.model.issues import Customers, Issues, key_retention, queue_tables, read_issues
from valuation.model.lenses import lens_tables
from valuation.model.loyalty import loyalty_tables
from valuation.model.matrix import matrix_tables
from valuation.model.measures import lens_measures
from valuation.model.migration import migration_tables, snapshot_of
from valuation.model.needs import needs_pnl
from valuation.model.panel import panel_tables
from valuation.model.profit import Profit
from valuation.model.purchases import purchase_tables
from valuation.model.receivables import Receivables
from valuation.model.segment import Segmentation, override_effect
from valuation.model.snapshots import CURRENT, LEFT, TO_COME, Earlier, Snapshot, keep_snapshot
from valuation.model.spend import spend_returns
from valuation.model.tiers import tier_methods
from valuation.model.value import Value
from valuation.model.views import pnl_by_group, pnl_by_period
from valuation.model.voice import voice_table
from valuation.model.what_if import what_if_tables
from valuation.settings import Settings
from valuation.tables import (
    AGEING,
    CASE_YEARS,
    CONCENTRATION,
    COST_DETAIL,
    CUSTOMER_METRICS,
    EFFORT,
    ENGAGEMENT,
    ENGAGEMENT_SUMMARY,
    EQUITY_SEGMENTS,
    GOAL_CASCADE,
    ISSUE_QUEUE,
    KEY_RETENTION,
    LENSES,
    MODEL_VALUE,
    MONEY_ON_TABLE,
    NEEDS_PNL,
    OVERRIDE_EFFECT,
    PNL_GROUPS,
    PNL_PERIODS,
    RECEIVABLES,
    SNAPSHOTS,
    SPEND_RETURNS,
    TIER_METHODS,
    VALUE_MATRIX,
    VOICE,
    WHAT_IF_CHANGES,
    TableData,
)

__all__ = ["STEPS", "Before", "Found", "Part"]


class Before(NamedTuple):
    """What is compared with: the last snapshot where they are kept, and the model's segments before."""

    snapshot: Earlier | None
    segments: Mapping[str, str]
    findings: list[Finding]


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """What the steps of every workbook found, for those that only some workbooks want."""

    settings: Settings
    usable: Mapping[str, TableData]
    base: Base
    history: History
    accounts: Accounts
    receivables: Receivables
    profit: Profit
    value: Value
    left: BoolArray
    current: BoolArray
    engagement: Engagement
    segments: Segmentation
    last: Mapping[str, pd.DataFrame]
    before: Before

    @property
    def status(self) -> npt.NDArray[np.object_]:
        """Whether each customer is one now, as snapshots record it."""
        return np.where(self.current, CURRENT, np.where(self.left, LEFT, TO_COME)).astype(object)

    @cached_property
    def average(self) -> AverageCustomer:
        """The average customer of today."""
        retention = self.value.values["retention_rate"].to_numpy(dtype=float)
        return average_customer(self.base, self.history, self.profit, retention, self.current, self.settings)

    @cached_property
    def customers(self) -> Customers:
        """What the steps of priorities know of the customers."""
        return Customers(
            ids=self.base.customers["customer_id"].to_numpy(dtype=object),
            names=self.base.customers["name"].to_numpy(dtype=object),
            segment=self.segments.frame["segment"].to_numpy(dtype=object),
            value=self.engagement.by_customer["engagement_value"].to_numpy(dtype=float),
            retention_rate=self.value.values["retention_rate"].to_numpy(dtype=float),
            current=self.current,
        )

    @cached_property
    def issues(self) -> tuple[Issues, list[Finding]]:
        """The issues that can be used, and what is wrong with the others."""
        return read_issues(self.base, self.customers, self.settings, self.usable)

    @cached_property
    def key_customers(self) -> pd.DataFrame:
        """Key customer retention, which goals are measured by as well."""
        return key_retention(self.issues[0], self.customers, self.before.snapshot)

    @cached_property
    def metrics(self) -> "Part":
        """The three metrics, which goals are measured by as well."""
        table, findings, notes = metrics_table(self.base, self.accounts.parent, self.settings, self.usable)
        return Part({CUSTOMER_METRICS.name: table}, findings, notes)

    @cached_property
    def today(self) -> Snapshot:
        """What the customers are today, for snapshots and for the bridge."""
        matrix = self.matrix.tables[VALUE_MATRIX.name]
        return snapshot_of(self.segments, self.profit, self.value.values, matrix, self.status, self.settings)

    @cached_property
    def matrix(self) -> "Part":
        """The value matrix, which snapshots record as well."""
        tables, cuts, findings = matrix_tables(
            self.base,
            self.current,
            self.segments.bases["engagement"],
            self.segments.bases["revenue"],
            self.settings,
            self.usable,
        )
        return Part(tables, findings, cuts=cuts)


class Part(NamedTuple):
    """What one of these steps gives."""

    tables: Mapping[str, pd.DataFrame]
    findings: Sequence[Finding] = ()
    notes: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    cuts: Mapping[str, float] = MappingProxyType({})


def _views(found: Found) -> Part:
    return Part(
        {
            PNL_GROUPS.name: pnl_by_group(found.base, found.profit, found.accounts),
            PNL_PERIODS.name: pnl_by_period(found.base, found.profit, found.settings),
        }
    )


def _costing(found: Found) -> Part:
    tables, notes = costing_tables(found.base, found.profit, found.settings, found.usable)
    return Part(tables, notes=tuple(notes))


def _receivables(found: Found) -> Part:
    return Part({RECEIVABLES.name: found.receivables.accounts, AGEING.name: found.receivables.ageing})


def _effort(found: Found) -> Part:
    segment, worth = found.segments.frame["segment"], found.value.values["value"]
    return Part(effort_tables(found.base, found.profit, worth, segment, found.settings, found.usable))


def _what_if(found: Found) -> Part:
    return Part(*what_if_tables(found.base, found.profit, found.settings, found.usable))


def _models(found: Found) -> Part:
    tables, note = purchase_tables(found.base, found.history, found.profit, found.value, found.settings)
    return Part(tables, notes=(note,))


def _engagement(found: Found) -> Part:
    return Part({ENGAGEMENT.name: found.engagement.by_customer, ENGAGEMENT_SUMMARY.name: found.engagement.summary})


def _lenses(found: Found) -> Part:
    worth = found.engagement.by_customer["engagement_value"]
    measures = lens_measures(found.base, found.profit, found.value.values, worth, found.settings, found.usable)
    segment = found.segments.frame["segment"]
    return Part(*lens_tables(found.base, found.current, measures, segment, found.settings, found.usable))


def _segmentation(found: Found) -> Part:
    segments, pnl = found.segments, found.profit.pnl
    needs = segments.frame["needs_segment"].to_numpy(dtype=object)
    official = segments.frame["segment"].to_numpy(dtype=object)
    return Part(
        {
            TIER_METHODS.name: tier_methods(segments.bases, official, found.settings),
            OVERRIDE_EFFECT.name: override_effect(segments),
            NEEDS_PNL.name: needs_pnl(needs, pnl, found.value.values["value"], found.usable),
        }
    )


def _snapshots(found: Found) -> Part:
    today = found.today
    kept, findings = keep_snapshot(
        found.last, today, as_of=found.base.as_of, closed_through=found.settings.date("closed_through")
    )
    tables, moves = migration_tables(found.before.snapshot, today, found.segments, found.settings)
    return Part(kept | tables, findings, moves=tuple(moves))


def _equity(found: Found) -> Part:
    segment = found.segments.frame["segment"].to_numpy(dtype=object)
    values = found.value.values
    names = values.set_index("customer_id")["name"]
    bridge, findings = bridge_tables(found.before.snapshot, found.today, found.base.as_of, names, found.settings)
    tables = equity_tables(segment, values, found.average, found.settings)
    return Part(tables | bridge, [*findings, *won_unknown(found.average)])


def _loyalty(found: Found) -> Part:
    tables, findings = loyalty_tables(found.average, found.settings, found.usable)
    spend, faults = spend_returns(found.average, found.settings, found.usable)
    return Part(tables | {SPEND_RETURNS.name: spend}, [*findings, *faults, *won_unknown(found.average)])


def _priority(found: Found) -> Part:
    issues, findings = found.issues
    customers, as_of, settings = found.customers, found.base.as_of, found.settings
    hours, short = hours_tables(issues, as_of, settings)
    panel, faults = panel_tables(customers, as_of, settings, found.usable)
    room = customer_headroom(found.base, found.profit, found.value.values, settings, found.usable)
    quadrant = found.matrix.tables[VALUE_MATRIX.name].set_index("customer_id")["quadrant"]
    money = money_on_table(
        found.base,
        found.value.values,
        room,
        found.profit.pnl["net_revenue"].to_numpy(dtype=float),
        found.segments.frame["segment"],
        quadrant,
        found.current,
        found.usable,
    )
    return Part(
        queue_tables(issues, customers, as_of, settings)
        | {KEY_RETENTION.name: found.key_customers}
        | hours
        | {VOICE.name: voice_table(issues, customers, settings)}
        | panel
        | {MONEY_ON_TABLE.name: money},
        [*findings, *short, *faults],
    )


def _goals(found: Found) -> Part:
    measures = workbook_measures(
        found.base,
        values=found.value.values,
        pnl=found.profit.pnl,
        engagement=found.engagement.by_customer,
        average=found.average,
        metrics=found.metrics.tables[CUSTOMER_METRICS.name],
        receivables=found.receivables.accounts,
        value_at_risk_a=float(found.key_customers["value_at_risk"].iloc[0]),
        return_on_customer=return_since(found.before.snapshot, found.today, found.base.as_of, found.profit.pnl),
        tables=found.usable,
    )
    table, findings = goal_table(measures, found.base.as_of, found.usable)
    return Part({GOAL_CASCADE.name: table}, findings)


STEPS: Final[Mapping[str, Callable[[Found], Part]]] = {
    PNL_GROUPS.name: _views,
    COST_DETAIL.name: _costing,
    RECEIVABLES.name: _receivables,
    CONCENTRATION.name: lambda found: Part(concentration_tables(found.profit.pnl)),
    EFFORT.name: _effort,
    WHAT_IF_CHANGES.name: _what_if,
    MODEL_VALUE.name: _models,
    ENGAGEMENT.name: _engagement,
    LENSES.name: _lenses,
    TIER_METHODS.name: _segmentation,
    VALUE_MATRIX.name: lambda found: found.matrix,
    SNAPSHOTS.name: _snapshots,
    CUSTOMER_METRICS.name: lambda found: found.metrics,
    EQUITY_SEGMENTS.name: _equity,
    CASE_YEARS.name: _loyalty,
    ISSUE_QUEUE.name: _priority,
    GOAL_CASCADE.name: _goals,
}
"""Table that is wanted to the step that gives it, with those that come about together."""
