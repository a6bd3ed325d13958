"""Trees by the row of each one's parent, -1 for none."""

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import IntArray

__all__ = ["children_of", "on_cycle", "tree_order"]


def on_cycle(parent: IntArray) -> npt.NDArray[np.bool_]:
    """Rows from which the way up leads back to them."""
    rows = parent.size
    top = np.append(np.where(parent < 0, rows, parent), rows)  # one more place, above all and above itself
    steps = 1
    while steps <= rows:
        top, steps = top[top], 2 * steps
    # After as many steps as there are rows, who has not arrived goes round and round; and each place of a circle is
    # reached from another of it.
    circling = np.zeros(rows + 1, dtype=np.bool_)
    circling[top] = True
    return circling[:rows]


def children_of(parent: IntArray) -> list[list[int]]:
    """Rows below each row, in their order."""
    children: list[list[int]] = [[] for _ in range(parent.size)]
    for row, above in enumerate(parent.tolist()):
        if above >= 0:
            children[above].append(row)
    return children


def tree_order(parent: IntArray, children: list[list[int]]) -> tuple[list[int], list[int]]:
    """Rows so that each is followed by those below it, and how deep each stands; without cycles."""
    order, depth = [], [0] * parent.size
    waiting = np.flatnonzero(parent < 0)[::-1].tolist()
    while waiting:
        row = waiting.pop()
        order.append(row)
        for below in reversed(children[row]):
            depth[below] = depth[row] + 1
            waiting.append(below)
    return order, depth
