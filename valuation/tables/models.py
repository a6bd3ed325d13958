"""The result tables of the purchase models."""

from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "MODEL_CHOICE",
    "MODEL_FREQUENCY",
    "MODEL_HORIZONS",
    "MODEL_INTERVALS",
    "MODEL_TRACKING",
    "MODEL_VALUE",
]

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
