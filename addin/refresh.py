"""
The refresh: value what was read, and plan what to write. Applying the plan is the adapter's work.

A check is the same without new results: it evaluates the formulas over what the workbook holds now.
"""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from addin.cells import column_cells, table_cells
from addin.contents import Contents
from valuation.findings import Finding, Severity
from valuation.model import Results, changes, value_base
from valuation.tables import ASSUMPTIONS, EXCEPTIONS, LIFETIME_VALUE, LOG, SEGMENTS, TABLES
from workbook_templates.addresses import address
from workbook_templates.layout import NamedCell, Template
from workbook_templates.packs.summary import SENTENCES
from workbook_templates.plan import Cell, Plan
from workbook_templates.planner import TableCells, formula_values, table_write

__all__ = ["CheckLine", "Refresh", "answer_in_words", "check_lines", "figure", "plan_refresh", "results_of"]

ADDED_SENTENCES = ("best_customers.weights", "best_customers.agreement")

FormulaValues = Mapping[tuple[str, str], Cell]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Refresh:
    """
    What a refresh will do.

    Attributes
    ----------
    plan : Plan
        Everything to write.
    results : Results
        The result tables and findings.
    changes : list of str
        What changes against the last refresh, in words.
    formulas : mapping of (str, str) to Cell
        What every formula cell shows afterwards.
    """

    plan: Plan
    results: Results
    changes: list[str]
    formulas: FormulaValues


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One line of the sheet Checks."""

    title: str
    passed: bool
    difference: Cell
    mend: str


def results_of(contents: Contents) -> Results:
    """Value what a workbook holds."""
    return value_base(contents.inputs, last=contents.last, wanted=contents.template.tables)


def plan_refresh(
    contents: Contents, *, now: dt.datetime, settings: Mapping[tuple[str, str], Cell] | None = None
) -> Refresh:
    """
    Value a workbook's customers and plan the new result sheets.

    Parameters
    ----------
    contents : Contents
        The workbook, with any settings already laid over it.
    now : datetime
        For the line on Log; nothing else depends on it.
    settings : mapping of (str, str) to Cell, optional
        Cells that the settings write.
    """
    results = results_of(contents)
    results.tables[EXCEPTIONS.name] = _exceptions(contents, results.findings)
    words = [*_changes(contents, results), *results.moves]
    # Tables that come about together may belong to several packs, of which the workbook has some.
    new: dict[str, TableCells] = {
        name: table_cells(frame, TABLES[name])
        for name, frame in results.tables.items()
        if name in contents.template.tables
    }
    new[LOG.name] = _log(contents, results, words, now)
    register = dict(contents.cells[ASSUMPTIONS.name])
    register["used"] = register["value"]
    cells = {**contents.cells, **new, ASSUMPTIONS.name: register}
    names = _used(contents, results)
    typed = _typed(contents)
    formulas = formula_values(contents.template, cells, typed | names)
    # What the inputs add up to now is what they added up to at this refresh.
    totals = enumerate(contents.template.totals)
    names |= {total.name: _figure(contents.template, formulas, f"input.{i}") for i, total in totals}
    formulas = formula_values(contents.template, cells, typed | names)
    plan = Plan(
        tables=tuple(table_write(name, columns) for name, columns in new.items()),
        names=names,
        cells={**(settings or {}), **_used_assumptions(contents)},
        caches=formulas,
    )
    return Refresh(plan=plan, results=results, changes=words, formulas=formulas)


def check_lines(template: Template, formulas: FormulaValues) -> list[CheckLine]:
    """Read the lines of Checks from the formulas' values."""
    return [
        CheckLine(
            title=check.title,
            passed=_figure(template, formulas, f"check.{check.key}") == "OK",
            difference=_figure(template, formulas, f"check.{check.key}.difference"),
            mend=check.mend,
        )
        for check in template.checks
    ]


def figure(contents: Contents, formulas: FormulaValues, key: str) -> Cell:
    """Give the value of a formula cell by its key."""
    return _figure(contents.template, formulas, key)


def answer_in_words(contents: Contents, formulas: FormulaValues) -> list[str]:
    """Give the sentences on top of Summary, and what Best customers adds to them where the workbook has it."""
    keys = [*(key for key, _ in SENTENCES), *(key for key in ADDED_SENTENCES if key in contents.template.formulas)]
    return [str(sentence) for key in keys if (sentence := figure(contents, formulas, key))]


