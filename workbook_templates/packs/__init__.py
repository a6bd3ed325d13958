"""The packs: sheets that belong together, as values. A later capability adds a module here and a line to `PACKS`."""

from workbook_templates.layout import Pack
from workbook_templates.packs.core import CORE
from workbook_templates.packs.models import MODELS
from workbook_templates.packs.officers import OFFICERS

__all__ = ["PACKS"]

PACKS: dict[str, Pack] = {pack.name: pack for pack in (CORE, MODELS, OFFICERS)}
