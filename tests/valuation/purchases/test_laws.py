"""What holds for every purchase model, whatever its parameters and its customers."""

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.purchases.models import CDNOW, WITH_DROPOUT, columns, models, proportions, records, simulated
from valuation.errors import DomainError, InputError
from valuation.purchases import (
    BgNbdParameters,
    MbgNbdParameters,
    NbdParameters,
    ParetoNbdParameters,
    discounted_periods_alive,
    discounted_purchases,
    expected_purchases,
    expected_purchases_of_new,
    fit_bg_nbd,
    fit_mbg_nbd,
    fit_nbd,
    fit_pareto_nbd,
    log_likelihood,
    p_alive,
    purchase_count_probabilities,
)

FITS: list[tuple[Any, Callable[..., Any]]] = list(
    zip(CDNOW, (fit_nbd, fit_bg_nbd, fit_mbg_nbd, fit_pareto_nbd), strict=True)
)
EVERY_FIT = pytest.mark.parametrize(("model", "fit"), FITS, ids=[fit.__name__ for _, fit in FITS])
EVERY_MODEL = pytest.mark.parametrize("model", CDNOW, ids=lambda model: type(model).__name__)
TIMES = ("alpha", "beta")
Record = tuple[int, float, float]
ANSWERS: dict[str, Callable[..., Any]] = {
    "log_likelihood": log_likelihood,
    "p_alive": p_alive,
    "expected": lambda m, *c: expected_purchases(m, *c, t=52.0),
    "twelve": lambda m, *c: discounted_purchases(m, *c, discount_rate=0.01, horizon=12),
    "endless": lambda m, *c: discounted_purchases(m, *c, discount_rate=0.01, horizon=math.inf),
    "alive_twelve": lambda m, *c: discounted_periods_alive(m, *c, discount_rate=0.01, horizon=12),
    "alive_endless": lambda m, *c: discounted_periods_alive(m, *c, discount_rate=0.01, horizon=math.inf),
}
UNLIKE = (
    ParetoNbdParameters(r=0.5, alpha=0.5, s=3.0, beta=2000.0),  # time scales far apart, in both orders
    ParetoNbdParameters(r=0.5, alpha=2000.0, s=0.7, beta=0.5),
    BgNbdParameters(r=20.0, alpha=2.0, a=0.05, b=0.6),
    MbgNbdParameters(r=5.0, alpha=300.0, a=80.0, b=300.0),
)


def in_units(model: Any, factor: float) -> Any:
    """The same customers with times so many times as large."""
    values = {name: getattr(model, name) * (factor if name in TIMES else 1.0) for name in fields_of(model)}
    return type(model)(**values)


def fields_of(model: Any) -> list[str]:
    return [name for name in ("r", "alpha", "a", "b", "s", "beta") if hasattr(model, name)]


# One customer


@given(model=models(), record=records(), silence=st.lists(st.floats(0, 500), min_size=3, max_size=3))
def test_chance_to_be_alive_falls_with_silence(model: Any, record: Record, silence: list[float]) -> None:
    x, t_x, _ = record
    alive = p_alive(model, x, t_x, t_x + np.sort(silence))
    assert ((alive >= 0.0) & (alive <= 1.0)).all()
    assert (np.diff(alive) <= 1e-13).all()
    if not isinstance(model, MbgNbdParameters):
        assert p_alive(model, 0, 0, 0) == 1.0


@given(model=models((CDNOW[1],)), age=proportions(0.1, 1e4))
def test_bg_nbd_takes_who_bought_once_for_alive(model: Any, age: float) -> None:
    assert p_alive(model, 0, 0, age) == 1.0


