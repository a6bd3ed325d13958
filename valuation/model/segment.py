"""
Segments: one official value segment for each customer, and everything that it can be compared with beside it.

The official segment is the tier by the synthesis in money, engagement value, unless an assumption says customer value.
A customer changes it only when its value passes a cut by more than the band, or by an override that says why, by whom
and until when.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.errors import MissingDataError, ZeroDenominatorError
from valuation.findings import Finding, Severity
from valuation.model.headroom import customer_headroom
from valuation.model.history import Base, FloatArray, History
from valuation.model.needs import needs_of
from valuation.model.profit import Profit
from valuation.model.retention import prospects
from valuation.model.tiers import (
    BASES,
    LABELS,
    SEGMENT_LABELS,
    Cuts,
    TextArray,
    cut_findings,
    cuts_of,
    put_into_tiers,
)
from valuation.segments import (
    OverriddenSegments,
    RfmScores,
    apply_overrides,
    lifecycle_stage,
    rfm_scores,
    stale_ratings,
    strategic_value,
    value_deciles,
    value_segment,
)
from valuation.settings import Settings
from valuation.tables import CRITERIA, OVERRIDE_EFFECT, OVERRIDES, RATINGS, SEGMENTS, TableData, complete_frame

__all__ = ["Segmentation", "customer_segments", "override_effect"]

REJECTED: Final = {
    "expired": (Severity.NOTE, "The override has expired; the model's segment holds"),
    "not complete": (Severity.WARNING, "An override needs a reason, an owner and a last day; it has no effect"),
    "unknown customer": (Severity.WARNING, "The customer is not on Customers; the override has no effect"),
    "unknown segment": (Severity.ERROR, f"The segment must be one of {', '.join(SEGMENT_LABELS)}; it has no effect"),
    "twice": (Severity.ERROR, "Two overrides hold for the same customer; neither has an effect"),
}
"""What becomes of an override that does not apply: how grave that is, and why."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segmentation:
    """
    The segments of all customers.

    Attributes
    ----------
    frame : DataFrame
        Columns of the contract's Segments, in the order of the customers.
    bases : mapping of str to ndarray
        Amounts by basis of `BASES`. [currency; strategic value: 0-100]
    cuts : Cuts
        Those of the official segment.
    basis : str
        What it goes by: engagement or lifetime.
    overridden : OverriddenSegments
        What the overrides do.
    findings : list of Finding
        Cuts, overrides, ratings and needs that cannot be used as they stand.
    """

    frame: pd.DataFrame
    bases: Mapping[str, FloatArray]
    cuts: Cuts
    basis: str
    overridden: OverriddenSegments
    findings: list[Finding]


