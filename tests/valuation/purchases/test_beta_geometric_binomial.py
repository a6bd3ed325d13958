"""Customers with opportunities to buy: the BG/BB."""

import io
import json
import math
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.valuation.lifetime.test_contractual import shapes
from tests.valuation.lifetime.test_golden import printed
from valuation.errors import ConvergenceError, DomainError, InputError, MissingDataError
from valuation.lifetime import SbgParameters, sbg_value
from valuation.lifetime.conventions import FloatArray
from valuation.purchases import (
    BgBbParameters,
    bg_bb_count_probabilities,
    bg_bb_expected_purchases,
    bg_bb_p_alive,
    bg_bb_purchases_of_new,
    bg_bb_residual_purchases,
    fit_bg_bb,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "opportunities.json").read_text(encoding="utf-8"))
DONORS = BgBbParameters(**{name: float(GOLDEN["fit"][name]) for name in ("alpha", "beta", "gamma", "delta")})
CORNERS = (1e-3, 1.0, 1e4)
SMALL: dict[str, Any] = {
    "frequency": [0, 1, 1, 2, 2, 3],
    "recency": [0, 1, 3, 2, 3, 3],
    "opportunities": [3, 3, 3, 3, 3, 3],
}
SMALL_WEIGHT = [50, 20, 9, 12, 11, 14]


@pytest.fixture(scope="module")
def donations() -> list[FloatArray]:
    """Frequency, recency, opportunities and number of the donors."""
    try:
        found = [file for file in files("Lifetimes") or [] if file.name == "donations.csv"]
    except PackageNotFoundError:
        pytest.skip("the data of the donors come with the package Lifetimes, which is not installed")
    return list(np.loadtxt(io.StringIO(found[0].read_text()), delimiter=",", skiprows=1, unpack=True))


def parameters(*, low: float = 1e-3, high: float = 1e4) -> SearchStrategy[BgBbParameters]:
    each = shapes(low=low, high=high)
    return st.builds(BgBbParameters, alpha=each, beta=each, gamma=each, delta=each)


@st.composite
def customers(draw: st.DrawFn, *, most: int = 60) -> tuple[int, int, int]:
    """Frequency, recency and opportunities that do not contradict each other."""
    n = draw(st.integers(0, most))
    last = draw(st.integers(0, n))
    return (draw(st.integers(1, last)) if last else 0), last, n


# Published numbers


def test_fit_matches_golden_numbers(donations: list[FloatArray]) -> None:
    x, t_x, n, weight = donations
    fit = fit_bg_bb(x, t_x, n, weight=weight)
    golden = GOLDEN["fit"]
    for name, value in zip(("alpha", "beta", "gamma", "delta"), fit.values, strict=True):
        assert value == printed(golden[name], tolerance=golden["tolerance"])
    assert fit.log_likelihood == printed(golden["log_likelihood"])
    assert (fit.n, fit.converged, fit.reason) == (11104, True, "settled")
    assert len(fit.data.weight) == 22


def test_predictions_match_golden_numbers(donations: list[FloatArray]) -> None:
    x, t_x, n, weight = donations
    ahead = bg_bb_expected_purchases(DONORS, x, t_x, n, t=GOLDEN["expected_purchases"]["t"])
    assert weight @ ahead == printed(GOLDEN["expected_purchases"]["total"])
    dert = bg_bb_residual_purchases(DONORS, x, t_x, n, discount_rate=GOLDEN["residual_purchases"]["discount_rate"])
    for value, text in zip(dert, GOLDEN["residual_purchases"]["expected"], strict=True):
        assert value == printed(text)


def test_chances_match_golden_numbers() -> None:
    case = GOLDEN["p_alive"]
    chances = bg_bb_p_alive(DONORS, case["frequency"], case["recency"], case["opportunities"])
    for value, text in zip(chances, case["expected"], strict=True):
        assert value == printed(text)


# Second way


