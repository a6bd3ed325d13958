"""Priority: what is at risk in an issue, which issues get the hours there are, and in which order."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import TABLE, Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.cost.amounts import refuse_rows
from valuation.errors import DomainError
from valuation.priority import CLASSES, HoursPlan, allocate_hours, breach_ratio, reasons, triage, value_at_risk
from valuation.tables import ISSUES, Blank, Column, Kind, Table
from workbook_templates.plan import CellError

FAMILY = "Priority"

HOURS_MODES: Final = ("greedy", "exact", "divisible")
TRIAGE_MODES: Final = ("normal", "crisis")

TIER_MINIMUM = Table(
    "tier_min",
    "",
    "one row for each tier",
    (Column("tier", Kind.TEXT, "Tier"), Column("hours", Kind.NUMBER, "Least hours for it", "hours", low=0)),
    key=("tier",),
)

ISSUE_TABLE = replace(
    ISSUES,
    name="issues",
    columns=(
        ISSUES["issue_id"],
        Column(
            "value",
            Kind.MONEY,
            "Engagement value of the customer (CV_CEV); blank where the customer is unknown",
            "currency",
            blank=Blank.ALLOWED,
        ),
        *(
            replace(ISSUES[name], blank=Blank.ALLOWED)
            for name in ("opened", "severity", "hours", "p_loss_now", "p_loss_served", "must_serve", "closed")
        ),
        Column(
            "value_class",
            Kind.CHOICE,
            "Class of the customer by engagement value (CV_TIER, pareto)",
            required=False,
            blank=Blank.ALLOWED,
            choices=CLASSES,
        ),
        Column(
            "allowed_hours",
            Kind.NUMBER,
            "Hours within which it must be solved (CV_SLA)",
            "hours",
            required=False,
            blank=Blank.ALLOWED,
        ),
    ),
)


@worksheet_function(
    arguments=(
        Argument("value", Kind.MONEY, "Lifetime or engagement value of the customer", "money"),
        Argument("p_loss_now", Kind.SHARE, "Chance to lose the customer if nothing is done", "0-1"),
        Argument("p_loss_if_served", Kind.SHARE, "Chance to lose the customer if the issue is served", "0-1"),
    ),
    result=Result.ROWS,
    columns=(Column("at_risk", Kind.MONEY, "What serving the issue saves on average", "money"),),
    blank=f"{ROW_ERRORS} Negative where serving makes the loss likelier; 0 for a customer of negative value, whom a "
    "duty may still oblige to serve. An expected loss, not the value at risk of banking.",
    example=Example((17921.18, 0.3, 0), 5376.354),
    family=FAMILY,
)
def cv_ltv_at_risk(value: ARRAY, p_loss_now: ARRAY, p_loss_if_served: ARRAY, /) -> ARRAY:
    """How much of a customer's value does serving an issue save on average?"""
    return value_at_risk(value, p_loss_now, p_loss_if_served)


