"""The result tables of segmentation: tiers, the value matrix, needs, snapshots, and who moved since the last."""

from typing import Final

from valuation.tables.results import CUSTOMER_PNL
from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "MIGRATION",
    "MIGRATION_SUMMARY",
    "MOVERS",
    "NEEDS_PNL",
    "OVERRIDE_EFFECT",
    "SNAPSHOTS",
    "SNAPSHOT_DATES",
    "TIER_METHODS",
    "VALUE_MATRIX",
    "VALUE_MATRIX_POINTS",
    "VALUE_MATRIX_SUMMARY",
]

TIER_METHODS = Table(
    "Tier methods",
    "tblTierMethods",
    "one row for each basis and way to cut it into tiers",
    (
        Column("basis", Kind.TEXT, "What the customers are tiered by"),
        Column("method", Kind.TEXT, "How: absolute cuts, ranks, cumulative share (Pareto), natural breaks"),
        Column("cut_a", Kind.NUMBER, "Lowest value in tier A", "currency or points"),
        Column("cut_b", Kind.NUMBER, "Lowest value in tier B", "currency or points"),
        Column("a", Kind.COUNT, "Customers in A", "count", heading="In A"),
        Column("b", Kind.COUNT, "Customers in B", "count", heading="In B"),
        Column("c", Kind.COUNT, "Customers in C", "count", heading="In C"),
        Column("n", Kind.COUNT, "Customers without a value above nought", "count", heading="In N"),
        Column("unknown", Kind.COUNT, "Customers whose value is not known", "count"),
        Column("a_share", Kind.SHARE, "Part of all that is positive which A holds", "0-100%", heading="Held by A"),
        Column("fit", Kind.SHARE, "Part of the variance of what is positive that lies between the tiers", "0-100%"),
        Column("same_as_official", Kind.SHARE, "Customers whose tier is their official segment", "0-100%"),
        Column("note", Kind.TEXT, "What to know about the row"),
    ),
    key=("basis", "method"),
)

VALUE_MATRIX = Table(
    "Value matrix",
    "tblValueMatrix",
    "one row for each current customer: its value to the company, and the value that it gets",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("value_to_company", Kind.MONEY, "Engagement value", "currency", missing="#N/A"),
        Column("value_to_customer", Kind.NUMBER, "What the customer gets: fit, would recommend, adoption", "0-100"),
        Column("quadrant", Kind.TEXT, "Ideal, Vulnerable, Overlooked or Low priority; unknown is never low"),
        Column("action", Kind.TEXT, "What to do"),
        Column("company_distance", Kind.MONEY, "Above (below) the cut of value to the company", "currency"),
        Column("customer_distance", Kind.NUMBER, "Above (below) the cut of value to the customer", "points"),
    ),
    key=("customer_id",),
)

VALUE_MATRIX_SUMMARY = Table(
    "Value matrix quadrants",
    "tblValueMatrixQuadrants",
    "one row for each quadrant",
    (
        Column("quadrant", Kind.TEXT, "Quadrant"),
        Column("meaning", Kind.TEXT, "What it means"),
        Column("customers", Kind.COUNT, "Customers", "count"),
        Column("value", Kind.MONEY, "Engagement value", "currency", missing="#N/A"),
        Column("net_revenue", Kind.MONEY, "Net revenue of the twelve months", "currency"),
        Column("action", Kind.TEXT, "What to do"),
    ),
    key=("quadrant",),
)

_POINT = "Value to the company, for the chart"

VALUE_MATRIX_POINTS = Table(
    "Value matrix points",
    "tblValueMatrixPoints",
    "one row for each point of the chart: the customers with the largest values, gains and losses",
    (
        customer_id_column(),
        Column("value_to_customer", Kind.NUMBER, "Value that the customer gets", "0-100"),
        Column("ideal", Kind.MONEY, _POINT, "currency"),
        Column("vulnerable", Kind.MONEY, _POINT, "currency"),
        Column("overlooked", Kind.MONEY, _POINT, "currency"),
        Column("low_priority", Kind.MONEY, _POINT, "currency"),
    ),
)

NEEDS_PNL = Table(
    "Needs P&L",
    "tblNeedsPnl",
    "one row for each needs segment, for the twelve months to the as-of date",
    (
        Column("needs_segment", Kind.TEXT, "Customers who need the same from us"),
        Column("owner", Kind.TEXT, "Who answers for it"),
        Column("customers", Kind.COUNT, "Customers", "count"),
        *(column for column in CUSTOMER_PNL if column.unit == "currency"),
        Column("value", Kind.MONEY, "Customer value", "currency", missing="#N/A", heading="Customer value"),
    ),
    key=("needs_segment",),
)

OVERRIDE_EFFECT = Table(
    "Override effect",
    "tblOverrideEffect",
    "one row for each segment: what overrides change",
    (
        Column("segment", Kind.TEXT, "Segment"),
        Column("model_customers", Kind.COUNT, "Customers by the model", "count"),
        Column("customers", Kind.COUNT, "Customers officially", "count", heading="Official customers"),
        Column("model_value", Kind.MONEY, "Value by the model", "currency", missing="#N/A"),
        Column("value", Kind.MONEY, "Value officially", "currency", missing="#N/A", heading="Official value"),
        Column("moved_in", Kind.COUNT, "Customers put here by an override", "count"),
        Column("moved_out", Kind.COUNT, "Customers taken away by an override", "count"),
    ),
    key=("segment",),
)

