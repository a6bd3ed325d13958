"""Cost to serve: pools and drivers, exact allocation, reconciliation, and the customer P&L."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.cost import (
    SERVICE_METHODS,
    CostIssue,
    CostToServe,
    ServiceMethod,
    allocate,
    cost_to_serve,
    customer_pnl,
    driver_rate,
    reconcile,
)
from valuation.errors import MissingDataError, ZeroDenominatorError
from valuation.tables import CAPACITY, DRIVERS, LEDGER_POOLS, SERVICE_DEPARTMENTS, Blank, Column, Kind, Table
from workbook_templates.plan import CellError

FAMILY = "Cost to serve"


def _optional(column: Column) -> Column:
    return replace(column, required=False, blank=Blank.ALLOWED)


POOLS = replace(
    LEDGER_POOLS,
    name="pools",
    grain="one row for each ledger line",
    columns=(
        *(LEDGER_POOLS[name] for name in ("pool", "amount", "driver", "treatment")),
        *(_optional(LEDGER_POOLS[name]) for name in ("family", "gl_account", "acq_share", "customer_id")),
    ),
)
QUANTITIES = replace(
    DRIVERS, name="drivers", columns=tuple(DRIVERS[name] for name in ("customer_id", "driver", "quantity")), key=()
)
PRACTICAL = replace(
    CAPACITY,
    name="capacity",
    columns=(CAPACITY["pool"], CAPACITY["practical_minutes"], _optional(CAPACITY["driver"])),
    key=(),
)
SERVICES = replace(SERVICE_DEPARTMENTS, name="services", key=())
PNL_LINES = (
    ("discounts", "Discounts and rebates"),
    ("returns", "Returns and credits"),
    ("cogs", "Cost of goods sold"),
    ("goods", "Freight in less supplier rebates"),
    ("marketing", "Cost to serve: marketing"),
    ("sales", "Cost to serve: sales"),
    ("order_handling", "Cost to serve: order handling"),
    ("logistics", "Cost to serve: logistics"),
    ("support", "Cost to serve: support"),
    ("returns_handling", "Cost to serve: handling of returns"),
    ("financing", "Charge for late payment, if it is not booked"),
    ("expected_loss", "Charge for expected credit loss, if it is not booked"),
    ("stock_carrying", "Charge for stock held, if it is not booked"),
    ("acquisition_cost", "Part of these costs that won the customer"),
)
PNL_INPUT = Table(
    "table",
    "",
    "one row for each customer",
    (
        Column("customer_id", Kind.ID, "The customer"),
        Column("gross_revenue", Kind.MONEY, "Sales before discounts and returns", "money"),
        *(Column(name, Kind.MONEY, help_, "money", required=False) for name, help_ in PNL_LINES),
    ),
    key=("customer_id",),
)
PNL_ARGUMENT = Argument(
    "table",
    TABLE,
    "customer_id and gross_revenue; where known discounts, returns, cogs, goods, marketing, sales, order_handling, "
    "logistics, support, returns_handling, financing, expected_loss, stock_carrying, acquisition_cost (costs positive)",
    "money/period",
    shape=Shape.TABLE,
    table=PNL_INPUT,
)
POOLS_ARGUMENT = Argument(
    "pools",
    TABLE,
    "Ledger lines: pool, amount (money, two decimals), driver, treatment (retention, acquisition, sustaining, "
    "unallocated); where known family, acq_share and customer_id",
    shape=Shape.TABLE,
    table=POOLS,
)
DRIVERS_ARGUMENT = Argument(
    "drivers", TABLE, "What the customers used: customer_id, driver, quantity", shape=Shape.TABLE, table=QUANTITIES
)
CAPACITY_ARGUMENT = Argument(
    "capacity",
    TABLE,
    "Pools whose time is limited: pool, practical_minutes and, if it is not the pool's own, driver (which counts the "
    "minutes used); the cost of minutes that nobody used is charged to nobody",
    "minutes/period",
    required=False,
    shape=Shape.TABLE,
    table=PRACTICAL,
)
SERVICES_ARGUMENT = Argument(
    "services",
    TABLE,
    "Pools that serve other pools, whose cost is passed on first: pool, to_pool, share (those of a pool add up to 1)",
    "0-1",
    required=False,
    shape=Shape.TABLE,
    table=SERVICES,
)
METHOD_ARGUMENT = Argument(
    "method",
    Kind.CHOICE,
    "How services among service pools count: reciprocal, step-down (in the order of services) or direct",
    required=False,
    default="reciprocal",
    choices=SERVICE_METHODS,
    shape=Shape.ONE,
)
MONEY_COLUMNS = ("marketing", "sales", "order handling", "logistics", "support", "returns")
MOST_ISSUES = 3

_POOLS_EXAMPLE = [
    ["pool", "amount", "driver", "treatment", "family"],
    ["Dispatch", 100, "parcels", "retention", "logistics"],
    ["Help desk", 90, "minutes", "retention", "support"],
]
_DRIVERS_EXAMPLE = [
    ["customer_id", "driver", "quantity"],
    ["A", "parcels", 1],
    ["B", "parcels", 2],
    ["A", "minutes", 30],
]


@worksheet_function(
    arguments=(
        POOLS_ARGUMENT,
        DRIVERS_ARGUMENT,
        Argument(
            "customers",
            Kind.ID,
            "The customers to show, each once; left out, all that drivers and pools name",
            required=False,
            shape=Shape.COLUMN,
        ),
        CAPACITY_ARGUMENT,
        SERVICES_ARGUMENT,
        METHOD_ARGUMENT,
    ),
    result=Result.TABLE,
    columns=(
        Column("customer_id", Kind.ID, "The customer"),
        *(Column(name, Kind.MONEY, f"Cost of {name}", "money") for name in MONEY_COLUMNS),
        Column("cost_to_serve", Kind.MONEY, "Sum of the six", "money"),
        Column("acquisition_cost", Kind.MONEY, "Part of it that won the customer", "money"),
        Column("goods", Kind.MONEY, "Pools of the family goods, such as freight in: no cost to serve", "money"),
    ),
    blank=f"{CALL_ERRORS} #VALUE! also where a column is missing or a customer stands twice; #NUM! where services have "
    "no solution. Unused capacity and what could not be given to a customer are in the message.",
    example=Example(
        (_POOLS_EXAMPLE, _DRIVERS_EXAMPLE),
        [
            [
                "Customer id",
                "Marketing",
                "Sales",
                "Order handling",
                "Logistics",
                "Support",
                "Returns",
                "Cost to serve",
                "Acquisition cost",
                "Goods",
            ],
            ["A", 0, 0, 0, 33.33, 90, 0, 123.33, 0, 0],
            ["B", 0, 0, 0, 66.67, 0, 0, 66.67, 0, 0],
        ],
    ),
    family=FAMILY,
    front_door=True,
)
def cv_cost_to_serve(
    pools: pd.DataFrame,
    drivers: pd.DataFrame,
    customers: ARRAY | None,
    capacity: pd.DataFrame | None,
    services: pd.DataFrame | None,
    method: ServiceMethod,
    /,
) -> Answer:
    """What does it cost to serve each customer, to the cent of the ledger?"""
    costs = _costs(pools, drivers, customers, capacity, services, method)
    return Answer(costs.by_customer.reset_index(), (*_unused(costs), *issue_notes(costs.issues)))


@worksheet_function(
    arguments=(
        Argument("customer", Kind.ID, "The customer asked about", shape=Shape.ONE),
        POOLS_ARGUMENT,
        DRIVERS_ARGUMENT,
        CAPACITY_ARGUMENT,
        SERVICES_ARGUMENT,
        METHOD_ARGUMENT,
    ),
    result=Result.TABLE,
    columns=(
        Column("pool", Kind.TEXT, "Cost pool"),
        Column("driver", Kind.TEXT, "What causes the cost"),
        Column("quantity", Kind.NUMBER, "What the customer used; blank for a cost charged directly", "driver units"),
        Column("driver_total", Kind.NUMBER, "What everybody used", "driver units"),
        Column("rate", Kind.NUMBER, "Cost of one unit", "money/driver unit"),
        Column("cost", Kind.MONEY, "The customer's cost", "money"),
        Column("explanation", Kind.TEXT, "The same in a sentence"),
    ),
    blank=f"{CALL_ERRORS} #N/A also where neither pools nor drivers name the customer.",
    example=Example(
        ("B", _POOLS_EXAMPLE, _DRIVERS_EXAMPLE),
        [
            ["Pool", "Driver", "Quantity", "Driver total", "Rate", "Cost", "Explanation"],
            [
                "Dispatch",
                "parcels",
                2,
                3,
                33.3333,
                66.67,
                "B used 2 of 3 parcels (66.7%), at 33.33 each: 66.67 of the cost of Dispatch.",
            ],
        ],
    ),
    family=FAMILY,
    front_door=True,
)
def cv_explain(
    customer: str,
    pools: pd.DataFrame,
    drivers: pd.DataFrame,
    capacity: pd.DataFrame | None,
    services: pd.DataFrame | None,
    method: ServiceMethod,
    /,
) -> Answer:
    """How did a customer's cost to serve come about?"""
    costs = _costs(pools, drivers, None, capacity, services, method)
    if customer not in costs.by_customer.index:
        raise MissingDataError(f"customer {customer} is named neither in pools nor in drivers")
    lines = costs.detail(customer)
    total = costs.by_customer["cost_to_serve"].to_dict()[customer]
    lines = lines.assign(explanation=[_sentence(customer, line) for line in lines.to_dict("records")])
    return Answer(lines, (f"the cost to serve {customer} is {total:,.2f}",))


