r"""
Roll-forward: from the value of the customer base at one date to that at a later one, line by line and without a rest.

With a customer's value :math:`V_h` over the horizon h, retention r and discount rate d of the opening, and the years D
between both dates, the lines are:

==================  ====================================================================================================
opening             :math:`V_h`, of all customers of the opening
unwind              :math:`V_h ((1+d)^D - 1)`, the discount of the time that has passed
expected_cash       :math:`r^D V_{h-D} - V_h (1+d)^D`, what fell due, compounded to the closing. These three lines
                    together are the expected closing :math:`r^D V_{h-D}`
lost                the expected closing of those who have left, taken away; positive for customers who cost money
survivor            :math:`(1 - r^D) V_h` of those who have stayed, because their staying was not certain
expansion           more gross margin, everything else as before
contraction         less gross margin
cost_to_serve       another cost to serve
retention           another retention rate
rate                another discount rate
horizon             :math:`r^D (V_h - V_{h-D})` of those who have stayed: the years that a horizon gains when it
                    moves on with the calendar, at the assumptions of the opening; and another horizon
new                 closing value of customers won
reactivated         closing value of customers won back, who were lost at the opening
one_date_only       customers whose value is known at one of the dates only: a closing value comes in here, an
                    opening value goes out
closing             value of all customers of the closing, from the closing alone
==================  ====================================================================================================

From expansion to horizon one assumption is changed after the other; another order shifts money between these lines,
and between no others. The forms of the lines are a project convention.

References
----------
.. [1] T. Wiesel, B. Skiera and J. Villanueva, "Customer Equity: An Integral Part of Financial Reporting," Journal of
   Marketing, vol. 72, no. 2, pp. 1-14, 2008: the statement of customer equity flows.
.. [2] CFO Forum, "Market Consistent Embedded Value Principles," 2016: the analysis of movement of embedded value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from valuation.cost.amounts import FloatArray, IntArray
from valuation.equity.snapshots import AlignedSnapshots, Snapshot, aligned
from valuation.equity.terms import Convention, Terms
from valuation.errors import DomainError, InputError
from valuation.lifetime import Customers, Timing
from valuation.lifetime.conventions import NOT_NEGATIVE, single

__all__ = ["LINES", "MOVEMENTS", "STEPS", "RollForward", "roll_forward", "roll_forward_aligned"]

LINES: Final = (
    "opening",
    "unwind",
    "expected_cash",
    "lost",
    "survivor",
    "expansion",
    "contraction",
    "cost_to_serve",
    "retention",
    "rate",
    "horizon",
    "new",
    "reactivated",
    "one_date_only",
    "closing",
)
"""The lines, in the order in which they are published."""

STEPS: Final = ("margin", "cost_to_serve", "retention", "rate", "horizon")
"""The assumptions in the order in which they change, unless told otherwise; margin is expansion and contraction."""

MOVEMENTS: Final = ("stayed", "lost", "new", "reactivated", "not a customer", "not known")
"""What became of a customer between the dates."""

_STAYED, _LOST, _NEW, _REACTIVATED, _NO_CUSTOMER, _NOT_KNOWN = range(len(MOVEMENTS))
_TOLERANCE: Final = 1e-6
_BLOCK: Final = 1 << 16  # customers at a time, so that what is computed on the way stays in the cache

Lines: TypeAlias = dict[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RollForward:
    """
    The movement of customer equity between two dates.

    Attributes
    ----------
    lines : DataFrame
        Columns line (those of `LINES`) and amount. [currency]
    customers : DataFrame
        One row for each customer of either snapshot: customer_id; movement, one of `MOVEMENTS`; every line, opening and
        closing being NaN where the value is not known; and residual, closing less the lines before it. [currency]
    check : float
        Closing less the sum of the lines before it, 0 but for rounding. [currency]
    expected_closing : float
        What the opening was expected to become: opening, unwind and expected_cash. [currency]
    counts : dict of str to int
        Customers by movement. [count]
    order : tuple of str
        The assumptions in the order in which they changed.
    elapsed : float
        Time between the dates. [years]
    timing : str
        When in its period a margin arrives.
    convention : str
        Whether the next payment depends on renewing.
    periods_per_year : int
        Payments a year.
    """

    lines: pd.DataFrame
    customers: pd.DataFrame
    check: float
    expected_closing: float
    counts: dict[str, int]
    order: tuple[str, ...]
    elapsed: float
    timing: Timing
    convention: Customers
    periods_per_year: int

    @property
    def not_known(self) -> pd.DataFrame:
        """The customers whose value is not known at one of the dates or at both, with that of the other date."""
        rows = self.customers["movement"] == MOVEMENTS[_NOT_KNOWN]
        return self.customers.loc[rows, ["customer_id", "opening", "closing"]].reset_index(drop=True)


def roll_forward(
    opening: pd.DataFrame,
    closing: pd.DataFrame,
    *,
    timing: Timing,
    customers: Customers = "existing",
    elapsed: float = 1.0,
    periods_per_year: int = 1,
    order: Sequence[str] = STEPS,
) -> RollForward:
    """
    Explain how the value of the customer base came from the opening to the closing, with nothing left over.

    Parameters
    ----------
    opening, closing : DataFrame
        The snapshots, as in `aligned`.
    timing, customers, elapsed, periods_per_year, order
        As in `roll_forward_aligned`.

    Returns
    -------
    RollForward
        The lines, in all and by customer.

    Raises
    ------
    DomainError, InputError, MissingDataError
        As in `aligned` and `roll_forward_aligned`.

    Examples
    --------
    >>> terms = {"cost_to_serve": 500.0, "retention_rate": 0.8, "horizon": 3.0}
    >>> before = pd.DataFrame({"customer_id": ["A"], "gross_margin": 1500.0, "discount_rate": 0.10} | terms)
    >>> after = pd.DataFrame({"customer_id": ["A"], "gross_margin": 1700.0, "discount_rate": 0.12} | terms)
    >>> lines = roll_forward(before, after, timing="end").lines
    >>> print(lines[lines["amount"] != 0].round(4).to_string(index=False, header=False))
          opening 1640.8715
           unwind  164.0872
    expected_cash -800.0000
         survivor  328.1743
        expansion  328.1743
             rate  -62.3403
          horizon  307.7385
          closing 1906.7055
    """
    return roll_forward_aligned(
        aligned(opening, closing),
        timing=timing,
        customers=customers,
        elapsed=elapsed,
        periods_per_year=periods_per_year,
        order=order,
    )


def roll_forward_aligned(
    both: AlignedSnapshots,
    *,
    timing: Timing,
    customers: Customers = "existing",
    elapsed: float = 1.0,
    periods_per_year: int = 1,
    order: Sequence[str] = STEPS,
) -> RollForward:
    """
    Explain how the value of the customer base came from the opening to the closing, for snapshots joined before.

    A value is `lifetime_value` of gross margin less cost to serve, in periods of the grid; both dates share timing,
    grid and `customers`, so that a change of convention is never taken for a change of value.

    Parameters
    ----------
    both : AlignedSnapshots
        From `aligned`.
    timing : {"start", "mid", "end"}
        When in its period a margin arrives.
    customers : {"existing", "new", "atrisk", "certain"}
        Whether the next payment depends on renewing.
    elapsed : float
        Time between the dates, 0 or more; a quarter is 0.25. [years]
    periods_per_year : int
        Payments a year: 1, 2, 4, 12, 52 or 365. [periods/year]
    order : sequence of str
        The words of `STEPS`, each once, in the order in which the assumptions change.

    Returns
    -------
    RollForward
        The lines, in all and by customer.

    Raises
    ------
    DomainError
        If a number is out of range, a horizon is no whole number of periods, an endless sum diverges at one of the
        dates or on the way between them, or lines do not add up to the closing within 1e-6 of the largest of them.
    InputError
        If a word is unknown, or `order` does not hold every step once.

    Notes
    -----
    Where `elapsed` is no whole number of periods, chances and discount compound through the part of a period, and the
    value over a horizon h that is no whole number is its closed form at that h: of the payment of a period, what falls
    due in a part f of it is (1 - q^f) / (1 - q), with q the retention rate by 1 + the discount rate. What is expected
    after two stretches of time then is what is expected after both together. Choose a grid whose periods end at the
    dates where payments should fall due as a whole. Of a horizon that has run out nothing is left to be expected.
    """
    steps = _checked_order(order)
    years = single("elapsed", elapsed, NOT_NEGATIVE)
    how = Convention(timing=timing, customers=customers, periods_per_year=periods_per_year)
    movement = _movements(both)
    before, after = _valued(both.opening, both.opening_row), _valued(both.closing, both.closing_row)
    amounts = {name: np.zeros(len(both.ids)) for name in LINES} | {"residual": np.zeros(len(both.ids))}
    with np.errstate(all="ignore"):
        for first in range(0, len(both.ids), _BLOCK):
            part = slice(first, first + _BLOCK)
            lines = {name: values[part] for name, values in amounts.items()}
            starts = Terms.of(both.opening, before[part], how, "opening")
            ends = Terms.of(both.closing, after[part], how, "closing")
            _roll(movement[part], starts, ends, lines, years, steps)
            _settle(lines)
    residual = amounts.pop("residual")
    totals = {name: float(values.sum()) for name, values in amounts.items()}
    for name, snapshot, rows in (
        ("opening", both.opening, both.opening_row),
        ("closing", both.closing, both.closing_row),
    ):
        # From here on what is not known counts no more as nothing.
        amounts[name][np.append(snapshot.current & ~snapshot.known, False)[rows]] = np.nan
    table = pd.DataFrame(
        {
            # Objects stay as they are; pandas would make another kind of text of them first.
            "customer_id": pd.Series(both.ids, dtype=both.ids.dtype),
            "movement": pd.Categorical.from_codes(movement, pd.Index(MOVEMENTS)),
            **amounts,
            "residual": residual,
        },
        copy=False,
    )
    found = np.bincount(movement, minlength=len(MOVEMENTS)).tolist()
    return RollForward(
        lines=pd.DataFrame({"line": list(totals), "amount": list(totals.values())}),
        customers=table,
        check=_check(totals),
        expected_closing=totals["opening"] + totals["unwind"] + totals["expected_cash"],
        counts=dict(zip(MOVEMENTS, found, strict=True)),
        order=steps,
        elapsed=years,
        timing=timing,
        convention=customers,
        periods_per_year=periods_per_year,
    )


def _checked_order(order: Sequence[str]) -> tuple[str, ...]:
    """The steps, each of them once."""
    steps = tuple(order)
    if sorted(map(str, steps)) != sorted(STEPS):
        raise InputError(
            f"order must hold each of {', '.join(STEPS)} once, not {', '.join(map(str, steps)) or 'nothing'}"
        )
    return steps


def _movements(both: AlignedSnapshots) -> IntArray:
    """What became of each customer, as its place in `MOVEMENTS`."""
    before, after = both.opening_row, both.closing_row
    # A customer who is not in a table has row -1: the False at the end.
    was, never, was_known = (
        np.append(mask, False)[before] for mask in (both.opening.current, both.opening.prospect, both.opening.known)
    )
    stays, now_known = (np.append(mask, False)[after] for mask in (both.closing.current, both.closing.known))
    here = np.where(was, _STAYED, np.where((before < 0) | never, _NEW, _REACTIVATED))
    movement = np.where(stays, here, np.where(was, _LOST, _NO_CUSTOMER)).astype(np.int64, copy=False)
    movement[(was & ~was_known) | (stays & ~now_known)] = _NOT_KNOWN
    return movement


def _valued(snapshot: Snapshot, rows: IntArray) -> IntArray:
    """Place in its table of each customer with a value at that date, -1 for the others."""
    return np.where(np.append(snapshot.known, False)[rows], rows, -1)


def _roll(movement: IntArray, starts: Terms, ends: Terms, lines: Lines, years: float, steps: Sequence[str]) -> None:
    """Fill in the lines of some customers."""
    lines["closing"][ends.places] = ends.value()
    worth = starts.factor()
    lines["opening"][starts.places] = starts.margin * worth
    for name, code in (("new", _NEW), ("reactivated", _REACTIVATED)):
        rows = np.flatnonzero(movement == code)
        lines[name][rows] = lines["closing"][rows]
    apart = np.flatnonzero(movement == _NOT_KNOWN)
    lines["one_date_only"][apart] = lines["closing"][apart] - lines["opening"][apart]

    followed = movement[starts.places] != _NOT_KNOWN
    if not followed.all():
        starts, worth = starts.only(followed), worth[followed]
    value = starts.margin * worth
    stay = starts.survival(years)
    expected = stay * (starts.margin * starts.remaining(worth, years))
    unwind = value * np.expm1(years * np.log1p(starts.annual_rate))
    lines["unwind"][starts.places] = unwind
    lines["expected_cash"][starts.places] = expected - (value + unwind)
    stayed = movement[starts.places] == _STAYED
    lines["lost"][starts.places] = np.where(stayed, 0.0, -expected)
    likely = stay * value
    lines["survivor"][starts.places] = np.where(stayed, value - likely, 0.0)
    lines["horizon"][starts.places] = np.where(stayed, likely - expected, 0.0)
    # Those who stayed are in both terms, in the same order.
    _change(starts.only(stayed), ends.only(movement[ends.places] == _STAYED), worth[stayed], lines, steps)


def _change(start: Terms, end: Terms, worth: FloatArray, lines: Lines, steps: Sequence[str]) -> None:
    """Change one assumption after the other, for those who stayed; `worth` is the factor at the start."""
    now, rows = start, start.places
    for step in steps:
        then = now.changed(step, end)
        if step in ("margin", "cost_to_serve"):
            effect = (then.margin - now.margin) * worth
        elif then.same_factor(now):
            now = then
            continue
        else:
            new_worth = then.factor()
            effect, worth = then.margin * (new_worth - worth), new_worth
        if step == "margin":
            grows = then.gross_margin > now.gross_margin
            lines["expansion"][rows] = np.where(grows, effect, 0.0)
            lines["contraction"][rows] = np.where(grows, 0.0, effect)
        else:
            lines[step][rows] += effect
        now = then


def _settle(lines: Lines) -> None:
    """Fill in the residual, closing less the lines before it; refused where it is more than rounding."""
    residual = lines["closing"].copy()
    largest = np.abs(residual)
    for name in LINES[:-1]:
        residual -= lines[name]
        np.maximum(largest, np.abs(lines[name]), out=largest)
    if not np.isfinite(residual).all():
        raise DomainError("a line of a customer is too large to be a number")
    wrong = np.abs(residual) > _TOLERANCE * largest
    if wrong.any():
        raise DomainError(f"the lines of {int(wrong.sum())} customers do not add up to their closing value")
    lines["residual"][:] = residual


def _check(totals: dict[str, float]) -> float:
    """Closing less the lines before it, in all; refused where it is more than rounding."""
    check = totals["closing"] - sum(totals[name] for name in LINES[:-1])
    if not abs(check) <= _TOLERANCE * max(map(abs, totals.values())):
        raise DomainError(f"the lines do not add up to the closing value: {check:.6g} is left over")
    return check
