"""The result tables: what a refresh writes."""

from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "ACCOUNT_COSTS",
    "AGEING",
    "CAPACITY_USE",
    "CONCENTRATION",
    "CONCENTRATION_CURVE",
    "COSTING_COMPARE",
    "COST_DETAIL",
    "CUSTOMER_PNL",
    "EFFORT",
    "EFFORT_TIERS",
    "EXCEPTIONS",
    "HORIZONS",
    "LIFETIME_VALUE",
    "LOG",
    "MODEL_CHOICE",
    "MODEL_FREQUENCY",
    "MODEL_HORIZONS",
    "MODEL_INTERVALS",
    "MODEL_TRACKING",
    "MODEL_VALUE",
    "PNL_GROUPS",
    "PNL_PERIODS",
    "POOL_COSTS",
    "RECEIVABLES",
    "RECONCILIATION",
    "RESULT_TABLES",
    "SEGMENTS",
    "SERVICE_METHODS",
    "WHAT_IF_CHANGES",
    "WHAT_IF_PNL",
]

CUSTOMER_PNL = Table(
    "Customer P&L",
    "tblCustomerPnl",
    "one row for each customer, for the twelve months to the as-of date",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("gross_revenue", Kind.MONEY, "Sales before discounts and returns", "currency"),
        Column("discounts", Kind.MONEY, "Discounts and rebates", "currency"),
        Column("returns", Kind.MONEY, "Returns and credits", "currency"),
        Column("net_revenue", Kind.MONEY, "Gross revenue less discounts and returns", "currency"),
        Column("cogs", Kind.MONEY, "Cost of goods sold", "currency", missing="#N/A", heading="COGS"),
        Column(
            "goods",
            Kind.MONEY,
            "What belongs to the goods in the ledger pools: freight in, supplier rebates (negative)",
            "currency",
            missing="#N/A",
            heading="Freight in less rebates",
        ),
        Column("gross_margin", Kind.MONEY, "Net revenue less the cost of goods", "currency", missing="#N/A"),
        Column("marketing", Kind.MONEY, "Cost to serve: marketing", "currency", missing="#N/A"),
        Column("sales", Kind.MONEY, "Cost to serve: sales", "currency", missing="#N/A"),
        Column("order_handling", Kind.MONEY, "Cost to serve: order handling", "currency", missing="#N/A"),
        Column("logistics", Kind.MONEY, "Cost to serve: logistics", "currency", missing="#N/A"),
        Column("support", Kind.MONEY, "Cost to serve: support", "currency", missing="#N/A"),
        Column("returns_handling", Kind.MONEY, "Cost to serve: handling of returns", "currency", missing="#N/A"),
        Column("cost_to_serve", Kind.MONEY, "Sum of the six", "currency", missing="#N/A"),
        Column(
            "contribution_before_financing",
            Kind.MONEY,
            "Gross margin less cost to serve; ties to the ledger",
            "currency",
            missing="#N/A",
            heading="Before financing",
        ),
        Column("financing", Kind.MONEY, "Charge for terms and late payment, where it is not booked", "currency"),
        Column("expected_loss", Kind.MONEY, "Charge for expected credit loss, where it is not booked", "currency"),
        Column("stock_carrying", Kind.MONEY, "Charge for stock held, where it is not booked", "currency"),
        Column("contribution", Kind.MONEY, "The same less the three charges", "currency", missing="#N/A"),
        Column(
            "acquisition_cost",
            Kind.MONEY,
            "Part of the cost to serve that was spent on winning the customer",
            "currency",
            missing="#N/A",
        ),
        Column(
            "run_rate_contribution", Kind.MONEY, "Contribution without the cost of winning", "currency", missing="#N/A"
        ),
        Column("profit_rank", Kind.COUNT, "1 = largest contribution", "rank", missing="#N/A"),
    ),
    key=("customer_id",),
)

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

