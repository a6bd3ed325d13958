"""
Money on the table: what a customer buys elsewhere that it could buy here, and what that is worth.

The wallet (all that the customer spends on what the company sells) is an estimate. Keep its source and date beside it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.lifetime.conventions import (
    LARGEST,
    NOT_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    FloatArray,
    Range,
    Timing,
    common_shape,
    plain,
    within,
)
from valuation.lifetime.value import lifetime_value
from valuation.segments.tiers import LabelArray

__all__ = ["Headroom", "headroom"]

_MARGIN_SHARE: Final = Range(rule="a share of revenue, at most 1", low=-LARGEST, high=1.0, hint_percent=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Headroom:
    """
    Headroom of each customer; single numbers where all inputs are single.

    Attributes
    ----------
    revenue : ndarray or float64
        Revenue up to the target share of the wallet, 0 where it is reached. [currency/period]
    annual_margin : ndarray or float64
        What that revenue would bring, 0 where the customer has no margin. [currency/period]
    present_value : ndarray or float64
        Present value of these margins. [currency]
    share_of_wallet : ndarray or float64
        Revenue by wallet. [1]
    flag : ndarray of str or str
        Why there is no headroom or no number, or that the wallet cannot be right; "" otherwise.
    """

    revenue: FloatArray
    annual_margin: FloatArray
    present_value: FloatArray
    share_of_wallet: FloatArray
    flag: LabelArray | str


def headroom(
    revenue: npt.ArrayLike,
    wallet: npt.ArrayLike,
    *,
    target_share: npt.ArrayLike,
    margin_share: npt.ArrayLike,
    retention: npt.ArrayLike,
    discount_rate: npt.ArrayLike,
    horizon: npt.ArrayLike,
    timing: Timing,
) -> Headroom:
    r"""
    Revenue that a customer could still bring, its margin, and the present value of that.

    .. math::

        R = \max(0,\; \text{target} \cdot \text{wallet} - \text{revenue}); \qquad
        PV = R \, \max(0, m) \sum_{t=1}^{h} \frac{r^t}{(1+d)^{e_t}}

    Parameters
    ----------
    revenue : array_like
        Net revenue of each customer, 0 or more. [currency/period]
    wallet : array_like
        All that the customer spends on what the company sells, here and elsewhere; above 0. [currency/period]
    target_share : array_like
        Share of the wallet that can be had, 0 to 1. [1]
    margin_share : array_like
        Contribution by net revenue of the customer; it may be negative. [1]
    retention : array_like
        Chance to stay from one period to the next; the next payment depends on it already. [1/period]
    discount_rate : array_like
        Rate per period, above -1. [1/period]
    horizon : array_like
        Number of periods counted, or ``math.inf``. [periods]
    timing : {"start", "mid", "end"}
        When in its period the margin arrives.

    Returns
    -------
    Headroom
        Shape of the inputs broadcast together. NaN in the rows whose own inputs are missing or out of range, as far as
        a number depends on them.

    Raises
    ------
    DomainError
        If a single value is out of range (a wallet of 0 or less), or the endless sum of single values diverges.
    InputError
        If a value is not a number, a word is unknown, or lengths differ.

    Notes
    -----
    A share of wallet above 1 says that the estimate of the wallet is too low; there is no headroom then. A customer
    without margin has headroom in revenue but none in value: more of it would grow a loss. The present value is that of
    `valuation.lifetime.lifetime_value` for existing customers, so that it may be put beside residual value.

    Examples
    --------
    >>> found = headroom(
    ...     [12000, 45000, 9000], [40000, 40000, 40000], target_share=0.6, margin_share=[0.4, 0.4, -0.1],
    ...     retention=0.9, discount_rate=0.1, horizon=3, timing="mid",
    ... )
    >>> found.revenue.tolist(), found.present_value.round(2).tolist()
    ([12000.0, 0.0, 15000.0], [10246.33, 0.0, 0.0])
    >>> found.flag.tolist()[1:]
    ['share of wallet above 1: the wallet is estimated too low', 'no margin: more revenue would grow a loss']
    """
    bought = within("revenue", revenue, NOT_NEGATIVE)
    spent = within("wallet", wallet, POSITIVE)
    target = within("target_share", target_share, PROBABILITY)
    margin = within("margin_share", margin_share, _MARGIN_SHARE)
    common_shape(revenue=bought, wallet=spent, target_share=target, margin_share=margin)
    with np.errstate(over="ignore"):
        share = np.asarray(bought / spent)
    # By shares: 7 of 100 is 0.07, but 0.07 times 100 is more than 7.
    room = np.asarray(np.where(share >= target, 0.0, target * spent - bought))
    yearly = np.asarray(room * np.maximum(0.0, margin))
    value = np.asarray(
        lifetime_value(
            yearly,
            retention,
            discount_rate=discount_rate,
            horizon=horizon,
            timing=timing,
            customers="existing",
        )
    )
    flags = [
        (np.isnan(spent), "wallet missing, or not above 0"),
        (np.isnan(bought), "revenue missing or negative"),
        (np.isnan(target), "target share missing, or not from 0 to 1"),
        (np.isnan(margin), "margin share missing or above 1"),
        (np.isnan(value), "retention, rate or horizon missing or out of range"),
        (share > 1, "share of wallet above 1: the wallet is estimated too low"),
        (margin <= 0, "no margin: more revenue would grow a loss"),
        (share >= target, "target share reached"),
        (np.True_, ""),
    ]
    shape = value.shape
    first_that_fits = np.argmax([np.broadcast_to(np.asarray(fits), shape) for fits, _ in flags], axis=0)
    return Headroom(
        revenue=plain(np.broadcast_to(room, shape)),
        annual_margin=plain(np.broadcast_to(yearly, shape)),
        present_value=plain(value),
        share_of_wallet=plain(np.broadcast_to(share, shape)),
        flag=np.array([words for _, words in flags], dtype=object)[first_that_fits],
    )
