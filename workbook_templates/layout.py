"""
What a workbook looks like, as values: sheets with tables, formulas, texts, named cells and charts.

A template is a choice of packs; a pack is a few sheets that belong together. Nothing in here knows a spreadsheet
library: `workbook_templates.writer` draws a template, `workbook_templates.planner` says what a refresh writes into it.
Rows and columns are counted from 1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Final, Literal, NamedTuple

from valuation.tables import NUMERIC_KINDS, Column, Kind, Table
from workbook_templates.addresses import address
from workbook_templates.native import Column as CellColumn
from workbook_templates.native import Expr
from workbook_templates.plan import Cell

__all__ = [
    "Block",
    "BodyColumn",
    "Cells",
    "Chart",
    "Check",
    "Format",
    "Formula",
    "Heat",
    "InputTotal",
    "Item",
    "LiveFormula",
    "NamedCell",
    "Pack",
    "Role",
    "Series",
    "Sheet",
    "Stage",
    "TableBlock",
    "Template",
    "Text",
    "column_format",
    "differs_by_row",
    "number_format",
]


class Format(StrEnum):
    """Kinds of number formats: what a number is, of which `code` makes how it looks."""

    GENERAL = "general"
    MONEY = "money"
    CENTS = "money with cents"
    UNITS = "money in the unit for reading"
    EXACT = "money to the cent, in whatever unit others are shown"
    PERCENT = "percent"
    WHOLE_PERCENT = "whole percent"
    COUNT = "count"
    NUMBER = "number"
    PLAIN = "plain"
    RATIO = "ratio"
    SCORE = "score"
    RATE = "rate"
    DATE = "date"
    TEXT = "text"

    @property
    def code(self) -> str:
        """The format code of our own layout; negatives stand in brackets and nought is a dash."""
        return _CODES[self]


_WHOLE, _CENTS = '#,##0;(#,##0);"-"', '#,##0.00;(#,##0.00);"-"'
_CODES = {
    Format.GENERAL: "General",
    Format.MONEY: _WHOLE,
    Format.CENTS: _CENTS,
    Format.UNITS: _WHOLE,
    Format.EXACT: _CENTS,
    Format.PERCENT: "0.0%",
    Format.WHOLE_PERCENT: "0%",
    Format.COUNT: _WHOLE,
    Format.NUMBER: _CENTS,
    Format.PLAIN: "0",
    Format.RATIO: "0.00",
    Format.SCORE: "0.0;(0.0);0.0",
    Format.RATE: '#,##0.0000;(#,##0.0000);"-"',
    Format.DATE: "yyyy-mm-dd",
    Format.TEXT: "@",
}


PAGE_HEADER: Final = "&L&F&R&A"
"""File and sheet on top of every printed page, in Excel's own codes."""
PAGE_FOOTER: Final = "&LCustomer Value for Excel&RPage &P of &N"
A4: Final = 9
"""Excel's number for the paper."""


class Role(StrEnum):
    """What a cell is for, which decides its looks."""

    TITLE = "title"
    HEADING = "heading"
    NOTE = "note"
    REMARK = "remark"
    ANSWER = "answer"
    LABEL = "label"
    INPUT = "input"
    RESULT = "result"
    CALCULATION = "calculation"
    TOTAL = "total"
    STATUS = "status"
    VERDICT = "verdict"
    COUNTER = "counter"
    COLUMN_NAME = "column name"
    LINK = "link"
    FOREIGN = "foreign"
    RESULT_HEAD = "result head"


