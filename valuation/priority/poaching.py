"""What a competitor who takes a customer takes with it."""

import numpy as np
import numpy.typing as npt

from valuation.lifetime.conventions import FINITE, NOT_NEGATIVE, PROBABILITY, FloatArray, common_shape, plain, within

__all__ = ["poaching_exposure"]


def poaching_exposure(
    p_poach: npt.ArrayLike, residual_value: npt.ArrayLike, headroom_value: npt.ArrayLike
) -> FloatArray:
    r"""
    Value that is expected to be lost to competitors: what the customer would bring, and what it could.

    .. math:: p \, (\max(0, \text{residual value}) + \text{headroom value})

    Parameters
    ----------
    p_poach : array_like
        Chance that a competitor takes the customer, 0 to 1. [1]
    residual_value : array_like
        Value of the customer's margins to come; below 0 it counts nothing. [currency]
    headroom_value : array_like
        Present value of what it could buy beyond that, 0 or more; see `valuation.segments.headroom`. [currency]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN where a row's own inputs are missing or out of range. [currency]

    Raises
    ------
    DomainError
        If a single value is out of range.
    InputError
        If a value is not a number, or lengths differ.

    Notes
    -----
    Project convention: who loses a customer loses the headroom as well.

    Examples
    --------
    >>> poaching_exposure(0.25, [10121.18, -500.0], [10121.18, 400.0]).round(2).tolist()
    [5060.59, 100.0]
    """
    chance = within("p_poach", p_poach, PROBABILITY)
    value = within("residual_value", residual_value, FINITE)
    room = within("headroom_value", headroom_value, NOT_NEGATIVE)
    common_shape(p_poach=chance, residual_value=value, headroom_value=room)
    return plain(chance * np.maximum(0.0, value) + chance * room)
