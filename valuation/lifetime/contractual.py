"""
Contracts that are renewed or not, by customers who are not all alike: the shifted beta-geometric model (sBG).

Each customer has a chance to leave at each renewal that stays the same; over customers it follows a beta
distribution. The less loyal leave first, so that the retention of those who are left rises with age. One
average retention rate for everybody undervalues such a base. A customer's first contract period is paid for certain;
the first renewal comes at its end.

References
----------
.. [1] P. S. Fader and B. G. S. Hardie, "How to Project Customer Retention," Journal of Interactive
   Marketing, vol. 21, no. 1, pp. 76-90, 2007.
.. [2] P. S. Fader and B. G. S. Hardie, "Customer-Base Valuation in a Contractual Setting: The Perils of
   Ignoring Heterogeneity," Marketing Science, vol. 29, no. 1, pp. 85-93, 2010.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.lifetime.conventions import Customers, FloatArray, Timing, plain, single, within
from valuation.lifetime.renewals import ORDINAL, RENEWALS, SHAPE, RenewalModel, mixed_payments, renewal_value

__all__ = [
    "SbgParameters",
    "sbg_discounted_lifetime",
    "sbg_residual_lifetime",
    "sbg_retention",
    "sbg_survival",
    "sbg_value",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SbgParameters:
    """The beta distribution of the chance to leave at a renewal; its mean is alpha / (alpha + beta)."""

    alpha: float
    """First shape, from 1e-6 to 1e6. [1]"""

    beta: float
    """Second shape, from 1e-6 to 1e6. [1]"""

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        single("alpha", self.alpha, SHAPE)
        single("beta", self.beta, SHAPE)


def sbg_survival(params: SbgParameters, t: npt.ArrayLike) -> FloatArray:
    r"""
    Share of a cohort that is still there after `t` renewals.

    .. math:: S(t) = \frac{B(\alpha, \beta + t)}{B(\alpha, \beta)}

    Parameters
    ----------
    params : SbgParameters
        Of the contract renewal model.
    t : array_like
        Renewals since the start, a whole number. [periods]

    Returns
    -------
    ndarray or float64
        Shape of `t`; NaN where it is missing or out of range. [1]

    Raises
    ------
    DomainError
        If a single `t` is not a whole number, 0 or more.
    InputError
        If a value is not a number.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "How to Project Customer Retention," Journal of Interactive
       Marketing, vol. 21, no. 1, 2007.

    Examples
    --------
    >>> sbg_survival(SbgParameters(alpha=0.704, beta=1.182), [0, 1, 2, 8]).round(4)
    array([1.    , 0.6267, 0.4738, 0.2201])
    """
    renewals = within("t", t, RENEWALS)
    from scipy.special import betaln

    return plain(np.exp(betaln(params.alpha, params.beta + renewals) - betaln(params.alpha, params.beta)))


def sbg_retention(params: SbgParameters, t: npt.ArrayLike) -> FloatArray:
    r"""
    Chance that those who are still there make the `t`-th renewal.

    .. math:: r_t = \frac{S(t)}{S(t - 1)} = \frac{\beta + t - 1}{\alpha + \beta + t - 1}

    Parameters
    ----------
    params : SbgParameters
        Of the contract renewal model.
    t : array_like
        Which renewal: 1 is the first. [periods]

    Returns
    -------
    ndarray or float64
        Shape of `t`; NaN where it is missing or out of range. [1/period]

    Raises
    ------
    DomainError
        If a single `t` is not a whole number, 1 or more.
    InputError
        If a value is not a number.

    Notes
    -----
    It rises although no customer's own chance changes, so that a rising retention of a base of mixed age is no
    evidence that a loyalty program works.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "How to Project Customer Retention," Journal of Interactive
       Marketing, vol. 21, no. 1, 2007.

    Examples
    --------
    >>> sbg_retention(SbgParameters(alpha=0.704, beta=1.182), [1, 2, 7]).round(4)
    array([0.6267, 0.7561, 0.9107])
    """
    kept = params.beta + within("t", t, ORDINAL) - 1.0
    return plain(kept / (params.alpha + kept))


def sbg_discounted_lifetime(params: SbgParameters, *, discount_rate: npt.ArrayLike) -> FloatArray:
    r"""
    Discounted expected lifetime of a new customer (DEL), paying at the start of each period.

    .. math:: \sum_{t=0}^{\infty} \frac{S(t)}{(1+d)^t} = {}_2F_1\!\left(1, \beta; \alpha + \beta; \tfrac{1}{1+d}\right)

    Parameters
    ----------
    params : SbgParameters
        Of the contract renewal model.
    discount_rate : array_like
        Rate per period, above 0; 0 is enough where alpha is above 1. [1/period]

    Returns
    -------
    ndarray or float64
        Shape of `discount_rate`; NaN where it is missing or out of range, or the sum diverges. [periods]

    Raises
    ------
    DomainError
        If a single rate is out of range or the sum diverges.
    InputError
        If a value is not a number.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "Customer-Base Valuation in a Contractual Setting," Marketing Science,
       vol. 29, no. 1, 2010.

    Examples
    --------
    >>> print(f"{sbg_discounted_lifetime(SbgParameters(alpha=0.668, beta=3.806), discount_rate=0.1):.6f}")
    5.922596
    """
    return sbg_value(
        1.0, params, discount_rate=discount_rate, horizon=np.inf, timing="start", customers="new", contract_period=1
    )


def sbg_residual_lifetime(
    params: SbgParameters, *, discount_rate: npt.ArrayLike, contract_period: npt.ArrayLike
) -> FloatArray:
    r"""
    Discounted expected residual lifetime (DERL) of a customer just before the n-th renewal.

    .. math:: \sum_{t=n}^{\infty} \frac{S(t)}{S(n-1)} \frac{1}{(1+d)^{t-n}} = \frac{\beta+n-1}{\alpha+\beta+n-1} \;
        {}_2F_1\!\left(1, \beta+n; \alpha+\beta+n; \tfrac{1}{1+d}\right)

    Parameters
    ----------
    params : SbgParameters
        Of the contract renewal model.
    discount_rate : array_like
        Rate per period, above 0; 0 is enough where alpha is above 1. [1/period]
    contract_period : array_like
        Number n of the contract period that is about to end, the first one is 1. [periods]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN in the rows whose own inputs are missing or out of range, or
        whose sum diverges. [periods]

    Raises
    ------
    DomainError
        If a single value is out of range or the sum diverges.
    InputError
        If a value is not a number, or lengths differ.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "Customer-Base Valuation in a Contractual Setting," Marketing Science,
       vol. 29, no. 1, 2010. Table 3.

    Examples
    --------
    >>> base = SbgParameters(alpha=3.8, beta=15.2)
    >>> sbg_residual_lifetime(base, discount_rate=0.1, contract_period=[1, 2, 3, 4, 5]).round(2)
    array([3.31, 3.45, 3.59, 3.72, 3.84])
    """
    return sbg_value(
        1.0,
        params,
        discount_rate=discount_rate,
        horizon=np.inf,
        timing="start",
        customers="existing",
        contract_period=contract_period,
    )


def sbg_value(
    margin: npt.ArrayLike,
    params: SbgParameters,
    *,
    discount_rate: npt.ArrayLike,
    horizon: npt.ArrayLike,
    timing: Timing,
    customers: Customers,
    contract_period: npt.ArrayLike,
    acquisition_cost: npt.ArrayLike = 0.0,
) -> FloatArray:
    r"""
    Present value of the margins of a customer under contract, whose retention rises with age.

    .. math:: V_h = \sum_{t=1}^{h} m \frac{s_t}{(1+d)^{e_t}} - c

    with :math:`s_t = S(n + t - 2) / S(n - 1)` for new and :math:`S(n + t - 1) / S(n - 1)` for existing customers in
    contract period :math:`n`, and :math:`e_t = t - 1, t - \frac{1}{2}, t` for timing "start", "mid", "end".

    Parameters
    ----------
    margin : array_like
        Contribution of an active customer after cost to serve, before acquisition cost. [currency/period]
    params : SbgParameters
        Of the contract renewal model.
    discount_rate : array_like
        Rate per period, above -1. [1/period]
    horizon : array_like
        Number of periods counted, or ``math.inf``. [periods]
    timing : {"start", "mid", "end"}
        When in its period the margin arrives.
    customers : {"existing", "new"}
        Whether the first payment depends on the next renewal ("existing", also "atrisk") or is certain ("new", also
        "certain").
    contract_period : array_like
        Number n of the customer's contract period, the first one is 1: for existing customers the one that is about
        to end, for new ones the one that is about to begin. [periods]
    acquisition_cost : array_like
        Paid once, before the first margin. [currency]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together. NaN in the rows whose own inputs are missing or out of range, or
        whose endless sum diverges. [currency]

    Raises
    ------
    DomainError
        If a single value is out of range, or the endless sum of a single rate diverges: at a rate below 0, and at 0
        unless alpha is above 1.
    InputError
        If a value is not a number, a word is unknown, lengths differ, or a single `horizon` is neither a positive
        whole number nor infinite.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "Customer-Base Valuation in a Contractual Setting," Marketing Science,
       vol. 29, no. 1, 2010.
    .. [2] P. S. Fader and B. G. S. Hardie, "Reconciling and Clarifying CLV Formulas," note 024, 2012.

    Examples
    --------
    A customer just before the first renewal, and one just before the fifth:

    >>> base = SbgParameters(alpha=0.668, beta=3.806)
    >>> sbg_value(
    ...     1000, base, discount_rate=0.1, horizon=3, timing="mid", customers="existing", contract_period=[1, 5]
    ... ).round(2)
    array([1986.3 , 2252.12])
    """
    return renewal_value(
        _model(params),
        margin,
        discount_rate=discount_rate,
        horizon=horizon,
        timing=timing,
        customers=customers,
        contract_period=contract_period,
        acquisition_cost=acquisition_cost,
    )


def _model(params: SbgParameters) -> RenewalModel:
    """Who is in contract period n has made n - 1 renewals, and that moves beta; the rest is as for a new customer."""
    alpha, beta = params.alpha, params.beta
    return RenewalModel(
        retention=lambda n: (beta + (n - 1.0)) / (alpha + (beta + (n - 1.0))),
        payments=lambda n, d, h: mixed_payments(alpha, beta + (n - 1.0), d, h),
        mean_exists=alpha > 1.0,
    )
