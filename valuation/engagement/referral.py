"""Referral value (CRV): what the customers bring whom a customer has referred."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray
from valuation.engagement.attributed import AttributedValue, attribute
from valuation.engagement.customers import read_customers
from valuation.engagement.edges import Edges, read_referrals, refuse_problems
from valuation.errors import DomainError
from valuation.lifetime.conventions import HORIZON, RATE, single
from valuation.lifetime.value import lifetime_value

__all__ = ["referral_value", "referral_worth"]


def referral_value(
    referrals: pd.DataFrame,
    ids: npt.ArrayLike,
    *,
    discount_rate: float,
    horizon: float,
    deduct_reward_type2: bool = True,
) -> AttributedValue:
    r"""
    Present value of a customer's referrals.

    .. math::

        CRV_i = \sum_j s_{ij} \left[ p_{ij} \left( \sum_{t=1}^{h} \frac{(A_j - M_j) \, r_j^{t-1}}{(1+d)^t}
            + \frac{Q_j - a_j}{1+d} \right) + (1 - p_{ij}) \frac{Q_j - a_j}{1+d} \right]

    with margin A, marketing M, retention r, saved acquisition cost Q, reward a, share s, and the chance p that the
    referred customer j would not have come otherwise: only such a customer's margin is the referrer's merit.

    Parameters
    ----------
    referrals : DataFrame, m rows
        referrer_id; referred_id; type, 1 for a customer who would not have come otherwise and 2 for one who would have
        come anyway, or p_incremental, the chance of the former (it wins where both are given) [1]; margin, before
        marketing [currency/period]; retention [1/period]. Optional: marketing to keep the customer [currency/period];
        reward and acq_saving, once [currency]; share of the referred customer that is this referrer's (where all are
        blank, its referrers share equally) [1]; evidence (measured, surveyed or judged; judged if blank); lost, whether
        the referred customer has left, and realised, what of the referral's value has come in [currency].
    ids : array_like, shape (n,)
        The customers, each once; both ends of a referral are among them.
    discount_rate : float
        Rate per period, above -1. [1/period]
    horizon : float
        Number of periods counted, or ``math.inf``. [periods]
    deduct_reward_type2 : bool
        Whether the reward of customers who would have come anyway counts. False is the published formula [1]_, which
        holds only where they got none.

    Returns
    -------
    AttributedValue
        Value by customer and by referral. [currency]

    Raises
    ------
    DomainError
        If a number is out of range, a customer refers itself, referrals form a cycle, the shares of a referred
        customer add up to more than 1, or an endless sum diverges; the message names the rows.
    InputError
        If a column is missing or not of numbers, an id stands twice, or a referral does.
    MissingDataError
        If a referral lacks an id or a needed number, or one of its ends is not among the customers.

    Notes
    -----
    Amounts arrive at the end of their period, the first margin for certain; what is paid once, at the end of the first
    period. A lost customer brings nothing more: only what is realised counts, as it is. What a customer says about
    recommending is no referral.

    References
    ----------
    .. [1] V. Kumar, J. A. Petersen, and R. P. Leone, "Driving Profitability by Encouraging Customer Referrals: Who,
       When, and How," Journal of Marketing, vol. 74, no. 5, pp. 1-17, 2010.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "referrer_id": ["A", "A"],
    ...         "referred_id": ["B", "C"],
    ...         "type": [1, 2],
    ...         "margin": [1200.0, None],
    ...         "marketing": [100.0, None],
    ...         "retention": [0.8, None],
    ...         "reward": [150.0, 150.0],
    ...         "acq_saving": [400.0, 400.0],
    ...     }
    ... )
    >>> referral_value(table, ["A", "B", "C"], discount_rate=0.1, horizon=3).by_customer.round(2).tolist()
    [2710.74, 0.0, 0.0]
    """
    customers = read_customers(ids, referrals)
    edges = read_referrals(referrals, customers)
    refuse_problems(edges)
    worth = referral_worth(edges, discount_rate=discount_rate, horizon=horizon, deduct_reward_type2=deduct_reward_type2)
    return attribute(edges, worth, customers)


def referral_worth(edges: Edges, *, discount_rate: float, horizon: float, deduct_reward_type2: bool) -> FloatArray:
    """Value of each referral; the table is in order, the two numbers are checked here."""
    d, h = single("discount_rate", discount_rate, RATE), single("horizon", horizon, HORIZON)
    amounts = edges.amounts
    chance = np.where(edges.flag, 0.0, amounts["p_incremental"])
    brings_margin = chance > 0.0
    kept = np.where(brings_margin, amounts["retention"], 0.0)
    if np.isinf(h) and (kept >= 1.0 + d).any():
        row = int(np.argmax(kept >= 1.0 + d))
        rule = "retention must be below 1 + discount_rate where the horizon has no end"
        raise DomainError(f"{edges.name}, row {row + 1}: {rule}, not {kept[row]:.15g}")
    with np.errstate(over="ignore", invalid="ignore"):
        margins = lifetime_value(
            np.where(brings_margin, amounts["margin"] - amounts["marketing"], 0.0),
            kept,
            discount_rate=d,
            horizon=h,
            timing="end",
            customers="new",
        )
        paid = amounts["reward"] * (1.0 if deduct_reward_type2 else chance)
        forward = chance * margins + (amounts["acq_saving"] - paid) / (1.0 + d)
        worth = edges.share * np.where(edges.flag, amounts["realised"], forward)
    return np.where(np.isnan(worth), np.inf, worth)  # every number is known, so that this is one infinity less another
