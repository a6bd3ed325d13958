"""Whether a ledger total is accounted for, and how the fate of a pool is told of each of its ledger lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from valuation.cost.amounts import read_exactly

__all__ = ["Reconciliation", "reconcile", "spread_over_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """
    Whether the ledger total is accounted for.

    Attributes
    ----------
    difference : float
        Ledger less everything that it was split into. [currency]
    ties : bool
        True when the exact difference is zero.
    """

    difference: float
    ties: bool


def reconcile(
    ledger_total: float | Decimal,
    *,
    allocated: float | Decimal,
    unused: float | Decimal,
    unallocated: float | Decimal,
) -> Reconciliation:
    """
    Compare the ledger with what it was split into, in exact decimals.

    Parameters
    ----------
    ledger_total : float, int or Decimal
        Total of the pools. [currency]
    allocated : float, int or Decimal
        Cost charged to customers, traced cost and unknown customers included. [currency]
    unused : float, int or Decimal
        Cost of unused capacity; negative for overtime. [currency]
    unallocated : float, int or Decimal
        Cost that stays with the company. [currency]

    Returns
    -------
    Reconciliation
        The exact difference, and whether it is zero.

    Raises
    ------
    DomainError
        If an amount is infinite.
    InputError
        If an amount is not a number.

    Notes
    -----
    Imputed items, such as a charge for late payment, are not in the ledger and do not belong here.
    An amount that is not in whole cents is read to 15 digits, as Excel shows it.

    Examples
    --------
    >>> reconcile(436971.07, allocated=409971.07, unused=27000.00, unallocated=0)
    Reconciliation(difference=0.0, ties=True)
    """
    parts = {"allocated": allocated, "unused": unused, "unallocated": unallocated}
    difference = _amount(ledger_total, "ledger_total") - sum(_amount(part, name) for name, part in parts.items())
    return Reconciliation(difference=float(difference), ties=difference == 0)


def _amount(value: float | Decimal, name: str) -> Fraction:
    """An amount as an exact fraction, its float noise removed if it is not in cents."""
    exact = read_exactly(value, name)
    if (exact * 100).denominator != 1 and isinstance(value, float | np.floating):
        return read_exactly(float(f"{float(value):.15g}"), name)
    return exact


def spread_over_lines(lines: Sequence[int], outcomes: Sequence[int]) -> list[list[int]]:
    r"""
    Tell of each ledger line which part of it met which outcome, in whole units that add up both ways.

    With cumulated lines :math:`R_i`, outcomes :math:`K_k` and the common total :math:`T`, rounded cumulated products
    :math:`C_{ik} = \lfloor R_i K_k / T \rceil` give the entries
    :math:`C_{ik} - C_{i-1,k} - C_{i,k-1} + C_{i-1,k-1}`: rows add up to the lines, columns to the outcomes, and each
    entry is within two units of its exact share :math:`r_i k_k / T`, because each of the four is within half a unit of
    what it rounds.

    Parameters
    ----------
    lines : sequence of int, length n
        Ledger lines of either sign. [unit]
    outcomes : sequence of int, length m
        What became of their sum: the same total. [unit]

    Returns
    -------
    list of list of int, n x m
        Lines that cancel out, with a total of 0, met the first outcome; outcomes that cancel out are those of the first
        line. [unit]

    Raises
    ------
    ValueError
        If lines and outcomes have different totals.

    Examples
    --------
    >>> spread_over_lines([9000, 1000], [7500, 2500])
    [[6750, 2250], [750, 250]]
    """
    total = sum(lines)
    if total != sum(outcomes):
        raise ValueError(f"lines of {total} cannot have outcomes of {sum(outcomes)}")
    if total == 0:
        # There are no shares of nought: what is left of a line is what it cancels against.
        spread = [[line, *([0] * (len(outcomes) - 1))] for line in lines]
        return [[a + b for a, b in zip(row, outcomes, strict=True)] for row in spread[:1]] + spread[1:]
    above, reached = [0] * (len(outcomes) + 1), 0
    spread = []
    for line in lines:
        reached += line
        here, cumulated = [0], 0
        for outcome in outcomes:
            cumulated += outcome
            here.append(_rounded(reached * cumulated, total))
        spread.append([here[k + 1] - here[k] - above[k + 1] + above[k] for k in range(len(outcomes))])
        above = here
    return spread


def _rounded(numerator: int, denominator: int) -> int:
    """The nearest whole number of a quotient."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    return (2 * numerator + denominator) // (2 * denominator)
