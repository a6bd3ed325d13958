"""
Native formulas, each with its Python twin.

A formula is an expression: it writes itself as the text that Excel and LibreOffice calculate, and it computes the same
value in Python, which becomes the cell's cached value. One declaration, so the two cannot drift apart; a test
recalculates every formula of every sheet with LibreOffice all the same.

Only functions that both programs have are here. Errors travel as in a sheet: an operand that is an error makes the
result that error, until IFERROR catches it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.tables import NUMERIC_KINDS, Table
from workbook_templates.plan import Cell, CellError

__all__ = ["Book", "Column", "Expr", "Figure", "Figures", "Name", "call", "const"]

Value = Any
"""A scalar, or an array of a column's length while an expression is inside SUMPRODUCT and the like."""


class FormulaError(Exception):
    """An error value on its way through a formula."""

    def __init__(self, error: CellError) -> None:
        super().__init__(error.value)
        self.error = error


@dataclass(slots=True, kw_only=True, eq=False)
class Book:
    """
    What formulas refer to, as Python values.

    Attributes
    ----------
    tables : mapping of str to mapping of str to list of Cell
        Name of the Excel table to its columns by heading.
    names : mapping of str to Cell
        Cells with a defined name.
    figures : mapping of str to Expr
        Formula cells by key.
    """

    tables: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, Cell]
    figures: Mapping[str, "Expr"]
    _known: dict[str, Cell] = field(default_factory=dict)

    def figure(self, key: str) -> Cell:
        """Compute a formula cell, once."""
        if key not in self._known:
            try:
                value = self.figures[key].value(self)
            except FormulaError as fault:
                value = fault.error
            self._known[key] = _plain(value)
        return self._known[key]


Place = Callable[[str], str]
"""Gives the address of a figure's cell, such as ``'Checks'!$D$7``."""


class Expr:
    """A part of a formula."""

    def excel(self, place: Place) -> str:
        """Write the expression as formula text without a leading equals sign."""
        raise NotImplementedError

    def value(self, book: Book) -> Value:
        """Compute the same in Python; a `FormulaError` is an error value."""
        raise NotImplementedError

    def __add__(self, other: "Expr | float") -> "Expr":
        return _Binary("+", self, const(other))

    def __sub__(self, other: "Expr | float") -> "Expr":
        return _Binary("-", self, const(other))

    def __mul__(self, other: "Expr | float") -> "Expr":
        return _Binary("*", self, const(other))

    def __truediv__(self, other: "Expr | float") -> "Expr":
        return _Binary("/", self, const(other))

    def __pow__(self, other: "Expr | float") -> "Expr":
        return _Binary("^", self, const(other))

    def __and__(self, other: "Expr | str") -> "Expr":
        return _Binary("&", self, const(other))

    def __rand__(self, other: str) -> "Expr":
        return _Binary("&", const(other), self)

    def __rsub__(self, other: float) -> "Expr":
        return _Binary("-", const(other), self)

    def equals(self, other: "Expr | str | float") -> "Expr":
        """Compare as a sheet does: texts without regard to case, a blank equal to 0 and to an empty text."""
        return _Binary("=", self, const(other))

    def differs(self, other: "Expr | str | float") -> "Expr":
        """Give the opposite of `equals`."""
        return _Binary("<>", self, const(other))

    def __le__(self, other: "Expr | float") -> "Expr":
        return _Binary("<=", self, const(other))

    def __gt__(self, other: "Expr | float") -> "Expr":
        return _Binary(">", self, const(other))


@dataclass(frozen=True, slots=True)
class _Const(Expr):
    content: str | float | bool

    def excel(self, place: Place) -> str:
        if isinstance(self.content, bool):
            return "TRUE" if self.content else "FALSE"
        if isinstance(self.content, str):
            return '"' + self.content.replace('"', '""') + '"'
        return f"{self.content:g}"

    def value(self, book: Book) -> Value:
        return self.content


def const(value: "Expr | str | float | bool") -> Expr:
    """Make an expression of a constant; an expression stays what it is."""
    return value if isinstance(value, Expr) else _Const(value)


@dataclass(frozen=True, slots=True)
class Column(Expr):
    """A whole column of an Excel table."""

    table: Table
    name: str

    def excel(self, place: Place) -> str:
        return f"{self.table.excel_name}[{self.table[self.name].title}]"

    def value(self, book: Book) -> Value:
        column = self.table[self.name]
        cells = book.tables[self.table.excel_name][column.title]
        if column.kind in NUMERIC_KINDS:
            return _numbers(cells)
        return np.array([None if cell is None or cell is pd.NaT else cell for cell in cells], dtype=object)


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """A cell with a defined name."""

    name: str

    def excel(self, place: Place) -> str:
        return self.name

    def value(self, book: Book) -> Value:
        return _scalar(book.names[self.name])


