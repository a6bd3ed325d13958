"""What a unit of money brings that is spent on acquiring, on retaining and on developing customers, side by side."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.errors import InputError, MissingDataError
from valuation.lifetime import lifetime_value
from valuation.lifetime.conventions import (
    FINITE,
    HORIZON,
    NOT_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    RATE,
    Customers,
    FloatArray,
    Timing,
    known_word,
    numbers,
    single,
)
from valuation.loyalty.cash_flows import break_even

__all__ = ["PURPOSES", "returns_on_spend"]

MOST_SUMS: Final = 1000

PAYBACK_PERIODS: Final = 200
"""As far as a payback is looked for where the horizon has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """The customers that the money is spent on."""

    customers: float
    margin: float
    retention_rate: float
    discount_rate: float
    horizon: float
    timing: Timing

    def worth(self, margin: float, retention_rate: float, customers: Customers) -> float:
        """One customer at other terms."""
        return float(
            lifetime_value(
                margin,
                retention_rate,
                discount_rate=self.discount_rate,
                horizon=self.horizon,
                timing=self.timing,
                customers=customers,
            )
        )


_Gain: TypeAlias = tuple[float, FloatArray]
"""Value created, and the money of each period that it consists of, undiscounted."""


def _acquired(base: _Base, spend: float, cost: float, t: FloatArray) -> _Gain:
    """New customers at a cost each, whose first payment is certain."""
    won = spend / cost
    value = won * base.worth(base.margin, base.retention_rate, "new")
    return value, won * base.margin * base.retention_rate ** (t - 1.0)


def _retained(base: _Base, spend: float, points: float, t: FloatArray) -> _Gain:
    """Present customers who stay longer."""
    lifted = base.retention_rate + points
    if not PROBABILITY.holds(np.asarray(lifted)):
        raise PROBABILITY.refusal("retention_rate with the effect of retain", lifted)
    each = base.worth(base.margin, lifted, "existing") - base.worth(base.margin, base.retention_rate, "existing")
    return base.customers * each, base.customers * base.margin * (lifted**t - base.retention_rate**t)


def _developed(base: _Base, spend: float, more: float, t: FloatArray) -> _Gain:
    """Present customers who bring more."""
    each = base.worth(base.margin + more, base.retention_rate, "existing") - base.worth(
        base.margin, base.retention_rate, "existing"
    )
    return base.customers * each, base.customers * more * base.retention_rate**t


PURPOSES: Final[Mapping[str, Callable[[_Base, float, float, FloatArray], _Gain]]] = {
    "acquire": _acquired,
    "retain": _retained,
    "develop": _developed,
}
"""What money can be spent on, and what it brings there."""


