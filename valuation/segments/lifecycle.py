"""Where a customer stands in its life with the company, by one rule after the other, and the rule in words."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import numbers
from valuation.dates import DateArray, dates, one_date, twelve_months_before
from valuation.errors import InputError

__all__ = ["STAGES", "Lifecycle", "lifecycle_stage"]

STAGES: Final = ("Prospect", "Lapsed", "Reactivated", "Onboarding", "At risk", "Growing", "Declining", "Stable")

_ONBOARDING_DAYS: Final = 90
_GAPS_AT_RISK: Final = 2
_PURCHASES_FOR_A_GAP: Final = 3
_GROWING: Final = 1.10
_DECLINING: Final = 0.90

BoolArray = npt.NDArray[np.bool_]
Rules = list[tuple[BoolArray, str | None, str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lifecycle:
    """
    Stage of each customer.

    Attributes
    ----------
    stage : ndarray of str
        One of `STAGES`; None where a row contradicts itself or lacks what its rule needs.
    rule : ndarray of str
        The rule that fired, or what is wrong with the row, in words.
    """

    stage: npt.NDArray[np.object_]
    rule: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """The arguments, read and of one length."""

    first: DateArray
    last: DateArray
    gap: npt.NDArray[np.float64]
    purchases: npt.NDArray[np.float64]
    revenue: npt.NDArray[np.float64]
    prior: npt.NDArray[np.float64]
    lapsed_before: BoolArray
    as_of: np.datetime64


def lifecycle_stage(
    *,
    first_purchase: npt.ArrayLike,
    last_purchase: npt.ArrayLike,
    median_gap: npt.ArrayLike,
    purchases: npt.ArrayLike,
    revenue_12m: npt.ArrayLike,
    revenue_prior_12m: npt.ArrayLike,
    as_of: np.datetime64,
    lapsed_before: npt.ArrayLike,
) -> Lifecycle:
    """
    Stage of each customer: the first rule that fits, in the order of `STAGES`.

    Parameters
    ----------
    first_purchase, last_purchase : array_like of datetime64, shape (n,)
        Dates of the first and the last purchase ever; NaT for a customer who has not bought.
    median_gap : array_like, shape (n,)
        Median time between the customer's own purchases; NaN where there are fewer than two. [day]
    purchases : array_like, shape (n,)
        Number of purchases. [count]
    revenue_12m, revenue_prior_12m : array_like, shape (n,)
        Revenue of the twelve months to `as_of`, and of the twelve before. [currency]
    as_of : datetime64
        The day for which the stage is asked.
    lapsed_before : array_like of bool, shape (n,)
        Whether the customer had lapsed before its present run of purchases.

    Returns
    -------
    Lifecycle
        Stages, and the rules that gave them.

    Raises
    ------
    InputError
        If the lengths differ, `as_of` is missing, or an argument is of the wrong kind.

    Notes
    -----
    Prospect: no purchase. Lapsed: none in the twelve calendar months to `as_of`, counted as in
    `valuation.dates.twelve_months_before`. Reactivated: lapsed before. Onboarding: first purchase less than 90 days
    ago.
    At risk: with 3 purchases or more, the last one longer ago than 2 median gaps. Growing and Declining: revenue at
    least 1.10 times, at most 0.90 times that of the twelve months before. Otherwise Stable, also where growth is
    undefined: no revenue in the twelve months before, or a customer for less than 24 months. These thresholds are the
    project's own; the field has no standard.

    Examples
    --------
    >>> found = lifecycle_stage(
    ...     first_purchase=np.array(["2020-01-15", "2020-01-15"], dtype="datetime64[D]"),
    ...     last_purchase=np.array(["2025-12-01", "2024-12-31"], dtype="datetime64[D]"),
    ...     median_gap=[30.0, 30.0], purchases=[60, 50], revenue_12m=[110.0, 0.0], revenue_prior_12m=[100.0, 90.0],
    ...     as_of=np.datetime64("2025-12-31"), lapsed_before=[False, False],
    ... )
    >>> found.stage.tolist()
    ['Growing', 'Lapsed']
    >>> found.rule[1]
    'no purchase in the 12 months to 2025-12-31'
    """
    rows = _Rows(
        first=dates(first_purchase, "first_purchase"),
        last=dates(last_purchase, "last_purchase"),
        gap=numbers(median_gap, "median_gap"),
        purchases=numbers(purchases, "purchases"),
        revenue=numbers(revenue_12m, "revenue_12m"),
        prior=numbers(revenue_prior_12m, "revenue_prior_12m"),
        lapsed_before=_flags(lapsed_before),
        as_of=one_date(as_of, "as_of"),
    )
    _refuse_unequal(rows)
    rules = [*_contradictions(rows), *_recency_rules(rows), *_growth_rules(rows)]
    first_that_fits = np.argmax([fits for fits, _, _ in rules], axis=0)  # the last one fits always
    return Lifecycle(
        stage=np.array([stage for _, stage, _ in rules], dtype=object)[first_that_fits],
        rule=np.array([words for _, _, words in rules], dtype=object)[first_that_fits],
    )


def _flags(values: npt.ArrayLike) -> BoolArray:
    """True or False in every row."""
    raw: npt.NDArray[Any] = np.asarray(values)
    if raw.dtype.kind == "O" and all(isinstance(value, bool | np.bool_) for value in raw.ravel()):
        raw = raw.astype(np.bool_)
    if raw.dtype.kind != "b" and raw.size:
        raise InputError(f"lapsed_before must be True or False, not {raw.dtype}")
    return raw.astype(np.bool_)


def _refuse_unequal(rows: _Rows) -> None:
    """One row per customer in every argument."""
    columns = {
        "first_purchase": rows.first,
        "last_purchase": rows.last,
        "median_gap": rows.gap,
        "purchases": rows.purchases,
        "revenue_12m": rows.revenue,
        "revenue_prior_12m": rows.prior,
        "lapsed_before": rows.lapsed_before,
    }
    for name, column in columns.items():
        if column.ndim != 1 or column.shape != rows.first.shape:
            raise InputError(f"{name} must have one row per customer, {rows.first.shape}, not {column.shape}")


def _contradictions(rows: _Rows) -> Rules:
    """Rows that cannot be: they have no stage."""
    one_missing = np.isnat(rows.first) != np.isnat(rows.last)
    count = rows.purchases
    bought = ~np.isnat(rows.last)
    # A customer without dates may have no count either; one with dates needs it.
    miscounted = (bought & ~(count >= 1)) | (~bought & (count > 0)) | (count < 0) | np.isinf(count)
    return [
        (one_missing, None, "first or last purchase missing"),
        (rows.first > rows.last, None, "last purchase before the first"),
        (rows.last > rows.as_of, None, f"purchase after {rows.as_of}"),
        (miscounted, None, "number of purchases does not fit the dates"),
    ]


def _recency_rules(rows: _Rows) -> Rules:
    """What the dates say."""
    start = twelve_months_before(rows.as_of)
    day = np.timedelta64(1, "D")
    tenure, silence = (rows.as_of - rows.first) / day, (rows.as_of - rows.last) / day
    regular = rows.purchases >= _PURCHASES_FOR_A_GAP
    gapless = regular & ~(np.isfinite(rows.gap) & (rows.gap >= 0))
    return [
        (np.isnat(rows.last), "Prospect", "no purchase yet"),
        (rows.last <= start, "Lapsed", f"no purchase in the 12 months to {rows.as_of}"),
        (rows.lapsed_before, "Reactivated", "bought again after having lapsed"),
        (tenure < _ONBOARDING_DAYS, "Onboarding", f"first purchase less than {_ONBOARDING_DAYS} days ago"),
        (gapless, None, "median gap missing or negative"),
        (
            regular & (silence > _GAPS_AT_RISK * rows.gap),
            "At risk",
            f"last purchase more than {_GAPS_AT_RISK} median gaps ago",
        ),
    ]


def _growth_rules(rows: _Rows) -> Rules:
    """What revenue says; the last rule fits every row that is left."""
    short = rows.first > twelve_months_before(rows.as_of, months=24)
    unknown = ~(np.isfinite(rows.revenue) & np.isfinite(rows.prior))
    ratio = np.full(rows.prior.shape, np.nan)
    np.divide(rows.revenue, rows.prior, out=ratio, where=(rows.prior > 0) & ~unknown)
    ratio = np.round(ratio, 12)  # 1.21 is 1.10 times 1.10, whatever the 16th digit says
    return [
        (short, "Stable", "growth undefined: customer for less than 24 months"),
        (unknown, None, "revenue missing"),
        (rows.prior <= 0, "Stable", "growth undefined: no revenue in the 12 months before"),
        (ratio >= _GROWING, "Growing", f"revenue at least {_GROWING:.2f} times that of the 12 months before"),
        (ratio <= _DECLINING, "Declining", f"revenue at most {_DECLINING:.2f} times that of the 12 months before"),
        (np.ones(ratio.shape, np.bool_), "Stable", "revenue within 10% of that of the 12 months before"),
    ]
