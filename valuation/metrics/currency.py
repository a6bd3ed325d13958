"""
Amounts in other currencies as the reporting one: at this period's rates, and at those of a year before.

The difference is what exchange rates did; growth and retention are read in constant currency.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray, numbers, refuse_rows
from valuation.cost.ledger import required_column, texts_of
from valuation.dates import DateArray, dates, twelve_months_before
from valuation.errors import DomainError, InputError, MissingDataError
from valuation.metrics.periods import period_bounds

__all__ = ["Converted", "converted", "converted_in_full"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Converted:
    """
    Amounts in the reporting currency.

    Attributes
    ----------
    reported : ndarray, shape (n,)
        At the average rate of the amount's period; NaN without one. [reporting currency]
    constant_currency : ndarray, shape (n,)
        At the average rate of the same period one year before; NaN without one. [reporting currency]
    faults : DataFrame
        Rows without a rate: row (from 1), currency, period (its end), fault ("no rate", "no rate a year before" or "no
        period").
    """

    reported: FloatArray
    constant_currency: FloatArray
    faults: pd.DataFrame

    @property
    def fx_effect(self) -> FloatArray:
        """What exchange rates changed: reported less constant currency. [reporting currency]"""
        return self.reported - self.constant_currency


def converted(
    amounts: npt.ArrayLike,
    currencies: npt.ArrayLike,
    days: npt.ArrayLike,
    rates: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    reporting: str,
) -> Converted:
    """
    Convert amounts, and list the rows that cannot be.

    Parameters
    ----------
    amounts : array_like, shape (n,)
        In their own currencies. [currency]
    currencies : array_like of str, shape (n,)
        Currency of each amount; a blank is the reporting currency.
    days : array_like of dates, shape (n,)
        Date of each amount. [date]
    rates : DataFrame
        currency, end (last day of the period, or any day in it), average_rate and optionally closing_rate: units of the
        reporting currency for one unit of the foreign one.
    periods : DataFrame
        start and end of the periods, one year before the first amount included.
    reporting : str
        The reporting currency.

    Returns
    -------
    Converted
        Amounts in the reporting currency are the same in both columns.

    Raises
    ------
    InputError
        If a column is missing, lengths differ, a date or rate is missing, or a currency has two rates in a period.
    DomainError
        If a rate is not above 0, or that of the reporting currency not 1.

    Notes
    -----
    Of the same period one year before is the one in which the middle of the period lies twelve months earlier: weeks
    shift by a day or two a year, and years of 53 weeks by a week.

    Examples
    --------
    >>> months = pd.DataFrame(
    ...     {
    ...         "start": pd.to_datetime(["2024-12-01", "2025-12-01"]),
    ...         "end": pd.to_datetime(["2024-12-31", "2025-12-31"]),
    ...     }
    ... )
    >>> rates = pd.DataFrame({"currency": "USD", "end": months["end"], "average_rate": [0.95, 0.86]})
    >>> day = np.array(["2025-12-05"], dtype="datetime64[D]")
    >>> found = converted([100.0], ["USD"], day, rates, months, reporting="EUR")
    >>> print(found.reported[0], found.constant_currency[0], found.fx_effect[0].round(2))
    86.0 95.0 -9.0
    """
    money, own, when = numbers(amounts, "amounts"), _codes_of(currencies), dates(days, "days")
    if not money.shape == own.shape == when.shape or money.ndim != 1:
        raise InputError(f"lengths differ: amounts {money.size}, currencies {own.size}, days {when.size}")
    home = str(reporting).strip().upper()
    if not home:
        raise InputError("reporting must name a currency")
    starts, ends = period_bounds(periods)
    table, known = _rates(rates, starts, ends, home)
    place = _places(when, starts, ends)
    currency = pd.Index(known).get_indexer(pd.Index(np.where(own == "", home, own)))
    at_home = (own == "") | (own == home)
    now = np.where(at_home, 1.0, table[currency, place])
    middle = starts + (ends - starts) // 2
    year_before = np.append(_places(twelve_months_before(middle), starts, ends), -1)
    before = np.where(at_home, 1.0, table[currency, year_before[place]])
    faults = np.select(
        [at_home, place < 0, np.isnan(now), np.isnan(before)], ["", "no period", "no rate", "no rate a year before"], ""
    )
    rows = np.flatnonzero(faults != "")
    last_days = np.append(ends, np.datetime64("NaT", "D"))
    listed = {
        "row": rows + 1,
        "currency": own[rows],
        "period": last_days[place[rows]].astype("datetime64[s]"),
        "fault": faults[rows].astype(object),
    }
    return Converted(reported=money * now, constant_currency=money * before, faults=pd.DataFrame(listed))


def converted_in_full(
    amounts: npt.ArrayLike,
    currencies: npt.ArrayLike,
    days: npt.ArrayLike,
    rates: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    reporting: str,
) -> Converted:
    """
    Convert amounts, all of them or none.

    Parameters
    ----------
    amounts, currencies, days, rates, periods, reporting
        As in `converted`.

    Returns
    -------
    Converted
        Without faults.

    Raises
    ------
    MissingDataError
        If a row has no rate; the message names the first one.
    """
    found = converted(amounts, currencies, days, rates, periods, reporting=reporting)
    if len(found.faults):
        first = found.faults.iloc[0]
        period = "" if pd.isna(first["period"]) else f" in the period to {first['period']:%Y-%m-%d}"
        raise MissingDataError(
            f"{len(found.faults)} rows cannot be converted; the first is row {first['row']}: {first['fault']} of "
            f"{first['currency']}{period}"
        )
    return found


def _codes_of(currencies: npt.ArrayLike) -> npt.NDArray[Any]:
    """Currencies as trimmed capitals; a blank is ""."""
    codes, words = pd.factorize(texts_of(currencies))
    return np.array([word.upper() for word in words], dtype=object)[codes]


def _places(days: DateArray, starts: DateArray, ends: DateArray) -> IntArray:
    """Position of the period in which each day lies, -1 for none."""
    place = np.searchsorted(ends, days)
    inside = (place < ends.size) & ~np.isnat(days)
    inside &= starts[np.minimum(place, ends.size - 1)] <= days
    return np.where(inside, place, -1)


def _rates(rates: pd.DataFrame, starts: DateArray, ends: DateArray, home: str) -> tuple[FloatArray, npt.NDArray[Any]]:
    """Average rates by currency and period, NaN without one; the last row and column stand for unknown ones."""
    currency = _codes_of(required_column(rates, "currency", "rates"))
    day = dates(required_column(rates, "end", "rates").to_numpy(), "end")
    average = numbers(required_column(rates, "average_rate", "rates"), "average_rate")
    refuse_rows(currency == "", currency, InputError, "rates: currency must be given")
    refuse_rows(np.isnat(day), day, InputError, "rates: end must be a date")
    refuse_rows(np.isnan(average), average, InputError, "rates: average_rate must be given")
    refuse_rows((average <= 0) | np.isinf(average), average, DomainError, "rates: average_rate must be above 0")
    if "closing_rate" in rates:
        closing = numbers(rates["closing_rate"], "closing_rate")
        refuse_rows((closing <= 0) | np.isinf(closing), closing, DomainError, "rates: closing_rate must be above 0")
    own = (currency == home) & (average != 1)
    refuse_rows(own, average, DomainError, f"rates: average_rate of the reporting currency {home} must be 1")
    place = _places(day, starts, ends)
    codes, known = pd.factorize(currency)
    twice = pd.MultiIndex.from_arrays([codes, place]).duplicated() & (place >= 0)
    refuse_rows(twice, currency, InputError, "rates: a currency must have one rate in each period")
    table = np.full((len(known) + 1, ends.size + 1), np.nan)
    table[codes, place] = average
    table[:, -1] = np.nan
    return table, np.asarray(known)
