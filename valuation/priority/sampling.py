"""
How many customers of each stratum to ask, and for how many each of them speaks.

A sample drawn from the largest customers alone does not hear the small ones, who adopt new technology first. Minima
guarantee every stratum a place; weights give each answer the size of what it stands for.
"""

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np

from valuation.cost.amounts import Column, FloatArray, IntArray, numbers, refuse_rows, whole_number
from valuation.errors import DomainError, InputError, ZeroDenominatorError

__all__ = ["SampleWeights", "sample_plan", "sample_weights"]

_MOST: Final = 2.0**53  # whole numbers above are not all floats
_STRATA_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleWeights:
    """
    For how many each respondent speaks, and what unequal weights cost.

    Attributes
    ----------
    weight : ndarray, shape (h,)
        Customers by respondents of each stratum; 0 for an empty stratum, NaN where nobody answered. [1]
    n_effective : float
        Size of an unweighted sample that would be as precise; NaN without respondents. [count]
    design_effect : float
        Respondents by effective size. [1]
    silent : tuple of int
        Strata with customers and no respondent, counted from 1: nobody speaks for them.
    """

    weight: FloatArray
    n_effective: float
    design_effect: float
    silent: tuple[int, ...]


def sample_plan(
    stratum_sizes: Column, n: int, *, minimum: Column = 0, maximum: Column | None = None, spread: Column | None = None
) -> IntArray:
    r"""
    Size of the sample in each stratum.

    Every stratum starts at its minimum; the next customer goes to the stratum that lacks most of its target

    .. math:: n \, N_h / \sum N \quad \text{(proportional)}, \qquad n \, N_h \sigma_h / \sum N \sigma \quad
        \text{(Neyman)}

    and has not reached its maximum, until the sample is full.

    Parameters
    ----------
    stratum_sizes : array_like, shape (h,)
        Number of customers in each stratum. [count]
    n : int
        Size of the sample. [count]
    minimum : array_like, shape (h,) or one for all
        Least number of each stratum; all of a stratum that is smaller. [count]
    maximum : array_like, shape (h,) or one for all, optional
        Most of each stratum; NaN or left out: all. [count]
    spread : array_like, shape (h,) or one for all, optional
        Standard deviation of what is asked, in each stratum; makes the target Neyman's. [unit of the answer]

    Returns
    -------
    ndarray of int, shape (h,)
        They add up to `n`.

    Raises
    ------
    DomainError
        If a number is out of range, minima exceed the sample or a maximum, or there are too few customers.
    InputError
        If lengths differ, or something is not a number.
    ZeroDenominatorError
        If customers are to be drawn and every spread is 0.

    Notes
    -----
    Between equal deficits the larger target wins, then the earlier stratum.

    References
    ----------
    .. [1] J. Neyman, "On the Two Different Aspects of the Representative Method," Journal of the Royal Statistical
       Society, vol. 97, no. 4, pp. 558-625, 1934.

    Examples
    --------
    >>> sample_plan([40, 160, 600, 50], 60, minimum=[5, 5, 10, 10], maximum=[15, np.nan, np.nan, np.nan]).tolist()
    [5, 7, 38, 10]
    """
    size = _counts(stratum_sizes, "stratum_sizes")
    if size.ndim != 1:
        raise InputError(f"stratum_sizes must be one column, not of shape {size.shape}")
    drawn = whole_number(n, "n")
    if drawn < 0:
        raise DomainError(f"n must be 0 or more, not {drawn}")
    least = np.minimum(_for_each(_counts(minimum, "minimum"), "minimum", size.size), size)
    most = size
    if maximum is not None:
        given = _for_each(numbers(maximum, "maximum"), "maximum", size.size)
        most = np.fmin(_counts(np.where(np.isnan(given), size, given), "maximum"), size)
    _refuse_infeasible(drawn, size, least, most)
    weight = size if spread is None else size * _spread(spread, size.size)
    return _filled(drawn, weight, least.astype(np.int64), most.astype(np.int64))


def _filled(n: int, weight: FloatArray, least: IntArray, most: IntArray) -> IntArray:
    """Unit by unit to the largest deficit, until the sample is full."""
    sample = least.copy()
    total = float(weight.sum())
    left = n - int(least.sum())
    if left and total == 0:
        raise ZeroDenominatorError("spread must be above 0 in at least one stratum that has customers")
    # Deficits times the total: with whole numbers they are exact, so that equal ones are seen to be equal.
    queue = [
        (total * taken - n * part, -part, stratum)
        for stratum, (part, taken) in enumerate(zip(weight.tolist(), least.tolist(), strict=True))
        if taken < most[stratum]
    ]
    heapq.heapify(queue)
    for _ in range(left):
        _, part, stratum = queue[0]
        sample[stratum] += 1
        if sample[stratum] < most[stratum]:
            heapq.heapreplace(queue, (total * int(sample[stratum]) + n * part, part, stratum))
        else:
            heapq.heappop(queue)
    return sample


