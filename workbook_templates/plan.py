"""
The plan of writes: what a refresh will do to a workbook, as a value.

A plan names tables, named cells and formula cells, never a program that holds the workbook. The adapters in `addin`
apply it; tests compare plans. It says nothing about formats: a table's new rows take the styles of its first row.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Cell", "CellError", "Plan", "TableWrite"]


class CellError(StrEnum):
    """An error value of a cell; never equal in type to a text that happens to read like it."""

    NULL = "#NULL!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"
    NA = "#N/A"


Cell = None | bool | int | float | str | dt.date | dt.datetime | CellError
"""What one cell can hold. `CellError` is a `str` too, so test for it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWrite:
    """
    A new body for an Excel table, found by its name wherever it stands.

    Attributes
    ----------
    table : str
        Name of the Excel table, such as ``tblCustomerPnl``.
    columns : mapping of str to sequence of Cell
        Header text to values, all of one length. The table's other columns (what users added at its right) keep
        their cells, moved with their key when `key` is given.
    key : str
        Header of the column that identifies a row, or "" when rows have no identity.
    """

    table: str
    columns: Mapping[str, Sequence[Cell]]
    key: str = ""

    @property
    def rows(self) -> int:
        """Number of rows of the new body."""
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    All writes of one refresh.

    Attributes
    ----------
    tables : tuple of TableWrite
        At most one for each table.
    names : mapping of str to Cell
        Defined name of one cell to the constant it gets.
    cells : mapping of (str, str) to Cell
        Sheet and cell address (``"B7"``) to the constant it gets; the cell's format stays.
    caches : mapping of (str, str) to Cell
        Sheet and cell address of a native formula to its value: the formula stays, what a reader without
        a calculation engine sees becomes right.
    """

    tables: tuple[TableWrite, ...] = ()
    names: Mapping[str, Cell] = field(default_factory=dict)
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)
    caches: Mapping[tuple[str, str], Cell] = field(default_factory=dict)
