"""The result tables of priorities: issues, hours, voices, the insight panel, money on the table, goals."""

from typing import Final

from valuation.tables.schema import Column, Kind, Table, customer_id_column

__all__ = [
    "GOAL_CASCADE",
    "HOURS_BY",
    "HOURS_ISSUES",
    "HOURS_METHODS",
    "ISSUE_QUEUE",
    "KEY_RETENTION",
    "MONEY_ON_TABLE",
    "PANEL",
    "PANEL_GROUPS",
    "PANEL_MEASURES",
    "PANEL_READINGS",
    "PANEL_STRATA",
    "SERVED_SEGMENTS",
    "SERVICE_COMPLIANCE",
    "VOICE",
]

SERVED_SEGMENTS: Final = ("A", "B", "C", "N")
"""The rows of service compliance and of key customer retention."""
HOURS_BY: Final = ("greedy", "exact", "divisible")
"""The rows of service hours."""
PANEL_GROUPS: Final = ("Fast adopters", "A", "B", "C", "N")
"""The rows of the panel's groups."""

_SEGMENT = Column("segment", Kind.TEXT, "Official value segment")

ISSUE_QUEUE = Table(
    "Issue queue",
    "tblIssueQueue",
    "one row for each open issue, the first to be solved first",
    (
        Column("rank", Kind.COUNT, "Place in the queue", "rank"),
        Column("issue_id", Kind.ID, "Number of the issue"),
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        _SEGMENT,
        Column("severity", Kind.COUNT, "1 (worst) to 4", "1-4"),
        Column("opened", Kind.DATE, "When it was raised"),
        Column("hours", Kind.NUMBER, "Work it takes", "hours"),
        Column("value_at_risk", Kind.MONEY, "Customer value that solving it saves", "currency"),
        Column("per_hour", Kind.MONEY, "The same for an hour of work", "currency/hour"),
        Column("due", Kind.DATE, "When it has to be solved by the service level"),
        Column("status", Kind.TEXT, "Open, in time or late by the service level"),
        Column("must_serve", Kind.FLAG, "1: a duty stands whatever the value"),
        Column("other_rank", Kind.COUNT, "Place in the other mode", "rank", heading="Other mode"),
        Column("reason", Kind.TEXT, "Why it stands where it stands"),
    ),
    key=("issue_id",),
)

SERVICE_COMPLIANCE = Table(
    "Service compliance",
    "tblServiceCompliance",
    "one row for each segment: issues of the twelve months by service level",
    (
        _SEGMENT,
        Column("met", Kind.COUNT, "Solved in time", "issues"),
        Column("breached", Kind.COUNT, "Solved late", "issues"),
        Column("open_in", Kind.COUNT, "Open, in time", "issues", heading="Open, in time"),
        Column("open_over", Kind.COUNT, "Open, late", "issues", heading="Open, late"),
        Column("unknown", Kind.COUNT, "Without a service level", "issues"),
        Column("compliance", Kind.SHARE, "Solved in time of those that were due", "0-100%"),
    ),
    key=("segment",),
)

KEY_RETENTION = Table(
    "Key customer retention",
    "tblKeyRetention",
    "one row for each segment at the last snapshot, or of today where there is none",
    (
        _SEGMENT,
        Column("customers", Kind.COUNT, "Customers in the segment then", "customers"),
        Column("kept", Kind.COUNT, "Of them still customers", "customers"),
        Column("retention", Kind.SHARE, "Part that stayed", "0-100%"),
        Column("value_retention", Kind.SHARE, "The same by customer value then", "0-100%"),
        Column(
            "expected",
            Kind.SHARE,
            "Chance to stay for a year, weighted by customer value, of those in the segment now",
            "0-100%",
            heading="Expected, a year on",
        ),
        Column("value_at_risk", Kind.MONEY, "At risk in open issues; of no customer more than it is worth", "currency"),
    ),
    key=("segment",),
)

