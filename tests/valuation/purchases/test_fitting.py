"""The search for the top of a likelihood, and what the fits of the purchase models say about their data."""

import math
import re
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.purchases.models import (
    CDNOW,
    WITH_DROPOUT,
    Columns,
    FloatArray,
    columns,
    proportions,
    records,
    simulated,
)
from valuation.errors import ConvergenceError, DomainError, InputError, MissingDataError
from valuation.likelihood import Likelihood, Terms, maximize
from valuation.purchases import (
    BgNbdParameters,
    MbgNbdParameters,
    NbdParameters,
    ParetoNbdParameters,
    fit_bg_nbd,
    fit_mbg_nbd,
    fit_nbd,
    fit_pareto_nbd,
    log_likelihood,
    p_alive,
)
from valuation.purchases.beta_geometric import beta_geometric_likelihood
from valuation.purchases.nbd import nbd_likelihood
from valuation.purchases.pareto import pareto_likelihood
from valuation.purchases.reduced import ReducedPurchases, reduce_purchases

FITS: dict[type, Callable[..., Any]] = {
    NbdParameters: fit_nbd,
    BgNbdParameters: fit_bg_nbd,
    MbgNbdParameters: fit_mbg_nbd,
    ParetoNbdParameters: fit_pareto_nbd,
}
LIKELIHOODS: dict[type, Callable[[ReducedPurchases], Likelihood]] = {
    NbdParameters: nbd_likelihood,
    BgNbdParameters: lambda data: beta_geometric_likelihood(data, leaves_at_start=0),
    MbgNbdParameters: lambda data: beta_geometric_likelihood(data, leaves_at_start=1),
    ParetoNbdParameters: pareto_likelihood,
}
EVERY_FIT = pytest.mark.parametrize("fit", FITS.values(), ids=lambda fit: fit.__name__)
EVERY_MODEL = pytest.mark.parametrize("model", CDNOW, ids=lambda model: type(model).__name__)
NOBODY_LEAVES = NbdParameters(r=1.2, alpha=8.0)


# The search


def valley(parameters: FloatArray) -> Terms:
    """Minus Rosenbrock's function of logarithms, with its top at 2 and 3 and a saddle's curvature on the way."""
    u, v = np.log(parameters / [2.0, 3.0])
    value = -(u**2) - 10.0 * (v - u**2) ** 2
    by_logs = np.array([-2.0 * u + 40.0 * u * (v - u**2), -20.0 * (v - u**2)])
    bend = np.array([[-2.0 + 40.0 * (v - 3.0 * u**2), 40.0 * u], [40.0 * u, -20.0]])
    slope = by_logs / parameters
    curvature = bend / np.outer(parameters, parameters) - np.diag(slope / parameters)
    return Terms(value=float(value), slope=slope, curvature=curvature)


def of_logs(
    value: Callable[[float], float], slope: Callable[[float], float], bend: Callable[[float], float]
) -> Likelihood:
    """A likelihood of one parameter, given by its logarithm."""

    def likelihood(parameters: FloatArray) -> Terms:
        (p,), log = parameters, math.log(parameters[0])
        first = slope(log) / p
        return Terms(value=value(log), slope=np.array([first]), curvature=np.array([[bend(log) / p**2 - first / p]]))

    return likelihood


@pytest.mark.parametrize("start", [[2.0, 3.0], [1e-3, 1e3], [50.0, 0.01], [2.0, 3e4], [1e3, 1e3]])
def test_search_finds_the_top_along_a_bent_valley(start: list[float]) -> None:
    top = maximize(valley, start, observations=100)
    assert top.converged
    assert top.reason == "settled"
    assert top.parameters == pytest.approx([2.0, 3.0], rel=1e-9)
    assert top.log_likelihood == pytest.approx(0.0, abs=1e-15)
    # The curvature at the top is diagonal in logarithms: 2 and 20.
    assert top.errors == pytest.approx([2.0 / math.sqrt(2.0), 3.0 / math.sqrt(20.0)], rel=1e-6)


