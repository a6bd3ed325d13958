"""The input tables of what is planned: periods and rates, the loyalty case, service levels, the panel, goals."""

from typing import Final

from valuation.tables.schema import Blank, Column, Kind, Table, optional_column

__all__ = [
    "CUSTOMER_SPEND",
    "FX",
    "GIVEN_AS",
    "GOALS",
    "LEVELS",
    "LOYALTY_DRIVERS",
    "PANEL_PLAN",
    "PERIODS",
    "PURPOSES",
    "SERVICE_LEVELS",
]

PERIODS = Table(
    "Periods",
    "tblPeriods",
    "one row for each period of the fiscal calendar; left empty, it is made from the assumptions",
    (
        Column("period", Kind.TEXT, "Name of the period, such as 2025-12 or FY25 P12"),
        Column("start", Kind.DATE, "First day"),
        Column("end", Kind.DATE, "Last day; the next period starts on the day after"),
        optional_column("quarter", Kind.TEXT, "Fiscal quarter that it belongs to, such as FY25 Q4"),
        optional_column("year", Kind.TEXT, "Fiscal year that it belongs to, such as FY25"),
    ),
    key=("period",),
)

FX = Table(
    "FX",
    "tblFx",
    "one row for each foreign currency and period",
    (
        Column("currency", Kind.TEXT, "Currency of amounts, such as USD; the same word as on Transactions"),
        Column("period_end", Kind.DATE, "Last day of the period"),
        Column(
            "average_rate",
            Kind.NUMBER,
            "Average of the period: reporting currency for one unit of the foreign one",
            "reporting currency",
            low=0,
        ),
        optional_column("closing_rate", Kind.NUMBER, "The same on its last day", "reporting currency", low=0),
    ),
    key=("currency", "period_end"),
)

GIVEN_AS: Final = ("value", "change")

LOYALTY_DRIVERS = Table(
    "Loyalty drivers",
    "tblLoyaltyDrivers",
    "one row for each case and year; a blank takes the base case",
    (
        Column("case", Kind.TEXT, "Name of the program; 'base' replaces the base case that the model finds"),
        Column("year", Kind.COUNT, "Year of the plan: 1, 2, 3 and so on without a gap", "number", low=1),
        optional_column(
            "given_as",
            Kind.CHOICE,
            "value (what it will be) or change (how much it differs from the base, which moves with every refresh); "
            "value where it is blank",
            blank=Blank.ESTIMATE,
            choices=GIVEN_AS,
        ),
        optional_column(
            "retention_rate",
            Kind.SHARE,
            "Customers who stay for the year, or by how much more of them",
            "0-100%",
            blank=Blank.ESTIMATE,
            low=-1,
            high=1,
        ),
        optional_column("new_customers", Kind.NUMBER, "Customers won in the year", "customers", blank=Blank.ESTIMATE),
        optional_column(
            "margin",
            Kind.MONEY,
            "Gross margin of a customer in a year; what the program gives back is a negative change",
            "currency/year",
            blank=Blank.ESTIMATE,
        ),
        optional_column(
            "cost_to_serve", Kind.MONEY, "Cost to serve a customer for a year", "currency/year", blank=Blank.ESTIMATE
        ),
        optional_column("acquisition_cost", Kind.MONEY, "Cost of winning a customer", "currency", blank=Blank.ESTIMATE),
        optional_column("investment", Kind.MONEY, "Spent on the program in the year", "currency", blank=Blank.ESTIMATE),
    ),
    key=("case", "year"),
)

PURPOSES: Final = ("acquire", "retain", "develop")

