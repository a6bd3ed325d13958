"""What the customer base has earned in a period: profit and the change of its own value."""

import numpy as np
import numpy.typing as npt

from valuation.errors import ZeroDenominatorError
from valuation.lifetime.conventions import FINITE, NOT_NEGATIVE, FloatArray, Range, common_shape, plain, within

__all__ = ["return_on_customer"]

_OPENING = Range(
    rule="above 0, since a base that is worth less than nothing has no return",
    low=NOT_NEGATIVE.low,
    high=NOT_NEGATIVE.high,
)


def return_on_customer(profit: npt.ArrayLike, opening: npt.ArrayLike, closing: npt.ArrayLike) -> FloatArray:
    r"""
    Return on customer: profit of the period and change of customer equity, by customer equity at its start.

    .. math:: ROC = \frac{\pi + E_1 - E_0}{E_0}

    Parameters
    ----------
    profit : array_like
        Profit from the customers in the period. [currency]
    opening : array_like
        Customer equity at its start, above 0. [currency]
    closing : array_like
        Customer equity at its end, on the same terms. [currency]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing or out of range, and where
        opening is 0. [1]

    Raises
    ------
    DomainError
        If a single value is out of range; a negative opening, too: the ratio would turn the sign of a gain.
    InputError
        If a value is not a number, or lengths differ.
    ZeroDenominatorError
        If a single opening is 0.

    References
    ----------
    .. [1] D. Peppers and M. Rogers, "Return on Customer," Currency/Doubleday, 2005.

    Examples
    --------
    >>> print(f"{return_on_customer(50.0, 1000.0, 1100.0):.2f}")
    0.15
    """
    earned, start = within("profit", profit, FINITE), within("opening", opening, _OPENING)
    end = within("closing", closing, FINITE)
    if start.ndim == 0 and start == 0.0:
        raise ZeroDenominatorError("opening must not be 0: there is nothing to divide by")
    common_shape(profit=earned, opening=start, closing=end)
    with np.errstate(all="ignore"):
        return plain((earned + (end - start)) / np.where(start == 0.0, np.nan, start))
