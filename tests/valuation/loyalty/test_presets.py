"""Quick profits and their price, and the loyal counterpart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.loyalty.example import BASE, case
from valuation.errors import DomainError, InputError
from valuation.loyalty import PRESETS, CaseComparison, Drivers, compare, preset_drivers


def compared(preset: str, size: float, effect: float, ramp: int = 2, periods: int = 8) -> CaseComparison:
    program = preset_drivers(
        preset, BASE, size=size, retention_effect=effect, ramp=ramp, periods=periods, extend="last"
    )
    return compare(case(program=program, periods=periods))


@pytest.mark.parametrize("preset", ["cut service", "add a fee"])
def test_a_quick_profit_raises_earnings_now_and_lowers_the_base(preset: str) -> None:
    found = compared(preset, 20, 0.06)
    assert found.frame["increment"][0] == pytest.approx(20 * 10_000)
    assert found.frame["equity_difference"].iloc[-1] < 0
    assert found.frame["increment"].iloc[-1] < 0
    assert found.frame["program_return"].iloc[1] < found.frame["base_return"].iloc[1]


@pytest.mark.parametrize(
    ("preset", "size", "now"),
    [("improve service", 10, -100_000), ("give back a fee", 10, -100_000), ("invest in retention", 100_000, -100_000)],
)
def test_loyalty_lowers_earnings_now_and_raises_the_base(preset: str, size: float, now: float) -> None:
    found = compared(preset, size, 0.06)
    assert found.frame["increment"][0] == pytest.approx(now)
    assert found.equity_difference > 0
    assert found.npv > 0


@given(st.sampled_from(sorted(PRESETS)), st.floats(0, 50), st.floats(0, 0.2), st.integers(1, 6))
def test_money_moves_at_once_and_retention_step_by_step(preset: str, size: float, effect: float, ramp: int) -> None:
    made = preset_drivers(preset, BASE, size=size, retention_effect=effect, ramp=ramp, periods=8)
    chosen = PRESETS[preset]
    for t in range(8):
        expected = 0.8 + chosen.retention * effect * (t / ramp if t < ramp else 1.0)
        assert made.retention_rate[t] == pytest.approx(expected)  # type: ignore[index]
        moved = getattr(made, chosen.moves)[t] - float(getattr(BASE, chosen.moves))
        assert moved == pytest.approx(chosen.direction * size)


def test_opposite_presets_are_opposites() -> None:
    less = compared("cut service", 10, 0.0).npv
    assert compared("improve service", 10, 0.0).npv == pytest.approx(-less)
    assert compared("add a fee", 10, 0.0).npv == pytest.approx(less)


def test_presets_are_checked() -> None:
    def made(preset: str = "cut service", **change: float) -> Drivers:
        given = {"size": 20, "retention_effect": 0.04, "ramp": 2, "periods": 3} | change
        return preset_drivers(preset, BASE, **given)  # type: ignore[arg-type]

    with pytest.raises(InputError, match='preset must be one of "cut service", "add a fee"'):
        made("raise prices")
    with pytest.raises(DomainError, match="cut service would take cost_to_serve in period 1 to -20; make it smaller"):
        made(size=120)
    with pytest.raises(DomainError, match=r"improve service would take retention_rate in period 3 to 1\.1"):
        made("improve service", retention_effect=0.3)
    with pytest.raises(DomainError, match="size must be"):
        made(size=-1)
    with pytest.raises(DomainError, match="retention_effect must be from 0 to 1, not 4; percent"):
        made(retention_effect=4)
    with pytest.raises(DomainError, match="ramp must be a whole number"):
        made(ramp=0)
