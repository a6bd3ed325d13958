"""
The worksheet functions as data: what each is called, what it takes, what it answers.

A function is declared once, with `worksheet_function`, and every host, the reference and the contract tests read the
same records. A record needs no type hints: xlwings refuses most of them. Worksheet functions take their arguments by
position.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from inspect import getdoc
from typing import Any, Final, TypeVar

import numpy.typing as npt

from addin.faults import UserError
from valuation.tables import Blank, Column, Kind, Table
from workbook_templates.plan import Cell, CellError

__all__ = [
    "HEADERS",
    "TABLE",
    "Answer",
    "Argument",
    "Example",
    "Function",
    "Grid",
    "Result",
    "Shape",
    "UnknownFunctionError",
    "find",
    "functions",
    "shown_default",
    "worksheet_function",
]

AnyCall = TypeVar("AnyCall", bound=Callable[..., Any])

TABLE: Final = "table"
"""The kind of an argument that is a whole table with a header row."""


class UnknownFunctionError(UserError):
    """There is no worksheet function of that name."""


class Shape(StrEnum):
    """What range an argument takes, and what a fault in it spoils."""

    EACH = "one cell, or one for each row"
    """Row by row; one cell counts for every row. The call gets a number or an array."""
    ROWS = "one for each row"
    """The same, for functions that compare the rows: the call always gets an array."""
    COLUMN = "a column"
    """One column (or row) that is used as a whole: one fault spoils the call."""
    BLOCK = "a range"
    """Any range, row after row, used as a whole."""
    MATRIX = "a range of rows and columns"
    """The same, with its rows and columns kept: the call gets a two-dimensional array."""
    CELLS = "any cells"
    """Any range, handed on as it is."""
    ONE = "one cell"
    """One cell for the whole call."""
    TABLE = "a table with its header row"
    """Columns found by heading."""
    PARAMETERS = "the block of a fit, or its numbers in a row or column"
    """
    Columns found by heading, of which one row is wanted, None where a column is not there that need not be; or bare
    numbers, in the order of the columns of numbers and at least those that a block must have.
    """


class Result(StrEnum):
    """What a function gives back."""

    ROWS = "row-aligned"
    """One row of cells for each row that goes in, without header."""
    SINGLE = "single"
    """One cell."""
    TABLE = "table"
    """Rows of its own under a header row, which the last argument can switch off."""
    GRID = "two-way table"
    """The same, with as many columns as the arguments ask for; headings down the first column and across the header."""


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """
    One argument of a worksheet function; two are never the same, however alike they look.

    Attributes
    ----------
    name : str
        As in the formula's syntax line; no reserved word of VBA.
    kind : str
        A `Kind`, or `TABLE`.
    help : str
        What to give, in finance's words.
    unit : str
        Unit and period of the numbers.
    required : bool
        Whether it must be given.
    default : object
        The cell that stands in for an argument that is left out, and for a blank in it.
    choices : tuple of str
        The words a choice may be; for a number, the words accepted in its place (``inf``).
    shape : Shape
        What range it takes.
    blank : Blank
        What a blank cell in it means without a default: `Blank.STOP` is ``#N/A``, `Blank.ALLOWED` lets the function
        decide.
    table : Table or None
        The columns of a table, or of a block of parameters.
    """

    name: str
    kind: str
    help: str
    unit: str = ""
    required: bool = True
    default: object = None
    choices: tuple[str, ...] = ()
    shape: Shape = Shape.EACH
    blank: Blank = Blank.STOP
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """
    A call and its answer; the contract tests run it.

    Attributes
    ----------
    args : tuple
        The arguments as JSON could hold them: numbers, texts, lists of rows; dates as ISO text.
    cells : object
        The answer: one value, or a list of rows. A number is rounded to the digits given here.
    """

    args: tuple[Any, ...]
    cells: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A result with notes for its reader, such as what was left out."""

    value: Any
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """
    The result of a two-way table.

    Attributes
    ----------
    down : iterable
        The heading of each row.
    across : iterable
        The heading of each column.
    values : ndarray
        One row for each heading down and one column for each across.
    missing : Cell
        What stands for NaN: an error, or None for a blank.
    """

    down: Iterable[Any]
    across: Iterable[Any]
    values: npt.NDArray[Any]
    missing: Cell = CellError.NUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """
    One worksheet function.

    Attributes
    ----------
    name : str
        As it is typed: ``CV_LTV``.
    call : callable
        Takes the arguments by position, read by kind, and calls the mathematics.
    arguments : tuple of Argument
        In the order of the formula; those of `call`, and for a table of either kind `HEADERS`.
    result : Result
        What comes back.
    columns : tuple of Column
        The columns of the result, with units; one for a single value; for a two-way table what stands down its first
        column, and what stands in every other.
    help : str
        What it answers, in one sentence of finance's words.
    blank : str
        What a blank and an error in the answer mean.
    example : Example
        A call and its answer.
    family : str
        Chapter of the reference.
    front_door : bool
        Whether it is one of the few that everybody meets first.
    rows_of : str
        For a table: the argument whose rows the result's rows are, so that a bad row fails alone; or "".
    row_errors : mapping of CellError to callable
        Errors other than ``#NUM!`` for rows that have no answer: a condition on the arguments.
    """

    name: str
    call: Callable[..., Any]
    arguments: tuple[Argument, ...]
    result: Result
    columns: tuple[Column, ...]
    help: str
    blank: str
    example: Example
    family: str
    front_door: bool = False
    rows_of: str = ""
    row_errors: Mapping[CellError, Callable[..., Any]] = field(default_factory=dict)

    @property
    def has_headers(self) -> bool:
        """Whether the result stands under a header row."""
        return HEADERS in self.arguments

    @property
    def category(self) -> str:
        """The heading in Excel's function list."""
        return "Customer Value" if self.front_door else "Customer Value - advanced"

    @property
    def syntax(self) -> str:
        """The function with its arguments, optional ones in brackets."""
        return f"{self.name}({', '.join(map(_shown, self.arguments))})"


