"""Where the money of all transactions went, so that nothing is dropped: known and unknown customers, and by time."""

import numpy as np
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.model.history import MICRO, Base, BoolArray, FloatArray, IntArray
from valuation.tables import RECONCILIATION, TableData

__all__ = ["negative_customers", "reconcile_transactions"]


def reconcile_transactions(base: Base, read: TableData | None) -> pd.DataFrame:
    """
    Split the money of all transactions.

    Parameters
    ----------
    base : Base
        The usable transactions.
    read : TableData or None
        The transactions as they were read, with the rows that cannot be used.

    Returns
    -------
    DataFrame
        Columns of the contract's Reconciliation; all = known + unknown customer + rows that cannot be used, and known
        customers are split twice: by kind of document and by time.
    """
    sales = base.transactions
    known = base.codes >= 0
    credit = (sales["type"] == "credit").to_numpy(dtype=bool)
    year, past = base.between(base.start, base.as_of), base.between(None, base.as_of)
    micros, who, usable = _all_rows(base, read)
    # Rows that cannot be used stand behind the usable ones.
    masks = {
        "Known customers": known,
        "  of which sales and adjustments": known & ~credit,
        "  of which credit notes": known & credit,
        "  of which in the twelve months": known & year,
        "  of which earlier": known & past & ~year,
        "  of which after the as-of date": known & ~past,
        "Unknown customer": ~known,
    }
    beyond = np.zeros(len(micros) - len(sales), dtype=bool)
    lines = {"All transactions": np.ones(len(micros), dtype=bool)}
    lines |= {line: np.concatenate((mask, beyond)) for line, mask in masks.items()}
    lines["Rows that cannot be used"] = ~usable
    rows = [
        {
            "line": line,
            "amount": float(micros[mask].sum() / MICRO),
            "documents": float(mask.sum()),
            "customers": float(_distinct(who[mask])),
        }
        for line, mask in lines.items()
    ]
    return pd.DataFrame(rows)[[column.name for column in RECONCILIATION]]


def _all_rows(base: Base, read: TableData | None) -> tuple[FloatArray, IntArray, BoolArray]:
    """Give amount in millionths, a number for the customer (-1 for none) and usability of every row that was filled."""
    sales = base.transactions
    amounts, ids, who = sales["net_amount"].to_numpy(dtype=float), sales["customer_id"], base.codes
    if read is not None and len(read.frame) > len(sales):
        left_out = read.filled.copy()
        left_out[sales["row"].to_numpy(dtype=np.int64) - 1] = False
        rest = read.frame.reindex(columns=["net_amount", "customer_id"])[left_out]
        amounts = np.append(amounts, rest["net_amount"].to_numpy(dtype=float))
        ids = pd.concat((ids, rest["customer_id"]))
        who = np.append(who, pd.Index(base.customers["customer_id"]).get_indexer(pd.Index(rest["customer_id"])))
    strangers = pd.factorize(ids[who < 0])[0]
    who = who.copy()
    who[who < 0] = np.where(strangers < 0, -1, strangers + len(base))
    micros = np.rint(amounts * MICRO)
    return np.where(np.isfinite(micros), micros, 0.0), who, np.arange(len(micros)) < len(sales)


def _distinct(who: IntArray) -> int:
    """Count the customers among numbers, -1 standing for none."""
    return int(np.count_nonzero(np.bincount(who[who >= 0])))


def negative_customers(base: Base) -> list[Finding]:
    """Find customers whose returns and credits are larger than their sales, over all transactions."""
    net = base.per_customer("net_amount", np.ones(len(base.transactions), dtype=bool))
    mask = net < 0
    if not mask.any():
        return []
    return [
        Finding(
            severity=Severity.WARNING,
            kind="negative net revenue",
            table="Customers",
            column="customer_id",
            rows=tuple(base.rows[mask].tolist()),
            what="Returns and credits are larger than sales; the customer is kept with its negative revenue",
            mend="Look whether the sales belong to another id, or to an earlier time",
            amounts=tuple(net[mask].tolist()),
        )
    ]
