"""
When each customer first bought: its first purchase, or the first that was not taken back.

The first order is reversed, and makes nobody a customer, if what the customer was charged in that period comes to
nought or less. What it bought in the period does not count then, and the next period in which it buys is looked at in
the same way. The time before the first period, and that between two periods, counts as a period each.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from valuation.cost.amounts import IntArray
from valuation.metrics.transactions import NEVER, BoolArray, Log, Stated

__all__ = ["FirstPurchase", "first_purchases", "spell_starts"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FirstPurchase:
    """
    First purchases, in the order of `Log.ids`.

    Attributes
    ----------
    day : ndarray of int, shape (m,)
        The first purchase that counts, transactions and statements taken together; `NEVER` without one.
    bought : ndarray of int, shape (m,)
        The first one among the transactions, reversed or not.
    counts : ndarray of bool, shape (n,)
        The purchases of `Log.purchase` without those that were reversed.
    """

    day: IntArray
    bought: IntArray
    counts: BoolArray


def first_purchases(log: Log, stated: Stated, interval: IntArray, stated_interval: IntArray) -> FirstPurchase:
    """
    Find the first purchase of each customer.

    Parameters
    ----------
    log : Log
        The transactions.
    stated : Stated
        What is known of the customers beside them.
    interval : ndarray of int, shape (n,)
        Number of the period in which each transaction lies, rising with time.
    stated_interval : ndarray of int, shape (m,)
        The same for the stated first purchases.
    """
    many = len(log.ids)
    bought = np.full(many, NEVER)
    where = np.flatnonzero(log.purchase)
    np.minimum.at(bought, log.codes[where], log.days[where])
    first, counts = bought.copy(), log.purchase
    # Only who was ever credited can have been credited in full.
    credited = np.zeros(many, dtype=np.bool_)
    credited[log.codes[(log.micros < 0) & (log.codes >= 0)]] = True
    credited &= first < NEVER
    rows = np.flatnonzero(np.append(credited, False)[log.codes])
    stated_first = stated.first
    if rows.size:
        counts = log.purchase.copy()
        first_interval = np.full(many, NEVER)
        at_first = rows[log.purchase[rows] & (log.days[rows] == first[log.codes[rows]])]
        first_interval[log.codes[at_first]] = interval[at_first]
        # Of an order before the transactions begin nobody knows whether it was taken back.
        rows = rows[~(stated_interval < first_interval)[log.codes[rows]]]
        reversed_ = _take_back(log, interval, rows, first, counts)
        stated_first = np.where(reversed_, NEVER, stated.first)
    return FirstPurchase(day=np.minimum(first, stated_first), bought=bought, counts=counts)


def _take_back(log: Log, interval: IntArray, rows: IntArray, first: IntArray, counts: BoolArray) -> BoolArray:
    """Move first purchases on until none is reversed, and mark what does not count; who had one taken back."""
    many = len(first)
    reversed_ = np.zeros(many, dtype=np.bool_)
    while rows.size:
        code = log.codes[rows]
        at_first = counts[rows] & (log.days[rows] == first[code])
        at = np.full(many, -1)
        at[code[at_first]] = interval[rows[at_first]]
        in_first = interval[rows] == at[code]
        net = np.bincount(code[in_first], weights=log.micros[rows[in_first]], minlength=many)
        back = (at >= 0) & (net <= 0)
        reversed_ |= back
        gone = rows[in_first & back[code]]
        counts[gone] = False
        first[back] = NEVER
        rows = rows[back[code] & (interval[rows] > at[code])]
        left = rows[counts[rows]]
        np.minimum.at(first, log.codes[left], log.days[left])
    return reversed_


def spell_starts(log: Log, counts: BoolArray, window_start: Callable[[IntArray], IntArray]) -> IntArray:
    """
    Rows of the purchases with which a customer begins, or begins anew after a lapse.

    Parameters
    ----------
    log : Log
        The transactions.
    counts : ndarray of bool, shape (n,)
        The purchases.
    window_start : callable
        Gives the open old ends of the activity windows that end on some days.
    """
    rows = np.flatnonzero(counts)
    if not rows.size:
        return rows
    # One integer for customer and day sorts several times faster than two columns.
    earliest = int(log.days.min())
    rows = rows[np.argsort(log.codes[rows] * (int(log.days.max()) - earliest + 1) + (log.days[rows] - earliest))]
    code, day = log.codes[rows], log.days[rows]
    begins = np.ones(rows.size, dtype=np.bool_)
    begins[1:] = (code[1:] != code[:-1]) | (day[:-1] <= window_start(day[1:]))
    return rows[begins]
