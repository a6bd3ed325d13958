"""
What a host hands over for one argument, whatever its shape: a cell, a row, a column or a block.

Hosts drop dimensions: one cell may come as a scalar, one row or column as a flat list. Here all of them are a list of
cells with a number of rows and columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from addin.cells.single import is_blank
from valuation.errors import InputError
from workbook_templates.plan import Cell

__all__ = ["Rectangle", "read_rectangle", "write_rectangle"]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """
    The cells of one argument.

    Attributes
    ----------
    cells : sequence
        Row by row.
    rows, columns : int
        Its size; a flat list is a column.
    """

    cells: Sequence[object]
    rows: int
    columns: int

    @property
    def is_single(self) -> bool:
        """Whether it is one cell."""
        return self.rows == 1 and self.columns == 1

    @property
    def is_line(self) -> bool:
        """Whether it is one row or one column."""
        return self.rows == 1 or self.columns == 1

    @property
    def is_row(self) -> bool:
        """Whether it is one row of several cells."""
        return self.rows == 1 and self.columns > 1

    @property
    def is_blank(self) -> bool:
        """Whether the argument was left out: one blank cell, or nothing at all."""
        return not self.cells or (self.is_single and is_blank(self.cells[0]))

    def column(self, number: int) -> Sequence[object]:
        """Give the cells of a column, counted from 0, below the first row."""
        return self.cells[self.columns + number :: self.columns]


def read_rectangle(argument: object) -> Rectangle:
    """
    Read what a host hands over for one argument.

    Raises
    ------
    InputError
        If its rows are not of one length.
    """
    if not isinstance(argument, list | tuple):
        return Rectangle([argument], 1, 1)
    types = set(map(type, argument))
    if types.isdisjoint((list, tuple)):
        return Rectangle(argument, len(argument), 1)
    widths = set(map(len, argument)) if types <= {list, tuple} else set()
    if len(widths) != 1:
        raise InputError("a range must have rows of one length")
    (width,) = widths
    if width == 0:
        return Rectangle([], 0, 0)
    return Rectangle(list(chain.from_iterable(argument)), len(argument), width)


def write_rectangle(columns: Sequence[list[Cell]], *, as_row: bool = False) -> list[list[Cell]]:
    """Put columns of equal length side by side, or one above the other when the input stood in a row."""
    if as_row:
        return list(columns)
    if len(columns) == 1:
        return [[cell] for cell in columns[0]]
    rows: Any = zip(*columns, strict=True)
    return list(map(list, rows))
