"""Fiscal calendars, a company's own periods, and what they roll up to."""

import calendar
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError
from valuation.metrics import PATTERNS, WEEKDAYS, YEAR_ENDS, checked_periods, fiscal_calendar, rolled_up
from valuation.metrics.fiscal_calendar import Pattern, Weekday, YearEnd

DAY = dt.timedelta(days=1)


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def table(*rows: tuple[Any, str | None, str | None], **more: Any) -> pd.DataFrame:
    labels, starts, ends = zip(*rows, strict=True)
    return pd.DataFrame(
        {"period": list(labels), "start": pd.to_datetime(list(starts)), "end": pd.to_datetime(list(ends)), **more}
    )


def year_end(year: int, month: int, weekday: int, rule: str) -> dt.date:
    """Last day of a year of weeks, by walking."""
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    near = [last + DAY * shift for shift in ((0, -1, 1, -2, 2, -3, 3) if rule == "nearest" else range(0, -7, -1))]
    return next(candidate for candidate in near if candidate.weekday() == weekday)


def by_walking(
    first: dt.date, last: dt.date, month: int, pattern: str, weekday: int, rule: str
) -> list[tuple[Any, ...]]:
    """The periods of weeks that touch the span, one after the other."""
    found = []
    for year in range(first.year - 1, last.year + 3):
        start, final = year_end(year - 1, month, weekday, rule) + DAY, year_end(year, month, weekday, rule)
        for number, weeks in enumerate([int(weeks) for weeks in pattern.split("-")] * 4, 1):
            end = final if number == 12 else start + 7 * weeks * DAY - DAY
            if start <= last and end >= first:
                found.append((f"FY{year} P{number:02d}", f"FY{year} Q{(number - 1) // 3 + 1}", f"FY{year}", start, end))
            start = end + DAY
    return found


@given(
    st.dates(dt.date(1995, 1, 1), dt.date(2040, 12, 31)),
    st.integers(0, 800),
    st.integers(1, 12),
    st.sampled_from([pattern for pattern in PATTERNS if pattern != "month"]),
    st.sampled_from(WEEKDAYS),
    st.sampled_from(YEAR_ENDS),
)
def test_years_of_weeks_agree_with_walking(
    first: dt.date, length: int, month: int, pattern: Pattern, weekday: Weekday, rule: YearEnd
) -> None:
    last = first + length * DAY
    found = fiscal_calendar(first, last, year_end_month=month, pattern=pattern, weekday=weekday, year_end=rule)
    rows = [(*row[:3], row[3].date(), row[4].date()) for row in found.itertuples(index=False)]
    assert rows == by_walking(first, last, month, pattern, WEEKDAYS.index(weekday), rule)


# The dates that US retailers publish: fiscal 2023 had 53 weeks and ended on 3 February 2024, the Saturday nearest to
# the end of January (4-5-4 calendar of the National Retail Federation, which names the year by its start).
def test_the_retail_calendar_has_its_53_weeks() -> None:
    found = rolled_up(
        fiscal_calendar(day("2022-01-30"), day("2025-02-01"), year_end_month=1, pattern="4-5-4", year_end="nearest")
    )
    years = found[found["grain"] == "year"]
    assert [f"{end:%Y-%m-%d}" for end in years["end"]] == ["2023-01-28", "2024-02-03", "2025-02-01"]
    assert ((years["end"] - years["start"]).dt.days + 1).tolist() == [364, 371, 364]
    assert years["complete"].all()


