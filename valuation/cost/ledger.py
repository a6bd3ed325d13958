"""
The ledger lines and driver rows, read and checked: texts trimmed, amounts in cents, customers as places in one list.

Identifiers compare as trimmed text, so that 1001 and "1001" are one customer.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray, numbers, refuse_rows, whole_cents
from valuation.errors import DomainError, InputError
from valuation.tables import FAMILIES, GOODS, TREATMENTS

__all__ = ["STAYS_UNALLOCATED", "Ledger", "TextArray", "read_ledger", "required_column", "texts_of"]

STAYS_UNALLOCATED: Final = ("sustaining", "unallocated")

TextArray = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ledger:
    """
    What there is to trace and to allocate.

    Attributes
    ----------
    ids : Index
        The known customers as given.
    everyone : ndarray of str
        Known customers in the order of `ids`, then unknown ones as they appear.
    lines : DataFrame
        pool, gl_account, family, driver, treatment, share (of acquisition), avoidable (share, NaN where not known),
        period, origin (the service pool that passed the cost on, "" for the pool's own), cents, code (place in
        `everyone`, -1 without customer).
    driver_names : ndarray of str
        Driver of each driver row.
    driver_periods : ndarray of str
        Its period, "" for the whole year.
    driver_codes : ndarray of int
        Place in `everyone` of each driver row.
    quantities : ndarray
        Quantity of each driver row. [driver unit]
    """

    ids: "pd.Index[Any]"
    everyone: TextArray
    lines: pd.DataFrame
    driver_names: TextArray
    driver_periods: TextArray
    driver_codes: IntArray
    quantities: FloatArray

    @property
    def known(self) -> int:
        """Number of known customers."""
        return len(self.ids)


def read_ledger(pools: pd.DataFrame, drivers: pd.DataFrame, customer_ids: npt.ArrayLike) -> Ledger:
    """Read the tables of `valuation.cost.pools.cost_to_serve`, whose documentation names the rules."""
    given = np.asarray(customer_ids)
    if given.ndim != 1:
        raise InputError(f"customer_ids must be one column, not of shape {given.shape}")
    ids = pd.Index(given, name="customer_id")
    customers = _unique_texts(ids)
    lines = _lines(pools)
    traced = _optional(pools, "customer_id")
    users = texts_of(required_column(drivers, "customer_id", "drivers"))
    users[users == ""] = "(blank)"
    # In order of appearance: the known customers keep their places, the unknown ones follow.
    codes, everyone = pd.factorize(np.concatenate([customers, traced[traced != ""], users]))
    first_user = codes.size - users.size
    place = np.full(traced.size, -1, dtype=np.int64)
    place[traced != ""] = codes[customers.size : first_user]
    return Ledger(
        ids=ids,
        everyone=np.asarray(everyone, dtype=object),
        lines=lines.assign(code=place),
        driver_names=texts_of(required_column(drivers, "driver", "drivers")),
        driver_periods=_optional(drivers, "period"),
        driver_codes=codes[first_user:],
        quantities=numbers(required_column(drivers, "quantity", "drivers"), "drivers.quantity"),
    )


def _lines(pools: pd.DataFrame) -> pd.DataFrame:
    """The ledger lines with every word and number checked, and blanks filled in."""
    pool, driver = (texts_of(required_column(pools, name, "pools")) for name in ("pool", "driver"))
    treatment = _lower(texts_of(required_column(pools, "treatment", "pools")))
    family = _lower(texts_of(required_column(pools, "family", "pools")))
    refuse_rows(~np.isin(treatment, TREATMENTS), treatment, InputError, f"treatment must be {_listed(TREATMENTS)}")
    family = np.where(family == "", _lower(pool), family)  # a blank family is the pool's own name
    # A cost that stays with the company needs no family.
    known = (*FAMILIES, GOODS)
    family[~np.isin(family, known) & _blank(pools["family"]) & np.isin(treatment, STAYS_UNALLOCATED)] = ""
    refuse_rows(~np.isin(family, (*known, "")), family, InputError, f"family must be {_listed(known)}")
    return pd.DataFrame(
        {
            "pool": pool,
            "gl_account": _optional(pools, "gl_account"),
            "family": family,
            "driver": driver,
            "treatment": treatment,
            "share": np.where(treatment == "acquisition", 1.0, np.nan_to_num(_share(pools, "acq_share"))),
            "avoidable": _share(pools, "avoidable_share"),
            "period": _optional(pools, "period"),
            "origin": np.full(len(pools), "", object),
            "cents": whole_cents(required_column(pools, "amount", "pools"), "amount"),
        }
    )


def required_column(table: pd.DataFrame, name: str, where: str) -> "pd.Series[Any]":
    """A column that has to be there."""
    if name not in table.columns:
        raise InputError(f"{where} must have a column {name}, not only {', '.join(map(str, table.columns))}")
    return table[name]


def _optional(table: pd.DataFrame, name: str) -> TextArray:
    """A column of texts, all blank if it is not there."""
    return texts_of(table[name]) if name in table.columns else np.full(len(table), "", object)


def texts_of(values: Any) -> TextArray:
    """A column as trimmed texts; a blank is ""."""
    codes, found = pd.factorize(np.asarray(values, dtype=object))
    texts = np.array([*(_text(value) for value in found.tolist()), ""], dtype=object)
    return texts[codes]  # the code of a blank is -1, the last text


def _text(value: object) -> str:
    """One identifier; 1001.0 is 1001."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _lower(texts: TextArray) -> TextArray:
    """Words without regard to case."""
    return np.array([text.casefold() for text in texts], dtype=object)


def _blank(column: "pd.Series[Any]") -> npt.NDArray[np.bool_]:
    """True where nothing is written."""
    return np.asarray(texts_of(column) == "", dtype=np.bool_)


def _listed(words: tuple[str, ...]) -> str:
    """The choices, for a message."""
    return f"one of {', '.join(words)}"


def _unique_texts(ids: "pd.Index[Any]") -> TextArray:
    """The customers as texts that are each there once."""
    texts = texts_of(ids)
    refuse_rows(texts == "", np.array(ids, dtype=object), InputError, "customer_ids must not be blank")
    twice = pd.Index(texts).duplicated()
    refuse_rows(twice, texts, InputError, "customer_ids must each be there once")
    return texts


def _share(pools: pd.DataFrame, name: str) -> FloatArray:
    """A column of shares, NaN where nothing is written."""
    if name not in pools.columns:
        return np.full(len(pools), np.nan)
    share = numbers(pools[name], name)
    refuse_rows((share < 0) | (share > 1), share, DomainError, f"{name} must be in 0..1")
    return share
