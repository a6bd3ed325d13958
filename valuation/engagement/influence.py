"""Influence value (CIV): what others are worth more because of a customer's word, which nobody paid for."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray
from valuation.engagement.attributed import AttributedValue, attribute
from valuation.engagement.customers import read_customers
from valuation.engagement.edges import Edges, read_influence, read_referrals, refuse_problems

__all__ = ["influence_value", "influence_worth"]


def influence_value(
    edges: pd.DataFrame, ids: npt.ArrayLike, *, referrals: pd.DataFrame | None = None
) -> AttributedValue:
    r"""
    Value that a customer's influence adds to others.

    .. math:: CIV_i = \sum_j s_{ij} \left( V_j^{\text{with}} - V_j^{\text{without}} \right), \qquad \sum_i s_{ij} \le 1

    Parameters
    ----------
    edges : DataFrame, m rows
        influencer_id, among the ids; influenced_id, one of the ids or a prospect; value_with and value_without that
        influence, measured or from an experiment [currency]. Optional: share of the difference that is this
        influencer's (where all are blank, the influencers of one share equally) [1]; evidence (measured, surveyed or
        judged; judged if blank).
    ids : array_like, shape (n,)
        The customers, each once.
    referrals : DataFrame, optional
        Referrals as in `referral_value`: an edge that is one of them is no influence.

    Returns
    -------
    AttributedValue
        Value by customer and by edge; NaN for an edge whose two values are not both known, and for its influencer:
        what was not measured is never guessed. [currency]

    Raises
    ------
    DomainError
        If a number is out of range, a customer influences itself, the shares into one customer add up to more than 1,
        or an edge is a referral too; the message names the rows.
    InputError
        If a column is missing or not of numbers, an id stands twice, or an edge does.
    MissingDataError
        If an id is missing, the influencer is not among the customers, or a share is blank and another one into the
        same customer is not.

    Notes
    -----
    Two customers may influence each other: unlike referrals, influence has no order in time.

    References
    ----------
    .. [1] V. Kumar, L. Aksoy, B. Donkers, R. Venkatesan, T. Wiesel, and S. Tillmanns, "Undervalued or Overvalued
       Customers: Capturing Total Customer Engagement Value," Journal of Service Research, vol. 13, no. 3, pp. 297-310,
       2010.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "influencer_id": ["A", "B"],
    ...         "influenced_id": ["C", "C"],
    ...         "value_with": [900.0, 900.0],
    ...         "value_without": [500.0, 500.0],
    ...     }
    ... )
    >>> influence_value(table, ["A", "B", "C"]).by_customer.tolist()
    [200.0, 200.0, 0.0]
    """
    customers = read_customers(ids, edges, referrals)
    known = None if referrals is None else read_referrals(referrals, customers, valued=False)
    read = read_influence(edges, customers, known)
    refuse_problems(read)
    return attribute(read, influence_worth(read), customers)


def influence_worth(edges: Edges) -> FloatArray:
    """Value of each edge of a table in order; NaN where it was not measured."""
    with np.errstate(over="ignore"):
        worth: FloatArray = edges.share * (edges.amounts["value_with"] - edges.amounts["value_without"])
    return worth
