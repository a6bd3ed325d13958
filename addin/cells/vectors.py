"""
One column of cells becomes one array, with the reason for every cell that has no value.

A column of nothing but floats is one type check and one cast. Only a mixed column is sorted cell by cell, and even then
each kind of cell is converted in one go.
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from addin.cells.single import KINDS_OF_TYPE, Is, as_date, as_number, as_text, error_value, fault_error
from valuation.tables import Fault, Kind, normalise_heading
from workbook_templates.plan import CellError

__all__ = ["Vector", "read_vector"]

ObjectArray = npt.NDArray[np.object_]
FaultArray = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vector:
    """
    A column as it was read.

    Attributes
    ----------
    values : ndarray, shape (n,)
        ``float64`` for numbers and flags, ``datetime64[s]`` for dates, ``object`` of ``str`` or None for texts, ids and
        choices; a faulty cell is missing here (NaN, NaT, None).
    faults : ndarray of int8, shape (n,), or None
        The `Fault` of each cell, or None when there is none at all.
    errors : mapping of int to CellError
        The error values, by row counted from 0.
    """

    values: npt.NDArray[Any]
    faults: FaultArray | None = None
    errors: Mapping[int, CellError] = field(default_factory=dict)

    def only(self, rows: npt.NDArray[np.bool_]) -> "Vector":
        """Give the rows marked, as a vector of their own."""
        places = np.cumsum(rows) - 1
        errors = {int(places[row]): error for row, error in self.errors.items() if rows[row]}
        faults = None if self.faults is None else self.faults[rows]
        has_faults = faults is not None and bool(faults.any())
        return Vector(values=self.values[rows], faults=faults if has_faults else None, errors=errors)

    def error_at(self, row: int) -> CellError | None:
        """Give the error that stands for the fault of a row, None when the row has a value."""
        if self.faults is None or not self.faults[row]:
            return None
        return self.errors.get(row) or fault_error(Fault(self.faults[row]))


def read_vector(
    cells: Sequence[object],
    kind: Kind,
    *,
    choices: Sequence[str] = (),
    words: Mapping[str, float] | None = None,
    iso_dates: bool = False,
) -> Vector:
    """
    Read a column of cells as one kind.

    Parameters
    ----------
    cells : sequence
        Whatever the host delivered, one item for each cell.
    kind : Kind
        What the column should hold.
    choices : sequence of str
        For a choice: the words it may be. Case, spaces and underscores do not matter.
    words : mapping of str to float
        For a number: words that stand for one, such as ``{"inf": math.inf}``.
    iso_dates : bool
        For a date: read text such as ``2025-12-31``, which only a host without regional settings may do.

    Returns
    -------
    Vector
        Values, and a fault for every cell that has none.
    """
    types = set(map(type, cells))
    if kind in _NUMBERS and types <= _PLAIN_NUMBERS:
        try:
            return _with_blanks(np.array(cells, dtype=np.float64))
        except OverflowError:  # a whole number beyond the range of floats: the long way finds which
            pass
    if kind is Kind.DATE and types <= _PLAIN_DATES:
        return Vector(values=_seconds(cells))
    if words:
        cells = [words.get(cell.strip().casefold(), cell) if isinstance(cell, str) else cell for cell in cells]
    if iso_dates and kind is Kind.DATE:
        cells = [as_date(cell) if isinstance(cell, str) else cell for cell in cells]
    sorted_cells = _sort(cells)
    values, refused = _READERS.get(kind, _read_numbers)(sorted_cells, choices)
    faults = np.where(refused != Fault.NONE, refused, _FAULTS[kind][sorted_cells.holds]).astype(np.int8)
    if values.dtype == np.float64:
        faults[np.isnan(values) & (faults == Fault.NONE)] = Fault.BLANK
    return Vector(values=values, faults=faults if faults.any() else None, errors=sorted_cells.errors)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sorted:
    """Cells with what each of them holds."""

    cells: ObjectArray
    holds: FaultArray
    errors: Mapping[int, CellError]

    def where(self, *kinds: Is) -> npt.NDArray[np.intp]:
        """Rows that hold one of these."""
        wanted = np.zeros(len(Is), np.bool_)
        wanted[list(kinds)] = True
        return np.flatnonzero(wanted[self.holds])


def _sort(cells: Sequence[object]) -> _Sorted:
    """Tell of each cell what it holds; texts that are empty or read like an error are not texts."""
    count = len(cells)
    holds = np.fromiter(map(KINDS_OF_TYPE.__getitem__, map(type, cells)), np.int8, count)
    objects = np.fromiter(cells, object, count)
    errors: dict[int, CellError] = {}
    for row in np.flatnonzero((holds == Is.TEXT) | (holds == Is.ERROR)).tolist():
        text = objects[row]
        if not isinstance(text, str):
            continue  # something that no cell holds is no text either, and no value of any kind
        if not text:
            holds[row] = Is.BLANK
        elif text[0] == "#" and (error := error_value(text)) is not None:
            holds[row], errors[row] = Is.ERROR, error
    return _Sorted(cells=objects, holds=holds, errors=errors)


# The readers: each gives values, and the faults that only a look at the content shows.


def _read_numbers(given: _Sorted, choices: Sequence[str]) -> tuple[npt.NDArray[Any], FaultArray]:
    """Numbers as float64."""
    values = np.full(given.cells.size, np.nan)
    rows = given.where(Is.NUMBER)
    try:
        values[rows] = given.cells[rows].astype(np.float64)
    except (OverflowError, ValueError):
        values[rows] = [as_number(cell) for cell in given.cells[rows]]
    return values, np.zeros(values.size, np.int8)


def _read_flags(given: _Sorted, choices: Sequence[str]) -> tuple[npt.NDArray[Any], FaultArray]:
    """Flags as 1.0 and 0.0, from booleans, 1 and 0, yes and no."""
    values = np.full(given.cells.size, np.nan)
    refused = np.zeros(values.size, np.int8)
    for row in given.where(Is.NUMBER, Is.BOOLEAN, Is.TEXT).tolist():
        flag = _FLAGS.get(as_text(given.cells[row]).casefold())
        if flag is not None:
            values[row] = flag
        elif given.holds[row] != Is.NUMBER or not math.isnan(as_number(given.cells[row])):
            refused[row] = Fault.WORD
    return values, refused


def _read_dates(given: _Sorted, choices: Sequence[str]) -> tuple[npt.NDArray[Any], FaultArray]:
    """Dates as datetime64[s], from dates and from serial numbers."""
    values = np.full(given.cells.size, np.datetime64("NaT", "s"), dtype="datetime64[s]")
    refused = np.zeros(values.size, np.int8)
    rows = given.where(Is.DATE)
    values[rows] = _seconds(given.cells[rows].tolist())
    rows = given.where(Is.NUMBER)
    serials = np.array([as_number(cell) for cell in given.cells[rows]])
    days, is_day = _days_of_serials(serials)
    values[rows[is_day]] = _EPOCH + np.rint(days[is_day] * 86400).astype("timedelta64[s]")
    refused[rows[~is_day]] = np.where(np.isnan(serials[~is_day]), Fault.BLANK, Fault.NUMBER)
    return values, refused


def _read_texts(given: _Sorted, choices: Sequence[str]) -> tuple[npt.NDArray[Any], FaultArray]:
    """Texts without the spaces around them; a number or date as it reads."""
    values = np.full(given.cells.size, None, dtype=object)
    refused = np.zeros(values.size, np.int8)
    for row in given.where(Is.NUMBER, Is.BOOLEAN, Is.TEXT, Is.DATE).tolist():
        values[row] = as_text(given.cells[row]) or None
        if values[row] is None:
            refused[row] = Fault.BLANK
    return values, refused


def _read_ids(given: _Sorted, choices: Sequence[str]) -> tuple[npt.NDArray[Any], FaultArray]:
    """Ids: like texts, but TRUE and dates are mistakes."""
    values, refused = _read_texts(given, choices)
    values[given.where(Is.BOOLEAN, Is.DATE)] = None
    return values, refused


def _read_choices(given: _Sorted, choices: Sequence[str]) -> tuple[npt.NDArray[Any], FaultArray]:
    """Words among the choices, spelled as there."""
    known = {normalise_heading(choice): choice for choice in choices}
    values = np.full(given.cells.size, None, dtype=object)
    refused = np.zeros(values.size, np.int8)
    for row in given.where(Is.TEXT).tolist():
        cell = given.cells[row]
        word = normalise_heading(cell) if isinstance(cell, str) else None
        values[row] = known.get(word) if word is not None else None
        if values[row] is None:
            refused[row] = Fault.BLANK if word == "" else Fault.WORD
    return values, refused


def _read_any(given: _Sorted, choices: Sequence[str]) -> tuple[npt.NDArray[Any], FaultArray]:
    """Cells as they are; only blanks and error values have no value."""
    values = given.cells.copy()
    values[given.where(Is.BLANK, Is.ERROR)] = None
    not_numbers = [row for row in given.where(Is.NUMBER).tolist() if math.isnan(as_number(values[row]))]
    values[not_numbers] = None
    refused = np.zeros(values.size, np.int8)
    refused[not_numbers] = Fault.BLANK
    return values, refused


# What the readers need.


def _with_blanks(values: npt.NDArray[np.float64]) -> Vector:
    """Numbers of which some may be NaN: to some hosts that is a blank cell."""
    missing = np.isnan(values)
    return Vector(values=values, faults=missing.astype(np.int8) * np.int8(Fault.BLANK) if missing.any() else None)


def _seconds(cells: Sequence[object]) -> npt.NDArray[np.datetime64]:
    """Dates and datetimes to the second."""
    return np.array(cells, dtype="datetime64[s]")


def _days_of_serials(serials: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Days since `_EPOCH`, and whether there is such a day: serial 60 is 29 February 1900, which never was."""
    is_day = (serials >= 1) & (serials < _AFTER_LAST_SERIAL) & (np.floor(serials) != 60)
    return np.where(serials < 60, serials + 1, serials), is_day


