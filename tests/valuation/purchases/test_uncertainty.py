"""How far the future may be from what is expected."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import numpy as np
import pytest
from scipy import stats

from tests.cdnow import FloatArray, cohort
from tests.valuation.purchases import reference
from tests.valuation.purchases.models import CDNOW, Columns, simulated
from tests.valuation.purchases.test_golden import GOLDEN, WEEKS_AHEAD
from valuation.errors import DomainError, InputError
from valuation.purchases import (
    BgNbdParameters,
    PurchaseModel,
    customer_interval,
    discounted_periods_alive,
    expected_purchases,
    expected_purchases_of_new,
    fit_bg_nbd,
    fit_nbd,
    resampled_parameters,
    total_interval,
    total_parameter_interval,
)

EVERY_MODEL = pytest.mark.parametrize("model", CDNOW, ids=lambda model: type(model).__name__)
LEVEL = 0.9
CUSTOMERS = ((0.0, 0.0, 38.86), (2.0, 30.43, 38.86), (7.0, 20.0, 38.86), (25.0, 38.0, 38.86))
NEW = (0.0, 0.0, 0.0)


@cache
def cdnow() -> tuple[Any, list[PurchaseModel], Columns]:
    """The BG/NBD at 39 weeks, its parameters at resampled customers, and the customers."""
    data = cohort()
    columns = data.frequency, data.recency, data.age
    fit = fit_bg_nbd(*columns)
    return fit, resampled_parameters(fit, draws=199, rng=np.random.default_rng(1)), columns


@cache
def small() -> tuple[Any, list[PurchaseModel], Columns]:
    columns = simulated(CDNOW[0], n=300)
    fit = fit_nbd(*columns)
    return fit, resampled_parameters(fit, draws=39, rng=np.random.default_rng(2)), columns


def history(model: BgNbdParameters, *, n: int, length: float, seed: int) -> tuple[Columns, float]:
    """Customers bought one by one, and the purchases of all in a time that follows."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(60.0, 120.0, n)
    pause, chance = 1.0 / rng.gamma(model.r, 1.0 / model.alpha, n), rng.beta(model.a, model.b, n)
    x, t_x, now, later, there = np.zeros(n), np.zeros(n), np.zeros(n), 0.0, np.full(n, True)
    while there.any():
        now += rng.exponential(size=n) * pause
        there &= now <= age + length
        early = there & (now <= age)
        x, t_x, later = x + early, np.where(early, now, t_x), later + float((there & ~early).sum())
        there &= rng.random(n) >= chance
    return (x, t_x, age), later


def many(customer: tuple[float, float, float], n: int) -> Columns:
    x, t_x, T = (np.full(n, value) for value in customer)
    return x, t_x, T


def futures(model: Any, customer: tuple[float, float, float], *, t: float, n: int = 40_000) -> FloatArray:
    """How often a customer buys in many possible futures."""
    who, when = model.draw_ahead(np.random.default_rng(7), *many(customer, n), np.full(n, t))
    assert ((when >= 0.0) & (when <= t)).all()
    return np.bincount(who, minlength=n).astype(np.float64)


# CDNOW


def test_parameters_alone_miss_what_happened_on_cdnow() -> None:
    fit, samples, data = cdnow()
    alone = total_parameter_interval(fit, samples, *data, t=WEEKS_AHEAD, level=LEVEL)
    assert alone.expected == pytest.approx(1653.4, abs=0.05)
    assert alone.low < alone.expected < alone.high < GOLDEN["holdout"]["total"]


def test_parameters_and_chance_leave_more_open_than_parameters_alone() -> None:
    fit, samples, data = cdnow()
    alone = total_parameter_interval(fit, samples, *data, t=WEEKS_AHEAD, level=LEVEL)
    full = total_interval(fit, samples, *data, t=WEEKS_AHEAD, level=LEVEL, rng=np.random.default_rng(3))
    assert full.expected == pytest.approx(alone.expected)
    assert full.high - full.low > alone.high - alone.low
    assert full.low < full.expected < full.high
    assert (alone.covers, full.covers) == ("parameters", "parameters and chance")
    assert alone.level == full.level == LEVEL


def test_a_higher_level_is_wider() -> None:
    fit, samples, data = cdnow()
    bounds = [total_parameter_interval(fit, samples, *data, t=WEEKS_AHEAD, level=level) for level in (0.5, 0.8, 0.95)]
    assert np.all(np.diff([float(each.low) for each in bounds]) < 0)
    assert np.all(np.diff([float(each.high) for each in bounds]) > 0)


