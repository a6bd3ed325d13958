"""
The data contract: every table that goes in or comes out, with its columns, units and keys.

A table's column has one name here and one heading on a sheet; `Table.column_for` finds it from either, without regard
to case, spaces and underscores. How cells become typed columns is decided in `addin.cells`; what is wrong with the
content is found in `valuation.checks`. Dates are ``datetime64[s]``, numbers ``float64``, texts and ids are ``object``
columns of ``str`` with None for a blank. Costs are positive numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "INPUT_TABLES",
    "RESULT_TABLES",
    "TABLES",
    "Blank",
    "Column",
    "Fault",
    "Kind",
    "Table",
    "TableData",
    "empty_frame",
    "normalise_heading",
]


class Kind(StrEnum):
    """What a column holds."""

    ID = "id"
    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    COUNT = "count"
    SHARE = "share"
    FLAG = "flag"
    ANY = "any"


NUMERIC_KINDS = frozenset({Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.SHARE, Kind.FLAG})


class Blank(StrEnum):
    """What a blank cell of a column means: set once for a column, counted, shown."""

    ALLOWED = "allowed"
    """Nothing is known, and nothing needs to be."""
    ZERO = "zero"
    """Counts as nought."""
    ESTIMATE = "estimate"
    """Is filled in from other data or an assumption, and the number of such rows is shown."""
    STOP = "stop"
    """A fault: the row is left out until somebody fills it in."""


class Fault(IntEnum):
    """Why a cell has no value of its column's kind."""

    NONE = 0
    BLANK = 1
    TEXT = 2
    """Text where a number is wanted, text numbers included."""
    BOOLEAN = 3
    """TRUE or FALSE where a number is wanted."""
    ERROR = 4
    """An error value."""
    DATE_AS_TEXT = 5
    """A date typed as text: which day it is depends on who reads it."""
    DATE = 6
    """A date where a number is wanted."""
    NUMBER = 7
    """A number that is no date where a date is wanted."""
    WORD = 8
    """A word that is not among the column's choices."""


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a table.

    Attributes
    ----------
    name : str
        Name in the contract.
    kind : Kind
        What it holds.
    help : str
        What to enter or how to read it, in finance's words.
    unit : str
        Unit of the numbers.
    required : bool
        Whether the table must have the column at all.
    blank : Blank
        What a blank cell means.
    choices : tuple of str
        The words a choice may be.
    low, high : float
        Range that a number must be in, ends included.
    heading : str
        Text of the header cell; made from `name` when left empty.
    missing : str
        In a result: the error that stands where there is no value, or "" for a blank cell.
    """

    name: str
    kind: Kind
    help: str
    unit: str = ""
    required: bool = True
    blank: Blank = Blank.STOP
    choices: tuple[str, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    heading: str = ""
    missing: str = ""

    @property
    def title(self) -> str:
        """The text of the header cell."""
        return self.heading or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Table:
    """
    A table of the contract.

    Attributes
    ----------
    name : str
        What people call it; the name of its sheet where it has one of its own.
    excel_name : str
        Name of the Excel table.
    grain : str
        What one row is.
    columns : tuple of Column
        In the order of a new sheet.
    key : tuple of str
        Columns whose values together may stand only once.
    """

    name: str
    excel_name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        """Give the column of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def column_for(self, heading: str) -> Column | None:
        """Find the column that a header cell means, by heading or name."""
        wanted = normalise_heading(heading)
        for column in self.columns:
            if wanted in (normalise_heading(column.title), normalise_heading(column.name)):
                return column
        return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableData:
    """
    A table as it was read.

    Attributes
    ----------
    table : Table
        Its contract.
    frame : pandas.DataFrame
        One column for each column of the contract that is there, in its kind; a faulty cell is missing here.
    faults : dict of str to ndarray of int8
        For columns with any fault: the `Fault` of each cell.
    """

    table: Table
    frame: pd.DataFrame
    faults: dict[str, npt.NDArray[np.int8]] = field(default_factory=dict)

    @property
    def filled(self) -> npt.NDArray[np.bool_]:
        """Rows that are not blank from end to end."""
        mask = self.frame.notna().any(axis=1).to_numpy(dtype=bool)
        for faults in self.faults.values():
            mask = mask | (faults > Fault.BLANK)
        return np.asarray(mask)

    def has(self, *columns: str) -> bool:
        """Tell whether all these columns are there with at least one value."""
        return all(c in self.frame and bool(self.frame[c].notna().any()) for c in columns)


def normalise_heading(text: str) -> str:
    """Fold case, spaces and underscores, by which headings are compared."""
    return "".join(text.split()).replace("_", "").casefold()


