"""The input tables of the core and of costing: what people fill in or import."""

from typing import Final

from valuation.tables.schema import Blank, Column, Kind, Table, customer_id_column, optional_column

__all__ = [
    "ACTIVITIES",
    "ASSUMPTIONS",
    "CAPACITY",
    "CURRENCY",
    "CUSTOMERS",
    "DRIVERS",
    "FAMILIES",
    "GOODS",
    "HIERARCHY",
    "LEDGER_POOLS",
    "RETENTION",
    "SERVICE_DEPARTMENTS",
    "TIME_EQUATIONS",
    "TRANSACTIONS",
    "TREATMENTS",
    "TRIAL_BALANCE",
    "WHAT_IF",
]

FAMILIES: Final = ("marketing", "sales", "order handling", "logistics", "support", "returns")
"""The families of cost to serve: lines of the customer P&L."""
GOODS: Final = "goods"
"""The family of what belongs to the goods, above the gross margin: freight in, supplier rebates (negative)."""
TREATMENTS: Final = ("retention", "acquisition", "sustaining", "unallocated")

CURRENCY: Final = optional_column(
    "currency", Kind.TEXT, "Currency of the amount, where several occur; blank is the reporting currency"
)

CUSTOMERS = Table(
    "Customers",
    "tblCustomers",
    "one row for each customer",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name for reports; the id is shown where it is blank", blank=Blank.ESTIMATE),
        Column(
            "first_purchase",
            Kind.DATE,
            "Date of the first purchase ever; the earliest transaction where it is blank",
            blank=Blank.ESTIMATE,
        ),
        Column(
            "status",
            Kind.CHOICE,
            "active, lost (no longer a customer) or prospect (never bought)",
            blank=Blank.ESTIMATE,
            choices=("active", "lost", "prospect"),
        ),
        optional_column("end_date", Kind.DATE, "Date on which the contract ended, if it did"),
        optional_column("parent_id", Kind.ID, "The id of the parent account"),
        optional_column("segment", Kind.TEXT, "A group of customers that share retention and cost assumptions"),
        optional_column(
            "needs_segment",
            Kind.TEXT,
            "What it needs from us, where Needs segments does not say it by segment",
        ),
        optional_column(
            "contract_type",
            Kind.CHOICE,
            "contractual (leaving is announced) or transactional (it is only noticed)",
            choices=("contractual", "transactional"),
        ),
        optional_column("owner", Kind.TEXT, "Who looks after the customer"),
        optional_column("must_serve", Kind.FLAG, "1 if a duty to serve stands whatever the value"),
        optional_column(
            "annual_revenue", Kind.MONEY, "Day one without transactions: revenue in a year", "currency/year"
        ),
        optional_column(
            "annual_margin", Kind.MONEY, "Day one without a ledger: gross margin in a year", "currency/year"
        ),
        optional_column("stock_value", Kind.MONEY, "Stock held for the customer, on average", "currency", low=0),
    ),
    key=("customer_id",),
)

TRANSACTIONS = Table(
    "Transactions",
    "tblTransactions",
    "one row for each document (invoice or credit note)",
    (
        Column(
            "customer_id", Kind.ID, "The customer's id; blank money is kept as 'unknown customer'", blank=Blank.ALLOWED
        ),
        Column("date", Kind.DATE, "Date of the document"),
        Column("net_amount", Kind.MONEY, "Amount without sales tax; a credit note is negative", "currency"),
        optional_column("gross_amount", Kind.MONEY, "Amount before discounts and returns", "currency"),
        optional_column("discount", Kind.MONEY, "Discounts and rebates, positive", "currency", blank=Blank.ZERO),
        optional_column("returns", Kind.MONEY, "Returns and credits, positive", "currency", blank=Blank.ZERO),
        optional_column("cogs", Kind.MONEY, "Cost of the goods or services sold", "currency", blank=Blank.ESTIMATE),
        optional_column(
            "type",
            Kind.CHOICE,
            "sale, credit, trial or adjustment; a blank one is a sale if positive, a credit if negative",
            blank=Blank.ESTIMATE,
            choices=("sale", "credit", "trial", "adjustment"),
        ),
        optional_column("invoice_no", Kind.ID, "Number of the document"),
        optional_column("lines", Kind.COUNT, "Lines on the document", "lines", low=0),
        optional_column("zero_price_lines", Kind.COUNT, "Lines at price nought", "lines", low=0),
        optional_column("duplicate_lines", Kind.COUNT, "Lines that repeat another one to the letter", "lines", low=0),
        optional_column("duplicate_amount", Kind.MONEY, "Their amount, which is counted in the net amount", "currency"),
        optional_column("one_off", Kind.FLAG, "1 keeps the document out of the projection (it stays in the P&L)"),
        optional_column(
            "supplier_rebate", Kind.MONEY, "Rebate or ship-and-debit that the supplier owes for it", "currency"
        ),
        optional_column("freight_in", Kind.MONEY, "Freight from the supplier that it caused", "currency"),
        optional_column("freight_out", Kind.MONEY, "Freight to the customer", "currency"),
        optional_column("commission", Kind.MONEY, "Commission paid on it", "currency"),
        CURRENCY,
        optional_column("source", Kind.TEXT, "Where the row came from; an import of the same source replaces its rows"),
    ),
)