@pytest.mark.parametrize(
    ("month", "labels", "last"),
    [
        (12, ["2024-01", "2024 Q1", "2024"], ["2024-02", "2024 Q1", "2024"]),
        (6, ["FY2024 P07", "FY2024 Q3", "FY2024"], ["FY2024 P08", "FY2024 Q3", "FY2024"]),
        (1, ["FY2024 P12", "FY2024 Q4", "FY2024"], ["FY2025 P01", "FY2025 Q1", "FY2025"]),
    ],
)
def test_months_are_named_by_their_fiscal_year(month: int, labels: list[str], last: list[str]) -> None:
    found = fiscal_calendar(day("2024-01-31"), day("2024-02-01"), year_end_month=month)
    assert found[["period", "quarter", "year"]].to_numpy().tolist() == [labels, last]
    assert [f"{end:%m-%d}" for end in found["end"]] == ["01-31", "02-29"]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"first": "2025-01-01"}, InputError, "first must be dates"),
        ({"first": day("2026-01-01")}, DomainError, "first must not be after last"),
        ({"year_end_month": 13}, DomainError, r"year_end_month must be in 1\.\.12, not 13"),
        ({"year_end_month": 1.5}, InputError, "year_end_month must be a whole number"),
        ({"pattern": "4-4-4"}, InputError, "pattern must be one of month, 4-4-5"),
        ({"weekday": "someday"}, InputError, "weekday must be one of monday"),
        ({"year_end": "first"}, InputError, "year_end must be one of last, nearest"),
    ],
)
def test_a_calendar_needs_known_words(change: dict[str, Any], error: type[Exception], words: str) -> None:
    options: dict[str, Any] = {"first": day("2025-01-01"), "last": day("2025-12-31")} | change
    with pytest.raises(error, match=words):
        fiscal_calendar(options.pop("first"), options.pop("last"), **options)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("A", "2025-01-31", "2025-01-01")], "must not end before they start, as in row 1"),
        (
            [("B", "2025-02-01", "2025-02-28"), ("A", "2025-01-01", "2025-02-01")],
            "row 1 overlaps row 2: it starts on 2025-02-01, before or on the end 2025-02-01",
        ),
        (
            [("A", "2025-01-01", "2025-01-31"), ("B", "2025-02-02", "2025-02-28")],
            "days are missing between row 1, which ends on 2025-01-31, and row 2, which starts on 2025-02-02",
        ),
        (
            [("A", "2025-01-01", "2025-01-31"), ("A ", "2025-02-01", "2025-02-28")],
            "rows 1 and 2 have the same label A",
        ),
        ([(None, "2025-01-01", "2025-01-31")], "period is blank in row 1"),
        ([("A", None, "2025-01-31")], "start is blank in row 1"),
        ([("A", "2025-01-01", None)], "end is blank in row 1"),
    ],
)
def test_faults_of_own_periods_are_refused_by_row(rows: list[Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        checked_periods(table(*rows))


def test_own_periods_need_rows_and_columns() -> None:
    with pytest.raises(InputError, match="at least one row"):
        checked_periods(table(("A", "2025-01-01", "2025-01-31")).iloc[:0])
    with pytest.raises(InputError, match="periods must have a column period"):
        checked_periods(pd.DataFrame({"start": [], "end": []}))


def test_a_calendar_passes_the_check_unchanged_in_any_order() -> None:
    months = fiscal_calendar(day("2024-01-01"), day("2025-12-31"), pattern="5-4-4")
    pd.testing.assert_frame_equal(checked_periods(months.iloc[::-1]), months)


def test_own_periods_without_quarters_roll_up_to_nothing_more() -> None:
    found = rolled_up(table(("A", "2025-01-01", "2025-01-31"), ("B", "2025-02-01", "2025-02-28")))
    assert found["grain"].tolist() == ["month", "month"]


def test_thirteen_periods_make_a_year_where_they_are_told_to() -> None:
    starts = pd.date_range("2025-01-05", periods=13, freq="28D")
    own = pd.DataFrame(
        {"period": [f"P{n}" for n in range(13)], "start": starts, "end": starts + pd.Timedelta(days=27), "year": "2025"}
    )
    assert rolled_up(own, periods_per_year=13)["complete"].tolist() == [True] * 14
    assert not rolled_up(own)["complete"].iloc[-1]


def test_the_periods_of_a_quarter_are_next_to_each_other() -> None:
    own = table(
        ("A", "2025-01-01", "2025-01-31"),
        ("B", "2025-02-01", "2025-02-28"),
        ("C", "2025-03-01", "2025-03-31"),
        quarter=["Q1", "Q2", "Q1"],
    )
    with pytest.raises(InputError, match="those of quarter Q1 are not next to each other"):
        rolled_up(own)


@settings(max_examples=25)
@given(st.dates(dt.date(2020, 1, 1), dt.date(2024, 12, 31)), st.integers(0, 1000), st.sampled_from(PATTERNS))
def test_what_is_complete_has_all_its_periods(first: dt.date, length: int, pattern: Pattern) -> None:
    months = fiscal_calendar(first, first + length * DAY, pattern=pattern)
    found = rolled_up(months)
    for grain, wanted in (("quarter", 3), ("year", 12)):
        for row in found[found["grain"] == grain].itertuples():
            members = months[months[grain] == row.period]
            assert row.complete == (len(members) == wanted)
            assert (row.start, row.end) == (members["start"].min(), members["end"].max())
