"""The spend model: Gamma-Gamma."""

import json
import math
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from scipy import stats

from tests.cdnow import FloatArray, cohort, data_file
from tests.valuation.lifetime.test_golden import printed
from valuation.errors import ConvergenceError, DomainError, InputError, MissingDataError
from valuation.purchases import GammaGammaParameters, RepeatSpend, expected_spend, fit_gamma_gamma
from valuation.purchases.spend import gamma_gamma_likelihood

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "spend.json").read_text(encoding="utf-8"))
NOTE_025 = GammaGammaParameters(p=6.25, q=3.74, v=15.44)
MEAN_OF_ALL = 6.25 * 15.44 / 2.74


def named(key: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in GOLDEN[key]]


def proportions(low: float, high: float) -> SearchStrategy[float]:
    """Numbers as likely small as large."""
    return st.floats(math.log(low), math.log(high)).map(math.exp)


def parameters(*, low: float = 1e-3, high: float = 1e4) -> SearchStrategy[GammaGammaParameters]:
    sizes = proportions(low, high)
    return st.builds(GammaGammaParameters, p=sizes, q=sizes, v=sizes)


counts = st.integers(1, 10) | st.integers(1, 5000)
spends = proportions(0.01, 1e5)
customers = st.lists(st.tuples(counts, spends), min_size=5, max_size=15, unique_by=lambda customer: customer[1])


def columns(rows: list[tuple[int, float]]) -> tuple[FloatArray, FloatArray]:
    frequency, monetary_value = np.array(rows, dtype=np.float64).T
    return frequency, monetary_value


def simulated(*, p: float, q: float, v: float, n: int, seed: int = 5) -> tuple[FloatArray, FloatArray]:
    """Customers whose purchases are drawn one level after the other."""
    rng = np.random.default_rng(seed)
    frequency = rng.integers(1, 12, n).astype(np.float64)
    rate = rng.gamma(q, 1.0 / v, n)
    return frequency, rng.gamma(p * frequency) / (rate * frequency)


def written_out(p: Any, q: Any, v: Any, x: Any, mean: Any) -> Any:
    """Note 025, eq. (1a), in as many digits as mpmath is told to keep."""
    p, q, v, x, mean = (mpmath.mpf(value) for value in (p, q, v, x, mean))
    gammas = mpmath.loggamma(p * x + q) - mpmath.loggamma(p * x) - mpmath.loggamma(q)
    powers = q * mpmath.log(v) + (p * x - 1) * mpmath.log(mean) + p * x * mpmath.log(x)
    return gammas + powers - (p * x + q) * mpmath.log(v + mean * x)


def log_density(params: GammaGammaParameters, x: float, mean: float) -> float:
    return float(params.log_likelihood(np.array(x, dtype=np.float64), np.array(mean)))


def by_integration(params: GammaGammaParameters, x: float, mean: float, value: Any) -> float:
    """Integral over the customer's unknown rate of a value and of the densities that the model starts from."""

    def integrand(rate: Any) -> Any:
        shape = params.p * x
        own = (rate * x) ** shape * mean ** (shape - 1) * mpmath.exp(-rate * x * mean) / mpmath.gamma(shape)
        among_all = params.v**params.q * rate ** (params.q - 1) * mpmath.exp(-params.v * rate) / mpmath.gamma(params.q)
        return own * among_all * value(rate)

    return float(mpmath.quad(integrand, [0, 0.05, 0.2, 1, 5, mpmath.inf]))


@pytest.mark.parametrize("case", named("fits"))
def test_fits_as_published(case: dict[str, Any]) -> None:
    if case["data"] == "table":
        table = pd.read_csv(data_file("cdnow_customers_summary_with_transactions.csv"))
        fit = fit_gamma_gamma(table["x"], table["zbar"])
    else:
        data = cohort(case["data"], as_of=np.datetime64(case["as_of"]))
        fit = fit_gamma_gamma(data.frequency, data.monetary_value)
    assert fit.converged
    assert (fit.n, fit.n + fit.data.left_out) == (case["n"], 2_357)
    for name in "pqv":
        assert getattr(fit.parameters, name) == printed(case[name])
    assert fit.log_likelihood == printed(case["log_likelihood"])
    if "correlation" in case:
        assert fit.data.correlation == printed(case["correlation"])


def test_expects_what_was_published_of_the_first_ten() -> None:
    data = cohort()
    params = fit_gamma_gamma(data.frequency, data.monetary_value).parameters
    spend = expected_spend(params, data.frequency, data.monetary_value)[:10].tolist()
    assert spend == [printed(text) for text in GOLDEN["expected_spend"]["expected"]]


