"""The cascade to begin with: the company's two goals, the five officers below them, and what each is measured by."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pandas as pd

__all__ = ["DEFAULT_GOALS", "DefaultGoal", "default_goals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultGoal:
    """
    One goal to begin with.

    Attributes
    ----------
    goal_id, parent_id : str
        Its name and that of the goal it serves; "" for the company's own.
    level : str
        company, executive, manager or team.
    lens : str
        The officer who asks for it.
    measure : str
        Name of the measure, or "" where the goal is the mean of those below it.
    unit : str
        Unit of the measure.
    better : str
        ``high`` or ``low``; "" where it is a mean.
    weight : float
        Part of the goal it serves. [1]
    rollup : str
        ``own``: its own measure; ``children``: the weighted mean of the goals below it.
    """

    goal_id: str
    parent_id: str
    level: str
    lens: str
    measure: str
    unit: str
    better: str
    weight: float
    rollup: str


_OFFICERS: Final = ("CFO", "CCO", "CPO", "CMO", "CRO")
_MEASURES: Final = (
    ("CFO", "contribution", "currency/year", "high"),
    ("CFO", "days_late", "days", "low"),
    ("CFO", "net_new_customers_remaining", "count", "high"),
    ("CFO", "existing_active_customers", "count", "high"),
    ("CFO", "revenue_per_new_customer", "currency/year", "high"),
    ("CFO", "revenue_per_existing_customer", "currency/year", "high"),
    ("CCO", "support_minutes_per_1000", "minutes", "low"),
    ("CCO", "self_service_share", "0-1", "high"),
    ("CCO", "value_at_risk_a", "currency", "low"),
    ("CPO", "fit", "0-1", "high"),
    ("CPO", "knowledge_value", "currency", "high"),
    ("CMO", "referral_value", "currency", "high"),
    ("CMO", "payback_months", "months", "low"),
    ("CRO", "retention_rate", "0-1/year", "high"),
    ("CRO", "sales_cost_share", "of net revenue", "low"),
    ("CRO", "residual_value", "currency", "high"),
)


def _company(measure: str, unit: str) -> DefaultGoal:
    """A goal of the chief executive."""
    return DefaultGoal(
        goal_id=measure,
        parent_id="",
        level="company",
        lens="CEO",
        measure=measure,
        unit=unit,
        better="high",
        weight=1.0,
        rollup="own",
    )


def _officer(officer: str) -> DefaultGoal:
    """What an officer's measures make together."""
    return DefaultGoal(
        goal_id=officer.lower(),
        parent_id="customer_equity",
        level="executive",
        lens=officer,
        measure="",
        unit="0-1",
        better="",
        weight=1 / len(_OFFICERS),
        rollup="children",
    )


def _measured(officer: str, measure: str, unit: str, better: str) -> DefaultGoal:
    """One of them."""
    return DefaultGoal(
        goal_id=measure,
        parent_id=officer.lower(),
        level="manager",
        lens=officer,
        measure=measure,
        unit=unit,
        better=better,
        weight=1 / sum(owner == officer for owner, *_ in _MEASURES),
        rollup="own",
    )


DEFAULT_GOALS: Final = (
    _company("customer_equity", "currency"),
    *(
        goal
        for officer in _OFFICERS
        for goal in (_officer(officer), *(_measured(*row) for row in _MEASURES if row[0] == officer))
    ),
    _company("return_on_customer", "1/year"),
)
"""In the order of the tree."""


def default_goals() -> pd.DataFrame:
    """
    Give the cascade to begin with: rows for people to fill in and to edit.

    Returns
    -------
    DataFrame
        The attributes of `DefaultGoal` as columns, then those to fill in, blank: baseline, baseline_date, target,
        target_date, actual, actual_date, band, owner.

    Examples
    --------
    >>> default_goals().query("lens == 'CMO'")["goal_id"].tolist()
    ['cmo', 'referral_value', 'payback_months']
    """
    names = [field.name for field in fields(DefaultGoal)]
    table = pd.DataFrame([{name: getattr(goal, name) for name in names} for goal in DEFAULT_GOALS])
    blank = pd.Series(np.full(len(table), np.nan))
    day = pd.Series(np.full(len(table), np.datetime64("NaT", "s")))
    return table.assign(
        baseline=blank,
        baseline_date=day,
        target=blank,
        target_date=day,
        actual=blank,
        actual_date=day,
        band=blank,
        owner=pd.Series([None] * len(table), dtype=object),
    )
