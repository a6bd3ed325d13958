"""
What customers used, by driver: typed on Drivers, in minutes by time equations, or counted from the documents.

A driver that is typed on Drivers counts as typed. What nobody typed and a pool asks for is made: minutes by Time
equations from Activities, and the words of `COUNTED` from the documents of the twelve months.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.activities import minutes_by_customer, time_equations
from valuation.errors import DomainError
from valuation.findings import Finding, Severity
from valuation.model.history import Base, BoolArray, FloatArray
from valuation.tables import (
    ACTIVITIES,
    DRIVERS,
    TIME_EQUATIONS,
    TRANSACTIONS,
    TableData,
    complete_frame,
    normalise_heading,
)

__all__ = [
    "COUNTED",
    "NO_CUSTOMER",
    "Drivers",
    "month_ends",
    "read_drivers",
    "typed_drivers",
    "usable_activities",
    "usable_terms",
]

NO_CUSTOMER = "(no customer)"
"""Who bears the cost of documents without a customer id."""


def _count(column: str = "", *, only: str = "") -> "Callable[[pd.DataFrame], npt.NDArray[np.float64]]":
    """Count documents, or sum a column of them, of sales or of credit notes only."""

    def quantity(documents: pd.DataFrame) -> npt.NDArray[np.float64]:
        amount = documents[column].fillna(0.0).to_numpy(dtype=float) if column else np.ones(len(documents))
        return np.where(documents["type"] == only, amount, 0.0) if only else amount

    return quantity


COUNTED: Mapping[str, Callable[[pd.DataFrame], npt.NDArray[np.float64]]] = {
    "net revenue": _count("net_amount"),
    "gross revenue": _count("gross_amount"),
    "documents": _count(),
    "orders": _count(only="sale"),
    "credit notes": _count(only="credit"),
    "order lines": _count("lines", only="sale"),
    "return lines": _count("lines", only="credit"),
    "supplier rebates": _count("supplier_rebate"),
    "freight in": _count("freight_in"),
    "freight out": _count("freight_out"),
    "commission": _count("commission"),
}
"""Driver to what it counts on the documents of the twelve months; a customer's sum below 0 counts 0."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drivers:
    """
    Driver quantities.

    Attributes
    ----------
    rows : DataFrame
        customer_id, driver, quantity, period (last day of a month in text, or None).
    findings : list of Finding
        What could not be used as it stands.
    """

    rows: pd.DataFrame
    findings: list[Finding]


def read_drivers(base: Base, tables: Mapping[str, TableData], wanted: set[str]) -> Drivers:
    """Put together the quantities of the drivers that pools ask for, and of all that are typed."""
    typed, have = _typed(tables.get(DRIVERS.name)), typed_drivers(tables)
    terms, activities = usable_terms(tables), usable_activities(tables)
    made = sorted((set(terms["driver"]) & wanted) - have)
    minutes = [_minutes(name, terms, activities) for name in made]
    counted = [name for name in COUNTED if name in wanted - have - set(made)]
    parts = [typed, *(rows for rows, _ in minutes), *(_counted(base, tables, name) for name in counted)]
    return Drivers(
        rows=pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True),
        findings=[
            *_typed_as_well(set(terms["driver"]) & wanted & have),
            *_unused_terms(tables.get(TIME_EQUATIONS.name), terms, activities),
            *_without_equation(tables.get(ACTIVITIES.name), terms),
            *(finding for _, found in minutes for finding in found),
        ],
    )


def typed_drivers(tables: Mapping[str, TableData]) -> set[str]:
    """Name the drivers that have quantities on Drivers, which count before any other."""
    return set(_typed(tables.get(DRIVERS.name))["driver"].str.strip())


COLUMNS = ["customer_id", "driver", "quantity", "period"]
MEASURES = ["lines", "supplier_rebate", "freight_in", "freight_out", "commission"]


def _typed(drivers: TableData | None) -> pd.DataFrame:
    """Keep rows with a customer, a driver and a quantity of nought or more, the first of those that say the same."""
    frame = complete_frame(drivers, DRIVERS, COLUMNS)
    quantity = frame["quantity"].to_numpy(dtype=float)
    usable = frame["customer_id"].notna() & frame["driver"].notna() & (quantity >= 0) & np.isfinite(quantity)
    kept: pd.DataFrame = frame[usable & ~frame.duplicated(["customer_id", "driver", "period"])]
    return kept.assign(period=month_ends(kept["period"]))


def month_ends(dates: "pd.Series[Any]") -> "pd.Series[Any]":
    """Dates as the last day of their month, in text; so any day of the month says the same period."""
    ends: pd.Series[Any] = (dates.dt.to_period("M").dt.to_timestamp("M")).dt.strftime("%Y-%m-%d").astype(object)
    return ends.where(dates.notna(), None)


def usable_terms(tables: Mapping[str, TableData]) -> pd.DataFrame:
    """Give the terms of the time equations that say something, the first of those that say the same."""
    columns = [column.name for column in TIME_EQUATIONS]
    frame = complete_frame(tables.get(TIME_EQUATIONS.name), TIME_EQUATIONS)
    for name in columns[:3]:
        frame[name] = frame[name].astype(object).where(frame[name].notna(), "").astype(str).str.strip()
    named = (frame["driver"] != "") & (frame["activity"] != "") & np.isfinite(frame["minutes"].to_numpy(dtype=float))
    key = frame.assign(attribute=frame["attribute"].map(normalise_heading))
    attributes = [normalise_heading(name) for name in _attributes(tables.get(ACTIVITIES.name))]
    there = (frame["attribute"] == "") | key["attribute"].isin(attributes)
    kept: pd.DataFrame = frame[named & there & ~key.duplicated(columns[:3])]
    return kept


