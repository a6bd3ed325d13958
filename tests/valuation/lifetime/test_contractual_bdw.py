"""The contract renewal model with ageing: beta-discrete-Weibull."""

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from scipy import special, stats

from tests.strategies import customer_kinds, discount_rates, horizons, positive_margins, timings
from tests.valuation.lifetime.test_contractual import HIGH_END, REGULAR, named, shapes
from tests.valuation.lifetime.test_golden import printed
from valuation.errors import ConvergenceError, DomainError, InputError, MissingDataError
from valuation.lifetime import (
    BdwParameters,
    Customers,
    SbgParameters,
    Timing,
    bdw_discounted_lifetime,
    bdw_residual_lifetime,
    bdw_retention,
    bdw_survival,
    bdw_value,
    fit_bdw,
    fit_sbg,
    sbg_retention,
    sbg_survival,
    sbg_value,
)

AGEING = BdwParameters(alpha=0.2593, beta=1.7226, c=1.5844)
HIGH_END_COHORT = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
CORNERS = (1e-6, 1e-3, 1.0, 1e3, 1e6)


def ageing(*, low: float = 1e-3, high: float = 1e4) -> SearchStrategy[BdwParameters]:
    return st.builds(
        BdwParameters, alpha=shapes(low=low, high=high), beta=shapes(low=low, high=high), c=shapes(low=0.05, high=5.0)
    )


def exact_survival(params: BdwParameters, t: Any) -> Any:
    """By gamma functions, whose logarithms cancel: they need many digits."""
    alpha, beta, power = mp.mpf(params.alpha), mp.mpf(params.beta), mp.mpf(t) ** params.c
    return mp.exp(
        mp.loggamma(beta + power) - mp.loggamma(alpha + beta + power) + mp.loggamma(alpha + beta) - mp.loggamma(beta)
    )


# Published numbers


@pytest.mark.parametrize("case", named("ageing_contract_fits"))
def test_fit_matches_golden_numbers(case: dict[str, Any]) -> None:
    fit = fit_bdw(case["survivors"])
    assert ("tolerance" in case) == ("because" in case)
    for name in ("alpha", "beta", "c"):
        assert getattr(fit.parameters, name) == printed(case[name], tolerance=case.get("tolerance"))
    assert fit.log_likelihood == printed(case["log_likelihood"])
    assert bdw_survival(fit.parameters, 12) == printed(case["survival_12"])
    assert (fit.converged, fit.reason, fit.n) == (True, "settled", 1000)
    assert fit.data.tolist() == case["survivors"]


@pytest.mark.parametrize(
    ("survivors", "new", "fifth_renewal"), [(REGULAR[:5], "3.69", "6.03"), (HIGH_END_COHORT[:5], "5.99", "7.32")]
)
def test_lifetimes_after_four_renewals(survivors: list[int], new: str, fifth_renewal: str) -> None:
    # At 10%. New: recomputed independently; fifth renewal: printed in an open collection of essays, of parameters
    # rounded to four decimals, by which the first of them, 6.03501, is on the wrong side of its last digit.
    base = fit_bdw(survivors).parameters
    assert bdw_discounted_lifetime(base, discount_rate=0.1) == printed(new)
    assert bdw_residual_lifetime(base, discount_rate=0.1, contract_period=5) == printed(
        fifth_renewal, tolerance="0.0051"
    )


def test_projects_the_high_end_cohort_ten_times_as_well_as_the_model_without_ageing() -> None:
    # Mean absolute percentage error in years 8 to 12, of a fit to 4 renewals; recomputed independently.
    years, actual = np.arange(8, 13), np.array(HIGH_END_COHORT[8:])
    alike = 1000 * sbg_survival(fit_sbg(HIGH_END_COHORT[:5]).parameters, years)
    ageing = 1000 * bdw_survival(fit_bdw(HIGH_END_COHORT[:5]).parameters, years)
    assert 100 * np.abs(alike / actual - 1).mean() == printed("17.4")
    assert 100 * np.abs(ageing / actual - 1).mean() == printed("1.86")


# Second way


