"""Segments: tiers, stages of a customer's life, and scores of recency, frequency and money."""

from collections.abc import Callable, Mapping
from string import ascii_uppercase
from typing import Final

import numpy as np

from addin.functions.wording import ARRAY, ROW_ERRORS
from addin.registry import Answer, Argument, Example, Result, Shape, worksheet_function
from valuation.errors import InputError
from valuation.segments import lifecycle_stage, natural_breaks, rfm_scores, tier_absolute, tier_pareto, tier_quantile
from valuation.tables import Blank, Column, Kind

FAMILY = "Segments"
NO_VALUE = "N"


def _absolute(values: ARRAY, params: ARRAY, labels: list[str]) -> ARRAY:
    """Lower bounds in the unit of the values."""
    return tier_absolute(values, params, labels=labels or _letters(params))


def _quantile(values: ARRAY, params: ARRAY, labels: list[str]) -> ARRAY:
    """Lower bounds of the percentile."""
    return tier_quantile(values, params, labels=labels or _letters(params))


def _pareto(values: ARRAY, params: ARRAY, labels: list[str]) -> ARRAY:
    """Cumulative shares, with a class of its own for no value, whose label comes last."""
    *names, no_value = labels or [*_letters(params), NO_VALUE]
    return tier_pareto(values, params, labels=names, no_value_label=no_value)


def _natural(values: ARRAY, params: ARRAY, labels: list[str]) -> Answer:
    """Natural breaks, of which the params are the number of classes."""
    if params.size != 1 or params[0] != int(params[0]):
        raise InputError(f"params must be one whole number of classes, not {params.tolist()}")
    classes = int(params[0])
    names = labels or list(ascii_uppercase[: max(classes, 0)])
    found = natural_breaks(values, classes)
    if len(names) != classes:
        raise InputError(f"labels must be one for each of {classes} classes, not {len(names)}")
    bounds = ", ".join(f"{bound:,.2f}" for bound in found.bounds) or "none"
    note = f"lower bounds {bounds}; goodness of variance fit {found.goodness_of_variance_fit:.4f}"
    return Answer(tier_absolute(values, found.bounds, labels=names), (note,))


def _letters(params: ARRAY) -> list[str]:
    """A for the best tier, then B, C ..."""
    return list(ascii_uppercase[: params.size + 1])


TIER_METHODS: Final[Mapping[str, Callable[[ARRAY, ARRAY, list[str]], ARRAY | Answer]]] = {
    "absolute": _absolute,
    "quantile": _quantile,
    "pareto": _pareto,
    "jenks": _natural,
    "natural breaks": _natural,
}


@worksheet_function(
    arguments=(
        Argument("values", Kind.MONEY, "Value, revenue or contribution of each customer", "money", shape=Shape.ROWS),
        Argument(
            "method",
            Kind.CHOICE,
            "absolute: cuts in money, which stay; quantile: cuts in ranks; pareto: cuts in cumulative share; jenks or "
            "natural breaks: cuts where the values leave the widest gaps, so that a tier holds like ones",
            choices=tuple(TIER_METHODS),
            shape=Shape.ONE,
        ),
        Argument(
            "params",
            Kind.NUMBER,
            "The cuts. absolute: lower bounds from the best tier down; quantile: the same as percentiles (0.9, 0.5); "
            "pareto: rising shares (0.8, 0.95); jenks: the number of tiers (3)",
            "money, 0-1 or count",
            shape=Shape.COLUMN,
        ),
        Argument(
            "labels",
            Kind.TEXT,
            "Names of the tiers from the best down, one more than cuts (pareto: another one for no value; jenks: as "
            "many as tiers); A, B, C and N if left out",
            required=False,
            shape=Shape.COLUMN,
        ),
    ),
    result=Result.ROWS,
    columns=(Column("tier", Kind.TEXT, "Tier of each customer"),),
    blank=f"{ROW_ERRORS} A bad cell among cuts and labels gives one error for all. "
    "jenks: the message says the bounds found and how well the tiers fit; #NUM! with fewer distinct values than tiers.",
    example=Example(([[250], [100], [99.99]], "absolute", [200, 100]), [["A"], ["B"], ["C"]]),
    family=FAMILY,
    front_door=True,
)
def cv_tier(values: ARRAY, method: str, params: ARRAY, labels: ARRAY | None, /) -> ARRAY | Answer:
    """Which tier does each customer belong to?"""
    return TIER_METHODS[method](values, params, [] if labels is None else labels.tolist())


