"""
What is wrong with the input tables, as findings: all of it, with rows and money, and nothing raised.

Every check is a small function of the tables that gives findings; `check_inputs` runs them all. A fault never removes
money from the reconciliation: what cannot be given to a customer is counted as unknown.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.tables import NUMERIC_KINDS, Blank, Column, Fault, Kind, TableData

__all__ = ["check_inputs"]

Tables = Mapping[str, TableData]
BoolArray = npt.NDArray[np.bool_]

MISREAD = {
    Fault.TEXT: ("text in number", "Text stands where a number is wanted", "Type the number, without unit or spaces"),
    Fault.BOOLEAN: ("boolean in number", "TRUE or FALSE stands where a number is wanted", "Type the number"),
    Fault.ERROR: ("error cell", "The cell holds an error value", "Mend the formula that gives it"),
    Fault.DATE_AS_TEXT: ("date as text", "A date is typed as text, which reads differently in other countries",
                         "Enter it as a date (Data > Text to columns turns a whole column)"),
    Fault.DATE: ("date in number", "A date stands where a number is wanted", "Type the number; clear the date format"),
    Fault.NUMBER: ("number in date", "A number stands where a date is wanted", "Enter a date"),
    Fault.WORD: ("unknown word", "The word is not among the choices", "Pick one from the cell's list"),
}  # fmt: skip

CUSTOMER_TABLES = ("Drivers", "Invoices", "Issues", "Ideas", "Survey")


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
    for column in data.table:
        if column.required and column.name not in data.frame:
            yield Finding(
                severity=Severity.ERROR,
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
    for column in data.table:
        faults = data.faults.get(column.name)
        if faults is None or column.blank is Blank.ALLOWED:
            continue
        mask = (faults == Fault.BLANK) & data.filled
        if not mask.any() or (mask.all() and column.blank is not Blank.STOP):
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
        "A cell that is needed is blank; the row is left out",
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
        mask = (values < column.low) | (values > column.high)
        if mask.any():
            yield _range_finding(data, column, values, mask)


def _range_finding(data: TableData, column: Column, values: npt.NDArray[np.float64], mask: BoolArray) -> Finding:
    percent = column.kind is Kind.SHARE and bool(np.all((values[mask] > 1) & (values[mask] <= 100)))
    return Finding(
        severity=Severity.ERROR,
        kind="percent typed as whole number" if percent else "out of range",
        table=data.table.name,
        column=column.name,
        rows=_rows(mask),
        what=f"Must be from {column.low:g} to {column.high:g}; the first is {values[mask][0]:g}",
        mend="Type 80% or 0.8, not 80" if percent else "Correct the number",
    )


def _duplicate_keys(data: TableData) -> Iterator[Finding]:
    key = [name for name in data.table.key if name in data.frame]
    if not key:
        return
    named = data.frame[key].notna().any(axis=1)
    mask = named & data.frame.duplicated(key, keep="first")
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

DATES_IN_THE_PAST = {
    "Customers": "first_purchase",
    "Transactions": "date",
    "Invoices": "invoice_date",
    "Issues": "opened",
    "Referrals": "date",
}


def _after(data: TableData, as_of: np.datetime64) -> Iterator[Finding]:
    """Find rows dated after the as-of date."""
    column = DATES_IN_THE_PAST.get(data.table.name)
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
            what=f"Dated after the as-of date {as_of}; it is left out of the twelve months",
            mend="Correct the date, or move the as-of date on Assumptions",
            amounts=_money(data, mask),
        )


def _unknown_customers(tables: Tables) -> Iterator[Finding]:
    customers = tables.get("Customers")
    if customers is None or "customer_id" not in customers.frame:
        return
    known = set(customers.frame["customer_id"].dropna())
    transactions = tables.get("Transactions")
    if transactions is not None and "customer_id" in transactions.frame:
        ids = transactions.frame["customer_id"]
        amounts = transactions.frame.get("net_amount", pd.Series(0.0, index=ids.index))
        yield from _unknown(transactions, ids.isna() & amounts.notna(), "no customer", "The row has no customer id")
        yield from _unknown(
            transactions, ids.notna() & ~ids.isin(known), "unknown customer", "The customer is not on Customers"
        )
    for name in CUSTOMER_TABLES:
        other = tables.get(name)
        if other is not None and "customer_id" in other.frame:
            ids = other.frame["customer_id"]
            yield from _unknown(
                other, ids.notna() & ~ids.isin(known), "unknown customer", "The customer is not on Customers"
            )


def _unknown(data: TableData, mask: pd.Series, kind: str, what: str) -> Iterator[Finding]:
    if mask.any():
        yield Finding(
            severity=Severity.WARNING,
            kind=kind,
            table=data.table.name,
            column="customer_id",
            rows=_rows(mask),
            what=f"{what}; its money is kept apart as 'unknown customer'",
            mend="Add the customer, or correct the id",
            amounts=_money(data, mask),
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


def _retention_counts(tables: Tables) -> Iterator[Finding]:
    data = tables.get("Retention")
    if data is None or not {"renewed", "exposed"} <= set(data.frame):
        return
    mask = (data.frame["renewed"] > data.frame["exposed"]).to_numpy(dtype=bool)
    if mask.any():
        yield Finding(
            severity=Severity.ERROR,
            kind="more renewed than exposed",
            table="Retention",
            column="renewed",
            rows=_rows(mask),
            what="More customers stayed than could have left; the row is left out",
            mend="Correct the counts",
        )


def _empty_inputs(tables: Tables) -> Iterator[Finding]:
    customers = tables.get("Customers")
    if customers is not None and not customers.has("customer_id"):
        yield Finding(
            severity=Severity.ERROR,
            kind="no customers",
            table="Customers",
            what="The table has no customers, so there is nothing to value",
            mend="Enter customers, or import transactions (customer-value import)",
        )


RELATION_CHECKS: tuple[Callable[[Tables], Iterator[Finding]], ...] = (
    _empty_inputs,
    _unknown_customers,
    _odd_transactions,
    _retention_counts,
)
