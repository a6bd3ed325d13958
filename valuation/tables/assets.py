"""The result tables of customers as an asset: the three metrics, customer equity and its bridge, the loyalty case."""

from typing import Final

from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "BRIDGE_LINES",
    "CASES_COMPARED",
    "CASE_FIGURES",
    "CASE_MEASURES",
    "CASE_YEARS",
    "CUSTOMER_METRICS",
    "EQUITY_BRIDGE",
    "EQUITY_BRIDGE_CUSTOMERS",
    "EQUITY_COHORTS",
    "EQUITY_SEGMENTS",
    "MOST_CASE_YEARS",
    "SPEND_RETURNS",
    "STOP_RULE",
    "TORNADO",
    "TORNADO_ROWS",
]


def _count(name: str, help_: str, heading: str = "") -> Column:
    return Column(name, Kind.COUNT, help_, "customers", heading=heading, missing="#N/A")


def _money(name: str, help_: str, heading: str = "") -> Column:
    return Column(name, Kind.MONEY, help_, "currency", heading=heading, missing="#N/A")


CUSTOMER_METRICS = Table(
    "Customer metrics",
    "tblCustomerMetrics",
    "one row for each month, quarter and year that is over, the latest first",
    (
        Column("key", Kind.TEXT, "By which the columns above find it: month, quarter or year, and how many ago"),
        Column("period", Kind.TEXT, "Name of the period"),
        Column("start", Kind.DATE, "First day"),
        Column("end", Kind.DATE, "Last day"),
        _count("opening_active", "Customers with a purchase in the twelve months before the period", "Active at start"),
        _count("gross_new", "First purchase ever in the period", "Gross new"),
        _count("reactivated", "Not active at the start, bought before, active at the end"),
        _count("lost", "Active at the start, not at the end"),
        _count("new_and_lost", "Won in the period and gone at its end", "New and lost"),
        _count("closing_active", "Customers with a purchase in the twelve months to the end", "Active at end"),
        _count("net_adds", "Active at the end less active at the start", "Net adds"),
        _count("net_new_remaining", "Gross new who are still customers at the end", "Net new remaining"),
        _count("existing", "First purchase at least twelve months before the end"),
        _count("maturing", "Neither: won before the period, less than twelve months before its end"),
        _count("existing_active", "Existing customers with a purchase in the last twelve months", "Existing active"),
        _money("revenue_new", "Net revenue of the period from gross new customers", "Revenue, new"),
        _money("revenue_maturing", "The same from maturing customers", "Revenue, maturing"),
        _money("revenue_existing", "The same from existing customers", "Revenue, existing"),
        _money("revenue_unknown", "Net revenue of unknown customers and of those who never bought", "Revenue, others"),
        _money("revenue", "Net revenue of the period", "Revenue"),
        _money("revenue_constant", "The same at the rates of a year before", "Revenue, constant currency"),
        Column(
            "revenue_per_new",
            Kind.MONEY,
            "Revenue of the gross new customers by their number",
            "currency/customer",
            heading="Revenue per new",
            missing="#N/A",
        ),
        Column(
            "revenue_per_existing",
            Kind.MONEY,
            "Revenue of the existing customers by the number of those who are active",
            "currency/customer",
            heading="Revenue per existing",
            missing="#N/A",
        ),
        _money("before_12m", "Net revenue of the twelve months that ended a year before", "12 months before"),
        _money("lost_12m", "That of customers without any in the twelve months to the end, taken off", "Lost, revenue"),
        _money("contraction_12m", "What others bought less, taken off", "Contraction"),
        _money("expansion_12m", "What others bought more", "Expansion"),
        _money("reactivated_12m", "From customers of earlier years", "Reactivated, revenue"),
        _money("new_12m", "From customers who had never bought before", "New, revenue"),
        _money("fx_12m", "What exchange rates changed", "FX"),
        _money("revenue_12m", "Net revenue of the twelve months to the end", "12 months to the end"),
        Column(
            "net_retention",
            Kind.SHARE,
            "Revenue that customers of a year ago bring now, constant currency",
            "0-100% and more",
            heading="Net revenue retention",
            missing="#N/A",
        ),
        Column(
            "gross_retention",
            Kind.SHARE,
            "The same without what they bought more",
            "0-100%",
            heading="Gross revenue retention",
            missing="#N/A",
        ),
        Column("note", Kind.TEXT, "What to know about the period"),
    ),
    key=("key",),
)

EQUITY_SEGMENTS = Table(
    "Customer equity",
    "tblCustomerEquity",
    "one row for each official segment",
    (
        Column("segment", Kind.TEXT, "Official value segment"),
        Column("customers", Kind.COUNT, "Customers", "customers"),
        _money("positive", "Value of those who are worth something", "Gross positive"),
        _money("negative", "Value of those who lose money, if not repriced", "Gross negative"),
        _money("value", "Both together", "Customer equity"),
        _money("value_unlimited", "The same without a limit of years", "Without limit"),
    ),
    key=("segment",),
)

