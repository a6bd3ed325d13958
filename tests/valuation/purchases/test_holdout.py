"""Expectation against what happened."""

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cdnow import DAYS_PER_WEEK, END_OF_CALIBRATION, END_OF_DATA, FIRST_DAY, FloatArray, cohort, transactions
from tests.valuation.lifetime.test_golden import printed
from tests.valuation.purchases.models import CDNOW, columns, models, records, simulated
from tests.valuation.purchases.test_golden import AT_THE_FIT, CUSTOMERS_BY_COUNT, GOLDEN, all_printed, fitted
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.purchases import (
    Holdout,
    check_holdout,
    conditional_table,
    expected_purchases,
    frequency_table,
    split_purchases,
    track_purchases,
)

BG_NBD = CDNOW[1]
Log = list[tuple[int, int]]
logs = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 20)), max_size=40)


def week(day: np.datetime64) -> float:
    return int((day - FIRST_DAY) / np.timedelta64(1, "D")) / DAYS_PER_WEEK


def cdnow_log() -> tuple[FloatArray, FloatArray]:
    """Customers and weeks of all purchases of the sample."""
    table = transactions("sample")
    days = (table["date"].to_numpy() - FIRST_DAY) / np.timedelta64(1, "D")
    return table["customer"].to_numpy(), days / DAYS_PER_WEEK


def cdnow_holdout() -> Holdout:
    return split_purchases(*cdnow_log(), split=week(END_OF_CALIBRATION), end=week(END_OF_DATA))


def pair(log: Log) -> tuple[list[int], list[int]]:
    return [who for who, _ in log], [when for _, when in log]


def visits(log: Log) -> dict[int, list[int]]:
    """Each customer's days in order, no day twice."""
    days: dict[int, set[int]] = defaultdict(set)
    for who, when in log:
        days[who].add(when)
    return {who: sorted(days[who]) for who in sorted(days)}


def split_by_hand(log: Log, split: float, end: float) -> list[tuple[float, ...]]:
    rows: list[tuple[float, ...]] = []
    for who, days in visits(log).items():
        before = [day for day in days if day <= split]
        after = [day for day in days if split < day <= end]
        if before:
            rows.append((who, len(before) - 1, before[-1] - before[0], split - before[0], len(after)))
    return rows


def track_by_hand(log: Log, ends: list[int]) -> list[int]:
    """Repeat purchases until each end."""
    return [sum(day <= end for days in visits(log).values() for day in days[1:]) for end in ends]


# CDNOW


def test_purchases_are_split_as_the_literature_splits_them() -> None:
    data, parts = cohort(), cdnow_holdout()
    assert parts.frequency.tolist() == data.frequency.tolist()
    assert parts.recency == pytest.approx(data.recency, abs=1e-12)
    assert parts.age == pytest.approx(data.age, abs=1e-12)
    assert parts.actual.tolist() == data.holdout.tolist()
    assert parts.length == pytest.approx(39, abs=1e-12)


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_check_as_published(case: dict[str, Any]) -> None:
    check = check_holdout(fitted(case["model"]), cdnow_holdout())
    assert check.expected == printed(case["ahead"])
    assert check.actual == GOLDEN["holdout"]["total"]
    assert check.bias == printed(case["bias"])
    assert check.mean_absolute_error == printed(case["mean_error"])
    assert check.root_mean_square_error == printed(case["root_mean_square"])
    assert check.correlation == printed(case["correlation"])


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_conditional_expectations_as_published(case: dict[str, Any]) -> None:
    table = conditional_table(fitted(case["model"]), cdnow_holdout(), most=7)
    assert table.frequency.tolist() == list(range(8))
    assert table.customers.tolist() == CUSTOMERS_BY_COUNT
    all_printed(table.actual, GOLDEN["holdout"]["by_count"])
    all_printed(table.expected, case["ahead_by_count"])


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_frequencies_as_published(case: dict[str, Any]) -> None:
    data = cohort()
    table = frequency_table(fitted(case["model"]), data.frequency, data.recency, data.age, most=7)
    assert table.actual.tolist() == table.customers.tolist() == CUSTOMERS_BY_COUNT
    all_printed(table.expected, case["by_count"])


