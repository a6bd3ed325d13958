"""
Overrides: people may put a customer into another segment than the model does, but not without a trace.

An override holds until the day it expires, and only if it says why, who stands for it, and when it expires. What the
overrides do in sum is shown beside the segments, because exceptions that nobody adds up become the rule.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, IntArray, numbers, refuse_rows
from valuation.dates import dates, one_date
from valuation.errors import DomainError, InputError
from valuation.segments.tiers import LabelArray, checked_labels, checked_places

__all__ = ["OVERRIDE_COLUMNS", "OverriddenSegments", "apply_overrides"]

OVERRIDE_COLUMNS: Final = ("customer_id", "segment", "reason", "owner", "expires")

_NEEDED: Final = {"reason": "reason", "owner": "owner", "expires": "expiry"}
_NO_SEGMENT: Final = "without segment"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverriddenSegments:
    """
    Official segments, and what became of each override.

    Attributes
    ----------
    segment : ndarray of str, shape (n,)
        Official segment of each customer; None where neither the model nor an override gives one.
    register : DataFrame
        One row per override: row, counted from 1; customer_id; segment; model_segment; status, one of "applied",
        "expired", "not complete", "unknown customer", "unknown segment" and "twice"; why, in words.
    effect : DataFrame
        Index segment, in the order of the labels; customers_before, customers_after, value_before, value_after: with
        the model's segments and with the official ones. [count, currency]
    moves : DataFrame
        One row per pair of segments between which customers moved: from_segment, to_segment, customers, value.
    customers_overridden : int
        Customers to whom an override applies. [count]
    value_moved : float
        Sum of the amounts of value, whatever their sign, of the customers whose segment it changes. [currency]
    """

    segment: LabelArray
    register: pd.DataFrame
    effect: pd.DataFrame
    moves: pd.DataFrame
    customers_overridden: int
    value_moved: float


def apply_overrides(
    ids: npt.ArrayLike,
    model_segments: npt.ArrayLike,
    overrides: pd.DataFrame,
    *,
    values: Column,
    as_of: np.datetime64,
    labels: Sequence[str],
) -> OverriddenSegments:
    """
    Put the overrides that apply in place of the model's segments.

    Parameters
    ----------
    ids : array_like of str, shape (n,)
        The customers, each once.
    model_segments : array_like of str, shape (n,)
        Segment of each customer by the model; None, NaN or "" for none.
    overrides : DataFrame
        Columns `OVERRIDE_COLUMNS`: customer_id, segment, reason and owner in words, expires the last day on which it
        holds.
    values : array_like, shape (n,)
        Value of each customer; one that is missing adds nothing to the sums. [currency]
    as_of : datetime64
        The day for which the segments are.
    labels : sequence of str
        Names of all segments.

    Returns
    -------
    OverriddenSegments
        Official segments, the register of the overrides, and their effect.

    Raises
    ------
    DomainError
        If a value is infinite.
    InputError
        If an id is missing or stands twice, lengths differ, a column is not there, a model's segment is not among the
        labels, or something else than a date stands in expires.

    Notes
    -----
    What is wrong with an override is never guessed at: it does not apply, its row of the register says why, and the
    model's segment stays. Where two overrides of a customer could both apply, none does. One that has expired does not
    stand in the way of its successor.

    Examples
    --------
    >>> register = pd.DataFrame(
    ...     {
    ...         "customer_id": ["B", "A"], "segment": ["Key", "Key"], "reason": ["reference", ""],
    ...         "owner": ["sales", "sales"], "expires": np.array(["2026-06-30"] * 2, dtype="datetime64[D]"),
    ...     }
    ... )
    >>> found = apply_overrides(
    ...     ["A", "B"], ["Base", "Base"], register, values=[10.0, 5.0], as_of=np.datetime64("2025-12-31"),
    ...     labels=["Key", "Base"],
    ... )
    >>> found.segment.tolist(), found.register["why"].tolist(), found.value_moved
    (['Base', 'Key'], ['Key instead of Base until 2026-06-30', 'no reason'], 5.0)
    """
    names, day = checked_labels(labels), one_date(as_of, "as_of")
    customers = _customers(ids)
    before = checked_places(model_segments, names, name="model_segments")
    if before.shape != customers.shape:
        raise InputError(f"model_segments must have the shape of ids, {customers.shape}, not {before.shape}")
    amounts = _amounts(values, customers.shape)
    given = _columns(overrides)
    row_of = _places(given["customer_id"], customers)
    place_of = _places(given["segment"], np.array(names, dtype=object))
    judged = _judged(given, row_of, place_of, before, names, day)
    applied = np.array([status == "applied" for status, _ in judged], dtype=np.bool_)
    after = before.copy()
    after[row_of[applied]] = place_of[applied]
    segments = np.array([*names, None], dtype=object)  # place -1 is none
    register = {
        "customer_id": given["customer_id"],
        "segment": given["segment"],
        "model_segment": [segments[before[row]] if row >= 0 else None for row in row_of.tolist()],
        "status": [status for status, _ in judged],
        "why": [why for _, why in judged],
    }
    texts = {name: pd.Series(column, dtype=object) for name, column in register.items()}
    return OverriddenSegments(
        segment=segments[after],
        register=pd.DataFrame({"row": np.arange(1, applied.size + 1), **texts}),
        effect=_effect(before, after, amounts, names),
        moves=_moves(before, after, amounts, names),
        customers_overridden=int(applied.sum()),
        value_moved=float(np.abs(amounts[before != after]).sum()),
    )


# At the door.


def _customers(ids: npt.ArrayLike) -> LabelArray:
    """The customers, each once."""
    customers = np.asarray(ids, dtype=object)
    if customers.ndim != 1:
        raise InputError(f"ids must be one column, not of shape {customers.shape}")
    refuse_rows(np.asarray(pd.isna(customers)), customers, InputError, "ids must be known")
    twice = pd.Index(customers).duplicated()
    if twice.any():
        row = int(np.argmax(twice))
        raise InputError(f"ids must be different, not {customers[row]!r} again in row {row + 1}")
    return customers


def _amounts(values: Column, shape: tuple[int, ...]) -> FloatArray:
    """Values that can be added up."""
    amounts = numbers(values, "values")
    if amounts.shape != shape:
        raise InputError(f"values must have one row per customer, {shape}, not {amounts.shape}")
    refuse_rows(np.isinf(amounts), amounts, DomainError, "values must be finite")
    return np.where(np.isnan(amounts), 0.0, amounts)


def _columns(overrides: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
    """The columns of the register, None for every blank text."""
    missing = [name for name in OVERRIDE_COLUMNS if name not in overrides]
    if missing:
        raise InputError(f"overrides must have the columns {', '.join(OVERRIDE_COLUMNS)}, not lack {missing[0]}")
    columns: dict[str, npt.NDArray[Any]] = {
        name: np.array([None if _is_blank(cell) else cell for cell in overrides[name].tolist()], dtype=object)
        for name in OVERRIDE_COLUMNS
    }
    return columns


def _is_blank(cell: object) -> bool:
    """Whether nothing, or nothing but spaces, is written."""
    return not cell.strip() if isinstance(cell, str) else bool(pd.isna(cell))  # type: ignore[call-overload]


def _places(cells: npt.NDArray[Any], known: npt.NDArray[Any]) -> IntArray:
    """Place of each cell among the known ones, -1 for none."""
    found = pd.Index(known, dtype=object).get_indexer(pd.Index(cells, dtype=object))
    return np.asarray(found, dtype=np.int64)


# One override, and all of them.


def _judged(
    given: dict[str, npt.NDArray[Any]],
    row_of: IntArray,
    place_of: IntArray,
    before: IntArray,
    names: list[str],
    day: np.datetime64,
) -> list[tuple[str, str]]:
    """Status of each override, and why, in words."""
    expires = dates(given["expires"], "expires")
    judged: list[tuple[str, str]] = []
    sound: dict[int, list[int]] = defaultdict(list)
    for row, (customer, place) in enumerate(zip(row_of.tolist(), place_of.tolist(), strict=True)):
        fault = _fault({name: column[row] for name, column in given.items()}, customer, place, expires[row], day)
        if fault is None:
            sound[customer].append(row)
            model = names[before[customer]] if before[customer] >= 0 else "none"
            change = f"{names[place]} instead of {model} until {expires[row]}"
            fault = "applied", change if place != before[customer] else "the model's segment already"
        judged.append(fault)
    for rows in sound.values():
        if len(rows) > 1:
            listed = " and ".join(str(row + 1) for row in rows)
            for row in rows:
                judged[row] = "twice", f"rows {listed} are for the same customer: none applies"
    return judged


def _fault(
    cells: dict[str, Any], customer: int, place: int, expires: np.datetime64, day: np.datetime64
) -> tuple[str, str] | None:
    """Why an override does not apply, as status and words."""
    if customer < 0:
        named = f"there is no customer {cells['customer_id']}"
        return "unknown customer", named if cells["customer_id"] is not None else "no customer"
    if place < 0:
        named = f"there is no segment {cells['segment']}"
        return "unknown segment", named if cells["segment"] is not None else "no segment"
    if expires < day:
        return "expired", f"expired on {expires}"
    needs = [words for name, words in _NEEDED.items() if cells[name] is None]
    return ("not complete", f"no {' and no '.join(needs)}") if needs else None


def _effect(before: IntArray, after: IntArray, amounts: FloatArray, names: list[str]) -> pd.DataFrame:
    """Customers and value of each segment, with the model's segments and with the official ones."""
    table = pd.DataFrame(index=pd.Index([*names, _NO_SEGMENT], name="segment"))
    for when, places in (("before", before), ("after", after)):
        rows = np.where(places < 0, len(names), places)
        table[f"customers_{when}"] = np.bincount(rows, minlength=len(names) + 1)
        table[f"value_{when}"] = np.bincount(rows, amounts, minlength=len(names) + 1)
    return table[["customers_before", "customers_after", "value_before", "value_after"]]


def _moves(before: IntArray, after: IntArray, amounts: FloatArray, names: list[str]) -> pd.DataFrame:
    """Customers and value that moved from one segment to another, in the order of the segments."""
    moved = before != after
    words = np.array([*names, _NO_SEGMENT], dtype=object)
    rows = pd.DataFrame({"from": before[moved] % words.size, "to": after[moved], "value": amounts[moved]})
    found = rows.groupby(["from", "to"])["value"].agg(["size", "sum"]).reset_index()
    return pd.DataFrame(
        {
            "from_segment": words[found["from"].to_numpy()],
            "to_segment": words[found["to"].to_numpy()],
            "customers": found["size"].to_numpy(),
            "value": found["sum"].to_numpy(),
        }
    )
