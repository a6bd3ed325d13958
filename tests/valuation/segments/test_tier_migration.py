import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.segments import migration, population_stability

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "segments.json").read_text("utf-8"))
MIGRATION: dict[str, Any] = GOLDEN["migration"]
TIERS = ["T1", "T2", "T3"]
STATES = [*TIERS, None]
FEW = settings(max_examples=min(settings().max_examples, 50))

pairs = st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from(STATES)), max_size=40)
counts = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=6).filter(
    lambda rows: any(before for before, _ in rows) and any(after for _, after in rows)
)


def unrolled(matrix: list[list[int]]) -> tuple[list[str | None], list[str | None]]:
    """Customers of which the matrix is the count."""
    moves = [(i, j) for i, row in enumerate(matrix) for j, count in enumerate(row) for _ in range(count)]
    return [STATES[i] for i, _ in moves], [STATES[j] for _, j in moves]


def slow_kappa(rows: list[tuple[int, int]]) -> float:
    """The second way: one minus the mean squared move by the mean squared difference of all pairs of customers."""
    moved = sum((i - j) ** 2 for i, j in rows) / len(rows)
    by_chance = sum((i - j) ** 2 for i, _ in rows for _, j in rows) / len(rows) ** 2
    return 1 - moved / by_chance if by_chance else math.nan


def test_matches_the_specification() -> None:
    found = migration(*unrolled(MIGRATION["counts"]), labels=TIERS)
    assert found.states == ("T1", "T2", "T3", "Out")
    assert found.counts.tolist() == MIGRATION["counts"]
    assert (found.stayed, found.up, found.down) == (7, 0, 1)
    assert round(found.stayed_share, 3) == float(MIGRATION["stayed_share"])
    assert round(found.kappa, 6) == float(MIGRATION["kappa"])
    before, now = found.counts.sum(axis=1), found.counts.sum(axis=0)
    stability = population_stability(before[:-1], now[:-1])
    assert round(stability.value, 6) == float(MIGRATION["population_stability"])
    assert (stability.adjusted, stability.verdict) == (False, "stable")


@FEW
@given(pairs)
def test_equals_the_counts_one_by_one(rows: list[tuple[str | None, str | None]]) -> None:
    found = migration([a for a, _ in rows], [b for _, b in rows], labels=TIERS)
    for i, before in enumerate(STATES):
        for j, now in enumerate(STATES):
            assert found.counts[i, j] == rows.count((before, now))
    both = [(STATES.index(a), STATES.index(b)) for a, b in rows if a and b]
    assert found.stayed == sum(i == j for i, j in both)
    assert found.up == sum(j < i for i, j in both)
    assert found.down == sum(j > i for i, j in both)
    assert found.stayed_share == pytest.approx(found.stayed / len(both) if both else math.nan, nan_ok=True)
    assert found.kappa == pytest.approx(slow_kappa(both) if both else math.nan, nan_ok=True)


@FEW
@given(pairs)
def test_rows_sum_to_the_tiers_before_and_columns_to_those_now(rows: list[tuple[str | None, str | None]]) -> None:
    before, now = [a for a, _ in rows], [b for _, b in rows]
    found = migration(before, now, labels=TIERS, values=[1.0] * len(rows))
    assert found.counts.sum(axis=1).tolist() == [before.count(state) for state in STATES]
    assert found.counts.sum(axis=0).tolist() == [now.count(state) for state in STATES]
    for row, share in zip(found.counts, found.shares, strict=True):
        assert math.isclose(share.sum(), 1.0) if row.sum() else np.isnan(share).all()
    # Without a tier at either date a customer has no money that counts; all others have one each.
    assert found.values is not None
    assert found.values.tolist() == found.counts.astype(np.float64).tolist()
    back = migration(now, before, labels=TIERS)
    assert back.counts.T.tolist() == found.counts.tolist()
    assert (back.stayed, back.up, back.down) == (found.stayed, found.down, found.up)


