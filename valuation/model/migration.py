"""Who moved since the last snapshot, and why: the customer itself, a cut, or an override."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.errors import ZeroDenominatorError
from valuation.model.history import BoolArray, FloatArray
from valuation.model.profit import Profit
from valuation.model.segment import Segmentation
from valuation.model.snapshots import EDITION, Earlier, Snapshot
from valuation.model.tiers import LABELS, SEGMENT_LABELS, Cuts
from valuation.segments import Migration, migration, movers, population_stability
from valuation.settings import Settings
from valuation.tables import MIGRATION, MIGRATION_SUMMARY, MOVERS, SNAPSHOTS, empty_frame

__all__ = ["migration_tables", "snapshot_of"]

NOBODY: Final = "none"
"""Those who are in no segment: not yet or no longer customers, or without a known value."""
NAMED: Final = 3
CAUSES: Final = {
    "customer moved": "the customer",
    "cut moved": "the cut",
    "both moved": "both",
    "another rule": "an override",
}
"""Cause as `valuation.segments.movers` calls it to what people read."""
OVERRIDE: Final = CAUSES["another rule"]
TextArray: TypeAlias = npt.NDArray[np.object_]


def snapshot_of(
    segments: Segmentation,
    profit: Profit,
    values: pd.DataFrame,
    matrix: pd.DataFrame,
    status: TextArray,
    settings: Settings,
) -> Snapshot:
    """Take down what the customers are today, and by which rules."""
    pnl = profit.pnl
    quadrant = matrix.set_index("customer_id")["quadrant"].reindex(segments.frame["customer_id"])
    frame = segments.frame.assign(
        annual_margin=values["annual_margin"],
        retention_rate=values["retention_rate"],
        net_revenue=pnl["net_revenue"],
        contribution=pnl["contribution"],
        cost_to_serve=profit.projected_cost,
        quadrant=quadrant.to_numpy(dtype=object),
        status=status,
    )
    return Snapshot(
        customers=frame[[column.name for column in SNAPSHOTS if column.name not in ("as_of", "state")]],
        facts={
            "edition": float(EDITION),
            "basis": segments.basis,
            "convention": settings.convention(),
            "customers": float(len(frame)),
            "value": float(frame["value"].sum(skipna=False)),
            "cut_a": segments.cuts.a,
            "cut_b": segments.cuts.b,
            "discount_rate": settings.number("discount_rate"),
            "horizon": settings.number("horizon") if np.isfinite(settings.number("horizon")) else np.nan,
            "timing": settings.word("timing"),
            "periods_per_year": settings.number("periods_per_year"),
        },
    )


def migration_tables(
    earlier: Earlier | None, today: Snapshot, segments: Segmentation, settings: Settings
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """
    Compare with the last snapshot.

    Returns
    -------
    dict of str to DataFrame
        Migration, Migration summary and Movers.
    list of str
        What moved, in words; customers appear by id, never by name.
    """
    if earlier is None:
        return _nothing(), ["There is no earlier snapshot to compare with; this one is the first."]
    both = _side_by_side(earlier, segments)
    found = migration(
        both["segment_before"],
        both["segment"],
        labels=SEGMENT_LABELS,
        values=both["segment_value"].fillna(both["value_before"]).fillna(0.0),
    )
    who = _movers(both, _cuts(earlier), segments.cuts, settings.number("tier_band"))
    tables = {
        MIGRATION.name: _matrix(found),
        MIGRATION_SUMMARY.name: _summary(found, who),
        MOVERS.name: who[[column.name for column in MOVERS]],
    }
    return tables, [*_words(earlier, found, who), *_other_rules(earlier, today)]


def _side_by_side(earlier: Earlier, segments: Segmentation) -> pd.DataFrame:
    """Put everybody's segments and values of both dates beside each other, by customer id."""
    columns = ["name", "segment", "model_segment", "segment_value", "override"]
    now = segments.frame.set_index("customer_id")[columns]
    before = earlier.customers[["segment", "model_segment", "segment_value"]]
    before = before.set_axis(["segment_before", "model_before", "value_before"], axis=1)
    everybody = now.index.append(before.index.difference(now.index))
    both = now.reindex(everybody).join(before.reindex(everybody))
    texts = ["segment", "model_segment", "segment_before", "model_before"]
    # A label of another edition is none of ours.
    both[texts] = both[texts].where(both[texts].isin(SEGMENT_LABELS), None).astype(object)
    # Much faster than `isin` for texts.
    there_before, there = (index.get_indexer(everybody) >= 0 for index in (before.index, now.index))
    return both.assign(there_before=there_before, there=there)


