"""
Tiers of the customers by five bases, and what other ways of cutting would make of them.

Cuts are absolute and kept until somebody changes them; where no cuts are set, the Pareto cuts of the day stand in,
which a note says. Who has no value above nought is in no tier but in N; who has no known value is in none.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.errors import DomainError
from valuation.findings import Finding, Severity
from valuation.model.history import FloatArray
from valuation.segments import keep_tier, natural_breaks, pareto_bounds, tier_absolute
from valuation.settings import Settings
from valuation.tables import ASSUMPTIONS, TIER_METHODS

__all__ = [
    "BASES",
    "LABELS",
    "NO_VALUE",
    "SEGMENT_LABELS",
    "Cuts",
    "TextArray",
    "cut_findings",
    "cuts_of",
    "put_into_tiers",
    "tier_methods",
]

LABELS: Final = ("A", "B", "C")
NO_VALUE: Final = "N"
SEGMENT_LABELS: Final = (*LABELS, NO_VALUE)
PARETO_CUTS: Final = (0.80, 0.95)
RANK_CUTS: Final = (0.80, 0.50)
"""The best fifth is A, the rest of the better half B."""
BASES: Final = {
    "revenue": ("Net revenue", "revenue"),
    "profit": ("Contribution", "profit"),
    "strategic": ("Strategic value", "strategic"),
    "lifetime": ("Customer value", "value"),
    "engagement": ("Engagement value", "value"),
}
"""Basis to its title and to the assumptions that hold its cuts: customer and engagement value are cut alike."""
CUT_IDS: Final = ("value", "revenue", "profit", "strategic")
TextArray = npt.NDArray[np.object_]


class Cuts(NamedTuple):
    """Lower bounds of A and B, B not above A; NaN where there is nobody to cut."""

    a: float
    b: float


def _set_cuts(id_: str, settings: Settings) -> Cuts:
    """Give the cuts as they stand on Assumptions, NaN where they are blank."""
    return Cuts(settings.number(f"{id_}_tier_a"), settings.number(f"{id_}_tier_b"))


def cuts_of(basis: str, amounts: FloatArray, settings: Settings) -> Cuts:
    """Give the cuts that are set, and where they are not, the Pareto cuts of these amounts as far as they fit."""
    a, b = _set_cuts(BASES[basis][1], settings)
    if np.isnan([a, b]).any():
        pareto = _pareto(amounts)
        # fmax and fmin: the cut that is set bounds the other one, a blank does not.
        a, b = (np.fmax(pareto.a, b) if np.isnan(a) else a), (np.fmin(pareto.b, a) if np.isnan(b) else b)
    return Cuts(float(max(a, b)), float(min(a, b)))


def put_into_tiers(amounts: FloatArray, cuts: Cuts, previous: TextArray | None = None, band: float = 0.0) -> TextArray:
    """A, B or C by the cuts, N where there is no positive amount, None where the amount is unknown."""
    tiers = np.full(len(amounts), None, dtype=object)
    positive = amounts > 0
    if positive.any() and not np.isnan(cuts).any():
        tiers[positive] = (
            tier_absolute(amounts[positive], cuts, labels=LABELS)
            if previous is None
            else keep_tier(amounts[positive], _known(previous[positive]), cuts, labels=LABELS, band=band)
        )
    tiers[amounts <= 0] = NO_VALUE
    return tiers


def _known(previous: TextArray) -> TextArray:
    """Keep the earlier segments that have a cut; the others have nothing to hold on to."""
    known = previous.copy()
    known[~np.isin(previous, LABELS)] = None
    return known


def tier_methods(bases: Mapping[str, FloatArray], official: TextArray, settings: Settings) -> pd.DataFrame:
    """Cut each basis in four ways, side by side: columns of the contract's Tier methods."""
    rows = []
    for basis, amounts in bases.items():
        for method, cut in METHODS.items():
            cuts = cuts_of(basis, amounts, settings) if cut is None else cut(amounts)
            tiers = put_into_tiers(amounts, cuts)
            positive = np.where(amounts > 0, amounts, 0.0)
            cut_at_all = positive.any() and not np.isnan(cuts).any()
            held = positive[tiers == "A"].sum() / positive.sum() if cut_at_all else np.nan
            rows.append(
                {
                    "basis": BASES[basis][0],
                    "method": method,
                    "cut_a": cuts.a,
                    "cut_b": cuts.b,
                    **{label.lower(): float((tiers == label).sum()) for label in SEGMENT_LABELS},
                    "unknown": float(pd.isna(tiers).sum()),
                    "a_share": held,
                    "fit": _between(amounts, tiers),
                    "same_as_official": float((tiers == official).mean()) if len(tiers) else np.nan,
                    "note": _method_note(amounts, cuts),
                }
            )
    return pd.DataFrame(rows, columns=[column.name for column in TIER_METHODS])


