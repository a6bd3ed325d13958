"""Extreme customers and extreme parameters: always a number, never a warning, and the number is right."""

import math
import os
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.valuation.purchases import reference
from tests.valuation.purchases.reference import Model
from valuation.purchases import (
    BgNbdParameters,
    MbgNbdParameters,
    NbdParameters,
    ParetoNbdParameters,
    discounted_periods_alive,
    discounted_purchases,
    expected_purchases,
    expected_purchases_of_new,
    log_likelihood,
    p_alive,
    purchase_count_probabilities,
)

FloatArray = npt.NDArray[np.float64]

MODELS = (NbdParameters, BgNbdParameters, MbgNbdParameters, ParetoNbdParameters)
CUSTOMERS_OF_EACH = 20
FIFTY_YEARS = 18_250.0
MOST_PURCHASES = 5000

# 500 of each (10,000 customers a model) take many minutes; THOROUGH=1 in the environment asks for them.
THOROUGH = bool(os.environ.get("THOROUGH"))
PARAMETER_SETS, COMPARISONS = (500, 500) if THOROUGH else (75, 6)
AGREES = 1e-8
UNDERFLOWS = 1e-290


def proportional(rng: np.random.Generator, low: float, high: float, size: int | None = None) -> Any:
    """Numbers as likely small as large."""
    return np.exp(rng.uniform(math.log(low), math.log(high), size))


def extreme_model(kind: type[Model], rng: np.random.Generator) -> Model:
    """Parameters from 1e-3 to 1e4, often where formulas divide by next to nothing."""
    r, alpha, third, fourth = proportional(rng, 1e-3, 1e4, 4).tolist()
    if rng.random() < 0.25:
        third = float(rng.choice([1.0, 1.0 + 1e-12, 1.0 - 1e-9, 1.0 + 1e-5, 2.0]))
    if issubclass(kind, NbdParameters):
        return kind(r=r, alpha=alpha)
    if issubclass(kind, ParetoNbdParameters):
        if rng.random() < 0.25:
            fourth = alpha * float(rng.choice([1.0, 1.0 + 1e-9, 1.0 - 1e-9, 1.0 + 1e-4]))
        return kind(r=r, alpha=alpha, s=third, beta=fourth)
    return kind(r=r, alpha=alpha, a=third, b=fourth)


def extreme_customers(rng: np.random.Generator, size: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Up to 5,000 purchases and 50 years in days; some bought once only, some today, some at the start and no more."""
    frequency = np.floor(proportional(rng, 1.0, MOST_PURCHASES + 1.0, size))
    frequency[rng.random(size) < 0.2] = 0.0
    age = np.where(rng.random(size) < 0.5, rng.uniform(0.0, FIFTY_YEARS, size), proportional(rng, 0.01, 1e4, size))
    share = rng.choice([0.0, 1e-6, 0.999999, 1.0, -1.0], size, p=[0.05, 0.1, 0.1, 0.15, 0.6])
    recency = age * np.where(share < 0.0, rng.random(size), share)
    return frequency, np.where(frequency == 0.0, 0.0, recency), age


def extreme_times(rng: np.random.Generator, size: int) -> FloatArray:
    return np.asarray(proportional(rng, 0.01, FIFTY_YEARS, size))


@pytest.mark.parametrize("kind", MODELS)
def test_extreme_customers_get_numbers(kind: type[Model]) -> None:
    rng = np.random.default_rng(20_260_101)
    for _ in range(PARAMETER_SETS):
        model = extreme_model(kind, rng)
        customers = extreme_customers(rng, CUSTOMERS_OF_EACH)
        rate = float(proportional(rng, 1e-6, 0.1))
        assert np.isfinite(log_likelihood(model, *customers)).all(), model

        alive = p_alive(model, *customers)
        assert ((alive >= 0.0) & (alive <= 1.0)).all(), model

        times = np.array([[0.0], [1.0], [365.0], [FIFTY_YEARS]])
        ahead = expected_purchases(model, *customers, t=times)
        assert (ahead[0] == 0.0).all(), model
        assert np.isfinite(ahead).all(), model
        assert (np.diff(ahead, axis=0) >= -1e-13 * ahead[1:]).all(), model
        assert (ahead[1:, alive > 0.0] > 0.0).all(), model

        new = expected_purchases_of_new(model, t=times.ravel())
        assert new[0] == 0.0, model
        assert (np.diff(new) >= -1e-13 * new[1:]).all(), model
        assert np.isfinite(new).all(), model

        for discounted in (discounted_purchases, discounted_periods_alive):
            worth = [discounted(model, *customers, discount_rate=rate, horizon=months) for months in (1, 60, math.inf)]
            assert np.isfinite(worth).all(), model
            # Without an end a purchase counts from its own moment, which is before the middle of a period on average.
            assert (np.diff(worth, axis=0) >= -1e-10 * np.array(worth[1:]) - 1e-13 * alive).all(), model

        chances = purchase_count_probabilities(model, t=times.ravel(), most=20)
        assert ((chances >= 0.0) & (chances <= 1.0 + 1e-9)).all(), model
        assert (chances.sum(axis=1) <= 1.0 + 1e-9).all(), model


def errors(kind: type[Model], points: int, seed: int) -> dict[str, tuple[float, str]]:
    """Largest error of each answer, and where: of the likelihood's logarithm absolute, of all else relative."""
    rng = np.random.default_rng(seed)
    worst: dict[str, tuple[float, str]] = {}
    for _ in range(points):
        model = extreme_model(kind, rng)
        x, t_x, T = (float(column[0]) for column in extreme_customers(rng, 1))
        t = float(extreme_times(rng, 1)[0])
        rate = float(proportional(rng, 1e-5, 0.1))
        x_new = int(rng.integers(0, 10))
        pairs = {
            "likelihood": (
                log_likelihood(model, x, t_x, T),
                reference.log_likelihood(model, x, t_x, T),
            ),
            "alive": (p_alive(model, x, t_x, T), reference.p_alive(model, x, t_x, T)),
            "ahead": (expected_purchases(model, x, t_x, T, t=t), reference.expected(model, x, t_x, T, t)),
            "new": (expected_purchases_of_new(model, t=t), reference.expected_of_new(model, t)),
            "count": (
                purchase_count_probabilities(model, t=t, most=x_new)[x_new],
                reference.count_probability(model, t, x_new),
            ),
            "forever": (
                discounted_purchases(model, x, t_x, T, discount_rate=rate, horizon=math.inf),
                reference.discounted_forever(model, x, t_x, T, rate),
            ),
        }
        for name, (ours, theirs) in pairs.items():
            error = abs(ours - theirs) if name == "likelihood" else abs(ours - theirs) / max(theirs, UNDERFLOWS)
            where = f"{model} x={x} t_x={t_x} T={T} t={t} rate={rate} count={x_new}: {ours} not {float(theirs)}"
            if not error <= worst.get(name, (-1.0, ""))[0]:
                worst[name] = (float(error), where)
    return worst


@pytest.mark.parametrize("kind", MODELS)
def test_agrees_with_fifty_digits_at_extremes(kind: type[Model]) -> None:
    for name, (error, where) in errors(kind, COMPARISONS, seed=7).items():
        assert error < AGREES, f"{name} is off by {error}: {where}"