EQUITY_COHORTS = Table(
    "Customer equity to come",
    "tblEquityToCome",
    "one row for each year of customers still to be won",
    (
        Column("year", Kind.COUNT, "Years from the as-of date", "years"),
        Column("new_customers", Kind.COUNT, "Customers won in the year", "customers"),
        Column(
            "value_each",
            Kind.MONEY,
            "Value of one when it is won, its cost of winning taken off; blank where nothing is known of them",
            "currency",
            heading="Value of one",
        ),
        Column("present_value", Kind.MONEY, "Value of all of them today", "currency"),
        Column(
            "cumulative",
            Kind.MONEY,
            "Customer equity with these and the years before",
            "currency",
            heading="Equity with them",
        ),
    ),
    key=("year",),
)

BRIDGE_LINES: Final = {
    "opening": ("Opening", "Customer equity at the last snapshot"),
    "unwind": ("Unwinding of discount", "Time has passed: the same money is nearer, and worth more"),
    "expected_cash": ("Expected contribution", "What was expected to come in, and is no future any more"),
    "lost": ("Lost customers", "Were customers then, are none now"),
    "survivor": ("Survivor release", "Each who stayed had been counted with the chance of leaving"),
    "expansion": ("Expansion", "Customers whose margin rose"),
    "contraction": ("Contraction", "Customers whose margin fell"),
    "cost_to_serve": ("Cost to serve", "Cheaper or dearer to serve"),
    "retention": ("Retention", "Another chance to stay"),
    "rate": ("Discount rate", "Another rate"),
    "horizon": ("Horizon", "The next years come into view, or another horizon was chosen"),
    "new": ("New customers", "Customers for the first time"),
    "reactivated": ("Reactivated customers", "Were none then, are again"),
    "one_date_only": (
        "Known at one date only",
        "A value not known then comes in, one not known now goes out",
    ),
    "closing": ("Closing", "Customer equity now"),
}
"""Key of each line of the bridge to its name and what it means, in their order."""

EQUITY_BRIDGE = Table(
    "Equity bridge",
    "tblEquityBridge",
    "one row for each line from the customer equity of the last snapshot to that of today",
    (
        Column("line", Kind.TEXT, "What changed the customer equity"),
        Column("amount", Kind.MONEY, "By how much; blank where there is no bridge", "currency"),
        Column("customers", Kind.COUNT, "Customers concerned", "customers"),
        Column("meaning", Kind.TEXT, "How to read it"),
    ),
    key=("line",),
)

EQUITY_BRIDGE_CUSTOMERS = Table(
    "Equity bridge by customer",
    "tblEquityBridgeCustomers",
    "one row for each customer of either date, the largest change first",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        *(_money(key, meaning, title) for key, (title, meaning) in BRIDGE_LINES.items()),
        _money("residual", "Closing less all lines before it: nought"),
    ),
    key=("customer_id",),
)

MOST_CASE_YEARS: Final = 10
TORNADO_ROWS: Final = 7
"""Rows of tables that charts stand beside; those by year are blank at their end."""

CASE_YEARS = Table(
    "Loyalty case",
    "tblLoyaltyCase",
    "one row for each year of the case, and blank ones up to ten",
    (
        Column("year", Kind.COUNT, "Year of the plan", "number"),
        Column("customers_base", Kind.COUNT, "Customers at the end of the year without the program", "customers"),
        Column("customers_program", Kind.COUNT, "The same with it", "customers"),
        Column("profit_base", Kind.MONEY, "Profit of the year without the program", "currency"),
        Column("profit_program", Kind.MONEY, "The same with it, its cost taken off", "currency"),
        Column("increment", Kind.MONEY, "Program less base", "currency", heading="Difference"),
        Column(
            "increment_share",
            Kind.SHARE,
            "The difference by the profit without the program; blank where there is none",
            "of the profit",
            heading="Difference, of profit",
        ),
        Column("cumulative", Kind.MONEY, "Difference of all years so far", "currency"),
        Column(
            "npv_to_year", Kind.MONEY, "Present value of the differences so far", "currency", heading="NPV to the year"
        ),
        Column("equity_base", Kind.MONEY, "Customer equity at the end of the year without the program", "currency"),
        Column("equity_program", Kind.MONEY, "The same with it", "currency"),
        Column(
            "return_base",
            Kind.SHARE,
            "Profit and change of customer equity by customer equity at the start, without the program",
            "per year",
            heading="Return on Customer, base",
        ),
        Column(
            "return_program",
            Kind.SHARE,
            "The same with it",
            "per year",
            heading="Return on Customer, program",
        ),
    ),
    key=("year",),
)

