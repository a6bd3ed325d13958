"""
Tiers: customers by value, with cuts in money, in ranks or in cumulative share, and the band that keeps a tier stable.

Labels are given from the best tier down. A customer whose value is missing or infinite has no label (None). Equal
values always have equal labels. Cuts in money are the rule, kept until somebody changes them: relative cuts move a
customer when *other* customers change. The same functions serve every basis: revenue, contribution, lifetime value.
"""

from collections.abc import Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, IntArray, numbers
from valuation.errors import DomainError, InputError

__all__ = [
    "LabelArray",
    "Tiers",
    "checked_band",
    "checked_bounds",
    "checked_labels",
    "checked_places",
    "checked_values",
    "keep_tier",
    "pareto_bounds",
    "places_by_bounds",
    "places_kept",
    "tier_absolute",
    "tier_pareto",
    "tier_quantile",
]

LabelArray: TypeAlias = npt.NDArray[np.object_]
Tiers: TypeAlias = npt.ArrayLike | Sequence[str | None]

_UNKNOWN = -2  # place of a tier that is not among the labels
_PLACES = 12  # shares that differ by less are the same: sums of decimals carry noise in the 16th digit


def tier_absolute(values: Column, bounds: npt.ArrayLike, *, labels: Sequence[str]) -> LabelArray:
    """
    Tier by lower bounds in the unit of the values.

    Parameters
    ----------
    values : array_like
        Value of each customer. [currency]
    bounds : array_like, shape (k - 1,)
        Lower bounds, inclusive, from the best tier down; two equal bounds leave a tier empty. [currency]
    labels : sequence of str, length k
        Names of the tiers from the best down; the last one is for values below all bounds.

    Returns
    -------
    ndarray of str, shape of `values`
        Labels; None where the value is missing or infinite.

    Raises
    ------
    DomainError
        If the bounds rise, or a single value is infinite.
    InputError
        If the number of labels is not that of the bounds plus one, if a bound or a single value is missing, or if
        something is not a number.

    Examples
    --------
    >>> tier_absolute([250.0, 100.0, 99.99], [200.0, 100.0], labels=["T1", "T2", "T3"]).tolist()
    ['T1', 'T2', 'T3']
    """
    cuts, names = checked_bounds(bounds, labels)
    given = checked_values(values)
    return _labelled(places_by_bounds(given, cuts), names, given)


def tier_quantile(values: Column, cuts: npt.ArrayLike, *, labels: Sequence[str]) -> LabelArray:
    r"""
    Tier by mid-rank percentile.

    .. math:: p_i = \frac{\#\{j: v_j < v_i\} + \tfrac12 \#\{j: v_j = v_i\}}{n}

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer. [currency]
    cuts : array_like, shape (k - 1,)
        Lower bounds of the percentile, inclusive, from the best tier down; each between 0 and 1. [1]
    labels : sequence of str, length k
        Names of the tiers from the best down.

    Returns
    -------
    ndarray of str, shape (n,)
        Labels; None where the value is missing or infinite (such a customer is not counted in n).

    Raises
    ------
    DomainError
        If there are fewer customers, or fewer distinct values, than tiers; if a cut is not between 0 and 1; or if the
        cuts rise.
    InputError
        If the number of labels is not that of the cuts plus one, or something is not a number.

    Examples
    --------
    >>> tier_quantile([1.0, 2.0, 3.0, 4.0], [0.75, 0.25], labels=["T1", "T2", "T3"]).tolist()
    ['T3', 'T2', 'T2', 'T1']
    """
    shares, names = checked_bounds(cuts, labels, name="cuts")
    _refuse_cuts(shares)
    given = checked_values(values, ndim=1)
    ranked = np.sort(given[np.isfinite(given)])
    _refuse_few(ranked.size, len(names))
    distinct = np.unique(ranked).size
    if distinct < len(names):
        raise DomainError(
            f"values must hold at least {len(names)} distinct ones for {len(names)} tiers, not {distinct}"
        )
    worse = np.searchsorted(ranked, given, side="left")
    not_better = np.searchsorted(ranked, given, side="right")
    return _labelled(places_by_bounds((worse + not_better) / (2 * ranked.size), shares), names, given)


