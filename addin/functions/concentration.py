"""Who earns the profit and who consumes it: concentration, effort against value, one P&L as a chart, and what to do."""

from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.cost import FAMILY, PNL_ARGUMENT, PNL_HEADINGS, PNL_INPUT
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.cost import (
    customer_actions,
    customer_pnl,
    effort_against_value,
    effort_by_tier,
    gini,
    lorenz_points,
    stobachoff,
    waterfall,
    whale_curve,
    whale_points,
    whale_statistics,
)
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.tables import Blank, Column, Kind
from workbook_templates.plan import CellError

CONTRIBUTIONS = Argument(
    "contributions",
    Kind.MONEY,
    "Contribution of each customer, losses negative",
    "money/period",
    shape=Shape.COLUMN,
)
POINTS = Argument(
    "points",
    Kind.COUNT,
    "Rows of the result, 2 to 10,000; 101 are one for each percent of the customers",
    "count",
    required=False,
    default=101,
    shape=Shape.ONE,
)
CUSTOMER_SHARE = Column("customer_share", Kind.SHARE, "Share of the customers so far", "0-1")
MOST_POINTS: Final = 10_000
FEW = "#N/A also with fewer than two customers"
NO_SHARES = "Shares are #DIV/0! where the total is 0 or less; the amounts stay."


def _part(name: str, help_: str) -> Column:
    """A share of a total that need not be above 0."""
    return Column(name, Kind.SHARE, help_, "of total", missing="#DIV/0!")


