"""The result tables of cost to serve: where every cent went, who pays when, who earns, and what would change it."""

from valuation.tables.results import CUSTOMER_PNL
from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "ACCOUNT_COSTS",
    "AGEING",
    "CAPACITY_USE",
    "CONCENTRATION",
    "CONCENTRATION_CURVE",
    "COSTING_COMPARE",
    "COST_DETAIL",
    "EFFORT",
    "EFFORT_TIERS",
    "PNL_GROUPS",
    "PNL_PERIODS",
    "POOL_COSTS",
    "RECEIVABLES",
    "SERVICE_METHODS",
    "WHAT_IF_CHANGES",
    "WHAT_IF_PNL",
]

LEDGER_OUTCOMES = (
    Column("traced", Kind.MONEY, "Charged to one customer directly", "currency"),
    Column("allocated", Kind.MONEY, "Shared out by driver", "currency"),
    Column("unused", Kind.MONEY, "Capacity that nobody used; negative for overtime", "currency"),
    Column("unknown_customer", Kind.MONEY, "Caused by customers that are not on Customers", "currency"),
    Column("unallocated", Kind.MONEY, "Not charged to customers", "currency"),
)

POOL_COSTS = Table(
    "Cost to serve",
    "tblPoolCosts",
    "one row for each cost pool: where every cent of the ledger went",
    (
        Column("pool", Kind.TEXT, "Cost pool"),
        Column("family", Kind.TEXT, "Line of the customer P&L"),
        Column("period", Kind.TEXT, "Last day of the period, where the cost is kept by period"),
        Column("driver", Kind.TEXT, "What causes the cost"),
        Column("treatment", Kind.TEXT, "retention, acquisition, sustaining or unallocated"),
        Column("ledger", Kind.MONEY, "Cost in the ledger", "currency"),
        Column("services", Kind.MONEY, "Received from pools that serve others; negative when passed on", "currency"),
        *LEDGER_OUTCOMES,
        Column("difference", Kind.MONEY, "Ledger and services less the five; must be 0.00", "currency"),
        Column("driver_total", Kind.NUMBER, "Total of the driver", "driver units"),
        Column("practical", Kind.NUMBER, "Practical capacity, where it is known", "minutes", heading="Capacity"),
        Column("rate", Kind.NUMBER, "Cost of one unit of the driver", "currency/driver unit"),
    ),
)

ACCOUNT_COSTS = Table(
    "Ledger accounts",
    "tblLedgerAccounts",
    "one row for each ledger account: where every cent of it went",
    (
        Column("gl_account", Kind.ID, "Account in the general ledger"),
        Column("trial_balance", Kind.MONEY, "Its balance on Trial balance", "currency"),
        Column("ledger", Kind.MONEY, "Its lines on Ledger pools", "currency"),
        *LEDGER_OUTCOMES,
        Column("difference", Kind.MONEY, "Ledger less the five; must be 0.00", "currency"),
        Column("not_in_pools", Kind.MONEY, "Trial balance less ledger; must be 0.00", "currency"),
    ),
    key=("gl_account",),
)

CAPACITY_USE = Table(
    "Capacity use",
    "tblCapacityUse",
    "one row for each pool with a capacity",
    (
        Column("pool", Kind.TEXT, "Cost pool"),
        Column("driver", Kind.TEXT, "What counts the minutes"),
        Column("theoretical", Kind.NUMBER, "Minutes paid for", "minutes"),
        Column("practical", Kind.NUMBER, "Minutes that can be worked", "minutes"),
        Column("used", Kind.NUMBER, "Minutes used", "minutes"),
        Column("unused", Kind.NUMBER, "Minutes not used; negative for overtime", "minutes"),
        Column("utilisation", Kind.SHARE, "Used of practical", "0-100%"),
        Column("rate", Kind.NUMBER, "Cost of one minute of the practical capacity", "currency/minute"),
        Column("used_cost", Kind.MONEY, "Cost of the minutes used", "currency"),
        Column("unused_cost", Kind.MONEY, "Cost of the minutes not used", "currency"),
        Column("note", Kind.TEXT, "What to know about it"),
    ),
    key=("pool",),
)

