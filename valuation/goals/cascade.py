"""
The cascade: from the company's goals to those of officers, managers and teams, and back up by weighted means.

Nothing is made up on the way: a goal of which one part is not known is not known.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuation.cost.amounts import FloatArray
from valuation.dates import one_date
from valuation.findings import Finding
from valuation.goals.attainment import goal_status, status
from valuation.goals.reading import Goals, read_goals
from valuation.goals.tree import tree_order

__all__ = ["Cascade", "cascade"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cascade:
    """
    Goals as a tree, with what is wrong with them.

    Attributes
    ----------
    tree : DataFrame
        One line for each goal, every goal followed by those that serve it: row, from 1; goal_id; parent_id; level;
        lens; measure; owner; depth, 0 at the top; own_attainment, by its own measure; attainment, that or the mean of
        those that serve it; pace; status; violation, the kinds of what is wrong or "".
    findings : list of Finding
        What is wrong, with the rows.
    """

    tree: pd.DataFrame
    findings: list[Finding]


def cascade(goals: pd.DataFrame, *, as_of: object) -> Cascade:
    """
    Attainment, pace and status of all goals, from those that are measured up to the company's.

    Parameters
    ----------
    goals : DataFrame
        goal_id, parent_id (blank: serves none), level (company, executive, manager or team), owner, baseline,
        baseline_date, target, target_date, actual; where known lens, measure, unit, actual_date, weight (part of the
        goal that it serves), rollup (``own``: its own measure; ``children``: the mean of those that serve it; needed
        where others serve it) and band (for a goal to keep, whose baseline is its target).
    as_of : date
        The day for which it is asked.

    Returns
    -------
    Cascade
        A goal with a violation has no attainment; nor has one that is the mean of goals of which one has none.

    Raises
    ------
    InputError
        If a column is missing, or not of numbers or dates.

    Notes
    -----
    Violations: missing owner, blank or duplicate id, unknown parent, cycle, unknown level, a level above that of the
    goal it serves, unknown or undeclared rollup, both own numbers and children, no children, children's weights that
    do not add up to 1, no band, a target date that is not after the baseline date, an actual date in the future. The
    pace of a mean is the mean of the paces, by the same weights. Goals on a cycle stand at the top.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "goal_id": ["equity", "retention", "cost"], "parent_id": ["", "equity", "equity"],
    ...     "level": ["company", "executive", "executive"], "owner": "somebody", "weight": [None, 0.75, 0.25],
    ...     "rollup": ["children", "own", "own"],
    ...     "baseline": [None, 0.80, 100], "target": [None, 0.85, 80], "actual": [None, 0.83, 95],
    ...     "baseline_date": np.datetime64("2025-01-01"), "target_date": np.datetime64("2025-12-31"),
    ... })
    >>> found = cascade(table, as_of=np.datetime64("2025-07-02"))
    >>> found.tree[["goal_id", "depth", "attainment", "pace", "status"]].round(4).to_numpy().tolist()
    [['equity', 0, 0.5125, 0.5, 'green'], ['retention', 1, 0.6, 0.5, 'green'], ['cost', 1, 0.25, 0.5, 'amber']]
    """
    day = one_date(as_of, "as_of")
    read = read_goals(goals, day)
    order, depth = tree_order(read.parent, read.children)
    violated = read.violated
    measured = goal_status(
        read.number["baseline"],
        read.number["target"],
        read.number["actual"],
        baseline_date=read.date["baseline_date"],
        target_date=read.date["target_date"],
        as_of=day,
        band=read.number["band"],
    )
    own = np.where(violated | read.averaged, np.nan, measured.attainment)
    attained = _rolled_up(read, order, own)
    passed = _rolled_up(read, order, np.where(violated | read.averaged, np.nan, measured.pace))
    lines = pd.DataFrame(
        {
            "row": np.arange(1, len(goals) + 1),
            **{name: read.text[name] for name in ("goal_id", "parent_id", "level", "lens", "measure", "owner")},
            "depth": np.array(depth, dtype=np.int64),
            "own_attainment": own,
            "attainment": attained,
            "pace": passed,
            "status": pd.Series(status(attained, passed), dtype=object),
            "violation": ["; ".join(kinds) for kinds in read.violations],
        }
    )
    return Cascade(tree=lines.iloc[order].reset_index(drop=True), findings=read.findings)


def _rolled_up(goals: Goals, order: list[int], own: FloatArray) -> FloatArray:
    """The own number of each goal, or the weighted mean of those that serve it, from the bottom up."""
    values, weights = own.tolist(), goals.number["weight"].tolist()
    averaged, faulty = goals.averaged.tolist(), goals.violated.tolist()
    for row in reversed(order):
        if averaged[row] and not faulty[row]:
            values[row] = sum(weights[child] * values[child] for child in goals.children[row])
    return np.array(values, dtype=np.float64)
