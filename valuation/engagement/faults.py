"""What is wrong with edges, row by row, for whoever lists it and goes on without these rows."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.engagement.customers import read_customers
from valuation.engagement.edges import Edges, read_ideas, read_influence, read_referrals

__all__ = ["edge_faults"]


def edge_faults(
    ids: npt.ArrayLike,
    *,
    referrals: pd.DataFrame | None = None,
    influence: pd.DataFrame | None = None,
    ideas: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    All faults of referrals, influence and ideas.

    What is left without these rows is in order: rules about several rows (a cycle, shares of more than 1) look only at
    rows that are in order by themselves, and referral goes before influence.

    Parameters
    ----------
    ids : array_like, shape (n,)
        The customers, each once.
    referrals : DataFrame, optional
        As in `referral_value`.
    influence : DataFrame, optional
        As in `influence_value`.
    ideas : DataFrame, optional
        As in `knowledge_value`.

    Returns
    -------
    DataFrame
        One line for each fault of each row, by table and row: table (referrals, influence or ideas); row, from 1;
        fault (blank id, unknown customer, self-referral, self-influence, twice, cycle, referral and influence, missing
        number, out of range, shares over one or unknown word); what, the rule in words and what was given.

    Raises
    ------
    InputError
        If a column is missing or not of numbers, or an id of `ids` is blank or stands twice.

    Notes
    -----
    Influence without both values is unknown, which is no fault. On a person who is not in the base it is influence on
    a prospect.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"referrer_id": ["A", "B", "C"], "referred_id": ["B", "A", "D"], "type": 2, "acq_saving": 400.0}
    ... )
    >>> edge_faults(["A", "B", "C"], referrals=table)[["row", "fault"]].to_numpy().tolist()
    [[1, 'cycle'], [2, 'cycle'], [3, 'unknown customer']]
    """
    customers = read_customers(ids, referrals, influence, ideas)
    referred = read_referrals(referrals, customers)
    influenced = read_influence(influence, customers, referred)
    return _listed([referred, influenced, read_ideas(ideas, customers)])


def _listed(tables: Iterable[Edges]) -> pd.DataFrame:
    """One line for each fault of each row."""
    lines = [
        pd.DataFrame({"table": edges.name, "row": problem.rows + 1, "fault": problem.fault, "what": problem.words()})
        for edges in tables
        for problem in edges.problems
    ]
    if not lines:
        return pd.DataFrame({"table": [], "row": np.empty(0, dtype=np.int64), "fault": [], "what": []})
    found = pd.concat(lines, ignore_index=True)
    order = {"referrals": 0, "influence": 1, "ideas": 2}
    places = found.assign(place=found["table"].map(order)).sort_values(["place", "row"], kind="stable")
    return places.drop(columns="place").reset_index(drop=True)
