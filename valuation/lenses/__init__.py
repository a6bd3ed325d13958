"""Executive lenses: how far officers agree on who matters, and what their choices capture."""

from valuation.lenses.agreement import RankAgreement, rank_agreement, spearman
from valuation.lenses.capture import LensCapture, lens_capture
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
from valuation.lenses.weights import WeightSensitivity, weight_grid, weight_sensitivity

__all__ = [
    "OVERLAP_KINDS",
    "LensCapture",
    "OverlapKind",
    "RankAgreement",
    "TieRule",
    "TopOverlap",
    "TopSets",
    "WeightSensitivity",
    "lens_capture",
    "rank_agreement",
    "rank_biased_overlap",
    "spearman",
    "top_overlap",
    "top_sets",
    "weight_grid",
    "weight_sensitivity",
]
