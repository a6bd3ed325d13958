"""
What a spreadsheet makes of its cells: the operators and functions of native formulas, computed in Python.

A value is one cell or a column of cells. An error is a value like any other: an operand that is one makes the result
that error, row by row. In arithmetic a blank is 0, TRUE is 1 and a text must read as a number; SUM and its like count
nothing but numbers. Where Excel and LibreOffice differ, this is Excel: to a comparison TRUE is no number, and 0^0 is
``#NUM!``.

A column is an array: of floats when it holds numbers and blanks (a NaN is a blank) and nothing else, of booleans, or
of objects. Every rule is written for single cells; NumPy does the columns of numbers, where it means the same.
"""

import calendar
import datetime as dt
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum, auto
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from workbook_templates.plan import Cell, CellError

__all__ = [
    "FUNCTIONS",
    "OPERATORS",
    "Array",
    "Function",
    "Scalar",
    "Takes",
    "Value",
    "column_of",
    "scalar_of",
    "text_of",
]

Scalar = None | bool | float | str | CellError
"""One cell; a date is its serial number. `CellError` is a `str` too, so test for it first."""

Array = npt.NDArray[Any]
"""A column of cells."""

Value = Scalar | Array

EPOCH = dt.datetime(1899, 12, 30)
ALIKE = 2.0**-48
"""Numbers that differ by no more than this part of themselves are equal: comparisons see about 15 digits."""
EXACT = Context(prec=700)


# ---------------------------------------------------------------------------------------------- cells and columns


def scalar_of(cell: Cell) -> Scalar:
    """Give a cell as formulas see it: whole numbers are floats, dates serial numbers."""
    if cell is None or isinstance(cell, str | bool):
        return cell
    if isinstance(cell, dt.datetime):
        return (cell - EPOCH) / dt.timedelta(days=1)
    if isinstance(cell, dt.date):
        return float((cell - EPOCH.date()).days)
    return None if math.isnan(cell) else float(cell)


def column_of(cells: Sequence[Cell]) -> Array:
    """Make a column of cells."""
    kinds = set(map(type, cells))
    if kinds <= {float, int, type(None)}:
        return np.array(cells, dtype=np.float64)  # a blank becomes NaN
    if kinds == {bool}:
        return np.array(cells, dtype=np.bool_)
    if kinds <= {dt.date, dt.datetime, type(None)}:
        days: Array = (np.array(cells, dtype="datetime64[us]") - np.datetime64(EPOCH, "us")) / np.timedelta64(1, "D")
        return days
    if not kinds <= {str, CellError, float, bool, type(None)}:
        cells = [scalar_of(cell) for cell in cells]
    return np.array(cells, dtype=object)


def _cells(value: Value) -> list[Scalar]:
    """Give the cells of a column one by one."""
    if not isinstance(value, np.ndarray):
        return [value]
    cells: list[Scalar] = value.tolist()
    return [None if cell != cell else cell for cell in cells] if value.dtype == np.float64 else cells


def _each(function: Callable[..., Scalar], *values: Value) -> Value:
    """Apply a function of single cells; to columns, row by row."""
    rows = next((len(value) for value in values if isinstance(value, np.ndarray)), None)
    if rows is None:
        return function(*values)
    lists = [_cells(value) if isinstance(value, np.ndarray) else [value] * rows for value in values]
    return column_of([function(*row) for row in zip(*lists, strict=True)])


def _first_error(cells: Iterable[Scalar]) -> CellError | None:
    return next((cell for cell in cells if isinstance(cell, CellError)), None)


# ------------------------------------------------------------------------------------------------------ arithmetic

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?)\s*")


def _read_number(text: str) -> float | None:
    """Read a text that is a plain number; dates, currencies and percentages in texts are no numbers here."""
    found = _NUMBER.fullmatch(text)
    return float(found[1]) if found else None


def _number(cell: Scalar) -> float | CellError:
    """Give an operand of arithmetic."""
    if isinstance(cell, CellError):
        return cell
    if isinstance(cell, str):
        number = _read_number(cell)
        return CellError.VALUE if number is None else number
    return 0.0 if cell is None else float(cell)


def _finite(result: float | str) -> float | str:
    """Give a result as a cell holds it: infinity is an error, minus nought is nought."""
    if isinstance(result, str):
        return result
    return result + 0.0 if math.isfinite(result) else CellError.NUM


