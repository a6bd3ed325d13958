"""Whole tables: an Excel table becomes typed columns, and a result's columns become cells."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from addin.cells.ranges import Rectangle
from addin.cells.vectors import Vector, read_vector
from addin.cells.writing import plain_column
from addin.workbook import RawTable
from valuation.errors import InputError
from valuation.tables import Column, Fault, Table, TableData, normalise_heading
from workbook_templates.plan import Cell, CellError

__all__ = ["column_cells", "read_table_data", "read_table_range", "table_cells"]


def read_table_data(raw: RawTable, table: Table) -> TableData:
    """
    Read an Excel table as a table of the data contract.

    Parameters
    ----------
    raw : RawTable
        The cells, by header text.
    table : Table
        The contract. Columns are found by heading or name; the sheet's other columns are left alone, or read as what
        the contract says of further columns.

    Returns
    -------
    TableData
        The columns that are there, in the order of the contract, further ones in that of the sheet; of two with the
        same heading the first. Every cell without a value has its fault, blanks included: what a blank means is the
        column's policy.
    """
    cells = list(raw.columns.values())
    vectors = {
        column.name: read_vector(cells[places[0]], column.kind, choices=column.choices)
        for column, places in _found(list(raw.columns), table)
    }
    return _joined(vectors, table, raw.rows)


def read_table_range(rectangle: Rectangle, table: Table, *, iso_dates: bool = False) -> dict[str, Vector]:
    """
    Read a range with a header row as a table of the data contract.

    Parameters
    ----------
    rectangle : Rectangle
        The range, header row first. Rows that are blank from end to end are no rows, and leave no fault.
    table : Table
        The contract. Columns are found by heading or name; others are left alone, or read as what the contract says of
        further columns.
    iso_dates : bool
        Read dates from text such as ``2025-12-31``.

    Returns
    -------
    dict of str to Vector
        The columns that are there, in the order of the contract, further ones in that of the range.

    Raises
    ------
    InputError
        If a column is missing that the table must have, or is there twice.
    """
    headings = [cell if isinstance(cell, str) else "" for cell in rectangle.cells[: rectangle.columns]]
    found = _found(headings, table)
    for column, places in found:
        if len(places) > 1:
            raise InputError(f"{table.name} must have one column '{column.title}', not two")
    there = {column.name for column, _ in found}
    for column in table:
        if column.required and column.name not in there:
            given = ", ".join(heading for heading in headings if heading) or "no header"
            raise InputError(f"{table.name} must have a column '{column.title}', not only {given}")
    vectors = {
        column.name: read_vector(rectangle.column(places[0]), column.kind, choices=column.choices, iso_dates=iso_dates)
        for column, places in found
    }
    return _without_blank_rows(vectors)


def _found(headings: Sequence[str], table: Table) -> list[tuple[Column, list[int]]]:
    """The columns that are there and where they stand: those of the contract in its order, then the further ones."""
    places: dict[str, tuple[Column, list[int]]] = {}
    for place, heading in enumerate(headings):
        column = table.column_for(heading)
        if column is not None:
            places.setdefault(normalise_heading(column.name), (column, []))[1].append(place)
    named = [places.pop(key) for key in (normalise_heading(column.name) for column in table) if key in places]
    return named + list(places.values())


def _without_blank_rows(vectors: dict[str, Vector]) -> dict[str, Vector]:
    """People select more rows than they have filled in."""
    faults = [vector.faults for vector in vectors.values()]
    if any(fault is None for fault in faults):
        return vectors
    empty = np.logical_and.reduce([fault == Fault.BLANK for fault in faults])
    return {name: vector.only(~empty) for name, vector in vectors.items()} if empty.any() else vectors


def _joined(vectors: Mapping[str, Vector], table: Table, rows: int) -> TableData:
    """Columns side by side; an object column stays one, whatever pandas makes of texts."""
    series = {name: pd.Series(vector.values, dtype=vector.values.dtype) for name, vector in vectors.items()}
    faults = {name: vector.faults for name, vector in vectors.items() if vector.faults is not None}
    return TableData(table=table, frame=pd.DataFrame(series, index=pd.RangeIndex(rows)), faults=faults)


def column_cells(values: "pd.Series[Any] | npt.NDArray[Any] | Sequence[object]", column: Column) -> list[Cell]:
    """
    Turn a column of results into cells.

    Parameters
    ----------
    values : Series, ndarray or sequence
        The values; NaN, NaT or None where there is none.
    column : Column
        Its contract: `missing` says which error stands where there is no value, "" means a blank cell.

    Returns
    -------
    list of Cell
        Plain Python values; an infinite number is ``#NUM!``.
    """
    missing = CellError(column.missing) if column.missing else None
    return plain_column(values, missing=missing)


def table_cells(frame: pd.DataFrame, table: Table) -> dict[str, list[Cell]]:
    """
    Turn a frame into the cells of a table.

    Parameters
    ----------
    frame : DataFrame
        Columns by contract name.
    table : Table
        The contract; a column that the frame lacks is blank.

    Returns
    -------
    dict of str to list of Cell
        Every column of the contract, in its order.
    """
    blank: list[Cell] = [None] * len(frame)
    return {
        column.name: column_cells(frame[column.name], column) if column.name in frame else blank for column in table
    }
