"""
Native formulas, each with its Python twin.

A formula is an expression: it writes itself as the text that Excel and LibreOffice calculate, and it computes the same
value in Python, which becomes the cell's cached value. One declaration, so the two cannot drift apart; a test
recalculates every formula of every sheet with LibreOffice all the same.

What a sheet makes of blanks, texts and errors is in `workbook_templates.sheetmath`. Here is what formulas may say: only
functions that both programs have, and whole columns only where every version of Excel computes them row by row, which
is inside SUMPRODUCT.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from valuation.tables import Table
from workbook_templates.plan import Cell, CellError
from workbook_templates.sheetmath import (
    FUNCTIONS,
    OPERATORS,
    Array,
    Scalar,
    Takes,
    Value,
    column_of,
    scalar_of,
    text_of,
)

__all__ = ["Book", "Column", "Expr", "Figure", "Figures", "Name", "Place", "call", "const", "once"]


@dataclass(slots=True, kw_only=True, eq=False)
class Book:
    """
    What formulas refer to, as Python values.

    Attributes
    ----------
    tables : mapping of str to mapping of str to sequence of Cell
        Name of the Excel table to its columns by heading.
    names : mapping of str to Cell
        Cells with a defined name.
    figures : mapping of str to Expr
        Formula cells by key.
    """

    tables: Mapping[str, Mapping[str, Sequence[Cell]]]
    names: Mapping[str, Cell]
    figures: Mapping[str, "Expr"]
    _columns: dict[tuple[str, str], Array] = field(default_factory=dict, init=False)
    _kept: dict[int, Any] = field(default_factory=dict, init=False)
    _figures: dict[str, Scalar] = field(default_factory=dict, init=False)

    def column(self, table: str, heading: str) -> Array:
        """Give a column of a table, made once."""
        place = table, heading
        if place not in self._columns:
            self._columns[place] = column_of(self.tables[table][heading])
        return self._columns[place]

    def kept(self, expr: "Expr") -> Value:
        """Compute a part that stands in many formulas, once."""
        if id(expr) not in self._kept:
            self._kept[id(expr)] = expr.value(self)
        value: Value = self._kept[id(expr)]
        return value

    def column_of_figures(self, keys: tuple[str, ...]) -> Array:
        """Give a column of formula cells, made once."""
        if id(keys) not in self._kept:
            self._kept[id(keys)] = column_of([self.figure(key) for key in keys])
        column: Array = self._kept[id(keys)]
        return column

    def figure(self, key: str) -> Scalar:
        """Compute a formula cell, once; one that refers to a blank cell shows 0."""
        if key not in self._figures:
            value = self.figures[key].value(self)
            if isinstance(value, np.ndarray):
                raise TypeError(f"the formula '{key}' gives a column, and a cell holds one value")
            self._figures[key] = 0.0 if value is None else value
        return self._figures[key]


Place = Callable[[str], str]
"""Gives the address of a figure's cell, such as ``'Checks'!$D$7``."""

ATOM = 9
"""How tightly the parts of a formula hold together that never need parentheses."""
BINDING = {"^": 6, "*": 5, "/": 5, "+": 4, "-": 4, "&": 3} | dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), 2)
NEGATIVE = BINDING["-"]


