"""Where the money of all transactions went, so that nothing is dropped: known and unknown customers, and by time."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.model.history import MICRO, Base
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
        Columns of the contract's Reconciliation; all = known + unknown customer + rows that cannot be used.
    """
    sales = base.transactions
    known = sales["code"].to_numpy() >= 0
    credit = (sales["type"] == "credit").to_numpy(dtype=bool)
    everything = np.ones(len(sales), dtype=bool)
    after = ~base.between(None, base.as_of)
    year = base.between(base.start, base.as_of)
    unusable = _unusable(read)
    lines = {
        "All transactions": (everything, unusable),
        "Known customers": (known, 0.0),
        "  of which sales and adjustments": (known & ~credit, 0.0),
        "  of which credit notes": (known & credit, 0.0),
        "  of which in the twelve months": (known & year, 0.0),
        "  of which earlier": (known & ~year & ~after, 0.0),
        "  of which after the as-of date": (known & after, 0.0),
        "Unknown customer": (~known, 0.0),
        "Rows that cannot be used": (~everything, unusable),
    }
    rows = [
        {"line": line, "amount": _sum(sales, mask) + extra, **_counts(sales, mask)}
        for line, (mask, extra) in lines.items()
    ]
    return pd.DataFrame(rows)[[column.name for column in RECONCILIATION]]


def _unusable(read: TableData | None) -> float:
    """Sum the money of rows without a usable date; a row without an amount has none to sum."""
    if read is None or not {"date", "net_amount"} <= set(read.frame):
        return 0.0
    amounts = read.frame["net_amount"].to_numpy(dtype=float)
    return float(np.nansum(np.rint(amounts * MICRO)[read.frame["date"].isna().to_numpy()]) / MICRO)


def _sum(sales: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> float:
    return float(np.rint(sales["net_amount"].to_numpy(dtype=float)[mask] * MICRO).sum() / MICRO)


def _counts(sales: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> dict[str, float]:
    chosen = sales[mask]
    return {"documents": float(len(chosen)), "customers": float(chosen["customer_id"].nunique())}


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
            rows=tuple((np.flatnonzero(mask) + 1).tolist()),
            what="Returns and credits are larger than sales; the customer is kept with its negative revenue",
            mend="Look whether the sales belong to another id, or to an earlier time",
            amounts=tuple(net[mask].tolist()),
        )
    ]
