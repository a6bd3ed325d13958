"""
Results become plain Python: float, str, bool, date, `CellError` or None, and nothing else.

Hosts disagree about everything else: NaN is an empty text on the desktop and ``#NUM!`` in Office.js, a NumPy boolean
breaks both, and infinity is not JSON.
"""

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np

from workbook_templates.plan import Cell, CellError

__all__ = ["plain_cell", "plain_column"]


def plain_column(values: Iterable[Any], *, missing: Cell = CellError.NUM) -> list[Cell]:
    """
    Turn a column of values into cells.

    Parameters
    ----------
    values : iterable
        A NumPy array, a pandas column or anything that can be listed.
    missing : Cell
        What stands for NaN, NaT and None.

    Returns
    -------
    list of Cell
        As long as `values`. An infinite number is ``#NUM!``; a date has no time of day.
    """
    array = np.asarray(values) if hasattr(values, "dtype") else None
    if array is None or array.dtype.kind not in "fiubM":
        return [plain_cell(value, missing=missing) for value in (values if array is None else array.tolist())]
    if array.dtype.kind == "b":
        return list(array.tolist())
    if array.dtype.kind == "M":
        days = array.astype("datetime64[D]").tolist()
        return [missing if day is None else day for day in days] if np.isnat(array).any() else list(days)
    numbers: list[Cell] = array.astype(np.float64, copy=False).tolist()
    if array.dtype.kind == "f":
        for row in np.flatnonzero(~np.isfinite(array)).tolist():
            numbers[row] = missing if np.isnan(array[row]) else CellError.NUM
    return numbers


def plain_cell(value: object, *, missing: Cell = CellError.NUM) -> Cell:
    """Turn one value into a cell; see `plain_column`."""
    if isinstance(value, np.generic):
        value = value.item()
    match value:
        case CellError() | bool():
            return value
        case str():
            return str(value)
        case int() | float() | Decimal():
            return _number(value, missing)
        case dt.date():
            # NaT calls itself a datetime, and equals nothing.
            return dt.date(value.year, value.month, value.day) if value == value else missing
        case None:
            return missing
    return missing if type(value).__name__ in ("NAType", "NaTType") else str(value)


def _number(value: float | Decimal, missing: Cell) -> Cell:
    """A finite float, or the error that stands for what is none."""
    try:
        number = float(value)
    except OverflowError:
        return CellError.NUM
    except ValueError:  # a signalling NaN
        return missing
    if math.isnan(number):
        return missing
    return number if math.isfinite(number) else CellError.NUM