class Expr(ABC):
    """A part of a formula."""

    is_range = False
    """Whether it is cells of a sheet, not a computed value."""

    @property
    def binding(self) -> int:
        """How tightly its text holds together."""
        return ATOM

    @property
    def wide(self) -> bool:
        """Whether it gives a column, not one value."""
        return False

    @abstractmethod
    def excel(self, place: Place) -> str:
        """Write the expression as formula text without a leading equals sign."""

    @abstractmethod
    def value(self, book: Book) -> Value:
        """Compute the same in Python."""

    def over(self, tables: Mapping[str, Table]) -> "Expr":
        """Give the same over tables by contract name whose headings may say it in other words."""
        return self

    def __add__(self, other: "Expr | float") -> "Expr":
        return _Binary("+", self, const(other))

    def __radd__(self, other: float) -> "Expr":
        return _Binary("+", const(other), self)

    def __sub__(self, other: "Expr | float") -> "Expr":
        return _Binary("-", self, const(other))

    def __rsub__(self, other: float) -> "Expr":
        return _Binary("-", const(other), self)

    def __mul__(self, other: "Expr | float") -> "Expr":
        return _Binary("*", self, const(other))

    def __rmul__(self, other: float) -> "Expr":
        return _Binary("*", const(other), self)

    def __truediv__(self, other: "Expr | float") -> "Expr":
        return _Binary("/", self, const(other))

    def __rtruediv__(self, other: float) -> "Expr":
        return _Binary("/", const(other), self)

    def __pow__(self, other: "Expr | float") -> "Expr":
        return _Binary("^", self, const(other))

    def __rpow__(self, other: float) -> "Expr":
        return _Binary("^", const(other), self)

    def __and__(self, other: "Expr | str") -> "Expr":
        return _Binary("&", self, const(other))

    def __rand__(self, other: str) -> "Expr":
        return _Binary("&", const(other), self)

    def equals(self, other: "Expr | str | float") -> "Expr":
        """Compare as a sheet does: texts without regard to case, a blank equal to 0 and to an empty text."""
        return _Binary("=", self, const(other))

    def differs(self, other: "Expr | str | float") -> "Expr":
        """Give the opposite of `equals`."""
        return _Binary("<>", self, const(other))

    def __lt__(self, other: "Expr | str | float") -> "Expr":
        return _Binary("<", self, const(other))

    def __le__(self, other: "Expr | str | float") -> "Expr":
        return _Binary("<=", self, const(other))

    def __gt__(self, other: "Expr | str | float") -> "Expr":
        return _Binary(">", self, const(other))

    def __ge__(self, other: "Expr | str | float") -> "Expr":
        return _Binary(">=", self, const(other))


LONGEST_TEXT = 255


@dataclass(frozen=True, slots=True)
class _Const(Expr):
    content: str | float | bool

    @property
    def binding(self) -> int:
        return NEGATIVE if not isinstance(self.content, str) and self.content < 0 else ATOM

    def excel(self, place: Place) -> str:
        if isinstance(self.content, bool):
            return "TRUE" if self.content else "FALSE"
        if isinstance(self.content, str):
            return '"' + self.content.replace('"', '""') + '"'
        return text_of(self.content)

    def value(self, book: Book) -> Value:
        return self.content


def const(value: "Expr | str | float | bool") -> Expr:
    """
    Make an expression of a constant; an expression stays what it is.

    Raises
    ------
    ValueError
        If Excel cannot hold it in a formula: a text of more than 255 characters, or no finite number.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise ValueError(
            f"a text in a formula has at most {LONGEST_TEXT} characters, not {len(value)}: {value[:40]}..."
        )
    if isinstance(value, str | bool):
        return _Const(value)
    if not math.isfinite(value):
        raise ValueError(f"a number in a formula must be finite, not {value}")
    return _Const(float(text_of(value)))  # Excel keeps 15 digits


@dataclass(frozen=True, slots=True)
class Column(Expr):
    """A whole column of an Excel table."""

    table: Table
    name: str
    is_range = True

    def __post_init__(self) -> None:
        if self.name not in (column.name for column in self.table):
            raise KeyError(f"table {self.table.name} has no column '{self.name}'")

    @property
    def wide(self) -> bool:
        return True

    @property
    def heading(self) -> str:
        """The text of the header cell."""
        return self.table[self.name].title

    def excel(self, place: Place) -> str:
        return f"{self.table.excel_name}[{_SPECIAL.sub(_ESCAPED, self.heading)}]"

    def value(self, book: Book) -> Value:
        return book.column(self.table.excel_name, self.heading)

    def over(self, tables: Mapping[str, Table]) -> Expr:
        return Column(tables.get(self.table.name, self.table), self.name)


_SPECIAL, _ESCAPED = re.compile(r"['\[\]#@]"), r"'\g<0>"


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """A cell with a defined name."""

    name: str
    is_range = True

    def excel(self, place: Place) -> str:
        return self.name

    def value(self, book: Book) -> Value:
        return scalar_of(book.names[self.name])


@dataclass(frozen=True, slots=True)
class Figure(Expr):
    """Another formula cell, by its key."""

    key: str
    is_range = True

    def excel(self, place: Place) -> str:
        return place(self.key)

    def value(self, book: Book) -> Value:
        return book.figure(self.key)


@dataclass(frozen=True, slots=True)
class Figures(Expr):
    """A column of formula cells one under the other, by the keys of all of them."""

    keys: tuple[str, ...]
    is_range = True

    @property
    def wide(self) -> bool:
        return True

    def excel(self, place: Place) -> str:
        return f"{place(self.keys[0])}:{place(self.keys[-1]).rsplit('!', 1)[-1]}"

    def value(self, book: Book) -> Value:
        return book.column_of_figures(self.keys)


@dataclass(frozen=True, slots=True)
class _Binary(Expr):
    sign: str
    left: Expr
    right: Expr

    @property
    def binding(self) -> int:
        return BINDING[self.sign]

    @property
    def wide(self) -> bool:
        return self.left.wide or self.right.wide

    def excel(self, place: Place) -> str:
        """Operators of one rank are computed from the left; only texts may be joined in any order."""
        right = self.binding if self.sign == "&" else self.binding + 1
        return f"{_within(self.left, place, self.binding)}{self.sign}{_within(self.right, place, right)}"

    def value(self, book: Book) -> Value:
        return OPERATORS[self.sign](self.left.value(book), self.right.value(book))

    def over(self, tables: Mapping[str, Table]) -> Expr:
        return _Binary(self.sign, self.left.over(tables), self.right.over(tables))


@dataclass(frozen=True, slots=True)
class _Once(Expr):
    part: Expr

    @property
    def binding(self) -> int:
        return self.part.binding

    @property
    def wide(self) -> bool:
        return self.part.wide

    def excel(self, place: Place) -> str:
        return self.part.excel(place)

    def value(self, book: Book) -> Value:
        return book.kept(self.part)


def once(part: Expr) -> Expr:
    """Mark a part that many formulas share, such as which rows are a customer's: its twin computes it once."""
    return _Once(part)


