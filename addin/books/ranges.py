"""Cells that were written, as a receipt names them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from addin.books.cellxml import Area
from workbook_templates.addresses import address

__all__ = ["joined", "named_ranges", "quoted"]

_PLAIN: Final = re.compile(r"[^\W\d][\w.]*")
_LIKE_A_CELL: Final = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*|TRUE|FALSE", re.IGNORECASE)


def quoted(sheet: str) -> str:
    """
    Write a sheet's name as a formula would.

    Examples
    --------
    >>> quoted("Inputs"), quoted("Customer P&L"), quoted("Q1"), quoted("O'Hara")
    ('Inputs', "'Customer P&L'", "'Q1'", "'O''Hara'")
    """
    if _PLAIN.fullmatch(sheet) and not _LIKE_A_CELL.fullmatch(sheet):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def joined(cells: Iterable[tuple[int, int]]) -> list[Area]:
    """
    Put cells together into rectangles.

    Parameters
    ----------
    cells : iterable of (int, int)
        Row and column of each.

    Examples
    --------
    >>> [str(area) for area in joined([(2, 2), (3, 2), (2, 3), (3, 3), (9, 1)])]
    ['B2:C3', 'A9:A9']
    """
    runs: list[list[int]] = []  # column, first and last row
    for column, row in sorted((column, row) for row, column in set(cells)):
        if runs and runs[-1][0] == column and runs[-1][2] == row - 1:
            runs[-1][2] = row
        else:
            runs.append([column, row, row])
    areas: list[Area] = []
    for column, first, last in sorted(runs, key=lambda run: (run[1], run[2], run[0])):
        before = areas[-1] if areas else None
        if before and (before.first_row, before.last_row, before.last_column) == (first, last, column - 1):
            areas[-1] = Area(first, before.first_column, last, column)
        else:
            areas.append(Area(first, column, last, column))
    return sorted(areas, key=_reading_order)


def named_ranges(written: Mapping[str, Iterable[Area]], sheets: Sequence[str]) -> tuple[str, ...]:
    """
    Name areas by sheet in the workbook's order, those of a sheet from top to bottom.

    Parameters
    ----------
    written : mapping of str to iterable of Area
        Sheet to the areas that were written on it.
    sheets : sequence of str
        All sheets, in the order of their tabs.

    Examples
    --------
    >>> named_ranges({"P&L": [Area(9, 1, 9, 1), Area(2, 1, 4, 2)], "In": [Area(1, 1, 1, 1)]}, ["In", "P&L"])
    ('In!A1', "'P&L'!A2:B4", "'P&L'!A9")
    """
    return tuple(
        f"{quoted(sheet)}!{_text(area)}"
        for sheet in sheets
        for area in sorted(written.get(sheet, ()), key=_reading_order)
    )


def _reading_order(area: Area) -> tuple[int, int]:
    return area.first_row, area.first_column


def _text(area: Area) -> str:
    first = address(area.first_row, area.first_column)
    return first if first == address(area.last_row, area.last_column) else str(area)
