"""
What a list of cash flows is worth and when it has paid for itself.

The list holds one amount for each period, in their order. When in its period an amount arrives matters to discounting
alone, and is always said; a break-even counts whole periods and, inside one, money that comes in evenly.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lifetime.conventions import FINITE, RATE, FloatArray, Timing, discount_exponent, numbers, single
from valuation.lifetime.value import discount_factor

__all__ = [
    "Trough",
    "break_even",
    "cash_flow_vector",
    "discount_factors",
    "modified_internal_rate",
    "net_present_value",
    "trough",
]

ROUNDING = 1e-12
"""Part of the money moved up to which a cumulative sum counts as nought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trough:
    """
    The lowest point of cumulative cash.

    Attributes
    ----------
    depth : float
        Money that is out at that point; 0 where it never is. [currency]
    period : int
        First period by whose end it is reached; 0 for before the first. [periods]
    """

    depth: float
    period: int


def net_present_value(discount_rate: float, cash_flows: npt.ArrayLike, *, timing: Timing) -> float:
    r"""
    Present value of cash flows, one for each period.

    .. math:: \sum_{t=1}^{n} \frac{c_t}{(1+d)^{e_t}}

    with :math:`e_t = t - 1, t - \frac{1}{2}, t` for timing "start", "mid", "end".

    Parameters
    ----------
    discount_rate : float
        Rate per period, above -1. [1/period]
    cash_flows : array_like, shape (n,)
        The money of each period, negative for what is paid. [currency]
    timing : {"start", "mid", "end"}
        When in its period the money arrives: the first amount is discounted by 0, half or 1 period.

    Returns
    -------
    float
        The sum. [currency]

    Raises
    ------
    DomainError
        If the rate is not above -1, a cash flow is not finite, or the sum is too large for a number.
    InputError
        If a value is not a number, there is none, or the word is unknown.

    Notes
    -----
    Excel's NPV is timing "end": it discounts the first amount by a whole period, one paid today too.

    References
    ----------
    .. [1] R. A. Brealey, S. C. Myers and F. Allen, "Principles of Corporate Finance," McGraw-Hill: present values.

    Examples
    --------
    >>> print(f"{net_present_value(0.1, [-100, 60, 60], timing='start'):.4f}")
    4.1322
    """
    flows = cash_flow_vector("cash_flows", cash_flows)
    with np.errstate(all="ignore"):
        value = float(flows @ discount_factors(discount_rate, flows.size, timing))
    if not np.isfinite(value):
        raise DomainError(f"a discount_rate of {discount_rate:.15g} over {flows.size} periods has no finite sum")
    return value


def modified_internal_rate(cash_flows: npt.ArrayLike, *, finance_rate: float, reinvest_rate: float) -> float:
    r"""
    Rate of growth from what was paid to what comes back, both moved in time at stated rates (MIRR).

    .. math:: \left(\frac{\sum_{c_t > 0} c_t (1+i)^{n-t}}{-\sum_{c_t < 0} c_t (1+f)^{1-t}}\right)^{1/(n-1)} - 1

    Parameters
    ----------
    cash_flows : array_like, shape (n,)
        The money of each period, negative for what is paid. [currency]
    finance_rate : float
        Rate f at which payments are moved back to the first period. [1/period]
    reinvest_rate : float
        Rate i at which receipts are moved on to the last period. [1/period]

    Returns
    -------
    float
        The rate. [1/period]

    Raises
    ------
    ZeroDenominatorError
        If nothing is paid or nothing comes back.
    DomainError
        If a rate is not above -1, or a cash flow or the answer is not finite.
    InputError
        If a value is not a number, or there is none.

    Notes
    -----
    As Excel's MIRR. It has one answer where the internal rate has several or none, and does not suppose that receipts
    earn the internal rate.

    References
    ----------
    .. [1] S. A. Lin, "The Modified Internal Rate of Return and Investment Criterion," The Engineering Economist, vol.
       21, no. 4, 1976.

    Examples
    --------
    >>> print(f"{modified_internal_rate([-100, 60, 60], finance_rate=0.1, reinvest_rate=0.1):.4f}")
    0.1225
    """
    flows = cash_flow_vector("cash_flows", cash_flows)
    paid, received = np.minimum(flows, 0.0), np.maximum(flows, 0.0)
    if not paid.any() or not received.any():
        raise ZeroDenominatorError("cash_flows must hold money that is paid (negative) and money that comes back")
    back = discount_factors(finance_rate, flows.size, "start", name="finance_rate")
    on = 1.0 / discount_factors(reinvest_rate, flows.size, "start", name="reinvest_rate")[::-1]
    with np.errstate(all="ignore"):
        rate = float(((received @ on) / -(paid @ back)) ** (1.0 / (flows.size - 1)) - 1.0)
    if not np.isfinite(rate):
        raise DomainError(
            f"finance_rate {finance_rate:.15g} and reinvest_rate {reinvest_rate:.15g} have no finite answer"
        )
    return rate


