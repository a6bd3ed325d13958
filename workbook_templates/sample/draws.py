"""
Random draws that come out alike on every machine: seeded, one stream for each topic, and only basic methods.

Heavy tails come from tables of quantiles instead of exponentials and powers, whose last bit may differ between
machines; money is rounded to whole cents where it arises.
"""

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "AS_OF",
    "AS_OF_DAY",
    "EPOCH",
    "YEARS",
    "BoolArray",
    "FloatArray",
    "IntArray",
    "TextArray",
    "blanked",
    "cents",
    "dates",
    "day_of",
    "money",
    "numbered",
    "spread",
    "stream",
    "texts",
    "whole",
    "year_bounds",
]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.object_]

SEED = 20251231
EPOCH = dt.date(2023, 1, 1)
AS_OF = dt.datetime(2025, 12, 31)
AS_OF_DAY = (AS_OF.date() - EPOCH).days
YEARS = (2023, 2024, 2025)

STEPS = (0.0, 0.10, 0.25, 0.50, 0.75, 0.90, 0.97, 0.995, 1.0)
"""The probabilities at which the tables of quantiles stand."""


def stream(topic: str) -> np.random.Generator:
    """Start the random stream of one topic, so that a change in one table leaves the others as they are."""
    return np.random.Generator(np.random.PCG64([SEED, *topic.encode()]))


def spread(rng: np.random.Generator, n: int, quantiles: tuple[float, ...]) -> FloatArray:
    """Draw from the distribution with these quantiles at `STEPS`."""
    drawn: FloatArray = np.interp(rng.random(n), STEPS, quantiles)
    return drawn


def whole(rng: np.random.Generator, mean: FloatArray) -> IntArray:
    """Round up or down by chance, so that the mean is kept."""
    return np.floor(mean + rng.random(mean.size)).astype(np.int64)


def cents(amount: FloatArray) -> IntArray:
    """Round an amount to whole cents."""
    return np.rint(amount * 100).astype(np.int64)


def money(whole_cents: IntArray) -> FloatArray:
    """Give whole cents as the nearest double of the amount."""
    return whole_cents / 100


def day_of(date: dt.date) -> int:
    """Count the days from the first day of the sample."""
    return (date - EPOCH).days


def year_bounds(year: int) -> tuple[int, int]:
    """Give the first and the last day of a year."""
    return day_of(dt.date(year, 1, 1)), day_of(dt.date(year, 12, 31))


def dates(days: IntArray, *, known: BoolArray | None = None) -> npt.NDArray[np.datetime64]:
    """Turn days into dates; where not `known`, there is none."""
    stamps = np.datetime64(EPOCH, "D") + days.astype("timedelta64[D]")
    if known is not None:
        stamps = np.where(known, stamps, np.datetime64("NaT", "D"))
    return stamps.astype("datetime64[s]")


def texts(values: Any) -> TextArray:
    """Make a column of texts, with None for a blank."""
    return np.array(values, dtype=object)


def blanked(column: TextArray, known: BoolArray) -> TextArray:
    """Blank a column of texts where there is none."""
    return texts([text if there else None for text, there in zip(column, known, strict=True)])


def numbered(prefix: str, count: int, digits: int) -> TextArray:
    """Make running ids such as C0001."""
    return texts([f"{prefix}{number:0{digits}d}" for number in range(1, count + 1)])