def _costs(
    pools: pd.DataFrame,
    drivers: pd.DataFrame,
    customers: ARRAY | None,
    capacity: pd.DataFrame | None,
    services: pd.DataFrame | None,
    method: ServiceMethod,
) -> CostToServe:
    """The costs of those asked for, or of all that are named."""
    pools = complete_pools(pools)
    if customers is None:
        named = pd.concat([drivers["customer_id"], pools["customer_id"].dropna()])
        customers = named.unique().astype(object)
    return cost_to_serve(pools, drivers, customers, capacity=capacity, services=services, service_method=method)


def complete_pools(pools: pd.DataFrame) -> pd.DataFrame:
    """Ledger lines with the optional columns that were left out."""
    return pools.reindex(columns=[column.name for column in POOLS])


def _sentence(customer: str, line: dict[Any, Any]) -> str:
    """How one cost came about."""
    if line["driver"] in ("", None) or line["quantity"] != line["quantity"]:
        return f"{line['cost']:,.2f} of the cost of {line['pool']} was charged to {customer} directly."
    quantity, total = line["quantity"], line["driver_total"]
    return (
        f"{customer} used {quantity:,.10g} of {total:,.10g} {line['driver']} ({quantity / total:.1%}), "
        f"at {line['rate']:,.2f} each: {line['cost']:,.2f} of the cost of {line['pool']}."
    )