def test_search_leaves_the_bottom_between_two_tops() -> None:
    # Of log ** 2 - log ** 4, which curves upwards around its start.
    likelihood = of_logs(lambda u: u**2 - u**4, lambda u: 2 * u - 4 * u**3, lambda u: 2 - 12 * u**2)
    for start, top in ((1.01, 1 / math.sqrt(2)), (0.99, -1 / math.sqrt(2))):
        found = maximize(likelihood, [start], observations=1)
        assert found.converged
        assert math.log(found.parameters[0]) == pytest.approx(top, rel=1e-9)


def test_a_saddle_is_no_top() -> None:
    def saddle(parameters: FloatArray) -> Terms:
        u, v = np.log(parameters)
        slope = np.array([2.0 * u, -2.0 * v]) / parameters
        curvature = np.diag(np.array([2.0, -2.0]) / parameters**2 - slope / parameters)
        return Terms(value=float(u**2 - v**2), slope=slope, curvature=curvature)

    found = maximize(saddle, [1.0, 5.0], observations=1)
    assert not found.converged
    assert np.isnan(found.errors).all()
    assert found.parameters == pytest.approx([1.0, 1.0])


def test_a_plain_is_no_top() -> None:
    likelihood = of_logs(lambda u: -math.exp(-u), lambda u: math.exp(-u), lambda u: -math.exp(-u))
    found = maximize(likelihood, [1.0], observations=1)
    assert not found.converged
    assert found.log_likelihood == pytest.approx(0.0, abs=1e-6)
    assert found.reason == "no top: the likelihood does not fall in every direction"


def test_search_does_not_go_where_nothing_is_known() -> None:
    def fenced(parameters: FloatArray, *, fence: float) -> Terms:
        rate = parameters[0]
        value = math.nan if rate > fence else 7 * math.log(rate) - 10 * rate
        return Terms(value=value, slope=np.array([7 / rate - 10]), curvature=np.array([[-7 / rate**2]]))

    found = maximize(partial(fenced, fence=0.701), [0.01], observations=10)
    assert found.converged
    assert found.parameters == pytest.approx([0.7], rel=1e-9)
    stopped = maximize(partial(fenced, fence=0.6), [0.01], observations=10)
    assert not stopped.converged
    assert stopped.parameters[0] == pytest.approx(0.6, rel=1e-5)
    assert math.isfinite(stopped.log_likelihood)
    lost = maximize(partial(fenced, fence=0.001), [0.01], observations=10)
    assert not lost.converged
    assert lost.parameters == pytest.approx([0.01])


def test_a_slope_without_end_is_no_top() -> None:
    found = maximize(of_logs(lambda u: u, lambda _: 1.0, lambda _: 0.0), [1.0], observations=1)
    assert not found.converged
    assert found.parameters[0] > 1e9
    assert np.isnan(found.errors).all()


# The likelihoods


def differences(function: Callable[[FloatArray], Any], parameters: FloatArray) -> FloatArray:
    """Derivatives by each parameter from values on both sides, of the fourth order."""
    rows = []
    for step in np.diag(1e-3 * parameters):
        near, far = (np.subtract(function(parameters + k * step), function(parameters - k * step)) for k in (1, 2))
        rows.append((8.0 * near - far) / (12.0 * step.sum()))
    return np.array(rows)


@given(
    rows=st.lists(records(most=60, oldest=500), min_size=2, max_size=12), sizes=st.tuples(*4 * [proportions(0.05, 50)])
)
@settings(max_examples=25)
@pytest.mark.parametrize("kind", LIKELIHOODS, ids=lambda kind: kind.__name__)
def test_derivatives_are_those_of_the_value(
    kind: type, rows: list[tuple[int, float, float]], sizes: tuple[float, ...]
) -> None:
    data = columns(rows)
    likelihood = LIKELIHOODS[kind](reduce_purchases(*data))
    parameters = np.array(sizes[: len(names(kind))])
    terms = likelihood(parameters)
    model = kind(**dict(zip(names(kind), parameters.tolist(), strict=True)))
    total = log_likelihood(model, *data).sum()
    assert terms.value == pytest.approx(total, rel=1e-11, abs=1e-9)

    # In proportions, and against the size of the terms that the derivatives are made of.
    size = 1.0 + np.abs(total) + sum(row[0] for row in rows)
    slope = parameters * differences(lambda p: likelihood(p).value, parameters)
    assert parameters * terms.slope == pytest.approx(slope, rel=1e-6, abs=1e-8 * size)
    curvature = differences(lambda p: likelihood(p).slope, parameters)
    across = np.outer(parameters, parameters)
    assert across * terms.curvature == pytest.approx(across * curvature, rel=1e-6, abs=1e-7 * size)
    assert terms.curvature == pytest.approx(terms.curvature.T, rel=1e-12)


