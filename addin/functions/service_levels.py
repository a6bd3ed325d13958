"""Service levels: hours allowed by tier and severity, when an issue is due, and whether it was solved in time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.priority import FAMILY
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.errors import MissingDataError
from valuation.priority import STATUSES, BusinessHours, add_hours, allowed_hours, compliance, service_status
from valuation.priority.clock import Clock
from valuation.tables import Blank, Column, Kind, Table
from workbook_templates.plan import CellError

_SERIAL_0: Final = np.datetime64("1899-12-30", "s")
_DAY: Final = np.timedelta64(1, "D")
_SEVERITIES: Final[Mapping[str, int]] = {f"severity_{number}": number for number in (1, 2, 3, 4)}

ALLOWED_TABLE = Table(
    "table",
    "",
    "one row for each tier",
    (
        Column("tier", Kind.TEXT, "Tier"),
        *(
            Column(
                name,
                Kind.NUMBER,
                f"Hours allowed for severity {number}; blank for none",
                "hours",
                required=number == 1,
                blank=Blank.ALLOWED,
                low=0,
            )
            for name, number in _SEVERITIES.items()
        ),
    ),
    key=("tier",),
)

OPENED = Argument("opened", Kind.DATE, "When each issue was raised, with its time of day", "date", shape=Shape.ROWS)
TIER = Argument("tier", Kind.TEXT, "Tier of the customer of each issue", shape=Shape.ROWS)


@worksheet_function(
    arguments=(
        TIER,
        Argument("severity", Kind.COUNT, "Severity of each issue, 1 for the worst", "1-4", shape=Shape.ROWS),
        Argument(
            "table",
            TABLE,
            "Hours allowed: tier, Severity 1; where there are Severity 2 to Severity 4",
            "hours",
            shape=Shape.TABLE,
            table=ALLOWED_TABLE,
        ),
        Argument(
            "contract_hours",
            Kind.NUMBER,
            "Hours that the customer's contract promises, which count where they are fewer; blank without",
            "hours",
            required=False,
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("hours", Kind.NUMBER, "Hours within which the issue must be solved", "hours"),),
    blank=f"{ROW_ERRORS} #N/A also where the table has no hours for that tier and severity.",
    example=Example(
        (
            [["T1"], ["T2"], ["T2"]],
            [[2], [1], [2]],
            [["tier", "Severity 1", "Severity 2"], ["T1", 4, 8], ["T2", 8, 24]],
            [[None], [None], [16]],
        ),
        [[8], [8], [16]],
    ),
    family=FAMILY,
    row_errors={CellError.NA: lambda tier, severity, table, contract_hours: True},
)
def cv_sla(tier: ARRAY, severity: ARRAY, table: pd.DataFrame, contract_hours: ARRAY | None, /) -> ARRAY:
    """Within how many hours must an issue be solved, by the customer's tier and the issue's severity?"""
    found = allowed_hours(
        tier, severity, table.set_index("tier").rename(columns=_SEVERITIES), contract_hours=contract_hours
    )
    if found.size == 1 and np.isnan(found[0]):
        raise MissingDataError(f"table has no hours for tier {tier[0]} and severity {severity[0]:g}")
    return found


@worksheet_function(
    arguments=(
        replace(OPENED, shape=Shape.EACH),
        Argument("hours", Kind.NUMBER, "Hours within which it must be solved (CV_SLA)", "hours"),
        Argument(
            "clock",
            Kind.CHOICE,
            "calendar: every hour counts; business: those in which somebody works",
            required=False,
            default="calendar",
            choices=("calendar", "business"),
            shape=Shape.ONE,
        ),
        *(
            Argument(
                f"day_{name}",
                Kind.NUMBER,
                f"Hour of the day at which work {name}s, such as {typical:g}",
                "hour of day",
                required=False,
                default=typical,
                shape=Shape.ONE,
            )
            for name, typical in (("start", 9), ("end", 17))
        ),
        Argument("holidays", Kind.DATE, "Days on which nobody works", "date", required=False, shape=Shape.COLUMN),
        Argument(
            "workdays",
            Kind.TEXT,
            "Seven characters from Monday on, 1 for a day on which somebody works, as text",
            required=False,
            default="1111100",
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("due", Kind.NUMBER, "Date and time as Excel counts them: give the cell a date format", "days"),),
    blank=f"{ROW_ERRORS} Out of business hours the clock stands still; what ends with a working day is due then, not "
    "the next morning.",
    example=Example(("2025-12-19", 12, "business"), 46013.541667),
    family=FAMILY,
)
def cv_sla_due(
    opened: ARRAY,
    hours: ARRAY,
    clock: str,
    day_start: float,
    day_end: float,
    holidays: ARRAY | None,
    workdays: str,
    /,
) -> Any:
    """When must an issue be solved, in calendar hours or in business hours?"""
    off = () if holidays is None else tuple(holidays)
    counted: Clock = "calendar"
    if clock == "business":
        counted = BusinessHours(start=day_start, end=day_end, holidays=off, workdays=workdays)
    return (add_hours(opened, hours, clock=counted) - _SERIAL_0) / _DAY


@worksheet_function(
    arguments=(
        OPENED,
        Argument("due", Kind.DATE, "When each issue must be solved (CV_SLA_DUE)", "date", shape=Shape.ROWS),
        Argument(
            "closed",
            Kind.DATE,
            "When each issue was solved; blank while it is open",
            "date",
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "as_of",
            Kind.DATE,
            "The moment for which it is asked; a date without time of day is its first moment",
            "date",
            shape=Shape.ONE,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("status", Kind.TEXT, f"One of: {'; '.join(STATUSES)}"),),
    blank=f"{ROW_ERRORS} #VALUE! also where an issue was solved before it was raised, or raised after the as-of day.",
    example=Example(
        ("2025-12-01", "2025-12-03", [["2025-12-02"], ["2025-12-04"], [None]], "2025-12-31"),
        [["Met"], ["Breached"], ["Open, late"]],
    ),
    family=FAMILY,
    row_errors={CellError.VALUE: lambda opened, due, closed, as_of: True},
)
def cv_sla_status(opened: ARRAY, due: ARRAY, closed: ARRAY, as_of: np.datetime64, /) -> Any:
    """Was an issue solved in time, or is it still in time?"""
    if opened.size == 1:
        return np.atleast_1d(service_status(opened[0], due[0], closed[0], as_of=as_of))
    return service_status(opened, due, closed, as_of=as_of)


@worksheet_function(
    arguments=(
        replace(TIER, blank=Blank.ALLOWED),
        Argument(
            "status",
            Kind.CHOICE,
            "Status of each issue (CV_SLA_STATUS)",
            choices=STATUSES,
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("tier", Kind.TEXT, "Tier; at last all of them"),
        Column("met", Kind.COUNT, "Solved in time", "count"),
        Column("breached", Kind.COUNT, "Solved too late", "count"),
        Column("open_in_time", Kind.COUNT, "Open, and not yet due", "count"),
        Column("open_late", Kind.COUNT, "Open, and past due", "count"),
        Column("issues", Kind.COUNT, "All of them", "count"),
        Column("compliance", Kind.SHARE, "Solved in time, of all but those not yet due", "0-1", missing="#DIV/0!"),
    ),
    blank=f"{CALL_ERRORS} An issue without tier or status is not counted, and the message says how many. An open issue "
    "past due counts as too late. #DIV/0! where all issues of a tier are open and in time.",
    example=Example(
        ([["T1"], ["T1"], ["T2"]], [["Met"], ["Open, late"], ["Met"]]),
        [
            ["Tier", "Met", "Breached", "Open in time", "Open late", "Issues", "Compliance"],
            ["T1", 1, 0, 0, 1, 2, 0.5],
            ["T2", 1, 0, 0, 0, 1, 1],
            ["All", 2, 0, 0, 1, 3, 0.6667],
        ],
    ),
    family=FAMILY,
)
def cv_sla_compliance(tier: ARRAY, status: ARRAY, /) -> Answer:
    """Which share of the issues was solved in time, by tier?"""
    found = compliance(tier, status)
    everyone = compliance(pd.Series(tier, dtype=object).where(pd.isna(tier), "All"), status)
    table = pd.concat([found, everyone]) if len(found) else found
    left_out = tier.size - int(found["issues"].sum())
    note = f"{left_out:,} issues without tier or status are not counted"
    return Answer({"tier": table.index, **table}, (note,) if left_out else ())