_PLAIN_NUMBERS: Final = frozenset({float, int})
_PLAIN_DATES: Final = frozenset({dt.datetime, dt.date})
_NUMBERS: Final = frozenset({Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.SHARE})
_EPOCH: Final = np.datetime64("1899-12-30", "s")
_AFTER_LAST_SERIAL: Final = 2958466.0  # 10000-01-01
_FLAGS: Final[Mapping[str, float]] = {
    "1": 1.0,
    "0": 0.0,
    "true": 1.0,
    "false": 0.0,
    "yes": 1.0,
    "no": 0.0,
}

_Reader = Callable[[_Sorted, Sequence[str]], tuple[npt.NDArray[Any], FaultArray]]
_READERS: Final[Mapping[Kind, _Reader]] = {
    Kind.FLAG: _read_flags,
    Kind.DATE: _read_dates,
    Kind.TEXT: _read_texts,
    Kind.ID: _read_ids,
    Kind.CHOICE: _read_choices,
    Kind.ANY: _read_any,
}


def _faults(**refused: Fault) -> FaultArray:
    """The fault of each thing that a cell can hold, for one kind of column."""
    return np.array(
        [{"BLANK": Fault.BLANK, "ERROR": Fault.ERROR, **refused}.get(holds.name, Fault.NONE) for holds in Is],
        dtype=np.int8,
    )


_NO_NUMBER: Final = _faults(TEXT=Fault.TEXT, BOOLEAN=Fault.BOOLEAN, DATE=Fault.DATE)
_FAULTS: Final[Mapping[Kind, FaultArray]] = {
    Kind.MONEY: _NO_NUMBER,
    Kind.NUMBER: _NO_NUMBER,
    Kind.COUNT: _NO_NUMBER,
    Kind.SHARE: _NO_NUMBER,
    Kind.FLAG: _faults(DATE=Fault.DATE),
    Kind.DATE: _faults(TEXT=Fault.DATE_AS_TEXT, BOOLEAN=Fault.BOOLEAN),
    Kind.ID: _faults(BOOLEAN=Fault.BOOLEAN, DATE=Fault.DATE),
    Kind.TEXT: _faults(),
    Kind.CHOICE: _faults(NUMBER=Fault.WORD, BOOLEAN=Fault.WORD, DATE=Fault.WORD),
    Kind.ANY: _faults(),
}