@FEW
@given(st.lists(st.tuples(st.sampled_from(TIERS), st.sampled_from(TIERS)), min_size=2, max_size=40))
def test_kappa_agrees_with_scikit_learn(rows: list[tuple[str, str]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    found = migration([a for a, _ in rows], [b for _, b in rows], labels=TIERS)
    if not math.isnan(found.kappa):
        peer = metrics.cohen_kappa_score([a for a, _ in rows], [b for _, b in rows], labels=TIERS, weights="quadratic")
        assert found.kappa == pytest.approx(peer)


def test_without_a_move_all_agree_and_without_a_choice_none_can() -> None:
    assert migration(TIERS, TIERS, labels=TIERS).kappa == 1.0
    assert math.isnan(migration(["T1", "T1"], ["T1", "T1"], labels=TIERS).kappa)
    nobody = migration([], [], labels=TIERS, values=[])
    assert math.isnan(nobody.kappa)
    assert math.isnan(nobody.stayed_share)
    assert nobody.values is not None
    assert nobody.values.dtype == np.float64


def test_whoever_has_no_tier_is_out() -> None:
    before = np.array(["T1", None, math.nan, "", "Out", pd.NA], dtype=object)
    found = migration(before, ["Out", "T1", "T2", "T3", None, ""], labels=TIERS, values=[5, 1, 2, 3, math.nan, None])
    assert found.counts.tolist() == [[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 2]]
    assert found.values is not None
    assert found.values[3].tolist() == [1.0, 2.0, 3.0, 0.0]
    assert found.values[0].tolist() == [0.0, 0.0, 0.0, 5.0]


def test_bad_arguments_of_a_migration_are_named() -> None:
    with pytest.raises(InputError, match="previous must be one of T1, T2, T3, Out, not 'Gold' in row 2"):
        migration(["T1", "Gold"], ["T1", "T1"], labels=TIERS)
    with pytest.raises(InputError, match="current must be one of T1, T2, T3, Out, not 3"):
        migration(["T1"], [3], labels=TIERS)
    with pytest.raises(InputError, match="previous and current must be of one length, not 1 and 2"):
        migration(["T1"], ["T1", "T1"], labels=TIERS)
    with pytest.raises(InputError, match=r"previous must be one column, not of shape \(1, 1\)"):
        migration([["T1"]], [["T1"]], labels=TIERS)
    with pytest.raises(InputError, match="labels must not hold Out"):
        migration(["T1"], ["T1"], labels=["T1", "Out"])
    with pytest.raises(InputError, match="labels must differ"):
        migration(["T1"], ["T1"], labels=["T1", "T1"])
    with pytest.raises(MissingDataError, match="values must be known, not nan in row 2"):
        migration(["T1", "T1"], ["T1", "T1"], labels=TIERS, values=[1.0, math.nan])
    with pytest.raises(DomainError, match="values must be finite, not inf in row 1"):
        migration(["T1"], ["T1"], labels=TIERS, values=[math.inf])
    with pytest.raises(InputError, match=r"values must have one row per customer, \(1,\), not \(2,\)"):
        migration(["T1"], ["T1"], labels=TIERS, values=[1.0, 2.0])


# Population stability.


@FEW
@given(counts)
def test_stability_equals_the_written_out_sum(rows: list[tuple[int, int]]) -> None:
    before, after = [a for a, _ in rows], [b for _, b in rows]
    add = 0.5 if 0 in before or 0 in after else 0.0
    old, new = sum(before) + add * len(rows), sum(after) + add * len(rows)
    terms = [((b + add) / new - (a + add) / old) * math.log((b + add) * old / (a + add) / new) for a, b in rows]
    found = population_stability(before, after)
    assert found.value == pytest.approx(math.fsum(terms), abs=1e-12)
    assert found.adjusted == bool(add)
    assert found.value >= 0
    assert population_stability(after, before).value == pytest.approx(found.value, abs=1e-12)


def test_the_same_mix_is_stable_and_shares_serve_as_well() -> None:
    assert population_stability([10, 20], [20, 40]).value == 0.0
    shares, whole = population_stability([0.5, 0.5], [0.2, 0.8]), population_stability([5, 5], [20, 80])
    assert shares.value == pytest.approx(whole.value)


def test_stability_has_three_verdicts() -> None:
    assert population_stability([50, 50], [50, 50]).verdict == "stable"
    assert population_stability([50, 50], [70, 30]).verdict == "some shift"
    assert population_stability([50, 50], [90, 10]).verdict == "shifted"


def test_bad_counts_are_named() -> None:
    with pytest.raises(InputError, match="before and after must be of one length, not 1 and 2"):
        population_stability([1], [1, 2])
    with pytest.raises(InputError, match=r"before must be one column, not of shape \(\)"):
        population_stability(1, [1])
    with pytest.raises(InputError, match="after must be known, not nan in row 2"):
        population_stability([1, 2], [1, math.nan])
    with pytest.raises(DomainError, match=r"before must be finite and not negative, not -1\.0 in row 1"):
        population_stability([-1, 2], [1, 1])
    with pytest.raises(DomainError, match=r"before must be whole where a count is 0, not 0\.5 in row 1"):
        population_stability([0.5, 0.5], [0, 1])
    with pytest.raises(ZeroDenominatorError, match="after must hold a customer"):
        population_stability([1, 2], [0, 0])
    with pytest.raises(ZeroDenominatorError, match="before must hold a customer"):
        population_stability([], [])
