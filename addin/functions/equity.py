"""Customer equity: the customer base as an asset, and how its value came from one date to the next."""

import math
from typing import Any, Final

import pandas as pd

from addin.functions.lifetime import CUSTOMERS, TIMING
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.equity import (
    LINES,
    STEPS,
    RollForward,
    customer_equity,
    dynamic_equity,
    enterprise_bridge,
    return_on_customer,
    roll_forward,
)
from valuation.tables import Blank, Column, Kind, Table
from valuation.tables.schema import optional_column
from workbook_templates.plan import CellError

FAMILY: Final = "Customer equity"

STATUS_NOTE: Final = "management measure, not defined by IFRS or GAAP, unaudited"

NAMES: Final = {
    "opening": "Opening value",
    "unwind": "Unwinding of the discount",
    "expected_cash": "Expected contribution fallen due",
    "lost": "Customers lost",
    "survivor": "Customers who stayed",
    "expansion": "More margin",
    "contraction": "Less margin",
    "cost_to_serve": "Cost to serve",
    "retention": "Retention",
    "rate": "Discount rate",
    "horizon": "Horizon",
    "new": "Customers won",
    "reactivated": "Customers won back",
    "one_date_only": "Valued at one date only",
    "closing": "Closing value",
}
CHECK: Final = "Check: closing less the lines above"

_COLUMNS: Final = (
    Column("customer_id", Kind.ID, "The customer"),
    optional_column("status", Kind.TEXT, "active, lost (once a customer) or prospect (never one)"),
    Column("gross_margin", Kind.MONEY, "Gross margin of a year", "money/year", blank=Blank.ALLOWED),
    Column(
        "cost_to_serve", Kind.MONEY, "Cost to serve of a year, a positive number", "money/year", blank=Blank.ALLOWED
    ),
    Column(
        "retention_rate",
        Kind.SHARE,
        "Chance to stay for a year",
        "0-1 per year",
        blank=Blank.ALLOWED,
        heading="Retention",
    ),
    Column("discount_rate", Kind.SHARE, "Of a year", "decimal/year", blank=Blank.ALLOWED, heading="Rate"),
    Column("horizon", Kind.ANY, 'Years counted, or "inf" for no end', "years", blank=Blank.ALLOWED),
)


def _snapshot(name: str, when: str) -> Argument:
    return Argument(
        name,
        TABLE,
        f"Customers at the {when}: customer_id, status (active, lost or prospect; all active without it), gross_margin "
        "and cost_to_serve of a year, retention, rate (effective, per year), horizon (years or inf)",
        "money/year, rates per year",
        shape=Shape.TABLE,
        table=Table(name, "", "one row for each customer", _COLUMNS),
    )


ROLL_ARGUMENTS: Final = (
    _snapshot("opening_table", "opening"),
    _snapshot("closing_table", "closing"),
    Argument(
        "order",
        Kind.TEXT,
        "margin, cost_to_serve, retention, rate and horizon in the order in which they change; that order if left out",
        required=False,
        shape=Shape.COLUMN,
    ),
    Argument(
        "elapsed",
        Kind.NUMBER,
        "Time between both dates; 0.25 for a quarter",
        "years",
        required=False,
        default=1,
        shape=Shape.ONE,
    ),
    TIMING,
    CUSTOMERS,
    Argument(
        "periods_per_year",
        Kind.COUNT,
        "Payments a year: 1, 2, 4, 12, 52 or 365",
        "periods/year",
        required=False,
        default=1,
        shape=Shape.ONE,
    ),
)
_ROLL_ERRORS: Final = (
    "One error for the whole call, with the row in the message: #VALUE! where a column is missing, text stands instead "
    "of a number, an id stands twice or both tables share no customer, #N/A where an id or a status is blank, #NUM! "
    "where a number is out of range, a value has no end or the lines do not add up; an error cell gives that same "
    "error. A customer with a blank number has no value at that date: what is known at the other date stands in a line "
    "of its own, and the message counts them."
)
_BEFORE: Final = [
    ["customer_id", "gross_margin", "cost_to_serve", "retention", "rate", "horizon"],
    ["A", 1500, 500, 0.8, 0.1, "inf"],
    ["C", 700, 500, 0.7, 0.1, "inf"],
]
_AFTER: Final = [_BEFORE[0], ["A", 1700, 550, 0.8, 0.12, "inf"], ["N", 800, 250, 0.75, 0.12, "inf"]]


