"""
Fitting the purchase models: reduction of the data, start, search and diagnosis are the same for all of them.

Every fit takes the customers' columns as a whole. The models with dropout are compared with the NBD, in which nobody
leaves: where they describe the data hardly better, the data do not tell who left, and the fit says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from valuation.errors import ConvergenceError, MissingDataError
from valuation.lifetime.conventions import FloatArray
from valuation.likelihood import Fit, Likelihood, Maximum, maximize
from valuation.purchases.beta_geometric import BgNbdParameters, MbgNbdParameters, beta_geometric_likelihood
from valuation.purchases.model import PARAMETER, PurchaseModel, fit_columns
from valuation.purchases.nbd import NbdParameters, nbd_likelihood
from valuation.purchases.pareto import ParetoNbdParameters, pareto_likelihood
from valuation.purchases.reduced import ReducedPurchases, reduce_purchases

__all__ = ["PurchaseFit", "fit_bg_nbd", "fit_mbg_nbd", "fit_nbd", "fit_pareto_nbd", "refit"]

Model = TypeVar("Model", bound=PurchaseModel)
PurchaseFit: TypeAlias = Fit[Model, ReducedPurchases]

LEAST_CUSTOMERS: Final = 2
SAMPLE: Final = 20_000
"""Customers whose fit is where the search over many more begins."""
IDENTIFIED: Final = 2.0
"""Log-likelihood by which two more parameters must be better than the NBD, as Akaike's criterion has it."""
MANY_WITHOUT_REPEATS: Final = 0.6


