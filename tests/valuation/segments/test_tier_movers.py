import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.segments import CAUSES, Movers, keep_tier, movers, tier_absolute

TIERS = ["T1", "T2", "T3"]
FEW = settings(max_examples=min(settings().max_examples, 50))

amounts = st.integers(-30, 130).map(float)
bounds = st.lists(st.integers(-20, 120).map(float), min_size=2, max_size=2).map(lambda pair: sorted(pair, reverse=True))
customers = st.lists(st.tuples(amounts, amounts), min_size=1, max_size=20)


def one(
    value_before: float | None,
    value_now: float | None,
    tier_before: str | None,
    tier_now: str | None,
    cuts_before: list[float],
    cuts_now: list[float],
    band: float = 0.0,
) -> tuple[Any, Any]:
    labels = TIERS[: len(cuts_now) + 1]
    found = movers(
        [value_before], [value_now], [tier_before], [tier_now], cuts_before, cuts_now, labels=labels, band=band
    )
    return found.cause[0], found.reason[0]


def test_the_customer_moved() -> None:
    assert one(12_300, 9_800, "T1", "T2", [10_000], [10_000]) == (
        "customer moved",
        "value fell from 12,300 to 9,800, below the cut of 10,000",
    )
    assert one(9_800.5, 10_000, "T2", "T1", [9_990], [10_000]) == (
        "customer moved",
        "value rose from 9,800.50 to 10,000, not below the cut of 10,000",
    )


def test_the_cut_moved() -> None:
    assert one(9_500, 9_500, "T1", "T2", [9_000], [10_000]) == (
        "cut moved",
        "the cut rose from 9,000 to 10,000; value 9,500 did not move past it",
    )
    assert one(9_400, 9_500, "T2", "T1", [10_000], [9_000]) == (
        "cut moved",
        "the cut fell from 10,000 to 9,000; value 9,500 (9,400 before) did not move past it",
    )


def test_both_moved() -> None:
    assert one(9_500, 8_000, "T1", "T2", [9_000], [10_000]) == (
        "both moved",
        "value fell from 9,500 to 8,000, and the cut rose from 9,000 to 10,000",
    )
    # Each alone would have left the tier as it was.
    assert one(100, 99, "T1", "T2", [98.5], [99.5])[0] == "both moved"
    assert one(100, 150, "T2", "T3", [120, 90], [300, 200]) == (
        "both moved",
        "value rose from 100 to 150, and the cut rose from 90 to 200",
    )


def test_the_band_keeps_and_lets_go() -> None:
    assert one(90, 104, "T2", "T2", [100], [100], band=0.05) == (
        "kept by the band",
        "value 104 is not below the cut of 100, but within the band of 5%",
    )
    assert one(110, 96, "T1", "T1", [100], [100], band=0.05) == (
        "kept by the band",
        "value 96 is below the cut of 100, but within the band of 5%",
    )
    assert one(104, 106, "T2", "T1", [100], [100], band=0.05) == (
        "customer moved",
        "value rose from 104 to 106, above the cut of 100 by more than the band of 5%",
    )
    assert one(4, -1, "T1", "T2", [0], [0], band=0.05) == (
        "customer moved",
        "value fell from 4 to -1, below the cut of 0",
    )


def test_who_comes_and_goes_and_who_is_not_known() -> None:
    assert one(None, 5, None, "T1", [1], [1]) == ("new", "in no tier before")
    assert one(5, None, "T1", None, [1], [1]) == ("lost", "in no tier now")
    assert one(5, 5, None, None, [1], [1]) == (None, None)
    assert one(None, 0, "T1", "T2", [1], [1]) == ("value unknown", "value before is missing")
    assert one(5, math.inf, "T2", "T1", [1], [1]) == ("value unknown", "value now is missing")
    assert one(None, None, "T1", "T1", [1], [1]) == ("stayed", "")
    assert one(5, 6, "T1", "T1", [1], [2]) == ("stayed", "")