def empty_frame(table: Table) -> pd.DataFrame:
    """Make a frame with the table's columns, in their kinds, and no rows."""
    return pd.DataFrame({c.name: np.empty(0, dtype=_DTYPES.get(c.kind, "float64")) for c in table})


_DTYPES = {
    Kind.ID: "object",
    Kind.TEXT: "object",
    Kind.CHOICE: "object",
    Kind.ANY: "object",
    Kind.DATE: "datetime64[s]",
}


def _id(help_: str = "The customer's id, as in your billing system") -> Column:
    return Column("customer_id", Kind.ID, help_)


def _optional(name: str, kind: Kind, help_: str, unit: str = "", **more: object) -> Column:
    return Column(name, kind, help_, unit, required=False, **({"blank": Blank.ALLOWED} | more))  # type: ignore[arg-type]


CUSTOMERS = Table(
    "Customers",
    "tblCustomers",
    "one row for each customer",
    (
        _id(),
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
        _optional("end_date", Kind.DATE, "Date on which the contract ended, if it did"),
        _optional("parent_id", Kind.ID, "The id of the parent account"),
        _optional("segment", Kind.TEXT, "A group of customers that share retention and cost assumptions"),
        _optional(
            "contract_type",
            Kind.CHOICE,
            "contractual (leaving is announced) or transactional (it is only noticed)",
            choices=("contractual", "transactional"),
        ),
        _optional("owner", Kind.TEXT, "Who looks after the customer"),
        _optional("must_serve", Kind.FLAG, "1 if a duty to serve stands whatever the value"),
        _optional("annual_revenue", Kind.MONEY, "Day one without transactions: revenue in a year", "currency/year"),
        _optional("annual_margin", Kind.MONEY, "Day one without a ledger: gross margin in a year", "currency/year"),
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
        _optional("gross_amount", Kind.MONEY, "Amount before discounts and returns", "currency"),
        _optional("discount", Kind.MONEY, "Discounts and rebates, positive", "currency", blank=Blank.ZERO),
        _optional("returns", Kind.MONEY, "Returns and credits, positive", "currency", blank=Blank.ZERO),
        _optional("cogs", Kind.MONEY, "Cost of the goods or services sold", "currency", blank=Blank.ESTIMATE),
        _optional(
            "type",
            Kind.CHOICE,
            "sale, credit, trial or adjustment; a blank one is a sale if positive, a credit if negative",
            blank=Blank.ESTIMATE,
            choices=("sale", "credit", "trial", "adjustment"),
        ),
        _optional("invoice_no", Kind.ID, "Number of the document"),
        _optional("lines", Kind.COUNT, "Lines on the document", "lines", low=0),
        _optional("zero_price_lines", Kind.COUNT, "Lines at price nought", "lines", low=0),
        _optional("duplicate_lines", Kind.COUNT, "Lines that repeat another one to the letter", "lines", low=0),
        _optional("duplicate_amount", Kind.MONEY, "Their amount, which is counted in the net amount", "currency"),
        _optional("one_off", Kind.FLAG, "1 keeps the document out of the projection (it stays in the P&L)"),
        _optional("source", Kind.TEXT, "Where the row came from; an import of the same source replaces its rows"),
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
            choices=("retention", "acquisition", "sustaining", "unallocated"),
        ),
        _optional(
            "acq_share",
            Kind.SHARE,
            "Part of a retention pool that was spent on winning customers",
            "0-100%",
            low=0,
            high=1,
        ),
        _optional(
            "family",
            Kind.CHOICE,
            "Line of the customer P&L that the cost goes to; the pool's own name where it is blank",
            blank=Blank.ESTIMATE,
            choices=("marketing", "sales", "order handling", "logistics", "support", "returns"),
        ),
        _optional("customer_id", Kind.ID, "Set when the whole line was caused by one customer"),
        _optional("cost_centre", Kind.TEXT, "Cost centre, for reference"),
    ),
)

