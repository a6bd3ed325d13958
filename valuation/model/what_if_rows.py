"""The rows of What if as changes; one that cannot be used has no effect, and says why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from valuation.cost import (
    Change,
    DriverChange,
    OrderChange,
    PriceChange,
    ServiceChange,
    Standing,
    TimeChange,
    change_title,
)
from valuation.findings import Finding, Severity
from valuation.model.drivers import typed_drivers, usable_activities, usable_terms
from valuation.model.history import Base, BoolArray, FloatArray, IntArray
from valuation.tables import WHAT_IF, Fault, TableData, complete_frame, normalise_heading

__all__ = ["ORDER_DRIVERS", "ChangeRow", "Problem", "read_changes"]

ORDER_DRIVERS = ("orders", "documents")
"""What a smallest order changes where its row names no driver."""
MOST_WORDS = 10
NOISE = 1e-9


class Problem(NamedTuple):
    """Why a row has no effect; without a kind, the checks of the inputs say so already."""

    kind: str
    column: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """
    One row of What if.

    Attributes
    ----------
    title : str
        What it changes, in a few words.
    change : Change or None
        What it does.
    problem : Problem or None
        Why it does nothing.
    """

    title: str
    change: Change | None = None
    problem: Problem | None = None


class _Words(NamedTuple):
    """The cells of a row; "" and NaN where they are blank."""

    change: str
    name: str
    attribute: str
    value: float
    scope: str
    applies_to: str
    lost_share: float


INCOMPLETE = Problem("", "", "the row is not complete, or a cell of it cannot be read", "")
NO_LEDGER = Problem(
    "what-if without a ledger",
    "change",
    "No customer has a cost from Ledger pools, so that only prices can change",
    "Enter ledger pools and drivers that tie to the trial balance, or delete the row",
)
UNCLEAR_SCOPE = Problem(
    "what-if scope unclear",
    "applies_to",
    "Scope 'all' applies to nobody in particular, any other scope to somebody",
    "Set the scope to 'segment' or 'customer' and say to which one it applies, or clear 'Applies to'",
)
NOBODY = {
    scope: Problem(
        f"unknown {scope}",
        "applies_to",
        f"No customer on Customers {has}",
        "Correct it here or on Customers",
    )
    for scope, has in (("segment", "is in this segment"), ("customer", "has this id"))
}
LESS_THAN_ALL = Problem(
    "what-if out of range",
    "value",
    "Nothing can fall by more than 100%: the value must be -1 (-100%) or more",
    "Type -0.2 or -20% for 20% less",
)
NO_MINIMUM = Problem(
    "what-if out of range", "value", "The smallest order must be more than 0", "Type the smallest order in money"
)
SEVERAL_DRIVERS = Problem(
    "time equation of several drivers",
    "name",
    "The term stands in the equations of several drivers",
    "Put the driver before the activity, as in 'desk minutes: order'",
)
TIMELESS = Problem(
    "minutes without effect",
    "name",
    "Nothing is charged by the minutes of this equation: no pool has its driver, or the driver is typed on Drivers",
    "Name its driver on Ledger pools or Capacity, and delete its rows on Drivers",
)
NEGATIVE = Problem(
    "negative minutes",
    "value",
    "With these minutes, and those of the rows above, an activity would take less than no time",
    "Type more minutes",
)


def read_changes(
    base: Base, standing: Standing, tables: Mapping[str, TableData]
) -> tuple[list[ChangeRow], list[Finding]]:
    """
    Read the rows of What if that are not blank from end to end.

    Parameters
    ----------
    base : Base
        The customers.
    standing : Standing
        What is charged to them; without charges only prices can change.
    tables : mapping of str to TableData
        What if; and Time equations, Activities and Drivers for new minutes.
    """
    data = tables.get(WHAT_IF.name)
    if data is None:
        return [], []
    rows: list[ChangeRow] = []
    faults: dict[Problem, list[int]] = {}
    times = _Times(base, standing, tables)
    misread = _misread(data)
    for place, words in _words(data):
        found = INCOMPLETE if misread[place] else _change(words, base, standing, times)
        problem = found if isinstance(found, Problem) else None
        if problem is not None and problem.kind:
            faults.setdefault(problem, []).append(place + 1)
        rows.append(
            ChangeRow(title=change_title(*words), change=None if isinstance(found, Problem) else found, problem=problem)
        )
    return rows, list(_findings(faults))


def _misread(data: TableData) -> BoolArray:
    """Mask the rows with a cell that has no value of its kind; a scope that cannot be read is not "all"."""
    mask = np.zeros(len(data.frame), dtype=bool)
    for faults in data.faults.values():
        mask |= faults > Fault.BLANK
    return mask


def _words(data: TableData) -> Iterator[tuple[int, _Words]]:
    frame = complete_frame(data, WHAT_IF)
    for name in ("change", "name", "attribute", "scope", "applies_to"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), "").astype(str).str.strip()
    filled = np.flatnonzero(data.filled)
    cells = frame.iloc[filled][list(_Words._fields)].itertuples(index=False)
    for place, row in zip(filled.tolist(), cells, strict=True):
        words = _Words(*row)
        yield place, words._replace(lost_share=words.lost_share if words.lost_share == words.lost_share else 0.0)


def _findings(faults: Mapping[Problem, list[int]]) -> Iterator[Finding]:
    for problem, rows in faults.items():
        yield Finding(
            severity=Severity.ERROR,
            kind=problem.kind,
            table=WHAT_IF.name,
            column=problem.column,
            rows=tuple(rows),
            what=f"{problem.what}; the row has no effect",
            mend=problem.mend,
        )


# One row at a time.


def _change(words: _Words, base: Base, standing: Standing, times: "_Times") -> Change | Problem:
    if not words.change or not np.isfinite(words.value) or not 0 <= words.lost_share <= 1:
        return INCOMPLETE
    scope = _scope(words, base)
    if isinstance(scope, Problem):
        return scope
    if words.change == "minimum order":
        if words.value <= 0:
            return NO_MINIMUM
    elif words.change != "time equation" and words.value < -1:
        return LESS_THAN_ALL
    if words.change == "price":
        return PriceChange(value=words.value, scope=scope, lost_share=words.lost_share)
    if not standing.charges:
        return NO_LEDGER
    match words.change:
        case "driver":
            if words.name not in standing.drivers:
                return _unknown("driver", standing.drivers)
            return DriverChange(driver=words.name, value=words.value, scope=scope)
        case "service level":
            return _service(words, scope, standing)
        case "minimum order":
            drivers = (words.name,) if words.name else tuple(standing.drivers.intersection(ORDER_DRIVERS))
            if not drivers or not standing.drivers.issuperset(drivers):
                return _unknown("driver", standing.drivers)
            return OrderChange(drivers=drivers, minimum=words.value, scope=scope, lost_share=words.lost_share)
    return times.change(words, scope)


def _scope(words: _Words, base: Base) -> BoolArray | Problem:
    """Mask the customers whom the row concerns."""
    scope = words.scope or "all"
    if (scope == "all") == bool(words.applies_to):
        return UNCLEAR_SCOPE
    if scope == "all":
        return np.ones(len(base), dtype=bool)
    column = base.customers["segment" if scope == "segment" else "customer_id"].astype(object)
    mask = (column.where(column.notna(), "").astype(str).str.strip() == words.applies_to).to_numpy(dtype=bool)
    return mask if mask.any() else NOBODY[scope]


def _unknown(what: str, known: Iterable[str]) -> Problem:
    listed = sorted(known)
    shown = ", ".join(listed[:MOST_WORDS]) + (" and others" if len(listed) > MOST_WORDS else "")
    return Problem(
        f"unknown {what}",
        "name",
        f"Nothing is charged to customers by this name, only by: {shown or 'none'}",
        "Type the word as on Ledger pools",
    )


def _service(words: _Words, scope: BoolArray, standing: Standing) -> Change | Problem:
    """Change a family or a pool."""
    found = standing.family_or_pool(words.name)
    if found is None:
        return _unknown("pool or family", standing.families | standing.pools)
    return ServiceChange(of=found[0], name=found[1], value=words.value, scope=scope)


# New minutes.


class _Times:
    """The time equations, with the minutes that the rows read so far set for each customer."""

    def __init__(self, base: Base, standing: Standing, tables: Mapping[str, TableData]) -> None:
        self.n = len(base)
        self.terms = usable_terms(tables)
        self.usable = standing.drivers - typed_drivers(tables)
        self.activities = usable_activities(tables)
        ids = pd.Index(base.customers["customer_id"])
        self.codes: IntArray = ids.get_indexer(pd.Index(self.activities["customer_id"])).astype(np.int64)
        self.minutes: dict[tuple[str, ...], FloatArray] = {}

    def change(self, words: _Words, scope: BoolArray) -> Change | Problem:
        """Find the term of a row, and set its minutes unless an activity would take less than no time."""
        term = self._term(words)
        if isinstance(term, Problem):
            return term
        key = (str(term["driver"]), str(term["activity"]), normalise_heading(str(term["attribute"])))
        before = self._in_force(key, float(term["minutes"]))
        self.minutes[key] = np.where(np.append(scope, False), words.value, before)
        if self._shortest(key[0]) < -NOISE:
            self.minutes[key] = before
            return NEGATIVE
        rows = self._rows(key[1]) & (self.codes >= 0)
        counts = np.bincount(self.codes[rows], weights=self._values(key[2])[rows], minlength=self.n).astype(float)
        return TimeChange(
            term=key, counts=counts, before=float(term["minutes"]), minutes=float(words.value), scope=scope
        )

    def _term(self, words: _Words) -> "pd.Series | Problem":
        """Find the one term that is meant, among those whose minutes are charged."""
        driver, colon, activity = (part.strip() for part in words.name.rpartition(":"))
        named = self.terms["activity"] == words.name
        if colon and not named.any():
            named = (self.terms["driver"] == driver) & (self.terms["activity"] == activity)
        if not named.any():
            return _unknown_term("name", "activity", self.terms["activity"])
        found = self.terms[named]
        attribute = found["attribute"].map(normalise_heading) == normalise_heading(words.attribute)
        if not attribute.any():
            return _unknown_term("attribute", "attribute", found["attribute"].replace("", "(blank)"))
        found = found[attribute & found["driver"].isin(self.usable)]
        if len(found) != 1:
            return SEVERAL_DRIVERS if len(found) else TIMELESS
        return found.iloc[0]

    def _in_force(self, key: tuple[str, ...], minutes: float) -> FloatArray:
        """The minutes of a term by customer, those who are not on Customers last."""
        return self.minutes.get(key, np.full(self.n + 1, minutes))

    def _rows(self, activity: str) -> BoolArray:
        return (self.activities["activity"] == activity).to_numpy(dtype=bool)

    def _values(self, heading: str) -> FloatArray:
        """What minutes are multiplied by, activity by activity."""
        name = next(name for name in self.activities if normalise_heading(str(name)) == (heading or "quantity"))
        return self.activities[name].to_numpy(dtype=float)

    def _shortest(self, driver: str) -> float:
        """The least minutes of any activity with the minutes in force."""
        total = np.zeros(len(self.activities))
        for term in self.terms[self.terms["driver"] == driver].to_dict("records"):
            heading = normalise_heading(str(term["attribute"]))
            rows = self._rows(str(term["activity"]))
            minutes = self._in_force((driver, str(term["activity"]), heading), float(term["minutes"]))
            total[rows] += minutes[self.codes[rows]] * self._values(heading)[rows]
        return float(total.min(initial=0.0))


def _unknown_term(column: str, what: str, known: Iterable[object]) -> Problem:
    listed = ", ".join(sorted({str(word) for word in known})) or "none"
    return Problem(
        f"unknown {what}",
        column,
        f"Time equations has no such {what}, only: {listed}",
        f"Type the {what} as on Time equations",
    )
