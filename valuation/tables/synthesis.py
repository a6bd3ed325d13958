"""The result tables of the synthesis: engagement value, the officers' lenses, and the best customers by all of them."""

from typing import Final

from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "AGREEMENT",
    "BEST_CUSTOMERS",
    "CONTESTED",
    "ENGAGEMENT",
    "ENGAGEMENT_SUMMARY",
    "LENSES",
    "LENS_AGREEMENT",
    "LENS_INPUTS",
    "LENS_MEASURES",
    "MOST_LENSES",
]

MOST_LENSES: Final = 8
"""Officers whose lenses have a column; their names stand above the columns, in the order of the table Officers."""
_PLACES: Final = range(1, MOST_LENSES + 1)

ENGAGEMENT = Table(
    "Engagement value",
    "tblEngagementValue",
    "one row for each customer: what it is worth by what it buys and by what it moves others to do",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("value", Kind.MONEY, "Customer value, from its own purchases", "currency", missing="#N/A"),
        Column("referral_value", Kind.MONEY, "Value of the customers that it brought", "currency"),
        Column(
            "influence_value",
            Kind.MONEY,
            "Value of what others buy because of it; #N/A where its effect was not measured",
            "currency",
            missing="#N/A",
        ),
        Column("knowledge_value", Kind.MONEY, "Value of its ideas", "currency"),
        Column(
            "engagement_value",
            Kind.MONEY,
            "The four together, to rank customers by: they overlap, so their sum is not the value of the base",
            "currency",
            missing="#N/A",
        ),
        Column("engagement_rank", Kind.COUNT, "1 = largest engagement value", "rank", missing="#N/A"),
        Column("value_rank", Kind.COUNT, "1 = largest customer value", "rank", missing="#N/A"),
        Column(
            "additive_value",
            Kind.MONEY,
            "The same without double counting: what others bring is moved, not added, so that the sum is the value of "
            "the base and of what lies outside it",
            "currency",
            missing="#N/A",
        ),
        Column("outside_value", Kind.MONEY, "Part of it that lies outside the customer base", "currency"),
        Column("judged_share", Kind.SHARE, "Part of the engagement value that is judged, not measured", "0-100%"),
        Column("advocacy", Kind.TEXT, "Champions, Affluents, Advocates or Misers: own value against referral value"),
        Column("note", Kind.TEXT, "What to know about the row"),
    ),
    key=("customer_id",),
)

ENGAGEMENT_SUMMARY = Table(
    "Engagement summary",
    "tblEngagementSummary",
    "one row for each figure of the base",
    (
        Column("measure", Kind.TEXT, "Figure"),
        Column("amount", Kind.MONEY, "Amount", "currency", missing="#N/A"),
        Column("meaning", Kind.TEXT, "How to read it"),
    ),
    key=("measure",),
)

LENS_MEASURES = Table(
    "Lens measures",
    "tblLensMeasures",
    "one row for each measure that a statement names",
    (
        Column("measure", Kind.TEXT, "Name, as on Lens statements"),
        Column("title", Kind.TEXT, "What it is"),
        Column("unit", Kind.TEXT, "Unit"),
        Column("source", Kind.TEXT, "Where it comes from"),
        Column("customers", Kind.COUNT, "Current customers that have it", "count"),
        Column("coverage", Kind.SHARE, "Part of the current customers", "0-100%"),
        Column("missing", Kind.TEXT, "What happens where it is missing"),
    ),
    key=("measure",),
)

LENS_INPUTS = Table(
    "Lens inputs",
    "tblLensInputs",
    "one row for each current customer: what the officers' statements are scored by",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("support_minutes_per_1000", Kind.NUMBER, "Support minutes per 1,000 of net revenue", "minutes"),
        Column("self_service_share", Kind.SHARE, "Part of its questions that it solved itself", "0-100%"),
        Column("fit", Kind.SHARE, "Must-have requirements that the product meets", "0-100%"),
        Column("ideas", Kind.COUNT, "Ideas that were not rejected", "count"),
        Column("revenue_growth", Kind.SHARE, "Growth of net revenue on the twelve months before", "0-100%"),
        Column("net_revenue", Kind.MONEY, "Net revenue of the twelve months", "currency/year"),
        Column("cts_share", Kind.SHARE, "Cost to serve", "of net revenue", heading="Cost to serve, share"),
        Column("won_referrals", Kind.COUNT, "Customers who came by its word", "count"),
        Column("nps", Kind.NUMBER, "Would recommend us", "0-10", heading="NPS"),
        Column("sales_cost_share", Kind.SHARE, "Cost of sales effort", "of net revenue"),
        Column("retention_rate", Kind.SHARE, "Chance still a customer a year on", "0-100%"),
        Column("lifetime_value", Kind.MONEY, "Customer value", "currency", heading="Customer value"),
        Column("largest_deal", Kind.MONEY, "Largest contract signed, else largest document", "currency"),
        Column("largest_deal_after_commission", Kind.MONEY, "Largest document after its commission", "currency"),
        Column("ontime_share", Kind.SHARE, "Part of the invoiced money that was paid on time", "0-100%"),
        Column("contribution", Kind.MONEY, "Contribution of the twelve months", "currency/year"),
        Column("engagement_value", Kind.MONEY, "The synthesis in money", "currency"),
    ),
    key=("customer_id",),
)

