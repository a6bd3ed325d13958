"""
Movers: did the customer move, or the cut?

Relative cuts (ranks, cumulative shares, natural breaks) move when *other* customers change. Each customer whose tier
has changed is tiered twice again: the value of today by the cuts of before, and the value of before by the cuts of
today. Where the first gives the old tier, the cut alone did it; where the second does, the customer alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, IntArray
from valuation.errors import InputError
from valuation.segments.tiers import (
    LabelArray,
    Tiers,
    checked_band,
    checked_bounds,
    checked_places,
    checked_values,
    places_by_bounds,
    places_kept,
)

__all__ = ["CAUSES", "Movers", "movers"]

STAYED: Final = "stayed"
CUSTOMER_MOVED: Final = "customer moved"
CUT_MOVED: Final = "cut moved"
BOTH_MOVED: Final = "both moved"
KEPT: Final = "kept by the band"
NEW: Final = "new"
LOST: Final = "lost"
UNKNOWN: Final = "value unknown"
OTHER_RULE: Final = "another rule"

CAUSES: Final = (STAYED, CUSTOMER_MOVED, CUT_MOVED, BOTH_MOVED, KEPT, NEW, LOST, UNKNOWN, OTHER_RULE)
"""What may have happened to the tier of a customer."""

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Movers:
    """
    What happened to the tier of each customer.

    Attributes
    ----------
    cause : ndarray of str
        One of `CAUSES`; None for a customer who has no tier at either date.
    reason : ndarray of str
        The same in a sentence with amounts; "" for those who stayed, None where `cause` is.
    """

    cause: LabelArray
    reason: LabelArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Change:
    """The arguments, read and of one length."""

    value_before: FloatArray
    value_now: FloatArray
    before: IntArray
    now: IntArray
    cuts_before: FloatArray
    cuts_now: FloatArray
    names: list[str]
    band: float


def movers(
    values_before: Column,
    values_now: Column,
    tier_before: Tiers,
    tier_now: Tiers,
    bounds_before: npt.ArrayLike,
    bounds_now: npt.ArrayLike,
    *,
    labels: Sequence[str],
    band: float,
) -> Movers:
    """
    For each customer whose tier has changed, whether the customer or the cut has moved.

    Parameters
    ----------
    values_before, values_now : array_like, shape (n,)
        Value of each customer at the two dates; NaN where it is not known. [currency]
    tier_before, tier_now : array_like of str, shape (n,)
        Tier of each customer at the two dates; None, NaN or "" for one who was not yet, or is no longer, a customer.
    bounds_before, bounds_now : array_like, shape (k - 1,)
        Lower bounds at the two dates, from the best tier down. [currency]
    labels : sequence of str, length k
        Names of the tiers from the best down.
    band : float
        Part of a bound by which a value has to pass it, as in `keep_tier`; 0 if there was no band. [1]

    Returns
    -------
    Movers
        Causes, and reasons in words.

    Raises
    ------
    DomainError
        If `band` is not in [0, 1), or bounds rise.
    InputError
        If lengths differ, a tier is not among the labels, or the number of labels is not that of the bounds plus one.

    Notes
    -----
    "both moved": the change of the value and that of the cuts would each have changed the tier, or did so only
    together. "kept by the band": the tier is the same, but by the bounds alone it would not be. "another rule": the
    tiers given are not those of the values and bounds, for example set by hand. "value unknown": a value is missing
    that is needed. The cut of a reason is the one next to the tier before. Without a band, tiers are those of
    `tier_absolute`; with one, those of `keep_tier` for a customer of the tier before.

    Examples
    --------
    >>> moved = movers(
    ...     [12_300.0, 9_500.0], [8_800.0, 9_500.0], ["T1", "T1"], ["T2", "T2"], [9_000.0], [10_000.0],
    ...     labels=["T1", "T2"], band=0.0,
    ... )
    >>> for cause, reason in zip(moved.cause, moved.reason):
    ...     print(f"{cause}: {reason}")
    customer moved: value fell from 12,300 to 8,800, below the cut of 10,000
    cut moved: the cut rose from 9,000 to 10,000; value 9,500 did not move past it
    """
    change = _read(values_before, values_now, tier_before, tier_now, bounds_before, bounds_now, labels, band)
    causes = _causes(change)
    # The first that fits; the last one fits always.
    which = np.argmax([fits for fits, _, _ in causes], axis=0)
    cause = np.array([name for _, name, _ in causes], dtype=object)[which]
    reason = np.full(cause.shape, "", dtype=object)
    for place, (_, name, words) in enumerate(causes):
        if name is None:
            reason[which == place] = None
        elif words is not None:
            rows = np.flatnonzero(which == place)
            reason[rows] = [words(change, row) for row in rows.tolist()]
    return Movers(cause=cause, reason=reason)


# At the door.


def _read(
    values_before: Column,
    values_now: Column,
    tier_before: Tiers,
    tier_now: Tiers,
    bounds_before: npt.ArrayLike,
    bounds_now: npt.ArrayLike,
    labels: Sequence[str],
    band: float,
) -> _Change:
    """The arguments, one row per customer."""
    cuts_before, names = checked_bounds(bounds_before, labels, "bounds_before")
    cuts_now, _ = checked_bounds(bounds_now, labels, "bounds_now")
    change = _Change(
        value_before=checked_values(values_before, ndim=1),
        value_now=checked_values(values_now, ndim=1),
        before=checked_places(tier_before, names, name="tier_before"),
        now=checked_places(tier_now, names, name="tier_now"),
        cuts_before=cuts_before,
        cuts_now=cuts_now,
        names=names,
        band=checked_band(band),
    )
    columns = {"values_now": change.value_now, "tier_before": change.before, "tier_now": change.now}
    for name, column in columns.items():
        if column.shape != change.value_before.shape:
            raise InputError(f"{name} must have one row per customer, {change.value_before.shape}, not {column.shape}")
    return change


# The formulas.

Words = Callable[[_Change, int], str]


def _causes(change: _Change) -> list[tuple[BoolArray, str | None, Words | None]]:
    """Who fits, the cause and its words, in the order in which they are asked."""
    before, now = change.before, change.now
    in_before, in_now = before >= 0, now >= 0
    same = before == now
    known_before, known_now = np.isfinite(change.value_before), np.isfinite(change.value_now)
    by_old_cuts = _tier(change, change.value_now, change.cuts_before)
    by_new_cuts = _tier(change, change.value_before, change.cuts_now)
    alone = places_by_bounds(change.value_now, change.cuts_now)
    fits_before = _tier(change, change.value_before, change.cuts_before) == before
    fits_now = _tier(change, change.value_now, change.cuts_now) == now
    cut_alone, customer_alone = by_old_cuts == before, by_new_cuts == before
    everyone = np.ones(before.shape, dtype=np.bool_)
    return [
        (~in_before & ~in_now, None, None),
        (~in_before, NEW, lambda *_: "in no tier before"),
        (~in_now, LOST, lambda *_: "in no tier now"),
        (same & (~known_now | (fits_now & (alone == now))), STAYED, None),
        (same & fits_now, KEPT, _kept),
        (~known_before, UNKNOWN, lambda *_: "value before is missing"),
        (~known_now, UNKNOWN, lambda *_: "value now is missing"),
        (~fits_now, OTHER_RULE, _other_now),
        (~fits_before, OTHER_RULE, _other_before),
        (customer_alone & ~cut_alone, CUSTOMER_MOVED, _customer_moved),
        (cut_alone & ~customer_alone, CUT_MOVED, _cut_moved),
        (everyone, BOTH_MOVED, _both_moved),
    ]


def _tier(change: _Change, values: FloatArray, cuts: FloatArray) -> IntArray:
    """The tier that these values and cuts give to customers of the tier before."""
    if change.band:
        return places_kept(values, change.before, cuts, change.band)
    return places_by_bounds(values, cuts)


# The words.


def _amount(value: float) -> str:
    """Money, without decimals where there are none."""
    return f"{value:,.2f}".removesuffix(".00")


def _went(before: float, now: float) -> str:
    """Where an amount came from and went to."""
    if before == now:
        return f"stayed at {_amount(now)}"
    return f"{'rose' if now > before else 'fell'} from {_amount(before)} to {_amount(now)}"


def _cut_beside(change: _Change, row: int) -> int:
    """The cut that the change of tier goes past first."""
    before = int(change.before[row])
    return before if change.now[row] > before else before - 1


def _beyond(change: _Change, cut: float) -> str:
    """By how much a cut has to be passed."""
    return f" by more than the band of {100 * change.band:.4g}%" if change.band * cut else ""


def _customer_moved(change: _Change, row: int) -> str:
    cut = float(change.cuts_now[_cut_beside(change, row)])
    side = "below" if change.now[row] > change.before[row] else "above" if change.band else "not below"
    value = _went(change.value_before[row], change.value_now[row])
    return f"value {value}, {side} the cut of {_amount(cut)}{_beyond(change, cut)}"


def _cut_moved(change: _Change, row: int) -> str:
    cut = _cut_beside(change, row)
    moved = _went(change.cuts_before[cut], change.cuts_now[cut])
    before, now = change.value_before[row], change.value_now[row]
    since = "" if before == now else f" ({_amount(before)} before)"
    return f"the cut {moved}; value {_amount(now)}{since} did not move past it"


def _both_moved(change: _Change, row: int) -> str:
    cut = _cut_beside(change, row)
    value = _went(change.value_before[row], change.value_now[row])
    return f"value {value}, and the cut {_went(change.cuts_before[cut], change.cuts_now[cut])}"


def _kept(change: _Change, row: int) -> str:
    value, place = change.value_now[row], int(change.now[row])
    above = place > 0 and value >= change.cuts_now[place - 1]
    cut = change.cuts_now[place - 1 if above else place]
    side = "not below" if above else "below"
    return (
        f"value {_amount(value)} is {side} the cut of {_amount(cut)}, but within the band of {100 * change.band:.4g}%"
    )


def _other_now(change: _Change, row: int) -> str:
    return f"value {_amount(change.value_now[row])} and the cuts do not give {change.names[change.now[row]]} now"


def _other_before(change: _Change, row: int) -> str:
    value, label = change.value_before[row], change.names[change.before[row]]
    return f"value {_amount(value)} and the cuts of then do not give {label} before"
