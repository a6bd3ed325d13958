"""
Cells to arrays and back: the one place that decides what a blank, a NaN, an error value, a date or a text is.

Every host hands over its own idea of a cell. The desktop gives floats, ``datetime``, ``Decimal`` for cells in a
currency format, and texts for errors; Office.js gives numbers (dates are serials), ``None`` and ``""``; a file gives
what its reader makes of it. `single` says what one cell holds; `vectors` reads a column and says of each cell that has
no value why it has none; `ranges` finds rows, columns and single cells in an argument; `frames` reads and writes whole
tables; `writing` turns results into plain Python that every host can carry.

========================  ==================================================================
a cell holds              it counts as
========================  ==================================================================
None, NaN, NaT, ""        blank: never zero
TRUE, FALSE               a flag; no number
int, float, Decimal       a number
text                      a text; "12" is no number and "2025-12-31" no date
"#N/A" and its like       that error value, wherever it came from
date, datetime            a date; no number
serial number             a date, where a date is wanted
========================  ==================================================================
"""

from addin.cells.frames import column_cells, read_table_data, read_table_range, table_cells
from addin.cells.ranges import Rectangle, read_rectangle, write_rectangle
from addin.cells.single import error_value, fault_error, is_blank
from addin.cells.vectors import Vector, read_vector
from addin.cells.writing import plain_cell, plain_column

__all__ = [
    "Rectangle",
    "Vector",
    "column_cells",
    "error_value",
    "fault_error",
    "is_blank",
    "plain_cell",
    "plain_column",
    "read_rectangle",
    "read_table_data",
    "read_table_range",
    "read_vector",
    "table_cells",
    "write_rectangle",
]
