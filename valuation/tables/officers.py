"""The input tables of the officers: what each of them knows of the customers, and what each holds to be a good one."""

from typing import Final

from valuation.tables.inputs import CURRENCY
from valuation.tables.schema import Blank, Column, Kind, Table, customer_id_column, optional_column

__all__ = [
    "CRITERIA",
    "EVIDENCE_LEVELS",
    "IDEAS",
    "INFLUENCE",
    "INVOICES",
    "ISSUES",
    "NEEDS",
    "OFFICERS",
    "OVERRIDES",
    "RATINGS",
    "REFERRALS",
    "STATEMENTS",
    "SURVEY",
]

EVIDENCE_LEVELS: Final = ("measured", "surveyed", "judged")

EVIDENCE: Final = optional_column(
    "evidence",
    Kind.CHOICE,
    "How it is known: measured, surveyed or judged; blank counts as judged",
    blank=Blank.ESTIMATE,
    choices=EVIDENCE_LEVELS,
)

INVOICES = Table(
    "Invoices",
    "tblInvoices",
    "one row for each invoice",
    (
        customer_id_column(),
        Column("invoice_no", Kind.ID, "Number of the invoice"),
        Column("invoice_date", Kind.DATE, "Date of the invoice"),
        Column("due_date", Kind.DATE, "When it is due"),
        Column("amount", Kind.MONEY, "Amount to be paid, sales tax included", "currency"),
        optional_column("paid_date", Kind.DATE, "When it was paid; blank while it is open"),
        optional_column("disputed", Kind.FLAG, "1 while the customer disputes it"),
        optional_column("credit_of", Kind.ID, "For a credit note: the invoice that it credits"),
        CURRENCY,
    ),
    key=("invoice_no",),
)

ISSUES = Table(
    "Issues",
    "tblIssues",
    "one row for each support issue",
    (
        Column("issue_id", Kind.ID, "Number of the issue"),
        customer_id_column(),
        Column("opened", Kind.DATE, "When it was raised"),
        Column("severity", Kind.COUNT, "1 (worst) to 4", "1-4", low=1, high=4),
        Column("hours", Kind.NUMBER, "Work it takes or took", "hours", low=0),
        optional_column("closed", Kind.DATE, "When it was solved; blank while it is open"),
        optional_column(
            "p_loss_now", Kind.SHARE, "Chance to lose the customer if nothing is done", "0-100%", low=0, high=1
        ),
        optional_column(
            "p_loss_served",
            Kind.SHARE,
            "The same if it is solved; none where it is blank",
            "0-100%",
            blank=Blank.ZERO,
            low=0,
            high=1,
        ),
        optional_column("must_serve", Kind.FLAG, "1 if a duty to solve it stands whatever the value"),
        optional_column(
            "contract_hours", Kind.NUMBER, "Hours until it has to be solved by the customer's contract", "hours", low=0
        ),
        optional_column("exempt", Kind.FLAG, "1 for safety or law: never weighed against the customer's value"),
    ),
    key=("issue_id",),
)

REFERRALS = Table(
    "Referrals",
    "tblReferrals",
    "one row for each referral",
    (
        Column("referrer_id", Kind.ID, "The customer who recommended us"),
        Column("referred_id", Kind.ID, "The customer who came"),
        Column("date", Kind.DATE, "When"),
        Column("type", Kind.COUNT, "1: would not have come otherwise; 2: would have come anyway", "1-2", low=1, high=2),
        optional_column(
            "p_incremental", Kind.SHARE, "Chance that it would not have come otherwise", "0-100%", low=0, high=1
        ),
        optional_column(
            "share",
            Kind.SHARE,
            "Part of the customer who came that this referrer is credited with; the referrers of one share "
            "equally where all are blank",
            "0-100%",
            low=0,
            high=1,
        ),
        optional_column(
            "margin",
            Kind.MONEY,
            "Yearly margin of the customer who came; the one on Lifetime value where it is blank",
            "currency/year",
            blank=Blank.ESTIMATE,
        ),
        optional_column(
            "marketing",
            Kind.MONEY,
            "Yearly marketing to keep it; nothing where the margin is that of Lifetime value, which is after it",
            "currency/year",
            blank=Blank.ZERO,
        ),
        optional_column(
            "retention",
            Kind.SHARE,
            "Chance that it stays for a year; the one on Lifetime value where it is blank",
            "0-100%",
            blank=Blank.ESTIMATE,
            low=0,
            high=1,
        ),
        optional_column("reward", Kind.MONEY, "Reward paid, once", "currency", low=0),
        optional_column("acq_saving", Kind.MONEY, "Cost of winning a customer that was saved, once", "currency", low=0),
        EVIDENCE,
    ),
    key=("referrer_id", "referred_id"),
)

