import json
import math
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError, MissingDataError
from valuation.priority import (
    SMALL_FAST_ADOPTERS,
    panel_strata,
    poaching_exposure,
    readings,
    sample_plan,
    sample_select,
    sample_weights,
)

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "insight.json").read_text("utf-8"))
names = st.text("abcü|7", min_size=1, max_size=4)


# Selection.


def test_the_order_matches_the_specification() -> None:
    ids = sorted(GOLDEN["selection"]["order"])
    found = sample_select(ids, ["T"] * 5, {"T": 3}, seed=GOLDEN["selection"]["seed"])
    assert [ids[row] for row in np.argsort(found.place)] == GOLDEN["selection"]["order"]
    assert {ids[row] for row in np.flatnonzero(found.selected)} == set(GOLDEN["selection"]["order"][:3])


@given(
    st.lists(st.tuples(names, st.sampled_from("ABC")), unique_by=lambda row: row[0], max_size=12), st.integers(0, 99)
)
def test_equals_sorting_by_hash_whatever_the_order_of_rows(rows: list[tuple[str, str]], seed: int) -> None:
    ids, strata = [one for one, _ in rows], [name for _, name in rows]
    plan = {name: strata.count(name) * (seed % 4) // 3 if seed % 4 < 3 else 0 for name in "ABC"}
    found = sample_select(ids, strata, plan, seed=str(seed))
    expected: set[str] = set()
    for name, count in plan.items():
        members = [one for one, group in rows if group == name]
        members.sort(key=lambda one: sha256(f"{seed}|{one}".encode()).hexdigest())
        expected |= set(members[:count])
        assert [found.place[ids.index(one)] for one in members] == list(range(1, len(members) + 1))
    assert {one for one, yes in zip(ids, found.selected, strict=True) if yes} == expected
    backwards = sample_select(ids[::-1], strata[::-1], plan, seed=str(seed))
    assert backwards.place[::-1].tolist() == found.place.tolist()


def test_who_joins_changes_only_the_own_stratum() -> None:
    ids = [f"K{row}" for row in range(300)]
    strata = [f"T{row % 3}" for row in range(300)]
    plan = {"T0": 20, "T1": 20, "T2": 20}
    before = sample_select(ids, strata, plan, seed="s").selected
    changed = 0
    for newcomer in range(50):
        after = sample_select([*ids, f"N{newcomer}"], [*strata, "T1"], plan, seed="s").selected[:-1]
        differ = np.flatnonzero(before != after)
        assert set(differ % 3) <= {1}
        assert differ.size <= 1
        changed += differ.size
    assert changed > 0


def test_ids_that_look_alike_are_the_same_and_another_seed_draws_others() -> None:
    texts = sample_select([" 7", "8 ", "9"], ["T"] * 3, {"T": 1}, seed="s")
    whole = sample_select([7, 8.0, 9], [" T", "T ", "T"], {" T ": 1}, seed="s")
    assert texts.place.tolist() == whole.place.tolist()
    draws = {tuple(sample_select(range(50), ["T"] * 50, {"T": 5}, seed=str(one)).selected) for one in range(20)}
    assert len(draws) == 20


def test_a_plan_is_followed_from_sizes_to_weights() -> None:
    strata = np.array(["A"] * 5 + ["B"] * 60 + ["C"] * 400)
    groups, sizes = np.unique(strata, return_counts=True)
    plan = sample_plan(sizes, 40, minimum=5)
    found = sample_select(np.arange(465), strata, dict(zip(groups, plan.tolist(), strict=True)), seed="2026")
    assert found.selected.sum() == 40
    weight = sample_weights(sizes, plan).weight
    assert weight[np.searchsorted(groups, strata[found.selected])].sum() == pytest.approx(465)


def test_no_customers_are_no_sample() -> None:
    assert sample_select([], [], {"T": 0}, seed="s").selected.tolist() == []
    assert sample_select([], [], {}, seed="s").selected.dtype == np.bool_


def test_draws_that_cannot_be_are_refused() -> None:
    with pytest.raises(DomainError, match="plan of T must be from 0 to its 2 customers, not 3"):
        sample_select(["a", "b"], ["T", "T"], {"T": 3}, seed="s")
    with pytest.raises(DomainError, match="plan of T must be from 0 to its 2 customers, not -1"):
        sample_select(["a", "b"], ["T", "T"], {"T": -1}, seed="s")
    with pytest.raises(MissingDataError, match="strata must be among those of the plan, not X in row 2"):
        sample_select(["a", "b"], ["T", "X"], {"T": 1}, seed="s")
    with pytest.raises(MissingDataError, match="strata must be among those of the plan"):
        sample_select(["a", "b"], np.array(["T", None]), {"T": 1}, seed="s")
    with pytest.raises(InputError, match="that of row 3 stands in row 1 too"):
        sample_select(["a", "b", " a"], ["T"] * 3, {"T": 1}, seed="s")
    with pytest.raises(InputError, match="ids must not be blank, not None in row 2"):
        sample_select(np.array(["a", None]), ["T"] * 2, {"T": 1}, seed="s")
    with pytest.raises(InputError, match="columns of one length"):
        sample_select(["a"], ["T", "T"], {"T": 1}, seed="s")
    with pytest.raises(InputError, match="seed must be a text, not 5"):
        sample_select(["a"], ["T"], {"T": 1}, seed=5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="plan of T must be a whole number"):
        sample_select(["a"], ["T"], {"T": 0.5}, seed="s")  # type: ignore[dict-item]


# Strata.


def test_small_fast_adopters_come_first() -> None:
    found = panel_strata(
        np.array(["T1", "T1", "T2", "T3", "T3", "T3", None, " "]),
        adoption_days=[1, 400, 20, 30, 200, math.nan, 5, 5],
        lead_user_score=[5, 5, 1, 4, 4, 2, 5, 5],
        best_tier="T1",
        adoption_cut=30,
        lead_user_cut=4,
    )
    assert found.stratum.tolist() == ["T1", "T1", *[SMALL_FAST_ADOPTERS] * 3, "T3", None, None]
    assert found.reason.tolist() == ["", "", "fast adopter", "fast adopter and lead user", "lead user", "", "", ""]
    assert found.adoption_cut == 30


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.none() | st.integers(0, 50)), min_size=1, max_size=30))
def test_the_fastest_quartile_equals_the_second_way(rows: list[tuple[str, int | None]]) -> None:
    found = panel_strata([tier for tier, _ in rows], adoption_days=[days for _, days in rows], best_tier="A")
    days = sorted(one for _, one in rows if one is not None)
    for (tier, one), stratum in zip(rows, found.stratum, strict=True):
        # at most a quarter of the others are faster
        fast = one is not None and 4 * sum(other < one for other in days) <= len(days) - 1 and one <= found.adoption_cut
        assert stratum == (SMALL_FAST_ADOPTERS if fast and tier != "A" else tier)
    assert 4 * sum(one <= found.adoption_cut for one in days) >= len(days)
    assert math.isnan(found.adoption_cut) == (not days)