DRIVERS = Table(
    "Drivers",
    "tblDrivers",
    "one row for each customer and driver, for the twelve months to the as-of date",
    (
        _id(),
        Column("driver", Kind.TEXT, "Name of the driver; the same word as on Ledger pools"),
        Column("quantity", Kind.NUMBER, "How much the customer used", "count, minutes or hours", low=0),
        _optional("source", Kind.TEXT, "System that the count comes from"),
    ),
    key=("customer_id", "driver"),
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
        _optional(
            "probability", Kind.SHARE, "Chance to stay for a year, where it is known otherwise", "0-100%", low=0, high=1
        ),
        _optional("cohort", Kind.TEXT, "Year or group of first purchase, for reference"),
        _optional("contract_end", Kind.DATE, "Next renewal date"),
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

INVOICES = Table(
    "Invoices",
    "tblInvoices",
    "one row for each invoice (finance officer: who pays on time?)",
    (
        _id(),
        Column("invoice_no", Kind.ID, "Number of the invoice"),
        Column("invoice_date", Kind.DATE, "Date of the invoice"),
        Column("due_date", Kind.DATE, "When it is due"),
        Column("amount", Kind.MONEY, "Amount to be paid, sales tax included", "currency"),
        _optional("paid_date", Kind.DATE, "When it was paid; blank while it is open"),
        _optional("disputed", Kind.FLAG, "1 while the customer disputes it"),
        _optional("credit_of", Kind.ID, "For a credit note: the invoice that it credits"),
    ),
    key=("invoice_no",),
)

ISSUES = Table(
    "Issues",
    "tblIssues",
    "one row for each support issue (support officer: who needs no support?)",
    (
        Column("issue_id", Kind.ID, "Number of the issue"),
        _id(),
        Column("opened", Kind.DATE, "When it was raised"),
        Column("severity", Kind.COUNT, "1 (worst) to 4", "1-4", low=1, high=4),
        Column("hours", Kind.NUMBER, "Work it takes or took", "hours", low=0),
        _optional("closed", Kind.DATE, "When it was solved; blank while it is open"),
        _optional("p_loss_now", Kind.SHARE, "Chance to lose the customer if nothing is done", "0-100%", low=0, high=1),
        _optional("p_loss_served", Kind.SHARE, "The same if it is solved", "0-100%", low=0, high=1),
        _optional("must_serve", Kind.FLAG, "1 if a duty to solve it stands whatever the value"),
    ),
    key=("issue_id",),
)

REFERRALS = Table(
    "Referrals",
    "tblReferrals",
    "one row for each referral (marketing officer: who brings new customers?)",
    (
        Column("referrer_id", Kind.ID, "The customer who recommended us"),
        Column("referred_id", Kind.ID, "The customer who came"),
        Column("date", Kind.DATE, "When"),
        Column("type", Kind.COUNT, "1: would not have come otherwise; 2: would have come anyway", "1-2", low=1, high=2),
        _optional("p_incremental", Kind.SHARE, "Chance that it would not have come otherwise", "0-100%", low=0, high=1),
        _optional("reward", Kind.MONEY, "Reward paid, once", "currency"),
        _optional("acq_saving", Kind.MONEY, "Cost of winning a customer that was saved, once", "currency"),
    ),
    key=("referrer_id", "referred_id"),
)

IDEAS = Table(
    "Ideas",
    "tblIdeas",
    "one row for each idea and customer (product officer: who drives innovation?)",
    (
        Column("idea_id", Kind.ID, "Number of the idea"),
        Column("npv", Kind.MONEY, "Net present value of the improvement", "currency"),
        Column("stage_probability", Kind.SHARE, "Chance that it is built (rejected: 0%)", "0-100%", low=0, high=1),
        _id("The customer who gave it"),
        Column("attribution", Kind.SHARE, "The customer's part in it", "0-100%", low=0, high=1),
        _optional("evidence", Kind.TEXT, "measured, surveyed or judged"),
    ),
    key=("idea_id", "customer_id"),
)

SURVEY = Table(
    "Survey",
    "tblSurvey",
    "one row for each customer: what the customer gets from us",
    (
        _id(),
        _optional("fit", Kind.SHARE, "Must-have requirements that the product meets", "0-100%", low=0, high=1),
        _optional("nps", Kind.NUMBER, "Would recommend us", "0-10", low=0, high=10),
        _optional(
            "adoption_days", Kind.NUMBER, "Days from release until the customer uses a new feature", "days", low=0
        ),
        _optional(
            "self_resolved",
            Kind.COUNT,
            "Questions that the customer solved in the community or help pages",
            "count",
            low=0,
        ),
        _optional("wallet", Kind.MONEY, "What the customer spends on the category, with anybody", "currency/year"),
    ),
    key=("customer_id",),
)

CUSTOMER_PNL = Table(
    "Customer P&L",
    "tblCustomerPnl",
    "one row for each customer, for the twelve months to the as-of date",
    (
        _id(),
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
        _id(),
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
        _id(),
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

INPUT_TABLES = (
    CUSTOMERS,
    TRANSACTIONS,
    LEDGER_POOLS,
    DRIVERS,
    RETENTION,
    ASSUMPTIONS,
    INVOICES,
    ISSUES,
    REFERRALS,
    IDEAS,
    SURVEY,
)
RESULT_TABLES = (CUSTOMER_PNL, POOL_COSTS, LIFETIME_VALUE, HORIZONS, SEGMENTS, RECONCILIATION, EXCEPTIONS, LOG)
TABLES = {table.name: table for table in INPUT_TABLES + RESULT_TABLES}
