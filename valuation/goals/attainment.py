"""How much of the way from baseline to target is done, how much time has passed, and what the two together say."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from valuation.dates import dates, one_date
from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.lifetime.conventions import FINITE, NOT_NEGATIVE, BoolArray, FloatArray, common_shape, plain, within

__all__ = ["GoalStatus", "attainment", "goal_status", "pace", "status"]

_GREEN: Final = 0.10
_AMBER: Final = 0.25
_ROUNDING: Final = 1e-12  # 0.7 is not behind 0.8 less 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GoalStatus:
    """
    Where goals stand; single values where all inputs are single.

    Attributes
    ----------
    status : ndarray of str or str
        "green", "amber", "red"; None where it is not known.
    attainment : ndarray or float64
        Part of the way that is done; of a goal to keep: 1 within its band, else 0. [1]
    pace : ndarray or float64
        Part of the time that has passed; of a goal to keep 1. [1]
    """

    status: Any
    attainment: FloatArray
    pace: FloatArray


def attainment(baseline: npt.ArrayLike, target: npt.ArrayLike, actual: npt.ArrayLike) -> FloatArray:
    r"""
    Part of the way from baseline to target that is done.

    .. math:: (\text{actual} - \text{baseline}) / (\text{target} - \text{baseline})

    Parameters
    ----------
    baseline, target, actual : array_like
        Where the measure was, is to be, and is. [any unit, the same]

    Returns
    -------
    ndarray or float64
        Shape of the inputs broadcast together; NaN where a row's own inputs are missing, or its baseline is its target.
        [1]

    Raises
    ------
    DomainError
        If a single value is missing or infinite.
    InputError
        If a value is not a number, or lengths differ.
    ZeroDenominatorError
        If a single baseline is its target: a goal to keep has no way to go, but a band (see `goal_status`).

    Notes
    -----
    It holds for measures that are to fall as well. Below 0 and above 1 are shown as they are.

    Examples
    --------
    >>> attainment([0.80, 100], [0.85, 80], [0.83, 95]).round(3).tolist()
    [0.6, 0.25]
    """
    start, end, now = (
        within(name, value, FINITE) for name, value in (("baseline", baseline), ("target", target), ("actual", actual))
    )
    shape = common_shape(baseline=start, target=end, actual=now)
    if not shape and start == end:
        raise ZeroDenominatorError("target must differ from baseline; a goal to keep is judged by its band")
    done = np.full(shape, np.nan)
    # Halves, so that the way between two huge numbers of opposite sign stays finite.
    np.divide(now / 2 - start / 2, end / 2 - start / 2, out=done, where=start != end)
    return plain(done)


def pace(baseline_date: npt.ArrayLike, target_date: npt.ArrayLike, as_of: object) -> FloatArray:
    """
    Part of the time from baseline to target that has passed: what a steady advance would have done by now.

    Parameters
    ----------
    baseline_date, target_date : array_like of dates
        When the measure was at its baseline, and when it is to be at its target.
    as_of : date
        The day for which it is asked.

    Returns
    -------
    ndarray or float64
        Shape of the dates broadcast together, from 0 (not begun) to 1 (due or overdue); NaN where a row's date is
        missing or its target date is not after its baseline date. [1]

    Raises
    ------
    DomainError
        If a single target date is not after the baseline date.
    InputError
        If something is not a date, or lengths differ.
    MissingDataError
        If a single date is missing.

    Notes
    -----
    Project convention: after the target date no more than the target is expected.

    Examples
    --------
    >>> float(pace(np.datetime64("2025-01-01"), np.datetime64("2025-12-31"), np.datetime64("2025-07-02")))
    0.5
    """
    begun, due = dates(baseline_date, "baseline_date"), dates(target_date, "target_date")
    day = one_date(as_of, "as_of")
    try:
        begun, due = np.broadcast_arrays(begun, due)
    except ValueError:
        raise InputError(f"lengths differ: baseline_date {begun.shape}, target_date {due.shape}") from None
    if not begun.ndim and (np.isnat(begun) or np.isnat(due)):
        raise MissingDataError(f"{'baseline_date' if np.isnat(begun) else 'target_date'} is not known")
    if not begun.ndim and due <= begun:
        raise DomainError(f"target_date must be after baseline_date, {begun}, not {due}")
    passed = np.full(begun.shape, np.nan)
    one = np.timedelta64(1, "D")
    np.divide((day - begun) / one, (due - begun) / one, out=passed, where=due > begun)
    return plain(np.clip(passed, 0.0, 1.0))


def status(attainment: npt.ArrayLike, pace: npt.ArrayLike) -> Any:
    """
    Green, amber or red: how far attainment is behind pace.

    Parameters
    ----------
    attainment : array_like
        Part of the way that is done. [1]
    pace : array_like
        Part of the time that has passed. [1]

    Returns
    -------
    ndarray of str or str
        Shape of the inputs broadcast together: "green" from 0.10 behind on, "amber" from 0.25 behind on, "red" below;
        None where an input is missing.

    Raises
    ------
    DomainError
        If a single value is missing or infinite.
    InputError
        If a value is not a number, or lengths differ.

    Notes
    -----
    Both limits are project conventions.

    Examples
    --------
    >>> status([0.4, 0.3, 0.2], 0.5).tolist()
    ['green', 'amber', 'red']
    """
    done, passed = within("attainment", attainment, FINITE), within("pace", pace, FINITE)
    common_shape(attainment=done, pace=passed)
    with np.errstate(over="ignore"):
        behind = passed - done
    words = np.array(["green", "amber", "red", None], dtype=object)
    place = np.select([behind <= _GREEN + _ROUNDING, behind <= _AMBER + _ROUNDING, ~np.isnan(behind)], [0, 1, 2], 3)
    return words[place]


def goal_status(
    baseline: npt.ArrayLike,
    target: npt.ArrayLike,
    actual: npt.ArrayLike,
    *,
    baseline_date: npt.ArrayLike,
    target_date: npt.ArrayLike,
    as_of: object,
    band: npt.ArrayLike | None = None,
) -> GoalStatus:
    """
    Attainment, pace and status of goals to reach and of goals to keep.

    A goal whose baseline is its target is one to keep: within its band it is attained, outside it is not, at any time.

    Parameters
    ----------
    baseline, target, actual : array_like
        Where the measure was, is to be, and is. [any unit, the same]
    baseline_date, target_date : array_like of dates
        When it was at its baseline, and when it is to be at its target; not read for a goal to keep.
    as_of : date
        The day for which it is asked.
    band : array_like, optional
        How far a goal to keep may be from its target, either way. [the same unit]

    Returns
    -------
    GoalStatus
        Shape of the inputs broadcast together; missing in the rows whose own inputs are missing or out of range.

    Raises
    ------
    DomainError
        If single values are missing or out of range.
    InputError
        If something is not a number or not a date, or lengths differ.
    MissingDataError
        If a single date is missing.
    ZeroDenominatorError
        If a single goal to keep has no band.

    Examples
    --------
    >>> days = {"baseline_date": np.datetime64("2025-01-01"), "target_date": np.datetime64("2025-12-31")}
    >>> found = goal_status([0.80, 0.95], [0.85, 0.95], [0.83, 0.94], as_of=np.datetime64("2025-10-01"),
    ...     band=0.02, **days)
    >>> found.status.tolist(), found.attainment.round(2).tolist(), found.pace.round(2).tolist()
    (['amber', 'green'], [0.6, 1.0], [0.75, 1.0])
    """
    start, end, now = (
        within(name, value, FINITE) for name, value in (("baseline", baseline), ("target", target), ("actual", actual))
    )
    width = np.full((), np.nan) if band is None else within("band", band, NOT_NEGATIVE)
    begun, due = dates(baseline_date, "baseline_date"), dates(target_date, "target_date")
    shape = common_shape(baseline=start, target=end, actual=now, band=width, dates=_shape_of(begun, due))
    keep = np.broadcast_to(start == end, shape)
    if not shape and keep and not np.isnan(width):
        done, passed = np.asarray(_kept(end, now, width)), np.ones(())
    elif not shape:
        done, passed = np.asarray(attainment(start, end, now)), np.asarray(pace(begun, due, as_of))
    else:
        rows = [np.broadcast_to(one, shape) for one in (start, end, now, width)]
        done = np.where(keep, _kept(rows[1], rows[2], rows[3]), attainment(rows[0], rows[1], rows[2]))
        steady = pace(np.broadcast_to(begun, shape), np.broadcast_to(due, shape), as_of)
        passed = np.where(keep & ~np.isnan(rows[3]), 1.0, np.where(keep, np.nan, steady))
    return GoalStatus(
        status=status(done, passed) if shape else status(float(done), float(passed)),
        attainment=plain(done),
        pace=plain(passed),
    )


def _kept(target: FloatArray, actual: FloatArray, band: FloatArray) -> FloatArray:
    """1 within the band, 0 outside; NaN where something is missing."""
    with np.errstate(over="ignore"):
        away = np.abs(actual - target)
    tolerance = _ROUNDING * np.maximum(np.abs(target), np.abs(actual))
    inside: BoolArray = np.asarray(away <= band + tolerance)
    return np.where(np.isnan(away) | np.isnan(band), np.nan, inside.astype(np.float64))


def _shape_of(*columns: npt.NDArray[Any]) -> FloatArray:
    """Numbers in the shape that columns of dates have together."""
    try:
        return np.empty(np.broadcast_shapes(*(column.shape for column in columns)))
    except ValueError:
        raise InputError(f"lengths differ: {' and '.join(str(column.shape) for column in columns)} dates") from None