@dataclass(frozen=True, slots=True)
class Figure(Expr):
    """Another formula cell, by its key."""

    key: str

    def excel(self, place: Place) -> str:
        return place(self.key)

    def value(self, book: Book) -> Value:
        return _scalar(book.figure(self.key))


@dataclass(frozen=True, slots=True)
class Figures(Expr):
    """A column of formula cells one under the other, by the keys of the first and the last."""

    keys: tuple[str, ...]

    def excel(self, place: Place) -> str:
        return f"{place(self.keys[0])}:{place(self.keys[-1]).rsplit('!', 1)[-1]}"

    def value(self, book: Book) -> Value:
        return np.array([book.figure(key) for key in self.keys], dtype=object)


def _numbers(cells: Any) -> npt.NDArray[np.float64]:
    """Column of numbers; blanks are NaN, and an error value in it is a fault."""
    if isinstance(cells, np.ndarray) and cells.dtype == np.float64:
        return cells
    for cell in cells:
        if isinstance(cell, CellError):
            raise FormulaError(cell)
    return np.array([_number_cell(cell) for cell in cells], dtype=np.float64)


def _number_cell(cell: Cell) -> float:
    """Give what SUM makes of a cell: only numbers and dates count."""
    if isinstance(cell, dt.date):
        return float((dt.date(cell.year, cell.month, cell.day) - SERIAL_EPOCH).days)
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else np.nan


SERIAL_EPOCH = dt.date(1899, 12, 30)


def _scalar(cell: Cell) -> Value:
    if isinstance(cell, CellError):
        raise FormulaError(cell)
    return cell


def _plain(value: Value) -> Cell:
    """Turn a computed value into a cell."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return CellError.NUM
    return 0.0 if value is None else value  # a reference to a blank cell shows 0


@dataclass(frozen=True, slots=True)
class _Binary(Expr):
    sign: str
    left: Expr
    right: Expr

    def excel(self, place: Place) -> str:
        return f"({self.left.excel(place)}{self.sign}{self.right.excel(place)})"

    def value(self, book: Book) -> Value:
        return OPERATORS[self.sign](self.left.value(book), self.right.value(book))


def _number(value: Value) -> Value:
    """Operand of arithmetic: a blank is 0."""
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            return _numbers(value)
        return np.nan_to_num(value) if value.dtype == np.float64 else value
    if value is None:
        return 0.0
    if isinstance(value, str):
        raise FormulaError(CellError.VALUE)
    return value


def _arithmetic(function: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    def apply(left: Value, right: Value) -> Value:
        return function(_number(left), _number(right))

    return apply


def _divide(left: Value, right: Value) -> Value:
    divisor = _number(right)
    if np.any(np.asarray(divisor) == 0):
        raise FormulaError(CellError.DIV0)
    return _number(left) / divisor


def _power(left: Value, right: Value) -> Value:
    with np.errstate(all="ignore"):
        return np.power(np.asarray(_number(left), dtype=float), _number(right))


def _text(value: Value) -> str:
    """Write a value as the & operator does."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return str(value)


def _comparable(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def _same(left: Value, right: Value) -> bool:
    """Compare two cells for equality; a blank equals 0, FALSE and an empty text."""
    if left is None or right is None:
        other = right if left is None else left
        return other is None or other in (0, "")
    if isinstance(left, str) != isinstance(right, str):
        return False
    return bool(_comparable(left) == _comparable(right))


def _equal(left: Value, right: Value) -> Value:
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        pairs = np.broadcast(np.asarray(left, dtype=object), np.asarray(right, dtype=object))
        return np.array([_same(a, b) for a, b in pairs])
    return _same(left, right)


OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "+": _arithmetic(lambda a, b: a + b),
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _divide,
    "^": _power,
    "&": lambda a, b: _text(a) + _text(b),
    "=": _equal,
    "<>": lambda a, b: np.logical_not(_equal(a, b)) if isinstance(_equal(a, b), np.ndarray) else not _equal(a, b),
    "<=": _arithmetic(lambda a, b: a <= b),
    ">": _arithmetic(lambda a, b: a > b),
}


@dataclass(frozen=True, slots=True)
class _Call(Expr):
    function: str
    arguments: tuple[Expr, ...]

    def excel(self, place: Place) -> str:
        return f"{self.function}({','.join(argument.excel(place) for argument in self.arguments)})"

    def value(self, book: Book) -> Value:
        lazy = LAZY_FUNCTIONS.get(self.function)
        if lazy is not None:
            return lazy(book, *self.arguments)
        return FUNCTIONS[self.function](*(argument.value(book) for argument in self.arguments))


