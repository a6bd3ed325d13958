"""Building blocks for property tests: the values that the mathematics is defined for."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from valuation.lifetime import Customers, Timing

PERIODS_PER_YEAR = (1, 2, 4, 12, 52, 365)


def margins(*, low: float = -1e6, high: float = 1e6) -> SearchStrategy[float]:
    """Money per period, to the cent."""
    return st.integers(round(low * 100), round(high * 100)).map(lambda cents: cents / 100)


def positive_margins() -> SearchStrategy[float]:
    return margins(low=0.01)


def costs() -> SearchStrategy[float]:
    """Money paid, as a positive number."""
    return margins(low=0.0)


def retention_rates(*, low: float = 0.0, high: float = 1.0) -> SearchStrategy[float]:
    return st.floats(low, high) | st.sampled_from([low, high])


def discount_rates(*, low: float = -0.2, high: float = 1.0) -> SearchStrategy[float]:
    """Rates per period, 0 and tiny ones included where they lie inside."""
    near_zero = [rate for rate in (0.0, 1e-12, 1e-6) if low <= rate <= high]
    anywhere = st.floats(low, high)
    return anywhere | st.sampled_from(near_zero) if near_zero else anywhere


def growth_rates(*, low: float = -0.3, high: float = 0.3) -> SearchStrategy[float]:
    return st.just(0.0) | st.floats(low, high)


def horizons(*, high: int = 60) -> SearchStrategy[int]:
    return st.integers(1, high)


def timings() -> SearchStrategy[Timing]:
    options: list[Timing] = ["start", "mid", "end"]
    return st.sampled_from(options)


def customer_kinds() -> SearchStrategy[Customers]:
    options: list[Customers] = ["existing", "new"]
    return st.sampled_from(options)


def portfolios(*, least: int = 1, most: int = 12) -> SearchStrategy[list[tuple[float, float]]]:
    """Customers as pairs of margin and retention rate."""
    return st.lists(st.tuples(margins(), retention_rates()), min_size=least, max_size=most)
