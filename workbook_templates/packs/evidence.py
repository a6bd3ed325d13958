"""Evidence: what an auditor re-performs (Proof), and whether the extracts are complete (Completeness)."""

from valuation.tables import CONTROL_TOTALS
from workbook_templates.layout import Pack
from workbook_templates.packs.completeness import COMPLETENESS, COMPLETENESS_CHECK
from workbook_templates.packs.costing import (
    CAPACITY_SHEET,
    CAPACITY_TOTAL,
    DETAIL_SHEET,
    HIERARCHY_SHEET,
    HIERARCHY_TOTAL,
)
from workbook_templates.packs.furniture import input_sheet
from workbook_templates.packs.officers import INVOICES_SHEET, INVOICES_TOTAL
from workbook_templates.packs.proof import PROOF
from workbook_templates.packs.receivables import RECEIVABLES_SHEET

__all__ = ["EVIDENCE"]

EVIDENCE = Pack(
    name="evidence",
    purpose="What an auditor asks for: a customer re-performed by formulas, and the extracts against control totals",
    sheets=(
        CAPACITY_SHEET,
        HIERARCHY_SHEET,
        INVOICES_SHEET,
        input_sheet(CONTROL_TOTALS, "What the extracts must add up to, by the systems that they come from."),
        RECEIVABLES_SHEET,
        DETAIL_SHEET,
        COMPLETENESS,
        PROOF,
    ),
    checks=(COMPLETENESS_CHECK,),
    totals=(CAPACITY_TOTAL, HIERARCHY_TOTAL, INVOICES_TOTAL),
)
