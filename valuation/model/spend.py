"""What a unit of money brings that is spent on acquiring, on retaining and on developing customers."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from valuation.errors import ValuationError
from valuation.findings import Finding, Severity
from valuation.lifetime import Timing
from valuation.loyalty import returns_on_spend
from valuation.model.average import AverageCustomer
from valuation.settings import Settings
from valuation.tables import CUSTOMER_SPEND, SPEND_RETURNS, TableData, complete_frame

__all__ = ["spend_returns"]


def spend_returns(
    average: AverageCustomer, settings: Settings, tables: Mapping[str, TableData]
) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Give Returns on spend, the best first.

    Parameters
    ----------
    average : AverageCustomer
        What a customer brings.
    settings : Settings
        The assumptions.
    tables : mapping of str to TableData
        Customer spend, where there is any.

    Returns
    -------
    DataFrame
        Columns of the contract's Returns on spend.
    list of Finding
        Rows that cannot be valued.
    """
    frame = complete_frame(tables.get(CUSTOMER_SPEND.name), CUSTOMER_SPEND)
    frame = frame[frame["purpose"].notna()]
    rows, findings = [], []
    for place, row in frame.iterrows():
        found = {"purpose": row["purpose"], "name": row["name"], "spend": row["spend"], "note": ""}
        effect, reached, what = _effect(row, average)
        if not average.known:
            found["note"] = "what a customer brings is not known"
        elif np.isnan(effect) or not row["spend"] > 0:
            found["note"] = f"fill in the spend and {what}"
        else:
            try:
                [gain] = returns_on_spend(
                    [row["purpose"]],
                    [row["spend"]],
                    [effect],
                    customers=reached,
                    margin=average.margin - average.cost_to_serve,
                    retention_rate=average.retention_rate,
                    discount_rate=settings.number("discount_rate"),
                    horizon=settings.number("horizon"),
                    timing=cast(Timing, settings.word("timing")),
                ).to_dict("records")
                found |= {
                    "value_created": gain["value"],
                    "return_per_unit": gain["return_per_unit"],
                    "net": gain["net"],
                    "payback": gain["payback"],
                }
            except ValuationError as error:
                findings.append(_bad_spend(int(cast(int, place)) + 1, error))
                found["note"] = str(error)
        rows.append(found)
    table = pd.DataFrame(rows).reindex(columns=[column.name for column in SPEND_RETURNS])
    return table.sort_values("return_per_unit", ascending=False, kind="stable", ignore_index=True), findings


def _effect(row: "pd.Series[Any]", average: AverageCustomer) -> tuple[float, float, str]:
    """Give what a spend does, for how many customers, and what has to be filled in for it."""
    reached = average.customers if np.isnan(row["customers"]) else float(row["customers"])
    match row["purpose"]:
        case "acquire":
            won = row["customers"]
            return (float(row["spend"] / won) if won > 0 else np.nan), reached, "the customers that it wins"
        case "retain":
            return float(row["retention_gain"]), reached, "the retention gain"
        case _:
            return float(row["margin_gain"]), reached, "the margin gain"


def _bad_spend(row: int, error: ValuationError) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind="spend that cannot be valued",
        table=CUSTOMER_SPEND.name,
        rows=(row,),
        what=f"What the spend brings cannot be computed: {error}",
        mend="Correct the row",
    )
