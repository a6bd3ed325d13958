"""
What customers without a contract are worth: purchases to come, what is spent on each, and what it costs to serve them.

The margin comes with each purchase; the cost to serve is charged for every period in which the customer is still
there, whether it buys or not. A customer who costs more than it brings has a negative value.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.lifetime.conventions import FINITE, NOT_NEGATIVE, FloatArray, Range, common_shape, plain, within
from valuation.purchases.model import PurchaseModel
from valuation.purchases.predictions import discounted_periods_alive, discounted_purchases

__all__ = ["ResidualValue", "residual_value"]

SHARE = Range(rule="from -1 to 1", low=-1.0, high=1.0, hint_percent=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualValue:
    """Present value of what is to come from each customer, and of what it is made; arrays of one shape."""

    purchases: FloatArray
    """Discounted purchases to come. [count]"""

    margin: FloatArray
    """Their margin. [currency]"""

    marketing: FloatArray
    """Marketing cost while the customer is there. [currency]"""

    sales: FloatArray
    """Sales cost while the customer is there. [currency]"""

    support: FloatArray
    """Support cost while the customer is there. [currency]"""

    value: FloatArray
    """Margin less the three costs. [currency]"""


def residual_value(
    params: PurchaseModel,
    expected_spend: npt.ArrayLike,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    margin_share: npt.ArrayLike,
    discount_rate: float,
    horizon: float,
    marketing: npt.ArrayLike = 0.0,
    sales: npt.ArrayLike = 0.0,
    support: npt.ArrayLike = 0.0,
) -> ResidualValue:
    r"""
    Present value of the contribution that each customer is still expected to bring.

    .. math:: m \, \bar z \sum_{k=1}^{h} \frac{E[Y(k)] - E[Y(k - 1)]}{(1 + d)^{k - 1/2}}
        - c \sum_{k=1}^{h} \frac{P(\text{alive at } k - 1/2)}{(1 + d)^{k - 1/2}}

    Parameters
    ----------
    params : PurchaseModel
        Parameters of any purchase model.
    expected_spend : array_like
        What each purchase is expected to bring, before any cost. [currency]
    frequency : array_like
        Repeat purchases. [count]
    recency : array_like
        Age at the last purchase. [periods]
    age : array_like
        Time since the first purchase. [periods]
    margin_share : array_like
        Margin as a share of what is spent, from -1 to 1. [1]
    discount_rate : float
        Rate per period, above -1; convert an annual one first. [1/period]
    horizon : float
        Whole periods counted, or ``math.inf``. [periods]
    marketing, sales, support : array_like
        Cost to serve while the customer is there. [currency/period]

    Returns
    -------
    ResidualValue
        Arrays of the shape of the inputs broadcast together; NaN where a customer's own inputs are missing, out of
        range or contradict each other.

    Raises
    ------
    DomainError
        If a single value is out of range, the discount rate is not above 0 where there is no end, or a single
        customer's inputs contradict each other.
    InputError
        If a value is not a number, lengths differ, or the horizon is neither a positive whole number nor infinite.

    Notes
    -----
    In the BG/NBD a customer who leaves does so right after a purchase and is charged until then.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis,"
       Journal of Marketing Research, vol. 42, no. 4, pp. 415-430, 2005.

    Examples
    --------
    Two customers over three years of 52 weeks, at 10% a year and a margin of 30%, with support of 0.05 a week:

    >>> from valuation.lifetime import rate_per_period
    >>> from valuation.purchases import BgNbdParameters
    >>> cdnow = BgNbdParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> weekly = float(rate_per_period(0.1, from_per_year=1, to_per_year=52, kind="effective"))
    >>> terms = {"margin_share": 0.3, "discount_rate": weekly, "horizon": 156, "support": 0.05}
    >>> worth = residual_value(cdnow, [24.66, 35.22], [2, 0], [30.43, 0], 38.86, **terms)
    >>> worth.margin.round(2), worth.value.round(2)
    (array([23.33,  5.83]), array([19.91, -0.48]))
    """
    spend, share = within("expected_spend", expected_spend, FINITE), within("margin_share", margin_share, SHARE)
    costs = {
        name: within(name, cost, NOT_NEGATIVE)
        for name, cost in (("marketing", marketing), ("sales", sales), ("support", support))
    }
    purchases = discounted_purchases(params, frequency, recency, age, discount_rate=discount_rate, horizon=horizon)
    periods: FloatArray = np.zeros(())
    if any(cost.any() for cost in costs.values()):
        periods = discounted_periods_alive(
            params, frequency, recency, age, discount_rate=discount_rate, horizon=horizon
        )
    shape = common_shape(expected_spend=spend, margin_share=share, customers=np.asarray(purchases), **costs)
    margin = share * spend * purchases
    charged = {name: cost * periods for name, cost in costs.items()}
    value = margin - sum(charged.values())
    parts = {"purchases": purchases, "margin": margin, **charged, "value": value}
    return ResidualValue(**{name: plain(np.broadcast_to(part, shape)) for name, part in parts.items()})
