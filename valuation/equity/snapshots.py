"""
Two snapshots of a customer base, read, checked and joined by customer.

A snapshot says of each customer whether it is one at that date, and what its value rests on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray, numbers
from valuation.cost.ledger import required_column, texts_of
from valuation.engagement.customers import trimmed
from valuation.errors import InputError, MissingDataError
from valuation.lifetime.conventions import FINITE, JUST_ABOVE_ZERO, PROBABILITY, RATE, Range

__all__ = ["ASSUMPTIONS", "STATUSES", "AlignedSnapshots", "Snapshot", "aligned"]

BoolArray = npt.NDArray[np.bool_]

ASSUMPTIONS: Final[Mapping[str, Range]] = {
    "gross_margin": FINITE,
    "cost_to_serve": FINITE,
    "retention_rate": PROBABILITY,
    "discount_rate": RATE,
    "horizon": Range(rule="above 0 years, or math.inf", low=JUST_ABOVE_ZERO, high=np.inf),
}
"""The columns that a value rests on, and what is allowed in them."""

STATUSES: Final[Mapping[str, str]] = {
    "active": "current",
    "current": "current",
    "lost": "lost",
    "prospect": "prospect",
}
"""Words of the column status, and what they mean: only who is current has a value."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """
    The customers at one date, in the order of the table.

    Attributes
    ----------
    current : ndarray of bool, shape (n,)
        Whether each is a customer at that date.
    prospect : ndarray of bool, shape (n,)
        Whether it has never been one.
    known : ndarray of bool, shape (n,)
        Whether nothing that its value rests on is missing.
    assumptions : dict of str to ndarray, shape (n,)
        The columns of `ASSUMPTIONS`.
    """

    current: BoolArray
    prospect: BoolArray
    known: BoolArray
    assumptions: dict[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlignedSnapshots:
    """
    Two snapshots joined by customer.

    Attributes
    ----------
    ids : ndarray, shape (n,)
        Every customer once: those of opening in its order, then the others in the order of closing. Trimmed texts, or
        the numbers where all ids are whole numbers.
    opening, closing : Snapshot
        Each in the order of its own table.
    opening_row, closing_row : ndarray of int, shape (n,)
        Place of each customer in either table, from 0; -1 where it is not there.
    """

    ids: npt.NDArray[Any]
    opening: Snapshot
    closing: Snapshot
    opening_row: IntArray
    closing_row: IntArray


def aligned(opening: pd.DataFrame, closing: pd.DataFrame) -> AlignedSnapshots:
    """
    Join two snapshots of a customer base by customer.

    Parameters
    ----------
    opening, closing : DataFrame
        One row for each customer at the two dates, columns:

        * customer_id, which compares as trimmed text;
        * status: active (or current), lost (once a customer) or prospect (never one). Without that column all are
          active;
        * gross_margin and cost_to_serve of an active customer; a cost is positive [currency/year];
        * retention_rate, chance to stay for a year [1/year];
        * discount_rate, effective, above -1 [1/year];
        * horizon, above 0 and ``math.inf`` for no end [years].

        NaN is not known; what stands in the row of a customer who is not active is not looked at.

    Returns
    -------
    AlignedSnapshots
        What `roll_forward_aligned` takes.

    Raises
    ------
    DomainError
        If a number is out of range.
    InputError
        If a column is missing or not of numbers, a status is unknown, an id stands twice, or the two snapshots share
        no customer although both have some.
    MissingDataError
        If an id or a status is blank.

    Notes
    -----
    A customer whose id has changed, by a merger or a move to another system, is one customer lost and one won: replace
    old ids before.

    Examples
    --------
    >>> base = {"gross_margin": 300.0, "cost_to_serve": 0.0, "retention_rate": 0.8, "discount_rate": 0.1}
    >>> before = pd.DataFrame({"customer_id": ["A", "B"], "horizon": 3.0} | base)
    >>> after = pd.DataFrame({"customer_id": ["C", "B "], "horizon": 3.0} | base)
    >>> both = aligned(before, after)
    >>> both.ids.tolist(), both.closing_row.tolist()
    (['A', 'B', 'C'], [-1, 1, 0])
    """
    codes, ids = _joined(
        required_column(opening, "customer_id", "opening"), required_column(closing, "customer_id", "closing")
    )
    before, after = codes[: len(opening)], codes[len(opening) :]
    _refuse_twice(before, "opening")
    _refuse_twice(after, "closing")
    if before.size and after.size and after.min() >= before.size:
        raise InputError("opening and closing share no customer_id: are they snapshots of one base, with the same ids?")
    rows = {}
    for name, places in (("opening", before), ("closing", after)):
        rows[name] = np.full(len(ids), -1, dtype=np.int64)
        rows[name][places] = np.arange(places.size)
    return AlignedSnapshots(
        ids=ids,
        opening=_read(opening, "opening"),
        closing=_read(closing, "closing"),
        opening_row=rows["opening"],
        closing_row=rows["closing"],
    )


def _joined(opening: "pd.Series[Any]", closing: "pd.Series[Any]") -> tuple[IntArray, npt.NDArray[Any]]:
    """Number of the customer of each row of both tables, by order of appearance, and the customers."""
    columns: tuple[tuple[str, pd.Series[Any]], ...] = (("opening", opening), ("closing", closing))
    if all(isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" for _, column in columns):
        keys: list[npt.NDArray[Any]] = [column.to_numpy().astype(np.int64) for _, column in columns]
    else:
        keys = [trimmed(column) for _, column in columns]
        for (name, _), texts in zip(columns, keys, strict=True):
            _refuse(texts == "", MissingDataError, f"{name}.customer_id is blank")
    codes, ids = pd.factorize(np.concatenate(keys))
    return codes.astype(np.int64, copy=False), np.asarray(ids)


def _refuse_twice(codes: IntArray, name: str) -> None:
    """Each customer stands once in a table."""
    if codes.size and np.bincount(codes).max() > 1:
        _refuse(
            pd.Series(codes).duplicated().to_numpy(), InputError, f"{name}.customer_id must be there once, but is again"
        )


def _refuse(bad: BoolArray, error: type[Exception], words: str) -> None:
    """Raise for the first bad row."""
    if bad.any():
        raise error(f"{words} in row {int(np.argmax(bad)) + 1}")


def _read(table: pd.DataFrame, name: str) -> Snapshot:
    """One snapshot, with every number of a current customer in its range or missing."""
    current, prospect = _status(table, name)
    known = current.copy()
    assumptions = {}
    for column, limits in ASSUMPTIONS.items():
        values = numbers(required_column(table, column, name), f"{name}.{column}")
        if not limits.holds_everywhere(values):
            missing = np.isnan(values)
            wrong = np.flatnonzero(current & ~missing & ~limits.holds(values))
            if wrong.size:
                raise limits.refusal(f"{name}.{column}, row {wrong[0] + 1},", float(values[wrong[0]]))
            known &= ~missing
        assumptions[column] = values
    return Snapshot(current=current, prospect=prospect, known=known, assumptions=assumptions)


def _status(table: pd.DataFrame, name: str) -> tuple[BoolArray, BoolArray]:
    """Who is a customer, and who has never been one."""
    if "status" not in table.columns:
        return np.ones(len(table), dtype=np.bool_), np.zeros(len(table), dtype=np.bool_)
    codes, words = pd.factorize(texts_of(table["status"]))
    meanings = np.array([STATUSES.get(word.casefold(), word) for word in words.tolist()], dtype=object)
    _refuse((meanings == "")[codes], MissingDataError, f"{name}.status is blank")
    _refuse(
        ~np.isin(meanings, list(STATUSES.values()))[codes],
        InputError,
        f"{name}.status must be one of {', '.join(STATUSES)}, but is another word",
    )
    return (meanings == "current")[codes], (meanings == "prospect")[codes]
