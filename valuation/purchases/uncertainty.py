"""
How far the future may be from what is expected: because the parameters are estimates, and because customers are free.

Parameters are fitted anew to resampled customers (bootstrap), and for each set of parameters one possible future of
each customer is drawn. An interval says which of the two it covers; one of parameters alone is far too narrow for what
will happen. Neither covers that the model itself may be wrong: for that see `valuation.purchases.holdout`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.lifetime.conventions import NOT_NEGATIVE, FloatArray, Range, plain, single
from valuation.purchases.fitting import PurchaseFit, refit
from valuation.purchases.model import PurchaseModel, customers, fit_columns
from valuation.purchases.predictions import expected_purchases

__all__ = ["Interval", "customer_interval", "resampled_parameters", "total_interval", "total_parameter_interval"]

Covers: TypeAlias = Literal["parameters", "parameters and chance"]

LEVEL: Final = Range(rule="above 0 and below 1", low=float(np.nextafter(0.0, 1.0)), high=float(np.nextafter(1.0, 0.0)))
DRAWS: Final = Range(rule="a whole number from 19 to 100,000", low=19.0, high=100_000.0, whole=True)
WEIBULL: Final = "weibull"
"""Quantiles between which the next draw falls as often as the level says, however few draws there are."""
CHUNK: Final = 20_000
"""Customers whose futures are held at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interval:
    """Where a number to come is likely to lie."""

    expected: FloatArray
    """Expectation at the fitted parameters."""

    low: FloatArray
    """Lower end."""

    high: FloatArray
    """Upper end."""

    level: float
    """Chance that it lies between them, as far as the interval covers. [1]"""

    covers: Covers
    """What may be different: the parameters, or the parameters and what customers happen to do."""


def resampled_parameters(fit: PurchaseFit[Any], *, draws: int, rng: np.random.Generator) -> list[PurchaseModel]:
    """
    Parameters fitted to customers drawn anew, with replacement, from those of a fit.

    Parameters
    ----------
    fit : PurchaseFit
        Of any purchase model.
    draws : int
        How many times, 19 or more. [count]
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    list of PurchaseModel
        As long as `draws`.

    Raises
    ------
    DomainError
        If `draws` is out of range.

    References
    ----------
    .. [1] B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap," Chapman and Hall, 1993.
    """
    count = int(single("draws", draws, DRAWS))
    share = fit.data.weight / fit.n
    return [refit(fit, rng.multinomial(int(fit.n), share).astype(np.float64)) for _ in range(count)]


def customer_interval(
    fit: PurchaseFit[Any],
    samples: Sequence[PurchaseModel],
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    t: float,
    level: float,
    rng: np.random.Generator,
) -> Interval:
    """
    Where the purchases of each customer in the next `t` periods are likely to lie.

    Parameters
    ----------
    fit : PurchaseFit
        Of any purchase model.
    samples : sequence of PurchaseModel
        From `resampled_parameters`.
    frequency : array_like, shape (n,)
        Repeat purchases. [count]
    recency : array_like, shape (n,)
        Age at the last purchase. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]
    t : float
        Time to come. [periods]
    level : float
        Chance to lie between the ends, such as 0.9; whole purchases make it a little more. [1]
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    Interval
        Arrays of shape (n,); NaN where a customer's own inputs are missing, out of range or contradict each other.

    Raises
    ------
    DomainError
        If `t` or `level` is out of range.
    InputError
        If a value is not a number, or lengths differ.

    Examples
    --------
    >>> from valuation.purchases import fit_nbd
    >>> rng = np.random.default_rng(1)
    >>> weeks = rng.poisson(rng.gamma(0.5, 8, 300)), np.full(300, 40.0)
    >>> fit = fit_nbd(weeks[0], np.where(weeks[0] > 0, 40.0, 0.0), weeks[1])
    >>> samples = resampled_parameters(fit, draws=99, rng=rng)
    >>> ahead = customer_interval(fit, samples, [0, 20], [0, 40], [40, 40], t=40, level=0.9, rng=rng)
    >>> ahead.low, ahead.high
    (array([ 0., 10.]), array([ 3., 27.]))
    """
    ahead, share = single("t", t, NOT_NEGATIVE), single("level", level, LEVEL)
    x, t_x, T = (np.atleast_1d(column) for column in np.broadcast_arrays(*customers(frequency, recency, age)))
    low, high = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    known = np.flatnonzero(np.isfinite(x + t_x + T))
    for start in range(0, known.size, CHUNK):
        rows = known[start : start + CHUNK]
        futures = np.stack([_purchases(each, rng, x[rows], t_x[rows], T[rows], ahead) for each in samples])
        low[rows], high[rows] = np.quantile(futures, [(1.0 - share) / 2.0, (1.0 + share) / 2.0], axis=0, method=WEIBULL)
    return Interval(
        expected=np.atleast_1d(expected_purchases(fit.parameters, x, t_x, T, t=ahead)),
        low=low,
        high=high,
        level=share,
        covers="parameters and chance",
    )


