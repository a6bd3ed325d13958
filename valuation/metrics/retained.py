"""
Retained revenue: what last year's customers pay this year, with and without what they bought more of.

The bridge has one line for each reason why revenue changed; exchange rates are a line of their own, and retention is
measured in constant currency. What is new or came back counts in neither rate. The two rates are the usual measures of
companies with recurring revenue; the cut of the lines is a project convention.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray, numbers, refuse_rows
from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.metrics.transactions import MICRO, BoolArray

__all__ = [
    "PARTS",
    "RevenueBridge",
    "bridge_of",
    "gross_revenue_retention",
    "line_sums",
    "money_column",
    "net_revenue_retention",
    "revenue_bridge",
]

PARTS: Final = ("lost", "contraction", "expansion", "reactivated", "new")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueBridge:
    """
    From the revenue of one span of time to that of the next, in signed lines. [currency]

    Attributes
    ----------
    opening : float
        Revenue before.
    lost, contraction : float
        Of customers who paid before: who pays nothing now, and who pays less. 0 or less.
    expansion : float
        Of customers who paid before and pay more now.
    reactivated, new : float
        Of customers who did not pay before.
    fx : float
        What exchange rates changed.
    closing : float
        Revenue now: the sum of the lines above.
    check : float
        That sum less `closing`: 0.
    base : float
        Revenue before of those who paid: `opening` without customers with net credits.
    """

    opening: float
    lost: float
    contraction: float
    expansion: float
    reactivated: float
    new: float
    fx: float
    closing: float
    check: float
    base: float

    @property
    def net_retention(self) -> float:
        """Net revenue retention in constant currency; NaN where nobody paid before. [1]"""
        kept = self.base + self.lost + self.contraction + self.expansion
        return kept / self.base if self.base > 0 else np.nan

    @property
    def gross_retention(self) -> float:
        """Gross revenue retention in constant currency; NaN where nobody paid before. [1]"""
        return (self.base + self.lost + self.contraction) / self.base if self.base > 0 else np.nan


def net_revenue_retention(
    opening: npt.ArrayLike, expansion: npt.ArrayLike, contraction: npt.ArrayLike, churn: npt.ArrayLike
) -> FloatArray:
    r"""
    Net revenue retention: what opening customers pay now over what they paid.

    .. math:: \frac{\text{opening} + \text{expansion} - \text{contraction} - \text{churn}}{\text{opening}}

    Parameters
    ----------
    opening : array_like, shape (n,)
        Recurring revenue at the start. [currency/period]
    expansion, contraction, churn : array_like, shape (n,)
        What these customers pay more, pay less, and what those who left paid; each 0 or more. [currency/period]

    Returns
    -------
    ndarray, shape (n,)
        NaN where a row's numbers are missing or out of range. [1]

    Raises
    ------
    DomainError, ZeroDenominatorError
        If all arguments are single numbers, of which one is out of range, or `opening` is 0.

    Notes
    -----
    Revenue of new and of reactivated customers is no expansion.

    Examples
    --------
    >>> print(net_revenue_retention(1000, 120, 50, 80))
    0.99
    """
    kept, gain = _kept(opening, contraction, churn, expansion)
    return kept + gain


def gross_revenue_retention(opening: npt.ArrayLike, contraction: npt.ArrayLike, churn: npt.ArrayLike) -> FloatArray:
    r"""
    Gross revenue retention: what is left of the opening revenue, without expansion.

    .. math:: \frac{\text{opening} - \text{contraction} - \text{churn}}{\text{opening}}

    Parameters
    ----------
    opening : array_like, shape (n,)
        Recurring revenue at the start. [currency/period]
    contraction, churn : array_like, shape (n,)
        What these customers pay less, and what those who left paid; each 0 or more. [currency/period]

    Returns
    -------
    ndarray, shape (n,)
        In 0..1; NaN where a row's numbers are missing or out of range. [1]

    Raises
    ------
    DomainError, ZeroDenominatorError
        If all arguments are single numbers, of which one is out of range, or `opening` is 0.

    Examples
    --------
    >>> print(gross_revenue_retention(1000, 50, 80))
    0.87
    """
    return _kept(opening, contraction, churn, 0.0)[0]


def _kept(
    opening: npt.ArrayLike, contraction: npt.ArrayLike, churn: npt.ArrayLike, expansion: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Shares of opening revenue that stay, and that are added."""
    names = ("opening", "contraction", "churn", "expansion")
    given = [numbers(value, name) for value, name in zip((opening, contraction, churn, expansion), names, strict=True)]
    try:
        before, less, left, more = np.broadcast_arrays(*given)
    except ValueError:
        shapes = ", ".join(str(value.shape) for value in given)
        raise InputError(f"opening, expansion, contraction and churn must fit, not {shapes}") from None
    if before.ndim == 0:
        for name, value in zip(names, given, strict=True):
            if value < 0:
                raise DomainError(f"{name} must not be negative, not {value}")
        if before == 0:
            raise ZeroDenominatorError("opening must not be 0")
        if less + left > before:
            raise DomainError(f"contraction and churn must not exceed opening {before}, not {less + left}")
    fits = (before > 0) & (less >= 0) & (left >= 0) & (more >= 0) & (less + left <= before)
    fits &= np.isfinite(before) & np.isfinite(more)
    base = np.where(fits, before, np.nan)
    return (base - less - left) / base, more / base


