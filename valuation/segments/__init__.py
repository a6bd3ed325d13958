"""
Segments: tiers by value and who moves between them, stages of the customer's life, scores of recency, frequency and
money; value against potential, value to the company against value to the customer, strategic value, and what people
override.
"""

from valuation.segments.breaks import NaturalBreaks, natural_breaks, tier_natural
from valuation.segments.headroom import Headroom, headroom
from valuation.segments.lifecycle import STAGES, Lifecycle, lifecycle_stage
from valuation.segments.overrides import OVERRIDE_COLUMNS, OverriddenSegments, apply_overrides
from valuation.segments.rfm import RfmScores, rfm_scores
from valuation.segments.scores import WeightedScore
from valuation.segments.strategic import stale_ratings, strategic_value
from valuation.segments.tier_migration import (
    OUT,
    Migration,
    PopulationStability,
    StabilityVerdict,
    migration,
    population_stability,
)
from valuation.segments.tier_movers import CAUSES, Movers, movers
from valuation.segments.tiers import keep_tier, pareto_bounds, tier_absolute, tier_pareto, tier_quantile
from valuation.segments.value_matrix import QUADRANTS, Quadrant, ValueMatrix, value_derived_index, value_matrix
from valuation.segments.value_segment import NO_VALUE, VALUE_SEGMENTS, ValueSegments, value_deciles, value_segment

__all__ = [
    "CAUSES",
    "NO_VALUE",
    "OUT",
    "OVERRIDE_COLUMNS",
    "QUADRANTS",
    "STAGES",
    "VALUE_SEGMENTS",
    "Headroom",
    "Lifecycle",
    "Migration",
    "Movers",
    "NaturalBreaks",
    "OverriddenSegments",
    "PopulationStability",
    "Quadrant",
    "RfmScores",
    "StabilityVerdict",
    "ValueMatrix",
    "ValueSegments",
    "WeightedScore",
    "apply_overrides",
    "headroom",
    "keep_tier",
    "lifecycle_stage",
    "migration",
    "movers",
    "natural_breaks",
    "pareto_bounds",
    "population_stability",
    "rfm_scores",
    "stale_ratings",
    "strategic_value",
    "tier_absolute",
    "tier_natural",
    "tier_pareto",
    "tier_quantile",
    "value_deciles",
    "value_derived_index",
    "value_matrix",
    "value_segment",
]