SERVICE_METHODS = Table(
    "Service methods",
    "tblServiceMethods",
    "one row for each pool: its cost after services, by method",
    (
        Column("pool", Kind.TEXT, "Cost pool"),
        Column("own", Kind.MONEY, "Its own cost in the ledger", "currency"),
        Column("reciprocal", Kind.MONEY, "With services of services to each other", "currency", missing="#N/A"),
        Column("step_down", Kind.MONEY, "With services passed on in the order given", "currency", missing="#N/A"),
        Column("direct", Kind.MONEY, "With services to other services left out", "currency", missing="#N/A"),
        Column("largest_gap", Kind.MONEY, "Largest less smallest of the three", "currency", missing="#N/A"),
    ),
    key=("pool",),
)

COST_DETAIL = Table(
    "Cost detail",
    "tblCostDetail",
    "one row for each customer and cost",
    (
        customer_id_column(),
        Column("pool", Kind.TEXT, "Cost pool"),
        Column("family", Kind.TEXT, "Line of the customer P&L"),
        Column("period", Kind.TEXT, "Last day of the period, where the cost is kept by period"),
        Column("driver", Kind.TEXT, "What causes the cost; blank for a cost charged directly"),
        Column("quantity", Kind.NUMBER, "What the customer used", "driver units"),
        Column("driver_total", Kind.NUMBER, "What everybody used", "driver units"),
        Column("rate", Kind.NUMBER, "Cost of one unit", "currency/driver unit"),
        Column("cost", Kind.MONEY, "The customer's cost", "currency"),
        Column("acquisition_cost", Kind.MONEY, "Part of it that won the customer", "currency"),
    ),
)

COSTING_COMPARE = Table(
    "Costing compare",
    "tblCostingCompare",
    "one row for each customer: its cost to serve by three ways of costing the same ledger",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("net_revenue", Kind.MONEY, "Net revenue of the twelve months", "currency"),
        Column("volume_based", Kind.MONEY, "Everything in proportion to net revenue", "currency"),
        Column("activity_based", Kind.MONEY, "By activity drivers, unused capacity included", "currency"),
        Column("time_driven", Kind.MONEY, "By time and practical capacity, unused capacity apart", "currency"),
        Column("shift", Kind.MONEY, "Time-driven less volume-based", "currency"),
        Column("shift_pct", Kind.SHARE, "The same as part of net revenue", "share", heading="Shift, % of revenue"),
        Column("shift_rank", Kind.COUNT, "1 = the largest shift either way", "rank"),
        Column(
            "contribution_volume",
            Kind.MONEY,
            "Contribution by volume",
            "currency",
            missing="#N/A",
            heading="Contribution by volume",
        ),
        Column(
            "contribution_time",
            Kind.MONEY,
            "Contribution by time",
            "currency",
            missing="#N/A",
            heading="Contribution by time",
        ),
        Column("turns", Kind.TEXT, "Whether the sign of the contribution changes", heading="Profit or loss?"),
        Column("why", Kind.TEXT, "What moves it most", heading="Why"),
    ),
    key=("customer_id",),
)

PNL_GROUPS = Table(
    "P&L by group",
    "tblPnlGroups",
    "one row for each segment and each parent account",
    (
        Column("level", Kind.TEXT, "segment or parent"),
        Column("group", Kind.TEXT, "The segment, or the id of the parent account"),
        Column("customers", Kind.COUNT, "Customers in it", "count"),
        *(
            Column(column.name, column.kind, column.help, column.unit, heading=column.heading, missing=column.missing)
            for column in CUSTOMER_PNL
            if column.unit == "currency"
        ),
        Column("cost_to_serve_pct", Kind.SHARE, "Cost to serve of net revenue", "share", missing="#DIV/0!"),
        Column("contribution_pct", Kind.SHARE, "Contribution of net revenue", "share", missing="#DIV/0!"),
    ),
    key=("level", "group"),
)

