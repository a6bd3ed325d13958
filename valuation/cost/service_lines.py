"""Ledger lines of pools that serve other pools: passed on line by line, so that every account still adds up."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from valuation.cost.allocation import allocate_each
from valuation.cost.amounts import FloatArray, IntArray, numbers, refuse_rows
from valuation.cost.ledger import STAYS_UNALLOCATED, required_column, texts_of
from valuation.cost.services import ServiceMethod, allocate_services
from valuation.errors import DomainError, InputError

__all__ = ["ServiceShares", "pass_on", "service_shares"]

_TOLERANCE: Final = 1e-9  # of the sum of a pool's shares


class ServiceShares(NamedTuple):
    """Who serves whom: the pools that serve, those that are served only, and shares of shape (givers, all of them)."""

    givers: list[str]
    takers: list[str]
    shares: FloatArray


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
        If a column or a share is missing, or a service goes to a pool without lines that are shared out.

    Notes
    -----
    A line that names its customer, or stays with the company, is not passed on. A pool that receives cost treats it as
    it treats the largest part of its own. Step-down closes the pools in the order in which they appear in `services`.

    What a pool receives of another is that of `allocate_services`, to the cent; of each line it receives what the lines
    so far come to less what those before it came to, within two cents of the exact part.
    """
    givers, takers, shares = service_shares(services)
    if not givers:
        return lines
    shared = lines[(lines["code"] < 0) & ~lines["treatment"].isin(STAYS_UNALLOCATED)]
    leads = _leading(shared)
    to = texts_of(services["to_pool"])
    refuse_rows(~np.isin(to, [*leads, *givers]), to, InputError, "to_pool must be a pool with lines that are shared")
    totals = shared.groupby("pool")["cents"].sum().reindex(givers, fill_value=0).to_numpy(dtype=np.int64)
    among, final = shares[:, : len(givers)], shares[:, len(givers) :]
    costs = allocate_services(totals / 100.0, among, final, method=method)
    parts = [lines]
    for place, giver in enumerate(givers):
        passed = shared[shared["pool"] == giver]
        if passed.empty:
            continue
        parts.append(passed.assign(cents=-passed["cents"], origin=giver))
        received = _by_line(passed["cents"].to_numpy(dtype=np.int64), costs.absorption[place], costs.flow_units[place])
        for column, taker in enumerate(takers):
            if received[:, column].any():
                given = {name: passed[name].to_numpy() for name in ("gl_account", "period", "code")}
                parts.append(pd.DataFrame({**given, **leads[taker], "origin": giver, "cents": received[:, column]}))
    return pd.concat(parts, ignore_index=True)[list(lines.columns)]


def service_shares(services: pd.DataFrame) -> ServiceShares:
    """
    Read who serves whom, the pools in order of appearance.

    Parameters
    ----------
    services : DataFrame
        pool, to_pool, share [0..1]; the rows of a pool add up to 1.

    Raises
    ------
    DomainError
        If a share is outside 0..1, or those of a pool do not add up to 1.
    InputError
        If a column or a share is missing.
    """
    ends = [texts_of(required_column(services, name, "services")).tolist() for name in ("pool", "to_pool")]
    givers = list(dict.fromkeys(ends[0]))
    takers = [pool for pool in dict.fromkeys(ends[1]) if pool not in givers]
    share = numbers(required_column(services, "share", "services"), "share")
    refuse_rows(np.isnan(share), share, InputError, "share must be a number")
    refuse_rows((share < 0) | (share > 1), share, DomainError, "share must be in 0..1")
    place = {pool: number for number, pool in enumerate((*givers, *takers))}
    matrix = np.zeros((len(givers), len(place)))
    np.add.at(matrix, tuple([place[pool] for pool in end] for end in ends), share)
    for giver, total in zip(givers, matrix.sum(axis=1).tolist(), strict=True):
        if abs(total - 1) > _TOLERANCE:
            raise DomainError(f"the shares of pool {giver} must add up to 1, not {total:.12g}")
    return ServiceShares(givers, takers, matrix)


def _by_line(cents: IntArray, shares: FloatArray, whole: IntArray) -> IntArray:
    """What each line comes to, shape (lines, takers): its own part, and together the whole to the cent."""
    # Line by line alone, every cent of a thousand small lines would go to the largest taker.
    so_far = allocate_each(np.cumsum(cents), shares)
    so_far[-1] = whole
    return np.diff(so_far, axis=0, prepend=np.zeros((1, whole.size), np.int64))


INHERITED = ("pool", "family", "driver", "treatment", "share", "avoidable")


def _leading(shared: pd.DataFrame) -> dict[str, dict[str, object]]:
    """The words and shares of the largest part of each pool."""
    totals = shared.groupby(list(INHERITED), sort=False, dropna=False)["cents"].sum().abs().reset_index()
    largest = totals.sort_values("cents", ascending=False, kind="stable").drop_duplicates("pool")
    return {str(row["pool"]): {name: row[name] for name in INHERITED} for row in largest.to_dict("records")}