HOURS_METHODS = Table(
    "Service hours",
    "tblServiceHours",
    "one row for each way to share out the hours",
    (
        Column("method", Kind.TEXT, "greedy (most value for an hour first), exact (the best there is), divisible"),
        Column("issues", Kind.COUNT, "Issues that are served", "issues"),
        Column("hours", Kind.NUMBER, "Hours used", "hours"),
        Column("saved", Kind.MONEY, "Customer value that is saved", "currency"),
        Column(
            "gap",
            Kind.SHARE,
            "How far that is below the most that these hours could save",
            "0-100%",
        ),
        Column("shortage", Kind.NUMBER, "Hours missing for what must be served", "hours"),
        Column("note", Kind.TEXT, "What to know about it"),
    ),
    key=("method",),
)

HOURS_ISSUES = Table(
    "Service hours by issue",
    "tblServiceHoursIssues",
    "one row for each open issue, in the order of the queue",
    (
        Column("issue_id", Kind.ID, "Number of the issue"),
        customer_id_column(),
        _SEGMENT,
        Column("hours", Kind.NUMBER, "Work it takes", "hours"),
        Column("value_at_risk", Kind.MONEY, "Customer value that solving it saves", "currency"),
        Column("served", Kind.SHARE, "Part that is served by the method on Assumptions", "0-100%"),
        Column("greedy", Kind.SHARE, "The same by the greedy method", "0-100%"),
        Column("exact", Kind.SHARE, "The same by the exact method", "0-100%"),
    ),
    key=("issue_id",),
)

VOICE = Table(
    "Share of voice",
    "tblShareOfVoice",
    "one row for each customer with an issue or a value, the loudest for its value first",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        _SEGMENT,
        Column("issues", Kind.COUNT, "Issues of the twelve months, without those that are exempt", "issues"),
        Column("voice_share", Kind.SHARE, "Part of all issues", "0-100%"),
        Column("value_share", Kind.SHARE, "Part of all positive customer value", "0-100%"),
        Column(
            "index",
            Kind.NUMBER,
            "Share of voice by share of value; blank where it has no value",
            "1 = in proportion",
        ),
        Column(
            "p_value",
            Kind.SHARE,
            "Chance of so many issues if each unit of value raised as many",
            "0-100%",
            heading="By chance",
        ),
        Column("flag", Kind.TEXT, "over-voiced or under-voiced; a flag is no verdict"),
        Column("note", Kind.TEXT, "What to know about the row"),
    ),
    key=("customer_id",),
)

PANEL_STRATA = Table(
    "Panel groups",
    "tblPanelGroups",
    "one row for each group that the insight panel is drawn from",
    (
        Column("stratum", Kind.TEXT, "Fast adopters, A, B, C or N"),
        Column("customers", Kind.COUNT, "Customers in the group", "customers"),
        Column("proportional", Kind.NUMBER, "Places by number alone", "places"),
        Column("planned", Kind.COUNT, "Places in the panel", "places"),
        Column("answered", Kind.COUNT, "Of them with an answer on Survey", "customers"),
        Column("weight", Kind.NUMBER, "Customers that each answer stands for", "customers for each answer"),
        Column("score", Kind.NUMBER, "Mean answer: would recommend us", "0-10"),
        Column("note", Kind.TEXT, "What to know about the group"),
    ),
    key=("stratum",),
)

PANEL = Table(
    "Insight panel",
    "tblInsightPanel",
    "one row for each customer in the panel",
    (
        Column("stratum", Kind.TEXT, "Group that it was drawn from"),
        Column("place", Kind.COUNT, "Place within the group", "number"),
        customer_id_column(),
        _SEGMENT,
        Column("score", Kind.NUMBER, "Would recommend us; blank: has not answered", "0-10"),
        Column("weight", Kind.NUMBER, "Customers that its answer stands for", "customers"),
        Column("value", Kind.MONEY, "Customer value", "currency", heading="Customer value", missing="#N/A"),
        Column("adoption_days", Kind.NUMBER, "Days until it uses what is new", "days"),
        Column("name", Kind.TEXT, "Name"),
        Column("technology", Kind.TEXT, "New technology that it took up early: the evidence"),
    ),
    key=("customer_id",),
)