PNL_PERIODS = Table(
    "P&L by period",
    "tblPnlPeriods",
    "one row for each line of the P&L of all customers, quarters across",
    (
        Column("line", Kind.TEXT, "Line of the P&L"),
        Column("quarter_1", Kind.MONEY, "First three of the twelve months", "currency"),
        Column("quarter_2", Kind.MONEY, "Next three months", "currency"),
        Column("quarter_3", Kind.MONEY, "Next three months", "currency"),
        Column("quarter_4", Kind.MONEY, "Last three months", "currency"),
        Column("not_by_period", Kind.MONEY, "What is known for the twelve months alone", "currency", missing="#N/A"),
        Column("twelve_months", Kind.MONEY, "All together", "currency", missing="#N/A"),
    ),
    key=("line",),
)

RECEIVABLES = Table(
    "Receivables",
    "tblReceivables",
    "one row for each account that pays (bill-to)",
    (
        Column("bill_to", Kind.ID, "The account that pays"),
        Column("name", Kind.TEXT, "Name"),
        Column("invoices", Kind.COUNT, "Invoices of the twelve months, and those still open", "count"),
        Column("invoiced", Kind.MONEY, "Their amount, less credit notes", "currency"),
        Column("average_receivable", Kind.MONEY, "What it owed on an average day", "currency"),
        Column("days_to_pay", Kind.NUMBER, "Weighted days from invoice to payment", "days"),
        Column("days_late", Kind.NUMBER, "Weighted days late, open invoices counted to the as-of date", "days"),
        Column("on_time_share", Kind.SHARE, "Paid on time", "0-100%"),
        Column("terms_cost", Kind.MONEY, "Financing of the time granted", "currency"),
        Column("overdue_cost", Kind.MONEY, "Financing of the time after it", "currency"),
        Column("financing", Kind.MONEY, "Both", "currency"),
        Column("open_amount", Kind.MONEY, "Open at the as-of date", "currency"),
        Column("overdue_amount", Kind.MONEY, "Of it past due", "currency"),
        Column("disputed_amount", Kind.MONEY, "Of it disputed", "currency"),
        Column("expected_loss", Kind.MONEY, "Expected credit loss", "currency"),
    ),
    key=("bill_to",),
)

AGEING = Table(
    "Ageing",
    "tblAgeing",
    "one row for each stretch of days past due",
    (
        Column("bucket", Kind.TEXT, "Days past due"),
        Column("open_amount", Kind.MONEY, "Open at the as-of date", "currency"),
        Column("exposure", Kind.MONEY, "Without accounts in credit", "currency"),
        Column("loss_rate", Kind.SHARE, "Expected loss rate", "0-100%"),
        Column("expected_loss", Kind.MONEY, "Exposure x rate", "currency"),
    ),
    key=("bucket",),
)

CONCENTRATION_CURVE = Table(
    "Concentration curve",
    "tblConcentrationCurve",
    "one row for each hundredth of the customers",
    (
        Column("share_of_customers", Kind.SHARE, "Part of the customers", "0-100%"),
        Column("contribution", Kind.MONEY, "Contribution of the best ones so far", "currency", missing="#N/A"),
        Column("contribution_share", Kind.SHARE, "The same of the total", "share", missing="#N/A"),
        Column("revenue_share", Kind.SHARE, "Net revenue of the smallest ones so far", "share", missing="#N/A"),
        Column("contribution_lorenz", Kind.SHARE, "Contribution of the worst ones so far", "share", missing="#N/A"),
        Column("equal", Kind.SHARE, "If all were equal", "0-100%"),
    ),
    key=("share_of_customers",),
)

CONCENTRATION = Table(
    "Concentration measures",
    "tblConcentration",
    "one row for each measure",
    (
        Column("measure", Kind.TEXT, "What is measured"),
        Column("contribution", Kind.ANY, "Of contributions", missing="#N/A"),
        Column("net_revenue", Kind.ANY, "Of net revenue", missing="#N/A"),
        Column("meaning", Kind.TEXT, "How to read it"),
    ),
    key=("measure",),
)