def _cuts(earlier: Earlier) -> Cuts:
    """Give the cuts of then; what somebody typed over so that they cannot be cuts is not known."""
    a, b = float(earlier.facts["cut_a"]), float(earlier.facts["cut_b"])
    return Cuts(np.nan, np.nan) if b <= 0 or a < b or np.isinf(a) else Cuts(a, b)


# The movers.


def _movers(both: pd.DataFrame, cuts_before: Cuts, cuts: Cuts, band: float) -> pd.DataFrame:
    """List who is officially in another segment, the largest change first, with its cause."""
    moved = both[(both["segment"].fillna("") != both["segment_before"].fillna("")).to_numpy(dtype=bool)]
    cause, reason = _causes(moved, cuts_before, cuts, band)
    place = {label: at for at, label in enumerate(SEGMENT_LABELS)}
    rise = moved["segment_before"].map(place).to_numpy(dtype=float) - moved["segment"].map(place).to_numpy(dtype=float)
    came, went = moved["segment_before"].isna(), moved["segment"].isna()
    direction = np.where(came, "new", np.where(went, "gone", np.where(rise > 0, "up", "down")))
    # Who is not there is worth nothing; a value that is not known is not nought.
    change = moved["segment_value"].where(moved["there"], 0.0) - moved["value_before"].where(moved["there_before"], 0.0)
    frame = moved.assign(
        customer_id=moved.index.to_numpy(dtype=object),
        direction=direction.astype(object),
        change=change.round(6),
        cause=cause,
        reason=reason,
    ).reset_index(drop=True)
    order = frame["change"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _causes(moved: pd.DataFrame, cuts_before: Cuts, cuts: Cuts, band: float) -> tuple[TextArray, TextArray]:
    """Find for each mover whether it moved itself, a cut did, or an override put it there."""
    cause, reason = np.full(len(moved), None, dtype=object), np.full(len(moved), "", dtype=object)
    if not np.isnan([*cuts_before, *cuts]).any():
        held = moved["model_before"].isin(LABELS).to_numpy(dtype=bool)
        # Who was in N, or nowhere, had no tier that a band could hold.
        for rows, width in ((held, band), (~held, 0.0)):
            found = movers(
                moved["value_before"][rows],
                moved["segment_value"][rows],
                moved["model_before"][rows],
                moved["model_segment"][rows],
                (*cuts_before, ABOVE_NOUGHT),
                (*cuts, ABOVE_NOUGHT),
                labels=SEGMENT_LABELS,
                band=width,
            )
            cause[rows] = pd.Series(found.cause, dtype=object).map(CAUSES).to_numpy(dtype=object)
            reason[rows] = found.reason
    return _by_override(moved, cause, reason)


ABOVE_NOUGHT: Final = float(np.nextafter(0.0, 1.0))
"""Lower cut of C: whoever has any value above nought."""


def _by_override(moved: pd.DataFrame, cause: TextArray, reason: TextArray) -> tuple[TextArray, TextArray]:
    """Let an override that holds now, or held then, be the cause where the official segment is not the model's."""
    now = _differs(moved["segment"], moved["model_segment"])
    then = _differs(moved["segment_before"], moved["model_before"])
    words = moved["override"].fillna("").to_numpy(dtype=object)
    reason = np.where(now, "override: " + words, np.where(then, "the override of then no longer holds", reason))
    cause = np.where(now | then, OVERRIDE, cause).astype(object)
    # New and gone are no moves that need a cause.
    cause[(moved["segment"].isna() | moved["segment_before"].isna()).to_numpy(dtype=bool)] = None
    reason[_unknown(moved, "segment", "segment_value", "there")] = "the value is not known now"
    reason[_unknown(moved, "segment_before", "value_before", "there_before")] = "the value was not known then"
    return cause, reason.astype(object)


def _unknown(moved: pd.DataFrame, segment: str, value: str, there: str) -> BoolArray:
    """Who is in no segment because its value is not known."""
    return (moved[segment].isna() & moved[value].isna() & moved[there]).to_numpy(dtype=bool)


def _differs(one: "pd.Series[str]", other: "pd.Series[str]") -> BoolArray:
    return (one.fillna("") != other.fillna("")).to_numpy(dtype=bool)


# Tables and words.


def _matrix(found: Migration) -> pd.DataFrame:
    """Write counts, parts of the row and money side by side."""
    shares: FloatArray = found.shares
    money: FloatArray = np.zeros(shares.shape) if found.values is None else found.values
    cells = np.hstack([found.counts.astype(float), shares, money.round(6)])
    frame = pd.DataFrame(cells, columns=[column.name for column in MIGRATION][1:])
    frame.insert(0, "segment", pd.Series([*SEGMENT_LABELS, NOBODY], dtype=object))
    return frame


def _stability(found: Migration) -> float:
    counts = found.counts[:-1, :].sum(axis=1), found.counts[:, :-1].sum(axis=0)
    try:
        return population_stability(*counts).value
    except ZeroDenominatorError:
        return np.nan


def _summary(found: Migration | None, who: pd.DataFrame) -> pd.DataFrame:
    direction, cause = who["direction"].value_counts(), who["cause"].value_counts()
    lines: tuple[tuple[str, float, str], ...] = (
        ("Stayed", np.nan if found is None else found.stayed_share, "Part of those in a segment at both dates"),
        ("Moved up", direction.get("up", 0), "Customers"),
        ("Moved down", direction.get("down", 0), "Customers"),
        ("New", direction.get("new", 0), "Customers in no segment at the last snapshot"),
        ("Gone", direction.get("gone", 0), "Customers in no segment any more"),
        ("Weighted kappa", np.nan if found is None else found.kappa, "1 = all stayed, 0 = as if by accident"),
        (
            "Population stability",
            np.nan if found is None else _stability(found),
            "How far the mix of segments moved: below 0.10 stable, above 0.25 shifted",
        ),
        ("Moved by themselves", cause.get("the customer", 0), "Customers whose value passed the cut"),
        ("Moved by the cut", cause.get("the cut", 0), "Customers whom a cut passed"),
        ("Moved by both", cause.get("both", 0), "Customers"),
        ("Moved by an override", cause.get(OVERRIDE, 0), "Customers"),
    )
    frame = pd.DataFrame(lines, columns=[column.name for column in MIGRATION_SUMMARY]).astype({"figure": float})
    return frame.assign(figure=np.nan) if found is None else frame


def _words(earlier: Earlier, found: Migration, who: pd.DataFrame) -> list[str]:
    direction, cause = who["direction"].value_counts(), who["cause"].value_counts()
    new, gone = direction.get("new", 0), direction.get("gone", 0)
    together = found.stayed + found.up + found.down
    sentences = [
        f"Against {earlier.as_of} ({earlier.state}): {found.stayed:,} of {together:,} customers stay in their segment, "
        f"{found.up:,} move up, {found.down:,} down; {new:,} are new and {gone:,} in no segment any more."
    ]
    causes = [f"{cause[name]:,} by {name}" for name in CAUSES.values() if name in cause]
    if causes:
        sentences.append(f"What moved them: {', '.join(causes)}.")
    named = who[who["cause"].notna()][:NAMED]
    told = [
        f"{row.customer_id} from {row.segment_before} to {row.segment} ({row.reason})"
        for row in named.itertuples(index=False)
    ]
    return [*sentences, f"The largest: {'; '.join(told)}."] if told else sentences


def _other_rules(earlier: Earlier, today: Snapshot) -> list[str]:
    """Say that figures are not alike because they were come to otherwise."""
    facts: Mapping[str, object] = today.facts
    then = earlier.facts.where(earlier.facts.notna(), "not recorded")
    return [
        f"The {what} was another one then ({then[name]}; now {facts[name]}), which moves values too."
        for name, what in (("convention", "convention"), ("basis", "basis of the segment"))
        if then[name] != facts[name]
    ]


def _nothing() -> dict[str, pd.DataFrame]:
    """Give the tables without anything to compare with, those of a fixed length as long as ever."""
    matrix = pd.DataFrame({"segment": pd.Series([*SEGMENT_LABELS, NOBODY], dtype=object)})
    none = empty_frame(MOVERS)
    return {
        MIGRATION.name: matrix.reindex(columns=[column.name for column in MIGRATION]).astype(
            {column.name: float for column in MIGRATION if column.name != "segment"}
        ),
        MIGRATION_SUMMARY.name: _summary(None, none),
        MOVERS.name: none,
    }
