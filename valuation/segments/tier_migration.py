r"""
Migration: who moved between tiers from one date to another, and whether the mix of tiers is still the same.

A customer without a tier is out: not yet a customer, or no longer one. This state is the last row and the last column
of each matrix; so the rows sum to the customers of each tier before, the columns to those of each tier now.

References
----------
.. [1] J. Cohen, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit,"
   Psychological Bulletin, vol. 70, no. 4, pp. 213-220, 1968.
.. [2] N. Siddiqi, Credit Risk Scorecards, Wiley, 2006, ch. 8 (population stability index).
.. [3] J. L. Fleiss and J. Cohen, "The equivalence of weighted kappa and the intraclass correlation coefficient as
   measures of reliability," Educational and Psychological Measurement, vol. 33, no. 3, pp. 613-619, 1973.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, IntArray, numbers, refuse_rows
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.segments.tiers import Tiers, checked_labels, checked_places

__all__ = ["OUT", "Migration", "PopulationStability", "StabilityVerdict", "migration", "population_stability"]

OUT: Final = "Out"
"""The state of a customer who has no tier: not yet, or no longer, a customer."""

StabilityVerdict: TypeAlias = Literal["stable", "some shift", "shifted"]

_STABLE: Final = 0.10
_SHIFTED: Final = 0.25
_CONTINUITY: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Migration:
    """
    Customers by tier before (rows) and now (columns), from the best tier down, at last those who are out.

    Attributes
    ----------
    states : tuple of str, length k + 1
        The labels, and `OUT`.
    counts : ndarray of int, shape (k + 1, k + 1)
        Customers. [count]
    shares : ndarray, shape (k + 1, k + 1)
        Of the customers of the row; NaN in a row without any. [1]
    values : ndarray, shape (k + 1, k + 1), or None
        The money of these customers; None without values. [currency]
    stayed, up, down : int
        Customers who are in a tier at both dates: in the same one, in a better, in a worse. [count]
    stayed_share : float
        Part of them that stayed; NaN if there is none. [1]
    kappa : float
        Their agreement beyond chance, with quadratic weights: 1 if all stayed; NaN where chance alone agrees. [1]
    """

    states: tuple[str, ...]
    counts: IntArray
    shares: FloatArray
    values: FloatArray | None
    stayed: int
    up: int
    down: int
    stayed_share: float
    kappa: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationStability:
    """
    How far the mix of classes has moved.

    Attributes
    ----------
    value : float
        Population stability index, at least 0. [1]
    adjusted : bool
        Whether 0.5 was added to every count, because a class had no customer at one of the dates.
    verdict : str
        "stable" below 0.10, "shifted" above 0.25, "some shift" between.
    """

    value: float
    adjusted: bool
    verdict: StabilityVerdict


def migration(previous: Tiers, current: Tiers, *, labels: Sequence[str], values: Column | None = None) -> Migration:
    r"""
    Customers who moved between tiers.

    .. math:: \kappa = 1 - \frac{\sum_{ij} (i - j)^2 \, n_{ij}}{\sum_{ij} (i - j)^2 \, n_{i \cdot} n_{\cdot j} / n}

    Parameters
    ----------
    previous, current : array_like of str, shape (n,)
        Tier of each customer at the two dates; None, NaN, "" or "Out" for one who is out.
    labels : sequence of str, length k
        Names of the tiers from the best down; none of them is "Out".
    values : array_like, shape (n,), optional
        Money of each customer: now, or before for one who has left. [currency]

    Returns
    -------
    Migration
        Matrices and what they come to.

    Raises
    ------
    DomainError
        If a value is infinite.
    InputError
        If the lengths differ, a tier is not among the labels, or the labels do not differ.
    MissingDataError
        If the value of a customer who has a tier is missing; the message names the row.

    Notes
    -----
    Kappa counts those who are in a tier at both dates [1]_; with quadratic weights a move by two tiers counts four
    times one by one tier, as in an intraclass correlation [3]_. It is not defined when all of them are in one tier.

    Examples
    --------
    >>> moved = migration(["A", "A", "B", "B", None], ["A", "B", "B", "", "B"], labels="AB", values=[9, 4, 2, 1, 3])
    >>> moved.counts.tolist()
    [[1, 1, 0], [0, 1, 1], [0, 1, 0]]
    >>> moved.values.tolist()
    [[9.0, 4.0, 0.0], [0.0, 2.0, 1.0], [0.0, 3.0, 0.0]]
    >>> (moved.stayed, moved.up, moved.down), round(moved.kappa, 4)
    ((2, 0, 1), 0.4)
    """
    names = checked_labels(labels)
    if OUT in names:
        raise InputError(f"labels must not hold {OUT}, the state of those who have no tier")
    before, now = _states(previous, names, "previous"), _states(current, names, "current")
    if before.shape != now.shape:
        raise InputError(f"previous and current must be of one length, not {before.size} and {now.size}")
    size = len(names) + 1
    cell = before * size + now
    counts = np.bincount(cell, minlength=size * size).reshape(size, size)
    both = counts[:-1, :-1]
    stayed, up, down = (int(part.sum()) for part in (np.diagonal(both), np.tril(both, -1), np.triu(both, 1)))
    remaining = stayed + up + down
    return Migration(
        states=(*names, OUT),
        counts=counts,
        shares=_row_shares(counts),
        values=None if values is None else _money(values, cell, size),
        stayed=stayed,
        up=up,
        down=down,
        stayed_share=stayed / remaining if remaining else np.nan,
        kappa=_quadratic_kappa(both),
    )


def population_stability(before: npt.ArrayLike, after: npt.ArrayLike) -> PopulationStability:
    r"""
    Population stability index (PSI): how far the shares of classes have moved.

    .. math:: \sum_c (q_c - p_c) \ln \frac{q_c}{p_c}

    Parameters
    ----------
    before, after : array_like, shape (k,)
        Customers of each class at the two dates. [count]

    Returns
    -------
    PopulationStability
        The index, and what it says.

    Raises
    ------
    DomainError
        If a count is negative or infinite, or is no whole number where one of them is 0.
    InputError
        If the lengths differ, or a count is missing or not a number.
    ZeroDenominatorError
        If there is nobody at one of the dates.

    Notes
    -----
    Shares p and q serve as well as counts, as long as none of them is 0. Where a class is empty at one of the dates the
    index would be endless: 0.5 is added to every count, and `adjusted` says so. The limits 0.10 and 0.25 are a rule of
    thumb of credit scoring [2]_.

    Examples
    --------
    >>> population_stability([50, 30, 20], [40, 30, 30])
    PopulationStability(value=0.06286..., adjusted=False, verdict='stable')
    """
    old, new = _class_counts(before, "before"), _class_counts(after, "after")
    if old.shape != new.shape:
        raise InputError(f"before and after must be of one length, not {old.size} and {new.size}")
    for name, column in (("before", old), ("after", new)):
        if not column.sum() > 0:
            raise ZeroDenominatorError(f"{name} must hold a customer")
    adjusted = bool((old == 0).any() or (new == 0).any())
    if adjusted:
        for name, column in (("before", old), ("after", new)):
            refuse_rows(column != np.rint(column), column, DomainError, f"{name} must be whole where a count is 0")
        old, new = old + _CONTINUITY, new + _CONTINUITY
    p, q = old / old.sum(), new / new.sum()
    value = float(((q - p) * np.log(q / p)).sum())
    return PopulationStability(value=value, adjusted=adjusted, verdict=_verdict(value))


# At the door.


def _states(tiers: Tiers, names: list[str], name: str) -> IntArray:
    """State of each customer: place of the tier, and after the last one those who are out."""
    places = checked_places(tiers, [*names, OUT], name=name)
    if places.ndim != 1:
        raise InputError(f"{name} must be one column, not of shape {places.shape}")
    return np.where(places < 0, len(names), places)


def _money(values: Column, cell: IntArray, size: int) -> FloatArray:
    """Sums of the values, of customers who have a tier at one of the dates at least."""
    money = numbers(values, "values")
    if money.shape != cell.shape:
        raise InputError(f"values must have one row per customer, {cell.shape}, not {money.shape}")
    known = np.where(cell == size * size - 1, np.nan_to_num(money, posinf=0.0, neginf=0.0), money)
    refuse_rows(np.isnan(known), money, MissingDataError, "values must be known")
    refuse_rows(np.isinf(known), money, DomainError, "values must be finite")
    sums = np.bincount(cell, weights=known, minlength=size * size)
    return sums.astype(np.float64).reshape(size, size)  # of no customers NumPy makes integers


def _class_counts(counts: npt.ArrayLike, name: str) -> FloatArray:
    """Counts of classes."""
    column = numbers(counts, name)
    if column.ndim != 1:
        raise InputError(f"{name} must be one column, not of shape {column.shape}")
    refuse_rows(np.isnan(column), column, InputError, f"{name} must be known")
    refuse_rows((column < 0) | np.isinf(column), column, DomainError, f"{name} must be finite and not negative")
    return column


# The formulas.


def _row_shares(counts: IntArray) -> FloatArray:
    """Counts by the sum of their row."""
    whole = counts.sum(axis=1, keepdims=True)
    shares = np.full(counts.shape, np.nan)
    np.divide(counts, whole, out=shares, where=whole > 0)
    return shares


def _quadratic_kappa(counts: IntArray) -> float:
    """Weighted kappa with the squared distance of the classes."""
    place = np.arange(len(counts))
    distance = np.square(place[:, None] - place).astype(np.float64)
    by_chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)).astype(np.float64)
    expected = float((distance * by_chance).sum())
    return 1.0 - float((distance * counts).sum()) * float(counts.sum()) / expected if expected else np.nan


def _verdict(value: float) -> StabilityVerdict:
    """The rule of thumb in words."""
    if value < _STABLE:
        return "stable"
    return "shifted" if value > _SHIFTED else "some shift"