EFFORT = Table(
    "Effort and value",
    "tblEffort",
    "one row for each customer: what it takes, what it is worth, and what dropping or repricing it would do",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("tier", Kind.TEXT, "Value segment", heading="Value segment"),
        Column("cost_to_serve", Kind.MONEY, "Cost to serve", "currency", missing="#N/A"),
        Column("value", Kind.MONEY, "Customer value", "currency", missing="#N/A", heading="Customer value"),
        Column("effort_share", Kind.SHARE, "Part of all cost to serve", "share"),
        Column("value_share", Kind.SHARE, "Part of all customer value above 0", "share"),
        Column("gap", Kind.SHARE, "Effort share less value share", "share"),
        Column("contribution", Kind.MONEY, "Contribution", "currency", missing="#N/A"),
        Column("avoidable_cost", Kind.MONEY, "Cost that would go away with the customer", "currency", missing="#N/A"),
        Column("stranded_cost", Kind.MONEY, "Cost that would stay", "currency", missing="#N/A"),
        Column("effect_of_dropping", Kind.MONEY, "Change of the company's profit", "currency", missing="#N/A"),
        Column("price_rise", Kind.SHARE, "Price rise that brings contribution to 0", "share", missing="#N/A"),
        Column(
            "breakeven_loss",
            Kind.SHARE,
            "Chance to lose the customer over it at which the rise is not worth trying",
            "0-100%",
            missing="#N/A",
        ),
        Column("action", Kind.TEXT, "keep, reprice or drop"),
        Column("why", Kind.TEXT, "Why", heading="Why"),
        Column("self_service_share", Kind.SHARE, "Questions solved without us", "0-100%"),
        Column("self_service_saving", Kind.MONEY, "Support that this saved, at the cost of an issue", "currency"),
    ),
    key=("customer_id",),
)

EFFORT_TIERS = Table(
    "Effort by segment",
    "tblEffortTiers",
    "one row for each value segment",
    (
        Column("tier", Kind.TEXT, "Value segment", heading="Value segment"),
        Column("customers", Kind.COUNT, "Customers", "count"),
        Column("cost_to_serve", Kind.MONEY, "Cost to serve", "currency", missing="#N/A"),
        Column("value", Kind.MONEY, "Customer value", "currency", missing="#N/A", heading="Customer value"),
        Column("effort_share", Kind.SHARE, "Part of all cost to serve", "share"),
        Column("value_share", Kind.SHARE, "Part of all customer value above 0", "share"),
        Column("gap", Kind.SHARE, "Effort share less value share", "share"),
    ),
    key=("tier",),
)

WHAT_IF_CHANGES = Table(
    "What-if changes",
    "tblWhatIfChanges",
    "one row for each change on What if, and one for all together",
    (
        Column("change", Kind.TEXT, "What changes"),
        Column("customers", Kind.COUNT, "Customers concerned", "count"),
        Column("revenue", Kind.MONEY, "Change of net revenue", "currency"),
        Column("cost", Kind.MONEY, "Change of what customers are charged; below 0 is less", "currency"),
        Column("contribution", Kind.MONEY, "Change of customer contribution", "currency", missing="#N/A"),
        Column(
            "stranded", Kind.MONEY, "Cost that would stay with the company all the same", "currency", missing="#N/A"
        ),
        Column("profit", Kind.MONEY, "Change of the company's profit", "currency", missing="#N/A"),
        Column("note", Kind.TEXT, "What to know about it"),
    ),
)

WHAT_IF_PNL = Table(
    "What-if P&L",
    "tblWhatIfPnl",
    "one row for each customer: its P&L now and with all changes",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("revenue_now", Kind.MONEY, "Net revenue", "currency"),
        Column("revenue_then", Kind.MONEY, "Net revenue with the changes", "currency"),
        Column("margin_now", Kind.MONEY, "Gross margin", "currency", missing="#N/A"),
        Column("margin_then", Kind.MONEY, "Gross margin with the changes", "currency", missing="#N/A"),
        Column("cost_now", Kind.MONEY, "Cost to serve", "currency", missing="#N/A"),
        Column("cost_then", Kind.MONEY, "Cost to serve with the changes", "currency", missing="#N/A"),
        Column("contribution_now", Kind.MONEY, "Contribution", "currency", missing="#N/A"),
        Column("contribution_then", Kind.MONEY, "Contribution with the changes", "currency", missing="#N/A"),
        Column("change", Kind.MONEY, "Then less now", "currency", missing="#N/A"),
    ),
    key=("customer_id",),
)
