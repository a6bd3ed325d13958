import calendar
import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.dates import dates, one_date, twelve_months_before
from valuation.errors import DomainError, InputError

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "segments.json").read_text("utf-8"))

days = st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 31))


def slowly(day: dt.date, months: int) -> dt.date:
    """The second way: year and month by division, the last day from the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    is_month_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, month + 1, last if is_month_end else min(day.day, last))


@pytest.mark.parametrize("case", GOLDEN["month_end"], ids=lambda case: case["as_of"])
def test_matches_the_specification(case: dict[str, Any]) -> None:
    day = dt.date.fromisoformat(case["as_of"])
    assert slowly(day, case["months"]) == dt.date.fromisoformat(case["expected"])
    assert twelve_months_before(np.datetime64(day), case["months"]) == np.datetime64(case["expected"])


@given(days, st.integers(0, 600))
def test_equals_the_second_way(day: dt.date, months: int) -> None:
    assert twelve_months_before(day, months) == np.datetime64(slowly(day, months))


@given(st.lists(days, max_size=5))
def test_an_array_is_its_elements(column: list[dt.date]) -> None:
    found = twelve_months_before(np.array(column, dtype="datetime64[D]"))
    assert found.tolist() == [twelve_months_before(day).item() for day in column]


@given(st.integers(0, 2400), st.integers(0, 24), st.integers(0, 24))
def test_month_ends_lead_to_month_ends_in_one_step_or_two(month: int, first: int, second: int) -> None:
    end = np.datetime64("1970-01", "M") + np.timedelta64(month, "M")
    day = (end + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    halfway = twelve_months_before(day, first)
    assert twelve_months_before(halfway, second) == twelve_months_before(day, first + second)


def test_a_missing_date_stays_missing() -> None:
    found = twelve_months_before(np.array(["2025-12-31", "NaT"], dtype="datetime64[ns]"))
    assert found[0] == np.datetime64("2024-12-31")
    assert np.isnat(found[1])


def test_a_time_of_day_is_dropped() -> None:
    assert twelve_months_before(np.datetime64("2025-12-31T23:59")) == np.datetime64("2024-12-31")
    assert twelve_months_before(dt.datetime(2025, 12, 31, 23, 59)) == np.datetime64("2024-12-31")


def test_columns_of_dates_are_read_from_every_kind() -> None:
    expected = [dt.date(2025, 3, 1), None]
    for column in (
        [dt.date(2025, 3, 1), None],
        [pd.Timestamp("2025-03-01 12:00"), pd.NaT],
        pd.Series([pd.Timestamp("2025-03-01"), pd.NaT]),
        [np.datetime64("2025-03-01"), pd.NA],
    ):
        assert dates(np.array(column, dtype=object), "first").tolist() == expected
    assert dates([], "first").tolist() == []


@pytest.mark.parametrize("column", [["2025-03-01"], [45000], [45000.0], np.array(["2025-03-01"], dtype=object)])
def test_texts_and_numbers_are_no_dates(column: Any) -> None:
    with pytest.raises(InputError, match="first must be dates, not"):
        dates(column, "first")


@pytest.mark.parametrize("value", [None, np.datetime64("NaT", "D"), pd.NaT])
def test_an_as_of_date_has_to_be_there(value: Any) -> None:
    with pytest.raises(InputError, match="as_of must be a date, not"):
        one_date(value, "as_of")


def test_months_are_a_whole_number_from_0() -> None:
    with pytest.raises(DomainError, match="months must be 0 or more, not -1"):
        twelve_months_before(dt.date(2025, 1, 1), -1)
    with pytest.raises(InputError, match=r"months must be a whole number, not 1\.5"):
        twelve_months_before(dt.date(2025, 1, 1), 1.5)  # type: ignore[call-overload]
