"""The loyalty case: what a program costs now and brings later, beside quick profits that do the reverse."""

from collections.abc import Mapping
from typing import Final, cast

import numpy as np
import pandas as pd

from valuation.errors import ValuationError
from valuation.findings import Finding, Severity
from valuation.lifetime import Timing
from valuation.loyalty import (
    DRIVER_NAMES,
    BusinessCase,
    CaseComparison,
    project,
    required_effect,
    scenario_drivers,
    stop_rule,
    tornado,
)
from valuation.model.average import AverageCustomer
from valuation.model.loyalty_cases import BASE, Case, Plan, base_drivers, case_rows, impossible, read_cases
from valuation.settings import Settings
from valuation.tables import (
    CASE_FIGURES,
    CASE_MEASURES,
    CASE_YEARS,
    CASES_COMPARED,
    MOST_CASE_YEARS,
    NUMERIC_KINDS,
    STOP_RULE,
    TORNADO,
    Table,
    TableData,
    empty_frame,
)

__all__ = ["loyalty_tables"]

LOW, HIGH, RATE_STEP = 0.5, 1.5, 0.02
MOST_CASES: Final = 12
DRIVER_TITLES: Final = {
    "retention_rate": "Retention",
    "new_customers": "New customers",
    "margin": "Margin",
    "cost_to_serve": "Cost to serve",
    "acquisition_cost": "Cost of winning",
    "investment": "Investment",
    "discount_rate": "Discount rate",
}


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
    rows, findings = case_rows(tables)
    found = _nothing()
    if not average.customers or not (average.known or rows):
        return found, findings
    years, own = int(settings.number("case_years")), rows.pop(BASE, None)
    try:
        plan = Plan(
            base=base_drivers(own, average, years),
            average=average,
            years=years,
            discount_rate=settings.number("discount_rate"),
            timing=cast(Timing, settings.word("timing")),
        )
    except ValuationError as error:
        return found, [*findings, impossible(BASE, error, own)]
    cases, faults = read_cases(plan, rows, settings)
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


def _compared(cases: Mapping[str, Case]) -> pd.DataFrame:
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


def _program(plan: Plan, chosen: Case) -> dict[str, pd.DataFrame]:
    case = plan.case(chosen.drivers)
    return {
        CASE_YEARS.name: _by_year(plan, chosen),
        CASE_FIGURES.name: _figures(plan, chosen),
        TORNADO.name: _tornado(case, chosen.found.npv),
        STOP_RULE.name: _stop(case),
    }


def _by_year(plan: Plan, chosen: Case) -> pd.DataFrame:
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
    return frame.reindex(range(MOST_CASE_YEARS))


def _figures(plan: Plan, chosen: Case) -> pd.DataFrame:
    """Give the figures of the plan, of half its effect, and of all of it a year late."""
    columns = {}
    for name, drivers in zip(
        ("plan", "half", "late"), scenario_drivers(plan.case(chosen.drivers)).values(), strict=True
    ):
        outcome = chosen.found if name == "plan" else plan.compared(drivers)
        roots = outcome.rates.roots
        try:
            needed = required_effect(plan.case(drivers), "retention_rate")
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
    return frame.reindex(range(MOST_CASE_YEARS))


def _nothing() -> dict[str, pd.DataFrame]:
    """Give the tables without a program, those of a fixed length as long as ever."""
    figures = pd.DataFrame({"measure": list(CASE_MEASURES), "meaning": list(CASE_MEASURES.values())})
    swings = pd.DataFrame({"driver": list(DRIVER_TITLES.values())})
    return {
        CASE_YEARS.name: empty_frame(CASE_YEARS).reindex(range(MOST_CASE_YEARS)),
        CASE_FIGURES.name: _as_contracted(figures, CASE_FIGURES),
        TORNADO.name: _as_contracted(swings, TORNADO),
        CASES_COMPARED.name: empty_frame(CASES_COMPARED),
        STOP_RULE.name: empty_frame(STOP_RULE).reindex(range(MOST_CASE_YEARS)),
    }


def _as_contracted(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Add the columns that nothing is known of."""
    numbers = {column.name: float for column in table if column.name not in frame and column.kind in NUMERIC_KINDS}
    return frame.reindex(columns=[column.name for column in table]).astype(numbers)
