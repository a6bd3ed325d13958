"""Executive lenses: what each officer calls a good customer, in numbers; one answer from all; and who is disputed."""

from valuation.lenses.contested import contested
from valuation.lenses.default_statements import MEASURES, Measure, default_statements
from valuation.lenses.scores import LensScores, lens_ranks, lens_scores, weigh_items
from valuation.lenses.synthesis import SYNTHESIS_METHODS, AhpWeights, Synthesis, SynthesisMethod, ahp_weights, synthesis

__all__ = [
    "MEASURES",
    "SYNTHESIS_METHODS",
    "AhpWeights",
    "LensScores",
    "Measure",
    "Synthesis",
    "SynthesisMethod",
    "ahp_weights",
    "contested",
    "default_statements",
    "lens_ranks",
    "lens_scores",
    "synthesis",
    "weigh_items",
]
