"""What edges are worth, and what that makes for each customer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from valuation.cost.amounts import FloatArray, IntArray
from valuation.engagement.customers import Customers
from valuation.engagement.edges import EVIDENCE, Edges
from valuation.errors import DomainError

__all__ = ["AttributedValue", "attribute", "sum_by_customer"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AttributedValue:
    """
    A value that is made of edges.

    Attributes
    ----------
    by_customer : ndarray, shape (n,)
        Value of each customer, in the order of the ids; 0 without an edge, NaN where an edge is unknown. [currency]
    edges : ndarray, shape (m,)
        Value of each row of the table; NaN where it is unknown. [currency]
    owners : ndarray of int, shape (m,)
        Who is credited with each row: place in the ids, from 0.
    evidence : ndarray of str, shape (m,)
        How well each row is known: measured, surveyed or judged.
    """

    by_customer: FloatArray
    edges: FloatArray
    owners: IntArray
    evidence: npt.NDArray[Any]


def attribute(edges: Edges, values: FloatArray, customers: Customers) -> AttributedValue:
    """Credit the value of each edge to its owner."""
    if np.isinf(values).any():
        row = int(np.argmax(np.isinf(values)))
        raise DomainError(f"{edges.name}, row {row + 1}: the value must be finite")
    return AttributedValue(
        by_customer=sum_by_customer(edges.owner, values, len(customers)),
        edges=values,
        owners=edges.owner,
        evidence=np.array(EVIDENCE, dtype=object)[edges.evidence],
    )


def sum_by_customer(owners: IntArray, values: FloatArray, customers: int) -> FloatArray:
    """Sum of the values of each customer's rows."""
    return np.bincount(owners, weights=values, minlength=customers).astype(np.float64)  # of no rows it makes integers
