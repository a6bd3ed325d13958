"""
Service levels: the hours that a tier and a severity allow, when an issue is due, and whether it was solved in time.

The status compares moments; a date without time of day is its first moment.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.dates import DateArray, moments, one_moment
from valuation.errors import DomainError, InputError
from valuation.lifetime.conventions import NOT_NEGATIVE, FloatArray, common_shape, numbers, within
from valuation.priority.clock import Clock, add_hours, hours_between
from valuation.segments.tiers import Tiers

__all__ = ["STATUSES", "allowed_hours", "breach_ratio", "compliance", "due", "service_status"]

STATUSES: Final = ("Met", "Breached", "Open, in time", "Open, late")
_MET, _BREACHED, _IN_TIME, _LATE = range(len(STATUSES))
_COUNTS: Final[Mapping[str, str]] = dict(zip(STATUSES, ("met", "breached", "open_in_time", "open_late"), strict=True))

StatusArray = npt.NDArray[np.object_]


def allowed_hours(
    tier: Tiers,
    severity: npt.ArrayLike,
    table: pd.DataFrame,
    *,
    contract_hours: npt.ArrayLike | None = None,
) -> FloatArray:
    """
    Hours within which an issue must be solved.

    Parameters
    ----------
    tier : array_like of str, shape (n,)
        Tier of the customer of each issue.
    severity : array_like, shape (n,)
        Severity of each issue, 1 for the worst.
    table : DataFrame
        Hours by tier (index) and severity (columns). [hour]
    contract_hours : array_like, shape (n,), optional
        Hours that a contract promises, NaN without one: they count where they are fewer. [hour]

    Returns
    -------
    ndarray, shape (n,)
        NaN where the table has no hours for that tier and severity. [hour]

    Raises
    ------
    DomainError
        If the table holds negative hours.
    InputError
        If a tier or a severity stands twice in the table, if lengths differ, or if something is not a number.

    Examples
    --------
    >>> table = pd.DataFrame({1: [4.0, 8.0], 2: [8.0, 24.0]}, index=["T1", "T2"])
    >>> allowed_hours(["T1", "T2", "T9"], [2, 1, 1], table, contract_hours=[6.0, np.nan, 2.0]).tolist()
    [6.0, 8.0, nan]
    """
    if not (table.index.is_unique and table.columns.is_unique):
        raise InputError("table must hold each tier and each severity once")
    hours = numbers("table", table.to_numpy())
    if (hours < 0).any():
        raise DomainError(f"table must hold hours of 0 or more, not {hours[hours < 0][0]:g}")
    tiers, severities = np.asarray(tier, dtype=object), numbers("severity", severity)
    if tiers.shape != severities.shape or tiers.ndim != 1:
        raise InputError(f"tier and severity must be columns of one length, not {tiers.shape} and {severities.shape}")
    down = table.index.get_indexer(pd.Index(tiers))
    across = pd.Index(numbers("severities of table", table.columns.to_numpy())).get_indexer(pd.Index(severities))
    found = np.full(tiers.shape, np.nan)
    known = (down >= 0) & (across >= 0)
    found[known] = hours[down[known], across[known]]
    if contract_hours is None:
        return found
    promised = within("contract_hours", contract_hours, NOT_NEGATIVE)
    common_shape(tier=found, contract_hours=promised)
    return np.where(np.isnan(promised), found, np.minimum(found, promised))


def due(
    opened: npt.ArrayLike,
    tier: Tiers,
    severity: npt.ArrayLike,
    table: pd.DataFrame,
    *,
    contract_hours: npt.ArrayLike | None = None,
    clock: Clock = "calendar",
) -> DateArray:
    """
    When an issue must be solved.

    Parameters
    ----------
    opened : array_like of datetime, shape (n,)
        When each issue was raised.
    tier, severity, table, contract_hours
        As in `allowed_hours`.
    clock : BusinessHours or "calendar"
        Which hours count.

    Returns
    -------
    ndarray of datetime64[s], shape (n,)
        NaT where nothing is allowed or known.

    Raises
    ------
    DomainError
        If the table holds negative hours.
    InputError
        As in `allowed_hours`, and if `opened` is not of datetimes.

    Examples
    --------
    >>> table = pd.DataFrame({1: [4.0]}, index=["T1"])
    >>> print(due([np.datetime64("2025-12-19T15:00")], ["T1"], [1], table)[0])
    2025-12-19T19:00:00
    """
    hours = allowed_hours(tier, severity, table, contract_hours=contract_hours)
    return add_hours(opened, hours, clock=clock)


def service_status(
    opened: npt.ArrayLike, due: npt.ArrayLike, closed: npt.ArrayLike, *, as_of: np.datetime64
) -> StatusArray:
    """
    Whether an issue was solved in time, or is still in time.

    Parameters
    ----------
    opened, due, closed : array_like of datetime
        When each issue was raised, must be solved, and was solved: NaT while it is open.
    as_of : datetime64
        The moment for which it is asked; an issue that is solved later is open.

    Returns
    -------
    ndarray of str, broadcast shape
        One of `STATUSES`; None where a moment is missing, where an issue was solved before it was raised, and where it
        was raised after the as-of day.

    Raises
    ------
    InputError
        If a single issue was solved before it was raised or raised after the as-of day, if something is not a
        datetime, or if lengths differ.

    Examples
    --------
    >>> day = np.datetime64("2025-12-01T00:00")
    >>> closed = np.array(["2025-12-02", "2025-12-04", "NaT"], dtype="datetime64[s]")
    >>> service_status(day, day + np.timedelta64(2, "D"), closed, as_of=day + np.timedelta64(9, "D")).tolist()
    ['Met', 'Breached', 'Open, late']
    """
    seen = one_moment(as_of, "as_of")
    raised, limit, solved = moments(opened, "opened"), moments(due, "due"), moments(closed, "closed")
    named = {"opened": raised, "due": limit, "closed": solved}
    shape = common_shape(**{name: column.astype(np.float64) for name, column in named.items()})
    backwards, later = solved < raised, raised.astype("datetime64[D]") > seen.astype("datetime64[D]")
    if not shape and backwards:
        raise InputError(f"closed must not be before opened, {raised}, not {solved}")
    if not shape and later:
        raise InputError(f"opened must not be after as_of, {seen}, not {raised}")
    is_open = np.isnat(solved) | (solved > seen)
    code = np.where(is_open, np.where(seen <= limit, _IN_TIME, _LATE), np.where(solved <= limit, _MET, _BREACHED))
    known = np.broadcast_to(~(np.isnat(raised) | np.isnat(limit) | backwards | later), shape)
    status = np.full(shape, None, dtype=object)
    status[known] = np.array(STATUSES, dtype=object)[np.broadcast_to(code, shape)[known]]
    return status


def compliance(tier: Tiers, status: Tiers) -> pd.DataFrame:
    """
    Share of issues solved in time, by tier.

    Parameters
    ----------
    tier : array_like of str, shape (n,)
        Tier of the customer of each issue.
    status : array_like of str, shape (n,)
        Status of each, one of `STATUSES`; a row without tier or status is not counted.

    Returns
    -------
    DataFrame
        Index: the tiers of the issues that are counted, in alphabetical order. Columns: met, breached, open_in_time,
        open_late, issues (their sum), and compliance: met over all but those that are open in time, which nothing has
        decided yet; NaN where that is nothing. [count, 1]

    Raises
    ------
    InputError
        If a status is unknown, or the lengths differ.

    Notes
    -----
    An open issue past its due date counts as a breach (project convention): leaving it out would reward not solving it.

    Examples
    --------
    >>> found = compliance(["T1", "T1", "T2"], ["Met", "Open, late", "Open, in time"])
    >>> found[["issues", "compliance"]].to_numpy().tolist()
    [[2.0, 0.5], [1.0, nan]]
    """
    tiers, states = np.asarray(tier, dtype=object), np.asarray(status, dtype=object)
    if tiers.shape != states.shape or tiers.ndim != 1:
        raise InputError(f"tier and status must be columns of one length, not {tiers.shape} and {states.shape}")
    code = pd.Index(STATUSES, dtype=object).get_indexer(pd.Index(states, dtype=object))
    strange = (code < 0) & ~pd.isna(states)
    if strange.any():
        row = int(np.argmax(strange))
        raise InputError(f"status must be one of {'; '.join(STATUSES)}, not {states[row]!r} in row {row + 1}")
    counted = (code >= 0) & ~pd.isna(tiers)
    place, names = pd.factorize(tiers[counted], sort=True)
    cells = np.bincount(place * len(STATUSES) + code[counted], minlength=len(names) * len(STATUSES))
    counts = cells.reshape(len(names), len(STATUSES))
    table = pd.DataFrame(counts, columns=list(_COUNTS.values()), index=pd.Index(names, name="tier", dtype=object))
    issues = counts.sum(axis=1)
    decided = issues - counts[:, _IN_TIME]
    share = np.full(len(names), np.nan)
    np.divide(counts[:, _MET], decided, out=share, where=decided > 0)
    return table.assign(issues=issues, compliance=share)


def breach_ratio(
    opened: npt.ArrayLike, hours: npt.ArrayLike, *, as_of: np.datetime64, clock: Clock = "calendar"
) -> FloatArray:
    r"""
    By how much of its allowed time an open issue is late.

    .. math:: \max\left(0, \frac{\text{elapsed} - \text{allowed}}{\text{allowed}}\right)

    Parameters
    ----------
    opened : array_like of datetime
        When each issue was raised.
    hours : array_like
        Hours allowed. [hour]
    as_of : datetime64
        The moment for which it is asked.
    clock : BusinessHours or "calendar"
        Which hours count.

    Returns
    -------
    ndarray, broadcast shape
        0 until the time is over, 1 when it has passed twice; NaN where something is missing or nothing is allowed. [1]

    Raises
    ------
    InputError
        If something is not a datetime or a number, or the lengths differ.

    Examples
    --------
    >>> opened = np.datetime64("2025-12-01T08:00")
    >>> breach_ratio(opened, [8.0, 4.0], as_of=np.datetime64("2025-12-01T14:00")).tolist()
    [0.0, 0.5]
    """
    limit = numbers("hours", hours)
    elapsed = hours_between(opened, one_moment(as_of, "as_of"), clock=clock)
    common_shape(opened=elapsed, hours=limit)
    limit = np.where(limit > 0, limit, np.nan)
    return np.asarray(np.maximum(elapsed / limit - 1.0, 0.0))
