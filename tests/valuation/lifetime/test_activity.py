"""From transactions to frequency, recency, age and monetary value."""

import datetime
import math
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.lifetime.test_golden import printed
from valuation.errors import DomainError, InputError
from valuation.lifetime import summarize_activity

COLUMNS = ["customer_id", "frequency", "recency", "age", "monetary_value"]
FIRST_DAY = np.datetime64("2024-01-01")
LAST_DAY = np.datetime64("2024-06-30")

Transaction = tuple[int, int, float]
transactions = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 181), st.integers(-2000, 10000).map(lambda cents: cents / 100)),
    max_size=40,
)


def days(*texts: str) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    return np.array(texts, dtype="datetime64[D]")


def summarize(rows: list[Transaction], *, days_per_period: float = 7) -> pd.DataFrame:
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    dates = FIRST_DAY + np.array([row[1] for row in rows], dtype=np.int64)
    return summarize_activity(ids, dates, [row[2] for row in rows], as_of=LAST_DAY, days_per_period=days_per_period)


def by_hand(rows: list[Transaction], *, days_per_period: float = 7) -> dict[int, tuple[float, ...]]:
    """A dictionary of days per customer."""
    spent: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for customer, day, amount in rows:
        if amount > 0:
            spent[customer][day] += amount
    last_day = int((LAST_DAY - FIRST_DAY).astype(int))
    summary: dict[int, tuple[float, ...]] = {}
    for customer, purchases in spent.items():
        first, *repeats = sorted(purchases)
        mean = sum(purchases[day] for day in repeats) / len(repeats) if repeats else math.nan
        recency = (max(purchases) - first) / days_per_period
        summary[customer] = (len(repeats), recency, (last_day - first) / days_per_period, mean)
    return summary


def test_matches_first_customer_of_cdnow() -> None:
    # Fader, Hardie and Lee (2005): x = 2, t_x = 30.43, T = 38.86 weeks at the end of September 1997.
    table = summarize_activity(
        ["0001", "0001", "0001"],
        days("1997-01-01", "1997-01-18", "1997-08-02"),
        [29.33, 29.73, 14.96],
        as_of=np.datetime64("1997-09-30"),
        days_per_period=7,
    )
    assert table["frequency"].tolist() == [2]
    assert table["recency"].item() == printed("30.43")
    assert table["age"].item() == printed("38.86")
    assert table["monetary_value"].item() == pytest.approx(22.345)


@given(rows=transactions, days_per_period=st.sampled_from([1, 7, 30.5]))
def test_agrees_with_the_dictionary(rows: list[Transaction], days_per_period: float) -> None:
    table = summarize(rows, days_per_period=days_per_period)
    reference = by_hand(rows, days_per_period=days_per_period)
    assert list(table.columns) == COLUMNS
    assert table["customer_id"].tolist() == sorted(reference)
    for customer, *values in table.itertuples(index=False, name=None):
        assert values == pytest.approx(list(reference[customer]), nan_ok=True)


@given(rows=transactions, shuffle=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[Transaction], shuffle: Any) -> None:
    shuffled = list(rows)
    shuffle.shuffle(shuffled)
    pd.testing.assert_frame_equal(summarize(shuffled), summarize(rows))


@given(rows=transactions)
def test_recency_lies_between_nothing_and_age(rows: list[Transaction]) -> None:
    table = summarize(rows)
    assert (table["recency"] >= 0).all()
    assert (table["recency"] <= table["age"]).all()
    assert ((table["frequency"] == 0) == table["monetary_value"].isna()).all()
    assert ((table["frequency"] == 0) == (table["recency"] == 0)).all()


@given(rows=transactions)
def test_time_unit_scales_recency_and_age_only(rows: list[Transaction]) -> None:
    daily, weekly = summarize(rows, days_per_period=1), summarize(rows, days_per_period=7)
    np.testing.assert_allclose(daily["recency"], weekly["recency"] * 7)
    np.testing.assert_allclose(daily["age"], weekly["age"] * 7)
    pd.testing.assert_series_equal(daily["frequency"], weekly["frequency"])
    pd.testing.assert_series_equal(daily["monetary_value"], weekly["monetary_value"])


def test_one_day_is_one_purchase_whatever_the_hour() -> None:
    stamps = np.array(["2024-01-01T09:00", "2024-01-05T10:00", "2024-01-05T23:59"], dtype="datetime64[s]")
    table = summarize_activity([1, 1, 1], stamps, [10, 20, 30], as_of=LAST_DAY, days_per_period=1)
    assert table[["frequency", "recency", "monetary_value"]].values.tolist() == [[1, 4, 50]]


def test_returns_are_no_purchases() -> None:
    table = summarize_activity(
        ["A", "A", "B"],
        days("2024-01-01", "2024-02-01", "2024-03-01"),
        [100, -100, 0],
        as_of=LAST_DAY,
        days_per_period=7,
    )
    assert table["customer_id"].tolist() == ["A"]
    assert table["frequency"].tolist() == [0]


