"""
What is wrong with the input tables, as findings: all of it, with rows and money, and nothing raised.

Every check is a small function of the tables that gives findings; `check_inputs` runs them all. A fault never removes
money from the reconciliation: what cannot be given to a customer is counted as unknown.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.control_totals import control_findings
from valuation.dates import twelve_months_before
from valuation.findings import Finding, Severity
from valuation.tables import NUMERIC_KINDS, Blank, Column, Fault, Kind, TableData

__all__ = ["PAST_DATES", "check_inputs"]

Tables = Mapping[str, TableData]
BoolArray = npt.NDArray[np.bool_]

MISREAD = {
    Fault.TEXT: ("text in number", "Text stands where a number is wanted", "Type the number, without unit or spaces"),
    Fault.BOOLEAN: (
        "boolean in number",
        "TRUE or FALSE stands where a number, a date or an id is wanted",
        "Type what is meant",
    ),
    Fault.ERROR: ("error cell", "The cell holds an error value", "Mend the formula that gives it"),
    Fault.DATE_AS_TEXT: (
        "date as text",
        "A date is typed as text, which reads differently in other countries",
        "Enter it as a date (Data > Text to columns turns a whole column)",
    ),
    Fault.DATE: (
        "date in number",
        "A date stands where a number or an id is wanted",
        "Type it anew, and clear the date format",
    ),
    Fault.NUMBER: ("number in date", "A number stands where a date is wanted", "Enter a date"),
    Fault.WORD: (
        "unknown word",
        "The word is not among the choices",
        "Pick one from the cell's list; a flag is 1 or 0",
    ),
}

PAST_DATES = {
    "Customers": "first_purchase",
    "Transactions": "date",
    "Invoices": "invoice_date",
    "Issues": "opened",
    "Referrals": "date",
}
"""Table to the column whose dates cannot lie after the as-of date."""


def check_inputs(tables: Tables, *, as_of: np.datetime64) -> list[Finding]:
    """
    Find what is wrong with the input tables.

    Parameters
    ----------
    tables : mapping of str to TableData
        By contract name; those that are missing are not checked.
    as_of : datetime64
        As-of date: what is dated later is a finding.

    Returns
    -------
    list of Finding
        The gravest first, then in the order of the tables.
    """
    findings: list[Finding] = []
    for data in tables.values():
        for check in TABLE_CHECKS:
            findings.extend(check(data))
        findings.extend(_after(data, as_of))
    for relation in RELATION_CHECKS:
        findings.extend(relation(tables))
    findings.extend(_nothing_recent(tables, as_of))
    findings.extend(control_findings(tables, as_of=as_of))
    return sorted(findings, key=lambda finding: -finding.severity)


def _rows(mask: BoolArray | pd.Series) -> tuple[int, ...]:
    """Turn a mask over the rows into row numbers counted from 1."""
    return tuple((np.flatnonzero(np.asarray(mask, dtype=bool)) + 1).tolist())


def _money(data: TableData, mask: BoolArray | pd.Series, column: str = "net_amount") -> tuple[float, ...]:
    """Give the money in the masked rows, if the table has such a column."""
    if column not in data.frame:
        return ()
    amounts = data.frame[column].to_numpy(dtype=float)[np.asarray(mask, dtype=bool)]
    return tuple(np.nan_to_num(amounts).tolist())


def _missing_columns(data: TableData) -> Iterator[Finding]:
    """Find columns that the table must have; without one whose blanks are allowed, values stand all the same."""
    for column in data.table:
        if column.required and column.name not in data.frame:
            yield Finding(
                severity=Severity.ERROR if column.blank is Blank.STOP else Severity.WARNING,
                kind="column missing",
                table=data.table.name,
                column=column.name,
                what=f"The table has no column '{column.title}'",
                mend=f"Add a column with this heading: {column.help}",
            )


def _misread_cells(data: TableData) -> Iterator[Finding]:
    for name, faults in data.faults.items():
        for fault, (kind, what, mend) in MISREAD.items():
            mask = faults == fault
            if mask.any():
                yield Finding(
                    severity=Severity.ERROR,
                    kind=kind,
                    table=data.table.name,
                    column=name,
                    rows=_rows(mask),
                    what=what,
                    mend=mend,
                )


def _blanks(data: TableData) -> Iterator[Finding]:
    filled = data.filled if data.faults else None
    for column in data.table:
        faults = data.faults.get(column.name)
        if faults is None or filled is None or column.blank is Blank.ALLOWED:
            continue
        mask = (faults == Fault.BLANK) & filled
        # A column that nobody fills in is no oversight.
        if not mask.any() or (mask.sum() == filled.sum() and column.blank is not Blank.STOP):
            continue
        severity, what, mend = BLANK_POLICIES[column.blank]
        yield Finding(
            severity=severity,
            kind="blank",
            table=data.table.name,
            column=column.name,
            rows=_rows(mask),
            what=what,
            mend=mend,
        )


BLANK_POLICIES = {
    Blank.STOP: (
        Severity.ERROR,
        "A cell that is needed is blank; the row is left out wherever it is needed",
        "Fill it in, or delete the row",
    ),
    Blank.ZERO: (Severity.NOTE, "Blank cells count as nought", "Nothing, if that is what they mean"),
    Blank.ESTIMATE: (Severity.NOTE, "Blank cells are filled in from other data", "Nothing, or fill them in yourself"),
}


def _out_of_range(data: TableData) -> Iterator[Finding]:
    for column in data.table:
        if column.kind not in NUMERIC_KINDS or column.name not in data.frame:
            continue
        values = data.frame[column.name].to_numpy(dtype=float)
        outside = (values < column.low) | (values > column.high) | np.isinf(values)
        percent = outside & (column.kind is Kind.SHARE) & (values > 1) & (values <= 100)
        yield from _range_finding(
            data, column, values, percent, "percent typed as whole number", "Type 80% or 0.8, not 80"
        )
        yield from _range_finding(data, column, values, outside & ~percent, "out of range", "Correct the number")


def _range_finding(
    data: TableData, column: Column, values: npt.NDArray[np.float64], mask: BoolArray, kind: str, mend: str
) -> Iterator[Finding]:
    if not mask.any():
        return
    if np.isfinite(column.low) and np.isfinite(column.high):
        rule = f"from {column.low:g} to {column.high:g}"
    else:
        rule = f"{column.low:g} or more" if np.isfinite(column.low) else "a finite number"
    yield Finding(
        severity=Severity.ERROR,
        kind=kind,
        table=data.table.name,
        column=column.name,
        rows=_rows(mask),
        what=f"Must be {rule}; the first is {values[mask][0]:g}",
        mend=mend,
    )


def _duplicate_keys(data: TableData) -> Iterator[Finding]:
    key = [name for name in data.table.key if name in data.frame]
    if not key or data.table.name == "Assumptions":  # whose rows `valuation.settings` reads one by one
        return
    columns = data.frame[key]
    named = columns.notna().all(axis=1).to_numpy(dtype=bool)
    if data.table.name == "Retention":
        # A customer's row is the customer's, whatever its segment; one with neither is everybody's.
        columns = columns.reindex(columns=list(data.table.key))
        columns = columns.assign(segment=columns["segment"].where(columns["customer_id"].isna()))
        named = data.filled
    mask = named & columns.duplicated(keep="first").to_numpy(dtype=bool)
    if mask.any():
        titles = " and ".join(data.table[k].title.lower() for k in key)
        yield Finding(
            severity=Severity.ERROR,
            kind="duplicate",
            table=data.table.name,
            column=key[0],
            rows=_rows(mask),
            what=f"The same {titles} stands further up; this row is left out",
            mend="Keep one of the rows",
        )


TABLE_CHECKS: tuple[Callable[[TableData], Iterator[Finding]], ...] = (
    _missing_columns,
    _misread_cells,
    _blanks,
    _out_of_range,
    _duplicate_keys,
)


def _after(data: TableData, as_of: np.datetime64) -> Iterator[Finding]:
    """Find rows dated after the as-of date."""
    column = PAST_DATES.get(data.table.name)
    if column is None or column not in data.frame:
        return
    mask = data.frame[column].to_numpy() >= (as_of + np.timedelta64(1, "D"))
    if mask.any():
        yield Finding(
            severity=Severity.ERROR,
            kind="future date",
            table=data.table.name,
            column=column,
            rows=_rows(mask),
            what=f"Dated after the as-of date {as_of}; it has not happened yet",
            mend="Correct the date, or move the as-of date on Assumptions",
            amounts=_money(data, mask),
        )


class _Reference(NamedTuple):
    """A column that names customers or segments, in the rows of one scope or in all."""

    table: str
    column: str
    to: str
    effect: str
    scope: str = ""


REFERENCES = (
    _Reference("Transactions", "customer_id", "customer_id", "its money is kept apart as 'unknown customer'"),
    _Reference("Drivers", "customer_id", "customer_id", "its cost is kept apart as 'unknown customer'"),
    _Reference("Ledger pools", "customer_id", "customer_id", "its cost is kept apart as 'unknown customer'"),
    _Reference("Retention", "customer_id", "customer_id", "the row has no effect"),
    _Reference("Retention", "segment", "segment", "the row has no effect"),
    _Reference("Assumptions", "applies_to", "customer_id", "the row has no effect", scope="customer"),
    _Reference("Assumptions", "applies_to", "segment", "the row has no effect", scope="segment"),
    _Reference("Invoices", "customer_id", "customer_id", "the row is left out"),
    _Reference("Issues", "customer_id", "customer_id", "the issue comes last in the queue and is nobody's voice"),
    _Reference("Ideas", "customer_id", "customer_id", "the row is left out"),
    _Reference("Survey", "customer_id", "customer_id", "the row is left out"),
)


def _unknown_references(tables: Tables) -> Iterator[Finding]:
    """Find ids and segments that are not on Customers; without any customers, that alone is the finding."""
    customers = tables.get("Customers")
    if customers is None or not customers.has("customer_id"):
        return
    transactions = tables.get("Transactions")
    if transactions is not None and "customer_id" in transactions.frame:
        yield from _without_customer(transactions)
    for reference in REFERENCES:
        data = tables.get(reference.table)
        if data is None or reference.column not in data.frame:
            continue
        named = data.frame[reference.column]
        mask = named.notna().to_numpy(dtype=bool)
        if reference.scope:
            mask = mask & (data.frame.reindex(columns=["scope"])["scope"] == reference.scope).to_numpy(dtype=bool)
        known = customers.frame.reindex(columns=[reference.to])[reference.to].dropna().unique()
        mask = mask & (pd.Index(known).get_indexer(pd.Index(named)) < 0)
        if mask.any():
            what = "customer" if reference.to == "customer_id" else "segment"
            yield Finding(
                severity=Severity.WARNING,
                kind=f"unknown {what}",
                table=data.table.name,
                column=reference.column,
                rows=_rows(mask),
                what=f"The {what} is not on Customers; {reference.effect}",
                mend="Add it on Customers, or correct it here",
                amounts=_money(data, mask),
            )


def _without_customer(transactions: TableData) -> Iterator[Finding]:
    ids, faults = transactions.frame["customer_id"], transactions.faults.get("customer_id")
    amounts = transactions.frame.reindex(columns=["net_amount"])["net_amount"]
    mask = (ids.isna() & amounts.notna()).to_numpy(dtype=bool)
    if faults is not None:
        mask = mask & (faults <= Fault.BLANK)  # a misread id is a finding of its own
    if mask.any():
        yield Finding(
            severity=Severity.WARNING,
            kind="no customer",
            table="Transactions",
            column="customer_id",
            rows=_rows(mask),
            what="The row has no customer id; its money is kept apart as 'unknown customer'",
            mend="Add the id, if it is known",
            amounts=_money(transactions, mask),
        )


def _odd_transactions(tables: Tables) -> Iterator[Finding]:
    """Find what is legitimate but should be seen: zero prices, repeated lines, bad-debt and other adjustments."""
    data = tables.get("Transactions")
    if data is None or "net_amount" not in data.frame:
        return
    frame = data.frame
    for column, kind, what, amount in ODD_LINES:
        if column in frame:
            yield from _odd(data, frame[column].fillna(0) > 0, kind, column, what, amount)
    if "type" in frame:
        mask = (frame["type"] == "adjustment").to_numpy(dtype=bool)
        yield from _odd(
            data,
            mask,
            "adjustment",
            "type",
            "Neither sale nor credit note, such as a bad-debt entry; it counts",
            "net_amount",
        )
    if {"gross_amount", "net_amount"} <= set(frame):
        parts = frame.reindex(columns=["discount", "returns"]).fillna(0).sum(axis=1)
        mask = ((frame["gross_amount"] - parts - frame["net_amount"]).abs() > AMOUNT_TOLERANCE).to_numpy(dtype=bool)
        if mask.any():
            yield Finding(
                severity=Severity.ERROR,
                kind="amounts do not tie",
                table="Transactions",
                column="net_amount",
                rows=_rows(mask),
                what="Gross amount less discount and returns is not the net amount; the net amount counts",
                mend="Correct the amounts",
                amounts=_money(data, mask),
            )


ODD_LINES = (
    ("zero_price_lines", "zero price", "Has lines at price nought; they are kept", "net_amount"),
    (
        "duplicate_lines",
        "repeated lines",
        "Has lines that repeat another one to the letter; they are kept and count",
        "duplicate_amount",
    ),
)
AMOUNT_TOLERANCE = 0.005


def _odd(
    data: TableData, mask: BoolArray | pd.Series, kind: str, column: str, what: str, amount: str
) -> Iterator[Finding]:
    if np.asarray(mask).any():
        yield Finding(
            severity=Severity.NOTE,
            kind=kind,
            table=data.table.name,
            column=column,
            rows=_rows(mask),
            what=what,
            mend="Nothing, if it is right",
            amounts=_money(data, mask, amount),
        )


def _retention_evidence(tables: Tables) -> Iterator[Finding]:
    """Find rows of Retention that say nothing, or something that cannot be."""
    data = tables.get("Retention")
    if data is None:
        return
    rows = data.frame.reindex(columns=["renewed", "exposed", "probability"])
    impossible = (rows["renewed"] > rows["exposed"]).to_numpy(dtype=bool)
    counted = rows["renewed"].notna() & (rows["exposed"] > 0)
    nothing = data.filled & ~(counted | rows["probability"].notna()).to_numpy(dtype=bool) & ~impossible
    for mask, severity, kind, what in (
        (impossible, Severity.ERROR, "more renewed than exposed", "More customers stayed than could have left"),
        (nothing, Severity.WARNING, "retention without evidence", "Neither a chance nor counts above nought"),
    ):
        if mask.any():
            yield Finding(
                severity=severity,
                kind=kind,
                table="Retention",
                column="renewed",
                rows=_rows(mask),
                what=f"{what}; the row has no effect",
                mend="Correct the counts, or enter the chance to stay",
            )


def _empty_inputs(tables: Tables) -> Iterator[Finding]:
    """Find what is missing altogether."""
    customers, transactions = tables.get("Customers"), tables.get("Transactions")
    if customers is None or not customers.has("customer_id"):
        yield Finding(
            severity=Severity.ERROR,
            kind="no customers",
            table="Customers",
            what="The table has no customers, so there is nothing to value",
            mend="Enter customers, or import transactions (customer-value import)",
        )
    elif not (
        (transactions is not None and transactions.has("date", "net_amount"))
        or customers.has("annual_revenue")
        or customers.has("annual_margin")
    ):
        yield Finding(
            severity=Severity.ERROR,
            kind="no revenue",
            table="Transactions",
            what="There are neither transactions nor typed yearly revenues or margins: every P&L shows cost alone",
            mend="Enter or import transactions, or type annual_revenue and annual_margin on Customers",
        )


def _nothing_recent(tables: Tables, as_of: np.datetime64) -> Iterator[Finding]:
    """Find an as-of date for which the transactions are out of date: every customer would look lost."""
    data = tables.get("Transactions")
    if data is None or not data.has("date"):
        return
    days = data.frame["date"].to_numpy().astype("datetime64[D]")
    if not ((days > twelve_months_before(as_of)) & (days <= as_of)).any():
        yield Finding(
            severity=Severity.WARNING,
            kind="no recent transactions",
            table="Transactions",
            column="date",
            what=f"There is no transaction in the twelve months to the as-of date {as_of}",
            mend="Correct the as-of date on Assumptions, or add the missing transactions",
        )


RELATION_CHECKS: tuple[Callable[[Tables], Iterator[Finding]], ...] = (
    _empty_inputs,
    _unknown_references,
    _odd_transactions,
    _retention_evidence,
)