def test_resampled_parameters_scatter_as_the_standard_errors_say() -> None:
    # On CDNOW a little more: the model is not quite right.
    fit, samples, _ = cdnow()
    for name, error in fit.errors.items():
        assert 1.0 < np.std([getattr(each, name) for each in samples], ddof=1) / error < 1.6


# Coverage


def test_intervals_cover_as_often_as_they_say() -> None:
    model, bases = BgNbdParameters(r=0.8, alpha=8.0, a=0.8, b=2.4), 60
    inside = by_parameters = 0
    for seed in range(bases):
        data, later = history(model, n=300, length=50.0, seed=seed)
        fit, rng = fit_bg_nbd(*data), np.random.default_rng(1000 + seed)
        samples = resampled_parameters(fit, draws=19, rng=rng)
        full = total_interval(fit, samples, *data, t=50.0, level=LEVEL, rng=rng)
        alone = total_parameter_interval(fit, samples, *data, t=50.0, level=LEVEL)
        inside += bool(full.low <= later <= full.high)
        by_parameters += bool(alone.low <= later <= alone.high)
    low, high = (float(stats.binom.ppf(chance, bases, LEVEL)) for chance in (0.001, 0.999))
    assert low <= inside <= high
    assert by_parameters < low


# Draws and predictions, one by the other


@EVERY_MODEL
def test_drawn_futures_have_the_expected_mean(model: Any) -> None:
    for customer in CUSTOMERS:
        drawn = futures(model, customer, t=WEEKS_AHEAD)
        error = drawn.std() / math.sqrt(drawn.size)
        assert abs(drawn.mean() - expected_purchases(model, *customer, t=WEEKS_AHEAD)) < 4 * error
    drawn = futures(model, NEW, t=WEEKS_AHEAD)
    error = drawn.std() / math.sqrt(drawn.size)
    assert abs(drawn.mean() - expected_purchases_of_new(model, t=WEEKS_AHEAD)) < 4 * error


@EVERY_MODEL
def test_drawn_times_are_spread_as_expected(model: Any) -> None:
    # Purchases by half of the time, among all of many customers.
    n, customer = 40_000, CUSTOMERS[1]
    who, when = model.draw_ahead(np.random.default_rng(8), *many(customer, n), np.full(n, float(WEEKS_AHEAD)))
    early = np.bincount(who[when <= WEEKS_AHEAD / 2], minlength=n)
    expected = expected_purchases(model, *customer, t=WEEKS_AHEAD / 2)
    assert abs(early.mean() - expected) < 4 * early.std() / math.sqrt(n)


