"""
The real desktop engine of xlwings on Linux, over stand-ins for pywin32 and for the cells it is handed.

xlwings decides whether it is on Windows when it is imported: on Linux `xw.func`, `xw.arg` and `xw.ret` do nothing and
there is no engine. `install` imports the three modules that need pywin32 anyway; `call` evaluates one worksheet
function exactly as the VBA wrapper does. What they see are `Book`, `Sheet` and `Block`, whose values have the types
that `Range.Value` gives through pywin32.
"""
# ruff: noqa: N802 - the names are Excel's

import atexit
import ctypes
import datetime as dt
import decimal
import importlib
import re
import sys
import types
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import xlwings as xw

__all__ = [
    "ERRORS",
    "MISSING",
    "Block",
    "Book",
    "CDispatch",
    "ComError",
    "Engine",
    "PyTime",
    "Sheet",
    "active",
    "call",
    "desktop",
    "from_cell",
    "install",
    "load",
    "to_cell",
]

RANGE_IID: Final = "{00020846-0000-0000-C000-000000000046}"
MISSING: Final = -2147352572
"""DISP_E_PARAMNOTFOUND: an optional argument that the formula left out."""
ERRORS: Final = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
}
"""An error value in a cell and the whole number that pywin32 makes of it."""
EPOCH: Final = dt.datetime(1899, 12, 30)


class ComError(Exception):
    """pywintypes.com_error: (hresult, text, (code, source, text, help file, help id, scode), argument)."""

    @property
    def hresult(self) -> int:
        """The first argument, as pywin32 has it."""
        return int(self.args[0]) if self.args else 0


class PyTime(dt.datetime):
    """pywintypes.datetime: a datetime that always has a time zone."""


class CDispatch:
    """win32com.client.CDispatch, the base of what Python code holds of Excel."""


class PyIDispatch:
    """The raw pointer that arrives from VBA, before win32com.client.Dispatch wraps it."""

    def __init__(self, target: object, iid: str) -> None:
        self.target, self.iid = target, iid

    def GetTypeInfo(self) -> "PyIDispatch":
        """Only its two answers below are asked for."""
        return self

    def GetTypeAttr(self) -> types.SimpleNamespace:
        """Tells a range from another object."""
        return types.SimpleNamespace(iid=self.iid)

    def GetDocumentation(self, _: int) -> list[str]:
        """The name of the class comes first."""
        return [type(self.target).__name__]


# ---- xlwings' own modules


@dataclass(frozen=True, slots=True)
class Engine:
    """xlwings' modules of the desktop engine."""

    udfs: Any
    com_server: Any
    xlwindows: Any


