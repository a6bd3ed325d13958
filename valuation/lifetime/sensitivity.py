r"""
What moves lifetime value: the effect of a little more retention, margin, discount rate or acquisition cost.

Two changes are confused constantly. A relative change of 1% takes a retention of 80% to 80.8%, a change of one
percentage point to 81%: at a rate of 10% they raise the endless value by 3.8% and 4.7%. Both are given, each with
the driver as it becomes. A short horizon hides retention: over three years the first of them raises a new
customer's value by 0.8% only.

References
----------
.. [1] S. Gupta, D. R. Lehmann and J. A. Stuart, "Valuing Customers," Journal of Marketing Research, vol. 41, no. 1,
   pp. 7-18, 2004.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import ZeroDenominatorError
from valuation.lifetime.conventions import (
    FINITE,
    HORIZON,
    NOT_NEGATIVE,
    PROBABILITY,
    RATE,
    Customers,
    FloatArray,
    Range,
    Timing,
    single,
)
from valuation.lifetime.value import lifetime_value

__all__ = ["ValueElasticities", "ValueSensitivity", "value_elasticities", "value_sensitivity"]

DRIVERS: Final = ("retention", "margin", "discount rate", "acquisition cost")
IS_RATE: Final = np.array([True, False, True, False])
SHOCK: Final = Range(
    rule="between -1 and 1, both excluded: 0.01 for 1%",
    low=float(np.nextafter(-1.0, 0.0)),
    high=float(np.nextafter(1.0, 0.0)),
    hint_percent=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueElasticities:
    """By how many percent the endless value less acquisition cost rises when a driver rises by 1% of itself."""

    retention: float
    """Of the retention rate. [1]"""

    margin: float
    """Of the margin. [1]"""

    discount_rate: float
    """Of the discount rate. [1]"""

    acquisition_cost: float
    """Of the acquisition cost. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValueSensitivity:
    """What the value becomes when one driver changes and the others stay; the arrays have one number for each."""

    drivers: tuple[str, ...]
    """Retention, margin, discount rate, acquisition cost: the order of the arrays."""

    value: float
    """Value less acquisition cost, nothing changed. [currency]"""

    given: FloatArray
    """The drivers as they are. [as the driver]"""

    relative: FloatArray
    """The drivers after a relative change: times 1 + shock. [as the driver]"""

    relative_effect: FloatArray
    """Change of the value that follows; NaN where the changed driver is out of range. [currency]"""

    relative_share: FloatArray
    """The same as a share of the size of the value; NaN where that is 0. [1]"""

    points: FloatArray
    """The rates after a change of percentage points: plus shock; NaN for money. [1/period]"""

    points_effect: FloatArray
    """Change of the value that follows; NaN for money and out of range. [currency]"""

    points_share: FloatArray
    """The same as a share of the size of the value; NaN where that is 0. [1]"""


def value_elasticities(
    margin: npt.ArrayLike,
    retention_rate: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    acquisition_cost: npt.ArrayLike = 0.0,
) -> ValueElasticities:
    r"""
    Elasticities of the endless value less acquisition cost.

    .. math::

        \varepsilon_r = \frac{1+d}{1+d-r} \frac{V}{V-c}, \quad \varepsilon_m = \frac{V}{V-c}, \quad
        \varepsilon_d = \frac{-d}{1+d-r} \frac{V}{V-c}, \quad \varepsilon_c = \frac{-c}{V-c}, \qquad
        V = \frac{m r}{1+d-r}

    Parameters
    ----------
    margin : array_like, shape ()
        Contribution of an active customer, before acquisition cost. [currency/period]
    retention_rate : array_like, shape ()
        Chance to stay from one period to the next. [1/period]
    discount_rate : array_like, shape ()
        Rate per period, above -1. [1/period]
    acquisition_cost : array_like, shape ()
        Paid once, before the first margin. [currency]

    Returns
    -------
    ValueElasticities
        For a small change; `value_sensitivity` gives the effect of one that is not small.

    Raises
    ------
    ZeroDenominatorError
        If the value less acquisition cost is 0.
    DomainError
        If a number is out of range, or the endless sum diverges.
    InputError
        If a value is not one number.

    Notes
    -----
    The convention is the source's: existing customers, timing "end", without end.

    References
    ----------
    .. [1] S. Gupta, D. R. Lehmann and J. A. Stuart, "Valuing Customers," Journal of Marketing Research, vol. 41, no. 1,
       2004.

    Examples
    --------
    >>> found = value_elasticities(1000, 0.8, discount_rate=0.1, acquisition_cost=900)
    >>> print(f"{found.retention:.4f} {found.margin:.4f} {found.discount_rate:.4f} {found.acquisition_cost:.4f}")
    5.5346 1.5094 -0.5031 -0.5094
    """
    r = single("retention_rate", retention_rate, PROBABILITY)
    d = single("discount_rate", discount_rate, RATE)
    cost = single("acquisition_cost", acquisition_cost, NOT_NEGATIVE)
    value = float(
        lifetime_value(
            single("margin", margin, FINITE),
            r,
            discount_rate=d,
            horizon=np.inf,
            timing="end",
            customers="existing",
        )
    )
    net = value - cost
    if net == 0.0:
        raise ZeroDenominatorError(
            f"the value less acquisition_cost must not be 0, as {value:.15g} less {cost:.15g} is"
        )
    gap, leverage = 1.0 - r + d, value / net
    return ValueElasticities(
        retention=(1.0 + d) / gap * leverage,
        margin=leverage,
        discount_rate=-d / gap * leverage,
        acquisition_cost=-cost / net,
    )