def _attributes(activities: TableData | None) -> list[str]:
    """Headings of the columns of Activities that take time."""
    words = ("customer_id", "activity", "quantity")
    return [] if activities is None else [str(name) for name in activities.frame if name not in words]


def usable_activities(tables: Mapping[str, TableData]) -> pd.DataFrame:
    """Give the activities with a customer and a word; a blank quantity is 1, a blank attribute 0."""
    data = tables.get(ACTIVITIES.name)
    frame = complete_frame(data, ACTIVITIES)
    usable = frame["customer_id"].notna() & frame["activity"].notna()
    frame = frame[usable].assign(activity=frame["activity"].str.strip(), quantity=frame["quantity"].fillna(1.0))
    return frame.fillna(dict.fromkeys(_attributes(data), 0.0))


def _minutes(name: str, terms: pd.DataFrame, activities: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """The minutes of one driver by customer; without a usable answer none, and a finding."""
    own = activities[activities["activity"].isin(terms.loc[terms["driver"] == name, "activity"])]
    codes, ids = pd.factorize(own["customer_id"])
    try:
        minutes = minutes_by_customer(time_equations(terms), own, codes, len(ids), driver=name)
    except DomainError as error:
        found = Finding(
            severity=Severity.ERROR,
            kind="negative minutes",
            table=TIME_EQUATIONS.name,
            column="minutes",
            what=f"The equation of '{name}' cannot be used: {error}",
            mend="Correct the minutes, or the row on Activities",
        )
        return _rows(np.array([], dtype=object), name, np.array([])), [found]
    return _rows(np.asarray(ids), name, minutes), []


def _rows(ids: npt.NDArray[np.object_], name: str, quantity: FloatArray) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ids, "driver": name, "quantity": quantity, "period": None})


def _counted(base: Base, tables: Mapping[str, TableData], name: str) -> pd.DataFrame:
    """A driver counted on the documents of the twelve months."""
    year: BoolArray = base.between(base.start, base.as_of)
    documents = base.transactions.loc[year, ["customer_id", "type", "net_amount", "gross_amount", "row"]]
    read = complete_frame(tables.get(TRANSACTIONS.name), TRANSACTIONS, MEASURES)
    documents[MEASURES] = read.iloc[documents["row"].to_numpy(dtype=np.int64) - 1].to_numpy(dtype=float)
    who = documents["customer_id"].astype(object).where(documents["customer_id"].notna(), NO_CUSTOMER)
    codes, ids = pd.factorize(who)
    total = np.bincount(codes, weights=np.rint(COUNTED[name](documents) * 1e6), minlength=len(ids)) / 1e6
    used = total > 0
    return _rows(np.asarray(ids, dtype=object)[used], name, total[used])


# What could not be used.


def _typed_as_well(names: set[str]) -> Iterator[Finding]:
    for name in sorted(names):
        yield Finding(
            severity=Severity.WARNING,
            kind="driver typed and by equation",
            table=TIME_EQUATIONS.name,
            column="driver",
            what=f"'{name}' has quantities on Drivers as well, which count; its equation has no effect",
            mend="Delete the rows on Drivers, or the equation",
        )


def _unused_terms(data: TableData | None, terms: pd.DataFrame, activities: pd.DataFrame) -> Iterator[Finding]:
    """Find terms without effect: of an attribute that is no column of Activities, or an activity that nobody did."""
    if data is None:
        return
    left_out = np.ones(len(data.frame), dtype=bool)
    left_out[terms.index] = False
    left_out &= data.filled
    never = ~terms["activity"].isin(activities["activity"]) if len(activities) else terms["activity"] != ""
    for rows, severity, kind, what, mend in (
        (
            np.flatnonzero(left_out),
            Severity.ERROR,
            "term without effect",
            "The term lacks something, stands twice, or its attribute is no column of Activities",
            "Complete it, or add a column with this heading to Activities",
        ),
        (
            terms.index[never].to_numpy(),
            Severity.NOTE,
            "activity never done",
            "Activities has no row of this activity, so it takes no time",
            "Nothing, or add the rows",
        ),
    ):
        if len(rows):
            yield Finding(
                severity=severity,
                kind=kind,
                table=TIME_EQUATIONS.name,
                column="attribute" if severity is Severity.ERROR else "activity",
                rows=tuple((rows + 1).tolist()),
                what=what,
                mend=mend,
            )


def _without_equation(data: TableData | None, terms: pd.DataFrame) -> Iterator[Finding]:
    named = complete_frame(data, ACTIVITIES, ["activity"])["activity"]
    unknown = (named.notna() & ~named.astype(str).str.strip().isin(terms["activity"])).to_numpy(dtype=bool)
    if unknown.any():
        yield Finding(
            severity=Severity.WARNING,
            kind="activity without equation",
            table=ACTIVITIES.name,
            column="activity",
            rows=tuple((np.flatnonzero(unknown) + 1).tolist()),
            what="Time equations has no minutes for this activity, so it takes no time",
            mend="Add its minutes on Time equations, or correct the word",
        )
