from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.cost.shortest import LARGEST, SMALLEST, shortest_decimals

in_range = st.floats(SMALLEST, LARGEST)
usual = st.floats(1e-9, 1e12)
near_powers = st.builds(
    lambda base, exponent, steps: float(base**exponent * (1 + steps * 2.0**-52)),
    st.sampled_from([2.0, 10.0]),
    st.integers(-260, 260),
    st.integers(-3, 3),
)
quotients = st.builds(lambda a, b: a / b, st.integers(1, 10**6), st.integers(1, 10**6))


def read(values: npt.NDArray[np.float64]) -> list[Fraction]:
    digits, places = shortest_decimals(values)
    assert digits.max() < 10**17
    pairs = zip(digits.tolist(), places.tolist(), strict=True)
    return [Fraction(digits) / Fraction(10) ** places for digits, places in pairs]


def as_written(values: npt.NDArray[np.float64]) -> list[Fraction]:
    """The second way: the digits that Python prints."""
    return [Fraction(Decimal(repr(value))) for value in values.tolist()]


@given(st.lists(in_range | usual | near_powers | quotients, min_size=1, max_size=40))
def test_digits_are_those_that_python_prints(values: list[float]) -> None:
    column = np.array(values)
    assert read(column) == as_written(column)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: rng.random(n),
        lambda rng, n: rng.lognormal(3, 2, n),
        lambda rng, n: rng.integers(1, 5000, n) / 60,
        lambda rng, n: np.round(rng.random(n), 15),
        lambda rng, n: np.round(rng.random(n), 16),
        lambda rng, n: rng.integers(2**52, 2**53, n) / 2,
        lambda rng, n: (rng.integers(2**51, 4 * 10**15, n) | 1) / 4,  # half way between two decimals of 16 digits
        lambda rng, n: rng.integers(2**53, 2**62, n).astype(np.float64),
        lambda rng, n: np.nextafter(2.0 ** rng.integers(-900, 900, n), 0),
        lambda rng, n: 2.0 ** rng.integers(-900, 900, n),
    ],
)
def test_columns_longer_than_a_chunk_are_read_alike(draw: object) -> None:
    values: npt.NDArray[np.float64] = draw(np.random.default_rng(19), 20_000)  # type: ignore[operator]
    assert read(values) == as_written(values)
