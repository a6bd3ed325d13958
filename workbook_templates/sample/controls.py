"""What the sources of the extracts add up to: the Control totals table, which ties; one total is not reviewed yet."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from valuation.control_totals import extract_of
from valuation.tables import CONTROL_ITEMS, POOL_ITEM, TABLES, TableData
from workbook_templates.sample.draws import AS_OF, dates, day_of, texts

__all__ = ["control_totals_table"]

REVIEWED = dt.date(2026, 1, 14)
SOURCES = {
    "sales": "Billing system, list of documents 2023 to 2025",
    "sales of the twelve months": "General ledger, revenue accounts 400000 to 409000",
    "cost of sales": "Inventory system, cost of goods issued 2023 to 2025",
    "cost of sales of the twelve months": "General ledger, cost of goods accounts 500000 to 500900",
    "invoices": "Billing system, list of invoices 2024 and 2025",
    "open invoices": "Receivables ledger, open items at the year's end",
    POOL_ITEM: "Trial balance of the year, by cost pool",
}
NOT_REVIEWED = "open invoices"
"""The receivables ledger is still with the treasurer, so that the sheet has something to ask for."""


def control_totals_table(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Write the Control totals table from the finished extracts."""
    tables = {name: TableData(table=TABLES[name], frame=frame) for name, frame in frames.items() if name in USED}
    as_of = np.datetime64(AS_OF, "D")
    pools = list(dict.fromkeys(frames["Ledger pools"]["pool"]))
    wanted = [*((item, "") for item in CONTROL_ITEMS), *((POOL_ITEM, pool) for pool in pools)]
    found = [extract_of(item, tables, as_of=as_of, pool=pool) for item, pool in wanted]
    reviewed = np.array([item != NOT_REVIEWED for item, _ in wanted])
    return pd.DataFrame(
        {
            "item": texts([item for item, _ in wanted]),
            "pool": texts([pool or None for _, pool in wanted]),
            "amount": [extract.amount for extract in found],
            "rows": [float(extract.rows) for extract in found],
            "source": texts([SOURCES[item] for item, _ in wanted]),
            "prepared_by": texts(["Receivables clerk" if "invoices" in i else "Group accountant" for i, _ in wanted]),
            "reviewed_by": texts(["Head of controlling" if done else None for done in reviewed]),
            "date": dates(np.full(len(wanted), day_of(REVIEWED)), known=reviewed),
        }
    )


USED = ("Transactions", "Invoices", "Ledger pools")
