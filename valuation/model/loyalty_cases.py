"""
The cases of the loyalty sheets: programs as they are typed, on the base that the model finds, and quick profits.

The base is the average customer of today, as it goes on; rows of the case 'base' on Loyalty drivers replace it. A case
with fewer years than the plan goes on as in its last year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from valuation.errors import ValuationError
from valuation.findings import Finding, Severity
from valuation.lifetime import Timing
from valuation.loyalty import (
    DRIVER_NAMES,
    PRESETS,
    BusinessCase,
    CaseComparison,
    Drivers,
    compare,
    preset_drivers,
)
from valuation.loyalty.drivers import aligned
from valuation.model.average import AverageCustomer
from valuation.model.history import FloatArray
from valuation.settings import Settings
from valuation.tables import (
    LOYALTY_DRIVERS,
    TableData,
    complete_frame,
)

__all__ = ["BASE", "Case", "Plan", "base_drivers", "case_rows", "impossible", "read_cases"]

BASE: Final = "base"
CHANGE: Final = "change"
SHORT: Final = 3
"""Years of the view that hides retention."""
RAMP: Final = 1
"""Years over which customers react to a quick profit."""
REVERSE: Final = {"cut service": "cost_to_serve", "add a fee": "margin"}
"""Quick profits to the driver that their size is a part of."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """What all cases share."""

    base: Drivers
    average: AverageCustomer
    years: int
    discount_rate: float
    timing: Timing

    def case(self, program: Drivers) -> BusinessCase:
        """Set a program against the base."""
        return BusinessCase(
            base=self.base,
            program=program,
            opening_customers=self.average.customers,
            periods=self.years,
            discount_rate=self.discount_rate,
            timing=self.timing,
            extend="last",
        )

    def compared(self, program: Drivers) -> CaseComparison:
        """Say what a program changes, by year."""
        return compare(self.case(program), short_horizon=SHORT, period="year")


def case_rows(tables: Mapping[str, TableData]) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Give the rows of each case by year; a case whose years are not 1, 2, 3 and so on is left out."""
    frame = complete_frame(tables.get(LOYALTY_DRIVERS.name), LOYALTY_DRIVERS)
    frame = frame[frame["case"].notna() & frame["year"].notna()]
    cases: dict[str, pd.DataFrame] = {}
    findings = []
    for name, rows in frame.groupby(frame["case"].str.strip(), sort=False):
        ordered = rows.sort_values("year")
        if (ordered["year"].to_numpy() != np.arange(1, len(rows) + 1)).any():
            findings.append(
                Finding(
                    severity=Severity.ERROR,
                    kind="years of a case",
                    table=LOYALTY_DRIVERS.name,
                    column="year",
                    rows=tuple((rows.index + 1).tolist()),
                    what=f"The years of '{name}' are not 1, 2, 3 and so on, each once; the case is left out",
                    mend="Give every year from the first one on a row of its own",
                )
            )
            continue
        key = BASE if str(name).casefold() == BASE else str(name)
        cases[key] = ordered
    return cases, findings


def base_drivers(rows: pd.DataFrame | None, average: AverageCustomer, years: int) -> Drivers:
    """Take the average customer, as it goes on, for what the rows of the base leave blank."""
    steady = [getattr(average, name, 0.0) for name in DRIVER_NAMES]
    table = np.repeat(np.array(steady, dtype=float)[:, np.newaxis], years, axis=1)
    return Drivers(**dict(zip(DRIVER_NAMES, table, strict=True))) if rows is None else _completed(rows, table)


def _completed(rows: pd.DataFrame, base: FloatArray) -> Drivers:
    """Complete a case by the base, of shape (drivers, years), which changes are added to; the last year goes on."""
    table, years = base.copy(), base.shape[1]
    shown = rows.iloc[np.minimum(np.arange(years), len(rows) - 1)]
    changes = (shown["given_as"] == CHANGE).to_numpy(dtype=bool)
    for values, name in zip(table, DRIVER_NAMES, strict=True):
        typed = shown[name].to_numpy(dtype=float)
        known = ~np.isnan(typed)
        values[known] = (typed + np.where(changes, values, 0.0))[known]
    return Drivers(**dict(zip(DRIVER_NAMES, table, strict=True)))


class Case(NamedTuple):
    """A program that can be computed."""

    drivers: Drivers
    says: str
    found: CaseComparison


def read_cases(
    plan: Plan, rows: Mapping[str, pd.DataFrame], settings: Settings
) -> tuple[dict[str, Case], list[Finding]]:
    """Compare the programs of the input, and the quick profits, with the base."""
    cases, findings = {}, []
    for name, own in rows.items():
        try:
            drivers = _completed(own, aligned(plan.base, plan.years, "last"))
            cases[name] = Case(drivers, "As on Loyalty drivers", plan.compared(drivers))
        except ValuationError as error:
            findings.append(impossible(name, error, own))
    share, points = settings.number("reverse_size"), settings.number("reverse_retention")
    for preset, of_what in REVERSE.items():
        if preset in rows:  # people's own case of that name counts
            continue
        size = share * float(aligned(plan.base, plan.years, "last")[DRIVER_NAMES.index(of_what), 0])
        try:
            drivers = preset_drivers(
                preset,
                plan.base,
                size=size,
                retention_effect=points,
                ramp=RAMP,
                periods=plan.years,
                extend="last",
            )
            says = f"{PRESETS[preset].says} {size:,.0f} a customer and year; retention by {points:.1%}"
            cases[preset] = Case(drivers, says, plan.compared(drivers))
        except ValuationError as error:
            findings.append(impossible(preset, error, None))
    return cases, findings


def impossible(name: str, error: ValuationError, rows: pd.DataFrame | None) -> Finding:
    """Name a case that cannot be computed, and its rows; what is wrong with a quick profit is nobody's fault."""
    return Finding(
        severity=Severity.NOTE if name in REVERSE and rows is None else Severity.ERROR,
        kind="case that cannot be computed",
        table=LOYALTY_DRIVERS.name,
        column="case",
        rows=() if rows is None else tuple((rows.index + 1).tolist()),
        what=f"The case '{name}' cannot be computed: {error}",
        mend="Mend its rows on Loyalty drivers, or the assumption that it rests on",
    )