def customer_segments(
    base: Base,
    history: History,
    profit: Profit,
    values: pd.DataFrame,
    engagement: "pd.Series[float]",
    settings: Settings,
    tables: Mapping[str, TableData],
    previous: Mapping[str, str],
) -> Segmentation:
    """
    Put every customer into its segments.

    Parameters
    ----------
    base, history, profit, values, settings, tables
        What the steps before read and found.
    engagement : Series
        Engagement value of each customer. [currency]
    previous : mapping of str to str
        Customer id to the model's segment before, for the band around the cuts.
    """
    ids = base.customers["customer_id"]
    rated, on_ratings = _strategic(base, settings, tables)
    bases = {
        "revenue": profit.pnl["net_revenue"].to_numpy(dtype=float),
        "profit": profit.pnl["contribution"].to_numpy(dtype=float),
        "strategic": rated,
        "lifetime": values["value"].to_numpy(dtype=float),
        "engagement": engagement.to_numpy(dtype=float),
    }
    cuts = {name: cuts_of(name, amounts, settings) for name, amounts in bases.items()}
    tiers = {name: put_into_tiers(amounts, cuts[name]) for name, amounts in bases.items()}
    basis = settings.word("segment_basis")
    before = ids.map(dict(previous)).to_numpy(dtype=object)
    model = put_into_tiers(bases[basis], cuts[basis], before, settings.number("tier_band"))
    overridden, on_overrides = _overridden(base, model, bases[basis], tables)
    stage, rule = _lifecycle(base, history)
    recency = _days(base.as_of - history.last_purchase)
    scores = _scores(history, recency, bases["revenue"], settings)
    room = customer_headroom(base, profit, values, settings, tables)
    potential = np.asarray(room.present_value, dtype=float)
    needs, on_needs = needs_of(base, tables)
    frame = pd.DataFrame(
        {
            "customer_id": ids,
            "name": base.customers["name"],
            "segment": overridden.segment,
            "model_segment": model,
            "override": _override_words(base, overridden, tables),
            "segment_value": bases[basis],
            "distance_to_cut": _distance(bases[basis], model, cuts[basis]),
            **{f"{name}_tier": tiers[name] for name in BASES},
            "strategic_value": rated,
            "value": bases["lifetime"],
            "engagement_value": bases["engagement"],
            # Equal values rank in the order of their rows, so that every rank stands once.
            "engagement_rank": engagement.rank(ascending=False, method="first").to_numpy(dtype=float),
            "value_decile": value_deciles(bases["engagement"]),
            "potential": potential,
            "growth_segment": _growth_segment(profit, potential, settings),
            "needs_segment": needs,
            "lifecycle": stage,
            "lifecycle_rule": rule,
            "days_since_last": recency,
            "purchase_days": history.purchases_12m,
            "recency_score": _score(scores.recency),
            "frequency_score": _score(scores.frequency),
            "monetary_score": _score(scores.monetary),
        }
    )
    return Segmentation(
        frame=frame[[column.name for column in SEGMENTS]],
        bases=bases,
        cuts=cuts[basis],
        basis=basis,
        overridden=overridden,
        findings=[
            *cut_findings(settings, len(base)),
            *on_overrides,
            *on_ratings,
            *on_needs,
            *_few_customers(scores),
        ],
    )


def _distance(amounts: FloatArray, tiers: TextArray, cuts: Cuts) -> FloatArray:
    """How far each amount is above the lower cut of its tier; C starts at nought."""
    lower = pd.Series(tiers, dtype=object).map(dict(zip(LABELS, (*cuts, 0.0), strict=True)))
    return amounts - lower.to_numpy(dtype=float)


# Strategic value.


def _strategic(base: Base, settings: Settings, tables: Mapping[str, TableData]) -> tuple[FloatArray, list[Finding]]:
    """Score each customer's ratings; ratings without evidence, owner or a recent date count, and are found."""
    ratings = complete_frame(tables.get(RATINGS.name), RATINGS)
    weights = {name: settings.number(f"strategic_weight_{name}") for name in CRITERIA}
    first = ratings["customer_id"].notna() & ~ratings.duplicated("customer_id")
    own = ratings[first].set_index("customer_id").reindex(base.customers["customer_id"])
    try:
        score = strategic_value(own[list(CRITERIA)].astype(float), weights).score
    except ZeroDenominatorError:  # no criterion counts
        score = np.full(len(base), np.nan)
    rated = (first & ratings[list(CRITERIA)].notna().any(axis=1)).to_numpy(dtype=bool)
    words = stale_ratings(ratings["rated_on"].to_numpy(), ratings["owner"], ratings["evidence"], as_of=base.as_of)
    faulty = rated & (words != "")
    findings = [
        Finding(
            severity=Severity.WARNING,
            kind="rating to renew",
            table=RATINGS.name,
            column="rated_on",
            rows=tuple((np.flatnonzero(faulty & (words == what)) + 1).tolist()),
            what=f"The rating counts, but: {what}",
            mend="Rate again, with evidence, owner and date",
        )
        for what in dict.fromkeys(words[faulty].tolist())
    ]
    return np.asarray(score, dtype=float), findings


# Overrides.