def beta(a: Any, b: Any) -> Any:
    return mp.gammaprod([a, b], [a + b])


def in_many_digits(
    params: BgBbParameters, customer: tuple[int, int, int], *, t: int, rate: float
) -> tuple[float, float, float]:
    """Chance, expectation and DERT as the paper writes them, with gamma and hypergeometric functions."""
    x, t_x, n = customer
    with mp.workdps(60):
        a, b, g, d = (mp.mpf(getattr(params, name)) for name in ("alpha", "beta", "gamma", "delta"))
        likelihood = beta(a + x, b + n - x) * beta(g, d + n) + mp.fsum(
            beta(a + x, b + j - x) * beta(g + 1, d + j) for j in range(t_x, n)
        )
        alive = beta(a + x, b + n - x) * beta(g, d + n + 1) / likelihood
        buys = beta(a + x + 1, b + n - x) / likelihood
        ahead = buys * mp.fsum(beta(g, d + n + i) for i in range(1, t + 1))
        factor = 1 / (1 + mp.mpf(rate))
        dert = buys * beta(g, d + n + 1) * factor * mp.hyp2f1(1, d + n + 1, g + d + n + 1, factor)
        return float(alive), float(ahead), float(dert)


@given(params=parameters(), customer=customers(), t=st.integers(1, 40), rate=st.floats(0.01, 1))
def test_predictions_agree_with_the_closed_forms_in_many_digits(
    params: BgBbParameters, customer: tuple[int, int, int], t: int, rate: float
) -> None:
    alive, ahead, dert = in_many_digits(params, customer, t=t, rate=rate)
    tolerance: dict[str, Any] = {"rel": 1e-9, "abs": 1e-290}
    assert bg_bb_p_alive(params, *customer) == pytest.approx(alive, **tolerance)
    assert bg_bb_expected_purchases(params, *customer, t=t) == pytest.approx(ahead, **tolerance)
    assert bg_bb_residual_purchases(params, *customer, discount_rate=rate) == pytest.approx(dert, **tolerance)


@pytest.mark.parametrize("customer", [(5000, 5000, 5000), (1, 1, 5000), (30, 4000, 5000)])
@pytest.mark.parametrize("shape", [1e-3, 0.7, 1e4])
def test_thousands_of_opportunities_lose_no_digits(customer: tuple[int, int, int], shape: float) -> None:
    params = BgBbParameters(alpha=shape, beta=1.0, gamma=shape, delta=2.0)
    alive, ahead, _ = in_many_digits(params, customer, t=3, rate=1.0)
    assert bg_bb_p_alive(params, *customer) == pytest.approx(alive, rel=1e-8)
    assert bg_bb_expected_purchases(params, *customer, t=3) == pytest.approx(ahead, rel=1e-8)


def test_agrees_with_customers_drawn_one_by_one() -> None:
    rng = np.random.default_rng(11)
    n, customers_drawn = 4, 300_000
    buys = rng.beta(DONORS.alpha, DONORS.beta, (customers_drawn, 1))
    leaves = rng.beta(DONORS.gamma, DONORS.delta, customers_drawn)
    there = np.arange(1, n + 3) < rng.geometric(leaves)[:, None]
    bought = there & (rng.random((customers_drawn, n + 2)) < buys)
    used = bought[:, :n].sum(axis=1)
    last = np.where(bought[:, :n], np.arange(1, n + 1), 0).max(axis=1)
    assert np.bincount(used) / customers_drawn == pytest.approx(
        bg_bb_count_probabilities(DONORS, opportunities=n), abs=0.003
    )
    assert used.mean() == pytest.approx(bg_bb_purchases_of_new(DONORS, t=n), abs=0.01)
    for x, t_x in ((0, 0), (1, 1), (2, 3)):
        same = (used == x) & (last == t_x)
        assert there[same, n].mean() == pytest.approx(bg_bb_p_alive(DONORS, x, t_x, n), abs=0.01)
        ahead = bought[same, n:].sum(axis=1).mean()
        assert ahead == pytest.approx(bg_bb_expected_purchases(DONORS, x, t_x, n, t=2), abs=0.02)


