"""The result tables of the core: what every refresh writes."""

from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "CUSTOMER_PNL",
    "EXCEPTIONS",
    "HORIZONS",
    "LIFETIME_VALUE",
    "LOG",
    "RECONCILIATION",
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
        Column(
            "segment",
            Kind.TEXT,
            "The official one: A, B, C, or N without a value above nought",
            heading="Value segment",
        ),
        Column("model_segment", Kind.TEXT, "The same before overrides"),
        Column("override", Kind.TEXT, "Why, by whom and until when the official one differs"),
        Column("segment_value", Kind.MONEY, "What the segment goes by", "currency", missing="#N/A"),
        Column("distance_to_cut", Kind.MONEY, "How far that is above the lower cut of the model's segment", "currency"),
        Column("revenue_tier", Kind.TEXT, "Tier by net revenue"),
        Column("profit_tier", Kind.TEXT, "Tier by contribution"),
        Column("strategic_tier", Kind.TEXT, "Tier by strategic value"),
        Column("lifetime_tier", Kind.TEXT, "Tier by customer value"),
        Column("engagement_tier", Kind.TEXT, "Tier by engagement value"),
        Column("strategic_value", Kind.NUMBER, "Ratings of what matters beyond money", "0-100"),
        Column("value", Kind.MONEY, "Over the chosen horizon", "currency", missing="#N/A", heading="Customer value"),
        Column("engagement_value", Kind.MONEY, "With what it moves others to do", "currency", missing="#N/A"),
        Column("engagement_rank", Kind.COUNT, "1 = largest engagement value", "rank", missing="#N/A"),
        Column("value_decile", Kind.TEXT, "Tenth of the customers by engagement value; those without value apart"),
        Column("potential", Kind.MONEY, "Value of what it buys elsewhere and could buy from us", "currency"),
        Column("growth_segment", Kind.TEXT, "Grow, Defend, Develop or Automate: contribution now against potential"),
        Column("needs_segment", Kind.TEXT, "What it needs from us"),
        Column("lifecycle", Kind.TEXT, "Stage of the customer's life"),
        Column("lifecycle_rule", Kind.TEXT, "Why"),
        Column("days_since_last", Kind.COUNT, "Days since the last purchase", "days"),
        Column("purchase_days", Kind.COUNT, "Days with a purchase in the last twelve months", "days"),
        Column("recency_score", Kind.COUNT, "5 = bought most recently", "1-5"),
        Column("frequency_score", Kind.COUNT, "5 = buys most often", "1-5"),
        Column("monetary_score", Kind.COUNT, "5 = buys most", "1-5"),
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