@pytest.mark.parametrize("case", named("cases"))
def test_matches_golden_expectation(case: dict[str, Any]) -> None:
    params = GammaGammaParameters(**case["params"])
    assert expected_spend(params, case["frequency"], case["monetary_value"]) == printed(case["expected"])


@pytest.mark.parametrize(("x", "mean"), [(1, 11.77), (2, 22.35), (7, 73.74)])
def test_density_and_expectation_follow_from_the_two_gamma_distributions(x: float, mean: float) -> None:
    density = by_integration(NOTE_025, x, mean, lambda rate: 1)
    spend = by_integration(NOTE_025, x, mean, lambda rate: NOTE_025.p / rate)
    assert math.exp(log_density(NOTE_025, x, mean)) == pytest.approx(density, rel=1e-9)
    assert expected_spend(NOTE_025, x, mean) == pytest.approx(spend / density, rel=1e-9)


@given(params=parameters(), x=counts, mean=spends)
def test_likelihood_keeps_its_digits(params: GammaGammaParameters, x: int, mean: float) -> None:
    with mpmath.workdps(50):
        exact = float(written_out(params.p, params.q, params.v, x, mean))
    # Two numbers of this size cancel; the logarithms of the gamma function would be ten thousand times larger.
    cancelling = min(params.p * x, params.q)
    assert log_density(params, x, mean) == pytest.approx(exact, rel=1e-12, abs=1e-12 + 2e-14 * cancelling)


@given(params=parameters(low=0.01, high=100.0), rows=customers)
def test_sum_of_the_fit_is_that_of_the_customers(params: GammaGammaParameters, rows: list[tuple[int, float]]) -> None:
    x, mean = columns(rows)
    data = RepeatSpend(frequency=x, monetary_value=mean, left_out=0)
    terms = gamma_gamma_likelihood(data)(np.array([params.p, params.q, params.v]))
    each = params.log_likelihood(x, mean)
    assert terms.value == pytest.approx(each.sum(), rel=1e-12, abs=1e-12 * np.abs(each).sum())


@pytest.mark.parametrize("at", [(6.25, 3.74, 15.44), (0.3, 12.0, 500.0), (40.0, 0.8, 0.2)])
def test_gradient_and_hessian_are_the_derivatives(at: tuple[float, float, float]) -> None:
    x, mean = np.array([1.0, 2.0, 2.0, 30.0]), np.array([11.77, 22.35, 90.0, 40.0])
    terms = gamma_gamma_likelihood(RepeatSpend(frequency=x, monetary_value=mean, left_out=0))(np.array(at))

    def total(p: Any, q: Any, v: Any) -> Any:
        return sum(written_out(p, q, v, *customer) for customer in zip(x, mean, strict=True))

    with mpmath.workdps(50):
        orders = np.eye(3, dtype=int).tolist()
        slope = [float(mpmath.diff(total, at, tuple(order))) for order in orders]
        curvature = [
            [float(mpmath.diff(total, at, tuple(np.add(one, other).tolist()))) for other in orders] for one in orders
        ]
    np.testing.assert_allclose(terms.slope, slope, rtol=1e-9)
    np.testing.assert_allclose(terms.curvature, curvature, rtol=1e-9)


@pytest.mark.parametrize("true", [(6.0, 4.0, 15.0), (0.5, 2.5, 100.0), (30.0, 1.5, 0.01), (1.0, 50.0, 2000.0)])
def test_finds_the_parameters_of_simulated_customers(true: tuple[float, float, float]) -> None:
    p, q, v = true
    fit = fit_gamma_gamma(*simulated(p=p, q=q, v=v, n=5_000))
    assert fit.converged
    for name, value in zip("pqv", true, strict=True):
        assert abs(getattr(fit.parameters, name) - value) < 3.5 * fit.errors[name]


@given(params=parameters(low=1.5), x=counts, mean=spends)
def test_expectation_lies_between_own_mean_and_everyones(params: GammaGammaParameters, x: int, mean: float) -> None:
    everyone = float(expected_spend(params, 0, math.nan))
    spend = float(expected_spend(params, x, mean))
    assert min(mean, everyone) * (1 - 1e-12) <= spend <= max(mean, everyone) * (1 + 1e-12)


