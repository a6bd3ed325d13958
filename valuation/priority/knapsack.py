"""
The best choice within a capacity (0/1 knapsack), and what bounds it.

Every solver gives the share of each item that is taken. Weights are whole numbers above 0, so that sums of them carry
no noise; values are above 0.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray, IntArray
from valuation.errors import DomainError

__all__ = ["Knapsack", "best_first", "divisible", "exact", "greedy"]

MOST_STATES: Final = 4_000_000
_NOISE: Final = 1e-9  # of all value: what sums of floats may be off


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Knapsack:
    """Items, and the weight they may have together."""

    value: FloatArray
    weight: IntArray
    capacity: int


def best_first(value: FloatArray, weight: IntArray) -> npt.NDArray[np.intp]:
    """Order by value per weight, the lighter and then the earlier item first where it is the same."""
    density = np.full(value.shape, np.inf)
    np.divide(value, weight, out=density, where=weight > 0)
    return np.lexsort([weight, -density])


def greedy(problem: Knapsack) -> FloatArray:
    """By value per weight, each item that still fits."""
    share, left = np.zeros(problem.value.size), problem.capacity
    order = best_first(problem.value, problem.weight)
    least = int(problem.weight.min(initial=left + 1))
    for item, weight in zip(order.tolist(), problem.weight[order].tolist(), strict=True):
        if weight <= left:
            share[item], left = 1.0, left - weight
            if left < least:
                break
    return share


def divisible(problem: Knapsack) -> FloatArray:
    """By value per weight, the last item in part: the best choice of parts, which no whole items can exceed."""
    order = best_first(problem.value, problem.weight)
    weight = problem.weight[order]
    before = np.cumsum(weight) - weight
    share = np.zeros(problem.value.size)
    share[order] = np.clip((problem.capacity - before) / weight, 0.0, 1.0)
    return share


def exact(problem: Knapsack) -> FloatArray:
    """
    The choice of whole items that no other exceeds.

    Item by item, the sets that no other set beats in both weight and value are kept (Nemhauser and Ullmann, 1969),
    except those that even with the best parts of the items to come fall short of the greedy choice.
    """
    fits = np.flatnonzero(problem.weight <= problem.capacity)
    order = fits[best_first(problem.value[fits], problem.weight[fits])]
    value, weight = problem.value[order], problem.weight[order]
    quick = greedy(problem)
    reached = math.fsum(problem.value[quick > 0].tolist())
    # The best parts of the first items, by weight: a concave line through these points.
    weights, values = (np.concatenate([[0], np.cumsum(column)]) for column in (weight, value))
    noise = _NOISE * float(values[-1])
    enough, most = reached - noise, float(np.interp(problem.capacity, weights, values)) - noise

    states = _States(np.zeros(1, dtype=np.int64), np.zeros(1))
    steps: list[tuple[IntArray, npt.NDArray[np.bool_]]] = []
    kept = 0
    for item in range(order.size):
        states, parent, took = states.with_item(int(weight[item]), float(value[item]), problem.capacity)
        spare = np.interp(problem.capacity - states.weight + weights[item + 1], weights, values) - values[item + 1]
        hopeful = states.value + spare >= enough
        states = _States(states.weight[hopeful], states.value[hopeful])
        steps.append((parent[hopeful], took[hopeful]))
        if states.value[-1] >= most:
            break  # nothing can exceed the best parts
        kept += states.weight.size
        if kept > MOST_STATES:
            raise DomainError(
                f"the exact choice among {order.size} issues would take too long; round hours to quarters, or use "
                "greedy, whose gap to the bound is shown"
            )
    share = np.zeros(problem.value.size)
    state = states.value.size - 1
    for item, (parent, took) in reversed(list(enumerate(steps))):
        share[order[item]] = float(took[state])
        state = int(parent[state])
    # Sums of floats may call two sets equal of which greedy's is better by their last digit.
    return share if math.fsum(problem.value[share > 0].tolist()) >= reached else quick


@dataclass(frozen=True, slots=True, eq=False)
class _States:
    """Sets of items that no other set beats, lighter ones first: weight and value both rise."""

    weight: IntArray
    value: FloatArray

    def with_item(self, weight: int, value: float, capacity: int) -> "tuple[_States, IntArray, npt.NDArray[np.bool_]]":
        """These sets and the same with one more item, the row each comes from, and whether it took the item."""
        most = int(np.searchsorted(self.weight, capacity - weight, side="right"))
        weights = np.concatenate([self.weight, self.weight[:most] + weight])
        values = np.concatenate([self.value, self.value[:most] + value])
        count = self.weight.size
        # Two rising runs: a stable sort merges them.
        order = np.argsort(weights, kind="stable")
        ordered = values[order]
        highest = np.maximum.accumulate(ordered)
        better = np.ones(order.size, dtype=np.bool_)
        better[1:] = ordered[1:] > highest[:-1]
        # Of two of the same weight the later one, if it is there, is the more valuable.
        same = weights[order[1:]] == weights[order[:-1]]
        better[:-1] &= ~(same & better[1:])
        order = order[better]
        took = order >= count
        return _States(weights[order], values[order]), np.where(took, order - count, order).astype(np.int32), took
