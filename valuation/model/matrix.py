"""The two-sided value matrix: what a customer is worth to the company, and the company to the customer."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from valuation.errors import MissingDataError
from valuation.findings import Finding, Severity
from valuation.model.answers import answers
from valuation.model.history import Base, BoolArray, FloatArray
from valuation.segments import QUADRANTS, value_derived_index, value_matrix
from valuation.settings import Settings
from valuation.tables import (
    ASSUMPTIONS,
    VALUE_MATRIX,
    VALUE_MATRIX_POINTS,
    VALUE_MATRIX_SUMMARY,
    TableData,
)

__all__ = ["POINTS", "matrix_tables"]

POINTS: Final = 200
"""Customers that the chart shows."""
SERIES: Final = {
    "Ideal": "ideal",
    "Vulnerable": "vulnerable",
    "Overlooked": "overlooked",
    "Low priority": "low_priority",
}


def matrix_tables(
    base: Base,
    current: BoolArray,
    engagement: FloatArray,
    net_revenue: FloatArray,
    settings: Settings,
    tables: Mapping[str, TableData],
) -> tuple[dict[str, pd.DataFrame], dict[str, float], list[Finding]]:
    """
    Place every current customer in the matrix.

    Returns
    -------
    dict of str to DataFrame
        The tables of the matrix by contract name.
    dict of str to float
        The cuts in use: company_cut [currency], customer_cut [points]; NaN where nobody can be placed.
    list of Finding
        Cuts that are not set.
    """
    customers = base.customers[current].reset_index(drop=True)
    said = answers(base, tables)[current]
    given = value_derived_index(*(said[name].to_numpy(dtype=float) for name in ("fit", "nps", "adoption_days"))).score
    worth, revenue = engagement[current], net_revenue[current]
    set_cuts = [settings.number(name) for name in ("company_cut", "customer_cut")]
    cut_v, cut_u = (None if np.isnan(cut) else cut for cut in set_cuts)
    try:
        found = value_matrix(worth, given, cut_v=cut_v, cut_u=cut_u)
    except MissingDataError:  # a median of nobody: whoever is placed has an unknown side, whatever the cuts
        found = value_matrix(worth, given, cut_v=0.0, cut_u=0.0)
        cuts = {"company_cut": np.nan, "customer_cut": np.nan}
    else:
        cuts = {"company_cut": found.cut_v, "customer_cut": found.cut_u}
    frame = pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "name": customers["name"],
            "value_to_company": worth,
            "value_to_customer": given,
            "quadrant": found.quadrant,
            "action": found.action,
            "company_distance": worth - cuts["company_cut"],
            "customer_distance": given - cuts["customer_cut"],
        }
    )
    frame[["value_to_customer", "customer_distance"]] = frame[["value_to_customer", "customer_distance"]].round(6)
    return (
        {
            VALUE_MATRIX.name: frame[[column.name for column in VALUE_MATRIX]],
            VALUE_MATRIX_SUMMARY.name: _summary(frame, revenue),
            VALUE_MATRIX_POINTS.name: _points(frame),
        },
        cuts,
        _unset(set_cuts, len(customers)),
    )


def _summary(frame: pd.DataFrame, revenue: FloatArray) -> pd.DataFrame:
    """Sum up by quadrant, whether anybody is in it or not."""
    names = [quadrant.name for quadrant in QUADRANTS]
    groups = frame.assign(net_revenue=revenue).groupby("quadrant")
    sums = groups[["value_to_company", "net_revenue"]].sum().reindex(names).fillna(0.0)
    table = pd.DataFrame(
        {
            "quadrant": names,
            "meaning": [quadrant.wording for quadrant in QUADRANTS],
            "customers": groups.size().reindex(names).fillna(0.0).to_numpy(dtype=float),
            "value": sums["value_to_company"].round(6).to_numpy(dtype=float),
            "net_revenue": sums["net_revenue"].round(6).to_numpy(dtype=float),
            "action": [quadrant.action for quadrant in QUADRANTS],
        }
    )
    # The value of those whose value is not known is not nought.
    table.loc[(table["quadrant"] == QUADRANTS[-1].name) & (table["customers"] > 0), "value"] = np.nan
    return table[[column.name for column in VALUE_MATRIX_SUMMARY]]


def _points(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the points of the chart: customers with both values, those of the largest gains and losses."""
    placed = frame[frame["quadrant"].isin(list(SERIES))]
    largest = placed["value_to_company"].abs().sort_values(ascending=False, kind="stable").index[:POINTS]
    shown = placed.loc[largest].reset_index(drop=True)
    columns = {
        series: shown["value_to_company"].where(shown["quadrant"] == quadrant) for quadrant, series in SERIES.items()
    }
    points = shown[["customer_id", "value_to_customer"]].assign(**columns)
    return points[[column.name for column in VALUE_MATRIX_POINTS]].reindex(range(POINTS))


def _unset(cuts: list[float], customers: int) -> list[Finding]:
    names = [name for name, cut in zip(("company_cut", "customer_cut"), cuts, strict=True) if np.isnan(cut)]
    if not names or not customers:
        return []
    return [
        Finding(
            severity=Severity.NOTE,
            kind="cuts not set",
            table=ASSUMPTIONS.name,
            column="value",
            what=f"These cuts are blank, so the median of the day stands in: {', '.join(names)}",
            mend="Set absolute cuts, so that a customer does not move because others moved",
        )
    ]
