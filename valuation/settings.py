"""
The assumptions in force: the register of the workbook laid over the documented defaults.

Customer beats segment beats all. What is missing, unknown or out of range is a finding; the default is used and shown.
"""

import math
from collections.abc import Iterator, Mapping
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


GRIDS = {1: "yearly", 2: "half-yearly", 4: "quarterly", 12: "monthly"}


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

    def is_share_of_revenue(self, id_: str) -> bool:
        """Tell whether the unit makes a typed cost a share of net revenue, or else money for each customer."""
        return _is_share_of_revenue(self.units.get(id_, ASSUMPTIONS[id_].unit))

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
        grid = GRIDS.get(int(self.number("periods_per_year")), "yearly")
        return f"{years}, {rate:.2%} a year, {grid} margins at {self.word('timing')} of period, existing customers"


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
    units = {a.id: a.unit for a in ASSUMPTIONS.values()}
    faults: dict[_Problem, list[int]] = {}
    seen: set[tuple[str, str, str]] = set()
    blank: dict[str, int] = {}
    entries = _entries(data)
    for _, entry in reversed(entries):  # so that the first row for all says it
        if entry.id in units and entry.scope == "all" and entry.unit:
            units[entry.id] = entry.unit
    for row, entry in entries:
        problem = _misplaced(entry, seen)
        value: Value = None
        if problem is None:
            seen.add((entry.id, entry.scope, entry.applies_to))
            value, problem = _read(entry, units[entry.id])
        if problem is not None:
            faults.setdefault(problem, []).append(row)
        elif entry.scope == "all" and value is None:
            blank[entry.id] = row
        elif entry.scope == "all":
            values[entry.id] = value
        elif value is not None:
            scoped.setdefault((entry.id, entry.scope), {})[entry.applies_to] = float(value)
    findings = [_fault(problem, tuple(rows)) for problem, rows in faults.items()]
    missing = [id_ for id_ in ASSUMPTIONS if data is not None and (id_, "all", "") not in seen]
    return Settings(values=values, scoped=scoped, units=units), [*findings, *_missing(missing), *_defaults(blank)]


class _Entry(NamedTuple):
    id: str
    value: object
    unit: str
    scope: str
    applies_to: str


class _Problem(NamedTuple):
    """Why a row of the register has no effect."""

    kind: str
    what: str
    mend: str


_UNKNOWN = _Problem(
    "assumption unknown",
    "No assumption has this id; the row has no effect",
    "Correct the id or delete the row",
)
_DOUBLE = _Problem(
    "assumption doubled",
    "The same id and scope stands above already; this row has no effect",
    "Keep one of the rows",
)
_NOT_SCOPED = _Problem(
    "assumption not scoped",
    "This assumption holds for all or not at all; the row has no effect",
    "Set the scope to 'all'",
)
_UNCLEAR_SCOPE = _Problem(
    "assumption scope unclear",
    "Scope 'all' applies to nobody in particular, any other scope to somebody; the row has no effect",
    "Set the scope to 'segment' or 'customer' and say to which one it applies, or clear 'Applies to'",
)
_OTHER_UNIT = _Problem(
    "assumption in another unit",
    "The unit is not that of the row for all; the row has no effect",
    "Say both as a share of net revenue or both as money",
)
_STANDS_IN = "Correct the value; until then the default stands in, or the value of the wider scope"


def _entries(data: TableData | None) -> list[tuple[int, _Entry]]:
    """Give the register's rows with their numbers, rows that are blank from end to end left out."""
    if data is None:
        return []
    columns = data.frame.reindex(columns=list(_Entry._fields)).astype(object)
    rows = columns.where(columns.notna(), None).itertuples(index=False)
    return [
        (number, _Entry(id_ or "", value, unit or "", scope or "all", to or ""))
        for number, (filled, (id_, value, unit, scope, to)) in enumerate(zip(data.filled, rows, strict=True), start=1)
        if filled
    ]


def _misplaced(entry: _Entry, seen: set[tuple[str, str, str]]) -> _Problem | None:
    """Say why a row cannot be in the register, whatever its value."""
    known = ASSUMPTIONS.get(entry.id)
    if known is None:
        return _UNKNOWN
    if entry.scope != "all" and not known.scoped:
        return _NOT_SCOPED
    if (entry.scope == "all") == bool(entry.applies_to):
        return _UNCLEAR_SCOPE
    return _DOUBLE if (entry.id, entry.scope, entry.applies_to) in seen else None


def _read(entry: _Entry, unit: str) -> tuple[Value, _Problem | None]:
    """Turn a row into its value, or say what is wrong with it."""
    known = ASSUMPTIONS[entry.id]
    typed_cost = known.wanted == Wanted.MONEY and _is_share_of_revenue(known.unit)
    share = typed_cost and _is_share_of_revenue(unit)
    if typed_cost and entry.unit and _is_share_of_revenue(entry.unit) != share:
        return None, _OTHER_UNIT
    value, problem = _parse(known, entry.value)
    if not problem and share and isinstance(value, float) and value > 1:
        problem = f"{known.id} is a share of net revenue and must be at most 1, not {value:g}{_percent_hint(value)}"
    return value, _Problem("assumption out of range", problem, _STANDS_IN) if problem else None


def _is_share_of_revenue(unit: str) -> bool:
    """Tell from its unit whether a typed cost is a share of net revenue; otherwise it is money."""
    return "revenue" in unit.casefold()


def _percent_hint(number: float) -> str:
    """Ask for the commonest cause of a share above 1."""
    return " (percent typed as whole number?)" if 1 < number <= 100 else ""


def _fault(problem: _Problem, rows: tuple[int, ...]) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind=problem.kind,
        table="Assumptions",
        column="value",
        rows=rows,
        what=problem.what,
        mend=problem.mend,
    )


def _missing(ids: list[str]) -> Iterator[Finding]:
    if ids:
        yield Finding(
            severity=Severity.WARNING,
            kind="assumption missing",
            table="Assumptions",
            what=f"Not in the register, so the documented default is used: {', '.join(ids)}",
            mend="Add a row with this id, or accept the default",
        )


def _defaults(blank: Mapping[str, int]) -> Iterator[Finding]:
    """Find rows for all that are blank although there is a default, which is easily overlooked."""
    used = {id_: row for id_, row in blank.items() if ASSUMPTIONS[id_].default not in (None, "")}
    if used:
        shown = ", ".join(f"{id_} = {ASSUMPTIONS[id_].default}" for id_ in used)
        yield Finding(
            severity=Severity.NOTE,
            kind="assumption blank",
            table="Assumptions",
            column="value",
            rows=tuple(used.values()),
            what=f"No value, so the documented default is used: {shown}",
            mend="Type the value, or accept the default",
        )


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
    if known.wanted == Wanted.HORIZON and not number.is_integer():
        return None, f"horizon must be whole years or 'inf', not {number:g}"
    if known.words and f"{number:g}" not in known.words:
        return None, f"{known.id} must be one of {', '.join(known.words)}, not {number:g}"
    if known.wanted == Wanted.COUNT and not number.is_integer():
        return None, f"{known.id} must be a whole number, not {number:g}"
    if not known.low <= number <= known.high:
        hint = _percent_hint(number) if known.wanted in (Wanted.SHARE, Wanted.RATE) else ""
        return None, f"{known.id} must be from {known.low:g} to {known.high:g}, not {number:g}{hint}"
    return number, ""
