"""Service hours: which open issues the team's hours are spent on, by three methods, and how good each is."""

from collections.abc import Mapping
from typing import Final, Literal, cast

import numpy as np
import pandas as pd

from valuation.errors import ValuationError
from valuation.findings import Finding, Severity
from valuation.model.issues import Issues, to_triage
from valuation.model.tiers import SEGMENT_LABELS
from valuation.priority import HoursPlan, allocate_hours, triage
from valuation.settings import Settings
from valuation.tables import HOURS_BY, HOURS_ISSUES, HOURS_METHODS

__all__ = ["hours_tables"]

Mode = Literal["greedy", "exact", "divisible"]
MODES: Final = cast("tuple[Mode, ...]", HOURS_BY)


def hours_tables(
    issues: Issues, as_of: np.datetime64, settings: Settings
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Share out the hours on Assumptions by three methods, and say how far each is below the most there is."""
    waiting = issues.frame[issues.is_open].reset_index(drop=True)
    capacity, chosen = settings.number("service_hours"), cast(Mode, settings.word("hours_method"))
    floors = {label: settings.number(f"hours_floor_{label.casefold()}") for label in SEGMENT_LABELS}
    order = triage(to_triage(waiting, as_of, issues.clock), mode="normal").argsort()
    waiting = waiting.iloc[order].reset_index(drop=True)
    plans: dict[str, HoursPlan] = {}
    notes = dict.fromkeys(MODES, "" if np.isfinite(capacity) else "Fill in service_hours on Assumptions")
    for mode in MODES if np.isfinite(capacity) else ():
        try:
            plans[mode] = _plan(waiting, capacity, mode, floors)
            notes[mode] = "; ".join(plans[mode].notes)
        except ValuationError as error:
            notes[mode] = str(error)
    nothing = np.full(len(waiting), np.nan)
    methods = [
        {
            "method": mode,
            "issues": float((plans[mode].share > 0).sum()) if mode in plans else np.nan,
            "hours": plans[mode].hours if mode in plans else np.nan,
            "saved": plans[mode].gain if mode in plans else np.nan,
            "gap": plans[mode].gap if mode in plans else np.nan,
            "shortage": plans[mode].shortage if mode in plans else np.nan,
            "note": notes[mode],
        }
        for mode in MODES
    ]
    shares = {mode: plans[mode].share if mode in plans else nothing for mode in MODES}
    by_issue = waiting.assign(served=shares[chosen], greedy=shares["greedy"], exact=shares["exact"])
    return {
        HOURS_METHODS.name: pd.DataFrame(methods)[[column.name for column in HOURS_METHODS]],
        HOURS_ISSUES.name: by_issue[[column.name for column in HOURS_ISSUES]],
    }, _short(plans.get(chosen))


def _plan(waiting: pd.DataFrame, capacity: float, mode: Mode, floors: Mapping[str, float]) -> HoursPlan:
    return allocate_hours(
        waiting["value_at_risk"].to_numpy(dtype=float),
        waiting["hours"].to_numpy(dtype=float),
        capacity,
        mode=mode,
        must=(waiting["must_serve"].fillna(0.0) > 0).to_numpy(dtype=bool),
        tier=np.where(waiting["segment"].isna(), "", waiting["segment"]),
        tier_minimum={label: floor for label, floor in floors.items() if floor > 0},
    )


def _short(plan: HoursPlan | None) -> list[Finding]:
    if plan is None or not plan.shortage > 0:
        return []
    return [
        Finding(
            severity=Severity.WARNING,
            kind="hours do not suffice",
            table="Assumptions",
            column="value",
            what=f"What must be served takes {plan.shortage:g} hours more than service_hours has; nothing else can be "
            "served",
            mend="Find more hours, or look at what must really be served",
        )
    ]