LENSES = Table(
    "Lens scores",
    "tblLensScores",
    "one row for each current customer: how it looks through each officer's lens",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("engagement_value", Kind.MONEY, "The synthesis in money", "currency", missing="#N/A"),
        Column("money_rank", Kind.COUNT, "1 = largest engagement value", "rank", missing="#N/A"),
        Column("weighted_score", Kind.NUMBER, "Mean of the lenses by the officers' weights", "0-100"),
        Column("weighted_rank", Kind.NUMBER, "1 = highest weighted score", "rank"),
        Column("borda", Kind.NUMBER, "Customers that it beats, over all lenses (Borda count)", "points"),
        Column("borda_rank", Kind.NUMBER, "1 = most points", "rank"),
        Column("top_share", Kind.SHARE, "Part of all weightings by which it is among the best", "0-100%"),
        Column("best_rank", Kind.NUMBER, "Its best rank in any lens", "rank"),
        Column("worst_rank", Kind.NUMBER, "Its worst rank in any lens", "rank"),
        Column("rank_range", Kind.NUMBER, "Difference of the two", "ranks"),
        Column("champion", Kind.TEXT, "The officer who ranks it best"),
        Column("sceptic", Kind.TEXT, "The officer who ranks it worst"),
        *(Column(f"rank_{place}", Kind.NUMBER, f"Rank in lens {place}", "rank") for place in _PLACES),
        *(Column(f"score_{place}", Kind.NUMBER, f"Score in lens {place}", "0-100") for place in _PLACES),
    ),
    key=("customer_id",),
)

LENS_AGREEMENT = Table(
    "Lens agreement",
    "tblLensAgreement",
    "one row for each officer: how far its lens agrees with the others and with money",
    (
        Column("officer", Kind.TEXT, "Officer"),
        Column("weight", Kind.SHARE, "Weight in the weighted score, as used", "0-100%"),
        Column("with_money", Kind.NUMBER, "Agreement with the ranking in money (Spearman): 1 = the same", "-1..1"),
        Column("top_weighted", Kind.NUMBER, "The same, the top counting most (rank-biased overlap)", "0..1"),
        Column("capture", Kind.SHARE, "Part of all positive engagement value that its best customers hold", "0-100%"),
        Column("overlap", Kind.SHARE, "Part of its best customers that are among the best in money", "0-100%"),
        Column("w_without", Kind.NUMBER, "Agreement of the others (Kendall's W) without this officer", "0..1"),
        *(
            Column(f"agrees_{place}", Kind.NUMBER, f"Agreement with lens {place} (Spearman)", "-1..1")
            for place in _PLACES
        ),
    ),
    key=("officer",),
)

AGREEMENT = Table(
    "Agreement",
    "tblAgreement",
    "one row for each figure that says how far the officers agree",
    (
        Column("measure", Kind.TEXT, "Figure"),
        Column("figure", Kind.NUMBER, "Figure", "see the measure", missing="#N/A"),
        Column("meaning", Kind.TEXT, "How to read it"),
    ),
    key=("measure",),
)

BEST_CUSTOMERS = Table(
    "Best customers",
    "tblBestCustomers",
    "one row for each of the best customers in money",
    (
        Column("money_rank", Kind.COUNT, "1 = largest engagement value", "rank"),
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("segment", Kind.TEXT, "Official value segment"),
        Column("engagement_value", Kind.MONEY, "The synthesis in money", "currency"),
        *(Column(f"rank_{place}", Kind.NUMBER, f"Rank in lens {place}", "rank") for place in _PLACES),
        Column("weighted_rank", Kind.NUMBER, "1 = highest weighted score", "rank"),
        Column("borda_rank", Kind.NUMBER, "1 = most points (Borda)", "rank"),
        Column("top_share", Kind.SHARE, "Part of all weightings by which it is among the best", "0-100%"),
    ),
)

CONTESTED = Table(
    "Contested customers",
    "tblContested",
    "one row for each customer that the officers disagree on most, by rank range times value",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("engagement_value", Kind.MONEY, "The synthesis in money", "currency"),
        Column("money_rank", Kind.COUNT, "1 = largest engagement value", "rank"),
        Column("rank_range", Kind.NUMBER, "Worst rank less best rank", "ranks"),
        Column("champion", Kind.TEXT, "The officer who ranks it best"),
        Column("sceptic", Kind.TEXT, "The officer who ranks it worst"),
        Column("reason", Kind.TEXT, "Which statements they differ in"),
    ),
)