def value_sensitivity(
    margin: npt.ArrayLike,
    retention_rate: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
    acquisition_cost: npt.ArrayLike,
    horizon: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    shock: npt.ArrayLike,
    growth: npt.ArrayLike = 0.0,
) -> ValueSensitivity:
    """
    Effect of a change in each driver on the value less acquisition cost, in relative terms and in percentage points.

    Parameters
    ----------
    margin : array_like, shape ()
        Contribution of an active customer, before acquisition cost. [currency/period]
    retention_rate : array_like, shape ()
        Chance to stay from one period to the next. [1/period]
    discount_rate : array_like, shape ()
        Rate per period, above -1. [1/period]
    acquisition_cost : array_like, shape ()
        Paid once, before the first margin. [currency]
    horizon : array_like, shape ()
        Number of periods counted, or ``math.inf``. [periods]
    timing : {"start", "mid", "end"}
        When in its period the margin arrives.
    customers : {"existing", "new"}
        Whether the first payment depends on renewing or is certain.
    shock : array_like, shape ()
        The change: 0.01 is 1% of the driver, and one percentage point. [1]
    growth : array_like, shape ()
        Growth of the margin from one period to the next, above -1. [1/period]

    Returns
    -------
    ValueSensitivity
        NaN where a changed driver is out of range, as a retention above 1 is, or its endless sum diverges.

    Raises
    ------
    DomainError
        If a number is out of range, or the endless sum diverges with nothing changed.
    InputError
        If a value is not one number, a word is unknown, or `horizon` is neither a positive whole number nor infinite.

    Notes
    -----
    Shares are of the value without its sign, so that they have the sign of the money.

    References
    ----------
    .. [1] S. Gupta, D. R. Lehmann and J. A. Stuart, "Valuing Customers," Journal of Marketing Research, vol. 41, no. 1,
       2004.

    Examples
    --------
    >>> found = value_sensitivity(
    ...     1000,
    ...     0.8,
    ...     discount_rate=0.1,
    ...     acquisition_cost=0,
    ...     horizon=float("inf"),
    ...     timing="end",
    ...     customers="existing",
    ...     shock=0.01,
    ... )
    >>> print(f"{found.relative_share[0]:.4%} {found.points_share[0]:.4%} {found.points_share[2]:.4%}")
    3.7671% 4.7414% -3.2258%
    """
    given = np.array(
        [
            single("retention_rate", retention_rate, PROBABILITY),
            single("margin", margin, FINITE),
            single("discount_rate", discount_rate, RATE),
            single("acquisition_cost", acquisition_cost, NOT_NEGATIVE),
        ]
    )
    s = single("shock", shock, SHOCK)
    h = single("horizon", horizon, HORIZON)
    g = single("growth", growth, RATE)

    def value_of(drivers: FloatArray) -> FloatArray:
        r, m, d, c = drivers
        return lifetime_value(
            m,
            r,
            discount_rate=d,
            horizon=h,
            timing=timing,
            customers=customers,
            growth=g,
            acquisition_cost=c,
        )

    value = float(value_of(given))

    def effects(changed: FloatArray) -> FloatArray:
        """One driver changed at a time: column i holds all drivers, the i-th of them changed."""
        return value_of(np.where(np.eye(4, dtype=np.bool_), changed, given[:, np.newaxis])) - value

    relative, points = given * (1.0 + s), np.where(IS_RATE, given + s, np.nan)
    relative_effect, points_effect = effects(relative), effects(points)
    size = abs(value) or np.nan
    return ValueSensitivity(
        drivers=DRIVERS,
        value=value,
        given=given,
        relative=relative,
        relative_effect=relative_effect,
        relative_share=relative_effect / size,
        points=points,
        points_effect=points_effect,
        points_share=points_effect / size,
    )
