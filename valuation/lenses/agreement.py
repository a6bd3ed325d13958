"""
Agreement between lenses: do the officers rank the same customers first?

W is the headline, from 0 for rankings without any agreement to 1 for the same ranking from everybody. Its p-value tests
"no agreement at all": a small one does not say that everybody agrees.

References
----------
.. [1] M. G. Kendall and B. Babington Smith, "The problem of m rankings," Annals of Mathematical Statistics, vol. 10,
   no. 3, pp. 275-287, 1939.
.. [2] S. Siegel and N. J. Castellan, Nonparametric Statistics for the Behavioral Sciences, 2nd ed., McGraw-Hill, 1988,
   section 9.5 (ties, and the chi-square approximation for more than seven objects).
.. [3] C. Spearman, "The proof and measurement of association between two things," American Journal of Psychology,
   vol. 15, no. 1, pp. 72-101, 1904.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from valuation.cost.amounts import Column, FloatArray
from valuation.errors import MissingDataError, ZeroDenominatorError
from valuation.lenses.ranking import average_ranks
from valuation.lenses.top import score_pair, score_table

__all__ = ["RankAgreement", "rank_agreement", "spearman"]

_FEWEST_CUSTOMERS: Final = 3
_FEWEST_LENSES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankAgreement:
    """
    How far several lenses rank the same customers alike.

    Attributes
    ----------
    w : float
        Kendall's coefficient of concordance, corrected for ties: 0 no agreement, 1 the same ranking. [1]
    chi2 : float
        Friedman's statistic m (n - 1) W; an approximation for more than seven customers. [1]
    df : int
        Its degrees of freedom, n - 1.
    p_value : float
        Chance of a W as high as this if the lenses had nothing to do with each other. [1]
    ties : float
        Sum over lenses of t^3 - t for every group of t equal customers.
    judges, customers : int
        Number of lenses and of customers that W compares.
    excluded : tuple
        Lenses that rank all customers the same, and so say nothing.
    spearman : DataFrame
        Rank correlation of every two lenses; NaN for an excluded one. [1]
    mean_spearman : float
        Mean over the pairs of lenses that W compares; without ties (m W - 1) / (m - 1). [1]
    without : Series
        W of the other lenses when each is left out; NaN where only one would remain. [1]
    outlier : object
        The lens that disagrees most: leaving it out raises W most. None where leaving out none raises it.
    notes : tuple of str
        Who was left out, and why.
    """

    w: float
    chi2: float
    df: int
    p_value: float
    ties: float
    judges: int
    customers: int
    excluded: tuple[Hashable, ...]
    spearman: pd.DataFrame
    mean_spearman: float
    without: "pd.Series[float]"
    outlier: Hashable | None
    notes: tuple[str, ...]


def rank_agreement(ranks: pd.DataFrame | npt.ArrayLike) -> RankAgreement:
    r"""
    Agreement of several rankings: Kendall's W, the correlation of every two, and who stands apart.

    .. math::

        W = \frac{12 S}{m^2 (n^3 - n) - m \sum_j T_j}; \quad S = \sum_i (R_i - \bar R)^2; \quad
        T_j = \sum_g (t_{jg}^3 - t_{jg}); \quad \chi^2 = m (n - 1) W

    Parameters
    ----------
    ranks : DataFrame or array_like, shape (n, m)
        Rank or score of each customer (row) in each lens (column), all in the same direction; NaN for a customer whom
        a lens does not rank. Values are ranked anew, equal ones sharing the mean of their places.

    Returns
    -------
    RankAgreement
        W with its test, the correlations, and W without each lens.

    Raises
    ------
    DomainError
        If a value is infinite.
    InputError
        If a value is not a number, a lens stands twice, or it is no table.
    MissingDataError
        If fewer than three customers are ranked in all lenses, or fewer than two lenses tell customers apart.

    Notes
    -----
    A customer whom one lens does not rank is left out of all, and the others are ranked anew, since ranks among
    different customers do not compare. The leave-one-out figures keep the same customers.

    References
    ----------
    Refs. [1] and [2] of this module.

    Examples
    --------
    >>> found = rank_agreement([[1, 1, 1], [2.5, 2, 2], [2.5, 3.5, 3], [4, 3.5, 4]])
    >>> round(found.w, 6), found.ties
    (0.940476, 12.0)
    """
    table = score_table(ranks, "ranks")
    complete = table.notna().all(axis=1).to_numpy()
    values = table.to_numpy()[complete]
    customers = len(values)
    if customers < _FEWEST_CUSTOMERS:
        raise MissingDataError(f"ranks must hold at least 3 customers that every lens ranks, not {customers}")
    tells = (values != values[0]).any(axis=0)
    lenses, excluded = table.columns[tells], tuple(table.columns[~tells])
    judges = len(lenses)
    if judges < _FEWEST_LENSES:
        raise MissingDataError(f"ranks must hold at least 2 lenses that tell customers apart, not {judges}")
    compared = values[:, tells].T
    ranked = [average_ranks(column) for column in compared]
    placed, tie_sums = np.array([one.ranks for one in ranked]), np.array([one.ties for one in ranked])
    w = _concordance(placed.sum(axis=0), judges, float(tie_sums.sum()))
    without = _without_each(placed, tie_sums)
    correlations = _correlations(placed)
    return RankAgreement(
        w=w,
        chi2=judges * (customers - 1) * w,
        df=customers - 1,
        p_value=_chance(judges * (customers - 1) * w, customers - 1),
        ties=float(tie_sums.sum()),
        judges=judges,
        customers=customers,
        excluded=excluded,
        spearman=pd.DataFrame(correlations, lenses, lenses).reindex(index=table.columns, columns=table.columns),
        mean_spearman=float(correlations[np.triu_indices(judges, 1)].mean()),
        without=pd.Series(without, lenses, dtype=np.float64),
        outlier=_outlier(without, w, lenses),
        notes=_notes(int((~complete).sum()), excluded),
    )


def spearman(a: Column, b: Column) -> float:
    """
    Rank correlation of two columns: Pearson's of their ranks, equal values sharing the mean of their places.

    Parameters
    ----------
    a, b : array_like, shape (n,)
        Score or rank of each customer; a pair with a missing number is left out.

    Returns
    -------
    float
        From -1 for opposite rankings to 1 for the same. [1]

    Raises
    ------
    DomainError
        If a number is infinite.
    InputError
        If the lengths differ, or something is not a number.
    MissingDataError
        If there are fewer than three pairs.
    ZeroDenominatorError
        If all values of a column are equal.

    References
    ----------
    Ref. [3] of this module.

    Examples
    --------
    >>> spearman([1.0, 2.0, 3.0, 4.0], [10.0, 30.0, 20.0, 40.0])
    0.8
    """
    first, second = score_pair(a, b)
    both = ~(np.isnan(first) | np.isnan(second))
    pairs = (first[both], second[both])
    if pairs[0].size < _FEWEST_CUSTOMERS:
        raise MissingDataError(f"a and b must hold at least 3 pairs of numbers, not {pairs[0].size}")
    for name, column in zip("ab", pairs, strict=True):
        if (column == column[0]).all():
            raise ZeroDenominatorError(f"{name} must not rank all customers the same, as {column[0]:g} does")
    return float(_correlations(np.array([average_ranks(column).ranks for column in pairs]))[0, 1])


# The formulas. Ranks stand in rows here, one row for each lens.


def _concordance(sums: FloatArray, judges: int, ties: float) -> float:
    """W of the rank sums of n customers by m judges; ref. [1], with the ties of ref. [2]."""
    n = sums.size
    spread = sums - judges * (n + 1) / 2
    most = float(judges**2 * (n**3 - n)) - judges * ties
    # Rounding can leave the last digit of identical rankings above 1.
    return min(1.0, 12.0 * float(spread @ spread) / most)


def _without_each(placed: FloatArray, ties: FloatArray) -> FloatArray:
    """W of the others, for each judge."""
    judges = len(placed)
    if judges == _FEWEST_LENSES:
        return np.full(judges, math.nan)
    sums, whole = placed.sum(axis=0), float(ties.sum())
    left = [_concordance(sums - own, judges - 1, whole - tie) for own, tie in zip(placed, ties, strict=True)]
    return np.array(left)


def _outlier(without: FloatArray, w: float, lenses: pd.Index) -> Hashable | None:
    """The judge without whom the others agree most, if they then agree more."""
    if np.isnan(without).any() or without.max() <= w:
        return None
    outlier: Hashable = lenses[int(np.argmax(without))]
    return outlier


def _correlations(placed: FloatArray) -> FloatArray:
    """Pearson's correlation of every two rows of ranks, none of them constant."""
    spread = placed - (placed.shape[1] + 1) / 2
    products = spread @ spread.T
    squares = np.diag(products)
    # The root of the product, not the product of the roots: the same ranking then gives 1 to the last digit.
    found: FloatArray = np.clip(products / np.sqrt(np.outer(squares, squares)), -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return found


def _chance(chi2: float, df: int) -> float:
    """Upper tail of the chi-square distribution."""
    from scipy.special import chdtrc

    return float(chdtrc(df, chi2))


def _notes(unranked: int, excluded: tuple[Hashable, ...]) -> tuple[str, ...]:
    """Who was left out."""
    notes = [f"{unranked:,} customers are left out because a lens does not rank them"] if unranked else []
    return (*notes, *(f"{lens} is left out because it ranks all customers the same" for lens in excluded))