@worksheet_function(
    arguments=(
        Argument(
            "gain",
            Kind.MONEY,
            "What serving each issue saves (CV_LTV_AT_RISK); blank where it is not known",
            "money",
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument("hours", Kind.NUMBER, "Hours that each issue takes", "hours", shape=Shape.ROWS),
        Argument("capacity", Kind.NUMBER, "Hours that there are", "hours", shape=Shape.ONE),
        Argument(
            "mode",
            Kind.CHOICE,
            "greedy: by gain per hour, each that still fits; exact: the best choice there is; divisible: the last one "
            "in part",
            required=False,
            default="greedy",
            choices=HOURS_MODES,
            shape=Shape.ONE,
        ),
        Argument(
            "must",
            Kind.FLAG,
            "TRUE for an issue that must be served whatever it saves",
            required=False,
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "tier",
            Kind.TEXT,
            "Tier of the customer of each issue, for tier_min",
            required=False,
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument(
            "tier_min",
            TABLE,
            "Least hours for a tier, so that none is left without: tier, hours; the first tier is served first",
            "hours",
            required=False,
            shape=Shape.TABLE,
            table=TIER_MINIMUM,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("issue", Kind.ANY, "Row of the issue, from 1; at last all issues"),
        Column("selected", Kind.SHARE, "1 served, 0 not, between them in part; for all their number", "0-1"),
        Column("hours", Kind.NUMBER, "Hours it gets", "hours", missing="#N/A"),
        Column("gain", Kind.MONEY, "What that saves", "money", missing="#N/A"),
        Column("bound", Kind.MONEY, "For all: what no plan within these duties can exceed", "money"),
        Column("gap", Kind.SHARE, "For all: part of the bound that the plan misses", "0-1"),
        Column("shortage", Kind.NUMBER, "For all: hours that are lacking for what must be served", "hours"),
    ),
    blank=f"{CALL_ERRORS} A blank gain gives #N/A in its row, unless the issue must be served. An issue of negative "
    "gain is never chosen unless it must be, and one that takes no hours always is. If what must be served exceeds the "
    "capacity, all of it is chosen, the rest is #N/A, and shortage says what is lacking. tier_min is filled with the "
    "best issues of the tier before the mode decides on the hours that are left; the message says who gets less.",
    example=Example(
        ([[60000], [50000], [50000], [9000]], [[10], [8], [8], [1]], 16, "exact"),
        [
            ["Issue", "Selected", "Hours", "Gain", "Bound", "Gap", "Shortage"],
            [1, 0, 0, 0, None, None, None],
            [2, 1, 8, 50000, None, None, None],
            [3, 1, 8, 50000, None, None, None],
            [4, 0, 0, 0, None, None, None],
            ["All", 2, 16, 100000, 102750, 0.0268, 0],
        ],
    ),
    family=FAMILY,
)
def cv_allocate_hours(
    gain: ARRAY,
    hours: ARRAY,
    capacity: float,
    mode: Any,
    must: ARRAY | None,
    tier: ARRAY | None,
    tier_min: pd.DataFrame | None,
    /,
) -> Answer:
    """Which issues should get the hours that there are, and how far is that from the best possible?"""
    plan = allocate_hours(
        gain,
        hours,
        capacity,
        mode=mode,
        must=None if must is None else must == 1.0,
        tier=tier,
        tier_minimum=None if tier_min is None else dict(zip(tier_min["tier"], tier_min["hours"], strict=True)),
    )
    return Answer(_plan_table(plan, gain, hours), plan.notes)


def _plan_table(plan: HoursPlan, gain: ARRAY, hours: ARRAY) -> dict[str, Any]:
    """One row for each issue and one for all."""
    many = gain.size
    served = np.where(np.isnan(gain) & (plan.share == 1.0), 0.0, gain)  # a duty whose gain is not known
    chosen = [CellError.NA if np.isnan(share) else share for share in plan.share.tolist()]
    totals = {"bound": plan.bound, "gap": plan.gap, "shortage": plan.shortage}
    return {
        "issue": [*range(1, many + 1), "All"],
        "selected": [*chosen, int(plan.selected.sum())],
        "hours": np.append(plan.share * hours, plan.hours),
        "gain": np.append(plan.share * served, plan.gain),
        **{name: [*[None] * many, CellError.NA if np.isnan(total) else total] for name, total in totals.items()},
    }


@worksheet_function(
    arguments=(
        Argument(
            "issues",
            TABLE,
            "issue_id, value (engagement value), opened, severity, hours, p_loss_now; where known p_loss_served, "
            "must_serve, closed, value_class (needed in a crisis), allowed_hours",
            "money and hours",
            shape=Shape.TABLE,
            table=ISSUE_TABLE,
        ),
        Argument("as_of", Kind.DATE, "The day or moment for which the order is asked", "date", shape=Shape.ONE),
        Argument(
            "mode",
            Kind.CHOICE,
            "normal: what must be served, then by value at risk per hour, more so when late; crisis: what must be "
            "served, then by class of engagement value and value at risk",
            required=False,
            default="normal",
            choices=TRIAGE_MODES,
            shape=Shape.ONE,
        ),
    ),
    result=Result.TABLE,
    columns=(
        Column("rank", Kind.COUNT, "1 is served first", "rank"),
        Column("issue_id", Kind.ID, "The issue", heading="Issue"),
        Column("value_at_risk", Kind.MONEY, "What serving it saves on average", "money", missing="#N/A"),
        Column("reason", Kind.TEXT, "Why it stands there"),
    ),
    blank=f"{CALL_ERRORS} A closed issue is left out. One whose customer, value at risk or hours are not known comes "
    "last, and the message counts these; if it must be served, it comes last of those that must. An issue that takes "
    "no hours comes before those that do. Being late counts from allowed_hours on, in calendar hours.",
    example=Example(
        (
            [
                ["issue_id", "value", "opened", "severity", "hours", "p_loss_now", "value_class"],
                ["I1", 47492.77, "2025-12-30", 2, 6, 0.1, "A"],
                ["I3", 17921.18, "2025-12-30", 2, 1.5, 0.3, "C"],
                ["I5", 111693.22, "2025-12-30", 2, 4, 0.08, "A"],
            ],
            "2025-12-31",
            "crisis",
        ),
        [
            ["Rank", "Issue", "Value at risk", "Reason"],
            [1, "I5", 8935.46, "class A, 8,935 at risk"],
            [2, "I1", 4749.28, "class A, 4,749 at risk"],
            [3, "I3", 5376.35, "class C, 5,376 at risk"],
        ],
    ),
    family=FAMILY,
)
def cv_triage(issues: pd.DataFrame, as_of: np.datetime64, mode: Any, /) -> Answer:
    """In which order are the open issues served, and why?"""
    prepared = _with_value_at_risk(issues, as_of)
    rank = triage(prepared, mode=mode)
    rows = np.flatnonzero(rank > 0)
    rows = rows[np.argsort(rank[rows])]
    at_risk = prepared["value_at_risk"].to_numpy()
    unknown = int((np.isnan(at_risk) | prepared["hours"].isna().to_numpy())[rows].sum())
    note = f"{unknown:,} issues come last, because their customer, value at risk or hours are not known"
    return Answer(
        {
            "rank": rank[rows],
            "issue_id": prepared["issue_id"].to_numpy()[rows],
            "value_at_risk": at_risk[rows],
            "reason": reasons(prepared.iloc[rows], mode=mode),
        },
        (note,) if unknown else (),
    )


def _with_value_at_risk(issues: pd.DataFrame, as_of: np.datetime64) -> pd.DataFrame:
    """The issues as they stood then."""
    now = issues["p_loss_now"].to_numpy()
    served = issues["p_loss_served"].fillna(0.0).to_numpy() if "p_loss_served" in issues else np.zeros(now.size)
    for name, chances in (("p_loss_now", now), ("p_loss_served", served)):
        refuse_rows((chances < 0) | (chances > 1), chances, DomainError, f"{name} must be from 0 to 1")
    value = issues["value"].to_numpy()
    prepared = issues.assign(known=~np.isnan(value), value_at_risk=value_at_risk(value, now, served))
    if "closed" in issues:
        prepared["closed"] = issues["closed"].where(issues["closed"] <= as_of)
    if "allowed_hours" in issues:
        prepared["breach_ratio"] = breach_ratio(issues["opened"], issues["allowed_hours"].to_numpy(), as_of=as_of)
    return prepared
