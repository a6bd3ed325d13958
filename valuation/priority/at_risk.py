"""What of a customer's value serving an issue saves."""

import numpy as np
import numpy.typing as npt

from valuation.lifetime.conventions import FINITE, PROBABILITY, FloatArray, common_shape, plain, within

__all__ = ["value_at_risk"]


def value_at_risk(value: npt.ArrayLike, loss_now: npt.ArrayLike, loss_served: npt.ArrayLike) -> FloatArray:
    r"""
    Value that is lost on average if an issue is left alone, and kept if it is served.

    .. math:: \max(v, 0) \, (p_{now} - p_{served})

    Parameters
    ----------
    value : array_like
        Lifetime or engagement value of the customer. [currency]
    loss_now : array_like
        Chance to lose the customer if nothing is done. [1]
    loss_served : array_like
        Chance to lose the customer if the issue is served. [1]

    Returns
    -------
    float or ndarray, broadcast shape
        Negative where serving makes the loss likelier; 0 for a customer of negative value, whom a duty may still
        oblige to serve; NaN where a number is missing or out of range. [currency]

    Raises
    ------
    DomainError
        If a single chance is not from 0 to 1, or a single value is not finite.
    InputError
        If something is not a number, or the lengths differ.

    Notes
    -----
    Project convention. It is an expected loss, no quantile of losses: not the "value at risk" of banking.

    Examples
    --------
    >>> value_at_risk([47_492.77, -31_419.35], [0.10, 0.20], 0.0).round(2).tolist()
    [4749.28, 0.0]
    """
    worth = within("value", value, FINITE)
    now, served = within("loss_now", loss_now, PROBABILITY), within("loss_served", loss_served, PROBABILITY)
    common_shape(value=worth, loss_now=now, loss_served=served)
    # Adding 0 makes the -0 of a customer without value a plain 0.
    return plain(np.maximum(worth, 0.0) * (now - served) + 0.0)
