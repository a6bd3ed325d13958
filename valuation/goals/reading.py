"""Goals as they were written down: who serves whom, and every rule that a row breaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray, numbers
from valuation.dates import DateArray, dates
from valuation.engagement.customers import trimmed
from valuation.errors import InputError
from valuation.findings import Finding, Severity
from valuation.goals.tree import children_of, on_cycle

__all__ = ["LEVELS", "Goals", "read_goals"]

LEVELS: Final = ("company", "executive", "manager", "team")
"""From the top down."""

_ROLLUPS: Final = ("own", "children")
_REQUIRED: Final = (
    "goal_id",
    "parent_id",
    "level",
    "owner",
    "baseline",
    "baseline_date",
    "target",
    "target_date",
    "actual",
)
_TEXTS: Final = ("goal_id", "parent_id", "level", "lens", "measure", "unit", "owner", "rollup")
_NUMBERS: Final = ("baseline", "target", "actual", "weight", "band")
_DATES: Final = ("baseline_date", "target_date", "actual_date")
_WHOLE: Final = 1e-9  # thirds written with nine digits make a whole

BoolArray = npt.NDArray[np.bool_]


@dataclass(slots=True, kw_only=True, eq=False)
class Goals:
    """
    Goals, their tree and their faults, in the order of the rows.

    Attributes
    ----------
    text : mapping of str to ndarray
        Columns of texts, trimmed; "" where blank.
    number : mapping of str to ndarray
        Columns of numbers.
    date : mapping of str to ndarray
        Columns of dates.
    parent : ndarray of int
        Row of the goal that each serves, from 0; -1 for none, and on a cycle, which is cut.
    children : list of lists of int
        Rows of the goals that serve each.
    averaged : ndarray of bool
        Whether a goal is the mean of those that serve it.
    findings : list of Finding
        What is wrong.
    violations : list of lists of str
        The same in words, by row.
    """

    text: Mapping[str, npt.NDArray[Any]]
    number: Mapping[str, FloatArray]
    date: Mapping[str, DateArray]
    parent: IntArray = field(init=False)
    children: list[list[int]] = field(init=False)
    averaged: BoolArray = field(init=False)
    findings: list[Finding] = field(default_factory=list)
    violations: list[list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.violations = [[] for _ in self.text["goal_id"]]

    def find(self, bad: BoolArray, kind: str, column: str, what: str, mend: str) -> None:
        """Note the rows that break a rule."""
        rows = np.flatnonzero(bad).tolist()
        if rows:
            numbered = tuple(row + 1 for row in rows)
            self.findings.append(
                Finding(
                    severity=Severity.ERROR,
                    kind=kind,
                    table="Goals",
                    column=column,
                    rows=numbered,
                    what=what,
                    mend=mend,
                )
            )
            for row in rows:
                self.violations[row].append(kind)

    @property
    def violated(self) -> BoolArray:
        """Rows with which something is wrong."""
        return np.array([bool(kinds) for kinds in self.violations], dtype=np.bool_)


def read_goals(table: pd.DataFrame, as_of: np.datetime64) -> Goals:
    """Read goals and find all that is wrong with them."""
    missing = [name for name in _REQUIRED if name not in table]
    if missing:
        raise InputError(f"goals must have a column {missing[0]}, not only {', '.join(map(str, table.columns))}")
    rows = len(table)
    goals = Goals(
        text={name: trimmed(table[name]) if name in table else np.full(rows, "", dtype=object) for name in _TEXTS},
        number={name: numbers(table[name], name) if name in table else np.full(rows, np.nan) for name in _NUMBERS},
        date={
            name: dates(np.asarray(table[name]), name) if name in table else np.full(rows, np.datetime64("NaT", "D"))
            for name in _DATES
        },
    )
    _read_tree(goals)
    _read_rollup(goals)
    _check_measures(goals, as_of)
    return goals


def _read_tree(goals: Goals) -> None:
    """Who serves whom, by id."""
    ids, parents = goals.text["goal_id"], goals.text["parent_id"]
    goals.find(ids == "", "blank goal id", "goal_id", "the goal has no id", "give each goal an id of its own")
    twice = pd.Series(ids).duplicated(keep=False).to_numpy() & (ids != "")
    goals.find(
        twice, "duplicate goal id", "goal_id", "the id stands in several rows", "give each goal an id of its own"
    )
    index = pd.Index(ids, dtype=object)
    first = index.drop_duplicates()
    rows = np.flatnonzero(~index.duplicated())
    places = first.get_indexer(pd.Index(parents, dtype=object))
    parent = np.where((places < 0) | (parents == ""), -1, rows[places] if rows.size else -1).astype(np.int64)
    goals.find(
        (parents != "") & (places < 0),
        "unknown parent",
        "parent_id",
        "the goal that it serves is not in the table",
        "name a goal of the table, or leave the cell blank for a goal that serves none",
    )
    cut = on_cycle(parent)
    goals.find(
        cut, "cycle", "parent_id", "the goal serves itself, by way of others", "let the goal at the top serve none"
    )
    _check_levels(goals, parent)
    goals.parent = np.where(cut, -1, parent)
    goals.children = children_of(goals.parent)


def _check_levels(goals: Goals, parent: IntArray) -> None:
    """No goal stands above the one that it serves."""
    known = {word: place for place, word in enumerate(LEVELS)}
    level = np.array([known.get(word.casefold(), -1) for word in goals.text["level"]], dtype=np.int64)
    listed = ", ".join(LEVELS)
    goals.find(level < 0, "unknown level", "level", f"the level is not one of {listed}", f"write one of {listed}")
    above = (parent >= 0) & (level >= 0) & (level < level[parent])
    goals.find(
        above,
        "level out of order",
        "level",
        "the goal stands above the one that it serves",
        "let company goals be served by executives, those by managers, those by teams",
    )


def _read_rollup(goals: Goals) -> None:
    """Whether a goal is measured itself or is the mean of those that serve it: declared, and never both."""
    words = np.array([word.casefold() for word in goals.text["rollup"]], dtype=object)
    served = np.array([bool(children) for children in goals.children], dtype=np.bool_)
    wanted = " or ".join(_ROLLUPS)
    unknown = ~np.isin(words, np.array(["", *_ROLLUPS], dtype=object))
    goals.find(unknown, "unknown rollup", "rollup", f"rollup is not {wanted}", f"write {wanted}")
    goals.find(
        served & (words == ""),
        "rollup not declared",
        "rollup",
        "other goals serve this one, and it does not say whether it is their mean",
        f"write {wanted}",
    )
    averaged = words == "children"
    goals.averaged = averaged
    goals.find(
        averaged & ~served,
        "no children",
        "rollup",
        "the goal is the mean of those that serve it, and there are none",
        "write own, or let other goals serve it",
    )
    measured = np.logical_or.reduce([~np.isnan(goals.number[name]) for name in ("baseline", "target", "actual")])
    goals.find(
        averaged & measured,
        "both own and children",
        "rollup",
        "the goal is the mean of those that serve it, and has numbers of its own",
        "write own, or clear baseline, target and actual",
    )
    weight = goals.number["weight"]
    serves = goals.parent >= 0
    bad = ~((weight >= 0) & np.isfinite(weight))  # such a weight makes no sum
    sums = np.bincount(goals.parent[serves], weights=np.where(bad, np.nan, weight)[serves], minlength=weight.size)
    goals.find(
        averaged & served & ~(np.abs(sums - 1.0) <= _WHOLE),
        "weights do not add up to 1",
        "weight",
        "the weights of the goals that serve this one are not all given, negative, or do not add up to 1",
        "give each of them its part, together 1",
    )


def _check_measures(goals: Goals, as_of: np.datetime64) -> None:
    """Owner, dates, and the band of a goal to keep."""
    goals.find(goals.text["owner"] == "", "missing owner", "owner", "nobody owns the goal", "name one person")
    keep = ~goals.averaged & (goals.number["baseline"] == goals.number["target"])
    goals.find(
        keep & ~(goals.number["band"] >= 0),
        "no band",
        "band",
        "baseline and target are the same, and how far the measure may be from them is not said",
        "give a band of 0 or more, or another target",
    )
    goals.find(
        ~goals.averaged & ~keep & (goals.date["target_date"] <= goals.date["baseline_date"]),
        "target date not after baseline date",
        "target_date",
        "the target is not due after the baseline was measured",
        "mend one of the dates",
    )
    goals.find(
        goals.date["actual_date"] > as_of,
        "actual date in the future",
        "actual_date",
        "the actual is of a day after the as-of date",
        "mend the date, or take a later as-of date",
    )