class _Module(types.ModuleType):
    """A module in which everything that is asked for is a class that does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = type(name, (), {"__init__": lambda *_, **__: None})
        setattr(self, name, value)
        return value


class _Library:
    """A library of ctypes whose functions give 0."""

    def __getattr__(self, name: str) -> "_Library":
        return _Library()

    def __call__(self, *_: object) -> Any:
        return 0


def _dispatch(thing: Any, *_: object, **__: object) -> Any:
    return thing.target if isinstance(thing, PyIDispatch) else thing


def _unwrap(_: object) -> Any:
    raise ComError("not a wrapped Python object")


_MODULES: Final[dict[str, dict[str, Any]]] = {
    "pywintypes": {"com_error": ComError, "error": ComError, "TimeType": PyTime, "IID": str.upper},
    "pythoncom": {
        "com_error": ComError,
        "ole_error": ComError,
        "IID_IDispatch": "IDispatch",
        "TypeIIDs": {"IDispatch": PyIDispatch},
        "CoInitialize": lambda *_: None,
        "__file__": "pythoncom",
    },
    "win32com": {},
    "win32com.client": {"CDispatch": CDispatch, "Dispatch": _dispatch, "DispatchEx": _dispatch},
    "win32com.server": {},
    "win32com.server.util": {"wrap": lambda thing, *_, **__: thing, "unwrap": _unwrap},
    "win32com.server.policy": {},
    "win32com.server.dispatcher": {},
    "win32com.server.exception": {"COMException": ComError},
    "win32timezone": {"TimeZoneInfo": types.SimpleNamespace(utc=lambda: dt.UTC)},
    "win32api": {},
    "win32con": {},
    "win32gui": {},
    "win32process": {"GetWindowThreadProcessId": lambda _: (0, 4242)},
    "win32event": {},
}


@contextmanager
def _pretended_windows() -> Iterator[None]:
    """Show the stand-ins for pywin32 and ctypes, and hide them again: other libraries look whether they are there."""
    absent = object()
    libraries = {name: getattr(ctypes, name, absent) for name in ("windll", "oledll", "PyDLL")}
    found = {name: sys.modules.get(name) for name in _MODULES}
    for name, contents in _MODULES.items():
        module = _Module(name)
        vars(module).update(contents, __path__=[])
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    for name in libraries:
        setattr(ctypes, name, (lambda *_: _Library()) if name == "PyDLL" else _Library())
    try:
        yield
    finally:
        for name, library in libraries.items():
            if library is absent:
                delattr(ctypes, name)
            else:
                setattr(ctypes, name, library)
        for name, before in found.items():
            if before is None:
                del sys.modules[name]
            else:
                sys.modules[name] = before


_installed: list[Engine] = []


def install() -> Engine:
    """Import xlwings' desktop engine; a second call gives the same one, and nothing is switched to it yet."""
    if _installed:
        return _installed[0]
    if sys.platform == "win32":
        raise RuntimeError("on Windows the real engine is there; this one would stand in its way")
    with _pretended_windows(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what xlwings does while it is imported is not under test
        xlwindows: Any = importlib.import_module("xlwings._xlwindows")
        udfs = importlib.import_module("xlwings.udfs")
        com_server = importlib.import_module("xlwings.com_server")
    atexit.unregister(xlwindows.cleanup)
    com_server.loop.close()  # nobody would: only functions of another kind run on it
    xlwindows.N_COM_ATTEMPTS = 1  # a stand-in is never busy: what it lacks is said instead of tried for ever
    xw.engines.add(xw.Engine(impl=xlwindows.engine))
    _installed.append(Engine(udfs, com_server, xlwindows))
    return _installed[0]


@contextmanager
def active() -> Iterator[Engine]:
    """Have xlwings behave as on Windows meanwhile: the engine answers, and its decorators decorate."""
    engine = install()
    decorators = {"func": engine.udfs.xlfunc, "arg": engine.udfs.xlarg, "ret": engine.udfs.xlret}
    decorators |= {"sub": engine.udfs.xlsub, "script": engine.udfs.xlsub}
    before = {name: getattr(xw, name) for name in decorators}
    engines: Any = xw.engines
    active_before = engines.active
    vars(xw).update(decorators)
    engines.active = engines["excel"]
    try:
        yield engine
    finally:
        engines.active = active_before
        vars(xw).update(before)


desktop = active
"""The same, by the name that other tests know."""


def load(module: str) -> types.ModuleType:
    """
    Import a module with worksheet functions so that they are registered.

    When it was imported before, without an engine, it is loaded again; names that others took out of it stay the old.
    """
    with active():
        there = sys.modules.get(module)
        if there is None:
            return importlib.import_module(module)
        if not any(hasattr(thing, "__xlfunc__") for thing in vars(there).values()):
            importlib.reload(there)
        return there


def call(module: str, function: str, *args: Any, caller: "Block | None" = None) -> list[list[Any]]:
    """
    Evaluate a worksheet function as its VBA wrapper does.

    Parameters
    ----------
    module, function : str
        Where the function is, and its name there.
    *args : object
        A `Block` of a sheet; a literal; ``...`` for an argument left out; a list (of lists) for what an inner
        formula gave, where dates are serial numbers and blanks are "" or None.
    caller : Block, optional
        The cell of the formula; one of a new workbook when nothing is said.

    Returns
    -------
    list of rows
        The variants that reach Excel, checked by `to_cell`; a single value is one row of one.

    Raises
    ------
    Exception
        Whatever the function raises; the wrapper would show its text in the cell.
    """
    caller = Book().Worksheets(1).Range("Z1") if caller is None else caller
    load(module)
    with active() as engine:
        server = engine.com_server.XLPython()
        variants = tuple(_argument(one) for one in args)
        raw = server.CallUDF(module, function, variants, caller.Worksheet.Parent, caller._oleobj_)
    rows = raw if isinstance(raw, list | tuple) else [[raw]]
    if not (rows and isinstance(rows[0], list | tuple)):
        rows = [rows]
    if not rows[0] or {len(row) for row in rows} != {len(rows[0])}:
        raise TypeError("an array must be a full rectangle of at least one cell")
    for row in rows:
        for value in row:
            to_cell(value)
    return [list(row) for row in rows]


# ---- values on their way


def from_cell(value: Any) -> Any:
    """
    Give what Python receives for a cell's value.

    Examples
    --------
    >>> [from_cell(value) for value in (1, "#N/A", None, True, "a")]
    [1.0, -2146826246, None, True, 'a']
    """
    if isinstance(value, str):
        return ERRORS.get(value, str(value))
    if value is None or isinstance(value, bool | decimal.Decimal):
        return value
    if isinstance(value, dt.datetime):
        return PyTime.combine(value.date(), value.time(), tzinfo=dt.UTC)
    if isinstance(value, dt.date):
        return PyTime(value.year, value.month, value.day, tzinfo=dt.UTC)
    if isinstance(value, int | float):
        return float(value)
    raise TypeError(f"not a cell value: {value!r}")


def to_cell(value: Any) -> Any:
    """
    Give what a cell shows for a value on its way out; `TypeError` for what does not travel cleanly (oleargs.cpp).

    Examples
    --------
    >>> [to_cell(value) for value in (1, None, "a", False)]
    [1.0, 0.0, 'a', False]
    """
    if value is None:
        return 0.0  # VT_NULL: a formula cannot give a blank cell
    if type(value) is bool or type(value) is str:
        return value
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone: pywin32 would move it")
        return value.replace(tzinfo=None)
    if type(value) is int:
        if not -(2**31) <= value < 2**31:
            raise TypeError(f"{value} would travel as VT_I8, which Excel does not take; return a float")
        return float(value)
    if type(value) is float:
        if value != value or value in (float("inf"), float("-inf")):
            raise TypeError(f"{value} is no number to Excel")
        return value
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot travel to Excel")


def _argument(value: Any) -> Any:
    """An argument of a formula as the wrapper passes it on."""
    if isinstance(value, Block):
        return value._oleobj_
    if value is ...:
        return MISSING
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], list | tuple):
            return tuple(tuple(_inner(one) for one in row) for row in value)
        return tuple(_inner(one) for one in value)
    return _inner(value)