def returns_on_spend(
    purposes: Sequence[str],
    spend: npt.ArrayLike,
    effect: npt.ArrayLike,
    *,
    customers: float,
    margin: float,
    retention_rate: float,
    discount_rate: float,
    horizon: float,
    timing: Timing,
) -> pd.DataFrame:
    r"""
    Value created by each way to spend money on customers, and per unit of money.

    .. math::

        \text{acquire: } \frac{S}{c} V^{\text{new}}(m, r), \qquad
        \text{retain: } N \left(V(m, r + x) - V(m, r)\right), \qquad
        \text{develop: } N \left(V(m + y, r) - V(m, r)\right)

    Parameters
    ----------
    purposes : sequence of {"acquire", "retain", "develop"}, length n
        What each sum is spent on; a purpose may stand several times, once for each plan.
    spend : array_like, shape (n,)
        Money S spent once, now, above 0. [currency]
    effect : array_like, shape (n,)
        What it does: acquire, the cost c of winning one customer, above 0 [currency]; retain, points x by which
        retention of the present customers rises [1/period]; develop, margin y that each of them brings in addition
        [currency/period].
    customers : float
        Present customers N. [count]
    margin : float
        Contribution m of an active customer after cost to serve. [currency/period]
    retention_rate : float
        Retention r without the spend. [1/period]
    discount_rate : float
        Rate per period, above -1. [1/period]
    horizon : float
        Number of periods counted, or ``math.inf``. [periods]
    timing : {"start", "mid", "end"}
        When in its period the margin arrives.

    Returns
    -------
    DataFrame, one row for each sum
        purpose; spend, value [currency]; return_per_unit, value by spend [1]; net, value less spend [currency];
        payback, undiscounted, NaN if not reached within the horizon [periods].

    Raises
    ------
    DomainError
        If a number is out of range, retention would be above 1, or the value has no end.
    InputError
        If a purpose is unknown, there are none or more than 1000, lengths differ, or a value is not a number.

    Notes
    -----
    New customers pay for certain in their first period, present ones must renew first. Effects last. These are returns
    of the whole sum; the last unit of a larger one brings less. A return is comparable only on one horizon and timing:
    a short one favours acquiring, since its first payment is certain, and hides what retention brings later.

    References
    ----------
    .. [1] R. C. Blattberg and J. Deighton, "Manage Marketing by the Customer Equity Test," Harvard Business Review,
       vol. 74, no. 4, 1996.

    Examples
    --------
    >>> found = returns_on_spend(
    ...     ["acquire", "retain", "develop"], [100_000, 100_000, 100_000], [250, 0.02, 10], customers=10_000,
    ...     margin=200, retention_rate=0.8, discount_rate=0.1, horizon=math.inf, timing="end",
    ... )
    >>> found["return_per_unit"].round(4).tolist()
    [2.6667, 5.2381, 2.6667]
    """
    if len(purposes) > MOST_SUMS:
        raise InputError(
            f"purposes must be {MOST_SUMS} at most, not {len(purposes)}: a choice of plans, not of customers"
        )
    for row, purpose in enumerate(purposes):
        known_word(f"purpose, row {row + 1},", purpose, PURPOSES)
    sums, effects = (_column(name, values, len(purposes)) for name, values in (("spend", spend), ("effect", effect)))
    base = _Base(
        customers=single("customers", customers, NOT_NEGATIVE),
        margin=single("margin", margin, FINITE),
        retention_rate=single("retention_rate", retention_rate, PROBABILITY),
        discount_rate=single("discount_rate", discount_rate, RATE),
        horizon=single("horizon", horizon, HORIZON),
        timing=timing,
    )
    t = np.arange(1.0, min(base.horizon, PAYBACK_PERIODS) + 1.0)
    rows = []
    for row, (purpose, money, change) in enumerate(zip(purposes, sums.tolist(), effects.tolist(), strict=True)):
        if not POSITIVE.holds(np.asarray(money)):
            raise POSITIVE.refusal(f"spend, row {row + 1},", money)
        limits = POSITIVE if purpose == "acquire" else FINITE
        if not limits.holds(np.asarray(change)):
            raise limits.refusal(f"effect, row {row + 1},", change)
        value, gains = PURPOSES[purpose](base, money, change, t)
        rows.append(
            {
                "purpose": purpose,
                "spend": money,
                "value": value,
                "return_per_unit": value / money,
                "net": value - money,
                "payback": _payback(money, gains),
            }
        )
    return pd.DataFrame(rows)


def _payback(spend: float, gains: FloatArray) -> float:
    """Periods until the gains have brought the money back, NaN where they do not."""
    try:
        return break_even(np.concatenate([[-spend], gains])) - 1.0
    except MissingDataError:
        return math.nan


def _column(name: str, values: npt.ArrayLike, rows: int) -> FloatArray:
    """One number for each purpose, one purpose or more."""
    given = np.atleast_1d(numbers(name, values))
    if not rows or given.shape != (rows,):
        raise InputError(f"{name} must be one number for each of {rows} purposes, not {given.size} of them")
    return given
