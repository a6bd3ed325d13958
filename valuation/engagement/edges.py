"""
The edges of a customer base, read and checked: who referred whom, who influences whom, who gave which idea.

All that can be wrong with them is found here, in one pass, and every row is named. Who values edges refuses faulty
ones; who lists them (see `valuation.engagement.faults`) goes on without them, and what is left is free of faults,
because rules about several rows look only at rows that are in order by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray, numbers
from valuation.cost.ledger import texts_of
from valuation.engagement.customers import Customers, trimmed
from valuation.errors import DomainError, InputError, MissingDataError

__all__ = ["EVIDENCE", "Edges", "Problem", "read_ideas", "read_influence", "read_referrals", "refuse_problems"]

BoolArray = npt.NDArray[np.bool_]

EVIDENCE: Final = ("measured", "surveyed", "judged")
"""How well a number is known, from the best down; one that says nothing is judged."""

_WHOLE: Final = 1.0 + 1e-9  # shares such as three thirds may miss 1 by rounding
_ROWS_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """
    One fault, and the rows that have it.

    Attributes
    ----------
    fault : str
        Its name.
    error : type of exception
        What it is to who cannot go on without these rows.
    rule : str
        The rule that is broken.
    rows : ndarray of int
        Rows from 0.
    given : ndarray or None
        What was given in each of these rows; None: the rule says all.
    """

    fault: str
    error: type[Exception]
    rule: str
    rows: IntArray
    given: npt.NDArray[Any] | None = None

    def words(self) -> list[str]:
        """Say what is wrong with each row."""
        if self.given is None:
            return [self.rule] * self.rows.size
        percent = self.rule.endswith("from 0 to 1")
        hints = ["; percent typed as whole number?" if percent and 1 < value <= 100 else "" for value in self.given]
        return [f"{self.rule}, not {_shown(value)}{hint}" for value, hint in zip(self.given, hints, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edges:
    """
    The rows of one table of edges.

    Attributes
    ----------
    name : str
        What the table is called in messages.
    owner : ndarray of int
        Place in the base of the customer who is credited.
    target : ndarray of int
        Place of the customer who was referred or influenced, behind the base for one who is not in it; number of the
        idea.
    share : ndarray
        Part of the target that is the owner's; blanks are filled. [1]
    amounts : mapping of str to ndarray
        The other numbers by column, blanks filled where a blank is nothing.
    flag : ndarray of bool
        Whether the referred customer is lost; whether the idea is in the plan.
    evidence : ndarray of int
        Place in `EVIDENCE`.
    problems : tuple of Problem
        All that is wrong.
    clean : ndarray of bool
        Rows with which nothing is wrong.
    """

    name: str
    owner: IntArray
    target: IntArray
    share: FloatArray
    amounts: Mapping[str, FloatArray]
    flag: BoolArray
    evidence: IntArray
    problems: tuple[Problem, ...]
    clean: BoolArray


@dataclass(slots=True, eq=False)
class _Reading:
    """A table while it is read: its columns, and what has been found wrong."""

    name: str
    table: pd.DataFrame
    problems: list[Problem] = field(default_factory=list)
    clean: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        self.clean = np.ones(len(self.table), dtype=np.bool_)

    def find(self, bad: Any, fault: str, error: type[Exception], rule: str, given: Any = None) -> None:
        """Note the rows that break a rule."""
        rows = np.flatnonzero(bad).astype(np.int64)
        if rows.size:
            shown = None if given is None else self._given(given, rows)
            self.problems.append(Problem(fault=fault, error=error, rule=rule, rows=rows, given=shown))
            self.clean[rows] = False

    def _given(self, given: Any, rows: IntArray) -> npt.NDArray[Any]:
        """What was given in these rows: values, or the names of the columns that hold both ends."""
        if isinstance(given, tuple):
            ends = [np.asarray(self.table[name], dtype=object)[rows] for name in given]
            return np.array([f"{owner} to {target}" for owner, target in zip(*ends, strict=True)], dtype=object)
        return np.asarray(given, dtype=object)[rows]

    def places(self, column: str, customers: Customers, *, known: bool) -> IntArray:
        """Read a column of customers."""
        places, blank = customers.places(self.table, column, self.name)
        self.find(blank, "blank id", MissingDataError, f"{column} must be given")
        if known:
            unknown = places >= len(customers)
            rule = f"{column} must be among the customers"
            self.find(unknown, "unknown customer", MissingDataError, rule, self.table[column])
        return places

    def number(
        self, column: str, *, low: float = -np.inf, high: float = np.inf, blank: float = np.nan, needed: Any = False
    ) -> FloatArray:
        """Read a column of finite numbers in a range, blanks filled, and say where one is needed and missing."""
        values = np.full(len(self.table), np.nan) if column not in self.table else numbers(self.table[column], column)
        self.find(np.isnan(values) & needed, "missing number", MissingDataError, f"{column} must be given")
        bad = np.isinf(values) | (values < low) | (values > high)
        if bad.any():
            rule = f"{column} must be finite"
            if low == 0.0:
                rule = f"{column} must be from 0 to 1" if high == 1.0 else f"{column} must be finite and not negative"
            self.find(bad, "out of range", DomainError, rule, values)
        return np.where(np.isnan(values), blank, values)

    def flag(self, column: str) -> BoolArray:
        """Read a column of yes and no; a blank is no."""
        if column not in self.table:
            return np.zeros(len(self.table), dtype=np.bool_)
        raw = self.table[column].to_numpy(dtype=object)
        blank = pd.isna(raw)
        yes = np.asarray(raw == 1, dtype=np.bool_) & ~blank
        no = blank | np.asarray(raw == 0, dtype=np.bool_)
        self.find(~(no | yes), "out of range", DomainError, f"{column} must be 1 or 0", raw)
        return yes

    def evidence(self) -> IntArray:
        """Read how well each row is known."""
        judged = EVIDENCE.index("judged")
        if "evidence" not in self.table:
            return np.full(len(self.table), judged)
        given = texts_of(self.table["evidence"])
        codes, words = pd.factorize(given)
        places = {word: place for place, word in enumerate(EVIDENCE)} | {"": judged}
        found = np.array([places.get(str(word).casefold(), -1) for word in words], dtype=np.int64)[codes]
        self.find(found < 0, "unknown word", InputError, f"evidence must be one of {', '.join(EVIDENCE)}", given)
        return found

    def each_once(self, owner: IntArray, target: IntArray, what: str) -> None:
        """A pair stands once; which of two rows counts is not ours to guess."""
        rows = np.flatnonzero(self.clean)
        twice = pd.Series(_pairs(owner[rows], target[rows])).duplicated().to_numpy()
        bad = np.zeros_like(self.clean)
        bad[rows[twice]] = True
        self.find(bad, "twice", InputError, f"{what} must stand once")

    def shares(self, share: FloatArray, target: IntArray, column: str, whole: str) -> FloatArray:
        """Fill shares of which all are blank, and refuse those of a target that make more than the whole of it."""
        given = ~np.isnan(share)
        rows, known = self._count(target, np.ones_like(self.clean)), self._count(target, given)
        self.find(
            self.clean & (known > 0) & (known < rows),
            "missing number",
            MissingDataError,
            f"{column} must be given in every row of {whole}, or in none",
        )
        with np.errstate(divide="ignore"):
            filled = np.where(given, share, 1.0 / rows)
        sums = self._sum(target, filled)
        rule = f"{column} of {whole} must add up to at most 1 (rule 6)"
        self.find(self.clean & (sums > _WHOLE), "shares over one", DomainError, rule, sums)
        return filled

    def done(
        self,
        owner: IntArray,
        target: IntArray,
        share: FloatArray,
        amounts: Mapping[str, FloatArray],
        flag: BoolArray | None = None,
    ) -> Edges:
        """Put together what was read."""
        return Edges(
            name=self.name,
            owner=owner,
            target=target,
            share=share,
            amounts=amounts,
            flag=np.zeros_like(self.clean) if flag is None else flag,
            evidence=self.evidence(),
            problems=tuple(self.problems),
            clean=self.clean,
        )

    def _count(self, target: IntArray, which: BoolArray) -> IntArray:
        """For each row, the number of rows in order that have its target."""
        return self._sum(target, which.astype(np.float64)).astype(np.int64)

    def _sum(self, target: IntArray, values: FloatArray) -> FloatArray:
        """For each row, the sum over the rows in order that have its target."""
        weights = np.where(self.clean, values, 0.0)
        codes = np.maximum(target, 0)  # a blank has no target, and is not in order
        return np.bincount(codes, weights=weights).astype(np.float64)[codes] if codes.size else weights


def read_referrals(table: pd.DataFrame | None, customers: Customers, *, valued: bool = True) -> Edges:
    """Read referrals; unless they are `valued` by themselves, margin and retention need not be known."""
    reading = _Reading("referrals", _frame(table, "referrer_id", "referred_id"))
    referrer = reading.places("referrer_id", customers, known=True)
    referred = reading.places("referred_id", customers, known=True)
    lost = reading.flag("lost")
    kind = reading.number("type")
    reading.find(~np.isin(kind, (1.0, 2.0)) & ~np.isnan(kind), "out of range", DomainError, "type must be 1 or 2", kind)
    chance = reading.number("p_incremental", low=0.0, high=1.0)
    chance = np.where(np.isnan(chance), np.select([kind == 1.0, kind == 2.0], [1.0, 0.0], np.nan), chance)
    rule = "type or p_incremental must be given"
    reading.find(np.isnan(chance) & np.isnan(kind) & ~lost, "missing number", MissingDataError, rule)
    brings_margin = ~lost & (chance > 0.0) & valued
    amounts = {
        "p_incremental": chance,
        "margin": reading.number("margin", needed=brings_margin),
        "retention": reading.number("retention", low=0.0, high=1.0, needed=brings_margin),
        "marketing": reading.number("marketing", low=0.0, blank=0.0),
        "reward": reading.number("reward", low=0.0, blank=0.0),
        "acq_saving": reading.number("acq_saving", low=0.0, blank=0.0),
        "realised": reading.number("realised", blank=0.0),
    }
    share = reading.number("share", low=0.0, high=1.0)
    itself = _itself(referrer, referred, customers)
    reading.find(itself, "self-referral", DomainError, "a customer must not refer itself", reading.table["referrer_id"])
    reading.each_once(referrer, referred, "a referral")
    reading.find(
        _on_cycle(referrer, referred, reading.clean, len(customers)),
        "cycle",
        DomainError,
        "referrals must not lead back to where they began",
        ("referrer_id", "referred_id"),
    )
    filled = reading.shares(share, referred, "share", "a referred customer")
    return reading.done(referrer, referred, filled, amounts, lost)


def read_influence(table: pd.DataFrame | None, customers: Customers, referrals: Edges | None = None) -> Edges:
    """Read influence; on whom is not in the base, it is influence on a prospect."""
    reading = _Reading("influence", _frame(table, "influencer_id", "influenced_id"))
    influencer = reading.places("influencer_id", customers, known=True)
    influenced = reading.places("influenced_id", customers, known=False)
    amounts = {name: reading.number(name) for name in ("value_with", "value_without")}
    share = reading.number("share", low=0.0, high=1.0)
    itself = _itself(influencer, influenced, customers)
    rule = "a customer must not influence itself"
    reading.find(itself, "self-influence", DomainError, rule, reading.table["influencer_id"])
    reading.each_once(influencer, influenced, "an influence")
    if referrals is not None:
        referred = _pairs(referrals.owner, referrals.target)[referrals.clean]
        both = reading.clean & pd.Series(_pairs(influencer, influenced)).isin(referred).to_numpy()
        reading.find(
            both,
            "referral and influence",
            DomainError,
            "one edge must be referral or influence (rule 6)",
            ("influencer_id", "influenced_id"),
        )
    filled = reading.shares(share, influenced, "share", "an influenced customer")
    return reading.done(influencer, influenced, filled, amounts)


def _itself(owner: IntArray, target: IntArray, customers: Customers) -> BoolArray:
    """Whether both ends are the same customer; who is not in the base has no place that the other column knows."""
    return np.asarray((owner == target) & (owner >= 0) & (owner < len(customers)), dtype=np.bool_)


def read_ideas(table: pd.DataFrame | None, customers: Customers) -> Edges:
    """Read ideas and who gave them."""
    reading = _Reading("ideas", _frame(table, "idea_id", "customer_id"))
    customer = reading.places("customer_id", customers, known=True)
    if "idea_id" not in reading.table:
        raise InputError(f"ideas must have a column idea_id, not only {', '.join(map(str, reading.table.columns))}")
    texts = trimmed(reading.table["idea_id"])
    reading.find(texts == "", "blank id", MissingDataError, "idea_id must be given")
    idea = pd.factorize(texts)[0].astype(np.int64)
    amounts = {
        "npv": reading.number("npv", needed=True),
        "stage_probability": reading.number("stage_probability", low=0.0, high=1.0, needed=True),
    }
    attribution = reading.number("attribution", low=0.0, high=1.0, needed=True)
    in_plan = reading.flag("in_plan")
    reading.each_once(customer, idea, "an idea of a customer")
    filled = reading.shares(attribution, idea, "attribution", "an idea")
    return reading.done(customer, idea, filled, amounts, in_plan)


def refuse_problems(edges: Edges) -> None:
    """Raise for the first fault found, and name its rows."""
    if edges.problems:
        problem = edges.problems[0]
        others = [str(row + 1) for row in problem.rows[1 : 1 + _ROWS_NAMED].tolist()]
        more = problem.rows.size - 1 - len(others)
        also = f"; so {'do' if len(others) > 1 else 'does'} row{'s' * (len(others) > 1)} {', '.join(others)}"
        rest = f" and {more:,} more" if more else ""
        words = f"{edges.name}, row {problem.rows[0] + 1}: {problem.words()[0]}"
        raise problem.error(words + (also + rest if others else ""))


def _frame(table: pd.DataFrame | None, *columns: str) -> pd.DataFrame:
    """The table, or one without rows."""
    return pd.DataFrame({name: np.empty(0, dtype=object) for name in columns}) if table is None else table


def _pairs(owner: IntArray, target: IntArray) -> IntArray:
    """A number for each pair of places, of which there are far fewer than 2**31."""
    return (owner << 32) + target


def _among(places: IntArray, customers: int) -> BoolArray:
    """For each customer, whether it is among these places."""
    found = np.zeros(customers, dtype=np.bool_)
    found[places] = True
    return found


def _on_cycle(owner: IntArray, target: IntArray, clean: BoolArray, customers: int) -> BoolArray:
    """True for edges from which a way leads back to where they began."""
    bad = np.zeros_like(clean)
    rows = np.flatnonzero(clean)
    # Only who both refers and was referred can be on a cycle: most edges end here, and mostly all of them.
    refers, referred = (_among(column[rows], customers) for column in (owner, target))
    rows = rows[referred[owner[rows]] & refers[target[rows]]]
    if not rows.size:
        return bad
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    codes, names = pd.factorize(np.concatenate([owner[rows], target[rows]]))
    start, end = np.split(codes, 2)
    graph = coo_array((np.ones(rows.size), (start, end)), shape=(len(names), len(names)))
    _, component = connected_components(graph.tocsr(), directed=True, connection="strong")
    bad[rows] = component[start] == component[end]
    return bad


def _shown(value: Any) -> str:
    """What was given, as people write it."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
