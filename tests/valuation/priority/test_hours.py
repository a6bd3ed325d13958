"""The plan of scarce hours: the example, every subset on small inputs, and laws."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.priority.examples import HOURS
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.priority import HoursPlan, allocate_hours
from valuation.priority.hours import Mode

few = settings(max_examples=min(settings().max_examples, 30))
MODES: tuple[Mode, ...] = ("greedy", "exact", "divisible")

quarters = st.integers(0, 24).map(lambda units: units / 4)
gains = st.integers(-300, 1000).map(lambda cents: cents / 10)
issues = st.lists(st.tuples(gains, quarters, st.booleans(), st.sampled_from("AB")), max_size=8)
anything = st.lists(
    st.tuples(st.floats(-1e3, 1e5), st.floats(0, 40), st.booleans(), st.sampled_from("AB")), max_size=40
)
floors = st.dictionaries(st.sampled_from("ABC"), st.integers(0, 6).map(float), max_size=2)


def plan(given_: Any, capacity: float, mode: Mode, minimum: dict[str, float] | None = None) -> HoursPlan:
    gain, hours, must, tier = (list(column) for column in zip(*given_, strict=True)) if given_ else ([], [], [], [])
    return allocate_hours(
        gain, hours, capacity, mode=mode, must=np.array(must, dtype=bool), tier=tier, tier_minimum=minimum
    )


def best_by_trying_all(given_: Any, capacity: float) -> float:
    """The most that whole issues can bring, with what must be served."""
    must = [issue for issue in given_ if issue[2]]
    open_ = [issue for issue in given_ if not issue[2]]
    reached = []
    for chosen in itertools.product([False, True], repeat=len(open_)):
        served = [*must, *(issue for issue, is_chosen in zip(open_, chosen, strict=True) if is_chosen)]
        if sum(issue[1] for issue in served) <= capacity:
            reached.append(math.fsum(issue[0] for issue in served))
    return max(reached)


# The example.


@pytest.mark.parametrize("case", HOURS["cases"], ids=lambda case: str(case["capacity"]))
@pytest.mark.parametrize("mode", ["greedy", "exact"])
def test_the_example_of_four_issues(case: dict[str, Any], mode: Mode) -> None:
    found = allocate_hours(HOURS["gain"], HOURS["hours"], case["capacity"], mode=mode)
    assert f"{found.gain:.0f}" == case[mode]
    assert found.gap == pytest.approx(1 - found.gain / found.bound)


def test_the_exact_choice_of_the_example() -> None:
    found = allocate_hours(HOURS["gain"], HOURS["hours"], 16, mode="exact")
    assert found.selected.tolist() == [False, True, True, False]
    assert (found.hours, found.shortage, found.notes) == (16, 0, ())


def test_the_last_issue_is_served_in_part_where_it_may() -> None:
    found = allocate_hours(HOURS["gain"], HOURS["hours"], 16, mode="divisible")
    assert found.share.tolist() == [0, 1, 0.875, 1]
    assert (found.gain, found.bound, found.gap, found.hours) == (102_750, 102_750, 0, 16)


# A second way, and laws.


@few
@given(issues, quarters)
def test_the_exact_choice_is_the_best_of_all(given_: Any, capacity: float) -> None:
    found = plan(given_, capacity, "exact")
    if found.shortage:
        assert sum(issue[1] for issue in given_ if issue[2]) == capacity + found.shortage
    else:
        assert found.gain == pytest.approx(best_by_trying_all(given_, capacity), abs=1e-9)


@few
@given(anything, st.floats(0, 200), floors)
def test_greedy_is_at_most_exact_is_at_most_the_bound(given_: Any, capacity: float, minimum: dict[str, float]) -> None:
    greedy, exact, divisible = (plan(given_, capacity, mode, minimum) for mode in MODES)
    if greedy.shortage:
        assert math.isnan(greedy.bound)
        return
    assert greedy.gain <= exact.gain <= exact.bound
    assert divisible.gain == divisible.bound == pytest.approx(exact.bound)
    for found in (greedy, exact, divisible):
        assert found.hours <= capacity + 1e-6
        assert math.isnan(found.gap) or found.gap >= 0
        assert ((found.share >= 0) & (found.share <= 1)).all()
    assert set(greedy.share.tolist()) | set(exact.share.tolist()) <= {0.0, 1.0}


@few
@given(issues, quarters, floors)
def test_duties_are_kept_and_nothing_of_negative_gain_is_chosen(
    given_: Any, capacity: float, minimum: dict[str, float]
) -> None:
    for mode in MODES:
        found = plan(given_, capacity, mode, minimum)
        for (gain, hours, must, _), share in zip(given_, found.share.tolist(), strict=True):
            if must:
                assert share == 1
            elif not found.shortage and (gain < 0 or hours == 0):
                assert share == (gain >= 0)
            elif found.shortage:
                assert math.isnan(share)


@few
@given(issues, quarters, floors)
def test_a_floor_is_reached_or_nothing_more_of_its_tier_fits(
    given_: Any, capacity: float, minimum: dict[str, float]
) -> None:
    found = plan(given_, capacity, "greedy", minimum)
    if found.shortage:
        return
    for tier, least in minimum.items():
        mine = [(issue, share) for issue, share in zip(given_, found.share.tolist(), strict=True) if issue[3] == tier]
        reached = sum(issue[1] for issue, share in mine if share)
        if reached < least:
            assert any(f"tier {tier} gets" in note for note in found.notes)
            free = capacity - found.hours
            assert all(share or issue[0] < 0 or issue[1] > free for issue, share in mine)


@few
@given(issues, quarters, st.integers(1, 9))
def test_gain_scales_with_money(given_: Any, capacity: float, factor: int) -> None:
    more = [(gain * factor, *rest) for gain, *rest in given_]
    found, scaled = plan(given_, capacity, "exact"), plan(more, capacity, "exact")
    assert scaled.gain == pytest.approx(factor * found.gain)


@few
@given(issues, quarters, quarters)
def test_more_hours_never_lower_the_best(given_: Any, capacity: float, more: float) -> None:
    found, longer = plan(given_, capacity, "exact"), plan(given_, capacity + more, "exact")
    if not found.shortage:
        assert longer.gain >= found.gain - 1e-9


def test_what_alike_issues_bring_is_not_lost_to_rounding() -> None:
    # Three times 0.1 hours fit into 0.3, though their sum as floats does not.
    found = allocate_hours([1.0, 1.0, 1.0], [0.1, 0.1, 0.1], 0.3, mode="exact")
    assert found.selected.all()
    assert allocate_hours([1.0, 1.0, 1.0], [1 / 3, 1 / 3, 1 / 3], 1.0).selected.all()


def test_hundreds_of_issues_that_hardly_differ_in_gain_per_hour_are_quick() -> None:
    rng = np.random.default_rng(1)
    hours = rng.integers(4, 60, 200) / 4
    gain = np.round(hours * 100 + rng.integers(0, 20, 200), 2)
    found = allocate_hours(gain, hours, 400.0, mode="exact")
    assert found.bound >= found.gain >= allocate_hours(gain, hours, 400.0).gain
    assert found.hours <= 400


# Edges.


def test_duties_beyond_the_capacity_are_listed_with_what_is_lacking() -> None:
    found = allocate_hours([5.0, -1.0, 9.0], [6.0, 4.0, 1.0], 8.0, must=[True, True, False], mode="exact")
    assert found.share == pytest.approx([1, 1, math.nan], nan_ok=True)
    assert (found.hours, found.gain, found.shortage) == (10, 4, 2)
    assert math.isnan(found.bound)
    assert "takes 2 hours more than there are" in found.notes[0]


def test_what_takes_no_hours_is_served_even_without_capacity() -> None:
    found = allocate_hours([5.0, 0.0, -1.0, 9.0], [0.0, 0.0, 0.0, 1.0], 0.0, mode="exact")
    assert found.share.tolist() == [1, 1, 0, 0]


def test_a_tier_without_gain_is_served_up_to_its_floor() -> None:
    gain, hours, tier = [90.0, 80.0, 0.0, 0.0, -5.0], [4.0, 4.0, 1.0, 2.0, 1.0], ["A", "A", "C", "C", "C"]
    found = allocate_hours(gain, hours, 8.0, tier=tier, tier_minimum={"C": 2.0})
    assert found.share.tolist() == [1, 0, 1, 1, 0]
    lacking = allocate_hours(gain, hours, 8.0, tier=tier, tier_minimum={"C": 4.0, "Z": 1.0})
    assert lacking.notes == ("tier C gets 3 of at least 4 hours", "tier Z gets 0 of at least 1 hours")


def test_hours_that_must_be_served_count_for_the_floor() -> None:
    found = allocate_hours([9.0, 1.0, 1.0], [2.0, 2.0, 2.0], 4.0, must=[False, True, False], tier=["A", "C", "C"],
                           tier_minimum={"C": 2.0})  # fmt: skip
    assert found.share.tolist() == [1, 1, 0]


def test_an_issue_that_is_not_known_is_not_planned() -> None:
    found = allocate_hours([math.nan, 5.0, math.nan], [1.0, math.nan, 1.0], 9.0, must=[False, False, True])
    assert found.share == pytest.approx([math.nan, math.nan, 1], nan_ok=True)
    assert (found.gain, found.notes) == (0, ("2 issues whose gain or hours are missing are not planned",))


def test_the_gap_is_unknown_where_the_bound_is_not_above_0() -> None:
    assert allocate_hours([-9.0], [1.0], 2.0, must=[True]).gap == 0
    assert math.isnan(allocate_hours([-9.0, 4.0], [1.0, 2.0], 2.0, must=[True, False]).gap)


def test_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DomainError, match="capacity must be a finite number, 0 or more, not -1"):
        allocate_hours([1.0], [1.0], -1.0)
    with pytest.raises(DomainError, match="capacity must be at most"):
        allocate_hours([1.0], [1.0], 1e12)
    with pytest.raises(InputError, match="mode must be one of"):
        allocate_hours([1.0], [1.0], 1.0, mode="best")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="lengths differ: gain"):
        allocate_hours([1.0], [1.0, 2.0], 1.0)
    with pytest.raises(InputError, match="must must be True or False"):
        allocate_hours([1.0], [1.0], 1.0, must=[1])
    with pytest.raises(DomainError, match=r"hours must be from 0 to .* not -1.0 in row 1"):
        allocate_hours([1.0], [-1.0], 1.0)
    with pytest.raises(DomainError, match="gain must be finite, not inf in row 1"):
        allocate_hours([math.inf], [1.0], 1.0)
    with pytest.raises(MissingDataError, match="hours must be known for what must be served, not nan in row 1"):
        allocate_hours([1.0], [math.nan], 1.0, must=[True])
    with pytest.raises(InputError, match="tier must be given"):
        allocate_hours([1.0], [1.0], 1.0, tier_minimum={"A": 1.0})
    with pytest.raises(InputError, match=r"lengths differ: gain .*tier"):
        allocate_hours([1.0], [1.0], 1.0, tier=["A", "B"], tier_minimum={"A": 1.0})
    with pytest.raises(DomainError, match="tier_minimum of A must be a finite number, 0 or more"):
        allocate_hours([1.0], [1.0], 1.0, tier=["A"], tier_minimum={"A": -1.0})
    monkeypatch.setattr("valuation.priority.knapsack.MOST_STATES", 3)
    with pytest.raises(DomainError, match="exact choice among 4 issues would take too long"):
        allocate_hours(HOURS["gain"], HOURS["hours"], 16, mode="exact")


@pytest.mark.parametrize("mode", MODES)
def test_gains_beyond_all_numbers_are_refused(mode: Mode) -> None:
    with pytest.raises(DomainError, match="gain must not add up to more"):
        allocate_hours([8.99e307, 8.99e307], [1.0, 1.0], 5.0, mode=mode)
