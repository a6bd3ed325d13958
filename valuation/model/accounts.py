"""
Who pays and who belongs to whom: bill-to and parent of each customer on the as-of date.

Cost is caused by the ship-to, which is the customer; receivables are owed by the bill-to; value is summed up by parent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.model.history import Base
from valuation.settings import Settings
from valuation.tables import HIERARCHY, TableData, complete_frame

__all__ = ["Accounts", "accounts_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accounts:
    """
    The accounts of each customer, Series of shape (n,).

    Attributes
    ----------
    bill_to : Series of str
        Who pays.
    parent : Series of str
        What it belongs to.
    findings : list of Finding
        What Hierarchy says twice.
    """

    bill_to: pd.Series
    parent: pd.Series
    findings: list[Finding]


def accounts_of(base: Base, settings: Settings, tables: Mapping[str, TableData]) -> Accounts:
    """Find the accounts that hold on the as-of date; a customer without any pays and stands for itself."""
    ids = base.customers["customer_id"].reset_index(drop=True)
    rows, findings = _in_force(base.as_of, tables.get(HIERARCHY.name))
    bill_to, parent = (ids.map(rows[column]) for column in ("bill_to", "parent_id"))
    parent = parent.where(parent.notna(), base.customers["parent_id"].reset_index(drop=True))
    by_parent, by_bill_to = (
        settings.word("value_account") == "parent",
        settings.word("receivables_account") == "bill-to",
    )
    return Accounts(
        bill_to=bill_to.where(bill_to.notna(), ids) if by_bill_to else ids,
        parent=parent.where(parent.notna(), ids) if by_parent else ids,
        findings=findings,
    )


def _in_force(as_of: np.datetime64, data: TableData | None) -> tuple[pd.DataFrame, list[Finding]]:
    """Give the rows of Hierarchy that hold on the as-of date, by customer; of two the upper one, with a finding."""
    frame = complete_frame(data, HIERARCHY)
    start, end = (frame[name].to_numpy().astype("datetime64[D]") for name in ("valid_from", "valid_to"))
    holds = frame["customer_id"].notna().to_numpy() & ~(start > as_of) & ~(end < as_of)
    kept = frame[holds]
    twice = kept.duplicated("customer_id").to_numpy(dtype=bool)
    rows = tuple((np.flatnonzero(holds)[twice] + 1).tolist())
    return kept[~twice].set_index("customer_id"), _twice(rows)


def _twice(rows: tuple[int, ...]) -> list[Finding]:
    if not rows:
        return []
    return [
        Finding(
            severity=Severity.ERROR,
            kind="two accounts at once",
            table=HIERARCHY.name,
            column="customer_id",
            rows=rows,
            what="Another row holds for the same customer on the as-of date; this row is left out",
            mend="Correct valid_from and valid_to so that one row holds on any day",
        )
    ]
