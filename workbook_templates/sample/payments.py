"""Who pays, and when: the Invoices and Hierarchy tables."""

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook_templates.sample.draws import (
    AS_OF_DAY,
    YEARS,
    blanked,
    cents,
    dates,
    day_of,
    money,
    stream,
    texts,
    year_bounds,
)
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
    """
    Write the invoices of the last year and those of before that were still open in it; credit notes stand with them.

    A credit note is settled on its date. What was disputed before the last year has been settled since.
    """
    rng = stream("payments")
    recent, who, day, credit = trades.since(YEARS[-1]), trades.who, trades.day, trades.credit
    due = day + np.where(credit, 0, roster["terms"][who].astype(np.int64))
    late = np.rint(roster["late"][who] + roster["late_spread"][who] * rng.normal(size=who.size)).astype(np.int64)
    prepaid = roster["terms"][who] == 0
    paid = np.where(credit | prepaid, day, np.maximum(day, due + late))
    early = roster["late"][who] < 0  # who pays early disputes nothing
    disputed = (rng.random(who.size) < DISPUTED_SHARE) & recent & ~credit & ~prepaid & ~early
    frame = pd.DataFrame(
        {
            "customer_id": roster.customer_id[who],
            "invoice_no": trades.number,
            "invoice_date": dates(day),
            "due_date": dates(due),
            "amount": money(cents(money(trades.net) * (1 + SALES_TAX))),
            "paid_date": dates(paid, known=(paid <= AS_OF_DAY) & ~disputed),
            "disputed": disputed.astype(np.float64),
            "credit_of": blanked(trades.credit_of, credit),
        }
    )
    listed = recent | (~credit & (paid >= year_bounds(YEARS[-1])[0]))
    with_credit = frame["invoice_no"].isin(frame.loc[listed & credit, "credit_of"])
    of_invoice = frame["credit_of"].isin(frame.loc[listed & ~credit, "invoice_no"])
    return frame[listed | with_credit | of_invoice].reset_index(drop=True)


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