class Stage(IntEnum):
    """Where in the workbook a sheet stands: what a reader wants first comes first."""

    SUMMARY = 0
    INDEX = 1
    ASSUMPTIONS = 2
    INPUT = 3
    RESULT = 4
    CHECK = 5
    LOG = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """
    A fixed text or number.

    A text in role LINK leads to the sheet of its name; `span` columns carry its looks; `right` puts it over numbers.
    """

    row: int
    column: int
    text: str | float
    role: Role = Role.LABEL
    format: Format = Format.GENERAL
    span: int = 1
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A native formula with its Python twin, known to other formulas by its key; a sentence may take some lines."""

    row: int
    column: int
    key: str
    expr: Expr
    format: Format = Format.MONEY
    role: Role = Role.CALCULATION
    span: int = 1
    lines: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFormula:
    """
    A formula over worksheet functions of ours, which only Excel with the add-in computes; it may spill.

    Attributes
    ----------
    text : str
        The formula, with its equals sign.
    cells : tuple of tuple of Cell
        What it showed when it was made, in full.
    formats : tuple of Format
        One for each column.
    has_header : bool
        Whether the first row names the columns.
    """

    row: int
    column: int
    text: str
    cells: tuple[tuple[Cell, ...], ...]
    formats: tuple[Format, ...]
    has_header: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCell:
    """
    A cell with a defined name, for the refresh to fill.

    Attributes
    ----------
    input : bool
        Whether people fill it in instead, to choose what formulas show: a refresh leaves it as it is, and no result
        depends on it.
    choices : native.Column or None
        The column of a table that its list offers.
    """

    row: int
    column: int
    name: str
    format: Format = Format.GENERAL
    input: bool = False
    choices: CellColumn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """
    Colours for the numbers of some columns of a table whose number of rows is fixed, from blue (good) to orange.

    Attributes
    ----------
    columns : tuple of str
        Columns beside each other, which share one scale.
    good : {"low", "high"}
        Which numbers are the good ones.
    ends : tuple of float or None
        Lowest, middle and highest number of the scale; None takes lowest, median and highest of what is there.
    """

    columns: tuple[str, ...]
    good: Literal["low", "high"]
    ends: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """
    An Excel table whose header stands in `row`.

    Attributes
    ----------
    table : Table
        Its contract.
    input : bool
        Whether people fill it in (blue on yellow, with lists and notes) or the refresh does.
    rows : int
        Body rows that the empty template has.
    written : tuple of str
        Columns of an input table that the refresh writes.
    formats : tuple of Format
        One for each body row of a table whose rows are fixed, for columns that hold a different kind of number in each.
    heat : tuple of Heat
        Colour scales over its columns.
    fading : tuple of str
        Columns that may have nothing to show: their headings fade where the cell above is blank.
    lights : tuple of str
        Columns whose words green, amber and red have these colours.
    reading : bool
        Whether it is for reading on a page: small headings of two lines, amounts without cents, and no buttons to
        filter by.
    """

    row: int
    column: int
    table: Table
    input: bool
    rows: int = 1
    written: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ()
    heat: tuple[Heat, ...] = ()
    fading: tuple[str, ...] = ()
    lights: tuple[str, ...] = ()
    reading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    Plain cells that people fill in, such as a row for each customer and a column for each month.

    Attributes
    ----------
    head : tuple of Cell
        The header row; real dates stay dates, which the header of an Excel table cannot hold.
    rows : tuple of tuple of Cell
        Its rows, each as long as the header.
    formats : tuple of str
        Number format code of each column's cells.
    head_formats : tuple of str
        Of each header cell.
    labels : int
        How many columns, from the left, say what a row is; they are texts.
    """

    row: int
    column: int
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    formats: tuple[str, ...]
    head_formats: tuple[str, ...]
    labels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyColumn:
    """The cells of a column of a result table whose number of rows is fixed."""

    table: Table
    column: str


Cells = tuple[str, str] | BodyColumn
"""Where a chart finds its numbers: a column of formula cells by the keys of the first and the last, or of a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """
    One line, row of bars or cloud of points of a chart.

    Attributes
    ----------
    invisible : bool
        Whether its bars have no colour: they lift those that stand on them.
    joined : bool
        Whether a thin line joins its points.
    labels : tuple of str
        Words that stand in the place of its points, one for each.
    tone : {"", "good", "poor"}
        The colour of what is good or poor; without it the series of a chart have colours in turn.
    """

    name: str
    categories: Cells
    values: Cells
    invisible: bool = False
    joined: bool = False
    labels: tuple[str, ...] = ()
    tone: Literal["", "good", "poor"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """
    A native chart.

    Attributes
    ----------
    kind : {"curve", "points", "line", "column", "stacked", "bars"}
        A curve and points have numbers on both axes; stacked columns stand on each other. Bars lie, the first on top,
        to both sides of nought.
    category_format, value_format : Format
        Of the numbers on the axes.
    category_most : float or None
        End of the axis of a curve or of points.
    """

    row: int
    column: int
    title: str
    kind: Literal["curve", "points", "line", "column", "stacked", "bars"]
    series: tuple[Series, ...]
    category_title: str
    value_title: str
    category_format: Format
    value_format: Format
    width: int
    height: int
    category_most: float | None = None


Item = Text | Formula | LiveFormula | NamedCell | TableBlock | Block | Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    One sheet.

    Attributes
    ----------
    name : str
        On its tab.
    purpose : str
        What it answers, in a sentence, for the sheet itself and for Index.
    stage : Stage
        Its place in the workbook.
    items : tuple
        What stands on it.
    front : bool
        Whether it is one of the sheets that a reader opens first.
    freeze : tuple of int
        Row and column of the first cell that scrolls.
    widths : mapping of int to float
        Column number to width in characters.
    one_page : bool
        Whether it is printed on one page, however long it is.
    printed : int or None
        Last column that is printed; None prints all.
    hidden : bool
        Whether it is for programs only.
    """

    name: str
    purpose: str
    stage: Stage
    items: tuple[Item, ...]
    front: bool = False
    freeze: tuple[int, int] = (1, 1)
    widths: Mapping[int, float] | None = None
    one_page: bool = False
    printed: int | None = None
    hidden: bool = False
    folded: tuple[int, ...] = ()


