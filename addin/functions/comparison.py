"""One ledger costed three ways, side by side."""

import pandas as pd

from addin.functions.cost import (
    CAPACITY_ARGUMENT,
    DRIVERS_ARGUMENT,
    FAMILY,
    METHOD_ARGUMENT,
    POOLS_ARGUMENT,
    SERVICES_ARGUMENT,
    complete_pools,
)
from addin.functions.wording import CALL_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.cost import ServiceMethod, compare_costings
from valuation.tables import Blank, Column, Kind, Table

REVENUE = Table(
    "revenue",
    "",
    "one row for each customer",
    (
        Column("customer_id", Kind.ID, "The customer"),
        Column("net_revenue", Kind.MONEY, "Net revenue; below 0 it counts 0", "money", blank=Blank.ALLOWED),
    ),
    key=("customer_id",),
)


@worksheet_function(
    arguments=(
        POOLS_ARGUMENT,
        DRIVERS_ARGUMENT,
        Argument(
            "revenue",
            TABLE,
            "The customers: customer_id, net_revenue",
            "money/period",
            shape=Shape.TABLE,
            table=REVENUE,
        ),
        CAPACITY_ARGUMENT,
        SERVICES_ARGUMENT,
        METHOD_ARGUMENT,
    ),
    result=Result.TABLE,
    columns=(
        Column("customer_id", Kind.ID, "The customer"),
        Column("volume_based", Kind.MONEY, "Each pool in proportion to net revenue", "money", missing="#N/A"),
        Column("activity_based", Kind.MONEY, "Each pool by its driver, unused capacity included", "money"),
        Column("time_driven", Kind.MONEY, "By practical capacity, unused capacity apart", "money"),
        Column("shift", Kind.MONEY, "Time-driven less volume-based", "money", missing="#N/A"),
        Column("why", Kind.TEXT, "The pool that makes most of the shift"),
    ),
    blank=f"{CALL_ERRORS} #VALUE! also where a column is missing or a customer stands twice; #NUM! where services have "
    "no solution; #DIV/0! where nobody has revenue. A blank revenue is not 0: volume_based and shift are #N/A there.",
    example=Example(
        (
            [
                ["pool", "amount", "driver", "treatment", "family"],
                ["Help desk", 120, "minutes", "retention", "support"],
            ],
            [["customer_id", "driver", "quantity"], ["A", "minutes", 60], ["B", "minutes", 30]],
            [["customer_id", "net_revenue"], ["A", 1000], ["B", 3000]],
            [["pool", "practical_minutes"], ["Help desk", 120]],
        ),
        [
            ["Customer id", "Volume based", "Activity based", "Time driven", "Shift", "Why"],
            [
                *("A", 30, 80, 60, 30),
                "Help desk: 66.7% of the minutes, 25.0% of the revenue; 25.0% of its cost is unused capacity",
            ],
            [
                *("B", 90, 40, 30, -60),
                "Help desk: 33.3% of the minutes, 75.0% of the revenue; 25.0% of its cost is unused capacity",
            ],
        ],
    ),
    family=FAMILY,
)
def cv_costing_compare(
    pools: pd.DataFrame,
    drivers: pd.DataFrame,
    revenue: pd.DataFrame,
    capacity: pd.DataFrame | None,
    services: pd.DataFrame | None,
    method: ServiceMethod,
    /,
) -> Answer:
    """Which customers does costing by revenue make too cheap or too dear, and why?"""
    compared = compare_costings(
        complete_pools(pools),
        drivers,
        revenue["customer_id"].to_numpy(dtype=object),
        revenue["net_revenue"].to_numpy(dtype=float),
        capacity=capacity,
        services=services,
        service_method=method,
    )
    spared = round(compared["volume_based"].sum() - compared["time_driven"].sum(), 2)
    note = f"by time and capacity {abs(spared):,.2f} {'less' if spared > 0 else 'more'} is charged than by volume"
    return Answer(compared.reset_index(), (note,) if spared else ())
