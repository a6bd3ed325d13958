r"""
Customers who can buy only at certain opportunities, such as a yearly appeal or a monthly box: the BG/BB model.

Before each opportunity a customer may leave for good, with a chance that follows a beta distribution over customers
(:math:`\gamma, \delta`); who is still there buys or not, with a chance that follows another (:math:`\alpha, \beta`). Of
n opportunities a customer used x, the last of them as the :math:`t_x`-th. Unlike in the models of purchases at any
time, all three are whole numbers, and the first purchase, which makes a customer of somebody, is no opportunity.

Who is still there at the next opportunity faces what a contract with renewals is (`valuation.lifetime.contractual`), so
that expectations are sums over renewals, without the differences of gamma functions or the hypergeometric function of
the closed forms.

References
----------
.. [1] P. S. Fader, B. G. S. Hardie and J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting,"
   Marketing Science, vol. 29, no. 6, pp. 1086-1108, 2010.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.errors import ConvergenceError, DomainError, MissingDataError
from valuation.lifetime.conventions import RATE, FloatArray, Range, common_shape, plain, single, within
from valuation.lifetime.renewals import RENEWALS, SHAPE, mixed_payments
from valuation.likelihood import Fit, Terms, maximize
from valuation.purchases.opportunities import GroupedOpportunities, grouped_opportunities, opportunity_customers
from valuation.purchases.opportunity_terms import Tables, chunks, log_sums, terms_of

__all__ = [
    "BgBbParameters",
    "bg_bb_count_probabilities",
    "bg_bb_expected_purchases",
    "bg_bb_p_alive",
    "bg_bb_purchases_of_new",
    "bg_bb_residual_purchases",
    "fit_bg_bb",
]

COUNTED: Final = Range(rule="a whole number from 0 to 10000", low=0.0, high=1e4, whole=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BgBbParameters:
    """The beta distributions of the chances to buy and to leave."""

    alpha: float
    """First shape of the chance to buy, from 1e-6 to 1e6. [1]"""

    beta: float
    """Second shape of the chance to buy, from 1e-6 to 1e6. [1]"""

    gamma: float
    """First shape of the chance to leave, from 1e-6 to 1e6. [1]"""

    delta: float
    """Second shape of the chance to leave, from 1e-6 to 1e6. [1]"""

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        single("alpha", self.alpha, SHAPE)
        single("beta", self.beta, SHAPE)
        single("gamma", self.gamma, SHAPE)
        single("delta", self.delta, SHAPE)


def fit_bg_bb(
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    opportunities: npt.ArrayLike,
    *,
    weight: npt.ArrayLike | None = None,
) -> Fit[BgBbParameters, GroupedOpportunities]:
    r"""
    Parameters of the BG/BB that make the customers' purchases most likely.

    .. math:: L = \frac{B(\alpha + x, \beta + n - x)}{B(\alpha, \beta)} \frac{B(\gamma, \delta + n)}{B(\gamma, \delta)}
        + \sum_{j=t_x}^{n-1} \frac{B(\alpha + x, \beta + j - x)}{B(\alpha, \beta)}
        \frac{B(\gamma + 1, \delta + j)}{B(\gamma, \delta)}

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Opportunities that a customer used. [count]
    recency : array_like, shape (n,)
        Which opportunity was the last one used, 0 for none. [count]
    opportunities : array_like, shape (n,)
        Opportunities that the customer had. [count]
    weight : array_like, shape (n,), optional
        Customers that a row stands for; 1 if left out. [count]

    Returns
    -------
    Fit
        Parameters, standard errors and log-likelihood; its data are the distinct customers with their number.

    Raises
    ------
    InputError
        If a column holds no numbers, or lengths differ.
    DomainError
        If a value is missing, no whole number, out of range or contradicts the others; the message names its row.
    MissingDataError
        If there are fewer than 2 customers, or nobody bought.
    ConvergenceError
        If the likelihood has no largest value inside the range of the parameters, as where nobody seems to leave.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual
       Setting," Marketing Science, vol. 29, no. 6, 2010.

    Examples
    --------
    >>> fit = fit_bg_bb([0, 1, 1, 2, 2, 3], [0, 1, 3, 2, 3, 3], [3] * 6, weight=[50, 20, 9, 12, 11, 14])
    >>> print(", ".join(f"{value:.2f}" for value in fit.values), fit.reason)
    3.38, 2.13, 0.79, 1.72 settled
    """
    data = grouped_opportunities(frequency, recency, opportunities, weight)
    if data.n < 2.0:
        raise MissingDataError(f"a fit needs 2 customers or more, not {data.n:g}")
    if not (data.weight @ data.frequency):
        raise MissingDataError("frequency is 0 for every customer: without a purchase there is nothing to fit")
    top = maximize(partial(_likelihood, data), [1.0, 1.0, 1.0, 4.0], observations=data.n)
    if not (top.converged and SHAPE.holds_everywhere(top.parameters)):
        raise ConvergenceError(
            "the BG/BB does not settle on these customers: they do not tell who has left from who seldom buys"
        )
    alpha, beta, gamma, delta = top.parameters.tolist()
    return Fit(
        parameters=BgBbParameters(alpha=alpha, beta=beta, gamma=gamma, delta=delta),
        errors=dict(zip(("alpha", "beta", "gamma", "delta"), top.errors.tolist(), strict=True)),
        log_likelihood=top.log_likelihood,
        n=data.n,
        converged=True,
        reason=top.reason,
        data=data,
    )


def bg_bb_p_alive(
    params: BgBbParameters, frequency: npt.ArrayLike, recency: npt.ArrayLike, opportunities: npt.ArrayLike
) -> FloatArray:
    r"""
    Chance that each customer will still be there at the next opportunity.

    .. math:: \frac{B(\alpha + x, \beta + n - x)}{B(\alpha, \beta)} \frac{B(\gamma, \delta + n + 1)}{B(\gamma, \delta)}
        \frac{1}{L}

    Parameters
    ----------
    params : BgBbParameters
        Of the BG/BB.
    frequency : array_like
        Opportunities that the customer used. [count]
    recency : array_like
        Which opportunity was the last one used, 0 for none. [count]
    opportunities : array_like
        Opportunities that the customer had. [count]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN where a customer's own inputs are missing, out of range or
        contradict each other. [1]

    Raises
    ------
    DomainError
        If a single customer's inputs are out of range or contradict each other.
    InputError
        If a value is not a number, or lengths differ.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual
       Setting," Marketing Science, vol. 29, no. 6, 2010.

    Examples
    --------
    >>> donors = BgBbParameters(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)
    >>> bg_bb_p_alive(donors, [0, 2, 2], [0, 4, 6], 6).round(2)
    array([0.11, 0.59, 0.93])
    """
    x, t_x, n = opportunity_customers(frequency, recency, opportunities)
    return plain(_p_alive(params, x, t_x, n))


def bg_bb_expected_purchases(
    params: BgBbParameters,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    opportunities: npt.ArrayLike,
    *,
    t: npt.ArrayLike,
) -> FloatArray:
    r"""
    Purchases to expect from each customer at the next `t` opportunities.

    .. math:: P(\text{alive at } n + 1) \, \frac{\alpha + x}{\alpha + \beta + n}
        \sum_{i=1}^{t} \frac{B(\gamma, \delta + n + i)}{B(\gamma, \delta + n + 1)}

    Parameters
    ----------
    params : BgBbParameters
        Of the BG/BB.
    frequency : array_like
        Opportunities that the customer used. [count]
    recency : array_like
        Which opportunity was the last one used, 0 for none. [count]
    opportunities : array_like
        Opportunities that the customer had. [count]
    t : array_like
        Opportunities to come, a whole number. [count]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN where a customer's own inputs are missing, out of range or
        contradict each other. [count]

    Raises
    ------
    DomainError
        If a single value is out of range, or a single customer's inputs contradict each other.
    InputError
        If a value is not a number, or lengths differ.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual
       Setting," Marketing Science, vol. 29, no. 6, 2010.

    Examples
    --------
    >>> donors = BgBbParameters(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)
    >>> bg_bb_expected_purchases(donors, [0, 2, 6], [0, 4, 6], 6, t=5).round(2)
    array([0.07, 1.06, 3.75])
    """
    x, t_x, n = opportunity_customers(frequency, recency, opportunities)
    ahead = within("t", t, RENEWALS)
    common_shape(frequency=x, recency=t_x, opportunities=n, t=ahead)
    with np.errstate(all="ignore"):
        return plain(_p_alive(params, x, t_x, n) * _buys(params, x, n) * _chances_to_come(params, n, ahead))


def bg_bb_purchases_of_new(params: BgBbParameters, *, t: npt.ArrayLike) -> FloatArray:
    r"""
    Purchases to expect at the first `t` opportunities of a customer about whom nothing is known.

    .. math:: \frac{\alpha}{\alpha + \beta} \sum_{i=1}^{t} \frac{B(\gamma, \delta + i)}{B(\gamma, \delta)}

    Parameters
    ----------
    params : BgBbParameters
        Of the BG/BB.
    t : array_like
        Opportunities, a whole number. [count]

    Returns
    -------
    ndarray or float64
        Shape of `t`; NaN where it is missing or out of range. [count]

    Raises
    ------
    DomainError
        If a single `t` is not a whole number, 0 or more.
    InputError
        If a value is not a number.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual
       Setting," Marketing Science, vol. 29, no. 6, 2010.

    Examples
    --------
    >>> donors = BgBbParameters(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)
    >>> bg_bb_purchases_of_new(donors, t=[0, 1, 6]).round(4)
    array([0.    , 0.4985, 2.2202])
    """
    return bg_bb_expected_purchases(params, 0.0, 0.0, 0.0, t=t)


def bg_bb_residual_purchases(
    params: BgBbParameters,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    opportunities: npt.ArrayLike,
    *,
    discount_rate: npt.ArrayLike,
) -> FloatArray:
    r"""
    Discounted expected residual purchases (DERT) of each customer, at all opportunities to come.

    .. math:: P(\text{alive at } n + 1) \, \frac{\alpha + x}{\alpha + \beta + n}
        \sum_{i=1}^{\infty} \frac{B(\gamma, \delta + n + i)}{B(\gamma, \delta + n + 1)} \frac{1}{(1 + d)^i}

    Parameters
    ----------
    params : BgBbParameters
        Of the BG/BB.
    frequency : array_like
        Opportunities that the customer used. [count]
    recency : array_like
        Which opportunity was the last one used, 0 for none. [count]
    opportunities : array_like
        Opportunities that the customer had. [count]
    discount_rate : array_like
        Rate from one opportunity to the next, above 0; 0 is enough where gamma is above 1. [1/period]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN where a customer's own inputs are missing, out of range or
        contradict each other, or the sum diverges. [count]

    Raises
    ------
    DomainError
        If a single value is out of range, a single customer's inputs contradict each other, or the sum diverges.
    InputError
        If a value is not a number, or lengths differ.

    Notes
    -----
    Discounted to the last opportunity, so that a purchase at the next one counts 1 / (1 + d).

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual
       Setting," Marketing Science, vol. 29, no. 6, 2010.

    Examples
    --------
    >>> donors = BgBbParameters(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)
    >>> bg_bb_residual_purchases(donors, [0, 2, 6], [0, 4, 6], 6, discount_rate=0.1).round(2)
    array([0.11, 1.67, 5.91])
    """
    x, t_x, n = opportunity_customers(frequency, recency, opportunities)
    d = within("discount_rate", discount_rate, RATE)
    common_shape(frequency=x, recency=t_x, opportunities=n, discount_rate=d)
    if d.ndim == 0 and (d < 0.0 or (d == 0.0 and params.gamma <= 1.0)):
        raise DomainError(f"discount_rate must be above 0 where opportunities have no end, not {d:.15g}")
    with np.errstate(all="ignore"):
        payments = mixed_payments(params.gamma, params.delta + n + 1.0, d, np.array(np.inf))
        return plain(_p_alive(params, x, t_x, n) * _buys(params, x, n) * payments / (1.0 + d))


def bg_bb_count_probabilities(params: BgBbParameters, *, opportunities: int) -> FloatArray:
    r"""
    Chances of a customer about whom nothing is known to use 0 ... n of n opportunities.

    .. math:: P(X = x) = \binom{n}{x} \frac{B(\alpha + x, \beta + n - x)}{B(\alpha, \beta)}
        \frac{B(\gamma, \delta + n)}{B(\gamma, \delta)} + \sum_{j=x}^{n-1} \binom{j}{x}
        \frac{B(\alpha + x, \beta + j - x)}{B(\alpha, \beta)} \frac{B(\gamma + 1, \delta + j)}{B(\gamma, \delta)}

    Parameters
    ----------
    params : BgBbParameters
        Of the BG/BB.
    opportunities : int
        Their number n. [count]

    Returns
    -------
    ndarray, shape (n + 1,)
        They add up to 1. [1]

    Raises
    ------
    DomainError
        If `opportunities` is not a whole number from 0 to 10000.
    InputError
        If it is not one number.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual
       Setting," Marketing Science, vol. 29, no. 6, 2010.

    Examples
    --------
    >>> donors = BgBbParameters(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)
    >>> bg_bb_count_probabilities(donors, opportunities=2).round(4)
    array([0.3936, 0.2894, 0.317 ])
    """
    n = int(single("opportunities", opportunities, COUNTED))
    from scipy.special import gammaln

    x = np.arange(n + 1)
    tables = Tables(_shapes(params), n, derivatives=0)
    factorial = gammaln(1.0 + x)
    answer = np.empty(n + 1)
    for rows in chunks(n - x + 1):
        terms = terms_of(x[rows], x[rows], np.full(rows.size, n))
        ways = factorial[terms.j] - factorial[terms.x] - factorial[terms.j - terms.x]
        answer[rows] = np.exp(log_sums(tables.log_terms(terms) + ways, terms.starts)[0])
    return answer


def _buys(params: BgBbParameters, x: FloatArray, n: FloatArray) -> FloatArray:
    """Chance of a customer who was always there to buy at an opportunity."""
    return (params.alpha + x) / (params.alpha + params.beta + n)


def _chances_to_come(params: BgBbParameters, n: FloatArray, t: FloatArray) -> FloatArray:
    """At how many of the next t opportunities a customer will be there who will be at the next one."""
    ahead = mixed_payments(params.gamma, params.delta + n + 1.0, np.array(0.0), np.maximum(t, 1.0))
    return np.where(t == 0.0, 0.0, ahead)


def _p_alive(params: BgBbParameters, x: FloatArray, t_x: FloatArray, n: FloatArray) -> FloatArray:
    """Chance to be there at the next opportunity; equal customers are worked out once."""
    spread = np.stack(np.broadcast_arrays(n, x, t_x), axis=-1)
    answer = np.full(spread.shape[:-1], np.nan)
    good = ~np.isnan(spread).any(axis=-1)
    rows, places = np.unique(spread[good].astype(np.int64), axis=0, return_inverse=True)
    alive = np.empty(len(rows))
    if len(rows):
        tables = Tables(_shapes(params), int(rows[-1, 0]), derivatives=0)
        for some in chunks(rows[:, 0] - rows[:, 2] + 1):
            terms = terms_of(rows[some, 1], rows[some, 2], rows[some, 0])
            logs = tables.log_terms(terms)
            alive[some] = np.exp(logs[terms.ends] - log_sums(logs, terms.starts)[0])
        stays = (params.delta + rows[:, 0]) / (params.gamma + params.delta + rows[:, 0])
        answer[good] = (alive * stays)[places.ravel()]
    return answer


def _shapes(params: BgBbParameters) -> FloatArray:
    """The parameters in their order."""
    return np.array([params.alpha, params.beta, params.gamma, params.delta])


def _likelihood(data: GroupedOpportunities, shapes: FloatArray) -> Terms:
    """The logarithm of sums of positive terms; its derivatives are means over the terms, by their shares."""
    tables = Tables(shapes, int(data.opportunities.max()), derivatives=2)
    value, slope, curvature = 0.0, np.zeros(4), np.zeros((4, 4))
    for rows in chunks(data.opportunities - data.recency + 1):
        terms = terms_of(data.frequency[rows], data.recency[rows], data.opportunities[rows])
        weight = data.weight[rows]
        logs, shares = log_sums(tables.log_terms(terms), terms.starts)
        slopes = tables.slopes(terms, 1)
        mean = np.add.reduceat(slopes * shares, terms.starts, axis=1)
        weights = shares * np.repeat(weight, np.diff(np.append(terms.starts, shares.size)))
        value += float(weight @ logs)
        slope += mean @ weight
        curvature += (slopes * weights) @ slopes.T - (mean * weight) @ mean.T
        curvature[np.diag_indices(4)] += tables.slopes(terms, 2) @ weights
        both, ends = (mixed @ weights for mixed in tables.mixed(terms))
        curvature[[0, 1], [1, 0]] += both
        curvature[[2, 3], [3, 2]] += ends
    return Terms(value=value, slope=slope, curvature=curvature)
