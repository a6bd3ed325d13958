"""Laws of a sheet's operators and functions, on single cells and on columns of every kind."""

import datetime as dt
import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from workbook_templates.plan import Cell, CellError
from workbook_templates.sheetmath import FUNCTIONS, OPERATORS, Scalar, Value, column_of, scalar_of, text_of

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")

numbers = st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda x: x + 0.0)
small = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 1e-9, 1e300, -1e300])
texts = st.sampled_from(["", "a", "A", "b", "12", " 3 ", "a*", "?", "x~y", "TRUE", ">0", "é"])
errors = st.sampled_from(list(CellError))
cells: st.SearchStrategy[Scalar] = st.one_of(st.none(), st.booleans(), small, numbers, texts, errors)
money = st.lists(st.none() | st.integers(-(10**9), 10**9).map(lambda cents: cents / 100), max_size=12)
columns = st.lists(cells, max_size=8) | money | st.lists(st.booleans(), max_size=5)


def twin(name: str, *values: Value | Sequence[Scalar]) -> Any:
    """Call a function as a formula does; a list is a column."""
    return FUNCTIONS[name].twin(*(column_of(value) if isinstance(value, list) else value for value in values))


def plain(value: Value) -> list[Scalar]:
    """Give a column's cells, blanks as None."""
    assert isinstance(value, np.ndarray)
    found: list[Scalar] = value.tolist()
    return [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in found]


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "scalar"),
        [
            (None, None),
            (True, True),
            (3, 3.0),
            ("3", "3"),
            (CellError.NA, CellError.NA),
            (dt.date(1900, 3, 1), 61.0),
            (dt.date(2025, 12, 31), 46022.0),
            (dt.datetime(2025, 12, 31, 18), 46022.75),
            (math.nan, None),
        ],
    )
    def test_a_cell_is_what_a_formula_sees(self, cell: Cell, scalar: Scalar) -> None:
        seen = scalar_of(cell)
        assert (type(seen), seen) == (type(scalar), scalar)

    @given(cells=columns)
    def test_a_column_holds_its_cells(self, cells: list[Scalar]) -> None:
        assert plain(column_of(cells)) == cells

    def test_columns_of_numbers_are_arrays_of_numbers(self) -> None:
        for column in ([], [1, None, 2.5], [None], [dt.date(2025, 1, 1), None]):
            assert column_of(column).dtype == np.float64

    def test_dates_with_and_without_a_time_are_serial_numbers(self) -> None:
        dates: list[Cell] = [dt.date(2000, 1, 1), dt.datetime(2000, 1, 1, 12), None]
        for column in (dates, [*dates, "never"]):
            assert plain(column_of(column))[:3] == [36526.0, 36526.5, None]