INFLUENCE = Table(
    "Influence",
    "tblInfluence",
    "one row for each customer who influences another, without a reward for it",
    (
        Column("influencer_id", Kind.ID, "The customer whose word counts"),
        Column("influenced_id", Kind.ID, "Who acts on it: a customer, or somebody who is not one yet"),
        optional_column(
            "share",
            Kind.SHARE,
            "Part of the effect that this influencer is credited with; the influencers of one share equally where all "
            "are blank",
            "0-100%",
            low=0,
            high=1,
        ),
        Column(
            "value_with",
            Kind.MONEY,
            "Value of the influenced one as it is; measured or from an experiment, never guessed from followers",
            "currency",
            blank=Blank.ALLOWED,
        ),
        Column("value_without", Kind.MONEY, "Its value without that influence", "currency", blank=Blank.ALLOWED),
        EVIDENCE,
    ),
    key=("influencer_id", "influenced_id"),
)

IDEAS = Table(
    "Ideas",
    "tblIdeas",
    "one row for each idea and customer",
    (
        Column("idea_id", Kind.ID, "Number of the idea"),
        Column("npv", Kind.MONEY, "Net present value of the improvement", "currency"),
        Column("stage_probability", Kind.SHARE, "Chance that it is built (rejected: 0%)", "0-100%", low=0, high=1),
        customer_id_column("The customer who gave it"),
        Column("attribution", Kind.SHARE, "The customer's part in it", "0-100%", low=0, high=1),
        optional_column("in_plan", Kind.FLAG, "1 if the plan has raised everybody's margin for it already"),
        EVIDENCE,
    ),
    key=("idea_id", "customer_id"),
)

SURVEY = Table(
    "Survey",
    "tblSurvey",
    "one row for each customer: what the customer gets from us",
    (
        customer_id_column(),
        optional_column("fit", Kind.SHARE, "Must-have requirements that the product meets", "0-100%", low=0, high=1),
        optional_column("nps", Kind.NUMBER, "Would recommend us", "0-10", low=0, high=10),
        optional_column(
            "adoption_days", Kind.NUMBER, "Days from release until the customer uses a new feature", "days", low=0
        ),
        optional_column(
            "self_resolved",
            Kind.COUNT,
            "Questions that the customer solved in the community or help pages",
            "count",
            low=0,
        ),
        optional_column(
            "wallet", Kind.MONEY, "What the customer spends on the category, with anybody", "currency/year"
        ),
        optional_column(
            "largest_deal",
            Kind.MONEY,
            "Largest contract signed in the twelve months; the largest document on Transactions where it is blank",
            "currency",
            blank=Blank.ESTIMATE,
            low=0,
        ),
        optional_column(
            "lead_user", Kind.NUMBER, "Ahead of the market, with needs others will have", "0-10", low=0, high=10
        ),
        optional_column("technology", Kind.TEXT, "New technology that it took up early: the evidence"),
        optional_column(
            "p_poach", Kind.SHARE, "Chance that a competitor wins it within a year", "0-100%", low=0, high=1
        ),
    ),
    key=("customer_id",),
    open=Column("", Kind.ANY, "A measure of your own, which Lens statements may name", blank=Blank.ALLOWED),
)