def _between(amounts: FloatArray, tiers: TextArray) -> float:
    """Part of the variance of the positive amounts that lies between their tiers; NaN where they do not differ."""
    positive = amounts > 0
    values, groups = pd.Series(amounts[positive]), tiers[positive]
    if not positive.any() or values.nunique() == 1 or pd.isna(groups).any():
        return np.nan
    within = values - values.groupby(groups).transform("mean")
    return float(1 - (within**2).sum() / ((values - values.mean()) ** 2).sum())


def _method_note(amounts: FloatArray, cuts: Cuts) -> str:
    if amounts.size and np.isnan(amounts).all():
        return "nobody's value is known"
    if not (amounts > 0).any():
        return "nobody has a value above nought"
    return "too few different values to cut" if np.isnan(cuts).any() else ""


def _pareto(amounts: FloatArray) -> Cuts:
    """The classes that hold the first 80% and the next 15% of all that is positive."""
    positive = amounts[amounts > 0]
    if not positive.size:
        return Cuts(np.nan, np.nan)
    return Cuts(*map(float, pareto_bounds(positive, PARETO_CUTS)[:2]))


def _by_rank(amounts: FloatArray) -> Cuts:
    """The best fifth, and the rest of the better half, of those with a positive amount."""
    positive = amounts[amounts > 0]
    if not positive.size:
        return Cuts(np.nan, np.nan)
    return Cuts(*map(float, np.quantile(positive, RANK_CUTS, method="higher")))


def _natural(amounts: FloatArray) -> Cuts:
    """The three classes that differ least within themselves, of those with a positive amount."""
    try:
        return Cuts(*map(float, natural_breaks(amounts[amounts > 0], len(LABELS)).bounds))
    except DomainError:  # fewer different values than classes
        return Cuts(np.nan, np.nan)


METHODS: Final[Mapping[str, Callable[[FloatArray], Cuts] | None]] = {
    "absolute": None,
    "ranks": _by_rank,
    "Pareto": _pareto,
    "natural breaks": _natural,
}
"""Way of cutting to the cuts that it finds; None: those that are set."""


def cut_findings(settings: Settings, customers: int) -> Iterator[Finding]:
    """Find cuts that are not set or contradict each other."""
    wrong = [id_ for id_ in CUT_IDS if (cuts := _set_cuts(id_, settings)).a < cuts.b]
    if wrong:
        yield Finding(
            severity=Severity.ERROR,
            kind="cuts out of order",
            table=ASSUMPTIONS.name,
            column="value",
            what=f"Tier A starts below tier B, so the two cuts are taken the other way round: {', '.join(wrong)}",
            mend="Set the cut of A above that of B",
        )
    unset = [f"{id_}_tier_{cut}" for id_ in CUT_IDS for cut in "ab" if np.isnan(settings.number(f"{id_}_tier_{cut}"))]
    if unset and customers:
        yield Finding(
            severity=Severity.NOTE,
            kind="cuts not set",
            table=ASSUMPTIONS.name,
            column="value",
            what=f"These cuts are blank, so the Pareto cuts of the day (80% and 95%) stand in: {', '.join(unset)}",
            mend="Set absolute cuts, so that a customer's segment does not move because others moved",
        )