def test_strata_are_refused() -> None:
    with pytest.raises(InputError, match="lead_user_cut must be given with lead_user_score"):
        panel_strata(["A"], lead_user_score=[1], best_tier="A")
    with pytest.raises(InputError, match="adoption_days must have one number for each of 2 customers"):
        panel_strata(["A", "B"], adoption_days=[1], best_tier="A")
    with pytest.raises(InputError, match="tier must be one column"):
        panel_strata("A", best_tier="A")
    with pytest.raises(DomainError, match="adoption_cut must be a finite number, 0 or more"):
        panel_strata(["A"], adoption_days=[1], best_tier="A", adoption_cut=-1)


# Readings.


def panel() -> tuple[list[float], list[str], list[float], list[int]]:
    plan = GOLDEN["plan"]["proportional"]
    weights = sample_weights(GOLDEN["plan"]["sizes"], plan).weight
    strata = ["T1", "T2", "T3", "Fast"]
    return (
        np.repeat(GOLDEN["readings"]["scores"], plan).tolist(),
        np.repeat(strata, plan).tolist(),
        np.repeat(weights, plan).tolist(),
        np.repeat([1000, 100, 10, 10], plan).tolist(),
    )


def test_readings_match_the_specification() -> None:
    found = readings(*panel(), best_tier="T1")
    assert f"{found.population:.4f}" == GOLDEN["readings"]["population"]
    assert f"{found.unweighted:.4f}" == GOLDEN["readings"]["unweighted"]
    assert f"{found.best_tier:.1f}" == GOLDEN["readings"]["best_tier"]
    worth = np.array([40_000, 16_000, 6_000, 500])
    assert found.value == pytest.approx(worth @ GOLDEN["readings"]["scores"] / worth.sum())
    assert (found.answers, found.silent, found.without_value) == (60, (), 0)