def log_likelihood(values: Any) -> float:
    """Of the small example, with beta functions."""
    a, b, g, d = values
    total = 0.0
    for x, t_x, weight in zip(SMALL["frequency"], SMALL["recency"], SMALL_WEIGHT, strict=True):
        stays = beta(a + x, b + 3 - x) * beta(g, d + 3)
        left = sum(beta(a + x, b + j - x) * beta(g + 1, d + j) for j in range(t_x, 3))
        total += weight * math.log((stays + left) / (beta(a, b) * beta(g, d)))
    return total


def test_fit_is_the_top_of_the_likelihood_and_its_errors_are_the_curvature_there() -> None:
    fit = fit_bg_bb(**SMALL, weight=SMALL_WEIGHT)
    top, step = fit.values, 1e-3 * np.eye(4)
    assert log_likelihood(top) == pytest.approx(fit.log_likelihood, rel=1e-12)

    def slope(values: Any) -> Any:
        return [(log_likelihood(values + s) - log_likelihood(values - s)) / 2e-3 for s in step]

    assert slope(top) == pytest.approx([0.0] * 4, abs=1e-4)
    curvature = [(np.subtract(slope(top + s), slope(top - s))) / 2e-3 for s in step]
    errors = np.sqrt(np.diag(np.linalg.inv(np.negative(curvature))))
    assert list(fit.errors.values()) == pytest.approx(errors.tolist(), rel=0.01)


# Laws


def test_a_row_with_a_weight_is_as_many_rows() -> None:
    grouped = fit_bg_bb(**SMALL, weight=SMALL_WEIGHT)
    spread = fit_bg_bb(*(np.repeat(column, SMALL_WEIGHT)[::-1] for column in SMALL.values()))
    assert spread.values.tolist() == grouped.values.tolist()
    assert spread.log_likelihood == grouped.log_likelihood
    assert spread.data.weight.tolist() == grouped.data.weight.tolist()
    nobody = fit_bg_bb(*([*column, 3] for column in SMALL.values()), weight=[*SMALL_WEIGHT, 0])
    assert nobody.values.tolist() == grouped.values.tolist()


def test_fit_of_the_expected_customers_gives_the_parameters_back() -> None:
    params = BgBbParameters(alpha=0.6, beta=1.5, gamma=0.8, delta=4.0)
    n = 7
    records = [(0, 0), *((x, t_x) for t_x in range(1, n + 1) for x in range(1, t_x + 1))]
    a, b, g, d = params.alpha, params.beta, params.gamma, params.delta
    weight = []
    for x, t_x in records:
        stays = beta(a + x, b + n - x) * beta(g, d + n)
        left = sum(beta(a + x, b + j - x) * beta(g + 1, d + j) for j in range(t_x, n))
        ways = math.comb(t_x - 1, x - 1) if x else 1
        weight.append(float(10_000 * ways * (stays + left) / (beta(a, b) * beta(g, d))))
    x_column, t_x_column = np.transpose(records)
    fit = fit_bg_bb(x_column, t_x_column, np.full(len(records), n), weight=weight)
    assert fit.n == pytest.approx(10_000, rel=1e-9)
    assert fit.values == pytest.approx([0.6, 1.5, 0.8, 4.0], rel=1e-6)


@given(params=parameters(), n=st.integers(0, 80))
def test_chances_of_counts_add_up_to_one_and_their_mean_is_the_expectation(params: BgBbParameters, n: int) -> None:
    chances = bg_bb_count_probabilities(params, opportunities=n)
    assert chances.sum() == pytest.approx(1.0, rel=1e-9)
    assert chances @ np.arange(n + 1) == pytest.approx(bg_bb_purchases_of_new(params, t=n), rel=1e-8)


