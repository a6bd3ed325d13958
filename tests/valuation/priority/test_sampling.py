import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.priority import sample_plan, sample_weights

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "insight.json").read_text("utf-8"))
PLAN: dict[str, Any] = GOLDEN["plan"]


def test_plans_match_the_specification() -> None:
    terms = {name: PLAN[name] for name in ("minimum", "maximum")}
    assert sample_plan(PLAN["sizes"], PLAN["n"], **terms).tolist() == PLAN["proportional"]
    assert sample_plan(PLAN["sizes"], PLAN["n"], **terms, spread=PLAN["spread"]).tolist() == PLAN["neyman"]
    pure = np.array(PLAN["sizes"]) * PLAN["n"] / sum(PLAN["sizes"])
    assert f"{pure[0]:.1f}" == PLAN["pure_proportional"]["first"]
    assert f"{pure[-1]:.1f}" == PLAN["pure_proportional"]["last"]


def test_weights_match_the_specification() -> None:
    found = sample_weights(PLAN["sizes"], PLAN["proportional"])
    assert [f"{one:.4f}" for one in found.weight] == GOLDEN["weights"]["weight"]
    assert found.weight @ PLAN["proportional"] == pytest.approx(GOLDEN["weights"]["sum"])
    assert f"{found.n_effective:.2f}" == GOLDEN["weights"]["n_effective"]
    assert f"{found.design_effect:.3f}" == GOLDEN["weights"]["design_effect"]
    assert found.silent == ()


def plain_plan(sizes: list[int], n: int, least: list[int], most: list[int], spread: list[int]) -> list[int]:
    """The rule, one customer after the other, in whole numbers."""
    parts = [size * sd for size, sd in zip(sizes, spread, strict=True)]
    plan = [min(low, size) for low, size in zip(least, sizes, strict=True)]
    while sum(plan) < n:
        open_ = [h for h in range(len(sizes)) if plan[h] < min(most[h], sizes[h])]
        best = max(open_, key=lambda h: (n * parts[h] - sum(parts) * plan[h], parts[h], -h))
        plan[best] += 1
    return plan


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[int], int, list[int], list[int], list[int]]:
    sizes = draw(st.lists(st.integers(0, 40), min_size=1, max_size=6))
    least = [draw(st.integers(0, 8)) for _ in sizes]
    most = [low + draw(st.integers(0, 40)) for low in least]
    spread = [draw(st.integers(1, 9)) for _ in sizes]
    low = sum(min(a, b) for a, b in zip(least, sizes, strict=True))
    high = sum(min(a, b) for a, b in zip(most, sizes, strict=True))
    return sizes, draw(st.integers(low, high)), least, most, spread


@given(plans(), st.booleans())
def test_equals_the_plain_loop_and_keeps_its_promises(
    case: tuple[list[int], int, list[int], list[int], list[int]], neyman: bool
) -> None:
    sizes, n, least, most, spread = case
    sd = spread if neyman else [1] * len(sizes)
    plan = sample_plan(sizes, n, minimum=least, maximum=most, spread=spread if neyman else None)
    assert plan.tolist() == plain_plan(sizes, n, least, most, sd)
    assert plan.sum() == n
    assert (plan >= np.minimum(least, sizes)).all()
    assert (plan <= np.minimum(most, sizes)).all()


@given(plans())
def test_equal_spreads_are_proportional_and_only_their_proportion_counts(
    case: tuple[list[int], int, list[int], list[int], list[int]],
) -> None:
    sizes, n, least, most, spread = case
    terms: dict[str, Any] = {"minimum": least, "maximum": most}
    assert sample_plan(sizes, n, **terms, spread=3).tolist() == sample_plan(sizes, n, **terms).tolist()
    scaled = sample_plan(sizes, n, **terms, spread=np.ldexp(np.array(spread, dtype=np.float64), 1000))
    assert scaled.tolist() == sample_plan(sizes, n, **terms, spread=spread).tolist()


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=6))
def test_weights_add_up_to_the_population_and_never_help_precision(rows: list[tuple[int, int]]) -> None:
    size, sampled = (np.array(column) for column in zip(*((max(row), min(row)) for row in rows), strict=True))
    assume(sampled.sum() > 0)
    found = sample_weights(size, sampled)
    heard = sampled > 0
    assert (found.weight[heard] * sampled[heard]).sum() == pytest.approx(size[heard].sum())
    each = np.repeat(found.weight[heard], sampled[heard])
    assert found.n_effective == pytest.approx(each.sum() ** 2 / (each**2).sum())
    assert found.n_effective <= sampled.sum() * (1 + 1e-12)
    assert found.design_effect == pytest.approx(sampled.sum() / found.n_effective)
    assert [h - 1 for h in found.silent] == [h for h in range(size.size) if size[h] and not sampled[h]]


