"""Bridges of retained revenue over many periods at once, from the transactions."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray
from valuation.dates import dates, twelve_months_before
from valuation.errors import InputError
from valuation.metrics.retained import PARTS, RevenueBridge, bridge_of, line_sums, money_column
from valuation.metrics.transactions import read_log

__all__ = ["revenue_bridges"]

MOST_CELLS: Final = 40_000_000
"""Customers times dates that are in memory at a time."""


def revenue_bridges(
    transactions: pd.DataFrame,
    ends: npt.ArrayLike,
    *,
    months: int = 12,
    customers: pd.DataFrame | None = None,
    parents: pd.DataFrame | None = None,
    listed_only: bool = False,
) -> pd.DataFrame:
    """
    Bridges from the revenue of the months before last to that of the last months, at each of several dates.

    Parameters
    ----------
    transactions : DataFrame
        customer_id, date, net_amount, and optionally type and constant_amount (net_amount at the rates of the same
        period one year before). Rows without a customer are left out: nobody can be retained.
    ends : array_like of dates, shape (k,)
        Ends of the later spans, in the order of time. [date]
    months : int
        Length of both spans. [month]
    customers, parents, listed_only
        As in `three_metrics`; of the customers, first_purchase is used.

    Returns
    -------
    DataFrame
        One row for each end: end; the lines of `RevenueBridge`; net_retention, gross_retention (NaN where nobody paid
        before).

    Raises
    ------
    InputError
        As `three_metrics`; also if `ends` are not in order, or a constant amount is missing.
    DomainError
        If `months` is negative.

    Examples
    --------
    >>> log = pd.DataFrame(
    ...     {
    ...         "customer_id": ["A", "A", "B"],
    ...         "date": pd.to_datetime(["2024-05-01", "2025-05-01", "2025-06-01"]),
    ...         "net_amount": [100.0, 90.0, 30.0],
    ...     }
    ... )
    >>> found = revenue_bridges(log, np.array(["2025-12-31"], dtype="datetime64[D]")).loc[0]
    >>> print(found["contraction"], found["new"], found["net_retention"])
    -10.0 30.0 0.9
    """
    days = dates(ends, "ends")
    if days.ndim != 1 or not days.size or np.isnat(days).any() or (days[1:] <= days[:-1]).any():
        raise InputError("ends must be a column of dates, each after the one before")
    log, stated = read_log(transactions, days[-1], customers=customers, parents=parents, listed_only=listed_only)
    constant = log.micros
    if "constant_amount" in transactions:
        constant = money_column(transactions["constant_amount"], "constant_amount")
    first = stated.first.copy()
    np.minimum.at(first, log.codes[log.purchase], log.days[log.purchase])
    middle = twelve_months_before(days, months)
    spans = [d.astype(np.int64) for d in (twelve_months_before(middle, months), middle, days)]
    sums = np.zeros((days.size, len(PARTS) + 4))
    many = len(log.ids)
    block = max(MOST_CELLS // (3 * days.size), 1)
    for low in range(0, many, block):
        size = min(block, many - low)
        rows = np.flatnonzero((log.codes >= low) & (log.codes < low + size))
        until = _running_totals(log.codes[rows] - low, log.days[rows], spans, size)
        reported = until(log.micros[rows])
        at_constant = reported if constant is log.micros else until(constant[rows])
        for k, (old, mid, new) in enumerate(zip(*spans, strict=True)):
            before, after = (reported[b] - reported[a] for a, b in ((old, mid), (mid, new)))
            sums[k] += line_sums(before, after, at_constant[new] - at_constant[mid], first[low : low + size] > mid)
    bridges = [bridge_of(line) for line in sums]
    table = {name: [getattr(bridge, name) for bridge in bridges] for name in RevenueBridge.__dataclass_fields__}
    return pd.DataFrame(
        {
            "end": days.astype("datetime64[s]"),
            **table,
            "net_retention": [bridge.net_retention for bridge in bridges],
            "gross_retention": [bridge.gross_retention for bridge in bridges],
        }
    )


def _running_totals(
    codes: IntArray, days: IntArray, spans: list[IntArray], many: int
) -> Callable[[FloatArray], dict[int, FloatArray]]:
    """How amounts become each customer's total up to each day at which a span begins or ends."""
    cuts = np.unique(np.concatenate(spans))
    key = np.searchsorted(cuts, days) * many + codes

    def until(micros: FloatArray) -> dict[int, FloatArray]:
        totals = np.bincount(key, weights=micros, minlength=(cuts.size + 1) * many).reshape(-1, many)[:-1]
        np.cumsum(totals, axis=0, out=totals)
        return dict(zip(cuts.tolist(), totals, strict=True))

    return until
