"""Customers valued by a typed margin, over one year, undiscounted, sure to stay: their value is the margin."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from tests.valuation.model.builders import assumptions, table, tables
from valuation.findings import Finding
from valuation.model import Results, value_base
from valuation.tables import TABLES, TableData

AS_OF = pd.Timestamp("2025-12-31")
CUTS: dict[str, Any] = {"value_tier_a": 80.0, "value_tier_b": 20.0}
MARGINS: dict[str, float | None] = {"A": 100.0, "B": 50.0, "C": 10.0, "D": -5.0}
"""One customer in each segment by `CUTS`."""
UNKNOWN_REVENUE = 100.0
NOTHING: Mapping[str, Any] = {}


def valued(
    margins: Mapping[str, float | None],
    *parts: TableData,
    wanted: Collection[str] = (),
    last: Mapping[str, pd.DataFrame] = NOTHING,
    also: Mapping[str, Sequence[object]] = NOTHING,
    **assumed: object,
) -> Results:
    """Value customers; one without a margin has a revenue, so that its value is not known."""
    ids = list(margins)
    revenue = [UNKNOWN_REVENUE if margin is None else abs(margin) for margin in margins.values()]
    own = table("Customers", customer_id=ids, annual_margin=list(margins.values()), annual_revenue=revenue, **also)
    stay = table("Retention", customer_id=ids, probability=[1.0] * len(ids))
    base = {"as_of": AS_OF, "horizon": 1.0, "discount_rate": 0.0, "sales_cost": 0.0} | assumed
    return value_base(tables(own, stay, *parts, assumptions(**base)), wanted=wanted, last=last)


def rows(name: str, columns: Sequence[str], *given: Sequence[object]) -> TableData:
    """Make a table row by row; what a row leaves off at its end is blank."""
    filled = [(*row, *[None] * (len(columns) - len(row))) for row in given]
    return table(name, **dict(zip(columns, (list(column) for column in zip(*filled, strict=True)), strict=True)))


def texts(column: "pd.Series[Any]") -> list[object]:
    """Give texts, None for every blank."""
    return [None if pd.isna(cell) else cell for cell in column]


def found_in(findings: Sequence[Finding], kind: str, table_: str) -> Finding:
    """Give the one finding of a kind in a table."""
    (one,) = [finding for finding in findings if (finding.kind, finding.table) == (kind, table_)]
    return one


def has_columns(results: Results, *names: str) -> None:
    for name in names:
        assert list(results.tables[name]) == [column.name for column in TABLES[name]], name
