"""The packs: sheets that belong together, as values. A later capability adds a module here and a line to `PACKS`."""

from workbook_templates.layout import Pack
from workbook_templates.packs.concentration import CONCENTRATION_PACK
from workbook_templates.packs.core import CORE
from workbook_templates.packs.costing import COSTING
from workbook_templates.packs.engagement import ENGAGEMENT_PACK
from workbook_templates.packs.equity import EQUITY_PACK
from workbook_templates.packs.evidence import EVIDENCE
from workbook_templates.packs.goals import GOALS_PACK
from workbook_templates.packs.loyalty import LOYALTY_PACK
from workbook_templates.packs.metrics import METRICS_PACK
from workbook_templates.packs.models import MODELS
from workbook_templates.packs.officers import OFFICERS_PACK
from workbook_templates.packs.priority import PRIORITY_PACK
from workbook_templates.packs.receivables import RECEIVABLES_PACK
from workbook_templates.packs.segments import SEGMENTS_PACK
from workbook_templates.packs.what_if import WHAT_IF_PACK

__all__ = ["PACKS"]

PACKS: dict[str, Pack] = {
    pack.name: pack
    for pack in (
        CORE,
        COSTING,
        RECEIVABLES_PACK,
        CONCENTRATION_PACK,
        WHAT_IF_PACK,
        ENGAGEMENT_PACK,
        OFFICERS_PACK,
        SEGMENTS_PACK,
        METRICS_PACK,
        EQUITY_PACK,
        LOYALTY_PACK,
        PRIORITY_PACK,
        GOALS_PACK,
        EVIDENCE,
        MODELS,
    )
}
