"""
The officers: what each knows about the customers, what each holds to be a good one, and how far they agree.

Inputs and sign-off of all officers stand on one sheet (`lenses`), the answer on one page (`best_customers`).
"""

from valuation.tables import IDEAS, INVOICES, ISSUES, OFFICERS, REFERRALS, STATEMENTS, SURVEY, Table
from workbook_templates.layout import Format, InputTotal, Pack
from workbook_templates.native import Column, call
from workbook_templates.packs.best_customers import BEST_CUSTOMERS_CHECK, BEST_CUSTOMERS_SHEET
from workbook_templates.packs.furniture import input_sheet, input_total, of_total
from workbook_templates.packs.lenses import LENS_INPUTS_SHEET, LENS_SCORES_SHEET, LENSES_SHEET, WEIGHTS_CHECK

__all__ = [
    "IDEAS_SHEET",
    "INVOICES_SHEET",
    "INVOICES_TOTAL",
    "ISSUES_SHEET",
    "ISSUES_TOTAL",
    "OFFICERS_PACK",
    "QUESTIONS",
    "REFERRALS_SHEET",
    "SHARED_TOTALS",
    "SURVEY_SHEET",
    "SURVEY_TOTAL",
    "with_evidence",
]

INVOICES_SHEET = input_sheet(INVOICES, "Finance officer: who pays on time?", sums=("amount",))
ISSUES_SHEET = input_sheet(ISSUES, "Support officer: who needs how much support?", sums=("hours",))
REFERRALS_SHEET = input_sheet(REFERRALS, "Marketing officer: who brings new customers?")
IDEAS_SHEET = input_sheet(IDEAS, "Product officer: who drives innovation?")
SURVEY_SHEET = input_sheet(SURVEY, "What the customers get from us.")
"""These are shared with the packs for receivables, engagement value, segments and priority."""

QUESTIONS = {
    "CCO": "Who needs little support, and helps itself?",
    "CPO": "Whose requirements do we meet, and who moves the product forward?",
    "CMO": "Who speaks for us, and brings us others?",
    "CRO": "Who stays, costs little to sell to, and signs the biggest deals?",
    "CFO": "Who pays on time, and is the most profitable?",
}
"""What the officers of a new workbook ask."""


def with_evidence(name: str, table: Table) -> InputTotal:
    """Make the total of an input that values are judged by: it changes with the evidence too."""
    evidence = Column(table, "evidence")
    return input_total(name, table, call("COUNTIF", evidence, "measured") + call("COUNTIF", evidence, "surveyed") * 2)


INVOICES_TOTAL = InputTotal("cv_used_invoices", "Invoices, amount", of_total(INVOICES, "amount"), Format.CENTS)
ISSUES_TOTAL = input_total("cv_used_issues", ISSUES)
SURVEY_TOTAL = input_total("cv_used_survey", SURVEY)
SHARED_TOTALS = (with_evidence("cv_used_referrals", REFERRALS), with_evidence("cv_used_ideas", IDEAS))
"""Of the inputs that the pack for engagement value shares."""

STATEMENTS_TOTAL = input_total(
    "cv_used_statements",
    STATEMENTS,
    call("COUNTIF", Column(STATEMENTS, "better"), "high") + call("COUNTA", Column(STATEMENTS, "measure")),
)

OFFICERS_PACK = Pack(
    name="officers",
    purpose="What each officer knows and wants of the customers, how far they agree, and the best customers by all",
    sheets=(
        INVOICES_SHEET,
        ISSUES_SHEET,
        REFERRALS_SHEET,
        IDEAS_SHEET,
        SURVEY_SHEET,
        LENSES_SHEET,
        BEST_CUSTOMERS_SHEET,
        LENS_SCORES_SHEET,
        LENS_INPUTS_SHEET,
    ),
    checks=(WEIGHTS_CHECK, BEST_CUSTOMERS_CHECK),
    totals=(
        INVOICES_TOTAL,
        ISSUES_TOTAL,
        *SHARED_TOTALS,
        SURVEY_TOTAL,
        input_total("cv_used_officers", OFFICERS),
        STATEMENTS_TOTAL,
    ),
)