@pytest.mark.parametrize("case", AT_THE_FIT)
def test_tracking_as_published(case: dict[str, Any]) -> None:
    track = track_purchases(fitted(case["model"]), *cdnow_log(), ends=[week(END_OF_CALIBRATION), week(END_OF_DATA)])
    assert track.actual_cumulative.tolist() == GOLDEN["tracking"]["cumulative"]
    all_printed(track.expected_cumulative, case["cumulative"])


# A second way


@given(log=logs, split=st.integers(0, 19), length=st.integers(1, 8))
def test_split_is_as_by_hand(log: Log, split: int, length: int) -> None:
    rows = split_by_hand(log, split, split + length)
    if not rows:
        with pytest.raises(MissingDataError, match=f"nobody bought until the split at {split}"):
            split_purchases(*pair(log), split=split, end=split + length)
        return
    parts = split_purchases(*pair(log), split=split, end=split + length)
    found = zip(parts.customer, parts.frequency, parts.recency, parts.age, parts.actual, strict=True)
    assert list(found) == rows
    assert parts.length == length


@given(log=logs, ends=st.lists(st.integers(0, 25), min_size=1, max_size=6, unique=True).map(sorted))
def test_tracking_is_as_by_hand(log: Log, ends: list[int]) -> None:
    track = track_purchases(BG_NBD, *pair(log), ends=ends)
    assert track.actual_cumulative.tolist() == track_by_hand(log, ends)
    starts = [days[0] for days in visits(log).values()]
    until = [
        sum(float(expected_purchases(BG_NBD, 0, 0, 0, t=end - start)) for start in starts if start < end)
        for end in ends
    ]
    assert track.expected_cumulative == pytest.approx(until, rel=1e-9, abs=1e-12)


# Laws


@given(log=logs, model=models(), ends=st.lists(st.integers(0, 25), min_size=1, max_size=6, unique=True).map(sorted))
def test_tracking_adds_up_whatever_the_periods(log: Log, model: Any, ends: list[int]) -> None:
    track, whole = (track_purchases(model, *pair(log), ends=some) for some in (ends, ends[-1:]))
    assert track.end.tolist() == ends
    assert track.actual.sum() == track.actual_cumulative[-1] == whole.actual[0]
    assert track.expected.sum() == pytest.approx(whole.expected[0], rel=1e-9, abs=1e-12)
    assert (track.expected >= -1e-12 * track.expected_cumulative).all()


@given(log=logs.filter(bool), model=models(), order=st.randoms(use_true_random=False))
def test_order_of_the_purchases_does_not_matter(log: Log, model: Any, order: Any) -> None:
    log = [*log, (1, 0)]
    shuffled = [*log, log[0]]
    order.shuffle(shuffled)
    parts, others = (split_purchases(*pair(each), split=10, end=20) for each in (log, shuffled))
    for name in ("customer", "frequency", "recency", "age", "actual"):
        assert getattr(parts, name).tolist() == getattr(others, name).tolist()
    track, other = (track_purchases(model, *pair(each), ends=[7, 14]) for each in (log, shuffled))
    assert track.actual.tolist() == other.actual.tolist()
    assert track.expected.tolist() == other.expected.tolist()


@given(log=logs, model=models(low=0.1, high=50))
def test_adjusted_expectation_is_what_happened(log: Log, model: Any) -> None:
    parts = split_purchases(*pair([*log, (1, 0), (1, 15)]), split=10, end=20)
    check = check_holdout(model, parts)
    assert check.actual == parts.actual.sum() > 0
    assert check.adjustment * check.expected == pytest.approx(check.actual)
    assert check.bias == pytest.approx(1 / check.adjustment - 1, abs=1e-12)
    assert check.mean_absolute_error <= check.root_mean_square_error * (1 + 1e-12)
    assert math.isnan(check.correlation) or abs(check.correlation) <= 1 + 1e-12


