"""The three customer metrics: new customers who remain, revenue per new and existing customer, existing active ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.errors import MissingDataError, ZeroDenominatorError
from valuation.metrics import (
    PATTERNS,
    TENURES,
    WEEKDAYS,
    YEAR_ENDS,
    ThreeMetrics,
    customer_class,
    customer_recon,
    fiscal_calendar,
    gross_revenue_retention,
    net_revenue_retention,
    three_metrics,
)
from valuation.tables import Blank, Column, Kind, Table
from valuation.tables.schema import optional_column
from workbook_templates.plan import CellError

FAMILY: Final = "Customer metrics"

DOCUMENTS: Final = Table(
    "transactions",
    "",
    "one row for each document",
    (
        Column("customer_id", Kind.ID, "The customer; blank money is kept apart", blank=Blank.ALLOWED),
        Column("date", Kind.DATE, "Date of the document"),
        Column("net_amount", Kind.MONEY, "Amount without sales tax; a credit note is negative", "money"),
        optional_column(
            "type",
            Kind.CHOICE,
            "Only a sale is a purchase; blank: a sale if positive",
            choices=("sale", "credit", "trial", "adjustment"),
        ),
    ),
)
KNOWN: Final = Table(
    "ends",
    "",
    "one row for each customer of whom more is known",
    (
        Column("customer_id", Kind.ID, "The customer"),
        optional_column("first_purchase", Kind.DATE, "First purchase, where the transactions begin later"),
        optional_column("end_date", Kind.DATE, "When its contract ended or its account was closed"),
        optional_column(
            "contract_type",
            Kind.CHOICE,
            "contractual: a customer until end_date, whether it buys or not",
            choices=("contractual", "transactional"),
        ),
        optional_column("alive", Kind.SHARE, "Chance that it is still a customer at the end", "0-1"),
    ),
)

TRANSACTIONS = Argument(
    "transactions",
    TABLE,
    "customer_id, date, net_amount and, where known, type, all back to the first purchases; none after period_end",
    shape=Shape.TABLE,
    table=DOCUMENTS,
)
START = Argument("period_start", Kind.DATE, "First day of the period", "date", shape=Shape.ONE)
END = Argument("period_end", Kind.DATE, "Last day of the period", "date", shape=Shape.ONE)
OPTIONS = (
    Argument(
        "ends",
        TABLE,
        "customer_id and any of first_purchase, end_date, contract_type, alive, for customers of whom that is known",
        required=False,
        shape=Shape.TABLE,
        table=KNOWN,
    ),
    Argument(
        "window_months",
        Kind.COUNT,
        "For how many months a purchase makes a customer active",
        "months",
        required=False,
        default=12,
        shape=Shape.ONE,
    ),
    Argument(
        "tenure",
        Kind.CHOICE,
        "first: a customer's year counts from its first purchase ever; since_reactivation: from when it last came back",
        required=False,
        default="first",
        choices=TENURES,
        shape=Shape.ONE,
    ),
    Argument(
        "alive_at_least",
        Kind.SHARE,
        "Least chance (alive, in ends) with which a new customer remains; blank leaves chances out",
        "0-1",
        required=False,
        shape=Shape.ONE,
    ),
)
ARGUMENTS: Final = (TRANSACTIONS, START, END, *OPTIONS)
ERRORS: Final = (
    f"{CALL_ERRORS} The message names the row. #VALUE! also where a document is later than period_end, or "
    "the period ends before it starts; #N/A also without any document."
)

_DOCUMENTS: Final = [
    ["customer_id", "date", "net_amount"],
    ["A", "2024-03-01", 80],
    ["B", "2024-12-01", 20],
    ["A", "2025-06-01", 90],
    ["C", "2025-02-01", 30],
    ["D", "2025-09-01", 50],
]
_YEAR: Final = (_DOCUMENTS, "2025-01-01", "2025-12-31")


def _metrics(
    transactions: pd.DataFrame,
    period_start: np.datetime64,
    period_end: np.datetime64,
    ends: pd.DataFrame | None,
    window_months: int,
    tenure: Any,
    alive_at_least: float | None,
) -> ThreeMetrics:
    """The metrics of the one period."""
    if transactions.empty:
        raise MissingDataError("transactions have no rows below their header")
    return three_metrics(
        transactions,
        pd.DataFrame({"start": [period_start], "end": [period_end]}),
        customers=ends,
        window_months=window_months,
        tenure=tenure,
        alive_at_least=alive_at_least,
    )


def _notes(found: ThreeMetrics) -> tuple[str, ...]:
    """The rules, what contradicts each other, and credits of those who do not buy any more."""
    faults = [f"row {line.row} of ends: {line.what}" for line in found.faults.itertuples()]
    more = [f"and {len(faults) - 3} more"] if len(faults) > 3 else []
    inactive = len(found.inactive_amounts)
    credit_notes = [f"revenue of existing customers holds amounts of {inactive} customers who are not active"]
    return (*found.notes, *faults[:3], *more, *(credit_notes if inactive else []))


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the metrics: its column, the words before it, its unit."""

    column: str
    words: str
    unit: str


