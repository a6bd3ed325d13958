"""The days on which customers are counted, who is active on them, and since when each is a customer."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import IntArray
from valuation.dates import DateArray, twelve_months_before
from valuation.metrics.first_purchase import FirstPurchase, spell_starts
from valuation.metrics.transactions import NEVER, BoolArray, Log

__all__ = ["TimeLine", "activity", "tenure_starts", "time_line"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeLine:
    """
    The days on which customers are counted, and the intervals that they cut time into.

    Interval i holds the days after day i - 1 up to and including day i. `period` says which period it is, and is the
    number of periods where it is none; `openings` and `closings` say which day is which.
    """

    days: IntArray
    window_starts: IntArray
    period: IntArray
    openings: IntArray
    closings: IntArray

    def interval(self, days: IntArray) -> IntArray:
        """Interval of each day; of days after the last, the number of days counted on."""
        if not days.size:
            return days
        low, high = int(self.days[0]), int(self.days[-1])
        table = np.searchsorted(self.days, np.arange(low, high + 2), side="left")
        found: IntArray = table[np.clip(days, low, high + 1) - low]
        return found


def time_line(starts: DateArray, ends: DateArray, months: int, log: Log) -> TimeLine:
    """The days before each period and at its end."""
    before = starts - np.timedelta64(1, "D")
    days = np.unique(np.concatenate([before, ends]))
    period = np.full(days.size + 1, len(ends))
    closings = np.searchsorted(days, ends)
    period[closings] = np.arange(len(ends))
    return TimeLine(
        days=days.astype(np.int64),
        window_starts=twelve_months_before(days, months).astype(np.int64),
        period=period,
        openings=np.searchsorted(days, before),
        closings=closings,
    )


def _latest(line: TimeLine, many: int, codes: IntArray, days: IntArray) -> npt.NDArray[np.int32]:
    """The latest day of each customer in each interval, -NEVER without one; one row for each interval."""
    latest = np.full((line.days.size + 1, many), -NEVER, dtype=np.int32)
    np.maximum.at(latest.reshape(-1), line.interval(days) * many + codes, days.astype(np.int32))
    return latest


def activity(log: Log, line: TimeLine, counts: BoolArray, end: IntArray) -> tuple[BoolArray, BoolArray]:
    """Whether each customer is active on the day before each period, and on its last day."""
    many = len(log.ids)
    latest = _latest(line, many, log.codes[counts], log.days[counts])
    active = np.zeros((line.days.size, many), dtype=np.bool_)
    so_far = np.full(many, -NEVER, dtype=np.int32)
    has_ends = bool((end < NEVER).any())
    for i, (day, window_start) in enumerate(zip(line.days, line.window_starts, strict=True)):
        np.maximum(so_far, latest[i], out=so_far)
        np.greater(so_far, window_start, out=active[i])
        if has_ends:
            active[i] &= (end > day) | (so_far > end)
    return active[line.openings], active[line.closings]


def tenure_starts(log: Log, line: TimeLine, bought: FirstPurchase, months: int) -> npt.NDArray[np.int32]:
    """When the latest spell of each customer up to the end of each period began."""
    many, covered = len(log.ids), int(log.days.min()) if log.days.size else 0

    def window_start(days: IntArray) -> IntArray:
        return twelve_months_before(days.astype("datetime64[D]"), months).astype(np.int64)

    begins = spell_starts(log, bought.counts, window_start)
    codes, days = log.codes[begins], log.days[begins]
    first = np.full(many, NEVER)
    np.minimum.at(first, codes, days)
    latest = _latest(line, many, codes, days)
    np.maximum.accumulate(latest, axis=0, out=latest)
    since = latest[line.closings]
    # A lapse shows only where the transactions cover it: an earlier purchase that is stated goes on until then.
    before_first = window_start(np.minimum(first, int(line.days[-1])))
    goes_on = (bought.day < first) & ((bought.day > before_first) | (before_first + 1 < covered))
    return np.where((since == -NEVER) | (goes_on & (since == first)), bought.day, since).astype(np.int32)