@given(params=ageing(low=1e-6, high=1e6), t=st.integers(1, 10**6))
def test_survival_and_retention_agree_with_eighty_digits(params: BdwParameters, t: int) -> None:
    with mp.workdps(80):  # a power of 1e30 takes half of them
        now, before = exact_survival(params, t), exact_survival(params, t - 1)
        assert bdw_survival(params, t) == pytest.approx(float(now), rel=1e-10, abs=1e-290)
        # A quotient of two survivals loses the digits in which they agree, the more the larger the shapes.
        rel = 1e-10 if max(params.alpha, params.beta) <= 1e4 else 1e-8
        assert bdw_retention(params, t) == pytest.approx(float(now / before), rel=rel, abs=1e-290)


@pytest.mark.parametrize(
    ("alpha", "beta", "c", "rate", "period"),
    [(0.5, 0.9, 1.2, 1e-4, 1), (0.05, 1.0, 0.5, 1e-3, 3), (1e-3, 1e-3, 0.3, 1e-2, 1), (50.0, 1e4, 0.4, 1e-3, 1)],
)
def test_endless_sums_agree_with_euler_and_maclaurin_in_thirty_digits(
    alpha: float, beta: float, c: float, rate: float, period: int
) -> None:
    params, terms = BdwParameters(alpha=alpha, beta=beta, c=c), 100
    with mp.workdps(30):
        base = exact_survival(params, period - 1)

        def term(t: Any) -> Any:
            return exact_survival(params, t) / base * mp.mpf(1 + rate) ** (period - t)

        first = mp.mpf(period + terms)
        bounds = [first * 2**k for k in range(1 + math.ceil(math.log2(80 / rate / terms)))]
        slopes = [mp.diff(term, first, order) for order in (1, 3, 5)]
        exact = (
            mp.fsum(term(mp.mpf(t)) for t in range(period, period + terms))
            + mp.quad(term, bounds)
            + term(first) / 2
            - slopes[0] / 12
            + slopes[1] / 720
            - slopes[2] / 30240
        )
    value = bdw_residual_lifetime(params, discount_rate=rate, contract_period=period)
    assert value == pytest.approx(float(exact), rel=1e-11)


@given(
    shapes_given=st.tuples(shapes(), shapes()),
    rate=st.sampled_from([0.0, 1e-12, 1e-6]) | st.floats(-0.005, -1e-6) | st.floats(1e-9, 2.0),
    horizon=horizons() | st.integers(61, 20_000) | st.just(math.inf),
    timing=timings(),
    customers=customer_kinds(),
    period=st.integers(1, 40) | st.just(10**6),
)
def test_without_ageing_it_is_the_contract_renewal_model(
    shapes_given: tuple[float, float], rate: float, horizon: float, timing: Timing, customers: Customers, period: int
) -> None:
    alpha, beta = shapes_given
    choices: dict[str, Any] = {
        "discount_rate": [rate],
        "horizon": horizon,
        "timing": timing,
        "customers": customers,
        "contract_period": period,
        "acquisition_cost": 0.5,
    }
    value = bdw_value(10, BdwParameters(alpha=alpha, beta=beta, c=1.0), **choices)
    alike = sbg_value(10, SbgParameters(alpha=alpha, beta=beta), **choices)
    assert value == pytest.approx(alike, rel=1e-11, abs=1e-11, nan_ok=True)


def test_survival_is_a_mean_over_customers_who_age() -> None:
    # 400,000 customers, each with a chance to make the first renewal of its own.
    stay = 1.0 - stats.beta(0.26, 1.72).rvs(400_000, random_state=np.random.default_rng(7))
    params = BdwParameters(alpha=0.26, beta=1.72, c=1.58)
    for t in (1, 3, 8):
        assert bdw_survival(params, t) == pytest.approx((stay**t**1.58).mean(), abs=0.003)


def log_likelihood(values: Any, survivors: list[int]) -> float:
    """In terms of the chances to leave at each renewal."""
    alpha, beta, c = values
    survival = np.exp(special.betaln(alpha, beta + np.arange(len(survivors)) ** c) - special.betaln(alpha, beta))
    return float(-np.diff(survivors) @ np.log(-np.diff(survival)) + survivors[-1] * np.log(survival[-1]))


