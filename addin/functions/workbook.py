"""Functions that look after a sheet: totals that hide nothing, and the reason for the last error."""

from collections.abc import Sequence
from math import fsum
from typing import Any

import numpy.typing as npt

from addin.calls import last_message
from addin.cells import read_vector
from addin.registry import Argument, Example, Result, Shape, worksheet_function
from valuation.tables import Blank, Column, Fault, Kind

FAMILY = "Workbook"


@worksheet_function(
    arguments=(Argument("cells", Kind.ANY, "The cells to look at", shape=Shape.CELLS),),
    result=Result.SINGLE,
    columns=(Column("count", Kind.COUNT, "Cells that a SUM would skip or stumble over", "count"),),
    blank="0 means that every cell is a number or blank. This function never gives an error itself.",
    example=Example(([[100], ["#N/A"], ["n/a"], [None]],), 2),
    family=FAMILY,
)
def cv_errcount(cells: Sequence[object], /) -> int:
    """How many cells of a range are errors, texts or TRUE/FALSE, which a SUM would skip or stumble over?"""
    faults = read_vector(cells, Kind.NUMBER).faults
    return 0 if faults is None else int((faults > Fault.BLANK).sum())


@worksheet_function(
    arguments=(Argument("cells", Kind.NUMBER, "The cells to add up", shape=Shape.BLOCK, blank=Blank.ALLOWED),),
    result=Result.SINGLE,
    columns=(Column("sum", Kind.NUMBER, "Sum of the numbers"),),
    blank="Blank cells count nothing. Unlike in SUM, text or TRUE/FALSE gives #VALUE!, an error cell that same error.",
    example=Example(([[100.1], [200.2], [None]],), 300.3),
    family=FAMILY,
)
def cv_sum(cells: npt.NDArray[Any], /) -> float:
    """What is the sum of a range, provided that nothing in it would be skipped?"""
    return fsum(cells[cells == cells])


@worksheet_function(
    arguments=(),
    result=Result.SINGLE,
    columns=(Column("message", Kind.TEXT, "Name of the function and what it had to say"),),
    blank="An empty text means that no function has had anything to say.",
    example=Example((), ""),
    family=FAMILY,
)
def cv_lasterror() -> str:
    """Why did the last function that gave an error or a note do so?"""
    return last_message()
