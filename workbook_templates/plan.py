"""
The plan of writes: what a refresh will do to a workbook, as a value.

A plan names tables, named cells and formula cells, never a program that holds the workbook. The adapters in `addin`
apply it; tests compare plans. Formats that are there already stay: a table's new rows take the styles of its first row,
and only a cell without a number format can get one.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

__all__ = ["Cell", "CellError", "NewSheet", "NewTable", "Plan", "Style", "TableWrite"]


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
class Style:
    """
    How a cell of a new sheet looks; what is left empty is as the workbook's own default.

    Attributes
    ----------
    number_format : str
        Format code, such as ``#,##0``.
    font : str
        Name of the font.
    size : float or None
        In points.
    colour, fill : str
        Of the text and of the cell, as RRGGBB.
    align : {"", "left", "center", "right"}
        Where the text stands.
    """

    number_format: str = "General"
    font: str = ""
    size: float | None = None
    bold: bool = False
    italic: bool = False
    colour: str = ""
    fill: str = ""
    align: Literal["", "left", "center", "right"] = ""
    wrap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTable:
    """
    An Excel table on a new sheet.

    Attributes
    ----------
    name : str
        Its name, which no other table or defined name of the workbook has.
    row, column : int
        Where its header stands, counted from 1.
    columns : mapping of str to sequence of Cell
        Header text to values, all of one length; without rows the table has one blank row.
    styles : mapping of str to Style
        Header text to the looks of the column's cells.
    header : Style
        Looks of the header cells.
    """

    name: str
    row: int
    column: int
    columns: Mapping[str, Sequence[Cell]]
    styles: Mapping[str, Style] = field(default_factory=dict)
    header: Style = field(default_factory=lambda: Style(bold=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSheet:
    """
    A sheet that is put behind those that are there.

    Attributes
    ----------
    name : str
        Must not be taken; upper and lower case make no difference.
    cells : mapping of str to Cell
        Address to constant.
    styles : mapping of str to Style
        Address to looks.
    tables : tuple of NewTable
        They share no cell with each other or with `cells`.
    widths : mapping of int to float
        Column number to width in characters.
    freeze : tuple of int
        Row and column of the first cell that scrolls.
    """

    name: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    styles: Mapping[str, Style] = field(default_factory=dict)
    tables: tuple[NewTable, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    freeze: tuple[int, int] = (1, 1)


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
    formats : mapping of (str, str) to str
        Keys of `cells` to the number format that the cell gets if it has none of its own; it stays when the value is
        taken back.
    sheets : tuple of NewSheet
        Sheets that are added.
    """

    tables: tuple[TableWrite, ...] = ()
    names: Mapping[str, Cell] = field(default_factory=dict)
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)
    caches: Mapping[tuple[str, str], Cell] = field(default_factory=dict)
    formats: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sheets: tuple[NewSheet, ...] = ()
