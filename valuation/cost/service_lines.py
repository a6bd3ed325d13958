"""Ledger lines of pools that serve other pools: passed on line by line, so that every account still adds up."""

import numpy as np
import pandas as pd

from valuation.cost.allocation import allocate_units
from valuation.cost.amounts import numbers, refuse_rows
from valuation.cost.ledger import STAYS_UNALLOCATED, texts_of
from valuation.cost.services import ServiceMethod, service_costs
from valuation.errors import InputError

__all__ = ["pass_on", "service_pools"]


def service_pools(services: pd.DataFrame) -> list[str]:
    """The pools that serve others, in order of appearance."""
    return list(dict.fromkeys(texts_of(services["pool"]).tolist()))


def pass_on(lines: pd.DataFrame, services: pd.DataFrame, *, method: ServiceMethod) -> pd.DataFrame:
    """
    Pass the cost of service pools on to the pools that they serve.

    Parameters
    ----------
    lines : DataFrame
        Ledger lines as `valuation.cost.ledger.Ledger` holds them.
    services : DataFrame
        pool, to_pool, share [0..1].
    method : {"reciprocal", "step-down", "direct"}
        What happens to services among service pools.

    Returns
    -------
    DataFrame
        The lines, and for every line that was passed on one that takes its cents out of its pool and one for each pool
        that receives a part; their `origin` is the service pool. Nothing is lost: the new lines add up to 0.

    Raises
    ------
    DomainError
        If shares are outside 0..1 or do not add up to 1, or the services have no solution.
    InputError
        If a service goes to a pool without lines that are shared out.

    Notes
    -----
    A line that names its customer, or stays with the company, is not passed on. A pool that receives cost treats it as
    it treats the largest part of its own.
    """
    givers = service_pools(services)
    to = texts_of(services["to_pool"])
    takers = [pool for pool in dict.fromkeys(to.tolist()) if pool not in givers]
    shared = lines[(lines["code"] < 0) & ~lines["treatment"].isin(STAYS_UNALLOCATED)]
    leads = _leading(shared)
    refuse_rows(~np.isin(to, [*leads, *givers]), to, InputError, "to_pool must be a pool with lines that are shared")
    order = {pool: place for place, pool in enumerate((*givers, *takers))}
    matrix = np.zeros((len(order), len(order)))
    quantities = numbers(services["share"], "share")
    np.add.at(matrix, ([order[pool] for pool in texts_of(services["pool"])], [order[pool] for pool in to]), quantities)
    shares = service_costs(np.zeros(len(order)), matrix, method=method).absorption
    parts = [lines]
    for place, giver in enumerate(givers):
        passed = shared[shared["pool"] == giver]
        if passed.empty:
            continue
        parts.append(passed.assign(cents=-passed["cents"], origin=giver))
        received = np.array([allocate_units(cents, shares[place]) for cents in passed["cents"].tolist()])
        for column, taker in enumerate(takers):
            if received[:, column].any():
                given = {name: passed[name].to_numpy() for name in ("gl_account", "period", "code")}
                parts.append(pd.DataFrame({**given, **leads[taker], "origin": giver, "cents": received[:, column]}))
    return pd.concat(parts, ignore_index=True)[list(lines.columns)]


INHERITED = ("pool", "family", "driver", "treatment", "share", "avoidable")


def _leading(shared: pd.DataFrame) -> dict[str, dict[str, object]]:
    """The words and shares of the largest part of each pool."""
    totals = shared.groupby(list(INHERITED), sort=False, dropna=False)["cents"].sum().abs().reset_index()
    largest = totals.sort_values("cents", ascending=False, kind="stable").drop_duplicates("pool")
    return {str(row["pool"]): {name: row[name] for name in INHERITED} for row in largest.to_dict("records")}