@worksheet_function(
    arguments=(
        Argument(
            "first", Kind.DATE, "First purchase ever; blank if none", "date", shape=Shape.ROWS, blank=Blank.ALLOWED
        ),
        Argument("last", Kind.DATE, "Last purchase; blank if none", "date", shape=Shape.ROWS, blank=Blank.ALLOWED),
        Argument(
            "median_gap",
            Kind.NUMBER,
            "Median time between the customer's own purchases; blank with fewer than three",
            "days",
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
        Argument("rev_t12", Kind.MONEY, "Revenue of the twelve months to that day", "money", shape=Shape.ROWS),
        Argument("rev_prev12", Kind.MONEY, "Revenue of the twelve months before", "money", shape=Shape.ROWS),
        Argument("as_of", Kind.DATE, "The day for which the stage is asked", "date", shape=Shape.ONE),
        Argument(
            "prev_stage",
            Kind.TEXT,
            'Stage so far; "Lapsed" makes a customer who buys again Reactivated',
            required=False,
            shape=Shape.ROWS,
            blank=Blank.ALLOWED,
        ),
    ),
    result=Result.ROWS,
    columns=(
        Column("stage", Kind.TEXT, "Prospect, Lapsed, Reactivated, Onboarding, At risk, Growing, Declining or Stable"),
        Column("rule", Kind.TEXT, "The rule that decided"),
    ),
    blank=f"{ROW_ERRORS} #NUM! also where the dates contradict each other. A customer without dates is a Prospect.",
    example=Example(
        ("2020-01-15", "2025-12-01", 30, 110, 100, "2025-12-31"),
        [["Growing", "revenue at least 1.10 times that of the 12 months before"]],
    ),
    family=FAMILY,
)
def cv_lifecycle(
    first: ARRAY,
    last: ARRAY,
    median_gap: ARRAY,
    rev_t12: ARRAY,
    rev_prev12: ARRAY,
    as_of: np.datetime64,
    prev_stage: ARRAY | None,
    /,
) -> tuple[ARRAY, ARRAY]:
    """At which stage of its life as a customer is each one, and why?"""
    # A median gap is only given for those who bought at least three times.
    purchases = np.where(np.isnat(last), 0, np.where(np.isnan(median_gap), 1, 3))
    lapsed = np.zeros(first.size, dtype=np.bool_)
    if prev_stage is not None:
        lapsed = np.array([str(stage).casefold() == "lapsed" for stage in prev_stage], dtype=np.bool_)
    lifecycle = lifecycle_stage(
        first_purchase=first,
        last_purchase=last,
        median_gap=median_gap,
        purchases=purchases,
        revenue_12m=rev_t12,
        revenue_prior_12m=rev_prev12,
        as_of=as_of,
        lapsed_before=lapsed,
    )
    return lifecycle.stage, lifecycle.rule


@worksheet_function(
    arguments=(
        Argument(
            "recency_days", Kind.NUMBER, "Days since the last purchase; fewer are better", "days", shape=Shape.ROWS
        ),
        Argument("frequency", Kind.NUMBER, "Purchases; more are better", "count", shape=Shape.ROWS),
        Argument("monetary", Kind.MONEY, "Spend; more is better", "money", shape=Shape.ROWS),
        Argument("bins", Kind.COUNT, "Number of scores", "count", required=False, default=5, shape=Shape.ONE),
    ),
    result=Result.ROWS,
    columns=(
        Column("recency_score", Kind.COUNT, "Best for those who bought most recently", "1 to bins"),
        Column("frequency_score", Kind.COUNT, "Best for those who buy most often", "1 to bins"),
        Column("monetary_score", Kind.COUNT, "Best for those who spend most", "1 to bins"),
    ),
    blank=f"{ROW_ERRORS} Such a customer is not compared with the others.",
    example=Example(
        ([[3], [40], [40], [200]], [[9], [2], [2], [1]], [[800], [60], [90], [20]], 4),
        [[4, 4, 4], [2, 2, 2], [2, 2, 3], [1, 1, 1]],
    ),
    family=FAMILY,
)
def cv_rfm(recency_days: ARRAY, frequency: ARRAY, monetary: ARRAY, bins: int, /) -> Answer:
    """How does each customer rank by recency, frequency and money?"""
    scores = rfm_scores(recency_days, frequency, monetary, bins=bins)
    columns = (scores.recency, scores.frequency, scores.monetary)
    scored = tuple(np.where(column > 0, column, np.nan) for column in columns)
    return Answer(scored, (scores.note,) if scores.note else ())