@worksheet_function(
    arguments=(
        Argument("residual_values", Kind.MONEY, "Value of each customer's margins to come", "money", shape=Shape.ROWS),
        Argument(
            "basis",
            Kind.TEXT,
            "What the values rest on, such as 3 years mid-period; it is repeated in the message",
            required=False,
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("positive", Kind.MONEY, "Sum of the values above 0", "money"),
        Column("negative", Kind.MONEY, "Sum of the values below 0", "money"),
        Column("net", Kind.MONEY, "Both together: customer equity", "money"),
        Column("n", Kind.COUNT, "Number of customers", "count", heading="Customers"),
    ),
    blank=f"{CALL_ERRORS} Unused capacity and overhead that no customer is charged with are not deducted.",
    example=Example(([[900], [-50], [150]],), [["Positive", "Negative", "Net", "Customers"], [1050, -50, 1000, 3]]),
    family=FAMILY,
)
def cv_customer_equity(residual_values: ARRAY, basis: str | None, /) -> Answer:
    """What are the customers of today worth, those that cost money apart?"""
    equity = customer_equity(residual_values)
    notes = (f"basis: {basis}",) if basis else ()
    return Answer(
        {"positive": [equity.positive], "negative": [equity.negative], "net": [equity.net], "n": [equity.n]},
        (*notes, f"{STATUS_NOTE}; before unused capacity and overhead that no customer is charged with"),
    )


@worksheet_function(
    arguments=(
        Argument("equity", Kind.MONEY, "Customer equity of today's customers", "money", shape=Shape.ONE),
        Argument(
            "new_per_period",
            Kind.COUNT,
            "Customers won in each period ahead, the next one first",
            "count/period",
            shape=Shape.COLUMN,
        ),
        Argument("ltv_new", Kind.MONEY, "Value of a new customer when it is won", "money", shape=Shape.ONE),
        Argument("cac", Kind.MONEY, "Cost of winning one", "money", shape=Shape.ONE),
        Argument("rate", Kind.SHARE, "Discount rate per period", "decimal/period", shape=Shape.ONE),
    ),
    result=Result.TABLE,
    columns=(
        Column("static", Kind.MONEY, "Of today's customers", "money"),
        Column("future", Kind.MONEY, "Of those to be won, after the cost of winning them", "money"),
        Column("total", Kind.MONEY, "Both together", "money"),
    ),
    blank=f"{CALL_ERRORS} Customers are won at the end of their period: the first ones are discounted once.",
    example=Example(
        (800000, [[200], [200], [200], [200], [200]], 1000, 250, 0.1),
        [["Static", "Future", "Total"], [800000, 568618.02, 1368618.02]],
    ),
    family=FAMILY,
)
def cv_equity_dynamic(equity: float, new_per_period: ARRAY, ltv_new: float, cac: float, rate: float, /) -> Answer:
    """What is the customer base worth together with the customers who will be won?"""
    found = dynamic_equity(equity, new_per_period, value_new=ltv_new, acquisition_cost=cac, discount_rate=rate)
    return Answer({"static": [found.static], "future": [found.future], "total": [found.total]}, (STATUS_NOTE,))


@worksheet_function(
    arguments=(
        Argument("equity", Kind.MONEY, "Customer equity, with or without customers to come", "money", shape=Shape.ONE),
        Argument(
            "fixed_costs",
            Kind.MONEY,
            "Present value of the costs that no customer is charged with, as a positive number",
            "money",
            shape=Shape.ONE,
        ),
        Argument("tax", Kind.MONEY, "Present value of the taxes", "money", shape=Shape.ONE),
        Argument(
            "non_operating_assets",
            Kind.MONEY,
            "Assets that the margins do not depend on",
            "money",
            shape=Shape.ONE,
        ),
        Argument("net_debt", Kind.MONEY, "Debt less cash", "money", shape=Shape.ONE),
    ),
    result=Result.TABLE,
    columns=(
        Column("line", Kind.TEXT, "From customer equity to the value for the shareholders"),
        Column("amount", Kind.MONEY, "What is deducted is negative; the two values are sums", "money"),
    ),
    blank=f"{CALL_ERRORS} A check of reasonableness, not a valuation of the company.",
    example=Example(
        (1000, 300, 150, 40, 90),
        [
            ["Line", "Amount"],
            ["Customer equity", 1000],
            ["Fixed costs", -300],
            ["Tax", -150],
            ["Operating value", 550],
            ["Non operating assets", 40],
            ["Net debt", -90],
            ["Shareholder value", 500],
        ],
    ),
    family=FAMILY,
)
def cv_equity_bridge(
    equity: float, fixed_costs: float, tax: float, non_operating_assets: float, net_debt: float, /
) -> Answer:
    """What would the company be worth if customer equity is right, as a check of reasonableness?"""
    bridge = enterprise_bridge(
        equity, fixed_costs=fixed_costs, tax=tax, non_operating_assets=non_operating_assets, net_debt=net_debt
    )
    lines = [line.replace("_", " ").capitalize() for line in bridge["line"]]
    return Answer(bridge.assign(line=lines), ("a check of reasonableness only",))


@worksheet_function(
    arguments=ROLL_ARGUMENTS,
    result=Result.TABLE,
    columns=(
        Column("line", Kind.TEXT, "From the opening to the closing; at last the check, which is 0 but for rounding"),
        Column("amount", Kind.MONEY, "What the line adds to the value", "money"),
    ),
    blank=_ROLL_ERRORS,
    example=Example(
        (_BEFORE, _AFTER, None, 1, "end"),
        [
            ["Line", "Amount"],
            ["Opening value", 3016.6667],
            ["Unwinding of the discount", 301.6667],
            ["Expected contribution fallen due", -940],
            ["Customers lost", -245],
            ["Customers who stayed", 533.3333],
            ["More margin", 533.3333],
            ["Less margin", 0],
            ["Cost to serve", -133.3333],
            ["Retention", 0],
            ["Discount rate", -191.6667],
            ["Horizon", 0],
            ["Customers won", 1114.8649],
            ["Customers won back", 0],
            ["Valued at one date only", 0],
            ["Closing value", 3989.8649],
            [CHECK, 0],
        ],
    ),
    family=FAMILY,
)
def cv_rollforward(
    opening_table: pd.DataFrame,
    closing_table: pd.DataFrame,
    order: ARRAY | None,
    elapsed: float,
    timing: Any,
    customers: Any,
    periods_per_year: float,
    /,
) -> Answer:
    """Why is the customer base worth more or less than at the date before, line by line and without a rest?"""
    rolled = _rolled(opening_table, closing_table, order, elapsed, timing, customers, periods_per_year)
    lines = [*(NAMES[line] for line in rolled.lines["line"]), CHECK]
    return Answer({"line": lines, "amount": [*rolled.lines["amount"], rolled.check]}, _notes(rolled))


@worksheet_function(
    arguments=ROLL_ARGUMENTS,
    result=Result.TABLE,
    columns=(
        Column("customer_id", Kind.ID, "Those of the opening, then the others"),
        Column(
            "movement", Kind.TEXT, "stayed, lost, new, reactivated, not a customer, or not known (a number is blank)"
        ),
        *(
            Column(name, Kind.MONEY, f"{NAMES[name]} of the customer", "money", heading=NAMES[name], missing="#N/A")
            for name in LINES
        ),
        Column("residual", Kind.MONEY, "Closing less the lines before it: 0 but for rounding", "money"),
    ),
    blank=f"{_ROLL_ERRORS} #N/A for the value of a customer that is not known at that date.",
    example=Example(
        ([_BEFORE[0], _BEFORE[2]], [_BEFORE[0], _BEFORE[2]], None, 1, "end"),
        [
            ["Customer id", "Movement", *NAMES.values(), "Residual"],
            ["C", "stayed", 350, 35, -140, 0, 105, 0, 0, 0, 0, 0, 0, 0, 0, 0, 350, 0],
        ],
    ),
    family=FAMILY,
)
def cv_rollforward_customers(
    opening_table: pd.DataFrame,
    closing_table: pd.DataFrame,
    order: ARRAY | None,
    elapsed: float,
    timing: Any,
    customers: Any,
    periods_per_year: float,
    /,
) -> Answer:
    """Which customers have moved the value of the base since the date before, and by what?"""
    rolled = _rolled(opening_table, closing_table, order, elapsed, timing, customers, periods_per_year)
    return Answer(rolled.customers.astype({"movement": object}), _notes(rolled))


@worksheet_function(
    arguments=(
        Argument("profit", Kind.MONEY, "Profit from the customers in the period", "money"),
        Argument("ce_open", Kind.MONEY, "Customer equity at its start", "money"),
        Argument("ce_close", Kind.MONEY, "Customer equity at its end, on the same terms", "money"),
    ),
    result=Result.ROWS,
    columns=(Column("return", Kind.SHARE, "Profit and change of customer equity, by that at the start", "decimal"),),
    blank=f"{ROW_ERRORS} #DIV/0! where customer equity at the start is 0; below 0 there is no return.",
    example=Example((50, 1000, 1100), 0.15),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda profit, ce_open, ce_close: ce_open == 0},
)
def cv_return_on_customer(profit: ARRAY, ce_open: ARRAY, ce_close: ARRAY, /) -> ARRAY:
    """What has the customer base earned on its own value in a period?"""
    return return_on_customer(profit, ce_open, ce_close)


