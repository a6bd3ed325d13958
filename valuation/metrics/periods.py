"""A company's own table of periods: that it has neither gaps nor overlaps, and the quarters and years made of it."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.ledger import required_column, texts_of
from valuation.dates import DateArray, dates
from valuation.errors import InputError

__all__ = ["GRAINS", "checked_periods", "period_bounds", "rolled_up"]

GRAINS: Final = ("month", "quarter", "year")

_DAY: Final = np.timedelta64(1, "D")


def checked_periods(periods: pd.DataFrame) -> pd.DataFrame:
    """
    Check a table of periods and put it in the order of time.

    Parameters
    ----------
    periods : DataFrame
        One row for each period, in any order: period (its label), start and end (both days are inside), and
        optionally quarter and year, the labels of what it belongs to.

    Returns
    -------
    DataFrame
        period, quarter, year, start, end, in the order of time; quarter and year are None where not given.

    Raises
    ------
    InputError
        If a column is missing, a label or date is blank, a period ends before it starts, two have the same label or
        overlap, or days are missing between them. The message names rows, counted from 1.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "period": ["P2", "P1"],
    ...         "start": pd.to_datetime(["2025-02-02", "2025-01-01"]),
    ...         "end": pd.to_datetime(["2025-03-01", "2025-02-01"]),
    ...     }
    ... )
    >>> checked_periods(table)["period"].tolist()
    ['P1', 'P2']
    """
    labels = texts_of(required_column(periods, "period", "periods"))
    if not labels.size:
        raise InputError("periods must have at least one row")
    _refuse_row(labels == "", "period is blank in row {}")
    starts, ends = _days(periods)
    order = np.argsort(starts, kind="stable")
    later = order[1:]
    gap = (starts[later] - ends[order[:-1]]).astype(np.int64) - 1
    for bad, words in (
        (gap < 0, "row {1} overlaps row {0}: it starts on {3}, before or on the end {2}"),
        (gap > 0, "days are missing between row {0}, which ends on {2}, and row {1}, which starts on {3}"),
    ):
        if bad.any():
            before, after = order[np.argmax(bad)], later[np.argmax(bad)]
            raise InputError("periods: " + words.format(before + 1, after + 1, ends[before], starts[after]))
    twice = pd.Index(labels).duplicated()
    if twice.any():
        second = int(np.argmax(twice))
        first = int(np.argmax(labels == labels[second]))
        raise InputError(f"periods: rows {first + 1} and {second + 1} have the same label {labels[second]}")
    table = {
        "period": labels,
        "quarter": _optional(periods, "quarter"),
        "year": _optional(periods, "year"),
        "start": starts.astype("datetime64[s]"),
        "end": ends.astype("datetime64[s]"),
    }
    return pd.DataFrame(table).iloc[order].reset_index(drop=True)


def rolled_up(periods: pd.DataFrame, *, periods_per_quarter: int = 3, periods_per_year: int = 12) -> pd.DataFrame:
    """
    Periods, the quarters and the years that they make up.

    Parameters
    ----------
    periods : DataFrame
        As `fiscal_calendar` and `checked_periods` give it.
    periods_per_quarter, periods_per_year : int
        Of how many periods a complete quarter and year consist; years of thirteen periods have 13. [count]

    Returns
    -------
    DataFrame
        grain (month, quarter or year), period (label), start, end, complete (False where periods of a quarter or year
        are not in the table); by grain, each in the order of time.

    Raises
    ------
    InputError
        As `checked_periods`; also if the periods of a quarter or year are not next to each other.

    Examples
    --------
    >>> from valuation.metrics.fiscal_calendar import fiscal_calendar
    >>> table = rolled_up(fiscal_calendar(np.datetime64("2025-01-01"), np.datetime64("2025-04-30")))
    >>> table[table["grain"] == "quarter"][["period", "complete"]].to_numpy().tolist()
    [['2025 Q1', True], ['2025 Q2', False]]
    """
    table = checked_periods(periods)
    parts = [table.assign(grain="month", complete=True)[_ROLLED]]
    for grain, wanted in (("quarter", periods_per_quarter), ("year", periods_per_year)):
        known = table[table[grain].notna()]
        places = pd.Series(known.index, index=known[grain])
        groups = places.groupby(level=0, sort=False)
        spread = groups.max() - groups.min() + 1 != groups.size()
        if spread.any():
            raise InputError(f"periods: those of {grain} {spread.idxmax()} are not next to each other")
        whole = known.groupby(grain, sort=False).agg(
            start=("start", "min"), end=("end", "max"), count=("period", "size")
        )
        whole = whole.rename_axis("period").reset_index()
        parts.append(whole.assign(grain=grain, complete=whole["count"] == wanted)[_ROLLED])
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


_ROLLED: Final = ["grain", "period", "start", "end", "complete"]


def period_bounds(periods: pd.DataFrame) -> tuple[DateArray, DateArray]:
    """First and last days of periods that follow each other, gaps allowed; anything else is refused by row."""
    starts, ends = _days(periods)
    if not starts.size:
        raise InputError("periods must have at least one row")
    _refuse_row(np.append(False, starts[1:] <= ends[:-1]), "periods must follow each other without overlap, not row {}")
    return starts, ends


def _days(periods: pd.DataFrame) -> tuple[DateArray, DateArray]:
    """Start and end, both there and in order."""
    starts, ends = (dates(required_column(periods, name, "periods").to_numpy(), name) for name in ("start", "end"))
    _refuse_row(np.isnat(starts), "start is blank in row {}")
    _refuse_row(np.isnat(ends), "end is blank in row {}")
    _refuse_row(starts > ends, "periods must not end before they start, as in row {}")
    return starts, ends


def _optional(periods: pd.DataFrame, name: str) -> npt.NDArray[Any]:
    """Labels, None where there is none."""
    if name not in periods:
        return np.full(len(periods), None, dtype=object)
    labels = texts_of(periods[name])
    labels[labels == ""] = None
    return labels


def _refuse_row(bad: npt.NDArray[np.bool_], words: str) -> None:
    if bad.any():
        raise InputError(words.format(int(np.argmax(bad)) + 1))