LIFETIME_VALUE = Table(
    "Lifetime value",
    "tblLifetimeValue",
    "one row for each customer",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column(
            "annual_margin",
            Kind.MONEY,
            "Projection base: run-rate contribution of the last twelve months without one-offs",
            "currency/year",
            missing="#N/A",
        ),
        Column(
            "average_margin",
            Kind.MONEY,
            "The same, as an average over up to three years (cost to serve as in the last twelve months)",
            "currency/year",
            missing="#N/A",
            heading="Three-year average",
        ),
        Column("retention_rate", Kind.SHARE, "Chance still a customer a year on", "0-100%"),
        Column("retention_basis", Kind.TEXT, "Where the chance comes from"),
        Column(
            "value", Kind.MONEY, "Value over the chosen horizon", "currency", missing="#N/A", heading="Customer value"
        ),
        Column("value_1", Kind.MONEY, "Value over 1 year", "currency", missing="#N/A", heading="1 year"),
        Column("value_3", Kind.MONEY, "Value over 3 years", "currency", missing="#N/A", heading="3 years"),
        Column("value_5", Kind.MONEY, "Value over 5 years", "currency", missing="#N/A", heading="5 years"),
        Column("value_10", Kind.MONEY, "Value over 10 years", "currency", missing="#N/A", heading="10 years"),
        Column(
            "value_unlimited", Kind.MONEY, "Value without a horizon", "currency", missing="#N/A", heading="Unlimited"
        ),
        Column("value_rank", Kind.COUNT, "1 = largest customer value", "rank", missing="#N/A"),
        Column("grade", Kind.TEXT, "A measured, B pooled, C prior or typed"),
        Column("note", Kind.TEXT, "What to know about the row"),
    ),
    key=("customer_id",),
)

HORIZONS = Table(
    "Horizons",
    "tblHorizons",
    "one row for each horizon: what extending it changes",
    (
        Column("horizon", Kind.TEXT, "Horizon"),
        Column(
            "value", Kind.MONEY, "Value of the customer base", "currency", missing="#N/A", heading="Customer base value"
        ),
        Column("increment", Kind.MONEY, "More than over the horizon before", "currency", missing="#N/A"),
        Column(
            "share", Kind.SHARE, "Part of the unlimited value", "0-100%", missing="#N/A", heading="Share of unlimited"
        ),
        Column(
            "rank_correlation",
            Kind.NUMBER,
            "Same order of customers as at the next horizon: 1 = the same",
            "-1..1",
            heading="Rank agreement with next",
        ),
    ),
    key=("horizon",),
)

SEGMENTS = Table(
    "Segments",
    "tblSegments",
    "one row for each customer, with one official segment",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("segment", Kind.TEXT, "The official one: tier by customer value", heading="Value segment"),
        Column("revenue_tier", Kind.TEXT, "Tier by net revenue"),
        Column("profit_tier", Kind.TEXT, "Tier by contribution"),
        Column("lifecycle", Kind.TEXT, "Stage of the customer's life"),
        Column("lifecycle_rule", Kind.TEXT, "Why"),
        Column("days_since_last", Kind.COUNT, "Days since the last purchase", "days"),
        Column("purchase_days", Kind.COUNT, "Days with a purchase in the last twelve months", "days"),
        Column("recency_score", Kind.COUNT, "5 = bought most recently", "1-5"),
        Column("frequency_score", Kind.COUNT, "5 = buys most often", "1-5"),
        Column("monetary_score", Kind.COUNT, "5 = buys most", "1-5"),
        Column(
            "value", Kind.MONEY, "Value over the chosen horizon", "currency", missing="#N/A", heading="Customer value"
        ),
        Column("distance_to_cut", Kind.MONEY, "How far the value is above the lower cut of its segment", "currency"),
    ),
    key=("customer_id",),
)

RECONCILIATION = Table(
    "Reconciliation",
    "tblReconciliation",
    "one row for each part of the money: nothing is dropped",
    (
        Column("line", Kind.TEXT, "What it is"),
        Column("amount", Kind.MONEY, "Net amount", "currency"),
        Column("documents", Kind.COUNT, "Rows of Transactions", "count"),
        Column("customers", Kind.COUNT, "Customer ids", "count"),
    ),
    key=("line",),
)

