import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import discount_rates, horizons, retention_rates, timings
from valuation.errors import DomainError, InputError
from valuation.lifetime import Timing
from valuation.segments import headroom

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "segments.json").read_text("utf-8"))
HEADROOM: dict[str, Any] = GOLDEN["headroom"]
TERMS: dict[str, Any] = {
    "target_share": 0.6,
    "margin_share": 0.4,
    "retention": 0.9,
    "discount_rate": 0.1,
    "horizon": 3,
    "timing": "mid",
}


@pytest.mark.parametrize("case", HEADROOM["cases"], ids=lambda case: case["customer"])
def test_matches_the_specification(case: dict[str, Any]) -> None:
    found = headroom(
        case["revenue"],
        case["wallet"],
        margin_share=case["run_rate"] / case["revenue"],
        retention=case["retention"],
        **{name: HEADROOM[name] for name in ("target_share", "discount_rate", "horizon", "timing")},
    )
    assert f"{found.present_value:.2f}" == case["present_value"]
    if "headroom" in case:
        assert f"{found.revenue:.0f}" == case["headroom"]
        assert f"{found.annual_margin:.2f}" == case["annual_margin"]
        assert found.share_of_wallet == pytest.approx(0.30)
    assert found.flag == ""


@given(
    st.integers(0, 500),
    st.integers(1, 500),
    st.integers(0, 100),
    st.integers(-50, 100),
    retention_rates(),
    discount_rates(),
    horizons(high=20),
    timings(),
)
def test_equals_the_second_way(
    revenue: int, wallet: int, target: int, margin: int, r: float, d: float, periods: int, timing: Timing
) -> None:
    found = headroom(
        revenue,
        wallet,
        target_share=target / 100,
        margin_share=margin / 100,
        retention=r,
        discount_rate=d,
        horizon=periods,
        timing=timing,
    )
    cents = max(0, target * wallet - 100 * revenue)  # whole numbers, no rounding
    yearly = cents / 100 * max(0, margin) / 100
    late = {"start": 1.0, "mid": 0.5, "end": 0.0}[timing]
    value = sum(yearly * r**year / (1 + d) ** (year - late) for year in range(1, periods + 1))
    assert found.revenue == pytest.approx(cents / 100, rel=1e-9, abs=1e-9)
    assert found.annual_margin == pytest.approx(yearly, rel=1e-9, abs=1e-9)
    assert found.present_value == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert found.share_of_wallet == pytest.approx(revenue / wallet)
    assert (found.revenue == 0) == (cents == 0)


@settings(max_examples=min(settings().max_examples, 50))
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=4), st.floats(0.01, 100))
def test_headroom_scales_with_money_and_a_scalar_is_an_element(rows: list[tuple[int, int]], scale: float) -> None:
    revenue, wallet = np.array(rows, dtype=np.float64).T
    found = headroom(revenue, wallet, **TERMS)
    scaled = headroom(scale * revenue, scale * wallet, **TERMS)
    assert scaled.present_value == pytest.approx(scale * found.present_value, rel=1e-6, abs=1e-6 * scale)
    alone = [headroom(*row, **TERMS) for row in rows]
    assert found.present_value.tolist() == pytest.approx([float(one.present_value) for one in alone])
    assert list(found.flag) == [one.flag for one in alone]


def test_a_reached_target_leaves_exactly_nothing() -> None:
    found = headroom([7.0, 8.0], [100.0, 100.0], **(TERMS | {"target_share": 0.07}))
    assert found.revenue.tolist() == [0.0, 0.0]
    assert list(found.flag) == ["target share reached"] * 2


@pytest.mark.parametrize(
    ("row", "flag", "value"),
    [
        ({"wallet": 0.0}, "wallet missing, or not above 0", math.nan),
        ({"wallet": -5.0}, "wallet missing, or not above 0", math.nan),
        ({"wallet": math.nan}, "wallet missing, or not above 0", math.nan),
        ({"revenue": -1.0}, "revenue missing or negative", math.nan),
        ({"target_share": 60.0}, "target share missing, or not from 0 to 1", math.nan),
        ({"margin_share": 40.0}, "margin share missing or above 1", math.nan),
        ({"retention": 1.5}, "retention, rate or horizon missing or out of range", math.nan),
        ({"revenue": 101.0}, "share of wallet above 1: the wallet is estimated too low", 0.0),
        ({"margin_share": 0.0}, "no margin: more revenue would grow a loss", 0.0),
        ({"margin_share": -0.3}, "no margin: more revenue would grow a loss", 0.0),
        ({"revenue": 60.0}, "target share reached", 0.0),
    ],
)
def test_a_row_without_headroom_says_why_and_leaves_the_others_alone(
    row: dict[str, float], flag: str, value: float
) -> None:
    usual = {"revenue": 30.0, "wallet": 100.0, "target_share": 0.6, "margin_share": 0.4, "retention": 0.9}
    columns: dict[str, Any] = {name: np.array([usual[name], row.get(name, usual[name])]) for name in usual}
    found = headroom(columns.pop("revenue"), columns.pop("wallet"), **(TERMS | columns))
    assert list(found.flag) == ["", flag]
    assert found.present_value.tolist() == pytest.approx(
        [float(headroom(30, 100, **TERMS).present_value), value], nan_ok=True
    )


def test_what_does_not_depend_on_a_missing_number_stays() -> None:
    found = headroom([30.0], [100.0], **(TERMS | {"retention": [math.nan]}))
    assert (found.revenue[0], found.annual_margin[0], found.share_of_wallet[0]) == pytest.approx((30.0, 12.0, 0.3))
    assert math.isnan(found.present_value[0])


def test_single_numbers_out_of_range_are_refused() -> None:
    for wallet in (0, -1, math.nan):
        with pytest.raises(DomainError, match="wallet must be a finite number above 0"):
            headroom(30, wallet, **TERMS)
    with pytest.raises(DomainError, match="target_share must be from 0 to 1, not 60; percent typed as whole number"):
        headroom(30, 100, **(TERMS | {"target_share": 60}))
    with pytest.raises(DomainError, match="margin_share must be a share of revenue, at most 1, not 40; percent typed"):
        headroom(30, 100, **(TERMS | {"margin_share": 40}))
    with pytest.raises(DomainError, match="the endless sum diverges"):
        headroom(30, 100, **(TERMS | {"horizon": math.inf, "retention": 1.0, "discount_rate": 0.0}))
    with pytest.raises(InputError, match="lengths differ"):
        headroom([30, 30], [100, 100, 100], **TERMS)
    with pytest.raises(InputError, match="timing must be one of"):
        headroom(30, 100, **(TERMS | {"timing": "late"}))
