"""
What a mapping says: where in a workbook each table of the data contract stands, and where results are wanted.

A mapping is a value, which people read and correct as a sheet or as a file. Rows and columns are counted from 1.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from workbook_templates.plan import Cell

__all__ = [
    "SURE",
    "Across",
    "AssumptionMap",
    "CellFill",
    "ColumnFill",
    "ColumnMap",
    "Headings",
    "MappingError",
    "TableMap",
    "WorkbookMap",
]

SURE: Final = 0.9
"""Confidence from which a proposal may stand without being asked about."""


class MappingError(ValueError):
    """A mapping says what cannot be, or a workbook no longer agrees with it; the message says what to do."""


class Headings(StrEnum):
    """What the headings of periods that lie across a sheet are."""

    DATE = "date"
    """Real dates: any day of the period."""
    MONTH = "month"
    """Words or numbers that count months: Jan, M0, 2025-03. Dates are as well understood in this and what follows."""
    QUARTER = "quarter"
    YEAR = "year"
    """Such as FY28 or 2027."""
    WEEK = "week"
    """Such as 2026-W05, or dates seven days apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """
    One column of a contract table.

    Attributes
    ----------
    column : str
        Its name in the contract.
    at : int
        The sheet's column.
    header : str
        What stands above it, the levels of a header joined by " / "; a refresh refuses when it finds another.
    confidence : float
        From 0 to 1.
    evidence : tuple of str
        Why, in words.
    """

    column: str
    at: int
    header: str
    confidence: float = 1.0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """
    Periods that lie across: each cell of a period's column is a row of the contract table.

    Attributes
    ----------
    row : int
        Sheet row with the headings of the periods.
    first_column : int
        Column of the first period.
    last_column : int or None
        Column of the last one; None takes all to the right whose heading is a period.
    headings : Headings
        What the headings are.
    date : str
        Contract column that the last day of the period fills, such as "date" of Transactions.
    value : str
        Contract column that the cells fill, such as "net_amount".
    first_period : date or None
        Last day of the first period, where the headings do not say it (Jan, M0); the next ones follow in steps.
    heading : str
        What stands above the first period; a refresh refuses when it finds another. "" is not looked at.
    """

    row: int
    first_column: int
    headings: Headings
    date: str
    value: str
    last_column: int | None = None
    first_period: dt.date | None = None
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMap:
    """
    Where one table of the contract stands. A table may stand in several places: their rows are put together.

    Attributes
    ----------
    table : str
        Its name in the contract, such as "Customers".
    sheet : str
        The sheet, as the workbook spells it, blanks at its ends included.
    header_row : int
        The (last) row of the header; 0 when the block has none, and its columns go by their place.
    first_row : int
        First row of data.
    last_row : int or None
        Last row of data; None goes down to the end of the block: the last row before a blank one.
    columns : tuple of ColumnMap
        The columns that are read.
    across : Across or None
        Periods across, if there are any.
    excel_table : str
        Name of the Excel table that the block is, or "": then header and rows are the table's.
    fixed : mapping of str to Cell
        Contract columns that no cell says: the same value for every row.
    skip : tuple of str
        Labels of rows that are no data: totals and titles of sections, in any column left of the numbers; upper and
        lower case and blanks at the ends make no difference.
    scale : float
        What one of the sheet's money units is worth: 1000 where amounts are in thousands.
    sign : int
        -1 where the sheet shows as negative what the contract wants positive.
    confidence : float
        From 0 to 1: of the whole.
    evidence : tuple of str
        Why, in words.
    questions : tuple of str
        What somebody must decide first: a refresh stops at them, since leaving the block out would leave money out.
    """

    table: str
    sheet: str
    header_row: int
    first_row: int
    columns: tuple[ColumnMap, ...]
    last_row: int | None = None
    across: Across | None = None
    excel_table: str = ""
    fixed: Mapping[str, Cell] = field(default_factory=dict)
    skip: tuple[str, ...] = ()
    scale: float = 1.0
    sign: int = 1
    confidence: float = 1.0
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionMap:
    """
    Where the value of an assumption comes from.

    Attributes
    ----------
    id : str
        Of the register.
    cell : str
        A cell (``'Inputs'!C5``) or a defined name; "" when `value` is given.
    value : Cell
        The value itself.
    scale : float
        What the cell is multiplied by: 0.01 for a rate typed as 8.
    """

    id: str
    cell: str = ""
    value: Cell = None
    scale: float = 1.0
    confidence: float = 1.0
    evidence: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFill:
    """
    Cells of the workbook that a refresh fills from a result table, one for each customer, in the workbook's order.

    Attributes
    ----------
    result, column : str
        The result table and its column, in the contract's words.
    sheet : str
        The sheet.
    key_column : int
        The sheet's column with the customers' ids.
    first_row : int
        First row of the list.
    last_row : int or None
        Last row; None goes down to the last id before a blank one.
    at : int
        The column that is filled; cells with a formula are left alone, and counted.
    scale : float
        What a money result is divided by: 1000 to show thousands.
    """

    result: str
    column: str
    sheet: str
    key_column: int
    first_row: int
    at: int
    last_row: int | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFill:
    """
    One cell that a refresh fills with a figure of the model.

    Attributes
    ----------
    figure : str
        Key of a formula cell of the template, such as "base_value".
    sheet, cell : str
        Where it goes, such as "Dashboard" and "C5".
    scale : float
        What the figure is divided by.
    """

    figure: str
    sheet: str
    cell: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookMap:
    """
    A whole mapping.

    Attributes
    ----------
    tables : tuple of TableMap
        Input tables.
    assumptions : tuple of AssumptionMap
        Assumptions with a value or a cell of their own; the others keep their documented default.
    fills : tuple of ColumnFill
        Columns that are filled.
    cells : tuple of CellFill
        Cells that are filled.
    results : tuple of str
        Result tables that get a sheet of their own at the end of the workbook.
    packs : tuple of str
        Packs of the template whose results are computed.
    sheets : mapping of str to str
        In a workbook of ours that was made like another: the template's sheets and what they are called there.
    headings : mapping of str to mapping of str to str
        In such a workbook: contract table and column to what the header says there.
    not_used : tuple of str
        Blocks that were found and are no table of the contract, in words: where, what, why.
    """

    tables: tuple[TableMap, ...] = ()
    assumptions: tuple[AssumptionMap, ...] = ()
    fills: tuple[ColumnFill, ...] = ()
    cells: tuple[CellFill, ...] = ()
    results: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    sheets: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    not_used: tuple[str, ...] = ()
