"""
May the purchase model of the customer base be trusted: what it foretold, by model, over time and by frequency.

The tables have a fixed number of rows, so that charts stay where they are; what is not known is missing in them.
"""

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.errors import ConvergenceError, MissingDataError
from valuation.lifetime.conventions import FloatArray
from valuation.purchases import (
    Candidate,
    Holdout,
    Interval,
    PurchaseFit,
    PurchaseModel,
    PurchaseModelChoice,
    conditional_table,
    customer_interval,
    frequency_table,
    last_part,
    resampled_parameters,
    split_purchases,
    total_interval,
    total_parameter_interval,
    track_purchases,
)
from valuation.purchases.selection import FITS
from valuation.tables import MODEL_CHOICE, MODEL_FREQUENCY, MODEL_INTERVALS, MODEL_TRACKING

__all__ = ["DAYS_PER_YEAR", "MOST_REPEATS", "STRETCHES", "Buyers", "check_tables", "next_year", "resampled"]

DAYS_PER_YEAR: Final = 365
STRETCHES: Final = 24
MOST_REPEATS: Final = 7
LEVEL: Final = 0.9
DRAWS: Final = 99
MOST_RESAMPLED: Final = 50_000
"""Customers above which intervals are left out: all are fitted and foretold anew for each draw."""
SEED: Final = 20_250_101
"""Chance is drawn from one fixed sequence, so that the same inputs give the same intervals."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buyers:
    """Customers who bought without a contract, seen from the as-of date; arrays of shape (n,), times in days."""

    rows: npt.NDArray[np.int64]
    """Position among all customers."""

    frequency: FloatArray
    """Days with a purchase after the first. [count]"""

    recency: FloatArray
    """From the first to the last purchase. [days]"""

    age: FloatArray
    """Since the first purchase. [days]"""

    monetary_value: FloatArray
    """Mean revenue of the repeat purchases; NaN without one. [currency]"""

    visit_row: npt.NDArray[np.int64]
    """Position of the customer of each sale."""

    visit_day: FloatArray
    """Day of each sale, on one clock. [days]"""

    end: float
    """As-of date on that clock. [days]"""

    @property
    def history(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Frequency, recency and age, as the models take them."""
        return self.frequency, self.recency, self.age

    def holdout(self) -> Holdout | None:
        """The history in two parts, the last one half of it or a year; None where it is too short."""
        length = last_part(float(self.age.max(initial=0.0)), year=DAYS_PER_YEAR)
        if length < 1.0:
            return None
        try:
            return split_purchases(self.visit_row, self.visit_day, split=self.end - length, end=self.end)
        except MissingDataError:
            return None


def resampled(fit: PurchaseFit[Any] | None, customers: int) -> list[PurchaseModel]:
    """Parameters of resampled customers; none without a fit, or where there are too many customers."""
    if fit is None or customers > MOST_RESAMPLED:
        return []
    return resampled_parameters(fit, draws=DRAWS, rng=np.random.default_rng(SEED))


def check_tables(
    buyers: Buyers,
    choice: PurchaseModelChoice,
    holdout: Holdout | None,
    samples: list[PurchaseModel],
    as_of: np.datetime64,
) -> dict[str, pd.DataFrame]:
    """Give the tables of Model check by contract name; `samples` are those of the chosen model."""
    fit = None if choice.chosen is None else choice.chosen.fit
    early = None if choice.chosen is None or holdout is None else _early_fit(choice.chosen, holdout)
    return {
        MODEL_CHOICE.name: pd.DataFrame([_candidate(each, choice) for each in choice.candidates]),
        MODEL_INTERVALS.name: _intervals(buyers, fit, samples, holdout, early),
        MODEL_TRACKING.name: _tracking(buyers, fit, as_of),
        MODEL_FREQUENCY.name: _frequency(buyers, fit, holdout, early),
    }


def next_year(buyers: Buyers, fit: PurchaseFit[Any], samples: list[PurchaseModel]) -> tuple[FloatArray, FloatArray]:
    """Ends between which each buyer's purchases of the next year lie in nine of ten cases."""
    if not samples:
        nothing = np.full(buyers.rows.size, np.nan)
        return nothing, nothing
    rng = np.random.default_rng(SEED)
    interval = customer_interval(fit, samples, *buyers.history, t=DAYS_PER_YEAR, level=LEVEL, rng=rng)
    return interval.low, interval.high


def _early_fit(chosen: Candidate, holdout: Holdout) -> PurchaseFit[Any] | None:
    """The chosen model, fitted to the first part of the history."""
    try:
        return FITS[chosen.title](holdout.frequency, holdout.recency, holdout.age)
    except (ConvergenceError, MissingDataError):
        return None