CUSTOMER_SPEND = Table(
    "Customer spend",
    "tblCustomerSpend",
    "one row for each way to spend money on customers",
    (
        Column("purpose", Kind.CHOICE, "acquire, retain or develop", choices=PURPOSES),
        Column("name", Kind.TEXT, "What the money is spent on"),
        Column("spend", Kind.MONEY, "Spent in a year", "currency/year", low=0),
        optional_column("customers", Kind.COUNT, "Customers won, or reached", "count", low=0),
        optional_column(
            "retention_gain",
            Kind.SHARE,
            "For retain: by how much the chance to stay rises, 0.02 for two points",
            "0-100%",
            low=0,
            high=1,
        ),
        optional_column(
            "margin_gain",
            Kind.MONEY,
            "For develop: by how much a customer's yearly margin rises",
            "currency/year",
        ),
    ),
    key=("purpose", "name"),
)

SERVICE_LEVELS = Table(
    "Service levels",
    "tblServiceLevels",
    "one row for each segment and severity",
    (
        Column("segment", Kind.TEXT, "Value segment: A, B, C or N"),
        Column("severity", Kind.COUNT, "1 (worst) to 4", "1-4", low=1, high=4),
        Column("hours", Kind.NUMBER, "Hours until an issue has to be solved", "hours", low=0),
    ),
    key=("segment", "severity"),
)

PANEL_PLAN = Table(
    "Panel plan",
    "tblPanelPlan",
    "one row for each group that the insight panel is drawn from",
    (
        Column("stratum", Kind.TEXT, "Fast adopters, A, B, C or N"),
        optional_column("minimum", Kind.COUNT, "Fewest customers of the group in the panel", "count", low=0),
        optional_column("maximum", Kind.COUNT, "Most customers of the group in the panel", "count", low=0),
        optional_column(
            "spread",
            Kind.NUMBER,
            "How far opinions differ within the group (standard deviation); with all of them filled in, groups that "
            "differ more get more places",
            "points",
            low=0,
        ),
    ),
    key=("stratum",),
)

LEVELS: Final = ("company", "executive", "manager", "team")

GOALS = Table(
    "Goals",
    "tblGoals",
    "one row for each goal",
    (
        Column("goal_id", Kind.ID, "Number of the goal"),
        Column("parent_id", Kind.ID, "The goal that it serves; blank for the company's", blank=Blank.ALLOWED),
        Column("level", Kind.CHOICE, "company, executive, manager or team", choices=LEVELS),
        optional_column("lens", Kind.TEXT, "The officer whose view of the customers it comes from"),
        Column(
            "measure",
            Kind.TEXT,
            "A measure of this workbook, or one of your own; blank where the goal is the mean of those below it",
            blank=Blank.ALLOWED,
        ),
        optional_column("unit", Kind.TEXT, "Unit of the measure"),
        Column("baseline", Kind.NUMBER, "Where it starts", "unit of the measure", blank=Blank.ALLOWED),
        Column("baseline_date", Kind.DATE, "When that was", blank=Blank.ALLOWED),
        Column("target", Kind.NUMBER, "Where it is to be", "unit of the measure", blank=Blank.ALLOWED),
        Column("target_date", Kind.DATE, "When", blank=Blank.ALLOWED),
        Column(
            "actual",
            Kind.NUMBER,
            "Where it is; of a measure of this workbook the refresh knows it where it is blank",
            "unit of the measure",
            blank=Blank.ESTIMATE,
        ),
        optional_column("actual_date", Kind.DATE, "When that was; the as-of date where it is blank"),
        Column("owner", Kind.TEXT, "The one person who answers for it", blank=Blank.ALLOWED),
        optional_column(
            "weight",
            Kind.SHARE,
            "Weight among the goals that serve the same one; they add up to 100%",
            "0-100%",
            low=0,
            high=1,
        ),
        optional_column(
            "rollup",
            Kind.CHOICE,
            "own (its own measure) or children (weighted mean of the goals that serve it)",
            choices=("own", "children"),
            blank=Blank.ESTIMATE,
        ),
        optional_column(
            "band",
            Kind.NUMBER,
            "Where the target is to keep the baseline: how far from it is still good",
            "unit of the measure",
            low=0,
        ),
    ),
    key=("goal_id",),
)