EXCEPTIONS = Table(
    "Exceptions",
    "tblExceptions",
    "one row for each finding and row concerned, with its money",
    (
        Column("severity", Kind.TEXT, "error (mend it), warning (look at it) or note"),
        Column("kind", Kind.TEXT, "What it is"),
        Column("sheet", Kind.TEXT, "Where"),
        Column("row", Kind.COUNT, "Row of the sheet", "row"),
        Column("column", Kind.TEXT, "Column", heading="Field"),
        Column("customer_id", Kind.ID, "Customer"),
        Column("amount", Kind.MONEY, "Money concerned", "currency"),
        Column("what", Kind.TEXT, "What is the matter", heading="What"),
        Column("mend", Kind.TEXT, "What to do about it", heading="What to do"),
    ),
)

LOG = Table(
    "Log",
    "tblLog",
    "one row for each refresh; the only place where the clock appears",
    (
        Column("refreshed_at", Kind.TEXT, "When (UTC)"),
        Column("version", Kind.TEXT, "Version of Customer Value for Excel"),
        Column("as_of", Kind.DATE, "As-of date"),
        Column("convention", Kind.TEXT, "Timing, first payment, horizon, rate, grid"),
        Column("customers", Kind.COUNT, "Rows of Customers", "count"),
        Column("transactions", Kind.COUNT, "Rows of Transactions", "count"),
        Column("net_revenue", Kind.MONEY, "Net revenue of the twelve months", "currency"),
        Column("base_value", Kind.MONEY, "Customer base value", "currency", missing="#N/A"),
        Column("findings", Kind.COUNT, "Errors and warnings found", "count"),
        Column("changes", Kind.TEXT, "What changed against the refresh before"),
    ),
)

MODEL_CHOICE = Table(
    "Purchase models",
    "tblPurchaseModels",
    "one row for each purchase model",
    (
        Column("model", Kind.TEXT, "Its name in the literature"),
        Column("chosen", Kind.TEXT, "Whether it is the one to use", heading="Chosen?"),
        Column("parameters", Kind.TEXT, "Fitted to the whole history; times in days"),
        Column("log_likelihood", Kind.NUMBER, "How well it describes the purchases: the higher, the better"),
        Column(
            "bic",
            Kind.NUMBER,
            "The same with a penalty for parameters: the lower, the better",
            heading="Criterion (BIC)",
            missing="#N/A",
        ),
        Column(
            "foretold",
            Kind.COUNT,
            "Purchases foretold for the last part of the history, from the part before",
            "count",
            missing="#N/A",
        ),
        Column("made", Kind.COUNT, "Purchases made in that part", "count", missing="#N/A"),
        Column("bias", Kind.SHARE, "Foretold over made, less 1: above 0 it promises too much", "share", missing="#N/A"),
        Column(
            "mean_error",
            Kind.NUMBER,
            "Mean distance between foretold and made by customer",
            "count",
            missing="#N/A",
        ),
        Column("adjustment", Kind.NUMBER, "Made over foretold: the factor that would have been right", missing="#N/A"),
        Column("note", Kind.TEXT, "Why it was or was not chosen"),
    ),
    key=("model",),
)

MODEL_INTERVALS = Table(
    "Purchase intervals",
    "tblPurchaseIntervals",
    "one row for each number of purchases that is foretold",
    (
        Column("what", Kind.TEXT, "Which purchases"),
        Column("expected", Kind.COUNT, "Expected number", "count", missing="#N/A"),
        Column("low", Kind.COUNT, "In nine of ten cases at least this", "count", missing="#N/A"),
        Column("high", Kind.COUNT, "In nine of ten cases at most this", "count", missing="#N/A"),
        Column("made", Kind.COUNT, "What happened, where it is known", "count"),
        Column("covers", Kind.TEXT, "What the range allows to be different"),
    ),
    key=("what",),
)

