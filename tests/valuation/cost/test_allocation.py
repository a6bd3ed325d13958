import json
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost.allocation import allocate, allocate_each, allocate_units
from valuation.errors import DomainError, InputError, ZeroDenominatorError

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "cost.json").read_text("utf-8"))


def hamilton(total: int, drivers: Sequence[float | Decimal | Fraction]) -> list[int]:
    """The second way: fractions, one row at a time."""
    weights = [Fraction(repr(driver)) if isinstance(driver, float) else Fraction(driver) for driver in drivers]
    whole = sum(weights)
    exact = [abs(total) * weight / whole for weight in weights]
    units = [math.floor(share) for share in exact]
    queue = sorted(range(len(weights)), key=lambda row: (units[row] - exact[row], -weights[row], row))
    for row in queue[: abs(total) - sum(units)]:
        units[row] += 1
    return [-unit for unit in units] if total < 0 else units


def has_weight(drivers: Sequence[float | Decimal]) -> bool:
    return any(driver > 0 for driver in drivers)


counts = st.integers(0, 50)
decimals = st.decimals(0, 10**6, places=4, allow_nan=False)
any_floats = st.floats(0, 1e12)
extreme_floats = st.floats(0, 1e300)
# Neighbours in the 16th digit: what floats alone cannot tell apart.
neighbours = st.sampled_from([0.1, 0.30000000000000004, 0.3, float(np.nextafter(0.3, 0)), 1 / 3, 2 / 3, 1.1, 2.2])
long_floats = st.floats(0.001, 1)
columns = st.one_of(
    *(
        st.lists(kind, min_size=1, max_size=30)
        for kind in (counts, st.integers(0, 2**70), decimals, any_floats, extreme_floats, neighbours, long_floats)
    )
).filter(has_weight)
float_columns = st.one_of(
    *(
        st.lists(kind, min_size=1, max_size=30)
        for kind in (any_floats, extreme_floats, neighbours, long_floats, counts.map(float), decimals.map(float))
    )
).filter(has_weight)
totals = st.one_of(st.integers(-1000, 1000), st.integers(-(10**12), 10**12), st.integers(-(2**63) + 1, 2**63 - 1))


@pytest.mark.parametrize("case", GOLDEN["allocate"], ids=lambda case: case["total"])
def test_matches_the_examples_of_the_specification(case: dict[str, Any]) -> None:
    expected = [float(share) for share in case["expected"]]
    assert allocate(float(case["total"]), case["drivers"], places=case["places"]).tolist() == expected
    assert allocate(Decimal(case["total"]), case["drivers"], places=case["places"]).tolist() == expected


@pytest.mark.parametrize("case", GOLDEN["allocate"], ids=lambda case: case["total"])
def test_the_second_way_matches_the_examples_too(case: dict[str, Any]) -> None:
    scale = 10 ** case["places"]
    expected = [int(Fraction(share) * scale) for share in case["expected"]]
    assert hamilton(int(Fraction(case["total"]) * scale), case["drivers"]) == expected


@given(totals, columns)
def test_equals_the_second_way(total: int, drivers: list[Any]) -> None:
    assert allocate_units(total, drivers).tolist() == hamilton(total, drivers)


@given(totals, float_columns)
def test_equals_the_second_way_on_float_arrays(total: int, drivers: list[float]) -> None:
    assert allocate_units(total, np.array(drivers)).tolist() == hamilton(total, drivers)


@given(totals, columns)
def test_sums_exactly_and_each_share_is_within_one_unit(total: int, drivers: list[Any]) -> None:
    units = allocate_units(total, drivers).tolist()
    weights = [Fraction(str(driver)) for driver in drivers]
    whole = sum(weights)
    assert sum(units) == total
    for unit, weight in zip(units, weights, strict=True):
        assert abs(unit - total * weight / whole) < 1


@given(totals, st.lists(counts, min_size=1, max_size=30).filter(has_weight), st.integers(1, 10**9))
def test_scaling_the_drivers_changes_nothing(total: int, drivers: list[int], scale: int) -> None:
    units = allocate_units(total, drivers).tolist()
    assert allocate_units(total, [driver * scale for driver in drivers]).tolist() == units
    assert allocate_units(total, [Fraction(driver, scale) for driver in drivers]).tolist() == units


@given(totals, st.lists(decimals, min_size=1, max_size=30).filter(has_weight), st.integers(-9, 9))
def test_shifting_the_decimal_point_of_the_drivers_changes_nothing(
    total: int, drivers: list[Decimal], shift: int
) -> None:
    shifted = [driver.scaleb(shift) for driver in drivers]
    assert allocate_units(total, shifted).tolist() == allocate_units(total, drivers).tolist()


