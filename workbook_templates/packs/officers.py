"""The officers' inputs: what each executive knows about the customers, in one place."""

from valuation.tables import IDEAS, INVOICES, ISSUES, REFERRALS, SURVEY
from workbook_templates.layout import Pack
from workbook_templates.packs.furniture import input_sheet

__all__ = ["INVOICES_SHEET", "OFFICERS"]

INVOICES_SHEET = input_sheet(INVOICES, "Finance officer: who pays on time?", sums=("amount",))
"""Shared with the pack for receivables."""

OFFICERS = Pack(
    name="officers",
    purpose="What finance, support, marketing and product know about each customer",
    sheets=(
        INVOICES_SHEET,
        input_sheet(ISSUES, "Support officer: who needs how much support?", sums=("hours",)),
        input_sheet(REFERRALS, "Marketing officer: who brings new customers?"),
        input_sheet(IDEAS, "Product officer: who drives innovation?"),
        input_sheet(SURVEY, "What the customers get from us."),
    ),
)