def _candidate(each: Candidate, choice: PurchaseModelChoice) -> dict[str, Any]:
    fit, check = each.fit, each.check
    return {
        "model": each.title,
        "chosen": "no" if each is not choice.chosen else "yes" if choice.trusted else "best, but not used",
        "parameters": None if fit is None else _parameters(fit.parameters),
        "log_likelihood": np.nan if fit is None else fit.log_likelihood,
        "bic": np.nan if fit is None else fit.bic,
        "foretold": np.nan if check is None else check.expected,
        "made": np.nan if check is None else check.actual,
        "bias": np.nan if check is None else check.bias,
        "mean_error": np.nan if check is None else check.mean_absolute_error,
        "adjustment": np.nan if check is None else check.adjustment,
        "note": each.note if choice.trusted or each is not choice.chosen else choice.reason,
    }


def _parameters(params: Any) -> str:
    """Write parameters with their names."""
    return ", ".join(f"{field.name} {getattr(params, field.name):.4g}" for field in fields(params))


def _intervals(
    buyers: Buyers,
    fit: PurchaseFit[Any] | None,
    samples: list[PurchaseModel],
    holdout: Holdout | None,
    early: PurchaseFit[Any] | None,
) -> pd.DataFrame:
    """The last part of the history as it was foretold, and the next year; with and without chance."""
    rows = []
    past = None if holdout is None else (holdout.frequency, holdout.recency, holdout.age)
    made = np.nan if holdout is None else float(holdout.actual.sum())
    length = DAYS_PER_YEAR if holdout is None else holdout.length
    before = resampled(early, buyers.rows.size)
    for what, fitted, drawn, history, days, outcome in (
        (f"Last {length:.0f} days, foretold from before", early, before, past, length, made),
        (f"Next {DAYS_PER_YEAR} days", fit, samples, buyers.history, float(DAYS_PER_YEAR), np.nan),
    ):
        intervals: list[Interval | None] = [None, None]
        if fitted is not None and history is not None and drawn:
            rng = np.random.default_rng(SEED)
            intervals = [
                total_interval(fitted, drawn, *history, t=days, level=LEVEL, rng=rng),
                total_parameter_interval(fitted, drawn, *history, t=days, level=LEVEL),
            ]
        for covers, interval in zip(COVERS, intervals, strict=True):
            rows.append(
                {
                    "what": f"{what}: {covers}",
                    "expected": np.nan if interval is None else float(interval.expected),
                    "low": np.nan if interval is None else float(interval.low),
                    "high": np.nan if interval is None else float(interval.high),
                    "made": outcome,
                    "covers": COVERS[covers],
                }
            )
    return pd.DataFrame(rows)


COVERS: Final = {
    "what will happen": "parameters that are estimates, and what customers happen to do; not a model that is wrong",
    "the expectation": "parameters that are estimates alone: what happens lies outside more often",
}


def _tracking(buyers: Buyers, fit: PurchaseFit[Any] | None, as_of: np.datetime64) -> pd.DataFrame:
    """Repeat purchases of equal stretches of the history, made and expected."""
    span = float(buyers.age.max(initial=0.0))
    ends = buyers.end - span + np.ceil(span * np.arange(1, STRETCHES + 1) / STRETCHES)
    days = as_of - np.array(buyers.end - ends).astype("timedelta64[D]")
    frame = pd.DataFrame({"until": days.astype("datetime64[s]")})
    if fit is None or span < STRETCHES:
        return frame.assign(made=np.nan, expected=np.nan, made_in_all=np.nan, expected_in_all=np.nan)
    track = track_purchases(fit.parameters, buyers.visit_row, buyers.visit_day, ends=ends)
    return frame.assign(
        made=track.actual,
        expected=track.expected,
        made_in_all=track.actual_cumulative,
        expected_in_all=track.expected_cumulative,
    )


def _frequency(
    buyers: Buyers, fit: PurchaseFit[Any] | None, holdout: Holdout | None, early: PurchaseFit[Any] | None
) -> pd.DataFrame:
    """How many bought again how often, and what they bought in the last part of the history."""
    nothing = np.full(MOST_REPEATS + 1, np.nan)
    columns = dict.fromkeys(("customers", "customers_expected", "made_later", "foretold_later"), nothing)
    if fit is not None:
        often = frequency_table(fit.parameters, *buyers.history, most=MOST_REPEATS)
        columns |= {"customers": often.actual, "customers_expected": often.expected}
    if early is not None and holdout is not None:
        later = conditional_table(early.parameters, holdout, most=MOST_REPEATS)
        columns |= {"made_later": later.actual, "foretold_later": later.expected}
    labels = [*(str(count) for count in range(MOST_REPEATS)), f"{MOST_REPEATS} and more"]
    return pd.DataFrame({"repeat_purchases": labels, **columns})