@given(model=models(), record=records(), ahead=st.lists(proportions(1e-3, 1e4), min_size=4, max_size=4))
def test_expectation_rises_from_zero_ever_more_slowly(model: Any, record: Record, ahead: list[float]) -> None:
    t = np.append(0.0, np.unique(ahead))
    for purchases in (expected_purchases(model, *record, t=t), expected_purchases_of_new(model, t=t)):
        assert purchases[0] == 0.0
        assert (np.diff(purchases) >= -1e-13 * purchases[1:]).all()
        pace = purchases[1:] / t[1:]
        assert (np.diff(pace) <= 1e-12 * pace[:-1]).all()


@given(model=models(), record=records(), factor=proportions(0.01, 100), t=proportions(0.1, 1e3))
def test_unit_of_time_changes_only_the_scales(model: Any, record: Record, factor: float, t: float) -> None:
    x, t_x, T = record
    moved, later = in_units(model, factor), (x, factor * t_x, factor * T)
    assert p_alive(moved, *later) == pytest.approx(p_alive(model, *record), rel=1e-8, abs=1e-200)
    ahead = expected_purchases(model, *record, t=t)
    assert expected_purchases(moved, *later, t=factor * t) == pytest.approx(ahead, rel=1e-8, abs=1e-200)
    # Densities are per unit of time, once for each purchase.
    density = log_likelihood(model, *record) - x * math.log(factor)
    assert log_likelihood(moved, *later) == pytest.approx(density, rel=1e-11, abs=1e-8)
    counts = purchase_count_probabilities(model, t=t, most=5)
    assert purchase_count_probabilities(moved, t=factor * t, most=5) == pytest.approx(counts, rel=1e-8, abs=1e-200)


@given(model=models(low=0.1, high=50), t=proportions(0.1, 10))
@settings(max_examples=25)
def test_chances_of_all_counts_sum_to_one_and_have_the_expected_mean(model: Any, t: float) -> None:
    most = 20_000
    chances = purchase_count_probabilities(NbdParameters(r=model.r, alpha=model.alpha), t=t, most=most)
    assert chances.sum() == pytest.approx(1.0, abs=1e-9)
    few = 3000
    own = purchase_count_probabilities(model, t=t, most=few)
    beyond = 1.0 - chances[: few + 1].sum()
    assert (own >= 0.0).all()
    # Who may leave buys no more than who may not.
    assert 1.0 - beyond - 1e-9 <= own.sum() <= 1.0 + 1e-9
    if beyond < 1e-12:
        assert np.arange(few + 1) @ own == pytest.approx(expected_purchases_of_new(model, t=t), rel=1e-7)


@given(model=models(), record=records(), rate=st.floats(1e-4, 0.5))
def test_endless_purchases_are_more_than_those_of_any_horizon(model: Any, record: Record, rate: float) -> None:
    for discounted in (discounted_purchases, discounted_periods_alive):
        worth = [discounted(model, *record, discount_rate=rate, horizon=h) for h in (1, 2, 30, 1000, math.inf)]
        assert (np.diff(worth) >= -1e-9 * np.array(worth[1:]) - 1e-13 * p_alive(model, *record)).all()


@given(model=models(), record=records(), horizon=st.integers(1, 3000))
def test_at_rate_zero_discounted_purchases_are_the_expected_ones(model: Any, record: Record, horizon: int) -> None:
    worth = discounted_purchases(model, *record, discount_rate=0, horizon=horizon)
    assert worth == pytest.approx(expected_purchases(model, *record, t=horizon), rel=1e-11)


@given(model=models(), record=records(), rate=st.floats(-0.005, 0.2), horizon=st.integers(1, 150))
def test_each_period_adds_its_increment_discounted_from_its_middle(
    model: Any, record: Record, rate: float, horizon: int
) -> None:
    here, further = (discounted_purchases(model, *record, discount_rate=rate, horizon=horizon + k) for k in (0, 1))
    before, after = (expected_purchases(model, *record, t=horizon + k) for k in (0, 1))
    gain = (after - before) / (1 + rate) ** (horizon + 0.5)
    assert further - here == pytest.approx(gain, rel=1e-6, abs=float(1e-10 * further))


