"""
One call from cells to cells.

A row-aligned function lets a bad row fail alone; everything else gives one error for the whole call, the first in row
order when it was an error cell. The reason travels beside the cells, as a message.
"""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from addin.calls.arguments import Given, Refusal, read_arguments
from addin.cells import column_cells, plain_cell, plain_column, write_rectangle
from addin.faults import UserError
from addin.registry import Answer, Function, Result, Shape, UnknownFunctionError, find
from valuation.errors import ValuationError
from workbook_templates.plan import Cell, CellError

__all__ = ["CallError", "Reply", "evaluate", "last_message"]

log = logging.getLogger(__name__)


class CallError(UserError):
    """The call itself is wrong: no such function, too many arguments, no JSON."""


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What a call gives back.

    Attributes
    ----------
    cells : list of lists of Cell
        A full rectangle of plain Python values, at least one cell.
    message : str or None
        Why cells hold errors, and what else the reader should know.
    """

    cells: list[list[Cell]]
    message: str | None = None


MISTAKE = "this is a mistake in the program, not in your cells; the log has the details"
TOO_LARGE = "a number becomes larger than numbers can be"

_last_message = ""


def last_message() -> str:
    """Give the message of the last call that had one, with the name of its function."""
    return _last_message


def evaluate(name: str, args: Sequence[object], *, iso_dates: bool = False) -> Reply:
    """
    Evaluate a worksheet function over cells.

    Parameters
    ----------
    name : str
        Name of the function, in any case.
    args : sequence
        What the host delivers for each argument: a cell, a list of cells, or a list of rows.
    iso_dates : bool
        Whether text such as ``2025-12-31`` is a date; only for hosts that have no other way to write one.

    Returns
    -------
    Reply
        Cells and message. An error of the user's is an error value in the cells, never an exception.

    Raises
    ------
    CallError
        If there is no such function, or it takes fewer arguments.

    Examples
    --------
    >>> evaluate("CV_LTV", [1000, 0.8, 0.1, 3, "end"]).cells
    [[1640.871525169046]]
    >>> evaluate("CV_LTV", [[[1000], [None]], [[-1], [0.8]], 0.1]).message
    '2 of 2 rows have no value; the first is row 1: retention_rate must be from 0 to 1, not -1'
    """
    global _last_message
    try:
        function = find(name)
    except UnknownFunctionError as unknown:
        raise CallError(str(unknown)) from None
    if len(args) > len(function.arguments):
        raise CallError(f"{function.name} takes {len(function.arguments)} arguments, not {len(args)}")
    reply = _reply(function, args, iso_dates)
    if reply.message is not None:
        _last_message = f"{function.name}: {reply.message}"
    return reply


def _reply(function: Function, args: Sequence[object], iso_dates: bool) -> Reply:
    """The answer, or the one error of a call without one."""
    try:
        given = read_arguments(function, args, iso_dates=iso_dates)
        _refuse_faults(function, given)
        return _ANSWERS[function.result](function, given)
    except Refusal as refusal:
        return Reply([[refusal.cell]], str(refusal))
    except ValuationError as error:
        return Reply([[CellError(error.cell)]], str(error))
    except OverflowError:
        return Reply([[CellError.NUM]], TOO_LARGE)
    except Exception:
        log.exception("%s failed", function.name)
        return Reply([[CellError.VALUE]], MISTAKE)


def _refuse_faults(function: Function, given: Sequence[Given]) -> None:
    """One fault in what all rows share leaves no answer."""
    found = [
        ((row not in vector.errors, row, place), one, row, name)
        for place, one in enumerate(given)
        if not (one.varies and function.result is Result.ROWS) and one.argument.name != function.rows_of
        for row, name, vector in one.problems()
    ]
    if found:
        _, one, row, name = min(found, key=lambda problem: problem[0])
        raise Refusal(one.vectors[name].error_at(row) or CellError.VALUE, one.describe(row, name))


def _call(function: Function, values: Sequence[Any]) -> Answer:
    """The function's answer with its notes; what grows beyond all numbers is infinite, and so #NUM! in a cell."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        outcome = function.call(*values)
    return outcome if isinstance(outcome, Answer) else Answer(outcome)


