"""Headings of periods: what people write above their columns, and the last days that they mean."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook_templates.mapping.model import Headings, MappingError
from workbook_templates.mapping.periods import period_ends, recognise_headings
from workbook_templates.plan import Cell, CellError

DATE, MONTH, QUARTER, YEAR, WEEK = Headings
LAST_OF_2026 = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]
LAST_OF_2026 += ["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31"]

YEARS_OF_MONTHS = {
    "English": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "English, long": "January February March April May June July August September October November December",
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "German, short": "Jan. Feb. Mrz. Apr. Mai Jun. Jul. Aug. Sep. Okt. Nov. Dez.",
    "Austrian": "Jänner Feber März April Mai Juni Juli August September Oktober November Dezember",
    "French": "JANVIER FÉVRIER MARS AVRIL MAI JUIN JUILLET AOÛT SEPTEMBRE OCTOBRE NOVEMBRE DÉCEMBRE",
    "French, short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Spanish, short": "ene feb mar abr may jun jul ago set oct nov dic",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november december",
    "Dutch, short": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    "Indonesian": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "Indonesian, short": "Jan Peb Mar Apr Mei Jun Jul Agt Sep Okt Nop Des",
}


def ends(headings: list[Cell], kind: Headings, first: str = "") -> list[str]:
    """Give period ends as texts, "" where there is no period."""
    days = period_ends(headings, kind, dt.date.fromisoformat(first) if first else None)
    return [str(day) if day else "" for day in days]


@pytest.mark.parametrize("names", YEARS_OF_MONTHS.values(), ids=YEARS_OF_MONTHS)
class TestMonthNames:
    def test_alone_they_count_from_the_given_month(self, names: str) -> None:
        assert ends([*names.split()], MONTH, "2026-01-31") == LAST_OF_2026

    def test_with_a_year_they_need_none(self, names: str) -> None:
        assert ends([f"{name}-26" for name in names.split()], MONTH) == LAST_OF_2026
        assert ends([f"{name} 2026" for name in names.split()], MONTH) == LAST_OF_2026

    def test_they_are_recognised(self, names: str) -> None:
        found = recognise_headings([*names.split(), "Total"])
        assert found is not None
        assert (found.headings, found.places, found.first_missing, found.doubt) == (MONTH, tuple(range(12)), True, "")


WAYS: list[tuple[list[Cell], Headings, list[str]]] = [
    (["Jan-26", "Feb-26"], MONTH, ["2026-01-31", "2026-02-28"]),
    (["2026 Jan", "2026 Feb"], MONTH, ["2026-01-31", "2026-02-28"]),
    (["Jan '28", "Feb '28"], MONTH, ["2028-01-31", "2028-02-29"]),
    (["2026-01", "2026-02"], MONTH, ["2026-01-31", "2026-02-28"]),
    (["01/2026", "02/2026"], MONTH, ["2026-01-31", "2026-02-28"]),
    (["1.2026", "2.2026"], MONTH, ["2026-01-31", "2026-02-28"]),
    ([202511.0, 202512.0, 202601.0], MONTH, ["2025-11-30", "2025-12-31", "2026-01-31"]),
    (["2026M01", "2026M02"], MONTH, ["2026-01-31", "2026-02-28"]),
    (["Actual Jan-26", "Jan-26 forecast"], MONTH, ["2026-01-31", "2026-01-31"]),
    (["Nov", "Dec", "Jan-26", "Feb"], MONTH, ["2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"]),
    (["Q1 2026", "Q2 2026"], QUARTER, ["2026-03-31", "2026-06-30"]),
    (["1Q26", "2Q26"], QUARTER, ["2026-03-31", "2026-06-30"]),
    (["Q4'25", "Q1'26"], QUARTER, ["2025-12-31", "2026-03-31"]),
    (["2026-Q1", "2026-Q2"], QUARTER, ["2026-03-31", "2026-06-30"]),
    (["1. Quartal 2026", "2. Quartal 2026"], QUARTER, ["2026-03-31", "2026-06-30"]),
    (["1er trimestre 2026", "T2 2026"], QUARTER, ["", "2026-06-30"]),
    (["T1 2026", "T2 2026"], QUARTER, ["2026-03-31", "2026-06-30"]),
    (["K1 2026", "Triwulan 2 2026"], QUARTER, ["2026-03-31", "2026-06-30"]),
    (["FY28", "FY29"], YEAR, ["2028-12-31", "2029-12-31"]),
    (["FY2028", "FY 2029"], YEAR, ["2028-12-31", "2029-12-31"]),
    (["2028A", "2029E", "2030 Budget"], YEAR, ["2028-12-31", "2029-12-31", "2030-12-31"]),
    ([2028.0, 2027.0, 2026.0], YEAR, ["2028-12-31", "2027-12-31", "2026-12-31"]),
    (["2027/28", "2028/29"], YEAR, ["2028-12-31", "2029-12-31"]),
    (["W01 2026", "W02 2026"], WEEK, ["2026-01-04", "2026-01-11"]),
    (["2020-W53", "KW 1 2021"], WEEK, ["2021-01-03", "2021-01-10"]),
    (["2026-01-15", "2026-02-15"], DATE, ["2026-01-31", "2026-02-28"]),
    (["31-Jan-2026", "28-Feb-2026"], DATE, ["2026-01-31", "2026-02-28"]),
    (["31/01/2026", "28/02/2026"], DATE, ["2026-01-31", "2026-02-28"]),
    (["01/31/2026", "02/28/2026"], DATE, ["2026-01-31", "2026-02-28"]),
    (["01.01.2026", "01.02.2026", "01.03.2026"], DATE, ["2026-01-31", "2026-02-28", "2026-03-31"]),
]


@pytest.mark.parametrize(("headings", "kind", "expected"), WAYS, ids=[str(way[0][0]) for way in WAYS])
def test_periods_that_say_themselves(headings: list[Cell], kind: Headings, expected: list[str]) -> None:
    assert ends(headings, kind) == expected


@pytest.mark.parametrize(
    ("headings", "kind", "first", "expected"),
    [
        (["M0", "M1", "M2"], MONTH, "2026-01-31", LAST_OF_2026[:3]),
        (["Month 3", "Month 4"], MONTH, "2026-01-31", LAST_OF_2026[:2]),
        (["P11", "P12", "P01"], MONTH, "2026-01-31", LAST_OF_2026[:3]),
        ([1.0, 2.0, 3.0], MONTH, "2026-01-31", LAST_OF_2026[:3]),
        (["Dec", "Jan", "", "Mar"], MONTH, "2025-12-15", ["2025-12-31", "2026-01-31", "", "2026-03-31"]),
        (["Jan", "Feb", "Q1", "FY26", None, "Mar"], MONTH, "2026-01-31", [*LAST_OF_2026[:2], "", "", "", "2026-03-31"]),
        (["Q3", "Q4", "Q1"], QUARTER, "2026-03-31", ["2026-03-31", "2026-06-30", "2026-09-30"]),
        (["Year 1", "Year 2", "Year 3"], YEAR, "2026-06-30", ["2026-06-30", "2027-06-30", "2028-06-30"]),
        (["FY28", "FY29"], YEAR, "2028-03-31", ["2028-03-31", "2029-03-31"]),
        (["P01 FY26", "P02 FY26"], MONTH, "2025-07-31", ["2025-07-31", "2025-08-31"]),
        ([2028.0, 2027.0], YEAR, "2028-02-29", ["2028-02-29", "2027-02-28"]),
        (["W51", "W52", "W1"], WEEK, "2026-12-20", ["2026-12-20", "2026-12-27", "2027-01-03"]),
    ],
)
def test_periods_that_count_from_a_first_one(
    headings: list[Cell], kind: Headings, first: str, expected: list[str]
) -> None:
    assert ends(headings, kind, first) == expected


class TestDates:
    @pytest.mark.parametrize("day", [1, 15, 28])
    def test_any_day_of_the_month_will_do(self, day: int) -> None:
        assert ends([dt.date(2026, month, day) for month in range(1, 13)], DATE) == LAST_OF_2026
        assert ends([dt.datetime(2026, month, day, 9) for month in range(1, 13)], DATE) == LAST_OF_2026

    def test_first_days_of_quarters_and_years(self) -> None:
        assert ends([dt.date(2026, 1, 1), dt.date(2026, 4, 1)], DATE) == ["2026-03-31", "2026-06-30"]
        assert ends([dt.date(2026, 7, 1), dt.date(2027, 7, 1)], DATE) == ["2027-06-30", "2028-06-30"]

    def test_last_days_of_quarters(self) -> None:
        assert ends([dt.date(2026, 1, 31), dt.date(2026, 4, 30)], DATE) == ["2026-01-31", "2026-04-30"]

    def test_several_days_in_a_month_are_themselves(self) -> None:
        assert ends([dt.date(2026, 1, 5), dt.date(2026, 1, 6), "Total"], DATE) == ["2026-01-05", "2026-01-06", ""]

    def test_dates_stand_for_periods_of_every_kind(self) -> None:
        days: list[Cell] = [dt.date(2026, 1, 5), dt.date(2026, 5, 6)]
        assert ends(days, MONTH) == ["2026-01-31", "2026-05-31"]
        assert ends(days, QUARTER) == ["2026-03-31", "2026-06-30"]
        assert ends(days, YEAR) == ["2026-12-31", "2026-12-31"]
        assert ends(days, WEEK) == ["2026-01-11", "2026-05-10"]


@pytest.mark.parametrize(
    "heading",
    [
        "",
        None,
        "Total",
        "FY28 %",
        "Δ FY28",
        "Customer",
        True,
        CellError.NA,
        -1.0,
        2.5,
        1e300,
        "Q5 2026",
        "13/2026",
        "x" * 99,
    ],
)
@pytest.mark.parametrize("kind", Headings)
def test_what_is_no_period(heading: Cell, kind: Headings) -> None:
    assert period_ends([heading], kind, dt.date(2026, 1, 31)) == [None]


def test_without_a_first_period_the_message_says_what_to_give() -> None:
    with pytest.raises(MappingError, match="from Jan on do not say which month they begin with; give the last day"):
        period_ends(["Region", "Jan", "Feb"], MONTH)


RECOGNISED: list[tuple[list[Cell], Headings, bool, str]] = [
    ([dt.date(2026, 1, 31), dt.date(2026, 2, 28), "Total"], DATE, False, ""),
    ([dt.date(2026, 1, 5), dt.date(2026, 1, 12), dt.date(2026, 1, 19)], WEEK, False, ""),
    (["M0", "M1", "M2"], MONTH, True, ""),
    (["Jan", "Feb", "Mar", "Q1", "Apr", "May", "Jun", "Q2", "FY26"], MONTH, True, ""),
    (["Q1", "Q2", "Q3", "Q4", "FY26"], QUARTER, True, ""),
    (["KW 3", "KW 4", "KW 5"], WEEK, True, ""),
    (["FY28", "FY29"], YEAR, False, "fiscal years may not end in December"),
    (["Year 1", "Year 2"], YEAR, True, ""),
    (["2028E", "2029E"], YEAR, False, ""),
    (["2009/10", "2010/11", "2011/12"], YEAR, False, "fiscal years may not end in December"),
    ([2026.0, 2027.0, 2028.0], YEAR, False, ""),
    ([1.0, 2.0, 3.0], MONTH, True, "the headings are bare numbers; do they count months"),
    (["Jan", "Jan", "Feb", "Feb"], MONTH, True, "the headings do not follow one another month by month"),
    (["P01", "P02"], MONTH, True, "periods of the books may not be months of the calendar"),
    (["01/01/2026", "02/01/2026"], DATE, False, ""),
]


@pytest.mark.parametrize(
    ("headings", "kind", "missing", "doubt"), RECOGNISED, ids=[str(case[0][:2]) for case in RECOGNISED]
)
def test_rows_of_headings_are_recognised(headings: list[Cell], kind: Headings, missing: bool, doubt: str) -> None:
    found = recognise_headings(headings)
    assert found is not None
    assert (found.headings, found.first_missing, found.doubt) == (kind, missing, doubt)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        ["Jan"],
        ["Customer", "Region", "May"],
        [2031.0, 2007.0, 2090.0],
        [2026.0, 2027.0],
        [17.0, 18.0, 19.0],
        ["C001", "Acme", dt.date(2026, 1, 3), 1200.0],
        [True, False, None],
    ],
)
def test_rows_of_data_are_not(cells: list[Cell]) -> None:
    assert recognise_headings(cells) is None


def test_dates_as_texts_that_read_both_ways_are_doubted() -> None:
    found = recognise_headings(["03/01/2026", "04/02/2026", "05/03/2026"])
    assert found is not None
    assert found.doubt == "the dates are texts that are read day first, but could be month first"


@given(st.dates(dt.date(1990, 1, 1), dt.date(2076, 12, 31)), st.integers(2, 40))
def test_all_ways_to_write_the_same_months_mean_the_same_days(start: dt.date, count: int) -> None:
    firsts = [
        dt.date(start.year + (start.month - 1 + n) // 12, (start.month - 1 + n) % 12 + 1, 1) for n in range(count)
    ]
    days = period_ends([*firsts], DATE)
    assert all(day is not None and (day + dt.timedelta(1)).day == 1 for day in days)
    for form in ("%b-%y", "%B %Y", "%Y-%m", "%m/%Y", "%Y%m"):
        headings: list[Cell] = [first.strftime(form) for first in firsts]
        assert period_ends(headings, MONTH) == days
    assert period_ends([first.strftime("%b") for first in firsts], MONTH, days[0]) == days