MEASURES: Final = (
    Measure("gross_new", "Gross new customers", "customers"),
    Measure("net_new_remaining", "Net new customers remaining", "customers"),
    Measure("net_adds", "Net adds (active at the end less before)", "customers"),
    Measure("existing", "Existing customers (a year or longer)", "customers"),
    Measure("existing_active", "Existing active customers", "customers"),
    Measure("maturing", "Maturing customers (neither new nor a year)", "customers"),
    Measure("active_opening", "Active before the period", "customers"),
    Measure("reactivated", "Reactivated", "customers"),
    Measure("lost", "Lost", "customers"),
    Measure("new_and_lost", "New and lost", "customers"),
    Measure("active_closing", "Active at the end", "customers"),
    Measure("revenue_per_new", "Revenue per new customer", "money"),
    Measure("revenue_per_existing", "Revenue per existing active customer", "money"),
    Measure("revenue_new", "Revenue of new customers", "money"),
    Measure("revenue_maturing", "Revenue of maturing customers", "money"),
    Measure("revenue_existing", "Revenue of existing customers", "money"),
    Measure("revenue_not_customers", "Revenue of those who are not yet customers", "money"),
    Measure("revenue_unknown", "Revenue without a customer", "money"),
    Measure("revenue", "Revenue in all", "money"),
    Measure("count_check", "Check of the counts (0)", "customers"),
    Measure("revenue_check", "Check of the revenue (0)", "money"),
)

_EXAMPLE_VALUES: Final = (2, 2, 1, 2, 1, 0, 2, 0, 1, 0, 3, 40, 90, 80, 0, 90, 0, 0, 170, 0, 0)


@worksheet_function(
    arguments=ARGUMENTS,
    result=Result.TABLE,
    columns=(
        Column("measure", Kind.TEXT, "What is counted or added up"),
        Column("value", Kind.NUMBER, "#DIV/0! where there is no such customer", missing="#DIV/0!"),
        Column("unit", Kind.TEXT, "customers, or money in the currency of the documents"),
    ),
    blank=f"{ERRORS} The message says by which rules customers are active and new ones remain.",
    example=Example(
        _YEAR,
        [
            ["Measure", "Value", "Unit"],
            *([one.words, value, one.unit] for one, value in zip(MEASURES, _EXAMPLE_VALUES, strict=True)),
        ],
    ),
    family=FAMILY,
    front_door=True,
)
def cv_three_metrics(
    transactions: pd.DataFrame,
    period_start: np.datetime64,
    period_end: np.datetime64,
    ends: pd.DataFrame | None,
    window_months: int,
    tenure: str,
    alive_at_least: float | None,
    /,
) -> Answer:
    """How many customers are new and remain, how many existing ones are active, and what does each kind bring?"""
    found = _metrics(transactions, period_start, period_end, ends, window_months, tenure, alive_at_least)
    line = found.frame.iloc[0]
    table = {
        "measure": [one.words for one in MEASURES],
        "value": np.array([float(line[one.column]) for one in MEASURES]),
        "unit": [one.unit for one in MEASURES],
    }
    return Answer(table, _notes(found))


