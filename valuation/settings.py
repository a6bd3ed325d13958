"""
The assumptions in force: the register of the workbook laid over the documented defaults.

Customer beats segment beats all. What is missing, unknown or out of range is a finding; the default is used and shown.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.assumptions import ASSUMPTIONS, Assumption, Wanted
from valuation.findings import Finding, Severity
from valuation.tables import TableData

__all__ = ["Settings", "read_settings"]

Value = float | str | np.datetime64 | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Assumptions by id, for all and where they differ.

    Attributes
    ----------
    values : mapping of str to value
        For every id of the register, for scope all: number, word, date or None.
    scoped : mapping of (str, str) to mapping of str to float
        (id, "segment" or "customer") to the values by segment or customer id.
    units : mapping of str to str
        The unit as the workbook states it.
    """

    values: Mapping[str, Value]
    scoped: Mapping[tuple[str, str], Mapping[str, float]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def number(self, id_: str) -> float:
        """Give a number for all; NaN where the register has none."""
        value = self.values[id_]
        return math.nan if value is None else float(value)

    def word(self, id_: str) -> str:
        """Give a word or text for all."""
        return str(self.values[id_] or "")

    def date(self, id_: str) -> np.datetime64 | None:
        """Give a date for all, or None."""
        value = self.values[id_]
        return value if isinstance(value, np.datetime64) else None

    def by_customer(self, id_: str, customers: pd.DataFrame) -> npt.NDArray[np.float64]:
        """
        Give the value that holds for each customer.

        Parameters
        ----------
        id_ : str
            An assumption that may be scoped.
        customers : pandas.DataFrame
            With columns `customer_id` and `segment`.

        Returns
        -------
        ndarray, shape (n,)
            NaN where no scope has a value.
        """
        result = np.full(len(customers), self.number(id_))
        for scope, column in (("segment", "segment"), ("customer", "customer_id")):
            special = self.scoped.get((id_, scope))
            if special:
                own = customers[column].map(special).to_numpy(dtype=float)
                result = np.where(np.isnan(own), result, own)
        return result

    def convention(self) -> str:
        """Say in one line how values were computed; it stands beside every one of them."""
        horizon = self.number("horizon")
        years = "no horizon" if math.isinf(horizon) else f"{horizon:g} years"
        rate = self.number("discount_rate")
        return (
            f"{years}, {rate:.2%} a year, margin at {self.word('timing')} of period, existing customers, "
            f"{self.number('periods_per_year'):g} period(s) a year"
        )


def read_settings(data: TableData | None) -> tuple[Settings, list[Finding]]:
    """
    Lay the workbook's register over the defaults.

    Parameters
    ----------
    data : TableData or None
        The table Assumptions, or None when the workbook has none.

    Returns
    -------
    Settings
        With a value for every id.
    list of Finding
        What is missing, unknown, doubled or out of range.
    """
    values: dict[str, Value] = {a.id: a.default for a in ASSUMPTIONS.values()}
    scoped: dict[tuple[str, str], dict[str, float]] = {}
    units: dict[str, str] = {}
    faults: dict[tuple[str, str, str], list[int]] = {}
    seen: set[tuple[str, str, str]] = set()
    for row, entry in enumerate(_entries(data), start=1):
        id_, raw, unit, scope, applies_to = entry
        known = ASSUMPTIONS.get(id_)
        if known is None:
            faults.setdefault(_UNKNOWN, []).append(row)
        elif (id_, scope, applies_to) in seen:
            faults.setdefault(_DOUBLE, []).append(row)
        elif scope != "all" and not known.scoped:
            faults.setdefault(_NOT_SCOPED, []).append(row)
        else:
            seen.add((id_, scope, applies_to))
            units.setdefault(id_, unit or known.unit)
            value, problem = _parse(known, raw)
            if problem:
                faults.setdefault(("assumption out of range", problem, "Correct the value"), []).append(row)
            elif value is not None and scope == "all":
                values[id_] = value
            elif value is not None:
                scoped.setdefault((id_, scope), {})[applies_to] = float(value)
    findings = [
        Finding(
            severity=Severity.ERROR,
            kind=kind,
            table="Assumptions",
            column="value",
            rows=tuple(rows),
            what=what,
            mend=mend,
        )
        for (kind, what, mend), rows in faults.items()
    ]
    missing = [id_ for id_ in ASSUMPTIONS if data is not None and (id_, "all", "") not in seen]
    if missing:
        findings.append(
            Finding(
                severity=Severity.WARNING,
                kind="assumption missing",
                table="Assumptions",
                what=f"Not in the register, so the documented default is used: {', '.join(missing)}",
                mend="Add a row with this id, or accept the default",
            )
        )
    return Settings(values=values, scoped=scoped, units=units), findings


_UNKNOWN = (
    "assumption unknown",
    "No assumption has this id; the row has no effect",
    "Correct the id or delete the row",
)
_DOUBLE = (
    "assumption doubled",
    "The same id and scope stands above already; this row has no effect",
    "Keep one of the rows",
)
_NOT_SCOPED = ("assumption not scoped", "This assumption holds for all or not at all", "Set the scope to 'all'")


class _Entry(NamedTuple):
    id: str
    value: object
    unit: str
    scope: str
    applies_to: str


def _entries(data: TableData | None) -> list[_Entry]:
    """Give the register's rows; a row without an id is unknown, like any other id that is not in the register."""
    if data is None:
        return []
    columns = data.frame.reindex(columns=list(_Entry._fields)).astype(object)
    rows = columns.where(columns.notna(), None).itertuples(index=False)
    return [_Entry(id_ or "", value, unit or "", scope or "all", to or "") for id_, value, unit, scope, to in rows]


def _parse(known: Assumption, raw: object) -> tuple[Value, str]:
    """Turn a cell into the kind of value that is wanted, or say why it cannot be."""
    if raw is None or raw == "":
        return None, ""
    if known.wanted == Wanted.DATE:
        return _parse_date(known, raw)
    if known.wanted == Wanted.TEXT:
        return str(raw), ""
    if known.wanted == Wanted.WORD or (known.words and isinstance(raw, str)):
        word = str(raw).strip().casefold()
        return (
            (word, "")
            if word in known.words
            else (None, f"{known.id} must be one of {', '.join(known.words)}, not {raw!r}")
        )
    return _parse_number(known, raw)


def _parse_date(known: Assumption, raw: object) -> tuple[Value, str]:
    if isinstance(raw, str | bool | float | int):
        return None, f"{known.id} must be a date cell, not {raw!r}"
    return np.datetime64(raw, "D"), ""  # type: ignore[call-overload]


def _parse_number(known: Assumption, raw: object) -> tuple[Value, str]:
    if known.wanted == Wanted.HORIZON and isinstance(raw, str) and raw.strip().casefold() in ("inf", "unlimited"):
        return math.inf, ""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None, f"{known.id} must be a number, not {raw!r}"
    number = float(raw)
    if known.wanted == Wanted.HORIZON and number != math.floor(number):
        return None, f"horizon must be whole years or 'inf', not {number:g}"
    if known.words and f"{number:g}" not in known.words:
        return None, f"{known.id} must be one of {', '.join(known.words)}, not {number:g}"
    if not known.low <= number <= known.high:
        hint = (
            " (percent typed as whole number?)"
            if known.wanted in (Wanted.SHARE, Wanted.RATE) and 1 < number <= 100
            else ""
        )
        return None, f"{known.id} must be from {known.low:g} to {known.high:g}, not {number:g}{hint}"
    return number, ""
