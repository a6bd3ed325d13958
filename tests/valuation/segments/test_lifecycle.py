import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError
from valuation.segments import STAGES, Lifecycle, lifecycle_stage

AS_OF = np.datetime64("2025-12-31")
USUAL: dict[str, Any] = {
    "first_purchase": np.datetime64("2020-01-15"),
    "last_purchase": np.datetime64("2025-12-20"),
    "median_gap": 30.0,
    "purchases": 40,
    "revenue_12m": 100.0,
    "revenue_prior_12m": 100.0,
    "lapsed_before": False,
}


def stage_of(*rows: dict[str, Any], as_of: Any = AS_OF) -> Lifecycle:
    table = [{**USUAL, **row} for row in rows]
    columns = {name: np.array([row[name] for row in table]) for name in USUAL}
    return lifecycle_stage(**columns, as_of=as_of)


def one(**row: Any) -> tuple[str | None, str]:
    found = stage_of(row)
    return found.stage[0], found.rule[0]


NOTHING_BOUGHT = {
    "first_purchase": np.datetime64("NaT", "D"),
    "last_purchase": np.datetime64("NaT", "D"),
    "median_gap": math.nan,
    "purchases": 0,
    "revenue_12m": 0.0,
    "revenue_prior_12m": 0.0,
}


@pytest.mark.parametrize(
    ("row", "stage", "rule"),
    [
        (NOTHING_BOUGHT, "Prospect", "no purchase yet"),
        ({"last_purchase": np.datetime64("2024-12-31")}, "Lapsed", "no purchase in the 12 months to 2025-12-31"),
        ({"lapsed_before": True}, "Reactivated", "bought again after having lapsed"),
        ({"first_purchase": np.datetime64("2025-10-03")}, "Onboarding", "first purchase less than 90 days ago"),
        ({"median_gap": 5.0}, "At risk", "last purchase more than 2 median gaps ago"),
        ({"revenue_12m": 110.0}, "Growing", "revenue at least 1.10 times that of the 12 months before"),
        ({"revenue_12m": 90.0}, "Declining", "revenue at most 0.90 times that of the 12 months before"),
        ({}, "Stable", "revenue within 10% of that of the 12 months before"),
        ({"revenue_prior_12m": 0.0}, "Stable", "growth undefined: no revenue in the 12 months before"),
        (
            {"first_purchase": np.datetime64("2024-01-01"), "revenue_12m": 500.0},
            "Stable",
            "growth undefined: customer for less than 24 months",
        ),
    ],
)
def test_every_rule_fires_and_says_so(row: dict[str, Any], stage: str, rule: str) -> None:
    assert one(**row) == (stage, rule)


@pytest.mark.parametrize(
    ("row", "stage"),
    [
        ({"last_purchase": np.datetime64("2025-01-01"), "median_gap": 200.0}, "Stable"),
        ({"first_purchase": np.datetime64("2025-10-02"), "median_gap": 20.0}, "Stable"),
        ({"median_gap": 5.5}, "Stable"),
        ({"median_gap": 5.0, "purchases": 2}, "Stable"),
        ({"revenue_12m": 109.99}, "Stable"),
        ({"revenue_12m": 90.01}, "Stable"),
        ({"first_purchase": np.datetime64("2023-12-31"), "revenue_12m": 500.0}, "Growing"),
        ({"first_purchase": np.datetime64("2023-12-31"), "last_purchase": np.datetime64("2024-12-31")}, "Lapsed"),
    ],
)
def test_the_edges_of_the_rules(row: dict[str, Any], stage: str) -> None:
    assert one(**row)[0] == stage


def test_growth_of_exactly_a_tenth_is_growth_whatever_the_sixteenth_digit_says() -> None:
    assert one(revenue_12m=1.21, revenue_prior_12m=1.10)[0] == "Growing"
    assert one(revenue_12m=0.63, revenue_prior_12m=0.70)[0] == "Declining"


def test_the_twelve_months_keep_the_end_of_february() -> None:
    leap_day = {"last_purchase": np.datetime64("2024-02-29"), "first_purchase": np.datetime64("2020-01-15")}
    assert stage_of(leap_day, as_of=np.datetime64("2025-02-28")).stage[0] == "Lapsed"