class TestRowByRow:
    """A column is computed as its cells are, however NumPy is used."""

    @given(sign=st.sampled_from(sorted(OPERATORS)), rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
    def test_operators_over_two_columns(self, sign: str, rows: list[tuple[Scalar, Scalar]]) -> None:
        left, right = (column_of(list(side)) for side in zip(*rows, strict=True))
        assert plain(OPERATORS[sign](left, right)) == [OPERATORS[sign](a, b) for a, b in rows]

    @given(sign=st.sampled_from(sorted(OPERATORS)), rows=st.lists(numbers | small | st.none(), min_size=1), other=cells)
    def test_operators_over_numbers_and_one_cell(self, sign: str, rows: list[Scalar], other: Scalar) -> None:
        function, column = OPERATORS[sign], column_of(rows)
        assert plain(function(column, other)) == [function(cell, other) for cell in rows]
        assert plain(function(other, column)) == [function(other, cell) for cell in rows]

    @given(name=st.sampled_from(sorted(name for name in FUNCTIONS if FUNCTIONS[name].rowwise)), rows=columns)
    def test_functions_of_one_value(self, name: str, rows: list[Scalar]) -> None:
        assert plain(twin(name, rows)) == [twin(name, cell) for cell in rows]


class TestErrors:
    @given(sign=st.sampled_from(sorted(OPERATORS)), error=errors, other=cells)
    def test_an_error_stays_the_first_one(self, sign: str, error: CellError, other: Scalar) -> None:
        assert OPERATORS[sign](error, other) is error
        if not isinstance(other, str):  # in arithmetic a text before it may be an error itself
            assert OPERATORS[sign](other, error) is error

    @given(sign=st.sampled_from(sorted(OPERATORS)), left=cells, right=cells)
    def test_a_result_is_a_cell(self, sign: str, left: Scalar, right: Scalar) -> None:
        value = OPERATORS[sign](left, right)
        assert type(value) in (bool, float, str, CellError)
        assert not isinstance(value, float) or (math.isfinite(value) and str(value) != "-0.0")

    @given(before=money, error=errors, after=columns)
    @pytest.mark.parametrize("name", ["SUM", "MAX", "MIN", "SUMPRODUCT"])
    def test_totals_give_the_first_error(
        self, name: str, before: list[Scalar], error: CellError, after: list[Scalar]
    ) -> None:
        assert twin(name, [*before, error, *after]) is error

    @given(column=columns)
    def test_counting_and_looking_pass_over_errors(self, column: list[Scalar]) -> None:
        assert twin("COUNTA", column) == sum(cell is not None for cell in column)
        assert isinstance(twin("COUNTIF", column, ">0"), float)
        assert twin("MATCH", "not there", column, 0.0) is CellError.NA


class TestComparisons:
    @given(left=cells, right=cells)
    def test_exactly_one_of_less_equal_greater(self, left: Scalar, right: Scalar) -> None:
        if not isinstance(left, CellError) and not isinstance(right, CellError):
            less, equal, greater = (OPERATORS[sign](left, right) for sign in ("<", "=", ">"))
            assert [less, equal, greater].count(True) == 1
            assert OPERATORS["<="](left, right) is (less or equal)
            assert OPERATORS[">="](left, right) is (greater or equal)
            assert OPERATORS["<>"](left, right) is not equal

    @given(left=cells, right=cells)
    def test_turning_the_sides_turns_the_sign(self, left: Scalar, right: Scalar) -> None:
        if not isinstance(left, CellError) and not isinstance(right, CellError):
            for sign, turned in (("=", "="), ("<", ">"), ("<=", ">=")):
                assert OPERATORS[sign](left, right) is OPERATORS[turned](right, left)

    @pytest.mark.parametrize(("lower", "upper"), [(1e300, ""), ("z", False), (False, True), (-1.0, None), (None, "a")])
    def test_numbers_then_texts_then_truth_values(self, lower: Scalar, upper: Scalar) -> None:
        assert OPERATORS["<"](lower, upper) is True

    @given(number=numbers)
    def test_what_differs_in_the_17th_digit_is_equal(self, number: float) -> None:
        assert OPERATORS["="](number, float(f"{number:.16g}")) is True

    def test_a_blank_is_nought_nothing_and_false(self) -> None:
        assert [OPERATORS["="](None, other) for other in (0.0, "", False, None, 1.0, "x", True)] == [True] * 4 + [
            False
        ] * 3


class TestTexts:
    @given(number=numbers | st.integers(-(10**15), 10**15).map(float))
    def test_a_number_reads_back_to_15_digits(self, number: float) -> None:
        assert float(text_of(number)) == float(f"{number:.15g}")

    @given(number=st.integers(-(10**14), 10**14), places=st.integers(0, 4))
    def test_decimals_are_written_in_full(self, number: int, places: int) -> None:
        assert "E" not in text_of(number / 10**places)

    @given(number=st.integers(-(10**11), 10**11).map(lambda cents: cents / 100))
    def test_fixed_reads_back(self, number: float) -> None:
        assert float(twin("FIXED", number, 2.0).replace(",", "")) == number

    @given(left=cells, right=cells, other=cells)
    def test_joining_is_associative(self, left: Scalar, right: Scalar, other: Scalar) -> None:
        join = OPERATORS["&"]
        assert join(join(left, right), other) == join(left, join(right, other))


class TestRounding:
    @given(number=st.floats(-1e12, 1e12), places=st.integers(-3, 6).map(float))
    def test_rounds_to_the_nearest(self, number: float, places: float) -> None:
        rounded = twin("ROUND", number, places)
        assert abs(rounded - number) <= 0.5 * 10**-places * (1 + 1e-12) + abs(number) * 1e-15
        assert twin("ROUND", rounded, places) == rounded

    @given(number=st.floats(-1e12, 1e12), places=st.integers(-3, 6).map(float))
    def test_is_odd(self, number: float, places: float) -> None:
        assert twin("ROUND", -number, places) == -twin("ROUND", number, places)

    @given(half=st.integers(-(10**6), 10**6))
    def test_a_half_goes_away_from_nought(self, half: int) -> None:
        assert twin("ROUND", half + math.copysign(0.5, half), 0.0) == half + math.copysign(1, half)


class TestTotals:
    @given(column=money)
    def test_sum_is_that_of_its_numbers(self, column: list[Scalar]) -> None:
        expected = math.fsum(cell for cell in column if isinstance(cell, float))
        assert twin("SUM", column) == pytest.approx(expected, rel=1e-12, abs=1e-6)

    @given(column=money, other=money)
    def test_sum_of_two_ranges_adds_up(self, column: list[Scalar], other: list[Scalar]) -> None:
        assert twin("SUM", column, other) == pytest.approx(twin("SUM", [*column, *other]), rel=1e-12, abs=1e-6)

    @given(column=st.lists(numbers, min_size=1))
    def test_extremes_are_cells_that_bound_the_others(self, column: list[float]) -> None:
        low, high = twin("MIN", list(column)), twin("MAX", list(column))
        assert low in column
        assert high in column
        assert all(low <= cell <= high for cell in column)

    @given(column=st.lists(numbers.map(lambda x: x / 1e30), max_size=9))
    def test_sumproduct_with_itself_is_the_sum_of_squares(self, column: list[Scalar]) -> None:
        squares = OPERATORS["*"](column_of(column), column_of(column))
        assert twin("SUMPRODUCT", column, column) == twin("SUMPRODUCT", squares) >= 0

    def test_only_numbers_count(self) -> None:
        column: list[Scalar] = ["5", True, None, ""]
        assert [twin(name, column) for name in ("SUM", "MAX", "MIN", "SUMPRODUCT")] == [0.0] * 4


class TestCriteria:
    @given(column=columns, bound=st.integers(-5, 5))
    def test_a_bound_divides_the_numbers(self, column: list[Scalar], bound: int) -> None:
        counts = [twin("COUNTIF", column, f"{sign}{bound}") for sign in ("<", "=", ">")]
        assert sum(counts) == sum(isinstance(cell, float) for cell in column)

    @given(column=columns, criterion=st.sampled_from(["a", "A", 1.0, True, "b*", "?", ">1", "~?", CellError.NA]))
    def test_the_opposite_criterion_counts_the_rest(self, column: list[Scalar], criterion: Scalar) -> None:
        if isinstance(criterion, str) and not isinstance(criterion, CellError) and criterion != ">1":
            both = [twin("COUNTIF", column, sign + criterion) for sign in ("=", "<>")]
            assert sum(both) == len(column)
        assert 0 <= twin("COUNTIF", column, criterion) <= len(column)

    @given(column=money, bound=st.integers(-(10**8), 10**8))
    def test_sumif_splits_the_sum(self, column: list[Scalar], bound: int) -> None:
        parts = [twin("SUMIF", column, f"{sign}{bound}", column) for sign in ("<=", ">")]
        assert sum(parts) == pytest.approx(twin("SUM", column), rel=1e-12, abs=1e-6)

    @given(column=money, bound=st.integers(-100, 100))
    def test_arrays_of_numbers_and_mixed_ones_agree(self, column: list[Scalar], bound: int) -> None:
        for sign in COMPARISONS:
            more = 1 if sign == "<>" else 0  # the text is not equal to the number
            assert twin("COUNTIF", [*column, "text"], f"{sign}{bound}") == more + twin(
                "COUNTIF", column, f"{sign}{bound}"
            )

    @pytest.mark.parametrize(
        ("criterion", "count"),
        [("", 2), ("=", 2), ("<>", 5), ("a", 2), ("=a", 2), ("<b", 3), (">=b", 1), (None, 0), (CellError.NA, 1)],
    )
    def test_blanks_texts_and_errors(self, criterion: Scalar, count: int) -> None:
        column: list[Scalar] = [None, "", "a", "A", "b", 1.0, CellError.NA]
        assert twin("COUNTIF", column, criterion) == count


class TestFinding:
    @given(column=columns, data=st.data())
    def test_index_of_a_match_is_the_cell(self, column: list[Scalar], data: st.DataObject) -> None:
        plain_cells = [c for c in column if c is not None and not isinstance(c, CellError)]
        if plain_cells:
            wanted = data.draw(st.sampled_from(plain_cells))
            if not (isinstance(wanted, str) and set(wanted) & set("*?~")):
                found = twin("INDEX", column, twin("MATCH", wanted, column, 0.0))
                assert OPERATORS["="](found, wanted) is True

    @given(ids=st.lists(st.text(min_size=1, max_size=4), min_size=1, unique_by=str.casefold))
    def test_every_id_is_found_where_it_stands(self, ids: list[str]) -> None:
        for row, id_ in enumerate(ids, start=1):
            escaped = "".join(f"~{sign}" if sign in "*?~" else sign for sign in id_)
            assert twin("MATCH", escaped, list(ids), 0.0) == row

    @pytest.mark.parametrize(
        ("position", "found"),
        [(1.0, "a"), (1.9, "a"), (2.0, None), (0.9, CellError.VALUE), (-1.0, CellError.VALUE), (3.0, CellError.REF)],
    )
    def test_index_counts_from_one(self, position: float, found: Scalar) -> None:
        assert twin("INDEX", ["a", None], position) == found

    def test_a_blank_is_looked_up_as_nought(self) -> None:
        assert twin("MATCH", None, [None, 1.0, 0.0], 0.0) == 3.0


class TestConditions:
    @given(condition=cells, then=cells, otherwise=cells)
    def test_if_gives_one_of_its_branches_or_an_error(self, condition: Scalar, then: Scalar, otherwise: Scalar) -> None:
        value = twin("IF", condition, then, otherwise)
        assert value is then or value is otherwise or isinstance(value, CellError)

    @given(first=st.booleans(), second=st.booleans())
    def test_and(self, first: bool, second: bool) -> None:
        assert twin("AND", first, second, None) is (first and second)

    @given(attempt=cells, otherwise=cells)
    def test_iferror_and_iserror_agree(self, attempt: Scalar, otherwise: Scalar) -> None:
        assert twin("IFERROR", attempt, otherwise) is (otherwise if twin("ISERROR", attempt) else attempt)


def test_no_function_depends_on_the_clock_or_on_chance() -> None:
    assert not set(FUNCTIONS) & {"NOW", "TODAY", "RAND", "RANDBETWEEN", "OFFSET", "INDIRECT", "CELL", "INFO"}


def test_powers() -> None:
    for base, exponent in product([0.0, 1.0, -2.0, 2.5], [-2.0, -0.5, 0.0, 0.5, 3.0]):
        value = OPERATORS["^"](base, exponent)
        if base == 0 and exponent <= 0:
            assert value is (CellError.NUM if exponent == 0 else CellError.DIV0)
        elif base < 0 and exponent != int(exponent):
            assert value is CellError.NUM
        else:
            assert value == pytest.approx(base**exponent)