LEDGER_POOLS = Table(
    "Ledger pools",
    "tblLedgerPools",
    "one row for each ledger account in a cost pool, for the twelve months to the as-of date",
    (
        Column("pool", Kind.TEXT, "Name of the cost pool"),
        Column("gl_account", Kind.ID, "Account in the general ledger"),
        Column("amount", Kind.MONEY, "Cost in the twelve months, positive", "currency"),
        Column("driver", Kind.TEXT, "What causes the cost; the same word as on Drivers", blank=Blank.ALLOWED),
        Column(
            "treatment",
            Kind.CHOICE,
            "retention or acquisition (goes to customers), sustaining or unallocated (does not)",
            choices=TREATMENTS,
        ),
        optional_column(
            "acq_share",
            Kind.SHARE,
            "Part of a retention pool that was spent on winning customers",
            "0-100%",
            low=0,
            high=1,
        ),
        optional_column(
            "family",
            Kind.CHOICE,
            "Line of the customer P&L that the cost goes to; the pool's own name where it is blank",
            blank=Blank.ESTIMATE,
            choices=(*FAMILIES, GOODS),
        ),
        optional_column("customer_id", Kind.ID, "Set when the whole line was caused by one customer"),
        optional_column("cost_centre", Kind.TEXT, "Cost centre, for reference"),
        optional_column(
            "avoidable_share",
            Kind.SHARE,
            "Part of the cost that would go away within a year with what causes it; blank takes avoidable_share",
            "0-100%",
            low=0,
            high=1,
        ),
        optional_column("period", Kind.DATE, "Last day of the month or quarter, where the cost is kept by period"),
        CURRENCY,
    ),
)

DRIVERS = Table(
    "Drivers",
    "tblDrivers",
    "one row for each customer and driver, for the twelve months to the as-of date",
    (
        customer_id_column(),
        Column("driver", Kind.TEXT, "Name of the driver; the same word as on Ledger pools"),
        Column("quantity", Kind.NUMBER, "How much the customer used", "count, minutes or hours", low=0),
        optional_column("source", Kind.TEXT, "System that the count comes from"),
        optional_column("period", Kind.DATE, "Last day of the month or quarter, where the quantity is kept by period"),
    ),
    key=("customer_id", "driver", "period"),
)

SERVICE_DEPARTMENTS = Table(
    "Service departments",
    "tblServiceDepartments",
    "one row for each pool that serves other pools, and pool that it serves",
    (
        Column("pool", Kind.TEXT, "The pool that serves, such as IT; the same word as on Ledger pools"),
        Column("to_pool", Kind.TEXT, "The pool that it serves"),
        Column(
            "share", Kind.SHARE, "Part of its service; the rows of one pool add up to 100%", "0-100%", low=0, high=1
        ),
    ),
    key=("pool", "to_pool"),
)

CAPACITY = Table(
    "Capacity",
    "tblCapacity",
    "one row for each pool and resource whose time is limited, for the twelve months to the as-of date",
    (
        Column("pool", Kind.TEXT, "Cost pool; the same word as on Ledger pools"),
        optional_column("resource", Kind.TEXT, "Team or machine, where a pool has several"),
        optional_column("theoretical_minutes", Kind.NUMBER, "Minutes paid for", "minutes", low=0),
        Column(
            "practical_minutes",
            Kind.NUMBER,
            "Minutes that can be worked, usually 80-85% of those paid for",
            "minutes",
            low=0,
        ),
        optional_column(
            "driver", Kind.TEXT, "The driver that counts the minutes used; the pool's own driver where it is blank"
        ),
        optional_column("fte", Kind.NUMBER, "Full-time positions, for reference", "positions", low=0),
    ),
    key=("pool", "resource"),
)

TIME_EQUATIONS = Table(
    "Time equations",
    "tblTimeEquations",
    "one row for each term: the minutes that each one takes, and those of each attribute",
    (
        Column("driver", Kind.TEXT, "The driver in minutes that the equation makes, for Capacity or Ledger pools"),
        Column("activity", Kind.TEXT, "What takes the time, such as an order; the same word as on Activities"),
        optional_column(
            "attribute", Kind.TEXT, "Heading of a column of Activities; blank for the minutes that each one takes"
        ),
        Column("minutes", Kind.NUMBER, "Minutes each", "minutes"),
    ),
    key=("driver", "activity", "attribute"),
)

