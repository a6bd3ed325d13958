"""
Issues: which come first, what was kept of the service levels, and how many of the key customers.

Value at risk is engagement value times what solving an issue takes off the chance to lose the customer. A moment on the
as-of date counts as over, so that an issue due on it and still open is late.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.model.history import Base, BoolArray, FloatArray, IntArray
from valuation.model.snapshots import CURRENT, Earlier
from valuation.model.tiers import SEGMENT_LABELS
from valuation.priority import (
    STATUSES,
    BusinessHours,
    allowed_hours,
    breach_ratio,
    due,
    reasons,
    service_status,
    triage,
    value_at_risk,
)
from valuation.priority.clock import Clock
from valuation.settings import Settings
from valuation.tables import (
    ISSUE_QUEUE,
    ISSUES,
    KEY_RETENTION,
    SERVICE_COMPLIANCE,
    SERVICE_LEVELS,
    TableData,
    complete_frame,
)

__all__ = ["Customers", "Issues", "key_retention", "queue_tables", "read_issues", "to_triage"]

TextArray = npt.NDArray[np.object_]
Mode = Literal["normal", "crisis"]
END_OF_DAY: Final = np.timedelta64(86_399, "s")
COLUMNS: Final = dict(zip(STATUSES, ("met", "breached", "open_in", "open_over"), strict=True))
"""Status of an issue to its column of Service compliance."""
OTHER: Final[Mapping[Mode, Mode]] = {"normal": "crisis", "crisis": "normal"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Customers:
    """
    What is known of the customers, in their order.

    Attributes
    ----------
    ids, names, segment : ndarray of str
        Id, name, official segment (None where there is none).
    value : ndarray
        Engagement value. [currency]
    retention_rate : ndarray
        Chance to stay. [1/year]
    current : ndarray of bool
        Who is one now.
    """

    ids: TextArray
    names: TextArray
    segment: TextArray
    value: FloatArray
    retention_rate: FloatArray
    current: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Issues:
    """
    The usable issues raised by the as-of date.

    Attributes
    ----------
    frame : DataFrame
        Columns of the contract, completed; and `code`, position of the customer or -1; `segment`; `value_at_risk`
        [currency]; `due`; `status`, None where no service level says anything.
    is_open : ndarray of bool
        Not solved by the as-of date.
    recent : ndarray of bool
        Raised in the twelve months.
    clock : BusinessHours or "calendar"
        Which hours count for service levels.
    """

    frame: pd.DataFrame
    is_open: BoolArray
    recent: BoolArray
    clock: Clock

    @property
    def codes(self) -> IntArray:
        """Position of each issue's customer, -1 for an unknown one."""
        return self.frame["code"].to_numpy(dtype=np.int64)


