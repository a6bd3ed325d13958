"""What a formula of ours refers to in a workbook made from our template, and how that reads in the formula."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from valuation.assumptions import ASSUMPTIONS as REGISTER
from valuation.tables import (
    CUSTOMER_PNL,
    CUSTOMERS,
    DRIVERS,
    LEDGER_POOLS,
    LIFETIME_VALUE,
    POOL_COSTS,
    RETENTION,
    SEGMENTS,
    TRANSACTIONS,
    Table,
)
from workbook_templates.native import Column, Expr, Name, call

__all__ = ["FILLED_IN", "Array", "Reference", "Whole", "array_constant", "literal", "reference_text"]


@dataclass(frozen=True, slots=True)
class Whole:
    """A table with its header row."""

    table: Table


@dataclass(frozen=True, slots=True)
class Array:
    """Values that stand in the formula itself, below one another."""

    values: tuple[float | str, ...]


Reference = Expr | Whole | Array | float | str


def _assumption(id_: str) -> Name:
    return Name(REGISTER[id_].cell_name)


def _total(table: Table, column: str) -> Expr:
    return call("SUM", Column(table, column))


_MARGIN, _CHANCE = Column(LIFETIME_VALUE, "annual_margin"), Column(LIFETIME_VALUE, "retention_rate")
_RATE, _TIMING = _assumption("discount_rate"), _assumption("timing")
_LATEST = call("MAX", Column(TRANSACTIONS, "date"))

FILLED_IN: Final[Mapping[str, Mapping[str, Reference]]] = {
    "CV_ALLOCATE": {"total": _total(LEDGER_POOLS, "amount"), "drivers": Column(SEGMENTS, "purchase_days")},
    "CV_COST_TO_SERVE": {
        "pools": Whole(LEDGER_POOLS),
        "drivers": Whole(DRIVERS),
        "customers": Column(CUSTOMERS, "customer_id"),
    },
    "CV_CUSTOMER_PNL": {"table": Whole(CUSTOMER_PNL)},
    "CV_EXPLAIN": {
        "customer": call("INDEX", Column(CUSTOMERS, "customer_id"), 1),
        "pools": Whole(LEDGER_POOLS),
        "drivers": Whole(DRIVERS),
    },
    "CV_LENS_RANKS": {"table": Whole(CUSTOMER_PNL)},
    "CV_LTV": {
        "margin": _MARGIN,
        "retention": _CHANCE,
        "rate": _RATE,
        "periods": _assumption("horizon"),
        "timing": _TIMING,
    },
    "CV_LTV_HORIZON": {
        "margin": _MARGIN,
        "retention": _CHANCE,
        "rate": _RATE,
        "horizons": Array((1, 3, 5, 10, "inf")),
        "timing": _TIMING,
    },
    "CV_PAYBACK": {
        "cac": Column(CUSTOMER_PNL, "acquisition_cost"),
        "margin": Column(CUSTOMER_PNL, "run_rate_contribution"),
        "retention": _CHANCE,
        "rate": _RATE,
    },
    "CV_RECONCILE": {
        "ledger_total": _total(LEDGER_POOLS, "amount"),
        "allocated": _total(POOL_COSTS, "traced") + _total(POOL_COSTS, "allocated"),
        "unused": _total(POOL_COSTS, "unused"),
        "unallocated": _total(POOL_COSTS, "unallocated") + _total(POOL_COSTS, "unknown_customer"),
    },
    "CV_RETENTION": {
        "renewed": Column(RETENTION, "renewed"),
        "exposed": Column(RETENTION, "exposed"),
        "prior_rate": _assumption("retention_prior"),
        "prior_weight": _assumption("retention_prior_weight"),
    },
    "CV_THREE_METRICS": {
        "transactions": Whole(TRANSACTIONS),
        "period_start": call("EOMONTH", _LATEST, -12) + 1,
        "period_end": call("EOMONTH", _LATEST, 0),
    },
    "CV_TIER": {"values": Column(LIFETIME_VALUE, "value"), "method": "pareto", "params": Array((0.8, 0.95))},
}
"""Front-door function to its arguments, from the first on: what stands for each in a workbook of our template."""


def reference_text(reference: Reference) -> str:
    """
    Write an argument as a formula holds it.

    Examples
    --------
    >>> reference_text(Whole(DRIVERS)), reference_text(Array((1, "inf")))
    ('tblDrivers[#All]', '{1;"inf"}')
    """
    match reference:
        case Whole(table):
            return f"{table.excel_name}[#All]"
        case Array(values):
            return array_constant([[value] for value in values])
        case Expr():
            return reference.excel(lambda key: key)  # none of them refers to a formula cell by its key
    return literal(reference)


def array_constant(rows: list[list[object]] | list[list[float | str]]) -> str:
    """Write rows of values that stand in the formula itself."""
    return "{" + ";".join(",".join(map(literal, row)) for row in rows) + "}"


def literal(value: object) -> str:
    """Write a value; a blank has no literal, and an empty text counts as one."""
    match value:
        case list():
            return array_constant([row if isinstance(row, list) else [row] for row in value])
        case bool():
            return str(value).upper()
        case float() | int():
            return f"{value:.15g}"
    return '"' + str(value or "").replace('"', '""') + '"'