@pytest.mark.parametrize("model", [CDNOW[1], CDNOW[3]], ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("customer", CUSTOMERS[1:3])
def test_discounted_periods_alive_by_integration(model: Any, customer: tuple[float, float, float]) -> None:
    x, t_x, T = customer
    rate = 0.01
    with reference.mp.workdps(15):
        alive = reference.p_alive(model, x, t_x, T)

        def present(t: Any) -> Any:
            return alive * reference.stays(model, x, T, t) * (1 + rate) ** -t

        endless = reference.mp.quad(present, [0, 10, 50, 200, 800, 4000])
        year = reference.mp.fsum(present(week + 0.5) for week in range(52))
    found = [discounted_periods_alive(model, *customer, discount_rate=rate, horizon=h) for h in (math.inf, 52)]
    assert found == pytest.approx([float(endless), float(year)], rel=1e-9)


def test_customer_intervals_are_the_quantiles_of_futures() -> None:
    fit, _, _ = small()
    samples = 999 * [fit.parameters]
    columns = [np.array(column) for column in zip(*CUSTOMERS, strict=True)]
    ahead = customer_interval(fit, samples, *columns, t=39, level=LEVEL, rng=np.random.default_rng(4))
    for row, (x, _, T) in enumerate(CUSTOMERS):
        # A gamma mixture of Poisson counts is negative binomial.
        rest = fit.parameters.alpha + T
        low, high = (stats.nbinom.ppf(chance, fit.parameters.r + x, rest / (rest + 39)) for chance in (0.05, 0.95))
        assert abs(ahead.low[row] - low) <= 1
        assert abs(ahead.high[row] - high) <= 1
        assert ahead.low[row] <= ahead.expected[row] <= ahead.high[row]
    assert ahead.expected.tolist() == expected_purchases(fit.parameters, *columns, t=39).tolist()
    assert ahead.covers == "parameters and chance"


# Laws


def test_same_seed_same_interval() -> None:
    fit, samples, data = small()
    again = resampled_parameters(fit, draws=39, rng=np.random.default_rng(2))
    assert samples == again
    assert samples != resampled_parameters(fit, draws=39, rng=np.random.default_rng(3))
    for interval in (total_interval, customer_interval):
        one, other = (interval(fit, samples, *data, t=39, level=LEVEL, rng=np.random.default_rng(5)) for _ in range(2))
        assert np.array_equal(one.low, other.low)
        assert np.array_equal(one.high, other.high)


def test_nothing_happens_in_no_time() -> None:
    fit, samples, data = small()
    rng = np.random.default_rng(5)
    for interval in (
        total_interval(fit, samples, *data, t=0, level=LEVEL, rng=rng),
        total_parameter_interval(fit, samples, *data, t=0, level=LEVEL),
        customer_interval(fit, samples, *data, t=0, level=LEVEL, rng=rng),
    ):
        assert not np.any([interval.low, interval.expected, interval.high])


def test_as_many_samples_as_draws_of_the_same_model() -> None:
    fit, samples, _ = small()
    assert len(samples) == 39
    assert {type(each) for each in samples} == {type(fit.parameters)}


# Doors


def test_faulty_rows_leave_the_others_alone() -> None:
    fit, samples, _ = small()
    x, t_x, T = [2, 2.5, -1, 2, 2, math.nan, 2], [30, 30, 30, 50, 30, 30, 30], [38, 38, 38, 38, math.inf, 38, 38]
    ahead = customer_interval(fit, samples, x, t_x, T, t=39, level=LEVEL, rng=np.random.default_rng(6))
    for part in (ahead.low, ahead.expected, ahead.high):
        assert np.isnan(part).tolist() == [False, *5 * [True], False]
    alone = customer_interval(fit, samples, [2, 2], 30, 38, t=39, level=LEVEL, rng=np.random.default_rng(6))
    assert ahead.low[[0, 6]].tolist() == alone.low.tolist()
    assert ahead.high[[0, 6]].tolist() == alone.high.tolist()


@pytest.mark.parametrize("draws", [18, 100_001, 19.5, -1])
def test_door_of_the_draws(draws: float) -> None:
    with pytest.raises(DomainError, match=f"draws must be a whole number from 19 to 100,000, not {draws}"):
        resampled_parameters(small()[0], draws=cast(int, draws), rng=np.random.default_rng(1))


@pytest.mark.parametrize("interval", [total_interval, total_parameter_interval, customer_interval])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"level": 0}, DomainError, "level must be above 0 and below 1, not 0"),
        ({"level": 1}, DomainError, "level must be above 0 and below 1, not 1"),
        ({"t": -1}, DomainError, "t must be a finite number, 0 or more, not -1"),
        ({"t": math.inf}, DomainError, "t must be a finite number, 0 or more, not inf"),
        ({"t": [1, 2]}, InputError, "t must be one number"),
        ({"frequency": ["2"]}, InputError, "frequency must be a number or an array of numbers, not '2'"),
        ({"recency": [1, 2, 3], "age": [4, 5]}, InputError, "lengths differ: frequency"),
    ],
)
def test_doors(interval: Callable[..., Any], change: dict[str, Any], error: type[Exception], message: str) -> None:
    fit, samples, _ = small()
    good: dict[str, Any] = {"frequency": [2], "recency": [30], "age": [38], "t": 39, "level": LEVEL}
    if interval is not total_parameter_interval:
        good["rng"] = np.random.default_rng(1)
    with pytest.raises(error, match=message):
        interval(fit, samples, **(good | change))


def test_totals_want_every_customer() -> None:
    fit, samples, _ = small()
    message = "recency must be at most age, 38, not 39 in row 2"
    with pytest.raises(DomainError, match=message):
        total_parameter_interval(fit, samples, [2, 2], [30, 39], [38, 38], t=39, level=LEVEL)
    with pytest.raises(DomainError, match=message):
        total_interval(fit, samples, [2, 2], [30, 39], [38, 38], t=39, level=LEVEL, rng=np.random.default_rng(1))
