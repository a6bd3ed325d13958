"""
What travels between Excel and Python: cells as COM variants.

Coming in, a number is a float, so a whole number can only be the code of an error value; dates carry a time zone that
means nothing. Going out, an error value cannot travel: it becomes a text behind a mark, and the VBA module turns it
into the error.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from workbook_templates.plan import Cell, CellError

__all__ = ["MARK", "read_variant", "written_variants"]

MARK: Final = "\x05"
"""Stands before an error on its way out; no other text that leaves begins with it."""

_PLAIN: Final = frozenset({float, str, bool, type(None)})
_ERROR_FACILITY: Final = 0x800A0000
_ERRORS: Final = {
    2000: CellError.NULL,
    2007: CellError.DIV0,
    2015: CellError.VALUE,
    2023: CellError.REF,
    2029: CellError.NAME,
    2036: CellError.NUM,
    2042: CellError.NA,
}


def read_variant(value: object) -> object:
    """
    Give an argument of a worksheet function as cells.

    Parameters
    ----------
    value : object
        One variant, a tuple of them (a row), or a tuple of rows.

    Returns
    -------
    object
        The same shape; error codes are `CellError`, dates are plain.

    Examples
    --------
    >>> read_variant(((1.0, -2146826246), (None, "a")))
    [[1.0, <CellError.NA: '#N/A'>], [None, 'a']]
    """
    if not isinstance(value, tuple):
        return value if type(value) in _PLAIN else _cell(value)
    if not (value and isinstance(value[0], tuple)):
        return [_cell(cell) for cell in value]
    if _PLAIN.issuperset(map(type, chain.from_iterable(value))):
        return value
    return [[cell if type(cell) in _PLAIN else _cell(cell) for cell in row] for row in value]


def _cell(value: object) -> object:
    """One variant as a cell."""
    if type(value) is int:
        if value & 0xFFFF0000 == _ERROR_FACILITY:
            return _ERRORS.get(value & 0xFFFF, CellError.VALUE)  # #SPILL! and the like have no value either
        return float(value)
    if isinstance(value, dt.datetime):
        return dt.datetime.combine(value.date(), value.time())
    return value


def written_variants(cells: Sequence[Sequence[Cell]]) -> list[list[Any]]:
    r"""
    Give the cells of an answer as variants.

    Parameters
    ----------
    cells : sequence of rows
        A full rectangle of plain values, as `addin.calls.evaluate` gives it.

    Examples
    --------
    >>> written_variants([[1, CellError.NA, None, "text"]])
    [[1.0, '\x05#N/A', '', 'text']]
    """
    if {float}.issuperset(map(type, chain.from_iterable(cells))):
        return [list(row) for row in cells]
    return [[_variant(cell) for cell in row] for row in cells]


def _variant(cell: Cell) -> Any:
    """One cell as a variant; whole numbers beyond 31 bits and dates without a time zone do not travel."""
    if isinstance(cell, CellError):
        return MARK + cell.value
    if isinstance(cell, str):
        return cell.lstrip(MARK)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=dt.UTC)
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day, tzinfo=dt.UTC)
    return float(cell)