def tier_pareto(values: Column, cuts: npt.ArrayLike, *, labels: Sequence[str], no_value_label: str) -> LabelArray:
    r"""
    Class by cumulative share (ABC analysis): the customers that bring the first 80 %, the next 15 %, and the rest.

    A customer belongs to the first class whose cut lies above the share that customers of larger value bring:

    .. math:: c_i = \sum_{v_j > v_i} v_j \Big/ \sum_{v_j > 0} v_j

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer. [currency]
    cuts : array_like, shape (k - 1,)
        Cumulative shares that end the classes, rising, each between 0 and 1, such as (0.80, 0.95). [1]
    labels : sequence of str, length k
        Names of the classes from the best down.
    no_value_label : str
        Label of the customers whose value is 0 or negative.

    Returns
    -------
    ndarray of str, shape (n,)
        Labels; None where the value is missing or infinite.

    Raises
    ------
    DomainError
        If there are fewer customers than classes, if a cut is not between 0 and 1, or if the cuts fall.
    InputError
        If the number of labels is not that of the cuts plus one, or something is not a number.

    Notes
    -----
    Because the share *before* a customer counts, the customer that crosses a cut is in the better class, and the
    largest one is always in the best. Shares are of the positive values only: losses do not make the others' shares
    exceed 1.

    Examples
    --------
    >>> tier_pareto([60.0, 30.0, 8.0, 2.0, -5.0], [0.80, 0.95], labels="ABC", no_value_label="N").tolist()
    ['A', 'A', 'B', 'C', 'N']
    """
    given = checked_values(values, ndim=1)
    shares, names = _pareto_cuts(cuts), checked_labels(labels)
    if len(names) != shares.size + 1:
        raise InputError(f"labels must be one more than cuts, not {len(names)} for {shares.size}")
    _refuse_few(int(np.isfinite(given).sum()), len(names))
    has_value = np.isfinite(given) & (given > 0)
    place = np.full(given.shape, len(names))
    place[has_value] = _pareto_places(given[has_value], shares)
    return _labelled(place, [*names, no_value_label], given)


def pareto_bounds(values: Column, cuts: npt.ArrayLike) -> FloatArray:
    """
    The smallest value in each Pareto class: turns a relative cut into bounds in money that stay.

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer. [currency]
    cuts : array_like, shape (k - 1,)
        Cumulative shares, as in `tier_pareto`. [1]

    Returns
    -------
    ndarray, shape (k,)
        Lower bounds from the best class down; an empty class has the bound of the class above it. With the class labels
        and the label for no value they make `tier_absolute` agree with `tier_pareto` on these values. [currency]

    Raises
    ------
    DomainError
        If no value is positive, if a cut is not between 0 and 1, or if the cuts fall.
    InputError
        If something is not a number.

    Examples
    --------
    >>> pareto_bounds([60.0, 30.0, 8.0, 2.0, -5.0], [0.80, 0.95]).tolist()
    [30.0, 8.0, 2.0]
    """
    given, shares = checked_values(values, ndim=1), _pareto_cuts(cuts)
    positive = given[np.isfinite(given) & (given > 0)]
    if not positive.size:
        raise DomainError("values must hold one above 0 to have Pareto bounds")
    place = _pareto_places(positive, shares)
    smallest = [positive.min(where=place <= tier, initial=np.inf) for tier in range(shares.size + 1)]
    return np.array(smallest, dtype=np.float64)


def keep_tier(
    values: Column, previous: Tiers, bounds: npt.ArrayLike, *, labels: Sequence[str], band: float
) -> LabelArray:
    """
    Tier by lower bounds, changed only when the value passes a bound by more than a band.

    Parameters
    ----------
    values : array_like
        Value of each customer. [currency]
    previous : array_like of str, shape of `values`
        Tier so far; None, NaN or "" for a customer who had none, who is then tiered by the bounds alone.
    bounds : array_like, shape (k - 1,)
        Lower bounds from the best tier down, as in `tier_absolute`. [currency]
    labels : sequence of str, length k
        Names of the tiers from the best down.
    band : float
        Part of a bound's absolute amount by which the value must pass it, at least 0 and below 1. [1]

    Returns
    -------
    ndarray of str, shape of `values`
        Labels; None where the value is missing or infinite.

    Raises
    ------
    DomainError
        If `band` is not in [0, 1), if the bounds rise, or if a single value is infinite.
    InputError
        If a previous tier is not among the labels, if the shapes differ, or as for `tier_absolute`.

    Notes
    -----
    A value may pass several bounds at once; it moves past those that it passes by more than the band. A bound of 0 has
    no band. Just on the edge of the band the tier stays.

    Examples
    --------
    >>> before = ["T2", "T2", "T1", "T1"]
    >>> keep_tier([104.0, 106.0, 96.0, 94.0], before, [100.0], labels=["T1", "T2"], band=0.05).tolist()
    ['T2', 'T1', 'T1', 'T2']
    """
    cuts, names = checked_bounds(bounds, labels)
    given = checked_values(values)
    width = checked_band(band)
    before = checked_places(previous, names, name="previous")
    if before.shape != given.shape:
        raise InputError(f"previous must have the shape of values, {given.shape}, not {before.shape}")
    kept = places_kept(given, before, cuts, width)
    return _labelled(np.where(before < 0, places_by_bounds(given, cuts), kept), names, given)


# At the door.


def checked_values(values: Column, *, ndim: int | None = None) -> FloatArray:
    """Values, of which a single one has to be there and finite."""
    given = numbers(values, "values")
    if ndim is not None and given.ndim != ndim:
        raise InputError(f"values must be one column, not of shape {given.shape}")
    if given.ndim == 0 and np.isnan(given):
        raise InputError("values must be a number, not nan")
    if given.ndim == 0 and np.isinf(given):
        raise DomainError(f"values must be finite, not {given}")
    return given