def _quick(function: Callable[..., Array], *values: Value) -> Array | None:
    """Compute columns of nothing but numbers; None when some cell needs the rules for single cells."""
    if not any(isinstance(value, np.ndarray) for value in values):
        return None
    operands: list[Any] = []
    for value in values:
        if isinstance(value, np.ndarray):
            if value.dtype == object:
                return None
            operands.append(np.nan_to_num(value.astype(np.float64)))
        else:
            number = _number(value)
            if isinstance(number, CellError):
                return None
            operands.append(number)
    with np.errstate(all="ignore"):
        result = function(*operands)
    return result if np.isfinite(result).all() else None


def _numeric(function: Callable[..., float | str], quick: Callable[..., Array] | None = None) -> Callable[..., Value]:
    """Make a sheet's function of a function of numbers; `quick` is the same for columns of them."""

    def single(*cells: Scalar) -> Scalar:
        numbers = [cell if type(cell) is float else _number(cell) for cell in cells]
        for number in numbers:
            if type(number) is CellError:
                return number
        try:
            return _finite(function(*numbers))
        except OverflowError:
            return CellError.NUM

    def apply(*values: Value) -> Value:
        if not any(type(value) is np.ndarray for value in values):
            return single(*values)  # type: ignore[arg-type]  # no column among them
        result = None if quick is None else _quick(quick, *values)
        return _each(single, *values) if result is None else result

    return apply


def _divide(dividend: float, divisor: float) -> float | str:
    return dividend / divisor if divisor else CellError.DIV0


def _power(base: float, exponent: float) -> float | str:
    if base == 0 and exponent <= 0:
        return CellError.DIV0 if exponent else CellError.NUM
    if base < 0 and exponent != int(exponent):
        return CellError.NUM
    return float(base**exponent)


def _quick_power(base: Any, exponent: Any) -> Array:
    """Raise one by one: NumPy's powers differ in the last bit from those of single numbers, and by length."""
    bases, exponents = np.broadcast_arrays(base, exponent)
    undefined = (bases == 0) & (exponents == 0)  # where Python says 1
    try:
        raised = [math.pow(*pair) for pair in zip(bases.tolist(), exponents.tolist(), strict=True)]
    except (OverflowError, ValueError):
        return np.full(bases.shape, np.nan)
    return np.where(undefined, np.nan, raised)


def _round(number: float, places: float) -> float:
    """Round half away from zero the number as it is printed: 1.005 gives 1.01, though it is a little less."""
    step = Decimal(1).scaleb(-int(places))
    return float(Decimal(repr(number)).quantize(step, rounding=ROUND_HALF_UP, context=EXACT))


def _fixed(number: float, places: float) -> str:
    return f"{_round(number, places) + 0.0:,.{max(int(places), 0)}f}"


# -------------------------------------------------------------------------------------------- texts and comparisons


