"""
The order in which issues are served, in normal times and in a crisis.

The order and the reasons are two functions: the order of many issues must be quick, and nobody reads as many reasons.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray, numbers, refuse_rows
from valuation.dates import moments
from valuation.errors import DomainError, InputError
from valuation.lifetime.conventions import BoolArray, known_word

__all__ = ["CLASSES", "Mode", "reasons", "triage"]

Mode: TypeAlias = Literal["normal", "crisis"]

CLASSES: Final = ("A", "B", "C", "N")
"""Classes of engagement value, from the best to none."""

_NEEDED: Final = ("issue_id", "value_at_risk", "hours")
_NO_TIME: Final = np.iinfo(np.int64).min  # NaT as a number
_NEEDED_BY: Final[Mapping[str, tuple[str, ...]]] = {"normal": ("severity", "opened"), "crisis": ("value_class",)}


def triage(issues: pd.DataFrame, *, mode: Mode = "normal") -> IntArray:
    r"""
    Rank of each open issue.

    Normal: what must be served; then by value at risk per hour, an issue past its time counting for more,

    .. math:: \frac{\text{value at risk}}{\text{hours}} \, (1 + \text{breach ratio});

    then the worst severity, the oldest, the id. Crisis: what must be served; then by class of engagement value, value
    at risk, fewest hours, id.

    Parameters
    ----------
    issues : DataFrame
        One row per issue. issue_id; value_at_risk, NaN where the customer is unknown [currency]; hours of work, 0 or
        more [hour]. Normal also: severity, 1 for the worst; opened, a datetime; where known breach_ratio, as in
        `breach_ratio`, missing for none [1]. Crisis also: value_class, one of `CLASSES` by engagement value. Where
        there is: must_serve, 1 or True; known, False where the customer is unknown; closed, a datetime, missing while
        the issue is open.
    mode : {"normal", "crisis"}
        Which order.

    Returns
    -------
    ndarray of int, shape (n,)
        1 for the first; 0 for a closed issue, which has no rank.

    Raises
    ------
    DomainError
        If hours or a breach ratio are negative, or a number is infinite.
    InputError
        If a column is missing or of the wrong kind, a class or the mode is unknown, or an id is missing or stands
        twice.

    Notes
    -----
    Issues of unknown customers, and those whose value at risk or hours are unknown, come last, in the order of what
    else is known; if they must be served, they come after the others that must: a duty does not depend on who is
    known. What takes no hours has infinitely much at risk per hour, unless serving makes it worse. Ids are compared as
    text, I10 before I2.

    References
    ----------
    .. [1] D. R. Cox and W. L. Smith, Queues. London: Methuen, 1961 (the c-mu rule: cost of delay over duration).

    Examples
    --------
    >>> issues = pd.DataFrame({"issue_id": ["I1", "I2"], "value_at_risk": [4749.28, 5376.35], "hours": [6.0, 1.5],
    ...     "value_class": ["A", "C"], "severity": 2, "opened": np.datetime64("2025-12-01")})
    >>> triage(issues).tolist(), triage(issues, mode="crisis").tolist()
    ([2, 1], [1, 2])
    """
    read = _read(issues, mode)
    rows = np.flatnonzero(read.is_open)
    # What is missing comes last: infinity, unlike NaN, equals itself.
    keys = [np.where(np.isnan(key), np.inf, key)[rows] for key in _KEYS[mode](read)]
    order = _by_id(np.lexsort(keys[::-1]), keys, read.ids[rows])
    rank = np.zeros(len(issues), dtype=np.int64)
    rank[rows[order]] = np.arange(1, rows.size + 1)
    return rank


def reasons(issues: pd.DataFrame, *, mode: Mode = "normal") -> npt.NDArray[np.object_]:
    """
    Why each open issue has its rank, in words.

    Parameters
    ----------
    issues : DataFrame
        As in `triage`.
    mode : {"normal", "crisis"}
        As in `triage`.

    Returns
    -------
    ndarray of str, shape (n,)
        Amounts without decimals; empty for a closed issue.

    Raises
    ------
    DomainError
        As in `triage`.
    InputError
        As in `triage`.

    Examples
    --------
    >>> issue = pd.DataFrame({"issue_id": ["I5"], "value_at_risk": [8935.46], "hours": [4.0], "value_class": ["A"]})
    >>> reasons(issue, mode="crisis").tolist()
    ['class A, 8,935 at risk']
    """
    read = _read(issues, mode)
    unknown, per_hour = read.unknown, read.per_hour
    words = np.full(len(issues), "", dtype=object)
    for row in np.flatnonzero(read.is_open).tolist():
        value, each = read.value[row], per_hour[row]
        parts = ["must be served"] if read.must[row] else []
        if unknown[row]:
            parts.append(read.why_unknown(row))
        elif mode == "crisis":
            place = int(read.place[row])
            parts += [f"class {CLASSES[place]}" if place < len(CLASSES) else "no class", f"{value:,.0f} at risk"]
        else:
            parts.append(
                f"{each:,.0f} at risk per hour" if np.isfinite(each) else f"{value:,.0f} at risk, takes no hours"
            )
            if read.late[row] > 0:
                parts.append(f"{read.late[row]:.0%} over its time")
        words[row] = ", ".join(parts)
    return words


class _Issues(NamedTuple):
    """The columns, each checked."""

    ids: npt.NDArray[np.object_]
    value: FloatArray
    hours: FloatArray
    must: BoolArray
    known: BoolArray
    is_open: BoolArray
    severity: FloatArray
    opened: IntArray
    late: FloatArray
    place: IntArray

    @property
    def unknown(self) -> BoolArray:
        """Issues that have no place by value."""
        return ~self.known | np.isnan(self.value) | np.isnan(self.hours)

    @property
    def per_hour(self) -> FloatArray:
        """Value at risk per hour, what takes none having infinitely much; NaN where it is unknown."""
        each = np.where(self.value < 0, -np.inf, np.inf)
        np.divide(self.value, self.hours, out=each, where=self.hours != 0)
        return np.where(self.unknown, np.nan, each)

    def why_unknown(self, row: int) -> str:
        """What is not known of an issue."""
        if not self.known[row]:
            return "customer unknown"
        return "value at risk unknown" if np.isnan(self.value[row]) else "hours unknown"


Keys: TypeAlias = list[npt.NDArray[Any]]


def _normal_keys(read: _Issues) -> Keys:
    """Rate of loss, severity, age; the least first."""
    return [_group(read), -read.per_hour * (1.0 + read.late), read.severity, read.opened]


def _crisis_keys(read: _Issues) -> Keys:
    """Class, value at risk, hours; the least first."""
    place = np.where(read.unknown, len(CLASSES), read.place)
    return [_group(read), place, np.where(read.unknown, np.nan, -read.value), read.hours]


_KEYS: Final[Mapping[str, Callable[[_Issues], Keys]]] = {"normal": _normal_keys, "crisis": _crisis_keys}


def _group(read: _Issues) -> npt.NDArray[np.int8]:
    """What must be served before all else, and what is unknown last."""
    return 2 * (~read.must).astype(np.int8) + read.unknown


def _by_id(order: npt.NDArray[np.intp], keys: Keys, ids: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """The order, with issues that are alike in every key by id; texts are compared only there."""
    alike = np.logical_and.reduce([key[order[1:]] == key[order[:-1]] for key in keys])
    tied = np.zeros(order.size, dtype=np.bool_)
    tied[1:] |= alike
    tied[:-1] |= alike
    places = np.flatnonzero(tied)
    if not places.size:
        return order
    run = np.cumsum(~np.concatenate([[False], alike]))[places]
    texts = np.array([str(one) for one in ids[order[places]].tolist()])
    order[places] = order[places][np.lexsort([texts, run])]
    return order


def _read(issues: pd.DataFrame, mode: Mode) -> _Issues:
    """The columns that this order needs."""
    known_word("mode", mode, _NEEDED_BY)
    lacking = [name for name in (*_NEEDED, *_NEEDED_BY[mode]) if name not in issues]
    if lacking:
        raise InputError(f"issues must have a column {lacking[0]!r} for mode {mode!r}")
    closed = moments(issues["closed"].to_numpy(), "closed") if "closed" in issues else np.array([], "datetime64[s]")
    blank, many = np.zeros(0, dtype=np.int64), len(issues)
    opened = moments(issues["opened"].to_numpy(), "opened").astype(np.int64) if mode == "normal" else blank
    return _Issues(
        ids=_ids(issues["issue_id"]),
        value=_finite(issues, "value_at_risk"),
        hours=_not_negative(issues, "hours"),
        must=_flags(issues, "must_serve", missing=False),
        known=_flags(issues, "known", missing=True),
        is_open=np.isnat(closed) if closed.size else np.ones(many, dtype=np.bool_),
        severity=_finite(issues, "severity") if mode == "normal" else np.empty(0),
        opened=np.where(opened == _NO_TIME, np.iinfo(np.int64).max, opened),
        late=np.nan_to_num(_not_negative(issues, "breach_ratio")) if "breach_ratio" in issues else np.zeros(many),
        place=_classes(issues["value_class"]) if mode == "crisis" else blank,
    )


def _ids(column: "pd.Series[Any]") -> npt.NDArray[np.object_]:
    """Ids that are there once each."""
    missing = column.isna().to_numpy()
    if missing.any():
        raise InputError(f"issue_id must not be missing, as in row {int(np.argmax(missing)) + 1}")
    if not column.is_unique:
        row = int(np.argmax(column.duplicated().to_numpy()))
        raise InputError(f"issue_id must stand once; row {row + 1} repeats an earlier one")
    return column.to_numpy(dtype=object)


def _finite(issues: pd.DataFrame, name: str) -> FloatArray:
    """Numbers, of which some may be missing."""
    values = numbers(issues[name].to_numpy(), name)
    refuse_rows(np.isinf(values), values, DomainError, f"{name} must be finite")
    return values


def _not_negative(issues: pd.DataFrame, name: str) -> FloatArray:
    """The same, 0 or more."""
    values = _finite(issues, name)
    refuse_rows(values < 0, values, DomainError, f"{name} must be 0 or more")
    return values


def _flags(issues: pd.DataFrame, name: str, *, missing: bool) -> BoolArray:
    """Yes or no, for a column that need not be there."""
    if name not in issues:
        return np.full(len(issues), missing)
    try:
        return issues[name].astype("boolean").fillna(missing).to_numpy(dtype=np.bool_)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be True or False, or 1 or 0") from None


def _classes(column: "pd.Series[Any]") -> IntArray:
    """Place of each class; one that is missing comes after the last."""
    place = pd.Index(CLASSES, dtype=object).get_indexer(pd.Index(column, dtype=object))
    strange = (place < 0) & column.notna().to_numpy()
    refuse_rows(strange, column.to_numpy(dtype=object), InputError, f"value_class must be one of {', '.join(CLASSES)}")
    return np.where(place < 0, len(CLASSES), place).astype(np.int64)