def _unused(costs: CostToServe) -> Iterable[str]:
    """What unused capacity costs."""
    unused = costs.pools["unused"].clip(lower=0).sum()
    if unused:
        yield f"unused capacity costs {unused:,.2f}, which is charged to no customer"


def issue_notes(issues: Iterable[CostIssue]) -> Iterable[str]:
    """What could not be done as asked, the first few of it."""
    found = list(issues)
    for issue in found[:MOST_ISSUES]:
        concerned = ", ".join(filter(None, (issue.pool, issue.driver, issue.customer)))
        if issue.kind == "overtime":
            money = f": {-issue.amount:,.2f} more is charged than the ledger has"
        else:
            money = f": {issue.amount:,.2f} is not charged to a customer shown" if issue.amount else ""
        yield f"{issue.kind} ({concerned}){money}"
    if len(found) > MOST_ISSUES:
        yield f"and {len(found) - MOST_ISSUES} more"


@worksheet_function(
    arguments=(
        Argument("pool_cost", Kind.MONEY, "Cost of the pool", "money/period"),
        Argument("driver_total", Kind.NUMBER, "Total of its driver", "driver units/period"),
    ),
    result=Result.ROWS,
    columns=(Column("rate", Kind.NUMBER, "Cost of one unit of the driver", "money/driver unit"),),
    blank=f"{ROW_ERRORS} #DIV/0! where the driver's total is 0.",
    example=Example((120000, 93000), 1.290323),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda pool_cost, driver_total: (driver_total == 0) & np.isfinite(pool_cost)},
)
def cv_pool_rate(pool_cost: ARRAY, driver_total: ARRAY, /) -> ARRAY:
    """What does one unit of a cost driver cost, such as a minute of support?"""
    return driver_rate(pool_cost, driver_total)


