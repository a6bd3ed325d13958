"""
How long activities take: time equations, a base time and more for what makes a case harder, over many activities.

References
----------
.. [1] R. S. Kaplan and S. R. Anderson, *Time-Driven Activity-Based Costing*, Harvard Business School Press, 2007,
   ch. 2 (time equations).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, numbers, refuse_rows
from valuation.errors import DomainError, InputError
from valuation.tables import normalise_heading

__all__ = ["TimeEquations", "activity_minutes", "minutes_by_customer", "time_equations"]

_CHUNK: Final = 32_768  # rows whose intermediate results stay in the processor's cache
_TEXTS: Final = ("driver", "activity", "attribute")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeEquations:
    """
    How long activities take: one term for each position.

    Attributes
    ----------
    drivers : tuple of str
        Driver whose minutes the term adds to, such as minutes of the order desk.
    activities : tuple of str
        Activity that the term belongs to.
    attributes : tuple of str
        What the minutes are multiplied by; "" is the activity's quantity.
    minutes : ndarray
        Minutes for each unit; negative ones for what makes a case easier. [minutes]
    """

    drivers: tuple[str, ...]
    activities: tuple[str, ...]
    attributes: tuple[str, ...]
    minutes: FloatArray

    def __post_init__(self) -> None:
        texts = (self.drivers, self.activities, self.attributes)
        if any(len(column) != self.minutes.size for column in texts) or self.minutes.ndim != 1:
            raise InputError("the columns of a time equation must be of one length")
        blank = np.array([not activity for activity in self.activities], dtype=np.bool_)
        refuse_rows(blank, np.array(self.activities, dtype=object), InputError, "activity must not be blank")
        refuse_rows(np.isnan(self.minutes), self.minutes, InputError, "minutes must be numbers")
        refuse_rows(np.isinf(self.minutes), self.minutes, DomainError, "minutes must be finite")
        terms: set[tuple[str, str, str]] = set()
        for row, (driver, activity, attribute) in enumerate(zip(*texts, strict=True), 1):
            term = (driver, activity, normalise_heading(attribute))
            if term in terms:
                what = attribute or "the base time"
                raise InputError(f"a time equation must name {what} of {activity} once; row {row} is the second")
            terms.add(term)


def time_equations(terms: pd.DataFrame) -> TimeEquations:
    """
    Time equations from a table of their terms.

    Parameters
    ----------
    terms : DataFrame
        activity, minutes [minutes]; where there are several, driver; attribute, blank for the base time.

    Returns
    -------
    TimeEquations
        The same, with texts trimmed. A blank driver is "".

    Raises
    ------
    DomainError
        If minutes are infinite.
    InputError
        If a column is missing, an activity is blank, minutes are missing or none, or a term stands twice.

    Examples
    --------
    >>> terms = pd.DataFrame({"activity": "order", "attribute": [None, "lines", "rush"], "minutes": [3, 2, 10]})
    >>> time_equations(terms).attributes
    ('', 'lines', 'rush')
    """
    for name in ("activity", "minutes"):
        if name not in terms.columns:
            raise InputError(f"terms must have a column {name}, not only {', '.join(map(str, terms.columns))}")
    texts = {name: _trimmed(terms[name]) if name in terms.columns else ("",) * len(terms) for name in _TEXTS}
    return TimeEquations(
        drivers=texts["driver"],
        activities=texts["activity"],
        attributes=texts["attribute"],
        minutes=numbers(terms["minutes"], "minutes"),
    )


def activity_minutes(equations: TimeEquations, activities: pd.DataFrame, *, driver: str = "") -> FloatArray:
    r"""
    Minutes of each row of activities.

    .. math:: t = b_0 q + \sum_j b_j x_j

    Parameters
    ----------
    equations : TimeEquations
        The terms :math:`b`.
    activities : DataFrame, n rows
        activity; quantity :math:`q`, how many times, once where there is no such column [count]; and a column for each
        attribute :math:`x_j`, found by its heading without regard to case, spaces and underscores [any unit].
    driver : str
        The driver whose minutes are wanted. An activity that has an equation for other drivers only takes none of its.

    Returns
    -------
    ndarray, shape (n,)
        NaN in a row that lacks the quantity or an attribute that its equation needs. [minutes]

    Raises
    ------
    DomainError
        If the minutes of a row are negative, or a quantity or an attribute is infinite; the message names the row.
    InputError
        If no equation has that driver, an activity is blank or has no equation at all, or a column is missing or not
        numeric.

    Notes
    -----
    The equations are linear, so that a row may be a month's total: its quantity and attributes are then totals too.

    Examples
    --------
    >>> terms = pd.DataFrame({"activity": "order", "attribute": [None, "lines", "rush"], "minutes": [3, 2, 10]})
    >>> orders = pd.DataFrame({"activity": ["order", "order"], "Lines": [5, 2], "Rush": [1, 0]})
    >>> activity_minutes(time_equations(terms), orders).tolist()
    [23.0, 7.0]
    """
    if equations.drivers and driver not in equations.drivers:
        known = ", ".join(sorted(filter(None, set(equations.drivers)))) or "left out"
        raise InputError(f"driver must be {known}, not {driver or 'left out'}")
    if "activity" not in activities.columns:
        raise InputError(f"activities must have a column activity, not only {', '.join(map(str, activities.columns))}")
    codes, names = _coded(activities["activity"], set(equations.activities))
    written = np.array(names, dtype=object)  # "order" and "order " are one activity
    tables: dict[str, FloatArray] = {}
    for name, activity, attribute, minutes in zip(
        equations.drivers, equations.activities, equations.attributes, equations.minutes.tolist(), strict=True
    ):
        if name == driver:
            table = tables.setdefault(normalise_heading(attribute), np.zeros(len(names)))
            table[written == activity] += minutes
    columns = [(table, _multiplier(activities, heading, equations)) for heading, table in tables.items()]
    return _summed(codes, columns, len(activities))


def minutes_by_customer(
    equations: TimeEquations, activities: pd.DataFrame, customers: npt.ArrayLike, count: int, *, driver: str = ""
) -> FloatArray:
    """
    Minutes that the activities of each customer take.

    Parameters
    ----------
    equations : TimeEquations
        As for `activity_minutes`.
    activities : DataFrame, n rows
        As for `activity_minutes`.
    customers : array_like of int, shape (n,)
        The customer of each row, as a place from 0 to ``count - 1``. [1]
    count : int
        Number of customers. [count]
    driver : str
        As for `activity_minutes`.

    Returns
    -------
    ndarray, shape (count,)
        0 for a customer without activities, NaN for one of whom a row is NaN. [minutes]

    Raises
    ------
    DomainError
        As `activity_minutes`; or if a place is not in ``0..count - 1``.
    InputError
        As `activity_minutes`; or if `customers` are not whole numbers, one for each row.

    Examples
    --------
    >>> terms = pd.DataFrame({"activity": ["order", "call"], "minutes": [8, 44]})
    >>> done = pd.DataFrame({"activity": ["order", "call", "order"]})
    >>> minutes_by_customer(time_equations(terms), done, [0, 2, 0], 3).tolist()
    [16.0, 0.0, 44.0]
    """
    codes = np.asarray(customers)
    if codes.dtype.kind not in "iu" and codes.size:
        raise InputError(f"customers must be whole numbers, not {codes.dtype}")
    if codes.shape != (len(activities),):
        raise InputError(f"customers must be one for each of {len(activities)} rows, not of shape {codes.shape}")
    if codes.size and not 0 <= codes.min() <= codes.max() < count:
        refuse_rows((codes < 0) | (codes >= count), codes, DomainError, f"customers must be in 0..{count - 1}")
    minutes = activity_minutes(equations, activities, driver=driver)
    sums = np.bincount(codes.astype(np.intp, copy=False), weights=minutes, minlength=count)
    return sums.astype(np.float64, copy=False)


# The equations, applied to many rows at once.


def _coded(activity: "pd.Series[Any]", known: set[str]) -> tuple[npt.NDArray[np.intp], tuple[str, ...]]:
    """The activity of each row as a place in a list of names, all of which have equations."""
    if isinstance(activity.dtype, pd.CategoricalDtype):
        codes, found = activity.cat.codes.to_numpy(), activity.cat.categories
    else:
        codes, found = pd.factorize(activity)
    if codes.size and codes.min() < 0:
        raise InputError(f"activity must not be blank, as it is in row {int(np.argmax(codes < 0)) + 1}")
    names = _trimmed(found)
    for place, name in enumerate(names):
        rows = codes == place if name not in known else None
        if rows is not None and rows.any():
            what = "not be blank, as it is" if not name else f"have a time equation, but {name} has none,"
            raise InputError(f"activity must {what} in row {int(np.argmax(rows)) + 1}")
    return codes.astype(np.intp, copy=False), names


def _multiplier(activities: pd.DataFrame, heading: str, equations: TimeEquations) -> FloatArray | None:
    """What a term's minutes are multiplied by in each row; None is 1."""
    wanted = heading or "quantity"
    named = next((name for name in activities.columns if normalise_heading(str(name)) == wanted), None)
    if named is None:
        if not heading:
            return None
        attribute, activity = next(
            (attribute, activity)
            for attribute, activity in zip(equations.attributes, equations.activities, strict=True)
            if normalise_heading(attribute) == heading
        )
        raise InputError(f"activities must have a column {attribute}, which the time equation of {activity} names")
    values = numbers(activities[named], str(named))
    if np.isinf(values).any():
        refuse_rows(np.isinf(values), values, DomainError, f"{named} must be finite")
    return values


def _summed(codes: npt.NDArray[np.intp], columns: list[tuple[FloatArray, FloatArray | None]], rows: int) -> FloatArray:
    """Sum of the terms of each row, chunk by chunk."""
    total = np.zeros(rows)
    has_gaps = [values is not None and bool(np.isnan(values).any()) for _, values in columns]
    lowest = 0.0
    for start in range(0, rows, _CHUNK):
        part = slice(start, start + _CHUNK)
        chunk, sums = codes[part], total[part]
        for (table, values), gaps in zip(columns, has_gaps, strict=True):
            term = table[chunk]
            if values is not None:
                factor = values[part]
                # What an equation does not ask for may be missing.
                term *= np.where(term == 0, 0.0, factor) if gaps else factor
            sums += term
        lowest = min(lowest, float(np.fmin.reduce(sums)))
    if lowest < 0:
        refuse_rows(total < 0, total, DomainError, "minutes must not be negative")
    return total


def _trimmed(column: Iterable[Any]) -> tuple[str, ...]:
    """Texts without the spaces around them; a blank is ""."""
    return tuple("" if value is None or value != value else str(value).strip() for value in column)