@given(params=parameters(low=1.5), x=st.integers(1, 4999), mean=spends)
def test_own_mean_counts_more_after_more_purchases(params: GammaGammaParameters, x: int, mean: float) -> None:
    before, after = expected_spend(params, [x, x + 1], mean).tolist()
    assert abs(after - mean) <= abs(before - mean) + 1e-12 * (mean + before)


@given(params=parameters(), x=counts, mean=spends, rate=proportions(1e-3, 1e3))
def test_another_currency_changes_the_scale_only(
    params: GammaGammaParameters, x: int, mean: float, rate: float
) -> None:
    abroad = GammaGammaParameters(p=params.p, q=params.q, v=params.v * rate)
    home = expected_spend(params, [x], [mean])
    np.testing.assert_allclose(expected_spend(abroad, [x], [mean * rate]), home * rate, rtol=1e-11)


@pytest.mark.parametrize("rate", [1e-6, 0.37, 1e9])
def test_fit_in_another_currency_changes_the_scale_only(rate: float) -> None:
    x, mean = simulated(p=6.0, q=4.0, v=15.0, n=300)
    home, abroad = fit_gamma_gamma(x, mean), fit_gamma_gamma(x, mean * rate)
    assert abroad.values == pytest.approx(home.values * [1.0, 1.0, rate], rel=1e-8)
    assert abroad.errors["v"] == pytest.approx(home.errors["v"] * rate, rel=1e-8)
    assert abroad.log_likelihood == pytest.approx(home.log_likelihood - 300 * math.log(rate), rel=1e-10)


def test_order_of_the_customers_does_not_matter_and_twice_as_many_are_twice_as_sure() -> None:
    x, mean = simulated(p=6.0, q=4.0, v=15.0, n=300)
    once = fit_gamma_gamma(x, mean)
    twice = fit_gamma_gamma(np.append(x[::-1], x), np.append(mean[::-1], mean))
    assert twice.values == pytest.approx(once.values, rel=1e-8)
    assert twice.log_likelihood == pytest.approx(2.0 * once.log_likelihood, rel=1e-10)
    assert twice.errors["q"] == pytest.approx(once.errors["q"] / math.sqrt(2.0), rel=1e-8)


@given(rows=customers)
def test_no_neighbour_is_likelier_than_a_fit(rows: list[tuple[int, float]]) -> None:
    x, mean = columns(rows)
    fit = fit_gamma_gamma(x, mean)
    likelihood = gamma_gamma_likelihood(fit.data)
    for step in np.vstack([np.eye(3), -np.eye(3)]) * 0.01:
        # Without a top the likelihood still rises, by next to nothing.
        assert likelihood(fit.values * np.exp(step)).value <= fit.log_likelihood + 1e-6


def test_rows_stand_for_themselves() -> None:
    spend = expected_spend(NOTE_025, [2, 0, 0, 1.5, 2, 2, math.nan, -1], [22.35, math.nan, 99, 1, math.nan, -3, 1, 1])
    alone = [expected_spend(NOTE_025, 2, 22.35), MEAN_OF_ALL, MEAN_OF_ALL]
    assert spend == pytest.approx([*alone, *[math.nan] * 5], nan_ok=True)


def test_expectation_is_endless_without_a_mean_of_all() -> None:
    params = GammaGammaParameters(p=0.125, q=0.75, v=20.0)
    assert expected_spend(params, [0, 1, 2, 3], 10.0) == pytest.approx(
        [math.nan, math.nan, math.nan, 50.0], nan_ok=True
    )
    with pytest.raises(DomainError, match=r"q must be above 1 after 0 repeat purchases, not 0\.75"):
        expected_spend(params, 0, 10.0)
    with pytest.raises(DomainError, match=r"q must be above 0\.875 after 1 repeat purchases, not 0\.75"):
        expected_spend(params, 1, 10.0)


def test_left_out_customers_are_counted_and_named() -> None:
    x, mean = simulated(p=6.0, q=4.0, v=15.0, n=300)
    fit = fit_gamma_gamma([0, 2, 0, 1, *x], [math.nan, -4.5, 7.0, 0.0, *mean])
    assert fit.values == pytest.approx(fit_gamma_gamma(x, mean).values, rel=1e-12)
    assert (fit.n, fit.data.left_out) == (300, 4)
    assert fit.reason == (
        "settled; customers left out: 2 without repeat purchases, 2 with a mean spend of 0 or less "
        "(the first in row 2: -4.5)"
    )


