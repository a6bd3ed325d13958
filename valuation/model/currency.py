"""Amounts in another currency are kept out, and listed with their money: sums of two currencies look right."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from valuation.findings import Finding, Severity
from valuation.settings import Settings
from valuation.tables import INVOICES, LEDGER_POOLS, TRANSACTIONS, TableData

__all__ = ["in_one_currency"]

AMOUNTS = {TRANSACTIONS.name: "net_amount", LEDGER_POOLS.name: "amount", INVOICES.name: "amount"}


def in_one_currency(tables: Mapping[str, TableData], settings: Settings) -> tuple[dict[str, TableData], list[Finding]]:
    """
    Take out the amounts of rows that name another currency than the reporting one.

    Without a reporting currency on Assumptions it is the commonest one of the table.
    """
    kept, findings = dict(tables), []
    for name, column in AMOUNTS.items():
        data = tables.get(name)
        if data is None or not data.has("currency", column):
            continue
        named = data.frame["currency"].str.strip().str.upper()
        reporting = settings.word("currency").strip().upper() or named.mode().iloc[0]
        foreign = (named.notna() & (named != reporting)).to_numpy(dtype=bool)
        if not foreign.any():
            continue
        amounts = data.frame[column].to_numpy(dtype=float)
        kept[name] = replace(data, frame=data.frame.assign(**{column: np.where(foreign, np.nan, amounts)}))
        findings.append(
            Finding(
                severity=Severity.ERROR,
                kind="another currency",
                table=name,
                column="currency",
                rows=tuple((np.flatnonzero(foreign) + 1).tolist()),
                what=f"The amount is not in {reporting}; it is left out, because a sum of two currencies means nothing",
                mend="Convert it, or set the reporting currency on Assumptions",
                amounts=tuple(np.nan_to_num(amounts[foreign]).tolist()),
            )
        )
    return kept, findings
