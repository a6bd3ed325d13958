"""Who looks at the customers, and by which statements: Officers and Lens statements, as far as they are usable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.lenses import MEASURES
from valuation.model.history import FloatArray
from valuation.tables import MOST_LENSES, OFFICERS, STATEMENTS, TableData, complete_frame

__all__ = ["PLACES", "Officers", "read_officers", "read_statements"]

PLACES: Final = range(1, MOST_LENSES + 1)
"""Rows of Officers whose lenses have columns."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Officers:
    """Who looks at the customers: short names by place on the table, and the weights as typed."""

    places: Mapping[str, int]
    weights: Mapping[str, float]

    def columns(self, stem: str, frame: pd.DataFrame) -> dict[str, FloatArray]:
        """Spread a column for each officer over the places, blank where there is none."""
        blank: FloatArray = np.full(len(frame), np.nan)
        by_place = {place: frame[name].to_numpy(dtype=float) for name, place in self.places.items() if name in frame}
        return {f"{stem}_{place}": by_place.get(place, blank) for place in PLACES}


def read_officers(tables: Mapping[str, TableData]) -> tuple[Officers, list[Finding]]:
    """Read the officers, those that have a column, each once."""
    frame = complete_frame(tables.get(OFFICERS.name), OFFICERS, ["officer", "weight"])
    known = frame["officer"].notna() & ~frame.duplicated("officer")
    late = known & (frame.index >= MOST_LENSES)
    usable = frame[known & ~late]
    typed = usable["weight"].to_numpy(dtype=float)
    typed = np.where((typed >= 0) & (typed <= 1), typed, np.nan)
    # Without any weight all count alike; beside others a blank has none.
    weights = np.ones(len(typed)) if np.isnan(typed).all() else np.nan_to_num(typed)
    findings = []
    if late.any():
        findings.append(
            Finding(
                severity=Severity.ERROR,
                kind="too many officers",
                table=OFFICERS.name,
                column="officer",
                rows=tuple((np.flatnonzero(late) + 1).tolist()),
                what=f"There are columns for the first {MOST_LENSES} rows; this officer is left out",
                mend="Take an officer out",
            )
        )
    return Officers(
        places={
            str(name): int(row) + 1 for row, name in zip(np.flatnonzero(known & ~late), usable["officer"], strict=True)
        },
        weights=dict(zip(usable["officer"], weights.tolist(), strict=True)),
    ), findings


def read_statements(
    tables: Mapping[str, TableData], officers: Officers, measured: pd.DataFrame
) -> tuple[pd.DataFrame, list[Finding]]:
    """Keep the rows that can be scored, and find the others."""
    frame = complete_frame(tables.get(STATEMENTS.name), STATEMENTS)
    filled = frame[["officer", "statement", "measure", "better"]].notna()
    key = frame["officer"].astype(object) + "|" + frame["statement"].astype(object)
    faults = [
        ("officer unknown", "officer", filled["officer"] & ~frame["officer"].isin(list(officers.places)),
         "The officer is not on Officers; the row has no effect", "Add the officer there, or correct it here"),
        ("measure unknown", "measure", filled["measure"] & ~frame["measure"].isin(list(measured)),
         "There is no such measure; the row has no effect",
         f"Name one of {', '.join(MEASURES)}, or a column of your own on Survey"),
        ("weights differ", "statement_weight",
         filled.all(axis=1) & (frame["statement_weight"].fillna(1.0).groupby(key).transform("nunique") > 1),
         "The rows of a statement give it different weights; none of them has an effect", "Give it the same weight"),
    ]  # fmt: skip
    faulty = ~filled.all(axis=1) | frame.duplicated(["officer", "statement", "measure"])
    faulty |= (frame["weight"] < 0) | (frame["statement_weight"] < 0)
    findings = []
    for kind, column, mask, what, mend in faults:
        faulty |= mask
        if mask.any():
            findings.append(
                Finding(
                    severity=Severity.ERROR,
                    kind=kind,
                    table=STATEMENTS.name,
                    column=column,
                    rows=tuple((np.flatnonzero(mask) + 1).tolist()),
                    what=what,
                    mend=mend,
                )
            )
    return frame[~faulty].reset_index(drop=True), findings