def _figure(template: Template, formulas: FormulaValues, key: str) -> Cell:
    sheet, formula = template.formulas[key]
    return formulas[sheet.name, address(formula.row, formula.column)]


def _changes(contents: Contents, results: Results) -> list[str]:
    """Compare with the results that the workbook holds from the last refresh."""
    values, segments = (
        pd.DataFrame({name: list(contents.cells[table.name][name]) for name in names})
        for table, names in ((LIFETIME_VALUE, ["customer_id", "value"]), (SEGMENTS, ["customer_id", "segment"]))
    )
    values["value"] = pd.to_numeric(values["value"], errors="coerce")
    return changes(values, results.tables[LIFETIME_VALUE.name], segments, results.tables[SEGMENTS.name])


def _exceptions(contents: Contents, findings: list[Finding]) -> pd.DataFrame:
    """Spread the findings over their rows, with sheet and row as people see them."""
    rows = [
        {
            "severity": at.finding.severity.name.lower(),
            "kind": at.finding.kind,
            "sheet": at.sheet,
            "row": at.row,
            "column": at.finding.column,
            "customer_id": at.customer_id,
            "amount": at.amount,
            "what": at.finding.what,
            "mend": at.finding.mend,
        }
        for finding in findings
        for at in contents.locate(finding)
    ]
    frame = pd.DataFrame(rows, columns=[column.name for column in EXCEPTIONS])
    return frame.astype({"row": float, "amount": float})


def _used(contents: Contents, results: Results) -> dict[str, Cell]:
    """Record how the results were computed."""
    as_of, horizon = _date(results), results.settings.number("horizon")
    counts = [f"{name} {_filled(contents, name):,}" for name in contents.inputs]
    used: dict[str, Cell] = {
        "cv_used_moves": " ".join(results.moves) or None,
        **{f"cv_used_{name}": None if math.isnan(cut) else cut for name, cut in results.cuts.items()},
    }
    return {name: cell for name, cell in used.items() if name in contents.names} | {
        "cv_used_as_of": as_of,
        "cv_used_as_of_text": as_of.isoformat(),
        "cv_used_convention": results.settings.convention(),
        "cv_used_version": version("customer-value"),
        "cv_used_rows": ", ".join(counts),
        "cv_used_horizon": "inf" if math.isinf(horizon) else horizon,
    }


def _typed(contents: Contents) -> dict[str, Cell]:
    """Give the named cells that people fill in, which formulas read and a refresh leaves alone."""
    named = [item for _, item in contents.template.items() if isinstance(item, NamedCell)]
    return {item.name: contents.names[item.name] for item in named if item.input}


def _date(results: Results) -> dt.date:
    return dt.date.fromisoformat(str(results.as_of))


def _filled(contents: Contents, name: str) -> int:
    """Count the rows of an input table that are not blank from end to end."""
    return int(contents.inputs[name].filled.sum())


def _used_assumptions(contents: Contents) -> dict[tuple[str, str], Cell]:
    """Copy every assumption's value into the column that says what the results used."""
    raw = contents.raw[ASSUMPTIONS.name]
    columns = [ASSUMPTIONS.column_for(heading) for heading in raw.columns]
    used = next(i for i, column in enumerate(columns) if column is not None and column.name == "used")
    values = contents.cells[ASSUMPTIONS.name]["value"]
    return {(raw.sheet, address(raw.first_row + i, raw.first_column + used)): value for i, value in enumerate(values)}


def _log(contents: Contents, results: Results, words: list[str], now: dt.datetime) -> TableCells:
    """Append a line for this refresh to the lines that are there."""
    before = contents.cells[LOG.name]
    kept = [i for i, cell in enumerate(before["refreshed_at"]) if cell is not None]
    values = results.tables[LIFETIME_VALUE.name]["value"]
    line: dict[str, Cell] = {
        "refreshed_at": now.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "version": version("customer-value"),
        "as_of": _date(results),
        "convention": results.settings.convention(),
        "customers": float(_filled(contents, "Customers")),
        "transactions": float(_filled(contents, "Transactions")),
        "net_revenue": float(results.tables["Customer P&L"]["net_revenue"].sum()),
        "base_value": column_cells([float(values.sum(skipna=False))], LOG["base_value"])[0],
        "findings": float(sum(finding.severity is not Severity.NOTE for finding in results.findings)),
        "changes": " ".join(words),
    }
    return {column.name: [*(before[column.name][i] for i in kept), line[column.name]] for column in LOG}
