"""Frames in the form of the data contract."""

import pandas as pd

from valuation.tables import NUMERIC_KINDS, Kind, Table

__all__ = ["as_contracted"]


def as_contracted(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Put the columns into the contract's order and kinds, those added to an open table last; a blank text is None."""
    kinds = {column.name: column.kind for column in table if column.name in frame}
    if table.open is not None:
        kinds |= {str(name): table.open.kind for name in frame if name not in kinds}
    return pd.DataFrame({name: _as_kind(kind, frame[name]) for name, kind in kinds.items()})


def _as_kind(kind: Kind, column: pd.Series) -> pd.Series:
    if kind in NUMERIC_KINDS or kind is Kind.DATE:
        return column
    # pandas 3 would make its own kind of text of them, whose blank is NaN
    cells = [None if blank else cell for cell, blank in zip(column, column.isna(), strict=True)]
    return pd.Series(cells, dtype=object)
