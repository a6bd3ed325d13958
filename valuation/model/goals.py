"""Goals: how far each is by the figures of this very workbook, and how they cascade from the company to its teams."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from valuation.findings import Finding
from valuation.goals import cascade
from valuation.model.answers import answers, issues_of_year
from valuation.model.average import AverageCustomer
from valuation.model.history import Base
from valuation.tables import GOAL_CASCADE, GOALS, TableData, complete_frame, empty_frame

__all__ = ["goal_table", "workbook_measures"]

INDENT: Final = "    "
COMPANY: Final = "company"
BEHIND: Final = ("amber", "red")
"""What a goal is called that is behind its time."""
HERE, TYPED, BELOW, NOWHERE = "this workbook", "typed", "the goals below it", "not known"
MONTHS_PER_YEAR, MINUTES_PER_HOUR, PER_REVENUE = 12, 60, 1000
LATEST_YEAR: Final = "year 0"
OF_METRICS: Final = {
    "net_new_customers_remaining": "net_new_remaining",
    "existing_active_customers": "existing_active",
    "revenue_per_new_customer": "revenue_per_new",
    "revenue_per_existing_customer": "revenue_per_existing",
}
"""Measure to its column of Customer metrics, of the latest fiscal year."""


def workbook_measures(
    base: Base,
    *,
    values: pd.DataFrame,
    pnl: pd.DataFrame,
    engagement: pd.DataFrame,
    average: AverageCustomer,
    metrics: pd.DataFrame,
    receivables: pd.DataFrame,
    value_at_risk_a: float,
    return_on_customer: float,
    tables: Mapping[str, TableData],
) -> dict[str, float]:
    """
    Give the measures that goals may name, of the company as a whole; NaN where the workbook does not know one.

    Parameters
    ----------
    base, tables
        What was read.
    values, pnl, engagement : DataFrame
        By customer: Lifetime value, Customer P&L, Engagement value.
    average : AverageCustomer
        The average customer.
    metrics : DataFrame
        Customer metrics; may be empty.
    receivables : DataFrame
        Receivables by account; may be empty.
    value_at_risk_a : float
        In open issues of segment A. [currency]
    return_on_customer : float
        Since the last snapshot. [1/year]
    """
    said = answers(base, tables)
    issues = issues_of_year(base, tables)
    asked, solved = len(issues), float(said["self_resolved"].sum())
    revenue = float(pnl["net_revenue"].sum())
    year = metrics[metrics["key"] == LATEST_YEAR]
    margin = average.margin - average.cost_to_serve
    return {
        "customer_equity": _total(values["value"]),
        "residual_value": _total(values["value"]),
        "return_on_customer": return_on_customer,
        "contribution": _total(pnl["contribution"]),
        "days_late": _weighted(receivables["days_late"], receivables["invoiced"]),
        **{name: float(year[column].iloc[0]) if len(year) else np.nan for name, column in OF_METRICS.items()},
        "support_minutes_per_1000": _ratio(
            MINUTES_PER_HOUR * PER_REVENUE * float(issues["hours"].sum()) if asked else np.nan, revenue
        ),
        "self_service_share": _ratio(solved, solved + asked) if said["self_resolved"].notna().any() else np.nan,
        "value_at_risk_a": value_at_risk_a,
        "fit": float(said["fit"].mean()),
        "knowledge_value": _total(engagement["knowledge_value"]),
        "referral_value": _total(engagement["referral_value"]),
        "payback_months": _ratio(MONTHS_PER_YEAR * average.acquisition_cost, margin),
        "retention_rate": average.retention_rate,
        "sales_cost_share": _ratio(_total(pnl["sales"]), revenue),
    }


def _total(values: "pd.Series[float]") -> float:
    """Add up what is known; of nothing known there is no total."""
    return float(values.sum(min_count=1))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _weighted(values: "pd.Series[float]", weights: "pd.Series[float]") -> float:
    known = values.notna() & (weights > 0)
    return float(np.average(values[known], weights=weights[known])) if known.any() else np.nan


def goal_table(
    measures: Mapping[str, float], as_of: np.datetime64, tables: Mapping[str, TableData]
) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Give the Goal cascade: a blank actual of a measure of this workbook is the workbook's.

    Parameters
    ----------
    measures : mapping of str to float
        From `workbook_measures`.
    as_of : datetime64[D]
        The day for which it is asked, and the date of the workbook's figures.
    tables : mapping of str to TableData
        Goals, where there are any.

    Returns
    -------
    DataFrame
        Columns of the contract, every goal below the one that it serves.
    list of Finding
        The rows of Goals that break a rule.
    """
    frame = complete_frame(tables.get(GOALS.name), GOALS)
    frame = frame[frame.notna().any(axis=1)]
    if frame.empty:
        return empty_frame(GOAL_CASCADE), []
    own = frame["rollup"] != "children"
    known = frame["measure"].str.strip().map(measures).astype(float)
    filled = own & frame["actual"].isna() & known.notna()
    frame = frame.assign(
        actual=frame["actual"].mask(filled, known),
        actual_date=frame["actual_date"].mask(filled, pd.Timestamp(as_of)),
        rollup=frame["rollup"].fillna("own"),
    )
    found = cascade(frame.reset_index(drop=True), as_of=as_of)
    tree = found.tree
    rows = tree["row"].to_numpy(dtype=int) - 1
    named = frame["measure"].where(frame["measure"].notna(), frame["goal_id"]).to_numpy(dtype=object)[rows]
    source = np.select([filled, own & frame["actual"].notna(), ~own], [HERE, TYPED, BELOW], NOWHERE)[rows]
    violation = tree["violation"].where(tree["violation"] != "", None)
    table = tree.assign(
        violation=violation,
        behind=_place_behind(tree),
        through=_through(tree, [str(name) for name in named]),
        goal=[INDENT * depth + str(name) for depth, name in zip(tree["depth"], named, strict=True)],
        unit=frame["unit"].to_numpy(dtype=object)[rows],
        **{name: frame[name].to_numpy(dtype=float)[rows] for name in ("baseline", "target", "actual")},
        source=source,
    )
    places = frame.index.to_numpy() + 1
    findings = [replace(each, rows=tuple(int(places[row - 1]) for row in each.rows)) for each in found.findings]
    return table[[column.name for column in GOAL_CASCADE]], findings


def _place_behind(tree: pd.DataFrame) -> "pd.Series[float]":
    """Rank the company's goals that are behind, the furthest behind its time first."""
    behind = (tree["level"] == COMPANY) & tree["status"].isin(BEHIND)
    return (tree["pace"] - tree["attainment"]).where(behind).rank(ascending=False, method="first")


def _through(tree: pd.DataFrame, names: list[str]) -> "pd.Series[str]":
    """Name for each goal that is behind the one below it that is furthest behind too, and its owner."""
    late = tree.assign(name=names, lag=tree["pace"] - tree["attainment"])[tree["status"].isin(BEHIND)]
    worst = late.sort_values("lag", ascending=False, kind="stable").drop_duplicates("parent_id")
    said = {row["parent_id"]: f"{row['name']} ({row['owner']})" for _, row in worst.iterrows()}
    there = tree["status"].isin(BEHIND)
    return tree["goal_id"].map(said).where(there & tree["goal_id"].isin(list(said)), None)