def text_of(number: float) -> str:
    """
    Write a number as a formula joins it to a text: up to 15 digits, no thousands separators.

    Examples
    --------
    >>> text_of(1200.0), text_of(0.1 + 0.2), text_of(1e6), text_of(1e21), text_of(-2.5e-7)
    ('1200', '0.3', '1000000', '1E+21', '-2.5E-07')
    """
    if number and not 1e-5 <= abs(number) < 1e21:
        mantissa, _, exponent = f"{number:.14E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    plain = f"{Decimal(f'{number + 0.0:.15g}'):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _text(cell: Scalar) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return text_of(cell)
    return cell or ""


def _join(left: Scalar, right: Scalar) -> Scalar:
    error = _first_error((left, right))
    return _text(left) + _text(right) if error is None else error


def _substitute(text: Scalar, old: Scalar, new: Scalar) -> Scalar:
    error = _first_error((text, old, new))
    if error is not None:
        return error
    before = _text(old)
    return _text(text).replace(before, _text(new)) if before else _text(text)


def _filled(cell: Scalar, beside: Scalar) -> Scalar:
    """Make of a blank what the cell beside it is: 0, an empty text or FALSE."""
    if cell is not None:
        return cell
    return "" if isinstance(beside, str) else False if isinstance(beside, bool) else 0.0


def _key(cell: Scalar) -> tuple[int, Any]:
    """Order cells of different kinds: numbers before texts before truth values."""
    if isinstance(cell, str):
        return 1, cell.casefold()
    return (2, cell) if isinstance(cell, bool) else (0, cell)


def _compare(left: Scalar, right: Scalar) -> int:
    """Give -1, 0 or 1 as the first of two cells stands before, with or after the other; neither is an error."""
    left, right = _filled(left, right), _filled(right, left)
    if type(left) is float and type(right) is float and _alike(left, right):
        return 0
    a, b = _key(left), _key(right)
    return (a > b) - (a < b)


def _alike(left: float, right: float) -> bool:
    return abs(left - right) <= ALIKE * max(abs(left), abs(right))


def _order(left: Any, right: Any) -> Array:
    """Compare columns of numbers in the same way; NaN stays NaN, which is neither before, with nor after."""
    alike = np.abs(left - right) <= ALIKE * np.maximum(np.abs(left), np.abs(right))
    return np.where(alike, 0, np.sign(left - right))


def _comparison(holds: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    def single(left: Scalar, right: Scalar) -> Scalar:
        if type(left) is CellError:
            return left
        return right if type(right) is CellError else bool(holds(_compare(left, right), 0))

    def apply(left: Value, right: Value) -> Value:
        if type(left) is not np.ndarray and type(right) is not np.ndarray:
            return single(left, right)  # type: ignore[arg-type]  # no column among them
        if holds in _SAMENESS and isinstance(left, np.ndarray) and left.dtype == object and type(right) is str:
            same = _same_text(left, right)
            if same is not None:
                return np.asarray(holds(~same, False))
        order = _quick(_order, left, right) if _of_numbers(left) and _of_numbers(right) else None
        return _each(single, left, right) if order is None else np.asarray(holds(order, 0))

    return apply


_SAMENESS = (operator.eq, operator.ne)


def _same_text(column: Array, text: str) -> npt.NDArray[np.bool_] | None:
    """Compare a column of texts and blanks with a text, the commonest of all comparisons; None if it holds others."""
    cells = column.tolist()
    if not set(map(type, cells)) <= {str, type(None)}:
        return None
    folded = text.casefold()
    return np.array([(cell or "").casefold() == folded for cell in cells], dtype=np.bool_)


def _of_numbers(value: Value) -> bool:
    return value.dtype == np.float64 if isinstance(value, np.ndarray) else value is None or isinstance(value, float)


SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": _numeric(operator.add, np.add),
    "-": _numeric(operator.sub, np.subtract),
    "*": _numeric(operator.mul, np.multiply),
    "/": _numeric(_divide, np.divide),
    "^": _numeric(_power, _quick_power),
    "&": partial(_each, _join),
    **{sign: _comparison(holds) for sign, holds in SIGNS.items()},
}


# ------------------------------------------------------------------------------------------ functions of one value


def _is_error(value: Value) -> Value:
    if isinstance(value, np.ndarray) and value.dtype != object:
        return np.zeros(len(value), dtype=np.bool_)
    return _each(lambda cell: isinstance(cell, CellError), value)


def _is_number(value: Value) -> Value:
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return ~np.isnan(value)
    return _each(lambda cell: isinstance(cell, float), value)


def _truth(cell: Scalar) -> bool | CellError:
    """Tell what a condition says."""
    if isinstance(cell, CellError):
        return cell
    if isinstance(cell, str):
        word = cell.upper()
        return word == "TRUE" if word in ("TRUE", "FALSE") else CellError.VALUE
    return bool(cell)


def _if(condition: Scalar, then: Scalar, otherwise: Scalar) -> Scalar:
    truth = _truth(condition)
    return truth if isinstance(truth, CellError) else then if truth else otherwise


def _if_error(attempt: Scalar, otherwise: Scalar) -> Scalar:
    return otherwise if isinstance(attempt, CellError) else attempt


def _and(*conditions: Scalar) -> Scalar:
    truths = [_truth(condition) for condition in conditions if condition is not None]
    error = _first_error(truths)
    return all(truths) if error is None else error


def _months_later(day: float, months: float) -> tuple[dt.date, int] | None:
    """Give the day, with the last day of the month so many months later; days before March 1900 are none here."""
    if day < FIRST_DAY:
        return None
    date = EPOCH.date() + dt.timedelta(days=int(day))
    month = date.year * 12 + date.month - 1 + int(months)
    year, month = divmod(month, 12)
    if not 1901 <= year <= dt.MAXYEAR:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(date.day, last)), last


