"""Customers' ids as positions: text is trimmed, and in a column that holds both, 1001 and "1001" are the same."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.errors import InputError

__all__ = ["customer_codes"]

MOST_GAPS: Final = 4
"""Numbers per row from the lowest to the highest id that still count as close together."""


def customer_codes(ids: "pd.Series[Any]", name: str = "customer_id") -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
    """
    Each row's position among the sorted ids, and those ids.

    Parameters
    ----------
    ids : Series, shape (n,)
        Numbers, texts or both.
    name : str
        The column, for messages.

    Returns
    -------
    codes : ndarray of int, shape (n,)
        -1 for a blank.
    names : ndarray, shape (m,)
        Sorted. Whole numbers that stand close together are all there, those too that no row has.

    Raises
    ------
    InputError
        If an id is neither a number nor a text.

    Examples
    --------
    >>> codes, names = customer_codes(pd.Series([" B", 7, "7", None], dtype=object))
    >>> codes.tolist(), names.tolist()
    ([1, 0, 0, -1], ['7', 'B'])
    """
    if isinstance(ids.dtype, np.dtype) and ids.dtype.kind == "i" and len(ids):
        low, high = int(ids.min()), int(ids.max())
        if high - low < MOST_GAPS * len(ids):  # numbers that stand close need no table of those that occur
            return ids.to_numpy(dtype=np.int64) - low, np.arange(low, high + 1).astype(ids.dtype)
    codes, uniques = pd.factorize(ids)
    # Text is trimmed once per customer and not once per row.
    given: npt.NDArray[Any] = np.asarray(uniques)
    if given.dtype.kind not in "iuf":
        given = np.array([_id_text(item, name) for item in given], dtype=np.str_)
    names, position = np.unique(given, return_inverse=True)
    position = position.astype(np.int64)
    if names.dtype.kind == "U":
        blanks = int(names.size > 0 and names[0] == "")  # the empty text sorts first
        names, position = names[blanks:].astype(object), position - blanks
    return np.append(position, -1)[codes], names


def _id_text(item: object, name: str) -> str:
    """Return an id as trimmed text; 1001, 1001.0 and "1001" are the same customer."""
    if isinstance(item, str):
        return item.strip()
    if (
        isinstance(item, int | float | np.integer | np.floating)
        and not isinstance(item, bool)
        and float(item).is_integer()
    ):
        return str(int(item))
    raise InputError(f"{name} must be a number or a text, not {item!r}")