_STATE = Column("state", Kind.TEXT, "draft, final, or restated: what a final period would be today")

SNAPSHOTS = Table(
    "Snapshots",
    "tblSnapshots",
    "one row for each customer and as-of date; a new date adds rows, the same date replaces its draft",
    (
        Column("as_of", Kind.DATE, "As-of date", heading="As of"),
        _STATE,
        customer_id_column(),
        Column("segment", Kind.TEXT, "Official value segment"),
        Column("model_segment", Kind.TEXT, "The segment by the model, before overrides"),
        Column("segment_value", Kind.MONEY, "What the segment goes by", "currency", missing="#N/A"),
        Column("value", Kind.MONEY, "Customer value", "currency", missing="#N/A", heading="Customer value"),
        Column("engagement_value", Kind.MONEY, "Engagement value", "currency", missing="#N/A"),
        Column("net_revenue", Kind.MONEY, "Net revenue of the twelve months", "currency"),
        Column("contribution", Kind.MONEY, "Contribution", "currency", missing="#N/A"),
        Column("annual_margin", Kind.MONEY, "Projection base", "currency/year", missing="#N/A"),
        Column("cost_to_serve", Kind.MONEY, "Cost to serve in the projection base", "currency/year", missing="#N/A"),
        Column("retention_rate", Kind.SHARE, "Chance still a customer a year on", "0-100%"),
        Column("lifecycle", Kind.TEXT, "Stage of the customer's life"),
        Column("quadrant", Kind.TEXT, "Quadrant of the value matrix"),
        Column("status", Kind.TEXT, "current, left, or to come (never bought)"),
    ),
    key=("as_of", "state", "customer_id"),
)

SNAPSHOT_DATES = Table(
    "Snapshot dates",
    "tblSnapshotDates",
    "one row for each as-of date that is kept",
    (
        Column("as_of", Kind.DATE, "As-of date", heading="As of"),
        _STATE,
        Column("edition", Kind.COUNT, "Edition of the columns", "number"),
        Column("basis", Kind.TEXT, "What the segment goes by"),
        Column("convention", Kind.TEXT, "Timing, first payment, horizon, rate, grid"),
        Column("customers", Kind.COUNT, "Customers", "count"),
        Column("value", Kind.MONEY, "Customer base value", "currency", missing="#N/A", heading="Customer base value"),
        Column("cut_a", Kind.MONEY, "Cut of segment A", "currency"),
        Column("cut_b", Kind.MONEY, "Cut of segment B", "currency"),
        Column("discount_rate", Kind.SHARE, "Discount rate", "per year"),
        Column("horizon", Kind.NUMBER, "Years that count; blank is no limit", "years"),
        Column("timing", Kind.TEXT, "When in a period the margin arrives"),
        Column("periods_per_year", Kind.COUNT, "Grid", "periods per year"),
    ),
    key=("as_of", "state"),
)

_TO: Final = (("a", "A"), ("b", "B"), ("c", "C"), ("n", "N"), ("out", "none"))

MIGRATION = Table(
    "Migration",
    "tblMigration",
    "one row for each segment at the last snapshot, and for those who had none: where its customers are now",
    (
        Column("segment", Kind.TEXT, "Segment at the last snapshot", heading="From"),
        *(
            Column(f"to_{key}", Kind.COUNT, f"Customers now in {label}", "count", heading=f"To {label}")
            for key, label in _TO
        ),
        *(
            Column(f"share_{key}", Kind.SHARE, f"Part of the row now in {label}", "0-100%", heading=f"{label}, part")
            for key, label in _TO
        ),
        *(
            Column(f"value_{key}", Kind.MONEY, f"Value of those now in {label}", "currency", heading=f"{label}, value")
            for key, label in _TO
        ),
    ),
    key=("segment",),
)

MIGRATION_SUMMARY = Table(
    "Migration summary",
    "tblMigrationSummary",
    "one row for each figure of the comparison",
    (
        Column("measure", Kind.TEXT, "Figure"),
        Column("figure", Kind.NUMBER, "Figure", "see the measure", missing="#N/A"),
        Column("meaning", Kind.TEXT, "How to read it"),
    ),
    key=("measure",),
)

MOVERS = Table(
    "Movers",
    "tblMovers",
    "one row for each customer whose official segment is not that of the last snapshot, the largest change first",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        Column("segment_before", Kind.TEXT, "Segment at the last snapshot", heading="From"),
        Column("segment", Kind.TEXT, "Segment now", heading="To"),
        Column("direction", Kind.TEXT, "up, down, new or gone"),
        Column("value_before", Kind.MONEY, "What the segment went by", "currency", heading="Value before"),
        Column("segment_value", Kind.MONEY, "What the segment goes by now", "currency", heading="Value now"),
        Column("change", Kind.MONEY, "Difference", "currency"),
        Column("cause", Kind.TEXT, "the customer, the cut, both, or an override"),
        Column("reason", Kind.TEXT, "Why, in words"),
    ),
    key=("customer_id",),
)
