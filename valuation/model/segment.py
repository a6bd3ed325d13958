"""
Segments: one official value segment for each customer, with the tiers by revenue and profit beside it.

Cuts are absolute and kept until somebody changes them; a customer changes segment only when its value passes a cut by
more than the band. Where no cuts are set, the Pareto cuts of the day stand in, which a note says.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.findings import Finding, Severity
from valuation.model.history import Base, FloatArray, History
from valuation.segments import keep_tier, lifecycle_stage, pareto_bounds, rfm_scores, tier_absolute
from valuation.settings import Settings
from valuation.tables import SEGMENTS

__all__ = ["customer_segments"]

LABELS = ("A", "B", "C")
NO_VALUE = "N"
PARETO_CUTS = (0.80, 0.95)
BASES = {"value": "value", "revenue": "net_revenue", "profit": "contribution"}
TextArray = npt.NDArray[np.object_]


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
        Cuts that are not set.
    """
    amounts = {"value": values["value"], "revenue": pnl["net_revenue"], "profit": pnl["contribution"]}
    cuts = {name: _cuts(name, column.to_numpy(dtype=float), settings) for name, column in amounts.items()}
    money = {name: column.to_numpy(dtype=float) for name, column in amounts.items()}
    before = base.customers["customer_id"].map(dict(previous)).to_numpy(dtype=object)
    official = _tiers(money["value"], cuts["value"], previous=before, band=settings.number("tier_band"))
    stage = _lifecycle(base, history)
    recency = (base.as_of - history.last_purchase).astype("timedelta64[D]").astype(float)
    bins = int(settings.number("rfm_bins"))
    scores = rfm_scores(
        recency, np.where(np.isnan(recency), np.nan, history.purchases_12m), money["revenue"], bins=bins
    )
    frame = pd.DataFrame(
        {
            "customer_id": base.customers["customer_id"],
            "name": base.customers["name"],
            "segment": official,
            "revenue_tier": _tiers(money["revenue"], cuts["revenue"]),
            "profit_tier": _tiers(money["profit"], cuts["profit"]),
            "lifecycle": stage[0],
            "lifecycle_rule": stage[1],
            "days_since_last": recency,
            "purchase_days": history.purchases_12m,
            "recency_score": _score(scores.recency),
            "frequency_score": _score(scores.frequency),
            "monetary_score": _score(scores.monetary),
            "value": money["value"],
            "distance_to_cut": _distance(money["value"], official, cuts["value"]),
        }
    )
    return frame[[column.name for column in SEGMENTS]], _unset_cuts(settings, len(base))


def _cuts(name: str, amounts: FloatArray, settings: Settings) -> tuple[float, float]:
    """Give the lower bounds of A and B: those that are set, else the Pareto cuts of these amounts."""
    set_cuts = (settings.number(f"{name}_tier_a"), settings.number(f"{name}_tier_b"))
    positive = amounts[amounts > 0]
    if not np.isnan(set_cuts).any() or not positive.size:
        return set_cuts
    pareto = pareto_bounds(amounts, PARETO_CUTS)
    return tuple(float(p) if np.isnan(s) else s for s, p in zip(set_cuts, pareto, strict=False))  # type: ignore[return-value]


def _tiers(
    amounts: FloatArray, cuts: tuple[float, float], previous: TextArray | None = None, band: float = 0.0
) -> TextArray:
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
    return np.array([label if label in LABELS else None for label in previous], dtype=object)


def _distance(amounts: FloatArray, tiers: TextArray, cuts: tuple[float, float]) -> FloatArray:
    """How far each amount is above the lower cut of its tier; C starts at nought."""
    lower = pd.Series(tiers).map(dict(zip(LABELS, (*cuts, 0.0), strict=True)))
    return amounts - lower.to_numpy(dtype=float)


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
    return result.stage, result.rule


def _score(scores: npt.NDArray[np.int64]) -> FloatArray:
    """Leave customers without a score blank."""
    return np.where(scores == 0, np.nan, scores.astype(float))


def _unset_cuts(settings: Settings, customers: int) -> list[Finding]:
    unset = [f"{name}_tier_{cut}" for name in BASES for cut in "ab" if np.isnan(settings.number(f"{name}_tier_{cut}"))]
    if not unset or not customers:
        return []
    return [
        Finding(
            severity=Severity.NOTE,
            kind="cuts not set",
            table="Assumptions",
            column="value",
            what=f"These cuts are blank, so the Pareto cuts of the day (80% and 95%) stand in: {', '.join(unset)}",
            mend="Set absolute cuts, so that a customer's segment does not move because others moved",
        )
    ]