OFFICERS = Table(
    "Officers",
    "tblOfficers",
    "one row for each officer whose view of the customers counts",
    (
        Column("officer", Kind.TEXT, "Short name, such as CFO; the same word as on Lens statements"),
        optional_column("question", Kind.TEXT, "What this officer asks of the best customers"),
        Column(
            "weight",
            Kind.SHARE,
            "Weight in the weighted score; the weights add up to 100%",
            "0-100%",
            blank=Blank.ESTIMATE,
            low=0,
            high=1,
        ),
        optional_column("signed_by", Kind.TEXT, "Who agreed to the inputs and weights"),
        optional_column("signed_on", Kind.DATE, "When"),
    ),
    key=("officer",),
)

STATEMENTS = Table(
    "Lens statements",
    "tblLensStatements",
    "one row for each measure by which an officer's statement about the best customers is scored",
    (
        Column("officer", Kind.TEXT, "Whose statement it is; the same word as on Officers"),
        Column("statement", Kind.TEXT, "What the best customers do, in the officer's words"),
        Column("measure", Kind.TEXT, "What shows it: a measure listed here, or a column of your own on Survey"),
        Column("better", Kind.CHOICE, "Which end is good: high or low", choices=("high", "low")),
        optional_column(
            "weight", Kind.NUMBER, "Weight of the measure in its statement; 1 where it is blank", "weight", low=0
        ),
        optional_column(
            "statement_weight",
            Kind.NUMBER,
            "Weight of the statement among the officer's; 1 where it is blank",
            "weight",
            low=0,
        ),
    ),
    key=("officer", "statement", "measure"),
)

CRITERIA: Final = ("reference", "innovation", "market_access", "growth", "ecosystem_fit")
"""By which strategic value is rated."""

RATINGS = Table(
    "Strategic ratings",
    "tblStrategicRatings",
    "one row for each customer that matters beyond its money: ratings from 0 to 5",
    (
        customer_id_column(),
        optional_column("reference", Kind.NUMBER, "Its name opens doors", "0-5", low=0, high=5),
        optional_column("innovation", Kind.NUMBER, "It develops with us", "0-5", low=0, high=5),
        optional_column("market_access", Kind.NUMBER, "It leads us into a market", "0-5", low=0, high=5),
        optional_column("growth", Kind.NUMBER, "Room to grow with it", "0-5", low=0, high=5),
        optional_column("ecosystem_fit", Kind.NUMBER, "It fits our partners and products", "0-5", low=0, high=5),
        optional_column("evidence", Kind.TEXT, "What the ratings rest on"),
        optional_column("owner", Kind.TEXT, "Who answers for them"),
        optional_column("rated_on", Kind.DATE, "When; ratings older than twelve months are flagged"),
    ),
    key=("customer_id",),
)

OVERRIDES = Table(
    "Overrides",
    "tblOverrides",
    "one row for each customer whose official segment is not the model's",
    (
        customer_id_column(),
        Column("segment", Kind.TEXT, "The official segment instead: A, B, C or N"),
        Column("reason", Kind.TEXT, "Why; without a reason the row has no effect", blank=Blank.ALLOWED),
        Column(
            "owner",
            Kind.TEXT,
            "Who answers for it; without an owner the row has no effect",
            blank=Blank.ALLOWED,
        ),
        Column(
            "expires",
            Kind.DATE,
            "Last day on which it holds; without it the row has no effect",
            blank=Blank.ALLOWED,
        ),
    ),
    key=("customer_id", "expires"),
)

NEEDS = Table(
    "Needs segments",
    "tblNeedsSegments",
    "one row for each needs segment, and segment of Customers that belongs to it",
    (
        Column("needs_segment", Kind.TEXT, "Customers who need the same from us"),
        optional_column(
            "segment", Kind.TEXT, "Segment on Customers that has these needs; blank if Customers names it one by one"
        ),
        Column("owner", Kind.TEXT, "The one person who answers for it in all departments"),
        optional_column("need", Kind.TEXT, "What they need, and what they are not to be offered"),
    ),
    key=("needs_segment", "segment"),
)
