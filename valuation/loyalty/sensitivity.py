"""
How much of a case hangs on each driver, what happens if it comes to half or late, and what it must at least reach.

The effect of a driver is the program's value less the base's, period by period. Half an effect is half that difference.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from valuation.errors import DomainError, MissingDataError
from valuation.lifetime.conventions import FINITE, NOT_NEGATIVE, RATE, FloatArray, Range, known_word, single
from valuation.loyalty.cash_flows import discount_factors, trough
from valuation.loyalty.comparison import break_even_or_nan
from valuation.loyalty.drivers import DRIVER_NAMES, LIMITS, BusinessCase, Drivers, whole_number
from valuation.loyalty.projection import closing_customers, closing_equity, profits

__all__ = ["required_effect", "scenario_drivers", "scenarios", "shares_where", "tornado"]

RATE_ROW: Final = "discount_rate"

GOOD: Final = np.array([[1.0], [1.0], [1.0], [-1.0], [-1.0], [-1.0]])
"""Whether more of a driver is good for the customer base, in the order of `DRIVER_NAMES`."""

STEPS: Final = 200
PARTS, ROUNDS = 64, 8
ROUNDING: Final = 1e-10


def tornado(case: BusinessCase, *, low: float = 0.5, high: float = 1.5, rate_step: float = 0.02) -> pd.DataFrame:
    """
    Net present value when one driver's effect comes to less or more than planned, the largest swing first.

    Parameters
    ----------
    case : BusinessCase
        Base and program.
    low, high : float
        Parts of the planned effect, 0 or more, in all periods; for investment and what is given back, of what is spent.
        [1]
    rate_step : float
        How far the discount rate is moved: up in the column of `low`, down in that of `high`. [1/period]

    Returns
    -------
    DataFrame, one row for each driver that the program changes, and one for the discount rate
        driver; low, high: what was tried (part of the effect, or the rate) [1]; npv_low, npv_high, swing [currency].
        A value that the driver cannot take, such as a retention above 1, leaves NaN.

    Raises
    ------
    DomainError
        If `low` or `high` is negative or `rate_step` not finite, or both rates are -1 or less.
    InputError
        If a value is not a number.

    Notes
    -----
    One driver is moved at a time: the swings do not add up to the swing of all together.

    References
    ----------
    .. [1] T. G. Eschenbach, "Spiderplots versus Tornado Diagrams for Sensitivity Analysis," Interfaces, vol. 22, no. 6,
       1992.

    Examples
    --------
    >>> from valuation.loyalty import Drivers
    >>> given = dict(new_customers=2000, margin=300, cost_to_serve=100, acquisition_cost=250)
    >>> case = BusinessCase(
    ...     base=Drivers(retention_rate=0.8, **given),
    ...     program=Drivers(retention_rate=[0.8, 0.85, 0.85, 0.85], investment=[300_000, 0, 0, 0], **given),
    ...     opening_customers=10_000, periods=4, discount_rate=0.1, timing="end",
    ... )
    >>> tornado(case)[["driver", "swing"]].round(0).iloc[:, 1].tolist()
    [307634.0, 272727.0, 26784.0]
    """
    parts = [single(name, part, NOT_NEGATIVE) for name, part in (("low", low), ("high", high))]
    step = single("rate_step", rate_step, FINITE)
    base, program = case.pair
    effect = program - base
    changed = np.flatnonzero(effect.any(axis=1))
    which = changed.repeat(2)
    variants = np.repeat(program[np.newaxis], which.size, axis=0)
    variants[np.arange(which.size), which] = base[which] + np.tile(parts, changed.size)[:, np.newaxis] * effect[which]
    values = _within_limits(variants, _present_value(case, variants, base))
    rates = [case.discount_rate + step, case.discount_rate - step]
    increment = _increments(case, program, base)
    at_rates = [float(increment @ _factors(case, rate)) if RATE.low <= rate else np.nan for rate in rates]
    frame = pd.DataFrame(
        {
            "driver": [*(DRIVER_NAMES[place] for place in changed), RATE_ROW],
            "low": [*([parts[0]] * changed.size), rates[0]],
            "high": [*([parts[1]] * changed.size), rates[1]],
            "npv_low": [*values[::2].tolist(), at_rates[0]],
            "npv_high": [*values[1::2].tolist(), at_rates[1]],
        }
    )
    frame["swing"] = (frame["npv_high"] - frame["npv_low"]).abs()
    return frame.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def scenarios(case: BusinessCase, *, part: float = 0.5, delay: int = 1, short_horizon: int = 3) -> pd.DataFrame:
    """
    The plan, the plan with part of its good effects, and with all of them late.

    Parameters
    ----------
    case : BusinessCase
        Base and program.
    part : float
        Part of the good effects that come true in the second scenario. [1]
    delay : int
        Periods by which they come late in the third. [periods]
    short_horizon : int
        Horizon of `short_npv`, cut to the periods of the case. [periods]

    Returns
    -------
    DataFrame, one row for each scenario
        scenario ("plan", "part of the effect", "late"); npv, trough [currency], trough_period, break_even [periods],
        short_npv [currency], equity_difference at the end [currency].

    Raises
    ------
    DomainError
        If `part` is negative or leads to an impossible driver, or `delay` or `short_horizon` is not a whole number, 1
        or more.
    InputError
        If a value is not a number.

    Notes
    -----
    Project convention: a good effect is a difference from the base that by itself helps, period by period: more
    retention, more new customers, more margin, less cost to serve or to win. Investment and what is given back (a lower
    margin) are spent in full and on time. Before a late effect begins there is none.

    Examples
    --------
    >>> from valuation.loyalty import Drivers
    >>> given = dict(new_customers=2000, margin=300, cost_to_serve=100, acquisition_cost=250)
    >>> case = BusinessCase(
    ...     base=Drivers(retention_rate=0.8, **given),
    ...     program=Drivers(retention_rate=[0.8, 0.85, 0.85, 0.85], investment=[300_000, 0, 0, 0], **given),
    ...     opening_customers=10_000, periods=4, discount_rate=0.1, timing="end",
    ... )
    >>> scenarios(case)["npv"].round(0).tolist()
    [26689.0, -125058.0, -137832.0]
    """
    short = whole_number("short_horizon", short_horizon)
    base, _ = case.pair
    tried = _scenario_tables(case, part, delay)
    return pd.DataFrame([{"scenario": name} | _outcome(case, table, base, short) for name, table in tried.items()])


def scenario_drivers(case: BusinessCase, *, part: float = 0.5, delay: int = 1) -> dict[str, Drivers]:
    """
    The programs of `scenarios`, by their names, to be looked at as closely as the plan.

    Parameters
    ----------
    case, part, delay
        As in `scenarios`.

    Returns
    -------
    dict of str to Drivers
        "plan", "part of the effect" and "late".

    Raises
    ------
    DomainError, InputError
        As in `scenarios`.
    """
    tables = _scenario_tables(case, part, delay)
    return {name: Drivers(**dict(zip(DRIVER_NAMES, table, strict=True))) for name, table in tables.items()}


def _scenario_tables(case: BusinessCase, part: float, delay: int) -> dict[str, FloatArray]:
    """The drivers of each scenario, each as an array of shape (6, periods)."""
    share, late = single("part", part, NOT_NEGATIVE), whole_number("delay", delay)
    base, program = case.pair
    effect = program - base
    good = np.where(effect * GOOD > 0.0, effect, 0.0)
    rest = program - good
    delayed = np.zeros_like(good)
    delayed[:, late:] = good[:, :-late]
    return {"plan": program, "part of the effect": rest + share * good, "late": rest + delayed}


def required_effect(case: BusinessCase, driver: str, target_npv: float = 0.0, *, most: float = 2.0) -> float:
    """
    Part of the planned effect of a driver at which the net present value is just the target.

    Parameters
    ----------
    case : BusinessCase
        Base and program.
    driver : str
        One of `DRIVER_NAMES`.
    target_npv : float
        The net present value wanted. [currency]
    most : float
        Largest part looked at; the search ends earlier where the driver becomes impossible. [1]

    Returns
    -------
    float
        The part: 0.455 says that 45.5% of the plan is enough (or, for a cost, is the most that can be borne). [1]

    Raises
    ------
    MissingDataError
        If the program does not change the driver, or no part from 0 to `most` reaches the target.
    DomainError
        If several parts do, or a number is out of range.
    InputError
        If the driver is unknown, or a value is not a number.

    Notes
    -----
    The other drivers are as planned. NPV is a straight line in every effect but retention, in which it is a polynomial.

    Examples
    --------
    >>> from valuation.loyalty import Drivers
    >>> given = dict(new_customers=2000, margin=300, cost_to_serve=100, acquisition_cost=250)
    >>> case = BusinessCase(
    ...     base=Drivers(retention_rate=0.8, **given),
    ...     program=Drivers(retention_rate=[0.8, 0.85, 0.85, 0.85], investment=[300_000, 0, 0, 0], **given),
    ...     opening_customers=10_000, periods=4, discount_rate=0.1, timing="end",
    ... )
    >>> print(f"{required_effect(case, 'retention_rate'):.3f}")
    0.913
    """
    row = DRIVER_NAMES.index(known_word("driver", driver, DRIVER_NAMES))
    target = single("target_npv", target_npv, FINITE)
    base, program = case.pair
    effect = program[row] - base[row]
    if not effect.any():
        raise MissingDataError(f"the program does not change {driver}, so that no part of its effect reaches a target")
    top = _largest_part(base[row], effect, LIMITS[driver], single("most", most, NOT_NEGATIVE))

    def gap(parts: FloatArray) -> FloatArray:
        variants = np.repeat(program[np.newaxis], parts.size, axis=0)
        variants[:, row] = base[row] + parts[:, np.newaxis] * effect
        return _present_value(case, variants, base) - target

    found = shares_where(gap, top)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{part:.6g}" for part in found)
        raise DomainError(f"several parts of the effect of {driver} reach an NPV of {target:,.2f}: {listed}")
    none, all_of_it = (float(value) for value in gap(np.array([0.0, top])) + target)
    raise MissingDataError(
        f"no part of the effect of {driver} from 0 to {top:.3g} reaches an NPV of {target:,.2f}: it is {none:,.2f} "
        f"without the effect and {all_of_it:,.2f} at the most"
    )


def shares_where(gap: Callable[[FloatArray], FloatArray], top: float) -> list[float]:
    """
    Every share from 0 to `top` at which a smooth function crosses 0.

    Parameters
    ----------
    gap : callable
        Gives the function at a vector of shares.
    top : float
        The largest share. [1]

    Returns
    -------
    list of float
        Ascending; 0 alone where the function is 0 throughout. A pair inside one of `STEPS` steps is not seen. [1]
    """
    shares = np.linspace(0.0, top, STEPS + 1)
    values = gap(shares)
    # Sums that cancel leave a rest, which must not hide a share that reaches the target at either end.
    signs = np.where(np.abs(values) <= ROUNDING * np.abs(values).max(), 0.0, np.sign(values))
    if not signs.any():
        return [0.0]
    found = shares[signs == 0.0].tolist()
    for left in np.flatnonzero(signs[:-1] * signs[1:] < 0.0).tolist():
        low, high = shares[left], shares[left + 1]
        for _ in range(ROUNDS):
            finer = np.linspace(low, high, PARTS + 1)
            inside = np.sign(gap(finer[1:-1])) == signs[left]
            place = int(inside.cumprod().sum())
            low, high = finer[place], finer[place + 1]
        found.append(float(0.5 * (low + high)))
    return sorted(found)


def _largest_part(base: FloatArray, effect: FloatArray, limits: Range, most: float) -> float:
    """The largest part of an effect, up to `most`, at which the driver stays in its range."""
    with np.errstate(all="ignore"):
        room = np.where(effect > 0.0, (limits.high - base) / effect, (limits.low - base) / effect)
    return float(min(most, room[effect != 0.0].min()))


def _factors(case: BusinessCase, rate: float) -> FloatArray:
    """Present value of 1 in each period of the case."""
    return discount_factors(rate, case.periods, case.timing)


def _increments(case: BusinessCase, variants: FloatArray, base: FloatArray) -> FloatArray:
    """Profit above that of the base, by variant and period."""
    return np.asarray(profits(variants, case.opening_customers) - profits(base, case.opening_customers))


def _present_value(case: BusinessCase, variants: FloatArray, base: FloatArray) -> FloatArray:
    """NPV of the increments of each variant."""
    return np.asarray(_increments(case, variants, base) @ _factors(case, case.discount_rate))


def _within_limits(variants: FloatArray, values: FloatArray) -> FloatArray:
    """The values, NaN where a variant holds a driver that cannot be."""
    possible = [LIMITS[name].holds(variants[:, place]).all(axis=1) for place, name in enumerate(DRIVER_NAMES)]
    return np.where(np.logical_and.reduce(possible), values, np.nan)


def _outcome(case: BusinessCase, program: FloatArray, base: FloatArray, short: int) -> dict[str, float]:
    """What another program would bring in the same case."""
    for name, values in zip(DRIVER_NAMES, program, strict=True):
        for period in np.flatnonzero(~LIMITS[name].holds(values)).tolist():
            raise LIMITS[name].refusal(f"{name} in period {period + 1} of a scenario", float(values[period]))
    increment = _increments(case, program, base)
    npv_to_period = np.cumsum(increment * _factors(case, case.discount_rate))
    lowest = trough(increment)
    ends = [
        closing_equity(table, closing_customers(table, case.opening_customers), case.discount_rate)[-1]
        for table in (program, base)
    ]
    return {
        "npv": float(npv_to_period[-1]),
        "trough": lowest.depth,
        "trough_period": lowest.period,
        "break_even": break_even_or_nan(increment),
        "short_npv": float(npv_to_period[min(short, case.periods) - 1]),
        "equity_difference": float(ends[0] - ends[1]),
    }