MODEL_TRACKING = Table(
    "Purchase tracking",
    "tblPurchaseTracking",
    "one row for each of 24 equal stretches of the history",
    (
        Column("until", Kind.DATE, "Last day of the stretch"),
        Column("made", Kind.COUNT, "Repeat purchases made in it", "count", missing="#N/A"),
        Column("expected", Kind.COUNT, "Repeat purchases that the model expects in it", "count", missing="#N/A"),
        Column("made_in_all", Kind.COUNT, "Repeat purchases made until then", "count", missing="#N/A"),
        Column("expected_in_all", Kind.COUNT, "Repeat purchases expected until then", "count", missing="#N/A"),
    ),
    key=("until",),
)

MODEL_FREQUENCY = Table(
    "Purchase frequency",
    "tblPurchaseFrequency",
    "one row for each number of repeat purchases",
    (
        Column("repeat_purchases", Kind.TEXT, "Days with a purchase after the first one"),
        Column("customers", Kind.COUNT, "Customers who bought again so often", "count", missing="#N/A"),
        Column("customers_expected", Kind.COUNT, "Customers by the model", "count", missing="#N/A"),
        Column(
            "made_later",
            Kind.NUMBER,
            "Purchases in the last part of the history, by purchases before it: mean by customer",
            "count",
            missing="#N/A",
        ),
        Column("foretold_later", Kind.NUMBER, "The same as the model foretold it", "count", missing="#N/A"),
    ),
    key=("repeat_purchases",),
)

MODEL_HORIZONS = Table(
    "Horizons by model",
    "tblModelHorizons",
    "one row for each horizon",
    (
        Column("horizon", Kind.TEXT, "Horizon"),
        Column("by_model", Kind.MONEY, "Customer base value by the purchase model", "currency", missing="#N/A"),
        Column("by_retention", Kind.MONEY, "Customer base value by retention", "currency", missing="#N/A"),
        Column("difference", Kind.MONEY, "By model less by retention", "currency", missing="#N/A"),
    ),
    key=("horizon",),
)

MODEL_VALUE = Table(
    "Value by model",
    "tblModelValue",
    "one row for each customer",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("method", Kind.TEXT, "What the value by model rests on"),
        Column("chance_alive", Kind.SHARE, "Chance that the customer still buys", "0-100%"),
        Column(
            "purchases_next_year",
            Kind.NUMBER,
            "Days with a purchase to expect in the next 365 days",
            "count",
        ),
        Column("purchases_low", Kind.COUNT, "In nine of ten cases at least this", "count"),
        Column("purchases_high", Kind.COUNT, "In nine of ten cases at most this", "count"),
        Column("spend", Kind.MONEY, "Revenue to expect of one purchase", "currency"),
        Column("margin", Kind.MONEY, "Value of the gross margin to come", "currency"),
        Column("marketing", Kind.MONEY, "Value of the marketing cost to come", "currency"),
        Column("sales", Kind.MONEY, "Value of the sales cost to come", "currency"),
        Column("support", Kind.MONEY, "Value of all other cost to serve to come", "currency"),
        Column("value", Kind.MONEY, "Margin less the three costs", "currency", missing="#N/A", heading="By model"),
        Column(
            "by_retention",
            Kind.MONEY,
            "Value over the same horizon by retention, as on Lifetime value",
            "currency",
            missing="#N/A",
        ),
        Column("difference", Kind.MONEY, "By model less by retention", "currency", missing="#N/A"),
    ),
    key=("customer_id",),
)

RESULT_TABLES = (
    CUSTOMER_PNL,
    POOL_COSTS,
    ACCOUNT_COSTS,
    CAPACITY_USE,
    SERVICE_METHODS,
    COST_DETAIL,
    COSTING_COMPARE,
    PNL_GROUPS,
    PNL_PERIODS,
    RECEIVABLES,
    AGEING,
    CONCENTRATION,
    CONCENTRATION_CURVE,
    EFFORT,
    EFFORT_TIERS,
    WHAT_IF_CHANGES,
    WHAT_IF_PNL,
    LIFETIME_VALUE,
    HORIZONS,
    SEGMENTS,
    RECONCILIATION,
    MODEL_CHOICE,
    MODEL_INTERVALS,
    MODEL_TRACKING,
    MODEL_FREQUENCY,
    MODEL_HORIZONS,
    MODEL_VALUE,
    EXCEPTIONS,
    LOG,
)
