"""Segments: tiers by value and who moves between them, stages of the customer's life, and RFM scores."""

from valuation.segments.breaks import NaturalBreaks, natural_breaks, tier_natural
from valuation.segments.lifecycle import STAGES, Lifecycle, lifecycle_stage
from valuation.segments.rfm import RfmScores, rfm_scores
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

__all__ = [
    "CAUSES",
    "OUT",
    "STAGES",
    "Lifecycle",
    "Migration",
    "Movers",
    "NaturalBreaks",
    "PopulationStability",
    "RfmScores",
    "StabilityVerdict",
    "keep_tier",
    "lifecycle_stage",
    "migration",
    "movers",
    "natural_breaks",
    "pareto_bounds",
    "population_stability",
    "rfm_scores",
    "tier_absolute",
    "tier_natural",
    "tier_pareto",
    "tier_quantile",
]
