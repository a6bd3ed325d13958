"""The customers of a base, and the places in it that the ids of other tables lead to."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import IntArray, refuse_rows
from valuation.cost.ledger import required_column, texts_of
from valuation.errors import InputError

__all__ = ["ID_COLUMNS", "Customers", "read_customers"]

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

    def places(self, table: pd.DataFrame, name: str, where: str) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """
        Place in the base of each id of a column, and where it is blank.

        An id that is not in the base gets a place behind it, the same in every row; a blank gets -1.
        """
        values = _keys(required_column(table, name, where), as_numbers=self.keys.dtype.kind in "iu")
        places = self.keys.get_indexer(pd.Index(values, dtype=self.keys.dtype)).astype(np.int64)
        outside = places < 0
        blank = outside & (values == "") if self.keys.dtype.kind == "O" else np.zeros_like(outside)
        outside &= ~blank
        places[outside] = len(self) + pd.factorize(values[outside])[0]
        return places, blank


def read_customers(ids: npt.ArrayLike, *tables: pd.DataFrame | None) -> Customers:
    """Read the base; the tables are those whose ids will be looked up in it."""
    given: Any = ids if hasattr(ids, "dtype") else np.array(ids, dtype=object)
    if np.ndim(given) != 1:
        raise InputError(f"ids must be one column, not of shape {np.shape(given)}")
    columns = [table[name] for table in tables if table is not None for name in ID_COLUMNS if name in table]
    kinds = {getattr(column.dtype, "kind", "O") for column in (given, *columns) if len(column)}
    as_numbers = kinds <= {"i", "u"} and not any(pd.api.types.is_extension_array_dtype(column) for column in columns)
    keys = _keys(given, as_numbers=as_numbers)
    index = pd.Index(keys, dtype=keys.dtype)
    if not as_numbers:
        refuse_rows(keys == "", np.asarray(given, dtype=object), InputError, "ids must not be blank")
    if not index.is_unique:  # asked first, since it fills the same hash table that the look-ups need
        refuse_rows(np.asarray(index.duplicated()), keys, InputError, "ids must each be there once")
    return Customers(ids=pd.Index(given, name="customer_id"), keys=index)


def _keys(values: Any, *, as_numbers: bool) -> npt.NDArray[Any]:
    """Ids in a form in which equal ones are equal; a blank is ""."""
    if as_numbers:
        return np.asarray(values).astype(np.int64)
    raw = np.asarray(values, dtype=object)
    if pd.api.types.infer_dtype(raw, skipna=False) == "string":
        # The usual case: nothing but texts, which spares looking each distinct one up.
        return np.array(list(map(str.strip, raw.tolist())), dtype=object)
    return texts_of(raw)