HEADERS: Final = Argument(
    "headers",
    Kind.FLAG,
    "FALSE leaves out the header row",
    required=False,
    default=True,
    shape=Shape.ONE,
)

_FUNCTIONS: Final[dict[str, Function]] = {}


def worksheet_function(
    *,
    arguments: tuple[Argument, ...],
    result: Result,
    columns: tuple[Column, ...],
    blank: str,
    example: Example,
    family: str,
    name: str = "",
    help: str = "",
    front_door: bool = False,
    rows_of: str = "",
    row_errors: Mapping[CellError, Callable[..., Any]] | None = None,
) -> Callable[[AnyCall], AnyCall]:
    """Add a record for the function below; unless given, name and help are its name and its docstring."""

    def register(call: AnyCall) -> AnyCall:
        title = name or call.__name__.upper()
        if title in _FUNCTIONS:
            raise ValueError(f"{title} is declared twice")
        _FUNCTIONS[title] = Function(
            name=title,
            call=call,
            arguments=(*arguments, HEADERS) if result in (Result.TABLE, Result.GRID) else arguments,
            result=result,
            columns=columns,
            help=help or " ".join((getdoc(call) or "").split()),
            blank=blank,
            example=example,
            family=family,
            front_door=front_door,
            rows_of=rows_of,
            row_errors=row_errors or {},
        )
        return call

    return register


@cache
def functions() -> tuple[Function, ...]:
    """Give all worksheet functions, by name."""
    package = importlib.import_module("addin.functions")
    for module in pkgutil.iter_modules(package.__path__, "addin.functions."):
        importlib.import_module(module.name)
    return tuple(_FUNCTIONS[name] for name in sorted(_FUNCTIONS))


def find(name: str) -> Function:
    """
    Give the function of that name, in any case.

    Raises
    ------
    UnknownFunctionError
        If there is none; the message names the closest ones.

    Examples
    --------
    >>> find("cv_ltv").syntax
    'CV_LTV(margin, retention, rate, [periods=3], [timing="mid"], [customers="existing"], [growth=0], [cac=0])'
    """
    wanted, known = name.strip().upper(), _by_name()
    if wanted not in known:
        close = get_close_matches(wanted, known, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(close)}?" if close else "; customer-value functions lists them"
        raise UnknownFunctionError(f"there is no function {name!r}{hint}")
    return known[wanted]


@cache
def _by_name() -> Mapping[str, Function]:
    """All functions, for looking up."""
    return {function.name: function for function in functions()}


def _shown(argument: Argument) -> str:
    """An argument in the syntax line."""
    if argument.required:
        return argument.name
    if argument.default is None:
        return f"[{argument.name}]"
    return f"[{argument.name}={shown_default(argument)}]"


def shown_default(argument: Argument) -> str:
    """The default as it would be typed in a formula."""
    default = argument.default
    if isinstance(default, bool):
        return str(default).upper()
    return f'"{default}"' if isinstance(default, str) else f"{default:g}"