FIRST_DAY = 61  # Excel's calendar has a 29 February 1900


def _same_day(day: float, months: float) -> float | str:
    found = _months_later(day, months)
    return CellError.NUM if found is None else float((found[0] - EPOCH.date()).days)


def _month_end(day: float, months: float) -> float | str:
    found = _months_later(day, months)
    return CellError.NUM if found is None else float((found[0].replace(day=found[1]) - EPOCH.date()).days)


# ---------------------------------------------------------------------------------------- functions of cell ranges


def _over_numbers(function: Callable[[Array], Any]) -> Callable[..., Scalar]:
    """Make a function of the numbers among cells: all else is left out, but an error is the result."""

    def apply(*columns: Array) -> Scalar:
        parts: list[Array] = []
        for column in columns:
            if column.dtype == np.float64:
                parts.append(column[~np.isnan(column)])
                continue
            cells = _cells(column)
            error = _first_error(cells)
            if error is not None:
                return error
            parts.append(np.array([cell for cell in cells if isinstance(cell, float)], dtype=np.float64))
        numbers = np.concatenate(parts)
        return _finite(float(function(numbers))) if numbers.size else 0.0

    return apply


_sum = _over_numbers(np.sum)


def _sum_product(*values: Value) -> Scalar:
    """Multiply row by row and add up; what is no number counts as 0, truth values too."""
    product: Any = 1.0
    for value in values:
        if isinstance(value, np.ndarray) and value.dtype == np.float64:
            product = product * np.nan_to_num(value)
            continue
        cells = _cells(value)
        error = _first_error(cells)
        if error is not None:
            return error
        product = product * np.array([cell if isinstance(cell, float) else 0.0 for cell in cells])
    return _finite(float(np.sum(product)))


def _count_filled(*columns: Array) -> Scalar:
    """Count what is not blank: an error is something, and so is the empty text of a formula."""
    return float(sum(cell is not None for column in columns for cell in _cells(column)))


_CRITERION = re.compile(r"(<=|>=|<>|=|<|>)?(.*)", re.DOTALL)


def _criterion(criterion: Scalar) -> tuple[str, Scalar]:
    """Take a criterion of SUMIF or COUNTIF apart: ``"<=5"`` is a sign and a number, ``"OK"`` is equal to a text."""
    found = None if isinstance(criterion, CellError) else _CRITERION.fullmatch(_text(criterion))
    if found is None or not isinstance(criterion, str):
        return "=", _filled(criterion, None)
    number = _read_number(found[2])
    return found[1] or "=", found[2] if number is None else number


def _meeting(column: Array, criterion: Scalar) -> npt.NDArray[np.bool_]:
    """Tell which cells meet a criterion; a number typed as text is no number here, though Excel finds it too."""
    sign, wanted = _criterion(criterion)
    if column.dtype == np.float64 and isinstance(wanted, float):
        return np.asarray(SIGNS[sign](_order(column, wanted), 0))
    if sign in ("=", "<>"):
        same = _sameness(wanted) if wanted != "" else _is_empty
        return np.array([same(cell) is (sign == "=") for cell in _cells(column)], dtype=np.bool_)
    return np.array(
        [type(cell) is type(wanted) and SIGNS[sign](_compare(cell, wanted), 0) for cell in _cells(column)],
        dtype=np.bool_,
    )


def _sameness(wanted: Scalar) -> Callable[[Scalar], bool]:
    """Make the test by which MATCH and criteria find a cell: of the same kind, texts in any case and by pattern."""
    if type(wanted) is float:
        return lambda cell: type(cell) is float and _alike(cell, wanted)
    if type(wanted) is not str:
        return lambda cell: type(cell) is type(wanted) and cell == wanted
    if re.search("[*?~]", wanted):
        pattern = _pattern(wanted)
        return lambda cell: type(cell) is str and pattern.fullmatch(cell) is not None
    folded = wanted.casefold()
    return lambda cell: type(cell) is str and cell.casefold() == folded


def _is_empty(cell: Scalar) -> bool:
    return cell is None or cell == ""


