"""What one cell holds, whichever host delivered it, and how it reads as a number or a text."""

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from enum import IntEnum
from typing import Any, Final

import numpy as np

from valuation.tables import Fault
from workbook_templates.plan import CellError

__all__ = ["KINDS_OF_TYPE", "Is", "as_date", "as_number", "as_text", "error_value", "fault_error", "is_blank"]


class Is(IntEnum):
    """What a cell holds, before anybody asks what is wanted."""

    BLANK = 0
    NUMBER = 1
    BOOLEAN = 2
    TEXT = 3
    DATE = 4
    ERROR = 5


def fault_error(fault: Fault) -> CellError:
    """Give the error value that a fault becomes: a blank ``#N/A``, anything else ``#VALUE!``."""
    return CellError.NA if fault is Fault.BLANK else CellError.VALUE


def error_value(cell: object) -> CellError | None:
    """Give the error that a cell holds; a text that reads exactly like an error code counts as that error."""
    return _ERRORS.get(cell) if isinstance(cell, str) else None


def is_blank(cell: object) -> bool:
    """Tell whether a cell is empty; an empty text, which formulas use for that, is."""
    holds = KINDS_OF_TYPE[type(cell)]
    if holds is Is.NUMBER:
        return math.isnan(as_number(cell))
    return holds is Is.BLANK or (isinstance(cell, str) and not cell)


def as_number(cell: Any) -> float:
    """A number as a float; one beyond its range is infinite, which every formula refuses."""
    try:
        return float(cell)
    except OverflowError:
        return math.inf if cell > 0 else -math.inf
    except ValueError:  # a signalling NaN
        return math.nan


def as_text(cell: object) -> str:
    """A cell as a person reads it: 1001.0 is "1001"."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, dt.datetime):
        return (cell.date() if cell.time() == dt.time() else cell).isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if KINDS_OF_TYPE[type(cell)] is Is.BOOLEAN:
        return str(bool(cell)).upper()
    if KINDS_OF_TYPE[type(cell)] is not Is.NUMBER:
        return str(cell).strip()
    number = as_number(cell)
    if number != number:
        return ""
    return str(int(cell)) if number.is_integer() else repr(number)  # type: ignore[call-overload]


def as_date(text: str) -> object:
    """A date from ISO text, or the text itself."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text


class _KindsOfType(dict[type, Is]):
    """What cells of a type hold; types not seen before are looked into once."""

    def __missing__(self, type_: type) -> Is:
        self[type_] = kind = next((kind for known, kind in _SUBTYPES if issubclass(type_, known)), Is.TEXT)
        if type_.__name__ in ("NAType", "NaTType"):
            self[type_] = kind = Is.BLANK
        return kind


KINDS_OF_TYPE: Final = _KindsOfType(
    {
        type(None): Is.BLANK,
        bool: Is.BOOLEAN,
        int: Is.NUMBER,
        float: Is.NUMBER,
        Decimal: Is.NUMBER,
        str: Is.TEXT,
        dt.date: Is.DATE,
        dt.datetime: Is.DATE,
        CellError: Is.ERROR,
    }
)
_SUBTYPES: Final = (
    (np.bool_, Is.BOOLEAN),
    ((int, float, Decimal, np.integer, np.floating), Is.NUMBER),
    ((dt.date, np.datetime64), Is.DATE),
)

# Excel's newer errors have no place in a file or in VBA; a cell that holds one has no value all the same.
_NEWER_ERRORS: Final = (
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#BUSY!",
    "#GETTING_DATA",
    "#EXTERNAL!",
    "#PYTHON!",
)
_ERRORS: Final[Mapping[str, CellError]] = {error.value: error for error in CellError} | dict.fromkeys(
    _NEWER_ERRORS, CellError.VALUE
)
