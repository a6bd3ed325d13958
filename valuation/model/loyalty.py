"""
The loyalty case: what a program costs now and brings later, beside quick profits that do the reverse.

The base case is the average customer of today, as it goes on; rows of the case 'base' on Loyalty drivers replace it. A
case with fewer years than the plan goes on as in its last year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, cast

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
    project,
    required_effect,
    scenario_drivers,
    stop_rule,
    tornado,
)
from valuation.loyalty.drivers import aligned
from valuation.model.average import AverageCustomer
from valuation.model.history import FloatArray
from valuation.settings import Settings
from valuation.tables import (
    CASE_FIGURES,
    CASE_MEASURES,
    CASE_YEARS,
    CASES_COMPARED,
    LOYALTY_DRIVERS,
    NUMERIC_KINDS,
    STOP_RULE,
    TORNADO,
    Table,
    TableData,
    complete_frame,
    empty_frame,
)

__all__ = ["MOST_YEARS", "loyalty_tables"]

BASE: Final = "base"
CHANGE: Final = "change"
MOST_YEARS: Final = 10
"""Rows of the tables by year, whatever the years of the case."""
SHORT: Final = 3
"""Years of the view that hides retention."""
RAMP: Final = 1
"""Years over which customers react to a quick profit."""
LOW, HIGH, RATE_STEP = 0.5, 1.5, 0.02
MOST_CASES: Final = 12
REVERSE: Final = {"cut service": "cost_to_serve", "add a fee": "margin"}
"""Quick profits to the driver that their size is a part of."""
DRIVER_TITLES: Final = {
    "retention_rate": "Retention",
    "new_customers": "New customers",
    "margin": "Margin",
    "cost_to_serve": "Cost to serve",
    "acquisition_cost": "Cost of winning",
    "investment": "Investment",
    "discount_rate": "Discount rate",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """What all cases share."""

    base: Drivers
    average: AverageCustomer
    years: int
    discount_rate: float
    timing: Timing

    def case(self, program: Drivers) -> BusinessCase:
        return BusinessCase(
            base=self.base,
            program=program,
            opening_customers=self.average.customers,
            periods=self.years,
            discount_rate=self.discount_rate,
            timing=self.timing,
            extend="last",
        )


def loyalty_tables(
    average: AverageCustomer, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """
    Give the tables of the loyalty case; empty where the average customer or a program is not known.

    Parameters
    ----------
    average : AverageCustomer
        The base case.
    settings : Settings
        The assumptions.
    tables : mapping of str to TableData
        Loyalty drivers, where there are any.

    Returns
    -------
    dict of str to DataFrame
        The tables by contract name.
    list of Finding
        Rows of the inputs that cannot count, and cases that cannot be computed.
    """
    rows, findings = _rows(tables)
    found = _nothing()
    if not average.customers or not (average.known or rows):
        return found, findings
    years, own = int(settings.number("case_years")), rows.pop(BASE, None)
    try:
        plan = _Plan(
            base=_base(own, average, years),
            average=average,
            years=years,
            discount_rate=settings.number("discount_rate"),
            timing=cast(Timing, settings.word("timing")),
        )
    except ValuationError as error:
        return found, [*findings, _impossible(BASE, error, own)]
    cases, faults = _cases(plan, rows, settings)
    findings += faults
    found[CASES_COMPARED.name] = _compared(cases)
    chosen = settings.word("loyalty_case") or next(iter(rows), "")
    if chosen in cases:
        found |= _program(plan, cases[chosen])
    elif settings.word("loyalty_case"):
        findings.append(
            Finding(
                severity=Severity.WARNING,
                kind="unknown case",
                table="Assumptions",
                column="value",
                what=f"loyalty_case is '{chosen}', which is no case on Loyalty drivers that can be computed",
                mend="Write the name as it stands there, or leave it blank for the first",
            )
        )
    return found, findings


# The inputs.


def _rows(tables: Mapping[str, TableData]) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
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


def _base(rows: pd.DataFrame | None, average: AverageCustomer, years: int) -> Drivers:
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


# The cases.


class _Case(NamedTuple):
    """A program that can be computed."""

    drivers: Drivers
    says: str
    found: CaseComparison


def _cases(plan: _Plan, rows: Mapping[str, pd.DataFrame], settings: Settings) -> tuple[dict[str, _Case], list[Finding]]:
    """Compare the programs of the input, and the quick profits, with the base."""
    cases, findings = {}, []
    for name, own in rows.items():
        try:
            drivers = _completed(own, aligned(plan.base, plan.years, "last"))
            found = compare(plan.case(drivers), short_horizon=SHORT, period="year")
            cases[name] = _Case(drivers, "As on Loyalty drivers", found)
        except ValuationError as error:
            findings.append(_impossible(name, error, own))
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
            cases[preset] = _Case(drivers, says, compare(plan.case(drivers), short_horizon=SHORT, period="year"))
        except ValuationError as error:
            findings.append(_impossible(preset, error, None))
    return cases, findings


def _impossible(name: str, error: ValuationError, rows: pd.DataFrame | None) -> Finding:
    return Finding(
        severity=Severity.NOTE if name in REVERSE and rows is None else Severity.ERROR,
        kind="case that cannot be computed",
        table=LOYALTY_DRIVERS.name,
        column="case",
        rows=() if rows is None else tuple((rows.index + 1).tolist()),
        what=f"The case '{name}' cannot be computed: {error}",
        mend="Mend its rows on Loyalty drivers, or the assumption that it rests on",
    )


def _compared(cases: Mapping[str, _Case]) -> pd.DataFrame:
    rows = [
        {
            "case": name,
            "what": case.says,
            "first_year": case.found.frame["increment"].iloc[0],
            "third_year_npv": case.found.short_npv,
            "npv": case.found.npv,
            "equity_change": case.found.equity_difference,
            "verdict": _verdict(case.found),
        }
        for name, case in cases.items()
    ][:MOST_CASES]
    return pd.DataFrame(rows, columns=[column.name for column in CASES_COMPARED])


def _verdict(found: CaseComparison) -> str:
    """Say in a few words what three years show, and what they hide; the amounts stand beside it."""
    early, full = found.short_npv >= 0.0, found.npv >= 0.0
    if early and found.equity_difference < 0.0:
        return "Earnings up, customers worth less" + ("" if full else ": three years hide what it costs")
    if full and not early:
        return "Loses over three years, pays over all: three years hide what it brings"
    return "Pays over three years and over all" if early else "Loses over three years and over all"


# The program that is shown in full.


def _program(plan: _Plan, chosen: _Case) -> dict[str, pd.DataFrame]:
    case = plan.case(chosen.drivers)
    return {
        CASE_YEARS.name: _by_year(plan, chosen),
        CASE_FIGURES.name: _figures(case, chosen.found),
        TORNADO.name: _tornado(case, chosen.found.npv),
        STOP_RULE.name: _stop(case),
    }


def _by_year(plan: _Plan, chosen: _Case) -> pd.DataFrame:
    base, program = (
        project(
            drivers,
            opening_customers=plan.average.customers,
            periods=plan.years,
            discount_rate=plan.discount_rate,
            extend="last",
        )
        for drivers in (plan.base, chosen.drivers)
    )
    found = chosen.found.frame
    frame = pd.DataFrame(
        {
            "year": found["period"].astype(float),
            "customers_base": base["closing"],
            "customers_program": program["closing"],
            "profit_base": found["base_profit"],
            "profit_program": found["program_profit"],
            "increment": found["increment"],
            "increment_share": found["share_of_base"],
            "cumulative": found["cumulative"],
            "npv_to_year": found["npv_to_period"],
            "equity_base": found["base_equity"],
            "equity_program": found["program_equity"],
            "return_base": found["base_return"],
            "return_program": found["program_return"],
        }
    )
    return frame.reindex(range(MOST_YEARS))


def _figures(case: BusinessCase, found: CaseComparison) -> pd.DataFrame:
    """Give the figures of the plan, of half its effect, and of all of it a year late."""
    columns = {}
    for name, drivers in zip(("plan", "half", "late"), scenario_drivers(case).values(), strict=True):
        tried = replace(case, program=drivers)
        outcome = found if name == "plan" else compare(tried, short_horizon=SHORT, period="year")
        roots = outcome.rates.roots
        try:
            needed = required_effect(tried, "retention_rate")
        except ValuationError:
            needed = np.nan
        columns[name] = [
            outcome.npv,
            outcome.short_npv,
            roots[0] if len(roots) == 1 else np.nan,
            outcome.mirr,
            outcome.break_even,
            outcome.discounted_break_even,
            outcome.trough.depth,
            float(outcome.trough.period),
            -min(0.0, float(outcome.frame["share_of_base"].min())),
            outcome.equity_difference,
            needed,
        ]
    return pd.DataFrame({"measure": list(CASE_MEASURES), **columns, "meaning": list(CASE_MEASURES.values())})


def _tornado(case: BusinessCase, npv: float) -> pd.DataFrame:
    """Give the swing of each driver, those that the program leaves alone at the end."""
    found = tornado(case, low=LOW, high=HIGH, rate_step=RATE_STEP).set_index("driver")
    order = [*found.index, *(name for name in DRIVER_TITLES if name not in found.index)]
    found = found.reindex(order)
    below, above = (found[["npv_low", "npv_high"]].agg(end, axis=1) - npv for end in ("min", "max"))
    ends = [
        ""
        if np.isnan(low)
        else f"{low:.1%} / {high:.1%}"
        if name == "discount_rate"
        else f"effect x {low:g} / {high:g}"
        for name, low, high in zip(order, found["low"], found["high"], strict=True)
    ]
    return pd.DataFrame(
        {
            "driver": [DRIVER_TITLES[name] for name in order],
            "low": found["npv_low"].to_numpy(),
            "high": found["npv_high"].to_numpy(),
            "swing": found["swing"].to_numpy(),
            "range": ends,
            "less": np.minimum(below.to_numpy(), 0.0),
            "more": np.maximum(above.to_numpy(), 0.0),
        }
    )


def _stop(case: BusinessCase) -> pd.DataFrame:
    found = stop_rule(case)
    _, program = case.pair
    planned = dict(zip(DRIVER_NAMES, program, strict=True))
    frame = pd.DataFrame(
        {
            "year": found["period"].astype(float),
            "least_effect": found["stop_below"],
            "retention_planned": planned["retention_rate"],
            "retention_least": found["stop_if_retention_below"],
            "cost_to_serve_planned": planned["cost_to_serve"],
            "cost_to_serve_most": found["stop_if_cost_above"],
        }
    )
    return frame.reindex(range(MOST_YEARS))


def _nothing() -> dict[str, pd.DataFrame]:
    """Give the tables without a program, those of a fixed length as long as ever."""
    figures = pd.DataFrame({"measure": list(CASE_MEASURES), "meaning": list(CASE_MEASURES.values())})
    swings = pd.DataFrame({"driver": list(DRIVER_TITLES.values())})
    return {
        CASE_YEARS.name: empty_frame(CASE_YEARS).reindex(range(MOST_YEARS)),
        CASE_FIGURES.name: _as_contracted(figures, CASE_FIGURES),
        TORNADO.name: _as_contracted(swings, TORNADO),
        CASES_COMPARED.name: empty_frame(CASES_COMPARED),
        STOP_RULE.name: empty_frame(STOP_RULE).reindex(range(MOST_YEARS)),
    }


def _as_contracted(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Add the columns that nothing is known of."""
    numbers = {column.name: float for column in table if column.name not in frame and column.kind in NUMERIC_KINDS}
    return frame.reindex(columns=[column.name for column in table]).astype(numbers)