class Check(NamedTuple):
    """One line of the Checks: a difference that must not be larger than its tolerance."""

    key: str
    title: str
    difference: Expr
    tolerance: float
    mend: str


class InputTotal(NamedTuple):
    """What an input adds up to: when it differs from what the named cell kept at the refresh, results are stale."""

    name: str
    title: str
    expr: Expr
    format: Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """
    Sheets that belong together and are chosen together.

    Attributes
    ----------
    name, purpose : str
        By which it is chosen, and what it answers.
    sheets : tuple of Sheet
        Packs may share an input sheet; a workbook has it once.
    checks : tuple of Check
        Lines that it adds to the sheet Checks.
    totals : tuple of InputTotal
        Inputs that make results stale; packs share them with the sheets.
    """

    name: str
    purpose: str
    sheets: tuple[Sheet, ...]
    checks: tuple[Check, ...] = ()
    totals: tuple[InputTotal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Template:
    """
    A choice of packs, which makes a workbook.

    Attributes
    ----------
    id : str
        Recognised in a workbook together with the version and the packs.
    version : int
        Raised whenever a block moves or a column changes its meaning.
    packs : tuple of Pack
        The first one is always there.
    """

    id: str
    version: int
    packs: tuple[Pack, ...]

    @property
    def identity(self) -> str:
        """What stands in the workbook's defined name `cv_template`."""
        return f"{self.id}/{self.version}/{'+'.join(pack.name for pack in self.packs)}"

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """All sheets in the order of the workbook."""
        sheets = [sheet for pack in self.packs for sheet in pack.sheets]
        return tuple(sorted(sheets, key=lambda sheet: sheet.stage))

    @property
    def checks(self) -> tuple[Check, ...]:
        """The lines of the sheet Checks."""
        return tuple(check for pack in self.packs for check in pack.checks)

    @property
    def totals(self) -> tuple[InputTotal, ...]:
        """The inputs that make results stale."""
        return tuple(total for pack in self.packs for total in pack.totals)

    def items(self) -> Iterator[tuple[Sheet, Item]]:
        """Go through everything on every sheet."""
        for sheet in self.sheets:
            for item in sheet.items:
                yield sheet, item

    @cached_property
    def formulas(self) -> dict[str, tuple[Sheet, Formula]]:
        """Every formula cell by its key."""
        return {item.key: (sheet, item) for sheet, item in self.items() if isinstance(item, Formula)}

    @cached_property
    def tables(self) -> dict[str, tuple[Sheet, TableBlock]]:
        """Every table by its contract name."""
        return {item.table.name: (sheet, item) for sheet, item in self.items() if isinstance(item, TableBlock)}

    def place(self, key: str, on: str = "") -> str:
        """Give the address of a formula cell: with its sheet, unless it is meant for a formula `on` that sheet."""
        sheet, formula = self.formulas[key]
        cell = address(formula.row, formula.column, absolute=True)
        return cell if sheet.name == on else f"{_quoted(sheet.name)}!{cell}"


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"


_FORMATS = {
    Kind.MONEY: Format.CENTS,
    Kind.NUMBER: Format.NUMBER,
    Kind.COUNT: Format.COUNT,
    Kind.SHARE: Format.PERCENT,
    Kind.FLAG: Format.PLAIN,
    Kind.DATE: Format.DATE,
    Kind.ID: Format.TEXT,
    Kind.TEXT: Format.TEXT,
    Kind.CHOICE: Format.TEXT,
}


def number_format(kind: Kind) -> Format:
    """Give the number format of a column's kind."""
    return _FORMATS.get(kind, Format.GENERAL)


def column_format(column: Column) -> Format:
    """Give the number format of a column; the price of one unit or minute shows fractions of a cent."""
    if column.kind is not Kind.NUMBER:
        return number_format(column.kind)
    if column.unit.startswith("currency/"):
        return Format.RATE
    return _UNIT_FORMATS.get(column.unit, number_format(column.kind))


_UNIT_FORMATS = {
    "rank": Format.GENERAL,  # a shared rank is 2.5, the others are whole
    "ranks": Format.GENERAL,
    "0-100": Format.SCORE,
    "points": Format.SCORE,
}


def differs_by_row(column: Column) -> bool:
    """Tell whether each row of a column holds another kind of number, which the row's measure names."""
    return column.kind is Kind.ANY or (column.kind in NUMERIC_KINDS and column.unit == "see the measure")