@given(params=parameters(), customer=customers())
def test_chance_is_one_at_most_and_certain_until_the_last_purchase(
    params: BgBbParameters, customer: tuple[int, int, int]
) -> None:
    x, t_x, n = customer
    assert 0.0 <= bg_bb_p_alive(params, x, t_x, n) <= 1.0
    still_there = (params.delta + n) / (params.gamma + params.delta + n)
    if x:
        assert bg_bb_p_alive(params, x, n, n) == pytest.approx(still_there, rel=1e-9)


@given(params=parameters(), customer=customers(), t=st.integers(0, 30))
def test_expectation_begins_at_zero_and_rises(params: BgBbParameters, customer: tuple[int, int, int], t: int) -> None:
    none, now, later = bg_bb_expected_purchases(params, *customer, t=[0, t, t + 1])
    assert none == 0.0
    assert now <= later * (1 + 1e-12)
    assert later - now <= 1.0 + 1e-9


@given(params=parameters(), customer=customers(), rates=st.tuples(st.floats(1e-4, 5), st.floats(1e-4, 5)).map(sorted))
def test_residual_purchases_fall_with_the_rate(
    params: BgBbParameters, customer: tuple[int, int, int], rates: list[float]
) -> None:
    low, high = bg_bb_residual_purchases(params, *customer, discount_rate=rates)
    assert low >= high * (1 - 1e-12)


def test_who_buys_whenever_possible_is_a_customer_under_contract() -> None:
    params = BgBbParameters(alpha=1e6, beta=1e-6, gamma=0.668, delta=3.806)
    dert = bg_bb_residual_purchases(params, 4, 4, 4, discount_rate=0.1)
    value = sbg_value(
        1.0,
        SbgParameters(alpha=0.668, beta=3.806),
        discount_rate=0.1,
        horizon=math.inf,
        timing="end",
        customers="existing",
        contract_period=5,
    )
    assert dert == pytest.approx(value, rel=1e-9)


def test_an_array_holds_what_its_elements_give_and_keeps_its_shape() -> None:
    table = bg_bb_expected_purchases(DONORS, [[0], [2]], [[0], [4]], 6, t=[1, 5, 0])
    assert table.shape == (2, 3)
    alone = bg_bb_expected_purchases(DONORS, 2, 4, 6, t=5)
    assert isinstance(alone, float)
    assert table[1, 1] == alone
    assert bg_bb_p_alive(DONORS, [], [], []).shape == (0,)
    assert bg_bb_purchases_of_new(DONORS, t=1) == pytest.approx(
        DONORS.alpha / (DONORS.alpha + DONORS.beta) * DONORS.delta / (DONORS.gamma + DONORS.delta)
    )


# Corners


@pytest.mark.parametrize("alpha", CORNERS)
@pytest.mark.parametrize("gamma", CORNERS)
@pytest.mark.parametrize("delta", CORNERS)
def test_corners_are_finite(alpha: float, gamma: float, delta: float) -> None:
    for other in CORNERS:
        params = BgBbParameters(alpha=alpha, beta=other, gamma=gamma, delta=delta)
        x, t_x, n = [0, 0, 1, 5000, 40], [0, 0, 1, 5000, 4000], [0, 5000, 5000, 5000, 5000]
        assert np.isfinite(bg_bb_p_alive(params, x, t_x, n)).all()
        assert np.isfinite(bg_bb_expected_purchases(params, x, t_x, n, t=1000)).all()
        assert np.isfinite(bg_bb_residual_purchases(params, x, t_x, n, discount_rate=1e-3)).all()


def test_rows_that_are_wrong_are_nan_and_leave_the_others_alone() -> None:
    chances = bg_bb_p_alive(DONORS, [2, 2, 5, 0, 1.5, np.nan], [4, 7, 4, 1, 4, 4], 6)
    assert chances[0] == bg_bb_p_alive(DONORS, 2, 4, 6)
    assert np.isnan(chances[1:]).all()
    dert = bg_bb_residual_purchases(DONORS, 2, 4, 6, discount_rate=[0.1, 0.0, -0.1, np.nan])
    assert np.isnan(dert[1:]).all()
    assert dert[0] > 0.0
    assert np.isnan(bg_bb_purchases_of_new(DONORS, t=[-1, 0.5])).all()


