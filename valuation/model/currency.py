"""
Amounts in another currency: converted at the average rate of their period where FX has one, else kept out.

What cannot be converted is listed with its money, because sums of two currencies look right.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.metrics import Converted, converted
from valuation.model.history import BoolArray, FloatArray
from valuation.model.periods import fiscal_periods
from valuation.settings import Settings
from valuation.tables import FX, INVOICES, LEDGER_POOLS, TABLES, TRANSACTIONS, Kind, TableData, complete_frame

__all__ = ["CONSTANT", "in_one_currency"]

AMOUNTS: Final = {
    TRANSACTIONS.name: ("net_amount", "date"),
    LEDGER_POOLS.name: ("amount", "period"),
    INVOICES.name: ("amount", "invoice_date"),
}
"""Table with amounts in several currencies to the one that counts, and the date whose rate holds."""
CONSTANT: Final = "constant_amount"
"""Column that Transactions get where some were converted: the net amount at the rates of a year before."""


def in_one_currency(tables: Mapping[str, TableData], settings: Settings) -> tuple[dict[str, TableData], list[Finding]]:
    """
    Bring all amounts into the reporting currency; take out those that have no rate.

    Without a reporting currency on Assumptions it is the commonest one of the table.
    """
    kept, findings = dict(tables), []
    for name, (column, day) in AMOUNTS.items():
        data = tables.get(name)
        if data is None or not data.has("currency", column):
            continue
        named = data.frame["currency"].str.strip().str.upper()
        reporting = settings.word("currency").strip().upper() or named.mode().iloc[0]
        foreign = (named.notna() & (named != reporting)).to_numpy(dtype=bool)
        if not foreign.any():
            continue
        rates, faults = _rates(data, day, reporting, settings, tables)
        findings += faults
        amounts = data.frame[column].to_numpy(dtype=float)
        without = foreign if rates is None else foreign & np.isnan(rates.reported)
        kept[name] = _converted(data, column, foreign, without, rates)
        if (foreign & ~without).any():
            findings.append(_noted(name, foreign & ~without, reporting))
        if without.any():
            findings.append(_left_out(name, without, amounts, reporting))
    return kept, list(dict.fromkeys(findings))


def _rates(
    data: TableData, day: str, reporting: str, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[Converted | None, list[Finding]]:
    """Find the rate of each row, and the one of a year before; None where FX says nothing that can be used."""
    rates = complete_frame(tables.get(FX.name), FX)
    rates = rates[rates["currency"].notna() & rates["period_end"].notna() & rates["average_rate"].notna()]
    dated = data.frame[day].dropna() if data.has(day) else pd.Series(dtype="datetime64[s]")
    if rates.empty or dated.empty:
        return None, []
    first, last = (np.datetime64(moment, "D") for moment in (dated.min(), dated.max()))
    periods, findings = fiscal_periods(first, last, settings, tables)
    rates, faults = _usable_rates(rates, periods, reporting)
    found = converted(
        np.ones(len(data.frame)),
        data.frame["currency"],
        data.frame[day],
        rates.rename(columns={"period_end": "end"})[["currency", "end", "average_rate"]],
        periods,
        reporting=reporting,
    )
    return found, [*findings, *faults]


def _usable_rates(rates: pd.DataFrame, periods: pd.DataFrame, reporting: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Leave out rates that cannot be true, and name their rows."""
    rates = rates.assign(currency=rates["currency"].str.strip().str.upper())
    starts, ends = (periods[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    days = rates["period_end"].to_numpy().astype("datetime64[D]")
    place = np.minimum(np.searchsorted(ends, days), len(ends) - 1)
    outside = (days < starts[place]) | (days > ends[place])
    possible = ((rates["average_rate"] > 0) & np.isfinite(rates["average_rate"])).to_numpy(dtype=bool)
    home = (rates["currency"] == reporting).to_numpy(dtype=bool)
    again = rates.assign(place=place)[possible & ~outside].duplicated(["currency", "place"])
    twice = again.reindex(rates.index, fill_value=False).to_numpy(dtype=bool)
    findings = [
        Finding(
            severity=Severity.ERROR,
            kind="rate that cannot be used",
            table=FX.name,
            column="average_rate",
            rows=tuple((rates.index[rows] + 1).tolist()),
            what=what,
            mend="Correct the row, or delete it",
        )
        for rows, what in (
            (~possible, "The rate is not above 0; it is left out"),
            (
                possible & home & (rates["average_rate"] != 1).to_numpy(dtype=bool),
                f"{reporting} is the reporting currency, whose rate is 1",
            ),
            (twice & ~home, "The currency has another rate in the same period; the upper one counts"),
        )
        if rows.any()
    ]
    return rates[possible & ~home & ~twice & ~outside], findings


def _converted(
    data: TableData, column: str, foreign: BoolArray, without: BoolArray, rates: Converted | None
) -> TableData:
    """Convert every amount of the rows, so that they still tie to each other."""
    frame = data.frame
    if rates is None:
        return replace(data, frame=frame.assign(**{column: frame[column].mask(without)}))
    rate = np.where(foreign, rates.reported, 1.0)
    money = [each.name for each in TABLES[data.table.name] if each.kind is Kind.MONEY and each.name in frame]
    changed = {name: frame[name].to_numpy(dtype=float) * rate for name in money}
    if data.table is TRANSACTIONS:
        before = np.where(np.isnan(rates.constant_currency), rates.reported, rates.constant_currency)
        changed[CONSTANT] = frame[column].to_numpy(dtype=float) * np.where(foreign, before, 1.0)
    return replace(data, frame=frame.assign(**changed))


def _noted(table: str, rows: BoolArray, reporting: str) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        kind="converted",
        table=table,
        column="currency",
        what=f"{int(rows.sum()):,} amounts were converted to {reporting} at the average rate of their period",
        mend="Nothing; the rates are on FX",
    )


def _left_out(table: str, rows: BoolArray, amounts: FloatArray, reporting: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind="another currency",
        table=table,
        column="currency",
        rows=tuple((np.flatnonzero(rows) + 1).tolist()),
        what=f"The amount is not in {reporting} and FX has no rate for it; it is left out, because a sum of two "
        "currencies means nothing",
        mend="Give the rate of its period on FX, convert it, or set the reporting currency on Assumptions",
        amounts=tuple(np.nan_to_num(amounts[rows]).tolist()),
    )
