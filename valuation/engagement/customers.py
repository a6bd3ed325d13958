"""The customers of a base, and the places in it that the ids of other tables lead to."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import IntArray, refuse_rows
from valuation.cost.ledger import TextArray, required_column, texts_of
from valuation.errors import InputError

__all__ = ["ID_COLUMNS", "Customers", "read_customers", "trimmed"]

ID_COLUMNS: Final = ("referrer_id", "referred_id", "influencer_id", "influenced_id", "customer_id")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Customers:
    """
    The base.

    Attributes
    ----------
    ids : Index
        As given.
    keys : Index
        What ids are compared by: trimmed texts, or the numbers themselves where every id is a whole number.
    """

    ids: "pd.Index[Any]"
    keys: "pd.Index[Any]"

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def has_numbers(self) -> bool:
        """Whether all ids are whole numbers."""
        return self.keys.dtype.kind == "i"

    def places(self, table: pd.DataFrame, name: str, where: str) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """
        Place in the base of each id of a column, and where it is blank.

        An id that is not in the base gets a place behind it, the same in every row; a blank gets -1.
        """
        column = required_column(table, name, where)
        values = np.asarray(column).astype(np.int64) if self.has_numbers else np.asarray(column, dtype=object)
        places = self.keys.get_indexer(pd.Index(values, dtype=self.keys.dtype)).astype(np.int64)
        missing = np.flatnonzero(places < 0)
        blank = np.zeros(places.size, dtype=np.bool_)
        left = values[missing]
        if not self.has_numbers:
            # Most ids are written as they are in the base; only the others are worth trimming.
            left = trimmed(left)
            blank[missing] = left == ""
            places[missing] = self.keys.get_indexer(pd.Index(left, dtype=object))
        outside = (places < 0) & ~blank
        places[outside] = len(self) + pd.factorize(left[outside[missing]])[0]
        return places, blank


def read_customers(ids: npt.ArrayLike, *tables: pd.DataFrame | None) -> Customers:
    """Read the base; the tables are those whose ids will be looked up in it."""
    given: Any = ids if hasattr(ids, "dtype") else np.array(ids, dtype=object)
    if np.ndim(given) != 1:
        raise InputError(f"ids must be one column, not of shape {np.shape(given)}")
    columns = [table[name] for table in tables if table is not None for name in ID_COLUMNS if name in table]
    kinds = {getattr(column.dtype, "kind", "O") for column in (given, *columns) if len(column)}
    as_numbers = kinds <= {"i", "u"} and not any(pd.api.types.is_extension_array_dtype(column) for column in columns)
    keys = np.asarray(given).astype(np.int64) if as_numbers else trimmed(given)
    index = pd.Index(keys, dtype=keys.dtype)
    if not as_numbers:
        refuse_rows(keys == "", np.asarray(given, dtype=object), InputError, "ids must not be blank")
    if not index.is_unique:  # asked first, since it fills the same hash table that the look-ups need
        refuse_rows(np.asarray(index.duplicated()), keys, InputError, "ids must each be there once")
    return Customers(ids=pd.Index(given, name="customer_id"), keys=index)


def trimmed(values: Any) -> TextArray:
    """Ids as trimmed texts; a blank is ""."""
    raw = np.asarray(values, dtype=object)
    if pd.api.types.infer_dtype(raw, skipna=False) == "string":
        # The usual case: nothing but texts, which spares looking each distinct one up.
        return np.array(list(map(str.strip, raw.tolist())), dtype=object)
    return texts_of(raw)