def _rolled(
    opening: pd.DataFrame,
    closing: pd.DataFrame,
    order: ARRAY | None,
    elapsed: float,
    timing: Any,
    customers: Any,
    periods_per_year: float,
) -> RollForward:
    """Roll forward what the tables hold."""
    return roll_forward(
        _with_endless(opening),
        _with_endless(closing),
        timing=timing,
        customers=customers,
        elapsed=elapsed,
        periods_per_year=int(periods_per_year),
        order=STEPS if order is None else [str(word).strip().casefold() for word in order.tolist()],
    )


def _with_endless(table: pd.DataFrame) -> pd.DataFrame:
    """Read the word for no end in a column of numbers."""
    years = [
        math.inf if isinstance(cell, str) and cell.strip().casefold() == "inf" else cell for cell in table["horizon"]
    ]
    return table.assign(horizon=pd.Series(years, index=table.index, dtype=object))


def _notes(rolled: RollForward) -> tuple[str, ...]:
    """What the reader must know beside the lines."""
    unknown = rolled.counts["not known"]
    counts = ", ".join(f"{rolled.counts[word]:,} {word}" for word in ("stayed", "lost", "new", "reactivated"))
    return (
        *([f"{unknown:,} customers have no value at one of the dates, because a number is blank"] if unknown else []),
        counts,
        f"assumptions changed in the order {', '.join(rolled.order)}",
        f"timing {rolled.timing}, customers {rolled.convention}",
        STATUS_NOTE,
    )