@pytest.mark.parametrize(("power", "word"), [(0.5, "more"), (-0.5, "less")])
def test_spend_that_goes_with_frequency_is_noted(power: float, word: str) -> None:
    x, mean = simulated(p=6.0, q=4.0, v=15.0, n=300)
    fit = fit_gamma_gamma(x, mean * x**power)
    assert abs(fit.data.correlation) > 0.30
    assert f"who buys often spends {word}" in fit.reason
    assert "correlation" not in fit_gamma_gamma(x, mean).reason


def test_one_frequency_has_no_correlation() -> None:
    fit = fit_gamma_gamma([1] * 300, simulated(p=6.0, q=4.0, v=15.0, n=300)[1])
    assert math.isnan(fit.data.correlation)
    assert "correlation" not in fit.reason


def test_customers_who_do_not_differ_are_no_top() -> None:
    rng = np.random.default_rng(3)
    x = np.arange(1.0, 81.0)
    fit = fit_gamma_gamma(x, rng.gamma(3.0 * x, 10.0 / x))
    assert not fit.converged
    assert "customers differ no more than their purchases do" in fit.reason
    # Whatever the parameters run to, everybody is expected to spend what all do.
    assert expected_spend(fit.parameters, [0, 1, 80], [0.0, 5.0, 90.0]) == pytest.approx([30.0] * 3, rel=0.02)


def test_purchases_that_do_not_differ_are_no_top() -> None:
    # After 40 purchases customers are as far apart as after one: nothing averages out.
    mean = 50.0 / stats.gamma.ppf((np.arange(100) + 0.5) / 100, 3.0)
    fit = fit_gamma_gamma(np.repeat([1, 40], 100), np.tile(mean, 2))
    assert not fit.converged
    assert "a customer's purchases hardly differ" in fit.reason
    assert expected_spend(fit.parameters, [1, 40], [5.0, 90.0]) == pytest.approx([5.0, 90.0], rel=1e-4)


@pytest.mark.parametrize(
    ("frequency", "monetary_value", "error", "message"),
    [
        ([1, 2, 3], [5, 5, 5], ConvergenceError, "all customers spend the same, 5: there is nothing to fit"),
        ([1, 2, 3], [5, 5, 5 + 1e-9], ConvergenceError, "all spend nearly the same; expect the mean"),
        ([1, 0, 3], [5, 5, 0], MissingDataError, "needs 2 customers or more .* spend above 0, not 1"),
        ([], [], MissingDataError, "needs 2 customers or more"),
        ([0, 2, 3], [math.nan, 5, math.nan], MissingDataError, "missing for a customer with repeat purchases in row 3"),
        ([0, 2, 3], [math.inf, 5, math.inf], DomainError, "must be a finite number, not infinite in row 3"),
        ([1, 2.5, 3], [5, 6, 7], DomainError, "frequency must be a whole number, 0 or more, not 2.5 in row 2"),
        ([1, 2, -1], [5, 6, 7], DomainError, "frequency must be a whole number, 0 or more, not -1 in row 3"),
        ([1, 2], [5, 6, 7], InputError, r"lengths differ: frequency \(2,\), monetary_value \(3,\)"),
        (1, 5, InputError, "frequency must be a column of numbers"),
        ([1, 2], [5, "6"], InputError, "monetary_value must be a number"),
    ],
)
def test_fit_refuses(frequency: Any, monetary_value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        fit_gamma_gamma(frequency, monetary_value)


@pytest.mark.parametrize(
    ("frequency", "monetary_value", "error", "message"),
    [
        (-1, 5, DomainError, "frequency must be a whole number, 0 or more, not -1"),
        (1, -5, DomainError, "monetary_value must be a finite number, 0 or more, not -5"),
        (1, math.inf, DomainError, "monetary_value must be a finite number, 0 or more, not inf"),
        (1, math.nan, MissingDataError, "monetary_value is missing for a customer with repeat purchases"),
        ([1, 2], [5, 6, 7], InputError, "lengths differ"),
        ("1", 5, InputError, "frequency must be a number"),
    ],
)
def test_expectation_refuses(frequency: Any, monetary_value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        expected_spend(NOTE_025, frequency, monetary_value)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("p", 0.0, "from 1e-9 to 1e9"),
        ("q", math.inf, "from 1e-9 to 1e9"),
        ("v", 0.0, "a finite number above 0"),
        ("v", math.nan, "a finite number above 0"),
    ],
)
def test_parameters_refuse_what_is_no_distribution(name: str, value: float, rule: str) -> None:
    with pytest.raises(DomainError, match=f"{name} must be {rule}, not {value:g}"):
        GammaGammaParameters(**{"p": 1.0, "q": 2.0, "v": 3.0, name: value})
