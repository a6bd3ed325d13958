r"""
What dropping a customer or raising the price does to the profit of the company, after the cost that stays.

A loss-maker who leaves does not take all of the cost along: of the cost to serve :math:`C` only the avoidable part
:math:`A` goes, as when a forwarder is paid by parcel; the stranded rest :math:`S = C - A`, such as the rent of a
warehouse, stays and falls on the others. With gross margin :math:`M` and imputed charges :math:`F` (financing, expected
loss), which go in full:

.. math::

    \begin{aligned}
    P &= M - C - F && \text{contribution} \\
    D &= -M + A + F = -P - S && \text{effect of dropping: the margin goes, so do } A \text{ and } F \\
    G &= -P && \text{effect of the price rise that brings a loss } P < 0 \text{ to 0} \\
    p &= G / R && \text{that rise as a share of net revenue } R \\
    (1 - q)\, G + q\, D &= 0 \;\Rightarrow\; q = G / (G - D) = G / S
    && \text{chance of losing the customer at which the rise gains nothing}
    \end{aligned}

Since :math:`D = G - S`, a price rise is never worse than dropping: a customer who stays brings :math:`G`, one who
leaves :math:`D`. If :math:`G \ge S`, losing the customer costs nothing, and any chance will do (:math:`q = 1`).
Dropping is left for where the rise would be more than anybody can be asked for.

References
----------
.. [1] R. S. Kaplan and V. G. Narayanan, "Measuring and managing customer profitability," Journal of Cost Management,
   vol. 15, no. 5, pp. 5-15, 2001 (actions on unprofitable customers).
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray, numbers, read_exactly
from valuation.errors import DomainError, InputError

__all__ = ["ACTIONS", "avoidable_cost", "customer_actions"]

ACTIONS: Final = ("keep", "reprice", "drop")

_NOISE: Final = 1e-12  # of the amounts involved: what adding them up in another order may leave of nothing


class _Facts(NamedTuple):
    """What the reason of one row is made of; the rule counts as in `customer_actions`, 0 for a row without answer."""

    rule: int
    contribution: float
    stranded: float
    drop: float
    rise: float
    chance: float
    most: float


def avoidable_cost(costs: npt.ArrayLike, avoidable_shares: npt.ArrayLike) -> FloatArray:
    """
    The part of each customer's cost that goes if the customer does.

    Parameters
    ----------
    costs : array_like, shape (n, k)
        Cost of each customer in each pool. [currency/period]
    avoidable_shares : array_like, shape (k,)
        Part of each pool that goes when its use does, 0..1: 1 for what is paid by piece, 0 for what is fixed. [1]

    Returns
    -------
    ndarray, shape (n,)
        Sum over the pools of cost times avoidable share; NaN where a cost is missing or infinite. [currency/period]

    Raises
    ------
    DomainError
        If a share is outside 0..1.
    InputError
        If the shapes do not fit, or something is not a number.

    Examples
    --------
    >>> avoidable_cost([[100.0, 40.0], [0.0, 10.0]], [0.9, 0.25]).tolist()
    [100.0, 2.5]
    """
    table, shares = numbers(costs, "costs"), numbers(avoidable_shares, "avoidable_shares")
    if table.ndim != 2 or shares.shape != table.shape[1:]:
        raise InputError(f"avoidable_shares must be one for each pool of costs, not {shares.shape} for {table.shape}")
    outside = ~((shares >= 0) & (shares <= 1))
    if outside.any():
        raise DomainError(f"avoidable_shares must be from 0 to 1, not {shares[outside][0]:g}")
    total: FloatArray = np.where(np.isfinite(table), table, np.nan) @ shares
    return total


def customer_actions(
    net_revenue: Column,
    gross_margin: Column,
    cost_to_serve: Column,
    avoidable_cost: Column,
    charges: Column = 0.0,
    *,
    largest_rise: float,
) -> pd.DataFrame:
    r"""
    Effect of dropping and of repricing each customer on the profit of the company, and which of the two to do.

    Parameters
    ----------
    net_revenue : array_like
        Sales less discounts and returns. [currency/period]
    gross_margin : array_like
        Net revenue less cost of goods sold; lost with the customer. [currency/period]
    cost_to_serve : array_like
        Full cost to serve, 0 or more. [currency/period]
    avoidable_cost : array_like
        The part of it that goes with the customer (see the function `avoidable_cost`), from 0 to `cost_to_serve`.
        [currency/period]
    charges : array_like
        Financing and expected loss, which go in full. [currency/period]
    largest_rise : float
        The largest price rise that a customer can be asked for, as a share of net revenue, 0..1. [1]

    Returns
    -------
    DataFrame
        One row per customer (broadcast shape, one row for single numbers): contribution, stranded_cost, drop_effect
        [currency/period]; price_rise, the share of net revenue that brings a loss to 0 (0 where there is no loss, NaN
        for a loss without revenue) [1]; reprice_effect, what the rise gains if the customer stays [currency/period];
        break_even_loss_chance (NaN where no rise is needed or possible) [1]; action, one of `ACTIONS`; and the
        reason. A row whose own numbers are missing, infinite or out of range is NaN, without action or reason.

    Raises
    ------
    DomainError
        If `largest_rise` is not from 0 to 1; in a call of single numbers also if one is infinite or the avoidable
        cost out of range.
    InputError
        If the shapes do not fit, something is not a number, or in a call of single numbers one is missing.

    Notes
    -----
    The first that applies decides; the letters are those of this module.

    1. A customer who does not lose money: keep.
    2. The rise to 0 is at most the largest one, :math:`0 < p \le p_{max}`: reprice.
    3. Dropping gains, and more than the largest rise would, :math:`D > \max(0, p_{max} R)`: drop.
    4. Dropping gains, but less than the largest rise, :math:`0 < D \le p_{max} R`: reprice by the largest rise. If the
       customer stays, that is more; if not, it is the same as dropping.
    5. Dropping gains nothing, since stranded cost stays: keep, and lower the cost of serving.

    Effects are for one period in which nothing else changes: sales hold, charges do not rise with the price, and what
    is stranded is neither sold nor used for somebody else. One-off costs that won the customer are spent: leave them
    out of the cost to serve. A raise that loses a customer also loses the value of the years to come.

    Examples
    --------
    >>> found = customer_actions(1000.0, 300.0, 400.0, 250.0, largest_rise=0.15)
    >>> found[["contribution", "stranded_cost", "drop_effect", "price_rise", "action"]].to_dict("records")
    [{'contribution': -100.0, 'stranded_cost': 150.0, 'drop_effect': -50.0, 'price_rise': 0.1, 'action': 'reprice'}]
    >>> print(found["reason"][0])
    a price rise of 10.0% ends the loss; it pays unless the chance of losing the customer by it is above 66.7%
    """
    if not 0 <= read_exactly(largest_rise, "largest_rise") <= 1:
        raise DomainError(f"largest_rise must be from 0 to 1, not {largest_rise}")
    revenue, margin, cost, goes, imputed = _rows(
        {
            "net_revenue": net_revenue,
            "gross_margin": gross_margin,
            "cost_to_serve": cost_to_serve,
            "avoidable_cost": avoidable_cost,
            "charges": charges,
        }
    )
    contribution = margin - cost - imputed
    stranded = np.maximum(cost - goes, 0.0)
    drop = goes + imputed - margin
    noise = _NOISE * (np.abs(margin) + cost + np.abs(imputed))
    loses = contribution < -noise
    gain = np.where(loses, -contribution, 0.0)
    rise, chance = np.full(gain.shape, np.nan), np.full(gain.shape, np.nan)
    np.divide(gain, revenue, out=rise, where=revenue > 0)
    rise[(gain == 0) & ~np.isnan(revenue)] = 0.0
    possible = loses & (revenue > 0)
    np.divide(gain, stranded, out=chance, where=possible & (stranded > gain))
    chance[possible & (stranded <= gain)] = 1.0
    unknown = np.isnan(contribution)
    columns: dict[str, npt.NDArray[np.float64]] = {
        "contribution": contribution,
        "stranded_cost": stranded,
        "drop_effect": drop,
        "price_rise": rise,
        "reprice_effect": np.where(unknown | (loses & ~possible), np.nan, gain),
        "break_even_loss_chance": chance,
    }
    most = largest_rise * np.maximum(revenue, 0.0)
    rules = [
        unknown,
        ~loses,
        possible & (rise <= largest_rise),
        (drop > noise) & (drop > most),
        drop > noise,
    ]
    rule = np.select(rules, range(len(rules)), len(rules))
    words = np.array([None, "keep", "reprice", "drop", "reprice", "keep"], dtype=object)
    facts = (rule, contribution, stranded, drop, rise, chance, most)
    reasons = [_reason(_Facts(*row), largest_rise) for row in zip(*(fact.tolist() for fact in facts), strict=True)]
    return pd.DataFrame(columns).assign(
        action=pd.Series(words[rule], dtype=object), reason=pd.Series(reasons, dtype=object)
    )


def _rows(given: dict[str, Column]) -> list[FloatArray]:
    """The columns with one length, NaN throughout a row that has no answer; single numbers are refused instead."""
    read = {name: numbers(values, name) for name, values in given.items()}
    alone = all(column.ndim == 0 for column in read.values())
    if alone:
        for name, column in read.items():
            read_exactly(float(column), name)
    try:
        columns = np.broadcast_arrays(*read.values())
    except ValueError:
        shapes = ", ".join(f"{name} {column.shape}" for name, column in read.items())
        raise InputError(f"the columns must have one length, not {shapes}") from None
    if columns[0].ndim > 1:
        raise InputError(f"there must be one row for each customer, not an array of shape {columns[0].shape}")
    stacked = np.array(columns, dtype=np.float64).reshape(len(columns), -1)
    cost, goes = stacked[2], stacked[3]
    fits = (goes >= 0) & (goes <= cost * (1.0 + _NOISE))
    if alone and not fits[0]:
        raise DomainError(f"avoidable_cost must be from 0 to cost_to_serve, {cost[0]:g}, not {goes[0]:g}")
    usable = fits & np.isfinite(stacked).all(axis=0)
    return list(np.where(usable, stacked, np.nan))


def _reason(row: _Facts, largest_rise: float) -> str | None:
    """Why the action of a row, in a sentence with its numbers."""
    lost = max(0.0, -row.drop)
    rises = f"a price rise of {row.rise:.1%}"
    needed = "no price rise can end the loss" if np.isnan(row.rise) else f"{rises} would be needed"
    match row.rule:
        case 0:
            return None
        case 1:
            return f"contributes {max(0.0, row.contribution):,.2f}; dropping would cost {lost:,.2f}"
        case 2 if row.chance >= 1:
            return f"{rises} ends the loss; even losing the customer by it would not cost"
        case 2:
            risk = f"the chance of losing the customer by it is above {row.chance:.1%}"
            return f"{rises} ends the loss; it pays unless {risk}"
        case 3:
            return f"{needed}; dropping adds {row.drop:,.2f}, although {row.stranded:,.2f} of the cost stays"
        case 4:
            return f"a rise of {largest_rise:.1%} brings {row.most:,.2f}; if the customer leaves, {row.drop:,.2f}"
    stays = f"{row.stranded:,.2f} of the cost stays"
    return f"{needed}; dropping would cost {lost:,.2f}, since {stays}: serve at less cost"