def _within(part: Expr, place: Place, binding: int) -> str:
    """Write an operand, in parentheses where it would fall apart beside an operator that binds more tightly."""
    text = part.excel(place)
    return text if part.binding >= binding else f"({text})"


@dataclass(frozen=True, slots=True)
class _Call(Expr):
    name: str
    arguments: tuple[Expr, ...]

    @property
    def wide(self) -> bool:
        return FUNCTIONS[self.name].rowwise and any(argument.wide for argument in self.arguments)

    def excel(self, place: Place) -> str:
        return f"{self.name}({','.join(argument.excel(place) for argument in self.arguments)})"

    def value(self, book: Book) -> Value:
        function = FUNCTIONS[self.name]
        if self.name in _CHOOSING:
            return _CHOOSING[self.name](book, *self.arguments)
        values = [argument.value(book) for argument in self.arguments]
        for position, takes in enumerate(_takes(self.name, len(values))):
            value = values[position]
            if takes is Takes.RANGE and not isinstance(value, np.ndarray):
                values[position] = column_of([value])
        return function.twin(*values)

    def over(self, tables: Mapping[str, Table]) -> Expr:
        return _Call(self.name, tuple(argument.over(tables) for argument in self.arguments))


def _chosen(book: Book, condition: Expr, then: Expr, otherwise: Expr) -> Value:
    """Compute the one branch that the condition asks for, as Excel does."""
    truth = FUNCTIONS["IF"].twin(condition.value(book), True, False)
    return truth if isinstance(truth, CellError) else (then if truth else otherwise).value(book)


def _attempted(book: Book, attempt: Expr, otherwise: Expr) -> Value:
    value = attempt.value(book)
    return otherwise.value(book) if isinstance(value, CellError) else value


_CHOOSING: Mapping[str, Callable[..., Value]] = {"IF": _chosen, "IFERROR": _attempted}
"""Functions that leave a part of their arguments uncomputed."""


def _takes(name: str, arguments: int) -> tuple[Takes, ...]:
    """Give what each of a function's arguments may be."""
    function = FUNCTIONS[name]
    more = arguments - len(function.takes)
    if more < 0 or (more and not function.many):
        raise TypeError(f"{name} takes {len(function.takes)} argument(s), not {arguments}")
    return function.takes + function.takes[-1:] * more


def call(name: str, *arguments: "Expr | str | float | bool") -> Expr:
    """
    Call one of the functions in `FUNCTIONS`.

    Raises
    ------
    KeyError
        If the function has no twin.
    TypeError
        If an argument is a column where Excel wants one value, or a computed value where it wants cells.
    """
    if name not in FUNCTIONS:
        raise KeyError(f"no twin for the native function {name}")
    parts = tuple(const(argument) for argument in arguments)
    for position, (takes, part) in enumerate(zip(_takes(name, len(parts)), parts, strict=True), start=1):
        if takes is Takes.CELL and part.wide:
            raise TypeError(f"argument {position} of {name} must be one value, not a column")
        if takes is Takes.RANGE and not part.is_range:
            raise TypeError(f"argument {position} of {name} must be cells of a sheet, not a computed value")
    return _Call(name, parts)
