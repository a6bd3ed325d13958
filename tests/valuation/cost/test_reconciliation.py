"""What became of each ledger line: rows, columns and closeness, for lines and outcomes of any sign."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost.reconciliation import spread_over_lines

amounts = st.lists(st.integers(-(10**9), 10**9) | st.integers(-3, 3), min_size=1, max_size=8)


def balanced(lines: list[int], outcomes: list[int]) -> list[int]:
    """The outcomes, the last one changed so that both have one total."""
    return [*outcomes[:-1], sum(lines) - sum(outcomes[:-1])]


@given(amounts, amounts)
def test_rows_are_the_lines_and_columns_the_outcomes(lines: list[int], outcomes: list[int]) -> None:
    outcomes = balanced(lines, outcomes)
    spread = spread_over_lines(lines, outcomes)
    assert [sum(row) for row in spread] == lines
    assert [sum(column) for column in zip(*spread, strict=True)] == outcomes


@given(amounts, amounts)
def test_each_entry_is_within_two_units_of_its_share(lines: list[int], outcomes: list[int]) -> None:
    outcomes, total = balanced(lines, outcomes), sum(lines)
    spread = spread_over_lines(lines, outcomes)
    for line, row in zip(lines, spread, strict=True):
        for outcome, entry in zip(outcomes, row, strict=True):
            assert total == 0 or abs(entry - Fraction(line * outcome, total)) <= 2


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6), st.lists(st.integers(1, 50), min_size=1, max_size=4))
def test_what_comes_out_even_is_spread_exactly(multiples: list[int], parts: list[int]) -> None:
    lines = [multiple * sum(parts) for multiple in multiples]
    outcomes = [sum(multiples) * part for part in parts]
    assert spread_over_lines(lines, outcomes) == [[multiple * part for part in parts] for multiple in multiples]


def test_the_sign_of_all_amounts_is_that_of_the_spread() -> None:
    assert spread_over_lines([-8, -4], [-9, -3]) == [[-6, -2], [-3, -1]]


def test_lines_or_outcomes_that_cancel_out_stay_in_sight() -> None:
    assert spread_over_lines([7, -7], [0, 0, 0]) == [[7, 0, 0], [-7, 0, 0]]
    assert spread_over_lines([7, -7], [5, -5]) == [[12, -5], [-7, 0]]
    assert spread_over_lines([], [0, 0]) == []


def test_different_totals_are_refused() -> None:
    with pytest.raises(ValueError, match="lines of 3 cannot have outcomes of 4"):
        spread_over_lines([1, 2], [4])
