"""
Executive lenses: what each officer calls a good customer, in numbers; one answer from all; how far the officers agree,
and who is disputed.
"""

from valuation.lenses.agreement import RankAgreement, rank_agreement, spearman
from valuation.lenses.capture import LensCapture, lens_capture
from valuation.lenses.contested import contested
from valuation.lenses.default_statements import MEASURES, Measure, default_statements
from valuation.lenses.overlap import (
    OVERLAP_KINDS,
    OverlapKind,
    TieRule,
    TopOverlap,
    TopSets,
    rank_biased_overlap,
    top_overlap,
    top_sets,
)
from valuation.lenses.scores import LensScores, lens_ranks, lens_scores, weigh_items
from valuation.lenses.synthesis import SYNTHESIS_METHODS, AhpWeights, Synthesis, SynthesisMethod, ahp_weights, synthesis
from valuation.lenses.weights import WeightSensitivity, weight_grid, weight_sensitivity

__all__ = [
    "MEASURES",
    "OVERLAP_KINDS",
    "SYNTHESIS_METHODS",
    "AhpWeights",
    "LensCapture",
    "LensScores",
    "Measure",
    "OverlapKind",
    "RankAgreement",
    "Synthesis",
    "SynthesisMethod",
    "TieRule",
    "TopOverlap",
    "TopSets",
    "WeightSensitivity",
    "ahp_weights",
    "contested",
    "default_statements",
    "lens_capture",
    "lens_ranks",
    "lens_scores",
    "rank_agreement",
    "rank_biased_overlap",
    "spearman",
    "synthesis",
    "top_overlap",
    "top_sets",
    "weigh_items",
    "weight_grid",
    "weight_sensitivity",
]
