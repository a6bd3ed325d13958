"""
What customers spend at a purchase: the Gamma-Gamma model.

A customer's purchases vary around its own mean, and the means of all customers around that of everybody. One who bought
often is known by its own mean; one who bought once or twice is expected to be more like the others. How much somebody
spends must not depend on how often, and a mean spend counts repeat purchases only, as everywhere in this package.

References
----------
.. [1] P. S. Fader and B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value," note 025, 2013.
.. [2] P. S. Fader, B. G. S. Hardie and K. L. Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis,"
   Journal of Marketing Research, vol. 42, no. 4, pp. 415-430, 2005.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.polynomial.polynomial import polyval

from valuation.errors import ConvergenceError, DomainError, InputError, MissingDataError
from valuation.lifetime.conventions import (
    NOT_NEGATIVE,
    POSITIVE,
    BoolArray,
    FloatArray,
    common_shape,
    numbers,
    plain,
    single,
    within,
)
from valuation.likelihood import Fit, Likelihood, Terms, maximize
from valuation.purchases.model import COUNT, PARAMETER, fit_columns

__all__ = [
    "GammaGammaFit",
    "GammaGammaParameters",
    "RepeatSpend",
    "expected_spend",
    "fit_gamma_gamma",
    "gamma_gamma_likelihood",
]

LEAST_CUSTOMERS: Final = 2
LARGEST_CORRELATION: Final = 0.30
MISSING: Final = "monetary_value is missing for a customer with repeat purchases"
START: Final = (3.0, 3.0)  # p and q; v follows from the mean
HALF_LOG_TWO_PI: Final = float(np.log(2.0 * np.pi) / 2.0)
STIRLING: Final = np.array([1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156])
"""Coefficients of 1/z, 1/z^3, ... in the logarithm of the gamma function."""
POWERS: Final = np.arange(1.0, 14.0, 2.0)
LARGE: Final = 10.0
"""From here on those terms are as good as a float64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaGammaParameters:
    """A purchase is gamma with shape p; its scale differs by customers, by a gamma distribution of shape q."""

    p: float
    """Shape of a customer's purchases: the larger, the more alike they are. [1]"""

    q: float
    """Shape of the differences between customers: the larger, the more alike they are. [1]"""

    v: float
    """Scale, called gamma in the literature. [currency]"""

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        single("p", self.p, PARAMETER)
        single("q", self.q, PARAMETER)
        single("v", self.v, POSITIVE)

    def log_likelihood(self, x: FloatArray, mean: FloatArray) -> FloatArray:
        """Logarithm of the density of a mean spend over x repeat purchases, note 025, eq. (1a)."""
        log_own, log_rest = _log_shares(self.v, x * mean)
        shape = self.p * x
        return shape * log_own + self.q * log_rest - _log_beta(shape, self.q) - np.log(mean)

    def mean_spend(self, x: FloatArray, mean: FloatArray) -> FloatArray:
        """Spend to expect at a purchase after x with that mean, note 025, eq. (5); NaN where it is endless."""
        weight = self.p * x + (self.q - 1.0)
        return self.p * (self.v + x * mean) / np.where(weight > 0.0, weight, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RepeatSpend:
    """The customers from whom the spend model learns, and how many could not be used."""

    frequency: FloatArray
    """Repeat purchases, above 0. [count]"""

    monetary_value: FloatArray
    """Mean spend of the repeat purchases, above 0. [currency]"""

    left_out: int
    """Customers without repeat purchase, or with a mean spend of 0 or less. [count]"""

    @property
    def correlation(self) -> float:
        """Correlation of frequency and mean spend; NaN where one of them is the same for all. [1]"""
        if np.ptp(self.frequency) == 0.0 or np.ptp(self.monetary_value) == 0.0:
            return np.nan
        return float(np.corrcoef(self.frequency, self.monetary_value)[0, 1])


GammaGammaFit: TypeAlias = Fit[GammaGammaParameters, RepeatSpend]


def expected_spend(params: GammaGammaParameters, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> FloatArray:
    r"""
    Mean spend to expect at each purchase to come.

    .. math:: E(M \mid x, \bar z) = \frac{p \, (v + x \bar z)}{p x + q - 1}

    Parameters
    ----------
    params : GammaGammaParameters
        Of the spend model.
    frequency : array_like
        Repeat purchases, a whole number. [count]
    monetary_value : array_like
        Mean spend of the repeat purchases; it may be missing for customers without one. [currency]

    Returns
    -------
    ndarray or float64
        Shape of the customers; NaN where one is missing, out of range, or has no finite expectation. [currency]

    Raises
    ------
    MissingDataError
        If the spend of a single customer with repeat purchases is missing.
    DomainError
        If a single value is out of range, or the expectation of a single customer is endless: that takes a `q` of
        1 or less and few repeat purchases, or none.
    InputError
        If a value is not a number, or lengths differ.

    Notes
    -----
    A mean between the customer's own and that of all, which weighs the customer's own more after many purchases. Of a
    customer without repeat purchases it is that of all, p v / (q - 1).

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value," note 025, 2013. Eq. (5).

    Examples
    --------
    >>> params = GammaGammaParameters(p=6.25, q=3.744, v=15.443)
    >>> expected_spend(params, [2, 1, 0], [22.35, 11.77, np.nan]).round(2)
    array([24.66, 18.91, 35.17])
    """
    x = within("frequency", frequency, COUNT)
    mean = numbers("monetary_value", monetary_value)
    shape = common_shape(frequency=x, monetary_value=mean)
    if not shape and x > 0.0 and np.isnan(mean):
        raise MissingDataError(MISSING)
    mean = within("monetary_value", np.where(x == 0.0, 0.0, mean), NOT_NEGATIVE)
    spend = params.mean_spend(x, mean)
    if not shape and np.isnan(spend):
        raise DomainError(
            f"the spend to expect is endless: q must be above {1.0 - params.p * float(x):.15g} after {float(x):.15g} "
            f"repeat purchases, not {params.q:.15g}"
        )
    return plain(spend)


def fit_gamma_gamma(frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> GammaGammaFit:
    r"""
    Parameters of the spend model (Gamma-Gamma) that make the customers' mean spends most likely.

    With :math:`u = x \bar z / (v + x \bar z)`, the sum over all customers with repeat purchases of

    .. math:: p x \ln u + q \ln (1 - u) - \ln B(p x, q) - \ln \bar z

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Repeat purchases, a whole number. [count]
    monetary_value : array_like, shape (n,)
        Mean spend of the repeat purchases; it may be missing for customers without one. [currency]

    Returns
    -------
    Fit
        Parameters, standard errors and log-likelihood. It has not converged where customers differ no more than their
        purchases do, or the purchases of one do not differ; then, too, the parameters are of use. The reason tells how
        many customers were left out because they have no repeat purchase or a mean spend of 0 or less, and
        whether those who buy often spend more, which the model does not know. Its data hold the customers used and
        the correlation.

    Raises
    ------
    MissingDataError
        If fewer than 2 customers can be used, or the spend of one with repeat purchases is missing.
    DomainError
        If a frequency is not a whole number, 0 or more, or a spend is infinite; the message names the row.
    ConvergenceError
        If all spend the same or nearly so.
    InputError
        If a value is not a number, or lengths differ.

    References
    ----------
    .. [1] P. S. Fader and B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value," note 025, 2013. Eq. (1a).

    Examples
    --------
    >>> fit = fit_gamma_gamma([1, 2, 3, 1, 4, 0, 2], [20, 35, 60, 45, 30, np.nan, 80])
    >>> print(f"{fit.parameters.p:.2f} {fit.parameters.q:.2f} {fit.parameters.v:.2f} {fit.reason}")
    6.41 10.16 65.82 settled; customers left out: 1 without repeat purchases
    """
    data, notes = _repeat_spend(frequency, monetary_value)
    likelihood = gamma_gamma_likelihood(data)
    top = maximize(likelihood, _start(data), observations=data.frequency.size)
    within_reach = bool((top.parameters[:2] <= PARAMETER.high).all())
    p, q, v = (top.parameters if within_reach else _back_in_reach(top.parameters)).tolist()
    converged = top.converged and within_reach
    return Fit(
        parameters=GammaGammaParameters(p=p, q=q, v=v),
        errors=dict(zip("pqv", top.errors.tolist(), strict=True)),
        log_likelihood=top.log_likelihood if within_reach else likelihood(np.array([p, q, v])).value,
        n=float(data.frequency.size),
        converged=converged,
        reason="; ".join([top.reason if converged else _no_top(p, q), *notes]),
        data=data,
    )


def _back_in_reach(parameters: FloatArray) -> FloatArray:
    """
    Parameters that a model takes and that describe the data as well.

    Where one customer's purchases do not differ, the likelihood rises with p for ever while p v stays; where customers
    do not, with q while v / q does.
    """
    p, q, v = parameters
    largest = PARAMETER.high
    if p > largest and q > largest:
        raise ConvergenceError(
            "the spend model (Gamma-Gamma) does not settle on these customers: all spend nearly the same; expect the "
            "mean from everybody"
        )
    if p > largest:
        return np.array([largest, q, v * p / largest])
    return np.array([p, largest, v * largest / q])


def _no_top(p: float, q: float) -> str:
    """Say what in the data has no end."""
    alike = "a customer's purchases hardly differ" if p > q else "customers differ no more than their purchases do"
    return f"no top: the likelihood does not fall in every direction, because {alike}"


def _repeat_spend(frequency: npt.ArrayLike, monetary_value: npt.ArrayLike) -> tuple[RepeatSpend, list[str]]:
    """The customers of whom there is something to learn, checked, and what to know about them."""
    (x,) = fit_columns(frequency=frequency)
    mean = numbers("monetary_value", monetary_value)
    if mean.shape != x.shape:
        raise InputError(f"lengths differ: frequency {x.shape}, monetary_value {mean.shape}")
    repeats = x > 0.0
    for wrong, error in (
        (np.isnan(mean), MissingDataError(MISSING)),
        (np.isinf(mean), DomainError("monetary_value must be a finite number, not infinite")),
    ):
        if (repeats & wrong).any():
            raise type(error)(f"{error} in row {int(np.argmax(repeats & wrong)) + 1}")
    used = repeats & (mean > 0.0)
    data = RepeatSpend(frequency=x[used], monetary_value=mean[used], left_out=int(x.size - used.sum()))
    if data.frequency.size < LEAST_CUSTOMERS:
        raise MissingDataError(
            f"the spend model (Gamma-Gamma) needs {LEAST_CUSTOMERS} customers or more with repeat purchases and a mean "
            f"spend above 0, not {data.frequency.size}"
        )
    spend = data.monetary_value
    if np.ptp(spend) <= np.finfo(np.float64).eps * spend.max():
        raise ConvergenceError(
            f"all customers spend the same, {spend[0]:.15g}: there is nothing to fit, expect that from everybody"
        )
    return data, _notes(data, repeats, mean)


def _notes(data: RepeatSpend, repeats: BoolArray, mean: FloatArray) -> list[str]:
    """What to know about the customers used, and about the others."""
    left_out, notes = [], []
    if not repeats.all():
        left_out.append(f"{(~repeats).sum()} without repeat purchases")
    unpaid = repeats & (mean <= 0.0)
    if unpaid.any():
        row = int(np.argmax(unpaid))
        first = f"the first in row {row + 1}: {mean[row]:.15g}"
        left_out.append(f"{unpaid.sum()} with a mean spend of 0 or less ({first})")
    if left_out:
        notes.append(f"customers left out: {', '.join(left_out)}")
    if abs(data.correlation) > LARGEST_CORRELATION:
        more = "more" if data.correlation > 0.0 else "less"
        notes.append(
            f"correlation of spend and frequency {data.correlation:.2f}: who buys often spends {more}, which the model "
            "does not know"
        )
    return notes


def _start(data: RepeatSpend) -> FloatArray:
    """Parameters with the data's mean."""
    p, q = START
    return np.array([p, q, data.monetary_value.mean() * (q - 1.0) / p])


def gamma_gamma_likelihood(data: RepeatSpend) -> Likelihood:
    """Sum of `GammaGammaParameters.log_likelihood` over all customers, with its derivatives."""
    x, spent = data.frequency, data.frequency * data.monetary_value
    levels, count = np.unique(x, return_counts=True)
    log_means = np.log(data.monetary_value).sum()

    def likelihood(parameters: FloatArray) -> Terms:
        p, q, v = parameters
        log_own, log_rest = _log_shares(v, spent)
        own, rest = 1.0 / (1.0 + v / spent), 1.0 / (1.0 + spent / v)
        shape, total = p * levels, p * levels + q
        value = p * (x @ log_own) + q * log_rest.sum() - count @ _log_beta(shape, q) - log_means
        # Large parts first, as in `_log_beta`: where parameters run off, what is left of the differences decides.
        rest_shape, rest_q, rest_total = _digamma_rest(shape), _digamma_rest(q), _digamma_rest(total)
        slope = [
            x @ log_own + (levels * count) @ (np.log1p(q / shape) + rest_total - rest_shape),
            log_rest.sum() + count @ (np.log1p(shape / q) + rest_total - rest_q),
            (q * own.sum() - p * (x @ rest)) / v,
        ]
        rest_shape, rest_q, rest_total = _trigamma_rest(shape), _trigamma_rest(q), _trigamma_rest(total)
        pp = (levels**2 * count) @ (rest_total - rest_shape - q / (shape * total))
        pq = (levels * count) @ (rest_total + 1.0 / total)
        qq = count @ (rest_total - rest_q - shape / (q * total))
        pv, qv = -(x @ rest) / v, own.sum() / v
        vv = (p * (x @ rest**2) - q * (own @ (1.0 + rest))) / v**2
        return Terms(
            value=float(value),
            slope=np.array(slope),
            curvature=np.array([[pp, pq, pv], [pq, qq, qv], [pv, qv, vv]]),
        )

    return likelihood


def _log_shares(v: float, spent: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logarithms of a customer's part and of the rest in v + spent, without a difference of near numbers."""
    return -np.log1p(v / spent), -np.log1p(spent / v)


def _log_beta(a: FloatArray, b: float) -> FloatArray:
    """
    Logarithm of the beta function.

    By Stirling's formula, of which the large parts cancel on paper: logarithms of the gamma function of millions of
    purchases would lose as many digits.
    """
    powers = -a * np.log1p(b / a) - b * np.log1p(a / b)
    scale = (np.log1p(b / a) + np.log1p(a / b) - np.log(a + b)) / 2.0
    return np.asarray(powers + scale + HALF_LOG_TWO_PI + _stirling(a) + _stirling(b) - _stirling(a + b))


def _stirling(z: npt.ArrayLike) -> FloatArray:
    """What is left of the logarithm of the gamma function after the large parts of Stirling's formula."""
    from scipy.special import gammaln

    values = np.asarray(z, dtype=np.float64)
    large = np.maximum(values, LARGE)
    series = polyval(large**-2.0, STIRLING) / large
    left = gammaln(values) - (values - 0.5) * np.log(values) + values - HALF_LOG_TWO_PI
    return np.where(values < LARGE, left, series)


def _digamma_rest(z: npt.ArrayLike) -> FloatArray:
    """What is left of the digamma function after the logarithm: the slope of Stirling's formula."""
    from scipy.special import psi

    values = np.asarray(z, dtype=np.float64)
    large = np.maximum(values, LARGE)
    series = -0.5 / large - polyval(large**-2.0, STIRLING * POWERS) / large**2
    return np.where(values < LARGE, psi(values) - np.log(values), series)


def _trigamma_rest(z: npt.ArrayLike) -> FloatArray:
    """What is left of the trigamma function after 1/z: the slope of the slope of Stirling's formula."""
    from scipy.special import polygamma

    values = np.asarray(z, dtype=np.float64)
    large = np.maximum(values, LARGE)
    series = 0.5 / large**2 + polyval(large**-2.0, STIRLING * POWERS * (POWERS + 1.0)) / large**3
    return np.where(values < LARGE, polygamma(1, values) - 1.0 / values, series)