@worksheet_function(
    arguments=(
        Argument("total", Kind.MONEY, "The amount to share out", "money", shape=Shape.ONE),
        Argument("drivers", Kind.NUMBER, "What each customer used; 0 for nothing", "driver units", shape=Shape.COLUMN),
        Argument(
            "places",
            Kind.COUNT,
            "Decimals of the smallest coin: 2 for cents",
            "decimals",
            required=False,
            default=2,
            shape=Shape.ONE,
        ),
        Argument(
            "fallback",
            Kind.CHOICE,
            "What to do when nobody used anything: error, or unallocated (nobody is charged)",
            required=False,
            default="error",
            choices=("error", "unallocated"),
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("share", Kind.MONEY, "Each one's share; they add up to the total exactly", "money"),),
    blank=f"{CALL_ERRORS} #DIV/0! where nobody used anything. No share is known while a driver is not.",
    example=Example((100, [[1], [1], [1]]), [[33.34], [33.33], [33.33]]),
    family=FAMILY,
    front_door=True,
)
def cv_allocate(total: float, drivers: ARRAY, places: int, fallback: str, /) -> Answer:
    """How is an amount shared out by use, so that the parts add up to the cent?"""
    try:
        return Answer(allocate(total, drivers, places=places))
    except ZeroDenominatorError:
        if fallback == "error":
            raise
        return Answer(np.zeros(drivers.size), (f"nobody used anything: {total:,.2f} stays unallocated",))


@worksheet_function(
    arguments=(
        Argument("ledger_total", Kind.MONEY, "Cost in the ledger", "money", shape=Shape.ONE),
        Argument("allocated", Kind.MONEY, "Cost charged to customers", "money", shape=Shape.ONE),
        Argument("unused", Kind.MONEY, "Cost of unused capacity", "money", required=False, default=0, shape=Shape.ONE),
        Argument(
            "unallocated",
            Kind.MONEY,
            "Cost that stays with the company",
            "money",
            required=False,
            default=0,
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("difference", Kind.MONEY, "Ledger less the three; must be 0.00", "money"),
        Column("ties", Kind.FLAG, "TRUE when the exact difference is 0"),
    ),
    blank=CALL_ERRORS,
    example=Example((436971.07, 409971.07, 27000, 0), [["Difference", "Ties"], [0, True]]),
    family=FAMILY,
    front_door=True,
)
def cv_reconcile(
    ledger_total: float, allocated: float, unused: float, unallocated: float, /
) -> dict[str, list[float | bool]]:
    """Is every cent of the ledger accounted for?"""
    statement = reconcile(ledger_total, allocated=allocated, unused=unused, unallocated=unallocated)
    return {"difference": [statement.difference], "ties": [statement.ties]}


PNL_RESULT = (
    ("net_revenue", "Gross revenue less discounts and returns"),
    ("gross_margin", "Net revenue less the cost of goods"),
    ("cost_to_serve", "Sum of the six costs"),
    ("contribution_before_financing", "Gross margin less cost to serve; ties to the ledger"),
    ("contribution", "The same, less the three charges"),
    ("run_rate_contribution", "Contribution without the cost of winning the customer"),
)
PNL_ORDER = (
    *("gross_revenue", "discounts", "returns", "net_revenue", "cogs", "goods", "gross_margin"),
    *("marketing", "sales", "order_handling", "logistics", "support", "returns_handling"),
    *("cost_to_serve", "contribution_before_financing", "financing", "expected_loss", "stock_carrying", "contribution"),
    *("acquisition_cost", "run_rate_contribution"),
)
PNL_HEADINGS = {"cogs": "COGS", "goods": "Freight in less rebates"}
PNL_HELP = {"gross_revenue": "Sales before discounts and returns", **dict(PNL_LINES), **dict(PNL_RESULT)}


@worksheet_function(
    arguments=(PNL_ARGUMENT,),
    result=Result.TABLE,
    columns=(
        Column("customer_id", Kind.ID, "The customer"),
        *(
            Column(name, Kind.MONEY, PNL_HELP[name], "money/period", missing="#N/A", heading=PNL_HEADINGS.get(name, ""))
            for name in PNL_ORDER
        ),
        Column("cost_to_serve_pct", Kind.ANY, "Cost to serve as part of net revenue", "0-1", missing="#DIV/0!"),
        Column("contribution_pct", Kind.ANY, "Contribution as part of net revenue", "0-1", missing="#DIV/0!"),
    ),
    blank="A line left out of the table counts 0, except cost of goods sold: without it everything from gross margin "
    "down is #N/A. A blank cell is not 0: what depends on it is #N/A in that row; text gives #VALUE! there, an error "
    "cell that same error. The percentages are #DIV/0! without net revenue. A customer who stands twice, or a missing "
    "column, gives #VALUE! for the whole call.",
    example=Example(
        ([["customer_id", "gross_revenue", "discounts", "cogs", "support"], ["C01", 520, 70, 292, 31]],),
        [
            [
                *("Customer id", "Gross revenue", "Discounts", "Returns", "Net revenue", "COGS"),
                *("Freight in less rebates", "Gross margin"),
                *("Marketing", "Sales", "Order handling", "Logistics", "Support", "Returns handling"),
                *("Cost to serve", "Contribution before financing", "Financing", "Expected loss"),
                *(
                    "Stock carrying",
                    "Contribution",
                    "Acquisition cost",
                    "Run rate contribution",
                    "Cost to serve pct",
                    "Contribution pct",
                ),
            ],
            ["C01", 520, 70, 0, 450, 292, 0, 158, 0, 0, 0, 0, 31, 0, 31, 127, 0, 0, 0, 127, 0, 127, 0.0689, 0.2822],
        ],
    ),
    family=FAMILY,
    front_door=True,
    rows_of="table",
)
def cv_customer_pnl(table: pd.DataFrame, /) -> pd.DataFrame:
    """What does each customer contribute, from gross revenue down?"""
    pnl = customer_pnl(table).assign(customer_id=table["customer_id"])
    for share, amount in (("cost_to_serve_pct", "cost_to_serve"), ("contribution_pct", "contribution")):
        shares = pnl[share].to_numpy(dtype=object, copy=True)
        # Unknown is not the same as "nothing to divide by".
        shares[(pnl[amount].isna() | pnl["net_revenue"].isna()).to_numpy()] = CellError.NA
        pnl[share] = pd.Series(shares, dtype=object)
    return pnl
