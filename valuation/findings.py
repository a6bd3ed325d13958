"""
Findings: what is wrong with the users' data, all of it at once.

A finding names table, rows and column as the mathematics knows them; the adapter that read the workbook adds sheet and
cell.
"""

from dataclasses import dataclass, field
from enum import IntEnum

__all__ = ["Finding", "Severity"]


class Severity(IntEnum):
    """How much a finding matters."""

    NOTE = 0
    """Worth knowing; nothing to mend."""
    WARNING = 1
    """The values stand, but somebody should look."""
    ERROR = 2
    """A check fails: values that depend on it are missing or wrong until it is mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One fault, in all the rows that have it.

    Attributes
    ----------
    severity : Severity
        How much it matters.
    kind : str
        A stable short name, such as ``unknown customer``.
    table : str
        Name of the table in the data contract, such as ``Transactions``.
    column : str
        Column name in the contract, or "" for the whole row or table.
    rows : tuple of int
        Rows of the table's body, counted from 1; empty when the whole table is meant.
    what : str
        What is wrong, in a sentence.
    mend : str
        What to do about it.
    amounts : tuple of float
        Money of each row in `rows`; without rows one amount for all of it; empty when no money is involved. [currency]
    """

    severity: Severity
    kind: str
    table: str
    column: str = ""
    rows: tuple[int, ...] = ()
    what: str
    mend: str
    amounts: tuple[float, ...] = field(default=())