# Doors


@pytest.mark.parametrize("name", ["alpha", "beta", "gamma", "delta"])
def test_door_of_the_parameters(name: str) -> None:
    given_values = {"alpha": 1.0, "beta": 1.0, "gamma": 1.0, "delta": 1.0, name: 0.0}
    with pytest.raises(DomainError, match=f"{name} must be from 1e-6 to 1e6, not 0"):
        BgBbParameters(**given_values)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"recency": [0, 1, 4, 2, 3, 3]}, DomainError, "recency must be at most opportunities, 3, not 4 in row 3"),
        ({"frequency": [0, 1, 1, 3, 2, 3]}, DomainError, "frequency must be at most recency, 2, not 3 in row 4"),
        ({"recency": [1, 1, 3, 2, 3, 3]}, DomainError, "0 for a customer without purchases, not 1 in row 1"),
        (
            {"frequency": [0, 0.5, 1, 2, 2, 3]},
            DomainError,
            "frequency must be a whole number, 0 or more, not 0.5 in ro",
        ),
        ({"recency": [0, 1, 2.5, 2, 3, 3]}, DomainError, "recency must be a whole number, 0 or more, not 2.5 in row 3"),
        ({"opportunities": [3, 3, 3, 3, 3, 3.5]}, DomainError, "opportunities must be a whole number .* 3.5 in row 6"),
        ({"opportunities": [3, 3, 3, 3, 3, 1e6]}, DomainError, "from 0 to 100000, not 1000000 in row 6"),
        ({"opportunities": [3, 3]}, InputError, "lengths differ: frequency 6, recency 6, opportunities 2"),
        ({"weight": [1, 1, 1, 1, 1, -1]}, DomainError, "weight must be a finite number, 0 or more, not -1 in row 6"),
        ({"weight": [1]}, InputError, "lengths differ: .* weight 1"),
        ({"weight": [1, 0, 0, 0, 0, 0]}, MissingDataError, "a fit needs 2 customers or more, not 1"),
        ({"weight": [9, 0, 0, 0, 0, 0]}, MissingDataError, "frequency is 0 for every customer"),
        ({"weight": [0, 0, 0, 0, 0, 9]}, ConvergenceError, "the BG/BB does not settle on these customers"),
    ],
)
def test_door_of_the_fit(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        fit_bg_bb(**{**SMALL, **change})


def test_door_of_predictions() -> None:
    with pytest.raises(DomainError, match="recency must be at most opportunities, 6, not 7"):
        bg_bb_p_alive(DONORS, 2, 7, 6)
    with pytest.raises(DomainError, match="frequency must be at most recency, 4, not 5"):
        bg_bb_expected_purchases(DONORS, 5, 4, 6, t=1)
    with pytest.raises(DomainError, match="recency must be 0 for a customer without purchases, not 1"):
        bg_bb_p_alive(DONORS, 0, 1, 6)
    with pytest.raises(DomainError, match=r"t must be a whole number, 0 or more, not 0\.5"):
        bg_bb_purchases_of_new(DONORS, t=0.5)
    with pytest.raises(DomainError, match="discount_rate must be above 0 where opportunities have no end, not 0"):
        bg_bb_residual_purchases(DONORS, 2, 4, 6, discount_rate=0)
    with pytest.raises(DomainError, match="opportunities must be a whole number from 0 to 10000, not 10001"):
        bg_bb_count_probabilities(DONORS, opportunities=10_001)
    with pytest.raises(InputError, match="lengths differ"):
        bg_bb_p_alive(DONORS, [1, 2], [1, 2, 3], 6)
