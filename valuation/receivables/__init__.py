"""
Receivables: how customers pay, what waiting for their money costs, what they still owe and what of it may be lost.

`read_invoices` checks the documents once; every measure takes what it gives.
"""

from valuation.receivables.ageing import AGEING_EDGES, Ageing, ageing, ageing_labels, open_balance
from valuation.receivables.credit_loss import expected_credit_loss, provision_matrix
from valuation.receivables.customers import receivables_by_customer
from valuation.receivables.financing import Financing, financing, invoiced, payment_cost, window_days
from valuation.receivables.invoices import Invoices, read_invoices
from valuation.receivables.issues import invoice_issues
from valuation.receivables.lateness import days_sales_outstanding, days_to_pay, on_time_share, weighted_days_late

__all__ = [
    "AGEING_EDGES",
    "Ageing",
    "Financing",
    "Invoices",
    "ageing",
    "ageing_labels",
    "days_sales_outstanding",
    "days_to_pay",
    "expected_credit_loss",
    "financing",
    "invoice_issues",
    "invoiced",
    "on_time_share",
    "open_balance",
    "payment_cost",
    "provision_matrix",
    "read_invoices",
    "receivables_by_customer",
    "weighted_days_late",
    "window_days",
]
