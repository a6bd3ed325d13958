"""
The arguments of one call: cells become what a function takes, by the kinds that it declares.

Nothing is computed before every cell has been looked at, so that "missing", "not a number" and "out of range" stay
apart, row by row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.cells import Rectangle, Vector, error_value, read_rectangle, read_table_range, read_vector
from addin.registry import Argument, Function, Shape
from valuation.tables import Blank, Fault, Kind, Table
from workbook_templates.plan import CellError

__all__ = ["Given", "Refusal", "read_arguments"]

WORDS: Final[Mapping[str, float]] = {"inf": np.inf}
"""Words that may stand for a number where the argument says so."""


class Refusal(Exception):  # noqa: N818 -- an answer, not a mishap
    """The whole call has no answer, for a reason seen in its cells."""

    def __init__(self, cell: CellError, message: str) -> None:
        super().__init__(message)
        self.cell = cell


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """
    One argument as it was given.

    Attributes
    ----------
    argument : Argument
        Its declaration.
    value : object
        An array with one item for each row, one value, a DataFrame, a list of cells, or None when left out.
    size : int
        Number of rows.
    as_row : bool
        Whether it stood in a row of the sheet.
    vectors : mapping of str to Vector
        What was read, by column of a table or under "": where the faults are.
    """

    argument: Argument
    value: Any
    size: int = 1
    as_row: bool = False
    vectors: Mapping[str, Vector] = field(default_factory=dict)

    @property
    def varies(self) -> bool:
        """Whether it has a value of its own for each row of the answer."""
        return self.size > 1 and self.argument.shape in ROW_BY_ROW

    def for_rows(self, rows: int) -> Any:
        """Give what the call gets when the answer has that many rows."""
        if self.value is None or self.argument.shape not in ROW_BY_ROW:
            return self.value
        if self.argument.shape is Shape.ROWS:
            return self.value if self.size == rows else np.repeat(self.value, rows)
        return self.value if self.size > 1 else self.value[0]

    def at_row(self, row: int) -> Any:
        """Give what the call gets for one row alone."""
        if self.value is None or self.argument.shape not in ROW_BY_ROW:
            return self.value
        row = row if self.size > 1 else 0
        return self.value[row : row + 1] if self.argument.shape is Shape.ROWS else self.value[row]

    def problems(self) -> Iterator[tuple[int, str, Vector]]:
        """List row, column and vector of the first error value and of the first fault of any kind."""
        for name, vector in self.vectors.items():
            if vector.faults is not None:
                for row in {min(vector.errors, default=-1), int(np.argmax(vector.faults != Fault.NONE))} - {-1}:
                    yield row, name, vector

    def describe(self, row: int, name: str) -> str:
        """Say what is wrong with a cell."""
        vector = self.vectors[name]
        unit = "cell" if not name and self.argument.shape in (Shape.BLOCK, Shape.PARAMETERS) else "row"
        place = self.argument.name if self.size == 1 and not name else f"{unit} {row + 1} of {self.argument.name}"
        if self.argument.shape is Shape.MATRIX and self.size > 1:
            down, across = divmod(row, self.value.shape[1])
            place = f"row {down + 1}, column {across + 1} of {self.argument.name}"
        fault = Fault(vector.faults[row]) if vector.faults is not None else Fault.NONE
        kind, choices = self.argument.kind, self.argument.choices
        if name and self.argument.table is not None:
            column = self.argument.table[name]
            place, kind, choices = f"{place}, {column.title}", column.kind, column.choices
        wanted = WANTED.get(kind, "a number")
        if choices:
            wanted = f"one of {', '.join(choices)}"
        return f"{place} {FAULT_WORDS[fault].format(wanted=wanted, error=vector.errors.get(row, ''))}"


def read_arguments(function: Function, cells: Sequence[object], *, iso_dates: bool = False) -> list[Given]:
    """
    Read the arguments of a call, those that were left out too.

    Raises
    ------
    Refusal
        If an argument has the wrong shape.
    InputError
        If a range is not rectangular, or a table lacks a column.
    """
    missing = [None] * (len(function.arguments) - len(cells))
    pairs = zip(function.arguments, (*cells, *missing), strict=True)
    return [_read(argument, given, iso_dates) for argument, given in pairs]


def _read(argument: Argument, cells: object, iso_dates: bool) -> Given:
    """One argument, or its default."""
    if cells is None and argument.shape is not Shape.CELLS:
        return _left_out(argument)
    given = read_rectangle(cells)
    if argument.shape is Shape.CELLS:
        return Given(argument=argument, value=given.cells, size=len(given.cells))
    if given.is_blank:
        return _left_out(argument)
    return _read_given(argument, given, iso_dates)


@cache
def _left_out(argument: Argument) -> Given:
    """Its default, or the fault that a required argument is blank; read once, since most calls leave most out."""
    if argument.default is None and not argument.required:
        return Given(argument=argument, value=None)
    given = _read_given(argument, Rectangle([argument.default], 1, 1), iso_dates=False)
    if isinstance(given.value, np.ndarray):
        given.value.setflags(write=False)
    return given


def _read_given(argument: Argument, given: Rectangle, iso_dates: bool) -> Given:
    """One argument that holds something."""
    if argument.shape is Shape.TABLE:
        return _read_table(argument, given, iso_dates)
    if argument.shape is Shape.PARAMETERS:
        return _read_parameters(argument, given)
    _refuse_shape(argument, given)
    vector = _read_cells(argument, given.cells, iso_dates)
    value: Any = vector.values
    if argument.shape is Shape.ONE:
        value = _single(value[0], argument.kind)
    elif argument.shape is Shape.MATRIX:
        value = value.reshape(given.rows, given.columns)
    return Given(
        argument=argument,
        value=value,
        size=len(vector.values),
        as_row=given.is_row,
        vectors={"": vector},
    )


def _refuse_shape(argument: Argument, given: Rectangle) -> None:
    """One cell where one is wanted, one column or row elsewhere."""
    is_block = argument.shape in (Shape.BLOCK, Shape.MATRIX)
    fits = given.is_single if argument.shape is Shape.ONE else given.is_line or is_block
    if not fits:
        wanted = "one cell" if argument.shape is Shape.ONE else "one column or one row"
        raise Refusal(CellError.VALUE, f"{argument.name} must be {wanted}, not {given.rows} x {given.columns} cells")


def _read_cells(argument: Argument, cells: Sequence[object], iso_dates: bool) -> Vector:
    """The cells by kind, and blanks as the argument means them."""
    options: dict[str, Any] = {"choices": argument.choices, "iso_dates": iso_dates}
    if argument.kind != Kind.CHOICE and argument.choices:
        options["words"] = {word: WORDS[word] for word in argument.choices}
    vector = read_vector(cells, Kind(argument.kind), **options)
    if vector.faults is None or (argument.default is None and argument.blank is Blank.STOP):
        return vector
    stand_in = None
    if argument.default is not None:
        stand_in = read_vector([argument.default], Kind(argument.kind), **options).values[0]
    return _forgive_blanks(vector, stand_in)


def _forgive_blanks(vector: Vector, stand_in: Any) -> Vector:
    """The vector with a value in place of each blank; without one, blanks are missing but no fault."""
    faults = vector.faults
    if faults is None:
        return vector
    blank = faults == Fault.BLANK
    values = vector.values
    if stand_in is not None:
        values = values.copy()
        values[blank] = stand_in
    faults = np.where(blank, np.int8(Fault.NONE), faults)
    return replace(vector, values=values, faults=faults if faults.any() else None)


def _single(value: Any, kind: str) -> Any:
    """The one value of a call: what Python calls a number, a truth, a text."""
    if value is None or value != value:
        return None
    if kind == Kind.FLAG:
        return bool(value)
    if kind == Kind.COUNT and float(value).is_integer():
        return int(value)
    return value


# Tables.


def _read_table(argument: Argument, given: Rectangle, iso_dates: bool) -> Given:
    """A table with its header row, as a DataFrame in the kinds of its columns."""
    table = _columns_of(argument)
    errors = {row: error for row, cell in enumerate(given.cells[: given.columns]) if (error := error_value(cell))}
    if errors:
        raise Refusal(next(iter(errors.values())), f"the header of {argument.name} holds {next(iter(errors.values()))}")
    if given.is_blank:
        raise Refusal(CellError.NA, f"{argument.name} is blank")
    vectors = {
        name: _by_policy(vector, table[name].blank)
        for name, vector in read_table_range(given, table, iso_dates=iso_dates).items()
    }
    _refuse_duplicates(table, vectors)
    frame = pd.DataFrame({name: pd.Series(v.values, dtype=v.values.dtype) for name, v in vectors.items()})
    return Given(argument=argument, value=frame, size=len(frame), vectors=vectors)


def _columns_of(argument: Argument) -> Table:
    """The columns that the declaration of a table must name."""
    if argument.table is None:
        raise TypeError(f"{argument.name} is declared as a table without columns")
    return argument.table


def _by_policy(vector: Vector, blank: Blank) -> Vector:
    """Blanks as the column means them."""
    if blank is Blank.STOP:
        return vector
    return _forgive_blanks(vector, 0.0 if blank is Blank.ZERO else None)


def _refuse_duplicates(table: Table, vectors: Mapping[str, Vector]) -> None:
    """A key stands once; which of two rows counts is not ours to guess."""
    if not table.key:
        return
    keys = pd.MultiIndex.from_arrays([vectors[name].values for name in table.key])
    twice = keys.duplicated() & ~np.logical_or.reduce([pd.isna(vectors[name].values) for name in table.key])
    if twice.any():
        row = int(np.argmax(twice))
        key = " and ".join(str(vectors[name].values[row]) for name in table.key)
        raise Refusal(CellError.VALUE, f"{key} stands twice in {table.name}; the second time in row {row + 1}")


# Parameters.


def _read_parameters(argument: Argument, given: Rectangle) -> Given:
    """The one row of a fit's block, found by its headings; or bare numbers."""
    table = _columns_of(argument)
    needed = [column.name for column in table if column.required]
    most = sum(column.kind == Kind.NUMBER for column in table)
    values: list[Any]
    if given.is_line:
        line = read_vector(given.cells, Kind.NUMBER)
        vectors, values = {"": line}, line.values.tolist()
        fits = line.faults is not None or len(needed) <= len(values) <= most
    else:
        vectors = read_table_range(given, table)
        found = {name: vector.values.tolist() for name, vector in vectors.items()}
        rows = len(found[needed[0]])
        if not rows:
            raise Refusal(CellError.NA, f"{argument.name} is blank below its header row")
        values, fits = [found[column.name][0] if column.name in found else None for column in table], rows == 1
    if not fits:
        bare = ", ".join([*needed, *(["..."] if len(needed) < most else [])])
        size = f"{given.rows} x {given.columns} cells"
        raise Refusal(
            CellError.VALUE,
            f"{argument.name} must be the block of a fit with its header row, or {bare} alone, not {size}",
        )
    return Given(argument=argument, value=values, size=len(values) if given.is_line else 1, vectors=vectors)


ROW_BY_ROW: Final = frozenset({Shape.EACH, Shape.ROWS})

WANTED: Final[Mapping[str, str]] = {
    Kind.DATE: "a date",
    Kind.FLAG: "TRUE or FALSE",
    Kind.ID: "an id",
    Kind.TEXT: "a text",
    Kind.CHOICE: "a word",
}

FAULT_WORDS: Final[Mapping[Fault, str]] = {
    Fault.NONE: "has no value",
    Fault.BLANK: "is blank",
    Fault.TEXT: "is text where {wanted} is wanted",
    Fault.BOOLEAN: "is TRUE or FALSE where {wanted} is wanted",
    Fault.ERROR: "holds {error}",
    Fault.DATE_AS_TEXT: "is text where {wanted} is wanted; enter it as a date",
    Fault.DATE: "is a date where {wanted} is wanted",
    Fault.NUMBER: "is a number that is no date",
    Fault.WORD: "must be {wanted}",
}