def _pattern(text: str) -> re.Pattern[str]:
    """Make a pattern of a text in which ``*`` and ``?`` stand for anything, and ``~`` for the sign that follows it."""
    wild = {"*": ".*", "?": "."}
    tokens = re.findall(r"~.|.", text, re.DOTALL)
    return re.compile("".join(wild.get(token) or re.escape(token[-1]) for token in tokens), re.IGNORECASE | re.DOTALL)


def _count_if(column: Array, criterion: Scalar) -> Scalar:
    return float(_meeting(column, criterion).sum())


def _sum_if(column: Array, criterion: Scalar, amounts: Array) -> Scalar:
    return _sum(amounts[_meeting(column, criterion)])


def _match(wanted: Scalar, column: Array, kind: Scalar) -> Scalar:
    """Find the first row that holds a value."""
    error = _first_error((wanted, kind))
    if error is not None:
        return error
    if kind != 0:
        raise ValueError("MATCH must look for exact matches: its last argument must be 0")
    wanted = _filled(wanted, None)
    if column.dtype == np.float64 and isinstance(wanted, float):
        found = np.flatnonzero(_order(column, wanted) == 0)
        return float(found[0] + 1) if found.size else CellError.NA
    same = _sameness(wanted)
    return next((float(row) for row, cell in enumerate(_cells(column), start=1) if same(cell)), CellError.NA)


def _index(column: Array, position: Scalar) -> Scalar:
    row = _number(position)
    if isinstance(row, CellError):
        return row
    if row < 1:
        return CellError.VALUE  # the whole column, or nothing
    return CellError.REF if row >= len(column) + 1 else _cells(column[int(row) - 1 : int(row)])[0]


# -------------------------------------------------------------------------------------------------- the functions


class Takes(Enum):
    """What an argument of a function may be."""

    CELL = auto()
    """One value: of a column Excel would take some row."""
    RANGE = auto()
    """Cells of a sheet, not a computed value."""
    ANY = auto()
    """One value or a column, computed or not."""


@dataclass(frozen=True, slots=True)
class Function:
    """
    A function that Excel and LibreOffice 7.4 both have.

    Attributes
    ----------
    twin : callable
        The same in Python; a range comes as a column.
    takes : tuple of Takes
        What its arguments may be.
    many : bool
        Whether the last argument may stand several times.
    rowwise : bool
        Whether columns as arguments make a column of the result.
    """

    twin: Callable[..., Value]
    takes: tuple[Takes, ...]
    many: bool = False
    rowwise: bool = False


_CELL, _RANGE, _ANY = Takes.CELL, Takes.RANGE, Takes.ANY

FUNCTIONS: Mapping[str, Function] = {
    "ABS": Function(_numeric(abs, np.abs), (_ANY,), rowwise=True),
    "AND": Function(_and, (_CELL,), many=True),
    "COUNTA": Function(_count_filled, (_RANGE,), many=True),
    "COUNTIF": Function(_count_if, (_RANGE, _CELL)),
    "EDATE": Function(_numeric(_same_day), (_CELL, _CELL)),
    "EOMONTH": Function(_numeric(_month_end), (_CELL, _CELL)),
    "FIXED": Function(_numeric(_fixed), (_CELL, _CELL)),
    "IF": Function(_if, (_CELL, _CELL, _CELL)),
    "IFERROR": Function(_if_error, (_CELL, _CELL)),
    "INDEX": Function(_index, (_RANGE, _CELL)),
    "ISERROR": Function(_is_error, (_ANY,), rowwise=True),
    "ISNUMBER": Function(_is_number, (_ANY,), rowwise=True),
    "MATCH": Function(_match, (_CELL, _RANGE, _CELL)),
    "MAX": Function(_over_numbers(np.max), (_RANGE,), many=True),
    "MIN": Function(_over_numbers(np.min), (_RANGE,), many=True),
    "ROUND": Function(_numeric(_round), (_CELL, _CELL)),
    "SUBSTITUTE": Function(_substitute, (_CELL, _CELL, _CELL)),
    "SUM": Function(_sum, (_RANGE,), many=True),
    "SUMIF": Function(_sum_if, (_RANGE, _CELL, _RANGE)),
    "SUMPRODUCT": Function(_sum_product, (_ANY,), many=True),
}
