"""What customers without a contract are worth."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cdnow import DAYS_PER_WEEK, END_OF_DATA, Cohort, FloatArray, cohort
from tests.valuation.lifetime.test_golden import printed
from tests.valuation.purchases.models import CDNOW, columns, models, records, simulated
from tests.valuation.purchases.test_golden import GOLDEN, fitted, weekly
from valuation.errors import DomainError, InputError
from valuation.lifetime import rate_per_period
from valuation.purchases import (
    BgNbdParameters,
    discounted_periods_alive,
    discounted_purchases,
    expected_purchases,
    expected_spend,
    fit_gamma_gamma,
    fit_pareto_nbd,
    p_alive,
    residual_value,
)

VALUE = GOLDEN["value"]
BG_NBD = CDNOW[1]
EVERY_MODEL = pytest.mark.parametrize("model", CDNOW, ids=lambda model: type(model).__name__)
PARTS = ("purchases", "margin", "marketing", "sales", "support", "value")
WEEKS_PER_MONTH = 4.345
MONTHLY_RATE = 0.01
Record = tuple[int, float, float]
money = st.floats(0, 1e4)
shares = st.floats(-1, 1)
rates = st.floats(1e-4, 0.3)
horizons = st.integers(1, 60) | st.just(math.inf)


def spend_at(data: Cohort, records: Cohort) -> FloatArray:
    """Expected spend of customers, at the fit to others."""
    params = fit_gamma_gamma(records.frequency, records.monetary_value).parameters
    return expected_spend(params, data.frequency, np.nan_to_num(data.monetary_value))


def by_hand(
    model: Any, spend: float, record: Record, *, share: float, rate: float, horizon: int, cost: float
) -> tuple[float, float]:
    """Margin and cost, period after period."""
    x, t_x, T = record
    margin = paid = before = 0.0
    for period in range(1, horizon + 1):
        factor = (1 + rate) ** (0.5 - period)
        after = float(expected_purchases(model, *record, t=period))
        margin += share * spend * (after - before) * factor
        middle = np.array([[period - 0.5]])
        stays = model.stays_if_alive(np.array([float(x)]), np.array([T]), middle)[0, 0]
        paid += cost * float(p_alive(model, x, t_x, T)) * stays * factor
        before = after
    return margin, paid


# Published


@pytest.mark.parametrize("annual_rate", VALUE["one_customer"]["by_annual_rate"])
def test_one_customer_over_three_years(annual_rate: str) -> None:
    weekly_rate = float(rate_per_period(float(annual_rate), from_per_year=1, to_per_year=52, kind="effective"))
    worth = residual_value(BG_NBD, 24.663714, 2, 30.43, 38.86, margin_share=0.3, discount_rate=weekly_rate, horizon=156)
    assert worth.value == printed(VALUE["one_customer"]["by_annual_rate"][annual_rate])


def test_sample_without_end() -> None:
    data = cohort()
    worth = residual_value(
        fitted("pareto_nbd"),
        spend_at(data, data),
        data.frequency,
        data.recency,
        data.age,
        margin_share=[[1.0], [0.3]],
        discount_rate=weekly(0.15),
        horizon=math.inf,
    )
    spend, value = worth.value.sum(axis=1)
    assert spend == printed(VALUE["sample"]["spend"])
    assert value == printed(VALUE["sample"]["value"])


def test_all_customers_without_end() -> None:
    golden, some, data = VALUE["all_customers"], cohort(as_of=END_OF_DATA), cohort("master", as_of=END_OF_DATA)
    params = fit_pareto_nbd(some.frequency, some.recency, some.age).parameters
    value = residual_value(
        params,
        spend_at(data, some),
        data.frequency,
        data.recency,
        data.age,
        margin_share=0.3,
        discount_rate=weekly(0.15),
        horizon=math.inf,
    ).value
    never_again = value[data.frequency == 0]
    assert value.sum() == printed(golden["total"], tolerance=golden["tolerance"])
    assert never_again.size == golden["how_many"]
    assert never_again.sum() == printed(golden["never_again"])
    assert never_again.mean() == printed(golden["each"])


def test_months_of_weekly_data() -> None:
    golden, data, params = VALUE["months"], cohort(), fitted("bg_nbd")
    x, t_x, T, spend = data.frequency, data.recency, data.age, spend_at(data, data)

    def by_months(length: float) -> float:
        ahead = np.array([expected_purchases(params, x, t_x, T, t=month * length) @ spend for month in range(13)])
        return float(np.diff(ahead) @ (1 + MONTHLY_RATE) ** -np.arange(1.0, 13.0))

    assert by_months(WEEKS_PER_MONTH) == printed(golden["right"], tolerance=golden["tolerance"])
    # Twelve months of thirty weeks are seven years.
    assert by_months(30) == printed(golden["wrong"], tolerance=golden["tolerance"])
    daily = BgNbdParameters(r=params.r, alpha=DAYS_PER_WEEK * params.alpha, a=params.a, b=params.b)
    for model, unit in ((params, 1), (daily, DAYS_PER_WEEK)):
        rate = math.expm1(math.log1p(MONTHLY_RATE) / (WEEKS_PER_MONTH * unit))
        worth = residual_value(
            model, spend, x, unit * t_x, unit * T, margin_share=1, discount_rate=rate, horizon=52 * unit
        )
        # Purchases count from the middle of their week or day and not from the end of their month.
        earlier = (1 + MONTHLY_RATE) ** 0.5
        assert worth.value.sum() == pytest.approx(earlier * float(golden["right"]), rel=3e-3)


# A second way


@given(
    model=models(),
    record=records(most=50),
    spend=money,
    share=shares,
    rate=st.floats(-0.01, 0.3),
    horizon=st.integers(1, 40),
    cost=money,
)
def test_value_is_as_by_hand(
    model: Any, record: Record, spend: float, share: float, rate: float, horizon: int, cost: float
) -> None:
    margin, paid = by_hand(model, spend, record, share=share, rate=rate, horizon=horizon, cost=cost)
    worth = residual_value(model, spend, *record, margin_share=share, discount_rate=rate, horizon=horizon, support=cost)
    assert worth.margin == pytest.approx(margin, rel=1e-8, abs=1e-100)
    assert worth.support == pytest.approx(paid, rel=1e-8, abs=1e-100)
    assert worth.value == pytest.approx(margin - paid, rel=1e-8, abs=1e-8 * (abs(margin) + paid) + 1e-100)


# Laws


@given(
    model=models(),
    record=records(),
    spend=money,
    share=shares,
    rate=rates,
    horizon=horizons,
    costs=st.tuples(*3 * [money]),
)
def test_parts_add_up(
    model: Any,
    record: Record,
    spend: float,
    share: float,
    rate: float,
    horizon: float,
    costs: tuple[float, float, float],
) -> None:
    terms: dict[str, Any] = {"discount_rate": rate, "horizon": horizon}
    named = dict(zip(("marketing", "sales", "support"), costs, strict=True))
    worth = residual_value(model, spend, *record, margin_share=share, **(terms | named))
    assert worth.purchases == discounted_purchases(model, *record, **terms)
    assert worth.margin == pytest.approx(share * spend * worth.purchases, rel=1e-12)
    alive = discounted_periods_alive(model, *record, **terms)
    for name, cost in named.items():
        assert getattr(worth, name) == pytest.approx(cost * alive, rel=1e-12)
    paid = worth.marketing + worth.sales + worth.support
    assert worth.value == pytest.approx(worth.margin - paid, rel=1e-12, abs=float(1e-12 * (abs(worth.margin) + paid)))


@given(model=models(), record=records(), spend=money, rate=rates, horizon=horizons, factor=st.floats(0, 1))
def test_value_scales_with_margin_and_costs(
    model: Any, record: Record, spend: float, rate: float, horizon: float, factor: float
) -> None:
    terms: dict[str, Any] = {"discount_rate": rate, "horizon": horizon}
    whole = residual_value(model, spend, *record, margin_share=0.8, sales=7.0, **terms)
    part = residual_value(model, spend, *record, margin_share=0.8 * factor, sales=7.0 * factor, **terms)
    loss = residual_value(model, spend, *record, margin_share=-0.8, **terms)
    close = float(1e-12 * (whole.margin + whole.sales))
    assert part.value == pytest.approx(factor * whole.value, rel=1e-12, abs=close)
    assert loss.value == -whole.margin


@given(model=models(), record=records(), spend=money, rate=rates, first=st.integers(1, 40), more=st.integers(1, 40))
def test_a_longer_horizon_adds_what_comes_later(
    model: Any, record: Record, spend: float, rate: float, first: int, more: int
) -> None:
    terms: dict[str, Any] = {"margin_share": 0.4, "discount_rate": rate, "marketing": 3.0}
    short, long, endless = (
        residual_value(model, spend, *record, horizon=horizon, **terms) for horizon in (first, first + more, math.inf)
    )
    hands = [
        by_hand(model, spend, record, share=0.4, rate=rate, horizon=horizon, cost=3.0)
        for horizon in (first, first + more)
    ]
    for name, position in (("margin", 0), ("marketing", 1)):
        later = hands[1][position] - hands[0][position]
        near, far, all_of_it = (getattr(worth, name) for worth in (short, long, endless))
        assert far - near == pytest.approx(later, rel=1e-7, abs=float(1e-9 * far) + 1e-100)
        # Without end each purchase counts from its own moment, not from the middle of its period.
        assert all_of_it >= far * (1 - rate**2)


@EVERY_MODEL
def test_customers_are_valued_one_by_one(model: Any) -> None:
    data, rng = simulated(model, n=300), np.random.default_rng(2)
    spend, order = rng.gamma(2.0, 20.0, 300), rng.permutation(300)
    terms: dict[str, Any] = {"margin_share": 0.3, "discount_rate": 0.002, "horizon": 104, "support": 0.1}
    worth = residual_value(model, spend, *data, **terms)
    shuffled = residual_value(model, spend[order], *(column[order] for column in data), **terms)
    halves = [
        residual_value(model, spend[rows], *(column[rows] for column in data), **terms)
        for rows in (slice(0, 100), slice(100, 300))
    ]
    for name in PARTS:
        values = getattr(worth, name)
        assert getattr(shuffled, name) == pytest.approx(values[order], rel=1e-12)
        assert np.concatenate([getattr(half, name) for half in halves]) == pytest.approx(values, rel=1e-9)


@EVERY_MODEL
def test_who_costs_more_than_it_brings_has_a_negative_value(model: Any) -> None:
    worth = residual_value(
        model, [40, 40, -40], 2, 30, 38, margin_share=[0.3, 0.3, 1], discount_rate=0.002, horizon=52, sales=[0, 99, 0]
    )
    assert np.sign(worth.value).tolist() == [1, -1, -1]
    free = residual_value(model, 40, 2, 30, 38, margin_share=0.3, discount_rate=0.002, horizon=52)
    assert free.marketing == free.sales == free.support == 0.0
    assert free.value == free.margin


# Doors


def test_faulty_rows_leave_the_others_alone() -> None:
    good: dict[str, Any] = {"spend": 40.0, "x": 2.0, "t_x": 30.0, "T": 38.0, "share": 0.3, "cost": 1.0}
    wrong = [
        {"spend": math.nan},
        {"x": 2.5},
        {"x": -1.0},
        {"t_x": 39.0},
        {"T": math.inf},
        {"share": 1.5},
        {"share": -2.0},
        {"cost": -1.0},
        {"cost": math.nan},
    ]
    rows = [good | fault for fault in [{}, *wrong, {}]]
    given = {name: np.array([row[name] for row in rows]) for name in good}
    for model in CDNOW:
        worth = residual_value(
            model,
            given["spend"],
            *columns([(row["x"], row["t_x"], row["T"]) for row in rows]),
            margin_share=given["share"],
            discount_rate=0.002,
            horizon=52,
            support=given["cost"],
        )
        assert np.isnan(worth.value).tolist() == [False, *len(wrong) * [True], False]
        alone = residual_value(
            model, 40, 2, 30, 38, margin_share=0.3, discount_rate=0.002, horizon=52, support=1.0
        ).value
        assert worth.value[[0, -1]] == pytest.approx(alone, rel=1e-9)


def test_parts_have_the_shape_of_all_inputs() -> None:
    worth = residual_value(BG_NBD, [[40], [50]], 2, 30, [38, 39, 40], margin_share=0.3, discount_rate=0.002, horizon=52)
    assert {getattr(worth, name).shape for name in PARTS} == {(2, 3)}
    alone = residual_value(BG_NBD, 40, 2, 30, 38, margin_share=0.3, discount_rate=0.002, horizon=52)
    assert {type(getattr(alone, name)) for name in PARTS} == {np.float64}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"expected_spend": math.inf}, DomainError, "expected_spend must be a finite number, not inf"),
        ({"expected_spend": "40"}, InputError, "expected_spend must be a number or an array of numbers, not '40'"),
        ({"margin_share": 30}, DomainError, "margin_share must be from -1 to 1, not 30; percent typed as whole number"),
        ({"margin_share": -1.1}, DomainError, "margin_share must be from -1 to 1, not -1.1"),
        ({"marketing": -1}, DomainError, "marketing must be a finite number, 0 or more, not -1"),
        ({"sales": math.nan}, DomainError, "sales must be a finite number, 0 or more, not nan"),
        ({"support": math.inf}, DomainError, "support must be a finite number, 0 or more, not inf"),
        ({"frequency": -1}, DomainError, "frequency must be a whole number, 0 or more, not -1"),
        ({"recency": 39}, DomainError, "recency must be at most age, 38, not 39"),
        ({"discount_rate": -1}, DomainError, "discount_rate must be above -1, not -1"),
        ({"horizon": 0}, InputError, "horizon must be a positive whole number of periods or math.inf, not 0"),
        (
            {"discount_rate": 0, "horizon": math.inf},
            DomainError,
            "discount_rate must be above 0 where the horizon has no end, not 0",
        ),
        (
            {"expected_spend": [1, 2], "margin_share": [0.1, 0.2, 0.3]},
            InputError,
            r"lengths differ: expected_spend \(2,\), margin_share \(3,\)",
        ),
        ({"expected_spend": [1, 2], "support": [1, 2, 3]}, InputError, r"lengths differ: .*support \(3,\)"),
        ({"expected_spend": [1, 2], "frequency": [1, 2, 3]}, InputError, r"lengths differ: .*customers \(3,\)"),
    ],
)
def test_doors(change: dict[str, Any], error: type[Exception], message: str) -> None:
    good = {"expected_spend": 40, "frequency": 2, "recency": 30, "age": 38}
    terms = {"margin_share": 0.3, "discount_rate": 0.002, "horizon": 52}
    with pytest.raises(error, match=message):
        residual_value(BG_NBD, **{**good, **terms, **change})