def test_fit_is_the_top_of_the_likelihood_and_its_errors_are_the_curvature_there() -> None:
    fit = fit_bdw(HIGH_END_COHORT)
    top, step = fit.values, 1e-4 * np.eye(3)
    assert log_likelihood(top, HIGH_END_COHORT) == pytest.approx(fit.log_likelihood, rel=1e-12)

    def slope(values: Any) -> Any:
        return [
            (log_likelihood(values + s, HIGH_END_COHORT) - log_likelihood(values - s, HIGH_END_COHORT)) / 2e-4
            for s in step
        ]

    assert slope(top) == pytest.approx([0.0, 0.0, 0.0], abs=1e-3)
    curvature = [(np.subtract(slope(top + s), slope(top - s))) / 2e-4 for s in step]
    errors = np.sqrt(np.diag(np.linalg.inv(np.negative(curvature))))
    assert list(fit.errors.values()) == pytest.approx(errors.tolist(), rel=1e-3)
    assert fit.bic == pytest.approx(3 * math.log(1000) - 2 * fit.log_likelihood)


# Laws


@given(
    alpha=shapes(low=0.05, high=5),
    beta=shapes(low=0.1, high=30),
    c=shapes(low=0.5, high=2),
    renewals=st.integers(5, 25),
)
def test_fit_of_expected_survivors_gives_the_parameters_back(
    alpha: float, beta: float, c: float, renewals: int
) -> None:
    fit = fit_bdw(5000 * bdw_survival(BdwParameters(alpha=alpha, beta=beta, c=c), np.arange(renewals + 1)))
    assert fit.values == pytest.approx([alpha, beta, c], rel=1e-3)


@given(params=ageing())
def test_survival_falls_from_one_and_is_the_product_of_retention(params: BdwParameters) -> None:
    survival = bdw_survival(params, np.arange(100))
    assert survival[0] == 1.0
    assert (np.diff(survival) <= 0.0).all()
    assert np.cumprod(bdw_retention(params, np.arange(1, 100))) == pytest.approx(survival[1:], rel=1e-9, abs=1e-290)


@given(params=ageing(), rate=discount_rates(low=1e-6, high=10.0), period=st.integers(1, 30))
def test_new_and_existing_customers_differ_by_one_renewal(params: BdwParameters, rate: float, period: int) -> None:
    choices: dict[str, Any] = {"discount_rate": rate, "horizon": math.inf, "timing": "start"}
    before = bdw_value(1, params, customers="existing", contract_period=period, **choices)
    after = bdw_value(1, params, customers="new", contract_period=period + 1, **choices)
    assert before == pytest.approx(bdw_retention(params, period) * after, rel=1e-12)
    now = bdw_value(1, params, customers="new", contract_period=period, **choices)
    assert now == pytest.approx(1.0 + before / (1.0 + rate), rel=1e-11)


@given(params=ageing(), margin=positive_margins(), factor=st.floats(0.1, 10), horizon=horizons())
def test_value_scales_with_margin(params: BdwParameters, margin: float, factor: float, horizon: int) -> None:
    choices: dict[str, Any] = {"timing": "mid", "customers": "existing", "contract_period": 1}
    values = bdw_value([margin, factor * margin], params, discount_rate=0.1, horizon=horizon, **choices)
    assert values[1] == pytest.approx(factor * values[0], rel=1e-12)


@given(params=ageing(), rates=st.tuples(st.floats(1e-6, 10), st.floats(1e-6, 10)).map(sorted))
def test_value_falls_with_the_rate_and_rises_with_the_horizon(params: BdwParameters, rates: list[float]) -> None:
    low, high = bdw_discounted_lifetime(params, discount_rate=rates)
    assert low >= high * (1 - 1e-12)
    choices: dict[str, Any] = {"timing": "start", "customers": "new", "contract_period": 1}
    values = bdw_value(1, params, discount_rate=rates[1], horizon=[1, 3, 5000, 10**6, math.inf], **choices)
    assert (np.diff(values) >= -1e-12 * values[1:]).all()


def test_without_discounting_and_end_the_mean_lifetime_counts() -> None:
    # The tail falls as t^-1.045, so that a sum of terms never gets there.
    params = BdwParameters(alpha=1.1, beta=5.0, c=0.95)
    endless = bdw_discounted_lifetime(params, discount_rate=0.0)
    long = bdw_value(1, params, discount_rate=0.0, horizon=1e12, timing="start", customers="new", contract_period=1)
    beyond = float(special.gamma(6.1) / special.gamma(5.0)) * 1e12**-0.045 / 0.045
    assert endless == pytest.approx(long + beyond, rel=1e-9)