PANEL_MEASURES: Final = {
    "Panel, weighted by customers": "What the customers think: each answer counts for the customers that it stands for",
    "Panel, weighted by value": "What the money thinks: each answer counts for the customer value that it stands for",
    "Segment A alone": "What would be heard if only the largest were asked",
    "Panel, unweighted": "Plain mean: groups with more places than their part count too much",
    "Effective number of answers": "As many answers of a plain sample would say as much",
    "Design effect": "What the guaranteed places cost in precision: 1 is nothing",
}
"""Reading of the panel to its meaning, in their order."""

PANEL_READINGS = Table(
    "Panel readings",
    "tblPanelReadings",
    "one row for each way to read the panel's answers",
    (
        Column("measure", Kind.TEXT, "Whose opinion it is"),
        Column("figure", Kind.NUMBER, "Mean answer, or figure", "see the measure"),
        Column("meaning", Kind.TEXT, "How to read it"),
    ),
    key=("measure",),
)

MONEY_ON_TABLE = Table(
    "Money on the table",
    "tblMoneyOnTheTable",
    "one row for each current customer whose wallet or chance of being poached is known, the largest exposure first",
    (
        customer_id_column(),
        Column("name", Kind.TEXT, "Name"),
        _SEGMENT,
        Column("quadrant", Kind.TEXT, "Quadrant of the value matrix"),
        Column("net_revenue", Kind.MONEY, "Net revenue of the twelve months", "currency"),
        Column("wallet", Kind.MONEY, "What it spends on the category, with anybody", "currency/year"),
        Column("share_of_wallet", Kind.SHARE, "Our part of it", "0-100%"),
        Column("headroom_revenue", Kind.MONEY, "Revenue up to the share within reach", "currency/year"),
        Column("headroom_margin", Kind.MONEY, "What it would bring in a year", "currency/year"),
        Column("headroom_value", Kind.MONEY, "Present value of that", "currency"),
        Column("value", Kind.MONEY, "Customer value", "currency", heading="Customer value", missing="#N/A"),
        Column("p_poach", Kind.SHARE, "Chance that a competitor wins it", "0-100%"),
        Column("exposure", Kind.MONEY, "That chance times what would be gone", "currency"),
        Column("note", Kind.TEXT, "Why there is no headroom, or what to check"),
    ),
    key=("customer_id",),
)

GOAL_CASCADE = Table(
    "Goal cascade",
    "tblGoalCascade",
    "one row for each goal, below the one that it serves",
    (
        Column("goal", Kind.TEXT, "Measure, indented by its place in the cascade"),
        Column("level", Kind.TEXT, "company, executive, manager or team"),
        Column("lens", Kind.TEXT, "Officer"),
        Column("owner", Kind.TEXT, "Who answers for it"),
        Column("status", Kind.TEXT, "green, amber or red: the way against the time"),
        Column(
            "attainment",
            Kind.SHARE,
            "Part of the way from baseline to target; beyond 100% and below 0% as they are",
            "of the way",
        ),
        Column("pace", Kind.SHARE, "Part of the time that is over", "of the time"),
        Column("unit", Kind.TEXT, "Unit"),
        Column("baseline", Kind.NUMBER, "Where it started", "see the unit"),
        Column("target", Kind.NUMBER, "Where it is to be", "see the unit"),
        Column("actual", Kind.NUMBER, "Where it is", "see the unit"),
        Column(
            "behind",
            Kind.COUNT,
            "Place among the company's goals that are amber or red, the furthest behind its time first; else blank",
            "rank",
        ),
        Column(
            "through", Kind.TEXT, "Of a goal that is behind: the goal below it that holds it back most, and its owner"
        ),
        Column("violation", Kind.TEXT, "Why the row cannot count"),
        Column("source", Kind.TEXT, "Where the actual comes from: this workbook, or typed"),
        Column("goal_id", Kind.ID, "Number of the goal"),
        Column("parent_id", Kind.ID, "The goal that it serves"),
    ),
    key=("goal_id",),
)