@EVERY_MODEL
def test_increments_are_discounted_and_not_the_total(model: Any) -> None:
    record, rate = (2, 30.43, 38.86), 0.01
    total = expected_purchases(model, *record, t=104)
    worth = discounted_purchases(model, *record, discount_rate=rate, horizon=104)
    assert total / (1 + rate) ** 104 < 0.7 * worth
    assert worth < total


# Limits


@given(record=records(most=50), t=proportions(0.1, 100))
def test_where_hardly_anybody_leaves_all_models_are_the_nbd(record: Record, t: float) -> None:
    nbd = NbdParameters(r=0.7, alpha=9.0)
    loyal = (
        BgNbdParameters(r=0.7, alpha=9.0, a=1e-6, b=1e9),
        MbgNbdParameters(r=0.7, alpha=9.0, a=1e-6, b=1e9),
        ParetoNbdParameters(r=0.7, alpha=9.0, s=1e-6, beta=1e9),
    )
    for model in loyal:
        if p_alive(model, *record) > 1 - 1e-9:
            assert log_likelihood(model, *record) == pytest.approx(log_likelihood(nbd, *record), rel=1e-9, abs=1e-6)
            ahead = expected_purchases(nbd, *record, t=t)
            assert expected_purchases(model, *record, t=t) == pytest.approx(ahead, rel=1e-6)
    assert p_alive(loyal[0], *record) == pytest.approx(1.0, abs=1e-9) or record[0] > 0


@given(record=records(), t=proportions(0.1, 1e4), side=st.sampled_from([-1, 1]), size=st.floats(-12, -7))
def test_nothing_jumps_where_formulas_divide_by_nothing(record: Record, t: float, side: int, size: float) -> None:
    near = 1.0 + side * 10.0**size
    pairs: list[tuple[Any, Any]] = [
        (BgNbdParameters(r=0.2, alpha=4, a=1, b=2.4), BgNbdParameters(r=0.2, alpha=4, a=near, b=2.4)),
        (MbgNbdParameters(r=0.2, alpha=4, a=1, b=2.4), MbgNbdParameters(r=0.2, alpha=4, a=near, b=2.4)),
        (ParetoNbdParameters(r=0.5, alpha=9, s=1, beta=7), ParetoNbdParameters(r=0.5, alpha=9, s=near, beta=7)),
        (ParetoNbdParameters(r=0.5, alpha=9, s=2, beta=9), ParetoNbdParameters(r=0.5, alpha=9, s=2, beta=9 * near)),
    ]
    for at, beside in pairs:
        allowed = 1e-9 + 1e4 * abs(near - 1.0)
        ahead, there = expected_purchases(at, *record, t=t), expected_purchases(beside, *record, t=t)
        assert there == pytest.approx(ahead, rel=allowed)
        assert p_alive(beside, *record) == pytest.approx(p_alive(at, *record), rel=allowed)


# Many customers


@given(model=models(), rows=st.lists(records(), min_size=1, max_size=6))
@settings(max_examples=25)
def test_a_number_is_answered_as_an_array_is(model: Any, rows: list[Record]) -> None:
    data = columns(rows)
    for name, answer in ANSWERS.items():
        together = answer(model, *data)
        alone = [answer(model, *row) for row in rows]
        assert isinstance(alone[0], np.float64)
        assert together.tolist() == pytest.approx(alone, rel=1e-9, abs=1e-100), name