@given(totals, columns, st.randoms(use_true_random=False))
def test_reordering_moves_a_unit_only_between_equal_drivers(total: int, drivers: list[Any], random: Any) -> None:
    order = list(range(len(drivers)))
    random.shuffle(order)
    units = allocate_units(total, drivers).tolist()
    shuffled = allocate_units(total, [drivers[row] for row in order]).tolist()
    before = sorted(zip(drivers, units, strict=True))
    assert sorted(zip([drivers[row] for row in order], shuffled, strict=True)) == before


@given(totals, columns)
def test_a_negative_total_is_the_mirror_image(total: int, drivers: list[Any]) -> None:
    assert allocate_units(-total, drivers).tolist() == (-allocate_units(total, drivers)).tolist()


@given(st.lists(totals, max_size=6), columns)
def test_several_totals_are_shared_as_each_of_them(several: list[int], drivers: list[Any]) -> None:
    shares = allocate_each(np.array(several, dtype=np.int64), drivers)
    assert shares.shape == (len(several), len(drivers))
    assert shares.tolist() == [allocate_units(total, drivers).tolist() for total in several]


def test_ties_go_to_the_larger_driver_then_to_the_earlier_row() -> None:
    # 2 units over 1, 3, 1, 3: shares of 0.25, 0.75, 0.25, 0.75; 1 unit over 1, 3: 0.25, 0.75.
    assert allocate_units(2, [1, 3, 1, 3]).tolist() == [0, 1, 0, 1]
    # 3 units over 1, 5: 0.5, 2.5: equal remainders, the larger driver wins although it stands later.
    assert allocate_units(3, [1, 5]).tolist() == [0, 3]
    assert allocate_units(2, [1, 1, 1, 1]).tolist() == [1, 1, 0, 0]


def test_a_float_stands_for_the_decimal_that_people_read() -> None:
    # In binary 0.1 + 0.2 exceeds 0.3, and 0.15 falls short of half of 0.3.
    assert allocate_units(1, [0.15, 0.15]).tolist() == [1, 0]
    assert allocate_units(3, [0.1, 0.5]).tolist() == hamilton(3, [Fraction(1, 10), Fraction(1, 2)]) == [0, 3]
    assert allocate_units(3, np.array([0.1, 0.5], dtype=np.float32)).tolist() == [0, 3]


def test_a_driver_of_zero_gets_nothing() -> None:
    assert allocate_units(7, [0, 1, 0, 1]).tolist() == [0, 4, 0, 3]


@pytest.mark.parametrize("total", [10**9 + 7, 5 * 10**12 + 1, 2**61 + 1, 2**62 + 1])
def test_long_columns_agree_with_the_second_way(total: int) -> None:
    rng = np.random.default_rng(7)
    for drivers in (
        rng.integers(0, 40, 3000),
        rng.lognormal(5, 2, 3000),
        np.repeat(rng.random(1500), 2),
        np.round(rng.lognormal(5, 2, 3000), 2),
        rng.integers(10**14, 10**15, 20000),
        rng.integers(1, 500, 3000) / 60,
        rng.lognormal(5, 2, 3000) * (rng.random(3000) < 0.5),
        10.0 ** rng.uniform(-250, 250, 3000),
    ):
        assert allocate_units(total, drivers).tolist() == hamilton(total, drivers.tolist())


def test_shares_that_are_nearly_whole_agree_with_the_second_way() -> None:
    # Hours as sixtieths: every share is a whole number of minutes but for the seventeenth digit.
    minutes = np.random.default_rng(5).integers(1, 500, 2000)
    for factor in (1, 100, 10**9):
        total = int(minutes.sum()) * factor
        assert allocate_units(total, minutes / 60).tolist() == hamilton(total, (minutes / 60).tolist())


def test_a_million_customers_sum_to_the_cent() -> None:
    drivers = np.random.default_rng(11).lognormal(3, 1, 1_000_000)
    shares = allocate_units(5_432_107, drivers)
    assert int(shares.sum()) == 5_432_107
    assert np.abs(shares - 5_432_107 * drivers / drivers.sum()).max() < 1


def test_columns_of_every_kind_of_number_agree() -> None:
    expected = [17, 50, 33]
    kinds: list[Any] = [
        [1, 3, 2],
        [1.0, 3, 2],
        np.array([1, 3, 2], dtype=np.uint64),
        np.array([1, 3, 2], dtype=np.int16),
        [Decimal("0.1"), Decimal("0.3"), Decimal("0.2")],
        [Fraction(1, 6), Fraction(1, 2), Fraction(1, 3)],
        pd.Series([1, 3, 2]),
        [np.int64(1), np.int64(3), np.int64(2)],
    ]
    for drivers in kinds:
        assert allocate_units(100, drivers).tolist() == expected


