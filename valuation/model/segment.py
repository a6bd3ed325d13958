"""
Segments: one official value segment for each customer, with the tiers by revenue and profit beside it.

Cuts are absolute and kept until somebody changes them; a customer changes segment only when its value passes a cut by
more than the band. Where no cuts are set, the Pareto cuts of the day stand in, which a note says.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.model.history import Base, FloatArray, History
from valuation.model.retention import prospects
from valuation.segments import RfmScores, keep_tier, lifecycle_stage, pareto_bounds, rfm_scores, tier_absolute
from valuation.settings import Settings
from valuation.tables import ASSUMPTIONS, SEGMENTS

__all__ = ["customer_segments"]

LABELS = ("A", "B", "C")
NO_VALUE = "N"
PARETO_CUTS = (0.80, 0.95)
BASES = ("value", "revenue", "profit")
TextArray = npt.NDArray[np.object_]


class _Cuts(NamedTuple):
    """Lower bounds of A and B, B not above A; NaN where there is nobody to cut."""

    a: float
    b: float


def customer_segments(
    base: Base,
    history: History,
    pnl: pd.DataFrame,
    values: pd.DataFrame,
    settings: Settings,
    previous: Mapping[str, str],
) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Put every customer into its segments.

    Parameters
    ----------
    base, history, pnl, values, settings
        What the steps before found.
    previous : mapping of str to str
        Customer id to the official segment at the last refresh, for the band around the cuts.

    Returns
    -------
    DataFrame
        Columns of the contract's Segments.
    list of Finding
        Cuts that are not set or contradict each other, and too few customers for the scores.
    """
    money = {
        "value": values["value"].to_numpy(dtype=float),
        "revenue": pnl["net_revenue"].to_numpy(dtype=float),
        "profit": pnl["contribution"].to_numpy(dtype=float),
    }
    cuts = {name: _cuts(name, amounts, settings) for name, amounts in money.items()}
    before = base.customers["customer_id"].map(dict(previous)).to_numpy(dtype=object)
    official = _tiers(money["value"], cuts["value"], previous=before, band=settings.number("tier_band"))
    stage, rule = _lifecycle(base, history)
    recency = _days(base.as_of - history.last_purchase)
    scores = _scores(history, recency, money["revenue"], settings)
    frame = pd.DataFrame(
        {
            "customer_id": base.customers["customer_id"],
            "name": base.customers["name"],
            "segment": official,
            "revenue_tier": _tiers(money["revenue"], cuts["revenue"]),
            "profit_tier": _tiers(money["profit"], cuts["profit"]),
            "lifecycle": stage,
            "lifecycle_rule": rule,
            "days_since_last": recency,
            "purchase_days": history.purchases_12m,
            "recency_score": _score(scores.recency),
            "frequency_score": _score(scores.frequency),
            "monetary_score": _score(scores.monetary),
            "value": money["value"],
            "distance_to_cut": _distance(money["value"], official, cuts["value"]),
        }
    )
    findings = [*_contradicting_cuts(settings), *_unset_cuts(settings, len(base)), *_few_customers(scores)]
    return frame[[column.name for column in SEGMENTS]], findings


def _set_cuts(name: str, settings: Settings) -> _Cuts:
    """Give the cuts as they stand on Assumptions, NaN where they are blank."""
    return _Cuts(settings.number(f"{name}_tier_a"), settings.number(f"{name}_tier_b"))


def _cuts(name: str, amounts: FloatArray, settings: Settings) -> _Cuts:
    """Give the cuts that are set, and where they are not, the Pareto cuts of these amounts as far as they fit."""
    a, b = _set_cuts(name, settings)
    positive = amounts[amounts > 0]
    if np.isnan([a, b]).any() and not positive.size:
        return _Cuts(np.nan, np.nan)
    if np.isnan([a, b]).any():
        pareto_a, pareto_b, _ = pareto_bounds(positive, PARETO_CUTS)
        # fmax and fmin: the cut that is set bounds the other one, a blank does not.
        a, b = (np.fmax(pareto_a, b) if np.isnan(a) else a), (np.fmin(pareto_b, a) if np.isnan(b) else b)
    return _Cuts(float(max(a, b)), float(min(a, b)))


