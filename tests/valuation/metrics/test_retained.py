"""Retained revenue: the two rates, and the bridge from one span of time to the next."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.metrics.reference import months_before
from valuation.errors import DomainError, InputError, ZeroDenominatorError
from valuation.metrics import (
    RevenueBridge,
    gross_revenue_retention,
    net_revenue_retention,
    revenue_bridge,
    revenue_bridges,
)

CENTS = st.integers(-20_000, 50_000).map(lambda cents: cents / 100)
LINES = ("opening", "lost", "contraction", "expansion", "reactivated", "new", "fx")


# Functional specification, section G.
def test_the_golden_rates() -> None:
    assert round(float(net_revenue_retention(1000, 120, 50, 80)), 3) == 0.990
    assert round(float(gross_revenue_retention(1000, 50, 80)), 3) == 0.870


def test_the_bridge_gives_the_golden_rates_too() -> None:
    found = revenue_bridge([500, 420, 80, 0], [620, 370, 0, 300])
    assert (found.opening, found.expansion, found.contraction, found.lost, found.new) == (1000, 120, -50, -80, 300)
    assert (found.net_retention, found.gross_retention) == (0.99, 0.87)


def test_a_bad_row_fails_alone() -> None:
    found = net_revenue_retention([1000, 0, 1000, np.nan, 100], 0, [0, 0, -1, 0, 60], [80, 0, 0, 0, 50])
    assert found[0] == 0.92
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        ((0, 0, 0, 0), ZeroDenominatorError, "opening must not be 0"),
        ((-1, 0, 0, 0), DomainError, "opening must not be negative"),
        ((1, -1, 0, 0), DomainError, "expansion must not be negative"),
        ((100, 0, 60, 50), DomainError, "contraction and churn must not exceed opening"),
        (([1, 2], [1, 2, 3], 0, 0), InputError, "must fit"),
        (("x", 0, 0, 0), InputError, "opening must be numbers"),
    ],
)
def test_rates_need_their_numbers(args: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        net_revenue_retention(*args)


def one_by_one(before: float, after: float, constant: float, *, is_new: bool) -> dict[str, float]:
    """The line on which a customer's change stands."""
    if before > 0:
        line = "lost" if constant <= 0 else "expansion" if constant > before else "contraction"
    else:
        line = "new" if is_new and before == 0 else "reactivated"
    return {"opening": before, "fx": after - constant, "closing": after} | {line: constant - before}


@given(st.lists(st.tuples(CENTS | st.just(0.0), CENTS | st.just(0.0), CENTS, st.booleans()), min_size=1, max_size=8))
def test_every_change_stands_on_one_line_and_the_lines_add_up(rows: list[tuple[float, float, float, bool]]) -> None:
    before, after, constant, is_new = (list(column) for column in zip(*rows, strict=True))
    found = revenue_bridge(before, after, constant, is_new=np.array(is_new))
    slow = [one_by_one(b, a, c, is_new=n) for b, a, c, n in rows]
    for line in (*LINES, "closing"):
        assert getattr(found, line) == pytest.approx(sum(one.get(line, 0.0) for one in slow), abs=1e-6)
    assert found.check == 0
    assert found.lost <= 0
    assert found.contraction <= 0
    assert found.expansion >= 0
    if found.base > 0:
        assert found.gross_retention <= min(found.net_retention, 1)
    # What is new, came back or is exchange counts in neither rate.
    paying = revenue_bridge(*[np.where(np.array(before) > 0, column, 0) for column in (before, constant)])
    for rate in ("net_retention", "gross_retention"):
        assert getattr(found, rate) == pytest.approx(getattr(paying, rate), nan_ok=True)


