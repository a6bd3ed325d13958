"""How much of the endless value a horizon shows, and in which order it puts the customers."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.strategies import discount_rates, growth_rates, horizons, portfolios, retention_rates
from tests.valuation.lifetime.test_golden import expected, golden, golden_cases, golden_inputs, printed
from valuation.errors import DomainError, InputError
from valuation.lifetime import (
    HorizonTable,
    horizon_for_share,
    horizon_share,
    horizon_table,
    lifetime_value,
)

CONVENTION: dict[str, Any] = {"discount_rate": 0.1, "timing": "mid", "customers": "existing"}


def share_by_addition(retention_rate: float, *, discount_rate: float, horizon: int, growth: float = 0.0) -> float:
    """Payments inside the horizon over all payments, each added up one by one."""
    payments, payment = [], 1.0
    for _ in range(5000):
        payments.append(payment)
        payment *= retention_rate * (1 + growth) / (1 + discount_rate)
    return math.fsum(payments[:horizon]) / math.fsum(payments)


def periods_by_search(retention_rate: float, *, discount_rate: float, share: float) -> float:
    """Bisection on the share that is shown, with powers."""
    low, high = 0.0, 1e4
    for _ in range(200):
        middle = (low + high) / 2
        shown = 1 - (retention_rate / (1 + discount_rate)) ** middle
        low, high = (middle, high) if shown < share else (low, middle)
    return low


# Golden


@pytest.mark.parametrize("case", golden_cases("horizon_share"))
def test_added_up_share_matches_golden_number(case: dict[str, Any]) -> None:
    assert share_by_addition(**golden_inputs(case)) == expected(case)


@pytest.mark.parametrize("case", golden_cases("horizon_for_share"))
def test_searched_horizon_matches_golden_number(case: dict[str, Any]) -> None:
    assert periods_by_search(**case["inputs"]) == expected(case)


def sample_table() -> HorizonTable:
    rows = golden("portfolio")["customers"]
    return horizon_table(
        [row["margin"] for row in rows],
        [row["retention_rate"] for row in rows],
        horizons=[float(total["horizon"]) for total in golden("portfolio")["totals"]],
        **CONVENTION,
    )


def test_sample_company_matches_golden_values() -> None:
    portfolio = golden("portfolio")
    values = sample_table().values
    for row, customer in enumerate(portfolio["customers"]):
        assert values[row, 0] == printed(customer["value_3"], tolerance=portfolio["tolerance"])
        assert values[row, 3] == printed(customer["value_inf"], tolerance=portfolio["tolerance"])


def test_sample_company_matches_golden_totals() -> None:
    portfolio, table = golden("portfolio"), sample_table()
    for column, total in enumerate(portfolio["totals"]):
        assert table.total[column] == printed(total["expected"])
    assert table.share[0] == printed(portfolio["share_3"])
    assert table.share[3] == 1.0
    assert table.increment == pytest.approx([577808, 232502, 310029, 223504], abs=1)


def test_sample_company_keeps_its_order_at_every_horizon() -> None:
    correlation = sample_table().rank_correlation
    assert correlation[:3] == pytest.approx(3 * [float(golden("portfolio")["rank_correlation"])], abs=0.0005)
    assert math.isnan(correlation[3])


# Second way and laws


@given(
    retention=retention_rates(high=0.95),
    rate=discount_rates(low=0.05),
    horizon=horizons(),
    growth=growth_rates(high=0.05),
)
def test_share_agrees_with_addition(retention: float, rate: float, horizon: int, growth: float) -> None:
    choices: dict[str, Any] = {"discount_rate": rate, "horizon": horizon, "growth": growth}
    assert horizon_share(retention, **choices) == pytest.approx(share_by_addition(retention, **choices), rel=1e-9)


@given(
    retention=retention_rates(low=0.01, high=0.99),
    rate=discount_rates(low=0.0),
    share=st.floats(0.01, 0.99),
    growth=growth_rates(high=0.0),
)
def test_horizon_for_share_shows_that_share(retention: float, rate: float, share: float, growth: float) -> None:
    periods = horizon_for_share(retention, discount_rate=rate, share=share, growth=growth)
    ratio = retention * (1 + growth) / (1 + rate)
    assert 1 - ratio**periods == pytest.approx(share, rel=1e-9)


@given(retention=retention_rates(high=0.99), rate=discount_rates(low=0.0), horizon=horizons())
def test_share_is_finite_value_over_endless_value(retention: float, rate: float, horizon: int) -> None:
    finite, endless = lifetime_value(
        1, retention, discount_rate=rate, horizon=[horizon, math.inf], timing="end", customers="new"
    )
    share = horizon_share(retention, discount_rate=rate, horizon=horizon)
    assert share == pytest.approx(finite / endless, rel=1e-9)


@given(retention=retention_rates(high=0.99), rate=discount_rates(low=0.0))
def test_share_rises_to_one(retention: float, rate: float) -> None:
    shares = horizon_share(retention, discount_rate=rate, horizon=[1, 2, 10, 100, math.inf])
    assert (np.diff(shares) >= 0).all()
    assert shares[-1] == 1.0


def test_retention_zero_shows_everything_at_once() -> None:
    assert horizon_share(0, discount_rate=0.1, horizon=1) == 1.0
    assert horizon_for_share(0, discount_rate=0.1, share=0.95) == 0.0


def test_single_share_is_a_number() -> None:
    assert isinstance(horizon_share(0.8, discount_rate=0.1, horizon=3), float)
    assert isinstance(horizon_for_share(0.8, discount_rate=0.1, share=0.5), float)


@given(customers_of=portfolios())
def test_table_is_made_of_lifetime_values(customers_of: list[tuple[float, float]]) -> None:
    margin, retention = np.array(customers_of).T
    table = horizon_table(margin, retention, horizons=[1, 3, 10, math.inf], **CONVENTION)
    for column, horizon in enumerate(table.horizons):
        values = lifetime_value(margin, retention, horizon=horizon, **CONVENTION)
        np.testing.assert_array_equal(table.values[:, column], values)
    np.testing.assert_allclose(table.total, table.values.sum(axis=0), atol=1e-6)
    np.testing.assert_allclose(table.increment.cumsum(), table.total, atol=1e-6)


@given(customers_of=portfolios(least=2))
def test_ranks_agree_with_counting(customers_of: list[tuple[float, float]]) -> None:
    margin, retention = np.array(customers_of).T
    table = horizon_table(margin, retention, horizons=[1, 5], **CONVENTION)
    for column in range(2):
        values = table.values[:, column]
        larger = (values[np.newaxis, :] > values[:, np.newaxis]).sum(axis=1)
        equal = (values[np.newaxis, :] == values[:, np.newaxis]).sum(axis=1)
        np.testing.assert_array_equal(table.rank[:, column], larger + (equal + 1) / 2)


@given(customers_of=portfolios(least=3))
def test_rank_correlation_agrees_with_scipy(customers_of: list[tuple[float, float]]) -> None:
    margin, retention = np.array(customers_of).T
    table = horizon_table(margin, retention, horizons=[1, 30], **CONVENTION)
    first, last = table.values.T
    if np.ptp(first) == 0 or np.ptp(last) == 0:
        assert math.isnan(table.rank_correlation[0])
    else:
        assert table.rank_correlation[0] == pytest.approx(stats.spearmanr(first, last).statistic, abs=1e-12)


def test_order_that_turns_around_correlates_negatively() -> None:
    table = horizon_table([1000, 600], [0.6, 0.9], horizons=[1, 10], **CONVENTION)
    assert table.rank.tolist() == [[1.0, 2.0], [2.0, 1.0]]
    assert table.rank_correlation[0] == -1.0


@given(customers_of=portfolios(least=2), shuffle=st.randoms(use_true_random=False))
def test_shuffling_customers_keeps_the_totals(customers_of: list[tuple[float, float]], shuffle: Any) -> None:
    order = list(range(len(customers_of)))
    shuffle.shuffle(order)
    margin, retention = np.array(customers_of).T
    table = horizon_table(margin, retention, horizons=[3, 10], **CONVENTION)
    shuffled = horizon_table(margin[order], retention[order], horizons=[3, 10], **CONVENTION)
    np.testing.assert_allclose(shuffled.values, table.values[order], rtol=1e-14)
    np.testing.assert_allclose(shuffled.total, table.total, atol=1e-6)


def test_equal_customers_share_the_mean_rank() -> None:
    table = horizon_table([100, 100, 50], 0.8, horizons=[3], **CONVENTION)
    assert table.rank[:, 0].tolist() == [1.5, 1.5, 3.0]


def test_single_inputs_are_one_customer() -> None:
    table = horizon_table(1000, 0.8, horizons=3, **CONVENTION)
    assert table.values.shape == (1, 1)
    assert table.total[0] == printed("1720.9606")
    assert table.share[0] == printed("0.6153")
    assert table.rank.tolist() == [[1.0]]
    assert math.isnan(table.rank_correlation[0])


def test_no_customers_have_no_value_and_no_share() -> None:
    table = horizon_table([], [], horizons=[1, 3], **CONVENTION)
    assert table.values.shape == (0, 2)
    assert table.total.tolist() == [0.0, 0.0]
    assert np.isnan(table.share).all()
    assert np.isnan(table.rank_correlation).all()


def test_constant_values_have_no_correlation() -> None:
    table = horizon_table([100, 100], 0.8, horizons=[1, 3], **CONVENTION)
    assert np.isnan(table.rank_correlation).all()


def test_values_that_cancel_have_no_share() -> None:
    table = horizon_table([100, -100], 0.8, horizons=[1, 3], **CONVENTION)
    assert np.isnan(table.share).all()


def test_table_is_frozen_and_compares_by_identity() -> None:
    table = horizon_table(1000, 0.8, horizons=[3], **CONVENTION)
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.total = np.zeros(1)  # type: ignore[misc]
    assert table == table
    assert table != horizon_table(1000, 0.8, horizons=[3], **CONVENTION)


# Doors


def test_faulty_rows_are_left_out_of_totals_and_ranks() -> None:
    sound = horizon_table([1000, 500, 800], [0.6, 0.9, 0.7], horizons=[1, 10, math.inf], **CONVENTION)
    table = horizon_table(
        [1000, np.nan, 500, 800, 100], [0.6, 0.8, 0.9, 0.7, 70], horizons=[1, 10, math.inf], **CONVENTION
    )
    kept = [0, 2, 3]
    np.testing.assert_array_equal(table.values[kept], sound.values)
    np.testing.assert_array_equal(table.rank[kept], sound.rank)
    assert np.isnan(table.values[[1, 4]]).all()
    assert np.isnan(table.rank[[1, 4]]).all()
    for field in ("total", "increment", "share", "rank_correlation"):
        np.testing.assert_allclose(getattr(table, field), getattr(sound, field))


@pytest.mark.parametrize("listed", [[1, 3, math.inf], [1, 3]])
def test_total_of_endless_customers_is_missing_and_not_too_small(listed: list[float]) -> None:
    choices = {**CONVENTION, "discount_rate": 0.0}
    table = horizon_table([100, 50, 80], [0.5, 1.0, 0.6], horizons=listed, **choices)
    assert np.isfinite(table.total[:2]).all()
    assert np.isnan(table.total[2:]).all()
    assert np.isnan(table.share).all()
    assert table.rank_correlation[0] == pytest.approx(stats.spearmanr(*table.values[:, :2].T).statistic)


def test_correlation_counts_customers_valued_at_both_horizons() -> None:
    choices = {**CONVENTION, "discount_rate": 0.0}
    table = horizon_table([100, 70, 80, 60], [0.5, 1.0, 0.6, 0.8], horizons=[1, math.inf], **choices)
    both = [0, 2, 3]
    reference = stats.spearmanr(table.values[both, 0], table.values[both, 1]).statistic
    assert table.rank_correlation[0] == pytest.approx(reference)


def test_endless_horizon_alone_knows_faulty_from_endless_customers() -> None:
    choices = {**CONVENTION, "discount_rate": 0.0}
    faulty = horizon_table([100, np.nan], [0.5, 0.5], horizons=[math.inf], **choices)
    assert faulty.total[0] == 100.0
    endless = horizon_table([100, 100], [0.5, 1.0], horizons=[math.inf], **choices)
    assert math.isnan(endless.total[0])


def test_single_customer_without_an_endless_value_has_no_share() -> None:
    choices = {**CONVENTION, "discount_rate": 0.0}
    table = horizon_table(100, 1.0, horizons=[1, 3], **choices)
    assert table.total.tolist() == [100.0, 300.0]
    assert np.isnan(table.share).all()
    with pytest.raises(DomainError, match="the endless sum diverges"):
        horizon_table(100, 1.0, horizons=[1, math.inf], **choices)


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ([], r"horizons must be a list of one horizon or more, not of shape \(0,\)"),
        ([[1, 3]], r"horizons must be a list of one horizon or more, not of shape \(1, 2\)"),
        ([3, 1], r"horizons must ascend, not \[3\.0, 1\.0\]"),
        ([3, 3], "horizons must ascend"),
        ([1, 2.5], "each of horizons must be a positive whole number of periods or .*, not 2.5"),
        ([0, 1], "each of horizons must be a positive whole number"),
        ([1, math.nan], "each of horizons must be a positive whole number .*, not nan"),
        (["3"], "horizons must be a number or an array of numbers, not '3'"),
    ],
)
def test_door_of_horizons(listed: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        horizon_table([1000], [0.8], horizons=listed, **CONVENTION)


def test_table_of_a_table_is_refused() -> None:
    with pytest.raises(InputError, match=r"one row per customer, not arrays of shape \(2, 2\)"):
        horizon_table(np.ones((2, 2)), 0.8, horizons=[3], **CONVENTION)


def test_share_without_an_endless_value() -> None:
    with pytest.raises(DomainError, match="the endless sum diverges"):
        horizon_share(1, discount_rate=0, horizon=3)
    with pytest.raises(DomainError, match="the endless sum diverges"):
        horizon_for_share(0.9, discount_rate=0, share=0.5, growth=0.2)
    assert np.isnan(horizon_share([1, 0.8], discount_rate=0, horizon=3)).tolist() == [True, False]
    assert np.isnan(horizon_for_share([1, 0.8], discount_rate=0, share=0.5)).tolist() == [True, False]


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, math.nan])
def test_share_outside_its_range_raises(share: float) -> None:
    with pytest.raises(DomainError, match="share must be between 0 and 1, both excluded, not"):
        horizon_for_share(0.8, discount_rate=0.1, share=share)


def test_faulty_rows_leave_the_other_shares_alone() -> None:
    shares = horizon_share([0.8, 80, 0.8], discount_rate=[0.1, 0.1, -1], horizon=3)
    assert shares[0] == horizon_share(0.8, discount_rate=0.1, horizon=3)
    assert np.isnan(shares[1:]).all()
    periods = horizon_for_share(0.8, discount_rate=0.1, share=[0.95, 1.0, np.nan])
    assert periods[0] == horizon_for_share(0.8, discount_rate=0.1, share=0.95)
    assert np.isnan(periods[1:]).all()


def test_horizon_that_is_no_whole_number_raises() -> None:
    with pytest.raises(InputError, match="horizon must be a positive whole number"):
        horizon_share(0.8, discount_rate=0.1, horizon=0.5)


def test_lengths_that_differ_raise() -> None:
    with pytest.raises(InputError, match="lengths differ: retention_rate"):
        horizon_share([0.8, 0.9], discount_rate=0.1, horizon=[1, 2, 3])
    with pytest.raises(InputError, match="lengths differ: retention_rate"):
        horizon_for_share([0.8, 0.9], discount_rate=0.1, share=[0.1, 0.2, 0.3])
