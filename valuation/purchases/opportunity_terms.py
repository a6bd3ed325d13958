"""
The likelihood of the BG/BB term by term: when each customer may have left, and how likely that is.

All terms are positive, so that nothing is lost in adding them. They need the logarithm of gamma and its derivatives at
a parameter plus a whole number only; these are worked out once and looked up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from valuation.lifetime.conventions import FloatArray
from valuation.purchases.model import IntArray

__all__ = ["OpportunityTerms", "Tables", "chunks", "log_sums", "terms_of"]

CHUNK: Final = 500_000  # terms worked out together


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpportunityTerms:
    """
    The terms of the likelihoods of some customers, one after the other.

    A customer's are those of having left after opportunity j = t_x ... n - 1, and last, with j = n, of being there.
    """

    x: IntArray
    """Opportunities used, shape (terms,). [count]"""

    j: IntArray
    """The last opportunity at which the customer was there, shape (terms,). [count]"""

    alive: IntArray
    """1 in the last term of each customer, else 0; shape (terms,)."""

    starts: IntArray
    """Position of each customer's first term, shape (customers,)."""

    ends: IntArray
    """Position of each customer's last term, shape (customers,)."""


def terms_of(x: IntArray, t_x: IntArray, n: IntArray) -> OpportunityTerms:
    """Lay out the terms of customers."""
    sizes = n - t_x + 1
    ends = np.cumsum(sizes) - 1
    starts = ends + 1 - sizes
    j = np.arange(int(sizes.sum())) + np.repeat(t_x - starts, sizes)
    alive = np.zeros(j.size, dtype=np.int64)
    alive[ends] = 1
    return OpportunityTerms(x=np.repeat(x, sizes), j=j, alive=alive, starts=starts, ends=ends)


def chunks(sizes: IntArray) -> Iterator[IntArray]:
    """Rows with so many terms each, a bearable number of terms at a time."""
    chunk = np.cumsum(sizes) // CHUNK
    for which in np.unique(chunk):
        yield np.flatnonzero(chunk == which)


class Tables:
    """The logarithm of gamma, and as many derivatives as are wanted, at the shapes plus 0 ... most + 1."""

    def __init__(self, shapes: FloatArray, most: int, *, derivatives: int) -> None:
        from scipy.special import digamma, gammaln, zeta

        trigamma: Callable[[FloatArray], FloatArray] = partial(zeta, 2.0)
        functions: list[Callable[[FloatArray], FloatArray]] = [gammaln, digamma, trigamma]
        alpha, beta, gamma, delta = shapes
        numbers = np.arange(most + 2.0)
        self.gamma = gamma
        self.of_x, self.of_rest, self.of_buying, self.of_stay, self.of_dropout = (
            [function(shape + numbers) for function in functions[: 1 + derivatives]]
            for shape in (alpha, beta, alpha + beta, delta, gamma + delta)
        )

    def log_terms(self, terms: OpportunityTerms) -> FloatArray:
        """Logarithm of each term."""
        buying = self.of_x[0][terms.x] + self.of_rest[0][terms.j - terms.x] - self.of_buying[0][terms.j]
        dropout = self.of_stay[0][terms.j] - self.of_dropout[0][terms.j + 1 - terms.alive]
        constant = self.of_x[0][0] + self.of_rest[0][0] - self.of_buying[0][0]
        constant += self.of_stay[0][0] - self.of_dropout[0][0]
        # Gamma(gamma + 1) / Gamma(gamma) is gamma.
        return np.asarray(buying + dropout - constant + np.where(terms.alive == 1, 0.0, np.log(self.gamma)))

    def slopes(self, terms: OpportunityTerms, order: int) -> FloatArray:
        """First or second derivatives of the logarithm of each term by each of the shapes, shape (4, terms)."""
        left = 1.0 / self.gamma if order == 1 else -1.0 / self.gamma**2
        both = self.of_buying[order][terms.j] - self.of_buying[order][0]
        ends = self.of_dropout[order][terms.j + 1 - terms.alive] - self.of_dropout[order][0]
        return np.stack(
            [
                self.of_x[order][terms.x] - self.of_x[order][0] - both,
                self.of_rest[order][terms.j - terms.x] - self.of_rest[order][0] - both,
                np.where(terms.alive == 1, 0.0, left) - ends,
                self.of_stay[order][terms.j] - self.of_stay[order][0] - ends,
            ]
        )

    def mixed(self, terms: OpportunityTerms) -> tuple[FloatArray, FloatArray]:
        """Second derivatives of the logarithm of each term by alpha and beta, and by gamma and delta."""
        both = self.of_buying[2][0] - self.of_buying[2][terms.j]
        ends = self.of_dropout[2][0] - self.of_dropout[2][terms.j + 1 - terms.alive]
        return both, ends


def log_sums(logs: FloatArray, starts: IntArray) -> tuple[FloatArray, FloatArray]:
    """Logarithm of the sum of each customer's terms, and each term's share in it."""
    sizes = np.diff(np.append(starts, logs.size))
    top = np.maximum.reduceat(logs, starts)
    parts = np.exp(logs - np.repeat(top, sizes))
    sums = np.add.reduceat(parts, starts)
    return top + np.log(sums), parts / np.repeat(sums, sizes)
