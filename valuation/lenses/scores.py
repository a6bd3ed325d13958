r"""
Lens scores: each officer's statements about good customers, applied to all of them.

Statements are rows of a table that people edit. A row takes one measure as an item of a statement of an officer; an
item is the mid-rank percentile of the customer among those of whom the measure is known, so that units, outliers and
distributions do not matter; a statement is the weighted mean of its items, and a lens that of its statements:

.. math::

    p_i = 100 \, \frac{b_i + (t_i - 1)/2}{n - 1}; \quad
    s_i = \frac{\sum_k w_k \, p_{ik}}{\sum_k w_k}; \quad
    l_i = \frac{\sum_j v_j \, s_{ij}}{\sum_j v_j}

with :math:`b` customers below, :math:`t` equal ones (the customer included) and :math:`n` customers compared. What is
unknown of a customer is left out of both sums.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from valuation.cost.amounts import FloatArray, numbers
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.lenses.ranking import mid_ranks, ranks_from_best

__all__ = ["LensScores", "lens_ranks", "lens_scores", "score_columns", "weigh_items"]

_FEWEST: Final = 3
_WORDS: Final = ("officer", "statement", "measure", "better")
_WEIGHTS: Final = ("weight", "statement_weight")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LensScores:
    """
    How customers look to each officer.

    Attributes
    ----------
    scores : DataFrame, shape (n, officers)
        Score of each customer in each lens, NaN where nothing is known of the customer. [0-100]
    statements : DataFrame, shape (n, statements)
        The same for each statement; columns (officer, statement). [0-100]
    items : DataFrame, shape (n, rows of the table)
        Percentile in each item; columns (officer, statement, measure). NaN in all of an item that is not used. [0-100]
    used : DataFrame
        The rows of the table with the weights that were read; known, the customers of whom the measure is known; and
        used, whether the row counts at all.
    notes : tuple of str
        What was left out.
    """

    scores: pd.DataFrame
    statements: pd.DataFrame
    items: pd.DataFrame
    used: pd.DataFrame
    notes: tuple[str, ...]


class _Item(NamedTuple):
    """One row of the statements, read."""

    officer: str
    statement: str
    measure: str
    better: str
    weight: float
    statement_weight: float

    @property
    def counts(self) -> bool:
        """Whether it has any weight in its lens."""
        return self.weight > 0 and self.statement_weight > 0


def lens_scores(measures: pd.DataFrame, statements: pd.DataFrame) -> LensScores:
    """
    Score every customer as each officer sees them.

    Parameters
    ----------
    measures : DataFrame
        One row per customer, at least three, and a column for each measure. A blank is unknown, and so is an infinite
        number.
    statements : DataFrame
        One row per item: officer; statement; measure, a column of `measures`; better, ``high`` or ``low``; where they
        are not 1, weight of the item in its statement and statement_weight of the statement in the lens. A row of
        weight 0 does not count. [1]

    Returns
    -------
    LensScores
        Scores of lenses, statements and items, and what was left out: a measure that is known of fewer than three
        customers is not used, and a note says so.

    Raises
    ------
    DomainError
        If a weight is negative or infinite; the message names the row.
    InputError
        If a row of `statements` is incomplete, stands twice, names a measure that is not there, or has an unknown
        word, or if the rows of a statement give it different weights; if a measure is not numbers.
    MissingDataError
        If there are fewer than three customers, or no measure that counts is known of three.

    Notes
    -----
    A customer is compared with all others of whom the measure is known, and scores 0 to 100 there however few they
    are. Where all are equal each scores 50.

    Examples
    --------
    >>> measures = pd.DataFrame({"minutes": [40.0, 5.0, 20.0], "revenue": [900.0, 300.0, None]})
    >>> rows = [("CCO", "need no support", "minutes", "low"), ("CCO", "answer fast", "minutes", "high")]
    >>> statements = pd.DataFrame(rows, columns=["officer", "statement", "measure", "better"])
    >>> lens_scores(measures, statements.assign(statement_weight=[3, 1])).scores["CCO"].tolist()
    [25.0, 75.0, 50.0]
    """
    items = _read_statements(statements)
    columns = _read_measures(measures, items)
    customers = len(measures)
    if customers < _FEWEST:
        raise MissingDataError(f"measures must be those of at least {_FEWEST} customers, not {customers}")
    known = {name: int(np.isfinite(column).sum()) for name, column in columns.items()}
    used = [item.counts and known[item.measure] >= _FEWEST for item in items]
    if not any(used):
        names = ", ".join(columns)
        raise MissingDataError(f"a measure that counts must be known of at least {_FEWEST} customers; none is: {names}")
    return _scored(measures.index, items, _percentiles(columns, known, items, used), known, used)


def lens_ranks(scores: pd.DataFrame) -> pd.DataFrame:
    """
    Rank the customers in each lens.

    Parameters
    ----------
    scores : DataFrame
        One row per customer and a column for each lens. [0-100]

    Returns
    -------
    DataFrame
        As `scores`: 1 for the best, equal ones share the average of their ranks; NaN where there is no score. Scores
        that differ in the noise of their last bits are equal.

    Raises
    ------
    InputError
        If there is no lens, one stands twice, or a score is not a number.

    Examples
    --------
    >>> lens_ranks(pd.DataFrame({"CFO": [80.0, None, 35.0, 80.0]}))["CFO"].tolist()
    [1.5, nan, 3.0, 1.5]
    """
    return ranks_from_best(score_columns(scores))


def weigh_items(statements: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """
    Give the items of some measures another weight, in whatever statement they stand.

    Parameters
    ----------
    statements : DataFrame
        As for `lens_scores`.
    weights : mapping of str to float
        Measure to weight. [1]

    Returns
    -------
    DataFrame
        The statements with these weights; other rows keep theirs.

    Raises
    ------
    InputError
        If no statement names such a measure.

    Examples
    --------
    >>> rows = pd.DataFrame({"officer": ["CFO", "CFO"], "measure": ["nps", "ideas"]})
    >>> weigh_items(rows, {"ideas": 2.0})["weight"].tolist()
    [1.0, 2.0]
    """
    unknown = [name for name in weights if name not in set(statements["measure"])]
    if unknown:
        raise InputError(f"weights must be those of measures that a statement names, not {unknown[0]!r}")
    given = statements["weight"] if "weight" in statements else pd.Series(1.0, index=statements.index)
    return statements.assign(weight=statements["measure"].map(dict(weights)).astype(np.float64).fillna(given))


# At the door.


def score_columns(scores: pd.DataFrame) -> pd.DataFrame:
    """
    Read scores given by anybody: numbers, a column for each lens.

    Parameters
    ----------
    scores : DataFrame
        One row per customer and a column for each lens.

    Returns
    -------
    DataFrame
        The same in float64.

    Raises
    ------
    InputError
        If there is no lens, one stands twice, or a score is not a number; the message names the row.
    """
    if not len(scores.columns):
        raise InputError("scores must have a column for at least one lens")
    _refuse_twice(scores, "scores")
    read = np.empty((len(scores.columns), len(scores)))
    for place, name in enumerate(scores.columns):
        read[place] = _numbers_by_row(scores[name], str(name))
    return pd.DataFrame(read.T, index=scores.index, columns=scores.columns, copy=False)


def _read_statements(statements: pd.DataFrame) -> list[_Item]:
    """Items in the order of the table, weights filled in."""
    absent = [name for name in _WORDS if name not in statements.columns]
    if absent:
        raise InputError(f"statements must have the columns {', '.join(_WORDS)}; there is no {absent[0]}")
    _refuse_twice(statements, "statements")
    if not len(statements):
        raise InputError("statements must have at least one row")
    words = zip(*(_texts(statements, name) for name in _WORDS), strict=True)
    weights = zip(*(_read_weights(statements, name) for name in _WEIGHTS), strict=True)
    whole: dict[tuple[str, str], float] = {}
    items: dict[tuple[str, ...], _Item] = {}
    for row, ((officer, statement, measure, better), (weight, of_statement)) in enumerate(
        zip(words, weights, strict=True), 1
    ):
        if better not in ("high", "low"):
            raise InputError(f"better must be high or low, not {better!r} in row {row} of statements")
        if (officer, statement, measure) in items:
            raise InputError(f"{measure} stands twice in a statement of {officer}: row {row} of statements")
        if not np.isnan(of_statement) and whole.setdefault((officer, statement), of_statement) != of_statement:
            raise InputError(
                "statement_weight must be the same in all rows of a statement, "
                f"not {of_statement:g} after {whole[officer, statement]:g} in row {row} of statements"
            )
        item = _Item(officer, statement, measure, better, 1.0 if np.isnan(weight) else float(weight), 1.0)
        items[officer, statement, measure] = item
    return [item._replace(statement_weight=float(whole.get(item[:2], 1.0))) for item in items.values()]


def _texts(statements: pd.DataFrame, name: str) -> list[str]:
    """A column of words, all of them there."""
    cells: list[Any] = statements[name].tolist()
    for row, cell in enumerate(cells, 1):
        if not isinstance(cell, str) or not cell.strip():
            raise InputError(f"{name} must be a text, not {cell!r} in row {row} of statements")
    return [cell.strip() for cell in cells]


def _read_weights(statements: pd.DataFrame, name: str) -> list[float]:
    """A column of weights, NaN where none is given."""
    if name not in statements.columns:
        return [np.nan] * len(statements)
    weights = _numbers_by_row(statements[name], name, " of statements")
    for row, weight in enumerate(weights.tolist(), 1):
        if weight < 0 or np.isinf(weight):
            raise DomainError(f"{name} must be 0 or more and finite, not {weight:g} in row {row} of statements")
    return list(weights.tolist())


def _read_measures(measures: pd.DataFrame, items: Sequence[_Item]) -> dict[str, FloatArray]:
    """The columns that the items name, each once."""
    _refuse_twice(measures, "measures")
    there = set(measures.columns)
    for row, item in enumerate(items, 1):
        if item.measure not in there:
            raise InputError(f"measure must be a column of measures, not {item.measure!r} in row {row} of statements")
    return {name: _numbers_by_row(measures[name], name) for name in dict.fromkeys(item.measure for item in items)}


def _numbers_by_row(column: "pd.Series[Any]", name: str, of: str = "") -> FloatArray:
    """Numbers of a column; the message for anything else names its row."""
    try:
        return numbers(column, name)
    except InputError:
        for row, cell in enumerate(column.tolist(), 1):
            try:
                numbers([cell], name)
            except InputError:
                raise InputError(f"{name} must be numbers, not {cell!r} in row {row}{of}") from None
        raise


def _refuse_twice(table: pd.DataFrame, name: str) -> None:
    """A column that stands twice could be either."""
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise InputError(f"{name} must have each column once; {twice[0]} stands twice")


# The formulas.


def _percentiles(
    columns: Mapping[str, FloatArray], known: Mapping[str, int], items: Sequence[_Item], used: Sequence[bool]
) -> FloatArray:
    """Percentile of each customer in each item, one row for each item; a measure is ranked once."""
    customers = next(iter(columns.values())).size
    percentiles = np.full((len(items), customers), np.nan)
    places: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        if used[place]:
            places.setdefault(item.measure, []).append(place)
    for measure, rows in places.items():
        below, others = mid_ranks(columns[measure]) - 1.0, known[measure] - 1
        for row in rows:
            percentiles[row] = below if items[row].better == "high" else others - below
            percentiles[row] *= 100.0
            percentiles[row] /= others  # last, so that the best of all has exactly 100
    return percentiles


def _scored(
    customers: "pd.Index[Any]",
    items: Sequence[_Item],
    percentiles: FloatArray,
    known: Mapping[str, int],
    used: Sequence[bool],
) -> LensScores:
    """Items to statements, statements to lenses."""
    weights = np.array([item.weight for item in items])
    by_statement = _places(item[:2] for item in items)
    statements = np.array([_weighted_mean(percentiles[rows], weights[rows]) for rows in by_statement.values()])
    of_statements = np.array([items[rows[0]].statement_weight for rows in by_statement.values()])
    by_officer = _places(officer for officer, _ in by_statement)
    lenses = np.array([_weighted_mean(statements[rows], of_statements[rows]) for rows in by_officer.values()])
    scores = _frame(lenses, customers, pd.Index(list(by_officer), name="officer"))
    return LensScores(
        scores=scores,
        statements=_frame(statements, customers, pd.MultiIndex.from_tuples(by_statement, names=_WORDS[:2])),
        items=_frame(percentiles, customers, pd.MultiIndex.from_tuples([item[:3] for item in items], names=_WORDS[:3])),
        used=pd.DataFrame(items, columns=list(_Item._fields)).assign(
            known=[known[item.measure] for item in items], used=list(used)
        ),
        notes=_notes(items, known, scores),
    )


def _places(keys: Iterable[Any]) -> dict[Any, list[int]]:
    """Where each key stands, in the order of first mention."""
    places: dict[Any, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return places


def _weighted_mean(columns: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean of the rows that are known, by weight; NaN where none has any."""
    total, weight = np.zeros(columns.shape[1]), np.zeros(columns.shape[1])
    # The sum of very large weights would be infinite; by a power of two nothing is rounded.
    for column, share in zip(columns, np.ldexp(weights, -int(np.frexp(weights.max())[1])), strict=True):
        known = ~np.isnan(column)
        np.add(total, share * column, out=total, where=known)
        np.add(weight, share, out=weight, where=known)
    mean = np.full(total.shape, np.nan)
    np.divide(total, weight, out=mean, where=weight > 0)
    return mean


def _frame(rows: FloatArray, customers: "pd.Index[Any]", names: "pd.Index[Any]") -> pd.DataFrame:
    """Rows of numbers as columns, not copied."""
    return pd.DataFrame(rows.T, index=customers, columns=names, copy=False)


def _notes(items: Sequence[_Item], known: Mapping[str, int], scores: pd.DataFrame) -> tuple[str, ...]:
    """What was left out, and who."""
    counting = dict.fromkeys(item.measure for item in items if item.counts)
    few = ", ".join(f"{name} ({known[name]})" for name in counting if known[name] < _FEWEST)
    unscored = scores.isna().sum()
    empty = ", ".join(str(officer) for officer, missing in unscored.items() if missing == len(scores))
    partly = ", ".join(f"{officer} ({missing})" for officer, missing in unscored.items() if 0 < missing < len(scores))
    said = (
        (few, f"left out, being known of fewer than {_FEWEST} customers: {few}"),
        (empty, f"no measure counts in the lens of {empty}"),
        (partly, f"customers without a score, no measure of them being known: {partly}"),
    )
    return tuple(note for found, note in said if found)