ACTIVITIES = Table(
    "Activities",
    "tblActivities",
    "one row for each activity, or for all of one kind together, in the twelve months to the as-of date",
    (
        customer_id_column(),
        Column("activity", Kind.TEXT, "What was done, such as an order; the same word as on Time equations"),
        optional_column("quantity", Kind.NUMBER, "How many times; 1 where it is blank", "count", low=0),
    ),
    open=Column(
        "", Kind.NUMBER, "An attribute that takes time, as on Time equations; blank is 0", "count", blank=Blank.ZERO
    ),
)

TRIAL_BALANCE = Table(
    "Trial balance",
    "tblTrialBalance",
    "one row for each ledger account that Ledger pools must contain in full",
    (
        Column("gl_account", Kind.ID, "Account in the general ledger"),
        optional_column("name", Kind.TEXT, "Name of the account"),
        Column("amount", Kind.MONEY, "Balance of the twelve months, cost positive", "currency"),
    ),
    key=("gl_account",),
)

HIERARCHY = Table(
    "Hierarchy",
    "tblHierarchy",
    "one row for each customer (ship-to) and stretch of time",
    (
        customer_id_column("The ship-to: the id on Transactions, which causes the cost"),
        optional_column("bill_to", Kind.ID, "The account that pays; the customer itself where it is blank"),
        optional_column("parent_id", Kind.ID, "The account that it belongs to; the customer itself where it is blank"),
        optional_column("valid_from", Kind.DATE, "First day on which this holds"),
        optional_column("valid_to", Kind.DATE, "Last day on which this holds"),
    ),
)

WHAT_IF = Table(
    "What if",
    "tblWhatIf",
    "one row for each change to try",
    (
        Column(
            "change",
            Kind.CHOICE,
            "driver (quantity up or down), time equation (new minutes), service level (cost of a family or pool up or "
            "down), price (up or down) or minimum order (smallest order taken)",
            choices=("driver", "time equation", "service level", "price", "minimum order"),
        ),
        optional_column("name", Kind.TEXT, "Which driver, activity, family or pool"),
        optional_column("attribute", Kind.TEXT, "For a time equation: which attribute; blank for the base minutes"),
        Column("value", Kind.NUMBER, "-0.2 for 20% less; new minutes; smallest order in money", "see the change"),
        optional_column("scope", Kind.CHOICE, "Whom it concerns", choices=("all", "segment", "customer")),
        optional_column("applies_to", Kind.ID, "The segment or customer id, if the scope is not all"),
        optional_column("lost_share", Kind.SHARE, "Part of the sales concerned that is lost", "0-100%", low=0, high=1),
    ),
)

RETENTION = Table(
    "Retention",
    "tblRetention",
    "one row for each customer or segment; with neither, for everybody",
    (
        Column("customer_id", Kind.ID, "For one customer", blank=Blank.ALLOWED),
        Column("segment", Kind.TEXT, "For all customers of a segment", blank=Blank.ALLOWED),
        Column(
            "renewed", Kind.COUNT, "Customers (or contracts) that stayed", "count in a year", blank=Blank.ALLOWED, low=0
        ),
        Column(
            "exposed",
            Kind.COUNT,
            "Customers (or contracts) that could have left",
            "count in a year",
            blank=Blank.ALLOWED,
            low=0,
        ),
        optional_column(
            "probability", Kind.SHARE, "Chance to stay for a year, where it is known otherwise", "0-100%", low=0, high=1
        ),
        optional_column("cohort", Kind.TEXT, "Year or group of first purchase, for reference"),
        optional_column("contract_end", Kind.DATE, "Next renewal date"),
    ),
    key=("customer_id", "segment"),
)

ASSUMPTIONS = Table(
    "Assumptions",
    "tblAssumptions",
    "one row for each assumption and scope; customer beats segment beats all",
    (
        Column("id", Kind.TEXT, "Identifies the assumption; do not change it"),
        Column("name", Kind.TEXT, "What it is", blank=Blank.ALLOWED),
        Column("value", Kind.ANY, "Change this one", blank=Blank.ALLOWED),
        Column("unit", Kind.TEXT, "Unit of the value", blank=Blank.ALLOWED),
        Column(
            "scope",
            Kind.CHOICE,
            "all, segment or customer",
            blank=Blank.ESTIMATE,
            choices=("all", "segment", "customer"),
        ),
        Column("applies_to", Kind.ID, "The segment or customer id, if the scope is not all", blank=Blank.ALLOWED),
        Column("source", Kind.TEXT, "Where the value comes from", blank=Blank.ALLOWED),
        Column("owner", Kind.TEXT, "Who answers for it", blank=Blank.ALLOWED),
        Column("as_of", Kind.DATE, "Since when it holds", blank=Blank.ALLOWED, heading="Set on"),
        Column(
            "used",
            Kind.ANY,
            "Value at the last refresh; written by the refresh",
            blank=Blank.ALLOWED,
            heading="Used at refresh",
        ),
    ),
    key=("id", "scope", "applies_to"),
)