def checked_labels(labels: Sequence[str]) -> list[str]:
    """Labels that tell the tiers apart."""
    names = list(labels)
    if not all(isinstance(name, str) for name in names):
        raise InputError(f"labels must be texts, not {names}")
    if len(set(names)) < len(names):
        raise InputError(f"labels must differ, not {names}")
    return names


def _falling(bounds: npt.ArrayLike, name: str) -> FloatArray:
    """Bounds from the best tier down."""
    cuts = numbers(bounds, name)
    if cuts.ndim != 1 or np.isnan(cuts).any():
        raise InputError(f"{name} must be a row of numbers, not {cuts.tolist()}")
    if (np.diff(cuts) > 0).any():
        raise DomainError(f"{name} must not rise, as {cuts.tolist()} do")
    return cuts


def checked_bounds(bounds: npt.ArrayLike, labels: Sequence[str], name: str = "bounds") -> tuple[FloatArray, list[str]]:
    """Bounds and as many labels as they make tiers."""
    cuts, names = _falling(bounds, name), checked_labels(labels)
    if len(names) != cuts.size + 1:
        raise InputError(f"labels must be one more than {name}, not {len(names)} for {cuts.size}")
    return cuts, names


def _refuse_cuts(cuts: FloatArray) -> None:
    """Cuts that are shares."""
    if not ((cuts > 0) & (cuts < 1)).all():
        raise DomainError(f"cuts must be between 0 and 1, not {cuts.tolist()}")


def _pareto_cuts(cuts: npt.ArrayLike) -> FloatArray:
    """Rising cumulative shares."""
    shares = numbers(cuts, "cuts")
    if shares.ndim != 1 or np.isnan(shares).any():
        raise InputError(f"cuts must be a row of numbers, not {shares.tolist()}")
    _refuse_cuts(shares)
    if (np.diff(shares) < 0).any():
        raise DomainError(f"cuts must not fall, as {shares.tolist()} do")
    return shares


def _refuse_few(customers: int, tiers: int) -> None:
    """Relative cuts need somebody for every tier."""
    if customers < tiers:
        raise DomainError(f"values must be at least {tiers} for {tiers} tiers, not {customers}")


def checked_band(band: float) -> float:
    """A part of a bound."""
    width = numbers(band, "band")
    if width.ndim or not 0 <= width < 1:
        raise DomainError(f"band must be at least 0 and below 1, not {band}")
    return float(width)


def checked_places(tiers: Tiers, names: Sequence[str], *, name: str) -> IntArray:
    """Each tier as its place among the names, from 0 for the best; -1 for a customer who has none."""
    cells: npt.NDArray[Any] = np.asarray(tiers, dtype=object)
    known = {label: place for place, label in enumerate(names)}
    try:
        code, distinct = pd.factorize(cells.ravel())
    except TypeError:  # a list or another cell that cannot be looked up, and is no label
        odd = next(cell for cell in cells.ravel().tolist() if not isinstance(cell, Hashable))
        raise InputError(f"{name} must be one of {', '.join(known)}, not {odd!r}") from None
    places = [-1 if cell == "" else known.get(cell, _UNKNOWN) for cell in distinct.tolist()]
    found = np.array([*places, -1], dtype=np.int64)[code]  # code -1, for None and NaN, is the last one
    if (found == _UNKNOWN).any():
        row = int(np.argmax(found == _UNKNOWN))
        place = f" in row {row + 1}" if cells.size > 1 else ""
        raise InputError(f"{name} must be one of {', '.join(known)}, not {cells.ravel()[row]!r}{place}")
    return found.reshape(cells.shape)


# The formulas.


def places_by_bounds(values: FloatArray, cuts: FloatArray) -> IntArray:
    """Number of bounds that a value does not reach: 0 is the best tier."""
    return np.asarray(cuts.size - np.searchsorted(cuts[::-1], values, side="right"), dtype=np.int64)


def places_kept(values: FloatArray, before: IntArray, cuts: FloatArray, band: float) -> IntArray:
    """Place of a value whose tier changes only beyond the band."""
    margin = band * np.abs(cuts)
    # "More than the band": upwards the bound itself does not suffice, downwards it does.
    risen = places_by_bounds(values, np.nextafter(cuts + margin, np.inf))
    fallen = places_by_bounds(values, cuts - margin)
    return np.where(risen < before, risen, np.maximum(before, fallen))


def _pareto_places(positive: FloatArray, cuts: FloatArray) -> IntArray:
    """Number of cuts at or below the share that larger values bring."""
    if not positive.size:
        return np.zeros(0, dtype=np.int64)
    distinct, which, count = np.unique(-positive, return_inverse=True, return_counts=True)
    amounts = -distinct * count
    through = np.cumsum(amounts)
    before = np.round((through - amounts) / through[-1], _PLACES)
    return np.asarray(np.searchsorted(cuts, before, side="right")[which], dtype=np.int64)


def _labelled(places: IntArray, names: list[str], values: FloatArray) -> LabelArray:
    """Labels by place, none for a value that is not a finite number."""
    choices = np.array([*names, None], dtype=object)
    return np.asarray(choices[np.where(np.isfinite(values), places, len(names))], dtype=object)