def test_texts_are_trimmed_and_join_their_numbers() -> None:
    ids = pd.Series([" A", "A ", 1001, "1001", 1001.0, "0042"], dtype=object)
    dates = days("2024-01-01", "2024-01-02", "2024-01-01", "2024-01-02", "2024-01-03", "2024-01-01")
    table = summarize_activity(ids, dates, np.ones(6), as_of=LAST_DAY, days_per_period=1)
    assert table["customer_id"].tolist() == ["0042", "1001", "A"]
    assert table["frequency"].tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    "ids",
    [
        np.array([20, 3]),
        pd.Series([20, 3], dtype="Int64"),
        np.array([20.0, 3.0]),
        pd.Series([20, 3], index=["x", "y"]),
    ],
)
def test_numbers_stay_numbers_and_sort_as_numbers(ids: Any) -> None:
    table = summarize_activity(ids, days("2024-01-01", "2024-01-02"), [1, 1], as_of=LAST_DAY, days_per_period=1)
    assert table["customer_id"].tolist() == [3, 20]
    assert table.index.tolist() == [0, 1]


@given(rows=transactions)
def test_numbers_far_apart_count_like_numbers_close_together(rows: list[Transaction]) -> None:
    close = summarize(rows)
    apart = summarize([(customer * 10**12 - 3, day, amount) for customer, day, amount in rows])
    assert apart["customer_id"].tolist() == [customer * 10**12 - 3 for customer in close["customer_id"]]
    pd.testing.assert_frame_equal(apart.drop(columns="customer_id"), close.drop(columns="customer_id"))


def test_days_may_lie_far_apart() -> None:
    first, last = -(10**17), 0
    dates = np.array([last, first] * 7, dtype="datetime64[D]")
    table = summarize_activity(
        np.repeat(np.arange(7), 2), dates, np.ones(14), as_of=np.datetime64("1970-01-01"), days_per_period=1
    )
    assert table["customer_id"].tolist() == list(range(7))
    assert table["recency"].tolist() == [1e17] * 7


@pytest.mark.parametrize(
    "ids", [pd.Series(["b", "a"]), pd.Series(["b", "a"], dtype="category"), np.array(["b", "a"]), ("b", "a")]
)
def test_texts_of_every_kind_are_ids(ids: Any) -> None:
    table = summarize_activity(ids, days("2024-01-01", "2024-01-02"), [1, 1], as_of=LAST_DAY, days_per_period=1)
    assert table["customer_id"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "as_of",
    [
        LAST_DAY,
        datetime.date(2024, 6, 30),
        datetime.datetime(2024, 6, 30, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=-9))),
        pd.Timestamp("2024-06-30 12:00"),
        np.datetime64("2024-06-30T12:00"),
    ],
)
def test_day_of_valuation_is_a_day(as_of: Any) -> None:
    table = summarize_activity([1], days("2024-06-30"), [1], as_of=as_of, days_per_period=1)
    assert table["age"].tolist() == [0.0]


def test_no_transactions_give_an_empty_table() -> None:
    table = summarize_activity([], [], [], as_of=LAST_DAY, days_per_period=7)
    assert list(table.columns) == COLUMNS
    assert len(table) == 0


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"customer_id": ["A"]}, InputError, "lengths differ: customer_id 1, date 2, amount 2"),
        ({"customer_id": ["A", None]}, InputError, "customer_id is missing in row 2"),
        ({"customer_id": ["  ", "A"]}, InputError, "customer_id is missing in row 1"),
        ({"customer_id": [1.0, math.nan]}, InputError, "customer_id is missing in row 2"),
        ({"customer_id": pd.Series(["A", True], dtype=object)}, InputError, "a number or a text, not True"),
        ({"customer_id": pd.Series(["A", 1.5], dtype=object)}, InputError, "a number or a text, not 1.5"),
        ({"customer_id": np.ones((2, 2))}, InputError, "customer_id must be a column of numbers or texts"),
        ({"date": days("2024-01-01", "2024-07-01")}, InputError, "not be after as_of 2024-06-30, .* in row 2"),
        ({"date": days("2024-01-01", "NaT")}, InputError, "date is missing in row 2"),
        ({"date": ["2024-01-01", "2024-01-02"]}, InputError, "date must be a column of datetime64, not"),
        ({"date": np.array([45000.0, 45001.0])}, InputError, "date must be a column of datetime64, not float64"),
        ({"amount": [1, math.nan]}, InputError, "amount is missing in row 2"),
        ({"amount": [[1, 2]]}, InputError, r"amount must be a column, not of shape \(1, 2\)"),
        ({"amount": ["1", "2"]}, InputError, "amount must be a number or an array of numbers, not '1'"),
        ({"as_of": "2024-06-30"}, InputError, "as_of must be a date, not '2024-06-30'"),
        ({"as_of": np.datetime64("NaT", "D")}, InputError, "as_of must be a date, not"),
        ({"as_of": pd.NaT}, InputError, "as_of must be a date, not NaT"),
        ({"days_per_period": 0}, DomainError, "days_per_period must be a finite number above 0, not 0"),
        ({"days_per_period": [7, 7]}, InputError, "days_per_period must be one number"),
    ],
)
def test_door(change: dict[str, Any], error: type[Exception], message: str) -> None:
    inputs: dict[str, Any] = {
        "customer_id": ["A", "B"],
        "date": days("2024-01-01", "2024-01-02"),
        "amount": [1.0, 2.0],
        "as_of": LAST_DAY,
        "days_per_period": 7,
        **change,
    }
    with pytest.raises(error, match=message):
        summarize_activity(**inputs)
