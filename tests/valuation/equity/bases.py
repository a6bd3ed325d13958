"""Random pairs of snapshots, and a roll-forward written out customer by customer as a second way."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from valuation.lifetime import Timing

COLUMNS = ("customer_id", "status", "gross_margin", "cost_to_serve", "retention_rate", "discount_rate", "horizon")
ENDLESS = float("inf")


def snapshot(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def active(name: str, gross: float, cost: float, retention: float, rate: float, horizon: float = ENDLESS) -> Any:
    return name, "active", gross, cost, retention, rate, horizon


def pairs(*, gaps: bool = False) -> SearchStrategy[tuple[pd.DataFrame, pd.DataFrame]]:
    """An opening and a closing that share the first customer; the closing stands in another order."""
    return st.builds(
        lambda seed, many: _pair(np.random.default_rng(seed), many, gaps), st.integers(0), st.integers(1, 30)
    )


def _pair(rng: np.random.Generator, many: int, gaps: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = np.array([f"C{number}" for number in range(many)], dtype=object)
    before, after = (np.flatnonzero((rng.random(many) < 0.7) | (np.arange(many) == 0)) for _ in range(2))
    return _snapshot(rng, names[before], gaps), _snapshot(rng, names[rng.permutation(after)], gaps)


def _snapshot(rng: np.random.Generator, names: npt.NDArray[np.object_], gaps: bool) -> pd.DataFrame:
    """A snapshot for which also an endless value exists at every mix with another one."""
    n = names.size
    columns = {
        "gross_margin": np.round(rng.normal(0, 10.0 ** rng.integers(0, 6, n)), 2) * (rng.random(n) < 0.9),
        "cost_to_serve": np.round(rng.exponential(10.0 ** rng.integers(0, 6, n)), 2) * (rng.random(n) < 0.9),
        "retention_rate": np.clip(rng.uniform(-0.1, 1.05, n), 0.0, 0.95),
        "discount_rate": np.clip(rng.uniform(-0.1, 0.5, n), 0.0, 0.5),
        "horizon": np.where(rng.random(n) < 0.4, np.inf, rng.integers(1, 13, n)),
    }
    if gaps:
        columns = {name: np.where(rng.random(n) < 0.05, np.nan, values) for name, values in columns.items()}
    status = rng.choice(np.array(["active", "lost", "prospect"], dtype=object), n, p=[0.7, 0.15, 0.15])
    return pd.DataFrame({"customer_id": names, "status": status, **columns})


def elapsed_years() -> SearchStrategy[float]:
    return st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 3.0]) | st.floats(0.0, 5.0)


def value(row: Mapping[Any, Any], timing: Timing, horizon: float) -> float:
    """Value of one customer by yearly payments: written out for whole years, by its closed form for parts of one."""
    margin = row["gross_margin"] - row["cost_to_serve"]
    r, d = row["retention_rate"], row["discount_rate"]
    late = {"start": 0.0, "mid": 0.5, "end": 1.0}[timing]
    if horizon <= 0:
        return 0.0
    if float(horizon).is_integer():
        return math.fsum(margin * r**t / (1 + d) ** (t - 1 + late) for t in range(1, int(horizon) + 1))
    q = r / (1 + d)
    limit = 1 / (1 - q) if math.isinf(horizon) else horizon if q == 1 else (1 - q**horizon) / (1 - q)
    return float(margin * r / (1 + d) ** late * limit)


def plain_lines(
    before: Mapping[Any, Any] | None,
    after: Mapping[Any, Any] | None,
    timing: Timing,
    elapsed: float,
    order: Sequence[str],
) -> dict[str, float]:
    """Every line of one customer, by revaluing it step by step."""
    was, stays = (row is not None and row["status"] == "active" for row in (before, after))
    lines: dict[str, float] = {}
    if was:
        assert before is not None
        r, d, h = before["retention_rate"], before["discount_rate"], before["horizon"]
        opening = value(before, timing, h)
        expected = r**elapsed * value(before, timing, h - elapsed)
        lines["opening"] = opening
        lines["unwind"] = opening * ((1 + d) ** elapsed - 1)
        lines["expected_cash"] = expected - opening * (1 + d) ** elapsed
        if not stays:
            lines["lost"] = -expected
    if stays:
        assert after is not None
        lines["closing"] = value(after, timing, after["horizon"])
        if not was:
            never = before is None or before["status"] == "prospect"
            lines["new" if never else "reactivated"] = lines["closing"]
    if was and stays:
        assert before is not None
        assert after is not None
        lines["survivor"] = (1 - r**elapsed) * opening
        lines["horizon"] = r**elapsed * opening - expected
        now = dict(before)
        fields = dict(zip(("margin", "cost_to_serve", "retention", "rate", "horizon"), COLUMNS[2:], strict=True))
        for step in order:
            worth = value(now, timing, now["horizon"])
            grew = after["gross_margin"] > now["gross_margin"]
            now[fields[step]] = after[fields[step]]
            line = ("expansion" if grew else "contraction") if step == "margin" else step
            lines[line] = lines.get(line, 0.0) + value(now, timing, now["horizon"]) - worth
    return lines