@pytest.mark.parametrize("model", [*CDNOW, *UNLIKE], ids=repr)
def test_a_customer_in_a_crowd_is_as_alone(model: Any) -> None:
    # Alone directly, in a crowd by interpolation over ages.
    rng = np.random.default_rng(4)
    x = rng.choice([0.0, 1.0, 2.0, 5.0, 40.0], 5000)
    T = np.where(rng.random(5000) < 0.5, rng.uniform(1, 700, 5000), np.exp(rng.uniform(0, 9.8, 5000)))
    t_x = np.where(x == 0.0, 0.0, T * rng.random(5000))
    some = rng.choice(5000, 25, replace=False)
    close = 1e-11 if model in CDNOW else 1e-10
    for name, answer in ANSWERS.items():
        crowd = answer(model, x, t_x, T)[some]
        alone = [answer(model, x[i], t_x[i], T[i]) for i in some]
        assert crowd.tolist() == pytest.approx(alone, rel=close, abs=1e-14), name
    t = T[some]
    crowd = expected_purchases_of_new(model, t=T)[some]
    assert crowd.tolist() == pytest.approx([expected_purchases_of_new(model, t=age) for age in t], rel=1e-11)


@EVERY_MODEL
def test_order_of_the_rows_does_not_matter_to_an_answer(model: Any) -> None:
    data = simulated(model, n=2000)
    order = np.random.default_rng(1).permutation(2000)
    for name, answer in ANSWERS.items():
        shuffled = answer(model, *(column[order] for column in data))
        assert (shuffled == answer(model, *data)[order]).all(), name


@EVERY_FIT
def test_order_of_the_rows_does_not_matter_to_a_fit(model: Any, fit: Callable[..., Any]) -> None:
    data = simulated(model, n=800)
    order = np.random.default_rng(1).permutation(800)
    found, shuffled = fit(*data), fit(*(column[order] for column in data))
    assert shuffled.values.tolist() == found.values.tolist()
    assert shuffled.errors == found.errors
    assert shuffled.log_likelihood == found.log_likelihood


@EVERY_FIT
def test_every_customer_twice_is_twice_the_likelihood(model: Any, fit: Callable[..., Any]) -> None:
    data = simulated(model, n=800)
    once, twice = fit(*data), fit(*(np.tile(column, 2) for column in data))
    assert twice.n == 2 * once.n
    assert twice.values == pytest.approx(once.values, rel=1e-7)
    assert twice.log_likelihood == pytest.approx(2 * once.log_likelihood, rel=1e-12)
    smaller = [error / math.sqrt(2) for error in once.errors.values()]
    assert list(twice.errors.values()) == pytest.approx(smaller, rel=1e-5)


@EVERY_FIT
@pytest.mark.parametrize("factor", [7.0, 1 / 4.345])
def test_unit_of_time_changes_only_the_scales_of_a_fit(model: Any, fit: Callable[..., Any], factor: float) -> None:
    x, t_x, T = simulated(model, n=800)
    found, moved = fit(x, t_x, T), fit(x, factor * t_x, factor * T)
    assert moved.values == pytest.approx(
        [getattr(in_units(found.parameters, factor), n) for n in found.errors], rel=1e-7
    )
    assert moved.log_likelihood == pytest.approx(found.log_likelihood - x.sum() * math.log(factor), rel=1e-11)


# Doors


def test_faulty_rows_leave_the_others_alone() -> None:
    x = np.array([2, -1, 2.5, 2, 2, 0, np.nan, 2])
    t_x = np.array([30, 5, 5, 50, np.inf, 5, 5, 30])
    T = np.array([38, 38, 38, 38, 60, 38, 38, 38])
    for model in CDNOW:
        for name, answer in ANSWERS.items():
            values = answer(model, x, t_x, T)
            assert np.isnan(values[1:7]).all(), name
            assert values[0] == values[7] == pytest.approx(answer(model, 2, 30, 38), rel=1e-12), name


