"""What several functions say in the same words."""

from typing import Any

import numpy.typing as npt

__all__ = ["ARRAY", "CALL_ERRORS", "ROW_ERRORS"]

ARRAY = npt.NDArray[Any]

ROW_ERRORS = (
    "#N/A where a needed cell is blank, #VALUE! where text, TRUE/FALSE or a date stands instead of a number, #NUM! "
    "where a number is out of range; an error cell gives that same error. The other rows keep their values."
)
CALL_ERRORS = (
    "One error for the whole call: #N/A where a needed cell is blank, #VALUE! where text stands instead of a number or "
    "lengths differ, #NUM! where a number is out of range; an error cell gives that same error."
)
