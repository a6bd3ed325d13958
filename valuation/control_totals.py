"""
The extracts against their control totals: an extract that lacks rows gives results that look right.

Sums are those of the sheets as they stand, before anything is left out, converted or estimated.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from valuation.dates import twelve_months_before
from valuation.findings import Finding, Severity
from valuation.tables import CONTROL_TOTALS, INVOICES, LEDGER_POOLS, POOL_ITEM, TRANSACTIONS, TableData, complete_frame

__all__ = ["Extract", "control_findings", "extract_of"]

HALF_CENT = 0.005


class Extract(NamedTuple):
    """What a table holds: its total and its rows."""

    amount: float
    rows: int


def extract_of(item: str, tables: Mapping[str, TableData], *, as_of: np.datetime64, pool: str = "") -> Extract:
    """
    Add up what a control total is compared with.

    Parameters
    ----------
    item : str
        One of `CONTROL_ITEMS`, or `POOL_ITEM`.
    tables : mapping of str to TableData
        The input tables by contract name.
    as_of : datetime64
        End of the twelve months.
    pool : str
        Which ledger pool.

    Returns
    -------
    Extract
        Total in currency, and the number of rows with an amount.

    Examples
    --------
    >>> extract_of("invoices", {}, as_of=np.datetime64("2025-12-31"))
    Extract(amount=0.0, rows=0)
    """
    if item == POOL_ITEM:
        lines = complete_frame(tables.get(LEDGER_POOLS.name), LEDGER_POOLS, ["pool", "amount"])
        return _summed(lines["amount"], (lines["pool"].astype(object) == pool).to_numpy(dtype=bool))
    if "invoices" in item:
        bills = complete_frame(tables.get(INVOICES.name), INVOICES, ["amount", "invoice_date", "paid_date"])
        issued, paid = (_days(bills[name]) for name in ("invoice_date", "paid_date"))
        still = (issued <= as_of) & ~(paid <= as_of)
        return _summed(bills["amount"], still if item.startswith("open") else np.ones(len(bills), dtype=bool))
    sales = complete_frame(tables.get(TRANSACTIONS.name), TRANSACTIONS, ["date", "net_amount", "cogs"])
    days = _days(sales["date"])
    year = (days > twelve_months_before(as_of)) & (days <= as_of)
    amounts = sales["cogs" if item.startswith("cost") else "net_amount"]
    return _summed(amounts, year if item.endswith("months") else np.ones(len(sales), dtype=bool))


def _days(dates: "pd.Series[pd.Timestamp]") -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
    return dates.to_numpy().astype("datetime64[D]")


def _summed(amounts: "pd.Series[float]", mask: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Extract:
    chosen = amounts.to_numpy(dtype=float)[mask]
    chosen = chosen[np.isfinite(chosen)]
    return Extract(float(np.rint(chosen * 1e6).sum() / 1e6), int(chosen.size))


def control_findings(tables: Mapping[str, TableData], *, as_of: np.datetime64) -> Iterator[Finding]:
    """
    Find control totals that the extracts do not reach, that are of nothing, or that nobody else has reviewed.

    Parameters
    ----------
    tables : mapping of str to TableData
        The input tables by contract name, Control totals among them if there are any.
    as_of : datetime64
        End of the twelve months.

    Yields
    ------
    Finding
        Each with the rows of Control totals.
    """
    rows = complete_frame(tables.get(CONTROL_TOTALS.name), CONTROL_TOTALS)
    rows = rows[rows["item"].notna()]
    pools = set(complete_frame(tables.get(LEDGER_POOLS.name), LEDGER_POOLS, ["pool"])["pool"].dropna())
    strange: list[int] = []
    differing: dict[int, float] = {}
    alone: list[int] = []
    for place, row in zip(rows.index.tolist(), rows.to_dict("records"), strict=True):
        item, pool = str(row["item"]), "" if pd.isna(row["pool"]) else str(row["pool"])
        if (item == POOL_ITEM) != bool(pool) or (pool and pool not in pools):
            strange.append(place + 1)
            continue
        found = extract_of(item, tables, as_of=as_of, pool=pool)
        off = found.amount - float(row["amount"])
        if abs(off) > HALF_CENT or abs(found.rows - float(row["rows"])) > HALF_CENT:
            differing[place + 1] = 0.0 if np.isnan(off) else round(off, 6)
        if pd.notna(row["prepared_by"]) and row["prepared_by"] == row["reviewed_by"]:
            alone.append(place + 1)
    yield from _finding(
        strange,
        Severity.ERROR,
        "control total of nothing",
        "pool",
        "A control total of a ledger pool names one of Ledger pools, and no other control total names a pool",
        "Correct the item or the pool",
    )
    yield from _finding(
        list(differing),
        Severity.ERROR,
        "extract not complete",
        "amount",
        "The extract does not have the amount or the rows of its control total: some are missing, or too many",
        "Load the extract again, or correct the control total; Completeness shows the difference",
        tuple(differing.values()),
    )
    yield from _finding(
        alone,
        Severity.WARNING,
        "reviewed by who prepared it",
        "reviewed_by",
        "Who prepared the control total has reviewed it as well",
        "Have somebody else compare it with its source",
    )


def _finding(
    rows: list[int],
    severity: Severity,
    kind: str,
    column: str,
    what: str,
    mend: str,
    amounts: tuple[float, ...] = (),
) -> Iterator[Finding]:
    if rows:
        yield Finding(
            severity=severity,
            kind=kind,
            table=CONTROL_TOTALS.name,
            column=column,
            rows=tuple(rows),
            what=what,
            mend=mend,
            amounts=amounts,
        )
