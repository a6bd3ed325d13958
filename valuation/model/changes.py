"""What changed against the last refresh, in words: the base value, the movers, who came and who went."""

import pandas as pd

__all__ = ["changes"]

MOST_NAMED = 3
CENT = 0.005


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
    old, new = _by_customer(before, "value").astype(float), _by_customer(after, "value").astype(float)
    if old.empty:
        return [f"First refresh: {_count(len(new), 'customer')}, base value {_total(new)}."]
    return [
        *_base(old, new),
        *_movers(old, new),
        *_segment_moves(_by_customer(segments_before, "segment"), _by_customer(segments, "segment")),
    ]


def _by_customer(frame: pd.DataFrame, column: str) -> pd.Series:
    """Give a column by customer id; rows without an id, and doubled ones, are nobody's."""
    if not {"customer_id", column} <= set(frame):
        return pd.Series(dtype=object)
    named = frame.dropna(subset=["customer_id"]).drop_duplicates("customer_id")
    return named.set_index("customer_id")[column]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _total(values: pd.Series) -> str:
    """Write a total; one that leaves customers out would look right."""
    return "unknown" if values.isna().any() else f"{values.sum():,.0f}"


def _base(old: pd.Series, new: pd.Series) -> list[str]:
    came, went = len(new.index.difference(old.index)), len(old.index.difference(new.index))
    people = f" {_count(came, 'customer')} came, {went:,} went." if came or went else ""
    before, after = _total(old), _total(new)
    if "unknown" in (before, after):
        missing = int(new.isna().sum())
        why = f" ({_count(missing, 'customer')} without a value)" if missing else ""
        words = f"stays unknown{why}" if before == after else f"goes from {before} to {after}{why}"
        return [f"The base value {words}.{people}"]
    change = float(new.sum()) - float(old.sum())
    if abs(change) < CENT:
        return [f"The base value stays at {after}.{people}"]
    share = f" ({change / abs(old.sum()):+.1%})" if old.sum() else ""
    return [f"The base value goes from {before} to {after}, {change:+,.0f}{share}.{people}"]


def _movers(old: pd.Series, new: pd.Series) -> list[str]:
    """Name the customers that moved most; one that came or went moved from or to nought."""
    everybody = old.index.union(new.index, sort=False)
    moves = new.reindex(everybody, fill_value=0.0) - old.reindex(everybody, fill_value=0.0)
    moves = moves[moves.abs() >= CENT]  # a value that is unknown on one side is no move
    if moves.empty:
        return []
    largest = moves.reindex(moves.abs().sort_values(ascending=False, kind="stable").index)[:MOST_NAMED]
    named = ", ".join(f"{customer} {move:+,.0f}" for customer, move in largest.items())
    whose = "1 customer's value changes" if len(moves) == 1 else f"{len(moves):,} customers' values change"
    return [f"{whose}; the most: {named}."]


def _segment_moves(old: pd.Series, new: pd.Series) -> list[str]:
    old, new = old.dropna(), new.dropna()
    if old.empty:
        return []
    both = old.index.intersection(new.index)
    old, new = old.loc[both].astype(str), new.loc[both].astype(str)
    moved = old != new
    if not moved.any():
        return ["No customer changes segment."]
    routes = (old[moved] + " to " + new[moved]).value_counts().sort_index()
    return ["Segments: " + ", ".join(f"{count:,} from {route}" for route, count in routes.items()) + "."]
