"""
Snapshots: what each customer was on an as-of date, kept so that the next date can be compared with it.

A snapshot is a draft, replaced by every refresh for its date, until its period is closed; then it is final and stays. A
refresh that would now come to something else for a final date keeps it and adds what it found as restated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.tables import SNAPSHOT_DATES, SNAPSHOTS, empty_frame

__all__ = [
    "CURRENT",
    "EDITION",
    "LEFT",
    "TO_COME",
    "Earlier",
    "Snapshot",
    "earlier_snapshot",
    "keep_snapshot",
    "kept_snapshots",
]

EDITION: Final = 1
"""Of the columns of a snapshot: raised whenever one changes its meaning."""
CURRENT, LEFT, TO_COME = "current", "left", "to come"
"""Whether somebody was a customer on the date."""
DRAFT, FINAL, RESTATED = "draft", "final", "restated"
BEST_LAST: Final = (DRAFT, FINAL, RESTATED)
"""Of several snapshots of a date the last in this order is compared with."""
COMPARED: Final = ("segment", "segment_value", "value", "engagement_value", "net_revenue", "contribution")
"""What makes a final snapshot another one."""
CENT: Final = 0.005
SHEET_ROWS: Final = 1_048_576
ROOM: Final = 900_000
"""Rows of snapshots from which on people are warned."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """
    The customers on a date, and how their figures were come to.

    Attributes
    ----------
    customers : DataFrame
        Columns of the contract's Snapshots, `as_of` and `state` left out.
    facts : mapping of str to object
        Columns of the contract's Snapshot dates, the same left out.
    """

    customers: pd.DataFrame
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Earlier:
    """
    The snapshot that a refresh compares with.

    Attributes
    ----------
    as_of : datetime64[D]
        Its date.
    state : str
        draft, final or restated.
    customers : DataFrame
        Columns of Snapshots, by customer id.
    facts : Series
        Its row of Snapshot dates.
    """

    as_of: np.datetime64
    state: str
    customers: pd.DataFrame
    facts: pd.Series


def kept_snapshots(last: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Give the snapshots that a workbook holds, and their dates; rows without a date or state are none.

    Parameters
    ----------
    last : mapping of str to DataFrame
        Result tables of the last refresh by contract name.
    """
    found = []
    for table in (SNAPSHOTS, SNAPSHOT_DATES):
        frame = last.get(table.name, empty_frame(table))
        frame = frame.reindex(columns=[column.name for column in table])
        found.append(frame[frame["as_of"].notna() & frame["state"].isin(BEST_LAST)])
    customers, dates = found
    return customers[customers["customer_id"].notna()], dates.drop_duplicates(["as_of", "state"])


def earlier_snapshot(last: Mapping[str, pd.DataFrame], as_of: np.datetime64) -> tuple[Earlier | None, list[Finding]]:
    """Find the latest snapshot before a date, and whether its columns meant something else."""
    customers, dates = kept_snapshots(last)
    before = dates[_days(dates["as_of"]) < as_of]
    if before.empty:
        return None, []
    order = before.assign(place=before["state"].map(BEST_LAST.index)).sort_values(["as_of", "place"], kind="stable")
    facts = order.iloc[-1]
    rows = customers[(customers["as_of"] == facts["as_of"]) & (customers["state"] == facts["state"])]
    earlier = Earlier(
        as_of=np.datetime64(facts["as_of"], "D"),
        state=str(facts["state"]),
        customers=rows.drop_duplicates("customer_id").set_index("customer_id"),
        facts=facts,
    )
    return earlier, [] if facts["edition"] == EDITION else [_other_edition(earlier)]


def _other_edition(earlier: Earlier) -> Finding:
    edition = earlier.facts["edition"]
    shown = "?" if pd.isna(edition) else f"{edition:g}"
    return Finding(
        severity=Severity.WARNING,
        kind="snapshot of another edition",
        table=SNAPSHOT_DATES.name,
        column="edition",
        what=f"The snapshot of {earlier.as_of} has edition {shown} of the columns, this is {EDITION}: what has changed "
        "its meaning since may look like a move",
        mend="Refresh that date again with this version, or do not compare with it",
    )


