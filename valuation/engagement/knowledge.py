"""Knowledge value (CKV): what a customer's ideas and feedback add."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray
from valuation.engagement.attributed import AttributedValue, attribute
from valuation.engagement.customers import read_customers
from valuation.engagement.edges import Edges, read_ideas, refuse_problems

__all__ = ["knowledge_value", "knowledge_worth"]


def knowledge_value(ideas: pd.DataFrame, ids: npt.ArrayLike) -> AttributedValue:
    r"""
    Value of the improvements that come from a customer's ideas.

    .. math:: CKV_i = \sum_k NPV_k \, \alpha_{ik} \, p_k, \qquad \sum_i \alpha_{ik} \le 1

    Parameters
    ----------
    ideas : DataFrame, m rows
        idea_id; customer_id, among the ids; npv of the improvement [currency]; stage_probability, the chance that it
        is built, 0 for a rejected idea [1]; attribution, the customer's part in it [1]. Optional: in_plan, whether the
        plan lifts everybody's margin for it already, which matters to `additive_value` alone; evidence (measured,
        surveyed or judged; judged if blank).
    ids : array_like, shape (n,)
        The customers, each once.

    Returns
    -------
    AttributedValue
        Value by customer and by row. [currency]

    Raises
    ------
    DomainError
        If a number is out of range, or the attributions of an idea add up to more than 1; the message names the rows.
    InputError
        If a column is missing or not of numbers, an id stands twice, or an idea does for one customer.
    MissingDataError
        If an id or a number is missing, or the customer is not among the ids.

    Notes
    -----
    The concept is that of the literature, which gives no formula: this one is the project's own.

    References
    ----------
    .. [1] V. Kumar, L. Aksoy, B. Donkers, R. Venkatesan, T. Wiesel, and S. Tillmanns, "Undervalued or Overvalued
       Customers: Capturing Total Customer Engagement Value," Journal of Service Research, vol. 13, no. 3, pp. 297-310,
       2010.

    Examples
    --------
    >>> row = {"idea_id": 1, "customer_id": "C06", "npv": 120_000.0, "stage_probability": 1.0, "attribution": 0.15}
    >>> knowledge_value(pd.DataFrame([row]), ["C05", "C06"]).by_customer.tolist()
    [0.0, 18000.0]
    """
    customers = read_customers(ids, ideas)
    read = read_ideas(ideas, customers)
    refuse_problems(read)
    return attribute(read, knowledge_worth(read), customers)


def knowledge_worth(edges: Edges) -> FloatArray:
    """Value of each row of a table in order."""
    with np.errstate(over="ignore"):
        worth: FloatArray = edges.amounts["npv"] * edges.share * edges.amounts["stage_probability"]
    return worth
