"""
The additive view: what customers do for others, counted so that all together are worth what the base is worth.

Adding referral, influence and knowledge value to lifetime value counts much of it twice, because a referred customer's
margin is in its own lifetime value too. Six rules prevent that, and the code keeps them:

1. The total of the overlapping values has a name of its own (`valuation.engagement.total`); it is no value of the base.
2. A referred customer in the base is valued once: part of its value moves to the referrer, and moves sum to zero.
3. Acquisition savings of customers who have come are past: they count nothing.
4. Influence on prospects counts only where the value of the base does not contain those future customers.
5. An idea counts nothing where the plan lifts everybody's margin for it already.
6. An edge is referral or influence, and shares into one customer add up to at most 1.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, IntArray, numbers
from valuation.engagement.attributed import sum_by_customer
from valuation.engagement.customers import Customers, read_customers
from valuation.engagement.edges import Edges, read_ideas, read_influence, read_referrals, refuse_problems
from valuation.engagement.influence import influence_worth
from valuation.engagement.knowledge import knowledge_worth
from valuation.errors import DomainError, InputError
from valuation.lifetime.conventions import FINITE, single

__all__ = ["AdditiveValue", "additive_of", "additive_value", "lifetime_column"]

_NOISE: Final = 1e-9  # of all amounts that are added up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdditiveValue:
    """
    Values that add up to the value of the base and what lies outside it; NaN for a customer without lifetime value.

    Attributes
    ----------
    lifetime_value : ndarray, shape (n,)
        As given. [currency]
    moved : ndarray, shape (n,)
        What came from customers referred or influenced, less what went to those who did that; sums to 0. [currency]
    outside_value : ndarray, shape (n,)
        Ideas that are not in the plan, and influence on prospects. [currency]
    value : ndarray, shape (n,)
        The sum of the three. [currency]
    equity : float
        Sum of the lifetime values: the static value of the base. [currency]
    outside : float
        Sum of the values outside it. [currency]
    total : float
        Sum of the values. [currency]
    difference : float
        Total less equity less outside: rounding alone. [currency]
    prospect_edges : int
        Number of influences on somebody who is not in the base.
    not_counted : int
        Number of rows that count nothing because a lifetime value or the effect of an influence is unknown.
    """

    lifetime_value: FloatArray
    moved: FloatArray
    outside_value: FloatArray
    value: FloatArray
    equity: float
    outside: float
    total: float
    difference: float
    prospect_edges: int
    not_counted: int


def additive_value(
    ids: npt.ArrayLike,
    lifetime_value: Column,
    *,
    referrals: pd.DataFrame | None = None,
    influence: pd.DataFrame | None = None,
    ideas: pd.DataFrame | None = None,
    transfer_share: float = 0.5,
    prospects_in_equity: bool = False,
) -> AdditiveValue:
    r"""
    Engagement value of each customer such that the sum is the value of the base and what lies outside it.

    .. math::

        A_i = CLV_i + \varphi \sum_j (s_{ij} p_{ij} CLV_j + s'_{ij} u_j)
            - \varphi \sum_k (s_{ki} p_{ki} CLV_i + s'_{ki} u_i) + O_i, \qquad
        \sum_i A_i = \sum_i CLV_i + \sum_i O_i

    with the chance p that j would not have come without the referral, the uplift u of an influence, and the value O
    outside the base.

    Parameters
    ----------
    ids : array_like, shape (n,)
        The customers, each once.
    lifetime_value : array_like, shape (n,)
        Residual lifetime value of each. [currency]
    referrals : DataFrame, optional
        As in `referral_value`; margin and retention are not needed, since the lifetime value says what the referred
        customer is worth.
    influence : DataFrame, optional
        As in `influence_value`.
    ideas : DataFrame, optional
        As in `knowledge_value`.
    transfer_share : float
        Part of what a referral or an influence brought that moves from who was referred or influenced to who did that.
        [1]
    prospects_in_equity : bool
        Whether the value of the base contains customers to come (a dynamic customer equity): then influence on them
        counts nothing here.

    Returns
    -------
    AdditiveValue
        By customer, and the check figures.

    Raises
    ------
    DomainError
        If a number is out of range, edges break a rule, or the total is not equity plus outside; the message names
        rows and rule.
    InputError
        If lengths differ, a column is missing or not of numbers, or an id stands twice.
    MissingDataError
        If an edge lacks an id or a needed number, or a customer who must be in the base is not.

    Notes
    -----
    Nothing moves from, to or between customers whose lifetime value is unknown, nor from one who is marked as lost. An
    uplift moves as it was measured: where it is larger than the lifetime value, the influenced customer is left with
    less than nothing, which says that the two do not fit.

    Examples
    --------
    >>> came = pd.DataFrame({"referrer_id": ["A"], "referred_id": ["B"], "p_incremental": [0.8]})
    >>> found = additive_value(["A", "B"], [100.0, 1000.0], referrals=came)
    >>> found.value.tolist(), found.total
    ([500.0, 600.0], 1100.0)
    """
    customers = read_customers(ids, referrals, influence, ideas)
    values = lifetime_column(lifetime_value, customers)
    referred = read_referrals(referrals, customers, valued=False)
    influenced = read_influence(influence, customers, referred)
    thought = read_ideas(ideas, customers)
    for edges in (referred, influenced, thought):
        refuse_problems(edges)
    return additive_of(
        values,
        referred,
        influenced,
        thought,
        transfer_share=transfer_share,
        prospects_in_equity=prospects_in_equity,
    )


def lifetime_column(lifetime_value: Column, customers: Customers) -> FloatArray:
    """One number for each customer, NaN where it is missing or infinite."""
    values = numbers(lifetime_value, "lifetime_value")
    if values.shape != (len(customers),):
        raise InputError(f"lifetime_value must be as many as ids, not of shape {values.shape} for {len(customers)}")
    return np.where(np.isfinite(values), values, np.nan)


def additive_of(
    lifetime_value: FloatArray,
    referrals: Edges,
    influence: Edges,
    ideas: Edges,
    *,
    transfer_share: float,
    prospects_in_equity: bool,
) -> AdditiveValue:
    """Apply the rules to edges that are in order."""
    part = single("transfer_share", transfer_share, FINITE)
    if not 0.0 <= part <= 1.0:
        raise DomainError(f"transfer_share must be from 0 to 1 (rule 2), not {part:.15g}")
    customers = lifetime_value.size
    inside = influence.target < customers
    with np.errstate(over="ignore", invalid="ignore"):
        came = np.where(
            referrals.flag, 0.0, referrals.share * referrals.amounts["p_incremental"] * lifetime_value[referrals.target]
        )
        uplift = influence_worth(influence)
        owners = np.concatenate([referrals.owner, influence.owner[inside]])
        sources = np.concatenate([referrals.target, influence.target[inside]])
        moves = part * np.concatenate([came, uplift[inside]])
        # Where one end has no value, the other cannot be set off against it.
        moves = np.where(np.isnan(lifetime_value[owners] + lifetime_value[sources]), np.nan, moves)
        moved = _sums(owners, moves, customers) - _sums(sources, moves, customers)
        new = np.concatenate(
            [
                np.where(ideas.flag, 0.0, knowledge_worth(ideas)),
                np.zeros((~inside).sum()) if prospects_in_equity else uplift[~inside],
            ]
        )
        creators = np.concatenate([ideas.owner, influence.owner[~inside]])
        new = np.where(np.isnan(lifetime_value[creators]), np.nan, new)
        outside_value = _sums(creators, new, customers)
        unknown = np.isnan(lifetime_value)
        moved[unknown] = outside_value[unknown] = np.nan
        value = lifetime_value + moved + outside_value
        equity, outside, total = (float(np.nansum(column)) for column in (lifetime_value, outside_value, value))
        most = np.nansum(np.abs(lifetime_value)) + np.nansum(np.abs(moves)) + np.nansum(np.abs(new))
        difference = total - equity - outside
    if not abs(difference) <= _NOISE * most < np.inf:
        raise DomainError(
            f"additive total must be equity plus value outside it (rule 2), not {total} for {equity} and {outside}"
        )
    return AdditiveValue(
        lifetime_value=lifetime_value,
        moved=moved,
        outside_value=outside_value,
        value=value,
        equity=equity,
        outside=outside,
        total=total,
        difference=difference,
        prospect_edges=int((~inside).sum()),
        not_counted=int(np.isnan(moves).sum() + np.isnan(new).sum()),
    )


def _sums(places: IntArray, amounts: FloatArray, customers: int) -> FloatArray:
    """Sum of the amounts at each place; unknown ones count nothing."""
    return sum_by_customer(places, np.where(np.isnan(amounts), 0.0, amounts), customers)
