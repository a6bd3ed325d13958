"""What changed against the last refresh, in words: the base value, the movers, who came and who went."""

import numpy as np
import pandas as pd

__all__ = ["changes"]

MOST_NAMED = 3


def changes(
    before: pd.DataFrame, after: pd.DataFrame, segments_before: pd.DataFrame, segments: pd.DataFrame
) -> list[str]:
    """
    Say what a refresh changes.

    Parameters
    ----------
    before, after : DataFrame
        Lifetime value tables with `customer_id` and `value`, of the last refresh and of this one.
    segments_before, segments : DataFrame
        Segments tables with `customer_id` and `segment`.

    Returns
    -------
    list of str
        Sentences, the most important first; customers appear by id, never by name.
    """
    known = before.dropna(subset=["customer_id"]) if "customer_id" in before else before.iloc[:0]
    if known.empty or not known["value"].notna().any():
        return [f"First refresh: {len(after):,} customers, base value {_total(after):,.0f}."]
    joined = (
        known.set_index("customer_id")["value"]
        .to_frame("before")
        .join(after.set_index("customer_id")["value"].to_frame("after"), how="outer")
    )
    return [*_base(joined), *_movers(joined), *_segment_moves(segments_before, segments)]


def _total(frame: pd.DataFrame) -> float:
    return float(frame["value"].sum())


def _base(joined: pd.DataFrame) -> list[str]:
    old, new = float(joined["before"].sum()), float(joined["after"].sum())
    came = int((joined["before"].isna() & joined["after"].notna()).sum())
    went = int((joined["after"].isna() & joined["before"].notna()).sum())
    if np.isclose(old, new, rtol=1e-12, atol=0.005) and not came and not went:
        return [f"The base value stays at {new:,.0f}."]
    change = f" ({(new - old) / abs(old):+.1%})" if old else ""
    people = f" {came:,} customers came, {went:,} went." if came or went else ""
    return [f"The base value goes from {old:,.0f} to {new:,.0f}, {new - old:+,.0f}{change}.{people}"]


def _movers(joined: pd.DataFrame) -> list[str]:
    moves = (joined["after"].fillna(0) - joined["before"].fillna(0)).round(2)
    moves = moves[moves != 0]
    if moves.empty:
        return []
    largest = moves.reindex(moves.abs().sort_values(ascending=False, kind="stable").index)[:MOST_NAMED]
    named = ", ".join(f"{customer} {move:+,.0f}" for customer, move in largest.items())
    return [f"{len(moves):,} customers' values change; the most: {named}."]


def _segment_moves(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    if "segment" not in before or before["segment"].isna().all():
        return []
    old = before.dropna(subset=["customer_id"]).set_index("customer_id")["segment"]
    new = after.set_index("customer_id")["segment"].reindex(old.index)
    moved = old.notna() & new.notna() & (old != new)
    if not moved.any():
        return ["No customer changes segment."]
    routes = (old[moved] + " to " + new[moved]).value_counts().sort_index()
    return ["Segments: " + ", ".join(f"{count:,} from {route}" for route, count in routes.items()) + "."]
