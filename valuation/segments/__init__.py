"""
Segments: tiers by value, stages of the customer's life, scores of recency, frequency and money; value against
potential, value to the company against value to the customer, strategic value, and what people override.
"""

from valuation.segments.headroom import Headroom, headroom
from valuation.segments.lifecycle import STAGES, Lifecycle, lifecycle_stage
from valuation.segments.overrides import OVERRIDE_COLUMNS, OverriddenSegments, apply_overrides
from valuation.segments.rfm import RfmScores, rfm_scores
from valuation.segments.scores import WeightedScore
from valuation.segments.strategic import stale_ratings, strategic_value
from valuation.segments.tiers import keep_tier, pareto_bounds, tier_absolute, tier_pareto, tier_quantile
from valuation.segments.value_matrix import QUADRANTS, Quadrant, ValueMatrix, value_derived_index, value_matrix
from valuation.segments.value_segment import NO_VALUE, VALUE_SEGMENTS, ValueSegments, value_deciles, value_segment

__all__ = [
    "NO_VALUE",
    "OVERRIDE_COLUMNS",
    "QUADRANTS",
    "STAGES",
    "VALUE_SEGMENTS",
    "Headroom",
    "Lifecycle",
    "OverriddenSegments",
    "Quadrant",
    "RfmScores",
    "ValueMatrix",
    "ValueSegments",
    "WeightedScore",
    "apply_overrides",
    "headroom",
    "keep_tier",
    "lifecycle_stage",
    "pareto_bounds",
    "rfm_scores",
    "stale_ratings",
    "strategic_value",
    "tier_absolute",
    "tier_pareto",
    "tier_quantile",
    "value_deciles",
    "value_derived_index",
    "value_matrix",
    "value_segment",
]