def test_times_ahead_have_rows_too() -> None:
    for model in CDNOW:
        values = expected_purchases(model, 2, 30, 38, t=[10, -1, np.nan, 20])
        assert np.isnan(values).tolist() == [False, True, True, False]
        assert values[3] == pytest.approx(expected_purchases(model, 2, 30, 38, t=20), rel=1e-13)
        chances = purchase_count_probabilities(model, t=[10, -1], most=3)
        assert np.isnan(chances).tolist() == [4 * [False], 4 * [True]]
        assert expected_purchases(model, [], [], [], t=1).shape == (0,)
        assert expected_purchases(model, [[1], [2]], 5, [8, 9, 10], t=1).shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: p_alive(m, -1, 0, 1), DomainError, "frequency must be a whole number, 0 or more, not -1"),
        (lambda m: p_alive(m, 1, 2, 1), DomainError, "recency must be at most age, 1, not 2"),
        (
            lambda m: p_alive(m, 0, 1, 2),
            DomainError,
            "recency must be 0 for a customer without repeat purchases, not 1",
        ),
        (lambda m: log_likelihood(m, 1, 1, math.inf), DomainError, "age must be a finite number, 0 or more, not inf"),
        (lambda m: p_alive(m, "1", 1, 2), InputError, "frequency must be a number or an array of numbers, not '1'"),
        (lambda m: p_alive(m, [1, 2], [1, 2, 3], 5), InputError, "lengths differ: frequency"),
        (lambda m: expected_purchases(m, [1, 2], 1, 5, t=[1, 2, 3]), InputError, "lengths differ: frequency"),
        (lambda m: expected_purchases(m, 1, 1, 2, t=-1), DomainError, "t must be a finite number, 0 or more, not -1"),
        (lambda m: expected_purchases_of_new(m, t=-1), DomainError, "t must be a finite number, 0 or more, not -1"),
        (lambda m: purchase_count_probabilities(m, t=1, most=-1), DomainError, "most must be a whole number from 0 to"),
        (
            lambda m: purchase_count_probabilities(m, t=1, most=cast(int, 1.5)),
            DomainError,
            "most must be a whole number from 0 to",
        ),
        (lambda m: purchase_count_probabilities(m, t=[[1]], most=1), InputError, "t must be one number or a column"),
    ],
)
def test_doors(call: Callable[[Any], Any], error: type[Exception], message: str) -> None:
    for model in CDNOW:
        with pytest.raises(error, match=message):
            call(model)


@pytest.mark.parametrize("discounted", [discounted_purchases, discounted_periods_alive])
@pytest.mark.parametrize(
    ("rate", "horizon", "error", "message"),
    [
        (-1, 12, DomainError, "discount_rate must be above -1, not -1"),
        (0, math.inf, DomainError, "discount_rate must be above 0 where the horizon has no end, not 0"),
        (-0.1, math.inf, DomainError, "discount_rate must be above 0 where the horizon has no end, not -0.1"),
        (0.1, 0, InputError, "horizon must be a positive whole number of periods or math.inf, not 0"),
        (0.1, 2.5, InputError, "horizon must be a positive whole number of periods or math.inf, not 2.5"),
        ([0.1, 0.2], 2, InputError, r"discount_rate must be one number, not an array of shape \(2,\)"),
    ],
)
def test_doors_of_discounting(
    discounted: Callable[..., Any], rate: Any, horizon: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        discounted(CDNOW[1], 2, 30, 38, discount_rate=rate, horizon=horizon)


@EVERY_MODEL
def test_door_of_the_parameters(model: Any) -> None:
    good = {name: getattr(model, name) for name in fields_of(model)}
    for name in good:
        for wrong in (0.0, -1.0, math.nan, math.inf, 2e9):
            with pytest.raises(DomainError, match=f"{name} must be from 1e-9 to 1e9, not {wrong:.15g}"):
                type(model)(**{**good, name: wrong})
        with pytest.raises(InputError, match=f"{name} must be a number"):
            type(model)(**{**good, name: "1"})


def test_models_with_dropout_expect_less_than_the_nbd() -> None:
    for model in WITH_DROPOUT:
        nbd = NbdParameters(r=model.r, alpha=model.alpha)
        assert expected_purchases(model, 3, 20, 38, t=52) < expected_purchases(nbd, 3, 20, 38, t=52)