@pytest.mark.parametrize(
    "drivers",
    [
        [2**70, 2**71 + 1, 0, 3],
        [1e14, 0.001, 0.002, 1e14],
        [1e-300, 3e-300, 1e300],
        [2.0**60, 2.0**59, 7.0],
        # Halves in the decimals that are read, a little off them in binary.
        [0.1234567890123, 0.3703703670369],
        [float(np.nextafter(0.1234567890123, 1)), 0.1234567890123],
    ],
)
@pytest.mark.parametrize("total", [1, 2, 10**6 + 1, 2**62 + 1])
def test_awkward_drivers_agree_with_the_second_way(total: int, drivers: list[float]) -> None:
    assert allocate_units(total, drivers).tolist() == hamilton(total, drivers)
    assert allocate_units(total, drivers[::-1]).tolist() == hamilton(total, drivers[::-1])


def test_the_callers_array_is_left_alone() -> None:
    drivers = np.array([3, 1, 2])
    allocate_units(100, drivers)
    assert drivers.tolist() == [3, 1, 2]


def test_noise_beyond_the_fifteenth_digit_of_a_total_is_not_held_against_it() -> None:
    assert allocate(0.1 + 0.2, [1], places=2).tolist() == [0.3]
    assert allocate(np.float64(0.1) + np.float64(0.2), [1], places=2).tolist() == [0.3]
    assert allocate(99999999999999.99, [1], places=2).tolist() == [99999999999999.99]


@pytest.mark.parametrize("drivers", [[0, 0], [], [0.0], [Decimal(0)]])
def test_drivers_of_zero_are_an_empty_denominator(drivers: list[float]) -> None:
    with pytest.raises(ZeroDenominatorError, match="drivers must not all be zero"):
        allocate_units(100, drivers)


@pytest.mark.parametrize("drivers", [[1, 2, -1], [1.0, 2.0, -0.5], [Decimal(1), 2, Decimal(-1)]])
def test_a_negative_driver_is_named_by_its_row(drivers: list[float]) -> None:
    with pytest.raises(DomainError, match=r"drivers must not be negative, not -.* in row 3"):
        allocate_units(100, drivers)


def test_a_missing_driver_is_named_by_its_row() -> None:
    with pytest.raises(InputError, match="drivers must be numbers, not nan in row 2"):
        allocate_units(100, [1.0, math.nan])
    with pytest.raises(InputError, match="drivers, row 2, must be a number, not None"):
        allocate_units(100, pd.Series([1, None], dtype=object))
    with pytest.raises(InputError, match="drivers, row 2, must be a number, not NaN"):
        allocate_units(100, [Decimal(1), Decimal("NaN")])


def test_an_infinite_driver_is_out_of_range() -> None:
    with pytest.raises(DomainError, match="drivers must be finite, not inf in row 1"):
        allocate_units(100, [math.inf, 1.0])
    with pytest.raises(DomainError, match="drivers, row 1, must be finite, not Infinity"):
        allocate_units(100, [Decimal("Infinity"), Decimal(1)])


def test_drivers_of_a_wrong_kind_or_shape_are_refused() -> None:
    with pytest.raises(InputError, match="drivers, row 1, must be a number, not True"):
        allocate_units(100, [True, 0.5])
    with pytest.raises(InputError, match="drivers, row 1, must be a number, not '1'"):
        allocate_units(100, ["1", "2"])
    with pytest.raises(InputError, match="drivers must be numbers, not bool"):
        allocate_units(100, np.array([True]))
    with pytest.raises(InputError, match=r"drivers must be one column, not of shape \(2, 1\)"):
        allocate_units(100, [[1], [2]])


@pytest.mark.parametrize("total", [100.005, Decimal("0.001"), 1e-9])
def test_a_total_that_is_not_in_units_is_out_of_range(total: float) -> None:
    with pytest.raises(DomainError, match="total must be a whole number of units at 2 places"):
        allocate(total, [1], places=2)


def test_a_total_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="total must be a number, not nan"):
        allocate(math.nan, [1], places=2)
    with pytest.raises(InputError, match="total must be a number, not True"):
        allocate(True, [1], places=2)
    with pytest.raises(DomainError, match="total must be finite, not inf"):
        allocate(math.inf, [1], places=2)
    with pytest.raises(InputError, match=r"total_units must be a whole number, not 1\.5"):
        allocate_units(1.5, [1])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="total_units must be a whole number, not True"):
        allocate_units(True, [1])


def test_a_total_beyond_63_bits_is_out_of_range() -> None:
    with pytest.raises(DomainError, match="total_units must fit into 63 bits"):
        allocate_units(2**63, [1])


@pytest.mark.parametrize("places", [-1, 10])
def test_places_are_limited(places: int) -> None:
    with pytest.raises(DomainError, match=r"places must be in 0\.\.9"):
        allocate(1, [1], places=places)