CASE_FIGURES = Table(
    "Loyalty figures",
    "tblLoyaltyFigures",
    "one row for each figure of the case; blank where there is none, as of a break-even that is not reached",
    (
        Column("measure", Kind.TEXT, "Figure"),
        Column("plan", Kind.NUMBER, "As planned", "see the measure"),
        Column("half", Kind.NUMBER, "With half the effect", "see the measure", heading="Half effect"),
        Column("late", Kind.NUMBER, "A year late", "see the measure", heading="A year late"),
        Column("meaning", Kind.TEXT, "How to read it"),
    ),
    key=("measure",),
)

CASE_MEASURES: Final = {
    "NPV": "Present value of the differences of all years",
    "NPV, three years": "The same of the first three years alone, which hide what retention brings later",
    "Internal rate of return": "Discount rate at which the program just pays; blank where there is none, or several",
    "Modified rate of return": "The same with money lent and reinvested at the discount rate",
    "Break-even, years": "From when on the cumulative difference stays at nought or above; blank: not in these years",
    "Break-even discounted, years": "The same with later money counting less",
    "Cash trough": "Most money out at any time",
    "Trough in year": "When that is",
    "Deepest dip of profit": "Largest part of a year's profit that the program costs",
    "Customer equity gained": "At the end of the case; not in the NPV",
    "Share of the effect needed for NPV 0": "Part of the planned effect on retention at which the program just pays",
}
"""Figure of the case to its meaning, in their order."""

TORNADO = Table(
    "Loyalty tornado",
    "tblLoyaltyTornado",
    "one row for each of the seven drivers, the one that matters most first",
    (
        Column("driver", Kind.TEXT, "What comes out otherwise than planned"),
        Column("low", Kind.MONEY, "NPV at the lower end", "currency", heading="NPV, low"),
        Column("high", Kind.MONEY, "NPV at the upper end", "currency", heading="NPV, high"),
        Column("swing", Kind.MONEY, "How far the two are apart", "currency"),
        Column("range", Kind.TEXT, "The two ends"),
        Column(
            "less",
            Kind.MONEY,
            "For the chart: the lower NPV less that of the plan, 0 or below",
            "currency",
            heading="Below plan",
        ),
        Column(
            "more",
            Kind.MONEY,
            "For the chart: the higher NPV less that of the plan, 0 or above",
            "currency",
            heading="Above plan",
        ),
    ),
    key=("driver",),
)

CASES_COMPARED = Table(
    "Cases compared",
    "tblCasesCompared",
    "one row for each case: the programs, and the quick profits from cutting service or adding a fee",
    (
        Column("case", Kind.TEXT, "Case"),
        Column("what", Kind.TEXT, "What it does"),
        Column(
            "first_year", Kind.MONEY, "Profit of the first year against the base", "currency", heading="Profit, year 1"
        ),
        Column(
            "third_year_npv",
            Kind.MONEY,
            "Present value of the first three years",
            "currency",
            heading="NPV, 3 years",
        ),
        Column("npv", Kind.MONEY, "Present value of all years", "currency", heading="NPV, all years"),
        Column(
            "equity_change",
            Kind.MONEY,
            "Customer equity at the end against the base",
            "currency",
            heading="Equity against base",
        ),
        Column("verdict", Kind.TEXT, "What three years say, and what they hide"),
    ),
    key=("case",),
)

STOP_RULE = Table(
    "Stop rule",
    "tblStopRule",
    "one row for each year, and blank ones up to ten: what must have been reached, or the program stops",
    (
        Column("year", Kind.COUNT, "Year of the plan", "number"),
        Column(
            "least_effect",
            Kind.SHARE,
            "Part of the planned effect of this and later years at which what is still to be spent is just earned back",
            "of the plan",
        ),
        Column("retention_planned", Kind.SHARE, "Planned", "0-100%", heading="Retention, plan"),
        Column("retention_least", Kind.SHARE, "Stop below", "0-100%", heading="Retention, least"),
        Column("cost_to_serve_planned", Kind.MONEY, "Planned", "currency/year", heading="Cost to serve, plan"),
        Column("cost_to_serve_most", Kind.MONEY, "Stop above", "currency/year", heading="Cost to serve, most"),
    ),
    key=("year",),
)

SPEND_RETURNS = Table(
    "Returns on spend",
    "tblSpendReturns",
    "one row for each way to spend money on customers, the best first",
    (
        Column("purpose", Kind.TEXT, "acquire, retain or develop"),
        Column("name", Kind.TEXT, "What the money is spent on"),
        Column("spend", Kind.MONEY, "Spent in a year", "currency"),
        _money("value_created", "Customer value that it adds"),
        Column(
            "return_per_unit",
            Kind.NUMBER,
            "Customer value for each unit spent",
            "currency for each unit",
            missing="#DIV/0!",
        ),
        _money("net", "Value added less money spent"),
        Column("payback", Kind.NUMBER, "Years until the money has come back; blank: it does not", "years"),
        Column("note", Kind.TEXT, "What to know about the row"),
    ),
    key=("purpose", "name"),
)