def _tiers(amounts: FloatArray, cuts: _Cuts, previous: TextArray | None = None, band: float = 0.0) -> TextArray:
    """A, B or C by the cuts, N where there is no positive amount, None where the amount is unknown."""
    tiers = np.full(len(amounts), None, dtype=object)
    positive = amounts > 0
    if positive.any():
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


def _distance(amounts: FloatArray, tiers: TextArray, cuts: _Cuts) -> FloatArray:
    """How far each amount is above the lower cut of its tier; C starts at nought."""
    lower = pd.Series(tiers, dtype=object).map(dict(zip(LABELS, (*cuts, 0.0), strict=True)))
    return amounts - lower.to_numpy(dtype=float)


def _scores(history: History, recency: FloatArray, revenue: FloatArray, settings: Settings) -> RfmScores:
    """Score who has bought, by the twelve months."""
    frequency = np.where(np.isnan(recency), np.nan, history.purchases_12m)
    return rfm_scores(recency, frequency, revenue, bins=int(settings.number("rfm_bins")))


def _days(spans: npt.NDArray[np.timedelta64]) -> FloatArray:
    """Count days; NaN where there is no date, which a plain cast would turn into a huge number."""
    return np.where(np.isnat(spans), np.nan, spans.astype("timedelta64[D]").astype(float))


def _score(scores: npt.NDArray[np.int64]) -> FloatArray:
    """Leave customers without a score blank."""
    return np.where(scores == 0, np.nan, scores.astype(float))


def _lifecycle(base: Base, history: History) -> tuple[TextArray, TextArray]:
    until, prior = base.between(base.start, base.as_of), base.between(base.prior_start, base.start)
    result = lifecycle_stage(
        first_purchase=history.first_purchase,
        last_purchase=history.last_purchase,
        median_gap=history.median_gap,
        purchases=history.purchases,
        revenue_12m=base.per_customer("net_amount", until),
        revenue_prior_12m=base.per_customer("net_amount", prior),
        as_of=base.as_of,
        lapsed_before=history.lapsed_before,
    )
    # Customers of old whose purchases lie before the first transaction: no date of the last one, but it is long ago.
    unseen = history.silent & np.isnat(history.last_purchase) & ~prospects(base, history)
    rule = f"no purchase in the 12 months to {base.as_of}"
    return np.where(unseen, "Lapsed", result.stage), np.where(unseen, rule, result.rule)


def _contradicting_cuts(settings: Settings) -> Iterator[Finding]:
    wrong = [name for name in BASES if (cuts := _set_cuts(name, settings)).a < cuts.b]
    if wrong:
        yield Finding(
            severity=Severity.ERROR,
            kind="cuts out of order",
            table=ASSUMPTIONS.name,
            column="value",
            what=f"Tier A starts below tier B, so the two cuts are taken the other way round: {', '.join(wrong)}",
            mend="Set the cut of A above that of B",
        )


def _unset_cuts(settings: Settings, customers: int) -> Iterator[Finding]:
    unset = [f"{name}_tier_{cut}" for name in BASES for cut in "ab" if np.isnan(settings.number(f"{name}_tier_{cut}"))]
    if unset and customers:
        yield Finding(
            severity=Severity.NOTE,
            kind="cuts not set",
            table=ASSUMPTIONS.name,
            column="value",
            what=f"These cuts are blank, so the Pareto cuts of the day (80% and 95%) stand in: {', '.join(unset)}",
            mend="Set absolute cuts, so that a customer's segment does not move because others moved",
        )


def _few_customers(scores: RfmScores) -> Iterator[Finding]:
    if scores.note and scores.bins:
        yield Finding(
            severity=Severity.NOTE,
            kind="few customers for scores",
            table=SEGMENTS.name,
            what=f"Buying scores: {scores.note}",
            mend="Nothing; the scores tell more when there are more customers",
        )
