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
from valuation.model.concentration import concentration_tables
from valuation.model.costing import costing_tables
from valuation.model.effort import effort_tables
from valuation.model.engagement import Engagement
from valuation.model.history import Base, BoolArray, History
from valuation.model.lenses import lens_tables
from valuation.model.matrix import matrix_tables
from valuation.model.measures import lens_measures
from valuation.model.migration import migration_tables, snapshot_of
from valuation.model.needs import needs_pnl
from valuation.model.profit import Profit
from valuation.model.purchases import purchase_tables
from valuation.model.receivables import Receivables
from valuation.model.segment import Segmentation, override_effect
from valuation.model.snapshots import CURRENT, LEFT, TO_COME, Earlier, keep_snapshot
from valuation.model.tiers import tier_methods
from valuation.model.value import Value
from valuation.model.views import pnl_by_group, pnl_by_period
from valuation.model.what_if import what_if_tables
from valuation.settings import Settings
from valuation.tables import (
    AGEING,
    CONCENTRATION,
    COST_DETAIL,
    EFFORT,
    ENGAGEMENT,
    ENGAGEMENT_SUMMARY,
    LENSES,
    MODEL_VALUE,
    NEEDS_PNL,
    OVERRIDE_EFFECT,
    PNL_GROUPS,
    PNL_PERIODS,
    RECEIVABLES,
    SNAPSHOTS,
    TIER_METHODS,
    VALUE_MATRIX,
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
    matrix = found.matrix.tables[VALUE_MATRIX.name]
    today = snapshot_of(found.segments, found.profit, found.value.values, matrix, found.status, found.settings)
    kept, findings = keep_snapshot(
        found.last, today, as_of=found.base.as_of, closed_through=found.settings.date("closed_through")
    )
    tables, moves = migration_tables(found.before.snapshot, today, found.segments, found.settings)
    return Part(kept | tables, findings, moves=tuple(moves))


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
}
"""Table that is wanted to the step that gives it, with those that come about together."""