def names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


# The fits


@EVERY_MODEL
def test_fit_recovers_the_parameters_behind_the_data(model: Any) -> None:
    data = simulated(model, n=4000)
    fit = FITS[type(model)](*data)
    assert fit.converged
    assert fit.n == 4000
    assert list(fit.errors) == names(type(model))
    for name, found in zip(fit.errors, fit.values, strict=True):
        assert abs(found - getattr(model, name)) < 3.0 * fit.errors[name], name
    assert fit.log_likelihood >= log_likelihood(model, *data).sum()
    assert fit.log_likelihood == pytest.approx(log_likelihood(fit.parameters, *data).sum(), rel=1e-12)
    assert fit.bic == pytest.approx(len(fit.errors) * math.log(4000) - 2.0 * fit.log_likelihood, rel=1e-12)


@EVERY_MODEL
def test_fit_is_a_top_and_its_errors_are_the_curvature(model: Any) -> None:
    data = simulated(model, n=600, seed=3)
    fit = FITS[type(model)](*data)

    def total(parameters: FloatArray) -> float:
        return float(
            log_likelihood(type(model)(**dict(zip(fit.errors, parameters.tolist(), strict=True))), *data).sum()
        )

    def slope(parameters: FloatArray) -> FloatArray:
        return differences(total, parameters)

    assert fit.values * slope(fit.values) == pytest.approx(np.zeros(len(fit.values)), abs=1e-4)
    variances = np.diag(np.linalg.inv(-differences(slope, fit.values)))
    assert list(fit.errors.values()) == pytest.approx(np.sqrt(variances).tolist(), rel=1e-3)


@pytest.mark.parametrize("model", WITH_DROPOUT, ids=lambda model: type(model).__name__)
def test_where_nobody_leaves_the_fit_says_that_dropout_is_not_identified(model: Any) -> None:
    data = simulated(NOBODY_LEAVES, n=1500)
    fit, nbd = FITS[type(model)](*data), fit_nbd(*data)
    assert "dropout is not identified in these data" in fit.reason
    assert f"log-likelihood {nbd.log_likelihood:.2f}" in fit.reason
    assert np.isfinite(fit.values).all()
    assert 0.0 < fit.log_likelihood - nbd.log_likelihood + 1e-3 < 2.0 + 1e-3
    assert fit.values[0] == pytest.approx(nbd.parameters.r, rel=0.1)
    alive = p_alive(fit.parameters, *data)
    assert ((alive >= 0.0) & (alive <= 1.0)).all()


def test_a_fit_cut_to_the_range_of_parameters_says_so_and_gives_the_likelihood_there() -> None:
    # Some of these customers bought once only, as if they had left at once: beta falls to 1e-27.
    data = simulated(NOBODY_LEAVES, n=300)
    fit = fit_pareto_nbd(*data)
    assert fit.parameters.beta == 1e-9
    assert not fit.converged
    assert np.isnan(list(fit.errors.values())).all()
    assert fit.log_likelihood == pytest.approx(log_likelihood(fit.parameters, *data).sum(), rel=1e-12)
    assert re.search("no top: the likelihood still rises|dropout is not identified", fit.reason)


def test_bg_nbd_warns_where_most_customers_bought_once_only() -> None:
    few, many = CDNOW[1], BgNbdParameters(r=0.12, alpha=10.0, a=0.8, b=2.0)
    assert "bought once only" not in fit_bg_nbd(*simulated(few, n=2000, oldest=200.0)).reason
    lonely = simulated(many, n=2000)
    share = (lonely[0] == 0.0).mean()
    assert share > 0.6
    assert f"settled; {share:.0%} of the customers bought once only" in fit_bg_nbd(*lonely).reason
    assert "bought once only" not in fit_mbg_nbd(*lonely).reason