def test_earlier_rules_come_first() -> None:
    gone = {"last_purchase": np.datetime64("2024-01-01"), "lapsed_before": True}
    back = {"lapsed_before": True, "median_gap": 1.0}
    new = {"first_purchase": np.datetime64("2025-12-01"), "median_gap": 1.0}
    late = {"median_gap": 1.0, "revenue_12m": 500.0}
    assert stage_of(gone, back, new, late).stage.tolist() == ["Lapsed", "Reactivated", "Onboarding", "At risk"]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"first_purchase": np.datetime64("NaT", "D")}, "first or last purchase missing"),
        ({"first_purchase": np.datetime64("2025-12-21")}, "last purchase before the first"),
        ({"last_purchase": np.datetime64("2026-01-01")}, "purchase after 2025-12-31"),
        ({"purchases": 0}, "number of purchases does not fit the dates"),
        ({"purchases": math.nan}, "number of purchases does not fit the dates"),
        ({**NOTHING_BOUGHT, "purchases": 3}, "number of purchases does not fit the dates"),
        ({"median_gap": math.nan}, "median gap missing or negative"),
        ({"median_gap": -1.0}, "median gap missing or negative"),
        ({"revenue_12m": math.nan}, "revenue missing"),
        ({"revenue_prior_12m": math.inf}, "revenue missing"),
    ],
)
def test_a_row_that_cannot_be_staged_says_why_and_leaves_the_others_alone(row: dict[str, Any], rule: str) -> None:
    found = stage_of({}, row, {})
    assert found.stage.tolist() == ["Stable", None, "Stable"]
    assert found.rule[1] == rule


def test_what_a_rule_does_not_need_may_be_missing() -> None:
    blank = {"median_gap": math.nan, "revenue_12m": math.nan, "revenue_prior_12m": math.nan}
    lapsed = {**blank, "last_purchase": np.datetime64("2024-01-01")}
    prospect = {**blank, **NOTHING_BOUGHT, "purchases": math.nan}
    new = {**blank, "first_purchase": np.datetime64("2025-12-01"), "purchases": 1}
    assert stage_of(lapsed, prospect, new).stage.tolist() == ["Lapsed", "Prospect", "Onboarding"]


days = st.dates(dt.date(2022, 1, 1), dt.date(2025, 12, 31)).map(np.datetime64)
customers = st.fixed_dictionaries(
    {
        "dates": st.tuples(days, days).map(sorted),
        "median_gap": st.floats(0, 400),
        "purchases": st.integers(1, 9),
        "revenue_12m": st.integers(0, 300).map(float),
        "revenue_prior_12m": st.integers(0, 300).map(float),
        "lapsed_before": st.booleans(),
    }
)


def slow_stage(row: dict[str, Any]) -> str:
    """The second way: one customer, plain ifs, whole numbers."""
    first, last = (day.item() for day in row["dates"])
    if last <= dt.date(2024, 12, 31):
        return "Lapsed"
    if row["lapsed_before"]:
        return "Reactivated"
    if (dt.date(2025, 12, 31) - first).days < 90:
        return "Onboarding"
    if row["purchases"] >= 3 and (dt.date(2025, 12, 31) - last).days > 2 * row["median_gap"]:
        return "At risk"
    now, before = int(row["revenue_12m"]), int(row["revenue_prior_12m"])
    if first > dt.date(2023, 12, 31) or before == 0 or 9 * before < 10 * now < 11 * before:
        return "Stable"
    return "Growing" if now > before else "Declining"


@given(st.lists(customers, min_size=1, max_size=10))
def test_equals_the_second_way(rows: list[dict[str, Any]]) -> None:
    table = [{**row, "first_purchase": row["dates"][0], "last_purchase": row["dates"][1]} for row in rows]
    found = stage_of(*({name: row[name] for name in USUAL} for row in table))
    assert found.stage.tolist() == [slow_stage(row) for row in rows]
    assert set(found.stage) <= set(STAGES)


def test_nobody_has_no_stage() -> None:
    nothing: dict[str, Any] = {name: [] for name in USUAL}
    assert lifecycle_stage(**nothing, as_of=AS_OF).stage.tolist() == []


@pytest.mark.parametrize("name", sorted(set(USUAL) - {"first_purchase"}))
def test_lengths_agree(name: str) -> None:
    columns = {column: np.array([value, value]) for column, value in USUAL.items()}
    columns[name] = columns[name][:1]
    with pytest.raises(InputError, match=rf"{name} must have one row per customer, \(2,\), not \(1,\)"):
        lifecycle_stage(**columns, as_of=AS_OF)


def test_arguments_of_a_wrong_kind_are_refused() -> None:
    with pytest.raises(InputError, match="lapsed_before must be True or False, not float64"):
        stage_of({"lapsed_before": 1.0})
    with pytest.raises(InputError, match="first_purchase must be dates, not"):
        stage_of({"first_purchase": "2020-01-01"})
    with pytest.raises(InputError, match="as_of must be a date, not"):
        stage_of({}, as_of=np.datetime64("NaT", "D"))
    with pytest.raises(InputError, match="purchases must be numbers, not"):
        stage_of({"purchases": "4"})


def test_flags_may_come_as_objects() -> None:
    assert stage_of({"lapsed_before": np.array(True, dtype=object).item()}).stage[0] == "Reactivated"
    columns = {name: np.array([value], dtype=object) for name, value in USUAL.items()}
    assert lifecycle_stage(**columns, as_of=AS_OF).stage.tolist() == ["Stable"]
