"""
Segments by value: what a customer brings now against what it could bring, and tenths of the customers by value.

The four names are the project's own, for a scheme that the field knows under many: invest in customers who are large
and can grow, hold those who are large and cannot, build up those who could, and serve the others at low cost.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from valuation.cost.amounts import Column, FloatArray, numbers
from valuation.errors import InputError
from valuation.segments.tiers import LabelArray
from valuation.segments.two_by_two import two_by_two

__all__ = ["NO_VALUE", "VALUE_SEGMENTS", "ValueSegments", "value_deciles", "value_segment"]

VALUE_SEGMENTS: Final = ("Grow", "Defend", "Develop", "Automate", "Unknown potential", "Unknown current value")
"""By current value and potential: high and high, high and low, low and high, low and low; then what is unknown."""

NO_VALUE: Final = "No value"
"""Label of the customers whose value is 0 or negative."""

_GROUPS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValueSegments:
    """
    Segment of each customer.

    Attributes
    ----------
    segment : ndarray of str, shape (n,)
        One of `VALUE_SEGMENTS`.
    cut_current, cut_potential : float
        The cuts in use. [currency/period], [currency]
    distance_current, distance_potential : ndarray, shape (n,)
        Value less cut: what it takes to change the segment; NaN where the value is unknown. [currency/period],
        [currency]
    note : str
        Which cuts are medians, or "".
    """

    segment: LabelArray
    cut_current: float
    cut_potential: float
    distance_current: FloatArray
    distance_potential: FloatArray
    note: str


def value_segment(
    current: Column, potential: Column, *, cut_current: float | None, cut_potential: float | None
) -> ValueSegments:
    """
    Segment by current value and potential: Grow, Defend, Develop or Automate.

    Parameters
    ----------
    current : array_like, shape (n,)
        Run-rate contribution of each customer. [currency/period]
    potential : array_like, shape (n,)
        Present value of what the customer could bring beyond that, such as `headroom`. [currency]
    cut_current, cut_potential : float or None
        From where on a value is high, inclusive. None asks for the median of the customers who have both values.
        [currency/period], [currency]

    Returns
    -------
    ValueSegments
        Grow is high current value and high potential, Defend high and low, Develop low and high, Automate low and low.
        Where one of the values is missing or infinite the segment says so; it is never taken for low.

    Raises
    ------
    DomainError
        If a cut is infinite.
    InputError
        If the lengths differ, or something is not a number.
    MissingDataError
        If a median is asked for and no customer has both values.

    Notes
    -----
    Medians move customers when others change, and always put half of them above: for reports over time keep cuts in
    money.

    Examples
    --------
    >>> found = value_segment(
    ...     [900.0, 900.0, 50.0, 50.0, 70.0], [400.0, 10.0, 400.0, 10.0, None], cut_current=500.0, cut_potential=100.0
    ... )
    >>> found.segment.tolist()
    ['Grow', 'Defend', 'Develop', 'Automate', 'Unknown potential']
    """
    found = two_by_two(
        {"current": current, "potential": potential}, {"cut_current": cut_current, "cut_potential": cut_potential}
    )
    return ValueSegments(
        segment=np.array(VALUE_SEGMENTS, dtype=object)[found.field],
        cut_current=found.cuts[0],
        cut_potential=found.cuts[1],
        distance_current=found.distances[0],
        distance_potential=found.distances[1],
        note=found.note,
    )


def value_deciles(values: Column) -> LabelArray:
    r"""
    Tenths of the customers by value, those without value in a group of their own.

    .. math:: 1 + \lfloor 10 \, \#\{j: v_j > v_i\} / n \rfloor

    over the :math:`n` customers whose value is above 0.

    Parameters
    ----------
    values : array_like, shape (n,)
        Value of each customer, such as its engagement value. [currency]

    Returns
    -------
    ndarray of str, shape (n,)
        "Decile 1" for the best tenth to "Decile 10"; "No value" where the value is 0 or negative; None where it is
        missing or infinite.

    Raises
    ------
    InputError
        If the values are not one column of numbers.

    Notes
    -----
    Equal values are in the same decile, that of the best place among them, so that deciles need not be of equal size;
    with fewer than ten customers some stay empty.

    Examples
    --------
    >>> value_deciles([100.0, 100.0, 20.0, 5.0, 0.0, -3.0]).tolist()
    ['Decile 1', 'Decile 1', 'Decile 6', 'Decile 8', 'No value', 'No value']
    """
    given = numbers(values, "values")
    if given.ndim != 1:
        raise InputError(f"values must be one column, not of shape {given.shape}")
    has_value = np.isfinite(given) & (given > 0)
    ranked = np.sort(given[has_value])
    better = ranked.size - np.searchsorted(ranked, given[has_value], side="right")
    group = np.where(np.isfinite(given), 0, _GROUPS + 1)
    group[has_value] = 1 + _GROUPS * better // max(ranked.size, 1)
    labels = [NO_VALUE, *(f"Decile {number}" for number in range(1, _GROUPS + 1)), None]
    return np.array(labels, dtype=object)[group]
