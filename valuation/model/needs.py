"""Needs segments: customers who need the same from us, with one owner across all departments and a P&L of their own."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.model.history import Base
from valuation.model.views import sum_by_group
from valuation.tables import CUSTOMER_PNL, NEEDS, NEEDS_PNL, TableData, complete_frame

__all__ = ["NO_NEEDS", "needs_of", "needs_pnl"]

NO_NEEDS: Final = "(no needs segment)"
MONEY: Final = tuple(column.name for column in CUSTOMER_PNL if column.unit == "currency")


def needs_of(base: Base, tables: Mapping[str, TableData]) -> tuple[npt.NDArray[np.object_], list[Finding]]:
    """
    Give each customer's needs segment: the one on its own row, else the one of its segment; None for who has neither.

    Found are segments that would belong to two needs segments, and needs segments without one owner.
    """
    needs = complete_frame(tables.get(NEEDS.name), NEEDS)
    mapped = needs[needs["needs_segment"].notna() & needs["segment"].notna()]
    twice = mapped["segment"].duplicated()
    own, segment = base.customers["needs_segment"], base.customers["segment"]
    by_segment = dict(zip(mapped.loc[~twice, "segment"], mapped.loc[~twice, "needs_segment"], strict=True))
    found = own.where(own.notna(), segment.map(by_segment)).astype(object)
    result = found.where(found.notna(), None).to_numpy(dtype=object)
    return result, [*_faults(needs, mapped.index[twice]), *_unknown(base, own, needs)]


def _faults(needs: pd.DataFrame, twice: "pd.Index[int]") -> list[Finding]:
    owners = needs.groupby("needs_segment")["owner"].transform("nunique")
    several = needs.index[(owners > 1).to_numpy(dtype=bool)]
    cases = (
        (
            twice,
            "segment",
            "segment with two needs",
            "The segment belongs to another needs segment further up, which counts",
        ),
        (several, "owner", "needs segment with several owners", "One person must answer for it in all departments"),
    )
    return [
        Finding(
            severity=Severity.ERROR,
            kind=kind,
            table=NEEDS.name,
            column=column,
            rows=tuple((rows + 1).tolist()),
            what=what,
            mend="Name one",
        )
        for rows, column, kind, what in cases
        if len(rows)
    ]


def _unknown(base: Base, own: "pd.Series[str]", needs: pd.DataFrame) -> list[Finding]:
    unknown = (own.notna() & ~own.isin(needs["needs_segment"].dropna())).to_numpy(dtype=bool)
    if not unknown.any():
        return []
    return [
        Finding(
            severity=Severity.WARNING,
            kind="needs segment without owner",
            table="Customers",
            column="needs_segment",
            rows=tuple(base.rows[unknown].tolist()),
            what="The needs segment is not on Needs segments, so nobody answers for it",
            mend="Add it there with its owner, or correct it here",
        )
    ]


def needs_pnl(
    segment: npt.NDArray[np.object_],
    pnl: pd.DataFrame,
    value: "pd.Series[float]",
    tables: Mapping[str, TableData],
) -> pd.DataFrame:
    """Sum P&L and value by needs segment, those that nobody has included: columns of the contract's Needs P&L."""
    needs = complete_frame(tables.get(NEEDS.name), NEEDS)
    owner = needs.dropna(subset=["needs_segment", "owner"]).groupby("needs_segment", sort=False)["owner"]
    owners = {name: found.iloc[0] if found.nunique() == 1 else None for name, found in owner}
    group = pd.Series(segment, dtype=object).fillna(NO_NEEDS).to_numpy(dtype=object)
    sums = sum_by_group(pnl[list(MONEY)].assign(value=value.to_numpy(dtype=float)), group).round(6)
    empty = [name for name in dict.fromkeys(needs["needs_segment"].dropna()) if name not in sums.index]
    sums = sums.sort_values("contribution", ascending=False, kind="stable")
    if empty:
        sums = pd.concat([sums, pd.DataFrame(0.0, index=empty, columns=sums.columns)])
    owner_of = pd.Series([owners.get(name) for name in sums.index], index=sums.index, dtype=object)
    frame = sums.assign(needs_segment=sums.index.to_numpy(dtype=object), owner=owner_of)
    return frame[[column.name for column in NEEDS_PNL]].reset_index(drop=True)