def fit_nbd(frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> PurchaseFit[NbdParameters]:
    r"""
    Parameters of the NBD, in which nobody leaves.

    .. math:: L(r, \alpha) = \frac{\Gamma(r + x)}{\Gamma(r)} \frac{\alpha^r}{(\alpha + T)^{r + x}}

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Repeat purchases. [count]
    recency : array_like, shape (n,)
        Age at the last purchase; the NBD does not use it, but it is checked. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]

    Returns
    -------
    PurchaseFit
        Parameters, standard errors and log-likelihood.

    Raises
    ------
    InputError
        If a column holds no numbers, or lengths differ.
    DomainError
        If a value is missing, out of range or contradicts the others; the message names its row.
    MissingDataError
        If there are fewer than 2 customers, or nobody bought again.
    ConvergenceError
        If customers do not differ more than chance makes them.

    References
    ----------
    .. [1] A. S. C. Ehrenberg, "The Pattern of Consumer Purchases," Applied Statistics, vol. 8, no. 1, 1959.

    Examples
    --------
    >>> fit = fit_nbd([0, 0, 1, 3, 9], [0, 0, 10, 20, 30], [30, 35, 30, 35, 32])
    >>> print(f"{fit.parameters.r:.3f} {fit.parameters.alpha:.2f} {fit.reason}")
    0.526 6.56 settled
    """
    data = _reduced(frequency, recency, age)
    top = maximize(nbd_likelihood(data), _rates(data), observations=data.n)
    if not top.converged:
        raise ConvergenceError(
            "the NBD does not settle on these customers: they do not differ more than chance makes them"
        )
    return _fit(NbdParameters, top, data)


def fit_bg_nbd(frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> PurchaseFit[BgNbdParameters]:
    r"""
    Parameters of the BG/NBD, in which customers may leave after each repeat purchase.

    .. math:: L(r, \alpha, a, b) = \frac{\Gamma(r + x) \alpha^r}{\Gamma(r)} \left\{
        \frac{B(a, b + x)}{B(a, b)} \frac{1}{(\alpha + T)^{r + x}}
        + \delta_{x > 0} \frac{B(a + 1, b + x - 1)}{B(a, b)} \frac{1}{(\alpha + t_x)^{r + x}} \right\}

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Repeat purchases. [count]
    recency : array_like, shape (n,)
        Age at the last purchase. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]

    Returns
    -------
    PurchaseFit
        Parameters, standard errors and log-likelihood. Where the data do not tell who left, `reason` says so and the
        parameters are as good as those of the NBD.

    Raises
    ------
    InputError
        If a column holds no numbers, or lengths differ.
    DomainError
        If a value is missing, out of range or contradicts the others; the message names its row.
    MissingDataError
        If there are fewer than 2 customers, or nobody bought again.
    ConvergenceError
        If neither this model nor the NBD has a likelihood with a top.

    Notes
    -----
    Who bought once only counts as alive for certain; `reason` warns where that is most of the customers.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your Customers' the Easy Way: An Alternative to the
       Pareto/NBD Model," Marketing Science, vol. 24, no. 2, pp. 275-284, 2005. Eq. (6).

    Examples
    --------
    >>> fit = fit_bg_nbd([0, 0, 1, 1, 3, 9, 6], [0, 0, 2, 25, 8, 30, 9], [30, 35, 30, 35, 32, 31, 34])
    >>> print(", ".join(f"{value:.2f}" for value in fit.values), fit.reason)
    0.48, 2.18, 25.98, 136.34 settled
    """
    return _fit_with_dropout(BgNbdParameters, frequency, recency, age)


def fit_mbg_nbd(frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> PurchaseFit[MbgNbdParameters]:
    r"""
    Parameters of the MBG/NBD, in which customers may leave right after the first purchase too.

    .. math:: L(r, \alpha, a, b) = \frac{\Gamma(r + x) \alpha^r}{\Gamma(r) B(a, b)} \left\{
        \frac{B(a, b + x + 1)}{(\alpha + T)^{r + x}} + \frac{B(a + 1, b + x)}{(\alpha + t_x)^{r + x}} \right\}

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Repeat purchases. [count]
    recency : array_like, shape (n,)
        Age at the last purchase. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]

    Returns
    -------
    PurchaseFit
        As `fit_bg_nbd`.

    Raises
    ------
    InputError
        If a column holds no numbers, or lengths differ.
    DomainError
        If a value is missing, out of range or contradicts the others; the message names its row.
    MissingDataError
        If there are fewer than 2 customers, or nobody bought again.
    ConvergenceError
        If neither this model nor the NBD has a likelihood with a top.

    References
    ----------
    .. [1] E. P. Batislam, M. Denizel and A. Filiztekin, "Empirical Validation and Comparison of Models for Customer
       Base Analysis," International Journal of Research in Marketing, vol. 24, no. 3, 2007.

    Examples
    --------
    >>> fit = fit_mbg_nbd([0, 0, 1, 1, 3, 9, 6], [0, 0, 2, 25, 8, 30, 9], [30, 35, 30, 35, 32, 31, 34])
    >>> print(", ".join(f"{value:.2f}" for value in fit.values), fit.reason)
    1.12, 3.83, 2.74, 10.10 settled
    """
    return _fit_with_dropout(MbgNbdParameters, frequency, recency, age)


def fit_pareto_nbd(
    frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
) -> PurchaseFit[ParetoNbdParameters]:
    r"""
    Parameters of the Pareto/NBD, in which customers may leave at any time.

    .. math:: L(r, \alpha, s, \beta) = \frac{\Gamma(r + x) \alpha^r \beta^s}{\Gamma(r)} \left\{
        \frac{1}{(\alpha + T)^{r + x} (\beta + T)^s}
        + s \int_{t_x}^{T} \frac{du}{(\alpha + u)^{r + x} (\beta + u)^{s + 1}} \right\}

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Repeat purchases. [count]
    recency : array_like, shape (n,)
        Age at the last purchase. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]

    Returns
    -------
    PurchaseFit
        As `fit_bg_nbd`.

    Raises
    ------
    InputError
        If a column holds no numbers, or lengths differ.
    DomainError
        If a value is missing, out of range or contradicts the others; the message names its row.
    MissingDataError
        If there are fewer than 2 customers, or nobody bought again.
    ConvergenceError
        If neither this model nor the NBD has a likelihood with a top.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions," note
       009, 2005.

    Examples
    --------
    >>> fit = fit_pareto_nbd([0, 0, 1, 1, 3, 9, 6], [0, 0, 2, 25, 8, 30, 9], [30, 35, 30, 35, 32, 31, 34])
    >>> print(", ".join(f"{value:.2f}" for value in fit.values), fit.reason)
    1.20, 5.88, 1.45, 21.77 settled
    """
    return _fit_with_dropout(ParetoNbdParameters, frequency, recency, age)


LIKELIHOODS: Final[Mapping[type[PurchaseModel], Callable[[ReducedPurchases], Likelihood]]] = {
    NbdParameters: nbd_likelihood,
    BgNbdParameters: partial(beta_geometric_likelihood, leaves_at_start=BgNbdParameters.leaves_at_start),
    MbgNbdParameters: partial(beta_geometric_likelihood, leaves_at_start=MbgNbdParameters.leaves_at_start),
    ParetoNbdParameters: pareto_likelihood,
}


def refit(fit: PurchaseFit[Model], weight: FloatArray) -> Model:
    """
    Parameters for the same customers counted otherwise, as in a resampled base.

    Parameters
    ----------
    fit : PurchaseFit
        Where the search begins.
    weight : ndarray, shape (rows,)
        Customers of each row of ``fit.data``. [count]

    Returns
    -------
    PurchaseModel
        Parameters of the same model; where the search runs off along a plain, cut to the range of parameters.
    """
    model = type(fit.parameters)
    data = replace(fit.data, weight=weight)
    return _model(model, maximize(LIKELIHOODS[model](data), fit.values, observations=data.n))


def _reduced(frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> ReducedPurchases:
    """The customers, checked and counted."""
    x, t_x, T = fit_columns(frequency=frequency, recency=recency, age=age)
    if x.size < LEAST_CUSTOMERS:
        raise MissingDataError(f"a fit needs {LEAST_CUSTOMERS} customers or more, not {x.size}")
    if not x.any():
        raise MissingDataError("frequency is 0 for every customer: without a repeat purchase there is nothing to fit")
    return reduce_purchases(x, t_x, T)


def _rates(data: ReducedPurchases) -> FloatArray:
    """A first guess of r and alpha: everybody's purchases over everybody's time, customers as unlike as r = 1/2."""
    time = float(data.age_levels @ data.age_weights)
    return np.array([0.5, 0.5 * max(time, PARAMETER.low) / data.age_purchases.sum()])


def _fit_with_dropout(model: type[Model], *columns: npt.ArrayLike) -> PurchaseFit[Model]:
    """Fit a model of r, alpha and two parameters of dropout."""
    data = _reduced(*columns)
    likelihood = LIKELIHOODS[model]
    rates = _rates(data)
    without = maximize(nbd_likelihood(data), rates, observations=data.n)
    start = np.concatenate([rates, _dropout(model, data)])
    if data.n > 2 * SAMPLE:
        step = int(data.n // SAMPLE)
        sample = reduce_purchases(*(np.asarray(column, dtype=np.float64)[::step] for column in columns))
        near = maximize(likelihood(sample), start, observations=sample.n)
        start = near.parameters if near.converged else start
    surface = likelihood(data)
    top = _within_range(maximize(surface, start, observations=data.n), surface)
    if not (top.converged or without.converged):
        raise ConvergenceError(
            f"the {model.title} does not settle on these customers: they do not differ more than chance makes them"
        )
    fit = _fit(model, top, data)
    if without.converged and not top.log_likelihood - without.log_likelihood > IDENTIFIED:
        return replace(
            fit,
            reason="dropout is not identified in these data: the NBD, in which nobody leaves, describes them as well "
            f"(log-likelihood {without.log_likelihood:.2f} with two parameters less); use it",
        )
    return fit


def _within_range(top: Maximum, likelihood: Likelihood) -> Maximum:
    """A search that ran out of the range of parameters: its border, and what the likelihood is there."""
    values = np.clip(top.parameters, PARAMETER.low, PARAMETER.high)
    if (values == top.parameters).all():
        return top
    with np.errstate(all="ignore"):  # at the border terms may overflow
        value = likelihood(values).value
    return Maximum(
        parameters=values,
        errors=np.full(values.size, np.nan),
        log_likelihood=value,
        converged=False,
        reason=f"no top: the likelihood still rises where parameters are no longer {PARAMETER.rule}",
    )


def _dropout(model: object, data: ReducedPurchases) -> FloatArray:
    """A first guess of the two parameters of dropout."""
    if model is ParetoNbdParameters:
        return np.array([0.5, max(data.age_levels.max(), PARAMETER.low)])
    return np.array([1.0, 2.0])


def _fit(model: type[Model], top: Maximum, data: ReducedPurchases) -> PurchaseFit[Model]:
    """The result of a search."""
    parameters = _model(model, top)
    many = data.share_without_repeats
    warning = f"; {many:.0%} of the customers bought once only, and the model takes them for alive"
    optimistic = model is BgNbdParameters and many > MANY_WITHOUT_REPEATS
    return Fit(
        parameters=parameters,
        errors=dict(zip(_names(model), top.errors.tolist(), strict=True)),
        log_likelihood=top.log_likelihood,
        n=data.n,
        converged=top.converged,
        reason=top.reason + (warning if optimistic else ""),
        data=data,
    )


def _model(model: type[Model], top: Maximum) -> Model:
    """Parameters where a search ended; if it ran off along a plain, they are cut to what a model takes."""
    values = np.clip(top.parameters, PARAMETER.low, PARAMETER.high).tolist()
    return model(**dict(zip(_names(model), values, strict=True)))


def _names(model: Any) -> list[str]:
    return [field.name for field in fields(model)]
