"""Who pays on time: the Invoices table."""

import numpy as np
import pandas as pd

from workbook_templates.sample.draws import AS_OF_DAY, YEARS, blanked, cents, dates, money, stream
from workbook_templates.sample.roster import Roster
from workbook_templates.sample.trading import Trades

__all__ = ["invoices_table"]

SALES_TAX = 0.20
DISPUTED_SHARE = 0.004


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
