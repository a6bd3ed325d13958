"""Who pays, and when: the Invoices and Hierarchy tables."""

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook_templates.sample.draws import AS_OF_DAY, YEARS, blanked, cents, dates, day_of, money, stream, texts
from workbook_templates.sample.planted import PARENTS
from workbook_templates.sample.roster import Roster
from workbook_templates.sample.trading import Trades

__all__ = ["hierarchy_table", "invoices_table"]

SALES_TAX = 0.20
DISPUTED_SHARE = 0.004
PAYS_FOR_ALL = ("C0405", "C0640", "C0781")
"""Parents who pay the bills of their subsidiaries; those of the others pay for themselves."""
BOUGHT_UP = ("C0783", dt.date(2025, 7, 1))
"""A subsidiary that belonged to nobody before that day of the year, and paid its own bills."""


def invoices_table(roster: Roster, trades: Trades) -> pd.DataFrame:
    """Write the invoices of the last year; a credit note is settled on its date."""
    rng = stream("payments")
    recent = trades.since(YEARS[-1])
    who, day, credit = trades.who[recent], trades.day[recent], trades.credit[recent]
    number = trades.number[recent]
    due = day + np.where(credit, 0, roster["terms"][who].astype(np.int64))
    late = np.rint(roster["late"][who] + roster["late_spread"][who] * rng.normal(size=who.size)).astype(np.int64)
    prepaid = roster["terms"][who] == 0
    paid = np.where(credit | prepaid, day, np.maximum(day, due + late))
    disputed = (rng.random(who.size) < DISPUTED_SHARE) & ~credit & ~prepaid
    credit_of = trades.credit_of[recent]
    known = np.isin(credit_of.astype(str), number.astype(str))  # the invoice may be of the year before
    return pd.DataFrame(
        {
            "customer_id": roster.customer_id[who],
            "invoice_no": number,
            "invoice_date": dates(day),
            "due_date": dates(due),
            "amount": money(cents(money(trades.net[recent]) * (1 + SALES_TAX))),
            "paid_date": dates(paid, known=(paid <= AS_OF_DAY) & ~disputed),
            "disputed": disputed.astype(np.float64),
            "credit_of": blanked(credit_of, known),
        }
    )


def hierarchy_table() -> pd.DataFrame:
    """Write the Hierarchy table: the groups, and since when one member belongs to its group."""
    joined, day = BOUGHT_UP
    rows: list[tuple[str, str | None, str | None, int | None, int | None]] = []
    for parent, children in PARENTS.items():
        for child in children:
            payer = parent if parent in PAYS_FOR_ALL else None
            if child == joined:
                rows.append((child, None, None, None, day_of(day) - 1))
            rows.append((child, payer, parent, day_of(day) if child == joined else None, None))
    ids, payers, parents, start, end = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": texts(ids),
            "bill_to": texts(payers),
            "parent_id": texts(parents),
            "valid_from": _days(start),
            "valid_to": _days(end),
        }
    )


def _days(days: tuple[int | None, ...]) -> npt.NDArray[np.datetime64]:
    known = np.array([day is not None for day in days])
    return dates(np.array([day or 0 for day in days]), known=known)
