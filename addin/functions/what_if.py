"""What changes of drivers, service and prices do to customers and to the company."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.cost import DRIVERS_ARGUMENT, FAMILY, POOLS, POOLS_ARGUMENT, issue_notes
from addin.functions.wording import CALL_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.cost import (
    Change,
    Documents,
    DriverChange,
    Effect,
    PriceChange,
    ServiceChange,
    Standing,
    change_title,
    cost_to_serve,
    what_if,
)
from valuation.errors import InputError, MissingDataError, ValuationError
from valuation.tables import LEDGER_POOLS, WHAT_IF, Blank, Column, Kind, Table

WHAT_IF_POOLS: Final = replace(POOLS, columns=(*POOLS.columns, LEDGER_POOLS["avoidable_share"]))
CHANGES: Final = Table(
    "changes",
    "",
    "one row for each change to try",
    (
        Column(
            "change",
            Kind.CHOICE,
            "driver (quantity), service level (cost of a family or pool) or price",
            choices=("driver", "service level", "price"),
        ),
        replace(WHAT_IF["name"], help="Which driver, family or pool; blank for a price"),
        Column("value", Kind.NUMBER, "-0.2 for 20% less", "0-1"),
        Column("customer_id", Kind.ID, "Whom it concerns; blank for all", required=False, blank=Blank.ALLOWED),
        WHAT_IF["lost_share"],
    ),
)
REVENUE: Final = Table(
    "revenue",
    "",
    "one row for each customer",
    (
        Column("customer_id", Kind.ID, "The customer"),
        Column("net_revenue", Kind.MONEY, "Net revenue", "money/period"),
        Column("cogs", Kind.MONEY, "Cost of goods sold", "money/period", required=False, blank=Blank.ALLOWED),
    ),
    key=("customer_id",),
)
MONEY: Final = ("revenue", "cost", "contribution", "stranded", "profit")
ALL_TOGETHER: Final = "all together"


@worksheet_function(
    arguments=(
        replace(
            POOLS_ARGUMENT,
            help="Ledger lines: pool, amount (money, two decimals), driver, treatment (retention, acquisition, "
            "sustaining, unallocated); where known family, acq_share, customer_id and avoidable_share (0-1)",
            table=WHAT_IF_POOLS,
        ),
        DRIVERS_ARGUMENT,
        Argument(
            "changes",
            TABLE,
            "One row for each change: change (driver, service level or price), name (which driver, family or pool), "
            "value (-0.2 for 20% less); where wanted customer_id (blank for all), lost_share (sales lost by a price)",
            shape=Shape.TABLE,
            table=CHANGES,
        ),
        Argument(
            "revenue",
            TABLE,
            "For prices: customer_id, net_revenue and, where sales are lost, cogs",
            "money/period",
            required=False,
            shape=Shape.TABLE,
            table=REVENUE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("change", Kind.TEXT, "What changes; the last row is all together"),
        Column("customers", Kind.COUNT, "Customers of whom anything changes", "count"),
        Column("revenue", Kind.MONEY, "Change of net revenue", "money/period", missing="#N/A"),
        Column("cost", Kind.MONEY, "Change of what customers are charged", "money/period", missing="#N/A"),
        Column("contribution", Kind.MONEY, "Change of customer contribution", "money/period", missing="#N/A"),
        Column("stranded", Kind.MONEY, "Cost that stays with the company all the same", "money/period", missing="#N/A"),
        Column("profit", Kind.MONEY, "Change of the company's profit", "money/period", missing="#N/A"),
    ),
    blank=f"{CALL_ERRORS} Rates stand; of the cost that changes only the avoidable share of the pool reaches the "
    "company. Stranded cost and profit are #N/A where avoidable_share is not known. #VALUE! where nothing is charged "
    "by the driver, family or pool of a change, or a price has no revenue; #N/A where nobody has its customer_id. "
    "Changes compound in their order, so that the last row is not the sum of the others.",
    example=Example(
        (
            [
                ["pool", "amount", "driver", "treatment", "family", "avoidable_share"],
                ["Dispatch", 100, "parcels", "retention", "logistics", 0.4],
            ],
            [["customer_id", "driver", "quantity"], ["A", "parcels", 10], ["B", "parcels", 30]],
            [
                ["change", "name", "value", "customer_id"],
                ["driver", "parcels", -0.2, None],
                ["price", None, 0.05, "A"],
            ],
            [["customer_id", "net_revenue"], ["A", 1000], ["B", 2000]],
        ),
        [
            ["Change", "Customers", "Revenue", "Cost", "Contribution", "Stranded", "Profit"],
            ["driver parcels -20%", 2, 0, -20, 20, 12, 8],
            ["price +5%, customer A", 1, 50, 0, 50, 0, 50],
            ["all together", 2, 50, -20, 70, 12, 58],
        ],
    ),
    family=FAMILY,
)
def cv_what_if(
    pools: pd.DataFrame, drivers: pd.DataFrame, changes: pd.DataFrame, revenue: pd.DataFrame | None, /
) -> Answer:
    """What would a change of drivers, service or prices bring to customers, and to the company after stranded cost?"""
    pools = pools.reindex(columns=[column.name for column in WHAT_IF_POOLS])
    named = [
        drivers["customer_id"],
        pools["customer_id"].dropna(),
        *([] if revenue is None else [revenue["customer_id"]]),
    ]
    ids = pd.Index(pd.concat(named).unique().astype(object))
    costs = cost_to_serve(pools, drivers, ids)
    standing = _standing(costs.charges, ids, revenue)
    tried = list(_tried(changes, standing, ids, priced=revenue is not None))
    lines = [(title, effect) for title, _, effect in tried]
    lines.append((ALL_TOGETHER, what_if(standing, [change for _, change, _ in tried])))
    notes = [f"{title}: {note}" for title, effect in lines for note in effect.totals().notes()]
    return Answer(pd.DataFrame([_line(*line) for line in lines]), (*notes, *issue_notes(costs.issues)))


def _standing(charges: list[Any], ids: "pd.Index[Any]", revenue: pd.DataFrame | None) -> Standing:
    """What is charged, and the revenue; NaN for a customer without a row."""
    columns = ["net_revenue", "cogs"]
    table = pd.DataFrame(columns=columns, index=ids, dtype=float)
    if revenue is not None:
        table = revenue.set_index("customer_id").reindex(index=ids, columns=columns)
    nothing = np.zeros(len(ids))
    return Standing(
        revenue=table["net_revenue"].to_numpy(dtype=float),
        cogs=table["cogs"].to_numpy(dtype=float),
        imputed=nothing,
        charges=charges,
        typed=nothing,
        typed_avoidable=np.nan,
        documents=Documents(np.zeros(0, dtype=np.int64), np.zeros(0)),
    )


def _tried(
    table: pd.DataFrame, standing: Standing, ids: "pd.Index[Any]", *, priced: bool
) -> Iterator[tuple[str, Change, Effect]]:
    """Each change with its title and its effect alone; a fault names its row."""
    frame = table.reindex(columns=[column.name for column in CHANGES])
    cells = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    for row, (kind, name, value, customer, lost) in zip(count(1), cells, strict=False):
        scope = np.ones(len(ids), dtype=bool) if customer is None else np.asarray(ids == customer)
        try:
            if not scope.any():
                raise MissingDataError(f"customer {customer} is named neither in pools nor in drivers nor in revenue")
            change = _change(str(kind), str(name or "").strip(), float(value), scope, lost or 0.0, standing)
            effect = what_if(standing, [change])
            if kind == "price" and not priced:
                raise InputError("a price needs revenue, a table of customer_id and net_revenue")
        except ValuationError as error:
            raise type(error)(f"changes, row {row}: {error}") from error
        whom = ("", "") if customer is None else ("customer", str(customer))
        yield change_title(str(kind), str(name or ""), "", float(value), *whom, lost or 0.0), change, effect


def _change(kind: str, name: str, value: float, scope: Any, lost: float, standing: Standing) -> Change:
    """One change."""
    if kind == "price":
        return PriceChange(value=value, scope=scope, lost_share=lost)
    if kind == "driver":
        return DriverChange(driver=name, value=value, scope=scope)
    of, known = standing.family_or_pool(name) or ("pool", name)
    return ServiceChange(of=of, name=known, value=value, scope=scope)


def _line(title: str, effect: Effect) -> dict[str, Any]:
    """One row of the answer."""
    totals = effect.totals()
    return {"change": title, "customers": totals.customers, **{name: getattr(totals, name) for name in MONEY}}
