"""
Transactions and customers as the metrics need them: positions, days and whole millionths.

Money is summed in whole millionths, so that a sum of decimals is the decimal sum, whatever the order of the rows.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray, numbers, refuse_rows
from valuation.cost.ledger import required_column, texts_of
from valuation.dates import DateArray, dates
from valuation.errors import DomainError, InputError
from valuation.ids import customer_codes

__all__ = ["MICRO", "NEVER", "TYPES", "BoolArray", "Log", "Stated", "read_log", "read_stated"]

BoolArray: TypeAlias = npt.NDArray[np.bool_]

MICRO: Final = 1e6
NEVER: Final = 10**9
"""Day number of what has not happened."""
TYPES: Final = ("sale", "credit", "trial", "adjustment")

_CONTRACTS: Final = ("contractual", "transactional")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Log:
    """
    Transactions, one item for each row.

    Attributes
    ----------
    ids : ndarray, shape (m,)
        The customers.
    codes : ndarray of int, shape (n,)
        Position of the row's customer among them, -1 without one.
    days : ndarray of int, shape (n,)
        Days since 1970-01-01.
    micros : ndarray, shape (n,)
        Net amounts. [millionths of currency]
    purchase : ndarray of bool, shape (n,)
        Sales of more than nought to a customer.
    """

    ids: npt.NDArray[Any]
    codes: IntArray
    days: IntArray
    micros: FloatArray
    purchase: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stated:
    """
    What is known of the customers beside their transactions, in the order of `Log.ids`.

    Attributes
    ----------
    row : ndarray of int, shape (m,)
        Row in the table of customers, from 1; 0 where there is none.
    first, end : ndarray of int, shape (m,)
        Day of the first purchase, and day on which the contract ended or the account was closed; `NEVER` if not known.
    contractual : ndarray of bool, shape (m,)
        Whether the contract says how long it is a customer.
    alive : ndarray, shape (m,)
        Chance that it is still a customer, NaN if not known. [0-1]
    """

    row: IntArray
    first: IntArray
    end: IntArray
    contractual: BoolArray
    alive: FloatArray


def read_log(
    transactions: pd.DataFrame,
    until: np.datetime64,
    *,
    customers: pd.DataFrame | None = None,
    parents: pd.DataFrame | None = None,
    listed_only: bool = False,
) -> tuple[Log, Stated]:
    """Read the tables of `three_metrics`, whose documentation names the rules."""
    column = required_column(transactions, "customer_id", "transactions")
    days = _days(required_column(transactions, "date", "transactions"), until)
    amounts = numbers(required_column(transactions, "net_amount", "transactions"), "net_amount")
    refuse_rows(~np.isfinite(amounts), amounts, InputError, "net_amount must be a number")
    codes, ids = customer_codes(column)
    stated = None if customers is None else read_stated(customers)
    if stated is not None:
        codes, ids, stated = _joined(codes, ids, stated, listed_only=listed_only)
    if parents is not None:
        codes, ids, stated = _as_parents(codes, ids, stated, parents)
    purchase = (amounts > 0) & (codes >= 0)
    if "type" in transactions:
        purchase &= _is_sale(transactions["type"])
    log = Log(ids=ids, codes=codes, days=days, micros=np.rint(amounts * MICRO), purchase=purchase)
    return log, _nothing_known(len(ids)) if stated is None else stated[1]


def read_stated(customers: pd.DataFrame) -> tuple["pd.Series[Any]", Stated]:
    """Ids of a table of customers, and what it says of them."""
    ids = required_column(customers, "customer_id", "customers").reset_index(drop=True)
    codes, names = customer_codes(ids)
    refuse_rows(codes < 0, np.asarray(ids, dtype=object), InputError, "customers: customer_id must not be blank")
    twice = pd.Index(codes).duplicated()
    if twice.any():
        raise InputError(f"customers: row {int(np.argmax(twice)) + 1} repeats the customer_id of an earlier row")
    many = len(ids)
    alive = numbers(customers["alive"], "alive") if "alive" in customers else np.full(many, np.nan)
    refuse_rows((alive < 0) | (alive > 1), alive, DomainError, "customers: alive must be in 0..1")
    end = _optional_days(customers, "end_date")
    contractual = end < NEVER
    if "contract_type" in customers:
        words = np.char.lower(texts_of(customers["contract_type"]).astype(str))
        known = np.isin(words, ("", *_CONTRACTS))
        refuse_rows(~known, words, InputError, f"customers: contract_type must be {' or '.join(_CONTRACTS)}")
        contractual |= words == "contractual"
    return pd.Series(names[codes]), Stated(
        row=np.arange(1, many + 1),
        first=_optional_days(customers, "first_purchase"),
        end=end,
        contractual=contractual,
        alive=alive,
    )


def _days(column: "pd.Series[Any]", until: np.datetime64) -> IntArray:
    """Days of the transactions, all there and none after the last period."""
    days = dates(column.to_numpy(), "date")
    missing, late = np.isnat(days), days > until
    if missing.any():
        raise InputError(f"date is missing in row {int(np.argmax(missing)) + 1}")
    refuse_rows(late, days, InputError, f"date must not be after {until}, the end of the last period")
    return days.astype(np.int64)


def _optional_days(customers: pd.DataFrame, name: str) -> IntArray:
    """Days of a column that need not be there."""
    if name not in customers:
        return np.full(len(customers), NEVER)
    return _or_never(dates(customers[name].to_numpy(), name))


def _or_never(days: DateArray) -> IntArray:
    return np.where(np.isnat(days), NEVER, days.astype(np.int64))


def _is_sale(column: "pd.Series[Any]") -> BoolArray:
    """Rows that are sales by their word, or have none."""
    codes, words = pd.factorize(column)
    lower = [str(word).strip().casefold() for word in words]
    unknown = np.array([word not in ("", *TYPES) for word in lower] + [False])
    refuse_rows(unknown[codes], np.asarray(column), InputError, f"type must be one of {', '.join(TYPES)}")
    return np.array([word in ("", "sale") for word in lower] + [True], dtype=np.bool_)[codes]


Known: TypeAlias = tuple["pd.Series[Any]", Stated]


def _joined(
    codes: IntArray, ids: npt.NDArray[Any], known: Known, *, listed_only: bool
) -> tuple[IntArray, npt.NDArray[Any], Known]:
    """Customers of both tables; with `listed_only` those of the list alone, the others' rows being without one."""
    listed, stated = known
    both_numbers = ids.dtype.kind in "iu" and listed.dtype.kind in "iu"
    kind = np.int64 if both_numbers else object
    everyone = pd.Series(np.concatenate([ids.astype(kind), listed.to_numpy().astype(kind)]))
    places, names = customer_codes(everyone)
    own = places[len(ids) :]
    of_row = places[: len(ids)]
    if listed_only:
        on_list = np.full(len(names), -1)
        on_list[own] = np.arange(len(own))
        of_row, own, names = on_list[of_row], np.arange(len(own)), names[own]
    full = _nothing_known(len(names))
    for name in Stated.__dataclass_fields__:
        getattr(full, name)[own] = getattr(stated, name)
    codes = np.append(of_row, -1)[codes]
    return codes, names, (pd.Series(names), full)