@pytest.mark.parametrize(
    ("args", "options", "words"),
    [
        (([1.0], [1.0, 2.0]), {}, "lengths differ: 1, 2"),
        (([np.nan], [1.0]), {}, "before must be a number, not nan in row 1"),
        (([[1.0]], [1.0]), {}, "before must be a column"),
        (([1.0], [1.0]), {"is_new": [1]}, "is_new must be true or false"),
    ],
)
def test_the_bridge_needs_whole_columns(args: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        revenue_bridge(*args, **options)


# Bridges of many periods.

DATES = st.dates(dt.date(2022, 6, 1), dt.date(2025, 2, 28)) | st.sampled_from(
    [dt.date(2023, 2, 28), dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2025, 2, 28)]
)
LOGS = st.lists(st.tuples(st.sampled_from("ABCD"), DATES, CENTS, CENTS), min_size=1, max_size=20)
ENDS = [dt.date(2024, 2, 29), dt.date(2024, 6, 30), dt.date(2025, 2, 28)]


def frame(rows: list[tuple[str, dt.date, float, float]]) -> pd.DataFrame:
    names = ("customer_id", "date", "net_amount", "constant_amount")
    table = pd.DataFrame(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    return table.assign(date=pd.to_datetime(table["date"]))


def slow_bridge(rows: list[tuple[str, dt.date, float, float]], end: dt.date) -> RevenueBridge:
    middle = months_before(end, 12)
    old = months_before(middle, 12)
    names = sorted({who for who, *_ in rows})

    def total(name: str, low: dt.date, high: dt.date, place: int) -> float:
        return sum(row[2:][place] for row in rows if row[0] == name and low < row[1] <= high)

    def first(name: str) -> dt.date:
        return min((row[1] for row in rows if row[0] == name and row[2] > 0), default=dt.date.max)

    return revenue_bridge(
        [round(total(name, old, middle, 0), 6) for name in names],
        [total(name, middle, end, 0) for name in names],
        [round(total(name, middle, end, 1), 6) for name in names],
        is_new=np.array([first(name) > middle for name in names]),
    )


@pytest.mark.parametrize("most", [40_000_000, 1])
def test_many_bridges_agree_with_one_at_a_time(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valuation.metrics.bridges.MOST_CELLS", most)

    @settings(max_examples=25)
    @given(LOGS)
    def agrees(rows: list[tuple[str, dt.date, float, float]]) -> None:
        found = revenue_bridges(frame(rows), np.array(ENDS, dtype="datetime64[D]"))
        for k, end in enumerate(ENDS):
            one = slow_bridge(rows, end)
            for line in (*LINES, "closing", "check", "base"):
                assert found.loc[k, line] == pytest.approx(getattr(one, line), abs=1e-6)
            assert found.loc[k, "net_retention"] == pytest.approx(one.net_retention, nan_ok=True)

    agrees()


def test_without_constant_amounts_there_is_no_exchange_line() -> None:
    rows = [("A", dt.date(2024, 5, 1), 10.0, 9.0), ("A", dt.date(2025, 2, 1), 12.0, 11.0)]
    ends = np.array(["2025-02-28"], dtype="datetime64[D]")
    assert revenue_bridges(frame(rows).drop(columns="constant_amount"), ends).loc[0, "fx"] == 0
    assert revenue_bridges(frame(rows), ends).loc[0, "fx"] == 2


def test_a_stated_first_purchase_makes_a_customer_one_who_came_back() -> None:
    rows = [("A", dt.date(2025, 2, 1), 12.0, 12.0)]
    known = pd.DataFrame({"customer_id": ["A"], "first_purchase": pd.to_datetime(["2019-01-01"])})
    ends = np.array(["2025-02-28"], dtype="datetime64[D]")
    assert revenue_bridges(frame(rows), ends)[["new", "reactivated"]].to_numpy()[0].tolist() == [12, 0]
    assert revenue_bridges(frame(rows), ends, customers=known)[["new", "reactivated"]].to_numpy()[0].tolist() == [0, 12]


@pytest.mark.parametrize("ends", [[], ["2025-02-28", "2025-02-28"], ["NaT"]])
def test_ends_must_be_in_order(ends: list[str]) -> None:
    with pytest.raises(InputError, match="ends must be a column of dates, each after the one before"):
        revenue_bridges(frame([("A", dt.date(2025, 2, 1), 1.0, 1.0)]), np.array(ends, dtype="datetime64[D]"))
