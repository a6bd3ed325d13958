"""Transactions from files: which column holds what (`mapping`), the SQL (`queries`), and the reading (`reading`)."""

from addin.sources.mapping import SourceError, SourceMapping, load_mapping, mapping_names, save_mapping
from addin.sources.reading import ImportedTransactions, ImportTotals, read_transactions

__all__ = [
    "ImportTotals",
    "ImportedTransactions",
    "SourceError",
    "SourceMapping",
    "load_mapping",
    "mapping_names",
    "read_transactions",
    "save_mapping",
]
