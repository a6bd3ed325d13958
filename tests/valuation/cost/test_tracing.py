import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost import trace_cost
from valuation.errors import DomainError, InputError

lines = st.lists(st.tuples(st.sampled_from(["A", "B", "C", None, " A"]), st.integers(-(10**9), 10**9)), max_size=30)


@given(lines)
def test_every_line_counts_once_to_the_cent(found: list[tuple[str | None, int]]) -> None:
    traced = trace_cost(["A", "D", "B"], [name for name, _ in found], [cents / 100 for _, cents in found])
    by_hand = dict.fromkeys(["A", "D", "B", "C", ""], 0)
    for name, cents in found:
        by_hand[(name or "").strip()] += cents
    assert [round(cost * 100) for cost in traced.cost.tolist()] == [by_hand["A"], 0, by_hand["B"]]
    assert round(traced.other_cost * 100) == by_hand["C"]
    assert round(traced.untraced_cost * 100) == by_hand[""]
    assert traced.other_lines == sum(name == "C" for name, _ in found)
    assert traced.untraced_lines == sum(name is None for name, _ in found)


def test_cents_that_floats_cannot_add_are_added_exactly() -> None:
    assert trace_cost(["A"], ["A"] * 10, [0.1] * 10).cost.tolist() == [1.0]


def test_ids_compare_as_trimmed_text() -> None:
    assert trace_cost(["1001", " B "], [1001.0, 1001, "B"], [1, 2, 4]).cost.tolist() == [3, 4]


def test_a_blank_id_has_no_cost_and_is_nobodys() -> None:
    traced = trace_cost([None, "A", math.nan], ["A", None, ""], [1, 2, 4])
    assert [math.isnan(cost) for cost in traced.cost.tolist()] == [True, False, True]
    assert (traced.cost[1], traced.untraced_cost, traced.untraced_lines) == (1, 6, 2)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((["A", "A "], ["A"], [1]), InputError, "customer_ids must each be there once, not A in row 2"),
        ((["A"], ["A", "B"], [1]), InputError, r"amounts must be one for each of 2 lines, not of shape \(1,\)"),
        ((["A"], ["A", "B"], [1, 0.005]), DomainError, "amounts, row 2, must be a whole number of units"),
        ((["A"], ["A", "B"], [1, math.inf]), DomainError, "amounts, row 2, must be finite"),
        ((["A"], ["A", "B"], [1, None]), InputError, "amounts, row 2, must be a number, not None"),
        ((["A"], ["A"], ["1"]), InputError, "amounts must be numbers, not '1'"),
        (([["A"]], ["A"], [1]), InputError, r"customer_ids must be one column, not of shape \(1, 1\)"),
    ],
)
def test_wrong_lines_are_refused(args: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        trace_cost(*args)