def total_interval(
    fit: PurchaseFit[Any],
    samples: Sequence[PurchaseModel],
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    t: float,
    level: float,
    rng: np.random.Generator,
) -> Interval:
    """
    Where the purchases of all customers together in the next `t` periods are likely to lie.

    Parameters
    ----------
    fit : PurchaseFit
        Of any purchase model.
    samples : sequence of PurchaseModel
        From `resampled_parameters`.
    frequency : array_like, shape (n,)
        Repeat purchases. [count]
    recency : array_like, shape (n,)
        Age at the last purchase. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]
    t : float
        Time to come. [periods]
    level : float
        Chance to lie between the ends, such as 0.9. [1]
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    Interval
        Numbers, which cover parameters and chance.

    Raises
    ------
    DomainError
        If a customer's inputs are missing or out of range, or `t` or `level` is; the message names the row.
    InputError
        If a value is not a number, or lengths differ.
    """
    x, t_x, T = fit_columns(frequency=frequency, recency=recency, age=age)
    ahead = single("t", t, NOT_NEGATIVE)
    futures = [float(_purchases(each, rng, x, t_x, T, ahead).sum()) for each in samples]
    expected = float(expected_purchases(fit.parameters, x, t_x, T, t=ahead).sum())
    return _interval(expected, futures, single("level", level, LEVEL), "parameters and chance")


def total_parameter_interval(
    fit: PurchaseFit[Any],
    samples: Sequence[PurchaseModel],
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
    *,
    t: float,
    level: float,
) -> Interval:
    """
    Where the *expected* purchases of all customers in the next `t` periods are likely to lie.

    Parameters
    ----------
    fit : PurchaseFit
        Of any purchase model.
    samples : sequence of PurchaseModel
        From `resampled_parameters`.
    frequency : array_like, shape (n,)
        Repeat purchases. [count]
    recency : array_like, shape (n,)
        Age at the last purchase. [periods]
    age : array_like, shape (n,)
        Time since the first purchase. [periods]
    t : float
        Time to come. [periods]
    level : float
        Chance to lie between the ends, such as 0.9. [1]

    Returns
    -------
    Interval
        Numbers, which cover parameters alone: what will happen lies outside more often than `level` says.

    Raises
    ------
    DomainError
        If a customer's inputs are missing or out of range, or `t` or `level` is; the message names the row.
    InputError
        If a value is not a number, or lengths differ.
    """
    x, t_x, T = fit_columns(frequency=frequency, recency=recency, age=age)
    ahead = single("t", t, NOT_NEGATIVE)
    totals = [float(expected_purchases(each, x, t_x, T, t=ahead).sum()) for each in (fit.parameters, *samples)]
    return _interval(totals[0], totals[1:], single("level", level, LEVEL), "parameters")


def _purchases(
    params: PurchaseModel, rng: np.random.Generator, x: FloatArray, t_x: FloatArray, T: FloatArray, t: float
) -> FloatArray:
    """How often each customer buys in one possible future."""
    who, _ = params.draw_ahead(rng, x, t_x, T, np.full(x.size, t))
    return np.bincount(who, minlength=x.size).astype(np.float64)


def _interval(expected: float, futures: Sequence[float], level: float, covers: Covers) -> Interval:
    low, high = np.quantile(futures, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], method=WEIBULL)
    return Interval(
        expected=plain(expected), low=plain(float(low)), high=plain(float(high)), level=level, covers=covers
    )