def revenue_bridge(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    constant: npt.ArrayLike | None = None,
    *,
    is_new: npt.ArrayLike | None = None,
) -> RevenueBridge:
    """
    Explain the change of revenue customer by customer.

    Parameters
    ----------
    before, after : array_like, shape (n,)
        Revenue of each customer in the two spans of time. [currency]
    constant : array_like, shape (n,), optional
        `after` at the exchange rates of `before`; the same as `after` if left out. [currency]
    is_new : array_like of bool, shape (n,), optional
        Customers whose first purchase is in the later span. All who did not pay before if left out.

    Returns
    -------
    RevenueBridge
        A customer with revenue before is lost if it brings nought or less now; one with a net credit before counts as
        reactivated, not as base.

    Raises
    ------
    InputError
        If lengths differ or a number is missing.

    Examples
    --------
    >>> bridge = revenue_bridge([100, 80, 50, 0], [120, 30, 0, 40])
    >>> bridge.lost, bridge.contraction, bridge.expansion, bridge.new, bridge.closing
    (-50.0, -50.0, 20.0, 40.0, 190.0)
    >>> print(round(bridge.net_retention, 3), round(bridge.gross_retention, 3))
    0.652 0.565
    """
    columns = [money_column(before, "before"), money_column(after, "after")]
    columns.append(columns[1] if constant is None else money_column(constant, "constant"))
    newcomers = columns[0] == 0 if is_new is None else np.asarray(is_new)
    if newcomers.dtype.kind != "b":
        raise InputError(f"is_new must be true or false, not {newcomers.dtype}")
    if len({column.shape for column in (*columns, newcomers)}) > 1:
        raise InputError(f"lengths differ: {', '.join(str(column.size) for column in (*columns, newcomers))}")
    return bridge_of(line_sums(columns[0], columns[1], columns[2], newcomers))


def money_column(values: npt.ArrayLike, name: str) -> FloatArray:
    """A column of amounts in millionths."""
    amounts = numbers(values, name)
    if amounts.ndim != 1:
        raise InputError(f"{name} must be a column, not of shape {amounts.shape}")
    refuse_rows(~np.isfinite(amounts), amounts, InputError, f"{name} must be a number")
    return np.rint(amounts * MICRO)


def line_sums(before: FloatArray, after: FloatArray, constant: FloatArray, is_new: BoolArray) -> FloatArray:
    """The lines in millionths: opening, `PARTS`, constant closing, closing, base."""
    paid, change = before > 0, constant - before
    lost, more = paid & (constant <= 0), paid & (change > 0)
    back = ~paid & ((before < 0) | ~is_new)
    masks = (lost, paid & ~lost & ~more, more, back, ~paid & ~back)
    parts = [float(change[mask].sum()) for mask in masks]
    return np.array([before.sum(), *parts, constant.sum(), after.sum(), before[paid].sum()])


def bridge_of(sums: FloatArray) -> RevenueBridge:
    """The lines in money, with their check."""
    opening, *parts, constant, closing, base = sums.tolist()
    fx = closing - constant
    check = opening + sum(parts) + fx - closing
    lines = dict(zip(PARTS, (part / MICRO for part in parts), strict=True))
    return RevenueBridge(
        opening=opening / MICRO,
        **lines,
        fx=fx / MICRO,
        closing=closing / MICRO,
        check=check / MICRO,
        base=base / MICRO,
    )
