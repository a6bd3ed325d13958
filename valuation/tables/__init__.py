"""
The data contract: every table that goes in or comes out, with its columns, units and keys.

A table's column has one name here and one heading on a sheet; `Table.column_for` finds it from either, without regard
to case, spaces and underscores. How cells become typed columns is decided in `addin.cells`; what is wrong with the
content is found in `valuation.checks`. Dates are ``datetime64[s]``, numbers ``float64``, texts and ids are ``object``
columns of ``str`` with None for a blank. Costs are positive numbers.
"""

from valuation.tables.inputs import (
    ASSUMPTIONS,
    CUSTOMERS,
    DRIVERS,
    IDEAS,
    INPUT_TABLES,
    INVOICES,
    ISSUES,
    LEDGER_POOLS,
    REFERRALS,
    RETENTION,
    SURVEY,
    TRANSACTIONS,
)
from valuation.tables.results import (
    CUSTOMER_PNL,
    EXCEPTIONS,
    HORIZONS,
    LIFETIME_VALUE,
    LOG,
    MODEL_CHOICE,
    MODEL_FREQUENCY,
    MODEL_HORIZONS,
    MODEL_INTERVALS,
    MODEL_TRACKING,
    MODEL_VALUE,
    POOL_COSTS,
    RECONCILIATION,
    RESULT_TABLES,
    SEGMENTS,
)
from valuation.tables.schema import (
    NUMERIC_KINDS,
    Blank,
    Column,
    Fault,
    Kind,
    Table,
    TableData,
    empty_frame,
    normalise_heading,
)

__all__ = [
    "ASSUMPTIONS",
    "CUSTOMERS",
    "CUSTOMER_PNL",
    "DRIVERS",
    "EXCEPTIONS",
    "HORIZONS",
    "IDEAS",
    "INPUT_TABLES",
    "INVOICES",
    "ISSUES",
    "LEDGER_POOLS",
    "LIFETIME_VALUE",
    "LOG",
    "MODEL_CHOICE",
    "MODEL_FREQUENCY",
    "MODEL_HORIZONS",
    "MODEL_INTERVALS",
    "MODEL_TRACKING",
    "MODEL_VALUE",
    "NUMERIC_KINDS",
    "POOL_COSTS",
    "RECONCILIATION",
    "REFERRALS",
    "RESULT_TABLES",
    "RETENTION",
    "SEGMENTS",
    "SURVEY",
    "TABLES",
    "TRANSACTIONS",
    "Blank",
    "Column",
    "Fault",
    "Kind",
    "Table",
    "TableData",
    "empty_frame",
    "normalise_heading",
]

TABLES = {table.name: table for table in INPUT_TABLES + RESULT_TABLES}
