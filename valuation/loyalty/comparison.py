"""
A program beside what happens without it: the dip, the way back, and what three years hide.

The increment is the program's profit less the base's. Customer equity at the end stands in a line of its own and is in
no net present value: the periods pay, the remaining customers are what is still to come.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuation.errors import MissingDataError, ZeroDenominatorError
from valuation.lifetime.conventions import FloatArray
from valuation.loyalty.cash_flows import Trough, break_even, discount_factors, modified_internal_rate, trough
from valuation.loyalty.drivers import BusinessCase, whole_number
from valuation.loyalty.internal_rate import InternalRates, internal_rates
from valuation.loyalty.projection import opening_equity, projected

__all__ = ["CaseComparison", "break_even_or_nan", "compare"]

NO_RATES = InternalRates(roots=(), sign_changes=0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseComparison:
    """
    What a program changes.

    Attributes
    ----------
    frame : DataFrame, one row for each period
        period; base_profit, program_profit, increment [currency]; share_of_base, the increment by the base's profit
        [1]; cumulative, discounted, npv_to_period [currency]; base_equity, program_equity, equity_difference at the end
        of the period [currency]; base_return, program_return on customer equity [1/period].
    trough : Trough
        The most cash that is out, and when.
    break_even, discounted_break_even : float
        When cumulative increments are back at 0 for good; NaN if they are not, or there are none. [periods]
    npv : float
        Net present value of the increments. [currency]
    rates : InternalRates
        Every internal rate of the increments.
    mirr : float
        Modified internal rate, financed and reinvested at the discount rate; NaN where nothing is paid or nothing comes
        back. [1/period]
    short_horizon : int
        The horizon that most people would take. [periods]
    short_npv : float
        Net present value of that horizon. [currency]
    equity_difference : float
        Customer equity with the program above that without, at the end of the last period; in no NPV. [currency]
    short_equity_difference : float
        The same at the end of the short horizon. [currency]
    verdict, short_verdict : str
        What the figures say, in words.
    """

    frame: pd.DataFrame
    trough: Trough
    break_even: float
    discounted_break_even: float
    npv: float
    rates: InternalRates
    mirr: float
    short_horizon: int
    short_npv: float
    equity_difference: float
    short_equity_difference: float
    verdict: str
    short_verdict: str


def compare(case: BusinessCase, *, short_horizon: int = 3, period: str = "period") -> CaseComparison:
    r"""
    Increments of a program over doing nothing, and what they are worth.

    .. math:: \Delta_t = \text{profit}^{\text{program}}_t - \text{profit}^{\text{base}}_t

    Parameters
    ----------
    case : BusinessCase
        Base and program.
    short_horizon : int
        Horizon to show beside the full one; cut to the periods of the case. [periods]
    period : str
        What a period is called in words, such as ``year``.

    Returns
    -------
    CaseComparison
        By period and in sum.

    Raises
    ------
    DomainError
        If `short_horizon` is not a whole number, 1 or more.

    Notes
    -----
    The program starts with the base's customer equity, at the base's first drivers: what the program does to the value
    of customers in its first period is a gain or a loss of that period. A base profit of 0 or less has no share.

    References
    ----------
    .. [1] D. Peppers and M. Rogers, "Return on Customer," Currency/Doubleday, 2005.

    Examples
    --------
    >>> from valuation.loyalty import Drivers
    >>> given = dict(new_customers=2000, margin=300, cost_to_serve=100, acquisition_cost=250)
    >>> case = BusinessCase(
    ...     base=Drivers(retention_rate=0.8, **given),
    ...     program=Drivers(retention_rate=[0.8, 0.85, 0.85, 0.85], investment=[300_000, 0, 0, 0], **given),
    ...     opening_customers=10_000, periods=4, discount_rate=0.1, timing="end",
    ... )
    >>> compare(case).verdict
    'Over 4 periods the program gains 26,689 in present value.'
    """
    base_table, program_table = case.pair
    rate, start = float(case.discount_rate), float(case.opening_customers)
    before = opening_equity(base_table, start, rate)
    base, program = (projected(table, start, rate, before) for table in (base_table, program_table))
    increment = program["profit"] - base["profit"]
    discounted = increment * discount_factors(rate, increment.size, case.timing)
    npv_to_period = np.cumsum(discounted)
    equity_difference = program["customer_equity"] - base["customer_equity"]
    short = min(whole_number("short_horizon", short_horizon), increment.size)
    frame = pd.DataFrame(
        {
            "period": base["period"],
            "base_profit": base["profit"],
            "program_profit": program["profit"],
            "increment": increment,
            "share_of_base": increment / np.where(base["profit"] > 0.0, base["profit"], np.nan),
            "cumulative": np.cumsum(increment),
            "discounted": discounted,
            "npv_to_period": npv_to_period,
            "base_equity": base["customer_equity"],
            "program_equity": program["customer_equity"],
            "equity_difference": equity_difference,
            "base_return": base["return_on_customer"],
            "program_return": program["return_on_customer"],
        }
    )
    return CaseComparison(
        frame=frame,
        trough=trough(increment),
        break_even=break_even_or_nan(increment),
        discounted_break_even=break_even_or_nan(discounted),
        npv=float(npv_to_period[-1]),
        rates=internal_rates(increment) if increment.any() else NO_RATES,
        mirr=_modified_rate(increment, rate),
        short_horizon=short,
        short_npv=float(npv_to_period[short - 1]),
        equity_difference=float(equity_difference[-1]),
        short_equity_difference=float(equity_difference[short - 1]),
        verdict=f"Over {_counted(increment.size, period)} the program {_gains(npv_to_period[-1])} in present value.",
        short_verdict=_short_verdict(npv_to_period, equity_difference, _counted(short, period), short),
    )


def break_even_or_nan(flows: FloatArray) -> float:
    """The break-even, NaN where there is none."""
    try:
        return break_even(flows)
    except MissingDataError:
        return math.nan


def _modified_rate(flows: FloatArray, rate: float) -> float:
    """The modified rate, NaN where nothing is paid or nothing comes back."""
    try:
        return modified_internal_rate(flows, finance_rate=rate, reinvest_rate=rate)
    except ZeroDenominatorError:
        return math.nan


def _short_verdict(npv_to_period: FloatArray, equity_difference: FloatArray, first: str, short: int) -> str:
    """What the short horizon says, what it does not see, and whether the full one contradicts it."""
    early, full, equity = float(npv_to_period[short - 1]), float(npv_to_period[-1]), float(equity_difference[short - 1])
    words = f"The first {first} alone: the program {_gains(early)}"
    if math.isfinite(equity):
        side = "above" if equity >= 0.0 else "below"
        words += f", while the customers are by then worth {abs(equity):,.0f} {side} the base"
    if early < 0.0 <= full:
        return f"{words}; it would be rejected although it pays in the full horizon."
    if full < 0.0 <= early:
        return f"{words}; it would be accepted although it loses in the full horizon."
    if early >= 0.0 > equity:
        return f"{words}; earnings rise at the cost of the customer base."
    return f"{words}."


def _gains(amount: float) -> str:
    """Gain or loss in words."""
    return f"{'gains' if amount >= 0.0 else 'loses'} {abs(amount):,.0f}"


def _counted(count: int, what: str) -> str:
    """So many periods, by their name."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
