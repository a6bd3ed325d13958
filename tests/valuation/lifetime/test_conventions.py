"""The door: what counts as a number, and what happens to one that is out of range."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from valuation.errors import DomainError, InputError
from valuation.lifetime.conventions import (
    FINITE,
    HORIZON,
    PROBABILITY,
    RATE,
    common_shape,
    numbers,
    plain,
    single,
    within,
)


@pytest.mark.parametrize(
    "value",
    [
        True,
        np.True_,
        [True, 0.5],
        np.array([True, False]),
        "0.5",
        ["0.5", 1.0],
        np.array(["0.5"]),
        None,
        [None, 1.0],
        pd.Series(["a"], dtype=object),
        np.array(["2025-01-01"], dtype="datetime64[D]"),
        1 + 2j,
        [[1.0, 2.0], [3.0]],
    ],
)
def test_what_is_no_number_is_refused_before_the_cast(value: Any) -> None:
    with pytest.raises(InputError, match="margin must be a number or an array of numbers, not"):
        numbers("margin", value)


def test_integer_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(InputError, match="margin must be a number that fits in a float64"):
        numbers("margin", 10**400)


@pytest.mark.parametrize(
    "value", [[1, 2], (1.0, 2.0), np.array([1, 2]), pd.Series([1, 2]), np.array([1, 2], dtype=np.float32)]
)
def test_numbers_of_every_kind_become_float64(value: Any) -> None:
    result = numbers("margin", value)
    assert result.dtype == np.float64
    assert result.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("value", [-0.01, 1.01, np.nan, np.inf, -np.inf])
def test_single_value_out_of_range_raises(value: float) -> None:
    with pytest.raises(DomainError, match=r"retention_rate must be from 0 to 1, not "):
        within("retention_rate", value, PROBABILITY)


@pytest.mark.parametrize(("value", "hinted"), [(80, True), (100, True), (100.5, False), (-5, False)])
def test_percent_typed_as_whole_number_gets_a_hint(value: float, hinted: bool) -> None:
    with pytest.raises(DomainError) as caught:
        within("retention_rate", value, PROBABILITY)
    assert str(caught.value).endswith("percent typed as whole number?") is hinted


@pytest.mark.parametrize("value", [0, -3, 2.5, np.nan, -np.inf])
def test_horizon_that_is_no_whole_number_is_an_input_error(value: float) -> None:
    with pytest.raises(InputError, match=r"horizon must be a positive whole number of periods or math\.inf, not"):
        within("horizon", value, HORIZON)


def test_rate_of_minus_one_is_out_of_range() -> None:
    with pytest.raises(DomainError, match=r"discount_rate must be above -1, not -1$"):
        within("discount_rate", -1.0, RATE)


def test_rows_out_of_range_become_missing_and_the_input_stays() -> None:
    given = np.array([0.5, 80.0, np.nan, 1.0])
    result = within("retention_rate", given, PROBABILITY)
    np.testing.assert_array_equal(result, [0.5, np.nan, np.nan, 1.0])
    assert given[1] == 80.0


def test_rows_of_horizons_may_be_endless_and_must_be_whole() -> None:
    result = within("horizon", [3, 2.5, np.inf, 0], HORIZON)
    np.testing.assert_array_equal(result, [3.0, np.nan, np.inf, np.nan])


def test_empty_array_is_in_range() -> None:
    assert within("margin", [], FINITE).shape == (0,)


def test_array_for_a_single_number_is_refused() -> None:
    with pytest.raises(InputError, match=r"months must be one number, not an array of shape \(2,\)"):
        single("months", [1, 2], FINITE)


def test_lengths_that_differ_are_named() -> None:
    with pytest.raises(InputError, match=r"lengths differ: margin \(2,\), retention_rate \(3,\)"):
        common_shape(margin=np.ones(2), retention_rate=np.ones(3), discount_rate=np.asarray(0.1))


def test_number_in_is_number_out() -> None:
    assert isinstance(plain(np.asarray(1.5)), float)
    assert plain(np.array([1.5])).shape == (1,)
