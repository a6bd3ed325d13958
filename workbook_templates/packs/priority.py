"""Priority: whom to serve first with the hours there are, whom to hear, and where money is left on the table."""

from valuation.tables import PANEL_GROUPS, PANEL_PLAN, SERVED_SEGMENTS, SERVICE_LEVELS
from workbook_templates.layout import Pack
from workbook_templates.packs.furniture import input_sheet, input_total, told_apart
from workbook_templates.packs.insight_panel import MONEY_SHEET, PANEL_CHECKS, PANEL_SHEET, VOICE_SHEET
from workbook_templates.packs.issue_queue import HOURS_SHEET, QUEUE_CHECKS, QUEUE_SHEET
from workbook_templates.packs.officers import ISSUES_SHEET, ISSUES_TOTAL, SURVEY_SHEET, SURVEY_TOTAL

__all__ = ["PRIORITY_PACK"]

PRIORITY_PACK = Pack(
    name="priority",
    purpose="Which issues and customers come first, whom to hear, and where money is left on the table",
    sheets=(
        ISSUES_SHEET,
        SURVEY_SHEET,
        input_sheet(SERVICE_LEVELS, "Hours in which an issue has to be solved."),
        input_sheet(PANEL_PLAN, "How many customers of each group are to be heard."),
        QUEUE_SHEET,
        HOURS_SHEET,
        VOICE_SHEET,
        PANEL_SHEET,
        MONEY_SHEET,
    ),
    checks=(*QUEUE_CHECKS, *PANEL_CHECKS),
    totals=(
        ISSUES_TOTAL,
        SURVEY_TOTAL,
        input_total("cv_used_service_levels", SERVICE_LEVELS, told_apart(SERVICE_LEVELS, "segment", SERVED_SEGMENTS)),
        input_total("cv_used_panel_plan", PANEL_PLAN, told_apart(PANEL_PLAN, "stratum", PANEL_GROUPS)),
    ),
)