# Row-aligned results.


def _rows_answer(function: Function, given: Sequence[Given]) -> Reply:
    """One row of cells for each row of the input."""
    rows = _common_rows(given)
    answer = _call(function, [one.for_rows(rows) for one in given])
    if rows == 1 and isinstance(answer.value, float) and math.isfinite(answer.value):
        # what most formulas ask for; a cell that is wrong has been refused before
        return Reply([[float(answer.value)]], _message(answer.notes, None))
    outcome = answer.value if isinstance(answer.value, tuple) else (answer.value,)
    arrays = [np.atleast_1d(np.asarray(column)) for column in outcome]
    rows = max([rows, *map(len, arrays)])
    arrays = [array if len(array) == rows else np.broadcast_to(array, rows) for array in arrays]
    columns = [plain_column(array) for array in arrays]

    faults = _row_faults([one for one in given if one.varies])
    failed = _failed(arrays, faults)
    _name_errors(function, given, columns[0], failed)
    for row, error in faults.items():
        for column in columns:
            column[row] = error
    # As many parameters of a fit as there are rows are no rows, nor are as many weights as there are customers.
    whole = (Shape.PARAMETERS, Shape.BLOCK)
    line = next((one for one in given if one.size == rows > 1 and one.argument.shape not in whole), None)
    cells = write_rectangle(columns, as_row=line is not None and line.as_row)
    return Reply(cells, _message(answer.notes, _row_message(function, given, columns, failed, faults)))


def _common_rows(given: Sequence[Given]) -> int:
    """Number of rows that all arguments with more than one share."""
    sizes = {one.argument.name: one.size for one in given if one.varies}
    if len(set(sizes.values())) > 1:
        listed = " and ".join(f"{name} {size}" for name, size in sizes.items())
        raise Refusal(CellError.VALUE, f"ranges must have as many rows as each other: {listed}")
    return next(iter(sizes.values()), 1)


def _row_faults(varying: Sequence[Given]) -> dict[int, CellError]:
    """The error of each row that has a faulty cell: an error value if there is one, else that of the first argument."""
    found: dict[int, CellError] = {}
    vectors = [vector for one in varying for vector in one.vectors.values() if vector.faults is not None]
    for vector in reversed(vectors):
        for row in np.flatnonzero(np.asarray(vector.faults)).tolist():
            found[row] = vector.error_at(row) or CellError.VALUE
    for vector in reversed(vectors):
        found.update(vector.errors)
    return found


def _failed(arrays: Sequence[npt.NDArray[Any]], faults: Mapping[int, CellError]) -> npt.NDArray[np.intp]:
    """Rows whose cells are in order and that have no answer all the same."""
    first = arrays[0]
    bad = ~np.isfinite(first) if first.dtype.kind == "f" else np.equal(first, None)  # type: ignore[call-overload]
    if faults:
        bad[list(faults)] = False
    return np.flatnonzero(bad)


def _name_errors(function: Function, given: Sequence[Given], column: list[Cell], failed: npt.NDArray[np.intp]) -> None:
    """The errors that a section of the specification gives to rows without an answer, such as #DIV/0!."""
    if not failed.size:
        return
    for error, condition in function.row_errors.items():
        holds = np.broadcast_to(condition(*[one.value for one in given]), len(column))
        for row in failed[holds[failed]].tolist():
            column[row] = error