def call(function: str, *arguments: "Expr | str | float | bool") -> Expr:
    """Call one of the functions in `FUNCTIONS` or `LAZY_FUNCTIONS`."""
    if function not in FUNCTIONS and function not in LAZY_FUNCTIONS:
        raise KeyError(f"no twin for the native function {function}")
    return _Call(function, tuple(const(argument) for argument in arguments))


def _sum(*values: Value) -> float:
    return float(sum(np.nansum(np.asarray(_number(value), dtype=float)) for value in values))


def _criterion(cells: Value, criterion: Value) -> npt.NDArray[np.bool_]:
    """Match cells as SUMIF and COUNTIF do: a value, or a text that begins with a comparison sign and a number."""
    for sign, compare in (("<=", np.less_equal), (">=", np.greater_equal), (">", np.greater), ("<", np.less)):
        if isinstance(criterion, str) and criterion.startswith(sign):
            with np.errstate(invalid="ignore"):
                result: npt.NDArray[np.bool_] = compare(cells.astype(float), float(criterion[len(sign) :]))
            return result
    return np.array([cell is not None and _same(cell, criterion) for cell in cells], dtype=bool)


def _sum_if(cells: Value, criterion: Value, amounts: Value) -> float:
    return float(np.nansum(amounts[_criterion(cells, criterion)]))


def _count_if(cells: Value, criterion: Value) -> float:
    return float(_criterion(cells, criterion).sum())


def _index(cells: Value, position: Value) -> Value:
    if not 1 <= position <= len(cells):
        raise FormulaError(CellError.REF)
    cell = cells[int(position) - 1]
    return None if isinstance(cell, float) and np.isnan(cell) else cell


def _match(wanted: Value, cells: Value, kind: Value) -> float:
    for position, cell in enumerate(cells, start=1):
        if cell is not None and not (isinstance(cell, float) and np.isnan(cell)) and _same(cell, wanted):
            return float(position)
    raise FormulaError(CellError.NA)


def _round(number: Value, places: Value) -> float:
    """Round half away from zero, as a sheet does."""
    step = Decimal(1).scaleb(-int(places))
    return float(Decimal(repr(float(_number(number)))).quantize(step, rounding=ROUND_HALF_UP))


def _fixed(number: Value, places: Value) -> str:
    return f"{_round(number, places):,.{int(places)}f}"


def _count_text(cells: Value) -> float:
    return float(sum(1 for cell in cells if cell is not None and not (isinstance(cell, float) and np.isnan(cell))))


def _extreme(function: Callable[[Any], Any]) -> Callable[..., float]:
    def apply(*values: Value) -> float:
        numbers = np.concatenate([np.atleast_1d(np.asarray(value, dtype=float)) for value in values])
        numbers = numbers[~np.isnan(numbers)]
        return float(function(numbers)) if numbers.size else 0.0

    return apply


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "ABS": lambda value: np.abs(_number(value)),
    "AND": lambda *values: all(bool(value) for value in values),
    "COUNTA": _count_text,
    "COUNTIF": _count_if,
    "FIXED": _fixed,
    "INDEX": _index,
    "ISNUMBER": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "MATCH": _match,
    "MAX": _extreme(np.max),
    "MIN": _extreme(np.min),
    "ROUND": _round,
    "SUM": _sum,
    "SUMIF": _sum_if,
    "SUMPRODUCT": lambda *values: float(np.nansum(np.prod(np.broadcast_arrays(*map(_number, values)), axis=0))),
}


def _if(book: Book, test: Expr, then: Expr, otherwise: Expr) -> Value:
    return then.value(book) if test.value(book) else otherwise.value(book)


def _if_error(book: Book, attempt: Expr, otherwise: Expr) -> Value:
    try:
        return attempt.value(book)
    except FormulaError:
        return otherwise.value(book)


def _is_error(book: Book, attempt: Expr) -> Value:
    """Tell whether a cell is an error; for a column, which of its cells."""
    if isinstance(attempt, Column):
        cells = book.tables[attempt.table.excel_name][attempt.table[attempt.name].title]
        return np.array([isinstance(cell, CellError) for cell in cells], dtype=bool)
    try:
        attempt.value(book)
    except FormulaError:
        return True
    return False


LAZY_FUNCTIONS: dict[str, Callable[..., Value]] = {"IF": _if, "IFERROR": _if_error, "ISERROR": _is_error}
