"""Where the table of customers and the transactions contradict each other."""

import numpy as np
import pandas as pd

from valuation.cost.amounts import IntArray
from valuation.metrics.transactions import NEVER, Log, Stated

__all__ = ["statement_faults"]

RULES = {
    "purchase before the first purchase": "there is a purchase before the stated first one; the earlier one counts",
    "end before the first purchase": "the contract ends before the first purchase; the end is not used",
    "purchase after the end": "there is a purchase after the end date; the customer counts as won back",
    "first purchase without a transaction": "a first purchase is stated, but there is no purchase",
}


def statement_faults(log: Log, stated: Stated, bought: IntArray) -> pd.DataFrame:
    """
    List what customers' rows and their transactions do not agree about.

    Parameters
    ----------
    log : Log
        The transactions.
    stated : Stated
        What the table of customers says.
    bought : ndarray of int, shape (m,)
        Day of the first purchase among the transactions.

    Returns
    -------
    DataFrame
        One line for each fault of each customer: row (of the table, from 1), fault, what.
    """
    latest = np.full(len(log.ids), -NEVER)
    np.maximum.at(latest, log.codes[log.purchase], log.days[log.purchase])
    first = np.minimum(bought, stated.first)
    covered = int(log.days.min()) if log.days.size else NEVER
    found = {
        "purchase before the first purchase": (stated.first < NEVER) & (bought < stated.first),
        "end before the first purchase": (first < NEVER) & (stated.end < first),
        "purchase after the end": (latest > stated.end) & (stated.end >= first),
        "first purchase without a transaction": (stated.first >= covered) & (stated.first < NEVER) & (bought == NEVER),
    }
    lines = [
        pd.DataFrame({"row": stated.row[mask], "fault": fault, "what": RULES[fault]}) for fault, mask in found.items()
    ]
    listed = pd.concat(lines, ignore_index=True)
    return listed[listed["row"] > 0].sort_values("row", kind="stable", ignore_index=True)