@worksheet_function(
    arguments=(
        CONTRIBUTIONS,
        Argument(
            "ids",
            Kind.ID,
            "The customers, each once; left out, the numbers of the rows",
            required=False,
            shape=Shape.COLUMN,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("rank", Kind.COUNT, "1 for the best contribution", "count"),
        Column("customer_id", Kind.ID, "The customer, or the number of the row"),
        Column("contribution", Kind.MONEY, "As given", "money/period"),
        Column("cumulative", Kind.MONEY, "Sum from the best down to this one", "money/period"),
        _part("cumulative_share", "The same as a share of the total"),
        CUSTOMER_SHARE,
    ),
    blank=f"{CALL_ERRORS} {FEW}; #VALUE! where a customer stands twice. {NO_SHARES}",
    example=Example(
        ([[30], [-10], [80]], [["A"], ["B"], ["C"]]),
        [
            ["Rank", "Customer id", "Contribution", "Cumulative", "Cumulative share", "Customer share"],
            [1, "C", 80, 80, 0.8, 0.3333],
            [2, "A", 30, 110, 1.1, 0.6667],
            [3, "B", -10, 100, 1, 1],
        ],
    ),
    family=FAMILY,
)
def cv_whale(contributions: ARRAY, ids: ARRAY | None, /) -> pd.DataFrame:
    """How does profit add up from the best customer down to the worst (whale curve)?"""
    curve = whale_curve(contributions)
    position = curve["position"].to_numpy()
    return curve.assign(customer_id=position + 1 if ids is None else _customers(ids, contributions.size)[position])


def _customers(ids: ARRAY, n: int) -> ARRAY:
    """The customers, one for each row and each once."""
    if ids.size != n:
        raise InputError(f"ids must have as many rows as contributions, not {ids.size} for {n}")
    twice = pd.Index(ids).duplicated()
    if twice.any():
        row = int(np.argmax(twice))
        raise InputError(f"{ids[row]} stands twice in ids; the second time in row {row + 1}")
    return ids


@worksheet_function(
    arguments=(CONTRIBUTIONS,),
    result=Result.TABLE,
    columns=(
        Column("n", Kind.COUNT, "Customers", "count", heading="Customers"),
        Column("total", Kind.MONEY, "What all contribute together", "money/period"),
        Column("peak", Kind.MONEY, "What those contribute who do not lose money", "money/period"),
        _part("peak_share", "Peak by total"),
        Column("peak_customers", Kind.COUNT, "Customers at the peak: those above 0", "count"),
        Column("peak_customer_share", Kind.SHARE, "The same as a share of all", "0-1"),
        Column("losses", Kind.MONEY, "Sum of the negative contributions", "money/period"),
        Column("hidden_loss", Kind.MONEY, "Peak less total: what the losses take away", "money/period"),
        _part("hidden_loss_share", "Hidden loss by total"),
        Column("unprofitable", Kind.COUNT, "Customers below 0", "count"),
        Column("unprofitable_share", Kind.SHARE, "The same as a share of all", "0-1"),
        _part("top_20_share", "What the best 20 percent of the customers bring, by total"),
    ),
    blank=f"{CALL_ERRORS} {FEW}. {NO_SHARES}",
    example=Example(
        ([[30], [-10], [80], [20], [-20]],),
        [
            [
                *("Customers", "Total", "Peak", "Peak share", "Peak customers", "Peak customer share", "Losses"),
                *("Hidden loss", "Hidden loss share", "Unprofitable", "Unprofitable share", "Top 20 share"),
            ],
            [5, 100, 130, 1.3, 3, 0.6, -30, 30, 0.3, 2, 0.4, 0.8],
        ],
    ),
    family=FAMILY,
)
def cv_whale_stats(contributions: ARRAY, /) -> dict[str, list[Any]]:
    """How much more would customers bring without the losses, and how many of them lose money?"""
    return {name: [value] for name, value in asdict(whale_statistics(contributions)).items()}


@worksheet_function(
    arguments=(CONTRIBUTIONS, POINTS),
    result=Result.TABLE,
    columns=(
        CUSTOMER_SHARE,
        Column("cumulative", Kind.MONEY, "What the best of that share bring", "money/period"),
        _part("cumulative_share", "The same as a share of the total"),
    ),
    blank=f"{CALL_ERRORS} {FEW}. {NO_SHARES}",
    example=Example(
        ([[30], [-10], [80], [20], [-20]], 6),
        [
            ["Customer share", "Cumulative", "Cumulative share"],
            [0, 0, 0],
            [0.2, 80, 0.8],
            [0.4, 110, 1.1],
            [0.6, 130, 1.3],
            [0.8, 120, 1.2],
            [1, 100, 1],
        ],
    ),
    family=FAMILY,
)
def cv_whale_points(contributions: ARRAY, points: int, /) -> pd.DataFrame:
    """What is the whale curve at equal steps of customers, for a chart that does not grow with them?"""
    return whale_points(contributions, _drawn(points))


def _drawn(points: int) -> int:
    """As many points as a chart can have some use for."""
    if points > MOST_POINTS:
        raise DomainError(f"points must be at most {MOST_POINTS}, not {points}")
    return points


@worksheet_function(
    arguments=(
        Argument("values", Kind.MONEY, "Value of each customer: revenue, contribution", "money", shape=Shape.COLUMN),
        POINTS,
    ),
    result=Result.TABLE,
    columns=(
        CUSTOMER_SHARE,
        Column("cumulative", Kind.MONEY, "What the smallest of that share bring", "money"),
        _part(
            "cumulative_share", "The same as a share of the total; equal customers would have the share of customers"
        ),
    ),
    blank=f"{CALL_ERRORS} {FEW}. {NO_SHARES}",
    example=Example(
        ([[1], [2], [3], [4]], 3),
        [["Customer share", "Cumulative", "Cumulative share"], [0, 0, 0], [0.5, 3, 0.3], [1, 10, 1]],
    ),
    family=FAMILY,
)
def cv_lorenz(values: ARRAY, points: int, /) -> pd.DataFrame:
    """What share of the value do the smallest customers bring (Lorenz curve)?"""
    return lorenz_points(values, _drawn(points))


@worksheet_function(
    arguments=(
        Argument("values", Kind.MONEY, "Value of each customer: revenue, contribution", "money", shape=Shape.COLUMN),
    ),
    result=Result.SINGLE,
    columns=(Column("gini", Kind.SHARE, "0: all equal; towards 1: a few have nearly all", "0-1"),),
    blank=f"{CALL_ERRORS} {FEW}; #DIV/0! where all values are 0. The message says which formula was used: the plain "
    "one, or the one normalised for losses (Raffinetti, Siletti and Vernizzi 2015) where a value is negative.",
    example=Example(([[-10], [0], [20], [50]],), 0.83333),
    family=FAMILY,
)
def cv_gini(values: ARRAY, /) -> Answer:
    """How unequal are customers, from 0 for all equal to 1 for one who has it all (Gini)?"""
    found = gini(values)
    return Answer(found.value, (f"Gini coefficient, {found.formula}",))


@worksheet_function(
    arguments=(CONTRIBUTIONS,),
    result=Result.SINGLE,
    columns=(Column("index", Kind.SHARE, "0: all equal; towards 1: a few subsidise many", "0-1"),),
    blank=f"{CALL_ERRORS} {FEW}; #DIV/0! where the total is 0 or less. The message gives the area under the curve.",
    example=Example(([[50], [30], [20], [0], [-10], [-30]],), 0.6),
    family=FAMILY,
)
def cv_stobachoff(contributions: ARRAY, /) -> Answer:
    """How much do a few customers subsidise the others (Stobachoff index)?"""
    found = stobachoff(contributions)
    return Answer(found.index, (f"area under the whale curve {found.area:.6g}; 0.5 if all were equal",))


@worksheet_function(
    arguments=(
        replace(
            PNL_ARGUMENT,
            table=replace(
                PNL_INPUT,
                columns=tuple(
                    column if column.kind is Kind.ID else replace(column, blank=Blank.ALLOWED) for column in PNL_INPUT
                ),
            ),
        ),
        Argument("customer", Kind.ID, "The customer asked about", shape=Shape.ONE),
    ),
    result=Result.TABLE,
    columns=(
        Column("step", Kind.TEXT, "Line of the P&L"),
        Column("amount", Kind.MONEY, "Its amount, costs negative", "money/period"),
        Column("base", Kind.MONEY, "Column without fill, first of the stack", "money/period"),
        Column("total", Kind.MONEY, "Column of a subtotal", "money/period"),
        Column("up", Kind.MONEY, "A rise, its part above 0", "money/period"),
        Column("down", Kind.MONEY, "A fall, its part above 0", "money/period"),
        Column("up_below", Kind.MONEY, "A rise, its part below 0", "money/period"),
        Column("down_below", Kind.MONEY, "A fall, its part below 0", "money/period"),
        Column("running", Kind.MONEY, "Running total after the step", "money/period", heading="Running total"),
    ),
    blank=f"{CALL_ERRORS} #N/A where the table does not name the customer, or one of the customer's lines is blank; "
    "blanks of other customers do not matter. A line left out of the table counts 0, except cost of goods sold.",
    example=Example(
        ([["customer_id", "gross_revenue", "cogs", "support"], ["C05", 100, 70, 50]], "C05"),
        [
            ["Step", "Amount", "Base", "Total", "Up", "Down", "Up below", "Down below", "Running total"],
            ["Gross revenue", 100, 0, 100, 0, 0, 0, 0, 100],
            ["Discounts", 0, 100, 0, 0, 0, 0, 0, 100],
            ["Returns", 0, 100, 0, 0, 0, 0, 0, 100],
            ["Net revenue", 100, 0, 100, 0, 0, 0, 0, 100],
            ["COGS", -70, 30, 0, 0, 70, 0, 0, 30],
            ["Freight in less rebates", 0, 30, 0, 0, 0, 0, 0, 30],
            ["Gross margin", 30, 0, 30, 0, 0, 0, 0, 30],
            ["Marketing", 0, 30, 0, 0, 0, 0, 0, 30],
            ["Sales", 0, 30, 0, 0, 0, 0, 0, 30],
            ["Order handling", 0, 30, 0, 0, 0, 0, 0, 30],
            ["Logistics", 0, 30, 0, 0, 0, 0, 0, 30],
            ["Support", -50, 0, 0, 0, 30, 0, -20, -20],
            ["Returns handling", 0, -20, 0, 0, 0, 0, 0, -20],
            ["Contribution before financing", -20, 0, -20, 0, 0, 0, 0, -20],
            ["Financing", 0, -20, 0, 0, 0, 0, 0, -20],
            ["Expected loss", 0, -20, 0, 0, 0, 0, 0, -20],
            ["Stock carrying", 0, -20, 0, 0, 0, 0, 0, -20],
            ["Contribution", -20, 0, -20, 0, 0, 0, 0, -20],
        ],
    ),
    family=FAMILY,
)
def cv_waterfall(table: pd.DataFrame, customer: str, /) -> pd.DataFrame:
    """How does one customer's gross revenue become contribution, step by step in a waterfall chart?"""
    rows = np.flatnonzero((table["customer_id"] == customer).to_numpy())
    if not rows.size:
        raise MissingDataError(f"customer {customer} is not in table")
    steps = waterfall(customer_pnl(table.iloc[rows]).iloc[0])
    return steps.assign(step=[PNL_HEADINGS.get(step, step.replace("_", " ").capitalize()) for step in steps["step"]])


@worksheet_function(
    arguments=(
        Argument("cost", Kind.MONEY, "Cost to serve of each customer", "money/period", shape=Shape.COLUMN),
        Argument("value", Kind.MONEY, "Value of each customer, losses negative", "money", shape=Shape.COLUMN),
        Argument(
            "tiers",
            Kind.TEXT,
            "Tier of each customer, to get one row for each tier; left out, one row for each customer as given",
            required=False,
            shape=Shape.COLUMN,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("group", Kind.ANY, "Tier, that of the largest value per customer first; or the number of the row"),
        Column("customers", Kind.COUNT, "Customers in it", "count"),
        Column("cost", Kind.MONEY, "Cost to serve", "money/period"),
        Column("value", Kind.MONEY, "Value", "money"),
        Column("effort_share", Kind.SHARE, "Share of all cost to serve", "0-1", missing="#DIV/0!"),
        Column("value_share", Kind.SHARE, "Share of all positive value; losses negative", "0-1", missing="#DIV/0!"),
        Column("ratio", Kind.NUMBER, "Effort by value: above 1 means more effort than value deserves", missing="#N/A"),
        Column("difference", Kind.SHARE, "Effort less value; 0.01 is one percentage point", "0-1", missing="#DIV/0!"),
    ),
    blank=f"{CALL_ERRORS} Shares are of the sum of the positive amounts, so that losses do not lift the shares of "
    "others; #DIV/0! where nobody has a positive one. There is no ratio (#N/A) to a value of 0 or less.",
    example=Example(
        ([[20], [60], [20]], [[80], [20], [-10]], [["A"], ["B"], ["B"]]),
        [
            ["Group", "Customers", "Cost", "Value", "Effort share", "Value share", "Ratio", "Difference"],
            ["A", 1, 20, 80, 0.2, 0.8, 0.25, -0.6],
            ["B", 2, 80, 10, 0.8, 0.1, 8, 0.7],
        ],
    ),
    family=FAMILY,
)
def cv_effort_value(cost: ARRAY, value: ARRAY, tiers: ARRAY | None, /) -> pd.DataFrame:
    """Do customers, or tiers, get the share of service that their value deserves?"""
    if tiers is None:
        found = effort_against_value(cost, value)
        return found.assign(group=np.arange(1, len(found) + 1), customers=1)
    found = effort_by_tier(cost, value, tiers)
    return found.assign(group=found.index)


@worksheet_function(
    arguments=(
        Argument("net_revenue", Kind.MONEY, "Sales less discounts and returns", "money/period"),
        Argument("gross_margin", Kind.MONEY, "Net revenue less cost of goods sold", "money/period"),
        Argument("cost_to_serve", Kind.MONEY, "Full cost to serve, without what won the customer once", "money/period"),
        Argument(
            "avoidable_cost",
            Kind.MONEY,
            "The part of it that goes with the customer: over the pools, cost times avoidable share of the pool",
            "money/period",
        ),
        Argument(
            "charges",
            Kind.MONEY,
            "Financing and expected loss, which go in full",
            "money/period",
            required=False,
            default=0,
        ),
        Argument(
            "largest_rise",
            Kind.SHARE,
            "The largest price rise that a customer can be asked for, of net revenue",
            "decimal",
            required=False,
            default=0.1,
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("contribution", Kind.MONEY, "Gross margin less cost to serve and charges", "money/period"),
        Column("stranded_cost", Kind.MONEY, "Cost that stays without the customer", "money/period"),
        Column("drop_effect", Kind.MONEY, "What dropping adds to the profit of the company", "money/period"),
        Column("price_rise", Kind.SHARE, "Rise that ends the loss, of net revenue", "decimal"),
        Column("reprice_effect", Kind.MONEY, "What that rise adds if the customer stays", "money/period"),
        Column(
            "break_even_loss_chance",
            Kind.SHARE,
            "Chance of losing the customer by the rise at which it gains nothing",
            "0-1",
        ),
        Column("action", Kind.TEXT, "keep, reprice or drop"),
        Column("reason", Kind.TEXT, "Why, in a sentence"),
    ),
    blank=f"{ROW_ERRORS} #NUM! also where avoidable cost is not from 0 to cost to serve. Without net revenue there is "
    "no price rise (#DIV/0!); where none is needed or possible, no chance (#N/A).",
    example=Example(
        ([[1000], [1000]], [[300], [300]], [[400], [200]], [[250], [150]], 0, 0.15),
        [
            [
                *(-100, 150, -50, 0.1, 100, 0.6667, "reprice"),
                "a price rise of 10.0% ends the loss; it pays unless the chance of losing the customer by it is above "
                "66.7%",
            ],
            [100, 50, -150, 0, 0, "#N/A", "keep", "contributes 100.00; dropping would cost 150.00"],
        ],
    ),
    family=FAMILY,
)
def cv_drop_effect(
    net_revenue: ARRAY,
    gross_margin: ARRAY,
    cost_to_serve: ARRAY,
    avoidable_cost: ARRAY,
    charges: ARRAY,
    largest_rise: float,
    /,
) -> tuple[ARRAY, ...]:
    """What would dropping or repricing each customer do to profit, after the cost that stays, and which pays?"""
    found = customer_actions(
        net_revenue, gross_margin, cost_to_serve, avoidable_cost, charges, largest_rise=largest_rise
    )
    answered = found["contribution"].notna().to_numpy()
    columns = {name: found[name].to_numpy(dtype=object) for name in found.columns}
    columns["contribution"] = found["contribution"].to_numpy(dtype=np.float64)
    # In a row that has an answer, what is missing is missing for a reason.
    for name, error in _NO_RISE.items():
        columns[name] = columns[name].copy()
        columns[name][answered & found[name].isna().to_numpy()] = error
    return tuple(columns.values())


_NO_RISE = {
    "price_rise": CellError.DIV0,
    "reprice_effect": CellError.NA,
    "break_even_loss_chance": CellError.NA,
}
