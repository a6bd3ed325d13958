"""Control totals: what each extract must add up to by its source, who prepared that total and who reviewed it."""

from typing import Final

from valuation.tables.schema import Blank, Column, Kind, Table, optional_column

__all__ = ["CONTROL_ITEMS", "CONTROL_TOTALS", "POOL_ITEM"]

CONTROL_ITEMS: Final = (
    "sales",
    "sales of the twelve months",
    "cost of sales",
    "cost of sales of the twelve months",
    "invoices",
    "open invoices",
)
"""What has a control total of its own: the extracts of Transactions and Invoices, whole and in part."""
POOL_ITEM: Final = "ledger pool"

CONTROL_TOTALS = Table(
    "Control totals",
    "tblControlTotals",
    "one row for each extract and ledger pool that somebody has compared with its source",
    (
        Column(
            "item",
            Kind.CHOICE,
            "What the total is of: sales and cost of sales are Transactions, invoices are Invoices",
            choices=(*CONTROL_ITEMS, POOL_ITEM),
        ),
        optional_column("pool", Kind.TEXT, "For a ledger pool: its name, the same word as on Ledger pools"),
        Column("amount", Kind.MONEY, "The total by the source, not by this workbook", "currency", blank=Blank.ALLOWED),
        optional_column("rows", Kind.COUNT, "Rows or documents by the source", "rows", low=0),
        optional_column("source", Kind.TEXT, "System, report and date that the total comes from"),
        optional_column("prepared_by", Kind.TEXT, "Who typed it"),
        optional_column("reviewed_by", Kind.TEXT, "Who compared it with the source: somebody else"),
        optional_column("date", Kind.DATE, "When it was reviewed", heading="Reviewed on"),
    ),
    key=("item", "pool"),
)
