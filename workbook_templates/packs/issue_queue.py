"""Which issues are solved first, how well service levels are kept, and what the hours there are can save."""

from valuation.tables import (
    HOURS_BY,
    HOURS_ISSUES,
    HOURS_METHODS,
    ISSUE_QUEUE,
    ISSUES,
    KEY_RETENTION,
    SERVED_SEGMENTS,
    SERVICE_COMPLIANCE,
)
from workbook_templates.layout import Check, Role, Sheet, Stage, TableBlock, Text
from workbook_templates.native import Column, Expr, Name, call
from workbook_templates.packs.checks import CENT, LIVE
from workbook_templates.packs.explained import Sentence, first_row_below, how_to_read, sentences
from workbook_templates.packs.furniture import count, head, heading, money, of_total, percent, row_of, totals

__all__ = ["HOURS_SHEET", "QUEUE_CHECKS", "QUEUE_SHEET"]

SPAN = 12
SIDE_COLUMN = 5
COMPLIANCE_HEADER = 9
RETENTION_HEADER = COMPLIANCE_HEADER + len(SERVED_SEGMENTS) + 3
QUEUE_HEADER = RETENTION_HEADER + len(SERVED_SEGMENTS) + 4
CRISIS = Name("cv_triage_mode").equals("crisis")
AS_OF = Name("cv_used_as_of")
OPEN = call("COUNTA", Column(ISSUE_QUEUE, "issue_id"))
LATE = call("COUNTIF", Column(ISSUE_QUEUE, "status"), "Open, late")


def _first(name: str) -> Expr:
    return call("INDEX", Column(ISSUE_QUEUE, name), 1)


WHO = call("IF", _first("name").equals(""), _first("customer_id"), _first("name"))
QUEUED = call(
    "IFERROR",
    call(
        "IF",
        OPEN.equals(0),
        call(
            "IF",
            call("COUNTA", Column(ISSUES, "issue_id")).equals(0),
            "No issues yet: fill in Issues and refresh.",
            "No issue is open.",
        ),
        "Open issues: "
        & count(OPEN)
        & ", late by their service level: "
        & count(LATE)
        & ". They put customer value of "
        & money(of_total(ISSUE_QUEUE, "value_at_risk"))
        & " at risk. To be solved first: "
        & _first("issue_id")
        & ", "
        & WHO
        & " ("
        & _first("reason")
        & "). "
        & call(
            "IF",
            CRISIS,
            "Order of a crisis: the greatest assets first.",
            "Order: the most value at risk for an hour of work first.",
        ),
    ),
    "The queue cannot be summed up: see Exceptions for what is missing.",
)


def _key(name: str) -> Expr:
    return call("INDEX", Column(KEY_RETENTION, name), row_of(KEY_RETENTION, "segment", "A"))


KEY_CUSTOMERS = call(
    "IFERROR",
    call(
        "IF",
        call("ISNUMBER", _key("retention")),
        "Of the "
        & count(_key("customers"))
        & " customers in segment A at the last snapshot "
        & percent(_key("retention"))
        & " stayed ("
        & percent(_key("value_retention"))
        & " of their value). ",
        "",
    )
    & call(
        "IF",
        call("ISNUMBER", _key("expected")),
        "Of the value in segment A now "
        & percent(_key("expected"))
        & " is expected to be there in a year; its open issues put "
        & money(_key("value_at_risk"))
        & " at risk.",
        "",
    ),
    "",
)
QUEUE_READ = (
    "Value at risk: the part of a customer's value that",
    "solving the issue saves: its chance to leave now, less",
    "that once it is solved, times its value (never below 0).",
    "Normal order: duties first, then value at risk for an",
    "hour of work, more once the service level is passed.",
    "Crisis: duties first, then by segment, A before B.",
    "Due: by the customer's contract, or by Service levels.",
    "Compliance: solved in time, of all that were due.",
    "Kept: was a customer at the last snapshot, and is now.",
    "Expected: chance to stay for a year, by value.",
    "Mode: triage_mode on Assumptions.",
)


def _side(row: int, text: str) -> Text:
    return Text(row=row, column=SIDE_COLUMN, text=text, role=Role.HEADING, span=len(SERVICE_COMPLIANCE.columns))


def _queue() -> Sheet:
    purpose = "Which open issue is solved first, whether service levels are kept, and whether key customers stay."
    said = (Sentence("queue.answer", QUEUED), Sentence("queue.key_customers", KEY_CUSTOMERS))
    rows = len(SERVED_SEGMENTS)
    return Sheet(
        name="Issue queue",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Issue queue", "Issue queue and key customers", purpose),
            *sentences(said, span=SPAN),
            *how_to_read(COMPLIANCE_HEADER - 1, QUEUE_READ, span=SIDE_COLUMN - 2),
            _side(COMPLIANCE_HEADER - 1, "Service levels kept, issues of the twelve months"),
            TableBlock(
                row=COMPLIANCE_HEADER,
                column=SIDE_COLUMN,
                table=SERVICE_COMPLIANCE,
                input=False,
                rows=rows,
                reading=True,
            ),
            _side(RETENTION_HEADER - 1, "Key customers: who stayed, and what is at risk"),
            TableBlock(
                row=RETENTION_HEADER, column=SIDE_COLUMN, table=KEY_RETENTION, input=False, rows=rows, reading=True
            ),
            heading(QUEUE_HEADER - 2, "The queue", span=len(ISSUE_QUEUE.columns)),
            *totals(ISSUE_QUEUE, ("hours", "value_at_risk"), QUEUE_HEADER - 1),
            TableBlock(row=QUEUE_HEADER, column=1, table=ISSUE_QUEUE, input=False),
        ),
        freeze=(5, 1),
        widths={1: 8, 2: 14, 3: 14, 4: 30, 5: 17, 6: 12, 7: 13, 8: 13, 9: 18, 10: 16, 11: 18, 12: 16, 13: 12}
        | {14: 12, 15: 56},
    )


