import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError, MissingDataError, ZeroDenominatorError
from valuation.goals import attainment, goal_status, pace, status

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "insight.json").read_text("utf-8"))
whole = st.integers(-1000, 1000)
DAY = np.datetime64("2025-01-01")
DATES: dict[str, Any] = {
    "baseline_date": DAY,
    "target_date": np.datetime64("2025-12-31"),
    "as_of": np.datetime64("2025-07-02"),
}


@pytest.mark.parametrize("case", GOLDEN["attainment"]["cases"], ids=lambda case: case["measure"])
def test_matches_the_specification(case: dict[str, Any]) -> None:
    assert f"{100 * attainment(case['baseline'], case['target'], case['actual']):.1f}" == case["percent"]


@given(whole, whole, whole, st.sampled_from([-1.0, 0.001, 1e300]))
def test_attainment_knows_no_unit_and_no_direction(baseline: int, target: int, actual: int, scale: float) -> None:
    if baseline == target:
        with pytest.raises(ZeroDenominatorError, match="target must differ from baseline; a goal to keep"):
            attainment(baseline, target, actual)
        return
    done = attainment(baseline, target, actual)
    assert done == pytest.approx((actual - baseline) / (target - baseline))
    assert attainment(scale * baseline, scale * target, scale * actual) == pytest.approx(float(done))
    assert attainment(baseline, target, target) == 1
    assert attainment(baseline, target, baseline) == 0
    assert attainment([baseline, 0], [target, 0], [actual, 0]).tolist() == pytest.approx([done, math.nan], nan_ok=True)


@given(st.integers(1, 400), st.integers(-500, 900))
def test_pace_runs_from_0_to_1(days: int, passed: int) -> None:
    found = pace(DAY, DAY + np.timedelta64(days, "D"), DAY + np.timedelta64(passed, "D"))
    assert found == pytest.approx(min(1.0, max(0.0, passed / days)))


def test_a_faulty_date_leaves_the_other_rows_alone() -> None:
    later = np.datetime64("2025-12-31")
    begun, due = np.array([[DAY, later, None, DAY, DAY], [later, DAY, later, None, DAY]], dtype=object)
    found = pace(begun, due, np.datetime64("2025-07-02"))
    assert found.tolist() == pytest.approx([0.5, *[math.nan] * 4], nan_ok=True)


@given(st.integers(-200, 300), st.integers(0, 100))
def test_status_equals_whole_percents(done: int, passed: int) -> None:
    expected = "green" if done >= passed - 10 else "amber" if done >= passed - 25 else "red"
    assert status(done / 100, passed / 100) == expected
    assert status([done / 100, math.nan], passed / 100).tolist() == [expected, None]


@given(whole, whole, whole, st.none() | st.integers(0, 50))
def test_rows_are_as_single_values(baseline: int, target: int, actual: int, band: int | None) -> None:
    width = math.nan if band is None else float(band)
    row = goal_status([baseline], [target], [actual], band=[width], **DATES)
    if baseline == target and band is None:
        assert row.status[0] is None
        assert math.isnan(row.attainment[0])
        assert math.isnan(row.pace[0])
        with pytest.raises(ZeroDenominatorError):
            goal_status(baseline, target, actual, **DATES)
        return
    alone = goal_status(baseline, target, actual, band=band, **DATES)
    assert (row.status[0], row.attainment[0], row.pace[0]) == (alone.status, alone.attainment, alone.pace)
    if baseline == target:
        assert alone.status == ("green" if abs(actual - target) <= (band or 0) else "red")
        assert (alone.attainment == 1) == (alone.status == "green")
        assert alone.pace == 1
    else:
        assert alone.status == status(alone.attainment, 0.5)


def test_a_goal_to_keep_needs_no_dates_and_meets_its_band_in_decimals() -> None:
    nothing = {"baseline_date": np.datetime64("NaT"), "target_date": np.datetime64("NaT"), "as_of": DAY}
    assert goal_status(0.9, 0.9, 0.8, band=0.1, **nothing).status == "green"
    assert goal_status(0.9, 0.9, 0.79, band=0.1, **nothing).status == "red"


def test_missing_numbers_spoil_their_row_only() -> None:
    nan = math.nan
    found = goal_status([1, 1, nan, 1], [2, 2, 2, 1], [2, nan, 2, nan], band=[nan, nan, nan, 1], **DATES)
    assert found.status.tolist() == ["green", None, None, None]
    assert found.attainment.tolist() == pytest.approx([1, *[math.nan] * 3], nan_ok=True)


def test_refusals() -> None:
    with pytest.raises(DomainError, match="actual must be a finite number"):
        attainment(1, 2, math.nan)
    with pytest.raises(InputError, match="lengths differ"):
        attainment([1, 2], [2, 3, 4], 1)
    with pytest.raises(InputError, match="target must be a number"):
        attainment(1, "2", 1)
    with pytest.raises(DomainError, match="target_date must be after baseline_date, 2025-01-01, not 2025-01-01"):
        pace(DAY, DAY, DAY)
    with pytest.raises(MissingDataError, match="baseline_date is not known"):
        pace(np.datetime64("NaT"), DAY, DAY)
    with pytest.raises(MissingDataError, match="target_date is not known"):
        pace(DAY, np.datetime64("NaT"), DAY)
    with pytest.raises(InputError, match="as_of must be a date"):
        pace(DAY, DAY, None)
    with pytest.raises(InputError, match="lengths differ: baseline_date"):
        pace([DAY, DAY], [DAY] * 3, DAY)
    with pytest.raises(DomainError, match="pace must be a finite number"):
        status(0.5, math.nan)
    with pytest.raises(InputError, match="lengths differ"):
        goal_status([1, 2], [2, 3], [1, 1], **(DATES | {"baseline_date": [DAY] * 3}))
    with pytest.raises(InputError, match=r"lengths differ: .* dates"):
        goal_status(1, 2, 1, baseline_date=[DAY] * 2, target_date=[DAY] * 3, as_of=DAY)
    with pytest.raises(DomainError, match="band must be a finite number, 0 or more"):
        goal_status(1, 1, 1, band=-1, **DATES)
