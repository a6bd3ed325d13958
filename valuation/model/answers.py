"""What customers say of us and ask us for: their rows of Survey, and their issues of the twelve months."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.model.history import Base, FloatArray
from valuation.tables import ISSUES, SURVEY, TableData, complete_frame

__all__ = ["answers", "issues_of_year", "per_customer"]


def answers(base: Base, tables: Mapping[str, TableData]) -> pd.DataFrame:
    """Give each customer's row of Survey, the upper one of two, with the columns that people added."""
    survey = complete_frame(tables.get(SURVEY.name), SURVEY)
    own = survey[survey["customer_id"].notna()].drop_duplicates("customer_id").set_index("customer_id")
    return own.reindex(base.customers["customer_id"]).reset_index(drop=True)


def issues_of_year(base: Base, tables: Mapping[str, TableData]) -> pd.DataFrame:
    """Give the issues that were opened in the twelve months, whoever raised them."""
    issues = complete_frame(tables.get(ISSUES.name), ISSUES, ["customer_id", "opened", "hours"])
    days = issues["opened"].to_numpy().astype("datetime64[D]")
    return issues[issues["customer_id"].notna() & (days > base.start) & (days <= base.as_of)]


def per_customer(base: Base, ids: pd.Series, amounts: npt.ArrayLike) -> FloatArray:
    """Sum amounts by customer; those of others are left out, and who has none has 0."""
    codes = pd.Index(base.customers["customer_id"]).get_indexer(pd.Index(ids))
    known = codes >= 0
    sums = np.bincount(codes[known], weights=np.asarray(amounts, dtype=float)[known], minlength=len(base))
    return sums.astype(np.float64)  # of no rows it makes whole numbers