HOURS_GIVEN = Name("cv_service_hours")
METHOD = row_of(HOURS_METHODS, "method", Name("cv_hours_method"))


def _by(name: str, method: Expr | str | None = None) -> Expr:
    row = METHOD if method is None else row_of(HOURS_METHODS, "method", method)
    return call("INDEX", Column(HOURS_METHODS, name), row)


SHORT = call("MAX", Column(HOURS_METHODS, "shortage"))
SHARED_OUT = call(
    "IFERROR",
    call(
        "IF",
        call("ISNUMBER", HOURS_GIVEN),
        call(
            "IF",
            SHORT > 0,
            "What must be served takes " & call("FIXED", SHORT, 1) & " hours more than there are: find them first.",
            call(
                "IF",
                call("ISNUMBER", _by("saved")),
                "The method on Assumptions ("
                & Name("cv_hours_method")
                & ") uses "
                & call("FIXED", _by("hours"), 1)
                & " of "
                & call("FIXED", HOURS_GIVEN, 1)
                & " hours, serves "
                & count(_by("issues"))
                & " of "
                & count(call("COUNTA", Column(HOURS_ISSUES, "issue_id")))
                & " issues and saves customer value of "
                & money(_by("saved"))
                & ". Going by value for an hour alone (greedy) would save "
                & money(_by("saved", "greedy"))
                & ", "
                & call("FIXED", _by("gap", "greedy") * 100, 1)
                & "% below the most that these hours could save.",
                "Nothing to share out yet: fill in Issues and refresh.",
            ),
        ),
        "No hours to share out yet: fill in service_hours on Assumptions and refresh.",
    ),
    "The hours cannot be shared out: see Exceptions for what is missing.",
)
HOURS_READ = (
    "Saved: value at risk of the issues that are served. Gap: how far it is below the bound, which no choice can pass.",
    "Greedy: the most value for an hour of work first. Exact: the best choice of whole issues. Divisible: as if issues "
    "could be served in part; it is the bound.",
    "What must be served comes first, then the fewest hours kept for each segment (Assumptions, hours_floor), then the "
    "rest. An issue that service makes worse is never chosen.",
    "Shortage: hours missing for what must be served; nothing else is chosen then.",
    "Each issue counts for itself: several of one customer may add up to more than the customer is worth.",
)


def _hours() -> Sheet:
    purpose = "What the hours that the team has can save, by three ways to share them out."
    said = (Sentence("hours.answer", SHARED_OUT),)
    methods = first_row_below(said, HOURS_READ) + 1
    header = methods + len(HOURS_BY) + 4
    return Sheet(
        name="Service hours",
        purpose=purpose,
        stage=Stage.RESULT,
        items=(
            *head("Service hours", "Service hours", purpose),
            *sentences(said, span=8, lines=3),
            *how_to_read(6 + len(said), HOURS_READ, span=8),
            heading(methods - 1, "By method", span=8),
            TableBlock(row=methods, column=1, table=HOURS_METHODS, input=False, rows=len(HOURS_BY), reading=True),
            heading(header - 2, "By issue, in the order of the queue", span=8),
            *totals(HOURS_ISSUES, ("hours", "value_at_risk"), header - 1),
            TableBlock(row=header, column=1, table=HOURS_ISSUES, input=False),
        ),
        freeze=(6, 1),
        widths={1: 16, 2: 16, 3: 16, 4: 18, 5: 18, 6: 14, 7: 14, 8: 14},
    )


WAITING = (
    call("ISNUMBER", Column(ISSUES, "opened"))
    * (Column(ISSUES, "opened") < AS_OF + 1)
    * (Column(ISSUES, "closed").equals("") + (Column(ISSUES, "closed") >= AS_OF + 1))
)
OVER = call(
    "SUMPRODUCT",
    Column(HOURS_METHODS, "shortage").equals(0) * (Column(HOURS_METHODS, "hours") > HOURS_GIVEN),
    Column(HOURS_METHODS, "hours"),
)
QUEUE_CHECKS = (
    Check(
        "issue_queue",
        "Issue queue: its rows = issues that are open at the as-of date",
        OPEN - call("SUMPRODUCT", WAITING),
        0,
        "Refresh; rows of Issues that cannot be used are listed on Exceptions",
    ),
    Check(
        "service_hours",
        "Service hours: no method uses more than there are, unless duties take more",
        call("IF", call("ISNUMBER", HOURS_GIVEN), OVER, 0),
        CENT,
        LIVE,
    ),
)
QUEUE_SHEET, HOURS_SHEET = _queue(), _hours()