def _row_message(
    function: Function,
    given: Sequence[Given],
    columns: Sequence[list[Cell]],
    failed: npt.NDArray[np.intp],
    faults: Mapping[int, CellError],
) -> str | None:
    """How many rows have no answer, which is the first, and why."""
    bad = len(failed) + len(faults)
    if not bad:
        return None
    first = min([*failed[:1].tolist(), *([min(faults)] if faults else [])])
    reason = _fault_words(given, first) if first in faults else _reason(function, given, first, columns)
    if len(columns[0]) == 1:
        return reason
    return f"{bad} of {len(columns[0])} rows have no value; the first is row {first + 1}: {reason}"


def _fault_words(given: Sequence[Given], row: int) -> str:
    """What is wrong with a cell of a row, an error value before anything else."""
    found = [
        (row not in vector.errors, place, one, name)
        for place, one in enumerate(given)
        if one.vectors and (one.varies or one.argument.table is not None)
        for name, vector in one.vectors.items()
        if vector.faults is not None and vector.faults[row]
    ]
    _, _, one, name = min(found, key=lambda problem: problem[:2])
    return one.describe(row, name).removeprefix(f"row {row + 1} of ")


def _reason(function: Function, given: Sequence[Given], row: int, columns: Sequence[list[Cell]]) -> str:
    """Why the mathematics has no answer: alone, the row raises with words."""
    try:
        _call(function, [one.at_row(row) for one in given])
    except ValuationError as error:
        return str(error)
    words = [cell for cell in (column[row] for column in columns) if isinstance(cell, str)]
    return next((word for word in words if not isinstance(word, CellError)), "the numbers are out of range")


# Single cells and tables.


def _single_answer(function: Function, given: Sequence[Given]) -> Reply:
    """One cell."""
    answer = _call(function, [one.for_rows(_common_rows(given)) for one in given])
    cell = plain_cell(answer.value)
    return Reply([[cell]], _message(answer.notes, "a number is out of range" if cell is CellError.NUM else None))


def _table_answer(function: Function, given: Sequence[Given]) -> Reply:
    """Columns under their headers."""
    *inputs, headers = given
    answer = _call(function, [one.for_rows(_common_rows(given)) for one in inputs])
    columns = [column_cells(answer.value[column.name], column) for column in function.columns]
    faults: dict[int, CellError] = {}
    for one in inputs:
        if one.argument.name == function.rows_of:
            faults = _table_faults(one, columns)
    cells: list[list[Cell]] = [[column.title for column in function.columns]] if headers.value else []
    cells += write_rectangle(columns)
    if not cells:
        raise Refusal(CellError.NA, "there are no rows")
    words = None
    if faults:
        first = min(faults)
        words = f"{len(faults)} rows are incomplete; the first is row {first + 1}: {_fault_words(inputs, first)}"
    return Reply(cells, _message(answer.notes, words))


def _grid_answer(function: Function, given: Sequence[Given]) -> Reply:
    """Columns under headings of their own."""
    *inputs, headers = given
    answer = _call(function, [one.for_rows(_common_rows(given)) for one in inputs])
    grid, corner = answer.value, function.columns[0]
    columns = [plain_column(grid.down), *(plain_column(column, missing=grid.missing) for column in grid.values.T)]
    cells: list[list[Cell]] = [[corner.title, *plain_column(grid.across)]] if headers.value else []
    return Reply(cells + write_rectangle(columns), _message(answer.notes, None))


def _table_faults(given: Given, columns: Sequence[list[Cell]]) -> dict[int, CellError]:
    """The error of each faulty row of a table, written where that row has no value."""
    faults = _row_faults([given])
    for row, error in faults.items():
        for column in columns:
            if column[row] is None or column[row] is CellError.NA:
                column[row] = error
    return faults


def _message(notes: Sequence[str], words: str | None) -> str | None:
    """What went wrong first, then the notes."""
    return "; ".join([*([words] if words else []), *notes]) or None


_ANSWERS = {
    Result.ROWS: _rows_answer,
    Result.SINGLE: _single_answer,
    Result.TABLE: _table_answer,
    Result.GRID: _grid_answer,
}
