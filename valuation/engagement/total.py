"""
Engagement value (CEV): lifetime, referral, influence and knowledge value together.

Ranking asks who matters, with everything a customer brings about; these values overlap, and their sum is nobody's
value. The additive view (`valuation.engagement.additive`) asks what adds up. Both are given, so that nobody takes one
for the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, numbers
from valuation.engagement.additive import AdditiveValue, additive_of, lifetime_column
from valuation.engagement.attributed import AttributedValue, attribute, sum_by_customer
from valuation.engagement.customers import read_customers
from valuation.engagement.edges import EVIDENCE, Edges, read_ideas, read_influence, read_referrals, refuse_problems
from valuation.engagement.influence import influence_worth
from valuation.engagement.knowledge import knowledge_worth
from valuation.engagement.referral import referral_worth
from valuation.errors import DomainError, InputError

__all__ = ["EngagementValue", "engagement_value", "ranking_value"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EngagementValue:
    """
    Both views of the engagement value, and how well it is known.

    Attributes
    ----------
    customers : DataFrame
        One row per customer, index customer_id: lifetime_value; crv, civ, ckv, NaN where unknown; ranking_value, the
        sum of those that are known, NaN without lifetime value; unknown_parts, the number of crv, civ and ckv that are
        unknown; moved, outside_value and additive_value, as in `AdditiveValue` [currency];
        and judged_share, the part of the ranking value that is judged, amounts taken without their signs. [1]
    overlapping_total : float
        Sum of the ranking values. They count the same money more than once: not the value of the base, which is
        `additive.equity`. [currency]
    additive : AdditiveValue
        What adds up, with its check figures.
    evidence : dict of str to float
        Money in the ranking values beyond lifetime value by how well it is known: measured, surveyed, judged.
        [currency]
    judged_share : float
        Part of the ranking values that is judged, all amounts taken without their signs; NaN if there are none. [1]
    without_lifetime_value : int
        Number of customers without a ranking and an additive value.
    """

    customers: pd.DataFrame
    overlapping_total: float
    additive: AdditiveValue
    evidence: dict[str, float]
    judged_share: float
    without_lifetime_value: int


def engagement_value(
    ids: npt.ArrayLike,
    lifetime_value: Column,
    *,
    discount_rate: float,
    horizon: float,
    referrals: pd.DataFrame | None = None,
    influence: pd.DataFrame | None = None,
    ideas: pd.DataFrame | None = None,
    deduct_reward_type2: bool = True,
    transfer_share: float = 0.5,
    prospects_in_equity: bool = False,
) -> EngagementValue:
    r"""
    Engagement value of each customer: for ranking, and so that it adds up.

    .. math:: CEV_i = CLV_i + CRV_i + CIV_i + CKV_i

    Parameters
    ----------
    ids : array_like, shape (n,)
        The customers, each once.
    lifetime_value : array_like, shape (n,)
        Residual lifetime value of each. [currency]
    discount_rate : float
        Rate per period of the referred customers' margins, above -1. [1/period]
    horizon : float
        Number of their periods counted, or ``math.inf``. [periods]
    referrals, influence, ideas : DataFrame, optional
        As in `referral_value`, `influence_value` and `knowledge_value`.
    deduct_reward_type2 : bool
        As in `referral_value`.
    transfer_share : float
        As in `additive_value`. [1]
    prospects_in_equity : bool
        As in `additive_value`.

    Returns
    -------
    EngagementValue
        Both views by customer, and the check figures.

    Raises
    ------
    DomainError
        If a number is out of range, edges break a rule, or the additive total is not equity plus outside; the message
        names rows and rule.
    InputError
        If lengths differ, a column is missing or not of numbers, or an id stands twice.
    MissingDataError
        If an edge lacks an id or a needed number, or a customer who must be in the base is not.

    Notes
    -----
    An influencer with an edge that nobody measured has an unknown influence value, which the ranking value leaves out
    and counts; the measured edges still move in the additive view.

    References
    ----------
    .. [1] V. Kumar, L. Aksoy, B. Donkers, R. Venkatesan, T. Wiesel, and S. Tillmanns, "Undervalued or Overvalued
       Customers: Capturing Total Customer Engagement Value," Journal of Service Research, vol. 13, no. 3, pp. 297-310,
       2010.

    Examples
    --------
    >>> row = {"referrer_id": "A", "referred_id": "B", "type": 1, "margin": 500.0, "retention": 0.8}
    >>> came = pd.DataFrame([row])
    >>> found = engagement_value(["A", "B"], [100.0, 1000.0], discount_rate=0.1, horizon=3, referrals=came)
    >>> found.customers[["ranking_value", "additive_value"]].round(2).to_dict("list")
    {'ranking_value': [1125.54, 1000.0], 'additive_value': [600.0, 500.0]}
    >>> round(found.overlapping_total, 2), found.additive.total
    (2125.54, 1100.0)
    """
    customers = read_customers(ids, referrals, influence, ideas)
    lifetime = lifetime_column(lifetime_value, customers)
    referred = read_referrals(referrals, customers)
    influenced = read_influence(influence, customers, referred)
    thought = read_ideas(ideas, customers)
    for edges in (referred, influenced, thought):
        refuse_problems(edges)
    brought = referral_worth(
        referred, discount_rate=discount_rate, horizon=horizon, deduct_reward_type2=deduct_reward_type2
    )
    worth = {"crv": (referred, brought), "civ": (influenced, influence_worth(influenced))}
    worth["ckv"] = (thought, knowledge_worth(thought))
    parts = {name: attribute(edges, values, customers) for name, (edges, values) in worth.items()}
    columns = {name: part.by_customer for name, part in parts.items()}
    ranking = ranking_value(lifetime, *columns.values())
    additive = additive_of(
        lifetime,
        referred,
        influenced,
        thought,
        transfer_share=transfer_share,
        prospects_in_equity=prospects_in_equity,
    )
    evidence, judged_of, judged_share = _evidence(lifetime, parts.values(), (referred, influenced, thought))
    by_customer = {
        "lifetime_value": lifetime,
        **columns,
        "ranking_value": ranking,
        "unknown_parts": sum(np.isnan(column).astype(np.int64) for column in columns.values()),
        "moved": additive.moved,
        "outside_value": additive.outside_value,
        "additive_value": additive.value,
        "judged_share": judged_of,
    }
    return EngagementValue(
        customers=pd.DataFrame(by_customer, index=customers.ids),
        overlapping_total=float(np.nansum(ranking)),
        additive=additive,
        evidence=evidence,
        judged_share=judged_share,
        without_lifetime_value=int(np.isnan(lifetime).sum()),
    )


def ranking_value(lifetime_value: Column, crv: Column, civ: Column, ckv: Column) -> FloatArray:
    """
    Engagement value for ranking: the four values of each customer added up.

    Parameters
    ----------
    lifetime_value, crv, civ, ckv : array_like, shape (n,)
        Lifetime, referral, influence and knowledge value of each customer. [currency]

    Returns
    -------
    ndarray, shape (n,)
        NaN without lifetime value; another value that is missing counts nothing. These values overlap: their sum is
        not the value of the base. [currency]

    Raises
    ------
    DomainError
        If a value is infinite.
    InputError
        If lengths differ, or a value is not a number.

    Examples
    --------
    >>> ranking_value([9848.44, None], [6500.0, 10.0], [2500.0, 0.0], [18_000.0, None]).tolist()
    [36848.44, nan]
    """
    named = {"lifetime_value": lifetime_value, "crv": crv, "civ": civ, "ckv": ckv}
    columns = {name: numbers(column, name) for name, column in named.items()}
    shapes = {column.shape for column in columns.values()}
    if len(shapes) > 1:
        listed = ", ".join(f"{name} {column.shape}" for name, column in columns.items())
        raise InputError(f"lengths differ: {listed}")
    for name, column in columns.items():
        if np.isinf(column).any():
            raise DomainError(f"{name} must be finite, not {column[np.isinf(column)][0]} in row {_first(column)}")
    lifetime, *parts = columns.values()
    with np.errstate(over="ignore"):
        total = lifetime + sum(np.where(np.isnan(part), 0.0, part) for part in parts)
    return np.where(np.isinf(total), np.nan, total)


def _first(column: FloatArray) -> int:
    """Row of the first infinite value, from 1."""
    return int(np.argmax(np.isinf(column))) + 1


def _evidence(
    lifetime: FloatArray, parts: Iterable[AttributedValue], tables: Iterable[Edges]
) -> tuple[dict[str, float], FloatArray, float]:
    """Money by how well it is known; and the part that is judged, of each customer's money and of all of it."""
    levels = np.zeros(len(EVIDENCE))
    size, judged = np.abs(lifetime), np.zeros(lifetime.size)
    for part, edges in zip(parts, tables, strict=True):
        # Only what is in a ranking value: neither of a customer without one, nor of a part that is left out.
        counts = ~np.isnan(lifetime[part.owners] + part.by_customer[part.owners])
        money = np.where(counts, part.edges, 0.0)
        levels += np.bincount(edges.evidence, weights=money, minlength=levels.size)
        size += sum_by_customer(part.owners, np.abs(money), lifetime.size)
        is_judged = edges.evidence == EVIDENCE.index("judged")
        judged += sum_by_customer(part.owners, np.where(is_judged, np.abs(money), 0.0), lifetime.size)
    share = np.full(lifetime.size, np.nan)
    np.divide(judged, size, out=share, where=size > 0)
    whole = float(np.nansum(size))
    return dict(zip(EVIDENCE, levels.tolist(), strict=True)), share, judged.sum() / whole if whole > 0 else float("nan")
