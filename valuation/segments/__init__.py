"""Segments: tiers by value, stages of the customer's life, and scores of recency, frequency and money."""

from valuation.segments.lifecycle import STAGES, Lifecycle, lifecycle_stage
from valuation.segments.breaks import NaturalBreaks, natural_breaks, tier_natural
from valuation.segments.rfm import RfmScores, rfm_scores
from valuation.segments.tiers import keep_tier, pareto_bounds, tier_absolute, tier_pareto, tier_quantile

__all__ = [
    "STAGES",
    "Lifecycle",
    "NaturalBreaks",
    "RfmScores",
    "keep_tier",
    "lifecycle_stage",
    "natural_breaks",
    "pareto_bounds",
    "rfm_scores",
    "tier_absolute",
    "tier_natural",
    "tier_pareto",
    "tier_quantile",
]
