"""What a document costs or brings besides its goods: freight, commission, and what the supplier gives back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from workbook_templates.sample.draws import BoolArray, IntArray, stream
from workbook_templates.sample.roster import Roster
from workbook_templates.sample.trading import KEY_ACCOUNT_FROM, Trades

__all__ = ["EXTRAS", "document_extras"]

EXTRAS = ("supplier_rebate", "freight_in", "freight_out", "commission")
"""The columns of the Transactions table."""
BRANDED, REBATE = 0.22, 0.045
"""Part of the documents with goods of a supplier who pays a rebate, and the rebate on their cost."""
COLLECTED, FREIGHT_IN = 0.30, 0.025
"""Part of the documents with goods that we have fetched, and the freight on their cost."""
FORWARDED, FORWARDED_FROM = 0.6, 150_000
"""Part of the large documents that go by forwarder, and the gross amount in cents from which one is large."""
FORWARDER_BASE, FORWARDER_RATE, FORWARDER_MOST = 1_850, 0.012, 42_000
"""Price of a consignment: a base in cents, a part of the gross amount, and the most in cents."""
ON_COMMISSION = ("Manufacturing", "Facilities")
COMMISSION = 0.012
"""On the net amount; key accounts are looked after by people on salary alone."""


def document_extras(roster: Roster, trades: Trades) -> Mapping[str, IntArray]:
    """Draw what each document caused besides the cost of its goods, in cents; a credit note causes nothing."""
    rng = stream("extras")
    draws = rng.random((trades.who.size, len(EXTRAS)))
    sale, small = ~trades.credit, roster["revenue"] <= KEY_ACCOUNT_FROM
    by_commission = small & np.isin(roster.segment.astype(str), ON_COMMISSION)
    forwarder = np.minimum(FORWARDER_MOST, FORWARDER_BASE + FORWARDER_RATE * trades.gross)
    return {
        "supplier_rebate": _part(trades.cogs * REBATE, sale & (draws[:, 0] < BRANDED)),
        "freight_in": _part(trades.cogs * FREIGHT_IN, sale & (draws[:, 1] < COLLECTED)),
        "freight_out": _part(forwarder, sale & (trades.gross >= FORWARDED_FROM) & (draws[:, 2] < FORWARDED)),
        "commission": _part(trades.net * COMMISSION, sale & by_commission[trades.who]),
    }


def _part(amount: npt.NDArray[np.floating[Any]], there: BoolArray) -> IntArray:
    return np.where(there, np.rint(amount), 0).astype(np.int64)
