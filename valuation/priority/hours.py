"""
Which issues get the hours there are.

Hours are counted in whole seconds, an issue's rounded up and the capacity down, so that no noise of decimals decides
whether an issue still fits. What must be served and what fills the floors of tiers is settled first and is the same in
every mode; the mode decides on what is left. Hence greedy <= exact <= bound, always.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import Column, FloatArray, numbers, refuse_rows
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lifetime.conventions import NOT_NEGATIVE, BoolArray, known_word, single
from valuation.priority.knapsack import Knapsack, best_first, divisible, exact, greedy
from valuation.segments.tiers import Tiers

__all__ = ["HoursPlan", "Mode", "allocate_hours"]

Mode: TypeAlias = Literal["greedy", "exact", "divisible"]

_SOLVERS: Final = {"greedy": greedy, "exact": exact, "divisible": divisible}
_SECONDS: Final = 3600.0
_NOISE: Final = 1e-6  # of a second
_MOST_HOURS: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HoursPlan:
    """
    Which issues are served, and how far the plan is from the best that can be.

    Attributes
    ----------
    share : ndarray, shape (n,)
        Part of each issue that is served: 1 or 0, between them only in mode "divisible"; NaN where nothing can be said.
        [1]
    hours : float
        Hours that the plan takes. [hour]
    gain : float
        What it saves; what must be served counts with its gain, known or 0. [currency]
    bound : float
        What no plan can exceed after what must be served and the floors: the gain if issues could be served in part.
        NaN with a shortage. [currency]
    gap : float
        Part of the bound that the plan misses; NaN where the bound is not above 0 and is missed. [1]
    shortage : float
        Hours that are lacking for what must be served. [hour]
    notes : tuple of str
        What the reader should know.
    """

    share: FloatArray
    hours: float
    gain: float
    bound: float
    gap: float
    shortage: float
    notes: tuple[str, ...]

    @property
    def selected(self) -> BoolArray:
        """Issues that are served, be it in part."""
        return self.share > 0


def allocate_hours(
    gain: Column,
    hours: Column,
    capacity: float,
    *,
    mode: Mode = "greedy",
    must: npt.ArrayLike | None = None,
    tier: Tiers | None = None,
    tier_minimum: Mapping[str, float] | None = None,
) -> HoursPlan:
    """
    Choose the issues that are worth most within the hours there are.

    First everything that must be served. Then, tier by tier in the order of `tier_minimum`, issues with the most gain
    per hour that still fit, until the tier has its minimum or no more issues. Then by mode, out of those with a gain:
    by gain per hour, each that still fits (greedy); the choice that no other exceeds (exact); or by gain per hour, the
    last one in part (divisible).

    Parameters
    ----------
    gain : array_like, shape (n,)
        What serving each issue saves, such as `value_at_risk`. [currency]
    hours : array_like, shape (n,)
        Hours that each takes. [hour]
    capacity : float
        Hours there are. [hour]
    mode : {"greedy", "exact", "divisible"}
        How to choose.
    must : array_like of bool, shape (n,), optional
        Issues that must be served whatever they save.
    tier : array_like of str, shape (n,), optional
        Tier of each issue's customer; needed for `tier_minimum`.
    tier_minimum : mapping of str to float, optional
        Least hours for each tier; must-serve issues count. The last issue may exceed it. [hour]

    Returns
    -------
    HoursPlan
        Shares, totals and the gap to the bound.

    Raises
    ------
    DomainError
        If `capacity`, a minimum or hours are negative or infinite, a gain is infinite, or the exact choice would take
        too long (many issues whose hours have no common unit).
    InputError
        If lengths differ, something is not a number, the mode is unknown, or there are minima without tiers.
    MissingDataError
        If the hours of an issue that must be served are missing.

    Notes
    -----
    An issue of negative gain is never chosen unless it must be; one without gain only to fill a floor; one that takes
    no hours whenever it does not harm. An issue whose gain or hours are missing has the share NaN. If what must be
    served exceeds the capacity, all of it is chosen, the rest is NaN, and the shortage says what is lacking. The exact
    choice is exact within the must-serve issues and floors; it has no limit on the number of issues and is quick for
    hundreds of them in quarters of hours or minutes.

    References
    ----------
    .. [1] G. B. Dantzig, "Discrete-Variable Extremum Problems," Operations Research, vol. 5, no. 2, pp. 266-277, 1957.
    .. [2] G. L. Nemhauser and Z. Ullmann, "Discrete Dynamic Programming and Capital Allocation," Management Science,
       vol. 15, no. 9, pp. 494-505, 1969.

    Examples
    --------
    >>> gain, hours = [60_000, 50_000, 50_000, 9_000], [10, 8, 8, 1]
    >>> plans = [allocate_hours(gain, hours, 16, mode=mode) for mode in ("greedy", "exact", "divisible")]
    >>> [(plan.gain, plan.bound, round(plan.gap, 4)) for plan in plans]
    [(59000.0, 102750.0, 0.4258), (100000.0, 102750.0, 0.0268), (102750.0, 102750.0, 0.0)]
    """
    known_word("mode", mode, _SOLVERS)
    issues = _read(gain, hours, must)
    with np.errstate(over="ignore"):
        if np.isinf(np.abs(issues.gain[issues.is_known]).sum()):
            raise DomainError("gain must not add up to more than a number can hold")
    limit = math.floor(_in_seconds(single("capacity", capacity, NOT_NEGATIVE), "capacity") + _NOISE)
    minimum = _minima(tier_minimum)
    tiers = _tiers(tier, minimum, issues.gain.shape)

    taken = issues.must.copy()
    left = limit - _total(issues.seconds, taken)
    if left < 0:
        return _with_shortage(issues, -left / _SECONDS)
    notes = [] if not minimum else _fill_floors(issues, tiers, minimum, taken, left)
    left = limit - _total(issues.seconds, taken)
    open_ = np.flatnonzero(~taken & issues.is_known & (issues.gain >= 0))
    free = open_[issues.seconds[open_] == 0]
    taken[free] = True
    rest = open_[(issues.seconds[open_] > 0) & (issues.gain[open_] > 0)]
    problem = Knapsack(value=issues.gain[rest], weight=issues.seconds[rest], capacity=left)

    share = np.where(issues.is_known | issues.must, taken.astype(np.float64), np.nan)
    ideal, share[rest] = share.copy(), _SOLVERS[mode](problem)
    ideal[rest] = divisible(problem)
    reached = _sum(share, issues.gain)
    bound = max(_sum(ideal, issues.gain), reached)
    return HoursPlan(
        share=share,
        hours=_sum(share, issues.hours),
        gain=reached,
        bound=bound,
        gap=(bound - reached) / bound if bound > 0 else (0.0 if bound == reached else math.nan),
        shortage=0.0,
        notes=(*_unknown(issues), *notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Issues:
    """The columns, each checked."""

    gain: FloatArray
    hours: FloatArray
    seconds: npt.NDArray[np.int64]
    must: BoolArray
    is_known: BoolArray


def _read(gain: Column, hours: Column, must: npt.ArrayLike | None) -> _Issues:
    """Gains, hours and duties of one length."""
    gains, work = numbers(gain, "gain"), numbers(hours, "hours")
    duty = np.zeros(gains.shape, dtype=np.bool_) if must is None else np.asarray(must)
    if duty.dtype != np.bool_:
        raise InputError(f"must must be True or False for each issue, not {duty.dtype}")
    if gains.ndim != 1 or not gains.shape == work.shape == duty.shape:
        raise InputError(f"lengths differ: gain {gains.shape}, hours {work.shape}, must {duty.shape}")
    refuse_rows(np.isinf(gains), gains, DomainError, "gain must be finite")
    refuse_rows((work < 0) | (work > _MOST_HOURS), work, DomainError, f"hours must be from 0 to {_MOST_HOURS:g}")
    refuse_rows(duty & np.isnan(work), work, MissingDataError, "hours must be known for what must be served")
    seconds = np.ceil(np.nan_to_num(work) * _SECONDS - _NOISE).astype(np.int64)
    return _Issues(gain=gains, hours=work, seconds=seconds, must=duty, is_known=~(np.isnan(gains) | np.isnan(work)))


def _in_seconds(hours: float, name: str) -> float:
    """Hours that a person could mean."""
    if hours > _MOST_HOURS:
        raise DomainError(f"{name} must be at most {_MOST_HOURS:g} hours, not {hours:g}")
    return hours * _SECONDS


def _minima(tier_minimum: Mapping[str, float] | None) -> dict[str, float]:
    """Least seconds of each tier."""
    given = tier_minimum or {}
    names = {name: f"tier_minimum of {name}" for name in given}
    return {name: _in_seconds(single(names[name], least, NOT_NEGATIVE), names[name]) for name, least in given.items()}


def _tiers(tier: Tiers | None, minimum: Mapping[str, float], shape: tuple[int, ...]) -> npt.NDArray[np.object_]:
    """Tier of each issue."""
    if tier is None and minimum:
        raise InputError("tier must be given for each issue where there is a tier_minimum")
    tiers = np.full(shape, None, dtype=object) if tier is None else np.asarray(tier, dtype=object)
    if tiers.shape != shape:
        raise InputError(f"lengths differ: gain {shape}, tier {tiers.shape}")
    return tiers


def _fill_floors(
    issues: _Issues, tiers: npt.NDArray[np.object_], minimum: Mapping[str, float], taken: BoolArray, left: int
) -> list[str]:
    """Take issues until each tier has its hours; say which has not."""
    notes = []
    for name, least in minimum.items():
        if not least:
            continue
        here = tiers == name
        candidates = np.flatnonzero(here & ~taken & issues.is_known & (issues.gain >= 0))
        ordered = candidates[best_first(issues.gain[candidates], issues.seconds[candidates])]
        reached = _total(issues.seconds, taken & here)
        for row in ordered.tolist():
            if reached >= least:
                break
            if issues.seconds[row] <= left:
                taken[row] = True
                reached, left = reached + int(issues.seconds[row]), left - int(issues.seconds[row])
        if reached < least:
            notes.append(f"tier {name} gets {reached / _SECONDS:g} of at least {least / _SECONDS:g} hours")
    return notes


def _with_shortage(issues: _Issues, shortage: float) -> HoursPlan:
    """All that must be served, and nothing said of the rest."""
    share = np.where(issues.must, 1.0, np.nan)
    return HoursPlan(
        share=share,
        hours=_sum(share, issues.hours),
        gain=_sum(share, issues.gain),
        bound=math.nan,
        gap=math.nan,
        shortage=shortage,
        notes=(f"what must be served alone takes {shortage:g} hours more than there are",),
    )


def _unknown(issues: _Issues) -> list[str]:
    """What is left out."""
    count = int((~issues.is_known & ~issues.must).sum())
    return [f"{count:,} issues whose gain or hours are missing are not planned"] if count else []


def _total(seconds: npt.NDArray[np.int64], taken: BoolArray) -> int:
    """Seconds of the issues taken."""
    return int(seconds[taken].sum())


def _sum(share: FloatArray, amounts: FloatArray) -> float:
    """Amounts of what is served; missing ones count nothing."""
    return math.fsum(np.nan_to_num(share * amounts).tolist())
