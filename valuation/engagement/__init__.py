"""
Engagement value: what customers bring by buying, by referring others, by influencing them, and by their ideas.

Edges (who referred whom, who influences whom, who gave which idea) are tables with one row each. Their faults are found
in one place: `edge_faults` lists them, and every function that values edges refuses them by row.
"""

from valuation.engagement.additive import AdditiveValue, additive_value
from valuation.engagement.attributed import AttributedValue
from valuation.engagement.edges import EVIDENCE
from valuation.engagement.faults import edge_faults
from valuation.engagement.influence import influence_value
from valuation.engagement.knowledge import knowledge_value
from valuation.engagement.quadrant import ClvCrvSegment, clv_crv_segment
from valuation.engagement.referral import referral_value
from valuation.engagement.total import EngagementValue, engagement_value, ranking_value

__all__ = [
    "EVIDENCE",
    "AdditiveValue",
    "AttributedValue",
    "ClvCrvSegment",
    "EngagementValue",
    "additive_value",
    "clv_crv_segment",
    "edge_faults",
    "engagement_value",
    "influence_value",
    "knowledge_value",
    "ranking_value",
    "referral_value",
]