def test_a_tier_that_the_cuts_do_not_give_has_another_rule() -> None:
    assert one(5, 5, "T1", "T2", [1], [1]) == ("another rule", "value 5 and the cuts do not give T2 now")
    assert one(5, 0, "T2", "T2", [1], [1])[0] == "stayed"
    assert one(5, 5, "T1", "T2", [10], [10]) == ("another rule", "value 5 and the cuts of then do not give T1 before")
    assert one(0, 5, "T2", "T2", [1], [1]) == ("another rule", "value 5 and the cuts do not give T2 now")


def slow_cause(pair: tuple[float, float], before: str, now: str, old: list[float], new: list[float]) -> str:
    """The second way, without a band: four tiers by a loop over the cuts."""

    def tier(value: float, cuts: list[float]) -> str:
        return next((label for label, cut in zip(TIERS, cuts, strict=False) if value >= cut), TIERS[-1])

    if before == now:
        return "stayed"
    cut_did, customer_did = tier(pair[1], old) == before, tier(pair[0], new) == before
    if cut_did == customer_did:
        return "both moved"
    return "cut moved" if cut_did else "customer moved"


@FEW
@given(customers, bounds, bounds)
def test_equals_the_second_way(rows: list[tuple[float, float]], old: list[float], new: list[float]) -> None:
    values = np.array(rows)
    before, now = (tier_absolute(values[:, t], cuts, labels=TIERS) for t, cuts in enumerate((old, new)))
    found = movers(values[:, 0], values[:, 1], before, now, old, new, labels=TIERS, band=0.0)
    assert found.cause.tolist() == [slow_cause(*row, old, new) for row in zip(rows, before, now, strict=True)]
    assert set(found.cause.tolist()) <= set(CAUSES)


def moved(
    rows: list[tuple[float, float]], start: list[str], old: list[float], new: list[float], band: float
) -> tuple[Movers, Any, Any]:
    values = np.array(rows)
    before = keep_tier(values[:, 0], start, old, labels=TIERS, band=band)
    now = keep_tier(values[:, 1], before, new, labels=TIERS, band=band)
    return movers(values[:, 0], values[:, 1], before, now, old, new, labels=TIERS, band=band), before, now


@FEW
@given(customers, st.sampled_from(TIERS), bounds, bounds)
def test_with_a_band_a_cut_that_stays_and_a_value_that_stays_are_not_to_blame(
    rows: list[tuple[float, float]], start: str, old: list[float], new: list[float]
) -> None:
    found, before, now = moved(rows, [start] * len(rows), old, old, 0.05)
    assert set(found.cause[before != now].tolist()) <= {"customer moved"}
    assert set(found.cause[before == now].tolist()) <= {"stayed", "kept by the band"}
    still = [(value, value) for value, _ in rows]
    found, before, now = moved(still, [start] * len(rows), old, new, 0.05)
    assert set(found.cause[before != now].tolist()) <= {"cut moved"}
    assert all(found.reason[before != now])


def test_bad_arguments_of_movers_are_named() -> None:
    good: dict[str, Any] = {
        "values_before": [1.0],
        "values_now": [1.0],
        "tier_before": ["T1"],
        "tier_now": ["T1"],
        "bounds_before": [1.0],
        "bounds_now": [1.0],
        "labels": ["T1", "T2"],
        "band": 0.0,
    }
    for change, error, message in (
        ({"values_now": [1.0, 2.0]}, InputError, r"values_now must have one row per customer, \(1,\), not \(2,\)"),
        ({"tier_before": ["T1", "T1"]}, InputError, "tier_before must have one row per customer"),
        ({"tier_now": [["T1"]]}, InputError, "tier_now must have one row per customer"),
        ({"tier_now": ["T9"]}, InputError, "tier_now must be one of T1, T2, not 'T9'"),
        ({"bounds_before": [2.0, 1.0]}, InputError, "labels must be one more than bounds_before, not 2 for 2"),
        (
            {"bounds_now": [1.0, 2.0], "bounds_before": [2.0, 1.0], "labels": TIERS},
            DomainError,
            "bounds_now must not rise",
        ),
        ({"band": 1.0}, DomainError, "band must be at least 0 and below 1"),
    ):
        with pytest.raises(error, match=message):
            movers(**{**good, **change})