def read_issues(
    base: Base, customers: Customers, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[Issues, list[Finding]]:
    """Complete the issues by what is known of their customers, and by the service levels."""
    frame = complete_frame(tables.get(ISSUES.name), ISSUES)
    usable = frame["issue_id"].notna() & frame["opened"].notna() & ~frame.duplicated("issue_id")
    opened = frame["opened"].to_numpy().astype("datetime64[s]")
    now = base.as_of.astype("datetime64[s]") + END_OF_DAY
    frame = frame[usable & (opened <= now)].copy()
    backwards = frame["closed"].notna() & (frame["closed"] < frame["opened"])
    findings = _closed_before_opened(frame.index[backwards])
    frame = frame[~backwards].copy()
    for name in ("hours", "severity", "contract_hours"):  # what cannot be is found by the checks, and not known here
        frame[name] = frame[name].where((frame[name] >= 0) & np.isfinite(frame[name]))
    code = pd.Index(customers.ids).get_indexer(pd.Index(frame["customer_id"]))
    segment = _of(code, customers.segment, np.full(len(frame), None, dtype=object))
    value = _of(code, customers.value, np.full(len(frame), np.nan))
    served = frame["p_loss_served"].fillna(0.0).to_numpy(dtype=float)
    frame["code"], frame["segment"] = code, segment
    frame["value_at_risk"] = value_at_risk(value, frame["p_loss_now"].to_numpy(dtype=float), served)
    opened, closed = (frame[name].to_numpy().astype("datetime64[s]") for name in ("opened", "closed"))
    levels, faults = _levels(tables)
    severity, contract = (frame[name].to_numpy(dtype=float) for name in ("severity", "contract_hours"))
    clock, unusable = _clock(settings)
    frame["allowed"] = allowed_hours(segment, severity, levels, contract_hours=contract)
    frame["due"] = due(opened, segment, severity, levels, contract_hours=contract, clock=clock)
    frame["status"] = service_status(opened, frame["due"].to_numpy().astype("datetime64[s]"), closed, as_of=now)
    return (
        Issues(
            frame=frame.reset_index(drop=True),
            is_open=np.isnat(closed) | (closed > now),
            recent=opened.astype("datetime64[D]") > base.start,
            clock=clock,
        ),
        [*findings, *faults, *unusable],
    )


def _of(codes: IntArray, values: npt.NDArray[Any], otherwise: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give what is known of each issue's customer; the code of an unknown one is -1."""
    known = codes >= 0
    otherwise[known] = values[codes[known]]
    return otherwise


def _clock(settings: Settings) -> tuple[Clock, list[Finding]]:
    """Give the hours that count; every hour where the business hours cannot be."""
    if settings.word("service_clock") == "calendar":
        return "calendar", []
    start, end = settings.number("business_start"), settings.number("business_end")
    if start < end:
        return BusinessHours(start=start, end=end), []
    return "calendar", [
        Finding(
            severity=Severity.ERROR,
            kind="business hours that cannot be",
            table="Assumptions",
            column="value",
            what=f"Business hours begin at {start:g} and end at {end:g}, so that every hour counts for service levels",
            mend="Let business_start be before business_end",
        )
    ]


def _levels(tables: Mapping[str, TableData]) -> tuple[pd.DataFrame, list[Finding]]:
    """Lay the service levels out by segment and severity; rows for a segment that there is not are named."""
    frame = complete_frame(tables.get(SERVICE_LEVELS.name), SERVICE_LEVELS)
    frame = frame[frame[["segment", "severity", "hours"]].notna().all(axis=1) & (frame["hours"] >= 0)]
    frame = frame.assign(segment=frame["segment"].str.strip().str.upper())
    unknown = frame.index[~frame["segment"].isin(SEGMENT_LABELS)]
    findings = []
    if len(unknown):
        findings.append(
            Finding(
                severity=Severity.WARNING,
                kind="unknown segment",
                table=SERVICE_LEVELS.name,
                column="segment",
                rows=tuple((unknown + 1).tolist()),
                what=f"The segment is none of {', '.join(SEGMENT_LABELS)}, so the service level is nobody's",
                mend="Write the segment as it stands on Segments",
            )
        )
    once = frame.drop_duplicates(["segment", "severity"])
    return once.pivot_table(index="segment", columns="severity", values="hours"), findings


def _closed_before_opened(places: "pd.Index[int]") -> list[Finding]:
    if not len(places):
        return []
    return [
        Finding(
            severity=Severity.ERROR,
            kind="closed before opened",
            table=ISSUES.name,
            column="closed",
            rows=tuple((places + 1).tolist()),
            what="The issue was solved before it was raised; it is left out",
            mend="Correct one of the two dates",
        )
    ]


# The queue.


def queue_tables(
    issues: Issues, customers: Customers, as_of: np.datetime64, settings: Settings
) -> dict[str, pd.DataFrame]:
    """Give the Issue queue in the mode on Assumptions, and Service compliance."""
    waiting = issues.frame[issues.is_open].reset_index(drop=True)
    mode = cast(Mode, settings.word("triage_mode"))
    given = to_triage(waiting, as_of, issues.clock)
    rank = triage(given, mode=mode)
    code = waiting["code"].to_numpy(dtype=np.int64)
    name = _of(code, customers.names, np.full(len(waiting), None, dtype=object))
    hours, risk = (waiting[column].to_numpy(dtype=float) for column in ("hours", "value_at_risk"))
    queue = pd.DataFrame(
        {
            "rank": rank.astype(float),
            "issue_id": waiting["issue_id"],
            "customer_id": waiting["customer_id"],
            "name": name,
            "segment": waiting["segment"],
            "severity": waiting["severity"],
            "opened": waiting["opened"],
            "hours": hours,
            "value_at_risk": risk,
            "per_hour": np.divide(risk, hours, out=np.full(len(waiting), np.nan), where=hours > 0),
            "due": waiting["due"],
            "status": waiting["status"],
            "must_serve": waiting["must_serve"].fillna(0.0),
            "reason": reasons(given, mode=mode),
            "other_rank": triage(given, mode=OTHER[mode]).astype(float),
        }
    )
    return {
        ISSUE_QUEUE.name: queue.sort_values("rank", ignore_index=True)[[column.name for column in ISSUE_QUEUE]],
        SERVICE_COMPLIANCE.name: _compliance(issues),
    }


def to_triage(waiting: pd.DataFrame, as_of: np.datetime64, clock: Clock) -> pd.DataFrame:
    """Give open issues in the terms of `valuation.priority.triage`."""
    now = as_of.astype("datetime64[s]") + END_OF_DAY
    opened = waiting["opened"].to_numpy().astype("datetime64[s]")
    return pd.DataFrame(
        {
            "issue_id": waiting["issue_id"],
            "value_at_risk": waiting["value_at_risk"],
            "hours": waiting["hours"],
            "severity": waiting["severity"],
            "opened": waiting["opened"],
            "value_class": waiting["segment"],
            "must_serve": waiting["must_serve"].fillna(0.0) > 0,
            "known": waiting["code"] >= 0,
            "breach_ratio": breach_ratio(opened, waiting["allowed"].to_numpy(dtype=float), as_of=now, clock=clock),
        }
    )


def _compliance(issues: Issues) -> pd.DataFrame:
    """Count the issues of the twelve months by what became of their service level."""
    recent = issues.frame[issues.recent]
    rows = []
    for label in SEGMENT_LABELS:
        status = recent.loc[recent["segment"] == label, "status"]
        counts = {column: float((status == name).sum()) for name, column in COLUMNS.items()}
        due_by_now = counts["met"] + counts["breached"] + counts["open_over"]
        rows.append(
            {
                "segment": label,
                **counts,
                "unknown": float(status.isna().sum()),
                "compliance": counts["met"] / due_by_now if due_by_now else np.nan,
            }
        )
    return pd.DataFrame(rows)[[column.name for column in SERVICE_COMPLIANCE]]


def key_retention(issues: Issues, customers: Customers, earlier: Earlier | None) -> pd.DataFrame:
    """Give Key customer retention: who of each segment at the last snapshot is still a customer."""
    then = _then(customers, earlier)
    # Looked up once for all segments: `isin` takes seconds for texts.
    then["stayed"] = pd.Index(customers.ids[customers.current]).get_indexer(pd.Index(then["customer_id"])) >= 0
    risk = _at_risk(issues, customers)
    rows = []
    for label in SEGMENT_LABELS:
        were = then[then["segment"] == label]
        stayed = were["stayed"]
        worth = were["value"].clip(lower=0.0)
        here = customers.current & (customers.segment == label)
        weight = np.maximum(np.nan_to_num(customers.value[here]), 0.0)
        rows.append(
            {
                "segment": label,
                "customers": float(len(were)),
                "kept": np.nan if earlier is None else float(stayed.sum()),
                "retention": np.nan if earlier is None or were.empty else float(stayed.mean()),
                "value_retention": worth[stayed].sum() / worth.sum() if earlier and worth.sum() > 0 else np.nan,
                "expected": np.average(customers.retention_rate[here], weights=weight) if weight.sum() else np.nan,
                "value_at_risk": float(risk[customers.segment == label].sum()),
            }
        )
    return pd.DataFrame(rows)[[column.name for column in KEY_RETENTION]]


def _at_risk(issues: Issues, customers: Customers) -> FloatArray:
    """Add up what the open issues of each customer put at risk, which is at most what it is worth."""
    known = issues.is_open & (issues.codes >= 0)
    each = np.nan_to_num(np.maximum(issues.frame["value_at_risk"].to_numpy(dtype=float)[known], 0.0))
    together = np.bincount(issues.codes[known], weights=each, minlength=len(customers.ids))
    return np.minimum(together, np.maximum(np.nan_to_num(customers.value), 0.0))


def _then(customers: Customers, earlier: Earlier | None) -> pd.DataFrame:
    """Give the customers of the last snapshot, or those of today where there is none."""
    if earlier is not None:
        kept = earlier.customers.reset_index()
        kept = kept[kept["status"] == CURRENT]
        return pd.DataFrame(
            {"customer_id": kept["customer_id"], "segment": kept["segment"], "value": kept["value"].astype(float)}
        )
    frame = pd.DataFrame({"customer_id": customers.ids, "segment": customers.segment, "value": customers.value})
    return frame[customers.current].copy()