def break_even(cash_flows: npt.ArrayLike, *, discount_rate: float | None = None, timing: Timing = "end") -> float:
    """
    Periods until cumulative cash is no longer negative, and stays so to the end of the list.

    Parameters
    ----------
    cash_flows : array_like, shape (n,)
        The money of each period, negative for what is paid. [currency]
    discount_rate : float or None
        Rate per period, above -1; None leaves discounting out. [1/period]
    timing : {"start", "mid", "end"}
        When in its period the money arrives, for discounting alone.

    Returns
    -------
    float
        Whole periods before the one in which the sum reaches 0 for good, and the part of that one in a straight line;
        0 where the sum is never negative. [periods]

    Raises
    ------
    MissingDataError
        If the sum is negative at the end of the list, or every cash flow is 0.
    DomainError
        If the rate is not above -1, or a cash flow is not finite.
    InputError
        If a value is not a number, there is none, or the word is unknown.

    Notes
    -----
    "Stays" matters where the curve dips twice: the first crossing is not yet the end of it. That money comes in evenly
    inside a period is a convention of this project.

    References
    ----------
    .. [1] R. A. Brealey, S. C. Myers and F. Allen, "Principles of Corporate Finance," McGraw-Hill: payback.

    Examples
    --------
    >>> break_even([-100, 50, 100])
    2.5
    >>> break_even([-100, 150, -100, 200])
    3.25
    """
    flows = cash_flow_vector("cash_flows", cash_flows)
    if discount_rate is not None:
        flows = flows * discount_factors(discount_rate, flows.size, timing)
    if not flows.any():
        raise MissingDataError("every cash flow is 0: there is nothing to break even")
    cumulative = _cumulative(flows)
    below = np.flatnonzero(cumulative < 0.0)
    if not below.size:
        return 0.0
    last = int(below[-1])
    if last == flows.size - 1:
        raise MissingDataError(
            f"break-even is not reached: {-cumulative[-1]:,.2f} is still out after {flows.size} periods"
        )
    return float(last + 1 - cumulative[last] / (cumulative[last + 1] - cumulative[last]))


def trough(cash_flows: npt.ArrayLike) -> Trough:
    """
    How much cash is out at the worst point, and when.

    Parameters
    ----------
    cash_flows : array_like, shape (n,)
        The money of each period, negative for what is paid. [currency]

    Returns
    -------
    Trough
        Depth as a positive amount, and the first period by whose end it is reached.

    Raises
    ------
    DomainError
        If a cash flow is not finite.
    InputError
        If a value is not a number, or there is none.

    Examples
    --------
    >>> trough([-540.5, -209.5, 117.0])
    Trough(depth=750.0, period=2)
    """
    cumulative = np.concatenate([[0.0], _cumulative(cash_flow_vector("cash_flows", cash_flows))])
    period = int(np.argmin(cumulative))
    return Trough(depth=float(-cumulative[period]) if period else 0.0, period=period)


def cash_flow_vector(name: str, values: npt.ArrayLike) -> FloatArray:
    """Give the amounts as a vector of finite numbers, one or more."""
    flows = np.atleast_1d(numbers(name, values))
    if flows.ndim != 1 or not flows.size:
        raise InputError(f"{name} must be one list of amounts, one or more, not an array of shape {flows.shape}")
    for row in np.flatnonzero(~np.isfinite(flows)).tolist():
        raise DomainError(f"{name}, row {row + 1}, must be {FINITE.rule}, not {flows[row]}")
    return flows


def discount_factors(rate: float, periods: int, timing: Timing, *, name: str = "discount_rate") -> FloatArray:
    """Present value of 1 in each period."""
    d = np.asarray(single(name, rate, RATE))
    exponent = discount_exponent(timing)
    with np.errstate(all="ignore"):
        return discount_factor(d, exponent + np.arange(periods, dtype=np.float64))


def _cumulative(flows: FloatArray) -> FloatArray:
    """Sums so far; what is left of sums that cancel counts as 0."""
    cumulative = np.cumsum(flows)
    return np.where(np.abs(cumulative) <= ROUNDING * np.cumsum(np.abs(flows)), 0.0, cumulative)