answers = st.lists(
    st.tuples(
        st.none() | st.integers(0, 10), st.sampled_from("ABC"), st.integers(1, 9), st.none() | st.integers(-5, 9)
    ),
    min_size=1,
    max_size=15,
).filter(lambda rows: any(score is not None for score, *_ in rows))


@given(answers)
def test_readings_equal_the_second_way(rows: list[tuple[int | None, str, int, int | None]]) -> None:
    score, strata, weights, values = (list(column) for column in zip(*rows, strict=True))
    found = readings(score, strata, weights, values, best_tier="A")
    up = down = value_up = value_down = 0.0
    silent = []
    for name in sorted(set(strata)):
        asked = [row for row in rows if row[1] == name]
        heard = [row for row in asked if row[0] is not None]
        if not heard:
            silent.append(name)
            continue
        factor = sum(w for _, _, w, _ in asked) / sum(w for _, _, w, _ in heard)
        for y, _, w, v in heard:
            assert y is not None
            up, down = up + factor * w * y, down + factor * w
            worth = factor * w * max(0, v or 0)
            value_up, value_down = value_up + worth * y, value_down + worth
    best = [(y, w) for y, name, w, _ in rows if name == "A" and y is not None]
    given_ = [y for y, *_ in rows if y is not None]
    assert found.population == pytest.approx(up / down)
    assert found.value == pytest.approx(value_up / value_down if value_down else math.nan, nan_ok=True)
    total = sum(w for _, w in best)
    assert found.best_tier == pytest.approx(sum(y * w for y, w in best) / total if best else math.nan, nan_ok=True)
    assert found.unweighted == pytest.approx(sum(given_) / len(given_))
    assert found.answers == len(given_)
    assert found.silent == tuple(silent)
    assert found.without_value == sum(y is not None and v is None for y, _, _, v in rows)


def test_huge_values_are_read() -> None:
    assert readings([4.0, 2.0], ["A", "B"], [20, 20], [1e308, 1e308], best_tier="A").value == 3.0


def test_readings_are_refused() -> None:
    with pytest.raises(MissingDataError, match="scores must have at least one answer"):
        readings([math.nan], ["A"], [1], [1], best_tier="A")
    for weight in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(InputError, match=r"weights must be finite and above 0, not .* in row 2"):
            readings([1, 2], ["A", "B"], [1, weight], [1, 1], best_tier="A")
    with pytest.raises(InputError, match="strata must not be blank, as in row 2"):
        readings([1, 2], np.array(["A", None]), [1, 1], [1, 1], best_tier="A")
    with pytest.raises(InputError, match="columns of one length"):
        readings([1, 2], ["A", "B"], [1, 1], [1], best_tier="A")


# Poaching.


def test_exposure_matches_the_specification() -> None:
    case = GOLDEN["poaching"]
    found = poaching_exposure(case["p"], case["residual_value"], case["headroom_value"])
    assert f"{found:.2f}" == case["exposure"]


@given(st.integers(0, 100), st.integers(-1000, 1000), st.integers(0, 1000))
def test_exposure_is_never_negative_and_a_loss_counts_nothing(percent: int, value: int, room: int) -> None:
    found = float(poaching_exposure(percent / 100, value, room))
    assert found == pytest.approx(percent * (max(value, 0) + room) / 100)
    rows = poaching_exposure([percent / 100, math.nan], [value, 1], [room, 1])
    assert rows.tolist() == pytest.approx([found, math.nan], nan_ok=True)


def test_exposure_is_refused() -> None:
    assert math.isfinite(poaching_exposure(0.1, 1.7e308, 1.7e308))
    with pytest.raises(DomainError, match="p_poach must be from 0 to 1, not 25; percent typed"):
        poaching_exposure(25, 1, 1)
    with pytest.raises(DomainError, match="headroom_value must be a finite number, 0 or more"):
        poaching_exposure(0.2, 1, -1)
    with pytest.raises(DomainError, match="residual_value must be a finite number"):
        poaching_exposure(0.2, math.nan, 1)
    with pytest.raises(InputError, match="lengths differ"):
        poaching_exposure([0.2, 0.2], [1, 2, 3], 1)