def _inner(value: Any) -> Any:
    """A value that no cell holds has no format: dates are their serial numbers."""
    if isinstance(value, dt.date):
        full = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        return (full - EPOCH) / dt.timedelta(days=1)
    return from_cell(value)


# ---- the sheet


_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)")


def _place(address: str) -> tuple[int, int]:
    """Row and column of an address, from 1."""
    match = _CELL.fullmatch(address)
    if match is None:
        raise ValueError(f"no address of a cell: {address!r}")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Block(CDispatch):
    """A range of one area."""

    def __init__(self, sheet: "Sheet", row: int, column: int, rows: int = 1, columns: int = 1) -> None:
        self.Worksheet, self.Row, self.Column = sheet, row, column
        self.Rows = types.SimpleNamespace(Count=rows)
        self.Columns = types.SimpleNamespace(Count=columns)
        self.Count = rows * columns
        self._oleobj_ = PyIDispatch(self, RANGE_IID)

    @property
    def Application(self) -> Any:
        """The program."""
        return self.Worksheet.Parent.Application

    @property
    def Address(self) -> str:
        """The address with dollar signs."""
        first = f"${_letters(self.Column)}${self.Row}"
        if self.Count == 1:
            return first
        last_row, last_column = self.Row + self.Rows.Count - 1, self.Column + self.Columns.Count - 1
        return f"{first}:${_letters(last_column)}${last_row}"

    @property
    def Value(self) -> Any:
        """A tuple of rows, or the bare value of a single cell."""
        return self.Worksheet.values(self.Row, self.Column, self.Rows.Count, self.Columns.Count)


class Sheet(CDispatch):
    """A sheet for arguments: cells are put into it, then read in blocks."""

    def __init__(self, book: "Book", name: str) -> None:
        self.Parent, self.Name = book, name
        self._cells: dict[tuple[int, int], Any] = {}
        self._blocks: dict[tuple[int, int, int, int], Any] = {}

    def put(self, top_left: str, rows: Sequence[Sequence[Any]]) -> Block:
        """Fill cells from the top left one on; error values are texts such as "#N/A". Gives the block."""
        row, column = _place(top_left)
        self._blocks.clear()
        for i, line in enumerate(rows):
            for j, value in enumerate(line):
                self._cells[row + i, column + j] = from_cell(value)
        return Block(self, row, column, len(rows), max(map(len, rows)))

    def values(self, row: int, column: int, rows: int, columns: int) -> Any:
        """Give the variant of a block; the same one until a cell changes, so that reading it costs nothing."""
        block = (row, column, rows, columns)
        if block not in self._blocks:
            get = self._cells.get
            across = range(column, column + columns)
            variant = tuple(tuple(get((i, j)) for j in across) for i in range(row, row + rows))
            self._blocks[block] = variant[0][0] if rows == columns == 1 else variant
        return self._blocks[block]

    def Range(self, address: str) -> Block:
        """A range by its address."""
        first, _, last = address.partition(":")
        (top, left), (bottom, right) = _place(first), _place(last or first)
        return Block(self, top, left, bottom - top + 1, right - left + 1)

    def Cells(self, row: int, column: int) -> Block:
        """One cell."""
        return Block(self, row, column)


class Sheets(CDispatch):
    """The worksheets of a workbook."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self.Count = len(sheets)

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self._sheets)

    def __call__(self, key: int | str) -> Sheet:
        if isinstance(key, int):
            return self._sheets[key - 1]
        return next(sheet for sheet in self._sheets if sheet.Name == key)


class Book(CDispatch):
    """A workbook in which worksheet functions are called."""

    def __init__(self, name: str = "Book1.xlsm", sheets: Sequence[str] = ("Sheet1",)) -> None:
        self.Name, self.Path, self.FullName = name, "C:\\fake", f"C:\\fake\\{name}"
        self.Application = types.SimpleNamespace(Version="16.0", Hwnd=1, Name="Microsoft Excel")
        self.Worksheets = self.Sheets = Sheets([Sheet(self, one) for one in sheets])