def test_an_array_holds_what_its_elements_give_and_keeps_its_shape() -> None:
    table = bdw_residual_lifetime(AGEING, discount_rate=[0.1, 0.2], contract_period=[[1], [2], [2]])
    assert table.shape == (3, 2)
    alone = bdw_residual_lifetime(AGEING, discount_rate=0.2, contract_period=2)
    assert isinstance(alone, float)
    assert table[1, 1] == table[2, 1] == alone
    assert bdw_residual_lifetime(AGEING, discount_rate=0.1, contract_period=[]).shape == (0,)


# Corners


@pytest.mark.parametrize("alpha", CORNERS)
@pytest.mark.parametrize("beta", CORNERS)
@pytest.mark.parametrize("c", [0.01, 1.0, 100.0])
def test_corners_are_finite(alpha: float, beta: float, c: float) -> None:
    params = BdwParameters(alpha=alpha, beta=beta, c=c)
    t = np.array([1, 2, 1e4, 1e300])
    assert np.isfinite(bdw_survival(params, t)).all()
    assert np.isfinite(bdw_retention(params, t)).all()
    lifetimes = bdw_residual_lifetime(params, discount_rate=[[1e-9], [0.1], [1e6]], contract_period=[1, 7, 1e300])
    assert ((lifetimes >= 0.0) & (lifetimes <= [[1.01e9], [11.01], [1.01]])).all()


def test_rows_out_of_range_are_nan_and_leave_the_others_alone() -> None:
    values = bdw_value(
        [1000, np.nan, 1000, 1000, 1000],
        AGEING,
        discount_rate=[0.1, 0.1, -1, 0.0, 0.1],
        horizon=[3, 3, 3, math.inf, 3],
        timing="mid",
        customers="existing",
        contract_period=[1, 1, 1, 1, 0],
    )
    assert values[0] > 0.0
    assert np.isnan(values[1:]).all()
    assert np.isnan(bdw_survival(AGEING, [-1, 0.5, np.nan])).all()
    assert np.isnan(bdw_retention(AGEING, [0, 1.5, np.inf])).all()


# Doors


@pytest.mark.parametrize(
    ("given_values", "error", "message"),
    [
        ({"alpha": 0.0}, DomainError, "alpha must be from 1e-6 to 1e6, not 0"),
        ({"beta": math.nan}, DomainError, "beta must be from 1e-6 to 1e6, not nan"),
        ({"c": 0.001}, DomainError, "c must be from 0.01 to 100, not 0.001"),
        ({"c": "1"}, InputError, "c must be a number"),
    ],
)
def test_door_of_the_parameters(given_values: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        BdwParameters(**{"alpha": 1.0, "beta": 1.0, "c": 1.0, **given_values})


@pytest.mark.parametrize(
    ("survivors", "error", "message"),
    [
        ([1000, 900, 850], DomainError, "survivors must be 4 numbers or more, the cohort first, not 3"),
        ([1000, 900, 901, 5], DomainError, "survivors must not increase, as from 900 to 901"),
        ([0, 0, 0, 0], DomainError, "survivors must start with a cohort of customers, not with 0"),
        ([9, 9, 9, 9], MissingDataError, "survivors must fall"),
        ([9, "8", 7, 6], InputError, "survivors must be a number or an array of numbers, not '8'"),
        ([1000, 800, 640, 512], ConvergenceError, "ageing .BdW. does not settle on these survivors"),
        ([1000, 1000, 1000, 0], ConvergenceError, "ageing .BdW. does not settle on these survivors"),
    ],
)
def test_door_of_the_fit(survivors: list[Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        fit_bdw(survivors)


def test_door_of_predictions() -> None:
    with pytest.raises(DomainError, match="t must be a whole number, 0 or more, not -1"):
        bdw_survival(AGEING, -1)
    with pytest.raises(DomainError, match="t must be a whole number, 1 or more, not 0"):
        bdw_retention(AGEING, 0)
    with pytest.raises(DomainError, match="discount_rate must be above 0 where the horizon has no end, not 0"):
        bdw_discounted_lifetime(AGEING, discount_rate=0)


def test_the_model_without_ageing_projects_too_little_for_the_high_end() -> None:
    assert sbg_retention(HIGH_END, 12) < bdw_retention(AGEING, 12)