@worksheet_function(
    arguments=ARGUMENTS,
    result=Result.TABLE,
    columns=(
        Column("line", Kind.TEXT, "Line of the bridge"),
        Column("customers", Kind.COUNT, "Number; what is lost is negative", "customers"),
    ),
    blank=f"{ERRORS} The check is 0.",
    example=Example(
        _YEAR,
        [
            ["Line", "Customers"],
            ["Active before the period", 2],
            ["Gross new", 2],
            ["Reactivated", 0],
            ["Lost", -1],
            ["New and lost", 0],
            ["Active at the end", 3],
            ["Check (0)", 0],
        ],
    ),
    family=FAMILY,
)
def cv_customer_recon(
    transactions: pd.DataFrame,
    period_start: np.datetime64,
    period_end: np.datetime64,
    ends: pd.DataFrame | None,
    window_months: int,
    tenure: str,
    alive_at_least: float | None,
    /,
) -> Answer:
    """How do the customers active before the period become those active at its end?"""
    found = _metrics(transactions, period_start, period_end, ends, window_months, tenure, alive_at_least)
    return Answer(customer_recon(found), _notes(found))


@dataclass(frozen=True, slots=True)
class Single:
    """A function that gives one measure alone."""

    name: str
    column: str
    question: str
    means: str
    example: float
    kind: Kind = Kind.COUNT
    unit: str = "customers"


SINGLES: Final = (
    Single(
        "CV_GROSS_NEW",
        "gross_new",
        "How many customers bought for the first time in the period?",
        "Customers whose first purchase, not taken back, lies in the period",
        2,
    ),
    Single(
        "CV_NET_NEW_REMAINING",
        "net_new_remaining",
        "How many new customers of the period are still customers at its end?",
        "Gross new customers whose contract runs or who are active at the end",
        2,
    ),
    Single(
        "CV_NET_ADDS",
        "net_adds",
        "How many more active customers are there at the end than before the period?",
        "Active customers at the end less those before",
        1,
    ),
    Single(
        "CV_EXISTING_ACTIVE",
        "existing_active",
        "How many customers of a year or longer still buy?",
        "Customers who first bought a year before the end or earlier, and are active",
        1,
    ),
    Single(
        "CV_REV_PER_NEW",
        "revenue_per_new",
        "What does a new customer bring in the period?",
        "Revenue of gross new customers, divided by their number",
        40,
        Kind.MONEY,
        "money/customer",
    ),
    Single(
        "CV_REV_PER_EXISTING",
        "revenue_per_existing",
        "What does an existing customer bring in the period?",
        "Revenue of existing customers, credits included, divided by the active ones",
        90,
        Kind.MONEY,
        "money/customer",
    ),
)
_NOBODY: Final[Mapping[str, str]] = {
    "revenue_per_new": "there is no new customer in the period",
    "revenue_per_existing": "there is no existing active customer at the end of the period",
}


def _declare(single: Single) -> Callable[..., Answer]:
    @worksheet_function(
        name=single.name,
        help=single.question,
        arguments=ARGUMENTS,
        result=Result.SINGLE,
        columns=(Column(single.column, single.kind, single.means, single.unit),),
        blank=ERRORS + (" #DIV/0! without such customers." if single.column in _NOBODY else ""),
        example=Example(_YEAR, single.example),
        family=FAMILY,
    )
    def measure(
        transactions: pd.DataFrame,
        period_start: np.datetime64,
        period_end: np.datetime64,
        ends: pd.DataFrame | None,
        window_months: int,
        tenure: str,
        alive_at_least: float | None,
        /,
    ) -> Answer:
        found = _metrics(transactions, period_start, period_end, ends, window_months, tenure, alive_at_least)
        value = float(found.frame.iloc[0][single.column])
        if np.isnan(value):
            raise ZeroDenominatorError(_NOBODY[single.column])
        return Answer(value, _notes(found))

    return measure


for _single in SINGLES:
    _declare(_single)


@worksheet_function(
    arguments=(
        Argument("first", Kind.DATE, "First purchase of each customer", "date", shape=Shape.ROWS),
        END,
        START,
    ),
    result=Result.ROWS,
    columns=(Column("class", Kind.TEXT, "new, maturing, existing or not yet"),),
    blank=f"{ROW_ERRORS} #NUM! for all where the period ends before it starts.",
    example=Example(
        ([["2024-12-31"], ["2025-01-01"], ["2025-11-02"]], "2025-12-31", "2025-10-01"),
        [["existing"], ["maturing"], ["new"]],
    ),
    family=FAMILY,
)
def cv_customer_class(first: ARRAY, period_end: np.datetime64, period_start: np.datetime64, /) -> ARRAY:
    """Is each customer new in the period, existing for a year or longer, or between the two (maturing)?"""
    return customer_class(first, period_start, period_end)