def sample_weights(stratum_sizes: Column, sampled: Column) -> SampleWeights:
    r"""
    Weights of the respondents, Kish's effective sample size and the design effect.

    .. math::

        w_h = N_h / n_h; \qquad n_\text{eff} = \Big(\sum_h n_h w_h\Big)^2 \Big/ \sum_h n_h w_h^2; \qquad
        \text{deff} = n / n_\text{eff}

    Parameters
    ----------
    stratum_sizes : array_like, shape (h,)
        Number of customers in each stratum. [count]
    sampled : array_like, shape (h,)
        Number of those who answered. [count]

    Returns
    -------
    SampleWeights
        A stratum whose numbers are missing or out of range (more answers than customers) is NaN and counts in no sum.

    Raises
    ------
    InputError
        If lengths differ, or something is not a number.

    Notes
    -----
    Who did not answer is spoken for by those of the same stratum who did; no other stratum lends its weight.

    References
    ----------
    .. [1] L. Kish, Survey Sampling, Wiley, 1965.

    Examples
    --------
    >>> found = sample_weights([40, 160, 600, 50], [5, 7, 38, 10])
    >>> found.weight.round(4).tolist(), round(found.n_effective, 2), round(found.design_effect, 3)
    ([8.0, 22.8571, 15.7895, 5.0], 52.73, 1.138)
    """
    size, answers = numbers(stratum_sizes, "stratum_sizes"), numbers(sampled, "sampled")
    if size.ndim != 1 or size.shape != answers.shape:
        raise InputError(
            f"stratum_sizes and sampled must be columns of one length, not {size.shape} and {answers.shape}"
        )
    known = (answers >= 0) & (answers <= size) & (size <= _MOST)
    known[known] = (size[known] % 1 == 0) & (answers[known] % 1 == 0)
    weight = np.full(size.shape, np.nan)
    np.divide(size, answers, out=weight, where=known & (answers > 0))
    weight[known & (size == 0)] = 0.0
    heard = known & (answers > 0)
    total, squares = float(size[heard].sum()), float((size[heard] * weight[heard]).sum())
    effective = total**2 / squares if heard.any() else float("nan")
    return SampleWeights(
        weight=weight,
        n_effective=effective,
        design_effect=float(answers[heard].sum()) / effective,
        silent=tuple((np.flatnonzero(known & (answers == 0) & (size > 0)) + 1).tolist()),
    )


def _counts(values: Column, name: str) -> FloatArray:
    """Whole numbers, 0 or more."""
    counts = numbers(values, name)
    rows = counts.ravel()
    bad = ~((rows >= 0) & (rows <= _MOST))
    bad[~bad] = rows[~bad] % 1 != 0
    refuse_rows(bad, rows, DomainError, f"{name} must be whole numbers, 0 or more")
    return counts


def _spread(values: Column, strata: int) -> FloatArray:
    """Standard deviations, those of huge values scaled down; by a power of two, which leaves equal ones equal."""
    spread = _for_each(numbers(values, "spread"), "spread", strata)
    refuse_rows(~((spread >= 0) & np.isfinite(spread)), spread, DomainError, "spread must be finite and 0 or more")
    return np.asarray(np.ldexp(spread, -np.frexp(spread.max(initial=0.0))[1]))


def _for_each(values: FloatArray, name: str, strata: int) -> FloatArray:
    """One number for each stratum, or one for all."""
    if values.shape not in ((), (1,), (strata,)):
        raise InputError(f"{name} must be one number for each of {strata} strata or one for all, not {values.shape}")
    return np.broadcast_to(values, strata)


def _refuse_infeasible(n: int, size: FloatArray, least: FloatArray, most: FloatArray) -> None:
    """A plan that no sample can follow is refused, and the strata are named."""
    crossed = np.flatnonzero(least > most)
    if crossed.size:
        raise DomainError(f"minimum must not be above maximum, as it is in {_named(crossed + 1)}")
    if least.sum() > n:
        places = np.flatnonzero(least > 0)
        raise DomainError(
            f"minima must add up to at most n, {n}, not {least.sum():.0f}: lower those of {_named(places + 1)}"
        )
    if most.sum() < n:
        what = "maxima" if (most < size).any() else "stratum_sizes"
        raise DomainError(f"{what} must add up to at least n, {n}, not {most.sum():.0f}")


def _named(strata: IntArray) -> str:
    """Strata by number, the first few."""
    listed = ", ".join(map(str, strata[:_STRATA_NAMED].tolist()))
    more = strata.size - _STRATA_NAMED
    words = f"strata {listed}" if strata.size > 1 else f"stratum {listed}"
    return f"{words} and {more:,} more" if more > 0 else words
