"""Share of voice against share of value: a few customers of low value must not steer because they are loud."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, numbers
from valuation.errors import InputError, MissingDataError, ZeroDenominatorError
from valuation.lifetime.conventions import POSITIVE, PROBABILITY, single
from valuation.segments.tiers import tier_pareto

__all__ = ["ShareOfVoice", "share_of_voice"]

_QUIET: Final = 0.5
_HIGH_VALUE: Final = ("A", "B")
_HIGH_VALUE_SHARE: Final = 0.95  # where class B of the usual Pareto classes ends


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShareOfVoice:
    """
    How loud each customer is for what it is worth.

    Attributes
    ----------
    voice_share : ndarray, shape (n,)
        Part of all issues. [1]
    value_share : ndarray, shape (n,)
        Part of all positive value. [1]
    index : ndarray, shape (n,)
        Voice by value; infinite for a customer without value. [1]
    p : ndarray, shape (n,)
        Chance of so many issues or more, if issues came in proportion to value. [1]
    flag : ndarray of str, shape (n,)
        "over-voiced", "under-voiced" or "".
    """

    voice_share: FloatArray
    value_share: FloatArray
    index: FloatArray
    p: FloatArray
    flag: npt.NDArray[Any]


def share_of_voice(
    issues: Column,
    values: Column,
    *,
    ratio: float = 2.0,
    alpha: float = 0.01,
    value_class: npt.ArrayLike | None = None,
    exempt: Column | None = None,
) -> ShareOfVoice:
    r"""
    Share of issues and share of value of each customer, and who is louder or quieter than chance explains.

    .. math:: P(X \ge x) = \sum_{k=x}^{N} \binom{N}{k} q^k (1-q)^{N-k} = I_q(x,\, N - x + 1)

    with :math:`q` the customer's share of value.

    Parameters
    ----------
    issues : array_like, shape (n,)
        Number of issues of each customer. [count]
    values : array_like, shape (n,)
        Value of each customer; below 0 it counts as none. [currency]
    ratio : float
        From which index on a customer may be over-voiced. [1]
    alpha : float
        Below which chance it is. [1]
    value_class : array_like of str, shape (n,), optional
        Value class of each customer, of which A and B may be under-voiced; those who bring the first 95% of the value
        if left out.
    exempt : array_like, shape (n,), optional
        How many of the issues are about safety or law: they are no matter of value, and do not count. [count]

    Returns
    -------
    ShareOfVoice
        A customer whose issues or value are missing or out of range is NaN and counts in no share; its flag is None.

    Raises
    ------
    DomainError
        If `ratio` is not above 0, or `alpha` not from 0 to 1.
    InputError
        If lengths differ, or something is not a number.
    MissingDataError
        If there is no issue.
    ZeroDenominatorError
        If no customer has a value above 0.

    Notes
    -----
    Over-voiced: index at least `ratio` and chance below `alpha`. Under-voiced: index at most 0.5 in a high value class.
    A flag is no verdict: it says whose opinions to weight, not whose to delete. Both limits are project conventions.

    Examples
    --------
    >>> found = share_of_voice([50, 30, 20], [800.0, -10.0, 200.0])
    >>> found.index.tolist(), found.flag.tolist()
    ([0.625, inf, 1.0], ['', 'over-voiced', ''])
    """
    loud, rare = single("ratio", ratio, POSITIVE), single("alpha", alpha, PROBABILITY)
    count, value = numbers(issues, "issues"), numbers(values, "values")
    spared = np.zeros(count.shape) if exempt is None else numbers(exempt, "exempt")
    if count.ndim != 1 or not count.shape == value.shape == spared.shape:
        raise InputError(
            f"issues, values and exempt must be columns of one length, not {count.shape}, {value.shape} and "
            f"{spared.shape}"
        )
    known = np.isfinite(value) & np.isfinite(count) & (spared >= 0) & (spared <= count)
    known[known] = (count[known] % 1 == 0) & (spared[known] % 1 == 0)
    counted = np.where(known, count, np.nan) - spared
    total = float(np.nansum(counted))
    if total == 0:
        raise MissingDataError("issues must add up to more than 0: there is no voice to share")
    positive = np.where(known, np.maximum(0.0, value), np.nan)
    largest = float(np.nanmax(positive))
    if largest == 0:
        raise ZeroDenominatorError("values must be above 0 for at least one customer")
    scaled = positive / largest  # a sum of huge values stays finite
    voice, worth = counted / total, scaled / np.nansum(scaled)
    index = np.full(worth.shape, np.inf)
    np.divide(voice, worth, out=index, where=(worth > 0) | ~known)
    p = _tail(counted, total, worth)
    flag = np.full(worth.shape, "", dtype=object)
    flag[(index <= _QUIET) & _high_value(scaled, value_class)] = "under-voiced"
    flag[(index >= loud) & (p < rare)] = "over-voiced"
    flag[~known] = None
    return ShareOfVoice(voice_share=voice, value_share=worth, index=index, p=p, flag=flag)


def _tail(count: FloatArray, total: float, share: FloatArray) -> FloatArray:
    """Chance of so many or more out of all; NaN where the count is."""
    from scipy.special import betainc

    some = count > 0
    p = np.where(np.isnan(count), np.nan, 1.0)
    p[some] = betainc(count[some], total - count[some] + 1.0, share[some])
    return p


def _high_value(value: FloatArray, value_class: npt.ArrayLike | None) -> npt.NDArray[np.bool_]:
    """Who is in class A or B."""
    if value_class is None:
        if np.isfinite(value).sum() < 2:
            return np.zeros(value.shape, dtype=np.bool_)
        return np.asarray(tier_pareto(value, [_HIGH_VALUE_SHARE], labels=("AB", "C"), no_value_label="N") == "AB")
    classes = np.asarray(value_class, dtype=object)
    if classes.shape != value.shape:
        raise InputError(f"value_class must have one class for each of {value.size} customers, not {classes.shape}")
    return np.isin(classes, np.array(_HIGH_VALUE, dtype=object))
