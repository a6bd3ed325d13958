"""The result tables: what a refresh writes."""

from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "CUSTOMER_PNL",
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
    "POOL_COSTS",
    "RECONCILIATION",
    "RESULT_TABLES",
    "SEGMENTS",
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
        Column("gross_margin", Kind.MONEY, "Net revenue less cost of goods sold", "currency", missing="#N/A"),
        Column("marketing", Kind.MONEY, "Cost to serve: marketing", "currency", missing="#N/A"),
        Column("sales", Kind.MONEY, "Cost to serve: sales", "currency", missing="#N/A"),
        Column("order_handling", Kind.MONEY, "Cost to serve: order handling", "currency", missing="#N/A"),
        Column("logistics", Kind.MONEY, "Cost to serve: logistics", "currency", missing="#N/A"),
        Column("support", Kind.MONEY, "Cost to serve: support", "currency", missing="#N/A"),
        Column("returns_handling", Kind.MONEY, "Cost to serve: handling of returns", "currency", missing="#N/A"),
        Column("cost_to_serve", Kind.MONEY, "Sum of the six", "currency", missing="#N/A"),
        Column("contribution", Kind.MONEY, "Gross margin less cost to serve", "currency", missing="#N/A"),
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

POOL_COSTS = Table(
    "Cost to serve",
    "tblPoolCosts",
    "one row for each cost pool: where every cent of the ledger went",
    (
        Column("pool", Kind.TEXT, "Cost pool"),
        Column("family", Kind.TEXT, "Line of the customer P&L"),
        Column("driver", Kind.TEXT, "What causes the cost"),
        Column("treatment", Kind.TEXT, "retention, acquisition, sustaining or unallocated"),
        Column("ledger", Kind.MONEY, "Cost in the ledger", "currency"),
        Column("traced", Kind.MONEY, "Charged to one customer directly", "currency"),
        Column("allocated", Kind.MONEY, "Shared out by driver", "currency"),
        Column("unknown_customer", Kind.MONEY, "Caused by customers that are not on Customers", "currency"),
        Column("unallocated", Kind.MONEY, "Not charged to customers", "currency"),
        Column("difference", Kind.MONEY, "Ledger less the four; must be 0.00", "currency"),
        Column("driver_total", Kind.NUMBER, "Total of the driver", "driver units"),
        Column("rate", Kind.NUMBER, "Cost of one unit of the driver", "currency/driver unit"),
    ),
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