@given(model=models(), rows=st.lists(records(most=30), min_size=1, max_size=8), most=st.integers(0, 12))
def test_frequencies_sum_to_the_customers(model: Any, rows: list[tuple[int, float, float]], most: int) -> None:
    table = frequency_table(model, *columns(rows), most=most)
    assert table.actual.sum() == len(rows)
    assert table.expected.sum() == pytest.approx(len(rows))
    assert (table.expected >= -1e-9).all()


def test_conditional_means_weigh_up_to_the_total() -> None:
    model = CDNOW[3]
    x, t_x, T = simulated(model, n=400)
    actual = np.random.default_rng(3).poisson(1.0 + x).astype(np.float64)
    parts = Holdout(customer=np.arange(400), frequency=x, recency=t_x, age=T, actual=actual, length=20.0)
    check = check_holdout(model, parts)
    for most in (0, 3, 8):
        table = conditional_table(model, parts, most=most)
        assert table.customers @ table.expected == pytest.approx(check.expected)
        assert table.customers @ table.actual == pytest.approx(check.actual)


def test_what_cannot_be_said_is_nan() -> None:
    nobody_again = split_purchases([1, 2, 2], [0, 0, 3], split=5, end=9)
    check = check_holdout(BG_NBD, nobody_again)
    assert check.adjustment == 0.0
    assert math.isnan(check.bias)
    assert math.isnan(check.correlation)
    table = conditional_table(BG_NBD, nobody_again, most=3)
    assert np.isnan(table.actual).tolist() == np.isnan(table.expected).tolist() == [False, False, True, True]
    assert math.isnan(check_holdout(BG_NBD, split_purchases([1], [0], split=5, end=9)).correlation)


# Doors


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: split_purchases([1], [0], split=5, end=5), DomainError, "split must be before end, 5, not 5"),
        (lambda: split_purchases([1], [0], split=6, end=5), DomainError, "split must be before end, 5, not 6"),
        (lambda: split_purchases([1], [0], split=math.nan, end=5), DomainError, "split must be a finite number"),
        (lambda: split_purchases([1], [0], split=1, end=math.inf), DomainError, "end must be a finite number"),
        (lambda: split_purchases([1], [9], split=5, end=10), MissingDataError, "nobody bought until the split at 5"),
        (lambda: split_purchases([], [], split=5, end=10), MissingDataError, "nobody bought until the split at 5"),
        (
            lambda: split_purchases([1, 2], [0], split=5, end=10),
            InputError,
            r"lengths differ: customer \(2,\), time \(1,\)",
        ),
        (
            lambda: split_purchases([1, 2], [0, math.nan], split=5, end=10),
            DomainError,
            "time must be a finite number, not missing in row 2",
        ),
        (
            lambda: track_purchases(BG_NBD, [1, 2], [math.inf, 0], ends=[5]),
            DomainError,
            "time must be a finite number, not missing in row 1",
        ),
        (lambda: track_purchases(BG_NBD, [1, 2], [0], ends=[5]), InputError, "lengths differ: customer"),
        *(
            (
                lambda ends=ends: track_purchases(BG_NBD, [1], [0], ends=ends),
                DomainError,
                "ends must be a column of times that ascend",
            )
            for ends in ([], [5, 5], [5, 4], [[5]], [math.nan], [5, math.inf])
        ),
        *(
            (
                lambda most=most: conditional_table(BG_NBD, split_purchases([1], [0], split=5, end=9), most=most),
                DomainError,
                f"most must be a whole number from 0 to 100,000, not {most}",
            )
            for most in (-1, 2.5)
        ),
        *(
            (
                lambda most=most: frequency_table(BG_NBD, [1], [2], [3], most=most),
                DomainError,
                f"most must be a whole number from 0 to 100,000, not {most}",
            )
            for most in (-1, 2.5)
        ),
        (lambda: frequency_table(BG_NBD, [1], [4], [3], most=2), DomainError, "recency must be at most age, 3, not 4"),
    ],
)
def test_doors(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
