"""Whose view of the customers counts, and what they say: the Officers and Lens statements tables."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuation.lenses import default_statements
from workbook_templates.sample.draws import dates, day_of, texts

__all__ = ["officers_table", "statements_table"]


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer: what the officer asks, the weight of the answer, and who agreed to it on which day."""

    name: str
    question: str
    weight: float
    signed_by: str | None = None
    signed_on: dt.date | None = None


OFFICERS = (
    Officer("CCO", "Who gets by without our help?", 0.15, "Head of support", dt.date(2025, 11, 18)),
    Officer(
        "CPO", "Whom does the product fit, and who takes it further?", 0.15, "Head of product", dt.date(2025, 11, 20)
    ),
    Officer("CMO", "Who brings us others, and costs nothing to win?", 0.15, "Head of marketing", dt.date(2025, 11, 24)),
    Officer("CRO", "Who stays, and signs the large contracts?", 0.20),
    Officer("CFO", "Who pays on time, and what is left in the end?", 0.35, "Head of controlling", dt.date(2025, 12, 2)),
)


def officers_table() -> pd.DataFrame:
    """Write the Officers table; one of them has not agreed yet."""
    signed = [officer.signed_on for officer in OFFICERS]
    return pd.DataFrame(
        {
            "officer": texts([officer.name for officer in OFFICERS]),
            "question": texts([officer.question for officer in OFFICERS]),
            "weight": [officer.weight for officer in OFFICERS],
            "signed_by": texts([officer.signed_by for officer in OFFICERS]),
            "signed_on": dates(
                np.array([0 if day is None else day_of(day) for day in signed]),
                known=np.array([day is not None for day in signed]),
            ),
        }
    )


def statements_table() -> pd.DataFrame:
    """Write the Lens statements table: the statements to begin with, as a new workbook has them."""
    return default_statements()