def _overridden(
    base: Base, model: TextArray, amounts: FloatArray, tables: Mapping[str, TableData]
) -> tuple[OverriddenSegments, list[Finding]]:
    """Put overrides in place of the model's segments, and find those that have no effect."""
    frame = complete_frame(tables.get(OVERRIDES.name), OVERRIDES)
    filled = frame.notna().any(axis=1).to_numpy(dtype=bool)
    given = frame[filled]
    given = given.assign(segment=given["segment"].str.strip().str.upper())
    result = apply_overrides(
        base.customers["customer_id"], model, given, values=amounts, as_of=base.as_of, labels=SEGMENT_LABELS
    )
    status, rows = result.register["status"].to_numpy(dtype=object), np.flatnonzero(filled) + 1
    findings = [
        Finding(
            severity=severity,
            kind=f"override {word}",
            table=OVERRIDES.name,
            column="segment" if word == "unknown segment" else "customer_id",
            rows=tuple(rows[status == word].tolist()),
            what=what,
            mend="Complete it, correct it, or delete the row",
        )
        for word, (severity, what) in REJECTED.items()
        if (status == word).any()
    ]
    return result, findings


def override_effect(segments: Segmentation) -> pd.DataFrame:
    """Say what all overrides together change, by segment: columns of the contract's Override effect."""
    effect = segments.overridden.effect
    model, official = (
        segments.frame[name].astype(object).fillna(effect.index[-1]) for name in ("model_segment", "segment")
    )
    moved = model != official
    unknown = np.isnan(segments.bases[segments.basis])

    def amounts(column: str, segment: "pd.Series[str]") -> FloatArray:
        # A sum that leaves somebody's unknown value out would look right.
        return effect[column].round(6).mask(effect.index.isin(segment[unknown])).to_numpy(dtype=float)

    frame = pd.DataFrame(
        {
            "segment": effect.index.to_numpy(dtype=object),
            "model_customers": effect["customers_before"].to_numpy(dtype=float),
            "customers": effect["customers_after"].to_numpy(dtype=float),
            "model_value": amounts("value_before", model),
            "value": amounts("value_after", official),
            "moved_in": official[moved].value_counts().reindex(effect.index).fillna(0.0).to_numpy(dtype=float),
            "moved_out": model[moved].value_counts().reindex(effect.index).fillna(0.0).to_numpy(dtype=float),
        }
    )
    return frame[[column.name for column in OVERRIDE_EFFECT]]


def _override_words(base: Base, overridden: OverriddenSegments, tables: Mapping[str, TableData]) -> TextArray:
    """Say beside each customer's segment why, by whom and until when it is not the model's."""
    frame = complete_frame(tables.get(OVERRIDES.name), OVERRIDES)
    given = frame[frame.notna().any(axis=1)].reset_index(drop=True)
    applied = given[(overridden.register["status"] == "applied").to_numpy(dtype=bool)]
    words = applied["reason"] + " (" + applied["owner"] + ", until " + applied["expires"].dt.strftime("%Y-%m-%d") + ")"
    found = base.customers["customer_id"].map(dict(zip(applied["customer_id"], words, strict=True)))
    return found.astype(object).where(found.notna(), None).to_numpy(dtype=object)


# Current value against potential.


def _growth_segment(profit: Profit, potential: FloatArray, settings: Settings) -> TextArray:
    """Set contribution against potential; who has no known potential is in no such segment."""
    cuts = (settings.number(name) for name in ("contribution_cut", "potential_cut"))
    current_cut, potential_cut = (None if np.isnan(cut) else cut for cut in cuts)
    current = profit.pnl["run_rate_contribution"].to_numpy(dtype=float)
    try:
        found = value_segment(current, potential, cut_current=current_cut, cut_potential=potential_cut)
    except MissingDataError:  # a median of nobody
        return np.full(len(current), None, dtype=object)
    segment = found.segment.copy()
    segment[~(np.isfinite(current) & np.isfinite(potential))] = None
    return segment


# Buying behaviour.


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


def _few_customers(scores: RfmScores) -> Iterator[Finding]:
    if scores.note and scores.bins:
        yield Finding(
            severity=Severity.NOTE,
            kind="few customers for scores",
            table=SEGMENTS.name,
            what=f"Buying scores: {scores.note}",
            mend="Nothing; the scores tell more when there are more customers",
        )
