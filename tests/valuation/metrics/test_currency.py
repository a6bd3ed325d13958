"""Amounts in other currencies, reported and in constant currency."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import DomainError, InputError, MissingDataError
from valuation.metrics import converted, converted_in_full, fiscal_calendar

MONTHS = fiscal_calendar(np.datetime64("2024-01-01"), np.datetime64("2025-12-31"))
RATES = pd.DataFrame(
    {
        "currency": "usd ",
        "end": MONTHS["end"],
        "average_rate": [0.9 + 0.005 * k for k in range(len(MONTHS))],
        "closing_rate": 1.0,
    }
)


def days(*texts: str) -> Any:
    return np.array(texts, dtype="datetime64[D]")


def convert(amounts: list[float], currencies: list[str | None], when: Any, **change: Any) -> Any:
    options: dict[str, Any] = {"rates": RATES, "periods": MONTHS, "reporting": "EUR"} | change
    return converted(
        amounts,
        np.array(currencies, dtype=object),
        when,
        options["rates"],
        options["periods"],
        reporting=options["reporting"],
    )


def test_reported_is_at_this_rate_and_constant_at_that_of_a_year_before() -> None:
    found = convert([100.0, 100.0], ["USD", "Usd"], days("2025-01-01", "2025-12-31"))
    assert found.reported == pytest.approx([96.0, 101.5])
    assert found.constant_currency == pytest.approx([90.0, 95.5])
    assert found.fx_effect == pytest.approx([6.0, 6.0])
    assert found.faults.empty


@pytest.mark.parametrize("own", ["EUR", " eur", None, ""])
def test_the_reporting_currency_stays_as_it_is_even_outside_the_periods(own: str | None) -> None:
    found = convert([100.0], [own], days("2019-01-01"))
    assert (found.reported[0], found.constant_currency[0], len(found.faults)) == (100.0, 100.0, 0)


def test_rows_without_a_rate_are_listed_and_the_others_converted() -> None:
    found = convert(
        [1.0] * 4, ["USD", "GBP", "USD", "USD"], days("2025-06-30", "2025-06-30", "2024-06-30", "2026-01-01")
    )
    assert found.faults[["row", "currency", "fault"]].to_numpy().tolist() == [
        [2, "GBP", "no rate"],
        [3, "USD", "no rate a year before"],
        [4, "USD", "no period"],
    ]
    assert np.isnan(found.reported).tolist() == [False, True, False, True]
    assert np.isnan(found.constant_currency).tolist() == [False, True, True, True]


def test_all_or_none() -> None:
    when = days("2025-06-30")
    assert converted_in_full([2.0], ["USD"], when, RATES, MONTHS, reporting="EUR").reported[0] == pytest.approx(1.97)
    with pytest.raises(MissingDataError, match="the first is row 1: no rate of GBP in the period to 2025-06-30"):
        converted_in_full([2.0], ["GBP"], when, RATES, MONTHS, reporting="EUR")
    with pytest.raises(MissingDataError, match=r"row 1: no period of USD$"):
        converted_in_full([2.0], ["USD"], days("2026-06-30"), RATES, MONTHS, reporting="EUR")


def test_years_of_weeks_compare_the_same_period_across_a_53rd_week() -> None:
    weeks = fiscal_calendar(np.datetime64("2022-01-30"), np.datetime64("2025-02-01"), year_end_month=1, pattern="4-5-4",
                            year_end="nearest")  # fmt: skip
    rates = pd.DataFrame({"currency": "USD", "end": weeks["end"], "average_rate": np.arange(1.0, len(weeks) + 1)})
    later = weeks.iloc[12:]
    found = convert([1.0] * len(later), ["USD"] * len(later), later["start"].to_numpy(), rates=rates, periods=weeks)
    assert (found.reported - found.constant_currency == 12).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), st.floats(0.1, 10))
def test_an_unchanged_rate_has_no_effect_and_amounts_scale_with_it(amounts: list[float], rate: float) -> None:
    when = np.repeat(days("2025-05-05"), len(amounts))
    found = convert(amounts, ["USD"] * len(amounts), when, rates=RATES.assign(average_rate=rate))
    assert (found.fx_effect == 0).all()
    assert found.reported == pytest.approx(np.array(amounts) * rate)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"reporting": " "}, InputError, "reporting must name a currency"),
        ({"rates": RATES.drop(columns="end")}, InputError, "rates must have a column end"),
        ({"rates": RATES.assign(average_rate=0.0)}, DomainError, r"average_rate must be above 0, not 0\.0 in row 1"),
        ({"rates": RATES.assign(closing_rate=-1.0)}, DomainError, "closing_rate must be above 0"),
        ({"rates": RATES.assign(average_rate=np.nan)}, InputError, "average_rate must be given"),
        ({"rates": RATES.assign(currency=None)}, InputError, "currency must be given"),
        ({"rates": RATES.assign(end=np.full(len(RATES), np.datetime64("NaT", "s")))}, InputError, "end must be a date"),
        ({"rates": pd.concat([RATES, RATES])}, InputError, "one rate in each period, not USD in row 25"),
        ({"rates": RATES.assign(currency="EUR")}, DomainError, "average_rate of the reporting currency EUR must be 1"),
    ],
)
def test_faults_of_rates_are_refused_by_row(change: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        convert([1.0], ["USD"], days("2025-05-05"), **change)


def test_lengths_must_be_the_same() -> None:
    with pytest.raises(InputError, match="lengths differ: amounts 2, currencies 1, days 1"):
        convert([1.0, 2.0], ["USD"], days("2025-05-05"))