OPENING = Argument("opening", Kind.MONEY, "Recurring revenue of the customers at the start", "money")
CONTRACTION = Argument("contraction", Kind.MONEY, "What those who stay pay less, as a positive number", "money")
CHURN = Argument("churn", Kind.MONEY, "What those who left paid, as a positive number", "money")


@worksheet_function(
    arguments=(
        OPENING,
        Argument("expansion", Kind.MONEY, "What those who stay pay more; new and won-back customers left out", "money"),
        CONTRACTION,
        CHURN,
    ),
    result=Result.ROWS,
    columns=(Column("net_retention", Kind.SHARE, "Net revenue retention", "decimal"),),
    blank=f"{ROW_ERRORS} #DIV/0! where opening is 0; #NUM! also where contraction and churn are more than opening.",
    example=Example((1000, 120, 50, 80), 0.99),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda opening, expansion, contraction, churn: opening == 0},
)
def cv_nrr(opening: ARRAY, expansion: ARRAY, contraction: ARRAY, churn: ARRAY, /) -> ARRAY:
    """What do the customers of the start pay now, for each unit that they paid then (net revenue retention)?"""
    return net_revenue_retention(opening, expansion, contraction, churn)


@worksheet_function(
    arguments=(OPENING, CONTRACTION, CHURN),
    result=Result.ROWS,
    columns=(Column("gross_retention", Kind.SHARE, "Gross revenue retention", "decimal"),),
    blank=f"{ROW_ERRORS} #DIV/0! where opening is 0; #NUM! also where contraction and churn are more than opening.",
    example=Example((1000, 50, 80), 0.87),
    family=FAMILY,
    row_errors={CellError.DIV0: lambda opening, contraction, churn: opening == 0},
)
def cv_grr(opening: ARRAY, contraction: ARRAY, churn: ARRAY, /) -> ARRAY:
    """What part of the opening revenue is left, expansion not counted (gross revenue retention)?"""
    return gross_revenue_retention(opening, contraction, churn)


@worksheet_function(
    arguments=(
        Argument("first", Kind.DATE, "First day that the calendar must cover", "date", shape=Shape.ONE),
        Argument("last", Kind.DATE, "Last day that it must cover", "date", shape=Shape.ONE),
        Argument(
            "year_end_month",
            Kind.COUNT,
            "Month in which the fiscal year ends",
            "1-12",
            required=False,
            default=12,
            shape=Shape.ONE,
        ),
        Argument(
            "pattern",
            Kind.CHOICE,
            "month: calendar months; else the weeks of the three periods of each quarter",
            required=False,
            default="month",
            choices=PATTERNS,
            shape=Shape.ONE,
        ),
        Argument(
            "weekday",
            Kind.CHOICE,
            "Day on which a year of weeks ends",
            required=False,
            default="saturday",
            choices=WEEKDAYS,
            shape=Shape.ONE,
        ),
        Argument(
            "year_end",
            Kind.CHOICE,
            "A year of weeks ends on the last such day of its month, or on the one nearest to the month's end",
            required=False,
            default="last",
            choices=YEAR_ENDS,
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("period", Kind.TEXT, "Name of the period"),
        Column("quarter", Kind.TEXT, "Its quarter"),
        Column("year", Kind.TEXT, "Its fiscal year, named after the year in which it ends"),
        Column("start", Kind.DATE, "First day"),
        Column("end", Kind.DATE, "Last day"),
    ),
    blank=f"{CALL_ERRORS} #NUM! also where first is after last. A 53rd week is in the last period of its year.",
    example=Example(
        ("2025-12-20", "2026-01-05", 12, "4-4-5"),
        [
            ["Period", "Quarter", "Year", "Start", "End"],
            ["FY2025 P12", "FY2025 Q4", "FY2025", "2025-11-23", "2025-12-27"],
            ["FY2026 P01", "FY2026 Q1", "FY2026", "2025-12-28", "2026-01-24"],
        ],
    ),
    family=FAMILY,
)
def cv_fiscal_calendar(
    first: np.datetime64,
    last: np.datetime64,
    year_end_month: int,
    pattern: Any,
    weekday: Any,
    year_end: Any,
    /,
) -> pd.DataFrame:
    """Which months, or periods of four and five weeks, does the fiscal calendar have?"""
    return fiscal_calendar(
        first, last, year_end_month=year_end_month, pattern=pattern, weekday=weekday, year_end=year_end
    )
