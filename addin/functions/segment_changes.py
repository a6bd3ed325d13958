"""Changes of segments: who moved between tiers, whether the mix has shifted, and tiers that do not flicker."""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from addin.functions.segments import FAMILY
from addin.functions.wording import ARRAY, CALL_ERRORS, ROW_ERRORS
from addin.registry import Answer, Argument, Example, Grid, Result, Shape, worksheet_function
from valuation.segments import (
    OUT,
    Migration,
    keep_tier,
    migration,
    movers,
    population_stability,
)
from valuation.tables import Blank, Column, Kind
from workbook_templates.plan import CellError

LABELS: Final = Argument(
    "labels",
    Kind.TEXT,
    "Names of the tiers from the best down, one more than bounds; A, B, C if left out",
    required=False,
    shape=Shape.COLUMN,
)


def _tier_of(name: str, when: str) -> Argument:
    """A column of tiers."""
    return Argument(name, Kind.TEXT, f"Tier of each customer {when}", shape=Shape.ROWS, blank=Blank.ALLOWED)


def _bounds(name: str, when: str = "") -> Argument:
    """A column of lower bounds."""
    return Argument(name, Kind.MONEY, f"Lower bounds from the best tier down{when}", "money", shape=Shape.COLUMN)


@worksheet_function(
    arguments=(
        _tier_of("prev", "before; blank or Out for one who was not yet a customer"),
        _tier_of("curr", "now; blank or Out for one who is no longer a customer"),
        Argument(
            "labels",
            Kind.TEXT,
            "Names of the tiers from the best down; if left out, those that occur, by alphabet (A, B, C; T1, T2, T3)",
            required=False,
            shape=Shape.COLUMN,
        ),
        Argument(
            "values",
            Kind.MONEY,
            "Money of each customer now, or before for one who has left; adds columns of money",
            "money",
            required=False,
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
    ),
    result=Result.GRID,
    columns=(
        Column("from", Kind.TEXT, "Tier before, from the best down; then Out, and All"),
        Column(
            "customers",
            Kind.NUMBER,
            "By tier now: customers; their share of the row; how many of those in a tier at both dates stayed, went up "
            "and down, and the share that stayed; for all, their agreement beyond chance (quadratic weighted kappa, 1 "
            "if all stayed); with values, money",
            "count, 0-1 or money",
        ),
    ),
    blank=f"{CALL_ERRORS} A blank tier is Out. Shares are #N/A where there is nobody, and kappa where all are in one "
    "tier. The message sums it up.",
    example=Example(
        (
            [["A"], ["A"], ["B"], ["B"], [None]],
            [["A"], ["B"], ["B"], [None], ["B"]],
            ["A", "B"],
        ),
        [
            [
                *("From", "A", "B", "Out", "All", "A share", "B share", "Out share"),
                *("Stayed", "Up", "Down", "Stayed share", "Kappa"),
            ],
            ["A", 1, 1, 0, 2, 0.5, 0.5, 0, 1, 0, 1, 0.5, ""],
            ["B", 0, 1, 1, 2, 0, 0.5, 0.5, 1, 0, 0, 1, ""],
            ["Out", 0, 1, 0, 1, 0, 1, 0, "", "", "", "", ""],
            ["All", 1, 3, 1, 5, 0.2, 0.6, 0.2, 2, 0, 1, 0.6667, 0.4],
        ],
    ),
    family=FAMILY,
)
def cv_migration(prev: ARRAY, curr: ARRAY, labels: ARRAY | None, values: ARRAY | None, /) -> Answer:
    """Which customers moved between tiers, came or left, and how many stayed where they were?"""
    names = _occurring(prev, curr) if labels is None else labels.tolist()
    moved = migration(prev, curr, labels=names, values=values)
    blocks = [_with_sums(moved.counts), _shares(moved), _moves(moved)]
    headings = [*moved.states, "All", *(f"{state} share" for state in moved.states), *_MOVES]
    if moved.values is not None:
        blocks.append(_with_sums(moved.values))
        headings += [f"{state} value" for state in (*moved.states, "All")]
    table = np.hstack([block.astype(object) for block in blocks])
    return Answer(Grid([*moved.states, "All"], headings, table), (_summary(moved),))


_MOVES: Final = ("Stayed", "Up", "Down", "Stayed share", "Kappa")


def _occurring(prev: ARRAY, curr: ARRAY) -> list[str]:
    """The tiers there are, by alphabet."""
    both = pd.unique(np.concatenate([prev, curr]))
    return sorted(tier for tier in both.tolist() if isinstance(tier, str) and tier not in ("", OUT))


def _with_sums(matrix: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A matrix with the sums of its rows and columns."""
    rows = np.column_stack([matrix, matrix.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def _shares(moved: Migration) -> ARRAY:
    """Shares of the rows, at last of all."""
    return _or_not_there(np.vstack([moved.shares, moved.counts.sum(axis=0) / moved.counts.sum()]))


def _moves(moved: Migration) -> ARRAY:
    """Where those went who are in a tier at both dates; nothing for those who were out."""
    both = moved.counts[:-1, :-1]
    stayed, up, down = np.diagonal(both), np.tril(both, -1).sum(axis=1), np.triu(both, 1).sum(axis=1)
    rows = [
        [*row, row[0] / sum(row) if sum(row) else CellError.NA, ""]
        for row in zip(stayed.tolist(), up.tolist(), down.tolist(), strict=True)
    ]
    whole = _or_not_there(np.array([moved.stayed, moved.up, moved.down, moved.stayed_share, moved.kappa]))
    return np.array([*rows, [""] * len(_MOVES), whole.tolist()], dtype=object)


def _or_not_there(values: npt.NDArray[np.float64]) -> ARRAY:
    """Numbers, #N/A where there is none."""
    cells = values.astype(object)
    cells[np.isnan(values)] = CellError.NA
    return cells


def _summary(moved: Migration) -> str:
    """The same in words."""
    remaining = moved.stayed + moved.up + moved.down
    if not remaining:
        return "nobody is in a tier at both dates"
    agreement = "" if np.isnan(moved.kappa) else f"; kappa {moved.kappa:.4f}"
    share = f"{moved.stayed_share:.1%}"
    return f"stayed {moved.stayed} of {remaining} ({share}), up {moved.up}, down {moved.down}{agreement}"


@worksheet_function(
    arguments=(
        Argument("p", Kind.NUMBER, "Customers of each class before", "count", shape=Shape.COLUMN),
        Argument("q", Kind.NUMBER, "Customers of each class now, in the same order", "count", shape=Shape.COLUMN),
    ),
    result=Result.SINGLE,
    columns=(
        Column("psi", Kind.NUMBER, "0: the same mix; below 0.10 stable, above 0.25 shifted (rule of thumb)", "index"),
    ),
    blank=f"{CALL_ERRORS} #DIV/0! where there is nobody before or now. Where a class is empty, 0.5 is added to every "
    "count, and the message says so. Shares serve as well if none is 0.",
    example=Example(([[50], [30], [20]], [[40], [30], [30]]), 0.0629),
    family=FAMILY,
)
def cv_psi(p: ARRAY, q: ARRAY, /) -> Answer:
    """Has the mix of customers over classes shifted (population stability index)?"""
    found = population_stability(p, q)
    notes = ("0.5 was added to every count, because a class is empty",) if found.adjusted else ()
    return Answer(found.value, (found.verdict, *notes))


@worksheet_function(
    arguments=(
        Argument("value", Kind.MONEY, "Value, revenue or contribution of each customer", "money", shape=Shape.ROWS),
        _tier_of("prev_tier", "so far; blank for one who had none, who goes by the bounds alone"),
        _bounds("bounds"),
        Argument(
            "band",
            Kind.SHARE,
            "Part of a bound by which the value must pass it for the tier to change",
            "decimal",
            required=False,
            default=0.05,
            shape=Shape.ONE,
        ),
        LABELS,
    ),
    result=Result.ROWS,
    columns=(Column("tier", Kind.TEXT, "Tier of each customer"),),
    blank=f"{ROW_ERRORS} #VALUE! also where the tier so far is not among the labels. A bad cell among bounds and "
    "labels gives one error for all.",
    example=Example(
        ([[104], [106], [96], [94]], [["B"], ["B"], ["A"], ["A"]], 100),
        [["B"], ["A"], ["A"], ["B"]],
    ),
    family=FAMILY,
    row_errors={
        CellError.VALUE: lambda value, prev_tier, bounds, band, labels: _strange(prev_tier, _names(bounds, labels))
    },
)
def cv_tier_stable(value: ARRAY, prev_tier: ARRAY, bounds: ARRAY, band: float, labels: ARRAY | None, /) -> ARRAY:
    """Which tier does each customer belong to, if a tier changes only when the value clearly passes a bound?"""
    names = _names(bounds, labels)
    strange = _strange(prev_tier, names)
    tiers = keep_tier(value, _without(prev_tier, strange), bounds, labels=names, band=band)
    return np.where(strange, _NO_TIER, tiers)


def _names(bounds: ARRAY, labels: ARRAY | None) -> list[str]:
    """The labels, or letters."""
    return list(ascii_uppercase[: bounds.size + 1]) if labels is None else labels.tolist()


def _strange(tiers: ARRAY, names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Tiers that are none of these."""
    column = pd.Series(tiers, dtype=object)
    return ~(column.isna() | column.isin(["", *names])).to_numpy(dtype=np.bool_)


def _strange_at_either(before: ARRAY, now: ARRAY, names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Customers one of whose tiers is none of these."""
    return _strange(before, names) | _strange(now, names)


def _without(tiers: ARRAY, strange: npt.NDArray[np.bool_]) -> ARRAY:
    """The other tiers; a row that is alone is kept, so that the mathematics says what is wrong with it."""
    kept = tiers.astype(object)
    if not strange.all():
        kept[strange] = None
    return kept


_NO_TIER: Final = np.array(None, dtype=object)


@worksheet_function(
    arguments=(
        Argument(
            "value_before", Kind.MONEY, "Value of each customer before", "money", shape=Shape.ROWS, blank=Blank.ALLOWED
        ),
        Argument("value_now", Kind.MONEY, "Value of each customer now", "money", shape=Shape.ROWS, blank=Blank.ALLOWED),
        _tier_of("tier_before", "before; blank for one who was not yet a customer"),
        _tier_of("tier_now", "now; blank for one who is no longer a customer"),
        _bounds("bounds_before", " before"),
        _bounds("bounds_now", " now"),
        Argument(
            "band",
            Kind.SHARE,
            "Part of a bound by which a value had to pass it (CV_TIER_STABLE); 0 if tiers went by the bounds alone",
            "decimal",
            required=False,
            default=0,
            shape=Shape.ONE,
        ),
        LABELS,
    ),
    result=Result.ROWS,
    columns=(
        Column(
            "cause",
            Kind.TEXT,
            "stayed, customer moved, cut moved, both moved, kept by the band, new, lost, value unknown, or another "
            "rule (the bounds do not give this tier)",
        ),
        Column("reason", Kind.TEXT, "The same in a sentence with amounts"),
    ),
    blank=f"{ROW_ERRORS} Blank values and tiers are allowed; without a tier at either date both cells are empty. "
    "#VALUE! also where a tier is not among the labels.",
    example=Example(
        ([[12300], [9500]], [[8800], [9500]], [["A"], ["A"]], [["B"], ["B"]], 9000, 10000),
        [
            ["customer moved", "value fell from 12,300 to 8,800, below the cut of 10,000"],
            ["cut moved", "the cut rose from 9,000 to 10,000; value 9,500 did not move past it"],
        ],
    ),
    family=FAMILY,
    row_errors={CellError.VALUE: lambda *given: _strange_at_either(given[2], given[3], _names(given[5], given[7]))},
)
def cv_movers(
    value_before: ARRAY,
    value_now: ARRAY,
    tier_before: ARRAY,
    tier_now: ARRAY,
    bounds_before: ARRAY,
    bounds_now: ARRAY,
    band: float,
    labels: ARRAY | None,
    /,
) -> tuple[ARRAY, ARRAY]:
    """Why has the tier of each customer changed: did the customer move, or the cut?"""
    names = _names(bounds_now, labels)
    strange = _strange_at_either(tier_before, tier_now, names)
    before, now = _without(tier_before, strange), _without(tier_now, strange)
    moved = movers(value_before, value_now, before, now, bounds_before, bounds_now, labels=names, band=band)
    cause, reason = (np.where(pd.isna(cells), "", cells) for cells in (moved.cause, moved.reason))
    return np.where(strange, _NO_TIER, cause), np.where(strange, CellError.VALUE, reason)