def test_minima_are_capped_and_an_empty_stratum_gets_nobody() -> None:
    assert sample_plan([3, 0, 100], 20, minimum=10).tolist() == [3, 0, 17]
    assert sample_plan([0, 0], 0, spread=0).tolist() == [0, 0]
    assert sample_plan([], 0).tolist() == []
    assert sample_plan([5, 5], 4, minimum=2, spread=0).tolist() == [2, 2]


def test_ties_go_to_the_larger_then_to_the_earlier_stratum() -> None:
    assert sample_plan([10, 10, 10], 4).tolist() == [2, 1, 1]
    assert sample_plan([10, 30], 2).tolist() == [0, 2]  # both lack a half when one is left


def test_a_silent_stratum_is_named_and_lends_nothing() -> None:
    found = sample_weights([40, 160, 0], [5, 0, 0])
    assert found.weight.tolist() == pytest.approx([8.0, math.nan, 0.0], nan_ok=True)
    assert (found.n_effective, found.design_effect, found.silent) == (5.0, 1.0, (2,))
    nobody = sample_weights([40.0], [0.0])
    assert math.isnan(nobody.n_effective)
    assert math.isnan(nobody.design_effect)


@pytest.mark.parametrize("row", [(10, 11), (math.nan, 1), (10, math.nan), (-1, 0), (10, 2.5), (10.5, 2), (math.inf, 1)])
def test_a_faulty_row_of_weights_leaves_the_others_alone(row: tuple[float, float]) -> None:
    found = sample_weights([40, row[0]], [5, row[1]])
    assert found.weight.tolist() == pytest.approx([8.0, math.nan], nan_ok=True)
    assert found.n_effective == 5.0


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"minimum": [5, 6, 0]}, "minima must add up to at most n, 10, not 11: lower those of strata 1, 2"),
        ({"minimum": [0, 11, 0]}, "minima must add up to at most n, 10, not 11: lower those of stratum 2"),
        ({"minimum": 4, "maximum": [9, 3, 2]}, "minimum must not be above maximum, as it is in strata 2, 3"),
        ({"maximum": 3}, "maxima must add up to at least n, 10, not 9"),
        ({"minimum": [0, -1, 0]}, "minimum must be whole numbers, 0 or more, not -1.0 in row 2"),
        ({"minimum": [0, math.nan, 0]}, "minimum must be whole numbers, 0 or more, not nan in row 2"),
        ({"maximum": [9, 1.5, 9]}, "maximum must be whole numbers, 0 or more, not 1.5 in row 2"),
        ({"spread": [1, 1, -1]}, "spread must be finite and 0 or more, not -1.0 in row 3"),
        ({"spread": [1, math.nan, 1]}, "spread must be finite and 0 or more, not nan in row 2"),
    ],
)
def test_an_impossible_plan_is_refused_by_stratum(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        sample_plan([20, 20, 20], 10, **terms)


def test_refusals() -> None:
    with pytest.raises(DomainError, match=r"minima .* lower those of strata 1, 2, 3, 4, 5 and 2 more"):
        sample_plan([9] * 7, 6, minimum=1)
    with pytest.raises(DomainError, match="stratum_sizes must add up to at least n, 10, not 9"):
        sample_plan([4, 5], 10)
    with pytest.raises(DomainError, match="stratum_sizes must be whole numbers, 0 or more, not inf in row 1"):
        sample_plan([math.inf], 1)
    with pytest.raises(DomainError, match="n must be 0 or more, not -1"):
        sample_plan([4], -1)
    with pytest.raises(InputError, match="n must be a whole number"):
        sample_plan([4], 1.5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="minimum must be one number for each of 2 strata or one for all"):
        sample_plan([4, 5], 3, minimum=[1, 1, 1])
    with pytest.raises(InputError, match="stratum_sizes must be one column"):
        sample_plan(4, 3)
    with pytest.raises(ZeroDenominatorError, match="spread must be above 0 in at least one stratum"):
        sample_plan([4, 5], 3, spread=0)
    with pytest.raises(InputError, match="columns of one length"):
        sample_weights([4, 5], [1])