def keep_snapshot(
    last: Mapping[str, pd.DataFrame], today: Snapshot, *, as_of: np.datetime64, closed_through: np.datetime64 | None
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """
    Add the snapshot of a date to those that are kept.

    Parameters
    ----------
    last : mapping of str to DataFrame
        Result tables of the last refresh by contract name.
    today : Snapshot
        The new one.
    as_of : datetime64[D]
        Its date.
    closed_through : datetime64[D] or None
        Snapshots up to this date are final; one that was final before stays so.

    Returns
    -------
    dict of str to DataFrame
        Snapshots and Snapshot dates, by date.
    list of Finding
        A final snapshot that would be another one today.
    """
    customers, dates = kept_snapshots(last)
    day = pd.Timestamp(as_of)
    final = customers[(customers["as_of"] == day) & (customers["state"] == FINAL)]
    closed = bool(((dates["as_of"] == day) & (dates["state"] == FINAL)).any())
    differing = _differing(final, today.customers) if closed else 0
    # What is final for this date stays; a draft or what was restated before is found anew.
    customers, dates = (kept[(kept["as_of"] != day) | (kept["state"] == FINAL)] for kept in (customers, dates))
    if not closed or differing:
        state = RESTATED if closed else DRAFT
        facts = pd.DataFrame([{**today.facts, "as_of": day, "state": state}])
        customers = _joined(customers, today.customers.assign(as_of=day, state=state))
        dates = _joined(dates, facts)
    if closed_through is not None:
        limit = pd.Timestamp(closed_through)
        customers, dates = (
            kept.assign(state=kept["state"].mask((kept["state"] == DRAFT) & (kept["as_of"] <= limit), FINAL))
            for kept in (customers, dates)
        )
    tables = {
        table.name: kept.sort_values(["as_of", "state"], kind="stable", ignore_index=True)[[c.name for c in table]]
        for table, kept in ((SNAPSHOTS, customers), (SNAPSHOT_DATES, dates))
    }
    findings = [_restated(as_of, differing, final, today)] if differing else []
    return tables, [*findings, *_full(len(tables[SNAPSHOTS.name]))]


def _full(rows: int) -> list[Finding]:
    """Warn before the sheet has no rows left; which snapshots to part with is for people to say."""
    if rows <= ROOM:
        return []
    return [
        Finding(
            severity=Severity.WARNING,
            kind="snapshots fill the sheet",
            table=SNAPSHOTS.name,
            what=f"There are {rows:,} rows of snapshots; a sheet ends at {SHEET_ROWS:,}",
            mend="Delete the rows of drafts, or of dates that nothing is compared with any more, from both tables",
        )
    ]


def _joined(kept: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Put rows under each other; a frame without any would only spoil the kinds of the other's columns."""
    added = added.reindex(columns=kept.columns)
    return added if kept.empty else pd.concat([kept, added], ignore_index=True)


def _differing(final: pd.DataFrame, today: pd.DataFrame) -> int:
    """Count the customers of whom today's figures say something else than the final ones."""
    before, now = (frame.drop_duplicates("customer_id").set_index("customer_id") for frame in (final, today))
    everybody = before.index.union(now.index)
    differs = ~(everybody.isin(before.index) & everybody.isin(now.index))
    before, now = before.reindex(everybody), now.reindex(everybody)
    for name in COMPARED:
        if name == "segment":
            differs |= (before[name].fillna("") != now[name].fillna("")).to_numpy(dtype=bool)
            continue
        old, new = before[name].to_numpy(dtype=float), now[name].to_numpy(dtype=float)
        differs |= np.where(np.isnan(old) | np.isnan(new), np.isnan(old) != np.isnan(new), np.abs(old - new) >= CENT)
    return int(differs.sum())


def _restated(as_of: np.datetime64, differing: int, final: pd.DataFrame, today: Snapshot) -> Finding:
    before, now = (frame["value"].sum(skipna=False) for frame in (final, today.customers))
    worth_then, worth_now = (f"{value:,.2f}" if np.isfinite(value) else "not known" for value in (before, now))
    return Finding(
        severity=Severity.WARNING,
        kind="closed period changed",
        table=SNAPSHOT_DATES.name,
        column="as_of",
        what=f"The period to {as_of} is final, but today's figures differ for {differing:,} customers (base value "
        f"{worth_then} then, {worth_now} now); the final ones stay, and today's stand beside them as restated",
        mend="Find out which input was changed; accept the restatement, or put the input back",
        amounts=(float(now - before),) if np.isfinite(now - before) else (),
    )


def _days(dates: pd.Series) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
    return dates.to_numpy().astype("datetime64[D]")
