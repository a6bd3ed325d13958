"""When to stop: how much of the promised effect must show at each checkpoint for going on to pay."""

from typing import Final

import numpy as np
import pandas as pd

from valuation.lifetime.conventions import FloatArray
from valuation.loyalty.cash_flows import discount_factors
from valuation.loyalty.drivers import DRIVER_NAMES, BusinessCase
from valuation.loyalty.projection import closing_customers, profits
from valuation.loyalty.sensitivity import shares_where

__all__ = ["stop_rule"]

LEADING: Final = [DRIVER_NAMES.index(name) for name in ("retention_rate", "cost_to_serve")]
"""Where success shows before the money does."""

PARTS: Final = np.linspace(0.0, 1.0, 101)


def stop_rule(case: BusinessCase) -> pd.DataFrame:
    r"""
    Least part of the planned effect on retention and cost to serve at which going on beats stopping, by checkpoint.

    .. math::

        \sum_{t \ge k} \frac{\text{profit}^{\text{go on}}_t(p) - \text{profit}^{\text{stop}}_t(p)}{(1+d)^{e_t}} \ge 0

    Parameters
    ----------
    case : BusinessCase
        Base and program.

    Returns
    -------
    DataFrame, one row for each period k, decided at its start
        period; npv_to_go, what going on as planned is worth from there, discounted to the start of that period
        [currency]; stop_below, the least part p of the planned effect [1]; stop_if_retention_below [1/period] and
        stop_if_cost_above [currency/period], the two indicators of that period at this part. 0 where going on pays
        whatever the effect; NaN where it does not pay even as planned.

    Notes
    -----
    Project convention. Money spent before the checkpoint is gone and does not count; what is left to invest does. The
    part p holds for retention and cost to serve together, in the periods before and after; everything else is as
    planned. To stop is to return to the base's drivers from that period on, with the customers there are by then. The
    last periods ask for more than they should, because what lies beyond the case is not counted. If several parts give
    0, the largest counts: above it, going on pays for sure.

    Examples
    --------
    >>> from valuation.loyalty import Drivers
    >>> given = dict(new_customers=2000, margin=300, cost_to_serve=100, acquisition_cost=250)
    >>> case = BusinessCase(
    ...     base=Drivers(retention_rate=0.8, **given),
    ...     program=Drivers(retention_rate=[0.8, 0.85, 0.85, 0.85], investment=[300_000, 0, 0, 0], **given),
    ...     opening_customers=10_000, periods=4, discount_rate=0.1, timing="end",
    ... )
    >>> stop_rule(case)["stop_below"].round(3).tolist()
    [0.913, 0.0, 0.0, 0.0]
    """
    base, program = case.pair
    rows = [_checkpoint(case, base, program, start) for start in range(case.periods)]
    return pd.DataFrame(rows)


def _checkpoint(case: BusinessCase, base: FloatArray, program: FloatArray, start: int) -> dict[str, float]:
    """The row of one checkpoint, `start` periods after the beginning."""
    factors = discount_factors(case.discount_rate, case.periods - start, case.timing)

    def to_go(parts: FloatArray) -> FloatArray:
        going_on = np.repeat(program[np.newaxis], parts.size, axis=0)
        effect = program[LEADING] - base[LEADING]
        going_on[:, LEADING] = base[LEADING] + parts[:, np.newaxis, np.newaxis] * effect
        customers = np.full(parts.size, float(case.opening_customers))
        if start:
            customers = closing_customers(going_on[..., :start], customers)[:, -1]
        stopped = np.broadcast_to(base[:, start:], (parts.size, len(base), case.periods - start))
        gain = profits(going_on[..., start:], customers) - profits(stopped, customers)
        return np.asarray(gain @ factors)

    worth = to_go(PARTS)
    plan = float(worth[-1])
    if plan < 0.0:
        part = np.nan
    elif (worth < 0.0).any():
        part = shares_where(to_go, 1.0)[-1]
    else:
        part = 0.0
    retention, cost = base[LEADING, start] + part * (program[LEADING, start] - base[LEADING, start])
    return {
        "period": start + 1,
        "npv_to_go": plan,
        "stop_below": part,
        "stop_if_retention_below": retention,
        "stop_if_cost_above": cost,
    }