def _as_parents(
    codes: IntArray, ids: npt.NDArray[Any], known: Known | None, parents: pd.DataFrame
) -> tuple[IntArray, npt.NDArray[Any], Known]:
    """Accounts as the parents that they belong to; an account without one stands for itself."""
    accounts = texts_of(required_column(parents, "customer_id", "parents"))
    owners = texts_of(required_column(parents, "parent_id", "parents"))
    owners = np.where(owners == "", accounts, owners)
    refuse_rows(accounts == "", accounts, InputError, "parents: customer_id must not be blank")
    twice = pd.Index(accounts).duplicated()
    if twice.any():
        raise InputError(f"parents: row {int(np.argmax(twice)) + 1} repeats the customer_id of an earlier row")
    level = pd.Series(owners, index=accounts)
    above = level.reindex(owners).to_numpy(dtype=object)
    deeper = ~pd.isna(above) & (above != owners)
    if deeper.any():
        row = int(np.argmax(deeper)) + 1
        raise InputError(f"parents must be one level: the parent in row {row} has a parent itself")
    own = texts_of(ids)
    names = level.reindex(own).to_numpy(dtype=object)
    places, parent_ids = pd.factorize(np.where(pd.isna(names), own, names), sort=True)
    stated = _nothing_known(len(ids)) if known is None else known[1]
    merged = _nothing_known(len(parent_ids))
    merged.end[:] = -NEVER
    np.maximum.at(merged.row, places, stated.row)
    np.minimum.at(merged.first, places, stated.first)
    np.maximum.at(merged.end, places, stated.end)  # a parent is lost with its last account
    np.logical_or.at(merged.contractual, places, stated.contractual)
    np.fmax.at(merged.alive, places, stated.alive)
    codes = np.append(places.astype(np.int64), -1)[codes]
    return codes, np.asarray(parent_ids, dtype=object), (pd.Series(parent_ids), merged)


def _nothing_known(many: int) -> Stated:
    """Customers of whom there are only transactions."""
    return Stated(
        row=np.zeros(many, dtype=np.int64),
        first=np.full(many, NEVER),
        end=np.full(many, NEVER),
        contractual=np.zeros(many, dtype=np.bool_),
        alive=np.full(many, np.nan),
    )