@pytest.mark.parametrize("model", WITH_DROPOUT, ids=lambda model: type(model).__name__)
def test_busy_customers_who_fell_silent_do_not_upset_the_search(model: Any) -> None:
    # Hundreds of purchases and then years without: their odds to have left are beyond what a float64 holds.
    x, t_x, T = simulated(model, n=500, oldest=700.0)
    busy = np.array([600.0, 900.0, 400.0]), np.array([50.0, 40.0, 3.0]), np.array([2000.0, 4000.0, 1500.0])
    fit = FITS[type(model)](*(np.append(a, b) for a, b in zip((x, t_x, T), busy, strict=True)))
    assert fit.converged
    assert np.isfinite([*fit.values, *fit.errors.values(), fit.log_likelihood]).all()
    assert (p_alive(fit.parameters, *busy) < 1e-50).all()


def test_many_customers_start_from_a_sample_and_end_at_the_same_top() -> None:
    few = simulated(CDNOW[1], n=1200, seed=2)
    many: Columns = tuple(np.tile(column, 40) for column in few)  # type: ignore[assignment]
    small, large = fit_bg_nbd(*few), fit_bg_nbd(*many)
    assert large.values == pytest.approx(small.values, rel=1e-8)
    assert large.log_likelihood == pytest.approx(40 * small.log_likelihood, rel=1e-12)


# Doors


@EVERY_FIT
@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (([1, 2], [1, 2], [3]), InputError, "lengths differ: frequency 2, recency 2, age 1"),
        (
            ([[1, 2]], [1, 2], [3, 4]),
            InputError,
            r"frequency must be a column of numbers, not an array of shape \(1, 2\)",
        ),
        (([1, 2], 3, [3, 4]), InputError, r"recency must be a column of numbers, not an array of shape \(\)"),
        (([1, "2"], [1, 2], [3, 4]), InputError, "frequency must be a number or an array of numbers, not '2'"),
        (([1, True], [1, 2], [3, 4]), InputError, "frequency must be a number or an array of numbers, not True"),
        (([1, 2.5], [1, 2], [3, 4]), DomainError, "frequency must be a whole number, 0 or more, not 2.5 in row 2"),
        (([-1, 2], [1, 2], [3, 4]), DomainError, "frequency must be a whole number, 0 or more, not -1 in row 1"),
        (([1, 2], [1, math.nan], [3, 4]), DomainError, "recency must be a finite number, 0 or more, not nan in row 2"),
        (([1, 2], [1, 2], [math.inf, 4]), DomainError, "age must be a finite number, 0 or more, not inf in row 1"),
        (([1, 2, 1], [1, 2, 6], [3, 4, 5]), DomainError, "recency must be at most age, 5, not 6 in row 3"),
        (
            ([1, 0], [1, 2], [3, 4]),
            DomainError,
            "recency must be 0 for a customer without repeat purchases, not 2 in row 2",
        ),
        (([], [], []), MissingDataError, "a fit needs 2 customers or more, not 0"),
        (([3], [1], [3]), MissingDataError, "a fit needs 2 customers or more, not 1"),
        (([0, 0, 0], [0, 0, 0], [3, 4, 5]), MissingDataError, "frequency is 0 for every customer"),
        (([2] * 30, [5] * 30, [10] * 30), ConvergenceError, "does not settle on these customers"),
        (([1, 2], [0, 0], [0, 0]), ConvergenceError, "does not settle on these customers"),
    ],
)
def test_door_of_the_fits(fit: Callable[..., Any], given: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        fit(*given)


@EVERY_FIT
def test_faults_are_told_whatever_the_search_met(fit: Callable[..., Any]) -> None:
    for x, t_x, T in (
        ([0, 5], [0, 4], [5, 5]),
        ([1, 1], [1, 1], [1, 1]),
        ([0] * 99 + [1], [0] * 99 + [1], [50] * 100),
        ([5000, 1], [1, 0], [18_250, 1]),
        ([1, 1, 2], [0, 0, 0], [0, 0, 0]),
        ([3, 4], [1e-300, 1e-300], [1e-300, 1e300]),
    ):
        try:
            found = fit(x, t_x, T)
        except ConvergenceError:
            continue
        assert np.isfinite([*found.values, found.log_likelihood]).all()
