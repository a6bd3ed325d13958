"""
An input with periods across, laid out anew: the same labels, headings and periods in the same columns.

What is no data is left out: totals and titles of sections, and columns between the months that sum them up. So people
go on filling it in at the right and below, and a refresh reads it by the mapping that comes with it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from workbook_templates.layout import Block
from workbook_templates.likeness import PeriodSheet
from workbook_templates.mapping.model import Across, TableMap
from workbook_templates.mapping.periods import period_ends
from workbook_templates.mapping.reading import cell_text
from workbook_templates.mapping.views import SheetView

__all__ = ["period_sheet"]

MONTH: Final = "mmm-yy"
AMOUNT: Final = "#,##0"


def period_sheet(sheet: SheetView, mapped: TableMap, *, name: str, title: str) -> tuple[PeriodSheet, TableMap]:
    """
    Lay out a block with periods across on a sheet of its own.

    Parameters
    ----------
    sheet : SheetView
        Where it stands now.
    mapped : TableMap
        How it is read there; it must have periods across.
    name, title : str
        Of the new sheet.

    Returns
    -------
    PeriodSheet
        The new sheet: amounts in the unit and with the sign that they have now.
    TableMap
        How it is read there.

    Raises
    ------
    ValueError
        If the block has no periods across.
    MappingError
        If the headings do not say which periods they are.
    """
    across = mapped.across
    if across is None:
        raise ValueError(f"{mapped.table} on sheet {mapped.sheet} has no periods across")
    header = max(across.row, mapped.header_row)
    labels = _labels(sheet, mapped, across)
    periods = [*_periods(sheet, across)]
    columns = [*labels, *periods]
    rows = [*_rows(sheet, mapped, periods)]
    headers = {column.at: column.header for column in mapped.columns}
    head = [headers.get(at) or cell_text(sheet.cell(header, at)) or None for at in labels]
    first = periods[0]
    block = Block(
        row=header,
        column=labels[0],
        head=(*head, *(sheet.cell(across.row, at) for at in periods)),
        rows=tuple(tuple(sheet.cell(row, at) for at in columns) for row in rows),
        formats=(*("@" for _ in labels), *(_code(sheet, rows, at) for at in periods)),
        head_formats=(*("@" for _ in labels), *(_head_code(sheet, across.row, at) for at in periods)),
        labels=len(labels),
    )
    laid = replace(
        mapped,
        sheet=name,
        header_row=header,
        first_row=header + 1,
        last_row=None,
        across=replace(across, row=header, first_column=first, last_column=None),
        excel_table="",
        skip=(),
        evidence=(),
    )
    widths = {at: max(8.0, len(str(text or "")) + 3.0) for at, text in zip(labels, head, strict=True)}
    return PeriodSheet(table=mapped.table, name=name, title=title, block=block, widths=widths), laid


def _labels(sheet: SheetView, mapped: TableMap, across: Across) -> list[int]:
    """Give the columns left of the periods, without a gap: a period must not move when one is inserted before it."""
    first = min(column.at for column in mapped.columns)
    return list(range(first, across.first_column)) if first < across.first_column else [first]


def _periods(sheet: SheetView, across: Across) -> Iterator[int]:
    last = across.last_column or sheet.width
    columns = range(across.first_column, last + 1)
    ends = period_ends([sheet.cell(across.row, at) for at in columns], across.headings, across.first_period)
    return (at for at, end in zip(columns, ends, strict=True) if end is not None)


def _rows(sheet: SheetView, mapped: TableMap, periods: Sequence[int]) -> Iterator[int]:
    """Give the rows with data, those included whose amounts are all blank, as far as the block goes."""
    skipped = {_folded(label) for label in mapped.skip}
    read = [column.at for column in mapped.columns]
    left = range(1, periods[0])
    for row in range(mapped.first_row, (mapped.last_row or len(sheet.rows)) + 1):
        cells = [sheet.cell(row, at) for at in (*read, *periods)]
        is_data = not any(_folded(cell_text(sheet.cell(row, at))) in skipped for at in left)
        if is_data and all(cell in (None, "") for cell in cells):
            if mapped.last_row is None:
                return
        elif is_data:
            yield row


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _code(sheet: SheetView, rows: Sequence[int], at: int) -> str:
    code = sheet.number_format(rows[0], at) if rows else "General"
    return AMOUNT if code == "General" else code


def _head_code(sheet: SheetView, row: int, at: int) -> str:
    code = sheet.number_format(row, at)
    return MONTH if code == "General" and isinstance(sheet.cell(row, at), dt.date) else code
