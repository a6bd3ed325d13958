"""Input tables as the adapters give them: typed columns, and a fault for every cell that has no value."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import hypothesis
import numpy as np
import pandas as pd

from valuation.findings import Finding
from valuation.model import Results, value_base
from valuation.settings import Settings, read_settings
from valuation.tables import NUMERIC_KINDS, TABLES, Fault, Kind, TableData

AS_OF = np.datetime64("2025-12-31", "D")

WHOLE_CHAIN = hypothesis.settings(max_examples=100 if os.environ.get("THOROUGH") else 12)
"""Each example runs the whole chain some times, a fifth of a second each; THOROUGH=1 asks for more."""

Tables = dict[str, TableData]


def table(name_: str, /, **columns: Sequence[object]) -> TableData:
    """Make a table of the contract; None is a blank."""
    contract = TABLES[name_]
    frame = pd.DataFrame(index=pd.RangeIndex(len(next(iter(columns.values()), ()))))
    for column, cells in columns.items():
        frame[column] = typed(contract[column].kind, cells)
    blanks = {column: frame[column].isna().to_numpy() for column in columns}
    faults = {column: blank * np.int8(Fault.BLANK) for column, blank in blanks.items() if blank.any()}
    return TableData(table=contract, frame=frame, faults=faults)


def misread(data: TableData, column: str, faults: Mapping[int, Fault]) -> TableData:
    """Give blank cells of a column the fault that made them so, by row counted from 1."""
    marks = data.faults[column].copy()
    for row, fault in faults.items():
        marks[row - 1] = fault
    return replace(data, faults={**data.faults, column: marks})


def typed(kind: Kind, cells: Sequence[object]) -> "pd.Series[Any]":
    if kind in NUMERIC_KINDS:
        return pd.Series([np.nan if cell is None else cell for cell in cells], dtype=float)
    if kind is Kind.DATE:
        return pd.Series(np.array([np.datetime64(str(c)) if c else "NaT" for c in cells], dtype="datetime64[s]"))
    return pd.Series(list(cells), dtype=object)


def from_frame(name: str, frame: pd.DataFrame) -> TableData:
    return TableData(table=TABLES[name], frame=frame)


def customers(*ids: str, **columns: Sequence[object]) -> TableData:
    return table("Customers", customer_id=ids, **columns)


def transactions(*rows: tuple[str | None, str | None, float | None], **columns: Sequence[object]) -> TableData:
    """Make documents of customer, date and net amount."""
    ids, dates, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    return table("Transactions", customer_id=ids, date=dates, net_amount=amounts, **columns)


def assumptions(*rows: tuple[str, object] | tuple[str, object, str, str], **values: object) -> TableData:
    """Make a register: values for all by name, then rows of id, value, scope and what it applies to."""
    scoped = [(row[0], row[1], *(row[2:] or ("all", None))) for row in rows]
    every = [(id_, value, "all", None) for id_, value in values.items()] + scoped
    ids, cells, scopes, targets = zip(*every, strict=True) if every else ((), (), (), ())
    return table("Assumptions", id=ids, value=cells, unit=[None] * len(ids), scope=scopes, applies_to=targets)


def settings(*rows: tuple[str, object] | tuple[str, object, str, str], **values: object) -> Settings:
    return read_settings(assumptions(*rows, **values))[0]


def tables(*parts: TableData) -> Tables:
    return {part.table.name: part for part in parts}


def value(*parts: TableData, previous: Mapping[str, str] | None = None, wanted: Collection[str] = ()) -> Results:
    return value_base(tables(*parts), last=segmented(previous or {}), wanted=wanted)


def segmented(previous: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Make the result tables of a refresh that put customers into these segments."""
    frame = pd.DataFrame({"customer_id": list(previous), "model_segment": list(previous.values())}, dtype=object)
    return {"Segments": frame}


def result(results: Results, name: str) -> Any:
    """Give a result table by customer id; untyped, because the stubs know nothing about its cells."""
    return results.tables[name].set_index("customer_id")


def found(findings: Sequence[Finding], kind: str) -> Finding:
    """Give the one finding of a kind."""
    (one,) = [finding for finding in findings if finding.kind == kind]
    return one


def kinds(findings: Sequence[Finding]) -> set[str]:
    return {finding.kind for finding in findings}
